"""An HTML page rebuilt as its shown text: no head, scripts, styles, forms, frames or hidden elements.

Parsed and written anew with libxml2 from an allow-list of elements; all attributes go but those that give a
list or a table its shape. Does not run styles: text that only a style sheet hides is shown.
"""

import re
from collections import Counter

import lxml.html
from lxml import etree

from sigill.errors import N_, BadInput

_DROPPED = frozenset(
    re.findall(
        r"\w+",
        "head script style noscript template title iframe object embed applet svg math canvas audio video "
        "map select textarea input button datalist meter progress dialog frame frameset noframes link "
        "meta base",
    )
)
_KEPT = frozenset(
    re.findall(
        r"\w+",
        "html body p div h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tfoot tr th td "
        "blockquote pre br hr b strong i em u s strike del sub sup a span code address section article "
        "main aside header footer figure figcaption",
    )
)
_INLINE = frozenset(
    re.findall(
        r"\w+",
        "font small big mark q cite abbr time kbd samp var label tt bdi bdo nobr ruby rb data output acronym ins",
    )
)
_KEPT_ATTRIBUTES = frozenset(("colspan", "rowspan", "start", "type"))
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)", re.IGNORECASE)


def flatten(data: bytes, name: str) -> tuple[bytes, Counter[str], str]:
    """Write an HTML page anew with only its shown text, in UTF-8.

    Returns:
        the new page; what was left out; and all text that it holds, for the check that none is lost.
    Raises:
        BadInput: no HTML, or nested deeper than 250.
    """
    if b"\0" in data or not re.search(rb"<\s*(!doctype html|html|body|p|div|h1|table)\b", data[:4096], re.IGNORECASE):
        raise BadInput(N_("The file is not what its name says."), N_("Save it as an HTML page."), place=name)
    left_out: Counter[str] = Counter()
    try:
        parser = lxml.html.HTMLParser(no_network=True, huge_tree=False, encoding=_encoding(data))
        root = lxml.html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise BadInput(N_("The file could not be read as a page."), N_("Save it again."), place=name) from None
    _prune(root, left_out, name)
    for node in root.iter():
        for key in [key for key in node.attrib if key not in _KEPT_ATTRIBUTES]:
            del node.attrib[key]
        for key in ("colspan", "rowspan"):
            if key in node.attrib and not re.fullmatch(r"[1-9]\d{0,2}", node.get(key, "")):
                del node.attrib[key]
    text = "".join(root.itertext())
    return etree.tostring(root, encoding="utf-8", method="html"), left_out, text


def _encoding(data: bytes) -> str | None:
    """UTF-8 if the page is that; else what it declares (None), else what Swedish systems wrote before."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None if re.search(rb"charset\s*=", data[:2048], re.IGNORECASE) else "cp1252"
    return "utf-8"


def _prune(root: etree._Element, left_out: Counter[str], name: str) -> None:
    """Drop what is not shown, keep the text of what is not on the list."""
    for depth, node in _with_depth(root):
        if depth > 250:
            raise BadInput(N_("The page is nested too deep."), N_("Simplify it."), place=name)
        if node is root or node.getparent() is None:
            continue
        if not isinstance(node.tag, str) or node.tag in _DROPPED or _hidden(node):
            if node.tag in ("svg", "object", "embed", "canvas", "iframe", "audio", "video"):
                left_out["images"] += 1
            node.drop_tree()
        elif node.tag == "img":
            left_out["images"] += 1
            node.drop_tree()
        elif node.tag == "del":
            left_out["deleted_by_tracked_change"] += 1
            node.drop_tree()
        elif node.tag in _INLINE or node.tag == "wbr":
            node.drop_tag()  # inserted text is final text
        elif node.tag not in _KEPT:
            node.tag = "div"  # unknown elements give their text, as a block of its own


def _with_depth(root: etree._Element) -> list[tuple[int, etree._Element]]:
    found, waiting = [], [(0, root)]
    while waiting:
        depth, node = waiting.pop()
        found.append((depth, node))
        if depth <= 251:
            waiting += [(depth + 1, child) for child in node]
    return found


def _hidden(node: etree._Element) -> bool:
    return "hidden" in node.attrib or bool(_HIDDEN_STYLE.search(node.get("style", "")))
