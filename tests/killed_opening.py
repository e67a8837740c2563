"""Opens the record of case 01 in houses on disk, killing itself with SIGKILL once in each at a point of the way.

Run by tests/attacks/test_killed_opening.py: `python killed_opening.py FOLDER`, with JSON on stdin: point → URL of an
empty database. Everything is loaded once; each run is a forked process of its own, so that a kill is a kill. For each
point: issue and request (on SQLite once, and copied), be killed, run again. Says on stdout how each run
ended and what stood there then.
"""

import json
import os
import shutil
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from house import CASES, EXAMPLES
from sigill import journey
from sigill.adapters.files import FolderHatch
from sigill.decision.disclosure import DisclosureRequest
from sigill.errors import Refused
from sigill.faces.cli.issuing import issue_case
from sigill.faces.cli.opening import parts_from
from sigill.house import Settings, open_house

STAGES = {"opening logged": "hand", "handing logged": "deliver"}


def forked(act: Callable[[], None]) -> int:
    """Run `act` in a process of its own; minus the signal that killed it, else its exit code."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except Refused:
            os._exit(1)
        except BaseException:
            traceback.print_exc()
            os._exit(9)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def ask(settings: Settings, folder: Path) -> None:
    case = CASES / "01_track_a_insats" / "case.toml"
    issued = issue_case(case, EXAMPLES / "staff.csv", folder / "letter", settings=settings)
    request = DisclosureRequest(str(issued.receipt["decision_id"]), "party", "parten", "parten", "A12110")
    (folder / "request").write_text(journey.request_opening(request, open_house(settings)).id)


def hand_out(settings: Settings, folder: Path, point: str) -> None:
    stage = "open"

    def mark(here: str) -> None:
        nonlocal stage
        if f"{stage}: {here}" == point:
            os.kill(os.getpid(), signal.SIGKILL)
        stage = STAGES.get(here, stage)

    house = replace(open_house(settings), mark=mark)
    house.store.mark = mark  # type: ignore[attr-defined]
    request = (folder / "request").read_text()
    opened = journey.disclose(request, parts_from(request, (), settings, house), house)
    journey.hand_out(opened, "record.pdf", opened.record_pdf, FolderHatch(folder / "out"), house)


def look(settings: Settings, folder: Path) -> None:
    store = open_house(settings).store
    kinds = [act.kind for act in store.acts()]
    out = folder / "out"
    copies = sorted(path.name for path in out.iterdir()) if out.exists() else []
    whole = all((out / name).read_bytes().startswith(b"%PDF") for name in copies if name == "record.pdf")
    seen = {"kinds": kinds, "notices": len(store.notices()), "copies": copies, "whole": whole}
    (folder / "seen.json").write_text(json.dumps(seen))


def main() -> None:
    warnings.simplefilter("ignore")
    told = {}
    for number, (point, url) in enumerate(json.load(sys.stdin).items()):
        folder = Path(sys.argv[1]) / str(number)
        settings = Settings(folder / "home", url, EXAMPLES / "board.toml")
        template = Path(sys.argv[1]) / "asked"
        if url.startswith("sqlite") and template.exists():
            shutil.copytree(template, folder)
        else:
            assert forked(lambda: ask(settings, folder)) == 0
            if url.startswith("sqlite"):
                shutil.copytree(folder, template)
        runs = {}
        for name, at in (("killed", point), ("finished", "nowhere")):
            code = forked(lambda at=at: hand_out(settings, folder, at))
            assert forked(lambda: look(settings, folder)) == 0
            runs[name] = {"code": code, **json.loads((folder / "seen.json").read_text())}
        told[point] = runs
    print(json.dumps(told))


main()
