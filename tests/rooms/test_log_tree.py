"""The log's tree against the recursive definitions of RFC 9162 § 2.1, and proofs that somebody bent."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigill.errors import BadInput, TamperEvidence
from sigill.log import tree
from sigill.log.memory import MemoryNodes


def naive_root(data: list[bytes]) -> bytes:
    """MTH of RFC 9162 § 2.1.1, word for word."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = naive_split(len(data))
    return sha256(b"\x01" + naive_root(data[:k]) + naive_root(data[k:])).digest()


def naive_split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def naive_path(m: int, data: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162 § 2.1.3.1."""
    if len(data) == 1:
        return []
    k = naive_split(len(data))
    if m < k:
        return [*naive_path(m, data[:k]), naive_root(data[k:])]
    return [*naive_path(m - k, data[k:]), naive_root(data[:k])]


def naive_subproof(m: int, data: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162 § 2.1.4.1."""
    if m == len(data):
        return [] if whole else [naive_root(data)]
    k = naive_split(len(data))
    if m <= k:
        return [*naive_subproof(m, data[:k], whole), naive_root(data[k:])]
    return [*naive_subproof(m - k, data[k:], False), naive_root(data[:k])]


def entries(count: int) -> list[bytes]:
    return [sha256(b"entry %d" % number).digest() for number in range(count)]


def grown(data: list[bytes], *batches: int) -> MemoryNodes:
    """A tree grown in batches of the given sizes, the rest at once."""
    nodes, start = MemoryNodes(), 0
    for batch in (*batches, len(data)):
        nodes.extend(tree.append(data[start : start + batch], nodes))
        start += batch
    return nodes


# The vectors that RFC 6962 implementations share (certificate-transparency, `merkletree` tests).
CT_LEAVES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_roots_are_those_other_logs_compute() -> None:
    nodes = grown(CT_LEAVES)
    assert [tree.root(nodes, size).hex() for size in range(1, 9)] == CT_ROOTS
    assert tree.root(nodes, 0).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_everything_equals_the_recursive_definition_up_to_seventeen_entries() -> None:
    data = entries(17)
    nodes = grown(data)
    for size in range(18):
        top = naive_root(data[:size])
        assert tree.root(nodes, size) == top
        for index in range(size):
            path = tree.inclusion_proof(nodes, index, size)
            assert path == naive_path(index, data[:size])
            tree.verify_inclusion(data[index], index, size, path, top)
        for old in range(size + 1):
            path = tree.consistency_proof(nodes, old, size)
            assert path == ([] if old == 0 else naive_subproof(old, data[:size], True))
            tree.verify_consistency(old, size, path, naive_root(data[:old]), top)


@given(st.integers(0, 300), st.lists(st.integers(0, 100), max_size=4), st.data())
@settings(max_examples=40, deadline=None)
def test_any_size_in_any_batches_gives_the_same_tree(size: int, batches: list[int], draw: st.DataObject) -> None:
    data = entries(size)
    nodes = grown(data, *batches)
    assert nodes.size() == size
    assert tree.root(nodes, size) == naive_root(data)
    if size:
        index = draw.draw(st.integers(0, size - 1))
        assert tree.inclusion_proof(nodes, index, size) == naive_path(index, data)
        old = draw.draw(st.integers(1, size))
        path = tree.consistency_proof(nodes, old, size)
        assert path == naive_subproof(old, data, True)
        tree.verify_consistency(old, size, path, naive_root(data[:old]), naive_root(data))


def test_append_stores_each_complete_subtree_once_and_only_those() -> None:
    rows = tree.append(entries(11), MemoryNodes())
    expected = {(level, index) for level in range(4) for index in range(11 >> level)}
    assert {(level, index) for level, index, _ in rows} == expected
    assert len(rows) == len(expected)


def bent(path: list[bytes]) -> list[list[bytes]]:
    """The ways to bend a list of hashes: flip, drop, repeat, swap, extend, cut a hash short."""
    ways = [[*path, bytes(32)], [bytes(32), *path], [*path, *path, b"x" * 32]]
    for place, digest in enumerate(path):
        for flip in (0, 31):
            changed = bytearray(digest)
            changed[flip] ^= 1
            ways.append([*path[:place], bytes(changed), *path[place + 1 :]])
        ways.append(path[:place] + path[place + 1 :])
        ways.append([*path[:place], digest, *path[place:]])
        ways.append([*path[:place], digest[:31], *path[place + 1 :]])
        ways.append([*path[:place], digest + b"\0", *path[place + 1 :]])
        if place and path[place - 1] != digest:
            ways.append([*path[: place - 1], digest, path[place - 1], *path[place + 1 :]])
    return ways


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 21])
def test_a_bent_inclusion_proof_is_refused(size: int) -> None:
    data = entries(size)
    nodes, top = grown(data), naive_root(data)
    for index in range(size):
        path = tree.inclusion_proof(nodes, index, size)
        for other in bent(path):
            with pytest.raises(TamperEvidence):
                tree.verify_inclusion(data[index], index, size, other, top)
        for wrong_index in {*range(size + 2), -1, index + (1 << 40)} - {index}:
            with pytest.raises(TamperEvidence):
                tree.verify_inclusion(data[index], wrong_index, size, path, top)
        for wrong_leaf in (b"", data[index] + b"\0", tree.leaf_hash(data[index]), data[index - 1] + b"x"):
            with pytest.raises(TamperEvidence):
                tree.verify_inclusion(wrong_leaf, index, size, path, top)
        with pytest.raises(TamperEvidence):
            tree.verify_inclusion(data[index], index, size, path, bytes(32))


def test_an_inner_node_does_not_pass_for_an_entry() -> None:
    data = entries(4)
    nodes = grown(data)
    inner = tree.leaf_hash(data[0]) + tree.leaf_hash(data[1])
    with pytest.raises(TamperEvidence):
        tree.verify_inclusion(inner, 0, 2, [nodes.get(1, 1)], tree.root(nodes, 4))


@pytest.mark.parametrize("new", [2, 3, 4, 5, 7, 8, 9, 12, 16, 19])
def test_a_bent_consistency_proof_is_refused(new: int) -> None:
    data = entries(new)
    nodes, top = grown(data), naive_root(data)
    for old in range(new + 1):
        path, before = tree.consistency_proof(nodes, old, new), naive_root(data[:old])
        for other in bent(path):
            with pytest.raises(TamperEvidence):
                tree.verify_consistency(old, new, other, before, top)
        for old_root, new_root in (
            (bytes(32), top),
            (before, bytes(32)),
            (before[:31], top),
            (top[::-1], top),
        ):
            if (old_root, new_root) != (before, top) and not (old == 0 and old_root == before):
                with pytest.raises(TamperEvidence):
                    tree.verify_consistency(old, new, path, old_root, new_root)


@given(st.integers(1, 40), st.integers(0, 40), st.data())
@settings(max_examples=60, deadline=None)
def test_a_fork_has_no_proof_from_the_log_it_left(old: int, more: int, draw: st.DataObject) -> None:
    honest = entries(old)
    place = draw.draw(st.integers(0, old - 1))
    forged = [*honest[:place], b"forged", *honest[place + 1 :], *entries(more)]
    nodes = grown(forged)
    path = tree.consistency_proof(nodes, old, len(forged))
    with pytest.raises(TamperEvidence):
        tree.verify_consistency(old, len(forged), path, naive_root(honest), naive_root(forged))


def test_a_shrinking_log_is_refused() -> None:
    data = entries(8)
    with pytest.raises(TamperEvidence):
        tree.verify_consistency(8, 5, [], naive_root(data), naive_root(data[:5]))
    with pytest.raises(TamperEvidence):
        tree.verify_consistency(3, 8, [], naive_root(data[:3]), naive_root(data))


@pytest.mark.parametrize("size", [-1, 6, True, 2.0, None])
def test_impossible_sizes_are_refused(size: object) -> None:
    nodes = grown(entries(5))
    for call in (
        lambda: tree.root(nodes, size),  # type: ignore[arg-type]
        lambda: tree.inclusion_proof(nodes, 0, size),  # type: ignore[arg-type]
        lambda: tree.consistency_proof(nodes, 0, size),  # type: ignore[arg-type]
        lambda: tree.consistency_proof(nodes, size, 5),  # type: ignore[arg-type]
        lambda: tree.inclusion_proof(nodes, size, 5),  # type: ignore[arg-type]
    ):
        with pytest.raises(BadInput):
            call()


def test_an_entry_must_be_bytes() -> None:
    with pytest.raises(BadInput):
        tree.append(["text"], MemoryNodes())  # type: ignore[list-item]
    with pytest.raises(TamperEvidence):
        tree.verify_inclusion(b"x", 0, 2, ["t" * 32], tree.leaf_hash(b"x"))  # type: ignore[list-item]
    with pytest.raises(TamperEvidence):
        tree.verify_consistency(1, 2, ["t" * 32], bytes(32), bytes(32))  # type: ignore[list-item]


def test_a_log_does_not_outgrow_its_numbers() -> None:
    class FullNodes(MemoryNodes):
        def size(self) -> int:
            return tree.MAX_SIZE - 1

        def get(self, level: int, index: int) -> bytes:
            return bytes(32)

    assert tree.append([b"the last"], FullNodes())[0][:2] == (0, tree.MAX_SIZE - 1)
    with pytest.raises(BadInput, match="more entries"):
        tree.append([b"the last", b"one too many"], FullNodes())


def test_a_proof_of_any_length_ends() -> None:
    with pytest.raises(TamperEvidence):
        tree.verify_inclusion(b"x", 0, tree.MAX_SIZE, [bytes(32)] * 100_000, bytes(32))
    with pytest.raises(TamperEvidence):
        tree.verify_consistency(1, tree.MAX_SIZE, [bytes(32)] * 100_000, bytes(32), bytes(32))


class HoledNodes(MemoryNodes):
    """A tree from which one node was lost, or replaced by something that is no hash."""

    hole: tuple[int, int] = (0, 0)
    instead: object = None

    def get(self, level: int, index: int) -> bytes:
        if (level, index) != self.hole:
            return super().get(level, index)
        if self.instead is None:
            raise KeyError(level, index)
        return self.instead  # type: ignore[return-value]


@pytest.mark.parametrize("instead", [None, b"", b"short", bytes(33), "t" * 32])
def test_a_missing_node_stops_the_house(instead: object) -> None:
    nodes = HoledNodes()
    nodes.extend(tree.append(entries(6), nodes))
    nodes.hole, nodes.instead = (1, 2), instead
    for call in (
        lambda: tree.root(nodes, 6),
        lambda: tree.inclusion_proof(nodes, 0, 6),
        lambda: tree.consistency_proof(nodes, 4, 6),
        lambda: tree.append([b"next"], nodes),
    ):
        with pytest.raises(TamperEvidence) as caught:
            call()
        assert caught.value.place == "level 1, index 2"


def test_memory_takes_all_rows_or_none_and_never_overwrites() -> None:
    nodes = grown(entries(3))
    rows = tree.append(entries(2), nodes)
    before = tree.root(nodes, 3)
    for wrong in (
        rows[1:],
        [*rows, rows[-1]],
        [(0, 1, bytes(32))],
        [(0, 3, b"short")],
        [(5, 0, bytes(32)), (7, 1, bytes(32))],
    ):
        with pytest.raises(TamperEvidence):
            nodes.extend(wrong)
        assert nodes.size() == 3
        assert tree.root(nodes, 3) == before
    nodes.extend(rows)
    assert nodes.size() == 5
    with pytest.raises(IndexError):
        nodes.get(0, -1)
