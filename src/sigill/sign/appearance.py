"""What a visible signature looks like: two to four short lines, set with typst, drawn into the signature field.

What it does: sets the lines with the letters' own font and gives pyHanko a stamp whose fonts are embedded, so that a
letter that is PDF/A-3a and PDF/UA-1 stays so (pyHanko's own text stamp breaks PDF/A).

What it does not do: the picture proves nothing. Only the signature does; `sigill.sign.validate` reads that.
"""

import datetime as dt
import functools
import io
import json
import threading
from pathlib import Path
from typing import Any

import typst
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.stamp import StaticStampStyle

from sigill.errors import N_, BadInput
from sigill.sign.field import SIGNATURE_RECT

WIDTH = SIGNATURE_RECT[2] - SIGNATURE_RECT[0]
HEIGHT = SIGNATURE_RECT[3] - SIGNATURE_RECT[1]

# The lines come in as data, never as typst source, so that no name can be read as markup.
_TEMPLATE = """
#let given = json(bytes(sys.inputs.lines))
#set page(width: {width}pt, height: {height}pt, margin: (left: 8pt, right: 2pt, y: 3pt), fill: none)
#set text(font: {font}, size: 8pt, lang: "sv", fallback: false, hyphenate: false)
#set par(leading: 3.2pt, spacing: 3.2pt)
#place(left + horizon, dx: -8pt, rect(width: 1.5pt, height: 100%, fill: rgb("#1c4a7d"), stroke: none))
#let lines = block(width: {room}pt, {{
  text(weight: "bold", given.at(0))
  for line in given.slice(1) {{ linebreak(); text(line) }}
}})
#context {{
  let size = measure(lines)
  let factor = calc.min(1, {tall}pt / size.height)
  align(left + horizon, scale(factor * 100%, origin: left + horizon, reflow: true, lines))
}}
"""


def person_lines(name: str, title: str, date: dt.date) -> tuple[str, ...]:
    """The lines of a personal signature: what it is, who, as what, when."""
    return tuple(line for line in ("Elektroniskt undertecknat", name, title, date.isoformat()) if line)


def e_seal_lines(organisation: str, date: dt.date) -> tuple[str, ...]:
    """The lines of an organisation's seal: what it is, whose, when."""
    return ("Elektronisk stämpel", organisation, date.isoformat())


def appearance(lines: tuple[str, ...], font_folder: Path | None = None) -> StaticStampStyle:
    """Set `lines` as the picture of a visible signature, the size of `SIGNATURE_RECT`.

    Args:
        lines: at most five; the first is set in bold. Long lines are wrapped, and all is scaled to fit.
        font_folder: where the letters' Noto Sans lies; without it, typst's own font is used.

    Raises:
        BadInput: no line, too many or too long lines, or a character that the font lacks.
    """
    if not 1 <= len(lines) <= 5 or any(not 0 < len(line) <= 200 for line in lines):
        raise BadInput(N_("A visible signature has one to five short lines."), N_("Shorten the title."))
    return StaticStampStyle(
        background=_Page(_opened(lines, font_folder)),
        background_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MIN,
            y_align=AxisAlignment.ALIGN_MIN,
            margins=Margins.uniform(0),  # type: ignore[no-untyped-call]
        ),
        background_opacity=1.0,
        border_width=0,
    )


def _typeset(lines: tuple[str, ...], font_folder: Path | None) -> bytes:
    own_font = font_folder is not None and any(font_folder.glob("*.ttf"))
    source = _TEMPLATE.format(
        width=WIDTH,
        height=HEIGHT,
        room=WIDTH - 10,
        tall=HEIGHT - 6,
        font=json.dumps("Noto Sans" if own_font else "Libertinus Serif"),
    )
    try:
        return bytes(
            typst.compile(  # type: ignore[misc]
                source.encode(),
                sys_inputs={"lines": json.dumps(lines)},
                font_paths=[str(font_folder)] if own_font else [],
                ignore_system_fonts=True,
                pdf_standards=["a-3b"],  # refuses a character without a glyph; the page itself is never handed out
                timestamp=0,
                pdf_tags=False,  # marked content inside a widget's picture would point into no structure
            )
        )
    except typst.TypstError:
        raise BadInput(
            N_("The visible signature cannot be set: its lines hold a character that the font lacks."),
            N_("Write the name and title with other characters."),
        ) from None


@functools.lru_cache(maxsize=256)
def _opened(lines: tuple[str, ...], font_folder: Path | None) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(_typeset(lines, font_folder)))


_DRAWING = threading.Lock()  # an opened page keeps what it has read, for all who draw it


class _Page(PdfContent):
    """One opened PDF page as drawable content; draws itself afresh for each document."""

    def __init__(self, page: PdfFileReader) -> None:
        super().__init__()
        self._page = page

    def render(self) -> bytes:
        writer: Any = self._ensure_writer
        with _DRAWING:
            drawn = writer.import_page_as_xobject(self._page)
        self.resources.xobject["/Picture"] = drawn
        self.box = BoxConstraints(width=WIDTH, height=HEIGHT)
        return b"/Picture Do"
