"""The proof a notification carries that it is in the log, and the reader's check of it.

A proof is the event with its salt, the entry's place, the path up the tree and a signed checkpoint. Checking
needs the proof, the log's name and its public key: no network, no account, nothing of the authority's.

What it does not do: it shows that *an* event is in the log. That the event's digests are those of the
document at hand is for the caller, who has the document.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sigill.errors import N_, BadInput, NotGenuine, TamperEvidence
from sigill.log import tree
from sigill.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from sigill.log.entry import commit, read_event
from sigill.ports import LogKey, Nodes

MAX_PROOF = 65_536
_FORMAT = "sigill-log-proof/1"
_TLOG = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)
_KEYS = {"checkpoint": str, "event": str, "format": str, "index": int, "path": list, "salt": str}
_NO_WITNESSES: Mapping[str, bytes] = MappingProxyType({})
_ASK_AUTHORITY = N_("Ask the authority that sent it for the document again, by a route you know.")


@dataclass(frozen=True, slots=True)
class Proof:
    """That one event is in the log.

    Args:
        event: canonical bytes (`sigill.log.entry`).
        salt: the entry's salt.
        index: the entry's place, from 0.
        path: inclusion proof, hashes of 32 bytes.
        checkpoint: signed note; its size is the one `path` was made for.
    """

    event: bytes
    salt: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    def encode(self) -> bytes:
        """Canonical bytes: ASCII JSON, keys sorted, no white space."""
        return json.dumps(
            {
                "format": _FORMAT,
                "event": self.event.decode("ascii"),
                "salt": _b64(self.salt),
                "index": self.index,
                "path": [_b64(one) for one in self.path],
                "checkpoint": self.checkpoint,
            },
            sort_keys=True,
            separators=(",", ":"),
        ).encode("ascii")

    def tlog(self) -> str:
        """Place, path and checkpoint alone, as text (C2SP tlog-proof)."""
        return "\n".join([_TLOG, f"index {self.index}", *map(_b64, self.path), "", self.checkpoint])

    @classmethod
    def decode(cls, data: bytes) -> "Proof":
        """The proof in `data`.

        Raises:
            NotGenuine: it is not the canonical form of a proof; one spelling only, at most 64 KiB.
        """
        wrong = NotGenuine(N_("The proof from the log cannot be read."), _ASK_AUTHORITY)
        if len(data) > MAX_PROOF:
            raise wrong
        try:
            found = json.loads(data)
            if {name: type(found[name]) for name in _KEYS} != _KEYS:
                raise wrong
            proof = cls(
                event=found["event"].encode("ascii"),
                salt=_unb64(found["salt"]),
                index=found["index"],
                path=tuple(_unb64(one) for one in found["path"]),
                checkpoint=found["checkpoint"],
            )
            again = proof.encode()
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise wrong from None
        # Also catches more or duplicate keys, another format, and spellings that base64 or JSON would let pass.
        if again != data:
            raise wrong
        return proof


@dataclass(frozen=True, slots=True)
class VerifiedEntry:
    """An event that is in the log.

    Args:
        event: `v`, `kind`, `at`, `digests` (hex by word).
        index: its place, from 0.
        size, root: of the checkpoint that vouches for it.
        witnesses: who cosigned that checkpoint.
    """

    event: dict[str, Any]
    index: int
    size: int
    root: bytes
    witnesses: tuple[str, ...]


def prove(event: bytes, salt: bytes, index: int, nodes: Nodes, key: LogKey) -> Proof:
    """Make the proof for an entry against the log as it stands, under a fresh checkpoint.

    Raises:
        BadInput: there is no entry `index`.
        TamperEvidence: the log's entry at `index` is not this event's.
    """
    size = nodes.size()
    top = tree.root(nodes, size)
    path = tree.inclusion_proof(nodes, index, size)
    tree.verify_inclusion(commit(event, salt), index, size, path, top)
    return Proof(event, salt, index, tuple(path), sign_checkpoint(key.origin, size, top, key))


def verify(
    proof: bytes,
    origin: str,
    public_key: bytes,
    *,
    witnesses: Mapping[str, bytes] = _NO_WITNESSES,
    quorum: int = 0,
    newer: bytes | None = None,
) -> VerifiedEntry:
    """Check a proof with the log's name and public key alone.

    Args:
        proof: from `Proof.encode`.
        origin, public_key: the log's name and Ed25519 key (32 bytes), from the reader's trust file.
        witnesses, quorum: see `open_checkpoint`.
        newer: a newer proof for the same entry (C2SP tlog-proof), whose checkpoint is held to `quorum` instead of that
            of `proof`.
    Raises:
        NotGenuine: unreadable, from another log, wrongly signed, or the entry is not in that log. Each has
            its own sentence.
        BadInput: the trusted keys cannot be used.
    """
    found = Proof.decode(proof)
    checkpoint = open_checkpoint(
        found.checkpoint, origin, public_key, witnesses=witnesses, quorum=0 if newer is not None else quorum
    )
    try:
        event = read_event(found.event)
        leaf = commit(found.event, found.salt)
    except BadInput:
        raise NotGenuine(N_("The proof speaks of an event that cannot be read."), _ASK_AUTHORITY) from None
    _require_inclusion(leaf, found.index, found.path, checkpoint)
    if newer is not None:
        index, path, note = _read_tlog(newer)
        if index != found.index:
            raise NotGenuine(N_("The newer proof is for another entry of the log."), _ASK_AUTHORITY)
        checkpoint = open_checkpoint(note, origin, public_key, witnesses=witnesses, quorum=quorum)
        _require_inclusion(leaf, index, path, checkpoint)
    return VerifiedEntry(event, found.index, checkpoint.size, checkpoint.root, checkpoint.witnesses)


def _require_inclusion(leaf: bytes, index: int, path: Sequence[bytes], checkpoint: Checkpoint) -> None:
    try:
        tree.verify_inclusion(leaf, index, checkpoint.size, path, checkpoint.root)
    except TamperEvidence:
        raise NotGenuine(N_("The entry that the proof speaks of is not in the log."), _ASK_AUTHORITY) from None


def _read_tlog(data: bytes) -> tuple[int, tuple[bytes, ...], str]:
    """Place, path and checkpoint of a C2SP tlog-proof without extra data."""
    wrong = NotGenuine(N_("The newer proof from the log cannot be read."), _ASK_AUTHORITY)
    try:
        text = data.decode() if len(data) <= MAX_PROOF else ""
    except UnicodeDecodeError:
        raise wrong from None
    head, _, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    place = _INDEX.fullmatch(lines[0]) if lines else None
    if first != _TLOG or place is None or len(lines) > tree.MAX_PATH:
        raise wrong
    try:
        path = tuple(map(_unb64, lines[1:]))
    except ValueError:
        raise wrong from None
    if Proof(b"", b"", int(place[1]), path, note).tlog() != text:
        raise wrong
    return int(place[1]), path, note


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
