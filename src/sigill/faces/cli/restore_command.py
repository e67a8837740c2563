"""`sigill restore`: a house out of a backup."""

from pathlib import Path

import click

from sigill.adapters import age
from sigill.adapters.files import read
from sigill.faces.cli.options import finished, json_option, passphrase, passphrase_option
from sigill.faces.cli.show import json_line, out
from sigill.faces.cli.words import _
from sigill.house import Settings
from sigill.upkeep.key_file import read_key
from sigill.upkeep.restore import Order, restore


@click.command(
    "restore",
    help=_(
        "Put a house back out of a backup, into an empty SIGILL_HOME and an empty database (SQLite or PostgreSQL, "
        "whichever it was).\n\n"
        "Everything is checked before it is put in place: the log, and that each letter is the one that was issued. "
        "A checkpoint that lies in SIGILL_HOME, or is named, tells whether entries would be lost."
    ),
)
@click.argument("backup", type=click.Path(path_type=Path))
@click.option(
    "--identity", type=click.Path(path_type=Path), required=True, help=_("The backups' key file (`sigill backup-key`).")
)
@passphrase_option()
@click.option(
    "--holder-key",
    "holders",
    type=click.Path(path_type=Path),
    multiple=True,
    help=_("Key file of a holder of the escrow; repeat it for as many as it takes. The terminal asks for passphrases."),
)
@click.option(
    "--holder-passphrase-file",
    "holder_passphrases",
    type=click.Path(path_type=Path),
    multiple=True,
    help=_("File whose first line is a holder's passphrase; once for each --holder-key, in the same order."),
)
@click.option("--without-escrow", is_flag=True, help=_("Restore without month keys: no sealed record will open."))
@click.option("--checkpoint", type=click.Path(path_type=Path), help=_("A checkpoint from outside to hold the log to."))
@click.option("--accept-loss", is_flag=True, help=_("Restore although entries known outside are lost."))
@click.option("--trust", type=click.Path(path_type=Path), help=_("A trust file from outside that must be the same."))
@click.option("--quick", is_flag=True, help=_("Hold letters to the log only, and leave their signatures unchecked."))
@json_option()
def _restore(
    backup: Path,
    identity: Path,
    passphrase_file: Path | None,
    holders: tuple[Path, ...],
    holder_passphrases: tuple[Path, ...],
    without_escrow: bool,
    checkpoint: Path | None,
    accept_loss: bool,
    trust: Path | None,
    quick: bool,
    as_json: bool,
) -> None:
    text = read(identity)
    if age.is_locked(text):
        text = age.unlock(text, passphrase(passphrase_file, identity.name), place=identity.name)
    given = [*holder_passphrases, *([None] * (len(holders) - len(holder_passphrases)))]
    order = Order(
        backup,
        text.decode("ascii", "replace"),
        [read_key(path, passphrase(file, path.name)) for path, file in zip(holders, given, strict=False)],
        without_escrow,
        read(checkpoint).decode("utf-8", "replace") if checkpoint else None,
        accept_loss,
        read(trust) if trust else None,
        quick,
    )
    done = restore(Settings.from_environment(), order)
    if as_json:
        json_line({"entries": done.entries, "letters": done.letters, "lost": done.lost})
        return
    out.print(
        _("The house is restored: {entries} log entries, {letters} letters checked.").format(
            entries=done.entries, letters=done.letters
        ),
        markup=False,
        soft_wrap=True,
    )
    if done.lost:
        out.print(
            _("{lost} log entries are lost. Tell all who rely on the log: they will see that it was cut.").format(
                lost=done.lost
            ),
            markup=False,
            soft_wrap=True,
        )


command = finished(_restore)
