"""ZIP containers (DOCX, XLSX, ODT, ODS) in and out.

Does: read a container within bounds (members, size, ratio) and refuse what two readers could read differently
(a name twice, encryption, wrong checksums); write one whose bytes depend on nothing but names and contents:
fixed order, time, compression and attributes (PKWARE APPNOTE 4.3–4.4).

Does not: look into the members.
"""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from sigill.errors import N_, BadInput, Blocked
from sigill.mask.report import Options

MAX_MEMBERS = 5_000
MAX_RATIO = 400
"""A member of more than 1 MiB that inflates further than this is a bomb; text rarely passes 100."""
MAX_TOTAL = 1 << 30

_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError),
    *(NotImplementedError, RuntimeError, struct.error),
)
"""What the ZIP reader raises on damaged files."""
_DAMAGED = N_("The file is a damaged ZIP container.")
_AGAIN = N_("Open and save it again, then hand it in.")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def read_container(data: bytes, options: Options) -> dict[str, bytes]:
    """Read all members.

    Args:
        data: the whole file.
    Returns:
        member name → content, in the container's order; folders left out.
    Raises:
        BadInput: not a readable ZIP.
        Blocked: encrypted, ambiguous, or larger than the bounds.
    """
    if len(data) > options.max_bytes:
        raise Blocked(N_("The file is larger than the limit."), N_("Raise the limit or split the file."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive, options)
    except _UNREADABLE:
        raise BadInput(_DAMAGED, _AGAIN) from None


def peek(data: bytes) -> tuple[frozenset[str], bytes]:
    """The members' names in lower case, and the content of `mimetype` (at most 100 bytes).

    Raises:
        BadInput: not a readable ZIP.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = frozenset(info.filename.lower() for info in archive.infolist()[:MAX_MEMBERS])
            kind = b""
            if "mimetype" in archive.NameToInfo:
                with archive.open("mimetype") as stream:
                    kind = stream.read(100)
            return names, kind
    except _UNREADABLE:
        raise BadInput(_DAMAGED, _AGAIN) from None


def _members(archive: zipfile.ZipFile, options: Options) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise Blocked(N_("The container has more than {limit} members."), limit=MAX_MEMBERS)
    left = min(options.max_inflated, MAX_TOTAL)
    found: dict[str, bytes] = {}
    seen = set()
    for info in infos:
        if info.flag_bits & 0x1:
            raise Blocked(N_("The file is protected with a password."), N_("Save it without a password."))
        if info.is_dir():
            continue
        if info.filename.lower() in seen:
            raise Blocked(
                N_("The container holds two members of the same name."),
                N_("Readers disagree about which one counts. Save the document again."),
            )
        seen.add(info.filename.lower())
        if info.file_size > left or (
            info.file_size > 1 << 20 and info.file_size > MAX_RATIO * max(info.compress_size, 1)
        ):
            raise Blocked(N_("The container inflates beyond the limit."), N_("It may be a ZIP bomb."))
        with archive.open(info) as stream:
            content = stream.read(info.file_size + 1)
        if len(content) != info.file_size:
            raise Blocked(N_("A member of the container is longer than it says."))
        left -= len(content)
        found[info.filename] = content
    return found


def write_container(members: Mapping[str, bytes] | Iterable[tuple[str, bytes]], *, stored: str = "") -> bytes:
    """Write members in the order given.

    Args:
        members: name → content.
        stored: a member to leave uncompressed (`mimetype`, ODF 1.3 part 2, 3.3).
    """
    buffer = io.BytesIO()
    pairs = members.items() if isinstance(members, Mapping) else members
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in pairs:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 0
            info.external_attr = 0
            info.compress_type = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, content, compresslevel=6)
    return buffer.getvalue()
