"""`sigill escrow`: who outside the machine keeps the month keys, for the day it is lost."""

from pathlib import Path

import click

from sigill.adapters.files import write_atomically
from sigill.faces.cli.options import finished, json_option, passphrase, passphrase_option
from sigill.faces.cli.show import json_line, out
from sigill.faces.cli.words import _
from sigill.house import Settings
from sigill.seal.keys import public_of
from sigill.upkeep.escrow import read_holders, renewed, write_holders
from sigill.upkeep.ground import stand
from sigill.upkeep.key_file import SUFFIX, Card, make_key, read_card


@click.group("escrow", help=_("Who outside the machine keeps the retention keys, for the day it is lost."))
def _escrow() -> None:
    pass


@_escrow.command(
    "key",
    help=_(
        "Make a holder's key, on the holder's own machine: a key file under a passphrase, and its public card.\n\n"
        "The card goes to the house; the key file stays with the holder, outside the house's machine."
    ),
)
@click.argument("name")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("The key file to write."))
@passphrase_option()
@json_option()
def _key(name: str, output: Path, passphrase_file: Path | None, as_json: bool) -> None:
    private = make_key(output, passphrase(passphrase_file, output.name, new=True))
    card = output.with_name(output.name + SUFFIX)
    write_atomically(card, Card("holder", name, public_of(private)).encode(), mode=0o644)
    if as_json:
        json_line({"key": str(output), "card": str(card)})
    else:
        out.print(_("The key is in {key}, its card in {card}.").format(key=output, card=card), markup=False)


@_escrow.command(
    "set",
    help=_(
        "Name the holders, or go over to new ones: CARD of each of them, all with keys never used before.\n\n"
        "Every backup from then on is readable with --need of their keys together."
    ),
)
@click.argument("cards", metavar="CARD...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--need", type=int, help=_("How many holders it takes (default: as before, at first 2)."))
@json_option()
def _set(cards: tuple[Path, ...], need: int | None, as_json: bool) -> None:
    ground = stand(Settings.from_environment())
    with ground.store.exclusive("shred"):
        found = [read_card(path, "holder") for path in cards]
        holders = renewed(read_holders(ground.settings.home), found, need)
        write_holders(ground.settings.home, holders)
    if as_json:
        json_line({"generation": holders.generation, "need": holders.need, "holders": sorted(holders.public)})
    else:
        out.print(
            _("{need} of {count} holders open the escrow of backups from now on (generation {generation}).").format(
                need=holders.need, count=len(holders.public), generation=holders.generation
            ),
            markup=False,
            soft_wrap=True,
        )


for _sub in (_key, _set):
    finished(_sub)
command = finished(_escrow)
