"""Issues case 01 in a house on disk and kills its own process, with SIGKILL, at the point named on the command line.

Run by tests/attacks/test_killed_anywhere.py: `python killed.py POINT HOME OUT [DATABASE_URL]`.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from house import CASES, EXAMPLES
from sigill.faces.cli import issuing
from sigill.house import Settings, open_house


def main() -> None:
    point, home, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    url = sys.argv[4] if len(sys.argv) > 4 else f"sqlite:///{home / 'sigill.sqlite3'}"

    def mark(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def marked_house(*given: object) -> object:
        house = replace(open_house(*given), mark=mark)  # type: ignore[arg-type]
        house.store.mark = mark  # type: ignore[attr-defined]
        return house

    class MarkedOutbox(issuing.FolderOutbox):
        def deliver(self, name: str, files: dict[str, bytes]) -> object:
            mark("before delivery")
            paths = super().deliver(name, {issuing.NOTIFICATION: files[issuing.NOTIFICATION]})
            mark("half delivered")
            return [*paths, *super().deliver(name, files)]

    issuing.open_house = marked_house  # type: ignore[assignment]
    issuing.FolderOutbox = MarkedOutbox  # type: ignore[misc, assignment]
    settings = Settings(home, url, EXAMPLES / "board.toml")
    issuing.issue_case(CASES / "01_track_a_insats" / "case.toml", EXAMPLES / "staff.csv", out, settings=settings)


main()
