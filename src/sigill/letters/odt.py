"""An OpenDocument text rebuilt as the text LibreOffice shows when all changes are accepted.

Written anew from an allow-list for the same reasons as a Word file (see `docx`): pandoc loses fields, content
controls and text in shapes, and keeps hidden text. Comments, deleted text, headers, footers, properties,
pictures and embedded objects never get in.

Does not number headings: a heading number that LibreOffice makes by itself is not text in the file; such
headings are counted as `heading_numbers`, so that the decision-maker sees it before signing.
"""

import io
import zipfile
from collections import Counter

from lxml import etree

from sigill.errors import N_, BadInput
from sigill.letters.container import Limits, parse_xml, zip_parts

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_NUMBER_FORMAT = f"{_STYLE}num-format"
_NSMAP = {
    "office": _OFFICE[1:-1],
    "text": _TEXT[1:-1],
    "table": _TABLE[1:-1],
    "style": _STYLE[1:-1],
    "fo": _FO[1:-1],
}
_MIME = b"application/vnd.oasis.opendocument.text"

_GONE = {
    f"{_OFFICE}annotation": "comments",
    f"{_OFFICE}annotation-end": "",
    f"{_TEXT}tracked-changes": "",
    f"{_TEXT}hidden-text": "",
    f"{_TEXT}hidden-paragraph": "",
    f"{_TEXT}note-citation": "",
    f"{_TEXT}ruby-text": "",
    f"{_TEXT}change": "deleted_by_tracked_change",
}
_MARK_KEYS = (
    f"{_FO}font-weight",
    f"{_FO}font-style",
    f"{_STYLE}text-position",
    f"{_STYLE}text-underline-style",
    f"{_STYLE}text-line-through-style",
)
_CELL_KEYS = tuple(
    f"{_TABLE}{key}" for key in ("number-columns-spanned", "number-rows-spanned", "number-columns-repeated")
)


def flatten(data: bytes, name: str, limits: Limits) -> tuple[bytes, Counter[str], str]:
    """Write an ODT anew with only its final text.

    Returns:
        the new file; what was left out; and all text that the new file holds, for the check that none is
        lost.
    Raises:
        BadInput: not an OpenDocument text, password-protected, damaged, or out of bounds.
    """
    parts = zip_parts(data, name, limits)
    if parts.get("mimetype", b"").strip() not in (_MIME, _MIME + b"-template") or "content.xml" not in parts:
        raise BadInput(N_("The file holds no OpenDocument text."), N_("Save it again as ODT or DOCX."), place=name)
    manifest = parts.get("META-INF/manifest.xml")
    if manifest is not None and any(
        isinstance(node.tag, str) and node.tag.endswith("}encryption-data")
        for node in parse_xml(manifest, name, "META-INF/manifest.xml").iter()
    ):
        raise BadInput(N_("The file is password-protected."), N_("Remove the password and save it again."), place=name)
    if manifest is not None and b"opendocument.formula" in manifest:
        raise BadInput(
            N_("The text holds an equation, which a letter cannot show."),
            N_("Write it as ordinary text."),
            place=name,
        )
    content = parse_xml(parts["content.xml"], name, "content.xml")
    common = parse_xml(parts["styles.xml"], name, "styles.xml") if "styles.xml" in parts else None
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise BadInput(N_("The file holds no OpenDocument text."), N_("Save it again as ODT or DOCX."), place=name)
    flat = _Flat([root for root in (common, content) if root is not None])
    document = etree.Element(f"{_OFFICE}document-content", {f"{_OFFICE}version": "1.2"}, nsmap=_NSMAP)
    styles = etree.SubElement(document, f"{_OFFICE}automatic-styles")
    styles.extend(flat.styles())
    text = etree.SubElement(etree.SubElement(document, f"{_OFFICE}body"), f"{_OFFICE}text")
    flat.blocks(body, text)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("mimetype", _MIME)
        archive.writestr("content.xml", etree.tostring(document, encoding="UTF-8", xml_declaration=True))
        archive.writestr("styles.xml", f'<office:document-styles xmlns:office="{_OFFICE[1:-1]}"/>')
    return buffer.getvalue(), flat.left_out, "".join(flat.texts)


class _Flat:
    """One pass over the text, writing a new tree from the allow-list."""

    def __init__(self, roots: list[etree._Element]) -> None:
        self.left_out: Counter[str] = Counter()
        self.texts: list[str] = []
        self._styles: dict[str, etree._Element] = {}
        self._lists: dict[str, etree._Element] = {}
        self._outline = False
        for root in roots:
            for style in root.iter(f"{_STYLE}style"):
                if style.get(f"{_STYLE}family") in ("paragraph", "text"):
                    self._styles[style.get(f"{_STYLE}name", "")] = style
            for style in root.iter(f"{_TEXT}list-style"):
                self._lists[style.get(f"{_STYLE}name", "")] = style
            self._outline |= any(level.get(_NUMBER_FORMAT) for level in root.iter(f"{_TEXT}outline-level-style"))

    def styles(self) -> list[etree._Element]:
        """The styles' character marks and list levels; nothing else of them is carried on."""
        done = []
        for style_name, style in self._styles.items():
            fresh = etree.Element(
                f"{_STYLE}style",
                {f"{_STYLE}name": style_name, f"{_STYLE}family": style.get(f"{_STYLE}family", "")},
            )
            marks = {key: value for key in _MARK_KEYS if (value := self._property(style_name, key)) is not None}
            etree.SubElement(fresh, f"{_STYLE}text-properties", marks)
            done.append(fresh)
        for style_name, style in self._lists.items():
            fresh = etree.Element(f"{_TEXT}list-style", {f"{_STYLE}name": style_name})
            for level in style:
                if isinstance(level.tag, str) and level.tag.startswith(f"{_TEXT}list-level-style"):
                    keep = {
                        key: value
                        for key, value in level.attrib.items()
                        if key
                        in (
                            f"{_TEXT}level",
                            f"{_TEXT}start-value",
                            f"{_TEXT}bullet-char",
                            _NUMBER_FORMAT,
                            f"{_STYLE}num-suffix",
                            f"{_STYLE}num-prefix",
                        )
                    }
                    etree.SubElement(fresh, level.tag, keep)
            done.append(fresh)
        return done

    def _property(self, style_name: str, key: str) -> str | None:
        seen: set[str] = set()
        while style_name in self._styles and style_name not in seen:
            seen.add(style_name)
            style = self._styles[style_name]
            for properties in style.iterchildren(f"{_STYLE}text-properties"):
                if key in properties.attrib:
                    return str(properties.get(key))
            style_name = style.get(f"{_STYLE}parent-style-name", "")
        return None

    def _hidden(self, node: etree._Element) -> bool:
        return self._property(node.get(f"{_TEXT}style-name", ""), f"{_TEXT}display") == "none"

    def blocks(self, source: etree._Element, target: etree._Element) -> None:
        """Blocks in, blocks out."""
        for child in source:
            if child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
                self._paragraph(child, target)
            elif child.tag == f"{_TEXT}list":
                self._list(child, target)
            elif child.tag == f"{_TABLE}table":
                self._table(child, target)
            elif child.tag in _GONE:
                self._count_gone(child)
            elif child.tag in (f"{_DRAW}frame", f"{_DRAW}custom-shape", f"{_DRAW}g"):
                self._frame(child, target)
            elif child.tag == f"{_TEXT}section" and child.get(f"{_TEXT}display") in ("none", "condition"):
                continue
            elif isinstance(child.tag, str) and not child.tag.endswith("-decls"):
                self.blocks(child, target)

    def _count_gone(self, node: etree._Element) -> None:
        kind = _GONE[str(node.tag)]
        if kind:
            self.left_out[kind] += 1

    def _paragraph(self, source: etree._Element, target: etree._Element) -> None:
        keep = {f"{_TEXT}style-name": source.get(f"{_TEXT}style-name", "")}
        if source.tag == f"{_TEXT}h":
            level = source.get(f"{_TEXT}outline-level", "1")
            keep[f"{_TEXT}outline-level"] = level if level.isdigit() else "1"
            if self._outline and source.get(f"{_TEXT}is-list-header") != "true":
                self.left_out["heading_numbers"] += 1
        fresh = etree.SubElement(target, source.tag, keep)
        frames: list[etree._Element] = []
        if not self._hidden(source):
            self._inlines(source, fresh, frames)
        for frame in frames:
            self._frame(frame, target)

    def _say(self, text: str | None, target: etree._Element) -> None:
        if text:
            self.texts.append(text)
            if len(target):
                target[-1].tail = (target[-1].tail or "") + text
            else:
                target.text = (target.text or "") + text

    def _inlines(self, source: etree._Element, target: etree._Element, frames: list[etree._Element]) -> None:
        self._say(source.text, target)
        for child in source:
            if child.tag == f"{_TEXT}span":
                if not self._hidden(child):
                    name = child.get(f"{_TEXT}style-name", "")
                    self._inlines(child, etree.SubElement(target, child.tag, {f"{_TEXT}style-name": name}), frames)
            elif child.tag in (f"{_TEXT}tab", f"{_TEXT}s", f"{_TEXT}line-break"):
                count = child.get(f"{_TEXT}c")
                etree.SubElement(target, child.tag, {f"{_TEXT}c": count} if count else {})
            elif child.tag == f"{_TEXT}note":
                note = etree.SubElement(target, child.tag, {f"{_TEXT}note-class": "footnote"})
                etree.SubElement(note, f"{_TEXT}note-citation").text = "1"
                inside = etree.SubElement(note, f"{_TEXT}note-body")
                for body in child.iterchildren(f"{_TEXT}note-body"):
                    self.blocks(body, inside)
            elif child.tag in (f"{_DRAW}frame", f"{_DRAW}custom-shape", f"{_DRAW}g"):
                frames.append(child)
            elif child.tag in _GONE:
                self._count_gone(child)
            elif isinstance(child.tag, str):
                self._inlines(child, target, frames)  # links, fields, content controls: their shown text
            self._say(child.tail, target)

    def _frame(self, frame: etree._Element, target: etree._Element) -> None:
        if any(True for _ in frame.iter(f"{_TEXT}p", f"{_TEXT}h")):
            self.left_out["text_boxes_set_after_their_paragraph"] += 1
            self._frame_text(frame, target)
        else:
            self.left_out["images"] += 1

    def _frame_text(self, frame: etree._Element, target: etree._Element) -> None:
        for child in frame:
            if child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
                self._paragraph(child, target)
            elif child.tag == f"{_TEXT}list":
                self._list(child, target)
            elif child.tag == f"{_DRAW}text-box":
                self.blocks(child, target)
            elif child.tag in (f"{_DRAW}frame", f"{_DRAW}custom-shape", f"{_DRAW}g"):
                self._frame_text(child, target)

    def _list(self, source: etree._Element, target: etree._Element) -> None:
        items = [one for one in source if one.tag in (f"{_TEXT}list-item", f"{_TEXT}list-header")]
        if any(True for one in items for _ in one.iter(f"{_TEXT}h")):
            # LibreOffice wraps numbered headings in lists; they are headings first.
            for item in items:
                self.left_out["heading_numbers"] += sum(1 for _ in item.iter(f"{_TEXT}h"))
                self.blocks(item, target)
            return
        keep = {
            key: source.get(key, "")
            for key in (
                f"{_TEXT}style-name",
                f"{_TEXT}continue-numbering",
                "{http://www.w3.org/XML/1998/namespace}id",
                f"{_TEXT}continue-list",
            )
            if key in source.attrib
        }
        fresh = etree.SubElement(target, source.tag, keep)
        for item in items:
            start = item.get(f"{_TEXT}start-value")
            new = etree.SubElement(fresh, item.tag, {f"{_TEXT}start-value": start} if start else {})
            self.blocks(item, new)

    def _table(self, source: etree._Element, target: etree._Element) -> None:
        table = etree.SubElement(target, source.tag)
        self._rows(source, table)

    def _rows(self, source: etree._Element, target: etree._Element) -> None:
        for child in source:
            if child.tag == f"{_TABLE}table-column":
                count = child.get(f"{_TABLE}number-columns-repeated")
                keep = {f"{_TABLE}number-columns-repeated": count} if count else {}
                etree.SubElement(target, child.tag, _bounded(keep))
            elif child.tag == f"{_TABLE}table-header-rows":
                self._rows(child, etree.SubElement(target, child.tag))
            elif child.tag == f"{_TABLE}table-row":
                row = etree.SubElement(target, child.tag)
                for cell in child.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                    keep = {key: cell.get(key, "") for key in _CELL_KEYS if key in cell.attrib}
                    fresh = etree.SubElement(row, cell.tag, _bounded(keep))
                    if cell.tag == f"{_TABLE}table-cell":
                        self.blocks(cell, fresh)
            elif child.tag in (
                f"{_TABLE}table-columns",
                f"{_TABLE}table-header-columns",
                f"{_TABLE}table-rows",
                f"{_TABLE}table-row-group",
                f"{_TABLE}table-column-group",
            ):
                self._rows(child, target)


def _bounded(attributes: dict[str, str]) -> dict[str, str]:
    """Spans and repetitions of at most 200: a spreadsheet's million empty columns are no letter."""
    return {key: str(min(int(value), 200)) for key, value in attributes.items() if value.isdigit()}
