"""A known person out of a workbook (XLSX, XLSM; ECMA-376 part 1, SpreadsheetML).

Does: rebuild the package from sheets, shared texts, styles, drawings and charts; mask cells (rich text joined),
sheet names, headers and footers, links, lists of allowed values, table and column names; turn formulas that name
the person into their value; count names afresh; give a column that showed a hit one fixed width, because a
width fitted to a name tells its length. Comments, authors, revision logs, pivot caches, external links, macros,
printer settings and custom views are dropped.

Does not: recalculate. What a formula showed is what the masked workbook shows.
"""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from sigill.errors import N_, BadInput, Blocked, NothingRead
from sigill.mask import ooxml
from sigill.mask.joined import Block, NameFinder, Piece, hits, joined, mask_blocks, mask_string, words
from sigill.mask.ooxml import MC, A, C, Kind, Package, Part, R, Relationship
from sigill.mask.report import Options, Report
from sigill.mask.xmltext import (
    Element,
    drop,
    form,
    local,
    loose_blocks,
    mask_attributes,
    namespace,
    text_piece,
)

S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_MAIN_TYPES = frozenset(
    {
        _TYPE + "sheet.main+xml",
        _TYPE + "template.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        "application/vnd.ms-excel.template.macroEnabled.main+xml",
    }
)
_KINDS: Mapping[str, Kind] = {
    "styles": Kind("xl/styles.xml", _TYPE + "styles+xml", implicit=True),
    "sharedStrings": Kind("xl/sharedStrings.xml", _TYPE + "sharedStrings+xml", implicit=True),
    "worksheet": Kind("xl/worksheets/sheet{n}.xml", _TYPE + "worksheet+xml"),
    "chartsheet": Kind("xl/chartsheets/sheet{n}.xml", _TYPE + "chartsheet+xml"),
    "table": Kind("xl/tables/table{n}.xml", _TYPE + "table+xml"),
    "drawing": Kind("xl/drawings/drawing{n}.xml", "application/vnd.openxmlformats-officedocument.drawing+xml"),
    **{name: kind for name, kind in ooxml.DRAWING_KINDS.items() if name != "package"},
}
_KEPT = frozenset({S, XDR, A, C, MC, DGM})
_KEPT_ATTRIBUTES = frozenset({"", R, "http://www.w3.org/XML/1998/namespace"})

_WORKBOOK = frozenset({"workbookPr", "bookViews", "sheets", "definedNames", "calcPr"})
_WORKSHEET = words(
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData autoFilter sortState mergeCells conditionalFormatting "
    "dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks drawing "
    "tableParts"
)
_BUILTIN = "_xlnm."
WIDTH = "24"
"""Width of a column that showed a hit, in characters of the standard font (part 1, 18.3.1.13)."""


def _s(*names: str) -> frozenset[str]:
    return frozenset(f"{{{S}}}{name}" for name in names)


_C, _V, _F, _T, _IS = (f"{{{S}}}{name}" for name in ("c", "v", "f", "t", "is"))


def mask_sheet(data: bytes, finder: NameFinder, options: Options, report: Report) -> bytes:
    """Mask a workbook in place.

    Raises:
        BadInput: not a readable workbook; NothingRead: no text.
        Blocked: beyond the bounds.
    """
    package = Package(data, options)
    declared = package.content_type(package.main())
    if declared not in _MAIN_TYPES:
        raise BadInput(N_("The file is an Office package but no workbook of the common kind."))
    if "macro" in declared:
        report.notes.append(N_("macros were taken out"))
    if package.signed:
        report.notes.append(N_("the digital signature is broken by masking and was taken out"))
    parts = ooxml.load(package, _KINDS, report, lambda part, links: _clean(part, links, report))
    if local(parts[0].tree) != "workbook" or namespace(parts[0].tree.tag) != S:
        raise Blocked(N_("The main part is no workbook of the common kind."))
    book = _Book(parts, options, report)
    book.inline_strings()
    text = book.text()
    if not text.strip():
        raise NothingRead(N_("The workbook holds no text."))
    finder = finder.for_document(text)
    ooxml.mask_links(parts, finder, report)
    ooxml.mask_embedded(parts, _KINDS, finder, options, report)
    ooxml.prune(parts, report)
    book.names(finder)
    book.mask(finder)
    book.share_strings()
    return ooxml.write(parts, _KINDS, "xl", "xl/workbook.xml", _TYPE + "sheet.main+xml")


def _clean(part: Part, links: Mapping[str, Relationship], report: Report) -> None:
    """Known elements and attributes only; what is dropped as a whole is counted."""
    root = part.tree
    for element in list(root.iter()):
        name = local(element)
        if element is not root and (namespace(element.tag) not in _KEPT or name in ("extLst", "AlternateContent")):
            drop(element)
            continue
        for attribute in list(element.attrib):
            if namespace(attribute) not in _KEPT_ATTRIBUTES or attribute in ("uid", "phonetic", "ph"):
                del element.attrib[attribute]
    allowed = {"officeDocument": _WORKBOOK, "worksheet": _WORKSHEET}.get(part.kind)
    if allowed is not None:
        for child in list(root):
            if local(child) not in allowed:
                report.took(part.place, "markup")
                drop(child)
    for name in ("rPh", "phoneticPr", "smartTags", "protectedRanges", "sheetProtection", "customPr"):
        for element in list(root.iter(f"{{{S}}}{name}")):
            drop(element)
    for element in root.iter(f"{{{S}}}workbookPr"):
        for attribute in list(element.attrib):
            if attribute != "date1904":
                del element.attrib[attribute]
    for element in root.iter(f"{{{S}}}sheetPr", f"{{{S}}}pageSetup"):
        element.attrib.pop("codeName", None)
        element.attrib.pop(f"{{{R}}}id", None)
    for number, element in enumerate(root.iter(f"{{{XDR}}}cNvPr"), 2):
        element.set("id", str(number))
        element.set("name", f"Objekt {number}")
    for sheet in list(root.iter(f"{{{S}}}sheet")):
        link = links.get(sheet.get(f"{{{R}}}id", ""))
        if link is None or link.kind not in ("worksheet", "chartsheet"):
            report.took(part.place, "sheet")
            report.review.append((part.place, N_("a sheet of a kind that cannot be masked was taken out")))
            drop(sheet)
    for element in list(root.iter(f"{{{A}}}blip")):
        element.attrib.pop(f"{{{R}}}link", None)


class _Book:
    """A workbook being masked."""

    def __init__(self, parts: list[Part], options: Options, report: Report) -> None:
        self._parts = parts
        self._trees = [part for part in parts if part.tree is not None]
        self._workbook = parts[0].tree
        self._sheets = [part for part in parts if part.kind == "worksheet"]
        self._strings = next((part for part in parts if part.kind == "sharedStrings"), None)
        self._options = options
        self._report = report

    def inline_strings(self) -> None:
        """Put every text into its cell: who shares a text with whom tells which texts were equal."""
        table = [] if self._strings is None else list(self._strings.tree.iter(f"{{{S}}}si"))
        for part in self._sheets:
            for cell in part.tree.iter(_C):
                value = cell.find(_V)
                if cell.get("t") != "s":
                    continue
                try:
                    item = table[int((value.text if value is not None else "") or "-1")]
                except (ValueError, IndexError):
                    raise BadInput(N_("A cell points at a text that is not there."), place=part.place) from None
                cell.remove(value)
                cell.set("t", "inlineStr")
                inline = etree.SubElement(cell, _IS)
                for child in item:
                    inline.append(_copy(child))

    def text(self) -> str:
        """Everything a reader sees, for the finder to know the whole."""
        return "\n".join(joined(self._blocks(part.tree)) for part in self._trees)

    def _blocks(self, root: Element) -> list[Block]:
        blocks: list[Block] = []
        texts: set[Element] = set()
        for cell in root.iter(_C):
            block: Block = []
            inline = cell.find(_IS)
            if inline is not None:
                for text in inline.iter(_T):
                    block.append(text_piece(text))
                    texts.add(text)
            value = cell.find(_V)
            if value is not None:
                texts.add(value)
                if cell.get("t") in ("str", "d", None, "n"):
                    block.append(_value_piece(cell, value))
            if block:
                blocks.append(block)
        for paragraph in root.iter(f"{{{A}}}p"):
            block = []
            for text in paragraph.iter(f"{{{A}}}t"):
                block.append(text_piece(text))
                texts.add(text)
            if block:
                blocks.append(block)
        for name in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
            for element in root.iter(f"{{{S}}}{name}"):
                blocks += _header_blocks(element)
                texts.add(element)
        return blocks + loose_blocks(root, texts, set(), skip=_s("f", "definedName", "formula1", "formula2", "formula"))

    def names(self, finder: NameFinder) -> None:
        """Defined names, sheets and tables: counted afresh, and what names the person by formula undone."""
        formulas = [
            element
            for part in self._trees
            for element in part.tree.iter(*_s("f", "formula1", "formula2", "formula"), f"{{{C}}}f")
        ]
        tokens = {token.lower() for element in formulas for token in re.findall(r"[\w.\\]+", _bare(element.text or ""))}
        renamed: dict[str, str] = {}
        for holder in list(self._workbook.iter(f"{{{S}}}definedNames")):
            for one in list(holder):
                name = one.get("name", "")
                for attribute in list(one.attrib):
                    if attribute not in ("name", "localSheetId", "hidden"):
                        del one.attrib[attribute]
                if name.startswith(_BUILTIN):
                    continue
                if name.lower() not in tokens:
                    self._report.took("workbook", "defined name")
                    holder.remove(one)
                    continue
                renamed.setdefault(name.lower(), f"Namn_{len(renamed) + 1}")
                one.set("name", renamed[name.lower()])
            if not len(holder):
                drop(holder)
        for number, part in enumerate([one for one in self._parts if one.kind == "table"], 1):
            for attribute in ("name", "displayName"):
                renamed.setdefault(part.tree.get(attribute, "").lower(), f"Tabell_{number}")
            for attribute in ("name", "displayName"):
                part.tree.set(attribute, f"Tabell_{number}")
            part.tree.set("id", str(number))
        sheets = self._rename_sheets(finder)
        defined = list(self._workbook.iter(f"{{{S}}}definedName"))
        for element in [*formulas, *defined]:
            element.text = _rewritten(element.text or "", renamed, sheets)
        for sheet in self._sheets:
            for link in sheet.tree.iter(f"{{{S}}}hyperlink"):
                if link.get("location"):
                    link.set("location", _rewritten(link.get("location"), renamed, sheets))
        self._drop_formulas(finder)

    def _rename_sheets(self, finder: NameFinder) -> dict[str, str]:
        plain = re.sub(r"[\[\]*?:/\\']", "", self._options.label).strip()[:25] or "Blad"
        new: dict[str, str] = {}
        for sheet in self._workbook.iter(f"{{{S}}}sheet"):
            name = sheet.get("name", "")
            if hits([name], finder):
                self._report.took("workbook", "sheet name")
                new[name.lower()] = plain if not new else f"{plain} {len(new) + 1}"
                sheet.set("name", new[name.lower()])
        for number, sheet in enumerate(self._workbook.iter(f"{{{S}}}sheet"), 1):
            sheet.set("sheetId", str(number))
        return new

    def _drop_formulas(self, finder: NameFinder) -> None:
        """A formula that names the person, or another file, becomes its value."""
        for part in self._trees:
            cells = [element for element in part.tree.iter(_F) if element.getparent().tag == _C]
            bad = hits([element.text or "" for element in cells], finder)
            groups = {
                element.get("si")
                for element in cells
                if element.get("t") == "shared" and ((element.text or "") in bad or _foreign(element.text or ""))
            }
            for element in cells:
                text = element.text or ""
                if text in bad or _foreign(text) or (element.get("si") is not None and element.get("si") in groups):
                    drop(element)
                    self._report.took(part.place, "formula")
            others = list(part.tree.iter(*_s("formula", "definedName"), f"{{{C}}}f"))
            bad = hits([element.text or "" for element in others], finder)
            for element in others:
                if (element.text or "") not in bad and not _foreign(element.text or ""):
                    continue
                self._report.took(part.place, "formula")
                if element.tag == f"{{{C}}}f":
                    element.text = "#REF!"
                else:
                    rule = element.getparent() if local(element) == "formula" else element
                    drop(rule)
            for element in list(part.tree.iter(*_s("formula1", "formula2"))):
                element.text = mask_string(element.text or "", finder, self._options.label, self._report, part.place)
            for holder in list(part.tree.iter(*_s("conditionalFormatting", "definedNames", "dataValidations"))):
                if not len(holder):
                    drop(holder)

    def mask(self, finder: NameFinder) -> None:
        """Cells, texts and attributes, then what their layout tells."""
        label = self._options.label
        for part in self._trees:
            if part is self._strings:
                continue
            mask_blocks(self._blocks(part.tree), finder, label, self._report, part.place)
            mask_attributes(part.tree, finder, label, self._report, part.place, structural=_structural)
        for part in self._sheets:
            self._free_columns(part.tree, label)
        for part in self._parts:
            if part.kind == "table":
                self._unique_columns(part)

    def _free_columns(self, root: Element, label: str) -> None:
        touched: set[int] = set()
        for row in root.iter(f"{{{S}}}row"):
            hit = False
            for cell in row.iter(_C):
                if label in "".join(cell.itertext()):
                    touched.add(_column(cell.get("r", "")))
                    hit = True
            if hit and row.get("customHeight") not in ("1", "true"):
                row.attrib.pop("ht", None)
            row.attrib.pop("spans", None)
        touched.discard(0)
        holder = root.find(f"{{{S}}}cols")
        if not touched or holder is None:
            return
        for column in holder:
            first, last = int(column.get("min", "1")), int(column.get("max", "1"))
            if any(first <= number <= last for number in touched):
                column.set("width", WIDTH)
                column.set("customWidth", "1")
                column.attrib.pop("bestFit", None)

    def _unique_columns(self, part: Part) -> None:
        """Table columns must differ; the cells over them must say the same (18.5.1.3)."""
        seen: dict[str, int] = {}
        sheet = next((one for one in self._sheets if any(target is part for target in one.links.values())), None)
        top = re.match(r"([A-Z]+)(\d+)", part.tree.get("ref", ""))
        for offset, column in enumerate(part.tree.iter(f"{{{S}}}tableColumn")):
            name = column.get("name", "")
            seen[name] = seen.get(name, 0) + 1
            if seen[name] == 1 or self._options.label not in name or sheet is None or top is None:
                continue
            fresh = f"{name} {seen[name]}"
            column.set("name", fresh)
            place = f"{_letters(_column(top.group(1)) + offset)}{top.group(2)}"
            for cell in sheet.tree.iter(_C):
                if cell.get("r") == place:
                    for text in list(cell.iter(_T))[:1]:
                        text.text = fresh

    def share_strings(self) -> None:
        """Write the table of shared texts afresh, in the order cells use them."""
        table: dict[tuple[Any, ...], int] = {}
        items: list[Element] = []
        uses = 0
        for part in self._sheets:
            for cell in part.tree.iter(_C):
                inline = cell.find(_IS)
                if inline is None:
                    continue
                _join_rich(inline)
                if self._strings is None:
                    continue
                uses += 1
                inline.tail = None
                look = form(inline)
                if look not in table:
                    table[look] = len(table)
                    items.append(inline)
                cell.remove(inline)
                cell.set("t", "s")
                etree.SubElement(cell, _V).text = str(table[look])
        if self._strings is None:
            return
        root = etree.Element(f"{{{S}}}sst", nsmap={None: S})
        root.set("count", str(uses))
        root.set("uniqueCount", str(len(items)))
        for item in items:
            item.tag = f"{{{S}}}si"
            root.append(item)
        self._strings.tree = root


def _copy(element: Element) -> Element:
    fresh: Element = etree.fromstring(etree.tostring(element, with_tail=False))
    return fresh


def _value_piece(cell: Element, value: Element) -> Piece:
    """A number or formula result; if it is masked the cell becomes text.

    A telephone number typed as a number has lost its leading zero; the finder sees it with one.
    """
    text = value.text or ""
    shown = text
    if cell.get("t") in (None, "n"):
        shown = "0" + text if re.fullmatch(r"[1-9]\d{6,11}", text) else ""

    def write(new: str) -> None:
        if new == shown:
            return
        for child in list(cell):
            cell.remove(child)
        cell.set("t", "inlineStr")
        etree.SubElement(etree.SubElement(cell, _IS), _T).text = new

    return Piece(shown, write)


_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d{1,3}|[A-Za-z]|&)')


def _header_blocks(element: Element) -> list[Block]:
    """A header's text without its codes (18.3.1.46): `&L` before a name is no letter of it."""
    text = element.text or ""
    pieces: list[str] = []
    codes: list[bool] = []
    at = 0
    for match in _CODE.finditer(text):
        pieces += [text[at : match.start()], match.group()]
        codes += [False, True]
        at = match.end()
    pieces.append(text[at:])
    codes.append(False)

    def writer(index: int):  # type: ignore[no-untyped-def]
        def write(new: str) -> None:
            pieces[index] = new.replace("&", "&&") if index >= 0 else new
            element.text = "".join(pieces)

        return write

    blocks: list[Block] = [[]]
    for index, (piece, code) in enumerate(zip(pieces, codes, strict=True)):
        if code:
            if piece[1:2].upper() in ("L", "C", "R"):
                blocks.append([])
        elif piece:
            blocks[-1].append(Piece(piece, writer(index)))
    return [block for block in blocks if block]


def _bare(formula: str) -> str:
    """A formula without its text literals."""
    return re.sub(r'"(?:[^"]|"")*"', '""', formula)


_PART = re.compile(r"""("(?:[^"]|"")*")|'((?:[^']|'')*)'!|([\w.\\]+)(!|\(|\[)?""")


def _rewritten(formula: str, names: Mapping[str, str], sheets: Mapping[str, str]) -> str:
    """A formula with names and sheets called by their new names (18.17.2)."""

    def replaced(match: "re.Match[str]") -> str:
        literal, quoted, word, sign = match.groups()
        if literal is not None:
            return literal
        if quoted is not None:
            new = sheets.get(quoted.replace("''", "'").lower())
            return match.group() if new is None else f"'{new}'!"
        if sign == "!":
            new = sheets.get(word.lower())
            return match.group() if new is None else f"'{new}'!"
        if sign == "(":
            return match.group()
        return names.get(word.lower(), word) + (sign or "")

    return _PART.sub(replaced, formula)


def _foreign(formula: str) -> bool:
    """Whether a formula leads into another workbook (`[1]Blad1!A1`)."""
    return bool(re.search(r"(^|[^\w\]])\[\d+\]|'[^']*\[", _bare(formula)))


def _structural(element: Element, name: str) -> bool:
    return not (
        local(element)
        in ("tableColumn", "cellStyle", "numFmt", "filter", "customFilter", "cNvPr", "pageField", "theme")
        or name in ("prompt", "promptTitle", "error", "errorTitle", "display", "tooltip", "text", "descr", "title")
        or (name == "name" and local(element) in ("name", "clrScheme", "fontScheme", "fmtScheme"))
    )


def _column(reference: str) -> int:
    number = 0
    for letter in re.match(r"[A-Z]*", reference.upper()).group():  # type: ignore[union-attr]
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _join_rich(inline: Element) -> None:
    """Drop empty runs and join neighbours of the same form."""
    for run in list(inline.iter(f"{{{S}}}r")):
        text = run.find(_T)
        if text is None or not text.text:
            inline.remove(run)
            continue
        before = run.getprevious()
        if before is None or before.tag != run.tag:
            continue
        if _rich_form(before) == _rich_form(run):
            first = before.find(_T)
            text_piece(first).write((first.text or "") + text.text)
            inline.remove(run)


def _rich_form(run: Element) -> tuple[Any, ...]:
    properties = run.find(f"{{{S}}}rPr")
    return () if properties is None else form(properties)
