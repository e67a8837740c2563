"""The command `sigill`, which kills its own process, with SIGKILL, at the point that `SIGILL_KILL` names."""

import os
import signal
import sys
from dataclasses import replace

import sigill.house
from sigill.faces.cli import issuing, main

POINT = os.environ["SIGILL_KILL"]


def mark(here: str) -> None:
    if here == POINT:
        os.kill(os.getpid(), signal.SIGKILL)


def marked(open_: object) -> object:
    def opened(*given: object) -> object:
        house = replace(open_(*given), mark=mark)  # type: ignore[operator]
        house.store.mark = mark  # type: ignore[attr-defined]
        return house

    return opened


sigill.house.open_house = marked(sigill.house.open_house)  # type: ignore[assignment]
issuing.open_house = sigill.house.open_house  # type: ignore[assignment]
sys.argv[0] = "sigill"
main()
