"""Needs for protection of somebody's name: the queue, the assessment, its end.

The rules (G17, G31, G33) are `sigill.protection.need`'s. What this adds: rows, locks, whose queue it is, the case's
history, and telling those whom it concerns.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from sigill.decision.legal import Finding
from sigill.desk import drafting, notices, people
from sigill.desk.access import Actor, NotYourRole, no_such_case, require
from sigill.desk.needs import need_of
from sigill.desk.office import office
from sigill.errors import N_, Refused
from sigill.law import book
from sigill.notify.messages import Event, Reader
from sigill.protection import need, papers
from sigill.protection.need import Assessment
from sigill.store.desk import models


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


def grant(
    actor: Actor,
    number: int,
    *,
    ground: str,
    facts: str,
    review_by: dt.date,
    forms: Iterable[str] = (),
    severity: int = 0,
    factors: Iterable[str] = (),
) -> tuple[Finding, ...]:
    """Let the name be left out.

    Args:
        ground: one of FL 33 § 4 st.
        facts: why just this person can be feared to meet it.
        review_by: the last day it holds.
        forms, severity: as the assessor sees them; if not said, the asker's forms and the worst of theirs.
    Returns:
        notes that stop nothing.
    Raises:
        Refused: the assessment does not hold; `findings` says what, with the field's name as place.
    """
    today = office().house.clock.now().date()
    typology = book.typology()
    with transaction.atomic():
        row = _open(actor, number)
        chosen = tuple(dict.fromkeys(forms)) or tuple(row.forms)
        usual = max((typology.forms[one].severity for one in chosen if one in typology.forms), default=0)
        given = Assessment(
            assessed_by=actor.key,
            assessed_on=today,
            ground=ground,
            forms=chosen,
            severity=severity or usual,
            facts=facts.strip(),
            review_by=review_by,
            factors=tuple(dict.fromkeys(factors)),
        )
        # G17: the facts are held against those of all who are protected, whatever the case.
        others = models.Protection.objects.filter(Q(state="granted") | Q(pk=row.earlier_id or 0)).exclude(pk=row.pk)
        _, found = need.assess(need_of(row), given, typology, today=today, others=map(need_of, others))
        if row.earlier_id is not None:
            _replace(row.earlier_id, actor)
        row.state, row.ground, row.facts = "granted", given.ground, given.facts
        row.assessed_by, row.assessed_on, row.review_by = actor.key, today, given.review_by
        row.assessed_forms, row.severity, row.factors = list(given.forms), given.severity, list(given.factors)
        row.save()
        _changed(row, actor, "protection_granted")
        _tell_answer(row)
    return found


def refuse(actor: Actor, number: int, *, reason: str) -> models.Protection:
    """Say no, with a reason that the asker and the person always see.

    Raises:
        Refused: no reason.
    """
    now = office().house.clock.now()
    with transaction.atomic():
        row = _open(actor, number)
        ending = need.refuse(need_of(row), by=actor.key, at=now, reason=reason).ending
        assert ending is not None
        row.state, row.reason, row.ended_at, row.ended_by = "refused", ending.reason, now, actor.key
        row.assessed_by, row.assessed_on = actor.key, now.date()
        row.save()
        _changed(row, actor, "protection_refused")
        _tell_answer(row)
    return row


def end(actor: Actor, number: int, *, reason: str) -> models.Protection:
    """End a protection before its day.

    Raises:
        Refused: no reason. BadInput: it is not in force.
    """
    now = office().house.clock.now()
    with transaction.atomic():
        row = one(actor, number, lock=True)
        ending = need.end(need_of(row), by=actor.key, at=now, reason=reason).ending
        assert ending is not None
        row.state, row.reason, row.ended_at, row.ended_by = "ended", ending.reason, now, actor.key
        row.save()
        _changed(row, actor, "protection_ended")
        _tell_answer(row)
    return row


def withdraw(actor: Actor, number: int) -> models.Protection:
    """Take back what one has asked for, oneself or for a colleague, before it is assessed.

    Raises:
        BadInput: it is assessed already. NotYours: it is somebody else's.
    """
    require(actor, "protection.own")
    now = office().house.clock.now()
    with transaction.atomic():
        row = models.Protection.objects.select_for_update().filter(pk=number).first()
        if row is None or actor.key not in (row.person_id, row.asked_by):
            raise no_such_case()
        need.withdraw(need_of(row), by=actor.key, at=now)
        row.state, row.ended_at, row.ended_by = "withdrawn", now, actor.key
        row.save()
        _changed(row, actor, "protection_withdrawn")
    return row


def mine(actor: Actor) -> list[models.Protection]:
    """The needs that concern the actor, and those the actor has asked for colleagues; the newest first."""
    require(actor, "protection.own")
    rows = models.Protection.objects.filter(Q(person_id=actor.key) | Q(asked_by=actor.key))
    return list(rows.select_related("case", "person").order_by("-asked_at", "-pk"))


def paper(actor: Actor, number: int) -> tuple[str, str]:
    """The two papers of an assessment (G31): for the personnel record, and the note for the client's file."""
    require(actor, "protection.assess")
    found = need_of(one(actor, number))
    typology = book.typology()
    whole = papers.personnel_record(found, typology, people.register())
    return whole, papers.client_file_note(found, typology)


def _replace(number: int, actor: Actor) -> None:
    """The earlier need gives way to the one that renews it."""
    models.Protection.objects.filter(pk=number, state="granted").update(
        state="ended", ended_at=office().house.clock.now(), ended_by=actor.key, reason="Förnyad genom en ny bedömning."
    )


def _tell_answer(row: models.Protection) -> None:
    for reader, key in ((Reader.PERSON, row.person_id), (Reader.ASKER, row.asked_by)):
        if reader is Reader.PERSON or key != row.person_id:
            notices.tell(Event.NEED_ANSWERED, reader, key, about=f"{row.pk}:{row.state}")


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
