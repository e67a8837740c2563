"""Is this document genuine? Reads a signed letter from outside, offline, with nothing but trusted roots.

A library's verdict "passed" is not enough: it speaks of the bytes that were signed, not of what a reader sees. So
several things must hold at once, and each failure has its own sentence:

    (1) structure   one letter, one signature, then nothing but timestamps, each covering all that stands before it,
                    the last one the whole file: no earlier, hidden or trailing revision, no room for other bytes
    (2) content     what was appended after signing changes nothing: no page, no annotation, no attachment, no metadata
    (3) signature   mathematically right, from an issuer we know, not revoked, at a time that a timestamp vouches for,
                    with the revocation data inside the file and a hard failure without; backwards along the chain of
                    timestamps, each judged as of the next (after ETSI EN 319 102-1 § 5.6.3)

What it does not do: it opens no connection, it does not know whether the issue was logged (`sigill.audit` does), and
it says nothing about whether the decision is right.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms, core, parser, x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateRevocationList, load_der_x509_crl
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESSubIndic
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DSSCompareRule,
    FormUpdatingRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel, SignatureStatus
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy

from sigill.errors import N_, BadInput, NotGenuine
from sigill.sign.appending import run
from sigill.sign.proof import PROOF_OID, UNREADABLE, end_of, find_proof, open_signed

MAX_SIGNATURES = 40
MAX_ATTACHMENTS = 100

_ASK = N_("Do not rely on it. Ask the board for the document again.")
_TOLERANCE = dt.timedelta(minutes=5)
_SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14"


@dataclass(frozen=True, slots=True, repr=False)
class Validation:
    """What a genuine document says of itself.

    Args:
        common_name, organisation: of the signer's certificate; empty where it has none.
        signed_at: the time that the signature's timestamp vouches for, with a time zone.
        stamped_at: the time of the last archival timestamp.
        proof: the log's proof, unread; `logged_bytes`: what it must be about. Both empty when there is none.
        attachments: file name to bytes, as they were when the document was signed.
    """

    common_name: str
    organisation: str
    signed_at: dt.datetime
    stamped_at: dt.datetime
    proof: bytes
    logged_bytes: bytes
    attachments: Mapping[str, bytes]


def validate(pdf: bytes, trust_roots: Sequence[bytes], *, at: dt.datetime | None = None) -> Validation:
    """Check a signed letter at level B-LTA.

    The last archival timestamp is judged as of its own time, with the revocation data that the file carries, and its
    certificates must not have run out at `at`; everything before is judged as of the timestamp after it. Whether the
    timestamp authority was revoked *later* cannot be known offline; a root that can no longer be trusted leaves the
    trust file.

    Args:
        pdf: the file.
        trust_roots: root certificates (DER) of signers and timestamp authorities.
        at: the time of the check, with a time zone; now, if not given.

    Raises:
        BadInput: not a readable PDF, or no trusted root given.
        NotGenuine: with a reason of its own for each thing that can be wrong.
    """
    at = at or dt.datetime.now(dt.UTC)
    if at.tzinfo is None:
        raise BadInput(N_("The time of the check has no time zone."), N_("Give one."))
    _parsed(trust_roots)
    embedded = open_signed(pdf)
    try:
        signature = _the_signature(embedded)
        evidence = _Evidence(trust_roots, signature.reader)
        _require_tight(pdf, embedded, evidence)
        _require_untouched(signature)
        _require_bare(embedded)
        signed_at, stamped_at = run(_require_signed(embedded, evidence, at))
        attachments = _attachments(signature)
    except (SignatureValidationError, SigningError, *UNREADABLE):
        raise NotGenuine(N_("The document's structure is not one that a signed letter has."), _ASK) from None
    subject: dict[str, Any] = signature.signer_cert.subject.native
    proof, logged = find_proof(pdf, embedded) or (b"", b"")
    return Validation(
        common_name=str(subject.get("common_name", "")),
        organisation=str(subject.get("organization_name", "")),
        signed_at=signed_at,
        stamped_at=stamped_at,
        proof=proof,
        logged_bytes=logged,
        attachments=attachments,
    )


# (1) structure


def _the_signature(embedded: Sequence[EmbeddedPdfSignature]) -> EmbeddedPdfSignature:
    signatures = [one for one in embedded if one.sig_object_type != "/DocTimeStamp"]
    if not signatures:
        raise NotGenuine(N_("The document is not signed."), _ASK)
    if len(signatures) > 1:
        raise NotGenuine(N_("The document has more than one signature."), _ASK)
    if len(embedded) > MAX_SIGNATURES:
        raise NotGenuine(N_("The document has too many timestamps."), _ASK)
    if embedded[0] is not signatures[0]:
        raise NotGenuine(N_("The document has a timestamp before its signature."), _ASK)
    if len(embedded) == 1:
        raise NotGenuine(N_("The document's archival timestamp is missing."), _ASK)
    return signatures[0]


def _require_tight(pdf: bytes, embedded: Sequence[EmbeddedPdfSignature], evidence: "_Evidence") -> None:
    """Every byte is covered: revision by revision by its own signature, and each signature by the next one."""
    for one in embedded:
        start, length, rest, tail = (int(number) for number in one.byte_range)
        gap = pdf[length:rest]
        if start != 0 or length <= 0 or tail <= 0 or gap[:1] != b"<" or gap[-1:] != b">":
            raise NotGenuine(N_("A signature does not cover what it should."), _ASK)
        if gap != b"<" + one.pkcs7_content.hex().upper().encode() + b">":  # one spelling only
            raise NotGenuine(N_("There are bytes that no signature covers."), _ASK)
        _require_nothing_hidden(one)
    _require_plain(embedded[-1], evidence)
    if end_of(embedded[-1]) != len(pdf):
        raise NotGenuine(N_("Something was added after the last timestamp."), _ASK)
    revisions = embedded[0].reader.xrefs.total_revisions
    if [one.signed_revision for one in embedded] != list(range(1, len(embedded) + 1)):
        raise NotGenuine(N_("The document holds revisions that do not belong to a signed letter."), _ASK)
    if revisions != len(embedded) + 1:
        raise NotGenuine(N_("The document holds revisions that do not belong to a signed letter."), _ASK)
    for number, one in enumerate(embedded):
        last = number == len(embedded) - 1
        wanted = SignatureCoverageLevel.ENTIRE_FILE if last else SignatureCoverageLevel.ENTIRE_REVISION
        if one.evaluate_signature_coverage() is not wanted:
            raise NotGenuine(N_("A signature does not cover what it should."), _ASK)


def _require_nothing_hidden(one: EmbeddedPdfSignature) -> None:
    """The gap that no signature covers holds one CMS structure with known parts, then zeros."""
    whole = cms.ContentInfo.load(one.pkcs7_content)
    padding = one.pkcs7_content[len(whole.dump()) :]
    permitted = {_SIGNATURE_TIMESTAMP} if one.sig_object_type != "/DocTimeStamp" else {PROOF_OID}
    unsigned = one.signer_info["unsigned_attrs"]
    kinds = [attribute["type"].dotted for attribute in unsigned] if isinstance(unsigned, cms.CMSAttributes) else []
    if padding.strip(b"\x00") or not permitted.issuperset(kinds) or len(kinds) > 1:
        raise NotGenuine(N_("There are bytes that no signature covers."), _ASK)


def _require_plain(last: EmbeddedPdfSignature, evidence: "_Evidence") -> None:
    """The last token itself lies in the last gap, so that no later signature covers it.

    What its own signature leaves open has one permitted form each: no certificate besides those that the document's
    own store holds, where the timestamp does cover them, and the structure around as it is when written anew.

    Source: RFC 5652 § 5.1, § 5.3; RFC 3161 § 2.4.2.
    """
    token, info = last.signed_data, last.signer_info
    stored = {one.dump() for one in evidence.certificates}
    certificates = [one.chosen.dump() for one in token["certificates"]]
    signer = last.signer_cert
    signed_attributes, unsigned = info["signed_attrs"].dump(), info["unsigned_attrs"]
    proof = [_carried_attribute(one) for one in unsigned] if isinstance(unsigned, cms.CMSAttributes) else []
    signer_info = _der(
        _SEQUENCE,
        b"\x02\x01\x01",
        _der(_SEQUENCE, signer.issuer.dump(), signer["tbs_certificate"]["serial_number"].dump()),
        info["digest_algorithm"].dump(),
        signed_attributes,
        info["signature_algorithm"].dump(),
        info["signature"].dump(),
        *([_der(_IN_1, *proof)] if proof else []),
    )
    content = token["encap_content_info"]
    signed_data = _der(
        _SEQUENCE,
        b"\x02\x01\x03",
        _der(_SET, info["digest_algorithm"].dump()),
        _der(_SEQUENCE, content["content_type"].dump(), _der(_IN_0, _der(_OCTETS, bytes(content["content"])))),
        _der(_IN_0, *certificates),
        _der(_SET, signer_info),
    )
    anew = _der(_SEQUENCE, cms.ContentType("signed_data").dump(), _der(_IN_0, signed_data))
    if (
        not stored.issuperset(certificates)
        or len(set(certificates)) != len(certificates)
        or last.pkcs7_content.rstrip(b"\x00") != anew.rstrip(b"\x00")
    ):
        raise NotGenuine(N_("There are bytes that no signature covers."), _ASK)


_SEQUENCE, _SET, _OCTETS = (0, 1, 16), (0, 1, 17), (0, 0, 4)
_IN_0, _IN_1 = (2, 1, 0), (2, 1, 1)


def _der(tag: tuple[int, int, int], *parts: bytes) -> bytes:
    written: bytes = parser.emit(*tag, b"".join(parts))
    return written


def _carried_attribute(attribute: cms.CMSAttribute) -> bytes:
    values = [_der(_OCTETS, value.parse(core.OctetString).native) for value in attribute["values"]]
    return _der(_SEQUENCE, cms.CMSAttributeType(attribute["type"].dotted).dump(), _der(_SET, *values))


# (2) content

_NOTHING_BUT_TIMESTAMPS = StandardDiffPolicy(
    global_rules=[
        # Stricter than pyHanko's default: metadata, document information and mark-up facts stay as they were signed.
        CatalogModificationRule(ignored_keys=frozenset({"/AcroForm", "/DSS"})),  # type: ignore[no-untyped-call]
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=FormUpdatingRule(
        field_rules=[SigFieldCreationRule(), SigFieldModificationRule()],  # type: ignore[no-untyped-call]
        ignored_acroform_keys=frozenset({"/Fields"}),
    ),
    ignore_orphaned_objects=False,
    ignore_identical_objects=False,
)


def _require_untouched(signature: EmbeddedPdfSignature) -> None:
    signature.compute_integrity_info(_NOTHING_BUT_TIMESTAMPS)  # type: ignore[no-untyped-call]
    result = signature.diff_result
    if not isinstance(result, DiffResult) or result.modification_level > ModificationLevel.LTA_UPDATES:
        raise NotGenuine(N_("The document was changed after it was signed."), _ASK)
    if signature.docmdp_level is not None or signature.fieldmdp is not None:
        raise NotGenuine(N_("The document's structure is not one that a signed letter has."), _ASK)


def _require_bare(embedded: Sequence[EmbeddedPdfSignature]) -> None:
    """A timestamp's revision brings nothing but the timestamp: no picture, no action, no other title or root.

    A comparison of revisions lets a new signature field pass as a whole, with whatever its dictionary holds.
    """
    reader = embedded[0].reader
    if len(reader.root["/AcroForm"]["/Fields"]) != len(embedded):
        raise NotGenuine(N_("The document has form fields that are not a signature's."), _ASK)
    signed = reader.get_historical_resolver(embedded[0].signed_revision).trailer_view
    for one in embedded[1:]:
        field, value = one.sig_field, one.sig_object
        x0, y0, x1, y1 = field["/Rect"]
        trailer = reader.get_historical_resolver(one.signed_revision).trailer_view
        if (
            not _TIMESTAMP_FIELD.issuperset(field)
            or not _TIMESTAMP.issuperset(value)
            or (x0, y0) != (x1, y1)
            or not _TRAILER.issuperset(trailer)
            or any(_reference(trailer, key) != _reference(signed, key) for key in ("/Root", "/Info"))
        ):
            raise NotGenuine(N_("The document was changed after it was signed."), _ASK)


def _reference(trailer: generic.DictionaryObject, key: str) -> object:
    return trailer.raw_get(key) if key in trailer else None


_TIMESTAMP_FIELD = frozenset({"/Type", "/Subtype", "/FT", "/T", "/TU", "/F", "/P", "/Rect", "/V"})
_TIMESTAMP = frozenset({"/Type", "/Filter", "/SubFilter", "/ByteRange", "/Contents"})
_TRAILER = frozenset({"/Size", "/Prev", "/Root", "/Info", "/ID"}) | frozenset(
    {"/Type", "/W", "/Index", "/Filter", "/DecodeParms", "/Length"}  # where the trailer is a stream
)


# (3) signature


class _Evidence:
    """What the trust file and the document's own store offer for judging certificates.

    Args:
        roots: trusted root certificates, DER.
        reader: the document; its security store holds certificates, revocation lists and OCSP answers.
    """

    def __init__(self, roots: Sequence[bytes], reader: PdfFileReader) -> None:
        self._roots = _parsed(roots)
        store = DocumentSecurityStore.read_dss(reader)
        self.certificates: list[x509.Certificate] = list(store.load_certs())
        self._lists = [load_der_x509_crl(bytes(one.get_object().data)) for one in store.crls]
        self._answers = [bytes(one.get_object().data) for one in store.ocsps]

    def context(self, moment: dt.datetime) -> ValidationContext:
        """Rules for judging certificates as of `moment`: no certificate passes without revocation data of that time.

        Of each issuer's lists only the newest that was out by then counts: an older one would hide a revocation.
        """
        newest: dict[bytes, CertificateRevocationList] = {}
        for one in sorted(self._lists, key=lambda known: known.last_update_utc):
            if one.last_update_utc <= moment:
                newest[one.issuer.public_bytes()] = one
        return ValidationContext(
            trust_roots=self._roots,
            other_certs=self.certificates,
            moment=moment,
            crls=[one.public_bytes(Encoding.DER) for one in newest.values()],
            ocsps=self._answers,
            allow_fetching=False,
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        )

    def require_trusted(self, status: SignatureStatus, moment: dt.datetime, *, timestamp: bool) -> ValidationPath:
        """A signature is right, its issuer known, and no list in the document revokes it, late as it may have come.

        Raises:
            NotGenuine: with the reason.
        """
        if not status.intact or not status.valid:
            raise NotGenuine(N_("The document was changed after it was signed."), _ASK)
        path = status.validation_path
        if not status.trusted or path is None:
            raise _untrusted(status.trust_problem_indic, timestamp=timestamp)
        for certificate in path.iter_certs(include_root=False):
            for one in self._lists:
                entry = one.get_revoked_certificate_by_serial_number(certificate.serial_number)
                same_issuer = one.issuer.public_bytes() == certificate.issuer.dump()
                if same_issuer and entry is not None and entry.revocation_date_utc <= moment:
                    raise _untrusted(AdESFailure.REVOKED)
        return path


async def _require_signed(
    embedded: Sequence[EmbeddedPdfSignature], evidence: _Evidence, at: dt.datetime
) -> tuple[dt.datetime, dt.datetime]:
    """Each signature is judged as of the time that the next timestamp vouches for. Returns when signed and stamped."""
    signature, stamps = embedded[0], embedded[1:]
    tokens = list(extract_tst_data_iter(signature.signer_info, signed=False))
    if len(tokens) != 1:
        raise NotGenuine(N_("The signature has no trusted time."), _ASK)
    signed_at, *stamped_at = (_time_of(token) for token in (tokens[0], *(one.signed_data for one in stamps)))
    for stamp, moment in zip(stamps, [*stamped_at[1:], stamped_at[-1]], strict=True):
        stamp_status = await async_validate_pdf_timestamp(stamp, evidence.context(moment), skip_diff=True)
        path = evidence.require_trusted(stamp_status, moment, timestamp=True)
    if sorted((signed_at, *stamped_at)) != [signed_at, *stamped_at] or stamped_at[-1] > at + _TOLERANCE:
        raise NotGenuine(
            N_("The document's timestamps are out of order, or lie in the future."), N_("Check this computer's clock.")
        )
    if any(certificate.not_valid_after < at for certificate in path.iter_certs(include_root=True)):
        raise NotGenuine(
            N_("The document's last timestamp has run out."),
            N_("Ask the board for a copy with a renewed timestamp."),
        )
    status = await async_validate_pdf_signature(
        signature,
        signer_validation_context=evidence.context(signed_at),
        ts_validation_context=evidence.context(stamped_at[0]),
        skip_diff=True,  # done above, once
    )
    evidence.require_trusted(status, signed_at, timestamp=False)
    if status.timestamp_validity is None:
        raise NotGenuine(N_("The signature has no trusted time."), _ASK)
    evidence.require_trusted(status.timestamp_validity, stamped_at[0], timestamp=True)
    if not status.bottom_line:
        raise NotGenuine(N_("The signature is not valid."), _ASK)
    return signed_at, stamped_at[-1]


def _time_of(token: cms.SignedData) -> dt.datetime:
    time: dt.datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return time


def _parsed(trust_roots: Sequence[bytes]) -> list[x509.Certificate]:
    try:
        roots = [x509.Certificate.load(root, strict=True) for root in trust_roots]
        for root in roots:
            root.native  # noqa: B018 - parses it all
    except (ValueError, TypeError):
        raise BadInput(N_("A trusted certificate cannot be read."), N_("Fetch the trust file again.")) from None
    if not roots:
        raise BadInput(N_("There is no trusted certificate to check against."), N_("Give a trust file."))
    return roots


def _untrusted(indication: AdESSubIndic | None, *, timestamp: bool = False) -> NotGenuine:
    """The sentence for an AdES indication (ETSI EN 319 102-1 § 5.1.3)."""
    if indication in {AdESFailure.HASH_FAILURE, AdESFailure.SIG_CRYPTO_FAILURE}:
        return NotGenuine(N_("The document was changed after it was signed."), _ASK)
    if indication is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND:
        if timestamp:
            return NotGenuine(N_("The document's timestamp comes from an authority that is not trusted."), _ASK)
        return NotGenuine(N_("The document was signed with a certificate that is not trusted."), _ASK)
    if indication in {
        AdESFailure.REVOKED,
        AdESIndeterminate.REVOKED_NO_POE,
        AdESIndeterminate.REVOKED_CA_NO_POE,
    }:
        return NotGenuine(N_("The certificate that the document was signed with had been revoked."), _ASK)
    if indication in {
        AdESIndeterminate.TRY_LATER,
        AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE,
        AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE,  # what pyHanko says when there is no revocation data
    }:
        return NotGenuine(N_("The document does not show that its certificates were valid and not revoked."), _ASK)
    if indication in {
        AdESFailure.NOT_YET_VALID,
        AdESIndeterminate.EXPIRED,
        AdESIndeterminate.NOT_YET_VALID,
        AdESIndeterminate.OUT_OF_BOUNDS_NO_POE,
        AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED,
    }:
        return NotGenuine(N_("A certificate had run out, or was not valid yet, when it was used."), _ASK)
    if timestamp:
        return NotGenuine(N_("The document's timestamp is not valid."), _ASK)
    return NotGenuine(N_("The signature is not valid."), _ASK)


# What the signed letter carries


def _attachments(signature: EmbeddedPdfSignature) -> dict[str, bytes]:
    """The attached files of the revision that was signed (ISO 32000-1 § 7.11.4), names in any order."""
    signed = signature.reader.get_historical_resolver(signature.signed_revision)
    names = signed.root.get("/Names", {})
    found: dict[str, bytes] = {}
    waiting = [names["/EmbeddedFiles"]] if "/EmbeddedFiles" in names else []
    seen = 0
    while waiting:
        node = waiting.pop()
        seen += 1
        leaves = node.get("/Names", [])
        if seen > MAX_ATTACHMENTS or len(leaves) % 2 or len(leaves) > 2 * MAX_ATTACHMENTS:
            raise ValueError(seen)
        for number in range(1, len(leaves), 2):
            specification = leaves[number]  # by number, so that a reference is followed
            name, stream = str(specification["/UF"]), specification["/EF"]["/F"]
            if name in found or not isinstance(stream, generic.StreamObject):
                raise ValueError(seen)
            found[name] = bytes(stream.data)
        waiting += node.get("/Kids", [])
    return found
