"""The way of a decision, readable on one page: `prepare`, `conclude`, `disclose`.

    draft → admit → compose → mask → verify → decide & sign → seal → record in log → notify

Until the log entry is written everything may be thrown away; after it there is only forward. `conclude` run twice
gives the same entry. Each stage is a type of its own (`sigill.decision.stages`), so a step cannot be left out.

The journey opens no file and knows no database: whatever the world has to offer comes in as a `House` of ports.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from sigill import ports
from sigill.decision.case import Case, parse_case
from sigill.decision.document import plain_text
from sigill.decision.legal import Finding, Severity
from sigill.decision.people import StaffRegister
from sigill.decision.stages import (
    Admitted,
    DecisionFacts,
    Draft,
    Identity,
    Letter,
    Masked,
    Recorded,
    Sealed,
    Signed,
    Verified,
)
from sigill.errors import N_, BadInput, Refused
from sigill.law.acts import Export, NotificationText
from sigill.law.gate import admit, permit
from sigill.letters.board import Board
from sigill.letters.compose import compose
from sigill.letters.fonts import FOLDER as FONTS
from sigill.letters.read import read_document
from sigill.letters.typeset import typeset
from sigill.log import entry, proof
from sigill.mask.reset import mask_letters
from sigill.seal import box, content, identity, retention
from sigill.sign.appearance import appearance, e_seal_lines, person_lines
from sigill.sign.field import IDENTITY_ATTACHMENT, Attachment, prepare_for_signature
from sigill.sign.pades import sign_letter
from sigill.sign.proof import stamp_proof
from sigill.verify.search import FAST, require_clean


def _nowhere(point: str) -> None:
    """The mark of a house that nobody tries to kill."""


@dataclass(frozen=True, slots=True)
class House:
    """The ports a journey needs.

    Args:
        mark: called with a name at each point around the point of no return; a test kills the process there.
        seen: given every checkpoint that leaves the house, so that a later check can hold the log to it.
    """

    clock: ports.Clock
    entropy: ports.Entropy
    store: ports.Store
    signers: ports.Signers
    record_key: ports.RecordKey
    log_key: ports.LogKey
    custodians: ports.Custodians
    mark: Callable[[str], None] = _nowhere
    seen: Callable[[str], None] = _nowhere


@dataclass(frozen=True, slots=True)
class Approval:
    """The decision-maker's own act: these two letters, as read, are the decision.

    Args:
        staff_id: the employee who signs; None for an elected member.
        name: the elected member who signs for a board, committee or as chair; empty for an employee.
    """

    staff_id: str | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class DisclosureRequest:
    """A request to open one record.

    Args:
        decision: decision id.
        purpose: for whom, one of `PURPOSES`.
        basis: the legal basis, in words.
        recipient: the one who gets the copy.
    """

    decision: str
    purpose: str
    basis: str
    recipient: str


@dataclass(frozen=True, slots=True, repr=False)
class Disclosed:
    """An opened record: what the recipient gets, and where the log tells of it."""

    record_pdf: bytes
    identities: tuple[Identity, ...]
    log_index: int


def draft(case_toml: bytes, document: bytes, staff: StaffRegister, *, case_name: str, document_name: str) -> Draft:
    """Read a case and its document into a `Draft`.

    Raises:
        BadInput: either cannot be used; says which file and where.
    """
    case = parse_case(case_toml, place=case_name)
    return Draft(
        case=case,
        document=read_document(document, document_name),
        staff=staff,
        content_sha256=content_digest(case_toml, document),
    )


def content_digest(case_toml: bytes, document: bytes) -> bytes:
    """SHA-256 over case file and document: the same bytes are the same decision."""
    return hashlib.sha256(hashlib.sha256(case_toml).digest() + hashlib.sha256(document).digest()).digest()


def prepare(given: Draft, board: Board, house: House) -> Verified:
    """From the draft to the two verified letters that the decision-maker reads side by side. Writes nothing.

    Args:
        given: what the handler handed in.
        board: the template the letters are set on.
    Raises:
        Refused: the gate stops it; holds all findings.
        Blocked: a human must look (a party's name is also the withheld person's, say).
        LeakFound: fresh eyes could still read the person out of the notification.
    """
    today = house.clock.now().date()
    admitted = admit(given, today=today)  # (1) may these names be withheld, may this person decide?
    composed = compose(admitted, board, decision_id=_new_id(house.entropy))  # (2) two letters, as text
    masked = mask_letters(  # (3) the names leave here
        composed, admitted.withheld, given.staff, keep=names_that_stay(given.case)
    )
    permit(NotificationText(text_of(masked.notification), masked.facts.withheld))  # G22: the letter says so
    verified = _set(masked, admitted, board)
    _search(verified.notification_pdf, verified, given.staff, names_that_stay(given.case))  # (4) fresh eyes
    return verified


def conclude(
    prepared: Verified,
    approval: Approval,
    house: House,
    *,
    staff: StaffRegister,
    case: Case,
    with_record: bool = False,
) -> Recorded:
    """From the decision-maker's approval to the issued notification. Run twice, it gives the same entry.

    Args:
        prepared: what the decision-maker has read.
        approval: who signs; must be who decides (G09).
        staff, case: for the second search of the signed bytes.
        with_record: hand back the signed record in clear too; possible only now, before it is under lock.
    Raises:
        Refused: somebody else signs, or the decision was issued before with other content.
        Temporary: another run holds this decision, or the store cannot be reached; nothing is half done.
    """
    _same_person(prepared, approval)
    facts, record_pdf = prepared.facts, None
    with house.store.exclusive(facts.key):
        issued = already_issued(facts.key, facts.content_sha256, house)
        if issued is None:
            signed = _sign(prepared, house)  # (5) decide and sign
            house.mark("signed")
            _search(signed.notification_pdf, prepared, staff, names_that_stay(case))  # again, on the signed bytes
            permit(_export(facts))  # G23, G24
            house.mark("searched")
            sealed = _seal(signed, house)  # (6) record and openings under lock
            house.mark("sealed")
            house.store.issue(_row(sealed, house), entry.commit(sealed.event, sealed.salt))  # (7)
            # POINT OF NO RETURN: row and log entry are written, in one transaction. From here on only forward.
            house.mark("recorded")
            record_pdf = signed.record_pdf if with_record else None
        recorded = finish(facts.key, house, again=issued is not None)  # (8) proof, last timestamp; safe to repeat
    if record_pdf is None:
        return recorded
    stored = house.store.find(facts.key)
    assert stored is not None
    return replace(recorded, record_pdf=stamp_proof(record_pdf, log_proof(stored, house), house.signers))


def finish(key: str, house: House, *, again: bool) -> Recorded:
    """Give an issued decision its log proof and last timestamp, if it has none yet. The first result stays."""
    issued = house.store.find(key)
    if issued is None:
        raise BadInput(N_("There is no issued decision under that key."), N_("Issue it first."))
    if issued.disposed:
        raise disposed()
    final = issued.finished
    if final is None:
        final = stamp_proof(issued.notification, log_proof(issued, house), house.signers)
        house.mark("stamped")
        final = house.store.finish(key, final)
        house.mark("finished")
    facts = decode_facts(issued.facts)
    logged = entry.read_event(issued.event)["digests"]
    return Recorded(
        facts=facts,
        notification_pdf=final,
        log_index=issued.log_index,
        log_origin=house.log_key.origin,
        digests={
            "notification": hashlib.sha256(final).hexdigest(),
            **{name: logged[name] for name in ("record", "sealed_record", "identity")},
        },
        issued_at=issued.issued_at,
        again=again,
    )


def already_issued(key: str, content_sha256: bytes, house: House) -> ports.Issue | None:
    """The issue under `key`, None if there is none.

    Raises:
        Refused: it was issued with other content. FL 31, 36 §§: what was issued is corrected, not replaced (G03).
    """
    issued = house.store.find(key)
    if issued is None or issued.content_sha256 == content_sha256:
        return issued
    raise Refused(
        N_("This decision has been issued with other content."),
        N_("Correct it under 36 § FL, or change it by a new decision with a diary number of its own."),
        findings=(
            Finding(
                "G03",
                Severity.BLOCK,
                "FL 31 §, 36 §",
                "Beslutet är redan utfärdat med annat innehåll; det kan bara rättas eller ändras genom nytt beslut.",
                "The decision has been issued with other content; it can only be corrected or changed by a new one.",
                "dnr",
            ),
        ),
    )


PURPOSES = ("party", "court", "jo", "ivo", "police", "jav")
"""For whom a record may be opened. Curiosity has no entry."""


def disclose(request: DisclosureRequest, parts: Sequence[box.Part], house: House) -> Disclosed:
    """The only way back to a name: open one sealed record. Logged before anything is released.

    Args:
        request: who asks, for whom and on what basis.
        parts: what the custodians released on their own machines, one each.
    Raises:
        BadInput: no such decision or purpose. Refused: too few custodians, or the record has been shredded.
    """
    if request.purpose not in PURPOSES:
        raise BadInput(
            N_("`{purpose}` is no purpose a record may be opened for."),
            N_("Choose one of: {known}."),
            purpose=request.purpose,
            known=", ".join(PURPOSES),
        )
    issued = house.store.find(request.decision)
    if issued is None:
        raise BadInput(N_("No decision with that id has been issued here."), N_("Take the id from the receipt."))
    facts = decode_facts(issued.facts)
    clear = box.open_box(issued.box, parts, retention_key(issued, house))
    event = entry.event(
        "opened",
        house.clock.now(),
        {"decision": _digest(facts.decision_id.encode()), "request": _digest(msgspec.json.encode(request))},
    )
    salt = house.entropy.token_bytes(32)
    log_index = house.store.append(entry.commit(event, salt), event, salt)
    house.mark("opening logged")
    # Only now does anything leave this function.
    record_pdf, jwt, openings = content.unpack(clear)
    keys = {house.record_key.key_id: house.record_key.public_bytes()}
    return Disclosed(
        record_pdf=stamp_proof(record_pdf, log_proof(issued, house), house.signers),
        identities=identity.open_in_court(jwt, openings, keys),
        log_index=log_index,
    )


def retention_key(issued: ports.Issue, house: House) -> bytes:
    """The retention key of one record, 32 bytes.

    Raises:
        Refused: the record, or its month's key, has been disposed of.
    """
    if issued.disposed:
        raise disposed()
    month = house.custodians.retention_key(issued.retention_month)
    return retention.unwrap(issued.wrapped, month, issued.decision_id)


def disposed() -> Refused:
    """The error for a record that has been disposed of."""
    return Refused(
        N_("The record has been disposed of under chapter 16 of the Social Services Act; it is gone for ever."),
        N_("The log shows when."),
    )


def log_proof(issued: ports.Issue, house: House) -> bytes:
    """The proof that `issued` stands in the log, under a fresh checkpoint."""
    proven = proof.prove(issued.event, issued.salt, issued.log_index, house.store.nodes, house.log_key)
    house.seen(proven.checkpoint)
    return proven.encode()


# --- steps ------------------------------------------------------------------------------------------------------


def _new_id(entropy: ports.Entropy) -> str:
    # 128 bits: nobody can guess the id of a decision that exists.
    alphabet = "23456789abcdefghjkmnpqrstuvwxyz"
    number = int.from_bytes(entropy.token_bytes(16))
    digits = []
    for _ in range(26):
        number, digit = divmod(number, len(alphabet))
        digits.append(alphabet[digit])
    return "".join(digits)


def names_that_stay(case: Case) -> tuple[str, ...]:
    """Full names that stand in the letters and must stay: parties and elected members."""
    names = [one.name for one in case.party] + [one.name for one in case.decision_maker.politicians]
    names += [one.name for one in case.dissent]
    names += [name for name in (case.decision_maker.name, case.decision_maker.signed_by_name) if name]
    return tuple(dict.fromkeys(names))


def text_of(letter: Letter) -> str:
    """All of a letter's text, labels left out."""
    parts = [letter.title, *(" ".join(fact) for fact in letter.facts), *letter.addressees]
    for heading, document in [("", letter.body), *((one.heading, one.document) for one in letter.sections)]:
        parts += [heading, plain_text(document.blocks)]
    return "\n".join(part for part in parts if part)


def _set(masked: Masked, admitted: Admitted, board: Board) -> Verified:
    date = masked.facts.decision_date
    return Verified(
        record_pdf=typeset(masked.record, board, date=date),
        notification_pdf=typeset(masked.notification, board, date=date),
        facts=masked.facts,
        signatory=masked.signatory,
        identities=masked.identities,
        withheld=admitted.withheld,
        replaced=masked.replaced,
    )


def _search(pdf: bytes, prepared: Verified, staff: StaffRegister, stay: Sequence[str]) -> None:
    if prepared.withheld:
        require_clean(
            {"notification.pdf": pdf}, prepared.withheld, others=stay, register=staff, readers=FAST, lone="any"
        )


def _export(facts: DecisionFacts) -> Export:
    return Export(
        readers=len(FAST),
        maker_withheld=facts.maker_withheld,
        signature="e_seal" if facts.maker_withheld else "personal",
    )


def _same_person(prepared: Verified, approval: Approval) -> None:
    signatory = prepared.signatory
    same = approval.staff_id == signatory.staff_id if signatory.staff_id else approval.name == signatory.name
    if not same:
        # JO 8000-2016: nobody may be stated as decision-maker in another's place.
        raise Refused(
            N_("Whoever signs must be whoever decided."),
            N_("Let the decision-maker sign, or lift the case before it is decided."),
            findings=(
                Finding(
                    "G09",
                    Severity.BLOCK,
                    "JO 8000-2016",
                    "Den som undertecknar är inte den som beslutar.",
                    "The one who signs is not the one who decides.",
                    "decision_maker.signed_by",
                ),
            ),
        )


def _sign(prepared: Verified, house: House) -> Signed:
    facts, now = prepared.facts, house.clock.now()
    record = identity.issue_identity(
        prepared.identities, {"decision": facts.decision_id}, house.record_key, house.entropy
    )
    jwt = record.jwt.encode("ascii")
    person = appearance(person_lines(prepared.signatory.name, prepared.signatory.title, now.date()), FONTS)
    own = house.signers.for_person(prepared.signatory.name, prepared.signatory.staff_id)
    if facts.maker_withheld:
        # G24: a personal certificate would print the name; the organisation's e-seal says whose letter it is.
        seal = house.signers.e_seal()
        look = appearance(e_seal_lines(facts.municipality, now.date()), FONTS)
    else:
        seal, look = own, person
    attachment = Attachment(
        IDENTITY_ATTACHMENT, jwt, "application/sd-jwt", "Förseglad identitetspost / sealed identity record"
    )
    record_pdf = prepare_for_signature(
        prepared.record_pdf, field_name="Underskrift", tooltip="Beslutsfattarens underskrift", date=now
    )
    notification_pdf = prepare_for_signature(
        prepared.notification_pdf,
        field_name="Underskrift",
        tooltip="Myndighetens stämpel" if facts.maker_withheld else "Beslutsfattarens underskrift",
        attachments=[attachment],
        date=now,
    )
    return Signed(
        record_pdf=sign_letter(
            record_pdf,
            credential=own,
            signers=house.signers,
            field_name="Underskrift",
            appearance=person,
            level="B-LTA",
            signing_time=now,
        ),
        notification_pdf=sign_letter(
            notification_pdf,
            credential=seal,
            signers=house.signers,
            field_name="Underskrift",
            appearance=look,
            level="B-LT",
            signing_time=now,
        ),
        facts=facts,
        openings=record.openings,
        identity_jwt=record.jwt,
    )


def _seal(signed: Signed, house: House) -> Sealed:
    facts = signed.facts
    keys = house.custodians.public_keys()
    own = house.entropy.token_bytes(box.KEY_SIZE)
    sealed_record = box.seal(
        content.pack(signed.record_pdf, signed.identity_jwt, signed.openings),
        aad=facts.decision_id.encode(),
        groups=box.m_of_n(sorted(keys), house.custodians.quorum),
        public_keys=keys,
        retention_key=own,
        entropy=house.entropy,
    )
    event = entry.issued_event(
        house.clock.now(),
        notification_sha256=_digest(signed.notification_pdf),
        record_sha256=_digest(signed.record_pdf),
        box_sha256=_digest(sealed_record),
        identity_sha256=_digest(signed.identity_jwt.encode("ascii")),
    )
    return Sealed(
        box=sealed_record,
        wrapped=retention.wrap(own, house.custodians.retention_key(facts.retention_month), facts.decision_id),
        notification_pdf=signed.notification_pdf,
        facts=facts,
        event=event,
        salt=house.entropy.token_bytes(32),
    )


def _row(sealed: Sealed, house: House) -> ports.Issue:
    return ports.Issue(
        key=sealed.facts.key,
        decision_id=sealed.facts.decision_id,
        content_sha256=sealed.facts.content_sha256,
        notification=sealed.notification_pdf,
        box=sealed.box,
        retention_month=sealed.facts.retention_month,
        wrapped=sealed.wrapped,
        event=sealed.event,
        salt=sealed.salt,
        facts=msgspec.json.encode(sealed.facts),
        issued_at=house.clock.now(),
    )


def decode_facts(data: bytes) -> DecisionFacts:
    """The facts of an issued decision, from the store's JSON."""
    return msgspec.json.decode(data, type=DecisionFacts)


def receipt(recorded: Recorded) -> Mapping[str, object]:
    """What `receipt.json` says of an issued decision: no name, no staff id."""
    facts = recorded.facts
    return {
        "schema": 1,
        "outcome": "issued",
        "decision_id": facts.decision_id,
        "dnr": facts.dnr,
        "decision_type": facts.decision_type,
        "decision_date": facts.decision_date.isoformat(),
        "issued_at": recorded.issued_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "withheld": facts.withheld,
        "maker_withheld": facts.maker_withheld,
        "findings": [finding_json(one) for one in facts.findings],
        "left_out_of_source": dict(facts.left_out),
        "log": {"origin": recorded.log_origin, "index": recorded.log_index},
        "digests": {name: f"sha256:{value}" for name, value in recorded.digests.items()},
    }


def finding_json(finding: Finding) -> Mapping[str, str]:
    """A finding as a receipt shows it."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "source": finding.source,
        "place": finding.place,
        "message_sv": finding.message_sv,
        "message_en": finding.message_en,
    }


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
