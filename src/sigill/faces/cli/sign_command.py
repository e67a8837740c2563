"""`sigill sign`: decisions that wait for a signature made outside the house."""

import base64
import json
from pathlib import Path
from typing import Any

import click

from sigill import journey
from sigill.adapters.files import FolderOutbox, read, write_atomically
from sigill.adapters.staff_csv import read_staff
from sigill.errors import N_, BadInput
from sigill.faces.cli.issuing import NOTIFICATION, RECEIPT, RECORD, own_folder, receipt_bytes
from sigill.faces.cli.options import finished, json_option, staff_option
from sigill.faces.cli.show import json_line, out, table
from sigill.faces.cli.words import _
from sigill.house import Settings, open_existing_house


@click.group("sign", help=_("Decisions whose decision-maker signs elsewhere: hand out, take back, withdraw."))
def _sign() -> None:
    pass


@_sign.command(
    "pending",
    help=_(
        "List the decisions that wait for a signature, with the digests to be signed.\n\n"
        "With -o, one JSON file for each decision. Only digests are handed out: no letter and no name."
    ),
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help=_("Folder for one JSON file per decision."))
@json_option()
def _pending(output: Path | None, as_json: bool) -> None:
    house = open_existing_house(Settings.from_environment())
    found = []
    for one in house.store.waiting():
        digests = journey.digests_to_sign(journey.parked_decision(one.key, house))
        entry: dict[str, Any] = {
            "schema": 1,
            "decision_id": one.decision_id,
            "since": one.since.isoformat(timespec="seconds"),
            "digest_algorithm": "SHA-256",
            "signature_format": "CMS detached, PAdES baseline signed attributes",
            "letters": {
                letter: {"sha256": digest.hex(), "sha256_base64": base64.b64encode(digest).decode("ascii")}
                for letter, digest in digests.items()
            },
        }
        found.append(entry)
        if output:
            write_atomically(output / f"{one.decision_id}.json", json.dumps(entry, indent=2).encode() + b"\n")
    if as_json:
        json_line({"waiting": found})
    elif found:
        rows = [
            (one["decision_id"], one["since"], letter, digests["sha256"])
            for one in found
            for letter, digests in one["letters"].items()
        ]
        table("", [_("Decision"), _("Waiting since"), _("Letter"), "SHA-256"], rows)
    else:
        out.print(_("No decision waits for a signature."), markup=False)


@_sign.command(
    "take",
    help=_(
        "Take back the signatures of a decision that waits, and issue it.\n\n"
        "DECISION is the id that `sigill sign pending` shows. Nothing is issued unless every signature is right and "
        "the decision-maker's own. Run again, it gives the same decision."
    ),
)
@click.argument("decision")
@click.option(
    "--record", "record_signature", type=click.Path(path_type=Path), help=_("The record's signature (CMS, DER or PEM).")
)
@click.option(
    "--notification",
    "notification_signature",
    type=click.Path(path_type=Path),
    help=_("The notification's signature, where the decision-maker signs that too."),
)
@staff_option()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help=_("Folder for letter and receipt.")
)
@click.option("--with-record", is_flag=True, help=_("Leave the record in clear as well (record.pdf)."))
@json_option()
def _take(
    decision: str,
    record_signature: Path | None,
    notification_signature: Path | None,
    staff: Path,
    output: Path,
    with_record: bool,
    as_json: bool,
) -> None:
    house = open_existing_house(Settings.from_environment())
    given = {"record": record_signature, "notification": notification_signature}
    signatures = {letter: read(path) for letter, path in given.items() if path}
    key = journey.key_of(decision, house)
    own_folder(output, key.rpartition("|")[2])
    outbox = FolderOutbox(output)
    register = read_staff(read(staff), place=staff.name)
    recorded = journey.take(key, signatures, house, staff=register, with_record=with_record)
    if with_record and recorded.record_pdf is None:
        raise BadInput(
            N_("The record was sealed when this decision was issued; --with-record comes too late."),
            N_("Open it with `sigill open`."),
            place=decision,
        )
    receipt = journey.receipt(recorded)
    files = {NOTIFICATION: recorded.notification_pdf}
    if recorded.record_pdf is not None:
        files[RECORD] = recorded.record_pdf
    paths = outbox.deliver("", {**files, RECEIPT: receipt_bytes(receipt)})
    if as_json:
        json_line(receipt)
        return
    out.print(_("Issued before; this is the same decision.") if recorded.again else _("Issued."), markup=False)
    for path in paths:
        out.print(f"  {path}", markup=False, soft_wrap=True)


@_sign.command("withdraw", help=_("Forget a decision that waits for its signature. Nothing has been issued of it."))
@click.argument("decision")
def _withdraw(decision: str) -> None:
    house = open_existing_house(Settings.from_environment())
    journey.withdraw(decision, house)
    out.print(_("Withdrawn: a signature that comes later is not taken."), markup=False)


for _sub in (_pending, _take, _withdraw):
    finished(_sub)
command = finished(_sign)
