"""The log as static files that others' tools can audit (C2SP tlog-tiles).

    checkpoint              the newest signed checkpoint; its size is the one the tiles are for
    tile/L/N                256 hashes of the tree's level 8·L, from place 256·N on
    tile/L/N.p/W            the first W of them, where there are no 256 yet
    tile/entries/N[.p/W]    the entries' data, each after its length in two bytes

Full tiles never change, so whoever publishes needs only to add the last ones. The entries are the log's salted
commitments, 32 bytes each: they tell nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import PurePosixPath

from sigill.errors import N_, TamperEvidence
from sigill.ports import Nodes

WIDTH = 256
_HEIGHT = 8

Tile = tuple[int, int, int]
"""Level (-1 for entries), number, width."""


def tiles(size: int) -> Iterator[Tile]:
    """All tiles of a log with `size` entries, entries first, then level by level."""
    yield from _row(-1, size)
    for level in count():
        wide = size >> (_HEIGHT * level)
        if not wide:
            return
        yield from _row(level, wide)


def path_of(tile: Tile) -> PurePosixPath:
    """Where a tile lies (C2SP tlog-tiles, Merkle Tree)."""
    level, number, width = tile
    parts = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        parts.insert(0, f"x{number % 1000:03}")
    if width < WIDTH:
        parts[-1] += ".p"
        parts.append(str(width))
    return PurePosixPath("tile", "entries" if level < 0 else str(level), *parts)


def hash_tile(nodes: Nodes, tile: Tile) -> bytes:
    """The bytes of a tile of hashes.

    Raises:
        TamperEvidence: the stored tree lacks some.
    """
    level, number, width = tile
    start = number * WIDTH
    found = nodes.row(level * _HEIGHT, start, start + width)
    if len(found) != width:
        raise TamperEvidence(
            N_("The log's tree lacks a node it must have."),
            N_("Stop, keep everything as it is, and call the administrator."),
            place=f"level {level * _HEIGHT}, index {start + len(found)}",
        )
    return b"".join(found)


def entry_tile(entries: Sequence[bytes]) -> bytes:
    """The bytes of a tile of entries."""
    return b"".join(len(one).to_bytes(2) + one for one in entries)


def _row(level: int, wide: int) -> Iterator[Tile]:
    full, rest = divmod(wide, WIDTH)
    for number in range(full):
        yield level, number, WIDTH
    if rest:
        yield level, full, rest
