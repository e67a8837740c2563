"""Appeal notices say what FL 33 § wants, for the right regime, and tell nothing about staff."""

from pathlib import Path

import msgspec
import pytest

from sigill.decision.case import Case, parse_case
from sigill.decision.legal import AppealNotice
from sigill.law import book
from sigill.law.notices import appeal_notice, swedish_date

EXAMPLES = Path(__file__).parents[2] / "examples" / "decisions"
CASE = parse_case((EXAMPLES / "01_track_a_insats" / "case.toml").read_bytes())
TYPES = book.type_ids()


def notice_of(type_id: str, case: Case = CASE) -> AppealNotice:
    return appeal_notice(case, book.decision_type(type_id))


def words(notice: AppealNotice) -> str:
    return " ".join(notice.paragraphs_sv)


@pytest.mark.parametrize("type_id", TYPES)
def test_form_content_place_and_time_are_said_wherever_an_appeal_is_open(type_id: str) -> None:
    notice, said = notice_of(type_id), words(notice_of(type_id))
    assert notice.sources[0] == book.decision_type(type_id).appeal_source
    assert notice.last_day is None
    if notice.regime == "not_appealable":
        assert said.startswith("Beslutet kan inte överklagas.")
        assert "Överklagandet ska" not in said
        return
    assert "skriftligt" in said
    assert "vilket beslut du överklagar" in said
    assert "diarienummer SN 2026/0412-14, beslut den 14 oktober 2026" in said
    assert "inom tre veckor" in said
    assert "ombud" in said
    assert "{" not in said


@pytest.mark.parametrize("type_id", TYPES)
def test_it_is_filed_with_the_one_who_shall_have_it(type_id: str) -> None:
    notice, said = notice_of(type_id), words(notice_of(type_id))
    if notice.regime == "not_appealable":
        return
    to_board = f"Lämna eller skicka överklagandet till {CASE.contact.post}" in said
    assert to_board == (book.notice(notice.regime).file_with != "forvaltningsratten")
    if not to_board:
        assert "Lämna eller skicka överklagandet till Förvaltningsrätten i Exempelstad" in said
        assert "anslagstavla" in said
        assert CASE.contact.post not in said
    else:
        assert "fick del av beslutet" in said


@pytest.mark.parametrize(
    ("type_id", "court"),
    [
        ("sol_11_1_insats", "Förvaltningsrätten i Exempelstad"),
        ("sol_12_2_ytterligare_bistand", "Förvaltningsrätten i Exempelstad"),
        ("osl_6_3_avslag_utlamnande", "kammarrätten"),
        ("fb_2_7_lagga_ner", "länsstyrelsen"),
    ],
)
def test_the_one_who_decides_the_appeal_is_named(type_id: str, court: str) -> None:
    case = msgspec.structs.replace(CASE, appeal_court="") if type_id.startswith("osl") else CASE
    assert court in notice_of(type_id, case).paragraphs_sv[0] + words(notice_of(type_id, case))


def test_legality_review_says_what_the_court_may_look_at() -> None:
    said = words(notice_of("sol_33_6_avsta_krav"))
    assert "medlem av Exempelstads kommun" in said
    for ground in ("lagligt sätt", "angelägenhet för kommunen", "haft rätt att göra det", "strider mot lag"):
        assert ground in said
    assert len(book.notice("laglighetsprovning").grounds_fixed) == 4
    assert "upphäva beslutet men inte" in said


@pytest.mark.parametrize("type_id", [one for one in TYPES if book.decision_type(one).court_review])
def test_a_courts_review_is_told_to_the_one_who_cannot_appeal(type_id: str) -> None:
    row, said = book.type_row(type_id), words(notice_of(type_id))
    assert row.court_review is not None
    assert row.not_appealable_sv in said
    expected = {
        "understallning": "Nämnden ska underställa Förvaltningsrätten i Exempelstad beslutet",
        "ansokan": "Nämnden ansöker hos Förvaltningsrätten i Exempelstad",
        "talan": "Nämnden väcker talan i Förvaltningsrätten i Exempelstad",
    }
    assert expected[row.court_review.type] in said
    if row.court_review.type == "understallning":
        limit = "senast dagen efter beslutet" if row.act == "1988:870" else "inom en vecka från dagen då beslutet"
        assert limit in said
        assert (
            row.court_review.days
            == book.notice(
                {"1990:52": "understallning_lvu", "1988:870": "understallning_lvm"}.get(
                    row.act, "understallning_2024_79"
                )
            ).time_days
        )
        assert "offentligt biträde" in said


def test_compulsory_care_of_an_adult_tells_all_that_lvm_16_wants() -> None:
    said = words(notice_of("lvm_13_omedelbart_omhandertagande"))
    for right in ("yttra dig skriftligt", "muntlig förhandling", "offentligt biträde", "även om du inte yttrar dig"):
        assert right in said


def test_a_child_of_fifteen_is_told_of_its_own_right_where_the_act_gives_it() -> None:
    assert "fyllt 15 år" in words(notice_of("lvu_14_umgange"))
    assert "fyllt 15 år" not in words(notice_of("lss_9_insats"))


def test_the_notice_says_that_the_court_reads_names_when_some_are_left_out() -> None:
    """FL 46 §: what goes to the court is never masked."""
    assert "också namn som inte står i den här underrättelsen" in words(notice_of("sol_11_1_insats"))
    nobody = msgspec.structs.replace(CASE, withhold=())
    assert "namn som inte står" not in words(notice_of("sol_11_1_insats", nobody))


@pytest.mark.parametrize("type_id", TYPES)
def test_nothing_in_it_depends_on_who_is_left_out(type_id: str) -> None:
    other = msgspec.structs.replace(
        CASE,
        withhold=(msgspec.structs.replace(CASE.withhold[0], staff_id="A11259", facts="annat", ground="trakasserier"),),
        decision_maker=msgspec.structs.replace(CASE.decision_maker, staff_id="A11259", signed_by="A11259"),
        participant=(),
    )
    assert notice_of(type_id, other) == notice_of(type_id)


@pytest.mark.parametrize(("mailbox", "phone"), [("a@b.example", ""), ("", "0199-20 50 00"), ("a@b.example", "0199-1")])
def test_the_contact_route_is_given_as_far_as_there_is_one(mailbox: str, phone: str) -> None:
    contact = msgspec.structs.replace(CASE.contact, mailbox=mailbox, phone=phone)
    said = words(notice_of("sol_11_1_insats", msgspec.structs.replace(CASE, contact=contact)))
    assert (mailbox in said) and (phone in said)
    assert ("e-post till" in said) == bool(mailbox)
    assert "eller ." not in said and ": ." not in said and "  " not in said


def test_swedish_dates() -> None:
    assert swedish_date(CASE.decision_date) == "14 oktober 2026"
