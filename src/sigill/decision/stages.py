"""The stages of a decision, each with its own type, and the permitted moves between them as a table.

    Draft → Admitted → Composed → Masked → Verified → Signed → Sealed → Recorded

`sign` takes a `Verified` and nothing else, so the order cannot be got wrong. What comes after `Masked` holds no
name it does not need: the record's pages and the sealed identities need them; nothing else has any.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sigill.decision.case import Case
from sigill.decision.document import Document
from sigill.decision.legal import AppealNotice, DecisionType, Finding
from sigill.decision.people import StaffMember, StaffRegister


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """What the handler hands in.

    Args:
        case: the case as data.
        document: the decision's text, already read out of its container.
        staff: the whole register (others than the withheld must stay readable).
        content_sha256: digest over case file and document bytes; a second run on the same bytes is the same run.
    """

    case: Case
    document: Document
    staff: StaffRegister
    content_sha256: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Admitted:
    """A draft that the gate of law lets through. `findings` are notes only."""

    draft: Draft
    decision_type: DecisionType
    notice: AppealNotice
    findings: tuple[Finding, ...]
    withheld: tuple[StaffMember, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Section:
    """A part of a letter with a heading of its own, after the decision's text."""

    heading: str
    document: Document


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """One letter as text: what the typesetter gets, before or after masking.

    Args:
        kind: the record (31 § FL) or the notification (33 § FL).
        title: the letter's own title.
        facts: label and value pairs for the head of the letter, in order (Diarienummer, Datum …).
        addressees: name and address lines of those the letter goes to; empty for the record.
        body: the decision's text.
        sections: what follows it.
        code: the decision's public code, in the foot of every page.
    """

    kind: Literal["record", "notification"]
    title: str
    facts: tuple[tuple[str, str], ...]
    addressees: tuple[str, ...]
    body: Document
    sections: tuple[Section, ...]
    code: str
    language: str = "sv"


KEPT = "9999-12"
"""The retention month of what is not disposed of (SoL 16:2)."""


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What later stages need to know of a decision. No name.

    Args:
        key: identifies the decision for ever: municipality, board and diary number.
        decision_id: random, 26 characters; public.
        withheld: how many persons the notification leaves out.
        maker_withheld: whether the notification must not carry the decision-maker's personal signature.
        retention_month: as it was at issue; the store knows where the record has been moved since.
    """

    key: str
    decision_id: str
    dnr: str
    decision_type: str
    decision_date: dt.date
    board: str
    municipality: str
    content_sha256: bytes
    maker_withheld: bool
    retention_month: str
    withheld: int = 0
    findings: tuple[Finding, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Hand:
    """A person's own signature over a draft.

    Args:
        kind: by a key of the person's own, or the digest of an eID provider's assertion.
        draft_sha256: what was signed, hex.
        chain: certificates (DER, base64), leaf first, joined by "."; empty for an assertion.
        evidence: the signature (base64), or the assertion's SHA-256 (hex).
    """

    kind: Literal["own_key", "eid_assertion"]
    draft_sha256: str
    chain: str
    evidence: str


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """One withheld person as the sealed identity record keeps him or her.

    Args:
        hand: the person's own signature over the draft; None before it is put in.
    """

    staff_id: str
    name: str
    title: str
    role: Literal["decision_maker", "rapporteur", "participant"]
    hand: Hand | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Signatory:
    """Who signs the record: the decision-maker, or whoever signs for a board. In the record only, if withheld."""

    name: str
    title: str
    staff_id: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Composed:
    """Record and notification as text, names still in both."""

    record: Letter
    notification: Letter
    facts: DecisionFacts
    signatory: Signatory
    identities: tuple[Identity, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Masked:
    """As `Composed`, but the names have left the notification."""

    record: Letter
    notification: Letter
    facts: DecisionFacts
    signatory: Signatory
    identities: tuple[Identity, ...]
    replaced: Mapping[str, int]


@dataclass(frozen=True, slots=True, repr=False)
class Verified:
    """Two typeset letters, the notification searched by fresh eyes. This is what the decision-maker reads.

    Args:
        record_pdf, notification_pdf: PDF/A-3a + PDF/UA-1.
        withheld: for the second search, on the signed bytes.
    """

    record_pdf: bytes
    notification_pdf: bytes
    facts: DecisionFacts
    signatory: Signatory
    identities: tuple[Identity, ...]
    withheld: tuple[StaffMember, ...]
    replaced: Mapping[str, int]


@dataclass(frozen=True, slots=True, repr=False)
class Parked:
    """Both letters with their signature fields, waiting for signatures that are made outside the house.

    Args:
        gaps: letter (`record`, `notification`) → where in its bytes the signature is to stand; only those that wait.
        stay: full names that may stand in the notification.
    """

    record_pdf: bytes
    notification_pdf: bytes
    gaps: Mapping[Literal["record", "notification"], tuple[int, int]]
    facts: DecisionFacts
    signatory: Signatory
    openings: tuple[str, ...]
    identity_jwt: str
    withheld: tuple[StaffMember, ...]
    stay: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Signed:
    """Both letters signed; the notification carries the identity record without its openings."""

    record_pdf: bytes
    notification_pdf: bytes
    facts: DecisionFacts
    openings: tuple[str, ...]
    identity_jwt: str


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """Record and openings under lock; the clear record is gone from here on.

    Args:
        wrapped: the box's own retention key, under that of its month.
    """

    box: bytes
    wrapped: bytes
    notification_pdf: bytes
    facts: DecisionFacts
    event: bytes
    salt: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Recorded:
    """Issued: the log entry exists. `notification_pdf` is final and carries its proof.

    Args:
        log_index: the entry's place in the log, from 0.
        digests: hex SHA-256 by what they are of (`notification`, `record`, `sealed_record`, `identity`).
        again: it was issued by an earlier run.
        record_pdf: the signed record in clear, only when it was asked for at the moment of issue.
    """

    facts: DecisionFacts
    notification_pdf: bytes
    log_index: int
    log_origin: str
    digests: Mapping[str, str]
    issued_at: dt.datetime
    again: bool = False
    record_pdf: bytes | None = None


class Withdrawn:
    """A decision that was given up before the point of no return."""


TRANSITIONS: Mapping[type, frozenset[type]] = {
    Draft: frozenset({Admitted, Withdrawn}),
    Admitted: frozenset({Composed, Withdrawn}),
    Composed: frozenset({Masked, Withdrawn}),
    Masked: frozenset({Verified, Withdrawn}),
    Verified: frozenset({Signed, Parked, Withdrawn}),
    Parked: frozenset({Signed, Withdrawn}),
    Signed: frozenset({Sealed, Withdrawn}),
    Sealed: frozenset({Recorded, Withdrawn}),
    Recorded: frozenset(),
    Withdrawn: frozenset(),
}
"""Permitted moves. After `Recorded` there is no way back: a decision is changed by a new decision (FL 36–39 §§)."""
