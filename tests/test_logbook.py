"""The log as the house keeps it: published, cosigned, exported for others' tools; and what happens if it is bent."""

import contextlib
import datetime as dt
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey, VkeySet

from house import CASES, EXAMPLES, NOON, FixedClock
from postgres import fresh_url, repoint
from sigill.adapters.witness_client import HttpWitness
from sigill.adapters.witness_server import WitnessFolder, WitnessKey, running, server
from sigill.audit import Trust, check
from sigill.errors import BadInput, NotGenuine, TamperEvidence, Temporary
from sigill.faces.cli.issuing import issue_case
from sigill.house import Settings, open_log, published_trust
from sigill.log import entry, proof, tree
from sigill.log.checkpoint import open_checkpoint, parse_vkey, sign_checkpoint, vkey
from sigill.logbook import HouseLog
from sigill.store.open import open_store

KEY = WitnessKey("exempelstad.example/sigill", ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
NAMES = ("grannstad.example/vittne", "lansstyrelsen.example/vittne")
MINUTE = dt.timedelta(minutes=1)


class Witnesses:
    """Two witnesses of other authorities, on the loopback; they can fall silent."""

    def __init__(self, folder: Path) -> None:
        self.folders = [WitnessFolder.make(folder / str(at), name) for at, name in enumerate(NAMES)]
        for one in self.folders:
            one.follow(vkey(KEY.origin, KEY.public_bytes()))
        self.ports = [0, 0]
        self.asked: tuple[HttpWitness, ...] = ()
        self._stack = contextlib.ExitStack()

    def wake(self) -> None:
        urls = []
        for at, one in enumerate(self.folders):
            made = server(WitnessFolder(one.folder).witness(), "127.0.0.1", self.ports[at])
            self.ports[at] = made.server_address[1]
            urls.append(self._stack.enter_context(running(made)))
        self.asked = tuple(HttpWitness(url, parse_vkey(one.vkey)) for url, one in zip(urls, self.folders, strict=True))

    def sleep(self) -> None:
        self._stack.close()

    def follow(self, log: str) -> None:
        for one in self.folders:
            one.follow(log)


@pytest.fixture
def witnesses(tmp_path: Path) -> Iterator[Witnesses]:
    both = Witnesses(tmp_path)
    yield both
    both.sleep()


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, witnesses: Witnesses, tmp_path: Path) -> Iterator[HouseLog]:
    """An empty log with two witnesses."""
    witnesses.wake()
    with fresh_url(request.param, tmp_path) as url:
        yield HouseLog(
            open_store(url, tmp_path), KEY, tmp_path / "checkpoint.txt", FixedClock(), witnesses.asked, quorum=2
        )


def grow(log: HouseLog, count: int, at: dt.datetime = NOON, word: str = "issued") -> None:
    size = log.store.nodes.size()
    rows = []
    for number in range(size, size + count):
        event = entry.event(word, at, {"record": hashlib.sha256(number.to_bytes(4)).digest()})
        salt = hashlib.sha256(b"salt" + number.to_bytes(4)).digest()
        rows.append((entry.commit(event, salt), event, salt))
    log.store.append_many(rows)


def later(log: HouseLog, *, by: dt.timedelta = MINUTE) -> None:
    log.clock.time += by  # type: ignore[attr-defined]


# --- published and exported -------------------------------------------------------------------------------


def test_what_is_published_is_cosigned_and_kept(log: HouseLog) -> None:
    for more in (0, 5, 0, 12):
        grow(log, more, log.clock.now())
        done = log.publish()
        assert done.by == NAMES and done.enough
        later(log)
    rows = log.store.published()
    assert [row.size for row in rows] == [0, 5, 5, 17] and log.store.newest() == rows[-1]
    keys = {one.name: one.public_key for one in log.witnesses}
    for row in rows:
        opened = open_checkpoint(row.note, KEY.origin, KEY.public_bytes(), witnesses=keys, quorum=2)
        assert opened.root == tree.root(log.store.nodes, row.size)
    assert log.remembered.read_text("utf-8") == rows[-1].note
    assert log.check()[0] == 17


def test_a_proof_carries_what_the_witnesses_signed(log: HouseLog) -> None:
    grow(log, 9)
    ((index, event, salt), *_) = list(log.store.events())[4:]
    proven = log.vouch(lambda: proof.prove(event, salt, index, log.store.nodes, KEY))
    keys = {one.name: one.public_key for one in log.witnesses}
    verified = proof.verify(proven.encode(), KEY.origin, KEY.public_bytes(), witnesses=keys, quorum=2)
    assert verified.witnesses == NAMES and verified.index == 4
    assert log.store.newest().size == 9


def test_silent_witnesses_do_not_hold_up_a_letter_and_a_newer_proof_makes_it_good(
    log: HouseLog, witnesses: Witnesses
) -> None:
    witnesses.sleep()
    grow(log, 9)
    index, event, salt = list(log.store.events())[4]
    old = log.vouch(lambda: proof.prove(event, salt, index, log.store.nodes, KEY)).encode()
    keys = {one.name: one.public_key for one in log.witnesses}

    def verify(newer: bytes | None) -> tuple[str, ...]:
        return proof.verify(old, KEY.origin, KEY.public_bytes(), witnesses=keys, quorum=2, newer=newer).witnesses

    with pytest.raises(NotGenuine, match="0 of the 2"):
        verify(None)
    with pytest.raises(Temporary):
        log.newer_proof(4)
    assert not log.publish().enough
    witnesses.wake()
    for one in log.witnesses:
        one._rests_until = 0  # type: ignore[attr-defined]
    grow(log, 30)
    newer = log.newer_proof(4).encode()
    assert verify(newer) == NAMES
    assert log.newer_proof(4).encode() == newer, "no new checkpoint is needed"
    # A proof for another entry, a bent one, and one whose cosignatures were cut off do not help.
    bent = newer.replace(b"index 4", b"index 5")
    lines = newer.split(b"\n")
    for wrong in (
        log.newer_proof(5).encode(), bent, newer[:-1], b"", b"\xff", newer + b"\n",
        b"\n".join([*lines[:2], *lines[3:]]), b"\n".join(lines[:-2]) + b"\n", newer.replace(b"@v1", b"@v2"),
        newer.replace(b"index 4", b"index 04"),
    ):  # fmt: skip
        with pytest.raises(NotGenuine):
            verify(wrong)


def test_others_tools_can_audit_what_is_exported(log: HouseLog, tmp_path: Path) -> None:
    """tlog-scales, an independent reader of C2SP tiles, recomputes everything from the files alone."""
    folder, before = tmp_path / "public", None
    for size in (1, 255, 256, 257, 1100):
        grow(log, size - log.store.nodes.size())
        assert log.export(folder) == size
        reader = TilesReader(LocalBackend(folder))
        point = reader.get_checkpoint()
        assert point.size == size and reader.calculate_root_hash() == point.root_hash
        keys = VkeySet(Vkey.from_string(vkey(KEY.origin, KEY.public_bytes())))
        for one in log.witnesses:
            keys.add(Vkey.from_string(vkey(one.name, one.public_key, witness=True)))
        assert {key.name for key, _ in keys.verify(point.signatures, point)} == {KEY.origin, *NAMES}
        leaves = list(log.store.leaves())
        for index in {0, size // 2, size - 1}:
            assert reader.get_entry(index) == leaves[index]
            theirs = reader.get_inclusion_proof(index, size)
            theirs.check(tree.leaf_hash(leaves[index]), point.root_hash)
            assert theirs.node_hashes == tree.inclusion_proof(log.store.nodes, index, size)
        if before is not None:
            ours = tree.consistency_proof(log.store.nodes, before.size, size)
            theirs = reader.get_consistency_proof(before.size, size)
            theirs.check(before.root_hash, point.root_hash)
            assert theirs.node_hashes == ours
        before = point
    # Somebody changed what was exported, or the log since then.
    tile = folder / "tile" / "0" / "002"
    tile.write_bytes(tile.read_bytes()[::-1])
    with pytest.raises(TamperEvidence):
        log.export(folder)


def test_a_log_of_a_million_is_laid_out_as_the_specification_says() -> None:
    from sigill.log import tiles

    paths = [str(tiles.path_of(one)) for one in tiles.tiles(70_000)]
    assert len(paths) == len(set(paths)) == 2 * 274 + 1 + 1 + 1
    for named in ("tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"):
        assert named in paths
    assert str(tiles.path_of((0, 1_234_067, 256))) == "tile/0/x001/x234/067"
    assert list(tiles.tiles(0)) == []
    assert [str(tiles.path_of(one)) for one in tiles.tiles(256)] == [
        "tile/entries/000", "tile/0/000", "tile/1/000.p/1"
    ]  # fmt: skip


# --- bent -------------------------------------------------------------------------------------------------


class Bender:
    """Somebody with the whole database in his hands, on a copy of it: he mends the tree after whatever he does."""

    def __init__(self, path: Path) -> None:
        self.database = sqlite3.connect(path, isolation_level=None)
        for (name,) in self.database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self.database.execute(f"DROP TRIGGER {name}")
        self.events = self.database.execute(
            "SELECT event, salt FROM sigill_store_logevent ORDER BY entry_id"
        ).fetchall()

    def write(self, events: list[tuple[bytes, bytes]]) -> None:
        """The log made anew from these events, consistent in itself."""
        from sigill.log.memory import MemoryNodes

        leaves = [entry.commit(event, salt) for event, salt in events]
        rows = tree.append(leaves, MemoryNodes())
        run = self.database
        run.execute("BEGIN")
        for table in ("logevent", "lognode", "logentry"):
            run.execute(f"DELETE FROM sigill_store_{table}")
        run.executemany('INSERT INTO sigill_store_logentry ("index", leaf) VALUES (?, ?)', enumerate(leaves))
        run.executemany('INSERT INTO sigill_store_lognode (level, "index", hash) VALUES (?, ?, ?)', rows)
        run.executemany(
            "INSERT INTO sigill_store_logevent (entry_id, event, salt) VALUES (?, ?, ?)",
            [(at, *one) for at, one in enumerate(events)],
        )
        run.execute("COMMIT")


SIZES = (10, 20, 30)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log of 33 entries, three checkpoints of it published, witnesses that have seen them."""
    folder = tmp_path_factory.mktemp("honest")
    both = Witnesses(folder)
    both.wake()
    with fresh_url("sqlite", folder) as url:
        log = HouseLog(open_store(url, folder), KEY, folder / "checkpoint.txt", FixedClock(), both.asked, 2)
        for size in SIZES:
            grow(log, size - log.store.nodes.size(), log.clock.now())
            assert log.publish().enough
            later(log, by=dt.timedelta(hours=1))
        grow(log, 3, log.clock.now())
        assert log.check()[0] == 33
    both.sleep()
    return folder


@contextlib.contextmanager
def copy_of(honest: Path, to: Path) -> Iterator[tuple[HouseLog, Bender]]:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(honest, to)
    url = f"sqlite:///{to / 'sigill.sqlite3'}"
    repoint(url)
    folders = [WitnessFolder(to / str(at)) for at in range(2)]
    silent = tuple(HttpWitness("http://127.0.0.1:9", parse_vkey(one.vkey)) for one in folders)
    clock = FixedClock(NOON + dt.timedelta(hours=4))
    bender = Bender(to / "sigill.sqlite3")
    yield HouseLog(open_store(url, to), KEY, to / "checkpoint.txt", clock, silent, 2), bender
    bender.database.close()


def made_up(number: int, at: dt.datetime = NOON) -> tuple[bytes, bytes]:
    return entry.event("issued", at, {"record": hashlib.sha256(b"made up" + bytes([number])).digest()}), bytes(32)


def cut(events: list[Any], draw: Callable[..., Any]) -> list[Any]:
    return events[: draw(st.integers(0, SIZES[-1] - 1))]


def rewritten(events: list[Any], draw: Callable[..., Any]) -> list[Any]:
    place = draw(st.integers(0, SIZES[-1] - 1))
    at = dt.datetime.fromisoformat(json.loads(events[place][0])["at"])
    return [*events[:place], made_up(1, at), *events[place + 1 :]]


def reordered(events: list[Any], draw: Callable[..., Any]) -> list[Any]:
    one, other = draw(st.lists(st.integers(0, SIZES[-1] - 1), min_size=2, max_size=2, unique=True))
    changed = list(events)
    changed[one], changed[other] = changed[other], changed[one]
    return changed


def left_out(events: list[Any], draw: Callable[..., Any]) -> list[Any]:
    place = draw(st.integers(0, SIZES[-1] - 1))
    return events[:place] + events[place + 1 :]


def forked(events: list[Any], draw: Callable[..., Any]) -> list[Any]:
    kept = events[: draw(st.integers(0, SIZES[-1] - 1))]
    return kept + [made_up(n) for n in range(draw(st.integers(0, 40)))]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.sampled_from([cut, rewritten, reordered, left_out, forked]), st.sampled_from(["file", "rows"]))
def test_a_log_made_anew_is_found_at_the_start(
    honest: Path, tmp_path: Path, data: st.DataObject, bend: Any, left: str
) -> None:
    """Even when he mended the tree, and took away one of the two places where checkpoints are kept."""
    with copy_of(honest, tmp_path / "copy") as (log, bender):
        changed = bend(bender.events, data.draw)
        bender.write(changed)
        if left == "rows":
            log.remembered.unlink()
        else:
            bender.database.execute("DELETE FROM sigill_store_logcheckpoint")
        for look in (log.start, log.check, log.publish, lambda: log.export(tmp_path / "public")):
            with pytest.raises(TamperEvidence):
                look()


@pytest.mark.parametrize("bend", [cut, rewritten, reordered, left_out, forked])
def test_who_owns_all_of_the_house_and_its_key_still_meets_the_witnesses(
    bend: Any, honest: Path, tmp_path: Path
) -> None:
    """All checkpoints in the house are made anew, with the real key. The house itself cannot know."""

    choices = iter([12, 15])
    with copy_of(honest, tmp_path / "copy") as (log, bender):
        bender.write(
            reordered(bender.events, lambda _: [3, 17])
            if bend is reordered
            else bend(bender.events, lambda _: next(choices))
        )
        bender.database.execute("DELETE FROM sigill_store_logcheckpoint")
        log.remembered.unlink()
        log.store.publish(log.store.nodes.size(), log.checkpoint(), log.clock.now())
        log.remember(log.checkpoint())
        log.start()
        folders = [WitnessFolder(tmp_path / "copy" / str(at)) for at in range(2)]
        with contextlib.ExitStack() as stack:
            awake = tuple(
                HttpWitness(stack.enter_context(running(server(one.witness(), "127.0.0.1", 0))), parse_vkey(one.vkey))
                for one in folders
            )
            turned = HouseLog(log.store, KEY, log.remembered, log.clock, awake, 2)
            with pytest.raises(TamperEvidence, match="witness"):
                turned.publish()
            with pytest.raises(TamperEvidence, match="witness"):
                index, event, salt = next(iter(log.store.events()))
                turned.vouch(lambda: proof.prove(event, salt, index, log.store.nodes, KEY))


SMALL_BENDS = {
    "an entry": "UPDATE sigill_store_logentry SET leaf = zeroblob(32) WHERE \"index\" = {n}",
    "an entry goes": "DELETE FROM sigill_store_logentry WHERE \"index\" = {n}",
    "a node": "UPDATE sigill_store_lognode SET hash = zeroblob(32) WHERE level = {l} AND \"index\" = {n} >> {l}",
    "a node goes": "DELETE FROM sigill_store_lognode WHERE level = {l} AND \"index\" = {n} >> {l}",
    "an event": "UPDATE sigill_store_logevent SET event = replace(event, 'issued', 'opened') WHERE entry_id = {n}",
    "a salt": "UPDATE sigill_store_logevent SET salt = zeroblob(32) WHERE entry_id = {n}",
    "an event goes": "DELETE FROM sigill_store_logevent WHERE entry_id = {n}",
    "a checkpoint's size": "UPDATE sigill_store_logcheckpoint SET size = size + 1 WHERE id = {n} % 3 + 1",
    "a checkpoint's text": "UPDATE sigill_store_logcheckpoint SET note = upper(note) WHERE id = {n} % 3 + 1",
    "a checkpoint's time": "UPDATE sigill_store_logcheckpoint SET at = '2026-11-21 {n}:00' WHERE id = {n} % 2 + 2",
    "the order": "UPDATE sigill_store_logcheckpoint SET id = 9 WHERE id = {n} % 2 + 1",
}  # fmt: skip


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(SMALL_BENDS)), st.integers(10, 20), st.integers(0, 1))
def test_every_small_change_is_found_by_the_whole_check(
    honest: Path, tmp_path: Path, what: str, number: int, level: int
) -> None:
    with copy_of(honest, tmp_path / "copy") as (log, bender):
        bender.database.execute("PRAGMA foreign_keys = OFF")
        statement = SMALL_BENDS[what].format(n=number, l=level)
        assert bender.database.execute(statement).rowcount == 1, statement
        with pytest.raises(TamperEvidence):
            log.check()


def test_time_only_goes_forward(honest: Path, tmp_path: Path) -> None:
    with copy_of(honest, tmp_path / "copy") as (log, _):
        log.check()
        log.clock.time = NOON + dt.timedelta(hours=1)  # type: ignore[attr-defined]
        with pytest.raises(TamperEvidence, match="clock"):
            log.start()
    # An entry that claims to be older than the checkpoint before it, and one from the future: both honest hashes.
    for at in (NOON + dt.timedelta(hours=1), NOON + dt.timedelta(hours=9)):
        with copy_of(honest, tmp_path / "copy") as (log, _):
            grow(log, 1, at)
            log.start()
            with pytest.raises(TamperEvidence, match="time of an event"):
                log.check()


def test_a_checkpoint_of_another_log_is_not_remembered(honest: Path, tmp_path: Path) -> None:
    with copy_of(honest, tmp_path / "copy") as (log, _):
        with pytest.raises(TamperEvidence):
            log.remember(sign_checkpoint(KEY.origin, 30, bytes(32), KEY))
        before = log.remembered.read_bytes()
        log.remember(sign_checkpoint(KEY.origin, 20, tree.root(log.store.nodes, 20), KEY))
        assert log.remembered.read_bytes() == before


# --- with real letters ------------------------------------------------------------------------------------


def test_a_letter_whose_witnesses_slept_is_made_good_later(witnesses: Witnesses, tmp_path: Path) -> None:
    """The neighbours are asleep on the first day; the reader asks for two of them."""
    home = tmp_path / "home"
    url = f"sqlite:///{home / 'sigill.sqlite3'}"
    repoint(url)
    house = Settings(home, url, EXAMPLES / "board.toml")
    with pytest.raises(BadInput):
        open_log(house)

    def letter(case: str) -> bytes:
        issue_case(CASES / case / "case.toml", EXAMPLES / "staff.csv", tmp_path / case, settings=house)
        return (tmp_path / case / "notification.pdf").read_bytes()

    before = letter("01_track_a_insats")
    assert check(before, Trust.parse(published_trust(house))).witnesses == ()
    log = open_log(house)
    witnesses.follow(vkey(log.origin, log.key.public_bytes()))
    witnesses.wake()
    lines = [f"[[witness]]\nurl = '{one.url}'\nkey = '{folder.vkey}'\n" for one, folder in
             zip(witnesses.asked, witnesses.folders, strict=True)]  # fmt: skip
    (home / "witnesses.toml").write_text("quorum = 2\n" + "".join(lines), "utf-8")
    cosigned = letter("02_track_b_lyft")
    trust = Trust.parse((home / "trust.json").read_bytes())
    assert trust.quorum == 2 and set(trust.witnesses) == set(NAMES)
    assert check(cosigned, trust).witnesses == NAMES
    with pytest.raises(NotGenuine, match="0 of the 2"):
        check(before, trust)
    newer = open_log(house).newer_proof(0).encode()
    assert check(before, trust, newer=newer).witnesses == NAMES
    with pytest.raises(NotGenuine):
        check(cosigned, trust, newer=newer)
    assert open_log(house).check()[0] == open_log(house).store.nodes.size()
