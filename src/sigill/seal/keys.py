"""Custodians' key pairs (X25519): made, written to a file under a passphrase, read again.

The private half belongs in a file or a token of the custodian's own, never on the server. Python cannot wipe
a key from memory; run this where the custodian trusts the machine.
"""

from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from sigill.errors import N_, BadInput
from sigill.ports import Entropy

KEY_SIZE = 32
KEY_ID_SIZE = 8
MIN_PASSPHRASE = 12
"""Bytes. The file's own stretching of a passphrase is modest, so a short one would be guessed."""


def new_private_key(entropy: Entropy) -> bytes:
    """A fresh private key, 32 bytes."""
    return entropy.token_bytes(KEY_SIZE)


def public_of(private_key: bytes) -> bytes:
    """The public half of a private key, 32 bytes each: what `sigill.seal.box.seal` wants.

    Raises:
        BadInput: the private key has not 32 bytes.
    """
    return load_private(private_key).public_key().public_bytes_raw()


def key_id(public_key: bytes) -> bytes:
    """A short name of a public key, 8 bytes: tells a wrong key from a damaged box; proves nothing."""
    return sha256(b"sigill/custodian-key/v1\x00" + public_key).digest()[:KEY_ID_SIZE]


def private_pem(private_key: bytes, passphrase: bytes) -> bytes:
    """A private key (32 bytes) as an encrypted PEM file (PKCS #8, RFC 5958).

    Args:
        passphrase: at least 12 bytes.
    Raises:
        BadInput: the passphrase is too short, or the key has not 32 bytes.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise BadInput(N_("A custodian's passphrase must have at least {least} bytes."), least=MIN_PASSPHRASE)
    key = load_private(private_key)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))


def unsafe_private_pem(private_key: bytes) -> bytes:
    """A private key (32 bytes) as a PEM file that whoever finds it can use. For demonstrations and tests.

    Raises:
        BadInput: the key has not 32 bytes.
    """
    key = load_private(private_key)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_private_pem(pem: bytes, passphrase: bytes | None = None, *, place: str = "") -> bytes:
    """The private key in a file made by `private_pem` or `unsafe_private_pem`, 32 bytes.

    Args:
        place: the file's name, for error messages.
    Raises:
        BadInput: not such a key, or the passphrase is missing or wrong.
    """
    try:
        key = load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadInput(
            N_("The private key cannot be read."), N_("Check the file and the passphrase."), place=place
        ) from None
    if not isinstance(key, X25519PrivateKey):
        raise BadInput(N_("The private key is not an X25519 key."), place=place)
    return key.private_bytes_raw()


def public_pem(public_key: bytes) -> bytes:
    """A public key (32 bytes) as a PEM file.

    Raises:
        BadInput: it has not 32 bytes.
    """
    return load_public(public_key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_public_pem(pem: bytes, *, place: str = "") -> bytes:
    """The public key in a file made by `public_pem`, 32 bytes.

    Raises:
        BadInput: not such a key.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise BadInput(N_("The public key cannot be read."), place=place) from None
    if not isinstance(key, X25519PublicKey):
        raise BadInput(N_("The public key is not an X25519 key."), place=place)
    return key.public_bytes_raw()


def load_private(private_key: bytes) -> X25519PrivateKey:
    """The private key's object.

    Raises:
        BadInput: it has not 32 bytes.
    """
    try:
        return X25519PrivateKey.from_private_bytes(private_key)
    except (ValueError, TypeError):
        raise BadInput(N_("A custodian's private key has 32 bytes (X25519).")) from None


def load_public(public_key: bytes) -> X25519PublicKey:
    """The public key's object.

    Raises:
        BadInput: it has not 32 bytes.
    """
    try:
        return X25519PublicKey.from_public_bytes(public_key)
    except (ValueError, TypeError):
        raise BadInput(N_("A custodian's public key has 32 bytes (X25519).")) from None
