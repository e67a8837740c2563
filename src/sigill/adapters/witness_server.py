"""A witness as a program of its own: a folder with its key and what it remembers, and a small HTTP server.

    FOLDER/            mode 0700
      witness.key      Ed25519 (PEM); made once
      witness.json     its name, and the public keys of the logs it follows
      logs/HASH        per log, the newest checkpoint it cosigned, under the SHA-256 of the log's name

It knows neither the house nor its database: another authority runs it, on another machine. One process holds the
folder at a time. Put a reverse proxy with TLS before it.
"""

import contextlib
import fcntl
import json
import os
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519

from sigill.adapters.key_files import (
    PRIVATE_FOLDER,
    damaged,
    read_ed25519_key,
    read_json,
    sync_folder,
    write,
    write_key,
)
from sigill.adapters.world import SystemClock
from sigill.errors import N_, BadInput, SigillError, Temporary
from sigill.log.checkpoint import parse_vkey, vkey
from sigill.log.witness import MAX_REQUEST, Answer, Witness
from sigill.ports import Clock

PATIENCE = 30.0
"""How long a connection may be silent, in seconds."""


class WitnessKey:
    """The witness's key (implements `sigill.ports.LogKey`; its origin is the witness's name)."""

    def __init__(self, name: str, key: ed25519.Ed25519PrivateKey) -> None:
        self._name, self._key = name, key

    @property
    def origin(self) -> str:
        """The witness's name."""
        return self._name

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(data)

    def public_bytes(self) -> bytes:
        """32 bytes."""
        return self._key.public_key().public_bytes_raw()


class WitnessFolder:
    """A witness's folder.

    Raises:
        BadInput: there is no witness in it, or a file is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._config = folder / "witness.json"
        if not self._config.exists():
            raise BadInput(
                N_("There is no witness in this folder."), N_("Make one with `sigill witness new`."), place=str(folder)
            )
        found = read_json(self._config)
        try:
            self.logs = {one.name: one.public_key for one in map(parse_vkey, found["logs"]) if not one.witness}
            self.key = WitnessKey(found["name"], read_ed25519_key(folder / "witness.key"))
            self.vkey = vkey(self.key.origin, self.key.public_bytes(), witness=True)
        except (KeyError, TypeError):
            raise damaged(self._config) from None
        if len(self.logs) != len(found["logs"]):
            raise damaged(self._config)

    @classmethod
    def make(cls, folder: Path, name: str) -> "WitnessFolder":
        """A new witness with a key of its own.

        Raises:
            BadInput: there is one already, or the name cannot stand in a signature.
        """
        if (folder / "witness.json").exists():
            raise BadInput(N_("There is a witness in this folder already."), place=str(folder))
        key = ed25519.Ed25519PrivateKey.generate()
        vkey(name, key.public_key().public_bytes_raw(), witness=True)
        (folder / "logs").mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        folder.chmod(PRIVATE_FOLDER)
        write_key(folder / "witness.key", key)
        write(folder / "witness.json", json.dumps({"name": name, "logs": []}, indent=1).encode())
        return cls(folder)

    def follow(self, log: str) -> str:
        """Follow one more log.

        Args:
            log: its public key, a line as in its trust file.
        Returns:
            the log's name.
        Raises:
            BadInput: it is no log's key, or another key of that log is followed.
        """
        key = parse_vkey(log)
        if key.witness:
            raise BadInput(N_("This is a witness's key, not a log's."), place=key.name)
        if self.logs.get(key.name, key.public_key) != key.public_key:
            raise BadInput(
                N_("Another key of this log is followed already."),
                N_("Find out from the authority which one is right, by a route you know."),
                place=key.name,
            )
        self.logs[key.name] = key.public_key
        config = {"name": self.key.origin, "logs": [vkey(*one) for one in sorted(self.logs.items())]}
        write(self._config, json.dumps(config, indent=1, ensure_ascii=False).encode())
        return key.name

    def witness(self, clock: Clock | None = None) -> Witness:
        """The witness, ready to answer."""
        return Witness(self.key, self.logs, self, clock or SystemClock())

    def newest(self, origin: str) -> str | None:
        """See `sigill.log.witness.Shelf.newest`."""
        try:
            return self._path(origin).read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            return None
        except OSError:
            raise Temporary(N_("What the witness remembers cannot be read."), place=str(self.folder)) from None

    def keep(self, origin: str, note: str) -> None:
        """See `sigill.log.witness.Shelf.keep`."""
        try:
            self._path(origin).parent.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
            write(self._path(origin), note.encode())
            sync_folder(self.folder)
        except OSError:
            raise Temporary(N_("The file cannot be written."), place=str(self.folder)) from None

    def _path(self, origin: str) -> Path:
        return self.folder / "logs" / sha256(origin.encode()).hexdigest()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder: two processes would each remember their own.

        Raises:
            Temporary: another process holds it.
        """
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Temporary(
                N_("Another process runs this witness."), N_("Stop it first."), place=str(self.folder)
            ) from None
        else:
            yield
        finally:
            os.close(handle)


def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """An HTTP server that answers for `witness`; `serve_forever` runs it.

    Args:
        port: 0 takes a free one.
    Raises:
        BadInput: the address cannot be used.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = PATIENCE

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if self.path != "/add-checkpoint":
                self._say(Answer(404, "Only add-checkpoint is answered here.\n"), close=True)
            elif not (length.isascii() and length.isdecimal() and int(length[:9]) <= MAX_REQUEST and len(length) < 9):
                self._say(Answer(413, "The request is too long, or does not say how long it is.\n"), close=True)
            else:
                self._say(self._answer(self.rfile.read(int(length))))

        def _answer(self, request: bytes) -> Answer:
            try:
                return witness.add_checkpoint(request)
            except SigillError as error:
                # Nothing was signed. The operator reads why; the log only learns that it must try again.
                self.log_error("%s", error)
                return Answer(503, "This witness cannot sign now.\n")

        def _say(self, answer: Answer, *, close: bool = False) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("content-type", answer.content_type)
            self.send_header("content-length", str(len(body)))
            if close:
                self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def version_string(self) -> str:
            return "Sigill"

        def log_message(self, format: str, *args: Any) -> None:
            del format, args  # No line per request: they come often and say nothing. Errors go through log_error.

        def log_error(self, format: str, *args: Any) -> None:
            super().log_message(format, *args)

    try:
        made = ThreadingHTTPServer((host, port), Handler)
    except (OSError, OverflowError):
        raise BadInput(N_("This address cannot be listened on."), place=f"{host}:{port}") from None
    made.daemon_threads = True
    return made


@contextlib.contextmanager
def running(made: ThreadingHTTPServer) -> Iterator[str]:
    """Run a server in a thread; gives its address."""
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{made.server_address[0]!s}:{made.server_address[1]}"
    finally:
        made.shutdown()
        made.server_close()
        thread.join()
