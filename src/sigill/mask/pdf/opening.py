"""Opens a PDF within bounds."""

import io

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
    if pdf.is_encrypted:
        report.notes.append("encryption removed")
    if data.count(b"%%EOF") > 1 and b"/Linearized" not in data[:2048]:
        report.took("file", "revision")
    return pdf
