"""The registrar's work after a decision is issued: sent, served, the clock of appeal, appeals, requests, the list."""

import datetime as dt
from typing import Any

import pytest

from web.acting import decide, done, submit, text
from web.conftest import Desk


@pytest.fixture
def issued(desk: Desk) -> Any:
    case, gun_britt = desk.case("01_track_a_insats"), desk.client("gun-britt")
    submit(gun_britt, case)
    decide(desk, gun_britt, case)
    case.refresh_from_db()
    return case


def test_sent_served_appealed_and_the_court_gets_all_names(desk: Desk, issued: Any) -> None:
    peter, where = desk.client("peter"), f"/utskick/{issued.pk}/"
    early = peter.post(where, {"act": "sent", "sent-way": "post", "sent-sent_on": "2026-11-01"})
    assert early.status_code == 422 and "Det kan inte ha skickats den dagen" in text(early)
    too_soon = {"appeal-received_on": "2026-11-22", "appeal-court": "Förvaltningsrätten"}
    answer = peter.post(where + "overklagande/", too_soon, follow=True)
    assert "inte kan göras" in text(answer), "what has not been sent cannot be appealed"
    assert "Kvarnbacken 14 B" in text(peter.get(where + "adress/"))
    done(peter.post(where, {"act": "sent", "sent-way": "post", "sent-sent_on": "2026-11-22"}))
    desk.clock.time += dt.timedelta(days=3)
    done(peter.post(where, {"act": "served", "served-served_on": "2026-11-25", "served-proof": "kvitto"}))
    # 21 days from the 25th of November is the 16th of December, a Wednesday.
    assert "2026-12-16" in text(peter.get(where))
    desk.clock.time += dt.timedelta(days=5)
    appeal = {"appeal-received_on": "2026-11-30", "appeal-court": "Förvaltningsrätten i Exempelstad, mål 123-26"}
    answer = peter.post(where + "overklagande/", appeal, follow=True)
    assert "omaskat" in text(answer) and "sigill bundle" in text(answer)
    issued.refresh_from_db()
    assert issued.state == "appealed"
    _open_for(issued, "court")


def test_the_party_asks_for_the_record_and_is_answered_at_once(desk: Desk, issued: Any) -> None:
    peter, where = desk.client("peter"), f"/utskick/{issued.pk}/"
    answer = peter.post(where + "begaran/", {"request-requester": "parten, muntligen i receptionen"}, follow=True)
    assert "sigill open" in text(answer) and "kan inte avslås" in text(answer)
    _open_for(issued, "party")


def _open_for(case: Any, ground: str) -> None:
    """The request stands in the log, and one custodian's part opens the record on it."""
    from sigill import journey
    from sigill.desk.office import office

    (state,) = journey.opening_requests(office().house, case.decision_id)
    assert state.registered.request.ground == ground
    acting = [office().house.custodians.members()[0].id]
    _issue, group = journey.group_to_open(state.registered.id, acting, office().house)
    assert set(acting) < set(group), "one custodian and the house"


def test_the_list_for_the_board_leads_to_nobody(desk: Desk, issued: Any) -> None:
    peter = desk.client("peter")
    page = peter.get("/utskick/delegation/")
    assert issued.dnr in text(page) and "4.11" in text(page)
    for word in ("Åkesson", "A10667", "ocialsekreterare", "Öhman"):
        assert word not in text(page)
    other = peter.get("/utskick/delegation/", {"first": "2020-01-01", "last": "2020-12-31"})
    assert issued.dnr not in text(other)


@pytest.mark.parametrize(
    ("day", "open_again"),
    [
        ("2026-12-16", "2026-12-16"),
        ("2026-12-19", "2026-12-21"),  # a Saturday
        ("2026-12-24", "2026-12-28"),  # Christmas, then a weekend
        ("2027-03-26", "2027-03-30"),  # Good Friday to Easter Monday
        ("2027-05-06", "2027-05-07"),  # Ascension Day
        ("2026-06-19", "2026-06-22"),  # Midsummer's Eve
        ("2026-06-06", "2026-06-08"),  # the national day, a Saturday
    ],
)
def test_the_last_day_is_a_day_on_which_the_office_is_open(demo_database: Any, day: str, open_again: str) -> None:
    from sigill.desk.sending import next_working_day

    assert next_working_day(dt.date.fromisoformat(day)) == dt.date.fromisoformat(open_again)
