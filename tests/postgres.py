"""A fresh PostgreSQL database for a test, on the server that is there or on one of our own.

The server is, in this order: the one named by SIGILL_TEST_POSTGRES; the one on 127.0.0.1:5432, if it lets `postgres`
in; one started here from Debian's `postgresql` in a temporary folder, on a free port of the loopback, and stopped when
the process ends. PostgreSQL refuses to run as root, so root starts it as the user `postgres`.

Each database has a random name and is dropped afterwards, also when the test failed.
"""

import atexit
import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg

USUAL = "postgresql://postgres@127.0.0.1:5432/postgres"


@cache
def server() -> str:
    """URL of a server's `postgres` database, as its superuser."""
    named = os.environ.get("SIGILL_TEST_POSTGRES")
    if named:
        return named
    return USUAL if _answers(USUAL) else _start()


@contextlib.contextmanager
def fresh_database(template: str = "template1") -> Iterator[str]:
    """URL of a new database, as superuser: empty, or a copy of `template`, which nobody may be using."""
    name = f"sigill_test_{secrets.token_hex(6)}"
    with psycopg.connect(server(), autocommit=True, connect_timeout=10) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield f"{server().rpartition('/')[0]}/{name}"
    finally:
        close_django()
        with psycopg.connect(server(), autocommit=True, connect_timeout=10) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def application(owner_url: str, home: Path) -> Iterator[str]:
    """URL of the same database for a role of the application's own, after its owner has made the tables."""
    from sigill.store.open import open_store

    role = f"sigill_app_{secrets.token_hex(6)}"
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(f'CREATE ROLE "{role}" LOGIN')
        try:
            repoint(owner_url)
            open_store(owner_url, home, role)
            close_django()
            yield owner_url.replace("//postgres@", f"//{role}@")
        finally:
            close_django()
            owner.execute(f'DROP OWNED BY "{role}"')
            owner.execute(f'DROP ROLE "{role}"')


@contextlib.contextmanager
def fresh_url(kind: str, folder: Path) -> Iterator[str]:
    """URL of a new database of a kind (`sqlite`, `postgresql`), and this process's Django led to it.

    On PostgreSQL it is that of the application's role, which may do no more than a real one.
    """
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{folder / 'sigill.sqlite3'}"
        if kind == "postgresql":
            url = stack.enter_context(application(stack.enter_context(fresh_database()), folder))
        repoint(url)
        yield url


def repoint(url: str) -> None:
    """Let Django's default connection in this process lead to another database."""
    from django.conf import settings
    from django.db import connections

    from sigill.store.settings import databases

    if not settings.configured:
        return
    connections["default"].close()
    settings.DATABASES = databases(url)
    connections.settings = connections.configure_settings(settings.DATABASES)
    del connections["default"]


def close_django() -> None:
    """Close this thread's connection, if Django is in use."""
    from django.conf import settings
    from django.db import connections

    if settings.configured:
        connections["default"].close()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _start() -> str:
    binaries = _binaries()
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="sigill-pg-"))
    if user:
        shutil.chown(folder, "postgres", "postgres")
    data, log = folder / "data", folder / "log"

    def run(*words: str) -> None:
        done = subprocess.run(words, cwd=folder, capture_output=True, timeout=120, check=False, **user)
        told = log.read_text("utf-8", "replace") if log.exists() else ""
        assert done.returncode == 0, done.stderr.decode() + told

    run(
        f"{binaries}/initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync", "-D", str(data)
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Nothing here outlives the tests, so nothing needs to survive a power cut.
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"

    def stop() -> None:
        subprocess.run(
            [f"{binaries}/pg_ctl", "-D", str(data), "-m", "immediate", "stop"], cwd=folder, capture_output=True, **user
        )
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    run(f"{binaries}/pg_ctl", "-D", str(data), "-l", str(log), "-o", options, "-w", "start")
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _binaries() -> Path:
    """Where initdb lives: Debian keeps it off the path, one folder per version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise AssertionError("no PostgreSQL: install Debian's postgresql (scripts/setup.sh test), or start a server")
    return found[-1].parent if found else Path(on_path or "").resolve().parent
