"""`sigill mask`: take known people out of finished documents, and prove it before anything is written."""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from sigill.adapters.files import read, write_atomically
from sigill.errors import N_, BadInput, SigillError
from sigill.faces.cli.documents import files_in, people
from sigill.faces.cli.options import (
    file_argument,
    finished,
    hide_option,
    json_option,
    keep_option,
    ocr_option,
    staff_option,
)
from sigill.faces.cli.show import err, json_line, out
from sigill.faces.cli.words import _, sentence
from sigill.mask.apply import mask_name
from sigill.mask.report import DEFAULT_LABEL, Options
from sigill.masking import Limits, MaskedDocument, Task, exit_code, mask_document, report_json
from sigill.names.find import Finder

REPORT = "sigill-report.json"
LARGEST = 512 << 20


@click.command(
    "mask",
    help=_(
        "Mask known people in finished documents, in place.\n\n"
        "INPUT is a file or a folder (PDF, DOCX, ODT, XLSX, RTF, e-mail, HTML, text, pictures). Every result is "
        "searched by independent readers before it is written; what cannot be brought to be clean is not written, and "
        "the report says why. The report (sigill-report.json in the output folder) says what was removed where and of "
        "which kind, never the text.\n\n"
        "Exit codes: 0 all masked · 1 a result would have leaked · 2 unreadable input · 3 blocked, a human must look."
    ),
)
@file_argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("Folder for the results."))
@staff_option()
@hide_option()
@keep_option()
@click.option("--label", default=DEFAULT_LABEL, help=_("The text that stands where a name stood."))
@click.option(
    "--lone",
    type=click.Choice(["with_full_name", "mask", "review"]),
    default="with_full_name",
    help=_("A given name alone: masked if the full name stands in the document, always, or left for a human."),
)
@click.option(
    "--attachments", type=click.Choice(["mask", "drop"]), default="mask", help=_("What to do with attachments.")
)
@click.option("--comments", type=click.Choice(["drop", "mask"]), default="drop", help=_("What to do with comments."))
@click.option("--password", help=_("Password of encrypted documents."))
@click.option("--seconds", type=click.FloatRange(1), default=300, help=_("Time bound for one document."))
@click.option("--megabytes", type=click.IntRange(1024), default=4096, help=_("Memory bound for one document."))
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help=_("How many documents at once."))
@ocr_option()
@json_option()
def _mask(inputs: tuple[Path, ...], output: Path, staff: Path, hide: tuple[str, ...], as_json: bool, **how: Any) -> int:
    withheld, register = people(staff, hide)
    if not how["label"].strip():
        raise BadInput(N_("The label is empty."), N_("Without a label nobody sees that something was left out."))
    task = Task(
        withheld=withheld,
        register=register,
        keep=how["keep"],
        lone=how["lone"],
        options=Options(
            label=how["label"], attachments=how["attachments"], comments=how["comments"], password=how["password"]
        ),
        limits=Limits(how["seconds"], how["megabytes"]),
        ocr=not how["no_ocr"],
    )
    files = list(files_in(inputs))
    if not files:
        raise BadInput(N_("There is no file in it."), N_("Name a file or a folder with files."), place=str(inputs[0]))
    masked = _mask_all(files, task, how["jobs"])
    reports = _write(files, masked, output, task)
    summary = {"schema": 1, "files": reports}
    write_atomically(output / REPORT, json.dumps(summary, ensure_ascii=False, indent=1).encode() + b"\n")
    if as_json:
        json_line(summary)
    else:
        for number, report in enumerate(reports):
            _line(report, masked[number].error)
        out.print(_("The report is in {path}.").format(path=output / REPORT), markup=False, soft_wrap=True)
    return exit_code([one.outcome for one in masked])


def _mask_all(files: Sequence[tuple[Path, Path]], task: Task, jobs: int) -> list[MaskedDocument]:
    def one(path: Path) -> MaskedDocument:
        try:
            return mask_document(read(path, most=LARGEST), path.name, task)
        except SigillError as error:
            from sigill.mask.report import Report  # noqa: PLC0415

            return MaskedDocument("unreadable", "", None, Report(), error)

    with Progress(console=err, transient=True) as progress, ThreadPoolExecutor(jobs) as pool:
        # Threads only wait: each document is parsed in confined processes of its own.
        bar = progress.add_task(_("Masking"), total=len(files))
        results = []
        for result in pool.map(one, [path for path, _place in files]):
            progress.advance(bar)
            results.append(result)
    return results


def _write(
    files: Sequence[tuple[Path, Path]], masked: Sequence[MaskedDocument], output: Path, task: Task
) -> list[dict[str, Any]]:
    finder = Finder(task.withheld, task.register, keep=task.keep, lone="mask")
    taken: set[Path] = set()
    reports = []
    for number, ((_path, place), document) in enumerate(zip(files, masked, strict=True), 1):
        report = dict(report_json(document))
        folder = Path(*(mask_name(part, finder, task.options.label) for part in place.parent.parts))
        if document.data is None:
            # The input's own name may hold the person's: say which one by number instead.
            shown = mask_name(place.stem, finder, task.options.label) + place.suffix
            report["name"] = str(folder / shown)
        else:
            target = folder / document.name
            while target in taken:
                target = target.with_name(f"{target.stem}-{number}{target.suffix}")
            taken.add(target)
            write_atomically(output / target, document.data)
            report["name"] = str(target)
        report["number"] = number
        reports.append(report)
    return reports


def _line(report: dict[str, Any], error: SigillError | None) -> None:
    if error is None:
        count = sum(one["count"] for one in report["removed"])
        fates = {fate: report["pages"].count(fate) for fate in dict.fromkeys(report["pages"])}
        pages = ", ".join(f"{fate} {number}" for fate, number in fates.items())
        out.print(
            _("{name}: masked, {count} removed").format(name=report["name"], count=count)
            + (f" ({pages})" if pages else ""),
            markup=False,
            soft_wrap=True,
        )
    else:
        words = {"leak": _("LEAK, not written"), "blocked": _("BLOCKED"), "unreadable": _("UNREADABLE")}
        state = words.get(report["outcome"], _("TRY AGAIN"))
        out.print(f"{report['name']}: {state}. {sentence(error)}", style="bold", markup=False, soft_wrap=True)
    for one in report["review"]:
        reason = one["reason"]
        out.print(
            _("  to look at: {part} ({reason})").format(part=one["part"], reason=_(reason)),
            markup=False,
            soft_wrap=True,
        )
    for note in report["notes"]:
        out.print(f"  {_(note)}", markup=False, soft_wrap=True)


command = finished(_mask)
