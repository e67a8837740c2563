"""From a new case to a submitted one. Every save is a version of its own; undo goes back to the one before."""

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from sigill.decision.document import plain_text
from sigill.decision.workflow import EDITABLE, Move, State, moved
from sigill.desk import assembling, jobs, needs, notices, parties
from sigill.desk.access import Actor, Reach, Role, no_such_case, require
from sigill.desk.office import office
from sigill.errors import N_, BadInput, Refused
from sigill.law import book
from sigill.notify.messages import Event, Reader
from sigill.store.desk import models

MAX_DOCUMENT = 20 << 20
"""Largest decision text taken, in bytes; a decision is a few pages."""
STEPS = ("type", "facts", "text", "people", "declare", "protect", "review")
"""The steps of a case, in order."""
READABLE = (".docx", ".odt", ".rtf", ".html", ".htm", ".md")


class Stale(BadInput):
    """Somebody else has changed the case since this form was opened. Nothing was saved, and nothing is lost."""


class NotNow(BadInput):
    """The case stands where this can't be done."""


def load(actor: Actor, action: str, case_id: uuid.UUID | str, *, lock: bool = False) -> models.Case:
    """A case that the actor may do `action` with.

    Raises:
        NotYourRole: the role has no such right. NotYours: no such case, or somebody else's.
    """
    reach = require(actor, action)
    rows = models.Case.objects.select_for_update() if lock else models.Case.objects.all()
    row = rows.filter(pk=case_id).first()
    if row is None:
        raise no_such_case()
    if reach is Reach.OWN and not row.people.filter(user_key=actor.key).exists():
        raise no_such_case()
    # FL 17 § / KL 6:30: whoever is disqualified does not handle the case, and does not see it either.
    if row.declarations.filter(person=actor.key, conflict=True).exists():
        raise no_such_case()
    return row


def my_cases(actor: Actor) -> list[models.Case]:
    """One's own cases, the latest change first."""
    require(actor, "case.list")
    mine = models.Case.objects.filter(people__user_key=actor.key)
    refused = models.Declaration.objects.filter(person=actor.key, conflict=True).values("case_id")
    return list(mine.exclude(pk__in=refused).distinct().order_by("-changed_at"))


def content(row: models.Case) -> dict[str, Any]:
    """What is saved of a case; empty once it is issued."""
    version = row.versions.filter(number=row.head).first()
    return dict(version.data) if version else {}


def is_maker(actor: Actor, row: models.Case) -> bool:
    """Whether the actor is the one who decides this case."""
    return row.people.filter(user_key=actor.key, relation="maker").exists()


def may_change(actor: Actor, row: models.Case) -> bool:
    """Whether its content is open to this actor now: before submission to those whose case it is, then to the
    decision-maker alone."""
    if State(row.state) not in EDITABLE:
        return False
    return State(row.state) is not State.SUBMITTED or is_maker(actor, row)


def start(actor: Actor, decision_type: str) -> models.Case:
    """A new case of one's own.

    Raises:
        BadInput: there is no such decision type.
    """
    require(actor, "case.start")
    book.decision_type(decision_type)
    now = office().house.clock.now()
    with transaction.atomic():
        row = models.Case.objects.create(
            decision_type=decision_type, id_seed=secrets.token_bytes(16), created_at=now, changed_at=now
        )
        _write(row, actor, {"appeal_court": office().appeal_court}, "type")
        note(row, actor, "draft_created")
    return row


def save(actor: Actor, case_id: uuid.UUID | str, edits: int, step: str, changes: Mapping[str, Any]) -> models.Case:
    """Save a step of a case as a new version.

    Args:
        edits: the count the form was opened on.
        changes: keys of the case file to set; a None takes the key away.
    Raises:
        Stale: somebody saved in between. NotNow: the case is no longer open to change.
        BadInput: the diary number belongs to another case.
    """
    with transaction.atomic():
        row = open_for_change(actor, "case.edit", case_id, edits)
        data = content(row)
        before = dict(data)
        for key, value in changes.items():
            if value is None:
                data.pop(key, None)
            elif key == "decision_type":
                book.decision_type(value)
                row.decision_type = value
            else:
                data[key] = value
        if data == before and changes.get("decision_type") in (None, row.decision_type) and row.head:
            row.save()
            return row
        _write(row, actor, data, step)
        note(row, actor, "draft_edited")
    return row


def undo(actor: Actor, case_id: uuid.UUID | str, edits: int) -> models.Case:
    """Go back to the version before. The one that is left stays in the history.

    Raises:
        Refused: there is nothing to undo.
    """
    with transaction.atomic():
        row = open_for_change(actor, "case.edit", case_id, edits)
        version = row.versions.filter(number=row.head).first()
        if version is None or not version.parent:
            raise Refused(N_("There is nothing to undo."), N_("This is the first version."))
        row.head = version.parent
        data = content(row)
        _settle(row, actor, data)
        note(row, actor, "draft_edited")
    return row


def go_to(actor: Actor, case_id: uuid.UUID | str, edits: int, number: int) -> models.Case:
    """Make an earlier version the one that counts.

    Raises:
        Refused: there is no such version.
    """
    with transaction.atomic():
        row = open_for_change(actor, "case.edit", case_id, edits)
        version = row.versions.filter(number=number).first()
        if version is None:
            raise Refused(N_("There is no such version."), N_("Choose one from the list."))
        _write(row, actor, dict(version.data), version.step)
        note(row, actor, "draft_edited")
    return row


def attach(actor: Actor, case_id: uuid.UUID | str, edits: int, name: str, data: bytes) -> models.Case:
    """Take the decision's text. It is read in a confined worker before anything is kept.

    Raises:
        BadInput: too large, the wrong kind, or it cannot be read. Blocked: reading it broke its bounds.
    """
    load(actor, "case.edit", case_id)
    shown = name.replace("\\", "/").rpartition("/")[2][:200]
    if len(data) > MAX_DOCUMENT:
        raise BadInput(N_("The file is larger than {most} MiB."), N_("Split it."), most=MAX_DOCUMENT >> 20)
    if not shown.lower().endswith(READABLE):
        raise BadInput(
            N_("That kind of file cannot be a decision's text."),
            N_("Hand in one of: {kinds}."),
            kinds=", ".join(READABLE),
        )
    document = assembling.read_source(data, shown)
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        row = open_for_change(actor, "case.edit", case_id, edits)
        models.SourceDocument.objects.update_or_create(
            case=row,
            sha256=digest,
            defaults={
                "name": shown,
                "data": data,
                "left_out": dict(document.left_out),
                "words": len(plain_text(document.blocks).split()),
                "uploaded_by": actor.key,
                "uploaded_at": office().house.clock.now(),
            },
        )
        _write(row, actor, {**content(row), "document": digest}, "text")
        note(row, actor, "draft_edited")
    return row


def declare(actor: Actor, case_id: uuid.UUID | str, person: str, *, conflict: bool) -> models.Case:
    """Keep a declaration on disqualification: one's own, or one that somebody in the case has given.

    Raises:
        Refused: the person is not in the case, or has declared before (a declaration is not taken back here).
    """
    with transaction.atomic():
        row = load(actor, "case.declare", case_id, lock=True)
        if State(row.state) not in EDITABLE:
            raise NotNow(N_("The case stands where this can't be done."), N_("Open the case again."))
        if person not in persons(row):
            raise Refused(N_("That person does not take part in the case."), N_("Add the person to the case first."))
        if row.declarations.filter(person=person).exists():
            raise Refused(N_("That person has declared already."), N_("Ask the lawyer if it has changed."))
        today = office().house.clock.now().date()
        models.Declaration.objects.create(
            case=row, person=person, declared_on=today, conflict=conflict, recorded_by=actor.key
        )
        note(row, actor, "declared")
    return row


def ask_protection(
    actor: Actor, case_id: uuid.UUID | str, person: str, *, forms: Iterable[str], telling: str
) -> models.Protection:
    """Ask that somebody in the case be left out of the notification. Somebody else assesses it (G17).

    Args:
        person: staff id of oneself or a colleague in the case.
        forms: ids of forms of threat, from the law data.
        telling: what has happened: facts, not a tick.
    Raises:
        Refused: not a person of the case, nothing told, or a need is open or granted already.
    """
    known = {one.id for one in book.threat_taxonomy().form}
    with transaction.atomic():
        row = load(actor, "case.protect", case_id, lock=True)
        if State(row.state) not in EDITABLE:
            raise NotNow(N_("The case stands where this can't be done."), N_("Open the case again."))
        if person not in persons(row) or person.startswith("elected:"):
            raise Refused(
                N_("A name can only be left out of an employee who takes part in the case (33 § FL)."),
                N_("Choose somebody who decides, presents or takes part."),
            )
        if len(telling.split()) < 6:
            raise Refused(N_("Tell what has happened, when and how."), N_("A few sentences; facts, not only a word."))
        if needs.open_need(row, person) is not None:
            raise Refused(N_("A need for that person is open or granted already."), N_("See the list below."))
        found = models.Protection.objects.create(
            case=row,
            person_id=person,
            asked_by=actor.key,
            asked_at=office().house.clock.now(),
            forms=sorted(known & set(forms)),
            telling=telling,
            party_key=next(iter(parties.party_keys(content(row))), ""),
            earlier=needs.earlier(row, person),
        )
        note(row, actor, "protection_asked")
        notices.tell_role(Event.NEED_ASKED, Reader.ASSESSOR, Role.PROTECTION, about=str(found.pk), but=person)
        if person != actor.key:
            notices.tell(Event.NEED_ASKED, Reader.PERSON, person, about=str(found.pk))
    return found


def lift(actor: Actor, case_id: uuid.UUID | str, edits: int, *, to: str, mandate: str, reason: str) -> models.Case:
    """Lift the case to a higher delegate, before the decision. The officer becomes rapporteur (G11).

    Raises:
        Refused: nobody decides it yet, it is decided already, or reason or mandate are missing.
    """
    if not mandate.strip() or len(reason.split()) < 4:
        raise Refused(N_("A lift needs its mandate and its reason."), N_("State both (G11)."))
    now = office().house.clock.now()
    with transaction.atomic():
        row = open_for_change(actor, "case.lift", case_id, edits)
        data = content(row)
        maker = data.get("decision_maker") or {}
        if maker.get("kind") != "employee" or not maker.get("staff_id"):
            raise Refused(N_("There is no officer to lift the case from."), N_("Choose who decides first."))
        if to == maker["staff_id"] or not models.Employee.objects.filter(pk=to, active=True).exists():
            raise Refused(N_("The case must be lifted to somebody else on staff."), N_("Choose the higher delegate."))
        data["lift"] = {
            "lifted_at": now.isoformat(),
            "from_staff_id": maker["staff_id"],
            "to_staff_id": to,
            "requested_by": actor.key,
            "mandate": mandate.strip(),
            "reason_sv": reason.strip(),
        }
        data["decision_maker"] = {"kind": "employee", "staff_id": to}
        data["rapporteur"] = {"staff_id": maker["staff_id"]}
        _write(row, actor, data, "people")
        note(row, actor, "lifted", reason.strip(), at=now)
    return row


def submit(actor: Actor, case_id: uuid.UUID | str, edits: int) -> models.Case:
    """Hand the case to the decision-maker.

    Raises:
        Refused: something is missing, or the gate says no; `findings` says what.
    """
    at = office()
    with transaction.atomic():
        row = load(actor, "case.submit", case_id, lock=True)
        _same(row, edits)
        assembled, found = review(row)
        stopping = [one for one in found if one.stops]
        if assembled.case is None or stopping:
            raise Refused(
                N_("The case is not ready to be submitted."), N_("See what is said beside each step."), findings=found
            )
        row.state = moved(State(row.state), Move.SUBMIT)
        row.changed_at = at.house.clock.now()
        row.save()
        note(row, actor, "submitted")
        for one in row.people.filter(relation="maker"):
            notices.tell(Event.CASE_SUBMITTED, Reader.DECISION_MAKER, one.user_key, about=f"{row.pk}:{row.edits}")
    return row


def take_back(actor: Actor, case_id: uuid.UUID | str) -> models.Case:
    """Take a submitted case back, as long as the decision-maker has not acted."""
    with transaction.atomic():
        row = load(actor, "case.submit", case_id, lock=True)
        row.state = moved(State(row.state), Move.TAKE_BACK)
        row.changed_at = office().house.clock.now()
        row.save()
        note(row, actor, "taken_back")
    return row


def prepare(actor: Actor, case_id: uuid.UUID | str) -> models.Work:
    """Have the two letters made, for reading. Returns the job; one that is under way is not started twice."""
    with transaction.atomic():
        row = load(actor, "case.prepare", case_id, lock=True)
        if State(row.state) not in EDITABLE:
            raise NotNow(N_("The case stands where this can't be done."), N_("Open the case again."))
        under_way = row.work.filter(kind="prepare", state__in=("waiting", "running")).first()
        if under_way is not None and under_way.args.get("edits") == row.edits:
            return under_way
        work = models.Work.objects.create(
            case=row,
            kind="prepare",
            asked_by=actor.key,
            asked_at=office().house.clock.now(),
            args={"edits": row.edits},
        )
        jobs.enqueue(work)
    return work


def review(row: models.Case) -> tuple[assembling.Assembled, tuple[Any, ...]]:
    """The case as the gate sees it now, before the decision, and what is found."""
    at, data = office(), content(row)
    now = at.house.clock.now()
    assembled = assembling.assemble(row, data, at, now=now, decided=False)
    source = assembling.document_of(row, data)
    document = assembling.read_source(*source) if assembled.case is not None and source is not None else None
    return assembled, assembling.findings(assembled, document, today=now.date())


# --- shared -----------------------------------------------------------------------------------------------------


def persons(row: models.Case) -> dict[str, str]:
    """Everybody in the case: key → relation, the strongest first."""
    order = {"maker": 0, "rapporteur": 1, "participant": 2, "handler": 3}
    rows = sorted(row.people.all(), key=lambda one: order.get(one.relation, 9), reverse=True)
    found = {one.user_key: one.relation for one in rows}
    for one in content(row).get("decision_maker", {}).get("politicians", ()):
        found.setdefault(f"elected:{one['name']}", "maker")
    return found


def note(row: models.Case, actor: Actor, action: str, text: str = "", *, at: Any = None) -> None:
    """Write a line of history."""
    models.CaseEvent.objects.create(
        case=row, at=at or office().house.clock.now(), by=actor.key, action=action, note=text
    )


def not_open() -> NotNow:
    """What is said of a case that is not this actor's to change now."""
    return NotNow(
        N_("The case is no longer open to change."),
        N_("It is with the decision-maker, or decided. Open the case to see where it stands."),
    )


def open_for_change(actor: Actor, action: str, case_id: uuid.UUID | str, edits: int) -> models.Case:
    """A case, locked, that this actor may change now.

    Raises:
        Stale, NotNow: see there.
    """
    row = load(actor, action, case_id, lock=True)
    if not may_change(actor, row):
        raise not_open()
    _same(row, edits)
    return row


def _same(row: models.Case, edits: int) -> None:
    if row.edits != edits:
        raise Stale(
            N_("The case was changed while you had it open, and nothing of yours was saved over it."),
            N_("Your text is still here: compare, and save again."),
        )


def _write(row: models.Case, actor: Actor, data: dict[str, Any], step: str) -> None:
    last = row.versions.order_by("-number").values_list("number", flat=True).first() or 0
    models.CaseVersion.objects.create(
        case=row,
        number=last + 1,
        parent=row.head,
        step=step,
        data=data,
        saved_by=actor.key,
        saved_at=office().house.clock.now(),
    )
    row.head = last + 1
    _settle(row, actor, data)


def _settle(row: models.Case, actor: Actor, data: Mapping[str, Any]) -> None:
    """What follows from the content: number, title, whose case it is."""
    row.dnr = data.get("dnr", "")
    row.title = data.get("title_sv", "")
    row.edits += 1
    row.changed_at = office().house.clock.now()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise BadInput(
            N_("The diary number belongs to another case."), N_("Give this case its own."), place="dnr"
        ) from None
    drafters = set(row.people.filter(relation="handler").values_list("user_key", flat=True)) or {actor.key}
    wanted = {(key, "handler") for key in drafters}
    maker = data.get("decision_maker") or {}
    if maker.get("staff_id"):
        wanted.add((maker["staff_id"], "maker"))
    elif signer := maker.get("signed_by_name") or maker.get("name"):
        wanted.add((f"elected:{signer}", "maker"))
    if (data.get("rapporteur") or {}).get("staff_id"):
        wanted.add((data["rapporteur"]["staff_id"], "rapporteur"))
    wanted |= {(one["staff_id"], "participant") for one in data.get("participant") or () if one.get("staff_id")}
    row.people.all().delete()
    models.CasePerson.objects.bulk_create(
        models.CasePerson(case=row, user_key=key, relation=relation) for key, relation in sorted(wanted)
    )
