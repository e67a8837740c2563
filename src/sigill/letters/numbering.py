"""List numbers as Word counts them (ISO/IEC 29500-1, 17.9), for headings and lists the model cannot number
itself.

Counts per list definition and level, with starts, start overrides and restarts after a higher level. Knows
decimal, letters and roman figures; any other format counts in decimals.
"""

import re
from dataclasses import dataclass

from lxml import etree

from sigill.letters.pandoc import count_as

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STYLES = {
    "lowerLetter": "LowerAlpha",
    "upperLetter": "UpperAlpha",
    "lowerRoman": "LowerRoman",
    "upperRoman": "UpperRoman",
}


@dataclass(frozen=True, slots=True)
class Label:
    """What stands before a numbered paragraph; `simple` if a plain list (1. 2. 3. or bullets) says the
    same."""

    text: str
    simple: bool


@dataclass(slots=True)
class _Level:
    start: int = 1
    style: str = "decimal"
    pattern: str = ""


class Numbering:
    """The running count of one document's lists.

    Args:
        root: `numbering.xml`, or None.
    """

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._overrides: dict[str, dict[int, int]] = {}
        if root is None:
            return
        for abstract in root.iterchildren(f"{_W}abstractNum"):
            levels = {_int(lvl.get(f"{_W}ilvl"), 0): _level(lvl) for lvl in abstract.iterchildren(f"{_W}lvl")}
            self._levels[abstract.get(f"{_W}abstractNumId", "")] = levels
        for num in root.iterchildren(f"{_W}num"):
            number = num.get(f"{_W}numId", "")
            self._abstract[number] = _value(num, "abstractNumId") or ""
            for override in num.iterchildren(f"{_W}lvlOverride"):
                start = _value(override, "startOverride")
                if start is not None:
                    at = _int(override.get(f"{_W}ilvl"), 0)
                    self._overrides.setdefault(number, {})[at] = _int(start, 1)

    def advance(self, number: str, at: int) -> Label | None:
        """Count one paragraph of list `number` (w:numId) on level `at` (0–8); None if there is no such
        list."""
        abstract = self._abstract.get(number)
        levels = self._levels.get(abstract or "")
        if abstract is None or levels is None or at not in levels:
            return None
        counts = self._counts.setdefault(abstract, {})
        override = self._overrides.get(number, {}).pop(at, None)
        level = levels[at]
        if override is not None:
            counts[at] = override
        else:
            counts[at] = counts[at] + 1 if at in counts else level.start
        for deeper in [one for one in counts if one > at]:
            del counts[deeper]
        if level.style == "none" or (level.style != "bullet" and not level.pattern):
            return Label("", simple=False)
        if level.style == "bullet":
            return Label("•", simple=True)
        text = re.sub(r"%([1-9])", lambda match: self._figure(levels, counts, int(match[1]) - 1), level.pattern)
        return Label(text.strip(), simple=level.style == "decimal" and level.pattern in (f"%{at + 1}.", f"%{at + 1})"))

    @staticmethod
    def _figure(levels: dict[int, _Level], counts: dict[int, int], at: int) -> str:
        level = levels.get(at, _Level())
        count = counts.get(at, level.start)
        if level.style == "decimalZero":
            return f"{count:02d}"
        return count_as(count, _STYLES[level.style]) if level.style in _STYLES else str(count)


def _level(source: etree._Element) -> _Level:
    return _Level(
        _int(_value(source, "start"), 0),  # 17.9.25: 0 where nothing is said
        _value(source, "numFmt") or "decimal",
        _value(source, "lvlText") or "",
    )


def _value(source: etree._Element, tag: str) -> str | None:
    found = source.find(f"{_W}{tag}")
    return found.get(f"{_W}val") if found is not None else None


def _int(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdigit() and len(text) < 6 else otherwise
