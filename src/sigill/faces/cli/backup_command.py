"""`sigill backup`: the house in one encrypted file."""

from pathlib import Path

import click

from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import json_line, out
from sigill.faces.cli.words import _
from sigill.house import Settings
from sigill.upkeep.backup import backup
from sigill.upkeep.ground import has_web, know_the_web, stand


@click.command(
    "backup",
    help=_(
        "Write a backup of the house: one age file with database, keys, log and settings.\n\n"
        "Without people's private keys: the custodians keep their own, and the month keys lie in an escrow that only "
        "its holders open (`sigill escrow set`). The house may be in use meanwhile."
    ),
)
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    required=True,
    help=_("Who can read it: age1…, from `sigill backup-key`; repeat it for more."),
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("The file to write."))
@json_option()
def _backup(recipients: tuple[str, ...], output: Path, as_json: bool) -> None:
    settings = Settings.from_environment()
    if has_web(settings):
        know_the_web(settings)
    done = backup(stand(settings), output, recipients)
    if as_json:
        json_line({"backup": str(output), "bytes": done.size, "entries": done.entries, "generation": done.generation})
        return
    out.print(
        _("The backup is in {path}: {entries} log entries, escrow of generation {generation}.").format(
            path=output, entries=done.entries, generation=done.generation
        ),
        markup=False,
        soft_wrap=True,
    )


command = finished(_backup)
