"""Kill -9 at every marked point of an opening: logged and told before anything leaves, and one copy in the end."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from house import ROOT
from postgres import fresh_database

# Point → what stands there after the kill: acts beyond the request, notices, copies.
POINTS: dict[str, tuple[list[str], int, list[str]]] = {
    "open: before opening is logged": ([], 0, []),
    "open: act in transaction": ([], 0, []),
    "open: act before commit": ([], 0, []),
    "open: opening logged": (["opened"], 1, []),
    "hand: act before commit": (["opened"], 1, []),
    "hand: handing logged": (["opened", "handing"], 1, []),
    "deliver: copy written": (["opened", "handing"], 1, ["record.pdf"]),
    "deliver: act before commit": (["opened", "handing"], 1, ["record.pdf"]),
    "deliver: delivered": (["opened", "handing", "delivered"], 1, ["record.pdf"]),
}


# One point inside a transaction is enough to show that PostgreSQL takes it back as SQLite does.
ON_POSTGRESQL = ("open: act before commit",)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All points, one after the other."""
    folder = tmp_path_factory.mktemp(request.param)
    with contextlib.ExitStack() as databases:
        urls = {
            point: f"sqlite:///{folder / str(number) / 'home' / 'sigill.sqlite3'}"
            if request.param == "sqlite"
            else databases.enter_context(fresh_database())
            for number, point in enumerate(POINTS if request.param == "sqlite" else ON_POSTGRESQL)
        }
        done = subprocess.run(
            [sys.executable, str(ROOT / "tests" / "killed_opening.py"), str(folder)],
            input=json.dumps(urls),
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point: str, told: dict[str, Any]) -> None:
    if point not in told:
        pytest.skip("shown on SQLite")
    acts, notices, copies = POINTS[point]
    runs = told[point]
    killed, finished = runs["killed"], runs["finished"]
    assert killed["code"] == -signal.SIGKILL
    assert killed["kinds"][0] == "requested"
    assert (killed["kinds"][1:], killed["notices"], killed["copies"]) == (acts, notices, copies)
    # Told and logged before anything leaves, at whatever moment the lights go out.
    assert not killed["copies"] or (killed["notices"] and "opened" in killed["kinds"])
    # The next run finishes it; where all was done already, the copy is not written again.
    assert finished["code"] == (1 if "delivered" in acts else 0)
    done = [kind for kind in finished["kinds"] if kind != "denied"]
    assert done == ["requested", "opened", "handing", "delivered"]
    assert finished["notices"] == 1 and finished["copies"] == ["record.pdf"] and finished["whole"]


def test_the_table_names_every_mark_of_the_way() -> None:
    source = (ROOT / "src" / "sigill" / "journey.py").read_text("utf-8")
    way = source[source.index("def disclose(") : source.index("def refuse_opening(")]
    marks = {line.split('"')[1] for line in way.splitlines() if "house.mark(" in line}
    assert len(marks) == 5 and marks <= {point.partition(": ")[2] for point in POINTS}
