"""What all upkeep stands on: an open house's settings, keys, store and log."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from sigill.adapters.keys import UnsafeSoftwareKeys
from sigill.adapters.world import SystemClock, SystemEntropy
from sigill.house import Settings, keys_for, open_log
from sigill.log import entry
from sigill.logbook import HouseLog
from sigill.ports import Clock, Entropy

if TYPE_CHECKING:
    from sigill.store.django_store import DjangoStore  # Django must be set up before its models are imported


_WEB = "sigill.faces.web.settings"


def nowhere(point: str) -> None:
    """The mark of upkeep that nobody tries to kill."""


@dataclass(frozen=True, slots=True)
class Ground:
    """An open house, seen from its engine room.

    Args:
        mark: called with a name at each point where a test kills the process.
    """

    settings: Settings
    keys: UnsafeSoftwareKeys
    log: HouseLog
    clock: Clock
    entropy: Entropy
    mark: Callable[[str], None] = nowhere

    @property
    def store(self) -> "DjangoStore":
        """The database."""
        return self.log.store

    def event(self, kind: str, digests: Mapping[str, bytes]) -> tuple[bytes, bytes, bytes]:
        """An event of this moment, its salt, and its leaf."""
        event = entry.event(kind, self.clock.now(), digests)
        salt = self.entropy.token_bytes(32)
        return event, salt, entry.commit(event, salt)

    def tell(self, kind: str, digests: Mapping[str, bytes]) -> int:
        """Write a log entry and remember the checkpoint that has it. Returns its index."""
        event, salt, leaf = self.event(kind, digests)
        index = self.store.append(leaf, event, salt)
        self.log.remember(self.log.checkpoint())
        return index


def know_the_web(settings: Settings) -> None:
    """Let Django know the web's tables too, if this process has not set it up yet: they belong to the house."""
    import django  # noqa: PLC0415 - only a backup and a restore of a house with a web need it
    from django.conf import settings as chosen  # noqa: PLC0415

    if not chosen.configured:
        os.environ["SIGILL_HOME"] = str(settings.home)
        os.environ["DATABASE_URL"] = settings.database_url
        os.environ["DJANGO_SETTINGS_MODULE"] = _WEB
        django.setup()


def has_web(settings: Settings) -> bool:
    """Whether the web has made its tables in the database; asked before Django is set up."""
    if settings.database_url.startswith("sqlite"):
        path = Path(settings.database_url.partition("://")[2].removeprefix("/"))
        if not path.exists():
            return False
        with contextlib.closing(sqlite3.connect(path)) as database:
            return bool(database.execute("SELECT 1 FROM sqlite_master WHERE name = 'django_content_type'").fetchone())
    try:
        with psycopg.connect(settings.database_url, connect_timeout=10) as server:
            found = server.execute("SELECT to_regclass('django_content_type')").fetchone()
            return bool(found and found[0])
    except psycopg.OperationalError:
        return False  # opening the store says what is wrong


def stand(settings: Settings) -> Ground:
    """The ground of a house that exists.

    Raises:
        BadInput: there is no house yet, or a key file is missing.
    """
    log = open_log(settings)
    return Ground(settings, keys_for(settings, None), log, SystemClock(), SystemEntropy())
