"""`sigill bundle`: what goes to a court on appeal, unmasked, with what it takes to verify it."""

from pathlib import Path
from typing import Any

import click

from sigill import journey
from sigill.errors import N_, BadInput
from sigill.faces.cli.open_command import custodian_options, opened
from sigill.faces.cli.opening import hand_out, request_of, request_options
from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import json_line, out
from sigill.faces.cli.words import _
from sigill.house import Settings, open_house


@click.command(
    "bundle",
    help=_(
        "Hand a decision over to the court that tries it: record, notification and all eight openings, unmasked.\n\n"
        "WHAT is the id of a request for a court, or, with --for court, a decision's id or receipt.json. Leaves "
        "bundle.zip, which `sigill check --court` verifies. Written once."
    ),
)
@click.argument("what")
@request_options(required=False)
@custodian_options
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path(), help=_("Folder for bundle.zip."))
@json_option()
def _bundle(what: str, output: Path, as_json: bool, **given: Any) -> None:
    if given["ground"] not in (None, "court"):
        raise BadInput(N_("A bundle goes to a court."), N_("Use --for court, or `sigill open`."))
    settings = Settings.from_environment()
    house = open_house(settings)
    request_id = journey.request_opening(request_of(what, given), house).id if given["ground"] else what
    disclosed = opened(request_id, settings, house, given)
    path = hand_out(disclosed, "bundle.zip", journey.court_bundle(disclosed), output, house)
    if as_json:
        json_line({"request": request_id, "bundle": path, "log_index": disclosed.log_index})
        return
    out.print(
        _("Opened and logged as entry {index}; the court's bundle is in {path}.").format(
            index=disclosed.log_index, path=path
        ),
        markup=False,
        soft_wrap=True,
    )


command = finished(_bundle)
