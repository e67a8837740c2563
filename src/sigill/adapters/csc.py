"""Signing keys at a remote service, through the Cloud Signature Consortium's API, versions 1.0.4 and 2.0.

What it does: fetches a credential's certificates, asks for leave to sign exactly this hash (SAD), has the hash signed,
and sees that the signature fits the certificate. A service that is gone or slow is `Temporary`; one that refuses is
`BadInput`. Only hashes leave the house: no letter, no name.

What it does not do: send the signer's browser through a login of the service's own (OAuth 2 authorization code); it
takes an access token from a file or by client credentials.

Source: CSC API v1.0.4.0 §§ 11.4–11.9; v2.0.0.2 §§ 11.5–11.11.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from asn1crypto import algos, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from pyhanko.sign.signers import Signer

from sigill.adapters.signing_config import Csc, secret
from sigill.errors import N_, BadInput, SigillError, Temporary
from sigill.sign.appending import run

_SHA256 = "2.16.840.1.101.3.4.2.1"
_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True, repr=False)
class RemoteCredential:
    """A key at the service (implements `sigill.ports.Credential`)."""

    common_name: str
    pyhanko: Signer


class RemoteService:
    """One signing service.

    Args:
        settings: as in the signing file. folder: where its secrets are read from.
    """

    def __init__(self, settings: Csc, folder: Path) -> None:
        self._settings = settings
        self._folder = folder

    def credential(self, label: str, chain: Sequence[x509.Certificate]) -> RemoteCredential:
        """The credential with the id `label`.

        Raises:
            BadInput: the service knows no such credential, or it cannot sign. Temporary: the service is gone.
        """
        told = run(self._ask_alone("credentials/info", {"credentialID": label, "certificates": "chain"}))
        try:
            given = [x509.Certificate.load(base64.b64decode(one), strict=True) for one in told["cert"]["certificates"]]
            for one in given:
                one.native  # noqa: B018 - parses it all
            enabled = told["key"]["status"] == "enabled"
            oids = [str(oid) for oid in told["key"]["algo"]]
            name = given[0].subject.native.get("common_name", "")
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            raise self._rubbish() from None
        if not enabled:
            raise BadInput(
                N_("The signing service says that the key is not in use."), N_("Ask the service."), place=self._place
            )
        return RemoteCredential(str(name), _RemoteSigner(self, label, [*given, *chain], _way(given[0], oids)))

    async def sign(self, label: str, digest: bytes, way: str) -> bytes:
        """Have one SHA-256 digest signed; `way` is the signature algorithm's OID as the service lists it."""
        hash_text = base64.b64encode(digest).decode("ascii")
        v2 = self._settings.version == "v2"
        hash_key = "hashes" if v2 else "hash"
        leave: dict[str, Any] = {"credentialID": label, "numSignatures": 1, hash_key: [hash_text]}
        if v2:
            leave["hashAlgorithmOID"] = _SHA256
        if self._settings.pin_file:
            pin = secret(self._folder, self._settings.pin_file)
            leave |= {"authData": [{"id": "PIN", "value": pin}]} if v2 else {"PIN": pin}
        async with self._session() as session:
            login = await self._login(session)
            sad = (await self._ask(session, login, "credentials/authorize", leave)).get("SAD")
            order = {
                "credentialID": label,
                "SAD": sad,
                hash_key: [hash_text],
                "hashAlgorithmOID" if v2 else "hashAlgo": _SHA256,
                "signAlgo": way,
                **({"operationMode": "S"} if v2 else {}),
            }
            told = await self._ask(session, login, "signatures/signHash", order)
        try:
            (made,) = (base64.b64decode(one, validate=True) for one in told["signatures"])
        except (KeyError, TypeError, ValueError):
            raise self._rubbish() from None
        return made

    # Inside

    @property
    def _place(self) -> str:
        return self._settings.url

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._settings.timeout_seconds))

    async def _ask_alone(self, endpoint: str, body: Mapping[str, Any]) -> Any:
        async with self._session() as session:
            return await self._ask(session, await self._login(session), endpoint, body)

    async def _login(self, session: aiohttp.ClientSession) -> str:
        one = self._settings
        if one.token_file:
            return secret(self._folder, one.token_file)
        form = {
            "grant_type": "client_credentials",
            "client_id": one.client_id,
            "client_secret": secret(self._folder, one.client_secret_file),
        }
        told = await self._post(session, one.oauth_url, data=form)
        token = told.get("access_token")
        if not isinstance(token, str):
            raise self._rubbish()
        return token

    async def _ask(self, session: aiohttp.ClientSession, login: str, endpoint: str, body: Mapping[str, Any]) -> Any:
        url = f"{self._settings.url.rstrip('/')}/csc/{self._settings.version}/{endpoint}"
        return await self._post(session, url, json=body, headers={"Authorization": f"Bearer {login}"})

    async def _post(self, session: aiohttp.ClientSession, url: str, **more: Any) -> Any:
        try:
            # A redirect could carry token and PIN to another host.
            async with session.post(url, allow_redirects=False, **more) as answer:
                if answer.status >= 500 or answer.status == 429:
                    raise self._gone()
                if answer.status != 200:
                    raise BadInput(
                        N_("The signing service refused (HTTP {status})."),
                        N_("Check credential, token and PIN in signing.toml."),
                        place=self._place,
                        status=answer.status,
                    )
                data = b""
                async for chunk in answer.content.iter_chunked(1 << 16):
                    data += chunk
                    if len(data) > _LIMIT:
                        raise self._rubbish()
        except (aiohttp.ClientError, OSError):
            raise self._gone() from None
        try:
            told = json.loads(data)
        except ValueError:
            raise self._rubbish() from None
        if not isinstance(told, dict):
            raise self._rubbish()
        return told

    def _gone(self) -> SigillError:
        return Temporary(
            N_("The signing service does not answer."),
            N_("Nothing was issued; run this again in a while."),
            place=self._place,
        )

    def _rubbish(self) -> SigillError:
        return Temporary(
            N_("The signing service gave an answer that cannot be used."),
            N_("Nothing was issued; run this again in a while, and ask the service if it stays so."),
            place=self._place,
        )


class _RemoteSigner(Signer):
    """Signs one hash at a time, each with its own leave."""

    def __init__(
        self,
        service: RemoteService,
        label: str,
        certificates: Sequence[x509.Certificate],
        way: str,
    ) -> None:
        mechanism = algos.SignedDigestAlgorithm({"algorithm": f"sha256_{_KINDS[way]}"})
        super().__init__(signing_cert=certificates[0], embed_roots=False, signature_mechanism=mechanism)
        self.cert_registry.register_multiple(certificates)
        self._service, self._label, self._way = service, label, way

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(512)
        digest = hashlib.new(digest_algorithm, data).digest()
        made = await self._service.sign(self._label, digest, self._way)
        if not _fits(self.signing_cert, digest, made):
            raise self._service._rubbish()
        return made


_KINDS = {
    "1.2.840.10045.4.3.2": "ecdsa",  # ecdsa-with-SHA256
    "1.2.840.10045.2.1": "ecdsa",  # id-ecPublicKey, as some services list it
    "1.2.840.113549.1.1.11": "rsa",  # sha256WithRSAEncryption
    "1.2.840.113549.1.1.1": "rsa",  # rsaEncryption
}


def _way(certificate: x509.Certificate, supported: Sequence[str]) -> str:
    """The way to sign that key and service have in common: SHA-256 with ECDSA or RSA (PKCS #1 v1.5)."""
    kind = {"ec": "ecdsa", "rsa": "rsa"}.get(certificate.public_key.algorithm)
    for oid, made in _KINDS.items():
        if made == kind and oid in supported:
            return oid
    raise BadInput(
        N_("The signing service's key has no way of signing that letters use (SHA-256 with ECDSA or RSA)."),
        N_("Order another key from the service."),
    )


def _fits(certificate: x509.Certificate, digest: bytes, signature: bytes) -> bool:
    public = serialization.load_der_public_key(certificate.public_key.dump())
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        elif isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True
