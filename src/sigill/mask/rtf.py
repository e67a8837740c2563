r"""A known person out of Rich Text Format (RTF 1.9.1).

Does: read the file with its own tokenizer, keep an allow-list of destinations (text, fonts, colours, styles,
lists, headers, footers, notes, pictures), resolve tracked changes as the final text, join text across groups
and escapes (`\'e5`, `\u229`), mask it, and write the file afresh in pure ASCII with one Unicode escape for
each letter. `\info`, comments, bookmarks, revision ids, generators, user properties, embedded objects and every
unknown `\*` destination go.

Does not: keep fields as fields except page numbers; the others become the text they show.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sigill.errors import N_, BadInput, Blocked, NothingRead
from sigill.mask.image import mask_picture
from sigill.mask.joined import Block, NameFinder, Piece, joined, mask_blocks, words
from sigill.mask.report import Options, Report

MAX_DEPTH = 200
MAX_TOKENS = 20_000_000

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n\x00]+)|[\r\n\x00]+|(\\)"
)


@dataclass(slots=True)
class Word:
    """A control word or symbol, with its number if it has one."""

    name: str
    number: int | None = None


@dataclass(slots=True)
class Letters:
    """Text as Unicode."""

    text: str


@dataclass(slots=True)
class Bytes:
    """Bytes of a character set that is known only when the font is."""

    data: bytes


@dataclass(slots=True)
class Group:
    """What stands between two braces."""

    items: "list[Word | Letters | Bytes | Group]" = field(default_factory=list)

    @property
    def name(self) -> str:
        r"""The destination this group begins with (`\*` skipped); empty if none."""
        for item in self.items:
            if isinstance(item, Word):
                if item.name == "*":
                    continue
                return item.name
            break
        return ""

    @property
    def starred(self) -> bool:
        r"""Whether the group begins with `\*`: readers may skip it."""
        return bool(self.items) and isinstance(self.items[0], Word) and self.items[0].name == "*"

    def groups(self) -> "Iterator[Group]":
        """All groups inside, at any depth."""
        for item in self.items:
            if isinstance(item, Group):
                yield item
                yield from item.groups()


Item = Word | Letters | Bytes | Group

_DROPPED = words(
    "info generator userprops xmlnstbl rsidtbl themedata colorschememapping datastore latentstyles revtbl annotation "
    "atnid atnauthor atnref atnicn atnparent atndate atntime atrfstart atrfend bkmkstart bkmkend template mailmerge "
    "docvar datafield formfield objdata objclass objname objalias objsect nonshppict pnseclvl filetbl passwordhash "
    "protusertbl pgptbl ebcstart ebcend private xe tc rxe tcf txe blipuid fontemb fontfile background nextfile "
    "writereservation writereservhash factoidname oldcprops oldpprops oldtprops "
    "oldsprops htmltag mhtmltag xform xmlattr xmlname xmlopen xmlclose wgrffmtfilter ftncn falt panose shprslt comment "
    "keywords subject author operator manager company hlinkbase userprops linkval propname staticval"
)
_KEPT_STARRED = words(
    "shppict shpinst cs ts ds listtable listoverridetable listpicture pn pntext pntxta pntxtb fldinst defchp "
    "defpap ftnsep ftnsepc aftnsep aftnsepc ftnsepc aftncn footnote upr ud do tblstyle"
)
_TABLES = words("fonttbl colortbl stylesheet listtable listoverridetable")
_GONE_WORDS = re.compile(
    r"(?i)^(insrsid|rsid.*|charrsid|pararsid|sectrsid|tblrsid|delrsid|revised|revauth|revdttm|revprop|revbar|crauth|"
    r"crdate|srauth|srdate|mvauth|mvdate|mvf|mvt|noproof|lang.*|alang.*|deflang.*|adeflang.*|uc|edmins|vern|nofchars|"
    r"nofpages|nofwords|nofcharsws|version|id|viewkind|viewscale|viewzk|atnformat|revisions|proptype|lbr|"
    r"saveinvalidxml|ansicpg|ansi|mac|pc|pca|rtf|upr|formprot|revprot|annotprot|readprot|enforceprot|protlevel|chatn)$"
)
_BREAKS = words("par cell row sect page nestcell nestrow column softcol softpage")
_CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "~": "\u00a0",
    "_": "\u2011",
    "-": "\u00ad",
    "emdash": "\u2014",
    "endash": "\u2013",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "qmspace": "\u2005",
    "bullet": "\u2022",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "zwj": "\u200d",
    "zwnj": "\u200c",
    "zwbo": "\u200b",
    "zwnbo": "\u2060",
    "ltrmark": "\u200e",
    "rtlmark": "\u200f",
}
_CHARSETS = {
    0: "cp1252",
    1: "cp1252",
    77: "mac-roman",
    128: "cp932",
    129: "cp949",
    134: "gbk",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
_LIVE_FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})


def mask_rtf(data: bytes, finder: NameFinder, options: Options, report: Report) -> bytes:
    """Mask an RTF file.

    Raises:
        BadInput: not RTF, or braces that do not match; NothingRead: no text.
        Blocked: beyond the bounds.
    """
    if len(data) > options.max_bytes:
        raise Blocked(N_("The file is larger than the limit."))
    root = _parse(data)
    codepage = _codepage(root)
    fonts = _fonts(root)
    _final(root)
    _drop(root, report)
    _flatten_fields(root)
    _resolve(root, codepage, fonts)
    blocks = _blocks(root)
    text = joined(blocks)
    if not text.strip():
        raise NothingRead(N_("The file holds no text."))
    finder = finder.for_document(text)
    mask_blocks(blocks, finder, options.label, report, "text")
    _list_texts(root, finder, report)
    _pictures(root, finder, options, report)
    return _write(root)


def _parse(data: bytes) -> Group:
    """Read the whole file into groups."""
    data = data.lstrip(b"\xef\xbb\xbf \r\n\t")
    if not data.startswith(b"{\\rtf"):
        raise BadInput(N_("The file is no Rich Text document."))
    return _Parser(data).run()


class _Parser:
    r"""Tokens to groups. `\uN` is followed by as many stand-in characters as the last `\ucN` said (1.9.1, p. 19)."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0
        self._stack: list[Group] = []
        self._skips: list[int] = []
        self._skip = 1
        self._waiting = 0

    def run(self) -> Group:
        """The outermost group."""
        data = self._data
        tokens = 0
        while self._position < len(data):
            match = _TOKEN.match(data, self._position)
            if match is None:
                self._position += 1
                continue
            self._position = match.end()
            tokens += 1
            if tokens > MAX_TOKENS:
                raise Blocked(N_("The file is larger than the limit."))
            name, number, code, symbol, brace, letters, _ = match.groups()
            if brace == b"{":
                self._open()
            elif brace == b"}":
                done = self._close()
                if not self._stack:
                    return done
            elif name is not None:
                self._word(name.decode("ascii"), int(number) if number is not None else None)
            elif letters is not None:
                self._letters(letters)
            elif self._waiting and (code is not None or symbol is not None):
                self._waiting -= 1
            elif code is not None:
                self._items.append(Bytes(bytes([int(code, 16)])))
            elif symbol is not None:
                self._symbol(symbol)
        raise BadInput(N_("The file is damaged: its braces do not match."), N_("Save it again."))

    @property
    def _items(self) -> "list[Item]":
        return self._stack[-1].items

    def _open(self) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise Blocked(N_("Groups are nested deeper than the limit."))
        group = Group()
        if self._stack:
            self._items.append(group)
        self._stack.append(group)
        self._skips.append(self._skip)
        self._waiting = 0

    def _close(self) -> Group:
        self._skip = self._skips.pop()
        self._waiting = 0
        return self._stack.pop()

    def _word(self, name: str, number: int | None) -> None:
        if name == "bin":
            # Raw bytes follow, braces and all.
            end = self._position + max(number or 0, 0)
            self._items.append(Letters(self._data[self._position : end].hex()))
            self._position = end
        elif name == "u" and number is not None:
            self._items.append(Letters(chr(number & 0xFFFF)))
            self._waiting = self._skip
        elif name == "uc":
            self._skip = max(number if number is not None else 1, 0)
        elif self._waiting:
            self._waiting -= 1
        else:
            self._items.append(Word(name, number))

    def _symbol(self, symbol: bytes) -> None:
        if symbol in b"\\{}":
            self._items.append(Letters(symbol.decode("ascii")))
        elif symbol in b"\r\n":
            self._items.append(Word("par"))
        elif symbol.isascii():
            self._items.append(Word(symbol.decode("ascii")))
        # Beyond ASCII there are no control symbols; readers pass over what they don't know (1.9.1, "Basic Entities").

    def _letters(self, letters: bytes) -> None:
        kept = letters[self._waiting :]
        self._waiting = max(self._waiting - len(letters), 0)
        if kept:
            self._items.append(Letters(kept.decode("ascii")) if kept.isascii() else Bytes(kept))


def _codepage(root: Group) -> str:
    for item in root.items:
        if isinstance(item, Word) and item.name == "ansicpg" and item.number:
            name = f"cp{item.number}" if item.number != 65001 else "utf-8"
            try:
                codecs.lookup(name)
            except LookupError:
                return "cp1252"
            return name
    names = {item.name for item in root.items if isinstance(item, Word)}
    return "mac-roman" if "mac" in names else "cp437" if "pc" in names else "cp850" if "pca" in names else "cp1252"


def _fonts(root: Group) -> dict[int, int]:
    """Font number → character set number."""
    found: dict[int, int] = {}
    for group in root.groups():
        if group.name != "fonttbl":
            continue
        number = 0
        for one in [group, *group.groups()]:
            for item in one.items:
                if isinstance(item, Word) and item.name == "f" and item.number is not None:
                    number = item.number
                elif isinstance(item, Word) and item.name == "fcharset" and item.number is not None:
                    found[number] = item.number
    return found


def _final(root: Group) -> None:
    r"""Take out text marked as deleted (`\deleted`, `\mvf`), switched on and off like bold."""

    def walk(group: Group, deleted: bool) -> None:
        kept: list[Item] = []
        for item in group.items:
            if isinstance(item, Word) and item.name in ("deleted", "mvf"):
                deleted = item.number != 0
            elif isinstance(item, Word) and item.name == "plain":
                deleted = False
                kept.append(item)
            elif isinstance(item, Group):
                walk(item, deleted)
                kept.append(item)
            elif not deleted or (isinstance(item, Word) and item.name not in _CHARACTERS | {"par": ""}):
                kept.append(item)
        group.items = kept

    walk(root, False)


def _drop(group: Group, report: Report) -> None:
    """Keep allowed destinations and words only."""
    kept: list[Item] = []
    for item in group.items:
        if isinstance(item, Word) and _GONE_WORDS.match(item.name):
            continue
        if isinstance(item, Group):
            name = item.name
            if name in _DROPPED or (item.starred and name not in _KEPT_STARRED):
                report.took("text", {"annotation": "comment", "info": "properties"}.get(name, "markup"))
                continue
            if name == "sp":
                if _shape_setting(item):
                    _drop(item, report)
                else:
                    continue
            elif name == "upr":
                inner = [one for one in item.items if isinstance(one, Group) and one.name == "ud"]
                for one in inner:
                    one.items = [x for x in one.items if not (isinstance(x, Word) and x.name in ("*", "ud"))]
                    _drop(one, report)
                    kept += one.items
                continue
            else:
                _drop(item, report)
        kept.append(item)
    group.items = kept


def _shape_setting(group: Group) -> bool:
    """Whether a shape's property is a measure or a picture; names, descriptions and links are not kept."""
    for one in group.items:
        if isinstance(one, Group) and one.name == "sv":
            return any(inner.name == "pict" for inner in one.groups()) or bool(
                re.fullmatch(r"\s*-?\d{1,12}\s*", _plain(one))
            )
    return False


def _flatten_fields(group: Group) -> None:
    """A field becomes the text it shows, unless it counts pages."""
    kept: list[Item] = []
    for item in group.items:
        if isinstance(item, Group):
            _flatten_fields(item)
            if item.name == "field":
                code = " ".join(_plain(one) for one in item.items if isinstance(one, Group) and one.name == "fldinst")
                if code.split()[:1] and code.split()[0].upper() in _LIVE_FIELDS:
                    item.items = [
                        Group([Word("*"), Word("fldinst"), Letters(f" {code.split()[0].upper()} ")])
                        if isinstance(one, Group) and one.name == "fldinst"
                        else one
                        for one in item.items
                    ]
                    kept.append(item)
                    continue
                for one in item.items:
                    if isinstance(one, Group) and one.name == "fldrslt":
                        kept.append(Group([x for x in one.items if not (isinstance(x, Word) and x.name == "fldrslt")]))
                continue
        kept.append(item)
    group.items = kept


def _plain(group: Group) -> str:
    text = ""
    for item in group.items:
        if isinstance(item, Letters):
            text += item.text
        elif isinstance(item, Bytes):
            text += item.data.decode("cp1252", "replace")
        elif isinstance(item, Group):
            text += _plain(item)
    return text


def _resolve(root: Group, codepage: str, fonts: dict[int, int]) -> None:
    """Turn bytes into letters by the font in force, and join surrogate pairs and neighbours."""

    def charset(number: int | None) -> str:
        kind = fonts.get(number, -1) if number is not None else -1
        if kind == 2:
            return "symbol"
        return _CHARSETS.get(kind, codepage) if kind not in (0, 1) else codepage

    def walk(group: Group, active: str, own: bool) -> None:
        result: list[Item] = []
        raw = b""

        def flush() -> None:
            nonlocal raw
            if raw:
                text = raw.decode("latin-1") if active == "symbol" else raw.decode(active, "replace")
                add(text)
                raw = b""

        def add(text: str) -> None:
            if result and isinstance(result[-1], Letters):
                result[-1].text += text
            else:
                result.append(Letters(text))

        for item in group.items:
            if isinstance(item, Bytes):
                raw += item.data
                continue
            flush()
            if isinstance(item, Letters):
                add(item.text)
            elif isinstance(item, Group):
                walk(item, active, own)
                result.append(item)
            else:
                if item.name == "f" and not own:
                    active = charset(item.number)
                elif item.name == "fcharset":
                    active = charset(None) if item.number in (0, 1) else _CHARSETS.get(item.number or 0, codepage)
                elif item.name in ("plain",):
                    active = charset(default)
                result.append(item)
        flush()
        for item in result:
            if isinstance(item, Letters):
                item.text = item.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        group.items = [item for item in result if not (isinstance(item, Letters) and not item.text)]

    default = next((item.number for item in root.items if isinstance(item, Word) and item.name == "deff"), None)
    walk(root, charset(default), False)


_NO_TEXT = words("fldinst colortbl pict levelnumbers leveltext listid picprop")
_OWN_TEXT = words(
    "header headerl headerr headerf footer footerl footerr footerf footnote shptxt fonttbl stylesheet listtable "
    "pgdsctbl ftnsep ftnsepc aftnsep aftnsepc pntext listtext pntxta pntxtb result listname levelmarker"
)


def _blocks(root: Group) -> list[Block]:
    """Text by paragraph; headers, notes and shapes for themselves, wherever they are anchored."""
    blocks: list[Block] = [[]]
    apart: list[Group] = []

    def walk(group: Group, into: list[Block]) -> None:
        for item in group.items:
            if isinstance(item, Letters):
                if group.name in ("fonttbl", "stylesheet") or _in_table(group):
                    into.append([_letters(item)])
                else:
                    into[-1].append(_letters(item))
            elif isinstance(item, Word):
                if item.name in _BREAKS:
                    into.append([])
                elif item.name in _CHARACTERS:
                    into[-1].append(_character(group, item))
            elif isinstance(item, Group) and item.name in _OWN_TEXT:
                apart.append(item)
            elif isinstance(item, Group) and item.name not in _NO_TEXT:
                walk(item, into)

    walk(root, blocks)
    while apart:
        blocks.append([])
        walk(apart.pop(0), blocks)
    return [block for block in blocks if block]


def _in_table(group: Group) -> bool:
    return group.name in ("f", "s", "cs", "ts", "ds")


def _letters(item: Letters) -> Piece:
    def write(new: str) -> None:
        item.text = new

    return Piece(item.text, write)


def _character(group: Group, item: Word) -> Piece:
    text = _CHARACTERS[item.name]
    holder: list[Letters] = []

    def write(new: str) -> None:
        if new == text and not holder:
            return
        if holder:
            holder[0].text = new
            return
        holder.append(Letters(new))
        place = next(at for at, one in enumerate(group.items) if one is item)
        group.items[place] = holder[0]

    return Piece(text, write)


def _list_texts(root: Group, finder: NameFinder, report: Report) -> None:
    """A list whose number text names the person becomes a list without number text."""
    for group in root.groups():
        if group.name == "leveltext" and any(span.certainty != "review" for span in finder.find(_plain(group))):
            group.items = [Word("leveltext"), Letters("\x00;")]
            report.took("text", "list text")


_PICTURE_WORDS = words("picw pich picwgoal pichgoal picscalex picscaley piccropl piccropr piccropt piccropb")


def _pictures(root: Group, finder: NameFinder, options: Options, report: Report) -> None:
    """Masked pictures; what is no PNG or JPEG becomes an empty one of the same size on the page."""
    for group in root.groups():
        if group.name != "pict":
            continue
        digits = re.sub(r"[^0-9a-fA-F]", "", _plain(group))
        data = bytes.fromhex(digits[: len(digits) // 2 * 2])
        fresh, suffix = mask_picture(data, finder, options, report, "picture")
        words = [item for item in group.items if isinstance(item, Word) and item.name in _PICTURE_WORDS]
        kind = "jpegblip" if suffix == ".jpg" else "pngblip"
        group.items = [Word("pict"), *words, Word(kind), Letters(fresh.hex())]


def _write(root: Group) -> bytes:
    """Write groups in one canonical form: ASCII, one escape for one UTF-16 unit."""
    out: list[str] = ["{\\rtf1\\ansi\\ansicpg1252\\uc1 "]

    def text(letters: str) -> str:
        parts = []
        for letter in letters:
            if letter in "\\{}":
                parts.append("\\" + letter)
            elif letter == "\t":
                parts.append("\\tab ")
            elif letter == "\n":
                parts.append("\\line ")
            elif " " <= letter <= "~":
                parts.append(letter)
            elif letter < " ":
                parts.append(f"\\'{ord(letter):02x}")
            else:
                units = letter.encode("utf-16-le", "replace")
                for at in range(0, len(units), 2):
                    unit = int.from_bytes(units[at : at + 2], "little")
                    # The stand-in as an escape: some readers swallow a letter too many after a bare question mark.
                    parts.append(f"\\u{unit - 65536 if unit > 32767 else unit}\\'3f")
        return "".join(parts)

    def walk(group: Group) -> None:
        for item in group.items:
            if isinstance(item, Letters):
                out.append(text(item.text))
            elif isinstance(item, Word):
                if item.name.isalpha():
                    number = "" if item.number is None else str(item.number)
                    # A space always ends the word: it is part of it, not of the text.
                    out.append(f"\\{item.name}{number} ")
                else:
                    out.append("\\" + item.name)
                if item.name == "par":
                    out.append("\r\n")
            elif isinstance(item, Group) and _worth(item):
                out.append("{")
                walk(item)
                out.append("}")

    walk(root)
    out.append("}\r\n")
    return "".join(out).encode("ascii")


def _worth(group: Group) -> bool:
    """Whether a group shows or defines anything; one with formatting words alone is a remnant of a cut run."""
    if group.name in _TABLES or group.name in _OWN_TEXT or group.name in _NO_TEXT or _in_table(group):
        return True
    for item in group.items:
        if isinstance(item, Letters) and item.text:
            return True
        if isinstance(item, Word) and (item.name in _BREAKS or item.name in _CHARACTERS or item.name in _ALONE):
            return True
        if isinstance(item, Group) and _worth(item):
            return True
    return False


_ALONE = words(
    "chpgn chdate chtime chftn chftnsep chftnsepc list listlevel listoverride listid listoverridecount sectd trowd "
    "pgdscnxt ls levelnfc pict"
)
