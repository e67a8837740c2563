"""The Merkle tree of the log: append, root, and the two proofs with their verification (RFC 9162 § 2.1).

Only complete subtrees are stored, as (level, index, hash); they never change, so storage needs to insert
only. All functions are plain loops: the work grows with the logarithm of the log's size, the stack does not.

What it does not do: it signs nothing. A root is worth what the checkpoint that carries it is worth, and a
proof holds for the pair of size *and* root; both must come from the same signed checkpoint
(`sigill.log.checkpoint`).
"""

from collections.abc import Sequence
from hashlib import sha256

from sigill.errors import N_, BadInput, TamperEvidence
from sigill.ports import Nodes

Row = tuple[int, int, bytes]
"""A complete subtree: level, index, hash. It covers the entries index * 2**level up to (index + 1) *
2**level."""

HASH_SIZE = 32
MAX_SIZE = (1 << 63) - 1
"""The largest log: what a signed 64-bit column holds."""
MAX_PATH = 128
"""More hashes than any proof in a log of `MAX_SIZE` can have."""

EMPTY_ROOT = sha256(b"").digest()
"""The root of a log without entries."""

_ASK_ADMIN = N_("Stop, keep everything as it is, and call the administrator.")


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry's data (RFC 9162 § 2.1.1). 32 bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees of 32 bytes each (RFC 9162 § 2.1.1). 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def append(leaves: Sequence[bytes], nodes: Nodes) -> list[Row]:
    """What to store so that `leaves` become the log's next entries.

    Args:
        leaves: the entries' data, in order; hashed here.
        nodes: the tree so far. It is read, not changed: the caller stores the rows, in this order, and does
            so in the transaction that also fixed `nodes.size()`.
    Returns:
        the new complete subtrees, level 0 (the entries themselves) included.
    Raises:
        BadInput: a leaf is not bytes, or the log would outgrow `MAX_SIZE`.
        TamperEvidence: a stored node that is needed is missing or malformed.
    """
    size = nodes.size()
    if size + len(leaves) > MAX_SIZE:
        raise BadInput(N_("The log cannot hold more entries."), N_("Begin a new log."))
    rows: list[Row] = []
    # The right edge: at most one complete subtree per level waits for its right-hand neighbour.
    edge = {level: _get(nodes, level, (size >> level) - 1) for level in range(size.bit_length()) if size >> level & 1}
    for position, data in enumerate(leaves, start=size):
        if not isinstance(data, bytes):
            raise BadInput(N_("A log entry must be bytes."))
        level, index, digest = 0, position, leaf_hash(data)
        rows.append((level, index, digest))
        while index & 1:
            digest = node_hash(edge.pop(level), digest)
            level, index = level + 1, index >> 1
            rows.append((level, index, digest))
        edge[level] = digest
    return rows


def root(nodes: Nodes, size: int) -> bytes:
    """The root of the first `size` entries (RFC 9162 § 2.1.1). 32 bytes.

    Raises:
        BadInput: there are not that many entries.
        TamperEvidence: a stored node is missing or malformed.
    """
    if not _is_count(size):
        raise _too_large(size)
    return _range_hashes(nodes, [(0, size)], size)[0] if size else EMPTY_ROOT


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The proof that entry `index` is one of the first `size` entries (RFC 9162 § 2.1.3.1).

    Returns:
        hashes of 32 bytes, from the entry upwards; none if the log has one entry.
    Raises:
        BadInput: `index` is not below `size`, or there are not that many entries.
        TamperEvidence: a stored node is missing or malformed.
    """
    if not _is_count(size):
        raise _too_large(size)
    if not _is_count(index) or index >= size:
        raise BadInput(N_("The log has no entry {index} of {size}."), index=index, size=size)
    ranges, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    # With the entry itself the ranges cover the whole log, so a log that is too short cannot answer.
    return _range_hashes(nodes, [(index, index + 1), *reversed(ranges)], size)[1:]


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """The proof that the first `old` entries are still the beginning of the first `new` (RFC 9162 § 2.1.4.1).

    Returns:
        hashes of 32 bytes; none if `old` equals `new` or is 0 (every log begins with nothing).
    Raises:
        BadInput: `old` is larger than `new`, or there are not that many entries.
        TamperEvidence: a stored node is missing or malformed.
    """
    if not _is_count(new) or new > nodes.size():
        raise _too_large(new)
    if not _is_count(old) or old > new:
        raise BadInput(N_("There is no proof from {old} entries to {new}."), N_("A log only grows."), old=old, new=new)
    if old in (0, new):
        return []
    ranges, start, end, whole = [], 0, new, True
    while end > old:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))  # the verifier has the old root only if it is one subtree
    return _range_hashes(nodes, ranges[::-1], new)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` is entry `index` of the log with this size and root (RFC 9162 § 2.1.3.2).

    Args:
        leaf: the entry's data, not its hash: hashed here, so that no inner node passes for an entry.
        size, root: from one signed checkpoint.
    Raises:
        TamperEvidence: it is not, or the proof is malformed.
    """
    wrong = TamperEvidence(N_("The proof does not show that the entry is in the log."), _ASK_ADMIN)
    if not (_is_count(index) and _is_count(size) and index < size and _are_hashes([root, *path])):
        raise wrong
    low, high, result = index, size - 1, leaf_hash(leaf)
    for sibling in path:
        if high == 0:
            raise wrong
        if low & 1 or low == high:
            result = node_hash(sibling, result)
            while low and not low & 1:
                low, high = low >> 1, high >> 1
        else:
            result = node_hash(result, sibling)
        low, high = low >> 1, high >> 1
    if high or result != root:
        raise wrong


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the log with `new` entries continues the one with `old` (RFC 9162 § 2.1.4.2).

    Args:
        old, old_root: from the checkpoint seen earlier. With `old` 0 the proof must be empty.
        new, new_root: from the checkpoint seen now.
    Raises:
        TamperEvidence: it does not, or the proof is malformed.
    """
    wrong = TamperEvidence(N_("The log does not continue the one that was seen before."), _ASK_ADMIN)
    if not (_is_count(old) and _is_count(new) and old <= new and _are_hashes([old_root, new_root, *path])):
        raise wrong
    if old in (0, new):
        if path or old_root != (new_root if old == new else EMPTY_ROOT):
            raise wrong
        return
    # An old log of 2**n entries is itself a node of the new one; the proof leaves it out.
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not path:
        raise wrong
    low, high = old - 1, new - 1
    while low & 1:
        low, high = low >> 1, high >> 1
    old_result = new_result = hashes[0]
    for sibling in hashes[1:]:
        if high == 0:
            raise wrong
        if low & 1 or low == high:
            old_result, new_result = node_hash(sibling, old_result), node_hash(sibling, new_result)
            while low and not low & 1:
                low, high = low >> 1, high >> 1
        else:
            new_result = node_hash(new_result, sibling)
        low, high = low >> 1, high >> 1
    if high or old_result != old_root or new_result != new_root:
        raise wrong


def _split(width: int) -> int:
    """The largest power of two below `width` (RFC 9162 § 2.1.1: the left subtree)."""
    return 1 << (width - 1).bit_length() - 1


def _range_hashes(nodes: Nodes, ranges: Sequence[tuple[int, int]], size: int) -> list[bytes]:
    """The hash over the entries of each range (from, up to), where the tree has a subtree, perhaps ragged.

    All nodes are asked for at once: a store answers one question in little more time than a node takes.
    """
    wanted = [_complete(start, end) for start, end in ranges]
    found = nodes.many([one for parts in wanted for one in parts])
    hashes = []
    for parts in wanted:
        digests = [found.get(one, b"") for one in parts]
        for (level, index), digest in zip(parts, digests, strict=True):
            if not isinstance(digest, bytes) or len(digest) != HASH_SIZE:
                if size > nodes.size():
                    raise _too_large(size)
                raise _lacking(level, index)
        result = digests.pop()
        while digests:
            result = node_hash(digests.pop(), result)
        hashes.append(result)
    return hashes


def _complete(start: int, end: int) -> list[tuple[int, int]]:
    """The complete subtrees, largest first, that the entries from `start` up to `end` consist of."""
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append((level, start >> level))
        start += 1 << level
    return parts


def _get(nodes: Nodes, level: int, index: int) -> bytes:
    try:
        digest = nodes.get(level, index)
    except LookupError:
        digest = b""
    if not isinstance(digest, bytes) or len(digest) != HASH_SIZE:
        raise _lacking(level, index)
    return digest


def _lacking(level: int, index: int) -> TamperEvidence:
    return TamperEvidence(
        N_("The log's tree lacks a node it must have."), _ASK_ADMIN, place=f"level {level}, index {index}"
    )


def _too_large(size: int) -> BadInput:
    return BadInput(N_("The log has no {size} entries."), size=size)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_SIZE


def _are_hashes(values: Sequence[object]) -> bool:
    return len(values) <= MAX_PATH and all(isinstance(one, bytes) and len(one) == HASH_SIZE for one in values)
