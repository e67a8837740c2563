"""A known person out of pictures: JPEG, PNG, TIFF (and GIF, BMP, WebP inside documents).

Does: throw away everything that is not pixels (EXIF, XMP, comments, thumbnails, colour profiles, what stands
behind the end) by encoding afresh, read the text with tesseract (`swe`) in two passes, and, where the person is
found, set the picture afresh: the read text on a white page in one fixed font with the label in it. Nothing of
the old pixels survives there: no width of a gap, no descender, no handwritten signature.

Does not: read handwriting or recognise faces; the report asks a human to look. Without tesseract a picture is
refused, and one inside a document is replaced by an empty one. Words that the reader is unsure of, next to a
hit, are refused too: they may be the rest of the name.
"""

import csv
import functools
import hashlib
import io
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from sigill.errors import N_, BadInput, Blocked, NothingRead
from sigill.mask.joined import NameFinder, mask_string
from sigill.mask.report import Options, Report
from sigill.mask.wrapping import Line, paragraphs

_READABLE = ("JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP")
MAX_PIXELS = 100_000_000
MAX_FRAMES = 200
_SECONDS = 120
_UNSURE = 35
"""Tesseract's confidence (0–100) below which a word is a guess."""
_FONT = Path(__file__).parent / "fonts" / "NotoSans-Regular.ttf"


@dataclass(frozen=True, slots=True)
class Word:
    """A word as read: text, confidence 0–100, box in pixels, and the line it stands on."""

    text: str
    confidence: float
    left: int
    top: int
    right: int
    bottom: int
    line: tuple[int, ...]


def mask_image(data: bytes, finder: NameFinder, options: Options, report: Report) -> bytes:
    """Mask a picture file.

    Args:
        data: JPEG, PNG or TIFF (also GIF, BMP, WebP, which become PNG).
    Returns:
        a fresh picture of the same format (PNG for the last three).
    Raises:
        BadInput: no readable picture.
        Blocked: too large, no reader at hand, or an unsure word beside a hit.
    """
    if tesseract() is None:
        raise Blocked(
            N_("The picture's text cannot be read: tesseract with Swedish is not installed."),
            N_("Install tesseract-ocr and tesseract-ocr-swe."),
        )
    frames, form = _open(data, options)
    done = [_mask_frame(frame, finder, options, report, f"page {n}") for n, frame in enumerate(frames, 1)]
    return _save(done, form)


def mask_picture(data: bytes, finder: NameFinder, options: Options, report: Report, place: str) -> tuple[bytes, str]:
    """Mask a picture inside a document.

    Args:
        place: its part, for the report.
    Returns:
        a fresh picture and its suffix (`.png`, `.jpg`, `.tiff`). What is no readable raster picture (EMF, WMF,
        SVG), and any picture when no reader is installed, becomes an empty one, and the report says so.
    """
    try:
        frames, form = _open(data, options)
    except BadInput:
        report.took(place, "picture")
        report.review.append((place, N_("a picture of a kind that cannot be read was replaced by an empty one")))
        return _empty(300, 200), ".png"
    if tesseract() is None:
        report.took(place, "picture")
        report.review.append((place, N_("a picture was replaced by an empty one: no text reader is installed")))
        return _empty(*frames[0].size), ".png"
    inner = Report()
    done = [_mask_frame(frame, finder, options, inner, place) for frame in frames]
    for (part, kind), count in inner.removed.items():
        report.took(part, kind, count)
    report.review += inner.review
    report.notes += inner.notes
    return _save(done, form), {"JPEG": ".jpg", "PNG": ".png", "TIFF": ".tiff"}[form]


def _open(data: bytes, options: Options) -> tuple[list[Image.Image], str]:
    """Decode, within bounds. Returns the frames and the format to write."""
    if len(data) > options.max_bytes:
        raise Blocked(N_("The file is larger than the limit."))
    try:
        with Image.open(io.BytesIO(data), formats=_READABLE) as picture:
            form = picture.format or ""
            count = getattr(picture, "n_frames", 1) if form == "TIFF" else 1
            if count > min(MAX_FRAMES, options.max_pages):
                raise Blocked(N_("The picture has more pages than the limit."))
            frames = []
            for number in range(count):
                picture.seek(number)
                if picture.width * picture.height > MAX_PIXELS:
                    raise Blocked(N_("The picture is larger than {limit} pixels."), limit=MAX_PIXELS)
                frames.append(_plain(ImageOps.exif_transpose(picture)))
    except (Image.DecompressionBombError, MemoryError):
        raise Blocked(N_("The picture is larger than {limit} pixels."), limit=MAX_PIXELS) from None
    except Blocked:
        raise
    except Exception:
        # Pillow's decoders raise nearly anything on a broken file; none of it may carry the file's text.
        raise BadInput(N_("The picture cannot be read.")) from None
    return frames, form if form in ("JPEG", "PNG", "TIFF") else "PNG"


def _plain(picture: Image.Image) -> Image.Image:
    """Pixels only: no palette, profile or metadata; 8 bits a channel."""
    if picture.mode in ("1", "L", "RGB", "RGBA"):
        plain = picture
    elif picture.mode in ("LA", "PA") or "transparency" in picture.info:
        plain = picture.convert("RGBA")
    elif picture.mode.startswith("I") or picture.mode == "F":
        low, high = (float(value) for value in picture.getextrema())  # type: ignore[arg-type]
        span = max(high - low, 1.0)
        plain = picture.point(lambda value: (value - low) * (255 / span)).convert("L")
    else:
        plain = picture.convert("RGB")
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    return fresh


def _save(frames: Sequence[Image.Image], form: str) -> bytes:
    buffer = io.BytesIO()
    first, rest = frames[0], list(frames[1:])
    if form == "JPEG":
        first.convert("L" if first.mode in ("1", "L") else "RGB").save(buffer, "JPEG", quality=90)
    elif form == "TIFF":
        first.save(buffer, "TIFF", compression="tiff_adobe_deflate", save_all=bool(rest), append_images=rest)
    else:
        first.save(buffer, "PNG")
    return buffer.getvalue()


def _empty(width: int, height: int) -> bytes:
    return _save([Image.new("L", (max(width, 1), max(height, 1)), 235)], "PNG")


def _mask_frame(frame: Image.Image, finder: NameFinder, options: Options, report: Report, place: str) -> Image.Image:
    """One picture: untouched pixels when nobody is found, else set afresh as text."""
    png = _for_reading(frame)
    for mode in _MODES:
        lines = _lines(_read_cached(png, mode))
        text = "\n".join(_said(line) for line in lines)
        known = finder.for_document(text)
        spans = [(span.start, span.end) for span in known.find(text) if span.certainty != "review"]
        if not spans:
            continue
        _refuse_doubt(lines, known)
        shown = "\n".join(_said(line, hide=True) for line in _unwrapped(lines, spans))
        masked = mask_string(shown, known, options.label, report, place)
        report.pages.append("reset")
        report.notes.append(N_("a picture that showed the person was set afresh as text"))
        report.review.append((place, N_("what is not print in the picture (drawings, handwriting) was left out")))
        return _set_afresh(masked, frame.size)
    report.pages.append("untouched")
    if not any(word.confidence >= _UNSURE for word in _read_cached(png, _MODES[0])):
        report.review.append((place, N_("a picture without print was kept; look whether it shows the person")))
    elif any(word.confidence < _UNSURE and len(word.text) > 2 for word in _read_cached(png, _MODES[0])):
        report.review.append((place, N_("some text in a picture could not be read surely")))
    return frame


def _refuse_doubt(lines: Sequence[Sequence[Word]], finder: NameFinder) -> None:
    """A guess beside a hit may be the rest of the name."""
    for line in lines:
        text = ""
        places = []
        for word in line:
            # A guess must not make another person of the one before it ("Åsa Wnbzk" is not a known other).
            said = "…" if word.confidence < _UNSURE else word.text
            places.append((len(text), len(text) + len(said)))
            text += said + " "
        spans = [(span.start, span.end) for span in finder.find(text)]
        hit = [any(low < end and start < high for start, end in spans) for low, high in places]
        for index, word in enumerate(line):
            beside = any(hit[max(index - 1, 0) : index + 2])
            if beside and not hit[index] and word.confidence < _UNSURE and len(word.text.strip(".,:;!?-–—")) > 1:
                raise Blocked(
                    N_("A word beside a name in the picture cannot be read surely."),
                    N_("A human must look at the picture."),
                )


def _said(line: Sequence[Word], *, hide: bool = False) -> str:
    """A line's text; a word that was cut at the line's end is one again. `hide`: mark gaps instead of guesses."""
    text = ""
    for index, word in enumerate(line):
        cut = index and line[index - 1].line != word.line and line[index - 1].text.endswith("-")
        text += "" if index == 0 or cut else " "
        text += "[…]" if hide and word.confidence < _UNSURE and len(word.text) > 2 else word.text
    return text


def _set_afresh(text: str, size: tuple[int, int]) -> Image.Image:
    """Set `text` on a white page as wide as the picture, wrapped by one rule for all."""
    width = min(max(size[0], 600), 2480)
    points = max(width // 55, 14)
    font = ImageFont.truetype(str(_FONT), points, layout_engine=ImageFont.Layout.BASIC)
    margin = points * 2
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and font.getlength(longer) > width - 2 * margin:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    leading = points * 3 // 2
    page = Image.new("L", (width, 2 * margin + leading * len(lines)), 255)
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        pen.text((margin, margin + number * leading), line, fill=0, font=font)
    return page


@functools.cache
def tesseract() -> str | None:
    """The path of tesseract, if it can read Swedish."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return program if "swe" in listed.stdout.split() else None


def _for_reading(frame: Image.Image) -> bytes:
    """The picture as the reader likes it: grey, on white, letters of some 20 pixels or more."""
    grey = frame
    if grey.mode == "RGBA":
        grey = Image.alpha_composite(Image.new("RGBA", grey.size, "white"), grey)
    grey = grey.convert("L")
    scale = 3 if max(grey.size) < 500 else 2 if max(grey.size) < 1200 else 1
    if scale > 1:
        grey = grey.resize((grey.width * scale, grey.height * scale), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    grey.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


_MODES = (3, 11)
"""Page segmentation: as a page, then as scattered text."""

_CACHE: dict[tuple[bytes, int], tuple[Word, ...]] = {}


def _read_cached(png: bytes, mode: int) -> tuple[Word, ...]:
    """The same logo stands in every letter: read it once."""
    key = (hashlib.sha256(png).digest(), mode)
    if key not in _CACHE:
        if len(_CACHE) > 256:
            _CACHE.clear()
        _CACHE[key] = tuple(_read(png, mode))
    return _CACHE[key]


def _read(png: bytes, mode: int) -> list[Word]:
    """Words by tesseract (TSV output).

    Args:
        mode: page segmentation mode: 3 a page, 11 scattered text.
    Raises:
        Blocked: the reader failed or took too long.
    """
    program = tesseract()
    if program is None:
        raise NothingRead(N_("No text reader is installed."))
    try:
        done = subprocess.run(
            [program, "stdin", "stdout", "-l", "swe", "--dpi", "200", "--psm", str(mode), "tsv"],
            input=png,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.TimeoutExpired):
        raise Blocked(N_("The picture's text could not be read in time.")) from None
    if done.returncode != 0:
        raise Blocked(N_("The picture's text could not be read."))
    words = []
    rows = csv.reader(io.StringIO(done.stdout.decode("utf-8", "replace")), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        if len(row) < 12 or row[0] != "5" or not row[11].strip():
            continue
        left, top, width, height = (int(value) for value in row[6:10])
        line = tuple(int(value) for value in row[1:5])
        words.append(Word(row[11].strip(), float(row[10]), left, top, left + width, top + height, line))
    return words


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    lines: list[list[Word]] = []
    for word in words:
        if lines and lines[-1][-1].line == word.line:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _unwrapped(lines: list[list[Word]], spans: Sequence[tuple[int, int]]) -> list[list[Word]]:
    """Lines of a wrapped paragraph with a hit as one, so that where it was wrapped does not show."""
    letters = sum(len(word.text) for line in lines for word in line)
    ink = sum(word.right - word.left for line in lines for word in line)
    unit = max(ink / max(letters, 1), 1.0)
    edge = min(line[0].left for line in lines)
    seen = []
    at = 0
    for line in lines:
        length = len(_said(line))
        touched = any(start < at + length and end > at for start, end in spans)
        width = (line[-1].right - edge) / unit
        seen.append(Line(width, (line[0].right - line[0].left) / unit, "", touched))
        at += length + 1
    return [[word for number in group for word in lines[number]] for group in paragraphs(seen, shortest=28)]
