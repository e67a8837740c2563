"""A sealed letter to one key: HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20Poly1305), padded.

What it does not do: it says nothing about who wrote it, and on a sealed letter nobody can see whose it is.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sigill.errors import N_, BadInput
from sigill.seal import keys
from sigill.seal.wire import Reader, field

PAD = 4_096
MAX_TEXT = 1 << 20

_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO = b"sigill/letter/v1\x00"


def seal_letter(text: bytes, public_key: bytes) -> bytes:
    """`text` for the holder of `public_key` (X25519, 32 bytes) alone.

    Raises:
        BadInput: it is longer than 1 MiB, or the key cannot be used.
    """
    if len(text) > MAX_TEXT:
        raise BadInput(N_("This is too large to seal."))
    padded = field(text, 4) + bytes(-(len(text) + 4) % PAD)
    try:
        return _HPKE.encrypt(padded, keys.load_public(public_key), _INFO)
    except ValueError:
        raise BadInput(N_("A letterbox's key cannot be used.")) from None


def open_letter(sealed: bytes, private_key: bytes) -> bytes | None:
    """The text, if it was sealed to this key; else None.

    Raises:
        BadInput: the private key has not 32 bytes. TamperEvidence: the content has not the form `seal_letter` writes.
    """
    key = keys.load_private(private_key)
    try:
        padded = _HPKE.decrypt(sealed, key, _INFO)
    except (InvalidTag, ValueError):
        return None
    reader = Reader(padded, "sealed letter")
    text = reader.field(4)
    if padded != field(text, 4) + bytes(-(len(text) + 4) % PAD):
        raise reader.broken()
    return text
