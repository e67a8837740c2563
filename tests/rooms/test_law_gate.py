"""The gate: for every rule a case it stops and one it lets pass; the figurehead in all disguises; bad input.

The cast is that of examples/: Gun-Britt (A10667) decides case 01, Micke (A11259) takes part; in case 02
Birgitta (A12184) lifts the case of Fatemeh (A10223), with Ida (A11999) beside; case 03 is the committee's.
Filip (A11962) is an outsider.
"""

import copy
import csv
import datetime as dt
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigill.decision.case import Case
from sigill.decision.document import Document, Heading, Paragraph, Text
from sigill.decision.legal import Finding, Severity
from sigill.decision.people import StaffMember, StaffRegister
from sigill.decision.stages import Admitted, Draft
from sigill.errors import BadInput, Refused
from sigill.law import book
from sigill.law.acts import Act, Export, MaskRequest, NotificationText, PartyRequest, RecordChange
from sigill.law.gate import RULES, admit, judge
from sigill.law.rules.letter import has_reasons
from sigill.law.rules.record import names_a_person

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = {path.name[:2]: path for path in sorted((EXAMPLES / "decisions").glob("0*"))}
TODAY = dt.date(2026, 12, 15)
OUTSIDER = "A11962"


def read_staff() -> StaffRegister:
    with (EXAMPLES / "staff.csv").open(encoding="utf-8", newline="") as lines:
        return StaffRegister.of(StaffMember(**row) for row in csv.DictReader(lines))


STAFF = read_staff()


def text(words: str) -> tuple[Text, ...]:
    return (Text(words),)


WITH_REASONS = Document(
    (
        Heading(1, text("Beslut")),
        Paragraph(text("Ansökan avslås.")),
        Heading(2, text("Skäl för beslutet")),
        Paragraph(text("Behovet kan tillgodoses på annat sätt genom fritidsgårdens grupp.")),
    )
)
NO_REASONS = Document((Heading(1, text("Beslut")), Paragraph(text("Ansökan avslås."))))

GONE = object()
"""Put in a key's place, it takes the key away."""


def case(number: str, **changes: Any) -> Case:
    """A sample case with keys changed; `__` goes down, a number indexes: `withhold__0__facts=""`."""
    data: dict[str, Any] = copy.deepcopy(tomllib.loads((CASES[number] / "case.toml").read_text("utf-8")))
    for path, value in changes.items():
        *way, last = [int(step) if step.isdigit() else step for step in path.split("__")]
        place: Any = data
        for step in way:
            place = place[step] if isinstance(step, int) else place.setdefault(step, {})
        if value is GONE:  # from a chair's case a key may be gone that was never there
            place.pop(last, None) if isinstance(place, dict) else place.pop(last)
        elif last == "more":
            place.append(value)
        else:
            place[last] = value
    return msgspec.convert(data, Case)


def draft(number: str, *, document: Document = WITH_REASONS, staff: StaffRegister = STAFF, **changes: Any) -> Draft:
    return Draft(case(number, **changes), document, staff, b"\0" * 32)


def chair(**changes: Any) -> Draft:
    """Case 03 as an urgent decision by the chair: immediate custody, LVU 6 §."""
    name = "Ann-Charlotte Hedvall"
    urgent = {
        "decision_type": "lvu_6_omedelbart_omhandertagande",
        "appeal": "not_appealable",
        "decision_maker": {
            "kind": "chair",
            "name": name,
            "signed_by_name": name,
            "signed_at": dt.datetime(2026, 10, 28, 18, 5),
        },
        "urgent": {"basis": "special_statute", "report_to_board": dt.date(2026, 11, 19)},
        "delegation": GONE,
        "dissent": GONE,
    }
    return draft("03", **{**urgent, **changes})


def renamed(staff_id: str, **names: str) -> StaffRegister:
    return StaffRegister.of(
        replace(member, **names) if member.staff_id == staff_id else member for member in STAFF.members
    )


def findings_on(subject: Draft | Act) -> tuple[Finding, ...]:
    if not isinstance(subject, Draft):
        return judge(subject)
    try:
        return admit(subject, today=TODAY).findings
    except Refused as refused:
        return tuple(refused.findings)


def stopping(subject: Draft | Act) -> set[str]:
    return {finding.rule for finding in findings_on(subject) if finding.stops}


def event(at: str, staff_id: str | None, action: str, **more: Any) -> dict[str, Any]:
    line = {"at": dt.datetime.fromisoformat(at), "action": action, **more}
    return line if staff_id is None else {**line, "staff_id": staff_id}


SIGNED_NAME = "decision_maker__signed_by_name"
BY_FILIP = {"decision_maker__signed_by": OUTSIDER}

# rule, what happens, who hands it in, and which rules besides it have a right to stop the same thing
STOPS: list[tuple[str, str, Draft | Act, set[str]]] = [
    ("G01", "no participants stated", draft("05", participant=GONE), {"G04", "G09", "G10", "G11"}),
    ("G01", "no rapporteur stated", draft("01", rapporteur=GONE), set()),
    ("G01", "rapporteur is nobody and somebody", draft("01", rapporteur__staff_id="A11259"), set()),
    ("G01", "presented by somebody else", draft("02", event__3__staff_id="A11999"), set()),
    ("G01", "no content", draft("01", content_sv=" "), {"G20"}),
    (
        "G01",
        "nobody decides",
        draft("01", decision_maker__staff_id=GONE, withhold=[]),
        {"G04", "G09"},
    ),
    ("G01", "no committee named", draft("03", committee=""), set()),
    ("G01", "nobody in the committee", draft("03", decision_maker__politicians=[]), {"G09", "G20"}),
    ("G01", "a chair without a name", chair(decision_maker__name=""), {"G09"}),
    ("G02", "a politician by role", draft("03", decision_maker__politicians__3__name="Ledamot 4"), {"G14"}),
    (
        "G02",
        "an officer by number",
        draft("01", staff=renamed("A11259", preferred_name="Handläggare", surname="12")),
        set(),
    ),
    ("G03", "another name put in the record", RecordChange("replace", "fl_36", "fel person", True), set()),
    ("G03", "a name deleted", RecordChange("delete", "fl_36", "begärt", True), set()),
    ("G03", "a correction nobody logs", RecordChange("correct", "fl_36", "skrivfel: Ö för Ø", False), set()),
    ("G04", "an outsider edited the draft", draft("01", event__2__staff_id=OUTSIDER), set()),
    (
        "G04",
        "attested before the edit",
        draft(
            "01",
            event__2__staff_id=OUTSIDER,
            attested=[
                {
                    "staff_id": OUTSIDER,
                    "statement_sv": "Rättade stavfel.",
                    "attested_on": dt.date(2026, 10, 12),
                }
            ],
        ),
        set(),
    ),
    ("G04", "nobody knows who edited", draft("01", event__2__staff_id=GONE), set()),
    ("G05", "no delegation", draft("01", delegation=GONE), set()),
    ("G05", "not yet in force", draft("01", delegation__valid_from=dt.date(2026, 10, 15)), set()),
    ("G05", "run out", draft("01", delegation__valid_to=dt.date(2026, 10, 13)), set()),
    ("G05", "a committee without delegation", draft("03", delegation=GONE), set()),
    (
        "G06",
        "an employee together with a politician",
        draft("01", decision_maker__politicians=[{"name": "Selma Tovetorp", "role": "ledamot"}]),
        {"G14"},
    ),
    (
        "G06",
        "a committee together with an employee",
        draft("03", decision_maker__staff_id="A12147"),
        set(),
    ),
    (
        "G06",
        "two employees decided",
        draft("01", event__more=event("2026-10-14T11:06", "A11259", "decided")),
        {"G09"},
    ),
    ("G07", "LVU 11 § by an employee", draft("06", withhold=[]), set()),
    (
        "G07",
        "never delegable, not even to a committee",
        draft("03", decision_type="sol_18_11_forbud_andras_barn"),
        set(),
    ),
    (
        "G07",
        "police assistance by an employee nobody appointed",
        draft("06", withhold=[], decision_type="lvu_43_begaran_handrackning", appeal="not_appealable"),
        set(),
    ),
    ("G08", "an employee in a hurry", draft("01", urgent={"basis": "special_statute"}), set()),
    ("G08", "the chair without a basis", chair(urgent=GONE), set()),
    ("G08", "never reported", chair(urgent__report_to_board=GONE), set()),
    ("G08", "no urgent power at all", chair(decision_type="fb_6_8_talan_vardnadsoverflyttning"), set()),
    (
        "G08",
        "KL 6:39 without a mandate",
        chair(
            decision_type="lvu_14_umgange",
            appeal="forvaltningsratten_besvar",
            urgent__basis="kl_6_39",
        ),
        set(),
    ),
    (
        "G08",
        "a statute that gives no such power",
        chair(decision_type="lvu_14_umgange", appeal="forvaltningsratten_besvar"),
        set(),
    ),
    (
        "G08",
        "a member where only the chair may",
        chair(decision_type="lvu_43_begaran_handrackning", decision_maker__appointed=True),
        set(),
    ),
    ("G09", "signer is not decider", draft("01", **BY_FILIP), set()),
    ("G09", "nobody signs", draft("01", decision_maker__signed_by=GONE), set()),
    ("G09", "somebody else decided", draft("01", event__3__staff_id=OUTSIDER), set()),
    ("G09", "nobody knows who decided", draft("01", event__3__staff_id=GONE), set()),
    (
        "G09",
        "somebody else signed, say the events",
        draft("01", event__more=event("2026-10-14T11:06", OUTSIDER, "signed")),
        set(),
    ),
    (
        "G09",
        "signed before it was decided",
        draft("01", event__3__at=dt.datetime(2026, 10, 14, 11, 6)),
        set(),
    ),
    ("G09", "an absent politician signs", draft("03", **{SIGNED_NAME: "Greta Frånvarande"}), set()),
    ("G09", "an officer signs for the committee", draft("03", decision_maker__signed_by="A12110"), set()),
    ("G09", "another signs for the chair", chair(**{SIGNED_NAME: "Kjell-Åke Borgenstam"}), set()),
    (
        "G10",
        "never opened",
        draft("02", lift__case_opened_at=GONE, event__1__action="application_received"),
        set(),
    ),
    ("G10", "no own stance", draft("02", lift__own_stance_sv=""), set()),
    ("G10", "a stamp for a stance", draft("02", lift__own_stance_sv="Jag instämmer."), set()),
    (
        "G10",
        "the stance came afterwards",
        draft("02", lift__own_stance_at=dt.datetime(2026, 11, 3, 16, 11)),
        set(),
    ),
    (
        "G10",
        "opened only when it was decided",
        draft(
            "02",
            lift__case_opened_at=dt.datetime(2026, 11, 3, 16, 10),
            event__1__at=dt.datetime(2026, 11, 3, 16, 10),
        ),
        set(),
    ),
    (
        "G10",
        "a manager signs what others wrote, without a lift",
        draft(
            "01",
            decision_maker={
                "kind": "employee",
                "staff_id": "A11999",
                "signed_by": "A11999",
                "signed_at": dt.datetime(2026, 10, 14, 11, 5),
            },
            rapporteur={"staff_id": "A10667"},
            event__3__staff_id="A11999",
            jav__more={"staff_id": "A11999", "declared_on": dt.date(2026, 8, 18), "conflict": False},
        ),
        set(),
    ),
    ("G11", "track B without a lift", draft("01", track="B"), set()),
    ("G11", "no mandate", draft("02", lift__mandate=""), set()),
    ("G11", "no reason", draft("02", lift__reason_sv=""), set()),
    ("G11", "lifted to somebody else", draft("02", lift__to_staff_id="A11999"), set()),
    ("G11", "the officer is no longer rapporteur", draft("02", lift__from_staff_id="A11999"), set()),
    (
        "G11",
        "lifted after the decision",
        draft("02", lift__lifted_at=dt.datetime(2026, 11, 3, 16, 30)),
        set(),
    ),
    (
        "G11",
        "the lift dated back, the case system knows better",
        draft("02", event__0__at=dt.datetime(2026, 11, 3, 16, 30)),
        set(),
    ),
    (
        "G11",
        "decided by the officer before the lift",
        draft("02", event__more=event("2026-10-25T09:00", "A10223", "decided")),
        {"G06", "G09"},
    ),
    (
        "G12",
        "sub-delegated by a unit head",
        draft(
            "01",
            **{
                "delegation__sub_delegated_by": "A11999",
                "delegation__sub_delegation_consent": "SN 2026-01-22 § 9",
            },
        ),
        set(),
    ),
    ("G12", "sub-delegated without consent", draft("01", delegation__sub_delegated_by="A12184"), set()),
    (
        "G12",
        "sub-delegated to a committee",
        draft("03", delegation__sub_delegated_by="A12184", delegation__sub_delegation_consent="§ 9"),
        set(),
    ),
    ("G13", "not reported, no minutes", draft("01", delegation__report_to_board=GONE), set()),
    ("G13", "a committee that does not report", draft("03", delegation__report_to_board=GONE), set()),
    (
        "G13",
        "reported before it was taken",
        draft("01", delegation__report_to_board=dt.date(2026, 10, 1)),
        set(),
    ),
    ("G14", "the decision-maker has not declared", draft("01", jav__0__staff_id="A11259"), set()),
    ("G14", "declared afterwards", draft("01", jav__0__declared_on=dt.date(2026, 10, 15)), set()),
    ("G14", "a politician has not declared", draft("03", jav__7=GONE), set()),
    ("G14", "a conflict", draft("01", jav__1__conflict=True), set()),
    (
        "G14",
        "nobody's declaration",
        draft("01", jav__more={"declared_on": dt.date(2026, 10, 1), "conflict": False}),
        set(),
    ),
    (
        "G14",
        "an outsider with a conflict wrote",
        draft(
            "01",
            event__2__staff_id=OUTSIDER,
            attested=[
                {
                    "staff_id": OUTSIDER,
                    "statement_sv": "Rättade stavfel.",
                    "attested_on": dt.date(2026, 10, 13),
                }
            ],
            jav__more={"staff_id": OUTSIDER, "declared_on": dt.date(2026, 10, 1), "conflict": True},
        ),
        set(),
    ),
    (
        "G15",
        "an objection nobody ruled on",
        draft("01", jav_objection=[{"raised_on": dt.date(2026, 10, 1), "matched_by": OUTSIDER}]),
        set(),
    ),
    (
        "G15",
        "an objection matched by the one it concerns",
        draft(
            "01",
            jav_objection=[
                {
                    "raised_on": dt.date(2026, 10, 1),
                    "matched_by": "A10667",
                    "ruling_sv": "Ingen koppling.",
                    "ruled_on": dt.date(2026, 10, 2),
                }
            ],
        ),
        set(),
    ),
    (
        "G15",
        "ruled on after the decision, matched by nobody",
        draft(
            "01",
            jav_objection=[{"raised_on": dt.date(2026, 10, 1), "ruling_sv": "Nej.", "ruled_on": dt.date(2026, 10, 20)}],
        ),
        set(),
    ),
    *(
        ("G16", f"left out of {target}", draft("01", withhold__0__applies_to=["notification", target]), set())
        for target in ("record", "court_bundle", "party_access")
    ),
    ("G16", "mask the record", MaskRequest("record", "staff_name", "fl_33_4"), set()),
    ("G16", "mask what goes to court", MaskRequest("court_bundle", "private_fact", "osl_21_3"), set()),
    ("G16", "mask a case file under FL 33 §", MaskRequest("case_file", "staff_name", "fl_33_4"), set()),
    ("G17", "blanket ground", draft("01", withhold__0__blanket=True), set()),
    ("G17", "own assessor", draft("01", withhold__0__assessed_by="A10667"), set()),
    ("G17", "no assessor", draft("01", withhold__0__assessed_by=GONE), set()),
    ("G17", "no facts", draft("01", withhold__0__facts=""), set()),
    ("G17", "a token phrase", draft("01", withhold__0__facts="Hotbild finns."), set()),
    ("G17", "an invented ground", draft("01", withhold__0__ground="obehag"), set()),
    ("G17", "no date", draft("01", withhold__0__assessed_on=GONE), set()),
    ("G17", "assessed afterwards", draft("01", withhold__0__assessed_on=dt.date(2026, 10, 15)), set()),
    ("G17", "another law as basis", draft("01", withhold__0__legal_basis="osl_21_3"), set()),
    (
        "G17",
        "two assessments of one person",
        draft(
            "01",
            withhold__more={
                "staff_id": "A10667",
                "ground": "trakasserier",
                "facts": "Ringer varje natt till hennes privata telefon sedan i augusti.",
                "assessed_by": "A12073",
                "assessed_on": dt.date(2026, 10, 2),
                "review_by": dt.date(2027, 4, 1),
            },
        ),
        set(),
    ),
    ("G18", "somebody who is not in the record", draft("01", withhold__0__staff_id=OUTSIDER), set()),
    ("G19", "a special rule wants the name", draft("01", special_name_rule="påhittad förordning 1 §"), set()),
    ("G20", "no text", draft("01", document=Document(())), set()),
    ("G20", "no reasons", draft("01", document=NO_REASONS), set()),
    ("G20", "the wrong way of appeal", draft("01", appeal="laglighetsprovning"), set()),
    ("G20", "no postal address", draft("01", contact__post=""), set()),
    ("G20", "neither mailbox nor telephone", draft("01", contact__mailbox="", contact__phone=""), set()),
    (
        "G20",
        "the contact route is the withheld person's",
        draft("01", contact__mailbox="gun-britt.akesson@exempelstad.example"),
        set(),
    ),
    (
        "G20",
        "the telephone is the withheld person's",
        draft("01", contact__phone=STAFF["A10667"].phone),
        set(),
    ),
    ("G20", "dissent by a stranger", draft("03", dissent__0__name="Okänd Person"), set()),
    (
        "G20",
        "dissent left out",
        draft("03", dissent=[], event__more=event("2026-10-28T14:56", None, "dissent", name="Ulf Mårdklint")),
        set(),
    ),
    (
        "G20",
        "legality review without a court to file with",
        draft("01", decision_type="sol_11_4_ytterligare_insats", appeal="laglighetsprovning", appeal_court=""),
        set(),
    ),
    ("G21", "another's name instead", draft("01", withhold__0__shown_as="Birgitta Falk"), set()),
    ("G22", "nothing said about what is left out", NotificationText("Beslutet är fattat.", 1), set()),
    ("G23", "a leak", Export(readers=4, leaks=("initials",)), set()),
    ("G23", "nobody looked", Export(readers=0), set()),
    ("G24", "her own certificate", draft("01", decision_maker__notification_signature="personal"), set()),
    ("G24", "her own certificate, on the way out", Export(4, (), True, "personal"), set()),
    ("G25", "refuse the party the decision", PartyRequest("decision", "refuse"), set()),
    ("G25", "mask the party's decision", PartyRequest("decision", "mask", "hot mot handläggaren"), set()),
    (
        "G26",
        "keep back without saying why",
        PartyRequest("other_material", "refuse", "", "Sammanfattning."),
        set(),
    ),
    (
        "G26",
        "keep back without telling otherwise",
        PartyRequest("other_material", "mask", "Uppgiftslämnaren är ett barn som far illa."),
        set(),
    ),
    ("G28a", "client secrecy for an officer", draft("01", withhold__0__legal_basis="osl_26_1"), set()),
    (
        "G28a",
        "client secrecy for a decision it does not cover",
        MaskRequest("decision_copy", "private_fact", "osl_26_1", "lvu_6_omedelbart_omhandertagande"),
        set(),
    ),
    (
        "G28a",
        "client secrecy for an officer in a file",
        MaskRequest("case_file", "staff_name", "osl_26_1"),
        set(),
    ),
    ("G29", "personnel secrecy for a decision", draft("01", withhold__0__legal_basis="osl_39_3_st2"), set()),
    (
        "G29",
        "personnel secrecy for a case file",
        MaskRequest("case_file", "staff_name", "osl_39_3_st1"),
        set(),
    ),
    ("G33", "never to be reviewed", draft("01", withhold__0__review_by=GONE), set()),
    ("G33", "run out", draft("01", withhold__0__review_by=dt.date(2026, 10, 13)), set()),
]

TRACK_A, TRACK_B, COMMITTEE = draft("01"), draft("02"), draft("03")
LINE = (
    "Namn på den som har beslutat har utelämnats med stöd av 33 § fjärde stycket förvaltningslagen. "
    "Namnet finns i beslutsdokumentationen och kan begäras hos nämnden."
)
PASSES: list[tuple[str, str, Draft | Act]] = [
    ("G01", "everything stated", TRACK_A),
    ("G01", "explicitly nobody", draft("01", participant=[], event__2__staff_id="A10667")),
    ("G01", "a chair with a name", chair()),
    ("G02", "foreign and hyphenated names", COMMITTEE),
    ("G03", "an obvious slip corrected and logged", RecordChange("correct", "fl_36", "Ö för Ø", True)),
    ("G04", "all who wrote are listed", TRACK_A),
    (
        "G04",
        "a proof-reader who attests",
        draft(
            "01",
            event__2__staff_id=OUTSIDER,
            attested=[
                {
                    "staff_id": OUTSIDER,
                    "statement_sv": "Rättade stavfel.",
                    "attested_on": dt.date(2026, 10, 13),
                }
            ],
        ),
    ),
    (
        "G04",
        "a member of the committee wrote",
        draft("03", event__more=event("2026-10-28T14:50", None, "draft_edited", name="Kjell-Åke Borgenstam")),
    ),
    (
        "G05",
        "in force on its first and last day",
        draft("01", delegation__valid_from=dt.date(2026, 10, 14), delegation__valid_to=dt.date(2026, 10, 14)),
    ),
    ("G05", "the board needs no delegation", draft("03", delegation=GONE, decision_maker__kind="board")),
    ("G06", "one employee", TRACK_A),
    ("G06", "one committee", COMMITTEE),
    ("G07", "a committee where it may", COMMITTEE),
    (
        "G07",
        "an official the board appointed",
        draft(
            "06",
            withhold=[],
            decision_type="lvu_43_begaran_handrackning",
            appeal="not_appealable",
            decision_maker__appointed=True,
            delegation=GONE,
        ),
    ),
    (
        "G07",
        "the board itself",
        draft("03", decision_type="sol_18_11_forbud_andras_barn", decision_maker__kind="board", delegation=GONE),
    ),
    ("G08", "the chair under the statute", chair()),
    ("G08", "an appointed member under the statute", chair(decision_maker__appointed=True)),
    (
        "G08",
        "the chair on the board's mandate",
        chair(
            decision_type="lvu_14_umgange",
            appeal="forvaltningsratten_besvar",
            urgent={
                "basis": "kl_6_39",
                "mandate": "SN 2026-01-22 § 11",
                "report_to_board": dt.date(2026, 11, 19),
            },
        ),
    ),
    ("G09", "she who decides signs", TRACK_A),
    ("G09", "the chair of the committee signs", COMMITTEE),
    ("G09", "an ordinary member signs (noted)", draft("03", **{SIGNED_NAME: "Selma Tovetorp"})),
    ("G10", "the director really decides", TRACK_B),
    (
        "G10",
        "a manager who wrote along",
        draft(
            "01",
            decision_maker={
                "kind": "employee",
                "staff_id": "A11999",
                "signed_by": "A11999",
                "signed_at": dt.datetime(2026, 10, 14, 11, 5),
            },
            rapporteur={"staff_id": "A10667"},
            event__3__staff_id="A11999",
            event__more=event("2026-10-14T10:00", "A11999", "draft_edited"),
            jav__more={"staff_id": "A11999", "declared_on": dt.date(2026, 8, 18), "conflict": False},
        ),
    ),
    ("G11", "lifted first, decided then", TRACK_B),
    ("G11", "nothing was lifted", TRACK_A),
    (
        "G12",
        "the director sub-delegates with consent",
        draft(
            "01",
            delegation__sub_delegated_by="A12184",
            delegation__sub_delegation_consent="SN 2026-01-22 § 9",
        ),
    ),
    ("G13", "reported", TRACK_A),
    ("G13", "minutes of its own", draft("01", delegation__report_to_board=GONE, minutes="2026-10-14 § 3")),
    ("G14", "employees and politicians declared", COMMITTEE),
    (
        "G14",
        "somebody with a conflict stood aside",
        draft("01", jav__more={"staff_id": OUTSIDER, "declared_on": dt.date(2026, 8, 18), "conflict": True}),
    ),
    (
        "G15",
        "ruled on by an outsider",
        draft(
            "01",
            jav_objection=[
                {
                    "raised_on": dt.date(2026, 10, 1),
                    "matched_by": OUTSIDER,
                    "ruling_sv": "Ingen koppling.",
                    "ruled_on": dt.date(2026, 10, 2),
                }
            ],
        ),
    ),
    ("G16", "the notification alone", TRACK_A),
    ("G16", "mask the notification", MaskRequest("notification", "staff_name", "fl_33_4")),
    ("G17", "each on an assessment of the own", draft("04")),
    ("G18", "only people of the record", TRACK_A),
    ("G19", "no special rule", TRACK_A),
    ("G19", "a special rule, but nobody is left out", draft("01", special_name_rule="x", withhold=[])),
    ("G20", "complete", TRACK_A),
    (
        "G20",
        "reasons may be left out",
        draft("01", document=NO_REASONS, reasons_omitted_sv="FL 32 § andra stycket 1"),
    ),
    ("G20", "telephone instead of mailbox", draft("01", contact__mailbox="")),
    (
        "G20",
        "a dissent that is in the case",
        draft("03", event__more=event("2026-10-28T14:56", None, "dissent", name="Ulf Mårdklint")),
    ),
    ("G21", "nothing in its place", TRACK_A),
    ("G22", "the line is there", NotificationText(LINE, 1)),
    (
        "G22",
        "the line in other words",
        NotificationText(
            "Namnet på en person anges inte i denna underrättelse, med stöd av 33 § fjärde stycket förvaltningslagen. "
            "Uppgifterna finns i beslutsdokumentationen. Den som är part kan begära att få ta del av den.",
            1,
        ),
    ),
    ("G22", "nobody is left out", NotificationText("Beslutet är fattat.", 0)),
    ("G23", "four readers, no leak", Export(readers=4)),
    ("G24", "the organisation's seal", draft("01", decision_maker__notification_signature="e_seal")),
    (
        "G24",
        "a personal signature where the name stands",
        draft("02", decision_maker__notification_signature="personal"),
    ),
    ("G24", "the seal on the way out", Export(4, (), True, "e_seal")),
    ("G25", "the party gets it all", PartyRequest("decision", "release")),
    (
        "G26",
        "overriding importance, and told otherwise",
        PartyRequest("other_material", "mask", "Uppgiftslämnaren är ett barn som far illa.", "Sammanfattning."),
    ),
    ("G28a", "client secrecy for a client", MaskRequest("case_file", "private_fact", "osl_26_1")),
    (
        "G28a",
        "client secrecy for an ordinary decision",
        MaskRequest("decision_copy", "private_fact", "osl_26_1", "sol_11_1_insats"),
    ),
    ("G28a", "the right ground", TRACK_A),
    (
        "G29",
        "personnel secrecy for a personnel file",
        MaskRequest("personnel_file", "private_fact", "osl_39_3_st2"),
    ),
    ("G29", "the right ground", TRACK_A),
    ("G33", "reviewed on its last day", draft("01", withhold__0__review_by=dt.date(2026, 10, 14))),
    ("G33", "a blanket ground is G17's alone", draft("06")),
]


def story(entry: tuple[Any, ...]) -> str:
    return f"{entry[0]}: {entry[1]}"


@pytest.mark.parametrize(("rule", "_story", "subject", "also"), STOPS, ids=map(story, STOPS))
def test_a_rule_stops_what_it_is_there_for(rule: str, _story: str, subject: Draft | Act, also: set[str]) -> None:
    fired = stopping(subject)
    assert rule in fired
    assert fired <= {rule} | also, "a rule stops what is not its business"


@pytest.mark.parametrize(("rule", "_story", "subject"), PASSES, ids=map(story, PASSES))
def test_a_rule_lets_pass_what_is_lawful(rule: str, _story: str, subject: Draft | Act) -> None:
    assert rule not in stopping(subject)
    if isinstance(subject, Draft) and subject.case.case_id[:2] != "06":
        assert isinstance(admit(subject, today=TODAY), Admitted)
    elif not isinstance(subject, Draft):
        assert not stopping(subject)


def test_every_rule_has_a_case_it_stops_and_one_it_lets_pass() -> None:
    ids = {rule.id for rule in RULES}
    assert {entry[0] for entry in STOPS} == ids
    assert {entry[0] for entry in PASSES} == ids


def test_every_check_of_every_rule_is_reached_by_both_tables() -> None:
    """A rule that judges several kinds of things is shown on each kind."""
    for rule in RULES:
        kinds = {kind.__name__ if kind.__name__ != "Matter" else "Draft" for kind in rule.checks}
        assert {type(entry[2]).__name__ for entry in STOPS if entry[0] == rule.id} == kinds


def test_rule_ids_are_unique_and_in_order() -> None:
    ids = [rule.id for rule in RULES]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"G\d\da?", one) for one in ids)


@pytest.mark.parametrize("number", CASES)
def test_the_samples_come_out_as_expected(number: str) -> None:
    expected = tomllib.loads((CASES[number] / "expected.toml").read_text("utf-8"))
    fired = stopping(draft(number))
    assert set(expected["refused_by"]) <= fired
    assert fired <= set(expected["refused_by"]) | set(expected["also_acceptable"])
    assert ("refused" if fired else "accepted") == expected["outcome"]
    if not fired:
        admitted = admit(draft(number), today=TODAY)
        assert [member.staff_id for member in admitted.withheld] == expected["withheld_in_notification"]
        assert all(finding.severity is Severity.NOTE for finding in admitted.findings)


def test_a_refusal_holds_all_findings_and_the_notes() -> None:
    """Three things wrong at once, and one note: the case worker hears of all of them in one go."""
    wrong = draft("02", contact__post="", withhold__0__facts="", delegation__report_to_board=GONE)
    with pytest.raises(Refused) as refused:
        admit(wrong, today=TODAY)
    rules = {finding.rule for finding in refused.value.findings}
    assert {"G13", "G17", "G20"} <= rules
    assert any(finding.severity is Severity.NOTE for finding in refused.value.findings)
    assert "G13, G17, G20" in str(refused.value)


FIGUREHEADS = {
    "signer is not decider": (draft("01", **BY_FILIP), "G09"),
    "the director only signs": (draft("05"), "G10"),
    "decided before the lift": (draft("05"), "G11"),
    "blanket ground": (draft("01", withhold__0__blanket=True), "G17"),
    "non-delegable type": (draft("06"), "G07"),
    "missing jäv declaration": (draft("01", jav=[]), "G14"),
    "own assessor": (draft("01", withhold__0__assessed_by="A10667"), "G17"),
    "another's name in the gap": (draft("01", withhold__0__shown_as="Socialnämndens ordförande"), "G21"),
}


@pytest.mark.parametrize("disguise", FIGUREHEADS)
def test_the_figurehead_is_refused_in_every_disguise(disguise: str) -> None:
    wrong, rule = FIGUREHEADS[disguise]
    with pytest.raises(Refused) as refused:
        admit(wrong, today=TODAY)
    assert rule in {finding.rule for finding in refused.value.findings if finding.stops}


@settings(max_examples=60, deadline=None)
@given(
    minutes=st.integers(0, 60 * 24 * 20),
    spelling=st.sampled_from(["decided", "Decided", " DECIDED "]),
    claimed=st.integers(0, 60 * 24 * 30),
)
def test_no_date_on_the_form_saves_a_lift_after_the_officers_decision(
    minutes: int, spelling: str, claimed: int
) -> None:
    """However long before the director the officer decided, and whatever the form claims about the lift."""
    director = dt.datetime(2026, 11, 3, 16, 10)
    officer = director - dt.timedelta(minutes=minutes)
    wrong = draft(
        "02",
        lift__lifted_at=director - dt.timedelta(minutes=claimed),
        event__more=event(officer.isoformat(), "A10223", spelling),
    )
    assert "G09" in stopping(wrong)


@settings(max_examples=40, deadline=None)
@given(signer=st.sampled_from(sorted(STAFF)), decider=st.sampled_from(sorted(STAFF)))
def test_nobody_but_the_decider_can_sign(signer: str, decider: str) -> None:
    fired = stopping(
        draft(
            "01",
            decision_maker__staff_id=decider,
            decision_maker__signed_by=signer,
            event__3__staff_id=decider,
        )
    )
    assert ("G09" in fired) == (signer != decider)


@pytest.mark.parametrize("type_id", book.type_ids())
@pytest.mark.parametrize("kind", ["employee", "committee", "board"])
def test_each_decision_type_is_decided_by_whom_the_law_lets(type_id: str, kind: str) -> None:
    row = book.type_row(type_id)
    base = (
        draft("01", decision_type=type_id, appeal=row.appeal)
        if kind == "employee"
        else draft("03", decision_type=type_id, appeal=row.appeal, decision_maker__kind=kind)
    )
    may = kind in row.decides and (kind != "employee" or row.delegable_to_employee)
    assert ("G07" in stopping(base)) != may


def test_a_finding_names_nobody() -> None:
    """Messages and places of all findings of all tables, searched for everybody's names."""
    people = {name for member in STAFF.members for name in (member.surname, member.full_name, member.email)}
    parties = {"Tisell", "Alvestrand", "Klarholt", "Stavlid", "Skarvik", "Alskog"}
    politicians = {"Hedvall", "Borgenstam", "Tovetorp", "Ranjbar", "Mårdklint", "Frånvarande", "Okänd Person"}
    seen = 0
    for entry in STOPS:
        for finding in findings_on(entry[2]):
            said = f"{finding.message_sv} {finding.message_en} {finding.place} {finding.source}"
            seen += 1
            for name in people | parties | politicians:
                assert not re.search(rf"\b{re.escape(name)}\b", said), finding.rule
    assert seen > 100


def test_findings_speak_both_languages_and_give_a_source_and_a_place() -> None:
    for entry in STOPS:
        for finding in findings_on(entry[2]):
            assert finding.message_sv.endswith(".")
            assert finding.message_en.endswith(".")
            assert finding.message_sv != finding.message_en
            assert finding.source
            assert finding.place


def test_a_gate_without_rules_lets_nothing_through() -> None:
    with pytest.raises(Refused):
        admit(TRACK_A, today=TODAY, rules=())
    with pytest.raises(Refused):
        judge(PartyRequest("decision", "release"), rules=())
    with pytest.raises(Refused):
        judge(PartyRequest("decision", "release"), rules=[rule for rule in RULES if rule.id == "G01"])


def test_an_unknown_decision_type_gets_the_closest_ones() -> None:
    with pytest.raises(BadInput) as bad:
        admit(draft("01", decision_type="sol_11_1_insatser"), today=TODAY)
    assert bad.value.place == "decision_type"
    assert "sol_11_1_insats" in str(bad.value)


UNKNOWN = {
    "decision_maker.staff_id": {"decision_maker__staff_id": "Åsa Öberg"},
    "decision_maker.signed_by": {"decision_maker__signed_by": "Åsa Öberg"},
    "rapporteur.staff_id": {"rapporteur__staff_id": "Åsa Öberg"},
    "participant[0].staff_id": {"participant__0__staff_id": "Åsa Öberg"},
    "delegation.sub_delegated_by": {"delegation__sub_delegated_by": "Åsa Öberg"},
    "lift.from_staff_id": {"lift__from_staff_id": "Åsa Öberg"},
    "lift.to_staff_id": {"lift__to_staff_id": "Åsa Öberg"},
    "lift.requested_by": {"lift__requested_by": "Åsa Öberg"},
    "withhold[0].staff_id": {"withhold__0__staff_id": "Åsa Öberg"},
    "withhold[0].assessed_by": {"withhold__0__assessed_by": "Åsa Öberg"},
    "jav[1].staff_id": {"jav__1__staff_id": "Åsa Öberg"},
    "event[2].staff_id": {"event__2__staff_id": "Åsa Öberg"},
    "attested[0].staff_id": {
        "attested": [{"staff_id": "Åsa Öberg", "statement_sv": "x", "attested_on": dt.date(2026, 11, 1)}]
    },
    "jav_objection[0].matched_by": {"jav_objection": [{"raised_on": dt.date(2026, 11, 1), "matched_by": "Åsa Öberg"}]},
}


@pytest.mark.parametrize("key", UNKNOWN)
def test_an_unknown_staff_id_is_bad_input_that_names_the_key_but_not_what_stood_there(key: str) -> None:
    with pytest.raises(BadInput) as bad:
        admit(draft("02", **UNKNOWN[key]), today=TODAY)
    assert bad.value.place == key
    assert "Öberg" not in str(bad.value)


def test_times_with_and_without_a_zone_cannot_be_mixed() -> None:
    zoned = dt.datetime(2026, 11, 3, 16, 10, tzinfo=dt.UTC)
    with pytest.raises(BadInput) as bad:
        admit(draft("02", event__5__at=zoned), today=TODAY)
    assert bad.value.place == "event[5].at"
    all_zoned = case("01")
    data = msgspec.to_builtins(all_zoned, builtin_types=(dt.datetime, dt.date))
    data["decision_maker"]["signed_at"] = data["decision_maker"]["signed_at"].replace(tzinfo=dt.UTC)
    for line in data["event"]:
        line["at"] = line["at"].replace(tzinfo=dt.UTC)
    whole = Draft(msgspec.convert(data, Case), WITH_REASONS, STAFF, b"")
    assert isinstance(admit(whole, today=TODAY), Admitted)


def test_notes_tell_without_stopping() -> None:
    """A title that differs, a future date, an unknown event, an old assessment, a routine's words, the same
    facts twice."""
    told = findings_on(
        draft(
            "04",
            delegation__delegate="enhetschef",
            event__0__action="telefonsamtal",
            withhold__0__assessed_on=dt.date(2025, 10, 1),
            withhold__0__facts="Enligt enhetens rutin, och parten ringer handläggaren hem om natten.",
            withhold__1__facts="Enligt  enhetens rutin, och parten ringer handläggaren hem om natten.",
        )
    )
    assert not any(finding.stops for finding in told)
    assert {"G01", "G05", "G17", "G33"} <= {finding.rule for finding in told}
    early = admit(TRACK_A, today=dt.date(2026, 1, 1))
    assert [(finding.rule, finding.place) for finding in early.findings] == [("G01", "decision_date")]
    late = admit(TRACK_A, today=dt.date(2028, 1, 1))
    assert [(finding.rule, finding.place) for finding in late.findings] == [("G33", "withhold[0].review_by")]
    placed = draft("03", decision_type="sol_22_2_vard_familjehem")
    assert ("G19", "SoL 22:12 [I]") in {(finding.rule, finding.source) for finding in findings_on(placed)}


def test_disqualification_is_judged_under_the_local_government_act_where_only_legality_review_is_open() -> None:
    """FL 2 § takes FL 16–18 §§ away there."""
    ordinary = findings_on(draft("01", jav=[]))
    local = findings_on(draft("01", jav=[], decision_type="sol_11_4_ytterligare_insats", appeal="laglighetsprovning"))
    assert {finding.source for finding in ordinary if finding.rule == "G14"} == {"FL 16–18 §§"}
    assert {finding.source for finding in local if finding.rule == "G14"} == {"KL 6:28–32, 7:4"}


@pytest.mark.parametrize(
    ("blocks", "found"),
    [
        ((Heading(2, text("Skäl")), Paragraph(text("Behovet kan tillgodoses på annat sätt här."))), True),
        (
            (
                Heading(2, text("Motivering")),
                Heading(3, text("Rätten")),
                Paragraph(text("Ett två tre fyra fem sex åtta.")),
            ),
            True,
        ),
        (
            (
                Paragraph(text("Skäl för beslutet")),
                Paragraph(text("Behovet kan tillgodoses på annat sätt här.")),
            ),
            True,
        ),
        ((Paragraph(text("Motivering: behovet kan tillgodoses på helt annat sätt.")),), True),
        (
            (
                Heading(2, text("Utredning och bedömning")),
                Paragraph(text("Behovet kan tillgodoses på annat sätt.")),
            ),
            True,
        ),
        ((Heading(2, text("Skäl")),), False),
        (
            (
                Heading(2, text("Skäl")),
                Heading(2, text("Underskrift")),
                Paragraph(text("Ort och dag och namn och titel.")),
            ),
            False,
        ),
        (
            (Heading(2, text("Skälderviken")), Paragraph(text("Behovet kan tillgodoses på annat sätt här."))),
            False,
        ),
        (
            (
                Paragraph(
                    text("Som skäl har hon uppgett att hon är ensam med den dagliga omsorgen och behöver avlastning.")
                ),
            ),
            False,
        ),
    ],
)
def test_reasons_are_recognised_by_heading_and_by_what_follows(blocks: tuple[Any, ...], found: bool) -> None:
    assert has_reasons(Document(blocks)) is found


@pytest.mark.parametrize("member", STAFF.members, ids=lambda member: member.staff_id)
def test_real_names_are_names(member: StaffMember) -> None:
    """Lind, Ek, Vik, Berg, My, Stig: short and word-like names are people all the same."""
    assert names_a_person(member.full_name)


@pytest.mark.parametrize(
    "alias",
    [
        "Handläggare 12",
        "Socialsekreterare",
        "Vice ordförande",
        "A10667",
        "Team Nord",
        "G. B.",
        "Enheten",
        "",
        "Falk",
    ],
)
def test_roles_numbers_and_aliases_are_not(alias: str) -> None:
    assert not names_a_person(alias)
