"""What goes where on paper (G31): the whole assessment into the personnel record, a short note into the client's file.

The personnel record is covered by OSL 39:3 and OSF 9 b §. The client's file is the party's to read (FL 10 §, SoL
14:3, 14:6): the note there says that an assessment was made and until when it holds, and neither who nor what.
Both are Swedish: they are documents of a Swedish authority.
"""

from sigill.decision.dates import swedish_date
from sigill.decision.legal import Typology
from sigill.decision.people import StaffRegister
from sigill.errors import N_, BadInput
from sigill.protection.need import Need


def personnel_record(need: Need, typology: Typology, staff: StaffRegister) -> str:
    """The assessment as a document of the personnel record, plain text, with real names.

    Raises:
        BadInput: it has not been assessed, or somebody is not in the staff register.
    """
    given = need.assessment
    if given is None:
        raise BadInput(N_("This need for protection has not been assessed."), N_("Assess it first."))
    person, assessor, asker = (
        _named(one, staff) for one in (need.asked.person, given.assessed_by, need.asked.asked_by)
    )
    ending = need.ending
    lines = [
        "HOTBEDÖMNING",
        "Personaladministrativ handling. Sekretess kan gälla enligt 39 kap. 3 § offentlighets- och sekretesslagen",
        "(2009:400) och 9 b § offentlighets- och sekretessförordningen (2009:641). Hör inte till personakten.",
        "",
        f"Gäller: {person}",
        f"Begärd av: {asker}, {swedish_date(need.asked.asked_at.date())}",
        f"Bedömd av: {assessor}, {swedish_date(given.assessed_on)}",
        *([f"Ärende: {need.asked.case}"] if need.asked.case else []),
        f"Grund enligt 33 § fjärde stycket förvaltningslagen: {typology.grounds[given.ground][0]}",
        f"Former: {', '.join(typology.forms[one].label_sv for one in given.forms)}",
        f"Nivå: {given.severity} – {typology.severities[given.severity].label_sv}",
        *([f"Försvårande: {', '.join(typology.factors[one] for one in given.factors)}"] if given.factors else []),
        f"Gäller längst till och med: {swedish_date(given.review_by)}",
        *([f"Förnyar bedömning: {need.earlier}"] if need.earlier else []),
        "",
        "Vad som berättades",
        need.asked.what_happened,
        "",
        "Omständigheter i bedömningen",
        given.facts,
    ]
    if ending is not None:
        lines += ["", f"Upphörde {swedish_date(ending.at.date())}", ending.reason]
    return "\n".join(lines) + "\n"


def client_file_note(need: Need, typology: Typology) -> str:
    """The short note for the client's file: no name, no staff id, no fact, and nothing that differs with who.

    Raises:
        BadInput: it has not been assessed.
    """
    given = need.assessment
    if given is None:
        raise BadInput(N_("This need for protection has not been assessed."), N_("Assess it first."))
    ground = typology.grounds[given.ground][0]
    return (
        f"{given.assessed_on}. Det har prövats om uppgift om en person enligt 31 § förvaltningslagen ska "
        f"utelämnas ur skriftlig underrättelse. Det kan befaras att personen utsätts för {ground} (33 § fjärde "
        f"stycket förvaltningslagen). Uppgiften utelämnas i underrättelser till och med {given.review_by} och finns i "
        f"beslutsdokumentationen. Bedömningen förvaras i personaladministrationen.\n"
    )


def _named(staff_id: str, staff: StaffRegister) -> str:
    if staff_id not in staff:
        raise BadInput(
            N_("Somebody in the assessment is not in the staff register."), N_("Bring the register up to date.")
        )
    person = staff[staff_id]
    return f"{person.full_name}, {person.title} ({staff_id})"
