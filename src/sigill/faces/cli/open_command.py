"""`sigill open`: open one sealed record, logged before it is released, to one named recipient."""

from pathlib import Path
from typing import Any

import click

from sigill import journey
from sigill.faces.cli.opening import hand_out, officer, parts_from, read_parts, request_of, request_options
from sigill.faces.cli.options import F, finished, json_option
from sigill.faces.cli.show import json_line, out
from sigill.faces.cli.words import _
from sigill.house import Settings, open_house
from sigill.journey import House


def custodian_options(command: F) -> F:
    """Where the custodians' parts come from, and who looks."""
    for one in reversed(
        [
            click.option(
                "--key",
                "key_files",
                type=click.Path(path_type=Path),
                multiple=True,
                help=_("A custodian's key file, named after the custodian; repeat it."),
            ),
            click.option(
                "--part",
                "part_files",
                type=click.Path(path_type=Path),
                multiple=True,
                help=_("A part from `sigill release`; repeat it."),
            ),
            click.option(
                "--staff", type=click.Path(path_type=Path), help=_("The staff register, where an officer looks.")
            ),
        ]
    ):
        command = one(command)
    return command


def opened(request_id: str, settings: Settings, house: House, given: Any) -> journey.Disclosed:
    """Open on a registered request, with the options of `custodian_options`."""
    state = journey.opening_request(request_id, house)
    parts = (
        read_parts(given["part_files"])
        if given["part_files"]
        else parts_from(request_id, given["key_files"], settings, house)
    )
    who = officer(state.registered, given["staff"]) if state else None
    return journey.disclose(request_id, parts, house, recipient=who)


@click.command(
    "open",
    help=_(
        "Open one sealed record on a request, with as many custodians as its ground asks for.\n\n"
        "WHAT is a request's id, or, with --for, a decision's id or receipt.json: then the request is registered "
        "first. The custodians' parts come from files (--part), from their keys (--key), or from SIGILL_HOME (a house "
        "with software keys only). The opening is logged, and whoever it concerns is told, before anything is "
        "released. The copy is written once."
    ),
)
@click.argument("what")
@request_options(required=False)
@custodian_options
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path(), help=_("Folder for record.pdf."))
@json_option()
def _open(what: str, output: Path, as_json: bool, **given: Any) -> None:
    settings = Settings.from_environment()
    house = open_house(settings)
    request_id = journey.request_opening(request_of(what, given), house).id if given["ground"] else what
    disclosed = opened(request_id, settings, house, given)
    path = hand_out(disclosed, "record.pdf", disclosed.record_pdf, output, house)
    if as_json:
        json_line(
            {
                "request": request_id,
                "record": path,
                "log_index": disclosed.log_index,
                "withheld": len(disclosed.identities),
            }
        )
        return
    out.print(
        _("Opened and logged as entry {index}; the record is in {path}.").format(index=disclosed.log_index, path=path),
        markup=False,
        soft_wrap=True,
    )


command = finished(_open)
