"""Kill -9 at every marked point of `issue`: nothing half-issued, and the next run finishes it."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from house import ROOT

BEFORE = ("signed", "searched", "sealed", "in transaction", "before commit")
AFTER = ("recorded", "stamped", "finished", "before delivery", "half delivered")


def run(point: str, home: Path, out: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "tests" / "killed.py"), point, str(home), str(out)],
        capture_output=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
    )


@pytest.fixture(scope="module")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house whose keys exist, so that each run starts fast. It has issued nothing."""
    home = tmp_path_factory.mktemp("house") / "home"
    killed = run("signed", home, home.parent / "out")
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    return home


def entries(home: Path) -> tuple[int, int]:
    with sqlite3.connect(home / "sigill.sqlite3") as database:
        (log,) = database.execute("SELECT count(*) FROM sigill_store_logentry").fetchone()
        (issues,) = database.execute("SELECT count(*) FROM sigill_store_issue").fetchone()
    return log, issues


@pytest.mark.parametrize("point", BEFORE + AFTER)
def test_killed_at(point: str, prepared_home: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    shutil.copytree(prepared_home, home)
    killed = run(point, home, out)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    # Either nothing has been issued, or the row and its log entry are both there.
    assert entries(home) == ((0, 0) if point in BEFORE else (1, 1))
    assert not (out / "receipt.json").exists()
    finished = run("nowhere", home, out)
    assert finished.returncode == 0, finished.stderr.decode()
    assert entries(home) == (1, 1)
    assert json.loads((out / "receipt.json").read_text("utf-8"))["outcome"] == "issued"
    assert (out / "notification.pdf").read_bytes().startswith(b"%PDF")
    assert not [path for path in out.iterdir() if path.name.endswith(".part")] or point == "half delivered"
