"""Key files: read with a clear word when one is missing, written whole or not at all, for the owner's eyes
only.

What it does not do: encrypt. Who may read the folder may read the keys.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from sigill.adapters.files import write_atomically
from sigill.errors import N_, BadInput, Temporary

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file `path` alone across processes and threads; the kernel lets go when the holder dies.

    Raises:
        Temporary: the lock file cannot be made.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    except OSError:
        raise Temporary(
            N_("The key folder cannot be written to."), N_("Check the disk and permissions."), place=str(path)
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write(path: Path, data: bytes) -> None:
    """Write a private file whole or not at all, also when killed in between; it survives a power cut."""
    write_atomically(path, data, mode=PRIVATE_FILE)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make sure that a folder's new names are on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_key(path: Path, key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> None:
    """Write a private key as PEM (PKCS #8), unencrypted."""
    write(
        path,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


def read(path: Path) -> bytes:
    """The bytes of a file that must be there.

    Raises:
        BadInput: it is missing or cannot be read; names it.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise missing(path) from None
    except OSError:
        raise damaged(path) from None


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object that must be there."""
    try:
        found = json.loads(read(path))
    except ValueError:
        raise damaged(path) from None
    if not isinstance(found, dict):
        raise damaged(path)
    return found


def read_ec_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """A P-256 private key that must be there."""
    key = _read_key(path)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise damaged(path)
    return key


def read_ed25519_key(path: Path) -> ed25519.Ed25519PrivateKey:
    """An Ed25519 private key that must be there."""
    key = _read_key(path)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise damaged(path)
    return key


def read_certificate(path: Path) -> x509.Certificate:
    """A certificate that must be there."""
    try:
        return x509.load_pem_x509_certificate(read(path))
    except ValueError:
        raise damaged(path) from None


def missing(path: Path) -> BadInput:
    """The error for a file that should exist and does not."""
    return BadInput(
        N_("A key file is missing, and a new one would not fit what was sealed and signed before."),
        N_("Put the file back from the backup."),
        place=str(path),
    )


def damaged(path: Path) -> BadInput:
    """The error for a file that is there but of no use."""
    return BadInput(
        N_("A key file cannot be read or does not fit the others."),
        N_("Put the file back from the backup."),
        place=str(path),
    )


def _read_key(path: Path) -> object:
    try:
        return serialization.load_pem_private_key(read(path), password=None)
    except (ValueError, TypeError):
        raise damaged(path) from None
