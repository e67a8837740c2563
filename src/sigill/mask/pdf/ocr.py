"""Words in pictures, read by tesseract (Swedish).

It reads print. Handwriting it can't read shows up as words of low confidence or not at all; who calls must not take
silence for emptiness where a picture holds more than a logo.
"""

import functools
import io
import os
import shutil
import subprocess
from dataclasses import dataclass

from PIL import Image

from sigill.errors import N_, Blocked

_SECONDS = 120
UNSURE = 40.0
"""Confidence (0 to 100) below which a word is a guess."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as read: its text, confidence 0 to 100, its box in pixels from the top left, and its line."""

    text: str
    confidence: float
    left: int
    top: int
    right: int
    bottom: int
    line: tuple[int, int, int]


@functools.cache
def available() -> bool:
    """Whether tesseract with Swedish is installed."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    try:
        done = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "swe" in done.stdout.split()


def words(picture: Image.Image, dpi: int) -> list[Word]:
    """Read a picture: as a page, and as scattered text where that was unsure or gave nothing.

    Raises:
        Blocked: tesseract is missing, fails or takes too long.
    """
    if not available():
        raise Blocked(
            N_("A picture in the document may hold text, and no program to read it is installed."),
            N_("Install tesseract-ocr and tesseract-ocr-swe."),
        )
    buffer = io.BytesIO()
    picture.convert("L").save(buffer, "PNG", compress_level=1)
    found = _read(buffer.getvalue(), dpi, 3)
    if not found or any(word.confidence < UNSURE for word in found):
        taken = found
        for word in _read(buffer.getvalue(), dpi, 11):
            clash = any(
                word.left < other.right
                and other.left < word.right
                and word.top < other.bottom
                and other.top < word.bottom
                for other in taken
            )
            if not clash:
                found.append(
                    Word(word.text, word.confidence, word.left, word.top, word.right, word.bottom, (-1, *word.line[1:]))
                )
    return found


def _read(png: bytes, dpi: int, mode: int) -> list[Word]:
    try:
        done = subprocess.run(
            ["tesseract", "stdin", "stdout", "-l", "swe", "--dpi", str(dpi), "--psm", str(mode), "tsv"],
            input=png, capture_output=True, timeout=_SECONDS, check=False, env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        raise Blocked(N_("A picture's text could not be read in time.")) from None
    if done.returncode:
        raise Blocked(N_("A picture's text could not be read."))
    found = []
    for row in done.stdout.decode("utf-8", "replace").splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] != "5" or not cells[11].strip():
            continue
        left, top, width, height = (int(cell) for cell in cells[6:10])
        line = (int(cells[2]), int(cells[3]), int(cells[4]))
        found.append(Word(cells[11].strip(), float(cells[10]), left, top, left + width, top + height, line))
    return found
