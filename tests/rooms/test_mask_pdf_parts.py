"""The parts of the PDF mask, each at its own hard places."""

import csv
import io
import random
import zlib
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name

import pdfs
from rooms.test_mask_pdf import NAME, STAFF, finder_for, folded, found_in, mask, needs_ocr, read_texts, text_by_pages
from sigill.errors import BadInput, Blocked, SigillError
from sigill.mask.pdf import cmaps, images, lex, mask_pdf
from sigill.mask.report import Options, Report

EXAMPLES = Path(__file__).parents[2] / "examples"


# -- tokens ------------------------------------------------------------------------------------------------------------

_token = st.one_of(
    st.integers(-9999, 9999).map(lambda n: str(n).encode()),
    st.floats(-999, 999, allow_nan=False).map(lambda x: f"{x:.4f}".encode()),
    st.binary(max_size=12).map(lambda raw: b"<" + raw.hex().encode() + b">"),
    st.binary(max_size=12).map(lambda raw: bytes(pikepdf.String(raw).unparse())),
    st.text("abcXYZ09_", min_size=1, max_size=6).map(lambda t: ("/" + t).encode()),
    st.sampled_from([b"Tj", b"re", b"f*", b"BT", b"T*", b"'", b"[", b"]", b"<<", b">>", b"true"]),
)


@given(st.lists(_token, max_size=30), st.sampled_from([b" ", b"\n", b"\r\n", b"\t"]))
@settings(max_examples=80, deadline=None)
def test_tokens_come_out_as_they_went_in(tokens: list[bytes], space: bytes) -> None:
    assert lex.tokens(space.join(tokens)) == tokens


@given(st.binary(max_size=40))
@settings(max_examples=120, deadline=None)
def test_a_string_reads_as_another_parser_reads_it(raw: bytes) -> None:
    token = bytes(pikepdf.String(raw).unparse())
    assert lex.string(token) == raw
    assert lex.string(lex.hexstring(raw)) == raw


def test_comments_and_inline_images_are_no_text() -> None:
    data = b"q % (Lindqvist) Tj\nBI /W 2 /H 2 /BPC 8 /CS /G ID (Tj) EI Q"
    assert lex.tokens(data) == [b"q", b"BI /W 2 /H 2 /BPC 8 /CS /G ID (Tj) EI", b"Q"]


def test_deep_brackets_are_read_and_endless_strings_refused() -> None:
    deep = b"(" * 40 + b"x" + b")" * 40
    assert lex.tokens(deep + b" Tj") == [deep, b"Tj"]
    with pytest.raises(Blocked):
        lex.tokens(b"((never closed) Tj")


@given(st.floats(-5000, 5000, allow_nan=False))
@settings(max_examples=100, deadline=None)
def test_a_number_has_one_spelling(value: float) -> None:
    written = lex.num(value)
    assert abs(float(written) - value) <= 0.00005 + 1e-9
    assert lex.num(float(written)) == written
    assert written != b"-0"


def test_a_tounicode_map_is_read_in_all_its_spellings() -> None:
    cmap = cmaps.parse(
        b"1 begincodespacerange <00> <FF> endcodespacerange 2 beginbfchar <01> <00C5> <02> <006600660069> endbfchar "
        b"2 beginbfrange <10> <12> <0061> <20> <21> [<00E5> <00F6>] endbfrange"
    )
    assert cmap.text == {1: "Å", 2: "ffi", 0x10: "a", 0x11: "b", 0x12: "c", 0x20: "å", 0x21: "ö"}
    assert list(cmap.cut(b"\x01\x02")) == [1, 2]


# -- fonts -------------------------------------------------------------------------------------------------------------


def letters_in_fonts(data: bytes) -> set[str]:
    """What the result's fonts can still say, by their ToUnicode maps."""
    found: set[str] = set()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font" and "/ToUnicode" in item:
                found |= set(cmaps.parse(item["/ToUnicode"].read_bytes()).text.values())
    return found


@pytest.mark.parametrize("where", ["type0_subset", "differences_by_appearance", "simple_font", "type3_glyphs"])
def test_no_letter_stays_in_a_font_that_nothing_shows(where: str) -> None:
    result, _ = mask(pdfs.PLACES[where](NAME))
    shown = set("".join(read_texts(result)))
    assert letters_in_fonts(result) <= shown | {" "}
    assert "q" not in letters_in_fonts(result), "the only q was in the name"


def test_embedded_programs_hold_only_the_glyphs_shown() -> None:
    from fontTools.ttLib import TTFont

    result, _ = mask(pdfs.PLACES["type0_subset"](NAME))
    with pikepdf.open(io.BytesIO(result)) as pdf:
        programs = [
            d["/FontFile2"].read_bytes() for d in pdf.objects if isinstance(d, pikepdf.Dictionary) and "/FontFile2" in d
        ]
    assert len(programs) == 2
    rest = pdfs.sentence("").replace(" ", "")
    counts = sorted(TTFont(io.BytesIO(program))["maxp"].numGlyphs for program in programs)
    assert counts == sorted([len(set(rest)) + 2, len(set(Options().label)) + 1 - (" " not in Options().label)])


def test_a_font_called_after_somebody_gets_another_name() -> None:
    pdf = pikepdf.open(io.BytesIO(pdfs.PLACES["type0_subset"]("Sten Berg")))
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary):
            for key in ("/BaseFont", "/FontName"):
                if "NotoSans" in str(item.get(key)):
                    item[key] = Name("/ABCDEF+AsaLindqvist-Oberg")
    original = pdfs.save(pdf)
    assert found_in(original, names=("lindqvist",))
    assert not found_in(mask(original)[0], names=("lindqvist",))


@pytest.mark.parametrize("kind", ["cff", "type1"])
def test_postscript_outlines_are_cut_too(kind: str) -> None:
    """A bare CFF (Type1C), as Cairo, Ghostscript and TeX embed it."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.t2CharStringPen import T2CharStringPen
    from fontTools.ttLib import TTFont

    source = TTFont(io.BytesIO(pdfs.FONT))
    best, glyphs = source.getBestCmap(), source.getGlyphSet()
    text = pdfs.sentence(NAME)
    chars = list(dict.fromkeys(text))
    names = [".notdef", *(f"a{n}" for n in range(len(chars)))]
    strings = {}
    for name, char in zip(names, [None, *chars], strict=True):
        pen = T2CharStringPen(600, glyphs)
        if char:
            glyphs[best[ord(char)]].draw(pen)
        strings[name] = pen.getCharString()
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(names)
    builder.setupCFF("Handwritten", {}, strings, {})
    program = builder.font["CFF "].compile(builder.font)
    pdf = pikepdf.new()
    stream = pdf.make_stream(program)
    stream["/Subtype"] = Name.Type1C
    rows = "\n".join(f"<{i:02X}> <{c.encode('utf-16-be').hex()}>" for i, c in enumerate(chars, 1))
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/AAAAAA+Handwritten"), FirstChar=1, LastChar=len(chars),
        Widths=Array([600] * len(chars)),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array([1, *(Name("/" + n) for n in names[1:])])),
        FontDescriptor=Dictionary(
            Type=Name.FontDescriptor, FontName=Name("/AAAAAA+Handwritten"), Flags=4, FontBBox=Array([0, 0, 1000, 1000]),
            ItalicAngle=0, Ascent=800, Descent=-200, CapHeight=700, StemV=80, FontFile3=stream,
        ),
    )  # fmt: skip
    if kind == "cff":
        font["/ToUnicode"] = pdf.make_stream(b"%d beginbfchar\n%s\nendbfchar" % (len(chars), rows.encode()))
    else:  # names that say something, and no map
        font["/Encoding"]["/Differences"] = Array([1, *(Name("/" + n) for n in names[1:])])
        font["/ToUnicode"] = pdf.make_stream(b"%d beginbfchar\n%s\nendbfchar" % (len(chars), rows.encode()))
    shown = b"<" + bytes(chars.index(c) + 1 for c in text).hex().encode() + b">"
    original = pdfs.save(
        pdfs.document(b"BT /F4 11 Tf 72 700 Td " + shown + b" Tj ET", pdf, Font={"F4": pdf.make_indirect(font)})
    )
    assert found_in(original)
    result, _ = mask(original)
    assert not found_in(result)
    assert folded("sedan i våras") in folded("".join(read_texts(result)))


# -- layout ------------------------------------------------------------------------------------------------------------


def rows(data: bytes) -> list[tuple[float, float, str]]:
    """Words of the first page with their places."""
    import pypdfium2

    with pypdfium2.PdfDocument(data) as pdf:
        page = pdf[0].get_textpage()
        out = []
        for i in range(page.count_rects()):
            left, bottom, right, top = page.get_rect(i)
            out.append((round(left, 1), round(bottom, 1), page.get_text_bounded(left, bottom, right, top)))
        return out


def test_an_underline_under_a_name_goes_with_it() -> None:
    def letter(name: str) -> bytes:
        pdf = pikepdf.new()
        font = pdfs.Cut(pdf, pdfs.sentence(name))
        start = 72 + font.length("Handläggare är ", 11)
        rule = b"%.2f 698.5 %.2f 0.6 re f\n" % (start, font.length(name, 11))
        table = b"0.5 w 60 650 m 500 650 l S\n"
        text = b"BT /F2 11 Tf 72 700 Td " + font.hex(pdfs.sentence(name)) + b" Tj ET\n"
        return pdfs.save(pdfs.document(rule + table + text, pdf, Font={"F2": font.object}))

    results = {mask(letter(p.full_name), p.staff_id)[0] for p in list(STAFF.values())[:20]}
    assert len(results) == 1
    with pikepdf.open(io.BytesIO(results.pop())) as pdf:
        content = pdf.pages[0].Contents.read_bytes()
    assert b" re" not in content, "the underline is gone"
    assert b" l S" in content, "the table's rule is not"


def test_table_cells_keep_their_columns() -> None:
    def table(name: str) -> bytes:
        content = b""
        for i, (who, role) in enumerate([("Namn", "Roll"), (name, "Handläggare"), ("Siv Mormor", "Anhörig")]):
            y = 700 - 18 * i
            content += pdfs.show(who, 72, y) + pdfs.show(role, 300, y) + pdfs.show("Nr", 420, y)
        return pdfs.save(pdfs.document(content))

    people = [p for p in STAFF.values() if p.full_name.encode("cp1252", "ignore").decode("cp1252") == p.full_name][:20]
    assert len({mask(table(p.full_name), p.staff_id)[0] for p in people}) == 1
    places = {text.strip(): x for x, _, text in rows(mask(table(NAME))[0])}
    assert places["Handläggare"] == pytest.approx(300, abs=1.5)
    assert places["Anhörig"] == pytest.approx(300, abs=1.5)


def test_justified_columns_and_letter_spacing_tell_nothing() -> None:
    def spread(name: str) -> bytes:
        words = pdfs.sentence(name)
        return pdfs.save(
            pdfs.document(
                b"BT /F1 11 Tf %g Tc %g Tw 72 700 Td " % (8 / len(words), 90 / len(words)) + pdfs.lit(words) + b" Tj ET"
            )
        )

    people = [p for p in STAFF.values() if p.full_name.encode("cp1252", "ignore").decode("cp1252") == p.full_name][:20]
    assert len({mask(spread(p.full_name), p.staff_id)[0] for p in people}) == 1


def test_a_name_over_the_end_of_a_page_goes_from_both_pages() -> None:
    pdf = pikepdf.new()
    first = "Enligt planen som vi gjorde i höstas tillsammans med familjen ska sedan Åsa"
    pdfs.document(
        b"".join(pdfs.show("Rad om vardagen hemma.", 72, 740 - 14 * i) for i in range(44)) + pdfs.show(first, 72, 120),
        pdf,
    )
    pdfs.document(pdfs.show("Lindqvist-Öberg ringa skolan.", 72, 780), pdf)
    original = pdfs.save(pdf)
    assert found_in(original)
    result, _ = mask(original)
    assert not found_in(result)
    assert folded("ringa skolan") in folded(text_by_pages(result))


def test_text_that_grows_moves_what_stands_below() -> None:
    text = "Handläggare Liv Lo och familjen möts på kontoret varje vecka och talar"
    content = pdfs.show(text, 72, 700) + pdfs.show("om skolan.", 72, 686) + pdfs.show("Nytt stycke.", 72, 660)
    original = pdfs.save(pdfs.document(content))
    result, _ = mask(original, "A10482")
    at = {t: y for _, y, t in rows(result)}
    assert folded("om skolan") in folded(text_by_pages(result))
    assert at["Nytt stycke."] <= 661


# -- beside the page ---------------------------------------------------------------------------------------------------


def test_attachments_are_masked_by_the_callers_rules_or_dropped() -> None:
    def mask_part(data: bytes, name: str, report: Report) -> tuple[bytes, str]:
        report.took("text", "name")
        return data.replace(NAME.encode(), b"[borta]"), name

    original = pdfs.PLACES["attachment"](NAME)
    kept, report = mask(original, mask_part=mask_part)
    assert not found_in(kept)
    with pikepdf.open(io.BytesIO(kept)) as pdf:
        assert pdf.attachments["anteckning.txt"].get_file().read_bytes() == b"Samtal med [borta]"
    assert report.removed["attachment 1, text", "name"] == 1
    dropped, _ = mask(original, attachments="drop", mask_part=mask_part)
    with pikepdf.open(io.BytesIO(dropped)) as pdf:
        assert not len(pdf.attachments)


def test_an_attachment_that_cannot_be_masked_is_dropped_and_mentioned() -> None:
    def refuse(data: bytes, name: str, report: Report) -> tuple[bytes, str]:
        raise Blocked("no")

    result, report = mask(pdfs.PLACES["attachment"](NAME), mask_part=refuse)
    with pikepdf.open(io.BytesIO(result)) as pdf:
        assert not len(pdf.attachments)
    assert report.review


def test_comments_stay_without_the_name_if_asked() -> None:
    result, report = mask(pdfs.PLACES["comment"](NAME), comments="mask")
    assert not found_in(result)
    with pikepdf.open(io.BytesIO(result)) as pdf:
        (note,) = pdf.pages[0].obj["/Annots"]
        assert str(note["/Contents"]) == f"Ring {Options().label}"
    assert report.removed["page 1", "comment"] == 1


def test_harmless_links_and_outlines_stay() -> None:
    pdf = pdfs.document(pdfs.show("Läs mer", 72, 700))
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([72, 695, 120, 712]),
        A=Dictionary(S=Name.URI, URI=b"https://exempelstad.example/stod"),
    )
    pdf.pages[0].obj["/Annots"] = Array([pdf.make_indirect(link)])
    with pdf.open_outline() as tree:
        tree.root.append(pikepdf.OutlineItem("Samtal med " + NAME, 0))
        tree.root.append(pikepdf.OutlineItem("Hembesök", 0))
    result, _ = mask(pdfs.save(pdf))
    with pikepdf.open(io.BytesIO(result)) as made:
        (kept,) = made.pages[0].obj["/Annots"]
        assert str(kept["/A"]["/URI"]) == "https://exempelstad.example/stod"
        with made.open_outline() as tree:
            assert [item.title for item in tree.root] == [f"Samtal med {Options().label}", "Hembesök"]


def test_a_hidden_layer_stays_hidden_and_its_name_is_masked() -> None:
    result, _ = mask(pdfs.PLACES["hidden_layer"](NAME))
    with pikepdf.open(io.BytesIO(result)) as pdf:
        layers = pdf.Root["/OCProperties"]
        assert str(layers["/OCGs"][0]["/Name"]) == f"Anteckning av {Options().label}"
        assert layers["/D"]["/OFF"][0].objgen == layers["/OCGs"][0].objgen


def test_the_structure_of_an_untouched_document_is_kept() -> None:
    original = pdfs.typeset("Siv Mormor", "sivmo01", justify=False, long=False)
    result, report = mask(original)
    assert "structure lost" not in report.notes
    with pikepdf.open(io.BytesIO(result)) as pdf:
        assert pdf.Root["/MarkInfo"]["/Marked"]
        assert len(pdf.Root["/StructTreeRoot"]["/K"]) >= 1
        assert "/StructParents" in pdf.pages[0].obj
    _, report = mask(pdfs.typeset(NAME, "asali01", justify=False, long=False))
    assert "structure lost" in report.notes


def test_a_broken_signature_is_said() -> None:
    _, report = mask(pdfs.PLACES["signature"](NAME))
    assert "signature broken by masking" in report.notes


def test_private_words_in_a_content_stream_do_not_stay() -> None:
    for hidden in (
        b"(Lindqvist) pop ",
        b"/Foo <</Author (Lindqvist)>> BDC EMC ",
        b"/Foo <</X (Lindqvist)>> DP ",
        b"Lindqvist ",
        b"(Lindqvist) 3 Tj ",
    ):
        original = pdfs.save(pdfs.document(hidden + b"\n"))
        assert found_in(original)
        assert not found_in(mask(original)[0])


def test_what_a_page_names_but_never_draws_does_not_come_over() -> None:
    pdf = pikepdf.new()
    form = pdfs._form(pdf, pdfs.show(pdfs.sentence(NAME), 72, 700))
    original = pdfs.save(pdfs.document(b"", pdf, XObject=Dictionary(X1=form)))
    assert found_in(original)
    assert not found_in(mask(original)[0])


def test_text_in_a_font_the_page_has_not_is_read_as_readers_read_it() -> None:
    original = pdfs.save(pdfs.document(pdfs.show(pdfs.sentence(NAME), 72, 700, font="F9")))
    assert not found_in(mask(original)[0])


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_a_jpeg_keeps_its_picture_and_loses_the_rest() -> None:
    from PIL import Image

    data = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "Åsa"
    picture = Image.effect_noise((64, 48), 40)
    picture.save(data, "JPEG", exif=exif, comment=b"Lindqvist", quality=80, dpi=(200, 200))
    clean = images.jpeg(data.getvalue() + b"Lindqvist")
    assert b"Lindqvist" not in clean
    assert b"Exif" not in clean
    before, after = Image.open(io.BytesIO(data.getvalue())), Image.open(io.BytesIO(clean))
    assert before.tobytes() == after.tobytes()


@cache
def jpeg_with_comment() -> bytes:
    from PIL import Image

    data = io.BytesIO()
    Image.effect_noise((64, 48), 40).save(data, "JPEG", comment=b"Lindqvist", quality=80)
    return data.getvalue()


def damaged_jpegs() -> dict[str, bytes]:
    sound = jpeg_with_comment()
    comment = b"\xff\xfe\x00\x0bLindqvist"
    assert comment in sound
    bare = sound.replace(comment, b"")
    scan = bare.index(b"\xff\xda")
    return {
        "stray bytes before the comment": sound.replace(comment, b"??" + comment),
        "a segment of the wrong length": sound.replace(comment, b"\xff\xe5\x00\x05abc??" + comment),
        "a segment without length": sound.replace(comment, b"\xff\x01" + comment),
        "comment without its length": sound.replace(comment, b"\xff\xfe\x00\x00Lindqvist"),
        "before the start": b"Lindqvist" + bare,
        "no end": bare[:-2] + comment,
        "no end at all": bare[:-2] + b"Lindqvist",
        "after the scan": bare[:-2] + comment + b"\xff\xd9",
        "in the Adobe segment": bare[:scan] + b"\xff\xee\x00\x17Adobe\0\x64\0\0\0\0\0Lindqvist" + bare[scan:],
        "second picture": bare + sound,
    }


@pytest.mark.parametrize("damage", damaged_jpegs())
def test_a_jpeg_that_does_not_add_up_keeps_no_comment(damage: str) -> None:
    from PIL import Image

    try:
        clean = images.jpeg(damaged_jpegs()[damage])
    except Blocked:
        return
    assert b"Lindqvist" not in clean
    before, after = Image.open(io.BytesIO(jpeg_with_comment())), Image.open(io.BytesIO(clean))
    assert before.size == after.size
    assert max(abs(a - b) for a, b in zip(before.tobytes(), after.tobytes(), strict=True)) < 20


def test_a_damaged_jpeg_that_can_still_be_drawn_is_not_refused() -> None:
    assert images.jpeg(damaged_jpegs()["stray bytes before the comment"])[:2] == b"\xff\xd8"


def test_a_jpeg_in_several_scans_stays_as_it_is() -> None:
    from PIL import Image

    data = io.BytesIO()
    picture = Image.effect_noise((64, 48), 40)
    picture.save(data, "JPEG", progressive=True, comment=b"Lindqvist")
    clean = images.jpeg(data.getvalue())
    assert b"Lindqvist" not in clean
    assert Image.open(io.BytesIO(clean)).tobytes() == Image.open(io.BytesIO(data.getvalue())).tobytes()


def test_boxes_that_do_not_add_up_are_refused() -> None:
    sign = b"\0\0\0\x0cjP  \r\n\x87\n"
    note = b"\0\0\0\x11xml Lindqvist"
    assert images.jp2(sign + note + b"\0\0\0\x09jp2cx") == sign + b"\0\0\0\x09jp2cx"
    for broken in (b"Lindqvist" + sign, sign + b"\0\0\0\x05" + note, sign + b"\0\0\xff\xffjp2h" + note):
        with pytest.raises(Blocked):
            images.jp2(broken)


@pytest.mark.parametrize(
    "box", [(0, 0, 2**31 - 1, 842), (0, 0, 595, 14_401), (2_000_000, 0, 2_000_595, 842), (0, -(2**31), 595, 0)]
)
def test_a_page_of_endless_size_is_refused(box: tuple[int, ...]) -> None:
    pdf = pdfs.document(b"")
    pdf.pages[0].obj["/MediaBox"] = Array(list(box))
    with pytest.raises(Blocked, match="larger than"):
        mask(pdfs.save(pdf))


def test_a_page_as_large_as_may_be_is_masked_with_its_unit() -> None:
    pdf = pdfs.document(pdfs.show(NAME, 72, 700))
    pdf.pages[0].obj["/MediaBox"] = Array([0, 0, 14_400, 14_400])
    pdf.pages[0].obj["/UserUnit"] = 2
    with pikepdf.open(io.BytesIO(mask(pdfs.save(pdf))[0])) as done:
        assert int(done.pages[0].obj["/UserUnit"]) == 2


def composed_of(what: object) -> pikepdf.Object:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type0, BaseFont=Name.Helvetica, Encoding=Name("/Identity-H"))
    if what is not None:
        font["/DescendantFonts"] = what
    return font


UNCOMPOSED = {"nothing": None, "an empty list": Array([]), "a number": Array([7]), "no kind": Array([Dictionary()])}


@pytest.mark.parametrize("what", UNCOMPOSED)
def test_a_font_made_of_nothing_is_refused_where_shown_and_left_out_where_not(what: str) -> None:
    fonts = {"F9": composed_of(UNCOMPOSED[what])}
    with pytest.raises(Blocked, match="font"):
        mask(pdfs.save(pdfs.document(b"BT /F9 11 Tf <0041> Tj ET", Font=fonts)))
    kept = mask(pdfs.save(pdfs.document(b"", Font=fonts)))[0]
    with pikepdf.open(io.BytesIO(kept)) as done:
        assert set(done.pages[0].obj["/Resources"]["/Font"].keys()) == {"/F1"}


@needs_ocr
def test_text_that_only_a_damaged_font_could_explain_is_refused() -> None:
    with pikepdf.open(io.BytesIO(pdfs.PLACES["no_to_unicode"](NAME))) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream) and "/Length1" in item:
                item.write(item.read_bytes()[:2000])
        with pytest.raises(Blocked, match="damaged font"):
            mask(pdfs.save(pdf))


@needs_ocr
def test_a_page_written_in_codes_without_letters_is_refused() -> None:
    with pikepdf.open(io.BytesIO(pdfs.save(pdfs.document(b"")))) as pdf:
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"BT /F1 11 Tf 72 700 Td <0001000200030004> Tj ET")
        with pytest.raises(Blocked, match="no letters"):
            mask(pdfs.save(pdf))


@pytest.mark.parametrize("kind", ["no operator", "replacement text", "hexadecimal"])
def test_a_string_that_a_soft_mask_does_not_show_stays_behind(kind: str) -> None:
    content = {
        "no operator": b"1 g BT /F1 11 Tf %s j ET" % pdfs.lit(NAME),
        "replacement text": b"/Span << /ActualText %s >> BDC 0 0 9 9 re f EMC" % pdfs.lit(NAME),
        "hexadecimal": b"<%s> xyz 0 0 9 9 re f" % NAME.encode("latin-1").hex().encode(),
    }[kind]
    with pikepdf.open(io.BytesIO(pdfs.PLACES["soft_mask"](NAME))) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form":
                item.write(content)
        original = pdfs.save(pdf)
    assert strings_in_forms(original)
    assert not strings_in_forms(mask(original)[0])


def strings_in_forms(data: bytes) -> list[bytes]:
    """The string tokens of every form."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        forms = [item for item in pdf.objects if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form"]
        assert forms
        found = [token for form in forms for token in lex.tokens(form.read_bytes())]
    return [token for token in found if token[:1] == b"(" or (token[:1] == b"<" and token != b"<<")]


def test_raised_figures_are_read() -> None:
    data = mask(pdfs.save(pdfs.document(pdfs.show("Ytan är 80 m\u00b2 och 3 m\u00b3. " + NAME, 72, 700))))[0]
    assert "80 m\u00b2 och 3 m\u00b3" in text_by_pages(data)


@needs_ocr
def test_a_page_lying_on_its_side_is_read_too() -> None:
    with pikepdf.open(io.BytesIO(pdfs.PLACES["scan"](NAME))) as pdf:
        image = pdf.pages[0].obj["/Resources"]["/XObject"]["/I1"]
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"q 0 -500 143 0 200 700 cm /I1 Do Q")
        pdf.pages[0].obj["/Rotate"] = 270
        del image
        original = pdfs.save(pdf)
    result, report = mask(original)
    assert report.pages == ["image"]
    with pikepdf.open(io.BytesIO(result)) as pdf:
        assert pdf.pages[0].obj["/Rotate"] == 270


def test_without_a_text_reader_a_scan_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from sigill.mask.pdf import ocr

    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(Blocked):
        mask(pdfs.PLACES["scan"](NAME))


# -- bad input ---------------------------------------------------------------------------------------------------------


def test_a_stream_that_inflates_without_measure_is_refused() -> None:
    pdf = pdfs.document(b"")
    bomb = pikepdf.Stream(pdf, zlib.compress(b"\0" * 30_000_000))
    bomb["/Filter"] = Name.FlateDecode
    pdf.pages[0].obj["/Contents"] = pdf.make_indirect(bomb)
    out = io.BytesIO()
    pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    with pytest.raises(Blocked):
        mask(out.getvalue(), max_inflated=5_000_000)


def test_a_label_must_be_writable() -> None:
    for label in ("", "   ", "名前"):
        with pytest.raises(BadInput):
            mask_pdf(pdfs.PLACES["simple_font"](NAME), finder_for("A10001"), Options(label=label), Report())


def test_another_label_stands_there() -> None:
    result, _ = mask(pdfs.PLACES["simple_font"](NAME), label="(maskat)")
    assert "(maskat)" in "".join(read_texts(result))


@pytest.mark.parametrize("seed", range(6))
def test_broken_files_give_a_clear_answer_and_no_leak(seed: int) -> None:
    """Random damage: a result without the name, or an error of ours; nothing else."""
    chance = random.Random(seed)
    sources = [
        pdfs.PLACES[w](NAME) for w in ("form_xobject", "type0_subset", "field_value", "outline", "earlier_revision")
    ]
    for _ in range(8):
        data = bytearray(chance.choice(sources))
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            if chance.random() < 0.5:
                data[at] = chance.randrange(256)
            else:
                del data[at : at + chance.randint(1, 30)]
        try:
            result, _ = mask(bytes(data))
        except SigillError as error:
            assert "lindqvist" not in folded(str(error))
            assert error.__cause__ is None
            continue
        assert not found_in(result, names=("asalindqvistoberg",))


def test_the_report_counts_what_the_truth_file_says() -> None:
    _, report = mask((EXAMPLES / "casefile" / "16_umgangesrapport_weasyprint.pdf").read_bytes())
    with (EXAMPLES / "casefile" / "truth.jsonl").open(encoding="utf-8") as file:
        import json

        truth = next(t for t in map(json.loads, file) if t["doc"].startswith("16_") and t["staff_id"] == "A10001")
    counted = sum(n for (part, _), n in report.removed.items() if part.startswith("page"))
    assert counted == truth["reader"]


def test_the_staff_file_has_the_cast() -> None:
    with (EXAMPLES / "staff.csv").open(encoding="utf-8", newline="") as file:
        assert any(row["staff_id"] == "A10001" for row in csv.DictReader(file))
    assert len(STAFF) == 60
