"""`sigill issue`: from a case file and its document to the issued notification."""

from pathlib import Path

import click

from sigill.faces.cli.issuing import issue_case
from sigill.faces.cli.options import board_option, file_argument, finished, json_option, staff_option
from sigill.faces.cli.show import err, json_line, out
from sigill.faces.cli.words import _


@click.command(
    "issue",
    help=_(
        "Issue one decision: prepare, sign, seal, log.\n\n"
        "CASE.toml holds the case, decision.* beside it the text. Leaves notification.pdf and receipt.json in the "
        "output folder; the record is sealed into the store. When the gate refuses: exit code 1, a receipt with "
        "the rules, and no letter. Run again on the same case, it gives the same decision."
    ),
)
@file_argument("case")
@staff_option()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help=_("Folder for letter and receipt.")
)
@click.option("--document", type=click.Path(path_type=Path), help=_("The decision's text, if not decision.*"))
@board_option()
@click.option("--with-record", is_flag=True, help=_("Leave the record in clear as well (record.pdf)."))
@json_option()
def _issue(
    case: Path,
    staff: Path,
    output: Path,
    document: Path | None,
    board: Path | None,
    with_record: bool,
    as_json: bool,
) -> None:
    words = {
        "read": _("Reading case and document"),
        "prepare": _("Preparing the letters"),
        "conclude": _("Signing, sealing, logging"),
        "deliver": _("Writing the letter"),
    }
    with err.status("") as status:
        issued = issue_case(
            case,
            staff,
            output,
            document=document,
            board=board,
            with_record=with_record,
            step=lambda name: status.update(words[name]),
        )
    if as_json:
        json_line(issued.receipt)
        return
    out.print(_("Issued before; this is the same decision.") if issued.again else _("Issued."), markup=False)
    for path in issued.paths:
        out.print(f"  {path}", markup=False, soft_wrap=True)
    left_out = issued.receipt["left_out_of_source"]
    if left_out:
        what = ", ".join(f"{kind} × {count}" for kind, count in sorted(left_out.items()))
        out.print(_("Not taken over from the source: {what}.").format(what=what), markup=False)


command = finished(_issue)
