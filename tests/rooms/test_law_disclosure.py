"""Who may open: over all configurations of custodians, grounds, requesters and times, what must be impossible is."""

import datetime as dt
import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigill.decision.disclosure import DisclosureRequest, RegisteredRequest
from sigill.errors import BadInput, Refused
from sigill.law import book
from sigill.law.disclosure import (
    HOUSE,
    expiry,
    group_for,
    judge_opening,
    judge_refusal,
    judge_request,
    require,
    sealing_groups,
)
from sigill.ports import Custodian

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
IDS = ("arkivarie", "jurist", "registrator", "sakerhet", "utredare")
PEOPLE = ("A1", "A2", "A3", "A4", "A5")
CHAINS = ("kansli", "ledning", "sakerhet")
GROUNDS = tuple(book.disclosure_grounds())


@st.composite
def custodies(draw: st.DrawFn) -> list[Custodian]:
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=5))
    return [
        Custodian(one, draw(st.sampled_from(PEOPLE)), draw(st.sampled_from((*CHAINS, ""))), bytes(32)) for one in ids
    ]


@st.composite
def requests(draw: st.DrawFn) -> RegisteredRequest:
    ground = draw(st.sampled_from(GROUNDS))
    request = DisclosureRequest(
        decision="d",
        ground=ground,
        requester="någon",
        recipient="någon",
        registered_by=draw(st.sampled_from((*PEOPLE, "A9"))),
        recipient_staff_id=draw(st.sampled_from(("", *PEOPLE, "A8"))),
        hours=draw(st.integers(0, 400)),
    )
    made = NOW + dt.timedelta(hours=draw(st.integers(-200, 5)))
    return RegisteredRequest("r", request, made, expiry(request, made))


@settings(max_examples=1500, deadline=None)
@given(custodies(), requests(), st.lists(st.sampled_from((*IDS, HOUSE)), max_size=4), st.booleans())
def test_what_must_be_impossible_is_so_in_every_configuration(
    custodians: list[Custodian], registered: RegisteredRequest, acting: list[str], logged: bool
) -> None:
    findings = judge_opening(registered if logged else None, acting, custodians, NOW)
    try:
        groups = sealing_groups(custodians)
    except BadInput:
        groups = ()  # such a house can seal nothing, so nothing can be opened there either
    admitted = not findings and group_for(book.disclosure_ground(registered.request.ground), acting) in groups

    by_id = {one.id: one for one in custodians}
    who = [by_id[one] for one in acting if one in by_id]
    people = {one.staff_id for one in who}
    ground = book.disclosure_ground(registered.request.ground)
    possible = (
        logged
        and registered.made_at <= NOW < registered.expires_at
        and bool(groups)
        and len(who) == len(acting) == len(people) == ground.custodians
        and (ground.custodians == 1 or len({one.chain for one in who}) == len(who))
        and not people & {registered.request.registered_by, registered.request.recipient_staff_id}
    )
    if ground.gets == "officer":
        keepers = {one.staff_id for one in custodians}
        possible = possible and not keepers & {registered.request.registered_by, registered.request.recipient_staff_id}
    assert admitted == possible
    for group in groups:
        assert len(group) == 2 and group != (HOUSE, HOUSE), "nobody opens alone"
        assert HOUSE in group or len({by_id[one].chain for one in group}) == 2


def test_the_property_is_not_empty() -> None:
    """The positive control: in a sound house every ground can be opened, and by how many the ground says."""
    house = [Custodian(one, who, chain, bytes(32)) for one, who, chain in zip(IDS, PEOPLE, CHAINS, strict=False)]
    for ground in GROUNDS:
        request = DisclosureRequest("d", ground, "x", "y", "A9", "A8")
        registered = RegisteredRequest("r", request, NOW, expiry(request, NOW))
        ways = [
            acting
            for number in range(4)
            for acting in itertools.combinations([one.id for one in house], number)
            if not judge_opening(registered, acting, house, NOW)
        ]
        assert len(ways) == 3 and {len(one) for one in ways} == {book.disclosure_ground(ground).custodians}
        # Gone at the very moment it runs out, and not there before it was made.
        assert not judge_opening(registered, ways[0], house, registered.expires_at - dt.timedelta(seconds=1))
        assert judge_opening(registered, ways[0], house, registered.expires_at)
        assert judge_opening(registered, ways[0], house, NOW - dt.timedelta(seconds=1))


def test_a_house_without_two_chains_or_with_one_person_twice_seals_nothing() -> None:
    jurist = Custodian("jurist", "A1", "kansli", bytes(32))
    for other in (
        replace(jurist, id="b", staff_id="A2"),
        replace(jurist, id="b", chain="ledning"),
        replace(jurist, staff_id="A2", chain="ledning"),
        replace(jurist, id=HOUSE, staff_id="A2", chain="ledning"),
        replace(jurist, id="b", staff_id="A2", chain=""),
        replace(jurist, id="b", staff_id="", chain="ledning"),
    ):
        with pytest.raises(BadInput):
            sealing_groups([jurist, other])
    assert sealing_groups([jurist, replace(jurist, id="b", staff_id="A2", chain="ledning")]) == (
        ("b", HOUSE),
        ("b", "jurist"),
        (HOUSE, "jurist"),
    )


def test_a_request_says_who_for_whom_and_for_how_long() -> None:
    whole = DisclosureRequest("d", "party", "parten", "parten", "A1")
    assert judge_request(whole) == ()
    for gap in ("requester", "recipient", "registered_by"):
        assert judge_request(replace(whole, **{gap: " "}))
    assert judge_request(replace(whole, hours=169)) and not judge_request(replace(whole, hours=168))
    assert judge_request(replace(whole, ground="jav")), "only a named officer"
    with pytest.raises(BadInput):
        judge_request(replace(whole, ground="curiosity"))


@pytest.mark.parametrize("ground", GROUNDS)
def test_what_may_not_be_refused_is_not(ground: str) -> None:
    long = "Uppgiften behövs inte för ändamålet."
    rule = book.disclosure_ground(ground).refusal_rule
    assert [one.rule for one in judge_refusal(ground, long)] == ([rule] if rule else [])
    with pytest.raises(Refused):
        require(judge_refusal(ground, "Nej."))
