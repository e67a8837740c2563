"""Signatures made outside the house: leave a gap in the letter, hand out its digest, fill the gap later.

What it does: the letter with its gap is final but for the signature; whoever signs gets 32 bytes and gives back a
detached CMS signature over them. What comes back is taken apart before it is believed: one signer, the right digest,
the certificate bound in, a signature that is right. Unsigned attributes are thrown away and a timestamp of the
house's own authority put there instead.

What it does not do: judge whose certificate it is (`sigill.ports.Elsewhere`) or whether it is trusted
(`sigill.sign.validate` does, over the whole letter).

Source: ETSI EN 319 142-1 § 6.3 (PAdES signed attributes); RFC 5652 § 5.4, § 11; RFC 5035 § 3.
"""

import datetime as dt
import hashlib
import io
from typing import NamedTuple

from asn1crypto import cms, pem, x509
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError, check_ess_certid, extract_certificate_info
from pyhanko.sign.signers import ExternalSigner, PdfSignatureMetadata
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.stamp import StaticStampStyle

from sigill.errors import N_, BadInput, Temporary
from sigill.ports import Signers
from sigill.sign.appending import append_to, run
from sigill.sign.pades import PunctualSigner, require_empty
from sigill.sign.proof import UNREADABLE, add_timestamp

ROOM = 1 << 16
"""Hex digits kept free for the signature: 32 KiB, which takes a chain of five RSA certificates and a timestamp."""
MAX_CMS = 1 << 20

_TIMESTAMP = "signature_time_stamp_token"


class Gap(NamedTuple):
    """A letter that is final but for its signature: its bytes, and where in them the signature is to stand."""

    pdf: bytes
    start: int
    end: int

    @property
    def digest(self) -> bytes:
        """SHA-256 over everything but the gap: what is to be signed."""
        return hashlib.sha256(self.pdf[: self.start] + self.pdf[self.end :]).digest()


def leave_gap(pdf: bytes, *, field_name: str, appearance: StaticStampStyle, signing_time: dt.datetime) -> Gap:
    """Fill the prepared field with everything but the signature.

    Args:
        pdf: what `prepare_for_signature` gave. The rest as for `sigill.sign.pades.sign_letter`.

    Raises:
        BadInput: the file is not a PDF, already signed, or has no such empty field.
    """
    writer = append_to(pdf)
    require_empty(writer.prev, field_name)
    metadata = PdfSignatureMetadata(field_name=field_name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    nobody = ExternalSigner(signing_cert=None, cert_registry=None)
    signer = PunctualSigner(metadata, nobody, stamp_style=appearance)
    signer.signing_time = signing_time
    digest, _, out = run(signer.async_digest_doc_for_signing(writer, existing_fields_only=True, bytes_reserved=ROOM))
    out.seek(0)
    gap = Gap(out.read(), digest.reserved_region_start, digest.reserved_region_end)
    assert gap.digest == digest.document_digest
    return gap


def fill_gap(gap: Gap, signature: bytes, signers: Signers) -> tuple[bytes, x509.Certificate]:
    """Put a signature into its gap, with a timestamp in it and an archival timestamp behind: level B-LTA.

    Args:
        gap: what `leave_gap` gave.
        signature: the detached CMS, DER or PEM.
        signers: gives timestamps and revocation data.
    Returns:
        The signed letter, and the signer's certificate.

    Raises:
        BadInput: it is no such signature, is over something else, or is wrong.
        Temporary: timestamp service or revocation data did not answer.
    """
    try:
        whole, certificate = _opened(signature, gap.digest)
    except (SigningError, SignatureValidationError, *UNREADABLE):
        raise _unusable(N_("it is no detached CMS signature with a certificate, or is damaged")) from None
    info = whole["content"]["signer_infos"][0]
    stamper = signers.timestamper()
    try:
        token = run(stamper.async_timestamp(hashlib.sha256(bytes(info["signature"])).digest(), "sha256"))
    except (TimestampRequestError, OSError):
        raise Temporary(N_("The timestamp service did not answer as it should."), N_("Try again in a while.")) from None
    info["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute({"type": _TIMESTAMP, "values": [token]})])
    filled = cms.ContentInfo.load(whole.dump(force=True)).dump()
    if 2 * len(filled) > gap.end - gap.start - 2:
        raise _unusable(N_("it is too long"))
    out = io.BytesIO(gap.pdf)
    PreparedByteRangeDigest(gap.digest, gap.start, gap.end).fill_with_cms(out, filled)
    return add_timestamp(out.getvalue(), signers, bare=True), certificate


def _opened(signature: bytes, digest: bytes) -> tuple[cms.ContentInfo, x509.Certificate]:
    """The CMS, its unsigned attributes gone, and its signer; everything in it that can be checked alone is right."""
    if len(signature) > MAX_CMS:
        raise _unusable(N_("it is too long"))
    if pem.detect(signature):
        _, _, signature = pem.unarmor(signature)
    whole = cms.ContentInfo.load(signature, strict=True)
    signed = whole["content"]
    if whole["content_type"].native != "signed_data" or signed["encap_content_info"]["content"].native is not None:
        raise _unusable(N_("it is no detached CMS signature with a certificate, or is damaged"))
    if len(signed["signer_infos"]) != 1:
        raise _unusable(N_("it has more than one signer"))
    certificate = extract_certificate_info(signed).signer_cert
    info = signed["signer_infos"][0]
    stated = {one["type"].native: one["values"] for one in info["signed_attrs"]}
    if info["digest_algorithm"]["algorithm"].native != "sha256":
        raise _unusable(N_("it does not use SHA-256"))
    if len(stated) != len(info["signed_attrs"]) or len(stated["message_digest"]) != 1:
        raise _unusable(N_("it is no detached CMS signature with a certificate, or is damaged"))
    if stated["message_digest"][0].native != digest:
        raise _unusable(N_("it is over another letter"))
    bound = [one for key in ("signing_certificate_v2", "signing_certificate") for one in stated.get(key, ())]
    # RFC 5035 § 3: the first identifier is the signer's; without it another certificate could be put in.
    if len(bound) != 1 or not check_ess_certid(certificate, bound[0]["certs"][0]):
        raise _unusable(N_("it does not bind its certificate (PAdES: signing-certificate-v2)"))
    intact, valid = validate_sig_integrity(info, certificate, "data", digest)
    if not intact or not valid:
        raise _unusable(N_("it does not fit its certificate"))
    info["unsigned_attrs"] = cms.CMSAttributes([])
    return whole, certificate


def _unusable(reason: str) -> BadInput:
    return BadInput(
        N_("The signature that was handed in cannot be used: {reason}."),
        N_("Nothing was issued. Have the handed-out digest signed again."),
        reason=reason,
    )
