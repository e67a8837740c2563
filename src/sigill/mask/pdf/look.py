"""Decides which pages have to be looked at, and what becomes of what is seen there.

Looked at are pictures, pages whose letters may be drawn as outlines, and pages in fonts that can't be read or whose
character map is contradicted by the shapes of their letters.
"""

from collections.abc import Sequence
from typing import Any

import pikepdf

from sigill.errors import N_, Blocked
from sigill.mask.pdf import reading, scan
from sigill.mask.pdf.display import Paint, Show
from sigill.mask.pdf.emit import Drawn
from sigill.mask.pdf.fonts import UNREAD
from sigill.mask.pdf.label import LabelFont
from sigill.mask.pdf.page import PageWork, hit_boxes, inherited
from sigill.mask.report import Options, Report


class Looker:
    """Looks at pages of one document.

    Args:
        data: the document, to be drawn.
        new: the new document, for new pictures.
        label: the label's font.
    """

    def __init__(self, data: bytes, new: pikepdf.Pdf, label: LabelFont, options: Options, report: Report) -> None:
        self.data, self.new, self.label, self.options, self.report = data, new, label, options, report
        self._lying: dict[int, bool] = {}
        self._clean_pictures: set[Any] = set()

    def look(self, page: PageWork, finder: reading.Finder) -> None:
        """What can only be seen: letters in pictures, drawn as outlines, or in fonts that can't be trusted."""
        paints = [item for item in page.canvas.items if isinstance(item, Paint)]
        fonts = {id(show.font): show.font for show in page.shows if show.mode != 3}
        unread = scan.unread(page.shows)
        if unread and any(font.program_key and font.program is None for font in fonts.values()):
            raise Blocked(
                N_("Text is set in a damaged font, so it can't be read."),
                N_("Print the document to a new PDF and try again."), place=page.part,
            )  # fmt: skip
        if unread and _nobodys(page.shows):
            raise Blocked(
                N_("Text is written in codes that its font has no letters for."),
                N_("Print the document to a new PDF and try again."), place=page.part,
            )  # fmt: skip
        if unread or any(self._lies(font) for font in fonts.values()):
            self._look_at_whole(page, finder)
            return
        seen = scan.pictures(paints)
        if scan.outlined(paints):
            self._look_at_pictures(page, paints, page.box, finder)
            return
        for together, box in scan.clusters(seen):
            self._look_at_pictures(page, together, box, finder)

    def _lies(self, font: Any) -> bool:
        if id(font) not in self._lying:
            self._lying[id(font)] = scan.lies(font)
        return self._lying[id(font)]

    def _look_at_whole(self, page: PageWork, finder: reading.Finder) -> None:
        rotation = int(inherited(page.source, "/Rotate") or 0) % 360
        found = scan.read(
            scan.render(self.data, page.number, self.options.password), finder, self.report, page.part, rotation
        )
        self.report.review.append((page.part, "letters that can't be read as text; the page was read by OCR"))
        if not found.words and not page.paragraphs:
            return
        known = scan.Reading(found.picture, list(found.words))
        scan.mark_boxes(known, list(hit_boxes(page)), page.box)
        if not found.hits - known.hits and not any(self._lies(show.font) for show in page.shows):
            return
        if not found.hits and not page.hits:
            return
        found.hits |= known.hits
        found.words = known.words
        self.report.took(page.part, "picture", len(found.hits))
        words = scan.paint_over(found, self.label)
        layer = scan.text_layer(words, self.label, page.box) if not rotation else []
        page.whole = [scan.as_paint(self.new, found.picture, page.box), *layer]

    def _look_at_pictures(self, page: PageWork, together: list[Paint], box: scan.Box, finder: reading.Finder) -> None:
        """Read pictures that touch; where someone stands, they become one picture with the label."""
        rotation = int(inherited(page.source, "/Rotate") or 0) % 360
        key = tuple(
            (p.ref.key if p.ref else b"".join(p.body), tuple(round(v, 2) for v in p.gfx.ctm[:4]),
             round(p.gfx.ctm[4] - box[0], 1), round(p.gfx.ctm[5] - box[1], 1))
            for p in together
        )  # fmt: skip
        layer = [b for b in hit_boxes(page, hidden_only=True) if scan._touch(b, box)]
        if key in self._clean_pictures and not layer:
            return
        found = scan.read(scan.render_pictures(together, box), finder, self.report, page.part, rotation)
        scan.mark_boxes(found, layer, box)
        if not found.hits:
            self._clean_pictures.add(key)
            return
        self.report.took(page.part, "picture", len(found.hits))
        words = scan.paint_over(found, self.label)
        out: list[Drawn] = [scan.as_paint(self.new, found.picture, box)]
        has_layer = any(show.mode == 3 for show in page.shows)
        if not has_layer and not rotation:
            out += scan.text_layer(words, self.label, box)
        for paint in together:
            page.pictures[id(paint)] = []
        first = min(i for i, item in enumerate(page.canvas.items) if id(item) in page.pictures)
        covered = any(
            isinstance(item, Show) and box[0] < item.end and item.x < box[2] and box[1] < item.y < box[3]
            for item in page.canvas.items[:first]
        )
        if covered or len(together) > 1:
            page.under += out  # a picture of several things must not hide text that stood between them
        else:
            page.pictures[id(together[0])] = out


def _nobodys(shows: Sequence[Show]) -> bool:
    """Whether all text of a page is in codes that mean nothing: each reader, OCR included, sees something else."""
    return all(
        not (show.font.embedded or show.font.type0 or show.font.symbols) and not show.text.replace(UNREAD, "").strip()
        for show in shows
    )
