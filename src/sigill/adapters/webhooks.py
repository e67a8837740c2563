"""Delivers a signed webhook by HTTPS: one request, no redirect, no proxy, the answer's body unread."""

import enum
import http.client
import ssl
from typing import cast
from urllib.parse import urlsplit

from sigill.errors import N_, BadInput
from sigill.notify.webhook import Signed

TIMEOUT = 15.0  # seconds; Standard Webhooks: 15–30
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Outcome(enum.Enum):
    """What the receiver answered."""

    TAKEN = "taken"  # 2xx
    LATER = "later"  # anything else, or nothing: try again
    GONE = "gone"  # 410: the endpoint wants no more


def endpoint_url(url: str) -> str:
    """`url` if a webhook may go there: https, or http to this machine; no user or fragment in it.

    Raises:
        BadInput: it may not.
    """
    try:
        parts = urlsplit(url)
        port_is_a_number = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_a_number = urlsplit(""), False
    plain = parts.scheme == "http" and parts.hostname in LOOPBACK
    clean = url.isascii() and url.isprintable() and " " not in url and len(url) <= 500
    if not (clean and port_is_a_number and (parts.scheme == "https" or plain) and parts.hostname) or (
        parts.username is not None or parts.password is not None or parts.fragment
    ):
        raise BadInput(
            N_("A webhook's address must be https, without user name or fragment."),
            N_("Give an address such as https://case-system.example/hooks."),
        )
    return url


def deliver(url: str, signed: Signed, *, context: ssl.SSLContext | None = None, timeout: float = TIMEOUT) -> Outcome:
    """Send `signed` to `url` once.

    Raises:
        BadInput: the address is not one that webhooks go to.
    """
    parts = urlsplit(endpoint_url(url))
    host = cast(str, parts.hostname)
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=timeout, context=context or ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=timeout)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, signed.body, {**signed.headers, "user-agent": "Sigill"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return Outcome.LATER
    finally:
        connection.close()
    if 200 <= status < 300:
        return Outcome.TAKEN
    return Outcome.GONE if status == 410 else Outcome.LATER
