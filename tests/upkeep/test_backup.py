"""The restore drill: a house comes back whole, on either database; what was disposed of does not."""

import dataclasses
import datetime as dt
import shutil
import signal
from pathlib import Path

import pytest

import grounds
from grounds import HOLDERS, IDENTITY, LATER, MONTH, RECIPIENT, decisions, files, ground, holder_cards, opens, run
from house import NOON, FixedClock
from postgres import fresh_database, repoint
from sigill.adapters import age
from sigill.adapters.keys import read_custodian_key
from sigill.errors import BadInput, NotGenuine, Refused, TamperEvidence
from sigill.log.entry import read_event
from sigill.upkeep.backup import backup, members
from sigill.upkeep.ground import Ground
from sigill.upkeep.restore import Order, Restored, restore
from sigill.upkeep.shred import shred

POINTS = ("unpacked", "loaded", "checked", "restored in transaction", "committed", "in place")


@pytest.fixture
def stands(house: tuple[Path, str]) -> Ground:
    repoint(house[1])
    return ground(*house)


def order(source: Path, generation: int = 1, **more: object) -> Order:
    keys = [grounds.holder_key(name, generation) for name in HOLDERS[1:]]
    return dataclasses.replace(Order(source, IDENTITY, keys), **more)  # type: ignore[arg-type]


def elsewhere(tmp_path: Path, name: str = "elsewhere") -> tuple[Path, str]:
    home = tmp_path / name
    return home, f"sqlite:///{home}/sigill.sqlite3"


def put_back(where: tuple[Path, str], given: Order, at: dt.datetime = NOON) -> Restored:
    staging = where[0].parent / f".{where[0].name}.restoring" / "sigill.sqlite3"
    repoint(where[1] if where[1].startswith("postgresql") else f"sqlite:///{staging}")
    return restore(grounds.settings(*where), given, clock=FixedClock(at))


def looked_at(where: tuple[Path, str], custodians: Path | None = None) -> Ground:
    """The restored house, with the custodians' own keys brought along."""
    if custodians is not None:
        shutil.copytree(custodians, where[0] / "keys" / "custodians")
    repoint(where[1])
    return ground(*where)


def contents(source: Path) -> dict[str, bytes]:
    with age.reading(source, age.identities(IDENTITY)) as stream:
        return dict(members(stream))


@pytest.mark.parametrize(("house", "to"), [("sqlite", "postgresql"), ("postgresql", "sqlite")], indirect=["house"])
def test_the_drill(stands: Ground, to: str, tmp_path: Path) -> None:
    home, source = stands.settings.home, tmp_path / "copy.age"
    ids = decisions(stands)
    letters = [stands.store.find(one).finished for one in ids]  # type: ignore[union-attr]
    made = backup(stands, source, [RECIPIENT])
    assert made.entries == 3 and made.generation == 1 and source.stat().st_size == made.size
    custodians = [read_custodian_key(path) for path in (home / "keys" / "custodians").iterdir()]
    months = [stands.keys.retention_key(month) for month in stands.store.months()]
    held = b"".join(contents(source).values())
    assert stands.keys.record.public_bytes() and len(custodians) >= 3 and len(months) == 2
    for secret in (*custodians, *months):
        assert secret not in held and secret.hex().encode() not in held
    assert b"custodians/" not in b"".join(name.encode() for name in contents(source))

    new_home = tmp_path / "elsewhere"
    with fresh_database() as server:
        url = server if to == "postgresql" else f"sqlite:///{new_home}/sigill.sqlite3"
        done = put_back((new_home, url), order(source))
        assert done == Restored(entries=4, letters=3, lost=0)
        back = looked_at((new_home, url), home / "keys" / "custodians")
        assert back.log.check()[0] == 4 and decisions(back) == ids
        assert [back.store.find(one).finished for one in ids] == letters  # type: ignore[union-attr]
        assert all(opens(new_home, back, one) for one in ids)
        assert [read_event(event)["kind"] for _, event, _ in back.store.events()][-1] == "restored"
        assert (new_home / "trust.json").read_bytes() == (home / "trust.json").read_bytes()
        # Once more is no second restoring, and the house goes on where it was.
        assert put_back((new_home, url), order(source)).entries == 4
        repoint(url)
        assert ground(new_home, url).tell("trial", {}) == 4
    assert not [path for path in tmp_path.iterdir() if ".rest" in path.name and path.is_dir()]


def test_an_old_backup_with_all_custodians_opens_nothing_that_was_disposed_of(stands: Ground, tmp_path: Path) -> None:
    home, old, new = stands.settings.home, tmp_path / "old.age", tmp_path / "new.age"
    lyft, bistand, placed = decisions(stands)
    backup(stands, old, [RECIPIENT])
    later = ground(home, stands.settings.database_url, at=LATER)
    shred(later, MONTH, files(later), holder_cards(2))
    backup(later, new, [RECIPIENT])
    # The former holders' keys are destroyed, all but one. All custodians, the house and the new holders are at it.
    survivors = [grounds.holder_key(HOLDERS[0], 1), *(grounds.holder_key(name, 2) for name in HOLDERS)]
    with pytest.raises(Refused, match="do not open the escrow"):
        put_back(elsewhere(tmp_path), order(old, holders=survivors))
    put_back(elsewhere(tmp_path), order(old, without_escrow=True))
    back = looked_at(elsewhere(tmp_path), home / "keys" / "custodians")
    assert back.store.find(lyft) is not None and not opens(back.settings.home, back, lyft)
    # Not for want of hands: with the month keys that live on they open what is kept, and still nothing of that month.
    for path in (home / "keys" / "retention").glob("*.key"):
        shutil.copy(path, back.settings.home / "keys" / "retention")
    assert opens(back.settings.home, back, placed)
    assert not opens(back.settings.home, back, lyft) and not opens(back.settings.home, back, bistand)

    put_back(elsewhere(tmp_path, "newest"), order(new, 2, quick=True), LATER)
    newest = looked_at(elsewhere(tmp_path, "newest"), home / "keys" / "custodians")
    assert opens(newest.settings.home, newest, bistand) and opens(newest.settings.home, newest, placed)
    assert not opens(newest.settings.home, newest, lyft) and newest.keys.is_deleted(MONTH)


def test_a_backup_older_than_the_log_that_is_known_is_found(stands: Ground, tmp_path: Path) -> None:
    source, where = tmp_path / "old.age", elsewhere(tmp_path)
    backup(stands, source, [RECIPIENT])
    for _ in range(2):
        stands.tell("trial", {})
    newer = stands.log.checkpoint()
    with pytest.raises(Refused, match="2 entries would be lost"):
        put_back(where, order(source, checkpoint=newer))
    assert not where[0].exists()
    where[0].mkdir()
    (where[0] / "checkpoint.txt").write_text(newer, "utf-8")  # beside it, as after a crash of the disk with the rest
    with pytest.raises(Refused, match="2 entries would be lost"):
        put_back(where, order(source))
    assert [path.name for path in where[0].iterdir()] == ["checkpoint.txt"]
    assert put_back(where, order(source, accept_loss=True)) == Restored(entries=4, letters=3, lost=2)
    repoint(where[1])
    assert set(read_event(list(ground(*where).store.events())[-1][1])["digests"]) == {"backup", "lost"}


def test_what_cannot_be_a_whole_backup_of_this_house_is_refused(stands: Ground, tmp_path: Path) -> None:
    source, where = tmp_path / "copy.age", elsewhere(tmp_path)
    backup(stands, source, [RECIPIENT])
    whole = source.read_bytes()
    cut, bent = tmp_path / "cut.age", tmp_path / "bent.age"
    cut.write_bytes(whole[: -(len(whole) // 3)])
    bent.write_bytes(whole[:-5000] + bytes([whole[-5000] ^ 1]) + whole[-4999:])
    stranger = age.new_identity()[0]
    for given, kind in (
        (order(cut), BadInput),
        (order(bent), BadInput),
        (order(source, identities=stranger), BadInput),
        (order(source, holders=()), Refused),
        (order(source, trust=b"{}"), NotGenuine),
        (order(tmp_path / "none.age"), BadInput),
    ):
        with pytest.raises(kind):
            put_back(where, given)
        assert not where[0].exists()
    # Somebody with the recipient's public key writes one with another letter in it: the log tells.
    from sigill.store.models import Issue

    repoint(stands.settings.database_url)
    Issue.objects.filter(decision_id=decisions(stands)[0]).update(
        notification=b"%PDF another", finished=b"%PDF another"
    )
    backup(stands, bent, [RECIPIENT])
    with pytest.raises(TamperEvidence):
        put_back(where, order(bent))
    assert not where[0].exists()


def test_no_backup_without_holders_nor_in_the_middle_of_a_disposal(stands: Ground, tmp_path: Path) -> None:
    later = ground(stands.settings.home, stands.settings.database_url, at=LATER)
    killed = dataclasses.replace(later, mark=lambda point: exec("raise KeyError") if point == "key deleted" else None)
    with pytest.raises(KeyError):
        shred(killed, MONTH, files(later), holder_cards(2))
    with pytest.raises(Refused, match="unfinished"):
        backup(later, tmp_path / "copy.age", [RECIPIENT])
    shred(later, MONTH, files(later), holder_cards(2))
    backup(later, tmp_path / "copy.age", [RECIPIENT])
    for bad in ("age1nothing", "", RECIPIENT[:-1]):
        with pytest.raises(BadInput):
            backup(later, tmp_path / "other.age", [bad])
    (stands.settings.home / "keys" / "retention" / "holders.json").unlink()
    with pytest.raises(Refused, match="Nobody has been named"):
        backup(later, tmp_path / "other.age", [RECIPIENT])
    assert not (tmp_path / "other.age").exists()


KILLS = [("sqlite", point) for point in POINTS] + [("postgresql", point) for point in POINTS[3:5]]


@pytest.mark.parametrize(("to", "point"), KILLS)
def test_killed_while_restoring(to: str, point: str, stands: Ground, tmp_path: Path) -> None:
    source, home = tmp_path / "copy.age", tmp_path / "elsewhere"
    ids = decisions(stands)
    backup(stands, source, [RECIPIENT])
    with fresh_database() as server:
        url = server if to == "postgresql" else f"sqlite:///{home}/sigill.sqlite3"
        killed = run("restore", point, home, url, str(source))
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
        # Undone: there is no home, or the whole of it.
        assert home.exists() == (point == "in place")
        finished = run("restore", "nowhere", home, url, str(source))
        assert finished.returncode == 0, finished.stderr.decode()
        back = looked_at((home, url), stands.settings.home / "keys" / "custodians")
        assert back.log.check()[0] == 4 and decisions(back) == ids
        assert all(opens(home, back, one) for one in ids)
    assert not [path for path in tmp_path.iterdir() if path.is_dir() and path.name.startswith(".elsewhere")]
