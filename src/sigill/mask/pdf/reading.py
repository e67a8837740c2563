"""Runs the finder over everything a page says, in every order it can be read, and brings hits back to glyphs.

Readings: paragraphs as they are read (visual order, lines joined, with and without the hyphen at a line's end), lines
across cells, letter-spaced text closed up, drawing order, a font's second reading where its maps disagree, and the
last lines of a page with the first of the next. A hit in any of them takes the glyphs out of all.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sigill.mask.pdf.display import Show
from sigill.mask.pdf.lines import Paragraph, Segment, goes_on
from sigill.mask.report import Report

HYPHENS = "-\u00ad\u2010\u2011"


class Span(Protocol):
    """What a finder finds; see `sigill.names`."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def certainty(self) -> str: ...


class Finder(Protocol):
    """Finds the hidden people in text."""

    def find(self, text: str) -> Sequence[Span]: ...
    def for_document(self, text: str) -> "Finder": ...


@dataclass(slots=True)
class Hits:
    """Glyphs to take out: for each piece of text the indices of its glyphs."""

    glyphs: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    shows: dict[int, Show] = field(default_factory=dict)

    def add(self, show: Show, glyph: int) -> None:
        if show.parts is not None:
            part = show.parts[glyph] if len(show.parts) > 1 else show.parts[0]
            self.add(part, 0 if len(show.parts) > 1 else glyph)
            return
        self.glyphs[id(show)].add(glyph)
        self.shows[id(show)] = show

    def __bool__(self) -> bool:
        return bool(self.glyphs)


class Builder:
    """Joins pieces to a text and remembers which character came from where.

    Attributes:
        own: where the paragraphs end and the other readings begin.
        crossing: ranges of readings that only join differently; in them a find counts if it crosses a joint, because
            what lies within a piece was judged where it stands among its own neighbours.
        joints: offsets of those joints.
    """

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.starts: list[int] = []
        self.sources: list[Show | None] = []
        self.skipped: list[int] = []
        self.own = 0
        self.joints: list[int] = []
        self.crossing: list[tuple[int, int]] = []

    def add(self, text: str, show: Show | None = None, skipped: int = 0) -> None:
        """Add characters; `skipped` of their piece's characters come before them."""
        if text:
            self.starts.append(self.length)
            self.sources.append(show)
            self.skipped.append(skipped)
            self.parts.append(text)
            self.length += len(text)

    def segment(self, segment: Segment, start: int = 0, end: int | None = None) -> None:
        """Add a line, or its characters start..end."""
        text = segment.read()
        end = len(text) if end is None else end
        at = start
        for begin, show in zip(segment.starts, segment.shows, strict=True):
            stop = min(begin + len(show.text), end)
            if begin >= end or (show.text and stop <= at):
                continue
            if begin > at:
                self.add(text[at:begin])
                at = begin
            self.add(text[at:stop], show, at - begin)
            at = stop

    def joint(self, gap: str) -> None:
        """Join what came with what comes, by a gap that no other reading has there."""
        self.joints.append(self.length)
        self.add(gap)

    def counts(self, start: int, end: int) -> bool:
        """Whether a find is to be believed: see `crossing`."""
        if not any(low <= start < high for low, high in self.crossing):
            return True
        i = bisect_right(self.joints, start)
        return i < len(self.joints) and self.joints[i] < end

    def text(self) -> str:
        return "".join(self.parts)

    def mark(self, start: int, end: int, hits: Hits) -> None:
        """Mark the glyphs behind characters start..end."""
        i = max(0, bisect_right(self.starts, start) - 1)
        while i < len(self.starts) and self.starts[i] < end:
            show = self.sources[i]
            if show is not None:
                base, skipped = self.starts[i], self.skipped[i]
                to_glyph = show.char_to_glyph()
                size = len(self.parts[i])
                for char in range(max(0, start - base), min(size, end - base)):
                    if char + skipped < len(to_glyph):
                        hits.add(show, to_glyph[char + skipped])
            i += 1


def _paragraph(builder: Builder, paragraph: Paragraph, keep_hyphen: bool) -> bool:
    """Add a paragraph with its lines joined; returns whether a line ends with a hyphen."""
    hyphenated = False
    lines = paragraph.segments
    for i, segment in enumerate(lines):
        text = segment.read()
        stripped = text.rstrip()
        broken = i + 1 < len(lines) and stripped[-1:] in HYPHENS and stripped != ""
        hyphenated |= broken
        if broken:
            builder.segment(segment, 0, len(stripped) - (0 if keep_hyphen else 1))
        else:
            builder.segment(segment)
            if i + 1 < len(lines) and text[-1:] != " ":
                builder.add(" ")
    return hyphenated


Context = dict[int, tuple[str, str]]
"""Id of a paragraph → what stands right before and right after it on another page."""


def build(
    paragraphs: Sequence[Paragraph], shows: Sequence[Show], actual: Sequence[str], context: Context | None = None
) -> Builder:
    """All readings of one page as one text, separated by blank lines.

    Args:
        paragraphs, shows, actual: of the page.
        context: words of the neighbouring pages; they help to tell people apart and belong to no glyph here.

    Returns:
        the builder; its `own` is where the paragraphs end and the other readings begin.
    """
    builder = Builder()
    hyphenated = []
    for paragraph in paragraphs:
        before, after = (context or {}).get(id(paragraph), ("", ""))
        if before:
            builder.add(before + " ")
        if _paragraph(builder, paragraph, True):
            hyphenated.append(paragraph)
        if after:
            builder.add(" " + after)
        builder.add("\n\n")
    builder.own = builder.length
    for paragraph in hyphenated:
        _paragraph(builder, paragraph, False)
        builder.add("\n\n")
    _closed_up(builder, paragraphs)
    _second(builder, paragraphs)
    start = builder.length
    _across(builder, paragraphs)
    _below(builder, paragraphs)
    _drawn(builder, paragraphs, shows)
    builder.crossing.append((start, builder.length))
    for text in actual:
        if text:
            builder.add(text)
            builder.add("\n\n")
    return builder


def _across(builder: Builder, paragraphs: Sequence[Paragraph]) -> None:
    """Lines that run over several cells."""
    rows: dict[tuple[float, int], list[Segment]] = defaultdict(list)
    for paragraph in paragraphs:
        for segment in paragraph.segments:
            rows[segment.angle, segment.line].append(segment)
    for row in rows.values():
        if len(row) > 1:
            for segment in sorted(row, key=lambda s: s.x0):
                builder.segment(segment)
                builder.joint("  ")
            builder.add("\n\n")


_REACH = 48
"""Characters of a line's end and the next one's beginning that are read together."""


def _below(builder: Builder, paragraphs: Sequence[Paragraph]) -> None:
    """The end of a paragraph with the beginning of what stands under it: not every break of a line is understood."""
    cells = Counter((s.angle, s.line) for p in paragraphs for s in p.segments)
    heads: dict[tuple[float, int], list[Segment]] = defaultdict(list)
    for paragraph in paragraphs:
        head = paragraph.segments[0]
        heads[head.angle, round(head.x0 / 36)].append(head)
    for paragraph in paragraphs:
        last = paragraph.segments[-1]
        column = round(last.x0 / 36)
        below = [
            head
            for near in (column - 1, column, column + 1)
            for head in heads.get((last.angle, near), ())
            if 0.5 * last.em < last.y - head.y < 2.6 * last.em
        ]
        if not below:
            continue
        head = max(below, key=lambda s: s.y)
        if cells[last.angle, last.line] > 1 and cells[head.angle, head.line] > 1:
            continue  # rows of a table: what stands in one has nothing to do with the next
        text = last.read().rstrip()
        start = text.rfind(" ", 0, max(0, len(text) - _REACH)) + 1  # whole words, lest a part be taken for a name
        following = head.read()
        stop = following.find(" ", _REACH)
        for keep in (True, False) if text[-1:] and text[-1:] in HYPHENS else (True,):
            builder.segment(last, start, len(text) - (0 if keep else 1))
            builder.joint("" if text[-1:] and text[-1:] in HYPHENS else " ")
            builder.segment(head, 0, stop if stop >= 0 else None)
            builder.add("\n\n")


def _closed_up(builder: Builder, paragraphs: Sequence[Paragraph]) -> None:
    """Letter-spaced lines: most "words" are one letter; the wider gaps are the word gaps."""
    for paragraph in paragraphs:
        for segment in paragraph.segments:
            words = segment.read().split()
            if len(words) < 4 or sum(len(word) == 1 for word in words) < 0.6 * len(words):
                continue
            gaps = [b.x - a.end for a, b in zip(segment.shows, segment.shows[1:], strict=False)]
            middle = sorted(gaps)[len(gaps) // 2] if gaps else 0.0
            for i, show in enumerate(segment.shows):
                if i and gaps[i - 1] > 1.5 * middle + 0.05 * show.em:
                    builder.add(" ")
                if show.text.strip():
                    builder.add(show.text, show)
                elif gaps and middle <= 0:
                    continue
            builder.add("\n\n")


def _drawn(builder: Builder, paragraphs: Sequence[Paragraph], shows: Sequence[Show]) -> None:
    """Drawing order, if it is not the order of reading; single letters are joined wherever they stand."""
    read = "".join("".join(s.read().split()) for p in paragraphs for s in p.segments)
    drawn = "".join("".join(show.text.split()) for show in shows)
    if read == drawn:
        return
    before: Show | None = None
    for show in shows:
        if before is not None:
            near = abs(before.y - show.y) < 0.3 * show.em and -0.2 * show.em < show.x - before.end < 0.17 * show.em
            scattered = len(before.text.strip()) <= 2 and len(show.text.strip()) <= 2
            if near:
                pass
            elif scattered:
                builder.joint("")
            else:
                builder.joint(" ")
        builder.add(show.text, show)
        before = show
    builder.add("\n\n")


def _second(builder: Builder, paragraphs: Sequence[Paragraph]) -> None:
    """Lines in a font whose maps disagree, read the other way."""
    for paragraph in paragraphs:
        for segment in paragraph.segments:
            if not any(show.font.other for show in segment.shows):
                continue
            before: Show | None = None
            for show in segment.shows:
                if before is not None and show.x - before.end > 0.17 * show.em:
                    builder.add(" ")
                other = show.font.other
                reading = show.font.reading
                for i, code in enumerate(show.codes):
                    text = other.get(code) or reading[code]
                    builder.add(text, _OneGlyph(show, i, text))  # type: ignore[arg-type]
                before = show
            builder.add("\n\n")


class _OneGlyph:
    """Stands for one glyph of a piece in a reading that spells it differently."""

    def __init__(self, show: Show, glyph: int, text: str) -> None:
        self.parts = None
        self._show, self._glyph, self.text = show, glyph, text

    def char_to_glyph(self) -> "list[int]":
        return [0] * len(self.text)

    def resolve(self, hits: Hits) -> None:
        hits.add(self._show, self._glyph)


def find(builder: Builder, finder: Finder, part: str, report: Report, hits: Hits) -> list[tuple[int, int]]:
    """Find and mark.

    Returns:
        the character ranges found in the readings that have no glyphs of their own (replacement texts).
    """
    loose: list[tuple[int, int]] = []
    text = builder.text()
    for span in finder.find(text):
        if not builder.counts(span.start, span.end):
            continue
        if span.certainty == "review":
            if span.start < builder.own:
                report.review.append((part, span.kind))
            continue
        before = len(hits.glyphs), sum(map(len, hits.glyphs.values()))
        builder.mark(span.start, span.end, hits)
        _resolve(hits)
        after = len(hits.glyphs), sum(map(len, hits.glyphs.values()))
        if after != before:
            report.took(part, span.kind)
        elif span.start >= builder.own:
            loose.append((span.start, span.end))
    return loose


def _resolve(hits: Hits) -> None:
    for key, show in list(hits.shows.items()):
        if isinstance(show, _OneGlyph):
            del hits.shows[key], hits.glyphs[key]
            show.resolve(hits)


def joint(foot: Sequence[Paragraph], head: Sequence[Paragraph]) -> tuple[Paragraph, Paragraph] | None:
    """The paragraph that goes on over a page's end, as its two parts.

    Args:
        foot, head: the lowest paragraphs of one page and the highest of the next, top down.
    """
    for above in reversed(foot):
        for below in head:
            if goes_on(above, below):
                return above, below
    return None


def across_pages(
    last: Sequence[Paragraph], first: Sequence[Paragraph], finder: Finder,
    mark: Callable[[Builder, int, int, int], None],
) -> None:  # fmt: skip
    """Look for what begins on one page and ends on the next.

    Args:
        last, first: paragraphs at the foot of one page and at the head of the next.
        mark: called with the builder, the joint, start and end of each find that crosses it.
    """
    for paragraph in last:
        for other in first:
            builder = Builder()
            above, below = paragraph.segments[-1], other.segments[0]
            builder.segment(above)
            builder.add("" if above.read()[-1:] in (" ", *HYPHENS) else " ")
            joint = builder.length
            builder.segment(below)
            for span in finder.find(builder.text()):
                if span.start < joint < span.end and span.certainty == "certain":
                    mark(builder, joint, span.start, span.end)
