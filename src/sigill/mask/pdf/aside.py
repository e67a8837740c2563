"""What a PDF says beside its pages: links, comments, form fields, outline, labels, layers, attachments, title.

All of it is text to the finder. What holds a hidden person is masked where it is prose (titles, outline entries) and
dropped where it is an address (links, destinations' names). Fields and visible notes are drawn into the page, so that
their text is masked like any other; scripts, actions, sounds, films and certificates stay behind.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from sigill.errors import BadInput, Blocked
from sigill.mask.pdf.objects import plain
from sigill.mask.pdf.reading import Finder
from sigill.mask.report import Options, Report

_HIDDEN, _NO_VIEW = 2, 32
DRAWN = ("/Widget", "/FreeText", "/Stamp", "/Redact")
"""Annotations that are part of what the page shows: their appearance is drawn into it."""
MARKS = (
    "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Ink", "/Line", "/Square", "/Circle", "/Polygon",
    "/PolyLine", "/Caret",
)  # fmt: skip
_MAX_NODES = 100_000
_HTML_TAG = re.compile(r"<[^>]*>")


def text_of(value: Any) -> str:
    """A text string's text, nothing for other objects."""
    return str(value) if isinstance(value, pikepdf.String) else ""


def masked(text: str, finder: Finder, label: str) -> tuple[str, int]:
    """A text with every find replaced by the label; and how many."""
    spans = [span for span in finder.find(text) if span.certainty != "review"] if text else []
    parts: list[str] = []
    at = 0
    for span in sorted(spans, key=lambda s: s.start):
        if span.start < at:
            at = max(at, span.end)
            continue
        between = text[at : span.start]
        if not (parts and between.strip(" -\u00a0") == "" and at):
            parts += (between, label)
        at = span.end
    parts.append(text[at:])
    return "".join(parts), len(spans)


def annotations(page: pikepdf.Page) -> Iterator[pikepdf.Object]:
    """A page's annotations that are dictionaries."""
    listed = page.obj.get("/Annots")
    if isinstance(listed, pikepdf.Array):
        for annotation in listed:
            if isinstance(annotation, pikepdf.Dictionary):
                yield annotation


def appearance(annotation: pikepdf.Object) -> pikepdf.Object | None:
    """The appearance stream an annotation shows now (12.5.5)."""
    flags = int(annotation.get("/F", 0))
    if flags & (_HIDDEN | _NO_VIEW):
        return None
    normal = annotation.get("/AP", Dictionary()).get("/N")
    if isinstance(normal, pikepdf.Stream):
        return normal
    if isinstance(normal, pikepdf.Dictionary):
        state = annotation.get("/AS")
        chosen = normal.get(str(state)) if state is not None else None
        return chosen if isinstance(chosen, pikepdf.Stream) else None
    return None


def field_value(annotation: pikepdf.Object, key: str) -> Any:
    """An inheritable entry of a field (12.7.3.1)."""
    node: Any = annotation
    for _ in range(30):
        if key in node:
            return node[key]
        node = node.get("/Parent")
        if not isinstance(node, pikepdf.Dictionary):
            return None
    return None


def value_text(annotation: pikepdf.Object) -> str:
    """What a text or choice field's value says."""
    value = field_value(annotation, "/V")
    if isinstance(value, pikepdf.Array):
        return "\n".join(text_of(item) for item in value)
    if isinstance(value, pikepdf.Stream):
        return value.read_bytes().decode("utf-8", "replace")
    return text_of(value)


def _file(spec: pikepdf.Object) -> Any:
    """The embedded file of a file specification."""
    return spec["/EF"].get("/UF", spec["/EF"].get("/F"))


class Aside:
    """Reads it, then writes what may stay.

    Args:
        source: the document.
    """

    def __init__(self, source: pikepdf.Pdf, options: Options, report: Report) -> None:
        self.source = source
        self.options = options
        self.report = report
        self.root = source.Root
        self._said: list[str] | None = None
        self._names = self._destinations()

    # -- reading -------------------------------------------------------------------------------------------------

    def texts(self) -> list[str]:
        """All texts, for the finder to know the document by."""
        out: list[str] = []
        out += [text_of(value) for value in self.source.docinfo.values()]
        out += [title for title, _ in self._outline_texts()]
        for page in self.source.pages:
            for annotation in annotations(page):
                out += [text_of(annotation.get(key)) for key in ("/Contents", "/T", "/Subj")]
                out.append(value_text(annotation))
                if uri := self._uri(annotation):
                    out.append(uri)
        out += self._structure_texts()
        return [text for text in out if text]

    def _structure_texts(self) -> list[str]:
        """Texts of the structure tree: they can name someone whom no glyph names."""
        if self._said is not None:
            return self._said
        out = self._said = []
        tree = self.root.get("/StructTreeRoot")
        stack = [tree] if isinstance(tree, pikepdf.Dictionary) else []
        seen: set[Any] = set()
        while stack and len(seen) < _MAX_NODES:
            node = stack.pop()
            if node.objgen != (0, 0):
                if node.objgen in seen:
                    continue
                seen.add(node.objgen)
            out += [text for key in ("/ActualText", "/Alt", "/E", "/T") if (text := text_of(node.get(key)))]
            kids = node.get("/K")
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                if isinstance(kid, pikepdf.Dictionary):
                    stack.append(kid)
        return out

    def _outline_texts(self) -> Iterator[tuple[str, pikepdf.Object]]:
        outlines = self.root.get("/Outlines")
        stack = [outlines.get("/First")] if isinstance(outlines, pikepdf.Dictionary) else []
        seen: set[Any] = set()
        while stack and len(seen) < _MAX_NODES:
            item = stack.pop()
            if not isinstance(item, pikepdf.Dictionary) or item.objgen in seen:
                continue
            seen.add(item.objgen)
            yield text_of(item.get("/Title")), item
            stack += [item.get("/Next"), item.get("/First")]

    @staticmethod
    def _uri(annotation: pikepdf.Object) -> str:
        action = annotation.get("/A")
        uri = action.get("/URI") if isinstance(action, pikepdf.Dictionary) else None
        raw = bytes(uri) if isinstance(uri, pikepdf.String) else b""
        return raw.decode("utf-8", "replace")

    def _destinations(self) -> dict[str, Any]:
        """Named destinations, old and new (12.3.2.3)."""
        out: dict[str, Any] = {}
        old = self.root.get("/Dests")
        if isinstance(old, pikepdf.Dictionary):
            out.update(dict(old.items()))
        names = self.root.get("/Names", Dictionary()).get("/Dests")
        stack = [names] if isinstance(names, pikepdf.Dictionary) else []
        visited = 0
        while stack and visited < _MAX_NODES:
            node = stack.pop()
            visited += 1
            pairs = node.get("/Names")
            if isinstance(pairs, pikepdf.Array):
                for i in range(0, len(pairs) - 1, 2):
                    out[bytes(pairs[i]).decode("latin-1")] = pairs[i + 1]
            kids = node.get("/Kids")
            if isinstance(kids, pikepdf.Array):
                stack += [kid for kid in kids if isinstance(kid, pikepdf.Dictionary)]
        return out

    # -- writing -------------------------------------------------------------------------------------------------

    def write(
        self,
        new: pikepdf.Pdf,
        finder: Finder,
        pages: dict[Any, int],
        at: Callable[[int, float], tuple[int, float]],
        touched: Callable[[int, tuple[float, float, float, float]], bool],
    ) -> None:
        """Write links, outline, labels, title and attachments.

        Args:
            new: the new document, its pages in place.
            finder: knows the document.
            pages: objgen of a source page → its number.
            at: (source page, y) → page and height where that is now.
            touched: whether a box on a page overlaps text that was set again.
        """
        self.new, self.finder, self.pages, self.at, self.touched = new, finder, pages, at, touched
        self._kept: dict[int, list[Any]] = {}
        for number, page in enumerate(self.source.pages):
            self._annotations(number, page)
        for number, kept in self._kept.items():
            if number < len(self.new.pages):
                self.new.pages[number].obj["/Annots"] = Array(kept)
        self._outline()
        self._labels()
        self._catalog()
        self._attachments()

    def _annotations(self, number: int, page: pikepdf.Page) -> None:
        part = f"page {number + 1}"
        for annotation in annotations(page):
            subtype = str(annotation.get("/Subtype"))
            made = None
            if subtype == "/Link":
                made = self._link(annotation, number, part)
            elif subtype in ("/Text", *MARKS):
                made = self._comment(annotation, subtype, number, part)
            elif subtype not in (*DRAWN, "/Popup", "/FileAttachment"):
                self.report.took(part, "annotation")
            if made is not None:
                box = self._rect(annotation) or (0.0, 0.0, 0.0, 0.0)
                where = self.at(number, (box[1] + box[3]) / 2)[0]
                self._kept.setdefault(where, []).append(self.new.make_indirect(made))

    def _rect(self, annotation: pikepdf.Object) -> tuple[float, float, float, float] | None:
        rect = annotation.get("/Rect")
        if not isinstance(rect, pikepdf.Array) or len(rect) != 4:
            return None
        x0, y0, x1, y1 = (float(v) for v in rect)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def _moved(self, number: int, box: tuple[float, float, float, float]) -> Array:
        down = self._down(number, box)
        return Array([round(v, 2) for v in (box[0], box[1] - down, box[2], box[3] - down)])

    def _down(self, number: int, box: tuple[float, float, float, float]) -> float:
        """Points by which a box has moved down (on its page)."""
        middle = (box[1] + box[3]) / 2
        return middle - self.at(number, middle)[1]

    def _link(self, annotation: pikepdf.Object, number: int, part: str) -> Dictionary | None:
        box = self._rect(annotation)
        if box is None:
            return None
        if self.touched(number, box):
            # its place would tell how far the text before it reached
            self.report.took(part, "link")
            return None
        out = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=self._moved(number, box), Border=Array([0, 0, 0]))
        uri = self._uri(annotation)
        if uri:
            if self._names_someone(uri) or self._names_someone(unquote(uri)):
                self.report.took(part, "link")
                return None
            out["/A"] = Dictionary(S=Name.URI, URI=uri.encode("utf-8"))
            return out
        target = self._target(annotation)
        if target is None:
            return None
        out["/Dest"] = target
        return out

    def _names_someone(self, text: str) -> bool:
        return any(span.certainty != "review" for span in self.finder.find(text)) if text else False

    def _comment(self, annotation: pikepdf.Object, subtype: str, number: int, part: str) -> Dictionary | None:
        """A sticky note or mark: dropped, or kept with its texts masked and its author left out."""
        box = self._rect(annotation)
        if self.options.comments == "drop" or box is None or self.touched(number, box):
            self.report.took(part, "comment")
            return None
        contents, count = masked(text_of(annotation.get("/Contents")), self.finder, self.options.label)
        if count:
            self.report.took(part, "comment", count)
        author, hit = masked(text_of(annotation.get("/T")), self.finder, self.options.label)
        if hit:
            self.report.took(part, "comment author")
        out = Dictionary(
            Type=Name.Annot, Subtype=Name(subtype), Rect=self._moved(number, box), Contents=contents,
            F=int(annotation.get("/F", 0)) & ~3,
        )  # fmt: skip
        if author:
            out["/T"] = author
        for key in ("/C", "/IC", "/CA", "/Border", "/Name"):
            if key in annotation and (value := plain(annotation[key])) is not None:
                out[key] = value
        down = self._down(number, box)
        for key in ("/QuadPoints", "/L", "/Vertices"):
            if key in annotation:
                values = [float(v) for v in annotation[key]]
                out[key] = Array([round(v - (down if i % 2 else 0), 2) for i, v in enumerate(values)])
        if "/InkList" in annotation:
            out["/InkList"] = Array([
                Array([round(float(v) - (down if i % 2 else 0), 2) for i, v in enumerate(stroke)])
                for stroke in annotation["/InkList"]
            ])  # fmt: skip
        return out

    def _target(self, holder: pikepdf.Object) -> Array | None:
        """A destination in this document, explicit and moved with what it points at."""
        target = holder.get("/Dest")
        if target is None:
            action = holder.get("/A")
            if not isinstance(action, pikepdf.Dictionary) or action.get("/S") != "/GoTo":
                return None
            target = action.get("/D")
        for _ in range(5):
            if isinstance(target, Name):
                target = self._names.get(str(target))
            elif isinstance(target, String):
                target = self._names.get(bytes(target).decode("latin-1"))
            if isinstance(target, pikepdf.Dictionary):
                target = target.get("/D")
        if not isinstance(target, pikepdf.Array) or not len(target):
            return None
        page = target[0]
        number = int(page) if isinstance(page, int) else self.pages.get(getattr(page, "objgen", None))
        if number is None or not 0 <= number < len(self.source.pages):
            return None
        height = float(target[3]) if len(target) > 3 and str(target[1]) == "/XYZ" and target[3] is not None else None
        where, top = self.at(number, height if height is not None else 1e6)
        if height is None:
            where = self.at(number, self._top_of(number))[0]
        if not 0 <= where < len(self.new.pages):
            return None
        page = self.new.pages[where].obj
        if height is None:
            return Array([page, Name.Fit])
        x = target[2]
        return Array([page, Name.XYZ, round(float(x), 1) if x is not None else None, round(top, 1), None])

    def _top_of(self, number: int) -> float:
        box = self.source.pages[number].mediabox
        return 0.85 * float(box[3])

    def _outline(self) -> None:
        items = list(self._outline_texts())
        if not items:
            return
        made: dict[Any, Any] = {}
        for title, item in items:
            text, count = masked(title, self.finder, self.options.label)
            if count:
                self.report.took("outline", "entry", count)
            node = self.new.make_indirect(Dictionary(Title=text))
            if (target := self._target(item)) is not None:
                node["/Dest"] = target
            made[item.objgen] = node
        root = self.new.make_indirect(Dictionary(Type=Name.Outlines))
        for _, item in items:
            node = made[item.objgen]
            parent = made.get(item.get("/Parent", Dictionary()).objgen, root)
            node["/Parent"] = parent
            for key in ("/Prev", "/Next", "/First", "/Last"):
                other = made.get(item[key].objgen) if isinstance(item.get(key), pikepdf.Dictionary) else None
                if other is not None:
                    node[key] = other
            if "/First" in node:
                node["/Count"] = int(item.get("/Count", -1))
        top = self.root["/Outlines"]
        root["/First"] = made[top["/First"].objgen]
        last = top.get("/Last")
        root["/Last"] = (
            made.get(last.objgen, root["/First"]) if isinstance(last, pikepdf.Dictionary) else root["/First"]
        )
        root["/Count"] = sum(1 for _, item in items if made.get(item.get("/Parent", Dictionary()).objgen) is None)
        self.new.Root["/Outlines"] = root

    def _labels(self) -> None:
        """Page labels (12.4.2)."""
        labels = self.root.get("/PageLabels")
        numbers = labels.get("/Nums") if isinstance(labels, pikepdf.Dictionary) else None
        if not isinstance(numbers, pikepdf.Array):
            return
        out: list[Any] = []
        for i in range(0, len(numbers) - 1, 2):
            entry = numbers[i + 1]
            made = Dictionary()
            if not isinstance(entry, pikepdf.Dictionary):
                continue
            for key in ("/S", "/St"):
                if key in entry:
                    made[key] = plain(entry[key])
            prefix, count = masked(text_of(entry.get("/P")), self.finder, self.options.label)
            if count:
                self.report.took("page labels", "prefix", count)
            if prefix:
                made["/P"] = prefix
            out += [int(numbers[i]), made]
        if out:
            self.new.Root["/PageLabels"] = Dictionary(Nums=Array(out))

    def _catalog(self) -> None:
        root = self.new.Root
        language = text_of(self.root.get("/Lang"))
        if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
            root["/Lang"] = language
        title, count = masked(text_of(self.source.docinfo.get("/Title")), self.finder, self.options.label)
        if count:
            self.report.took("document information", "title", count)
        for entry, value in self.source.docinfo.items():
            if entry != "/Title" and self._names_someone(text_of(value)):
                known = entry in ("/Author", "/Subject", "/Keywords", "/Creator", "/Producer")
                self.report.took("document information", entry[1:].lower() if known else "entry")
        if "/Metadata" in self.root:
            self.report.took("document information", "XMP")
        info = Dictionary(Producer="Sigill")
        if title:
            info["/Title"] = title
            root["/ViewerPreferences"] = Dictionary(DisplayDocTitle=True)
        self.new.trailer["/Info"] = self.new.make_indirect(info)
        hits = sum(self._names_someone(text) for text in self._names)
        if hits:
            self.report.took("destinations", "name", hits)
        if "/StructTreeRoot" not in root and (hits := sum(map(self._names_someone, self._structure_texts()))):
            self.report.took("structure", "text", hits)
        for key, what in (("/OpenAction", "action"), ("/AA", "action")):
            if key in self.root:
                self.report.took("document", what)
        if "/JavaScript" in self.root.get("/Names", Dictionary()):
            self.report.took("document", "script")
        for key in ("/PieceInfo", "/SpiderInfo", "/Collection", "/Threads", "/Perms", "/Legal", "/DSS"):
            if key in self.root:
                self.report.took("document", "private data")

    # -- attachments ---------------------------------------------------------------------------------------------

    def _files(self) -> Iterator[pikepdf.Object]:
        """File specifications, wherever they hang (7.11.4, 14.13)."""
        seen: set[Any] = set()

        def one(spec: Any) -> Iterator[pikepdf.Object]:
            if isinstance(spec, pikepdf.Dictionary) and "/EF" in spec:
                stream = _file(spec)
                key = stream.objgen if isinstance(stream, pikepdf.Stream) else None
                if key is not None and key not in seen:
                    seen.add(key)
                    yield spec

        names = self.root.get("/Names", Dictionary()).get("/EmbeddedFiles")
        stack = [names] if isinstance(names, pikepdf.Dictionary) else []
        visited = 0
        while stack and visited < _MAX_NODES:
            node = stack.pop(0)
            visited += 1
            pairs = node.get("/Names")
            if isinstance(pairs, pikepdf.Array):
                for i in range(1, len(pairs), 2):
                    yield from one(pairs[i])
            kids = node.get("/Kids")
            if isinstance(kids, pikepdf.Array):
                stack += [kid for kid in kids if isinstance(kid, pikepdf.Dictionary)]
        holders = [self.root, *(page.obj for page in self.source.pages)]
        for holder in holders:
            files = holder.get("/AF")
            for spec in files if isinstance(files, pikepdf.Array) else [files]:
                yield from one(spec)
        for page in self.source.pages:
            for annotation in annotations(page):
                yield from one(annotation.get("/FS"))
                files = annotation.get("/AF")
                for spec in files if isinstance(files, pikepdf.Array) else [files]:
                    yield from one(spec)

    def _attachments(self) -> None:
        kept: list[tuple[str, bytes]] = []
        for number, spec in enumerate(self._files(), 1):
            part = f"attachment {number}"
            if self.options.attachments == "drop" or self.options.mask_part is None:
                self.report.took(part, "attachment")
                continue
            name = text_of(spec.get("/UF")) or text_of(spec.get("/F")) or f"bilaga {number}"
            inner = Report()
            try:
                data, new_name = self.options.mask_part(_file(spec).read_bytes(), name, inner)
            except (Blocked, BadInput):
                self.report.took(part, "attachment")
                self.report.review.append((part, "attachment dropped: it can't be masked"))
                continue
            for (place, kind), count in inner.removed.items():
                self.report.took(f"{part}, {place}", kind, count)
            self.report.review += [(f"{part}, {place}", reason) for place, reason in inner.review]
            self.report.notes += inner.notes
            kept.append((new_name, data))
        if not kept:
            return
        pairs: list[Any] = []
        specs = Array()
        used: set[str] = set()
        for name, data in sorted(kept):
            unique, n = name, 2
            while unique in used:
                stem, dot, ending = name.rpartition(".")
                unique = f"{stem or ending} ({n}){dot if stem else ''}{ending if stem else ''}"
                n += 1
            used.add(unique)
            stream = self.new.make_stream(data)
            stream["/Type"] = Name.EmbeddedFile
            stream["/Params"] = Dictionary(Size=len(data))
            spec = self.new.make_indirect(
                Dictionary(
                    Type=Name.Filespec,
                    F=unique,
                    UF=unique,
                    EF=Dictionary(F=stream, UF=stream),
                    AFRelationship=Name.Unspecified,
                )
            )
            pairs += [unique, spec]
            specs.append(spec)
        self.new.Root["/Names"] = Dictionary(EmbeddedFiles=Dictionary(Names=Array(pairs)))
        self.new.Root["/AF"] = specs
