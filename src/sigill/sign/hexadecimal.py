"""Reads a signature's hexadecimal string at once, where pyHanko reads it digit by digit.

A signature takes 16,000 digits and more, and pyHanko's loop over them was a fifth of a check. What is not plain
digits up to the closing `>` (white space, a comment, an end too soon) is left to pyHanko's own reading, so nothing is
read in another way than it would be; `tests/rooms/test_sign.py` holds the two against each other.
"""

import binascii
import re
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic

_DIGITS = re.compile(rb"<([0-9A-Fa-f]*)>")
_STEP = 4096  # bytes read at a time; the first step is all that most strings need
_STEPS = 512

pyhanko_reads = generic.read_hex_string_from_stream


def read_hex_string(stream: BinaryIO) -> Any:
    """A hexadecimal string object (ISO 32000-2, 7.3.4.3), read from its `<` to after its `>`."""
    start, seen = stream.tell(), b""
    for _ in range(_STEPS):
        step = stream.read(_STEP)
        seen += step
        if b">" in step or len(step) < _STEP:
            break
    match = _DIGITS.match(seen)
    if match is None:
        stream.seek(start)
        return pyhanko_reads(stream)
    stream.seek(start + match.end())
    digits = match[1]
    return generic.pdf_string(binascii.unhexlify(digits + b"0" * (len(digits) % 2)))


generic.read_hex_string_from_stream = read_hex_string
