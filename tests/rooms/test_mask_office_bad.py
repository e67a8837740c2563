"""Broken, hostile and unusual packages: a clear answer within bounds, and never a half-masked file."""

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from officefiles import (
    ASA,
    DOCX,
    EXAMPLES,
    INNOCENT,
    ODT,
    XLSX,
    docx,
    finder_of,
    leaks,
    odt,
    package,
    para,
    run,
    w_part,
    words,
    xlsx,
)
from sigill.errors import BadInput, Blocked, NothingRead, SigillError
from sigill.mask.apply import _MASKERS, mask_file
from sigill.mask.container import read_container
from sigill.mask.report import DEFAULT_LABEL, Options, Report


def mask(data: bytes, name: str = "fil.docx", **options: object) -> tuple[bytes, Report]:
    report = Report()
    return mask_file(data, name, finder_of("A10001"), Options(**options), report)[0], report  # type: ignore[arg-type]


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    inside = members(data)
    assert old in inside[name]
    inside[name] = inside[name].replace(old, new)
    return package(inside)  # type: ignore[arg-type]


def test_a_document_type_with_entities_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "hej"><!ENTITY b "&a;&a;&a;">]>'
    evil = changed(docx(para("x")), "word/document.xml", b"<w:document", bomb + b"<w:document")
    with pytest.raises(Blocked):
        mask(evil)


def test_an_external_entity_is_never_fetched() -> None:
    evil = changed(
        odt("x"),
        "content.xml",
        b"<office:document-content",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><office:document-content',
    )
    with pytest.raises(Blocked):
        mask(evil, "fil.odt")


def test_a_bomb_is_refused_by_its_ratio_and_by_its_size() -> None:
    inside = members(docx(para("x")))
    inside["word/document.xml"] += b" " * (20 << 20)
    with pytest.raises(Blocked):
        mask(package(inside))  # type: ignore[arg-type]
    with pytest.raises(Blocked):
        mask(docx(para("hej " * 20_000)), max_inflated=10_000)


def test_too_many_members_and_two_of_one_name_are_refused() -> None:
    with pytest.raises(Blocked):
        read_container(package({f"{number}.xml": b"" for number in range(5_001)}), Options())
    buffer = io.BytesIO(docx(para("x")))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("WORD/document.XML", b"<x/>")
    with pytest.raises(Blocked):
        mask(buffer.getvalue())


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(docx(para("x")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            flags = struct.unpack_from("<H", data, at + offset)[0]
            struct.pack_into("<H", data, at + offset, flags | 1)
            at = data.find(signature, at + 4)
    with pytest.raises(Blocked):
        mask(bytes(data))


def test_a_password_protected_opendocument_is_refused() -> None:
    with pytest.raises(Blocked):
        mask(
            changed(odt("x"), "META-INF/manifest.xml", b"/>", b"><e:encryption-data xmlns:e='x'/></manifest:manifest>"),
            "a.odt",
        )


def test_a_strict_package_is_refused_not_passed_over() -> None:
    strict = changed(
        docx(para(ASA.full_name)),
        "_rels/.rels",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    )
    with pytest.raises(Blocked):
        mask(strict)
    foreign = changed(
        docx(para(ASA.full_name)),
        "word/document.xml",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    with pytest.raises(SigillError):
        mask(foreign)


def test_text_in_another_encoding_is_read() -> None:
    inside = members(docx(para(ASA.full_name)))
    text = inside["word/document.xml"].decode().replace("UTF-8", "UTF-16")
    inside["word/document.xml"] = text.encode("utf-16")
    masked, _ = mask(package(inside))  # type: ignore[arg-type]
    assert not leaks(masked, ASA) and INNOCENT in words(masked)


def test_documents_inside_documents_have_an_end() -> None:
    inner = xlsx([[ASA.full_name]])
    for _ in range(8):
        inner = docx(
            para("x", '<w:r><w:object><o:OLEObject r:id="o1"/></w:object></w:r>'),
            {"o1": ("package", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", inner)},
        )
    with pytest.raises((Blocked, BadInput)):
        mask(inner)


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"PK\x03\x04" + b"\0" * 40, "a.docx", BadInput),
        (docx(para("x"))[:-30], "a.docx", BadInput),
        (docx(para("x")), "a.xlsx", BadInput),
        (package({"a.txt": b"x"}), "a.zip", Blocked),
        (package({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<x/>"}), "a.pptx", Blocked),
        (package({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}), "a.docx", BadInput),
        (package({"[Content_Types].xml": b"<Types", "word/document.xml": b"<x/>"}), "a.docx", BadInput),
        (xlsx([['<c t="s"><v>99</v></c>']]), "a.xlsx", BadInput),
        (package({"mimetype": b"application/vnd.oasis.opendocument.text"}), "a.odt", BadInput),
        (package({"mimetype": b"application/vnd.oasis.opendocument.graphics"}), "a.odg", Blocked),
    ],
)
def test_what_is_no_document_gets_a_clear_answer(data: bytes, name: str, error: type[SigillError]) -> None:
    with pytest.raises(error) as caught:
        mask(data, name)
    assert str(caught.value)
    assert "Lindqvist" not in str(caught.value)


def test_an_empty_workbook_or_text_is_not_called_clean() -> None:
    with pytest.raises(NothingRead):
        mask(xlsx([[""]]), "a.xlsx")


# -- what the final text is ------------------------------------------------------------------------------------------


STYLES = "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"
STYLE = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Rubrik"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/></w:style>'
)


def body(data: bytes) -> str:
    return members(data)["word/document.xml"].decode()


def test_changes_are_accepted_as_word_would_show_them() -> None:
    source = docx(
        para(
            "Barnet ",
            f'<w:del w:id="1" w:author="B">{run("flyttar").replace("w:t", "w:delText")}</w:del>',
            f'<w:ins w:id="2" w:author="B">{run("bor kvar")}</w:ins>',
            " hemma.",
        )
        + '<w:p><w:pPr><w:rPr><w:del w:id="3" w:author="B"/></w:rPr></w:pPr><w:r><w:t>Första </w:t></w:r></w:p>'
        + para("och andra.")
    )
    text = body(mask(source)[0])
    assert "Barnet bor kvar hemma." in text
    assert "Första och andra." in text
    assert "flyttar" not in text and "w:ins" not in text


def test_comments_can_be_kept_with_their_authors_masked() -> None:
    masked, _ = mask(DOCX["comment, its author, people"](ASA), comments="mask")
    comments = members(masked)["word/comments.xml"].decode()
    assert f"Hör med {DEFAULT_LABEL}" in comments
    assert f'w:author="{DEFAULT_LABEL}"' in comments and "w:date" not in comments
    assert not leaks(masked, ASA)


def test_formatting_tables_and_numbering_stay() -> None:
    data = (EXAMPLES / "casefile/02_utredning_bbic.docx").read_bytes()
    masked, _ = mask(data)
    for tag in ("<w:tbl>", "<w:tr>", 'w:val="Heading1"', 'w:val="TableGrid"', "<w:gridCol "):
        assert body(masked).count(tag) == members(data)["word/document.xml"].decode().count(tag), tag


@pytest.mark.parametrize(
    "source",
    [
        docx(para("Text", properties='<w:pStyle w:val="LindqvistMall"/>')),
        docx(para('<w:r><w:rPr><w:rStyle w:val="LindqvistMall"/></w:rPr><w:t>Text</w:t></w:r>')),
        changed(
            docx(para("Text"), {"styles": ("styles", STYLES, w_part("styles", STYLE))}),
            "word/styles.xml",
            b'basedOn w:val="Normal"',
            b'basedOn w:val="LindqvistMall"',
        ),
    ],
)
def test_a_reference_to_a_style_that_is_missing_goes(source: bytes) -> None:
    assert b"LindqvistMall" in b"".join(members(source).values())
    masked, _ = mask(source)
    assert b"LindqvistMall" not in b"".join(members(masked).values())
    assert "Text" in body(masked)


def test_a_style_that_is_not_clearly_built_in_loses_its_id() -> None:
    source = changed(DOCX["style of the house"](ASA), "word/styles.xml", b'customStyle="1"', b'customStyle="-1"')
    assert b"Lindqvist" in b"".join(members(source).values())
    masked, _ = mask(source)
    assert b"Lindqvist" not in b"".join(members(masked).values())
    assert 'w:pStyle w:val="Egen1"' in body(masked)


@pytest.mark.parametrize("declared", [True, False])
def test_a_reference_to_a_style_that_is_there_stays(declared: bool) -> None:
    styles: dict[str, tuple[str, str, str]] = {"styles": ("styles", STYLES, w_part("styles", STYLE))}
    source = docx(para("Text", properties='<w:pStyle w:val="Rubrik"/>'), styles if declared else {})
    assert ('w:pStyle w:val="Rubrik"' in body(mask(source)[0])) is declared


def test_references_follow_renamed_bookmarks() -> None:
    source = docx(
        para('<w:bookmarkStart w:id="5" w:name="_Ref99"/>', run("Bilaga 1"), '<w:bookmarkEnd w:id="5"/>')
        + para(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF _Ref99 \\h </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            run("Bilaga 1"),
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            f'<w:hyperlink w:anchor="_Ref99">{run("hit")}</w:hyperlink>',
        )
    )
    text = body(mask(source)[0])
    assert 'w:name="_Ref1"' in text and "REF _Ref1 \\h" in text and 'w:anchor="_Ref1"' in text


def test_clean_links_stay_links() -> None:
    source = docx(
        para("Se ", f'<w:hyperlink r:id="l1">{run("lagen")}</w:hyperlink>'),
        external={"l1": ("hyperlink", "https://www.riksdagen.example/sol")},
    )
    masked, _ = mask(source)
    assert "https://www.riksdagen.example/sol" in members(masked)["word/_rels/document.xml.rels"].decode()


def test_formulas_without_her_stay_formulas() -> None:
    masked, _ = mask(xlsx([["1", "<c><f>SUM(A1:A2)</f><v>3</v></c>"], [ASA.full_name]]), "a.xlsx")
    assert "SUM(A1:A2)" in members(masked)["xl/worksheets/sheet1.xml"].decode()


def test_the_report_says_what_was_done_and_never_the_text() -> None:
    for builders, name in ((DOCX, "fil.docx"), (XLSX, "fil.xlsx"), (ODT, "fil.odt")):
        for place in builders:
            _, report = mask(builders[place](ASA), name)
            said = repr((report.removed, report.review, report.notes)).casefold()
            assert "lindqvist" not in said and "asali01" not in said
    _, report = mask(DOCX["digital signature"](ASA))
    assert any("signature" in note for note in report.notes)


# -- mutated documents -----------------------------------------------------------------------------------------------

_SAMPLES = [
    ("fil.docx", DOCX[place](ASA))
    for place in ("text box", "field code", "comment, its author, people", "chart and its workbook")
]
_SAMPLES += [
    ("fil.xlsx", XLSX["rich text"](ASA)),
    ("fil.odt", ODT["spans"](ASA)),
    ("fil.xlsx", XLSX["table columns"](ASA)),
]
_OPTIONS = Options(mask_part=lambda data, name, report: mask_file(data, name, finder_of("A10001"), Options(), report))
_SEEDS = [
    b"<w:r>",
    b"</w:p>",
    b"w:id",
    b'"1"',
    b"<",
    b">",
    b"&#0;",
    b"-1",
    b"99999999999",
    b"",
    b"\xff",
    b"w:sdt",
    b"r:id",
]


@given(st.sampled_from(_SAMPLES), st.data())
@settings(max_examples=150, deadline=None)
def test_mutated_documents_are_masked_or_refused_never_more(sample: tuple[str, bytes], data: st.DataObject) -> None:
    name, source = sample
    inside = members(source)
    target = data.draw(st.sampled_from(sorted(inside)))
    content = bytearray(inside[target])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        content[at : at + length] = data.draw(st.sampled_from(_SEEDS))
    inside[target] = bytes(content)
    masker = _MASKERS[name.partition(".")[2]]
    mutated = package(inside)  # type: ignore[arg-type]
    try:
        # Past the net that `mask_file` spreads: a crash here is a bug of the parser.
        masked = masker(mutated, finder_of("A10001"), _OPTIONS, Report())
    except SigillError as error:
        assert str(error)
        return
    with zipfile.ZipFile(io.BytesIO(masked)) as archive:
        assert archive.testzip() is None


def test_what_nobody_foresaw_is_blocked_without_a_trace_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise KeyError(ASA.full_name)

    monkeypatch.setitem(_MASKERS, "docx", broken)
    with pytest.raises(Blocked) as caught:
        mask(docx(para("x")))
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert "Lindqvist" not in str(caught.value)
