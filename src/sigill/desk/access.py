"""Who may do what with whose cases: one table. The URL table, the menus, the matrix test and the manual are drawn
from it, and every use case of the desk asks it first.

Promise: what is not in the table is not allowed. Modesty: the table knows roles and whose case it is, not whether an
act is lawful; that is the gate's business, and where a case stands that of `sigill.decision.workflow`.
"""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sigill.errors import N_, BadInput


class Role(enum.StrEnum):
    """What somebody works as. One user may have several."""

    HANDLER = "handlaggare"
    PROTECTION = "skyddsansvarig"
    MAKER = "beslutsfattare"
    REGISTRAR = "registrator"
    CUSTODIAN = "nyckelbarare"
    LAWYER = "jurist"
    ADMIN = "administrator"


ROLE_WORDS: Mapping[Role, str] = {
    Role.HANDLER: N_("Case worker"),
    Role.PROTECTION: N_("Protection officer"),
    Role.MAKER: N_("Decision-maker"),
    Role.REGISTRAR: N_("Registrar"),
    Role.CUSTODIAN: N_("Custodian"),
    Role.LAWYER: N_("Lawyer"),
    Role.ADMIN: N_("Administrator"),
}


class Reach(enum.StrEnum):
    """How far a right goes: one's own cases (drafts it, decides it, presents it, takes part), or every case."""

    OWN = "own"
    ANY = "any"


Names = Literal["none", "own_case", "directory", "assessed"]
"""Which employees' names an answer may hold: none; those of one's own case; the staff directory, tied to no case;
those of whom one assesses the need for protection."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One act.

    Args:
        roles: who may, and how far. Empty: everybody who is logged in.
        names: see `Names`.
        about: the act in half a sentence, English, marked for translation.
    """

    roles: Mapping[Role, Reach]
    names: Names
    about: str


_CASE = {Role.HANDLER: Reach.OWN, Role.MAKER: Reach.OWN}
_ANYBODY: Mapping[Role, Reach] = {}

ACCESS: Mapping[str, Rule] = {
    "home": Rule(_ANYBODY, "none", N_("see one's own start page")),
    "case.list": Rule(_CASE, "own_case", N_("see the list of one's own cases")),
    "case.start": Rule({Role.HANDLER: Reach.ANY}, "none", N_("start a case")),
    "case.view": Rule(_CASE, "own_case", N_("open a case")),
    "case.edit": Rule(_CASE, "own_case", N_("change a case, undo")),
    "case.declare": Rule(_CASE, "own_case", N_("declare disqualification")),
    "case.protect": Rule(_CASE, "own_case", N_("ask for protection")),
    "case.prepare": Rule(_CASE, "own_case", N_("have the two letters made")),
    "case.read": Rule(_CASE, "own_case", N_("read record and notification")),
    "case.submit": Rule({Role.HANDLER: Reach.OWN}, "own_case", N_("submit a case, take it back")),
    "case.lift": Rule(_CASE, "own_case", N_("lift a case to a higher delegate")),
    "case.decide": Rule({Role.MAKER: Reach.OWN}, "own_case", N_("decide: approve, change, send back")),
    "protection.queue": Rule({Role.PROTECTION: Reach.ANY}, "assessed", N_("see needs for protection")),
    "protection.assess": Rule({Role.PROTECTION: Reach.ANY}, "assessed", N_("assess a need for protection")),
    "protection.patterns": Rule({Role.PROTECTION: Reach.ANY}, "assessed", N_("see patterns of threats")),
    "protection.own": Rule(_ANYBODY, "none", N_("see where one is protected oneself")),
    "incident.record": Rule(_ANYBODY, "own_case", N_("record an incident")),
    "incident.view": Rule(_ANYBODY, "assessed", N_("see incidents that touch oneself, or those one assesses")),
    "incident.answer": Rule({Role.PROTECTION: Reach.ANY}, "assessed", N_("answer what must be done after an incident")),
    "concern.flag": Rule(
        {Role.HANDLER: Reach.ANY, Role.REGISTRAR: Reach.ANY}, "directory", N_("flag a report about an employee's child")
    ),
    "concern.own": Rule(_ANYBODY, "none", N_("see reports that one takes as deputy")),
    "concern.deputies": Rule({Role.ADMIN: Reach.ANY}, "directory", N_("name deputies for such reports")),
    "sending.queue": Rule({Role.REGISTRAR: Reach.ANY}, "none", N_("see issued decisions")),
    "sending.letter": Rule({Role.REGISTRAR: Reach.ANY}, "none", N_("download an issued notification")),
    "sending.appeal": Rule({Role.REGISTRAR: Reach.ANY}, "none", N_("receive an appeal")),
    "sending.request": Rule({Role.REGISTRAR: Reach.ANY}, "none", N_("register a request for the record")),
    "sending.list": Rule({Role.REGISTRAR: Reach.ANY}, "none", N_("see the list of delegated decisions")),
    "sending.send": Rule({Role.REGISTRAR: Reach.ANY}, "none", N_("note that a decision is sent or served")),
    "office.users": Rule({Role.ADMIN: Reach.ANY}, "directory", N_("see users and roles")),
    "office.directory": Rule({Role.ADMIN: Reach.ANY}, "directory", N_("see and renew the staff directory")),
    "office.programs": Rule({Role.ADMIN: Reach.ANY}, "none", N_("make and revoke tokens for programs")),
    "questions": Rule({Role.REGISTRAR: Reach.ANY}, "none", N_("answer questions about decisions")),
    "office.delegation": Rule({Role.ADMIN: Reach.ANY}, "none", N_("keep the delegation rules")),
}
"""Every act there is. A new page or call needs a row here before it answers anybody."""


class NotYourRole(BadInput):
    """The act belongs to another role."""


class NotYours(BadInput):
    """There is no such case, or it is somebody else's: the answer is the same."""


def no_such_case() -> NotYours:
    """What is said of a case that does not exist and of one that is somebody else's, alike."""
    return NotYours(N_("There is no such case among yours."), N_("Look in your list of cases."))


@dataclass(frozen=True, slots=True, repr=False)
class Actor:
    """Who is acting.

    Args:
        key: staff id, or `elected:` and the name of an elected member.
        roles: those valid today.
    """

    user_id: int
    key: str
    name: str
    roles: frozenset[Role]
    today: dt.date

    @property
    def staff_id(self) -> str | None:
        """The staff id of an employee."""
        return None if self.key.startswith("elected:") else self.key

    @property
    def elected(self) -> str:
        """The name of an elected member, or ""."""
        return self.key.removeprefix("elected:") if self.key.startswith("elected:") else ""

    def __repr__(self) -> str:
        return f"Actor({self.user_id})"


def reach(roles: frozenset[Role], action: str) -> Reach | None:
    """How far somebody with these roles may go with an act; None: not at all.

    Raises:
        KeyError: there is no such act in the table.
    """
    rule = ACCESS[action]
    if not rule.roles:
        return Reach.ANY
    mine = {rule.roles[role] for role in roles & rule.roles.keys()}
    return Reach.ANY if Reach.ANY in mine else Reach.OWN if mine else None


def require(actor: Actor, action: str) -> Reach:
    """As `reach`, but no right is an error.

    Raises:
        NotYourRole: none of the actor's roles has the right.
    """
    found = reach(actor.roles, action)
    if found is None:
        raise NotYourRole(
            N_("Your role does not include this."),
            N_("Ask the administrator if it should."),
        )
    return found
