"""A small certificate authority for trials: certificates, revocation lists, a signer and a timestamp
authority.

Everything is P-256, because a chain is checked at each signature and RSA would take most of the time. What it
does not do: keep anything. `sigill.adapters.keys` holds the files.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.attributes import SigningCertificateV2Provider
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sigill.ports import Clock

T = TypeVar("T", bound=core.Asn1Value)

_DAY = dt.timedelta(days=1)
_YEAR = 365 * _DAY
_CRL_LIFE = 30 * _DAY


class Profile(NamedTuple):
    """What a certificate is for.

    Args:
        years: how long it is valid.
        spare: how many years it must have left whenever it is used; else it is renewed, with the same key. A
            timestamp is worth no more than the time its certificate has left.
        ca: whether it may issue, and how many issuers may stand below it (None: not at all).
        timestamping: whether it is a timestamp authority's.
    """

    years: int
    spare: float = 60 / 365
    ca: int | None = None
    timestamping: bool = False


ROOT = Profile(50, ca=1)
ISSUING = Profile(45, ca=0)
TIMESTAMPS = Profile(12, spare=10, timestamping=True)
E_SEAL = Profile(5)
PERSON = Profile(2)


class Pair:
    """A private key with its certificate, both ways of parsing it."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self.key = key
        self.certificate = certificate
        self.asn1 = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))

    def fits(self, name: str, profile: Profile, issuer: "Pair", now: dt.datetime) -> bool:
        """Whether it is this name's and lasts as long beyond `now` as it should, or as its issuer can give."""
        names = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        needed = min(now + profile.spare * _YEAR, issuer.certificate.not_valid_after_utc - _DAY)
        in_time = self.certificate.not_valid_before_utc <= now and needed <= self.certificate.not_valid_after_utc
        return in_time and names[0].value == name[:64]


def subject_of(organisation: str, name: str) -> x509.Name:
    """The distinguished name of somebody in an organisation."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),  # RFC 5280 appendix A: ub-common-name
        ]
    )


def issue(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: Pair | None,
    profile: Profile,
    now: dt.datetime,
) -> x509.Certificate:
    """A certificate (RFC 5280), signed by `issuer` or by itself."""
    now = now.astimezone(dt.UTC).replace(microsecond=0)
    until = now + profile.years * _YEAR
    if issuer is not None:
        until = min(until, issuer.certificate.not_valid_after_utc)
    is_ca = profile.ca is not None
    issuer_key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(is_ca, profile.ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca,
                content_commitment=not is_ca and not profile.timestamping,
                key_cert_sign=is_ca,
                crl_sign=is_ca,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if profile.timestamping:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def revocation_list(issuer: Pair, now: dt.datetime, revoked: Mapping[str, int]) -> x509.CertificateRevocationList:
    """A revocation list of `issuer` (RFC 5280 § 5). `revoked`: serial number to Unix time."""
    now = now.astimezone(dt.UTC).replace(microsecond=0)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + _CRL_LIFE)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    for serial, when in revoked.items():
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(int(serial))
            .revocation_date(dt.datetime.fromtimestamp(when, dt.UTC))
            .build()
        )
    return builder.sign(issuer.key, hashes.SHA256())


def half_life(one: x509.CertificateRevocationList) -> dt.datetime:
    """When half of a revocation list's time has passed."""
    end = one.next_update_utc
    return one.last_update_utc if end is None else one.last_update_utc + (end - one.last_update_utc) / 2


def settled(value: T) -> T:
    """The same ASN.1 value, read back from its bytes.

    asn1crypto encodes a value that was put together from parts anew, parts and all, each time anybody asks for its
    bytes; one that was read keeps them.
    """
    again: T = type(value).load(value.dump())
    return again


class _Reference(SigningCertificateV2Provider):
    """The attribute that names the signer's certificate (RFC 5035), made once."""

    def __init__(self, certificate: asn1_x509.Certificate) -> None:
        super().__init__(certificate)
        self._value = settled(as_signing_certificate_v2(certificate))

    async def build_attr_value(self, dry_run: bool = False) -> tsp.SigningCertificateV2:  # noqa: ARG002
        return self._value


class SoftwareSigner(Signer):
    """A pyHanko signer that keeps its key loaded."""

    def __init__(self, pair: "Pair", registry: SimpleCertificateStore) -> None:
        super().__init__(
            signing_cert=pair.asn1,
            cert_registry=registry,
            embed_roots=False,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self._key = pair.key
        self._reference = _Reference(pair.asn1)

    def _signed_attr_providers(self, *args: Any, **kw: Any) -> Any:
        for one in super()._signed_attr_providers(*args, **kw):
            yield self._reference if isinstance(one, SigningCertificateV2Provider) else one

    async def signed_attrs(self, *args: Any, **kw: Any) -> cms.CMSAttributes:
        return settled(await super().signed_attrs(*args, **kw))

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError(digest_algorithm)
        return bytes(72) if dry_run else self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class LocalTimeStamper(TimeStamper):
    """A timestamp authority in the same process (RFC 3161), with an elliptic-curve key and the house's clock.

    pyHanko's own local timestamper knows only RSA and the system's clock.
    """

    POLICY = "2.25.229879581338620078586762153103644953874"

    def __init__(self, pair: "Pair", chain: Sequence[asn1_x509.Certificate], clock: Clock) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.pair = pair
        self._chain = list(chain)
        self._clock = clock
        certificate = pair.asn1
        self._reference = settled(
            simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(certificate))  # type: ignore[no-untyped-call]
        )
        self._sid = settled(
            cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                    )
                }
            )
        )

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        certificate = self.pair.asn1
        info: dict[str, Any] = {
            "version": "v1",
            "policy": self.POLICY,
            "message_imprint": req["message_imprint"],
            "serial_number": int.from_bytes(secrets.token_bytes(8), "big") | 1 << 63,
            "gen_time": self._clock.now().astimezone(dt.UTC).replace(microsecond=0),
            "accuracy": tsp.Accuracy({"seconds": 1}),
            "tsa": asn1_x509.GeneralName(name="directory_name", value=certificate.subject),
        }
        if req["nonce"].native is not None:
            info["nonce"] = req["nonce"]
        content = tsp.TSTInfo(info).dump()
        signed_attributes = settled(
            cms.CMSAttributes(
                [
                    simple_cms_attribute("content_type", "tst_info"),  # type: ignore[no-untyped-call]
                    simple_cms_attribute("message_digest", hashlib.sha256(content).digest()),  # type: ignore[no-untyped-call]
                    self._reference,
                ]
            )
        )
        signature = self.pair.key.sign(signed_attributes.dump(), ec.ECDSA(hashes.SHA256()))
        digest = algos.DigestAlgorithm({"algorithm": "sha256"})
        signer = settled(
            cms.SignerInfo(
                {
                    "version": "v1",
                    "sid": self._sid,
                    "digest_algorithm": digest,
                    "signed_attrs": signed_attributes,
                    "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                    "signature": signature,
                }
            )
        )
        signed = settled(
            cms.SignedData(
                {
                    "version": "v3",
                    "digest_algorithms": [digest],
                    "encap_content_info": {
                        "content_type": "tst_info",
                        "content": core.ParsableOctetString(content),
                    },
                    "certificates": [certificate, *self._chain],
                    "signer_infos": [signer],
                }
            )
        )
        return tsp.TimeStampResp(
            {
                "status": tsp.PKIStatusInfo({"status": "granted"}),
                "time_stamp_token": cms.ContentInfo({"content_type": "signed_data", "content": signed}),
            }
        )
