"""Encrypts a decision that waits for a signature: AES-256-GCM, bound to the decision.

Modesty: the house holds the key (under its retention month's) and must, since it goes on by itself when the signature
comes. So this keeps names out of the database and its copies; it does not keep them from the house. Custodians' keys
do that, from the moment of issue on (`sigill.seal.box`).
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sigill.errors import N_, TamperEvidence
from sigill.ports import Entropy

_DOMAIN = b"sigill/parked/v1\x00"
_NONCE = 12


def lock(plain: bytes, key: bytes, decision_id: str, entropy: Entropy) -> bytes:
    """`plain` encrypted under `key` (32 bytes, used for this alone)."""
    nonce = entropy.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, _DOMAIN + decision_id.encode())


def unlock(sealed: bytes, key: bytes, decision_id: str) -> bytes:
    """What `lock` was given.

    Raises:
        TamperEvidence: it was locked under another key or for another decision, or is damaged.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _DOMAIN + decision_id.encode())
    except (InvalidTag, ValueError):
        raise TamperEvidence(
            N_("A decision that waits for its signature has been altered, or does not fit its key."),
            N_("Keep it as it is, withdraw it, and prepare the decision anew."),
            place=decision_id,
        ) from None
