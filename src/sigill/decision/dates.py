"""Dates in Swedish words, for letters."""

import datetime as dt

_MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)


def swedish_date(date: dt.date) -> str:
    """A date as a Swedish letter writes it, for instance `3 november 2026`."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
