"""Files in the age format (age-encryption.org/v1): under a passphrase, or to recipients, whole or as a stream.

What it does not do: say who wrote a file. age hides and notices change in transit; anybody who has a recipient's public
key can write to it.
"""

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import pyrage
from pyrage import passphrase as _passphrase
from pyrage import x25519

from sigill.errors import N_, BadInput

ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"
MAGIC = b"age-encryption.org/v1"
MIN_PASSPHRASE = 12
"""Characters. age stretches with scrypt, about a second a guess; a short one would still be guessed."""


def lock(data: bytes, passphrase: str) -> bytes:
    """`data` under a passphrase, as an armoured age file.

    Raises:
        BadInput: the passphrase is too short.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise BadInput(N_("A passphrase must have at least {least} characters."), least=MIN_PASSPHRASE)
    return bytes(_passphrase.encrypt(data, passphrase, armored=True))


def unlock(data: bytes, passphrase: str, *, place: str = "") -> bytes:
    """What `lock` was given.

    Raises:
        BadInput: no such file, or the passphrase is wrong.
    """
    try:
        return bytes(_passphrase.decrypt(data, passphrase))
    except (pyrage.DecryptError, ValueError):
        raise BadInput(
            N_("The file does not open with that passphrase."), N_("Check file and passphrase."), place=place
        ) from None


def is_locked(data: bytes) -> bool:
    """Whether this is an age file."""
    return data.lstrip().startswith(ARMOR) or data.startswith(MAGIC)


def new_identity() -> tuple[str, str]:
    """A fresh key pair: (identity, recipient), as age writes them."""
    made = x25519.Identity.generate()
    return str(made), str(made.to_public())


def recipient(text: str) -> object:
    """A recipient (`age1…`).

    Raises:
        BadInput: it is none.
    """
    try:
        return x25519.Recipient.from_str(text.strip())
    except (pyrage.RecipientError, ValueError):
        raise BadInput(
            N_("This is no age recipient."), N_("It starts with age1; see `sigill backup-key`."), place=text[:12]
        ) from None


def identities(text: str, *, place: str = "") -> list[object]:
    """The identities in an identity file's text.

    Raises:
        BadInput: there is none.
    """
    lines = [line.strip() for line in text.splitlines()]
    try:
        found = [x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (pyrage.IdentityError, ValueError):
        found = []
    if not found:
        raise BadInput(N_("The file holds no age identity."), N_("Name the key file of the backups."), place=place)
    return found


@contextlib.contextmanager
def writing(path: Path, recipients: Sequence[object]) -> Iterator[IO[bytes]]:
    """A stream whose bytes end up in `path`, encrypted; the file is only whole when the block ends well."""
    reading, feeding = os.pipe()
    trouble: list[BaseException] = []

    def encrypt() -> None:
        try:
            with os.fdopen(reading, "rb") as source, path.open("wb") as target:
                pyrage.encrypt_io(source, target, recipients)
                target.flush()
                os.fsync(target.fileno())
        except BaseException as err:  # handed to the thread that waits
            trouble.append(err)

    worker = threading.Thread(target=encrypt)
    worker.start()
    try:
        with os.fdopen(feeding, "wb") as stream:
            yield stream
    except BrokenPipeError:
        pass  # the worker says why
    finally:
        worker.join()
    if trouble:
        raise trouble[0]


@contextlib.contextmanager
def reading(path: Path, known: Sequence[object]) -> Iterator[IO[bytes]]:
    """The clear bytes of an age file as a stream.

    Raises:
        BadInput: it is no age file for any of these identities, or it is damaged or cut short; said at the latest when
            the block ends.
    """
    draining, filling = os.pipe()
    trouble: list[BaseException] = []

    def decrypt() -> None:
        try:
            with os.fdopen(filling, "wb") as target, path.open("rb") as source:
                pyrage.decrypt_io(source, target, known)
        except BrokenPipeError:
            pass  # the reader had enough
        except BaseException as err:  # handed to the thread that waits
            trouble.append(err)

    worker = threading.Thread(target=decrypt)
    worker.start()
    failed: BaseException | None = None
    try:
        with os.fdopen(draining, "rb") as stream:
            yield stream
            while stream.read(1 << 20):
                pass  # the last chunk proves that nothing was cut off
    except Exception as err:  # a half stream breaks its reader in many ways; the cause comes first
        failed = err
    worker.join()
    for cause in trouble:
        # pyrage tells of a chunk that does not verify by an OSError without a number.
        damaged = isinstance(cause, OSError) and cause.errno is None
        if damaged or isinstance(cause, (pyrage.DecryptError, ValueError)):
            raise BadInput(
                N_("The file does not open: it is damaged, cut short, or not meant for this key."),
                N_("Take another copy, or the right key."),
                place=path.name,
            ) from None
        raise cause
    if failed is not None:
        raise failed
