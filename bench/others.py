"""Runs other tools as separate programs in an environment of their own (`.venv-peers`), where they are installed."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.known import HIDDEN, LABEL, ROOT, spellings

PYTHON = ROOT / ".venv-peers" / "bin" / "python"
TOOLS = Path(__file__).parent / "tools"
_NEEDS = {
    "pymupdf_redact": "pymupdf",
    "pdf_redactor_redact": "pdf_redactor",
    "presidio_docx": "presidio_analyzer",
    "docx_runs": "docx",
    "zip_parts": "zipfile",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool did.

    Args:
        version: the tool's, with its name.
        seconds: for each file; None where it stumbled.
        errors: for each file; the kind of error, or None.
    """

    version: str
    seconds: list[float | None]
    errors: list[str | None]


def available(tool: str) -> bool:
    """Whether `tool` (a program in `bench/tools`, or `mat2`) can run here."""
    if tool == "mat2":
        return shutil.which("mat2") is not None
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", f"import {_NEEDS[tool]}"], capture_output=True, check=False).returncode == 0


def run(tool: str, files: Sequence[tuple[Path, Path]], *, runs: int = 1, **more: Any) -> Answer:
    """Run a tool over files.

    Args:
        files: sources and targets.
        runs: how often, for the median time.
        more: further entries of the job.
    """
    if tool == "mat2":
        return _mat2(files)
    job = {
        "forms": spellings(HIDDEN), "label": LABEL, "runs": runs,
        "files": [[str(source), str(target)] for source, target in files], **more,
    }  # fmt: skip
    done = subprocess.run(
        [PYTHON, TOOLS / f"{tool}.py"], input=json.dumps(job), capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout[done.stdout.rindex('{"version"') :])
    return Answer(
        answer["version"],
        [one["seconds"] for one in answer["files"]],
        [one["error"] for one in answer["files"]],
    )


def _mat2(files: Sequence[tuple[Path, Path]]) -> Answer:
    version = subprocess.run(["mat2", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    errors: list[str | None] = []
    for source, target in files:
        done = subprocess.run(["mat2", "--unknown-members", "omit", str(source)], capture_output=True, check=False)
        made = source.with_suffix(".cleaned" + source.suffix)
        if done.returncode == 0 and made.exists():
            made.rename(target)
            errors.append(None)
        else:
            errors.append("refused")
    return Answer(version, [None] * len(files), errors)
