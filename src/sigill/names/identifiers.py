"""Identifiers of anybody in a text: personal and co-ordination numbers, phone numbers, e-mail addresses.

What it does: finds them by their form; a personal number counts only with a day that can be and the right check digit
(Luhn), so that diary numbers, sums and dates are left alone.

What it does not: it does not say whose they are (`Finder` knows the staff's), nor whether a number is in use.
Reserve numbers of hospitals and numbers with a wrong check digit are not found. Sources: folkbokföringslagen
(1991:481) 18 §; lag (2022:1697) om samordningsnummer; Skatteverket SKV 704; ITU-T E.164; RFC 5321 § 4.1.2.
"""

import calendar
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

IdentifierKind: TypeAlias = Literal["personal_number", "coordination_number", "phone", "email"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier in a text: `text[start:end]`. Holds no characters of it."""

    start: int
    end: int
    kind: IdentifierKind


# Ten or twelve figures; hyphen, plus (from the year one turns a hundred), dash, space or nothing before the last four.
_NUMBER = re.compile(
    r"(?<![\w+-])(?:(?P<century>1[89]|20)[ ]?)?(?P<year>\d\d)[ ]?(?P<month>\d\d)[ ]?(?P<day>\d\d)"
    r"(?P<joint>[ \u00a0]?[-+‐‑–−][ \u00a0]?|[ \u00a0]|)(?P<last>\d{4})(?!\w|[-–]\d)"
)
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:(?:\+|00)(?!0)[1-9](?:[ \u00a0().-]{0,3}\d){6,13}"
    r"|0(?!0)\d{1,3}(?:\s?[-/–]\s?|[ \u00a0])\d{1,4}(?:[ \u00a0-]?\d{2,3}){1,3}"
    r"|\(0\d{1,3}\)[ \u00a0]?\d{2,4}(?:[ \u00a0]?\d{2,3}){1,3}"
    r"|07\d{8})(?![\w/-]|[.,]\d)"
)
_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.!#$%&'*+/=?^`{|}~-]{0,63}[\w+%-]@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w-])"
)


def identifiers(text: str) -> list[Identifier]:
    """All identifiers in `text`, sorted, not overlapping; a personal number wins over a phone number."""
    found = [*_personal_numbers(text)]
    found += [Identifier(*match.span(), "email") for match in _EMAIL.finditer(text)] if "@" in text else []
    found += [Identifier(*match.span(), "phone") for match in _PHONE.finditer(text) if _enough(match[0])]
    kept: list[Identifier] = []
    order = {"personal_number": 0, "coordination_number": 0, "email": 1, "phone": 2}
    for one in sorted(found, key=lambda one: (order[one.kind], one.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def luhn(figures: str) -> bool:
    """Whether a row of decimal figures ends in its check digit (ISO/IEC 7812-1 annex B)."""
    total = 0
    for at, figure in enumerate(reversed(figures)):
        value = int(figure) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _personal_numbers(text: str) -> list[Identifier]:
    found = []
    for match in _NUMBER.finditer(text):
        year, month, day, last = (match[name] for name in ("year", "month", "day", "last"))
        number = int(day)
        kind: IdentifierKind = "personal_number"
        if number > 60:
            number, kind = number - 60, "coordination_number"
        if not luhn(year + month + day + last) or not 1 <= int(month) <= 12:
            continue
        # Without a century both leap years and others are possible: 29 February always passes.
        full = int(match["century"] + year) if match["century"] else 2000
        if 1 <= number <= calendar.monthrange(full, int(month))[1]:
            found.append(Identifier(*match.span(), kind))
    return found


def _enough(phone: str) -> bool:
    return 7 <= sum(char.isdigit() for char in phone) <= 15
