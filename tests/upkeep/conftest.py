"""Furnished houses to play with, made once a session."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from grounds import run
from postgres import fresh_database


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three issued cases, on SQLite."""
    home = tmp_path_factory.mktemp("furnished") / "home"
    done = run("furnish", "nowhere", home, f"sqlite:///{home}/sigill.sqlite3")
    assert done.returncode == 0, done.stderr.decode()
    return home


@pytest.fixture(scope="session")
def furnished_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The same on PostgreSQL, as a template to copy."""
    home = tmp_path_factory.mktemp("furnished") / "home"
    with fresh_database() as url:
        done = run("furnish", "nowhere", home, url)
        assert done.returncode == 0, done.stderr.decode()
        yield home, url


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A furnished house to play with, on the kind of database the test is given: home and URL."""
    home, kind = tmp_path / "home", getattr(request, "param", "sqlite")
    if kind == "sqlite":
        shutil.copytree(request.getfixturevalue("furnished"), home)
        yield home, f"sqlite:///{home}/sigill.sqlite3"
        return
    template, original = request.getfixturevalue("furnished_server")
    shutil.copytree(template, home)
    with fresh_database(template=original.rpartition("/")[2]) as url:
        yield home, url
