"""What the law room finds out, as values other rooms may hold: findings, decision types, appeal notices, threats."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass


class Severity(enum.StrEnum):
    """How a finding binds."""

    BLOCK = "block"  # the law does not allow it; nothing can be issued
    REQUIRE = "require"  # something the law requires is missing; nothing can be issued until it is there
    NOTE = "note"  # for the reader; stops nothing


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the gate found.

    Args:
        rule: the rule's id, `G01` … (see docs/law.md).
        severity: see `Severity`.
        source: the paragraphs it rests on, for instance `FL 31 §; JO 8000-2016`.
        message_sv, message_en: one sentence each, with no person's name (staff ids are fine).
        place: the case key it concerns, for instance `withhold[0].facts`.
    """

    rule: str
    severity: Severity
    source: str
    message_sv: str
    message_en: str
    place: str = ""

    @property
    def stops(self) -> bool:
        """Whether nothing may be issued because of it."""
        return self.severity is not Severity.NOTE


@dataclass(frozen=True, slots=True)
class DecisionType:
    """One kind of decision: who may take it and how it is appealed (from `law/data/decision_types.toml`).

    Args:
        retention_years: the record's earliest disposal, in years from the decision; 0 = kept (`retention.toml`).
    """

    id: str
    title_sv: str
    title_en: str
    act: str
    chapter: int
    section: str
    decides: tuple[str, ...]
    delegable_to_employee: bool
    max_delegation: str
    urgent_chair: bool
    urgent_basis: str
    appeal: str
    appeal_days: int
    appeal_source: str
    delegation_source: str
    note_sv: str
    court_review: str = ""
    employee_by_appointment: bool = False
    secrecy_26_1_exempt: bool = False
    inferred: tuple[str, ...] = ()
    retention_years: int = 5


@dataclass(frozen=True, slots=True)
class AppealNotice:
    """What the appeal notice of one regime must say, ready to set: sentences, in Swedish, in order.

    Args:
        regime: `forvaltningsratten_besvar`, `laglighetsprovning`, `kammarratten`, `not_appealable` …
        heading_sv: the heading, for instance "Hur man överklagar".
        paragraphs_sv: the notice's text.
        last_day: the last day to appeal when it can be known now, else None (it runs from receipt).
        sources: the paragraphs it rests on.
    """

    regime: str
    heading_sv: str
    paragraphs_sv: tuple[str, ...]
    last_day: dt.date | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crime:
    """A crime that a threat may be; guidance, never a legal classification.

    Args:
        source: where it stands, for instance `BrB 17:1`.
        prosecution_sv: who brings it to court.
    """

    id: str
    source: str
    label_sv: str
    label_en: str
    penalty_sv: str
    prosecution_sv: str


@dataclass(frozen=True, slots=True)
class ThreatForm:
    """A form that threats take.

    Args:
        severity: the level it usually has, 1–4.
        ground: which ground of FL 33 § 4 st it comes closest to.
        crimes, prompts: ids in the `Typology`.
    """

    id: str
    label_sv: str
    label_en: str
    description_sv: str
    severity: int
    ground: str
    crimes: tuple[str, ...]
    prompts: tuple[str, ...]
    examples_sv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeverityLevel:
    """A working level of severity, 1 (discomfort) to 4 (acute); no concept of law."""

    level: int
    label_sv: str
    label_en: str
    criteria_sv: str
    guidance_sv: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to think of when something has happened. `legal`: a statute says so."""

    id: str
    text_sv: str
    text_en: str
    source: str
    legal: bool


@dataclass(frozen=True, slots=True)
class Typology:
    """Threats as the law data sorts them (`law/data/threat_taxonomy.toml`); each mapping goes from id to value.

    Args:
        grounds: the three grounds of FL 33 § 4 st, id to label in Swedish and English.
        factors: what makes a threat worse, id to Swedish label.
    """

    grounds: Mapping[str, tuple[str, str]]
    severities: Mapping[int, SeverityLevel]
    factors: Mapping[str, str]
    crimes: Mapping[str, Crime]
    forms: Mapping[str, ThreatForm]
    prompts: Mapping[str, Prompt]
