"""All keys of a house as files in one folder, unprotected: for trying out, for demonstrations and for tests.

    FOLDER/                 mode 0700, every file 0600
      README.txt            says that these keys protect nothing
      house.json            organisation, log origin; written last
      ca/                   root, issuing CA, timestamp authority, e-seal: NAME.key, NAME.pem; *.crl; revoked.json
      people/               one signing key and certificate per person, under a hash
      record.key log.key    ES256 and Ed25519
      retention/            one key per deletion month, with its check value
      custodians/NAME.key   X25519 private halves: a real house has none of these on the server
      custodians.json       their public halves

What it does: makes all of it on first use, all or nothing, also with two processes starting at once or one killed
in between; afterwards a file that is missing is said to be missing and never made anew, because a new key would not
fit what the old one sealed. Certificates are X.509 under an own root that nobody else trusts; the timestamp authority
takes its time from the clock it is given.

What it does not do: protect anything. Whoever reads the folder can sign as anybody. A real house keeps its keys in
hardware (PKCS#11) or with a trust service (CSC), behind the same ports.
"""

import base64
import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from asn1crypto import algos, cms, core, tsp
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sigill.errors import N_, BadInput, Refused
from sigill.log.checkpoint import vkey
from sigill.ports import Clock

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
CUSTODIANS = ("registrator", "jurist", "sakerhetsansvarig")
QUORUM = 2

_DAY = dt.timedelta(days=1)
_YEAR = 365 * _DAY
_CRL_LIFE = 30 * _DAY
_RENEW_BEFORE = 60 * _DAY
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z", re.ASCII)
_CUSTODIAN = re.compile(r"[a-z][a-z0-9-]{0,39}\Z", re.ASCII)
_README = """These keys protect nothing. They were made by Sigill's unsafe software key store, for trials and tests.
Whoever can read this folder can sign as anybody, issue certificates, write the log and open sealed records.
Do not use them for real decisions. Do not copy them anywhere.
"""

K = TypeVar("K")

_made_threads = threading.Lock()
_warned = False


class UnsafeKeysWarning(UserWarning):
    """The keys of this house lie in plain files. Never for real decisions."""


class _Profile(NamedTuple):
    """What a certificate is for.

    Args:
        years: how long it is valid.
        ca: whether it may issue, and how many issuers may stand below it (None: not at all).
        timestamping: whether it is a timestamp authority's.
    """

    years: int
    ca: int | None = None
    timestamping: bool = False


_ROOT = _Profile(30, ca=1)
_ISSUING = _Profile(20, ca=0)
_TIMESTAMPS = _Profile(12, timestamping=True)
_E_SEAL = _Profile(5)
_PERSON = _Profile(2)


@dataclass(frozen=True, slots=True, repr=False)
class SoftwareCredential:
    """A key with its certificates (implements `sigill.ports.Credential`).

    Args:
        common_name: what the certificate prints.
        pyhanko: the signer for pyHanko.
    """

    common_name: str
    pyhanko: Signer


class UnsafeSoftwareKeys:
    """Implements the ports Signers, RecordKey (`record`), LogKey (`log`) and Custodians with plain files.

    Args:
        folder: where the keys lie; made on first use, must then not exist or be empty.
        clock: whose time stands in certificates, revocation lists and timestamps.
        organisation: whose seal it is, for instance the board's full name; kept at first use.
        log_origin: the log's name in checkpoints; kept at first use. Without it, one is derived.
        custodians: ids of the custodians, at first use.

    Raises:
        BadInput: a file is missing or unreadable, or the folder belongs to another organisation.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        organisation: str,
        *,
        log_origin: str | None = None,
        custodians: Sequence[str] = CUSTODIANS,
    ) -> None:
        _warn_once()
        self._folder = folder
        self._clock = clock
        self._lock = threading.RLock()
        if not (folder / "house.json").exists():
            _make_house(folder, clock.now(), organisation, log_origin or _origin(organisation), custodians)
        self._house = _read_json(folder / "house.json")
        if self._house.get("schema") != 1 or self._house.get("organisation") != organisation:
            raise BadInput(
                N_("The keys belong to another organisation."),
                N_("Name the folder of this organisation's keys."),
                place=str(folder / "house.json"),
            )
        ca = folder / "ca"
        self._root = _load(ca, "root")
        self._issuing = _load(ca, "issuing")
        self.record = SoftwareRecordKey(_read_key(folder / "record.key", ec.EllipticCurvePrivateKey))
        self.log = SoftwareLogKey(
            str(self._house["log_origin"]), _read_key(folder / "log.key", ed25519.Ed25519PrivateKey)
        )
        self._custodians = {
            name: _unb64(public) for name, public in _read_json(folder / "custodians.json")["x25519"].items()
        }
        self._credentials: dict[str, tuple[_Pair, SoftwareCredential]] = {}
        self._stamper: LocalTimeStamper | None = None
        self._crls: tuple[bytes, ...] = ()
        self._crls_until = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._parsed_crls: list[asn1_crl.CertificateList] = []
        _read_key(ca / "e-seal.key", ec.EllipticCurvePrivateKey)
        _read_key(ca / "tsa.key", ec.EllipticCurvePrivateKey)

    # Signers

    def for_person(self, name: str, staff_id: str | None) -> SoftwareCredential:
        """The signing credential of a person; issued on first use, and anew when it is about to run out."""
        label = hashlib.sha256(json.dumps([staff_id, name]).encode()).hexdigest()[:32]
        return self._credential(self._folder / "people", label, name, _PERSON)

    def e_seal(self) -> SoftwareCredential:
        """The organisation's own credential."""
        return self._credential(self._folder / "ca", "e-seal", str(self._house["organisation"]), _E_SEAL)

    def timestamper(self) -> "LocalTimeStamper":
        """The local timestamp authority."""
        with self._lock:
            pair = self._current(self._folder / "ca", "tsa", "Tidsstämpling (TEST)", _TIMESTAMPS)
            if self._stamper is None or self._stamper.pair is not pair:
                self._stamper = LocalTimeStamper(pair, [self._issuing.asn1], self._clock)
            return self._stamper

    def validation_context(self) -> ValidationContext:
        """Trust in the local root, with revocation lists that are younger than half their life."""
        self._refresh_crls()
        return ValidationContext(
            trust_roots=[self._root.asn1],
            other_certs=[self._issuing.asn1],
            moment=self._clock.now(),
            crls=self._parsed_crls,
            allow_fetching=False,
            revocation_mode="hard-fail",
        )

    def revoke_person(self, name: str, staff_id: str | None) -> None:
        """Put a person's certificate on the revocation list; nothing signed from then on validates."""
        serial = self.for_person(name, staff_id).pyhanko.signing_cert.serial_number
        with self._lock, _exclusive(self._folder / "ca" / ".lock"):
            path = self._folder / "ca" / "revoked.json"
            revoked = _read_json(path)
            revoked.setdefault(str(serial), int(self._clock.now().timestamp()))
            _write(path, json.dumps(revoked, indent=1).encode())
            self._write_crls()

    # Custodians

    def public_keys(self) -> Mapping[str, bytes]:
        """Custodian id → X25519 public key, 32 bytes."""
        return dict(self._custodians)

    @property
    def quorum(self) -> int:
        """How many custodians must act together."""
        return min(QUORUM, len(self._custodians))

    def retention_key(self, month: str) -> bytes:
        """The key of a deletion month, 32 bytes, made on first use.

        Raises:
            BadInput: no month, or the key was made once and its file is gone without having been deleted.
            Refused: the month's key has been deleted.
        """
        if not _MONTH.match(month):
            raise BadInput(N_("This is not a month."), N_("Write it as year and month, like 2031-11."), place=month)
        folder = self._folder / "retention"
        with self._lock, _exclusive(folder / ".lock"):
            key, made, deleted = (folder / f"{month}.{kind}" for kind in ("key", "made", "deleted"))
            if deleted.exists():
                raise Refused(
                    N_("The key of this month has been deleted; what was sealed under it is gone for ever."),
                    place=month,
                )
            if not key.exists():
                if made.exists():
                    raise _missing(key)
                _write(key, secrets.token_bytes(32))
            secret = _read(key)
            check = hashlib.sha256(b"sigill retention key\x00" + secret).hexdigest().encode()
            if not made.exists():
                _write(made, check)
            if len(secret) != 32 or _read(made) != check:
                raise _damaged(key)
            return secret

    def delete_retention_key(self, month: str) -> None:
        """Delete the key of a deletion month: what was sealed under it can never be opened again."""
        self.retention_key(month)
        folder = self._folder / "retention"
        with self._lock, _exclusive(folder / ".lock"):
            _write(folder / f"{month}.deleted", b"")
            (folder / f"{month}.key").unlink(missing_ok=True)
            _sync_folder(folder)

    def custodian_key(self, name: str) -> bytes:
        """A custodian's private key, 32 bytes; only where this folder plays the custodian too.

        Raises:
            BadInput: no such custodian, or the file is gone.
        """
        if name not in self._custodians:
            raise BadInput(N_("There is no custodian of that name."), N_("See custodians.json."), place=name)
        return read_custodian_key(self._folder / "custodians" / f"{name}.key")

    # Trust

    def trust(self) -> bytes:
        """The public side of this house, as the trust file that `sigill check` reads (JSON)."""
        trust = {
            "schema": 1,
            "municipality": self._house["organisation"],
            "issued_for": "test only",
            "ca": [self._root.certificate.public_bytes(serialization.Encoding.PEM).decode()],
            "log": {"origin": self.log.origin, "vkey": vkey(self.log.origin, self.log.public_bytes())},
            "record_seal": [self.record.jwk()],
        }
        return json.dumps(trust, indent=2, ensure_ascii=False).encode() + b"\n"

    # Inside

    def _credential(self, folder: Path, label: str, name: str, profile: _Profile) -> SoftwareCredential:
        with self._lock:
            pair = self._current(folder, label, name, profile)
            known = self._credentials.get(label)
            if known is None or known[0] is not pair:
                store = SimpleCertificateStore()
                store.register_multiple([self._root.asn1, self._issuing.asn1])
                known = (pair, SoftwareCredential(name, _SoftwareSigner(pair, store)))
                self._credentials[label] = known
            return known[1]

    def _current(self, folder: Path, label: str, name: str, profile: _Profile) -> "_Pair":
        """Key and certificate, from memory or disk; made or renewed where allowed."""
        now = self._clock.now()
        if label in self._credentials and self._credentials[label][0].fits(now, name):
            return self._credentials[label][0]
        if label == "tsa" and self._stamper is not None and self._stamper.pair.fits(now, name):
            return self._stamper.pair
        with _exclusive(folder / ".lock"):
            key_file, pem_file = folder / f"{label}.key", folder / f"{label}.pem"
            if not key_file.exists():
                if pem_file.exists() or profile is not _PERSON:
                    raise _missing(key_file)
                _write_key(key_file, ec.generate_private_key(ec.SECP256R1()))
            key = _read_key(key_file, ec.EllipticCurvePrivateKey)
            if pem_file.exists():
                pair = _Pair(key, _read_certificate(pem_file))
                if pair.fits(now, name):
                    return pair
            elif profile is not _PERSON:
                raise _missing(pem_file)
            organisation = str(self._house["organisation"])
            certificate = _issue(_subject(organisation, name), key, self._issuing, profile, now)
            _write(pem_file, certificate.public_bytes(serialization.Encoding.PEM))
            return _Pair(key, certificate)

    def _refresh_crls(self) -> None:
        now = self._clock.now()
        with self._lock:
            if now < self._crls_until:
                return
            ca = self._folder / "ca"
            with _exclusive(ca / ".lock"):
                lists = [x509.load_der_x509_crl(_read(ca / f"{name}.crl")) for name in ("root", "issuing")]
                if any(_half_life(one) <= now or one.last_update_utc > now for one in lists):
                    self._write_crls()
                    return
            self._take_crls(lists)

    def _write_crls(self) -> None:
        revoked = _read_json(self._folder / "ca" / "revoked.json")
        lists = []
        for name, issuer in (("root", self._root), ("issuing", self._issuing)):
            made = _revocation_list(issuer, self._clock.now(), revoked if name == "issuing" else {})
            _write(self._folder / "ca" / f"{name}.crl", made.public_bytes(serialization.Encoding.DER))
            lists.append(made)
        self._take_crls(lists)

    def _take_crls(self, lists: list[x509.CertificateRevocationList]) -> None:
        self._crls_until = min(_half_life(one) for one in lists)
        self._parsed_crls = [
            asn1_crl.CertificateList.load(one.public_bytes(serialization.Encoding.DER)) for one in lists
        ]


class SoftwareRecordKey:
    """The record-seal key, ES256 (implements `sigill.ports.RecordKey`)."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        numbers = key.public_key().public_numbers()
        self._x, self._y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        # RFC 7638: the key's own thumbprint, so that no two keys share an id.
        canonical = json.dumps(
            {"crv": "P-256", "kty": "EC", "x": _b64url(self._x), "y": _b64url(self._y)},
            separators=(",", ":"),
            sort_keys=True,
        )
        self._key_id = _b64url(hashlib.sha256(canonical.encode()).digest())

    @property
    def key_id(self) -> str:
        """The key's thumbprint (RFC 7638), base64url."""
        return self._key_id

    def sign(self, data: bytes) -> bytes:
        """64 bytes, r and s, big-endian (RFC 7518 § 3.4)."""
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def public_bytes(self) -> bytes:
        """The uncompressed point, 65 bytes."""
        return b"\x04" + self._x + self._y

    def jwk(self) -> dict[str, str]:
        """The public key as a JWK (RFC 7517)."""
        return {
            "kty": "EC",
            "crv": "P-256",
            "alg": "ES256",
            "kid": self._key_id,
            "x": _b64url(self._x),
            "y": _b64url(self._y),
        }


class SoftwareLogKey:
    """The log key, Ed25519 (implements `sigill.ports.LogKey`)."""

    def __init__(self, origin: str, key: ed25519.Ed25519PrivateKey) -> None:
        self._origin = origin
        self._key = key
        self._public = key.public_key().public_bytes_raw()

    @property
    def origin(self) -> str:
        """The log's name, as it stands in checkpoints."""
        return self._origin

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(data)

    def public_bytes(self) -> bytes:
        """32 bytes."""
        return self._public


class LocalTimeStamper(TimeStamper):  # type: ignore[misc]
    """A timestamp authority in the same process (RFC 3161), with an elliptic-curve key and the house's clock.

    pyHanko's own local timestamper knows only RSA and the system's clock.
    """

    POLICY = "2.25.229879581338620078586762153103644953874"

    def __init__(self, pair: "_Pair", chain: Sequence[asn1_x509.Certificate], clock: Clock) -> None:
        super().__init__()
        self.pair = pair
        self._chain = list(chain)
        self._clock = clock

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
        signed_attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("message_digest", hashlib.sha256(content).digest()),
                simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(certificate)),
            ]
        )
        signature = self.pair.key.sign(signed_attributes.dump(), ec.ECDSA(hashes.SHA256()))
        digest = algos.DigestAlgorithm({"algorithm": "sha256"})
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    {
                        "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                            {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                        )
                    }
                ),
                "digest_algorithm": digest,
                "signed_attrs": signed_attributes,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                "signature": signature,
            }
        )
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [digest],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
                "certificates": [certificate, *self._chain],
                "signer_infos": [signer],
            }
        )
        return tsp.TimeStampResp(
            {
                "status": tsp.PKIStatusInfo({"status": "granted"}),
                "time_stamp_token": cms.ContentInfo({"content_type": "signed_data", "content": signed}),
            }
        )


class _SoftwareSigner(Signer):  # type: ignore[misc]
    """A pyHanko signer that keeps its key loaded."""

    def __init__(self, pair: "_Pair", registry: SimpleCertificateStore) -> None:
        super().__init__(
            signing_cert=pair.asn1,
            cert_registry=registry,
            embed_roots=False,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self._key = pair.key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError(digest_algorithm)
        return bytes(72) if dry_run else self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class _Pair:
    """A private key with its certificate, both ways of parsing it."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self.key = key
        self.certificate = certificate
        self.asn1 = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))

    def fits(self, now: dt.datetime, name: str) -> bool:
        """Whether it is this name's and lasts long enough beyond `now`."""
        names = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        until = self.certificate.not_valid_after_utc - _RENEW_BEFORE
        return now < until and self.certificate.not_valid_before_utc <= now and names[0].value == name[:64]


def read_custodian_key(path: Path) -> bytes:
    """A custodian's private key out of its file, 32 bytes.

    Raises:
        BadInput: the file is missing or is no such key.
    """
    found = _read_json(path)
    try:
        private = _unb64(found["private"])
        public = x25519.X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
        right = found["kind"] == "sigill custodian key" and _unb64(found["public"]) == public
    except (KeyError, TypeError, ValueError):
        raise _damaged(path) from None
    if not right:
        raise _damaged(path)
    return private


def _make_house(
    folder: Path, now: dt.datetime, organisation: str, log_origin: str, custodians: Sequence[str]
) -> None:
    """Make everything in a folder beside, then put it in place with one rename: all or nothing."""
    if not organisation.strip() or len(organisation) > 64:
        raise BadInput(N_("An organisation's name has 1 to 64 characters."), N_("Shorten it."))
    if not custodians or len(set(custodians)) != len(custodians) or not all(map(_CUSTODIAN.match, custodians)):
        raise BadInput(
            N_("Custodian ids are different short words of small letters, digits and hyphens."),
            N_("Choose other ids."),
        )
    parent = folder.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    with _exclusive(parent / f".{folder.name}.lock"):
        if (folder / "house.json").exists():
            return
        if folder.exists() and any(folder.iterdir()):
            raise _missing(folder / "house.json")
        for stale in parent.glob(f".{folder.name}.*.new"):  # from one killed in between; nobody else holds the lock
            shutil.rmtree(stale)
        fresh = parent / f".{folder.name}.{secrets.token_hex(8)}.new"
        try:
            for path in (fresh, *(fresh / name for name in ("ca", "people", "retention", "custodians"))):
                path.mkdir(mode=PRIVATE_FOLDER)
            _fill(fresh, now, organisation, custodians)
            house = {"schema": 1, "organisation": organisation, "log_origin": log_origin}
            _write(fresh / "house.json", json.dumps(house, indent=1).encode())
            fresh.rename(folder)
            _sync_folder(parent)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _fill(fresh: Path, now: dt.datetime, organisation: str, custodians: Sequence[str]) -> None:
    ca = fresh / "ca"
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = _subject(organisation, "Sigill rot (TEST)")
    root = _Pair(root_key, _issue(root_name, root_key, None, _ROOT, now))
    issuing_key = ec.generate_private_key(ec.SECP256R1())
    issuing_name = _subject(organisation, "Sigill utfärdare (TEST)")
    issuing = _Pair(issuing_key, _issue(issuing_name, issuing_key, root, _ISSUING, now))
    pairs = {"root": root, "issuing": issuing}
    for label, name, profile in (
        ("tsa", "Tidsstämpling (TEST)", _TIMESTAMPS),
        ("e-seal", organisation, _E_SEAL),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        pairs[label] = _Pair(key, _issue(_subject(organisation, name), key, issuing, profile, now))
    for label, pair in pairs.items():
        _write_key(ca / f"{label}.key", pair.key)
        _write(ca / f"{label}.pem", pair.certificate.public_bytes(serialization.Encoding.PEM))
    _write(ca / "revoked.json", b"{}")
    for label in ("root", "issuing"):
        made = _revocation_list(pairs[label], now, {})
        _write(ca / f"{label}.crl", made.public_bytes(serialization.Encoding.DER))
    _write_key(fresh / "record.key", ec.generate_private_key(ec.SECP256R1()))
    _write_key(fresh / "log.key", ed25519.Ed25519PrivateKey.generate())
    public = {}
    for custodian in custodians:
        private = x25519.X25519PrivateKey.generate()
        public[custodian] = _b64(private.public_key().public_bytes_raw())
        one = {
            "kind": "sigill custodian key",
            "custodian": custodian,
            "public": public[custodian],
            "private": _b64(private.private_bytes_raw()),
        }
        _write(fresh / "custodians" / f"{custodian}.key", json.dumps(one, indent=1).encode())
    _write(fresh / "custodians.json", json.dumps({"schema": 1, "x25519": public}, indent=1).encode())
    _write(fresh / "README.txt", _README.encode())


def _subject(organisation: str, name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),  # RFC 5280 appendix A: ub-common-name
        ]
    )


def _issue(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: _Pair | None,
    profile: _Profile,
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
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
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
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    return builder.sign(issuer_key, hashes.SHA256())


def _revocation_list(
    issuer: _Pair, now: dt.datetime, revoked: Mapping[str, int]
) -> x509.CertificateRevocationList:
    now = now.astimezone(dt.UTC).replace(microsecond=0)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + _CRL_LIFE)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
    )
    for serial, when in revoked.items():
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(int(serial))
            .revocation_date(dt.datetime.fromtimestamp(when, dt.UTC))
            .build()
        )
    return builder.sign(issuer.key, hashes.SHA256())


def _half_life(one: x509.CertificateRevocationList) -> dt.datetime:
    end = one.next_update_utc
    return one.last_update_utc if end is None else one.last_update_utc + (end - one.last_update_utc) / 2


def _origin(organisation: str) -> str:
    plain = organisation.casefold().translate(str.maketrans("åäöé", "aaoe"))
    return "-".join(re.findall(r"[a-z0-9]+", plain)) + ".example/sigill"


def _warn_once() -> None:
    global _warned  # noqa: PLW0603 - once a process is what "once" means here
    with _made_threads:
        if _warned:
            return
        _warned = True
    warnings.warn(
        "signing keys lie in plain files: for trials and tests only, never for real decisions",
        UnsafeKeysWarning,
        stacklevel=3,
    )


# Files


@contextlib.contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Hold `path` alone across processes; the kernel lets go when the holder dies."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(path: Path, data: bytes) -> None:
    """Write a private file whole or not at all, also when killed in between."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    finally:
        fresh.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> None:
    _write(
        path,
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _missing(path) from None
    except OSError:
        raise _damaged(path) from None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_read(path))
    except ValueError:
        raise _damaged(path) from None
    if not isinstance(found, dict):
        raise _damaged(path)
    return found


def _read_key(path: Path, kind: type[K]) -> K:
    try:
        key = serialization.load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError):
        raise _damaged(path) from None
    if not isinstance(key, kind):
        raise _damaged(path)
    return key


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_read(path))
    except ValueError:
        raise _damaged(path) from None


def _load(folder: Path, label: str) -> _Pair:
    key = _read_key(folder / f"{label}.key", ec.EllipticCurvePrivateKey)
    pair = _Pair(key, _read_certificate(folder / f"{label}.pem"))
    if pair.certificate.public_key() != key.public_key():
        raise _damaged(folder / f"{label}.pem")
    return pair


def _missing(path: Path) -> BadInput:
    return BadInput(
        N_("A key file is missing, and a new one would not fit what was sealed and signed before."),
        N_("Put the file back from the backup."),
        place=str(path),
    )


def _damaged(path: Path) -> BadInput:
    return BadInput(
        N_("A key file cannot be read or does not fit the others."),
        N_("Put the file back from the backup."),
        place=str(path),
    )


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
