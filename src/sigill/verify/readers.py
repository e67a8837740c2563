"""Which reader reads what: the front door from a file's bytes to everything that can be read in them.

Promise: the kind of a file is told by its bytes, not its name; documents inside documents are read by the same rules;
an unknown kind is refused. Modesty: how each kind is read stands in `pdf`, `package`, `mail`, `plain`, `picture`.
"""

import re
from collections.abc import Iterator
from typing import Literal

from sigill.errors import N_, BadInput, Blocked
from sigill.verify import mail, package, pdf, picture, plain
from sigill.verify.reading import Finding, Inner, Page, Pixels, Place, Raw, Reading, Wanted, looks_like_text

FAST = frozenset(
    {"raw", "objects", "content", "revisions", "pdfium", "pdftotext", "package", "mail", "text", "picture"}
)
"""Quick readers: enough for letters that we set ourselves."""
DEEP = FAST | {"pdftotext-layout", "pdfminer"}
"""All readers but OCR, for files that came from elsewhere."""

FileKind = Literal["pdf", "package", "ole", "picture", "rtf", "mail", "html", "text", "opaque", "unknown"]

_HEADER = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*:[ \t][^\r\n]*\r?\n(?:[ \t]+[^\r\n]*\r?\n)*){2,}", re.DOTALL)
_MAIL_FIELD = re.compile(rb"(?im)^(?:from|received|message-id|mime-version|return-path|subject|date):")
_FONT_MAGIC = (b"\0\1\0\0", b"OTTO", b"true", b"ttcf", b"wOFF", b"wOF2")
_DRAWING_MAGIC = (b"\x01\0\0\0", b"\xd7\xcd\xc6\x9a", b"\x01\0\x09\0")  # EMF and WMF
_OPAQUE_ENDINGS = (".odttf", ".fntdata", ".emf", ".wmf", ".icc", ".ttf", ".otf", ".bin", ".p7s", ".cer", ".der", ".psf")


def kind_of(name: str, data: bytes) -> FileKind:
    """Tell the kind of a file.

    Args:
        name: its name; only the ending is looked at, and only where the bytes leave it open.
        data: its bytes.
    """
    ending = name.lower()[name.rfind(".") :] if "." in name else ""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data[:4] in (b"PK\3\4", b"PK\5\6") or data[:8] == b"PK\7\x08PK\3\4":
        return "package"
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "ole"
    if data.lstrip()[:5] == b"{\\rtf":
        return "rtf"
    if data[:4] in _FONT_MAGIC or data[:6] == b"\x01\0\0\0l\0" or data[:4] in _DRAWING_MAGIC[1:]:
        return "opaque"
    if looks_like_text(data):
        head = data[:8192].lstrip()
        if ending == ".eml" or (_HEADER.match(head) and len(_MAIL_FIELD.findall(head)) >= 2):
            return "mail"
        if head[:1] == b"<" or ending in (".html", ".htm", ".xhtml", ".xml", ".svg"):
            return "html"
        return "text"
    if picture.is_picture(data):
        return "picture"
    return "opaque" if ending in _OPAQUE_ENDINGS else "unknown"


def read(name: str, data: bytes, wanted: Wanted, place: Place = ()) -> Iterator[Finding]:
    """Read one file, and what it holds, with every wanted reader.

    Args:
        name: the file's name.
        data: its bytes.
        wanted: how to read.
        place: where it stands; empty for a file of its own.

    Returns:
        Everything found, no `Inner`: those are read on the way.

    Raises:
        Blocked: unknown kind, encrypted, broken, nested too deeply, or a reader is missing.
        BadInput: a wanted reader does not exist.
    """
    strange = wanted.readers - DEEP - {"ocr"}
    if strange:
        raise BadInput(N_("There is no such reader: {names}."), names=", ".join(sorted(strange)))
    if len(place) > wanted.bounds.depth:
        raise Blocked(N_("Documents are nested too deeply to be checked."), N_("Unpack the file."), place=_shown(place))
    for finding in _read_kind(name, data, wanted, place):
        if isinstance(finding, Inner):
            if finding.name:
                yield Reading("objects" if place == () else "package", finding.place, finding.name, prose=False)
            yield from read(finding.name, finding.data, wanted, finding.place)
        else:
            yield finding


def _read_kind(name: str, data: bytes, wanted: Wanted, place: Place) -> Iterator[Finding]:
    kind = kind_of(name, data)
    if kind == "pdf":
        source = pdf.PdfFile(data, place, wanted)
        yield from source.pages()
        for reader, function in pdf.READERS.items():
            if reader in wanted.readers:
                yield from function(source)
        return
    yield Raw("raw", place, data)
    if kind == "package":
        yield from package.read_package(data, place, wanted)
    elif kind == "ole":
        if not place:
            raise Blocked(
                N_("The old binary Office format cannot be checked."), N_("Save it as DOCX, XLSX, PDF or EML.")
            )
        yield from package.read_compound(data, place, wanted)
    elif kind == "mail":
        yield from mail.read_mail(data, place, wanted)
    elif kind == "rtf":
        yield from plain.read_rtf(data, place)
    elif kind == "html":
        yield from plain.read_markup(data, place)
    elif kind == "text":
        yield from plain.read_text(data, place)
    elif kind == "picture":
        yield from picture.metadata("picture", place, data)
        if not place:
            yield Page((*place, "page 1"), 1)
        if wanted.ocr:
            yield from picture.read_pixels(place, data, wanted.bounds.seconds)
        else:
            yield Pixels(place or ("picture",))
    elif kind == "unknown" or not place:
        raise Blocked(
            N_("This kind of file cannot be checked."), N_("Convert it to PDF, or leave it out."), place=_shown(place)
        )
    # What is left are fonts and drawings inside a document: their bytes have been handed over as they are.


def _shown(place: Place) -> str:
    """The depth alone: names of parts may be names of people."""
    return f"part at depth {len(place)}" if place else ""
