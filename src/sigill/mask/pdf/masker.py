"""The way of a PDF through the mask, step by step.

The promise: what comes out holds nothing of the hidden people, in text, fonts, spacing, metadata, attachments or
pictures, and is the same file, byte for byte, whoever of the staff the source was about, wherever that can be had in
place. The modesty: it relies on what `finder` finds, can't judge handwriting, and refuses (`Blocked`) where text
can't be read. `verify` looks at the result with other eyes.
"""

import io
import itertools
from collections.abc import Sequence
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from sigill.errors import N_, Blocked, SigillError
from sigill.mask.pdf import images, lex, lines, reading
from sigill.mask.pdf.aside import Aside
from sigill.mask.pdf.embed import Embedder
from sigill.mask.pdf.emit import Drawn, Writer
from sigill.mask.pdf.label import LabelFont
from sigill.mask.pdf.layers import Layers
from sigill.mask.pdf.look import Looker
from sigill.mask.pdf.objects import Copier, plain
from sigill.mask.pdf.opening import open_pdf
from sigill.mask.pdf.page import PageWork, contents, inherited, overlaps, tidy
from sigill.mask.pdf.readin import Reader
from sigill.mask.pdf.recompose import Recomposer
from sigill.mask.pdf.relay import Run
from sigill.mask.pdf.structure import Structure
from sigill.mask.report import Options, Report

_BOXES = ("/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")


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
    try:
        with open_pdf(data, options, report) as source:
            return _Masker(data, source, finder, options, report).run()
    except SigillError:
        raise
    except Exception:
        # Broken files make the libraries raise nearly anything, and its message may quote the file.
        raise Blocked(
            N_("The PDF is built in a way that can't be masked safely."), N_("Print it to a new PDF and try again.")
        ) from None


class _Masker:
    """Holds what the steps share."""

    def __init__(
        self, data: bytes, source: pikepdf.Pdf, finder: reading.Finder, options: Options, report: Report
    ) -> None:
        self.source = source
        self.finder = finder
        self.options = options
        self.report = report
        self.label = LabelFont(options.label)
        self.new = pikepdf.new()
        self.copier = Copier(self.new, images.clean)
        self.embedder = Embedder(self.new, self.copier)
        self.measures = lines.Measures()
        self.reader = Reader(source, self.measures)
        self.looker = Looker(data, self.new, self.label, options, report)
        self._sides_written: dict[Any, list[Drawn]] = {}

    def run(self) -> bytes:
        """The way, step by step."""
        pages = [self.reader.read(number, page) for number, page in enumerate(self.source.pages)]  # (1) what is shown
        sides = self.reader.sides
        works = [*pages, *sides.values()]
        self._as_text(works)  # (2) lines, paragraphs, text; margins are the document's, not the page's
        beside = Aside(self.source, self.options, self.report)  # (3) what is said beside the pages
        whole = "\n\n".join([work.builder.text() for work in works] + beside.texts())
        finder = self.finder.for_document(whole)
        for work in works:  # (4) who stands there: in text …
            loose = reading.find(work.builder, finder, work.part, self.report, work.hits)
            self._replacement_texts(work, loose)
        self._across_pages(pages, finder)
        for page in pages:  # … and in pictures, outlines, fonts that can't be read
            self.looker.look(page, finder)
        self.copier.names_someone = lambda text: any(span.certainty != "review" for span in finder.find(text))
        layers = Layers(self.source, self.new, finder, self.options.label, self.report)
        self.copier.group = layers.copy
        hyphenated = {word.strip('.,;:!?()"”').casefold() for word in whole.split() if "-" in word}
        recomposer = Recomposer(self.label, hyphenated)
        by_id = {page.source.obj.objgen: page.number for page in pages}
        kept = False
        if any(w.hits or w.gone or w.drawn_in or w.pictures or w.whole or w.canvas.odd for w in works):
            self._rewrite(pages, sides, recomposer)  # (5) to (7)
        else:
            self.copier.keep_fonts = True
            self.copier.was_read = self.reader.was_read
            for page in pages:
                self._keep(page)
            kept = Structure(self.source, self.new, by_id, finder, self.options.label, self.report, self.copier).copy()
        beside.write(  # (8) links, outline, labels, title, attachments
            self.new, finder, by_id, recomposer.places.at, lambda n, box: overlaps(pages[n], box)
        )
        layers.write()
        self._notes(kept)
        return self._save()  # (9)

    def _as_text(self, works: Sequence[PageWork]) -> None:
        for work in works:
            work.paragraphs = lines.paragraphs(work.segments, self.measures, work.format, work.rules)
        context: reading.Context = {}
        for before, after in itertools.pairwise(works):
            pair = reading.joint(before.foot, after.head) if after.number > 0 else None
            if pair is not None:
                above, below = pair
                context[id(above)] = context.get(id(above), ("", ""))[0], below.segments[0].read()
                context[id(below)] = above.segments[-1].read(), ""
        for work in works:
            for paragraph in work.paragraphs:
                paragraph.leading = paragraph.leading or self.measures.leading(paragraph.segments[0].em)
            work.builder = reading.build(work.paragraphs, work.shows, work.canvas.actual, context)

    def _rewrite(self, pages: Sequence[PageWork], sides: dict[Any, PageWork], recomposer: Recomposer) -> None:
        for work in (*pages, *sides.values()):
            self._fit_to_rewrite(work)
        drawn, order, fates = recomposer.pages(pages)  # (5) lines set again, the rest moved
        self.report.pages += fates
        beside = {key: recomposer.side(work) for key, work in sides.items()}
        for items in (*drawn, *beside.values()):  # (6) fonts with what is still shown
            for item in items:
                if isinstance(item, Run):
                    self.embedder.use(item.font, item.codes)
        self.embedder.finish()
        self._sides_written = beside
        self.copier.rewrite = self._rewritten
        for number, items in zip(order, drawn, strict=True):  # (7) pages written
            self._write(pages[number], items)

    def _fit_to_rewrite(self, work: PageWork) -> None:
        """Refuse what can't be drawn again faithfully; mention what may look a little different."""
        for font in {id(show.font): show.font for show in work.shows}.values():
            if font.vertical:
                raise Blocked(
                    N_("Text is set vertically, which can't be masked in place."),
                    N_("Print the document to pictures and try again."), place=work.part,
                )  # fmt: skip
        if work.canvas.odd - {"font"}:
            self.report.review.append((work.part, "drawing that may look different now"))

    def _rewritten(self, stream: pikepdf.Object) -> Any:
        """A pattern or mask with text, written again; None for others."""
        items = self._sides_written.get(stream.objgen)
        if items is None:
            return None
        content, resources = Writer(self.embedder, self.copier).write(items)
        out = self.new.make_stream(content)
        out["/Resources"] = resources
        return out

    def _notes(self, structure_kept: bool) -> None:
        root = self.source.Root
        if "/StructTreeRoot" in root and not structure_kept:
            self.report.notes.append("structure lost")
        form = root.get("/AcroForm")
        if isinstance(form, pikepdf.Dictionary):
            self.report.notes.append("form fields drawn into the page")
            if int(form.get("/SigFlags", 0)) & 1 or "/Perms" in root:
                self.report.notes.append("signature broken by masking")

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
        for before, after in itertools.pairwise(pages):

            def mark(
                builder: reading.Builder, joint: int, start: int, end: int,
                before: PageWork = before, after: PageWork = after,
            ) -> None:  # fmt: skip
                builder.mark(start, joint, before.hits)
                builder.mark(joint, end, after.hits)

            reading.across_pages(before.foot, after.head, finder, mark)

    # -- (7) writing ---------------------------------------------------------------------------------------------

    def _write(self, page: PageWork, items: Sequence[Drawn]) -> None:
        content, resources = Writer(self.embedder, self.copier).write(items)
        out = Dictionary(
            Type=Name.Page, MediaBox=Array(list(map(tidy, page.box))), Resources=resources,
            Contents=self.new.make_stream(content),
        )  # fmt: skip
        self._page_keys(page.source, out)
        self.new.pages.append(pikepdf.Page(self.new.make_indirect(out)))

    def _keep(self, page: PageWork) -> None:
        """A page of a document in which nobody was found: its content as it is, its resources by the allow-list."""
        data = contents(page.source)
        if b"%" in data:
            data = b"\n".join(lex.tokens(data))
        out = Dictionary(
            Type=Name.Page, MediaBox=Array(list(map(tidy, page.box))), Contents=self.new.make_stream(data),
            Resources=self.copier.resources(page.source.obj.get("/Resources", page.source.resources), fonts=True),
        )  # fmt: skip
        self._page_keys(page.source, out)
        self.new.pages.append(pikepdf.Page(self.new.make_indirect(out)))
        self.report.pages.append("untouched")

    def _page_keys(self, source: pikepdf.Page, out: Dictionary) -> None:
        for key in _BOXES:
            box = source.obj.get(key) if key != "/CropBox" else inherited(source, key)
            if box is not None:
                out[key] = plain(box)
        rotate = inherited(source, "/Rotate")
        if rotate is not None and int(rotate) % 90 == 0 and int(rotate):
            out["/Rotate"] = int(rotate)
        if (unit := source.obj.get("/UserUnit")) is not None:
            out["/UserUnit"] = tidy(float(unit))
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
