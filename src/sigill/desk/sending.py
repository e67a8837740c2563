"""The registrar's queue: issued decisions, their notification, how and when each was sent. No employee's name."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction

from sigill import journey
from sigill.decision.workflow import Move, State, moved
from sigill.desk import drafting, programs
from sigill.desk.access import Actor, no_such_case, require
from sigill.desk.office import office
from sigill.errors import N_, BadInput, Refused
from sigill.store.desk import models

WAYS = ("post", "digital_mail", "handed_over", "e_mail_notice")
"""How a decision leaves the board; by e-mail only word that there is a letter."""


def queue(actor: Actor) -> list[models.Case]:
    """Issued decisions that have not been sent, the oldest first."""
    require(actor, "sending.queue")
    return list(models.Case.objects.filter(state=State.ISSUED).order_by("issued_at"))


def sent(actor: Actor, most: int = 50) -> list[models.Case]:
    """Those that have been sent, the latest first."""
    require(actor, "sending.queue")
    rows = models.Case.objects.filter(state__in=(State.SENT, State.SERVED, State.APPEALED, State.FINAL))
    return list(rows.prefetch_related("deliveries").order_by("-changed_at")[:most])


def one(actor: Actor, case_id: uuid.UUID | str, *, lock: bool = False) -> models.Case:
    """One issued decision.

    Raises:
        NotYours: there is none that has been issued.
    """
    require(actor, "sending.queue")
    rows = models.Case.objects.select_for_update() if lock else models.Case.objects.all()
    row = rows.filter(pk=case_id).exclude(decision_id="").first()
    if row is None:
        raise no_such_case()
    return row


def letter(actor: Actor, case_id: uuid.UUID | str) -> tuple[str, bytes]:
    """The issued notification: file name and PDF."""
    require(actor, "sending.letter")
    row = one(actor, case_id)
    issued = office().house.store.find(row.decision_id)
    if issued is None or issued.finished is None:
        raise BadInput(N_("There is no issued decision under that key."), N_("Issue it first."))
    return f"underrattelse-{row.dnr.replace('/', '-').replace(' ', '-')}.pdf", issued.finished


def receipt(actor: Actor, case_id: uuid.UUID | str) -> dict[str, Any]:
    """What the receipt says: no name, no staff id."""
    require(actor, "sending.letter")
    row = one(actor, case_id)
    key = f"{office().board.municipality}|{office().board.board}|{row.dnr}"
    return dict(journey.receipt(journey.finish(key, office().house, again=True)))


def mark_sent(actor: Actor, case_id: uuid.UUID | str, *, way: str, sent_on: dt.date) -> models.Case:
    """Note that the decision has left.

    Raises:
        Refused: no such way, a day that cannot be, or it has been sent before.
    """
    require(actor, "sending.send")
    if way not in WAYS:
        raise Refused(N_("Choose how the decision was sent."), N_("One of the ways in the list."))
    with transaction.atomic():
        row = one(actor, case_id, lock=True)
        if sent_on > actor.today or (row.decided_on is not None and sent_on < row.decided_on):
            raise Refused(N_("It cannot have been sent that day."), N_("Choose a day from the decision to today."))
        row.state = moved(State(row.state), Move.SEND)
        row.changed_at = office().house.clock.now()
        row.save()
        models.Delivery.objects.create(case=row, way=way, sent_on=sent_on, sent_by=actor.key)
        drafting.note(row, actor, "sent")
        programs.tell(row, "decision.sent", channel=way)
    return row


def mark_served(actor: Actor, case_id: uuid.UUID | str, *, served_on: dt.date, proof: str) -> models.Case:
    """Note that the party has had it: the appeal clock starts (FL 44 §).

    Raises:
        Refused: a day that cannot be.
    """
    require(actor, "sending.send")
    with transaction.atomic():
        row = one(actor, case_id, lock=True)
        last = row.deliveries.order_by("-sent_on", "-pk").first()
        if last is None or not last.sent_on <= served_on <= actor.today:
            raise Refused(N_("It cannot have been served that day."), N_("Choose a day from sending to today."))
        row.state = moved(State(row.state), Move.SERVE)
        row.changed_at = office().house.clock.now()
        row.save()
        models.Delivery.objects.filter(pk=last.pk).update(served_on=served_on, proof=proof.strip()[:300])
        drafting.note(row, actor, "served")
        programs.tell(row, "decision.served", served_on=served_on.isoformat())
    return row
