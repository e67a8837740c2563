"""G25, G26: what a party who asks gets (OSL 10:3, FL 10 §)."""

from collections.abc import Iterator

from sigill.decision.legal import Severity
from sigill.law.acts import PartyRequest
from sigill.law.rule import Remark, blank, word_count


def the_decision_is_theirs(request: PartyRequest) -> Iterator[Remark]:
    """G25. Secrecy never keeps a party from the decision; its record with the names is part of it."""
    if request.about == "decision" and request.answer != "release":
        yield Remark(
            "answer",
            "Parten har rätt till hela beslutet med beslutsdokumentationen; sekretess hindrar det aldrig.",
            "The party has a right to the whole decision with its record; secrecy never prevents that.",
        )


def other_material(request: PartyRequest) -> Iterator[Remark]:
    """G26. Other material may be kept back only where it is of overriding importance, and is then told
    otherwise."""
    if request.about != "other_material" or request.answer == "release":
        return
    if word_count(request.overriding_importance_sv) < 4:
        yield Remark(
            "overriding_importance_sv",
            "Ange varför det är av synnerlig vikt att uppgiften inte röjs; annars ska parten få ta del av den.",
            "State why it is of overriding importance that the fact is not revealed; otherwise the party gets it.",
        )
    if blank(request.substitute_sv) and blank(request.no_substitute_reason_sv):
        yield Remark(
            "substitute_sv",
            "Ange hur parten på annat sätt får veta vad materialet innehåller, eller varför det inte går.",
            "State how the party is otherwise told what the material holds, or why that cannot be done.",
            severity=Severity.REQUIRE,
        )
