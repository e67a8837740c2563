"""What is checked before a foreign file's content is looked at: size, kind, zip bounds, XML without entities.

Fails closed with the file and the reason. Reads every zip member through a counter, because a zip's own
headers can lie about sizes. Decides nothing about content; that is `docx`, `odt` and `pandoc`.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from lxml import etree

from sigill.errors import N_, BadInput

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Compound File Binary: encrypted Office files, and .doc
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one document.

    Args:
        file_bytes: of the file as handed in.
        zip_entries, inflated_bytes: of a zip container.
        ratio: how far a member of more than 1 MB may unpack.
        characters: of the text; about 3,000 make a page.
        depth: of blocks inside blocks.
        seconds: for reading the file.
        heap_mb: for reading the file.
    """

    file_bytes: int = 20 << 20
    zip_entries: int = 2_000
    inflated_bytes: int = 200 << 20
    ratio: int = 200
    characters: int = 1_500_000
    depth: int = 12
    seconds: float = 60.0
    heap_mb: int = 2_048


def refuse_oversized(data: bytes, name: str, limits: Limits) -> None:
    """Raises `BadInput` for an empty file or one above `limits.file_bytes`."""
    if not data:
        raise BadInput(N_("The file is empty."), N_("Save the document again."), place=name)
    if len(data) > limits.file_bytes:
        raise BadInput(
            N_("The file is larger than {limit} MB."),
            N_("A decision is text; leave pictures and attachments out."),
            place=name,
            limit=limits.file_bytes >> 20,
        )


def zip_parts(data: bytes, name: str, limits: Limits) -> dict[str, bytes]:
    """All members of a zip container, unpacked within bounds.

    Raises:
        BadInput: password-protected, broken, too many or too large members, a member named twice.
    """
    if data.startswith(_OLE):
        raise BadInput(
            N_("The file is password-protected or in the old Word format."),
            N_("Remove the password and save it as DOCX."),
            place=name,
        )
    if not data.startswith(b"PK\x03\x04"):
        raise BadInput(
            N_("The file is not what its name says."),
            N_("Save the document again as DOCX or ODT."),
            place=name,
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive, name, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, RuntimeError):
        raise BadInput(
            N_("The file is damaged: its container cannot be unpacked."),
            N_("Save the document again."),
            place=name,
        ) from None


def _members(archive: zipfile.ZipFile, name: str, limits: Limits) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > limits.zip_entries:
        raise BadInput(N_("The file's container has too many parts."), _ODD, place=name)
    parts: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise BadInput(
                N_("The file is password-protected."),
                N_("Remove the password and save it again."),
                place=name,
            )
        if entry.filename in parts:
            raise BadInput(N_("The file's container names a part twice."), _ODD, place=name)
        pieces: list[bytes] = []
        size = 0
        with archive.open(entry) as member:
            while piece := member.read(_CHUNK):
                size += len(piece)
                total += len(piece)
                bomb = size > 1 << 20 and size > limits.ratio * max(entry.compress_size, 1)
                if total > limits.inflated_bytes or bomb:
                    raise BadInput(N_("The file unpacks to far more than a document is."), _ODD, place=name)
                pieces.append(piece)
        parts[entry.filename] = b"".join(pieces)
    return parts


_ODD = N_("Open it in the word processor and save it again; if that does not help, ask the administrator.")


def parse_xml(part: bytes, name: str, part_name: str) -> etree._Element:
    """Parse one XML part.

    Raises:
        BadInput: not well-formed, a document type or entity declaration, or nested deeper than 256.
    """
    # UTF-16 would hide the declaration from a byte search, and no word processor writes it.
    head = part[:4]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        raise BadInput(N_("The part {part} is not UTF-8."), _ODD, place=name, part=part_name)
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", part, re.IGNORECASE):
        raise BadInput(N_("The part {part} declares a document type or entities."), _ODD, place=name, part=part_name)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(part, parser)
    except etree.XMLSyntaxError:
        raise BadInput(N_("The part {part} is not well-formed XML."), _ODD, place=name, part=part_name) from None
    if root.getroottree().docinfo.doctype or (root.getroottree().docinfo.encoding or "UTF-8").upper() not in (
        "UTF-8",
        "US-ASCII",
        "ASCII",
    ):
        raise BadInput(N_("The part {part} is not plain UTF-8 XML."), _ODD, place=name, part=part_name)
    return root
