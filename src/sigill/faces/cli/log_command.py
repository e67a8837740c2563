"""`sigill log`: check, show, publish, prove and export the log."""

import json
from pathlib import Path

import click

from sigill.adapters.files import read, write_atomically
from sigill.errors import N_, BadInput, Temporary
from sigill.faces.cli.opening import decision_id
from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import json_line, out, table
from sigill.faces.cli.words import _, sentence
from sigill.house import Settings, open_log


@click.group("log", help=_("Check, show, publish, prove and export the log."))
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


@_log.command(
    "publish",
    help=_(
        "Sign a checkpoint, have the witnesses cosign it, and keep it; run it on a schedule.\n\n"
        "The witnesses stand in witnesses.toml in SIGILL_HOME. Exit code 3: the log does not fit what was published "
        "before or what a witness has seen. 4: too few witnesses answered; what they signed is kept."
    ),
)
@json_option()
def _publish(as_json: bool) -> int:
    log = open_log(Settings.from_environment())
    done = log.publish()
    if as_json:
        silent = {name: sentence(error) for name, error in sorted(done.silent.items())}
        told = {"cosigned_by": list(done.by), "silent": silent, "quorum": done.quorum, "enough": done.enough}
        json_line({"checkpoint": done.note, **told})
    else:
        out.print(done.note, markup=False, soft_wrap=True, end="")
        for name, error in sorted(done.silent.items()):
            out.print(f"{name}: {sentence(error)}", markup=False, soft_wrap=True)
        if not done.enough:
            out.print(
                _("Too few witnesses answered: {have} of the {need} that are needed.").format(
                    have=len(done.by), need=done.quorum
                ),
                markup=False,
            )
    return 0 if done.enough else Temporary.exit_code


@_log.command(
    "prove",
    help=_(
        "Write a newer proof, read by `sigill check --proof`, for a letter that left while too few witnesses answered."
        "\n\n"
        "DECISION is a decision id, or a receipt.json. The proof tells nothing about the case; give it to anybody."
    ),
)
@click.argument("decision")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("File to write, text."))
@json_option()
def _prove(decision: str, output: Path, as_json: bool) -> None:
    log = open_log(Settings.from_environment())
    issued = log.store.find(decision_id(decision))
    if issued is None:
        raise BadInput(N_("No decision with that id has been issued here."), N_("Take the id from the receipt."))
    write_atomically(output, log.newer_proof(issued.log_index).encode(), mode=0o644)
    if as_json:
        json_line({"written": str(output), "index": issued.log_index})
    else:
        out.print(_("The proof is written to {path}.").format(path=output), markup=False, soft_wrap=True)


@_log.command(
    "export",
    help=_(
        "Write the public side of the log as static files (C2SP tlog-tiles), salted hashes only, for others' tools.\n\n"
        "Run again, it adds what is new and compares what is there. Exit code 3: something else was exported before."
    ),
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("Folder to write to."))
@json_option()
def _export(output: Path, as_json: bool) -> None:
    entries = open_log(Settings.from_environment()).export(output)
    if as_json:
        json_line({"written": str(output), "entries": entries})
    else:
        out.print(_("{count} entries written to {path}.").format(count=entries, path=output), markup=False)


for _sub in (_check, _show, _publish, _prove, _export):
    finished(_sub)
command = finished(_log)
