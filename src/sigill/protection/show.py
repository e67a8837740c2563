"""Who may read what of a need for protection, and what the protected person is told to do now.

The person reads everything about herself, the assessor everything within her units, the asker the answer and its
reason. Nobody else learns that there is a need.
"""

import datetime as dt
from collections.abc import Mapping

from sigill.decision.legal import Prompt, Typology
from sigill.errors import N_
from sigill.protection.incidents import Incident
from sigill.protection.need import Need, State, state
from sigill.protection.patterns import Reader

_ANSWER = frozenset({"id", "person", "asked_at", "state", "until", "reason", "party", "case", "what_happened", "forms"})
_WHOLE = _ANSWER | {"asked_by", "ground", "facts", "severity", "factors", "assessed_by", "assessed_on", "earlier"}

READS: Mapping[str, frozenset[str]] = {"person": _WHOLE, "asker": _ANSWER, "assessor": _WHOLE, "other": frozenset()}
"""Relation of the reader to the need → what she reads of it."""


def relation(need: Need, reader: Reader, unit: str) -> str:
    """How `reader` stands to the need of a person in `unit`: a key of `READS`, the widest that applies.

    An assessor who is herself the person reads as the person; she assesses nothing of it.
    """
    if reader.staff_id == need.asked.person:
        return "person"
    if unit in reader.units:
        return "assessor"
    return "asker" if reader.staff_id == need.asked.asked_by else "other"


def show(need: Need, reader: Reader, unit: str, *, today: dt.date) -> Mapping[str, object] | None:
    """The fields of `need` that `reader` may see; None when she may not even know of it.

    Args:
        unit: the unit of the need's person.
    """
    allowed = READS[relation(need, reader, unit)]
    if not allowed:
        return None
    given = need.assessment
    everything = {
        "id": need.id,
        "person": need.asked.person,
        "asked_by": need.asked.asked_by,
        "asked_at": need.asked.asked_at,
        "what_happened": need.asked.what_happened,
        "forms": given.forms if given else need.asked.forms,
        "party": need.asked.party,
        "case": need.asked.case,
        "state": state(need, today),
        "until": given.review_by if given else None,
        "reason": need.ending.reason if need.ending else "",
        "ground": given.ground if given else "",
        "facts": given.facts if given else "",
        "severity": given.severity if given else 0,
        "factors": given.factors if given else (),
        "assessed_by": given.assessed_by if given else "",
        "assessed_on": given.assessed_on if given else None,
        "earlier": need.earlier,
    }
    return {key: value for key, value in everything.items() if key in allowed}


def may_read(incident: Incident, reader: Reader, units: Mapping[str, str]) -> bool:
    """Whether `reader` may read an incident: those it hit, who told of it, its witnesses, and who assesses them.

    Args:
        units: staff id to unit.
    """
    near = {*incident.persons, *incident.witnesses, incident.recorded_by}
    return reader.staff_id in near or any(units.get(one) in reader.units for one in incident.persons)


STANDING: Mapping[State, tuple[str, ...]] = {
    State.ASKED: (
        N_("Your need for protection has not been assessed yet. Until then your name stands in letters as usual."),
        N_("If a decision is to be sent before that, tell your manager now."),
    ),
    State.GRANTED: (
        N_("Your name is left out of written notifications to this party until the date shown."),
        N_("It stays in the decision record. The party may ask for that record, and gets it."),
        N_("You are told each time somebody asks for your name, before the copy leaves."),
        N_("Do not put your name in e-mails, text messages or voice mail to this party: they are not covered."),
    ),
    State.REFUSED: (
        N_("Protection was not granted; the reason is shown. Your name stands in letters as usual."),
        N_("Tell more and ask again if something has happened or was left out."),
    ),
    State.WITHDRAWN: (N_("The request was withdrawn. Your name stands in letters as usual."),),
    State.ENDED: (N_("The protection has ended; the reason is shown. Your name stands in letters as usual."),),
    State.EXPIRED: (
        N_("The protection has run out. Your name stands in letters as usual."),
        N_("Ask again if you still have something to fear; an old assessment is never prolonged by itself."),
    ),
}
"""What the state of a need means to the person, in so many words. Nothing here promises secrecy (OSL 10:3 st. 2)."""

_FOR_THE_PERSON = ("larma", "polisanmalan", "kontaktforbud", "skyddade_uppgifter", "krisstod", "arbetsskada")


def advice(need: Need, typology: Typology) -> tuple[Prompt, ...]:
    """What the person herself can do now, from the forms of the threat; police and protected details come first.

    Only prompts that a person can act on; the employer's own duties stand with the incident.
    """
    forms = need.assessment.forms if need.assessment else need.asked.forms
    wanted = {prompt for one in forms if one in typology.forms for prompt in typology.forms[one].prompts}
    wanted.add("polisanmalan")
    return tuple(typology.prompts[one] for one in _FOR_THE_PERSON if one in wanted)
