"""The jobs on a case: make the two letters; sign, seal and log. Each may be run again after a kill.

Issuing goes through `sigill.journey` and nothing else. When it is done, what named the people in clear (versions,
documents, letters, the assessments' words) is deleted: the record lies under lock, and the way back to a name is an
opening.
"""

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Any

import msgspec
from django.db import transaction

from sigill import journey
from sigill.decision.stages import Verified
from sigill.decision.workflow import ISSUED, Move, State, moved
from sigill.desk import assembling, drafting, notices, people, programs, reading
from sigill.desk.access import Role
from sigill.desk.office import Office, office
from sigill.errors import N_, Refused
from sigill.notify.messages import Event, Reader
from sigill.store.desk import models


class _Seed:
    """Entropy that gives the case's own bytes first: the decision id is settled when the case is started."""

    def __init__(self, seed: bytes, rest: Any) -> None:
        self._seed, self._rest = seed, rest

    def token_bytes(self, n: int) -> bytes:
        """`n` bytes."""
        if n == len(self._seed):
            return self._seed
        return bytes(self._rest.token_bytes(n))


def run(work_id: str) -> str:
    """Do a piece of work. Returns its state; running it again changes nothing.

    Raises:
        SigillError: it cannot be done; the caller keeps why.
    """
    work = models.Work.objects.select_related("case").get(pk=work_id)
    if work.state in ("done", "failed"):
        return work.state
    if work.kind == "prepare":
        _prepare(work)
    else:
        _issue(work)
    models.Work.objects.filter(pk=work_id).update(state="done", ended_at=office().house.clock.now())
    return "done"


def _prepare(work: models.Work) -> None:
    """Make the two letters as they would be issued now, and their pages."""
    at, row = office(), work.case
    now = at.house.clock.now()
    data = drafting.content(row)
    # With the decision-maker the letters are final but for the moment of signing; before, some things are assumed.
    decided = (
        State(row.state) is State.SUBMITTED and models.CaseEvent.objects.filter(case=row, action="stance").exists()
    )
    assembled, source, verified = _letters(row, data, at, now, decided=decided)
    case = assembled.case
    assert case is not None
    pages = {
        "record": reading.pages_of_record(verified.record_pdf, verified.withheld, journey.names_that_stay(case)),
        "notification": reading.pages_of_notification(verified.notification_pdf),
    }
    with transaction.atomic():
        preview = models.Preview.objects.create(
            case=row,
            fingerprint=assembling.fingerprint(assembled, source, at, bytes(row.id_seed)),
            decision_date=now.date(),
            made_at=now,
            record_pdf=verified.record_pdf,
            notification_pdf=verified.notification_pdf,
            letters_sha256=hashlib.sha256(verified.notification_pdf).hexdigest(),
            withheld=verified.facts.withheld,
        )
        models.PreviewPage.objects.bulk_create(
            models.PreviewPage(
                preview=preview,
                letter=letter,
                number=number,
                png=page.png,
                width=page.width,
                height=page.height,
                marks=page.marks,
                text=page.text,
            )
            for letter, found in pages.items()
            for number, page in enumerate(found, 1)
        )
        # Only the newest pair is kept: what nobody reads any more need not lie about.
        row.previews.exclude(pk=preview.pk).delete()
        programs.tell(row, "case.prepared")


def _issue(work: models.Work) -> None:
    """From the decision-maker's act to the issued notification."""
    at, row = office(), work.case
    decided_at = dt.datetime.fromisoformat(work.args["decided_at"])
    key = f"{at.board.municipality}|{at.board.board}|{row.dnr}"
    if State(row.state) in ISSUED:
        return
    data = drafting.content(row)
    if at.house.store.find(key) is not None:
        # An earlier run got past the point of no return and no further.
        case = assembling.assemble(row, data, at, now=decided_at, decided=True).case
        assert case is not None
        _issued(row, journey.finish(key, at.house, again=True), case)
        return
    assembled, _source, verified = _letters(row, data, at, decided_at, decided=True)
    preview = row.previews.filter(pk=work.args["preview"]).first()
    read = "" if preview is None else preview.letters_sha256
    if hashlib.sha256(verified.notification_pdf).hexdigest() != read:
        raise Refused(
            N_("The letters are no longer those that were read."), N_("Have them made anew, and open both again.")
        )
    case = assembled.case
    assert case is not None
    maker = case.decision_maker
    recorded = journey.conclude(
        verified,
        journey.Approval(maker.signed_by, maker.signed_by_name or maker.name or ""),
        at.house,
        staff=people.register(),
        case=case,
    )
    _issued(row, recorded, case)


def _letters(
    row: models.Case, data: dict[str, Any], at: Office, now: dt.datetime, *, decided: bool
) -> tuple[assembling.Assembled, bytes, Verified]:
    assembled = assembling.assemble(row, data, at, now=now, decided=decided)
    source = assembling.document_of(row, data)
    if assembled.case is None or source is None:
        raise Refused(N_("The case is not complete."), N_("Fill in what is missing."), findings=assembled.missing)
    draft = assembling.draft(assembled, *source)
    house = replace(at.house, entropy=_Seed(bytes(row.id_seed), at.house.entropy))
    return assembled, source[0], journey.prepare(draft, at.board, house)


def give_up(work_id: str) -> bool:
    """A job could not be done. Nothing issued: the case is back with the decision-maker.

    Returns:
        False when the decision is past the point of no return, and the job must be finished.
    """
    work = models.Work.objects.select_related("case").get(pk=work_id)
    if work.kind == "issue":
        at = office()
        if at.house.store.find(f"{at.board.municipality}|{at.board.board}|{work.case.dnr}") is not None:
            return False
        _stopped(work.case)
    return True


def _stopped(row: models.Case) -> None:
    """Back to the decision-maker: nothing has been issued."""
    with transaction.atomic():
        fresh = models.Case.objects.select_for_update().get(pk=row.pk)
        if State(fresh.state) is State.APPROVED:
            fresh.state = moved(State(fresh.state), Move.STOP)
            fresh.save()
            fresh.events.filter(action="decided").delete()


def _issued(row: models.Case, recorded: Any, case: Any) -> None:
    """Keep what the registrar needs, and let go of what named anybody."""
    with transaction.atomic():
        fresh = models.Case.objects.select_for_update().get(pk=row.pk)
        if State(fresh.state) in ISSUED:
            return
        fresh.state = moved(State(fresh.state), Move.ISSUE)
        fresh.decision_id = recorded.facts.decision_id
        fresh.decided_on = recorded.facts.decision_date
        fresh.issued_at = recorded.issued_at
        fresh.sending = {
            "party": msgspec.to_builtins(case.party),
            "appeal": case.appeal,
            "log_index": recorded.log_index,
            "digest": recorded.digests["notification"],
            "withheld": recorded.facts.withheld,
            "delegation": None
            if case.delegation is None
            else {"item": case.delegation.item, "report_to_board": str(case.delegation.report_to_board or "")},
        }
        fresh.changed_at = recorded.issued_at
        fresh.save()
        fresh.versions.all().delete()
        fresh.documents.all().delete()
        fresh.previews.all().delete()
        fresh.events.exclude(note="").update(note="")
        fresh.protections.filter(state="granted").update(telling="")
        programs.tell(fresh, "decision.issued", log_index=recorded.log_index)
        notices.tell_role(Event.CASE_ISSUED, Reader.REGISTRAR, Role.REGISTRAR, about=str(fresh.pk))
        for one in fresh.people.filter(relation="handler"):
            notices.tell(Event.CASE_ISSUED, Reader.HANDLER, one.user_key, about=str(fresh.pk))
