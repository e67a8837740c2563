"""Papers that cannot lie: what README and docs name exists, and does what they say."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from house import ROOT
from sigill.decision.stages import TRANSITIONS

SIGILL = ROOT / ".venv" / "bin" / "sigill"
README = (ROOT / "README.md").read_text("utf-8")
PAPERS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/the-way.md")]


def commands() -> list[list[str]]:
    lines = re.findall(r"^    (sigill .*?)(?:\s+#.*)?$", README, re.MULTILINE)
    return [shlex.split(line)[1:] for line in lines]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_in_the_readme_exists_with_its_options(command: list[str]) -> None:
    words = [word for word in command if not word.startswith("-")]
    for name in (words[:2], words[:1]):
        done = subprocess.run([str(SIGILL), *name, "--help"], capture_output=True, text=True)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stderr
    for option in (word for word in command if word.startswith("-")):
        assert option in done.stdout


def test_the_readme_shows_commands_at_all() -> None:
    assert len(commands()) >= 5


def test_make_targets_named_in_papers_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for paper in PAPERS:
        for target in re.findall(r"`make ([a-z-]+)`", paper.read_text("utf-8")):
            assert target in targets, (paper.name, target)


@pytest.mark.parametrize("paper", sorted([*PAPERS, *(ROOT / "docs").rglob("*.md")]), ids=lambda path: path.name)
def test_links_lead_somewhere(paper: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", paper.read_text("utf-8")):
        if "://" not in target:
            assert (paper.parent / target).exists(), target


def test_the_way_names_files_that_are_there() -> None:
    text = (ROOT / "docs" / "the-way.md").read_text("utf-8")
    for name in re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.py)?)`", text):
        assert (ROOT / name).exists() or (ROOT / "src" / "sigill" / name).exists(), name


def test_every_stage_has_its_moves_and_none_leads_back() -> None:
    stages = list(TRANSITIONS)
    for number, (stage, moves) in enumerate(TRANSITIONS.items()):
        for move in moves:
            assert move in TRANSITIONS
            assert stages.index(move) > number, (stage, move)


def test_nothing_in_the_tree_names_a_place_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
    pattern = re.compile(rb"/(?:work|farm|root|home)/[a-z]")
    checked = 0
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix in (".py", ".md", ".sh", ".toml", ".typ", ".txt", "") and path.is_file():
            assert not pattern.search(path.read_bytes()), name
            checked += 1
    assert checked > 50


def test_the_front_door_opens_on_every_name() -> None:
    import sigill

    for name in sigill.__all__:
        assert getattr(sigill, name) is not None
    with pytest.raises(AttributeError):
        _ = sigill.back_door
