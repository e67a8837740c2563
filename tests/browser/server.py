"""The real server of the stories: `sigill serve --demo` as anybody starts it, in a home and on a port of its own."""

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from house import EXAMPLES, ROOT

PATIENCE = 180
"""Seconds that a loaded machine may take to start the server."""
SIGILL = Path(sys.executable).parent / "sigill"
_SETTINGS = "sigill.faces.web.settings"


@dataclass(frozen=True)
class Server:
    """A running web with its job runner."""

    url: str
    home: Path
    log: Path

    def sigill(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of `sigill` beside it, in the same house."""
        return subprocess.run(
            [str(SIGILL), *words],
            env=environment(self.home), cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def change(self, statement: str, *values: object) -> int:
        """Change a row of the database, for what only time would do. Returns how many it was."""
        with contextlib.closing(sqlite3.connect(self.home / "sigill.sqlite3", timeout=30)) as database, database:
            return database.execute(statement, values).rowcount

    def ask(self, question: str, *values: object) -> list[tuple[object, ...]]:
        """Rows of the database, for finding what no page shows."""
        with contextlib.closing(sqlite3.connect(self.home / "sigill.sqlite3", timeout=30)) as database:
            return database.execute(question, values).fetchall()


def environment(home: Path) -> dict[str, str]:
    """The environment of whatever works in a home."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SIGILL_", "DJANGO_"))}
    kept.pop("DATABASE_URL", None)
    return kept | {"SIGILL_HOME": str(home), "LANG": "sv_SE.UTF-8", "LC_ALL": "sv_SE.UTF-8", "PYTHONUTF8": "1"}


def prepare(home: Path) -> Path:
    """A home with the demo's people, cases and keys, to copy from: made by what `sigill serve` calls first."""
    home.mkdir(parents=True)
    for name in ("board.toml", "logo.svg"):
        shutil.copy(EXAMPLES / name, home / name)
    with_django = environment(home) | {"DJANGO_SETTINGS_MODULE": _SETTINGS, "SIGILL_DEMO": "1"}
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "django", "setupweb", "--demo", str(EXAMPLES)],
        env=with_django, cwd=ROOT, check=True,
    )  # fmt: skip
    return home


@contextlib.contextmanager
def serving(prepared: Path, folder: Path) -> Iterator[Server]:
    """`sigill serve --demo` over a copy of a prepared home, until the block ends.

    Args:
        prepared: a home made by `prepare`.
        folder: where the copy and the log are put.
    """
    home = folder / "home"
    shutil.copytree(prepared, home)
    port, log = _free_port(), folder / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(SIGILL), "serve", "--demo", "--bind", f"127.0.0.1:{port}"],
            env=environment(home), cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    server = Server(f"http://127.0.0.1:{port}", home, log)
    try:
        _until_ready(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError("the server did not stop when asked") from None


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _until_ready(server: Server, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"{server.url}/halsa/redo/", timeout=10).close()
            return
        time.sleep(0.1)
    raise AssertionError(server.log.read_text("utf-8", "replace")[-4000:])
