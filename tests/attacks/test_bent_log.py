"""Somebody has the application's password to the database and wants the log to say something else."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from house import NOON
from postgres import application, fresh_database, repoint
from sigill.errors import BadInput
from sigill.log import entry
from sigill.store.open import open_store

LOG = ("logentry", "lognode", "logevent", "logcheckpoint")


@pytest.fixture(scope="module")
def owner_url() -> Iterator[str]:
    with fresh_database() as url:
        yield url


@pytest.fixture(scope="module")
def app_url(owner_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application's, in a house whose log has three entries and a checkpoint."""
    home = tmp_path_factory.mktemp("home")
    with application(owner_url, home) as url:
        repoint(url)
        store = open_store(url, home)
        salts = [bytes([n]) * 32 for n in range(3)]
        event = entry.event("issued", NOON, {"record": bytes(32)})
        store.append_many([(entry.commit(event, salt), event, salt) for salt in salts])
        store.publish(3, "a note", NOON)
        yield url


def everything(url: str) -> list[list[tuple[object, ...]]]:
    with psycopg.connect(url) as reader:
        return [reader.execute(f"SELECT * FROM sigill_store_{table} ORDER BY 1, 2").fetchall() for table in LOG]


CHEATS = [
    *(
        statement.format(table=f"sigill_store_{table}", column=column)
        for table, column in zip(LOG, ("leaf", "hash", "event", "note"), strict=True)
        for statement in (
            "UPDATE {table} SET {column} = {column}",
            "DELETE FROM {table}",
            "TRUNCATE {table} CASCADE",
            "DROP TABLE {table} CASCADE",
            "ALTER TABLE {table} DISABLE TRIGGER ALL",
            "ALTER TABLE {table} DISABLE TRIGGER {table}_no_update",
            "DROP TRIGGER {table}_no_delete ON {table}",
            "ALTER TABLE {table} RENAME TO elsewhere",
            "ALTER TABLE {table} ADD COLUMN more int",
            "ALTER TABLE {table} OWNER TO current_user",
            "CREATE RULE bent AS ON INSERT TO {table} DO INSTEAD NOTHING",
            "CREATE TRIGGER bent BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION sigill_append_only()",
            "CREATE TEMPORARY TABLE {table} (nothing int)",
            "GRANT ALL ON {table} TO current_user; UPDATE {table} SET {column} = {column}",
            "SELECT * FROM {table} FOR UPDATE",
        )
    ),
    "INSERT INTO sigill_store_logentry VALUES (0, 'x') ON CONFLICT (\"index\") DO UPDATE SET leaf = 'x'",
    "INSERT INTO sigill_store_logentry VALUES (0, 'x')",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
    "CREATE OR REPLACE FUNCTION sigill_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "DROP FUNCTION sigill_append_only() CASCADE",
    "ALTER FUNCTION sigill_append_only() RENAME TO elsewhere",
    "CREATE TABLE sigill_store_more (nothing int)",
    "CREATE SCHEMA mine",
    "DROP SCHEMA public CASCADE",
    "CREATE EXTENSION dblink",
    "ALTER ROLE current_user SUPERUSER",
    "COPY sigill_store_logentry TO PROGRAM 'true'",
    "UPDATE pg_catalog.pg_trigger SET tgenabled = 'D'",
    "DELETE FROM django_migrations",
]


@pytest.mark.parametrize("cheat", CHEATS)
def test_the_application_cannot_bend_the_log(cheat: str, app_url: str, owner_url: str) -> None:
    before = everything(owner_url)
    with psycopg.connect(app_url, autocommit=True) as app, pytest.raises(psycopg.Error) as caught:
        app.execute(cheat)
    # Not a slip of the pen in the cheat itself.
    assert not isinstance(caught.value, psycopg.errors.SyntaxError | psycopg.errors.UndefinedTable), caught.value
    assert everything(owner_url) == before


def test_even_the_owner_must_first_take_the_triggers_away(app_url: str, owner_url: str) -> None:
    before = everything(owner_url)
    for table in LOG:
        for cheat in ("DELETE FROM {}", "TRUNCATE {} CASCADE"):
            with (
                psycopg.connect(owner_url, autocommit=True) as owner,
                pytest.raises(psycopg.Error, match="append-only"),
            ):
                owner.execute(sql.SQL(cheat).format(sql.Identifier(f"sigill_store_{table}")))
    assert everything(owner_url) == before


def test_the_application_can_do_its_work(app_url: str, tmp_path: Path) -> None:
    repoint(app_url)
    store = open_store(app_url, tmp_path)
    event = entry.event("opened", NOON, {"decision": bytes(32)})
    assert store.append(entry.commit(event, b"s" * 32), event, b"s" * 32) == store.nodes.size() - 1 >= 3
    assert store.newest().note == "a note"


@pytest.mark.parametrize("wrong", ["SUPERUSER", "CREATEROLE", "member", "absent"])
def test_a_role_that_could_become_the_owner_is_refused(wrong: str, owner_url: str, tmp_path: Path) -> None:
    role = f"sigill_wrong_{wrong.lower()}"
    with psycopg.connect(owner_url, autocommit=True) as owner:
        if wrong != "absent":
            owner.execute(f"CREATE ROLE {role} LOGIN {wrong if wrong.isupper() else ''}")
        if wrong == "member":
            owner.execute(f"GRANT postgres TO {role}")
        try:
            repoint(owner_url)
            with pytest.raises(BadInput):
                open_store(owner_url, tmp_path, role)
        finally:
            owner.execute(f"DROP ROLE IF EXISTS {role}")


def test_an_application_does_not_make_tables(tmp_path: Path) -> None:
    with fresh_database() as owner_url, application(owner_url, tmp_path) as url:
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute("DELETE FROM django_migrations WHERE app = 'sigill_store'")
        repoint(url)
        with pytest.raises(BadInput, match="older"):
            open_store(url, tmp_path)
