"""Each place where a PDF can hide a person, and what must become of it."""

import csv
import io
import re
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pdfminer.high_level import extract_text

import pdfs
from sigill.decision.people import StaffMember, StaffRegister
from sigill.errors import BadInput, Blocked
from sigill.mask.pdf import mask_pdf, ocr
from sigill.mask.report import Options, Report
from sigill.names.find import Finder

EXAMPLES = Path(__file__).parents[2] / "examples"
with (EXAMPLES / "staff.csv").open(encoding="utf-8", newline="") as _file:
    STAFF = StaffRegister.of(StaffMember(**row) for row in csv.DictReader(_file))
THREATENED = STAFF["A10001"]
NAME = "Åsa Lindqvist-Öberg"
SEEN_ONLY = {"scan", "scan_with_text_layer", "outlined_glyphs", "no_map_at_all", "garbled_to_unicode"}
"""Places where only eyes find the name; these are looked at by OCR as well."""

ONLY_BY_EYE = {"no_to_unicode"}
"""Two readers can't read these; we can."""
UNCOUNTED = {"content_comment", "piece_info", "thumbnail", "trailing_bytes", "image_exif"}
"""What is never copied is not counted either."""

needs_ocr = pytest.mark.skipif(not ocr.available(), reason="tesseract with Swedish is not installed")


def finder_for(staff_id: str) -> Finder:
    return Finder([STAFF[staff_id]], STAFF)


def mask(data: bytes, staff_id: str = "A10001", **options: object) -> tuple[bytes, Report]:
    report = Report()
    return mask_pdf(data, finder_for(staff_id), Options(**options), report), report  # type: ignore[arg-type]


def folded(text: str) -> str:
    """Letters and digits only, without accents: however it is spelt, spaced or composed."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^a-z0-9]", "", "".join(c for c in plain if not unicodedata.combining(c)))


def raw_texts(data: bytes) -> Iterator[str]:
    """The file's bytes, everything in it that inflates, and every object's strings, in the usual encodings."""
    pieces = [data]
    for match in re.finditer(rb"stream\r?\n", data):
        try:
            pieces.append(zlib.decompressobj().decompress(data[match.end() :]))
        except zlib.error:
            continue
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream):
                try:
                    pieces.append(item.read_bytes())
                except pikepdf.PdfError:
                    pieces.append(item.read_raw_bytes())
                pieces += [bytes(v) for v in item.values() if isinstance(v, pikepdf.String)]
                yield " ".join(str(v) for v in item.values() if isinstance(v, pikepdf.String))
            yield from strings(item, 0)
    for piece in pieces:
        yield piece.decode("latin-1")
        yield piece.decode("cp1252", "ignore")
        yield piece.decode("utf-8", "ignore")
        for start in (0, 1):
            yield piece[start:].decode("utf-16-be", "ignore")


def strings(item: object, depth: int) -> Iterator[str]:
    if depth > 30:
        return
    if isinstance(item, pikepdf.String):
        yield str(item)
        yield bytes(item).decode("latin-1")
    elif isinstance(item, pikepdf.Array):
        for one in item:
            if getattr(one, "objgen", (0, 0)) == (0, 0):
                yield from strings(one, depth + 1)
    elif isinstance(item, pikepdf.Dictionary):
        for key in item.keys():
            yield key
            if getattr(item[key], "objgen", (0, 0)) == (0, 0):
                yield from strings(item[key], depth + 1)


def read_texts(data: bytes) -> Iterator[str]:
    """What two readers with nothing in common extract."""
    with pypdfium2.PdfDocument(data) as pdf:
        for page in pdf:
            yield page.get_textpage().get_text_bounded()
    yield extract_text(io.BytesIO(data))


def seen_texts(data: bytes) -> Iterator[str]:
    with pypdfium2.PdfDocument(data) as pdf:
        for page in pdf:
            yield " ".join(w.text for w in ocr.words(page.render(scale=200 / 72).to_pil(), 200))


def found_in(data: bytes, *, looking: bool = False, names: tuple[str, ...] = ("lindqvist", "berg")) -> bool:
    texts = [*raw_texts(data), *read_texts(data), *(seen_texts(data) if looking else ())]
    return any(any(name in folded(text) for name in names) for text in texts)


@pytest.mark.parametrize("where", sorted(set(pdfs.PLACES) - SEEN_ONLY))
def test_the_threatened_is_taken_out_of(where: str) -> None:
    original = pdfs.PLACES[where](NAME)
    assert found_in(original, looking=where in ONLY_BY_EYE) or where == "thumbnail", "the test file must leak"
    result, report = mask(original)
    assert not found_in(result)
    assert folded(pdfs.INNOCENT) in folded("".join(read_texts(result)))
    assert report.removed or where in UNCOUNTED
    assert mask(original)[0] == result, "the same input gives the same bytes"


@needs_ocr
@pytest.mark.parametrize("where", sorted(SEEN_ONLY))
def test_the_threatened_is_not_seen_in(where: str) -> None:
    original = pdfs.PLACES[where](NAME)
    assert found_in(original, looking=True), "the test file must leak"
    result, report = mask(original)
    assert not found_in(result, looking=True)
    assert report.pages == ["image"]
    seen = folded("".join(seen_texts(result)))
    assert folded(pdfs.INNOCENT) in seen
    assert folded("uppgift utelämnad") in seen
    assert folded("sedan i våras") in seen
