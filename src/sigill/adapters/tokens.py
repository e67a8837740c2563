"""Signing keys in a hardware security module, a smart card or SoftHSM, through PKCS#11.

What it does: finds a key and its certificate by label, signs with them, and opens a new session when the old one is
lost. A device that is gone is `Temporary`; a wrong PIN is not tried twice, because a card locks itself.

What it does not do: make keys or certificates (the maker's tools do), keep the PIN longer than the login.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pkcs11
from asn1crypto import x509
from pkcs11 import exceptions as wrong
from pyhanko.sign.pkcs11 import select_pkcs11_signing_params
from pyhanko.sign.signers import Signer

from sigill.errors import N_, BadInput, Temporary

T = TypeVar("T")

_PIN = (wrong.PinIncorrect, wrong.PinInvalid, wrong.PinLenRange, wrong.PinLocked, wrong.PinExpired)
_RAW_ONLY = pkcs11.Mechanism.ECDSA_SHA256  # devices without it sign a digest made outside


@dataclass(frozen=True, slots=True, repr=False)
class TokenCredential:
    """A key on a token (implements `sigill.ports.Credential`)."""

    common_name: str
    pyhanko: Signer


@dataclass(slots=True, repr=False)
class Token:
    """One token of one library.

    Args:
        module: path of the library.
        label: the token's.
        pin: gives the PIN when it is needed; None lets the device ask on its own keypad.
    """

    module: str
    label: str
    pin: Callable[[], str] | None
    _session: Any = None
    _raw: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def credential(self, label: str, chain: Sequence[x509.Certificate]) -> TokenCredential:
        """The key and certificate under `label`.

        Raises:
            BadInput: there is no such pair, or the PIN is wrong. Temporary: the device does not answer.
        """
        signer = self.use(lambda session: self._signer(session, label, chain))
        return TokenCredential(signer.common_name, signer)

    def use(self, act: Callable[[Any], T]) -> T:
        """Run `act` with an open session; once more with a new one if the old one was lost."""
        with self._lock:
            for fresh in (False, True):
                try:
                    return act(self._open(fresh=fresh))
                except _PIN:
                    self._session = None
                    raise BadInput(
                        N_("The signing device does not take the PIN."),
                        N_("Do not try again before it is right: a device locks itself."),
                        place=self.label,
                    ) from None
                except (wrong.NoSuchKey, wrong.MultipleObjectsReturned):
                    raise _no_key(self.label) from None
                except (pkcs11.PKCS11Error, RuntimeError):
                    self._session = None
                    if fresh:
                        break
            raise Temporary(
                N_("The signing device does not answer."),
                N_("See that it is connected and running, then run this again: nothing was issued."),
                place=self.label,
            )

    def _open(self, *, fresh: bool) -> Any:
        if self._session is not None and not fresh:
            return self._session
        try:
            library = pkcs11.lib(self.module)
        except RuntimeError:
            raise BadInput(
                N_("The signing device's library cannot be loaded."),
                N_("Install the maker's PKCS#11 library, or mend `module` in signing.toml."),
                place=self.module,
            ) from None
        if fresh:
            library.reinitialize()  # a device that came back is seen only then
        token = library.get_token(token_label=self.label)
        pin = pkcs11.PROTECTED_AUTH if self.pin is None else self.pin()
        try:
            self._session = token.open(user_pin=pin)
        except wrong.UserAlreadyLoggedIn:  # another session of this process is
            self._session = token.open()
        self._raw = _RAW_ONLY not in token.slot.get_mechanisms()
        return self._session

    def _signer(self, session: Any, label: str, chain: Sequence[x509.Certificate]) -> "_TokenSigner":
        found = list(
            session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.LABEL: label})
        )
        if len(found) != 1:
            raise _no_key(self.label)
        certificate = x509.Certificate.load(found[0][pkcs11.Attribute.VALUE])
        session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
        raw = self._raw and certificate.public_key.algorithm == "ec"
        return _TokenSigner(self, label, certificate, chain, raw=raw)


class _TokenSigner(Signer):
    """Signs with whatever session the token has at that moment."""

    def __init__(
        self, token: Token, label: str, certificate: x509.Certificate, chain: Sequence[x509.Certificate], *, raw: bool
    ) -> None:
        super().__init__(signing_cert=certificate, embed_roots=False)
        self.cert_registry.register_multiple([certificate, *chain])
        self._token, self._label, self._raw_only = token, label, raw
        self.common_name = str(certificate.subject.native.get("common_name", ""))

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(512)
        return self._token.use(lambda session: self._sign(session, data, digest_algorithm))

    def _sign(self, session: Any, data: bytes, digest_algorithm: str) -> bytes:
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        spec = select_pkcs11_signing_params(
            mechanism, digest_algorithm, use_raw_mechanism=self._raw_only, sign_kwargs={}
        )
        key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._label)
        made: bytes = key.sign(spec.pre_sign_transform(data) if spec.pre_sign_transform else data, **spec.sign_kwargs)
        return spec.post_sign_transform(made) if spec.post_sign_transform else made


def _no_key(place: str) -> BadInput:
    # The label may be a staff id: it is not repeated here.
    return BadInput(
        N_("The signing device holds no key with a certificate for this signer, or more than one."),
        N_("Put both on the token under the same label, or mend `keys` in signing.toml."),
        place=place,
    )
