"""What one log entry stands for: an event as canonical bytes, and the salted commitment the log keeps.

An event says what kind of thing happened, when, and the SHA-256 of the things it happened to. It has no
field for a name, a case number or free text. The log gets only `commit(event, salt)`: 32 bytes that tell
nobody anything until whoever holds event and salt shows them.

Modesty: a digest hides a document only as far as the document cannot be guessed. The record is signed, and
the signature's bytes cannot be guessed; a digest of an unsigned letter that differs in nothing but a name
must never stand in an event that goes to a reader.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sigill.errors import N_, BadInput

DIGEST_SIZE = 32
MAX_EVENT = 4096
SALT_SIZES = range(16, 65)
"""Permitted lengths of a salt, in bytes. 32 is what the house uses."""

_DOMAIN = b"sigill/log/entry/v1\x00"
_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_VERSION = 1


def event(kind: str, at: dt.datetime, digests: Mapping[str, bytes]) -> bytes:
    """An event as canonical bytes: ASCII JSON, keys sorted, no white space.

    Args:
        kind: what happened, a short lower-case word (`issued`, `opened` …).
        at: when, with a time zone; kept in UTC to the second.
        digests: SHA-256 (32 bytes) by the word that says what it is of; at most 16.
    Raises:
        BadInput: a word, the time or a digest cannot be used.
    """
    if not _WORD.fullmatch(kind) or not all(_WORD.fullmatch(word) for word in digests):
        raise BadInput(N_("A log event's words are lower-case letters, digits and underscores."))
    if at.tzinfo is None:
        raise BadInput(N_("A log event's time must have a time zone."))
    if len(digests) > 16 or any(len(digest) != DIGEST_SIZE for digest in digests.values()):
        raise BadInput(N_("A log event holds at most 16 digests, each of 32 bytes."))
    utc = at.astimezone(dt.UTC).replace(tzinfo=None)
    return _canonical(
        {
            "v": _VERSION,
            "kind": kind,
            "at": utc.isoformat(timespec="seconds") + "Z",
            "digests": {word: digest.hex() for word, digest in digests.items()},
        }
    )


def issued_event(
    at: dt.datetime,
    *,
    notification_sha256: bytes,
    record_sha256: bytes,
    box_sha256: bytes,
    identity_sha256: bytes,
) -> bytes:
    """The event "a decision was issued", as canonical bytes. Each digest is 32 bytes."""
    return event(
        "issued",
        at,
        {
            "notification": notification_sha256,
            "record": record_sha256,
            "sealed_record": box_sha256,
            "identity": identity_sha256,
        },
    )


def act_digest(data: bytes, sealed: bytes) -> bytes:
    """SHA-256 of what the store keeps of an act: its plain and its sealed part, each behind its length."""
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in (data, sealed))).digest()


def read_event(data: bytes) -> dict[str, Any]:
    """An event's bytes as a dict with `v`, `kind`, `at` and `digests` (hex by word).

    Raises:
        BadInput: it is not the canonical form of an event this version knows.
    """
    unreadable = BadInput(N_("This is not a log event of a kind this version can read."))
    if len(data) > MAX_EVENT:
        raise unreadable
    try:
        found = json.loads(data)
        # Written again it must be the same bytes: no duplicate key, no spelling of its own, no field besides
        # ours.
        again = event(
            found["kind"],
            dt.datetime.fromisoformat(found["at"]),
            {word: bytes.fromhex(digest) for word, digest in found["digests"].items() if _HEX.fullmatch(digest)},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError, BadInput):
        raise unreadable from None
    if again != data:
        raise unreadable
    return dict(found)


def commit(event: bytes, salt: bytes) -> bytes:
    """The entry's data as the log keeps it: a hiding and binding commitment to the event. 32 bytes.

    SHA-256 over a domain word and both parts with their lengths, so that no other pair gives the same input.

    Args:
        event: canonical bytes, from `event`.
        salt: 16 to 64 random bytes, fresh for each entry.
    Raises:
        BadInput: the event is too long, or the salt too short or too long.
    """
    if not event or len(event) > MAX_EVENT:
        raise BadInput(N_("A log event must have 1 to {most} bytes."), most=MAX_EVENT)
    if len(salt) not in SALT_SIZES:
        raise BadInput(N_("The salt of a log entry must have 16 to 64 bytes."))
    parts = b"".join(len(part).to_bytes(8, "big") + part for part in (event, salt))
    return sha256(_DOMAIN + parts).digest()


def _canonical(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")
