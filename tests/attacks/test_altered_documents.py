"""Somebody alters a genuine decision, and the check says so, each time with the reason that fits.

The strongest attacker here owns a timestamp service that the reader trusts, as everybody may who can buy timestamps:
she changes something, adds a timestamp of her own over it, and puts the genuine proof inside.
"""

import datetime as dt
import io
import json
import random
import re
from collections.abc import Callable

import pikepdf
import pytest
from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko_certvalidator import ValidationContext

from sigill.adapters.keys import UnsafeSoftwareKeys
from sigill.audit import Trust, check
from sigill.errors import BadInput, NotGenuine, SigillError
from sigill.sign.appending import append_to, run
from sigill.sign.field import IDENTITY_ATTACHMENT, Attachment
from sigill.sign.proof import end_of, open_signed, stamp_proof
from sigill.sign.validate import validate
from signed import MORNING, Authority, authority, issued, letter, root_of

CHANGED = "changed after it was signed"
DAMAGED = "damaged or was altered"
ADDED = "added after the last timestamp"
FOREIGN_REVISION = "revisions that do not belong"
UNCOVERED = "bytes that no signature covers"


def refusal(pdf: bytes, trust: Trust | None = None) -> str:
    """Why a document is refused."""
    with pytest.raises(NotGenuine) as caught:
        check(pdf, trust or authority().trust, at=MORNING)
    return caught.value.problem


def append(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The file with one more revision."""
    writer = append_to(pdf)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def first_page(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    page = writer.root["/Pages"]["/Kids"][0]
    writer.update_container(page)
    return page


def rotate(writer: IncrementalPdfFileWriter) -> None:
    first_page(writer)["/Rotate"] = generic.NumberObject(180)


def annotate(writer: IncrementalPdfFileWriter) -> None:
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 400, 400, 500))),
            pdf_name("/Contents"): generic.pdf_string("Beslutet är upphävt."),
        }
    )
    page = first_page(writer)
    annotations = page["/Annots"]
    annotations.append(writer.add_object(note))
    writer.update_container(annotations)


def attach(writer: IncrementalPdfFileWriter) -> None:
    data = writer.add_object(generic.StreamObject(stream_data=b"falsk bilaga"))
    files = generic.DictionaryObject({pdf_name("/F"): data})
    spec = generic.DictionaryObject({pdf_name("/UF"): generic.pdf_string("bilaga.txt"), pdf_name("/EF"): files})
    names = generic.ArrayObject([generic.pdf_string("bilaga.txt"), writer.add_object(spec)])
    writer.root["/Names"] = generic.DictionaryObject(
        {pdf_name("/EmbeddedFiles"): generic.DictionaryObject({pdf_name("/Names"): names})}
    )
    writer.update_root()


def retitle(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Metadata"] = writer.add_object(
        generic.StreamObject(stream_data=b'<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>')
    )
    writer.update_root()


def repaint(writer: IncrementalPdfFileWriter) -> None:
    page = first_page(writer)
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 500 500 re f"))


def redraw_signature(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    picture = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 205, 56))),
        },
        stream_data=b"0 0 205 56 re f",
    )
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(picture)})
    writer.update_container(field)


def replace_identity(writer: IncrementalPdfFileWriter) -> None:
    spec = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
    other = authority().identity()
    stream = generic.StreamObject({pdf_name("/Type"): pdf_name("/EmbeddedFile")}, stream_data=other)
    spec["/EF"] = generic.DictionaryObject({pdf_name("/F"): writer.add_object(stream)})
    writer.update_container(spec)


def orphan(writer: IncrementalPdfFileWriter) -> None:
    writer.add_object(generic.StreamObject(stream_data=b"0 0 500 500 re f"))


def open_action(writer: IncrementalPdfFileWriter) -> None:
    script = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert('hej')")}
    writer.root["/OpenAction"] = writer.add_object(generic.DictionaryObject(script))
    writer.update_root()


def restyle_forms(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    form["/DA"] = generic.pdf_string("/Helv 0 Tf 1 g")
    writer.update_container(form)


CHANGES = [
    rotate,
    annotate,
    attach,
    retitle,
    repaint,
    redraw_signature,
    replace_identity,
    orphan,
    open_action,
    restyle_forms,
]


def test_the_genuine_article_passes() -> None:
    assert check(issued().notification, authority().trust, at=MORNING).kind == "notification"
    assert check(issued().record, authority().trust, at=MORNING).kind == "record"


def test_one_changed_byte_anywhere_is_noticed() -> None:
    genuine = issued().notification
    dice = random.Random(20260820)
    places = {0, 5, len(genuine) - 1, len(genuine) - 6, *(dice.randrange(len(genuine)) for _ in range(120))}

    for place in sorted(places):
        altered = bytearray(genuine)
        altered[place] ^= 1 << dice.randrange(8)
        with pytest.raises(SigillError) as caught:
            check(bytes(altered), authority().trust, at=MORNING)
        assert isinstance(caught.value, NotGenuine), place


def test_one_changed_byte_in_the_last_gap_is_noticed() -> None:
    """No timestamp covers the last timestamp's own token; its certificates, lengths and padding are no hiding place."""
    genuine = issued().notification
    last = open_signed(genuine)[-1]
    start, length = int(last.byte_range[1]) + 1, len(cms.ContentInfo.load(last.pkcs7_content).dump())
    dice = random.Random(1)
    within = [dice.randrange(length) for _ in range(80)] + [2, 3, length - 1, length, len(last.pkcs7_content) - 1]

    for place in within:
        altered = bytearray(genuine)
        byte = last.pkcs7_content[place] ^ (1 << dice.randrange(8))
        altered[start + 2 * place : start + 2 * place + 2] = b"%02X" % byte
        assert refusal(bytes(altered)), place

    other_spelling = bytearray(genuine)
    at = genuine.index(b"A", start)
    other_spelling[at : at + 1] = b"a"
    assert UNCOVERED in refusal(bytes(other_spelling))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_revision_added_at_the_end_is_noticed(change: Callable[[IncrementalPdfFileWriter], None]) -> None:
    assert ADDED in refusal(append(issued().notification, change))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_revision_under_a_new_timestamp_is_noticed(change: Callable[[IncrementalPdfFileWriter], None]) -> None:
    altered = append(issued().signed_notification, change)

    assert FOREIGN_REVISION in refusal(stamp_proof(altered, issued().proof, authority().keys))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_within_the_timestamps_own_revision_is_noticed(
    change: Callable[[IncrementalPdfFileWriter], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sigill.sign.proof as forge

    def prepared(pdf: bytes) -> IncrementalPdfFileWriter:
        writer = append_to(pdf)
        change(writer)
        return writer

    monkeypatch.setattr(forge, "append_to", prepared)
    altered = forge.stamp_proof(issued().signed_notification, issued().proof, authority().keys)

    assert CHANGED in refusal(altered)


def test_a_visible_timestamp_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timestamp's field drawn over the letter could say anything."""
    from pyhanko.sign import signers

    import sigill.sign.proof as forge

    def visible(*args: object, **kw: object) -> SigFieldSpec:
        kw.pop("invis_sig_settings", None)
        return SigFieldSpec(*args, box=(100, 400, 400, 500), **kw)  # type: ignore[arg-type]

    monkeypatch.setattr(signers.pdf_signer, "SigFieldSpec", visible)
    altered = forge.stamp_proof(issued().signed_notification, issued().proof, authority().keys)

    assert CHANGED in refusal(altered)


def with_action(field: generic.DictionaryObject) -> None:
    script = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert('hej')")}
    )
    field["/AA"] = generic.DictionaryObject({pdf_name("/PO"): script})


def with_picture(field: generic.DictionaryObject) -> None:
    field["/AP"] = generic.DictionaryObject()


def with_lock(field: generic.DictionaryObject) -> None:
    field["/Lock"] = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/SigFieldLock")})


@pytest.mark.parametrize("dress", [with_action, with_picture, with_lock], ids=lambda dress: dress.__name__)
def test_a_timestamp_that_brings_more_than_itself_is_noticed(
    dress: Callable[[generic.DictionaryObject], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An invisible field may run a script; a comparison of revisions alone lets it pass."""
    import pyhanko.sign.fields as fields

    plain = fields.SignatureFormField.__init__

    def dressed(self: fields.SignatureFormField, *args: object, **kw: object) -> None:
        plain(self, *args, **kw)  # type: ignore[arg-type]
        dress(self)

    monkeypatch.setattr(fields.SignatureFormField, "__init__", dressed)
    altered = stamp_proof(issued().signed_notification, issued().proof, authority().keys)

    assert CHANGED in refusal(altered)


def test_an_empty_field_beside_the_timestamp_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison of revisions lets new empty signature fields pass, with all that they may carry."""
    from pyhanko.sign.fields import append_signature_field

    import sigill.sign.proof as forge

    def prepared(pdf: bytes) -> IncrementalPdfFileWriter:
        writer = append_to(pdf)
        append_signature_field(writer, SigFieldSpec("Tom", invis_sig_settings=forge._UNSEEN))
        return writer

    monkeypatch.setattr(forge, "append_to", prepared)
    altered = forge.stamp_proof(issued().signed_notification, issued().proof, authority().keys)

    assert "form fields" in refusal(altered)


@pytest.mark.parametrize("key", ["/Info", "/Extra"])
def test_another_trailer_under_a_new_timestamp_is_noticed(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    title = generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("Beslutet är upphävt")})
    plain = IncrementalPdfFileWriter._populate_trailer

    def populate(self: IncrementalPdfFileWriter, trailer: generic.DictionaryObject) -> None:
        plain(self, trailer)
        trailer[pdf_name(key)] = title

    monkeypatch.setattr(IncrementalPdfFileWriter, "_populate_trailer", populate)
    altered = stamp_proof(issued().signed_notification, issued().proof, authority().keys)

    assert b"upph" in altered
    assert CHANGED in refusal(altered)


def test_a_page_rotated_by_saving_anew_is_noticed() -> None:
    with pikepdf.open(io.BytesIO(issued().notification)) as pdf:
        pdf.pages[0].rotate(180, relative=True)
        out = io.BytesIO()
        pdf.save(out)

    assert refusal(out.getvalue())


def test_the_letter_saved_anew_without_change_is_no_longer_the_letter() -> None:
    with pikepdf.open(io.BytesIO(issued().notification)) as pdf:
        out = io.BytesIO()
        pdf.save(out)

    assert refusal(out.getvalue())


def test_a_stripped_timestamp_is_noticed() -> None:
    assert "archival timestamp is missing" in refusal(issued().signed_notification)


def test_a_removed_signature_is_noticed() -> None:
    with pikepdf.open(io.BytesIO(issued().notification)) as pdf:
        del pdf.Root.AcroForm, pdf.pages[0].Annots
        out = io.BytesIO()
        pdf.save(out)

    assert "not signed" in refusal(out.getvalue())
    assert "not signed" in refusal(letter() + b"\n")


def test_a_letter_of_timestamps_only_is_not_signed() -> None:
    from pyhanko.sign.signers import PdfTimeStamper

    writer = append_to(authority().prepared(letter()))
    stamped = PdfTimeStamper(authority().keys.timestamper()).timestamp_pdf(writer, "sha256")

    assert "not signed" in refusal(stamped.getvalue())


@pytest.mark.parametrize("restamped", [False, True])
def test_a_second_signature_is_noticed(restamped: bool) -> None:
    credential = authority().keys.for_person("Klas Ek", "A10149")
    start = issued().signed_notification if restamped else issued().notification
    signer = PdfSigner(
        PdfSignatureMetadata(field_name="Andra"), credential.pyhanko, timestamper=authority().keys.timestamper()
    )
    twice: bytes = run(signer.async_sign_pdf(append_to(start))).getvalue()
    if restamped:
        twice = stamp_proof(twice, issued().proof, authority().keys)

    assert "more than one signature" in refusal(twice)


@pytest.mark.parametrize("tail", [b"\n", b" ", b"\x00", b"%%EOF\n", b"%PDF-1.7\n", b"hej" * 5000])
def test_trailing_bytes_are_noticed(tail: bytes) -> None:
    assert refusal(issued().notification + tail)


@pytest.mark.parametrize("head", [b" ", b"\n", b"%PDF-1.4\n"])
def test_leading_bytes_are_noticed(head: bytes) -> None:
    assert refusal(head + issued().notification)


def test_a_file_cut_short_anywhere_is_noticed() -> None:
    genuine = issued().notification
    dice = random.Random(7)

    for _ in range(25):
        cut = genuine[: dice.randrange(2000, len(genuine))]
        assert refusal(cut)


def test_bytes_hidden_in_the_room_for_a_signature_are_noticed() -> None:
    genuine = issued().notification
    for one in open_signed(genuine):
        end = int(one.byte_range[2]) - 1
        altered = genuine[: end - 8] + b"48454A21" + genuine[end:]
        assert len(altered) == len(genuine)
        assert UNCOVERED in refusal(altered) or CHANGED in refusal(altered)


def test_a_proof_of_another_document_does_not_help() -> None:
    other = authority().issue("Nämnden avslår ansökan om kontaktfamilj.")
    swapped = stamp_proof(issued().signed_notification, other.proof, authority().keys)

    assert "about another document" in refusal(swapped)


def test_a_letter_that_was_never_logged_is_noticed() -> None:
    """Stamped like a record at rest: signed, timestamped, but with no proof inside."""
    assert "no proof" in refusal(issued().signed_record)


def test_a_foreign_log_does_not_vouch() -> None:
    impostor = Authority(log_origin=authority().keys.log.origin)
    proven = impostor.log(issued().signed_notification, issued().signed_record, issued().identity)

    assert refusal(stamp_proof(issued().signed_notification, proven, authority().keys))
    named_otherwise = Authority(log_origin="annan.example/logg")
    proven = named_otherwise.log(issued().signed_notification, issued().signed_record, issued().identity)
    assert refusal(stamp_proof(issued().signed_notification, proven, authority().keys))


def test_garbled_proofs_are_noticed() -> None:
    for bad in (b"x", b"{}", issued().proof[:-1], issued().proof + b" ", issued().proof.replace(b"issued", b"opened")):
        assert refusal(stamp_proof(issued().signed_notification, bad, authority().keys))


def test_a_foreign_authority_with_the_same_names_is_noticed() -> None:
    impostor = Authority()
    forged = impostor.issue()

    assert "not trusted" in refusal(forged.notification)
    assert "not trusted" in refusal(forged.record)


def test_a_foreign_timestamp_is_noticed() -> None:
    impostor = Authority()
    mixed = stamp_proof(issued().signed_notification, issued().proof, impostor.keys)

    assert "authority that is not trusted" in refusal(mixed)


def test_a_foreign_signer_under_a_trusted_timestamp_is_noticed() -> None:
    class Mixed:
        """Signs with her own certificate, buys trusted timestamps."""

        def __init__(self, own: UnsafeSoftwareKeys) -> None:
            self.own = own

        def timestamper(self) -> object:
            return authority().keys.timestamper()

        def validation_context(self) -> ValidationContext:
            both = [self.own.validation_context(), authority().keys.validation_context()]
            return ValidationContext(
                trust_roots=[root for keys in (self.own, authority().keys) for root in [_asn1(root_of(keys))]],
                other_certs=[one for context in both for one in context.certificate_registry],
                crls=[one for context in both for one in context.crls],
                moment=MORNING,
                allow_fetching=False,
                revocation_mode="require",
            )

    impostor = Authority()
    attached = Attachment(IDENTITY_ATTACHMENT, impostor.identity(), "application/sd-jwt", "Identitetspost")
    forged = impostor.seal(impostor.prepared(letter(), attached), signers=Mixed(impostor.keys))
    stamped = stamp_proof(forged, issued().proof, authority().keys)

    assert "certificate that is not trusted" in refusal(stamped)


class Careless:
    """An authority's keys, but nobody asks whether certificates were revoked."""

    def __init__(self, keys: UnsafeSoftwareKeys) -> None:
        self._keys = keys

    def timestamper(self) -> object:
        return self._keys.timestamper()

    def validation_context(self) -> ValidationContext:
        careful = self._keys.validation_context()
        return ValidationContext(
            trust_roots=[_asn1(root_of(self._keys))],
            other_certs=list(careful.certificate_registry),
            moment=self._keys._clock.now(),
            allow_fetching=False,
            revocation_mode="soft-fail",
        )


def test_a_letter_without_revocation_data_is_refused() -> None:
    board = Authority()
    signed = board.seal(board.prepared(letter()), signers=Careless(board.keys))
    stamped = stamp_proof(signed, b"proof", Careless(board.keys))

    with pytest.raises(NotGenuine, match="does not show that its certificates were valid and not revoked"):
        validate(stamped, [board.root], at=MORNING)


def test_a_letter_signed_after_the_certificate_was_revoked_is_refused() -> None:
    board = Authority()
    honest = board.sign(board.prepared(letter()))
    board.clock.time += dt.timedelta(hours=1)
    board.keys.revoke_person("Birgitta Ström", "A12184")
    board.clock.time += dt.timedelta(hours=1)
    with pytest.raises(BadInput):
        board.sign(board.prepared(letter()))
    late = board.seal(board.prepared(letter()), Careless(board.keys), board.keys.for_person("Birgitta Ström", "A12184"))
    stamped = stamp_proof(late, b"proof", board.keys)

    with pytest.raises(NotGenuine, match="had been revoked"):
        validate(stamped, [board.root], at=board.clock.now())
    # What she signed before that stays signed.
    assert validate(honest, [board.root], at=board.clock.now()).common_name == "Birgitta Ström"
    renewed = stamp_proof(honest, b"proof", board.keys)
    assert validate(renewed, [board.root], at=board.clock.now()).signed_at == MORNING


def test_an_older_revocation_list_does_not_hide_a_newer_one() -> None:
    """She signs after her certificate was revoked and puts in the list of the day before, which is still running."""
    board = Authority()
    credential = board.keys.for_person("Birgitta Ström", "A12184")
    yesterdays = board.keys.validation_context().crls

    class Stale(Careless):
        def validation_context(self) -> ValidationContext:
            return ValidationContext(
                trust_roots=[_asn1(board.root)],
                other_certs=[board.keys._issuing.asn1],
                crls=yesterdays,
                moment=board.clock.now(),
                allow_fetching=False,
                revocation_mode="require",
            )

    board.clock.time += dt.timedelta(days=1)
    board.keys.revoke_person("Birgitta Ström", "A12184")
    board.clock.time += dt.timedelta(days=1)
    late = board.seal(board.prepared(letter()), Stale(board.keys), credential)
    stamped = stamp_proof(late, b"proof", board.keys)

    with pytest.raises(NotGenuine, match="had been revoked"):
        validate(stamped, [board.root], at=board.clock.now())


def test_a_revocation_that_was_published_late_still_counts() -> None:
    """Revoked on Monday, signed on Tuesday, and the list that says so comes out on Wednesday, before the timestamp."""
    board = Authority()
    credential = board.keys.for_person("Birgitta Ström", "A12184")
    serial = credential.pyhanko.signing_cert.serial_number
    board.clock.time += dt.timedelta(days=1)
    late = board.seal(board.prepared(letter()), credential=credential)
    monday = int((board.clock.time - dt.timedelta(hours=12)).timestamp())
    (board.keys._folder / "ca" / "revoked.json").write_text(json.dumps({str(serial): monday}))
    board.clock.time += dt.timedelta(days=16)
    stamped = stamp_proof(late, b"proof", board.keys)

    with pytest.raises(NotGenuine, match="had been revoked"):
        validate(stamped, [board.root], at=board.clock.now())


def test_timestamps_out_of_order_are_refused() -> None:
    board = Authority()
    signed = board.seal(board.prepared(letter()))
    board.clock.time -= dt.timedelta(hours=1)
    board.keys.validation_context()  # new lists for the earlier time
    stamped = stamp_proof(signed, b"proof", board.keys)

    with pytest.raises(NotGenuine):
        validate(stamped, [board.root], at=MORNING)


def test_a_timestamp_from_the_future_is_refused() -> None:
    with pytest.raises(NotGenuine, match="in the future"):
        check(issued().notification, authority().trust, at=MORNING - dt.timedelta(days=1))


@pytest.mark.parametrize("what", [b"", b"hej", b"PK\x03\x04" + bytes(2000), letter()[4000:8000]])
def test_what_is_no_pdf_is_no_forgery_either(what: bytes) -> None:
    with pytest.raises(BadInput, match="not a PDF"):
        check(what, authority().trust, at=MORNING)


def test_garbage_that_calls_itself_a_pdf_is_refused_without_a_crash() -> None:
    dice = random.Random(3)
    for size in (0, 10, 1000, 50_000):
        assert refusal(b"%PDF-1.7\n" + dice.randbytes(size))


def test_an_encrypted_copy_is_refused() -> None:
    with pikepdf.open(io.BytesIO(issued().notification)) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="x", user=""))

    with pytest.raises(SigillError):
        check(out.getvalue(), authority().trust, at=MORNING)


def test_every_refusal_here_has_a_sentence_without_a_name() -> None:
    """The record names its signer; the reason for refusing it must not."""
    for altered in (
        issued().record[:-2],
        issued().record + b"x",
        issued().signed_record,
        append(issued().record, rotate),
    ):
        assert not re.search("Birgitta|Ström", refusal(altered))


def test_the_proof_is_about_the_bytes_before_its_timestamp() -> None:
    first, *_ = open_signed(issued().notification)

    assert issued().notification[: end_of(first)] == issued().signed_notification


def _asn1(der: bytes) -> object:
    from asn1crypto import x509

    return x509.Certificate.load(der)
