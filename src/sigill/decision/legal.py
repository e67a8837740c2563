"""What the law room finds out, as values that other rooms may hold: findings, decision types, appeal notices."""

import datetime as dt
import enum
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
    """One kind of decision: who may take it and how it is appealed (from `law/data/decision_types.toml`)."""

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
