"""The two letters as text: who is named where, who is reached, and what may not depend on the withheld person."""

import datetime as dt
import re
from dataclasses import replace

import msgspec
import pytest

from house import ACCEPTED, board, draft, staff
from sigill.decision.case import Case, DecisionMaker, Participant, Politician, Rapporteur, Urgent
from sigill.decision.document import Document, Paragraph, Text, plain_text
from sigill.decision.people import StaffMember
from sigill.decision.stages import Admitted, Letter
from sigill.errors import BadInput, Refused
from sigill.law.gate import admit
from sigill.letters.compose import addressees, compose, retention_month

CODE = "ABCDEFGHJKMNPQRSTVWXYZ2345"
TODAY = dt.date(2026, 11, 22)


def admitted(name: str) -> Admitted:
    return admit(draft(name), today=TODAY)


def changed(given: Admitted, **changes: object) -> Admitted:
    case = msgspec.structs.replace(given.draft.case, **changes)
    return replace(given, draft=replace(given.draft, case=case))


def sections(letter: Letter) -> str:
    return "\n".join(f"{one.heading}\n{plain_text(one.document.blocks)}" for one in letter.sections)


def own_words(letter: Letter) -> str:
    """Everything in a letter but the decision's text."""
    return "\n".join((letter.title, *map(" ".join, letter.facts), *letter.addressees, sections(letter)))


def traces(person: StaffMember) -> list[str]:
    return [
        form
        for form in (person.preferred_name, person.surname, person.email, person.phone, person.user_id,
                     person.title.lower(), person.unit, person.staff_id)
        if form
    ]  # fmt: skip


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_record_names_everybody_and_the_notification_only_those_who_may_be_named(name: str) -> None:
    given = admitted(name)
    composed = compose(given, board(), decision_id=CODE)
    case = given.draft.case
    record, notification = own_words(composed.record), own_words(composed.notification)
    for staff_id in case.record_staff_ids:
        person = staff()[staff_id]
        assert person.full_name in record
        assert person.title.lower() in record.lower()
        assert (person.full_name in notification) is (staff_id not in case.withheld_ids)
    for politician in case.decision_maker.politicians:
        assert politician.name in record and politician.name in notification
    assert plain_text(composed.notification.body.blocks) == plain_text(given.draft.document.blocks)


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_notification_says_nothing_of_a_withheld_person_but_the_capacity(name: str) -> None:
    given = admitted(name)
    words = sections(compose(given, board(), decision_id=CODE).notification)
    for staff_id in given.draft.case.record_staff_ids:
        if staff_id not in given.draft.case.withheld_ids:
            # What is said of those who may be named is theirs, even if a title is shared.
            person = staff()[staff_id]
            words = words.replace(f"{person.full_name}, {person.title[:1].lower()}{person.title[1:]}", "")
    for person in given.withheld:
        for form in traces(person):
            assert not re.search(rf"\b{re.escape(form)}\b", words), form


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_same_case_about_any_other_employee_gives_the_same_words(name: str) -> None:
    given = admitted(name)
    silent = replace(given.draft, document=Document((Paragraph((Text("Beslut."),)),)))
    reference = compose(replace(given, draft=silent), board(), decision_id=CODE).notification
    involved = set(given.draft.case.record_staff_ids)
    for other in staff().values():
        if other.staff_id in involved:
            continue
        first = given.withheld[0]
        text = msgspec.json.encode(given.draft.case).decode().replace(first.staff_id, other.staff_id)
        case = msgspec.json.decode(text, type=Case)
        swapped = replace(
            given,
            draft=replace(silent, case=case),
            withheld=tuple(other if one is first else one for one in given.withheld),
        )
        assert compose(swapped, board(), decision_id=CODE).notification == reference


def test_the_threat_assessment_stays_in_the_personnel_record() -> None:
    for name in ACCEPTED:
        given = admitted(name)
        composed = compose(given, board(), decision_id=CODE)
        for entry in given.draft.case.withhold:
            for letter in (composed.record, composed.notification):
                assert entry.facts[:40] not in own_words(letter)
            assert staff()[entry.staff_id].full_name in sections(composed.record).partition("utelämnas i und")[2]
        assert "utsätts för" in sections(composed.record)
        assert "utsätts för" not in sections(composed.notification)


def test_withheld_is_not_secret_and_the_letter_says_so() -> None:
    given = admitted("01_track_a_insats")
    words = sections(compose(given, board(), decision_id=CODE).notification)
    assert "33 § fjärde stycket förvaltningslagen" in words
    assert "beslutsdokumentationen enligt 31 § förvaltningslagen" in words
    assert "kan begära att få ta del av den hos socialnämnden" in words
    assert "hemlig" not in words and "sekretess" not in words.lower()
    nobody = replace(given, withheld=())
    plain = compose(nobody, board(), decision_id=CODE)
    assert "33 § fjärde stycket" not in sections(plain.notification)
    assert "Gun-Britt Åkesson, socialsekreterare" in sections(plain.notification)
    assert plain.identities == () and not plain.facts.maker_withheld


def test_a_withheld_decision_maker_is_nobody_elses_name() -> None:
    composed = compose(admitted("01_track_a_insats"), board(), decision_id=CODE)
    words = sections(composed.notification)
    assert "av en anställd vid förvaltningen, med stöd av delegation enligt punkt 4.11" in words
    assert composed.facts.maker_withheld
    assert composed.signatory.name == "Gun-Britt Åkesson" and composed.signatory.staff_id == "A10667"
    assert [(one.staff_id, one.role) for one in composed.identities] == [("A10667", "decision_maker")]
    assert "socialsekreterare)" not in words, "the delegate's title would tell the title"


def test_the_lifted_case_is_told_in_the_record_and_the_director_signs() -> None:
    composed = compose(admitted("02_track_b_lyft"), board(), decision_id=CODE)
    assert "från Fatemeh Rezaei till Birgitta Falk, före avgörandet" in sections(composed.record)
    assert "lyft" not in sections(composed.notification).lower()
    assert composed.signatory.name == "Birgitta Falk" and composed.signatory.title == "Förvaltningsdirektör"
    assert not composed.facts.maker_withheld
    assert composed.identities[0].role == "rapporteur"


def test_a_committee_is_named_with_its_dissent_and_its_chair_signs() -> None:
    composed = compose(admitted("03_lvu14_utskott"), board(), decision_id=CODE)
    for letter in (composed.record, composed.notification):
        words = sections(letter)
        assert "Ulf Mårdklint: Umgänge borde ske var tredje vecka." in words
        assert "socialnämndens individutskott vid sammanträde, protokoll 2026-10-28 § 94" in words
    assert "Ärendet har haft en föredragande." in sections(composed.notification)
    assert (composed.signatory.name, composed.signatory.title) == ("Ann-Charlotte Hedvall", "ordförande")
    assert composed.signatory.staff_id is None


def test_an_urgent_decision_of_the_chair_names_the_chair() -> None:
    maker = DecisionMaker(
        kind="chair", name="Ann-Charlotte Hedvall", signed_at=dt.datetime(2026, 10, 28, 18, 5),
        politicians=(Politician(name="Ann-Charlotte Hedvall", role="ordförande"),),
    )  # fmt: skip
    urgent = Urgent(basis="special_statute", report_to_board=dt.date(2026, 11, 19))
    given = changed(admitted("03_lvu14_utskott"), decision_maker=maker, urgent=urgent, committee="", minutes="")
    composed = compose(given, board(), decision_id=CODE)
    sentence = "på socialnämndens vägnar av Ann-Charlotte Hedvall, ordförande, eftersom det inte kunde vänta"
    assert sentence in sections(composed.record) and sentence in sections(composed.notification)
    assert composed.signatory.name == "Ann-Charlotte Hedvall"
    whole_board = changed(given, decision_maker=msgspec.structs.replace(maker, kind="board"), minutes="§ 1")
    assert "fattats av socialnämnden vid sammanträde" in sections(
        compose(whole_board, board(), decision_id=CODE).notification
    )


def test_two_withheld_are_counted_and_not_described() -> None:
    composed = compose(admitted("04_ekonomiskt_bistand"), board(), decision_id=CODE)
    words = sections(composed.notification)
    assert "Namnen på två personer anges inte" in words
    assert "en anställd vid förvaltningen" in words and "tvåhandläggarprincipen" not in words
    assert {one.role for one in composed.identities} == {"decision_maker", "participant"}


def test_named_participants_stand_before_the_number_of_withheld_ones() -> None:
    given = admitted("01_track_a_insats")
    both = (Participant(staff_id="A10001", role_sv="X"), Participant(staff_id="A11259", role_sv="Y"))
    person = staff()["A10001"]
    for order in (both, both[::-1]):
        mixed = replace(changed(given, participant=order), withheld=(*given.withheld, person))
        words = sections(compose(mixed, board(), decision_id=CODE).notification)
        assert words.index("Micke Öhman") < words.index("ytterligare en anställd vid förvaltningen")
        assert person.surname not in words


def test_a_hidden_address_is_never_printed_and_its_owner_not_addressed() -> None:
    case = draft("03_lvu14_utskott").case
    assert addressees(case) == ("Dennis Klarholt\nNorra Hamngatan 7\n199 31 Exempelstad",)
    letter = compose(admitted("03_lvu14_utskott"), board(), decision_id=CODE).notification
    assert "röjs inte" not in own_words(letter)
    dennis, wilma = case.party
    older = msgspec.structs.replace(wilma, personal_number="20091231-0000", address="Skyddad adress")
    assert len(addressees(msgspec.structs.replace(case, party=(dennis, older)))) == 1
    # "samma" after a hidden address is hidden too, even for an adult.
    aunt = msgspec.structs.replace(dennis, name="Moster Mård", address="samma")
    assert addressees(msgspec.structs.replace(case, party=(wilma, aunt))) == ()


def test_a_child_is_addressed_from_fifteen() -> None:
    case = draft("01_track_a_insats").case
    assert [one.partition("\n")[0] for one in addressees(case)] == ["Marlene Tisell"]
    marlene, elis = case.party
    fifteen = msgspec.structs.replace(elis, personal_number="20111014-0000")
    assert len(addressees(msgspec.structs.replace(case, party=(marlene, fifteen)))) == 2
    almost = msgspec.structs.replace(elis, personal_number="20111015-0000")
    assert len(addressees(msgspec.structs.replace(case, party=(marlene, almost)))) == 1


def test_the_appeal_notice_and_the_contact_route_are_always_there() -> None:
    for name in ACCEPTED:
        given = admitted(name)
        words = sections(compose(given, board(), decision_id=CODE).notification)
        for paragraph in given.notice.paragraphs_sv:
            assert " ".join(paragraph.split()) in words
        assert given.draft.case.contact.mailbox in words
        assert f"ange diarienumret {given.draft.case.dnr}" in words
        assert "behöver inte veta vem som handlägger" in words


def test_facts_for_later_stages_hold_no_name() -> None:
    for name in ACCEPTED:
        given = admitted(name)
        facts = compose(given, board(), decision_id=CODE).facts
        assert facts.key == f"Exempelstads kommun|Socialnämnden|{given.draft.case.dnr}"
        assert facts.left_out == given.draft.document.left_out
        for person in given.withheld:
            assert person.surname not in repr(facts)
    assert retention_month(dt.date(2026, 2, 28), 5) == "2031-02"
    assert retention_month(dt.date(2026, 2, 28), 0) == "9999-12"


def test_what_the_gate_would_have_stopped_is_stopped_here_too() -> None:
    given = admitted("01_track_a_insats")
    with pytest.raises(Refused):
        compose(replace(given, withheld=(staff()["A11962"],)), board(), decision_id=CODE)
    with pytest.raises(BadInput) as wrong_board:
        compose(changed(given, board="Byggnadsnämnden"), board(), decision_id=CODE)
    assert wrong_board.value.place == "board"
    with pytest.raises(BadInput):
        compose(changed(given, rapporteur=Rapporteur(staff_id="A99999")), board(), decision_id=CODE)
    nobody = msgspec.structs.replace(given.draft.case.decision_maker, kind="committee", staff_id=None)
    with pytest.raises(BadInput, match="signs for the board"):
        compose(changed(replace(given, withheld=()), decision_maker=nobody), board(), decision_id=CODE)


def test_one_person_in_two_roles_is_recorded_in_both_and_sealed_once() -> None:
    given = admitted("01_track_a_insats")
    both = changed(given, rapporteur=Rapporteur(staff_id="A10667"))
    composed = compose(both, board(), decision_id=CODE)
    assert "Föredragande: Gun-Britt Åkesson" in sections(composed.record)
    assert "Ärendet har haft en föredragande." in sections(composed.notification)
    assert [one.role for one in composed.identities] == ["decision_maker"]


def test_an_employee_decision_without_employee_is_refused_clearly() -> None:
    given = admitted("01_track_a_insats")
    nobody = msgspec.structs.replace(given.draft.case.decision_maker, staff_id=None)
    with pytest.raises(BadInput) as refused:
        compose(changed(given, decision_maker=nobody), board(), decision_id=CODE)
    assert refused.value.place == "decision_maker.staff_id"
