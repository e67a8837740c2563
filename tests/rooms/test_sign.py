"""Letters are prepared, signed, stamped and read again."""

import asyncio
import datetime as dt
import hashlib
import io
import itertools
import logging
from collections.abc import Callable

import hypothesis
import hypothesis.strategies
import pikepdf
import pypdfium2
import pytest

from sigill.errors import BadInput, NotGenuine, Temporary
from sigill.sign.appearance import appearance, e_seal_lines, person_lines
from sigill.sign.field import SIGNATURE_RECT, Attachment, prepare_for_signature
from sigill.sign.hexadecimal import pyhanko_reads, read_hex_string
from sigill.sign.pades import sign_letter
from sigill.sign.proof import MAX_PROOF, open_signed, read_proof, stamp_proof
from sigill.sign.validate import validate
from signed import (
    DIRECTOR,
    FIELD,
    FONTS,
    MORNING,
    MUNICIPALITY,
    Authority,
    HandClock,
    authority,
    issued,
    letter,
    new_keys,
    root_of,
)
from verapdf import conforms


def text_of(pdf: bytes, page: int = 0) -> str:
    """What pdfium draws on a page, form fields included."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    document[page].flatten()  # a field's picture becomes part of the page
    return str(document[page].get_textpage().get_text_range())


def prepared(pdf: bytes | None = None, *attachments: Attachment) -> bytes:
    return authority().prepared(pdf or letter(), *attachments)


def test_every_stage_of_a_letter_conforms_to_pdf_a_and_pdf_ua() -> None:
    stages = [
        letter(),
        prepared(),
        prepared(None, Attachment("identitet.jwt", b"x" * 3000, "application/sd-jwt", "Identitetspost")),
        issued().signed_notification,
        issued().notification,
        issued().signed_record,
        issued().record,
    ]

    assert conforms(stages) == []


# the field


def test_the_same_letter_is_prepared_the_same_way() -> None:
    note = Attachment("identitet.jwt", b"x", "application/sd-jwt", "Identitetspost")

    assert prepared(None, note) == prepared(None, note)


def test_the_prepared_letter_has_one_tagged_empty_field() -> None:
    with pikepdf.open(io.BytesIO(prepared())) as pdf:
        (widget,) = pdf.Root.AcroForm.Fields
        assert widget.FT == "/Sig"
        assert "/V" not in widget
        assert str(widget.TU) == "Myndighetens stämpel"
        assert [float(number) for number in widget.Rect] == list(SIGNATURE_RECT)
        numbers = pdf.Root.StructTreeRoot.ParentTree
        pairs = dict(_pairs(numbers))
        element = pairs[int(widget.StructParent)]
        assert element.S == "/Form"
        assert element.K.Obj.objgen == widget.objgen
        assert pdf.pages[0].obj.Tabs == "/S"


def _pairs(tree: pikepdf.Object) -> list[tuple[int, pikepdf.Object]]:
    if "/Nums" in tree:
        return [(int(tree.Nums[i]), tree.Nums[i + 1]) for i in range(0, len(tree.Nums), 2)]
    return list(itertools.chain.from_iterable(_pairs(kid) for kid in tree.Kids))


def test_the_size_of_a_letter_tells_only_the_length_of_what_is_attached() -> None:
    plain, dense = b"a" * 4000, hashlib.shake_256(b"seed").digest(4000)
    sizes = {
        len(prepared(None, Attachment("identitet.jwt", data, "application/sd-jwt", "Identitetspost")))
        for data in (plain, dense)
    }

    assert len(sizes) == 1


def test_attachments_are_listed_where_pdf_a3_wants_them() -> None:
    files = [Attachment(name, name.encode(), "text/plain", f"om {name}") for name in ("b.txt", "a.txt")]
    with pikepdf.open(io.BytesIO(prepared(None, *files))) as pdf:
        assert {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments} == {
            "a.txt": b"a.txt",
            "b.txt": b"b.txt",
        }
        assert [str(spec.UF) for spec in pdf.Root.AF] == ["b.txt", "a.txt"]
        assert all(spec.AFRelationship == "/Data" for spec in pdf.Root.AF)


@pytest.mark.parametrize(
    ("pdf", "why"),
    [
        (b"", "not a PDF"),
        (b"PK\x03\x04", "not a PDF"),
        (b"%PDF-1.7\nhej", "not a readable PDF"),
    ],
)
def test_what_is_no_letter_cannot_be_prepared(pdf: bytes, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        prepare_for_signature(pdf, field_name=FIELD, tooltip="x")


def test_untagged_and_already_prepared_letters_are_refused() -> None:
    blank = pikepdf.new()
    blank.add_blank_page()
    out = io.BytesIO()
    blank.save(out)

    with pytest.raises(BadInput, match="tagged"):
        prepared(out.getvalue())
    with pytest.raises(BadInput, match="form fields"):
        prepared(prepared())


def test_attachments_need_names_of_their_own_and_a_date() -> None:
    one = Attachment("a.txt", b"", "text/plain", "x")

    with pytest.raises(BadInput, match="same name"):
        prepared(None, one, one)
    with pytest.raises(BadInput, match="date"):
        prepare_for_signature(letter(), field_name=FIELD, tooltip="x", attachments=[one])
    with pytest.raises(BadInput, match="date"):
        prepare_for_signature(
            letter(), field_name=FIELD, tooltip="x", attachments=[one], date=MORNING.replace(tzinfo=None)
        )


# the picture


def test_the_visible_signature_says_who_and_when() -> None:
    seal, record = text_of(issued().notification), text_of(issued().record)

    assert "Elektronisk stämpel" in seal
    assert MUNICIPALITY in seal
    assert "Elektroniskt undertecknat" in record
    assert f"{DIRECTOR}\r\nSocialdirektör\r\n2026-08-20" in record
    assert "Elektroniskt undertecknat" not in letter_text(letter())


def test_names_are_never_read_as_markup() -> None:
    lines = person_lines("#panic() *x* $y$ @z", "Ordförande <b>", MORNING.date())
    signed = _signed_with(lines)

    assert "#panic() *x* $y$ @z" in text_of(signed)
    assert "Ordförande <b>" in text_of(signed)


@pytest.mark.parametrize("name", ["Nguyễn Thị Hương", "Đorđe Đorđević", "Siobhán O'Brien", "Åsa Lindqvist-Öberg"])
def test_names_of_the_staff_can_be_set(name: str) -> None:
    assert name in text_of(_signed_with(person_lines(name, "Socialsekreterare", MORNING.date())))


def test_long_titles_are_scaled_to_fit() -> None:
    title = "Tillförordnad enhetschef för utredning, mottagning och uppföljning av barn och unga " * 2

    text = text_of(
        _signed_with(person_lines("Maximiliana von Essen-Lagerlöf-Silfverhielm", title.strip(), MORNING.date()))
    )
    assert "2026-08-20" in text
    assert "uppföljning" in text


def test_a_character_without_a_glyph_is_refused_and_not_shown() -> None:
    with pytest.raises(BadInput) as caught:
        appearance(("Elektroniskt undertecknat", "\U0001f600"), FONTS)
    assert "\U0001f600" not in str(caught.value)


@pytest.mark.parametrize("lines", [(), ("",), ("a",) * 6, ("a" * 201,)])
def test_a_visible_signature_is_short(lines: tuple[str, ...]) -> None:
    with pytest.raises(BadInput):
        appearance(lines, FONTS)


def test_without_the_letters_fonts_the_picture_is_still_set() -> None:
    assert appearance(e_seal_lines(MUNICIPALITY, MORNING.date())) is not None


def _signed_with(lines: tuple[str, ...]) -> bytes:
    return sign_letter(
        prepared(),
        credential=authority().keys.e_seal(),
        signers=authority().keys,
        field_name=FIELD,
        appearance=appearance(lines, FONTS),
        signing_time=MORNING,
    )


# the signature


def test_a_signed_letter_still_shows_the_same_pages() -> None:
    before, after = pypdfium2.PdfDocument(prepared()), pypdfium2.PdfDocument(issued().record)

    assert len(before) == len(after)
    assert letter_text(issued().record).startswith("Underrättelse om beslut")


def letter_text(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


def test_a_signature_appends_and_changes_nothing_before() -> None:
    ready = prepared()
    signed = authority().seal(ready)
    stamped = stamp_proof(signed, b"proof", authority().keys)

    assert signed.startswith(ready)
    assert stamped.startswith(signed)


def test_two_signed_copies_differ_in_nothing_but_their_signatures() -> None:
    first, second = (stamp_proof(authority().seal(prepared()), b"proof", authority().keys) for _ in range(2))
    assert first != second

    for one in reversed(open_signed(first)):
        start, end = int(one.byte_range[1]), int(one.byte_range[2])
        first, second = first[:start] + first[end:], second[:start] + second[end:]
    assert first == second


def test_a_letter_has_the_same_length_whoever_is_withheld() -> None:
    sizes = set()
    for seed in range(3):
        attached = Attachment("identitet.jwt", authority().identity(), "application/sd-jwt", "Identitetspost")
        signed = authority().seal(prepared(None, attached))
        sizes.add((len(signed), len(stamp_proof(signed, b"p" * (1000 + seed), authority().keys))))

    assert len(sizes) == 1


def test_signing_leaves_the_documents_metadata_alone() -> None:
    with pikepdf.open(io.BytesIO(prepared())) as before, pikepdf.open(io.BytesIO(issued().notification)) as after:
        assert before.Root.Metadata.read_bytes() == after.Root.Metadata.read_bytes()
        assert {key: str(value) for key, value in before.docinfo.items()} == {
            key: str(value) for key, value in after.docinfo.items()
        }


def test_the_e_sealed_letter_holds_no_persons_certificate() -> None:
    for one in open_signed(issued().notification):
        names = {str(cert.subject.native["common_name"]) for cert in (one.signer_cert, *one.other_embedded_certs)}
        assert names <= {MUNICIPALITY, "Sigill utfärdare (TEST)", "Tidsstämpling (TEST)", "Sigill rot (TEST)"}


def test_the_signed_record_names_its_signer_and_time() -> None:
    signed = validate(issued().signed_record, [authority().root], at=MORNING)

    assert signed.common_name == DIRECTOR
    assert signed.organisation == MUNICIPALITY
    assert signed.signed_at == signed.stamped_at == MORNING
    assert (signed.proof, signed.logged_bytes, signed.attachments) == (b"", b"", {})
    assert DIRECTOR not in repr(signed)


def test_attachments_are_read_as_they_were_signed() -> None:
    found = validate(issued().notification, [authority().root], at=MORNING)

    assert found.attachments == {"identitet.jwt": issued().identity}
    assert found.proof == issued().proof
    assert found.logged_bytes == issued().signed_notification


def test_a_letter_is_signed_once_and_in_its_own_field() -> None:
    with pytest.raises(BadInput, match="already signed"):
        authority().seal(issued().signed_notification)
    with pytest.raises(BadInput, match="no empty signature field"):
        authority().seal(letter() + b"\n")
    with pytest.raises(BadInput, match="time zone"):
        sign_letter(
            prepared(),
            credential=authority().keys.e_seal(),
            signers=authority().keys,
            field_name=FIELD,
            appearance=appearance(("x",), FONTS),
            signing_time=MORNING.replace(tzinfo=None),
        )
    with pytest.raises(BadInput, match="readable PDF"):
        authority().seal(b"hej")


def test_signing_works_inside_a_running_event_loop() -> None:
    async def request() -> bytes:
        return authority().seal(prepared())

    assert open_signed(asyncio.run(request()))


def test_a_silent_timestamp_service_can_be_tried_again() -> None:
    board = Authority()

    async def silent(*_: object) -> None:
        raise OSError("no route")

    board.keys.timestamper().async_request_tsa_response = silent  # type: ignore[assignment, method-assign]
    with pytest.raises(Temporary):
        board.seal(board.prepared(letter()))
    with pytest.raises(Temporary):
        stamp_proof(issued().signed_notification, b"proof", board.keys)


def test_another_clock_than_the_certificates_signs_nothing() -> None:
    board = Authority()
    credential = board.keys.e_seal()
    board.clock.time = MORNING - dt.timedelta(days=400)
    with pytest.raises(BadInput) as caught:
        sign_letter(
            board.prepared(letter()),
            credential=credential,
            signers=board.keys,
            field_name=FIELD,
            appearance=appearance(("x",), FONTS),
            signing_time=MORNING,
        )
    assert MUNICIPALITY not in str(caught.value)


# the proof


@pytest.mark.parametrize("length", [1, 100, 4096, MAX_PROOF])
def test_a_proof_comes_out_as_it_went_in(length: int) -> None:
    proof = hashlib.shake_256(b"proof").digest(length)
    stamped = stamp_proof(issued().signed_notification, proof, authority().keys)

    assert read_proof(stamped) == (proof, issued().signed_notification)
    assert validate(stamped, [authority().root], at=MORNING).proof == proof


def test_a_proof_can_be_followed_by_later_timestamps() -> None:
    renewed = stamp_proof(issued().notification, b"a newer proof", authority().keys)

    assert read_proof(renewed) == (b"a newer proof", issued().notification)
    assert validate(renewed, [authority().root], at=MORNING).signed_at == MORNING


def test_a_record_carries_its_first_timestamp_and_then_its_proof() -> None:
    kinds = [str(one.sig_object_type) for one in open_signed(issued().record)]

    assert kinds == ["/Sig", "/DocTimeStamp", "/DocTimeStamp"]
    assert read_proof(issued().record) == (issued().proof, issued().signed_record)


def test_what_cannot_carry_a_proof() -> None:
    with pytest.raises(BadInput, match="empty or too long"):
        stamp_proof(issued().signed_notification, b"", authority().keys)
    with pytest.raises(BadInput, match="empty or too long"):
        stamp_proof(issued().signed_notification, bytes(MAX_PROOF + 1), authority().keys)
    with pytest.raises(BadInput, match="not signed"):
        stamp_proof(prepared(), b"proof", authority().keys)
    with pytest.raises(NotGenuine, match="no proof"):
        read_proof(issued().signed_record)
    with pytest.raises(BadInput, match="not a PDF"):
        read_proof(b"hej")


# long after


def test_a_record_outlives_its_signers_certificate() -> None:
    board = Authority()
    record = board.sign(board.prepared(letter()))
    # Three years on: the signer's certificate lasted two, the lists in the file one month.
    board.clock.time += dt.timedelta(days=3 * 365)
    disclosed = stamp_proof(record, b"proof", board.keys)

    for pdf in (record, disclosed):
        assert validate(pdf, [board.root], at=board.clock.now()).signed_at == MORNING


def test_validation_needs_a_root_and_a_time() -> None:
    with pytest.raises(BadInput, match="no trusted certificate"):
        validate(issued().record, [], at=MORNING)
    with pytest.raises(BadInput, match="cannot be read"):
        validate(issued().record, [b"hej"], at=MORNING)
    with pytest.raises(BadInput, match="time zone"):
        validate(issued().record, [authority().root], at=MORNING.replace(tzinfo=None))


def test_one_trusted_root_among_several_is_enough() -> None:
    others = [root_of(new_keys(HandClock())) for _ in range(2)]

    assert validate(issued().record, [*others, authority().root], at=MORNING).common_name == DIRECTOR


def test_no_name_reaches_a_log_file() -> None:
    """pyHanko writes the subject of a certificate into its warnings."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    ear = Ear()
    logging.getLogger().addHandler(ear)
    try:
        authority().sign(prepared())
        with pytest.raises(NotGenuine):
            validate(issued().record, [root_of(new_keys(HandClock()))], at=MORNING)
    finally:
        logging.getLogger().removeHandler(ear)
    assert heard == []


@hypothesis.given(
    hypothesis.strategies.one_of(
        hypothesis.strategies.binary(max_size=60),
        hypothesis.strategies.text("0123456789abcdefABCDEF \n\r\t%>x", max_size=60).map(str.encode),
        hypothesis.strategies.integers(4090, 12_300).map(lambda n: b"5a" * (n // 2) + b"c" * (n % 2)),
    ),
    hypothesis.strategies.sampled_from([b">", b"", b" >>", b">1 0 R", b"> % >"]),
)
def test_a_hexadecimal_string_is_read_as_pyhanko_reads_it(inside: bytes, end: bytes) -> None:
    def outcome(reads: Callable[[io.BytesIO], object]) -> tuple[object, ...]:
        stream = io.BytesIO(b"/Contents <" + inside + end)
        stream.seek(10)
        try:
            value = reads(stream)
        except Exception as refused:
            return type(refused), str(refused)
        return type(value), value, stream.tell()

    assert outcome(read_hex_string) == outcome(pyhanko_reads)
