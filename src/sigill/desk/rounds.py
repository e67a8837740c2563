"""What the job runner does between jobs: reminders, mails, webhooks. Safe to do twice, or by two runners."""

import gettext
import logging
import os
from pathlib import Path

from sigill.desk import notices, programs, safety
from sigill.errors import SigillError

EVERY = 60.0
"""Seconds between rounds."""

_LOCALE = Path(__file__).resolve().parents[1] / "locale"
log = logging.getLogger("sigill.rounds")


def make() -> None:
    """One round. What goes wrong in one part does not stop the others, and is tried again in the next round."""
    for part in (safety.remind, _mails, programs.deliver_due):
        try:
            part()
        except SigillError as error:
            log.warning("a part of the round failed: %s", type(error).__name__)


def _mails() -> int:
    server = notices.server()
    if server is None:
        return 0
    swedish = gettext.translation("sigill", _LOCALE, ["sv"]).gettext
    return notices.send_due(server.send, swedish, os.environ.get("SIGILL_ADDRESS", "http://localhost:8000/"))
