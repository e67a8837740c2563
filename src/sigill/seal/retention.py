"""Each box has a retention key of its own, and that lies wrapped under the key of the month it is to be disposed of.

So a record whose file turns out to live on is moved to a later month without being opened (the old wrapping dies with
the old month's key), and a month's records go all at once when the month's key is deleted. Wrapping is RFC 3394 under
a key derived from the month's and bound to the decision.
"""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from sigill.errors import N_, TamperEvidence


def wrap(key: bytes, month_key: bytes, decision_id: str) -> bytes:
    """A box's retention key (32 bytes) under its month's (32 bytes): 40 bytes."""
    return aes_key_wrap(_derive(month_key, decision_id), key)


def unwrap(wrapped: bytes, month_key: bytes, decision_id: str) -> bytes:
    """The retention key that `wrap` was given.

    Raises:
        TamperEvidence: it was wrapped under another key or for another decision, or is damaged.
    """
    try:
        return aes_key_unwrap(_derive(month_key, decision_id), wrapped)
    except (InvalidUnwrap, ValueError):
        raise TamperEvidence(
            N_("The record's retention key does not fit its month."),
            N_("Keep it as it is, restore a copy, and call the administrator."),
            place=decision_id,
        ) from None


def _derive(month_key: bytes, decision_id: str) -> bytes:
    info = b"sigill/retention/v1\x00" + decision_id.encode()
    return HKDF(SHA256(), 32, salt=None, info=info).derive(month_key)
