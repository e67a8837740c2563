"""When a record may be disposed of (gallring), as a pure function: rule G34.

SoL 16:1: five years after the file's last note. 16:2: not at all on that clock for paternity, adoption and children
placed outside their home. 16:2 a: a child's inquiry not before the child is 30, for matters concluded on 2026-01-15 or
later. 16:3: approved agreements not before the child is 18. 16:4–5: samples for research are kept.

Fails closed: what is not known is required, and nothing is due before everything is known. It reads no clock.
"""

import datetime as dt
from dataclasses import dataclass

from sigill.decision.legal import Finding, Severity
from sigill.law import book


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the case system says of the file a decision lies in.

    Args:
        last_note: the day of the file's last note; None if unknown.
        child_born: the youngest child the inquiry is about; None if it is about no child.
        kept: the file is kept for another reason (placement, research sample, pending case, the archive's plan).
    """

    last_note: dt.date | None
    child_born: dt.date | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """When a record may go.

    Args:
        on: the first day; None when it is kept.
        source: the paragraphs.
    """

    on: dt.date | None
    source: str


def due(decision_type: str, facts: FileFacts) -> Due | Finding:
    """When the record of a decision may be disposed of, or the finding G34 that says what is missing to know.

    Args:
        decision_type: its id; an unknown one follows the general clock.
        facts: what the case system says.
    """
    clock = book.retention_clock(decision_type)
    if facts.child_born and not clock.child_age and not clock.kept and not _opened_none(decision_type):
        # 16:2 a asks what the document belongs to, not what the decision is called.
        clock = book.retention_clocks()["child"]
    if clock.kept or facts.kept:
        return Due(None, clock.source if clock.kept else "SoL 16:2, 16:4–5")
    if facts.last_note is None:
        return _missing(clock.source, "last_note", "Dagen för personaktens sista anteckning saknas.", "last note")
    earliest = years_later(facts.last_note, clock.years)
    if clock.child_age and (clock.since is None or facts.last_note >= clock.since):
        if facts.child_born is None:
            return _missing(clock.source, "child_born", "Barnets födelsedag saknas.", "child's day of birth")
        earliest = max(earliest, years_later(facts.child_born, clock.child_age))
    return Due(earliest, clock.source)


def years_later(day: dt.date, years: int) -> dt.date:
    """The same day `years` later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def month_over(month: str, today: dt.date) -> bool:
    """Whether the retention month (`2031-11`) lies behind us."""
    return month < f"{today:%Y-%m}"


def too_early(month: str) -> Finding:
    """G34: the month is not over."""
    return Finding(
        "G34",
        Severity.BLOCK,
        "SoL 16:1–2 a",
        f"Månaden {month} har inte gått ut; ingenting i den får gallras än.",
        f"The month {month} is not over; nothing in it may be disposed of yet.",
        "month",
    )


def _opened_none(decision_type: str) -> bool:
    # SoL 16:2 a, last sentence: a decision not to open an inquiry follows the five years.
    return decision_type == "sol_20_2_inte_inleda_utredning"


def _missing(source: str, key: str, sv: str, en: str) -> Finding:
    return Finding("G34", Severity.REQUIRE, source, sv, f"The {en} is missing.", key)
