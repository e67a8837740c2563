"""The store port on Django's ORM, for SQLite and PostgreSQL.

`issue` writes a decision and its log entry in one transaction; that commit is the point of no return. Two runs on
one decision are kept apart by a lock that the operating system or the database lets go of when its holder dies.
"""

import contextlib
import datetime as dt
import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from weakref import WeakSet

import psycopg
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count

from sigill import ports
from sigill.errors import N_, BadInput, Temporary
from sigill.log import tree
from sigill.store.append_only import grant, may_migrate
from sigill.store.models import (
    Act,
    Disposal,
    Issue,
    LogCheckpoint,
    LogEntry,
    LogEvent,
    LogNode,
    Notice,
    Waiting,
)

PATIENCE_SECONDS = 60.0
"""How long a run waits for another run on the same decision before it says so."""

_LOG_LOCK = 0x5167_0001
"""PostgreSQL advisory lock that lines up writers of the log."""
_MIGRATION_LOCK = 0x5167_0002
_COPY_FROM = 8
"""From how many rows on COPY is quicker than INSERT."""


@contextlib.contextmanager
def _database_errors() -> Iterator[None]:
    """A database that is gone, full or locked is nobody's fault: nothing is half done, try again."""
    try:
        yield
    except IntegrityError:
        raise
    except DatabaseError:
        if not (connection.in_atomic_block or connection.is_usable()):
            connection.close()  # the next call connects anew
        # `from None`: a database error's text can hold row values.
        raise Temporary(
            N_("The database did not answer or could not write."),
            N_("Nothing is half done; check disk and database, then run it again."),
        ) from None


def migrate(role: str = "") -> list[str]:
    """Bring the tables up to date; does nothing when they are.

    Args:
        role: the application's role, which then gets what it needs and no more (PostgreSQL).
    Returns:
        the tables that `role` may only add to and read.
    Raises:
        BadInput: the connected role may not make tables, or `role` cannot be used.
    """
    with _database_errors(), _alone():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            if not may_migrate():
                raise BadInput(
                    N_("The database's tables are older than this version of Sigill."),
                    N_("Let their owner run `sigill migrate`."),
                )
            call_command("migrate", verbosity=0, interactive=False)
        return grant(role) if role and may_migrate() else []


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Of two processes that start at once, one makes the tables. SQLite's own lock does that."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])


class DjangoNodes:
    """The log's tree, read from the database."""

    def size(self) -> int:
        """Number of entries."""
        with _database_errors():
            last = LogEntry.objects.order_by("-index").values_list("index", flat=True).first()
        return 0 if last is None else last + 1

    def get(self, level: int, index: int) -> bytes:
        """See `sigill.ports.Nodes.get`.

        Raises:
            LookupError: there is no such node.
        """
        return self.many([(level, index)])[level, index]

    def many(self, wanted: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """See `sigill.ports.Nodes.many`. Past the ORM, which takes longer than the database does."""
        if not wanted:
            return {}
        with _database_errors(), connection.wrap_database_errors:
            connection.ensure_connection()
            if connection.vendor == "postgresql":
                arrays = ["{" + ",".join(map(str, column)) + "}" for column in zip(*wanted, strict=True)]
                if connection.in_atomic_block:
                    with psycopg.Cursor(connection.connection) as cursor:
                        cursor.execute(_NODES_POSTGRESQL.replace("$1", "%s").replace("$2", "%s"), arrays, binary=True)
                        return {(level, index): digest for level, index, digest in cursor.fetchall()}
                return _nodes_prepared(connection.connection, arrays)
            rows = connection.connection.execute(
                _NODES_SQLITE.format(", ".join(["(?, ?)"] * len(wanted))), [at for one in wanted for at in one]
            )
            return {(level, index): digest for level, index, digest in rows}

    def row(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """See `sigill.ports.Nodes.row`."""
        rows = LogNode.objects.filter(level=level, index__gte=start, index__lt=stop).order_by("index")
        with _database_errors():
            return [_as_bytes(one) for one in rows.values_list("hash", flat=True)]


_NODES_SQLITE = (
    "WITH wanted(level, at) AS (VALUES {}) "
    'SELECT n.level, n."index", n.hash FROM wanted w CROSS JOIN sigill_store_lognode n '
    'ON n.level = w.level AND n."index" = w.at'
)
_NODES_POSTGRESQL = (
    'SELECT n.level, n."index", n.hash FROM unnest($1::smallint[], $2::bigint[]) AS w(level, at) '
    'JOIN sigill_store_lognode n ON n.level = w.level AND n."index" = w.at'
)
_prepared: "WeakSet[psycopg.Connection[Any]]" = WeakSet()


def _nodes_prepared(link: "psycopg.Connection[Any]", arrays: list[str]) -> dict[tuple[int, int], bytes]:
    """The nodes, by a statement prepared once for each connection, straight from libpq: a third of a cursor's time."""
    name, pq = b"sigill_nodes", link.pgconn
    if link not in _prepared:
        made = pq.prepare(name, _NODES_POSTGRESQL.encode())
        if made.status != psycopg.pq.ExecStatus.COMMAND_OK:
            raise psycopg.DatabaseError
        _prepared.add(link)
    found = pq.exec_prepared(name, [one.encode() for one in arrays], result_format=psycopg.pq.Format.BINARY)
    if found.status != psycopg.pq.ExecStatus.TUPLES_OK:
        raise psycopg.DatabaseError
    value = found.get_value
    return {
        (int.from_bytes(value(row, 0) or b""), int.from_bytes(value(row, 1) or b"")): bytes(value(row, 2) or b"")
        for row in range(found.ntuples)
    }


class DjangoStore:
    """Implements `sigill.ports.Store`.

    Args:
        home: folder for lock files; made on first use.
        mark: called inside the issuing transaction, for tests that kill the process there.
        append_only: the tables that the application's role may only add to and read, when this call gave it its rights.
    """

    def __init__(
        self, home: Path, mark: Callable[[str], None] = lambda _point: None, *, append_only: Sequence[str] = ()
    ) -> None:
        self.append_only = list(append_only)
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
            Waiting.objects.filter(key=new.key).delete()
            self.mark("before commit")
        return replace(new, log_index=index)

    def wait(self, new: ports.Waiting) -> None:
        """See `sigill.ports.Store.wait`."""
        with _database_errors():
            Waiting.objects.create(**{one.name: getattr(new, one.name) for one in fields(new)})

    def waiting(self) -> Sequence[ports.Waiting]:
        """See `sigill.ports.Store.waiting`."""
        with _database_errors():
            return [
                ports.Waiting(
                    key=row.key,
                    decision_id=row.decision_id,
                    content_sha256=bytes(row.content_sha256),
                    since=row.since,
                    retention_month=row.retention_month,
                    wrapped=bytes(row.wrapped),
                    sealed=bytes(row.sealed),
                )
                for row in Waiting.objects.all()
            ]

    def withdraw(self, key: str) -> None:
        """See `sigill.ports.Store.withdraw`."""
        with _database_errors():
            Waiting.objects.filter(key=key).delete()

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

    def append_many(self, entries: Sequence[tuple[bytes, bytes, bytes]]) -> int:
        """See `sigill.ports.Store.append_many`."""
        with _database_errors(), transaction.atomic():
            return self._append_rows(entries)

    def publish(self, size: int, note: str, at: dt.datetime) -> None:
        """See `sigill.ports.Store.publish`."""
        with _database_errors():
            LogCheckpoint.objects.create(size=size, note=note, at=at)

    def published(self, after: int = 0) -> list[ports.Published]:
        """See `sigill.ports.Store.published`."""
        with _database_errors():
            rows = LogCheckpoint.objects.filter(pk__gt=after).order_by("pk").iterator()
            return [ports.Published(row.pk, row.size, row.note, row.at) for row in rows]

    def newest(self) -> ports.Published | None:
        """See `sigill.ports.Store.newest`."""
        with _database_errors():
            row = LogCheckpoint.objects.order_by("-pk").first()
            return None if row is None else ports.Published(row.pk, row.size, row.note, row.at)

    def act(self, new: ports.Act, leaf: bytes, salt: bytes, notices: Sequence[bytes] = ()) -> ports.Act:
        """See `sigill.ports.Store.act`."""
        with _database_errors(), transaction.atomic():
            self._line_up()
            there = Act.objects.select_related("entry__opened").filter(slot=new.slot).first()
            if there is not None:
                return _act(there)
            index = self._append(leaf, new.event, salt)
            self.mark("act in transaction")
            row = Act.objects.create(
                slot=new.slot,
                subject=new.subject,
                kind=new.kind,
                decision_id=new.decision,
                at=new.at,
                data=new.data,
                sealed=new.sealed,
                entry_id=index,
            )
            for one in notices:
                Notice.objects.create(act=row, sealed=one)
            self.mark("act before commit")
        return replace(new, log_index=index)

    def boxes(self) -> Iterator[tuple[str, bytes]]:
        """Decision id and box of all that has not been disposed of, by id."""
        with _database_errors():
            rows = Issue.objects.filter(disposed=False).order_by("decision_id").values_list("decision_id", "box")
            for one, box in rows.iterator(chunk_size=50):
                yield one, bytes(box)

    def relock(
        self,
        slot: str,
        change: Callable[[str, bytes], bytes | None],
        make: Callable[[int, bytes, bytes], tuple[ports.Act, bytes, bytes]],
    ) -> ports.Act:
        """Give boxes of issued decisions other locks, and write the act that says so, all in one transaction.

        Args:
            slot: the act's; if it is taken, nothing is done now.
            change: decision id and box → the box as it is to be, or None to leave it. Its content stays (`with_lock`).
            make: how many have changed, SHA-256 over ids and boxes before and after → act, leaf and salt.
        Returns:
            the act that is kept.
        """
        with _database_errors(), transaction.atomic():
            there = Act.objects.select_related("entry__opened").filter(slot=slot).first()
            if there is not None:
                return _act(there)
            ids = list(Issue.objects.filter(disposed=False).order_by("decision_id").values_list("pk", flat=True))
            count, old, new = 0, hashlib.sha256(), hashlib.sha256()
            for some in _batches(ids, 50):
                rows = Issue.objects.select_for_update().filter(pk__in=some, disposed=False).order_by("decision_id")
                changed = []
                for pk, one, box in rows.values_list("pk", "decision_id", "box"):
                    made = change(one, bytes(box))
                    if made is None:
                        continue
                    for digest, value in ((old, bytes(box)), (new, made)):
                        digest.update(one.encode() + b"\x00" + hashlib.sha256(value).digest())
                    changed.append((made, pk))
                with connection.cursor() as cursor:
                    cursor.executemany(f"UPDATE {Issue._meta.db_table} SET box = %s WHERE id = %s", changed)  # noqa: S608
                count += len(changed)
                self.mark("boxes in transaction")
            act, leaf, salt = make(count, old.digest(), new.digest())
            return self.act(act, leaf, salt)

    def acts(self, subject: str = "", *, decision: str = "", kind: str = "") -> Sequence[ports.Act]:
        """See `sigill.ports.Store.acts`."""
        wanted = {"subject": subject, "decision_id": decision, "kind": kind}
        with _database_errors():
            rows = Act.objects.select_related("entry__opened").order_by("entry_id")
            return [_act(row) for row in rows.filter(**{key: value for key, value in wanted.items() if value})]

    def notices(self) -> Sequence[bytes]:
        """See `sigill.ports.Store.notices`."""
        with _database_errors():
            return [bytes(one) for one in Notice.objects.order_by("pk").values_list("sealed", flat=True)]

    def leaves(self) -> Iterator[bytes]:
        """All entries in order, for whoever checks the whole log."""
        with _database_errors():
            for leaf in LogEntry.objects.order_by("index").values_list("leaf", flat=True).iterator():
                yield _as_bytes(leaf)

    def leaves_from(self, start: int, count: int) -> list[bytes]:
        """Entries from `start` on, at most `count`."""
        rows = LogEntry.objects.filter(index__gte=start, index__lt=start + count).order_by("index")
        with _database_errors():
            return [_as_bytes(leaf) for leaf in rows.values_list("leaf", flat=True)]

    def leaf(self, index: int) -> bytes:
        """One entry."""
        with _database_errors():
            return _as_bytes(LogEntry.objects.values_list("leaf", flat=True).get(index=index))

    def newest_event(self) -> bytes | None:
        """See `sigill.ports.Store.newest_event`."""
        with _database_errors():
            found = LogEvent.objects.order_by("-entry_id").values_list("event", flat=True).first()
            return None if found is None else _as_bytes(found)

    def events(self) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, event, salt) of all entries in order: the private side of the log."""
        rows = LogEvent.objects.order_by("entry_id").values_list("entry_id", "event", "salt")
        with _database_errors():
            for index, event, salt in rows.iterator():
                yield index, _as_bytes(event), _as_bytes(salt)

    def _line_up(self) -> None:
        if connection.vendor == "postgresql":
            # SQLite has its one write lock; here writers of the log line up behind each other.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOG_LOCK])

    def _append(self, leaf: bytes, event: bytes, salt: bytes) -> int:
        return self._append_rows([(leaf, event, salt)])

    def _append_rows(self, entries: Sequence[tuple[bytes, bytes, bytes]]) -> int:
        self._line_up()
        nodes = self.nodes
        first = nodes.size()
        rows = tree.append([leaf for leaf, _, _ in entries], nodes)
        numbered = list(enumerate(entries, start=first))
        _insert(LogEntry, ["index", "leaf"], [(at, leaf) for at, (leaf, _, _) in numbered])
        _insert(LogNode, ["level", "index", "hash"], rows)
        _insert(LogEvent, ["entry_id", "event", "salt"], [(at, event, salt) for at, (_, event, salt) in numbered])
        return first

    @contextlib.contextmanager
    def _file_lock(self, name: str) -> Iterator[None]:
        try:
            self._locks.mkdir(parents=True, exist_ok=True, mode=0o700)
            held = (self._locks / name).open("w")
        except OSError:
            raise Temporary(
                N_("A lock file cannot be made."),
                N_("Check that the disk is not full and the folder may be written to, then run it again."),
                place=str(self._locks),
            ) from None
        with held as file:
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
            # A connection that is gone has let go of its locks.
            with contextlib.suppress(Temporary), _database_errors(), connection.cursor() as cursor:
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


def _batches(ids: Sequence[Any], size: int = 500) -> Iterator[Sequence[Any]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows past the ORM: COPY on PostgreSQL, one prepared statement on SQLite."""
    table = model._meta.db_table
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) > _COPY_FROM:
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})",  # noqa: S608
                rows,
            )


def _act(row: Act) -> ports.Act:
    return ports.Act(
        slot=row.slot,
        subject=row.subject,
        kind=row.kind,
        decision=row.decision_id,
        at=row.at,
        data=bytes(row.data),
        sealed=bytes(row.sealed),
        event=bytes(row.entry.opened.event),
        log_index=row.entry.index,
    )


def _as_bytes(value: Any) -> bytes:
    """A log column as it is; SQLite lets whoever bends the log put text there, and that must be found, not fail."""
    return value.encode() if isinstance(value, str) else bytes(value)


def _try_flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
