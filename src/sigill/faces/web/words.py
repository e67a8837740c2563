"""Our own errors and findings in the reader's language: sentences of the rooms come from the program's catalogue."""

import gettext as catalogues
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from sigill.decision.legal import Finding
from sigill.errors import SigillError

_LOCALE = Path(__file__).resolve().parents[2] / "locale"


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    return catalogues.translation("sigill", _LOCALE, [language], fallback=True)


def translate(sentence: str) -> str:
    """A sentence marked in a room (`N_`), in the reader's language."""
    return _catalogue((get_language() or "sv")[:2]).gettext(sentence) if sentence else ""


def sentence(error: SigillError) -> str:
    """An error in words: place, problem and next step."""
    return put(error.problem, error.next_step, error.place, error.params)


def put(problem: str, next_step: str, place: str, params: dict[str, Any]) -> str:
    """As `sentence`, from an error's parts."""
    values = {key: translate(value) if isinstance(value, str) and value else value for key, value in params.items()}
    text = " ".join(translate(part).format(**values) for part in (problem, next_step) if part)
    return f"{place}: {text}" if place and "/" not in place else text


def finding_text(finding: Finding | dict[str, str]) -> str:
    """What a finding says, in the reader's language."""
    swedish = (get_language() or "sv").startswith("sv")
    if isinstance(finding, dict):
        return finding["message_sv" if swedish else "message_en"]
    return finding.message_sv if swedish else finding.message_en
