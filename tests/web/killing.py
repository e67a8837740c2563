"""A job runner in a process of its own that is killed at a given point. Imported by that process."""

import datetime as dt
import os
import signal
from dataclasses import replace
from pathlib import Path

from web.conftest import TickingClock, open_office, switch_to_web


def run_and_die(database: str, key_folder: Path, home: Path, now: dt.datetime, point: str) -> None:
    """Do the next job; SIGKILL at `point`, as the kernel would."""
    switch_to_web(home)
    from postgres import repoint
    from sigill.desk import jobs, office

    repoint(database)
    open_office(key_folder, home, TickingClock(now))

    def mark(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    at = office.office()
    office.use(replace(at, house=replace(at.house, mark=mark)))
    jobs.run_next("the one that is killed")
