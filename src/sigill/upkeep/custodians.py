"""Custodians come and go, and no data key is ever put together for it.

    add        a newcomer gets a part of all that is sealed from now on
    hand over  (1) the house writes the step, and a bundle of locks for the one who leaves
               (2) on the leaver's own machine each part is sealed to the successor (`work`)
               (3) the house takes the answer: all boxes and the step in one transaction, the point of no return
    share      the same three steps for old records and a newcomer: a custodian who stays gives a masked part, the
               house the other one (`sigill.seal.box.give`, `receive`); whoever stays loses nothing
    revoke     refused everywhere from the moment of the log entry; nothing is re-sealed

Killed anywhere, a run has either changed nothing or is finished by running it again.

What it does not do: see on an answer that the parts in it are right; only an opening can. And it cannot call back a
key: an old copy of the database still opens to former custodians' keys together. See docs/adr/0012.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from sigill.errors import N_, BadInput, Refused
from sigill.law import custody
from sigill.law.custody import Roster, Step
from sigill.law.disclosure import HOUSE
from sigill.log import entry
from sigill.ports import Act, Custodian, Entropy
from sigill.seal import box, keys
from sigill.upkeep.ground import Ground
from sigill.upkeep.key_file import Card

_MAGIC = b"SIGILL CUSTODY 1\n"


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One record in a bundle: its lock, and for `share` which of the two groups is wanted (`sigill.seal.box.give`)."""

    decision: str
    lock: bytes
    pair: bool = False
    second: bool = False


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="bundle"):
    """What the house asks a custodian to do on a machine of his or her own.

    Args:
        giver, newcomer: ids. public, house: the newcomer's and the house's own public keys, 32 bytes.
    """

    do: Literal["hand_over", "share"]
    giver: str
    newcomer: str
    public: bytes
    house: bytes
    items: list[Item]


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One record in an answer: the new lock (`hand_over`), or a share's three fields (`share`)."""

    decision: str
    lock: bytes = b""
    nonce: bytes = b""
    kept: bytes = b""
    given: bytes = b""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="answer"):
    """What the custodian's machine made of a bundle."""

    do: Literal["hand_over", "share"]
    giver: str
    newcomer: str
    items: list[Given]


@dataclass(frozen=True, slots=True)
class Reach:
    """Which custodians in force open what.

    Args:
        groups: those who can open together → how many records. shut: decision ids that nobody can open.
    """

    groups: Mapping[tuple[str, ...], int]
    shut: tuple[str, ...]


def fingerprint(public: bytes) -> str:
    """A public key's fingerprint, to be read aloud: 32 hexadecimal digits in groups of four."""
    digits = hashlib.sha256(b"sigill/custodian-card/v1\x00" + public).hexdigest()[:32]
    return "-".join(digits[at : at + 4] for at in range(0, 32, 4))


def roster(ground: Ground) -> Roster:
    """The custodians as they stand.

    Raises:
        TamperEvidence: a step in the database was not written by this house.
    """
    acts = ground.store.acts(kind=custody.KIND)
    return custody.roster(ground.keys.members(), custody.decode([one.data for one in acts], _own(ground)))


def add(ground: Ground, card: Card) -> int:
    """Take in a custodian. Safe to repeat. Returns the log entry's index."""
    return _take(ground, Step("add", card.name, "", card.staff_id, card.chain, card.public.hex()))


def revoke(ground: Ground, one: str, *, lost: bool = False) -> int:
    """Put a custodian out of force from this moment. Safe to repeat. Returns the log entry's index."""
    return _take(ground, Step("lose" if lost else "revoke", one))


def begin_hand_over(ground: Ground, leaver: str, card: Card) -> bytes:
    """Let a successor in and write the bundle for the one who leaves; again, and it writes the bundle again.

    Raises:
        Refused: the successor is of another chain of command, has a key already, or the leaver is out of force.
    """
    _take(ground, Step("hand_over", leaver, card.name, card.staff_id, card.chain, card.public.hex()))
    items = [Item(one, lock) for one, lock in _locks(ground) if any(leaver in group for group in box.groups_of(lock))]
    return _encode(Bundle("hand_over", leaver, card.name, card.public, ground.keys.house_public_key(), items))


def begin_share(ground: Ground, newcomer: str, giver: str) -> bytes:
    """The bundle that asks `giver` to let `newcomer` share the records that `giver` opens with the house.

    Raises:
        Refused: one of them is out of force, or it is one and the same.
    """
    to, own = _both(roster(ground), newcomer, giver)
    items = []
    for one, lock in _locks(ground):
        groups = box.groups_of(lock)
        second = _pair(newcomer, HOUSE) not in groups
        pair = to.chain != own.chain and _pair(newcomer, giver) not in groups
        if _pair(giver, HOUSE) in groups and (pair or second):
            items.append(Item(one, lock, pair, second))
    return _encode(Bundle("share", giver, newcomer, to.public_key, ground.keys.house_public_key(), items))


def work(bundle: Bundle, private_key: bytes, entropy: Entropy, *, step: Callable[[], None] = lambda: None) -> bytes:
    """A custodian's own work on a bundle; needs no house. Returns the answer.

    Args:
        private_key: the giver's, 32 bytes.
        step: called after each record.
    Raises:
        Refused: the key is not the giver's. TamperEvidence: a lock is damaged.
    """
    given = []
    for one in bundle.items:
        if bundle.do == "hand_over":
            lock = box.hand_over(one.lock, bundle.giver, private_key, bundle.newcomer, bundle.public)
            given.append(Given(one.decision, lock))
        else:
            share = box.give(
                one.lock,
                (bundle.giver, private_key),
                (HOUSE, bundle.house),
                (bundle.newcomer, bundle.public),
                pair=one.pair,
                second=one.second,
                entropy=entropy,
            )
            given.append(Given(one.decision, b"", share.nonce, share.kept, share.given))
        step()
    return _encode(Answer(bundle.do, bundle.giver, bundle.newcomer, given))


def take(ground: Ground, answer: Answer) -> tuple[int, int]:
    """Take a custodian's answer: all boxes and the log entry, or nothing. Safe to repeat.

    Returns:
        how many records were re-sealed, and the log entry's index.
    Raises:
        Refused: records have been sealed since the bundle was written, it changes more than it may, or one of the two
            is out of force. TamperEvidence: a part is damaged.
    """
    do: Literal["handed_over", "share"] = "handed_over" if answer.do == "hand_over" else "share"
    who = answer.giver if do == "handed_over" else answer.newcomer
    other = answer.newcomer if do == "handed_over" else answer.giver
    slot = f"custodian/{who}/{do}"
    if do == "share":
        slot += "/" + hashlib.sha256(_encode(answer)).hexdigest()[:32]
    with ground.store.exclusive("custodians"):
        known = roster(ground)
        change = _handing_over(known, answer) if do == "handed_over" else _sharing(ground, known, answer)

        def make(count: int, old: bytes, new: bytes) -> tuple[Act, bytes, bytes]:
            step = Step(do, who, other, boxes=count, old=old.hex(), new=new.hex())
            known.after(step)
            return _act(ground, slot, step)

        ground.mark("taken")
        act = ground.store.relock(slot, change, make)
        # POINT OF NO RETURN: boxes and log entry are written.
        ground.mark("relocked")
        ground.log.remember(ground.log.checkpoint())
        return custody.decode([act.data], _own(ground))[0].boxes, act.log_index


def reach(ground: Ground) -> Reach:
    """Which custodians in force open what: looks at every box."""
    known = {one.id: one for one in roster(ground).opening}
    found: dict[tuple[str, ...], int] = {}
    shut = []
    for one, lock in _locks(ground):
        able = [group for group in box.groups_of(lock) if _lawful(group, known)]
        for group in able:
            found[group] = found.get(group, 0) + 1
        if not able:
            shut.append(one)
    return Reach(dict(sorted(found.items())), tuple(shut))


def read_bundle(data: bytes, place: str) -> Bundle:
    """The bundle in a file.

    Raises:
        BadInput: it is none.
    """
    found = _decode(data, place)
    if not isinstance(found, Bundle):
        raise _no_bundle(place)
    return found


def read_answer(data: bytes, place: str) -> Answer:
    """The answer in a file.

    Raises:
        BadInput: it is none.
    """
    found = _decode(data, place)
    if not isinstance(found, Answer):
        raise _no_bundle(place)
    return found


def archive_copy(path: Path) -> Path:
    """Where the copy of a key for the archive lies, beside the key file."""
    return path.with_name(path.name + ".archive")


def _take(ground: Ground, step: Step) -> int:
    slot = f"custodian/{step.id}/{step.do}"
    with ground.store.exclusive("custodians"):
        acts = ground.store.acts(kind=custody.KIND)
        steps = custody.decode([one.data for one in acts], _own(ground))
        if step.x25519 == ground.keys.house_public_key().hex():
            raise BadInput(N_("That is the house's own key."), N_("Take the custodian's card."), place=step.id)
        if step not in steps:
            custody.roster(ground.keys.members(), steps).after(step)
        act, leaf, salt = _act(ground, slot, step)
        ground.mark("judged")
        act = ground.store.act(act, leaf, salt)
        ground.mark("written")
        ground.log.remember(ground.log.checkpoint())
        return act.log_index


def _act(ground: Ground, slot: str, step: Step) -> tuple[Act, bytes, bytes]:
    data = custody.encode(step, _own(ground))
    event, salt, leaf = ground.event(custody.KIND, {"act": entry.act_digest(data, b"")})
    return Act(slot, step.id, custody.KIND, "", ground.clock.now(), data, b"", event), leaf, salt


def _own(ground: Ground) -> bytes:
    return ground.keys.house_private_key()


def _locks(ground: Ground) -> list[tuple[str, bytes]]:
    return [(one, box.lock_of(sealed)) for one, sealed in ground.store.boxes()]


def _handing_over(known: Roster, answer: Answer) -> Callable[[str, bytes], bytes | None]:
    standing = known.get(answer.giver)
    if standing.successor != answer.newcomer or standing.state not in ("leaving", "left"):
        raise Refused(
            N_("The house knows of no such hand-over."),
            N_("Begin it with `sigill custodian hand-over`."),
            place=answer.giver,
        )
    public = known.get(answer.newcomer).custodian.public_key
    given = {one.decision: one.lock for one in answer.items}

    def change(decision: str, sealed: bytes) -> bytes | None:
        old = box.lock_of(sealed)
        if not any(answer.giver in group for group in box.groups_of(old)):
            return None
        if decision not in given:
            raise Refused(
                N_("A record that the custodian has a part of is not in the answer."),
                N_("It was sealed while the bundle was written: begin the hand-over again; that changes nothing else."),
                place=decision,
            )
        box.require_handed_over(old, given[decision], answer.giver, answer.newcomer, public)
        return box.with_lock(sealed, given[decision])

    return change


def _sharing(ground: Ground, known: Roster, answer: Answer) -> Callable[[str, bytes], bytes | None]:
    to, own = _both(known, answer.newcomer, answer.giver)
    given = {one.decision: one for one in answer.items}
    house = _own(ground)

    def change(decision: str, sealed: bytes) -> bytes | None:
        item, lock = given.get(decision), box.lock_of(sealed)
        if item is None or _pair(answer.giver, HOUSE) not in box.groups_of(lock):
            return None
        share = box.Share(item.nonce, item.kept if to.chain != own.chain else b"", item.given)
        new = box.receive(lock, share, (own.id, own.public_key), (HOUSE, house), (to.id, to.public_key))
        return None if new == lock else box.with_lock(sealed, new)

    return change


def _both(known: Roster, newcomer: str, giver: str) -> tuple[Custodian, Custodian]:
    active = {one.id: one for one in known.sealing}
    to, own = known.get(newcomer).custodian, known.get(giver).custodian
    if newcomer == giver or not {newcomer, giver} <= set(active):
        raise Refused(
            N_("Both must be custodians in force, and two."), N_("See `sigill custodian list`."), place=newcomer
        )
    return to, own


def _lawful(group: Sequence[str], known: Mapping[str, Custodian]) -> bool:
    people = [known[one] for one in group if one in known]
    if HOUSE in group:
        return len(people) == len(group) - 1 == 1
    return len(people) == len(group) == len({one.chain for one in people}) == 2


def _pair(a: str, b: str) -> tuple[str, ...]:
    return tuple(sorted((a, b)))


def _encode(value: Bundle | Answer) -> bytes:
    return _MAGIC + msgspec.msgpack.encode(value)


def _decode(data: bytes, place: str) -> Bundle | Answer:
    try:
        if not data.startswith(_MAGIC):
            raise ValueError
        found: Bundle | Answer = msgspec.msgpack.decode(data[len(_MAGIC) :], type=Bundle | Answer)
        if isinstance(found, Bundle):
            keys.load_public(found.public)
            keys.load_public(found.house)
    except (msgspec.MsgspecError, ValueError, BadInput):
        raise _no_bundle(place) from None
    return found


def _no_bundle(place: str) -> BadInput:
    return BadInput(
        N_("This is no bundle, or no answer to one, of the custodians'."),
        N_("The house writes bundles with `sigill custodian hand-over` or `share`; `pass` makes answers."),
        place=place,
    )
