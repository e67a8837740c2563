"""A draft as the rules look at it: the case, its type and the register, with the questions many rules ask.

Times in a case are compared with one another, so either all carry a time zone or none does (then Swedish
local time).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sigill.decision.case import Case, Event
from sigill.decision.document import Document
from sigill.decision.legal import DecisionType
from sigill.decision.people import StaffRegister
from sigill.errors import N_, BadInput

DRAFTED = ("draft_created", "draft_edited")
"""Actions by which somebody shapes the decision's text."""
KNOWN_ACTIONS = (
    "application_received",
    "proposal_filed",
    *DRAFTED,
    "lifted",
    "case_opened",
    "presented",
    "dissent",
    "decided",
    "signed",
)
"""Actions the rules read; any other is noted, so that a misspelt `decided` does not pass in silence."""


@dataclass(frozen=True, slots=True, repr=False)
class Matter:
    """What the rules judge when a decision is to be issued.

    Args:
        today: the day of judging; only for notes, so that a case is judged alike whenever it is read.
    """

    case: Case
    document: Document
    staff: StaffRegister
    decision_type: DecisionType
    today: dt.date

    @property
    def collective(self) -> bool:
        """Whether politicians decide together."""
        return self.case.decision_maker.kind in ("board", "committee")

    @property
    def maker_id(self) -> str | None:
        """Staff id of an employee who decides, else None."""
        maker = self.case.decision_maker
        return maker.staff_id if maker.kind == "employee" else None

    @property
    def recorded(self) -> frozenset[str]:
        """Staff ids in the 31 § record."""
        return frozenset(self.case.record_staff_ids)

    @property
    def maker_withheld(self) -> bool:
        """Whether the notification leaves out the one who decides."""
        return self.maker_id is not None and self.maker_id in self.case.withheld_ids

    @property
    def appointed_official(self) -> bool:
        """Whether an employee acts on the board's special appointment, which is no delegation (LVU 43 § p.
        2)."""
        maker = self.case.decision_maker
        return maker.kind == "employee" and maker.appointed and self.decision_type.employee_by_appointment

    @property
    def delegated(self) -> bool:
        """Whether the power to decide comes by delegation (KL 6:37, 7:5)."""
        kind = self.case.decision_maker.kind
        return kind == "committee" or (kind == "employee" and not self.appointed_official)

    def politicians(self) -> Iterator[tuple[str, str]]:
        """Key and name of every elected person who takes part, each name once."""
        maker = self.case.decision_maker
        if maker.kind == "chair" and maker.name and not same_name(maker.name, *(p.name for p in maker.politicians)):
            yield "decision_maker.name", maker.name
        for i, one in enumerate(maker.politicians):
            yield f"decision_maker.politicians[{i}]", one.name

    def is_politician(self, name: str | None) -> bool:
        """Whether an elected person of that name takes part."""
        return name is not None and same_name(name, *(known for _, known in self.politicians()))

    def events(self, *actions: str) -> Iterator[tuple[str, Event]]:
        """Key and event, of the given actions, in the case's order."""
        for i, event in enumerate(self.case.event):
            if action_of(event) in actions:
                yield f"event[{i}]", event

    def by_maker(self, event: Event) -> bool:
        """Whether the one who decides did it: the employee, or a member of the board or committee, or the
        chair."""
        if self.case.decision_maker.kind == "employee":
            return event.staff_id is not None and event.staff_id == self.maker_id
        return event.staff_id is None and self.is_politician(event.name)

    @property
    def decided_at(self) -> dt.datetime:
        """When it was decided: the decision-maker's own first `decided` event, else the signature."""
        times = [event.at for _, event in self.events("decided") if self.by_maker(event)]
        return min(times, default=self.case.decision_maker.signed_at)


def action_of(event: Event) -> str:
    """The action, spelling of case and spaces aside."""
    return event.action.strip().casefold()


def same_name(name: str, *others: str) -> bool:
    """Whether a name is among others, case and spacing aside."""
    return _folded(name) in {_folded(other) for other in others}


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def refuse_unknown_staff(case: Case, staff: StaffRegister) -> None:
    """A rule can't judge a person it can't find.

    Raises:
        BadInput: names the keys whose staff id is not in the register; never the id, which could be a name by
            mistake.
    """
    unknown = [key for key, staff_id in _staff_keys(case) if staff_id is not None and staff_id not in staff]
    if unknown:
        raise BadInput(
            N_("The staff register does not know the staff id at {keys}."),
            N_("Correct the id, or add the person to the register."),
            place=unknown[0],
            keys=", ".join(f"`{key}`" for key in unknown),
        )


def _staff_keys(case: Case) -> Iterator[tuple[str, str | None]]:
    maker, lift = case.decision_maker, case.lift
    yield "decision_maker.staff_id", maker.staff_id
    yield "decision_maker.signed_by", maker.signed_by
    if case.rapporteur is not None:
        yield "rapporteur.staff_id", case.rapporteur.staff_id
    for i, participant in enumerate(case.participant or ()):
        yield f"participant[{i}].staff_id", participant.staff_id
    if case.delegation is not None:
        yield "delegation.sub_delegated_by", case.delegation.sub_delegated_by
    if lift is not None:
        yield "lift.from_staff_id", lift.from_staff_id
        yield "lift.to_staff_id", lift.to_staff_id
        yield "lift.requested_by", lift.requested_by
    for i, entry in enumerate(case.withhold):
        yield f"withhold[{i}].staff_id", entry.staff_id
        yield f"withhold[{i}].assessed_by", entry.assessed_by
    for i, declaration in enumerate(case.jav):
        yield f"jav[{i}].staff_id", declaration.staff_id
    for i, objection in enumerate(case.jav_objection):
        yield f"jav_objection[{i}].matched_by", objection.matched_by
    for i, event in enumerate(case.event):
        yield f"event[{i}].staff_id", event.staff_id
    for i, attestation in enumerate(case.attested):
        yield f"attested[{i}].staff_id", attestation.staff_id


def refuse_mixed_times(case: Case) -> None:
    """Times with and without a zone can't be put in order.

    Raises:
        BadInput: names the first key that differs from the rest.
    """
    zoned = case.decision_maker.signed_at.tzinfo is not None
    for key, time in _times(case):
        if time is not None and (time.tzinfo is not None) != zoned:
            raise BadInput(
                N_("Some times in the case have a time zone and others do not."),
                N_("Write all of them with a zone, or none."),
                place=key,
            )


def _times(case: Case) -> Iterator[tuple[str, dt.datetime | None]]:
    if case.lift is not None:
        yield "lift.lifted_at", case.lift.lifted_at
        yield "lift.case_opened_at", case.lift.case_opened_at
        yield "lift.own_stance_at", case.lift.own_stance_at
    for i, event in enumerate(case.event):
        yield f"event[{i}].at", event.at
