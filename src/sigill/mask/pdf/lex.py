"""Content streams as tokens, and numbers and strings written back (ISO 32000-1, 7.2, 7.3 and 7.8.2).

One regular expression cuts a stream; there is no object per token, only its bytes, because pages have thousands
of them and most pass through unread. Whether the tokens make sense is the interpreter's affair.
"""

import re
from functools import lru_cache

import pikepdf

from sigill.errors import N_, Blocked

# Comments and strings come first: they may hold anything. Three levels of balanced brackets are read by the
# expression itself; deeper ones are rare and fall to `_long_string`.
_S0 = rb"[^()\\]|\\[\s\S]"
_S1 = rb"\((?:" + _S0 + rb")*\)"
_S2 = rb"\((?:" + _S0 + rb"|" + _S1 + rb")*\)"
_S3 = rb"\((?:" + _S0 + rb"|" + _S2 + rb")*\)"
_TOKEN = re.compile(
    rb"%[^\r\n]*"
    rb"|" + _S3 + rb"|\("
    rb"|<<|>>|<[0-9A-Fa-f\x00\t\n\x0c\r ]*>"
    rb"|[\[\]{}]"
    rb"|/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*"
    rb"|[^\x00\t\n\x0c\r ()<>\[\]{}/%]+"
    rb"|[()<>]"
)
INLINE = re.compile(rb"(?<![^\x00\t\n\x0c\r \]>)])BI(?=[\x00\t\n\x0c\r /])")
_DATA = re.compile(rb"(?<![^\x00\t\n\x0c\r \]>)])ID[\x00\t\n\x0c\r ]")
_END = re.compile(rb"(?<=[\x00\t\n\x0c\r ])EI(?=[\x00\t\n\x0c\r /%<\[(]|$)|EI(?=[\x00\t\n\x0c\r ]+(?:Q|q|S|BT|EMC)\b)")
_NAME_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_SPACE = b"\x00\t\n\x0c\r "

MAX_TOKENS = 5_000_000
"""Tokens of one stream that are read before it is refused."""


def tokens(data: bytes) -> list[bytes]:
    """Cut a content stream into tokens; comments are left out.

    An inline image becomes one token that begins with `b"BI"` and ends with `b"EI"`.

    Raises:
        Blocked: a string or an inline image that never ends, or more than `MAX_TOKENS` tokens.
    """
    if INLINE.search(data):
        return _with_images(data)
    found = _TOKEN.findall(data)
    if len(found) > MAX_TOKENS:
        raise Blocked(N_("A page has more drawing operators than can be checked."), N_("Print it to a new PDF."))
    if b"(" in found:
        found = _long_strings(data)
    if b"%" in data or b")" in found:
        found = [token for token in found if token[:1] != b"%" and token != b")"]
    return found


def _with_images(data: bytes) -> list[bytes]:
    """Split around inline images (7.8.2, 8.9.7), whose data would be taken for tokens."""
    out: list[bytes] = []
    at = 0
    while begin := INLINE.search(data, at):
        before = data[at : begin.start()]
        if before.count(b"(") != before.count(b")") and _inside_string(data[at:], begin.start() - at):
            cut = begin.end()
            out += _TOKEN.findall(data[at:cut])
            raise Blocked(N_("A drawing stream mixes text and inline images in a way that can't be read safely."))
        out += tokens(before)
        start = _DATA.search(data, begin.end())
        end = start and _END.search(data, start.end())
        if not start or not end:
            raise Blocked(N_("An inline image in a page never ends."), N_("Print the document to a new PDF."))
        out.append(data[begin.start() : end.start()] + b"EI")
        at = end.end()
    return out + tokens(data[at:])


def _inside_string(data: bytes, position: int) -> bool:
    """Whether byte `position` lies in a literal string that began before it."""
    depth = i = 0
    while i < position:
        c = data[i]
        if c == 0x5C:
            i += 1
        elif c == 0x28:
            depth += 1
        elif c == 0x29 and depth:
            depth -= 1
        i += 1
    return depth > 0


def _long_strings(data: bytes) -> list[bytes]:
    """Tokens of a stream with brackets nested deeper than the expression reads."""
    out: list[bytes] = []
    at = 0
    while match := _TOKEN.search(data, at):
        at = match.end()
        token = match.group()
        if token == b"(":
            depth = 1
            while depth:
                if at >= len(data):
                    raise Blocked(N_("A text string in a page never ends."), N_("Print the document to a new PDF."))
                c = data[at]
                at += 2 if c == 0x5C else 1
                depth += (c == 0x28) - (c == 0x29)
            token = data[match.start() : at]
        out.append(token)
    return out


def string(token: bytes) -> bytes:
    """The bytes a string token stands for, literal or hexadecimal (7.3.4)."""
    if token[:1] == b"<":
        digits = token[1:-1].translate(None, _SPACE)
        return bytes.fromhex((digits + b"0" if len(digits) % 2 else digits).decode("ascii"))
    if b"\\" in token or b"\r" in token:
        return bytes(pikepdf.Object.parse(token))
    return token[1:-1]


@lru_cache(4096)
def name(token: bytes) -> str:
    """The name a token stands for, with the slash and `#xx` resolved, as pikepdf spells keys."""
    raw = _NAME_HEX.sub(lambda m: bytes.fromhex(m.group(1).decode()), token)
    return raw.decode("utf-8", "surrogateescape")


def number(token: bytes) -> float:
    """A number token's value; malformed ones read as other readers do (`--5`, `1.2.3`, `5-3`), else 0."""
    try:
        return float(token)
    except ValueError:
        match = re.match(rb"[+-]*(\d*\.?\d*)", token)
        digits = match.group(1) if match else b""
        value = float(digits) if digits not in (b"", b".") else 0.0
        return -value if token[:1] == b"-" else value


def num(value: float) -> bytes:
    """A number, at most four decimals, in one spelling only."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return b"0" if text in ("-0", "") else text.encode("ascii")


def nums(*values: float) -> bytes:
    """Numbers with one space between."""
    return b" ".join(map(num, values))


def hexstring(data: bytes) -> bytes:
    """A hexadecimal string token."""
    return b"<" + data.hex().encode("ascii") + b">"
