"""The way of a PDF through the mask, step by step.

The promise: what comes out holds nothing of the hidden people, in text, fonts, spacing, metadata, attachments or
pictures, and is the same file, byte for byte, whoever of the staff the source was about, wherever that can be had in
place. The modesty: it relies on what `finder` finds, can't judge handwriting, and refuses (`Blocked`) where text
can't be read. `verify` looks at the result with other eyes.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from sigill.errors import N_, BadInput, Blocked
from sigill.mask.pdf import aside, flow, images, lex, lines, reading, relay, scan
from sigill.mask.pdf.display import Canvas, Fonts, Interpreter, Paint, Show, apply, matrix_of, multiply
from sigill.mask.pdf.embed import Embedder
from sigill.mask.pdf.emit import Drawn, Writer, same_spelling
from sigill.mask.pdf.label import LabelFont
from sigill.mask.pdf.layers import Layers
from sigill.mask.pdf.lines import Paragraph
from sigill.mask.pdf.objects import Copier, plain
from sigill.mask.pdf.relay import Laid, Run
from sigill.mask.report import Fate, Options, Report

_SHOWS_TEXT = re.compile(rb"(?:T[jJ]|['\"])(?:[\x00\t\n\x0c\r ]|$)|T[jJ](?=[\[(<%/])")
_BOXES = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")


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
    def part(self) -> str:
        return f"page {self.number + 1}" if self.number >= 0 else "pattern"


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
        return _Masker(data, source, finder, options, report).run()


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
        self, data: bytes, source: pikepdf.Pdf, finder: reading.Finder, options: Options, report: Report
    ) -> None:
        self.data = data
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
        self.places = flow.Places()
        self._lying: dict[int, bool] = {}
        self._clean_pictures: set[Any] = set()
        self._sides_written: dict[Any, list[Drawn]] = {}

    # (1) .. (9): the way ------------------------------------------------------------------------------------------

    def run(self) -> bytes:
        self.sides: dict[Any, PageWork] = {}
        self._resources_seen: set[Any] = set()
        pages = [self._read(number, page) for number, page in enumerate(self.source.pages)]  # (1) what is shown
        for page in (*pages, *self.sides.values()):  # (2) lines and paragraphs; margins are the document's
            page.paragraphs = lines.paragraphs(page.segments, self.measures, page.format, page.rules)
        for page in (*pages, *self.sides.values()):
            for paragraph in page.paragraphs:
                paragraph.leading = paragraph.leading or self.measures.leading(paragraph.segments[0].em)
            page.builder = reading.build(page.paragraphs, page.shows, page.canvas.actual)
        beside = aside.Aside(self.source, self.options, self.report)  # (3) what is said beside the pages
        whole = "\n\n".join([page.builder.text() for page in pages] + beside.texts())
        finder = self.finder.for_document(whole)
        for page in (*pages, *self.sides.values()):  # (4) who stands there
            loose = reading.find(page.builder, finder, page.part, self.report, page.hits)
            self._replacement_texts(page, loose)
        self._across_pages(pages, finder)
        for page in pages:  # pictures, outlines, fonts that can't be read
            self._look(page, finder)
        self.words_seen = {w.strip(".,;:!?()\"”").casefold() for w in whole.split() if "-" in w}
        layers = Layers(self.source, self.new, finder, self.options.label, self.report)
        self.copier.group = layers.copy
        works = [*pages, *self.sides.values()]
        rewrite = any(w.hits or w.gone or w.drawn_in or w.pictures or w.whole for w in works)
        if rewrite:
            sheets = self._lay(pages)  # (5) lines set again, the rest moved
            self.places, order = flow.Setter(sheets).run()
            drawn = self._drawn(pages, order)
            drawn += [self._drawn_side(work) for work in self.sides.values()]
            for items in drawn:  # (6) fonts with what is still shown
                for item in items:
                    if isinstance(item, Run):
                        self.embedder.use(item.font, item.codes)
            self.embedder.finish()
            self._sides_written = dict(zip(self.sides, drawn[len(order) :], strict=True))
            self.copier.rewrite = self._rewritten
            for number, items in zip(order, drawn, strict=False):  # (7) pages written
                self._write(pages[number], items)
        else:
            self.copier.keep_fonts = True
            for page in pages:
                self._keep(page)
        by_id = {page.source.obj.objgen: page.number for page in pages}
        beside.write(  # (8) links, outline, labels, title, attachments
            self.new, finder, by_id, self.places.at, lambda n, box: _overlaps(pages[n], box)
        )
        layers.write()
        self._notes(rewrite)
        return self._save()  # (9)

    def _notes(self, rewritten: bool) -> None:
        root = self.source.Root
        if "/StructTreeRoot" in root:
            self.report.notes.append("structure lost")
        form = root.get("/AcroForm")
        if isinstance(form, pikepdf.Dictionary):
            self.report.notes.append("form fields drawn into the page")
            if int(form.get("/SigFlags", 0)) & 1 or "/Perms" in root:
                self.report.notes.append("signature broken by masking")
        del rewritten

    # -- (1) reading ---------------------------------------------------------------------------------------------

    def _read(self, number: int, page: pikepdf.Page) -> PageWork:
        interpreter = Interpreter(self.fonts, self.has_text)
        canvas = interpreter.run(_contents(page), page.obj.get("/Resources", page.resources))
        work = PageWork(number, page, _box(page), canvas)
        for annotation in aside.annotations(page):
            if str(annotation.get("/Subtype")) in aside.DRAWN:
                work.drawn_in |= self._draw_in(interpreter, annotation)
        self._collect_sides(page.obj.get("/Resources", page.resources), 0)
        return self._analyse(work)

    def _draw_in(self, interpreter: Interpreter, annotation: pikepdf.Object) -> bool:
        """Draw an annotation's appearance into its page (12.5.5, algorithm 8.1)."""
        stream = aside.appearance(annotation, self.source.Root.get("/AcroForm"))
        rect = annotation.get("/Rect")
        if not isinstance(rect, pikepdf.Array) or len(rect) != 4:
            return False
        x0, y0, x1, y1 = (float(v) for v in rect)
        x0, y0, x1, y1 = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
        if stream is None:
            made = self._field_content(annotation, x1 - x0, y1 - y0)
            if made is None:
                return False
            interpreter.run(made[0], made[1], (1, 0, 0, 1, x0, y0), (0, 0, x1 - x0, y1 - y0))
            return True
        box = [float(v) for v in stream.get("/BBox", [0, 0, x1 - x0, y1 - y0])]
        matrix = matrix_of(stream.get("/Matrix"))
        corners = [apply(matrix, x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        bx0, by0 = min(c[0] for c in corners), min(c[1] for c in corners)
        bx1, by1 = max(c[0] for c in corners), max(c[1] for c in corners)
        if bx1 - bx0 < 1e-6 or by1 - by0 < 1e-6:
            return False
        sx, sy = (x1 - x0) / (bx1 - bx0), (y1 - y0) / (by1 - by0)
        fit = (sx, 0.0, 0.0, sy, x0 - bx0 * sx, y0 - by0 * sy)
        interpreter.run(stream.read_bytes(), stream.get("/Resources"), multiply(matrix, fit), box)
        return True

    def _field_content(self, annotation: pikepdf.Object, width: float, height: float) -> tuple[bytes, Any] | None:
        """The content of a field that has a value but no appearance (12.7.3.3)."""
        value = aside.value_text(annotation)
        if str(annotation.get("/Subtype")) == "/FreeText":
            value = aside.text_of(annotation.get("/Contents"))
        if not value.strip() or int(annotation.get("/F", 0)) & 34:
            return None
        size = 10.0 if height >= 14 else max(4.0, height * 0.7)
        rows = value.splitlines()
        body = [b"BT", b"/SigillHelv " + lex.num(size) + b" Tf", lex.nums(2, height - size - 1) + b" Td"]
        for row in rows:
            body += [lex.hexstring(row.encode("cp1252", "replace")) + b" Tj", lex.nums(0, -1.2 * size) + b" Td"]
        font = Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
        )
        return b"\n".join([*body, b"ET"]), Dictionary(Font=Dictionary(SigillHelv=font))

    def _collect_sides(self, resources: Any, depth: int) -> None:
        """Tiling patterns and soft masks that show text are pages of their own."""
        if not isinstance(resources, pikepdf.Dictionary) or depth > 10:
            return
        if resources.objgen != (0, 0):
            if resources.objgen in self._resources_seen:
                return
            self._resources_seen.add(resources.objgen)
        streams: list[Any] = []
        for category in ("/Pattern", "/ExtGState", "/XObject"):
            entries = resources.get(category)
            for name in entries.keys() if isinstance(entries, pikepdf.Dictionary) else ():
                one = entries[name]
                if category == "/ExtGState":
                    mask = one.get("/SMask") if isinstance(one, pikepdf.Dictionary) else None
                    one = mask.get("/G") if isinstance(mask, pikepdf.Dictionary) else None
                if isinstance(one, pikepdf.Stream) and (category != "/XObject" or one.get("/Subtype") == "/Form"):
                    streams.append((category, one))
        for category, stream in streams:
            self._collect_sides(stream.get("/Resources"), depth + 1)
            if category != "/XObject" and stream.objgen not in self.sides and self.has_text(stream):
                canvas = Interpreter(self.fonts, self.has_text).run(stream.read_bytes(), stream.get("/Resources"))
                box = [float(v) for v in stream.get("/BBox", [0, 0, 100, 100])]
                work = PageWork(-1, None, (box[0], box[1], box[2], box[3]), canvas)
                self.sides[stream.objgen] = self._analyse(work)

    def _rewritten(self, stream: pikepdf.Object) -> Any:
        """A pattern or mask with text, written again; None for others."""
        items = self._sides_written.get(stream.objgen)
        if items is None:
            return None
        content, resources = Writer(self.embedder, self.copier).write(items)
        out = self.new.make_stream(content)
        out["/Resources"] = resources
        return out

    def _analyse(self, work: PageWork) -> PageWork:
        canvas = work.canvas
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

    def _look(self, page: PageWork, finder: reading.Finder) -> None:
        """What can only be seen: letters in pictures, drawn as outlines, or in fonts that can't be trusted."""
        paints = [item for item in page.canvas.items if isinstance(item, Paint)]
        fonts = {id(show.font): show.font for show in page.shows if show.mode != 3}
        if scan.unread(page.shows) or any(self._lies(font) for font in fonts.values()):
            self._look_at_whole(page, finder)
            return
        seen = scan.pictures(paints)
        if scan.outlined(paints):
            self._look_at_pictures(page, paints, page.box, finder)
            return
        for together, box in scan.clusters(seen):
            self._look_at_pictures(page, together, box, finder)

    def _lies(self, font: Any) -> bool:
        if id(font) not in self._lying:
            self._lying[id(font)] = scan.lies(font)
        return self._lying[id(font)]

    def _look_at_whole(self, page: PageWork, finder: reading.Finder) -> None:
        rotation = int(_inherited(page.source, "/Rotate") or 0) % 360
        found = scan.read(
            scan.render(self.data, page.number, self.options.password), finder, self.report, page.part, rotation
        )
        self.report.review.append((page.part, "letters that can't be read as text; the page was read by OCR"))
        if not found.words and not page.paragraphs:
            return
        known = scan.Reading(found.picture, list(found.words))
        scan.mark_boxes(known, list(_hit_boxes(page)), page.box)
        if not found.hits - known.hits and not any(self._lies(show.font) for show in page.shows):
            return
        if not found.hits and not page.hits:
            return
        found.hits |= known.hits
        found.words = known.words
        self.report.took(page.part, "picture", len(found.hits))
        words = scan.paint_over(found, self.label)
        layer = scan.text_layer(words, self.label, page.box) if not rotation else []
        page.whole = [scan.as_paint(self.new, found.picture, page.box), *layer]

    def _look_at_pictures(
        self, page: PageWork, together: list[Paint], box: scan.Box, finder: reading.Finder
    ) -> None:
        """Read pictures that touch; where someone stands, they become one picture with the label."""
        rotation = int(_inherited(page.source, "/Rotate") or 0) % 360
        key = tuple(
            (p.ref.key if p.ref else b"".join(p.body), tuple(round(v, 2) for v in p.gfx.ctm[:4]),
             round(p.gfx.ctm[4] - box[0], 1), round(p.gfx.ctm[5] - box[1], 1))
            for p in together
        )  # fmt: skip
        layer = [b for b in _hit_boxes(page, hidden_only=True) if scan._touch(b, box)]
        if key in self._clean_pictures and not layer:
            return
        found = scan.read(scan.render_pictures(together, box), finder, self.report, page.part, rotation)
        scan.mark_boxes(found, layer, box)
        if not found.hits:
            self._clean_pictures.add(key)
            return
        self.report.took(page.part, "picture", len(found.hits))
        words = scan.paint_over(found, self.label)
        out: list[Drawn] = [scan.as_paint(self.new, found.picture, box)]
        has_layer = any(show.mode == 3 for show in page.shows)
        if not has_layer and not rotation:
            out += scan.text_layer(words, self.label, box)
        for paint in together:
            page.pictures[id(paint)] = []
        first = min(i for i, item in enumerate(page.canvas.items) if id(item) in page.pictures)
        covered = any(
            isinstance(item, Show) and box[0] < item.end and item.x < box[2] and box[1] < item.y < box[3]
            for item in page.canvas.items[:first]
        )
        if covered or len(together) > 1:
            page.under += out  # a picture of several things must not hide text that stood between them
        else:
            page.pictures[id(together[0])] = out

    # -- (5) laying out ------------------------------------------------------------------------------------------

    def _lay(self, pages: Sequence[PageWork]) -> list[flow.Sheet]:
        """Set touched paragraphs again, and say what of each page flows."""
        running = flow.furniture([(page.box, page.paragraphs) for page in pages])
        sheets = []
        for page in pages:
            self._set_again(page, running)
            fixed = [p for p in page.paragraphs if id(p) in running or p.segments[0].angle]
            page.fixed = {id(p) for p in fixed}
            body = [p for p in page.paragraphs if id(p) not in page.fixed] if not page.whole else []
            middle = (page.box[1] + page.box[3]) / 2
            feet = [p for p in fixed if not p.segments[0].angle and p.segments[0].y < middle]
            floor = max((p.segments[0].y + p.segments[0].em + 3 for p in feet), default=page.box[1])
            heads = [p for p in fixed if not p.segments[0].angle and p.segments[0].y >= middle]
            ceiling = min((p.segments[0].y - 0.3 * p.segments[0].em for p in heads), default=page.box[3])
            pictures = [box for box in _picture_boxes(page) if floor < box[1] and box[3] < ceiling]
            sheets.append(flow.Sheet(page.number, page.box, body, pictures, ceiling, floor, page.laid))
        return sheets

    def _set_again(self, page: PageWork, running: set[int]) -> None:
        hit = page.hits.glyphs
        if not hit:
            return
        for paragraph in page.paragraphs:
            if any(id(show) in hit for s in paragraph.segments for show in s.shows):
                page.laid[id(paragraph)] = relay.lay(
                    paragraph, hit, self.label, self.words_seen, id(paragraph) in running
                )

    def _drawn(self, pages: Sequence[PageWork], order: Sequence[int]) -> list[list[Drawn]]:
        """What each new page shows, in drawing order."""
        out: list[list[Drawn]] = [[] for _ in order]
        homes: dict[int, list[int]] = {}
        for new, number in enumerate(order):
            homes.setdefault(number, []).append(new)
        for page in pages:
            own = homes.get(page.number, [])
            if page.whole:
                for number in own:
                    out[number] += page.whole
                continue
            for where, item in self._items(page):
                for number in own if where is None else [where]:
                    out[number].append(item)
        fates: list[Fate] = []
        for number in order:
            page = pages[number]
            fate: Fate = "in_place" if page.laid or page.gone else "untouched"
            if page.number in self.places.moved:
                fate = "reset"
            fates.append("image" if page.whole or page.pictures else fate)
        self.report.pages += fates
        return out

    def _drawn_side(self, work: PageWork) -> list[Drawn]:
        """A pattern or mask: lines set again where they stood."""
        self._set_again(work, set())
        work.fixed = {id(p) for p in work.paragraphs}
        return [item for _, item in self._items(work)]

    def _items(self, page: PageWork) -> Iterator[tuple[int | None, Drawn]]:
        """A page's items and the new page each belongs to; None for its own."""
        flows = page.number in self.places.moved
        replaced: dict[int, Laid | None] = {}
        heights: dict[int, tuple[int, float]] = {}
        struck: set[int] = set()
        rules = [item for item in page.canvas.items if isinstance(item, Paint) and item.kind == "path"]
        for paragraph in page.paragraphs:
            laid = page.laid.get(id(paragraph))
            lines_ = self.places.lines.get(id(paragraph)) if flows and id(paragraph) not in page.fixed else None
            for number, segment in enumerate(paragraph.segments):
                for show in segment.shows:
                    for one in (show, *(show.also or ())):
                        if laid is not None:
                            replaced[id(one)] = laid if one.order == laid.order else None
                        elif lines_ is not None:
                            where, y = lines_[number]
                            heights[id(one)] = (where, y + flow.tick(one.y - segment.y) / flow.TICK)
                if laid is not None and rules:
                    struck |= {id(paint) for paint in lines.underlines(rules, segment)}
        for item in page.under:
            yield None, item
        written: set[int] = set()
        for item in page.canvas.items:
            if isinstance(item, Paint):
                if id(item) in struck or (item.hidden and item.hidden in page.gone):
                    continue
                for one in page.pictures.get(id(item), [item]):
                    moved = flow.move(one, page.number, self.places, page.box) if flows and isinstance(one, Paint) else []
                    yield from moved or [(None, one)]
            elif not item.text.strip():
                continue
            elif id(item) in replaced:
                laid = replaced[id(item)]
                if laid is not None and id(laid) not in written:
                    written.add(id(laid))
                    yield from self._laid_runs(laid, page, flows)
            else:
                yield self._kept_run(item, page, heights.get(id(item)))

    def _laid_runs(self, laid: Laid, page: PageWork, flows: bool) -> Iterator[tuple[int | None, Run]]:
        own = self.places.lines.get(id(laid.paragraph)) if flows and id(laid.paragraph) not in page.fixed else None
        for number, line in enumerate(laid.lines):
            for run in line:
                if own is None:
                    yield None, run
                    continue
                where, run.y = own[number]
                clip = flow.moved_clip(run.style.gfx.clip, page.number, self.places, page.box)
                run.style = replace(run.style, gfx=replace(run.style.gfx, clip=clip))
                yield where, run

    def _kept_run(self, show: Show, page: PageWork, height: tuple[int, float] | None) -> tuple[int | None, Run]:
        run = relay.untouched(show)
        if height is None:
            return None, run
        run.y = height[1]
        clip = flow.moved_clip(run.style.gfx.clip, page.number, self.places, page.box)
        run.style = replace(run.style, gfx=replace(run.style.gfx, clip=clip))
        return height[0], run

    # -- (7) writing ---------------------------------------------------------------------------------------------

    def _write(self, page: PageWork, items: Sequence[Drawn]) -> None:
        content, resources = Writer(self.embedder, self.copier).write(items)
        out = Dictionary(
            Type=Name.Page, MediaBox=Array(list(map(_tidy, page.box))), Resources=resources,
            Contents=self.new.make_stream(content),
        )  # fmt: skip
        self._page_keys(page.source, out)
        self.new.pages.append(pikepdf.Page(self.new.make_indirect(out)))

    def _keep(self, page: PageWork) -> None:
        """A page of a document in which nobody was found: its content as it is, its resources by the allow-list."""
        data = _contents(page.source)
        if b"%" in data:
            data = b"\n".join(lex.tokens(data))
        out = Dictionary(
            Type=Name.Page, MediaBox=Array(list(map(_tidy, page.box))), Contents=self.new.make_stream(data),
            Resources=self.copier.resources(page.source.obj.get("/Resources", page.source.resources), fonts=True),
        )  # fmt: skip
        self._page_keys(page.source, out)
        self.new.pages.append(pikepdf.Page(self.new.make_indirect(out)))
        self.report.pages.append("untouched")

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


def _hit_boxes(page: PageWork, hidden_only: bool = False) -> Iterator[scan.Box]:
    """Where on the page the pieces stand that were hit; `hidden_only`: those of an invisible text layer."""
    for key, glyphs in page.hits.glyphs.items():
        show = page.hits.shows[key]
        if hidden_only and show.mode != 3:
            continue
        offsets = show.offsets()
        x0, y0 = apply(show.matrix, offsets[min(glyphs)], -0.2 * show.size)
        x1, y1 = apply(show.matrix, offsets[max(glyphs) + 1], 0.75 * show.size)
        yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _picture_boxes(page: PageWork) -> Iterator[scan.Box]:
    """Pictures that take up room of their own in the text."""
    height, width = page.box[3] - page.box[1], page.box[2] - page.box[0]
    for item in page.canvas.items:
        if isinstance(item, Paint) and item.kind in ("image", "inline", "form"):
            points = item.points()
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            if 20 < max(ys) - min(ys) < 0.7 * height and max(xs) - min(xs) < 0.98 * width:
                yield min(xs), min(ys), max(xs), max(ys)


def _overlaps(page: PageWork, box: tuple[float, float, float, float]) -> bool:
    """Whether a box lies over a paragraph that was set again."""
    for laid in page.laid.values():
        paragraph = laid.paragraph
        x0 = min(s.x0 for s in paragraph.segments)
        x1 = max(max(s.x1 for s in paragraph.segments), paragraph.right)
        if box[0] < x1 and box[2] > x0 and box[1] < paragraph.top and box[3] > paragraph.bottom:
            return True
    return False


def _tidy(value: float) -> Any:
    value = round(value, 3)
    return int(value) if value == int(value) else value

