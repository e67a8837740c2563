"""`sigill scan`: the independent search as a command. Can these people still be read out of these files?"""

from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from sigill.adapters.files import read
from sigill.errors import N_, BadInput, SigillError
from sigill.faces.cli.documents import files_in, people
from sigill.faces.cli.mask_command import LARGEST
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
from sigill.masking import Limits, Task, exit_code, outcome_of, scan_document


@click.command(
    "scan",
    help=_(
        "Search finished documents for known people, with readers that share nothing with the masking.\n\n"
        "Says where and of which kind, never the text. Exit codes: 0 clean · 1 found · 2 unreadable input · "
        "3 blocked (a page nobody could read, a kind of file nobody here knows)."
    ),
)
@file_argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@staff_option()
@hide_option()
@keep_option()
@click.option("--seconds", type=click.FloatRange(1), default=300, help=_("Time bound for one document."))
@click.option("--megabytes", type=click.IntRange(1024), default=4096, help=_("Memory bound for one document."))
@ocr_option()
@json_option()
def _scan(inputs: tuple[Path, ...], staff: Path, hide: tuple[str, ...], as_json: bool, **how: Any) -> int:
    withheld, register = people(staff, hide)
    task = Task(
        withheld=withheld,
        register=register,
        keep=how["keep"],
        limits=Limits(how["seconds"], how["megabytes"]),
        ocr=not how["no_ocr"],
    )
    files = list(files_in(inputs))
    if not files:
        raise BadInput(N_("There is no file in it."), N_("Name a file or a folder with files."), place=str(inputs[0]))
    results, outcomes = [], []
    with Progress(console=err, transient=True) as progress:
        for path, place in progress.track(files, description=_("Searching")):
            result: dict[str, Any] = {"name": str(place), "leaks": [], "possible": []}
            try:
                found = scan_document(read(path, most=LARGEST), path.name, task)
            except SigillError as error:
                result |= {"outcome": outcome_of(error), "error": sentence(error)}
            else:
                result["outcome"] = "leak" if found.leaks else "clean"
                for key in ("leaks", "possible"):
                    result[key] = [
                        {"place": one.place, "kind": one.kind, "reader": one.reader} for one in getattr(found, key)
                    ]
                result["unseen"] = list(found.unseen)
            results.append(result)
            outcomes.append(result["outcome"])
    if as_json:
        json_line({"schema": 1, "files": results})
    else:
        for result in results:
            _lines(result)
    return exit_code(outcomes)


def _lines(result: dict[str, Any]) -> None:
    words = {
        "clean": _("clean"),
        "leak": _("FOUND"),
        "blocked": _("BLOCKED"),
        "unreadable": _("UNREADABLE"),
    }
    state = words.get(result["outcome"], _("TRY AGAIN"))
    more = f" {result['error']}" if "error" in result else ""
    out.print(f"{result['name']}: {state}.{more}", markup=False, soft_wrap=True)
    for one in result["leaks"]:
        out.print(f"  {one['place']} ({one['kind']}, {one['reader']})", markup=False, soft_wrap=True)
    if result["possible"]:
        out.print(_("  possible, for a human: {count} place(s)").format(count=len(result["possible"])), markup=False)


command = finished(_scan)
