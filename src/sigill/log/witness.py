"""Witnessing: another authority signs a log's checkpoint once it has seen that the log only grew (C2SP tlog-witness).

`Witness` is the side that signs: it remembers, for each log it follows, the newest checkpoint it cosigned, and signs a
newer one only with a proof that it continues that one. What it signs it has written down first. `Panel` is the log's
side: it shows a checkpoint to all witnesses at once and gathers what they sign.

What it does not do: a witness looks at hashes and knows nothing of what was logged, nor whether it is true. And it
opens no connection: that is for `sigill.adapters.witness_server` and `witness_client`.
"""

import base64
import binascii
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from sigill import ports
from sigill.errors import N_, BadInput, NotGenuine, TamperEvidence, Temporary
from sigill.log.checkpoint import MAX_NOTE, Checkpoint, cosign, cosigned_at, open_checkpoint, origin_of
from sigill.log.tree import EMPTY_ROOT, HASH_SIZE, MAX_SIZE, consistency_proof, verify_consistency

MAX_REQUEST = 32_768
"""Longest request a witness reads, in bytes: a checkpoint and 63 hashes."""
MAX_HASHES = 63
SIZE_TYPE = "text/x.tlog.size"
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)
_ROUNDS = 3
_STOP = N_("Stop, keep everything as it is, and call the administrator.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness says: an HTTP status and a body."""

    status: int
    body: str
    content_type: str = "text/plain; charset=utf-8"


class Shelf(Protocol):
    """Where a witness keeps the newest checkpoint it cosigned of each log."""

    def newest(self, origin: str) -> str | None:
        """The note, with the witness's own line; None before the first."""
        ...

    def keep(self, origin: str, note: str) -> None:
        """Keep `note` instead, whole or not at all; it survives a power cut when this returns."""
        ...


class Witness:
    """Cosigns checkpoints of the logs it follows.

    Args:
        key: the witness's own; its `origin` is the witness's name.
        logs: the logs it follows: origin → Ed25519 key, 32 bytes.
        shelf: what it remembers. Nobody else may write there.
    """

    def __init__(self, key: ports.LogKey, logs: Mapping[str, bytes], shelf: Shelf, clock: ports.Clock) -> None:
        self._key, self._logs, self._shelf, self._clock = key, dict(logs), shelf, clock
        self._one_at_a_time = threading.Lock()

    def add_checkpoint(self, request: bytes) -> Answer:
        """Answer one request (C2SP tlog-witness, add-checkpoint).

        Args:
            request: `old` size, consistency proof, checkpoint.
        Raises:
            TamperEvidence: what the witness itself remembers can no longer be read. Nothing is signed.
            Temporary: it cannot be written down. Nothing is signed.
        """
        try:
            old, proof, note = _read_request(request)
            origin = origin_of(note)
        except (NotGenuine, BadInput):
            return Answer(400, "This is not a request to add a checkpoint.\n")
        if origin not in self._logs:
            return Answer(404, "This log is not followed here.\n")
        try:
            shown = open_checkpoint(note, origin, self._logs[origin])
        except NotGenuine:
            return Answer(403, "The checkpoint is not signed by the log's key.\n")
        if old > shown.size:
            return Answer(400, "The old size is larger than the checkpoint's.\n")
        # Looking up and writing down belong together: else two requests at once could turn the log back.
        with self._one_at_a_time:
            kept, earliest = self._remembered(origin)
            if old != kept.size or (old == shown.size and shown.root != kept.root):
                return Answer(409, f"{kept.size}\n", SIZE_TYPE)
            try:
                verify_consistency(old, shown.size, proof, kept.root, shown.root)
            except TamperEvidence:
                return Answer(422, "The proof does not show that the log only grew.\n")
            now = self._clock.now()
            if int(now.timestamp()) < earliest:
                return Answer(503, "The clock of this witness has gone back.\n")
            cosigned = cosign(note, self._key, now)
            self._shelf.keep(origin, cosigned)
        return Answer(200, cosigned[len(note) :])

    def followed(self) -> dict[str, int]:
        """The logs it follows, and how many entries it has vouched for.

        Raises:
            TamperEvidence: what it remembers can no longer be read.
        """
        return {origin: self._remembered(origin)[0].size for origin in sorted(self._logs)}

    def _remembered(self, origin: str) -> tuple[Checkpoint, int]:
        """The newest checkpoint, and when it was cosigned, in seconds of Unix time."""
        note = self._shelf.newest(origin)
        if note is None:
            return Checkpoint(origin, 0, EMPTY_ROOT), 0
        me = {self._key.origin: self._key.public_bytes()}
        try:
            kept = open_checkpoint(note, origin, self._logs[origin], witnesses=me, quorum=1)
        except NotGenuine:
            raise TamperEvidence(N_("What the witness remembers of the log was altered or damaged."), _STOP) from None
        return kept, cosigned_at(note, self._key.origin, self._key.public_bytes())


def request_body(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """A request as `Witness.add_checkpoint` reads it."""
    lines = [f"old {old}", *(base64.b64encode(one).decode("ascii") for one in proof), "", note]
    return "\n".join(lines).encode()


def _read_request(request: bytes) -> tuple[int, list[bytes], str]:
    wrong = BadInput(N_("This is not a request to add a checkpoint."))
    try:
        text = request.decode() if len(request) <= MAX_REQUEST else ""
    except UnicodeDecodeError:
        raise wrong from None
    head, blank, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if old is None or not blank or int(old[1]) > MAX_SIZE or len(lines) > MAX_HASHES or len(note) > MAX_NOTE:
        raise wrong
    proof = []
    for line in lines:
        try:
            proof.append(base64.b64decode(line, validate=True))
        except (binascii.Error, ValueError):
            raise wrong from None
    if any(len(one) != HASH_SIZE for one in proof):
        raise wrong
    return int(old[1]), proof, note


# --- the log's side ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A checkpoint after the witnesses were asked.

    Args:
        note: with the line of every witness that answered.
        by: their names, sorted.
        silent: the others, and why.
        quorum: how many are needed.
    """

    note: str
    by: tuple[str, ...]
    silent: Mapping[str, Temporary]
    quorum: int

    @property
    def enough(self) -> bool:
        """Whether as many cosigned as are needed."""
        return len(self.by) >= self.quorum


class Panel:
    """The witnesses of one log.

    Args:
        origin, public_key: the log's name and key.
        witnesses: whom to ask.
        quorum: how many of them must cosign for a checkpoint to count.
        seen: how many entries each is known to have vouched for; one that is not named is asked from 0 and answers
            with the number.
    """

    def __init__(
        self,
        origin: str,
        public_key: bytes,
        witnesses: Sequence[ports.Witness],
        quorum: int,
        seen: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self._origin, self._log_key, self._quorum = origin, public_key, quorum
        self._witnesses = {one.name: one for one in witnesses}
        self._ask_seen, self._seen = seen, dict[str, int]()
        if len(self._witnesses) != len(witnesses) or not 0 <= quorum <= len(witnesses):
            raise BadInput(N_("The quorum must be between 0 and the number of witnesses."))

    def cosign(self, note: str, nodes: ports.Nodes) -> Cosigned:
        """Show a checkpoint to every witness, all at once, and gather what they sign.

        One call at a time for a log, under a lock of the store: witnesses sign growing sizes only.

        Args:
            note: the log's own signed checkpoint.
            nodes: the log's tree; it has at least as many entries.
        Raises:
            TamperEvidence: a witness has seen another log than this one: it was cut short, turned back or rewritten.
        """
        shown = open_checkpoint(note, self._origin, self._log_key)
        self._seen = {**self._ask_seen(), **self._seen}
        waiting = {name: min(self._seen.get(name, 0), shown.size) for name in self._witnesses}
        lines: dict[str, str] = {}
        silent: dict[str, Temporary] = {}
        with ThreadPoolExecutor(max_workers=max(len(waiting), 1)) as threads:
            for _ in range(_ROUNDS):
                # Proofs are made here: the store's connection belongs to this thread.
                asked = {
                    name: threads.submit(
                        self._witnesses[name].ask,
                        request_body(old, consistency_proof(nodes, old, shown.size), note),
                    )
                    for name, old in waiting.items()
                }
                again = {}
                for name, answer in asked.items():
                    try:
                        status, body = answer.result()
                        if status == 409:
                            again[name] = _larger(body, waiting[name], shown.size)
                        else:
                            lines[name] = self._line(name, status, body, note)
                            self._seen[name] = shown.size
                    except Temporary as error:
                        silent[name] = error
                waiting = again
        silent |= dict.fromkeys(waiting, Temporary(N_("The witness kept asking for another size.")))
        return Cosigned(
            note + "".join(lines[name] for name in sorted(lines)), tuple(sorted(lines)), silent, self._quorum
        )

    def _line(self, name: str, status: int, body: str, note: str) -> str:
        if status == 422:
            raise TamperEvidence(
                N_("A witness says that the log does not continue the one it has seen."), _STOP, place=name
            )
        if status != 200:
            raise Temporary(N_("The witness answered {status}."), status=status)
        witness = self._witnesses[name]
        # Cosignatures of keys we do not know are ignored, as the protocol asks.
        for line in body.splitlines(keepends=True):
            try:
                opened = open_checkpoint(
                    note + line, self._origin, self._log_key, witnesses={name: witness.public_key}, quorum=1
                )
            except NotGenuine:
                continue
            if opened.witnesses == (name,):
                return line
        raise Temporary(N_("The witness answered with no valid signature of its own."))


def _larger(body: str, old: int, size: int) -> int:
    """The size a witness asks to be proven from."""
    match = re.fullmatch(r"(0|[1-9][0-9]{0,18})\n", body, re.ASCII)
    if match is None:
        raise Temporary(N_("The witness answered with something that is no size."))
    seen = int(match[1])
    if seen > size:
        raise TamperEvidence(
            N_("A witness has seen {seen} entries of the log, and it has {size}: it was cut short or turned back."),
            _STOP,
            seen=seen,
            size=size,
        )
    if seen == old:
        raise TamperEvidence(
            N_("A witness has seen another log with the same {size} entries: it was rewritten."), _STOP, size=size
        )
    return seen
