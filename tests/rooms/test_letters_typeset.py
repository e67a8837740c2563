"""The typeset letters: conforming, the same every time, with nothing but what the letter says."""

import datetime as dt
import io
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise

import msgspec
import pikepdf
import PIL.Image
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import verapdf
from house import ACCEPTED, board, draft
from sigill.decision.document import (
    Block,
    Break,
    Cell,
    Document,
    Heading,
    ItemList,
    Label,
    Note,
    Paragraph,
    Quote,
    Table,
    Text,
)
from sigill.decision.stages import Composed, Letter
from sigill.errors import Blocked
from sigill.law.gate import admit
from sigill.letters import fonts
from sigill.letters.compose import compose
from sigill.letters.typeset import LABELS, SIGNATURE_AREA, typeset

CODE = "ABCDEFGHJKMNPQRSTVWXYZ2345"
DAY = dt.date(2026, 11, 22)


@cache
def composed(name: str) -> Composed:
    return compose(admit(draft(name), today=DAY), board(), decision_id=CODE)


@cache
def typeset_samples() -> tuple[bytes, ...]:
    letters = [letter for name in ACCEPTED for letter in (composed(name).record, composed(name).notification)]
    return tuple(typeset(letter, board(), date=DAY) for letter in letters)


def para(*parts: str | Text | Label | Note | Break) -> Paragraph:
    return Paragraph(tuple(Text(part) if isinstance(part, str) else part for part in parts))


def letter(*blocks: Block) -> Letter:
    return replace(composed("01_track_a_insats").notification, body=Document(blocks))


def pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [document[number].get_textpage().get_text_range() for number in range(len(document))]
    finally:
        document.close()


def text(pdf: bytes) -> str:
    return " ".join(" ".join(pages(pdf)).split())


def structure(pdf: bytes) -> list[str]:
    """Structure types in document order, standard names."""
    found: list[str] = []

    def down(node: pikepdf.Object) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                down(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append(str(node.S))
            if "/K" in node:
                down(node.K)

    with pikepdf.open(io.BytesIO(pdf)) as document:
        down(document.Root.StructTreeRoot.K)
    return found


EVERYTHING = (
    Heading(3, (Text("Djupt först "), Label("name"))),
    Heading(6, (Text("nivå sex"),)),
    Heading(1, (Text("nivå ett"), Note((para("not i rubrik"),)))),
    para("Handläggare ", Label("name"), ", tfn ", Label("phone"), ", ", Label("email"), " och ", Label("user_id"), "."),
    para(Text("fet", ("strong",)), Text("kursiv", ("emph",)), Text("båda", ("strong", "emph")), Break(),
         Text("under", ("underline",)), Text("struken", ("strike",)), Text("upp", ("super",)), Text("ned", ("sub",)),
         " ☐ ☒ ✓ → ≤ −"),
    ItemList(((para("femte"), ItemList(((para("punkt"),), (para("punkt"), para("stycke"))))), (para("sjätte"),)), 5),
    ItemList(((), (para("efter en tom"),))),
    Quote((para("citat", Note((para("två"), para("stycken ", Label("name"))))),)),
    Table(
        3,
        (
            (Cell((para("A"),), colspan=2), Cell((para("B"),))),
            (Cell((para("hög"),), rowspan=2), Cell((para("x", Note((para("not i cell"),))),)), Cell(())),
            (Cell((Table(1, ((Cell((para("inre"),)),),)),)), Cell((Heading(1, (Text("rubrik i cell"),)),))),
        ),
        1,
    ),
)  # fmt: skip


def test_both_letters_of_every_accepted_sample_conform_to_pdf_a_and_pdf_ua() -> None:
    odd = typeset(letter(*EVERYTHING), board(), date=DAY)
    picture = io.BytesIO()
    PIL.Image.new("RGB", (60, 40), "#1d4e6b").save(picture, "PNG")
    bare = msgspec.structs.replace(board(), logo=None, logo_bytes=b"")
    logo = msgspec.structs.replace(board().logo, file="logo.png")
    painted = msgspec.structs.replace(board(), logo=logo, logo_bytes=picture.getvalue())
    short = [typeset(letter(para("kort")), one, date=DAY) for one in (bare, painted)]
    assert verapdf.conforms([*typeset_samples(), odd, *short]) == []


def test_verapdf_finds_what_does_not_conform() -> None:
    """Positive control: without it, silence would prove nothing."""
    with pikepdf.open(io.BytesIO(typeset_samples()[0])) as document:
        del document.Root.MarkInfo
        del document.Root.Lang
        broken = io.BytesIO()
        document.save(broken)
    failures = verapdf.conforms([typeset_samples()[1], broken.getvalue(), b"no pdf at all"])
    assert {line.partition(" ")[0] for line in failures} == {"1", "2"}
    assert any(line.startswith("1 ua1:") for line in failures)


def test_the_same_letter_gives_the_same_bytes_and_ends_in_a_line_feed() -> None:
    one = composed("01_track_a_insats").notification
    first = typeset(one, board(), date=DAY)
    typeset(composed("02_track_b_lyft").record, board(), date=DAY)
    assert typeset(one, board(), date=DAY) == first
    assert first.endswith(b"%%EOF\n")
    assert typeset(one, board(), date=dt.date(2026, 11, 23)) != first


def test_the_head_language_and_dates_are_the_letters_own() -> None:
    for pdf in typeset_samples():
        with pikepdf.open(io.BytesIO(pdf)) as document:
            assert str(document.Root.Lang) == "sv-SE"
            assert str(document.docinfo["/Title"]).startswith(
                ("Beslutsdokumentation, SN 20", "Underrättelse om beslut, SN")
            )
            assert str(document.docinfo["/Author"]) == "Exempelstads kommun, Socialnämnden"
            assert str(document.docinfo["/CreationDate"]).startswith("D:20261122")
            assert "/AcroForm" not in document.Root
            assert not list(document.attachments)


def test_nothing_of_the_source_but_its_text_is_in_the_letter() -> None:
    # The DOCX of sample 01 names its author in properties, in the tracked changes and in the footer.
    pdf = typeset(composed("01_track_a_insats").notification, board(), date=DAY)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        metadata = document.Root.Metadata.read_bytes().decode() + str(dict(document.docinfo))
        images = [
            one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
        ]
    assert images == [], "the signature picture was dropped"
    for trace in ("Gun-Britt", "Åkesson", "gunak01", "Micke"):
        assert trace not in metadata
    assert "gun-britt.akesson@exempelstad.example" not in text(pdf)


def test_headings_lists_tables_and_notes_are_tagged() -> None:
    tags = structure(typeset(letter(*EVERYTHING), board(), date=DAY))
    levels = [int(tag[2:]) for tag in tags if re.fullmatch(r"/H\d", tag)]
    assert levels[:4] == [1, 2, 3, 2], "no level is skipped, whatever the source did"
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for tag in ("/Table", "/TH", "/TD", "/L", "/LI", "/Lbl", "/LBody", "/Note", "/BlockQuote", "/Figure"):
        assert tag in tags, tag


def test_the_logo_speaks() -> None:
    with pikepdf.open(io.BytesIO(typeset_samples()[0])) as document:
        spoken = [str(one.Alt) for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one]
    assert spoken == ["Exempelstads kommuns logotyp: en bro över två vågor"]


def test_every_page_has_its_number_and_the_decisions_marks() -> None:
    for pdf in typeset_samples():
        found = pages(pdf)
        assert len(found) >= 2
        for number, page in enumerate(found, 1):
            assert f"{number} ({len(found)})" in page
            assert f"Beslutskod {CODE}" in page and "SN 202" in page


def test_labels_print_one_fixed_text_per_kind() -> None:
    for kind, printed in LABELS.items():
        pdf = typeset(letter(para("före ", Label(kind), " efter")), board(), date=DAY)
        assert f"före {printed} efter" in text(pdf)
    other = typeset(letter(para(Label("name"))), board(), date=DAY, labels={**LABELS, "name": "[någon]"})
    assert "[någon]" in text(other) and LABELS["name"] not in text(other)


def test_the_place_for_the_visible_signature_is_free() -> None:
    x0, y0, x1, y1 = SIGNATURE_AREA
    for pdf in (*typeset_samples(), typeset(letter(*EVERYTHING), board(), date=DAY)):
        document = pypdfium2.PdfDocument(pdf)
        page = document[0]
        scale = 2
        image = page.render(scale=scale).to_pil().convert("L")
        height = page.get_height()
        document.close()
        area = image.crop(tuple(int(v * scale) for v in (x0, height - y1, x1, height - y0)))
        assert area.getextrema() == (255, 255)
        left = image.crop((0, int((height - y1) * scale), int(x0 * scale), int((height - y0) * scale)))
        assert left.getextrema()[0] < 128, "the letterhead stands beside it"


def test_only_the_record_says_that_it_names_people() -> None:
    one = composed("01_track_a_insats")
    assert "Den som är part har rätt att ta del av beslutet" in text(typeset(one.record, board(), date=DAY))
    assert "varje utlämnande loggas" not in text(typeset(one.notification, board(), date=DAY))


def test_a_hidden_address_is_nowhere_in_the_letter() -> None:
    pdf = typeset(composed("03_lvu14_utskott").notification, board(), date=DAY)
    assert "röjs inte" not in text(pdf)
    assert "Dennis Klarholt Norra Hamngatan 7" in text(pdf)


def test_text_is_never_read_as_markup() -> None:
    evil = '#panic("x") *fet* _kursiv_ $x$ \\ @ref <label> `rå` #import "a.typ" [x] // kommentar " \\" }} {{'
    assert evil in text(typeset(letter(para(evil)), board(), date=DAY))


@given(st.text(st.sampled_from("abåäö #$*_`\\@<>[](){}\"'-–/=~.,;:%&§é½"), min_size=1, max_size=80))
@settings(max_examples=15, deadline=None)
def test_any_text_comes_out_as_it_went_in(source: str) -> None:
    wanted = "".join(source.split())
    found = "".join(text(typeset(letter(para(f"|{source}|")), board(), date=DAY)).split())
    assert f"|{wanted}|" in found


def test_a_word_longer_than_a_line_breaks_and_stays_itself() -> None:
    word = "socialnämndsindividutskottsledamotsersättare" * 5
    address = "https://www.exempelstad.example/" + "mycket-lang_sokvag/" * 8
    pdf = typeset(
        letter(para(word), Table(4, ((Cell((para(address),)), Cell((para(word),)), Cell(()), Cell((para("x"),))),))),
        board(), date=DAY,
    )  # fmt: skip
    assert "\u200b" not in text(pdf)
    joined = "".join(text(pdf).split())
    assert word in joined
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    boxes = [page.get_textpage().get_charbox(index) for index in range(page.get_textpage().count_chars())]
    width = page.get_width()
    document.close()
    assert max(right for _, _, right, _ in boxes) < width - 60, "nothing runs off the page"


@pytest.mark.parametrize("odd", ["\ue000", "漢", "😀", "\u0e01"])
def test_a_character_without_a_glyph_is_blocked_by_its_code_and_place(odd: str) -> None:
    with pytest.raises(Blocked) as blocked:
        typeset(letter(para(f"Hemligt namn {odd}")), board(), date=DAY)
    assert blocked.value.params["code"] == f"U+{ord(odd):04X}"
    assert blocked.value.place == "notification" and "Hemligt" not in str(blocked.value)
    noted = letter(para("x", Note((para(odd),))))
    with pytest.raises(Blocked):
        typeset(noted, board(), date=DAY)
    with pytest.raises(Blocked):
        typeset(replace(letter(para("x")), facts=(("Ärende", odd),)), board(), date=DAY)


def test_the_fonts_show_swedish_and_what_forms_use() -> None:
    assert {ord(char) for char in "ÅÄÖåäöéüßøæ§–—”’…½☐☒✓→≤≥−\u2011\u00a0"} <= fonts.covered()
    assert (fonts.FOLDER / "OFL.txt").read_text().count("SIL OPEN FONT LICENSE") >= 1


def test_text_nested_too_deep_is_blocked() -> None:
    block: Block = para("x")
    for _ in range(40):
        block = Quote((block,))
    with pytest.raises(Blocked, match="nested"):
        typeset(letter(block), board(), date=DAY)


def test_the_fonts_embedded_hold_only_characters_that_are_shown() -> None:
    """A letter left behind in a font subset tells which names fit (a side channel peers leave open)."""
    pdf = typeset(composed("01_track_a_insats").notification, board(), date=DAY)
    shown = set("".join(pages(pdf)))
    mapped: set[str] = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        found = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/ToUnicode" in one]
        for font in found:
            assert "NotoSans" in str(font.BaseFont)
            cmap = font.ToUnicode.read_bytes().decode("latin-1")
            for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
                for target in re.findall(r"<[0-9a-fA-F]+>\s*<([0-9a-fA-F]+)>", block):
                    mapped.update(bytes.fromhex(target).decode("utf-16-be"))
            assert "beginbfrange" not in cmap, "read ranges too"
    assert len(mapped) > 40
    # A soft hyphen or a no-break blank may be shown as its plain cousin.
    assert mapped - shown <= set("\u00ad\u00a0\u2011-")


def test_a_long_letter_is_set() -> None:
    many = [para("Nämnden bedömer att behovet kan tillgodoses på annat sätt. " * 8) for _ in range(400)]
    assert len(pages(typeset(letter(*many), board(), date=DAY))) > 40
