"""What all upkeep stands on: an open house's settings, keys, store and log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sigill.adapters.keys import UnsafeSoftwareKeys
from sigill.adapters.world import SystemClock, SystemEntropy
from sigill.house import Settings, keys_for, open_log
from sigill.log import entry
from sigill.logbook import HouseLog
from sigill.ports import Clock, Entropy

if TYPE_CHECKING:
    from sigill.store.django_store import DjangoStore  # Django must be set up before its models are imported


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


def stand(settings: Settings) -> Ground:
    """The ground of a house that exists.

    Raises:
        BadInput: there is no house yet, or a key file is missing.
    """
    log = open_log(settings)
    return Ground(settings, keys_for(settings, None), log, SystemClock(), SystemEntropy())
