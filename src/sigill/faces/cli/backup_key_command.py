"""`sigill backup-key`: the key that opens the backups."""

from pathlib import Path

import click

from sigill.adapters import age
from sigill.adapters.key_files import write
from sigill.errors import N_, BadInput
from sigill.faces.cli.options import finished, json_option, passphrase, passphrase_option
from sigill.faces.cli.show import json_line, out
from sigill.faces.cli.words import _


@click.command(
    "backup-key",
    help=_(
        "Make a key for backups, and say the recipient that `sigill backup` takes.\n\n"
        "The key file is under a passphrase and belongs outside the house's machine, in two places at least: without "
        "it no backup opens."
    ),
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("The key file to write."))
@passphrase_option()
@json_option()
def _backup_key(output: Path, passphrase_file: Path | None, as_json: bool) -> None:
    if output.exists():
        raise BadInput(
            N_("There is a file of that name, and a key is never written over."),
            N_("Choose another."),
            place=str(output),
        )
    identity, recipient = age.new_identity()
    write(output, age.lock(f"{identity}\n".encode(), passphrase(passphrase_file, output.name, new=True)))
    if as_json:
        json_line({"key": str(output), "recipient": recipient})
    else:
        out.print(_("The key is in {path}. Recipient:").format(path=output), markup=False, soft_wrap=True)
        out.print(recipient, markup=False, soft_wrap=True)


command = finished(_backup_key)
