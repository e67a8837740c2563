"""Everything that can go wrong, as one tree. Each branch says whose move it is.

    SigillError
    ├── BadInput        the one who handed it in: the file or the call cannot be read            (exit 2)
    ├── Refused         the case worker: the gate found something the law does not allow         (exit 1)
    ├── LeakFound       a developer or the case worker: a protected name would have got out      (exit 1)
    ├── NotGenuine      the reader: the document is altered, foreign or unknown                  (exit 1)
    ├── Blocked         a human must look; nothing was written                                   (exit 3)
    │   └── NothingRead where there should be text none could be read; emptiness is no proof
    ├── Temporary       nobody: the same call may work later, nothing is half done               (exit 4)
    │   └── Awaiting    whoever signs: the decision waits for a signature made elsewhere
    └── TamperEvidence  the administrator: stop the house, the log or a seal does not add up     (exit 3)

An error never holds a protected name, nor the text that matched one: it holds a sentence with placeholders,
the place (file, page, key) and the next step. Faces translate the sentences (`N_` marks them) and set exit codes.
Where a cause could hold a name, raise `... from None`.
"""

from collections.abc import Sequence
from typing import Any


def N_(message: str) -> str:
    """Mark `message` (an English sentence, `str.format` placeholders) for translation by the face that shows it."""
    return message


class SigillError(Exception):
    """Base of all errors Sigill raises on purpose.

    Args:
        problem: what is wrong, one English sentence marked with `N_`, with `{placeholders}`.
        next_step: what the one whose move it is can do, likewise.
        place: where: file name, key, page. Never text from the document.
        params: values for the placeholders. Never a name of a person.
    """

    exit_code = 1

    def __init__(self, problem: str, next_step: str = "", *, place: str = "", **params: Any) -> None:
        self.problem = problem
        self.next_step = next_step
        self.place = place
        self.params = params
        super().__init__(problem)

    def __str__(self) -> str:
        text = " ".join(part.format(**self.params) for part in (self.problem, self.next_step) if part)
        return f"{self.place}: {text}" if self.place else text


class BadInput(SigillError):
    """The input or the call cannot be used as it is. Whoever handed it in mends it."""

    exit_code = 2


class Refused(SigillError):
    """The gate of law says no. The case worker amends the case; `findings` says what and why.

    Args:
        findings: values with `rule`, `source`, `message_sv` and `message_en` (see `sigill.decision.legal.Finding`).
    """

    exit_code = 1

    def __init__(self, problem: str, next_step: str = "", *, findings: Sequence[Any] = (), **kw: Any) -> None:
        super().__init__(problem, next_step, **kw)
        self.findings = tuple(findings)


class LeakFound(SigillError):
    """A protected person can still be read out of a document. `leaks` gives places and kinds, never the text."""

    exit_code = 1

    def __init__(self, problem: str, next_step: str = "", *, leaks: Sequence[Any] = (), **kw: Any) -> None:
        super().__init__(problem, next_step, **kw)
        self.leaks = tuple(leaks)


class NotGenuine(SigillError):
    """A document shown to us is altered, foreign or unknown; the reader should not trust it."""

    exit_code = 1


class Blocked(SigillError):
    """A human must look. Nothing was written."""

    exit_code = 3


class NothingRead(Blocked):
    """No character could be read where there should be text. Emptiness is failure, not cleanliness."""


class Temporary(SigillError):
    """Nothing is half done; the same call may succeed later."""

    exit_code = 4


class Awaiting(Temporary):
    """The decision waits for a signature that is made outside the house; the same call gives it once that is here."""


class TamperEvidence(SigillError):
    """The log, a seal or a key does not add up. Stop, keep everything, call the administrator."""

    exit_code = 3
