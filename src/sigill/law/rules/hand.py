"""G09–G11: whoever signs is whoever decided, and a lifted case is really decided by the one it is lifted to.

This is the heart of the gate: JO 8000-2016 forbids that anybody else stands in the decision-maker's place.
"""

import datetime as dt
from collections.abc import Iterator

from sigill.decision.case import Lift
from sigill.decision.legal import Severity
from sigill.law.matter import DRAFTED, Matter, same_name
from sigill.law.rule import Remark, blank, word_count

_STANCE_WORDS = 4
"""Fewer words than this are a stamp, not a stance of one's own."""


def signer_is_maker(matter: Matter) -> Iterator[Remark]:
    """G09. The signature is the decision-maker's, and nobody else has decided."""
    yield from _signature(matter)
    for key, event in matter.events("decided"):
        if event.staff_id is None and event.name is None:
            yield Remark(
                key,
                "Händelsen säger inte vem som beslutade.",
                "The event does not say who decided.",
                severity=Severity.REQUIRE,
            )
        elif not matter.by_maker(event):
            yield Remark(
                key,
                "Enligt händelserna beslutade någon annan än den som anges som beslutsfattare.",
                "According to the events somebody else decided than the one stated as decision-maker.",
            )
    if matter.case.decision_maker.signed_at < matter.decided_at:
        yield Remark(
            "decision_maker.signed_at",
            "Beslutet är undertecknat innan det fattades.",
            "The decision was signed before it was taken.",
        )


def _signature(matter: Matter) -> Iterator[Remark]:
    maker = matter.case.decision_maker
    if maker.kind == "employee":
        if maker.signed_by is None and maker.signed_by_name is None:
            yield Remark(
                "decision_maker.signed_by",
                "Ange vem som undertecknar.",
                "State who signs.",
                severity=Severity.REQUIRE,
            )
        elif maker.signed_by != maker.staff_id or maker.signed_by_name is not None:
            yield Remark(
                "decision_maker.signed_by",
                "Den som undertecknar är inte den som beslutar.",
                "Whoever signs is not whoever decides.",
            )
        for key, event in matter.events("signed"):
            if not matter.by_maker(event):
                yield Remark(
                    key,
                    "Enligt händelserna undertecknade någon annan än beslutsfattaren.",
                    "According to the events somebody else than the decision-maker signed.",
                )
        return
    if maker.signed_by is not None:
        yield Remark(
            "decision_maker.signed_by",
            "En anställd kan inte underteckna i de förtroendevaldas ställe.",
            "An employee cannot sign in the place of elected members.",
        )
    elif blank(maker.signed_by_name):
        yield Remark(
            "decision_maker.signed_by_name",
            "Ange vem av de förtroendevalda som undertecknar.",
            "State which of the elected members signs.",
            severity=Severity.REQUIRE,
        )
    elif maker.kind == "chair":
        if not same_name(maker.signed_by_name or "", maker.name or ""):
            yield Remark(
                "decision_maker.signed_by_name",
                "Den som undertecknar är inte den som beslutar.",
                "Whoever signs is not whoever decides.",
            )
    else:
        yield from _member_signs(matter)


def _member_signs(matter: Matter) -> Iterator[Remark]:
    maker = matter.case.decision_maker
    roles = [one.role for one in maker.politicians if same_name(maker.signed_by_name or "", one.name)]
    if not roles:
        yield Remark(
            "decision_maker.signed_by_name",
            "Den som undertecknar har inte deltagit i beslutet.",
            "Whoever signs did not take part in the decision.",
        )
    elif not any(word in roles[0].casefold() for word in ("ordförande", "juster")):
        yield Remark(
            "decision_maker.signed_by_name",
            "Den som undertecknar är varken ordförande eller justerare; kontrollera.",
            "Whoever signs is neither chair nor adjuster of the minutes; check it.",
            severity=Severity.NOTE,
        )


def decides_in_earnest(matter: Matter) -> Iterator[Remark]:
    """G10. A higher delegate opens the case and forms a stance of the own before the decision."""
    lift, decided = matter.case.lift, matter.decided_at
    if lift is None:
        yield from _manager_without_lift(matter)
        return
    opened = [event.at for _, event in matter.events("case_opened") if matter.by_maker(event)]
    if lift.case_opened_at is not None:
        opened.append(lift.case_opened_at)
    if not any(at < decided for at in opened):
        yield Remark(
            "lift.case_opened_at",
            "Inget visar att beslutsfattaren har öppnat ärendet före beslutet.",
            "Nothing shows that the decision-maker opened the case before the decision.",
        )
    if word_count(lift.own_stance_sv) < _STANCE_WORDS or lift.own_stance_at is None:
        yield Remark(
            "lift.own_stance_sv",
            "Beslutsfattarens eget ställningstagande saknas eller är bara en stämpel.",
            "The decision-maker's own stance is missing or no more than a stamp.",
        )
    elif lift.own_stance_at > decided:
        yield Remark(
            "lift.own_stance_at",
            "Det egna ställningstagandet är gjort efter beslutet.",
            "The own stance was formed after the decision.",
        )


def _manager_without_lift(matter: Matter) -> Iterator[Remark]:
    if matter.maker_id is None:
        return
    title = matter.staff[matter.maker_id].title.casefold()
    if "chef" not in title and "direktör" not in title:
        return
    drafted_by_others = any(not matter.by_maker(event) for _, event in matter.events(*DRAFTED))
    looked = any(
        matter.by_maker(event) and event.at <= matter.decided_at for _, event in matter.events("case_opened", *DRAFTED)
    )
    if drafted_by_others and not looked:
        yield Remark(
            "event",
            "En chef beslutar i ett ärende som andra har skrivit, och inget visar att chefen har öppnat "
            "det före beslutet.",
            "A manager decides a case that others have written, and nothing shows that the manager opened "
            "it before the decision.",
        )


def lifted_before_decision(matter: Matter) -> Iterator[Remark]:
    """G11. A lift has a mandate and a reason and comes before any decision; the one it is taken from presents
    it."""
    case, lift = matter.case, matter.case.lift
    if lift is None:
        if case.track == "B" or any(True for _ in matter.events("lifted")):
            yield Remark(
                "lift",
                "Ärendet ska vara lyft men uppgifterna om lyftet saknas.",
                "The case is said to be lifted but the lift is not stated.",
            )
        return
    if blank(lift.mandate):
        yield Remark(
            "lift.mandate",
            "Ange vad som ger den högre delegaten rätt att besluta.",
            "State what empowers the higher delegate to decide.",
        )
    if blank(lift.reason_sv):
        yield Remark("lift.reason_sv", "Ange skälet till lyftet.", "State the reason for the lift.")
    if matter.maker_id != lift.to_staff_id:
        yield Remark(
            "lift.to_staff_id",
            "Den som ärendet lyfts till är inte den som beslutar.",
            "The one the case is lifted to is not the one who decides.",
        )
    if case.rapporteur is None or case.rapporteur.staff_id != lift.from_staff_id:
        yield Remark(
            "lift.from_staff_id",
            "Den som ärendet lyfts från ska anges som föredragande.",
            "The one the case is lifted from must be stated as rapporteur.",
        )
    yield from _order_of_lift(matter, lift)


def _order_of_lift(matter: Matter, lift: Lift) -> Iterator[Remark]:
    # The case system's own line counts when it is later than what the form says: a lift cannot be dated back.
    lifted: dt.datetime = max([lift.lifted_at, *(event.at for _, event in matter.events("lifted"))])
    if any(event.at < lifted and not matter.by_maker(event) for _, event in matter.events("decided")):
        yield Remark(
            "lift.lifted_at",
            "Beslutet var redan fattat av någon annan när ärendet lyftes; det kan inte ändras genom ett lyft.",
            "Somebody else had already decided when the case was lifted; a lift cannot undo that.",
            severity=Severity.BLOCK,
        )
    if lifted > matter.decided_at:
        yield Remark(
            "lift.lifted_at",
            "Ärendet lyftes efter beslutet.",
            "The case was lifted after the decision.",
            severity=Severity.BLOCK,
        )
