"""Disposal: not a day early, nothing that lives on, and then gone for ever, whatever is put back."""

import datetime as dt
import signal
from pathlib import Path

import pytest

import grounds
from grounds import LATER, MONTH, decisions, files, ground, holder_cards, opens, run
from postgres import repoint
from sigill.decision.stages import KEPT
from sigill.errors import BadInput, Refused
from sigill.law.retention import FileFacts
from sigill.log.entry import read_event
from sigill.upkeep.escrow import open_escrow, read_holders, seal
from sigill.upkeep.ground import Ground
from sigill.upkeep.shred import blank_list, plan, read_list, shred, unfinished

POINTS = ("planned", "disposal in transaction", "before disposal commit", "disposed", "key deleted", "holders renewed")
BEFORE = POINTS[:3]


@pytest.fixture
def stands(house: tuple[Path, str]) -> Ground:
    """A furnished house on SQLite, in 2032."""
    repoint(house[1])
    return ground(*house, at=LATER)


def test_what_is_due_goes_and_what_lives_on_is_moved_unopened(stands: Ground) -> None:
    home, (lyft, bistand, placed) = stands.settings.home, decisions(stands)
    assert dict(stands.store.months()) == {MONTH: 2, KEPT: 1}
    month_key = stands.keys.retention_key(MONTH)
    size = stands.store.nodes.size()

    done = shred(stands, MONTH, files(stands), holder_cards(2))

    assert done.plan is not None and done.plan.gone == (lyft,) and dict(done.plan.moved) == {bistand: "2034-06"}
    assert not opens(home, stands, lyft)
    assert opens(home, stands, bistand) and opens(home, stands, placed)
    gone = stands.store.find(lyft)
    assert gone is not None and not (gone.box or gone.notification or gone.finished)
    with pytest.raises(Refused):
        stands.keys.retention_key(MONTH)
    assert not any(month_key in path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert stands.log.check()[0] == size + 1 == done.log_index + 1
    assert read_event([event for _, event, _ in stands.store.events()][-1])["kind"] == "disposed"
    # Once more does nothing more, and asks for no more keys.
    again = shred(stands, MONTH, {}, [])
    assert again.plan is None and again.log_index == done.log_index and stands.store.nodes.size() == size + 1


def test_not_before_the_month_is_over_nor_before_all_is_known(stands: Ground) -> None:
    records, told = stands.store.kept(MONTH), files(stands)
    for day in (dt.date(2026, 11, 22), dt.date(2031, 11, 30)):
        with pytest.raises(Refused) as early:
            plan(MONTH, records, told, day)
        assert [one.rule for one in early.value.findings] == ["G34"]
    assert not plan(MONTH, records, {one: FileFacts(dt.date(2031, 11, 1)) for one in told}, LATER.date()).gone
    with pytest.raises(Refused) as unknown:
        shred(stands, MONTH, {}, holder_cards(2))
    assert len(unknown.value.findings) == 2
    with pytest.raises(Refused):
        plan(KEPT, stands.store.kept(KEPT), told, LATER.date())
    assert dict(stands.store.months()) == {MONTH: 2, KEPT: 1} and not unfinished(stands)


def test_the_holders_must_all_renew_their_keys(stands: Ground) -> None:
    old = seal(stands.keys, read_holders(stands.settings.home), [], stands.entropy)  # type: ignore[arg-type]
    for cards in ([], holder_cards(2)[:2], holder_cards(1), [*holder_cards(2)[:2], holder_cards(1)[2]]):
        with pytest.raises((Refused, BadInput)):
            shred(stands, MONTH, files(stands), cards)
    assert not stands.store.disposed()

    shred(stands, MONTH, files(stands), holder_cards(2))

    holders = read_holders(stands.settings.home)
    assert holders is not None and holders.generation == 2
    new = seal(stands.keys, holders, list(stands.store.disposed()), stands.entropy)
    keys = {number: [grounds.holder_key(name, number) for name in grounds.HOLDERS] for number in (1, 2)}
    opened = open_escrow(new, keys[2][:2])
    assert MONTH not in opened.months and opened.deleted == (MONTH,) and set(opened.months) == {"2034-06", KEPT}
    for sealed, known in ((new, keys[1]), (new, keys[2][:1]), (old, keys[2]), (old, [keys[1][0], *keys[2][1:]])):
        with pytest.raises(Refused):
            open_escrow(sealed, known)
    # While any two former keys live, the old escrow does: that is why they are destroyed.
    assert MONTH in open_escrow(old, keys[1][1:]).months


def test_the_list_is_read_strictly(stands: Ground) -> None:
    blank = blank_list(stands, MONTH).decode()
    assert set(read_list(blank.encode(), place="list.csv")) == set(decisions(stands)[:2])
    filled = blank.replace(",,,,", ",2026-11-22,,x,", 1)
    facts = read_list(filled.encode(), place="list.csv")
    assert FileFacts(dt.date(2026, 11, 22), None, True) in facts.values()
    head = blank.splitlines()[0]
    for bad in ("", "decision_id\n", f"{head}\nx,22/11,,\n", f"{head}\nx,,,\nx,,,\n", f"{head}\n,,,\n"):
        with pytest.raises(BadInput, match=r"list\.csv"):
            read_list(bad.encode(), place="list.csv")


KILLS = [("sqlite", point) for point in POINTS] + [("postgresql", point) for point in POINTS[2:5]]


@pytest.mark.parametrize(("house", "point"), KILLS, indirect=["house"])
def test_killed_while_shredding(point: str, house: tuple[Path, str]) -> None:
    home, url = house
    killed = run("shred", point, home, url)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    repoint(url)
    stands = ground(home, url, at=LATER)
    lyft, bistand, placed = decisions(stands)
    # Undone whole, or gone whole with its log entry; never gone without one.
    undone = point in BEFORE
    assert bool(stands.store.disposed()) != undone
    assert opens(home, stands, lyft) == undone
    assert stands.log.check()[0] == (3 if undone else 4)
    assert opens(home, stands, bistand) and opens(home, stands, placed)
    if not undone and point != "holders renewed":
        assert unfinished(stands) == (MONTH,)

    finished = run("shred", "nowhere", home, url)

    assert finished.returncode == 0, finished.stderr.decode()
    stands = ground(home, url, at=LATER)
    assert not unfinished(stands) and stands.keys.is_deleted(MONTH)
    assert not opens(home, stands, lyft) and opens(home, stands, bistand) and opens(home, stands, placed)
    assert stands.log.check()[0] == 4
    holders = read_holders(home)
    assert holders is not None and holders.generation == 2
