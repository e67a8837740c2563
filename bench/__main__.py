"""Runs the benchmarks named on the command line, or all of them."""

import importlib
import sys

from bench import timing

ALL = ("issue", "seal", "log", "mask", "names")
"""Modules of this package, each with a `main()` that prints its tables."""
ON_CALL = ("peers", "custodians")
"""Run only when named. `peers` needs other tools (`make bench-peers`) and writes docs/benchmarks.md."""


def main() -> None:
    """Run them in order."""
    chosen = sys.argv[1:] or ALL
    for unknown in [name for name in chosen if name not in ALL + ON_CALL]:
        sys.exit(f"no benchmark {unknown!r}; there are: {', '.join(ALL + ON_CALL)}")
    print(timing.machine())
    for name in chosen:
        importlib.import_module(f"bench.{name}").main()


main()
