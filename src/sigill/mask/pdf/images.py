"""Pixels: metadata is taken off every image; text in images is read by OCR and painted over.

An image whose text can't be read (no tesseract, too large, a codec that can't be decoded) is refused when it is big
enough to carry a name. See `scan`.
"""

import io
import re
import struct
import warnings
from typing import Any

import pikepdf
from PIL import Image

from sigill.errors import N_, Blocked


def clean(stream: pikepdf.Object) -> tuple[bytes, str, Any]:
    """An image's data without metadata.

    Returns:
        the data; the filter it is still in (`/DCTDecode` …), empty for plain samples; that filter's parameters.

    Raises:
        Blocked: the data can't be decoded.
    """
    filters = stream.get("/Filter")
    names = [str(f) for f in filters] if isinstance(filters, pikepdf.Array) else [str(filters)] if filters else []
    parms = stream.get("/DecodeParms")
    last = parms[len(names) - 1] if isinstance(parms, pikepdf.Array) and len(parms) >= len(names) else parms
    try:
        if names and names[-1] in _PICTURE_FILTERS:
            data = stream.read_raw_bytes()
            if len(names) > 1:  # unwrap ASCII85, Flate … from around the picture's own coding
                with pikepdf.new() as scratch:
                    outer = scratch.make_stream(data)
                    outer["/Filter"] = pikepdf.Array([pikepdf.Name(name) for name in names[:-1]])
                    data = outer.read_bytes()
            if names[-1] == "/DCTDecode":
                data = jpeg(data)
            elif names[-1] == "/JPXDecode":
                data = jp2(data)
            return data, names[-1], last
        return stream.read_bytes(), "", None
    except pikepdf.PdfError:
        raise Blocked(
            N_("An image is compressed in a way that can't be read."), N_("Print the document to a new PDF.")
        ) from None


_PICTURE_FILTERS = ("/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode")


_SCAN_PARTS = frozenset({*range(0xC0, 0xC8), *range(0xC9, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF})
"""Markers of segments that draw: frames, tables, scans, restart intervals (ITU T.81, table B.1)."""
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")


def jpeg(data: bytes) -> bytes:
    """A JPEG without Exif, XMP, IPTC, comments, thumbnails, and without anything after its end (ITU T.81 B.1).

    One whose segments don't add up is drawn and coded again: nobody can say where its comments end.

    Raises:
        Blocked: it can't be drawn either.
    """
    whole = _segments(data)
    return whole if whole is not None else _coded_again(data)


def _segments(data: bytes) -> bytes | None:
    """The segments that draw, as they are; None where they don't add up."""
    if data[:2] != b"\xff\xd8":
        return None
    out = [b"\xff\xd8"]
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if len(data) < at + 2 or data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xD9:
            return b"".join(out) + b"\xff\xd9"
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at : at + 2 + size]
        if size < 2 or len(segment) < 2 + size:
            return None
        if marker == 0xE0 and segment[4:9] == b"JFIF\0" and len(segment) >= 16:
            out.append(b"\xff\xe0\x00\x10JFIF\0\x01\x01" + segment[11:16] + b"\0\0")
        elif marker == 0xEE and segment[4:9] == b"Adobe" and len(segment) >= 16:
            out.append(b"\xff\xee\x00\x0e" + segment[4:16])
        elif marker in _SCAN_PARTS:
            out.append(segment)
        elif not 0xE0 <= marker <= 0xEF and marker != 0xFE:
            return None
        at += 2 + size
        if marker == 0xDA:
            end = _MARKER.search(data, at)
            if end is None:
                return None
            out.append(data[at : end.start()])
            at = end.start()


def _coded_again(data: bytes) -> bytes:
    """The picture drawn and coded anew.

    Raises:
        Blocked: it can't be drawn, or its colours could change on the way.
    """
    out = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # An end mark more does no harm, and one that is missing is no reason to refuse.
            with Image.open(io.BytesIO(data + b"\xff\xd9"), formats=("JPEG",)) as picture:
                if picture.mode in ("L", "RGB"):
                    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
                    bare.save(out, "JPEG", quality=95, subsampling=0)
    except Exception:  # Pillow's decoders raise nearly anything, and may quote the file
        out = io.BytesIO()
    again = _segments(out.getvalue())
    if again is None:
        raise _damaged()
    return again


def jp2(data: bytes) -> bytes:
    """A JPEG 2000 file without XML, UUID and other boxes that draw nothing (ISO 15444-1, annex I).

    Raises:
        Blocked: its boxes don't add up, so that nobody can say what lies between them.
    """
    if data[:4] == b"\xff\x4f\xff\x51":
        return data  # the bare codestream
    if data[4:8] != b"jP  ":
        raise _damaged()
    out = []
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        head = 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if size == 0:
            size = len(data) - at
        if size < head or at + size > len(data):
            raise _damaged()
        if kind in (b"jP  ", b"ftyp", b"jp2h", b"jp2c"):
            out.append(data[at : at + size])
        at += size
    return b"".join(out)


def _damaged() -> Blocked:
    return Blocked(N_("An image is damaged, so it can't be cleaned."), N_("Print the document to a new PDF."))
