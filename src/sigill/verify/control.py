"""The positive control: before a reader's silence counts, it must have found somebody who is there.

Promise: once a process, for each kind of file and each set of readers, a control document with a made-up person in
every place that kind has is put through the same readers and the same search; a reader that misses one of its places
blocks the run. A replaced reader is tried anew. Modesty: it proves sight for these places, not for all.
"""

import base64
import io
import secrets
import zipfile
from collections.abc import Callable, Iterable, Mapping
from email.header import Header
from functools import cache

import pikepdf
import pypdfium2
from PIL import Image

from sigill.decision.people import StaffMember
from sigill.errors import N_, Blocked
from sigill.verify import mail, package, pdf, picture, plain, readers
from sigill.verify.judging import Matcher
from sigill.verify.reading import Wanted
from sigill.verify.sifting import Sifter

_SEEING: set[tuple[object, ...]] = set()
_SYLLABLES = ("vim", "zel", "dro", "kvå", "fjö", "plä", "bux", "gny", "tvi", "skrå", "jof", "lurz")


@cache
def planted() -> StaffMember:
    """A person nobody is: made up anew in each process, so that no reader can know the name by heart."""
    first = "".join(secrets.choice(_SYLLABLES) for _ in range(3)).capitalize()
    last = "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(3)).capitalize() for _ in range(2))
    return StaffMember("", first, first, last)


def require_sight(kinds: Iterable[str], chosen: frozenset[str]) -> None:
    """Prove that the readers see, once a process.

    Args:
        kinds: kinds of file that will be read (`readers.FileKind`).
        chosen: names of the readers that will read them.

    Raises:
        Blocked: a reader missed the planted person.
    """
    for kind in kinds:
        if kind not in CONTROLS:
            continue
        eyes = (kind, chosen, *_eyes())
        if eyes not in _SEEING:
            _try(kind, chosen)
            _SEEING.add(eyes)


def _eyes() -> tuple[object, ...]:
    """Everything that reads; another function in the place of one of these is another eye."""
    return (
        *pdf.READERS.values(), pdf._pdftotext, package.read_package, mail.read_mail, plain.read_text,
        plain.read_markup, plain.read_rtf, picture.metadata, picture.ocr, readers.read,
    )  # fmt: skip


def _try(kind: str, chosen: frozenset[str]) -> None:
    document, expected = CONTROLS[kind]
    sifter = Sifter("control", Matcher([planted()]))
    for finding in readers.read("control", document(), Wanted(chosen, "ocr" in chosen)):
        sifter.look(finding)
    sifter.finish()
    seen = {(key[2 + 1], key[1]) for key in sifter.leaks if key[4] != "possible"}
    for reader, places in expected.items():
        if reader not in chosen:
            continue
        for place in places:
            if not any(by == reader and place in where for by, where in seen):
                raise Blocked(
                    N_("The reader {reader} is blind: it does not see what was put there for it to see."),
                    N_("Look whether the programs Sigill needs are whole; nothing was checked."),
                    reader=reader,
                )


# -- control documents -----------------------------------------------------------------------------------------------


@cache
def _pdf() -> bytes:
    """Two pages, an annotation, properties, XMP, an attachment, an earlier revision, trailing bytes; a third page that
    is a picture of the first."""
    name = planted().full_name
    with pikepdf.new() as document:
        _page(document, _simple_font(document), name.encode("cp1252"))
        font, codes = _glyph_font(document, name)
        _page(document, font, codes)
        document.docinfo["/Author"] = pikepdf.String(name)
        document.pages[0].obj.Annots = document.make_indirect(
            pikepdf.Array(
                [pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], T=name)]
            )
        )
        with document.open_metadata() as xmp:
            xmp["dc:creator"] = [name]
        document.attachments["control.txt"] = name.encode()
        picture_page = document.add_blank_page(page_size=(595, 200))
        image = pikepdf.Stream(document, _portrait(name))
        image.Type, image.Subtype, image.ColorSpace = pikepdf.Name.XObject, pikepdf.Name.Image, pikepdf.Name.DeviceGray
        image.Width, image.Height, image.BitsPerComponent = 2480, 834, 8
        picture_page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        picture_page.Contents = document.make_stream(b"595 0 0 200 0 0 cm /Im0 Do")
        buffer = io.BytesIO()
        document.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    whole = buffer.getvalue()
    return _revised(whole) + b"\n" + name.encode()


def _revised(whole: bytes) -> bytes:
    """Append an incremental update that replaces page 1's content by nothing (ISO 32000-2, 7.5.6): the name on it
    stands in revision 1 only. The properties stay."""
    with pikepdf.open(io.BytesIO(whole)) as document:
        number = document.pages[0].obj.Contents.objgen[0]
        root, info = document.trailer.Root.objgen[0], document.trailer.Info.objgen[0]
        size = int(document.trailer.Size)
    kept = b"q Q"
    start = whole[whole.rfind(b"startxref") + 9 :].split()[0]
    at = len(whole)
    body = b"%d 0 obj\n<< /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (number, len(kept), kept)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /Prev %b >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, root, info, start, at + len(body),
    )  # fmt: skip
    return whole + body + table + trailer


def _page(document: pikepdf.Pdf, font: pikepdf.Object, codes: bytes) -> None:
    page = document.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = document.make_stream(b"BT /F1 12 Tf 72 700 Td 14 TL T* <%b> Tj ET" % codes.hex().encode())


def _simple_font(document: pikepdf.Pdf) -> pikepdf.Object:
    return document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )


def _glyph_font(document: pikepdf.Pdf, name: str) -> tuple[pikepdf.Object, bytes]:
    """A composite font whose codes say nothing without its ToUnicode table, and `name` in them."""
    letters = sorted(set(name))
    codes = {letter: 700 + 3 * index for index, letter in enumerate(letters)}
    lines = "".join(f"<{code:04X}> <{ord(letter):04X}>\n" for letter, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /C def /CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{len(codes)} beginbfchar\n{lines}endbfchar\nendcmap end end"
    )
    info = pikepdf.Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0)
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor, FontName=pikepdf.Name.Control, Flags=4, FontBBox=[0, 0, 1000, 1000],
        ItalicAngle=0, Ascent=800, Descent=-200, CapHeight=700, StemV=80,
    )  # fmt: skip
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType2, BaseFont=pikepdf.Name.Control, CIDSystemInfo=info,
        FontDescriptor=document.make_indirect(descriptor), DW=600,
    )  # fmt: skip
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=pikepdf.Name.Control,
        Encoding=pikepdf.Name("/Identity-H"), DescendantFonts=[document.make_indirect(descendant)],
        ToUnicode=document.make_stream(cmap.encode()),
    )  # fmt: skip
    return document.make_indirect(font), b"".join(codes[letter].to_bytes(2, "big") for letter in name)


@cache
def _portrait(name: str) -> bytes:
    """The name as pixels, 2480 × 834 grey, 300 dpi."""
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 200))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=_simple_font(document)))
        text = name.encode("cp1252").hex().encode()
        page.Contents = document.make_stream(b"BT /F1 20 Tf 40 120 Td <%b> Tj 0 -40 Td <%b> Tj ET" % (text, text))
        buffer = io.BytesIO()
        document.save(buffer)
    with pdf.PDFIUM, pypdfium2.PdfDocument(buffer.getvalue()) as drawn:
        image = drawn[0].render(scale=2480 / 595, grayscale=True).to_pil()
    return bytes(image.resize((2480, 834)).tobytes())


@cache
def _package() -> bytes:
    name = planted().full_name
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>{name}</t></si></sst>")
    half = len(name) // 2
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:p><w:r>{name[:half]}</w:r><w:r w:rsid='1'>{name[half:]}</w:r></w:p>")
        archive.writestr("docProps/core.xml", f"<cp:p><dc:creator>{name}</dc:creator></cp:p>")
        archive.writestr("word/media/alt.xml", f"<wp:docPr descr='{name}'/>")
        archive.writestr("word/embeddings/inner.xlsx", inner.getvalue())
        archive.comment = name.encode()
    return buffer.getvalue()


@cache
def _mail() -> bytes:
    name = planted().full_name
    wrapped = base64.b64encode(f"<p>{name}</p>".encode()).decode()
    return (
        f"From: {Header(name, 'utf-8').encode()} <a@b.example>\r\nSubject: control\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{wrapped}\r\n--x--\r\n"
    ).encode()


@cache
def _markup() -> bytes:
    name = planted().full_name
    return f"<html><!-- {name} --><body title='{name}'><p><b>{name[:4]}</b>{name[4:]}</p></body></html>".encode()


@cache
def _rtf() -> bytes:
    coded = "".join(c if c.isascii() else f"\\'{c.encode('cp1252').hex()}" for c in planted().full_name)
    return f"{{\\rtf1\\ansi\\ansicpg1252 {coded}\\par}}".encode()


@cache
def _photo() -> bytes:
    buffer = io.BytesIO()
    image = Image.frombytes("L", (2480, 834), _portrait(planted().full_name))
    exif = Image.Exif()
    exif[0x9C9D] = planted().full_name.encode("utf-16-le")
    image.save(buffer, "JPEG", quality=95, exif=exif)
    return buffer.getvalue()


CONTROLS: Mapping[str, tuple[Callable[[], bytes], Mapping[str, tuple[str, ...]]]] = {
    "pdf": (
        _pdf,
        {
            "raw": ("after the end", "byte"),
            "objects": ("Info", "Metadata", "object"),
            "content": ("page 2",),
            "revisions": ("revision 1 › page 1",),
            "pdfium": ("page 2",),
            "pdftotext": ("page 2",),
            "pdftotext-layout": ("page 2",),
            "pdfminer": ("page 2",),
            "ocr": ("page 3",),
        },
    ),
    "package": (
        _package,
        {"package": ("word/document.xml", "core.xml", "alt.xml › attributes", "sharedStrings.xml", "archive comment")},
    ),
    "mail": (_mail, {"mail": ("headers", "part 1")}),
    "html": (_markup, {"text": ("", "attributes", "comments")}),
    "rtf": (_rtf, {"text": ("",)}),
    "text": (lambda: planted().full_name.encode("cp1252"), {"text": ("",)}),
    "picture": (_photo, {"picture": ("metadata",), "ocr": ("page 1",)}),
}
"""Kind of file → control document, and where each reader must find the planted person in it."""
