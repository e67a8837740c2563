"""The form of the law data: one strict type for every kind of row in `law/data`.

Promise: a row with an unknown key, a missing key or an unknown value never becomes a value; the book does not
open. Modesty: whether rows fit one another (ids, citations, levels) is checked by the tests, not here.
"""

import datetime as dt
from typing import Annotated, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1)]
Id = Annotated[str, msgspec.Meta(pattern="^[a-z0-9_]+$")]
Days = Annotated[int, msgspec.Meta(ge=0, le=365)]
Level = Literal["board", "committee", "employee"]
Decider = Literal["board", "committee", "chair_urgent", "employee"]
Regime = Literal[
    "forvaltningsratten_besvar", "laglighetsprovning", "kammarratten", "lansstyrelsen_fb", "not_appealable"
]
LEVELS: tuple[Level, ...] = ("board", "committee", "employee")
"""How far down the power to decide may go, strictest first."""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all rows: immutable, no unknown keys."""


class AsOf(Row, frozen=True):
    """The state of the law that the data was read in."""

    sol: Text
    ovriga: Text


class CourtReview(Row, frozen=True):
    """A court's review that is no appeal: the board submits the decision, applies, or sues.

    Args:
        days: within how many days of the decision, where the law says so.
        next_step: what the board must do after that, and where it is written.
    """

    type: Literal["understallning", "ansokan", "talan"]
    court: Literal["forvaltningsratten"]
    source: Text
    days: Days | None = None
    next_step: str = ""


class TypeRow(Row, frozen=True):
    """One kind of decision; see the head of `decision_types.toml` for what the fields mean."""

    id: Id
    title_sv: Text
    title_en: Text
    act: Text
    chapter: int
    section: Text
    decides: Annotated[tuple[Decider, ...], msgspec.Meta(min_length=1)]
    delegable_to_employee: bool
    max_delegation: Level
    urgent_chair: bool
    urgent_basis: Literal["special_statute", "kl_6_39", "none"]
    appeal: Regime
    appeal_days: Days
    appeal_source: Text
    delegation_source: Text
    provisions: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1)]
    inferred: tuple[Literal["appeal", "appeal_days", "urgent_chair", "delegable_to_employee", "max_delegation"], ...]
    note_sv: Text
    verified: bool
    court_review: CourtReview | None = None
    employee_by_appointment: bool = False
    secrecy_26_1_exempt: bool = False
    review_interval_months: int | None = None
    not_appealable_sv: str = ""


class DelegationRule(Row, frozen=True):
    """One line of SoL 30:6–30:11. With `condition_sv` it only holds for a part of the section."""

    act: Text
    chapter: int
    section: Text
    max_level: Level
    source: Text
    verified: bool
    condition_sv: str = ""


class UrgentPower(Row, frozen=True):
    """A statute's own power for the chair, or a member the board appointed, to decide what cannot wait."""

    act: Text
    chapter: int
    section: Text
    who: Annotated[tuple[Literal["chair", "appointed_member"], ...], msgspec.Meta(min_length=1)]
    source: Text
    verified: bool


class DecisionTypes(Row, frozen=True):
    """`decision_types.toml`."""

    schema: Literal[1]
    as_of: AsOf
    decision_type: Annotated[tuple[TypeRow, ...], msgspec.Meta(min_length=1)]
    delegation_rule: Annotated[tuple[DelegationRule, ...], msgspec.Meta(min_length=1)]
    urgent_power: Annotated[tuple[UrgentPower, ...], msgspec.Meta(min_length=1)]


class NoticeRow(Row, frozen=True):
    """What the appeal notice of one regime must say: facts, in the words of the law's own terms."""

    id: Id
    title_sv: Text
    applies_when_sv: Text
    decided_by: Text
    addressed_to: Text
    file_with: Text
    form: Text
    signature_required: bool
    content_required: tuple[Text, ...]
    content_source: tuple[Text, ...]
    time_days: Days
    who_may_appeal_sv: Text
    notice_must_state: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    notice_source: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    withheld_names_line_required: bool
    verified: bool
    court_rule: str = ""
    time_unit_sv: str = ""
    time_starts_sv: str = ""
    time_starts_public_party_sv: str = ""
    must_arrive_by: str = ""
    late_rule_sv: str = ""
    late_source: tuple[Text, ...] = ()
    forwarding_sv: str = ""
    forwarding_source: tuple[Text, ...] = ()
    opposing_party: str = ""
    leave_to_appeal_next: tuple[Text, ...] = ()
    takes_effect_sv: tuple[Text, ...] = ()
    notice_written: str = ""
    changed_decision_sv: str = ""
    grounds_fixed: tuple[Text, ...] = ()
    grounds_source: str = ""
    new_grounds_after_time: bool | None = None
    new_grounds_source: str = ""
    court_may_replace_decision: bool | None = None
    delegated_decision_rule_sv: str = ""
    privacy_sv: str = ""
    identity_note_sv: str = ""
    pre_step_sv: str = ""
    pre_step_source: str = ""
    warning_sv: str = ""
    failure_effect_sv: str = ""
    bundle_masked: Literal[False] | None = None
    bundle_rule_sv: str = ""
    next_instance: str = ""
    inferred: tuple[Text, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Everything the row rests on, each once."""
        return tuple(
            dict.fromkeys(
                source
                for source in (
                    *self.notice_source,
                    *self.content_source,
                    *self.late_source,
                    *self.forwarding_source,
                    self.grounds_source,
                    self.new_grounds_source,
                    self.pre_step_source,
                )
                if source
            )
        )


class AppealNotices(Row, frozen=True):
    """`appeal_notices.toml`."""

    schema: Literal[1]
    as_of: AsOf
    rules: dict[Id, Text]
    notice: Annotated[tuple[NoticeRow, ...], msgspec.Meta(min_length=1)]


class Provision(Row, frozen=True):
    """One provision, in our own words. `cite_sv` is how a Swedish letter cites it."""

    id: Id
    act: Text
    act_short: Text
    act_title_sv: Text
    chapter: int
    section: Text
    cite_sv: Text
    title_sv: Text
    summary_sv: Text
    verified: bool
    in_force_from: str = ""
    amended_by: str = ""
    note_sv: str = ""
    source_note: str = ""
    truncated_in_source: bool = False


class Provisions(Row, frozen=True):
    """`provisions.toml`."""

    schema: Literal[1]
    as_of: AsOf
    provision: Annotated[tuple[Provision, ...], msgspec.Meta(min_length=1)]


class SecrecyGround(Row, frozen=True):
    """A secrecy ground; `selectable = false` is never offered as a ground for masking."""

    id: Id
    act: Text
    chapter: int
    section: Text
    cite_sv: Text
    protects_sv: Text
    protects_whom: Text
    harm_test: Literal["rakt", "omvant", "absolut", "undantag"]
    harm_threshold_sv: Text
    max_years: int
    applies_to_decisions: bool
    usable_against_party: Text
    scope: Literal["casefile", "personnel"]
    selectable: bool
    verified: bool
    note_sv: str = ""
    paragraph: str = ""
    regulation: str = ""
    inferred: tuple[Text, ...] = ()


class SecrecyGrounds(Row, frozen=True):
    """`secrecy_grounds.toml`."""

    schema: Literal[1]
    as_of: AsOf
    rules: dict[str, str | bool]
    ground: Annotated[tuple[SecrecyGround, ...], msgspec.Meta(min_length=1)]


class Fl33Ground(Row, frozen=True):
    """One of the three grounds of FL 33 § 4 st."""

    id: Id
    label_sv: Text
    label_en: Text
    law: Text


class ThreatSeverity(Row, frozen=True):
    """A working level of severity; not a concept of law."""

    level: Annotated[int, msgspec.Meta(ge=1, le=4)]
    label_sv: Text
    label_en: Text
    criteria_sv: Text
    guidance_sv: Text
    source: Text


class AggravatingFactor(Row, frozen=True):
    """What makes a threat worse."""

    id: Id
    label_sv: Text
    source: Text


class Crime(Row, frozen=True):
    """A crime that a threat may be; guidance, not a legal classification."""

    id: Id
    act: Text
    chapter: int
    section: Text
    label_sv: Text
    label_en: Text
    penalty_sv: Text
    protected: Text
    elements_sv: Text
    prosecution_sv: Text
    verified: bool
    aggravated_sv: str = ""
    note_sv: str = ""


class ThreatForm(Row, frozen=True):
    """A form that threats take, with the ground of FL 33 § 4 st it comes closest to."""

    id: Id
    label_sv: Text
    label_en: Text
    description_sv: Text
    default_severity: Annotated[int, msgspec.Meta(ge=1, le=4)]
    crimes: tuple[Id, ...]
    fl33_ground: Id
    prompts: tuple[Id, ...]
    examples_sv: tuple[Text, ...]
    source: Text
    verified: bool


class Prompt(Row, frozen=True):
    """What to think of when something has happened."""

    id: Id
    text_sv: Text
    text_en: Text
    source: Text
    verified: bool
    legal: bool


class ThreatTaxonomy(Row, frozen=True):
    """`threat_taxonomy.toml`."""

    schema: Literal[1]
    as_of: AsOf
    fl33_ground: Annotated[tuple[Fl33Ground, ...], msgspec.Meta(min_length=1)]
    severity: tuple[ThreatSeverity, ...]
    aggravating_factor: tuple[AggravatingFactor, ...]
    crime: tuple[Crime, ...]
    form: tuple[ThreatForm, ...]
    prompt: tuple[Prompt, ...]


class RetentionClock(Row, frozen=True):
    """One clock of disposal; see the head of `retention.toml` for what the fields mean."""

    id: Literal["file", "child", "agreement", "kept", "plan"]
    years: Annotated[int, msgspec.Meta(ge=5)]
    source: Text
    note_sv: Text
    types: tuple[Id, ...]
    inferred: tuple[Id, ...]
    child_age: int = 0
    since: dt.date | None = None
    kept: bool = False


class RetentionClocks(Row, frozen=True):
    """`retention.toml`."""

    schema: Literal[1]
    default: Literal["file"]
    clock: Annotated[tuple[RetentionClock, ...], msgspec.Meta(min_length=1)]


class DisclosureGround(Row, frozen=True):
    """A ground for opening a sealed record; see the head of `disclosure_grounds.toml` for what the fields mean."""

    id: Id
    label_sv: Text
    label_en: Text
    asks_sv: Text
    asks_en: Text
    source: Text
    gets: Literal["recipient", "officer"]
    custodians: Literal[1, 2]
    refusal_rule: Literal["", "G25", "G30", "G35"]
    tell: Literal["before", "held"]
    hours: Annotated[int, msgspec.Meta(ge=1, le=336)]
    max_hours: Annotated[int, msgspec.Meta(ge=1, le=336)]
    advice: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1)]
    verified: bool


class DisclosureGrounds(Row, frozen=True):
    """`disclosure_grounds.toml`."""

    schema: Literal[1]
    as_of: AsOf
    ground: Annotated[tuple[DisclosureGround, ...], msgspec.Meta(min_length=1)]


class PlainWords(Row, frozen=True):
    """`plain_words.toml`: decision type id → everyday words to find it by."""

    schema: Literal[1]
    words: dict[Id, Text]
