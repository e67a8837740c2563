"""A need for protection over time: asked for, assessed by somebody else, granted until a day, or refused with a reason.

    asked → granted → (expired) → asked again
          ↘ refused   ↘ ended early
          ↘ withdrawn

FL 33 § 4 st lets a name be left out where "it can be feared that the person" meets threats, harassment or other
serious inconvenience. So a need is always one person's, against one party or in one case: never a unit's, never
everybody's (G17). It ends by itself (G33), and no text here promises that the name is secret.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from sigill.decision.case import Withhold
from sigill.decision.legal import Finding, Severity, Typology
from sigill.errors import N_, BadInput, Refused
from sigill.protection.value import FACT_WORDS, Value, remark, words

LONGEST = dt.timedelta(days=365)
"""An assessment older than twelve months is doubted by the gate (G33); none is made for longer."""
USUAL = dt.timedelta(days=182)
"""What a form proposes: half a year."""
REMIND = (30, 7, 0)
"""Days before the end on which the assessor and the person are reminded."""

_ROUTINE = ("rutin", "alltid", "samtliga handläggare", "alla handläggare", "schablon", "regelmässigt")


class State(enum.StrEnum):
    """Where a need stands on a given day."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    EXPIRED = "expired"


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.ASKED: frozenset({State.GRANTED, State.REFUSED, State.WITHDRAWN}),
    State.GRANTED: frozenset({State.ENDED, State.EXPIRED}),
    State.REFUSED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.ENDED: frozenset(),
    State.EXPIRED: frozenset(),
}
"""Permitted moves. What is over stays over: a renewal is a need of its own that names the earlier one."""


class Asked(Value, frozen=True):
    """Somebody asks for protection, for herself or for a colleague.

    Args:
        person: staff id of the one to be protected. asked_by: staff id of the one who asks; may be the same.
        party: an opaque key of the party it concerns; the caller makes it. case: diary number. One of them is needed.
        forms: ids of the typology, as the asker sees it.
        what_happened: facts, in the asker's own words.
        incidents: ids of incidents that it rests on.
    """

    person: str
    asked_by: str
    asked_at: dt.datetime
    what_happened: str
    forms: tuple[str, ...] = ()
    party: str = ""
    case: str = ""
    incidents: tuple[str, ...] = ()


class Assessment(Value, frozen=True):
    """Why, how bad, and until when, judged by somebody else than the person.

    Args:
        ground: one of the three of FL 33 § 4 st. forms, factors, severity: as in the typology.
        facts: what happened, or what the fear rests on; about this very person.
        review_by: the last day it holds.
    """

    assessed_by: str
    assessed_on: dt.date
    ground: str
    forms: tuple[str, ...]
    severity: int
    facts: str
    review_by: dt.date
    factors: tuple[str, ...] = ()


class Ending(Value, frozen=True):
    """A need that was refused, withdrawn or ended before its time: by whom, when and why."""

    kind: Literal["refused", "withdrawn", "ended"]
    by: str
    at: dt.datetime
    reason: str


class Need(Value, frozen=True):
    """One person's need for protection. `earlier`: the need that this one renews."""

    id: str
    asked: Asked
    assessment: Assessment | None = None
    ending: Ending | None = None
    earlier: str = ""


def state(need: Need, today: dt.date) -> State:
    """Where `need` stands on the day `today`; nobody has to act for it to expire (G33)."""
    if need.ending is not None:
        return State(need.ending.kind)
    if need.assessment is None:
        return State.ASKED
    return State.GRANTED if today <= need.assessment.review_by else State.EXPIRED


def ask(need_id: str, asked: Asked, typology: Typology, *, earlier: Need | None = None) -> Need:
    """A new need.

    Args:
        earlier: the need that has run out, or soon will, and is asked for again; must be the same person's.
    Raises:
        Refused: no facts, neither party nor case, an unknown form. BadInput: `earlier` is somebody else's.
    """
    if earlier is not None and earlier.asked.person != asked.person:
        raise BadInput(N_("A need for protection is renewed for the same person."), N_("Ask for a new one."))
    found = []
    if words(asked.what_happened) < FACT_WORDS:
        found.append(_few_facts("what_happened"))
    if not asked.party and not asked.case:
        found.append(
            remark(
                "G17",
                "FL 33 § 4 st",
                "party",
                "Ange vilken part eller vilket ärende det gäller; skydd ges aldrig för alla ärenden på en gång.",
                "Say which party or case it concerns; protection is never given for all cases at once.",
            )
        )
    found += _unknown("forms", asked.forms, typology.forms)
    _stop_at(found)
    return Need(id=need_id, asked=asked, earlier=earlier.id if earlier else "")


def review(
    need: Need,
    given: Assessment,
    typology: Typology,
    *,
    today: dt.date,
    others: Iterable[Need] = (),
) -> tuple[Finding, ...]:
    """Everything that can be said against an assessment, at once, so that a page can show it beside the fields.

    Args:
        others: other needs, to see facts that were copied from one person to another (G17), or from the need
            that this one renews (G33).
    """
    found: list[Finding] = []
    if given.assessed_by == need.asked.person:
        found.append(_self_assessment("assessed_by"))
    if given.ground not in typology.grounds:
        found.append(
            remark(
                "G17",
                "FL 33 § 4 st",
                "ground",
                "Grunden ska vara hot, trakasserier eller annan allvarlig olägenhet.",
                "The ground must be threat, harassment or other serious inconvenience.",
            )
        )
    found += _what(given, typology)
    found += _facts(need, given, others)
    found += _days(need, given, today)
    return tuple(found)


def assess(
    need: Need, given: Assessment, typology: Typology, *, today: dt.date, others: Iterable[Need] = ()
) -> tuple[Need, tuple[Finding, ...]]:
    """Grant `need`.

    Returns:
        the granted need, and the notes that stop nothing.
    Raises:
        Refused: the assessment does not hold; all findings. BadInput: the need has been dealt with already.
    """
    _must_be(need, today, State.GRANTED)
    found = review(need, given, typology, today=today, others=others)
    _stop_at(found)
    return msgspec.structs.replace(need, assessment=given), found


def refuse(need: Need, *, by: str, at: dt.datetime, reason: str) -> Need:
    """Refuse protection. The one who asked, and the person, always see the reason.

    Raises:
        Refused: no reason, or by the person herself. BadInput: the need has been dealt with already.
    """
    _must_be(need, at.date(), State.REFUSED)
    found = [_self_assessment("by")] if by == need.asked.person else []
    if words(reason) < FACT_WORDS:
        found.append(
            remark(
                "G17",
                "FL 33 § 4 st",
                "reason",
                "Skriv varför; den som frågade får alltid läsa skälet.",
                "Say why; the one who asked always reads the reason.",
            )
        )
    _stop_at(found)
    return msgspec.structs.replace(need, ending=Ending(kind="refused", by=by, at=at, reason=reason.strip()))


def withdraw(need: Need, *, by: str, at: dt.datetime, reason: str = "") -> Need:
    """The asker, or the person, no longer wants what nobody has assessed yet.

    Raises:
        BadInput: by somebody else, or the need has been dealt with.
    """
    _must_be(need, at.date(), State.WITHDRAWN)
    if by not in (need.asked.person, need.asked.asked_by):
        raise BadInput(
            N_("Only the one who asked, or the person it concerns, can withdraw it."),
            N_("Refuse it with a reason instead."),
        )
    return msgspec.structs.replace(need, ending=Ending(kind="withdrawn", by=by, at=at, reason=reason.strip()))


def end(need: Need, *, by: str, at: dt.datetime, reason: str) -> Need:
    """Protection that is no longer needed ends before its day; the reason is kept.

    Raises:
        Refused: no reason. BadInput: the need is not granted.
    """
    _must_be(need, at.date(), State.ENDED)
    if not reason.strip():
        _stop_at(
            [remark("G33", "FL 33 § 4 st", "reason", "Skriv varför skyddet upphör.", "Say why the protection ends.")]
        )
    return msgspec.structs.replace(need, ending=Ending(kind="ended", by=by, at=at, reason=reason.strip()))


class Reminder(Value, frozen=True):
    """`need` holds for `days_left` more days; 0 on its last day, negative when it has run out unrenewed."""

    need: str
    person: str
    assessor: str
    review_by: dt.date
    days_left: int


def reminders(needs: Iterable[Need], today: dt.date) -> tuple[Reminder, ...]:
    """Whom to remind today, the most urgent first. A need that has been asked for again reminds nobody.

    A day on which nobody ran this is made up for: each reminder stands from its threshold to the next.
    """
    everything = tuple(needs)
    renewed = {one.earlier for one in everything if one.earlier}
    due = []
    for one in everything:
        if one.assessment is None or one.ending is not None or one.id in renewed:
            continue
        left = (one.assessment.review_by - today).days
        if left <= REMIND[0]:
            due.append(
                Reminder(
                    need=one.id,
                    person=one.asked.person,
                    assessor=one.assessment.assessed_by,
                    review_by=one.assessment.review_by,
                    days_left=left,
                )
            )
    return tuple(sorted(due, key=lambda one: (one.days_left, one.need)))


def threshold(days_left: int) -> int | None:
    """Which of `REMIND` a reminder belongs to; None when it is too early. A need that has run out belongs to -1.

    Whoever sends reminders keeps (need, threshold), so that each is sent once.
    """
    if days_left < 0:
        return -1
    return next((one for one in reversed(REMIND) if days_left <= one), None)


def withheld_in(
    needs: Iterable[Need], *, people: Iterable[str], parties: Iterable[str], case: str, on: dt.date
) -> tuple[Withhold, ...]:
    """What a case may leave out: one entry per person of the record who is protected against its party on the day.

    Args:
        people: staff ids of FL 31 § (G18: nobody else). parties: the opaque keys of the case's parties.
        case: its diary number. on: the day of the decision.
    """
    wanted, keys, found = set(people), set(parties), dict[str, Need]()
    for one in needs:
        about_this = (one.asked.party and one.asked.party in keys) or (one.asked.case and one.asked.case == case)
        if one.asked.person in wanted and about_this and _holds(one, on):
            kept = found.get(one.asked.person)
            if kept is None or _last_day(kept) < _last_day(one):
                found[one.asked.person] = one
    return tuple(entry_of(found[person]) for person in sorted(found))


def entry_of(need: Need) -> Withhold:
    """What a case file says of a need that has been granted, whether it still holds or not."""
    given = need.assessment
    assert given is not None
    return Withhold(
        staff_id=need.asked.person,
        ground=given.ground,
        facts=given.facts,
        assessed_by=given.assessed_by,
        assessed_on=given.assessed_on,
        review_by=given.review_by,
    )


def _holds(need: Need, on: dt.date) -> bool:
    return need.assessment is not None and need.assessment.assessed_on <= on and state(need, on) is State.GRANTED


def _last_day(need: Need) -> dt.date:
    assert need.assessment is not None
    return need.assessment.review_by


def _must_be(need: Need, today: dt.date, target: State) -> None:
    now = state(need, today)
    if target not in TRANSITIONS[now]:
        raise BadInput(
            N_("This need for protection is `{state}` and cannot become `{target}`."),
            N_("Ask for protection again if it is still needed."),
            state=now.value,
            target=target.value,
        )


def _stop_at(found: Iterable[Finding]) -> None:
    everything = tuple(found)
    if any(one.stops for one in everything):
        raise Refused(
            N_("The need for protection cannot be handled like this."),
            N_("Amend what the findings say."),
            findings=everything,
        )


def _what(given: Assessment, typology: Typology) -> list[Finding]:
    found = []
    if not given.forms:
        found.append(
            remark("G17", "FL 33 § 4 st", "forms", "Ange minst en form av hot.", "Name at least one form of threat.")
        )
    found += _unknown("forms", given.forms, typology.forms)
    found += _unknown("factors", given.factors, typology.factors)
    known = [typology.forms[one] for one in given.forms if one in typology.forms]
    level = typology.severities.get(given.severity)
    if level is None:
        found.append(
            remark("G17", "typologin", "severity", "Nivån ska vara 1–4.", "The level must be 1–4."),
        )
    elif given.severity == min(typology.severities):
        found.append(
            remark("G17", "FL 33 § 4 st", "severity", level.guidance_sv, "Normally no ground by itself.", Severity.NOTE)
        )
    if known and given.ground in typology.grounds and all(one.ground != given.ground for one in known):
        found.append(
            remark(
                "G17",
                "FL 33 § 4 st",
                "ground",
                "Ingen av formerna svarar mot grunden; kontrollera valet.",
                "None of the forms comes close to the ground; check the choice.",
                Severity.NOTE,
            )
        )
    return found


def _facts(need: Need, given: Assessment, others: Iterable[Need]) -> list[Finding]:
    found = []
    if words(given.facts) < FACT_WORDS:
        found.append(_few_facts("facts"))
    if any(word in given.facts.casefold() for word in _ROUTINE):
        found.append(
            remark(
                "G17",
                "FL 33 § 4 st",
                "facts",
                "Bedömningen låter som en rutin; kontrollera att den gäller just den här personen.",
                "The assessment sounds like a routine; check that it is about this very person.",
                Severity.NOTE,
            )
        )
    for other in others:
        if other.assessment is None or other.id == need.id or not _same(other.assessment.facts, given.facts):
            continue
        if other.id == need.earlier:
            found.append(
                remark(
                    "G33",
                    "FL 33 § 4 st",
                    "facts",
                    "Omständigheterna är ordagrant de gamla; skriv vad som talar för att farhågan består.",
                    "The facts are word for word the old ones; say what speaks for the fear still being there.",
                )
            )
        elif other.asked.person != need.asked.person:
            found.append(
                remark(
                    "G17",
                    "FL 33 § 4 st",
                    "facts",
                    "En annan person har ordagrant samma omständigheter; bedöm var och en för sig.",
                    "Another person has word for word the same facts; assess each alone.",
                )
            )
    return found


def _days(need: Need, given: Assessment, today: dt.date) -> list[Finding]:
    found = []
    if not need.asked.asked_at.date() <= given.assessed_on <= today:
        found.append(
            remark(
                "G17",
                "FL 33 § 4 st",
                "assessed_on",
                "Bedömningen görs efter att skyddet begärts och senast i dag.",
                "The assessment is made after the protection was asked for and not later than today.",
            )
        )
    if given.review_by < today:
        found.append(
            remark(
                "G33",
                "FL 33 § 4 st",
                "review_by",
                "Sista dagen har redan passerat.",
                "The last day has already passed.",
            )
        )
    if given.review_by - given.assessed_on > LONGEST:
        found.append(
            remark(
                "G33",
                "FL 33 § 4 st",
                "review_by",
                "Ett skydd gäller högst ett år; därefter görs en ny bedömning.",
                "Protection holds for a year at most; then it is assessed again.",
            )
        )
    return found


def _few_facts(place: str) -> Finding:
    return remark(
        "G17",
        "FL 33 § 4 st",
        place,
        "Skriv kort vad som hänt eller vad farhågan bygger på; en kryssruta räcker inte.",
        "Say briefly what happened or what the fear rests on; a tick is not enough.",
    )


def _self_assessment(place: str) -> Finding:
    return remark(
        "G17",
        "FL 33 § 4 st [I]",
        place,
        "Ingen bedömer sin egen hotbild; någon annan ska göra det.",
        "Nobody assesses the threat against himself or herself; somebody else must.",
        Severity.BLOCK,
    )


def _unknown(place: str, given: Iterable[str], known: Mapping[str, object]) -> list[Finding]:
    return [
        remark("G17", "typologin", f"{place}[{index}]", "Värdet finns inte i typologin.", "Not in the typology.")
        for index, one in enumerate(given)
        if one not in known
    ]


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split() != []
