"""What is saved of a case, as a `Case` that the gate can judge; what is still missing; what the gate finds.

A case in work is a JSON object with the keys of a case file (`sigill.decision.case`), as far as it goes. What the
desk knows better than anybody could type comes from the desk: who did what when (events), declarations on
disqualification, assessments of the need for protection, the board's contact route, the law's appeal regime.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from sigill import journey
from sigill.decision.case import Case
from sigill.decision.document import Document
from sigill.decision.legal import Finding, Severity
from sigill.decision.stages import Draft
from sigill.desk import needs, people
from sigill.desk.office import Office
from sigill.errors import N_, BadInput, Refused
from sigill.law import book
from sigill.law.gate import admit
from sigill.letters.read import read_document
from sigill.store.desk import models
from sigill.verify.confined import run_confined

EVENTS = ("draft_created", "draft_edited", "lifted", "case_opened", "presented", "decided")
"""Acts of the history that the gate reads."""
READ_SECONDS, READ_MEGABYTES = 60.0, 2048

_MISSING: tuple[tuple[str, str, str], ...] = (
    ("dnr", "Ange diarienumret.", "Give the diary number."),
    ("title_sv", "Ange vad ärendet gäller.", "State what the case is about."),
    ("content_sv", "Skriv beslutsmeningen.", "Write the operative part."),
    ("party", "Ange minst en part.", "Name at least one party."),
    ("decision_maker", "Välj vem som beslutar.", "Choose who decides."),
    ("document", "Lämna in beslutets text.", "Hand in the decision's text."),
)


@dataclass(frozen=True, slots=True, repr=False)
class Assembled:
    """A case in work as the gate sees it.

    Args:
        case: None while something without which there is no case is missing.
        missing: what that is.
        provisional: whether something only the decision-maker can say was assumed, for a preview.
    """

    case: Case | None
    missing: tuple[Finding, ...]
    provisional: bool = False


def assemble(
    row: models.Case, data: Mapping[str, Any], office: Office, *, now: dt.datetime, decided: bool
) -> Assembled:
    """Make the case.

    Args:
        data: a version's content.
        now: the moment it is judged, and signed if it is.
        decided: False for a preview before the decision-maker has acted: the own stance on a lifted case and the
            decision-maker's declaration are then assumed, and the result is `provisional`.
    """
    missing = tuple(_missing(data))
    if missing:
        return Assembled(None, missing)
    maker = dict(data["decision_maker"])
    values = {key: value for key, value in data.items() if key in _FROM_FORM and value not in ("", [], {}, None)}
    values["decision_maker"] = _maker(maker, now)
    lift, assumed = _lift(row, data, maker, now, decided=decided)
    declared, assumed_too = _declarations(row, maker, now, decided=decided)
    board, law = office.board, book.decision_type(row.decision_type)
    values |= {
        "schema": 1,
        "case_id": str(row.pk),
        "decision_type": row.decision_type,
        "track": "board" if maker["kind"] != "employee" else "B" if lift else "A",
        "decision_date": now.date(),
        "board": board.board,
        "municipality": board.municipality,
        "appeal": law.appeal,
        "contact": {
            "mailbox": board.contact.mailbox,
            "phone": board.contact.phone,
            "hours": board.contact.hours,
            "post": board.contact.post,
            "reference": "ange diarienumret",
        },
        "withhold": msgspec.to_builtins(needs.withheld_in(row, data, now.date()), builtin_types=(dt.date,)),
        "jav": declared,
        "event": list(_events(row, maker, now)),
    }
    if not data.get("no_participants") and "participant" not in values:
        values.pop("participant", None)
    elif data.get("no_participants"):
        values["participant"] = []
    if delegation := _delegation(data):
        values["delegation"] = delegation
    if lift:
        values["lift"] = lift
    try:
        case = msgspec.convert(values, Case)
    except msgspec.ValidationError as err:
        place = str(err).rpartition("`$.")[2].rstrip("`") or "case"
        return Assembled(None, (_require(place, "Uppgiften går inte att läsa.", "It cannot be read."),))
    return Assembled(case, (), assumed or assumed_too)


def findings(assembled: Assembled, document: Document | None, *, today: dt.date) -> tuple[Finding, ...]:
    """Everything that stands in the way, and notes: what is missing, else what the gate finds."""
    if assembled.case is None or document is None:
        return assembled.missing
    given = Draft(assembled.case, document, people.register(), b"")
    try:
        return admit(given, today=today).findings
    except Refused as refused:
        return tuple(refused.findings)
    except BadInput as bad:
        return (_require(bad.place, str(bad), str(bad)),)


def read_source(data: bytes, name: str) -> Document:
    """A decision's text out of its container, in a confined worker.

    Raises:
        BadInput, Blocked: see `sigill.letters.read.read_document`.
    """
    return run_confined(read_document, data, name, seconds=READ_SECONDS, megabytes=READ_MEGABYTES)


def document_of(row: models.Case, data: Mapping[str, Any]) -> tuple[bytes, str] | None:
    """The document a version names: bytes and file name."""
    found = models.SourceDocument.objects.filter(case=row, sha256=data.get("document", "")).first()
    return None if found is None else (bytes(found.data), found.name)


def draft(assembled: Assembled, document: bytes, name: str) -> Draft:
    """The draft that the journey takes.

    Raises:
        Refused: something is missing.
    """
    if assembled.case is None:
        raise Refused(
            N_("The case is not complete."), N_("Fill in what is missing."), findings=assembled.missing, place=""
        )
    return Draft(
        case=assembled.case,
        document=read_source(document, name),
        staff=people.register(),
        content_sha256=journey.content_digest(msgspec.json.encode(assembled.case), document),
    )


def fingerprint(assembled: Assembled, document: bytes, office: Office, seed: bytes) -> str:
    """SHA-256 over all that the letters are made from, the moment of signing aside: what was read is signed."""
    assert assembled.case is not None
    known = msgspec.to_builtins(assembled.case, builtin_types=(dt.datetime, dt.date))
    known["decision_maker"].pop("signed_at")
    known["event"] = [one for one in known["event"] if one["action"] != "decided"]
    parts = (
        msgspec.json.encode(known, order="deterministic"),
        document,
        msgspec.json.encode([[getattr(one, name) for name in people._COLUMNS] for one in people.register().members]),
        msgspec.json.encode(office.board, order="deterministic"),
        seed,
        b"provisional" if assembled.provisional else b"",
    )
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


# --- parts ------------------------------------------------------------------------------------------------------

_FROM_FORM = frozenset(
    {
        "dnr",
        "title_sv",
        "content_sv",
        "party",
        "appeal_court",
        "rapporteur",
        "participant",
        "committee",
        "minutes",
        "urgent",
        "dissent",
        "attested",
        "jav_objection",
        "reasons_omitted_sv",
        "special_name_rule",
    }
)


def _missing(data: Mapping[str, Any]) -> Iterator[Finding]:
    for key, sv, en in _MISSING:
        if not data.get(key):
            yield _require(key, sv, en)
    maker = data.get("decision_maker") or {}
    if maker.get("kind") == "employee" and not maker.get("staff_id"):
        yield _require("decision_maker.staff_id", "Välj vem som beslutar.", "Choose who decides.")


def _require(place: str, sv: str, en: str) -> Finding:
    return Finding("", Severity.REQUIRE, "", sv, en, place)


def _maker(maker: Mapping[str, Any], now: dt.datetime) -> dict[str, Any]:
    kept = {key: value for key, value in maker.items() if value not in ("", [], None)}
    kept["signed_at"] = now
    if maker["kind"] == "employee":
        # G09: in the web nobody can sign but the one who decides.
        kept["signed_by"] = maker["staff_id"]
    return kept


def _who(key: str) -> dict[str, str]:
    return {"name": key.removeprefix("elected:")} if key.startswith("elected:") else {"staff_id": key}


def _declarations(
    row: models.Case, maker: Mapping[str, Any], now: dt.datetime, *, decided: bool
) -> tuple[list[dict[str, Any]], bool]:
    rows = [
        {"declared_on": one.declared_on, "conflict": one.conflict, **_who(one.person)}
        for one in models.Declaration.objects.filter(case=row)
    ]
    staff_id = maker.get("staff_id")
    if decided or staff_id is None or any(one.get("staff_id") == staff_id for one in rows):
        return rows, False
    return [*rows, {"declared_on": now.date(), "conflict": False, "staff_id": staff_id}], True


def _events(row: models.Case, maker: Mapping[str, Any], now: dt.datetime) -> Iterator[dict[str, Any]]:
    seen = set()
    for one in models.CaseEvent.objects.filter(case=row, action__in=EVENTS).exclude(action="decided"):
        at = one.at.astimezone(now.tzinfo)
        mark = (one.by, one.action, at.date())
        if mark in seen and one.action == "draft_edited":
            continue  # one line per person and day tells all that the gate asks
        seen.add(mark)
        yield {"at": at, "action": one.action, **_who(one.by)}
    if maker["kind"] == "employee":
        yield {"at": now, "action": "decided", "staff_id": maker["staff_id"]}
    elif name := maker.get("signed_by_name") or maker.get("name"):
        yield {"at": now, "action": "decided", "name": name}


def _delegation(data: Mapping[str, Any]) -> dict[str, Any] | None:
    rule = models.DelegationRule.objects.filter(pk=data.get("delegation_id") or 0).first()
    if rule is None:
        return None
    found: dict[str, Any] = {
        "rule": rule.rule,
        "item": rule.item,
        "delegate": rule.delegate,
        "valid_from": rule.valid_from,
    }
    if rule.valid_to:
        found["valid_to"] = rule.valid_to
    if data.get("report_to_board"):
        found["report_to_board"] = data["report_to_board"]
    return found


def _lift(
    row: models.Case, data: Mapping[str, Any], maker: Mapping[str, Any], now: dt.datetime, *, decided: bool
) -> tuple[dict[str, Any] | None, bool]:
    """The lift as it was recorded; opening and stance are the decision-maker's own acts."""
    if not data.get("lift") or maker["kind"] != "employee":
        return None, False
    lift = {key: value for key, value in data["lift"].items() if value}
    opened = models.CaseEvent.objects.filter(case=row, action="case_opened", by=maker["staff_id"]).first()
    assumed = False
    if opened is not None:
        lift["case_opened_at"] = opened.at.astimezone(now.tzinfo)
    if not decided and not (opened and lift.get("own_stance_sv")):
        just_before = now - dt.timedelta(milliseconds=1)
        lift["case_opened_at"] = lift.get("case_opened_at") or just_before
        lift["own_stance_sv"] = lift.get("own_stance_sv") or "(lämnas av beslutsfattaren före beslutet)"
        lift["own_stance_at"] = lift.get("own_stance_at") or just_before
        assumed = True
    for key in ("lifted_at", "own_stance_at"):
        if isinstance(lift.get(key), str):
            lift[key] = dt.datetime.fromisoformat(lift[key]).astimezone(now.tzinfo)
    return lift, assumed
