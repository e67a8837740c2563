"""Objections of disqualification (jäv) by somebody who does not know the names: ask, compare, rule, answer.

    (1) ask      the party says whom or what the objection is about; it is sealed, and the answer's day is set
    (2) compare  an officer who takes no part in the case opens the record, logged, and compares
    (3) rule     the officer rules, with reasons; sealed
    (4) answer   on the day that was set, in the same words, of the same length

Promise: `answer` never opens the ruling. What the party hears is made of the diary number, the day of asking and the
day of answering, and so tells nothing of whether a name was right. The day does not depend on the outcome: it is set
when the party asks, and if nobody has ruled by then the next one is a whole `WAIT` later.

What it does not do: it cannot keep the party from the record, which is a right (OSL 10:3 st. 2), and it does not amend
a decision in which somebody disqualified took part: that is a new decision, with a notification of its own (FL 36–39).
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from sigill import journey, ports
from sigill.decision.dates import swedish_date
from sigill.decision.people import StaffMember
from sigill.decision.stages import Identity
from sigill.errors import N_, BadInput, Refused, TamperEvidence, Temporary
from sigill.journey import House
from sigill.names.fold import fold
from sigill.seal.box import Part
from sigill.seal.letter import PAD, open_letter, seal_letter

WAIT = dt.timedelta(days=7)
"""From asking to answering, and from one possible day of answering to the next. FL 18 § asks for a prompt trial [I]."""

MANY = 3
"""From so many different names by one party on one decision it is shown as a series of guesses."""

MAX_OBJECTION = PAD - 512
"""Longest objection, in bytes; so that every one has the same length when sealed."""

_ANSWER = """\
{board}

Svar på invändning om jäv                                     {answered}

Ärende {dnr}

Er invändning om jäv, som kom in den {asked}, har prövats av en handläggare
som inte deltar i ärendet. Skälen är antecknade.

Är någon som deltagit i ärendet jävig fattas ett nytt beslut av någon annan,
och ni får då en ny underrättelse. Annars står beslutet fast.

Det här svaret ser likadant ut vem eller vad invändningen än gäller och hur
prövningen än har gått. Det varken bekräftar eller utesluter någon.

Ni har rätt att få beslutsdokumentationen, där det står vilka som har deltagit
(10 kap. 3 § andra stycket offentlighets- och sekretesslagen).

---

Answer to an objection of disqualification. Your objection, received on
{asked_iso}, has been tried by an officer who takes no part in the case, and the
reasons are on file. If anybody who took part is disqualified, somebody else
decides anew and you get a new notification; otherwise the decision stands. This
answer is the same whoever or whatever you object to and however it was ruled.
You have a right to the decision record, which names those who took part.
"""


class Objection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a party objects to. Kept sealed: it may name people.

    Args:
        party: who objects, as the case has it: "parten", "vårdnadshavare 2".
        words: whom or what it is about: a kinship, a neighbour, an earlier dispute.
        persons: names the party gives, if any.
    """

    party: str
    words: str
    persons: tuple[str, ...] = ()


class Query(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An objection that stands in the log. Nothing of what it says.

    Args:
        id: random. decision: decision id. by: staff id of whoever registered it.
        answer_at: not before this does the party hear.
    """

    id: str
    decision: str
    by: str
    asked_at: dt.datetime
    answer_at: dt.datetime


class Ruling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the officer found. Kept sealed."""

    disqualified: bool
    reasons: str


@dataclass(frozen=True, slots=True, repr=False)
class Series:
    """The objections by one party on one decision.

    Args:
        queries: how many. persons: how many different names in all.
    """

    queries: int
    persons: int

    @property
    def guessing(self) -> bool:
        """Whether it looks as if names were tried out."""
        return self.persons >= MANY or (self.queries > 1 and self.persons > 1)


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """What the officer sees, and nobody else.

    Args:
        objection: as the party put it.
        identities: those whom the notification leaves out; the others stand in it by name.
        record_pdf: the record, with everybody in it.
        alike: names the party gave that share a name with somebody left out; a hint, the officer judges.
        series: shown so that a row of guesses is seen as one.
    """

    query: Query
    objection: Objection
    identities: tuple[Identity, ...]
    record_pdf: bytes
    alike: tuple[str, ...]
    series: Series


@dataclass(frozen=True, slots=True)
class Answer:
    """What the party hears.

    Args:
        text: UTF-8. at: its day; the earliest moment it may leave.
    """

    text: bytes
    at: dt.datetime


def ask(decision: str, objection: Objection, by: str, house: House) -> Query:
    """(1) Register an objection. Nothing is compared, so nothing can be told.

    Args:
        decision: decision id.
        by: staff id of whoever registers it.
    Raises:
        BadInput: no such decision, or the objection says nothing or too much.
    """
    issued = house.store.find(decision)
    if issued is None:
        raise BadInput(N_("No decision with that id has been issued here."), N_("Take the id from the receipt."))
    text = msgspec.json.encode(objection)
    if not objection.party.strip() or not objection.words.strip() or not by.strip() or len(text) > MAX_OBJECTION:
        raise BadInput(
            N_("An objection says who objects and to whom or what, in at most {most} characters."),
            N_("Shorten it, or say what is missing."),
            most=MAX_OBJECTION,
        )
    now = house.clock.now()
    query = Query(journey.new_id(house.entropy), issued.decision_id, by, now, now + WAIT)
    sealed = seal_letter(text, house.custodians.house_public_key())
    journey.record_act(house, query.id, "jav_asked", query.decision, msgspec.json.encode(query), sealed=sealed)
    return query


def queries(house: House, decision: str = "") -> tuple[tuple[Query, str], ...]:
    """All objections, or those on one decision, each with its state: `asked`, `compared`, `ruled`, `answered`."""
    found: dict[str, tuple[Query, str]] = {}
    for act in house.store.acts(decision=decision):
        if act.kind == "jav_asked":
            found[act.subject] = (msgspec.json.decode(act.data, type=Query), "asked")
        elif act.kind.startswith("jav_") and act.subject in found:
            found[act.subject] = (found[act.subject][0], act.kind.removeprefix("jav_"))
    return tuple(found.values())


def compare(query_id: str, request_id: str, parts: Sequence[Part], officer: StaffMember, house: House) -> Comparison:
    """(2) One opening for one officer: the sealed record beside the objection.

    Args:
        request_id: of a request on the ground `jav`, with the officer as recipient.
        parts: what two custodians released.
        officer: takes no part in the case; `journey.disclose` searches the record for the officer first.
    Raises:
        Refused: the officer is in the record, has asked the question, or the request is not for this.
        BadInput: there is no such query.
    """
    query, acts = _query(query_id, house)
    state = journey.opening_request(request_id, house)
    asked = state.registered.request if state else None
    if asked is None or asked.ground != "jav" or asked.decision != query.decision:
        raise Refused(N_("The request is not for this objection."), N_("Register one on the ground of jav."))
    if officer.staff_id == query.by:
        raise Refused(N_("Somebody else must do this."), N_("Choose an officer who takes no part in the case."))
    if "jav_ruled" in acts:
        raise Refused(N_("The objection has been ruled on."), N_("A new objection is registered as a new one."))
    data = msgspec.json.encode({"by": officer.staff_id, "request": request_id})
    with house.store.exclusive(f"jav {query_id}"):
        begun = _query(query_id, house)[1].get("jav_compared")
        if begun is not None and begun.data != data:
            raise Refused(N_("The objection has been compared on another request."), N_("Let that officer rule."))
        opened = journey.disclose(request_id, parts, house, recipient=officer)
        journey.record_act(house, query.id, "jav_compared", query.decision, data)
    objection = _objection(acts["jav_asked"], house)
    return Comparison(
        query=query,
        objection=objection,
        identities=opened.identities,
        record_pdf=opened.record_pdf,
        alike=tuple(one for one in objection.persons if any(_alike(one, who.name) for who in opened.identities)),
        series=_series(query, objection, house),
    )


def rule(query_id: str, officer_id: str, ruling: Ruling, house: House) -> None:
    """(3) Rule, once. The request under which the officer looked is closed by it.

    Args:
        officer_id: staff id of the officer who compared.
    Raises:
        Refused: another officer compared, or it has been ruled on.
        BadInput: no such query, or no reasons.
    """
    with house.store.exclusive(f"jav {query_id}"):
        query, acts = _query(query_id, house)
        compared = msgspec.json.decode(acts["jav_compared"].data) if "jav_compared" in acts else {}
        if compared.get("by") != officer_id:
            raise Refused(N_("Whoever compared the objection with the record rules on it."))
        if "jav_ruled" in acts:
            raise Refused(N_("The objection has been ruled on."), N_("A new objection is registered as a new one."))
        text = msgspec.json.encode(ruling)
        if len(ruling.reasons.split()) < 4 or len(text) > MAX_OBJECTION:
            raise BadInput(N_("Give the reasons for the ruling, in at least four words."))
        sealed = seal_letter(text, house.custodians.house_public_key())
        data = msgspec.json.encode({"by": officer_id})
        journey.record_act(house, query.id, "jav_ruled", query.decision, data, sealed=sealed)
        house.mark("jav ruled")
        journey.record_act(house, compared["request"], "delivered", query.decision, b"{}")


def ruling_of(query_id: str, house: House) -> Ruling | None:
    """The ruling, for the board's lawyer and whoever decides anew; None before there is one."""
    _, acts = _query(query_id, house)
    return msgspec.json.decode(_unseal(acts["jav_ruled"], house), type=Ruling) if "jav_ruled" in acts else None


def answer(query_id: str, house: House) -> Answer:
    """(4) What the party hears. Reads when it was ruled, and never how.

    Raises:
        Refused: nobody has ruled yet. Temporary: the day has not come.
        BadInput: no such query.
    """
    query, acts = _query(query_id, house)
    if "jav_ruled" not in acts:
        raise Refused(N_("Nobody has ruled on the objection yet."), N_("Let an uninvolved officer compare and rule."))
    at = answer_day(query, acts["jav_ruled"].at)
    if house.clock.now() < at:
        raise Temporary(
            N_("The answer may not leave before its day, whatever it is: {day}."),
            N_("Run this again then."),
            day=at.date().isoformat(),
        )
    issued = house.store.find(query.decision)
    assert issued is not None
    facts = journey.decode_facts(issued.facts)
    text = _ANSWER.format(
        board=facts.board,
        dnr=facts.dnr,
        asked=swedish_date(query.asked_at.date()),
        asked_iso=query.asked_at.date().isoformat(),
        answered=at.date().isoformat(),
    ).encode()
    journey.record_act(house, query.id, "jav_answered", query.decision, b"{}")
    return Answer(text, at)


def answer_day(query: Query, ruled_at: dt.datetime) -> dt.datetime:
    """The first day of answering at or after the ruling: `answer_at`, or whole waits later."""
    late = max(0, math.ceil((ruled_at - query.answer_at) / WAIT))
    return query.answer_at + late * WAIT


def _query(query_id: str, house: House) -> tuple[Query, Mapping[str, ports.Act]]:
    acts = {act.kind: act for act in house.store.acts(query_id)}
    if "jav_asked" not in acts:
        raise BadInput(N_("There is no objection with that id."), N_("Take the id from `sigill jav list`."))
    return msgspec.json.decode(acts["jav_asked"].data, type=Query), acts


def _objection(act: ports.Act, house: House) -> Objection:
    return msgspec.json.decode(_unseal(act, house), type=Objection)


def _unseal(act: ports.Act, house: House) -> bytes:
    text = open_letter(act.sealed, house.custodians.house_private_key())
    if text is None:
        raise TamperEvidence(
            N_("What the store keeps of an act does not fit its log entry."),
            N_("Stop, keep everything as it is, and call the administrator."),
            place=f"entry {act.log_index}",
        )
    return text


def _series(query: Query, objection: Objection, house: House) -> Series:
    said = [_objection(act, house) for act in house.store.acts(decision=query.decision, kind="jav_asked")]
    same = [one for one in said if fold_words(one.party) == fold_words(objection.party)]
    return Series(len(same), len({fold_words(name) for one in same for name in one.persons}))


def fold_words(text: str) -> tuple[bytes, ...]:
    """The words of a name, folded, in a fixed order."""
    return tuple(sorted(fold(text).split()))


def _alike(guess: str, name: str) -> bool:
    return bool({one for one in fold_words(guess) if len(one) > 2} & set(fold_words(name)))
