"""Checks a finished decision from outside: the file and public keys are all it takes.

A document is genuine only when everything holds at once:

    (1) it is signed, stamped and unaltered                                     sigill.sign.validate
    (2) it carries a proof, and the proof's event stands in the log             sigill.log.proof
    (3) the event is the issue of a decision, and this very file is what it is about
    (4) a notification carries exactly one identity record, signed by the authority's record key, and it is the one
        that was logged: whoever decided was fixed on that day and can be named by a court, but by nobody else

A court's bundle is checked by `check_court`: both letters, and all eight openings of the identity record.

What it does not do: it opens no connection, it says nothing about the case or the persons, and it cannot know that
the authority keeps a second log (witnesses' signatures on checkpoints are for that; the trust file may ask for them).
"""

import binascii
import datetime as dt
import enum
import hashlib
import json
import re
from base64 import b32encode, urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec
from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from sigill.decision.stages import Identity
from sigill.errors import N_, BadInput, NotGenuine
from sigill.log import proof
from sigill.log.checkpoint import open_checkpoint, parse_vkey
from sigill.seal import bundle
from sigill.seal.hand import verify_hand
from sigill.seal.identity import open_in_court, read_identity
from sigill.sign.field import IDENTITY_ATTACHMENT
from sigill.sign.validate import Validation, validate

MAX_TRUST = 1 << 20
_SIGNATURE = re.compile(rb"/Contents\s*<([0-9a-fA-F]{64,})>")

_ASK = N_("Do not rely on it. Ask the board for the document again.")


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom a check believes: the public side of one authority.

    Args:
        municipality: whose documents these are; must be the organisation in the signer's certificate.
        roots: root certificates, DER.
        log_origin, log_key: the log's name and Ed25519 key, 32 bytes.
        record_keys: key id → P-256 public key of the record seal, uncompressed point, 65 bytes.
        witnesses: name → Ed25519 key of those who cosign the log; `quorum`: how many of them must have.
        issued_for: what the keys are for, in the authority's own words; empty for real use.
        hands: root certificates, DER, under which handlers sign drafts; believed for nothing else.
    """

    municipality: str
    roots: tuple[bytes, ...]
    log_origin: str
    log_key: bytes
    record_keys: Mapping[str, bytes]
    witnesses: Mapping[str, bytes] = field(default_factory=dict)
    quorum: int = 0
    issued_for: str = ""
    hands: tuple[bytes, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> "Trust":
        """Read a trust file (JSON). Nothing unknown, nothing twice, nothing missing.

        Raises:
            BadInput: it is no trust file, or a key in it cannot be used; says which.
        """
        if len(data) > MAX_TRUST:
            raise _no_trust("")
        try:
            plain = json.loads(data, object_pairs_hook=_once)
            found = msgspec.convert(plain, _TrustFile)
        except (ValueError, RecursionError, msgspec.ValidationError):
            raise _no_trust("") from None
        roots = tuple(_root(pem) for pem in found.ca)
        log = parse_vkey(found.log.vkey)
        if log.name != found.log.origin or log.witness:
            raise _no_trust("log")
        record_keys = {jwk.kid: _point(jwk) for jwk in found.record_seal}
        witnesses = [parse_vkey(text) for text in found.witnesses]
        named = {one.name: one.public_key for one in witnesses if one.witness}
        if len(record_keys) != len(found.record_seal):
            raise _no_trust("record_seal")
        if len(named) != len(found.witnesses) or found.quorum > len(named):
            raise _no_trust("witnesses")
        return cls(
            municipality=found.municipality,
            roots=roots,
            log_origin=found.log.origin,
            log_key=log.public_key,
            record_keys=record_keys,
            witnesses=named,
            quorum=found.quorum,
            issued_for=found.issued_for,
            hands=tuple(_root(pem) for pem in found.hands),
        )


def fingerprint(data: bytes) -> str:
    """A trust file's fingerprint, to be read aloud: 160 bits as eight groups of four letters and digits.

    Taken over the content, not its layout, so that a file saved anew keeps it. Two persons who read the same
    fingerprint hold the same keys (SHA-256 cut to 160 bits; RFC 4648 § 6 has neither 0 nor 1).

    Raises:
        BadInput: it is no trust file.
    """
    Trust.parse(data)
    canonical = json.dumps(json.loads(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text = b32encode(hashlib.sha256(canonical).digest()[:20]).decode("ascii").lower()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


@dataclass(frozen=True, slots=True)
class Checked:
    """What a genuine document tells everybody. Nothing about the case, nobody's name.

    Args:
        kind: what was shown: the letter to the party, or the decision record.
        signer_kind: signed by a person, or sealed by the organisation.
        signed_at: as the signature's timestamp vouches for.
        logged_at: as the log's event says.
        log_index: the entry's place in the log, from 0; `log_size`: the log's size when the proof was made.
        witnesses: the known ones that have seen the log as it then was.
    """

    kind: Literal["notification", "record"]
    municipality: str
    signer_kind: Literal["person", "organisation"]
    signed_at: dt.datetime
    logged_at: dt.datetime
    log_origin: str
    log_index: int
    log_size: int
    witnesses: tuple[str, ...] = ()


def check(
    pdf: bytes,
    trust: Trust,
    *,
    at: dt.datetime | None = None,
    newer: bytes | None = None,
    known: Sequence[str] = (),
) -> Checked:
    """Is this document genuine, unaltered, and was its issue logged?

    Args:
        pdf: the finished file.
        trust: the authority's public keys.
        at: the time of the check, with a time zone; now, if not given.
        newer: a newer proof from the log, for a letter that left while too few witnesses answered.
        known: checkpoints of the log that the reader has from elsewhere (from a witness, another reader, an earlier
            letter): a log that shows different readers different entries is found out where sizes are the same.

    Raises:
        BadInput: the file is no PDF.
        NotGenuine: with the reason; each thing that can be wrong has its own.
    """
    valid = validate(pdf, trust.roots, at=at)  # (1)
    if valid.organisation != trust.municipality:
        raise NotGenuine(N_("The document was signed for another organisation."), _ASK)
    if not valid.proof:
        raise NotGenuine(
            N_("The document carries no proof that its issue was logged."),
            N_("Ask the board whether it issued the document."),
        )
    logged = proof.verify(  # (2)
        valid.proof,
        trust.log_origin,
        trust.log_key,
        witnesses=trust.witnesses,
        quorum=trust.quorum,
        newer=newer,
    )
    _require_one_log(logged, known, trust)
    digests: Mapping[str, str] = logged.event["digests"]
    kind = _kind(logged.event["kind"], digests, valid.logged_bytes)  # (3)
    _require_identity(kind, valid, digests, trust)  # (4)
    return Checked(
        kind=kind,
        municipality=trust.municipality,
        signer_kind="organisation" if valid.common_name == valid.organisation else "person",
        signed_at=valid.signed_at,
        logged_at=dt.datetime.fromisoformat(logged.event["at"]),
        log_origin=trust.log_origin,
        log_index=logged.index,
        log_size=logged.size,
        witnesses=logged.witnesses,
    )


def _require_one_log(logged: proof.VerifiedEntry, known: Sequence[str], trust: Trust) -> None:
    for note in known:
        other = open_checkpoint(note, trust.log_origin, trust.log_key)
        if other.size == logged.size and other.root != logged.root:
            raise NotGenuine(
                N_("The authority has signed two different logs of the same size."),
                N_("Keep the document and the checkpoint: together they prove it. Tell the supervisory authority."),
            )


@dataclass(frozen=True, slots=True, repr=False)
class CourtChecked:
    """What a court knows after opening all eight slots.

    Args:
        notification, record: both genuine, and of one and the same logged decision.
        identities: the withheld persons; there is no second list of them. Each signed the draft with an own hand.
        drafts: SHA-256 of the drafts they signed, hex; one, unless nobody was withheld.
    """

    notification: Checked
    record: Checked
    identities: tuple[Identity, ...]
    drafts: tuple[str, ...]


def check_court(bundle_zip: bytes, trust: Trust, *, at: dt.datetime | None = None) -> CourtChecked:
    """Are record, notification and openings of one decision, and is there exactly one identity?

    Args:
        bundle_zip: what `sigill bundle` left.
        trust: the authority's public keys.
    Raises:
        BadInput: it is no bundle.
        NotGenuine: either letter is not genuine, they are of two decisions, not all eight slots open to one list of
            persons, it is not the list committed to before signing, or a person's own signature is missing or wrong.
    """
    held = bundle.unpack(bundle_zip)
    notification, record = check(held.notification_pdf, trust, at=at), check(held.record_pdf, trust, at=at)
    if (notification.kind, record.kind) != ("notification", "record"):
        raise NotGenuine(N_("The bundle does not hold one notification and one record."), _ASK)
    if notification.log_index != record.log_index:
        raise NotGenuine(N_("Notification and record are of two different decisions."), _ASK)
    # The identity record stands in the signed notification, and its digest in the log: committed before signing.
    jwt = validate(held.notification_pdf, trust.roots, at=at).attachments[IDENTITY_ATTACHMENT].decode("ascii")
    identities = open_in_court(jwt, held.openings, trust.record_keys)
    for one in identities:
        verify_hand(one, trust.hands, record.signed_at)
    drafts = tuple(sorted({one.hand.draft_sha256 for one in identities if one.hand}))
    if len(drafts) > 1:
        raise NotGenuine(N_("The persons have signed two different drafts."), _ASK)
    return CourtChecked(notification, record, identities, drafts)


class Verdict(enum.StrEnum):
    """What somebody who found a document on the internet wants to know."""

    GENUINE = "genuine"
    ALTERED = "altered"
    UNKNOWN = "unknown"


def verdict(pdf: bytes, trust: bytes) -> Verdict:
    """A document in one word: genuine, altered (it bears a certificate of ours and is not as we issued it), or unknown.

    Args:
        pdf: any bytes. trust: the authority's trust file.
    Raises:
        BadInput: the trust file cannot be used. Of the document nothing is raised.
    """
    ours = Trust.parse(trust)
    try:
        check(pdf, ours)
    except (NotGenuine, BadInput):
        return Verdict.ALTERED if _bears_our_certificate(pdf, ours) else Verdict.UNKNOWN
    return Verdict.GENUINE


def _bears_our_certificate(pdf: bytes, ours: Trust) -> bool:
    """Whether a signature in the file brings a certificate that one of our roots, or an issuer under it, has signed."""
    roots = [x509.load_der_x509_certificate(one) for one in ours.roots]
    for found in _SIGNATURE.finditer(pdf):
        try:
            # The reserved space after the signature is filled with zeros; DER says itself where it ends.
            content = cms.ContentInfo.load(bytes.fromhex(found[1].decode("ascii")))
            brought = [x509.load_der_x509_certificate(one.dump()) for one in content["content"]["certificates"]]
        except (ValueError, TypeError, KeyError):
            continue
        if any(_issued(one, issuer) for one in brought for issuer in roots):
            return True
    return False


def _issued(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _kind(event: str, digests: Mapping[str, str], content: bytes) -> Literal["notification", "record"]:
    if event != "issued":
        raise NotGenuine(N_("The logged event is not the issue of a decision."), _ASK)
    digest = hashlib.sha256(content).hexdigest()
    if digests.get("notification") == digest:
        return "notification"
    if digests.get("record") == digest:
        return "record"
    raise NotGenuine(N_("The log's proof is about another document."), _ASK)


def _require_identity(kind: str, valid: Validation, digests: Mapping[str, str], trust: Trust) -> None:
    if kind == "record":
        if valid.attachments:
            raise NotGenuine(N_("The decision record carries an attachment that it should not have."), _ASK)
        return
    if set(valid.attachments) != {IDENTITY_ATTACHMENT}:
        raise NotGenuine(N_("The notification does not carry its identity record, or carries more than it."), _ASK)
    identity = valid.attachments[IDENTITY_ATTACHMENT]
    if hashlib.sha256(identity).hexdigest() != digests.get("identity"):
        raise NotGenuine(N_("The identity record is another than the one that was logged."), _ASK)
    try:
        text = identity.decode("ascii")
    except UnicodeDecodeError:
        raise NotGenuine(N_("The identity record cannot be read."), _ASK) from None
    read_identity(text, trust.record_keys)


# The trust file


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base: nothing unknown."""


_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


_Coordinate = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]  # RFC 7518 § 6.2.1.2: 32 bytes


class _Log(_Part, frozen=True):
    origin: _Text
    vkey: _Text


class _Jwk(_Part, frozen=True):
    kty: Literal["EC"]
    crv: Literal["P-256"]
    kid: _Text
    x: _Coordinate
    y: _Coordinate
    alg: Literal["ES256"] = "ES256"


class _TrustFile(_Part, frozen=True):
    schema: Literal[1]
    municipality: _Text
    ca: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=65_536)], ...], msgspec.Meta(min_length=1)]
    log: _Log
    record_seal: Annotated[tuple[_Jwk, ...], msgspec.Meta(min_length=1)]
    witnesses: tuple[_Text, ...] = ()
    quorum: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    issued_for: str = ""
    hands: tuple[Annotated[str, msgspec.Meta(max_length=65_536)], ...] = ()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("twice")
    return found


def _root(pem: str) -> bytes:
    try:
        root = x509.load_pem_x509_certificate(pem.encode())
        if not root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            raise _no_trust("ca")
    except (ValueError, x509.ExtensionNotFound):
        raise _no_trust("ca") from None
    return root.public_bytes(Encoding.DER)


def _point(jwk: _Jwk) -> bytes:
    try:
        point = b"\x04" + urlsafe_b64decode(jwk.x + "=") + urlsafe_b64decode(jwk.y + "=")
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, binascii.Error):
        raise _no_trust("record_seal") from None
    return point


def _no_trust(place: str) -> BadInput:
    return BadInput(
        N_("This is not a trust file, or a key in it cannot be used."),
        N_("Fetch the municipality's trust file again."),
        place=place,
    )
