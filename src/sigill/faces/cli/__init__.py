"""The command line. `sigill --help` is its manual; Swedish and English by `LANG` or `--lang`.

Exit codes: 0 done or clean · 1 found (a refusal by the gate, a leak, not genuine) · 2 wrong usage or unreadable
input · 3 blocked, a human must look · 4 temporary, try again.
"""

import sys
import warnings

from sigill.faces.cli import words
from sigill.verify.confined import no_core_dumps


def main() -> None:
    """Entry point of the `sigill` command."""
    no_core_dumps()  # what this process reads are names
    words.choose(sys.argv[1:])
    # Help texts are translated when the commands are imported, hence only now.
    from sigill.faces.cli.app import sigill  # noqa: PLC0415
    from sigill.faces.cli.show import guarded, warning_line  # noqa: PLC0415

    warnings.showwarning = warning_line
    sys.exit(guarded(lambda: sigill.main(standalone_mode=False)))
