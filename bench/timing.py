"""Small tools for timing: medians over many runs, and the share of each step."""

import os
import platform
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def machine() -> str:
    """One line on what this ran on. Quote ratios, not absolutes."""
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"


def median_ms(act: Callable[[], Any], runs: int) -> float:
    """Median wall time of `act` in milliseconds, after one warm-up."""
    act()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


class Steps:
    """Measures named steps inside a longer run, by wrapping the functions that do them."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = defaultdict(list)
        self._run: dict[str, float] = {}

    def wrap(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, its time added to the step `name` of the current run."""

        def timed(*args: Any, **kw: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*args, **kw)
            finally:
                self._run[name] = self._run.get(name, 0.0) + time.perf_counter() - start

        return timed

    @contextmanager
    def run(self) -> Iterator[None]:
        """One run; its steps and its whole are kept when it ends."""
        self._run = {}
        start = time.perf_counter()
        yield
        self.times["whole"].append(time.perf_counter() - start)
        for name, seconds in self._run.items():
            self.times[name].append(seconds)

    def table(self) -> str:
        """Medians and shares, longest first."""
        whole = statistics.median(self.times["whole"])
        rows = sorted(
            ((statistics.median(times), name) for name, times in self.times.items() if name != "whole"), reverse=True
        )
        rows.append((whole - sum(seconds for seconds, _ in rows), "everything else"))
        lines = [f"  {name:<34}{seconds * 1000:8.1f} ms {seconds / whole:7.0%}" for seconds, name in rows]
        return "\n".join([*lines, f"  {'whole':<34}{whole * 1000:8.1f} ms {1:7.0%}"])
