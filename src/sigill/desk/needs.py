"""Needs for protection as rows: their value, what a case may leave out, what stands in the way of asking.

A protection against a party holds in that party's other cases too, until its day.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from sigill.decision.case import Withhold
from sigill.desk import parties
from sigill.desk.office import office
from sigill.protection import need
from sigill.protection.need import Asked, Assessment, Ending, Need, State
from sigill.store.desk import models

RECORDED = ("maker", "rapporteur", "participant")
"""Relations to a case that stand in its record (FL 31 §); nobody else's name is left out (G18)."""


def need_of(row: models.Protection) -> Need:
    """A row as the room's value, in the house's own time zone."""
    zone = office().house.clock.now().tzinfo
    assessment = ending = None
    if row.assessed_on is not None and row.review_by is not None:
        assessment = Assessment(
            assessed_by=row.assessed_by,
            assessed_on=row.assessed_on,
            ground=row.ground,
            forms=tuple(row.assessed_forms),
            severity=row.severity,
            facts=row.facts,
            review_by=row.review_by,
            factors=tuple(row.factors),
        )
    if row.state in ("refused", "withdrawn", "ended"):
        at = row.ended_at or row.asked_at
        ending = Ending(kind=row.state, by=row.ended_by, at=at.astimezone(zone), reason=row.reason)  # type: ignore[arg-type]
    return Need(
        id=str(row.pk),
        asked=Asked(
            person=row.person_id,
            asked_by=row.asked_by,
            asked_at=row.asked_at.astimezone(zone),
            what_happened=row.telling,
            forms=tuple(row.forms),
            party=row.party_key,
            case=str(row.case_id),
        ),
        assessment=assessment,
        ending=ending,
        earlier=str(row.earlier_id or ""),
    )


def withheld_in(row: models.Case, content: Mapping[str, Any], on: dt.date) -> tuple[Withhold, ...]:
    """What the case leaves out: needs granted in it, and those granted against its parties elsewhere, while they hold.

    What was granted in the case itself stays even when it has run out: the gate then says so (G33), rather than a name
    coming out without a word.
    """
    keys = parties.party_keys(content)
    everybody = {one.user_key for one in row.people.all()}
    recorded = {one.user_key for one in row.people.all() if one.relation in RECORDED}
    rows = models.Protection.objects.filter(state="granted")
    near = rows.filter(Q(case=row, person_id__in=everybody) | Q(party_key__in=keys, person_id__in=recorded))
    needs = [need_of(one) for one in near]
    found = {
        one.staff_id: one for one in need.withheld_in(needs, people=everybody, parties=keys, case=str(row.pk), on=on)
    }
    for one in needs:
        if one.asked.case == str(row.pk) and one.asked.person not in found:
            found[one.asked.person] = need.entry_of(one)
    return tuple(found[person] for person in sorted(found))


def open_need(row: models.Case, person: str) -> models.Protection | None:
    """What stands in the way of asking anew: a need that waits, or one that holds for longer than its first reminder.

    One that is in force but soon runs out may be asked for again; one that has run out is put aside (`expired`).
    """
    today = office().house.clock.now().date()
    for found in models.Protection.objects.filter(case=row, person_id=person, state__in=("asked", "granted")):
        where = need.state(need_of(found), today)
        if where is State.EXPIRED:
            models.Protection.objects.filter(pk=found.pk).update(state="expired")
        elif where is State.ASKED or need.threshold((_last(found) - today).days) is None:
            return found
    return None


def earlier(row: models.Case, person: str) -> models.Protection | None:
    """The need that a new one renews: the newest of the person's that was granted in this case."""
    rows = models.Protection.objects.filter(case=row, person_id=person, state__in=("granted", "expired"))
    return rows.order_by("-assessed_on", "-pk").first()


def _last(row: models.Protection) -> dt.date:
    assert row.review_by is not None
    return row.review_by
