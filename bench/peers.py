"""The table of peers: one person hidden in one place of each file, masked by each tool, judged by the same eyes.

The files are those of the tests (`tests/pdfs.py`, `tests/officefiles.py`). The judge is Sigill's own search with all
its readers and OCR, and on top of it OCR of every page as it looks, and the tests' crude reader for packages; a place
counts only if the judge finds the person in the untouched file. Fresh eyes do not favour Sigill: they know nothing of
how a file was masked. Innocent words are a sentence that stands in every file and must still be read there.

Writes docs/benchmarks.md. Other tools run as programs of their own (`bench/tools`); one that is not installed is
said not to have run.
"""

import datetime
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import pypdfium2

from bench import mask as speed
from bench import others
from bench.known import HIDDEN, ROOT, STAFF, spellings
from sigill.errors import SigillError
from sigill.mask.apply import mask_file
from sigill.mask.report import Options, Report
from sigill.names.find import Finder
from sigill.verify import picture
from sigill.verify.search import require_clean, search

sys.path.insert(0, str(ROOT / "tests"))
import officefiles
import pdfs

TARGET = ROOT / "docs" / "benchmarks.md"
SIGNS = {"clean": "✓", "leak": "✗", "words lost": "w", "refused": "–"}
"""Verdict → sign in the long table."""

Tool = Callable[[Sequence[tuple[Path, Path]]], others.Answer]


@dataclass(slots=True)
class Column:
    """What became of each file in one tool's hands.

    Args:
        verdicts: place → verdict; empty where the tool could not run.
        version: the tool's.
    """

    name: str
    verdicts: dict[str, str] = field(default_factory=dict)
    version: str = ""

    def count(self, verdict: str) -> int:
        return list(self.verdicts.values()).count(verdict)


def main() -> None:
    """Run every tool that is there, print the tables and write the document."""
    if shutil.which("tesseract") is None:
        sys.exit("tesseract is missing: without OCR the judge is blind to pictures")
    started = datetime.date.today()
    pdf_files = {place: make(HIDDEN.full_name) for place, make in pdfs.PLACES.items()}
    docx_files = {place: make(HIDDEN) for place, make in officefiles.DOCX.items()}
    with tempfile.TemporaryDirectory() as folder:
        pdf_columns = _columns(Path(folder) / "pdf", ".pdf", pdf_files, _PDF_TOOLS)
        docx_columns = _columns(Path(folder) / "docx", ".docx", docx_files, _DOCX_TOOLS)
    ratios = speed.main()
    lines = _document(started, pdf_columns, docx_columns, ratios)
    TARGET.write_text(lines, "utf-8")
    print(lines)


# -- the tools -------------------------------------------------------------------------------------------------------


def _sigill(files: Sequence[tuple[Path, Path]]) -> others.Answer:
    """As `sigill mask` works: what its own search still finds is not let out."""
    finder = Finder([HIDDEN], STAFF)
    errors: list[str | None] = []
    for source, target in files:
        try:
            data, _ = mask_file(source.read_bytes(), "fil" + source.suffix, finder, Options(), Report())
            require_clean({"fil" + source.suffix: data}, [HIDDEN], register=STAFF, ocr=True)
        except SigillError as error:
            errors.append(type(error).__name__)
            continue
        target.write_bytes(data)
        errors.append(None)
    return others.Answer(f"sigill {metadata.version('sigill')}", [None] * len(files), errors)


def _peer(tool: str, **more: Any) -> tuple[tuple[str, ...], Tool]:
    return (tool,), lambda files: others.run(tool, files, **more)


def _mat2_then_presidio(files: Sequence[tuple[Path, Path]]) -> others.Answer:
    between = [(source, source.with_suffix(".between" + source.suffix)) for source, _ in files]
    first = others.run("mat2", between)
    left = [(mid, target) for (_, mid), (_, target) in zip(between, files, strict=True) if mid.exists()]
    second = others.run("presidio_docx", left)
    late = iter(second.errors)
    errors = [error if error else next(late) for error in first.errors]
    return others.Answer(f"{first.version}, {second.version}", [None] * len(files), errors)


_PDF_TOOLS: dict[str, tuple[tuple[str, ...], Tool]] = {
    "Sigill": ((), _sigill),
    "PyMuPDF, search and redact": _peer("pymupdf_redact"),
    "PyMuPDF, and scrub": _peer("pymupdf_redact", scrub=True),
    "pdf-redactor": _peer("pdf_redactor_redact"),
    "mat2": _peer("mat2"),
}
_DOCX_TOOLS: dict[str, tuple[tuple[str, ...], Tool]] = {
    "Sigill": ((), _sigill),
    "replace in every zip part": _peer("zip_parts"),
    "mat2, then Presidio": (("mat2", "presidio_docx"), _mat2_then_presidio),
    "Presidio per paragraph": _peer("presidio_docx"),
    "mat2": _peer("mat2"),
    "python-docx, run by run": _peer("docx_runs"),
}


# -- the judge -------------------------------------------------------------------------------------------------------


def _columns(
    folder: Path, suffix: str, files: Mapping[str, bytes], tools: Mapping[str, tuple[tuple[str, ...], Tool]]
) -> list[Column]:
    untouched = Column("untouched", {place: verdict(data, suffix) for place, data in files.items()})
    unseen = [place for place, found in untouched.verdicts.items() if found != "leak"]
    if unseen:
        sys.exit(f"the judge does not find the person in the untouched {suffix} files: {', '.join(unseen)}")
    columns = [untouched]
    for at, (name, (needs, tool)) in enumerate(tools.items()):
        column = Column(name)
        columns.append(column)
        if not all(others.available(one) for one in needs):
            continue
        # Some tools leave files beside their input.
        place_of = folder / str(at)
        place_of.mkdir(parents=True)
        paths = {place: place_of / f"{number}{suffix}" for number, place in enumerate(files)}
        for place, path in paths.items():
            path.write_bytes(files[place])
        targets = {place: path.with_suffix(".out" + suffix) for place, path in paths.items()}
        answer = tool([(paths[place], targets[place]) for place in files])
        column.version = answer.version
        for place, error in zip(files, answer.errors, strict=True):
            made = targets[place].read_bytes() if error is None and targets[place].exists() else None
            column.verdicts[place] = "refused" if made is None else verdict(made, suffix)
        print(f"{name} ({suffix}): {column.count('clean')} of {len(files)}", file=sys.stderr)
    return columns


def verdict(data: bytes, suffix: str) -> str:
    """`leak`, `words lost`, `clean`, or `refused` where the file cannot be read."""
    try:
        leaks = search({"fil" + suffix: data}, [HIDDEN], register=STAFF, ocr=True).leaks
        seen = _seen(data) if suffix == ".pdf" else ""
        if leaks or (seen and search({"sedd.txt": seen.encode()}, [HIDDEN], register=STAFF).leaks):
            return "leak"
    except SigillError:
        return "refused"
    if suffix == ".docx":
        if officefiles.leaks(data, HIDDEN):
            return "leak"
        kept = officefiles.INNOCENT in officefiles.words(data)
    else:
        kept = _folded(pdfs.INNOCENT) in _folded(seen) or _folded(pdfs.INNOCENT) in _folded(_text(data))
    return "clean" if kept else "words lost"


def _seen(data: bytes) -> str:
    """The pages as they look, read by OCR; pages without text that can be extracted also turned."""
    read = []
    with pypdfium2.PdfDocument(data) as pdf:
        if pdf.get_formtype():
            pdf.init_forms()
        for page in pdf:
            image = page.render(scale=300 / 72, grayscale=True, may_draw_forms=True).to_pil()
            turns = (0,) if page.get_textpage().get_text_bounded().strip() else (0, 90, 270)
            read += [picture.ocr(image.rotate(turn, expand=True)) for turn in turns]
    return "\n".join(read)


def _text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as pdf:
        return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in plain if one.isalnum())


# -- the paper -------------------------------------------------------------------------------------------------------


def _document(day: datetime.date, pdf: list[Column], docx: list[Column], ratios: list[tuple[str, float, float]]) -> str:
    versions = sorted({one for column in [*pdf, *docx] for one in column.version.split(", ") if one})
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `make bench-peers` "
            f"(`python -m bench peers`), {day.isoformat()}. Versions: {', '.join(versions)}.",
            "",
            "One person is hidden in one place of each file. Each tool is told about her: Sigill gets the row of the "
            f"staff register, the others the same {len(spellings(HIDDEN))} spellings. Then the same judge looks at "
            "every result: all readers of `sigill scan` with OCR, OCR of every page as it looks, and a crude reader "
            "that inflates every part. In the untouched files it finds her every time. *Clean* means that she is not "
            "found and the innocent sentence still stands; *refused* that there is no readable result, which for "
            "Sigill means that a human is asked to look.",
            "",
            *_table("PDF", pdf),
            *_table("Word", docx),
            "## Speed",
            "",
            f"A PDF of {speed.PAGES} pages in {len(speed.FAMILIES)} font families, ten mentions of her a page, and "
            "the same without any, masked in the same run on one core (`python -m bench mask`; absolute figures say "
            "little about another machine).",
            "",
            "| pages a second, set against | ratio | aim |",
            "|---|--:|--:|",
            *(f"| {what} | {ratio:.2f} | {target:g} |" for what, ratio, target in ratios),
            "",
            "## Place by place",
            "",
            "✓ clean · ✗ she can be read · w innocent words lost · – refused",
            "",
            *_places("PDF", pdf),
            *_places("Word", docx),
        ]
    )


def _table(kind: str, columns: list[Column]) -> list[str]:
    total = len(columns[0].verdicts)
    head = "| tool | clean | leaks | words lost | refused |"
    lines = [f"## {kind}: {total} places", "", head, "|---|--:|--:|--:|--:|"]
    for column in columns:
        if not column.verdicts:
            lines.append(f"| {column.name} | not run: not installed | | | |")
            continue
        counts = " | ".join(str(column.count(one)) for one in ("clean", "leak", "words lost", "refused"))
        lines.append(f"| {column.name} | {counts} |")
    return [*lines, ""]


def _places(kind: str, columns: list[Column]) -> list[str]:
    ran = [column for column in columns[1:] if column.verdicts]
    lines = [f"### {kind}", "", f"| place | {' | '.join(one.name for one in ran)} |", "|---|" + ":-:|" * len(ran)]
    for place in columns[0].verdicts:
        lines.append(f"| {place.replace('_', ' ')} | {' | '.join(SIGNS[one.verdicts[place]] for one in ran)} |")
    return [*lines, ""]
