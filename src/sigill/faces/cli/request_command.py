"""`sigill request`: register a request to open a record, list requests, export one to custodians, refuse one."""

from pathlib import Path
from typing import Any

import click

from sigill import journey
from sigill.adapters.files import write_atomically
from sigill.errors import N_, BadInput
from sigill.faces.cli.opening import RequestFile, decision_id, request_of, request_options
from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import json_line, out, table
from sigill.faces.cli.words import _
from sigill.house import Settings, open_house


@click.group("request", help=_("Requests to open a sealed record: register, list, export, refuse."))
def _request() -> None:
    pass


@_request.command(
    "new",
    help=_(
        "Register a request: who asks, for whom, on what ground, which record, for how long.\n\n"
        "DECISION is a decision id, or a receipt.json. The request stands in the log and cannot be changed. Curiosity "
        "is no ground."
    ),
)
@click.argument("decision")
@request_options(required=True)
@json_option()
def _new(decision: str, as_json: bool, **given: Any) -> None:
    house = open_house(Settings.from_environment())
    registered = journey.request_opening(request_of(decision, given), house)
    if as_json:
        json_line({"request": registered.id, "expires_at": registered.expires_at.isoformat()})
        return
    out.print(
        _("Request {id}; it holds until {when}.").format(
            id=registered.id, when=registered.expires_at.astimezone().strftime("%Y-%m-%d %H:%M")
        ),
        markup=False,
        soft_wrap=True,
    )


@_request.command("list", help=_("List requests and how far they have come."))
@click.option("--decision", default="", help=_("Only those for this decision (id or receipt.json)."))
@json_option()
def _list(decision: str, as_json: bool) -> None:
    house = open_house(Settings.from_environment())
    states = journey.opening_requests(house, decision_id(decision) if decision else "")
    if as_json:
        json_line(
            {
                "requests": [
                    {
                        "request": one.registered.id,
                        "decision": one.registered.request.decision,
                        "for": one.registered.request.ground,
                        "recipient": one.registered.request.recipient,
                        "state": one.state,
                        "expires_at": one.registered.expires_at.isoformat(),
                    }
                    for one in states
                ]
            }
        )
        return
    words = {
        "waiting": _("waiting"),
        "refused": _("refused"),
        "opened": _("opened"),
        "delivered": _("delivered"),
        "expired": _("expired"),
    }
    table(
        "",
        [_("Request"), _("Ground"), _("Recipient"), _("State")],
        [
            (one.registered.id, one.registered.request.ground, one.registered.request.recipient, words[one.state])
            for one in states
        ],
    )


@_request.command(
    "export",
    help=_("Write a request and its sealed record to a file, for custodians on machines of their own."),
)
@click.argument("request")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("File to write, JSON."))
@json_option()
def _export(request: str, output: Path, as_json: bool) -> None:
    house = open_house(Settings.from_environment())
    state = journey.opening_request(request, house)
    issued = house.store.find(state.registered.request.decision) if state else None
    if state is None or issued is None:
        raise BadInput(N_("There is no request with that id."), N_("Take the id from `sigill request`."))
    write_atomically(output, RequestFile.of(state.registered, issued.box))
    if as_json:
        json_line({"written": str(output)})
    else:
        out.print(_("Written: {path}").format(path=output), markup=False, soft_wrap=True)


@_request.command(
    "refuse",
    help=_(
        "Refuse a request, for ever, with reasons.\n\n"
        "A party's own request, a court's and a supervisor's cannot be refused: exit code 1, and it stays open."
    ),
)
@click.argument("request")
@click.option("--reason", required=True, help=_("The reasons, in words; kept sealed."))
@click.option("--by", required=True, help=_("Staff id of whoever refuses."))
@json_option()
def _refuse(request: str, reason: str, by: str, as_json: bool) -> None:
    journey.refuse_opening(request, reason, by, open_house(Settings.from_environment()))
    if as_json:
        json_line({"request": request, "state": "refused"})
    else:
        out.print(_("Refused and logged."), markup=False)


for _sub in (_new, _list, _export, _refuse):
    finished(_sub)
command = finished(_request)
