"""What the house needs from the world, as protocols. `sigill.house` joins them to what implements them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol


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


class Store(Protocol):
    """Keeps issued decisions and the log."""

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
        """Write the decision and its log entry in one transaction: the point of no return.

        Args:
            new: `log_index` is filled in by the store.
            leaf: the log entry, 32 bytes.
        """
        ...

    def finish(self, key: str, notification: bytes) -> bytes:
        """Keep the final notification; the first one written stays. Returns the one that is kept."""
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

    @property
    def nodes(self) -> "Nodes":
        """The log's tree."""
        ...


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


class Signers(Protocol):
    """Hands out the credentials that letters are signed with."""

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


class Custodians(Protocol):
    """The public side of the custodians, and the retention keys."""

    def public_keys(self) -> Mapping[str, bytes]:
        """Custodian id → X25519 public key, 32 bytes."""
        ...

    @property
    def quorum(self) -> int:
        """How many must act together."""
        ...

    def retention_key(self, month: str) -> bytes:
        """The key of a deletion month (`2031-11`), 32 bytes, made on first use.

        Raises:
            Refused: the month's key has been deleted.
        """
        ...


class Outbox(Protocol):
    """Where finished letters go."""

    def deliver(self, name: str, files: Mapping[str, bytes]) -> Sequence[str]:
        """Write `files` under the delivery `name`, all or none. Returns where they are."""
        ...
