"""What a masked file tells without saying it: by its bytes, its size, its line breaks, its gaps, its fonts.

Promise: `anonymity` takes the same document masked for each of several people and says how small a group each channel
leaves; all in one group is the aim, byte for byte. `font_leftovers` lists letters a font still holds though nothing
shows them; `width_candidates` says whom the gap around a label still fits, as an onlooker with only the masked file
would.
Modesty: style, content and what the reader knows anyway are no channels of the file.
"""

import ctypes
import io
import logging
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pikepdf
import pypdfium2
from fontTools.agl import toUnicode
from fontTools.cffLib import CFFFontSet
from fontTools.ttLib import TTFont
from pypdfium2 import raw as pdfium

from sigill.decision.people import StaffMember
from sigill.verify import glyphs
from sigill.verify.pdf import PDFIUM, open_pdf

# A font program's odd dates are no news, and nobody asked for them on standard error.
logging.getLogger("fontTools").addHandler(logging.NullHandler())

_SPACE_SLACK = 0.35  # of a font size: a word space, justified or not, is narrower than this around its mean
_SIGN_WIDTH = 0.26  # of a font size: a comma or apostrophe that the file does not show
_WIDTH_SLACK = 0.75  # points by which a width may miss: rounding and kerning


@dataclass(frozen=True, slots=True)
class Anonymity:
    """How well people hide behind one another.

    Args:
        candidates: how many files were compared.
        classes: staff ids whose files are the same, byte for byte.
        smallest: by channel (`bytes`, `size`; for PDF also `text`, `lines`, `places`, `fonts`), the size of the
            smallest group it leaves. All of them equal `candidates` when nothing tells.
    """

    candidates: int
    classes: tuple[frozenset[str], ...]
    smallest: Mapping[str, int]

    @property
    def perfect(self) -> bool:
        """Whether all files are one."""
        return len(self.classes) == 1


def anonymity(masked: Mapping[str, bytes]) -> Anonymity:
    """Compare the same document, written about each candidate and masked.

    Args:
        masked: staff id → masked bytes. At least two.

    Raises:
        ValueError: fewer than two candidates say nothing.
    """
    if len(masked) < 2:
        raise ValueError("anonymity needs at least two candidates")
    by_bytes = _classes({person: sha256(data).digest() for person, data in masked.items()})
    smallest = {"bytes": _smallest(by_bytes), "size": _smallest(_classes({p: len(d) for p, d in masked.items()}))}
    if all(b"%PDF-" in data[:1024] for data in masked.values()):
        known: dict[bytes, dict[str, bytes]] = {}
        shapes = {}
        for person, data in masked.items():
            digest = sha256(data).digest()
            if digest not in known:
                known[digest] = _shape(data)
            shapes[person] = known[digest]
        for channel in ("text", "lines", "places", "fonts"):
            smallest[channel] = _smallest(_classes({person: shape[channel] for person, shape in shapes.items()}))
    return Anonymity(len(masked), by_bytes, smallest)


def _classes(values: Mapping[str, Hashable]) -> tuple[frozenset[str], ...]:
    groups: dict[Hashable, set[str]] = defaultdict(set)
    for person, value in values.items():
        groups[value].add(person)
    return tuple(sorted(map(frozenset, groups.values()), key=lambda group: (len(group), sorted(group))))


def _smallest(classes: Iterable[frozenset[str]]) -> int:
    return min(len(group) for group in classes)


def _shape(data: bytes) -> dict[str, bytes]:
    """What each channel of a PDF looks like, as digests."""
    words, lines, places = [], [], []
    for letters in _letters(data):
        text = "".join(letter.text for letter in letters)
        words.append(" ".join(text.split()))
        lines.append(text)
        places.append([(round(letter.left, 1), round(letter.bottom, 1)) for letter in letters])
    with open_pdf(data, ("masked file",)) as pdf:
        fonts = sorted(
            sha256(obj.read_raw_bytes()).hexdigest()
            for obj in pdf.objects
            if isinstance(obj, pikepdf.Stream)
            and ("/Length1" in obj or glyphs.name_of(obj.get("/Subtype")) in _FONT_PROGRAMS)
        )
    found = {"text": words, "lines": lines, "places": places, "fonts": fonts}
    return {channel: sha256(repr(value).encode("utf-8", "replace")).digest() for channel, value in found.items()}


_FONT_PROGRAMS = frozenset({"Type1C", "CIDFontType0C", "OpenType"})


# -- fonts -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leftover:
    """What a font still holds though nothing shows it.

    Args:
        font: object number of the font.
        source: where: `program` (outlines), `ToUnicode`, `widths`, or `names` (encoding and character set).
        letters: the letters, sorted, where they can be told.
        count: how many codes or glyphs.
    """

    font: int
    source: str
    letters: str
    count: int


def font_leftovers(data: bytes) -> list[Leftover]:
    """Letters that the fonts of a PDF hold though no content stream shows them.

    Args:
        data: the PDF.

    Returns:
        One entry for each font and table; empty when the fonts are cut down to what is shown.
    """
    found: list[Leftover] = []
    with open_pdf(data, ("masked file",)) as pdf:
        fonts = _read_all(pdf)
        for number, font in fonts:
            obj = pdf.get_object(number, 0)
            codes = {
                int.from_bytes(text[i : i + font.width], "big")
                for text in font.shown
                for i in range(0, len(text), font.width)
            }
            found += _leftovers(number, obj, font, codes)
    return found


def _read_all(pdf: pikepdf.Pdf) -> glyphs.Fonts:
    """Read every content stream once, so that each font knows what it showed."""
    fonts = glyphs.Fonts()
    fallback: Any = None
    page_streams = set()
    for page in pdf.pages:
        resources = page.obj.get("/Resources")
        fallback = resources if fallback is None else fallback
        for _ in glyphs.text_of(page.obj, resources, fonts):
            pass
        contents = page.obj.get("/Contents")
        parts = contents if isinstance(contents, pikepdf.Array) else [contents]
        page_streams |= {part.objgen for part in parts if isinstance(part, pikepdf.Stream)}
        _register(resources, fonts)
    for obj in pdf.objects:
        if not isinstance(obj, pikepdf.Stream) or obj.objgen in page_streams:
            continue
        if obj.get("/Subtype") == "/Form" or "/Resources" in obj:
            resources = obj.get("/Resources", fallback)
            for _ in glyphs.text_of(obj, resources, fonts):
                pass
            _register(resources, fonts)
    for obj in pdf.objects:
        # A font that nothing names is held all the same.
        if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/Font" and "/CIDSystemInfo" not in obj:
            fonts.of(obj)
    return fonts


def _register(resources: Any, fonts: glyphs.Fonts) -> None:
    named = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
    for obj in named.values() if isinstance(named, pikepdf.Dictionary) else ():
        if isinstance(obj, pikepdf.Dictionary):
            fonts.of(obj)


def _leftovers(number: int, obj: Any, font: glyphs.Font, shown: set[int]) -> list[Leftover]:
    found = []

    def add(source: str, texts: Iterable[str]) -> None:
        listed = list(texts)
        if listed:
            letters = "".join(sorted({letter for text in listed for letter in text if letter.isalnum()}))
            found.append(Leftover(number, source, letters, len(listed)))

    table = obj.get("/ToUnicode")
    mapping = glyphs.to_unicode_table(table.read_bytes())[0] if isinstance(table, pikepdf.Stream) else {}
    add("ToUnicode", [text for code, text in mapping.items() if code not in shown])
    reading = {code: text for table in reversed(font.tables) for code, text in dict(table).items()}
    if obj.get("/Subtype") == "/Type0":
        descendants = obj.get("/DescendantFonts")
        if not isinstance(descendants, pikepdf.Array) or not len(descendants):
            return found
        inner = descendants[0]
        add("widths", [reading.get(code, "") for code in _cid_widths(inner) if code not in shown])
        add("program", _spare_cid_glyphs(inner, shown, reading))
    else:
        first = int(obj.get("/FirstChar", 0))
        widths = obj.get("/Widths")
        if isinstance(widths, pikepdf.Array):
            spare = [first + i for i, width in enumerate(widths) if float(width) and first + i not in shown]
            add("widths", [reading.get(code, "") for code in spare])
        add("names", _spare_names(obj, shown, reading))
        add("program", _spare_simple_glyphs(obj, shown, reading))
    return found


def _cid_widths(inner: Any) -> list[int]:
    """Codes that the W array gives a width, other than the one for a missing glyph (ISO 32000-2, 9.7.4.3)."""
    array = inner.get("/W")
    items = list(array) if isinstance(array, pikepdf.Array) else []
    codes: list[int] = []
    at = 0
    while at + 1 < len(items):
        start = int(items[at])
        following = items[at + 1]
        if isinstance(following, pikepdf.Array):
            codes += [start + step for step, width in enumerate(following) if float(width)]
            at += 2
        else:
            # A range is a short way to write equal widths; only its ends are known to have been meant.
            codes += (start, int(following)) if at + 2 < len(items) and float(items[at + 2]) else ()
            at += 3
    return [code for code in codes if code]


def _program_of(descriptor: Any) -> tuple[str, bytes]:
    if isinstance(descriptor, pikepdf.Dictionary):
        for key in ("/FontFile2", "/FontFile3", "/FontFile"):
            stream = descriptor.get(key)
            if isinstance(stream, pikepdf.Stream):
                return key, bytes(stream.read_bytes())
    return "", b""


def _outlined(data: bytes) -> tuple[list[str], set[str], TTFont | None, Any]:
    """Glyph names in order, those with an outline, and the opened font (sfnt or bare CFF)."""
    if data[:4] in (b"\0\1\0\0", b"true", b"OTTO"):
        font = TTFont(io.BytesIO(data), lazy=True)
        order = list(font.getGlyphOrder())
        if "glyf" in font:
            table = font["glyf"]
            return order, {name for name in order if table[name].numberOfContours}, font, None
        return order, _drawn(font["CFF "].cff[0]), font, font["CFF "].cff[0]
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(data), None)
    top = fonts[0]
    return list(top.getGlyphOrder()), _drawn(top), None, top


_DRAWING = ("lineto", "curveto", "moveto", "callsubr", "callgsubr")


def _drawn(top: Any) -> set[str]:
    drawn = set()
    for name in top.getGlyphOrder():
        string = top.CharStrings[name]
        string.decompile()
        if any(isinstance(item, str) and item.endswith(_DRAWING) for item in string.program):
            drawn.add(name)
    return drawn


def _components(font: TTFont | None, used: set[str]) -> set[str]:
    """Glyphs that used glyphs are put together from."""
    if font is None or "glyf" not in font:
        return used
    todo, found = list(used), set(used)
    table = font["glyf"]
    while todo:
        current = todo.pop()
        if current in table.glyphs and table[current].isComposite():
            fresh = [name for name in table[current].getComponentNames(table) if name not in found]
            found.update(fresh)
            todo += fresh
    return found


def _spare_cid_glyphs(inner: Any, shown: set[int], reading: Mapping[int, str]) -> list[str]:
    _, data = _program_of(inner.get("/FontDescriptor"))
    if not data:
        return []
    order, outlined, font, top = _outlined(data)
    if top is not None and hasattr(top, "ROS"):
        by_code = {int(name[3:]): name for name in order if name[3:].isdigit()}
    else:
        by_code = dict(enumerate(order))
    cid_to_gid = inner.get("/CIDToGIDMap")
    if isinstance(cid_to_gid, pikepdf.Stream):
        table = cid_to_gid.read_bytes()
        by_code = {
            code: order[gid]
            for code in range(len(table) // 2)
            if 0 < (gid := int.from_bytes(table[2 * code : 2 * code + 2], "big")) < len(order)
        }
    used = _components(font, {by_code[code] for code in shown if code in by_code} | {order[0]})
    names = {name: code for code, name in by_code.items()}
    return [reading.get(names.get(name, -1), "") for name in order if name in outlined and name not in used]


def _spare_simple_glyphs(obj: Any, shown: set[int], reading: Mapping[int, str]) -> list[str]:
    key, data = _program_of(obj.get("/FontDescriptor"))
    if not data or key == "/FontFile":
        return []  # Type 1 programs are encrypted character by character; their names are in CharSet
    order, outlined, font, top = _outlined(data)
    used = {order[0]}
    names = _encoded_names(obj)
    cmaps = [table.cmap for table in font["cmap"].tables] if font is not None and "cmap" in font else []
    own = getattr(top, "Encoding", None) if top is not None else None
    for code in shown:
        text = reading.get(code, "")
        used |= {name for name in (names.get(code, ""), text and _name_of(text, order)) if name}
        if isinstance(own, list) and code < len(own):
            used.add(own[code])
        for cmap in cmaps:
            wanted = (code, 0xF000 + code, *(ord(letter) for letter in text[:1]))
            used |= {cmap[point] for point in wanted if point in cmap}
    used = _components(font, used)
    back: dict[str, str] = {name: str(toUnicode(name)) for name in order}
    for cmap in cmaps:
        back.update({name: chr(point) for point, name in cmap.items() if point < 0xF000 and not back.get(name)})
    return [back.get(name, "") for name in order if name in outlined and name not in used]


def _name_of(text: str, order: Sequence[str]) -> str:
    return next((name for name in order if toUnicode(name) == text), "")


def _encoded_names(obj: Any) -> dict[int, str]:
    encoding = obj.get("/Encoding")
    differences = encoding.get("/Differences") if isinstance(encoding, pikepdf.Dictionary) else None
    names, code = {}, 0
    for item in differences if isinstance(differences, pikepdf.Array) else ():
        if isinstance(item, pikepdf.Name):
            names[code] = glyphs.name_of(item)
            code += 1
        else:
            code = int(item)
    return names


def _spare_names(obj: Any, shown: set[int], reading: Mapping[int, str]) -> list[str]:
    names = _encoded_names(obj)
    spare = [str(toUnicode(name)) for code, name in names.items() if code not in shown and name != ".notdef"]
    descriptor = obj.get("/FontDescriptor")
    listed = descriptor.get("/CharSet") if isinstance(descriptor, pikepdf.Dictionary) else None
    if isinstance(listed, pikepdf.String):
        kept = {names.get(code, "") for code in shown} | {reading.get(code, "") for code in shown}
        for name in str(listed).split("/")[1:]:
            if name.strip() not in kept and str(toUnicode(name.strip())) not in kept and name.strip() != ".notdef":
                spare.append(str(toUnicode(name.strip())))
    return spare


# -- gaps ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """What the room around one label tells.

    Args:
        page: from 1.
        room: points from where the label begins to where the text goes on, or None at the end of a line.
        natural: whether the text goes on right after the label, so that nothing is told.
        fits: staff ids of those whose name would fill the room, generously: kerning is not known. Any gap that is not
            natural tells something, however many fit.
    """

    page: int
    room: float | None
    natural: bool
    fits: frozenset[str]


@dataclass(frozen=True, slots=True, repr=False)
class _Letter:
    text: str
    left: float
    right: float
    bottom: float
    size: float
    font: str


def width_candidates(data: bytes, label: str, candidates: Sequence[StaffMember]) -> list[Gap]:
    """Whom each label in a masked PDF may stand for, by the room it was given.

    Args:
        data: the masked PDF.
        label: the text that stands where a name stood.
        candidates: who may have stood there.

    Returns:
        One entry for each label found. A letter whose width the file does not show excludes nobody.
    """
    everyone = frozenset(person.staff_id for person in candidates)
    found: list[Gap] = []
    pages = _letters(data)
    widths = _widths(pages)
    for number, letters in enumerate(pages, 1):
        text = "".join(letter.text for letter in letters)
        at = text.find(label)
        while at >= 0:
            end = at + len(label)
            found.append(_gap(number, letters, at, end, widths, candidates, everyone))
            at = text.find(label, end)
    return found


def _gap(
    number: int,
    letters: Sequence[_Letter],
    at: int,
    end: int,
    widths: Mapping[tuple[str, float], Mapping[str, float]],
    candidates: Sequence[StaffMember],
    everyone: frozenset[str],
) -> Gap:
    first, last = letters[at], letters[end - 1]
    follows = next((letter for letter in letters[end:] if not letter.text.isspace()), None)
    if follows is None or abs(follows.bottom - first.bottom) > first.size / 2 or follows.left < last.right - 1:
        return Gap(number, None, True, everyone)
    # The look of the text around, not of the label, which has a font of its own.
    near = next((letter for letter in reversed(letters[:at]) if not letter.text.isspace()), follows)
    table = widths.get((near.font, round(near.size, 1)), {})
    space = table.get(" ", near.size * 0.25)
    told = follows.left - last.right
    if told <= space + near.size * _SPACE_SLACK:
        return Gap(number, follows.left - first.left, True, everyone)
    room = follows.left - first.left
    fits = {
        person.staff_id
        for person in candidates
        for name in {
            person.full_name,
            person.preferred_name,
            person.surname,
            f"{person.surname}, {person.preferred_name}",
        }
        if any(_may_fill(name, table, near.size, room - after) for after in (0.0, space))
    }
    return Gap(number, room, False, frozenset(fits))


def _may_fill(name: str, table: Mapping[str, float], size: float, room: float) -> bool:
    if any(letter.isalnum() and letter not in table for letter in name):
        return True
    width = sum(table.get(letter, size * _SIGN_WIDTH) for letter in name)
    return abs(width - room) <= _WIDTH_SLACK + 0.01 * room


def _widths(pages: Sequence[Sequence[_Letter]]) -> dict[tuple[str, float], dict[str, float]]:
    """Advance widths of the letters that are shown, by font and size."""
    seen: dict[tuple[str, float], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for letters in pages:
        for letter in letters:
            if letter.right > letter.left:
                seen[letter.font, round(letter.size, 1)][letter.text].append(letter.right - letter.left)
    return {
        look: {text: sorted(found)[len(found) // 2] for text, found in table.items()} for look, table in seen.items()
    }


def _letters(data: bytes) -> list[list[_Letter]]:
    """Every letter on every page with its place, by pdfium."""
    pages: list[list[_Letter]] = []
    with PDFIUM:
        document = pypdfium2.PdfDocument(data)
        try:
            for page in document:
                text_page = page.get_textpage()
                pages.append([_letter(text_page, index) for index in range(text_page.count_chars())])
                text_page.close()
                page.close()
        finally:
            document.close()
    return pages


def _letter(text_page: Any, index: int) -> _Letter:
    left, bottom, right, _ = text_page.get_charbox(index, loose=True)
    size = float(pdfium.FPDFText_GetFontSize(text_page, index))
    needed = pdfium.FPDFText_GetFontInfo(text_page, index, None, 0, None)
    buffer = ctypes.create_string_buffer(max(1, needed))
    pdfium.FPDFText_GetFontInfo(text_page, index, buffer, needed, None)
    font = buffer.value.decode("utf-8", "replace")
    code = pdfium.FPDFText_GetUnicode(text_page, index)
    # The baseline: the loose box is as high as the font, so its lower edge is the same along a line.
    return _Letter(chr(code) if code else "", left, right, bottom, size, font)
