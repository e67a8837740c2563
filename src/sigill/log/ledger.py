"""Reading the whole log again: do the entries still give what was signed?

Every entry is hashed, every complete subtree is compared with the stored one, and the roots are compared
with those of signed checkpoints. A log that was cut short, rewritten or reordered shows, also when whoever
did it mended the stored tree: the roots then no longer fit.

What it does not do: entries added after the newest checkpoint are compared with the stored tree only, since
nobody has vouched for them yet.
"""

from collections.abc import Iterable, Sequence

from sigill.errors import N_, TamperEvidence
from sigill.log.checkpoint import Checkpoint
from sigill.log.tree import EMPTY_ROOT, leaf_hash, node_hash
from sigill.ports import Nodes

_ASK_ADMIN = N_("Stop, keep everything as it is, and call the administrator.")


def audit_entries(leaves: Iterable[bytes], nodes: Nodes, *checkpoints: Checkpoint) -> int:
    """Recompute the log from its entries.

    Args:
        leaves: the entries' data, all of them, in order; may be a stream.
        nodes: the stored tree.
        checkpoints: signed checkpoints of this log, already opened by `open_checkpoint`; at least one. The
            more old ones are kept and given, the closer a rewritten place is narrowed down.
    Returns:
        the number of entries read.
    Raises:
        TamperEvidence: the entries, the tree and the checkpoints do not fit one another; `place` says where
            it shows.
    """
    if not checkpoints:
        raise TamperEvidence(N_("There is no signed checkpoint to check the log against."), _ASK_ADMIN)
    if len({one.origin for one in checkpoints}) != 1:
        raise TamperEvidence(N_("The checkpoints are not all of one log."), _ASK_ADMIN)
    by_size: dict[int, list[Checkpoint]] = {}
    for one in checkpoints:
        by_size.setdefault(one.size, []).append(one)

    stored, tree = nodes.size(), _Reader(nodes)
    edge: list[bytes | None] = []  # by level, the complete subtree that waits for its right-hand neighbour
    size = 0
    _compare_roots(edge, by_size.pop(size, []))
    for data in leaves:
        if size >= stored:
            raise TamperEvidence(N_("The log has more entries than its tree."), _ASK_ADMIN, place=f"entry {size}")
        level, index, digest = 0, size, leaf_hash(data)
        _compare_node(tree, level, index, digest, size)
        while index & 1:
            left = edge[level]
            assert left is not None  # an odd index always has its left-hand neighbour waiting
            edge[level] = None
            digest = node_hash(left, digest)
            level, index = level + 1, index >> 1
            _compare_node(tree, level, index, digest, size)
        if level == len(edge):
            edge.append(None)
        edge[level] = digest
        size += 1
        _compare_roots(edge, by_size.pop(size, []))
    if by_size:
        raise TamperEvidence(
            N_("The log is shorter than a checkpoint that was signed: entries are missing."),
            _ASK_ADMIN,
            place=f"entry {size}",
        )
    if size < stored:
        raise TamperEvidence(N_("The log has fewer entries than its tree."), _ASK_ADMIN, place=f"entry {size}")
    return size


class _Reader:
    """The stored tree, each level read from left to right in long rows."""

    _WIDTH = 4096

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._rows: dict[int, tuple[int, Sequence[bytes]]] = {}

    def get(self, level: int, index: int) -> bytes | None:
        start, row = self._rows.get(level, (0, ()))
        if not start <= index < start + len(row):
            start, row = index, self._nodes.row(level, index, index + self._WIDTH)
            self._rows[level] = start, row
        return row[index - start] if index - start < len(row) else None


def _compare_node(tree: _Reader, level: int, index: int, digest: bytes, entry: int) -> None:
    if tree.get(level, index) != digest:
        raise TamperEvidence(
            N_("An entry of the log and the stored tree do not fit."), _ASK_ADMIN, place=f"entry {entry}"
        )


def _compare_roots(edge: list[bytes | None], checkpoints: list[Checkpoint]) -> None:
    if not checkpoints:
        return
    waiting = [one for one in edge if one is not None]
    root = waiting[0] if waiting else EMPTY_ROOT
    for one in waiting[1:]:
        root = node_hash(one, root)
    if any(one.root != root for one in checkpoints):
        raise TamperEvidence(
            N_("The log's first {size} entries are not those that were signed."),
            _ASK_ADMIN,
            place=f"checkpoint {checkpoints[0].size}",
            size=checkpoints[0].size,
        )
