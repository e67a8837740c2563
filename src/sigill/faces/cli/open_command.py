"""`sigill open`: open one sealed record, logged before it is released, to one named recipient."""

from pathlib import Path

import click

from sigill import journey
from sigill.adapters.files import FolderOutbox
from sigill.faces.cli.opening import decision_id, parts_from
from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import json_line, out
from sigill.faces.cli.words import _
from sigill.house import Settings, open_house


@click.command(
    "open",
    help=_(
        "Open one sealed record, with as many custodians as its rule asks for.\n\n"
        "DECISION is a decision id, or a receipt.json. Each custodian's key file is named with --key; without it, "
        "those lying in SIGILL_HOME are used (a house with software keys only). The opening is logged before "
        "anything is released."
    ),
)
@click.argument("decision")
@click.option(
    "--for",
    "purpose",
    type=click.Choice(journey.PURPOSES),
    required=True,
    help=_("Whom the record is opened for."),
)
@click.option("--basis", required=True, help=_("The legal basis, for instance 'OSL 10:3'."))
@click.option("--recipient", required=True, help=_("Who gets the copy."))
@click.option(
    "--key",
    "key_files",
    type=click.Path(path_type=Path),
    multiple=True,
    help=_("A custodian's key file; repeat it."),
)
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path(), help=_("Folder for record.pdf."))
@json_option()
def _open(
    decision: str,
    purpose: str,
    basis: str,
    recipient: str,
    key_files: tuple[Path, ...],
    output: Path,
    as_json: bool,
) -> None:
    settings = Settings.from_environment()
    house = open_house(settings)
    request = journey.DisclosureRequest(decision_id(decision), purpose, basis, recipient)
    disclosed = journey.disclose(request, parts_from(request.decision, key_files, settings, house), house)
    (path,) = FolderOutbox(output).deliver("", {"record.pdf": disclosed.record_pdf})
    if as_json:
        json_line({"record": path, "log_index": disclosed.log_index, "withheld": len(disclosed.identities)})
        return
    out.print(
        _("Opened and logged as entry {index}; the record is in {path}.").format(index=disclosed.log_index, path=path),
        markup=False,
        soft_wrap=True,
    )


command = finished(_open)
