"""A known person out of OpenDocument text and spreadsheets (ODT, ODS; ODF 1.3).

Does: rebuild the container from content, styles and pictures; resolve tracked changes as the final text, drop
annotations, scripts, forms' events, settings, thumbnails, properties and edit-session ids; turn fields into
the text they show; mask text across spans, attributes, links and names; merge and renumber automatic styles,
because their order and number tell of editing; give columns that showed a hit one fixed width.

Does not: keep macros, signatures or objects that are no ODF documents; these are dropped and reported.
"""

import posixpath
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from lxml import etree

from sigill.errors import N_, BadInput, Blocked, NothingRead
from sigill.mask.container import read_container, write_container
from sigill.mask.image import mask_picture
from sigill.mask.joined import Block, NameFinder, hits, joined, mask_blocks
from sigill.mask.metadata import ODF_META
from sigill.mask.report import Options, Report
from sigill.mask.xmltext import (
    Element,
    drop,
    form,
    local,
    loose_blocks,
    mask_attributes,
    morphing_piece,
    namespace,
    parse_xml,
    plain_piece,
    tail_piece,
    unescaped,
    unwrap,
    write_xml,
)

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE, DRAW, STYLE, FO, FORM, SCRIPT, MANIFEST, SVG, CHART, NUMBER, DR3D = (
    f"{_OASIS}{name}:1.0"
    for name in (
        *("office", "text", "table", "drawing", "style", "xsl-fo-compatible", "form", "script", "manifest"),
        *("svg-compatible", "chart", "datastyle", "dr3d"),
    )
)
XLINK = "http://www.w3.org/1999/xlink"
MATH = "http://www.w3.org/1998/Math/MathML"
XML = "http://www.w3.org/XML/1998/namespace"
_KEPT = frozenset(
    {OFFICE, TEXT, TABLE, DRAW, STYLE, FO, FORM, SVG, CHART, NUMBER, DR3D, XLINK, MATH, XML, ""}
    | {f"{_OASIS}presentation:1.0", f"{_OASIS}smil-compatible:1.0"}
)
_TYPES = {
    "application/vnd.oasis.opendocument.text": "text",
    "application/vnd.oasis.opendocument.text-template": "text",
    "application/vnd.oasis.opendocument.spreadsheet": "spreadsheet",
    "application/vnd.oasis.opendocument.spreadsheet-template": "spreadsheet",
}


def _names(space: str, *names: str) -> frozenset[str]:
    return frozenset(f"{{{space}}}{name}" for name in names)


_GONE = (
    _names(
        TEXT,
        *(
            "tracked-changes",
            "hidden-text",
            "change",
            "change-start",
            "change-end",
            "soft-page-break",
            "dde-connection-decls",
        ),
        *("user-field-decls", "variable-decls", "script", "alphabetical-index-auto-mark-file"),
        *("toc-mark", "toc-mark-start", "toc-mark-end", "user-index-mark", "user-index-mark-start"),
        *("user-index-mark-end", "alphabetical-index-mark", "alphabetical-index-mark-start"),
        "alphabetical-index-mark-end",
    )
    | _names(OFFICE, "annotation", "annotation-end", "scripts", "script", "event-listeners", "dde-source", "meta")
    | _names(TABLE, "tracked-changes", "dde-links", "scenario", "consolidation", "cell-range-source", "detective")
    | _names(TABLE, "data-pilot-tables", "database-ranges", "table-source", "named-expressions")
    | _names(DRAW, "glue-point", "control")
    | _names(FORM, "form", "connection-resource")
    | _names(OFFICE, "forms")
)
_FIELDS = _names(
    TEXT,
    *("author-name", "author-initials", "creator", "initial-creator", "editing-cycles", "editing-duration"),
    *("creation-date", "creation-time", "modification-date", "modification-time", "print-date", "print-time"),
    *("printed-by", "title", "subject", "keywords", "description", "user-defined", "file-name", "template-name"),
    *("user-field-get", "user-field-input", "variable-set", "variable-get", "variable-input", "expression"),
    *("text-input", "placeholder", "conditional-text", "database-display", "database-next"),
    *("database-row-select", "database-row-number", "database-name", "dde-connection", "date", "time"),
    *("sender-firstname", "sender-lastname", "sender-initials", "sender-title", "sender-position", "sender-email"),
    *("sender-phone-private", "sender-fax", "sender-company", "sender-phone-work", "sender-street", "sender-city"),
    *("sender-postal-code", "sender-country", "sender-state-or-province", "measure", "table-formula", "drop-down"),
    *("word-count", "character-count", "paragraph-count", "table-count", "image-count", "object-count"),
    *("meta", "meta-field", "execute-macro", "bibliography-mark", "sheet-name", "hidden-paragraph"),
)
_NAMED = _names(TABLE, "named-range", "named-expression", "database-range")
_MARKS = _names(
    TEXT, "bookmark", "bookmark-start", "bookmark-end", "reference-mark", "reference-mark-start", "reference-mark-end"
)
_POINTERS = _names(TEXT, "bookmark-ref", "reference-ref")
_STYLE_NAMES = re.compile(r"(^|-)style-name$|^(name|style-name|master-page-name|page-layout-name|apply-style-name)$")
_FREE = frozenset({"string-value", "title", "description", "label", "value", "current-value", "string", "prefix"}) | {
    "num-prefix",
    "num-suffix",
    "suffix",
    "font-family",
    "content",
    "display-name",
    "help-message",
    "data-label-text",
}


def mask_odf(data: bytes, finder: NameFinder, options: Options, report: Report) -> bytes:
    """Mask an OpenDocument text or spreadsheet in place.

    Raises:
        BadInput: not a readable ODF container; NothingRead: no text.
        Blocked: encrypted, another kind of ODF, or beyond the bounds.
    """
    members = read_container(data, options)
    kind = members.get("mimetype", b"").decode("ascii", "replace").strip()
    if kind not in _TYPES:
        raise BadInput(N_("The file is no OpenDocument text or spreadsheet."))
    if b"encryption-data" in members.get("META-INF/manifest.xml", b""):
        raise Blocked(N_("The file is protected with a password."), N_("Save it without a password."))
    if any(name.endswith("signatures.xml") for name in members):
        report.notes.append(N_("the digital signature is broken by masking and was taken out"))
    if any(name.startswith(("Basic/", "Scripts/")) for name in members):
        report.notes.append(N_("macros were taken out"))
    work = _Work(members, finder, options, report)
    fresh = work.document("", "")
    manifest = [("/", kind), *((name, _media_type(name, fresh)) for name in fresh)]
    return write_container(
        [
            ("mimetype", kind.encode("ascii")),
            *fresh.items(),
            ("meta.xml", ODF_META),
            ("META-INF/manifest.xml", _manifest([*manifest, ("meta.xml", "text/xml")])),
        ],
        stored="mimetype",
    )


def _media_type(name: str, fresh: Mapping[str, bytes]) -> str:
    if name.endswith(".xml"):
        return "text/xml"
    if name.endswith("/"):
        return fresh[name].decode("ascii")
    suffix = posixpath.splitext(name)[1]
    return {".png": "image/png", ".jpg": "image/jpeg", ".tiff": "image/tiff"}.get(suffix, "")


def _manifest(entries: list[tuple[str, str]]) -> bytes:
    root = etree.Element(f"{{{MANIFEST}}}manifest", nsmap={"manifest": MANIFEST})
    root.set(f"{{{MANIFEST}}}version", "1.3")
    for name, kind in entries:
        entry = etree.SubElement(root, f"{{{MANIFEST}}}file-entry")
        entry.set(f"{{{MANIFEST}}}full-path", name)
        entry.set(f"{{{MANIFEST}}}media-type", kind)
    return write_xml(root)


class _Work:
    """One container being rebuilt; objects inside it are documents of their own."""

    def __init__(self, members: Mapping[str, bytes], finder: NameFinder, options: Options, report: Report) -> None:
        self._members = members
        self._finder = finder
        self._options = options
        self._report = report
        self._pictures: dict[str, str] = {}
        self._objects: dict[str, str] = {}
        self._expressions: set[str] = set()

    def document(self, old: str, new: str, depth: int = 0) -> dict[str, bytes]:
        """Rebuild the document whose members lie under `old`, under `new`."""
        if depth > self._options.max_depth:
            raise Blocked(N_("Documents are nested deeper than the limit."))
        trees: dict[str, Element] = {}
        for name in ("styles.xml", "content.xml"):
            if old + name in self._members:
                trees[name] = parse_xml(self._members[old + name], new + name)
                self._clean(trees[name], new + name)
        if "content.xml" not in trees:
            raise BadInput(N_("The file is no OpenDocument text or spreadsheet."), place=new)
        _rename_marks(list(trees.values()))
        blocks = {name: _blocks(tree) for name, tree in trees.items()}
        text = "\n".join(joined(one) for one in reversed(blocks.values()))
        if not text.strip() and not old:
            raise NothingRead(N_("The document holds no text."))
        finder = self._finder if old else self._finder.for_document(text)
        self._finder = finder
        fresh: dict[str, bytes] = {}
        for tree in trees.values():
            self._links(tree, old, new, fresh, depth)
        _rename_styles(list(trees.values()), finder)
        for name, tree in trees.items():
            mask_blocks(blocks[name], finder, self._options.label, self._report, new + name)
            _rename_sheets(tree, finder, self._options.label)
            self._formulas(tree, finder)
            mask_attributes(tree, finder, self._options.label, self._report, new + name, structural=_structural)
            _free_columns(tree, self._options.label)
            _canonical_styles(tree)
            _join_spans(tree)
        return {**{new + name: write_xml(tree) for name, tree in sorted(trees.items())}, **fresh}

    def _clean(self, root: Element, place: str) -> None:
        counts: dict[str, int] = {}
        for element in list(root.iter()):
            tag = element.tag
            if tag in _NAMED:
                self._expressions.add(element.get(f"{{{TABLE}}}name", ""))
            if element is root:
                pass
            elif tag in _GONE or namespace(tag) not in _KEPT:
                kind = {"annotation": "comment", "tracked-changes": "deletion"}.get(local(element), "markup")
                counts[kind] = counts.get(kind, 0) + 1
                drop(element)
                continue
            elif tag in _FIELDS:
                unwrap(element)
                continue
            for name in list(element.attrib):
                if namespace(name) not in _KEPT or local_name(name) in ("rsid", "paragraph-rsid", "change-id"):
                    del element.attrib[name]
        for kind, count in counts.items():
            self._report.took(place, kind, count)

    def _links(self, tree: Element, old: str, new: str, fresh: dict[str, bytes], depth: int) -> None:
        """Pictures and objects are masked and renamed; other links are kept if they name nobody."""
        href = f"{{{XLINK}}}href"
        linked = [element for element in tree.iter() if element.get(href) is not None]
        readable = {element.get(href): unquote(element.get(href)) for element in linked}
        bad = hits([*readable, *readable.values()], self._finder)
        for element in linked:
            target = element.get(href)
            inside = posixpath.normpath(old + readable[target].removeprefix("./"))
            if local(element) == "image" and element.tag == f"{{{DRAW}}}image":
                self._picture(element, href, inside, new, fresh)
            elif element.tag in _names(DRAW, "object", "object-ole"):
                self._object(element, href, inside, new, fresh, depth)
            elif {target, readable[target]} & bad or not re.match(r"(?i)(https?|mailto|tel|ftp):|#", target):
                self._report.took(new + "content.xml", "link")
                if element.tag == f"{{{TEXT}}}a":
                    unwrap(element)
                else:
                    del element.attrib[href]

    def _formulas(self, tree: Element, finder: NameFinder) -> None:
        """A formula that names the person, or a name that was dropped, becomes the value it shows."""
        formula = f"{{{TABLE}}}formula"
        cells = [element for element in tree.iter() if element.get(formula) is not None]
        bad = hits([element.get(formula) for element in cells], finder)
        for element in cells:
            text = element.get(formula)
            if text in bad or self._expressions & set(re.findall(r"[\w.\\]+", text)):
                del element.attrib[formula]
                self._report.took("content.xml", "formula")

    def _picture(self, element: Element, href: str, inside: str, new: str, fresh: dict[str, bytes]) -> None:
        if inside.startswith("ObjectReplacements/") or "/ObjectReplacements/" in inside:
            drop(element)
            return
        if inside not in self._members:
            drop(element)
            self._report.took("content.xml", "picture")
            return
        if inside not in self._pictures:
            data, suffix = mask_picture(
                self._members[inside], self._finder, self._options, self._report, f"picture {len(self._pictures) + 1}"
            )
            self._pictures[inside] = f"Pictures/{len(self._pictures) + 1}{suffix}"
            fresh[new + self._pictures[inside]] = data
        element.set(href, self._pictures[inside])
        for name in list(element.attrib):
            if local_name(name) in ("mime-type", "filter-name"):
                del element.attrib[name]

    def _object(self, element: Element, href: str, inside: str, new: str, fresh: dict[str, bytes], depth: int) -> None:
        folder = inside + "/"
        if folder + "content.xml" not in self._members or self._options.attachments == "drop":
            self._report.took("content.xml", "embedded object")
            self._report.review.append(("content.xml", N_("an embedded object could not be read and was taken out")))
            frame = element.getparent()
            drop(frame if local(frame) == "frame" else element)
            return
        if folder not in self._objects:
            name = f"{new}Object {len(self._objects) + 1}/"
            self._objects[folder] = name
            kind = self._members.get(folder + "mimetype", b"application/vnd.oasis.opendocument.chart").strip()
            fresh[name] = kind if kind.isascii() and len(kind) < 100 else b""
            fresh.update(self.document(folder, name, depth + 1))
        element.set(href, "./" + self._objects[folder].removeprefix(new).rstrip("/"))


def local_name(name: str) -> str:
    """The local part of an attribute name."""
    return name.rpartition("}")[2]


_SPAN = f"{{{TEXT}}}span"
_PARAGRAPHS = _names(TEXT, "p", "h")
_SPECIAL = {f"{{{TEXT}}}tab": "\t", f"{{{TEXT}}}line-break": "\n"}


def _blocks(root: Element) -> list[Block]:
    """Every paragraph as a block; notes and boxes anchored in it are blocks of their own."""
    blocks: list[Block] = []
    texts: set[Element] = set()
    tails: set[Element] = set()
    for paragraph in root.iter(*_PARAGRAPHS, f"{{{TEXT}}}ruby-text"):
        block: Block = []
        _collect(paragraph, block, texts, tails)
        if block:
            blocks.append(block)
    return blocks + loose_blocks(root, texts, tails)


def _collect(element: Element, block: Block, texts: set[Element], tails: set[Element]) -> None:
    if element.text:
        element.text = _SPACE.sub(" ", element.text)
        block.append(plain_piece(element))
        texts.add(element)
    for child in element:
        tag = child.tag
        if tag == f"{{{TEXT}}}s":
            block.append(morphing_piece(child, " " * _count(child), _SPAN))
        elif tag in _SPECIAL:
            block.append(morphing_piece(child, _SPECIAL[tag], _SPAN))
        elif tag not in _PARAGRAPHS and local(child) not in ("note", "ruby-text", "frame", "table", "list"):
            _collect(child, block, texts, tails)
        if child.tail:
            child.tail = _SPACE.sub(" ", child.tail)
            block.append(tail_piece(child))
            tails.add(child)


_SPACE = re.compile(r"[ \t\r\n]+")


def _count(element: Element) -> int:
    try:
        return min(max(int(element.get(f"{{{TEXT}}}c", "1")), 1), 1000)
    except ValueError:
        return 1


def _rename_marks(trees: list[Element]) -> None:
    """Bookmarks nobody points at go; the others are numbered."""
    name_of, ref = f"{{{TEXT}}}name", f"{{{TEXT}}}ref-name"
    href = f"{{{XLINK}}}href"
    wanted: set[str] = set()
    for tree in trees:
        wanted |= {element.get(ref, "") for element in tree.iter(*_POINTERS)}
        wanted |= {unquote(element.get(href)[1:]) for element in tree.iter() if element.get(href, "")[:1] == "#"}
    new: dict[str, str] = {}
    for tree in trees:
        for mark in list(tree.iter(*_MARKS)):
            name = mark.get(name_of, "")
            if name not in wanted:
                drop(mark)
                continue
            mark.set(name_of, new.setdefault(name, f"mark{len(new) + 1}"))
            for other in list(mark.attrib):
                if other != name_of:
                    del mark.attrib[other]
    for tree in trees:
        for element in tree.iter():
            if element.tag in _POINTERS and element.get(ref) in new:
                element.set(ref, new[element.get(ref)])
            target = element.get(href, "")
            if target[:1] == "#" and unquote(target[1:]) in new:
                element.set(href, "#" + new[unquote(target[1:])])


def _rename_styles(trees: list[Element], finder: NameFinder) -> None:
    """Styles called after the person are numbered instead; what they say stays."""
    names: dict[str, str] = {}
    for tree in trees:
        for element in tree.iter():
            for attribute in ("name", "display-name"):
                value = element.get(f"{{{STYLE}}}{attribute}")
                if value is not None:
                    names.setdefault(value, unescaped(value))
    bad = hits(names.values(), finder)
    new: dict[str, str] = {}
    for value, plain in names.items():
        if plain in bad:
            new[value] = f"stil{len(new) + 1}"
    if not new:
        return
    for tree in trees:
        for element in tree.iter():
            for attribute, value in list(element.attrib.items()):
                if value in new and local_name(attribute).endswith("name"):
                    element.set(attribute, new[value])


def _rename_sheets(tree: Element, finder: NameFinder, label: str) -> None:
    """A sheet called after the person gets the label, without the signs sheet names may not hold."""
    plain = re.sub(r"[\[\]*?:/\\']", "", label).strip() or "Blad"
    count = 0
    for sheet in tree.iter(f"{{{TABLE}}}table"):
        name = sheet.get(f"{{{TABLE}}}name", "")
        if hits([name], finder):
            count += 1
            sheet.set(f"{{{TABLE}}}name", plain if count == 1 else f"{plain} {count}")


def _structural(element: Element, name: str) -> bool:
    short = local_name(name)
    return not (short in _FREE or short == "name") or local(element) == "style"


def _free_columns(tree: Element, label: str) -> None:
    """Columns and rows of a sheet fit themselves to their text: a sheet that shows a label gets one measure."""
    style_name = f"{{{TABLE}}}style-name"
    used = False
    for sheet in tree.iter(f"{{{OFFICE}}}spreadsheet"):
        for table in sheet.iter(f"{{{TABLE}}}table"):
            if not any(label in "".join(one.itertext()) for one in table.iter(f"{{{TEXT}}}p")):
                continue
            used = True
            for column in table.iter(f"{{{TABLE}}}table-column"):
                column.set(style_name, "kolumn")
            for row in table.iter(f"{{{TABLE}}}table-row"):
                row.attrib.pop(style_name, None)
    automatic = tree.find(f"{{{OFFICE}}}automatic-styles")
    if not used or automatic is None:
        return
    style = etree.SubElement(automatic, f"{{{STYLE}}}style")
    style.set(f"{{{STYLE}}}name", "kolumn")
    style.set(f"{{{STYLE}}}family", "table-column")
    measure = etree.SubElement(style, f"{{{STYLE}}}table-column-properties")
    measure.set(f"{{{STYLE}}}column-width", "5cm")
    _drop_unused(tree, automatic, ("table-column", "table-row"))


def _drop_unused(tree: Element, automatic: Element, families: tuple[str, ...]) -> None:
    used = {
        value
        for element in tree.iter()
        for name, value in element.attrib.items()
        if local_name(name).endswith("style-name")
    }
    for style in list(automatic):
        if style.get(f"{{{STYLE}}}family") in families and style.get(f"{{{STYLE}}}name") not in used:
            automatic.remove(style)


_USERS = {"paragraph": _PARAGRAPHS, "text": _names(TEXT, "span", "a")}


def _canonical_styles(tree: Element) -> None:
    """Automatic text and paragraph styles: equal ones become one, in the order of use."""
    automatic = tree.find(f"{{{OFFICE}}}automatic-styles")
    if automatic is None:
        return
    style_name, family_of, name_of = f"{{{TEXT}}}style-name", f"{{{STYLE}}}family", f"{{{STYLE}}}name"
    for family, users in _USERS.items():
        styles = {one.get(name_of): one for one in automatic if one.get(family_of) == family}
        elsewhere = {
            value
            for element in tree.iter()
            for name, value in element.attrib.items()
            if value in styles and not (name == style_name and element.tag in users) and name != name_of
        }
        new: dict[tuple[Any, ...], str] = {}
        order: list[Element] = []
        for element in tree.iter(*users):
            old = element.get(style_name)
            if old not in styles or old in elsewhere:
                continue
            look = _form(styles[old])
            if family == "text" and not look:
                del element.attrib[style_name]
                continue
            if look not in new:
                new[look] = f"s{family[0]}{len(new) + 1}"
                order.append(styles[old])
            element.set(style_name, new[look])
        for name, style in styles.items():
            if name not in elsewhere:
                automatic.remove(style)
        for number, style in enumerate(order, 1):
            style.set(name_of, f"s{family[0]}{number}")
            automatic.append(style)


def _form(style: Element) -> tuple[Any, ...]:
    """What a style says, without its name; empty if it says nothing."""
    if not any(one.attrib or len(one) for one in style) and len(style.attrib) <= 2:
        return ()
    attributes = {name: value for name, value in style.attrib.items() if name != f"{{{STYLE}}}name"}
    return (tuple(sorted(attributes.items())), *(form(one) for one in style))


def _join_spans(tree: Element) -> None:
    """Drop empty spans, dissolve those without a style, join neighbours of one style."""
    for span in list(tree.iter(_SPAN)):
        if not len(span) and not span.text:
            drop(span)
        elif not span.attrib:
            unwrap(span)
    for span in list(tree.iter(_SPAN)):
        before = span.getprevious()
        if before is None or before.tag != _SPAN or before.tail or dict(before.attrib) != dict(span.attrib):
            continue
        if span.text:
            if len(before):
                before[-1].tail = (before[-1].tail or "") + span.text
            else:
                before.text = (before.text or "") + span.text
        for child in list(span):
            before.append(child)
        before.tail = span.tail
        span.tail = None
        span.getparent().remove(span)
