"""What a sealed record holds: the signed record, the identity record, and the openings of its eight digests.

Plain fields one after the other (big-endian lengths: 8 bytes for the PDF, 4 for the rest), since a PDF
inside JSON would grow by a third.

What it does not do: it checks no signature. `sigill.seal.identity.open_in_court` and the PDF's own signature
do.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sigill.errors import N_, BadInput
from sigill.seal.wire import Reader, field

_MAGIC = b"SIGILL CONTENT 1\n"
_PLACE = "sealed content"
MAX_TEXT = 1 << 20


class Content(NamedTuple):
    """What was under lock.

    Args:
        record_pdf: the signed record.
        jwt: the identity record, as attached to the notification.
        openings: its disclosures.
    """

    record_pdf: bytes
    jwt: str
    openings: tuple[str, ...]

    def __repr__(self) -> str:
        return "Content(…)"  # it holds names, which must not get into a log or a traceback


def pack(record_pdf: bytes, jwt: str, openings: Sequence[str]) -> bytes:
    """The content as bytes, ready for `sigill.seal.box.seal`.

    Raises:
        BadInput: the record is empty, or a text is not ASCII or too long.
    """
    texts = [jwt, *openings]
    if not record_pdf or len(openings) > 255 or not all(t.isascii() and 0 < len(t) <= MAX_TEXT for t in texts):
        raise BadInput(N_("This cannot be sealed: the record is empty or the identity record malformed."))
    parts = [_MAGIC, field(record_pdf, 8), field(jwt.encode("ascii"), 4), bytes([len(openings)])]
    return b"".join(parts + [field(one.encode("ascii"), 4) for one in openings])


def unpack(data: bytes) -> Content:
    """The content in `data`.

    Raises:
        TamperEvidence: it is not in the one form that `pack` writes.
    """
    reader = Reader(data, _PLACE)
    reader.expect(_MAGIC)
    record_pdf = reader.field(8)
    texts = [reader.field(4)]
    texts += [reader.field(4) for _ in range(reader.number(1))]
    reader.end()
    if not record_pdf or not all(text.isascii() and 0 < len(text) <= MAX_TEXT for text in texts):
        raise reader.broken()
    jwt, *openings = (text.decode("ascii") for text in texts)
    return Content(record_pdf, jwt, tuple(openings))
