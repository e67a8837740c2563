"""Asks a witness over HTTPS (implements `sigill.ports.Witness`): one request, no redirect, no proxy, a short answer.

A witness that has just failed to answer is left alone for a while, so that a letter does not wait for it each time.
"""

import http.client
import ssl
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from sigill.adapters.webhooks import LOOPBACK
from sigill.errors import N_, BadInput, Temporary
from sigill.log.checkpoint import MAX_NOTE, VerifierKey, parse_vkey

TIMEOUT = 5.0  # seconds
PAUSE = 60.0  # seconds

_NO_ANSWER = N_("The witness did not answer.")


@dataclass(slots=True)
class HttpWitness:
    """A witness at an address.

    Args:
        url: its submission prefix; https, or http to this machine.
        key: its public key.
    """

    url: str
    key: VerifierKey
    timeout: float = TIMEOUT
    context: ssl.SSLContext | None = None
    _rests_until: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            good = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            parts, good = urlsplit(""), False
        allowed = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not (good and allowed and self.url.isascii()) or parts.username or parts.query or parts.fragment:
            raise BadInput(N_("A witness's address must be https, without user name or query."), place=self.key.name)
        if not self.key.witness:
            raise BadInput(N_("This is a log's key, not a witness's."), place=self.key.name)

    @property
    def name(self) -> str:
        """The name it signs under."""
        return self.key.name

    @property
    def public_key(self) -> bytes:
        """Ed25519, 32 bytes."""
        return self.key.public_key

    def ask(self, request: bytes) -> tuple[int, str]:
        """See `sigill.ports.Witness.ask`."""
        if time.monotonic() < self._rests_until:
            raise Temporary(_NO_ANSWER)
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = self.context or ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, parts.port, timeout=self.timeout, context=context
            )
        else:
            connection = http.client.HTTPConnection(host, parts.port, timeout=self.timeout)
        try:
            path = parts.path.rstrip("/") + "/add-checkpoint"
            connection.request("POST", path, request, {"content-type": "text/plain", "user-agent": "Sigill"})
            answer = connection.getresponse()
            body = answer.read(MAX_NOTE + 1)
            if len(body) > MAX_NOTE:
                raise Temporary(N_("The witness answered with more than anybody reads."))
            return answer.status, body.decode()
        except (OSError, http.client.HTTPException, UnicodeDecodeError):
            self._rests_until = time.monotonic() + PAUSE
            raise Temporary(_NO_ANSWER) from None
        finally:
            connection.close()


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    quorum: Annotated[int, msgspec.Meta(ge=0, le=16)]
    witness: Annotated[tuple[_Entry, ...], msgspec.Meta(max_length=16)]


def read_witnesses(path: Path) -> tuple[list[HttpWitness], int]:
    """Whom to ask, and how many must cosign; nobody and 0 if there is no such file.

    Args:
        path: `witnesses.toml`: `quorum`, and `url` and `key` of each `[[witness]]`.
    Raises:
        BadInput: the file cannot be used; says where.
    """
    if not path.exists():
        return [], 0
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
    except (ValueError, msgspec.ValidationError) as error:
        where = str(error).partition("`$.")[2].rstrip("`")
        raise BadInput(
            N_("The list of witnesses cannot be read."),
            N_("It has `quorum`, and `url` and `key` under each `[[witness]]`."),
            place=f"{path.name}: {where}" if where else path.name,
        ) from None
    witnesses = [HttpWitness(one.url, parse_vkey(one.key)) for one in found.witness]
    if found.quorum > len(witnesses) or len({one.name for one in witnesses}) != len(witnesses):
        raise BadInput(
            N_("The list of witnesses names one twice, or asks for more of them than it names."), place=path.name
        )
    return witnesses, found.quorum
