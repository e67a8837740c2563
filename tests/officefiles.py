"""Documents that hide one person in one place each, and a reader of its own that finds them raw.

`DOCX`, `XLSX`, `ODT` … map a hiding place to a function that writes the document about a given employee. `leaks`
reads bytes the crude way (every member inflated, tags stripped, nested packages opened) and says which of the
person's forms it can see; it shares nothing with the mask.
"""

# ruff: noqa: E501  (documents written out in one line each)

import base64
import csv
import functools
import html
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from PIL import Image, ImageDraw, ImageFont

from sigill.decision.people import StaffMember, StaffRegister
from sigill.names.find import Finder

EXAMPLES = Path(__file__).parent.parent / "examples"
FONT = Path(__file__).parent.parent / "src/sigill/mask/fonts/NotoSans-Regular.ttf"

with (EXAMPLES / "staff.csv").open(encoding="utf-8") as _file:
    REGISTER = StaffRegister.of(StaffMember(**row) for row in csv.DictReader(_file))

ASA = REGISTER["A10001"]
MANY = [member for number, member in enumerate(REGISTER.values()) if number % 3 == 0]
"""Twenty employees with long, short, hyphenated, foreign and word-like names."""


@functools.cache
def finder_of(staff_id: str) -> Finder:
    """The finder for one person; building it costs more than using it."""
    return Finder([REGISTER[staff_id]], REGISTER)


INNOCENT = "Beslutet fattades på mötet i Exempelstad och barnets bästa vägde tyngst."

# -- the crude reader ------------------------------------------------------------------------------------------------


def squeezed(text: str) -> str:
    """Letters and digits only, without accents or case."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = plain.translate(str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae"}))
    return "".join(letter for letter in plain if letter.isalnum())


def needles(person: StaffMember) -> set[str]:
    """What must not be readable any more, squeezed."""
    names = {person.full_name, f"{person.surname} {person.preferred_name}"}
    if person.former_surname:
        names.add(f"{person.preferred_name} {person.former_surname}")
    forms = names | {person.email, person.user_id}
    if len(person.surname) > 9:
        forms.add(person.surname)
    digits = {squeezed(number)[1:] for number in (person.phone, person.mobile) if number}
    return {squeezed(form) for form in forms if form} | digits


def texts(data: bytes, depth: int = 0) -> list[str]:
    """Every way to read `data` as text."""
    found = []
    if data[:2] == b"PK" and depth < 4:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                found.append(info.filename)
                found += texts(archive.read(info), depth + 1)
        return found
    for charset in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
        text = data.decode(charset, "ignore")
        found.append(text)
        if "w:sym" in text:
            text = re.sub(r'<w:sym [^>]*w:char="([0-9A-F]{4})"/>', lambda one: chr(int(one.group(1), 16)), text)
        if "<" in text:
            found += [html.unescape(re.sub(r"<[^>]*>", gap, text)) for gap in ("", " ")]
            found.append(html.unescape(re.sub(r"<(?:rt|w:rt)\b.*?</(?:w:)?rt>|<[^>]*>", "", text, flags=re.S)))
    return found


def leaks(data: bytes, person: StaffMember) -> set[str]:
    """Which of the person's forms can be read out of `data`."""
    wanted = needles(person)
    return {needle for text in texts(data) for needle in wanted if needle in squeezed(text)}


def words(data: bytes) -> str:
    """All text of a package, tags stripped, for looking up innocent words."""
    return " ".join(texts(data))


# -- pictures --------------------------------------------------------------------------------------------------------


def picture(lines: list[str], *, size: tuple[int, int] = (1000, 400), form: str = "PNG", exif: str = "") -> bytes:
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONT), 32)
    for number, line in enumerate(lines):
        pen.text((40, 30 + number * 60), line, fill="black", font=font)
    buffer = io.BytesIO()
    if exif:
        tags = Image.Exif()
        tags[0x013B] = exif.encode("utf-8")
        tags[0x010E] = exif.encode("utf-8")
        image.save(buffer, form, exif=tags)
    else:
        image.save(buffer, form)
    return buffer.getvalue()


def with_comment(png: bytes, text: str) -> bytes:
    """The same PNG with a text chunk."""
    from PIL import PngImagePlugin

    info = PngImagePlugin.PngInfo()
    info.add_itxt("Author", text)
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


# -- DOCX ------------------------------------------------------------------------------------------------------------

_NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'mc:Ignorable="w14 w15"'
)
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_W = "application/vnd.openxmlformats-officedocument.wordprocessingml."
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def run(text: str, properties: str = "") -> str:
    form = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r w:rsidR="00AB12CD">{form}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def para(*runs: str, properties: str = "") -> str:
    form = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{form}{''.join(one if one.startswith('<') else run(one) for one in runs)}</w:p>"


def w_part(tag: str, inner: str, extra: str = "") -> str:
    return f"{HEAD}<w:{tag} {_NS}{extra}>{inner}</w:{tag}>"


def package(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(
    body: str,
    parts: dict[str, tuple[str, str, str | bytes]] | None = None,
    *,
    external: dict[str, tuple[str, str]] | None = None,
    loose: dict[str, str | bytes] | None = None,
    main_type: str = _W + "document.main+xml",
) -> bytes:
    """A Word package.

    Args:
        parts: relationship id → (relationship type, content type, content), named after the id.
        external: relationship id → (type, target).
        loose: further members no relationship of the document reaches.
    """
    rels, types, members = [], [], {}
    for rel_id, (kind, content_type, content) in (parts or {}).items():
        uri = kind if kind.startswith("http") else _R + kind
        suffix = {"image/png": "png", "image/jpeg": "jpg", "application/vnd.ms-oleobject": "bin"}.get(
            content_type, "xlsx" if "spreadsheetml.sheet" in content_type else "xml"
        )
        name = f"word/{rel_id}.{suffix}"
        rels.append(f'<Relationship Id="{rel_id}" Type="{uri}" Target="{rel_id}.{suffix}"/>')
        types.append(f'<Override PartName="/{name}" ContentType="{content_type}"/>')
        members[name] = content
    for rel_id, (kind, target) in (external or {}).items():
        rels.append(f'<Relationship Id="{rel_id}" Type="{_R}{kind}" Target={quoteattr(target)} TargetMode="External"/>')
    sect = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>' if "<w:sectPr" not in body else ""
    return package(
        {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main_type}"/>{"".join(types)}</Types>',
            "_rels/.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{_R}officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": w_part("document", f"<w:body>{body}{para(INNOCENT)}{sect}</w:body>"),
            "word/_rels/document.xml.rels": f"{HEAD}<Relationships "
            f'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{"".join(rels)}</Relationships>',
            **members,
            **(loose or {}),
        }
    )


def halves(name: str) -> list[str]:
    """A name cut into three, not at its space."""
    third = max(len(name) // 3, 1)
    return [name[:third], name[third : 2 * third], name[2 * third :]]


def _drawing(rel_id: str, alt: str, name: str = "Bild") -> str:
    return (
        f'<w:r><w:drawing><wp:inline><wp:extent cx="3000000" cy="1200000"/><wp:docPr id="7" name={quoteattr(name)} '
        f"descr={quoteattr(alt)}/><a:graphic><a:graphicData "
        'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="0" name={quoteattr(name)}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{rel_id}"/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>"
    )


def _image_docx(data: bytes, kind: str = "image/png", alt: str = "Karta över lokalen") -> bytes:
    return docx(para("Se bilden.", _drawing("img1", alt)), {"img1": ("image", kind, data)})


def _text_box(name: str) -> bytes:
    inner = f"<w:txbxContent>{para('Handläggare ', name)}</w:txbxContent>"
    return docx(
        para(
            "Före rutan",
            '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="1" cy="1"/>'
            f'<wp:docPr id="3" name="Textruta"/><a:graphic><a:graphicData uri="{{x}}"><wps:wsp><wps:cNvSpPr/><wps:spPr/>'
            f"<wps:txbx>{inner}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
            f'</mc:Choice><mc:Fallback><w:pict><v:shape id="s{squeezed(name)}" alt={quoteattr(name)}>'
            f"<v:textbox>{inner}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
            " och efter.",
        )
    )


def _field(code: str, result: str) -> str:
    half = len(code) // 2
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(code[:half])}</w:instrText></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{escape(code[half:])} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _chart(name: str, book: bytes) -> bytes:
    chart = (
        f"{HEAD}<c:chartSpace {_NS}><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>Ärenden för "
        f"{escape(name)}</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:layout/><c:barChart><c:barDir "
        'w:val="x"/><c:ser><c:tx><c:strRef><c:f>Blad1!$A$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>'
        f"{escape(name)}</c:v></c:pt></c:strCache></c:strRef></c:tx></c:ser></c:barChart></c:plotArea></c:chart>"
        '<c:externalData r:id="rId1"/></c:chartSpace>'
    )
    return docx(
        para(
            "Diagram:",
            '<w:r><w:drawing><wp:inline><wp:extent cx="1" cy="1"/><wp:docPr id="1" name="D"/><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="ch1"/>'
            "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>",
        ),
        {"ch1": ("chart", "application/vnd.openxmlformats-officedocument.drawingml.chart+xml", chart)},
        loose={
            "word/_rels/ch1.xml.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            f'relationships"><Relationship Id="rId1" Type="{_R}package" Target="embeddings/Bok_{squeezed(name)}.xlsx"/>'
            "</Relationships>",
            f"word/embeddings/Bok_{squeezed(name)}.xlsx": book,
        },
    )


def _smart(name: str, user_id: str) -> str:
    return (
        f'{HEAD}<dgm:dataModel {_NS}><dgm:ptLst><dgm:pt modelId="1"><dgm:t><a:bodyPr/><a:p><a:r><a:t>{escape(name)}</a:t>'
        f'</a:r></a:p></dgm:t></dgm:pt></dgm:ptLst><dgm:extLst><a:ext uri="{user_id}"/></dgm:extLst></dgm:dataModel>'
    )


def _object(content: bytes, kind: str, content_type: str) -> bytes:
    return docx(
        para(
            "Bilaga:",
            '<w:r><w:object><v:shape id="_x0000_i1025" style="width:10pt"><v:imagedata r:id="img1" o:title="x"/>'
            '</v:shape><o:OLEObject Type="Embed" ProgID="Excel.Sheet.12" ShapeID="_x0000_i1025" DrawAspect="Icon" '
            'ObjectID="_123" r:id="obj1"/></w:object></w:r>',
        ),
        {"obj1": (kind, content_type, content), "img1": ("image", "image/png", picture([], size=(40, 40)))},
    )


def _core(person: StaffMember) -> str:
    name = escape(person.full_name)
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{name}</dc:creator><cp:keywords>{person.user_id}'
        f"</cp:keywords><cp:lastModifiedBy>{name}</cp:lastModifiedBy></cp:coreProperties>"
    )


def _settings(inner: str) -> dict[str, tuple[str, str, str | bytes]]:
    return {"settings": ("settings", _W + "settings+xml", w_part("settings", inner))}


def _header(kind: str, name: str) -> bytes:
    return docx(
        para("Se sidhuvudet.") + f'<w:sectPr><w:{kind}Reference w:type="default" r:id="h1"/></w:sectPr>',
        {"h1": (kind, f"{_W}{kind}+xml", w_part("hdr" if kind == "header" else "ftr", para("Handläggare ", name)))},
    )


def _notes(kind: str, name: str) -> bytes:
    notes = (
        f'<w:{kind} w:type="separator" w:id="-1">{para("")}</w:{kind}>'
        f'<w:{kind} w:id="2">{para("Uppgift från ", name, ".")}</w:{kind}>'
    )
    return docx(
        para("Text", f'<w:r><w:{kind}Reference w:id="2"/></w:r>'),
        {"n": (f"{kind}s", f"{_W}{kind}s+xml", w_part(f"{kind}s", notes))},
    )


def _comment(person: StaffMember) -> bytes:
    name = quoteattr(person.full_name)
    inner = (
        f'<w:comment w:id="0" w:author={name} w:initials="{person.initials}" w:date="2026-01-01T00:00:00Z">'
        f"{para('Hör med ', person.full_name)}</w:comment>"
    )
    return docx(
        para(
            '<w:commentRangeStart w:id="0"/>',
            run("Kommenterad text"),
            '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>',
        ),
        {
            "comments": ("comments", _W + "comments+xml", w_part("comments", inner)),
            "people": (
                "http://schemas.microsoft.com/office/2011/relationships/people",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.people+xml",
                f'{HEAD}<w15:people {_NS}><w15:person w15:author={name}><w15:presenceInfo w15:providerId="AD" '
                f'w15:userId="S::{person.email}::1"/></w15:person></w15:people>',
            ),
        },
    )


def _tracked(kind: str, person: StaffMember, text: str) -> str:
    inner = run(text)
    if kind in ("del", "moveFrom"):
        inner = inner.replace("w:t ", "w:delText ").replace("/w:t>", "/w:delText>") if kind == "del" else inner
    return f'<w:{kind} w:id="9" w:author={quoteattr(person.full_name)} w:date="2026-02-03T04:05:06Z">{inner}</w:{kind}>'


def _styled(name: str) -> bytes:
    style_id = re.sub(r"\W", "", name) + "mall"
    styles = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style_id}"><w:name w:val={quoteattr(name + " mall")}/>'
        f'<w:aliases w:val={quoteattr(name)}/><w:basedOn w:val="Normal"/></w:style>'
    )
    return docx(
        para("Text i egen mall.", properties=f'<w:pStyle w:val="{style_id}"/>'),
        {"styles": ("styles", _W + "styles+xml", w_part("styles", styles))},
    )


def _numbered(name: str) -> bytes:
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:nsid w:val="12AB34CD"/><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        f'<w:numFmt w:val="decimal"/><w:lvlText w:val={quoteattr(name + " %1.")}/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    return docx(
        para("Punkt", properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'),
        {"num": ("numbering", _W + "numbering+xml", w_part("numbering", numbering))},
    )


def _symbols(name: str) -> str:
    """Every letter as `w:sym`."""
    return "".join(f'<w:r><w:sym w:font="Arial" w:char="{ord(letter):04X}"/></w:r>' for letter in name)


def _mime(kind: str) -> str:
    return f"application/vnd.openxmlformats-officedocument.{kind}"


DOCX: dict[str, Callable[[StaffMember], bytes]] = {
    "plain text": lambda p: docx(para(f"Handläggare är {p.full_name}, tfn {p.phone}, {p.email} ({p.user_id}).")),
    "genitive": lambda p: docx(
        para(f"Ring {p.full_name}s telefon.") if p.surname[-1] not in "sxz" else para(f"Ring {p.full_name} telefon.")
    ),
    "split runs": lambda p: docx(
        para(
            "Beslut av ",
            *(run(one, "<w:b/>" if n == 1 else "") for n, one in enumerate(halves(p.full_name))),
            " i dag.",
        )
    ),
    "NFD": lambda p: docx(para("Beslut av " + unicodedata.normalize("NFD", p.full_name) + ".")),
    "soft hyphens": lambda p: docx(
        para(
            "Av ",
            run(p.full_name[:2]),
            "<w:r><w:softHyphen/></w:r>",
            run(re.sub(r"(?<=[a-zåäö]{2})(?=[a-zåäö]{2})", "\u00ad", p.full_name[2:], count=2)),
            ".",
        )
    ),
    "no-break hyphen": lambda p: docx(
        para(
            "Av ",
            *(run(one) if one != "-" else "<w:r><w:noBreakHyphen/></w:r>" for one in re.split("(-)", p.full_name)),
            ".",
        )
    ),
    "tab in the name": lambda p: docx(para("Av ", run(p.preferred_name), "<w:r><w:tab/></w:r>", run(p.surname), ".")),
    "hidden text": lambda p: docx(para("Text", run(p.full_name, "<w:vanish/>"), "slut.")),
    "no space around it": lambda p: docx(para("Text av", run(p.full_name, "<w:b/>"), "i dag.")),
    "break in the name": lambda p: docx(para("Av ", run(p.preferred_name), "<w:r><w:br/></w:r>", run(p.surname), ".")),
    "symbols": lambda p: docx(para("Av ", _symbols(p.full_name), " i dag.")),
    "header": lambda p: _header("header", p.full_name),
    "footer": lambda p: _header("footer", p.full_name),
    "footnote": lambda p: _notes("footnote", p.full_name),
    "endnote": lambda p: _notes("endnote", p.full_name),
    "text box": lambda p: _text_box(p.full_name),
    "comment, its author, people": _comment,
    "tracked insertion": lambda p: docx(para("Text ", _tracked("ins", p, f"enligt {p.full_name}"), " slut.")),
    "tracked deletion": lambda p: docx(para("Text ", _tracked("del", p, f"enligt {p.full_name}"), "slut.")),
    "tracked move": lambda p: docx(
        para("Text ", _tracked("moveFrom", p, p.full_name), "slut.")
        + para(_tracked("moveTo", p, p.full_name), " flyttad.")
    ),
    "formatting changes": lambda p: docx(
        para(run("Text", f'<w:b/><w:rPrChange w:id="4" w:author={quoteattr(p.full_name)}><w:rPr/></w:rPrChange>'))
    ),
    "core properties": lambda p: docx(para("Text"), loose={"docProps/core.xml": _core(p)}),
    "app properties": lambda p: docx(
        para("Text"),
        loose={"docProps/app.xml": f"{HEAD}<Properties><Manager>{escape(p.full_name)}</Manager></Properties>"},
    ),
    "custom properties": lambda p: docx(
        para("Text"), loose={"docProps/custom.xml": f"{HEAD}<Properties>{escape(p.full_name)}</Properties>"}
    ),
    "custom XML": lambda p: docx(
        para("Text"), {"item": ("customXml", "application/xml", f"<handl>{escape(p.full_name)}</handl>")}
    ),
    "alt text": lambda p: docx(
        para("Bild", _drawing("img1", f"Foto av {p.full_name}", p.user_id)),
        {"img1": ("image", "image/png", picture([], size=(40, 40)))},
    ),
    "mail link": lambda p: docx(
        para("Skriv ", f'<w:hyperlink r:id="l1" w:tooltip={quoteattr(p.email)}>{run("hit")}</w:hyperlink>'),
        external={"l1": ("hyperlink", f"mailto:{p.email}")},
    ),
    "file link": lambda p: docx(
        para("Se ", f'<w:hyperlink r:id="l1">{run("filen")}</w:hyperlink>'),
        external={"l1": ("hyperlink", f"file:///C:/Users/{p.user_id}/fil.docx")},
    ),
    "bookmark": lambda p: docx(
        para(
            f'<w:bookmarkStart w:id="5" w:name="{squeezed(p.full_name)}_{p.user_id}"/>',
            run("Text"),
            '<w:bookmarkEnd w:id="5"/>',
            _field(f"REF {squeezed(p.full_name)}_{p.user_id} \\h", "Text"),
        )
    ),
    "field code": lambda p: docx(para("Mejl: ", _field(f'HYPERLINK "mailto:{p.email}" \\o "{p.full_name}"', "adress"))),
    "author field": lambda p: docx(
        para("Av ", f'<w:fldSimple w:instr=" AUTHOR {escape(p.user_id)} ">{run(p.full_name)}</w:fldSimple>')
    ),
    "form field": lambda p: docx(
        para(
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="d"/><w:helpText w:val="x"/><w:ddList>'
            f'<w:result w:val="1"/><w:listEntry w:val="Ingen"/><w:listEntry w:val={quoteattr(p.full_name)}/></w:ddList>'
            "</w:ffData></w:fldChar></w:r><w:r><w:instrText> FORMDROPDOWN </w:instrText></w:r>"
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )
    ),
    "document variables": lambda p: docx(
        para("Text"), _settings(f'<w:docVars><w:docVar w:name="h" w:val={quoteattr(p.full_name)}/></w:docVars>')
    ),
    "rsids and template": lambda p: docx(
        para("Text"),
        {
            "settings": (
                "settings",
                _W + "settings+xml",
                w_part(
                    "settings",
                    '<w:attachedTemplate r:id="t1"/><w:rsids><w:rsid '
                    f'w:val="{zlib.crc32(p.full_name.encode()):08X}"/></w:rsids>',
                ),
            )
        },
        loose={
            "word/_rels/settings.xml.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            f'relationships"><Relationship Id="t1" Type="{_R}attachedTemplate" '
            f'Target="file:///C:/Users/{p.user_id}/mall.dotm" TargetMode="External"/></Relationships>'
        },
    ),
    "mail merge": lambda p: docx(
        para("Text"),
        _settings(f"<w:mailMerge><w:query w:val={quoteattr(f'SELECT * WHERE namn = {p.full_name}')}/></w:mailMerge>"),
    ),
    "content control": lambda p: docx(
        f"<w:sdt><w:sdtPr><w:alias w:val={quoteattr(p.full_name)}/><w:tag w:val={quoteattr(p.user_id)}/><w:dropDownList>"
        f"<w:listItem w:value={quoteattr(p.full_name)}/></w:dropDownList></w:sdtPr><w:sdtContent>"
        f"{para('Handläggare: ', p.full_name)}</w:sdtContent></w:sdt>"
    ),
    "smart tag": lambda p: docx(
        para(
            f'<w:smartTag w:element="PersonName"><w:smartTagPr><w:attr w:name="ProductID" w:val={quoteattr(p.full_name)}/>'
            f"</w:smartTagPr>{run(p.full_name)}</w:smartTag>",
            " svarar.",
        )
    ),
    "ruby": lambda p: docx(
        para(
            f"<w:r><w:ruby><w:rt>{run('uttal')}</w:rt><w:rubyBase>{run(p.full_name)}</w:rubyBase></w:ruby></w:r>",
            " svarar.",
        )
    ),
    "table and its caption": lambda p: docx(
        f"<w:tbl><w:tblPr><w:tblCaption w:val={quoteattr(p.full_name)}/></w:tblPr><w:tblGrid>"
        f'<w:gridCol w:w="{len(p.full_name) * 120}"/><w:gridCol w:w="900"/></w:tblGrid><w:tr><w:tc>{para(p.full_name)}</w:tc>'
        f"<w:tc>{para('svarar')}</w:tc></w:tr></w:tbl>"
    ),
    "style of the house": lambda p: _styled(p.full_name),
    "list numbering": lambda p: _numbered(p.full_name),
    "editing permission": lambda p: docx(
        para(f'<w:permStart w:id="1" w:ed="{p.email}"/>', run("Text"), '<w:permEnd w:id="1"/>')
    ),
    "word art": lambda p: docx(
        para(
            f'<w:r><w:pict><v:shape id="_x1" o:gfxdata="{base64.b64encode(p.full_name.encode()).decode()}">'
            f"<v:textpath string={quoteattr(p.full_name)}/></v:shape></w:pict></w:r>"
        )
    ),
    "equation": lambda p: docx(
        '<w:p><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
        f"<m:r><m:t>{escape(p.full_name)}</m:t></m:r></m:oMath></w:p>"
    ),
    "chart and its workbook": lambda p: _chart(p.full_name, xlsx([["Namn"], [p.full_name]])),
    "embedded workbook": lambda p: _object(
        xlsx([["Namn", "Antal"], [p.full_name, "3"]]), "package", _mime("spreadsheetml.sheet")
    ),
    "smart art": lambda p: docx(
        para(
            "Figur:",
            '<w:r><w:drawing><wp:inline><wp:extent cx="1" cy="1"/><wp:docPr id="1" name="D"/><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/diagram">'
            '<dgm:relIds r:dm="dm" r:lo="lo"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>',
        ),
        {
            "dm": ("diagramData", _mime("drawingml.diagramData+xml"), _smart(p.full_name, p.user_id)),
            "lo": (
                "diagramLayout",
                _mime("drawingml.diagramLayout+xml"),
                f"{HEAD}<dgm:layoutDef {_NS}><dgm:title val={quoteattr(p.full_name)}/></dgm:layoutDef>",
            ),
        },
    ),
    "inserted document": lambda p: docx(
        para("Före") + '<w:altChunk r:id="chunk"/>',
        {"chunk": ("aFChunk", _mime("wordprocessingml.document"), docx(para(p.full_name)))},
    ),
    "embedded OLE": lambda p: _object(
        b"\xd0\xcf\x11\xe0" + p.full_name.encode("utf-16-le"), "oleObject", "application/vnd.ms-oleobject"
    ),
    "picture EXIF": lambda p: _image_docx(picture([], form="JPEG", exif=p.full_name), "image/jpeg"),
    "picture text chunk": lambda p: _image_docx(with_comment(picture([], size=(60, 60)), p.full_name)),
    "vector picture": lambda p: _image_docx(b"\xd7\xcd\xc6\x9a" + p.full_name.encode("utf-16-le"), "image/x-wmf"),
    "glossary": lambda p: docx(
        para("Text"),
        {"gl": ("glossaryDocument", _W + "document.glossary+xml", w_part("glossaryDocument", para(p.full_name)))},
    ),
    "digital signature": lambda p: docx(
        para("Text"), loose={"_xmlsignatures/sig1.xml": f"<Signature>CN={escape(p.full_name)}</Signature>"}
    ),
    "thumbnail": lambda p: docx(
        para("Text"), loose={"docProps/thumbnail.jpeg": picture([], form="JPEG", exif=p.full_name)}
    ),
    "web and unknown parts": lambda p: docx(
        para("Text"),
        {
            "web": ("webSettings", _W + "webSettings+xml", w_part("webSettings", para(p.full_name))),
            "new": ("http://example.com/framtid", "application/xml", f"<x>{escape(p.full_name)}</x>"),
        },
        loose={f"word/{p.user_id}.bin": p.full_name.encode()},
    ),
    "macros": lambda p: docx(
        para("Text"),
        {
            "vba": (
                "http://schemas.microsoft.com/office/2006/relationships/vbaProject",
                "application/vnd.ms-office.vbaProject",
                p.full_name.encode(),
            )
        },
        main_type="application/vnd.ms-word.document.macroEnabled.main+xml",
    ),
}
"""Hiding place → a Word document about a given employee."""

# -- XLSX ------------------------------------------------------------------------------------------------------------

_SNS = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_X = "application/vnd.openxmlformats-officedocument.spreadsheetml."


def cells(rows: list[list[str]]) -> str:
    """Rows as inline texts; a value that begins with `<` is a cell's own markup."""
    out = []
    for number, row in enumerate(rows, 1):
        line = []
        for column, value in enumerate(row):
            place = f"{chr(65 + column)}{number}"
            if value.startswith("<"):
                line.append(f'<c r="{place}"{value[2:]}')
            else:
                line.append(f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>')
        out.append(f'<row r="{number}" spans="1:{len(row)}">{"".join(line)}</row>')
    return f"<sheetData>{''.join(out)}</sheetData>"


def xlsx(
    rows: list[list[str]],
    *,
    name: str = "Blad1",
    before: str = "",
    after: str = "",
    book: str = "",
    parts: dict[str, tuple[str, str, str | bytes]] | None = None,
    sheet_parts: dict[str, tuple[str, str, str | bytes]] | None = None,
    sheet_external: dict[str, str] | None = None,
    loose: dict[str, str | bytes] | None = None,
) -> bytes:
    def rels(of: dict[str, tuple[str, str, str | bytes]], extra: str = "") -> str:
        inner = "".join(
            f'<Relationship Id="{one}" Type="{kind if kind.startswith("http") else _R + kind}" Target="/xl/{one}.xml"/>'
            for one, (kind, _, _) in of.items()
        )
        return (
            f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}{extra}'
            "</Relationships>"
        )

    parts, sheet_parts = parts or {}, sheet_parts or {}
    types = "".join(
        f'<Override PartName="/xl/{one}.xml" ContentType="{kind}"/>'
        for one, (_, kind, _) in {**parts, **sheet_parts}.items()
    )
    links = "".join(
        f'<Relationship Id="{one}" Type="{_R}hyperlink" Target={quoteattr(target)} TargetMode="External"/>'
        for one, target in (sheet_external or {}).items()
    )
    return package(
        {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_X}sheet.main+xml"/>'
            f'<Override PartName="/xl/sheet1.xml" ContentType="{_X}worksheet+xml"/>{types}</Types>',
            "_rels/.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{_R}officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'{HEAD}<workbook {_SNS}><sheets><sheet name={quoteattr(name)} sheetId="1" '
            f'r:id="sheet1"/></sheets>{book}</workbook>',
            "xl/_rels/workbook.xml.rels": rels({"sheet1": ("worksheet", "", ""), **parts}),
            "xl/sheet1.xml": f"{HEAD}<worksheet {_SNS}>{before}{cells(rows)}{after}</worksheet>",
            "xl/_rels/sheet1.xml.rels": rels(sheet_parts, links),
            **{f"xl/{one}.xml": content for one, (_, _, content) in {**parts, **sheet_parts}.items()},
            **(loose or {}),
        }
    )


def _shared(texts_: list[str]) -> dict[str, tuple[str, str, str | bytes]]:
    items = "".join(f"<si>{one}</si>" for one in texts_)
    return {"strings": ("sharedStrings", _X + "sharedStrings+xml", f"{HEAD}<sst {_SNS}>{items}</sst>")}


_KEPT_ROW = [INNOCENT, "41"]

XLSX: dict[str, Callable[[StaffMember], bytes]] = {
    "cell": lambda p: xlsx([["Namn", "Telefon"], [p.full_name, p.phone], _KEPT_ROW]),
    "name in two cells": lambda p: xlsx(
        [["Förnamn", "Efternamn"], [p.preferred_name, p.surname], [p.full_name, ""], _KEPT_ROW]
    ),
    "shared string": lambda p: xlsx(
        [['<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>'], ['<c t="s"><v>0</v></c>', ""], _KEPT_ROW],
        parts=_shared([f"<t>{escape(p.full_name)}</t>", "<t>Rebecka</t>"]),
    ),
    "rich text": lambda p: xlsx(
        [['<c t="s"><v>0</v></c>'], _KEPT_ROW],
        parts=_shared(
            [
                "".join(f"<r><rPr><b/></rPr><t>{escape(one)}</t></r>" for one in halves(p.full_name))
                + f"<rPh sb='0' eb='1'><t>{escape(p.full_name)}</t></rPh>"
            ]
        ),
    ),
    "number": lambda p: xlsx([[f"<c><v>{squeezed(p.mobile)[1:]}</v></c>", "mobil"], _KEPT_ROW]),
    "formula text": lambda p: xlsx(
        [[f'<c t="str"><f>"Av "&amp;"{escape(p.full_name)}"</f><v>Av {escape(p.full_name)}</v></c>'], _KEPT_ROW]
    ),
    "sheet name and its use": lambda p: xlsx(
        [["x", f"<c><f>SUM('{escape(p.full_name).replace(chr(39), chr(39) * 2)}'!A1:A2)</f><v>0</v></c>"], _KEPT_ROW],
        name=p.full_name[:31],
    ),
    "defined name": lambda p: xlsx(
        [["x"], _KEPT_ROW],
        book=f'<definedNames><definedName name="{squeezed(p.full_name)}" comment={quoteattr(p.full_name)}>Blad1!$A$1</definedName></definedNames>',
    ),
    "defined name in use": lambda p: xlsx(
        [["x", f"<c><f>SUM({squeezed(p.full_name)}_r)</f><v>0</v></c>"], _KEPT_ROW],
        book=f'<definedNames><definedName name="{squeezed(p.full_name)}_r">Blad1!$A$1</definedName></definedNames>',
    ),
    "comment": lambda p: xlsx(
        [["x"], _KEPT_ROW],
        sheet_parts={
            "comments": (
                "comments",
                _X + "comments+xml",
                f"{HEAD}<comments {_SNS}><authors><author>{escape(p.full_name)}</author></authors></comments>",
            ),
            "persons": (
                "http://schemas.microsoft.com/office/2017/10/relationships/person",
                "application/xml",
                f"<p>{escape(p.full_name)}</p>",
            ),
        },
    ),
    "header": lambda p: xlsx(
        [["x"], _KEPT_ROW],
        after=f"<headerFooter><oddHeader>&amp;L{escape(p.full_name)}&amp;R&amp;P</oddHeader></headerFooter>",
    ),
    "list of values": lambda p: xlsx(
        [["x"], _KEPT_ROW],
        after='<dataValidations count="1"><dataValidation type="list" sqref="A1" allowBlank="1" '
        f'prompt={quoteattr(p.full_name)}><formula1>"{escape(p.full_name)},Rebecka"</formula1></dataValidation></dataValidations>',
    ),
    "link": lambda p: xlsx(
        [["x"], _KEPT_ROW],
        after=f'<hyperlinks><hyperlink ref="A1" r:id="l1" display={quoteattr(p.full_name)}/></hyperlinks>',
        sheet_external={"l1": f"mailto:{p.email}"},
    ),
    "table columns": lambda p: xlsx(
        [[p.full_name, f"{p.full_name} 2025"], _KEPT_ROW],
        after='<tableParts count="1"><tablePart r:id="tab"/></tableParts>',
        sheet_parts={
            "tab": (
                "table",
                _X + "table+xml",
                f'{HEAD}<table {_SNS} id="1" name="T{squeezed(p.full_name)}" displayName="T{squeezed(p.full_name)}" ref="A1:B2">'
                f'<tableColumns count="2"><tableColumn id="1" name={quoteattr(p.full_name)}/><tableColumn id="2" '
                f"name={quoteattr(p.full_name + ' 2025')}/></tableColumns></table>",
            )
        },
    ),
    "column width": lambda p: xlsx(
        [[p.full_name, "x"], _KEPT_ROW],
        before=f'<cols><col min="1" max="3" width="{len(p.full_name) * 1.1:.2f}" bestFit="1" customWidth="1"/></cols>',
    ),
    "conditional format": lambda p: xlsx(
        [["x"], _KEPT_ROW],
        after='<conditionalFormatting sqref="A1"><cfRule type="containsText" priority="1" '
        f'text={quoteattr(p.full_name)}><formula>NOT(ISERROR(SEARCH("{escape(p.full_name)}",A1)))</formula></cfRule></conditionalFormatting>',
    ),
    "file sharing and path": lambda p: xlsx(
        [["x"], _KEPT_ROW],
        book=f"<fileSharing userName={quoteattr(p.full_name)}/><customWorkbookViews><x n={quoteattr(p.user_id)}/></customWorkbookViews>",
    ),
    "pivot cache, external link": lambda p: xlsx(
        [["x"], _KEPT_ROW],
        parts={
            "pivot": ("pivotCacheDefinition", _X + "pivotCacheDefinition+xml", f"<p>{escape(p.full_name)}</p>"),
            "ext": ("externalLink", _X + "externalLink+xml", f"<p>{escape(p.user_id)}</p>"),
        },
        loose={"docProps/core.xml": _core(p)},
    ),
    "number format": lambda p: xlsx(
        [["x"], _KEPT_ROW],
        parts={
            "styles": (
                "styles",
                _X + "styles+xml",
                f'{HEAD}<styleSheet {_SNS}><numFmts count="1"><numFmt numFmtId="170" formatCode={quoteattr(f"0 {chr(34)}{p.full_name}{chr(34)}")}/></numFmts></styleSheet>',
            )
        },
    ),
}
"""Hiding place → a workbook about a given employee."""

# -- ODF -------------------------------------------------------------------------------------------------------------

_ONS = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
        ("svg", "svg-compatible"),
    )
) + (
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:officeooo="http://openoffice.org/2009/office" office:version="1.3"'
)


def odf(
    body: str,
    *,
    kind: str = "text",
    before: str = "",
    automatic: str = "",
    styles: str = "",
    loose: dict[str, str | bytes] | None = None,
) -> bytes:
    buffer = io.BytesIO()
    mime = f"application/vnd.oasis.opendocument.{kind}"
    members: dict[str, str | bytes] = {
        "content.xml": f"{HEAD}<office:document-content {_ONS}><office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:{kind}>{before}{body}</office:{kind}></office:body></office:document-content>",
        "styles.xml": f"{HEAD}<office:document-styles {_ONS}>{styles}</office:document-styles>",
        "META-INF/manifest.xml": f'{HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        **(loose or {}),
    }
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mime, zipfile.ZIP_STORED)
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tp(inner: str) -> str:
    return f"<text:p>{inner}</text:p>"


def odt(inner: str, **more: object) -> bytes:
    return odf(tp(inner) + tp(INNOCENT), **more)  # type: ignore[arg-type]


def _ods(rows: list[list[str]], name: str = "Blad1", automatic: str = "", style: str = "") -> bytes:
    lines = "".join(
        "<table:table-row>"
        + "".join(
            one
            if one.startswith("<")
            else f'<table:table-cell office:value-type="string">{tp(escape(one))}</table:table-cell>'
            for one in row
        )
        + "</table:table-row>"
        for row in rows
    )
    column = f'<table:table-column table:style-name="{style}"/>' if style else "<table:table-column/>"
    return odf(
        f"<table:table table:name={quoteattr(name)}>{column}{lines}</table:table>",
        kind="spreadsheet",
        automatic=automatic,
    )


def _o(text: str) -> str:
    return escape(text)


ODT: dict[str, Callable[[StaffMember], bytes]] = {
    "plain text": lambda p: odt(f"Av {_o(p.full_name)}, {p.phone}, {p.email}."),
    "spans": lambda p: odt(
        "Av "
        + "".join(
            f'<text:span text:style-name="T{n}">{_o(one)}</text:span>' for n, one in enumerate(halves(p.full_name))
        )
        + " i dag.",
        automatic="".join(
            f'<style:style style:name="T{n}" style:family="text"><style:text-properties officeooo:rsid="00{n}1234"/></style:style>'
            for n in range(3)
        ),
    ),
    "spaces and tabs": lambda p: odt(f"Av {_o(p.preferred_name)}<text:s/><text:tab/>{_o(p.surname)} i dag."),
    "line break": lambda p: odt(f"Av {_o(p.preferred_name)}<text:line-break/>{_o(p.surname)} i dag."),
    "annotation": lambda p: odt(
        f"Text<office:annotation><dc:creator>{_o(p.full_name)}</dc:creator>{tp(_o(p.full_name))}</office:annotation>."
    ),
    "tracked changes": lambda p: odt(
        'Text <text:change-start text:change-id="c1"/>ny<text:change-end text:change-id="c1"/>.',
        before='<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info>'
        f"<dc:creator>{_o(p.full_name)}</dc:creator></office:change-info>{tp(_o(p.full_name))}</text:deletion></text:changed-region></text:tracked-changes>",
    ),
    "note": lambda p: odt(
        '<text:note text:id="n1" text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>'
        f"{tp('Av ' + _o(p.full_name))}</text:note-body></text:note>Text"
    ),
    "author fields": lambda p: odt(
        f"Av <text:author-name>{_o(p.full_name)}</text:author-name>, <text:sender-email>{p.email}</text:sender-email>."
    ),
    "hidden text": lambda p: odt(
        f'Text<text:hidden-text text:condition="x" text:string-value={quoteattr(p.full_name)}>{_o(p.full_name)}</text:hidden-text>.'
    ),
    "user field": lambda p: odt(
        f'Av <text:user-field-get text:name="h">{_o(p.full_name)}</text:user-field-get>.',
        before=f'<text:user-field-decls><text:user-field-decl text:name="h" office:value-type="string" office:string-value={quoteattr(p.full_name)}/></text:user-field-decls>',
    ),
    "link": lambda p: odt(
        f'Skriv <text:a xlink:href="mailto:{p.email}" office:title={quoteattr(p.full_name)}>hit</text:a>.'
    ),
    "bookmark": lambda p: odt(
        f"<text:bookmark text:name={quoteattr(p.full_name)}/>Se <text:bookmark-ref text:ref-name={quoteattr(p.full_name)}>här</text:bookmark-ref>."
    ),
    "picture": lambda p: odt(
        f'Bild<draw:frame draw:name={quoteattr(p.full_name)}><draw:image xlink:href="Pictures/{p.user_id}.png"/>'
        f"<svg:title>{_o(p.full_name)}</svg:title><svg:desc>Foto av {_o(p.full_name)}</svg:desc></draw:frame>.",
        loose={f"Pictures/{p.user_id}.png": with_comment(picture([], size=(50, 50)), p.full_name)},
    ),
    "text box": lambda p: odt(
        f"Före<draw:frame><draw:text-box>{tp('Av ' + _o(p.full_name))}</draw:text-box></draw:frame> efter."
    ),
    "style name": lambda p: odt(
        f"</text:p><text:p text:style-name={quoteattr(_coded(p.full_name))}>Text",
        styles=f'<office:styles><style:style style:name={quoteattr(_coded(p.full_name))} style:display-name={quoteattr(p.full_name)} style:family="paragraph"/></office:styles>',
    ),
    "header": lambda p: odt(
        "Text",
        styles='<office:master-styles><style:master-page style:name="Standard"><style:header>'
        f"{tp('Av ' + _o(p.full_name))}</style:header></style:master-page></office:master-styles>",
    ),
    "properties, settings, thumbnail": lambda p: odt(
        "Text",
        loose={
            "meta.xml": f"<m>{_o(p.full_name)}</m>",
            "settings.xml": f"<s>{p.user_id}</s>",
            "Thumbnails/thumbnail.png": with_comment(picture([], size=(50, 50)), p.full_name),
            "Configurations2/x.xml": p.email,
            "META-INF/documentsignatures.xml": f"<s>{_o(p.full_name)}</s>",
            "Basic/script.xml": f"<s>{_o(p.full_name)}</s>",
        },
    ),
    "object": lambda p: odt(
        'Se<draw:frame><draw:object xlink:href="./Object 7"/><draw:image xlink:href="./ObjectReplacements/Object 7"/></draw:frame>.',
        loose={
            "Object 7/content.xml": f"{HEAD}<office:document-content {_ONS}><office:body><office:text>{tp(_o(p.full_name))}</office:text></office:body></office:document-content>",
            "ObjectReplacements/Object 7": p.full_name.encode("utf-16-le"),
        },
    ),
}
"""Hiding place → an OpenDocument text about a given employee."""

ODS: dict[str, Callable[[StaffMember], bytes]] = {
    "cell": lambda p: _ods([["Namn", "Tfn"], [p.full_name, p.phone], [INNOCENT]]),
    "sheet name": lambda p: _ods([["x"], [INNOCENT]], name=p.full_name),
    "formula": lambda p: _ods(
        [
            [
                f'<table:table-cell table:formula={quoteattr(f"of:={chr(34)}{p.full_name}{chr(34)}")} office:value-type="string" office:string-value={quoteattr(p.full_name)}>{tp(_o(p.full_name))}</table:table-cell>'
            ],
            [INNOCENT],
        ]
    ),
    "column width": lambda p: _ods(
        [[p.full_name], [INNOCENT]],
        automatic='<style:style style:name="co1" style:family="table-column"><style:table-column-properties '
        f'style:column-width="{len(p.full_name) * 0.2:.2f}cm"/></style:style>',
        style="co1",
    ),
}
"""Hiding place → an OpenDocument spreadsheet about a given employee."""


def _coded(name: str) -> str:
    """A style name as ODF writes it: everything but letters and digits as `_20_`."""
    return re.sub(r"[^\w]", lambda match: f"_{ord(match.group()):x}_", name)
