"""Disk full, clock set back, database gone in the middle: `Temporary`, nothing half done, and the next run goes on.

A device or a timestamp authority that is gone, slow or answers rubbish: tests/rooms/test_signing.py, and
tests/test_elsewhere.py for a decision that waits. Kill -9: tests/attacks/test_killed_anywhere.py.
"""

import datetime as dt
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

import postgres
from house import ACCEPTED, CASES, EXAMPLES, NOON, FixedClock, SeededEntropy, SimulatedHouse, board, draft
from sigill import journey
from sigill.adapters.keys import UnsafeSoftwareKeys
from sigill.decision.disclosure import DisclosureRequest
from sigill.decision.stages import Recorded
from sigill.errors import Temporary
from sigill.house import house_of

CASE = CASES / ACCEPTED[0] / "case.toml"


# -- a full disk, through the command ---------------------------------------------------------------------------------


def sigill(home: Path, out: Path, room: int | None = None, case: Path = CASE) -> subprocess.CompletedProcess[str]:
    """`sigill issue` with at most `room` bytes for any file it writes: a full disk that root, too, runs into."""

    def little_room() -> None:
        if room is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    words = ["issue", case, "--lang", "en", "-o", out]
    words += ["--staff", EXAMPLES / "staff.csv", "--board", EXAMPLES / "board.toml"]
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from sigill.faces.cli import main; main()", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "SIGILL_HOME": str(home), "DATABASE_URL": f"sqlite:///{home / 'sigill.sqlite3'}"},
        preexec_fn=little_room,
    )


def rows(home: Path) -> tuple[int, int]:
    """Issued decisions and log entries, as they lie on the disk."""
    with closing(sqlite3.connect(home / "sigill.sqlite3")) as database:
        return tuple(  # type: ignore[return-value]
            database.execute(f"SELECT count(*) FROM sigill_store_{table}").fetchone()[0]
            for table in ("issue", "logentry")
        )


@pytest.fixture(scope="module")
def new_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with keys and tables that has issued nothing."""
    home = tmp_path_factory.mktemp("house") / "home"
    done = sigill(home, home.parent / "no", case=CASES / "05_refuse_bulvan" / "case.toml")
    assert done.returncode == 1 and rows(home) == (0, 0), done.stderr
    return home


@pytest.mark.parametrize("room", [0, 600, 8 << 10, 40 << 10, 100 << 10, 200 << 10, 400 << 10])
def test_a_full_disk_is_temporary_and_the_next_run_issues_once(room: int, new_house: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    shutil.copytree(new_house, home)

    full = sigill(home, out, room)

    assert full.returncode == 4, (full.returncode, full.stderr)
    assert "Traceback" not in full.stderr and "kesson" not in full.stderr
    assert not (out / "receipt.json").exists()
    assert not list(out.glob("*.part")) and not list(out.glob(".*"))
    issued, entries = rows(home)
    assert (issued, entries) in {(0, 0), (1, 1)}

    again = sigill(home, out)

    assert again.returncode == 0, again.stderr
    assert rows(home) == (1, 1)
    assert (out / "notification.pdf").exists() and (out / "receipt.json").exists()


def test_from_some_size_on_the_disk_is_large_enough(new_house: Path, tmp_path: Path) -> None:
    """The limit above is what stopped the command, and nothing else."""
    home = tmp_path / "home"
    shutil.copytree(new_house, home)
    assert sigill(home, tmp_path / "out", 64 << 20).returncode == 0


# -- the clock --------------------------------------------------------------------------------------------------------


def test_a_clock_set_back_stops_before_anything_is_signed_or_logged(keys: UnsafeSoftwareKeys) -> None:
    house = SimulatedHouse(keys)
    recorded = house.issue(draft(ACCEPTED[0]))
    entries = len(house.store.entries)
    marks: list[str] = []
    back = FixedClock(NOON - dt.timedelta(days=400))
    late = replace(house.ports, clock=back, mark=marks.append)
    given = draft(ACCEPTED[1])
    prepared = journey.prepare(given, board(), house.ports)
    approval = journey.Approval(given.case.decision_maker.signed_by)

    with pytest.raises(Temporary):
        journey.conclude(prepared, approval, late, staff=given.staff, case=given.case)
    with pytest.raises(Temporary):
        journey.request_opening(
            DisclosureRequest(recorded.facts.decision_id, "party", "parten", "parten", registered_by="A11962"), late
        )

    assert marks == [] and len(house.store.entries) == entries
    back.time = NOON - dt.timedelta(seconds=30)  # what a time server takes back
    assert journey.conclude(prepared, approval, late, staff=given.staff, case=given.case).log_index == entries
    house.check()


# -- the database goes in the middle ----------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database of each kind, opened by this process as the application."""
    with postgres.fresh_url(request.param, tmp_path) as fresh:
        yield fresh


def gone(url: str) -> Callable[[], None]:
    """Takes the database away as it happens: the server ends the session; the file fills its disk."""
    from django.db import connection

    def end_session() -> None:
        with psycopg.connect(postgres.server(), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [urlsplit(url).username]
            )

    def full() -> None:
        with connection.cursor() as cursor:
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages}")

    return end_session if url.startswith("postgres") else full


def back(url: str) -> None:
    """The disk has room again. A server's next session is the application's own matter."""
    from django.db import connection

    if not url.startswith("postgres"):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1000000")


@pytest.mark.parametrize("point", ["signed", "sealed", "in transaction", "before commit", "recorded", "stamped"])
def test_a_database_that_goes_in_the_middle_leaves_nothing_half(
    point: str, url: str, keys: UnsafeSoftwareKeys, tmp_path: Path
) -> None:
    from sigill.store.open import open_store

    store: Any = open_store(url, tmp_path / "home")
    take_away, struck = gone(url), []

    def mark(here: str) -> None:
        if here == point and not struck:
            struck.append(here)
            take_away()

    store.mark = mark
    house = replace(house_of(keys, store, clock=FixedClock(), entropy=SeededEntropy()), mark=mark)
    given = draft(ACCEPTED[0])
    prepared = journey.prepare(given, board(), house)

    def conclude() -> Recorded:
        approval = journey.Approval(given.case.decision_maker.signed_by)
        return journey.conclude(prepared, approval, house, staff=given.staff, case=given.case)

    with pytest.raises(Temporary):
        conclude()
    assert struck == [point]
    back(url)
    # On SQLite the rows have their pages by then, and the commit still goes through.
    past_return = point in ("recorded", "stamped") or (point == "before commit" and url.startswith("sqlite"))
    assert store.nodes.size() == past_return
    assert (store.find(given.case.key) is not None) == past_return

    recorded = conclude()

    assert recorded.log_index == 0 and store.nodes.size() == 1
    assert recorded.again is past_return
    stored = store.find(given.case.key)
    assert stored is not None and stored.finished == recorded.notification_pdf


def test_a_database_that_somebody_else_keeps_locked_is_temporary(keys: UnsafeSoftwareKeys, tmp_path: Path) -> None:
    from django.db import connection

    from sigill.store.open import open_store

    with postgres.fresh_url("sqlite", tmp_path) as url:
        store: Any = open_store(url, tmp_path / "home")
        house = house_of(keys, store, clock=FixedClock(), entropy=SeededEntropy())
        given = draft(ACCEPTED[0])
        prepared = journey.prepare(given, board(), house)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 50")
        with closing(sqlite3.connect(tmp_path / "sigill.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Temporary):
                journey.conclude(
                    prepared,
                    journey.Approval(given.case.decision_maker.signed_by),
                    house,
                    staff=given.staff,
                    case=given.case,
                )
        assert store.nodes.size() == 0 and store.find(given.case.key) is None
