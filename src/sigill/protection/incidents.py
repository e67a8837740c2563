"""An incident: what happened, told in a minute, and what must be done about it, by when.

G32: a serious incident brings the prompts of the typology (police, AML 3:3 a, occupational injury, crisis support,
the threat assessment …) as duties with a deadline each. Each is answered: done, or not needed and why. Nothing
counts as done by itself, and nothing unanswered disappears.

The deadlines: where a statute says *without delay* the paper gives no hours; the hours below are the program's own
working limits for the reminder, not the law's, and the text shown says which.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from sigill.decision.legal import Crime, Finding, Prompt, Typology
from sigill.errors import N_, BadInput, Refused
from sigill.protection.value import Value, remark, words

ACUTE = 4
SERIOUS = 3

Channel = Literal["meeting", "phone", "mail", "email", "message", "online", "home", "elsewhere", "other"]
CHANNELS: Mapping[Channel, str] = {
    "meeting": N_("at a meeting or in reception"),
    "phone": N_("on the telephone"),
    "mail": N_("in a letter"),
    "email": N_("by e-mail"),
    "message": N_("by text message or chat"),
    "online": N_("on the internet"),
    "home": N_("at somebody's home"),
    "elsewhere": N_("elsewhere"),
    "other": N_("in another way"),
}
"""Where it came; what a phone's first screen offers."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """How soon a prompt must be answered.

    Args:
        hours: after the incident was recorded; after it happened for a duty that the law ties to the event.
        words: what the law says about the time, or that the limit is our own.
    """

    hours: int
    words: str


_NOW = Deadline(1, N_("at once"))  # an hour, before it counts as late
_DAY = Deadline(24, N_("within a day (our own limit)"))
_DELAY = Deadline(24, N_("without delay (the law's words; we remind after a day)"))
_WEEK = Deadline(7 * 24, N_("within a week (our own limit)"))
_FORTNIGHT = Deadline(14 * 24, N_("within fourteen days (our own limit)"))

DEADLINES: Mapping[str, Deadline] = {
    "larma": _NOW,
    "aml_underrattelse": _DELAY,  # AML 3:3 a
    "arbetsskada": _DELAY,  # SFB 42:10 "omedelbart"
    "krisstod": Deadline(12, N_("the same day (our own limit)")),
    "sakra_bevis": Deadline(4, N_("before anything is taken down (our own limit)")),
    "polisanmalan": _DAY,
    "hotbedomning": _DAY,  # the typology's guidance for level 3: within a day
    "namnskydd_fl33": _DAY,
    "skyddsombud": _DAY,
    "it_atgard": _DAY,
    "myndighetssamverkan": _DAY,
    "orosanmalan_hanteras_av_annan": Deadline(14 * 24, N_("within fourteen days of the report (SoL 20:2)")),
    "sam": _FORTNIGHT,
}
"""By prompt id. What is not here is answered within a week."""

_ALWAYS = ("sam",)  # AML 3:2 a: the employer investigates and takes measures
_AT_SERIOUS = ("polisanmalan", "hotbedomning", "namnskydd_fl33")
_AT_ACUTE = ("larma", "aml_underrattelse", "krisstod", "skyddsombud", "hotbedomning", "polisanmalan")
_AT_INJURY = ("arbetsskada", "aml_underrattelse", "avtalsforsakring", "krisstod")


class Answer(Value, frozen=True):
    """One duty answered. `note` says why when it was not needed."""

    prompt: str
    by: str
    at: dt.datetime
    done: bool
    note: str = ""


class Incident(Value, frozen=True):
    """Something that happened to one or several employees.

    Args:
        persons: staff ids of those it was directed at.
        happened_at, recorded_at: with time zone.
        form: of the typology. severity: 1–4; the form's own unless somebody said otherwise.
        said: what was said or done; the one field of free text a phone asks for.
        witnesses: staff ids.
        injured: somebody was hurt, also in mind. danger: serious danger to life or health (AML 3:3 a).
        party: opaque key, empty when unknown. case: diary number.
    """

    id: str
    recorded_by: str
    recorded_at: dt.datetime
    happened_at: dt.datetime
    persons: tuple[str, ...]
    form: str
    channel: Channel
    severity: int
    said: str
    injured: bool = False
    danger: bool = False
    factors: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    party: str = ""
    case: str = ""
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do, or to say why not.

    Args:
        due: when a reminder goes out. when: the words of its deadline, to translate.
        answer: what was answered, None while it stands open.
    """

    prompt: Prompt
    due: dt.datetime
    when: str
    answer: Answer | None

    def late(self, now: dt.datetime) -> bool:
        """Whether it stands open after its time."""
        return self.answer is None and self.due < now


def record(
    incident_id: str,
    typology: Typology,
    *,
    recorded_by: str,
    recorded_at: dt.datetime,
    form: str,
    said: str,
    channel: Channel,
    happened_at: dt.datetime | None = None,
    persons: Iterable[str] = (),
    severity: int | None = None,
    injured: bool = False,
    danger: bool = False,
    factors: Iterable[str] = (),
    witnesses: Iterable[str] = (),
    party: str = "",
    case: str = "",
) -> Incident:
    """An incident from as little as three answers: what kind, what was said or done, and where.

    What is not said is taken to be: now, against the one who records it, as severe as the form usually is; an
    injury or danger to life makes it acute.

    Raises:
        Refused: nothing said, an unknown form, level or factor, a time that has not been yet.
    """
    found: list[Finding] = []
    if not said.strip():
        found.append(remark("G32", "AML 3:2 a", "said", "Skriv vad som sades eller gjordes.", "Say what happened."))
    known = typology.forms.get(form)
    if known is None:
        found.append(remark("G32", "typologin", "form", "Välj vad det liknar mest.", "Choose what it is most like."))
    happened = happened_at or recorded_at
    if happened > recorded_at:
        found.append(remark("G32", "AML 3:2 a", "happened_at", "Tiden har inte varit än.", "That time is yet to come."))
    level = severity or (known.severity if known else ACUTE)
    if injured or danger:
        level = ACUTE
    if level not in typology.severities:
        found.append(remark("G32", "typologin", "severity", "Nivån ska vara 1–4.", "The level must be 1–4."))
    given = tuple(dict.fromkeys(factors))
    found += [
        remark("G32", "typologin", f"factors[{index}]", "Värdet finns inte i typologin.", "Not in the typology.")
        for index, one in enumerate(given)
        if one not in typology.factors
    ]
    if channel not in CHANNELS:
        found.append(remark("G32", "AML 3:2 a", "channel", "Välj var det hände.", "Choose where it happened."))
    if found:
        raise Refused(
            N_("The incident cannot be recorded like this."), N_("Amend what the findings say."), findings=tuple(found)
        )
    return Incident(
        id=incident_id,
        recorded_by=recorded_by,
        recorded_at=recorded_at,
        happened_at=happened,
        persons=tuple(dict.fromkeys(persons)) or (recorded_by,),
        form=form,
        channel=channel,
        severity=level,
        said=said.strip(),
        injured=injured,
        danger=danger,
        factors=given,
        witnesses=tuple(dict.fromkeys(witnesses)),
        party=party,
        case=case,
    )


def duties(incident: Incident, typology: Typology) -> tuple[Duty, ...]:
    """What must be done about it, the first due first. Derived each time, so that a changed typology shows."""
    answered = {one.prompt: one for one in incident.answers}
    wanted = list(typology.forms[incident.form].prompts)
    if incident.severity >= SERIOUS:
        wanted += _AT_SERIOUS
    if incident.severity >= ACUTE:
        wanted += _AT_ACUTE
    if incident.injured:
        wanted += _AT_INJURY
    wanted += [*_ALWAYS, *answered]
    found = []
    for name in dict.fromkeys(wanted):
        deadline = DEADLINES.get(name, _WEEK)
        due = incident.recorded_at + dt.timedelta(hours=deadline.hours)
        found.append(Duty(typology.prompts[name], due, deadline.words, answered.get(name)))
    return tuple(sorted(found, key=lambda one: (one.due, one.prompt.id)))


def crimes(incident: Incident, typology: Typology) -> tuple[Crime, ...]:
    """Which crimes it may be, as guidance for a police report; the police and the prosecutor judge."""
    return tuple(typology.crimes[one] for one in typology.forms[incident.form].crimes)


def answer(incident: Incident, given: Answer, typology: Typology) -> Incident:
    """The incident with one duty answered. A later answer takes the earlier one's place; both stay in the history
    that the caller keeps.

    Raises:
        Refused: not needed, but no word why. BadInput: it is no duty of this incident.
    """
    if given.prompt not in {one.prompt.id for one in duties(incident, typology)}:
        raise BadInput(N_("That is no duty of this incident."), N_("Answer one that is listed."))
    if not given.done and words(given.note) < 2:
        raise Refused(
            N_("The duty cannot be answered like this."),
            N_("Amend what the findings say."),
            findings=(
                remark("G32", "AML 3:2 a", "note", "Skriv varför det inte behövs.", "Say why it is not needed."),
            ),
        )
    kept = tuple(one for one in incident.answers if one.prompt != given.prompt)
    return msgspec.structs.replace(incident, answers=(*kept, given))


def unanswered(incidents: Iterable[Incident], typology: Typology) -> tuple[tuple[Incident, Duty], ...]:
    """All open duties of all incidents, the most urgent first: the queue, and what the job runner reminds of."""
    found = [(incident, duty) for incident in incidents for duty in duties(incident, typology) if duty.answer is None]
    return tuple(sorted(found, key=lambda one: (one[1].due, one[0].id, one[1].prompt.id)))
