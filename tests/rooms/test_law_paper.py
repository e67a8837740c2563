"""docs/law.md cannot drift from the code: its table of rules is the table of rules."""

import re
from pathlib import Path

from sigill.law import book
from sigill.law.gate import RULES
from sigill.law.matter import KNOWN_ACTIONS

PAPER = (Path(__file__).parents[2] / "docs" / "law.md").read_text("utf-8")
ROWS = {
    cells[0]: cells
    for cells in ([cell.strip() for cell in line.strip("|").split("|")] for line in PAPER.splitlines())
    if re.fullmatch(r"G\d\da?", cells[0])
}
STATUSES = {"built here", "here, in others", "other room"}


def test_the_paper_lists_every_rule_of_the_basis_once_and_in_order() -> None:
    wanted = sorted([*(f"G{number:02}" for number in range(1, 37)), "G28a"])
    assert list(ROWS) == wanted
    assert {cells[1] for cells in ROWS.values()} == STATUSES


def test_what_the_paper_says_is_built_is_built_and_says_the_same() -> None:
    built = {one: cells for one, cells in ROWS.items() if cells[1] == "built here"}
    assert list(built) == [rule.id for rule in RULES]
    for rule in RULES:
        _, _, binds, asks, source, _ = built[rule.id]
        assert (binds, asks, source) == (rule.severity.value, rule.title_en, rule.source), rule.id


def test_the_paper_names_every_data_file_and_every_event_the_rules_read() -> None:
    data = Path(book.__file__).parent / "data"
    for name in (path.name for path in data.iterdir()):
        assert f"`{name}`" in PAPER
    for action in KNOWN_ACTIONS:
        assert f"`{action}`" in PAPER


def test_the_paper_sends_the_reader_to_a_lawyer() -> None:
    assert "A municipal lawyer must confirm" in PAPER
