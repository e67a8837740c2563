"""All rows of the database as portable bytes, and back: from SQLite to PostgreSQL or the other way, whichever it was.

Read in one consistent transaction that stops no writer; loaded in one that the caller commits. A table that no model of
this version knows stops the dump: a backup that silently leaves something out is worse than none. Sessions are left
out on purpose: nobody is logged in to a restored house.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from sigill.errors import N_, BadInput, Blocked

CHUNK = 4 << 20
"""About how many bytes of rows go into one piece."""
_LEFT_OUT = {"sessions.session"}
_OWN = {"django_migrations", "sqlite_sequence", "web_cache"}
"""Tables without a model, which a restored house makes anew."""


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """Some rows of one table. `model` is empty in the first piece, whose rows are the applied migrations."""

    model: str
    fields: tuple[str, ...]
    rows: list[list[Any]]


@contextlib.contextmanager
def consistent() -> Iterator[None]:
    """All reads in the block see the database as it is at the first of them; writers go on."""
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else "BEGIN DEFERRED"
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def pieces() -> Iterator[bytes]:
    """All rows, some megabytes at a time; call it inside `consistent`.

    Raises:
        Blocked: there is a table that this version does not know.
    """
    known = _models()
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | _OWN
    foreign = sorted(set(connection.introspection.table_names()) - tables)
    if foreign:
        raise Blocked(
            N_("The database has tables that this version does not know: {tables}."),
            N_("Nothing was written. Take the backup with the version that made them."),
            tables=", ".join(foreign),
        )
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    yield msgspec.msgpack.encode(Piece("", ("app", "name"), [list(one) for one in applied]))
    for model in known:
        names = tuple(field.attname for field in model._meta.concrete_fields)
        rows: list[list[Any]] = []
        size = 0
        for row in model._base_manager.order_by("pk").values_list(*names).iterator(chunk_size=50):
            rows.append([bytes(value) if isinstance(value, memoryview) else value for value in row])
            size += sum(len(value) if isinstance(value, (bytes, str)) else 8 for value in rows[-1])
            if size > CHUNK:
                yield msgspec.msgpack.encode(Piece(model._meta.label_lower, names, rows))
                rows, size = [], 0
        if rows:
            yield msgspec.msgpack.encode(Piece(model._meta.label_lower, names, rows))


class Loader:
    """Puts pieces into an empty database whose tables are as they were when the backup was taken.

    Args:
        first: the first piece.

    `current` says whether the tables are this version's.

    Raises:
        BadInput: the backup is of a later version of Sigill.
    """

    def __init__(self, first: bytes) -> None:
        applied = [(app, name) for app, name in _read(first).rows]
        executor = MigrationExecutor(connection)
        graph = executor.loader.graph
        if not set(applied) <= set(graph.nodes):
            raise BadInput(
                N_("The backup was taken with a later version of Sigill."), N_("Restore it with that version.")
            )
        # The last ones of each app, among those that had been applied.
        self._targets = [
            node
            for node in applied
            if not any(child.key in set(applied) and child.key[0] == node[0] for child in graph.node_map[node].children)
        ]
        missing = {app for app, _ in graph.leaf_nodes()} - {app for app, _ in applied}
        executor.migrate([*self._targets, *((app, None) for app in missing)])
        self._apps = executor.loader.project_state(self._targets).apps
        self._models: dict[str, type[Model]] = {}

        self.current = set(applied) >= set(graph.nodes)

    def load(self, piece: bytes) -> None:
        """Insert a piece's rows; call it inside a transaction."""
        read = _read(piece)
        model = self._apps.get_model(read.model)
        first_time = read.model not in self._models
        self._models[read.model] = model
        fields = {field.attname: field for field in model._meta.concrete_fields}
        quote = connection.ops.quote_name
        table = quote(model._meta.db_table)
        columns = ", ".join(quote(fields[name].column) for name in read.fields)
        places = ", ".join(["%s"] * len(read.fields))
        with connection.cursor() as cursor:
            if first_time and model._base_manager.exists():
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - quoted; rows that a migration makes by itself
            cursor.executemany(
                f"INSERT INTO {table} ({columns}) VALUES ({places})",  # noqa: S608 - quoted names
                [
                    [
                        fields[name].get_db_prep_save(value, connection)
                        for name, value in zip(read.fields, row, strict=True)
                    ]
                    for row in read.rows
                ],
            )

    def settle(self) -> None:
        """Let counters go on after the rows that are there; call it inside the transaction."""
        statements: Sequence[str] = connection.ops.sequence_reset_sql(no_style(), list(self._models.values()))
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def is_empty() -> bool:
    """Whether no row of ours is there."""
    return not any(model._base_manager.exists() for model in _models() if model._meta.app_label == "sigill_store")


def compact() -> None:
    """Close the database; with SQLite, all of it is then in its one file."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _models() -> list[type[Model]]:
    every = apps.get_models(include_auto_created=True)
    return [one for one in every if one._meta.managed and one._meta.label_lower not in _LEFT_OUT]


def _read(piece: bytes) -> Piece:
    return msgspec.msgpack.decode(piece, type=Piece)
