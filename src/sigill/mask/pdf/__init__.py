"""Masking a known person in a PDF. Front door: `mask_pdf`."""

from sigill.mask.pdf.masker import mask_pdf

__all__ = ["mask_pdf"]
