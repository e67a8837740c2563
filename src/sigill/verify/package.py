"""Independent eyes on zip packages (DOCX, XLSX, PPTX, ODT, ODS, plain archives) and on the compound files inside them.

Promise: every member is read, also one the directory does not list; markup with its tags out and its attributes;
relationships, properties, comments, pictures, packages in packages; the archive's own names and comments.
Modesty: encrypted members are refused; sums and layout mean nothing to it.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from sigill.errors import N_, Blocked
from sigill.verify.plain import read_markup
from sigill.verify.reading import Finding, Inner, Page, Place, Raw, Reading, Wanted, guessed, looks_like_text

_LOCAL = b"PK\x03\x04"
_MAX_RATIO = 300  # deflate reaches 1,000 on zeros; no document comes near
_SMALL = 8 << 20  # bytes that may be as empty as they like
_FREE = 0xFFFFFFFA  # and above: no sector (MS-CFB, 2.1)
_TEXT_BODY = re.compile(
    r"word/document\.xml|content\.xml|xl/(sharedStrings|worksheets/[^/]+)\.xml"
    r"|ppt/slides/[^/]+\.xml"
)


def read_package(data: bytes, place: Place, wanted: Wanted) -> Iterator[Finding]:
    """A zip package, member by member.

    Raises:
        Blocked: broken, encrypted, or unpacking to more than the bounds allow.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
        raise _broken(place) from None
    listed = set()
    if archive.comment:
        yield Reading("package", (*place, "archive comment"), "\n".join(guessed(archive.comment)))
    for number, member in enumerate(members, 1):
        listed.add(member.header_offset)
        where = (*place, member.filename)
        yield Reading("package", (*place, f"name of member {number}"), member.filename, prose=False)
        for note in (member.comment, member.extra):
            if note:
                yield Raw("package", where, note)
        if member.flag_bits & 1:
            raise Blocked(N_("The file is protected by a password."), N_("Save it without protection."))
        if member.is_dir():
            continue
        content = _member(archive, member, place, wanted)
        if _TEXT_BODY.fullmatch(member.filename) and not place:
            # One page stands for the whole text: a document without a single letter is no clean document.
            yield Page((*place, "text"), 1)
            yield from _letters(content, (*place, "text"))
        yield from _part(member.filename, content, where)
    for name, content in _unlisted(data, listed, wanted):
        yield from _part(name, content, (*place, "unlisted member"))
    # Bytes before the first member are nobody's: an archive may be glued to anything.
    first = min(listed, default=0)
    if first and data[:first].strip():
        yield Raw("package", (*place, "before the archive"), data[:first])


def _broken(place: Place) -> Blocked:
    return Blocked(
        N_("The file cannot be unpacked."), N_("Ask for a sound copy."), place=f"depth {len(place)}" if place else ""
    )


def _letters(content: bytes, place: Place) -> Iterator[Finding]:
    text = re.sub(r"<[^<>]*>", " ", content.decode("utf-8", "replace"))
    yield Reading("package", place, text, page=1)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Place, wanted: Wanted) -> bytes:
    bounds = wanted.bounds
    if member.file_size > max(_SMALL, _MAX_RATIO * member.compress_size):
        bounds.spend(bounds.inflated + 1)
    try:
        with archive.open(member) as stream:
            content = stream.read(bounds.inflated + 1)
    except (zipfile.BadZipFile, RuntimeError, ValueError, EOFError, OSError, NotImplementedError, zlib.error):
        raise _broken(place) from None
    bounds.spend(len(content))
    return content


def _part(name: str, content: bytes, where: Place) -> Iterator[Finding]:
    head = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"<" and looks_like_text(content):
        yield Raw("package", where, content)
        yield from read_markup(content, where, "package")
    elif content:
        yield Inner(where, name.rsplit("/", 1)[-1], content)


def _unlisted(data: bytes, listed: set[int], wanted: Wanted) -> Iterator[tuple[str, bytes]]:
    """Members whose local header lies in the file though the directory does not list them (APPNOTE 4.3.7)."""
    at = data.find(_LOCAL)
    while at >= 0:
        if at not in listed and at + 30 <= len(data):
            method, size, name_length, extra_length = (
                *struct.unpack_from("<H", data, at + 8),
                *struct.unpack_from("<I", data, at + 18),
                *struct.unpack_from("<HH", data, at + 26),
            )
            start = at + 30 + name_length + extra_length
            name = data[at + 30 : at + 30 + name_length].decode("utf-8", "replace")
            if method == 8:
                try:
                    content = zlib.decompressobj(-15).decompress(data[start:], wanted.bounds.inflated + 1)
                except zlib.error:
                    content = b""
            else:
                content = data[start : start + size] if method == 0 and size else b""
            wanted.bounds.spend(len(content))
            # Members of a stored inner archive lie open in this one: they are read with it, and once more here.
            if content:
                yield name, content
        at = data.find(_LOCAL, at + 4)


# -- compound files --------------------------------------------------------------------------------------------------


def read_compound(data: bytes, place: Place, wanted: Wanted) -> Iterator[Finding]:
    """An OLE compound file: each stream put together from its sectors (MS-CFB), searched as bytes and as UTF-16.

    Raises:
        Blocked: the sectors make no sense.
    """
    try:
        streams = list(_streams(data, wanted))
    except (struct.error, IndexError, ValueError, OverflowError):
        raise _broken(place) from None
    for number, (name, content) in enumerate(streams, 1):
        where = (*place, f"stream {number}")
        yield Reading("package", where, name, prose=False)
        yield Raw("package", where, content)
        for start in (0, 1):
            yield Reading("package", where, _runs(content[start:], "utf-16-le"), prose=False)
        yield Reading("package", where, _runs(content, "cp1252"), prose=False)
        for magic in (_LOCAL, b"%PDF-", b"\x89PNG\r\n", b"\xff\xd8\xff"):
            at = content.find(magic)
            if at >= 0:
                yield Inner(where, "", content[at:])
                break


def _runs(content: bytes, codec: str) -> str:
    """Readable runs of three or more letters in a binary stream."""
    return "\n".join(re.findall(r"[\w .,@:;'’/()+-]{3,}", content.decode(codec, "ignore")))


def _streams(data: bytes, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
    sector = 1 << struct.unpack_from("<H", data, 30)[0]
    small = 1 << struct.unpack_from("<H", data, 32)[0]
    if sector not in (512, 4096) or small > sector:
        raise ValueError
    fat_count, first_dir, _, cutoff, first_small, small_count, first_difat, difat_count = (
        *struct.unpack_from("<I", data, 44),
        *struct.unpack_from("<I", data, 48),
        *struct.unpack_from("<I", data, 52),
        *struct.unpack_from("<I", data, 56),
        *struct.unpack_from("<I", data, 60),
        *struct.unpack_from("<I", data, 64),
        *struct.unpack_from("<I", data, 68),
        *struct.unpack_from("<I", data, 72),
    )

    def at(number: int) -> bytes:
        return data[(number + 1) * sector : (number + 2) * sector]

    places = list(struct.unpack_from("<109I", data, 76))
    number = first_difat
    for _ in range(min(difat_count, 10_000)):
        if number >= _FREE:
            break
        entries = struct.unpack(f"<{sector // 4}I", at(number))
        places += entries[:-1]
        number = entries[-1]
    fat: list[int] = []
    for number in places[: fat_count or None]:
        if number < _FREE:
            fat += struct.unpack(f"<{sector // 4}I", at(number))

    def chain(first: int, table: list[int], take: int, source: bytes | None = None) -> bytes:
        parts, seen, number = [], set(), first
        while number < _FREE and number not in seen and number < len(table):
            seen.add(number)
            parts.append(at(number) if source is None else source[number * take : (number + 1) * take])
            number = table[number]
        found = b"".join(parts)
        wanted.bounds.spend(len(found))
        return found

    directory = chain(first_dir, fat, sector)
    small_fat_bytes = chain(first_small, fat, sector) if small_count else b""
    small_fat = list(struct.unpack(f"<{len(small_fat_bytes) // 4}I", small_fat_bytes))
    root = b""
    for offset in range(0, len(directory) - 127, 128):
        entry = directory[offset : offset + 128]
        name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le", "replace")
        kind, first, size = entry[66], struct.unpack_from("<I", entry, 116)[0], struct.unpack_from("<I", entry, 120)[0]
        if kind == 5:
            root = chain(first, fat, sector)
        elif kind == 2:
            content = chain(first, small_fat, small, root) if size < cutoff else chain(first, fat, sector)
            yield name, content
    # What lies in no stream any more: old text in free sectors.
    yield "", data
