"""From an admitted case to two letters as text: the record (FL 31 §) and the notification (FL 33 §).

The record names everybody: who decided, who presented the case, who took part. The notification says the
same of those who may be named, and of a withheld person only that there is one and in which capacity under
31 § (needed for the sentence to be true). Apart from the decision's own text, whose names the mask takes
out, nothing in the notification depends on who a withheld person is: no title, no unit, no pronoun, no
order by name, no words of the assessment.

Does not judge whether names may be withheld (the gate has), mask, or typeset. Dates and wording are Swedish
because the letters are; FL 13 § (interpretation) is the board's to see to.
"""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sigill.decision.case import Case, Party, Politician
from sigill.decision.dates import swedish_date
from sigill.decision.document import Block, Cell, Document, ItemList, Paragraph, Table, Text
from sigill.decision.legal import Finding
from sigill.decision.people import StaffMember
from sigill.decision.stages import KEPT, Admitted, Composed, DecisionFacts, Identity, Letter, Section, Signatory
from sigill.errors import N_, BadInput, Refused
from sigill.letters.board import Board
from sigill.letters.typeset import DNR_LABEL

Role = Literal["decision_maker", "rapporteur", "participant"]
GROUNDS_SV = {
    "hot": "hot",
    "trakasserier": "trakasserier",
    "annan_allvarlig_olagenhet": "annan allvarlig olägenhet",
}
_SAME = frozenset(("samma", "samma adress"))
_HIDDEN = frozenset(("röjs inte", "röjs ej", "skyddad", "skyddad adress", "sekretess", "hemlig"))
_NUMBERS = ("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")


@dataclass(frozen=True, slots=True, repr=False)
class _Person:
    """One person of FL 31 §, with what may be printed of him or her in the record."""

    role: Role
    member: StaffMember
    note: str = ""  # a participant's function, in the case's words


def compose(admitted: Admitted, board: Board, *, decision_id: str) -> Composed:
    """Write both letters.

    Args:
        admitted: what the gate let through.
        board: whose letters they are; municipality and board must be those of the case.
        decision_id: the decision's public code, 26 characters.
    Raises:
        BadInput: the case is another board's, or names an employee who is not in the register.
        Refused: a withheld person has no part in the decision (FL 33 § 4 st only covers persons of 31 §).
    """
    case = admitted.draft.case
    if (case.municipality, case.board) != (board.municipality, board.board):
        raise BadInput(
            N_("The case is another board's than board.toml says."),
            N_("Use that board's own board.toml, or correct the case."),
            place="board",
        )
    signatory = _signatory(admitted)
    people = _people(admitted)
    withheld = frozenset(member.staff_id for member in admitted.withheld)
    involved = {person.member.staff_id for person in people}
    if not withheld <= involved:
        raise Refused(
            N_("A name is withheld of somebody who neither decided nor took part."),
            N_("Take the person out of [[withhold]]."),
            place="withhold",
        )
    maker_id = case.decision_maker.staff_id
    return Composed(
        record=_record(admitted, board, people, decision_id),
        notification=_notification(admitted, board, people, withheld, decision_id),
        facts=DecisionFacts(
            key=f"{case.municipality}|{case.board}|{case.dnr}",
            decision_id=decision_id,
            dnr=case.dnr,
            decision_type=case.decision_type,
            decision_date=case.decision_date,
            board=case.board,
            municipality=case.municipality,
            content_sha256=admitted.draft.content_sha256,
            maker_withheld=maker_id is not None and maker_id in withheld,
            withheld=len(admitted.withheld),
            retention_month=retention_month(case.decision_date, admitted.decision_type.retention_years),
            findings=tuple(_nameless(one, withheld) for one in admitted.findings),
            left_out=dict(admitted.draft.document.left_out),
        ),
        signatory=signatory,
        identities=_identities(people, withheld),
    )


def _nameless(finding: Finding, withheld: Collection[str]) -> Finding:
    """A note as receipt and store may keep it: a withheld person's staff id is left out of it."""
    if not withheld:
        return finding
    ids = re.compile("|".join(map(re.escape, sorted(withheld))))
    return replace(
        finding,
        message_sv=ids.sub("den som utelämnas", finding.message_sv),
        message_en=ids.sub("whoever is left out", finding.message_en),
        place=ids.sub("…", finding.place),
    )


def retention_month(decided: dt.date, years: int) -> str:
    """The first month in which the record can fall due for disposal, `YYYY-MM`; `KEPT` if it never does.

    The real clock starts with the file's last note (SoL 16:1), which nobody knows yet: when the month comes, those
    not due are moved to a later one (`sigill.upkeep.shred`).
    """
    return f"{decided.year + years:04d}-{decided.month:02d}" if years else KEPT


# --- people -----------------------------------------------------------------------------------------------


def _people(admitted: Admitted) -> tuple[_Person, ...]:
    """The employees of FL 31 §, each once in each role, in the case's own order."""
    case = admitted.draft.case
    staff = admitted.draft.staff
    entries: list[tuple[Role, str | None, str]] = [("decision_maker", case.decision_maker.staff_id, "")]
    if case.rapporteur is not None and not case.rapporteur.none:
        entries.append(("rapporteur", case.rapporteur.staff_id, ""))
    entries += [("participant", one.staff_id, one.role_sv) for one in case.participant or ()]
    people: dict[tuple[str, str], _Person] = {}
    for role, staff_id, note in entries:
        if staff_id is None or (role, staff_id) in people:
            continue
        if staff_id not in staff:
            raise BadInput(
                N_("The case names an employee who is not in the staff register."),
                N_("Correct the staff id, or bring the register up to date."),
                place=role,
            )
        people[role, staff_id] = _Person(role, staff[staff_id], note)
    return tuple(people.values())


def _identities(people: Sequence[_Person], withheld: frozenset[str]) -> tuple[Identity, ...]:
    """The withheld, each once, in the strongest role."""
    found: dict[str, Identity] = {}
    for person in people:
        member = person.member
        if member.staff_id in withheld and member.staff_id not in found:
            found[member.staff_id] = Identity(member.staff_id, member.full_name, member.title, person.role)
    return tuple(found.values())


def _in_role(people: Sequence[_Person], role: Role) -> tuple[_Person, ...]:
    return tuple(person for person in people if person.role == role)


def _named(person: _Person) -> str:
    title = person.member.title
    return f"{person.member.full_name}, {title[:1].lower()}{title[1:]}" if title else person.member.full_name


def _signatory(admitted: Admitted) -> Signatory:
    maker = admitted.draft.case.decision_maker
    staff = admitted.draft.staff
    if maker.kind == "employee":
        if maker.staff_id is None or maker.staff_id not in staff:
            raise BadInput(N_("The case does not say which employee decided."), place="decision_maker.staff_id")
        member = staff[maker.staff_id]
        return Signatory(member.full_name, member.title, member.staff_id)
    name = maker.signed_by_name or maker.name
    if not name:
        raise BadInput(
            N_("The case does not say who signs for the board."),
            N_("Give `signed_by_name` under [decision_maker]."),
            place="decision_maker.signed_by_name",
        )
    role = next((one.role for one in maker.politicians if one.name == name), "")
    return Signatory(name, role or ("ordförande" if maker.kind == "chair" else ""), maker.signed_by)


def _body_name(case: Case) -> str:
    """The committee that decided, else the board."""
    return case.committee if case.decision_maker.kind == "committee" and case.committee else case.board


def _politicians(case: Case) -> tuple[Politician, ...]:
    maker = case.decision_maker
    if maker.politicians:
        return maker.politicians
    name = maker.name or maker.signed_by_name
    return (Politician(name=name, role="ordförande" if maker.kind == "chair" else "ledamot"),) if name else ()


# --- the record -------------------------------------------------------------------------------------------


def _record(admitted: Admitted, board: Board, people: Sequence[_Person], code: str) -> Letter:
    sections = [
        Section("Vem som har beslutat", _document(_makers_in_record(admitted, people))),
        Section("Föredragande och övriga som har medverkat", _document(_others_in_record(people))),
    ]
    case = admitted.draft.case
    if case.delegation or case.lift or case.urgent or case.minutes:
        sections.append(Section("Beslutanderätt", _document(_authority(case, admitted))))
    sections.append(Section("Avvikande mening", _document(_dissent(case))))
    if admitted.withheld:
        sections.append(Section("Uppgifter som utelämnas i underrättelsen", _document(_assessments(admitted))))
    return Letter(
        kind="record",
        title="Beslutsdokumentation",
        facts=(
            *_common_facts(admitted),
            ("Undertecknat", _moment(case.decision_maker.signed_at)),
        ),
        addressees=(),
        body=Document(admitted.draft.document.blocks),
        sections=tuple(sections),
        code=code,
        language=board.language,
    )


def _makers_in_record(admitted: Admitted, people: Sequence[_Person]) -> list[Block]:
    case = admitted.draft.case
    if case.decision_maker.kind == "employee":
        (maker,) = _in_role(people, "decision_maker")
        unit = f" ({maker.member.unit})" if maker.member.unit else ""
        return [
            _paragraph(f"Beslutet har fattats av {_named(maker)}{unit}, på {_genitive(case.board)} vägnar."),
            _paragraph(f"Anställnings-id: {maker.member.staff_id}."),
        ]
    return _collective_blocks(case)


def _collective_blocks(case: Case) -> list[Block]:
    alone = case.decision_maker.kind == "chair"
    return [_paragraph(_collective(case)), *([] if alone else _politician_table(case))]


def _collective(case: Case) -> str:
    if case.decision_maker.kind == "chair":
        named = ", ".join(f"{one.name}, {one.role}" for one in _politicians(case)[:1])
        who = named or "nämndens ordförande"
        return f"Beslutet har fattats på {_genitive(case.board)} vägnar av {who}, eftersom det inte kunde vänta."
    minutes = f" vid sammanträde, protokoll {case.minutes}" if case.minutes else ""
    return f"Beslutet har fattats av {_lower(_body_name(case))}{minutes}."


def _politician_table(case: Case) -> list[Block]:
    rows = [("Namn", "Uppgift"), *((one.name, one.role) for one in _politicians(case))]
    return [_table(rows)] if len(rows) > 1 else []


def _others_in_record(people: Sequence[_Person]) -> list[Block]:
    rapporteurs = _in_role(people, "rapporteur")
    done: list[Block] = [
        _paragraph(f"Föredragande: {_named(one)} ({one.member.unit}), anställnings-id {one.member.staff_id}.")
        for one in rapporteurs
    ] or [_paragraph("Föredragande: ingen.")]
    rows = [("Namn och titel", "Enhet", "Uppgift", "Anställnings-id")]
    rows += [(_named(one), one.member.unit, one.note, one.member.staff_id) for one in _in_role(people, "participant")]
    if len(rows) == 1:
        return [*done, _paragraph("Ingen annan har medverkat vid den slutliga handläggningen.")]
    return [
        *done,
        _paragraph("Har medverkat vid den slutliga handläggningen utan att delta i avgörandet:"),
        _table(rows),
    ]


def _authority(case: Case, admitted: Admitted) -> list[Block]:
    rows: list[tuple[str, str]] = []
    if case.delegation:
        rule = case.delegation
        rows.append(("Delegation", f"{rule.rule}, punkt {rule.item} ({rule.delegate})"))
        if rule.report_to_board:
            rows.append(("Anmäls till nämnden", swedish_date(rule.report_to_board)))
        if rule.sub_delegated_by:
            rows.append(("Vidaredelegerat av", _who(rule.sub_delegated_by, admitted)))
    if case.minutes:
        rows.append(("Protokoll", case.minutes))
    if case.urgent:
        basis = "särskild lagbestämmelse" if case.urgent.basis == "special_statute" else "6 kap. 39 § kommunallagen"
        rows.append(("Brådskande beslut", f"{basis}{': ' + case.urgent.mandate if case.urgent.mandate else ''}"))
        if case.urgent.report_to_board:
            rows.append(("Anmäls till nämnden", swedish_date(case.urgent.report_to_board)))
    if case.lift:
        lift = case.lift
        rows.append(
            (
                "Ärendet lyftes",
                f"{_moment(lift.lifted_at)}, från {_who(lift.from_staff_id, admitted)} till "
                f"{_who(lift.to_staff_id, admitted)}, före avgörandet",
            )
        )
        if lift.requested_by:
            rows.append(("Lyftet begärdes av", _who(lift.requested_by, admitted)))
        if lift.mandate:
            rows.append(("Stöd för lyftet", lift.mandate))
        if lift.case_opened_at:
            rows.append(("Akten öppnades av beslutsfattaren", _moment(lift.case_opened_at)))
        if lift.own_stance_at:
            rows.append(("Eget ställningstagande", _moment(lift.own_stance_at)))
    return [_table([("Uppgift", "Innehåll"), *rows])]


def _who(staff_id: str, admitted: Admitted) -> str:
    staff = admitted.draft.staff
    if staff_id not in staff:
        raise BadInput(
            N_("The case names an employee who is not in the staff register."),
            N_("Correct the staff id, or bring the register up to date."),
            place="lift",
        )
    return staff[staff_id].full_name


def _assessments(admitted: Admitted) -> list[Block]:
    # G31: the assessment's facts stay in the personnel record (OSL 39:3). Here stands only what was decided.
    rows = [("Namn", "Grund", "Bedömt")]
    by_id = {member.staff_id: member for member in admitted.withheld}
    for entry in admitted.draft.case.withhold:
        if entry.staff_id in by_id:
            ground = GROUNDS_SV.get(entry.ground, "annan allvarlig olägenhet")
            day = swedish_date(entry.assessed_on) if entry.assessed_on else "–"
            rows.append((by_id[entry.staff_id].full_name, f"Det kan befaras att personen utsätts för {ground}", day))
    return [
        _paragraph(
            "Följande namn anges inte i den skriftliga underrättelsen (33 § fjärde stycket "
            "förvaltningslagen). Bedömningarna finns i sin helhet i en särskild handling."
        ),
        _table(rows),
    ]


# --- the notification -------------------------------------------------------------------------------------


def _notification(
    admitted: Admitted, board: Board, people: Sequence[_Person], withheld: frozenset[str], code: str
) -> Letter:
    case = admitted.draft.case
    sections = [Section("Vem som har beslutat", _document(_makers(admitted, people, withheld)))]
    others = _others(people, withheld)
    sections.append(Section("Föredragande och övriga som har medverkat", _document(others)))
    if withheld:
        sections.append(Section("Namn som inte anges", _document(_withheld_line(case, len(withheld)))))
    if case.dissent:
        sections.append(Section("Avvikande mening", _document(_dissent(case))))
    notice = admitted.notice
    sections.append(Section(notice.heading_sv, _document([_paragraph(text) for text in notice.paragraphs_sv])))
    sections.append(Section("Frågor om beslutet", _document(_contact(case, board))))
    return Letter(
        kind="notification",
        title="Underrättelse om beslut",
        facts=_common_facts(admitted),
        addressees=addressees(case),
        body=Document(admitted.draft.document.blocks),
        sections=tuple(sections),
        code=code,
        language=board.language,
    )


def _makers(admitted: Admitted, people: Sequence[_Person], withheld: frozenset[str]) -> list[Block]:
    case = admitted.draft.case
    if case.decision_maker.kind != "employee":
        return _collective_blocks(case)
    (maker,) = _in_role(people, "decision_maker")
    item = (
        f", med stöd av delegation enligt punkt {case.delegation.item} i {case.delegation.rule}"
        if (case.delegation)
        else ""
    )
    # JO 8000-2016: nobody else may be stated in the decision-maker's place; so the sentence states nobody.
    who = "en anställd vid förvaltningen" if maker.member.staff_id in withheld else _named(maker)
    return [_paragraph(f"Beslutet har fattats på {_genitive(case.board)} vägnar av {who}{item}.")]


def _others(people: Sequence[_Person], withheld: frozenset[str]) -> list[Block]:
    rapporteurs = _in_role(people, "rapporteur")
    if not rapporteurs:
        done: list[Block] = [_paragraph("Ingen har varit föredragande.")]
    elif rapporteurs[0].member.staff_id in withheld:
        done = [_paragraph("Ärendet har haft en föredragande.")]
    else:
        done = [_paragraph(f"Föredragande har varit {_named(rapporteurs[0])}.")]
    participants = _in_role(people, "participant")
    if not participants:
        return [*done, _paragraph("Ingen annan har medverkat vid den slutliga handläggningen.")]
    # Those who are named keep the case's order; those who are not stand last, as a number, whoever they are.
    items = [
        _named(one) + (f" – {one.note}" if one.note and one.note.casefold() != one.member.title.casefold() else "")
        for one in participants
        if one.member.staff_id not in withheld
    ]
    hidden = sum(one.member.staff_id in withheld for one in participants)
    if hidden:
        also = "ytterligare " if items else ""
        items.append(f"{also}{_number(hidden)} {'anställd' if hidden == 1 else 'anställda'} vid förvaltningen")
    done.append(_paragraph("Vid den slutliga handläggningen har följande medverkat utan att delta i avgörandet:"))
    return [*done, ItemList(tuple((_paragraph(item),) for item in items))]


def _withheld_line(case: Case, count: int) -> list[Block]:
    # G22. Withheld is not secret: the line says where the names are and that they can be asked for (OSL
    # 10:3 st. 2).
    who = "en person" if count == 1 else f"{_number(count)} personer"
    names, them = ("Namnet", "personen") if count == 1 else ("Namnen", "personerna")
    return [
        _paragraph(
            f"{names} på {who} anges inte i denna underrättelse, med stöd av 33 § fjärde stycket "
            f"förvaltningslagen (2017:900). Detsamma gäller andra uppgifter som pekar ut {them}."
        ),
        _paragraph(
            "Uppgifterna finns i beslutsdokumentationen enligt 31 § förvaltningslagen. Den som är part kan "
            f"begära att få ta del av den hos {_lower(case.board)}. Ange diarienumret {case.dnr}."
        ),
    ]


def addressees(case: Case) -> tuple[str, ...]:
    """Name and address of the parties the notification goes to, one text with line breaks each.

    `samma` means the address of the party before. Whoever has an address that is not disclosed, or none, is
    not addressed: he or she is reached another way (a representative, or a hidden route of the Tax Agency), and
    nothing of the address is printed. A child under fifteen is reached through the custodian (SoL 3:4, LVU 36 §).
    """
    done: list[str] = []
    last = ""
    for party in case.party:
        stated = party.address.strip()
        if stated.casefold().rstrip(".") not in _SAME:
            last = "" if stated.casefold().rstrip(".") in _HIDDEN else stated
        if last and not _speaks_through_custodian(party, case.decision_date):
            done.append("\n".join((party.name, *(line.strip() for line in last.split(",")))))
    return tuple(done)


def _speaks_through_custodian(party: Party, day: dt.date) -> bool:
    if "barn" not in re.findall(r"\w+", party.role.casefold()):
        return False
    born = re.match(r"(\d{4})(\d{2})(\d{2})", party.personal_number)
    if born is None:
        return True
    # Compared as numbers: a number in a sample or a co-ordination number need not be a calendar day.
    year, month, date = (int(part) for part in born.groups())
    return (year + 15, month, date) > (day.year, day.month, day.day)


def _contact(case: Case, board: Board) -> list[Block]:
    # FL 6–7 §§: the route stays whatever else is left out, and works without a name.
    contact, usual = case.contact, board.contact
    rows = [("Kontaktväg", "Uppgift")]
    for label, own, otherwise in (
        ("E-post", contact.mailbox, usual.mailbox),
        ("Telefon", contact.phone, usual.phone),
        ("Telefontid", contact.hours, usual.hours),
        ("Post", contact.post, usual.post),
        ("Besök", "", board.visiting_address),
    ):
        if own or otherwise:
            rows.append((label, own or otherwise))
    return [
        _paragraph(
            f"Kontakta {_lower(case.board)} om du har frågor eller vill lämna något i ärendet. Du behöver "
            f"inte veta vem som handlägger det: ange diarienumret {case.dnr}."
        ),
        _table(rows),
    ]


# --- both -------------------------------------------------------------------------------------------------


def _common_facts(admitted: Admitted) -> tuple[tuple[str, str], ...]:
    case, kind = admitted.draft.case, admitted.decision_type
    return (
        (DNR_LABEL, case.dnr),
        ("Beslutsdatum", swedish_date(case.decision_date)),
        ("Ärende", case.title_sv),
        ("Beslutet gäller", kind.title_sv),
        (
            "Part" if len(case.party) == 1 else "Parter",
            "\n".join(_party(one.name, one.role) for one in case.party),
        ),
    )


def _party(name: str, role: str) -> str:
    return f"{name} ({role})" if role else name


def _dissent(case: Case) -> list[Block]:
    if not case.dissent:
        return [_paragraph("Ingen avvikande mening har antecknats.")]
    return [
        Paragraph((Text(f"{one.name}: ", ("strong",)), Text(" ".join(one.text_sv.split())))) for one in case.dissent
    ]


def _document(blocks: Sequence[Block]) -> Document:
    return Document(tuple(blocks))


def _paragraph(text: str) -> Paragraph:
    return Paragraph((Text(" ".join(text.split())),))


def _table(rows: Sequence[Sequence[str]]) -> Table:
    return Table(
        columns=len(rows[0]),
        rows=tuple(tuple(Cell((_paragraph(text),) if text else ()) for text in row) for row in rows),
        header_rows=1,
    )


def _moment(at: dt.datetime) -> str:
    return f"{swedish_date(at.date())} kl. {at:%H.%M}"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _lower(name: str) -> str:
    """`Socialnämnden` inside a sentence."""
    return name[:1].lower() + name[1:]


def _genitive(name: str) -> str:
    lowered = _lower(name)
    return lowered if lowered.endswith(("s", "x", "z")) else f"{lowered}s"
