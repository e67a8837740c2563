"""Text in pictures, in outlines and in fonts that can't be trusted: read by OCR, painted over where someone stands.

Pictures on a page are drawn together on white and read once. Where a hidden person is found, the words go, the label
is painted in their place and the rest of the line moves up to it, so that the gap's width is not seen; the pictures
become one. A page whose glyphs can't be read, or whose letters are drawn as outlines, is read as a whole and, if
someone stands there, becomes a picture with a text layer of what remains.

Byte identity can't be had here: a scan's noise and its line breaks are its own.
"""

import io
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw, ImageFont

from sigill.errors import N_, Blocked
from sigill.mask.pdf import images, ocr
from sigill.mask.pdf.display import Gfx, Paint, Ref, Show
from sigill.mask.pdf.embed import Embedder
from sigill.mask.pdf.emit import Writer
from sigill.mask.pdf.fonts import UNREAD, Font
from sigill.mask.pdf.label import LabelFont
from sigill.mask.pdf.objects import Copier
from sigill.mask.pdf.ocr import Word
from sigill.mask.pdf.reading import HYPHENS, Finder
from sigill.mask.pdf.relay import Run, Style
from sigill.mask.report import Report

DPI = 200
_MAX_PIXELS = 60_000_000
_SMALL = 6.0
"""Points: pictures lower than this hold no text."""

# Closed outlines of letters in almost every text face; enough to notice a character map that lies.
_CONTOURS = {
    **dict.fromkeys("cfhklmnrstuvwxyzCEFGHIJKLMNSTUVWXYZ12357", 1),
    **dict.fromkeys("abdeijopqADOPQR069", 2),
    **dict.fromkeys("B8", 3),
    **dict.fromkeys("äöÄÖåÅ", 4),
}


Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Reading:
    """What a picture says.

    Args:
        picture: the pixels.
        words: as read.
        hits: indices of words that name someone, and guesses beside them.
    """

    picture: Image.Image
    words: list[Word]
    hits: set[int] = field(default_factory=set)


def lies(font: Font) -> bool:
    """Whether a font's outlines contradict its character map: letters have the wrong number of closed contours."""
    if font.type3 or not font.program_key or font.program is None:
        return False
    wrong = right = 0
    seen: set[str] = set()
    for code, text in list(font.reading.items()):
        expected = _CONTOURS.get(text)
        if expected is None or text in seen:
            continue
        seen.add(text)
        found = font.program.contours(font.gid(code))
        if found == expected or (text in "äöÄÖåÅ" and found >= 2) or (text in "ij" and found >= 1):
            right += 1
        else:
            wrong += 1
    return wrong >= 3 and wrong > 0.35 * (wrong + right)


def unread(shows: Sequence[Show]) -> bool:
    """Whether a page shows glyphs without a text that could spell something: more than bullets and ticks."""
    pieces: dict[int, set[int]] = {}
    for show in shows:
        if UNREAD in show.text and show.mode != 3:
            reading = show.font.reading
            strange = {code for code in show.codes if reading[code] == UNREAD}
            pieces.setdefault(id(show.font), set()).update(strange)
    return any(len(codes) > 2 for codes in pieces.values())


def outlined(paints: Sequence[Paint]) -> bool:
    """Whether letters may have been drawn as outlines: many small curved shapes, or one made of very many."""
    small = 0
    for paint in paints:
        if paint.kind == "form" and paint.ref is not None and paint.ref.target.read_bytes().count(b" c\n") > 60:
            return True
        if paint.kind != "path" or paint.body[-1] in (b"S", b"s"):
            continue
        curves = sum(1 for token in paint.body if token in (b"c", b"v", b"y"))
        starts = paint.body.count(b"m")
        if len(paint.body) < 40 and curves < 2:
            continue
        if starts >= 8 and (curves >= 8 or len(paint.body) > 400):
            return True
        ys = [y for _, y in paint.points()]
        if ys and max(ys) - min(ys) < 60:
            small += 1
    return small >= 8


def pictures(items: Sequence[Any]) -> list[Paint]:
    """The pictures of a page that may hold text."""
    out = []
    for item in items:
        if isinstance(item, Paint) and item.kind in ("image", "inline"):
            points = item.points()
            width = max(p[0] for p in points) - min(p[0] for p in points)
            height = max(p[1] for p in points) - min(p[1] for p in points)
            if min(width, height) >= _SMALL and max(width, height) >= 2 * _SMALL and not _one_colour(item):
                out.append(item)
    return out


def clusters(paints: Sequence[Paint]) -> list[tuple[list[Paint], Box]]:
    """Group pictures that touch: scanners cut pages into strips, and a word may lie across a cut."""
    out: list[tuple[list[Paint], Box]] = []
    for paint in paints:
        points = paint.points()
        box = (
            min(p[0] for p in points), min(p[1] for p in points), max(p[0] for p in points), max(p[1] for p in points)
        )  # fmt: skip
        together = [paint]
        for other, seen in [c for c in out if _touch(c[1], box)]:
            out.remove((other, seen))
            together = [*other, *together]
            box = min(box[0], seen[0]), min(box[1], seen[1]), max(box[2], seen[2]), max(box[3], seen[3])
        out.append((together, box))
    return out


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] + 1 and b[0] < a[2] + 1 and a[1] < b[3] + 1 and b[1] < a[3] + 1


def _one_colour(paint: Paint) -> bool:
    target = paint.ref.target if paint.ref is not None else None
    return target is not None and int(target.get("/Width", 2)) * int(target.get("/Height", 2)) < 64


def render_pictures(paints: Sequence[Paint], box: tuple[float, float, float, float]) -> Image.Image:
    """Draw only these pictures on white."""
    with pikepdf.new() as pdf:
        copier = Copier(pdf, images.clean)
        content, res = Writer(Embedder(pdf, copier), copier).write([replace_gs(p) for p in paints])
        page = Dictionary(
            Type=Name.Page, MediaBox=Array([round(v, 3) for v in box]), Resources=res, Contents=pdf.make_stream(content)
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        out = io.BytesIO()
        pdf.save(out)
    return render(out.getvalue(), 0, None)


def replace_gs(paint: Paint) -> Paint:
    """A picture without layers, so that hidden ones are read too."""
    return Paint(replace(paint.gfx, oc=()), paint.kind, paint.body, paint.ref, None, paint.hidden)


def render(data: bytes, number: int, password: str | None) -> Image.Image:
    """Draw a page as a viewer would.

    Raises:
        Blocked: it can't be drawn, or is too large.
    """
    try:
        with pypdfium2.PdfDocument(data, password=password) as pdf:
            if pdf.get_formtype():
                pdf.init_forms()
            page = pdf[number]
            width, height = page.get_size()
            if width * height * (DPI / 72) ** 2 > _MAX_PIXELS:
                raise Blocked(N_("A page is too large to be drawn for reading."), N_("Split it."))
            page.set_rotation(0)
            bitmap = page.render(scale=DPI / 72, may_draw_forms=True)
            return bitmap.to_pil().convert("RGB")  # type: ignore[no-any-return]
    except pypdfium2.PdfiumError:
        raise Blocked(N_("A page can't be drawn for reading."), N_("Print the document to a new PDF.")) from None


def read(picture: Image.Image, finder: Finder, report: Report, part: str, rotation: int = 0) -> Reading:
    """Read a picture and find people in it.

    Args:
        rotation: by how much the page is turned when shown, degrees clockwise; the words' boxes are of the page as
            it is drawn.
    """
    turned = picture.rotate(-rotation, expand=True) if rotation else picture
    seen = ocr.words(turned, DPI)
    if rotation:
        seen = [_turned_back(word, turned.size, rotation) for word in seen]
    found = Reading(picture, seen)
    lines = _lines(found.words)
    text, places = _text(found.words, lines)
    for span in finder.find(text):
        if span.certainty == "review":
            report.review.append((part, span.kind))
            continue
        found.hits |= {i for i, start, end in places if start < span.end and span.start < end}
    for line in lines:  # a guess beside a hit may be the rest of the name
        for position, i in enumerate(line):
            beside = {line[p] for p in (position - 1, position + 1) if 0 <= p < len(line)}
            if i not in found.hits and found.words[i].confidence < ocr.UNSURE and beside & found.hits:
                report.review.append((part, "word beside a find that could not be read surely, painted over"))
                found.hits.add(i)
    if not found.hits and any(w.confidence < ocr.UNSURE and len(w.text) > 2 for w in found.words):
        report.review.append((part, "text in a picture that could not be read surely"))
    return found


def _turned_back(word: Word, size: tuple[int, int], rotation: int) -> Word:
    width, height = size
    box = word.left, word.top, word.right, word.bottom
    if rotation == 90:
        box = word.top, width - word.right, word.bottom, width - word.left
    elif rotation == 180:
        box = width - word.right, height - word.bottom, width - word.left, height - word.top
    elif rotation == 270:
        box = height - word.bottom, word.left, height - word.top, word.right
    return Word(word.text, word.confidence, *box, word.line)


def _lines(words: Sequence[Word]) -> list[list[int]]:
    lines: dict[tuple[int, int, int], list[int]] = {}
    for i, word in enumerate(words):
        lines.setdefault(word.line, []).append(i)
    return list(lines.values())


def _text(words: Sequence[Word], lines: Sequence[Sequence[int]]) -> tuple[str, list[tuple[int, int, int]]]:
    """The words as one text, with each word's place; words cut at a line's end are joined in a second reading."""
    parts: list[str] = []
    places: list[tuple[int, int, int]] = []
    at = 0
    for keep in (True, False):
        for line in lines:
            for i in line:
                text = words[i].text
                cut = i == line[-1] and text[-1:] in HYPHENS
                shown = text[:-1] if cut and not keep else text
                places.append((i, at, at + len(shown)))
                gap = "" if cut else " "
                parts += (shown, gap)
                at += len(shown) + len(gap)
        parts.append("\n\n")
        at += 2
    return "".join(parts), places


def mark_boxes(
    found: Reading, boxes: Sequence[tuple[float, float, float, float]], origin: tuple[float, float, float, float]
) -> None:
    """Add words under these boxes (points on the page) to the hits: an existing text layer names someone there."""
    scale = DPI / 72
    for x0, y0, x1, y1 in boxes:
        left, right = (x0 - origin[0]) * scale, (x1 - origin[0]) * scale
        top, bottom = (origin[3] - y1) * scale, (origin[3] - y0) * scale
        covered = {
            i for i, w in enumerate(found.words)
            if w.left < right - 2 and w.right > left + 2 and w.top < bottom - 2 and w.bottom > top + 2
        }  # fmt: skip
        if covered:
            found.hits |= covered
        elif right > left and bottom > top:
            found.words.append(Word("", 100.0, int(left), int(top), int(right), int(bottom), (-2, len(found.words), 0)))
            found.hits.add(len(found.words) - 1)


def paint_over(found: Reading, label: LabelFont) -> list[Word]:
    """Paint the label over the hits and move the rest of each line up to it.

    Returns:
        the words as they stand now.
    """
    picture = found.picture
    pen = ImageDraw.Draw(picture)
    out: list[Word] = []
    original = picture.copy()
    for line in _lines(found.words):
        if not any(i in found.hits for i in line):
            out += [found.words[i] for i in line]
            continue
        out += _repaint(line, found, original, picture, pen, label)
    return out


def _repaint(
    line: list[int], found: Reading, original: Image.Image, picture: Image.Image, pen: Any, label: LabelFont
) -> list[Word]:
    words = sorted((found.words[i] for i in line), key=lambda w: w.left)
    hit = {id(found.words[i]) for i in line if i in found.hits}
    height = round(statistics.median(w.bottom - w.top for w in words))
    gap = max(4, round(0.3 * height))
    pad = max(2, round(0.18 * height))
    first = next(i for i, w in enumerate(words) if id(w) in hit)
    ground = _background(original, words[first])
    for word in words[first:]:
        pen.rectangle((word.left - pad, word.top - pad, word.right + pad, word.bottom + pad), fill=ground)
    out = words[:first]
    x = words[first].left
    rest = [w for w in words[first:] if id(w) not in hit]
    labels = sum(1 for i, w in enumerate(words) if id(w) in hit and (i == 0 or id(words[i - 1]) not in hit))
    room = original.width - x - 8 - sum(w.right - w.left + gap for w in rest)
    font = _font(label.text_shown, height, max(20.0, room / labels - gap))
    after_hit = False
    for word in words[first:]:
        if id(word) in hit:
            if not after_hit:
                base = words[first]
                width = round(font.getlength(label.text_shown))
                middle = (base.top + base.bottom) / 2
                pen.text((x, middle), label.text_shown, fill=(0, 0, 0), font=font, anchor="lm")
                out.append(Word(label.text_shown, 100.0, x, base.top, x + width, base.bottom, base.line))
                x += width + gap
            after_hit = True
            continue
        after_hit = False
        crop = original.crop((word.left - 1, word.top - pad, word.right + 1, word.bottom + pad))
        picture.paste(crop, (x - 1, word.top - pad))
        out.append(replace(word, left=x, right=x + word.right - word.left))
        x += word.right - word.left + gap
    return out


def _background(picture: Image.Image, word: Word) -> tuple[int, int, int]:
    """The paper's colour around a word."""
    box = picture.crop((max(0, word.left - 6), max(0, word.top - 6), word.right + 6, max(1, word.top - 1)))
    pixels = _pixels(box) or [(255, 255, 255)]
    return tuple(round(statistics.median(p[i] for p in pixels)) for i in range(3))  # type: ignore[return-value]


def _pixels(picture: Image.Image) -> list[tuple[int, int, int]]:
    data = picture.convert("RGB").tobytes()
    return list(zip(data[::3], data[1::3], data[2::3], strict=True))


def _font(text: str, height: int, room: float) -> Any:
    """The label's font as large as the line and the room allow."""
    data = resources.files("sigill.mask.pdf").joinpath("label.ttf").read_bytes()
    size = max(8, height)
    while size > 6:
        font = ImageFont.truetype(io.BytesIO(data), size, layout_engine=ImageFont.Layout.BASIC)
        if font.getlength(text) <= room:
            return font
        size -= 1
    return ImageFont.truetype(io.BytesIO(data), 6, layout_engine=ImageFont.Layout.BASIC)


def as_paint(pdf: pikepdf.Pdf, picture: Image.Image, box: tuple[float, float, float, float]) -> Paint:
    """A picture as an item that fills the box of its page."""
    grey = _grey(picture)
    data = io.BytesIO()
    (picture.convert("L") if grey else picture).save(data, "JPEG", quality=85, optimize=False)
    stream = pdf.make_stream(images.jpeg(data.getvalue()))
    stream["/Type"], stream["/Subtype"] = Name.XObject, Name.Image
    stream["/Width"], stream["/Height"] = picture.width, picture.height
    stream["/ColorSpace"] = Name.DeviceGray if grey else Name.DeviceRGB
    stream["/BitsPerComponent"] = 8
    stream["/Filter"] = Name.DCTDecode
    matrix = (box[2] - box[0], 0.0, 0.0, box[3] - box[1], box[0], box[1])
    return Paint(Gfx(ctm=matrix), "image", [b"Do"], Ref("/XObject", pdf.make_indirect(stream)))


def _grey(picture: Image.Image) -> bool:
    small = picture.resize((64, 64))
    return all(max(p) - min(p) < 12 for p in _pixels(small))


def text_layer(words: Sequence[Word], label: LabelFont, box: tuple[float, float, float, float]) -> list[Run]:
    """Invisible text over a picture, one run per word, so that it can be searched and read aloud."""
    scale = 72 / DPI
    out = []
    for word in words:
        codes = [ord(c) for c in word.text if label.gid(ord(c))]
        if not codes:
            continue
        width = sum(label.advance[code] for code in codes) / 1000
        size = max(1.0, round((word.bottom - word.top) * scale, 1))
        stretch = round((word.right - word.left) * scale / (width * size), 3) if width else 1.0
        style = Style(size, (max(0.05, stretch), 0.0, 0.0, 1.0), 0.0, 3, Gfx())
        y = box[3] - word.bottom * scale + 0.2 * size
        out.append(Run(label, style, codes, box[0] + word.left * scale, y))
    return out
