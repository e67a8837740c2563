"""docs/threat-model.md promises nothing that no test shows: every test it names is there, and every row names one."""

import ast
import re

from house import ROOT

PAGE = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def rows() -> list[list[str]]:
    """The cells of every row below a table's head."""
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] not in ("attack", "attack or fault") and set(row[0]) != {"-"}]


def test_every_test_it_names_exists() -> None:
    named = _NAMED.findall(PAGE)
    assert len(named) > 20
    for path, test in named:
        file = ROOT / path
        assert file.is_file(), path
        if test:
            functions = {
                node.name for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)
            }
            assert test in functions, f"{path}::{test}"


def test_every_attack_has_a_control_a_test_and_what_remains() -> None:
    assert len(rows()) > 15
    for row in rows():
        assert len(row) == 4 and all(row), row
        assert _NAMED.search(row[2]), row[0]


def test_every_file_of_attacks_is_on_the_page() -> None:
    for file in (ROOT / "tests" / "attacks").glob("test_*.py"):
        assert file.name == "test_threat_model.py" or f"tests/attacks/{file.name}" in PAGE, file.name
