"""What the values of this room have in common, and how a finding of it is made."""

import msgspec

from sigill.decision.legal import Finding, Severity

FACT_WORDS = 6
"""Fewer words than this name a ground but tell nothing (the gate's G17 asks for as many)."""


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Immutable, goes to JSON and back, and its `repr` is its type's name: the values hold facts about people."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


def words(text: str) -> int:
    """How many words `text` has."""
    return len(text.split())


def remark(
    rule: str, source: str, place: str, message_sv: str, message_en: str, severity: Severity = Severity.REQUIRE
) -> Finding:
    """A finding of this room."""
    return Finding(rule, severity, source, message_sv, message_en, place)
