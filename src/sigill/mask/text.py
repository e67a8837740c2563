"""A known person out of plain text and CSV.

Does: find the character set (byte order mark, UTF-8, UTF-16, else Windows-1252 or Latin-1), keep it when the
label can be written in it, keep line ends. UTF-8 with stray bytes in it is still read as UTF-8, and written whole.
Undoes what tells a name's length: paragraphs wrapped by hand are wrapped anew, columns padded with spaces and rules
under a heading lose their length.

Does not: understand structured text (JSON, XML, source code); `apply` refuses those.
"""

import codecs
import csv
import io
import re
from collections.abc import Sequence

from sigill.errors import N_, Blocked, NothingRead
from sigill.mask.joined import BETWEEN, Block, NameFinder, Piece, mask_blocks
from sigill.mask.report import Options, Report
from sigill.mask.wrapping import Line, paragraphs

WRAP = 72
"""Characters a line, where a paragraph was wrapped by hand."""

_LONGEST = 100

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_STRAY = "sigill-stray"
"""Name of the error handler below."""


def _stray(error: UnicodeError) -> tuple[str, int]:
    """A byte that is not UTF-8 is read as Windows-1252, as U+FFFD where that has no letter for it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_STRAY, _stray)

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes) -> tuple[str, str]:
    """The text and its character set.

    Raises:
        Blocked: the bytes are no text.
    """
    charset = ""
    for mark, name in _BOMS:
        if data.startswith(mark):
            charset = name
            break
    if not charset and data.count(0) > len(data) // 8:
        charset = "utf-16-le" if data[1:200:2].count(0) >= data[0:200:2].count(0) else "utf-16-be"
    for name in [charset] if charset else ["utf-8", "cp1252", "latin-1"]:
        try:
            text = data.decode(name, _STRAY if name.startswith("utf-8") and mostly_utf8(data) else "strict")
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        return text, name
    raise Blocked(N_("The file is no text that can be read."), N_("Its character set is unknown or it is binary."))


def mostly_utf8(data: bytes) -> bool:
    """Whether it is UTF-8 but for some places, no more than there are letters beyond ASCII that are well formed.

    A page pasted from elsewhere, or a damaged byte, leaves some bytes astray: read all as Windows-1252 for their
    sake, every name with such a letter would be a row of others. In Windows-1252 next to nothing looks like UTF-8.
    """
    # Surrogates stand for the bytes astray (PEP 383); a row of them is one place.
    read = data.decode("utf-8", "surrogateescape")
    astray = len(re.findall("[\udc80-\udcff]+", read))
    return 0 < astray <= len(re.findall("[^\x00-\x7f\udc80-\udcff]", read))


def decode_stray(data: bytes) -> str:
    """UTF-8, with what is not UTF-8 read byte by byte as Windows-1252."""
    return data.decode("utf-8", _STRAY)


def encode(text: str, charset: str) -> bytes:
    """Write in `charset`, or UTF-8 if the label cannot be written in it."""
    if charset == "utf-16":
        return b"\xff\xfe" + text.encode("utf-16-le")
    if charset == "utf-32":
        return b"\xff\xfe\x00\x00" + text.encode("utf-32-le")
    try:
        return text.encode(charset)
    except UnicodeEncodeError:
        return text.encode("utf-8")


def mask_text(data: bytes, finder: NameFinder, options: Options, report: Report) -> bytes:
    """Mask a plain text file.

    Raises:
        Blocked: binary or of unknown character set; NothingRead: empty.
    """
    text, charset = decode(data)
    if not text.strip():
        raise NothingRead(N_("The file holds no text."))
    ends = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    masked = mask_plain(lines, finder.for_document(lines), options.label, report, "text")
    return encode(masked.replace("\n", ends), charset)


def mask_plain(text: str, finder: NameFinder, label: str, report: Report, part: str) -> str:
    """Mask text with `\\n` line ends, and what in its layout tells a name's length."""
    # A name that was cut by a line break is one mention: search the whole text as one piece.
    marked = _unwrapped(text.replace(_WRAPPED, "").replace(_GLUE, ""), finder)
    result = [marked]

    def write(new: str) -> None:
        result[0] = new

    mask_blocks([[Piece(marked, write)]], finder, label, report, part)
    return _lengthless(result[0], label)


def _spans(text: str, finder: NameFinder) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in finder.find(text) if span.certainty != "review"]


_PREFIX = re.compile(r"[>|][>| ]*|[ \t]+")


def _unwrapped(text: str, finder: NameFinder) -> str:
    """Rejoin the paragraphs that hold a hit and were wrapped by hand; `_lengthless` wraps them anew."""
    spans = _spans(text, finder)
    if not spans:
        return text
    lines = text.split("\n")
    seen = []
    at = 0
    for line in lines:
        touched = any(start < at + len(line) and end > at for start, end in spans)
        prefix = _prefix(line)
        first = line[len(prefix) :].split(" ", 1)[0]
        seen.append(Line(len(line), len(first), prefix if line.strip() else None, touched))
        at += len(line) + 1
    result = []
    for group in paragraphs(seen):
        result.append(_rejoined([lines[number] for number in group]) if len(group) > 1 else lines[group[0]])
    return "\n".join(result)


def _prefix(line: str) -> str:
    match = _PREFIX.match(line)
    return match.group() if match else ""


def _rejoined(group: Sequence[str]) -> str:
    """The lines of one paragraph as one line; `_lengthless` wraps it after the label is in."""
    prefix = _prefix(group[0])
    text = group[0].rstrip()
    for line in group[1:]:
        rest = line[len(prefix) :].strip()
        cut = text.endswith("-") and rest.split(" ", 1)[0] not in ("och", "eller", "samt", "men")
        text += rest if cut else " " + rest
    return text + _WRAPPED


_WRAPPED = "\ue0ff"
"""Marks the end of a paragraph to wrap anew; private use, never in the result."""
_GLUE = "\ue0fe"
"""Stands for the label's spaces while wrapping; likewise."""


def _lengthless(text: str, label: str) -> str:
    """Forget paddings, rules and line breaks whose length a name decided."""
    lines = text.split("\n")
    result: list[str] = []
    for index, line in enumerate(lines):
        if label in line:
            line = _unpadded(line, label)  # noqa: PLW2901
        elif re.fullmatch(r"\s*([-=~_*#.+])\1{2,}\s*", line) and (
            (index and label in lines[index - 1]) or (index + 1 < len(lines) and label in lines[index + 1])
        ):
            line = line.strip()[0] * 20  # noqa: PLW2901
        if line.endswith(_WRAPPED):
            whole = line[: -len(_WRAPPED)].replace(label, label.replace(" ", _GLUE))
            result += [one.replace(_GLUE, " ") for one in _wrapped(whole)]
        else:
            result.append(line)
    return "\n".join(result)


def _unpadded(line: str, label: str) -> str:
    """Spaces that fill a column behind or before a label become two, tabs one."""
    head, found, tail = line.partition(label)
    indent = head[: len(head) - len(head.lstrip())] if head.strip() else "  " if len(head) > 1 else head
    body = head.strip(" \t") if head.strip() else ""
    gap = head[len(head.rstrip()) :] if body else ""
    body = re.sub(r" {2,}", "  ", body)
    tail = re.sub(r"\t+", "\t", re.sub(r" {2,}", "  ", tail)).rstrip()
    gap = "\t" if "\t" in gap else "  " if len(gap) > 1 else gap
    return indent + body + gap + found + tail


def _wrapped(line: str) -> list[str]:
    prefix = _prefix(line)
    lines: list[str] = []
    current = ""
    for word in line[len(prefix) :].split(" "):
        longer = f"{current} {word}" if current else word
        if current and len(prefix) + len(longer) > WRAP:
            lines.append(prefix + current)
            longer = word
        current = longer
    return [*lines, prefix + current]


def mask_csv(data: bytes, finder: NameFinder, options: Options, report: Report) -> bytes:
    """Mask a table of separated values (RFC 4180; comma, semicolon or tab).

    Cells stay cells: a mention in two cells leaves a label in each, and quoting is written afresh.
    """
    text, charset = decode(data)
    if not text.strip():
        raise NothingRead(N_("The file holds no text."))
    ends = "\r\n" if "\r\n" in text else "\n"
    first = text.splitlines()[0]
    delimiter = max(";\t,", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        # Not well-formed as a table: it is still text.
        return mask_text(data, finder, options, report)
    quoted = text.lstrip().startswith('"') and first.count('"') >= 2 * len(rows[0])
    blocks: list[Block] = []
    for row in rows:
        for column in range(len(row)):
            blocks.append([_cell(row, column)])
    hinted = finder.for_document(BETWEEN.join(" ".join(row) for row in rows))
    mask_blocks(blocks, hinted, options.label, report, "table")
    buffer = io.StringIO(newline="")
    writer = csv.writer(
        buffer,
        delimiter=delimiter,
        lineterminator=ends,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerows(rows)
    result = buffer.getvalue()
    return encode(result if text.endswith(("\n", "\r")) else result.removesuffix(ends), charset)


def _cell(row: list[str], column: int) -> Piece:
    def write(new: str) -> None:
        row[column] = new

    return Piece(row[column], write)
