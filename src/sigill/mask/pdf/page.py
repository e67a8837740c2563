"""One page on its way through the mask, and small questions about pages."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from sigill.errors import N_, Blocked
from sigill.mask.pdf import lines, reading, scan
from sigill.mask.pdf.display import Canvas, Paint, Show, apply
from sigill.mask.pdf.emit import Drawn
from sigill.mask.pdf.lines import Paragraph
from sigill.mask.pdf.relay import Laid


@dataclass(slots=True)
class PageWork:
    """One page on its way."""

    number: int
    source: Any
    box: tuple[float, float, float, float]
    canvas: Canvas
    shows: list[Show] = field(default_factory=list)
    segments: list[lines.Segment] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    builder: reading.Builder = field(default_factory=reading.Builder)
    hits: reading.Hits = field(default_factory=reading.Hits)
    rules: lines.Rules = field(default_factory=lines.Rules)
    laid: dict[int, Laid] = field(default_factory=dict)
    fixed: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    drawn_in: bool = False
    pictures: dict[int, list[Drawn]] = field(default_factory=dict)
    under: list[Drawn] = field(default_factory=list)
    whole: list[Drawn] = field(default_factory=list)

    @property
    def format(self) -> tuple[int, int]:
        return round(self.box[2] - self.box[0]), round(self.box[3] - self.box[1])

    @property
    def foot(self) -> list[Paragraph]:
        """Its lowest paragraphs, top down: running feet and what stands above them."""
        return [p for p in self.paragraphs if not p.segments[0].angle][-4:]

    @property
    def head(self) -> list[Paragraph]:
        """Its highest paragraphs, top down."""
        return [p for p in self.paragraphs if not p.segments[0].angle][:4]

    @property
    def part(self) -> str:
        return f"page {self.number + 1}" if self.number >= 0 else "pattern"


def contents(page: pikepdf.Page) -> bytes:
    """A page's content streams as one (7.8.2: a break between them is white space)."""
    contents = page.obj.get("/Contents")
    try:
        if isinstance(contents, pikepdf.Stream):
            return contents.read_bytes()
        if isinstance(contents, pikepdf.Array):
            return b"\n".join(part.read_bytes() for part in contents if isinstance(part, pikepdf.Stream))
    except pikepdf.PdfError:
        raise Blocked(N_("A page's drawing can't be read."), N_("Print the document to a new PDF.")) from None
    return b""


def inherited(page: pikepdf.Page, key: str) -> Any:
    node: Any = page.obj
    for _ in range(50):
        if key in node:
            return node[key]
        node = node.get("/Parent")
        if not isinstance(node, pikepdf.Dictionary):
            return None
    return None


_MAX_SIDE = 14_400.0
"""The longest side of a page, in its own units (ISO 32000-1, annex C.2)."""
_FAR = 1_000_000.0
"""Single precision, which viewers count in, is off by a twentieth of a point out here."""


def media_box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """The page's sheet: left, bottom, right, top.

    Raises:
        Blocked: larger than a page may be.
    """
    box = inherited(page, "/MediaBox")
    if box is None or len(box) != 4:
        return 0.0, 0.0, 612.0, 792.0
    x0, y0, x1, y1 = (float(v) for v in box)
    # Written so that what is no number fails too.
    if not (abs(x1 - x0) <= _MAX_SIDE and abs(y1 - y0) <= _MAX_SIDE and max(map(abs, (x0, y0, x1, y1))) <= _FAR):
        raise Blocked(N_("A page is larger than a PDF page may be."), N_("Print the document to a new PDF."))
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def hit_boxes(page: PageWork, hidden_only: bool = False) -> Iterator[scan.Box]:
    """Where on the page the pieces stand that were hit; `hidden_only`: those of an invisible text layer."""
    for key, glyphs in page.hits.glyphs.items():
        show = page.hits.shows[key]
        if hidden_only and show.mode != 3:
            continue
        offsets = show.offsets()
        x0, y0 = apply(show.matrix, offsets[min(glyphs)], -0.2 * show.size)
        x1, y1 = apply(show.matrix, offsets[max(glyphs) + 1], 0.75 * show.size)
        yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def picture_boxes(page: PageWork) -> Iterator[scan.Box]:
    """Pictures that take up room of their own in the text."""
    height, width = page.box[3] - page.box[1], page.box[2] - page.box[0]
    for item in page.canvas.items:
        if isinstance(item, Paint) and item.kind in ("image", "inline", "form"):
            points = item.points()
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            if 20 < max(ys) - min(ys) < 0.7 * height and max(xs) - min(xs) < 0.98 * width:
                yield min(xs), min(ys), max(xs), max(ys)


def is_picture(page: PageWork) -> bool:
    """Whether one picture covers most of the page, as in a scan."""
    area = (page.box[2] - page.box[0]) * (page.box[3] - page.box[1])
    for item in page.canvas.items:
        if isinstance(item, Paint) and item.kind in ("image", "inline"):
            points = item.points()
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            if (max(xs) - min(xs)) * (max(ys) - min(ys)) > 0.6 * area:
                return True
    return False


def overlaps(page: PageWork, box: tuple[float, float, float, float]) -> bool:
    """Whether a box lies over a paragraph that was set again."""
    for laid in page.laid.values():
        paragraph = laid.paragraph
        x0 = min(s.x0 for s in paragraph.segments)
        x1 = max(*(s.x1 for s in paragraph.segments), paragraph.right)
        if box[0] < x1 and box[2] > x0 and box[1] < paragraph.top and box[3] > paragraph.bottom:
            return True
    return False


def tidy(value: float) -> Any:
    value = round(value, 3)
    return int(value) if value == int(value) else value
