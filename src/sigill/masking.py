"""Masking finished documents in place, from the outside in: mask, then let fresh eyes look, then let it out.

    bytes → mask (in a confined worker) → search (in another) → bytes

`mask_document` is what the faces call; it is one file in, one file out, the same for the same input, so that any
executor may run many of them. What the search still finds is never handed out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sigill.decision.people import StaffMember, StaffRegister
from sigill.errors import BadInput, Blocked, LeakFound, SigillError, Temporary
from sigill.mask.apply import mask_file
from sigill.mask.report import Options, Report
from sigill.names.find import Finder, LonePolicy
from sigill.verify.confined import run_confined
from sigill.verify.search import Searched, require_clean, search


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one document.

    Args:
        seconds: wall and processor time for masking, and again for searching.
        megabytes: memory of the worker, in MiB.
    """

    seconds: float = 300.0
    megabytes: int = 4096


@dataclass(frozen=True, slots=True, repr=False)
class Task:
    """What to do with documents: whom to hide, among whom, and how.

    Args:
        withheld: the people to hide.
        register: everybody else in it stays readable.
        keep: full names of others who stay (parties, witnesses).
        lone: what a given name or surname alone does.
    """

    withheld: tuple[StaffMember, ...]
    register: StaffRegister
    keep: tuple[str, ...] = ()
    lone: LonePolicy = "with_full_name"
    options: Options = field(default_factory=Options)
    limits: Limits = field(default_factory=Limits)
    ocr: bool = True


Outcome = Literal["masked", "leak", "blocked", "unreadable", "temporary"]


@dataclass(frozen=True, slots=True, repr=False)
class MaskedDocument:
    """What became of one document.

    Args:
        data, name: the masked file; None and "" unless `outcome` is `masked`.
        report: what was done to it.
        error: why there is no file.
    """

    outcome: Outcome
    name: str
    data: bytes | None
    report: Report
    error: SigillError | None = None


def mask_document(data: bytes, name: str, task: Task) -> MaskedDocument:
    """Mask one file and search the result. Raises nothing that `SigillError` covers: the outcome says it.

    Args:
        data, name: the file and its name without folders.
    """
    report = Report()
    try:
        masked, report = _confined(_mask, data, name, task, limits=task.limits)
        if isinstance(masked, SigillError):
            raise masked
        _confined(
            require_clean,
            {masked[1]: masked[0]},
            task.withheld,
            others=task.keep,
            register=task.register,
            ocr=task.ocr,
            limits=task.limits,
        )
    except SigillError as error:
        return MaskedDocument(outcome_of(error), "", None, report, error)
    return MaskedDocument("masked", masked[1], masked[0], report)


def scan_document(data: bytes, name: str, task: Task) -> Searched:
    """Search one file for the withheld people, with the verifier's eyes only.

    Raises:
        SigillError: it cannot be read, or only by a human.
    """
    found: Searched = _confined(
        search,
        {name: data},
        task.withheld,
        others=task.keep,
        register=task.register,
        ocr=task.ocr,
        limits=task.limits,
    )
    return found


def report_json(document: MaskedDocument) -> Mapping[str, Any]:
    """A document's report for a file or a program: what was removed where, by kind, never the text."""
    report = document.report
    return {
        "outcome": document.outcome,
        "name": document.name,
        "pages": list(report.pages),
        "removed": [
            {"part": part, "kind": kind, "count": count} for (part, kind), count in sorted(report.removed.items())
        ],
        "review": [{"part": part, "reason": reason} for part, reason in report.review],
        "notes": list(report.notes),
        "error": str(document.error) if document.error else None,
    }


def _mask(data: bytes, name: str, task: Task) -> tuple[tuple[bytes, str] | SigillError, Report]:
    """Runs in the worker. An error comes back as a value, so that the report comes with it."""
    report = Report()
    finder = Finder(task.withheld, task.register, keep=task.keep, lone=task.lone)
    try:
        return mask_file(data, name, finder, task.options, report), report
    except SigillError as error:
        return error, report


def _confined(function: Callable[..., Any], *args: Any, limits: Limits, **named: Any) -> Any:
    return run_confined(function, *args, seconds=limits.seconds, megabytes=limits.megabytes, **named)


def outcome_of(error: SigillError) -> Outcome:
    """Which outcome an error is."""
    if isinstance(error, LeakFound):
        return "leak"
    if isinstance(error, Blocked):
        return "blocked"
    if isinstance(error, Temporary):
        return "temporary"
    return "unreadable" if isinstance(error, BadInput) else "blocked"


def exit_code(outcomes: Sequence[str]) -> int:
    """The worst outcome as an exit code: a leak before a block before unreadable input before a passing trouble."""
    for outcome, code in (("leak", 1), ("blocked", 3), ("unreadable", 2), ("temporary", 4)):
        if outcome in outcomes:
            return code
    return 0
