"""What a reader hands over, and the bounds it works within.

A reader turns bytes into findings: text that was read, raw bytes to be searched as they are, pictures nobody has read
yet, and documents inside the document. `views` adds what a text says once its escapes are undone.
Modesty: nothing here knows whom we are looking for.
"""

import base64
import binascii
import html
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from sigill.errors import N_, Blocked

Place: TypeAlias = tuple[str, ...]
"""Where something stands, from the outside in: `("attachment 1", "page 3")`. May hold a file's or part's own name."""


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """Text that a reader read.

    Args:
        prose: False for identifiers, markup and other machine text.
        page: page number from 1, when the text stands on a page.
    """

    reader: str
    place: Place
    text: str
    prose: bool = True
    page: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Raw:
    """Bytes to be searched as they are, in several encodings."""

    reader: str
    place: Place
    data: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Inner:
    """A document inside the document."""

    place: Place
    name: str
    data: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """A page exists; if no reader reads a character on it, that is a failure.

    Args:
        blank: whether it shows nothing at all, proven by its pixels.
    """

    place: Place
    number: int
    blank: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Pixels:
    """A picture that no reader of text can see into; only OCR can."""

    place: Place


Finding: TypeAlias = Reading | Raw | Inner | Page | Pixels


@dataclass(slots=True)
class Bounds:
    """How much one search may read. Counts down; shared by everything inside one file.

    Args:
        inflated: bytes that may come out of compressed parts.
        depth: how deep documents may stand in documents.
        parts: how many parts, pages and objects there may be.
        seconds: patience with one outside program.
    """

    inflated: int = 1 << 30
    depth: int = 6
    parts: int = 200_000
    seconds: float = 120.0

    def spend(self, size: int, place: str = "") -> None:
        """Count `size` inflated bytes.

        Raises:
            Blocked: the bound is reached.
        """
        self.inflated -= size
        self.parts -= 1
        if self.inflated < 0 or self.parts < 0:
            raise Blocked(
                N_("The file unpacks to more than can be checked."),
                N_("Split it, or raise the bounds if it is what it says it is."),
                place=place,
            )


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to read.

    Args:
        readers: names of the readers to use.
        ocr: whether pictures are read with OCR.
        bounds: see `Bounds`.
    """

    readers: frozenset[str]
    ocr: bool = False
    bounds: Bounds = field(default_factory=Bounds)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_QUOTED = re.compile(r"=(?:[0-9A-F]{2}|\r?\n[^\n]*)")
_BACKSLASH = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|U([0-9A-Fa-f]{8}))")
_ENTITY = re.compile(r"&#?\w{1,31};")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def views(text: str, depth: int = 3) -> list[str]:
    """What a text says once entities, percent, quoted-printable, backslash and base64 escapes are undone.

    Args:
        text: as read.
        depth: how many layers of escapes to undo.

    Returns:
        The lines that hold an escape, in each way it may be undone; nothing of the rest of the text.
    """
    found: dict[str, None] = {}
    layer = [text]
    for _ in range(depth):
        layer = [other for one in layer for other in _undone(one) if other not in found and other != text]
        found.update(dict.fromkeys(layer))
    return list(found)


def _undone(text: str) -> Iterator[str]:
    if "&" in text and (escaped := _lines(text, _ENTITY)):
        yield html.unescape(escaped)
    if "%" in text and (escaped := _lines(text, _PERCENT)):
        yield urllib.parse.unquote(escaped, errors="replace")
        yield urllib.parse.unquote(escaped, encoding="cp1252", errors="replace")
    if "=" in text and (escaped := _lines(text, _QUOTED)):
        raw = binascii.a2b_qp(escaped.encode("utf-8", "replace"))
        yield raw.decode("utf-8", "replace")
        yield raw.decode("cp1252", "replace")
    if "\\" in text and (escaped := _lines(text, _BACKSLASH)):
        yield _BACKSLASH.sub(_unescape, escaped)
    decoded = "\n".join(plain for match in _BASE64.finditer(text) if (plain := from_base64(match[0])))
    if decoded:
        yield decoded


def _lines(text: str, escape: re.Pattern[str]) -> str:
    """The lines that hold an escape."""
    lines: list[str] = []
    end = -1
    for match in escape.finditer(text):
        if match.start() >= end:
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.end())
            end = len(text) if end < 0 else end
            lines.append(text[start:end])
    return "\n".join(lines)


def _unescape(match: re.Match[str]) -> str:
    code = int(next(group for group in match.groups() if group), 16)
    return chr(code) if code < 0x110000 else ""


def from_base64(run: str) -> str:
    """The text in a run of base64 or base64url (RFC 4648), or nothing where it is no text."""
    core = run.rstrip("=").replace("-", "+").replace("_", "/")
    if len(core) % 4 == 1:
        return ""
    data = base64.b64decode(core + "=" * (-len(core) % 4))
    return printable(data)


def printable(data: bytes) -> str:
    """Bytes as text where they are text: UTF-8 or UTF-16, hardly any control characters; else nothing."""
    for encoding in ("utf-8", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8",):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if len(_CONTROL.findall(text)) * 20 <= len(text):
            return text
    return ""


def guessed(data: bytes) -> list[str]:
    """Text of unknown character set, in each way it may be meant, likeliest first."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return [data.decode(encoding, "replace")]
    if data[:200].count(0) > len(data[:200]) // 4:
        return [data.decode("utf-16-le", "replace"), data.decode("utf-16-be", "replace")]
    try:
        return [data.decode("utf-8")]
    except UnicodeDecodeError:
        return [
            data.decode("cp1252", "replace"),
            data.decode("utf-8", "replace"),
            data.decode("mac_roman"),
            data.decode("cp850"),
        ]


def looks_like_text(data: bytes) -> bool:
    """Whether bytes are text of some character set rather than a binary format."""
    head = data[:65536]
    if not head:
        return True
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    strange = sum(head.count(bytes([c])) for c in range(32) if c not in (9, 10, 12, 13, 27))
    return strange == 0 or (head.count(0) * 3 > len(head) and strange == head.count(0))
