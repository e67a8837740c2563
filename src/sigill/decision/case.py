"""A case as data: what `CASE.toml` may say. Unknown keys and impossible dates never get past `parse_case`."""

import datetime as dt
import tomllib
from typing import Annotated, Literal

import msgspec

from sigill.errors import N_, BadInput

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
StaffId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class _Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, repr_omit_defaults=True):
    """Base of all parts of a case: immutable, no unknown keys."""


class Party(_Value, frozen=True):
    """A party or a person the case concerns."""

    name: Text
    role: str = ""
    personal_number: str = ""
    address: str = ""


class Politician(_Value, frozen=True):
    """An elected member who takes part in a collective decision. Named, never withheld by default."""

    name: Text
    role: Text


class DecisionMaker(_Value, frozen=True):
    """Who really decides, and who signs. Exactly one employee, or a board or committee, or its chair (urgent)."""

    kind: Literal["employee", "committee", "board", "chair"]
    signed_at: dt.datetime
    staff_id: StaffId | None = None
    signed_by: StaffId | None = None
    name: str | None = None
    signed_by_name: str | None = None
    politicians: tuple[Politician, ...] = ()
    appointed: bool = False
    notification_signature: Literal["personal", "e_seal"] | None = None


class Rapporteur(_Value, frozen=True):
    """The rapporteur (föredragande); `none = true` says in so many words that there was none."""

    none: bool = False
    staff_id: StaffId | None = None


class Participant(_Value, frozen=True):
    """Somebody who took part in the final handling without deciding (FL 31 § p. 5)."""

    staff_id: StaffId
    role_sv: str = ""


class Delegation(_Value, frozen=True):
    """The rule that lets the decision-maker decide (KL 6:37, 7:5–8)."""

    rule: Text
    item: Text
    delegate: Text
    valid_from: dt.date
    valid_to: dt.date | None = None
    report_to_board: dt.date | None = None
    sub_delegated_by: StaffId | None = None
    sub_delegation_consent: str = ""


class Lift(_Value, frozen=True):
    """The case was lifted to a higher delegate before it was decided (track B)."""

    lifted_at: dt.datetime
    from_staff_id: StaffId
    to_staff_id: StaffId
    requested_by: StaffId | None = None
    mandate: str = ""
    reason_sv: str = ""
    case_opened_at: dt.datetime | None = None
    own_stance_sv: str = ""
    own_stance_at: dt.datetime | None = None


class Urgent(_Value, frozen=True):
    """The decision could not wait (KL 6:39–40, or a statute of its own)."""

    basis: Literal["special_statute", "kl_6_39"]
    mandate: str = ""
    report_to_board: dt.date | None = None


class Withhold(_Value, frozen=True):
    """The assessment that lets one person's name be left out of the notification (FL 33 § 4 st)."""

    staff_id: StaffId
    ground: str
    facts: str = ""
    assessed_by: StaffId | None = None
    assessed_on: dt.date | None = None
    review_by: dt.date | None = None
    blanket: bool = False
    basis_sv: str = ""
    shown_as: str | None = None
    applies_to: tuple[Literal["notification", "record", "court_bundle", "party_access"], ...] = ("notification",)
    legal_basis: str = "fl_33_4"


class Contact(_Value, frozen=True):
    """The contact route that works without a name (FL 6–7 §§)."""

    mailbox: str = ""
    phone: str = ""
    hours: str = ""
    post: str = ""
    reference: str = ""


class Jav(_Value, frozen=True):
    """A declaration on disqualification (FL 16–18 §§ or KL 6:28–32) by an employee or a politician."""

    declared_on: dt.date
    conflict: bool
    staff_id: StaffId | None = None
    name: str | None = None


class Event(_Value, frozen=True):
    """One line of the case system's own record of who did what when."""

    at: dt.datetime
    action: Text
    staff_id: StaffId | None = None
    name: str | None = None


class Dissent(_Value, frozen=True):
    """A dissenting opinion (FL 30, 33 §§)."""

    name: Text
    text_sv: Text


class Attestation(_Value, frozen=True):
    """Somebody who touched the draft attests that this was no part in the final handling (G04)."""

    staff_id: StaffId
    statement_sv: Text
    attested_on: dt.date


class JavObjection(_Value, frozen=True):
    """A party's objection of disqualification and how it was ruled on (G15)."""

    raised_on: dt.date
    matched_by: StaffId | None = None
    ruling_sv: str = ""
    ruled_on: dt.date | None = None


class Case(_Value, frozen=True):
    """One decision case, as the handler and the case system state it."""

    schema: Literal[1]
    case_id: Text
    dnr: Text
    decision_type: Text
    title_sv: Text
    track: Literal["A", "B", "board"]
    decision_date: dt.date
    board: Text
    municipality: Text
    appeal: Text
    content_sv: str
    party: Annotated[tuple[Party, ...], msgspec.Meta(min_length=1)]
    decision_maker: DecisionMaker
    contact: Contact
    rapporteur: Rapporteur | None = None
    participant: tuple[Participant, ...] | None = None
    committee: str = ""
    minutes: str = ""
    appeal_court: str = ""
    delegation: Delegation | None = None
    lift: Lift | None = None
    urgent: Urgent | None = None
    withhold: tuple[Withhold, ...] = ()
    jav: tuple[Jav, ...] = ()
    jav_objection: tuple[JavObjection, ...] = ()
    event: tuple[Event, ...] = ()
    dissent: tuple[Dissent, ...] = ()
    attested: tuple[Attestation, ...] = ()
    reasons_omitted_sv: str = ""
    special_name_rule: str = ""

    @property
    def key(self) -> str:
        """What identifies the decision for ever: municipality, board and diary number."""
        return f"{self.municipality}|{self.board}|{self.dnr}"

    @property
    def withheld_ids(self) -> tuple[str, ...]:
        """Staff ids of those whose names the notification leaves out, in the case's order."""
        return tuple(dict.fromkeys(entry.staff_id for entry in self.withhold))

    @property
    def record_staff_ids(self) -> tuple[str, ...]:
        """Staff ids of all employees FL 31 § wants in the record: maker, rapporteur, participants."""
        ids = [self.decision_maker.staff_id]
        if self.rapporteur is not None:
            ids.append(self.rapporteur.staff_id)
        ids += [one.staff_id for one in self.participant or ()]
        return tuple(dict.fromkeys(one for one in ids if one))


def parse_case(toml: bytes, *, place: str = "case.toml") -> Case:
    """Read a case file.

    Args:
        toml: the file's bytes, UTF-8, at most 1 MiB.
        place: the file's name, for error messages.
    Raises:
        BadInput: not TOML, an unknown or missing key, a wrong type, or a date that cannot be; names the key.
    """
    if len(toml) > 1 << 20:
        raise BadInput(N_("The case file is larger than 1 MiB."), N_("A case is a few kilobytes of TOML."), place=place)
    try:
        data = tomllib.loads(toml.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput(N_("The case file is not UTF-8 text."), N_("Save it as UTF-8."), place=place) from None
    except tomllib.TOMLDecodeError as err:
        # tomllib's message ends with "(at line 3, column 7)"; the part before it may quote the text.
        where = str(err).rpartition("(")[2].rstrip(")") or "?"
        raise BadInput(
            N_("The case file is not valid TOML ({where})."), N_("Mend that line."), place=place, where=where
        ) from None
    try:
        case = msgspec.convert(data, Case)
    except msgspec.ValidationError as err:
        raise BadInput(
            N_("The case file does not follow the form: {reason}."),
            N_("See docs/manual/case-file.md for the keys."),
            place=place,
            reason=_without_values(str(err)),
        ) from None
    _refuse_impossible_dates(case, place)
    return case


def _without_values(reason: str) -> str:
    """msgspec quotes an invalid literal's value; a value could be a name, a key cannot."""
    if reason.startswith("Invalid enum value"):
        path = reason.rpartition(" - at ")[2]
        return f"Value not allowed - at {path}"
    return reason


def _refuse_impossible_dates(case: Case, place: str) -> None:
    def refuse(key: str, reason: str) -> None:
        raise BadInput(N_("`{key}` cannot be: {reason}."), N_("Correct the date."), place=place, key=key, reason=reason)

    earliest = dt.date(1990, 1, 1)
    if case.decision_date < earliest:
        refuse("decision_date", N_("before 1990"))
    if case.decision_maker.signed_at.date() < case.decision_date:
        refuse("decision_maker.signed_at", N_("signed before the decision date"))
    if case.delegation and case.delegation.valid_to and case.delegation.valid_to < case.delegation.valid_from:
        refuse("delegation.valid_to", N_("ends before it begins"))
    for entry in case.withhold:
        if entry.review_by and entry.assessed_on and entry.review_by < entry.assessed_on:
            refuse("withhold.review_by", N_("before the assessment"))
