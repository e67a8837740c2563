"""A report of concern about an employee's own children: somebody outside the unit handles it, and nobody learns whose.

Such a report may be revenge, and may be right: it is assessed as any other within fourteen days (SoL 20:2), by one
who is not disqualified (FL 16–17 §§). What this room does is choose who, and forget the rest: the flag holds the
report's own reference and the deputy, never the employee. The report itself stays in the case system.
"""

import datetime as dt
from collections.abc import Iterable

from sigill.errors import N_, BadInput, Blocked
from sigill.protection.value import Value

DAYS = 14
"""SoL 20:2: the preliminary assessment is made within fourteen days."""


class Deputy(Value, frozen=True):
    """Somebody named beforehand to take such reports."""

    staff_id: str
    unit: str
    order: int = 0


class Flag(Value, frozen=True):
    """What is kept and shown: which report, who takes it, by when."""

    report: str
    deputy: str
    received_on: dt.date
    due: dt.date


def flag(report: str, *, concerns: str, unit: str, deputies: Iterable[Deputy], received_on: dt.date) -> Flag:
    """Choose the deputy for a report about the children of the employee `concerns`.

    Args:
        report: the report's reference in the case system.
        concerns, unit: the employee and her unit; used here and kept nowhere.
        deputies: those named beforehand, in order.
    Raises:
        BadInput: no reference. Blocked: nobody outside the unit has been named; a manager must choose.
    """
    if not report.strip():
        raise BadInput(N_("The report of concern has no reference."), N_("Give the case system's own number."))
    free = [one for one in deputies if one.unit != unit and one.staff_id != concerns]
    if not free:
        raise Blocked(
            N_("No deputy outside the unit has been named for reports of this kind."),
            N_("Let the administrator name one; until then the director decides who takes it."),
        )
    chosen = min(free, key=lambda one: (one.order, one.staff_id))
    return Flag(
        report=report.strip(),
        deputy=chosen.staff_id,
        received_on=received_on,
        due=received_on + dt.timedelta(days=DAYS),
    )


def readable(flagged: Flag, reader: str) -> bool:
    """Whether `reader` may know that the report is flagged at all: the deputy alone."""
    return reader == flagged.deputy
