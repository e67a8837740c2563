"""G14, G15: disqualification (jäv). FL 16–18 §§, or KL 6:28–32 and 7:4 where only legality review is open (FL
2 §)."""

from collections.abc import Iterator

from sigill.decision.legal import Severity
from sigill.law.matter import DRAFTED, Matter, same_name
from sigill.law.rule import Remark, blank

_TOOK_PART = (*DRAFTED, "presented", "proposal_filed", "decided", "signed")


def _source(matter: Matter) -> str:
    # FL 2 § takes FL 16–18 §§ away where only legality review is open; SoL 14:10 does not bring them back.
    return "KL 6:28–32, 7:4" if matter.decision_type.appeal == "laglighetsprovning" else "FL 16–18 §§"


def everybody_declared(matter: Matter) -> Iterator[Remark]:
    """G14. Each person of the record has declared, and nobody with a conflict took part."""
    case, source = matter.case, _source(matter)
    in_time = [entry for entry in case.jav if entry.declared_on <= case.decision_date]
    for staff_id in case.record_staff_ids:
        if not any(entry.staff_id == staff_id for entry in in_time):
            yield Remark(
                "jav",
                f"Jävsdeklaration av {staff_id} saknas eller är gjord efter beslutsdagen.",
                f"A declaration on disqualification by {staff_id} is missing or dated after the decision.",
                source=source,
            )
    for key, name in matter.politicians():
        if not any(entry.name and same_name(entry.name, name) for entry in in_time):
            yield Remark(
                key,
                "Jävsdeklaration av den förtroendevalda saknas eller är gjord efter beslutsdagen.",
                "A declaration on disqualification by this elected member is missing or dated after the decision.",
                source=source,
            )
    for i, entry in enumerate(case.jav):
        if entry.staff_id is None and blank(entry.name):
            yield Remark(
                f"jav[{i}]",
                "Jävsdeklarationen säger inte vem som lämnat den.",
                "The declaration on disqualification does not say whose it is.",
                source=source,
            )
        elif entry.conflict and _took_part(matter, entry.staff_id, entry.name):
            yield Remark(
                f"jav[{i}].conflict",
                "Den som uppgett jäv får inte delta i handläggningen eller beslutet.",
                "Whoever has declared a conflict may take no part in the handling or the decision.",
                severity=Severity.BLOCK,
                source=source,
            )


def _took_part(matter: Matter, staff_id: str | None, name: str | None) -> bool:
    if staff_id is not None:
        acted = any(event.staff_id == staff_id for _, event in matter.events(*_TOOK_PART))
        return acted or staff_id in matter.recorded
    acted = any(event.name and same_name(event.name, name or "") for _, event in matter.events(*_TOOK_PART))
    return acted or matter.is_politician(name)


def objections_ruled_on(matter: Matter) -> Iterator[Remark]:
    """G15. A party who may not know the names still gets an objection tried: matched by somebody uninvolved,
    ruled on."""
    drafted = {event.staff_id for _, event in matter.events(*DRAFTED)}
    for i, objection in enumerate(matter.case.jav_objection):
        key, source = f"jav_objection[{i}]", _source(matter) + " [I]"
        if objection.matched_by is None:
            yield Remark(
                f"{key}.matched_by",
                "Ange vem som jämfört invändningen om jäv med beslutsdokumentationen.",
                "State who matched the objection of disqualification against the record.",
                source=source,
            )
        elif objection.matched_by in matter.recorded | drafted:
            yield Remark(
                f"{key}.matched_by",
                "Invändningen om jäv ska prövas av någon som inte deltar i ärendet.",
                "The objection of disqualification must be tried by somebody who takes no part in the case.",
                source=source,
            )
        if blank(objection.ruling_sv) or objection.ruled_on is None:
            yield Remark(
                f"{key}.ruling_sv",
                "Invändningen om jäv är inte prövad; ange beslutet och dagen.",
                "The objection of disqualification is not ruled on; state the ruling and its date.",
                source=source,
            )
        elif objection.ruled_on < objection.raised_on or (
            objection.raised_on <= matter.case.decision_date < objection.ruled_on
        ):
            yield Remark(
                f"{key}.ruled_on",
                "Invändningen om jäv ska prövas sedan den gjorts och före beslutet.",
                "The objection of disqualification must be ruled on after it is raised and before the decision.",
                source=source,
            )
