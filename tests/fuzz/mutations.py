"""Sample files, broken on purpose: from a seed to a recipe to bytes, the same every time.

A recipe is `seed:sample`; `build` makes the file from it. Mutations know a little of the format, or nothing would
reach deeper than the first check: PDFs are inflated first, or changed object by object; packages are changed member
by member and zipped again.
"""

import io
import random
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pikepdf

import officefiles
import pdfs

EXAMPLES = Path(__file__).parents[2] / "examples"
ASA = officefiles.ASA
SCANS = {"12_brev_inskannat.pdf", "22_samtycke_inskannat_sokbart.pdf", "13_lapp_foto.jpg"}
"""Samples on which OCR takes most of the time."""

_SEEN_ONLY = {"scan", "scan_with_text_layer", "outlined_glyphs", "no_map_at_all", "garbled_to_unicode"}
_NUMBERS = b"0 -1 1 255 65536 2147483647 -2147483648 99999999999999999999 1e38 0.0001".split()
_TOKENS = {
    "pdf": (
        b"BT ", b"ET ", b"q ", b"Q ", b" Tj ", b" TJ ", b"<< ", b">> ", b"[ ", b"] ", b"( ", b") ", b"/F1 0 Tf ",
        b"0 Tz ",
        b"1 0 0 0 0 0 cm ", b"0 0 0 0 0 0 Tm ", b"/Fm0 Do ", b"<FEFF> Tj ", b"BI /W 1 /H 1 ID x EI ", b"% ", b"EMC ",
        b"/Span BDC ", b"\x00", b"endstream ", b"1 0 R ", b"null ", b"(\\", b"<0", b"3 Tr ", b"1e9 Ts ", b"' ", b'" ',
    ),
    "xml": (
        b"<w:r>", b"</w:r>", b"<w:p>", b"</w:p>", b"<w:t>x</w:t>", b"&#0;", b"&amp;", b"&x;", b"<!--", b"-->",
        b"<![CDATA[",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"\xff", b"<w:del>", b"<w:fldChar w:fldCharType='begin'/>", b"<a/>", b'"',
        b"'",
    ),
    "text": (
        b"\r\n", b"\n\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"--", b"=\n", b"=C3", b"%C3%A5", b"{\\u229?",
        b"\\bin9 ",
        b"{\\*\\x ", b"}", b"{", b"<script>", b"</", b"&#", b"Content-Type: multipart/mixed; boundary=\n", b"\xcc\x8a",
        b"\xe2\x80\x8b", b"=?utf-8?Q?", b"?=", b"\t", b";", b'"',
    ),
}  # fmt: skip


class _Noon(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_Noon":
        return cls(2026, 1, 1, 12, tzinfo=tz)


@cache
def samples(*, scans: bool = True) -> Mapping[str, tuple[str, Callable[[], bytes]]]:
    """Name → (file name, what makes the bytes), of everything there is to break.

    Args:
        scans: also what only OCR reads.
    """
    found: dict[str, tuple[str, Callable[[], bytes]]] = {}
    files = [*(EXAMPLES / "casefile").iterdir(), *(EXAMPLES / "decisions").glob("*/*.*")]
    for path in sorted(files):
        if path.suffix not in (".jsonl", ".toml") and (scans or path.name not in SCANS):
            found[str(path.relative_to(EXAMPLES))] = (path.name, path.read_bytes)
    for place, make in pdfs.PLACES.items():
        if scans or place not in _SEEN_ONLY:
            found[f"pdf {place}"] = ("fil.pdf", lambda make=make: make(ASA.full_name))
    for kind in ("DOCX", "XLSX", "ODT", "ODS"):
        for place, make_it in getattr(officefiles, kind).items():
            found[f"{kind.lower()} {place}"] = (f"fil.{kind.lower()}", lambda make=make_it: make(ASA))
    return found


def build(seed: int, sample: str) -> tuple[bytes, str]:
    """The file of a recipe, and its name."""
    name, make = samples()[sample]
    dice = random.Random(f"{seed}:{sample}")
    # Packages, fonts and XMP are made on the spot and would hold the time of day.
    with (
        patch("zipfile.time.localtime", return_value=(2026, 1, 1, 0, 0, 0)),
        patch.dict("os.environ", SOURCE_DATE_EPOCH="1767225600"),
        patch("pikepdf.models.metadata._core.datetime", _Noon),
    ):
        data = make()
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            data = mutated(data, dice)
    return data, name


def mutated(data: bytes, dice: random.Random) -> bytes:
    """One mutation that suits the format, or a blind one."""
    if dice.random() < 0.15:
        return _blind(data, dice, "text")
    if b"%PDF-" in data[:1024]:
        return dice.choice((_inflated, _objects, _objects, _streams, _streams))(data, dice)
    if data[:2] == b"PK":
        return _members(data, dice)
    return _blind(data, dice, "text")


def _blind(data: bytes, dice: random.Random, tokens: str) -> bytes:
    """Bytes changed, cut, doubled, moved or put in, in up to eight places."""
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 8))):
        if not out:
            break
        at = dice.randrange(len(out))
        length = dice.choice((1, 2, 8, 64, 512))
        way = dice.randrange(8)
        if way == 0:
            out[at] ^= 1 << dice.randrange(8)
        elif way == 1:
            out[at : at + length] = dice.randbytes(min(length, 8))
        elif way == 2:
            del out[at : at + length]
        elif way == 3:
            out[at:at] = out[at : at + length] * dice.choice((1, 3, 40))
        elif way == 4:
            to = dice.randrange(len(out))
            piece = out[at : at + length]
            out[to:to] = piece
        elif way == 5:
            out[at:at] = dice.choice(_TOKENS[tokens]) * dice.choice((1, 1, 1, 50))
        elif way == 6:
            _number(out, at, dice)
        elif dice.random() < 0.2:
            del out[at:]
    return bytes(out)


def _number(out: bytearray, at: int, dice: random.Random) -> None:
    """The next number becomes another one."""
    digits = b"0123456789.-"
    start = next((i for i in range(at, min(at + 400, len(out))) if out[i] in digits), None)
    if start is None:
        return
    end = next((i for i in range(start, len(out)) if out[i] not in digits), len(out))
    out[start:end] = dice.choice(_NUMBERS)


def _members(data: bytes, dice: random.Random) -> bytes:
    """One member of a package changed, doubled, renamed or gone."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, RuntimeError, zlib.error):
        return _blind(data, dice, "text")
    if not members:
        return data
    at = dice.randrange(len(members))
    if dice.random() < 0.4:
        at = max(range(len(members)), key=lambda i: len(members[i][1]) if members[i][0].endswith(".xml") else 0)
    name, content = members[at]
    way = dice.random()
    if way < 0.8:
        members[at] = (name, _blind(content, dice, "xml"))
    elif way < 0.85:
        members[at] = (dice.choice(("../x", "a\\b", name.upper(), name + "\x00", "x", "/abs")), content)
    elif way < 0.9:
        del members[at]
    elif way < 0.95:
        members[at] = (name, members[dice.randrange(len(members))][1])
    else:
        members.append((name, content))
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for member, content in members:
            archive.writestr(member, content)
    return out.getvalue()


def _opened(data: bytes) -> pikepdf.Pdf | None:
    try:
        return pikepdf.open(io.BytesIO(data))
    except (pikepdf.PdfError, RuntimeError, ValueError):
        return None


def _saved(pdf: pikepdf.Pdf, data: bytes, **options: Any) -> bytes:
    out = io.BytesIO()
    try:
        pdf.save(out, static_id=True, **options)
    except (pikepdf.PdfError, RuntimeError, ValueError):
        return data
    return out.getvalue()


def _inflated(data: bytes, dice: random.Random) -> bytes:
    """Every stream inflated, then blind changes, also to the objects' own text."""
    with _opened(data) or pikepdf.new() as pdf:
        flat = _saved(pdf, data, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable,
                      stream_decode_level=pikepdf.StreamDecodeLevel.generalized)  # fmt: skip
    return _blind(flat, dice, "pdf")


def _streams(data: bytes, dice: random.Random) -> bytes:
    """One stream's content changed, its length right: page contents, fonts, character maps, pictures."""
    pdf = _opened(data)
    if pdf is None:
        return _blind(data, dice, "pdf")
    with pdf:
        found = [item for item in pdf.objects if isinstance(item, pikepdf.Stream)]
        if not found:
            return data
        stream = dice.choice(found)
        try:
            stream.write(_blind(stream.read_bytes(), dice, "pdf"))
        except (pikepdf.PdfError, RuntimeError, ValueError):
            return data
        return _saved(pdf, data)


def _objects(data: bytes, dice: random.Random) -> bytes:
    """Entries of dictionaries and arrays become something else: another object (cycles), another type, nothing."""
    pdf = _opened(data)
    if pdf is None:
        return _blind(data, dice, "pdf")
    with pdf:
        things = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary | pikepdf.Array | pikepdf.Stream)]
        for _ in range(dice.choice((1, 2, 4))):
            holder = _deeper(dice.choice(things), dice)
            values: list[Any] = [
                dice.choice(things), None, -1, 2**31 - 1, 1e30, True, pikepdf.String("x"), pikepdf.Name("/X"),
                pikepdf.Array([]), pikepdf.Dictionary(), pikepdf.Array([pikepdf.Array([1])]),
                pikepdf.String(b"\xfe\xff\xd8"),
            ]  # fmt: skip
            value = dice.choice(values)
            try:
                if isinstance(holder, pikepdf.Array):
                    if len(holder):
                        holder[dice.randrange(len(holder))] = value
                else:
                    keys = sorted(holder.keys())
                    if not keys:
                        continue
                    key = dice.choice(keys)
                    if value is None or dice.random() < 0.2:
                        del holder[key]
                    else:
                        holder[key] = value
            except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError):
                continue
        return _saved(pdf, data)


def _deeper(holder: Any, dice: random.Random) -> Any:
    """The object itself or a direct one inside it."""
    for _ in range(3):
        inside = list(holder) if isinstance(holder, pikepdf.Array) else [holder[key] for key in sorted(holder.keys())]
        inside = [one for one in inside if isinstance(one, pikepdf.Dictionary | pikepdf.Array)]
        if not inside or dice.random() < 0.5:
            return holder
        holder = dice.choice(inside)
    return holder
