"""Fonts of the result: made anew, with the glyphs that are still shown, numbered by what they say.

Producers number glyphs and codes by first appearance, so that a letter first used in a name shifts all that follow;
and a subset font keeps letters that only the name needed. Here every embedded font becomes one Type0 font
(Identity-H) whose glyphs are sorted by text and outline. Pieces of one font that a producer split are joined again.
Fonts that are not embedded keep their name and get an encoding made the same way.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from sigill.errors import N_, Blocked
from sigill.mask.pdf import lex
from sigill.mask.pdf.fonts import UNREAD, WIN_ANSI

Key = tuple[str, bytes, float]
"""What makes a glyph: its text, its outline, its width."""

_KEPT = ("/ItalicAngle", "/Ascent", "/Descent", "/CapHeight", "/XHeight", "/StemV", "/Leading", "/FontWeight")
_SYMBOLIC, _NONSYMBOLIC = 4, 32


@dataclass(slots=True)
class Family:
    """One font of the result, made from one or several of the source.

    Args:
        kind: `glyf`, `cff`, `type3`, `simple` (not embedded) or `kept` (not embedded Type0).
        glyphs: glyph → (font, code) that shows it first.
        codes: (id of source font, code) → glyph.
    """

    kind: str
    name: str
    first: Any
    glyphs: dict[Key, tuple[Any, int]] = field(default_factory=dict)
    codes: dict[tuple[int, int], Key] = field(default_factory=dict)
    numbers: dict[Key, int] = field(default_factory=dict)
    object: Any = None
    resource: str = ""


class Embedder:
    """Collects what is shown, then makes the fonts.

    Args:
        pdf: the new document.
        copier: copies what Type 3 glyphs draw with, and looks at names of fonts.
    """

    def __init__(self, pdf: pikepdf.Pdf, copier: Any) -> None:
        self.pdf = pdf
        self.copier = copier
        self.families: dict[Any, Family] = {}
        self._of: dict[int, Family] = {}
        self._fonts: list[Any] = []

    def family(self, font: Any) -> Family:
        """The family a source font belongs to."""
        found = self._of.get(id(font))
        if found is None:
            key = self._key(font)
            found = self.families.get(key)
            if found is None:
                found = self.families[key] = Family(key[0], font.name, font)
            self._of[id(font)] = found
            self._fonts.append(font)  # keeps ids unique
        return found

    @staticmethod
    def _key(font: Any) -> tuple[Any, ...]:
        if font.type3:
            return "type3", id(font)
        if font.program_key:
            if font.program is None:
                raise Blocked(
                    N_("An embedded font can't be read, so it can't be cut to what is still shown."),
                    N_("Print the document to a new PDF and try again."),
                )
            return font.program.kind, font.name, font.program.family
        if font.type0:
            return "kept", id(font)
        return "simple", font.name, font.subtype

    def _named(self, name: str) -> str:
        """A font's name, if it names nobody; what a name object can't carry plainly is left out."""
        kept = "".join(c for c in self.copier.neutral(name) if c.isascii() and (c.isalnum() or c in "-_,.+"))
        return kept or "Font"

    def use(self, font: Any, codes: Iterable[int]) -> None:
        """Note that these codes are shown."""
        family = self.family(font)
        known = family.codes
        for code in set(codes):
            if (id(font), code) not in known:
                key = self._glyph(family, font, code)
                known[id(font), code] = key
                family.glyphs.setdefault(key, (font, code))

    def _glyph(self, family: Family, font: Any, code: int) -> Key:
        text = font.reading[code]
        width = round(float(font.width_of(code)), 3)
        if family.kind in ("glyf", "cff"):
            return text, font.program.outline(font.gid(code)), width
        if family.kind == "type3":
            return text, self._procedure(font, code), width
        if family.kind == "kept":
            return text, code.to_bytes(4, "big"), width
        return text, font.names.get(code, f"code{code}").encode(), width

    @staticmethod
    def _procedure(font: Any, code: int) -> bytes:
        procs = font.source.get("/CharProcs", {})
        proc = procs.get("/" + font.names.get(code, ""))
        return b" ".join(lex.tokens(proc.read_bytes())) if isinstance(proc, pikepdf.Stream) else b""

    def encode(self, font: Any, codes: Sequence[int]) -> bytes:
        """Codes of a source font as the string to show in the new one. After `finish`."""
        family = self._of[id(font)]
        numbers, keys, this = family.numbers, family.codes, id(font)
        if family.kind in ("glyf", "cff", "kept"):
            return b"".join([numbers[keys[this, code]].to_bytes(2, "big") for code in codes])
        return bytes([numbers[keys[this, code]] for code in codes])

    def finish(self) -> None:
        """Make the fonts. Families are numbered in the order of first use."""
        for number, family in enumerate(self.families.values(), 1):
            family.resource = f"/F{number}"
            make = {"type3": self._type3, "simple": self._simple, "kept": self._kept}.get(family.kind, self._type0)
            family.object = self.pdf.make_indirect(make(family))

    # -- the kinds -----------------------------------------------------------------------------------------------

    def _type0(self, family: Family) -> Dictionary:
        keys = sorted(family.glyphs)
        family.numbers = {key: number for number, key in enumerate(keys, 1)}
        font, _ = family.glyphs[keys[0]]
        by_program = [family.glyphs[key] for key in keys]
        program = _Union(by_program)
        data, box = program.build("Sigill")
        tag = _tag(data)
        name = Name("/" + tag + "+" + self._named(family.name))
        stream = self.pdf.make_stream(data)
        if family.kind == "glyf":
            stream["/Length1"] = len(data)
        else:
            stream["/Subtype"] = Name.CIDFontType0C
        old = font.descriptor
        flags = (int(old.get("/Flags", 0)) & ~_NONSYMBOLIC) | _SYMBOLIC
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=name, Flags=flags, FontBBox=Array(list(box)), ItalicAngle=0,
            Ascent=0, Descent=0, CapHeight=0, StemV=0,
        )  # fmt: skip
        for entry in _KEPT:
            if entry in old:
                descriptor[entry] = _number(old[entry])
        descriptor["/FontFile2" if family.kind == "glyf" else "/FontFile3"] = stream
        cid = Dictionary(
            Type=Name.Font, Subtype=Name.CIDFontType2 if family.kind == "glyf" else Name.CIDFontType0, BaseFont=name,
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            FontDescriptor=self.pdf.make_indirect(descriptor), DW=0,
            W=Array([1, Array([_number(key[2]) for key in keys])]),
        )  # fmt: skip
        if family.kind == "glyf":
            cid["/CIDToGIDMap"] = Name.Identity
        return Dictionary(
            Type=Name.Font, Subtype=Name.Type0, BaseFont=name, Encoding=Name("/Identity-H"),
            DescendantFonts=Array([self.pdf.make_indirect(cid)]),
            ToUnicode=self._to_unicode({number: key[0] for key, number in family.numbers.items()}, 2),
        )  # fmt: skip

    def _simple(self, family: Family) -> Dictionary:
        """Not embedded: the reader's own font by name; codes are WinAnsi where they can be."""
        free = [c for c in range(255, 31, -1) if WIN_ANSI[c] == ".notdef"] + list(range(31, 0, -1))
        taken: dict[int, str] = {}
        for key in sorted(family.glyphs):
            name = key[1].decode()
            code = WIN_ANSI.index(name) if name in WIN_ANSI[32:] else 0
            if not code or code in taken:
                if not free:
                    raise Blocked(N_("A font shows more letters than can be encoded again."))
                code = free.pop(0)
            taken[code] = name
            family.numbers[key] = code
        font = family.first
        low, high = min(taken), max(taken)
        by_code = {number: key for key, number in family.numbers.items()}
        differences: list[Any] = []
        for code in sorted(taken):
            if WIN_ANSI[code] != taken[code]:
                differences += [code, Name("/" + _glyph_name(taken[code]))]
        symbolic = font.name in ("Symbol", "ZapfDingbats")
        out = Dictionary(
            Type=Name.Font, Subtype=Name(font.subtype), BaseFont=Name("/" + self._named(font.name)), FirstChar=low,
            LastChar=high, Widths=Array([_number(by_code[c][2]) if c in by_code else 0 for c in range(low, high + 1)]),
        )  # fmt: skip
        encoding = Dictionary(Type=Name.Encoding)
        if not symbolic:
            encoding["/BaseEncoding"] = Name.WinAnsiEncoding
        if differences:
            encoding["/Differences"] = Array(differences)
        out["/Encoding"] = self.pdf.make_indirect(encoding) if differences or symbolic else Name.WinAnsiEncoding
        out["/ToUnicode"] = self._to_unicode({code: key[0] for code, key in by_code.items()}, 1)
        old = font.descriptor
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=out["/BaseFont"], Flags=int(old.get("/Flags", _NONSYMBOLIC)),
            FontBBox=Array([0, -250, 1000, 1000]), ItalicAngle=0, Ascent=750, Descent=-250, CapHeight=700, StemV=80,
        )  # fmt: skip
        for entry in _KEPT:
            if entry in old:
                descriptor[entry] = _number(old[entry])
        out["/FontDescriptor"] = self.pdf.make_indirect(descriptor)
        return out

    def _kept(self, family: Family) -> Dictionary:
        """A Type0 font that is not embedded: its codes mean something only to the reader's own font."""
        font = family.first
        family.numbers = {key: int.from_bytes(key[1], "big") for key in family.glyphs}
        widths: list[Any] = []
        for key in sorted(family.glyphs, key=lambda k: k[1]):
            widths += [font.cid_of(family.numbers[key]), Array([_number(key[2])])]
        cid = Dictionary(
            Type=Name.Font, Subtype=font.cid.get("/Subtype", Name.CIDFontType2),
            BaseFont=Name("/" + self._named(font.name)), W=Array(widths), DW=1000,
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            FontDescriptor=self.pdf.make_indirect(
                Dictionary(
                    Type=Name.FontDescriptor, FontName=Name("/" + self._named(font.name)), Flags=_SYMBOLIC,
                    FontBBox=Array([0, -250, 1000, 1000]), ItalicAngle=0, Ascent=750, Descent=-250, CapHeight=700,
                    StemV=80,
                )
            ),
        )  # fmt: skip
        return Dictionary(
            Type=Name.Font, Subtype=Name.Type0, Encoding=Name("/Identity-H"),
            BaseFont=Name("/" + self._named(font.name)),
            DescendantFonts=Array([self.pdf.make_indirect(cid)]),
            ToUnicode=self._to_unicode({family.numbers[key]: key[0] for key in family.glyphs}, 2),
        )  # fmt: skip

    def _type3(self, family: Family) -> Dictionary:
        font = family.first
        keys = sorted(family.glyphs)
        family.numbers = {key: number for number, key in enumerate(keys, 1)}
        scale = abs(float(font.source.get("/FontMatrix", [0.001])[0])) * 1000 or 1.0
        names = [f"/g{number}" for number in range(1, len(keys) + 1)]
        procs = Dictionary()
        for glyph_name, key in zip(names, keys, strict=True):
            procs[glyph_name] = self.pdf.make_stream(key[1])
        out = Dictionary(
            Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 0, 0]),
            FontMatrix=Array([_number(v) for v in font.source.get("/FontMatrix", [0.001, 0, 0, 0.001, 0, 0])]),
            CharProcs=procs, FirstChar=1, LastChar=len(keys),
            Encoding=Dictionary(Type=Name.Encoding, Differences=Array([1, *map(Name, names)])),
            Widths=Array([_number(key[2] / scale) for key in keys]),
            ToUnicode=self._to_unicode({number: key[0] for key, number in family.numbers.items()}, 1),
        )  # fmt: skip
        if "/Resources" in font.source:
            out["/Resources"] = self.copier.resources(font.source["/Resources"], fonts=False)
        return out

    def _to_unicode(self, texts: dict[int, str], width: int) -> Any:
        """A ToUnicode CMap (9.10.3)."""
        digits = width * 2
        rows = [
            f"<{code:0{digits}X}> <{text.encode('utf-16-be').hex().upper()}>"
            for code, text in sorted(texts.items())
            if text and text != UNREAD
        ]
        blocks = [rows[i : i + 100] for i in range(0, len(rows), 100)]
        body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
        return self.pdf.make_stream(
            (
                "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
                "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
                "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
                f"1 begincodespacerange\n<{'0' * digits}> <{'F' * digits}>\nendcodespacerange\n{body}\n"
                "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
            ).encode("ascii")
        )


class _Union:
    """Glyphs of several cuts of one font as if they came from one program."""

    def __init__(self, glyphs: Sequence[tuple[Any, int]]) -> None:
        self.glyphs = glyphs

    def build(self, name: str) -> tuple[bytes, tuple[int, int, int, int]]:
        base = self.glyphs[0][0].program
        sources = [(font.program, font.gid(code)) for font, code in self.glyphs]
        return base.build_from(sources, name)  # type: ignore[no-any-return]


def _tag(data: bytes) -> str:
    """Six letters from the program itself (9.6.4): same letters shown, same tag."""
    digest = hashlib.sha256(data).digest()
    return "".join(chr(65 + byte % 26) for byte in digest[:6])


def _glyph_name(name: str) -> str:
    """A glyph's name as a name object can carry it."""
    return "".join(c for c in name if c.isascii() and (c.isalnum() or c in "._")) or ".notdef"


def _number(value: Any) -> Any:
    """An integer where it is one, else three decimals."""
    number = round(float(value), 3)
    return int(number) if number == int(number) else number
