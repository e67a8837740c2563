"""docs/security/asvs.md names a test for each line, and those few that no other file holds."""

import re
import subprocess
import sys
from typing import Any

import pytest

from house import ROOT
from web.conftest import Desk, demo_database, desk  # noqa: F401 - fixtures

LIST = ROOT / "docs" / "security" / "asvs.md"


def test_every_line_names_a_test_that_exists() -> None:
    first = LIST.read_text("utf-8").partition("## Environment")[0]
    rows = [row for row in first.splitlines() if re.match(r"\| \d", row)]
    assert len(rows) > 40
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)
        assert named, row
        for path, name in named:
            assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.M), f"{path}::{name}"


def test_a_form_without_its_token_is_refused(desk: Desk) -> None:  # noqa: F811
    from django.test import Client

    from sigill.store.desk.models import User

    browser: Any = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(username="gun-britt"), backend="django.contrib.auth.backends.ModelBackend")
    before = desk.case("01_track_a_insats").edits
    for where in ("/arenden/nytt/", f"/arenden/{desk.case('01_track_a_insats').pk}/angra/", "/konto/logga-ut/"):
        assert browser.post(where, {"edits": before, "decision_type": "sol_11_1_insats"}).status_code == 403, where
    assert desk.case("01_track_a_insats").edits == before and "_auth_user_id" in browser.session


def test_nobody_is_led_elsewhere(desk: Desk) -> None:  # noqa: F811
    for evil in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        answer = desk.client().post("/sprak/", {"language": "en", "next": evil})
        assert answer.status_code == 302 and "evil" not in answer["Location"] and "alert" not in answer["Location"]
        after = desk.client().post(f"/konto/logga-in/?next={evil}", {"login": "gun-britt", "password": "demo"})
        assert "evil" not in after.get("Location", "") and "alert" not in after.get("Location", "")


@pytest.mark.parametrize("demo", ["", "1"])
def test_cookies_and_headers_over_https(tmp_path: Any, demo: str) -> None:
    asked = (
        "from django.conf import settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        "s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE, s.SECURE_HSTS_SECONDS >= 3e7,"
        "s.SECURE_SSL_REDIRECT, s.DEFAULT_CHARSET)"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked],
        env={
            "SIGILL_HOME": str(tmp_path), "SIGILL_HTTPS": "1", "SIGILL_HOSTS": "sigill.example", "SIGILL_DEMO": demo,
            "DJANGO_SETTINGS_MODULE": "sigill.faces.web.settings",
        },
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["False", "True", "True", "True", "Lax", "Strict", "True", "True", "utf-8"]


def test_every_package_is_locked_by_its_hash() -> None:
    for lock in (ROOT / "lock").glob("*.txt"):
        pinned = [line for line in lock.read_text("utf-8").splitlines() if re.match(r"[a-z0-9]", line)]
        assert pinned and all("==" in line for line in pinned), lock.name
        parts = re.split(r"^(?=[a-z0-9])", lock.read_text("utf-8"), flags=re.M)
        assert all("--hash=sha256:" in part for part in parts if "==" in part), lock.name
    import json

    packages = json.loads((ROOT / "tests" / "browser" / "package-lock.json").read_text("utf-8"))["packages"]
    assert len(packages) > 5 and all(one.get("integrity") for name, one in packages.items() if name)
