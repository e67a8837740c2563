"""Issuing one case from the command line: read, prepare, conclude, leave letter and receipt. Used by issue and demo."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sigill import journey
from sigill.adapters.files import FolderOutbox, read
from sigill.adapters.staff_csv import read_staff
from sigill.errors import N_, BadInput, Refused
from sigill.house import Settings, board_for, open_house

READABLE = (".docx", ".odt", ".rtf", ".html", ".htm", ".md")
NOTIFICATION, RECORD, RECEIPT = "notification.pdf", "record.pdf", "receipt.json"


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of a case.

    Args:
        receipt: what stands in `receipt.json`.
        paths: the files left, notification first.
    """

    receipt: Mapping[str, Any]
    paths: tuple[str, ...]
    again: bool


def issue_case(
    case_file: Path,
    staff_file: Path,
    output: Path,
    *,
    document: Path | None = None,
    board: Path | None = None,
    with_record: bool = False,
    settings: Settings | None = None,
    step: Callable[[str], None] = lambda _step: None,
) -> Issued:
    """Issue one decision.

    Args:
        case_file, staff_file: `CASE.toml` and the staff register.
        output: folder for the letter and the receipt.
        document: the decision's text; default: `decision.*` beside the case file.
        with_record: leave the signed record in clear as well.
        step: told what happens now, for a progress line.
    Raises:
        Refused: the gate says no; a receipt that says so has been left, and no letter.
        SigillError: see `sigill.journey`; nothing has been left.
    """
    step("read")
    document = document or _document_beside(case_file)
    case_bytes, document_bytes = read(case_file), read(document)
    staff = read_staff(read(staff_file), place=staff_file.name)
    draft = journey.draft(case_bytes, document_bytes, staff, case_name=case_file.name, document_name=document.name)
    settings = settings or Settings.from_environment(board)
    template = board_for(settings, draft.case)
    own_folder(output, draft.case.dnr)
    outbox = FolderOutbox(output)
    house = open_house(settings, template)
    try:
        key = draft.case.key
        if journey.already_issued(key, draft.content_sha256, house):
            recorded = journey.finish(key, house, again=True)
        else:
            step("prepare")
            prepared = journey.prepare(draft, template, house)
            step("conclude")
            maker = draft.case.decision_maker
            approval = journey.Approval(maker.signed_by, maker.signed_by_name or "")
            recorded = journey.conclude(
                prepared, approval, house, staff=staff, case=draft.case, with_record=with_record
            )
    except Refused as refused:
        if not (output / NOTIFICATION).exists():
            outbox.deliver("", {RECEIPT: receipt_bytes(refusal(draft.case.case_id, draft.case.dnr, refused))})
        raise
    if with_record and recorded.record_pdf is None:
        raise BadInput(
            N_("The record was sealed when this decision was issued; --with-record comes too late."),
            N_("Open it with `sigill open`."),
            place=case_file.name,
        )
    step("deliver")
    receipt = {"case_id": draft.case.case_id, **journey.receipt(recorded)}
    files = {NOTIFICATION: recorded.notification_pdf}
    if recorded.record_pdf is not None and with_record:
        files[RECORD] = recorded.record_pdf
    paths = outbox.deliver("", {**files, RECEIPT: receipt_bytes(receipt)})
    return Issued(receipt, tuple(paths), recorded.again)


def refusal(case_id: str, dnr: str, refused: Refused) -> dict[str, Any]:
    """The receipt of a refused case."""
    return {
        "schema": 1,
        "outcome": "refused",
        "case_id": case_id,
        "dnr": dnr,
        "rules": sorted({one.rule for one in refused.findings if one.stops}),
        "findings": [journey.finding_json(one) for one in refused.findings],
    }


def _document_beside(case_file: Path) -> Path:
    found = sorted(path for path in case_file.parent.glob("decision.*") if path.suffix.lower() in READABLE)
    if len(found) != 1:
        raise BadInput(
            N_("There must be exactly one decision.* ({kinds}) beside the case file, and there are {count}."),
            N_("Name the document with --document."),
            place=str(case_file),
            kinds=", ".join(READABLE),
            count=len(found),
        )
    return found[0]


def own_folder(output: Path, dnr: str) -> None:
    """A letter never comes to lie beside another decision's receipt."""
    receipt = output / RECEIPT
    if output.exists() and not output.is_dir():
        raise BadInput(N_("The output is a file."), N_("Name a folder."), place=str(output))
    if receipt.exists():
        try:
            there = json.loads(receipt.read_text("utf-8")).get("dnr")
        except (ValueError, AttributeError):
            there = None
        if there != dnr:
            raise BadInput(N_("The folder holds another decision."), N_("Choose an empty folder."), place=str(output))


def receipt_bytes(value: Mapping[str, Any]) -> bytes:
    """A receipt as it lies in its file."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
