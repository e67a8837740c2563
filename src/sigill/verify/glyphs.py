"""From shown glyph codes back to letters, by the font's own tables.

Promise: for every string a content stream shows, the letters its font's ToUnicode table gives and, where encoding,
glyph names or the embedded program say otherwise, those as well (ISO 32000-2, 9.6, 9.7, 9.10). ActualText and other
marked-content properties are read too.
Modesty: order and spaces are the drawing's; glyphs without any mapping stay unread (other readers and OCR see them).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from io import BytesIO
from typing import Any

import pikepdf
from fontTools.agl import toUnicode
from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.ttLib import TTFont

_SECTION = re.compile(rb"begin(bfchar|bfrange|codespacerange)(.*?)end\1", re.DOTALL)
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")
_OPERATORS = "BT ET Tf Tj TJ ' \" Td TD T* Tm q Q gs BDC DP Do"
_SHOWS = frozenset({"Tj", "TJ", "'", '"'})
JUMP = "\x1f"  # between strings on one line whose distance is not known: a space, or nothing
_GAP = 180  # thousandths of an em; less is kerning
_MAX_RANGE = 0x10000


class _Table(dict[int, str]):
    """Code → text for `str.translate`; a code the table does not know is read by a codec, or not at all."""

    def __init__(self, known: dict[int, str], width: int, fallback: str | None) -> None:
        super().__init__(known)
        self._width, self._fallback = width, fallback

    def __missing__(self, code: int) -> str:
        text = ""
        if self._fallback and code < 256**self._width:
            text = code.to_bytes(self._width, "big").decode(self._fallback, "replace")
        self[code] = text
        return text


class Font:
    """How one font's codes read.

    Args:
        width: bytes per code.
        tables: mappings from code to text, the font's own ToUnicode first.
        fallback: codec for codes that no table knows, or None.

    Attributes:
        shown: every string that was read with it.
    """

    def __init__(self, width: int, tables: list[dict[int, str]], fallback: str | None) -> None:
        self.width, self.fallback = width, fallback
        self.tables = [_Table(table, width, fallback) for table in tables]
        self.shown: set[bytes] = set()

    def read(self, raw: bytes) -> list[str]:
        """The string in each way the font gives; the first is the best."""
        self.shown.add(raw)
        if not self.tables:
            return [raw.decode(self.fallback, "replace") if self.fallback else ""]
        if self.width == 1:
            codes = raw.decode("latin-1")
        elif self.width == 2 and max(raw[::2], default=0) < 0xD8:
            codes = raw.decode("utf-16-be", "replace")
        else:
            # Codes in the surrogates' range or longer than two bytes, one by one.
            numbers = [int.from_bytes(raw[i : i + self.width], "big") for i in range(0, len(raw), self.width)]
            return ["".join(table[number] for number in numbers) for table in self.tables]
        return [codes.translate(table) for table in self.tables]


class Fonts:
    """The fonts of one document, read once each."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, int], Font] = {}

    def of(self, obj: Any) -> Font:
        """The font of a font dictionary."""
        key = obj.objgen
        if key == (0, 0):
            return _font(obj)
        if key not in self._fonts:
            self._fonts[key] = _font(obj)
        return self._fonts[key]

    def __iter__(self) -> Iterator[tuple[int, Font]]:
        """Object number and font, for those that stand as objects of their own."""
        return iter((number, font) for (number, _), font in self._fonts.items())

    @staticmethod
    def fingerprint(resources: Any) -> bytes:
        """A digest of the fonts that these resources name: the same text under other fonts is another text."""
        digest = blake2b(digest_size=16)
        fonts = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
        for name, font in fonts.items() if isinstance(fonts, pikepdf.Dictionary) else ():
            digest.update(str(name).encode("utf-8", "replace"))
            if isinstance(font, pikepdf.Dictionary):
                digest.update(font.unparse())
                table = font.get("/ToUnicode")
                if isinstance(table, pikepdf.Stream):
                    digest.update(table.read_raw_bytes())
        return digest.digest()


def text_of(stream: Any, resources: Any, fonts: Fonts) -> Iterator[str]:
    """The text a page or form draws, in each way its fonts may be read.

    Args:
        stream: a page object or a content stream.
        resources: its resource dictionary, or None.
        fonts: the document's fonts.

    Returns:
        One text, or two where a font contradicts itself.
    """
    named = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
    states = resources.get("/ExtGState") if isinstance(resources, pikepdf.Dictionary) else None
    properties = resources.get("/Properties") if isinstance(resources, pikepdf.Dictionary) else None
    out = _Drawing()
    blind = Font(1, [], "cp1252")
    font, stack = blind, []
    try:
        operations = pikepdf.parse_content_stream(stream, _OPERATORS)
    except (pikepdf.PdfError, TypeError, ValueError):
        return
    for operands, operator in operations:  # type: ignore[misc]  # an instruction unpacks like a pair
        name = str(operator)
        if name in _SHOWS:
            if name in "'\"":
                out.height -= 1.0
            if not operands:
                continue
            shown = operands[-1]
            for item in shown if name == "TJ" and isinstance(shown, pikepdf.Array) else (shown,):
                if isinstance(item, pikepdf.String):
                    out.show(font.read(bytes(item)))
                elif _number(item) < -_GAP:
                    out.say(" ")
        elif name == "Tf" and operands:
            found = _entry(named, operands[0]) if isinstance(named, pikepdf.Dictionary) else None
            font = fonts.of(found) if isinstance(found, pikepdf.Dictionary) else blind
        elif name == "gs" and operands and isinstance(states, pikepdf.Dictionary):
            state = _entry(states, operands[0])
            chosen = state.get("/Font") if isinstance(state, pikepdf.Dictionary) else None
            if isinstance(chosen, pikepdf.Array) and len(chosen) and isinstance(chosen[0], pikepdf.Dictionary):
                font = fonts.of(chosen[0])
        elif name == "q":
            stack.append(font)
        elif name == "Q":
            font = stack.pop() if stack else font
        elif name in ("BDC", "DP") and len(operands) > 1:
            held = operands[1]
            if isinstance(held, pikepdf.Name) and isinstance(properties, pikepdf.Dictionary):
                held = _entry(properties, held)
            for text in _property_strings(held):
                out.say(f"\n{text}\n")
        elif name == "BT":
            out.moved, out.height = True, 0.0
        elif name in ("Td", "TD") and len(operands) == 2:
            out.moved = True
            out.height += _number(operands[1])
        elif name == "Tm" and len(operands) == 6:
            out.moved, out.height = True, _number(operands[5])
        elif name == "T*":
            out.height -= 1.0
        elif name == "Do":
            out.say("\n")
    yield from out.texts()


class _Drawing:
    """Text as it is drawn: a new line where the height changes, `JUMP` where only the place does."""

    def __init__(self) -> None:
        self.best: list[str] = []
        self.second: list[str] = []
        self.differs = False
        self.moved, self.height, self._last = False, 0.0, 0.0

    def say(self, text: str) -> None:
        """Add the same to both ways of reading."""
        self.best.append(text)
        self.second.append(text)

    def show(self, ways: list[str]) -> None:
        """Add a shown string in the ways its font gives."""
        if self.height != self._last:
            self.say("\n")
        elif self.moved:
            self.say(JUMP)
        self.moved, self._last = False, self.height
        self.best.append(ways[0])
        self.second.append(ways[-1])
        self.differs = self.differs or ways[0] != ways[-1]

    def texts(self) -> Iterator[str]:
        """One text, or two where a font contradicts itself. Where nearly each letter is placed by itself, the jumps
        say nothing and the spaces are drawn."""
        for parts in (self.best, self.second) if self.differs else (self.best,):
            text = "".join(parts)
            if text:
                yield text.replace(JUMP, "") if text.count(JUMP) * 4 > len(text) else text


def unhashed(name: bytes) -> str:
    """A name object's text: `#xx` undone, UTF-8 (ISO 32000-2, 7.3.5)."""
    raw = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m[1].decode()), name) if b"#" in name else name
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def name_of(obj: Any) -> str:
    """A name object's text, also where it is no UTF-8; nothing for anything else."""
    return unhashed(bytes(obj.unparse())[1:]) if isinstance(obj, pikepdf.Name) else ""


def _property_strings(held: Any) -> Iterator[str]:
    if isinstance(held, pikepdf.Dictionary):
        for value in held.values():
            if isinstance(value, pikepdf.String):
                yield str(value)


def _entry(mapping: Any, name: Any) -> Any:
    return mapping.get(name) if isinstance(name, pikepdf.Name) else None


def _number(item: Any) -> float:
    try:
        return float(item)
    except (TypeError, ValueError):
        return 0.0


def _font(obj: Any) -> Font:
    composite = obj.get("/Subtype") == "/Type0"
    tables: list[dict[int, str]] = []
    width = 2 if composite else 1
    to_unicode = obj.get("/ToUnicode")
    if isinstance(to_unicode, pikepdf.Stream):
        try:
            data = bytes(to_unicode.read_bytes())
        except (pikepdf.PdfError, RuntimeError):
            data = b""
        table, found_width = to_unicode_table(data)
        width = found_width or width
        if table:
            tables.append(table)
    if composite:
        encoding = name_of(obj.get("/Encoding"))
        if "UTF16" in encoding or "UCS2" in encoding:
            return Font(2, tables, "utf-16-be")
        if not tables:
            program = _program(obj)
            if program:
                tables.append(program)
        return Font(width, tables, None if tables else "utf-16-be")
    own = _simple_table(obj)
    if not tables or any(own.get(code, text) != text for code, text in tables[0].items()):
        tables.append(own)
    return Font(1, tables, "cp1252")


def to_unicode_table(data: bytes) -> tuple[dict[int, str], int]:
    """Read a ToUnicode CMap (ISO 32000-2, 9.10.3).

    Returns:
        Code → text, and the length of a code in bytes (0 where the table does not say).
    """
    table: dict[int, str] = {}
    width = 0
    for section in _SECTION.finditer(data):
        tokens = [
            (bytes.fromhex(re.sub(rb"\s", b"", t[1]).decode()) if len(re.sub(rb"\s", b"", t[1])) % 2 == 0 else b"")
            if t[1] is not None
            else t[0]
            for t in _TOKEN.finditer(section[2])
        ]
        if section[1] == b"codespacerange":
            width = max(width, *(len(token) for token in tokens), 0)
        elif section[1] == b"bfchar":
            for code, text in zip(tokens[::2], tokens[1::2], strict=False):
                table[int.from_bytes(code, "big")] = _target(text)
        else:
            _ranges(tokens, table)
    return table, min(width, 4)


def _ranges(tokens: list[bytes], table: dict[int, str]) -> None:
    at = 0
    while at + 2 < len(tokens):
        low, high = int.from_bytes(tokens[at], "big"), int.from_bytes(tokens[at + 1], "big")
        high = min(high, low + _MAX_RANGE)
        if tokens[at + 2] == b"[":
            at += 3
            for code in range(low, high + 1):
                if at >= len(tokens) or tokens[at] == b"]":
                    break
                table[code] = _target(tokens[at])
                at += 1
            while at < len(tokens) and tokens[at] != b"]":
                at += 1
            at += 1
        else:
            first = tokens[at + 2]
            for step in range(high - low + 1):
                number = int.from_bytes(first, "big") + step
                table[low + step] = _target(number.to_bytes(max(len(first), (number.bit_length() + 7) // 8), "big"))
            at += 3


def _target(raw: bytes) -> str:
    return raw.decode("utf-16-be", "replace") if len(raw) > 1 else raw.decode("latin-1")


def _simple_table(obj: Any) -> dict[int, str]:
    encoding = obj.get("/Encoding")
    base, differences = encoding, None
    if isinstance(encoding, pikepdf.Dictionary):
        base, differences = encoding.get("/BaseEncoding"), encoding.get("/Differences")
    table = dict(_base_table(name_of(base)))
    code = 0
    for item in differences if isinstance(differences, pikepdf.Array) else ():
        if isinstance(item, pikepdf.Name):
            text = _glyph_text(name_of(item))
            if text:
                table[code] = text
            code += 1
        else:
            code = int(item)
    return table


@lru_cache(maxsize=4096)
def _glyph_text(name: str) -> str:
    return str(toUnicode(name.partition(".")[0]))


@lru_cache(maxsize=4)
def _base_table(name: str) -> dict[int, str]:
    if name == "MacRomanEncoding":
        return {code: bytes([code]).decode("mac_roman") for code in range(32, 256)}
    if name == "WinAnsiEncoding" or not name:
        return {code: bytes([code]).decode("cp1252", "replace") for code in range(32, 256)}
    return {code: str(toUnicode(glyph)) for code, glyph in enumerate(StandardEncoding) if glyph != ".notdef"}


def _program(obj: Any) -> dict[int, str]:
    """Glyph id → letter by the embedded program's own character map, for a font without ToUnicode."""
    descendants = obj.get("/DescendantFonts")
    if not isinstance(descendants, pikepdf.Array) or not len(descendants):
        return {}
    inner = descendants[0]
    descriptor = inner.get("/FontDescriptor") if isinstance(inner, pikepdf.Dictionary) else None
    stream = (
        descriptor.get("/FontFile2", descriptor.get("/FontFile3"))
        if isinstance(descriptor, pikepdf.Dictionary)
        else None
    )
    if not isinstance(stream, pikepdf.Stream):
        return {}
    try:
        font = TTFont(BytesIO(stream.read_bytes()), lazy=True)
        order = {name: index for index, name in enumerate(font.getGlyphOrder())}
        if "cmap" in font:
            return {order[name]: chr(code) for code, name in (font.getBestCmap() or {}).items() if name in order}
        return {index: text for name, index in order.items() if (text := _glyph_text(name))}
    except Exception:  # a subset program may lack any table; then other readers must see the glyphs
        return {}
