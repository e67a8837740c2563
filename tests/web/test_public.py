"""Without logging in: is a letter genuine, altered or unknown, and a question by a decision's code. And tokens."""

import re
import time
from io import BytesIO
from typing import Any

import pytest

from house import SimulatedHouse, draft
from web.conftest import Desk

CODE = "23456789abcdefghjkmnpqrstu"


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


def found(page: Any) -> str:
    return re.sub(r"<[^>]*>", " ", re.search(r'id="found".*?</div>', page.content.decode(), re.S)[0])


@pytest.fixture
def letter(desk: Desk, house: SimulatedHouse) -> Any:
    """An issued notification, and a web that trusts the same keys."""
    import os
    from pathlib import Path

    recorded = house.issue(draft("01_track_a_insats"))
    (Path(os.environ["SIGILL_HOME"]) / "trust.json").write_bytes(house.keys.trust())
    return recorded


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    from django.core.cache import cache

    from sigill.faces.web.pages import public

    cache.clear()
    monkeypatch.setattr(public, "TICK", 0.001)


def drop(desk: Desk, data: bytes, name: str = "brev.pdf") -> Any:
    return desk.client().post("/kontroll/", {"file": _named(data, name), "code": ""})


def _named(data: bytes, name: str) -> BytesIO:
    file = BytesIO(data)
    file.name = name
    return file


def test_a_genuine_an_altered_and_a_foreign_letter_are_told_apart_and_nothing_else_is(desk: Desk, letter: Any) -> None:
    genuine = letter.notification_pdf
    forged = genuine.replace(b"/Type /Page", b"/Type /PagE", 1)
    assert forged != genuine
    answers = {
        "genuine": drop(desk, genuine),
        "altered": drop(desk, forged),
        "unknown": drop(desk, b"%PDF-1.7\nsomething else"),
        "text": drop(desk, b"no pdf at all", "brev.txt"),
    }
    said = {key: found(one) for key, one in answers.items()}
    assert "Äkta" in said["genuine"] and "Ändrad" in said["altered"]
    assert "Okän" in said["unknown"] == said["text"] or said["unknown"] == said["text"]
    assert {one.status_code for one in answers.values()} == {200}
    assert len({len(one.content) for one in answers.values()}) == 1, "the length must not tell"
    for one in answers.values():
        for secret in (letter.facts.dnr, letter.facts.decision_id, "Tisell", "A10667"):
            assert secret not in one.content.decode()


def test_a_code_is_known_or_not_in_the_same_time_and_length(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from sigill.desk import public
    from sigill.desk.office import office
    from sigill.faces.web.pages import public as page

    class Issued:
        decision_id = CODE

    real = office().house.store
    monkeypatch.setattr(type(real), "find", lambda self, key: Issued() if key in (CODE, "a key") else None)
    known = desk.client().post("/kontroll/", {"code": f" {CODE[:13].upper()}-{CODE[13:]} "})
    unknown = desk.client().post("/kontroll/", {"code": CODE[::-1]})
    assert "Koden är känd" in text(known) and "Koden är okänd" in text(unknown)
    assert len(known.content) == len(unknown.content)
    # No lookup by anything but a whole code.
    for other in ("a key", "SN 2026/0412-14", "Exempelstads kommun|Socialnämnden|SN 2026/1", "Klas Ek", CODE[:-1]):
        assert public.check_code(other) is public.Verdict.UNKNOWN, other

    monkeypatch.setattr(page, "TICK", 0.4)
    took = []
    for code in (CODE, CODE[::-1], "nonsense"):
        began = time.monotonic()
        desk.client().post("/kontroll/", {"code": code})
        took.append(time.monotonic() - began)
    assert all(one > 0.35 for one in took) and max(took) - min(took) < 0.39


def test_neither_or_both_is_an_error_tied_to_the_form(desk: Desk) -> None:
    assert desk.client().post("/kontroll/", {"code": ""}).status_code == 422
    both = desk.client().post("/kontroll/", {"code": CODE, "file": _named(b"%PDF", "a.pdf")})
    assert both.status_code == 422
    assert desk.client().get("/kontroll/").status_code == 200


def test_a_question_reaches_the_mailbox_and_the_asker_never_learns_whether_the_code_exists(desk: Desk) -> None:
    from sigill.store.desk import models

    case = desk.case("01_track_a_insats")
    models.Case.objects.filter(pk=case.pk).update(decision_id=CODE)
    question = {"text": "Jag vill ha hela beslutet. <script>alert(1)</script>", "reply_to": "p@example.se"}
    known = desk.client().post("/fraga/", {"code": CODE, **question})
    unknown = desk.client().post("/fraga/", {"code": CODE[::-1], **question})
    assert known.status_code == unknown.status_code == 200
    same = [re.sub(r'value="[A-Za-z0-9]{64}"', "", one.content.decode()) for one in (known, unknown)]
    assert same[0] == same[1]
    assert [one.case_id for one in models.PublicQuestion.objects.order_by("pk")] == [case.pk, None]
    notices = models.Notice.objects.filter(event="public_question")
    assert {(one.reader, one.to) for one in notices} == {("mailbox", "mailbox")} and notices.count() == 2
    assert CODE not in str(list(notices.values()))

    bad = desk.client().post("/fraga/", {"code": "SN 2026/1", **question})
    assert bad.status_code == 422 and 'href="#id_code"' in bad.content.decode()

    peter = desk.client("peter")
    page = peter.get("/fragor/")
    assert case.dnr in text(page) and "<script>alert" not in page.content.decode()
    assert "Åkesson" not in text(page)
    number = models.PublicQuestion.objects.get(case=case).pk
    assert peter.post("/fragor/", {"answered": number}).status_code == 302
    assert models.PublicQuestion.objects.get(pk=number).answered_by == "A12110"
    assert peter.post("/fragor/", {"answered": 10_000}).status_code == 404


def test_too_many_questions_from_one_address_wait_and_others_do_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sigill.faces.web.pages import public

    monkeypatch.setattr(public, "MOST", 3)
    here = desk.client()
    answers = [here.post("/kontroll/", {"code": CODE}, REMOTE_ADDR="10.0.0.1").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert here.post("/kontroll/", {"code": CODE}, REMOTE_ADDR="10.0.0.2").status_code == 200
    assert here.get("/kontroll/", REMOTE_ADDR="10.0.0.1").status_code == 200


def test_a_token_is_shown_once_and_revoked(desk: Desk) -> None:
    from sigill.desk import programs
    from sigill.store.desk.models import ApiToken

    nils = desk.client("nils")
    bad = nils.post("/kontoret/program/", {"name": "x", "scopes": ["cases:read"], "valid_to": "2031-01-01"})
    assert bad.status_code == 422
    made = nils.post(
        "/kontoret/program/", {"name": "Ärendesystemet", "scopes": ["cases:read"], "valid_to": "2027-06-01"}
    )
    token = re.search(r"sgl_[\w-]{43}", made.content.decode())[0]
    row = ApiToken.objects.get()
    assert token not in str(ApiToken.objects.values()) and programs.known(token) == row
    assert token not in nils.get("/kontoret/program/").content.decode()
    with pytest.raises(programs.NoToken):
        programs.known(token + "x")
    import datetime as dt

    desk.clock.time += dt.timedelta(days=400)
    with pytest.raises(programs.NoToken):
        programs.known(token)
    desk.clock.time -= dt.timedelta(days=400)
    assert nils.post("/kontoret/program/", {"revoke": row.pk}).status_code == 302
    with pytest.raises(programs.NoToken):
        programs.known(token)


def test_behind_the_proxy_the_last_address_counts_and_elsewhere_the_header_is_not_believed(desk: Desk) -> None:
    from django.test import override_settings

    from sigill.desk.limits import address

    meta = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 10.0.0.9"}
    assert address(meta) == "127.0.0.1"
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        assert address(meta) == "10.0.0.9"
        assert address({"REMOTE_ADDR": "127.0.0.1"}) == "127.0.0.1"
