"""`open_house(settings)`: joins the ports to what implements them. The only place that knows both."""

import gc
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from asn1crypto import pem

from sigill.adapters.files import write_atomically
from sigill.adapters.keys import UnsafeSoftwareKeys
from sigill.adapters.signing_config import SigningFile, certificates, load_signing
from sigill.adapters.witness_client import read_witnesses
from sigill.adapters.world import SystemClock, SystemEntropy
from sigill.decision.case import Case
from sigill.errors import N_, BadInput
from sigill.journey import House
from sigill.letters.board import Board, Route, load_board
from sigill.log.checkpoint import vkey
from sigill.log.proof import Proof
from sigill.logbook import HouseLog
from sigill.ports import Clock, Entropy, LogKey, Signers, Store
from sigill.verify.confined import no_core_dumps

if TYPE_CHECKING:
    from sigill.store.django_store import DjangoStore


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things live.

    Args:
        home: store, keys and log; from `SIGILL_HOME`, else the user's data directory.
        database_url: from `DATABASE_URL`, else SQLite in `home`.
        board: path of `board.toml`; None for `home/board.toml`, or a plain template made from the case.
        database_role: from `SIGILL_DB_ROLE`: the role that the application has on PostgreSQL, for the owner of the
            tables, who gives it its rights.
    """

    home: Path
    database_url: str
    board: Path | None = None
    database_role: str = ""

    @classmethod
    def from_environment(cls, board: Path | None = None) -> "Settings":
        """Read `SIGILL_HOME`, `DATABASE_URL` and `SIGILL_DB_ROLE`."""
        home = Path(os.environ.get("SIGILL_HOME") or platformdirs.user_data_dir("sigill")).expanduser().absolute()
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{home / 'sigill.sqlite3'}"
        return cls(home, url, board, os.environ.get("SIGILL_DB_ROLE", ""))


def board_for(settings: Settings, case: Case) -> Board:
    """The board's template: the one named, else the home's, else a plain one with the case's own names.

    Raises:
        BadInput: the template cannot be used.
    """
    for path in (settings.board, settings.home / "board.toml"):
        if path is not None and (path == settings.board or path.exists()):
            return load_board(path)
    return plain_board(case)


def plain_board(case: Case) -> Board:
    """A template without logo or colours of its own, from what the case says."""
    contact = case.contact
    return Board(
        schema=1,
        municipality=case.municipality,
        board=case.board,
        sender=case.board,
        postal_address=contact.post,
        phone=contact.phone,
        mailbox=contact.mailbox,
        log_origin=f"{slug(case.municipality)}/sigill",
        e_seal_organisation=case.municipality,
        contact=Route(mailbox=contact.mailbox, phone=contact.phone, hours=contact.hours, post=contact.post),
    )


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "kommun"


def keys_for(settings: Settings, board: Board | None, signing: SigningFile | None = None) -> UnsafeSoftwareKeys:
    """The keys of this house that lie in files, made on first use: all of them, or those `signing` leaves to files.

    Args:
        board: whose keys they are to be; None for keys that are there already.
        signing: the house's signing file, if it has one.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = settings.home / "keys"
    signs = signing is None or signing.needs_software
    if board is None:
        return UnsafeSoftwareKeys(folder, SystemClock(), signs=signs)
    # The log keeps the name it was born with, whichever template a later call brings.
    origin = None if folder.exists() else board.log_origin
    return UnsafeSoftwareKeys(folder, SystemClock(), board.e_seal_organisation, log_origin=origin, signs=signs)


def signers_for(keys: UnsafeSoftwareKeys, signing: SigningFile | None, folder: Path, clock: Clock) -> Signers:
    """Who signs: what the signing file says, else the software keys.

    Args:
        folder: where the signing file's own files are looked for.
    """
    if signing is None:
        return keys
    from sigill.adapters.signing import ConfiguredSigners  # noqa: PLC0415 - network code, only where it is used

    return ConfiguredSigners(signing, folder, keys.organisation, keys, clock)


def trust_of(keys: UnsafeSoftwareKeys, signing: SigningFile | None, folder: Path) -> bytes:
    """The policy that the municipality publishes: whose certificates, which log, which record seal (JSON)."""
    asked, quorum = read_witnesses(folder / "witnesses.toml")
    witnesses = [vkey(one.name, one.public_key, witness=True) for one in asked]
    if signing is None or signing.trust is None:
        return keys.trust(witnesses=witnesses, quorum=quorum)
    roots = [pem.armor("CERTIFICATE", one.dump()).decode() for one in certificates(folder, signing.trust.roots)]
    return keys.trust(roots, local=signing.needs_software, witnesses=witnesses, quorum=quorum)


def published_trust(settings: Settings) -> bytes:
    """The policy of a house that exists, as it is now.

    Raises:
        BadInput: nothing has been issued here yet, or the signing file cannot be used.
    """
    _require_house(settings)
    signing = load_signing(settings.home)
    return trust_of(keys_for(settings, None, signing), signing, settings.home)


def migrate(settings: Settings) -> list[str]:
    """Bring the database's tables up to date, as their owner.

    Returns:
        the tables that `settings.database_role` may only add to and read; none without such a role.
    Raises:
        BadInput: the role cannot be used, or the connected one may not make tables.
    """
    from sigill.store.open import open_store  # noqa: PLC0415

    return open_store(settings.database_url, settings.home, settings.database_role).append_only


def open_log(settings: Settings) -> HouseLog:
    """The log of a house that exists.

    Raises:
        BadInput: nothing has been issued here yet.
        TamperEvidence: the database does not fit what was published of the log.
    """
    from sigill.store.open import open_store  # noqa: PLC0415

    _require_house(settings)
    keys = keys_for(settings, None, load_signing(settings.home))
    return _log_of(settings, open_store(settings.database_url, settings.home, settings.database_role), keys.log)


def _log_of(settings: Settings, store: "DjangoStore", key: LogKey) -> HouseLog:
    """The house's log, checked: it starts only if the database still fits what was published."""
    witnesses, quorum = read_witnesses(settings.home / "witnesses.toml")
    log = HouseLog(store, key, settings.home / "checkpoint.txt", SystemClock(), tuple(witnesses), quorum)
    log.start()
    return log


def _require_house(settings: Settings) -> None:
    if not (settings.home / "trust.json").exists():
        raise BadInput(
            N_("There is no house here yet."),
            N_("Issue a decision first, or set SIGILL_HOME."),
            place=str(settings.home),
        )


def open_house(settings: Settings, board: Board | None = None) -> House:
    """A house on this machine: database, the signers of `signing.toml` (else software keys), real clock.

    Raises:
        BadInput: a key file is missing or damaged. Temporary: the database does not answer.
        TamperEvidence: the database does not fit what was published of the log.
    """
    from sigill.store.open import open_store  # noqa: PLC0415 - Django is loaded only where a store is needed

    no_core_dumps()
    signing = load_signing(settings.home)
    keys = keys_for(settings, board, signing)
    signers = signers_for(keys, signing, settings.home, SystemClock())
    store = open_store(settings.database_url, settings.home, settings.database_role)
    log = _log_of(settings, store, keys.log)
    trust = settings.home / "trust.json"
    public = trust_of(keys, signing, settings.home)
    if not trust.exists() or trust.read_bytes() != public:
        write_atomically(trust, public, mode=0o644)
    _settle()
    return house_of(keys, store, clock=SystemClock(), entropy=SystemEntropy(), vouch=log.vouch, signers=signers)


@cache
def _settle() -> None:
    """Take what is loaded by now out of the garbage collector's rounds: it stays for as long as the process does."""
    gc.freeze()


def open_existing_house(settings: Settings) -> House:
    """As `open_house`, for a house that has been opened before.

    Raises:
        BadInput: there is none.
    """
    _require_house(settings)
    return open_house(settings)


def house_of(
    keys: UnsafeSoftwareKeys,
    store: Store,
    *,
    clock: Clock,
    entropy: Entropy,
    vouch: Callable[[Callable[[], Proof]], Proof] = lambda make: make(),
    signers: Signers | None = None,
) -> House:
    """A house around any store and clock; without `signers`, software keys sign."""
    return House(
        clock=clock,
        entropy=entropy,
        store=store,
        signers=signers or keys,
        record_key=keys.record,
        log_key=keys.log,
        custodians=keys,
        hands=keys,
        letterboxes=keys,
        vouch=vouch,
    )
