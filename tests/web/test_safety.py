"""Safety at the desk, through the browser: Klas and Aino are threatened by the party of case 04, Mariam and Lovisa are
protection officers, Emelie has nothing to do with it."""

import datetime as dt
import re
from typing import Any

import pytest

from sigill.errors import BadInput, Refused, Temporary
from web.conftest import Desk

FOUR, FIVE = "04_ekonomiskt_bistand", "05_refuse_bulvan"
FACTS = "Parten läser upp beslut i sin kanal och uppmanar följare att söka upp just honom i hemmet."


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


def actor(username: str, day: dt.date = dt.date(2026, 11, 22)) -> Any:
    from sigill.desk.people import actor_of
    from sigill.store.desk.models import User

    return actor_of(User.objects.get(username=username), day)


def waiting(desk: Desk, person: str) -> Any:
    from sigill.store.desk.models import Protection

    return Protection.objects.get(case=desk.case(FOUR), person_id=person, state="asked")


def granting(**more: Any) -> dict[str, Any]:
    return {
        "act": "grant",
        "grant-ground": "annan_allvarlig_olagenhet",
        "grant-facts": FACTS,
        "grant-review_by": "2027-05-01",
        "grant-forms_": ["kartlaggning", "exponering_online"],
        "grant-severity": "3",
        "grant-factors": ["spridning"],
        **more,
    }


def told() -> set[tuple[str, str, str]]:
    from sigill.store.desk.models import Notice

    return {(one.event, one.reader, one.to) for one in Notice.objects.all()}


def test_klas_is_assessed_by_mariam_and_reads_what_it_means(desk: Desk) -> None:
    need = waiting(desk, "A10149")
    mariam, klas, emelie = desk.client("mariam"), desk.client("klas"), desk.client("emelie")
    assert "inte bedömt" in text(klas.get("/mitt-skydd/")) or "not been assessed" in text(klas.get("/mitt-skydd/"))

    bad = mariam.post(f"/skydd/{need.pk}/", granting(**{"grant-facts": "hot", "grant-review_by": "2028-01-01"}))
    assert bad.status_code == 422
    for field in ("facts", "review_by"):
        assert f'href="#id_grant-{field}"' in bad.content.decode(), field
        assert f'id="id_grant-{field}_error"' in bad.content.decode(), field
    need.refresh_from_db()
    assert need.state == "asked"

    assert mariam.post(f"/skydd/{need.pk}/", granting()).status_code == 302
    need.refresh_from_db()
    assert (need.state, need.severity, need.assessed_by) == ("granted", 3, "A11925")
    page = text(klas.get("/mitt-skydd/"))
    assert "2027-05-01" in page and FACTS in page
    assert FACTS not in text(emelie.get("/mitt-skydd/"))
    assert ("need_answered", "person", "A10149") in told()
    papers = text(mariam.get(f"/skydd/{need.pk}/handlingar/"))
    assert "HOTBEDÖMNING" in papers and "Klas Ek" in papers
    assert desk.client("klas").get(f"/skydd/{need.pk}/handlingar/").status_code == 403

    # The same words for Aino are a copy, not an assessment.
    copied = mariam.post(f"/skydd/{waiting(desk, 'A11037').pk}/", granting())
    assert copied.status_code == 422 and "ordagrant" in text(copied)


def test_a_refusal_is_read_by_the_one_who_asked_and_nobody_assesses_herself(desk: Desk) -> None:
    from sigill.desk import drafting

    case = desk.case(FOUR)
    need = waiting(desk, "A11037")
    reason = "Klippet är borttaget och parten har själv bett om ursäkt för det."
    refused = desk.client("mariam").post(f"/skydd/{need.pk}/", {"act": "refuse", "refuse-reason": reason})
    assert refused.status_code == 302
    for who in ("klas", "aino"):  # he asked, it concerned her
        assert reason in text(desk.client(who).get("/mitt-skydd/")), who
    assert reason not in text(desk.client("emelie").get("/mitt-skydd/"))
    with pytest.raises(Refused, match="open or granted"):
        drafting.ask_protection(actor("klas"), case.pk, "A10149", forms=(), telling=FACTS)  # it waits already

    from sigill.store.desk.models import RoleGrant, User

    RoleGrant.objects.create(user=User.objects.get(username="klas"), role="skyddsansvarig", valid_from="2026-01-01")
    own = desk.client("klas").post(f"/skydd/{waiting(desk, 'A10149').pk}/", granting())
    assert own.status_code == 403
    assert waiting(desk, "A10149")


def test_a_protection_against_a_party_holds_in_the_party_s_next_case_until_its_day(desk: Desk) -> None:
    from sigill.desk import drafting, needs

    assert desk.client("mariam").post(f"/skydd/{waiting(desk, 'A10149').pk}/", granting()).status_code == 302
    klas, first = actor("klas"), desk.case(FOUR)
    party = drafting.content(first)["party"]
    case = drafting.start(klas, first.decision_type)
    maker = {"kind": "employee", "staff_id": "A10149"}
    case = drafting.save(klas, case.pk, case.edits, "facts", {"party": party, "decision_maker": maker})
    data = drafting.content(case)

    def out(on: str) -> list[str]:
        return [one.staff_id for one in needs.withheld_in(case, data, dt.date.fromisoformat(on))]

    assert out("2026-11-23") == ["A10149"]
    assert out("2027-05-01") == ["A10149"]
    assert out("2027-05-02") == []
    # In the case it was asked for in, one that has run out stays, so that the gate says so (G33).
    assert [one.staff_id for one in needs.withheld_in(first, drafting.content(first), dt.date(2027, 5, 2))] == [
        "A10149"
    ]
    other = drafting.save(klas, case.pk, case.edits, "facts", {"party": [{"name": "En Annan", "role": "sökande"}]})
    assert needs.withheld_in(other, drafting.content(other), dt.date(2026, 11, 23)) == ()
    from sigill.store.desk.models import Protection

    kept = Protection.objects.get(case=first, person_id="A10149")
    assert re.fullmatch("[0-9a-f]{64}", kept.party_key)
    assert party[0]["personal_number"] not in kept.party_key


def test_a_protection_ends_with_a_reason_or_is_renewed_by_a_new_assessment(desk: Desk) -> None:
    from sigill.desk import drafting, safety
    from sigill.store.desk.models import Protection

    mariam, need, case = desk.client("mariam"), waiting(desk, "A10149"), desk.case(FOUR)
    assert mariam.post(f"/skydd/{need.pk}/", granting()).status_code == 302
    with pytest.raises(Refused, match="open or granted"):
        drafting.ask_protection(actor("klas"), case.pk, "A10149", forms=(), telling=FACTS)
    desk.clock.time = dt.datetime(2027, 4, 20, 9, 0, tzinfo=desk.clock.time.tzinfo)
    assert safety.remind() >= 1
    assert {("need_runs_out", "person", "A10149"), ("need_runs_out", "assessor", "A11925")} <= told()
    again = drafting.ask_protection(
        actor("klas"), case.pk, "A10149", forms=("kartlaggning",), telling=FACTS + " Det fortsätter."
    )
    assert again.earlier_id == need.pk
    same = mariam.post(f"/skydd/{again.pk}/", granting(**{"grant-review_by": "2027-10-01"}))
    assert same.status_code == 422 and "ordagrant de gamla" in text(same)
    new = granting(
        **{"grant-review_by": "2027-10-01", "grant-facts": "Den 18 april lästes hans namn upp igen i kanalen."}
    )
    assert mariam.post(f"/skydd/{again.pk}/", new).status_code == 302
    states = dict(Protection.objects.filter(case=case, person_id="A10149").values_list("pk", "state"))
    assert states == {need.pk: "ended", again.pk: "granted"}
    ended = mariam.post(f"/skydd/{again.pk}/", {"act": "end", "end-reason": "Kanalen är nedlagd."})
    assert ended.status_code == 302
    assert "Kanalen är nedlagd." in text(desk.client("klas").get("/mitt-skydd/"))


def test_what_is_not_assessed_yet_can_be_taken_back_by_those_it_is_about(desk: Desk) -> None:
    need = waiting(desk, "A11037")
    assert desk.client("emelie").post(f"/mitt-skydd/{need.pk}/ta-tillbaka/").status_code == 404
    assert desk.client("aino").post(f"/mitt-skydd/{need.pk}/ta-tillbaka/").status_code == 302
    need.refresh_from_db()
    assert need.state == "withdrawn"
    assert desk.client("mariam").post(f"/skydd/{need.pk}/", granting()).status_code == 422


def test_an_incident_is_recorded_in_a_minute_and_answered_by_the_protection_officer(desk: Desk) -> None:
    aino, mariam, emelie = desk.client("aino"), desk.client("mariam"), desk.client("emelie")
    empty = aino.post("/handelser/ny/", {})
    assert empty.status_code == 422 and 'href="#id_happened"' in empty.content.decode()
    case = desk.case(FOUR)
    made = aino.post(
        "/handelser/ny/",
        {
            "form": "hot_vald",
            "happened": "”Vi vet var du bor.” <script>alert(1)</script>",
            "channel": "phone",
            "danger": "on",
            "case": str(case.pk),
        },
    )
    assert made.status_code == 302, text(made)
    url = made["Location"]
    page = aino.get(url)
    assert "Ring 112" in text(page) and "AML 3:3 a" in text(page) and "BrB 17:1" in text(page)
    assert "<script>alert" not in page.content.decode()
    assert emelie.get(url).status_code == 404
    assert emelie.get("/handelser/").content.decode().count("ds-card") == 0
    assert ("incident_recorded", "assessor", "A11925") in told()

    assert aino.post(url + "svara/", {}).status_code == 403
    answer = {"which": "a-aml_underrattelse", "a-aml_underrattelse-prompt": "aml_underrattelse"}
    no = mariam.post(url + "svara/", {**answer, "a-aml_underrattelse-done": "no"})
    assert no.status_code == 422 and "varför" in text(no)
    yes = {**answer, "a-aml_underrattelse-done": "yes", "a-aml_underrattelse-note": "Anmäld kl. 15."}
    assert mariam.post(url + "svara/", yes).status_code == 302
    assert "Anmäld kl. 15." in text(aino.get(url))
    assert mariam.post(url + "svara/", {**yes, "a-aml_underrattelse-prompt": "gossip"}).status_code == 422
    from sigill.desk import safety

    desk.clock.time += dt.timedelta(days=2)
    assert safety.remind() >= 1
    late = [one for one in told() if one[0] == "duty_due"]
    assert ("duty_due", "assessor", "A11925") in late
    count = len(told())
    safety.remind()
    assert len(told()) == count  # each is told once


def test_an_incident_in_somebody_else_s_case_or_of_nobody_on_staff_is_refused(desk: Desk) -> None:
    from sigill.desk import safety

    values: dict[str, Any] = {"form": "hot_vald", "said": "Ett hot.", "channel": "phone"}
    with pytest.raises(BadInput, match="no such case"):
        safety.record(actor("emelie"), case_id=desk.case(FOUR).pk, **values)
    with pytest.raises(BadInput, match="staff directory"):
        safety.record(actor("emelie"), persons=["A00000"], **values)
    form = desk.client("emelie").post(
        "/handelser/ny/", {"form": "hot_vald", "happened": "x", "channel": "phone", "persons": ["A10149"]}
    )
    assert form.status_code == 422  # only colleagues in her own cases can be chosen


def test_the_protection_officer_sees_a_pattern_and_a_handler_only_that_she_is_not_alone(desk: Desk) -> None:
    from sigill.desk import safety
    from sigill.store.desk.models import CasePerson

    case = desk.case(FOUR)
    CasePerson.objects.create(case=case, user_key="A10223", relation="participant")
    told_by = {}
    for who in ("klas", "aino", "fatemeh"):
        told_by[who] = safety.record(
            actor(who), form="exponering_online", said="Klippet.", channel="online", case_id=case.pk
        )
    page = text(desk.client("mariam").get("/skydd/monster/"))
    assert "Klas Ek" in page and case.dnr in page
    assert "Stavlid" not in page  # the party is a key here, not a name
    assert desk.client("klas").get("/skydd/monster/").status_code == 403
    alone = desk.client("aino").get(f"/handelser/{told_by['aino'].pk}/")
    assert "ensam" in text(alone) or "not alone" in text(alone)
    assert "Fatemeh" not in text(alone)


def test_a_report_about_an_employee_s_child_reaches_a_deputy_and_nobody_learns_whose(desk: Desk) -> None:
    from sigill.store.desk import models

    peter, nils = desk.client("peter"), desk.client("nils")
    form = {"report": "SN 2026/2001", "concerns": "A10149"}
    nobody = peter.post("/orosanmalan/", form)
    assert nobody.status_code == 422 and not models.ConcernFlag.objects.exists()
    assert nils.post("/kontoret/ersattare/", {"first": "A11037", "second": "A10223", "third": ""}).status_code == 302
    sent = peter.post("/orosanmalan/", form)
    assert sent.status_code == 302
    flag = models.ConcernFlag.objects.get()
    assert flag.deputy == "A10223"  # Aino works in Klas's unit
    assert ("concern_flagged", "deputy", "A10223") in told()
    for table in (models.ConcernFlag, models.Notice):
        assert "A10149" not in str(list(table.objects.values()))
    assert peter.post("/orosanmalan/", form).status_code == 422
    assert "SN 2026/2001" in text(desk.client("fatemeh").get("/orosanmalan/mina/"))
    assert "orosanmalan/mina" in desk.client("fatemeh").get("/mitt-skydd/").content.decode()
    for who in ("klas", "aino", "peter", "mariam"):
        assert "SN 2026/2001" not in text(desk.client(who).get("/orosanmalan/mina/")), who
    assert desk.client("klas").post("/orosanmalan/mina/", {"take": flag.pk}).status_code == 404
    assert desk.client("fatemeh").post("/orosanmalan/mina/", {"take": flag.pk}).status_code == 302


def test_the_outbox_sends_once_tries_again_and_asks_a_human(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from sigill.desk import notices
    from sigill.notify.messages import Event, Reader
    from sigill.notify.retry import SCHEDULE
    from sigill.store.desk.models import Notice

    Notice.objects.all().delete()
    for _ in range(2):
        notices.tell(Event.NEED_ANSWERED, Reader.PERSON, "A10149", about="1")
    notices.tell(Event.NEED_ANSWERED, Reader.PERSON, "elected:Ann", about="1")
    assert Notice.objects.count() == 1
    sent: list[Any] = []

    def due(send: Any) -> int:
        return notices.send_due(send, lambda words: words, "https://sigill.example/")

    def fails(error: Exception) -> Any:
        def send(_mail: Any) -> None:
            raise error

        return send

    assert due(fails(Temporary("later"))) == 0
    assert due(sent.append) == 0  # not before its time
    desk.clock.time += SCHEDULE[0]
    assert due(sent.append) == 1
    assert due(sent.append) == 0
    (mail,) = sent
    assert mail.to == "klas.ek@exempelstad.example" and mail.sender == "socialnamnden.svar@exempelstad.example"
    assert "Klas" not in mail.body + mail.subject

    notices.tell(Event.NEED_ANSWERED, Reader.PERSON, "A11037", about="2")
    assert due(fails(BadInput("never"))) == 0
    stuck = Notice.objects.get(stuck=True)
    assert stuck.to == "A11037" and stuck.next_try is None
    assert ("outbox_stuck", "administrator", "A11592") in told()

    monkeypatch.setenv("SIGILL_SMTP", "smtps://user:p%40ss@mail.example")
    server = notices.server()
    assert server is not None
    assert (server.host, server.port, server.security, server.password) == ("mail.example", 465, "tls", "p@ss")
    monkeypatch.setenv("SIGILL_SMTP", "mail.example")
    with pytest.raises(BadInput) as refused:
        notices.server()
    assert "mail.example" not in str(refused.value)
    monkeypatch.delenv("SIGILL_SMTP")
    assert notices.server() is None


def test_ones_own_page_tells_who_has_asked_for_ones_name_and_why(desk: Desk) -> None:
    import msgspec

    from house import NOON
    from sigill import journey
    from sigill.desk.office import office
    from sigill.seal.letter import seal_letter

    house = office().house

    def tell(staff_id: str, requester: str, *, held: bool = False) -> None:
        notice = journey.Notice(
            staff_id=staff_id,
            decision="2" * 26,
            dnr="SN 2026/0412-14",
            ground="party",
            source="OSL 10:3 st. 2",
            requester=requester,
            recipient="Parten, per post",
            at=NOON,
            held=held,
            advice=(("Ring polisen om du är rädd.", "Call the police if you are afraid."),),
        )
        sealed = seal_letter(msgspec.json.encode(notice), house.custodians.house_public_key())
        journey.record_act(house, requester, "opened", "2" * 26, b"{}", notices=[sealed])

    assert "begärt ditt namn" not in text(desk.client("gun-britt").get("/mitt-skydd/"))
    tell("A10667", "Parten genom ombud")
    tell("A10667", "Polisen, hemligt än så länge", held=True)
    tell("A10149", "Någon som frågar om Klas")
    page = text(desk.client("gun-britt").get("/mitt-skydd/"))
    assert "begärt ditt namn" in page and "Parten genom ombud" in page and "Ring polisen" in page
    assert "Polisen, hemligt" not in page and "Klas" not in page
    assert "Parten genom ombud" not in text(desk.client("emelie").get("/mitt-skydd/"))
