"""Makes a finished letter ready for its signature: a tagged, empty signature field, and files attached to it.

What it does: adds one signature widget that a screen reader can find (PDF/UA-1, ISO 14289-1 § 7.18) and attaches
files the PDF/A-3 way (ISO 19005-3 § 6.8), uncompressed, so that the size of the letter tells how long an attachment
is and nothing about what stands in it. The same input gives the same bytes.

What it does not do: it signs nothing, and it changes nothing that is drawn on a page.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from sigill.errors import N_, BadInput

SIGNATURE_RECT = (340.0, 736.0, 545.0, 792.0)
"""Where the visible signature stands on page 1 of every letter, in points from the lower left corner of an A4 page.
The letters' template keeps the place free."""

IDENTITY_ATTACHMENT = "identitet.jwt"
"""Under which name a notification carries its sealed identity record."""

_PRINTED = 4
_LOCKED = 128


@dataclass(frozen=True, slots=True, repr=False)
class Attachment:
    """A file to attach.

    Args:
        name: file name, as a reader will see it.
        data: its bytes.
        mime: its media type.
        description: a sentence about it, shown by viewers.
    """

    name: str
    data: bytes
    mime: str
    description: str


def prepare_for_signature(
    pdf: bytes,
    *,
    field_name: str,
    tooltip: str,
    rect: tuple[float, float, float, float] = SIGNATURE_RECT,
    attachments: Sequence[Attachment] = (),
    date: dt.datetime | None = None,
) -> bytes:
    """Add an empty, tagged signature field on the first page, and attach files.

    Args:
        pdf: a tagged PDF (typst's output; a missing last line break is added).
        field_name: the field's name; must not be taken.
        tooltip: what a screen reader says of the field, and its alternative text.
        rect: x0, y0, x1, y1 of the widget, in points.
        attachments: in the order in which they are to be listed; names must differ.
        date: modification date of the attachments, with a time zone; needed when there are any.

    Raises:
        BadInput: not a PDF, not tagged, or already signed or prepared.

    Source:
        ISO 32000-1 § 12.7.4.5 (signature fields), § 14.7.4.4 (OBJR), § 7.11.4 (embedded files).
    """
    if not pdf.startswith(b"%PDF-"):
        raise BadInput(N_("The letter is not a PDF."), N_("Typeset it again."))
    if not pdf.endswith(b"\n"):
        pdf += b"\n"  # ISO 19005 § 6.1.3: nothing but one end-of-line marker after %%EOF; appended revisions need it
    try:
        document = pikepdf.open(io.BytesIO(pdf))
    except pikepdf.PdfError:
        raise BadInput(N_("The letter is not a readable PDF."), N_("Typeset it again.")) from None
    with document:
        if Name.StructTreeRoot not in document.Root:
            raise BadInput(N_("The letter is not a tagged PDF."), N_("Typeset it as PDF/UA-1."))
        if Name.AcroForm in document.Root:
            raise BadInput(N_("The letter already has form fields."), N_("Sign a freshly typeset letter."))
        _add_field(document, field_name, tooltip, rect)
        if attachments:
            if date is None or date.tzinfo is None:
                raise BadInput(N_("Attachments need a date with a time zone."), N_("Give the date."))
            _attach(document, attachments, date)
        out = io.BytesIO()
        document.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.preserve,
            compress_streams=False,  # what typst compressed stays so; what is attached stays plain
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    return out.getvalue()


def _add_field(document: pikepdf.Pdf, field_name: str, tooltip: str, rect: tuple[float, float, float, float]) -> None:
    page = document.pages[0].obj
    tree = document.Root.StructTreeRoot
    parents = tree.get(Name.ParentTree)
    if parents is None:
        raise BadInput(N_("The letter is not a tagged PDF."), N_("Typeset it as PDF/UA-1."))
    key = max(_keys(parents), default=-1) + 1
    # Until it is signed the field shows an empty picture: PDF/A wants every widget to have one (ISO 19005-3 § 6.3.3).
    empty = pikepdf.Stream(document, b"")
    empty.Type, empty.Subtype = Name.XObject, Name.Form
    empty.BBox = Array([0, 0, *(_number(rect[i + 2] - rect[i]) for i in (0, 1))])
    widget = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(field_name),
            TU=String(tooltip),
            Rect=Array([_number(value) for value in rect]),
            AP=Dictionary(N=document.make_indirect(empty)),
            F=_PRINTED | _LOCKED,
            P=page,
            StructParent=key,
        )
    )
    top = tree.K[0] if isinstance(tree.K, Array) else tree.K
    element = document.make_indirect(
        Dictionary(
            Type=Name.StructElem,
            S=Name.Form,
            P=top,
            Pg=page,
            Alt=String(tooltip),
            K=Dictionary(Type=Name.OBJR, Obj=widget, Pg=page),
        )
    )
    children = top.get(Name.K)
    if isinstance(children, Array):
        children.append(element)
    else:
        top.K = Array([element] if children is None else [children, element])
    if Name.Nums in parents:
        parents.Nums.append(key)
        parents.Nums.append(element)
    else:
        leaf = Dictionary(Nums=Array([key, element]), Limits=Array([key, key]))
        parents.Kids.append(document.make_indirect(leaf))
    tree.ParentTreeNextKey = key + 1
    if Name.Annots in page:
        page.Annots.append(widget)
    else:
        page.Annots = Array([widget])
    page.Tabs = Name.S  # ISO 14289-1 § 7.18.3
    document.Root.AcroForm = document.make_indirect(Dictionary(Fields=Array([widget]), SigFlags=0))


def _number(value: float) -> pikepdf.Object:
    return pikepdf.Object.parse(f"{value:g}".encode())


def _keys(tree: Any) -> list[int]:
    found = [int(tree.Nums[i]) for i in range(0, len(tree.Nums), 2)] if Name.Nums in tree else []
    for kid in tree.get(Name.Kids, ()):
        found += _keys(kid)
    return found


def _attach(document: pikepdf.Pdf, attachments: Sequence[Attachment], date: dt.datetime) -> None:
    if len({attachment.name for attachment in attachments}) != len(attachments):
        raise BadInput(N_("Two attachments have the same name."), N_("Give each a name of its own."))
    if Name.AF in document.Root or Name.EmbeddedFiles in document.Root.get(Name.Names, Dictionary()):
        raise BadInput(N_("The letter already has attachments."), N_("Sign a freshly typeset letter."))
    stamp = String(date.astimezone(dt.UTC).strftime("D:%Y%m%d%H%M%SZ"))
    specs = {}
    for attachment in attachments:
        # No filter and no checksum: their length would depend on the content, not on its length alone.
        stream = pikepdf.Stream(document, attachment.data)
        stream.Type = Name.EmbeddedFile
        stream.Subtype = Name("/" + attachment.mime)
        stream.Params = Dictionary(Size=len(attachment.data), ModDate=stamp)
        embedded = document.make_indirect(stream)
        specs[attachment.name] = document.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=String(attachment.name),
                UF=String(attachment.name),
                Desc=String(attachment.description),
                AFRelationship=Name.Data,
                EF=Dictionary(F=embedded, UF=embedded),
            )
        )
    names = Array([])
    for name in sorted(specs):  # a name tree is sorted (ISO 32000-1 § 7.9.6)
        names.append(String(name))
        names.append(specs[name])
    if Name.Names not in document.Root:
        document.Root.Names = Dictionary()
    document.Root.Names.EmbeddedFiles = Dictionary(Names=names)
    document.Root.AF = Array(list(specs.values()))
