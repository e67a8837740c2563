"""Reads a document's pages in: their content, what annotations and fields draw on them, and what patterns say."""

import re
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name

from sigill.mask.pdf import aside, lex, lines
from sigill.mask.pdf.display import Fonts, Interpreter, Paint, apply, matrix_of, multiply
from sigill.mask.pdf.emit import same_spelling
from sigill.mask.pdf.page import PageWork, contents, media_box

_SHOWS_TEXT = re.compile(
    rb"(?:T[jJ]|['\"])(?:[\x00\t\n\x0c\r ]|$)|T[jJ](?=[\[(<%/])|\(|(?<!<)<[0-9A-Fa-f\s\x00]*>(?!>)"
)
"""Any string counts, shown or not: a form without one may come over as it is, so nothing readable may lie in it."""


class Reader:
    """Reads pages; knows the document's fonts and learns its margins.

    Attributes:
        drawn: object numbers of the XObjects that some page or pattern draws.
        sides: tiling patterns and soft masks that show text, by object number; each is a page of its own.
    """

    def __init__(self, source: pikepdf.Pdf, measures: lines.Measures) -> None:
        self.source = source
        self.measures = measures
        self.fonts = Fonts()
        self.sides: dict[Any, PageWork] = {}
        self.drawn: set[Any] = set()
        self._texty: dict[Any, bool] = {}
        self._resources_seen: set[Any] = set()

    def read(self, number: int, page: pikepdf.Page) -> PageWork:
        interpreter = Interpreter(self.fonts, self.has_text)
        canvas = interpreter.run(contents(page), page.obj.get("/Resources", page.resources))
        work = PageWork(number, page, media_box(page), canvas)
        for annotation in aside.annotations(page):
            if str(annotation.get("/Subtype")) in aside.DRAWN:
                work.drawn_in |= self._draw_in(interpreter, annotation)
        self.drawn |= interpreter.drawn
        self._collect_sides(page.obj.get("/Resources", page.resources), 0)
        return self._analyse(work)

    def _draw_in(self, interpreter: Interpreter, annotation: pikepdf.Object) -> bool:
        """Draw an annotation's appearance into its page (12.5.5, algorithm 8.1)."""
        stream = aside.appearance(annotation)
        rect = annotation.get("/Rect")
        if not isinstance(rect, pikepdf.Array) or len(rect) != 4 or None in list(rect):
            return False
        x0, y0, x1, y1 = (float(v) for v in rect)
        x0, y0, x1, y1 = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
        if stream is None:
            made = self._field_content(annotation, y1 - y0)
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

    def _field_content(self, annotation: pikepdf.Object, height: float) -> tuple[bytes, Any] | None:
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
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
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
            for _, named in entries.items() if isinstance(entries, pikepdf.Dictionary) else ():
                one: Any = named
                if category == "/ExtGState":
                    mask = one.get("/SMask") if isinstance(one, pikepdf.Dictionary) else None
                    one = mask.get("/G") if isinstance(mask, pikepdf.Dictionary) else None
                if isinstance(one, pikepdf.Stream) and (category != "/XObject" or one.get("/Subtype") == "/Form"):
                    streams.append((category, one))
        for category, stream in streams:
            self._collect_sides(stream.get("/Resources"), depth + 1)
            if category != "/XObject" and stream.objgen not in self.sides and self.has_text(stream):
                interpreter = Interpreter(self.fonts, self.has_text)
                canvas = interpreter.run(stream.read_bytes(), stream.get("/Resources"))
                self.drawn |= interpreter.drawn
                box = [float(v) for v in stream.get("/BBox", [0, 0, 100, 100])]
                work = PageWork(-1, None, (box[0], box[1], box[2], box[3]), canvas)
                self.sides[stream.objgen] = self._analyse(work)

    def _analyse(self, work: PageWork) -> PageWork:
        canvas = work.canvas
        for item in canvas.items:
            if isinstance(item, Paint) and item.kind == "path":
                item.body = same_spelling(item.body)
        work.rules = lines.Rules.of(item for item in canvas.items if isinstance(item, Paint) and item.kind == "path")
        work.shows = lines.place(canvas.shows())
        work.segments = lines.segments([show for show in work.shows if show.text.strip()])
        self.measures.learn(work.format, work.segments)
        return work

    def was_read(self, xobject: pikepdf.Object) -> bool:
        """Whether an XObject may come over as it is: it was drawn, and so read, or there is nothing in it to read."""
        if xobject.objgen in self.drawn:
            return True
        return xobject.get("/Subtype") == "/Form" and not self.has_text(xobject)

    def has_text(self, form: pikepdf.Object) -> bool:
        """Whether a form (or pattern) holds text or pictures, itself or through the forms it draws."""
        key = form.objgen
        if key not in self._texty:
            self._texty[key] = False
            data = form.read_bytes()
            found = bool(_SHOWS_TEXT.search(data)) or bool(lex.INLINE.search(data))
            inner = form.get("/Resources", Dictionary()).get("/XObject", Dictionary())
            for _, child in inner.items() if isinstance(inner, pikepdf.Dictionary) else ():
                if isinstance(child, pikepdf.Stream):
                    found = child.get("/Subtype") == "/Image" or self.has_text(child) or found
            self._texty[key] = found
        return self._texty[key]
