"""`sigill mask` and `sigill scan` as a handler meets them: folders, reports, exit codes."""

import json
from pathlib import Path

import pytest
from test_cli import STAFF, sigill

from house import EXAMPLES, staff

CASE_FILE = EXAMPLES / "casefile"
ASA = staff()["A10001"]
HIDE = ("--staff", STAFF, "--hide", "A10001")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small case file, with the person's name in a folder and a file name."""
    inner = tmp_path / "in" / "Åsa Lindqvist-Öberg"
    inner.mkdir(parents=True)
    (inner / "samtal.txt").write_text("Åsa Lindqvist-Öberg ringde 070-174 06 00. Björn Stig deltog.\n", "utf-8")
    (inner / "mejl från asali01.txt").write_text("Hej,\nvi ses på måndag.\n", "utf-8")
    (tmp_path / "in" / "03.eml").write_bytes((CASE_FILE / "03_orosanmalan_skola.eml").read_bytes())
    return tmp_path / "in"


def report(output: Path) -> dict:
    return json.loads((output / "sigill-report.json").read_text("utf-8"))


def test_a_folder_is_masked_with_its_structure_and_its_names(folder: Path, tmp_path: Path) -> None:
    done = sigill("mask", folder, "-o", tmp_path / "out", *HIDE, home=tmp_path / "home")
    assert done.returncode == 0, done.stdout + done.stderr
    files = sorted(path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert len(files) == 4
    everything = " ".join(map(str, files)) + done.stdout + done.stderr + json.dumps(report(tmp_path / "out"))
    for form in ("Åsa", "Lindqvist", "Öberg", "asali01"):
        assert form not in everything
    texts = [path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.txt")]
    assert any("[uppgift utelämnad]" in text and "Björn Stig deltog." in text for text in texts)
    assert not (tmp_path / "home").exists()
    removed = {one["kind"] for each in report(tmp_path / "out")["files"] for one in each["removed"]}
    assert {"name", "phone"} <= removed


def test_another_label_stands_where_it_is_asked_for(folder: Path, tmp_path: Path) -> None:
    done = sigill("mask", folder, "-o", tmp_path / "out", *HIDE, "--label", "[X]", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == report(tmp_path / "out")["files"]
    assert any("[X]" in path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.txt"))
    assert sigill("mask", folder, "-o", tmp_path / "o2", *HIDE, "--label", " ", home=tmp_path).returncode == 2


def test_masking_twice_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert sigill("mask", folder, "-o", tmp_path / name, *HIDE, home=tmp_path).returncode == 0
    for path in (tmp_path / "one").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_what_nobody_can_mask_is_blocked_and_not_written(folder: Path, tmp_path: Path) -> None:
    (folder / "okänd.bin").write_bytes(b"\x00\x01\x02 Lindqvist-\xd6berg")
    (folder / "tom.pdf").write_bytes(b"")
    done = sigill("mask", folder, "-o", tmp_path / "out", *HIDE, home=tmp_path)
    assert done.returncode == 3, done.stdout
    outcomes = {one["name"]: one["outcome"] for one in report(tmp_path / "out")["files"]}
    assert outcomes["okänd.bin"] == "blocked"
    assert outcomes["tom.pdf"] == "unreadable"
    assert not (tmp_path / "out" / "okänd.bin").exists()
    assert list(outcomes.values()).count("masked") == 3


def test_an_encrypted_document_asks_for_its_password(tmp_path: Path) -> None:
    import pikepdf

    locked = tmp_path / "locked.pdf"
    with pikepdf.open(CASE_FILE / "17_kontaktlista_reportlab.pdf") as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user="hemligt"))
    done = sigill("mask", locked, "-o", tmp_path / "out", *HIDE, home=tmp_path)
    assert done.returncode == 3 and "password" in done.stdout
    done = sigill("mask", locked, "-o", tmp_path / "out", *HIDE, "--password", "hemligt", home=tmp_path)
    assert done.returncode == 0, done.stdout


def test_scan_says_where_and_not_what(folder: Path, tmp_path: Path) -> None:
    done = sigill("scan", folder, *HIDE, "--json", home=tmp_path)
    assert done.returncode == 1
    found = json.loads(done.stdout)["files"]
    assert [one["outcome"] for one in found].count("leak") >= 2
    assert sigill("mask", folder, "-o", tmp_path / "out", *HIDE, home=tmp_path).returncode == 0
    (tmp_path / "out" / "sigill-report.json").unlink()
    assert sigill("scan", tmp_path / "out", *HIDE, home=tmp_path).returncode == 0


@pytest.mark.parametrize("command", ["mask", "scan"])
def test_a_wrong_call_is_said(command: str, folder: Path, tmp_path: Path) -> None:
    output = ("-o", tmp_path / "out") if command == "mask" else ()
    assert sigill(command, tmp_path / "none", *output, *HIDE, home=tmp_path).returncode == 2
    unknown = ("--staff", STAFF, "--hide", "A99999")
    assert sigill(command, folder, *output, *unknown, home=tmp_path).returncode == 2
    assert sigill(command, folder, *output, "--staff", STAFF, home=tmp_path).returncode == 2
    (tmp_path / "empty").mkdir()
    assert sigill(command, tmp_path / "empty", *output, *HIDE, home=tmp_path).returncode == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["mask", "scan"])
def test_it_starts_without_django(command: str) -> None:
    import subprocess

    from house import ROOT

    code = f"import sys, sigill.faces.cli.{command}_command; sys.exit('django' in sys.modules)"
    assert subprocess.run([str(ROOT / ".venv/bin/python"), "-c", code]).returncode == 0


def test_libraries_that_quote_the_document_are_silent(tmp_path: Path) -> None:
    """pdfminer logs strings it cannot place, fontTools what it thinks of a font: neither reaches the terminal."""
    import subprocess

    from house import ROOT

    code = (
        "import logging, sigill.verify, sigill.mask\n"
        "for name in ('pdfminer.pdfinterp', 'pdfminer.converter', 'fontTools.ttLib', 'PIL.Image', 'pikepdf'):\n"
        "    logging.getLogger(name).warning('Lindqvist')\n"
    )
    done = subprocess.run([str(ROOT / ".venv/bin/python"), "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == done.stderr == ""
