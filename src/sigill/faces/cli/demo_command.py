"""`sigill demo`: the whole way on the six sample cases, openings, an objection, a court, a check."""

import time
from dataclasses import replace
from pathlib import Path

import click

from sigill import jav, journey
from sigill.adapters.files import read
from sigill.adapters.staff_csv import read_staff
from sigill.audit import Trust, check, check_court
from sigill.decision.disclosure import DisclosureRequest
from sigill.errors import N_, BadInput, NotGenuine, Refused
from sigill.faces.cli.issuing import issue_case
from sigill.faces.cli.opening import hand_out, parts_from
from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import err, finding_line, json_line, out, quiet_warnings, table
from sigill.faces.cli.words import _, sentence
from sigill.house import Settings, open_house
from sigill.journey import House

_HERE = Path(__file__).resolve()
_CLERK, _LAWYER = "A12110", "A12147"  # the registrar and the lawyer of the samples
_PLACES = (_HERE.parents[2] / "examples", _HERE.parents[4] / "examples")


def examples() -> Path:
    """The sample material: beside the package's sources, or inside an installed package."""
    for place in _PLACES:
        if (place / "staff.csv").exists():
            return place
    raise BadInput(N_("The sample cases are not installed."), N_("Run the demo from a checkout of the project."))


@click.command(
    "demo",
    help=_(
        "The whole way on the six sample cases.\n\n"
        "Issues four decisions, shows why the gate refuses two, answers a party's own request for the record, "
        "registers an objection of disqualification, hands one decision over to a court and checks a notification from "
        "outside. Everything in the samples is invented; the keys are software keys for "
        "trying out."
    ),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("out/demo"),
    help=_("Folder for the letters."),
)
@json_option()
def _demo(output: Path, as_json: bool) -> None:
    quiet_warnings()
    samples = examples()
    settings = replace(
        Settings.from_environment(samples / "board.toml"),
        home=(output / "home").absolute(),
        database_url=f"sqlite:///{(output / 'home' / 'sigill.sqlite3').absolute()}",
    )
    started = time.monotonic()
    issued, refused = [], []
    cases = sorted((samples / "decisions").glob("*/case.toml"))
    with err.status("") as status:
        for number, case in enumerate(cases, 1):
            name = case.parent.name
            status.update(_("Case {number} of {count}: {name}").format(number=number, count=len(cases), name=name))
            try:
                one = issue_case(case, samples / "staff.csv", output / name, settings=settings, board=settings.board)
            except Refused as refusal:
                refused.append((name, refusal))
            else:
                issued.append((name, one))
        status.update(_("Answering the party's own request"))
        house = open_house(settings)
        decision = str(issued[0][1].receipt["decision_id"])
        opened, record = _answered(decision, output / issued[0][0], settings, house)
        status.update(_("Registering an objection of disqualification"))
        query = _objection(decision, samples / "staff.csv", settings, house)
        status.update(_("Handing over to the court"))
        zipped, court = _handed_over(decision, output / issued[0][0], settings, house)
        status.update(_("Checking a letter from outside"))
        trust = Trust.parse(read(settings.home / "trust.json"))
        found = check_court(zipped, trust)
        letter = read(Path(issued[0][1].paths[0]))
        genuine = check(letter, trust)
        try:
            check(letter[:2000] + bytes([letter[2000] ^ 1]) + letter[2001:], trust)
        except (NotGenuine, BadInput) as reason:
            altered = sentence(reason)
        else:
            raise BadInput(N_("An altered letter passed the check."), N_("Report this; trust no check until then."))
    if as_json:
        json_line(
            {
                "issued": [dict(one.receipt) for _name, one in issued],
                "refused": [{"case": name, "rules": _rules(why)} for name, why in refused],
                "opened": {"record": record, "log_index": opened.log_index},
                "jav": {"query": query.id, "answer_at": query.answer_at.isoformat()},
                "court": {"bundle": court, "identities": len(found.identities), "slots": 8},
                "check": {"genuine": True, "log_index": genuine.log_index, "altered": altered},
            }
        )
        return
    table(
        _("Issued"),
        [_("Case"), _("Diary number"), _("Withheld"), _("Log entry")],
        [
            (
                name,
                str(one.receipt["dnr"]),
                str(one.receipt["withheld"]),
                str(one.receipt["log"]["index"]),
            )
            for name, one in issued
        ],
    )
    for _name, one in issued:
        out.print(f"  {one.paths[0]}", markup=False, soft_wrap=True)
    out.print()
    for name, why in refused:
        out.print(_("Refused: {name}").format(name=name), style="bold", markup=False)
        for finding in why.findings:
            if finding.stops:
                out.print("  " + finding_line(finding), markup=False, soft_wrap=True)
    out.print()
    out.print(
        _(
            "The party's own request, answered at once by one custodian and logged as entry {index} before release: "
            "{record} ({count} withheld inside, told beforehand)."
        ).format(index=opened.log_index, record=record, count=len(opened.identities)),
        markup=False,
        soft_wrap=True,
    )
    out.print(
        _(
            "An objection of disqualification, by a party who does not know the names: compared and ruled on by an "
            "uninvolved officer, answered on {day}, in the same words whether or not it hit."
        ).format(day=query.answer_at.date().isoformat()),
        markup=False,
        soft_wrap=True,
    )
    out.print(
        _(
            "The court's bundle, unmasked: {bundle}. All eight slots opened, {count} identity with a hand of its own, "
            "the one committed to before signing."
        ).format(bundle=court, count=len(found.identities)),
        markup=False,
        soft_wrap=True,
    )
    out.print(
        _("Checked from outside, with public keys only: genuine, log entry {index}.").format(index=genuine.log_index),
        style="green",
        markup=False,
    )
    out.print(
        _("The same letter with one byte changed: not genuine. {why}").format(why=altered),
        markup=False,
        soft_wrap=True,
    )
    out.print(
        _(
            "{seconds:.1f} s. The keys of this demo are software keys, for trying out only: "
            "sigill check LETTER --trust {trust}"
        ).format(seconds=time.monotonic() - started, trust=settings.home / "trust.json"),
        style="dim",
        markup=False,
        soft_wrap=True,
    )


def _answered(decision: str, folder: Path, settings: Settings, house: House) -> tuple[journey.Disclosed, str]:
    """The party's own request, answered: what was opened, and where the copy is."""
    party = _("the party")
    request = journey.request_opening(DisclosureRequest(decision, "party", party, party, _CLERK), house)
    opened = journey.disclose(request.id, parts_from(request.id, (), settings, house), house)
    # A folder for each request: a copy is never written over another, and a demo may be run twice.
    return opened, hand_out(opened, "opened-record.pdf", opened.record_pdf, folder / request.id, house)


def _handed_over(decision: str, folder: Path, settings: Settings, house: House) -> tuple[bytes, str]:
    """The court's bundle, and where it is."""
    court = _("the court")
    request = journey.request_opening(DisclosureRequest(decision, "court", court, court, _CLERK), house)
    opened = journey.disclose(request.id, parts_from(request.id, (), settings, house), house)
    zipped = journey.court_bundle(opened)
    return zipped, hand_out(opened, "court-bundle.zip", zipped, folder / request.id, house)


def _objection(decision: str, staff_file: Path, settings: Settings, house: House) -> jav.Query:
    """An objection by a party who does not know the names: asked, compared by an uninvolved officer, ruled on."""
    officer = read_staff(read(staff_file))[_LAWYER]
    query = jav.ask(decision, jav.Objection(_("the party"), _("A relative of mine took part.")), _CLERK, house)
    asked = DisclosureRequest(decision, "jav", officer.title, officer.title, _CLERK, recipient_staff_id=_LAWYER)
    request = journey.request_opening(asked, house)
    jav.compare(query.id, request.id, parts_from(request.id, (), settings, house), officer, house)
    reasons = _("Nobody who took part is related to the party.")
    jav.rule(query.id, _LAWYER, jav.Ruling(False, reasons), house)
    return query


def _rules(refusal: Refused) -> list[str]:
    return sorted({one.rule for one in refusal.findings if one.stops})


command = finished(_demo)
