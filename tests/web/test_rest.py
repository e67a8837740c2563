"""A case system's calls and an identity system's SCIM: tokens, scopes, idempotency, webhooks, and a description that is
true (schemathesis). A program never learns a withheld name, and is told 401, never sent to log in."""

import datetime as dt
import json
import os
import uuid
from typing import Any

import pytest
from standardwebhooks import Webhook

from house import EXAMPLES, ROOT
from web.conftest import Desk

HERE = "/exempelstads-kommun"
CASE = {
    "decision_type": "sol_12_1_ekonomiskt_bistand",
    "handler": "A10149",
    "reference": "PX-1",
    "dnr": "SN 2026/8001-1",
    "title_sv": "Försörjningsstöd",
    "content_sv": "Socialnämnden avslår ansökan om försörjningsstöd för november 2026.",
    "party": [{"name": "Jörgen Stavlid", "personal_number": "19690240-8715", "role": "sökande"}],
}


class Program:
    """A program with a token."""

    def __init__(self, desk: Desk, *scopes: str, name: str = "Ärendesystemet") -> None:
        from sigill.desk import programs
        from sigill.desk.people import actor_of
        from sigill.store.desk.models import User

        nils = actor_of(User.objects.get(username="nils"), dt.date(2026, 11, 22))
        chosen = scopes or tuple(programs.SCOPES)
        self.row, self.token = programs.make(nils, name, chosen, dt.date(2027, 6, 1))
        self.browser = desk.client()

    def __call__(self, method: str, path: str, body: Any = None, key: str = "", **headers: str) -> Any:
        more: dict[str, Any] = {"Authorization": f"Bearer {self.token}", **headers}
        if key:
            more["Idempotency-Key"] = key
        data = json.dumps(body) if isinstance(body, dict) else body or ""
        kind = "application/scim+json" if "/scim/" in path else "application/json"
        return self.browser.generic(method, HERE + path, data, content_type=kind, headers=more)

    def hand_in(self, case: str, name: str, data: bytes) -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        return self.browser.post(
            f"{HERE}/v1/cases/{case}/document",
            {"file": SimpleUploadedFile(name, data)},
            headers={"Authorization": f"Bearer {self.token}"},
        )


@pytest.fixture(autouse=True)
def fresh_limits(desk: Desk) -> None:
    from django.core.cache import cache

    cache.clear()


def test_without_a_good_token_every_call_is_401_and_nobody_is_sent_to_log_in(desk: Desk) -> None:
    from sigill.faces.rest.urls import openapi

    looked, nils = 0, desk.client("nils")
    for path, calls in openapi()["paths"].items():
        for method in calls:
            url = path.replace("{municipality_id}", HERE[1:])
            for name in ("{case_id}", "{webhook_id}"):
                url = url.replace(name, str(uuid.uuid4()))
            for headers in ({}, {"Authorization": "Bearer sgl_wrong"}, {"Authorization": "Basic bmlsczpkZW1v"}):
                answer = nils.generic(method.upper(), url, headers=headers, REMOTE_ADDR=f"10.1.0.{looked % 250}")
                assert answer.status_code == 401, (method, url)
                assert answer["WWW-Authenticate"] == "Bearer"
                assert answer["Content-Type"] == "application/problem+json"
                looked += 1
    assert looked >= 30
    assert desk.client().get(f"{HERE}/scim/v2/Users").status_code == 401
    assert Program(desk)("GET", "/v1/decision-types").status_code == 200
    other = Program(desk).browser.get(
        "/annan-kommun/v1/webhooks", headers={"Authorization": f"Bearer {Program(desk).token}"}
    )
    assert other.status_code == 404


def test_a_token_does_what_its_scopes_say_and_no_more(desk: Desk) -> None:
    reader = Program(desk, "cases:read")
    assert reader("GET", "/v1/decision-types").status_code == 200
    for method, path, body in [
        ("POST", "/v1/cases", CASE),
        ("GET", "/v1/webhooks", None),
        ("POST", "/v1/webhooks", {"url": "https://x.example/"}),
    ]:
        answer = reader(method, path, body, key="12345678")
        assert answer.status_code == 403, path
        assert "missing" in answer.json()["detail"]
    assert reader("GET", "/scim/v2/Users").status_code == 403


def test_wrong_tokens_run_out_and_the_right_one_from_the_same_address_does_not(desk: Desk) -> None:
    good = Program(desk)
    statuses = [
        desk.client().get(f"{HERE}/v1/webhooks", headers={"Authorization": f"Bearer wrong-{one}"}).status_code
        for one in range(23)
    ]
    assert statuses == [401] * 20 + [429] * 3
    assert good("GET", "/v1/webhooks").status_code == 200


def test_a_case_is_started_once_and_reached_only_by_its_program(desk: Desk) -> None:
    program, other = Program(desk), Program(desk, name="Ett annat")
    assert program("POST", "/v1/cases", CASE).status_code == 422  # no idempotency key
    first = program("POST", "/v1/cases", CASE, key="start-0001")
    assert first.status_code == 201, first.content
    again = program("POST", "/v1/cases", CASE, key="start-0001")
    assert (again.status_code, again.json()) == (201, first.json())
    from sigill.store.desk.models import Case

    assert Case.objects.filter(dnr="SN 2026/8001-1").count() == 1
    assert program("POST", "/v1/cases", {**CASE, "dnr": "SN 2026/8001-2"}, key="start-0001").status_code == 409
    taken = program("POST", "/v1/cases", CASE, key="start-0002")
    assert taken.status_code == 422 and "another case" in taken.json()["detail"]

    case = first.json()["id"]
    assert program("GET", f"/v1/cases/{case}").json()["reference"] == "PX-1"
    for answer in (other("GET", f"/v1/cases/{case}"), other("GET", f"/v1/cases/{uuid.uuid4()}")):
        assert answer.status_code == 404
    by_hand = desk.case("04_ekonomiskt_bistand").pk
    assert program("GET", f"/v1/cases/{by_hand}").status_code == 404
    # The case worker goes on with it in the web.
    assert desk.client("klas").get(f"/arenden/{case}/").status_code == 200

    for wrong in ({"handler": "A11962"}, {"handler": "nobody"}, {"decision_type": "lvu_14"}, {"colour": "red"}):
        answer = program(
            "POST", "/v1/cases", {**CASE, "dnr": "SN 2026/8009-1", **wrong}, key=f"wrong-{wrong}"[:60].replace(" ", "")
        )
        assert answer.status_code == 422, wrong
    assert not Case.objects.filter(dnr="SN 2026/8009-1").exists()


def test_text_is_handed_in_and_letters_made_but_no_name_comes_back(desk: Desk) -> None:
    program = Program(desk)
    case = program("POST", "/v1/cases", CASE, key="start-0001").json()["id"]
    wrong = program.hand_in(case, "beslut.exe", b"MZ")
    assert wrong.status_code == 422
    document = (EXAMPLES / "decisions/04_ekonomiskt_bistand/decision.docx").read_bytes()
    handed = program.hand_in(case, "../beslut.docx", document)
    assert handed.status_code == 200, handed.content
    assert any(one["place"] == "decision_maker" for one in handed.json()["findings"])
    prepared = program("POST", f"/v1/cases/{case}/prepare", key="prepare-1")
    assert prepared.status_code == 202 and prepared.json()["work"]["kind"] == "prepare"
    desk.work()
    status = program("GET", f"/v1/cases/{case}/status").json()
    assert status["work"]["state"] in ("done", "failed")
    assert program("GET", f"/v1/cases/{case}/notification").status_code in (404, 422)
    for answer in (handed, prepared):
        for secret in (b"Klas", b"A10149", b" Ek"):
            assert secret not in answer.content


def test_an_issued_case_is_fetched_sent_and_served_and_told_by_signed_webhooks(desk: Desk) -> None:
    from sigill.adapters.webhooks import Outcome
    from sigill.desk import programs
    from sigill.notify.retry import SCHEDULE
    from sigill.store.desk import models

    program = Program(desk)
    hook = program("POST", "/v1/webhooks", {"url": "https://case-system.example/hooks"})
    assert hook.status_code == 201
    assert program("POST", "/v1/webhooks", {"url": "http://case-system.example/"}).status_code == 422
    secret = hook.json()["secret"]
    assert secret.startswith("whsec_") and secret not in str(list(models.WebhookEndpoint.objects.values()))
    assert "secret" not in program("GET", "/v1/webhooks").json()[0]

    case = program("POST", "/v1/cases", CASE, key="start-0001").json()["id"]
    row = models.Case.objects.get(pk=case)
    row.state, row.decision_id, row.decided_on = "issued", "2" * 26, dt.date(2026, 11, 22)
    row.save()
    sent = {"way": "post", "sent_on": "2026-11-22"}
    assert (
        program("POST", f"/v1/cases/{case}/deliveries", {**sent, "way": "pigeon"}, key="sent-0001").status_code == 422
    )
    noted = program("POST", f"/v1/cases/{case}/deliveries", sent, key="sent-0001")
    assert noted.status_code == 201 and noted.json()["state"] == "sent", noted.content
    again = program("POST", f"/v1/cases/{case}/deliveries", sent, key="sent-0001")
    assert again.json() == noted.json() and models.Delivery.objects.count() == 1
    served = program(
        "POST", f"/v1/cases/{case}/service", {"served_on": "2026-11-22", "proof": "kvitto"}, key="served-1"
    )
    assert served.json()["state"] == "served"

    tries: list[Any] = []

    def later(url: str, signed: Any) -> Outcome:
        tries.append((url, signed))
        return Outcome.LATER

    def taken(url: str, signed: Any) -> Outcome:
        tries.append((url, signed))
        return Outcome.TAKEN

    assert programs.deliver_due(later) == 0 and len(tries) == 2
    assert programs.deliver_due(taken) == 0 and len(tries) == 2  # not before its time
    desk.clock.time = dt.datetime.now(desk.clock.time.tzinfo) + SCHEDULE[0]
    models.WebhookMessage.objects.update(next_try=desk.clock.time)
    assert programs.deliver_due(taken) == 2
    assert [one.headers["webhook-id"] for _, one in tries[:2]] == [one.headers["webhook-id"] for _, one in tries[2:]]
    told = [Webhook(secret).verify(one.body, dict(one.headers)) for _, one in tries[2:]]
    assert [one["type"] for one in told] == ["decision.sent", "decision.served"]
    assert told[0]["data"] == {
        "case_id": case, "channel": "post", "decision_id": "2" * 26, "dnr": "SN 2026/8001-1", "state": "sent",
    }  # fmt: skip
    programs.tell(models.Case.objects.get(pk=case), "case.prepared")
    assert programs.deliver_due(lambda url, signed: Outcome.GONE) == 0
    assert program("GET", "/v1/webhooks").json() == []
    assert program("DELETE", f"/v1/webhooks/{hook.json()['id']}").status_code == 404


def test_the_description_in_the_repository_is_current() -> None:
    from sigill.faces.rest.urls import openapi

    path = ROOT / "docs" / "openapi.json"
    text = json.dumps(openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("SIGILL_WRITE_OPENAPI"):
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text, "run this test with SIGILL_WRITE_OPENAPI=1"


def test_the_description_is_true(desk: Desk) -> None:
    """Generated calls to every operation: no server error, nothing undescribed, answers as their schema says."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    from sigill.faces.rest.urls import openapi
    from sigill.faces.web.wsgi import application

    program = Program(desk)
    case = program("POST", "/v1/cases", CASE, key="start-0001").json()["id"]
    described = openapi()
    schema = schemathesis.openapi.from_dict(described)
    schema.app = application
    checks = [
        schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance,
        response_schema_conformance,
    ]  # fmt: skip
    looked = []
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=12, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        )  # fmt: skip
        @given(data=operation.as_strategy())
        def call(data: Any) -> None:
            data.path_parameters["municipality_id"] = HERE[1:]
            if "case_id" in data.path_parameters:
                data.path_parameters["case_id"] = case
            data.headers["Authorization"] = f"Bearer {program.token}"
            answer = data.call()
            data.validate_response(answer, checks=checks)
            looked.append((operation.label, answer.status_code))

        call()
    assert len({label for label, _ in looked}) == sum(len(calls) for calls in described["paths"].values())
    assert {status for _, status in looked} & {200, 201}


# --- SCIM ---


def test_scim_keeps_the_directory_and_nobody_is_ever_deleted(desk: Desk) -> None:
    from sigill.store.desk.models import Employee

    program = Program(desk)
    found = program("GET", '/scim/v2/Users?filter=userName eq "klaek01"')
    assert found.status_code == 200, found.content
    (klas,) = found.json()["Resources"]
    assert (klas["id"], klas["name"]["familyName"], klas["externalId"]) == ("A10149", "Ek", "A10149")
    page = program("GET", "/scim/v2/Users?startIndex=3&count=2").json()
    assert (page["totalResults"], len(page["Resources"])) == (Employee.objects.count(), 2)

    new = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": "A20000",
        "userName": "nynyb01",
        "name": {"givenName": "Nyamko", "familyName": "Nybom"},
        "emails": [{"value": "nyamko.nybom@exempelstad.example", "primary": True}],
    }
    made = program("POST", "/scim/v2/Users", new)
    assert made.status_code == 201, made.content
    assert made["Location"].endswith(f"{HERE}/scim/v2/Users/A20000")
    assert program("POST", "/scim/v2/Users", new).status_code == 409
    assert program("POST", "/scim/v2/Users", {**new, "externalId": ""}).status_code == 400
    assert Employee.objects.get(pk="A20000").email == "nyamko.nybom@exempelstad.example"

    patch = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "name.familyName", "value": "Nybom-Ek"}],
    }
    assert program("PATCH", "/scim/v2/Users/A20000", patch).status_code == 204
    assert Employee.objects.get(pk="A20000").surname == "Nybom-Ek"
    away = {**patch, "Operations": [{"op": "replace", "path": "active", "value": False}]}
    assert program("PATCH", "/scim/v2/Users/A20000", away).status_code == 204
    assert Employee.objects.get(pk="A20000").active is False
    assert program("DELETE", "/scim/v2/Users/A10149").status_code == 204
    assert Employee.objects.get(pk="A10149").active is False  # the name stays hideable
    other = {**new, "id": "A20000", "externalId": "A20001"}
    assert program("PUT", "/scim/v2/Users/A20000", other).status_code == 400
    assert program("GET", "/scim/v2/Users/A99998").status_code == 404
    assert program("GET", "/scim/v2/ServiceProviderConfig").status_code == 200

    reader = Program(desk, "staff:read")
    assert reader("GET", "/scim/v2/Users/A10149").status_code == 200
    assert reader("POST", "/scim/v2/Users", {**new, "externalId": "A20009"}).status_code == 403
    assert reader("DELETE", "/scim/v2/Users/A10149").status_code == 403
    assert (
        reader.browser.get(
            "/annan-kommun/scim/v2/Users", headers={"Authorization": f"Bearer {reader.token}"}
        ).status_code
        == 404
    )


# --- numbers ---


def test_metrics_tell_how_much_waits_and_no_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.client("nils").get("/matt/").status_code == 404
    monkeypatch.setenv("SIGILL_METRICS_TOKEN", "t" * 32)
    assert desk.client().get("/matt/").status_code == 401
    answer = desk.client().get("/matt/", headers={"Authorization": "Bearer " + "t" * 32})
    text = answer.content.decode()
    assert 'sigill_cases{state="draft"}' in text and "sigill_oldest_job_seconds" in text
    assert not any(name in text for name in ("Klas", "A10149", "SN 2026"))
