"""The two letters as pages to read side by side, with every withheld place marked, and who has had them open."""

import uuid
from collections.abc import Sequence

from sigill.decision.people import StaffMember
from sigill.desk import drafting, people
from sigill.desk.access import Actor, no_such_case
from sigill.desk.office import office
from sigill.letters.pages import Page, render, texts
from sigill.letters.typeset import LABELS
from sigill.names.find import Finder
from sigill.store.desk import models
from sigill.verify.confined import run_confined

LETTERS = ("record", "notification")
_SECONDS, _MEGABYTES = 60.0, 2048


def pages_of_notification(pdf: bytes) -> tuple[Page, ...]:
    """The notification's pages, every label marked."""
    return run_confined(render, pdf, tuple(LABELS.values()), seconds=_SECONDS, megabytes=_MEGABYTES)


def pages_of_record(pdf: bytes, withheld: Sequence[StaffMember], keep: Sequence[str]) -> tuple[Page, ...]:
    """The record's pages, the withheld people's names marked in every form they stand in."""
    if not withheld:
        return run_confined(render, pdf, (), seconds=_SECONDS, megabytes=_MEGABYTES)
    found = run_confined(texts, pdf, seconds=_SECONDS, megabytes=_MEGABYTES)
    finder = Finder(withheld, people.register(), keep=keep)
    finder = finder.for_document("\n".join(found), present=[one.staff_id for one in withheld])
    ranges = tuple(tuple((one.start, one.end - one.start) for one in finder.find(text)) for text in found)
    return run_confined(render, pdf, (), ranges, seconds=_SECONDS, megabytes=_MEGABYTES)


def latest(row: models.Case) -> models.Preview | None:
    """The newest pair of letters of a case."""
    return row.previews.order_by("-made_at", "-pk").first()


def open_letter(actor: Actor, case_id: uuid.UUID | str, letter: str) -> tuple[models.Preview, list[models.PreviewPage]]:
    """Open one of the two letters, and note that it was open.

    Raises:
        NotYours: no such case, or no letters yet.
    """
    row = drafting.load(actor, "case.read", case_id)
    preview = latest(row)
    if preview is None or letter not in LETTERS:
        raise no_such_case()
    models.Reading.objects.get_or_create(
        preview=preview, reader=actor.key, letter=letter, defaults={"at": office().house.clock.now()}
    )
    return preview, list(preview.pages.filter(letter=letter).defer("png"))


def page(actor: Actor, case_id: uuid.UUID | str, preview_id: int, letter: str, number: int) -> bytes:
    """One page's picture, PNG."""
    row = drafting.load(actor, "case.read", case_id)
    found = models.PreviewPage.objects.filter(
        preview_id=preview_id, preview__case=row, letter=letter, number=number
    ).first()
    if found is None:
        raise no_such_case()
    return bytes(found.png)


def pdf(actor: Actor, case_id: uuid.UUID | str, preview_id: int, letter: str) -> bytes:
    """One letter itself, a draft still."""
    row = drafting.load(actor, "case.read", case_id)
    found = row.previews.filter(pk=preview_id).first()
    if found is None or letter not in LETTERS:
        raise no_such_case()
    return bytes(found.record_pdf if letter == "record" else found.notification_pdf)


def has_read(actor: Actor, preview: models.Preview) -> frozenset[str]:
    """Which of the letters the actor has had open."""
    return frozenset(preview.readings.filter(reader=actor.key).values_list("letter", flat=True))
