"""What people do in the browser, in few lines: each function is one act of one role."""

import re
from typing import Any

STANCE = "Jag har läst hela akten, hört föredragningen och delar bedömningen i beslutet."


def text(page: Any) -> str:
    """A page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


def edits(page: Any) -> str:
    """The count that the form on a page was opened on."""
    found = re.search(r'name="edits" value="(\d+)"', page.content.decode())
    assert found, text(page)
    return found[1]


def done(answer: Any) -> Any:
    """The act went through."""
    assert answer.status_code == 302, (answer.status_code, text(answer))
    return answer


def submit(browser: Any, case: Any) -> Any:
    """Hand the case to the decision-maker; returns the page that follows."""
    counted = browser.get(f"/arenden/{case.pk}/steg/facts/")
    return browser.post(f"/arenden/{case.pk}/lamna/", {"edits": edits(counted)}, follow=True)


def lift(browser: Any, case: Any, to: str, reason: str) -> Any:
    """Lift the case to somebody."""
    where = f"/arenden/{case.pk}/lyft/"
    said = {"to": to, "mandate": "delegationsordningen punkt 1.3", "reason": reason}
    return browser.post(where, {**said, "edits": edits(browser.get(where))})


def grant(browser: Any, number: int, ground: str, facts: str, review_by: str) -> Any:
    """Let a name be left out."""
    said = {
        "grant-ground": ground, "grant-facts": facts, "grant-review_by": review_by,
        "grant-forms_": ["trakasserier"], "grant-severity": "2",
    }  # fmt: skip
    return browser.post(f"/skydd/{number}/", {"act": "grant", **said})


def take_stance(browser: Any, case: Any, stance: str = STANCE) -> Any:
    """The decision-maker's own stance, with the declaration before it."""
    where = f"/arenden/{case.pk}/beslut/"
    page = browser.get(where)
    person = re.search(r'name="person" value="([^"]+)"', page.content.decode())
    if person:
        done(browser.post(f"/arenden/{case.pk}/jav/", {"person": person[1], "conflict": "no", "back": "decide"}))
        page = browser.get(where)
    return browser.post(where, {"act": "stance", "stance-stance": stance, "edits": edits(page)})


def read_both(browser: Any, case: Any) -> None:
    """Open both letters."""
    for letter in ("record", "notification"):
        assert browser.get(f"/arenden/{case.pk}/brev/{letter}/").status_code == 200


def sign(browser: Any, case: Any, **more: str) -> Any:
    """Sign what was read; returns the page that follows."""
    where = f"/arenden/{case.pk}/beslut/"
    page = browser.get(where)
    preview = re.search(r'name="preview" value="(\d+)"', page.content.decode())
    counted = re.search(r'name="edits" value="(\d+)"', page.content.decode())
    said = {"act": "sign", "preview": preview[1] if preview else "0", "edits": counted[1] if counted else "0"}
    return browser.post(where, {**said, **more}, follow=True)


def decide(desk: Any, browser: Any, case: Any) -> None:
    """The whole of the decision-maker's way."""
    done(take_stance(browser, case))
    assert desk.work() == 1
    read_both(browser, case)
    answer = sign(browser, case)
    assert desk.work() == 1, text(answer)
