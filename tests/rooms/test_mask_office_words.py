"""Not one innocent word is lost: an independent reader (pandoc) reads both files and sees the same text.

What pandoc reads in the original, masked as plain text, must be what it reads in the masked document. Changes are
accepted, comments left out: that is what the masked document promises to show.
"""

import re
import subprocess
import unicodedata

import pypandoc
import pytest

from officefiles import EXAMPLES, finder_of
from sigill.mask.apply import mask_file
from sigill.mask.image import tesseract
from sigill.mask.joined import mask_string
from sigill.mask.report import DEFAULT_LABEL, Options, Report

DOCUMENTS = [
    *("casefile/02_utredning_bbic.docx", "casefile/21_beslut_inleda_utredning.docx"),
    *("casefile/23_pedagogisk_kartlaggning.docx", "casefile/06_protokoll_natverksmote.odt"),
    *("casefile/07_brev_kallelse.rtf", "casefile/08_export_verksamhetssystem.html"),
    *(f"decisions/{name}/decision.docx" for name in ("01_track_a_insats", "02_track_b_lyft", "03_lvu14_utskott")),
    "decisions/04_ekonomiskt_bistand/decision.docx",
]


HIDDEN = "Arbetsanteckning: {label} har semester vecka 44."
"""Hidden text in one of the documents; pandoc shows it, Word does not, and the mask takes it out."""


def read(data: bytes, suffix: str) -> str:
    """The text as pandoc reads it, a paragraph a line."""
    done = subprocess.run(
        [pypandoc.get_pandoc_path(), "-f", suffix, "-t", "plain", "--wrap=none", "--track-changes=accept"],
        input=data,
        capture_output=True,
        check=True,
        timeout=60,
    )
    text = unicodedata.normalize("NFC", done.stdout.decode("utf-8"))
    return re.sub(r"[-─┌┬┐│├┼┤└┴┘|+]{3,}|\u00a0", " ", text)


@pytest.mark.skipif(tesseract() is None, reason="some documents hold pictures: needs tesseract with swe")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_another_reader_sees_the_same_words(document: str) -> None:
    data = (EXAMPLES / document).read_bytes()
    suffix = document.rpartition(".")[2]
    masked, _ = mask_file(data, document.rpartition("/")[2], finder_of("A10001"), Options(), Report())
    before = read(data, suffix)
    finder = finder_of("A10001").for_document(before)
    expected = mask_string(before, finder, DEFAULT_LABEL, Report(), "x").replace(HIDDEN.format(label=DEFAULT_LABEL), "")
    assert _plain(read(masked, suffix)) == _plain(expected)


def _plain(text: str) -> list[str]:
    # Two labels in two cells are one where the text is read without its cells.
    return re.sub(rf"({re.escape(DEFAULT_LABEL)}[\s,]*)+", DEFAULT_LABEL + " ", text).split()
