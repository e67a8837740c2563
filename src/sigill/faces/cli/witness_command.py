"""`sigill witness`: cosign other authorities' logs. Knows neither a house nor its database."""

import signal
import sys
from pathlib import Path
from typing import Any

import click

from sigill.adapters.witness_server import WitnessFolder, server
from sigill.errors import N_, BadInput
from sigill.faces.cli.options import file_argument, finished, json_option
from sigill.faces.cli.show import json_line, out, table
from sigill.faces.cli.words import _


@click.group("witness", help=_("Be a witness: cosign another authority's log when it has only grown."))
def _witness() -> None:
    pass


@_witness.command("new", help=_("Make a witness with a key of its own, and show its public key."))
@file_argument("folder")
@click.option("--name", required=True, help=_("The witness's name, such as witness.example/sigill."))
@json_option()
def _new(folder: Path, name: str, as_json: bool) -> None:
    made = WitnessFolder.make(folder, name)
    if as_json:
        json_line({"name": name, "key": made.vkey})
    else:
        out.print(made.vkey, markup=False, soft_wrap=True, highlight=False)


@_witness.command(
    "follow", help=_("Follow a log from now on. KEY is the line `vkey` of the log in its authority's trust file.")
)
@file_argument("folder")
@click.argument("key")
@json_option()
def _follow(folder: Path, key: str, as_json: bool) -> None:
    name = WitnessFolder(folder).follow(key)
    if as_json:
        json_line({"follows": name})
    else:
        out.print(_("Follows {name}.").format(name=name), markup=False)


@_witness.command("show", help=_("Show the witness's public key, and how far it has followed each log."))
@file_argument("folder")
@json_option()
def _show(folder: Path, as_json: bool) -> None:
    opened = WitnessFolder(folder)
    logs = opened.witness().followed()
    if as_json:
        json_line({"name": opened.key.origin, "key": opened.vkey, "logs": logs})
        return
    out.print(opened.vkey, markup=False, soft_wrap=True, highlight=False)
    table("", [_("Log"), _("Entries")], [(name, str(size)) for name, size in logs.items()])


@_witness.command(
    "serve",
    help=_(
        "Answer logs over HTTP (C2SP tlog-witness) until stopped.\n\n"
        "Put a reverse proxy with TLS before it. One process at a time may run a witness."
    ),
)
@file_argument("folder")
@click.option("--listen", default="127.0.0.1:8417", help=_("Address and port (default: 127.0.0.1:8417)."))
@json_option()
def _serve(folder: Path, listen: str, as_json: bool) -> None:
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdecimal():
        raise BadInput(N_("The address to listen on is written HOST:PORT."), place=listen)
    opened = WitnessFolder(folder)
    with opened.alone():
        witness = opened.witness()
        witness.followed()  # What it remembers must be readable before it says yes to anything.
        with server(witness, host.strip("[]"), int(port)) as made:
            signal.signal(signal.SIGTERM, _stop)
            url = f"http://{host}:{made.server_address[1]}"
            if as_json:
                json_line({"listening": url, "key": opened.vkey})
            else:
                out.print(_("Listening on {url} as {name}.").format(url=url, name=opened.key.origin), markup=False)
            sys.stdout.flush()
            made.serve_forever()


def _stop(number: int, frame: Any) -> None:
    del number, frame
    raise SystemExit(0)


for _sub in (_new, _follow, _show, _serve):
    finished(_sub)
command = finished(_witness)
