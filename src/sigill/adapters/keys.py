"""All keys of a house as files in one folder, unprotected: for trying out, for demonstrations and for tests.

    FOLDER/                 mode 0700, every file 0600
      README.txt            says that these keys protect nothing
      house.json            organisation, log origin; written last
      ca/                   root, issuing CA, timestamp authority, e-seal: NAME.key, NAME.pem;
                            revocation lists, revoked.json
      people/               one signing key and certificate per person, under a hash
      record.key log.key    ES256 and Ed25519
      retention/            one key per deletion month, with its check value
      custodians/NAME.key   X25519 private halves (PEM): a real house has none of these on the server
      custodians.json       who they are, their chains of command and public halves, and the house's own public half
      custody.key           the house's own X25519 private half (PEM): second where one custodian is enough
      letterboxes.json      employees' X25519 public halves, where they are told of openings

What it does: makes all of it on first use, all or nothing, also with two processes starting at once or one killed
in between; afterwards a file that is missing is said to be missing and never made anew, because a new key would not
fit what the old one sealed. Certificates are X.509 under an own root that nobody else trusts; the timestamp authority
takes its time from the clock it is given.

What it does not do: protect anything. Whoever reads the folder can sign as anybody. A real house signs with keys in
hardware (PKCS#11), with a trust service (CSC) or elsewhere, as its `signing.toml` says (`sigill.adapters.signing`); of
this folder it then uses the record key, the log key and the retention keys.
"""

import base64
import datetime as dt
import hashlib
import json
import os
import re
import secrets
import shutil
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sigill.adapters.key_files import (
    PRIVATE_FOLDER,
    damaged,
    exclusive,
    missing,
    read,
    read_certificate,
    read_ec_key,
    read_ed25519_key,
    read_json,
    sync_folder,
    write,
    write_key,
)
from sigill.adapters.local_pki import (
    E_SEAL,
    ISSUING,
    PERSON,
    ROOT,
    TIMESTAMPS,
    LocalTimeStamper,
    Pair,
    Profile,
    SoftwareSigner,
    half_life,
    issue,
    revocation_list,
    subject_of,
)
from sigill.decision.stages import Hand
from sigill.errors import N_, BadInput, Refused, Temporary
from sigill.log.checkpoint import vkey
from sigill.ports import Clock, Custodian
from sigill.seal.hand import sign_draft
from sigill.seal.keys import KEY_SIZE, load_public, public_of, read_private_pem, unsafe_private_pem


class Seat(NamedTuple):
    """A custodian to be: id, the person's staff id, and the chain of command he or she belongs to."""

    id: str
    staff_id: str
    chain: str


# Seats by function: in a house for trying out, the function's name stands for the person's staff id.
CUSTODIANS = (
    Seat("registrator", "registrator", "kansli"),
    Seat("jurist", "jurist", "kommunledning"),
    Seat("sakerhetsansvarig", "sakerhetsansvarig", "sakerhet"),
)

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z", re.ASCII)
_CUSTODIAN = re.compile(r"[a-z][a-z0-9-]{0,39}\Z", re.ASCII)
_README = """These keys protect nothing. They were made by Sigill's unsafe software key store, for trials and tests.
Whoever can read this folder can sign as anybody, issue certificates, write the log and open sealed records.
Do not use them for real decisions. Do not copy them anywhere.
"""

_made_threads = threading.Lock()
_warned = False


class UnsafeKeysWarning(UserWarning):
    """The keys of this house lie in plain files. Never for real decisions."""


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
    """Implements the ports Signers, RecordKey (`record`), LogKey (`log`), Custodians, Hands and Letterboxes with plain
    files.

    Args:
        folder: where the keys lie; made on first use, must then not exist or be empty.
        clock: whose time stands in certificates, revocation lists and timestamps.
        organisation: whose seal it is, for instance the municipality; kept at first use. None opens keys that exist.
        log_origin: the log's name in checkpoints; kept at first use. Without it, one is derived.
        custodians: who they are, at first use.
        signs: whether letters are signed or stamped with these keys; without it, nothing is warned of.

    Raises:
        BadInput: a file is missing or unreadable, or the folder belongs to another organisation.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        organisation: str | None = None,
        *,
        log_origin: str | None = None,
        custodians: Sequence[Seat] = CUSTODIANS,
        signs: bool = True,
    ) -> None:
        if signs:
            _warn_once()
        self._folder = folder
        self._clock = clock
        self._lock = threading.RLock()
        if organisation is not None and not (folder / "house.json").exists():
            _make_house(folder, clock.now(), organisation, log_origin or _origin(organisation), custodians)
        self._house = _read_house(folder / "house.json")
        if organisation not in {None, self._house["organisation"]} or log_origin not in {
            None,
            self._house["log_origin"],
        }:
            raise BadInput(
                N_("The keys belong to another organisation or another log."),
                N_("Name the folder of this organisation's keys, or take the name they were made for."),
                place=str(folder / "house.json"),
            )
        ca = folder / "ca"
        self._root = _load(ca, "root")
        self._issuing = _load(ca, "issuing")
        self.record = SoftwareRecordKey(read_ec_key(folder / "record.key"))
        self.log = SoftwareLogKey(self._house["log_origin"], read_ed25519_key(folder / "log.key"))
        self._custodians, self._custody = _public_custodians(folder / "custodians.json")
        self.house_private_key()
        self._credentials: dict[str, tuple[Pair, SoftwareCredential]] = {}
        self._stamper: LocalTimeStamper | None = None
        self._crls_seen: tuple[int, ...] = ()
        self._crls_from = self._crls_until = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._parsed_crls: list[asn1_crl.CertificateList] = []
        read_ec_key(ca / "e-seal.key")
        read_ec_key(ca / "tsa.key")

    # Signers

    elsewhere = None

    @property
    def organisation(self) -> str:
        """Whose keys they are."""
        return self._house["organisation"]

    def for_person(self, name: str, staff_id: str | None) -> SoftwareCredential:
        """The signing credential of a person; issued on first use, and anew when it is about to run out."""
        return self._credential(self._folder / "people", _label(name, staff_id), name, PERSON)

    def e_seal(self) -> SoftwareCredential:
        """The organisation's own credential."""
        return self._credential(self._folder / "ca", "e-seal", self._house["organisation"], E_SEAL)

    def timestamper(self) -> "LocalTimeStamper":
        """The local timestamp authority."""
        with self._lock:
            pair = self._current(self._folder / "ca", "tsa", "Tidsstämpling (TEST)", TIMESTAMPS)
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
            revocation_mode="require",
        )

    def revoke_person(self, name: str, staff_id: str | None) -> None:
        """Put a person's certificate on the revocation list; nothing signed from then on validates."""
        self.for_person(name, staff_id)
        serial = self._credentials[_label(name, staff_id)][0].certificate.serial_number
        with self._lock, exclusive(self._folder / "ca" / ".lock"):
            path = self._folder / "ca" / "revoked.json"
            revoked = read_json(path)
            revoked.setdefault(str(serial), int(self._clock.now().timestamp()))
            write(path, json.dumps(revoked, indent=1).encode())
            self._write_crls()

    # Custodians

    def members(self) -> tuple[Custodian, ...]:
        """See `sigill.ports.Custodians.members`."""
        return self._custodians

    def house_public_key(self) -> bytes:
        """See `sigill.ports.Custodians.house_public_key`."""
        return self._custody

    def house_private_key(self) -> bytes:
        """See `sigill.ports.Custodians.house_private_key`."""
        path = self._folder / "custody.key"
        private = read_custodian_key(path)
        if public_of(private) != self._custody:
            raise damaged(path)
        return private

    def retention_key(self, month: str) -> bytes:
        """The key of a deletion month, 32 bytes, made on first use.

        Raises:
            BadInput: no month, or the key was made once and its file is gone without having been deleted.
            Refused: the month's key has been deleted.
        """
        if not _MONTH.match(month):
            raise BadInput(N_("This is not a month."), N_("Write it as year and month, like 2031-11."), place=month)
        folder = self._folder / "retention"
        with self._lock, exclusive(folder / ".lock"):
            key, made, deleted = (folder / f"{month}.{kind}" for kind in ("key", "made", "deleted"))
            if deleted.exists():
                raise Refused(
                    N_("The key of this month has been deleted; what was sealed under it is gone for ever."),
                    place=month,
                )
            if not key.exists():
                if made.exists():
                    raise missing(key)
                write(key, secrets.token_bytes(32))
            secret = read(key)
            check = hashlib.sha256(b"sigill retention key\x00" + secret).hexdigest().encode()
            if not made.exists():
                write(made, check)
            if len(secret) != 32 or read(made) != check:
                raise damaged(key)
            return secret

    def delete_retention_key(self, month: str) -> None:
        """Delete the key of a deletion month: what was sealed under it can never be opened again. Safe to repeat.

        The file is overwritten before its name goes; whether old blocks live on is for the disk to say.
        """
        folder = self._folder / "retention"
        key, deleted = folder / f"{month}.key", folder / f"{month}.deleted"
        if not deleted.exists():
            self.retention_key(month)  # a key that is missing or damaged is said to be so first
        with self._lock, exclusive(folder / ".lock"):
            write(deleted, b"")
            if key.exists():
                with key.open("r+b") as file:
                    file.write(bytes(key.stat().st_size))
                    file.flush()
                    os.fsync(file.fileno())
                key.unlink()
            sync_folder(folder)

    def retention_months(self) -> Mapping[str, bytes]:
        """The living months with their keys, in order."""
        months = sorted(path.stem for path in (self._folder / "retention").glob("*.key"))
        return {month: self.retention_key(month) for month in months if not self.is_deleted(month)}

    def is_deleted(self, month: str) -> bool:
        """Whether the month's key has been deleted."""
        return (self._folder / "retention" / f"{month}.deleted").exists()

    def custodian_key(self, name: str) -> bytes:
        """A custodian's private key, 32 bytes; only where this folder plays the custodian too.

        Raises:
            BadInput: no such custodian, or the file is gone.
        """
        known = {one.id: one.public_key for one in self._custodians}
        if name not in known:
            raise BadInput(N_("There is no custodian of that name."), N_("See custodians.json."), place=name)
        path = self._folder / "custodians" / f"{name}.key"
        private = read_custodian_key(path)
        if public_of(private) != known[name]:
            raise damaged(path)
        return private

    # Hands

    def sign(self, staff_id: str, name: str, draft_sha256: bytes) -> Hand:
        """See `sigill.ports.Hands.sign`. Here the house holds everybody's key, so nobody is ever missing."""
        pair = self._current(self._folder / "people", _label(name, staff_id), name, PERSON)
        return sign_draft(pair.key, [pair.certificate, self._issuing.certificate], draft_sha256)

    # Letterboxes

    def letterbox(self, staff_id: str) -> bytes | None:
        """See `sigill.ports.Letterboxes.letterbox`."""
        path = self._folder / "letterboxes.json"
        if not path.exists():
            return None
        try:
            public = read_json(path)["x25519"].get(staff_id)
            return None if public is None else _unb64(public)
        except (KeyError, AttributeError, TypeError, ValueError):
            raise damaged(path) from None

    def add_letterbox(self, staff_id: str, public_key: bytes) -> None:
        """Let an employee be told under a key of the employee's own from now on.

        Raises:
            BadInput: the key cannot be used.
        """
        load_public(public_key)
        path = self._folder / "letterboxes.json"
        with self._lock, exclusive(self._folder / ".letterboxes.lock"):
            known = read_json(path).get("x25519", {}) if path.exists() else {}
            new = {"schema": 1, "x25519": {**known, staff_id: _b64(public_key)}}
            write(path, json.dumps(new, indent=1).encode())

    # Trust

    def trust(
        self, roots: Sequence[str] = (), *, local: bool = True, witnesses: Sequence[str] = (), quorum: int = 0
    ) -> bytes:
        """The public side of this house, as the trust file that `sigill check` reads (JSON).

        Args:
            roots: further root certificates, PEM.
            local: whether letters signed with the keys of this folder are to be believed.
            witnesses: public keys of those who cosign the log; `quorum`: how many of them must have.
        """
        own = self._root.certificate.public_bytes(serialization.Encoding.PEM).decode()
        trust = {
            "schema": 1,
            "municipality": self._house["organisation"],
            "issued_for": "test only" if local else "",
            "ca": [*roots, *([own] if local else [])],
            # Whom drafts are signed under (`sign`); believed for nothing else.
            "hands": [own],
            "log": {"origin": self.log.origin, "vkey": vkey(self.log.origin, self.log.public_bytes())},
            "record_seal": [self.record.jwk()],
            **({"witnesses": list(witnesses), "quorum": quorum} if witnesses else {}),
        }
        return json.dumps(trust, indent=2, ensure_ascii=False).encode() + b"\n"

    # Inside

    def _credential(self, folder: Path, label: str, name: str, profile: Profile) -> SoftwareCredential:
        with self._lock:
            pair = self._current(folder, label, name, profile)
            known = self._credentials.get(label)
            if known is None or known[0] is not pair:
                store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
                store.register_multiple([self._root.asn1, self._issuing.asn1])
                known = (pair, SoftwareCredential(name, SoftwareSigner(pair, store)))
                self._credentials[label] = known
            return known[1]

    def _current(self, folder: Path, label: str, name: str, profile: Profile) -> "Pair":
        """Key and certificate, from memory or disk; made or renewed where allowed."""
        now = self._clock.now()

        def fits(pair: Pair) -> bool:
            return pair.fits(name, profile, self._issuing, now)

        known = self._credentials.get(label)
        if known is not None and fits(known[0]):
            return known[0]
        if label == "tsa" and self._stamper is not None and fits(self._stamper.pair):
            return self._stamper.pair
        with exclusive(folder / ".lock"):
            key_file, pem_file = folder / f"{label}.key", folder / f"{label}.pem"
            if not key_file.exists():
                if pem_file.exists() or profile is not PERSON:
                    raise missing(key_file)
                write_key(key_file, ec.generate_private_key(ec.SECP256R1()))
            key = read_ec_key(key_file)
            if pem_file.exists():
                pair = Pair(key, read_certificate(pem_file))
                if pair.certificate.public_key() != key.public_key():
                    raise damaged(pem_file)
                if fits(pair):
                    return pair
            elif profile is not PERSON:
                raise missing(pem_file)
            organisation = self._house["organisation"]
            certificate = issue(subject_of(organisation, name), key, self._issuing, profile, now)
            write(pem_file, certificate.public_bytes(serialization.Encoding.PEM))
            return Pair(key, certificate)

    def _refresh_crls(self) -> None:
        """Lists in memory that are those on disk and younger than half their life."""
        now = self._clock.now()
        ca = self._folder / "ca"
        with self._lock:
            if self._crls_from <= now < self._crls_until and self._crls_seen == self._crls_on_disk():
                return
            with exclusive(ca / ".lock"):
                lists = [x509.load_der_x509_crl(read(ca / f"{name}.crl")) for name in ("root", "issuing")]
                if any(half_life(one) <= now or one.last_update_utc > now for one in lists):
                    self._write_crls()
                else:
                    self._take_crls(lists)

    def _crls_on_disk(self) -> tuple[int, ...]:
        paths = [self._folder / "ca" / f"{name}.crl" for name in ("root", "issuing")]
        try:
            return tuple(path.stat().st_mtime_ns for path in paths)
        except FileNotFoundError:
            return ()

    def _write_crls(self) -> None:
        revoked = read_json(self._folder / "ca" / "revoked.json")
        lists = []
        for name, issuer in (("root", self._root), ("issuing", self._issuing)):
            made = revocation_list(issuer, self._clock.now(), revoked if name == "issuing" else {})
            write(self._folder / "ca" / f"{name}.crl", made.public_bytes(serialization.Encoding.DER))
            lists.append(made)
        self._take_crls(lists)

    def _take_crls(self, lists: list[x509.CertificateRevocationList]) -> None:
        self._crls_seen = self._crls_on_disk()
        self._crls_from = max(one.last_update_utc for one in lists)
        self._crls_until = min(half_life(one) for one in lists)
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


def _public_custodians(path: Path) -> tuple[tuple[Custodian, ...], bytes]:
    found = read_json(path)
    if found.get("schema") == 1:
        raise BadInput(
            N_("The custodians' file is of an earlier version, without chains of command."),
            N_("Make a new house, or ask the administrator to appoint the custodians anew."),
            place=str(path),
        )
    try:
        members = tuple(
            Custodian(one["id"], one["staff_id"], one["chain"], _unb64(one["x25519"])) for one in found["custodians"]
        )
        house = _unb64(found["house"]["x25519"])
    except (KeyError, AttributeError, TypeError, ValueError):
        raise damaged(path) from None
    words = [word for one in members for word in (one.id, one.staff_id, one.chain)]
    if not members or not all(isinstance(word, str) and word for word in words):
        raise damaged(path)
    if any(len(public) != KEY_SIZE for public in (house, *(one.public_key for one in members))):
        raise damaged(path)
    return members, house


def read_custodian_key(path: Path) -> bytes:
    """A custodian's private key out of its file, 32 bytes.

    Raises:
        BadInput: the file is missing or is no such key.
    """
    return read_private_pem(read(path), place=str(path))


def _make_house(folder: Path, now: dt.datetime, organisation: str, log_origin: str, custodians: Sequence[Seat]) -> None:
    """Make everything in a folder beside, then put it in place with one rename: all or nothing."""
    if not organisation.strip() or len(organisation) > 64:
        raise BadInput(N_("An organisation's name has 1 to 64 characters."), N_("Shorten it."))
    ids = [one.id for one in custodians]
    usable = all(_CUSTODIAN.match(one.id) and one.id != "house" and one.staff_id and one.chain for one in custodians)
    if not ids or len(set(ids)) != len(ids) or not usable:
        raise BadInput(
            N_("Custodian ids are different short words of small letters, digits and hyphens."),
            N_("Choose other ids."),
        )
    parent = folder.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise Temporary(
            N_("The key folder cannot be made."), N_("Check the disk and permissions."), place=str(folder)
        ) from None
    with exclusive(parent / f".{folder.name}.lock"):
        if (folder / "house.json").exists():
            return
        if folder.exists() and any(folder.iterdir()):
            raise missing(folder / "house.json")
        for stale in parent.glob(f".{folder.name}.*.new"):  # from one killed in between; nobody else holds the lock
            shutil.rmtree(stale)
        fresh = parent / f".{folder.name}.{secrets.token_hex(8)}.new"
        try:
            for path in (fresh, *(fresh / name for name in ("ca", "people", "retention", "custodians"))):
                path.mkdir(mode=PRIVATE_FOLDER)
            _fill(fresh, now, organisation, custodians)
            house = {"schema": 1, "organisation": organisation, "log_origin": log_origin}
            write(fresh / "house.json", json.dumps(house, indent=1).encode())
            fresh.rename(folder)
            sync_folder(parent)
        except OSError:
            raise Temporary(
                N_("The key folder cannot be made."), N_("Check the disk and permissions."), place=str(folder)
            ) from None
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _fill(fresh: Path, now: dt.datetime, organisation: str, custodians: Sequence[Seat]) -> None:
    ca = fresh / "ca"
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = subject_of(organisation, "Sigill rot (TEST)")
    root = Pair(root_key, issue(root_name, root_key, None, ROOT, now))
    issuing_key = ec.generate_private_key(ec.SECP256R1())
    issuing_name = subject_of(organisation, "Sigill utfärdare (TEST)")
    issuing = Pair(issuing_key, issue(issuing_name, issuing_key, root, ISSUING, now))
    pairs = {"root": root, "issuing": issuing}
    for label, name, profile in (
        ("tsa", "Tidsstämpling (TEST)", TIMESTAMPS),
        ("e-seal", organisation, E_SEAL),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        pairs[label] = Pair(key, issue(subject_of(organisation, name), key, issuing, profile, now))
    for label, pair in pairs.items():
        write_key(ca / f"{label}.key", pair.key)
        write(ca / f"{label}.pem", pair.certificate.public_bytes(serialization.Encoding.PEM))
    write(ca / "revoked.json", b"{}")
    for label in ("root", "issuing"):
        made = revocation_list(pairs[label], now, {})
        write(ca / f"{label}.crl", made.public_bytes(serialization.Encoding.DER))
    write_key(fresh / "record.key", ec.generate_private_key(ec.SECP256R1()))
    write_key(fresh / "log.key", ed25519.Ed25519PrivateKey.generate())
    public = []
    for one in custodians:
        private = secrets.token_bytes(KEY_SIZE)
        public.append({**one._asdict(), "x25519": _b64(public_of(private))})
        write(fresh / "custodians" / f"{one.id}.key", unsafe_private_pem(private))
    custody = secrets.token_bytes(KEY_SIZE)
    write(fresh / "custody.key", unsafe_private_pem(custody))
    known = {"schema": 2, "custodians": public, "house": {"x25519": _b64(public_of(custody))}}
    write(fresh / "custodians.json", json.dumps(known, indent=1).encode())
    write(fresh / "README.txt", _README.encode())


def _label(name: str, staff_id: str | None) -> str:
    """A file name that does not show whose key it is to somebody who lists the folder."""
    return hashlib.sha256(json.dumps([staff_id, name]).encode()).hexdigest()[:32]


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
        N_("The signing keys lie in plain files: for trials and tests only, never for real decisions."),
        UnsafeKeysWarning,
        stacklevel=3,
    )


def _read_house(path: Path) -> dict[str, str]:
    found = read_json(path)
    if found.get("schema") != 1 or not all(isinstance(found.get(key), str) for key in ("organisation", "log_origin")):
        raise damaged(path)
    return {key: found[key] for key in ("organisation", "log_origin")}


def _load(folder: Path, label: str) -> Pair:
    key = read_ec_key(folder / f"{label}.key")
    pair = Pair(key, read_certificate(folder / f"{label}.pem"))
    if pair.certificate.public_key() != key.public_key():
        raise damaged(folder / f"{label}.pem")
    return pair


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
