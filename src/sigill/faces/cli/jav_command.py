"""`sigill jav`: an objection of disqualification by somebody who does not know the names."""

from pathlib import Path
from typing import Any

import click

from sigill import jav, journey
from sigill.adapters.files import FolderHatch, read
from sigill.adapters.staff_csv import read_staff
from sigill.decision.disclosure import DisclosureRequest
from sigill.errors import N_, BadInput
from sigill.faces.cli.open_command import custodian_options
from sigill.faces.cli.opening import decision_id, parts_from, read_parts
from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import json_line, out, table
from sigill.faces.cli.words import _
from sigill.house import Settings, open_house
from sigill.law import book


@click.group("jav", help=_("Objections of disqualification by somebody who does not know the names."))
def _jav() -> None:
    pass


@_jav.command(
    "ask",
    help=_(
        "Register an objection: whom or what the party objects to, in the party's own words.\n\n"
        "DECISION is a decision id, or a receipt.json. What is said is kept sealed. The day of the answer is set now, "
        "and is the same whatever becomes of it."
    ),
)
@click.argument("decision")
@click.option("--party", required=True, help=_("Who objects, as the case has it ('parten')."))
@click.option("--objection", required=True, help=_("Whom or what it is about, in the party's words."))
@click.option("--person", "persons", multiple=True, help=_("A name the party gives; repeat it."))
@click.option("--by", required=True, help=_("Staff id of whoever registers it."))
@json_option()
def _ask(decision: str, party: str, objection: str, persons: tuple[str, ...], by: str, as_json: bool) -> None:
    house = open_house(Settings.from_environment())
    query = jav.ask(decision_id(decision), jav.Objection(party, objection, persons), by, house)
    if as_json:
        json_line({"query": query.id, "answer_at": query.answer_at.isoformat()})
    else:
        out.print(
            _("Objection {id}; it is answered on {day}, whatever becomes of it.").format(
                id=query.id, day=query.answer_at.date().isoformat()
            ),
            markup=False,
            soft_wrap=True,
        )


@_jav.command("list", help=_("List objections and how far they have come; nothing of what they say."))
@click.option("--decision", default="", help=_("Only those on this decision (id or receipt.json)."))
@json_option()
def _list(decision: str, as_json: bool) -> None:
    found = jav.queries(open_house(Settings.from_environment()), decision_id(decision) if decision else "")
    if as_json:
        json_line(
            {
                "queries": [
                    {"query": one.id, "decision": one.decision, "state": state, "answer_at": one.answer_at.isoformat()}
                    for one, state in found
                ]
            }
        )
        return
    words = {"asked": _("asked"), "compared": _("compared"), "ruled": _("ruled"), "answered": _("answered")}
    table(
        "",
        [_("Objection"), _("State"), _("Answer on")],
        [(one.id, words[state], one.answer_at.date().isoformat()) for one, state in found],
    )


@_jav.command(
    "compare",
    help=_(
        "Compare an objection with the sealed record, as an officer who takes no part in the case.\n\n"
        "Registers a request and opens the record with two custodians, logged first. The officer is searched for in "
        "the record before anything is shown. Shows names: to the officer, and to nobody else."
    ),
)
@click.argument("query")
@click.option("--officer", required=True, help=_("Staff id of the officer who compares."))
@click.option("--by", required=True, help=_("Staff id of whoever registers the request."))
@click.option("--request", default="", help=_("A request registered before, instead of a new one."))
@custodian_options
@click.option("-o", "--output", type=click.Path(path_type=Path), help=_("Also leave the record here, for the officer."))
@json_option()
def _compare(query: str, officer: str, by: str, request: str, output: Path | None, as_json: bool, **given: Any) -> None:
    settings = Settings.from_environment()
    house = open_house(settings)
    if given["staff"] is None:
        raise BadInput(N_("The officer is looked up in the staff register."), N_("Name it with --staff."))
    register = read_staff(read(given["staff"]), place=given["staff"].name)
    if officer not in register:
        raise BadInput(N_("The officer is not in the staff register."), N_("Check --officer and --staff."))
    asked = next((one for one, _state in jav.queries(house) if one.id == query), None)
    if asked is None:
        raise BadInput(N_("There is no objection with that id."), N_("Take the id from `sigill jav list`."))
    if not request:
        ground = book.disclosure_ground("jav")
        request = journey.request_opening(
            DisclosureRequest(asked.decision, "jav", ground.asks_sv, register[officer].title or officer, by, officer),
            house,
        ).id
    parts = (
        read_parts(given["part_files"])
        if given["part_files"]
        else parts_from(request, given["key_files"], settings, house)
    )
    seen = jav.compare(query, request, parts, register[officer], house)
    if output is not None:
        hatch = FolderHatch(output)
        hatch.require_free("record.pdf")
        hatch.put("record.pdf", seen.record_pdf)
    if as_json:
        json_line(
            {
                "query": query,
                "request": request,
                "party": seen.objection.party,
                "objection": seen.objection.words,
                "persons": list(seen.objection.persons),
                "withheld": [{"name": one.name, "title": one.title, "role": one.role} for one in seen.identities],
                "alike": list(seen.alike),
                "series": {
                    "queries": seen.series.queries,
                    "persons": seen.series.persons,
                    "guessing": seen.series.guessing,
                },
            }
        )
        return
    out.print(f"{seen.objection.party}: {seen.objection.words}", markup=False, soft_wrap=True)
    for name in seen.objection.persons:
        mark = _("shares a name with somebody left out") if name in seen.alike else ""
        out.print(f"  - {name} {mark}".rstrip(), markup=False, soft_wrap=True)
    out.print(_("Left out of the notification:"), markup=False)
    for one in seen.identities:
        out.print(f"  - {one.name}, {one.title} ({one.role})", markup=False, soft_wrap=True)
    if seen.series.guessing:
        out.print(
            _("NOTE: {queries} objection(s) by this party on this decision name {persons} different persons.").format(
                queries=seen.series.queries, persons=seen.series.persons
            ),
            style="yellow",
            markup=False,
            soft_wrap=True,
        )


@_jav.command("rule", help=_("Rule on an objection, once, with reasons; kept sealed. Only whoever compared may."))
@click.argument("query")
@click.option("--officer", required=True, help=_("Staff id of the officer who compared."))
@click.option(
    "--disqualified/--not-disqualified", required=True, default=None, help=_("Whether somebody is disqualified.")
)
@click.option("--reasons", required=True, help=_("The reasons, in words."))
@json_option()
def _rule(query: str, officer: str, disqualified: bool, reasons: str, as_json: bool) -> None:
    house = open_house(Settings.from_environment())
    jav.rule(query, officer, jav.Ruling(disqualified, reasons), house)
    if as_json:
        json_line({"query": query, "state": "ruled"})
    else:
        out.print(_("Ruled and logged."), markup=False)


@_jav.command(
    "answer",
    help=_(
        "Write the party's answer, on its day and not before: the same words and length whatever was ruled.\n\n"
        "Exit code 4: the day has not come."
    ),
)
@click.argument("query")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path(), help=_("Folder for jav-svar.txt."))
@json_option()
def _answer(query: str, output: Path, as_json: bool) -> None:
    answer = jav.answer(query, open_house(Settings.from_environment()))
    hatch = FolderHatch(output)
    hatch.put("jav-svar.txt", answer.text)
    if as_json:
        json_line({"query": query, "answer": hatch.place("jav-svar.txt")})
    else:
        out.print(_("Written: {path}").format(path=hatch.place("jav-svar.txt")), markup=False, soft_wrap=True)


for _sub in (_ask, _list, _compare, _rule, _answer):
    finished(_sub)
command = finished(_jav)
