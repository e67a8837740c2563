"""Independent eyes on a PDF: its bytes, its objects, its content streams, its earlier revisions, and what three
extractors see on its pages.

Promise: every string, name, key and stream is looked at, as the cross-reference table shows them and as they lie in
the file; text drawn as glyph ids is mapped back by the fonts' own tables (ISO 32000-2, 9.10).
Modesty: pixels and outlined letters are for OCR; encrypted or unreadable files are refused.
"""

import io
import re
import shutil
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import blake2b
from typing import Any

import pikepdf
import pypdfium2
from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTTextContainer

from sigill.errors import N_, Blocked
from sigill.verify import der, glyphs, picture
from sigill.verify.reading import Finding, Inner, Page, Pixels, Place, Raw, Reading, Wanted, printable

PDFIUM = threading.Lock()  # pdfium is not safe for threads
_BESIDE = ThreadPoolExecutor(max_workers=3, thread_name_prefix="sigill-reader")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_LITERAL = re.compile(rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<([0-9A-Fa-f\s]{2,})>", re.DOTALL)
_FILE_ID = re.compile(rb"/ID\s*\[\s*(?:<[0-9A-Fa-f\s]*>\s*){2}\]")
_NAME = re.compile(rb"/([^\s()<>\[\]{}/%]{2,})")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
# As qpdf writes objects: `(` and a lone `<` stand only where a string begins.
_HOLDS = re.compile(rb"\(|(?<!<)<(?!<)|/EF\b")
_NAME_WRITTEN = re.compile(rb"/[^\s()<>\[\]{}/%]*")
_BY_KEY = re.compile(rb"/(?:EF|ID)\b")  # what these keys hold is not only lexed
_MAX_SIDE = 14_400.0  # units: the longest side of a page
_LONG = 256  # bytes; longer strings may be no text at all
_KNOWN_TYPES = frozenset(
    str.split(
        "Annot Catalog EmbeddedFile Encoding ExtGState Filespec Font FontDescriptor Metadata OBJR OCG OCMD "
        "ObjStm Outlines Page Pages Sig StructElem StructTreeRoot XObject XRef Form Image "
    )
)


class PdfFile:
    """One PDF under examination.

    Args:
        data: the file.
        place: where it stands.
        wanted: how to read it.

    Raises:
        Blocked: encrypted, or no PDF that can be opened.
    """

    def __init__(self, data: bytes, place: Place, wanted: Wanted) -> None:
        self.data, self.place, self.wanted = data, place, wanted
        self.running: dict[str, Future[str]] = {}
        for reader, flags in (("pdftotext", ("-raw",)), ("pdftotext-layout", ("-layout",))):
            if reader in wanted.readers:
                # Started first: an outside program reads while we do.
                self.running[reader] = _BESIDE.submit(_pdftotext, data, flags, wanted.bounds.seconds)
        # So does pdfium, which needs no Python meanwhile.
        self.by_pdfium = _BESIDE.submit(_pdfium, data, place).result if "pdfium" in wanted.readers else list
        self.pdf = open_pdf(data, place)
        self.seen: set[bytes] = set()
        self.attachments = 0

    def pages(self) -> Iterator[Finding]:
        """That the pages exist, whoever reads them."""
        for number in range(1, len(self.pdf.pages) + 1):
            self.wanted.bounds.spend(0)
            yield Page((*self.place, f"page {number}"), number)

    def attached(self, place: Place, name: str, data: bytes) -> Inner:
        """An attached file, at a place of its own."""
        self.attachments += 1
        return Inner((*place, f"attachment {self.attachments}"), name, data)

    def known(self, *parts: bytes) -> bool:
        """Whether the same bytes have been read before in this file; remembers them."""
        digest = blake2b(b"\0".join(parts), digest_size=16).digest()
        if digest in self.seen:
            return True
        self.seen.add(digest)
        return False


def open_pdf(data: bytes, place: Place) -> pikepdf.Pdf:
    """Open a PDF without a password.

    Raises:
        Blocked: it needs one, or it is broken.
    """
    try:
        pdf = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError:
        raise Blocked(
            N_("The file is protected by a password."), N_("Save it without protection."), place=" › ".join(place)
        ) from None
    except (pikepdf.PdfError, ValueError, RuntimeError):
        raise Blocked(
            N_("The file cannot be read as a PDF."), N_("Ask for a sound copy."), place=" › ".join(place)
        ) from None
    return pdf


# -- as the bytes lie ------------------------------------------------------------------------------------------------


def read_raw(source: PdfFile) -> Iterator[Finding]:
    """The file as bytes, every stream inflated wherever it lies, strings lexed without the cross-reference table."""
    data, place = source.data, source.place
    yield Raw("raw", place, data)
    outside: list[bytes] = []
    at = 0
    for match in _STREAM.finditer(data):
        if match.start() < at:
            continue
        end = data.find(b"endstream", match.end())
        end = len(data) if end < 0 else end
        outside.append(data[at : match.start()])
        at = end
        inflated = _inflate(data[match.end() : end], source)
        if inflated is None or source.known(b"raw", inflated):
            continue
        where = (*place, f"byte {match.start()}")
        yield Raw("raw", where, inflated)
        if b"Tj" in inflated or b"TJ" in inflated:
            yield Reading("raw", where, _lexed(inflated, ""), prose=False)
        elif _looks_like_objects(inflated):
            yield Reading("raw", where, _lexed(inflated, "\n"), prose=False)
    outside.append(data[at:])
    bare = b"\n".join(outside)
    yield Reading("raw", (*place, "objects"), _lexed(bare, "\n"), prose=False)
    trailing = data[data.rfind(b"%%EOF") + 5 :]
    if trailing.strip():
        yield Reading("raw", (*place, "after the end"), trailing.decode("utf-8", "replace"))
        yield Reading("raw", (*place, "after the end"), trailing.decode("cp1252", "replace"))
    comments = b"\n".join(line for line in re.split(rb"[\r\n]+", bare) if b"%" in line and not line.startswith(b"%%"))
    yield Reading("raw", (*place, "comments"), comments.decode("utf-8", "replace"), prose=False)


def _looks_like_objects(inflated: bytes) -> bool:
    """Whether inflated bytes are an object stream: text with dictionaries, not a font or a picture."""
    return b"<<" in inflated[:65536] and inflated[:4096].count(0) == 0


def _inflate(body: bytes, source: PdfFile) -> bytes | None:
    try:
        inflater = zlib.decompressobj()
        out = inflater.decompress(
            body.lstrip(b"\r\n") if body[:1] in b"\r\n" else body, source.wanted.bounds.inflated + 1
        )
    except zlib.error:
        return None
    source.wanted.bounds.spend(len(out), " › ".join(source.place))
    return out


def _lexed(data: bytes, joint: str) -> str:
    """All strings and names in PDF syntax, decoded, in order (ISO 32000-2, 7.3.4–7.3.5)."""
    found: list[bytes] = []
    if not joint and _glyph_ids(data):
        return ""
    found += [_literal(match) for match in _LITERAL.finditer(_FILE_ID.sub(b"", data))]
    if not joint:
        # What a content stream shows: one text, cut into pieces for kerning's sake.
        return string_text(b"".join(found))
    names = dict.fromkeys(match[1] for match in _NAME.finditer(data))
    return joint.join(map(string_text, found)) + "\n\n" + "\n".join(map(glyphs.unhashed, names))


def _literal(match: re.Match[bytes]) -> bytes:
    """The value of a string, literal or hexadecimal, that `_LITERAL` matched."""
    if match[1] is not None:
        digits = re.sub(rb"\s", b"", match[1])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    raw = match[0][1:-1]
    return _ESCAPE.sub(_escaped, raw) if b"\\" in raw else raw


def _glyph_ids(content: bytes) -> bool:
    """Whether a content stream shows glyph numbers rather than letters: then only its fonts can say what it shows."""
    sample = b"".join(match[0] for match, _ in zip(_LITERAL.finditer(content), range(24), strict=False))
    odd = sum(sample.count(bytes([code])) for code in range(32)) + 2 * sample.count(b"\\0") + sample.count(b"<00")
    return odd * 6 > len(sample) or (sample.count(b"<0") * 8 > len(sample))


def _escaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1].isdigit():
        return bytes([int(code, 8) & 255])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}.get(
        code, code
    )


def string_text(raw: bytes) -> str:
    """A string object's text in each way it may be meant: UTF-16, UTF-8, PDFDocEncoding (ISO 32000-2, 7.9.2.2)."""
    if raw[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return raw.decode("utf-16", "replace")
    if raw[:3] == b"\xef\xbb\xbf":
        return raw[3:].decode("utf-8", "replace")
    if len(raw) > _LONG and sum(raw.count(code) for code in range(9)) * 50 > len(raw) + 50 * raw.count(0):
        return ""  # a signature or another binary value: searched as bytes, its certificates as certificates
    if raw.count(0) * 3 >= len(raw) > 0:
        return "\n".join(raw.decode(codec, "replace") for codec in ("utf-16-be", "utf-16-le"))
    plain = raw.decode("pdfdoc", "replace")
    if raw.isascii():
        return plain
    other = printable(raw)
    return f"{plain}\n{other}" if other else plain


# -- as the objects say ----------------------------------------------------------------------------------------------


def read_objects(source: PdfFile) -> Iterator[Finding]:
    """Every object the file has, used or not: strings, names, keys, streams, attachments, certificates, pictures."""
    yield from _objects(source, source.pdf, "objects", source.place)


def _objects(source: PdfFile, pdf: pikepdf.Pdf, reader: str, place: Place) -> Iterator[Finding]:
    inner: set[tuple[int, int]] = set()
    streams: list[Any] = []
    info = pdf.trailer.Info.objgen if isinstance(pdf.trailer.get("/Info"), pikepdf.Dictionary) else (0, 0)
    for obj in (pdf.trailer, *pdf.objects):
        if not isinstance(obj, pikepdf.Object):
            continue  # a number or nothing
        stream_like = isinstance(obj, pikepdf.Stream)
        written = (obj.stream_dict if stream_like else obj).unparse(resolved=True)
        if stream_like:
            streams.append(obj)
        if source.known(b"object", b"%d" % obj.objgen[0], written):
            continue  # seen in a later state of the file; a stream's dictionary may be the same, its bytes not
        if not _HOLDS.search(written) and source.known(b"names", *_NAME_WRITTEN.findall(written)):
            continue  # no string, no attached file, and the very names that another object gave
        where = (*place, "Info" if obj.objgen == info and info[0] else _label(obj))
        strings, names, files = _parts(obj, written)
        if strings:
            yield Reading(reader, where, "\n".join(string_text(raw) for raw in strings))
        if names:
            yield Reading(reader, where, "\n".join(dict.fromkeys(names)), prose=False)
        for raw in strings:
            if len(raw) > _LONG:
                yield Raw(reader, where, raw)
                yield from _certificates(reader, where, raw)
        for name, stream in files:
            inner.add(stream.objgen)
            data = _decoded(stream, source)
            if not source.known(b"file", name.encode("utf-8", "replace"), data):
                yield source.attached(place, name, data)
    for obj in streams:
        if obj.objgen not in inner:
            yield from _stream(source, obj, reader, (*place, _label(obj)), place)


def _stream(source: PdfFile, obj: Any, reader: str, where: Place, place: Place) -> Iterator[Finding]:
    kind = glyphs.name_of(obj.get("/Type"))
    raw = obj.read_raw_bytes()
    if source.known(b"stream", raw):
        return
    data = _decoded(obj, source)
    if kind == "EmbeddedFile":
        yield source.attached(place, "", data)
        return
    yield Raw(reader, where, data)
    if glyphs.name_of(obj.get("/Subtype")) == "Image":
        yield Pixels(where)
        if data is raw or data == raw:
            yield from picture.metadata(reader, where, data)
        return
    text = printable(data)
    if kind == "Metadata" or (text and b" Tj" not in data and b"TJ" not in data and not data.startswith(b"/CIDInit")):
        yield Reading(reader, where, text)
        yield Reading(reader, where, re.sub(r"<[^>]*>", "", text))
        yield Reading(reader, where, re.sub(r"<[^>]*>", " ", text))
    yield from _certificates(reader, where, data)


def _decoded(stream: Any, source: PdfFile) -> bytes:
    try:
        data = bytes(stream.read_bytes(pikepdf.StreamDecodeLevel.generalized))
    except (pikepdf.PdfError, RuntimeError):
        data = bytes(stream.read_raw_bytes())
    source.wanted.bounds.spend(len(data), " › ".join(source.place))
    return data


def _certificates(reader: str, where: Place, data: bytes) -> Iterator[Finding]:
    text = der.strings(data)
    if text:
        yield Reading(reader, (*where, "certificate"), text)


def _label(obj: Any) -> str:
    number = obj.objgen[0]
    kind = ""
    if isinstance(obj, pikepdf.Dictionary | pikepdf.Stream):
        for key in ("/Subtype", "/Type"):
            value = glyphs.name_of(obj.get(key))
            kind = value if value in _KNOWN_TYPES else kind
    return f"object {number} {kind}".rstrip() if number else "trailer"


def _parts(obj: Any, written: bytes) -> tuple[list[bytes], list[str], list[tuple[str, Any]]]:
    """Strings, names and attached files of one object, which qpdf writes as `written`."""
    strings: list[bytes] = []
    names: list[str] = []
    files: list[tuple[str, Any]] = []
    if _BY_KEY.search(written):
        _collect(obj, strings, names, files, 0)
    else:
        strings += [_literal(match) for match in _LITERAL.finditer(written)]
        names += [glyphs.unhashed(name[1:]) for name in _NAME_WRITTEN.findall(_LITERAL.sub(b" ", written))]
    return strings, names, files


def _collect(obj: Any, strings: list[bytes], names: list[str], files: list[tuple[str, Any]], depth: int) -> None:
    """Strings, names and keys of one object, not following references; attached files where it names some."""
    if depth > 60:
        raise Blocked(N_("The file is nested too deeply to be checked."), N_("Ask for another copy."))
    if isinstance(obj, pikepdf.String):
        strings.append(bytes(obj))
    elif isinstance(obj, pikepdf.Name):
        names.append(glyphs.name_of(obj))
    elif isinstance(obj, pikepdf.Array):
        for item in obj:
            if not _elsewhere(item):
                _collect(item, strings, names, files, depth + 1)
    elif isinstance(obj, pikepdf.Dictionary | pikepdf.Stream):
        mapping = obj.stream_dict if isinstance(obj, pikepdf.Stream) else obj
        for key, item in mapping.items():
            # pikepdf gives a key's bytes that are no UTF-8 as surrogates.
            names.append(glyphs.unhashed(str(key)[1:].encode("utf-8", "surrogateescape")))
            if key == "/ID" and isinstance(item, pikepdf.Array):
                continue  # random bytes; the search in raw bytes has them
            if key == "/EF" and isinstance(item, pikepdf.Dictionary):
                given = mapping.get("/UF", mapping.get("/F"))
                label = string_text(bytes(given)) if isinstance(given, pikepdf.String) else ""
                files += [(label, stream) for stream in item.values() if isinstance(stream, pikepdf.Stream)]
            if not _elsewhere(item):
                _collect(item, strings, names, files, depth + 1)


def _elsewhere(item: Any) -> bool:
    return isinstance(item, pikepdf.Object) and item.is_indirect


# -- as the pages are drawn ------------------------------------------------------------------------------------------


def read_content(source: PdfFile) -> Iterator[Finding]:
    """Text in drawing order, mapped to letters by our own reading of the fonts' tables."""
    yield from _content(source, source.pdf, "content", source.place)


def _content(source: PdfFile, pdf: pikepdf.Pdf, reader: str, place: Place) -> Iterator[Finding]:
    fonts = glyphs.Fonts()
    drawn: set[tuple[int, int]] = set()
    fallback: Any = None
    for number, page in enumerate(pdf.pages, 1):
        where = (*place, f"page {number}")
        resources = page.obj.get("/Resources", page.resources if hasattr(page, "resources") else None)
        fallback = resources if fallback is None else fallback
        contents = page.obj.get("/Contents")
        for part in contents if isinstance(contents, pikepdf.Array) else [contents]:
            if isinstance(part, pikepdf.Stream):
                drawn.add(part.objgen)
        data = _page_bytes(page)
        if data and not source.known(b"content", data, fonts.fingerprint(resources)):
            for text in glyphs.text_of(page.obj, resources, fonts):
                yield Reading(reader, where, text, page=number)
    for obj in pdf.objects:
        if not isinstance(obj, pikepdf.Stream) or obj.objgen in drawn:
            continue
        if obj.get("/Subtype") == "/Form" or "/Resources" in obj or _draws_text(obj):
            resources = obj.get("/Resources", fallback)
            if not source.known(b"content", obj.read_raw_bytes(), fonts.fingerprint(resources)):
                for text in glyphs.text_of(obj, resources, fonts):
                    yield Reading(reader, (*place, _label(obj)), text)


def _draws_text(obj: Any) -> bool:
    """Whether a stream that is no form and no page's content shows text all the same (glyph procedures, leftovers)."""
    if any(key in obj for key in ("/Type", "/Subtype", "/Length1", "/Length2", "/FunctionType", "/N")):
        return False
    try:
        data = obj.read_bytes()
    except (pikepdf.PdfError, RuntimeError):
        return False
    return bool(re.search(rb"\bBT\b.*\bT[jJ]\b", data, re.DOTALL))


def _page_bytes(page: pikepdf.Page) -> bytes:
    contents = page.obj.get("/Contents")
    parts = contents if isinstance(contents, pikepdf.Array) else [contents]
    return b"\n".join(part.read_raw_bytes() for part in parts if isinstance(part, pikepdf.Stream))


# -- as it was before ------------------------------------------------------------------------------------------------


def read_revisions(source: PdfFile) -> Iterator[Finding]:
    """Each earlier state of the file, cut off at its own end mark (ISO 32000-2, 7.5.6)."""
    ends = [match.end() for match in re.finditer(rb"%%EOF[\r\n]{0,2}", source.data)]
    for number, end in enumerate(ends, 1):
        if end >= len(source.data.rstrip()):
            continue
        try:
            with pikepdf.open(io.BytesIO(source.data[:end])) as pdf:
                place = (*source.place, f"revision {number}")
                yield from _objects(source, pdf, "revisions", place)
                yield from _content(source, pdf, "revisions", place)
        except pikepdf.PdfError:
            # A linearised file's first mark ends no whole file; its objects are read with the whole.
            continue


# -- as others read it -----------------------------------------------------------------------------------------------


def read_pdfium(source: PdfFile) -> Iterator[Finding]:
    """Text by pdfium, page by page."""
    for number, (text, blank) in enumerate(source.by_pdfium(), 1):
        where = (*source.place, f"page {number}")
        if blank:
            yield Page(where, number, blank=True)
        # pdfium marks a hyphen at a line's end with U+0002 or U+FFFE.
        yield Reading("pdfium", where, text.replace("\x02", "-").replace("\ufffe", "-"), page=number)


def _pdfium(data: bytes, place: Place) -> list[tuple[str, bool]]:
    """Each page's text, and whether it shows nothing at all."""
    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            raise Blocked(
                N_("One of the readers cannot open the file."), N_("Ask for a sound copy."), place=" › ".join(place)
            ) from None
        found = []
        try:
            for number in range(len(document)):
                page = document[number]
                text_page = page.get_textpage()
                text = text_page.get_text_range()
                found.append((text, not text.strip() and _blank(page)))
                text_page.close()
                page.close()
        except pypdfium2.PdfiumError:
            raise Blocked(
                N_("One of the readers cannot open a page."), N_("Ask for a sound copy."), place=" › ".join(place)
            ) from None
        finally:
            document.close()
    return found


def _blank(page: Any) -> bool:
    """Whether the page shows one single colour, annotations and form fields included.

    Raises:
        Blocked: the page is larger than a page may be (ISO 32000-1, annex C.2).
    """
    if not max(page.get_size()) <= _MAX_SIDE:  # so written that what is no number fails too
        raise Blocked(N_("A page is too large to be checked."), N_("Ask for a sound copy."))
    low, high = page.render(scale=0.5, grayscale=True, may_draw_forms=True).to_pil().getextrema()
    return bool(low == high)


def read_poppler(source: PdfFile) -> Iterator[Finding]:
    """Text by poppler in drawing order."""
    yield from _poppler(source, "pdftotext")


def read_poppler_layout(source: PdfFile) -> Iterator[Finding]:
    """Text by poppler as laid out on the page."""
    yield from _poppler(source, "pdftotext-layout")


def _poppler(source: PdfFile, reader: str) -> Iterator[Finding]:
    text = source.running[reader].result()
    for number, page in enumerate(text.split("\f")[:-1], 1):
        yield Reading(reader, (*source.place, f"page {number}"), page, page=number)


def _pdftotext(data: bytes, flags: tuple[str, ...], seconds: float) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        raise Blocked(N_("A reader is missing: pdftotext."), N_("Install poppler-utils."))
    try:
        done = subprocess.run(
            [program, *flags, "-enc", "UTF-8", "-", "-"], input=data, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise Blocked(N_("A reader did not finish in time."), N_("Ask for a smaller or sounder file.")) from None
    if done.returncode:
        raise Blocked(N_("One of the readers cannot open the file."), N_("Ask for a sound copy."))
    return done.stdout.decode("utf-8", "replace")


def read_pdfminer(source: PdfFile) -> Iterator[Finding]:
    """Text by pdfminer.six: slow, and of another family than the rest."""
    try:
        for number, page in enumerate(extract_pages(io.BytesIO(source.data), laparams=LAParams(all_texts=True)), 1):
            text = "\n".join(_text_in(page))
            yield Reading("pdfminer", (*source.place, f"page {number}"), text, page=number)
    except (Exception, RecursionError):  # pdfminer raises whatever its parser met
        raise Blocked(
            N_("One of the readers cannot open the file."), N_("Ask for a sound copy."), place=" › ".join(source.place)
        ) from None


def _text_in(element: Any) -> Iterator[str]:
    for child in element:
        if isinstance(child, LTTextContainer):
            yield child.get_text()
        elif hasattr(child, "__iter__"):
            yield from _text_in(child)


def read_ocr(source: PdfFile) -> Iterator[Finding]:
    """Text in the pixels of pages that show pictures, drawn outlines or no text at all."""
    with PDFIUM:
        document = pypdfium2.PdfDocument(source.data)
        count = len(document)
    try:
        for number in range(count):
            with PDFIUM:
                page = document[number]
                part = picture.unread(page)
                drawn = picture.drawn(page, part) if part is not None else None
                page.close()
            # A letterhead that stands on every page is read once.
            if drawn is not None and not source.known(b"ocr", repr(drawn.size).encode(), drawn.tobytes()):
                # Without the lock: OCR takes seconds, and other threads may want to read meanwhile.
                text = picture.ocr(drawn, source.wanted.bounds.seconds)
                yield Reading("ocr", (*source.place, f"page {number + 1}"), text, page=number + 1)
    finally:
        with PDFIUM:
            document.close()


READERS: Mapping[str, Callable[[PdfFile], Iterator[Finding]]] = {
    "raw": read_raw,
    "objects": read_objects,
    "content": read_content,
    "revisions": read_revisions,
    "pdfium": read_pdfium,
    "pdftotext": read_poppler,
    "pdftotext-layout": read_poppler_layout,
    "pdfminer": read_pdfminer,
    "ocr": read_ocr,
}
