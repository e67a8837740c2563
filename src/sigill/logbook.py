"""The log as the house keeps it: checked at each start, published, cosigned by witnesses, exported, proven.

    start()      quick: do the newest checkpoints still fit the database, and has the clock gone on?
    check()      whole: every entry, event and act against the tree and all checkpoints that were published
    vouch()      the proof of a letter, under a checkpoint that the witnesses have seen
    publish()    a checkpoint, cosigned by the witnesses and kept; for a timer
    export()     everything public as static tiles, for others' tools
    newer_proof() a proof under a cosigned checkpoint, for a letter that left while the witnesses were silent

What was published stands in the database; the newest of it also in a file beside it, and with the witnesses. Whoever
bends the log must bend all three, and the third is in other hands.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sigill import ports
from sigill.adapters.files import write_atomically
from sigill.errors import N_, NotGenuine, TamperEvidence, Temporary
from sigill.log import tiles, tree
from sigill.log.checkpoint import Checkpoint, cosigned_at, open_checkpoint, sign_checkpoint
from sigill.log.entry import act_digest, commit, read_event
from sigill.log.ledger import audit_entries
from sigill.log.proof import Proof
from sigill.log.witness import Cosigned, Panel

if TYPE_CHECKING:
    from sigill.store.django_store import DjangoStore

LENIENCE = dt.timedelta(minutes=15)
"""How far two clocks may differ, and how long an event may wait for its place in the log."""

_LOCK = "the log's checkpoints"
_STOP = N_("Stop, keep everything as it is, and call the administrator.")


@dataclass(frozen=True, slots=True)
class HouseLog:
    """The log of a house.

    Args:
        store: where it is kept. key: signs its checkpoints. remembered: file of the newest checkpoint that left.
        clock: the house's.
        witnesses: whom to ask; `quorum`: how many must cosign.
    """

    store: "DjangoStore"
    key: ports.LogKey
    remembered: Path
    clock: ports.Clock
    witnesses: tuple[ports.Witness, ...] = ()
    quorum: int = 0

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.key.origin

    def checkpoint(self) -> str:
        """A signed checkpoint of the log as it stands."""
        size = self.store.nodes.size()
        return sign_checkpoint(self.origin, size, tree.root(self.store.nodes, size), self.key)

    def remember(self, note: str) -> None:
        """Keep `note` in the file if it is newer than the one kept.

        Raises:
            TamperEvidence: the one kept has as many entries and another root.
        """
        new = self._open(note)
        if self.remembered.exists():
            old = self._own(self.remembered.read_text("utf-8"))
            if old.size == new.size and old.root != new.root:
                raise _not_those_signed(new.size)
            if old.size >= new.size:
                return
        write_atomically(self.remembered, note.encode(), mode=0o644)

    def start(self) -> None:
        """Do the newest checkpoints still fit the database? Takes some milliseconds, whatever the log's size.

        Raises:
            TamperEvidence: the log was cut short, rewritten or turned back, or the clock was.
        """
        nodes, size, newest = self.store.nodes, self.store.nodes.size(), self.store.newest()
        if size:
            leaf = self.store.leaf(size - 1)
            if nodes.many([(0, size - 1), (0, size)]) != {(0, size - 1): tree.leaf_hash(leaf)}:
                raise TamperEvidence(
                    N_("An entry of the log and the stored tree do not fit."), _STOP, place=f"entry {size - 1}"
                )
        known = [self._own(self.remembered.read_text("utf-8"))] if self.remembered.exists() else []
        if newest is not None:
            known.append(self._row(newest))
            if newest.at > self.clock.now() + LENIENCE:
                raise TamperEvidence(
                    N_("The newest checkpoint of the log is from the future: the clock has gone back."),
                    N_("Set the clock right. If it is right, keep everything as it is and call the administrator."),
                )
        for one in known:
            if one.size > size:
                raise TamperEvidence(
                    N_("The log is shorter than a checkpoint that was signed: entries are missing."),
                    _STOP,
                    place=f"entry {size}",
                )
            if tree.root(nodes, one.size) != one.root:
                raise _not_those_signed(one.size)

    def check(self, note: str | None = None) -> tuple[int, bytes]:
        """Recompute the log and hold it against its tree, its events and acts, and all published checkpoints.

        Args:
            note: a checkpoint from outside.
        Returns:
            size and root.
        Raises:
            TamperEvidence: something does not add up. NotGenuine: `note` is not of this log.
        """
        self.start()
        here = self._open(self.checkpoint())
        opened = [here, *([self._open(note)] if note else [])]
        if self.remembered.exists():
            opened.append(self._own(self.remembered.read_text("utf-8")))
        published = self.store.published()
        opened += self._in_order(published)
        self._events([*published, ports.Published(0, here.size, "", self.clock.now())])
        for act in self.store.acts():
            if read_event(act.event)["digests"]["act"] != act_digest(act.data, act.sealed).hex():
                raise TamperEvidence(
                    N_("What the store keeps of an act does not fit its log entry."),
                    _STOP,
                    place=f"entry {act.log_index}",
                )
        nodes: Any = _AsOf(self.store.nodes, here.size)
        audit_entries(islice(self.store.leaves(), here.size), nodes, *opened)
        return here.size, here.root

    def vouch(self, make: Callable[[], Proof]) -> Proof:
        """A fresh proof, its checkpoint shown to the witnesses and remembered.

        A letter does not wait: witnesses that do not answer are left out (ADR 14).

        Args:
            make: makes the proof against the log as it then stands.
        Raises:
            TamperEvidence: a witness has seen another log.
        """
        if not self.witnesses:
            proven = make()
        else:
            with self.store.exclusive(_LOCK):  # witnesses sign growing sizes only
                proven = make()
                proven = replace(proven, checkpoint=self._cosign(proven.checkpoint, always=False).note)
        self.remember(proven.checkpoint)
        return proven

    def publish(self) -> Cosigned:
        """Check, sign a checkpoint, have it cosigned, keep it. For a timer.

        Raises:
            TamperEvidence: the log does not fit what was published before, or what a witness has seen.
        """
        self.start()
        with self.store.exclusive(_LOCK):
            done = self._cosign(self.checkpoint(), always=True)
        self.remember(done.note)
        return done

    def newer_proof(self, index: int) -> str:
        """The proof for an entry under a checkpoint with enough cosignatures (C2SP tlog-proof).

        Args:
            index: the entry's place.
        Raises:
            Temporary: too few witnesses answer.
        """
        newest = self.store.newest()
        note = newest.note if newest and newest.size > index and self._enough(newest.note) else ""
        if not note:
            done = self.publish()
            if not done.enough:
                raise Temporary(
                    N_("Too few witnesses answered: {have} of the {need} that are needed."),
                    N_("Try again in a while; `sigill log publish` says which are silent."),
                    have=len(done.by),
                    need=done.quorum,
                )
            note = done.note
        path = tree.inclusion_proof(self.store.nodes, index, self._open(note).size)
        return Proof(b"", b"", index, tuple(path), note).tlog()

    def export(self, folder: Path) -> int:
        """Write the public side of the log as tiles, under the newest published checkpoint. What is there stays.

        Returns:
            the number of entries.
        Raises:
            TamperEvidence: a tile written before says something else.
        """
        newest = self.store.newest()
        if newest is None or newest.size < self.store.nodes.size():
            self.publish()
            newest = self.store.newest()
        assert newest is not None  # just published
        self.start()
        for tile in tiles.tiles(newest.size):
            target = folder / tiles.path_of(tile)
            level, number, width = tile
            if level < 0:
                data = tiles.entry_tile(self.store.leaves_from(number * tiles.WIDTH, width))
            else:
                data = tiles.hash_tile(self.store.nodes, tile)
            if target.exists():
                if target.read_bytes() != data:
                    raise TamperEvidence(
                        N_("What was exported before says something else than the log does now."),
                        _STOP,
                        place=str(target),
                    )
                continue
            write_atomically(target, data, mode=0o644)
        write_atomically(folder / "checkpoint", newest.note.encode(), mode=0o644)
        return newest.size

    # Inside

    def _cosign(self, note: str, *, always: bool) -> Cosigned:
        """Ask the witnesses and keep what they signed; `always`: keep it also when none did."""
        panel = Panel(self.origin, self.key.public_bytes(), self.witnesses, self.quorum, seen=self._vouched)
        done = panel.cosign(note, self.store.nodes)
        if done.by or always:
            self.store.publish(self._open(note).size, done.note, self.clock.now())
        return done

    def _vouched(self) -> dict[str, int]:
        newest = self.store.newest()
        if newest is None:
            return {}
        opened = open_checkpoint(newest.note, self.origin, self.key.public_bytes(), witnesses=self._keys())
        return dict.fromkeys(opened.witnesses, opened.size)

    def _keys(self) -> dict[str, bytes]:
        return {one.name: one.public_key for one in self.witnesses}

    def _enough(self, note: str) -> bool:
        try:
            open_checkpoint(note, self.origin, self.key.public_bytes(), witnesses=self._keys(), quorum=self.quorum)
        except NotGenuine:
            return False
        return True

    def _open(self, note: str) -> Checkpoint:
        return open_checkpoint(note, self.origin, self.key.public_bytes())

    def _own(self, note: str) -> Checkpoint:
        """A checkpoint that this house kept itself: if it cannot be read, somebody has bent it."""
        try:
            return open_checkpoint(note, self.origin, self.key.public_bytes(), witnesses=self._keys())
        except NotGenuine:
            raise TamperEvidence(N_("A checkpoint that the house kept was altered or damaged."), _STOP) from None

    def _row(self, row: ports.Published) -> Checkpoint:
        opened = self._own(row.note)
        if opened.size != row.size:
            raise TamperEvidence(
                N_("A checkpoint that the house kept was altered or damaged."), _STOP, place=f"checkpoint {row.number}"
            )
        return opened

    def _in_order(self, published: "list[ports.Published]") -> list[Checkpoint]:
        """All published checkpoints opened; sizes only grow, and so do the house's and each witness's times."""
        opened: list[Checkpoint] = []
        at, latest = published[0].at if published else None, dict[str, int]()
        for row in published:
            one = self._row(row)
            times = {name: cosigned_at(row.note, name, self._keys()[name]) for name in one.witnesses}
            if (
                (opened and one.size < opened[-1].size)
                or (at is not None and row.at < at - LENIENCE)
                or any(time < latest.get(name, 0) for name, time in times.items())
            ):
                raise TamperEvidence(
                    N_("The log's checkpoints are not in the order of time."), _STOP, place=f"checkpoint {row.number}"
                )
            opened.append(one)
            at = row.at if at is None else max(at, row.at)
            latest |= times
        return opened

    def _events(self, marks: "list[ports.Published]") -> None:
        """Each event fits its entry, and its time lies between the checkpoints around it."""
        place, since = 0, None
        rows = zip(self.store.events(), self.store.leaves(), strict=True)
        for at, ((index, event, salt), leaf) in enumerate(islice(rows, marks[-1].size)):
            if at != index or commit(event, salt) != leaf:
                raise TamperEvidence(N_("An event does not fit its log entry."), _STOP, place=f"entry {at}")
            while index >= marks[place].size:
                since, place = marks[place].at, place + 1
            told = dt.datetime.fromisoformat(json.loads(event)["at"])
            if told > marks[place].at + LENIENCE or (since is not None and told < since - LENIENCE):
                raise TamperEvidence(
                    N_("The time of an event does not lie between the checkpoints around it."),
                    _STOP,
                    place=f"entry {index}",
                )


class _AsOf:
    """The tree as it stood with `size` entries; others may be writing to it."""

    def __init__(self, nodes: ports.Nodes, size: int) -> None:
        self._nodes, self._size = nodes, size

    def size(self) -> int:
        return self._size

    def __getattr__(self, name: str) -> Any:
        return getattr(self._nodes, name)


def _not_those_signed(size: int) -> TamperEvidence:
    return TamperEvidence(
        N_("The log's first {size} entries are not those that were signed."),
        _STOP,
        place=f"checkpoint {size}",
        size=size,
    )
