"""In Debian's Chromium: by keyboard alone, at 400 %, in the dark, without JavaScript, errors tied to their fields.

`tests/browser` holds the stories. With SIGILL_PICTURES=1 the manual's pictures are taken anew (docs/manual/bilder).
"""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from house import ROOT
from web.acting import STANCE
from web.conftest import Desk

CHROMIUM = shutil.which("chromium")
PICTURES = ROOT / "docs" / "manual" / "bilder"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")


class Site:
    """The web on a port of the loopback, with a job runner beside it."""

    def __init__(self, desk: Desk) -> None:
        from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
        from django.core.wsgi import get_wsgi_application

        class Quiet(WSGIRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
        self.server.set_app(get_wsgi_application())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.stopped = threading.Event()
        self.desk = desk
        self.threads = [threading.Thread(target=self.server.serve_forever), threading.Thread(target=self._work)]
        for thread in self.threads:
            thread.start()

    def _work(self) -> None:
        from django.db import connection

        from sigill.desk import jobs

        jobs.run_until(self.stopped.is_set, pause=0.1)
        connection.close()

    def stop(self) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()
        for thread in self.threads:
            thread.join()


@pytest.fixture(scope="module", autouse=True)
def beside_the_loop() -> Iterator[None]:
    """Playwright keeps an event loop in this thread; the database is only asked between its calls."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(desk: Desk) -> Iterator[Site]:
    running = Site(desk)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        yield play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


class Visitor:
    """Somebody with a window of his or her own. Nothing may fail in it unseen."""

    def __init__(self, browser: Any, site: Site, **more: Any) -> None:
        self.context = browser.new_context(locale="sv-SE", viewport={"width": 1280, "height": 860}, **more)
        self.page, self.site = self.context.new_page(), site
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda line: self.wrong.append(line.text) if line.type == "error" else None)

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def log_in(self, name: str) -> "Visitor":
        self.go("/konto/logga-in/")
        self.page.get_by_label("Användarnamn").fill(name)
        self.page.get_by_label("Lösenord").fill("demo")
        self.page.get_by_role("button", name="Logga in").click()
        self.page.get_by_role("heading", level=1).wait_for()
        return self

    def look(self, picture: str = "") -> None:
        """axe has nothing to say about this page, and it is no wider than the window; take its picture."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
        told = [
            (one["id"], one["help"], [node["html"][:160] for node in one["nodes"][:3]])
            for one in found.response["violations"]
        ]
        assert not told, (self.page.url, told)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (self.page.url, wide)
        assert not self.wrong, (self.page.url, self.wrong)
        if picture and os.environ.get("SIGILL_PICTURES"):
            PICTURES.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=PICTURES / f"{picture}.png")


@pytest.mark.skipif("SIGILL_PICTURES" not in os.environ, reason="takes the manual's pictures when asked to")
def test_the_main_story_and_its_pictures(site: Site, browser: Any) -> None:
    case = site.desk.case("01_track_a_insats")
    where = f"/arenden/{case.pk}/"
    outsider = Visitor(browser, site)
    outsider.go("/konto/logga-in/")
    outsider.look()
    anna = Visitor(browser, site).log_in("gun-britt")
    anna.look()
    anna.go("/arenden/nytt/")
    anna.page.get_by_label("Vilken sorts beslut?").press_sequentially("kontaktfamilj")
    anna.page.get_by_text("21 dagar").first.wait_for()
    anna.look()
    anna.go("/arenden/")
    anna.look()
    anna.go(where)
    anna.look()
    for step in ("facts", "text", "people", "declare", "protect", "review"):
        anna.go(f"{where}steg/{step}/")
        anna.look("steg-people" if step == "people" else "")
    anna.page.get_by_role("button", name="Ta fram breven").click()
    anna.page.locator(".side-by-side").wait_for(timeout=60_000)
    anna.page.wait_for_load_state("networkidle")
    anna.look("breven")
    anna.go(f"{where}steg/review/")
    anna.page.get_by_role("button", name="Lämna till beslutsfattaren").click()
    anna.page.get_by_role("link", name="Till beslutet").click()
    anna.look()
    anna.page.get_by_label("Nej, inget").check()
    anna.page.get_by_role("button", name="Spara förklaringen").click()
    anna.page.get_by_label("Ditt eget ställningstagande").fill(STANCE)
    anna.page.get_by_role("button", name="Spara ställningstagandet").click()
    anna.page.get_by_role("link", name="Öppna beslutsdokumentationen").wait_for(timeout=60_000)
    for letter in ("Öppna beslutsdokumentationen", "Öppna underrättelsen"):
        anna.page.get_by_role("link", name=letter).click()
        anna.look()
        anna.go(f"{where}beslut/")
    anna.look("beslut")
    anna.page.get_by_role("button", name="Besluta och underteckna").click()
    anna.page.get_by_text("Undertecknat och utfärdat").wait_for(timeout=60_000)
    anna.look()
    peter = Visitor(browser, site).log_in("peter")
    peter.go("/utskick/")
    peter.look()
    peter.page.get_by_role("link", name=case.dnr).click()
    peter.look("utskick")
    with peter.page.expect_download() as letter:
        peter.page.get_by_role("link", name="Hämta underrättelsen").click()
    assert Path(letter.value.path()).read_bytes().startswith(b"%PDF")
    mariam = Visitor(browser, site).log_in("mariam")
    mariam.go("/skydd/")
    mariam.look()
    mariam.page.locator("a[href^='/skydd/'][href$='/']").last.click()
    mariam.look()
    nils = Visitor(browser, site).log_in("nils")
    for path in ("/kontoret/anvandare/", "/kontoret/personal/", "/kontoret/delegation/"):
        nils.go(path)
        nils.look()


def test_errors_are_tied_to_their_fields_and_the_summary_leads_there(site: Site, browser: Any) -> None:
    case = site.desk.case("01_track_a_insats")
    anna = Visitor(browser, site).log_in("gun-britt")
    anna.go(f"/arenden/{case.pk}/lyft/")
    anna.page.get_by_role("button", name="Lyft ärendet").click()
    anna.wrong.clear()  # the browser itself notes the answer 422
    anna.look()
    anna.page.locator("#errors a").first.click()
    focused = anna.page.evaluate("document.activeElement.id")
    field = anna.page.locator(f"#{focused}")
    assert field.get_attribute("aria-invalid") == "true"
    described = field.get_attribute("aria-describedby")
    assert described and anna.page.locator(f"#{described.split()[-1]}").inner_text()


def test_the_story_by_keyboard_alone(site: Site, browser: Any) -> None:
    case = site.desk.case("01_track_a_insats")
    anna = Visitor(browser, site)
    page = anna.page
    anna.go("/konto/logga-in/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Hoppa till innehållet"
    _tab_to(page, "#id_login")
    page.keyboard.type("gun-britt")
    page.keyboard.press("Tab")
    page.keyboard.type("demo")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Hej").wait_for()
    anna.go(f"/arenden/{case.pk}/steg/facts/")
    _tab_to(page, "#id_title_sv")
    page.keyboard.press("Control+a")
    page.keyboard.type("Kontaktfamilj, skrivet med tangenter")
    _tab_to(page, "button.ds-button:has-text('Spara och gå vidare')")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "focus is seen"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Texten").wait_for()
    anna.go(f"/arenden/{case.pk}/steg/review/")
    _tab_to(page, "button:has-text('Lämna till beslutsfattaren')")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Till beslutet").wait_for()


def _tab_to(page: Any, wanted: str) -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("element => element === document.activeElement", page.locator(wanted).first.element_handle()):
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def test_four_hundred_per_cent_and_a_dark_room(site: Site, browser: Any) -> None:
    """1280 pixels at 400 % are 320: nothing scrolls sideways. axe looks at the dark colours too."""
    case = site.desk.case("01_track_a_insats")
    anna = Visitor(browser, site, color_scheme="dark").log_in("gun-britt")
    for path in ("/", "/arenden/", f"/arenden/{case.pk}/", f"/arenden/{case.pk}/steg/people/", "/arenden/nytt/?q=barn"):
        anna.page.set_viewport_size({"width": 1280, "height": 860})
        anna.go(path)
        anna.look()
        anna.page.set_viewport_size({"width": 320, "height": 640})
        anna.look()


def test_it_works_without_javascript(site: Site, browser: Any) -> None:
    anna = Visitor(browser, site, java_script_enabled=False).log_in("gun-britt")
    anna.go("/arenden/nytt/")
    anna.page.get_by_label("Vilken sorts beslut?").fill("umgänge")
    anna.page.get_by_role("button", name="Sök").click()
    anna.page.get_by_role("button", name="Välj").first.click()
    anna.page.get_by_role("heading", name="Ärendet", exact=True).wait_for()
