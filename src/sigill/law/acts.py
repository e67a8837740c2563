"""Acts other than issuing a decision that the gate can judge, as small frozen values. Hand one to
`gate.judge`.

None of them holds a name or a text that could hold one, except `NotificationText.text`, which is never
repeated in a finding.
"""

from dataclasses import dataclass
from typing import Literal

Masked = Literal[
    "notification",
    "record",
    "court_bundle",
    "party_access",
    "decision_copy",
    "case_file",
    "personnel_file",
    "other_letter",
]


@dataclass(frozen=True, slots=True)
class MaskRequest:
    """Somebody wants something taken out of a document.

    Args:
        document: what kind of document. `decision_copy` is a copy of a decision for somebody who is not a
            party.
        subject: a name (or what points at a person) on staff, or a fact about a client or another private
            person.
        legal_basis: `fl_33_4`, or the id of a secrecy ground in `data/secrecy_grounds.toml`.
        decision_type: id of the decision type when the document is a decision, else "".
    """

    document: Masked
    subject: Literal["staff_name", "private_fact"]
    legal_basis: str
    decision_type: str = ""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """Somebody wants to change the names of the 31 § record after the decision was issued.

    Args:
        kind: correct an obvious slip, replace a name by another, or delete one.
        basis: `fl_36` for a correction of a slip of the pen, else "".
        reason_sv: what the slip was.
        logged: whether the change goes into the log with the old text kept.
    """

    kind: Literal["correct", "replace", "delete"]
    basis: str = ""
    reason_sv: str = ""
    logged: bool = False


@dataclass(frozen=True, slots=True)
class NotificationText:
    """The notification as text, ready to be typeset.

    Args:
        text: all of it.
        withheld: how many persons' names are left out.
    """

    text: str
    withheld: int


@dataclass(frozen=True, slots=True)
class Export:
    """A notification is about to leave the house.

    Args:
        readers: how many independent readers have searched it for the withheld persons.
        leaks: kinds of what they found (`name`, `initials`, `email`, `phone`, `user_id`, `certificate` …).
        maker_withheld: whether the decision-maker's name is left out.
        signature: whose signature it carries: the decision-maker's own, the organisation's seal, or none yet.
    """

    readers: int
    leaks: tuple[str, ...] = ()
    maker_withheld: bool = False
    signature: Literal["personal", "e_seal"] | None = None


@dataclass(frozen=True, slots=True)
class PartyRequest:
    """A party asks for material in the own case, and an answer is proposed.

    Args:
        about: the decision itself (its 31 § record included), or other material.
        answer: release in full, release masked, or refuse.
        overriding_importance_sv: why it is of overriding importance (synnerlig vikt) that a fact is not
            revealed.
        substitute_sv: how the party is told of what the withheld material holds.
        no_substitute_reason_sv: why that cannot be done without serious harm.
    """

    about: Literal["decision", "other_material"]
    answer: Literal["release", "mask", "refuse"]
    overriding_importance_sv: str = ""
    substitute_sv: str = ""
    no_substitute_reason_sv: str = ""


Act = MaskRequest | RecordChange | NotificationText | Export | PartyRequest
"""Whatever `gate.judge` can be asked about."""
