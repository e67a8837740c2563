"""A request to open one sealed record, as a value. Holds no protected name: whoever words it must leave names out."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DisclosureRequest:
    """What is asked for.

    Args:
        decision: decision id (not its key).
        ground: id of a ground in `law/data/disclosure_grounds.toml`.
        requester: who asks, in words: "parten", "Förvaltningsrätten i X, mål 123-26".
        recipient: the one who gets the copy, in words.
        registered_by: staff id of the employee who registers the request.
        recipient_staff_id: the recipient's, when it is an employee; else empty.
        recipient_key: the recipient's one-time age key (`age1…`), to which the copy is sealed; empty for a PDF.
        hours: how long the request is to hold; 0 for what the ground says.
    """

    decision: str
    ground: str
    requester: str
    recipient: str
    registered_by: str
    recipient_staff_id: str = ""
    recipient_key: str = ""
    hours: int = 0


@dataclass(frozen=True, slots=True)
class RegisteredRequest:
    """A request that stands in the log.

    Args:
        id: random, 26 characters.
        request: as asked.
        made_at, expires_at: it opens nothing before the one, nor at or after the other.
    """

    id: str
    request: DisclosureRequest
    made_at: dt.datetime
    expires_at: dt.datetime
