"""One table: which event tells whom, in which words. A mail from it is the same whoever it is about.

An address book, a locked phone's screen and a mail server's log are read by others. So a message is a constant: its
subject and text come from the table, and the only thing filled in is the address of the log-in page.
"""

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sigill.errors import N_, BadInput


class Event(enum.StrEnum):
    """What has happened."""

    CASE_SUBMITTED = "case_submitted"
    CASE_SENT_BACK = "case_sent_back"
    CASE_ISSUED = "case_issued"
    LETTER_WAITING = "letter_waiting"
    APPEAL_RECEIVED = "appeal_received"
    RECORD_REQUESTED = "record_requested"
    OPENING_WAITING = "opening_waiting"
    NAME_ASKED_FOR = "name_asked_for"
    NAME_RELEASED = "name_released"
    NEED_ASKED = "need_asked"
    NEED_ANSWERED = "need_answered"
    NEED_RUNS_OUT = "need_runs_out"
    INCIDENT_RECORDED = "incident_recorded"
    DUTY_DUE = "duty_due"
    CONCERN_FLAGGED = "concern_flagged"
    PUBLIC_QUESTION = "public_question"
    OUTBOX_STUCK = "outbox_stuck"


class Reader(enum.StrEnum):
    """Whom a message is for, by how she stands to the event; not a role of the log-in."""

    HANDLER = "handler"
    DECISION_MAKER = "decision_maker"
    REGISTRAR = "registrar"
    CUSTODIAN = "custodian"
    ASSESSOR = "assessor"
    DEPUTY = "deputy"
    PERSON = "person"
    ASKER = "asker"
    PARTY = "party"
    ADMINISTRATOR = "administrator"
    MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True)
class Words:
    """A subject and a sentence, English, marked for translation."""

    subject: str
    text: str


_WAITING = N_("Something waits for you in Sigill")

MESSAGES: Mapping[tuple[Event, Reader], Words] = {
    (Event.CASE_SUBMITTED, Reader.DECISION_MAKER): Words(_WAITING, N_("A case waits for your decision.")),
    (Event.CASE_SENT_BACK, Reader.HANDLER): Words(_WAITING, N_("A case has been sent back to you.")),
    (Event.CASE_ISSUED, Reader.REGISTRAR): Words(_WAITING, N_("A decision is ready to be sent.")),
    (Event.CASE_ISSUED, Reader.HANDLER): Words(_WAITING, N_("A decision of yours has been issued.")),
    (Event.LETTER_WAITING, Reader.PARTY): Words(N_("You have a letter"), N_("You have a letter from us.")),
    (Event.APPEAL_RECEIVED, Reader.REGISTRAR): Words(_WAITING, N_("An appeal has been received.")),
    (Event.APPEAL_RECEIVED, Reader.DECISION_MAKER): Words(_WAITING, N_("An appeal has been received.")),
    (Event.RECORD_REQUESTED, Reader.CUSTODIAN): Words(
        _WAITING, N_("A party has asked for a decision. It must be answered at once.")
    ),
    (Event.OPENING_WAITING, Reader.CUSTODIAN): Words(_WAITING, N_("An opening waits for your key.")),
    (Event.NAME_ASKED_FOR, Reader.PERSON): Words(
        N_("Somebody has asked for your name"), N_("Log in to read who, why and what you can do now.")
    ),
    (Event.NAME_RELEASED, Reader.PERSON): Words(
        N_("Your name is being released"), N_("Log in to read to whom, why and what you can do now.")
    ),
    (Event.NEED_ASKED, Reader.ASSESSOR): Words(_WAITING, N_("A need for protection waits for your assessment.")),
    (Event.NEED_ASKED, Reader.PERSON): Words(_WAITING, N_("A colleague has asked for protection for you.")),
    (Event.NEED_ANSWERED, Reader.PERSON): Words(_WAITING, N_("A need for protection has been answered.")),
    (Event.NEED_ANSWERED, Reader.ASKER): Words(_WAITING, N_("A need for protection has been answered.")),
    (Event.NEED_RUNS_OUT, Reader.PERSON): Words(_WAITING, N_("A protection runs out soon, or has run out.")),
    (Event.NEED_RUNS_OUT, Reader.ASSESSOR): Words(_WAITING, N_("A protection runs out soon, or has run out.")),
    (Event.INCIDENT_RECORDED, Reader.ASSESSOR): Words(_WAITING, N_("An incident has been recorded.")),
    (Event.INCIDENT_RECORDED, Reader.PERSON): Words(_WAITING, N_("An incident that concerns you has been recorded.")),
    (Event.DUTY_DUE, Reader.ASSESSOR): Words(
        _WAITING, N_("Something after an incident has not been answered in time.")
    ),
    (Event.CONCERN_FLAGGED, Reader.DEPUTY): Words(_WAITING, N_("A report has been assigned to you as deputy.")),
    (Event.PUBLIC_QUESTION, Reader.MAILBOX): Words(
        N_("A question about a decision"), N_("A question about a decision waits to be answered from this mailbox.")
    ),
    (Event.OUTBOX_STUCK, Reader.ADMINISTRATOR): Words(_WAITING, N_("A message could not be sent; a human must look.")),
}
"""Who is told of what. A pair that is not here is told nothing."""

_LOG_IN = N_("Log in to read it: {address}")
_AUTOMATIC = N_("This message was sent automatically and says nothing about what it concerns.")
_LONGEST_ADDRESS = 254  # RFC 5321, section 4.5.3.1.3
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,187}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, to one address. `id` makes its Message-ID, so that a second try is the same mail."""

    id: str
    to: str
    sender: str
    sender_name: str
    subject: str
    body: str

    def __repr__(self) -> str:
        return f"Mail({self.id})"


def mail(
    event: Event,
    reader: Reader,
    *,
    mail_id: str,
    to: str,
    sender: str,
    sender_name: str,
    address: str,
    translate: Callable[[str], str],
) -> Mail:
    """The mail that tells `reader` of `event`: Swedish, with English beneath.

    Args:
        mail_id: a random id, not the case's. to: one address.
        sender, sender_name: the function address and the board; never a person.
        address: of the log-in page; the same for everybody, with no path that tells.
        translate: from the English sentence to the Swedish one.
    Raises:
        BadInput: this reader is told nothing of it, or an address is not one.
    """
    words = MESSAGES.get((event, reader))
    if words is None:
        raise BadInput(N_("Nobody of that kind is told of this."), N_("See `MESSAGES` in notify/messages.py."))
    for one in (to, sender):
        plain_address(one)
    sentences = (words.text, _LOG_IN, _AUTOMATIC)
    swedish = "\n\n".join(translate(one).format(address=address) for one in sentences)
    english = "\n\n".join(one.format(address=address) for one in sentences)
    return Mail(
        id=_one_line(mail_id),
        to=to,
        sender=sender,
        sender_name=_one_line(sender_name),
        subject=f"{translate(words.subject)} / {words.subject}",
        body=f"{swedish}\n\n-----\n\n{english}\n",
    )


def plain_address(address: str) -> str:
    """`address` if it is one e-mail address and nothing else, in ASCII (RFC 5321); no header can ride in it.

    Raises:
        BadInput: it is not. The address itself is not repeated: it could hold a name.
    """
    if len(address) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise BadInput(N_("That is not an e-mail address."), N_("Give one address, such as name@example.se."))
    return address


def _one_line(text: str) -> str:
    if any(ord(one) < 32 or ord(one) == 127 for one in text):
        raise BadInput(N_("A mail's heading must be one line."), N_("Remove the line break."))
    return text
