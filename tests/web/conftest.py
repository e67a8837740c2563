"""The web in this process: Django with the web's settings, a database with the demo's people, made once and copied."""

import datetime as dt
import os
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from house import EXAMPLES, NOON, FixedClock, SeededEntropy, board
from sigill.adapters.keys import UnsafeSoftwareKeys
from sigill.house import house_of

SETTINGS = "sigill.faces.web.settings"


def switch_to_web(home: Path) -> None:
    """Give this process the web's settings, also when another test has set Django up for the store alone."""
    from django.apps import apps
    from django.conf import settings
    from django.utils.functional import empty

    os.environ |= {"SIGILL_HOME": str(home), "SIGILL_DEMO": "1", "DJANGO_SETTINGS_MODULE": SETTINGS}
    os.environ.pop("DATABASE_URL", None)
    if settings.configured and getattr(settings, "ROOT_URLCONF", None) == "sigill.faces.urls":
        return
    settings._wrapped = empty
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
    if apps.ready:
        apps.set_installed_apps(settings.INSTALLED_APPS)
    else:
        import django

        django.setup()


class TickingClock(FixedClock):
    """Goes on a second every time it is looked at, as people do one thing after another."""

    def now(self) -> dt.datetime:
        self.time += dt.timedelta(seconds=1)
        return self.time


@dataclass
class Desk:
    """The web over a fresh database: its clock can be moved, and somebody can log in."""

    clock: FixedClock
    home: Path

    def client(self, username: str = "") -> Any:
        """A browser, logged in as a user of the demo."""
        from django.test import Client

        from sigill.store.desk.models import User

        browser = Client()
        if username:
            backend = "django.contrib.auth.backends.ModelBackend"
            browser.force_login(User.objects.get(username=username), backend=backend)
        return browser

    def case(self, folder: str) -> Any:
        """The case made from a sample."""
        import tomllib

        from sigill.store.desk.models import Case

        dnr = tomllib.loads((EXAMPLES / "decisions" / folder / "case.toml").read_text("utf-8"))["dnr"]
        return Case.objects.get(dnr=dnr)

    def work(self) -> int:
        """Let the job runner do what waits."""
        from sigill.desk import jobs

        return jobs.drain()


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory, key_folder: Path) -> Path:
    """A migrated database with the demo's people and cases, to copy from."""
    home = tmp_path_factory.mktemp("web")
    switch_to_web(home)
    from django.core.management import call_command

    from postgres import repoint
    from sigill.desk import demo

    path = home / "demo.sqlite3"
    repoint(f"sqlite:///{path}")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    open_office(key_folder, home, TickingClock())
    demo.load(EXAMPLES)
    _close()
    return path


@pytest.fixture
def desk(demo_database: Path, key_folder: Path, tmp_path: Path) -> Iterator[Desk]:
    """The web over a copy of that database."""
    from postgres import repoint

    copy = tmp_path / "web.sqlite3"
    shutil.copy(demo_database, copy)
    repoint(f"sqlite:///{copy}")
    clock = TickingClock(NOON + dt.timedelta(minutes=10))  # after the demo was loaded
    open_office(key_folder, tmp_path, clock)
    yield Desk(clock, tmp_path)
    _close()
    from sigill.desk import office

    office.use(None)


def open_office(key_folder: Path, home: Path, clock: FixedClock) -> None:
    """Put the desk's office in place, with the tests' keys and this process's database."""
    from sigill.desk import office
    from sigill.store.django_store import DjangoStore

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys = UnsafeSoftwareKeys(key_folder, clock, board().e_seal_organisation, log_origin=board().log_origin)
    house = house_of(keys, DjangoStore(home), clock=clock, entropy=SeededEntropy())
    office.use(office.Office(house, board(), "Förvaltningsrätten i Exempelstad"))


def _close() -> None:
    from django.db import connections

    connections["default"].close()
