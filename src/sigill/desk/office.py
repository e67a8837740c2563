"""The house that the desk works in: opened once per process, from the environment, or put in place by a test."""

import threading
from dataclasses import dataclass

from sigill.errors import N_, BadInput
from sigill.house import Settings, open_house
from sigill.journey import House
from sigill.letters.board import Board, load_board


@dataclass(frozen=True, slots=True)
class Office:
    """What the desk needs: the house's ports and the board whose letters these are."""

    house: House
    board: Board
    appeal_court: str = ""


_lock = threading.Lock()
_open: list[Office] = []


def office() -> Office:
    """The open office.

    Raises:
        BadInput: SIGILL_HOME has no board.toml.
    """
    with _lock:
        if not _open:
            settings = Settings.from_environment()
            path = settings.board or settings.home / "board.toml"
            if not path.exists():
                raise BadInput(
                    N_("The web needs the board's own template."),
                    N_("Put board.toml (and its logo) into SIGILL_HOME; examples/board.toml shows the keys."),
                    place=str(path),
                )
            board = load_board(path)
            _open.append(Office(open_house(settings, board), board))
        return _open[0]


def use(new: Office | None) -> None:
    """Put an office in place (None: open it anew when asked)."""
    with _lock:
        _open[:] = [] if new is None else [new]
