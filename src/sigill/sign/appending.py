"""Writes a new revision behind a PDF, touching nothing but what the signature needs.

pyHanko's writer also rewrites the document's metadata (producer, time of change) with each revision. Here it does
not: every appended byte then belongs to a signature or a timestamp, and whoever validates can refuse a revision that
changes anything else. The changing half of the file identifier is derived, not drawn (ISO 32000-1 § 14.4 asks only
that it changes), so that two runs over the same bytes differ in their signatures alone.
"""

import asyncio
import hashlib
import io
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError

from sigill.errors import N_, BadInput

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run pyHanko's asynchronous code to its end, also where an event loop is already running in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as beside:
        return beside.submit(asyncio.run, work).result()


class AppendingWriter(IncrementalPdfFileWriter):
    """An incremental writer that leaves the document's metadata alone."""

    def _update_meta(self) -> None:
        return


def append_to(pdf: bytes) -> AppendingWriter:
    """Open `pdf` for one more revision.

    Raises:
        BadInput: the file cannot be read, or is encrypted.
    """
    try:
        writer = AppendingWriter(io.BytesIO(pdf))
    except (PdfError, ValueError):
        raise BadInput(N_("The file is not a readable PDF."), N_("Check that it is the right file.")) from None
    if writer.prev.encrypted:
        raise BadInput(N_("The PDF is encrypted."), N_("Take the file without its password."))
    given = writer.prev.document_id if "/ID" in writer.prev.trailer else ()
    before = b"\x00".join((*given, str(writer.prev.total_revisions).encode()))
    changing = hashlib.sha256(b"sigill file identifier\x00" + before).digest()[:16]
    writer._document_id = generic.ArrayObject([writer._document_id[0], generic.ByteStringObject(changing)])
    return writer
