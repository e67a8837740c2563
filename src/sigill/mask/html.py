"""A known person out of an HTML page.

Does: parse the page, keep an allow-list of elements and attributes (no scripts, comments, frames, foreign
objects, author or generator), mask text across inline tags, attributes, links, style sheets and pictures in
`data:` addresses, and write the page afresh in UTF-8 with one doctype.

Does not: fetch anything, or keep what a script would have shown; the report says that scripts were dropped.
"""

import base64
import re
from urllib.parse import unquote

import lxml.html
from lxml import etree

from sigill.errors import N_, BadInput, Blocked, NothingRead
from sigill.mask.image import mask_picture
from sigill.mask.joined import Block, NameFinder, hits, joined, mask_blocks, mask_string, words
from sigill.mask.report import Options, Report
from sigill.mask.text import decode
from sigill.mask.xmltext import Element, drop, morphing_piece, plain_piece, tail_piece, unwrap

_INLINE = words(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strike "
    "strong sub sup time tt u var wbr"
)
_BLOCK = words(
    "html head body title address article aside blockquote br button caption center col colgroup dd details dialog "
    "dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr img input legend li "
    "main menu meta meter nav ol optgroup option output p pre progress section select style summary table tbody td "
    "textarea tfoot th thead tr ul"
)
_UNWRAPPED = words("noscript template ruby rb rt rp rtc nobr blink marquee picture slot")
_ATTRIBUTES = words(
    "abbr align alt bgcolor border cellpadding cellspacing cite class clear color cols colspan datetime dir disabled "
    "checked face for headers height href hspace id label lang name nowrap placeholder rows rowspan scope selected "
    "size span src start style summary title type valign value vspace width role"
)
_REFERENCES = words("id class for headers name style href src cite")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that a tree of XML cannot hold, and that no page needs."""
_SPACE = re.compile(r"[ \t\r\n\f]+")
_META = re.compile(rb"""(?i)<meta[^>]+charset\s*=\s*["']?\s*([a-z0-9_:.-]+)""")
MAX_HTML = 64 << 20


def mask_html(data: bytes, finder: NameFinder, options: Options, report: Report, *, charset: str = "") -> bytes:
    """Mask a page.

    Args:
        charset: as declared outside (a mail header); else it is read from the page.
    Returns:
        the page in UTF-8.
    Raises:
        BadInput: not HTML; Blocked: beyond the bounds; NothingRead: empty.
    """
    if len(data) > min(MAX_HTML, options.max_bytes):
        raise Blocked(N_("The file is larger than the limit."))
    root = _parse(_decoded(data, charset))
    _clean(root, report)
    blocks = _blocks(root)
    if not joined(blocks).strip() and root.find(".//img") is None:
        raise NothingRead(N_("The page holds no text."))
    finder = finder.for_document(joined(blocks))
    mask_blocks(blocks, finder, options.label, report, "page text")
    _mask_attributes(root, finder, options, report)
    _drop_empty(root)
    body: bytes = lxml.html.tostring(root, encoding="utf-8", doctype="<!DOCTYPE html>")
    return body + b"\n"


def _decoded(data: bytes, charset: str) -> str:
    declared = _META.search(data[:4096])
    for name in (charset, declared.group(1).decode("ascii") if declared else ""):
        if not name or data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return data.decode({"iso-8859-1": "cp1252", "us-ascii": "cp1252"}.get(name.lower(), name))
        except (LookupError, UnicodeDecodeError):
            continue
    return decode(data)[0]


def _parse(text: str) -> Element:
    text = _ILLEGAL.sub("", re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    parser = lxml.html.HTMLParser(
        remove_comments=True, remove_pis=True, no_network=True, huge_tree=False, encoding="utf-8"
    )
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise BadInput(N_("The file is no HTML page that can be read.")) from None
    if root.tag != "html":
        raise BadInput(N_("The file is no HTML page that can be read."))
    return root


def _clean(root: Element, report: Report) -> None:
    for element in list(root.iter()):
        name = element.tag if isinstance(element.tag, str) else ""
        if element is root:
            pass
        elif name == "script":
            report.took("page", "script")
            drop(element)
            continue
        elif name in _UNWRAPPED or (":" in name and name.partition(":")[0] in ("o", "w", "st1", "v")):
            unwrap(element)
            continue
        elif name not in _INLINE | _BLOCK or name == "meta":
            if name not in ("meta", "link", "base"):
                report.took("page", "markup")
            drop(element)
            continue
        for attribute, value in list(element.attrib.items()):
            if _ILLEGAL.search(value):
                element.set(attribute, _ILLEGAL.sub("", value))
            if not (attribute in _ATTRIBUTES or attribute.startswith(("data-", "aria-"))):
                del element.attrib[attribute]
    head = root.find("head")
    if head is None:
        head = etree.Element("head")
        root.insert(0, head)
    meta = etree.Element("meta")
    meta.set("charset", "utf-8")
    head.insert(0, meta)


def _blocks(root: Element) -> list[Block]:
    """Text by paragraph: inline tags do not part it, everything else does."""
    blocks: list[Block] = [[]]
    _collect(root, blocks, False)
    return [block for block in blocks if block]


def _collect(element: Element, blocks: list[Block], verbatim: bool) -> None:
    name = element.tag
    if name == "style":
        return
    verbatim = verbatim or name in ("pre", "textarea")
    inline = name in _INLINE
    if not inline:
        blocks.append([])
    if element.text:
        element.text = _tidy(element.text, verbatim)
        blocks[-1].append(plain_piece(element))
    for child in element:
        if child.tag == "br":
            blocks[-1].append(morphing_piece(child, "\n", "span"))
        else:
            _collect(child, blocks, verbatim)
        if child.tail:
            child.tail = _tidy(child.tail, verbatim)
            blocks[-1].append(tail_piece(child))
    if not inline:
        blocks.append([])


def _tidy(text: str, verbatim: bool) -> str:
    """One space for any white space, as a browser shows it; where a line ended tells the words' lengths."""
    text = _ILLEGAL.sub("", text)
    return text if verbatim else _SPACE.sub(" ", text)


def _mask_attributes(root: Element, finder: NameFinder, options: Options, report: Report) -> None:
    values = [value for element in root.iter() for value in element.attrib.values()]
    sheets = [element.text or "" for element in root.iter("style")]
    plain = {value: _css_plain(unquote(value)) for value in [*values, *sheets]}
    found = hits([*plain, *plain.values()], finder)
    for element in list(root.iter()):
        sheet = element.text or ""
        if element.tag == "style" and ({sheet, plain[sheet]} & found or "url(" in plain[sheet].lower()):
            report.took("page", "style sheet")
            drop(element)
            continue
        for name, value in list(element.attrib.items()):
            address = value.strip().lower()
            if address.startswith("data:") and name in ("src", "href"):
                _mask_data(element, name, finder, options, report)
            elif address.startswith(("javascript:", "vbscript:", "file:")):
                del element.attrib[name]
            elif name == "style" and "url(" in plain[value].lower():
                # A style can carry a picture, or fetch one by a telling name.
                del element.attrib[name]
            elif {value, plain.get(value, value)} & found:
                report.took("page", "attribute")
                if name in _REFERENCES:
                    del element.attrib[name]
                else:
                    element.set(name, mask_string(plain[value], finder, options.label, Report(), "attribute"))


def _css_plain(value: str) -> str:
    r"""A style sheet with its escapes (`\c5 sa`) undone (CSS Syntax 3, 4.3.7)."""
    if "\\" not in value:
        return value
    return re.sub(r"\\([0-9a-fA-F]{1,6})\s?", lambda match: chr(min(int(match.group(1), 16), 0x10FFFF)), value)


_DATA = re.compile(r"(?is)^\s*data:image/[a-z+.-]+;base64,(.*)$")


def _mask_data(element: Element, name: str, finder: NameFinder, options: Options, report: Report) -> None:
    match = _DATA.match(unquote(element.get(name)))
    if match is None:
        del element.attrib[name]
        report.took("page", "embedded data")
        return
    try:
        picture = base64.b64decode(re.sub(r"\s", "", match.group(1)) + "==")
    except ValueError:
        picture = b""
    fresh, suffix = mask_picture(picture, finder, options, report, "embedded picture")
    kind = {".png": "png", ".jpg": "jpeg", ".tiff": "tiff"}[suffix]
    element.set(name, f"data:image/{kind};base64,{base64.b64encode(fresh).decode('ascii')}")


def _drop_empty(root: Element) -> None:
    """Inline tags that hold nothing any more tell in how many pieces a name stood."""
    for element in reversed(list(root.iter())):
        if element.tag in _INLINE and element.tag != "a" and not len(element) and not element.text:
            drop(element)
