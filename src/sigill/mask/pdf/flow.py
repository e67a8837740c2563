"""Sets the text body of pages anew from top to bottom, so that no place on them tells how long something was.

A page is seen as bands: paragraphs (or pictures) that stand beside one another, top down. When a paragraph comes out
longer or shorter than in the source, everything below moves, over the page's end if need be; boxes and rules that
span what grew or shrank stretch with it. Distances between bands are the source's, in twentieths of a point, so that
two sources that differ only in what was taken out give the very same places. Running heads and feet stay.

It does not know about columns of running text that go on from one to the next; such a page is one band.
"""

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sigill.mask.pdf import lex
from sigill.mask.pdf.display import Clip, Matrix, Paint, apply, invert
from sigill.mask.pdf.lines import Paragraph, goes_on
from sigill.mask.pdf.relay import Laid

TICK = 20
_SHORT = 0.25
"""A page with at least this share of its text area empty at the foot ends there on purpose."""


def tick(points: float) -> int:
    """Points to twentieths; the odd offset keeps round numbers away from the edge of rounding."""
    return math.floor(points * TICK + 0.5137)


Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Band:
    """What stands side by side.

    Args:
        page: source page.
        paragraphs: top down.
        pictures: boxes of pictures in it (x0, y0, x1, y1).
        first, last: reference heights in the source: first and last baseline, or the pictures' edges.
        top, bottom: extent.
        placed: reference heights now, as (page, ticks): of `first` and `last`.
    """

    page: int
    paragraphs: list[Paragraph]
    pictures: list[Box]
    first: float
    last: float
    top: float
    bottom: float
    placed: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))

    @property
    def em(self) -> float:
        return max((p.segments[0].em for p in self.paragraphs), default=0.0)


@dataclass(slots=True)
class Sheet:
    """A source page as the flow sees it.

    Args:
        number: of the page.
        box: its media box.
        body: paragraphs that flow.
        pictures: boxes of pictures that flow.
        ceiling, floor: heights outside of which nothing moves.
        laid: id of paragraph → how it was set again.
        stays: it holds something of its own that does not flow, so it can't be dropped.
    """

    number: int
    box: Box
    body: list[Paragraph]
    pictures: list[Box]
    ceiling: float
    floor: float
    laid: Mapping[int, Laid]
    stays: bool = False
    bands: list[Band] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bands = _bands(self.number, self.body, self.pictures)


@dataclass(slots=True)
class Places:
    """Where everything goes.

    Args:
        lines: id of paragraph → (page, height in points) of each of its lines.
        bands: source page → its bands, top down.
        limits: source page → (ceiling, floor).
        moved: source pages whose content may have moved.
        home: source page → the first page of the result that has its head and foot.
        area: heights between which text stands, for what is cut by a page's end.
    """

    lines: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    bands: dict[int, list[Band]] = field(default_factory=dict)
    limits: dict[int, tuple[float, float]] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    home: dict[int, int] = field(default_factory=dict)
    area: tuple[float, float] = (0.0, 0.0)

    def at(self, page: int, y: float) -> tuple[int, float]:
        """Where a point at height y of a source page is now."""
        bands = self.bands.get(page)
        ceiling, floor = self.limits.get(page, (0.0, 0.0))
        if not bands or not floor <= y <= ceiling:
            return self.home.get(page, page), y
        i = bisect_left([-band.last for band in bands], -y)
        below = bands[i] if i < len(bands) else None  # the band whose last line is at or under y
        above = bands[i - 1] if i else None
        if below is not None and below.first >= y:  # inside a band: held by the nearer end
            near_first = below.first - y <= y - below.last
            return _held(below, y, first=near_first)
        if below is None:
            return _held(bands[-1], y, first=False)
        if above is None or y - below.first < above.last - y:
            return _held(below, y, first=True)
        return _held(above, y, first=False)


def _held(band: Band, y: float, *, first: bool) -> tuple[int, float]:
    page, ref = band.placed[0 if first else 1]
    return page, (ref + tick(y - (band.first if first else band.last))) / TICK


def _bands(page: int, body: Sequence[Paragraph], pictures: Sequence[Box]) -> list[Band]:
    items: list[tuple[float, float, Any]] = [
        (p.top - 0.1 * p.segments[0].em, p.bottom, p) for p in body if not p.segments[0].angle
    ]
    items += [(box[3], box[1], box) for box in pictures]
    out: list[Band] = []
    for top, bottom, item in sorted(items, key=lambda entry: -entry[0]):
        if out and top > out[-1].bottom:
            band = out[-1]
            band.bottom = min(band.bottom, bottom)
        else:
            band = Band(page, [], [], -1e9, 1e9, top, bottom)
            out.append(band)
        if isinstance(item, Paragraph):
            band.paragraphs.append(item)
        else:
            band.pictures.append(item)
    for band in out:
        if band.paragraphs:
            band.first = max(p.segments[0].y for p in band.paragraphs)
            band.last = min(p.segments[-1].y for p in band.paragraphs)
        else:
            band.first = max(box[3] for box in band.pictures)
            band.last = min(box[1] for box in band.pictures)
        if band.pictures and band.paragraphs:
            band.last = min(band.last, *(box[1] for box in band.pictures))
    return out


def _continues(above: Band, below: Band) -> bool:
    """Whether a paragraph goes on over the end of a page."""
    if len(above.paragraphs) != 1 or len(below.paragraphs) != 1:
        return False
    return goes_on(above.paragraphs[0], below.paragraphs[0])


def chains(sheets: Sequence[Sheet]) -> list[list[Sheet]]:
    """Runs of pages over which text flows, from the first touched page of each."""
    out: list[list[Sheet]] = []
    current: list[Sheet] = []
    for i, sheet in enumerate(sheets):
        touched = any(id(p) in sheet.laid for p in sheet.body)
        if current or touched:
            current.append(sheet)
        ends = i + 1 == len(sheets) or _ends_here(sheet) or sheets[i + 1].box != sheet.box
        if current and ends:
            out.append(current)
            current = []
    return out


def _ends_here(sheet: Sheet) -> bool:
    """Whether a page is far from full, so that what follows was put on a new page on purpose."""
    if not sheet.bands:
        return True
    height = sheet.box[3] - sheet.box[1]
    return sheet.bands[-1].bottom - sheet.floor > _SHORT * height


class Setter:
    """Places bands on pages.

    Args:
        sheets: the document's pages.
    """

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self.sheets = sheets
        self.gaps = usual_gaps(sheets)
        self.places = Places()

    def run(self) -> tuple[Places, list[int]]:
        """Set all chains.

        Returns:
            the places, with pages numbered anew; and for each new page the source page whose running head and foot
            it bears.
        """
        order: list[int] = []
        by_number = {sheet.number: sheet for sheet in self.sheets}
        starts = {chain[0].number: chain for chain in chains(self.sheets)}
        number = 0
        while number < len(self.sheets):
            chain = starts.get(number)
            base = len(order)
            if chain is None:
                sheet = by_number[number]
                order.append(number)
                self._keep(sheet, base)
                number += 1
                continue
            used = self._set(chain, base)
            sources = [sheet.number for sheet in chain]
            self.places.home.update({source: base + min(i, used - 1) for i, source in enumerate(sources)})
            order += [sources[min(i, len(sources) - 1)] for i in range(used)]
            number += len(chain)
        return self.places, order

    def _keep(self, sheet: Sheet, page: int) -> None:
        self.places.home[sheet.number] = page
        for paragraph in sheet.body:
            self.places.lines[id(paragraph)] = [(page, segment.y) for segment in paragraph.segments]

    def _set(self, chain: Sequence[Sheet], base: int) -> int:
        top = self._top(chain)
        bottom = tick(_floor(chain[0]))
        page, y = base, 0
        before: Band | None = None
        fresh = True
        for position, sheet in enumerate(chain):
            if sheet.stays and page < base + position:
                page, y, fresh = base + position, top, True
            self.places.bands[sheet.number] = sheet.bands
            self.places.limits[sheet.number] = (sheet.ceiling, sheet.floor)
            self.places.moved.add(sheet.number)
            for number, band in enumerate(sheet.bands):
                if before is None:
                    start = tick(band.first)
                elif fresh:
                    start = top
                elif number == 0:
                    start = y - self._joint(before, band)
                else:
                    start = y - max(0, tick(before.last - band.first))
                lines, height = self._inside(band, sheet.laid)
                single = len(band.paragraphs) == 1 and not band.pictures
                step = lines[0][1][0] if single else height
                crowded = start - step < bottom or self._lonely_heading(band, sheet, number, start - height, bottom)
                if crowded and not fresh:
                    page, start = page + 1, top
                fresh = False
                page, y = self._put(band, lines, height, page, start, top, bottom, single)
                before = band
        self.places.area = (top / TICK + 12, bottom / TICK - 6)
        return page - base + 1

    @staticmethod
    def _lonely_heading(band: Band, sheet: Sheet, number: int, end: int, bottom: int) -> bool:
        """A heading with no room for a line of its text below moves to the next page."""
        following = sheet.bands[number + 1] if number + 1 < len(sheet.bands) else None
        if following is None or len(band.paragraphs) != 1 or band.em <= following.em * 1.05:
            return False
        return end - tick(band.last - following.first) < bottom

    def _put(
        self, band: Band, lines: Sequence[tuple[Paragraph, list[int]]], height: int, page: int, start: int, top: int,
        bottom: int, single: bool,
    ) -> tuple[int, int]:  # fmt: skip
        """Place one band; returns page and height (ticks) of its last reference."""
        if not single:
            for paragraph, offsets in lines:
                self.places.lines[id(paragraph)] = [(page, (start - offset) / TICK) for offset in offsets]
            band.placed = ((page, start), (page, start - height))
            return page, start - height
        paragraph, offsets = lines[0]
        placed = []
        shift = 0
        first_page = page
        for number, offset in enumerate(offsets):
            y = start - offset + shift
            if number and y < bottom:
                page += 1
                shift += top - y
                y = top
            placed.append((page, y / TICK))
        self.places.lines[id(paragraph)] = placed
        last = tick(placed[-1][1])
        band.placed = ((first_page, start), (page, last))
        return page, last

    def _inside(self, band: Band, laid: Mapping[int, Laid]) -> tuple[list[tuple[Paragraph, list[int]]], int]:
        """Each paragraph's lines as ticks below the band's first reference, and the band's height."""
        out: list[tuple[Paragraph, list[int]]] = []
        columns: list[tuple[float, float, Paragraph, int]] = []  # x0, x1, last paragraph, its last line's offset
        for paragraph in band.paragraphs:
            x0 = min(s.x0 for s in paragraph.segments)
            x1 = max(s.x1 for s in paragraph.segments)
            over = [c for c in columns if c[0] < x1 - 1 and c[1] > x0 + 1]
            if over:
                lowest = max(over, key=lambda c: c[3])
                start = lowest[3] + max(0, tick(lowest[2].segments[-1].y - paragraph.segments[0].y))
            else:
                start = tick(band.first - paragraph.segments[0].y)
            again = laid.get(id(paragraph))
            if again is not None:
                leading = tick(again.leading)
                offsets = [start + i * leading for i in range(len(again.lines))]
            else:
                offsets = [start + tick(paragraph.segments[0].y - s.y) for s in paragraph.segments]
            out.append((paragraph, offsets))
            columns = [c for c in columns if c not in over]
            columns.append((min([x0, *(c[0] for c in over)]), max([x1, *(c[1] for c in over)]), paragraph, offsets[-1]))
        height = max((offsets[-1] for _, offsets in out), default=0)
        for box in band.pictures:
            height = max(height, tick(band.first - box[1]))
        return out, height

    def _joint(self, above: Band, below: Band) -> int:
        """The gap between two bands that stood on different pages."""
        if _continues(above, below):
            return tick(below.paragraphs[0].leading)
        known = self.gaps.get(_kind(above, below)) or self.gaps.get(None)
        if known is not None:
            return known
        return tick(2 * (below.em or 12.0))

    def _top(self, chain: Sequence[Sheet]) -> int:
        """Where the first line of a following page stands."""
        firsts = Counter(
            tick(sheet.bands[0].first) for sheet in self.sheets[1:] if sheet.bands and sheet.bands[0].paragraphs
        )
        if firsts:
            most = max(firsts.values())
            return max(value for value, count in firsts.items() if count == most)
        return tick(chain[0].box[3] - 72)


def _kind(above: Band, below: Band) -> tuple[float, float]:
    return round(above.em, 1), round(below.em, 1)


def usual_gaps(sheets: Iterable[Sheet]) -> dict[Any, int]:
    """The usual distance between bands of two sizes, in ticks, from pairs on one page; under None the general one."""
    seen: dict[Any, Counter[int]] = {}
    for sheet in sheets:
        for above, below in zip(sheet.bands, sheet.bands[1:], strict=False):
            if above.paragraphs and below.paragraphs:
                gap = tick(above.last - below.first)
                for key in (_kind(above, below), None):
                    seen.setdefault(key, Counter())[gap] += 1
    return {key: min(g for g, n in counts.items() if n == max(counts.values())) for key, counts in seen.items()}


def _floor(sheet: Sheet) -> float:
    """The lowest baseline allowed: above the running foot, or a margin's width above the page's end."""
    lowest = min((band.last for band in sheet.bands), default=sheet.floor)
    margin = sheet.box[1] + 0.06 * (sheet.box[3] - sheet.box[1])
    if sheet.floor > sheet.box[1] + 1:
        return sheet.floor + 4
    return margin if lowest >= margin else sheet.box[1] + 0.03 * (sheet.box[3] - sheet.box[1])


_DIGITS = re.compile(r"\d+")


def furniture(pages: Sequence[tuple[Box, Sequence[Paragraph]]]) -> set[int]:
    """Running heads and feet: lines at the upper or lower end of a page that stand on other pages too, page numbers
    aside. Where there is but one page: what stands in its outermost margin.

    Only what repeats may count as furniture, because the head of a page that is no longer needed goes with it.

    Args:
        pages: box and paragraphs of each.

    Returns:
        ids of paragraphs.
    """
    places: Counter[tuple[int, str]] = Counter()
    for _, paragraphs in pages:
        places.update({_place(p) for p in paragraphs if len(p.segments) == 1})
    out: set[int] = set()
    for box, paragraphs in pages:
        height = box[3] - box[1]
        upright = sorted((p for p in paragraphs if not p.segments[0].angle), key=lambda p: -p.segments[0].y)
        for direction in (upright, upright[::-1]):
            for paragraph in direction[:12]:
                share = (paragraph.segments[0].y - box[1]) / height
                often = places[_place(paragraph)] > max(1, 0.5 * len(pages))
                alone = len(pages) == 1 and not 0.075 < share < 0.925
                if len(paragraph.segments) > 1 or not (alone or (often and not 0.14 < share < 0.86)):
                    break
                out.add(id(paragraph))
    return out


def _place(paragraph: Paragraph) -> tuple[int, str]:
    """Height and words of a line; without numbers if it is short enough for a page number."""
    segment = paragraph.segments[0]
    text = segment.read().strip()
    words = _DIGITS.sub("", text)
    return round(segment.y), words if len(words) < 14 and len(text) - len(words) < 7 else text


# -- painted things ----------------------------------------------------------------------------------------------------


def move(paint: Paint, page: int, places: Places, box: Box) -> list[tuple[int, Paint]]:
    """A painted thing where it belongs now.

    Args:
        paint: from source page `page`, one whose text has been set anew.
        box: the page's media box.

    Returns:
        (new page, thing): moved as a whole, stretched where it spans text that grew or shrank, or cut where a page
        now ends inside it. Nothing for what lies outside the text area: that stays on its page.
    """
    ys = [y for _, y in paint.points()]
    if not ys or max(ys) - min(ys) > 0.8 * (box[3] - box[1]):
        return []
    ceiling, floor = places.limits[page]
    if min(ys) > ceiling or max(ys) < floor:
        return []
    clip = moved_clip(paint.gfx.clip, page, places, box)
    if paint.kind != "path":
        number, y = places.at(page, max(ys))
        a, b, c, d, e, f = paint.gfx.ctm
        gfx = replace(paint.gfx, ctm=(a, b, c, d, e, y - (max(ys) - f)), clip=clip)
        return [(number, Paint(gfx, paint.kind, paint.body, paint.ref, None, paint.hidden))]
    targets = {y: places.at(page, y) for y in ys}
    numbers = sorted({number for number, _ in targets.values()})
    top, bottom = places.area
    out = []
    for number in range(numbers[0], numbers[-1] + 1):
        heights = {y: (new if on == number else (bottom if on > number else top)) for y, (on, new) in targets.items()}
        out.append((number, _stretched(paint, heights, clip)))
    return out


def moved_clip(clip: Clip, page: int, places: Places, box: Box) -> Clip:
    """A clip moved with what it cuts. One that a page's end now divides, or that is no box, is given up."""
    cut, _ = clip
    if cut is None or cut[3] - cut[1] > 0.7 * (box[3] - box[1]):
        return cut, ()
    (on, low), (other, high) = places.at(page, cut[1]), places.at(page, cut[3])
    if on != other or high <= low:
        return None, ()
    return (cut[0], low, cut[2], high), ()


def _stretched(paint: Paint, heights: Mapping[float, float], clip: Clip) -> Paint:
    """A path with the heights of its corners replaced, written without the source's own origin."""
    a, b, c, d, _, _ = paint.gfx.ctm
    linear: Matrix = (a, b, c, d, 0.0, 0.0)
    back = invert(linear)
    if back is None:
        return paint
    body: list[bytes] = []

    def put(x: float, y: float) -> None:
        px, py = apply(paint.gfx.ctm, x, y)
        u, v = apply(back, round(px, 3), heights.get(py, py))
        body.extend((lex.num(u), lex.num(v)))

    for op, values in paint.path():
        if op == b"re":
            x, y, w, h = values
            for i, corner in enumerate(((x, y), (x + w, y), (x + w, y + h), (x, y + h))):
                put(*corner)
                body.append(b"l" if i else b"m")
            body.append(b"h")
        else:
            for i in range(0, len(values) - 1, 2):
                put(values[i], values[i + 1])
            body.append(op)
    gfx = replace(paint.gfx, ctm=linear, clip=clip)
    return Paint(gfx, "path", [*body, paint.body[-1]], None, None, paint.hidden)
