"""What a case system is told, signed by Standard Webhooks (HMAC-SHA256): ids and states from an allow-list, no more.

https://www.standardwebhooks.com. The signature is made by the library `standardwebhooks`; what is ours is the
allow-list and how an endpoint's secret is derived, so that no secret stands in the database.
"""

import base64
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from standardwebhooks import Webhook

from sigill.errors import N_, BadInput

FIELDS: Mapping[str, frozenset[str]] = {
    "case.prepared": frozenset({"case_id", "dnr", "state"}),
    "case.sent_back": frozenset({"case_id", "dnr", "state"}),
    "decision.issued": frozenset({"case_id", "dnr", "state", "decision_id", "log_index"}),
    "decision.sent": frozenset({"case_id", "dnr", "state", "decision_id", "channel"}),
    "decision.served": frozenset({"case_id", "dnr", "state", "decision_id", "served_on"}),
    "appeal.received": frozenset({"case_id", "dnr", "state", "decision_id", "received_on"}),
    "test.ping": frozenset(),
}
"""Event → what its data may hold. None of it names a person; who decided stays in the record."""

_VALUE = re.compile(r"[\w .:/+-]{0,100}")


@dataclass(frozen=True, slots=True)
class Signed:
    """What goes out: the body and the three headers of Standard Webhooks."""

    body: bytes
    headers: Mapping[str, str]


def payload(event: str, data: Mapping[str, str | int], at: dt.datetime) -> bytes:
    """The body that tells of `event`; the same for every endpoint, and kept for later tries.

    Raises:
        BadInput: an unknown event, or data that is not on its list.
    """
    allowed = FIELDS.get(event)
    if allowed is None or not data.keys() <= allowed:
        raise BadInput(N_("A webhook may not tell that."), N_("See `FIELDS` in notify/webhook.py."), place=event)
    if not all(_VALUE.fullmatch(str(one)) for one in data.values()):
        raise BadInput(N_("A value is not one that a webhook carries."), N_("Send ids and states."), place=event)
    told = {"type": event, "timestamp": at.astimezone(dt.UTC).isoformat(), "data": dict(sorted(data.items()))}
    return msgspec.json.encode(told)


def secret(master: bytes, endpoint: str, generation: int = 1) -> bytes:
    """The signing secret of an endpoint, 32 bytes (HKDF-SHA256, RFC 5869): derived, so the database holds none.

    Args:
        master: at least 32 bytes, kept with the house's keys. generation: counts up when a secret is changed.
    """
    if len(master) < 32:
        raise BadInput(N_("The webhook key is too short."), N_("Let the house make a new one."))
    info = f"sigill webhook {endpoint} {generation}".encode()
    return HKDF(SHA256(), 32, salt=None, info=info).derive(master)


def sign(body: bytes, message_id: str, at: dt.datetime, *keys: bytes) -> Signed:
    """Sign a body for one endpoint.

    Args:
        message_id: the same at every try, so that the receiver can drop what it has seen.
        at: when this try is made.
        keys: the endpoint's secret; during a change the new and the old one, both signed with.
    """
    # The library reads the clock face and takes it for UTC, so it must be given UTC.
    moment = at.astimezone(dt.UTC)
    signatures = [Webhook(key).sign(message_id, moment, body.decode("utf-8")) for key in keys]
    return Signed(
        body,
        {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": " ".join(signatures),
            "content-type": "application/json",
        },
    )


def shown(key: bytes) -> str:
    """A secret as Standard Webhooks writes it, for the receiver's settings."""
    return "whsec_" + base64.b64encode(key).decode("ascii")
