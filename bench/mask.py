"""Masking a 200-page PDF beside other tools, and a Word document of 50 pages: one core, one run, medians and ratios.

The PDF is made here: three font families, about ten mentions of one employee a page, and the same without any. The
other tools get the employee's spellings as a list and are run as programs of their own, where installed; the time
counted is the time of the work inside them. No OCR.
"""

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import docx
import pikepdf
import typst

from bench import others
from bench.known import HIDDEN, ROOT, STAFF, prose
from bench.timing import median_ms
from sigill.mask.apply import mask_file
from sigill.mask.report import Options, Report
from sigill.names.find import Finder
from sigill.verify.search import require_clean

PAGES = 200
RUNS = 3
_HEAD = """
#set page(paper: "a4", margin: 2.2cm, numbering: "1")
#set text(size: 10pt, lang: "sv")
#set par(justify: true)
"""
FAMILIES = ("Noto Sans", "Libertinus Serif", "New Computer Modern")
FONTS = ROOT / "src" / "sigill" / "letters" / "fonts"


def main() -> list[tuple[str, float, float]]:
    """Measure and print.

    Returns:
        what was set against what, the ratio, and the ratio aimed at.
    """
    on_one_core()
    with tempfile.TemporaryDirectory() as folder:
        ratios = _pdf(Path(folder))
    _word()
    return ratios


def on_one_core() -> None:
    """Keep this process, and what it starts, on one processor."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def make_pdf(hits: int) -> bytes:
    """The PDF of `PAGES` pages.

    Args:
        hits: mentions of the hidden person a page.
    """
    rest = [one for one in STAFF.values() if one is not HIDDEN]
    pages = []
    for number in range(PAGES):
        said = prose(number, 30, hits, rest[number % len(rest) :][:6])
        blocks = []
        for at, family in enumerate(FAMILIES):
            blocks.append(f'#text(font: "{family}")[{" ".join(said[at * 10 : at * 10 + 10])}]')
        pages.append(f"== Anteckning {number + 1}\n" + "\n\n".join(blocks))
    made: bytes = typst.compile(  # type: ignore[misc]
        (_HEAD + "\n#pagebreak()\n".join(pages)).encode(), font_paths=[str(FONTS)]
    )
    with pikepdf.open(io.BytesIO(made)) as pdf:
        if len(pdf.pages) != PAGES:
            raise SystemExit(f"the text ran over: {len(pdf.pages)} pages instead of {PAGES}")
    return made


def mask(data: bytes, name: str = "akt.pdf") -> bytes:
    """Masking alone, with what it needs to know the person made anew."""
    return mask_file(data, name, Finder([HIDDEN], STAFF), Options(), Report())[0]


def whole(data: bytes, target: Path) -> None:
    """What `sigill mask` does with a file, without OCR: mask, search the result, write it."""
    masked = mask(data)
    require_clean({"akt.pdf": masked}, [HIDDEN], register=STAFF, ocr=False)
    target.write_bytes(masked)


def floor(data: bytes) -> None:
    """Open and save, no more: what any tool on this library pays."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(io.BytesIO())


def _pdf(folder: Path) -> list[tuple[str, float, float]]:
    full, without = make_pdf(10), make_pdf(0)
    print(
        f"\nMasking a PDF of {PAGES} pages, {len(FAMILIES)} font families, {len(full) >> 10} KiB, one core,"
        f" median of {RUNS}"
    )
    source = folder / "akt.pdf"
    source.write_bytes(full)
    speed: dict[str, float] = {}

    def tell(name: str, seconds: float) -> None:
        speed[name] = PAGES / seconds
        print(f"  {name:<52}{speed[name]:9.0f} pages/s")

    def timed(name: str, act: Callable[[], object], runs: int = RUNS) -> None:
        tell(name, median_ms(act, runs) / 1000)

    timed("floor: open and save", lambda: floor(full))
    timed("floor: open and save, no mentions", lambda: floor(without))
    timed("masking alone", lambda: mask(full))
    timed("pages without mentions", lambda: mask(without))
    timed("mask, verify, write", lambda: whole(full, folder / "ut.pdf"))
    for name, tool, runs in (("pdf-redactor", "pdf_redactor_redact", RUNS), ("PyMuPDF", "pymupdf_redact", 1)):
        if not others.available(tool):
            print(f"  {name:<52}not run: `make bench-peers` installs it")
            continue
        answer = others.run(tool, [(source, folder / f"{tool}.pdf")], runs=runs)
        seconds = answer.seconds[0]
        if seconds is None:
            print(f"  {name:<52}stumbled ({answer.errors[0]})")
        else:
            tell(name, seconds)
            print(f"    ({answer.version})")
    ratios = []
    for what, mine, other, target in (
        ("masking alone / pdf-redactor", "masking alone", "pdf-redactor", 0.9),
        ("masking alone / PyMuPDF", "masking alone", "PyMuPDF", 10),
        ("mask, verify, write / pdf-redactor", "mask, verify, write", "pdf-redactor", 0.4),
        ("pages without mentions / floor", "pages without mentions", "floor: open and save, no mentions", 0.3),
    ):
        if mine in speed and other in speed:
            ratio = speed[mine] / speed[other]
            ratios.append((what, ratio, target))
            print(f"  {what:<52}{ratio:9.2f}  target {target:g}  {'met' if ratio >= target else 'NOT met'}")
    return ratios


def make_docx(pages: int) -> bytes:
    """A Word document of about that many pages: headings, paragraphs, tables; four mentions a page."""
    document = docx.Document()
    rest = [one for one in STAFF.values() if one is not HIDDEN]
    for number in range(pages):
        document.add_heading(f"Anteckning {number + 1}", 2)
        said = prose(number, 24, 4, rest[number % len(rest) :][:6])
        for at in range(0, 24, 6):
            document.add_paragraph(" ".join(said[at : at + 6]))
        if number % 5 == 0:
            table = document.add_table(4, 3)
            for row in table.rows:
                for cell in row.cells:
                    cell.text = "Familjebehandling"
        if number < pages - 1:
            document.add_page_break()  # type: ignore[no-untyped-call]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _word() -> None:
    data = make_docx(50)
    time = median_ms(lambda: mask(data, "utredning.docx"), 5)
    print(
        f"\nMasking a Word document of 50 pages, {len(data) >> 10} KiB: {time:.0f} ms  target 300 ms"
        f"  {'met' if time < 300 else 'NOT met'}"
    )
