"""Files that hide a name, one place each, made for the tests of `verify`.

Every maker takes the name and returns the file; called with an innocent text it returns the clean twin.
"""

import base64
import io
import json
import unicodedata
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import docx
import pikepdf
import typst
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, PngImagePlugin

BODY = "Beslutet har fattats enligt delegation och kan överklagas till förvaltningsrätten inom tre veckor."


def letter(*, text: str = "", author: str = "") -> bytes:
    """One page by typst, with a Type0 subset font."""
    head = f'#set document(date: none, title: "Underrättelse"{f", author: {author!r}" if author else ""})\n'.replace(
        "'", '"'
    )
    source = head + '#set text(lang: "sv", hyphenate: false)\n' + BODY + "\n\n" + text
    return typst.compile(source.encode())


def _saved(pdf: pikepdf.Pdf, **how: object) -> bytes:
    buffer = io.BytesIO()
    pdf.save(buffer, **how)
    return buffer.getvalue()


def _edit(change: Callable[[pikepdf.Pdf, str], None]) -> Callable[[str], bytes]:
    def make(name: str) -> bytes:
        with pikepdf.open(io.BytesIO(letter())) as pdf:
            change(pdf, name)
            return _saved(pdf)

    return make


def _draw(pdf: pikepdf.Pdf, content: bytes, **resources: object) -> None:
    """Add a page with `content` in Helvetica as F1."""
    page = pdf.add_blank_page(page_size=(595, 842))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    page.Resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font)), **resources)
    page.Contents = pdf.make_stream(content)


def _literal(name: str) -> bytes:
    return name.encode("cp1252").replace(b"(", b"\\(")


def _form(pdf: pikepdf.Pdf, content: bytes, **more: object) -> Stream:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    form = Stream(pdf, content)
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 600, 800])
    form.Resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font)), **more)
    return form


def _text(pdf: pikepdf.Pdf, name: str) -> None:
    _draw(pdf, b"BT /F1 12 Tf 72 700 Td (%b) Tj ET" % _literal(name))


def _hex(pdf: pikepdf.Pdf, name: str) -> None:
    _draw(pdf, b"BT /F1 12 Tf 72 700 Td <%b> Tj ET" % _literal(name).hex().encode())


def _octal(pdf: pikepdf.Pdf, name: str) -> None:
    coded = b"".join(b"\\%03o" % code for code in name.encode("cp1252"))
    _draw(pdf, b"BT /F1 12 Tf 72 700 Td (%b) Tj ET" % coded)


def _per_glyph(pdf: pikepdf.Pdf, name: str) -> None:
    parts = b" ".join(b"(%b) -20" % bytes([code]) for code in name.encode("cp1252"))
    _draw(pdf, b"BT /F1 12 Tf 72 700 Td [%b] TJ ET" % parts)


def _scattered(pdf: pikepdf.Pdf, name: str) -> None:
    """Glyphs drawn from the last to the first, each at its own place: only layout shows the name."""
    raw = name.encode("cp1252")
    at = [(72 + 9 * index, code) for index, code in enumerate(raw)]
    drawn = b" ".join(b"1 0 0 1 %d 700 Tm (%b) Tj" % (x, bytes([code])) for x, code in reversed(at))
    _draw(pdf, b"BT /F1 12 Tf %b ET" % drawn)


def _spaced(pdf: pikepdf.Pdf, name: str) -> None:
    _text(pdf, " ".join(name))


def _two_lines(pdf: pikepdf.Pdf, name: str) -> None:
    cut = len(name) - 3
    _draw(pdf, b"BT /F1 12 Tf 72 700 Td (%b-) Tj 0 -14 Td (%b) Tj ET" % (_literal(name[:cut]), _literal(name[cut:])))


def _invisible(pdf: pikepdf.Pdf, name: str) -> None:
    _draw(pdf, b"BT 3 Tr /F1 12 Tf 72 700 Td (%b) Tj ET" % _literal(name))


def _behind_box(pdf: pikepdf.Pdf, name: str) -> None:
    _draw(pdf, b"BT /F1 12 Tf 72 700 Td (%b) Tj ET 0 g 60 690 400 30 re f" % _literal(name))


def _off_page(pdf: pikepdf.Pdf, name: str) -> None:
    _draw(pdf, b"BT /F1 12 Tf 2000 2000 Td (%b) Tj ET" % _literal(name))


def _nested_form(pdf: pikepdf.Pdf, name: str) -> None:
    inner = pdf.make_indirect(_form(pdf, b"BT /F1 12 Tf 72 700 Td (%b) Tj ET" % _literal(name)))
    outer = pdf.make_indirect(_form(pdf, b"/Inner Do", XObject=Dictionary(Inner=inner)))
    _draw(pdf, b"/Outer Do", XObject=Dictionary(Outer=outer))


def _pattern(pdf: pikepdf.Pdf, name: str) -> None:
    tile = _form(pdf, b"BT /F1 12 Tf 0 0 Td (%b) Tj ET" % _literal(name))
    del tile["/Subtype"]
    tile.Type, tile.PatternType, tile.PaintType, tile.TilingType = Name.Pattern, 1, 1, 1
    tile.XStep, tile.YStep = 300, 100
    _draw(
        pdf,
        b"BT /F1 12 Tf 72 400 Td (%b) Tj ET /Pattern cs /P1 scn 0 0 595 842 re f" % _literal(BODY),
        Pattern=Dictionary(P1=pdf.make_indirect(tile)),
    )


def _optional(pdf: pikepdf.Pdf, name: str) -> None:
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("hidden")))
    pdf.Root.OCProperties = Dictionary(OCGs=[group], D=Dictionary(OFF=[group]))
    _draw(pdf, b"/OC /G BDC BT /F1 12 Tf 72 700 Td (%b) Tj ET EMC" % _literal(name), Properties=Dictionary(G=group))


def _layer_name(pdf: pikepdf.Pdf, name: str) -> None:
    pdf.Root.OCProperties = Dictionary(OCGs=[pdf.make_indirect(Dictionary(Type=Name.OCG, Name=name))], D=Dictionary())


def _actual_text(pdf: pikepdf.Pdf, name: str) -> None:
    coded = ("\ufeff" + name).encode("utf-16-be").hex().encode()
    _draw(pdf, b"/Span <</ActualText <%b>>> BDC BT /F1 12 Tf 72 700 Td (x) Tj ET EMC" % coded)


def _structure_alt(pdf: pikepdf.Pdf, name: str) -> None:
    pdf.Root.Extra = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Figure, Alt=String(name)))


def _info(pdf: pikepdf.Pdf, name: str) -> None:
    pdf.docinfo["/Author"] = String(name)


def _xmp(pdf: pikepdf.Pdf, name: str) -> None:
    with pdf.open_metadata() as xmp:
        xmp["dc:creator"] = [name]


def _piece_info(pdf: pikepdf.Pdf, name: str) -> None:
    pdf.Root.PieceInfo = Dictionary(App=Dictionary(Private=Dictionary(User=String(name))))


def _outline(pdf: pikepdf.Pdf, name: str) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(f"Handläggare {name}", 0))


def _annotation(pdf: pikepdf.Pdf, name: str) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[10, 10, 20, 20], T=String(name), Contents=String("ja"))
    pdf.pages[0].Annots = pdf.make_indirect(Array([pdf.make_indirect(note)]))


def _mailto(pdf: pikepdf.Pdf, name: str) -> None:
    action = Dictionary(S=Name.URI, URI=String("mailto:x@b.example?subject=" + name.replace(" ", "%20")))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[10, 10, 20, 20], A=action)
    pdf.pages[0].Annots = pdf.make_indirect(Array([pdf.make_indirect(link)]))


def _form_field(pdf: pikepdf.Pdf, name: str) -> None:
    field = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("f"), V=String(name), Rect=[9, 9, 99, 19])
    )
    pdf.Root.AcroForm = Dictionary(Fields=[field])
    pdf.pages[0].Annots = pdf.make_indirect(Array([field]))


def _appearance(pdf: pikepdf.Pdf, name: str) -> None:
    look = pdf.make_indirect(_form(pdf, b"BT /F1 12 Tf 2 2 Td (%b) Tj ET" % _literal(name)))
    stamp = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=[9, 9, 99, 19], AP=Dictionary(N=look))
    pdf.pages[0].Annots = pdf.make_indirect(Array([pdf.make_indirect(stamp)]))


def _destination(pdf: pikepdf.Pdf, name: str) -> None:
    pdf.Root.Dests = Dictionary({"/" + name.replace(" ", "_"): Array([pdf.pages[0].obj, Name.Fit])})


def _page_label(pdf: pikepdf.Pdf, name: str) -> None:
    pdf.Root.PageLabels = Dictionary(Nums=[0, Dictionary(P=String(name))])


def _javascript(pdf: pikepdf.Pdf, name: str) -> None:
    escaped = "".join(c if c.isascii() else f"\\u{ord(c):04x}" for c in name)
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String(f'app.alert("{escaped}");'))


def _javascript_stream(pdf: pikepdf.Pdf, name: str) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=pdf.make_stream(f'app.alert("{name}");'.encode()))


def _attachment(pdf: pikepdf.Pdf, name: str) -> None:
    pdf.attachments["anteckning.txt"] = f"Skrivet av {name}".encode("utf-16")


def _attachment_name(pdf: pikepdf.Pdf, name: str) -> None:
    pdf.attachments[f"{name}.txt"] = b"tomt"


def _attached_pdf(pdf: pikepdf.Pdf, name: str) -> None:
    pdf.attachments["bilaga.pdf"] = letter(text=f"Handläggare: {name}")


def _attached_token(pdf: pikepdf.Pdf, name: str) -> None:
    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in ({"alg": "ES256"}, {"who": name})]
    pdf.attachments["identitet.jwt"] = b".".join([*parts, b"c2lnbmF0dXJlLXNpZ25hdHVyZQ"])


def _orphan(pdf: pikepdf.Pdf, name: str) -> None:
    pdf.Root.Kept = pdf.make_indirect(Dictionary(Note=String(name.encode("utf-8"))))


def _thumbnail_text(pdf: pikepdf.Pdf, name: str) -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = name
    Image.new("L", (20, 20), 128).save(buffer, "JPEG", exif=exif)
    image = Stream(pdf, buffer.getvalue())
    image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name.DCTDecode
    image.Width, image.Height, image.ColorSpace, image.BitsPerComponent = 20, 20, Name.DeviceGray, 8
    pdf.pages[0].obj.Thumb = pdf.make_indirect(image)


def _decomposed(name: str) -> bytes:
    return letter(text=unicodedata.normalize("NFD", name))


def _glyph_ids(name: str) -> bytes:
    """Text in a Type0 font: neither the file nor its inflated streams hold the letters."""
    return letter(text=name)


def _no_to_unicode(name: str) -> bytes:
    """A Type0 TrueType font whose only way to letters is the embedded program's own character map."""
    font = TTFont(Path(__file__).resolve().parents[2] / "src/sigill/letters/fonts/NotoSans-Regular.ttf")
    tool = subset.Subsetter(subset.Options(glyph_names=False, notdef_outline=True))
    tool.populate(text=name + BODY)
    tool.subset(font)
    out = io.BytesIO()
    font.save(out)
    order, cmap = {g: i for i, g in enumerate(font.getGlyphOrder())}, font.getBestCmap()
    with pikepdf.new() as pdf:
        program = pdf.make_stream(out.getvalue())
        program.Length1 = len(out.getvalue())
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=Name("/AAAAAA+NotoSans"), Flags=4, FontBBox=[0, 0, 1000, 1000],
            ItalicAngle=0, Ascent=800, Descent=-200, CapHeight=700, StemV=80, FontFile2=program,
        )  # fmt: skip
        info = Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0)
        inner = Dictionary(
            Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=descriptor.FontName, CIDSystemInfo=info, DW=600,
            FontDescriptor=pdf.make_indirect(descriptor), CIDToGIDMap=Name.Identity,
        )  # fmt: skip
        outer = Dictionary(
            Type=Name.Font, Subtype=Name.Type0, BaseFont=descriptor.FontName, Encoding=Name("/Identity-H"),
            DescendantFonts=[pdf.make_indirect(inner)],
        )  # fmt: skip
        codes = b"".join(order[cmap[ord(c)]].to_bytes(2, "big") for c in name)
        page = pdf.add_blank_page(page_size=(595, 842))
        _draw(pdf, b"BT /F1 12 Tf 72 700 Td (%b) Tj ET" % _literal(BODY))
        page.Resources = Dictionary(Font=Dictionary(F2=pdf.make_indirect(outer)))
        page.Contents = pdf.make_stream(b"BT /F2 12 Tf 72 700 Td <%b> Tj ET" % codes.hex().encode())
        return _saved(pdf)


def earlier_revision(name: str) -> bytes:
    """The name was on the page; an incremental update has replaced the page's content."""
    with pikepdf.new() as pdf:
        _draw(pdf, b"BT /F1 12 Tf 72 700 Td <%b> Tj ET" % _literal(name).hex().encode())
        whole = _saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        number, root = pdf.pages[0].Contents.objgen[0], pdf.Root.objgen[0]
        size = int(pdf.trailer.Size)
    new = b"BT /F1 12 Tf 72 700 Td (%b) Tj ET" % _literal(BODY)
    start = whole[whole.rfind(b"startxref") + 9 :].split()[0]
    body = b"%d 0 obj\n<</Length %d>>\nstream\n%b\nendstream\nendobj\n" % (number, len(new), new)
    tail = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d /Root %d 0 R /Prev %b>>\nstartxref\n%d\n%%%%EOF\n" % (
        number, len(whole), size, root, start, len(whole) + len(body),
    )  # fmt: skip
    return whole + body + tail


def _trailing(name: str) -> bytes:
    return letter() + b"\n" + name.encode("utf-16-le")


def _comment(name: str) -> bytes:
    data = letter()
    at = data.rfind(b"startxref")
    return data[:at] + b"% made by " + name.encode() + b"\n" + data[at:]


PDF: dict[str, Callable[[str], bytes]] = {
    "glyph ids": _glyph_ids,
    "decomposed letters": _decomposed,
    "font without ToUnicode": _no_to_unicode,
    "earlier revision": earlier_revision,
    "trailing bytes": _trailing,
    "comment": _comment,
    **{
        change.__name__.strip("_").replace("_", " "): _edit(change)
        for change in (
            _text, _hex, _octal, _per_glyph, _scattered, _spaced, _two_lines, _invisible, _behind_box, _off_page,
            _nested_form, _pattern, _optional, _layer_name, _actual_text, _structure_alt, _info, _xmp, _piece_info,
            _outline, _annotation, _mailto, _form_field, _appearance, _destination, _page_label, _javascript,
            _javascript_stream, _attachment, _attachment_name, _attached_pdf, _attached_token, _orphan, _thumbnail_text,
        )
    },
}  # fmt: skip
"""Hiding places in a PDF → maker."""


# -- Office packages -------------------------------------------------------------------------------------------------


def document(*paragraphs: str) -> bytes:
    """A DOCX by python-docx."""
    made = docx.Document()
    for text in (BODY, *paragraphs):
        made.add_paragraph(text)
    made.core_properties.author = ""
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def with_parts(package: bytes, parts: dict[str, bytes], *, comment: bytes = b"") -> bytes:
    """A package with parts added or replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename not in parts:
                new.writestr(item, old.read(item))
        for part, data in parts.items():
            new.writestr(part, data)
        new.comment = comment
    return buffer.getvalue()


def body(xml: str) -> bytes:
    """A DOCX whose body is `xml`."""
    start = '<?xml version="1.0"?><w:document xmlns:w="urn:w" xmlns:wp="urn:wp"><w:body>'
    filler = f"<w:p><w:r><w:t>{BODY}</w:t></w:r></w:p>"
    return with_parts(document(), {"word/document.xml": f"{start}{filler}{xml}</w:body></w:document>".encode()})


def _runs(*pieces: str) -> str:
    return "".join(
        f'<w:r w:rsidR="00A{i}"><w:rPr/><w:t xml:space="preserve">{p}</w:t></w:r>' for i, p in enumerate(pieces)
    )


def _symbol(letter: str) -> str:
    """A letter by its number in a symbol font."""
    return f'<w:r><w:sym w:font="Symbolartad" w:char="{0xF000 + ord(letter):04X}"/></w:r>'


def _part(path: str, template: str) -> Callable[[str], bytes]:
    return lambda name: with_parts(document(), {path: template.format(name=name).encode()})


def _header(name: str) -> bytes:
    made = docx.Document()
    made.add_paragraph(BODY)
    made.sections[0].header.paragraphs[0].text = name
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _core(name: str) -> bytes:
    made = docx.Document()
    made.add_paragraph(BODY)
    made.core_properties.last_modified_by = name
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _picture_exif(name: str) -> bytes:
    return with_parts(document(), {"word/media/image1.jpeg": photo(name)})


def _embedded_sheet(name: str) -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        first, *rest = name.split()
        cells = f"<si><r><t>{first}</t></r><r><t xml:space='preserve'> {' '.join(rest)}</t></r></si>"
        archive.writestr("xl/sharedStrings.xml", f"<sst>{cells}</sst>")
    return with_parts(document(), {"word/embeddings/sheet.xlsx": inner.getvalue()})


def _unlisted(name: str) -> bytes:
    """A member that lies in the file, though the directory does not list it."""
    one = with_parts(document(), {"word/old.xml": f"<w:p>{name}</w:p>".encode()})
    at = one.rfind(b"PK\1\2")
    entries = one[one.find(b"PK\1\2") : one.rfind(b"PK\5\6")]
    last = entries.rfind(b"PK\1\2")
    end = bytearray(one[one.rfind(b"PK\5\6") :])
    count = int.from_bytes(end[10:12], "little") - 1
    end[8:10] = end[10:12] = count.to_bytes(2, "little")
    end[12:16] = last.to_bytes(4, "little")
    return one[:at] + bytes(end)


DOCX: dict[str, Callable[[str], bytes]] = {
    "paragraph": lambda name: document(f"Handläggare är {name}."),
    "split runs": lambda name: body(f"<w:p>{_runs(*(name[i : i + 2] for i in range(0, len(name), 2)))}</w:p>"),
    "tab inside": lambda name: body(f"<w:p>{'<w:r><w:tab/></w:r>'.join(_runs(p) for p in name.split(' '))}</w:p>"),
    "soft hyphen": lambda name: body(f"<w:p>{_runs(name[:6] + chr(0xAD) + name[6:])}</w:p>"),
    "soft hyphen element": lambda name: body(
        f"<w:p><w:r><w:t>{name[:6]}</w:t><w:softHyphen/><w:t>{name[6:]}</w:t></w:r></w:p>"
    ),
    "symbol characters": lambda name: body(f"<w:p>{''.join(_symbol(letter) for letter in name)}</w:p>"),
    "symbol characters among letters": lambda name: body(
        f"<w:p>{_runs(name[:5])}{_symbol(name[5])}{_runs(name[6:])}</w:p>"
    ),
    "tracked deletion": lambda name: body(f"<w:p><w:del><w:r><w:delText>{name}</w:delText></w:r></w:del></w:p>"),
    "tracked author": lambda name: body(f'<w:p><w:ins w:author="{name}"><w:r><w:t>ja</w:t></w:r></w:ins></w:p>'),
    "text box": lambda name: body(f"<w:p><w:txbxContent><w:p>{_runs(name)}</w:p></w:txbxContent></w:p>"),
    "alt text": lambda name: body(f'<wp:docPr id="1" name="Bild" descr="Underskrift {name}"/>'),
    "field code": lambda name: body(f'<w:p><w:r><w:instrText> AUTHOR "{name}" </w:instrText></w:r></w:p>'),
    "bookmark": lambda name: body(f'<w:bookmarkStart w:id="0" w:name="{name.replace(" ", "_")}"/>'),
    "content control": lambda name: body(f'<w:sdt><w:sdtPr><w:alias w:val="{name}"/></w:sdtPr></w:sdt>'),
    "entities": lambda name: body("<w:p>" + _runs("".join(f"&#{ord(c)};" for c in name)) + "</w:p>"),
    "header": _header,
    "core properties": _core,
    "app properties": _part("docProps/app.xml", "<Properties><Manager>{name}</Manager></Properties>"),
    "custom properties": _part("docProps/custom.xml", "<p name='Handläggare'><vt:lpwstr>{name}</vt:lpwstr></p>"),
    "custom xml": _part("customXml/item1.xml", "<root><hl>{name}</hl></root>"),
    "comments": _part("word/comments.xml", "<w:comment w:author='x'><w:t>Fråga {name}</w:t></w:comment>"),
    "people": _part("word/people.xml", "<w15:person w15:author='{name}'/>"),
    "footnotes": _part("word/footnotes.xml", "<w:footnote><w:t>{name}</w:t></w:footnote>"),
    "document variable": _part("word/settings2.xml", "<w:docVar w:name='hl' w:val='{name}'/>"),
    "hyperlink": _part("word/_rels/x.xml.rels", "<Relationship Target='file:///C:/Users/{name}/brev.dotx'/>"),
    "glossary": _part("word/glossary/document.xml", "<w:t>{name}</w:t>"),
    "part name": lambda name: with_parts(document(), {f"word/{name}.xml": b"<a/>"}),
    "archive comment": lambda name: with_parts(document(), {}, comment=name.encode("utf-8")),
    "picture": _picture_exif,
    "embedded workbook": _embedded_sheet,
    "unlisted member": _unlisted,
}
"""Hiding places in a DOCX → maker."""


# -- the rest --------------------------------------------------------------------------------------------------------


def photo(name: str) -> bytes:
    """A JPEG with an author."""
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x9C9D] = name.encode("utf-16-le")
    Image.new("RGB", (40, 40), "white").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def _png(name: str) -> bytes:
    buffer = io.BytesIO()
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt("Author", name, zip=True)
    Image.new("L", (4, 4)).save(buffer, "PNG", pnginfo=chunks)
    return buffer.getvalue()


def _mail(**more: str) -> Callable[[str], bytes]:
    def make(name: str) -> bytes:
        mail = EmailMessage()
        mail["Subject"] = more.get("subject", "Kallelse").format(name=name)
        mail["From"] = more.get("sender", "Socialtjänsten").format(name=name) + " <soc@exempelstad.example>"
        mail["To"] = "part@example.com"
        mail.set_content(more.get("text", BODY).format(name=name), cte=more.get("cte", "quoted-printable"))
        if "html" in more:
            mail.add_alternative(more["html"].format(name=name), subtype="html", cte="base64")
        if "attached" in more:
            mail.add_attachment(letter(text=name), maintype="application", subtype="pdf", filename="brev.pdf")
        if "forwarded" in more:
            inner = EmailMessage()
            inner["Subject"] = "Sv: mötet"
            inner.set_content(f"Hälsningar {name}", cte="base64")
            mail.add_attachment(inner)
        return mail.as_bytes()

    return make


def _rtf(name: str) -> bytes:
    coded = "".join(c if c.isascii() else f"\\'{c.encode('cp1252').hex()}" for c in name)
    return f"{{\\rtf1\\ansi\\ansicpg1252 {{\\info{{\\title brev}}}} {{\\b {coded[:5]}}}{coded[5:]}\\par}}".encode()


def _rtf_numbers(name: str) -> bytes:
    coded = "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in name)
    return f"{{\\rtf1\\ansi {{\\info{{\\author {coded}}}}} text\\par}}".encode()


OTHER: dict[str, Callable[[str], bytes]] = {
    "text utf-8": lambda name: f"{BODY}\n{name}".encode(),
    "text cp1252": lambda name: f"{BODY}\n{name}".encode("cp1252"),
    "text utf-16": lambda name: f"{BODY}\n{name}".encode("utf-16"),
    "text mojibake": lambda name: f"{BODY}\n{name}".encode().decode("latin-1").encode(),
    "csv reversed": lambda name: f"dnr;hl\n1;{', '.join(reversed(name.split(' ', 1)))}\n".encode(),
    "html element": lambda name: f"<html><body><p>{name[:3]}<b>{name[3:]}</b></p></body></html>".encode(),
    "html attribute": lambda name: f"<html><body data-user='{name}'>text</body></html>".encode(),
    "html comment": lambda name: f"<html><!-- {name} --><body>text</body></html>".encode(),
    "html script": lambda name: f"<html><script>var u='{name}';</script>text</html>".encode(),
    "html entities": lambda name: (
        "<html><p>" + "".join(c if c.isascii() else f"&#x{ord(c):x};" for c in name) + "</p></html>"
    ).encode(),
    "rtf bytes": _rtf,
    "rtf numbers": _rtf_numbers,
    "mail subject": _mail(subject="Till {name}"),
    "mail sender": _mail(sender="{name}"),
    "mail text": _mail(text="Hälsningar\n{name}"),
    "mail base64": _mail(text="Hälsningar\n{name}", cte="base64"),
    "mail html": _mail(html="<p>{name}</p>"),
    "mail attachment": _mail(attached="ja"),
    "mail forwarded": _mail(forwarded="ja"),
    "jpeg author": photo,
    "png text": _png,
}
"""Hiding places in other kinds → maker."""
