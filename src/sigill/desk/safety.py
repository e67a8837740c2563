"""Incidents, patterns and reports of concern: what happened to employees, and what must be done about it.

The rules are `sigill.protection`'s. What this adds: rows, whose they are, and who is told.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Q

from sigill import journey
from sigill.desk import drafting, notices, parties
from sigill.desk.access import Actor, Reach, Role, no_such_case, reach, require
from sigill.desk.needs import need_of
from sigill.desk.office import office
from sigill.errors import N_, BadInput
from sigill.law import book
from sigill.notify.messages import Event, Reader
from sigill.protection import concern, incidents, need, patterns, show
from sigill.protection.incidents import Answer, Channel, Duty, Incident
from sigill.store.desk import models


def reader_of(actor: Actor) -> patterns.Reader:
    """The actor as the room of protection knows readers: a protection officer assesses every unit."""
    assesses = reach(actor.roles, "protection.assess") is Reach.ANY
    return patterns.Reader(actor.key, frozenset(units().values()) if assesses else frozenset())


def units() -> dict[str, str]:
    """Staff id → unit, of everybody in the directory."""
    return dict(models.Employee.objects.values_list("staff_id", "unit"))


# --- incidents ----------------------------------------------------------------------------------------------------


def record(
    actor: Actor,
    *,
    form: str,
    said: str,
    channel: Channel,
    happened_at: dt.datetime | None = None,
    persons: Iterable[str] = (),
    witnesses: Iterable[str] = (),
    injured: bool = False,
    danger: bool = False,
    factors: Iterable[str] = (),
    case_id: uuid.UUID | str | None = None,
) -> models.Incident:
    """Record an incident: against oneself, or against colleagues in a case of one's own.

    Args:
        case_id: the case it happened in; its first party is then the party.
    Raises:
        Refused: something cannot be; `findings` says what, with the field's name as place.
        NotYours: the case is somebody else's. BadInput: a person is not on staff.
    """
    require(actor, "incident.record")
    row = drafting.load(actor, "case.view", case_id) if case_id else None
    told, saw = tuple(persons), tuple(witnesses)
    if models.Employee.objects.filter(pk__in={*told, *saw}).count() != len({*told, *saw}):
        raise BadInput(N_("Somebody named is not in the staff directory."), N_("Choose from the list."))
    keys = _parties_of(row) if row is not None else ()
    made = incidents.record(
        str(uuid.uuid4()),
        book.typology(),
        recorded_by=actor.key,
        recorded_at=office().house.clock.now(),
        form=form,
        said=said,
        channel=channel,
        happened_at=happened_at,
        persons=told,
        witnesses=saw,
        injured=injured,
        danger=danger,
        factors=factors,
        party=next(iter(keys), ""),
        case=row.dnr if row is not None else "",
    )
    with transaction.atomic():
        kept = models.Incident.objects.create(
            id=made.id,
            recorded_by=actor.key,
            recorded_at=made.recorded_at,
            party_key=made.party,
            case=row,
            value=msgspec.to_builtins(made),
        )
        models.IncidentPerson.objects.bulk_create(
            models.IncidentPerson(incident=kept, staff_id=one, relation=relation)
            for relation, some in (("hit", made.persons), ("witness", made.witnesses))
            for one in some
        )
        notices.tell_role(Event.INCIDENT_RECORDED, Reader.ASSESSOR, Role.PROTECTION, about=made.id, but=actor.key)
        for one in made.persons:
            if one != actor.key:
                notices.tell(Event.INCIDENT_RECORDED, Reader.PERSON, one, about=made.id)
    return kept


def _parties_of(row: models.Case) -> Sequence[str]:
    return parties.party_keys(drafting.content(row)) or parties.party_keys({"party": row.sending.get("party", ())})


def value_of(row: models.Incident) -> Incident:
    """A row as the room's value, with its answers: the last to each prompt counts."""
    made = msgspec.convert(row.value, Incident)
    last = {one.prompt: one for one in row.answers.all()}
    answers = tuple(
        Answer(prompt=one.prompt, by=one.by, at=one.at, done=one.done, note=one.note) for one in last.values()
    )
    return msgspec.structs.replace(made, answers=answers)


def listed(actor: Actor, most: int = 100) -> list[tuple[models.Incident, Incident]]:
    """The incidents the actor may read, the latest first."""
    require(actor, "incident.view")
    rows = models.Incident.objects.prefetch_related("answers", "people")
    if reach(actor.roles, "incident.answer") is None:
        rows = rows.filter(Q(recorded_by=actor.key) | Q(people__staff_id=actor.key)).distinct()
    reader, where = reader_of(actor), units()
    found = [(row, value_of(row)) for row in rows[:most]]
    return [(row, one) for row, one in found if show.may_read(one, reader, where)]


def incident(actor: Actor, number: uuid.UUID | str) -> tuple[models.Incident, Incident]:
    """One incident.

    Raises:
        NotYours: there is none, or it touches neither the actor nor anybody the actor assesses.
    """
    require(actor, "incident.view")
    row = models.Incident.objects.prefetch_related("answers", "people").filter(pk=number).first()
    if row is None:
        raise no_such_case()
    found = value_of(row)
    if not show.may_read(found, reader_of(actor), units()):
        raise no_such_case()
    return row, found


def duties(found: Incident) -> tuple[Duty, ...]:
    """What must be done about an incident."""
    return incidents.duties(found, book.typology())


def answer(actor: Actor, number: uuid.UUID | str, prompt: str, *, done: bool, note: str) -> None:
    """Answer one duty of an incident.

    Raises:
        Refused: not needed, but no word why. BadInput: it is no duty of this incident.
    """
    require(actor, "incident.answer")
    now = office().house.clock.now()
    with transaction.atomic():
        row, found = incident(actor, number)
        models.Incident.objects.select_for_update().get(pk=row.pk)
        given = Answer(prompt=prompt, by=actor.key, at=now, done=done, note=note.strip())
        incidents.answer(found, given, book.typology())
        models.IncidentAnswer.objects.create(
            incident=row, prompt=prompt, by=actor.key, at=now, done=done, note=given.note
        )


def open_duties(actor: Actor) -> list[tuple[Incident, Duty]]:
    """All open duties, the most urgent first."""
    require(actor, "incident.answer")
    return list(incidents.unanswered([one for _, one in listed(actor)], book.typology()))


# --- patterns -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """A pattern with the diary numbers it shows in."""

    pattern: patterns.Pattern
    cases: tuple[str, ...]


def _signs() -> tuple[patterns.Sign, ...]:
    since = office().house.clock.now() - patterns.WINDOW - dt.timedelta(days=1)
    needs = models.Protection.objects.exclude(party_key="").filter(asked_at__gte=since)
    happened = models.Incident.objects.exclude(party_key="").filter(recorded_at__gte=since)
    return patterns.signs(map(need_of, needs), (msgspec.convert(one.value, Incident) for one in happened))


def seen(actor: Actor) -> list[Seen]:
    """Parties against whom several colleagues, or one repeatedly, have something to tell."""
    require(actor, "protection.patterns")
    today = office().house.clock.now().date()
    found = patterns.patterns(_signs(), reader_of(actor), units(), today=today)
    result = []
    for one in found:
        numbers = set(models.Protection.objects.filter(party_key=one.party).values_list("case__dnr", flat=True))
        numbers |= set(models.Incident.objects.filter(party_key=one.party).values_list("case__dnr", flat=True))
        result.append(Seen(one, tuple(sorted(number for number in numbers if number))))
    return result


def not_alone(actor: Actor, found: Incident) -> bool:
    """Whether colleagues have met the same party: all that one who assesses nobody learns."""
    today = office().house.clock.now().date()
    return bool(found.party) and patterns.not_alone(_signs(), reader_of(actor), found.party, today=today)


# --- one's own page -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Own:
    """A need as its person or asker reads it: fields, standing in words, advice."""

    row: models.Protection
    fields: Mapping[str, Any]
    standing: tuple[str, ...]
    advice: tuple[Any, ...]
    own: bool


def own(actor: Actor) -> list[Own]:
    """Where the actor is protected, until when, and what to do; and what became of what was asked for colleagues."""
    require(actor, "protection.own")
    rows = models.Protection.objects.filter(Q(person_id=actor.key) | Q(asked_by=actor.key))
    today, typology, result = office().house.clock.now().date(), book.typology(), []
    for row in rows.select_related("case", "person").order_by("-asked_at", "-pk"):
        value = need_of(row)
        fields = show.show(value, patterns.Reader(actor.key), row.person.unit, today=today)
        assert fields is not None
        mine = row.person_id == actor.key
        where = need.state(value, today)
        result.append(
            Own(
                row,
                fields,
                show.STANDING[where] if mine else (),
                show.advice(value, typology) if mine and where in (need.State.ASKED, need.State.GRANTED) else (),
                mine,
            )
        )
    return result


@dataclass(frozen=True, slots=True)
class NameAsked:
    """One time that somebody had the actor's name opened: for whom, on what ground, and what can be done."""

    notice: journey.Notice
    ground_sv: str
    ground_en: str


def names_asked_for(actor: Actor) -> list[NameAsked]:
    """Who has asked for the actor's name and why, the latest first.

    Only what lies in the house's letterbox: an employee with a key of his or her own reads the notices sealed to it
    with `sigill notices show --key`. What the law keeps from the person for now is not shown.
    """
    require(actor, "protection.own")
    house = office().house
    found = [
        one
        for one in journey.read_notices(house.custodians.house_private_key(), house)
        if one.staff_id == actor.key and not one.held
    ]
    found.sort(key=lambda one: one.at, reverse=True)
    grounds = [(one, book.disclosure_ground(one.ground)) for one in found]
    return [NameAsked(one, ground.label_sv, ground.label_en) for one, ground in grounds]


# --- reports of concern about an employee's own child ---------------------------------------------------------------


def flag(actor: Actor, report: str, *, concerns: str) -> models.ConcernFlag:
    """Send a report of concern about an employee's child to a deputy outside the employee's unit.

    Args:
        concerns: staff id of the employee; used to choose and kept nowhere.
    Raises:
        Blocked: no deputy outside the unit. BadInput: no reference, flagged already, or not on staff.
    """
    require(actor, "concern.flag")
    person = models.Employee.objects.filter(pk=concerns).first()
    if person is None:
        raise BadInput(N_("Somebody named is not in the staff directory."), N_("Choose from the list."))
    rows = models.Deputy.objects.select_related("employee").filter(employee__active=True)
    deputies = [concern.Deputy(staff_id=one.employee_id, unit=one.employee.unit, order=one.order) for one in rows]
    made = concern.flag(
        report,
        concerns=person.staff_id,
        unit=person.unit,
        deputies=deputies,
        received_on=office().house.clock.now().date(),
    )
    try:
        with transaction.atomic():
            kept = models.ConcernFlag.objects.create(
                report=made.report, deputy=made.deputy, received_on=made.received_on, due=made.due
            )
            notices.tell(Event.CONCERN_FLAGGED, Reader.DEPUTY, made.deputy, about=str(kept.pk))
    except IntegrityError:
        raise BadInput(N_("That report has been flagged already."), N_("The deputy has it.")) from None
    return kept


def assigned(actor: Actor) -> list[models.ConcernFlag]:
    """The reports that the actor takes as deputy, open ones first."""
    require(actor, "concern.own")
    return list(models.ConcernFlag.objects.filter(deputy=actor.key).order_by("taken_on", "due"))


def take(actor: Actor, number: int) -> None:
    """Note that the deputy has taken the report over in the case system.

    Raises:
        NotYours: it is not the actor's.
    """
    require(actor, "concern.own")
    today = office().house.clock.now().date()
    if not models.ConcernFlag.objects.filter(pk=number, deputy=actor.key).update(taken_on=today):
        raise no_such_case()


def deputies(actor: Actor) -> list[models.Deputy]:
    """Those named, in order."""
    require(actor, "concern.deputies")
    return list(models.Deputy.objects.select_related("employee"))


def name_deputies(actor: Actor, staff_ids: Sequence[str]) -> None:
    """Name the deputies, in order.

    Raises:
        BadInput: somebody is not on staff.
    """
    require(actor, "concern.deputies")
    wanted = list(dict.fromkeys(staff_ids))
    if models.Employee.objects.filter(pk__in=wanted, active=True).count() != len(wanted):
        raise BadInput(N_("Somebody named is not in the staff directory."), N_("Choose from the list."))
    with transaction.atomic():
        models.Deputy.objects.all().delete()
        models.Deputy.objects.bulk_create(
            models.Deputy(employee_id=one, order=order) for order, one in enumerate(wanted)
        )


# --- what the job runner does now and then ---------------------------------------------------------------------------


def remind() -> int:
    """Put reminders into the outbox: protections that run out, duties not answered in time. Each is told once.

    Returns:
        how many things are due today.
    """
    now = office().house.clock.now()
    rows = models.Protection.objects.filter(state="granted") | models.Protection.objects.filter(state="expired")
    renewals = models.Protection.objects.filter(earlier__in=rows, state__in=("asked", "granted"))
    due = need.reminders([need_of(one) for one in (*rows, *renewals)], now.date())
    for one in due:
        about = f"{one.need}:{need.threshold(one.days_left)}"
        notices.tell(Event.NEED_RUNS_OUT, Reader.PERSON, one.person, about=about)
        notices.tell(Event.NEED_RUNS_OUT, Reader.ASSESSOR, one.assessor, about=about)
    happened = [value_of(one) for one in models.Incident.objects.prefetch_related("answers")]
    late = [(one, duty) for one, duty in incidents.unanswered(happened, book.typology()) if duty.late(now)]
    for happening, duty in late:
        about = f"{happening.id}:{duty.prompt.id}"
        notices.tell_role(Event.DUTY_DUE, Reader.ASSESSOR, Role.PROTECTION, about=about, but=happening.recorded_by)
    return len(due) + len(late)
