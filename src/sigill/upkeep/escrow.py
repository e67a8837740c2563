"""The month keys, sealed to holders outside the machine, for the day the machine is lost.

A backup must not hold a month's key in clear: an old backup would undo every disposal. Without any copy a broken disk
would dispose of everything. So each backup carries the living month keys in a box (`sigill.seal.box`) that `need` of
the holders open together, and each disposal demands *new* keys of all holders: from then on backups are sealed to
those, and once the holders have destroyed their former keys (enough of them that fewer than `need` are left), no older
backup's escrow opens. See docs/adr/0013.

    keys/retention/holders.json    generation, need, the holders' public keys, key ids ever used, months renewed for

What it does not do: prove that a former key was destroyed. The holders do that, and write it down.
"""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sigill.adapters.key_files import damaged, read_json, write
from sigill.adapters.keys import UnsafeSoftwareKeys
from sigill.errors import N_, BadInput, Refused
from sigill.ports import Entropy
from sigill.seal import box, keys
from sigill.upkeep.key_file import Card

_NO_MONTH = bytes(32)
"""The escrow is itself under no month's key."""


@dataclass(frozen=True, slots=True)
class Holders:
    """Who keeps the escrow.

    Args:
        generation: counts the renewals, from 1.
        need: how many open it together.
        public: holder → X25519 public key.
        used: ids (hex) of all keys that were ever in use.
        renewed_for: months whose disposal the holders have renewed their keys for.
    """

    generation: int
    need: int
    public: Mapping[str, bytes]
    used: frozenset[str]
    renewed_for: frozenset[str]


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """What an escrow held: month → key, and the months disposed of by then."""

    generation: int
    months: Mapping[str, bytes]
    deleted: tuple[str, ...]


def holders_file(home: Path) -> Path:
    """Where the holders are kept."""
    return home / "keys" / "retention" / "holders.json"


def read_holders(home: Path) -> Holders | None:
    """The holders; None if none have been named."""
    path = holders_file(home)
    if not path.exists():
        return None
    found = read_json(path)
    try:
        return Holders(
            found["generation"],
            found["need"],
            {name: bytes.fromhex(public) for name, public in found["holders"].items()},
            frozenset(found["used"]),
            frozenset(found["renewed_for"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise damaged(path) from None


def renewed(old: Holders | None, cards: Sequence[Card], need: int | None, month: str | None = None) -> Holders:
    """The holders after a renewal; writes nothing.

    Args:
        cards: of all holders; after the first time none of their keys may have been used before.
        need: how many open together; None as before (2 at first).
        month: the month whose disposal demands it.
    Raises:
        Refused: a key has been used before. BadInput: two cards are of one holder, or there are too few.
    """
    need = need or (old.need if old else 2)
    public = {card.name: card.public for card in cards}
    if len(public) != len(cards) or len(set(public.values())) != len(cards):
        raise BadInput(N_("Each holder has one card and a key of its own."), N_("Give each card once."))
    if not 1 <= need <= len(cards):
        raise BadInput(
            N_("{count} holders are too few when {need} are to open together."),
            N_("Give the cards of all holders."),
            count=len(cards),
            need=need,
        )
    ids = {keys.key_id(one).hex() for one in public.values()}
    if old and ids & old.used:
        raise Refused(
            N_("A holder's key has been used before: old backups would stay open to it."),
            N_("Let each holder make a new key with `sigill escrow key`."),
            place="--holder",
        )
    return Holders(
        (old.generation if old else 0) + 1,
        need,
        public,
        (old.used if old else frozenset()) | ids,
        (old.renewed_for if old else frozenset()) | ({month} if month else set()),
    )


def write_holders(home: Path, holders: Holders) -> None:
    """Keep `holders`, in one step."""
    value: dict[str, Any] = {
        "schema": 1,
        "generation": holders.generation,
        "need": holders.need,
        "holders": {name: public.hex() for name, public in sorted(holders.public.items())},
        "used": sorted(holders.used),
        "renewed_for": sorted(holders.renewed_for),
    }
    write(holders_file(home), json.dumps(value, indent=1, ensure_ascii=False).encode())


def seal(own: UnsafeSoftwareKeys, holders: Holders, deleted: Sequence[str], entropy: Entropy) -> bytes:
    """The living month keys in a box to the holders.

    Args:
        deleted: months disposed of, so that a restored house knows them as gone and not as lost.
    """
    months = {month: key.hex() for month, key in own.retention_months().items()}
    inside = {"schema": 1, "generation": holders.generation, "months": months, "deleted": sorted(deleted)}
    return box.seal(
        json.dumps(inside).encode(),
        aad=f"sigill escrow {holders.generation}".encode(),
        groups=list(itertools.combinations(sorted(holders.public), holders.need)),
        public_keys=holders.public,
        retention_key=_NO_MONTH,
        entropy=entropy,
    )


def open_escrow(sealed: bytes, private: Sequence[bytes]) -> Opened:
    """What `seal` was given.

    Args:
        private: the holders' private keys, at least as many as open it together.
    Raises:
        Refused: they are too few, or of another generation than the escrow.
    """
    for group in box.describe(sealed).groups:
        parts = [part for one in group for part in _released(sealed, one, group, private)]
        if len(parts) == len(group):
            inside = json.loads(box.open_box(sealed, parts, _NO_MONTH))
            months = {month: bytes.fromhex(key) for month, key in inside["months"].items()}
            return Opened(inside["generation"], months, tuple(inside["deleted"]))
    raise Refused(
        N_("These holders' keys do not open the escrow of this backup."),
        N_("Give the key files of as many holders as it takes, from the time of the backup."),
        place="escrow",
    )


def _released(sealed: bytes, holder: str, group: Sequence[str], private: Sequence[bytes]) -> Iterator[box.Part]:
    """The holder's part, if one of the keys is the holder's."""
    for key in private:
        try:
            yield box.release(sealed, holder, key, group)
        except Refused:
            continue
        return
