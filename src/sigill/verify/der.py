"""Strings in DER: what a certificate or signature says in clear, wherever it stands (ITU-T X.690, 8).

Promise: every character string in nested DER, also inside octet strings, is read.
Modesty: nothing is understood, let alone trusted; only text is looked for.
"""

_STRINGS = {
    12: "utf-8", 18: "ascii", 19: "ascii", 20: "latin-1", 22: "ascii", 26: "ascii", 27: "latin-1", 28: "utf-32-be",
    30: "utf-16-be",
}  # fmt: skip
_CONTAINERS = (4, 3)
_MAX_DEPTH = 40


def strings(data: bytes) -> str:
    """All character strings in `data`, one a line; nothing where it is no DER.

    Args:
        data: a DER element that begins at the first byte; zero padding after it is ignored.
    """
    if len(data) < 8 or data[0] != 0x30:
        return ""
    found: list[str] = []
    _walk(data, 0, len(data), found, 0)
    return "\n".join(found)


def _walk(data: bytes, at: int, end: int, found: list[str], depth: int) -> bool:
    """Read elements from `at` to `end`; False where they do not fill it."""
    if depth > _MAX_DEPTH:
        return False
    while at < end:
        header = _header(data, at, end)
        if header is None:
            return False
        tag, start, stop = header
        number = tag & 0x1F
        if tag & 0x20:
            _walk(data, start, stop, found, depth + 1)
        elif tag & 0xC0 == 0 and number in _STRINGS:
            found.append(data[start:stop].decode(_STRINGS[number], "replace"))
        elif tag & 0xC0 == 0 and number in _CONTAINERS and stop - start > 2:
            inner = start + (1 if number == 3 else 0)
            if data[inner] in (0x30, 0x31, 0x04, 0x0C, 0x13):
                _walk(data, inner, stop, found, depth + 1)
        elif tag & 0xC0 == 0x80 and stop - start > 2:
            # Implicitly tagged: alternative names carry their text like this (RFC 5280, 4.2.1.6).
            found.append(data[start:stop].decode("latin-1"))
        at = stop
    return True


def _header(data: bytes, at: int, end: int) -> tuple[int, int, int] | None:
    if at + 2 > end:
        return None
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length & 0x80:
        count = length & 0x7F
        if count == 0 or count > 4 or start + count > end:
            return None
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    return (tag, start, start + length) if start + length <= end else None
