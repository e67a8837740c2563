"""Who the custodians are, step by step: each comes, hands over, or is put out of force, and no id or key comes twice.

The founders stand in the house's key folder. Each later step is an act in the log, authenticated by the house
(`encode`, `decode`), so that whoever can only write to the database appoints nobody. What the steps come to is a
`Roster`: who gets a part of what is sealed now, and who may open. Modesty: it reads no key of a custodian and moves no
part of any box.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from sigill.errors import N_, BadInput, Refused, TamperEvidence
from sigill.law.disclosure import HOUSE
from sigill.ports import Custodian

KIND = "custodian"
"""The log event's kind of every step."""

_ID = re.compile(r"[a-z][a-z0-9-]{0,39}\Z", re.ASCII)


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that happened to the custodians.

    Args:
        do: `add`; `hand_over` (from now on `to` gets the parts of what is sealed) and `handed_over` (and now has the
            old ones, and `id` is out); `share` (`id` has got parts of old records from `to`); `revoke`; `lose`.
        staff_id, chain, x25519: of the one who comes (`add`, `hand_over`); the key in hex.
        boxes: how many records were re-sealed. old, new: SHA-256, hex, over their ids and boxes before and after.
    """

    do: Literal["add", "hand_over", "handed_over", "share", "revoke", "lose"]
    id: str
    to: str = ""
    staff_id: str = ""
    chain: str = ""
    x25519: str = ""
    boxes: int = 0
    old: str = ""
    new: str = ""

    def comes(self) -> Custodian:
        """Who comes with this step."""
        return Custodian(self.to or self.id, self.staff_id, self.chain, bytes.fromhex(self.x25519))


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    step: msgspec.Raw
    mac: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A custodian and how it stands with him or her.

    Args:
        state: `active`; `leaving` (opens what is old until the parts have been handed over); else out of force.
        successor: who the parts go, or went, to.
    """

    custodian: Custodian
    state: Literal["active", "leaving", "left", "revoked", "lost"] = "active"
    successor: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """All custodians there have ever been, the founders first."""

    standings: tuple[Standing, ...]

    @property
    def sealing(self) -> tuple[Custodian, ...]:
        """Those who get a part of what is sealed now."""
        return tuple(one.custodian for one in self.standings if one.state == "active")

    @property
    def opening(self) -> tuple[Custodian, ...]:
        """Those who may open."""
        return tuple(one.custodian for one in self.standings if one.state in ("active", "leaving"))

    def get(self, one: str) -> Standing:
        """How it stands with the custodian `one`.

        Raises:
            BadInput: there has never been one.
        """
        for standing in self.standings:
            if standing.custodian.id == one:
                return standing
        raise BadInput(N_("There is no custodian of that name."), N_("See `sigill custodian list`."), place=one)

    def after(self, step: Step) -> "Roster":
        """The roster after a step.

        Raises:
            Refused: it cannot be taken: an id, a key or a person would count twice, or a custodian is out of force.
            BadInput: there is no such custodian.
        """
        if step.do == "add":
            return Roster((*self.standings, self._newcomer(step)))
        standing = self.get(step.id)
        allowed = {"hand_over": ("active",), "handed_over": ("leaving",), "share": ("active",)}
        if standing.state not in allowed.get(step.do, ("active", "leaving")):
            raise Refused(
                N_("It does not stand so with that custodian: {state}."),
                N_("See `sigill custodian list`."),
                place=step.id,
                state=standing.state,
            )
        if step.do == "share":
            return self
        if step.do == "hand_over":
            if step.chain != standing.custodian.chain:
                raise Refused(
                    N_("The successor must be of the same chain of command: otherwise two of one chain could open."),
                    N_("Choose another successor, or take in a new custodian and revoke this one."),
                    place=step.to,
                )
            gone = replace(standing, state="leaving", successor=step.to)
            return Roster((*self._with(gone).standings, self._with(gone)._newcomer(step)))
        states = {"handed_over": "left", "revoke": "revoked", "lose": "lost"}
        return self._with(replace(standing, state=states[step.do]))  # type: ignore[arg-type]

    def _with(self, changed: Standing) -> "Roster":
        return Roster(tuple(changed if one.custodian.id == changed.custodian.id else one for one in self.standings))

    def _newcomer(self, step: Step) -> Standing:
        new = step.comes()
        if not _ID.match(new.id) or new.id == HOUSE or not new.staff_id.strip() or not new.chain.strip():
            raise BadInput(
                N_("Custodian ids are different short words of small letters, digits and hyphens."),
                N_("Choose other ids."),
                place=new.id,
            )
        known = [one.custodian for one in self.standings]
        if any(new.id == one.id or new.public_key == one.public_key for one in known):
            raise Refused(
                N_("The custodian's id or key has been used before; neither ever comes twice."),
                N_("Let the custodian make a new key, under a new id, with `sigill custodian new`."),
                place=new.id,
            )
        if any(new.staff_id == one.staff_id for one in self.sealing):
            raise Refused(
                N_("That person is a custodian already: one person would count as two."),
                N_("Hand over the former key, or revoke it, first."),
                place=new.id,
            )
        return Standing(new)


def roster(founders: Iterable[Custodian], steps: Iterable[Step]) -> Roster:
    """What the steps come to, in order.

    Raises:
        TamperEvidence: a step cannot have been taken.
    """
    found = Roster(tuple(Standing(one) for one in founders))
    for step in steps:
        try:
            found = found.after(step)
        except (Refused, BadInput, ValueError):
            raise _bent() from None
    return found


def encode(step: Step, house_key: bytes) -> bytes:
    """A step as an act's data, authenticated under the house's private key (32 bytes)."""
    words = msgspec.json.encode(step)
    return msgspec.json.encode(_Signed(msgspec.Raw(words), _mac(words, house_key)))


def decode(data: Sequence[bytes], house_key: bytes) -> list[Step]:
    """The steps in acts' data.

    Raises:
        TamperEvidence: one of them is not the house's.
    """
    found = []
    for one in data:
        try:
            signed = msgspec.json.decode(one, type=_Signed)
            if not hmac.compare_digest(signed.mac, _mac(bytes(signed.step), house_key)):
                raise ValueError
            found.append(msgspec.json.decode(signed.step, type=Step))
        except (msgspec.MsgspecError, ValueError, TypeError):
            raise _bent() from None
    return found


def _mac(words: bytes, house_key: bytes) -> str:
    own = hmac.digest(house_key, b"sigill/custodians/v1\x00", hashlib.sha256)
    return hmac.digest(own, words, hashlib.sha256).hex()


def _bent() -> TamperEvidence:
    return TamperEvidence(
        N_("What the database says of the custodians was not written by this house."),
        N_("Stop, keep the database as it is, and call the administrator."),
        place="custodians",
    )
