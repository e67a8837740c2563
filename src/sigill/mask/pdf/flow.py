"""Moves what stands below a paragraph that became longer or shorter, so that no place on the page tells by how much.

A page is seen as bands: groups of paragraphs that stand beside one another, top down. If a band's text takes more or
less room than in the source, everything below moves by the difference, and boxes and rules that span it stretch with
it. Running headers and footers stay where they are.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sigill.mask.pdf import lex
from sigill.mask.pdf.display import Paint, apply, invert
from sigill.mask.pdf.lines import Paragraph
from sigill.mask.pdf.relay import Laid


@dataclass(slots=True)
class Band:
    """Paragraphs side by side.

    Args:
        top, bottom: extent in the source.
        grows: by how much its lowest line sinks (negative: rises), in points.
        columns: paragraphs by column, top down.
    """

    top: float
    bottom: float
    paragraphs: list[Paragraph]
    grows: float = 0.0
    shift: float = 0.0


@dataclass(slots=True)
class Displacement:
    """How far things sink, by where they stood.

    Args:
        paragraphs: id of paragraph → points down.
        cuts: (y, points down for all that lies below y), y falling.
        ceiling, floor: outside, nothing moves.
    """

    paragraphs: dict[int, float] = field(default_factory=dict)
    cuts: list[tuple[float, float]] = field(default_factory=list)
    ceiling: float = 1e9
    floor: float = -1e9
    lowest: float = 0.0

    def at(self, y: float) -> float:
        """Points down for a point at height y."""
        if not self.floor <= y <= self.ceiling or not self.cuts:
            return 0.0
        i = bisect_right([-cut for cut, _ in self.cuts], -y)
        return self.cuts[i - 1][1] if i else 0.0

    @property
    def moves(self) -> bool:
        return any(shift for _, shift in self.cuts) or any(self.paragraphs.values())


def bands(paragraphs: Sequence[Paragraph]) -> list[Band]:
    """Group upright paragraphs that overlap in height."""
    out: list[Band] = []
    for paragraph in sorted((p for p in paragraphs if not p.segments[0].angle), key=lambda p: -p.top):
        slack = 0.1 * paragraph.segments[0].em
        if out and paragraph.top - slack > out[-1].bottom:
            out[-1].paragraphs.append(paragraph)
            out[-1].bottom = min(out[-1].bottom, paragraph.bottom)
        else:
            out.append(Band(paragraph.top, paragraph.bottom, [paragraph]))
    return out


def displace(
    found: Sequence[Band], laid: Mapping[int, Laid], ceiling: float, floor: float
) -> Displacement:
    """Work out how far everything on a page sinks.

    Args:
        found: the page's bands, without running headers and footers.
        laid: id of paragraph → how it was laid out again.
        ceiling, floor: heights between which things move.
    """
    out = Displacement(ceiling=ceiling, floor=floor)
    shift = 0.0
    for band in found:
        columns: list[tuple[float, float, list[float]]] = []  # x0, x1, [shift within the column]
        lowest = 0.0
        new_lowest = band.bottom
        ends = []
        for paragraph in band.paragraphs:
            x0 = min(s.x0 for s in paragraph.segments)
            x1 = max(max(s.x1 for s in paragraph.segments), min(paragraph.right, x0 + 1e4))
            column = next((c for c in columns if c[0] < x1 - 1 and c[1] > x0 + 1), None)
            if column is None:
                column = (x0, x1, [0.0])
                columns.append(column)
            out.paragraphs[id(paragraph)] = shift + column[2][0]
            if id(paragraph) in laid:
                column[2][0] += laid[id(paragraph)].drop
            ends.append(paragraph.bottom - column[2][0])
        new_lowest = min(ends)
        band.grows = lowest = band.bottom - new_lowest
        band.shift = shift
        shift += lowest
        shift = round(shift, 3)
        if abs(shift) < 0.05:
            shift = 0.0
        out.cuts.append((band.bottom, shift))
    out.lowest = found[-1].bottom - shift if found else 0.0
    return out


def move(paint: Paint, displacement: Displacement, page: tuple[float, float]) -> Paint:
    """A painted thing where it belongs now: moved as a whole, or stretched where it spans moved text."""
    if not displacement.moves:
        return paint
    points = paint.points()
    if not points:
        return paint
    ys = [y for _, y in points]
    top, bottom = max(ys), min(ys)
    if top - bottom > 0.8 * page[1]:
        return paint  # a background or frame of the whole page
    sinks = {displacement.at(y) for y in ys}
    if sinks == {0.0}:
        return paint
    if len(sinks) == 1 or paint.kind != "path":
        dy = displacement.at(top)
        a, b, c, d, e, f = paint.gfx.ctm
        box, others = paint.gfx.clip
        gfx = replace(paint.gfx, ctm=(a, b, c, d, e, f - dy), clip=_moved_clip(box, others, displacement))
        return Paint(gfx, paint.kind, paint.body, paint.ref, None, paint.hidden)
    back = invert(paint.gfx.ctm)
    if back is None:
        return paint
    body: list[bytes] = []
    for op, v in paint.path():
        if op == b"re":
            x, y, w, h = v
            corners = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
            for i, corner in enumerate(corners):
                body += [*_sunk(corner, paint, back, displacement), b"l" if i else b"m"]
            body.append(b"h")
        else:
            for i in range(0, len(v) - 1, 2):
                body += _sunk((v[i], v[i + 1]), paint, back, displacement)
            body.append(op)
    box, others = paint.gfx.clip
    gfx = replace(paint.gfx, clip=_moved_clip(box, others, displacement))
    return Paint(gfx, "path", [*body, paint.body[-1]], None, None, paint.hidden)


def _sunk(point: tuple[float, float], paint: Paint, back, displacement: Displacement) -> list[bytes]:  # type: ignore[no-untyped-def]
    x, y = apply(paint.gfx.ctm, *point)
    u, v = apply(back, x, y - displacement.at(y))
    return [lex.num(u), lex.num(v)]


def _moved_clip(box, others, displacement: Displacement):  # type: ignore[no-untyped-def]
    if box is not None:
        box = (box[0], box[1] - displacement.at(box[1]), box[2], box[3] - displacement.at(box[3]))
    return box, others
