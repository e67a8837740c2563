"""Åsa in pictures: metadata goes, and where she can be read the picture is set afresh as text."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from officefiles import ASA, EXAMPLES, FONT, INNOCENT, MANY, finder_of, leaks, picture, squeezed, with_comment
from sigill.decision.people import StaffMember
from sigill.errors import BadInput, Blocked
from sigill.mask import image
from sigill.mask.apply import mask_file
from sigill.mask.image import Word, _read, mask_picture, tesseract
from sigill.mask.report import DEFAULT_LABEL, Options, Report

needs_reader = pytest.mark.skipif(tesseract() is None, reason="needs tesseract-ocr and tesseract-ocr-swe")


def mask(data: bytes, name: str, person: StaffMember = ASA) -> tuple[bytes, Report]:
    report = Report()
    return mask_file(data, name, finder_of(person.staff_id), Options(), report)[0], report


def read(data: bytes) -> str:
    """What a reader of its own sees in a picture."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("L").save(buffer, "PNG")
    return " ".join(word.text for word in _read(buffer.getvalue(), 3))


def note(person: StaffMember) -> list[str]:
    return [
        "Anteckning från mötet",
        f"Handläggare {person.full_name}",
        f"tfn {person.phone} i dag",
        "Barnet mår bra och trivs i skolan",
    ]


@needs_reader
@pytest.mark.parametrize(("form", "name"), [("PNG", "a.png"), ("JPEG", "a.jpg"), ("TIFF", "a.tif")])
def test_a_note_that_names_asa_is_set_afresh(form: str, name: str) -> None:
    original = picture(note(ASA), form=form)
    assert squeezed(ASA.surname) in squeezed(read(original))
    masked, report = mask(original, name)
    shown = read(masked)
    assert not leaks(shown.encode(), ASA)
    for line in ("Anteckning från mötet", "Handläggare [uppgift utelämnad]", "Barnet mår bra och trivs i skolan"):
        assert line in shown
    assert report.pages == ["reset"]
    assert Image.open(io.BytesIO(masked)).format == form


@needs_reader
def test_a_note_about_anyone_gives_the_same_pixels() -> None:
    results = {mask(picture(note(person)), "a.png", person)[0] for person in MANY}
    assert len(results) == 1


@needs_reader
def test_a_paragraph_that_the_name_wrapped_is_wrapped_anew() -> None:
    font = ImageFont.truetype(str(FONT), 32)

    def page(person: StaffMember) -> bytes:
        text = f"Den 3 mars ringde {person.full_name} till modern och berättade om mötet i nästa vecka. Modern tackade."
        lines, line = [], ""
        for word in text.split():
            if line and font.getlength(f"{line} {word}") > 700:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        return picture([*lines, line])

    results = {mask(page(person), "a.png", person)[0] for person in MANY[::4]}
    assert len(results) == 1


@needs_reader
def test_a_picture_without_her_keeps_its_pixels_and_loses_its_metadata() -> None:
    original = with_comment(picture([INNOCENT]), ASA.full_name)
    assert leaks(original, ASA)
    masked, report = mask(original, "a.png")
    assert not leaks(masked, ASA)
    assert report.pages == ["untouched"]
    assert Image.open(io.BytesIO(masked)).tobytes() == Image.open(io.BytesIO(original)).tobytes()


@needs_reader
def test_exif_and_trailing_bytes_are_gone() -> None:
    original = picture([INNOCENT], form="JPEG", exif=ASA.full_name) + ASA.full_name.encode()
    assert leaks(original, ASA)
    masked, _ = mask(original, "a.jpg")
    assert not leaks(masked, ASA)
    assert not Image.open(io.BytesIO(masked)).getexif()


@needs_reader
def test_every_page_of_a_scan_is_masked() -> None:
    buffer = io.BytesIO()
    pages = [Image.open(io.BytesIO(picture([f"Sida {n} av {ASA.full_name}"]))) for n in (1, 2)]
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
    masked, report = mask(buffer.getvalue(), "skanning.tiff")
    scan = Image.open(io.BytesIO(masked))
    assert scan.n_frames == 2 and report.pages == ["reset", "reset"]


@needs_reader
def test_the_photographed_note_of_the_case_file() -> None:
    masked, report = mask((EXAMPLES / "casefile/13_lapp_foto.jpg").read_bytes(), "13_lapp_foto.jpg")
    shown = read(masked)
    assert "Lindqvist" not in shown and "0199-20 60 00" not in shown
    assert "moster" in shown and "Björn" in shown and "papper från skolan" in shown
    assert not leaks(masked, ASA)
    assert report.review


def test_a_guess_beside_a_hit_is_for_a_human(monkeypatch: pytest.MonkeyPatch) -> None:
    words = (
        Word("Åsa", 95, 0, 0, 50, 20, (1, 1, 1, 1)),
        Word("Wnbzk", 12, 60, 0, 200, 20, (1, 1, 1, 1)),
        Word("asa.lindqvist-oberg@exempelstad.example", 95, 0, 30, 300, 50, (1, 1, 1, 2)),
    )
    monkeypatch.setattr(image, "_read_cached", lambda png, mode: words)
    monkeypatch.setattr(image, "tesseract", lambda: "tesseract")
    with pytest.raises(Blocked):
        mask(picture([]), "a.png")


def test_without_a_reader_a_picture_is_refused_and_an_embedded_one_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "tesseract", lambda: None)
    with pytest.raises(Blocked):
        mask(picture(note(ASA)), "a.png")
    report = Report()
    emptied, suffix = mask_picture(picture(note(ASA)), finder_of("A10001"), Options(), report, "word/media/image1.png")
    assert suffix == ".png" and report.review
    assert len(set(Image.open(io.BytesIO(emptied)).tobytes())) == 1


def test_a_picture_of_a_billion_pixels_is_refused_before_it_is_decoded() -> None:
    header = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (40_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    import zlib

    header += zlib.crc32(header[12:]).to_bytes(4, "big")
    with pytest.raises((Blocked, BadInput)):
        mask(header + b"\0\0\0\0IDAT\x35\xaf\x06\x1e" + b"\0\0\0\0IEND\xaeB`\x82", "a.png")


@needs_reader
def test_a_palette_and_a_transparent_picture_are_read_too() -> None:
    base = Image.open(io.BytesIO(picture(note(ASA))))
    for mode in ("P", "RGBA", "1", "L", "CMYK"):
        buffer = io.BytesIO()
        base.convert(mode).save(buffer, "TIFF" if mode == "CMYK" else "PNG")
        masked, report = mask(buffer.getvalue(), "a.tif" if mode == "CMYK" else "a.png")
        assert report.pages == ["reset"], mode
        assert "Lindqvist" not in read(masked)


@needs_reader
def test_small_print_is_enlarged_before_it_is_read() -> None:
    small = Image.new("L", (420, 60), 255)
    ImageDraw.Draw(small).text(
        (5, 20), f"Av {ASA.full_name}, tel {ASA.phone}", fill=0, font=ImageFont.truetype(str(FONT), 13)
    )
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    _, report = mask(buffer.getvalue(), "a.png")
    assert report.pages == ["reset"]
    assert sum(count for (_, kind), count in report.removed.items() if kind == "name") >= 1
    assert DEFAULT_LABEL
