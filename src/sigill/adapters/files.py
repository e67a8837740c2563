"""Reading what the user hands in and writing what leaves the house: all or nothing, and never half a file."""

import errno
import hashlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from sigill.errors import N_, BadInput, Temporary

MAX_INPUT = 64 << 20
"""Largest file `read` takes, in bytes."""


def read(path: Path, *, most: int = MAX_INPUT) -> bytes:
    """The bytes of a file the user named.

    Raises:
        BadInput: there is no such file, it is a folder, too large, or may not be read.
    """
    try:
        if path.stat().st_size > most:
            raise BadInput(N_("The file is larger than {most} MiB."), N_("Split it."), place=path.name, most=most >> 20)
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInput(N_("There is no such file."), N_("Check the path."), place=str(path)) from None
    except IsADirectoryError:
        raise BadInput(N_("This is a folder, not a file."), N_("Name the file in it."), place=str(path)) from None
    except PermissionError:
        raise BadInput(N_("The file may not be read."), N_("Check its permissions."), place=str(path)) from None


def write_atomically(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write `data` to `path` so that a reader sees the old file or the new one, never a half.

    Raises:
        Temporary: the disk is full or the folder cannot be written to; the old file stands.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as err:
        part.unlink(missing_ok=True)
        problem = (
            N_("The disk is full.") if err.errno in (errno.ENOSPC, errno.EDQUOT) else N_("The file cannot be written.")
        )
        raise Temporary(
            problem,
            N_("Nothing is lost; make room or choose another folder, then run it again."),
            place=str(path),
        ) from None


class FolderOutbox:
    """Leaves letters in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, name: str, files: Mapping[str, bytes]) -> Sequence[str]:
        """Write `files` below `folder/name`. The last one is written last: it says that the others are there."""
        target = self.folder / name if name else self.folder
        paths = []
        for file, data in files.items():
            write_atomically(target / file, data)
            paths.append(str(target / file))
        return paths


class FolderHatch:
    """Hands out a copy as a file that is written once: never over another one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, name: str) -> str:
        """See `sigill.ports.Hatch.place`."""
        return str(self.folder.absolute() / name)

    def require_free(self, name: str) -> None:
        """See `sigill.ports.Hatch.require_free`."""
        if (self.folder / name).exists():
            raise BadInput(
                N_("There is a file of that name already; a copy is never written over another."),
                N_("Choose another folder."),
                place=str(self.folder / name),
            )

    def put(self, name: str, data: bytes) -> bytes:
        """See `sigill.ports.Hatch.put`."""
        target, part = self.folder / name, f".{name}.{secrets.token_hex(4)}.part"
        write_atomically(self.folder / part, data)
        try:
            os.link(self.folder / part, target)  # unlike a rename, a link never replaces what is there
        except FileExistsError:
            data = read(target)
        except OSError:
            raise Temporary(
                N_("The file cannot be written."),
                N_("Nothing is lost; make room or choose another folder, then run it again."),
                place=str(target),
            ) from None
        finally:
            (self.folder / part).unlink(missing_ok=True)
        return hashlib.sha256(data).digest()
