"""G01–G04: the record names who decided, who presented the case and who took part (FL 31 §)."""

import re
from collections.abc import Iterator

from sigill.decision.legal import Severity
from sigill.law import book
from sigill.law.acts import RecordChange
from sigill.law.matter import DRAFTED, KNOWN_ACTIONS, Matter, action_of
from sigill.law.rule import Remark, blank

_NOT_A_NAME = re.compile(
    r"(vice|tjänstgörande|förordnad)?ordförande|vice|tjänstgörande|förordnad|ledamot|ersättare|beslutsfattare"
    r"|(social)?nämnd(en)?|(individ)?utskott(et)?|delegat(en)?|enhet(en)?|avdelning(en)?|team(et)?|grupp(en)?"
    r"|mottagning(en)?|myndighet(en)?|kommun(en)?|signatur|nr|nummer|kod|anonym|okänd|namn|personal|anställd"
    r"|tjänsteman"
)
"""Words that say what somebody is, not who."""


def complete(matter: Matter) -> Iterator[Remark]:
    """G01. Date, content, decision-maker, rapporteur and participants are stated, or said to be none."""
    case, maker = matter.case, matter.case.decision_maker
    if case.decision_date > matter.today:
        yield Remark(
            "decision_date",
            "Beslutet är daterat efter dagens datum.",
            "The decision is dated after today.",
            severity=Severity.NOTE,
        )
    if blank(case.content_sv):
        yield Remark("content_sv", "Beslutets innehåll saknas.", "The content of the decision is missing.")
    if maker.kind == "employee" and maker.staff_id is None:
        yield Remark(
            "decision_maker.staff_id",
            "Det framgår inte vem som beslutar.",
            "It is not stated who decides.",
        )
    if matter.collective and not maker.politicians:
        yield Remark(
            "decision_maker.politicians",
            "Det framgår inte vilka förtroendevalda som beslutar.",
            "It is not stated which elected members decide.",
        )
    if maker.kind == "committee" and blank(case.committee):
        yield Remark(
            "committee",
            "Det framgår inte vilket utskott som beslutar.",
            "It is not stated which committee decides.",
        )
    if maker.kind == "chair" and blank(maker.name):
        yield Remark(
            "decision_maker.name",
            "Det framgår inte vem som beslutar som ordförande eller förordnad ledamot.",
            "It is not stated who decides as chair or appointed member.",
        )
    yield from _rapporteur(matter)
    for i, event in enumerate(case.event):
        if action_of(event) not in KNOWN_ACTIONS:
            yield Remark(
                f"event[{i}].action",
                "Händelsen är av okänt slag och läses inte av någon regel.",
                "The event is of an unknown kind and no rule reads it.",
                severity=Severity.NOTE,
            )
    if case.participant is None:
        yield Remark(
            "participant",
            "Ange vilka som medverkat vid den slutliga handläggningen utan att besluta, eller skriv "
            "participant = [] om ingen gjort det.",
            "State who took part in the final handling without deciding, or write participant = [] if nobody did.",
        )


def _rapporteur(matter: Matter) -> Iterator[Remark]:
    rapporteur = matter.case.rapporteur
    if rapporteur is None or (not rapporteur.none and rapporteur.staff_id is None):
        yield Remark(
            "rapporteur",
            "Ange vem som varit föredragande, eller skriv none = true om ingen varit det.",
            "State who presented the case, or write none = true if nobody did.",
        )
        return
    if rapporteur.none and rapporteur.staff_id is not None:
        yield Remark(
            "rapporteur",
            "Föredragande anges både som ingen och som en person.",
            "The rapporteur is stated both as nobody and as a person.",
        )
    for key, event in matter.events("presented"):
        if event.staff_id is None or event.staff_id != rapporteur.staff_id:
            yield Remark(
                key,
                "Den som föredragit ärendet enligt händelserna är inte angiven som föredragande.",
                "Whoever presented the case according to the events is not stated as rapporteur.",
            )


def people_not_aliases(matter: Matter) -> Iterator[Remark]:
    """G02. A role, a number or an alias is not who decided; JO 8000-2016."""
    for staff_id in matter.case.record_staff_ids:
        if not names_a_person(matter.staff[staff_id].full_name):
            yield Remark(
                f"staff[{staff_id}]",
                f"Personalregistret har inget för- och efternamn för {staff_id}; en roll, ett nummer eller "
                "ett alias räcker inte i beslutsdokumentationen.",
                f"The staff register has no given name and surname for {staff_id}; a role, a number or an "
                "alias will not do in the record.",
            )
    for key, name in matter.politicians():
        if not names_a_person(name):
            yield Remark(
                key,
                "Skriv för- och efternamn; en roll, ett nummer eller ett alias räcker inte i beslutsdokumentationen.",
                "Write given name and surname; a role, a number or an alias will not do in the record.",
            )


def names_a_person(name: str) -> bool:
    """Whether a text has at least a given name and a surname, and nothing that makes it a number or a
    role."""
    if any(char.isdigit() for char in name):
        return False
    words = [word.strip(".,()").casefold() for word in name.split()]
    left = [w for w in words if len(w) > 1 and not _NOT_A_NAME.fullmatch(w) and w not in book.staff_titles()]
    return len(left) >= 2


def change_after_issue(change: RecordChange) -> Iterator[Remark]:
    """G03. After issue the names stand; only an obvious slip may be corrected (FL 36 §), and the log keeps
    it."""
    if change.kind != "correct":
        yield Remark(
            "kind",
            "Namn i beslutsdokumentationen får inte bytas ut eller tas bort efter beslutet.",
            "Names in the record may not be replaced or deleted after the decision.",
        )
    elif change.basis != "fl_36" or blank(change.reason_sv) or not change.logged:
        yield Remark(
            "basis",
            "Ett namn får bara rättas som uppenbart skrivfel enligt 36 § FL, med angivet skäl och loggat.",
            "A name may only be corrected as an obvious slip under FL 36 §, with a stated reason and logged.",
        )


def everybody_who_drafted(matter: Matter) -> Iterator[Remark]:
    """G04. Whoever shaped the final text took part, unless that is attested not to be so."""
    attested = {entry.staff_id: entry.attested_on for entry in matter.case.attested if not blank(entry.statement_sv)}
    for key, event in matter.events(*DRAFTED):
        if event.staff_id is None:
            if not matter.is_politician(event.name):
                yield Remark(
                    key,
                    "Det framgår inte vem som ändrat beslutets text.",
                    "It is not stated who changed the text of the decision.",
                )
        elif event.staff_id not in matter.recorded:
            on = attested.get(event.staff_id)
            # An attestation from before the edit says nothing about it.
            if on is None or on < event.at.date():
                yield Remark(
                    key,
                    f"{event.staff_id} har ändrat beslutets text men är varken angiven som medverkande "
                    "eller har intygat att det inte var medverkan vid den slutliga handläggningen.",
                    f"{event.staff_id} changed the text of the decision but is neither listed as "
                    "participant nor has attested that this was no part in the final handling.",
                )
