"""The web speaks Swedish in full, and the manual's table of roles is the access table."""

import gettext
import sys

import pytest
from babel.messages.pofile import read_po

from house import ROOT

sys.path.insert(0, str(ROOT / "scripts"))


@pytest.fixture(scope="module")
def sentences(demo_database: object) -> set[str | tuple[str, ...]]:
    import web_words

    return web_words.sentences()


def test_every_sentence_of_the_web_has_its_swedish_and_no_more(sentences: set[str | tuple[str, ...]]) -> None:
    import web_words

    with web_words.PO.open("rb") as file:
        written = {message.id: message.string for message in read_po(file, locale="sv") if message.id}
    assert len(sentences) > 200
    keys = {one if isinstance(one, str) else tuple(one) for one in sentences}
    assert set(written) == keys, "run `make words`"
    missing = [one for one, said in written.items() if not (said if isinstance(said, str) else all(said))]
    assert not missing


def test_the_manuals_table_of_roles_is_the_access_table() -> None:
    from sigill.desk.access import ACCESS, ROLE_WORDS, Reach

    swedish = gettext.translation("sigill", ROOT / "src/sigill/locale", ["sv"]).gettext
    page = (ROOT / "docs/manual/webben.md").read_text("utf-8")
    for rule in ACCESS.values():
        roles = [
            f"{swedish(ROLE_WORDS[role]).lower()}{' (egna)' if reach is Reach.OWN else ''}"
            for role, reach in rule.roles.items()
        ]
        assert f"| {swedish(rule.about)} | {', '.join(roles) or 'alla inloggade'} |" in page
    assert page.count("\n| ") - 1 == len(ACCESS)
