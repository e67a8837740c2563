"""What a rule is: an id, its source in law, how hard it binds, and one small function per kind of thing it
judges."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sigill.decision.legal import Finding, Severity


@dataclass(frozen=True, slots=True)
class Remark:
    """What a check has to say: where, and one sentence in each language. Never a person's name; staff ids are
    fine.

    Args:
        place: the key it concerns, for instance `withhold[0].facts`.
        sv, en: the sentence, Swedish and English.
        severity, source: where they differ from the rule's own.
    """

    place: str
    sv: str
    en: str
    severity: Severity | None = None
    source: str = ""


Check = Callable[[Any], Iterable[Remark]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the gate.

    Args:
        id: `G01` …, as in docs/law.md; never used again for something else.
        severity: how a finding binds when the check does not say otherwise.
        source: the paragraphs the rule rests on; `[I]` marks an inference.
        provisions: ids of those paragraphs in `data/provisions.toml`.
        title_sv, title_en: what the rule asks for, in half a sentence.
        checks: type of the thing judged → the check. Each takes that thing and yields remarks.
    """

    id: str
    severity: Severity
    source: str
    provisions: tuple[str, ...]
    title_sv: str
    title_en: str
    checks: Mapping[type, Check]

    def judge(self, subject: object) -> tuple[Finding, ...]:
        """All findings on `subject`; empty when the rule has nothing against it or does not concern it."""
        check = self.checks.get(type(subject))
        if check is None:
            return ()
        return tuple(
            Finding(
                rule=self.id,
                severity=remark.severity or self.severity,
                source=remark.source or self.source,
                message_sv=remark.sv,
                message_en=remark.en,
                place=remark.place,
            )
            for remark in check(subject)
        )


def word_count(text: str) -> int:
    """Words with at least two letters; digits and marks alone do not explain anything."""
    return sum(sum(char.isalpha() for char in word) >= 2 for word in text.split())


def blank(text: str | None) -> bool:
    """Whether nothing readable stands there."""
    return not (text and text.strip())


def later(one: dt.date | None, other: dt.date) -> bool:
    """Whether a date is known and after another."""
    return one is not None and one > other
