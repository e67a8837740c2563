"""The room of protection, told with the cast: Klas and Aino are threatened by the party of case 04, and A11925
(the protector of the house) assesses them. Nobody assesses herself, nobody is refused without a reason, and
nothing lasts for ever."""

import datetime as dt
import itertools
from dataclasses import replace

import msgspec
import pytest

from house import draft, staff
from sigill.decision.legal import Severity
from sigill.errors import BadInput, Blocked, Refused
from sigill.law.book import threat_taxonomy, typology
from sigill.law.gate import admit
from sigill.protection import concern, incidents, papers, patterns, show
from sigill.protection.need import (
    LONGEST,
    TRANSITIONS,
    Asked,
    Assessment,
    Need,
    State,
    ask,
    assess,
    end,
    refuse,
    reminders,
    review,
    state,
    threshold,
    withdraw,
    withheld_in,
)

T = typology()
TZ = dt.timezone(dt.timedelta(hours=1))
KLAS, AINO, FATEMEH, GUN_BRITT, OUTSIDER, PROTECTOR = "A10149", "A11037", "A10223", "A10667", "A11962", "A11925"
CHANNEL_MAN = "party-of-case-04"
ASKED_AT = dt.datetime(2026, 11, 5, 16, 10, tzinfo=TZ)
TODAY = dt.date(2026, 11, 6)
HIS_FACTS = "Parten läser upp beslut i sin kanal och uppmanar följare att söka upp handläggaren i hemmet."
HER_FACTS = "Parten spelade in samtalet, lade ut klippet med hennes namn och skrev att de tar det hemma hos henne."


def asked(person: str = KLAS, by: str | None = None, **more: object) -> Asked:
    values: dict[str, object] = {
        "person": person,
        "asked_by": by or person,
        "asked_at": ASKED_AT,
        "what_happened": "Han sa i sändningen att han vet var jag bor.",
        "forms": ("exponering_online",),
        "party": CHANNEL_MAN,
        "case": "SN 2026/1177-5",
    }
    return Asked(**{**values, **more})  # type: ignore[arg-type]


def assessment(**more: object) -> Assessment:
    values: dict[str, object] = {
        "assessed_by": PROTECTOR,
        "assessed_on": TODAY,
        "ground": "trakasserier",
        "forms": ("exponering_online",),
        "severity": 3,
        "facts": HIS_FACTS,
        "review_by": dt.date(2027, 5, 6),
        "factors": ("spridning",),
    }
    return Assessment(**{**values, **more})  # type: ignore[arg-type]


def need(person: str = KLAS, need_id: str = "n1", **more: object) -> Need:
    return ask(need_id, asked(person, **more), T)


def granted(
    person: str = KLAS, need_id: str = "n1", asked_more: dict[str, object] | None = None, **more: object
) -> Need:
    return assess(need(person, need_id, **(asked_more or {})), assessment(**more), T, today=TODAY)[0]


def rules(found: Refused) -> set[tuple[str, str]]:
    return {(one.rule, one.place) for one in found.findings if one.stops}


# --- the way of a need ---------------------------------------------------------------------------------------


def test_klas_asks_and_is_protected_until_a_day_that_comes_by_itself() -> None:
    asked_for = need()
    assert state(asked_for, TODAY) is State.ASKED
    protected, notes = assess(asked_for, assessment(), T, today=TODAY)
    assert notes == ()
    last = protected.assessment.review_by  # type: ignore[union-attr]
    assert state(protected, last) is State.GRANTED
    assert state(protected, last + dt.timedelta(days=1)) is State.EXPIRED  # G33: nobody had to act


@pytest.mark.parametrize(
    ("change", "rule", "place"),
    [
        ({"assessed_by": KLAS}, "G17", "assessed_by"),
        ({"ground": "osl_26_1"}, "G17", "ground"),
        ({"facts": "hot"}, "G17", "facts"),
        ({"facts": "   "}, "G17", "facts"),
        ({"forms": ()}, "G17", "forms"),
        ({"forms": ("vald", "otrevlig")}, "G17", "forms[1]"),
        ({"factors": ("vapen", "fult")}, "G17", "factors[1]"),
        ({"severity": 5}, "G17", "severity"),
        ({"assessed_on": TODAY + dt.timedelta(days=1)}, "G17", "assessed_on"),
        ({"assessed_on": ASKED_AT.date() - dt.timedelta(days=1)}, "G17", "assessed_on"),
        ({"review_by": TODAY - dt.timedelta(days=1)}, "G33", "review_by"),
        ({"review_by": TODAY + LONGEST + dt.timedelta(days=1)}, "G33", "review_by"),
    ],
)
def test_an_assessment_that_does_not_hold_is_refused_at_its_field(
    change: dict[str, object], rule: str, place: str
) -> None:
    with pytest.raises(Refused) as refused:
        assess(need(), assessment(**change), T, today=TODAY)
    assert rules(refused.value) == {(rule, place)}


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Refused) as refused:
        assess(need(), assessment(assessed_by=KLAS, ground="", facts="", forms=()), T, today=TODAY)
    assert {place for _, place in rules(refused.value)} == {"assessed_by", "ground", "facts", "forms"}


def test_a_self_assessment_blocks_also_as_a_refusal() -> None:
    """The protector is threatened herself: another one must judge, whichever way it goes."""
    own = need(PROTECTOR)
    with pytest.raises(Refused) as refused:
        assess(own, assessment(), T, today=TODAY)
    assert refused.value.findings[0].severity is Severity.BLOCK
    with pytest.raises(Refused):
        refuse(own, by=PROTECTOR, at=ASKED_AT, reason="Jag klarar mig nog ändå tror jag faktiskt.")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"severity": 1}, "severity"),
        ({"ground": "hot"}, "ground"),
        ({"facts": "Det är rutin att utelämna alla som arbetar på mottagningen."}, "facts"),
    ],
)
def test_what_is_odd_but_allowed_is_a_note(change: dict[str, object], place: str) -> None:
    done, notes = assess(need(), assessment(**change), T, today=TODAY)
    assert state(done, TODAY) is State.GRANTED
    assert [(one.severity, one.place) for one in notes] == [(Severity.NOTE, place)]


def test_aino_is_assessed_alone_not_by_copying_klas() -> None:
    klas = granted()
    hers = need(AINO, "n2")
    copied = assessment(facts="  " + HIS_FACTS.upper())
    assert [(one.rule, one.stops) for one in review(hers, copied, T, today=TODAY, others=[klas])] == [("G17", True)]
    assert review(hers, assessment(facts=HER_FACTS), T, today=TODAY, others=[klas]) == ()


def test_a_renewal_is_a_need_of_its_own_and_says_something_new() -> None:
    first = granted()
    again = ask("n2", asked(asked_at=dt.datetime(2027, 5, 1, 9, 0, tzinfo=TZ)), T, earlier=first)
    assert again.earlier == "n1"
    later = {"assessed_on": dt.date(2027, 5, 3), "review_by": dt.date(2027, 11, 3)}
    day = dt.date(2027, 5, 3)
    with pytest.raises(Refused) as refused:
        assess(again, assessment(**later), T, today=day, others=[first])
    assert rules(refused.value) == {("G33", "facts")}
    fresh = assessment(**later, facts="Kanalen finns kvar och den 28 april lästes hans namn upp på nytt.")
    assert state(assess(again, fresh, T, today=day, others=[first])[0], day) is State.GRANTED
    with pytest.raises(BadInput):
        ask("n3", asked(AINO), T, earlier=first)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"what_happened": "är rädd"}, "what_happened"),
        ({"party": "", "case": ""}, "party"),
        ({"forms": ("hemskt",)}, "forms[0]"),
    ],
)
def test_a_tick_is_not_a_request(change: dict[str, object], place: str) -> None:
    with pytest.raises(Refused) as refused:
        need(**change)
    assert {place} == {one for _, one in rules(refused.value)}


def test_who_is_refused_always_reads_why() -> None:
    """Gun-Britt asks for Aino; both read the reason, an outsider does not learn that there was a question."""
    asked_for = need(AINO, by=GUN_BRITT)
    with pytest.raises(Refused) as refused:
        refuse(asked_for, by=PROTECTOR, at=ASKED_AT, reason="Nej.")
    assert rules(refused.value) == {("G17", "reason")}
    reason = "Händelsen gällde en annan part och är ett och ett halvt år gammal."
    answered = refuse(asked_for, by=PROTECTOR, at=ASKED_AT, reason=reason)
    unit = staff()[AINO].unit
    for reader in (AINO, GUN_BRITT):
        seen = show.show(answered, patterns.Reader(reader), unit, today=TODAY)
        assert seen is not None
        assert seen["reason"] == reason
        assert seen["state"] is State.REFUSED
    assert show.show(answered, patterns.Reader(OUTSIDER), unit, today=TODAY) is None


def test_only_asker_or_person_withdraws_and_only_what_nobody_has_assessed() -> None:
    asked_for = need(AINO, by=GUN_BRITT)
    for who in (AINO, GUN_BRITT):
        assert state(withdraw(asked_for, by=who, at=ASKED_AT), TODAY) is State.WITHDRAWN
    with pytest.raises(BadInput):
        withdraw(asked_for, by=OUTSIDER, at=ASKED_AT)
    with pytest.raises(BadInput):
        withdraw(granted(), by=KLAS, at=ASKED_AT)


def test_protection_may_end_early_with_a_reason() -> None:
    with pytest.raises(Refused):
        end(granted(), by=PROTECTOR, at=ASKED_AT + dt.timedelta(days=30), reason=" ")
    over = end(granted(), by=PROTECTOR, at=ASKED_AT + dt.timedelta(days=30), reason="Parten har flyttat utomlands.")
    assert state(over, TODAY) is State.ENDED


def test_only_the_moves_of_the_table_are_possible() -> None:
    """Every state × every act: what the table does not permit is BadInput, and changes nothing."""
    late = dt.datetime(2028, 1, 10, 9, 0, tzinfo=TZ)
    reason = "Ett skäl med så många ord som krävs."
    standing = {
        State.ASKED: need(),
        State.GRANTED: granted(),
        State.REFUSED: refuse(need(), by=PROTECTOR, at=ASKED_AT, reason=reason),
        State.WITHDRAWN: withdraw(need(), by=KLAS, at=ASKED_AT),
        State.ENDED: end(granted(), by=PROTECTOR, at=ASKED_AT, reason=reason),
        State.EXPIRED: granted(),
    }
    assert set(standing) == set(TRANSITIONS) == set(State)
    for before, target in itertools.product(standing, (State.GRANTED, State.REFUSED, State.WITHDRAWN, State.ENDED)):
        at = late if before is State.EXPIRED else ASKED_AT + dt.timedelta(days=1)
        one = standing[before]
        assert state(one, at.date()) is before
        acts = {
            State.GRANTED: lambda one=one, at=at: assess(one, assessment(), T, today=at.date())[0],
            State.REFUSED: lambda one=one, at=at: refuse(one, by=PROTECTOR, at=at, reason=reason),
            State.WITHDRAWN: lambda one=one, at=at: withdraw(one, by=KLAS, at=at),
            State.ENDED: lambda one=one, at=at: end(one, by=PROTECTOR, at=at, reason=reason),
        }
        if target in TRANSITIONS[before]:
            assert state(acts[target](), at.date()) is target
        else:
            with pytest.raises(BadInput):
                acts[target]()


def test_reminders_come_before_the_end_and_stop_when_it_is_asked_for_again() -> None:
    first, last = granted(), dt.date(2027, 5, 6)
    days = {left: reminders([first], last - dt.timedelta(days=left)) for left in (31, 30, 8, 7, 0, -3)}
    assert {left: [one.days_left for one in found] for left, found in days.items()} == {
        31: [],
        30: [30],
        8: [8],
        7: [7],
        0: [0],
        -3: [-3],
    }
    assert [threshold(left) for left in (31, 30, 8, 7, 1, 0, -1)] == [None, 30, 30, 7, 7, 0, -1]
    again = ask("n2", asked(), T, earlier=first)
    assert reminders([first, again], last) == ()
    over = end(first, by=PROTECTOR, at=ASKED_AT, reason="Inte längre aktuellt.")
    assert reminders([over], last) == ()
    aino = granted(AINO, "n5", review_by=last - dt.timedelta(days=5), facts=HER_FACTS)
    assert [one.need for one in reminders([first, aino], last - dt.timedelta(days=6))] == ["n5", "n1"]


# --- what a case gets from it ----------------------------------------------------------------------------------


def test_the_case_leaves_out_exactly_those_who_are_protected_and_the_gate_agrees() -> None:
    given = draft("04_ekonomiskt_bistand")
    needs = [granted(), granted(AINO, "n2", facts=HER_FACTS), granted(OUTSIDER, "n3", facts=HER_FACTS)]
    entries = withheld_in(
        needs,
        people=given.case.record_staff_ids,
        parties=[CHANNEL_MAN],
        case=given.case.dnr,
        on=given.case.decision_date,
    )
    assert [one.staff_id for one in entries] == [KLAS, AINO]  # not the outsider, who is not in the record (G18)
    case = msgspec.structs.replace(given.case, withhold=entries)
    admitted = admit(replace(given, case=case), today=dt.date(2026, 11, 10))
    assert {one.staff_id for one in admitted.withheld} == {KLAS, AINO}


def test_protection_is_against_one_party_and_for_its_time() -> None:
    one = granted()

    def entries(**more: object) -> list[str]:
        values: dict[str, object] = {
            "people": [KLAS],
            "parties": [CHANNEL_MAN],
            "case": "SN 2026/1",
            "on": dt.date(2026, 11, 10),
        }
        return [entry.staff_id for entry in withheld_in([one], **{**values, **more})]  # type: ignore[arg-type]

    assert entries() == [KLAS]
    assert entries(parties=["somebody else"]) == []
    assert entries(parties=["somebody else"], case="SN 2026/1177-5") == [KLAS]
    assert entries(parties=[""], case="") == []
    assert entries(on=TODAY - dt.timedelta(days=1)) == []  # before it was assessed
    assert entries(on=dt.date(2027, 5, 6)) == [KLAS]
    assert entries(on=dt.date(2027, 5, 7)) == []
    longer = granted(need_id="n9", review_by=dt.date(2027, 10, 1))
    (entry,) = withheld_in([one, longer], people=[KLAS], parties=[CHANNEL_MAN], case="", on=TODAY)
    assert entry.review_by == dt.date(2027, 10, 1)


# --- incidents -------------------------------------------------------------------------------------------------


def told(**more: object) -> incidents.Incident:
    values: dict[str, object] = {
        "recorded_by": KLAS,
        "recorded_at": ASKED_AT,
        "form": "exponering_online",
        "said": "Klippet ligger ute med mitt namn.",
        "channel": "online",
        "party": CHANNEL_MAN,
    }
    return incidents.record("i1", T, **{**values, **more})  # type: ignore[arg-type]


def test_an_incident_is_told_with_three_answers() -> None:
    one = incidents.record(
        "i1", T, recorded_by=AINO, recorded_at=ASKED_AT, form="hot_vald", said="”Vi vet var du bor.”", channel="phone"
    )
    assert (one.persons, one.happened_at, one.severity) == ((AINO,), ASKED_AT, T.forms["hot_vald"].severity)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"said": " "}, "said"),
        ({"form": "otrevligt"}, "form"),
        ({"happened_at": ASKED_AT + dt.timedelta(minutes=1)}, "happened_at"),
        ({"severity": 9}, "severity"),
        ({"factors": ("fult",)}, "factors[0]"),
        ({"channel": "pigeon"}, "channel"),
    ],
)
def test_an_incident_that_cannot_be_is_refused_at_its_field(change: dict[str, object], place: str) -> None:
    with pytest.raises(Refused) as refused:
        told(**change)
    assert rules(refused.value) == {("G32", place)}


def test_an_acute_incident_brings_the_law_s_duties_with_deadlines() -> None:
    """G32: danger to life → 112 now, the Work Environment Authority without delay (AML 3:3 a), police, support."""
    duties = {one.prompt.id: one for one in incidents.duties(told(form="vald", danger=True), T)}
    assert {"larma", "aml_underrattelse", "polisanmalan", "krisstod", "skyddsombud", "sam", "hotbedomning"} <= set(
        duties
    )
    assert duties["larma"].due == ASKED_AT + dt.timedelta(hours=1)
    assert duties["aml_underrattelse"].due <= ASKED_AT + dt.timedelta(days=1)
    assert "without delay" in duties["aml_underrattelse"].when
    assert duties["polisanmalan"].due <= ASKED_AT + dt.timedelta(days=1)
    hurt = {one.prompt.id for one in incidents.duties(told(form="filmning", injured=True), T)}
    assert {"arbetsskada", "aml_underrattelse"} <= hurt
    mild = {one.prompt.id for one in incidents.duties(told(form="filmning", severity=1), T)}
    assert "aml_underrattelse" not in mild
    assert "sam" in mild  # the employer always looks into it (AML 3:2 a)


def test_every_form_of_the_typology_has_duties_that_are_known() -> None:
    for form in T.forms:
        some = incidents.duties(told(form=form), T)
        assert len(some) >= 2, form
        assert list(some) == sorted(some, key=lambda one: (one.due, one.prompt.id))
    assert set(incidents.DEADLINES) <= set(T.prompts)


def test_a_duty_is_open_until_it_is_answered_and_no_means_why() -> None:
    one = told()
    before = len(incidents.unanswered([one], T))
    police = incidents.Answer(prompt="polisanmalan", by=PROTECTOR, at=ASKED_AT, done=True, note="K-diarienummer finns.")
    one = incidents.answer(one, police, T)
    assert len(incidents.unanswered([one], T)) == before - 1
    with pytest.raises(Refused):
        incidents.answer(one, incidents.Answer(prompt="sam", by=PROTECTOR, at=ASKED_AT, done=False), T)
    with pytest.raises(BadInput):
        incidents.answer(one, incidents.Answer(prompt="larma", by=PROTECTOR, at=ASKED_AT, done=True), T)
    first = incidents.unanswered([one], T)[0][1]
    assert first.late(first.due + dt.timedelta(seconds=1))
    assert not first.late(first.due)
    answered = next(duty for duty in incidents.duties(one, T) if duty.prompt.id == "polisanmalan")
    assert not answered.late(ASKED_AT + dt.timedelta(days=99))


def test_an_incident_is_read_by_those_it_touches() -> None:
    one = told(persons=(KLAS, AINO), witnesses=(GUN_BRITT,))
    units = {person: member.unit for person, member in staff().items()}
    assessor = patterns.Reader(PROTECTOR, frozenset({units[AINO]}))
    assert all(show.may_read(one, patterns.Reader(who), units) for who in (KLAS, AINO, GUN_BRITT))
    assert show.may_read(one, assessor, units)
    assert not show.may_read(one, patterns.Reader(OUTSIDER), units)
    assert not show.may_read(one, patterns.Reader(OUTSIDER, frozenset({"Hamnförvaltningen"})), units)


def test_crimes_are_guidance_from_the_law_data() -> None:
    assert "BrB 4:4 b" in {one.source for one in incidents.crimes(told(), T)}


# --- patterns --------------------------------------------------------------------------------------------------

UNITS = {KLAS: "Försörjningsstöd", AINO: "Försörjningsstöd", FATEMEH: "Vuxen", GUN_BRITT: "Vuxen", PROTECTOR: "Stab"}


def test_the_same_party_and_several_colleagues_is_seen_but_only_the_own_people_by_id() -> None:
    found = patterns.signs(
        [granted(), granted(AINO, "n2", facts=HER_FACTS)],
        [told(recorded_by=FATEMEH, form="masskontakter"), told(recorded_by=KLAS)],
    )
    reader = patterns.Reader(PROTECTOR, frozenset({"Försörjningsstöd"}))
    (one,) = patterns.patterns(found, reader, UNITS, today=TODAY)
    assert (one.party, one.people, one.shown, one.hidden) == (CHANNEL_MAN, 3, (KLAS, AINO), 1)
    assert one.forms[0] == "exponering_online"
    assert one.severity == 3
    assert FATEMEH not in repr(one)
    whole = patterns.Reader(PROTECTOR, frozenset(UNITS.values()))
    assert patterns.patterns(found, whole, UNITS, today=TODAY)[0].hidden == 0


def test_a_pattern_needs_two_and_does_not_reach_units_that_it_never_touched() -> None:
    alone = patterns.signs([], [told()])
    reader = patterns.Reader(PROTECTOR, frozenset({"Försörjningsstöd"}))
    assert patterns.patterns(alone, reader, UNITS, today=TODAY) == ()
    again = patterns.signs([], [told(), told(recorded_at=ASKED_AT + dt.timedelta(days=1))])
    (one,) = patterns.patterns(again, reader, UNITS, today=TODAY)
    assert (one.people, one.signs) == (1, 2)
    assert patterns.patterns(again, patterns.Reader(PROTECTOR, frozenset({"Vuxen"})), UNITS, today=TODAY) == ()
    assert patterns.patterns(again, patterns.Reader(PROTECTOR), UNITS, today=TODAY) == ()
    assert patterns.patterns(again, reader, UNITS, today=TODAY + patterns.WINDOW + dt.timedelta(days=5)) == ()


def test_the_worst_comes_first_and_what_was_refused_is_no_sign() -> None:
    refused = refuse(need(AINO, "n2"), by=PROTECTOR, at=ASKED_AT, reason="Gällde en helt annan sak än ärendet här.")
    assert {one.person for one in patterns.signs([granted(), refused], [])} == {KLAS}
    both = [told(persons=(KLAS, AINO)), told(persons=(KLAS, AINO), party="other", form="vald")]
    reader = patterns.Reader(PROTECTOR, frozenset({"Försörjningsstöd"}))
    found = patterns.patterns(patterns.signs([], both), reader, UNITS, today=TODAY)
    assert [one.party for one in found] == ["other", CHANNEL_MAN]


def test_a_handler_learns_only_that_she_is_not_alone() -> None:
    found = patterns.signs([], [told(), told(recorded_by=AINO), told(recorded_by=FATEMEH)])
    assert patterns.not_alone(found, patterns.Reader(KLAS), CHANNEL_MAN, today=TODAY) is True
    assert patterns.not_alone(found, patterns.Reader(OUTSIDER), CHANNEL_MAN, today=TODAY) is False
    assert patterns.not_alone(found[:2], patterns.Reader(KLAS), CHANNEL_MAN, today=TODAY) is False  # one other: who?


# --- reports of concern about an employee's own children --------------------------------------------------------

DEPUTIES = (
    concern.Deputy(staff_id=GUN_BRITT, unit="Vuxen", order=1),
    concern.Deputy(staff_id=FATEMEH, unit="Försörjningsstöd", order=0),
)


def test_a_report_about_an_employee_s_child_goes_outside_the_unit_and_says_not_whose() -> None:
    flagged = concern.flag("SN 2026/2001", concerns=KLAS, unit="Försörjningsstöd", deputies=DEPUTIES, received_on=TODAY)
    assert flagged.deputy == GUN_BRITT  # Fatemeh comes first, but works in Klas's unit
    assert flagged.due == TODAY + dt.timedelta(days=14)  # SoL 20:2
    kept = msgspec.json.encode(flagged).decode()
    assert KLAS not in kept
    assert "Försörjningsstöd" not in kept
    assert concern.readable(flagged, GUN_BRITT)
    assert not any(concern.readable(flagged, who) for who in (KLAS, FATEMEH, PROTECTOR))


def test_without_a_deputy_outside_the_unit_a_human_must_choose() -> None:
    with pytest.raises(Blocked):
        concern.flag("SN 2026/2001", concerns=KLAS, unit="Vuxen", deputies=DEPUTIES[:1], received_on=TODAY)
    own = concern.Deputy(staff_id=KLAS, unit="Stab")
    with pytest.raises(Blocked):
        concern.flag("SN 2026/2001", concerns=KLAS, unit="Försörjningsstöd", deputies=[own], received_on=TODAY)
    with pytest.raises(BadInput):
        concern.flag(" ", concerns=KLAS, unit="Försörjningsstöd", deputies=DEPUTIES, received_on=TODAY)


# --- who reads, what is advised, what is put on paper -------------------------------------------------------------


def test_each_relation_reads_its_fields_and_no_more() -> None:
    one, unit = granted(AINO, asked_more={"by": GUN_BRITT}, facts=HER_FACTS), "Försörjningsstöd"
    person = show.show(one, patterns.Reader(AINO), unit, today=TODAY)
    asker = show.show(one, patterns.Reader(GUN_BRITT), unit, today=TODAY)
    assessor = show.show(one, patterns.Reader(PROTECTOR, frozenset({unit})), unit, today=TODAY)
    assert person == assessor
    assert person is not None
    assert asker is not None
    assert person["facts"] == HER_FACTS
    assert HER_FACTS not in str(asker)  # she told what she saw, and reads the answer; not what the assessor found
    assert asker["until"] == dt.date(2027, 5, 6)
    assert {"asker", "person", "assessor", "other"} == set(show.READS)
    assert show.relation(need(PROTECTOR), patterns.Reader(PROTECTOR, frozenset({unit})), unit) == "person"


def test_advice_follows_the_forms_and_never_promises_secrecy() -> None:
    home = show.advice(granted(forms=("hembesok",), ground="hot"), T)
    assert {"larma", "polisanmalan", "kontaktforbud", "skyddade_uppgifter"} <= {one.id for one in home}
    assert [one.id for one in show.advice(need(forms=()), T)] == ["polisanmalan"]
    assert set(show.STANDING) == set(State)
    said = " ".join(sentence for some in show.STANDING.values() for sentence in some).casefold()
    assert "record" in said
    assert not any(word in said for word in ("anonym", "secret", "hidden", "guarantee"))


def test_the_assessment_goes_to_the_personnel_record_and_a_note_to_the_client_s_file() -> None:
    """G31. The same need, two papers; the client's says the same whoever it concerns and whatever happened."""
    his = granted()
    hers = granted(AINO, "n2", facts=HER_FACTS, factors=("exponering_barn",))
    paper = papers.personnel_record(hers, T, staff())
    assert all(part in paper for part in (HER_FACTS, staff()[AINO].full_name, "39 kap. 3 §", "6 maj 2027"))
    note = papers.client_file_note(hers, T)
    assert note == papers.client_file_note(his, T)
    assert "2027-05-06" in note
    for secret in (AINO, KLAS, PROTECTOR, HER_FACTS[:12], staff()[AINO].surname, "n2"):
        assert secret not in note
    over = end(hers, by=PROTECTOR, at=ASKED_AT + dt.timedelta(days=9), reason="Parten har bett om ursäkt.")
    assert "Parten har bett om ursäkt." in papers.personnel_record(over, T, staff())
    for paper_of in (lambda: papers.client_file_note(need(), T), lambda: papers.personnel_record(need(), T, staff())):
        with pytest.raises(BadInput):
            paper_of()
    with pytest.raises(BadInput) as unknown:
        papers.personnel_record(granted("X99"), T, staff())
    assert "X99" not in str(unknown.value)


def test_values_go_to_json_and_back_and_their_repr_tells_nothing() -> None:
    for one in (granted(), told(), DEPUTIES[0]):
        assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one
        assert repr(one) == f"{type(one).__name__}(…)"
    assert f"{granted()} {granted().assessment}" == "Need(…) Assessment(…)"


def test_the_typology_is_the_law_data_whole() -> None:
    data = threat_taxonomy()
    assert set(T.forms) == {row.id for row in data.form}
    assert set(T.prompts) == {row.id for row in data.prompt}
    assert set(T.crimes) == {row.id for row in data.crime}
    assert T.crimes["brb_17_1"].source == "BrB 17:1"
    for form in T.forms.values():
        assert form.ground in T.grounds
        assert set(form.prompts) <= set(T.prompts)
