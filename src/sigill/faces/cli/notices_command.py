"""`sigill notices`: what people are told before a record with their name leaves."""

from pathlib import Path

import click

from sigill import journey
from sigill.adapters.files import read, write_atomically
from sigill.adapters.world import SystemEntropy
from sigill.errors import N_, BadInput
from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import json_line, out
from sigill.faces.cli.words import _, language
from sigill.house import Settings, keys_for, open_house
from sigill.law import book
from sigill.seal.keys import new_private_key, private_pem, public_of, read_private_pem


@click.group("notices", help=_("Notices to those whose names are disclosed."))
def _notices() -> None:
    pass


@_notices.command(
    "show",
    help=_(
        "Show the notices sealed to a key: an employee's own, or the house's for those who have none.\n\n"
        "Without --key, those in the house's letterbox, to be handed on; what is marked as held must not be told yet."
    ),
)
@click.option("--key", type=click.Path(path_type=Path), help=_("The employee's private key, PEM."))
@click.option("--passphrase", envvar="SIGILL_PASSPHRASE", help=_("The key's passphrase, or SIGILL_PASSPHRASE."))
@json_option()
def _show(key: Path | None, passphrase: str | None, as_json: bool) -> None:
    house = open_house(Settings.from_environment())
    if key is None:
        private = house.custodians.house_private_key()
    else:
        private = read_private_pem(read(key), passphrase.encode() if passphrase else None, place=key.name)
    found = journey.read_notices(private, house)
    swedish = language() == "sv"
    if as_json:
        json_line(
            {
                "notices": [
                    {
                        "staff_id": one.staff_id,
                        "dnr": one.dnr,
                        "for": one.ground,
                        "recipient": one.recipient,
                        "at": one.at.isoformat(),
                        "held": one.held,
                        "advice": [{"sv": sv, "en": en} for sv, en in one.advice],
                    }
                    for one in found
                ]
            }
        )
        return
    for one in found:
        ground = book.disclosure_ground(one.ground)
        out.print(
            _("{staff_id}, {dnr}: {ground} ({source}). Goes to: {recipient}. {when}").format(
                staff_id=one.staff_id,
                dnr=one.dnr,
                ground=ground.label_sv if swedish else ground.label_en,
                source=one.source,
                recipient=one.recipient,
                when=one.at.astimezone().strftime("%Y-%m-%d %H:%M"),
            ),
            style="bold",
            markup=False,
            soft_wrap=True,
        )
        if one.held:
            out.print("  " + _("HELD: the law keeps this from the person for now. Ask the lawyer."), markup=False)
        for sv, en in one.advice:
            out.print(f"  - {sv if swedish else en}", markup=False, soft_wrap=True)


@_notices.command(
    "key",
    help=_(
        "Give an employee a letterbox: makes a key pair, keeps the public half, writes the private one to a file.\n\n"
        "Notices are sealed to it from then on, and only the file's owner can read them."
    ),
)
@click.argument("staff_id")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("File for the private key."))
@click.option(
    "--passphrase",
    envvar="SIGILL_PASSPHRASE",
    required=True,
    help=_("Protects the file; at least 12 characters. Or SIGILL_PASSPHRASE."),
)
@json_option()
def _key(staff_id: str, output: Path, passphrase: str, as_json: bool) -> None:
    settings = Settings.from_environment()
    open_house(settings)
    private = new_private_key(SystemEntropy())
    pem = private_pem(private, passphrase.encode())
    if output.exists():
        raise BadInput(N_("There is a file of that name already."), N_("Choose another name."), place=str(output))
    write_atomically(output, pem)
    keys_for(settings, None).add_letterbox(staff_id, public_of(private))
    if as_json:
        json_line({"staff_id": staff_id, "key": str(output)})
    else:
        out.print(_("Written: {path}").format(path=output), markup=False, soft_wrap=True)


for _sub in (_show, _key):
    finished(_sub)
command = finished(_notices)
