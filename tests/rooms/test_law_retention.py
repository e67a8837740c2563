"""G34: when a record may be disposed of, by chapter 16 of the Social Services Act."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigill.decision.legal import Finding
from sigill.law import book
from sigill.law.retention import Due, FileFacts, due, month_over, years_later

INSATS, INQUIRY, NONE_OPENED = "sol_11_1_insats", "sol_20_2_inleda_utredning", "sol_20_2_inte_inleda_utredning"
AGREEMENT, PLACED, REFUSAL = "fb_6_6_godkanna_avtal", "lvu_11_vardens_utformning", "osl_6_3_avslag_utlamnande"
NOTE, CHILD = dt.date(2026, 11, 22), dt.date(2020, 2, 29)


@pytest.mark.parametrize(
    ("kind", "facts", "on"),
    [
        (INSATS, FileFacts(NOTE), dt.date(2031, 11, 22)),  # 16:1
        (INSATS, FileFacts(dt.date(2028, 2, 29)), dt.date(2033, 3, 1)),
        (INSATS, FileFacts(NOTE, child_born=CHILD), dt.date(2050, 3, 1)),  # 16:2 a asks about the document
        (INSATS, FileFacts(NOTE, kept=True), None),
        (INQUIRY, FileFacts(NOTE, CHILD), dt.date(2050, 3, 1)),  # 16:2 a
        (INQUIRY, FileFacts(NOTE, dt.date(1998, 1, 1)), dt.date(2031, 11, 22)),  # already near 30: five years rule
        (INQUIRY, FileFacts(dt.date(2026, 1, 14), CHILD), dt.date(2031, 1, 14)),  # concluded before 2026-01-15
        (INQUIRY, FileFacts(dt.date(2026, 1, 15), CHILD), dt.date(2050, 3, 1)),
        (NONE_OPENED, FileFacts(NOTE, CHILD), dt.date(2031, 11, 22)),
        (AGREEMENT, FileFacts(NOTE, CHILD), dt.date(2038, 3, 1)),  # 16:3
        (PLACED, FileFacts(NOTE), None),  # 16:2
        (REFUSAL, FileFacts(NOTE), None),
    ],
)
def test_the_clock(kind: str, facts: FileFacts, on: dt.date | None) -> None:
    found = due(kind, facts)
    assert isinstance(found, Due) and found.on == on and found.source


@pytest.mark.parametrize(
    ("kind", "facts", "place"),
    [
        (INSATS, FileFacts(None), "last_note"),
        (INQUIRY, FileFacts(NOTE), "child_born"),
        (INQUIRY, FileFacts(None, CHILD), "last_note"),
    ],
)
def test_what_is_not_known_is_required(kind: str, facts: FileFacts, place: str) -> None:
    found = due(kind, facts)
    assert isinstance(found, Finding) and found.rule == "G34" and found.stops and found.place == place


DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))


@given(st.sampled_from(book.type_ids()), DAYS, st.none() | DAYS, st.booleans())
def test_nothing_is_ever_due_within_five_years_of_the_last_note(
    kind: str, note: dt.date, born: dt.date | None, kept: bool
) -> None:
    found = due(kind, FileFacts(note, born, kept))
    if isinstance(found, Due) and found.on is not None:
        assert not kept and found.on >= years_later(note, 5)
        # The month a record is sealed under comes no later than the first day it could fall due for a child of 0–20.
        assert book.retention_years(kind) > 0


def test_a_month_is_over_when_the_next_one_has_begun() -> None:
    assert not month_over("2031-11", dt.date(2031, 11, 30))
    assert month_over("2031-11", dt.date(2031, 12, 1))
    assert not month_over("9999-12", dt.date(2999, 1, 1))
