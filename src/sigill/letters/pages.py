"""A letter's pages as pictures to look at, with chosen words marked wherever they stand.

Promise: every place where a marked text can be read is framed, and counted. Modesty: it shows; it does not search for
what should not be there (`sigill.verify` does).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
from PIL import Image, ImageDraw

SCALE = 1.6
"""Pixels per point of a page picture: an A4 page is some 950 × 1350."""
_FILL, _EDGE = (255, 214, 0, 90), (122, 62, 0, 255)


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """One page as a picture, and its text.

    Args:
        marks: how many places are marked.
    """

    png: bytes
    width: int
    height: int
    marks: int
    text: str


Ranges = tuple[tuple[tuple[int, int], ...], ...]
"""For each page: (first character, how many) of what is to be marked, counted in the page's text."""


def texts(pdf: bytes) -> tuple[str, ...]:
    """Each page's text, in which `Ranges` count."""
    return tuple(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def render(pdf: bytes, marked: tuple[str, ...], ranges: Ranges = ()) -> tuple[Page, ...]:
    """Render a PDF.

    Args:
        pdf: one of our own letters.
        marked: texts to mark wherever they stand, for instance the labels in a notification.
        ranges: places to mark, for instance the names in a record.
    """
    pages = []
    document = pypdfium2.PdfDocument(pdf)
    for at, page in enumerate(document):
        text = page.get_textpage()
        picture = page.render(scale=SCALE).to_pil().convert("RGBA")
        layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
        pen = ImageDraw.Draw(layer)
        places = [*(ranges[at] if ranges else ()), *_found(text, marked)]
        for place in places:
            for number in range(text.count_rects(*place)):
                left, bottom, right, top = text.get_rect(number)
                box = (left, page.get_height() - top, right, page.get_height() - bottom)
                x0, y0, x1, y1 = (SCALE * value for value in box)
                pen.rectangle((x0 - 3, y0 - 3, x1 + 3, y1 + 3), fill=_FILL, outline=_EDGE, width=2)
        out = io.BytesIO()
        Image.alpha_composite(picture, layer).convert("RGB").save(out, "PNG", compress_level=6)
        pages.append(Page(out.getvalue(), picture.width, picture.height, len(places), _shown(text)))
    return tuple(pages)


def _found(text: Any, marked: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    for wanted in marked:
        search = text.search(wanted, match_case=True)
        while hit := search.get_next():
            yield hit


def _shown(text: Any) -> str:
    # pdfium writes a hyphen at a line's end as U+FFFE, which is no character and may stand in no web page.
    shown: str = text.get_text_range().replace("\ufffe", "-")
    return shown
