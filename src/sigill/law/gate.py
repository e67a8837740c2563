"""The gate of law: may this be issued, and may these names be left out?

Promise: `admit` asks every rule about a draft and lets it through only if none stops it; a refusal carries
all findings, notes included, not the first. Without rules nothing is let through. `judge` asks the rules
about another act.

Modesty: the gate reads what the case says. It cannot know whether what is said is true, whether a case is of
such weight that nobody may be delegated it (KL 6:38 p. 3), or whether a fear is justified. It is not legal
advice; a municipal lawyer must confirm rules and data before real use.
"""

import datetime as dt
from collections.abc import Sequence

from sigill.decision.legal import Finding
from sigill.decision.stages import Admitted, Draft
from sigill.errors import N_, Refused
from sigill.law import book
from sigill.law.acts import Act
from sigill.law.matter import Matter, refuse_mixed_times, refuse_unknown_staff
from sigill.law.notices import appeal_notice
from sigill.law.rule import Rule
from sigill.law.rules import RULES

__all__ = ["RULES", "admit", "judge"]


def admit(draft: Draft, *, today: dt.date, rules: Sequence[Rule] = RULES) -> Admitted:
    """Let a draft through, or say everything that stops it.

    Args:
        draft: case, document and staff register.
        today: the day of judging; only notes depend on it.
        rules: the rules to ask; all of them unless a test says otherwise.
    Returns:
        The admitted draft with its decision type, appeal notice, notes, and the withheld persons in the
        case's order.
    Raises:
        BadInput: an unknown decision type, a staff id the register does not know, or times that can't be
            compared.
        Refused: at least one rule stops it, or there are no rules; `findings` holds all findings.
    """
    case = draft.case
    decision_type = book.decision_type(case.decision_type, place="decision_type")
    refuse_unknown_staff(case, draft.staff)
    refuse_mixed_times(case)
    matter = Matter(case, draft.document, draft.staff, decision_type, today)
    findings = _ask(matter, rules)
    stopping = list(dict.fromkeys(finding.rule for finding in findings if finding.stops))
    if stopping:
        raise Refused(
            N_("The law does not allow this decision to be issued as it stands ({rules})."),
            N_("Amend the case where the findings say, and try again."),
            findings=findings,
            rules=", ".join(stopping),
        )
    return Admitted(
        draft=draft,
        decision_type=decision_type,
        notice=appeal_notice(case, decision_type),
        findings=findings,
        withheld=tuple(draft.staff[staff_id] for staff_id in case.withheld_ids),
    )


def judge(act: Act, *, rules: Sequence[Rule] = RULES) -> tuple[Finding, ...]:
    """What the rules have to say about another act than issuing a decision.

    Args:
        act: a value of `sigill.law.acts`.
    Returns:
        All findings; the act is lawful, as far as the rules know, if none of them `stops`.
    Raises:
        BadInput: the act names an unknown decision type.
        Refused: no rule knows this kind of act; silence is no permission.
    """
    return _ask(act, rules)


def permit(act: Act, *, rules: Sequence[Rule] = RULES) -> tuple[Finding, ...]:
    """As `judge`, but a finding that stops is raised. Returns the notes.

    Raises:
        Refused: the rules do not allow the act; holds all findings.
    """
    findings = judge(act, rules=rules)
    if any(one.stops for one in findings):
        raise Refused(N_("The gate of law does not allow it."), N_("See the findings."), findings=findings)
    return findings


def _ask(subject: object, rules: Sequence[Rule]) -> tuple[Finding, ...]:
    # Emptiness is failure: no rule asked is no rule passed.
    if not any(type(subject) in rule.checks for rule in rules):
        raise Refused(
            N_("The gate has no rule for this, so nothing is let through."),
            N_("Use the full table of rules."),
        )
    return tuple(finding for rule in rules for finding in rule.judge(subject))
