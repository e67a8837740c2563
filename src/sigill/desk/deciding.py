"""The decision-maker's own act: open the case, read both letters, take a stand, approve or send back.

Nobody else can do it: the signature is that of whoever is logged in, and that must be whoever decides (G09, JO
8000-2016). What is signed is what was read: the letters are made anew at the moment of signing, and unless they are
made from the same things as those that were open, nothing is issued and they must be read again.
"""

import uuid

from django.db import transaction

from sigill.decision.workflow import Move, State, moved
from sigill.desk import assembling, drafting, jobs, notices, programs, reading
from sigill.desk.access import Actor, NotYourRole
from sigill.desk.office import office
from sigill.errors import N_, Refused
from sigill.notify.messages import Event, Reader
from sigill.store.desk import models

STANCE_WORDS = 4
"""Fewer words than this are a stamp, not a stance of one's own (as G10 counts)."""


def load(actor: Actor, case_id: uuid.UUID | str, *, lock: bool = False) -> models.Case:
    """A case that the actor decides.

    Raises:
        NotYours: somebody else's. NotYourRole: the actor takes part, but somebody else decides.
    """
    row = drafting.load(actor, "case.decide", case_id, lock=lock)
    if not drafting.is_maker(actor, row):
        raise NotYourRole(N_("Somebody else decides this case."), N_("Only whoever decides can sign (G09)."))
    return row


def open_case(actor: Actor, case_id: uuid.UUID | str) -> models.Case:
    """Note that the decision-maker has the case open; before the stance, and once."""
    with transaction.atomic():
        row = load(actor, case_id, lock=True)
        if State(row.state) is State.SUBMITTED and not row.events.filter(by=actor.key, action="case_opened").exists():
            drafting.note(row, actor, "case_opened")
    return row


def take_stance(actor: Actor, case_id: uuid.UUID | str, edits: int, stance: str) -> models.Case:
    """Keep the decision-maker's own stance; in a lifted case it stands in the case itself (G10).

    Raises:
        Refused: it is no more than a stamp.
    """
    if len(stance.split()) < STANCE_WORDS:
        raise Refused(
            N_("Write your own stance in a sentence or more."),
            N_("Say what you have considered; a stamp is not a stance."),
        )
    now = office().house.clock.now()
    with transaction.atomic():
        row = load(actor, case_id, lock=True)
        _here(row, edits)
        data = drafting.content(row)
        if data.get("lift"):
            data["lift"] = {**data["lift"], "own_stance_sv": stance.strip(), "own_stance_at": now.isoformat()}
            drafting._write(row, actor, data, "decide")
        drafting.note(row, actor, "stance", stance.strip(), at=now)
    return row


def stance_of(row: models.Case, actor: Actor) -> str:
    """The stance the actor has taken on the case as it stands, or ""."""
    last = row.events.filter(action="submitted").order_by("-at", "-pk").first()
    stances = row.events.filter(action="stance", by=actor.key).order_by("-at", "-pk")
    if last is not None:
        stances = stances.filter(pk__gt=last.pk)
    found = stances.first()
    return found.note if found else ""


def approve(actor: Actor, case_id: uuid.UUID | str, edits: int, preview_id: int) -> models.Work:
    """Decide and sign: these two letters, as read, are the decision. A job signs, seals and logs.

    Args:
        preview_id: the letters that were open.
    Returns:
        the job; asking twice gives the same one.
    Raises:
        Refused: not both letters have been open, no stance, or something has changed since.
    """
    at = office()
    now = at.house.clock.now()
    with transaction.atomic():
        row = load(actor, case_id, lock=True)
        under_way = row.work.filter(kind="issue", state__in=("waiting", "running", "done")).first()
        if under_way is not None:
            return under_way
        _here(row, edits)
        preview = reading.latest(row)
        if preview is None or preview.pk != preview_id:
            raise Refused(N_("The letters are not the ones you had open."), N_("Open both again."))
        if not reading.has_read(actor, preview) >= frozenset(reading.LETTERS):
            raise Refused(
                N_("You have not had both documents open."), N_("Open the record and the notification, then sign.")
            )
        if not stance_of(row, actor):
            raise Refused(N_("You have not taken a stand of your own."), N_("Write it first, then sign."))
        if not row.declarations.filter(person=actor.key).exists():
            raise Refused(N_("You have not declared whether you are disqualified."), N_("Declare first (G14)."))
        data = drafting.content(row)
        assembled = assembling.assemble(row, data, at, now=now, decided=True)
        source = assembling.document_of(row, data)
        if assembled.case is None or source is None:
            raise Refused(N_("The case is not complete."), N_("Fill in what is missing."), findings=assembled.missing)
        same = assembling.fingerprint(assembled, source[0], at, bytes(row.id_seed)) == preview.fingerprint
        if not same or preview.decision_date != now.date():
            raise Refused(
                N_("Something has changed since the letters were made."),
                N_("Have them made anew, and open both again."),
            )
        row.state = moved(State(row.state), Move.APPROVE)
        row.changed_at = now
        row.save()
        drafting.note(row, actor, "decided", at=now)
        work = models.Work.objects.create(
            case=row,
            kind="issue",
            asked_by=actor.key,
            asked_at=now,
            args={"preview": preview.pk, "decided_at": now.isoformat()},
        )
        jobs.enqueue(work)
    return work


def send_back(actor: Actor, case_id: uuid.UUID | str, reason: str) -> models.Case:
    """Send the case back to the handler, with a reason.

    Raises:
        Refused: no reason.
    """
    if len(reason.split()) < 3:
        raise Refused(N_("Say why you send it back."), N_("The case worker needs a sentence to go by."))
    with transaction.atomic():
        row = load(actor, case_id, lock=True)
        row.state = moved(State(row.state), Move.SEND_BACK)
        row.changed_at = office().house.clock.now()
        row.save()
        drafting.note(row, actor, "sent_back", reason.strip())
        programs.tell(row, "case.sent_back")
        for one in row.people.filter(relation="handler"):
            notices.tell(Event.CASE_SENT_BACK, Reader.HANDLER, one.user_key, about=f"{row.pk}:{row.edits}")
    return row


def _here(row: models.Case, edits: int) -> None:
    if State(row.state) is not State.SUBMITTED:
        raise drafting.NotNow(N_("The case is not with you for decision."), N_("Open the case to see where it stands."))
    drafting._same(row, edits)
