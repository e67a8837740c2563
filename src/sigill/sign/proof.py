"""Puts the log's proof into a signed file, and reads it out again.

A file cannot hold a proof about itself. So the log entry commits to the SHA-256 of the whole file as it stood
*before* its last revision, and that last revision is an archival timestamp (PAdES document timestamp) whose token
carries the proof as an unsigned attribute of its CMS SignerInfo:

    letter | signature revision (B-LT) | timestamp revision with the proof inside (B-LTA)
    <---- SHA-256 of this is logged --->

The proof thus lies in the one gap of the file that no signature covers, and needs no cover: it is itself signed by
the log, and whoever alters the file before it alters the hash that it proves.

What it does not do: it neither makes nor verifies proofs; to this module they are bytes (`sigill.log.proof`).
"""

import io
import itertools
from collections.abc import Sequence
from typing import Any

from asn1crypto import cms, core
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, TimestampDSSContentSettings
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation.dss import DocumentSecurityStore, collect_validation_info
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator.errors import PathError, ValidationError

from sigill.errors import N_, BadInput, NotGenuine, Temporary
from sigill.ports import Signers
from sigill.sign.appending import append_to, closing, not_in_order, run

PROOF_OID = "2.25.32316131287634150841285168661729981440"
"""The attribute's type: an OID under the arc that ITU-T X.667 keeps for UUIDs,
184fdc49-4af9-47a5-ae36-6f83fac13400. Its one value is an OCTET STRING, the proof's bytes."""

MAX_PROOF = 1 << 16

UNREADABLE = (
    PdfError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    AssertionError,
    RecursionError,
)
"""What pyHanko raises on a damaged file: not all of its parsing errors are its own class."""

# Out of the page's bounds: PDF/UA-1 asks for a tag on every widget within them, and nothing is to be seen here.
_UNSEEN = InvisSigSettings(set_print_flag=True, box_out_of_bounds=True)


def stamp_proof(pdf: bytes, proof: bytes, signers: Signers) -> bytes:
    """Append an archival timestamp that carries `proof`.

    Args:
        pdf: a signed letter; exactly these bytes are what the log entry commits to.
        proof: the log's proof of inclusion, at most 64 KiB.
        signers: gives the timestamper and its revocation data.

    Raises:
        BadInput: no signed PDF, or an empty or too long proof.
        Temporary: the timestamp service did not answer.

    Source:
        ETSI EN 319 142-1 § 5.4.3 (document timestamp); RFC 5652 § 5.3 (unsigned attributes).
    """
    if not 0 < len(proof) <= MAX_PROOF:
        raise BadInput(N_("The log's proof is empty or too long."), N_("Ask the log for it again."))
    return add_timestamp(pdf, signers, proof)


def add_timestamp(pdf: bytes, signers: Signers, proof: bytes | None = None, *, bare: bool = False) -> bytes:
    """Append an archival timestamp over the whole file, with what is needed to validate earlier ones.

    Args:
        bare: the signature came without its certificates' revocation data; that goes into the same revision.

    Raises: as `stamp_proof`.
    """
    writer = append_to(pdf)
    if not writer.prev.embedded_regular_signatures:
        raise BadInput(N_("The letter is not signed."), N_("Sign it first."))
    context = signers.validation_context()
    inner = signers.timestamper()
    stamper: TimeStamper = inner if proof is None else _ProofCarrier(inner, proof)
    taken = {name for name, _, _ in enumerate_sig_fields(writer.prev)}
    number = next(n for n in range(1, len(taken) + 2) if _field_name(n) not in taken)
    appender = PdfTimeStamper(
        stamper,
        field_name=_field_name(number),
        invis_settings=_UNSEEN,
        readable_field_name=f"Arkivtidsstämpel {number}",
    )

    async def stamping() -> Any:
        if bare:
            (signature,) = writer.prev.embedded_regular_signatures
            paths = await collect_validation_info(signature, context)
            DocumentSecurityStore.supply_dss_in_writer(writer, None, paths=paths, validation_context=context)
        return await appender.async_timestamp_pdf(
            writer,
            "sha256",
            validation_context=context,
            bytes_reserved=room,
            dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
        )

    try:
        room = room_for(token_size(inner) + len(proof or b""))
        out = run(closing(context, stamping()))
    except (TimestampRequestError, OSError):
        raise Temporary(N_("The timestamp service did not answer as it should."), N_("Try again in a while.")) from None
    except (SigningError, PathError, ValidationError, PdfError) as err:
        raise not_in_order(err) from None
    stamped: bytes = out.getvalue()
    return stamped


def read_proof(pdf: bytes) -> tuple[bytes, bytes]:
    """The log's proof in a file, and the bytes that the log entry commits to.

    The newest timestamp that carries a proof is taken, so that later archival timestamps may follow it.

    Returns:
        The proof, and the file up to the end of the revision before the proof's timestamp, byte for byte.

    Raises:
        BadInput: not a PDF.
        NotGenuine: it is damaged, no timestamp carries a proof, or one does in a way that `stamp_proof` never writes.
    """
    found = find_proof(pdf, open_signed(pdf))
    if found is None:
        raise NotGenuine(
            N_("The document carries no proof that its issue was logged."),
            N_("Ask the board whether it issued the document."),
        )
    return found


def open_signed(pdf: bytes) -> list[EmbeddedPdfSignature]:
    """All signatures and timestamps in a file, oldest first; empty when there are none.

    Raises:
        BadInput: not a PDF, or encrypted.
        NotGenuine: a PDF, but too damaged to be read.
    """
    if b"%PDF-" not in pdf[:1024] and b"%%EOF" not in pdf[-1024:]:
        raise BadInput(N_("The file is not a PDF."), N_("Check that it is the right file."))
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        encrypted = reader.encrypted
        embedded: list[EmbeddedPdfSignature] = [] if encrypted else list(reader.embedded_signatures)
    except UNREADABLE:
        raise NotGenuine(
            N_("The document is damaged or was altered: it can no longer be read."), N_("Fetch it again.")
        ) from None
    if encrypted:
        raise BadInput(N_("The PDF is encrypted."), N_("Take the file without its password."))
    return embedded


def find_proof(pdf: bytes, embedded: Sequence[EmbeddedPdfSignature]) -> tuple[bytes, bytes] | None:
    """As `read_proof`, for a file already opened with `open_signed`; None if no timestamp carries a proof."""
    for before, stamp in reversed(list(itertools.pairwise(embedded))):
        if stamp.sig_object_type != "/DocTimeStamp":
            continue
        proof = _carried(stamp)
        if proof is not None:
            # Every revision behind the letter holds one signature that covers all of it, so the one before ends where
            # its revision ends.
            return proof, pdf[: end_of(before)]
    return None


def end_of(signature: EmbeddedPdfSignature) -> int:
    """Where the bytes that a signature covers end, in bytes from the start of the file."""
    return int(signature.byte_range[2]) + int(signature.byte_range[3])


def _carried(stamp: EmbeddedPdfSignature) -> bytes | None:
    values = []
    try:
        attributes = stamp.signer_info["unsigned_attrs"]
        for attribute in attributes if isinstance(attributes, cms.CMSAttributes) else ():
            if attribute["type"].dotted == PROOF_OID:
                values += [value.parse(core.OctetString).native for value in attribute["values"]]
    except (ValueError, TypeError, KeyError):
        values = [b"", b""]
    if not values:
        return None
    if len(values) != 1 or not 0 < len(values[0]) <= MAX_PROOF:
        raise NotGenuine(N_("The log's proof in the document is garbled."), N_("Ask the board for the document again."))
    found: bytes = values[0]
    return found


def _field_name(number: int) -> str:
    return f"Arkivtidsstampel-{number}"


def token_size(stamper: TimeStamper) -> int:
    """How long this timestamper's tokens are, in bytes, to within a few; asked for once and remembered."""
    return len(run(stamper.async_dummy_response("sha256")).dump())


def room_for(size: int) -> int:
    """Hex digits to keep for a CMS structure of about `size` bytes: ample, and in few steps.

    A length that followed every byte of a certificate, or every node of the log's path, would make the size of the
    file tell of them.
    """
    room = 16_384
    while room < 2 * (size + 1024):
        room *= 2
    return room


class _ProofCarrier(TimeStamper):
    """Asks another timestamper and hangs the proof on the token it gives."""

    def __init__(self, inner: TimeStamper, proof: bytes) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._inner = inner
        self._proof = proof

    async def validation_paths(self, validation_context: Any) -> Any:
        async for path in self._inner.validation_paths(validation_context):  # type: ignore[no-untyped-call]
            yield path

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        token = await self._inner.async_timestamp(message_digest, md_algorithm)
        copied = cms.ContentInfo.load(token.dump())
        info = copied["content"]["signer_infos"][0]
        present = info["unsigned_attrs"]
        attributes = list(present) if isinstance(present, cms.CMSAttributes) else []
        attributes.append(cms.CMSAttribute({"type": PROOF_OID, "values": [core.OctetString(self._proof)]}))
        info["unsigned_attrs"] = cms.CMSAttributes(attributes)
        return cms.ContentInfo.load(copied.dump())
