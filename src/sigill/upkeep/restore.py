"""A house out of a backup: built beside, checked, and only then put in place.

    (1) unpack into a folder beside the home; the database's rows into one transaction
    (2) the month keys out of the escrow, with its holders' keys
    (3) check: the log adds up and is no shorter than what is known outside; each letter is the one that was logged,
        and genuine
    (4) log `restored`, commit, rename the folder to the home

Killed before (4) nothing has been restored; killed inside it, the next run of the same command finishes: SQLite lies in
the folder that is renamed; on PostgreSQL the entry `restored` tells that the rows are there. The home must be empty,
or hold nothing but the last checkpoint it gave out.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from sigill.adapters import age
from sigill.adapters.key_files import exclusive, read_json, sync_folder, write
from sigill.adapters.signing_config import load_signing
from sigill.adapters.world import SystemClock, SystemEntropy
from sigill.audit import Trust, check
from sigill.errors import N_, BadInput, NotGenuine, Refused, TamperEvidence
from sigill.house import Settings, keys_for
from sigill.log import entry
from sigill.log.checkpoint import open_checkpoint
from sigill.logbook import HouseLog
from sigill.ports import Clock
from sigill.upkeep import escrow
from sigill.upkeep.backup import CHECKPOINT, members
from sigill.upkeep.ground import Ground, know_the_web, nowhere

_ROWS = ".rows"
MARK = "restored.json"
"""In a restored home: which backup it came from."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to restore, and how.

    Args:
        backup: the age file. identities: text of the recipients' identity file.
        holders: private keys of the escrow's holders.
        without_escrow: restore without month keys; nothing that was sealed can be opened then.
        checkpoint: the newest known outside, as text.
        accept_loss: restore although the log is shorter than the checkpoint.
        trust: a trust file from outside that the restored one must equal.
        quick: hold letters to their log entries only, and leave their signatures.
    """

    backup: Path
    identities: str
    holders: Sequence[bytes] = ()
    without_escrow: bool = False
    checkpoint: str | None = None
    accept_loss: bool = False
    trust: bytes | None = None
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """A house in place: entries in its log, letters checked, entries known outside that are lost."""

    entries: int
    letters: int
    lost: int


def restore(
    settings: Settings,
    order: Order,
    *,
    clock: Clock | None = None,
    mark: Callable[[str], None] = nowhere,
    step: Callable[[], None] = lambda: None,
) -> Restored:
    """Restore a house into `settings.home`.

    Args:
        step: called after each letter that has been checked.
    Raises:
        Refused: the home or database is in use, holders' keys are missing, or entries known outside would be lost.
        BadInput: the backup cannot be read. TamperEvidence: what it holds does not add up.
    """
    home = settings.home
    home.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(home.parent / f".{home.name}.restore.lock"):
        digest = _digest_of(order.backup)
        if _came_from(home).get("backup") == digest.hex():
            return Restored(_came_from(home)["entries"], 0, 0)
        before = home.parent / f".{home.name}.before"
        _require_empty(home)
        beside = next((one / CHECKPOINT for one in (home, before) if (one / CHECKPOINT).exists()), None)
        if order.checkpoint is None and beside is not None:
            order = replace(order, checkpoint=beside.read_text("utf-8"))
        staging = home.parent / f".{home.name}.restoring"
        if staging.exists():
            shutil.rmtree(staging)  # from a run that was killed; nobody else holds the lock
        staging.mkdir(mode=0o700)
        done = _build(staging, _staged(settings, staging), order, digest, clock or SystemClock(), mark, step)
        mark("committed")
        if home.exists():
            home.rename(before)
        staging.rename(home)
        sync_folder(home.parent)
        mark("in place")
        shutil.rmtree(before, ignore_errors=True)
        return done


def _build(
    staging: Path,
    settings: Settings,
    order: Order,
    digest: bytes,
    clock: Clock,
    mark: Callable[[str], None],
    step: Callable[[], None],
) -> Restored:
    """Steps (1) to (4), all but the renaming."""
    from sigill.store.open import open_store  # noqa: PLC0415

    sealed, pieces = _unpack(order, staging)  # (1)
    mark("unpacked")
    _put_month_keys(staging, sealed, order)  # (2)
    if any(app == "auth" for app, _ in msgspec.msgpack.decode(pieces[0].read_bytes())[2]):
        know_the_web(settings)
    store = open_store(settings.database_url, staging, settings.database_role)
    # Models can be imported once Django is set up, and not before.
    from django.db import transaction  # noqa: PLC0415

    from sigill.store import dump  # noqa: PLC0415

    keys = keys_for(settings, None, load_signing(staging))
    ground = Ground(
        settings, keys, HouseLog(store, keys.log, staging / CHECKPOINT, clock), clock, SystemEntropy(), mark
    )
    if _logged_before(ground, digest):
        done = Restored(store.nodes.size(), 0, 0)
    elif not dump.is_empty():
        raise Refused(
            N_("The database is not empty; a backup is restored into an empty one only."),
            N_("Make a new database, and name it with DATABASE_URL."),
        )
    else:
        loader = dump.Loader(pieces[0].read_bytes())
        with transaction.atomic():
            for piece in pieces[1:]:
                loader.load(piece.read_bytes())
            loader.settle()
            mark("loaded")
            if loader.current:
                done = _finish(ground, order, digest, step)
        if not loader.current:
            # An older version's tables grow to today's before they can be checked.
            open_store(settings.database_url, staging, settings.database_role)
            with transaction.atomic():
                done = _finish(ground, order, digest, step)
    dump.compact()
    shutil.rmtree(staging / _ROWS)
    write(staging / MARK, json.dumps({"backup": digest.hex(), "entries": done.entries}).encode())
    return done


def _finish(ground: Ground, order: Order, digest: bytes, step: Callable[[], None]) -> Restored:
    """(3) and (4), inside a transaction."""
    lost = _require_whole(ground, order)
    letters = _check_letters(ground, order, step)
    ground.mark("checked")
    told = {"backup": digest}
    if lost and order.checkpoint is not None:
        told["lost"] = hashlib.sha256(order.checkpoint.encode()).digest()
    ground.tell("restored", told)
    ground.mark("restored in transaction")
    return Restored(ground.store.nodes.size(), letters, lost)


def _unpack(order: Order, staging: Path) -> tuple[bytes, list[Path]]:
    """The home's files and the rows into `staging`; the escrow and the rows' pieces in order."""
    sealed, ended, pieces = b"", False, []
    (staging / _ROWS).mkdir(mode=0o700)
    with age.reading(order.backup, age.identities(order.identities, place="identity")) as stream:
        for name, data in members(stream):
            first, _, rest = name.partition("/")
            inside = PurePosixPath(rest)
            if first == "home" and rest and not inside.is_absolute() and ".." not in inside.parts:
                (staging / inside).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                write(staging / inside, data)
            elif first == "db":
                pieces.append(staging / _ROWS / inside.name)
                pieces[-1].write_bytes(data)
            elif name == "manifest.json" and json.loads(data)["schema"] != 1:
                raise BadInput(
                    N_("The backup was taken with a later version of Sigill."), N_("Restore it with that version.")
                )
            elif name == "escrow":
                sealed = data
            elif name == "end":
                ended = True
    trust = staging / "trust.json"
    if not (ended and sealed and pieces and trust.exists()):
        raise BadInput(
            N_("This is no whole backup of a house."), N_("Take another copy."), place=order.backup.name
        ) from None
    if order.trust is not None and order.trust != trust.read_bytes():
        raise NotGenuine(
            N_("The backup is of another house than the trust file says, or its keys have changed since."),
            N_("Find out which is right before you restore it."),
            place=order.backup.name,
        )
    return sealed, pieces


def _put_month_keys(staging: Path, sealed: bytes, order: Order) -> None:
    if order.without_escrow:
        return
    if not order.holders:
        raise Refused(
            N_("The month keys lie in the backup's escrow; without its holders no record could be opened."),
            N_("Give their key files with --holder-key, or say --without-escrow."),
        )
    opened = escrow.open_escrow(sealed, order.holders)
    folder = staging / "keys" / "retention"
    for month, key in opened.months.items():
        write(folder / f"{month}.key", key)
    for month in opened.deleted:
        write(folder / f"{month}.deleted", b"")


def _require_whole(ground: Ground, order: Order) -> int:
    """The log adds up, and nothing known outside is missing. Returns how many entries are lost, if that is accepted."""
    known = None
    if order.checkpoint is not None:
        known = open_checkpoint(order.checkpoint, ground.log.origin, ground.log.key.public_bytes())
    lost = max(0, known.size - ground.store.nodes.size()) if known else 0
    if lost and not order.accept_loss:
        raise Refused(
            N_("The backup is older than the log that is known: {lost} entries would be lost."),
            N_("Restore a newer backup. Say --accept-loss only if there is none, and tell all who rely on the log."),
            place=order.backup.name,
            lost=lost,
        )
    ground.log.check(None if lost else order.checkpoint)
    return lost


def _check_letters(ground: Ground, order: Order, step: Callable[[], None]) -> int:
    """Each letter is the one that was logged, and genuine. Returns how many."""
    from sigill.store.models import Issue  # noqa: PLC0415

    trust = Trust.parse((ground.settings.home / "trust.json").read_bytes())
    ids = list(Issue.objects.filter(disposed=False).order_by("entry_id").values_list("decision_id", flat=True))
    for one in ids:
        issued = ground.store.find(one)
        assert issued is not None
        logged = entry.read_event(issued.event)["digests"]["notification"]
        whole = issued.finished is None or issued.finished.startswith(issued.notification)
        if hashlib.sha256(issued.notification).hexdigest() != logged or not whole:
            raise _not_ours(one)
        if issued.finished is not None and not order.quick:
            try:
                check(issued.finished, trust, at=ground.clock.now())
            except NotGenuine:
                raise _not_ours(one) from None
        step()
    return len(ids)


def _not_ours(decision: str) -> TamperEvidence:
    return TamperEvidence(
        N_("A letter in the backup is not the one that was issued."),
        N_("Keep the backup as it is, take another copy, and call the administrator."),
        place=decision,
    )


def _logged_before(ground: Ground, digest: bytes) -> bool:
    """Whether the database's last entry says that this very backup has been restored into it."""
    last = None
    for _, event, _ in ground.store.events():
        last = entry.read_event(event)
    return last is not None and last["kind"] == "restored" and last["digests"]["backup"] == digest.hex()


def _digest_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        raise BadInput(N_("There is no such file."), N_("Check the path."), place=str(path)) from None


def _came_from(home: Path) -> dict[str, Any]:
    """What the home says of the backup it came from."""
    return read_json(home / MARK) if (home / MARK).exists() else {}


def _require_empty(home: Path) -> None:
    if home.exists() and any(path.name != CHECKPOINT for path in home.iterdir()):
        raise Refused(
            N_("The home is not empty; a backup is restored beside nothing but a checkpoint."),
            N_("Move what is there away, or set SIGILL_HOME to a new folder."),
            place=str(home),
        )


def _staged(settings: Settings, staging: Path) -> Settings:
    """The settings with the house in `staging`: an SQLite file moves with it."""
    url = settings.database_url
    if url.startswith("sqlite"):
        path = Path(url.partition("://")[2].removeprefix("/"))
        if not path.is_relative_to(settings.home):
            raise BadInput(
                N_("SQLite must lie in SIGILL_HOME when a backup is restored."),
                N_("Unset DATABASE_URL, and move the file afterwards."),
            )
        url = f"sqlite:///{staging / path.relative_to(settings.home)}"
    return replace(settings, home=staging, database_url=url)
