"""Text that a format keeps in pieces, read and masked as one.

Does: joins the pieces of a paragraph (runs, tabs, breaks) and the paragraphs of a part into one text, asks the
finder once, and writes the label back into the pieces, so that a name split over ten runs is one name and
leaves one label. Looks again afterwards: what is still found is masked again, and what will not go is `Blocked`.

Does not: know any file format, and does not decide what is a name; the finder does. A hit the finder wants a
human to look at (`certainty == "review"`) is left where it is and reported.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sigill.errors import N_, Blocked
from sigill.mask.report import Report


class FoundSpan(Protocol):
    """What the finder says about one mention: `text[start:end]`, of which kind, how sure."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def certainty(self) -> str: ...


class NameFinder(Protocol):
    """What masking needs from `sigill.names.find.Finder`."""

    def find(self, text: str) -> Sequence[FoundSpan]:
        """Mentions in `text`, sorted, not overlapping."""
        ...

    def for_document(self, text: str) -> "NameFinder":
        """The same finder, knowing what else stands in the document."""
        ...


class Piece:
    """One stretch of text and how to put another in its place.

    Args:
        text: what it holds; a tab or break is a piece of one character.
        write: puts a new text there; `""` takes the piece away.
    """

    __slots__ = ("text", "write")

    def __init__(self, text: str, write: Callable[[str], None]) -> None:
        self.text = text
        self.write = write


Block = list[Piece]
"""A paragraph or a cell: the pieces of one line of thought. Between two blocks the finder sees a line break."""

BETWEEN = "\n"
"""Stands between blocks in the joined text."""

_ROUNDS = 4


def words(text: str) -> frozenset[str]:
    """The words of `text` as a set: a readable way to write an allow-list."""
    return frozenset(text.split())


def joined(blocks: Iterable[Block]) -> str:
    """The text of `blocks`, a line break between two."""
    return BETWEEN.join("".join(piece.text for piece in block) for block in blocks)


def mask_blocks(blocks: Sequence[Block], finder: NameFinder, label: str, report: Report, part: str) -> set[int]:
    """Put the label where the finder finds the person, across pieces and blocks.

    A mention that runs over several blocks leaves one label in each of them.

    Args:
        part: what the report calls this place.
    Returns:
        the indices of the blocks that were touched.
    Raises:
        Blocked: after several rounds something is still found.
    """
    touched: set[int] = set()
    for turn in range(_ROUNDS):
        spans = _sure(finder, joined(blocks), label, report if turn == 0 else None, part)
        spans = _best(spans, _glued(blocks, finder, label, part))
        if not spans:
            return touched
        for span in spans:
            report.took(part, span.kind)
        touched |= _write(blocks, [(span.start, span.end) for span in spans], label)
    raise Blocked(
        N_("A name that was taken out is found again each time."),
        N_("A human must look at this part."),
        place=part,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """A mention in the joined text."""

    start: int
    end: int
    kind: str
    certainty: str


def _sure(finder: NameFinder, text: str, label: str, report: Report | None, part: str) -> list[_Found]:
    spans = []
    for span in finder.find(text):
        if span.certainty == "review":
            if report is not None:
                report.review.append((part, N_("may be the person; left for a human")))
        elif text[span.start : span.end].strip(" \t\r\n") not in ("", label):
            spans.append(_Found(span.start, span.end, span.kind, span.certainty))
    return spans


def _glued(blocks: Sequence[Block], finder: NameFinder, label: str, part: str) -> list[_Found]:
    """What is whole in one piece but runs into its neighbours' text without a space.

    Only mentions of several words count here: a piece may be cut anywhere in an innocent word.
    """
    alone: list[Block] = []
    shifts: list[tuple[int, int]] = []
    at = there = 0
    for block in blocks:
        for piece in block:
            if len(block) > 1 and " " in piece.text.strip():
                alone.append([piece])
                shifts.append((there, at - there))
                there += len(piece.text) + len(BETWEEN)
            at += len(piece.text)
        at += len(BETWEEN)
    if not alone:
        return []
    text = joined(alone)
    found = []
    for span in _sure(finder, text, label, None, part):
        inside = text[span.start : span.end]
        if BETWEEN not in inside and " " in inside.strip():
            shift = shifts[bisect_right(shifts, span.start, key=lambda one: one[0]) - 1][1]
            found.append(_Found(span.start + shift, span.end + shift, span.kind, span.certainty))
    return found


def _best(spans: list[_Found], glued: list[_Found]) -> list[_Found]:
    """Of overlapping mentions the surer one, of two equally sure the longer one. Each list has no overlaps."""
    for one in glued:
        rivals = [span for span in spans if span.start < one.end and one.start < span.end]
        if all(_rank(one) > _rank(rival) for rival in rivals):
            spans = [span for span in spans if span not in rivals] + [one]
    return sorted(spans, key=lambda span: span.start)


def _rank(span: _Found) -> tuple[bool, int]:
    return (span.certainty == "certain", span.end - span.start)


def _write(blocks: Sequence[Block], spans: Sequence[tuple[int, int]], label: str) -> set[int]:
    """Replace `spans` of the joined text. Returns the touched blocks."""
    touched = set()
    at = 0
    first = 0
    for index, block in enumerate(blocks):
        length = sum(len(piece.text) for piece in block)
        while first < len(spans) and spans[first][1] <= at:
            first += 1
        text = "".join(piece.text for piece in block)
        cuts = []
        for start, end in spans[first:]:
            if start >= at + length:
                break
            low, high = max(start - at, 0), min(end - at, length)
            inside = text[low:high]
            if inside.strip():
                low += len(inside) - len(inside.lstrip())
                cuts.append((low, high - (len(inside) - len(inside.rstrip()))))
        if cuts:
            _write_block(block, cuts, label)
            touched.add(index)
        at += length + len(BETWEEN)
    return touched


def _write_block(block: Block, cuts: Sequence[tuple[int, int]], label: str) -> None:
    at = 0
    for piece in block:
        start, end = at, at + len(piece.text)
        at = end
        parts = []
        position = start
        for low, high in cuts:
            if high <= start or low >= end:
                continue
            parts.append(piece.text[position - start : max(low, start) - start])
            if low >= start:
                parts.append(label)
            position = min(high, end)
        if not parts:
            continue
        parts.append(piece.text[position - start :])
        piece.text = "".join(parts)
        piece.write(piece.text)


def mask_string(text: str, finder: NameFinder, label: str, report: Report, part: str) -> str:
    """`text` with the label where the person is found."""
    result = [text]

    def write(new: str) -> None:
        result[0] = new

    mask_blocks([[Piece(text, write)]], finder, label, report, part)
    return result[0]


_APART = "\n\x1f\n"
"""Stands between values that have nothing to do with one another."""


def hits(values: Iterable[str], finder: NameFinder) -> set[str]:
    """Those of `values` in which the person is found, each looked at for itself.

    One search over all of them first, because most parts have thousands of values and not one hit.
    """
    distinct = [value for value in dict.fromkeys(values) if len(value) > 1]
    text = _APART.join(distinct)
    near: set[str] = set()
    spans = [span for span in finder.find(text) if span.certainty != "review"]
    if not spans:
        return near
    at = 0
    ends = []
    for value in distinct:
        ends.append((at, at + len(value), value))
        at += len(value) + len(_APART)
    waiting = iter(spans)
    span = next(waiting, None)
    for start, end, value in ends:
        while span is not None and span.end <= start:
            span = next(waiting, None)
        if span is None:
            break
        if span.start < end and any(one.certainty != "review" for one in finder.find(value)):
            near.add(value)
    return near
