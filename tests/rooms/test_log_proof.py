"""Events, proofs and the reading of the whole log: one issued decision, and those who bend it."""

import base64
import datetime as dt
import json
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from sigill.errors import BadInput, NotGenuine, TamperEvidence
from sigill.log import tree
from sigill.log.checkpoint import Checkpoint, cosign, open_checkpoint, sign_checkpoint
from sigill.log.entry import commit, event, issued_event, read_event
from sigill.log.ledger import audit_entries
from sigill.log.memory import MemoryNodes
from sigill.log.proof import Proof, prove, verify

ORIGIN = "log.exempelstad.example/socialnamnden"
AT = dt.datetime(2026, 3, 2, 9, 15, 30, 999, tzinfo=dt.timezone(dt.timedelta(hours=1)))
DIGESTS = {name: sha256(name.encode()).digest() for name in ("notification", "record", "sealed_record", "identity")}


class Key:
    def __init__(self, origin: str, seed: int) -> None:
        self.origin = origin
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)

    def public_bytes(self) -> bytes:
        return self._key.public_key().public_bytes_raw()


LOG = Key(ORIGIN, 1)
EVENT = issued_event(
    AT,
    notification_sha256=DIGESTS["notification"],
    record_sha256=DIGESTS["record"],
    box_sha256=DIGESTS["sealed_record"],
    identity_sha256=DIGESTS["identity"],
)
SALT = sha256(b"salt").digest()
INDEX = 6


def a_log(size: int = 11) -> tuple[list[bytes], MemoryNodes]:
    """A log in which the issued decision is entry 6."""
    leaves = [commit(event("opened", AT, {"request": bytes([one]) * 32}), SALT) for one in range(size)]
    leaves[INDEX] = commit(EVENT, SALT)
    nodes = MemoryNodes()
    nodes.extend(tree.append(leaves, nodes))
    return leaves, nodes


def a_proof() -> Proof:
    return prove(EVENT, SALT, INDEX, a_log()[1], LOG)


def checkpoint_of(leaves: list[bytes]) -> Checkpoint:
    nodes = MemoryNodes()
    nodes.extend(tree.append(leaves, nodes))
    note = sign_checkpoint(ORIGIN, len(leaves), tree.root(nodes, len(leaves)), LOG)
    return open_checkpoint(note, ORIGIN, LOG.public_bytes())


# --- events ---


def test_an_issued_event_is_canonical_and_holds_digests_only() -> None:
    digests = ",".join(f'"{name}":"{DIGESTS[name].hex()}"' for name in sorted(DIGESTS))
    assert EVENT.decode("ascii") == f'{{"at":"2026-03-02T08:15:30Z","digests":{{{digests}}},"kind":"issued","v":1}}'
    assert read_event(EVENT)["digests"] == {name: digest.hex() for name, digest in DIGESTS.items()}


@given(
    st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True),
    st.datetimes(timezones=st.timezones()),
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True),
        st.binary(min_size=32, max_size=32),
        max_size=16,
    ),
)
@settings(max_examples=80, deadline=None)
def test_what_an_event_says_can_be_read_back(kind: str, at: dt.datetime, digests: dict[str, bytes]) -> None:
    try:
        at.astimezone(dt.UTC)
    except OverflowError:
        return
    found = read_event(event(kind, at, digests))
    assert found["kind"] == kind
    assert found["digests"] == {name: digest.hex() for name, digest in digests.items()}
    assert dt.datetime.fromisoformat(found["at"]) == at.astimezone(dt.UTC).replace(microsecond=0)


@pytest.mark.parametrize("kind", ["", "Issued", "1st", "å", "issued ", "issued\n", "x" * 33, "Åsa Lindqvist-Öberg"])
def test_an_event_has_no_place_for_free_text(kind: str) -> None:
    with pytest.raises(BadInput):
        event(kind, AT, {})
    with pytest.raises(BadInput):
        event("issued", AT, {kind: bytes(32)})


def test_an_event_needs_a_time_zone_and_whole_digests() -> None:
    with pytest.raises(BadInput):
        event("issued", dt.datetime(2026, 3, 2), {})
    for digest in (b"", bytes(31), bytes(33)):
        with pytest.raises(BadInput):
            event("issued", AT, {"record": digest})
    with pytest.raises(BadInput):
        event("issued", AT, {f"d{number}": bytes(32) for number in range(17)})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        EVENT + b" ",
        b" " + EVENT,
        EVENT.replace(b'"v":1', b'"v":2'),
        EVENT.replace(b'"v":1', b'"v":1.0'),
        EVENT.replace(b'"v":1', b'"v":true'),
        EVENT.replace(b'"v":1', b'"v":1,"v":1'),
        EVENT.replace(b'"v":1', b'"v":1,"x":1'),
        EVENT.replace(b'"kind"', b'"kin\\u0064"'),
        EVENT.replace(b"08:15:30Z", b"08:15:30+00:00"),
        EVENT.replace(b"08:15:30Z", b"09:15:30+01:00"),
        EVENT.replace(b'"issued"', b'"Issued"'),
        EVENT.replace(b'"issued"', b"7"),
        EVENT.replace(DIGESTS["record"].hex().encode(), DIGESTS["record"].hex().upper().encode()),
        EVENT.replace(DIGESTS["record"].hex().encode(), b"00"),
        b"[" * 4000,
        b'{"v":' + b"1" * 5000 + b"}",
        EVENT + b" " * 5000,
    ],
)
def test_another_spelling_of_an_event_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_event(data)


def test_a_commitment_is_over_both_parts_with_their_lengths() -> None:
    by_hand = sha256(
        b"sigill/log/entry/v1\x00" + len(EVENT).to_bytes(8, "big") + EVENT + (32).to_bytes(8, "big") + SALT
    ).digest()
    assert commit(EVENT, SALT) == by_hand
    moved = commit(EVENT + SALT[:1], SALT[1:])
    assert len({by_hand, moved, commit(EVENT, SALT[:31]), commit(EVENT, SALT[::-1]), commit(SALT, EVENT[:32])}) == 5


def test_a_commitment_needs_an_event_and_enough_salt() -> None:
    for salt in (b"", bytes(15), bytes(65)):
        with pytest.raises(BadInput):
            commit(EVENT, salt)
    assert len(commit(bytes(4096), SALT)) == len(commit(EVENT, bytes(16))) == len(commit(EVENT, bytes(64))) == 32
    for data in (b"", bytes(4097)):
        with pytest.raises(BadInput):
            commit(data, SALT)


# --- proofs ---


def test_a_reader_checks_a_proof_with_the_public_key_alone() -> None:
    found = verify(a_proof().encode(), ORIGIN, LOG.public_bytes())
    assert found.event == read_event(EVENT)
    assert (found.index, found.size) == (INDEX, 11)
    assert found.witnesses == ()


@pytest.mark.parametrize("size", [7, 8, 9, 15, 16, 17, 33])
def test_a_proof_holds_in_a_log_of_any_size(size: int) -> None:
    nodes = a_log(size)[1]
    assert verify(prove(EVENT, SALT, INDEX, nodes, LOG).encode(), ORIGIN, LOG.public_bytes()).size == size


def test_a_proof_survives_its_bytes() -> None:
    assert Proof.decode(a_proof().encode()) == a_proof()


def test_every_changed_byte_of_a_proof_is_noticed() -> None:
    whole = a_proof().encode()
    for place in range(len(whole)):
        for change in (1, 0x20):
            changed = bytearray(whole)
            changed[place] ^= change
            with pytest.raises(NotGenuine):
                verify(bytes(changed), ORIGIN, LOG.public_bytes())
    for end in range(len(whole)):
        with pytest.raises(NotGenuine):
            verify(whole[:end], ORIGIN, LOG.public_bytes())


def test_each_reason_has_its_own_sentence() -> None:
    proof = a_proof()
    other_event = event("issued", AT, {"record": bytes(32)})
    stranger = Key(ORIGIN, 9)
    foreign = Key("other.example", 1)
    cases: dict[str, bytes] = {
        "cannot be read": b"{}",
        "another log": prove(EVENT, SALT, INDEX, a_log()[1], foreign).encode(),
        "not signed by the authority's log key": prove(EVENT, SALT, INDEX, a_log()[1], stranger).encode(),
        "event that cannot be read": Proof(b'{"v":9}', SALT, INDEX, proof.path, proof.checkpoint).encode(),
        "not in the log": Proof(other_event, SALT, INDEX, proof.path, proof.checkpoint).encode(),
    }
    for reason, data in cases.items():
        with pytest.raises(NotGenuine, match=reason):
            verify(data, ORIGIN, LOG.public_bytes())


@pytest.mark.parametrize(
    "change",
    [
        {"index": 5},
        {"index": 11},
        {"index": -1},
        {"index": 1 << 70},
        {"index": 6.0},
        {"index": True},
        {"salt": base64.b64encode(bytes(32)).decode()},
        {"salt": base64.b64encode(bytes(8)).decode()},
        {"salt": ""},
        {"path": []},
        {"path": {}},
        {"path": "AAAA"},
        {"path": [base64.b64encode(bytes(32)).decode()] * 4},
        {"path": [base64.b64encode(bytes(32)).decode()] * 129},
        {"path": [base64.b64encode(bytes(31)).decode()]},
        {"checkpoint": ""},
        {"checkpoint": None},
        {"event": ""},
        {"event": "\u00e5"},
        {"event": {}},
        {"format": "sigill-log-proof/2"},
        {"extra": 1},
    ],
)
def test_a_proof_whose_fields_were_exchanged_is_refused(change: dict[str, object]) -> None:
    fields = json.loads(a_proof().encode()) | change
    with pytest.raises(NotGenuine):
        verify(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode(), ORIGIN, LOG.public_bytes())


def test_another_spelling_of_a_proof_is_refused() -> None:
    whole = a_proof().encode()
    fields = json.loads(whole)
    for data in (
        json.dumps(fields, sort_keys=True).encode(),
        json.dumps(dict(reversed(fields.items())), separators=(",", ":")).encode(),
        json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(),
        whole[:-1] + b',"salt":' + json.dumps(fields["salt"]).encode() + b"}",
        whole + b"\n",
        b"\xef\xbb\xbf" + whole,
        b"[" * 60_000,
        whole + b" " * 70_000,
    ):
        with pytest.raises(NotGenuine, match="cannot be read"):
            verify(data, ORIGIN, LOG.public_bytes())


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotGenuine):
        verify(data, ORIGIN, LOG.public_bytes())


def test_a_proof_does_not_fit_an_older_or_newer_checkpoint() -> None:
    proof = a_proof()
    for size in (7, 10, 12):
        nodes = a_log(size)[1]
        other = sign_checkpoint(ORIGIN, size, tree.root(nodes, size), LOG)
        with pytest.raises(NotGenuine, match="not in the log"):
            verify(Proof(EVENT, SALT, INDEX, proof.path, other).encode(), ORIGIN, LOG.public_bytes())


def test_the_quorum_of_witnesses_is_asked_for() -> None:
    witness = Key("witness.example", 5)
    trusted = {witness.origin: witness.public_bytes()}
    proof = a_proof()
    with pytest.raises(NotGenuine, match="0 of the 1"):
        verify(proof.encode(), ORIGIN, LOG.public_bytes(), witnesses=trusted, quorum=1)
    seen = Proof(EVENT, SALT, INDEX, proof.path, cosign(proof.checkpoint, witness, AT))
    found = verify(seen.encode(), ORIGIN, LOG.public_bytes(), witnesses=trusted, quorum=1)
    assert found.witnesses == ("witness.example",)


def test_no_proof_is_made_for_an_event_that_the_log_does_not_have() -> None:
    nodes = a_log()[1]
    for index, salt in ((INDEX - 1, SALT), (INDEX, bytes(32))):
        with pytest.raises(TamperEvidence):
            prove(EVENT, salt, index, nodes, LOG)
    for index in (-1, 11):
        with pytest.raises(BadInput):
            prove(EVENT, SALT, index, nodes, LOG)


# --- the whole log ---


def test_an_honest_log_adds_up_against_all_its_checkpoints() -> None:
    leaves, nodes = a_log(20)
    marks = [checkpoint_of(leaves[:size]) for size in (0, 1, 7, 8, 19, 20)]
    assert audit_entries(leaves, nodes, *marks) == 20
    assert audit_entries(iter(leaves), nodes, marks[2]) == 20
    assert audit_entries([], MemoryNodes(), checkpoint_of([])) == 0


@pytest.mark.parametrize("size", [1, 2, 3, 8, 11])
def test_a_log_cut_short_is_noticed_even_if_its_tree_was_cut_too(size: int) -> None:
    leaves, _ = a_log(max(size, INDEX + 1))
    leaves, mark = leaves[:size], checkpoint_of(leaves[:size])
    whole = MemoryNodes()
    whole.extend(tree.append(leaves, whole))
    for kept in range(size):
        cut = MemoryNodes()
        cut.extend(tree.append(leaves[:kept], cut))
        with pytest.raises(TamperEvidence, match="shorter than a checkpoint"):
            audit_entries(leaves[:kept], cut, mark)
        with pytest.raises(TamperEvidence):
            audit_entries(leaves[:kept], whole, mark)


@given(st.integers(2, 40), st.data())
@settings(max_examples=60, deadline=None)
def test_a_rewritten_or_reordered_log_is_noticed_even_if_its_tree_was_mended(size: int, draw: st.DataObject) -> None:
    leaves = [sha256(b"%d" % number).digest() for number in range(size)]
    mark = checkpoint_of(leaves)
    stored = MemoryNodes()
    stored.extend(tree.append(leaves, stored))
    one, other = draw.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    swapped = list(leaves)
    swapped[one], swapped[other] = leaves[other], leaves[one]
    rewritten = [*leaves[:one], bytes(32), *leaves[one + 1 :]]
    removed = leaves[:one] + leaves[one + 1 :]
    for forged in (swapped, rewritten, removed, [bytes(32), *leaves]):
        mended = MemoryNodes()
        mended.extend(tree.append(forged, mended))
        with pytest.raises(TamperEvidence):
            audit_entries(forged, mended, mark)
        with pytest.raises(TamperEvidence):
            audit_entries(forged, stored, mark)
        with pytest.raises(TamperEvidence):
            audit_entries(leaves, mended, mark)


def test_old_checkpoints_narrow_down_where_a_log_was_rewritten() -> None:
    leaves, _ = a_log(20)
    marks = [checkpoint_of(leaves[:size]) for size in (5, 10, 15, 20)]
    forged = [*leaves[:12], bytes(32), *leaves[13:]]
    mended = MemoryNodes()
    mended.extend(tree.append(forged, mended))
    with pytest.raises(TamperEvidence) as caught:
        audit_entries(forged, mended, *marks)
    assert caught.value.place == "checkpoint 15"


def test_two_checkpoints_of_one_size_with_two_roots_are_a_fork() -> None:
    leaves, nodes = a_log()
    forged = checkpoint_of([*leaves[:-1], bytes(32)])
    with pytest.raises(TamperEvidence):
        audit_entries(leaves, nodes, checkpoint_of(leaves), forged)


def test_entries_after_the_checkpoint_must_fit_the_stored_tree() -> None:
    leaves, nodes = a_log()
    mark = checkpoint_of(leaves[:8])
    assert audit_entries(leaves, nodes, mark) == 11
    with pytest.raises(TamperEvidence) as caught:
        audit_entries([*leaves[:9], bytes(32), leaves[10]], nodes, mark)
    assert caught.value.place == "entry 9"
    with pytest.raises(TamperEvidence, match="more entries"):
        audit_entries([*leaves, bytes(32)], nodes, mark)
    with pytest.raises(TamperEvidence, match="fewer entries"):
        audit_entries(leaves[:10], nodes, mark)


def test_a_bent_inner_node_is_noticed() -> None:
    class BentNodes(MemoryNodes):
        def row(self, level: int, start: int, stop: int) -> list[bytes]:
            return [
                bytes(32) if (level, at) == (2, 1) else one
                for at, one in enumerate(super().row(level, start, stop), start=start)
            ]

    leaves, _ = a_log()
    nodes = BentNodes()
    nodes.extend(tree.append(leaves, MemoryNodes()))
    with pytest.raises(TamperEvidence, match="do not fit"):
        audit_entries(leaves, nodes, checkpoint_of(leaves))


def test_nothing_is_checked_against_nothing_or_against_two_logs() -> None:
    leaves, nodes = a_log()
    with pytest.raises(TamperEvidence, match="no signed checkpoint"):
        audit_entries(leaves, nodes)
    with pytest.raises(TamperEvidence, match="not all of one log"):
        audit_entries(leaves, nodes, checkpoint_of(leaves), Checkpoint("other.example", 0, tree.EMPTY_ROOT))
