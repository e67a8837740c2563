"""Lines that were wrapped by hand (or by a scanner's typewriter): found, so that they can be wrapped anew.

A longer name wraps a paragraph elsewhere; masked, the line breaks would still tell its length. This module says
which lines of a text belong to one wrapped paragraph. It reads widths only; `text` and `image` do the rest.

It is a judgement: two short lines under a letter (a name, a title) are left apart, and so is a paragraph of two
lines when nothing else in the text was wrapped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LONGEST = 100
"""Characters: longer lines are paragraphs in one line."""
SHORTEST = 55
"""Characters: narrower texts were not wrapped, their lines ended."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Args:
        length: its width, in characters (of average width, for a picture).
        first: the width of its first word.
        mark: what neighbours of one paragraph have in common (indent, quote marks); None for a blank line.
        touched: whether it holds a hit.
    """

    length: float
    first: float
    mark: str | None
    touched: bool


def paragraphs(lines: Sequence[Line], *, shortest: float = SHORTEST) -> list[list[int]]:
    """Group line numbers: lines that were one wrapped paragraph with a hit together, all others alone.

    Args:
        shortest: texts narrower than this many characters were not wrapped.
    """
    width = _width([line for line in lines if not line.touched], shortest)
    groups: list[list[int]] = []
    at = 0
    while at < len(lines):
        end = at + 1
        while end < len(lines) and lines[at].mark is not None and lines[end].mark == lines[at].mark:
            end += 1
        numbers = list(range(at, end))
        if any(lines[number].touched for number in numbers):
            groups += _wrapped(lines, numbers, width, shortest)
        else:
            groups += [[number] for number in numbers]
        at = end
    return groups


def _width(lines: Sequence[Line], shortest: float) -> float:
    """How wide these lines were wrapped; 0 if they show no sign of it."""
    longest = max((line.length for line in lines if line.length <= LONGEST), default=0)
    full = sum(
        _full(line, after, longest)
        for line, after in pairwise(lines)
        if line.mark is not None and after.mark is not None
    )
    return longest if longest >= shortest and full >= 2 else 0


def _full(line: Line, after: Line, width: float) -> bool:
    """Whether the first word of `after` would not have fitted behind `line`, and `line` is fairly full."""
    return 0.7 * width <= line.length <= LONGEST and line.length + 1 + after.first > width


def _wrapped(lines: Sequence[Line], numbers: list[int], width: float, shortest: float) -> list[list[int]]:
    longest = max(lines[number].length for number in numbers)
    if not width and any(line.length > LONGEST for line in lines):
        # Paragraphs stand in one line here: nothing was wrapped by hand.
        return [[number] for number in numbers]
    if not shortest <= longest <= (width + 8 if width else LONGEST):
        return [[number] for number in numbers]
    limit = max(width, longest)
    groups: list[list[int]] = []
    for number in numbers:
        if groups and _full(lines[groups[-1][-1]], lines[number], limit):
            groups[-1].append(number)
        else:
            groups.append([number])
    # Two full lines may be chance where nothing else in the text was wrapped.
    least = 2 if width else 3
    result: list[list[int]] = []
    for group in groups:
        result += [group] if len(group) >= least else [[number] for number in group]
    return result
