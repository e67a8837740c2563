"""The other five samples through the browser, by the roles the law asks for, and what stands in the way."""

import datetime as dt
from typing import Any

from house import CASES, NOON, staff
from sigill.audit import Trust, check
from sigill.decision.case import parse_case
from sigill.verify.search import require_clean
from web.acting import decide, done, edits, grant, lift, read_both, sign, submit, take_stance, text
from web.conftest import Desk

PETER = "peter"


def letter_of(desk: Desk, case: Any, folder: str) -> bytes:
    """The issued notification, as the registrar downloads it: genuine, and without the names that are withheld."""
    from sigill.desk.office import office
    from sigill.store.desk.models import Case

    row = Case.objects.get(pk=case.pk)
    assert row.state == "issued", [one.outcome for one in row.work.all()]
    letter = desk.client(PETER).get(f"/utskick/{case.pk}/underrattelse.pdf").content
    checked = check(letter, Trust.parse(office().house.signers.trust()), at=NOON + dt.timedelta(hours=1))
    assert checked.kind == "notification"
    sample = parse_case((CASES / folder / "case.toml").read_bytes())
    from sigill.journey import names_that_stay

    withheld = tuple(staff()[one] for one in sample.withheld_ids)
    require_clean({"n.pdf": letter}, withheld, others=names_that_stay(sample), register=staff())
    return letter


def test_02_is_sent_back_once_then_lifted_and_really_decided_by_the_director(desk: Desk) -> None:
    folder = "02_track_b_lyft"
    case, fatemeh, birgitta = desk.case(folder), desk.client("fatemeh"), desk.client("birgitta")
    assert birgitta.get(f"/arenden/{case.pk}/").status_code == 404, "not hers until it is lifted"
    blank = lift(fatemeh, case, "A12184", "")
    assert blank.status_code == 422 and "reason_error" in blank.content.decode()
    done(lift(fatemeh, case, "A12184", "Hotbild mot handläggaren; ingen annan på enheten är insatt."))
    assert "Hos beslutsfattaren" in text(submit(fatemeh, case))

    where = f"/arenden/{case.pk}/beslut/"
    assert birgitta.post(where, {"act": "back", "back-reason": "nej"}).status_code == 422
    done(birgitta.post(where, {"act": "back", "back-reason": "Skriv om skälen och lägg till omställningstid."}))
    assert "omställningstid" in text(fatemeh.get(f"/arenden/{case.pk}/"))
    assert "Hos beslutsfattaren" in text(submit(fatemeh, case))

    stamp = take_stance(birgitta, case, "Ja.")
    assert stamp.status_code == 422 and "stämpel" in text(stamp), "G10: a stamp is not a stance"
    decide(desk, birgitta, case)
    letter_of(desk, case, folder)


def test_03_the_committee_decides_and_its_chair_signs(desk: Desk) -> None:
    folder = "03_lvu14_utskott"
    case, siobhan, chair = desk.case(folder), desk.client("siobhan"), desk.client("ann-charlotte")
    assert "Hos beslutsfattaren" in text(submit(siobhan, case))
    assert siobhan.get(f"/arenden/{case.pk}/beslut/").status_code == 403, "whoever presents does not sign"
    decide(desk, chair, case)
    letter_of(desk, case, folder)


def test_04_two_needs_one_refused_then_asked_for_anew_and_one_that_runs_out(desk: Desk) -> None:
    from sigill.store.desk.models import Protection

    folder = "04_ekonomiskt_bistand"
    case, klas, mariam = desk.case(folder), desk.client("klas"), desk.client("mariam")
    his, hers = (Protection.objects.get(case=case, person_id=one) for one in ("A10149", "A11037"))
    refused = {"act": "refuse", "refuse-reason": "Uppgifterna är för allmänna; beskriv vad som hände och när."}
    done(mariam.post(f"/skydd/{hers.pk}/", refused))
    page = klas.get(f"/arenden/{case.pk}/steg/protect/")
    assert "för allmänna" in text(page), "the asker sees the reason"
    again = {"person": "A11037", "telling": hers.telling}
    done(klas.post(f"/arenden/{case.pk}/steg/protect/", again))
    anew = Protection.objects.get(case=case, person_id="A11037", state="asked")
    far = grant(mariam, anew.pk, "trakasserier", hers.telling, "2029-01-01")
    assert far.status_code == 422 and "högst ett år" in text(far)
    done(grant(mariam, anew.pk, "trakasserier", hers.telling, "2027-05-06"))
    done(grant(mariam, his.pk, "annan_allvarlig_olagenhet", his.telling, "2026-12-01"))
    desk.clock.time += dt.timedelta(days=14)
    stopped = submit(klas, case)
    assert "G33" in text(stopped), "an assessment that has run out protects nobody"
    desk.clock.time -= dt.timedelta(days=14)
    assert "Hos beslutsfattaren" in text(submit(klas, case))
    decide(desk, klas, case)
    letter_of(desk, case, folder)


def test_05_a_lift_without_a_decision_of_ones_own_is_no_way_around(desk: Desk) -> None:
    case, emelie, birgitta = desk.case("05_refuse_bulvan"), desk.client("emelie"), desk.client("birgitta")
    number = case.protections.get().pk
    lovisa = desk.client("lovisa")
    done(grant(lovisa, number, "trakasserier", case.protections.get().telling, "2027-03-22"))
    done(lift(emelie, case, "A12184", "Handläggaren vill inte stå med namn."))
    shown = text(submit(emelie, case))
    assert "Hos beslutsfattaren" in shown, shown
    answer = sign(birgitta, case)
    assert "inte de som du hade öppna" in text(answer) and not desk.work(), "signed what she has not read: nothing"
    assert "G10" not in text(answer)
    done(take_stance(birgitta, case))
    assert desk.work() == 1
    assert birgitta.get(f"/arenden/{case.pk}/brev/record/").status_code == 200
    from sigill.desk import reading

    answer = sign(birgitta, case, preview=str(reading.latest(case).pk))
    assert "båda handlingarna öppna" in text(answer) and not desk.work()
    assert emelie.post(f"/arenden/{case.pk}/beslut/", {"act": "sign"}).status_code == 403, "nobody signs for another"


def test_06_an_officer_may_not_take_it_and_the_page_says_why(desk: Desk) -> None:
    case, djordje = desk.case("06_refuse_lvu11_delegat"), desk.client("djordje")
    page = djordje.get(f"/arenden/{case.pk}/steg/people/")
    assert "G07" in text(page) and "utskott" in text(page)
    routine = {"person": "A10297", "telling": "rutin"}
    refused = djordje.post(f"/arenden/{case.pk}/steg/protect/", routine)
    assert refused.status_code == 422 and "vad som har hänt" in text(refused), "a routine is no assessment"
    stopped = submit(djordje, case)
    assert "inte färdigt" in text(stopped) and "G07" in text(stopped)
    assert not case.work.exists()


# --- what goes wrong ----------------------------------------------------------------------------------------------


def test_a_wrong_file_and_a_huge_one_are_told_and_nothing_is_lost(desk: Desk) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    case, browser = desk.case("01_track_a_insats"), desk.client("gun-britt")
    where = f"/arenden/{case.pk}/steg/text/"
    before = browser.get(where)
    for name, data, says in (
        ("bild.exe", b"MZ", "kan inte vara"),
        ("trasig.docx", b"not a docx at all", ""),
        ("tom.docx", b"", "tom"),
        ("stor.docx", b"x" * (100 << 20), "större än 20 MB"),
    ):
        answer = browser.post(where, {"edits": edits(before), "document": SimpleUploadedFile(name, data)})
        assert answer.status_code == 422 and says in text(answer), (name, text(answer))
        assert 'role="alert"' in answer.content.decode()
    assert "decision.docx" in text(browser.get(where)), "the text that was there is still there"


def test_a_name_with_a_script_in_it_is_only_text(desk: Desk) -> None:
    case, browser = desk.case("01_track_a_insats"), desk.client("gun-britt")
    where = f"/arenden/{case.pk}/steg/facts/"
    evil = '<script>alert("x")</script>'
    said = {
        "dnr": case.dnr, "title_sv": evil, "content_sv": "Beviljas.", "party-TOTAL_FORMS": "1",
        "party-INITIAL_FORMS": "0", "party-0-name": evil, "edits": edits(browser.get(where)),
    }  # fmt: skip
    done(browser.post(where, said))
    for page in (where, "/arenden/", f"/arenden/{case.pk}/", "/"):
        shown = browser.get(page).content.decode()
        assert evil not in shown and "&lt;script&gt;" in shown


def test_two_who_save_at_once_and_the_second_loses_nothing(desk: Desk) -> None:
    case, one, other = desk.case("01_track_a_insats"), desk.client("gun-britt"), desk.client("micke")
    where = f"/arenden/{case.pk}/steg/facts/"
    first, second = one.get(where), other.get(where)
    said = {
        "dnr": case.dnr, "title_sv": "Först", "content_sv": "A.", "party-TOTAL_FORMS": "1",
        "party-INITIAL_FORMS": "0", "party-0-name": "Marlene Tisell",
    }  # fmt: skip
    done(one.post(where, {**said, "edits": edits(first)}))
    late = other.post(where, {**said, "title_sv": "Sedan, med mycket arbete", "edits": edits(second)})
    assert late.status_code == 422 and "Din text finns kvar" in text(late)
    assert "Sedan, med mycket arbete" in late.content.decode()
    done(other.post(where, {**said, "title_sv": "Sedan, med mycket arbete", "edits": edits(late)}))
    undone = other.post(f"/arenden/{case.pk}/angra/", {"edits": edits(other.get(where))})
    done(undone)
    assert "Först" in other.get(where).content.decode()


def test_back_after_signing_and_a_session_that_is_gone(desk: Desk) -> None:
    case, gun_britt = desk.case("01_track_a_insats"), desk.client("gun-britt")
    assert "Hos beslutsfattaren" in text(submit(gun_britt, case))
    done(take_stance(gun_britt, case))
    assert desk.work() == 1
    read_both(gun_britt, case)
    page = gun_britt.get(f"/arenden/{case.pk}/beslut/")
    signed = sign(gun_britt, case)
    assert desk.work() == 1, text(signed)
    again = gun_britt.post(
        f"/arenden/{case.pk}/beslut/", {"act": "sign", "preview": "1", "edits": edits(page)}, follow=True
    )
    assert again.status_code == 200 and "utfärdat" in text(again) and not desk.work()
    late = gun_britt.post(f"/arenden/{case.pk}/steg/facts/", {"edits": edits(page), "dnr": "X"})
    assert late.status_code in (409, 422)
    gun_britt.logout()
    gone = gun_britt.post(f"/arenden/{case.pk}/beslut/", {"act": "sign"})
    assert gone.status_code == 302 and "logga-in" in gone["Location"]


def test_the_day_turns_between_reading_and_signing(desk: Desk) -> None:
    case, gun_britt = desk.case("01_track_a_insats"), desk.client("gun-britt")
    submit(gun_britt, case)
    done(take_stance(gun_britt, case))
    desk.work()
    read_both(gun_britt, case)
    desk.clock.time += dt.timedelta(days=1)
    answer = sign(gun_britt, case)
    assert "Något har ändrats" in text(answer) and not desk.work()
