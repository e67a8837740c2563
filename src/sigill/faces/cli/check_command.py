"""`sigill check`: is this decision genuine, unchanged and in the log? Needs the file and public keys only."""

from pathlib import Path

import click

from sigill.adapters.files import read
from sigill.audit import CourtChecked, Trust, check, check_court
from sigill.errors import N_, BadInput, NotGenuine
from sigill.faces.cli.options import file_argument, finished, json_option
from sigill.faces.cli.show import json_line, out
from sigill.faces.cli.words import _, sentence
from sigill.house import Settings
from sigill.reasons import reason_code


@click.command(
    "check",
    help=_(
        "Check a decision from outside: is it genuine, unchanged, and in the log?\n\n"
        "Needs only the file and the municipality's public trust file. Says nothing about the case. Exit code 0: "
        "genuine. 1: not genuine, with the reason."
    ),
)
@file_argument("file")
@click.option(
    "--trust",
    type=click.Path(path_type=Path),
    help=_("The municipality's public keys (default: trust.json in SIGILL_HOME)."),
)
@click.option(
    "--checkpoint",
    "checkpoints",
    type=click.Path(path_type=Path),
    multiple=True,
    help=_("A checkpoint of the log from elsewhere, to hold the document's against; repeat it for more."),
)
@click.option(
    "--court",
    is_flag=True,
    help=_("FILE is a court's bundle.zip: verify both letters, and that all eight slots hold exactly one identity."),
)
@click.option(
    "--proof",
    "newer",
    type=click.Path(path_type=Path),
    help=_("A newer proof from the log (`sigill log prove`), for a letter that too few witnesses had seen."),
)
@json_option()
def _check(
    file: Path,
    trust: Path | None,
    checkpoints: tuple[Path, ...],
    court: bool,
    newer: Path | None,
    as_json: bool,
) -> int:
    trust = trust or Settings.from_environment().home / "trust.json"
    pdf = read(file)
    if not trust.exists():
        raise BadInput(
            N_("There is no trust file."),
            N_("Get the municipality's and name it with --trust."),
            place=str(trust),
        )
    keys = Trust.parse(read(trust))
    known = [read(one).decode("utf-8", "replace") for one in checkpoints]
    try:
        if court:
            return _court(check_court(pdf, keys), as_json)
        checked = check(pdf, keys, newer=read(newer) if newer else None, known=known)
    except NotGenuine as reason:
        if as_json:
            json_line({"genuine": False, "code": reason_code(reason), "reason": sentence(reason)})
        else:
            out.print(
                _("NOT GENUINE."),
                sentence(reason),
                f"[{reason_code(reason)}]",
                style="bold red",
                markup=False,
                soft_wrap=True,
            )
        return 1
    if as_json:
        json_line(
            {
                "genuine": True,
                "kind": checked.kind,
                "municipality": checked.municipality,
                "signed_at": checked.signed_at.isoformat(),
                "log": {
                    "origin": checked.log_origin,
                    "index": checked.log_index,
                    "witnesses": list(checked.witnesses),
                },
            }
        )
        return 0
    what = _("notification") if checked.kind == "notification" else _("decision record")
    out.print(
        _("GENUINE: a {what} from {municipality}, unchanged since {when}, entry {index} of the log {origin}.").format(
            what=what,
            municipality=checked.municipality,
            when=checked.signed_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            index=checked.log_index,
            origin=checked.log_origin,
        ),
        style="green",
        markup=False,
        soft_wrap=True,
    )
    if checked.witnesses:
        out.print(
            _("Witnesses have seen the log as it was: {names}.").format(names=", ".join(checked.witnesses)),
            style="green",
            markup=False,
            soft_wrap=True,
        )
    return 0


def _court(checked: CourtChecked, as_json: bool) -> int:
    people = [
        {"staff_id": one.staff_id, "name": one.name, "title": one.title, "role": one.role} for one in checked.identities
    ]
    if as_json:
        json_line(
            {
                "genuine": True,
                "slots": 8,
                "identities": people,
                "draft_sha256": list(checked.drafts),
                "log": {"origin": checked.record.log_origin, "index": checked.record.log_index},
            }
        )
        return 0
    out.print(
        _(
            "GENUINE: record and notification are of one decision, entry {index} of the log {origin}. All eight slots "
            "are opened; there is exactly one identity, the one committed to before signing, with the handler's own "
            "signature over the draft:"
        ).format(index=checked.record.log_index, origin=checked.record.log_origin)
        if people
        else _(
            "GENUINE: record and notification are of one decision, entry {index} of the log {origin}. All eight slots "
            "are opened; nobody was withheld."
        ).format(index=checked.record.log_index, origin=checked.record.log_origin),
        style="green",
        markup=False,
        soft_wrap=True,
    )
    for one in people:
        out.print(f"  {one['staff_id']} {one['name']}, {one['title']} ({one['role']})", markup=False, soft_wrap=True)
    return 0


command = finished(_check)
