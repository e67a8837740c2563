"""Appeal notices: how to appeal a decision, in plain Swedish, for the right regime (FL 33 § 2 st).

Promise: every point that FL 33 § wants (form, content, where to file, time) is said, from the facts in
`data/appeal_notices.toml` and the case; a decision that can't be appealed gets no appeal notice, but is told
why and what a court does instead. Nothing in it depends on a member of staff.

Modesty: the wording is ours, not a court's; a municipal lawyer must confirm it. The last day is not computed,
because the time runs from the day the appellant received the decision, or from the notice board. Dissenting
opinions stand in a section of their own in the letter.
"""

from collections.abc import Callable

from sigill.decision.case import Case
from sigill.decision.dates import swedish_date
from sigill.decision.legal import AppealNotice, DecisionType
from sigill.law import book
from sigill.law.form import NoticeRow

_SUBMISSION = {
    "1990:52": "understallning_lvu",
    "1988:870": "understallning_lvm",
    "2024:79": "understallning_2024_79",
}
_FROM_FIFTEEN = ("2025:400", "1990:52", "2024:79")
"""Acts in which a child of fifteen speaks for itself (SoL 3:4, LVU 36 §, 2024:79 2:3)."""
_COUNSEL = ("1990:52", "1988:870", "2024:79")


def appeal_notice(case: Case, decision_type: DecisionType) -> AppealNotice:
    """Write the notice for one decision.

    Args:
        case: gives the board's contact route, the diary number and the court.
        decision_type: gives the regime and, where there is one, the court's review.
    Returns:
        Heading and paragraphs in Swedish, in order, ready to set.
    Raises:
        BadInput: the type's regime is unknown.
    """
    row = book.notice(decision_type.appeal)
    heading, write = _WRITERS[row.id]
    paragraphs = write(case, decision_type, row)
    sources = (decision_type.appeal_source, *row.sources)
    if decision_type.court_review == "understallning":
        sources += book.notice(_SUBMISSION[decision_type.act]).sources
    return AppealNotice(
        regime=row.id,
        heading_sv=heading,
        paragraphs_sv=tuple(paragraph for paragraph in paragraphs if paragraph),
        last_day=None,
        sources=tuple(dict.fromkeys(sources)),
    )


def _besvar(case: Case, dtype: DecisionType, row: NoticeRow) -> list[str]:
    court = case.appeal_court or "förvaltningsrätten"
    return [
        f"Beslutet kan överklagas till {court}. Det får göras av den som beslutet angår, om det har gått "
        "honom eller henne emot."
        + (" Den som har fyllt 15 år får själv överklaga." if dtype.act in _FROM_FIFTEEN else ""),
        _what_to_write(case)
        + " Ange också de omständigheter som du vill åberopa till stöd för det, alltså varför du anser "
        "att beslutet är fel, och bifoga gärna handlingar som du vill att domstolen ska ta del av.",
        _how_to_reach_you(),
        _file_with_board(case, "överklagandet ska prövas av domstolen men lämnas till nämnden"),
        _time_from_receipt(row),
        "Nämnden prövar om överklagandet har kommit in i rätt tid och skickar det sedan till domstolen "
        "tillsammans med övriga handlingar i ärendet." + _court_reads_all(case),
        _help(case),
    ]


def _lansstyrelsen(case: Case, _dtype: DecisionType, row: NoticeRow) -> list[str]:
    return [
        "Beslutet kan överklagas till länsstyrelsen. Det får göras av den som beslutet angår, om det har "
        "gått honom eller henne emot.",
        _what_to_write(case) + " Skriv också varför du anser att beslutet är fel.",
        _how_to_reach_you(),
        _file_with_board(case, "överklagandet ska prövas av länsstyrelsen men lämnas till nämnden"),
        _time_from_receipt(row),
        "Nämnden prövar om överklagandet har kommit in i rätt tid och skickar det sedan till "
        "länsstyrelsen tillsammans med övriga handlingar i ärendet. Länsstyrelsens beslut kan i sin tur "
        "överklagas till förvaltningsrätten.",
        _help(case),
    ]


def _kammarratten(case: Case, _dtype: DecisionType, row: NoticeRow) -> list[str]:
    court = case.appeal_court or "kammarrätten"
    return [
        f"Beslutet kan överklagas till {court} av den som har begärt handlingen.",
        _what_to_write(case) + " Du behöver inte förklara varför du vill ha handlingen.",
        _how_to_reach_you(),
        _file_with_board(case, "överklagandet ska prövas av kammarrätten men lämnas till nämnden"),
        _time_from_receipt(row),
        "Nämnden prövar om överklagandet har kommit in i rätt tid och skickar det sedan skyndsamt till "
        "domstolen tillsammans med beslutet och den handling som saken gäller.",
        _help(case),
    ]


def _laglighet(case: Case, _dtype: DecisionType, row: NoticeRow) -> list[str]:
    court = case.appeal_court or "förvaltningsrätten"
    return [
        "Beslutet kan överklagas genom laglighetsprövning. Det får göras av den som är medlem av "
        f"{case.municipality}, till exempel den som är folkbokförd där.",
        f"Överklagandet ska vara skriftligt. Skriv vilket beslut du överklagar ({_which(case)}) och vilka "
        "omständigheter du grundar överklagandet på. Det behöver inte vara undertecknat.",
        "Domstolen prövar bara om beslutet är olagligt: om det inte har kommit till på lagligt sätt, om "
        "det rör något som inte är en angelägenhet för kommunen, om det organ som har fattat beslutet "
        "inte har haft rätt att göra det eller om det på annat sätt strider mot lag. Nya grunder kan inte "
        "läggas till när tiden för att överklaga har gått ut. Domstolen kan upphäva beslutet men inte "
        "sätta ett annat i dess ställe.",
        _how_to_reach_you(),
        f"Lämna eller skicka överklagandet till {court}, inte till nämnden.",
        f"Överklagandet ska ha kommit in till domstolen inom {row.time_unit_sv} från {row.time_starts_sv}.",
        _help(case),
    ]


def _not_appealable(case: Case, dtype: DecisionType, _row: NoticeRow) -> list[str]:
    type_row = book.type_row(dtype.id)
    return [
        f"Beslutet kan inte överklagas. Det följer av {type_row.not_appealable_sv}.",
        *_court_review(case, dtype),
        _help(case),
    ]


def _court_review(case: Case, dtype: DecisionType) -> list[str]:
    court = case.appeal_court or "förvaltningsrätten"
    if dtype.court_review == "understallning":
        row = book.notice(_SUBMISSION[dtype.act])
        # LVM 15 §: "without delay, the day after at the latest" is no period that runs from a day.
        when = row.time_unit_sv if row.time_days == 1 else f"inom {row.time_unit_sv} från {row.time_starts_sv}"
        first = (
            f"Nämnden ska underställa {court} beslutet {when}. Det betyder att domstolen prövar beslutet "
            "utan att du behöver göra något. Om nämnden inte gör det i tid upphör beslutet att gälla."
            + _court_reads_all(case)
        )
        return [first, _SUBMISSION_RIGHTS[row.id]]
    if dtype.court_review == "ansokan":
        return [
            f"Nämnden ansöker hos {court}, som avgör frågan. Du får tillfälle att säga din mening till "
            "domstolen." + (" Du kan ha rätt till ett offentligt biträde." if dtype.act in _COUNSEL else "")
        ]
    if dtype.court_review == "talan":
        return [f"Nämnden väcker talan i {court}, som avgör frågan. Du får tillfälle att säga din mening där."]
    return []


_COUNSEL_SV = "Du har rätt att yttra dig till domstolen och kan ha rätt till ett offentligt biträde."
_SUBMISSION_RIGHTS = {
    "understallning_lvu": f"{_COUNSEL_SV} Beslutet gäller omedelbart.",
    "understallning_lvm": "Du har rätt att yttra dig skriftligt till domstolen inom den tid som anges, "
    "att begära muntlig förhandling och att få ett offentligt biträde om det behövs. Domstolen kan avgöra "
    "målet även om du inte yttrar dig. Beslutet gäller omedelbart.",
    "understallning_2024_79": f"{_COUNSEL_SV} Beslutet gäller genast.",
}

_WRITERS: dict[str, tuple[str, Callable[[Case, DecisionType, NoticeRow], list[str]]]] = {
    "forvaltningsratten_besvar": ("Hur man överklagar", _besvar),
    "laglighetsprovning": ("Hur man överklagar (laglighetsprövning)", _laglighet),
    "kammarratten": ("Hur man överklagar", _kammarratten),
    "lansstyrelsen_fb": ("Hur man överklagar", _lansstyrelsen),
    "not_appealable": ("Beslutet kan inte överklagas", _not_appealable),
}


def _court_reads_all(case: Case) -> str:
    # FL 46 §, FPL 6 b §: what goes to the court is never masked, and nobody should be surprised by it.
    if not case.withhold:
        return ""
    return " Domstolen får handlingarna i sin helhet, också namn som inte står i den här underrättelsen."


def _which(case: Case) -> str:
    return f"diarienummer {case.dnr}, beslut den {swedish_date(case.decision_date)}"


def _what_to_write(case: Case) -> str:
    return (
        "Överklagandet ska vara skriftligt men behöver inte vara undertecknat. Skriv vilket beslut du "
        f"överklagar ({_which(case)}) och på vilket sätt du vill att beslutet ska ändras."
    )


def _how_to_reach_you() -> str:
    return (
        "Ange namn, personnummer, postadress, telefonnummer och e-postadress samt annat som behövs för "
        "att det ska gå att nå dig. Om du har ett ombud, ange också ombudets namn "
        "och kontaktuppgifter."
    )


def _file_with_board(case: Case, why: str) -> str:
    mail = f" eller skicka det med e-post till {case.contact.mailbox}" if case.contact.mailbox.strip() else ""
    return f"Lämna eller skicka överklagandet till {case.contact.post}{mail}. Observera att {why}."


def _time_from_receipt(row: NoticeRow) -> str:
    return (
        f"Överklagandet ska ha kommit in till nämnden inom {row.time_unit_sv} från den dag då du fick del "
        "av beslutet. Kommer det in för sent avvisas det, om inte förseningen beror på att den här "
        "upplysningen är fel."
    )


def _help(case: Case) -> str:
    ways = [way for way in (case.contact.phone, case.contact.mailbox) if way.strip()]
    hours = f" ({case.contact.hours})" if case.contact.hours.strip() and case.contact.phone.strip() else ""
    reach = " eller ".join([ways[0] + hours, *ways[1:]])
    board = case.board[:1].lower() + case.board[1:]
    return f"Om du har frågor eller behöver hjälp kan du vända dig till {board}: {reach}."
