"""Scanning text for known staff: megabytes of UTF-8 a second, 60 and 3,000 people, one core, median.

Running prose names nobody or, now and then, a colleague; name-dense text has a name in every third sentence. All
people in the register are looked for, and then one of them among the others, as `sigill mask` does it.
"""

import random
import time
from collections.abc import Sequence
from importlib import resources

from bench.known import OF_OTHERS, SENTENCES, STAFF
from bench.mask import on_one_core
from bench.timing import median_ms
from sigill.decision.people import StaffMember, StaffRegister
from sigill.names.find import Finder

RUNS = 5
CHUNK = 100_000
"""Characters handed to the finder at once: a long document."""
TARGETS = {60: 30.0, 3000: 10.0}


def main() -> None:
    """Measure and print."""
    on_one_core()
    print(f"\nScanning text for known staff, one core, median of {RUNS}; target in prose: {_targets()}")
    for count, target in TARGETS.items():
        staff = tuple(STAFF.values()) if count == len(STAFF) else invented(count)
        register = StaffRegister.of(staff)
        texts = {"running prose": text(staff, 60, 3_000_000), "name-dense text": text(staff, 3, 1_000_000)}
        for whom, withheld in ((f"all {count:,} of them", staff), ("one of them", staff[:1])):
            start = time.perf_counter()
            finder = Finder(withheld, register)
            made = time.perf_counter() - start
            for kind, said in texts.items():
                pieces = [said[at : at + CHUNK] for at in range(0, len(said), CHUNK)]
                size = len(said.encode()) / 1e6
                speed = size / (median_ms(lambda: [finder.find(one) for one in pieces], RUNS) / 1000)  # noqa: B023
                spans = sum(len(finder.find(one)) for one in pieces)
                aim = target if kind == "running prose" else 0.0
                met = f"  {'met    ' if speed >= aim else 'NOT met'}" if aim else " " * 9
                print(
                    f"  {count:>5,} people, {whom:<18} {kind:<16}{speed:8.1f} MB/s{met}"
                    f"   ({spans / size:,.0f} mentions a MB; finder made in {made:.2f} s)"
                )


def _targets() -> str:
    return ", ".join(f"{speed:g} MB/s with {count:,} people" for count, speed in TARGETS.items())


def invented(count: int) -> tuple[StaffMember, ...]:
    """So many employees, made of common Swedish given names and surnames."""
    dice = random.Random(1)  # noqa: S311
    given, surnames = (_words(f"{kind}_sv.txt") for kind in ("given_names", "surnames"))
    people = []
    for number in range(count):
        first, last = dice.choice(given), dice.choice(surnames)
        if number % 15 == 0:
            last += "-" + dice.choice(surnames)
        people.append(
            StaffMember(
                f"B{number:05}", f"{first} {dice.choice(given)}", first, last, "", "Socialsekreterare",
                f"Utredning {number % 12}", f"person{number}@exempelstad.example",
                f"0199-21 {number // 100:02} {number % 100:02}", f"070-175 {number // 100:02} {number % 100:02}",
                f"u{number:05}", first[0] + last[0],
            )
        )  # fmt: skip
    return tuple(people)


def _words(name: str) -> list[str]:
    lines = resources.files("sigill.names").joinpath(name).read_text("utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def text(staff: Sequence[StaffMember], every: int, size: int) -> str:
    """Prose of about `size` characters in which every `every`-th sentence speaks of an employee."""
    dice = random.Random(2)  # noqa: S311
    said: list[str] = []
    length = 0
    while length < size:
        named = len(said) % every == 0
        one = dice.choice(OF_OTHERS).format(name=dice.choice(staff).full_name) if named else dice.choice(SENTENCES)
        said.append(one)
        length += len(one) + 1
    return " ".join(said)
