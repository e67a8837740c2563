"""`sigill log`: check, show and export the log."""

import base64
import json
from pathlib import Path

import click

from sigill.adapters.files import read, write_atomically
from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import json_line, out, table
from sigill.faces.cli.words import _
from sigill.house import Settings, open_log


@click.group("log", help=_("Check, show and export the log."))
def _log() -> None:
    pass


@_log.command(
    "check",
    help=_(
        "Recompute the whole log and hold it against its tree, what its entries commit to, and a checkpoint.\n\n"
        "Without --checkpoint the last one this house has seen is used. Exit code 3: the log does not add up."
    ),
)
@click.option("--checkpoint", type=click.Path(path_type=Path), help=_("A checkpoint from outside to hold it to."))
@json_option()
def _check(checkpoint: Path | None, as_json: bool) -> None:
    log = open_log(Settings.from_environment())
    note = read(checkpoint).decode("utf-8", "replace") if checkpoint else None
    size, root = log.check(note)
    if as_json:
        json_line({"consistent": True, "origin": log.origin, "size": size, "root": root.hex()})
    else:
        out.print(
            _("The log {origin} adds up: {size} entries, root {root}.").format(
                origin=log.origin, size=size, root=root.hex()
            ),
            markup=False,
            soft_wrap=True,
        )


@_log.command("show", help=_("List the entries: when and of which kind, no names."))
@json_option()
def _show(as_json: bool) -> None:
    log = open_log(Settings.from_environment())
    rows = [(index, json.loads(event)) for index, event, _salt in log.store.events()]
    if as_json:
        json_line({"entries": [{"index": index, "kind": event["kind"], "at": event["at"]} for index, event in rows]})
    else:
        table("", [_("Entry"), _("Kind"), _("When")], [(str(i), e["kind"], e["at"]) for i, e in rows])


@_log.command("export", help=_("Write the public side of the log: a checkpoint and all entries, salted hashes only."))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("File to write, JSON."))
@json_option()
def _export(output: Path, as_json: bool) -> None:
    log = open_log(Settings.from_environment())
    leaves = [base64.b64encode(leaf).decode() for leaf in log.store.leaves()]
    public = {"schema": 1, "checkpoint": log.checkpoint(), "entries": leaves}
    write_atomically(output, json.dumps(public, indent=1).encode(), mode=0o644)
    if as_json:
        json_line({"written": str(output), "entries": len(leaves)})
    else:
        out.print(_("{count} entries written to {path}.").format(count=len(leaves), path=output), markup=False)


for _sub in (_check, _show, _export):
    finished(_sub)
command = finished(_log)
