"""Embedded font programs, read and written anew with nothing in them but the outlines that are still shown.

TrueType stays TrueType (instructions kept, composites dissolved, so that no letter lies about as another's part);
Type 1 and CFF become bare CFF with outlines redrawn. What a producer's subsetter may have counted from its own
choice of glyphs (boxes, maxima, glyph numbers, subset tags) is counted again from ours.
"""

import hashlib
import io
import struct
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import pikepdf
from fontTools import agl
from fontTools.cffLib import CFFFontSet
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.t1Lib import T1Font
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph

Program = Any
"""`TrueType` or `Postscript`: `encoding`, `texts`, `gid_of_cid`, `gid_of_code`, `outline`, `build`, `family`."""


def load(stream: pikepdf.Object, key: str) -> Program | None:
    """Read an embedded font program; None if it can't be.

    Args:
        stream: the stream under `key`.
        key: `/FontFile`, `/FontFile2` or `/FontFile3`.
    """
    try:
        data = stream.read_bytes()
        if data[:4] in (b"\0\1\0\0", b"true", b"OTTO", b"ttcf"):
            font = TTFont(io.BytesIO(data), fontNumber=0, lazy=True, recalcTimestamp=False)
            if "CFF " in font:
                return Postscript.of_cff(font["CFF "].cff)
            return TrueType(font) if "glyf" in font else None
        if key == "/FontFile" or data[:2] in (b"%!", b"\x80\x01"):
            return Postscript.of_type1(_type1(data))
        fonts = CFFFontSet()
        fonts.decompile(io.BytesIO(data), None, isCFF2=False)
        return Postscript.of_cff(fonts)
    except Exception:  # fontTools raises whatever it likes on broken fonts; unreadable is an answer the caller knows
        return None


def _type1(data: bytes) -> T1Font:
    """A Type 1 font as PDF embeds it: clear text, then the encrypted portion in binary (9.9)."""
    if data[:1] == b"\x80":  # PFB segments
        out, at = b"", 0
        while data[at : at + 1] == b"\x80" and data[at + 1] != 3:
            size = struct.unpack("<I", data[at + 2 : at + 6])[0]
            out += data[at + 6 : at + 6 + size]
            at += 6 + size
        data = out
    font = T1Font.__new__(T1Font)
    font.encoding = "ascii"
    font.data = data
    font.parse()
    return font


class TrueType:
    """A TrueType program (`glyf`)."""

    kind = "glyf"

    def __init__(self, font: TTFont) -> None:
        self.font = font
        self.glyf = font["glyf"]
        self.order = font.getGlyphOrder()
        self.hmtx = font["hmtx"].metrics
        self.units = int(font["head"].unitsPerEm)
        self.encoding: dict[int, str] = {}
        self._done: dict[int, bytes] = {}
        globals_ = hashlib.sha256()
        for tag in ("cvt ", "fpgm", "prep"):
            globals_.update(self._table(tag))
        self.family = f"{self.units}-{globals_.hexdigest()[:16]}"

    def _table(self, tag: str) -> bytes:
        return bytes(self.font.reader[tag]) if tag in self.font.reader else b""

    @cached_property
    def _cmaps(self) -> dict[tuple[int, int], dict[int, int]]:
        if "cmap" not in self.font:
            return {}
        ids = self.font.getReverseGlyphMap()
        return {
            (table.platformID, table.platEncID): {code: ids.get(name, 0) for code, name in table.cmap.items()}
            for table in self.font["cmap"].tables
            if hasattr(table, "cmap")
        }

    @cached_property
    def texts(self) -> dict[int, str]:
        """gid → text by the font's Unicode cmap, else by its glyph names."""
        out: dict[int, str] = {}
        for key in ((3, 10), (0, 4), (0, 3), (3, 1), (0, 1), (0, 0)):
            for code, gid in sorted(self._cmaps.get(key, {}).items()):
                out.setdefault(gid, chr(code))
        if out or "post" not in self.font or self.font["post"].formatType == 3.0:
            return out
        for gid, name in enumerate(self.order):
            if (text := agl.toUnicode(name)) and not name.startswith(("glyph", "uniE", "uniF")):
                out[gid] = text
        return out

    def gid_of_cid(self, cid: int) -> int:
        return cid if cid < len(self.order) else 0

    def gid_of_code(self, code: int, name: str, symbolic: bool) -> int:
        """9.6.6.4: by name through (3,1) or (1,0) or post, or by code through (3,0) or (1,0)."""
        maps = self._cmaps
        if name and name != ".notdef" and not symbolic:
            for char in agl.toUnicode(name):
                if gid := maps.get((3, 1), maps.get((0, 3), {})).get(ord(char)):
                    return gid
            if gid := self._by_name.get(name):
                return gid
        for key in ((3, 0), (1, 0), (3, 1), (0, 3), (0, 1), (0, 0)):
            table = maps.get(key, {})
            for base in (0, 0xF000, 0xF100, 0xF200):
                if gid := table.get(base + code):
                    return gid
        if not maps:  # without any cmap, readers take the code for the glyph
            return code if code < len(self.order) else 0
        return self._by_name.get(name, 0)

    @cached_property
    def _by_name(self) -> dict[str, int]:
        if "post" not in self.font or self.font["post"].formatType == 3.0:
            return {}
        return {name: gid for gid, name in enumerate(self.order)}

    def contours(self, gid: int) -> int:
        """Number of closed outlines of a glyph."""
        data = self.outline(gid)
        return max(0, struct.unpack(">h", data[:2])[0]) if len(data) >= 10 else 0

    def outline(self, gid: int) -> bytes:
        """The glyph as the new font will hold it."""
        if gid not in self._done:
            self._done[gid] = self._outline(gid)
        return self._done[gid]

    def _outline(self, gid: int) -> bytes:
        if not 0 <= gid < len(self.order):
            return b""
        name = self.order[gid]
        glyph = self.glyf.glyphs[name]
        data = glyph.data if hasattr(glyph, "data") else glyph.compile(self.glyf, recalcBBoxes=False)
        if len(data) < 10:
            return b""
        if struct.unpack(">h", data[:2])[0] >= 0:
            return bytes(data).rstrip(b"\0") + b"\0\0\0"  # padding differs between subsetters
        pen = TTGlyphPen(None)
        recording = DecomposingRecordingPen(self.font.getGlyphSet())
        recording_target = self.font.getGlyphSet()[name]
        recording_target.draw(recording)
        recording.replay(pen)
        return bytes(pen.glyph().compile(self.glyf, recalcBBoxes=True))

    def build_from(
        self,
        glyphs_: Sequence[tuple["TrueType", int]],
        name: str,  # noqa: ARG002  (same call for Postscript)
    ) -> tuple[bytes, tuple[int, int, int, int]]:
        """A new program with an empty `.notdef` and then these glyphs.

        Args:
            glyphs_: programs of the same family and glyph numbers in them.
            name: PostScript name, unused here.

        Returns:
            the TrueType file, and its box in thousandths of an em.
        """
        glyphs = [b"", *(program.outline(gid) for program, gid in glyphs_)]
        order = [".notdef", *(f"g{i}" for i in range(1, len(glyphs)))]
        font = TTFont(recalcTimestamp=False, recalcBBoxes=False)
        font.setGlyphOrder(order)
        glyf = font["glyf"] = newTable("glyf")
        glyf.glyphs = {n: Glyph(data) for n, data in zip(order, glyphs, strict=True)}
        glyf.glyphOrder = order
        boxes = [struct.unpack(">4h", data[2:10]) for data in glyphs if len(data) >= 10]
        box = (
            min((b[0] for b in boxes), default=0), min((b[1] for b in boxes), default=0),
            max((b[2] for b in boxes), default=0), max((b[3] for b in boxes), default=0),
        )  # fmt: skip
        hmtx = font["hmtx"] = newTable("hmtx")
        hmtx.metrics = {".notdef": (0, 0)}
        for new, (program, gid) in zip(order[1:], glyphs_, strict=True):
            known = 0 <= gid < len(program.order) and program.order[gid] in program.hmtx
            hmtx.metrics[new] = program.hmtx[program.order[gid]] if known else (0, 0)
        self._tables(font, box, glyphs)
        out = io.BytesIO()
        font.save(out, reorderTables=None)
        scale = 1000 / self.units
        return out.getvalue(), tuple(round(v * scale) for v in box)  # type: ignore[return-value]

    def _tables(self, font: TTFont, box: tuple[int, int, int, int], glyphs: Sequence[bytes]) -> None:
        head, hhea, maxp = (newTable(tag) for tag in ("head", "hhea", "maxp"))
        old_head, old_hhea, old_maxp = self.font["head"], self.font["hhea"], self.font["maxp"]
        head.__dict__.update(
            tableVersion=1.0, fontRevision=1.0, checkSumAdjustment=0, magicNumber=0x5F0F3CF5, flags=old_head.flags,
            unitsPerEm=self.units, created=0, modified=0, xMin=box[0], yMin=box[1], xMax=box[2], yMax=box[3],
            macStyle=0, lowestRecPPEM=8, fontDirectionHint=2, indexToLocFormat=0, glyphDataFormat=0,
        )  # fmt: skip
        hhea.__dict__.update(
            tableVersion=0x00010000, ascent=old_hhea.ascent, descent=old_hhea.descent, lineGap=0,
            advanceWidthMax=max((m[0] for m in font["hmtx"].metrics.values()), default=0), minLeftSideBearing=0,
            minRightSideBearing=0, xMaxExtent=box[2], caretSlopeRise=1, caretSlopeRun=0, caretOffset=0, reserved0=0,
            reserved1=0, reserved2=0, reserved3=0, metricDataFormat=0, numberOfHMetrics=len(glyphs),
        )  # fmt: skip
        points = [_points(data) for data in glyphs]
        version1 = old_maxp.tableVersion == 0x00010000
        maxp.__dict__.update(
            tableVersion=0x00010000, numGlyphs=len(glyphs), maxPoints=max(points, default=0),
            maxContours=max((struct.unpack(">h", g[:2])[0] for g in glyphs if len(g) >= 10), default=0),
            maxCompositePoints=0, maxCompositeContours=0, maxZones=2,
            maxTwilightPoints=old_maxp.maxTwilightPoints if version1 else 0,
            maxStorage=old_maxp.maxStorage if version1 else 0,
            maxFunctionDefs=old_maxp.maxFunctionDefs if version1 else 0,
            maxInstructionDefs=old_maxp.maxInstructionDefs if version1 else 0,
            maxStackElements=max(old_maxp.maxStackElements, 256) if version1 else 256,
            maxSizeOfInstructions=max(map(_instructions, glyphs), default=0),
            maxComponentElements=0, maxComponentDepth=0,
        )  # fmt: skip
        font["head"], font["hhea"], font["maxp"] = head, hhea, maxp
        font["loca"] = newTable("loca")
        for tag in ("cvt ", "fpgm", "prep"):
            if data := self._table(tag):
                table = font[tag] = newTable(tag)
                table.decompile(data, font)


def _points(data: bytes) -> int:
    if len(data) < 10:
        return 0
    contours = struct.unpack(">h", data[:2])[0]
    return struct.unpack_from(">H", data, 10 + 2 * (contours - 1))[0] + 1 if contours > 0 else 0


def _instructions(data: bytes) -> int:
    if len(data) < 10:
        return 0
    contours = struct.unpack(">h", data[:2])[0]
    at = 10 + 2 * max(0, contours)
    return int(struct.unpack_from(">H", data, at)[0]) if contours > 0 and len(data) >= at + 2 else 0


class Postscript:
    """A Type 1 or CFF program."""

    kind = "cff"

    def __init__(
        self, names: list[str], glyphs: Any, encoding: dict[int, str], matrix: Sequence[float], cid: bool
    ) -> None:
        self.order = names
        self.glyphs = glyphs
        self.encoding = encoding
        self.matrix = list(matrix)
        self.cid_keyed = cid
        self._index = {name: gid for gid, name in enumerate(names)}
        self._done: dict[int, bytes] = {}
        self._programs: dict[int, list[Any]] = {}
        self.family = "-".join(f"{value:g}" for value in self.matrix)

    @classmethod
    def of_cff(cls, fonts: CFFFontSet) -> "Postscript":
        top = fonts[0]
        names = list(top.charset)
        encoding = {}
        if not hasattr(top, "ROS"):
            codes = top.Encoding if hasattr(top, "Encoding") else "StandardEncoding"
            if isinstance(codes, str):
                from fontTools.encodings.StandardEncoding import StandardEncoding  # noqa: PLC0415

                codes = StandardEncoding if codes == "StandardEncoding" else []
            encoding = {code: name for code, name in enumerate(codes) if name and name != ".notdef"}
        matrix = getattr(top, "FontMatrix", None) or [0.001, 0, 0, 0.001, 0, 0]
        if hasattr(top, "ROS") and getattr(top, "FDArray", None):
            inner = getattr(top.FDArray[0], "FontMatrix", None)
            if inner and list(matrix) == [1, 0, 0, 1, 0, 0]:
                matrix = inner
        return cls(names, top.CharStrings, encoding, matrix, hasattr(top, "ROS"))

    @classmethod
    def of_type1(cls, font: T1Font) -> "Postscript":
        glyphs = font.getGlyphSet()
        names = sorted(glyphs.keys(), key=lambda n: (n != ".notdef", n))
        encoding = font.font.get("Encoding", [])
        table = {c: n for c, n in enumerate(encoding) if n != ".notdef"} if isinstance(encoding, list) else {}
        if not isinstance(encoding, list):
            from fontTools.encodings.StandardEncoding import StandardEncoding  # noqa: PLC0415

            table = {c: n for c, n in enumerate(StandardEncoding) if n != ".notdef"}
        return cls(names, glyphs, table, font.font.get("FontMatrix", [0.001, 0, 0, 0.001, 0, 0]), False)

    @cached_property
    def texts(self) -> dict[int, str]:
        """gid → text by glyph name; a CID-keyed font has none."""
        from sigill.mask.pdf.fonts import glyph_text  # noqa: PLC0415

        if self.cid_keyed:
            return {}
        return {gid: text for gid, name in enumerate(self.order) if (text := glyph_text(name))}

    def gid_of_cid(self, cid: int) -> int:
        if self.cid_keyed:
            return self._index.get(f"cid{cid:05d}", 0)
        return cid if cid < len(self.order) else 0

    def gid_of_code(self, code: int, name: str, symbolic: bool) -> int:  # noqa: ARG002  (same call for TrueType)
        return self._index.get(name or self.encoding.get(code, ""), 0)

    def contours(self, gid: int) -> int:
        """Number of closed outlines of a glyph."""
        self.outline(gid)
        return sum(1 for op in self._programs.get(gid, ()) if op in ("rmoveto", "hmoveto", "vmoveto"))

    def outline(self, gid: int) -> bytes:
        """The glyph as the new font will hold it."""
        if gid not in self._done:
            pen = T2CharStringPen(None, self.glyphs, roundTolerance=0.05)
            if 0 <= gid < len(self.order):
                self.glyphs[self.order[gid]].draw(pen)
            charstring = pen.getCharString()
            self._programs[gid] = list(charstring.program)
            charstring.compile()
            self._done[gid] = bytes(charstring.bytecode)
        return self._done[gid]

    def build_from(
        self, glyphs_: Sequence[tuple["Postscript", int]], name: str
    ) -> tuple[bytes, tuple[int, int, int, int]]:
        """A bare, name-keyed CFF with an empty `.notdef` and then these glyphs; see `TrueType.build_from`."""
        order = [".notdef", *(f"g{i}" for i in range(1, len(glyphs_) + 1))]
        strings = {}
        xs: list[float] = []
        ys: list[float] = []
        for new, (program, gid) in zip(order, [(self, -1), *glyphs_], strict=True):
            pen = T2CharStringPen(None, program.glyphs, roundTolerance=0.05)
            bounds = BoundsPen(program.glyphs)
            if 0 <= gid < len(program.order):
                program.glyphs[program.order[gid]].draw(pen)
                program.glyphs[program.order[gid]].draw(bounds)
            if bounds.bounds:
                xs += (bounds.bounds[0], bounds.bounds[2])
                ys += (bounds.bounds[1], bounds.bounds[3])
            strings[new] = pen.getCharString()
        builder = FontBuilder(round(1 / self.matrix[0]) if self.matrix[0] else 1000, isTTF=False)
        builder.setupGlyphOrder(order)
        builder.setupCFF(name, {"FontMatrix": self.matrix}, strings, {})
        data = builder.font["CFF "].compile(builder.font)
        scale = self.matrix[0] * 1000
        box = (min(xs, default=0), min(ys, default=0), max(xs, default=0), max(ys, default=0))
        return bytes(data), tuple(round(v * scale) for v in box)  # type: ignore[return-value]
