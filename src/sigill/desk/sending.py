"""The registrar's queue: issued decisions, their notification, how and when each was sent. No employee's name."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from sigill import journey
from sigill.decision.disclosure import DisclosureRequest, RegisteredRequest
from sigill.decision.workflow import Move, State, moved
from sigill.desk import drafting, programs
from sigill.desk.access import Actor, no_such_case, require
from sigill.desk.office import office
from sigill.errors import N_, BadInput, Refused
from sigill.law import book
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


@dataclass(frozen=True, slots=True)
class Clock:
    """The time for appeal of one decision.

    Args:
        last_day: the last day to appeal; None while nobody knows when the party had the decision, when the time runs
            from something else (the notice board), or when there is no appeal.
        days: how many the regime gives; 0 for none.
        over: whether it is past `last_day`.
    """

    last_day: dt.date | None
    days: int
    over: bool


def appeal_clock(row: models.Case, today: dt.date) -> Clock:
    """How long the party has (FL 44 §: from the day of receipt; Lag 1930:173: not on a Saturday, Sunday or holiday)."""
    law = book.decision_type(row.decision_type)
    served = row.deliveries.exclude(served_on=None).order_by("served_on").first()
    if served is None or served.served_on is None or not law.appeal_days or law.appeal == "laglighetsprovning":
        return Clock(None, law.appeal_days, False)
    last = next_working_day(served.served_on + dt.timedelta(days=law.appeal_days))
    return Clock(last, law.appeal_days, today > last)


def next_working_day(day: dt.date) -> dt.date:
    """The day itself, or the first after it on which a public office is open (lag 1930:173 2 §)."""
    while day.weekday() >= 5 or day in _holidays(day.year):
        day += dt.timedelta(days=1)
    return day


def _holidays(year: int) -> frozenset[dt.date]:
    """Sundays aside, the days that count as one: lag 1989:253, and Midsummer, Christmas and New Year's Eve."""
    easter = _easter(year)
    midsummer = next(dt.date(year, 6, 20 + n) for n in range(7) if dt.date(year, 6, 20 + n).weekday() == 5)
    fixed = [(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)]
    moving = [easter - dt.timedelta(days=2), easter + dt.timedelta(days=1), easter + dt.timedelta(days=39)]
    return frozenset([*(dt.date(year, *one) for one in fixed), *moving, midsummer, midsummer - dt.timedelta(days=1)])


def _easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)


def receive_appeal(actor: Actor, case_id: uuid.UUID | str, *, received_on: dt.date, court: str) -> RegisteredRequest:
    """Take an appeal, and register that the record goes to the court, unmasked (FL 46 §, FPL 6 b §; G16, G30).

    A custodian then opens it on that request. Whether the appeal is too late the board tries for itself (FL 45 §);
    the page shows the last day.

    Raises:
        Refused: a day that cannot be, or the decision has not been sent.
    """
    require(actor, "sending.appeal")
    with transaction.atomic():
        row = one(actor, case_id, lock=True)
        if received_on > actor.today or (row.decided_on is not None and received_on < row.decided_on):
            raise Refused(N_("It cannot have come that day."), N_("Choose a day from the decision to today."))
        row.state = moved(State(row.state), Move.APPEAL)
        row.changed_at = office().house.clock.now()
        row.sending = {**row.sending, "appealed_on": received_on.isoformat()}
        row.save()
        drafting.note(row, actor, "appealed")
        return _register(row, actor, "court", court.strip())


def request_record(actor: Actor, case_id: uuid.UUID | str, *, requester: str) -> RegisteredRequest:
    """Register the party's own request for the record: a right, answered at once (OSL 10:3 st. 2; G25).

    Args:
        requester: who asks, in words; never an employee's name.
    """
    require(actor, "sending.request")
    with transaction.atomic():
        row = one(actor, case_id, lock=True)
        return _register(row, actor, "party", requester.strip())


def _register(row: models.Case, actor: Actor, ground: str, requester: str) -> RegisteredRequest:
    registered = journey.request_opening(
        DisclosureRequest(
            decision=row.decision_id,
            ground=ground,
            requester=requester,
            recipient=requester,
            registered_by=actor.staff_id or "",
        ),
        office().house,
    )
    drafting.note(row, actor, "opening_requested")
    return registered


def requests(actor: Actor, row: models.Case) -> list[journey.RequestState]:
    """The requests to open the decision's record, and how far each has come."""
    require(actor, "sending.queue")
    return list(journey.opening_requests(office().house, row.decision_id))


@dataclass(frozen=True, slots=True)
class Delegated:
    """One line of the list of delegated decisions: what the board needs, and nothing that leads to who decided."""

    dnr: str
    decided_on: dt.date
    title_sv: str
    item: str


def delegated(actor: Actor, first: dt.date, last: dt.date) -> list[Delegated]:
    """Decisions taken on delegation between two days, for the board (KL 7:8).

    Sorted by diary number: an order by time or by item could show who was at work when. Neither officer, title nor
    unit stands in it.
    """
    require(actor, "sending.list")
    rows = models.Case.objects.exclude(decision_id="").filter(decided_on__gte=first, decided_on__lte=last)
    return [
        Delegated(
            row.dnr, row.decided_on, book.decision_type(row.decision_type).title_sv, row.sending["delegation"]["item"]
        )
        for row in rows.order_by("dnr")
        if row.sending.get("delegation") and row.decided_on is not None
    ]
