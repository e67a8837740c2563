"""A browser, the server it visits, and the visitors: closed at the end of a test, with what they complained about."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from browser.pages import WAIT, Kept, Visitor
from browser.server import Server, prepare, serving

CHROMIUM = os.environ.get("SIGILL_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--lang=sv-SE",
    # Nothing that a page asks for can leave this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


expect.set_options(timeout=WAIT)


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's home, made once."""
    return prepare(tmp_path_factory.mktemp("prepared") / "home")


@pytest.fixture(scope="module")
def server(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The web of this module's stories."""
    with serving(prepared_home, tmp_path_factory.mktemp("serve")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Ended with the module: its event loop must not outlive the browser tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=list(_FLAGS),
            env=dict(os.environ) | {"LANG": "sv_SE.UTF-8", "LANGUAGE": "sv"},
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The pages that this module's stories come by."""
    return Kept(tmp_path_factory.mktemp("pages"))


@pytest.fixture
def visitor(chromium: Browser, server: Server, kept: Kept) -> Iterator[Callable[..., Visitor]]:
    """Make visitors: `visitor("gun-britt")` is logged in, `visitor()` is whoever comes by."""
    made: list[Visitor] = []

    def make(username: str = "", **context: object) -> Visitor:
        one = Visitor(chromium, server, kept, **context)
        made.append(one)
        return one.log_in(username) if username else one

    yield make
    for one in made:
        one.close()
