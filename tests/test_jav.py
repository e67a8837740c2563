"""Objections of disqualification by a party who does not know the names: what the party hears tells nothing."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from house import NOON, SimulatedHouse, draft, staff
from sigill import jav, journey
from sigill.adapters.keys import UnsafeSoftwareKeys
from sigill.decision.disclosure import DisclosureRequest
from sigill.decision.people import StaffMember
from sigill.decision.stages import Recorded
from sigill.errors import BadInput, Refused, Temporary

LAWYER = "A12147"  # takes no part in the case
RIGHT = jav.Objection("parten", "Handläggaren är min före detta svägerska.", ("Gun-Britt Åkesson",))
WRONG = jav.Objection("parten", "Jag tror att det var min granne.", ("Filip Nordin",))
REASONS = "Släktskapet är prövat mot folkbokföringen."


@pytest.fixture
def issued(house: SimulatedHouse) -> Recorded:
    """Case 01: Gun-Britt decides and is withheld."""
    return house.issue(draft("01_track_a_insats"))


def compare(house: SimulatedHouse, query: jav.Query, officer: str = LAWYER, **more: object) -> jav.Comparison:
    request = journey.request_opening(
        DisclosureRequest(query.decision, "jav", "handläggare", "jurist", "A11962", officer), house.ports
    )
    parts = house.parts(request.id, "registrator", "sakerhetsansvarig")
    return jav.compare(query.id, request.id, parts, staff()[officer], house.ports)


def heard(
    keys: UnsafeSoftwareKeys, objection: jav.Objection, disqualified: bool, ruled_after: dt.timedelta
) -> tuple[bytes, dt.datetime, list[tuple[str, int, int]]]:
    """What the party hears and when, and what the log and the store show outsiders of it: kinds and lengths.

    In a house of its own each time: all asked at the same moment.
    """
    house = SimulatedHouse(keys)
    issued = house.issue(draft("01_track_a_insats"))
    query = jav.ask(issued.facts.decision_id, objection, "A11962", house.ports)
    house.ports.clock.time = NOON + ruled_after
    seen = compare(house, query)
    assert seen.alike == (objection.persons if objection is RIGHT else ())
    jav.rule(query.id, LAWYER, jav.Ruling(disqualified, REASONS), house.ports)
    acts = house.store.acts(query.id)
    due = jav.answer_day(query, acts[-1].at)
    house.ports.clock.time = due - dt.timedelta(seconds=1)
    with pytest.raises(Temporary) as early:
        jav.answer(query.id, house.ports)
    house.ports.clock.time = due
    answer = jav.answer(query.id, house.ports)
    assert answer.at == due and jav.answer(query.id, house.ports) == answer
    shown = [(act.kind, len(act.data), len(act.sealed)) for act in house.store.acts(query.id)]
    house.check()
    return answer.text + str(early.value).encode(), answer.at, shown


def test_the_answer_is_the_same_bytes_at_the_same_time_whatever_the_outcome(keys: UnsafeSoftwareKeys) -> None:
    soon = dt.timedelta(days=2)
    baseline = heard(keys, RIGHT, True, soon)
    assert baseline[1] == NOON + jav.WAIT
    for objection, disqualified in ((RIGHT, False), (WRONG, True), (WRONG, False)):
        assert heard(keys, objection, disqualified, soon) == baseline
    # Also when the officer is late, and by however little: the next day of answering is a whole wait later.
    late = [heard(keys, one, one is RIGHT, jav.WAIT + dt.timedelta(hours=1)) for one in (RIGHT, WRONG)]
    assert late[0] == late[1] and late[0][1] == NOON + 2 * jav.WAIT
    text = baseline[0].decode()
    for name in (*RIGHT.persons, *WRONG.persons, "Åkesson", "Nordin", "svägerska", "granne"):
        assert name not in text


def test_the_answer_never_opens_what_was_ruled(house: SimulatedHouse, issued: Recorded) -> None:
    """Non-interference by construction: with the house's key gone the answer is the same."""
    query = jav.ask(issued.facts.decision_id, RIGHT, "A11962", house.ports)
    compare(house, query)
    jav.rule(query.id, LAWYER, jav.Ruling(True, REASONS), house.ports)
    house.ports.clock.time = query.answer_at
    whole = jav.answer(query.id, house.ports)

    class NoKey:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(name)

    assert jav.answer(query.id, replace(house.ports, custodians=NoKey())) == whole
    assert jav.ruling_of(query.id, house.ports) == jav.Ruling(True, REASONS)


def test_whoever_compares_takes_no_part_in_the_case(house: SimulatedHouse, issued: Recorded) -> None:
    query = jav.ask(issued.facts.decision_id, WRONG, "A11962", house.ports)
    told = len(house.store.letters)
    for involved in ("A10667", "A11259"):  # the one left out, and the one who is named
        with pytest.raises(Refused) as refused:
            compare(house, query, involved)
        assert str(refused.value) == "Somebody else must do this. Choose an officer who takes no part in the case."
    with pytest.raises(Refused):
        compare(house, query, "A11962")  # registered it
    assert len(house.store.letters) == told, "nothing was opened"
    assert compare(house, query).identities[0].staff_id == "A10667"
    with pytest.raises(Refused):
        compare(house, query, "A12110")  # the lawyer has begun


def test_a_custodian_does_not_compare(house: SimulatedHouse, issued: Recorded) -> None:
    query = jav.ask(issued.facts.decision_id, WRONG, "A11962", house.ports)
    keeper = StaffMember("jurist", "Elin", "Elin", "Vik")
    request = journey.request_opening(
        DisclosureRequest(query.decision, "jav", "handläggare", "jurist", "A11962", "jurist"), house.ports
    )
    for acting in (("registrator", "sakerhetsansvarig"), ("jurist", "registrator")):
        with pytest.raises(Refused):
            house.parts(request.id, *acting)
    with pytest.raises(Refused):
        jav.compare(query.id, request.id, [], keeper, house.ports)


def test_a_series_of_guesses_is_shown_as_one(house: SimulatedHouse, issued: Recorded) -> None:
    decision = issued.facts.decision_id
    first = jav.ask(decision, WRONG, "A11962", house.ports)
    assert not compare(house, first).series.guessing
    for name in ("Anna Ek", "anna  EK", "Bo Alm"):
        last = jav.ask(decision, jav.Objection("Parten", "Är det hon?", (name,)), "A11962", house.ports)
    other = jav.ask(decision, jav.Objection("vårdnadshavare 2", "Är det han?", ("Bo Alm",)), "A11962", house.ports)
    series = compare(house, last).series
    assert (series.queries, series.persons, series.guessing) == (4, 3, True)
    assert not compare(house, other).series.guessing
    # One letter with a list of names is a series too.
    many = jav.Objection("ombudet", "Någon av dem.", ("A Ek", "B Ek", "C Ek"))
    assert compare(house, jav.ask(decision, many, "A11962", house.ports)).series.guessing


def test_a_ruling_is_made_once_by_whoever_compared_and_with_reasons(house: SimulatedHouse, issued: Recorded) -> None:
    query = jav.ask(issued.facts.decision_id, RIGHT, "A11962", house.ports)
    with pytest.raises(Refused):
        jav.rule(query.id, LAWYER, jav.Ruling(True, REASONS), house.ports)
    with pytest.raises(Refused):
        jav.answer(query.id, house.ports)
    compare(house, query)
    with pytest.raises(BadInput):
        jav.rule(query.id, LAWYER, jav.Ruling(True, "Ja."), house.ports)
    with pytest.raises(Refused):
        jav.rule(query.id, "A12110", jav.Ruling(True, REASONS), house.ports)
    jav.rule(query.id, LAWYER, jav.Ruling(True, REASONS), house.ports)
    with pytest.raises(Refused):
        jav.rule(query.id, LAWYER, jav.Ruling(False, REASONS), house.ports)
    with pytest.raises(Refused):
        compare(house, query)
    assert [state for _query, state in jav.queries(house.ports)] == ["ruled"]
    assert next(one.state for one in journey.opening_requests(house.ports)) == "delivered"
    kinds = [json.loads(event)["kind"] for event, _salt in house.store.opened]
    assert [one for one in kinds if one.startswith("jav")] == ["jav_asked", "jav_compared", "jav_ruled"]


def test_what_is_said_is_kept_sealed_and_of_one_length(house: SimulatedHouse, issued: Recorded) -> None:
    long = jav.Objection("parten", "x" * 3000, ())
    for one in (RIGHT, WRONG, long):
        jav.ask(issued.facts.decision_id, one, "A11962", house.ports)
    kept = [act for act in house.store.acts() if act.kind == "jav_asked"]
    assert len({(len(act.sealed), len(act.data)) for act in kept}) == 1
    assert all(word.encode() not in act.data + act.sealed for act in kept for word in ("Åkesson", "svägerska"))
    for wrong in (jav.Objection("parten", " "), jav.Objection("", "x"), jav.Objection("parten", "x" * 4000)):
        with pytest.raises(BadInput):
            jav.ask(issued.facts.decision_id, wrong, "A11962", house.ports)
    with pytest.raises(BadInput):
        jav.ask("no such decision", RIGHT, "A11962", house.ports)
    with pytest.raises(BadInput):
        jav.answer("no such query", house.ports)
