"""The way of a decision, readable on one page: `prepare`, `conclude` (or `take`), `disclose`.

    draft → admit → compose → mask → verify → decide & sign → seal → record in log → notify

Until the log entry is written everything may be thrown away; after it there is only forward. `conclude` run twice
gives the same entry. Each stage is a type of its own (`sigill.decision.stages`), so a step cannot be left out.

The journey opens no file and knows no database: whatever the world has to offer comes in as a `House` of ports.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from sigill import ports
from sigill.decision.case import Case, parse_case
from sigill.decision.disclosure import DisclosureRequest, RegisteredRequest
from sigill.decision.document import plain_text
from sigill.decision.legal import Finding, Severity
from sigill.decision.people import StaffMember, StaffRegister
from sigill.decision.stages import (
    DecisionFacts,
    Draft,
    Identity,
    Letter,
    Masked,
    Parked,
    Recorded,
    Sealed,
    Signed,
    Verified,
)
from sigill.errors import N_, Awaiting, BadInput, LeakFound, NotGenuine, Refused, TamperEvidence, Temporary
from sigill.law import book, custody
from sigill.law import disclosure as law
from sigill.law.acts import Export, NotificationText
from sigill.law.form import DisclosureGround
from sigill.law.gate import admit, permit
from sigill.letters.board import Board
from sigill.letters.compose import compose
from sigill.letters.fonts import FOLDER as FONTS
from sigill.letters.read import read_document
from sigill.letters.typeset import typeset
from sigill.log import entry, proof
from sigill.mask.reset import mask_letters
from sigill.seal import box, bundle, content, identity, parking, retention
from sigill.seal.letter import open_letter, seal_letter
from sigill.sign.appearance import appearance, e_seal_lines, person_lines
from sigill.sign.elsewhere import Gap, fill_gap, leave_gap
from sigill.sign.field import IDENTITY_ATTACHMENT, Attachment, prepare_for_signature
from sigill.sign.pades import sign_letter
from sigill.sign.proof import stamp_proof
from sigill.sign.validate import validate
from sigill.verify.search import FAST, require_clean

_BESIDE = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sigill-typesetter")


def _nowhere(point: str) -> None:
    """The mark of a house that nobody tries to kill."""


def _unseen(make: Callable[[], proof.Proof]) -> proof.Proof:
    """The proof of a house without witnesses and without memory of what it has shown."""
    return make()


@dataclass(frozen=True, slots=True)
class House:
    """The ports a journey needs.

    Args:
        mark: called with a name at each point around the point of no return; a test kills the process there.
        vouch: makes a proof that leaves the house, shows its checkpoint to the witnesses and remembers it, so that a
            later check can hold the log to it.
    """

    clock: ports.Clock
    entropy: ports.Entropy
    store: ports.Store
    signers: ports.Signers
    record_key: ports.RecordKey
    log_key: ports.LogKey
    custodians: ports.Custodians
    hands: ports.Hands
    letterboxes: ports.Letterboxes
    mark: Callable[[str], None] = _nowhere
    vouch: Callable[[Callable[[], proof.Proof]], proof.Proof] = _unseen


@dataclass(frozen=True, slots=True)
class Approval:
    """The decision-maker's own act: these two letters, as read, are the decision.

    Args:
        staff_id: the employee who signs; None for an elected member.
        name: the elected member who signs for a board, committee or as chair; empty for an employee.
    """

    staff_id: str | None
    name: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Disclosed:
    """An opened record: what the recipient gets, and where the log tells of it.

    Args:
        request: on which it was opened.
        record_pdf: the signed record, unmasked, with its proof.
        openings: all eight of the identity record; for a court.
        log_index: the opening's entry.
        again: it was opened by an earlier run on the same request.
    """

    request: RegisteredRequest
    record_pdf: bytes
    notification_pdf: bytes
    identities: tuple[Identity, ...]
    openings: tuple[str, ...]
    log_index: int
    again: bool


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person is told before a record with the person's name leaves.

    Args:
        held: the law keeps it from the person for now; it lies with the house.
        advice: (Swedish, English), from `threat_taxonomy.toml`.
    """

    staff_id: str
    decision: str
    dnr: str
    ground: str
    source: str
    requester: str
    recipient: str
    at: dt.datetime
    held: bool
    advice: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RequestState:
    """A registered request and how far it has come.

    Args:
        state: `refused`, `delivered` and `expired` are ends.
    """

    registered: RegisteredRequest
    state: Literal["waiting", "refused", "opened", "delivered", "expired"]


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
    composed = compose(admitted, board, decision_id=new_id(house.entropy))  # (2) two letters, as text
    masked = mask_letters(  # (3) the names leave here
        composed, admitted.withheld, given.staff, keep=names_that_stay(given.case)
    )
    permit(NotificationText(text_of(masked.notification), masked.facts.withheld))  # G22: the letter says so
    notification = _set(masked.notification, masked, board)
    record = _BESIDE.submit(_set, masked.record, masked, board)  # set while the notification is searched
    _search(notification, admitted.withheld, given.staff, names_that_stay(given.case))  # (4) fresh eyes
    return Verified(
        record_pdf=record.result(),
        notification_pdf=notification,
        facts=masked.facts,
        signatory=masked.signatory,
        identities=masked.identities,
        withheld=admitted.withheld,
        replaced=masked.replaced,
    )


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
        Awaiting: decision-makers sign outside the house. The decision waits; `take` goes on when the signature is here.
    """
    _same_person(prepared, approval)
    facts, signed = prepared.facts, None
    with house.store.exclusive(facts.key):
        issued = already_issued(facts.key, facts.content_sha256, house)
        if issued is None:
            _require_clock(house)
            if house.signers.elsewhere is not None:
                raise _park(prepared, names_that_stay(case), house)
            signed = _sign(prepared, house)  # (5) decide and sign
            house.mark("signed")
            _issue(signed, prepared.withheld, staff, names_that_stay(case), house)  # (6), (7)
        recorded = finish(facts.key, house, again=issued is not None)  # (8) proof, last timestamp; safe to repeat
    return _with_record(recorded, signed, house) if with_record else recorded


def take(
    decision: str,
    signatures: Mapping[str, bytes],
    house: House,
    *,
    staff: StaffRegister,
    with_record: bool = False,
) -> Recorded:
    """The second half of `conclude` for a decision that waits: from signatures made elsewhere to the notification.

    Run twice, it gives the same entry.

    Args:
        decision: its id or key.
        signatures: letter (`record`, `notification`) → detached CMS, for each letter that waits.
        staff, with_record: as for `conclude`.
    Raises:
        BadInput: nothing waits under that id, a signature is missing, wrong, or somebody else's.
        Temporary: as for `conclude`.
    """
    key, signed = key_of(decision, house), None
    with house.store.exclusive(key):
        issued = house.store.find(key)
        if issued is None:
            _require_clock(house)
            parked = parked_decision(key, house)
            signed = _take(parked, signatures, house)  # (5) decided and signed, elsewhere
            house.mark("signed")
            _issue(signed, parked.withheld, staff, parked.stay, house)  # (6), (7)
        recorded = finish(key, house, again=issued is not None)  # (8)
    return _with_record(recorded, signed, house) if with_record else recorded


def _issue(
    signed: Signed, withheld: Sequence[StaffMember], staff: StaffRegister, stay: Sequence[str], house: House
) -> None:
    _search(signed.notification_pdf, withheld, staff, stay)  # again, on the signed bytes
    permit(_export(signed.facts))  # G23, G24
    house.mark("searched")
    sealed = _seal(signed, house)  # (6) record and openings under lock
    house.mark("sealed")
    house.store.issue(_row(sealed, house), entry.commit(sealed.event, sealed.salt))  # (7)
    # POINT OF NO RETURN: row and log entry are written, in one transaction. From here on only forward.
    house.mark("recorded")


def _with_record(recorded: Recorded, signed: Signed | None, house: House) -> Recorded:
    if signed is None:
        return recorded
    stored = house.store.find(recorded.facts.key)
    assert stored is not None
    return replace(recorded, record_pdf=stamp_proof(signed.record_pdf, log_proof(stored, house), house.signers))


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


def request_opening(request: DisclosureRequest, house: House) -> RegisteredRequest:
    """Register a request to open one sealed record: it stands in the log, cannot be changed, and runs out.

    Args:
        request: who asks, for whom, on what ground, which record, for how long.
    Raises:
        BadInput: no such decision or ground. Refused: the request does not say what it must.
    """
    law.require(law.judge_request(request))
    facts = decode_facts(_issued(request.decision, house).facts)
    now = house.clock.now()
    registered = RegisteredRequest(
        id=new_id(house.entropy),
        request=replace(request, decision=facts.decision_id),
        made_at=now,
        expires_at=law.expiry(request, now),
    )
    record_act(house, registered.id, "requested", facts.decision_id, msgspec.json.encode(registered))
    return registered


def opening_request(request_id: str, house: House) -> RequestState | None:
    """A request that stands in the log, and how far it has come; None if there is none."""
    return next(iter(_states(house.store.acts(request_id), house)), None)


def opening_requests(house: House, decision: str = "") -> tuple[RequestState, ...]:
    """All requests, or those for one decision (by id), in the log's order."""
    return _states(house.store.acts(decision=decision), house)


def group_to_open(request_id: str, acting: Sequence[str], house: House) -> tuple[ports.Issue, tuple[str, ...]]:
    """The decision, and the group that its custodians `acting` release their parts for (`sigill.seal.box.release`).

    Raises:
        Refused: these custodians may not open on this request; nothing is logged yet, since nothing was tried.
    """
    state = opening_request(request_id, house)
    registered = state.registered if state else None
    law.require(law.judge_opening(registered, acting, custodians(house).opening, house.clock.now()))
    assert registered is not None
    ground, issued = book.disclosure_ground(registered.request.ground), _issued(registered.request.decision, house)
    if issued.disposed:
        raise disposed()
    return issued, law.group_for(ground, acting)


def disclose(
    request_id: str, parts: Sequence[box.Part], house: House, *, recipient: StaffMember | None = None
) -> Disclosed:
    """The only way back to a name: open one sealed record. Logged before anything is released.

    Whoever it concerns is told in the same transaction. Run again on the same request, it gives the same opening,
    until the copy has been handed out.

    Args:
        request_id: of a request that stands in the log.
        parts: what the custodians released on their own machines, one each.
        recipient: the officer who gets to see it, on grounds where only an uninvolved officer does.
    Raises:
        Refused: these custodians may not open on this request, it has run out or is closed, or the officer is in the
            record; the attempt is logged. TamperEvidence: parts and box do not fit.
    """
    with house.store.exclusive(f"request {request_id}"):
        state = opening_request(request_id, house)
        try:
            registered = _may_open(state, parts, recipient, house)  # (1) admitted?
            request, ground = registered.request, book.disclosure_ground(registered.request.ground)
            issued = _issued(request.decision, house)
            facts = decode_facts(issued.facts)
            month = retention_key(issued, house)  # what has been disposed of says so, before any key is used
            whole = [*parts, *_house_part(issued, ground, parts, house)]
            clear = box.open_box(issued.box, whole, month)  # (2)
            record_pdf, jwt, openings = content.unpack(clear)
            keys = {house.record_key.key_id: house.record_key.public_bytes()}
            identities = identity.open_in_court(jwt, openings, keys)
            if ground.gets == "officer":
                _uninvolved(recipient, identities, record_pdf)
        except Refused as refused:
            _deny(request_id, state, parts, refused, house)
            raise
        house.mark("before opening is logged")
        notices = _notices(registered, identities, facts, house)
        data = msgspec.json.encode({"custodians": sorted(one.holder for one in parts)})
        opened = record_act(house, request_id, "opened", facts.decision_id, data, notices=notices)  # (3)
        house.mark("opening logged")
        # Only now does anything leave this function.
        finished = finish(issued.key, house, again=True)
        return Disclosed(
            request=registered,
            record_pdf=stamp_proof(record_pdf, log_proof(issued, house), house.signers),
            notification_pdf=finished.notification_pdf,
            identities=identities,
            openings=openings,
            log_index=opened.log_index,
            again=state is not None and state.state == "opened",
        )


def hand_out(disclosed: Disclosed, name: str, data: bytes, hatch: ports.Hatch, house: House) -> str:
    """Let one copy of an opened record leave, once. Says where it is.

    Args:
        name: of the copy. data: the record, the court's bundle, or either sealed to the recipient's key.
    Raises:
        Refused: the copy has been handed out, or was begun elsewhere. BadInput: something else is in its place.
    """
    request_id, decision = disclosed.request.id, disclosed.request.request.decision
    place = hatch.place(name)
    with house.store.exclusive(f"request {request_id}"):
        state = opening_request(request_id, house)
        begun = {act.kind: act for act in house.store.acts(request_id)}
        where = msgspec.json.encode({"place": _digest(place.encode()).hex()})
        elsewhere = "handing" in begun and begun["handing"].data != where
        if state is None or state.state != "opened" or elsewhere:
            raise Refused(
                N_("The copy has been handed out, or was begun in another place; it is written once."),
                N_("Register a new request if another copy is needed."),
            )
        if "handing" not in begun:
            hatch.require_free(name)
            record_act(house, request_id, "handing", decision, where)
        house.mark("handing logged")
        digest = hatch.put(name, data)  # gives what a killed run has written, if it came that far
        house.mark("copy written")
        record_act(house, request_id, "delivered", decision, msgspec.json.encode({"copy": digest.hex()}))
        house.mark("delivered")
    return place


def refuse_opening(request_id: str, reason: str, by: str, house: House) -> None:
    """Refuse a request, for ever. A party's, a court's or a supervisor's cannot be refused.

    Args:
        reason: at least four words; kept sealed, since it may tell of people.
        by: staff id of whoever refuses.
    Raises:
        Refused: the law does not allow it (G25, G30), or it has been opened. BadInput: no such request.
    """
    with house.store.exclusive(f"request {request_id}"):
        state = opening_request(request_id, house)
        if state is None:
            raise BadInput(N_("There is no request with that id."), N_("Take the id from `sigill request`."))
        law.require(law.judge_refusal(state.registered.request.ground, reason))
        if state.state not in ("waiting", "expired"):
            raise Refused(N_("The request is closed already."), N_("Register a new request."))
        record_act(
            house,
            request_id,
            "refused",
            state.registered.request.decision,
            msgspec.json.encode({"by": by}),
            sealed=seal_letter(reason.encode(), house.custodians.house_public_key()),
        )


def court_bundle(disclosed: Disclosed) -> bytes:
    """What goes to the court: record, notification and all eight openings, unmasked (G16, G30; FL 46 §).

    Raises:
        Refused: the record was not opened for a court.
    """
    if disclosed.request.request.ground != "court":
        raise Refused(N_("The record was not opened for a court."), N_("Register a request with the court's ground."))
    return bundle.pack(disclosed.record_pdf, disclosed.notification_pdf, disclosed.openings)


def read_notices(private_key: bytes, house: House) -> tuple[Notice, ...]:
    """The notices that were sealed to a key: an employee's own, or the house's for those who have none."""
    opened = (open_letter(one, private_key) for one in house.store.notices())
    return tuple(msgspec.json.decode(one, type=Notice) for one in opened if one is not None)


def record_act(
    house: House,
    subject: str,
    kind: str,
    decision: str,
    data: bytes,
    *,
    sealed: bytes = b"",
    notices: Sequence[bytes] = (),
    often: bool = False,
) -> ports.Act:
    """Write an act and its log entry. The first of its kind on a subject stays, and is what comes back.

    Args:
        subject: id of the request or query. data: JSON without names. sealed: what names may stand in.
        often: the kind may happen more than once on a subject.
    """
    _require_clock(house)
    now = house.clock.now()
    event = entry.event(
        kind,
        now,
        {
            "decision": _digest(decision.encode()),
            "request": _digest(subject.encode()),
            "act": entry.act_digest(data, sealed),
        },
    )
    slot = f"{subject}/{kind}" + (f"/{new_id(house.entropy)}" if often else "")
    new = ports.Act(slot, subject, kind, decision, now, data, sealed, event)
    salt = house.entropy.token_bytes(32)
    return house.store.act(new, entry.commit(event, salt), salt, notices)


def custodians(house: House) -> custody.Roster:
    """The custodians as they stand: the founders of the key folder, and every step since that the log has.

    Raises:
        TamperEvidence: a step was not written by this house.
    """
    acts = house.store.acts(kind=custody.KIND)
    steps = custody.decode([one.data for one in acts], house.custodians.house_private_key()) if acts else []
    return custody.roster(house.custodians.members(), steps)


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
    """The proof that `issued` stands in the log, under a fresh checkpoint, cosigned by the witnesses that answer."""
    return house.vouch(
        lambda: proof.prove(issued.event, issued.salt, issued.log_index, house.store.nodes, house.log_key)
    ).encode()


# --- steps of an opening ---------------------------------------------------------------------------------------


def _issued(decision: str, house: House) -> ports.Issue:
    issued = house.store.find(decision)
    if issued is None:
        raise BadInput(N_("No decision with that id has been issued here."), N_("Take the id from the receipt."))
    return issued


def _states(acts: Sequence[ports.Act], house: House) -> tuple[RequestState, ...]:
    kinds: dict[str, set[str]] = {}
    for act in acts:
        kinds.setdefault(act.subject, set()).add(act.kind)
    found = []
    for act in acts:
        if act.kind != "requested":
            continue
        registered = msgspec.json.decode(act.data, type=RegisteredRequest)
        past: Literal["delivered", "refused", "opened", "expired", "waiting"] = "waiting"
        if registered.expires_at <= house.clock.now():
            past = "expired"
        for kind in ("opened", "refused", "delivered"):
            if kind in kinds[act.subject]:
                past = kind
        found.append(RequestState(registered, past))
    return tuple(found)


def _may_open(
    state: RequestState | None, parts: Sequence[box.Part], recipient: StaffMember | None, house: House
) -> RegisteredRequest:
    acting = [one.holder for one in parts]
    registered = state.registered if state else None
    law.require(law.judge_opening(registered, acting, custodians(house).opening, house.clock.now()))
    assert state is not None
    if state.state not in ("waiting", "opened"):
        raise Refused(N_("The request is closed already."), N_("Register a new request."))
    wanted = state.registered.request.recipient_staff_id
    if recipient is not None and recipient.staff_id != wanted:
        raise Refused(N_("The request names another recipient."), N_("Register a new request."))
    return state.registered


def _house_part(
    issued: ports.Issue, ground: DisclosureGround, parts: Sequence[box.Part], house: House
) -> tuple[box.Part, ...]:
    """The house's own part where one custodian is enough: for an admitted request that stands in the log only."""
    if ground.custodians > 1:
        return ()
    group = law.group_for(ground, [one.holder for one in parts])
    return (box.release(issued.box, law.HOUSE, house.custodians.house_private_key(), group),)


def _uninvolved(recipient: StaffMember | None, identities: Sequence[Identity], record_pdf: bytes) -> None:
    """FL 18 §: whoever compares or tests takes no part in the case. Read by fresh eyes, before anything is shown."""
    involved = Refused(N_("Somebody else must do this."), N_("Choose an officer who takes no part in the case."))
    if recipient is None:
        raise Refused(
            N_("On this ground only a named officer may see the record."),
            N_("Name the officer's staff id and register."),
        )
    if any(one.staff_id == recipient.staff_id for one in identities):
        raise involved
    try:
        require_clean({"record.pdf": record_pdf}, [recipient], readers=FAST)
    except LeakFound:
        raise involved from None


def _deny(
    request_id: str, state: RequestState | None, parts: Sequence[box.Part], refused: Refused, house: House
) -> None:
    data = {
        "custodians": sorted(one.holder for one in parts),
        "findings": [f"{one.rule} {one.place}" for one in refused.findings],
    }
    decision = state.registered.request.decision if state else ""
    subject = request_id if state else "unknown"
    record_act(house, subject, "denied", decision, msgspec.json.encode(data), often=True)


def _notices(
    registered: RegisteredRequest, identities: Sequence[Identity], facts: DecisionFacts, house: House
) -> tuple[bytes, ...]:
    """Sealed letters to those it concerns; each to the person's own key, or to the house's for those without one."""
    request, ground = registered.request, book.disclosure_ground(registered.request.ground)
    held = ground.tell == "held"
    common = house.custodians.house_public_key()
    sealed = []
    for staff_id in dict.fromkeys(one.staff_id for one in identities):
        notice = Notice(
            staff_id=staff_id,
            decision=facts.decision_id,
            dnr=facts.dnr,
            ground=ground.id,
            source=ground.source,
            requester=request.requester,
            recipient=request.recipient,
            at=house.clock.now(),
            held=held,
            advice=tuple((one.text_sv, one.text_en) for one in book.advice(ground)),
        )
        own = None if held else house.letterboxes.letterbox(staff_id)
        sealed.append(seal_letter(msgspec.json.encode(notice), own or common))
    return tuple(sealed)


# --- steps of an issue ------------------------------------------------------------------------------------------


def new_id(entropy: ports.Entropy) -> str:
    """A random id, 26 characters."""
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


def _set(letter: Letter, masked: Masked, board: Board) -> bytes:
    return typeset(letter, board, date=masked.facts.decision_date)


def _search(pdf: bytes, withheld: Sequence[StaffMember], staff: StaffRegister, stay: Sequence[str]) -> None:
    if withheld:
        require_clean({"notification.pdf": pdf}, withheld, others=stay, register=staff, readers=FAST, lone="any")


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


def _fields(prepared: Verified, now: dt.datetime, house: House) -> tuple[bytes, bytes, identity.IdentityRecord]:
    """Record and notification with their empty signature fields, and the identity record that the latter carries."""
    facts = prepared.facts
    # The handler's own hand: the sealed identity then proves more than what a clerk typed.
    persons = [
        replace(one, hand=house.hands.sign(one.staff_id, one.name, facts.content_sha256)) for one in prepared.identities
    ]
    record = identity.issue_identity(persons, {"decision": facts.decision_id}, house.record_key, house.entropy)
    attachment = Attachment(
        IDENTITY_ATTACHMENT,
        record.jwt.encode("ascii"),
        "application/sd-jwt",
        "Förseglad identitetspost / sealed identity record",
    )
    record_pdf = prepare_for_signature(
        prepared.record_pdf, field_name=_FIELD, tooltip="Beslutsfattarens underskrift", date=now
    )
    notification_pdf = prepare_for_signature(
        prepared.notification_pdf,
        field_name=_FIELD,
        tooltip="Myndighetens stämpel" if facts.maker_withheld else "Beslutsfattarens underskrift",
        attachments=[attachment],
        date=now,
    )
    return record_pdf, notification_pdf, record


_FIELD = "Underskrift"


_BACK = dt.timedelta(minutes=1)


def _require_clock(house: House) -> None:
    """A clock that was set back would date decisions before others that the log already has.

    Raises:
        Temporary: it stands more than a minute before the newest log entry.
    """
    newest = house.store.newest_event()
    if newest is not None and house.clock.now() < dt.datetime.fromisoformat(entry.read_event(newest)["at"]) - _BACK:
        raise Temporary(
            N_("The clock stands before the newest entry of the log."),
            N_("Nothing was done; set the clock right, then run it again."),
        )


def _sign(prepared: Verified, house: House) -> Signed:
    facts, now = prepared.facts, house.clock.now()
    record_pdf, notification_pdf, record = _fields(prepared, now, house)
    own = house.signers.for_person(prepared.signatory.name, prepared.signatory.staff_id)
    person = appearance(person_lines(prepared.signatory.name, prepared.signatory.title, now.date()), FONTS)
    signed_record = sign_letter(
        record_pdf,
        credential=own,
        signers=house.signers,
        field_name=_FIELD,
        appearance=person,
        level="B-LTA",
        signing_time=now,
    )
    if facts.maker_withheld:
        signed_notification = _e_seal(notification_pdf, facts, house)
    else:
        signed_notification = sign_letter(
            notification_pdf,
            credential=own,
            signers=house.signers,
            field_name=_FIELD,
            appearance=person,
            level="B-LT",
            signing_time=now,
        )
    return Signed(signed_record, signed_notification, facts, record.openings, record.jwt)


def _e_seal(notification_pdf: bytes, facts: DecisionFacts, house: House) -> bytes:
    # G24: a personal certificate would print the name; the organisation's e-seal says whose letter it is.
    now = house.clock.now()
    return sign_letter(
        notification_pdf,
        credential=house.signers.e_seal(),
        signers=house.signers,
        field_name=_FIELD,
        appearance=appearance(e_seal_lines(facts.municipality, now.date()), FONTS),
        level="B-LT",
        signing_time=now,
    )


def _park(prepared: Verified, stay: tuple[str, ...], house: House) -> Awaiting:
    """Let a decision wait for its signature, if it does not yet."""
    facts, now = prepared.facts, house.clock.now()
    known = next((one for one in house.store.waiting() if one.key == facts.key), None)
    if known is None:
        record_pdf, notification_pdf, record = _fields(prepared, now, house)
        person = appearance(person_lines(prepared.signatory.name, prepared.signatory.title, now.date()), FONTS)
        gaps: dict[Literal["record", "notification"], tuple[int, int]] = {}
        record_gap = leave_gap(record_pdf, field_name=_FIELD, appearance=person, signing_time=now)
        gaps["record"] = (record_gap.start, record_gap.end)
        if not facts.maker_withheld:  # else the house's own e-seal stands there, when the record is signed
            gap = leave_gap(notification_pdf, field_name=_FIELD, appearance=person, signing_time=now)
            notification_pdf, gaps["notification"] = gap.pdf, (gap.start, gap.end)
        parked = Parked(
            record_pdf=record_gap.pdf,
            notification_pdf=notification_pdf,
            gaps=gaps,
            facts=facts,
            signatory=prepared.signatory,
            openings=record.openings,
            identity_jwt=record.jwt,
            withheld=prepared.withheld,
            stay=stay,
        )
        own = house.entropy.token_bytes(box.KEY_SIZE)
        month = house.custodians.retention_key(facts.retention_month)
        house.store.wait(
            ports.Waiting(
                key=facts.key,
                decision_id=facts.decision_id,
                content_sha256=facts.content_sha256,
                since=now,
                retention_month=facts.retention_month,
                wrapped=retention.wrap(own, month, facts.decision_id),
                sealed=parking.lock(msgspec.msgpack.encode(parked), own, facts.decision_id, house.entropy),
            )
        )
        house.mark("parked")
    elif known.content_sha256 != facts.content_sha256:
        raise Refused(
            N_("This decision waits for its signature with other content."),
            N_("Withdraw it first with `sigill sign withdraw`, and tell whoever was to sign."),
            place=known.decision_id,
        )
    return Awaiting(
        N_("The decision waits for the decision-maker's signature; nothing has been issued."),
        N_("Fetch what is to be signed with `sigill sign pending`, and hand the signature in with `sigill sign take`."),
        place=known.decision_id if known else facts.decision_id,
    )


def key_of(decision: str, house: House) -> str:
    """The key of a decision that waits or has been issued, by its id or key.

    Raises:
        BadInput: there is none.
    """
    for one in house.store.waiting():
        if decision in (one.key, one.decision_id):
            return one.key
    issued = house.store.find(decision)
    if issued is None:
        raise BadInput(
            N_("No decision with that id waits for a signature here."), N_("See `sigill sign pending`."), place=decision
        )
    return issued.key


def withdraw(decision: str, house: House) -> None:
    """Forget a decision that waits for its signature.

    Raises:
        BadInput: nothing waits under that id; what was issued cannot be withdrawn.
    """
    key = key_of(decision, house)
    with house.store.exclusive(key):
        if house.store.find(key) is not None:
            raise BadInput(
                N_("This decision has been issued; it can no longer be withdrawn."),
                N_("Correct it under 36 § FL, or change it by a new decision with a diary number of its own."),
                place=decision,
            )
        house.store.withdraw(key)


def parked_decision(key: str, house: House) -> Parked:
    """A decision that waits, decrypted.

    Raises:
        BadInput: it does not wait (any more). TamperEvidence: it has been altered.
    """
    waiting = next((one for one in house.store.waiting() if one.key == key), None)
    if waiting is None:
        raise BadInput(N_("No decision with that id waits for a signature here."), N_("See `sigill sign pending`."))
    month = house.custodians.retention_key(waiting.retention_month)
    own = retention.unwrap(waiting.wrapped, month, waiting.decision_id)
    parked = msgspec.msgpack.decode(parking.unlock(waiting.sealed, own, waiting.decision_id), type=Parked)
    if parked.facts.key != key:
        raise TamperEvidence(
            N_("A decision that waits for its signature has been altered, or does not fit its key."),
            N_("Keep it as it is, withdraw it, and prepare the decision anew."),
            place=waiting.decision_id,
        )
    return parked


def digests_to_sign(parked: Parked) -> Mapping[str, bytes]:
    """Letter → SHA-256 that is to be signed."""
    return {letter: _gap(parked, letter).digest for letter in parked.gaps}


def _gap(parked: Parked, letter: str) -> Gap:
    pdf = parked.record_pdf if letter == "record" else parked.notification_pdf
    return Gap(pdf, *parked.gaps["record" if letter == "record" else "notification"])


def _take(parked: Parked, signatures: Mapping[str, bytes], house: House) -> Signed:
    facts, elsewhere = parked.facts, house.signers.elsewhere
    if elsewhere is None:
        raise BadInput(N_("Decision-makers do not sign elsewhere here."), N_("Mend `decision_maker` in signing.toml."))
    if set(signatures) != set(parked.gaps):
        raise BadInput(
            N_("Signatures are needed for: {letters}."),
            N_("Hand in one for each letter that waits, and no other."),
            place=facts.decision_id,
            letters=", ".join(parked.gaps),
        )
    letters = {}
    for letter, signature in signatures.items():
        letters[letter], certificate = fill_gap(_gap(parked, letter), signature, house.signers)
        # JO 8000-2016: whoever signs is whoever decided, also when somebody hands in a good signature of another's.
        elsewhere.require_own(certificate, parked.signatory.name, parked.signatory.staff_id)
        try:
            validate(letters[letter], elsewhere.roots(), at=house.clock.now())
        except NotGenuine as reason:
            raise BadInput(
                N_("The signature that was handed in does not pass the check: {reason}"),
                N_("Nothing was issued. Have the handed-out digest signed again."),
                place=letter,
                reason=reason.problem,
            ) from None
    notification = letters.get("notification") or _e_seal(parked.notification_pdf, facts, house)
    return Signed(letters["record"], notification, facts, parked.openings, parked.identity_jwt)


def _seal(signed: Signed, house: House) -> Sealed:
    facts = signed.facts
    own = house.entropy.token_bytes(box.KEY_SIZE)
    members = custodians(house).sealing
    keys = {law.HOUSE: house.custodians.house_public_key(), **{one.id: one.public_key for one in members}}
    sealed_record = box.seal(
        content.pack(signed.record_pdf, signed.identity_jwt, signed.openings),
        aad=facts.decision_id.encode(),
        groups=law.sealing_groups(members),
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
