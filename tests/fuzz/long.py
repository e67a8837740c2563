"""Breaks sample files for as long as it is told and keeps those that break something. `make fuzz`, SECONDS=….

    python tests/fuzz/long.py [--seconds 600] [--seed N] [--out out/fuzz] [--ocr] [RECIPE …]

Each file is tried in a child process with bounds on memory; one that outlives its time is ended and counted as a
hang. Every failing file lands in the folder with a note of its recipe; a recipe (`SEED:SAMPLE`, or a saved note's first
line) given as an argument is tried alone. Exit code 1 when something failed.
"""

import argparse
import collections
import hashlib
import logging
import multiprocessing
import random
import resource
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from judging import Verdict, judge, scanned  # noqa: E402
from mutations import build, samples  # noqa: E402

from sigill.mask.pdf import ocr as mask_ocr  # noqa: E402

MEMORY = 3 << 30
SECONDS_EACH = 30.0
"""For mask and search each; as much again for every 200 kB."""


def work(pipe: Connection, ocr: bool) -> None:
    """A child: recipes in, verdicts out."""
    logging.disable()  # the libraries grumble about every broken file
    if not ocr:
        # A broken font sends every page there, a second each; without it they are refused.
        mask_ocr.available = lambda: False  # type: ignore[assignment]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        seed, sample = pipe.recv()
        data, name = build(seed, sample)
        seconds = SECONDS_EACH * (1 + len(data) / 200_000)
        verdict = judge(data, name, seconds=seconds, ocr=ocr)
        if verdict.fine and random.Random(seed).random() < 0.3:
            seen = scanned(data, name, seconds)
            verdict = verdict if seen.fine else seen
        pipe.send(verdict)


class Worker:
    """A child that is started anew when it is gone."""

    def __init__(self, ocr: bool) -> None:
        self._ocr = ocr
        self._start()

    def _start(self) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self._child = multiprocessing.Process(target=work, args=(theirs, self._ocr), daemon=True)
        self._child.start()
        theirs.close()

    def judge(self, seed: int, sample: str) -> Verdict:
        self.pipe.send((seed, sample))
        try:
            # Longer than mask and search of a large file may take, for code that does not hear the bell.
            if self.pipe.poll(20 * SECONDS_EACH):
                verdict: Verdict = self.pipe.recv()
                return verdict
            verdict = Verdict("hang", "outside Python")
        except EOFError:
            self._child.join(5)
            verdict = Verdict("crash", f"the process ended with {self._child.exitcode}")
        self.end()
        self._start()
        return verdict

    def end(self) -> None:
        self._child.kill()
        self._child.join()
        self.pipe.close()


def main() -> int:
    """Break files until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "fuzz")
    parser.add_argument("--ocr", action="store_true", help="let the mask use OCR, with the samples that only OCR reads")
    parser.add_argument("--only", default="", help="samples whose name has this in it")
    parser.add_argument("recipes", nargs="*")
    told = parser.parse_args()
    names = [name for name in samples(scans=told.ocr) if told.only in name]
    dice = random.Random(told.seed)
    recipes = [(int(seed), sample) for seed, _, sample in (one.partition(":") for one in told.recipes)]
    alone = bool(recipes)
    worker = Worker(told.ocr)
    counts: collections.Counter[str] = collections.Counter()
    kinds: dict[tuple[str, str], list[str]] = {}
    end = time.monotonic() + told.seconds
    print(f"seed {told.seed}, {len(names)} samples, {told.seconds:g} seconds", flush=True)
    while recipes or (not alone and time.monotonic() < end):
        seed, sample = recipes.pop() if recipes else (dice.randrange(10**9), dice.choice(names))
        verdict = worker.judge(seed, sample)
        counts[verdict.outcome] += 1
        if verdict.outcome in ("masked", "refused"):
            continue
        met = kinds.setdefault((verdict.outcome, verdict.where), [])
        met.append(f"{seed}:{sample}")
        if len(met) == 1:
            print(f"{verdict.outcome}: {verdict.where}\n  {seed}:{sample}\n{verdict.trace}", flush=True)
        if verdict.outcome != "stumbled" and len(met) <= 3:
            _keep(told.out, seed, sample, verdict)
    worker.end()
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.most_common()))
    for (outcome, where), met in sorted(kinds.items(), key=lambda one: (one[0][0], -len(one[1]))):
        print(f"  {len(met):5} {outcome}: {where}  ({met[0]})")
    return 1 if any(not Verdict(outcome).fine for outcome, _ in kinds) else 0


def _keep(folder: Path, seed: int, sample: str, verdict: Verdict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    data, name = build(seed, sample)
    stem = f"{verdict.outcome}-{hashlib.sha256(data).hexdigest()[:12]}"
    (folder / (stem + Path(name).suffix)).write_bytes(data)
    (folder / (stem + ".note")).write_text(f"{seed}:{sample}\n{verdict.where}\n{verdict.trace}\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
