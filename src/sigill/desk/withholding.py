"""Needs for protection of somebody's name: the queue and the assessment (FL 33 § 4 st, G17).

Promise: one assessment per person, by somebody else, on facts of its own, with a ground and a time limit; a refusal
has a reason that the asker sees. Modesty: it says whether a name is left out of one notification; the rest of a
protection over time is `sigill.protection`'s.
"""

import datetime as dt

from django.db import transaction

from sigill.desk import drafting
from sigill.desk.access import Actor, NotYourRole, no_such_case, require
from sigill.desk.office import office
from sigill.errors import N_, Refused
from sigill.law import book
from sigill.store.desk import models

LONGEST_DAYS = 366
"""An assessment holds a year at most; then it is made anew (G33)."""


def queue(actor: Actor) -> list[models.Protection]:
    """What waits for an assessment, the oldest first."""
    require(actor, "protection.queue")
    return list(models.Protection.objects.filter(state="asked").select_related("case", "person"))


def assessed(actor: Actor, most: int = 20) -> list[models.Protection]:
    """The latest assessments."""
    require(actor, "protection.queue")
    rows = models.Protection.objects.exclude(state="asked").select_related("case", "person")
    return list(rows.order_by("-assessed_on", "-pk")[:most])


def one(actor: Actor, number: int, *, lock: bool = False) -> models.Protection:
    """One need.

    Raises:
        NotYourRole: it is the assessor's own. NotYours: there is none.
    """
    require(actor, "protection.assess")
    rows = models.Protection.objects.select_related("case", "person")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=number).first()
    if found is None:
        raise no_such_case()
    if found.person_id == actor.key:
        raise NotYourRole(
            N_("Nobody assesses the need for protection of oneself."), N_("Leave it to another protection officer.")
        )
    return found


def grant(actor: Actor, number: int, *, ground: str, facts: str, review_by: dt.date) -> models.Protection:
    """Let the name be left out.

    Args:
        ground: one of FL 33 § 4 st.
        facts: why just this person can be feared to meet it.
        review_by: when it is to be assessed anew.
    Raises:
        Refused: no ground of the law, too little told, or no sound time limit.
    """
    today = office().house.clock.now().date()
    if ground not in book.fl33_grounds():
        raise Refused(N_("Choose one of the three grounds of the law."), N_("See 33 § FL, fourth paragraph."))
    if len(facts.split()) < 6:
        raise Refused(N_("Tell what the assessment rests on."), N_("Facts about just this person, a few sentences."))
    if not today < review_by <= today + dt.timedelta(days=LONGEST_DAYS):
        raise Refused(N_("The time limit must lie ahead, and within a year."), N_("Choose another day (G33)."))
    with transaction.atomic():
        row = _open(actor, number)
        row.state, row.ground, row.facts = "granted", ground, facts.strip()
        row.assessed_by, row.assessed_on, row.review_by = actor.key, today, review_by
        row.save()
        _changed(row, actor, "protection_granted")
    return row


def refuse(actor: Actor, number: int, *, reason: str) -> models.Protection:
    """Say no, with a reason that the asker sees.

    Raises:
        Refused: no reason.
    """
    if len(reason.split()) < 4:
        raise Refused(N_("A refusal needs its reason."), N_("Write what the asker needs to know."))
    with transaction.atomic():
        row = _open(actor, number)
        row.state, row.reason = "refused", reason.strip()
        row.assessed_by, row.assessed_on = actor.key, office().house.clock.now().date()
        row.save()
        _changed(row, actor, "protection_refused")
    return row


def _open(actor: Actor, number: int) -> models.Protection:
    row = one(actor, number, lock=True)
    if row.state != "asked":
        raise Refused(N_("Somebody has assessed it already."), N_("See the list of assessments."))
    return row


def _changed(row: models.Protection, actor: Actor, action: str) -> None:
    """The letters depend on it: forms that are open on the case are now stale."""
    case = models.Case.objects.select_for_update().get(pk=row.case_id)
    case.edits += 1
    case.changed_at = office().house.clock.now()
    case.save(update_fields=["edits", "changed_at"])
    drafting.note(case, actor, action)
