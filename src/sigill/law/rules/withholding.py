"""G16–G19, G21, G24, G28a, G29, G33: whose name may be left out, where, on what ground, and for how long.

FL 33 § 4 st is the only ground for leaving out the name of somebody in FL 31 §, and only in the written
notification. It is no secrecy: the party may have the record (OSL 10:3 st. 2).
"""

import datetime as dt
from collections.abc import Iterator

from sigill.decision.case import Withhold
from sigill.decision.legal import Severity
from sigill.law import book
from sigill.law.acts import Export, MaskRequest
from sigill.law.matter import Matter
from sigill.law.rule import Remark, blank, word_count

_FACT_WORDS = 6
"""Fewer words than this name a ground but tell nothing."""
_ROUTINE = ("rutin", "alltid", "samtliga handläggare", "alla handläggare", "schablon", "regelmässigt")
_SHARED = {
    "record": "beslutsdokumentationen",
    "court_bundle": "det som går till domstol",
    "party_access": "partsinsynen",
}
_SHARED_EN = {
    "record": "the record",
    "court_bundle": "what goes to court",
    "party_access": "the party's access",
}
_PLACED_CHILD = {("2025:400", 22, "2"), ("2025:400", 22, "4")}


def _entries(matter: Matter) -> Iterator[tuple[str, Withhold]]:
    for i, entry in enumerate(matter.case.withhold):
        yield f"withhold[{i}]", entry


def only_in_notification(matter: Matter) -> Iterator[Remark]:
    """G16. Nothing is left out of the record, of what goes to court, or of what the party may see."""
    for key, entry in _entries(matter):
        for target in entry.applies_to:
            if target != "notification":
                yield Remark(
                    f"{key}.applies_to",
                    f"33 § FL gäller bara underrättelsen; inget får utelämnas ur {_SHARED[target]}.",
                    f"FL 33 § concerns the notification alone; nothing may be left out of {_SHARED_EN[target]}.",
                )


def mask_only_the_notification(request: MaskRequest) -> Iterator[Remark]:
    """G16, for a document at a time."""
    if request.document == "court_bundle" or (
        request.document in ("record", "party_access")
        and (request.legal_basis == "fl_33_4" or request.subject == "staff_name")
    ):
        yield Remark(
            "document",
            f"Inget får utelämnas ur {_SHARED[request.document]} med stöd av 33 § FL.",
            f"Nothing may be left out of {_SHARED_EN[request.document]} under FL 33 §.",
        )
    elif request.legal_basis == "fl_33_4" and request.document != "notification":
        yield Remark(
            "document",
            "33 § FL gäller bara underrättelsen om ett beslut.",
            "FL 33 § concerns the notification of a decision alone.",
        )


def assessed_person_by_person(matter: Matter) -> Iterator[Remark]:
    """G17. A ground of the law, facts, a date and an assessor who is somebody else; never a routine for
    all."""
    day, seen = matter.case.decision_date, set[str]()
    for key, entry in _entries(matter):
        if entry.staff_id in seen:
            yield Remark(
                f"{key}.staff_id",
                f"{entry.staff_id} har mer än en bedömning; det ska vara en per person.",
                f"{entry.staff_id} has more than one assessment; there must be one per person.",
            )
        seen.add(entry.staff_id)
        yield from _ground(key, entry)
        yield from _facts(key, entry)
        yield from _assessor(key, entry, day)
    facts = [" ".join(entry.facts.casefold().split()) for entry in matter.case.withhold if not blank(entry.facts)]
    if len(set(facts)) < len(facts):
        yield Remark(
            "withhold",
            "Flera personer har ordagrant samma omständigheter; kontrollera att var och en är bedömd för sig.",
            "Several persons have word for word the same facts; check that each is assessed alone.",
            severity=Severity.NOTE,
        )


def _ground(key: str, entry: Withhold) -> Iterator[Remark]:
    if entry.legal_basis != "fl_33_4" and not entry.legal_basis.startswith(("osl_26_1", "osl_39_3")):
        yield Remark(  # G28a and G29 speak of the two secrecy grounds that are most often mistaken for it
            f"{key}.legal_basis",
            "Ett namn enligt 31 § FL kan bara utelämnas med stöd av 33 § fjärde stycket FL.",
            "A name under FL 31 § can only be left out under FL 33 § 4 st.",
            severity=Severity.BLOCK,
        )
    if entry.ground not in book.fl33_grounds():
        yield Remark(
            f"{key}.ground",
            "Grunden ska vara hot, trakasserier eller annan_allvarlig_olagenhet.",
            "The ground must be hot, trakasserier or annan_allvarlig_olagenhet.",
        )


def _facts(key: str, entry: Withhold) -> Iterator[Remark]:
    if entry.blanket:
        yield Remark(
            f"{key}.blanket",
            "Namn får inte utelämnas som rutin; det krävs en bedömning av den enskilda personen.",
            "Names may not be left out as a routine; the single person must be assessed.",
            severity=Severity.BLOCK,
        )
    elif any(word in f"{entry.basis_sv} {entry.facts}".casefold() for word in _ROUTINE):
        yield Remark(
            f"{key}.facts",
            "Bedömningen låter som en rutin; kontrollera att den gäller just den här personen.",
            "The assessment sounds like a routine; check that it is about this very person.",
            severity=Severity.NOTE,
        )
    if word_count(entry.facts) < _FACT_WORDS:
        yield Remark(
            f"{key}.facts",
            "Skriv kort vad som hänt eller vad farhågan bygger på.",
            "Say briefly what happened or what the fear rests on.",
        )


def _assessor(key: str, entry: Withhold, day: dt.date) -> Iterator[Remark]:
    if entry.assessed_on is None or entry.assessed_on > day:
        yield Remark(
            f"{key}.assessed_on",
            "Bedömningen ska vara daterad och gjord senast på beslutsdagen.",
            "The assessment must be dated, and made on the day of the decision at the latest.",
        )
    if entry.assessed_by is None:
        yield Remark(f"{key}.assessed_by", "Ange vem som gjort bedömningen.", "State who made the assessment.")
    elif entry.assessed_by == entry.staff_id:
        yield Remark(
            f"{key}.assessed_by",
            "Ingen bedömer sin egen hotbild; någon annan ska göra det.",
            "Nobody assesses the threat against himself or herself; somebody else must.",
            severity=Severity.BLOCK,
        )


def only_people_of_the_record(matter: Matter) -> Iterator[Remark]:
    """G18. FL 33 § 4 st covers the persons of FL 31 § and nobody else."""
    for key, entry in _entries(matter):
        if entry.staff_id not in matter.recorded:
            yield Remark(
                f"{key}.staff_id",
                f"{entry.staff_id} finns inte i beslutsdokumentationen och omfattas inte av 33 § fjärde stycket FL.",
                f"{entry.staff_id} is not in the record and is not covered by FL 33 § 4 st.",
            )


def no_rule_wants_the_name(matter: Matter) -> Iterator[Remark]:
    """G19. A special rule that wants the name and has no exception goes first (FL 4 §)."""
    if not matter.case.withhold:
        return
    if not blank(matter.case.special_name_rule):
        yield Remark(
            "special_name_rule",
            "En särskild bestämmelse kräver namnet och går före 33 § FL; inget namn får utelämnas.",
            "A special rule requires the name and goes before FL 33 §; no name may be left out.",
        )
    dtype = matter.decision_type
    if (dtype.act, dtype.chapter, dtype.section) in _PLACED_CHILD:
        yield Remark(
            "withhold",
            "Det placerade barnet ska ha en utsedd socialsekreterare som besöker det; den personen lär "
            "inte kunna utelämnas.",
            "The placed child has an appointed social secretary who visits it; leaving that person out "
            "will hardly work.",
            severity=Severity.NOTE,
            source="SoL 22:12 [I]",
        )


def nobody_elses_name(matter: Matter) -> Iterator[Remark]:
    """G21. Left out is left out: no other name, no invented one, no alias stands in its place (JO
    8000-2016)."""
    for key, entry in _entries(matter):
        if entry.shown_as is not None:
            yield Remark(
                f"{key}.shown_as",
                "Inget annat namn och inget alias får stå i den utelämnade personens ställe.",
                "No other name and no alias may stand in the place of the person left out.",
            )


def no_personal_signature(matter: Matter) -> Iterator[Remark]:
    """G24. A personal certificate prints the name; the notification then carries the organisation's seal."""
    if matter.maker_withheld and matter.case.decision_maker.notification_signature == "personal":
        yield _personal("decision_maker.notification_signature")


def no_personal_signature_out(export: Export) -> Iterator[Remark]:
    """G24, when the notification leaves the house."""
    if export.maker_withheld and export.signature == "personal":
        yield _personal("signature")


def _personal(place: str) -> Remark:
    return Remark(
        place,
        "Beslutsfattarens namn är utelämnat; underrättelsen ska bära organisationens e-stämpel, inte en "
        "personlig underskrift.",
        "The decision-maker's name is left out; the notification must carry the organisation's e-seal, "
        "not a personal signature.",
    )


def client_secrecy_is_no_ground(matter: Matter) -> Iterator[Remark]:
    """G28a. OSL 26:1 protects the client, never staff in office, and does not cover the decisions of OSL
    26:7."""
    for key, entry in _entries(matter):
        if entry.legal_basis.startswith("osl_26_1"):
            yield from _client_secrecy(f"{key}.legal_basis", "staff_name", matter.decision_type.secrecy_26_1_exempt)


def client_secrecy_of_document(request: MaskRequest) -> Iterator[Remark]:
    """G28a, for a document at a time."""
    if not request.legal_basis.startswith("osl_26_1"):
        return
    is_decision = request.document not in ("case_file", "personnel_file", "other_letter")
    exempt = (
        is_decision and not blank(request.decision_type) and book.type_row(request.decision_type).secrecy_26_1_exempt
    )
    yield from _client_secrecy("legal_basis", request.subject, exempt)


def _client_secrecy(place: str, subject: str, exempt: bool) -> Iterator[Remark]:
    if exempt:
        yield Remark(
            place,
            "26 kap. 1 § OSL gäller inte den här typen av beslut (26 kap. 7 § OSL).",
            "OSL 26:1 does not cover this kind of decision (OSL 26:7).",
        )
    if subject == "staff_name":
        yield Remark(
            place,
            "26 kap. 1 § OSL skyddar den enskilde, inte tjänstemän i tjänsten.",
            "OSL 26:1 protects the client, not staff in office.",
            source="OSL 26:1, 26:7",
        )


def personnel_secrecy_is_no_ground(matter: Matter) -> Iterator[Remark]:
    """G29. OSL 39:3 holds in personnel administration alone."""
    for key, entry in _entries(matter):
        if entry.legal_basis.startswith("osl_39_3"):
            yield _personnel(f"{key}.legal_basis")


def personnel_secrecy_of_document(request: MaskRequest) -> Iterator[Remark]:
    """G29, for a document at a time."""
    if request.legal_basis.startswith("osl_39_3") and request.document != "personnel_file":
        yield _personnel("legal_basis")


def _personnel(place: str) -> Remark:
    return Remark(
        place,
        "39 kap. 3 § OSL gäller bara personaladministration, inte handlingar i ett ärende.",
        "OSL 39:3 holds in personnel administration only, not for documents of a case.",
    )


def assessment_still_holds(matter: Matter) -> Iterator[Remark]:
    """G33. A new decision needs an assessment that has not run out."""
    day = matter.case.decision_date
    for key, entry in _entries(matter):
        if entry.blanket:
            continue  # G17: there is no assessment to renew
        if entry.review_by is None:
            yield Remark(
                f"{key}.review_by",
                "Ange när bedömningen senast ska prövas på nytt.",
                "State by when the assessment must be made again.",
            )
        elif entry.review_by < day:
            yield Remark(
                f"{key}.review_by",
                "Bedömningen har gått ut; gör en ny.",
                "The assessment has run out; make a new one.",
            )
        elif entry.review_by < matter.today:
            yield Remark(
                f"{key}.review_by",
                "Bedömningen gällde på beslutsdagen men har gått ut i dag; överväg en ny.",
                "The assessment held on the day of the decision but has run out today; consider a new one.",
                severity=Severity.NOTE,
            )
        if entry.assessed_on is not None and day - entry.assessed_on > dt.timedelta(days=365):
            yield Remark(
                f"{key}.assessed_on",
                "Bedömningen är äldre än tolv månader; kontrollera att den fortfarande stämmer.",
                "The assessment is older than twelve months; check that it still holds.",
                severity=Severity.NOTE,
            )
