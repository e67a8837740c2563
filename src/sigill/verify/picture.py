"""What a picture says: in its metadata, and with OCR in its pixels.

Promise: EXIF in every directory, XMP, IPTC, text chunks and comments are read as text; with OCR, the pixels too, by
tesseract with its Swedish data. Modesty: handwriting and small print escape OCR; its reading proves no absence.
"""

import io
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from pypdfium2 import raw

from sigill.errors import N_, Blocked
from sigill.verify.reading import Finding, Place, Raw, Reading, printable

_XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>|<\?xpacket begin.*?<\?xpacket end[^>]*>", re.DOTALL)
_MAX_PIXELS = 200_000_000
_CURVES = 60


def metadata(reader: str, place: Place, data: bytes) -> Iterator[Finding]:
    """Everything in a picture that is text but not pixels.

    Args:
        reader: whose finding it is.
        place: where the picture stands.
        data: the picture file.
    """
    yield Raw(reader, place, data)
    for match in _XMP.finditer(data):
        text = match[0].decode("utf-8", "replace")
        for plain in (text, re.sub(r"<[^>]*>", " ", text)):
            yield Reading(reader, (*place, "XMP"), plain)
    try:
        image = _open(data)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return
    texts = [_plain(value) for value in image.info.values()]
    exif = image.getexif()
    directories = [exif, *(exif.get_ifd(number) for number in ExifTags.IFD)]
    texts += [_plain(value) for directory in directories for value in directory.values()]
    yield Reading(reader, (*place, "metadata"), "\n".join(text for text in texts if text))


def is_picture(data: bytes) -> bool:
    """Whether the bytes open as a picture."""
    try:
        _open(data)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return False
    return True


def _open(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(io.BytesIO(data))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Blocked(N_("A picture is too large to be checked."), N_("Scale it down.")) from None
    return image


def _plain(value: Any) -> str:
    """A metadata value as text; byte values may be UTF-16 (EXIF's XP tags) or carry an 8-byte character code."""
    if isinstance(value, bytes):
        ways = [printable(value), printable(value[8:])]
        if 0 in value:
            ways += [
                part.decode(codec, "replace") for part in (value, value[8:]) for codec in ("utf-16-le", "utf-16-be")
            ]
        ways += [part.decode("latin-1") for part in re.split(rb"(?:\0.)+|\0", value) if len(part) > 1]
        return "\n".join(way for way in ways if way)
    if isinstance(value, dict):
        return "\n".join(map(_plain, value.values()))
    if isinstance(value, tuple | list):
        if value and all(isinstance(item, int) and 0 <= item < 256 for item in value):
            return _plain(bytes(value))
        return "\n".join(map(_plain, value))
    return str(value)


def unread(page: Any) -> tuple[float, float, float, float] | None:
    """The part of a pdfium page that text readers cannot read: pictures, many curves, or all of it without text.

    Returns:
        left, bottom, right, top in points of the page as drawn; None when there is nothing to look at.
    """
    width, height = page.get_size()
    whole = (0.0, 0.0, width, height)
    text_page = page.get_textpage()
    letters = text_page.count_chars()
    text_page.close()
    if letters == 0:
        return whole
    boxes, curves, nested = [], 0, False
    for shown in page.get_objects(max_depth=8):
        picture_like = shown.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING)
        if picture_like or shown.type == raw.FPDF_PAGEOBJ_PATH:
            curves += 0 if picture_like else raw.FPDFPath_CountSegments(shown)
            nested = nested or (picture_like and shown.level > 0)
            if picture_like:
                boxes.append(shown.get_bounds())
    if curves > _CURVES or nested or (boxes and (page.get_rotation() or page.get_cropbox()[:2] != (0, 0))):
        # Where the boxes cannot be trusted to be the page's own, all of it is looked at.
        return whole
    if not boxes:
        return None
    margin = 12.0  # print that touches a picture belongs to it
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    left, bottom = max(0.0, min(lefts) - margin), max(0.0, min(bottoms) - margin)
    right, top = min(width, max(rights) + margin), min(height, max(tops) + margin)
    return (left, bottom, right, top) if left < right and bottom < top else None  # wholly off the page


def drawn(page: Any, part: tuple[float, float, float, float]) -> Image.Image:
    """Part of a pdfium page as pixels, grey, 300 dpi, or less where that would be too many pixels.

    Args:
        part: left, bottom, right, top in points.
    Raises:
        Blocked: the page is too large even at 72 dpi.
    """
    width, height = page.get_size()
    scale = min(300 / 72, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    if scale < 1:
        raise Blocked(N_("A picture is too large to be checked."), N_("Scale it down."))
    left, bottom, right, top = part
    image: Image.Image = page.render(
        scale=scale, grayscale=True, may_draw_forms=True, crop=(left, bottom, width - right, height - top)
    ).to_pil()
    return image


def ocr(image: Image.Image, seconds: float = 120.0) -> str:
    """Read the letters in a picture with tesseract.

    Args:
        image: the picture, ideally at 300 dpi.
        seconds: how long to wait.

    Raises:
        Blocked: tesseract or its Swedish data is missing, or did not finish.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise Blocked(N_("OCR is missing: tesseract."), N_("Install tesseract-ocr and tesseract-ocr-swe."))
    if image.width * image.height > _MAX_PIXELS:
        raise Blocked(N_("A picture is too large to be checked."), N_("Scale it down."))
    buffer = io.BytesIO()
    image.convert("L").save(buffer, "PNG", compress_level=1)
    try:
        done = subprocess.run(
            [program, "-", "-", "-l", "swe", "--psm", "3"],
            input=buffer.getvalue(),
            capture_output=True,
            timeout=seconds,
            check=False,
            env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"},
        )
    except subprocess.TimeoutExpired:
        raise Blocked(N_("OCR did not finish in time."), N_("Ask for a smaller file.")) from None
    if done.returncode:
        raise Blocked(N_("OCR could not read a picture."), N_("Look whether tesseract's Swedish data is there."))
    return done.stdout.decode("utf-8", "replace")


def read_pixels(place: Place, data: bytes, seconds: float) -> Iterator[Finding]:
    """The letters in a picture file, every frame of it."""
    try:
        image = _open(data)
        for frame in range(min(getattr(image, "n_frames", 1), 500)):
            image.seek(frame)
            yield Reading("ocr", (*place, f"page {frame + 1}"), ocr(_upright(image), seconds), page=frame + 1)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Blocked(N_("A picture cannot be read."), N_("Ask for a sound copy."), place=" › ".join(place)) from None


def _upright(image: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(image)
    scale = max(1, round(1800 / max(1, turned.width)))
    return turned.resize((turned.width * scale, turned.height * scale)) if scale > 1 else turned
