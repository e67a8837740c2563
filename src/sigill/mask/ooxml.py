"""OOXML packages (ECMA-376 part 2): parts reached by allowed relationships, and nothing else.

Does: open a package within bounds, follow relationships by an allow-list, give every kept part a new name by
kind and order, number the relationships afresh in the order they are used, and write content types, properties
and parts so that the bytes depend on the masked content alone. What no allowed relationship reaches (comments'
authors, custom XML, thumbnails, signatures, macros, printer settings …) is not there any more.

Does not: know what is in a part; `docx` and `sheet` hand in how each kind is read.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from sigill.errors import N_, BadInput, Blocked
from sigill.mask.container import read_container, write_container
from sigill.mask.image import mask_picture
from sigill.mask.joined import NameFinder, hits
from sigill.mask.metadata import OOXML_APP, OOXML_CORE
from sigill.mask.report import Options, Report
from sigill.mask.xmltext import Element, drop, local, parse_xml, unwrap, write_xml

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
REL = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/"
STRICT = "purl.oclc.org/ooxml"

_OFFICE_CONTENT = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship of the source: short type (the last step of its URI), target, whether it leads outside."""

    kind: str
    target: str
    external: bool


@dataclass(slots=True)
class Part:
    """A part that is kept.

    Args:
        kind: short relationship type it was reached by.
        source: its name in the source package.
        tree: parsed root, for XML parts; `data` for others.
        links: relationship id in the source → part or external target.
        name: its name in the new package.
        place: what reports and errors call it; the source's own names may hold a person's.
    """

    kind: str
    source: str
    content_type: str
    tree: Element = None
    data: bytes = b""
    links: "dict[str, Part | str]" = field(default_factory=dict)
    name: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """How parts of one relationship type are kept.

    Args:
        name: name in the new package, `{n}` for a number.
        content_type: fixed content type; empty to take the picture's own.
        implicit: kept although no attribute mentions its relationship id.
        form: `xml`, `picture` or `package` (a document inside the document).
    """

    name: str
    content_type: str = ""
    implicit: bool = False
    form: str = "xml"


PICTURE = Kind("{folder}/media/image{n}", form="picture")
PACKAGE = Kind("{folder}/embeddings/document{n}", form="package")
DRAWING_KINDS: Mapping[str, Kind] = {
    "image": PICTURE,
    "package": PACKAGE,
    "chart": Kind("{folder}/charts/chart{n}.xml", _OFFICE_CONTENT + "drawingml.chart+xml"),
    "diagramData": Kind("{folder}/diagrams/data{n}.xml", _OFFICE_CONTENT + "drawingml.diagramData+xml"),
    "diagramLayout": Kind("{folder}/diagrams/layout{n}.xml", _OFFICE_CONTENT + "drawingml.diagramLayout+xml"),
    "diagramQuickStyle": Kind("{folder}/diagrams/quickStyle{n}.xml", _OFFICE_CONTENT + "drawingml.diagramStyle+xml"),
    "diagramColors": Kind("{folder}/diagrams/colors{n}.xml", _OFFICE_CONTENT + "drawingml.diagramColors+xml"),
    "theme": Kind("{folder}/theme/theme{n}.xml", _OFFICE_CONTENT + "theme+xml", implicit=True),
}
"""Parts that both text documents and workbooks may hold."""

MAX_PARTS = 2_000


class Package:
    """A source package, read once."""

    def __init__(self, data: bytes, options: Options) -> None:
        self.members = {name.lower(): content for name, content in read_container(data, options).items()}
        self._names = {name.lower(): name for name in self.members}
        if "[content_types].xml" not in self.members:
            raise BadInput(N_("The file is no Office document."), place="[Content_Types].xml")
        self._defaults: dict[str, str] = {}
        self._overrides: dict[str, str] = {}
        for entry in parse_xml(self.members["[content_types].xml"], "[Content_Types].xml"):
            kind = entry.get("ContentType", "")
            if entry.tag == f"{{{TYPES}}}Default":
                self._defaults[entry.get("Extension", "").lower()] = kind
            elif entry.tag == f"{{{TYPES}}}Override":
                self._overrides[unquote(entry.get("PartName", "")).lstrip("/").lower()] = kind

    def content_type(self, name: str) -> str:
        """The declared content type of a part; empty if there is none."""
        name = name.lower()
        return self._overrides.get(name) or self._defaults.get(name.rpartition(".")[2], "")

    def relationships(self, name: str) -> dict[str, Relationship]:
        """The relationships of a part (`""` for the package's own)."""
        folder, base = posixpath.split(name.lower())
        member = posixpath.join(folder, "_rels", base + ".rels")
        if member not in self.members:
            return {}
        found = {}
        for entry in parse_xml(self.members[member], "relationships"):
            if entry.tag != f"{{{REL}}}Relationship":
                continue
            kind = entry.get("Type", "")
            if STRICT in kind:
                raise Blocked(
                    N_("The document is saved as Strict Open XML."),
                    N_("Save it as an ordinary Word or Excel document."),
                )
            target = entry.get("Target", "")
            external = entry.get("TargetMode") == "External"
            if not external:
                target = unquote(target).partition("#")[0]
                target = target[1:] if target[:1] == "/" else posixpath.join(folder, target)
                target = posixpath.normpath(target).lower()
            found[entry.get("Id", "")] = Relationship(kind.rpartition("/")[2], target, external)
        return found

    def main(self) -> str:
        """The name of the main part."""
        mains = [one.target for one in self.relationships("").values() if one.kind == "officeDocument"]
        if len(mains) != 1 or mains[0] not in self.members:
            raise BadInput(N_("The package has no main part, or more than one."))
        return mains[0]

    @property
    def signed(self) -> bool:
        """Whether it carries a digital signature (ECMA-376 part 2, clause 13)."""
        return any(name.startswith("_xmlsignatures/") for name in self.members)


def load(
    package: Package,
    kinds: Mapping[str, Kind],
    report: Report,
    clean: Callable[[Part, Mapping[str, Relationship]], None],
) -> list[Part]:
    """Read the main part and what it reaches.

    Args:
        kinds: relationship types to follow; others are dropped with what they lead to.
        clean: makes a parsed part canonical before its relationships are followed. It may change the tree, and
            gets the part's relationships to read.
    Returns:
        the parts, the main part first, in the order they are first used.
    """
    main = Part("officeDocument", package.main(), "", place="document")
    parts = [main]
    by_source = {main.source: main}
    numbers: dict[str, int] = {}
    position = 0
    while position < len(parts):
        part = parts[position]
        position += 1
        if part.kind != "officeDocument" and kinds[part.kind].form != "xml":
            part.data = package.members[part.source]
            continue
        part.tree = parse_xml(package.members[part.source], part.place)
        links = package.relationships(part.source)
        clean(part, links)
        for rel_id in [*_implicit(links, kinds), *mentioned(part.tree)]:
            link = links.get(rel_id)
            if link is None or rel_id in part.links:
                continue
            if link.external:
                if link.kind == "hyperlink":
                    part.links[rel_id] = link.target
                continue
            if link.kind not in kinds or link.target not in package.members:
                continue
            if link.target not in by_source:
                if len(parts) >= MAX_PARTS:
                    raise Blocked(N_("The document has more parts than the limit."))
                numbers[link.kind] = numbers.get(link.kind, 0) + 1
                by_source[link.target] = Part(link.kind, link.target, "", place=f"{link.kind} {numbers[link.kind]}")
                parts.append(by_source[link.target])
            part.links[rel_id] = by_source[link.target]
    for name in package.members:
        if name not in by_source and not name.endswith(".rels") and name != "[content_types].xml":
            report.took("package", "part dropped")
    return parts


def _implicit(links: Mapping[str, Relationship], kinds: Mapping[str, Kind]) -> list[str]:
    order = list(kinds)
    wanted = [
        (order.index(link.kind), rel_id)
        for rel_id, link in links.items()
        if link.kind in kinds and kinds[link.kind].implicit and not link.external
    ]
    return [rel_id for _, rel_id in sorted(wanted)]


def mentioned(tree: Element) -> list[str]:
    """Relationship ids that attributes mention, in document order, each once."""
    found: dict[str, None] = {}
    prefix = f"{{{R}}}"
    for element in tree.iter():
        for name, value in element.attrib.items():
            if name.startswith(prefix):
                found.setdefault(value)
    return list(found)


_SAFE_LINK = re.compile(r"(?i)^(https?|mailto|tel|ftp):")


def mask_links(parts: list[Part], finder: NameFinder, report: Report) -> None:
    """Forget external targets that name the person or lead into somebody's computer."""
    targets = [target for part in parts for target in part.links.values() if isinstance(target, str)]
    readable = {target: unquote(target) for target in targets}
    bad = hits([*targets, *readable.values()], finder)
    for part in parts:
        for rel_id, target in list(part.links.items()):
            if not isinstance(target, str):
                continue
            if target in bad or readable[target] in bad or not _SAFE_LINK.match(target):
                del part.links[rel_id]
                report.took(part.place, "link")


def mask_embedded(
    parts: list[Part], kinds: Mapping[str, Kind], finder: NameFinder, options: Options, report: Report
) -> None:
    """Mask pictures and packages inside the document."""
    for part in parts:
        form = kinds[part.kind].form if part.kind in kinds else "xml"
        if form == "picture":
            part.data, suffix = mask_picture(part.data, finder, options, report, part.place)
            part.content_type = {".png": "image/png", ".jpg": "image/jpeg", ".tiff": "image/tiff"}[suffix]
            part.name = suffix
        elif form == "package":
            _mask_package(part, options, report)


def _mask_package(part: Part, options: Options, report: Report) -> None:
    if options.attachments == "drop" or options.mask_part is None:
        report.took(part.place, "embedded document")
        part.data = b""
        return
    inner = Report()
    part.data, name = options.mask_part(part.data, "document" + _suffix(part.source), inner)
    for (place, kind), count in inner.removed.items():
        report.took(f"{part.place}: {place}", kind, count)
    report.review += [(f"{part.place}: {place}", reason) for place, reason in inner.review]
    report.notes += inner.notes
    part.name = posixpath.splitext(name)[1]
    part.content_type = {
        ".docx": _OFFICE_CONTENT + "wordprocessingml.document",
        ".xlsx": _OFFICE_CONTENT + "spreadsheetml.sheet",
        ".odt": "application/vnd.oasis.opendocument.text",
        ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    }.get(part.name, "application/octet-stream")


_CARRIERS: Mapping[str, tuple[str, ...]] = {
    "blip": ("drawing", "pict", "pic", "oneCellAnchor", "twoCellAnchor", "absoluteAnchor"),
    "imagedata": ("pict", "object"),
    "OLEObject": ("object", "oleObject"),
    "chart": ("drawing", "oneCellAnchor", "twoCellAnchor", "absoluteAnchor"),
    "relIds": ("drawing", "oneCellAnchor", "twoCellAnchor", "absoluteAnchor"),
}
"""What goes with an element whose relationship is gone: the nearest ancestor of one of these names."""


def prune(parts: list[Part], report: Report) -> None:
    """Take out elements whose relationship was dropped, with what carries them; a link's text stays."""
    live = {id(part) for part in parts if part.tree is not None or part.data}
    prefix = f"{{{R}}}"
    for part in parts:
        if part.tree is None:
            continue
        good = {rel_id for rel_id, target in part.links.items() if isinstance(target, str) or id(target) in live}
        for element in list(part.tree.iter()):
            ids = [value for name, value in element.attrib.items() if name.startswith(prefix)]
            if not ids or good.issuperset(ids) or element.getroottree().getroot() is not part.tree:
                continue
            name = local(element)
            if name == "hyperlink" and len(element):
                unwrap(element)
                continue
            for ancestor in element.iterancestors():
                if local(ancestor) in _CARRIERS.get(name, ()):
                    element = ancestor  # noqa: PLW2901
                    break
            report.took(part.place, "object")
            drop(element)


def _suffix(name: str) -> str:
    suffix = posixpath.splitext(name)[1]
    return suffix if re.fullmatch(r"\.[a-z]{3,5}", suffix) else ""


def write(parts: list[Part], kinds: Mapping[str, Kind], folder: str, main_name: str, main_type: str) -> bytes:
    """Write the new package.

    Args:
        folder: where the parts lie (`word`, `xl`).
        main_name, main_type: the main part's name and content type.
    """
    numbers: dict[str, int] = {}
    kept = [part for part in parts if part.tree is not None or part.data]
    for part in kept:
        if part.kind == "officeDocument":
            part.name, part.content_type = main_name, main_type
            continue
        kind = kinds[part.kind]
        numbers[kind.name] = numbers.get(kind.name, 0) + 1
        suffix = part.name if kind.form != "xml" else ""
        part.name = kind.name.format(folder=folder, n=numbers[kind.name]) + suffix
        part.content_type = kind.content_type or part.content_type
    members: list[tuple[str, bytes]] = []
    for part in kept:
        rels = _renumber(part, kept, kinds)
        body = write_xml(part.tree, _prefixes(part.tree)) if part.tree is not None else part.data
        members.append((part.name, body))
        if rels:
            head, base = posixpath.split(part.name)
            members.append((posixpath.join(head, "_rels", base + ".rels"), _rels_part(rels)))
    top = [
        (R + "/officeDocument", main_name, False),
        (_PACKAGE_REL + "core-properties", "docProps/core.xml", False),
        (R + "/extended-properties", "docProps/app.xml", False),
    ]
    types = [(part.name, part.content_type) for part in kept]
    types.append(("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"))
    types.append(("docProps/app.xml", _OFFICE_CONTENT + "extended-properties+xml"))
    return write_container(
        [
            ("[Content_Types].xml", _types_part(types)),
            ("_rels/.rels", _rels_part(top)),
            *members,
            ("docProps/core.xml", OOXML_CORE),
            ("docProps/app.xml", OOXML_APP),
        ]
    )


def _renumber(part: Part, kept: list[Part], kinds: Mapping[str, Kind]) -> list[tuple[str, str, bool]]:
    """Number a part's relationships afresh and write the numbers into its tree."""
    if part.tree is None:
        return []
    live = {id(one) for one in kept}
    new: dict[str, str] = {}
    rels: list[tuple[str, str, bool]] = []
    used = set(mentioned(part.tree))
    for rel_id, target in part.links.items():
        if isinstance(target, str):
            if rel_id in used:
                rels.append((R + "/hyperlink", target, True))
                new[rel_id] = f"rId{len(rels)}"
        elif id(target) in live and (rel_id in used or kinds[target.kind].implicit):
            rels.append((f"{R}/{target.kind}", posixpath.relpath(target.name, posixpath.dirname(part.name)), False))
            new[rel_id] = f"rId{len(rels)}"
    prefix = f"{{{R}}}"
    for element in part.tree.iter():
        for name, value in list(element.attrib.items()):
            if name.startswith(prefix):
                if value in new:
                    element.set(name, new[value])
                else:
                    del element.attrib[name]
    return rels


def _prefixes(tree: Element) -> list[str]:
    """Namespace prefixes that `mc:Choice` names in a value."""
    needed: set[str] = set()
    for choice in tree.iter(f"{{{MC}}}Choice"):
        needed.update(choice.get("Requires", "").split())
    return sorted(needed)


def _rels_part(rels: list[tuple[str, str, bool]]) -> bytes:
    root = etree.Element(f"{{{REL}}}Relationships", nsmap={None: REL})
    for number, (uri, target, external) in enumerate(rels, 1):
        entry = etree.SubElement(root, f"{{{REL}}}Relationship")
        entry.set("Id", f"rId{number}")
        entry.set("Type", uri)
        entry.set("Target", target)
        if external:
            entry.set("TargetMode", "External")
    return write_xml(root)


def _types_part(types: list[tuple[str, str]]) -> bytes:
    root = etree.Element(f"{{{TYPES}}}Types", nsmap={None: TYPES})
    for extension, kind in (
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
        ("xml", "application/xml"),
    ):
        etree.SubElement(root, f"{{{TYPES}}}Default", Extension=extension, ContentType=kind)
    for name, kind in types:
        etree.SubElement(root, f"{{{TYPES}}}Override", PartName="/" + name, ContentType=kind)
    return write_xml(root)
