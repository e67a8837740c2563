"""Custodians come, hand over, lose their keys and are put out of force; no key of a record is put together for it."""

import itertools
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grounds import custodian, decisions, ground, holder_key, run
from house import SeededEntropy
from postgres import repoint
from sigill import journey
from sigill.adapters.keys import read_custodian_key
from sigill.adapters.world import SystemEntropy
from sigill.decision.disclosure import DisclosureRequest
from sigill.errors import BadInput, Refused, TamperEvidence
from sigill.house import house_of
from sigill.journey import House
from sigill.law import custody
from sigill.law.custody import Step
from sigill.law.disclosure import HOUSE, sealing_groups
from sigill.log.entry import act_digest, read_event
from sigill.ports import Custodian
from sigill.seal import box
from sigill.seal.keys import public_of
from sigill.upkeep import custodians
from sigill.upkeep.ground import Ground


@pytest.fixture
def stands(house: tuple[Path, str]) -> Ground:
    repoint(house[1])
    return ground(*house)


def house_on(stands: Ground) -> House:
    return house_of(stands.keys, stands.store, clock=stands.clock, entropy=SystemEntropy())


def private(stands: Ground, one: str) -> bytes:
    path = stands.settings.home / "keys" / "custodians" / f"{one}.key"
    return read_custodian_key(path) if path.exists() else holder_key(one, 0)


def open_as(stands: Ground, decision: str, *acting: str) -> bool:
    """Whether these custodians open a record, the whole way, on the ground that asks for so many."""
    house = house_on(stands)
    ground_id = "party" if len(acting) == 1 else "police"
    request = journey.request_opening(DisclosureRequest(decision, ground_id, "x", "x", "r-1"), house)
    try:
        issued, group = journey.group_to_open(request.id, acting, house)
        parts = [box.release(issued.box, one, private(stands, one), group) for one in acting]
        return journey.disclose(request.id, parts, house).record_pdf.startswith(b"%PDF")
    except Refused:
        return False


def pass_on(stands: Ground, bundle: bytes, giver: str) -> custodians.Answer:
    read = custodians.read_bundle(bundle, "bundle")
    return custodians.read_answer(custodians.work(read, private(stands, giver), SystemEntropy()), "answer")


def test_a_custodian_hands_over_to_a_successor(stands: Ground) -> None:
    all_of = decisions(stands)
    before = {one: stands.store.find(one) for one in all_of}
    bundle = custodians.begin_hand_over(stands, "jurist", custodian("stadsjurist", "kommunledning"))
    assert open_as(stands, all_of[0], "jurist"), "the old ones open as before until the parts have come"
    answer = pass_on(stands, bundle, "jurist")

    assert custodians.take(stands, answer) == custodians.take(stands, answer)

    for one in all_of:
        old, new = before[one], stands.store.find(one)
        assert old and new and new == replace(old, box=new.box)
        assert new.box != old.box and box.describe(new.box).aad == box.describe(old.box).aad
        assert not any("jurist" in group for group in box.describe(new.box).groups)
    assert open_as(stands, all_of[0], "stadsjurist") and not open_as(stands, all_of[0], "jurist")
    assert open_as(stands, all_of[1], "registrator") and open_as(stands, all_of[1], "registrator", "stadsjurist")
    # The log commits to what was done, and to all boxes before and after.
    act = stands.store.acts(kind=custody.KIND)[-1]
    step = custody.decode([act.data], stands.keys.house_private_key())[0]
    assert (step.do, step.boxes) == ("handed_over", 3) and step.old != step.new
    assert read_event(act.event)["digests"]["act"] == act_digest(act.data, b"").hex()
    assert stands.log.check()[0] > 3


def test_who_leaves_cannot_come_back_and_an_answer_cannot_do_more_than_was_asked(stands: Ground) -> None:
    for card, why in (
        (custodian("stadsjurist", "kansli"), "same chain"),
        (custodian("registrator", "kommunledning"), "used before"),
        (custodian("stadsjurist", "kommunledning", "registrator"), "already"),
    ):
        with pytest.raises(Refused, match=why):
            custodians.begin_hand_over(stands, "jurist", card)
    bundle = custodians.read_bundle(
        custodians.begin_hand_over(stands, "jurist", custodian("stadsjurist", "kommunledning")), "bundle"
    )
    good = custodians.read_answer(custodians.work(bundle, private(stands, "jurist"), SystemEntropy()), "answer")
    with pytest.raises(Refused, match="not the key"):
        custodians.work(bundle, private(stands, "registrator"), SystemEntropy())
    with pytest.raises(Refused, match="not in the answer"):
        custodians.take(stands, custodians.Answer("hand_over", "jurist", "stadsjurist", good.items[1:]))
    # Somebody on the way gives the parts to himself; or what was asked for one is answered for another.
    thief = custodians.Bundle("hand_over", "jurist", "stadsjurist", public_of(bytes(range(32))), b"", bundle.items)
    stolen = custodians.work(thief, private(stands, "jurist"), SystemEntropy())
    swapped = [
        custodians.Given(one.decision, other.lock)
        for one, other in zip(good.items, [*good.items[1:], good.items[0]], strict=True)
    ]
    for bad in (
        custodians.read_answer(stolen, "answer"),
        custodians.Answer("hand_over", "jurist", "stadsjurist", swapped),
    ):
        with pytest.raises(Refused, match="changes more"):
            custodians.take(stands, bad)
    assert all(open_as(stands, one, "jurist") for one in decisions(stands)), "nothing was taken of any of them"
    custodians.take(stands, good)
    with pytest.raises(Refused, match="used before"):
        custodians.add(stands, custodian("jurist", "kommunledning"))
    with pytest.raises(Refused):
        custodians.revoke(stands, "jurist")


def test_a_lost_key_and_a_newcomer_who_comes_to_share_what_was_sealed(stands: Ground) -> None:
    all_of = decisions(stands)
    first = custodians.revoke(stands, "jurist", lost=True)
    assert custodians.revoke(stands, "jurist", lost=True) == first
    assert not open_as(stands, all_of[0], "jurist") and not open_as(stands, all_of[0], "registrator", "jurist")
    reach = custodians.reach(stands)
    assert not reach.shut and set(reach.groups) == {
        (HOUSE, "registrator"),
        (HOUSE, "sakerhetsansvarig"),
        ("registrator", "sakerhetsansvarig"),
    }
    custodians.add(stands, custodian("stadsjurist", "kommunledning", "jurist"))
    assert not open_as(stands, all_of[0], "stadsjurist")
    for giver in ("registrator", "sakerhetsansvarig"):
        answer = pass_on(stands, custodians.begin_share(stands, "stadsjurist", giver), giver)
        assert custodians.take(stands, answer)[0] == 3 and custodians.take(stands, answer)[0] == 3
    for number, acting in enumerate((("stadsjurist",), ("stadsjurist", "registrator"), ("sakerhetsansvarig",))):
        assert open_as(stands, all_of[number], *acting)
    assert not custodians.read_bundle(custodians.begin_share(stands, "stadsjurist", "registrator"), "b").items
    assert set(custodians.reach(stands).groups.values()) == {3} and len(custodians.reach(stands).groups) == 6


def test_whoever_writes_to_the_database_appoints_nobody(stands: Ground) -> None:
    house = house_on(stands)
    step = Step("add", "inkraktare", "", "x", "y", public_of(holder_key("inkraktare", 0)).hex())
    journey.record_act(house, "inkraktare", custody.KIND, "", custody.encode(step, bytes(32)))
    with pytest.raises(TamperEvidence):
        journey.custodians(house)
    with pytest.raises(TamperEvidence):
        custodians.add(stands, custodian("arkivarie", "arkiv"))


POINTS = [
    ("take_in", "judged", False),
    ("take_in", "act in transaction", False),
    ("take_in", "written", True),
    ("put_out", "act before commit", False),
    ("put_out", "written", True),
    ("begin", "act before commit", False),
    ("begin", "written", True),
    ("take", "taken", False),
    ("take", "boxes in transaction", False),
    ("take", "act in transaction", False),
    ("take", "act before commit", False),
    ("take", "relocked", True),
]
KILLS = [("sqlite", *one) for one in POINTS] + [("postgresql", *one) for one in POINTS[-4:]]


@pytest.mark.parametrize(("house", "act", "point", "done"), KILLS, indirect=["house"])
def test_killed_in_the_middle(act: str, point: str, done: bool, house: tuple[Path, str]) -> None:
    home, url = house
    if act == "take":
        assert run("begin", "nowhere", home, url).returncode == 0
        bundle = custodians.read_bundle((home / "bundle").read_bytes(), "bundle")
        key = read_custodian_key(home / "keys" / "custodians" / "jurist.key")
        (home / "answer").write_bytes(custodians.work(bundle, key, SystemEntropy()))
    repoint(url)
    stands = ground(home, url)
    before = [stands.store.nodes.size(), custodians.roster(stands), dict(stands.store.boxes())]

    killed = run(act, point, home, url)

    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    repoint(url)
    stands = ground(home, url)
    now = [stands.store.nodes.size(), custodians.roster(stands), dict(stands.store.boxes())]
    assert (now == before) != done and stands.log.check()[0] == now[0] == before[0] + done
    assert not custodians.reach(stands).shut
    finished = run(act, "nowhere", home, url)
    assert finished.returncode == 0, finished.stderr.decode()
    repoint(url)
    stands = ground(home, url)
    assert stands.log.check()[0] == before[0] + 1 and custodians.roster(stands) != before[1]
    if act == "take":
        groups = custodians.reach(stands).groups
        assert set(groups.values()) == {3} and any("stadsjurist" in one for one in groups)
        assert custodians.roster(stands).get("jurist").state == "left"


# The whole life, in small: any sequence of comings and goings, over boxes in memory.

CHAINS = ("kansli", "kommunledning", "sakerhet")
RETENTION = bytes(32)
HOUSE_KEY = holder_key(HOUSE, 0)


class Life:
    """A house of boxes in memory, with every message that ever left a machine."""

    def __init__(self) -> None:
        founders = [self.person(f"f{number}", chain) for number, chain in enumerate(CHAINS)]
        self.roster = custody.roster(founders, [])
        self.count = len(founders)
        self.boxes: list[bytes] = []
        self.messages: list[bytes] = []

    def person(self, name: str, chain: str) -> Custodian:
        return Custodian(name, f"s-{name}", chain, public_of(holder_key(name, 0)))

    def newcomer(self, chain: str) -> Custodian:
        self.count += 1
        return self.person(f"n{self.count}", chain)

    def step(self, do: str, one: str, to: str = "", new: Custodian | None = None) -> None:
        words = (new.staff_id, new.chain, new.public_key.hex()) if new else ("", "", "")
        self.roster = self.roster.after(Step(do, one, to, *words))  # type: ignore[arg-type]

    def seal(self) -> None:
        public = {HOUSE: public_of(HOUSE_KEY), **{one.id: one.public_key for one in self.roster.sealing}}
        try:
            groups = sealing_groups(self.roster.sealing)
        except BadInput:
            return
        number = len(self.boxes)
        entropy = SeededEntropy(f"box {number}")
        self.boxes.append(
            box.seal(
                b"record",
                aad=b"%d" % number,
                groups=groups,
                public_keys=public,
                retention_key=RETENTION,
                entropy=entropy,
            )
        )

    def hand_over(self, one: Custodian) -> None:
        new = self.newcomer(one.chain)
        self.step("hand_over", one.id, new.id, new)
        for number, sealed in enumerate(self.boxes):
            lock = box.lock_of(sealed)
            if any(one.id in group for group in box.groups_of(lock)):
                made = box.hand_over(lock, one.id, holder_key(one.id, 0), new.id, new.public_key)
                box.require_handed_over(lock, made, one.id, new.id, new.public_key)
                self.messages.append(made)
                self.boxes[number] = box.with_lock(sealed, made)
        self.step("handed_over", one.id, new.id)

    def share(self, new: Custodian, giver: Custodian) -> None:
        for number, sealed in enumerate(self.boxes):
            lock = box.lock_of(sealed)
            if tuple(sorted((giver.id, HOUSE))) in box.groups_of(lock):
                given_ = box.give(
                    lock,
                    (giver.id, holder_key(giver.id, 0)),
                    (HOUSE, public_of(HOUSE_KEY)),
                    (new.id, new.public_key),
                    pair=new.chain != giver.chain,
                    second=True,
                    entropy=SystemEntropy(),
                )
                made = box.receive(
                    lock, given_, (giver.id, giver.public_key), (HOUSE, HOUSE_KEY), (new.id, new.public_key)
                )
                self.messages.append(made)
                self.boxes[number] = box.with_lock(sealed, made)

    def opens(self, sealed: bytes, private_keys: Mapping[str, bytes]) -> set[tuple[str, ...]]:
        """The groups that open it with these keys; each is really opened."""
        found = set()
        for group in box.describe(sealed).groups:
            if set(group) <= set(private_keys):
                parts = [box.release(sealed, one, private_keys[one], group) for one in group]
                assert box.open_box(sealed, parts, RETENTION) == b"record"
                found.add(group)
        return found


MOVES = st.lists(
    st.tuples(st.sampled_from(("seal", "add", "hand_over", "revoke", "lose")), st.integers(0, 99)), max_size=7
)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(MOVES)
def test_after_any_sequence_every_record_opens_by_the_lawful_groups_and_no_other(moves: list[tuple[str, int]]) -> None:
    life = Life()
    life.seal()
    for move, number in moves:
        active = life.roster.sealing
        one = active[number % len(active)]
        if move == "seal":
            life.seal()
        elif move == "add":
            new = life.newcomer(CHAINS[number % 3])
            life.step("add", new.id, "", new)
            for giver in active:
                life.share(new, giver)
        elif move == "hand_over":
            life.hand_over(one)
        elif len(active) > 2 and len({other.chain for other in active if other != one}) > 1:
            life.step(move, one.id)
    keys = {one.id: holder_key(one.id, 0) for one in life.roster.opening}
    for sealed in life.boxes:
        lawful = life.opens(sealed, {HOUSE: HOUSE_KEY, **keys})
        expected = set(sealing_groups(life.roster.opening))
        assert lawful == expected
        assert all(len(group) == 2 for group in box.describe(sealed).groups)
        # Nobody alone, also with all parts of the own key in all messages; the house among them.
        for who, key in [(HOUSE, HOUSE_KEY), *keys.items()]:
            alone = [_shares(lock, who, key) for lock in (*life.messages, box.lock_of(sealed))]
            digest = box.lock_of(sealed)[14:46]
            mine = {
                share
                for lock, some in zip((*life.messages, box.lock_of(sealed)), alone, strict=True)
                if lock[14:46] == digest
                for share in some
            }
            assert not any(_is_key(sealed, some) for size in (1, 2) for some in itertools.combinations(mine, size))


def _shares(lock: bytes, who: str, key: bytes) -> set[bytes]:
    """All parts in a lock that one key takes out."""
    read = box._read_lock(lock)
    found = set()
    for group in read.groups:
        for one in group:
            if one.holder == who:
                found.add(box._open_part(read.digest, group, one, key))
    return found


def _is_key(sealed: bytes, shares: tuple[bytes, ...]) -> bool:
    return box._derive(box._xor(shares), RETENTION)[2] == box._read(sealed).commitment


def test_unmasked_parts_of_one_group_would_be_the_key() -> None:
    """Why parts are masked: the check of the test above finds the key where two parts of one group stand together."""
    life = Life()
    life.seal()
    lock = box.lock_of(life.boxes[0])
    group = ("f0", HOUSE)
    parts = [box.release(life.boxes[0], one, HOUSE_KEY if one == HOUSE else holder_key(one, 0), group) for one in group]
    assert _is_key(life.boxes[0], tuple(one.share for one in parts))
    assert box.groups_of(lock) == tuple(sorted(sealing_groups(life.roster.sealing)))
