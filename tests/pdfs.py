"""Makes PDFs that each hide a person in one place, written by hand with pikepdf, for any employee of the staff.

`PLACES` maps the name of a hiding place to a function from a person's name to a PDF. Every document also says
`INNOCENT`, which has to stay readable.
"""

import io
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from importlib import resources

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image, ImageDraw, ImageFont

FONT = resources.files("sigill.mask.pdf").joinpath("label.ttf").read_bytes()
INNOCENT = "Barnet bor hos sin mormor i Exempelstad."
PLACES: dict[str, Callable[[str], bytes]] = {}


def place(make: Callable[[str], bytes]) -> Callable[[str], bytes]:
    PLACES[make.__name__] = make
    return make


# -- building blocks ---------------------------------------------------------------------------------------------------


def helvetica(pdf: Pdf) -> pikepdf.Object:
    return pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    )


class Cut:
    """Noto Sans as a Type0 font, its codes given out by first appearance, as many producers do.

    Args:
        text: what will be shown with it; decides the codes.
    """

    def __init__(self, pdf: Pdf, text: str, *, to_unicode: str = "true", cmap: bool = True) -> None:
        font = TTFont(io.BytesIO(FONT))
        names = font.getBestCmap()
        ids = font.getReverseGlyphMap()
        self.codes = {char: number for number, char in enumerate(dict.fromkeys(text), 1)}
        gids = {code: ids[names[ord(char)]] for char, code in self.codes.items()}
        widths = [round(font["hmtx"][names[ord(char)]][0] * 1000 / font["head"].unitsPerEm) for char in self.codes]
        self.width = dict(zip(self.codes, widths, strict=True))
        table = bytearray(2 * (len(gids) + 1))
        for code, gid in gids.items():
            table[2 * code : 2 * code + 2] = gid.to_bytes(2, "big")
        program = io.BytesIO()
        if not cmap:
            del font["cmap"]
        font.save(program)
        stream = pdf.make_stream(program.getvalue())
        stream["/Length1"] = len(program.getvalue())
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name("/ABCDEF+NotoSans"),
            Flags=4,
            FontBBox=Array([0, -300, 1000, 1000]),
            ItalicAngle=0,
            Ascent=1069,
            Descent=-293,
            CapHeight=714,
            StemV=80,
            FontFile2=stream,
        )
        cid = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name("/ABCDEF+NotoSans"),
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            W=Array([1, Array(widths)]),
            DW=0,
            CIDToGIDMap=pdf.make_stream(bytes(table)),
        )
        self.object = pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type0,
                BaseFont=Name("/ABCDEF+NotoSans"),
                Encoding=Name("/Identity-H"),
                DescendantFonts=Array([pdf.make_indirect(cid)]),
            )
        )
        if to_unicode != "none":
            said = {char: char for char in self.codes}
            if to_unicode == "garbled":
                letters = [c for c in self.codes if c.isalpha()]
                said.update(zip(letters, letters[7:] + letters[:7], strict=True))
            rows = "\n".join(f"<{self.codes[c]:04X}> <{said[c].encode('utf-16-be').hex()}>" for c in self.codes)
            self.object["/ToUnicode"] = pdf.make_stream(
                b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
                + f"{len(self.codes)} beginbfchar\n{rows}\nendbfchar".encode()
            )

    def hex(self, text: str) -> bytes:
        return b"<" + "".join(f"{self.codes[c]:04X}" for c in text).encode() + b">"

    def length(self, text: str, size: float) -> float:
        return sum(self.width[c] for c in text) * size / 1000


def lit(text: str) -> bytes:
    """A literal string in WinAnsi."""
    raw = text.encode("cp1252", "replace")
    return b"(" + raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def show(text: str, x: float, y: float, size: float = 11, font: str = "F1") -> bytes:
    return b"BT /%s %g Tf 1 0 0 1 %g %g Tm %s Tj ET\n" % (font.encode(), size, x, y, lit(text))


def document(content: bytes, pdf: Pdf | None = None, **resources_: object) -> Pdf:
    """A page with Helvetica as /F1, an innocent line, and the content given."""
    pdf = pdf or pikepdf.new()
    fonts = Dictionary(F1=helvetica(pdf))
    for key, value in dict(resources_.pop("Font", {})).items():  # type: ignore[call-overload]
        fonts["/" + key] = value
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, 595, 842]),
        Resources=Dictionary(Font=fonts, **resources_),
        Contents=pdf.make_stream(show(INNOCENT, 72, 760) + content),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return pdf


def save(pdf: Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, static_id=True, **options)  # type: ignore[arg-type]
    return out.getvalue()


def sentence(name: str) -> str:
    return f"Handläggare är {name} sedan i våras."


# -- the places --------------------------------------------------------------------------------------------------------


@place
def simple_font(name: str) -> bytes:
    return save(document(show(sentence(name), 72, 700)))


@place
def type0_subset(name: str) -> bytes:
    pdf = pikepdf.new()
    font = Cut(pdf, sentence(name))
    return save(
        document(b"BT /F2 11 Tf 72 700 Td " + font.hex(sentence(name)) + b" Tj ET", pdf, Font={"F2": font.object})
    )


@place
def glyph_by_glyph(name: str) -> bytes:
    parts = b" ".join(lit(char) + b" %d" % (10 + i % 3) for i, char in enumerate(sentence(name)))
    return save(document(b"BT /F1 11 Tf 72 700 Td [" + parts + b"] TJ ET"))


@place
def octal_string(name: str) -> bytes:
    octal = b"(" + b"".join(b"\\%03o" % byte for byte in sentence(name).encode("cp1252", "replace")) + b")"
    return save(document(b"BT /F1 11 Tf 72 700 Td " + octal + b" Tj ET"))


@place
def hex_string(name: str) -> bytes:
    raw = sentence(name).encode("cp1252", "replace").hex()
    spaced = " ".join(raw[i : i + 3] for i in range(0, len(raw), 3))
    return save(document(b"BT /F1 11 Tf 72 700 Td <" + spaced.encode() + b"> Tj ET"))


@place
def decomposed(name: str) -> bytes:
    pdf = pikepdf.new()
    text = sentence(name)
    font = Cut(pdf, text)
    rows = "\n".join(
        f"<{code:04X}> <{unicodedata.normalize('NFD', char).encode('utf-16-be').hex()}>"
        for char, code in font.codes.items()
    )
    font.object["/ToUnicode"] = pdf.make_stream(
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        + f"{len(font.codes)} beginbfchar\n{rows}\nendbfchar".encode()
    )
    return save(document(b"BT /F2 11 Tf 72 700 Td " + font.hex(text) + b" Tj ET", pdf, Font={"F2": font.object}))


@place
def scattered_order(name: str) -> bytes:
    pdf = pikepdf.new()
    text = sentence(name)
    font = Cut(pdf, text)
    order = sorted(range(len(text)), key=lambda i: (i * 7) % 13)
    content = b"BT /F2 11 Tf\n"
    for i in order:
        x = 72 + font.length(text[:i], 11)
        content += b"1 0 0 1 %.3f 700 Tm %s Tj\n" % (x, font.hex(text[i]))
    return save(document(content + b"ET", pdf, Font={"F2": font.object}))


@place
def no_to_unicode(name: str) -> bytes:
    pdf = pikepdf.new()
    font = Cut(pdf, sentence(name), to_unicode="none")
    return save(
        document(b"BT /F2 11 Tf 72 700 Td " + font.hex(sentence(name)) + b" Tj ET", pdf, Font={"F2": font.object})
    )


@place
def no_map_at_all(name: str) -> bytes:
    pdf = pikepdf.new()
    font = Cut(pdf, sentence(name), to_unicode="none", cmap=False)
    return save(
        document(b"BT /F2 14 Tf 72 700 Td " + font.hex(sentence(name)) + b" Tj ET", pdf, Font={"F2": font.object})
    )


@place
def garbled_to_unicode(name: str) -> bytes:
    pdf = pikepdf.new()
    font = Cut(pdf, sentence(name), to_unicode="garbled", cmap=False)
    return save(
        document(b"BT /F2 14 Tf 72 700 Td " + font.hex(sentence(name)) + b" Tj ET", pdf, Font={"F2": font.object})
    )


@place
def differences_by_appearance(name: str) -> bytes:
    """A simple TrueType font whose codes 1, 2, 3 … were given out by first appearance."""
    pdf = pikepdf.new()
    text = sentence(name)
    codes = {char: i for i, char in enumerate(dict.fromkeys(text), 1)}
    font = TTFont(io.BytesIO(FONT))
    best = font.getBestCmap()
    widths = [round(font["hmtx"][best[ord(c)]][0] * 1000 / font["head"].unitsPerEm) for c in codes]
    from fontTools.ttLib.tables._c_m_a_p import cmap_format_4

    table = cmap_format_4(4)
    table.platformID, table.platEncID, table.language = 3, 0, 0
    table.cmap = {0xF000 + code: best[ord(c)] for c, code in codes.items()}
    font["cmap"].tables = [table]
    program = io.BytesIO()
    font.save(program)
    rows = "\n".join(f"<{code:02X}> <{c.encode('utf-16-be').hex()}>" for c, code in codes.items())
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/BBBBBB+NotoSans"),
        Flags=4,
        FontBBox=Array([0, -300, 1000, 1000]),
        ItalicAngle=0,
        Ascent=1069,
        Descent=-293,
        CapHeight=714,
        StemV=80,
        FontFile2=pdf.make_stream(program.getvalue()),
    )
    made = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=Name("/BBBBBB+NotoSans"),
            FirstChar=1,
            LastChar=len(codes),
            Widths=Array(widths),
            FontDescriptor=pdf.make_indirect(descriptor),
            ToUnicode=pdf.make_stream(
                b"1 begincodespacerange <00> <FF> endcodespacerange\n%d beginbfchar\n%s\nendbfchar"
                % (len(codes), rows.encode())
            ),
        )
    )
    shown = b"<" + bytes(codes[c] for c in text).hex().encode() + b">"
    return save(document(b"BT /F2 11 Tf 72 700 Td " + shown + b" Tj ET", pdf, Font={"F2": made}))


def _form(pdf: Pdf, content: bytes, **more: object) -> pikepdf.Object:
    form = pdf.make_stream(content)
    form["/Type"], form["/Subtype"], form["/BBox"] = Name.XObject, Name.Form, Array([0, 0, 595, 842])
    form["/Resources"] = Dictionary(Font=Dictionary(F1=helvetica(pdf)), **more)
    return form


@place
def form_xobject(name: str) -> bytes:
    pdf = pikepdf.new()
    return save(document(b"/X1 Do", pdf, XObject=Dictionary(X1=_form(pdf, show(sentence(name), 72, 700)))))


@place
def nested_forms(name: str) -> bytes:
    pdf = pikepdf.new()
    given, _, rest = name.partition(" ")
    inner = _form(pdf, show(rest + " sedan i våras.", 0, 0))
    outer = _form(
        pdf,
        show("Handläggare är " + given + " ", 72, 700) + b"q 1 0 0 1 %g 700 cm /X2 Do Q" % (240),
        XObject=Dictionary(X2=inner),
    )
    return save(document(b"/X1 Do", pdf, XObject=Dictionary(X1=outer)))


@place
def shared_form(name: str) -> bytes:
    pdf = pikepdf.new()
    form = _form(pdf, show(sentence(name), 72, 0))
    return save(document(b"q 1 0 0 1 0 700 cm /X1 Do Q q 1 0 0 1 0 600 cm /X1 Do Q", pdf, XObject=Dictionary(X1=form)))


@place
def tiling_pattern(name: str) -> bytes:
    pdf = pikepdf.new()
    pattern = pdf.make_stream(show(name, 2, 5, 9))
    for key, value in {
        "/PatternType": 1,
        "/PaintType": 1,
        "/TilingType": 1,
        "/BBox": Array([0, 0, 200, 20]),
        "/XStep": 200,
        "/YStep": 20,
        "/Resources": Dictionary(Font=Dictionary(F1=helvetica(pdf))),
    }.items():
        pattern[key] = value
    return save(document(b"/Pattern cs /P1 scn 72 300 400 100 re f", pdf, Pattern=Dictionary(P1=pattern)))


@place
def soft_mask(name: str) -> bytes:
    pdf = pikepdf.new()
    form = _form(pdf, b"1 g " + show(name, 72, 500))
    form["/Group"] = Dictionary(S=Name.Transparency, CS=Name.DeviceGray)
    state = Dictionary(SMask=Dictionary(S=Name.Luminosity, G=form))
    return save(document(b"q /G1 gs 72 480 400 60 re f Q", pdf, ExtGState=Dictionary(G1=state)))


@place
def type3_glyphs(name: str) -> bytes:
    pdf = pikepdf.new()
    text = sentence(name)
    chars = list(dict.fromkeys(text))
    procs = Dictionary()
    from fontTools import agl

    names = {c: agl.UV2AGL.get(ord(c), f"uni{ord(c):04X}") for c in chars}
    for i, c in enumerate(chars):
        procs["/" + names[c]] = pdf.make_stream(b"500 0 0 0 450 700 d1 0 0 %d %d re f" % (100 + 10 * i, 700 - 5 * i))
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 500, 700]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=procs,
        FirstChar=1,
        LastChar=len(chars),
        Widths=Array([500] * len(chars)),
        Resources=Dictionary(),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array([1, *(Name("/" + names[c]) for c in chars)])),
    )
    shown = b"<" + bytes(chars.index(c) + 1 for c in text).hex().encode() + b">"
    return save(document(b"BT /F3 11 Tf 72 700 Td " + shown + b" Tj ET", pdf, Font={"F3": pdf.make_indirect(font)}))


def _annotated(pdf: Pdf, **entries: object) -> bytes:
    annotation = Dictionary(Type=Name.Annot, Rect=Array([72, 690, 92, 710]), **entries)
    pdf.pages[0].obj["/Annots"] = Array([pdf.make_indirect(annotation)])
    return save(pdf)


@place
def comment(name: str) -> bytes:
    return _annotated(document(b""), Subtype=Name.Text, Contents=String("Ring " + name))


@place
def comment_author(name: str) -> bytes:
    return _annotated(document(b""), Subtype=Name.Text, Contents=String("Ring"), T=String(name))


@place
def free_text(name: str) -> bytes:
    pdf = document(b"")
    form = _form(pdf, show(name, 2, 5))
    form["/BBox"] = Array([0, 0, 300, 20])
    annotation = Dictionary(
        Type=Name.Annot,
        Subtype=Name.FreeText,
        Rect=Array([72, 690, 372, 710]),
        Contents=String(name),
        AP=Dictionary(N=form),
    )
    pdf.pages[0].obj["/Annots"] = Array([pdf.make_indirect(annotation)])
    return save(pdf)


def _field(name: str, appearance: bool, value: bool) -> bytes:
    pdf = document(show("Handläggare:", 72, 715))
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String("handl"),
        Rect=Array([72, 690, 372, 710]),
        F=4,
        DA=String("/Helv 10 Tf 0 g"),
    )
    if value:
        field["/V"] = String(name)
        field["/DV"] = String(name)
    if appearance:
        form = _form(pdf, b"/Tx BMC q " + show(name, 2, 5, 10) + b"Q EMC")
        form["/BBox"] = Array([0, 0, 300, 20])
        field["/AP"] = Dictionary(N=form)
    made = pdf.make_indirect(field)
    pdf.pages[0].obj["/Annots"] = Array([made])
    pdf.Root["/AcroForm"] = Dictionary(Fields=Array([made]), NeedAppearances=True)
    return save(pdf)


@place
def field_value(name: str) -> bytes:
    return _field(name, appearance=False, value=True)


@place
def field_appearance(name: str) -> bytes:
    return _field(name, appearance=True, value=False)


@place
def mailto_link(name: str) -> bytes:
    pdf = document(show("Skriv till oss", 72, 700))
    address = unicodedata.normalize("NFD", name.lower().replace(" ", ".")).encode("ascii", "ignore")
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([72, 695, 150, 712]),
        Contents=String(name),
        A=Dictionary(S=Name.URI, URI=b"mailto:" + address + b"@exempelstad.example"),
    )
    pdf.pages[0].obj["/Annots"] = Array([pdf.make_indirect(link)])
    return save(pdf)


@place
def outline(name: str) -> bytes:
    pdf = document(b"")
    with pdf.open_outline() as tree:
        tree.root.append(pikepdf.OutlineItem("Samtal med " + name, 0))
        tree.root.append(pikepdf.OutlineItem("Hembesök", 0))
    return save(pdf)


@place
def named_destination(name: str) -> bytes:
    pdf = document(show("Se nedan", 72, 700))
    pdf.Root["/Names"] = Dictionary(
        Dests=Dictionary(Names=Array([String("mote-" + name), Array([pdf.pages[0].obj, Name.Fit])]))
    )
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([72, 695, 150, 712]), Dest=String("mote-" + name))
    pdf.pages[0].obj["/Annots"] = Array([pdf.make_indirect(link)])
    return save(pdf)


@place
def page_label(name: str) -> bytes:
    pdf = document(b"")
    pdf.Root["/PageLabels"] = Dictionary(Nums=Array([0, Dictionary(P=String(name + " "), S=Name.D)]))
    return save(pdf)


def _tagged(name: str, key: str) -> bytes:
    pdf = document(b"/Span <</MCID 0>> BDC " + show("Se bilden", 72, 700) + b" EMC")
    element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Span, K=0, Pg=pdf.pages[0].obj))
    element[key] = String(name)
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array([element])))
    element["/P"] = root
    pdf.Root["/StructTreeRoot"] = root
    pdf.Root["/MarkInfo"] = Dictionary(Marked=True)
    return save(pdf)


@place
def structure_actual_text(name: str) -> bytes:
    return _tagged(name, "/ActualText")


@place
def structure_alt(name: str) -> bytes:
    return _tagged(name, "/Alt")


@place
def structure_expansion(name: str) -> bytes:
    return _tagged(name, "/E")


@place
def marked_content_actual_text(name: str) -> bytes:
    raw = b"<FEFF" + name.encode("utf-16-be").hex().encode() + b">"
    return save(document(b"/Span <</ActualText " + raw + b">> BDC " + show("* * *", 72, 700) + b" EMC"))


@place
def hidden_layer(name: str) -> bytes:
    pdf = pikepdf.new()
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Anteckning av " + name)))
    content = b"/OC /O1 BDC " + show(sentence(name), 72, 700) + b" EMC"
    pdf = document(content, pdf, Properties=Dictionary(O1=group))
    pdf.Root["/OCProperties"] = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group])))
    return save(pdf)


@place
def invisible_text(name: str) -> bytes:
    return save(document(b"3 Tr " + show(sentence(name), 72, 700)))


@place
def behind_a_box(name: str) -> bytes:
    return save(document(show(sentence(name), 72, 700) + b"0 g 60 690 400 25 re f"))


@place
def off_the_page(name: str) -> bytes:
    return save(document(show(sentence(name), 72, -200)))


@place
def clipped_away(name: str) -> bytes:
    return save(document(b"q 0 0 10 10 re W n " + show(sentence(name), 72, 700) + b" Q"))


@place
def xmp(name: str) -> bytes:
    pdf = document(b"")
    with pdf.open_metadata() as meta:
        meta["dc:creator"] = [name]
    return save(pdf)


@place
def document_information(name: str) -> bytes:
    pdf = document(b"")
    pdf.docinfo["/Author"] = name
    pdf.docinfo["/Title"] = "Anteckning av " + name
    return save(pdf)


@place
def piece_info(name: str) -> bytes:
    pdf = document(b"")
    pdf.pages[0].obj["/PieceInfo"] = Dictionary(Word=Dictionary(Private=Dictionary(Author=String(name))))
    pdf.Root["/PieceInfo"] = Dictionary(Word=Dictionary(Private=String(name)))
    return save(pdf)


@place
def attachment(name: str) -> bytes:
    pdf = document(b"")
    pdf.attachments["anteckning.txt"] = pikepdf.AttachedFileSpec(
        pdf, ("Samtal med " + name).encode(), description=name, mime_type="text/plain"
    )
    return save(pdf)


@place
def associated_file(name: str) -> bytes:
    pdf = document(b"")
    stream = pdf.make_stream(("Samtal med " + name).encode())
    stream["/Type"] = Name.EmbeddedFile
    spec = Dictionary(Type=Name.Filespec, F=String("a.txt"), UF=String("a.txt"), EF=Dictionary(F=stream))
    pdf.pages[0].obj["/AF"] = Array([pdf.make_indirect(spec)])
    return save(pdf)


@place
def earlier_revision(name: str) -> bytes:
    old = simple_font(name)
    clean = show(INNOCENT, 72, 760)
    with pikepdf.open(io.BytesIO(old)) as pdf:
        number = pdf.pages[0].obj["/Contents"].objgen[0]
        root = pdf.Root.objgen[0]
        size = int(pdf.trailer["/Size"])
    start = old.rindex(b"startxref") + len(b"startxref")
    before = int(old[start:].split()[0])
    at = len(old)
    body = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, len(clean), clean)
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        number,
        at,
        size,
        root,
        before,
        at + len(body),
    )
    return old + body + table


@place
def trailing_bytes(name: str) -> bytes:
    return save(document(b"")) + b"\n" + name.encode() + b"\n"


@place
def orphan_object(name: str) -> bytes:
    """An object that nothing refers to, in a file that lists it."""
    old = save(document(b""))
    start = int(old[old.rindex(b"startxref") + 9 :].split()[0])
    with pikepdf.open(io.BytesIO(old)) as pdf:
        size, root = int(pdf.trailer["/Size"]), pdf.Root.objgen[0]
    at = len(old)
    body = b"%d 0 obj\n<%s>\nendobj\n" % (size, (b"\xfe\xff" + name.encode("utf-16-be")).hex().encode())
    return (
        old
        + body
        + b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
        % (
            size,
            at,
            size + 1,
            root,
            start,
            at + len(body),
        )
    )


@place
def hyphenated(name: str) -> bytes:
    surname = name.split()[-1]
    middle = max(2, len(surname) // 2)
    first = f"Enligt den plan som vi gjorde i höstas ska {' '.join(name.split()[:-1])} {surname[:middle]}-"
    return save(
        document(show(first, 72, 700) + show(surname[middle:] + " ringa skolan och sedan familjen i veckan.", 72, 686))
    )


@place
def across_lines(name: str) -> bytes:
    given, _, rest = name.partition(" ")
    first = f"Enligt den plan som vi gjorde i höstas tillsammans ska nu också {given}"
    return save(document(show(first, 72, 700) + show(rest + " ringa skolan och sedan familjen i veckan.", 72, 686)))


@place
def letter_spaced(name: str) -> bytes:
    return save(document(b"BT /F1 11 Tf 6 Tc 72 700 Td " + lit(name) + b" Tj ET"))


@place
def letter_spaced_by_tj(name: str) -> bytes:
    parts = b" ".join(lit(char) + b" -400" for char in name)
    return save(document(b"BT /F1 11 Tf 72 700 Td [" + parts + b"] TJ ET"))


@place
def two_streams(name: str) -> bytes:
    """The name begins in one content stream and ends in the next."""
    given, _, rest = name.partition(" ")
    pdf = document(b"")
    first = pdf.make_stream(pdf.pages[0].obj["/Contents"].read_bytes() + b"BT /F1 11 Tf 72 700 Td " + lit(given + " "))
    second = pdf.make_stream(b"Tj " + lit(rest) + b" Tj ET")
    pdf.pages[0].obj["/Contents"] = Array([first, second])
    return save(pdf)


@place
def content_comment(name: str) -> bytes:
    return save(document(b"% skrivet av " + name.encode("cp1252", "replace") + b"\n0 g\n"))


@place
def turned_text(name: str) -> bytes:
    return save(document(b"BT /F1 11 Tf 0 1 -1 0 300 400 Tm " + lit(sentence(name)) + b" Tj ET"))


def _picture(text: str, size: int = 44) -> Image.Image:
    font = ImageFont.truetype(io.BytesIO(FONT), size, layout_engine=ImageFont.Layout.BASIC)
    picture = Image.new("L", (1400, 400), 255)
    pen = ImageDraw.Draw(picture)
    pen.text((40, 60), text, fill=0, font=font)
    pen.text((40, 200), "Mötet hölls på socialkontoret.", fill=0, font=font)
    return picture


def _jpeg(pdf: Pdf, data: bytes, width: int, height: int) -> pikepdf.Object:
    image = pdf.make_stream(data)
    for key, value in {
        "/Type": Name.XObject,
        "/Subtype": Name.Image,
        "/Width": width,
        "/Height": height,
        "/ColorSpace": Name.DeviceGray,
        "/BitsPerComponent": 8,
        "/Filter": Name.DCTDecode,
    }.items():
        image[key] = value
    return image


@place
def scan(name: str) -> bytes:
    pdf = pikepdf.new()
    data = io.BytesIO()
    _picture(sentence(name)).save(data, "JPEG", quality=90)
    image = _jpeg(pdf, data.getvalue(), 1400, 400)
    return save(document(b"q 500 0 0 143 47 400 cm /I1 Do Q", pdf, XObject=Dictionary(I1=image)))


@place
def scan_with_text_layer(name: str) -> bytes:
    pdf = pikepdf.new()
    data = io.BytesIO()
    _picture(sentence(name)).save(data, "JPEG", quality=90)
    image = _jpeg(pdf, data.getvalue(), 1400, 400)
    layer = b"3 Tr " + show(sentence(name), 61, 507, 14) + show("Mötet hölls på socialkontoret.", 61, 458, 14)
    return save(document(b"q 500 0 0 143 47 400 cm /I1 Do Q " + layer, pdf, XObject=Dictionary(I1=image)))


@place
def image_exif(name: str) -> bytes:
    pdf = pikepdf.new()
    data = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = unicodedata.normalize("NFC", name)
    picture = Image.new("L", (40, 40), 180)
    picture.save(data, "JPEG", exif=exif, comment=name.encode())
    return save(
        document(b"q 40 0 0 40 72 400 cm /I1 Do Q", pdf, XObject=Dictionary(I1=_jpeg(pdf, data.getvalue(), 40, 40)))
    )


@place
def outlined_glyphs(name: str) -> bytes:
    font = TTFont(io.BytesIO(FONT))
    glyphs, best = font.getGlyphSet(), font.getBestCmap()
    from fontTools.pens.basePen import BasePen

    class Pen(BasePen):
        def __init__(self) -> None:
            super().__init__(glyphs)
            self.out: list[str] = []

        def _moveTo(self, p):  # type: ignore[no-untyped-def]
            self.out.append(f"{p[0]:g} {p[1]:g} m")

        def _lineTo(self, p):  # type: ignore[no-untyped-def]
            self.out.append(f"{p[0]:g} {p[1]:g} l")

        def _curveToOne(self, a, b, c):  # type: ignore[no-untyped-def]
            self.out.append(" ".join(f"{v:.1f}" for p in (a, b, c) for v in p) + " c")

        def _closePath(self) -> None:
            self.out.append("h")

    content, x = b"", 72.0
    for char in sentence(name):
        pen = Pen()
        glyph = best[ord(char)]
        glyphs[glyph].draw(pen)
        if pen.out:
            content += b"q 0.016 0 0 0.016 %g 700 cm %s f Q\n" % (x, " ".join(pen.out).encode())
        x += font["hmtx"][glyph][0] * 0.016
    return save(document(content))


@place
def javascript(name: str) -> bytes:
    pdf = document(b"")
    script = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{name}')"))
    pdf.Root["/OpenAction"] = script
    pdf.Root["/Names"] = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), script])))
    return save(pdf)


@place
def thumbnail(name: str) -> bytes:
    pdf = document(b"")
    thumb = pdf.make_stream(zlib.compress(_picture(name).resize((350, 100)).tobytes()))
    for key, value in {
        "/Width": 350,
        "/Height": 100,
        "/ColorSpace": Name.DeviceGray,
        "/BitsPerComponent": 8,
        "/Filter": Name.FlateDecode,
        "/Alt": String(name),
    }.items():
        thumb[key] = value
    pdf.pages[0].obj["/Thumb"] = thumb
    return save(pdf)


@place
def signature(name: str) -> bytes:
    pdf = document(b"")
    value = Dictionary(
        Type=Name.Sig,
        Filter=Name("/Adobe.PPKLite"),
        SubFilter=Name("/ETSI.CAdES.detached"),
        Name=String(name),
        Reason=String("Undertecknat av " + name),
        Contents=("CN=" + name).encode() + b"\0" * 64,
        ByteRange=Array([0, 1, 2, 3]),
    )
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Sig,
        T=String("Signatur"),
        V=pdf.make_indirect(value),
        F=4,
        Rect=Array([72, 600, 272, 640]),
    )
    form = _form(pdf, show("Signerat av " + name, 2, 15))
    form["/BBox"] = Array([0, 0, 200, 40])
    field["/AP"] = Dictionary(N=form)
    made = pdf.make_indirect(field)
    pdf.pages[0].obj["/Annots"] = Array([made])
    pdf.Root["/AcroForm"] = Dictionary(Fields=Array([made]), SigFlags=3)
    return save(pdf)


# -- documents for non-interference ------------------------------------------------------------------------------------


def _paragraph_text(name: str, user: str) -> Sequence[str]:
    return (
        f"Handläggare {name} besökte hemmet i tisdags och talade med båda föräldrarna om vardagen och skolan. "
        f"Barnet visade sitt rum och berättade om sin hund. {name} bedömer att stödet har gjort nytta och vill "
        "följa upp det efter sommaren, tillsammans med skolan och mormodern som ofta hjälper till.",
        "Nästa möte hålls på socialkontoret. Alla som bjuds in får kallelsen hem i god tid.",
        f"Kontakt sker genom {name} ({user}) på vardagar mellan nio och tolv, eller genom receptionen.",
    )


def wrapped(name: str, user: str, *, justify: bool) -> bytes:
    """A letter with running header and footer, wrapped by a typesetter of few words.

    Args:
        justify: stretch word spaces to a straight right edge.
    """
    pdf = pikepdf.new()
    header = f"Journal · {name}"
    paragraphs = _paragraph_text(name, user)
    everything = header + "".join(paragraphs) + "Sida 1 Anteckning"
    font = Cut(pdf, everything)
    measure, size, leading = 400.0, 11.0, 14.0
    rows: list[tuple[float, float, str, float]] = [(72, 810, header, 0.0), (72, 770, "Anteckning", 0.0)]
    y = 740.0
    for text in paragraphs:
        line: list[str] = []
        for word in text.split():
            if line and font.length(" ".join([*line, word]), size) > measure:
                full = " ".join(line)
                extra = (measure - font.length(full, size)) / max(1, len(line) - 1) if justify else 0.0
                rows.append((72, y, full, extra))
                y -= leading
                line = []
            line.append(word)
        rows.append((72, y, " ".join(line), 0.0))
        y -= leading + 8
    rows.append((72, 30, "Sida 1", 0.0))
    content = b"0.5 w 72 804 m 472 804 l S\n"
    for x, at, text, extra in rows:
        content += b"BT /F2 %g Tf 1 0 0 1 %g %g Tm " % (size, x, at)
        words = text.split(" ")
        parts = [
            font.hex(word + (" " if i < len(words) - 1 else "")) + (b" %.3f" % (-extra * 1000 / size) if extra else b"")
            for i, word in enumerate(words)
        ]
        content += b"[" + b" ".join(parts) + b"] TJ ET\n"
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, 544, 842]),
        Resources=Dictionary(Font=Dictionary(F2=font.object)),
        Contents=pdf.make_stream(content),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    pdf.docinfo["/Author"] = name
    return save(pdf)


_REPORT = """
#set page(paper: "a4", margin: 2.5cm, header: [Genomförandeplan · {name} #h(1fr) {user}],
  footer: context [#align(center)[#counter(page).display()]])
#set text(size: 11pt, lang: "sv", hyphenate: auto)
#set par(justify: {justify})
= Anteckning
Avser Tuva Rönnmark. Upprättad av {name} tillsammans med kuratorn.

#table(columns: (1fr, 1fr, 1fr), [Mål], [Insats], [Ansvarig], [Trygga överlämningar], [Umgängesstöd], [{name}],
  [Lugna kvällar], [Familjebehandling], [Mormodern])

== Hälsa
Handläggare {name} besökte hemmet i tisdags och talade med båda föräldrarna om vardagen och skolan. Barnet visade
sitt rum och berättade om sin hund. {name} bedömer att stödet har gjort nytta och vill följa upp det efter sommaren,
tillsammans med skolan och mormodern som ofta hjälper till.

Nästa möte hålls på socialkontoret. Alla som bjuds in får kallelsen hem i god tid och kan höra av sig till receptionen
om tiden inte passar för dem.

- Kontakt sker genom {name} ({user}) på vardagar mellan nio och tolv.
- Annars genom receptionen, som är öppen alla vardagar.

#align(right)[Exempelstad, {name}]

{more}
"""
_MORE = """
== Samtal {number}
I samtal med {name} har Tuva kunnat sätta ord på både glädje och oro. Hon är mån om att inte göra någon av föräldrarna
ledsen. På frågan vad hon önskar sig mest svarade hon att de ska sluta skriva arga meddelanden till varandra.

Skolan, BUP och familjebehandlaren är samstämmiga i detta. Skolan mejlar frånvarostatistik inför nästa möte som hålls
i mars eller april om alla kan.
"""


def typeset(name: str, user: str, *, justify: bool, long: bool) -> bytes:
    """A report by a real typesetter: table, list, running head, hyphenation, kerning, tagged.

    Args:
        long: several pages, whose breaks the name moves.
    """
    import typst

    plain = name.replace("'", "’")
    more = "".join(_MORE.format(name=plain, number=n) for n in range(1, 13)) if long else ""
    source = _REPORT.format(name=plain, user=user, justify=str(justify).lower(), more=more)
    return typst.compile(source.encode())
