"""Folding: text to bytes in which a name has one spelling, with a way back to where it stood.

What it does. `canonical` undoes what hides a name from a search (HTML, quoted-printable, percent, JSON and RTF
escapes, UTF-8 read as Latin-1, decomposed letters, ligatures, zero-width and soft hyphens, a word hyphenated over
a line break) and keeps a map of offsets. `fold` then turns each character into exactly one byte: letters lose case
and accents, digits stay, everything else is a space. `fold` is fast because text without those hidings (nearly all
text) takes only `str.encode` and `bytes.translate`, both in C: casefolding in Python would be the whole cost.

What it does not. It does not decide what is a name; it does not decode MIME parts, base64 or files; a letter lost
for good ("?sa") cannot be brought back. Sources: Unicode UAX #15 (NFC, NFD), RFC 2045 § 6.7 (quoted-printable),
RFC 3986 § 2.1 (percent), RFC 8259 § 7 (JSON), HTML § 13.5 (character references).
"""

import codecs
import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

OTHER_LETTER = 0x80
"""The byte that every letter outside the Latin alphabet becomes: part of a word, equal to no Latin letter."""
LOST_LETTER = 0x81
"""The byte that U+FFFD becomes: a letter that somebody's program could not read."""

_ZERO = (
    "\u00a8\u00ad\u02d9-\u02db\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\x00-\x08\x0e-\x1f\x7f"
)
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
_LIGATURES = "\ufb00-\ufb06\u0132\u0133\u01c4-\u01cc\u01f1-\u01f3"
# U+FFFE and U+0002 are what PDF extractors leave where a line-break hyphen was.
_HIDING = re.compile(
    "(?P<soft>[\u00ad\ufffe\x02][ \\t]*\\r?\\n[ \\t]*)"
    "|(?P<broken>(?<=[^\\W\\d_])[-\u2010][ \\t]*\\r?\\n[ \\t]*(?=[^\\W\\d_]))"
    f"|(?P<accent>[^\\W\\d_][{_ZERO}]*[{_MARKS}][{_ZERO}{_MARKS}]*)"
    f"|(?P<spacing>[AOUaou][\u00a8\u02da])"
    f"|(?P<ligature>[{_LIGATURES}])"
    f"|(?P<zero>[{_ZERO}{_MARKS}]+)"
)
_ACCENTED = re.compile(f"(?P<accent>[^\\W\\d_][{_ZERO}]*[{_MARKS}][{_ZERO}{_MARKS}]*)")
_CP1252_HIGH = "".join(bytes([b]).decode("cp1252", "replace") for b in range(0x80, 0xA0)).replace("\ufffd", "")
_QUOTES = "„…‘’“”•–—"
_SPACING = "\xa0\xa7\xa8\xab\xad\xb4\xb7\xbb"
_TAIL = f"[\x80-\xbf{_CP1252_HIGH}]"
# Ä and Å are letters here as well as first bytes: with a quotation mark after them they stay what they are,
# unless a letter follows; with a space, a soft hyphen or the like they always do.
_MISREAD = re.compile(
    f"[\xc2\xc3]{_TAIL}|[\xc4\xc5](?:(?![{_QUOTES}{_SPACING}]){_TAIL}|‘(?=[a-zåäö]))|\xe1[\xba\xbb»º]{_TAIL}|\xc6[\xa0\xa1\xaf\xb0]"
)
_ESCAPE = re.compile(
    r"(?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});)"
    r"|(?P<percent>(?:%[0-9A-Fa-f]{2})+)"
    r"|(?P<softbreak>=[ \t]*\r?\n)"
    r"|(?P<quoted>(?:=[0-9A-F]{2})+)"
    r"|(?P<json>(?:\\u[0-9a-fA-F]{4})+)"
    r"|(?P<rtf>(?:\\'[0-9a-fA-F]{2})+)"
    f"|(?P<misread>{_MISREAD.pattern})"
)
# One character each: looking for them costs next to nothing, and most text has none.
_ESCAPE_SIGNS = ("&", "%", "\\", "=")
_HIDING_SIGNS = ("\xad", "\xa8", "\x02", "\x00", "-\n", "-\r", "- \n", "- \r")


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """From offsets in a rewritten text back to the text it was made of.

    Args:
        made: start offsets of the replaced stretches in the new text, rising.
        made_end: their ends; equal to the start where something was deleted.
        source, source_end: the same stretches in the old text.
    """

    made: list[int] = field(default_factory=list)
    made_end: list[int] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    source_end: list[int] = field(default_factory=list)

    def start(self, offset: int) -> int:
        """Where the character at `offset` began."""
        at = bisect_right(self.made, offset) - 1
        if at < 0:
            return offset
        if offset < self.made_end[at]:
            return self.source[at]
        return self.source_end[at] + offset - self.made_end[at]

    def end(self, offset: int) -> int:
        """Where the character before `offset` ended."""
        at = bisect_right(self.made, offset - 1) - 1
        if at < 0:
            return offset
        if offset - 1 < self.made_end[at]:
            return self.source_end[at]
        return self.source_end[at] + offset - self.made_end[at]


@dataclass(frozen=True, slots=True, repr=False)
class Canonical:
    """A text with its hidings undone.

    Args:
        text: to search in.
        maps: from `text` back to the source, the last rewriting first. Empty when nothing had to be undone.
    """

    text: str
    maps: tuple[OffsetMap, ...] = ()

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the source that `text[start:end]` was made of; `start < end`."""
        for one in self.maps:
            start, end = one.start(start), one.end(end)
        return start, end


class _NeedsCanonical(Exception):
    """Folding met a character that does not fold to one byte."""


def canonical(text: str) -> Canonical:
    """`text` with escapes, misreadings, decomposition, ligatures and invisible characters undone."""
    maps: list[OffsetMap] = []
    if not text.isascii():
        # Before the escapes, so that "Ä" is one character when they are looked at, however it was written.
        text, made = _rewrite(text, _ACCENTED, _reveal)
        if made.made:
            maps.insert(0, made)
    if any(sign in text for sign in _ESCAPE_SIGNS) or _may_be_misread(_latin(text)):
        text, made = _rewrite(text, _ESCAPE, _unescape)
        if made.made:
            maps.insert(0, made)
    if any(sign in text for sign in _HIDING_SIGNS) or not text.isascii():
        text, made = _rewrite(text, _HIDING, _reveal)
        if made.made:
            maps.insert(0, made)
    if "\r" in text:
        text, made = _rewrite(text, _NEWLINE, lambda _: "\n")
        if made.made:
            maps.insert(0, made)
    return Canonical(text, tuple(maps))


_NEWLINE = re.compile("\r\n?")


def fold(text: str) -> bytes:
    """One byte for each character of a text that `canonical` has been through.

    Raises nothing: a character that has no better byte becomes a space (no letter) or `OTHER_LETTER`.
    """
    return _latin(text).translate(_TABLE)


def prepare(text: str) -> tuple[Canonical, bytes]:
    """`canonical` and `fold` in one, without the cost of the first where there is nothing to undo."""
    if not (any(sign in text for sign in _ESCAPE_SIGNS) or any(sign in text for sign in _HIDING_SIGNS) or "\r" in text):
        try:
            raw = text.encode("latin-1", "sigill-fold")
            if not _may_be_misread(raw):
                return Canonical(text), raw.translate(_TABLE)
        except _NeedsCanonical:
            pass
    plain = canonical(text)
    return plain, fold(plain.text)


def _latin(text: str) -> bytes:
    return text.encode("latin-1", "sigill-fold-all")


def _may_be_misread(raw: bytes) -> bool:
    """Whether a first byte of UTF-8 stands before a following one, both read as characters."""
    return b"\x01\x02" in raw.translate(_UTF8_LOOK)


@lru_cache(maxsize=1 << 15)
def key(text: str) -> bytes:
    """A name as the search looks for it: folded, single spaces between its words, none around it."""
    return b" ".join(fold(canonical(text).text).split())


def _rewrite(text: str, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str | None]) -> tuple[str, OffsetMap]:
    made = OffsetMap()
    parts: list[str] = []
    at = length = 0
    for match in pattern.finditer(text):
        replacement = new(match)
        if replacement is None:
            continue
        start, end = match.span()
        parts += (text[at:start], replacement)
        length += start - at
        made.made.append(length)
        length += len(replacement)
        made.made_end.append(length)
        made.source.append(start)
        made.source_end.append(end)
        at = end
    parts.append(text[at:])
    return "".join(parts), made


def _reveal(match: re.Match[str]) -> str | None:
    kind, found = match.lastgroup, match.group()
    if kind == "broken":
        # "Lind-\nqvist" is one word; "Lindqvist-\nÖberg" keeps its hyphen, unless all of it is in capitals.
        before, after = match.string[match.start() - 1], match.string[match.end()]
        return "" if after.islower() or (before.isupper() and after.isupper()) else None
    if kind == "accent":
        return unicodedata.normalize("NFC", found[0] + re.sub(f"[{_ZERO}]", "", found[1:]))[0]
    if kind == "spacing":
        return unicodedata.normalize("NFC", found[0] + ("\u0308" if found[1] == "\u00a8" else "\u030a"))[0]
    return unicodedata.normalize("NFKC", found) if kind == "ligature" else ""


def _unescape(match: re.Match[str]) -> str | None:
    kind, found = match.lastgroup, match.group()
    if kind == "entity":
        plain = html.unescape(found)
        return plain if plain != found and "\x00" not in plain else None
    if kind == "softbreak":
        return ""
    if kind == "misread":
        raw = b"".join(_byte(one) for one in found)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return None
    if kind == "json":
        units = b"".join(int(one, 16).to_bytes(2, "big") for one in found.split("\\u")[1:])
        return units.decode("utf-16-be", "replace")
    raw = bytes.fromhex(re.sub(r"[%='\\]", "", found))
    if kind == "rtf":
        return raw.decode("cp1252", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        # "NAME=DANIEL": two capital letters after "=" may be text; with a figure in it, it is an escape.
        if kind == "quoted" and any(pair.isalpha() for pair in found.split("=")[1:]):
            return None
        return raw.decode("cp1252", "replace")


def _byte(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")


_STRAY = {
    "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t", "þ": "t", "œ": "o", "æ": "a", "ß": "s",
    "ŋ": "n", "ƒ": "f", "ĸ": "k", "ə": "e", "ɛ": "e", "ŀ": "l", "ŉ": "n",
    # Cyrillic and Greek letters that look like Latin ones, used to slip a name past a search.
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "i", "ѕ": "s", "ј": "j", "ԁ": "d",
    "ӧ": "o", "ӓ": "a", "к": "k", "м": "m", "т": "t", "в": "b", "н": "h",
    "ο": "o", "α": "a", "ν": "v", "ρ": "p", "ι": "i", "κ": "k", "τ": "t",
}  # fmt: skip


def _fold_one(char: str) -> int:
    if char == "\ufffd":
        return LOST_LETTER
    low = char.lower()[:1]
    if low in _STRAY:
        return ord(_STRAY[low])
    for part in unicodedata.normalize("NFKD", low):
        if part.isascii() and part.isalnum():
            return ord(part.lower())
        if part in _STRAY:
            return ord(_STRAY[part])
    return OTHER_LETTER if char.isalpha() else 0x20


_TABLE = bytes(
    code if code in (OTHER_LETTER, LOST_LETTER) else 0x20 if 0x80 <= code < 0xA0 else _fold_one(chr(code))
    for code in range(256)
)
# 1 for the characters that UTF-8's first bytes look like (Â Ã Ä Å Æ á), 2 for those its following bytes do.
_UTF8_LOOK = bytes(
    1 if chr(code) in "\xc2\xc3\xc4\xc5\xc6\xe1" else 2 if 0x82 <= code < 0xC0 else 0 for code in range(256)
)
# What `_TABLE` turns into the wanted byte, for characters outside Latin-1.
_ONES: dict[str, int] = {}
_SPECIAL = re.compile(f"[{_ZERO}{_MARKS}{_LIGATURES}]")


def _encode(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    run = error.object[error.start : error.end]
    if _SPECIAL.search(run):
        raise _NeedsCanonical from None
    return _encode_all(error)


def _encode_all(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    made = bytearray()
    for char in error.object[error.start : error.end]:
        code = _ONES.get(char)
        if code is None:
            code = 0x82 if char in _CP1252_HIGH and not char.isalpha() else _fold_one(char)
            if len(_ONES) < 20_000:
                _ONES[char] = code
        made.append(code)
    return bytes(made), error.end


codecs.register_error("sigill-fold", _encode)
codecs.register_error("sigill-fold-all", _encode_all)
