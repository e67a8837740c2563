"""Runs the benchmarks named on the command line, or all of them."""

import importlib
import sys

from bench import timing

ALL = ("issue", "mask", "names")
"""Modules of this package, each with a `main()` that prints its tables."""


def main() -> None:
    """Run them in order."""
    chosen = sys.argv[1:] or ALL
    for unknown in [name for name in chosen if name not in ALL]:
        sys.exit(f"no benchmark {unknown!r}; there are: {', '.join(ALL)}")
    print(timing.machine())
    for name in chosen:
        importlib.import_module(f"bench.{name}").main()


main()
