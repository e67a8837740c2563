"""Writes what a page shows as a content stream and its resources, in one spelling only.

The same list of items always gives the same bytes: resources are named in the order they are used, text objects are
whole, the graphics state is set only where it differs from what is in force.
"""

from collections.abc import Sequence
from typing import Any

from pikepdf import Dictionary

from sigill.mask.pdf import lex
from sigill.mask.pdf.display import IDENTITY, Gfx, Paint, Ref
from sigill.mask.pdf.embed import Embedder
from sigill.mask.pdf.objects import Copier
from sigill.mask.pdf.relay import Run

Drawn = Paint | Run
"""What can be written: a painting operator or a run of text."""

_PREFIX = {"/XObject": "X", "/ExtGState": "G", "/ColorSpace": "C", "/Pattern": "P", "/Shading": "S", "/Properties": "O"}
_KIND = {
    "/XObject": "xobject", "/ExtGState": "extgstate", "/ColorSpace": "colorspace", "/Pattern": "pattern",
    "/Shading": "shading", "/Properties": "properties",
}  # fmt: skip
_PLAIN_GFX = Gfx()


class Writer:
    """Writes one stream.

    Args:
        embedder: fonts, finished.
        copier: copies what is named.
    """

    def __init__(self, embedder: Embedder, copier: Copier) -> None:
        self.embedder = embedder
        self.copier = copier
        self.names: dict[Ref, bytes] = {}
        self.entries: dict[str, dict[str, Any]] = {}
        self.out: list[bytes] = []

    def write(self, items: Sequence[Drawn]) -> tuple[bytes, Dictionary]:
        """The content stream and its resource dictionary."""
        state: Any = None
        opened = 0
        font: tuple[bytes, float] | None = None
        in_text = False
        out = self.out
        for item in items:
            gfx = item.gfx if isinstance(item, Paint) else item.style.gfx
            wanted = self._state(gfx, isinstance(item, Run), item)
            if wanted != state:
                if in_text:
                    out.append(b"ET")
                    in_text = False
                if opened:
                    out.append(self._close(state))
                prefix = self._open(wanted)
                opened = bool(prefix)
                if prefix:
                    out.append(prefix)
                state, font = wanted, None
            if isinstance(item, Run):
                if not in_text:
                    out.append(b"BT")
                    in_text, font = True, None
                font = self._run(item, font)
                continue
            if in_text:
                out.append(b"ET")
                in_text = False
            self._paint(item)
        if in_text:
            out.append(b"ET")
        if opened:
            out.append(self._close(state))
        resources = Dictionary()
        for category in sorted(self.entries):
            resources[category] = Dictionary(self.entries[category])
        return b"\n".join(out), resources

    # -- state ---------------------------------------------------------------------------------------------------

    def _state(self, gfx: Gfx, text: bool, item: Drawn) -> tuple[Any, ...]:
        """The part of the state that matters for this item, comparable."""
        if text:
            mode = item.style.mode  # type: ignore[union-attr]
            stroke = gfx.stroke if mode in (1, 2) else ()
            params = gfx.params if mode in (1, 2) else ()
            fill = gfx.fill if mode != 3 else _PLAIN_GFX.fill
            return gfx.oc, gfx.clip, fill, stroke, params, gfx.gs, mode
        kind = item.kind  # type: ignore[union-attr]
        if kind == "path":
            op = item.body[-1]  # type: ignore[union-attr]
            stroked, filled = op in (b"S", b"s", b"B", b"B*", b"b", b"b*"), op not in (b"S", b"s")
            return (
                gfx.oc, gfx.clip, gfx.fill if filled else (), gfx.stroke if stroked else (),
                gfx.params if stroked else (), gfx.gs, -1,
            )  # fmt: skip
        return gfx.oc, gfx.clip, gfx.fill, gfx.stroke, gfx.params, gfx.gs, -1

    def _open(self, state: tuple[Any, ...]) -> bytes:
        oc, (box, others), fill, stroke, params, gs, mode = state
        marks = [b"/OC " + self._name(ref) + b" BDC" for ref in oc]
        parts: list[bytes] = []
        if box is not None:
            parts.append(lex.nums(box[0], box[1], box[2] - box[0], box[3] - box[1]) + b" re W n")
        parts += others
        parts += [self._name(ref) + b" gs" for ref in gs]
        parts += [value + b" " + op if value else op for op, value in params]
        if fill and fill != _PLAIN_GFX.fill:
            parts.append(self._colour(fill))
        if stroke and stroke != _PLAIN_GFX.stroke:
            parts.append(self._colour(stroke))
        if mode > 0:
            parts.append(b"%d Tr" % mode)
        self._quoted = bool(parts)
        return b"\n".join([*marks, *([b"q", *parts] if parts else [])])

    def _close(self, state: tuple[Any, ...]) -> bytes:
        oc, (box, others), fill, stroke, params, gs, mode = state
        quoted = bool(
            box is not None or others or gs or params or (fill and fill != _PLAIN_GFX.fill)
            or (stroke and stroke != _PLAIN_GFX.stroke) or mode > 0
        )  # fmt: skip
        return b"\n".join(([b"Q"] if quoted else []) + [b"EMC"] * len(oc))

    def _colour(self, colour: tuple[Any, ...]) -> bytes:
        parts: list[bytes] = []
        for part in colour:
            if isinstance(part, Ref):
                parts.append(self._name(part))
            else:
                parts.append(part)
        if len(parts) == 1 and parts[0] not in (b"scn", b"sc", b"SCN", b"SC"):
            return parts[0]
        return b" ".join(parts)

    def _name(self, ref: Ref) -> bytes:
        """The name of a resource in this stream; given in the order of first use."""
        name = self.names.get(ref)
        if name is None:
            copied = self.copier.copy(ref.target, _KIND[ref.category])
            entries = self.entries.setdefault(ref.category, {})
            text = f"/{_PREFIX[ref.category]}{len(entries) + 1}"
            entries[text] = copied if copied is not None else Dictionary()
            name = self.names[ref] = text.encode()
        return name

    # -- items ---------------------------------------------------------------------------------------------------

    def _run(self, run: Run, font: tuple[bytes, float] | None) -> tuple[bytes, float]:
        style = run.style
        family = self.embedder.family(run.font)
        self.entries.setdefault("/Font", {})[family.resource] = family.object
        wanted = (family.resource.encode(), style.size)
        line = b""
        if wanted != font:
            line = wanted[0] + b" " + lex.num(style.size) + b" Tf "
        a, b, c, d = style.shape
        x, y = run.x, run.y
        if style.rise:
            x, y = x + c * style.rise, y + d * style.rise
        line += lex.nums(a, b, c, d, x, y) + b" Tm "
        encode = self.embedder.encode
        adjust = [pair for pair in run.adjust if 0 < pair[0] < len(run.codes)]
        if not adjust:
            self.out.append(line + lex.hexstring(encode(run.font, run.codes)) + b" Tj")
            return wanted
        parts, at = [], 0
        for index, value in adjust:
            if index > at:
                parts.append(lex.hexstring(encode(run.font, run.codes[at:index])))
            parts.append(lex.num(round(value, 2)))
            at = index
        parts.append(lex.hexstring(encode(run.font, run.codes[at:])))
        self.out.append(line + b"[" + b" ".join(parts) + b"] TJ")
        return wanted

    def _paint(self, paint: Paint) -> None:
        body = b" ".join(paint.body)
        if paint.ref is not None:
            body = self._name(paint.ref) + b" " + body
        if paint.gfx.ctm == IDENTITY:
            self.out.append(body)
            return
        a, b, c, d, e, f = paint.gfx.ctm
        matrix = b" ".join((_fine(a), _fine(b), _fine(c), _fine(d), lex.num(e), lex.num(f)))
        self.out.append(b"q " + matrix + b" cm " + body + b" Q")


def _fine(value: float) -> bytes:
    """A factor of a matrix, seven decimals."""
    text = f"{value:.7f}".rstrip("0").rstrip(".")
    return b"0" if text in ("-0", "") else text.encode("ascii")


def same_spelling(body: Sequence[bytes]) -> list[bytes]:
    """Numbers of a path in one spelling."""
    return [
        token if token.isalpha() or token in (b"f*", b"B*", b"b*") else lex.num(lex.number(token)) for token in body
    ]
