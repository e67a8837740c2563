"""A test PKI on loopback where it is always noon, by Certomancer: certificates, OCSP, revocation lists, a timestamp
authority, and a remote signing service (CSC) that holds the same keys.

root ── issuing ─┬─ seal        Exempelstads kommun
                 ├─ gun-britt   Gun-Britt Åkesson, A10667 (decides case 01)
                 ├─ birgitta    Birgitta Ström, A12184 (decides case 02)
                 ├─ micke       another person's name
                 ├─ revoked, expired   Gun-Britt's earlier certificates
                 ├─ foreign     another municipality's seal
                 └─ tsa, ocsp
"""

import asyncio
import datetime as dt
import json
import socket
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from aiohttp import web
from asn1crypto import pem
from certomancer.integrations import aiohttp_animator
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from csc_dummy.csc_dummy_server import CSCWithCertomancer

from house import NOON, board, staff
from signed import new_folder

ARCH = "kommun"
PERSONS = {"gun-britt": "A10667", "birgitta": "A12184", "micke": "A11259"}
LABELS = ("root", "issuing", "seal", *PERSONS, "revoked", "expired", "foreign", "tsa", "ocsp")
_LONG = {"valid-from": "2020-01-01T00:00:00+0000", "valid-to": "2090-01-01T00:00:00+0000"}


class TestPki:
    """The PKI and its servers, in a thread of their own.

    Args:
        broken: what stands in front of a path: path prefix → status code, or a number of seconds to wait (negative).
    """

    __test__ = False

    def __init__(self) -> None:
        self.folder = new_folder()
        self.broken: dict[str, int] = {}
        self.asked: list[tuple[str, Any]] = []
        self.time: dt.datetime | None = NOON
        aiohttp_animator._now = lambda: self.time or dt.datetime.now(dt.UTC)
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        for label in LABELS:
            key = ec.generate_private_key(ec.SECP256R1())
            encoded = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            (self.folder / f"{label}.key").write_bytes(encoded)
        self.config = CertomancerConfig(_config(self.url), key_search_dir=str(self.folder))
        self.arch = self.config.get_pki_arch(ArchLabel(ARCH))
        for label in LABELS:
            (self.folder / f"{label}.pem").write_bytes(pem.armor("CERTIFICATE", self.certificate(label)))
        started = threading.Event()
        threading.Thread(target=self._serve, args=(listening, started), daemon=True).start()
        assert started.wait(10)

    def certificate(self, label: str) -> bytes:
        """DER."""
        return bytes(self.arch.get_cert(CertLabel(label)).dump())

    @contextmanager
    def failing(self, prefix: str, how: int) -> Iterator[None]:
        """While this lasts, paths under `prefix` answer with status `how`; 200 means rubbish, below 0 means slowly."""
        self.broken[prefix] = how
        try:
            yield
        finally:
            del self.broken[prefix]

    @contextmanager
    def by_the_clock(self) -> Iterator[None]:
        """While this lasts it is not noon but the time it is, for a program in a process of its own."""
        self.time = None
        try:
            yield
        finally:
            self.time = NOON

    def _serve(self, listening: socket.socket, started: threading.Event) -> None:
        @web.middleware
        async def trouble(request: web.Request, handler: Callable[..., Any]) -> web.StreamResponse:
            body = await request.read()
            sent = json.loads(body) if body.startswith(b"{") else body
            self.asked.append((request.path, sent))
            for prefix, how in self.broken.items():
                if request.path.startswith(prefix):
                    if how < 0:
                        await asyncio.sleep(-how)
                    elif how == 200:
                        kind = "application/timestamp-reply" if "tsa" in prefix else "application/json"
                        return web.Response(body=b"0\x03\x02\x01\x00", content_type=kind)
                    else:
                        return web.Response(status=how)
            return await handler(request)

        async def go() -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of aiohttp, about the dummy's style
                service = CSCWithCertomancer(self.config)
            service.register_routes()
            service.app.add_routes(
                [
                    web.post("/csc/v2/credentials/info", service.credentials_info),
                    web.post("/csc/v2/credentials/authorize", _as_v1(service.credentials_authorize, _AUTHORIZE)),
                    web.post("/csc/v2/signatures/signHash", _as_v1(service.signatures_sign_hash, _SIGN)),
                ]
            )
            main = web.Application(middlewares=[trouble])
            main.router.add_post("/oauth/token", self._token)
            main.add_subapp("/csc-service", service.app)
            animator = aiohttp_animator.build_animator_app(self.config.pki_archs, with_web_ui=False)
            main.add_subapp("/pki", animator)
            runner = web.AppRunner(main, access_log=None)
            await runner.setup()
            await web.SockSite(runner, listening).start()
            started.set()
            while True:
                await asyncio.sleep(3600)

        asyncio.run(go())

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if (form["grant_type"], form["client_id"], form["client_secret"]) != (
            "client_credentials",
            "sigill",
            "hemligt",
        ):
            return web.Response(status=401)
        return web.json_response({"access_token": "nyckel", "token_type": "Bearer"})


# What version 2 calls the fields of version 1; the dummy speaks only 1. What is not listed is refused.
_AUTHORIZE = {
    "credentialID": "credentialID",
    "numSignatures": "numSignatures",
    "hashes": "hash",
    "hashAlgorithmOID": "",
    "authData": "",
}
_SIGN = {
    "credentialID": "credentialID",
    "SAD": "SAD",
    "hashes": "hash",
    "hashAlgorithmOID": "hashAlgo",
    "signAlgo": "signAlgo",
    "operationMode": "",
}


def _as_v1(handler: Callable[..., Any], fields: dict[str, str]) -> Callable[..., Any]:
    class Reworded:
        def __init__(self, told: dict[str, Any]) -> None:
            self._told = told

        async def json(self) -> dict[str, Any]:
            return {fields[key]: value for key, value in self._told.items() if fields[key]}

    async def handle(request: web.Request) -> web.StreamResponse:
        told = await request.json()
        if not set(fields) - {"authData"} <= set(told) <= set(fields):
            return web.Response(status=400)
        return await handler(Reworded(told))

    return handle


def _config(url: str) -> dict[str, Any]:
    organisation = board().e_seal_organisation
    people = {label: staff()[staff_id] for label, staff_id in PERSONS.items()}
    threatened = people["gun-britt"]
    entities = {
        "root": {"common-name": "Provrot"},
        "issuing": {"common-name": "Provutfärdare"},
        "seal": {"common-name": organisation},
        **{label: {"common-name": one.full_name, "serial-number": one.staff_id} for label, one in people.items()},
        "revoked": {"common-name": threatened.full_name, "serial-number": threatened.staff_id},
        "expired": {"common-name": threatened.full_name, "serial-number": threatened.staff_id},
        "foreign": {"common-name": "Grannkommunen", "organization-name": "Grannkommunen"},
        "tsa": {"common-name": "Provtidsstämpling"},
        "ocsp": {"common-name": "Provbesked"},
    }
    sources = [
        {
            "id": "crl_distribution_points",
            "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": ["issuing"]}},
        },
        {
            "id": "authority_information_access",
            "smart-value": {"schema": "aia-urls", "params": {"ocsp-responder-names": ["issuing"]}},
        },
    ]

    def usage(*words: str) -> dict[str, Any]:
        return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(words)}}

    ca = [{"id": "basic_constraints", "critical": True, "value": {"ca": True}}, usage("key_cert_sign", "crl_sign")]
    from_root = {
        "id": "crl_distribution_points",
        "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": ["root"]}},
    }
    certs: dict[str, Any] = {
        "root": {"issuer": "root", "subject": "root", "validity": _LONG, "extensions": ca},
        "issuing": {"issuer": "root", "subject": "issuing", "validity": _LONG, "extensions": [*ca, from_root]},
        "tsa": {
            "issuer": "issuing",
            "subject": "tsa",
            "validity": _LONG,
            "extensions": [
                usage("digital_signature"),
                {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]},
                *sources,
            ],
        },
        "ocsp": {
            "issuer": "issuing",
            "subject": "ocsp",
            "validity": _LONG,
            "extensions": [
                usage("digital_signature"),
                {"id": "extended_key_usage", "critical": True, "value": ["ocsp_signing"]},
                {"id": "ocsp_no_check"},
            ],
        },
    }
    for label in ("seal", *PERSONS, "revoked", "expired", "foreign"):
        certs[label] = {
            "issuer": "issuing",
            "subject": label,
            "validity": _LONG,
            "extensions": [usage("digital_signature", "non_repudiation"), *sources],
        }
    certs["expired"]["validity"] = {**_LONG, "valid-to": "2024-01-01T00:00:00+0000"}
    certs["revoked"]["revocation"] = {"revoked-since": "2025-01-01T00:00:00+0000", "reason": "key_compromise"}
    return {
        "external-url-prefix": f"{url}/pki",
        "keysets": {ARCH: {"keys": {label: {"path": f"{label}.key"} for label in LABELS}}},
        "pki-architectures": {
            ARCH: {
                "keyset": ARCH,
                "entity-defaults": {"country-name": "SE", "organization-name": organisation},
                "entities": entities,
                "certs": certs,
                "services": {
                    "ocsp": {
                        "issuing": {"for-issuer": "issuing", "responder-cert": "ocsp", "signing-key": "ocsp"},
                    },
                    "crl-repo": {
                        label: {
                            "for-issuer": label,
                            "signing-key": label,
                            "simulated-update-schedule": "P1D",
                        }
                        for label in ("root", "issuing")
                    },
                    "time-stamping": {"tsa": {"signing-key": "tsa", "signing-cert": "tsa"}},
                },
            }
        },
    }


@cache
def pki() -> TestPki:
    """One PKI for all tests of a run."""
    return TestPki()
