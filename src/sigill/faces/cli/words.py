"""Words in the user's language: gettext with the catalogues in `sigill/locale`.

Messages are English in the code; `locale/sv` holds the Swedish. Errors carry their sentence untranslated
(`sigill.errors.N_`) and get their words here.
"""

import gettext
import os
from collections.abc import Sequence
from pathlib import Path

from sigill.errors import SigillError

LOCALE = Path(__file__).resolve().parents[2] / "locale"
_DOMAIN = "sigill"


def choose(arguments: Sequence[str]) -> str:
    """Settle the language for this process: `--lang sv|en` among the arguments, else the environment.

    Returns:
        `sv` or `en`.
    """
    asked = ""
    for at, argument in enumerate(arguments):
        if argument == "--lang" and at + 1 < len(arguments):
            asked = arguments[at + 1]
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    environment = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    language = asked or ("sv" if environment.startswith("sv") else "en")
    # The global domain, so that click's own words ("Usage", "Options") come out of our catalogue too.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(_DOMAIN, str(LOCALE))
    gettext.textdomain(_DOMAIN)
    return language


def _(message: str) -> str:
    """`message` in the user's language."""
    return gettext.gettext(message)


def language() -> str:
    """The language settled by `choose`."""
    return os.environ.get("LANGUAGE", "en")


def sentence(error: SigillError) -> str:
    """An error in words: place, problem and next step in one line."""
    # A reason is a sentence of ours too; anything else has no translation and stays.
    params = {key: _(value) if isinstance(value, str) and value else value for key, value in error.params.items()}
    parts = [_(part).format(**params) for part in (error.problem, error.next_step) if part]
    text = " ".join(parts)
    return f"{error.place}: {text}" if error.place else text
