"""CMaps: how a font's character codes are cut, numbered and read (ISO 32000-1, 9.7.5 and 9.10.3).

Reads embedded CMaps and ToUnicode streams, and knows Identity. Other predefined CMaps (East Asian) are not
carried; a font that needs one counts as unreadable.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

_HEX = rb"<\s*([0-9A-Fa-f\s]*)>"
_SECTION = re.compile(
    rb"begin(codespacerange|bfchar|bfrange|cidchar|cidrange|notdefrange|notdefchar)(.*?)end\1", re.DOTALL
)
_BF_CHAR = re.compile(_HEX + rb"\s*(?:" + _HEX + rb"|/([^\s<>/\[\]]+))")
_BF_RANGE = re.compile(_HEX + rb"\s*" + _HEX + rb"\s*(?:" + _HEX + rb"|\[([^\]]*)\])")
_PAIR = re.compile(_HEX + rb"\s*" + _HEX)
_CID_RANGE = re.compile(_HEX + rb"\s*" + _HEX + rb"\s*(\d+)")
_CID_CHAR = re.compile(_HEX + rb"\s*(\d+)")
_ANY_HEX = re.compile(_HEX)
_MAX_RANGE = 65_536
_ONE, _TWO = frozenset((1,)), frozenset((2,))


@dataclass(slots=True)
class CMap:
    """Codes of `width` bytes (1, 2 or mixed) to CIDs, or to text for a ToUnicode map.

    Args:
        spaces: code lengths to (low, high) ranges, from codespacerange.
        text: code → text (ToUnicode).
        cids: code → CID.
        identity: whether a code is its own CID.
        lengths: code lengths that occur, worked out on first use.
        vertical: WMode 1.
    """

    spaces: list[tuple[int, int, int]] = field(default_factory=list)
    text: dict[int, str] = field(default_factory=dict)
    cids: dict[int, int] = field(default_factory=dict)
    identity: bool = False
    vertical: bool = False
    uses: str = ""
    lengths: frozenset[int] | None = None

    def cut(self, data: bytes) -> Sequence[int]:
        """Cut a shown string into character codes."""
        if self.lengths is None:
            self.lengths = frozenset(length for length, _, _ in self.spaces) or _TWO
        if self.lengths == _TWO:
            if len(data) % 2:
                data += b"\0"
            return struct.unpack(f">{len(data) // 2}H", data)
        if self.lengths == _ONE:
            return data
        return self._mixed(data)

    def _mixed(self, data: bytes) -> list[int]:
        out, at = [], 0
        while at < len(data):
            for length, low, high in sorted(self.spaces):
                piece = data[at : at + length]
                code = int.from_bytes(piece, "big")
                if len(piece) == length and _in_space(piece, low, high, length):
                    out.append(code)
                    at += length
                    break
            else:
                length = min(length for length, _, _ in self.spaces)
                out.append(int.from_bytes(data[at : at + length], "big"))
                at += length
        return out


def _in_space(piece: bytes, low: int, high: int, length: int) -> bool:
    """Codespace ranges are rectangles: every byte within its own bounds."""
    lows, highs = low.to_bytes(length, "big"), high.to_bytes(length, "big")
    return all(a <= c <= b for a, c, b in zip(lows, piece, highs, strict=True))


def _hex(digits: bytes) -> bytes:
    digits = b"".join(digits.split())
    return bytes.fromhex((digits + b"0" if len(digits) % 2 else digits).decode())


def _text(digits: bytes) -> str:
    raw = _hex(digits)
    return raw.decode("utf-16-be", "ignore") if len(raw) > 1 else raw.decode("latin-1")


def parse(data: bytes) -> CMap:
    """Read an embedded CMap or ToUnicode stream. What can't be understood is left out, so codes stay unread."""
    cmap = CMap()
    cmap.vertical = bool(re.search(rb"/WMode\s+1\b", data))
    if used := re.search(rb"/([^\s/]+)\s+usecmap", data):
        cmap.uses = used.group(1).decode("latin-1")
        cmap.identity = cmap.uses.startswith("Identity")
    for kind, body in _SECTION.findall(data):
        if kind == b"codespacerange":
            for low, high in _PAIR.findall(body):
                length = len(_hex(low))
                if 0 < length <= 4:
                    cmap.spaces.append((length, _int(low), _int(high)))
        elif kind == b"bfchar":
            for code, text, glyph in _BF_CHAR.findall(body):
                if not glyph:
                    cmap.text[_int(code)] = _text(text)
        elif kind == b"bfrange":
            for low, high, start, many in _BF_RANGE.findall(body):
                _bf_range(cmap, _int(low), _int(high), start, many)
        elif kind == b"cidrange":
            for low, high, cid in _CID_RANGE.findall(body):
                first, last = _int(low), _int(high)
                for code in range(first, min(last, first + _MAX_RANGE) + 1):
                    cmap.cids[code] = int(cid) + code - first
        elif kind == b"cidchar":
            for code, cid in _CID_CHAR.findall(body):
                cmap.cids[_int(code)] = int(cid)
    return cmap


def _int(digits: bytes) -> int:
    return int.from_bytes(_hex(digits), "big")


def _bf_range(cmap: CMap, low: int, high: int, start: bytes, many: bytes) -> None:
    if many:
        for offset, text in enumerate(_ANY_HEX.findall(many)):
            if low + offset <= high:
                cmap.text[low + offset] = _text(text)
        return
    base = _text(start)
    if not base:
        return
    for code in range(low, min(high, low + _MAX_RANGE) + 1):
        last = ord(base[-1]) + code - low
        if last > 0x10FFFF:
            break
        cmap.text[code] = base[:-1] + chr(last)
