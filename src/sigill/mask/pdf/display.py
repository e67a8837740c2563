"""The interpreter: a page's content stream as a list of what it shows, in drawing order (ISO 32000-1, 8 and 9).

Every item carries its whole graphics state in page coordinates, so that it can be drawn again on its own, in any
order and place, and so that nothing is left of operators that show nothing: two streams that look the same give the
same list. Forms that hold text are drawn into the page; forms without text stay what they are.

It does not judge what it reads: `lines` does that. Text used as a clipping path is drawn but does not clip; the
canvas says so (`odd`).
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf

from sigill.errors import N_, Blocked
from sigill.mask.pdf import lex
from sigill.mask.pdf.fonts import Font
from sigill.mask.pdf.images import jpeg

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
MAX_ITEMS = 1_000_000
MAX_FORM_DEPTH = 12
MAX_STATES = 512


def multiply(m: Matrix, n: Matrix) -> Matrix:
    """m, then n."""
    a, b, c, d, e, f = m
    g, h, i, j, k, l = n  # noqa: E741
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l
    )  # fmt: skip


def invert(m: Matrix) -> Matrix | None:
    """The inverse, or None where there is none."""
    a, b, c, d, e, f = m
    det = a * d - b * c
    if abs(det) < 1e-12:
        return None
    return (d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det)


def apply(m: Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


@dataclass(frozen=True, slots=True)
class Ref:
    """A named resource, whichever dictionary it was named in."""

    category: str
    target: pikepdf.Object

    @property
    def key(self) -> tuple[str, Any]:
        target = self.target
        generation = getattr(target, "objgen", (0, 0))
        return self.category, (generation if generation != (0, 0) else _plain(target))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ref) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def _plain(target: pikepdf.Object) -> bytes:
    return bytes(target.unparse(resolved=False)) if isinstance(target, pikepdf.Object) else repr(target).encode()


Paint_ = tuple[Any, ...]
"""A colour: operands and operator, `Ref`s for names: (b"0 0 0 rg",) or (Ref, b"cs", b"0.1", Ref, b"scn")."""

BLACK_FILL: Paint_ = (b"0 g",)
BLACK_STROKE: Paint_ = (b"0 G",)

Clip = tuple[tuple[float, float, float, float] | None, tuple[bytes, ...]]
"""A box in page coordinates (or None), and further clipping paths in page coordinates."""


@dataclass(slots=True)
class Gfx:
    """The graphics state apart from text (8.4). Never changed once made; not frozen only because that is slow."""

    ctm: Matrix = IDENTITY
    clip: Clip = (None, ())
    fill: Paint_ = BLACK_FILL
    stroke: Paint_ = BLACK_STROKE
    params: tuple[tuple[bytes, bytes], ...] = ()
    gs: tuple[Ref, ...] = ()
    oc: tuple[Any, ...] = ()


@dataclass(slots=True)
class Paint:
    """Something drawn that is not text.

    Args:
        kind: `path`, `image`, `form`, `inline`, `shade`.
        body: the operators, without resource names.
        ref: the resource, if one is named.
        box: corners in user space if the path is a simple one, for `lines` to see rules and underlines.
    """

    gfx: Gfx
    kind: str
    body: list[bytes]
    ref: Ref | None = None
    segments: list[tuple[bytes, tuple[float, ...]]] | None = None
    hidden: int = 0
    drop: bool = False

    def points(self) -> list[tuple[float, float]]:
        """Where its corners lie on the page."""
        box: Sequence[float]
        ctm = self.gfx.ctm
        if self.kind == "path":
            out = []
            for op, v in self.path():
                if op == b"re":
                    x, y, w, h = v
                    out += [apply(ctm, *p) for p in ((x, y), (x + w, y), (x + w, y + h), (x, y + h))]
                else:
                    out += [apply(ctm, v[i], v[i + 1]) for i in range(0, len(v) - 1, 2)]
            return out
        if self.kind == "form" and self.ref is not None:
            box = [float(v) for v in self.ref.target.get("/BBox", [0, 0, 0, 0])]
            inner = matrix_of(self.ref.target.get("/Matrix"))
            ctm = multiply(inner, ctm)
            return [apply(ctm, x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        if self.kind == "shade":
            box = self.gfx.clip[0] or (0, 0, 0, 0)
            return [(box[0], box[1]), (box[2], box[3])]
        return [apply(ctm, x, y) for x in (0, 1) for y in (0, 1)]

    def path(self) -> list[tuple[bytes, tuple[float, ...]]]:
        """The path's segments, numbers read."""
        if self.segments is None:
            self.segments = path_segments(self.body)
        return self.segments


def path_segments(body: list[bytes]) -> list[tuple[bytes, tuple[float, ...]]]:
    """Cut `10 20 m 30 20 l` into segments."""
    out: list[tuple[bytes, tuple[float, ...]]] = []
    numbers: list[float] = []
    for token in body:
        if token in _PATH_OPS:
            out.append((token, tuple(numbers)))
            numbers = []
        else:
            numbers.append(lex.number(token))
    return out


_PATH_OPS = {b"m": 2, b"l": 2, b"c": 6, b"v": 4, b"y": 4, b"re": 4, b"h": 0}


@dataclass(slots=True)
class Show:
    """A piece of text on one baseline, without great gaps.

    Args:
        font, size: as set by Tf.
        matrix: text space to page, at its first glyph (9.4.4).
        spacing: (Tc, Tw, Th), Th as a factor.
        rise, mode: Ts and Tr.
        codes: character codes.
        adjust: (index, thousandths) from TJ: moved back before the code at `index`.
        text: what it says, U+FFFD where unread.
        width: its length in text space, all spacing included.
        x, y, em, angle: where it starts in its line's frame, the size of its em on the page, its direction; set by
            `lines`.
        actual: number of the ActualText span it stands in, 0 for none.
        parts: its glyphs one by one, if other pieces lie between them.
        also: pieces that fall with this one: what it was taken from, and what is drawn twice over it.
    """

    gfx: Gfx
    font: Font
    size: float
    matrix: Matrix
    spacing: tuple[float, float, float]
    rise: float
    mode: int
    codes: list[int]
    adjust: list[tuple[int, float]]
    text: str
    width: float
    actual: int = 0
    order: int = 0
    x: float = 0.0
    y: float = 0.0
    end: float = 0.0
    em: float = 0.0
    angle: float = 0.0
    drop: bool = False
    parts: "list[Show] | None" = None
    also: "list[Show] | None" = None

    def offsets(self) -> list[float]:
        """Start of each glyph in text space, and after the last one its own natural end."""
        tc, tw, th = self.spacing
        size = self.size / 1000
        spaces = not self.font.type0
        advance = self.font.advance
        adjust = dict(self.adjust)
        out, x = [], 0.0
        for i, code in enumerate(self.codes):
            if i in adjust:
                x -= adjust[i] * size * th
            out.append(x)
            x += (advance[code] * size + tc + (tw if spaces and code == 32 else 0.0)) * th
        last = self.codes[-1]
        out.append(x - (tc + (tw if spaces and last == 32 else 0.0)) * th)
        return out

    def char_to_glyph(self) -> list[int]:
        """For each character of `text`, the index of its glyph."""
        if len(self.text) == len(self.codes):
            return list(range(len(self.codes)))
        reading = self.font.reading
        return [i for i, code in enumerate(self.codes) for _ in reading[code]]


Item = Paint | Show


@dataclass(slots=True)
class Canvas:
    """What one content stream shows.

    Args:
        items: in drawing order.
        actual: the texts of marked content's ActualText, Alt and E, by number.
        odd: reasons why drawing it again may not look or read the same.
        tagged: whether it held marked content that belongs to a structure tree.
    """

    items: list[Item] = field(default_factory=list)
    actual: list[str] = field(default_factory=lambda: [""])
    odd: set[str] = field(default_factory=set)
    tagged: bool = False

    def shows(self) -> list[Show]:
        return [item for item in self.items if isinstance(item, Show)]


_HELVETICA = pikepdf.Dictionary(
    Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
    Encoding=pikepdf.Name.WinAnsiEncoding,
)  # fmt: skip


class Fonts:
    """The fonts of one document, each read once."""

    def __init__(self) -> None:
        self._by_id: dict[Any, Font] = {}

    def get(self, source: pikepdf.Object) -> Font:
        key = source.objgen if source.objgen != (0, 0) else _plain(source)
        font = self._by_id.get(key)
        if font is None:
            font = self._by_id[key] = Font(source)
        return font

    def fallback(self) -> Font:
        """What readers take where a page names a font it does not have."""
        return self.get(_HELVETICA)


def matrix_of(array: Any) -> Matrix:
    """A matrix array, or the identity."""
    if array is None or len(array) != 6:
        return IDENTITY
    a, b, c, d, e, f = (float(v) for v in array)
    return a, b, c, d, e, f


class Resources:
    """A resource dictionary, each name looked up once."""

    def __init__(self, source: Any, above: "Resources | None" = None) -> None:
        self.source = source if isinstance(source, pikepdf.Dictionary) else pikepdf.Dictionary()
        self.above = above
        self._found: dict[tuple[str, bytes], Any] = {}

    def get(self, category: str, token: bytes) -> Any:
        """The resource named by a token such as `b"/F1"`, or None. A form without its own resources uses its page's."""
        key = (category, token)
        if key not in self._found:
            entries = self.source.get(category)
            found = entries.get(lex.name(token)) if isinstance(entries, pikepdf.Dictionary) else None
            if found is None and self.above is not None:
                found = self.above.get(category, token)
            self._found[key] = found
        return self._found[key]


_GAP = 180.0
"""A backward TJ adjustment (thousandths of an em) from which on a piece of text ends: less than any word space."""

_OPERAND = frozenset(b"0123456789+-./(<[]>{}")
_WORDS = (b"true", b"false", b"null")
_TEXT_OPS = frozenset((b"Tj", b"TJ", b"'", b'"', b"Tm", b"Td", b"TD", b"Tf"))
_WITH_TEXT = frozenset((b"Tj", b"TJ", b"'", b'"', b"BDC", b"d"))
_IGNORED = frozenset((b"d0", b"d1", b"BX", b"EX"))


class Interpreter:
    """Reads one page (or pattern, or appearance) into a `Canvas`; `drawn` gets the XObjects it drew.

    Args:
        fonts: the document's fonts.
        has_text: whether a form XObject shows text, itself or through others; see `readin`.
    """

    def __init__(self, fonts: Fonts, has_text: Callable[[pikepdf.Object], bool]) -> None:
        self.fonts = fonts
        self.has_text = has_text
        self.canvas = Canvas()
        self.drawn: set[Any] = set()

    def run(self, data: bytes, resources: Any, matrix: Matrix = IDENTITY, clip: Any = None) -> Canvas:
        """Interpret a stream.

        Args:
            data: the decoded content stream.
            resources: its resource dictionary.
            matrix: its space to the page's.
            clip: a box (x0, y0, x1, y1) in its own space it is cut to.

        Raises:
            Blocked: nested too deep, too much of it, or unbalanced beyond reading.
        """
        gfx = Gfx(ctm=matrix)
        if clip is not None:
            gfx = replace(gfx, clip=_box_clip(gfx, clip))
        self._stream(data, Resources(resources), gfx, 0, frozenset())
        return self.canvas

    # One loop and one branch per operator: this is where the time of reading a page goes.
    def _stream(  # noqa: PLR0915
        self, data: bytes, res: Resources, gfx: Gfx, depth: int, inside: frozenset[Any], actual: int = 0
    ) -> None:
        items = self.canvas.items
        stack: list[bytes] = []
        states: list[tuple[Gfx, Any]] = []
        path: list[bytes] = []
        clip_next = b""
        tm = line = IDENTITY
        font: Font | None = None
        size, tc, tw, th, tl, rise, mode = 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0
        number = lex.number
        marks: list[tuple[int, tuple[Any, ...]]] = []
        oc = gfx.oc

        for token in lex.tokens(data):
            if token[0] in _OPERAND or token in _WORDS:
                stack.append(token)
                continue
            op = token
            try:
                # text
                if op in (b"Tj", b"TJ", b"'", b'"'):
                    if op in (b"'", b'"'):
                        if op == b'"':
                            tw, tc = number(stack[-3]), number(stack[-2])
                        line = tm = multiply((1, 0, 0, 1, 0, -tl), line)
                    if font is None:
                        font = self.fonts.fallback()
                        self.canvas.odd.add("font")
                    if op == b"TJ":
                        first = stack.index(b"[")
                        parts = stack[first + 1 : -1]
                    else:
                        first, parts = len(stack) - (3 if op == b'"' else 1), stack[-1:]
                    if first:
                        self.canvas.odd.add("operands")  # what came before is not shown, but it is there
                    tm = self._show(parts, gfx, font, size, tm, (tc, tw, th), rise, mode, actual)
                elif op == b"Td":
                    x, y = number(stack[-2]), number(stack[-1])
                    a, b, c, d, e, f = line
                    line = tm = (a, b, c, d, x * a + y * c + e, x * b + y * d + f)
                elif op == b"Tm":
                    a, b, c, d, e, f = map(number, stack[-6:])
                    line = tm = (a, b, c, d, e, f)
                elif op == b"Tf":
                    size = number(stack[-1])
                    source = res.get("/Font", stack[-2])
                    font = self.fonts.get(source) if isinstance(source, pikepdf.Dictionary) else None
                elif op == b"BT":
                    tm = line = IDENTITY
                elif op == b"ET":
                    pass
                # state
                elif op == b"q":
                    if len(states) > MAX_STATES:
                        raise Blocked(N_("A page nests its graphics states too deep."), N_("Print it to a new PDF."))
                    states.append((gfx, (font, size, tc, tw, th, tl, rise, mode)))
                elif op == b"Q":
                    if states:
                        gfx, (font, size, tc, tw, th, tl, rise, mode) = states.pop()
                        if gfx.oc is not oc:
                            gfx = replace(gfx, oc=oc)
                elif op == b"cm":
                    a, b, c, d, e, f = map(number, stack[-6:])
                    gfx = replace(gfx, ctm=multiply((a, b, c, d, e, f), gfx.ctm))
                elif op in _DEVICE:
                    colour: Paint_ = (b" ".join([lex.num(number(v)) for v in stack] + [op]),)
                    gfx = replace(gfx, fill=colour) if op in _FILLS else replace(gfx, stroke=colour)
                elif op in (b"cs", b"CS"):
                    colour = (self._space(res, stack[-1]), op)
                    gfx = replace(gfx, fill=colour) if op == b"cs" else replace(gfx, stroke=colour)
                elif op in (b"sc", b"scn", b"SC", b"SCN"):
                    fill = op in (b"sc", b"scn")
                    before = gfx.fill if fill else gfx.stroke
                    space = before[:2] if len(before) > 1 else ()
                    values: list[Any] = [lex.num(number(v)) for v in stack if v[:1] != b"/"]
                    if stack and stack[-1][:1] == b"/":
                        pattern = res.get("/Pattern", stack[-1])
                        if pattern is None:
                            self.canvas.odd.add("pattern")
                        else:
                            values.append(Ref("/Pattern", pattern))
                            if gfx.ctm != IDENTITY and depth:
                                self.canvas.odd.add("pattern in form")
                    colour = (*space, *values, op)
                    gfx = replace(gfx, fill=colour) if fill else replace(gfx, stroke=colour)
                elif op in _PARAMS:
                    params = dict(gfx.params)
                    params[op] = b" ".join(stack)
                    gfx = replace(gfx, params=tuple(sorted(params.items())))
                elif op == b"gs":
                    state = res.get("/ExtGState", stack[-1])
                    if isinstance(state, pikepdf.Dictionary):
                        ref = Ref("/ExtGState", state)
                        gfx = replace(gfx, gs=(*(r for r in gfx.gs if r != ref), ref))
                        if "/Font" in state:
                            font, size = self.fonts.get(state["/Font"][0]), float(state["/Font"][1])
                # paths
                elif op in _PATH_OPS:
                    if len(stack) < _PATH_OPS[op]:
                        raise IndexError
                    path += stack[-_PATH_OPS[op] :] if _PATH_OPS[op] else ()
                    path.append(op)
                elif op in (b"W", b"W*"):
                    clip_next = op
                elif op in _PAINTING:
                    if op != b"n" and path:
                        items.append(Paint(gfx, "path", [*path, op], hidden=actual))
                    if clip_next and path:
                        gfx = replace(gfx, clip=_clip(gfx, path, clip_next))
                    path, clip_next = [], b""
                # objects
                elif op == b"Do":
                    self._do(res, stack[-1], gfx, depth, inside, actual)
                elif op == b"sh":
                    shading = res.get("/Shading", stack[-1])
                    if shading is not None:
                        items.append(Paint(gfx, "shade", [b"sh"], Ref("/Shading", shading), hidden=actual))
                elif op[:2] == b"BI" and op[-2:] == b"EI" and len(op) > 4:
                    items.append(Paint(gfx, "inline", [self._inline(op, res)], hidden=actual))
                # text state
                elif op == b"TD":
                    x, y = number(stack[-2]), number(stack[-1])
                    tl = -y
                    line = tm = multiply((1, 0, 0, 1, x, y), line)
                elif op == b"T*":
                    line = tm = multiply((1, 0, 0, 1, 0, -tl), line)
                elif op == b"Tc":
                    tc = number(stack[-1])
                elif op == b"Tw":
                    tw = number(stack[-1])
                elif op == b"Tz":
                    th = number(stack[-1]) / 100
                elif op == b"TL":
                    tl = number(stack[-1])
                elif op == b"Ts":
                    rise = number(stack[-1])
                elif op == b"Tr":
                    mode = int(number(stack[-1]))
                    if mode >= 4:
                        self.canvas.odd.add("clipping text")
                # marked content
                elif op in (b"BDC", b"BMC"):
                    marks.append((actual, oc))
                    if op == b"BDC":
                        oc, actual = self._mark(stack, res, oc, actual)
                        if oc is not gfx.oc:
                            gfx = replace(gfx, oc=oc)
                elif op == b"EMC":
                    if marks:
                        actual, oc = marks.pop()
                        if oc is not gfx.oc:
                            gfx = replace(gfx, oc=oc)
                elif op not in _IGNORED:  # marked points, and what is no operator at all: either may hold text
                    self.canvas.odd.add("operator")
                if stack and op not in _WITH_TEXT and (b"(" in (joined := b"".join(stack)) or b"<" in joined):
                    self.canvas.odd.add("stray text")
            except (IndexError, ValueError, TypeError):
                if op in _TEXT_OPS:
                    raise Blocked(
                        N_("Text on a page is written in a way that can't be read safely."),
                        N_("Print the document to a new PDF."),
                    ) from None
                self.canvas.odd.add("operands")
            stack.clear()
            if len(items) > MAX_ITEMS:
                raise Blocked(N_("A page draws more than can be checked."), N_("Print the document to a new PDF."))

    # -- text ----------------------------------------------------------------------------------------------------

    def _show(
        self, parts: list[bytes], gfx: Gfx, font: Font, size: float, tm: Matrix, spacing: tuple[float, float, float],
        rise: float, mode: int, actual: int,
    ) -> Matrix:  # fmt: skip
        """Append the pieces of one Tj or TJ; returns the text matrix after it."""
        codes: list[int] = []
        adjust: list[tuple[int, float]] = []
        _tc, _tw, th = spacing
        em = size / 1000 * th
        for part in parts:
            first = part[0]
            if first in {40, 60}:
                codes += font.cut(lex.string(part))
                continue
            value = lex.number(part)
            if -_GAP < value < 3 * _GAP:
                if codes:
                    adjust.append((len(codes), value))
                else:
                    tm = _advance(tm, -value * em)
                continue
            if codes:
                tm = self._piece(codes, adjust, gfx, font, size, tm, spacing, rise, mode, actual)
                codes, adjust = [], []
            tm = _advance(tm, -value * em)
        if codes:
            tm = self._piece(codes, adjust, gfx, font, size, tm, spacing, rise, mode, actual)
        return tm

    def _piece(
        self, codes: list[int], adjust: list[tuple[int, float]], gfx: Gfx, font: Font, size: float, tm: Matrix,
        spacing: tuple[float, float, float], rise: float, mode: int, actual: int,
    ) -> Matrix:  # fmt: skip
        tc, tw, th = spacing
        width = sum(map(font.advance.__getitem__, codes)) * size / 1000 + tc * len(codes)
        if adjust:
            width -= sum([value for _, value in adjust]) * size / 1000
        if tw and not font.type0:
            width += tw * codes.count(32)
        width *= th
        text = "".join(map(font.reading.__getitem__, codes))
        # an adjustment after the last glyph moves on but belongs to no glyph
        inner = [pair for pair in adjust if pair[0] < len(codes)]
        items = self.canvas.items
        items.append(
            Show(
                gfx,
                font,
                size,
                tm if gfx.ctm is IDENTITY else multiply(tm, gfx.ctm),
                spacing,
                rise,
                mode,
                codes,
                inner,
                text,
                width,
                actual,
                len(items),
            )
        )
        return _advance(tm, width)

    # -- the rest ------------------------------------------------------------------------------------------------

    def _space(self, res: Resources, token: bytes) -> Any:
        """A colour space: a device name stays a name."""
        found = res.get("/ColorSpace", token)
        return Ref("/ColorSpace", found) if found is not None else token

    def _mark(self, stack: list[bytes], res: Resources, oc: tuple[Any, ...], actual: int) -> tuple[Any, int]:
        """BDC: optional content is kept, replacement texts are read, the rest is the structure tree's affair."""
        tag = stack[0]
        if tag == b"/OC" and stack[-1][:1] == b"/":
            group = res.get("/Properties", stack[-1])
            return ((*oc, Ref("/Properties", group)) if group is not None else oc), actual
        if stack[-1][:1] == b"/" and len(stack) == 2:
            properties = res.get("/Properties", stack[-1])
            texts = [
                str(properties[key])
                for key in ("/ActualText", "/Alt", "/E")
                if isinstance(properties, pikepdf.Dictionary) and key in properties
            ]
            self.canvas.tagged |= isinstance(properties, pikepdf.Dictionary) and "/MCID" in properties
        else:
            texts = [
                _pdf_text(lex.string(stack[i + 1]))
                for i, token in enumerate(stack[:-1])
                if token in _SPOKEN and stack[i + 1][:1] in (b"(", b"<") and stack[i + 1] != b"<<"
            ]
            self.canvas.tagged |= b"/MCID" in stack
            if any(
                token[:1] in (b"(", b"<") and token != b"<<" and stack[i] not in _SPOKEN
                for i, token in enumerate(stack[1:])
            ):
                self.canvas.odd.add("marked content")
        if texts:
            self.canvas.actual.append("\n".join(texts))
            actual = len(self.canvas.actual) - 1
        return oc, actual

    def _do(self, res: Resources, token: bytes, gfx: Gfx, depth: int, inside: frozenset[Any], actual: int) -> None:
        target = res.get("/XObject", token)
        if not isinstance(target, pikepdf.Stream):
            return
        self.drawn.add(target.objgen)
        if target.get("/Subtype") == "/Image":
            self.canvas.items.append(Paint(gfx, "image", [b"Do"], Ref("/XObject", target), hidden=actual))
            return
        if not self.has_text(target):
            self.canvas.items.append(Paint(gfx, "form", [b"Do"], Ref("/XObject", target), hidden=actual))
            return
        key = target.objgen
        if key in inside or depth >= MAX_FORM_DEPTH:
            raise Blocked(N_("A page draws forms inside forms without end."), N_("Print the document to a new PDF."))
        inner = replace(gfx, ctm=multiply(matrix_of(target.get("/Matrix")), gfx.ctm))
        if "/BBox" in target:
            inner = replace(inner, clip=_box_clip(inner, [float(v) for v in target["/BBox"]]))
        group = target.get("/OC")
        if group is not None:
            inner = replace(inner, oc=(*inner.oc, Ref("/Properties", group)))
        own = Resources(target.get("/Resources"), above=res)
        self._stream(target.read_bytes(), own, inner, depth + 1, inside | {key}, actual)

    def _inline(self, token: bytes, res: Resources) -> bytes:
        """An inline image with only the keys that draw it (8.9.7), and no metadata in a JPEG.

        One with a colour space by name would need its page's resources; that is noted as odd.
        """
        head, data = _ID.split(token, maxsplit=1)
        found = lex.tokens(head[2:])
        for i, key in enumerate(found[:-1]):
            if key in (b"/CS", b"/ColorSpace") and found[i + 1][:1] == b"/":
                space = res.get("/ColorSpace", found[i + 1])
                if space is not None:
                    self.canvas.odd.add("inline image colours")
        clean: list[bytes] = []
        i = 0
        while i + 1 < len(found):
            end = i + 2
            if found[i + 1] in (b"[", b"<<"):
                end = found.index(b"]" if found[i + 1] == b"[" else b">>", i + 1) + 1
            if found[i] in _INLINE_KEYS:
                clean += found[i:end]
            else:
                self.canvas.odd.add("inline image")
            i = end
        body = data[:-2]
        if any(one in (b"/DCT", b"/DCTDecode") for one in clean):
            body = jpeg(body)
        return b"BI " + b" ".join(clean) + b" ID " + body + b"\nEI"


_SPOKEN = (b"/ActualText", b"/Alt", b"/E", b"/Lang")
_ID = re.compile(rb"(?<![^\x00\t\n\x0c\r \]>)])ID[\x00\t\n\x0c\r ]")
_INLINE_KEYS = frozenset(
    b"/BPC /BitsPerComponent /CS /ColorSpace /D /Decode /DP /DecodeParms /F /Filter /H /Height /IM /ImageMask "
    b"/I /Interpolate /W /Width /Intent".split()
)
_DEVICE = frozenset((b"g", b"rg", b"k", b"G", b"RG", b"K"))
_FILLS = frozenset((b"g", b"rg", b"k"))
_PARAMS = frozenset((b"w", b"J", b"j", b"M", b"d", b"ri", b"i"))
_PAINTING = frozenset((b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"n"))


def _advance(m: Matrix, x: float) -> Matrix:
    a, b, c, d, e, f = m
    return (a, b, c, d, e + x * a, f + x * b)


def _pdf_text(raw: bytes) -> str:
    """A text string (7.9.2.2)."""
    if raw[:2] == b"\xfe\xff":
        return raw[2:].decode("utf-16-be", "replace")
    if raw[:3] == b"\xef\xbb\xbf":
        return raw[3:].decode("utf-8", "replace")
    return str(pikepdf.String(raw)) if raw else ""


def _box_clip(gfx: Gfx, box: Any) -> Clip:
    x0, y0, x1, y1 = box
    body = [*map(lex.num, (x0, y0, x1 - x0, y1 - y0)), b"re"]
    return _clip(gfx, body, b"W")


def _clip(gfx: Gfx, path: list[bytes], rule: bytes) -> Clip:
    """Cut the present clip by a path. Boxes are intersected; other paths are kept beside them."""
    box, others = gfx.clip
    segments = path_segments(path)
    ctm = gfx.ctm
    upright = abs(ctm[1]) + abs(ctm[2]) < 1e-6 or abs(ctm[0]) + abs(ctm[3]) < 1e-6
    if upright and (corners := _as_box(segments)) is not None:
        (ax, ay), (bx, by) = apply(ctm, corners[0], corners[1]), apply(ctm, corners[2], corners[3])
        new = (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
        if box is not None:
            new = (max(box[0], new[0]), max(box[1], new[1]), min(box[2], new[2]), min(box[3], new[3]))
            if new[2] < new[0] or new[3] < new[1]:
                new = (new[0], new[1], new[0], new[1])
        return new, others
    out = []
    for op, v in segments:
        if op == b"re":
            x, y, w, h = v
            for i, (px, py) in enumerate(((x, y), (x + w, y), (x + w, y + h), (x, y + h))):
                out += [lex.nums(*apply(ctm, px, py)), b"l" if i else b"m"]
            out.append(b"h")
        else:
            out += [lex.nums(*apply(ctm, v[i], v[i + 1])) for i in range(0, len(v) - 1, 2)] + [op]
    return box, (*others, b" ".join([*out, rule, b"n"]))


def _as_box(segments: list[tuple[bytes, tuple[float, ...]]]) -> tuple[float, float, float, float] | None:
    """Two opposite corners if the path is one upright box."""
    if len(segments) == 1 and segments[0][0] == b"re":
        x, y, w, h = segments[0][1]
        return x, y, x + w, y + h
    ops = b"".join(op for op, _ in segments)
    if ops in (b"mlll", b"mlllh", b"mllll", b"mllllh"):
        corners = [v for op, v in segments if op != b"h"]
        if len(corners) == 5 and corners[4] != corners[0]:
            return None
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners[:4]
        if (ax == bx and by == cy and cx == dx and dy == ay) or (ay == by and bx == cx and cy == dy and dx == ax):
            return ax, ay, cx, cy
    return None


def direction(m: Matrix) -> float:
    """The writing direction of a text matrix in radians, rounded to a hundredth of a degree."""
    if m[1] == 0 and m[0] > 0:
        return 0.0
    return round(math.degrees(math.atan2(m[1], m[0])), 2) % 360
