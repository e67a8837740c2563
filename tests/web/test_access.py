"""Every role × every address × every method × own and others' cases, drawn from the URL table: a new address without an
entry fails here, and so does an answer that holds the name of somebody whom its reader may not see."""

import itertools
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from house import EXAMPLES
from sigill.adapters.staff_csv import read_staff
from sigill.decision.people import StaffRegister
from web.conftest import Desk

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
CANARY = "Kvastmåla"
"""A surname that stands in no sample: that of the threatened handler in a case of her own."""


def views() -> dict[str, Any]:
    """Name of every address → its view."""
    from sigill.faces.web.urls import urlpatterns

    return {one.name: one.callback for one in urlpatterns}


@pytest.fixture
def canary(desk: Desk) -> Any:
    """A case whose threatened handler bears a name that can't be mistaken, one user per role, and outsiders."""
    import datetime as dt

    from sigill.desk import demo, drafting, people, safety
    from sigill.desk.access import Role
    from sigill.store.desk import models

    row = next(iter(read_staff((EXAMPLES / "staff.csv").read_bytes()).values()))
    from dataclasses import replace

    changed = replace(
        row, staff_id="A99999", surname=CANARY, given_names="Majken", preferred_name="Majken", former_surname=""
    )
    kept = people.register()
    people.put_directory(StaffRegister.of([*kept.members, changed]))

    def user(name: str, *roles: Role, **more: Any) -> Any:
        found = models.User.objects.create_user(name, "demo", **more)
        for role in roles:
            models.RoleGrant.objects.create(user=found, role=role, valid_from=dt.date(2026, 1, 1))
        return found

    user("majken", Role.HANDLER, Role.MAKER, employee_id="A99999")
    for role in Role:
        user(f"only-{role}", role, elected_name=f"Bara {role}")
    majken = people.actor_of(models.User.objects.get(username="majken"), dt.date(2026, 11, 22))
    import tomllib

    sample = tomllib.loads((EXAMPLES / "decisions/01_track_a_insats/case.toml").read_text("utf-8"))
    typed = demo.typed(sample) | {"dnr": "SN 2026/7777-1", "decision_maker": {"kind": "employee", "staff_id": "A99999"}}
    case = drafting.start(majken, sample["decision_type"])
    case = drafting.save(majken, case.pk, case.edits, "people", typed)
    document = (EXAMPLES / "decisions/01_track_a_insats/decision.docx").read_bytes()
    case = drafting.attach(majken, case.pk, case.edits, "decision.docx", document)
    for person in ("A99999", "A11259"):
        drafting.declare(majken, case.pk, person, conflict=False)
    drafting.ask_protection(majken, case.pk, "A99999", forms=(), telling=sample["withhold"][0]["facts"])
    safety.record(majken, form="hot_vald", said=f"Han sa till {CANARY}: vi ses.", channel="phone", case_id=case.pk)
    return case


def addresses(case: Any) -> Iterator[tuple[str, str, Any]]:
    """(name, URL, view) of every address, led to that case."""
    from django.urls import NoReverseMatch, reverse

    from sigill.desk.access import Role
    from sigill.store.desk.models import Incident, Protection, User

    fill = {
        "case": case.pk,
        "step": "facts",
        "letter": "record",
        "preview": 1,
        "number": 1,
        "incident": Incident.objects.get(case=case).pk,
    }
    numbers = {
        "protection": Protection.objects.get(case=case).pk,
        "user": User.objects.get(username=f"only-{Role.ADMIN}").pk,
    }
    for name, view in views().items():
        pattern = next(one for one in _patterns() if one.name == name)
        wanted = {key: fill[key] for key in pattern.pattern.converters}
        if "number" in wanted and name in numbers:
            wanted["number"] = numbers[name]
        try:
            yield name, reverse(name, kwargs=wanted), view
        except NoReverseMatch as missing:
            raise AssertionError(name) from missing


def _patterns() -> Any:
    from sigill.faces.web.urls import urlpatterns

    return urlpatterns


def test_every_address_has_its_act_or_is_public_and_every_act_its_address(desk: Desk) -> None:
    from sigill.desk.access import ACCESS

    acts = set()
    for name, view in views().items():
        action = getattr(view, "sigill_action", "none at all")
        assert action in ACCESS or getattr(view, "sigill_public", False), name
        assert getattr(view, "sigill_methods", ()), name
        acts.add(action)
    # Asking for protection is a step of a case's own page; the use case asks the table for it.
    assert acts - {None} == set(ACCESS) - {"case.protect"}


def test_an_address_that_nobody_put_into_the_table_answers_nobody(desk: Desk) -> None:
    from django.http import Http404, HttpResponse
    from django.test import RequestFactory

    from sigill.faces.web.guard import GuardMiddleware

    def forgotten(request: Any) -> HttpResponse:
        return HttpResponse("secret")

    guard = GuardMiddleware(forgotten)
    with pytest.raises(Http404):
        guard.process_view(RequestFactory().get("/"), forgotten, (), {})


def test_the_matrix(desk: Desk, canary: Any) -> None:
    from sigill.desk.access import ACCESS, Role, reach

    looked = seen = 0
    everybody = ["", "majken", "gun-britt", *(f"only-{role}" for role in Role)]
    clients = {who: desk.client(who) for who in everybody}
    roles = {f"only-{role}": frozenset({role}) for role in Role}
    roles["majken"] = roles["gun-britt"] = frozenset({Role.HANDLER, Role.MAKER})
    for (name, url, view), method in itertools.product(addresses(canary), METHODS):
        for who, browser in clients.items():
            if name in ("account_logout", "account_login", "language") and method == "POST":
                continue  # these end the session that the matrix needs; their own tests look at them
            answer = browser.generic(method, url, data="", content_type="application/x-www-form-urlencoded")
            looked += 1
            where = (name, method, who, answer.status_code)
            assert answer.status_code != 500, where
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            shown = content + repr(sorted(answer.headers.items())).encode()
            action = view.sigill_action
            if action is None:
                assert who == "majken" or CANARY.encode() not in shown, where
                continue
            assert answer["Cache-Control"] == "no-store, private", where
            if not who:
                assert answer.status_code == 302 and "/konto/logga-in/" in answer["Location"], where
                continue
            own = who == "majken"
            right = reach(roles[who], action)
            if method not in view.sigill_methods:
                assert answer.status_code in (403, 404, 405), where
            elif right is None:
                assert answer.status_code == 403, where
            elif "case" in view_arguments(name) and not own and action.startswith("case."):
                assert answer.status_code == 404, where
            if CANARY.encode() in shown:
                seen += 1
                rule = ACCESS[action]
                # One's own name stands at the head of every page.
                assert own or (right is not None and rule.names in ("directory", "assessed")), where
    assert looked > 1500 and seen > 10, "the canary must be seen by those who may, or the matrix proves nothing"


def view_arguments(name: str) -> set[str]:
    pattern = next(one for one in _patterns() if one.name == name)
    return set(pattern.pattern.converters)


def test_others_cases_and_cases_that_are_not_there_are_answered_alike(desk: Desk) -> None:
    klas = desk.client("klas")
    others = klas.get(f"/arenden/{desk.case('01_track_a_insats').pk}/")
    none = klas.get(f"/arenden/{uuid.uuid4()}/")
    assert others.status_code == none.status_code == 404
    assert _without_tokens(others) == _without_tokens(none)


def _without_tokens(answer: Any) -> str:
    import re

    text = re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode())
    return re.sub(r"[0-9a-f-]{36}", "", text)


def test_whoever_is_disqualified_does_not_see_the_case_any_more(desk: Desk) -> None:
    micke, case = desk.client("micke"), desk.case("01_track_a_insats")
    from sigill.store.desk.models import Declaration

    assert micke.get(f"/arenden/{case.pk}/").status_code == 200
    Declaration.objects.filter(case=case, person="A11259").update(conflict=True)
    assert micke.get(f"/arenden/{case.pk}/").status_code == 404
    assert str(case.pk) not in micke.get("/arenden/").content.decode()


def test_a_role_ends_with_its_last_day(desk: Desk) -> None:
    import datetime as dt

    from sigill.store.desk.models import RoleGrant

    peter = desk.client("peter")
    assert peter.get("/utskick/").status_code == 200
    RoleGrant.objects.filter(user__username="peter").update(valid_to=dt.date(2026, 11, 21))
    assert peter.get("/utskick/").status_code == 403


def test_headers_and_a_program_without_a_session(desk: Desk) -> None:
    answer = desk.client("gun-britt").get("/")
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Referrer-Policy"] == "same-origin"
    assert desk.client().get("/arenden/", headers={"Accept": "application/json"}).status_code == 401
    polled = desk.client().get("/arenden/", headers={"HX-Request": "true"})
    assert polled.status_code == 401 and "/konto/logga-in/" in polled["HX-Redirect"]
    assert "style=" not in answer.content.decode() and "<script>" not in answer.content.decode()


def test_the_demo_logs_in_with_its_passwords_and_nobody_else_does(desk: Desk, settings_demo: Any) -> None:
    browser = desk.client()
    page = browser.get("/konto/logga-in/")
    assert "gun-britt" in page.content.decode()
    wrong = browser.post("/konto/logga-in/", {"login": "gun-britt", "password": "guess"})
    assert wrong.status_code == 200 and 'role="alert"' in wrong.content.decode()
    right = browser.post("/konto/logga-in/", {"login": "gun-britt", "password": "demo"})
    assert right.status_code == 302, right.context_data["form"].errors
    settings_demo(False)
    other = desk.client()
    assert "gun-britt" not in other.get("/konto/logga-in/").content.decode()
    refused = other.post("/konto/logga-in/", {"login": "gun-britt", "password": "demo"})
    assert refused.status_code == 200 and "_auth_user_id" not in other.session


@pytest.fixture
def settings_demo() -> Iterator[Any]:
    from django.conf import settings

    before = settings.DEMO

    def put(value: bool) -> None:
        settings.DEMO = value

    yield put
    settings.DEMO = before
