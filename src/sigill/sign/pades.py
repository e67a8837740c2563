"""Signs a letter with PAdES (ETSI EN 319 142-1): level B-LT, or B-LTA with an archival timestamp on top.

What it does: fills the field that `sigill.sign.field` made, with a signature timestamp, and puts the certificates and
revocation lists into the document security store in the same revision. A B-LT letter is thus its original plus
exactly one revision.

What it does not do: it does not certify the document (a certification that allows no changes makes viewers refuse
the timestamps that come later), it opens no network connection by itself, and it does not judge the signer.
"""

import datetime as dt
from typing import Any, Literal

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.errors import PathError, ValidationError

from sigill.errors import N_, BadInput, Temporary
from sigill.ports import Credential, Signers
from sigill.sign.appending import append_to, closing, not_in_order, run
from sigill.sign.proof import add_timestamp, room_for, token_size

Level = Literal["B-LT", "B-LTA"]


def sign_letter(
    pdf: bytes,
    *,
    credential: Credential,
    signers: Signers,
    field_name: str,
    appearance: StaticStampStyle,
    level: Level = "B-LT",
    signing_time: dt.datetime,
) -> bytes:
    """Sign `pdf` in the prepared field.

    Args:
        pdf: what `prepare_for_signature` gave.
        credential: whose signature; `signers` gives the timestamps and the revocation data.
        field_name: the empty field to fill.
        appearance: what `sigill.sign.appearance.appearance` gave.
        level: B-LT for a letter that gets its archival timestamp with the log's proof, B-LTA for one that rests.
        signing_time: the signer's own claim of when, with a time zone.

    Raises:
        BadInput: the file is not a PDF, already signed, has no such empty field, or the signer's certificate is
            not valid now.
        Temporary: the timestamp service or the revocation data did not answer.

    Source:
        ETSI EN 319 142-1 § 5.3, § 6.3; ISO 32000-2 § 12.8.
    """
    if signing_time.tzinfo is None:
        raise BadInput(N_("The time of signing has no time zone."), N_("Give one."))
    writer = append_to(pdf)
    require_empty(writer.prev, field_name)
    context = signers.validation_context()
    metadata = PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=True,
        validation_context=context,
        dss_settings=DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE),
    )
    stamper = signers.timestamper()
    signer = PunctualSigner(metadata, credential.pyhanko, timestamper=stamper, stamp_style=appearance)
    signer.signing_time = signing_time
    chain = {one.dump() for one in (credential.pyhanko.signing_cert, *credential.pyhanko.cert_registry)}
    try:
        room = room_for(sum(map(len, chain)) + token_size(stamper))
        out = run(closing(context, signer.async_sign_pdf(writer, existing_fields_only=True, bytes_reserved=room)))
    except (TimestampRequestError, OSError):
        raise Temporary(N_("The timestamp service did not answer as it should."), N_("Try again in a while.")) from None
    except (SigningError, PathError, ValidationError, PdfError) as err:
        raise not_in_order(err) from None
    signed: bytes = out.getvalue()
    return add_timestamp(signed, signers) if level == "B-LTA" else signed


class PunctualSigner(PdfSigner):
    """Takes the time of signing from the caller, where pyHanko would read the system's clock."""

    signing_time: dt.datetime

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> Any:
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self.signing_time
        return session


def require_empty(reader: PdfFileReader, field_name: str) -> None:
    if reader.embedded_signatures:
        raise BadInput(N_("The letter is already signed."), N_("A letter carries one signature."))
    empty = [name for name, _, _ in enumerate_sig_fields(reader, filled_status=False)]
    if field_name not in empty:
        raise BadInput(
            N_("The letter has no empty signature field of that name."), N_("Prepare it for signature first.")
        )
