"""What the house needs from the world, as protocols. `sigill.house` joins them to what implements them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sigill.decision.stages import Hand


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> dt.datetime:
        """The present, with a time zone."""
        ...


class Entropy(Protocol):
    """The only source of randomness, so that a test can seed it."""

    def token_bytes(self, n: int) -> bytes:
        """`n` random bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Issue:
    """One issued decision as the store keeps it.

    Args:
        key: see `DecisionFacts.key`. Unique.
        notification: the signed notification before its log proof.
        finished: the final notification, once written.
        event, salt: the log entry's content and its salt; the log itself holds only their hash.
        facts: JSON of what the receipt says.
        retention_month, wrapped: the month it may be disposed of, and the box's retention key under that month's.
        disposed: the record has been shredded; notification, box and wrapped key are empty.
    """

    key: str
    decision_id: str
    content_sha256: bytes
    notification: bytes
    box: bytes
    event: bytes
    salt: bytes
    facts: bytes
    issued_at: dt.datetime
    log_index: int = -1
    finished: bytes | None = None
    retention_month: str = ""
    wrapped: bytes = b""
    disposed: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """One decision of a retention month, as disposal looks at it."""

    decision_id: str
    facts: bytes
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Disposal:
    """What disposal of one retention month does.

    Args:
        month: `2031-11`.
        gone: decision ids whose record goes, with letters and all.
        moved: decision id → later month and the retention key under that month's.
        event, salt, leaf: its log entry.
    """

    month: str
    gone: Sequence[str]
    moved: Mapping[str, tuple[str, bytes]]
    event: bytes
    salt: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint of the log that the house has published.

    Args:
        number: of its row, rising.
        size: number of entries it covers.
        note: the signed note, with the cosignatures of the witnesses that answered.
        at: when it was written.
    """

    number: int
    size: int
    note: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision that waits for signatures made outside the house.

    Args:
        key, decision_id, content_sha256: as in `Issue`.
        since: when it began to wait.
        retention_month, wrapped: the key that `sealed` is encrypted under, itself under its month's.
        sealed: all the rest, encrypted: letters, openings, who is withheld.
    """

    key: str
    decision_id: str
    content_sha256: bytes
    since: dt.datetime
    retention_month: str
    wrapped: bytes
    sealed: bytes


class Store(Protocol):
    """Keeps issued decisions, what was done with them, and the log."""

    def exclusive(self, key: str) -> AbstractContextManager[None]:
        """Hold the decision `key` alone, across processes; a killed holder lets go.

        Raises:
            Temporary: another run holds it and did not finish within the store's patience.
        """
        ...

    def find(self, key: str) -> Issue | None:
        """The issue under `key`, or by decision id, or None."""
        ...

    def issue(self, new: Issue, leaf: bytes) -> Issue:
        """Write the decision and its log entry in one transaction: the point of no return. It no longer waits.

        Args:
            new: `log_index` is filled in by the store.
            leaf: the log entry, 32 bytes.
        """
        ...

    def wait(self, new: Waiting) -> None:
        """Keep a decision until its signatures come."""
        ...

    def waiting(self) -> Sequence[Waiting]:
        """All that wait, the longest first."""
        ...

    def withdraw(self, key: str) -> None:
        """Forget a decision that waits."""
        ...

    def finish(self, key: str, notification: bytes) -> bytes:
        """Keep the final notification; the first one written stays. Returns the one that is kept."""
        ...

    def newest_event(self) -> bytes | None:
        """What the newest log entry is about; None while the log is empty."""
        ...

    def append(self, leaf: bytes, event: bytes, salt: bytes) -> int:
        """Write one log entry that is no issue (an opening, say). Returns its index."""
        ...

    def months(self) -> Mapping[str, int]:
        """Retention month → how many records it holds, in order."""
        ...

    def kept(self, month: str) -> Sequence[Kept]:
        """The records of a retention month, by decision id."""
        ...

    def dispose(self, disposal: Disposal) -> int:
        """Empty the rows that go, move the others and write the log entry, in one transaction. Once for a month.

        Returns:
            the log entry's index; the first one's, when the month has been disposed of before.
        """
        ...

    def disposed(self) -> Mapping[str, int]:
        """Month → log index of each disposal."""
        ...

    def append_many(self, entries: Sequence[tuple[bytes, bytes, bytes]]) -> int:
        """Write many log entries (leaf, event, salt) in one transaction. Returns the index of the first."""
        ...

    def publish(self, size: int, note: str, at: dt.datetime) -> None:
        """Keep a published checkpoint of the first `size` entries."""
        ...

    def published(self, after: int = 0) -> Sequence["Published"]:
        """The published checkpoints in the order they were written, from the row number `after` on."""
        ...

    def newest(self) -> "Published | None":
        """The one published last."""
        ...

    def act(self, new: "Act", leaf: bytes, salt: bytes, notices: Sequence[bytes] = ()) -> "Act":
        """Write an act, its log entry and the notices it calls for, in one transaction. Never changed or deleted.

        Args:
            new: `log_index` is filled in by the store.
            leaf: the log entry, 32 bytes; commits to `new.event` under `salt`.
            notices: sealed letters to those it concerns.
        Returns:
            the act that is kept: if `new.slot` is taken, the one written first, and nothing is written now.
        """
        ...

    def acts(self, subject: str = "", *, decision: str = "", kind: str = "") -> Sequence["Act"]:
        """The acts on a subject, on a decision or of a kind, in the log's order; no filter, all acts."""
        ...

    def notices(self) -> Sequence[bytes]:
        """All sealed notices, in the order they were written. Nobody can see on one whose it is."""
        ...

    @property
    def nodes(self) -> "Nodes":
        """The log's tree."""
        ...


@dataclass(frozen=True, slots=True)
class Act:
    """Something done with an issued decision, as the store keeps it for ever.

    Args:
        slot: what can happen once only ("SUBJECT/opened"); unique.
        subject: id of the request or query that the act belongs to.
        kind: the log event's kind.
        decision: decision id.
        at: when.
        data: JSON without names. sealed: what names may stand in, sealed to the house's own key; or empty.
        event: the log entry's content.
    """

    slot: str
    subject: str
    kind: str
    decision: str
    at: dt.datetime
    data: bytes
    sealed: bytes
    event: bytes
    log_index: int = -1


class Nodes(Protocol):
    """Where a log keeps its complete subtrees. Only appended to."""

    def size(self) -> int:
        """Number of entries."""
        ...

    def get(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree of 2**level entries that starts at entry index * 2**level."""
        ...

    def many(self, wanted: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """As `get`, for many (level, index) in one question. Those that are not there are left out."""
        ...

    def row(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """The hashes of one level from `start` up to `stop`, in order; fewer when there are no more."""
        ...


class Credential(Protocol):
    """A key with its certificates, ready to sign a PDF (PAdES)."""

    @property
    def common_name(self) -> str:
        """What the certificate prints."""
        ...

    @property
    def pyhanko(self) -> Any:
        """A `pyhanko.sign.signers.Signer`."""
        ...


class Elsewhere(Protocol):
    """What a signature made outside the house must satisfy."""

    def require_own(self, certificate: Any, name: str, staff_id: str | None) -> None:
        """A certificate (`asn1crypto.x509.Certificate`) is this person's, in this organisation.

        Raises:
            BadInput: it names somebody else.
        """
        ...

    def roots(self) -> Sequence[bytes]:
        """The root certificates that letters are checked against, DER."""
        ...


class Signers(Protocol):
    """Hands out the credentials that letters are signed with."""

    @property
    def elsewhere(self) -> Elsewhere | None:
        """Set when decision-makers sign outside the house; `for_person` then has nothing to give."""
        ...

    def for_person(self, name: str, staff_id: str | None) -> Credential:
        """The decision-maker's own."""
        ...

    def e_seal(self) -> Credential:
        """The organisation's, for a notification whose decision-maker is withheld."""
        ...

    def timestamper(self) -> Any:
        """A `pyhanko.sign.timestamps.TimeStamper`."""
        ...

    def validation_context(self) -> Any:
        """A `pyhanko_certvalidator.ValidationContext` with fresh revocation data for signing at B-LT."""
        ...


class RecordKey(Protocol):
    """The record-seal key (ES256): signs identity records."""

    @property
    def key_id(self) -> str: ...

    def sign(self, data: bytes) -> bytes:
        """64 bytes, r and s, big-endian."""
        ...

    def public_bytes(self) -> bytes:
        """The public key, as `sigill.seal.identity.read_identity` takes it."""
        ...


class LogKey(Protocol):
    """The log key (Ed25519): signs checkpoints."""

    @property
    def origin(self) -> str:
        """The log's name, as it stands in checkpoints."""
        ...

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        ...

    def public_bytes(self) -> bytes:
        """32 bytes."""
        ...


class Witness(Protocol):
    """Another authority's witness, which cosigns checkpoints of the log."""

    @property
    def name(self) -> str:
        """The name it signs under."""
        ...

    @property
    def public_key(self) -> bytes:
        """Ed25519, 32 bytes."""
        ...

    def ask(self, request: bytes) -> tuple[int, str]:
        """Its answer to `add-checkpoint`: HTTP status and body.

        Raises:
            Temporary: it does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Custodian:
    """One who holds parts of the keys to sealed records.

    Args:
        id: as it stands in boxes.
        staff_id: the person's; one person is never two custodians.
        chain: the chain of command he or she belongs to.
        public_key: X25519, 32 bytes.
    """

    id: str
    staff_id: str
    chain: str
    public_key: bytes


class Custodians(Protocol):
    """The public side of the custodians, the house's own key, and the retention keys."""

    def members(self) -> Sequence[Custodian]:
        """The custodians that the house began with; for those there are now, see `sigill.journey.custodians`."""
        ...

    def house_public_key(self) -> bytes:
        """The house's own X25519 public key, 32 bytes: second member where one custodian is enough."""
        ...

    def house_private_key(self) -> bytes:
        """Its private half, 32 bytes. For requests that are admitted and logged, and the custodians' own steps."""
        ...

    def retention_key(self, month: str) -> bytes:
        """The key of a deletion month (`2031-11`), 32 bytes, made on first use.

        Raises:
            Refused: the month's key has been deleted.
        """
        ...


class Hands(Protocol):
    """The handlers' own hands: proof that a person stood behind a draft, which no clerk can type."""

    def sign(self, staff_id: str, name: str, draft_sha256: bytes) -> Hand:
        """The person's own signature over the draft's digest, 32 bytes.

        Raises:
            Refused: the person has not signed this draft.
        """
        ...


class Letterboxes(Protocol):
    """Where employees are told of openings."""

    def letterbox(self, staff_id: str) -> bytes | None:
        """The employee's own X25519 public key, 32 bytes; None if there is none (the house keeps the letter)."""
        ...


class Hatch(Protocol):
    """Where one copy of an opened record leaves, once."""

    def place(self, name: str) -> str:
        """Where the copy `name` will be; the same words for the same place."""
        ...

    def require_free(self, name: str) -> None:
        """Nothing is there yet.

        Raises:
            BadInput: something is.
        """
        ...

    def put(self, name: str, data: bytes) -> bytes:
        """Write the copy, whole or not at all; what is there already stays. SHA-256 of what is there."""
        ...


class Outbox(Protocol):
    """Where finished letters go."""

    def deliver(self, name: str, files: Mapping[str, bytes]) -> Sequence[str]:
        """Write `files` under the delivery `name`, all or none. Returns where they are."""
        ...
