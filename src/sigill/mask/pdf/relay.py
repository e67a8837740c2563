"""Lays a touched paragraph out again: from its own left edge, with natural advances, one word space and the label.

Nothing of how the source placed its words is used but the first baseline, the measure and the distance of lines, so
that the width of what stood there can't be read from what stands there now. Kerning and justification are given up
in these paragraphs for that reason.
"""

import itertools
import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sigill.mask.pdf.display import IDENTITY, Gfx, Show
from sigill.mask.pdf.fonts import UNREAD
from sigill.mask.pdf.lines import Paragraph, Segment, _spaced
from sigill.mask.pdf.reading import HYPHENS

_SPACES = frozenset(" \u00a0\u2002\u2003\u2009\u202f\t")
_CLAUSES = ("och", "eller", "samt", "respektive", "till", "and", "or")


@dataclass(slots=True)
class Style:
    """How a run of glyphs is drawn. Never changed once made.

    Args:
        size: in points on the page.
        shape: the text matrix without size and place (a, b, c, d), four decimals.
        rise: in points.
        mode: Tr, without clipping.
        gfx: colours and the rest; its matrix is not used.
    """

    size: float
    shape: tuple[float, float, float, float]
    rise: float
    mode: int
    gfx: Gfx


@dataclass(slots=True)
class Run:
    """Glyphs of one font and style at one place.

    Args:
        x, y: on the page.
        adjust: (index, thousandths) before the glyph at index, as in TJ.
        advance: the glyphs' widths in points, to know where it ends.
    """

    font: Any
    style: Style
    codes: list[int]
    x: float
    y: float
    adjust: list[tuple[int, float]] = field(default_factory=list)


@dataclass(slots=True)
class Laid:
    """A paragraph laid out again.

    Args:
        lines: runs per line, top down.
        paragraph: what it replaces.
        order: its place in drawing order.
        leading: distance of its lines, in points.
    """

    lines: list[list[Run]]
    paragraph: Paragraph
    order: int
    leading: float = 0.0


@dataclass(slots=True)
class _Glyph:
    font: Any
    code: int
    style: Style
    width: float
    text: str


@dataclass(slots=True)
class _Word:
    glyphs: list[_Glyph]
    space: float = 0.0
    style: Style | None = None
    font: Any = None
    width: float = 0.0

    def __post_init__(self) -> None:
        self.width = sum([glyph.width for glyph in self.glyphs])


def style_of(show: Show, keep_clip: bool = False) -> Style:
    """The style of a piece of text."""
    a, b, c, d, _, _ = show.matrix
    size = round(abs(show.size) * math.hypot(c, d), 3) or 0.001
    sign = -1 if show.size < 0 else 1
    scale = abs(show.size) / size
    th = show.spacing[2]
    scale *= sign
    shape = (_four(a * th * scale), _four(b * th * scale), _four(c * scale), _four(d * scale))
    rise = round(show.rise * math.hypot(c, d), 3)
    mode = show.mode & 3  # 4 to 7 paint like 0 to 3 and clip as well
    gfx = show.gfx
    box, others = gfx.clip
    inside = not others and (box is None or _inside(show, box))
    return Style(
        size, shape, rise, mode, replace(gfx, ctm=IDENTITY, clip=gfx.clip if keep_clip or not inside else (None, ()))
    )


def _four(value: float) -> float:
    return round(value, 4) + 0.0  # no negative zero


def _inside(show: Show, box: tuple[float, float, float, float]) -> bool:
    x, y = show.matrix[4], show.matrix[5]
    return box[0] - show.em <= x <= box[2] + show.em and box[1] - show.em <= y <= box[3] + show.em


def lay(paragraph: Paragraph, hits: Mapping[int, set[int]], label: Any, words_seen: Any, furniture: bool) -> Laid:
    """Lay a paragraph out again without the glyphs hit.

    Args:
        paragraph: what to set.
        hits: id of a piece → indices of its glyphs that go.
        label: the label font (`label.LabelFont`), which also knows the text.
        words_seen: the document's words, to tell a word's own hyphen from one that a line break put in.
        furniture: a running header or footer: it stays one line, smaller if need be.
    """
    words = _words(paragraph, hits, label, words_seen)
    lines = paragraph.segments
    first = lines[0].x0
    rest = min(s.x0 for s in lines[1:]) if len(lines) > 1 else first
    right = paragraph.right
    em = lines[0].em
    first, rest = round(first, 2), round(rest, 2)
    shrink = 1.0
    if paragraph.align == "right":
        first = rest = paragraph.indent
    elif paragraph.align == "center":
        half = max(right - (lines[0].x0 + lines[0].x1) / 2, (lines[0].x1 - lines[0].x0) / 2)
        middle = (lines[0].x0 + lines[0].x1) / 2
        first = rest = middle - half
        right = middle + half
    widest = max((word.width for word in words), default=0.0)
    room = max(right - max(first, rest), 2 * em)
    if furniture:
        total = sum(word.width + word.space for word in words) - (words[0].space if words else 0.0)
        shrink = min(1.0, max(0.5, room / total)) if total else 1.0
        room = max(room, total)
        right = first + room if paragraph.align == "left" else right
    elif widest > room:
        words = _broken(words, room)
    set_lines = _wrap(words, right - first, right - rest)
    order = min(show.order for s in lines for show in s.shows)
    leading = paragraph.leading
    laid = Laid([], paragraph, order, leading=leading)
    for i, line in enumerate(set_lines):
        x = rest if i else first
        length = sum(word.width + (word.space if j else 0.0) for j, word in enumerate(line)) * shrink
        if paragraph.align == "right":
            x = right - length
        elif paragraph.align == "center":
            x = (first + right) / 2 - length / 2
        laid.lines.append(_runs(line, x, lines[0].y - i * leading, lines[0].angle, shrink))
    return laid


class _Words:
    """Builds words glyph by glyph, the label in the place of what was hit.

    Spaces and hyphens after a hit are held back: if another hit follows, they belonged to the name and go with it.
    """

    def __init__(self, label: Any) -> None:
        self.label = label
        self.done: list[_Word] = []
        self.glyphs: list[_Glyph] = []
        self.held: list[_Glyph] = []
        self.after_hit = False

    def _end(self) -> None:
        if self.glyphs:
            self.done.append(_Word(self.glyphs))
            self.glyphs = []

    def space(self, font: Any, style: Style) -> None:
        if self.after_hit:
            if not (self.held and self.held[-1].text == " "):
                self.held.append(_Glyph(font, -1, style, 0.0, " "))
        else:
            self._end()

    def hit(self, style: Style) -> None:
        """The label, once for each run of hits, in the style of what it stands for; it may break at its spaces."""
        self.held.clear()
        if self.after_hit:
            return
        self.after_hit = True
        factor = style.size / 1000 * math.hypot(style.shape[0], style.shape[1])
        for char in self.label.text_shown:
            if char == " ":
                self._end()
            else:
                code = ord(char)
                self.glyphs.append(_Glyph(self.label, code, style, self.label.advance[code] * factor, char))

    def glyph(self, glyph: _Glyph) -> None:
        if self.after_hit and glyph.text in HYPHENS:
            self.held.append(glyph)
            return
        self._release()
        self.glyphs.append(glyph)

    def _release(self) -> None:
        self.after_hit = False
        for glyph in self.held:
            if glyph.text == " ":
                self._end()
            else:
                self.glyphs.append(glyph)
        self.held.clear()

    def words(self) -> list[_Word]:
        """All words, each with the space before it: as wide as the font and size of the word before say it is."""
        self._release()
        self._end()
        for before, word in itertools.pairwise(self.done):
            ruler = before.glyphs[-1]
            word.space = ruler.font.space_width * ruler.style.size / 1000 * math.hypot(*ruler.style.shape[:2])
            word.style, word.font = ruler.style, ruler.font
        return self.done


def _words(paragraph: Paragraph, hits: Mapping[int, set[int]], label: Any, words_seen: Any) -> list[_Word]:
    """The paragraph as words, the label in the place of what was hit, line-end hyphens resolved."""
    out = _Words(label)
    style: Style | None = None
    lines = paragraph.segments
    for index, segment in enumerate(lines):
        before: Show | None = None
        soft = _soft_hyphen(lines, index, words_seen)
        for show in segment.shows:
            own = style_of(show)
            if style is None or own != style:
                style = own  # the same object for the same style: cheap to compare later
            if before is not None and _spaced(before, show):
                out.space(before.font, style)
            drop = _last_letter(show) if soft and show is segment.shows[-1] else -1
            _glyphs(out, show, style, hits.get(id(show), ()), drop)
            before = show
        if index + 1 < len(lines) and style is not None and not soft:
            tail = segment.read().rstrip()[-1:]
            if not (tail and tail in HYPHENS and _joins(lines[index + 1])):
                out.space(segment.shows[-1].font, style)
    return out.words()


def _glyphs(out: _Words, show: Show, style: Style, gone: Container[int], drop: int) -> None:
    """Add a piece's glyphs; `gone` are hits, `drop` is the index of a hyphen that a line break put in."""
    factor = style.size / 1000 * math.hypot(style.shape[0], style.shape[1])
    font, reading, advance = show.font, show.font.reading, show.font.advance
    for i, code in enumerate(show.codes):
        text = reading[code]
        if i in gone:
            out.hit(style)
        elif text in _SPACES:
            out.space(font, style)
        elif i != drop and text != "\u00ad":
            out.glyph(_Glyph(font, code, style, advance[code] * factor, text))


def _last_letter(show: Show) -> int:
    """Index of the last glyph that is no space."""
    reading = show.font.reading
    return max((i for i, code in enumerate(show.codes) if reading[code].strip()), default=-1)


def _soft_hyphen(lines: Sequence[Segment], index: int, words_seen: Any) -> bool:
    """Whether the hyphen at the end of a line was put in by the line break."""
    if index + 1 >= len(lines):
        return False
    text = lines[index].read().rstrip()
    if text[-1:] not in HYPHENS or not text:
        return False
    if text[-1] == "\u00ad":
        return True
    following = lines[index + 1].read().lstrip()
    head = text.split()[-1][:-1] if text.split() else ""
    tail = following.split()[0].strip(".,;:!?)\"'”»") if following.split() else ""
    if not head or not tail or not tail[0].islower() or not head[-1].isalpha() or tail in _CLAUSES:
        return False
    return f"{head}-{tail}".casefold() not in words_seen


def _joins(following: Segment) -> bool:
    """Whether a hyphen that stays joins with the next line without a space: not in `barn- och`."""
    words = following.read().split()
    return not words or words[0].strip(".,;:") not in _CLAUSES


def _broken(words: list[_Word], room: float) -> list[_Word]:
    """Cut words that are wider than a line."""
    out: list[_Word] = []
    for word in words:
        current: list[_Glyph] = []
        width, space = 0.0, word.space
        for glyph in word.glyphs:
            if current and width + glyph.width > room:
                out.append(_Word(current, space, word.style, word.font))
                current, width, space = [], 0.0, 0.0
            current.append(glyph)
            width += glyph.width
        out.append(_Word(current, space, word.style, word.font))
    return out


def _wrap(words: Sequence[_Word], first: float, rest: float) -> list[list[_Word]]:
    """Greedy line breaking by natural widths."""
    lines: list[list[_Word]] = [[]]
    width, room = 0.0, first
    for word in words:
        needed = word.width + (word.space if lines[-1] else 0.0)
        if lines[-1] and width + needed > room + 0.01:
            lines.append([])
            width, room = 0.0, rest
            needed = word.width
        lines[-1].append(word)
        width += needed
    return lines


def _runs(words: Sequence[_Word], x: float, y: float, angle: float, shrink: float) -> list[Run]:
    """One line as runs of one font and style, from x in the frame."""
    cos, sin = (1.0, 0.0) if angle == 0 else (math.cos(math.radians(angle)), math.sin(math.radians(angle)))
    out: list[Run] = []
    last: Run | None = None
    style: Style | None = None
    at = x
    for number, word in enumerate(words):
        if number:
            space = word.space * shrink
            code = word.font.space_code if word.font is not None else None
            if out and code is not None and out[-1].font is word.font:
                out[-1].codes.append(code)
            elif out:
                shape = out[-1].style.shape
                em = out[-1].style.size / 1000 * math.hypot(shape[0], shape[1])
                out[-1].adjust.append((len(out[-1].codes), -space / em if em else 0.0))
            at += space
        for glyph in word.glyphs:
            if last is None or last.font is not glyph.font or (glyph.style is not style and glyph.style != style):
                style = glyph.style
                px, py = at * cos - y * sin, at * sin + y * cos
                last = Run(glyph.font, style if shrink == 1.0 else _shrunk(style, shrink), [], px, py)
                out.append(last)
            last.codes.append(glyph.code)
            at += glyph.width * shrink
    return out


def _shrunk(style: Style, factor: float) -> Style:
    return replace(style, size=round(style.size * factor, 3), rise=round(style.rise * factor, 3))


def untouched(show: Show) -> Run:
    """A piece that stays as it was."""
    tc, tw, _th = show.spacing
    adjust = list(show.adjust)
    size = abs(show.size) or 1.0
    if tc or (tw and not show.font.type0):
        table = dict(adjust)
        codes = show.codes
        for i, code in enumerate(codes[:-1]):
            extra = (tc + (tw if not show.font.type0 and code == 32 else 0.0)) / size * 1000
            if extra:
                table[i + 1] = table.get(i + 1, 0.0) - extra
        adjust = sorted(table.items())
    return Run(show.font, style_of(show, keep_clip=True), show.codes, show.matrix[4], show.matrix[5], adjust)


def readable(show: Show) -> bool:
    """Whether every glyph of a piece has a text."""
    return UNREAD not in show.text
