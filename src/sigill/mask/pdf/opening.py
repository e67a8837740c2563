"""Opens a PDF within bounds: bytes, pages, and what its streams inflate to."""

import io
import zlib

import pikepdf

from sigill.errors import N_, BadInput, Blocked
from sigill.mask.report import Options, Report


def open_pdf(data: bytes, options: Options, report: Report) -> pikepdf.Pdf:
    """Open within bounds.

    Raises:
        BadInput, Blocked: see `mask_pdf`.
    """
    if len(data) > options.max_bytes:
        raise Blocked(N_("The file is larger than the bound set for one document."), N_("Split it."))
    if b"%PDF-" not in data[:1024]:
        raise BadInput(N_("This is not a PDF file."), N_("Check the file."))
    try:
        pdf = pikepdf.open(io.BytesIO(data), password=options.password or "")
    except pikepdf.PasswordError:
        raise Blocked(N_("The PDF is locked with a password."), N_("Give the password, or an unlocked copy.")) from None
    except (pikepdf.PdfError, RuntimeError, ValueError):
        raise BadInput(N_("The PDF is damaged beyond repair."), N_("Ask for a new copy.")) from None
    try:
        count = len(pdf.pages)
    except (pikepdf.PdfError, RuntimeError, ValueError):
        raise BadInput(N_("The PDF's pages can't be found."), N_("Ask for a new copy.")) from None
    if count > options.max_pages:
        raise Blocked(N_("The PDF has more pages than the bound set for one document."), N_("Split it."))
    if count == 0:
        raise BadInput(N_("The PDF has no pages."), N_("Check the file."))
    _bound_inflation(pdf, options)
    if pdf.is_encrypted:
        report.notes.append("encryption removed")
    if data.count(b"%%EOF") > 1 and b"/Linearized" not in data[:2048]:
        report.took("file", "revision")
    return pdf


_MOST = 1_032
"""Deflate makes of a byte at most this many (RFC 1951: 258 bytes from two bits)."""
_CHUNK = 1 << 20


def _bound_inflation(pdf: pikepdf.Pdf, options: Options) -> None:
    """Refuse streams that inflate to more than the bound, before anything inflates them.

    Raises:
        Blocked: too much, or deflated twice (no honest program does that, and it squares the ratio).
    """
    left = options.max_inflated
    streams = []
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream):
            filters = item.get("/Filter")
            names = [str(f) for f in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
            packed = sum(name in ("/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode") for name in names)
            if packed > 1:
                raise Blocked(N_("A part of the PDF is compressed twice."), N_("Print the document to a new PDF."))
            streams.append((int(item.get("/Length", 0)) * (_MOST if packed else 2), packed, item))
    if sum(most for most, _, _ in streams) <= left:
        return
    for _, packed, item in streams:
        raw = item.read_raw_bytes()
        left -= _inflated(raw, left) if packed else len(raw)
        if left < 0:
            raise Blocked(
                N_("The PDF inflates to more than the bound set for one document."), N_("Check where it comes from.")
            )


def _inflated(raw: bytes, bound: int) -> int:
    """How many bytes a deflated stream becomes, counted no further than just over the bound."""
    engine = zlib.decompressobj()
    total, data = 0, raw
    try:
        while data and total <= bound:
            total += len(engine.decompress(data, _CHUNK))
            data = engine.unconsumed_tail
    except zlib.error:
        return min(len(raw) * _MOST, max(total, len(raw)))
    return total
