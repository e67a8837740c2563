"""Pixels: metadata is taken off every image; text in images is read by OCR and painted over.

An image whose text can't be read (no tesseract, too large, a codec that can't be decoded) is refused when it is big
enough to carry a name. See `scan`.
"""

import struct
from typing import Any

import pikepdf

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


def jpeg(data: bytes) -> bytes:
    """A JPEG without Exif, XMP, IPTC, comments, thumbnails, and without anything after its end (ITU T.81 B.1)."""
    if data[:2] != b"\xff\xd8":
        return data
    out = [b"\xff\xd8"]
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in (0xD9, 0xDA):
            break
        size = struct.unpack(">H", data[at + 2 : at + 4])[0]
        segment = data[at : at + 2 + size]
        if marker == 0xE0 and segment[4:9] == b"JFIF\0":
            out.append(b"\xff\xe0\x00\x10JFIF\0\x01\x01" + segment[11:16] + b"\0\0")
        elif marker == 0xEE and segment[4:9] == b"Adobe":
            out.append(segment[:16] if len(segment) >= 16 else segment)
        elif not 0xE0 <= marker <= 0xEF and marker != 0xFE:
            out.append(segment)
        at += 2 + size
    rest = data[at:]
    end = rest.rfind(b"\xff\xd9")
    return b"".join(out) + (rest[: end + 2] if end >= 0 else rest + b"\xff\xd9")


def jp2(data: bytes) -> bytes:
    """A JPEG 2000 file without XML, UUID and other boxes that draw nothing (ISO 15444-1, annex I)."""
    if data[4:8] != b"jP  ":
        return data
    out = []
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", data[at + 8 : at + 16])[0], 16
        if size == 0:
            size = len(data) - at
        if size < head:
            break
        if kind in (b"jP  ", b"ftyp", b"jp2h", b"jp2c"):
            out.append(data[at : at + size])
        at += size
    return b"".join(out)
