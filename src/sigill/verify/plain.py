"""Independent eyes on text, HTML, XML and RTF.

Promise: every likely character set is tried; markup is read with its tags taken out in two ways, with its attributes,
comments and scripts; RTF is read with its escapes undone, its hidden groups and embedded objects included.
Modesty: no layout, no scripts are run.
"""

import base64
import contextlib
import html
import re
from collections.abc import Iterator

from sigill.verify.reading import Finding, Inner, Place, Raw, Reading, guessed

_TAG = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=]+))""")
_COMMENT = re.compile(r"<!--(.*?)-->|<!\[CDATA\[(.*?)\]\]>|<\?(.*?)\?>|<!DOCTYPE([^>]*)>", re.DOTALL)
_BLOCK_END = re.compile(
    r"</(?:p|div|td|th|tr|li|h\d|w:p|w:tc|text:p|text:h|table:table-cell|si|c|row)\s*>"
    r"|<(?:br|w:br|w:tab|text:tab|text:line-break|text:s)\b[^<>]*>"
)
_SYMBOL = re.compile(r"<(?:\w+:)?sym\b[^<>]*?\b(?:\w+:)?char\s*=\s*[\"']\s*([0-9A-Fa-f]{1,6})\s*[\"'][^<>]*>")
_DECLARED = re.compile(rb"(?i)(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)")
_DATA_URI = re.compile(r"data:([\w/+.-]*)[^,\"'\s)]*;base64,([A-Za-z0-9+/=\s]+)")


def read_text(data: bytes, place: Place) -> Iterator[Finding]:
    """Plain text, CSV, JSON and the like."""
    for text in guessed(data):
        yield Reading("text", place, text)


def read_markup(data: bytes, place: Place, reader: str = "text") -> Iterator[Finding]:
    """HTML or XML: text, attributes, comments; broken markup included.

    Args:
        data: the file.
        place: where it stands.
        reader: whose finding it is.
    """
    texts = guessed(data)
    declared = _DECLARED.search(data[:2048])
    if declared:
        with contextlib.suppress(LookupError):
            texts.append(data.decode(declared[1].decode(), "replace"))
    for text in dict.fromkeys(texts):
        for joined in markup_texts(text):
            yield Reading(reader, place, joined)
        yield Reading(reader, (*place, "attributes"), attributes(text))
        yield Reading(
            reader,
            (*place, "comments"),
            "\n".join(part for m in _COMMENT.finditer(text) for part in m.groups() if part),
        )
        yield Reading(reader, (*place, "tags"), _tag_words(text), prose=False)
        for number, match in enumerate(_DATA_URI.finditer(text), 1):
            packed = re.sub(r"\s|=", "", match[2])
            packed = packed[: len(packed) - (len(packed) % 4 == 1)]
            yield Inner((*place, f"embedded data {number}"), "", base64.b64decode(packed + "=" * (-len(packed) % 4)))


def markup_texts(text: str) -> Iterator[str]:
    """A marked-up text without its tags: run together within blocks, and with a space for each tag.

    A character given by its number in a symbol font counts as a character (ISO 29500-1, 17.3.3.30).
    """
    marked = _SYMBOL.sub(_symbol, _COMMENT.sub(" ", text))
    yield _TAG.sub("", _BLOCK_END.sub("\n", marked))
    yield _TAG.sub(" ", marked)


def _symbol(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    if 0xF000 <= code <= 0xF0FF:  # where symbol fonts keep their 256 codes; in a text font's place these are letters
        code -= 0xF000
        return html.escape(bytes([code]).decode("cp1252", "replace"))
    return html.escape(chr(code)) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""


def attributes(text: str) -> str:
    """All attributes, one a line, `name: value`; the same once."""
    tags = "\n".join(dict.fromkeys(_TAG.findall(text)))
    lines = (f"{name}: {quoted or single or bare}" for name, quoted, single, bare in _ATTRIBUTE.findall(tags))
    return "\n".join(dict.fromkeys(lines))


def _tag_words(text: str) -> str:
    """The words inside tags, whatever they are there, each once."""
    return "\n".join(dict.fromkeys(re.findall(r"[^\s<>\"'=/]+", " ".join(dict.fromkeys(_TAG.findall(text))))))


_RTF_TOKEN = re.compile(
    r"\\u(-?\d{1,6}) ?(?:\\'[0-9A-Fa-f]{2}|[^\\{}])?"  # a letter by number, and its stand-in
    r"|((?:\\'[0-9A-Fa-f]{2})+)"
    r"|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?"
    r"|\\([^a-zA-Z])"
    r"|([{}])"
    r"|([\r\n]+)"
)
_RTF_BREAKS = {"par", "line", "sect", "page", "row", "column"}
_RTF_SIGNS = {
    "tab": "\t", "cell": "\t", "nestcell": "\t", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
_RTF_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}\s*){32,}")
_RTF_PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}


def read_rtf(data: bytes, place: Place) -> Iterator[Finding]:
    """Rich text: every group, visible or not, and embedded hexadecimal blocks."""
    source = data.decode("latin-1")
    page = re.search(r"\\ansicpg(\d+)", source)
    declared = (
        f"cp{page[1]}" if page else next((c for w, c in _RTF_PAGES.items() if f"\\{w}\\" in source[:200]), "cp1252")
    )
    for codec in dict.fromkeys((declared, "cp1252")):
        for apart in ("", " "):
            yield Reading("text", place, _rtf_text(source, codec, apart))
    yield Reading("text", (*place, "source"), source, prose=False)
    for number, match in enumerate(_RTF_HEX.finditer(source), 1):
        block = bytes.fromhex(re.sub(r"\s", "", match[0]))
        where = (*place, f"embedded block {number}")
        yield Raw("text", where, block)
        for magic in (b"\x89PNG", b"\xff\xd8\xff", b"PK\3\4", b"%PDF-", b"\xd0\xcf\x11\xe0"):
            at = block.find(magic)
            if 0 <= at < 4096:
                yield Inner(where, "", block[at:])
                break


def _rtf_text(source: str, codec: str, apart: str) -> str:
    """The text of all groups in order; `apart` stands between groups."""

    def plain(match: re.Match[str]) -> str:
        unicode_, hexes, word, _, symbol, brace, _ = match.groups()
        if unicode_ is not None:
            return chr(int(unicode_) % 65536)
        if hexes is not None:
            return _decode(bytes.fromhex(hexes.replace("\\'", "")), codec)
        if word is not None:
            return "\n" if word in _RTF_BREAKS else _RTF_SIGNS.get(word, "")
        if symbol is not None:
            return {"~": " ", "-": "", "_": "-", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}.get(symbol, "")
        return apart if brace is not None else ""

    text = _RTF_TOKEN.sub(plain, source)
    # Pairs of surrogates from two \u words become one letter.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _decode(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec, "replace")
    except LookupError:
        return raw.decode("cp1252", "replace")
