"""Reads the fonts of a PDF: from a character code to what it says, how wide it is and which outline it draws.

A code is read by its ToUnicode map, else by its encoding and glyph name, else by the embedded font's own character
map (ISO 32000-1, 9.10.2). Where two of these speak and disagree, both readings are kept, so that a garbled map hides
nobody. A code that none explains has no text: the page that shows it can't be masked by reading.
"""

import contextlib
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import pikepdf
from fontTools import agl
from fontTools.encodings.MacRoman import MacRoman
from fontTools.encodings.StandardEncoding import StandardEncoding
from pdfminer.fontmetrics import FONT_METRICS

from sigill.errors import N_, Blocked
from sigill.mask.pdf import cmaps

WIN_ANSI = [
    agl.UV2AGL.get(ord(bytes((c,)).decode("cp1252", "replace")), ".notdef") if c >= 32 else ".notdef"
    for c in range(256)
]
for _code, _name in (
    (0xA0, "space"), (0xAD, "hyphen"), (0x7F, "bullet"), (0x95, "bullet"),
    (0xB2, "twosuperior"), (0xB3, "threesuperior"), (0xB9, "onesuperior"),
):  # fmt: skip
    WIN_ANSI[_code] = _name
_ENCODINGS = {
    "/WinAnsiEncoding": WIN_ANSI, "/MacRomanEncoding": MacRoman, "/StandardEncoding": StandardEncoding,
}  # fmt: skip
_SYMBOLS = ("Symbol", "ZapfDingbats")
_TAG = re.compile(r"^/?[A-Z]{6}\+")
_ALIASES = {"Arial": "Helvetica", "TimesNewRoman": "Times", "CourierNew": "Courier"}
_ODD_NAME = re.compile(r"^(?:[gG]|cid|glyph|index|C|c|a|char)?[-_]?\d+$")


def base_name(font: pikepdf.Object) -> str:
    """BaseFont without slash and subset tag."""
    return _TAG.sub("", str(font.get("/BaseFont", "/Unnamed"))).lstrip("/")


def composed(font: pikepdf.Object) -> bool:
    """Whether a Type0 font has the font it is made of (9.7.6.1); readers give up on the whole file without it."""
    descendants = font.get("/DescendantFonts")
    if not isinstance(descendants, pikepdf.Array) or not len(descendants):
        return False
    cid = descendants[0]
    return isinstance(cid, pikepdf.Dictionary) and str(cid.get("/Subtype")) in ("/CIDFontType0", "/CIDFontType2")


def glyph_text(name: str) -> str:
    """What a glyph name says (Adobe Glyph List rules); nothing for names that only number their glyphs."""
    if name in (".notdef", "") or _ODD_NAME.match(name):
        return ""
    return str(agl.toUnicode(name))


class Font:
    """One font of the document.

    Args:
        source: the font dictionary.

    Raises:
        Blocked: a Type0 font without the font it is made of.

    Attributes:
        text: code → text; missing where unread.
        other: code → a second, different reading.
        widths: code → advance in thousandths of the text unit; see `width_of`.
        type0, type3, embedded, vertical: what kind it is.
    """

    def __init__(self, source: pikepdf.Object) -> None:
        self.source = source
        self.subtype = str(source.get("/Subtype", "/Type1"))
        self.type0 = self.subtype == "/Type0"
        self.type3 = self.subtype == "/Type3"
        self.name = base_name(source)
        self.vertical = False
        self.other: dict[int, str] = {}
        self.cmap = cmaps.CMap(identity=True)
        if self.type0 and not composed(source):
            raise Blocked(
                N_("A font is built in a way that readers refuse, so what it shows can't be read."),
                N_("Print the document to a new PDF and try again."),
            )
        self.cid: Any = source["/DescendantFonts"][0] if self.type0 else source
        descriptor = self.cid.get("/FontDescriptor")
        self.descriptor: Any = descriptor if isinstance(descriptor, pikepdf.Dictionary) else pikepdf.Dictionary()
        self.to_unicode = self._to_unicode()
        self.text: dict[int, str] = {}
        if self.type0:
            self._read_type0()
        else:
            self._read_simple()

    @cached_property
    def space_code(self) -> int | None:
        """The code that shows a word space."""
        known = self.to_unicode if self.type0 and self.to_unicode else self.text
        if self.type0 and not self.to_unicode:
            known = self._program_text()  # CIDs are codes wherever there is no ToUnicode map and Identity
        return next((code for code in sorted(known) if self.text.get(code) == " "), None)

    # -- reading -------------------------------------------------------------------------------------------------

    def _to_unicode(self) -> dict[int, str]:
        stream = self.source.get("/ToUnicode")
        if not isinstance(stream, pikepdf.Stream):
            return {}
        with contextlib.suppress(pikepdf.PdfError):
            return cmaps.parse(stream.read_bytes()).text
        return {}

    def _read_type0(self) -> None:
        encoding = self.source.get("/Encoding")
        if isinstance(encoding, pikepdf.Stream):
            self.cmap = cmaps.parse(encoding.read_bytes())
            base = encoding.get("/UseCMap")
            self.cmap.identity |= isinstance(base, pikepdf.Name) and str(base).startswith("/Identity")
        else:
            known = str(encoding) in ("/Identity-H", "/Identity-V")
            self.cmap = cmaps.CMap(identity=known)
            self.cmap.vertical = str(encoding).endswith("-V")
        self.vertical = self.cmap.vertical
        self.widths, self.default_width = self._cid_widths()
        own = self._program_text() if not self.to_unicode else {}
        self.text = _Lazy(self._type0_text, own)

    def _type0_text(self, code: int, own: Mapping[int, str]) -> str | None:
        if text := self.to_unicode.get(code):
            return _clean(text)
        if not own:
            own = self._program_text()
        return own.get(self.cid_of(code))

    def cid_of(self, code: int) -> int:
        """The CID of a code of a Type0 font."""
        return self.cmap.cids.get(code, code if self.cmap.identity else 0)

    def _cid_widths(self) -> tuple[dict[int, float], float]:
        """/W and /DW (9.7.4.3), by CID."""
        widths: dict[int, float] = {}
        items = list(self.cid.get("/W", []))
        i = 0
        while i + 1 < len(items):
            first = int(items[i])
            if isinstance(items[i + 1], pikepdf.Array):
                for offset, width in enumerate(items[i + 1]):
                    widths[first + offset] = float(width)
                i += 2
            elif i + 2 < len(items):
                for cid in range(first, min(int(items[i + 1]), first + 65_535) + 1):
                    widths[cid] = float(items[i + 2])
                i += 3
            else:
                break
        return widths, float(self.cid.get("/DW", 1000))

    def _read_simple(self) -> None:
        self.names = self._names()
        text: dict[int, str] = {}
        for code in range(256):
            name = self.names.get(code, "")
            by_name = _clean(glyph_text(name)) if name else ""
            by_map = _clean(self.to_unicode.get(code, ""))
            if by_map or by_name:
                text[code] = by_map or by_name
            if by_map and by_name and by_map != by_name and self._names_speak:
                self.other[code] = by_name
        if not self.to_unicode and not self.type3 and self.embedded and len(self.names) < 3:
            text.update(self._program_text())
        elif (
            self.embedded and not self.type3 and self.subtype == "/TrueType" and not self.to_unicode and self._symbolic
        ):
            for code, own in self._program_text().items():
                text.setdefault(code, own)
        self.text = text
        self.default_width = float(self.descriptor.get("/MissingWidth", 0))
        self.widths = self._simple_widths()

    @property
    def _symbolic(self) -> bool:
        return bool(int(self.descriptor.get("/Flags", 0)) & 4)

    @property
    def _names_speak(self) -> bool:
        """Whether glyph names are what the font really draws: they select the outline in all but symbolic TrueType."""
        return self.subtype != "/TrueType" or not self._symbolic

    def _names(self) -> dict[int, str]:
        """Code → glyph name, by /Encoding and, for want of it, what the font itself says (9.6.6)."""
        encoding = self.source.get("/Encoding")
        names: dict[int, str] = {}
        base: Any = None
        if isinstance(encoding, pikepdf.Name):
            base = _ENCODINGS.get(str(encoding))
        elif isinstance(encoding, pikepdf.Dictionary):
            base = _ENCODINGS.get(str(encoding.get("/BaseEncoding", "")))
        if base is None and not self.type3:
            if self.embedded and (self.subtype != "/TrueType" or self._symbolic):
                names.update(self._builtin_names())
            elif self.name not in _SYMBOLS:
                base = StandardEncoding
        if base is not None:
            names.update((code, base[code]) for code in range(256) if base[code] != ".notdef")
        if isinstance(encoding, pikepdf.Dictionary):
            code = 0
            for item in encoding.get("/Differences", []):
                if isinstance(item, pikepdf.Name):
                    names[code] = str(item)[1:]
                    code += 1
                else:
                    code = int(item)
        if not self.embedded and self.name not in _SYMBOLS:
            for code in range(32, 256):  # readers fall back on WinAnsi for what the encoding leaves open
                if WIN_ANSI[code] != ".notdef":
                    names.setdefault(code, WIN_ANSI[code])
        return names

    def _simple_widths(self) -> dict[int, float]:
        scale = 1.0
        if self.type3:
            scale = abs(float(self.source.get("/FontMatrix", [0.001])[0])) * 1000
        listed = self.source.get("/Widths")
        if listed is not None:
            first = int(self.source.get("/FirstChar", 0))
            return {first + i: float(width) * scale for i, width in enumerate(listed)}
        family = self._standard_family()
        metrics = FONT_METRICS.get(family)
        if metrics is None:
            return {}
        return {code: float(metrics[1].get(text, self.default_width)) for code, text in self.text.items()}

    def _standard_family(self) -> str:
        plain, _, style = self.name.replace(",", "-").replace("PSMT", "").replace("MT", "").partition("-")
        family = _ALIASES.get(plain, plain)
        bold, slant = "Bold" in style, "Italic" in style or "Oblique" in style
        slanted = "Italic" if family == "Times" else "Oblique"
        ending = ("Bold" if bold else "") + (slanted if slant else "")
        if family == "Times" and not ending:
            ending = "Roman"
        return f"{family}-{ending}" if ending else family

    # -- the embedded program ------------------------------------------------------------------------------------

    @cached_property
    def program_key(self) -> str:
        """Where the font program is: `/FontFile`, `/FontFile2`, `/FontFile3`, or nothing."""
        return next((key for key in ("/FontFile", "/FontFile2", "/FontFile3") if key in self.descriptor), "")

    @property
    def embedded(self) -> bool:
        return bool(self.program_key) or self.type3

    @property
    def symbols(self) -> bool:
        """Whether it is one of the standard fonts without letters."""
        return self.name in _SYMBOLS

    @cached_property
    def program(self) -> Any:
        """The embedded font as fontTools has it: `TTFont`, a CFF font, a Type 1 font, or None."""
        from sigill.mask.pdf import programs  # noqa: PLC0415  (fontTools' readers are only loaded when needed)

        if not self.program_key:
            return None
        return programs.load(self.descriptor[self.program_key], self.program_key)

    def _builtin_names(self) -> dict[int, str]:
        program = self.program
        return dict(program.encoding) if program is not None else {}

    def _program_text(self) -> dict[int, str]:
        """Code (or CID) → text, read from the embedded font alone."""
        program = self.program
        if program is None:
            return {}
        by_gid = program.texts
        if self.type0:
            to_gid = self.cid_to_gid
            cids = to_gid if to_gid is not None else {cid: cid for cid in by_gid}
            return {cid: by_gid[gid] for cid, gid in cids.items() if gid in by_gid}
        out = {}
        for code in range(256):
            gid = self.gid(code)
            if gid and gid in by_gid:
                out[code] = by_gid[gid]
        return out

    @cached_property
    def cid_to_gid(self) -> dict[int, int] | None:
        """CIDToGIDMap as a table; None for Identity."""
        mapping = self.cid.get("/CIDToGIDMap")
        if isinstance(mapping, pikepdf.Stream):
            data = mapping.read_bytes()
            return {i // 2: (data[i] << 8) | data[i + 1] for i in range(0, len(data) - 1, 2) if data[i] or data[i + 1]}
        return None

    def gid(self, code: int) -> int:
        """The glyph a code draws, as an index into the embedded font; 0 for none (9.6.6.4, 9.7.4.2)."""
        program = self.program
        if program is None:
            return 0
        if self.type0:
            cid = self.cid_of(code)
            if self.cid_to_gid is not None:
                return self.cid_to_gid.get(cid, 0)
            return int(program.gid_of_cid(cid))
        return int(program.gid_of_code(code, self.names.get(code, ""), self._symbolic))

    # -- use -----------------------------------------------------------------------------------------------------

    def cut(self, data: bytes) -> Sequence[int]:
        """A shown string as codes."""
        return self.cmap.cut(data) if self.type0 else data

    def width_of(self, code: int) -> float:
        """Advance in thousandths of an em."""
        return self.widths.get(self.cid_of(code) if self.type0 else code, self.default_width)

    @cached_property
    def advance(self) -> "_Advance":
        """code → advance as a mapping made for `map(font.advance.__getitem__, codes)`."""
        return _Advance(self)

    @cached_property
    def reading(self) -> "_Reading":
        """code → text (U+FFFD where unread), likewise."""
        return _Reading(self)

    @cached_property
    def space_width(self) -> float:
        """What one word space takes, in thousandths of an em."""
        if self.space_code is not None and (width := self.width_of(self.space_code)) > 0:
            return width
        return 270.0


def _clean(text: str) -> str:
    """A code's reading without what can't be read: NUL, replacement and private-use characters."""
    if not text:
        return ""
    if len(text) == 1:
        code = ord(text)
        if code < 32 and text not in "\t\n\r":
            return ""
        return "" if code == 0xFFFD or 0xE000 <= code <= 0xF8FF else (" " if code in (9, 10, 13) else text)
    return "".join(_clean(char) for char in text)


class _Advance(dict[int, float]):
    def __init__(self, font: Font) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, code: int) -> float:
        width = self[code] = self._font.width_of(code)
        return width


class _Reading(dict[int, str]):
    def __init__(self, font: Font) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, code: int) -> str:
        text = self[code] = self._font.text.get(code) or UNREAD
        return text


class _Lazy(dict[int, str]):
    """A Type0 font's texts, read as codes turn up (a CMap may span 65,536)."""

    def __init__(self, read: Any, own: Mapping[int, str]) -> None:
        super().__init__()
        self._read = read
        self._own = own

    def get(self, code: int, default: Any = None) -> Any:
        if code not in self:
            text = self._read(code, self._own)
            if text is None:
                return default
            self[code] = text
        return self[code]


UNREAD = "\ufffd"
