"""A Word file rebuilt as the text Word shows when all changes are accepted and nothing hidden is displayed.

Pandoc reads DOCX well but not to that end: it keeps tracked-deleted table rows and hidden text, and loses
simple fields, text boxes and the numbers of headings. So the file is first written anew from an allow-list:
only the body, the foot- and endnotes, list definitions and the skeleton of styles; in them only paragraphs,
runs, tables and marks. Headers, footers, comments, properties, pictures, embedded files, external links,
altChunks, subdocuments and macros never get in. What is left out of the body is counted.

Does not follow: conditional table styles beyond the first row, list formats that a style inherits from
`w:docDefaults`, and text in charts and SmartArt (counted as images).
"""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from sigill.errors import N_, BadInput
from sigill.letters.container import Limits, parse_xml, zip_parts
from sigill.letters.numbering import Numbering

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PKG = "http://schemas.openxmlformats.org/package/2006/relationships"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_OFFICE_DOCUMENT = f"{_R}/officeDocument"
# ISO/IEC 29500 Strict says the same with other names.
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W.encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", _R.encode()),
)
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

# Symbol fonts' code points that forms use, as the characters they look like.
_SYMBOLS = {
    "wingdings": {
        0x6C: "●",
        0x6E: "■",
        0x6F: "□",
        0x71: "❑",
        0x72: "❒",
        0x77: "◆",
        0x78: "☒",
        0xA7: "▪",
        0xA8: "☐",
        0xD8: "➢",
        0xE0: "→",
        0xFB: "✗",
        0xFC: "✓",
        0xFD: "☒",
        0xFE: "☑",
    },
    "wingdings 2": {0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0xA3: "☐"},
    "symbol": {
        0xB7: "•",
        0xA3: "≤",
        0xB3: "≥",
        0xB9: "≠",
        0xAE: "→",
        0xB1: "±",
        0xB4: "×",
        0xB0: "°",
        0x2D: "−",
    },
}
_TRANSPARENT = frozenset(
    f"{{{W}}}{tag}"
    for tag in (
        "ins",
        "moveTo",
        "smartTag",
        "customXml",
        "hyperlink",
        "fldSimple",
        "bdo",
        "dir",
        "sdtContent",
        "rubyBase",
    )
)
_GONE = frozenset(f"{{{W}}}{tag}" for tag in ("del", "moveFrom"))
_MARKS = ("b", "i", "u", "strike", "dstrike", "vertAlign")
_LIST_NAMES = frozenset(("quote", "intense quote", "block text"))


def w(tag: str) -> str:
    """The qualified name of a WordprocessingML element or attribute."""
    return f"{{{W}}}{tag}"


def flatten(data: bytes, name: str, limits: Limits) -> tuple[bytes, Counter[str], str]:
    """Write a DOCX anew with only its final text.

    Returns:
        the new file; what was left out; and all text that the new file holds, for the check that none is
        lost.
    Raises:
        BadInput: not a Word file, password-protected, damaged, out of bounds, or holding what cannot be
            carried.
    """
    parts = zip_parts(data, name, limits)
    main = _main_part(parts, name)
    folder = main.rpartition("/")[0]

    def related(file: str) -> etree._Element | None:
        path = f"{folder}/{file}" if folder else file
        return _xml(parts[path], name, path) if path in parts else None

    styles = Styles(related("styles.xml"))
    numbering_xml = related("numbering.xml")
    flat = _Flat(styles, Numbering(numbering_xml), name)
    document = _xml(parts[main], name, main)
    body = document.find(w("body"))
    if document.tag != w("document") or body is None:
        raise BadInput(N_("The file holds no Word document."), N_("Save it again as DOCX."), place=name)
    new_body = etree.Element(w("body"))
    flat.story(body, new_body)
    files = {"document": _wrap("document", new_body)}
    for kind in ("footnote", "endnote"):
        source = related(f"{kind}s.xml")
        notes = etree.Element(w(f"{kind}s"), nsmap={"w": W})
        for note in source if source is not None else ():
            if note.tag == w(kind) and note.get(w("id")) in flat.notes[kind]:
                fresh = etree.SubElement(notes, w(kind), {w("id"): note.get(w("id"), "")})
                flat.story(note, fresh)
        files[f"{kind}s"] = notes
    for path in parts:
        if path.startswith(f"{folder}/comments") and path.endswith("comments.xml"):
            flat.left_out["comments"] += sum(1 for _ in _xml(parts[path], name, path).iter(w("comment")))
    files["styles"] = styles.skeleton()
    if numbering_xml is not None:
        files["numbering"] = _plain_numbering(numbering_xml)
    return _package(files), flat.left_out, "".join(flat.texts)


class Styles:
    """Names, parents, numbering and hidden text of the paragraph and character styles."""

    def __init__(self, root: etree._Element | None) -> None:
        self._by_id: dict[str, etree._Element] = {}
        self.default = ""
        for style in root.iterchildren(w("style")) if root is not None else ():
            style_id = style.get(w("styleId"), "")
            self._by_id.setdefault(style_id, style)
            if style.get(w("type")) == "paragraph" and _on(style.get(w("default"), "0")):
                self.default = style_id

    def chain(self, style_id: str | None) -> Iterator[etree._Element]:
        """The style and those it is based on; a cycle ends it."""
        seen: set[str] = set()
        while style_id and style_id not in seen and style_id in self._by_id:
            seen.add(style_id)
            style = self._by_id[style_id]
            yield style
            based = style.find(w("basedOn"))
            style_id = based.get(w("val")) if based is not None else None

    def heading_level(self, style_id: str | None) -> int:
        """1–9 for a heading (or title) style, else 0."""
        for style in self.chain(style_id):
            name = _name(style)
            if name == "title":
                return 1
            if name.startswith("heading ") and name[8:].isdigit():
                return min(int(name[8:]), 9)
        return 0

    def numbering(self, style_id: str | None) -> etree._Element | None:
        """The nearest `w:numPr` in the chain."""
        for style in self.chain(style_id):
            found = style.find(f"{w('pPr')}/{w('numPr')}")
            if found is not None:
                return found
        return None

    def hides(self, style_id: str | None) -> bool:
        """Whether the style makes text hidden (`w:vanish`)."""
        for style in self.chain(style_id):
            vanish = style.find(f"{w('rPr')}/{w('vanish')}")
            if vanish is not None:
                return _on(vanish.get(w("val")))
        return False

    def mark(self, style_id: str | None, mark: str) -> etree._Element | None:
        """The nearest statement about one character mark in a style's chain."""
        for style in self.chain(style_id):
            found = style.find(f"{w('rPr')}/{w(mark)}")
            if found is not None:
                return found
        return None

    def is_quote(self, style_id: str | None) -> bool:
        return any(_name(style) in _LIST_NAMES for style in self.chain(style_id))

    @staticmethod
    def skeleton() -> etree._Element:
        """Styles of our own: nothing of the source's names and looks is carried on."""
        root = etree.Element(w("styles"), nsmap={"w": W})
        named = [("Normal", "Normal"), ("Quote", "Quote"), ("Plain", "List Paragraph")]
        named += [(f"Heading{n}", f"heading {n}") for n in range(1, 7)]
        for style_id, style_name in named:
            style = etree.SubElement(root, w("style"), {w("type"): "paragraph", w("styleId"): style_id})
            if style_id == "Normal":
                style.set(w("default"), "1")
            etree.SubElement(style, w("name"), {w("val"): style_name})
        return root


class _Flat:
    """One pass over body and notes, writing a new tree from the allow-list."""

    def __init__(self, styles: Styles, numbering: Numbering, name: str) -> None:
        self.left_out: Counter[str] = Counter()
        self.notes: dict[str, set[str]] = {"footnote": set(), "endnote": set()}
        self.texts: list[str] = []
        self._styles = styles
        self._numbering = numbering
        self._name = name
        self._fields: list[bool] = []  # one per open complex field: True while in its code, False in its result

    def story(self, source: etree._Element, target: etree._Element) -> None:
        """A body, cell, note or text box: blocks in, blocks out."""
        outer, self._fields = self._fields, []
        self._blocks(source, target)
        self._fields = outer

    def _blocks(self, source: etree._Element, target: etree._Element) -> None:
        carried: list[etree._Element] = []  # runs of a paragraph whose end mark was deleted
        for child in self._block_children(source):
            if child.tag == w("tbl"):
                self._close(carried, target)
                carried = []
                self._table(child, target)
                continue
            hidden = self._style_hides(child)
            boxes: list[etree._Element] = []
            runs: list[etree._Element] = []
            self._inlines(child, runs, boxes, hidden)
            if self._mark_is_deleted(child):
                carried += runs
            else:
                paragraph = self._paragraph(child, [*carried, *runs])
                carried = []
                target.append(paragraph)
            for box in boxes:
                self.left_out["text_boxes_set_after_their_paragraph"] += 1
                self.story(box, target)
        self._close(carried, target)

    def _block_children(self, source: etree._Element) -> Iterator[etree._Element]:
        for child in source:
            if child.tag in (w("p"), w("tbl")):
                yield child
            elif child.tag == w("sdt"):
                for content in child.iterchildren(w("sdtContent")):
                    yield from self._block_children(content)
            elif child.tag in (w("customXml"), w("ins"), w("moveTo")):
                yield from self._block_children(child)
            elif child.tag == f"{{{_MC}}}AlternateContent":
                yield from self._block_children(_chosen(child))
            elif child.tag in (w("altChunk"), w("subDoc")):
                self.left_out["embedded_documents"] += 1
            elif child.tag in _GONE:
                self.left_out["deleted_by_tracked_change"] += 1
            elif any(True for _ in child.iter(w("p"))):
                self.left_out["unknown"] += 1
                yield from self._block_children(child)

    def _close(self, runs: list[etree._Element], target: etree._Element) -> None:
        if runs:
            paragraph = etree.SubElement(target, w("p"))
            paragraph.extend(runs)

    def _style_hides(self, paragraph: etree._Element) -> bool:
        return self._styles.hides(self._style_id(paragraph))

    def _style_id(self, paragraph: etree._Element) -> str:
        style = paragraph.find(f"{w('pPr')}/{w('pStyle')}")
        return style.get(w("val"), "") if style is not None else self._styles.default

    @staticmethod
    def _mark_is_deleted(paragraph: etree._Element) -> bool:
        mark = paragraph.find(f"{w('pPr')}/{w('rPr')}")
        return mark is not None and any(mark.find(w(tag)) is not None for tag in ("del", "moveFrom"))

    def _paragraph(self, source: etree._Element, runs: list[etree._Element]) -> etree._Element:
        fresh = etree.Element(w("p"))
        style_id = self._style_id(source)
        properties = etree.SubElement(fresh, w("pPr"))
        level = self._styles.heading_level(style_id)
        own = source.find(f"{w('pPr')}/{w('numPr')}")
        numbered = own if own is not None else self._styles.numbering(style_id)
        # An own w:numPr may leave out the list or the level and take it from the style.
        number, at = _number_of(own, self._styles.numbering(style_id))
        shown = any("".join(run.itertext()).strip() or run.find(w("br")) is not None for run in runs)
        label = None
        if numbered is not None and number and shown:
            label = self._numbering.advance(number, at)
        if level:
            etree.SubElement(properties, w("pStyle"), {w("val"): f"Heading{min(level, 6)}"})
        elif self._styles.is_quote(style_id):
            etree.SubElement(properties, w("pStyle"), {w("val"): "Quote"})
        if label is not None and label.simple and not level:
            # A plain 1. 2. 3. or a bullet: the model's own list. The number is given anew for each
            # paragraph, so that a list interrupted by text goes on where it stopped.
            listed = etree.SubElement(properties, w("numPr"))
            etree.SubElement(listed, w("ilvl"), {w("val"): str(at)})
            etree.SubElement(listed, w("numId"), {w("val"): number})
        elif label is not None and label.text:
            runs = [self._run(f"{label.text} ", []), *runs]
        fresh.extend(runs)
        return fresh

    def _run(self, text: str, marks: list[etree._Element]) -> etree._Element:
        run = etree.Element(w("r"))
        if marks:
            properties = etree.SubElement(run, w("rPr"))
            for mark in marks:
                value = mark.get(w("val"))
                # pandoc knows no double strike; to the reader both mean struck out.
                tag = w("strike") if mark.tag == w("dstrike") else mark.tag
                etree.SubElement(properties, tag, {w("val"): value} if value is not None else {})
        if text:
            node = etree.SubElement(run, w("t"), {_XML_SPACE: "preserve"})
            node.text = text
            self.texts.append(text)
        return run

    def _inlines(
        self, source: etree._Element, runs: list[etree._Element], boxes: list[etree._Element], hidden: bool
    ) -> None:
        for child in source:
            if child.tag == w("r"):
                self._run_of(child, runs, boxes, hidden)
            elif child.tag in _TRANSPARENT:
                self._inlines(child, runs, boxes, hidden)
            elif child.tag == w("sdt"):
                for content in child.iterchildren(w("sdtContent")):
                    self._inlines(content, runs, boxes, hidden)
            elif child.tag in _GONE:
                self.left_out["deleted_by_tracked_change"] += 1
                self._keep_fields(child)
            elif child.tag == w("ruby"):
                for base in child.iterchildren(w("rubyBase")):
                    self._inlines(base, runs, boxes, hidden)
            elif child.tag == f"{{{_MC}}}AlternateContent":
                self._inlines(_chosen(child), runs, boxes, hidden)
            elif isinstance(child.tag, str) and etree.QName(child).localname in ("oMath", "oMathPara"):
                raise BadInput(
                    N_("The text holds an equation, which a letter cannot show."),
                    N_("Write it as ordinary text."),
                    place=self._name,
                )
            elif any(True for _ in child.iter(w("t"))):
                # A wrapper that is not on the list: its text is shown, so that it is not lost.
                self.left_out["unknown"] += 1
                self._inlines(child, runs, boxes, hidden)

    def _keep_fields(self, gone: etree._Element) -> None:
        """A deleted field's brackets still open and close."""
        for char in gone.iter(w("fldChar")):
            self._field(char)

    def _field(self, char: etree._Element) -> str:
        kind = char.get(w("fldCharType"))
        if kind == "begin":
            inside_code = any(self._fields)
            self._fields.append(True)
            box = char.find(f"{w('ffData')}/{w('checkBox')}")
            if box is not None and not inside_code:
                state = box.find(w("checked"))
                state = box.find(w("default")) if state is None else state
                return "☒" if state is not None and _on(state.get(w("val"))) else "☐"
        elif kind == "separate" and self._fields:
            self._fields[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()
        return ""

    def _run_of(
        self, source: etree._Element, runs: list[etree._Element], boxes: list[etree._Element], hidden: bool
    ) -> None:
        properties = source.find(w("rPr"))
        hidden = self._hidden(properties, hidden)
        marks = self._marks(properties)

        def put(text: str) -> None:
            if text and not hidden and not any(self._fields):
                runs.append(self._run(text, marks))

        for child in source:
            if child.tag == w("t"):
                put(child.text or "")
            elif child.tag in (w("tab"), w("ptab")):
                put(" ")
            elif child.tag in (w("br"), w("cr")):
                if not hidden and not any(self._fields):
                    run = self._run("", [])
                    etree.SubElement(run, w("br"))
                    runs.append(run)
            elif child.tag == w("noBreakHyphen"):
                put("\u2011")
            elif child.tag == w("sym"):
                put(_symbol(child))
            elif child.tag == w("fldChar"):
                put_box = self._field(child)
                if put_box and not hidden and not any(self._fields[:-1]):
                    runs.append(self._run(put_box, marks))
            elif child.tag in (w("footnoteReference"), w("endnoteReference")):
                if not hidden and not any(self._fields):
                    kind = "footnote" if child.tag == w("footnoteReference") else "endnote"
                    number = child.get(w("id"), "")
                    self.notes[kind].add(number)
                    run = self._run("", [])
                    etree.SubElement(run, child.tag, {w("id"): number})
                    runs.append(run)
            elif child.tag in (w("drawing"), w("pict"), w("object")):
                self._picture(child, boxes, hidden)
            elif child.tag == f"{{{_MC}}}AlternateContent":
                for inner in _chosen(child):
                    self._picture(inner, boxes, hidden)
            elif child.tag == w("ruby"):
                for base in child.iterchildren(w("rubyBase")):
                    self._inlines(base, runs, boxes, hidden)

    def _picture(self, source: etree._Element, boxes: list[etree._Element], hidden: bool) -> None:
        found = list(_outermost_boxes(source))
        if found and not hidden:
            boxes += found
        elif not found:
            self.left_out["images"] += 1

    def _hidden(self, properties: etree._Element | None, by_paragraph: bool) -> bool:
        if properties is None:
            return by_paragraph
        vanish = properties.find(w("vanish"))
        if vanish is not None:
            return _on(vanish.get(w("val")))
        style = properties.find(w("rStyle"))
        return by_paragraph or (style is not None and self._styles.hides(style.get(w("val"))))

    def _marks(self, properties: etree._Element | None) -> list[etree._Element]:
        if properties is None:
            return []
        style = properties.find(w("rStyle"))
        style_id = style.get(w("val")) if style is not None else None
        marks = []
        for name in _MARKS:
            own = properties.find(w(name))
            mark = own if own is not None else self._styles.mark(style_id, name)
            if mark is not None and (mark.get(w("val")) or "1").lower() not in (
                "0",
                "false",
                "off",
                "none",
                "baseline",
            ):
                marks.append(mark)
        return marks

    def _table(self, source: etree._Element, target: etree._Element) -> None:
        table = etree.SubElement(target, w("tbl"))
        properties = etree.SubElement(table, w("tblPr"))
        look = source.find(f"{w('tblPr')}/{w('tblLook')}")
        # Only an explicit first-row look or a repeated row makes a header; pandoc reads the former.
        first = "1" if look is not None and _first_row(look) else "0"
        etree.SubElement(properties, w("tblLook"), {w("val"): "0020" if first == "1" else "0000", w("firstRow"): first})
        grid = etree.SubElement(table, w("tblGrid"))
        columns = source.find(w("tblGrid"))
        for _ in columns.iterchildren(w("gridCol")) if columns is not None else ():
            etree.SubElement(grid, w("gridCol"), {w("w"): "1000"})
        kept = 0
        for row in self._rows(source, w("tr")):
            row_properties = row.find(w("trPr"))
            if row_properties is not None and row_properties.find(w("del")) is not None:
                self.left_out["deleted_by_tracked_change"] += 1
                continue
            hidden = row_properties.find(w("hidden")) if row_properties is not None else None
            if hidden is not None and _on(hidden.get(w("val"))):
                continue
            kept += self._row(row, row_properties, table)
        if not kept:
            target.remove(table)

    def _rows(self, source: etree._Element, wanted: str) -> Iterator[etree._Element]:
        for child in source:
            if child.tag == wanted:
                yield child
            elif child.tag in (w("sdt"), w("sdtContent"), w("customXml"), w("ins"), w("moveTo")):
                yield from self._rows(child, wanted)

    def _row(self, source: etree._Element, properties: etree._Element | None, table: etree._Element) -> int:
        row = etree.SubElement(table, w("tr"))
        fresh = etree.SubElement(row, w("trPr"))
        for tag in ("gridBefore", "gridAfter"):
            found = properties.find(w(tag)) if properties is not None else None
            if found is not None:
                etree.SubElement(fresh, w(tag), {w("val"): found.get(w("val"), "0")})
        count = 0
        for cell in self._rows(source, w("tc")):
            cell_properties = cell.find(w("tcPr"))
            if cell_properties is not None and cell_properties.find(w("cellDel")) is not None:
                self.left_out["deleted_by_tracked_change"] += 1
                continue
            new = etree.SubElement(row, w("tc"))
            new_properties = etree.SubElement(new, w("tcPr"))
            for tag in ("gridSpan", "vMerge"):
                found = cell_properties.find(w(tag)) if cell_properties is not None else None
                if found is not None:
                    value = found.get(w("val"))
                    etree.SubElement(new_properties, w(tag), {w("val"): value} if value else {})
            if new_properties.find(w("vMerge")) is not None and new_properties[-1].get(w("val")) != "restart":
                etree.SubElement(new, w("p"))  # Word shows nothing of a cell that is merged into the one above
            else:
                self._blocks(cell, new)
                if not len(new) > 1:
                    etree.SubElement(new, w("p"))
            count += 1
        if not count:
            table.remove(row)
        return min(count, 1)


def _main_part(parts: dict[str, bytes], name: str) -> str:
    if "_rels/.rels" in parts:
        for link in _xml(parts["_rels/.rels"], name, "_rels/.rels").iter(f"{{{_PKG}}}Relationship"):
            if link.get("Type") == _OFFICE_DOCUMENT:
                target = str(link.get("Target", "")).lstrip("/")
                if target in parts:
                    return target
    raise BadInput(N_("The file holds no Word document."), N_("Save it again as DOCX."), place=name)


def _xml(part: bytes, name: str, part_name: str) -> etree._Element:
    for strict, transitional in _STRICT:
        part = part.replace(strict, transitional)
    return parse_xml(part, name, part_name)


def _chosen(alternate: etree._Element) -> etree._Element:
    """The branch that a current Word shows; the other says the same for old ones (ISO/IEC 29500-3, 9.3)."""
    choice = alternate.find(f"{{{_MC}}}Choice")
    fallback = alternate.find(f"{{{_MC}}}Fallback")
    chosen = choice if choice is not None else fallback
    return chosen if chosen is not None else alternate


def _outermost_boxes(source: etree._Element) -> Iterator[etree._Element]:
    """The text boxes below a drawing; a box inside a box is found when its own text is read."""
    if source.tag == w("txbxContent"):
        yield source
        return
    if source.tag == f"{{{_MC}}}AlternateContent":
        source = _chosen(source)
    for child in source:
        yield from _outermost_boxes(child)


def _number_of(own: etree._Element | None, styled: etree._Element | None) -> tuple[str, int]:
    def value(tag: str) -> str | None:
        for source in (own, styled):
            found = source.find(w(tag)) if source is not None else None
            if found is not None:
                return str(found.get(w("val"), ""))
        return None

    number, level = value("numId") or "", value("ilvl") or "0"
    return ("" if number == "0" else number), min(int(level), 8) if level.isdigit() else 0


def _symbol(source: etree._Element) -> str:
    try:
        code = int(source.get(w("char"), ""), 16)
    except ValueError:
        return "\ufffd"
    table = _SYMBOLS.get(source.get(w("font"), "").lower(), {})
    # Unknown symbols keep their private code point, which no font of ours has: the typesetter then says so.
    return str(table.get(code & 0xFF if code >= 0xF000 else code, chr(code)))


def _first_row(look: etree._Element) -> bool:
    first = look.get(w("firstRow"))
    if first is not None:
        return _on(first)
    try:
        return bool(int(look.get(w("val"), "0"), 16) & 0x20)
    except ValueError:
        return False


def _on(value: str | None) -> bool:
    """An ST_OnOff: absent means on."""
    return value is None or value.lower() not in ("0", "false", "off")


def _name(style: etree._Element) -> str:
    found = style.find(w("name"))
    return str(found.get(w("val"), "")).lower() if found is not None else ""


def _plain_numbering(source: etree._Element) -> etree._Element:
    """List definitions without pictures, styles and ids."""
    keep = {
        w(tag)
        for tag in (
            "abstractNum",
            "num",
            "lvl",
            "start",
            "numFmt",
            "lvlText",
            "abstractNumId",
            "lvlOverride",
            "startOverride",
        )
    }
    keep_attributes = {w(tag) for tag in ("abstractNumId", "numId", "ilvl", "val")}

    def copy(node: etree._Element, parent: etree._Element) -> None:
        for child in node:
            if child.tag in keep:
                attributes = {key: value for key, value in child.attrib.items() if key in keep_attributes}
                copy(child, etree.SubElement(parent, child.tag, attributes))

    root = etree.Element(w("numbering"), nsmap={"w": W})
    copy(source, root)
    return root


def _wrap(tag: str, child: etree._Element) -> etree._Element:
    root = etree.Element(w(tag), nsmap={"w": W})
    root.append(child)
    return root


def _package(files: dict[str, etree._Element]) -> bytes:
    content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    types = "".join(
        f'<Override PartName="/word/{name}.xml" '
        f'ContentType="{content_type}.{"document.main" if name == "document" else name}+xml"/>'
        for name in files
    )
    links = "".join(
        f'<Relationship Id="{name}" Type="{_R}/{name}" Target="{name}.xml"/>' for name in files if name != "document"
    )
    stored = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{types}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PKG}"><Relationship Id="d" Type="{_OFFICE_DOCUMENT}" '
        'Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PKG}">{links}</Relationships>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, text in stored.items():
            archive.writestr(path, text)
        for name, root in files.items():
            archive.writestr(f"word/{name}.xml", etree.tostring(root, encoding="UTF-8", xml_declaration=True))
    return buffer.getvalue()
