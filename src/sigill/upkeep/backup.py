"""A backup: everything but private keys of people, in one age file.

A tar, encrypted to the backup's recipients while it is written:

    manifest.json    version, when, and the log's checkpoint
    home/…           keys, trust, board, settings: all files of the home except what stands below
    escrow           the month keys, for their holders only (`sigill.upkeep.escrow`)
    db/000000 …      all rows of the database as they were at one moment (`sigill.store.dump`)
    end              says that nothing is missing

Left out: the database's own files, locks, the custodians' private keys where a trial house plays the custodians, and
the month keys in clear. What it does not do: say who wrote it. Hold a restored log against a checkpoint and a trust
file from elsewhere.
"""

import io
import json
import secrets
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import sigill
from sigill.adapters import age
from sigill.adapters.key_files import sync_folder
from sigill.errors import N_, Refused, Temporary
from sigill.upkeep import escrow
from sigill.upkeep.ground import Ground
from sigill.upkeep.shred import unfinished

CHECKPOINT = "checkpoint.txt"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds: bytes of the file, entries of the log, the escrow's generation."""

    size: int
    entries: int
    generation: int


def backup(
    ground: Ground, target: Path, recipients: Sequence[str], step: Callable[[], None] = lambda: None
) -> BackedUp:
    """Write a backup to `target`: whole, or not at all.

    Args:
        recipients: `age1…`, one or more.
        step: called after each piece of the database.
    Raises:
        Refused: nobody has been named to hold the escrow, or a disposal is unfinished.
        BadInput: a recipient is none. Blocked: the database holds what this version does not know.
        Temporary: the file cannot be written.
    """
    to = [age.recipient(one) for one in recipients]
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    with ground.store.exclusive("shred"):  # a month is either in the escrow or gone, not both
        holders = _holders(ground)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with age.writing(part, to) as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
                entries = _write(ground, holders, tar, step)
            ground.mark("written")
            part.replace(target)
            sync_folder(target.parent)
        except OSError:
            raise Temporary(
                N_("The backup cannot be written."), N_("Make room or choose another folder."), place=str(target)
            ) from None
        finally:
            part.unlink(missing_ok=True)
    return BackedUp(target.stat().st_size, entries, holders.generation)


def _holders(ground: Ground) -> escrow.Holders:
    holders = escrow.read_holders(ground.settings.home)
    if holders is None:
        raise Refused(
            N_("Nobody has been named to hold the month keys: this backup could never open a record again."),
            N_("Name the holders with `sigill escrow set`."),
        )
    left = unfinished(ground)
    if left:
        raise Refused(
            N_("The disposal of {months} is unfinished; a backup would bring it back."),
            N_("Run `sigill shred --month` again first."),
            months=", ".join(left),
        )
    return holders


def _write(ground: Ground, holders: escrow.Holders, tar: tarfile.TarFile, step: Callable[[], None]) -> int:
    from sigill.store import dump  # noqa: PLC0415 - Django is set up by now

    with dump.consistent():
        note = ground.log.checkpoint()
        entries = ground.store.nodes.size()
        manifest = {
            "schema": 1,
            "version": sigill.__version__,
            "made_at": ground.clock.now().isoformat(timespec="seconds"),
            "entries": entries,
            "checkpoint": note,
            "generation": holders.generation,
        }
        _add(tar, "manifest.json", json.dumps(manifest, indent=1).encode())
        for path in home_files(ground.settings.home):
            _add(tar, "home/" + path.relative_to(ground.settings.home).as_posix(), path.read_bytes())
        _add(tar, f"home/{CHECKPOINT}", note.encode())  # the one of this moment: a later one would tell of a loss
        _add(tar, "escrow", escrow.seal(ground.keys, holders, list(ground.store.disposed()), ground.entropy))
        for number, piece in enumerate(dump.pieces()):
            _add(tar, f"db/{number:06}", piece)
            step()
        _add(tar, "end", b"")
    return entries


def home_files(home: Path) -> Iterator[Path]:
    """The files of a home that belong into a backup, in order."""
    for path in sorted(home.rglob("*")):
        inside = path.relative_to(home)
        hidden = any(one.startswith(".") for one in inside.parts)
        left_out = (
            inside.parts[0] == "locks"
            or inside.name == CHECKPOINT
            or inside.name.partition(".")[2].startswith("sqlite3")
            or inside.parts[:2] == ("keys", "custodians")
            or (inside.parts[:2] == ("keys", "retention") and inside.suffix == ".key")
        )
        if path.is_file() and not path.is_symlink() and not hidden and not left_out:
            yield path


def members(stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """The members of an opened backup, in order: name and bytes."""
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isreg() else None
            if file is not None:
                yield member.name, file.read()


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))
