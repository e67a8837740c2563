"""XML parts: parsed without trust, written the same way each time, their attributes masked.

Does: refuse a document type (entities, billion laughs, external files), bound the size, drop comments and
processing instructions, serialise canonically (C14N 2.0: sorted attributes and namespaces), and put attribute
values through the finder.

Does not: know DOCX from ODT; `docx`, `sheet` and `odf` do.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from lxml import etree

from sigill.errors import N_, BadInput, Blocked
from sigill.mask.joined import Block, NameFinder, Piece, hits, mask_blocks, mask_string
from sigill.mask.report import Report

Element = Any
"""An lxml element; lxml has no types of its own."""

MAX_XML = 256 << 20
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def parse_xml(data: bytes, place: str) -> Element:
    """Parse one part.

    Args:
        data: the part, any encoding XML allows.
        place: what an error calls it.
    Returns:
        the root element, without comments and processing instructions.
    Raises:
        Blocked: a document type, or a part beyond the bounds.
        BadInput: not well-formed.
    """
    if len(data) > MAX_XML:
        raise Blocked(N_("A part is larger than the limit."), place=place)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise BadInput(
            N_("A part of the document is not well-formed XML."), N_("Save the document again."), place=place
        ) from None
    if root.getroottree().docinfo.doctype:
        raise Blocked(
            N_("A part of the document declares a document type (DTD)."),
            N_("Office programs never do; it may be an attack. A human must look."),
            place=place,
        )
    return root


def write_xml(root: Element, keep_prefixes: Iterable[str] = ()) -> bytes:
    """The canonical bytes of a tree: no unused namespaces, attributes in order, UTF-8."""
    etree.cleanup_namespaces(root, keep_ns_prefixes=list(keep_prefixes))
    body: bytes = etree.tostring(root, method="c14n", with_comments=False)
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + body


def local(element: Element) -> str:
    """The local name of an element's tag; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(name: str) -> str:
    """The namespace of a tag or attribute name; empty if it has none."""
    return name[1:].partition("}")[0] if name[:1] == "{" else ""


def drop(element: Element) -> None:
    """Take an element out; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
        element.tail = None
    parent.remove(element)


def unwrap(element: Element) -> None:
    """Take an element out and leave its children and its text where it stood."""
    parent = element.getparent()
    if parent is None:
        return
    index = parent.index(element)
    if element.text:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.text
        else:
            before.tail = (before.tail or "") + element.text
        element.text = None
    children = list(element)
    if element.tail:
        if children:
            children[-1].tail = (children[-1].tail or "") + element.tail
        else:
            before = element.getprevious()
            if before is None:
                parent.text = (parent.text or "") + element.tail
            else:
                before.tail = (before.tail or "") + element.tail
        element.tail = None
    parent.remove(element)
    for offset, child in enumerate(children):
        parent.insert(index + offset, child)


def form(element: Element) -> tuple[Any, ...]:
    """What an element says, for comparing: tag, attributes, text, children; not what stands behind it."""
    return (
        element.tag,
        tuple(sorted(element.attrib.items())),
        element.text or "",
        tuple((form(child), child.tail or "") for child in element),
    )


def text_piece(element: Element) -> Piece:
    """A piece that is an element's own text."""

    def write(new: str) -> None:
        element.text = new
        if new != new.strip() or "  " in new or "\n" in new:
            element.set(_XML_SPACE, "preserve")

    return Piece(element.text or "", write)


def tail_piece(element: Element) -> Piece:
    """A piece that is the text behind an element."""

    def write(new: str) -> None:
        element.tail = new

    return Piece(element.tail or "", write)


def plain_piece(element: Element) -> Piece:
    """A piece that is an element's own text, where white space needs no mark."""

    def write(new: str) -> None:
        element.text = new

    return Piece(element.text or "", write)


def morphing_piece(element: Element, text: str, tag: str) -> Piece:
    """A piece that is an element without text of its own (a tab, a break).

    Args:
        text: what the finder sees in its place.
        tag: what the element becomes when another text must stand there.
    """

    def write(new: str) -> None:
        if element.tag == tag or new != text:
            if element.tag != tag:
                element.attrib.clear()
                element.tag = tag
            element.text = new

    return Piece(text, write)


def loose_blocks(
    root: Element, texts: set[Element], tails: set[Element], *, skip: frozenset[str] = frozenset()
) -> list[Block]:
    """Every text node that no block holds yet, each a block of its own, so that nothing is passed over.

    Args:
        texts, tails: the elements whose text, or the text behind which, is in a block already.
        skip: tags whose text is looked after elsewhere.
    """
    blocks = []
    for element in root.iter():
        if element.text and element not in texts and element.tag not in skip and element.text.strip():
            blocks.append([plain_piece(element)])
        if element.tail and element not in tails and element.tail.strip():
            blocks.append([tail_piece(element)])
    return blocks


_ESCAPED = re.compile(r"_x?([0-9a-fA-F]{2,4})_")


def unescaped(value: str) -> str:
    """A name with the escapes of ODF (`_20_`) and OOXML (`_x0020_`) undone."""
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), value)


def mask_attributes(
    root: Element,
    finder: NameFinder,
    label: str,
    report: Report,
    part: str,
    *,
    structural: Callable[[Element, str], bool],
) -> None:
    """Put every attribute value of a tree through the finder.

    Args:
        structural: says of (element, attribute) whether a program depends on the value's form; a hit there takes
            the attribute away, elsewhere the value is masked.
    """
    values = {value for element in root.iter() for value in element.attrib.values()}
    readable = {value: unescaped(value) if "_" in value else value for value in values}
    found = hits([*readable.values(), *values], finder)
    bad = {value for value in values if value in found or readable[value] in found}
    if not bad:
        return
    masked: dict[str, str] = {}
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if value not in bad:
                continue
            if structural(element, name):
                del element.attrib[name]
                report.took(part, "attribute")
                continue
            if value not in masked:
                masked[value] = mask_string(readable[value], finder, label, Report(), part)
            element.set(name, masked[value])
            report.took(part, "attribute")


def mask_tree(
    root: Element,
    blocks: list[Block],
    finder: NameFinder,
    label: str,
    report: Report,
    part: str,
    *,
    structural: Callable[[Element, str], bool],
) -> set[int]:
    """Mask a part's blocks and attributes. Returns the indices of the touched blocks."""
    touched = mask_blocks(blocks, finder, label, report, part)
    mask_attributes(root, finder, label, report, part, structural=structural)
    return touched
