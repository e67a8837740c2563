"""The store port on Django's ORM, for SQLite and PostgreSQL.

`issue` writes a decision and its log entry in one transaction; that commit is the point of no return. Two runs on
one decision are kept apart by a lock that the operating system or the database lets go of when its holder dies.
"""

import contextlib
import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count

from sigill import ports
from sigill.errors import N_, Temporary
from sigill.log import tree
from sigill.store.models import Disposal, Issue, LogEntry, LogEvent, LogNode

PATIENCE_SECONDS = 60.0
"""How long a run waits for another run on the same decision before it says so."""

_LOG_LOCK = 0x5167_0001
"""PostgreSQL advisory lock that lines up writers of the log."""


@contextlib.contextmanager
def _database_errors() -> Iterator[None]:
    """A database that is gone, full or locked is nobody's fault: nothing is half done, try again."""
    try:
        yield
    except IntegrityError:
        raise
    except DatabaseError:
        # `from None`: a database error's text can hold row values.
        raise Temporary(
            N_("The database did not answer or could not write."),
            N_("Nothing was issued by this call; check disk and database, then run it again."),
        ) from None


def migrate() -> None:
    """Bring the tables up to date; does nothing when they are."""
    with _database_errors():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)


class DjangoNodes:
    """The log's tree, read from the database."""

    def size(self) -> int:
        """Number of entries."""
        last = LogEntry.objects.order_by("-index").values_list("index", flat=True).first()
        return 0 if last is None else last + 1

    def get(self, level: int, index: int) -> bytes:
        """See `sigill.ports.Nodes.get`."""
        return bytes(LogNode.objects.values_list("hash", flat=True).get(level=level, index=index))


class DjangoStore:
    """Implements `sigill.ports.Store`.

    Args:
        home: folder for lock files; made on first use.
        mark: called inside the issuing transaction, for tests that kill the process there.
    """

    def __init__(self, home: Path, mark: Callable[[str], None] = lambda _point: None) -> None:
        self._locks = home / "locks"
        self.mark = mark
        self.patience = PATIENCE_SECONDS

    @property
    def nodes(self) -> DjangoNodes:
        """The log's tree."""
        return DjangoNodes()

    @contextlib.contextmanager
    def exclusive(self, key: str) -> Iterator[None]:
        """See `sigill.ports.Store.exclusive`."""
        digest = hashlib.sha256(key.encode()).digest()
        if connection.vendor == "postgresql":
            with self._advisory_lock(int.from_bytes(digest[:8], signed=True)):
                yield
        else:
            with self._file_lock(digest.hex()[:32]):
                yield

    def find(self, key: str) -> ports.Issue | None:
        """See `sigill.ports.Store.find`."""
        with _database_errors():
            row = Issue.objects.select_related("entry__opened").filter(key=key).first()
            row = row or Issue.objects.select_related("entry__opened").filter(decision_id=key).first()
            if row is None:
                return None
            return ports.Issue(
                key=row.key,
                decision_id=row.decision_id,
                content_sha256=bytes(row.content_sha256),
                notification=bytes(row.notification),
                box=bytes(row.box),
                event=bytes(row.entry.opened.event),
                salt=bytes(row.entry.opened.salt),
                facts=bytes(row.facts),
                issued_at=row.issued_at,
                log_index=row.entry.index,
                finished=None if row.finished is None else bytes(row.finished),
                retention_month=row.retention_month,
                wrapped=bytes(row.wrapped),
                disposed=row.disposed,
            )

    def issue(self, new: ports.Issue, leaf: bytes) -> ports.Issue:
        """See `sigill.ports.Store.issue`."""
        with _database_errors(), transaction.atomic():
            index = self._append(leaf, new.event, new.salt)
            self.mark("in transaction")
            Issue.objects.create(
                key=new.key,
                decision_id=new.decision_id,
                content_sha256=new.content_sha256,
                notification=new.notification,
                box=new.box,
                facts=new.facts,
                issued_at=new.issued_at,
                retention_month=new.retention_month,
                wrapped=new.wrapped,
                entry_id=index,
            )
            self.mark("before commit")
        return replace(new, log_index=index)

    def finish(self, key: str, notification: bytes) -> bytes:
        """See `sigill.ports.Store.finish`."""
        with _database_errors():
            Issue.objects.filter(key=key, finished=None).update(finished=notification)
            return bytes(Issue.objects.values_list("finished", flat=True).get(key=key) or b"")

    def append(self, leaf: bytes, event: bytes, salt: bytes) -> int:
        """See `sigill.ports.Store.append`."""
        with _database_errors(), transaction.atomic():
            return self._append(leaf, event, salt)

    def months(self) -> dict[str, int]:
        """See `sigill.ports.Store.months`."""
        with _database_errors():
            rows = Issue.objects.filter(disposed=False).values_list("retention_month").annotate(Count("id"))
            return dict(rows.order_by("retention_month"))

    def kept(self, month: str) -> list[ports.Kept]:
        """See `sigill.ports.Store.kept`."""
        with _database_errors():
            rows = Issue.objects.filter(retention_month=month, disposed=False).order_by("decision_id")
            found = rows.values_list("decision_id", "facts", "wrapped").iterator()
            return [ports.Kept(one, bytes(facts), bytes(wrapped)) for one, facts, wrapped in found]

    def dispose(self, disposal: ports.Disposal) -> int:
        """See `sigill.ports.Store.dispose`."""
        with _database_errors(), transaction.atomic():
            known = Disposal.objects.filter(month=disposal.month).values_list("entry_id", flat=True).first()
            if known is not None:
                return known
            index = self._append(disposal.leaf, disposal.event, disposal.salt)
            self.mark("disposal in transaction")
            rows = Issue.objects.filter(retention_month=disposal.month, disposed=False)
            gone = sum(
                rows.filter(decision_id__in=some).update(
                    disposed=True, notification=b"", finished=None, box=b"", wrapped=b""
                )
                for some in _batches(disposal.gone)
            )
            for one, (month, wrapped) in disposal.moved.items():
                gone += rows.filter(decision_id=one).update(retention_month=month, wrapped=wrapped)
            if gone != len(disposal.gone) + len(disposal.moved) or rows.exists():
                raise Temporary(
                    N_("The month's records changed while they were looked at."), N_("Nothing was done; run it again.")
                )
            Disposal.objects.create(month=disposal.month, entry_id=index)
            self.mark("before disposal commit")
        return index

    def disposed(self) -> dict[str, int]:
        """See `sigill.ports.Store.disposed`."""
        with _database_errors():
            return dict(Disposal.objects.order_by("month").values_list("month", "entry_id"))

    def leaves(self) -> Iterator[bytes]:
        """All entries in order, for whoever checks the whole log."""
        for leaf in LogEntry.objects.order_by("index").values_list("leaf", flat=True).iterator():
            yield bytes(leaf)

    def leaf(self, index: int) -> bytes:
        """One entry."""
        return bytes(LogEntry.objects.values_list("leaf", flat=True).get(index=index))

    def events(self) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, event, salt) of all entries in order: the private side of the log."""
        rows = LogEvent.objects.order_by("entry_id").values_list("entry_id", "event", "salt")
        for index, event, salt in rows.iterator():
            yield index, bytes(event), bytes(salt)

    def _append(self, leaf: bytes, event: bytes, salt: bytes) -> int:
        if connection.vendor == "postgresql":
            # SQLite has its one write lock; here writers of the log line up behind each other.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOG_LOCK])
        nodes = self.nodes
        index = nodes.size()
        rows = tree.append([leaf], nodes)
        LogEntry.objects.create(index=index, leaf=leaf)
        LogNode.objects.bulk_create(LogNode(level=level, index=at, hash=value) for level, at, value in rows)
        LogEvent.objects.create(entry_id=index, event=event, salt=salt)
        return index

    @contextlib.contextmanager
    def _file_lock(self, name: str) -> Iterator[None]:
        self._locks.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._locks / name).open("w") as file:
            self._wait_for(lambda: _try_flock(file.fileno()))
            yield

    @contextlib.contextmanager
    def _advisory_lock(self, number: int) -> Iterator[None]:
        def attempt() -> bool:
            with _database_errors(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
                return bool(cursor.fetchone()[0])

        self._wait_for(attempt)
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])

    def _wait_for(self, attempt: Callable[[], bool]) -> None:
        deadline = time.monotonic() + self.patience
        while not attempt():
            if time.monotonic() > deadline:
                raise Temporary(
                    N_("Another run is issuing this decision right now."),
                    N_("Wait for it to end, then run this again: it gives the same result."),
                )
            time.sleep(0.05)


def _batches(ids: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _try_flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
