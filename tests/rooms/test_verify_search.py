"""Fresh eyes find a name wherever it hides, and leave alone what only looks like one."""

import csv
import io
import shutil
import zipfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from verify_files import BODY, DOCX, OTHER, PDF, document, earlier_revision, letter, with_parts

from sigill.decision.people import StaffMember, StaffRegister
from sigill.errors import BadInput, Blocked, LeakFound, NothingRead, SigillError
from sigill.verify import control, pdf, picture
from sigill.verify.reading import Bounds
from sigill.verify.search import DEEP, FAST, Searched, require_clean, search

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def _staff() -> StaffRegister:
    with (EXAMPLES / "staff.csv").open(encoding="utf-8", newline="") as rows:
        return StaffRegister.of(StaffMember(**row) for row in csv.DictReader(rows))


STAFF = _staff()
ASA, BJORN, MY, KLAS, LIV = (STAFF[i] for i in ("A10001", "A10038", "A10075", "A10149", "A10482"))
GUN_BRITT, DJORDJE, PER, STEN = (STAFF[i] for i in ("A10667", "A10297", "A10519", "A10445"))
INNOCENT = "Handläggaren hos nämnden"


needs_ocr = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")


def look(data: bytes | str, *people: StaffMember, name: str = "fil", **how: object) -> Searched:
    data = data.encode() if isinstance(data, str) else data
    return search({name: data}, people or (ASA,), register=STAFF, **{"readers": FAST, **how})


# -- hiding places ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", PDF)
def test_a_name_hidden_in_a_pdf_is_found(place: str) -> None:
    assert look(PDF[place](ASA.full_name)).leaks


@pytest.mark.parametrize("place", PDF)
def test_the_same_pdf_without_the_name_is_clean(place: str) -> None:
    found = look(PDF[place](INNOCENT))
    assert not found.leaks
    assert not found.possible
    assert not found.unread


@pytest.mark.parametrize("place", DOCX)
def test_a_name_hidden_in_a_docx_is_found_and_its_clean_twin_passes(place: str) -> None:
    assert look(DOCX[place](ASA.full_name)).leaks
    assert not look(DOCX[place](INNOCENT)).leaks


@pytest.mark.parametrize("place", OTHER)
def test_a_name_hidden_in_another_kind_is_found_and_its_clean_twin_passes(place: str) -> None:
    assert look(OTHER[place](ASA.full_name)).leaks
    assert not look(OTHER[place](INNOCENT)).leaks


def test_each_extractor_finds_glyph_ids_by_itself() -> None:
    data = PDF["glyph ids"](ASA.full_name)
    assert ASA.surname.encode() not in data
    for reader in ("content", "pdfium", "pdftotext", "pdftotext-layout", "pdfminer"):
        leaks = look(data, readers={reader}).leaks
        assert {leak.reader for leak in leaks} == {reader}


def test_an_earlier_revision_is_told_as_such() -> None:
    leaks = look(earlier_revision(ASA.full_name), readers={"revisions"}).leaks
    assert {leak.place for leak in leaks} == {"revision 1 › page 1"}


def test_the_file_name_is_searched_and_not_repeated() -> None:
    leaks = look(letter(), name=f"Brev till {ASA.full_name}.pdf").leaks
    assert [(leak.file, leak.place) for leak in leaks] == [("file 1", "file name")]


def test_no_finding_repeats_what_it_found() -> None:
    for make in (PDF["attachment name"], DOCX["part name"], PDF["text"], DOCX["comments"]):
        found = look(make(ASA.full_name))
        told = repr(found).lower()
        assert found.leaks
        assert "lindqvist" not in told
        assert "åsa" not in told


# -- what counts -----------------------------------------------------------------------------------------------------

CERTAIN = [
    "Åsa Lindqvist-Öberg", "Lindqvist-Öberg, Åsa", "ÅSA LINDQVIST-ÖBERG", "Asa Lindqvist-Oberg",
    "Aasa Lindqvist-Oeberg",
    "Åsa Kristina Lindqvist", "Åsa Öberg", "Å. Lindqvist-Öberg", "Lindqvist-Öbergs", "Åsa\u00a0Lindqvist\u2011Öberg",
    "Å\u200bsa Lind\u00adqvist-Öberg", "Å s a  L i n d q v i s t", "Åsa Lindqvist-\nÖberg", "Åsa Lind-\nqvist-Öberg",
    "Åsa Wiffling", "Wifflings beslut", "ＡＳＡ ＬＩＮＤＱＶＩＳＴ", "asa.lindqvist-oberg@exempelstad.example",
    "asa%2Elindqvist%2Doberg%40exempelstad.example", "EXEMPELSTAD\\asali01", "ASALI01", "A10001", "070-174 06 00",
    "+46 70 174 06 00", "0046701740600", "+46 (0)70-1740600", "0199 - 20 60 00", "Åsa Lindkvist-Öberg", "Аsa Lindqvist",
    "?sa Lindqvist-?berg", "handläggareÅsaLindqvistÖberg", "Asa_LO", "/ÅLÖ", "Sign: ÅLÖ", "socialsekreterare Åsa",
    "Åsa, handläggare", "Mvh Åsa", "ankn. 6000", "anknytning 60 00", "tfn 20 60 00", "\\u00c5sa Lindqvist",
    "Enligt Åsas bedömning",
    "xc5-\xc3\x85sa Lindqvist-\xc3\x96berg",
]  # fmt: skip


@pytest.mark.parametrize("form", CERTAIN)
def test_each_form_of_a_name_counts(form: str) -> None:
    leaks = look(f"{BODY}\n{form}\n{BODY}").leaks
    # The search in raw bytes alone would not do: it knows no context and no other spelling.
    assert {leak.reader for leak in leaks} - {"raw"}, form


WORDS = [
    (KLAS, "Ek. bistånd beviljas. Bordet är av ek. EK-nummer saknas."),
    (PER, "Bidrag lämnas per vecka och per barn. Per vecka blir det 400 kr."),
    (BJORN, "De gick på en stig i skogen och såg en björn. Nallebjörn låg kvar."),
    (ASA, "Skolan ligger på Öbergsvägen 4 och Lindqvists är granne med Åsarna? Nej: åsar och asar."),
    (LIV, "Barnets liv och hälsa. Lova är inte lo."),
    (MY, "My är en bokstav. Under en lind stod bänken."),
    (STEN, "Sten, berg och grus. En sten. Ett berg. Stenberg skrev."),
]


@pytest.mark.parametrize(("person", "text"), WORDS)
def test_words_that_are_also_names_do_not_fail(person: StaffMember, text: str) -> None:
    if person is ASA:
        text = text.replace("Lindqvists är", "Grannen är")
    assert not look(f"{BODY} {text}", person).leaks


@pytest.mark.parametrize(("person", "text"), WORDS)
def test_the_same_words_beside_evidence_do(person: StaffMember, text: str) -> None:
    assert look(f"{BODY} {text} Beslutet fattades av socialsekreterare {person.preferred_name}.", person).leaks


def test_two_entries_of_a_list_by_surname_do_not_make_one_person() -> None:
    listed = "Berglund, Åsa\n\nÖberg, Tomas\n\nOxelgren, Rune"
    assert not look(f"{BODY}\n{listed}\n{BODY}", ASA).leaks
    assert look(f"{BODY}\nBerglund, Eva\n\nÖberg, Åsa\n\nOxelgren, Rune\n{BODY}", ASA).leaks


@pytest.mark.parametrize(("text", "leaks"), [("Åsa Lindqvist-Öberg", True), ("Beredskap vecka 41", False)])
def test_a_sheet_with_its_texts_in_the_cells_is_read(text: str, leaks: bool) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook><sheets/></workbook>")
        cell = f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c>'
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData><row>{cell}</row></sheetData></worksheet>")
    found = search({"blad.xlsx": target.getvalue()}, [ASA], register=STAFF)
    assert bool(found.leaks) is leaks and not found.unread


def test_another_persons_full_name_with_the_same_part_stands() -> None:
    text = f"{BODY} Modern, Åsa Berglund, och inspektör Tomas Öberg samt Björn Karlsson."
    assert not look(text, ASA, BJORN, others=("Åsa Berglund", "Tomas Öberg", "Björn Karlsson")).leaks
    assert not look(f"{BODY} Anna-Maria Andersson beslutade.", STAFF["A10371"]).leaks
    assert look(f"{BODY} Anna Andersson beslutade.", STAFF["A10371"]).leaks


def test_a_lone_given_name_is_possible_and_a_leak_where_the_caller_says_so() -> None:
    text = f"{BODY} Modern har talat med Åsa om saken."
    found = look(text)
    assert not found.leaks
    assert {leak.kind for leak in found.possible} == {"given name"}
    assert look(text, lone="any").leaks
    assert not look(text, lone="any", others=("Åsa Berglund",)).leaks
    assert not look(f"{BODY} Hon bor hos moster Åsa.", lone="any").leaks


def test_initials_count_only_as_a_signature() -> None:
    assert not look(f"{BODY} IS är fruset vatten och/eller BS.", STAFF["A11999"], BJORN).leaks
    assert look(f"{BODY} Samtal bokas. /IS", STAFF["A11999"]).leaks
    # My Lind and Maja Ljungkvist sign alike: a human must tell.
    assert not look(f"{BODY} Samtal bokas. /ML", MY).leaks
    assert look(f"{BODY} Samtal bokas. /ML", MY).possible


def test_a_namesake_is_for_a_human() -> None:
    with pytest.raises(Blocked):
        look(BODY, others=("Åsa Lindqvist-Öberg",))


def test_surname_of_a_colleague_proves_less() -> None:
    found = look(f"{BODY} Detta gäller Andersson.", STAFF["A10371"])
    assert not found.leaks
    assert found.possible


@settings(max_examples=40, deadline=None)
@given(
    person=st.sampled_from(STAFF.members),
    before=st.sampled_from(("", "Av ", "(", "»", "\t")),
    after=st.sampled_from(("", "s", ".", ")", ", socialsekreterare", "\n")),
    upper=st.booleans(),
    joint=st.sampled_from((" ", "  ", "\u00a0", "\n", " \u200b", ".", "_")),
)
def test_every_employees_full_name_is_found_in_any_setting(
    person: StaffMember, before: str, after: str, upper: bool, joint: str
) -> None:
    name = person.full_name.replace(" ", joint)
    text = f"{BODY} {before}{name.upper() if upper else name}{after} {BODY}"
    assert look(text, person).leaks


@settings(max_examples=30, deadline=None)
@given(words=st.lists(st.sampled_from(BODY.split()), max_size=30))
def test_plain_prose_names_nobody(words: list[str]) -> None:
    assert not look(" ".join([*words, BODY]), *STAFF.members).leaks


# -- fail closed -----------------------------------------------------------------------------------------------------


def test_clean_means_read() -> None:
    found = require_clean({"a.pdf": letter()}, [ASA], register=STAFF)
    assert found.pages == 1
    assert set(found.read) >= {"raw", "objects", "content", "pdfium", "pdftotext", "pdftotext-layout", "pdfminer"}
    assert all(found.read[reader] > 50 for reader in ("pdfium", "pdftotext", "pdfminer"))


def test_a_leak_stops_the_journey_and_says_where() -> None:
    with pytest.raises(LeakFound) as caught:
        require_clean({"a.pdf": letter(text=ASA.full_name)}, [ASA], register=STAFF, readers=FAST)
    assert {leak.place for leak in caught.value.leaks} == {"page 1"}
    assert "Lindqvist" not in str(caught.value)
    assert caught.value.exit_code == 1


def test_a_page_without_characters_is_no_clean_page() -> None:
    with pytest.raises(NothingRead):
        require_clean({"a.pdf": typst_blank()}, [ASA], register=STAFF, readers=FAST)
    with pytest.raises(NothingRead):
        require_clean({"a.pdf": scan(control.planted())}, [ASA], register=STAFF, readers=FAST)


def test_pages_count_whichever_readers_read() -> None:
    for readers in ({"raw"}, {"objects"}):
        with pytest.raises(NothingRead):
            require_clean({"a.pdf": letter()}, [ASA], register=STAFF, readers=readers)
    assert require_clean({"a.pdf": letter()}, [ASA], register=STAFF, readers={"pdfium"}).pages == 1


def test_a_silent_page_in_one_attachment_is_not_hidden_by_another() -> None:
    with pikepdf.open(io.BytesIO(letter())) as made:
        made.attachments["a.pdf"] = letter()
        made.attachments["b.pdf"] = scan(control.planted())
        buffer = io.BytesIO()
        made.save(buffer)
    with pytest.raises(NothingRead):
        require_clean({"a.pdf": buffer.getvalue()}, [ASA], register=STAFF, readers=FAST)


def test_a_blank_page_between_others_is_passed_over() -> None:
    with pikepdf.open(io.BytesIO(letter())) as made:
        made.add_blank_page()
        buffer = io.BytesIO()
        made.save(buffer)
    assert require_clean({"a.pdf": buffer.getvalue()}, [ASA], register=STAFF, readers=FAST).pages == 2


def test_an_empty_document_is_no_clean_document() -> None:
    empty = document()
    package = with_parts(empty, {"word/document.xml": b"<w:document><w:body><w:p/></w:body></w:document>"})
    with pytest.raises(NothingRead):
        require_clean({"a.docx": package}, [ASA], register=STAFF, readers=FAST)


def typst_blank() -> bytes:
    return typst.compile(b"#set page(height: 5cm)\n")


def scan(person: StaffMember) -> bytes:
    """A PDF whose only page is a picture of a letter about somebody."""
    drawn = pypdfium2.PdfDocument(letter(text=f"Handläggare: {person.full_name}"))[0].render(scale=2.5).to_pil()
    buffer = io.BytesIO()
    drawn.convert("RGB").save(buffer, "PDF", resolution=180)
    return buffer.getvalue()


@needs_ocr
def test_pictures_are_named_as_unseen_and_read_with_ocr() -> None:
    data = scan(ASA)
    assert look(data).unseen
    leaks = look(data, readers={"ocr", "pdfium"}, ocr=True).leaks
    assert {leak.reader for leak in leaks} == {"ocr"}
    assert not look(scan(STAFF["A10223"]), readers={"ocr", "pdfium"}, ocr=True).leaks


@pytest.mark.parametrize("reader", [*sorted(DEEP & set(pdf.READERS)), pytest.param("ocr", marks=needs_ocr)])
def test_a_blind_reader_blocks_the_run(reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    how = {"readers": DEEP | ({"ocr"} if reader == "ocr" else set()), "ocr": reader == "ocr"}
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "READERS", {**pdf.READERS, reader: lambda source: iter(())})
        with pytest.raises(Blocked, match="blind"):
            look(letter(), **how)
    assert not look(letter(), **how).leaks


def test_a_reader_of_other_kinds_that_goes_blind_blocks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sigill.verify.package.read_markup", lambda *a: iter(()))
    monkeypatch.setattr("sigill.verify.package.read_package", lambda *a: iter(()))
    with pytest.raises(Blocked, match="blind"):
        look(document())
    monkeypatch.setattr(picture, "metadata", lambda *a: iter(()))
    with pytest.raises(Blocked, match="blind"):
        look(OTHER["jpeg author"](INNOCENT))


def test_a_program_that_reads_nothing_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_pdftotext", lambda data, flags, seconds: "\f")
    with pytest.raises(Blocked, match="blind"):
        look(letter())
    # Even past the control: one extractor silent where another reads much.
    monkeypatch.setattr(control, "require_sight", lambda kinds, chosen: None)
    with pytest.raises(Blocked, match="agree"):
        look(letter(text=BODY * 3))


def test_a_missing_program_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(Blocked, match="pdftotext"):
        look(letter())


def test_the_planted_person_is_made_up_anew() -> None:
    made = control.planted()
    control.planted.cache_clear()
    assert control.planted() != made


def test_what_cannot_be_checked_is_blocked() -> None:
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(letter())) as made:
        made.save(locked, encryption=pikepdf.Encryption(user="hemligt", owner="hemligt"))
    for data in (
        locked.getvalue(), b"%PDF-1.7\nbroken", b"\x00\x01\x02\x03 unknown \x80\x99", b"PK\3\4broken",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    ):  # fmt: skip
        with pytest.raises(Blocked):
            look(data)


def test_a_page_of_endless_size_is_refused_in_words() -> None:
    with pikepdf.new() as made:
        made.add_blank_page()
        made.pages[0].obj["/MediaBox"] = pikepdf.Array([0, 0, 2**31 - 1, 2**31 - 1])
        data = io.BytesIO()
        made.save(data)
    with pytest.raises(Blocked, match="too large"):
        look(data.getvalue(), readers={"pdfium"})


def test_bounds_hold_against_a_zip_bomb() -> None:
    bomb = with_parts(document(), {"word/x.xml": b"<a>" + bytes(30_000_000) + b"</a>"})
    with pytest.raises(Blocked):
        look(bomb, bounds=Bounds(inflated=1 << 20))
    with pytest.raises(Blocked):
        look(bomb)


def test_nesting_without_end_is_blocked() -> None:
    data = document()
    for _ in range(8):
        data = with_parts(document(), {"word/embeddings/inner.docx": data})
    with pytest.raises(Blocked):
        look(data)


def test_an_unknown_reader_is_a_wrong_call() -> None:
    with pytest.raises(BadInput):
        look(letter(), readers={"crystal ball"})


def test_nobody_withheld_means_nothing_to_search() -> None:
    assert search({"a": b"\x80\x81\x82"}, []).leaks == ()


# -- the samples -----------------------------------------------------------------------------------------------------

SCANS = {"12_brev_inskannat.pdf"}
CASEFILE = sorted(path for path in (EXAMPLES / "casefile").iterdir() if path.suffix != ".jsonl")


@pytest.mark.parametrize("path", CASEFILE, ids=lambda path: path.name)
def test_the_protected_person_is_found_in_each_file_of_the_case(path: Path) -> None:
    found = look(path.read_bytes(), name=path.name)
    assert bool(found.leaks) == (path.name not in SCANS)
    if path.name in SCANS:
        assert found.unread


@pytest.mark.parametrize("path", CASEFILE, ids=lambda path: path.name)
def test_somebody_who_is_not_in_the_case_is_not_found(path: Path) -> None:
    strangers = [STAFF[staff_id] for staff_id in ("A10630", "A11148", "A10704", "A11037")]
    named = {line.split('"staff_id": "')[1][:6] for line in _truth() if path.name in line}
    absent = [person for person in strangers if person.staff_id not in named]
    assert absent
    assert not look(path.read_bytes(), *absent, name=path.name).leaks


def _truth() -> list[str]:
    return (EXAMPLES / "casefile" / "truth.jsonl").read_text("utf-8").splitlines()


WHOLE = {"pdf": letter(text=ASA.full_name), "docx": document(ASA.full_name), "mail": OTHER["mail attachment"](INNOCENT)}


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(sorted(WHOLE)),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=12), st.integers(0, 40)), min_size=1, max_size=4),
)
def test_a_damaged_file_is_read_or_refused_never_worse(kind: str, cuts: list[tuple[float, bytes, int]]) -> None:
    data = WHOLE[kind]
    for at, patch, gone in cuts:
        index = int(at * len(data))
        data = data[:index] + patch + data[index + gone :]
    try:
        look(data)
    except SigillError as refusal:
        assert "Lindqvist" not in str(refusal)
