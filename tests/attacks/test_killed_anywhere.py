"""Kill -9 at every marked point of `issue`: nothing half-issued, and the next run finishes it.

On SQLite and on PostgreSQL alike.
"""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from house import ROOT
from postgres import fresh_database

BEFORE = ("signed", "searched", "sealed", "in transaction", "before commit")
AFTER = ("recorded", "stamped", "finished", "before delivery", "half delivered")


def run(point: str, home: Path, out: Path, url: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "tests" / "killed.py"), point, str(home), str(out), url],
        capture_output=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
    )


@pytest.fixture(scope="module")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house whose keys exist, so that each run starts fast. It has issued nothing."""
    home = tmp_path_factory.mktemp("house") / "home"
    killed = run("signed", home, home.parent / "out", sqlite_in(home))
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    return home


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that this process leaves alone: only the killed one opens it with Django."""
    if request.param == "sqlite":
        yield sqlite_in(tmp_path / "home")
        return
    with fresh_database() as fresh:
        yield fresh


def sqlite_in(home: Path) -> str:
    return f"sqlite:///{home / 'sigill.sqlite3'}"


def entries(url: str) -> tuple[int, int]:
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            return counts(lambda sql: database.execute(sql).fetchone())
    with psycopg.connect(url) as database:
        return counts(lambda sql: database.execute(sql).fetchone())


def counts(one: Callable[[str], Any]) -> tuple[int, int]:
    (log,), (issues,) = (one(f"SELECT count(*) FROM sigill_store_{table}") for table in ("logentry", "issue"))
    return log, issues


@pytest.mark.parametrize("point", BEFORE + AFTER)
def test_killed_at(point: str, url: str, prepared_home: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    shutil.copytree(prepared_home, home)
    killed = run(point, home, out, url)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    # Either nothing has been issued, or the row and its log entry are both there.
    assert entries(url) == ((0, 0) if point in BEFORE else (1, 1))
    assert not (out / "receipt.json").exists()
    finished = run("nowhere", home, out, url)
    assert finished.returncode == 0, finished.stderr.decode()
    assert entries(url) == (1, 1)
    assert json.loads((out / "receipt.json").read_text("utf-8"))["outcome"] == "issued"
    assert (out / "notification.pdf").read_bytes().startswith(b"%PDF")
    assert not [path for path in out.iterdir() if path.name.endswith(".part")] or point == "half delivered"
