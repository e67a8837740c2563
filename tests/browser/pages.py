"""What every page is held to, in every state that a story comes by.

A story calls `Visitor.see(name)` wherever a page shows something new. There axe-core reads it in light and in dark, it
must fit in 320 px (400 % zoom on a small screen) without sideways scrolling, and what is wrong in a form must be tied
to its field. Each page as it was served is kept; `Kept.require_valid` hands them all to html-validate and vnu.
With SIGILL_PICTURES=1 the pictures of the manual are taken on the way (`make pictures`).
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

from browser.server import Server
from house import ROOT

HERE = Path(__file__).resolve().parent
TOOLS = HERE / "node_modules"
NODE = Path(sys.executable).parent / "node"
PICTURES = ROOT / "docs" / "manual" / "bilder"
TAKING = os.environ.get("SIGILL_PICTURES") == "1"
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}
WAIT = 60_000
"""Milliseconds that a loaded machine may take for a page or a job; the tests wait for what they need, never longer."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = (TOOLS / "axe-core" / "axe.min.js").read_text("utf-8")
_RUN = """async (rules) => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
    return {ran: found.passes.length, wrong: found.violations.map(one => ({id: one.id, help: one.help,
        where: one.nodes.map(node => node.html.slice(0, 200) + ' :: ' + node.failureSummary)}))};
}"""
_SIDEWAYS = """() => {
    const wide = document.scrollingElement, out = [];
    if (wide.scrollWidth <= wide.clientWidth) return out;
    for (const one of document.body.querySelectorAll('*')) {
        if (one.getBoundingClientRect().right > wide.clientWidth + 1 && !one.closest('.scroll'))
            out.push(one.outerHTML.slice(0, 160));
    }
    return out.length ? out : ['the page itself'];
}"""
_UNTIED = """() => {
    const out = [], summary = document.querySelector('.ds-error-summary');
    for (const link of summary ? summary.querySelectorAll('a') : []) {
        const target = document.getElementById(link.hash.slice(1));
        if (!target) { out.push('leads nowhere: ' + link.outerHTML); continue; }
        const group = target.closest('fieldset[aria-describedby]');
        const field = target.matches('[aria-invalid=true]') ? target : group;
        const ids = field ? (field.getAttribute('aria-describedby') || '').split(' ') : [];
        const told = ids.map(id => document.getElementById(id));
        if (!told.some(one => one && one.textContent.includes(link.textContent.trim())))
            out.push('not told: ' + link.outerHTML);
    }
    const links = summary ? [...summary.querySelectorAll('a')] : [];
    for (const one of document.querySelectorAll('[aria-invalid=true]'))
        if (!links.some(a => a.hash === '#' + one.id || (a.hash && one.closest('fieldset')?.querySelector(a.hash))))
            out.push('not in the summary: ' + one.outerHTML.slice(0, 160));
    return out;
}"""
_FOCUS = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const ring = s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none';
    return {html: one.outerHTML.slice(0, 200), visible: ring(style),
        inside: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth};
}"""


@dataclass
class Kept:
    """The pages of a module as they were served, for the two validators."""

    folder: Path
    where: dict[str, str] = field(default_factory=dict)

    def keep(self, url: str, html: str) -> None:
        """Keep a page; what differs only in tokens and ids is kept once."""
        bare = re.sub(r'value="[A-Za-z0-9]{64}"|[0-9a-f]{8}-[0-9a-f-]{27}', "", html)
        name = hashlib.sha256(bare.encode()).hexdigest()[:16] + ".html"
        if name not in self.where:
            self.where[name] = urlsplit(url).path
            (self.folder / name).write_text(html, "utf-8")

    def require_valid(self, least: int) -> None:
        """Both validators over all pages kept so far.

        Args:
            least: how many there must be at least, so that nothing passes because nothing was looked at.
        """
        assert len(self.where) >= least, f"only {len(self.where)} pages kept"
        wrong = _html_validate(self.folder) + _vnu(self.folder)
        assert not wrong, "\n".join(f"{self.where[Path(file).name]}: {words}" for file, words in wrong)


def _html_validate(folder: Path) -> list[tuple[str, str]]:
    program = TOOLS / "html-validate" / "bin" / "html-validate.mjs"
    settings = HERE / "html-validate.json"
    done = subprocess.run(
        [str(NODE), str(program), "--config", str(settings), "--formatter", "json", "--ext", "html", str(folder)],
        capture_output=True, text=True, check=False, cwd=HERE,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return [
        (one["filePath"], f"html-validate {said['ruleId']}: {said['message']} (line {said['line']})")
        for one in json.loads(done.stdout)
        for said in one["messages"]
    ]


def _vnu(folder: Path) -> list[tuple[str, str]]:
    jar = TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
    done = subprocess.run(
        ["java", "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always", str(folder)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [
        (urlsplit(said.get("url", "")).path, f"vnu: {said['message']} (line {said.get('lastLine')})")
        for said in json.loads(done.stdout)["messages"]
        if said["type"] == "error" or said.get("subType") == "warning"
    ]


class Visitor:
    """Somebody at a browser of their own: logged in by the log-in page, and held to what the pages promise."""

    def __init__(self, browser: Browser, server: Server, kept: Kept, **context: Any) -> None:
        self.server, self.kept = server, kept
        more: dict[str, Any] = {"locale": "sv-SE", "timezone_id": "Europe/Stockholm", "viewport": WIDE, **context}
        self.context: BrowserContext = browser.new_context(base_url=server.url, accept_downloads=True, **more)
        self.context.set_default_timeout(WAIT)
        self.context.set_default_navigation_timeout(WAIT)
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("response", self._served)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self._asked)

    def log_in(self, username: str) -> "Visitor":
        """Through the log-in page, with the demo's password."""
        self.page.goto("/konto/logga-in/")
        self.page.get_by_label("Användarnamn").fill(username)
        self.page.get_by_label("Lösenord").fill("demo")
        self.page.get_by_role("button", name="Logga in").click()
        expect(self.page.get_by_role("button", name="Logga ut")).to_be_visible(timeout=WAIT)
        return self

    def close(self) -> None:
        """Done; what the browser complained about on the way is an error."""
        self.context.close()
        assert not self.complaints, "\n".join(self.complaints)

    # --- what a page is held to --------------------------------------------------------------------------------

    def see(self, name: str = "", *, picture: bool = False) -> None:
        """Hold the page as it stands to accessibility, reflow and tied errors; what is wrong is said at the end.

        Args:
            name: of the state, for messages and the picture's file.
            picture: whether the manual shows it.
        """
        page, wrong = self.page, []
        page.wait_for_load_state("load")
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if not page.evaluate("() => 'axe' in window"):
                page.evaluate(_AXE)
            found = page.evaluate(_RUN, RULES if scheme == "light" else ["color-contrast"])
            assert scheme == "dark" or found["ran"] > 10, "axe read nothing"
            wrong += [
                f"{scheme}: {one['id']} {one['help']}\n    " + "\n    ".join(one["where"]) for one in found["wrong"]
            ]
        if picture:
            self.picture(name)
        size = page.viewport_size
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        wrong += [f"wider than 320 px: {one}" for one in page.evaluate(_SIDEWAYS)]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wrong += page.evaluate(_UNTIED)
        self.complaints += [f"{name or page.url}: {one}" for one in wrong]

    def picture(self, name: str, *, whole: bool = True) -> None:
        """A picture for the manual, when they are being taken."""
        if TAKING:
            PICTURES.mkdir(parents=True, exist_ok=True)
            self.page.evaluate("() => document.fonts.ready")
            self.page.screenshot(path=PICTURES / f"{name}.png", full_page=whole, animations="disabled")

    def tab_to(self, words: str, *, most: int = 120) -> None:
        """Press Tab until something bearing those words has the focus; each stop on the way must be seen.

        Args:
            words: accessible name of the goal, or the label of a field.
            most: how many stops are looked at.
        """
        goal = words.casefold()
        for _ in range(most):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(_FOCUS)
            if at is None:
                continue
            assert at["visible"], f"focus is not seen at {at['html']}"
            assert at["inside"], f"focus is outside the window at {at['html']}"
            if goal in self.page.evaluate(_NAME).casefold():
                return
        raise AssertionError(f"Tab does not reach {words!r} on {self.page.url}")

    def enter(self) -> None:
        """Press Enter on what has the focus, and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    # --- what the browser is told -------------------------------------------------------------------------------

    def _served(self, response: Response) -> None:
        request = response.request
        if response.status >= 500:
            self.complaints.append(f"{response.status} from {response.url}")
        elif (
            request.resource_type == "document"
            and not 300 <= response.status < 400
            and "text/html" in response.headers.get("content-type", "")
        ):
            self.kept.keep(response.url, response.text())

    def _console(self, message: ConsoleMessage) -> None:
        # A page that answers 4xx is a line here, too; the page itself is looked at instead.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.server.url, "data:", "blob:")):
            self.complaints.append(f"asked for {request.url}")


_NAME = """() => {
    const one = document.activeElement;
    const labels = one.labels ? [...one.labels].map(label => label.textContent).join(' ') : '';
    return (one.getAttribute('aria-label') || labels || one.textContent || '').trim();
}"""
