"""Sets touched paragraphs again and says, for every page of the result, what it shows in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sigill.mask.pdf import flow, lines, relay
from sigill.mask.pdf.display import Paint, Show
from sigill.mask.pdf.emit import Drawn
from sigill.mask.pdf.label import LabelFont
from sigill.mask.pdf.page import PageWork, is_picture, picture_boxes
from sigill.mask.pdf.relay import Laid, Run
from sigill.mask.report import Fate


class Recomposer:
    """Recomposes the pages of one document.

    Args:
        label: the label's font.
        words_seen: hyphenated words of the document; see `relay.lay`.

    Attributes:
        places: where everything is now; filled by `pages`.
    """

    def __init__(self, label: LabelFont, words_seen: set[str]) -> None:
        self.label = label
        self.words_seen = words_seen
        self.places = flow.Places()

    def pages(self, pages: Sequence[PageWork]) -> tuple[list[list[Drawn]], list[int], list[Fate]]:
        """Recompose all pages.

        Returns:
            for each page of the result: what it shows; the source page whose format, head and foot it has; its fate.
        """
        self.places, order = flow.Setter(self._lay(pages)).run()
        return self._drawn(pages, order), order, [self._fate(pages[number]) for number in order]

    def side(self, work: PageWork) -> list[Drawn]:
        """A pattern or mask: lines set again where they stood."""
        self._set_again(work, set())
        work.fixed = {id(p) for p in work.paragraphs}
        return [item for _, item in self._items(work)]

    def _fate(self, page: PageWork) -> Fate:
        if page.whole or page.pictures:
            return "image"
        if page.number in self.places.moved:
            return "reset"
        return "in_place" if page.laid or page.gone else "untouched"

    def _lay(self, pages: Sequence[PageWork]) -> list[flow.Sheet]:
        """Set touched paragraphs again, and say what of each page flows."""
        running = flow.furniture([(page.box, page.paragraphs) for page in pages])
        sheets = []
        for page in pages:
            self._set_again(page, running)
            still = bool(page.whole) or is_picture(page)  # a scan's text layer stays over its picture
            fixed = [p for p in page.paragraphs if still or id(p) in running or p.segments[0].angle]
            page.fixed = {id(p) for p in fixed}
            body = [p for p in page.paragraphs if id(p) not in page.fixed]
            middle = (page.box[1] + page.box[3]) / 2
            feet = [p for p in fixed if not p.segments[0].angle and p.segments[0].y < middle]
            floor = max((p.segments[0].y + p.segments[0].em + 3 for p in feet), default=page.box[1])
            heads = [p for p in fixed if not p.segments[0].angle and p.segments[0].y >= middle]
            ceiling = min((p.segments[0].y - 0.3 * p.segments[0].em for p in heads), default=page.box[3])
            stays = still or any(p.segments[0].angle for p in fixed)
            pictures = [box for box in picture_boxes(page) if floor < box[1] and box[3] < ceiling]
            sheets.append(flow.Sheet(page.number, page.box, body, pictures, ceiling, floor, page.laid, stays))
        return sheets

    def _set_again(self, page: PageWork, running: set[int]) -> None:
        hit = page.hits.glyphs
        if not hit:
            return
        for paragraph in page.paragraphs:
            if any(id(show) in hit for s in paragraph.segments for show in s.shows):
                page.laid[id(paragraph)] = relay.lay(
                    paragraph, hit, self.label, self.words_seen, id(paragraph) in running
                )

    def _drawn(self, pages: Sequence[PageWork], order: Sequence[int]) -> list[list[Drawn]]:
        """What each new page shows, in drawing order."""
        out: list[list[Drawn]] = [[] for _ in order]
        homes: dict[int, list[int]] = {}
        for new, number in enumerate(order):
            homes.setdefault(number, []).append(new)
        for page in pages:
            own = homes.get(page.number, [])
            if page.whole:
                for number in own:
                    out[number] += page.whole
                continue
            for where, item in self._items(page):
                for number in own if where is None else [where]:
                    out[number].append(item)
        return out

    def _items(self, page: PageWork) -> Iterator[tuple[int | None, Drawn]]:
        """A page's items and the new page each belongs to; None for its own."""
        flows = page.number in self.places.moved
        replaced: dict[int, Laid | None] = {}
        heights: dict[int, tuple[int, float]] = {}
        struck: set[int] = set()
        rules = [item for item in page.canvas.items if isinstance(item, Paint) and item.kind == "path"]
        for paragraph in page.paragraphs:
            laid = page.laid.get(id(paragraph))
            lines_ = self.places.lines.get(id(paragraph)) if flows and id(paragraph) not in page.fixed else None
            for number, segment in enumerate(paragraph.segments):
                for show in segment.shows:
                    for one in (show, *(show.also or ())):
                        if laid is not None:
                            replaced[id(one)] = laid if one.order == laid.order else None
                        elif lines_ is not None:
                            where, y = lines_[number]
                            heights[id(one)] = (where, y + flow.tick(one.y - segment.y) / flow.TICK)
                if laid is not None and rules:
                    struck |= {id(paint) for paint in lines.underlines(rules, segment)}
        for under in page.under:
            yield None, under
        written: set[int] = set()
        for item in page.canvas.items:
            if isinstance(item, Paint):
                if id(item) in struck or (item.hidden and item.hidden in page.gone):
                    continue
                kept: list[Drawn] = [item]
                for one in page.pictures.get(id(item), kept):
                    moved: list[tuple[int, Paint]] = []
                    if flows and isinstance(one, Paint):
                        moved = flow.move(one, page.number, self.places, page.box)
                    if moved:
                        yield from moved
                    else:
                        yield None, one
            elif not item.text.strip():
                continue
            elif id(item) in replaced:
                laid = replaced[id(item)]
                if laid is not None and id(laid) not in written:
                    written.add(id(laid))
                    yield from self._laid_runs(laid, page, flows)
            else:
                yield self._kept_run(item, page, heights.get(id(item)))

    def _laid_runs(self, laid: Laid, page: PageWork, flows: bool) -> Iterator[tuple[int | None, Run]]:
        own = self.places.lines.get(id(laid.paragraph)) if flows and id(laid.paragraph) not in page.fixed else None
        for number, line in enumerate(laid.lines):
            for run in line:
                if own is None:
                    yield None, run
                    continue
                where, run.y = own[number]
                clip = flow.moved_clip(run.style.gfx.clip, page.number, self.places, page.box)
                run.style = replace(run.style, gfx=replace(run.style.gfx, clip=clip))
                yield where, run

    def _kept_run(self, show: Show, page: PageWork, height: tuple[int, float] | None) -> tuple[int | None, Run]:
        run = relay.untouched(show)
        if height is None:
            return None, run
        run.y = height[1]
        clip = flow.moved_clip(run.style.gfx.clip, page.number, self.places, page.box)
        run.style = replace(run.style, gfx=replace(run.style.gfx, clip=clip))
        return height[0], run
