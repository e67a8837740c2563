"""The way of a PDF through the mask, step by step.

The promise: what comes out holds nothing of the hidden people, in text, fonts, spacing, metadata, attachments or
pictures, and is the same file, byte for byte, whoever of the staff the source was about, wherever that can be had in
place. The modesty: it relies on what `finder` finds, can't judge handwriting, and refuses (`Blocked`) where text
can't be read. `verify` looks at the result with other eyes.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from sigill.errors import N_, BadInput, Blocked
from sigill.mask.pdf import aside, flow, images, lex, lines, reading, relay
from sigill.mask.pdf.display import Canvas, Fonts, Interpreter, Paint, Show
from sigill.mask.pdf.embed import Embedder
from sigill.mask.pdf.emit import Drawn, Writer, same_spelling
from sigill.mask.pdf.fonts import UNREAD
from sigill.mask.pdf.label import LabelFont
from sigill.mask.pdf.lines import Paragraph
from sigill.mask.pdf.objects import Copier, plain
from sigill.mask.pdf.relay import Laid, Run
from sigill.mask.report import Options, Report

_SHOWS_TEXT = re.compile(rb"(?:T[jJ]|['\"])(?:[\x00\t\n\x0c\r ]|$)|T[jJ](?=[\[(<%/])")
_BOXES = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")


@dataclass(slots=True)
class PageWork:
    """One page on its way."""

    number: int
    source: pikepdf.Page
    box: tuple[float, float, float, float]
    canvas: Canvas
    shows: list[Show] = field(default_factory=list)
    segments: list[lines.Segment] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    builder: reading.Builder = field(default_factory=reading.Builder)
    hits: reading.Hits = field(default_factory=reading.Hits)
    rules: lines.Rules = field(default_factory=lines.Rules)
    laid: dict[int, Laid] = field(default_factory=dict)
    displacement: flow.Displacement = field(default_factory=flow.Displacement)
    gone: set[int] = field(default_factory=set)

    @property
    def format(self) -> tuple[int, int]:
        return round(self.box[2] - self.box[0]), round(self.box[3] - self.box[1])

    @property
    def part(self) -> str:
        return f"page {self.number + 1}"


def mask_pdf(data: bytes, finder: reading.Finder, options: Options, report: Report) -> bytes:
    """Take the hidden people out of a PDF.

    Args:
        data: the file.
        finder: finds them in text; `find(text)` gives spans, `for_document(text)` a finder that knows the document.
        options: label, bounds, policies, password.
        report: filled: what was removed where, the fate of each page, what to review, notes.

    Returns:
        a new PDF; the same bytes for the same input.

    Raises:
        BadInput: no PDF, or damaged beyond repair, or a wrong label.
        Blocked: encrypted without the password, out of bounds, or not to be read safely.
    """
    with open_pdf(data, options, report) as source:
        return _Masker(source, finder, options, report).run()


def open_pdf(data: bytes, options: Options, report: Report) -> pikepdf.Pdf:
    """Open within bounds.

    Raises:
        BadInput, Blocked: see `mask_pdf`.
    """
    if len(data) > options.max_bytes:
        raise Blocked(N_("The file is larger than the bound set for one document."), N_("Split it."))
    if b"%PDF-" not in data[:1024]:
        raise BadInput(N_("This is not a PDF file."), N_("Check the file."))
    try:
        pdf = pikepdf.open(io.BytesIO(data), password=options.password or "")
    except pikepdf.PasswordError:
        raise Blocked(
            N_("The PDF is locked with a password."), N_("Give the password, or an unlocked copy.")
        ) from None
    except (pikepdf.PdfError, RuntimeError, ValueError):
        raise BadInput(N_("The PDF is damaged beyond repair."), N_("Ask for a new copy.")) from None
    try:
        count = len(pdf.pages)
    except (pikepdf.PdfError, RuntimeError, ValueError):
        raise BadInput(N_("The PDF's pages can't be found."), N_("Ask for a new copy.")) from None
    if count > options.max_pages:
        raise Blocked(N_("The PDF has more pages than the bound set for one document."), N_("Split it."))
    if count == 0:
        raise BadInput(N_("The PDF has no pages."), N_("Check the file."))
    if pdf.is_encrypted:
        report.notes.append("encryption removed")
    if data.count(b"%%EOF") > 1 and b"/Linearized" not in data[:2048]:
        report.took("file", "revision")
    return pdf


class _Masker:
    """Holds what the steps share."""

    def __init__(
        self, source: pikepdf.Pdf, finder: reading.Finder, options: Options, report: Report
    ) -> None:
        self.source = source
        self.finder = finder
        self.options = options
        self.report = report
        self.fonts = Fonts()
        self.label = LabelFont(options.label)
        self.new = pikepdf.new()
        self.copier = Copier(self.new, images.clean)
        self.embedder = Embedder(self.new, self.copier)
        self.measures = lines.Measures()
        self._texty: dict[Any, bool] = {}
        self.words_seen: set[str] = set()

    # (1) .. (9): the way ------------------------------------------------------------------------------------------

    def run(self) -> bytes:
        pages = [self._read(number, page) for number, page in enumerate(self.source.pages)]  # (1) what is shown
        for page in pages:  # (2) lines and paragraphs; margins are the document's, not the page's
            page.paragraphs = lines.paragraphs(page.segments, self.measures, page.format, page.rules)
            page.builder = reading.build(page.paragraphs, page.shows, page.canvas.actual)
        beside = aside.Aside(self.source, self.options, self.report)  # (3) what is said beside the pages
        whole = "\n\n".join([page.builder.text() for page in pages] + beside.texts())
        finder = self.finder.for_document(whole)
        for page in pages:  # (4) who stands there
            loose = reading.find(page.builder, finder, page.part, self.report, page.hits)
            self._replacement_texts(page, loose)
        self._across_pages(pages, finder)
        touched = any(page.hits or page.gone for page in pages)
        if touched:
            self.words_seen = {w.strip(".,;:!?()\"”").casefold() for w in whole.split() if "-" in w}
            for page in pages:  # (5) lines set again, the rest moved
                self._lay(page)
            drawn = [self._drawn(page) for page in pages]
            for items in drawn:  # (6) fonts with what is still shown
                for item in items:
                    if isinstance(item, Run):
                        self.embedder.use(item.font, item.codes)
            self.embedder.finish()
            for page, items in zip(pages, drawn, strict=True):  # (7) pages written
                self._write(page, items)
        else:
            raise NotImplementedError
        return self._save()

    # -- (1) reading ---------------------------------------------------------------------------------------------

    def _read(self, number: int, page: pikepdf.Page) -> PageWork:
        interpreter = Interpreter(self.fonts, self.has_text)
        canvas = interpreter.run(_contents(page), page.obj.get("/Resources", page.resources))
        work = PageWork(number, page, _box(page), canvas)
        for item in canvas.items:
            if isinstance(item, Paint) and item.kind == "path":
                item.body = same_spelling(item.body)
        work.rules = lines.Rules.of(
            item for item in canvas.items if isinstance(item, Paint) and item.kind == "path"
        )
        work.shows = lines.place(canvas.shows())
        work.segments = lines.segments([show for show in work.shows if show.text.strip()])
        self.measures.learn(work.format, work.segments)
        return work

    def has_text(self, form: pikepdf.Object) -> bool:
        """Whether a form shows text, itself or through the forms it draws."""
        key = form.objgen
        if key not in self._texty:
            self._texty[key] = False
            data = form.read_bytes()
            found = bool(_SHOWS_TEXT.search(data))
            inner = form.get("/Resources", Dictionary()).get("/XObject", Dictionary())
            for name in inner.keys():
                child = inner[name]
                if isinstance(child, pikepdf.Stream) and child.get("/Subtype") == "/Form":
                    found = self.has_text(child) or found
            self._texty[key] = found
        return self._texty[key]

    # -- (4) finding ---------------------------------------------------------------------------------------------

    def _replacement_texts(self, page: PageWork, loose: Sequence[tuple[int, int]]) -> None:
        """A hit in an ActualText: what it stands for goes, glyphs and drawings."""
        text = page.builder.text()
        for number, actual in enumerate(page.canvas.actual):
            if not actual:
                continue
            at = text.find(actual, page.builder.own)
            while at >= 0:
                if any(start < at + len(actual) and end > at for start, end in loose):
                    page.gone.add(number)
                at = text.find(actual, at + 1)
        for show in page.shows:
            if show.actual in page.gone:
                for glyph in range(len(show.codes)):
                    page.hits.add(show, glyph)
        if page.gone:
            self.report.took(page.part, "replacement text", len(page.gone))

    def _across_pages(self, pages: Sequence[PageWork], finder: reading.Finder) -> None:
        for before, after in zip(pages, pages[1:], strict=False):

            def mark(
                builder: reading.Builder, joint: int, start: int, end: int,
                before: PageWork = before, after: PageWork = after,
            ) -> None:  # fmt: skip
                builder.mark(start, joint, before.hits)
                builder.mark(joint, end, after.hits)

            foot = [p for p in before.paragraphs if not p.segments[0].angle][-4:]
            head = [p for p in after.paragraphs if not p.segments[0].angle][:4]
            reading.across_pages(foot, head, finder, mark)

    # -- (5) laying out ------------------------------------------------------------------------------------------

    def _lay(self, page: PageWork) -> None:
        height = page.box[3] - page.box[1]
        body = []
        for paragraph in page.paragraphs:
            y = paragraph.segments[0].y - page.box[1]
            furniture = len(paragraph.segments) == 1 and not 0.075 * height < y < 0.925 * height
            if not furniture:
                body.append(paragraph)
            if any(id(show) in page.hits.glyphs for s in paragraph.segments for show in s.shows):
                page.laid[id(paragraph)] = relay.lay(
                    paragraph, page.hits.glyphs, self.label, self.words_seen, furniture
                )
        page.displacement = flow.displace(
            flow.bands(body), page.laid, page.box[1] + 0.925 * height, page.box[1] + 0.075 * height
        )
        changed = bool(page.laid or page.gone)
        self.report.pages.append("in_place" if changed else "untouched")

    def _drawn(self, page: PageWork) -> list[Drawn]:
        """The page's items as they will be written."""
        moved = page.displacement
        replaced: dict[int, Laid | None] = {}
        down: dict[int, float] = {}
        struck: set[int] = set()
        rules = [item for item in page.canvas.items if isinstance(item, Paint) and item.kind == "path"]
        for paragraph in page.paragraphs:
            laid = page.laid.get(id(paragraph))
            sinks = moved.paragraphs.get(id(paragraph), 0.0)
            for segment in paragraph.segments:
                for show in segment.shows:
                    for one in (show, *(show.also or ())):
                        down[id(one)] = sinks
                        if laid is not None:
                            replaced[id(one)] = laid if one.order == laid.order else None
                if laid is not None and rules:
                    struck |= {id(paint) for paint in lines.underlines(rules, segment)}
        out: list[Drawn] = []
        written: set[int] = set()
        for item in page.canvas.items:
            if isinstance(item, Paint):
                if id(item) not in struck and item.hidden not in page.gone or (
                    item.hidden == 0 and id(item) not in struck
                ):
                    out.append(flow.move(item, moved, page.format))
                continue
            if not item.text.strip():
                continue
            if id(item) in replaced:
                laid = replaced[id(item)]
                if laid is not None and id(laid) not in written:
                    written.add(id(laid))
                    sinks = moved.paragraphs.get(id(laid.paragraph), 0.0)
                    for line in laid.lines:
                        for run in line:
                            run.y -= sinks
                            out.append(run)
                continue
            run = relay.untouched(item)
            run.y -= down.get(id(item), 0.0)
            if down.get(id(item)):
                box, others = run.style.gfx.clip
                clip = flow._moved_clip(box, others, moved)
                run.style = replace(run.style, gfx=replace(run.style.gfx, clip=clip))
            out.append(run)
        return out

    # -- (7) writing ---------------------------------------------------------------------------------------------

    def _write(self, page: PageWork, items: Sequence[Drawn]) -> None:
        content, resources = Writer(self.embedder, self.copier).write(items)
        out = Dictionary(
            Type=Name.Page, MediaBox=Array(list(map(_tidy, page.box))), Resources=resources,
            Contents=self.new.make_stream(content),
        )  # fmt: skip
        self._page_keys(page.source, out)
        self.new.pages.append(pikepdf.Page(self.new.make_indirect(out)))

    def _page_keys(self, source: pikepdf.Page, out: Dictionary) -> None:
        for key in _BOXES[1:]:
            box = source.obj.get(key) if key != "/CropBox" else _inherited(source, key)
            if box is not None:
                out[key] = plain(box)
        rotate = _inherited(source, "/Rotate")
        if rotate is not None and int(rotate) % 90 == 0 and int(rotate):
            out["/Rotate"] = int(rotate)
        if "/UserUnit" in source.obj:
            out["/UserUnit"] = source.obj["/UserUnit"]
        if "/Group" in source.obj:
            group = self.copier.copy(source.obj["/Group"], "group")
            if group is not None:
                out["/Group"] = group

    def _save(self) -> bytes:
        out = io.BytesIO()
        self.new.save(
            out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, min_version="1.7"
        )
        return out.getvalue()


def _contents(page: pikepdf.Page) -> bytes:
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


def _inherited(page: pikepdf.Page, key: str) -> Any:
    node: Any = page.obj
    for _ in range(50):
        if key in node:
            return node[key]
        node = node.get("/Parent")
        if not isinstance(node, pikepdf.Dictionary):
            return None
    return None


def _box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    box = _inherited(page, "/MediaBox")
    if box is None or len(box) != 4:
        return 0.0, 0.0, 612.0, 792.0
    x0, y0, x1, y1 = (float(v) for v in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _tidy(value: float) -> Any:
    value = round(value, 3)
    return int(value) if value == int(value) else value


__all__ = ["lex", "mask_pdf", "open_pdf", "UNREAD"]
