"""What the programs that run another tool share: a job comes on standard input, an answer goes to standard output.

A job is `{"forms": [...], "label": "...", "files": [[source, target], ...], "runs": 1}`; the answer is
`{"version": "...", "files": [{"seconds": 0.1, "error": null}, ...]}`. Only the standard library and the tool itself
are imported here: these programs run in an environment of their own.
"""

import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from importlib import metadata
from typing import Any


def pattern(forms: list[str], gap: str = " ") -> "re.Pattern[str]":
    """One expression for all forms, whatever their case.

    Args:
        gap: what stands for a space.
    """
    return re.compile("|".join(re.escape(form).replace(r"\ ", gap) for form in forms), re.IGNORECASE)


def serve(
    act: Callable[[str, str, dict[str, Any]], None],
    *packages: str,
    ready: Callable[[str], str] = lambda source: source,
) -> None:
    """Do the job with `act(source, target, job)`, timing each file (median of `runs`).

    Args:
        packages: whose versions are told.
        ready: makes a file ready for the tool and gives its path; not part of the time.
    """
    job = json.load(sys.stdin)
    answers = []
    for source, target in job["files"]:
        times, error = [], None
        try:
            made_ready = ready(source)
            for _ in range(job.get("runs", 1)):
                start = time.perf_counter()
                act(made_ready, target, job)
                times.append(time.perf_counter() - start)
        except Exception as stumble:
            error = type(stumble).__name__
        answers.append({"seconds": statistics.median(times) if times else None, "error": error})
    version = ", ".join(f"{package} {metadata.version(package)}" for package in packages)
    json.dump({"version": version, "files": answers}, sys.stdout)
