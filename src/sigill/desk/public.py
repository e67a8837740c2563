"""What anybody may ask without logging in: is this document genuine; a question about a decision by its code.

Nothing about a case is answered. There is no lookup by name or number, only by the whole code of 128 bits that stands
on the letter. Whether a question's code is known is never told.
"""

import uuid

from django.db import transaction

from sigill.audit import Verdict, verdict
from sigill.desk import notices
from sigill.desk.access import Actor, no_such_case, require
from sigill.desk.office import office
from sigill.errors import N_, BadInput, Blocked, Refused
from sigill.house import Settings
from sigill.notify.messages import Event, Reader
from sigill.store.desk import models
from sigill.verify.confined import run_confined

ALPHABET = frozenset("23456789abcdefghjkmnpqrstuvwxyz")
CODE_LENGTH = 26
MOST_WORDS = 5_000
"""Longest question, in characters."""
_SECONDS, _MEGABYTES = 20.0, 1024


def check_file(data: bytes) -> Verdict:
    """Is this PDF a document of this board's, as it was issued? Read in a confined worker."""
    trust = (Settings.from_environment().home / "trust.json").read_bytes()
    try:
        return run_confined(verdict, data, trust, seconds=_SECONDS, megabytes=_MEGABYTES)
    except (BadInput, Blocked):
        return Verdict.UNKNOWN


def check_code(text: str) -> Verdict:
    """Has a decision with this code been issued? A code can be copied: it says nothing of the paper it stands on."""
    code = plain_code(text)
    issued = office().house.store.find(code) if code else None
    # `find` takes keys too; a code is no key.
    return Verdict.GENUINE if issued is not None and issued.decision_id == code else Verdict.UNKNOWN


def plain_code(text: str) -> str:
    """A code as it may be typed: spaces, hyphens and capitals do not matter; "" when it is none."""
    code = "".join(text.split()).replace("-", "").lower()
    return code if len(code) == CODE_LENGTH and set(code) <= ALPHABET else ""


def ask(code: str, text: str, reply_to: str) -> None:
    """Leave a question about a decision for the board's function mailbox.

    Raises:
        Refused: no code of the right form, or no question. Never for a code that no decision bears.
    """
    plain = plain_code(code)
    if not plain:
        raise Refused(
            N_("That is not a decision's code."), N_("It stands at the foot of the letter: 26 letters and digits.")
        )
    if not text.strip() or len(text) > MOST_WORDS:
        raise Refused(N_("Write your question."), N_("At most 5,000 characters."))
    with transaction.atomic():
        row = models.PublicQuestion.objects.create(
            case=models.Case.objects.filter(decision_id=plain).first(),
            code=plain,
            text=text.strip(),
            reply_to=reply_to.strip()[:300],
            asked_at=office().house.clock.now(),
        )
        notices.tell(Event.PUBLIC_QUESTION, Reader.MAILBOX, notices.MAILBOX, about=f"{row.pk}:{uuid.uuid4()}")


def questions(actor: Actor, most: int = 100) -> list[models.PublicQuestion]:
    """What has been asked; open questions first."""
    require(actor, "questions")
    rows = models.PublicQuestion.objects.select_related("case")
    return list(rows.order_by("answered_at", "asked_at")[:most])


def answered(actor: Actor, number: int) -> None:
    """Note that a question has been answered from the mailbox."""
    require(actor, "questions")
    rows = models.PublicQuestion.objects.filter(pk=number)
    if not rows.exists():
        raise no_such_case()
    rows.filter(answered_at=None).update(answered_at=office().house.clock.now(), answered_by=actor.key)
