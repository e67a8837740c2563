"""Broken files for a few seconds, the same ones every time. `make fuzz` goes on for minutes with ever new ones."""

import random
import time
import warnings
from pathlib import Path

import pytest
from judging import Verdict, judge, masked, scanned
from mutations import ASA, build, samples

from officefiles import REGISTER
from sigill.errors import SigillError
from sigill.mask.pdf import ocr
from sigill.mask.report import Options, Report
from sigill.masking import Limits, Task, mask_document, scan_document

SMALL = [name for name in samples(scans=False) if not name.startswith(("casefile", "decisions"))]
CASES = [name for name in samples(scans=False) if name.endswith((".html", ".txt", ".csv", ".eml", ".rtf", ".xlsx"))]
EACH = 8.0


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken font would send its page to OCR, a second each; without, it is refused. `make fuzz` is alike."""
    monkeypatch.setattr(ocr, "available", lambda: False)


def noted() -> dict[str, str]:
    """Recipe → what it was; with `open ` before it what still breaks: the mark goes when it is mended."""
    lines = Path(__file__).with_name("recipes.txt").read_text("utf-8").splitlines()
    parted = [line.partition("#") for line in lines]
    return {recipe.strip(): what.strip() for recipe, _, what in parted if recipe.strip()}


NOTED = noted()
KEPT = [
    pytest.param(
        recipe.removeprefix("open "),
        marks=[pytest.mark.xfail(reason=what, strict=True)] if recipe.startswith("open ") else [],
    )
    for recipe, what in NOTED.items()
]


def recipes(seed: int, names: list[str], count: int) -> list[tuple[int, str]]:
    dice = random.Random(seed)
    return [(dice.randrange(10**9), dice.choice(names)) for _ in range(count)]


@pytest.mark.parametrize("group", range(8))
@pytest.mark.usefixtures("without_ocr")
def test_a_broken_file_ends_masked_or_refused(group: int) -> None:
    """Neither a crash nor a hang nor a result that the search can't read or that names her in full."""
    failed = []
    outcomes = set()
    for seed, sample in [*recipes(group, SMALL, 15), *recipes(group, CASES, 3)]:
        if f"open {seed}:{sample}" in NOTED:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            verdict = judge(*build(seed, sample), seconds=EACH)
        outcomes.add(verdict.outcome)
        if not verdict.fine:
            failed.append(f"{seed}:{sample}: {verdict.outcome} {verdict.where}")
    assert not failed, "\n".join(failed)
    assert {"masked", "refused"} <= outcomes, "files so broken, or so whole, that nothing is tried"


@pytest.mark.parametrize("recipe", KEPT)
def test_what_once_broke_something_stays_mended(recipe: str) -> None:
    seed, _, sample = recipe.partition(":")
    verdict = judge(*build(int(seed), sample), seconds=EACH)
    assert verdict.fine and verdict.outcome != "stumbled", verdict


def test_the_search_alone_survives_broken_files() -> None:
    failed = []
    for seed, sample in recipes(99, SMALL, 30):
        verdict = scanned(*build(seed, sample), seconds=EACH)
        if not verdict.fine:
            failed.append(f"{seed}:{sample}: {verdict.outcome} {verdict.where}")
    assert not failed, "\n".join(failed)


def test_the_house_gives_a_verdict_on_broken_files() -> None:
    """A few through the confined workers, as the commands do it."""
    task = Task((ASA,), REGISTER, options=Options(), limits=Limits(30, 2048), ocr=False)
    for seed, sample in recipes(7, SMALL, 2):
        data, name = build(seed, sample)
        document = mask_document(data, name, task)
        assert (document.data is None) == (document.error is not None)
        if document.data is not None:
            assert not scan_document(document.data, document.name, task).leaks
        try:
            scan_document(data, name, task)
        except SigillError as refusal:
            assert str(refusal)


def test_a_recipe_makes_the_same_file_every_time() -> None:
    drawn = recipes(3, SMALL, 30)
    once = [build(seed, sample) for seed, sample in drawn]
    time.sleep(2.1)  # the step of a clock inside a package
    assert [build(seed, sample) for seed, sample in drawn] == once


def test_most_broken_files_differ_from_the_sample() -> None:
    drawn = recipes(4, SMALL, 40)
    assert sum(build(seed, sample)[0] != samples()[sample][1]() for seed, sample in drawn) > 30


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (lambda data, name, report: (data, name), "leak"),
        (lambda data, name, report: (b"%PDF-1.7\nnothing", name), "unreadable"),
        (lambda data, name, report: {}["key"], "crash"),
        (lambda data, name, report: endless(), "hang"),
    ],
)
def test_a_faulty_mask_is_told(fault, outcome: str) -> None:  # type: ignore[no-untyped-def]
    name, make = samples()["pdf simple_font"]
    assert judge(make(), name, mask=fault, seconds=0.5).outcome == outcome


def test_a_blind_search_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    name, make = samples()["pdf simple_font"]
    monkeypatch.setattr("judging.require_clean", lambda *args, **named: None)
    assert judge(make(), name, mask=lambda data, name, report: (data, name)).outcome == "missed"


def test_an_unbroken_file_is_masked() -> None:
    name, make = samples()["pdf simple_font"]
    assert judge(make(), name) == Verdict("masked")
    assert masked(make(), name, Report())[1] == name


def endless() -> tuple[bytes, str]:
    while True:
        pass
