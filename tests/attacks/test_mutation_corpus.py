"""Every way to tamper with a decision, in one table: each is refused, each with a reason of its own.

`test_altered_documents.py` goes deeper into single attacks; here each stands once with the code that `sigill check
--json` gives, and the test at the end says which reasons no mutation brings about, and why.
"""

import ast
import datetime as dt
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator import ValidationContext
from test_altered_documents import annotate, append, attach, repaint, replace_identity, retitle, rotate

import sigill.sign.proof as forge
from house import NOON
from pki import pki
from production import house as production_house
from production import on_token
from sigill.audit import Trust, check
from sigill.errors import NotGenuine
from sigill.log import tree
from sigill.log.checkpoint import sign_checkpoint, vkey
from sigill.log.entry import commit, issued_event
from sigill.log.memory import MemoryNodes
from sigill.log.proof import Proof
from sigill.reasons import REASONS, reason_code
from sigill.sign.appending import append_to, run
from sigill.sign.field import IDENTITY_ATTACHMENT, Attachment
from sigill.sign.proof import open_signed, stamp_proof
from signed import DIRECTOR, FIELD, MORNING, Authority, authority, issued, letter

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Shown:
    """What a reader is shown, and what she checks it with."""

    pdf: bytes
    trust: Trust
    known: tuple[str, ...] = ()
    at: dt.datetime = MORNING


def ours(pdf: bytes) -> Shown:
    return Shown(pdf, authority().trust)


def under_a_new_timestamp(change: Callable[..., None]) -> bytes:
    """Changed, and stamped over with a timestamp that the reader trusts and the genuine proof inside."""
    return stamp_proof(append(issued().signed_notification, change), issued().proof, authority().keys)


def within_the_timestamps_revision(change: Callable[..., None]) -> bytes:
    plain = forge.append_to

    def prepared(pdf: bytes) -> object:
        writer = plain(pdf)
        change(writer)
        return writer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forge, "append_to", prepared)
        return forge.stamp_proof(issued().signed_notification, issued().proof, authority().keys)


def saved_anew(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(io.BytesIO(issued().notification)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def second_signature() -> bytes:
    signer = PdfSigner(
        PdfSignatureMetadata(field_name="Andra"),
        authority().keys.for_person("Klas Ek", "A10149").pyhanko,
        timestamper=authority().keys.timestamper(),
    )
    twice: bytes = run(signer.async_sign_pdf(append_to(issued().signed_notification))).getvalue()
    return stamp_proof(twice, issued().proof, authority().keys)


# Shadow attacks (Mainka, Mladenov, Rohlmann: "Shadow Attacks", NDSS 2021). The insider prepares the letter with content
# that nobody sees; it is signed in good faith; afterwards the hidden content is brought forward.

HIDDEN = "Nämnden avslår ansökan om kontaktfamilj."


@cache
def prepared_by_an_insider() -> bytes:
    """Signed in good faith: the first page's content and, unused, another content and another font."""
    with pikepdf.open(io.BytesIO(letter())) as pdf:
        page = pdf.pages[0]
        pdf.Root.Skugga = pikepdf.Dictionary(
            Contents=pdf.make_stream(b"BT /F1 24 Tf 72 700 Td (" + HIDDEN.encode("latin-1") + b") Tj ET"),
            Font=pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1)),
        )
        # Shown until it is taken away: a white sheet with the genuine words over the other ones.
        page.Contents = pikepdf.Array([page.Contents, pdf.make_stream(b"q 1 1 1 rg 0 0 0 0 re f Q")])
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    board = authority()
    identity = issued().identity
    return board.seal(board.prepared(out.getvalue(), Attachment(IDENTITY_ATTACHMENT, identity, "a/b", "post")))


def hide(writer: object) -> None:
    """The covering sheet goes."""
    page = writer.root["/Pages"]["/Kids"][0]  # type: ignore[attr-defined]
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents")[0]])
    writer.update_container(page)  # type: ignore[attr-defined]


def replace_font(writer: object) -> None:
    """The letters are drawn with another font, whose shapes say something else."""
    page = writer.root["/Pages"]["/Kids"][0]  # type: ignore[attr-defined]
    fonts = page["/Resources"]["/Font"]
    for name in list(fonts):
        fonts[name] = writer.root["/Skugga"].raw_get("/Font")  # type: ignore[attr-defined]
    writer.update_container(fonts)  # type: ignore[attr-defined]


def hide_and_replace(writer: object) -> None:
    """Only a reference is changed: the other content has been in the signed bytes all along."""
    page = writer.root["/Pages"]["/Kids"][0]  # type: ignore[attr-defined]
    page[pdf_name("/Contents")] = writer.root["/Skugga"].raw_get("/Contents")  # type: ignore[attr-defined]
    writer.update_container(page)  # type: ignore[attr-defined]


def shadow(change: Callable[[object], None], *, hidden_in: str) -> bytes:
    signed = prepared_by_an_insider()
    if hidden_in == "end":
        return append(stamp_proof(signed, issued().proof, authority().keys), change)
    if hidden_in == "revision":
        return stamp_proof(append(signed, change), issued().proof, authority().keys)
    plain = forge.append_to

    def prepared(pdf: bytes) -> object:
        writer = plain(pdf)
        change(writer)
        return writer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forge, "append_to", prepared)
        return forge.stamp_proof(signed, issued().proof, authority().keys)


def bare_cross_reference() -> bytes:
    """Not one new object: a cross-reference table appended by hand points the page's content at the hidden one."""
    genuine = stamp_proof(prepared_by_an_insider(), issued().proof, authority().keys)
    with pikepdf.open(io.BytesIO(genuine)) as pdf:
        shown = pdf.pages[0].Contents[0].objgen[0]
        hidden = pdf.Root.Skugga.Contents.objgen[0]
        size, root = int(pdf.trailer.Size), pdf.trailer.Root.objgen[0]
    (offset,) = [found.start() for found in re.finditer(rb"(?m)^%d 0 obj" % hidden, genuine)]
    previous = int(genuine.rsplit(b"startxref", 1)[1].split()[0])
    table = b"xref\n%d 1\n%010d 00000 n \n" % (shown, offset)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size, root, previous)
    return genuine + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(genuine)


# The record, the proof and the log


def other_issue() -> bytes:
    other = authority().issue("Nämnden avslår ansökan om kontaktfamilj.")
    return stamp_proof(issued().signed_notification, other.proof, authority().keys)


def swapped_identity() -> bytes:
    """The insider logs one identity record and attaches another: on another day another handler could be shown."""
    board = authority()
    attached = Attachment(IDENTITY_ATTACHMENT, board.identity(), "application/sd-jwt", "Identitetspost")
    signed = board.seal(board.prepared(letter(), attached))
    return stamp_proof(signed, board.log(signed, issued().signed_record, board.identity()), board.keys)


def with_attachments(*attached: tuple[str, bytes]) -> bytes:
    board = authority()
    files = [Attachment(name, data, "application/octet-stream", "fil") for name, data in attached]
    signed = board.seal(board.prepared(letter(), *files))
    identity = dict(attached).get(IDENTITY_ATTACHMENT, b"none")
    return stamp_proof(signed, board.log(signed, issued().signed_record, identity), board.keys)


def foreign_identity(make: Callable[[Authority], bytes]) -> bytes:
    return with_attachments((IDENTITY_ATTACHMENT, make(Authority())))


def bent_identity() -> bytes:
    head, body, signature = issued().identity.split(b".")
    flipped = b"A" if signature[10:11] != b"A" else b"B"
    return with_attachments((IDENTITY_ATTACHMENT, b".".join((head, body, signature[:10] + flipped + signature[11:]))))


def record_with_attachment() -> bytes:
    board = authority()
    prepared = board.prepared(
        letter("Med bilaga " + DIRECTOR), Attachment("bilaga.txt", b"hej", "text/plain", "bilaga")
    )
    signed = board.seal(prepared)
    return stamp_proof(signed, board.log(issued().signed_notification, signed, issued().identity), board.keys)


def opened_event() -> bytes:
    proven = authority().log(issued().signed_notification, issued().signed_record, issued().identity, kind="opened")
    return stamp_proof(issued().signed_notification, proven, authority().keys)


def foreign_log(*, same_name: bool) -> bytes:
    name = authority().keys.log.origin if same_name else "annan.example/logg"
    proven = Authority(log_origin=name).log(issued().signed_notification, issued().signed_record, issued().identity)
    return stamp_proof(issued().signed_notification, proven, authority().keys)


def bent_proof(change: Callable[[Proof], Proof]) -> bytes:
    bent = change(Proof.decode(issued().proof)).encode()
    return stamp_proof(issued().signed_notification, bent, authority().keys)


def another_entry(found: Proof) -> Proof:
    return replace(found, salt=bytes(32))


def bent_checkpoint(found: Proof) -> Proof:
    """The size is raised: the log's signature no longer fits."""
    origin, size, rest = found.checkpoint.split("\n", 2)
    return replace(found, checkpoint=f"{origin}\n{int(size) + 1}\n{rest}")


def unwitnessed() -> Shown:
    """The reader trusts only what one of two witnesses has seen, and none has."""
    keys = [authority().keys.record.public_bytes()[1:33], authority().keys.record.public_bytes()[33:65]]
    seen_by = {f"vittne{number}.example": key for number, key in enumerate(keys)}
    plain = json.loads(authority().keys.trust())
    plain["witnesses"] = [vkey(name, key, witness=True) for name, key in seen_by.items()]
    plain["quorum"] = 1
    return Shown(issued().notification, Trust.parse(json.dumps(plain).encode()))


def equivocation() -> Shown:
    """The authority shows the party one log and the court another of the same size, both signed with its key."""
    board = authority()
    size = Proof.decode(issued().proof).checkpoint.split("\n")[1]
    nodes = MemoryNodes()
    for number in range(int(size)):
        event = issued_event(
            MORNING,
            notification_sha256=bytes([number]) * 32,
            record_sha256=bytes(32),
            box_sha256=bytes(32),
            identity_sha256=bytes(32),
        )
        nodes.extend(tree.append([commit(event, bytes(32))], nodes))
    other = sign_checkpoint(board.keys.log.origin, nodes.size(), tree.root(nodes, nodes.size()), board.keys.log)
    return Shown(issued().notification, board.trust, (other,))


# Certificates: the test PKI's revoked, expired and foreign signers, signing with a careless program


@cache
def in_production() -> tuple[object, Trust]:
    given = production_house(on_token())
    return given.ports.signers, given.trust


def careless(label: str, *, lists: bool = True) -> Shown:
    """Signed with a certificate that no careful program would sign with, then stamped as it should be."""
    signers, trust = in_production()
    folder = pki().folder
    own = authority().keys.for_person(DIRECTOR, "A12184").pyhanko
    signer = (
        own
        if label == "own"
        else SimpleSigner.load(
            str(folder / f"{label}.key"), str(folder / f"{label}.pem"), ca_chain_files=[str(folder / "issuing.pem")]
        )
    )
    metadata = PdfSignatureMetadata(field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    pdf_signer = PdfSigner(metadata, signer, timestamper=signers.timestamper())
    prepared = append_to(authority().prepared(letter()))
    signed = run(pdf_signer.async_sign_pdf(prepared, existing_fields_only=True, bytes_reserved=32_768)).getvalue()
    by = _WithLists() if lists else _NoRevocation()
    return Shown(stamp_proof(signed, b"proof", by), trust, at=NOON)


class _WithLists:
    """The production signers, with revocation lists that hold all of the issuer's, not answers about one."""

    def timestamper(self) -> object:
        return in_production()[0].timestamper()

    def validation_context(self) -> ValidationContext:
        import urllib.request

        lists = [
            urllib.request.urlopen(f"{pki().url}/pki/kommun/crls/{one}/latest.crl").read()
            for one in ("root", "issuing")
        ]
        return ValidationContext(
            trust_roots=[_certificate("root")],
            other_certs=[_certificate(one) for one in ("issuing", "revoked", "expired", "seal")],
            crls=lists,
            moment=NOON,
            allow_fetching=False,
            revocation_mode="require",
        )


class _NoRevocation(_WithLists):
    def validation_context(self) -> ValidationContext:
        return ValidationContext(
            trust_roots=[_certificate("root")],
            other_certs=[_certificate("issuing")],
            moment=NOON,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )


def _certificate(label: str) -> object:
    from asn1crypto import x509

    return x509.Certificate.load(pki().certificate(label))


def impostor() -> Shown:
    return ours(Authority().issue().notification)


def other_municipality() -> Shown:
    plain = json.loads(authority().keys.trust())
    plain["municipality"] = "Grannkommunen"
    return Shown(issued().notification, Trust.parse(json.dumps(plain).encode()))


def later(days: int) -> Shown:
    return replace(ours(issued().notification), at=MORNING + dt.timedelta(days=days))


def foreign_timestamp() -> Shown:
    return ours(stamp_proof(issued().signed_notification, issued().proof, Authority().keys))


MUTATIONS: dict[str, tuple[Callable[[], bytes | Shown], str]] = {
    # edits
    "page repainted": (lambda: append(issued().notification, repaint), "added-after"),
    "page rotated": (lambda: append(issued().notification, rotate), "added-after"),
    "page repainted, under a new timestamp": (lambda: under_a_new_timestamp(repaint), "foreign-revision"),
    "page rotated, under a new timestamp": (lambda: under_a_new_timestamp(rotate), "foreign-revision"),
    "page repainted with the timestamp": (lambda: within_the_timestamps_revision(repaint), "changed"),
    "page rotated with the timestamp": (lambda: within_the_timestamps_revision(rotate), "changed"),
    "note laid over the page": (lambda: within_the_timestamps_revision(annotate), "changed"),
    "another title": (lambda: within_the_timestamps_revision(retitle), "changed"),
    "attachment added": (lambda: append(issued().notification, attach), "added-after"),
    "attachment added with the timestamp": (lambda: within_the_timestamps_revision(attach), "changed"),
    "identity record replaced": (lambda: within_the_timestamps_revision(replace_identity), "changed"),
    "one byte of the text": (lambda: _flip(issued().notification, 3000), "changed"),
    "cut short": (lambda: issued().notification[:2000], "unreadable"),
    "bytes hidden in the last gap": (lambda: _hidden_in_gap(), "uncovered-bytes"),
    "saved anew, signature removed": (lambda: saved_anew(_unsign), "not-signed"),
    # signatures and timestamps
    "second signature": (second_signature, "second-signature"),
    "timestamp stripped": (lambda: issued().signed_notification, "no-archival-timestamp"),
    "an empty field beside the timestamp": (lambda: within_the_timestamps_revision(_empty_field), "form-fields"),
    # shadow attacks
    "shadow: hide, at the end": (lambda: shadow(hide, hidden_in="end"), "added-after"),
    "shadow: hide, own revision": (lambda: shadow(hide, hidden_in="revision"), "foreign-revision"),
    "shadow: hide, in the timestamp's": (lambda: shadow(hide, hidden_in="timestamp"), "changed"),
    "shadow: replace a font, at the end": (lambda: shadow(replace_font, hidden_in="end"), "added-after"),
    "shadow: replace a font, own revision": (lambda: shadow(replace_font, hidden_in="revision"), "foreign-revision"),
    "shadow: replace a font, in the timestamp's": (lambda: shadow(replace_font, hidden_in="timestamp"), "changed"),
    "shadow: hide and replace, at the end": (lambda: shadow(hide_and_replace, hidden_in="end"), "added-after"),
    "shadow: hide and replace, own": (lambda: shadow(hide_and_replace, hidden_in="revision"), "foreign-revision"),
    "shadow: hide and replace, timestamp's": (lambda: shadow(hide_and_replace, hidden_in="timestamp"), "changed"),
    "shadow: a cross-reference table by hand": (bare_cross_reference, "added-after"),
    # record and identity
    "proof of another decision": (other_issue, "other-document"),
    "never logged": (lambda: issued().signed_record, "no-proof"),
    "identity record swapped for another": (swapped_identity, "identity-swapped"),
    "identity record of another authority": (lambda: foreign_identity(Authority.identity), "identity-key"),
    "identity record with a bent signature": (bent_identity, "identity-signature"),
    "identity record that is none": (lambda: with_attachments((IDENTITY_ATTACHMENT, b"hej")), "identity-unreadable"),
    "no identity record": (lambda: with_attachments(), "attachments"),
    "an attachment besides": (
        lambda: with_attachments((IDENTITY_ATTACHMENT, issued().identity), ("mer.txt", b"mer")),
        "attachments",
    ),
    "record with an attachment": (record_with_attachment, "record-attachment"),
    "proof of an opening": (opened_event, "other-event"),
    # the log
    "foreign log of the same name": (lambda: foreign_log(same_name=True), "foreign-log-key"),
    "foreign log of another name": (lambda: foreign_log(same_name=False), "other-log"),
    "proof of an entry that is not there": (lambda: bent_proof(another_entry), "not-in-log"),
    "checkpoint raised": (lambda: bent_proof(bent_checkpoint), "checkpoint-signature"),
    "proof that is none": (
        lambda: stamp_proof(issued().signed_notification, b"{}", authority().keys),
        "proof-unreadable",
    ),
    "witnesses are missing": (unwitnessed, "witnesses"),
    "equivocation": (equivocation, "equivocation"),
    # certificates
    "signer revoked": (lambda: careless("revoked"), "revoked"),
    "signer expired": (lambda: careless("expired"), "expired"),
    "no revocation data": (lambda: careless("seal", lists=False), "no-revocation-data"),
    "signer of an issuer that is not trusted": (lambda: careless("own"), "signer-untrusted"),
    "seal of another municipality, same issuer": (lambda: careless("foreign"), "other-organisation"),
    "foreign authority of the same name": (impostor, "timestamp-untrusted"),
    "from the future": (lambda: later(-1), "timestamp-order"),
    "thirteen years on": (lambda: later(13 * 365), "timestamp-run-out"),
    "foreign timestamp": (foreign_timestamp, "timestamp-untrusted"),
    "another municipality's trust file": (other_municipality, "other-organisation"),
}


def _flip(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def _hidden_in_gap() -> bytes:
    genuine = issued().notification
    end = int(open_signed(genuine)[-1].byte_range[2]) - 1
    return genuine[: end - 8] + b"48454A21" + genuine[end:]


def _unsign(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.AcroForm, pdf.pages[0].Annots


def _empty_field(writer: object) -> None:
    from pyhanko.sign.fields import append_signature_field

    append_signature_field(writer, SigFieldSpec("Tom", invis_sig_settings=forge._UNSEEN))


@pytest.mark.parametrize("name", MUTATIONS)
def test_refused_with_its_own_reason(name: str) -> None:
    make, code = MUTATIONS[name]
    made = make()
    shown = ours(made) if isinstance(made, bytes) else made
    with pytest.raises(NotGenuine) as caught:
        check(shown.pdf, shown.trust, at=shown.at, known=shown.known)
    assert reason_code(caught.value) == code, caught.value.problem


def test_the_genuine_ones_pass_beside_them() -> None:
    """Without this the table would also hold for a check that refuses everything."""
    assert check(issued().notification, authority().trust, at=MORNING).kind == "notification"
    assert check(issued().record, authority().trust, at=MORNING).kind == "record"
    untouched = stamp_proof(prepared_by_an_insider(), issued().proof, authority().keys)
    with pytest.raises(NotGenuine) as caught:  # right in everything but the proof, which is another letter's
        check(untouched, authority().trust, at=MORNING)
    assert reason_code(caught.value) == "other-document"
    same = Proof.decode(issued().proof).checkpoint
    assert check(issued().notification, authority().trust, at=MORNING, known=[same]).log_index == 0
    shown = careless("seal")
    with pytest.raises(NotGenuine) as caught:  # a good certificate under the same careless hand: only the proof is none
        check(shown.pdf, shown.trust, at=NOON)
    assert reason_code(caught.value) == "proof-unreadable"


NO_MUTATION = {
    # Held by a test of its own room, or refused in an earlier place by what stands in the table.
    "too-many-timestamps": "attacks/test_altered_documents.py",
    "timestamp-first": "attacks/test_altered_documents.py",
    "coverage": "attacks/test_altered_documents.py",
    "structure": "attacks/test_altered_documents.py",
    "no-trusted-time": "rooms/test_sign.py",
    "proof-garbled": "rooms/test_sign.py",
    "event-unreadable": "rooms/test_log_proof.py",
    "newer-proof-unreadable": "test_logbook.py",
    "newer-proof-other": "test_logbook.py",
    "checkpoint-unreadable": "rooms/test_log_checkpoint.py",
    "checkpoint-signatures-unreadable": "rooms/test_log_checkpoint.py",
    "checkpoint-signed-twice": "rooms/test_log_checkpoint.py",
    "identity-kind": "rooms/test_seal_identity.py",
    "identity-slots": "rooms/test_seal_identity.py",
    "identity-order": "rooms/test_seal_identity.py",
    # What is left when no indication of the standard names it better.
    "signature": "",
    "timestamp": "",
}


def test_every_reason_is_brought_about_by_a_mutation_or_held_elsewhere() -> None:
    brought = {code for _, code in MUTATIONS.values()}
    court = {code for code in REASONS.values() if code.startswith(("court-", "opening"))}
    assert not brought & set(NO_MUTATION)
    assert all((ROOT / "tests" / name).exists() for name in NO_MUTATION.values())
    assert brought | set(NO_MUTATION) | court == set(REASONS.values())


def sentences() -> set[str]:
    """Every sentence in the check and its rooms that a document can be refused with."""
    found = set()
    source = ROOT / "src" / "sigill"
    for path in [
        source / "audit.py",
        *(one for room in ("sign", "log", "seal") for one in (source / room).rglob("*.py")),
    ]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "NotGenuine"
            if named and node.args:
                marked = node.args[0]
                assert isinstance(marked, ast.Call) and isinstance(marked.args[0], ast.Constant), path
                found.add(marked.args[0].value)
    return found


def test_every_sentence_has_a_code_of_its_own_and_nothing_else_has() -> None:
    assert sentences() == set(REASONS)
    assert len(set(REASONS.values())) == len(REASONS)


def test_the_manual_explains_every_code() -> None:
    page = (ROOT / "docs" / "manual" / "kontroll.md").read_text("utf-8")
    table = re.findall(r"^\| `([a-z-]+)` \| (.+?) \|$", page, re.MULTILINE)
    assert [code for code, _ in table] == list(REASONS.values())
    assert all(len(meaning) > 15 for _, meaning in table)
