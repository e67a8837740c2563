"""A log's tree kept in memory, for tests, trials and the checking of exported logs.

Implements `sigill.ports.Nodes`. It only grows, and refuses a row that would leave a gap or overwrite one. It
is not shared between threads or processes; the store keeps the real log.
"""

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence

from sigill.errors import N_, TamperEvidence
from sigill.log.tree import HASH_SIZE, Row


class MemoryNodes:
    """Complete subtrees by level and index."""

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    def size(self) -> int:
        """Number of entries."""
        return len(self._levels[0])

    def get(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree, 32 bytes.

        Raises:
            IndexError: there is none.
        """
        if level < 0 or index < 0:
            raise IndexError(level, index)
        return self._levels[level][index]

    def many(self, wanted: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """See `sigill.ports.Nodes.many`."""
        found = {}
        for level, index in wanted:
            with contextlib.suppress(LookupError):
                found[level, index] = self.get(level, index)
        return found

    def row(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """See `sigill.ports.Nodes.row`."""
        return self._levels[level][start:stop] if level < len(self._levels) else []

    def extend(self, rows: Sequence[Row]) -> None:
        """Take in what `tree.append` returned: all rows or none.

        Raises:
            TamperEvidence: a row leaves a gap, overwrites another or holds no hash.
        """
        added: Counter[int] = Counter()
        for level, index, digest in rows:
            known = len(self._levels[level]) if level < len(self._levels) else 0
            if index != known + added[level] or len(digest) != HASH_SIZE:
                raise TamperEvidence(
                    N_("A row does not continue the log's tree."), place=f"level {level}, index {index}"
                )
            added[level] += 1
        for level, _index, digest in rows:
            while level >= len(self._levels):
                self._levels.append([])
            self._levels[level].append(digest)
