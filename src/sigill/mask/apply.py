"""One entrance for every kind of file: look at the content, choose the way, mask the file and its name.

Does: tell the kind of a file from its content, compare with its suffix, mask it, and mask what it holds (mail
attachments, embedded documents) by the same rules to a bounded depth. An unknown kind is `Blocked`.

Does not: read or write files, or verify the result; `verify` looks at that with eyes of its own.
"""

import dataclasses
import posixpath
import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote

from sigill.errors import N_, BadInput, Blocked, SigillError
from sigill.mask.container import peek
from sigill.mask.docx import mask_docx
from sigill.mask.email import mask_email
from sigill.mask.html import mask_html
from sigill.mask.image import mask_image
from sigill.mask.joined import FoundSpan, NameFinder
from sigill.mask.odf import mask_odf
from sigill.mask.report import Options, Report
from sigill.mask.rtf import mask_rtf
from sigill.mask.sheet import mask_sheet
from sigill.mask.text import mask_csv, mask_text

Masker = Callable[[bytes, NameFinder, Options, Report], bytes]

SUFFIXES = {
    "pdf": (".pdf",),
    "docx": (".docx", ".docm", ".dotx", ".dotm"),
    "xlsx": (".xlsx", ".xlsm", ".xltx", ".xltm"),
    "odt": (".odt", ".ott"),
    "ods": (".ods", ".ots"),
    "rtf": (".rtf", ".doc"),
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "png": (".png",),
    "tiff": (".tif", ".tiff"),
    "picture": (".gif", ".bmp", ".webp"),
    "email": (".eml", ".mht", ".mhtml"),
    "html": (".html", ".htm", ".xhtml"),
    "csv": (".csv", ".tsv"),
    "text": (".txt", ".text", ".md", ".log", ""),
}
"""Kind → suffixes it goes by; the first one where the kind is written under another name."""


def _mask_pdf(data: bytes, finder: NameFinder, options: Options, report: Report) -> bytes:
    # Imported when needed: the PDF interpreter is large, and most attachments are none.
    from sigill.mask.pdf import mask_pdf  # noqa: PLC0415

    masked: bytes = mask_pdf(data, finder, options, report)
    return masked


_MASKERS: dict[str, Masker] = {
    "pdf": _mask_pdf,
    "docx": mask_docx,
    "xlsx": mask_sheet,
    "odt": mask_odf,
    "ods": mask_odf,
    "rtf": mask_rtf,
    "jpeg": mask_image,
    "png": mask_image,
    "tiff": mask_image,
    "picture": mask_image,
    "email": mask_email,
    "html": mask_html,
    "csv": mask_csv,
    "text": mask_text,
}


def mask_file(data: bytes, name: str, finder: NameFinder, options: Options, report: Report) -> tuple[bytes, str]:
    """Mask one file.

    Args:
        data: the whole file.
        name: its name without folders; the suffix counts where the content leaves a choice.
        finder: finds the person.
        options: label, bounds, what to do with comments and attachments.
        report: filled with what was done.
    Returns:
        the masked file and its masked name.
    Raises:
        BadInput: empty, damaged, or content and suffix disagree.
        Blocked: a kind nobody here can mask, or something in it that a human must look at.
    """
    try:
        return _mask(data, name, finder, options, report, 0)
    except SigillError:
        raise
    except Exception as error:
        # Whatever a hostile file brings a parser to, it ends here, and no trace of its text goes further.
        raise Blocked(
            N_("The file is built in a way that was not foreseen ({kind})."),
            N_("A human must look at it."),
            kind=type(error).__name__,
        ) from None


def _mask(
    data: bytes, name: str, finder: NameFinder, options: Options, report: Report, depth: int
) -> tuple[bytes, str]:
    if not data:
        raise BadInput(N_("The file is empty."))
    if len(data) > options.max_bytes:
        raise Blocked(N_("The file is larger than the limit."), N_("Raise the limit or split the file."))
    if depth > options.max_depth:
        raise Blocked(N_("Documents are nested deeper than the limit."))

    outer = _Remembering(finder)

    def mask_part(inner: bytes, inner_name: str, inner_report: Report) -> tuple[bytes, str]:
        return _mask(inner, inner_name, outer.latest, options, inner_report, depth + 1)

    kind = sniff(data, name)
    masked = _MASKERS[kind](data, outer, dataclasses.replace(options, mask_part=mask_part), report)
    stem, suffix = posixpath.splitext(name)
    if kind == "picture":
        suffix = ".png"
    elif kind in ("docx", "xlsx", "odt", "ods") and suffix.lower() != SUFFIXES[kind][0]:
        # Macros and templates are gone; what is left is an ordinary document.
        suffix = SUFFIXES[kind][0]
    return masked, mask_name(stem, finder, options.label) + suffix


class _Remembering:
    """A finder that remembers what it was told of the document, for the documents inside it: whom a mail names in
    full, its attachment may call by the given name alone."""

    def __init__(self, finder: NameFinder) -> None:
        self.latest = finder
        self._finder = finder

    def find(self, text: str) -> Sequence[FoundSpan]:
        return self._finder.find(text)

    def for_document(self, text: str) -> NameFinder:
        self.latest = self._finder.for_document(text)
        return self.latest


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", "rtf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"GIF8", "picture"),
    (b"BM", "picture"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIL = re.compile(rb"(?i)\A(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}")


def sniff(data: bytes, name: str) -> str:
    """The kind of a file.

    Raises:
        BadInput: content and suffix disagree.
        Blocked: unknown, encrypted or old formats.
    """
    suffix = posixpath.splitext(name)[1].lower()
    kind = _by_content(data)
    claimed = next((one for one, suffixes in SUFFIXES.items() if suffix and suffix in suffixes), None)
    if kind is None:
        if claimed in ("email", "html", "csv", "text"):
            return claimed
        if claimed is not None:
            raise BadInput(N_("The file's content is not what its suffix says."), N_("Rename it or save it again."))
        if not suffix:
            return _by_text(data)
        raise Blocked(
            N_("Files of this kind cannot be masked."),
            N_("Convert the file to PDF, Word, OpenDocument or plain text first."),
        )
    if claimed is not None and claimed != kind:
        raise BadInput(N_("The file's content is not what its suffix says."), N_("Rename it or save it again."))
    return kind


def _by_content(data: bytes) -> str | None:
    if data.startswith(_OLE):
        raise Blocked(
            N_("The file is protected with a password, or of the old binary Office kind."),
            N_("Save it without a password as a modern document."),
        )
    if data.startswith(b"PK"):
        return _by_container(data)
    for start, kind in _MAGIC:
        if data.startswith(start):
            if start == b"BM" and data[6:10] != b"\0\0\0\0":
                continue
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "picture"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return None


def _by_container(data: bytes) -> str:
    names, kind = peek(data)
    if kind.startswith(b"application/vnd.oasis.opendocument.text"):
        return "odt"
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if "[content_types].xml" in names:
        if any(name.startswith("word/") for name in names):
            return "docx"
        if any(name.startswith("xl/") for name in names) and "xl/workbook.bin" not in names:
            return "xlsx"
    raise Blocked(N_("The archive is no document that can be masked."), N_("Unpack it and hand in what it holds."))


def _by_text(data: bytes) -> str:
    if re.match(rb"(?i)\s*(<!doctype html|<html)", data[:1024]):
        return "html"
    if _MAIL.match(data[:8192]) and re.search(rb"(?im)^(from|received|date|subject|mime-version):", data[:8192]):
        return "email"
    return "text"


def mask_name(stem: str, finder: NameFinder, label: str) -> str:
    """A file name (without suffix) with the label where the person is found.

    Underscores, dots and plus signs between words are read as spaces, percent escapes are undone.
    """
    plain = unquote(stem)
    views = [plain, re.sub(r"[_.+]", " ", plain), re.sub(r"[_.+-]", " ", plain)]
    # A name has too little context for doubts: what may be the person counts.
    cuts = sorted((span.start, span.end) for view in views for span in finder.find(view))
    if not cuts:
        return stem
    fitting = re.sub(r'[\\/:*?"<>|]', "", label).strip() or "utelämnad"
    result = ""
    at = 0
    for start, end in cuts:
        if start < at:
            at = max(at, end)
            continue
        result += plain[at:start] + fitting
        at = end
    return result + plain[at:]
