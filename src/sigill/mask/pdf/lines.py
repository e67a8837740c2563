"""From pieces of text on a page to lines, cells and paragraphs, in the order they are read.

Geometry only: which pieces share a baseline, where a gap is a word space and where it begins a new cell, which lines
were broken because the next word did not fit. Whatever it concludes must not hang on how long a name is; where a
measure is needed (the right margin), it is taken from edges that many lines share or from the opposite margin, never
from the longest line.
"""

import itertools
import math
import statistics
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sigill.mask.pdf.display import Paint, Show, apply, direction

SPACE_GAP = 0.17
"""Gaps from here (in ems) are word spaces."""
CELL_GAP = 1.5
"""Gaps from here (in ems) begin a new cell or column."""


@dataclass(slots=True)
class Segment:
    """Text on one baseline up to a wide gap: a line of a paragraph, or of a cell.

    Coordinates are the frame's: x along the baseline, y across it, in points.
    """

    shows: list[Show]
    y: float
    em: float
    angle: float
    x0: float
    x1: float
    line: int
    text: str = ""
    starts: list[int] = field(default_factory=list)

    def read(self) -> str:
        """The text, with a space for each word gap; `starts` gets each piece's offset in it."""
        if not self.text:
            parts: list[str] = []
            length = 0
            before: Show | None = None
            for show in self.shows:
                if before is not None and _spaced(before, show) and parts[-1][-1:] != " " and show.text[:1] != " ":
                    parts.append(" ")
                    length += 1
                self.starts.append(length)
                parts.append(show.text)
                length += len(show.text)
                before = show
            self.text = "".join(parts)
        return self.text

    def first_word_width(self) -> float:
        """Width of its first word in points, roughly: by share of characters in the first piece that has a space."""
        before: Show | None = None
        for show in self.shows:
            if before is not None and _spaced(before, show):
                return before.end - self.x0
            at = show.text.find(" ", 1)
            if at > 0:
                offsets = show.offsets()
                glyph = show.char_to_glyph()[at]
                scale = math.hypot(show.matrix[0], show.matrix[1])
                return show.x + offsets[glyph] * scale - self.x0
            before = show
        return self.x1 - self.x0


def _spaced(before: Show, after: Show) -> bool:
    """Whether a word ends between two pieces; a space that one of them shows is not counted again."""
    return after.x - before.end > SPACE_GAP * min(before.em, after.em)


@dataclass(slots=True)
class Paragraph:
    """Lines that were one run of text before it was broken.

    Args:
        segments: its lines, top down.
        left, right: the measure in points, `right` not dependent on its own text.
        align: `left`, `right` or `center`.
        indent: the leftmost place that text set from the right may begin at.
        leading: distance of baselines; 0 for a single line until the document's usual one is known.
    """

    segments: list[Segment]
    left: float = 0.0
    right: float = 0.0
    align: str = "left"
    indent: float = 0.0
    leading: float = 0.0

    @property
    def top(self) -> float:
        return self.segments[0].y + 0.75 * self.segments[0].em

    @property
    def bottom(self) -> float:
        return self.segments[-1].y - 0.25 * self.segments[-1].em


@dataclass(slots=True)
class Rules:
    """Straight lines drawn on a page, and the edges of boxes: they bound cells.

    Args:
        across: (y, x0, x1), sorted.
        upright: (x, y0, y1), sorted.
    """

    across: list[tuple[float, float, float]] = field(default_factory=list)
    upright: list[tuple[float, float, float]] = field(default_factory=list)

    @classmethod
    def of(cls, paints: Iterable[Paint]) -> "Rules":
        """Collect them from painted paths."""
        out = cls()
        for paint in paints:
            ctm = paint.gfx.ctm
            last: tuple[float, float] | None = None
            for op, v in paint.path():
                if op == b"re":
                    (ax, ay), (bx, by) = apply(ctm, v[0], v[1]), apply(ctm, v[0] + v[2], v[1] + v[3])
                    for one, other in (
                        ((ax, ay), (bx, ay)),
                        ((ax, by), (bx, by)),
                        ((ax, ay), (ax, by)),
                        ((bx, ay), (bx, by)),
                    ):
                        out._add(one, other)
                elif op == b"m":
                    last = apply(ctm, v[0], v[1])
                elif op == b"l" and last is not None:
                    point = apply(ctm, v[0], v[1])
                    out._add(last, point)
                    last = point
                elif op in (b"c", b"v", b"y"):
                    last = apply(ctm, v[-2], v[-1])
        out.across.sort()
        out.upright.sort()
        return out

    def _add(self, a: tuple[float, float], b: tuple[float, float]) -> None:
        if abs(a[1] - b[1]) < 0.3 and abs(a[0] - b[0]) > 8:
            self.across.append((a[1], min(a[0], b[0]), max(a[0], b[0])))
        elif abs(a[0] - b[0]) < 0.3 and abs(a[1] - b[1]) > 4:
            self.upright.append((a[0], min(a[1], b[1]), max(a[1], b[1])))

    def between(self, above: Segment, below: Segment) -> bool:
        """Whether a rule that is no underline runs between two lines."""
        x0, x1 = min(above.x0, below.x0), max(above.x1, below.x1)
        for i in range(bisect_left(self.across, (below.y + 0.3 * below.em,)), len(self.across)):
            y, a, b = self.across[i]
            if y > above.y:
                return False
            wide = b - a > 1.02 * (above.x1 - above.x0) + 3 or a < x0 - 1.5 or b > x1 + 1.5
            if wide and a < x1 and b > x0:
                return True
        return False

    def right_of(self, segment: Segment) -> float | None:
        """The inner right edge of the cell a line stands in: the next rule, less the padding on the left."""
        y = segment.y + 0.3 * segment.em
        left = right = None
        for x, y0, y1 in self.upright:
            if not y0 - 1 <= y <= y1 + 1:
                continue
            if x <= segment.x0 + 0.5:
                left = x
            elif x >= segment.x0 + 4 and right is None:
                right = x
        if right is None or left is None:
            return None
        padding = min(max(segment.x0 - left, 1.0), 8.0)
        return right - padding


@dataclass(slots=True)
class Measures:
    """What the document's text areas look like, as far as many lines agree on it. Filled page by page.

    Args:
        ends: page format → left edge (whole points) → left and right edges of the lines that begin there.
        leadings: size → the usual distances of baselines.
    """

    ends: dict[tuple[int, int], dict[int, list[tuple[float, float]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    leadings: dict[float, Counter[float]] = field(default_factory=lambda: defaultdict(Counter))
    _columns: dict[tuple[tuple[int, int], int], float | None] = field(default_factory=dict)
    _body: dict[tuple[int, int], float] = field(default_factory=dict)
    _margin: dict[tuple[int, int], float] = field(default_factory=dict)

    def learn(self, page: tuple[int, int], segments: Sequence[Segment]) -> None:
        """Take in one page's lines."""
        ends = self.ends[page]
        for segment in segments:
            if not segment.angle:
                ends[round(segment.x0)].append((segment.x0, segment.x1))

    def learn_leadings(self, found: Iterable["Paragraph"]) -> None:
        """Take in the distances of lines within paragraphs."""
        for paragraph in found:
            if len(paragraph.segments) > 1:
                self.leadings[round(paragraph.segments[0].em, 1)][paragraph.leading] += 1

    def leading(self, em: float) -> float:
        """The usual distance of baselines at this size."""
        known = self.leadings.get(round(em, 1))
        if known:
            best = max(known.values())
            return min(value for value, count in known.items() if count == best)
        return 1.2 * em

    def margin(self, page: tuple[int, int]) -> float:
        """The left margin: the leftmost place where lines usually begin."""
        if page not in self._margin:
            ends = self.ends[page]
            most = max(map(len, ends.values()), default=0)
            usual = [x for x, found in ends.items() if len(found) >= max(2, 0.05 * most)]
            left = min(usual, default=min(ends, default=0))
            counts = Counter(round(x0, 2) for x0, _ in ends.get(left, ()))
            self._margin[page] = min((x for x, n in counts.items() if n == max(counts.values())), default=float(left))
        return self._margin[page]

    def body(self, page: tuple[int, int]) -> float:
        """The right margin of the page's text."""
        if page not in self._body:
            self._body[page] = self._right_margin(page)
        return self._body[page]

    def _right_margin(self, page: tuple[int, int]) -> float:
        width, margin = float(page[0]), self.margin(page)
        ends = [
            x1 for found in self.ends[page].values() for x0, x1 in found if x1 - x0 > 0.4 * (width - 2 * margin)
        ]  # fmt: skip
        mirror = width - margin
        if (edge := _shared(ends, 0.3)) is not None:
            return mirror if abs(edge - mirror) < 1 else edge  # justified: many lines end there
        outer = max(ends, default=mirror)
        if outer <= mirror + 4.5 and (outer > mirror - 60 or len(ends) < 8):  # a hyphen may hang out
            return mirror
        return math.ceil((outer + 0.01) / 6) * 6.0

    def right(self, page: tuple[int, int], x0: float, x1: float) -> float:
        """The right margin of text that begins at x0 and was seen to reach x1."""
        key = (page, round(x0))
        if key not in self._columns:
            same = [end for _, end in self.ends[page].get(key[1], ())]
            self._columns[key] = _shared(same, 0.35) if len(same) >= 8 else None
        edge = self._columns[key]
        if edge is not None and edge >= x1 - 1:
            return edge  # a justified column of its own
        body = self.body(page)
        return body if x1 <= body + 1 and body > x0 + 20 else math.ceil((x1 + 0.01) / 6) * 6.0


def _shared(ends: Sequence[float], share: float) -> float | None:
    """The right edge that many of the longest lines have in common; a hyphen may hang out over it."""
    if len(ends) < 4:
        return None
    outer = max(ends)
    bins: Counter[int] = Counter()
    for end in ends:
        if end > outer - 9:
            bins[math.floor(end * 2 + 0.13)] += 1
    most = max(bins.values())
    if most < max(4, share * len(ends)):
        return None
    return (max(edge for edge, count in bins.items() if count == most) + 0.5) / 2


def place(shows: Iterable[Show]) -> list[Show]:
    """Give each piece its place in its frame; pieces without size or text are left out."""
    out = []
    for show in shows:
        a, b, c, d, e, f = show.matrix
        show.em = abs(show.size) * math.hypot(c, d)
        along = math.hypot(a, b)
        if show.em < 0.05 or not show.codes:
            if not show.codes:
                continue
            show.em = max(show.em, 0.05)
        show.angle = angle = direction(show.matrix)
        if show.size * show.spacing[2] < 0:
            show.angle = angle = (angle + 180) % 360
            along = -along
        if angle == 0:
            show.x, show.y = e, f
        else:
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            show.x, show.y = e * cos + f * sin, f * cos - e * sin
        trailing = show.spacing[0] * show.spacing[2]
        show.end = max(show.x, show.x + (show.width - trailing) * along)
        if show.text[-1:] == " " and (blank := _trailing_blank(show)):
            show.end = max(show.x, show.end - blank * along)
        out.append(show)
    return out


def _trailing_blank(show: Show) -> float:
    """Width in text space of the spaces a piece ends with: they are no part of the line's length."""
    reading, (tc, tw, th) = show.font.reading, show.spacing
    width = 0.0
    for code in reversed(show.codes):
        if reading[code] != " ":
            break
        width += show.font.advance[code] * show.size / 1000 + tc + (tw if code == 32 and not show.font.type0 else 0.0)
    return width * th


def segments(shows: Sequence[Show]) -> list[Segment]:
    """Cut the pieces of a page into segments, top down and left to right within each direction."""
    out: list[Segment] = []
    by_angle: dict[float, list[Show]] = defaultdict(list)
    for show in shows:
        by_angle[show.angle].append(show)
    number = 0
    for angle in sorted(by_angle):
        lines = _lines(by_angle[angle])
        cut = [_cut(line) for line in lines]
        _cut_at_neighbours(cut)
        for pieces in cut:
            for piece in pieces:
                big = max(piece, key=lambda s: s.em)
                out.append(Segment(piece, big.y, big.em, angle, piece[0].x, max(s.end for s in piece), number))
            number += 1
    return out


def _lines(shows: list[Show]) -> list[list[Show]]:
    shows = sorted(shows, key=lambda s: (-s.y, s.x))
    lines: list[list[Show]] = []
    y = em = 0.0
    for show in shows:
        if lines and y - show.y <= 0.4 * max(em, show.em) * (1 if show.em > 0.5 else 0):
            lines[-1].append(show)
            if show.em > em:
                y, em = show.y, show.em
        else:
            lines.append([show])
            y, em = show.y, show.em
    for line in lines:
        line.sort(key=lambda s: (s.x, s.order))
    return [_untangle(line) for line in lines]


def _untangle(line: list[Show]) -> list[Show]:
    """Drop what is drawn twice over itself; take pieces that overlap apart glyph by glyph, so that x is the order."""
    tangled = False
    kept: list[Show] = []
    for show in line:
        twin = next(
            (
                k
                for k in kept[-4:]
                if k.text == show.text and abs(k.x - show.x) < 0.12 * show.em and abs(k.y - show.y) < 0.12 * show.em
            ),
            None,
        )
        if twin is not None:
            twin.also = [*(twin.also or ()), show]
            show.parts = [twin]
            continue
        tangled |= bool(kept) and show.x < max(k.end for k in kept[-3:]) - 0.15 * show.em
        kept.append(show)
    if not tangled:
        return kept
    loose: list[Show] = []
    for i, show in enumerate(kept):
        touches = any(
            other is not show and other.x < show.end - 0.15 * show.em and other.end > show.x + 0.15 * show.em
            for other in kept[max(0, i - 40) : i + 40]
        )
        loose += _glyphs(show) if touches else [show]
    loose.sort(key=lambda s: (s.x, s.order))
    return loose


def _glyphs(show: Show) -> list[Show]:
    """One piece per glyph."""
    offsets = show.offsets()
    along = math.hypot(show.matrix[0], show.matrix[1])
    a, b, c, d, e, f = show.matrix
    out = []
    for i, code in enumerate(show.codes):
        width = show.font.advance[code] * show.size / 1000 * show.spacing[2]
        one = replace(
            show, codes=[code], adjust=[], text=show.font.reading[code], width=width,
            matrix=(a, b, c, d, e + offsets[i] * a, f + offsets[i] * b), spacing=(0.0, 0.0, show.spacing[2]),
        )  # fmt: skip
        one.x = show.x + offsets[i] * along
        one.end = one.x + abs(width) * along
        one.also = [show, *(show.also or ())]
        out.append(one)
    show.parts = out
    return out


def _cut(line: list[Show]) -> list[list[Show]]:
    """Cut a line at wide gaps."""
    pieces: list[list[Show]] = []
    end = 0.0
    for show in line:
        if pieces and show.x - end <= CELL_GAP * max(show.em, pieces[-1][-1].em):
            pieces[-1].append(show)
            end = max(end, show.end)
        else:
            pieces.append([show])
            end = show.end
    return pieces


def _cut_at_neighbours(lines: list[list[list[Show]]]) -> None:
    """Cut also where a narrower gap ends at the x at which the line above or below begins a cell.

    A name's length must not decide whether the next column is seen.
    """
    starts = [{round(piece[0].x) for piece in line} for line in lines]
    ys = [line[0][0].y for line in lines]
    for i, line in enumerate(lines):
        near: set[int] = set()
        for j in (i - 2, i - 1, i + 1, i + 2):
            if 0 <= j < len(lines) and abs(ys[j] - ys[i]) < 4 * line[0][0].em:
                near |= starts[j]
        near -= starts[i]
        if not near:
            continue
        cut: list[list[Show]] = []
        for piece in line:
            current = [piece[0]]
            for before, show in itertools.pairwise(piece):
                blank = before.text[-1:] == " " or show.x - before.end > 0.3 * show.em
                if blank and round(show.x) in near:
                    cut.append(current)
                    current = [show]
                else:
                    current.append(show)
            cut.append(current)
        lines[i] = cut


def paragraphs(found: Sequence[Segment], measures: Measures, page: tuple[int, int], rules: Rules) -> list[Paragraph]:
    """Join segments to paragraphs.

    Args:
        found: of one page.
        measures: of the document.
        page: its format (width, height), whole points.
        rules: lines drawn on it.
    """
    out: list[Paragraph] = []
    open_: list[Paragraph] = []
    in_line: dict[tuple[float, int], list[Segment]] = defaultdict(list)
    for segment in found:
        in_line[segment.angle, segment.line].append(segment)
    for segment in sorted(found, key=lambda s: (s.angle, -s.y, s.x0)):
        line = in_line[segment.angle, segment.line]
        right = _right(segment, line, measures, page, rules)
        home = next((p for p in reversed(open_) if _continues(p, segment, right, len(line), rules)), None)
        if home is not None:
            home.segments.append(segment)
            home.left = min(home.left, segment.x0) if len(home.segments) > 2 else segment.x0
            home.right = min(home.right, right) if home.right >= segment.x1 - 1 else max(home.right, right)
            open_.remove(home)
            open_.append(home)
            continue
        new = Paragraph([segment], segment.x0, right)
        margin = measures.margin(page)
        first = all(other.x0 >= segment.x0 for other in line)
        new.indent = margin if first else right - 0.45 * (right - margin)
        out.append(new)
        open_ = [
            p for p in open_
            if p.segments[-1].angle == segment.angle and p.segments[-1].y - segment.y < 40 + 3 * segment.em
        ]  # fmt: skip
        open_.append(new)
    for paragraph in out:
        _finish(paragraph, found, measures, page)
    measures.learn_leadings(out)
    return out


def _right(segment: Segment, line: Sequence[Segment], measures: Measures, page: tuple[int, int], rules: Rules) -> float:
    """Where the text of this cell or column must end."""
    beyond = min((s.x0 for s in line if s.x0 > segment.x0 + 1), default=None)
    if segment.angle:
        return beyond - 0.4 * segment.em if beyond is not None else _turned_right(segment.angle, page)
    cell = rules.right_of(segment)
    if cell is not None and cell >= segment.x1 - 2:
        return cell if beyond is None else min(cell, max(beyond - 0.4 * segment.em, segment.x1))
    right = measures.right(page, segment.x0, segment.x1)
    return min(right, beyond - 0.4 * segment.em) if beyond is not None else right


def goes_on(upper: Paragraph, lower: Paragraph) -> bool:
    """Whether a paragraph at the head of a page is the rest of one at the foot of the page before."""
    last, first = upper.segments[-1], lower.segments[0]
    if last.angle or first.angle or abs(last.em - first.em) > 0.05 * first.em:
        return False
    if abs(upper.left - first.x0) > 0.7 * first.em:
        return False
    room = upper.right - last.x1 - 0.25 * last.em
    return first.first_word_width() > room - 0.5 * last.em


def _turned_right(angle: float, page: tuple[int, int]) -> float:
    """Where turned text must end: half an inch before the page's edge in its own direction."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return max(x * cos + y * sin for x in (0, page[0]) for y in (0, page[1])) - 36.0


def _continues(paragraph: Paragraph, segment: Segment, right: float, beside: int, rules: Rules) -> bool:
    last = paragraph.segments[-1]
    if last.angle != segment.angle or last.line == segment.line or abs(last.em - segment.em) > 0.12 * segment.em:
        return False
    distance = last.y - segment.y
    if not 0.75 * segment.em < distance < (1.6 if beside > 1 else 2.4) * segment.em:
        return False
    if len(paragraph.segments) > 1:
        usual = paragraph.segments[-2].y - last.y
        if abs(distance - usual) > 0.12 * segment.em:
            return False
        if abs(segment.x0 - paragraph.left) > 0.7 * segment.em:
            return False
    elif not -4.5 * segment.em < segment.x0 - last.x0 < 2.5 * segment.em:
        return False
    if rules.across and rules.between(last, segment):
        return False
    if not {id(show.font) for show in last.shows} & {id(show.font) for show in segment.shows}:
        return False
    tail, head = last.read().rstrip(), segment.read().lstrip()
    if tail[-1:] in ("-", "\u00ad", "\u2010") and tail[-2:-1].isalpha() and head[:1].isalpha():
        return True
    # A break was made for want of room if the next word would not have fitted; half an em of doubt.
    measure = min(paragraph.right, right) if min(paragraph.right, right) >= last.x1 - 1 else max(paragraph.right, right)
    room = measure - last.x1 - 0.25 * last.em
    return segment.first_word_width() > room - 0.5 * last.em


def _finish(paragraph: Paragraph, found: Sequence[Segment], measures: Measures, page: tuple[int, int]) -> None:
    lines = paragraph.segments
    first = lines[0]
    if len(lines) > 1:
        paragraph.leading = round(statistics.median(a.y - b.y for a, b in itertools.pairwise(lines)), 2)
    if first.angle or abs(first.x0 - measures.margin(page)) < 1.5:
        return
    body = measures.body(page)
    middle = page[0] / 2
    if any(
        abs(other.x0 - first.x0) < 0.34 and abs(other.x1 - first.x1) > 2 and abs(other.y - first.y) < 5 * first.em
        and not other.angle and all(other is not line for line in lines)
        for other in found
    ):  # fmt: skip
        return  # lines nearby begin at the same place and end elsewhere: set from the left
    if all(abs((s.x0 + s.x1) / 2 - middle) < 1.5 for s in lines):
        paragraph.align = "center"
    else:
        edge = min((body, paragraph.right), key=lambda e: abs(e - first.x1))
        if all(abs(s.x1 - edge) < 1.5 for s in lines):
            paragraph.align, paragraph.right = "right", edge
            paragraph.indent = min(paragraph.indent, edge - 4 * first.em)


def underlines(paints: Sequence[Paint], segment: Segment) -> list[Paint]:
    """Thin strokes and boxes that belong to the words of a line: underlines, strike-outs, highlighting.

    They begin and end where words of the line begin and end, and would tell how long a word was.
    """
    edges = [segment.x0, segment.x1]
    for show in segment.shows:
        edges += (show.x, show.end)
    out = []
    for paint in paints:
        points = paint.points()
        if not points:
            continue
        x0, x1 = min(p[0] for p in points), max(p[0] for p in points)
        y0, y1 = min(p[1] for p in points), max(p[1] for p in points)
        inside = x0 >= segment.x0 - 2.5 and x1 <= segment.x1 + 2.5 and x1 - x0 > 1
        near = y0 > segment.y - 0.5 * segment.em and y1 < segment.y + 1.3 * segment.em
        if inside and near and y1 - y0 < 1.8 * segment.em:
            out.append(paint)
    return out
