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
from pyhanko_certvalidator.errors import (
    CRLFetchError,
    ExpiredError,
    InsufficientRevinfoError,
    NotYetValidError,
    OCSPFetchError,
    RevokedError,
)

from sigill.errors import N_, BadInput, SigillError, Temporary

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run pyHanko's asynchronous code to its end, also where an event loop is already running in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as beside:
        return beside.submit(asyncio.run, work).result()


async def closing(context: Any, work: Coroutine[Any, Any, T]) -> T:
    """Do `work`, then close the connections over which `context` fetched revocation data."""
    try:
        return await work
    finally:
        await context.aclose()


def not_in_order(err: BaseException) -> SigillError:
    """What a certificate that does not validate means, by the first known cause in the chain of causes."""
    causes: list[BaseException] = []
    seen: BaseException | None = err
    while seen is not None and seen not in causes:
        causes.append(seen)
        seen = seen.__cause__ or seen.__context__
    if any(isinstance(one, RevokedError) for one in causes):
        return BadInput(N_("The signing certificate has been revoked."), N_("Get a new one; nothing was issued."))
    if any(isinstance(one, ExpiredError | NotYetValidError) for one in causes):
        return BadInput(
            N_("The signing certificate has run out, or is not valid yet."), N_("Renew it, or check the clock.")
        )
    if any(isinstance(one, CRLFetchError | OCSPFetchError | InsufficientRevinfoError) for one in causes):
        return Temporary(
            N_("It could not be found out whether the signing certificate has been revoked."),
            N_("Nothing was issued; check that the issuer's revocation service can be reached, and try again."),
        )
    return BadInput(
        N_("The letter could not be signed: the certificate, its revocation data or the file is not in order."),
        N_("Check the signing keys and the clock."),
    )


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
