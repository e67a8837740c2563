"""`sigill release`: a custodian's part, taken out on the custodian's own machine. Needs no house."""

import datetime as dt
from pathlib import Path

import click

from sigill.adapters import age
from sigill.adapters.files import read, write_atomically
from sigill.errors import N_, Refused
from sigill.faces.cli.opening import RequestFile
from sigill.faces.cli.options import file_argument, finished, json_option, passphrase, passphrase_option
from sigill.faces.cli.show import json_line, out
from sigill.faces.cli.words import _, language
from sigill.law import book
from sigill.law.disclosure import group_for
from sigill.seal.box import release
from sigill.upkeep.key_file import read_key


@click.command(
    "release",
    help=_(
        "Release a custodian's part of a sealed record, on the custodian's own machine.\n\n"
        "REQUEST is the file from `sigill request export`. Shows who asks, for whom and on what ground: judge that "
        "yourself before you send the part on. The part goes to whoever opens, and to nobody else."
    ),
)
@file_argument("request")
@click.option("--as", "custodian", required=True, help=_("Your id as a custodian."))
@click.option("--with", "others", multiple=True, help=_("Id of the custodian who acts with you, if the ground asks."))
@click.option("--key", type=click.Path(path_type=Path), required=True, help=_("Your key file."))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("File for the part."))
@passphrase_option()
@json_option()
def _release(
    request: Path,
    custodian: str,
    others: tuple[str, ...],
    key: Path,
    output: Path,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    registered, box = RequestFile.parse(read(request, most=1 << 30), request.name)
    asked, ground = registered.request, book.disclosure_ground(registered.request.ground)
    if not as_json:
        label = ground.label_sv if language() == "sv" else ground.label_en
        for name, value in (
            (_("Ground"), f"{label} ({ground.source})"),
            (_("Requester"), asked.requester),
            (_("Recipient"), asked.recipient),
            (_("Registered by"), asked.registered_by),
            (_("Holds until"), registered.expires_at.astimezone().strftime("%Y-%m-%d %H:%M")),
        ):
            out.print(f"{name}: {value}", markup=False, soft_wrap=True)
    if registered.expires_at <= dt.datetime.now(dt.UTC):
        raise Refused(N_("The request has run out."), N_("Register a new request."))
    locked = age.is_locked(read(key))
    private = read_key(key, passphrase(passphrase_file, key.name) if locked else None)
    part = release(box, custodian, private, group_for(ground, [custodian, *others]))
    write_atomically(output, part.encode())
    if as_json:
        json_line({"part": str(output), "request": registered.id})
    else:
        out.print(_("Written: {path}").format(path=output), markup=False, soft_wrap=True)


command = finished(_release)
