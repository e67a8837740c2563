"""A known person out of a Word document (DOCX, DOCM, DOTX; ECMA-376 part 1, WordprocessingML).

Does: rebuild the package from the parts a reader sees (text, headers, footers, notes, styles, numbering, pictures,
charts, embedded documents), with the text Word shows as final: insertions accepted, deletions gone, comments
dropped (or masked), fields kept only where they count pages or point inside the document, content controls
dissolved into their text. Runs are joined where nothing but editing history parted them; ids, bookmarks,
styles of the house and relationships are numbered afresh; a mention leaves one label.

Does not: keep macros, signatures, custom XML, form logic or embedded fonts; these are dropped and reported.
Pictures go to `image`, documents inside the document to `apply`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from sigill.errors import N_, BadInput, Blocked
from sigill.mask import ooxml
from sigill.mask.joined import Block, NameFinder, Piece, joined, mask_blocks
from sigill.mask.ooxml import MC, A, C, Kind, Package, Part, R, Relationship
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
    text_piece,
    unwrap,
)

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
WPG = "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"
WPC = "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas"
DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
V = "urn:schemas-microsoft-com:vml"
O = "urn:schemas-microsoft-com:office:office"  # noqa: E741
W10 = "urn:schemas-microsoft-com:office:word"
XML = "http://www.w3.org/XML/1998/namespace"

_KEPT_ELEMENTS = frozenset({W, M, MC, WP, A, PIC, WPS, WPG, WPC, C, DGM, V, O, W10})
_KEPT_ATTRIBUTES = frozenset({"", W, M, R, XML, V})
_CHOICES = frozenset({"wps", "wpg", "wpc"})

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_MAIN_TYPES = frozenset(
    {
        _TYPE + "document.main+xml",
        _TYPE + "template.main+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    }
)


def _kinds(comments: bool) -> Mapping[str, Kind]:
    kinds = {
        "styles": Kind("word/styles.xml", _TYPE + "styles+xml", implicit=True),
        "numbering": Kind("word/numbering.xml", _TYPE + "numbering+xml", implicit=True),
        "settings": Kind("word/settings.xml", _TYPE + "settings+xml", implicit=True),
        "fontTable": Kind("word/fontTable.xml", _TYPE + "fontTable+xml", implicit=True),
        "footnotes": Kind("word/footnotes.xml", _TYPE + "footnotes+xml", implicit=True),
        "endnotes": Kind("word/endnotes.xml", _TYPE + "endnotes+xml", implicit=True),
        "header": Kind("word/header{n}.xml", _TYPE + "header+xml"),
        "footer": Kind("word/footer{n}.xml", _TYPE + "footer+xml"),
        "aFChunk": Kind("word/chunk{n}", form="package"),
        **ooxml.DRAWING_KINDS,
    }
    if comments:
        kinds["comments"] = Kind("word/comments.xml", _TYPE + "comments+xml", implicit=True)
    return kinds


def _w(*names: str) -> frozenset[str]:
    return frozenset(f"{{{W}}}{name}" for name in names)


_P = f"{{{W}}}p"
_RUN = f"{{{W}}}r"
_RPR = f"{{{W}}}rPr"
_T = f"{{{W}}}t"
_INSTR = f"{{{W}}}instrText"
_VAL = f"{{{W}}}val"
_ID = f"{{{W}}}id"
_NAME = f"{{{W}}}name"

_DELETED = _w("del", "moveFrom", "delText", "delInstrText")
_ACCEPTED = _w("ins", "moveTo", "smartTag", "customXml", "sdt", "sdtContent", "dir", "bdo")
_HISTORY = _w(
    *("rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblPrExChange", "tblGridChange", "tcPrChange"),
    *("trPrChange", "numberingChange", "cellIns", "cellMerge", "proofErr", "lastRenderedPageBreak"),
    *("permStart", "permEnd", "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd"),
    *("customXmlInsRangeStart", "customXmlInsRangeEnd", "customXmlDelRangeStart", "customXmlDelRangeEnd"),
    *("customXmlMoveFromRangeStart", "customXmlMoveFromRangeEnd", "customXmlMoveToRangeStart"),
    *("customXmlMoveToRangeEnd", "sdtPr", "sdtEndPr", "customXmlPr", "smartTagPr", "subDoc", "control"),
    *("contentPart", "nsid", "tmpl", "rsid", "noProof", "annotationRef", "docPartBody", "movie"),
    *("printerSettings", "webHidden", "embedRegular", "embedBold", "embedItalic", "embedBoldItalic"),
    "divId",
)
_COMMENT_MARKS = _w("commentRangeStart", "commentRangeEnd", "commentReference")
_ATTRIBUTES_GONE = frozenset({"gfxdata", "equationxml", "relid", "spid", "title", "author-id", "anchorId"})
_O_ATTRIBUTES = frozenset(
    {"spt", "allowincell", "allowoverlap", "hr", "hrstd", "hralign", "hrpct", "bullet", "ole", "connecttype"}
)

_SETTINGS = _w(
    *("defaultTabStop", "autoHyphenation", "consecutiveHyphenLimit", "hyphenationZone", "doNotHyphenateCaps"),
    *("evenAndOddHeaders", "mirrorMargins", "gutterAtTop", "characterSpacingControl", "footnotePr", "endnotePr"),
    *("compat", "themeFontLang", "clrSchemeMapping", "decimalSymbol", "listSeparator", "displayBackgroundShape"),
    *("bookFoldPrinting", "noLineBreaksAfter", "noLineBreaksBefore", "bordersDoNotSurroundHeader"),
    "bordersDoNotSurroundFooter",
)

_LIVE_FIELDS = frozenset(
    {"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "TOC", "PAGEREF", "REF", "NOTEREF", "SEQ", "STYLEREF"}
    | {"HYPERLINK", "EQ", "SYMBOL", "=", "LISTNUM", "AUTONUM"}
)
"""Fields that stay fields. All others (AUTHOR, USERNAME, MERGEFIELD, FILENAME, INCLUDETEXT …) become their text."""

_FREE = frozenset({"descr", "tooltip", "alt", "string", "tgtFrame", "docLocation", "lvlText"})
"""Attributes that are text for a reader; a hit is masked. Elsewhere a hit takes the attribute away."""

_CHARACTERS = {
    f"{{{W}}}tab": "\t",
    f"{{{W}}}ptab": "\t",
    f"{{{W}}}br": "\n",
    f"{{{W}}}cr": "\n",
    f"{{{W}}}noBreakHyphen": "‑",
    f"{{{W}}}softHyphen": "\u00ad",
    f"{{{A}}}br": "\n",
    f"{{{A}}}tab": "\t",
}


def mask_docx(data: bytes, finder: NameFinder, options: Options, report: Report) -> bytes:
    """Mask a Word document in place.

    Args:
        data: the package.
        finder: finds the person in text.
        options: label, comments, attachments, bounds, and `mask_part` for documents inside the document.
        report: filled with what was done.
    Returns:
        a fresh package; the same bytes for the same document written about another person.
    Raises:
        BadInput: not a readable Word package.
        Blocked: protected, ambiguous, beyond the bounds, or holding something that cannot be masked.
    """
    package = Package(data, options)
    declared = package.content_type(package.main())
    if declared not in _MAIN_TYPES:
        raise BadInput(N_("The file is an Office package but no Word document."))
    if package.signed:
        report.notes.append(N_("the digital signature is broken by masking and was taken out"))
    if "macro" in declared:
        report.notes.append(N_("macros were taken out"))
    keep_comments = options.comments == "mask"
    kinds = _kinds(keep_comments)
    cleaner = _Cleaner(keep_comments, report)
    parts = ooxml.load(package, kinds, report, cleaner.clean)
    trees = [part for part in parts if part.tree is not None]
    if local(parts[0].tree) != "document" or namespace(parts[0].tree.tag) != W:
        raise Blocked(N_("The main part is no Word document of the common kind."))
    finder = finder.for_document(_whole_text(trees))
    _rename_styles(trees)
    for part in trees:
        _flatten_fields(part.tree, finder)
    _rename_bookmarks(trees)
    ooxml.mask_links(parts, finder, report)
    ooxml.mask_embedded(parts, kinds, finder, options, report)
    ooxml.prune(parts, report)
    for part in trees:
        _mask_part(part, finder, options, report)
    return ooxml.write(parts, kinds, "word", "word/document.xml", _TYPE + "document.main+xml")


def _whole_text(parts: list[Part]) -> str:
    order = sorted(parts, key=lambda part: part.kind != "officeDocument")
    return "\n".join(joined(_blocks(part.tree)) for part in order)


class _Cleaner:
    """Makes a parsed part canonical: final text only, no history, no unknown markup."""

    def __init__(self, keep_comments: bool, report: Report) -> None:
        self._keep_comments = keep_comments
        self._report = report
        self._objects = 0

    def clean(self, part: Part, links: Mapping[str, Relationship]) -> None:
        root = part.tree
        self._choose(root, part.place)
        self._drop_unknown(root)
        if part.kind == "settings":
            for child in list(root):
                if child.tag not in _SETTINGS:
                    drop(child)
        self._accept_changes(root, part)
        self._name_objects(root)
        self._form_fields(root)
        if part.kind == "comments":
            self._comments(root)
        self._headers(root, links)
        _objects(root, links, part.place, self._report)

    def _choose(self, root: Element, place: str) -> None:
        """Of two renderings of the same thing (mc:AlternateContent, part 3, 7.5) keep one."""
        for alternate in list(root.iter(f"{{{MC}}}AlternateContent")):
            if alternate.getparent() is None:
                continue
            chosen = None
            for branch in alternate:
                name = local(branch)
                if (name == "Choice" and set(branch.get("Requires", "?").split()) <= _CHOICES) or (name == "Fallback"):
                    chosen = branch
                    break
            for branch in list(alternate):
                if branch is not chosen:
                    alternate.remove(branch)
            if chosen is None:
                self._report.took(place, "object")
                drop(alternate)
            elif local(chosen) == "Fallback":
                unwrap(chosen)
                unwrap(alternate)

    def _drop_unknown(self, root: Element) -> None:
        for element in list(root.iter()):
            name = local(element)
            if namespace(element.tag) not in _KEPT_ELEMENTS or name == "extLst":
                drop(element)
                continue
            for attribute in list(element.attrib):
                space, short = namespace(attribute), attribute.rpartition("}")[2]
                if (
                    (space not in _KEPT_ATTRIBUTES and not (space == O and short in _O_ATTRIBUTES))
                    or short in _ATTRIBUTES_GONE
                    or short.startswith("rsid")
                ):
                    del element.attrib[attribute]

    def _accept_changes(self, root: Element, part: Part) -> None:
        """The text as Word shows it with all changes accepted (part 1, 17.13.5)."""
        counts: dict[str, int] = {}
        for row in list(root.iter(f"{{{W}}}trPr")):
            if row.find(f"{{{W}}}del") is not None:
                drop(row.getparent())
                counts["deletion"] = counts.get("deletion", 0) + 1
        for cell in list(root.iter(f"{{{W}}}cellDel")):
            drop(cell.getparent().getparent())
        for name, needed in (("tr", "tc"), ("tbl", "tr")):
            for holder in list(root.iter(f"{{{W}}}{name}")):
                if next(holder.iter(f"{{{W}}}{needed}"), None) is None:
                    drop(holder)
        self._merge_paragraphs(root)
        for run in list(root.iter(_RUN)):
            hidden = run.find(f"{_RPR}/{{{W}}}vanish")
            if hidden is not None and hidden.get(_VAL, "1") not in ("0", "false", "off"):
                counts["hidden text"] = counts.get("hidden text", 0) + 1
                drop(run)
        for element in list(root.iter()):
            tag = element.tag
            if element is root:
                continue
            if tag in _DELETED:
                counts["deletion"] = counts.get("deletion", 0) + 1
                drop(element)
            elif tag in _ACCEPTED:
                if local(element) in ("ins", "moveTo"):
                    counts["revision mark"] = counts.get("revision mark", 0) + 1
                if len(element) or tag not in _w("ins", "moveTo"):
                    unwrap(element)
                else:
                    drop(element)
            elif tag in _HISTORY:
                drop(element)
            elif tag in _COMMENT_MARKS and not self._keep_comments:
                if local(element) == "commentReference":
                    counts["comment"] = counts.get("comment", 0) + 1
                drop(element)
        for kind, count in counts.items():
            self._report.took(part.place, kind, count)

    def _merge_paragraphs(self, root: Element) -> None:
        """A paragraph whose mark is deleted runs on into the next one (17.13.5.15)."""
        for paragraph in list(root.iter(_P)):
            mark = paragraph.find(f"{{{W}}}pPr/{_RPR}")
            if mark is None or not any(mark.find(f"{{{W}}}{name}") is not None for name in ("del", "moveFrom")):
                continue
            follower = paragraph.getnext()
            if follower is None or follower.tag != _P:
                continue
            start = 1 if len(follower) and local(follower[0]) == "pPr" else 0
            for child in reversed([one for one in paragraph if local(one) != "pPr"]):
                follower.insert(start, child)
            drop(paragraph)

    def _name_objects(self, root: Element) -> None:
        for element in root.iter(f"{{{WP}}}docPr", f"{{{PIC}}}cNvPr", f"{{{WPS}}}cNvPr", f"{{{WPG}}}cNvPr"):
            self._objects += 1
            element.set("id", str(self._objects))
            element.set("name", f"Objekt {self._objects}")
            element.attrib.pop("title", None)
            if local(element) == "cNvPr":
                element.attrib.pop("descr", None)
        for number, shape in enumerate(root.iter(f"{{{V}}}shape", f"{{{V}}}rect", f"{{{V}}}group"), 1):
            if shape.get("id"):
                shape.set("id", f"shape{number}")
            shape.attrib.pop("href", None)

    def _form_fields(self, root: Element) -> None:
        """A form field's answer becomes text; its list of choices, help and default go (17.16.17)."""
        for data in list(root.iter(f"{{{W}}}ffData")):
            answer = ""
            check = data.find(f"{{{W}}}checkBox")
            choices = data.find(f"{{{W}}}ddList")
            if check is not None:
                states = [check.find(f"{{{W}}}{name}") for name in ("checked", "default")]
                state = next((one for one in states if one is not None), None)
                on = state is not None and state.get(_VAL, "1") not in ("0", "false", "off")
                answer = "☒" if on else "☐"
            elif choices is not None:
                entries = [one.get(_VAL, "") for one in choices.iter(f"{{{W}}}listEntry")]
                picked = choices.find(f"{{{W}}}result")
                if picked is None:
                    picked = choices.find(f"{{{W}}}default")
                index = int(picked.get(_VAL, "0")) if picked is not None else 0
                answer = entries[index] if 0 <= index < len(entries) else ""
            run = data.getparent().getparent()
            drop(data)
            if answer and run is not None and run.tag == _RUN:
                shown = etree.Element(_RUN)
                text = etree.SubElement(shown, _T)
                text.text = answer
                run.addprevious(shown)

    def _comments(self, root: Element) -> None:
        for comment in root.iter(f"{{{W}}}comment"):
            comment.attrib.pop(f"{{{W}}}date", None)
            comment.attrib.pop(f"{{{W}}}initials", None)
            comment.set(f"{{{W}}}author", comment.get(f"{{{W}}}author", ""))

    def _headers(self, root: Element, links: Mapping[str, Relationship]) -> None:
        for reference in list(root.iter(f"{{{W}}}headerReference", f"{{{W}}}footerReference")):
            if reference.get(f"{{{R}}}id") not in links:
                drop(reference)


def _objects(root: Element, links: Mapping[str, Relationship], place: str, report: Report) -> None:
    """Linked pictures lose their link; an object that is not an Office document itself is taken out."""
    for element in list(root.iter(f"{{{A}}}blip", f"{{{V}}}imagedata")):
        element.attrib.pop(f"{{{R}}}link", None)
        element.attrib.pop(f"{{{R}}}href", None)
    for number, element in enumerate(list(root.iter(f"{{{O}}}OLEObject")), 1):
        link = links.get(element.get(f"{{{R}}}id", ""))
        if link is None or link.kind != "package":
            report.took(place, "embedded object")
            report.review.append((place, N_("an embedded object could not be read and was taken out")))
            for carrier in [*element.iterancestors(f"{{{W}}}object"), element][:1]:
                drop(carrier)
        else:
            for name in list(element.attrib):
                if local_name(name) not in ("Type", "ProgID", "ShapeID", "DrawAspect", "ObjectID", "id"):
                    del element.attrib[name]
            carrier = next(element.iterancestors(f"{{{W}}}object"), None)
            shape = carrier.find(f"{{{V}}}shape") if carrier is not None else None
            element.set("ShapeID", shape.get("id", "shape1") if shape is not None else "shape1")
            element.set("ObjectID", f"_{number}")


def local_name(name: str) -> str:
    """The local part of an attribute name."""
    return name.rpartition("}")[2]


def _blocks(root: Element) -> list[Block]:
    """Every paragraph of a part as a block, and what stands outside paragraphs."""
    blocks = []
    seen: set[Element] = set()
    for paragraph in root.iter(_P, f"{{{A}}}p", f"{{{W}}}rt"):
        block: Block = []
        _collect(paragraph, block, seen)
        if block:
            blocks.append(block)
    for field_code in root.iter(_INSTR):
        seen.add(field_code)
    return blocks + loose_blocks(root, seen, set())


_APART = frozenset({_P, f"{{{A}}}p", f"{{{W}}}rt"})
_TEXTS = frozenset({_T, f"{{{M}}}t", f"{{{A}}}t"})


def _collect(element: Element, block: Block, seen: set[Element]) -> None:
    for child in element:
        tag = child.tag
        if tag in _APART:
            continue
        if tag in _TEXTS:
            block.append(text_piece(child))
            seen.add(child)
        elif tag in _CHARACTERS:
            if not _is_tab_stop(child):
                block.append(_mark_piece(child, _CHARACTERS[tag]))
        elif tag == f"{{{W}}}sym":
            block.append(_mark_piece(child, _symbol(child)))
        elif len(child):
            _collect(child, block, seen)


def _is_tab_stop(element: Element) -> bool:
    """`w:tab` is a character in a run and a stop in `w:tabs`."""
    return local(element.getparent()) == "tabs"


def _symbol(element: Element) -> str:
    try:
        code = int(element.get(f"{{{W}}}char", ""), 16)
    except ValueError:
        return "\ufffd"
    # Symbol fonts are addressed at F000–F0FF; an ordinary font set as a symbol shows the low byte's letter.
    return chr(code - 0xF000 if 0xF000 <= code <= 0xF0FF else code)


def _mark_piece(element: Element, text: str) -> Piece:
    """A piece that is an element without text of its own; another text makes it a text element."""
    return morphing_piece(element, text, f"{{{namespace(element.tag)}}}t")


def _flatten_fields(root: Element, finder: NameFinder) -> None:
    """Fields outside the allow-list, and those that name the person, become the text they show (17.16)."""
    for simple in list(root.iter(f"{{{W}}}fldSimple")):
        code = simple.get(f"{{{W}}}instr", "")
        if not _live(code, finder):
            unwrap(simple)
        else:
            simple.attrib.pop(f"{{{W}}}dirty", None)
    open_fields: list[_Field] = []
    done: list[_Field] = []
    for element in list(root.iter(f"{{{W}}}fldChar", _INSTR, *_TEXTS)):
        kind = element.get(f"{{{W}}}fldCharType")
        if element.tag in _TEXTS:
            for one in open_fields:
                if not one.separated:
                    one.hidden.append(element)
        elif element.tag == _INSTR:
            if open_fields:
                open_fields[-1].code += element.text or ""
                open_fields[-1].marks.append(element)
            else:
                drop(element)
        elif kind == "begin":
            open_fields.append(_Field([element]))
        elif not open_fields:
            drop(element)
        else:
            open_fields[-1].marks.append(element)
            open_fields[-1].separated = True
            if kind == "end":
                done.append(open_fields.pop())
    for one in open_fields:
        # A field that is never closed is no field: its marks go, its text stays.
        one.code = ""
        one.hidden.clear()
    for one in [*done, *open_fields]:
        if _live(one.code, finder):
            _one_code(one.marks, one.code)
            continue
        for element in [*one.marks, *one.hidden]:
            drop(element)


@dataclass(slots=True)
class _Field:
    """A complex field: its marks and code pieces, and text that stands inside its code (17.16.18)."""

    marks: list[Element]
    code: str = ""
    hidden: list[Element] = field(default_factory=list)
    separated: bool = False


def _one_code(elements: list[Element], code: str) -> None:
    """Put a field's whole code into its first piece: how it was cut is editing history."""
    instructions = [element for element in elements if element.tag == _INSTR]
    for element in instructions[1:]:
        drop(element)
    instructions[0].text = f" {code.strip()} "
    instructions[0].set(f"{{{XML}}}space", "preserve")
    for element in elements:
        if element.tag != _INSTR:
            for name in (f"{{{W}}}dirty", f"{{{W}}}fldLock"):
                element.attrib.pop(name, None)


def _live(code: str, finder: NameFinder) -> bool:
    words = code.split()
    if not words or words[0].upper() not in _LIVE_FIELDS:
        return False
    if words[0].upper() == "HYPERLINK" and not re.search(r'\\l\s|\s"?https?://', code):
        return False
    return not any(span.certainty != "review" for span in finder.find(code))


def _rename_bookmarks(parts: list[Part]) -> None:
    """Bookmarks nobody points at go; the others are numbered (17.13.6)."""
    pointers: list[str] = []
    for part in parts:
        for element in part.tree.iter(_INSTR, f"{{{W}}}fldSimple", f"{{{W}}}hyperlink"):
            pointers.append(element.text or "")
            pointers.append(element.get(f"{{{W}}}instr", ""))
            pointers.append(element.get(f"{{{W}}}anchor", ""))
    words = set(re.findall(r"[^\s\"#\\]+", " ".join(pointers)))
    new: dict[str, str] = {}
    ids: dict[str, str] = {}
    for part in parts:
        for start in list(part.tree.iter(f"{{{W}}}bookmarkStart")):
            name = start.get(_NAME, "")
            if name not in words or name in new:
                drop(start)
                continue
            new[name] = f"_Ref{len(new) + 1}"
            ids[start.get(_ID, "")] = str(len(ids) + 1)
            start.set(_NAME, new[name])
            start.set(_ID, ids[start.get(_ID, "")])
            for extra in ("colFirst", "colLast", "displacedByCustomXml"):
                start.attrib.pop(f"{{{W}}}{extra}", None)
        for end in list(part.tree.iter(f"{{{W}}}bookmarkEnd")):
            if end.get(_ID) in ids:
                end.set(_ID, ids[end.get(_ID)])
            else:
                drop(end)

    def renamed(match: "re.Match[str]") -> str:
        return new.get(match.group(), match.group())

    for part in parts:
        for element in part.tree.iter(_INSTR, f"{{{W}}}fldSimple", f"{{{W}}}hyperlink"):
            if element.text:
                element.text = re.sub(r"[^\s\"#\\]+", renamed, element.text)
            if element.get(f"{{{W}}}instr"):
                element.set(f"{{{W}}}instr", re.sub(r"[^\s\"#\\]+", renamed, element.get(f"{{{W}}}instr")))
            anchor = element.get(f"{{{W}}}anchor")
            if anchor is not None and anchor not in new:
                del element.attrib[f"{{{W}}}anchor"]
            elif anchor is not None:
                element.set(f"{{{W}}}anchor", new[anchor])


_STYLE_REFERENCES = _w(
    *("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link", "numStyleLink", "styleLink", "clickAndTypeStyle"),
)


def _rename_styles(parts: list[Part]) -> None:
    """Styles of the house's own (`w:customStyle`) that are in use are numbered by first use, the rest go.

    So do references to styles that are not there: readers take the default style, and the id can be a name.
    """
    sheets = [part.tree for part in parts if part.kind == "styles"]
    styles = {style.get(f"{{{W}}}styleId", ""): style for sheet in sheets for style in sheet.iter(f"{{{W}}}style")}
    for style in styles.values():
        for name in ("aliases", "autoRedefine", "personal", "personalCompose", "personalReply"):
            for child in list(style.iter(f"{{{W}}}{name}")):
                drop(child)
    own = {
        # Whatever is not a clear no: a built-in style under a number is harmless, a name in an id is not.
        style_id: style
        for style_id, style in styles.items()
        if style.get(f"{{{W}}}customStyle", "0") not in ("0", "false", "off")
    }
    order: dict[str, None] = {}
    trees = [part.tree for part in parts if part.kind != "styles"]
    waiting = [ref.get(_VAL, "") for tree in trees for ref in tree.iter(*_STYLE_REFERENCES)]
    waiting += [
        ref.get(_VAL, "") for one, style in styles.items() if one not in own for ref in style.iter(*_STYLE_REFERENCES)
    ]
    position = 0
    while position < len(waiting):
        style_id = waiting[position]
        position += 1
        if style_id in own and style_id not in order:
            order[style_id] = None
            waiting += [ref.get(_VAL, "") for ref in own[style_id].iter(*_STYLE_REFERENCES)]
    for style_id, style in own.items():
        if style_id not in order:
            drop(style)
    new = {style_id: f"Egen{number}" for number, style_id in enumerate(order, 1)}
    for style_id, name in new.items():
        own[style_id].set(f"{{{W}}}styleId", name)
    for tree in [*trees, *sheets]:
        for reference in list(tree.iter(*_STYLE_REFERENCES)):
            style_id = reference.get(_VAL, "")
            if style_id not in styles:
                drop(reference)
            elif style_id in new:
                reference.set(_VAL, new[style_id])
    for sheet in sheets:
        # The order of styles made in the house is the order they were made in.
        for style_id in order:
            sheet.append(own[style_id])


_TEXT_HOLDERS = frozenset({"lvlText", "name", "comment", "caption", "tblCaption", "tblDescription", "altName", "font"})


def _structural(element: Element, name: str) -> bool:
    short = local_name(name)
    return not (short == "name" or short in _FREE or local(element) in _TEXT_HOLDERS)


def _mask_part(part: Part, finder: NameFinder, options: Options, report: Report) -> None:
    blocks = _blocks(part.tree)
    mask_blocks(blocks, finder, options.label, report, part.place)
    mask_attributes(part.tree, finder, options.label, report, part.place, structural=_structural)
    touched = {
        paragraph
        for paragraph in part.tree.iter(_P)
        if options.label in "".join(text.text or "" for text in paragraph.iter(_T))
    }
    _plain_label_runs(part.tree, options.label)
    _join_runs(part.tree)
    _free_tables(touched)


def _plain_label_runs(root: Element, label: str) -> None:
    """Word marks a name's language and script by guessing from its letters: nothing of that stays at a label."""
    for text in root.iter(_T):
        if label not in (text.text or ""):
            continue
        properties = text.getparent().find(_RPR)
        if properties is None:
            continue
        for child in list(properties):
            if local(child) in ("lang", "rtl", "cs"):
                properties.remove(child)
            elif local(child) == "rFonts":
                child.attrib.pop(f"{{{W}}}hint", None)
        if not len(properties):
            properties.getparent().remove(properties)


_SIMPLE = _w("rPr", "t", "tab", "br", "cr", "noBreakHyphen", "softHyphen", "sym")


def _join_runs(root: Element) -> None:
    """Drop empty runs and join neighbours of the same form; where a run was cut is editing history."""
    for text in list(root.iter(_T)):
        if not text.text:
            drop(text)
    for run in list(root.iter(_RUN)):
        if not any(local(child) != "rPr" for child in run):
            drop(run)
    forms: dict[Any, tuple[Any, ...]] = {}
    for run in list(root.iter(_RUN)):
        properties = run.find(_RPR)
        if properties is not None and not len(properties):
            run.remove(properties)
            properties = None
        if any(child.tag not in _SIMPLE for child in run):
            continue
        look = () if properties is None else form(properties)
        forms[run] = look
        before = run.getprevious()
        if before is None or before.tag != _RUN or forms.get(before) != look:
            continue
        for child in list(run):
            if local(child) != "rPr":
                before.append(child)
        run.getparent().remove(run)
        forms.pop(run)
    for text in list(root.iter(_T)):
        before = text.getprevious()
        if before is not None and before.tag == _T:
            before.text = (before.text or "") + (text.text or "")
            text.getparent().remove(text)
    for text in root.iter(_T):
        if text.text != text.text.strip() or "  " in text.text or "\n" in text.text:
            text.set(f"{{{XML}}}space", "preserve")
        else:
            text.attrib.pop(f"{{{XML}}}space", None)


def _free_tables(touched: set[Any]) -> None:
    """A table that fits its columns to their text tells a name's width: its measured widths are forgotten."""
    tables = {ancestor for paragraph in touched for ancestor in paragraph.iterancestors(f"{{{W}}}tbl")}
    for table in tables:
        layout = table.find(f"{{{W}}}tblPr/{{{W}}}tblLayout")
        if layout is not None and layout.get(f"{{{W}}}type") == "fixed":
            continue
        widths = [cell.find(f"{{{W}}}tcPr/{{{W}}}tcW") for cell in table.iter(f"{{{W}}}tc")]
        if all(width is not None and width.get(f"{{{W}}}type") in ("dxa", "pct") for width in widths):
            continue
        columns = list(table.iterfind(f"{{{W}}}tblGrid/{{{W}}}gridCol"))
        for column in columns:
            column.set(f"{{{W}}}w", str(9000 // len(columns)))
        for width in widths:
            if width is not None:
                width.set(f"{{{W}}}type", "auto")
                width.set(f"{{{W}}}w", "0")
