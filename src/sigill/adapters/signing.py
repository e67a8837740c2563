"""The signers of a house in production, as `signing.toml` says: implements the port Signers.

Each signature comes from where the file says: a token (`tokens`), a remote service (`csc`), software keys (`keys`,
loudly unsafe), or from elsewhere, later. Timestamps come from the first authority that answers. Certificates are
judged against the file's roots, with fresh revocation data, and no signature is made without.

A credential is handed out only when its certificate names the one who decides, and the organisation whose letter it
is: a key under the wrong label must not sign as somebody else (JO 8000-2016).
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from asn1crypto import cms, x509
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, extract_ts_certs
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator import ValidationContext

from sigill.adapters.files import read
from sigill.adapters.signing_config import (
    FILE,
    Authority,
    Csc,
    Elsewhere,
    Pkcs11,
    SigningFile,
    Software,
    certificates,
    secret,
)
from sigill.errors import N_, BadInput
from sigill.ports import Clock, Credential, Signers
from sigill.sign.proof import UNREADABLE


class ConfiguredSigners:
    """Implements `sigill.ports.Signers` after a signing file.

    Args:
        file: what `sigill.adapters.signing_config.load_signing` read, from `folder`.
        organisation: whose letters these are; must stand in every certificate.
        software: the house's software keys, used only where the file says so.
        clock: whose time certificates are judged at.
    """

    def __init__(self, file: SigningFile, folder: Path, organisation: str, software: Signers, clock: Clock) -> None:
        self._file, self._folder, self._organisation = file, folder, organisation
        self._software, self._clock = software, clock
        trust = file.trust
        self._roots = certificates(folder, trust.roots) if trust else []
        self._chain = certificates(folder, trust.intermediates) if trust else []
        self._sources: dict[tuple[str, str], Any] = {}
        self._known: dict[tuple[str, str], Credential] = {}
        self._stamper: TimeStamper | None = None

    @property
    def elsewhere(self) -> "ConfiguredSigners | None":
        """This object, when decision-makers sign outside the house."""
        return self if isinstance(self._file.decision_maker, Elsewhere) else None

    def roots(self) -> Sequence[bytes]:
        """The root certificates that letters are checked against, DER."""
        local = _roots_of(self._software.validation_context()) if self._file.needs_software else []
        return [one.dump() for one in (*self._roots, *local)]

    def for_person(self, name: str, staff_id: str | None) -> Credential:
        """The decision-maker's own credential.

        Raises:
            BadInput: there is none, or its certificate names somebody else. Temporary: device or service is gone.
        """
        maker = self._file.decision_maker
        if isinstance(maker, Software):
            return self._software.for_person(name, staff_id)
        if isinstance(maker, Elsewhere):
            raise BadInput(N_("Decision-makers sign elsewhere."), N_("Hand in the signature with `sigill sign take`."))
        own = staff_id or name
        credential = self._credential("decision_maker", maker, maker.keys.get(own, own))
        self.require_own(credential.pyhanko.signing_cert, name, staff_id)
        return credential

    def e_seal(self) -> Credential:
        """The organisation's own credential. Raises as `for_person`."""
        seal = self._file.e_seal
        if isinstance(seal, Software):
            return self._software.e_seal()
        credential = self._credential("e_seal", seal, seal.key)
        self._require_organisation(credential.pyhanko.signing_cert.subject.native)
        return credential

    def timestamper(self) -> TimeStamper:
        """The timestamp authorities, the first that answers."""
        if not self._file.timestamp:
            stamper: TimeStamper = self._software.timestamper()
            return stamper
        if self._stamper is None:
            self._stamper = _FirstToAnswer([self._authority(one) for one in self._file.timestamp])
        return self._stamper

    def validation_context(self) -> ValidationContext:
        """Trust in the file's roots, hard failure without revocation data.

        While something is still software, the local root and its lists are trusted besides.
        """
        trust = self._file.trust
        local: ValidationContext | None = self._software.validation_context() if self._file.needs_software else None
        if trust is None:
            context: ValidationContext = self._software.validation_context()
            return context
        lists = [read(self._folder / name) for name in trust.crls]
        others = list(self._chain)
        roots = list(self._roots)
        if local is not None:
            lists += [one.dump() for one in local.crls]
            roots += _roots_of(local)
            others += list(local.certificate_registry)
        return ValidationContext(
            trust_roots=roots,
            other_certs=others,
            moment=self._clock.now(),
            crls=lists,
            allow_fetching=trust.revocation == "fetch",
            revocation_mode="require",
        )

    def require_own(self, certificate: x509.Certificate, name: str, staff_id: str | None) -> None:
        """A certificate is this person's, in this organisation.

        Raises:
            BadInput: it names somebody else.
        """
        subject: Mapping[str, Any] = certificate.subject.native
        self._require_organisation(subject)
        own = {_folded(subject.get("common_name", ""))}
        own.add(_folded(f"{subject.get('given_name', '')} {subject.get('surname', '')}"))
        numbers = {str(subject.get(key, "")) for key in ("serial_number", "user_id")}
        if _folded(name) not in own and not (staff_id and staff_id in numbers):
            raise BadInput(
                N_("The certificate is not the decision-maker's: it carries another name."),
                N_("Mend `keys` in signing.toml, or have the certificate issued in the right name."),
                place=FILE,
            )

    # Inside

    def _require_organisation(self, subject: Mapping[str, Any]) -> None:
        if subject.get("organization_name") != self._organisation:
            raise BadInput(
                N_("The certificate is not this organisation's: the letter would not pass a check."),
                N_("Have it issued with the organisation's name as it stands in board.toml (e_seal_organisation)."),
                place=FILE,
            )

    def _credential(self, where: str, source: Pkcs11 | Csc, label: str) -> Credential:
        known = self._known.get((where, label))
        if known is None:
            known = self._known[where, label] = self._source(source).credential(label, self._chain)
        return known

    def _source(self, source: Pkcs11 | Csc) -> Any:
        """Device or service, one object for each: a token knows one login per process."""
        folder, pin_file = self._folder, source.pin_file
        if isinstance(source, Pkcs11):
            from sigill.adapters.tokens import Token  # noqa: PLC0415 - loads a native library

            pin = (lambda: secret(folder, pin_file)) if pin_file else None
            return self._sources.setdefault((source.module, source.token), Token(source.module, source.token, pin))
        from sigill.adapters.csc import RemoteService  # noqa: PLC0415

        return RemoteService(source, folder)

    def _authority(self, one: Authority) -> HTTPTimeStamper:
        login = (one.username, secret(self._folder, one.password_file)) if one.username else None
        return HTTPTimeStamper(one.url, timeout=one.timeout_seconds, auth=login)


class _FirstToAnswer(TimeStamper):
    """Asks authorities in order and takes the first whole answer."""

    def __init__(self, authorities: Sequence[TimeStamper]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authorities = authorities

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        for one in self._authorities:
            try:
                token: cms.ContentInfo = await one.async_timestamp(message_digest, md_algorithm)
                # Another authority than the last time has other certificates: they belong in the document too.
                (cert,) = extract_ts_certs(token, self.cert_registry)
                whole = _is_about(token["content"], cert, message_digest)
            except (TimestampRequestError, OSError):
                continue
            except (*UNREADABLE, SignatureValidationError, aiohttp.ClientError):
                continue
            if whole:
                self._certs[cert.issuer_serial] = cert
                return token
        raise TimestampRequestError("no authority answered")


def _is_about(token: cms.SignedData, certificate: x509.Certificate, message_digest: bytes) -> bool:
    """Whether a token stamps this digest and its signature is right; whom to trust is judged later."""
    content = token["encap_content_info"]["content"]
    (info,) = token["signer_infos"]
    digest = hashlib.new(info["digest_algorithm"]["algorithm"].native, bytes(content)).digest()
    intact, valid = validate_sig_integrity(info, certificate, "tst_info", digest)
    return intact and valid and content.parsed["message_imprint"]["hashed_message"].native == message_digest


def _roots_of(context: ValidationContext) -> list[x509.Certificate]:
    manager: Any = context.path_builder.trust_manager
    return list(manager.iter_certs())


def _folded(name: object) -> str:
    return " ".join(unicodedata.normalize("NFC", str(name)).casefold().split())
