"""`sigill law`: what the law data says about a decision type, and which rules the gate has."""

import operator
from dataclasses import asdict

import click

from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import json_line, out, table
from sigill.faces.cli.words import _, language
from sigill.law.explain import explain, search
from sigill.law.gate import RULES

_TITLE = {"sv": "title_sv", "en": "title_en"}


@click.group("law", help=_("Look up decision types and the rules of the gate."))
def _law() -> None:
    pass


@_law.command("show", help=_("Explain a decision type: who may decide, appeal, sources."))
@click.argument("decision_type")
@json_option()
def _show(decision_type: str, as_json: bool) -> None:
    explanation = explain(decision_type)
    if as_json:
        json_line(asdict(explanation))
        return
    swedish = language() == "sv"
    out.print(explanation.title_sv if swedish else explanation.title_en, style="bold", markup=False)
    for label, text in explanation.lines(swedish=swedish):
        out.print(f"{label}: {text}", markup=False, soft_wrap=True)


@_law.command("search", help=_("Find decision types by words, in Swedish or English."))
@click.argument("words", nargs=-1, required=True)
@json_option()
def _search(words: tuple[str, ...], as_json: bool) -> int:
    found = search(" ".join(words))
    if as_json:
        json_line({"found": [{"id": one.id, "title_sv": one.title_sv, "title_en": one.title_en} for one in found]})
    elif found:
        title = operator.attrgetter(_TITLE[language()])
        table("", [_("Id"), _("Decision type")], [(one.id, title(one)) for one in found])
    else:
        out.print(_("No decision type matches."), markup=False)
    return 0 if found else 1


@_law.command("rules", help=_("List the rules of the gate with their sources."))
@json_option()
def _rules(as_json: bool) -> None:
    if as_json:
        json_line({"rules": [{"id": rule.id, "severity": rule.severity, "source": rule.source} for rule in RULES]})
        return
    title = operator.attrgetter(_TITLE[language()])
    table(
        "",
        [_("Rule"), _("Binds"), _("What it holds"), _("Source")],
        [(rule.id, rule.severity.value, title(rule), rule.source) for rule in RULES],
    )


for _sub in (_show, _search, _rules):
    finished(_sub)
command = finished(_law)
