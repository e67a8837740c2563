"""Every sentence that a user meets has its Swedish, with the same blanks to fill in, and the compiled catalogue says
what the written one says. Nothing here can tell good Swedish from bad; a reader has to."""

import gettext
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "sigill"
CLICK_WORDS = ROOT / "scripts" / "click_words.py"
LOCALE = SOURCE / "locale"
PO = LOCALE / "sv" / "LC_MESSAGES" / "sigill.po"
KEYWORDS: dict[str, tuple[int, ...] | None] = {"N_": None, "_": None, "ngettext": (1, 2)}

Id = str | tuple[str, ...]


def flat(value: Id) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _plain(value: Id | list[str]) -> Id:
    return value if isinstance(value, str) else tuple(value)


def extracted() -> set[Id]:
    """The sentences of the code as it stands now, as scripts/words.sh collects them."""
    found = [
        entry[2]
        for entry in extract_from_dir(SOURCE, [("faces/web/**", "ignore"), ("**.py", "python")], keywords=KEYWORDS)
    ]
    found += [entry[1] for entry in extract_from_file("python", CLICK_WORDS, keywords=KEYWORDS)]
    return {one for one in found if one}


def blanks(text: str) -> set[tuple[str, str, str]]:
    """The replacement fields of a sentence: name, format and conversion."""
    return {
        (name, form or "", conv or "") for _, name, form, conv in string.Formatter().parse(text) if name is not None
    }


with PO.open("rb") as _file:
    CATALOGUE = read_po(_file, locale="sv", abort_invalid=True)
WRITTEN: dict[Id, Id] = {message.id: message.string for message in CATALOGUE if message.id}
SENTENCES = extracted()


def test_the_code_speaks_at_all() -> None:
    """The positive control: sentences of the bottom, of a room and of the command line are among those found."""
    assert len(SENTENCES) > 300
    assert "The case file is not UTF-8 text." in SENTENCES
    assert "Whoever signs must be whoever decided." in SENTENCES
    assert any(one.startswith("Sigill: decisions that do not name") for one in SENTENCES if isinstance(one, str))


def test_every_sentence_of_the_code_has_its_swedish() -> None:
    without = sorted(flat(one)[0] for one in SENTENCES if not all(flat(WRITTEN.get(one, ""))))
    assert not without, f"run `make words`, translate these, and run it again: {without}"


def test_no_swedish_is_left_of_sentences_that_are_gone() -> None:
    assert not sorted(flat(one)[0] for one in WRITTEN.keys() - SENTENCES)
    assert not CATALOGUE.obsolete


def test_no_translation_is_a_guess() -> None:
    assert not [message.id for message in CATALOGUE if message.id and message.fuzzy]


def _pairs() -> Iterator[tuple[str, str]]:
    for one, swedish in WRITTEN.items():
        yield from zip(flat(one), flat(swedish), strict=True)


def _typed(english: str) -> set[str]:
    """What a user types or sees on disk, which is the same in every language."""
    return set(re.findall(r"--[a-z][a-z-]+|[\w./]*\w\.(?:toml|json|pdf|md)\b|SIGILL_[A-Z]+|\[\[?\w+\]\]?", english))


def test_a_translation_keeps_the_blanks_to_fill_in() -> None:
    assert not [one for one, swedish in _pairs() if blanks(swedish) != blanks(one)]


def _margins(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def test_a_translation_keeps_indents_paragraphs_and_verbatim_blocks() -> None:
    assert not [
        one
        for one, swedish in _pairs()
        if swedish.count("\n\n") != one.count("\n\n") or swedish.count("\b") != one.count("\b")
    ]
    assert not [one for one, swedish in _pairs() if _margins(swedish) != _margins(one)]


def test_a_translation_keeps_what_is_typed() -> None:
    assert _typed("Name it with --trust; see trust.json in SIGILL_HOME, and [[withhold]].") == {
        "--trust",
        "trust.json",
        "SIGILL_HOME",
        "[[withhold]]",
    }
    assert not {one: swedish for one, swedish in _pairs() if any(typed not in swedish for typed in _typed(one))}


def test_no_swedish_sentence_speaks_of_anonymity() -> None:
    assert not [swedish for _, swedish in _pairs() if "anonym" in swedish.casefold()]


def test_the_compiled_catalogue_says_the_same() -> None:
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = {_plain(message.id): _plain(message.string) for message in read_mo(file) if message.id}
    assert compiled == WRITTEN, "run `make words`"


def test_the_program_finds_the_swedish() -> None:
    swedish = gettext.translation("sigill", LOCALE, ["sv"])
    assert swedish.gettext("There is no such file.") == "Det finns ingen sådan fil."
    one, many = "Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"
    assert swedish.ngettext(one, many, 1) == "Ett oväntat extra argument ({args})"
    assert swedish.ngettext(one, many, 2) == "Oväntade extra argument ({args})"


def test_clicks_own_words_are_words_that_click_uses() -> None:
    used = {
        entry[1]
        for path in Path(click.__file__).parent.glob("*.py")
        for entry in extract_from_file("python", path, keywords=KEYWORDS)
    }
    ours = {entry[1] for entry in extract_from_file("python", CLICK_WORDS, keywords=KEYWORDS)}
    assert len(ours) > 10
    assert not ours - used


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--help"], ["Användning:", "Val:", "Kommandon:", "Visa den här hjälpen och avsluta."]),
        (["check"], ["Fel: Ett argument saknas: 'FILE'."]),
        (["check", "one", "two"], ["Fel: Ett oväntat extra argument (two)"]),
        (["check", "--nothing-like-it", "one"], ["Fel: Det finns inget val '--nothing-like-it'."]),
        (["check", "no-such-file.pdf"], ["no-such-file.pdf: Det finns ingen sådan fil. Kontrollera sökvägen."]),
    ],
)
def test_a_swedish_user_reads_swedish(arguments: list[str], says: Iterable[str], tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "LC_ALL": "sv_SE.UTF-8",
        "PYTHONUTF8": "1",
        "COLUMNS": "200",
        "SIGILL_HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", "from sigill.faces.cli import main; main()", *arguments],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        cwd=tmp_path,
        timeout=60,
    )
    for sentence in says:
        assert sentence in done.stdout + done.stderr
