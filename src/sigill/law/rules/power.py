"""G05–G08, G12, G13: who may decide, and on whose mandate (KL 6–7 kap., SoL 30 kap.)."""

from collections.abc import Iterator

from sigill.decision.legal import Severity
from sigill.law import book, form
from sigill.law.matter import Matter
from sigill.law.rule import Remark, blank, later

_HEADS = ("förvaltningschef", "förvaltningsdirektör", "socialchef", "socialdirektör")
_DECIDER = {"board": "nämnden", "committee": "utskott", "employee": "en anställd"}
_DECIDER_EN = {"board": "the board", "committee": "a committee", "employee": "an employee"}


def delegation_in_force(matter: Matter) -> Iterator[Remark]:
    """G05. The one who decides held the power on the day. A decision without delegation has no effect."""
    delegation, day = matter.case.delegation, matter.case.decision_date
    if not matter.delegated:
        return
    if delegation is None:
        yield Remark(
            "delegation",
            "Det saknas uppgift om delegation för den som beslutar.",
            "No delegation is stated for the one who decides.",
        )
        return
    if delegation.valid_from > day or (delegation.valid_to is not None and delegation.valid_to < day):
        yield Remark(
            "delegation.valid_from" if delegation.valid_from > day else "delegation.valid_to",
            "Delegationen gällde inte den dag då beslutet fattas.",
            "The delegation was not in force on the day of the decision.",
        )
    if matter.maker_id is not None:
        title, delegate = matter.staff[matter.maker_id].title.casefold(), delegation.delegate.casefold()
        if not title or (title not in delegate and delegate not in title):
            yield Remark(
                "delegation.delegate",
                f"Befattningen för {matter.maker_id} i personalregistret är en annan än delegatens; kontrollera.",
                f"The title of {matter.maker_id} in the staff register differs from the delegate's; check it.",
                severity=Severity.NOTE,
            )


def one_employee(matter: Matter) -> Iterator[Remark]:
    """G06. Delegation goes to one employee; only a board or a committee decides collectively (KL 7:5: `en
    anställd`)."""
    maker = matter.case.decision_maker
    if maker.kind == "employee" and maker.politicians:
        yield Remark(
            "decision_maker.politicians",
            "En anställd och förtroendevalda kan inte besluta tillsammans.",
            "An employee and elected members cannot decide together.",
        )
    if maker.kind != "employee" and maker.staff_id is not None:
        yield Remark(
            "decision_maker.staff_id",
            "En anställd kan inte besluta tillsammans med nämnden, utskottet eller ordföranden.",
            "An employee cannot decide together with the board, the committee or the chair.",
        )
    deciding = {event.staff_id for _, event in matter.events("decided") if event.staff_id is not None}
    if len(deciding) > 1:
        yield Remark(
            "event",
            f"Enligt händelserna har {len(deciding)} anställda fattat beslutet; bara en kan göra det.",
            f"According to the events {len(deciding)} employees took the decision; only one can.",
        )


def may_decide(matter: Matter) -> Iterator[Remark]:
    """G07. The law's own limits on delegation, type by type and line by line (SoL 30:6–30:11)."""
    kind, dtype = matter.case.decision_maker.kind, matter.decision_type
    if kind == "chair":
        return  # G08
    source = dtype.delegation_source
    if kind == "employee" and dtype.employee_by_appointment and not dtype.delegable_to_employee:
        if not matter.case.decision_maker.appointed:
            yield Remark(
                "decision_maker.appointed",
                "En anställd får fatta beslutet bara om nämnden särskilt har förordnat honom eller henne.",
                "An employee may take this decision only if the board has specially appointed him or her.",
                source=source,
            )
        return
    furthest = _furthest(matter)
    if kind not in dtype.decides or form.LEVELS.index(kind) > form.LEVELS.index(furthest):
        yield Remark(
            "decision_maker.kind",
            f"Beslutstypen får inte beslutas av {_DECIDER[kind]}; längst ned i kedjan: {_DECIDER[furthest]}.",
            f"This decision type may not be decided by {_DECIDER_EN[kind]}; furthest down: {_DECIDER_EN[furthest]}.",
            source=source,
        )
    elif kind == "employee" and "delegable_to_employee" in dtype.inferred:
        yield Remark(
            "decision_type",
            "Att en anställd får besluta är en slutsats av lagtexten; kommunens jurist ska ha bekräftat den.",
            "That an employee may decide is inferred from the text of the law; the municipal lawyer must confirm it.",
            severity=Severity.NOTE,
            source=source,
        )


def _furthest(matter: Matter) -> form.Level:
    dtype = matter.decision_type
    limits = [level for level in form.LEVELS if level == dtype.max_delegation]
    # A line with a condition covers a part of the section only; the type has taken that into account.
    limits += [
        rule.max_level
        for rule in book.delegation_rules(dtype.act, dtype.chapter, dtype.section)
        if not rule.condition_sv and not dtype.employee_by_appointment
    ]
    return min(limits, key=form.LEVELS.index)


def urgent_power(matter: Matter) -> Iterator[Remark]:
    """G08. What cannot wait is decided by the chair or an appointed member, where a statute or a mandate says
    so."""
    urgent, maker, dtype = matter.case.urgent, matter.case.decision_maker, matter.decision_type
    if maker.kind != "chair":
        if urgent is not None:
            yield Remark(
                "urgent",
                "Brådskande beslutanderätt har bara ordföranden eller en förordnad ledamot.",
                "Only the chair or an appointed member has the power to decide urgently.",
            )
        return
    if urgent is None:
        yield Remark(
            "urgent",
            "Ordföranden får besluta ensam bara om saken inte kan vänta; ange grunden.",
            "The chair may decide alone only if the matter cannot wait; state the basis.",
        )
        return
    if not dtype.urgent_chair or "chair_urgent" not in dtype.decides:
        yield Remark(
            "urgent.basis",
            "För den här beslutstypen finns ingen brådskande beslutanderätt.",
            "There is no urgent power for this decision type.",
        )
    elif urgent.basis == "special_statute":
        yield from _statute(matter)
    elif blank(urgent.mandate):
        yield Remark(
            "urgent.mandate",
            "Ange nämndens uppdrag enligt 6 kap. 39 § KL; utan det har ordföranden ingen beslutanderätt.",
            "State the board's mandate under KL 6:39; without it the chair has no power to decide.",
        )
    elif "urgent_chair" in dtype.inferred:
        yield Remark(
            "urgent.basis",
            "Att ordföranden får besluta är en slutsats av lagtexten; kommunens jurist ska ha bekräftat den.",
            "That the chair may decide is inferred from the text of the law; the municipal lawyer must confirm it.",
            severity=Severity.NOTE,
        )
    if urgent.report_to_board is None or urgent.report_to_board < matter.case.decision_date:
        yield Remark(
            "urgent.report_to_board",
            "Ange när beslutet anmäls vid nämndens nästa sammanträde.",
            "State when the decision is reported at the board's next meeting.",
            severity=Severity.REQUIRE,
        )


def _statute(matter: Matter) -> Iterator[Remark]:
    dtype = matter.decision_type
    power = book.urgent_power(dtype.act, dtype.chapter, dtype.section)
    if dtype.urgent_basis != "special_statute" or power is None:
        yield Remark(
            "urgent.basis",
            "Lagen ger ingen egen brådskande beslutanderätt här; det krävs ett uppdrag enligt 6 kap. 39 § KL.",
            "The statute gives no urgent power of its own here; a mandate under KL 6:39 is needed.",
        )
    elif matter.case.decision_maker.appointed and "appointed_member" not in power.who:
        yield Remark(
            "decision_maker.appointed",
            "Här får bara ordföranden själv besluta, inte en förordnad ledamot.",
            "Only the chair may decide here, not an appointed member.",
            source=power.source,
        )


def sub_delegation(matter: Matter) -> Iterator[Remark]:
    """G12. Only the head of the administration may pass the power on, and only if the board allows it (KL
    7:6)."""
    delegation = matter.case.delegation
    if delegation is None or delegation.sub_delegated_by is None:
        return
    if matter.case.decision_maker.kind != "employee":
        yield Remark(
            "delegation.sub_delegated_by",
            "Vidaredelegation kan bara ske till en anställd.",
            "Power can only be sub-delegated to an employee.",
            severity=Severity.BLOCK,
        )
    giver = delegation.sub_delegated_by
    if not any(head in matter.staff[giver].title.casefold() for head in _HEADS):
        yield Remark(
            "delegation.sub_delegated_by",
            f"Bara en förvaltningschef får vidaredelegera; {giver} har en annan befattning i personalregistret.",
            f"Only the head of the administration may sub-delegate; {giver} has another title in the staff register.",
        )
    if blank(delegation.sub_delegation_consent):
        yield Remark(
            "delegation.sub_delegation_consent",
            "Ange nämndens beslut som tillåter vidaredelegation.",
            "State the board's decision that allows sub-delegation.",
        )


def reported_to_board(matter: Matter) -> Iterator[Remark]:
    """G13. A delegated decision is reported to the board, or has minutes of its own."""
    delegation, case = matter.case.delegation, matter.case
    if delegation is None or not matter.delegated:
        return
    # KL 6:40: a committee always reports. KL 7:8: the board chooses which employees' decisions are reported;
    # the others need minutes of their own, or the time for legality review never begins (KL 13:5).
    own_minutes = case.decision_maker.kind == "employee" and not blank(case.minutes)
    if delegation.report_to_board is None and not own_minutes:
        yield Remark(
            "delegation.report_to_board",
            "Ange när delegationsbeslutet anmäls till nämnden, eller protokollför det särskilt.",
            "State when the delegated decision is reported to the board, or keep separate minutes of it.",
        )
    elif delegation.report_to_board is not None and later(case.decision_date, delegation.report_to_board):
        yield Remark(
            "delegation.report_to_board",
            "Beslutet kan inte anmälas till nämnden innan det är fattat.",
            "The decision cannot be reported to the board before it is taken.",
        )
