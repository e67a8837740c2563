"""The real clock and the real randomness."""

import datetime as dt
import secrets
from zoneinfo import ZoneInfo


class SystemClock:
    """Swedish time: a decision's date is the date in Sweden."""

    def now(self) -> dt.datetime:
        """The present, in Europe/Stockholm."""
        return dt.datetime.now(ZoneInfo("Europe/Stockholm"))


class SystemEntropy:
    """The operating system's random bytes."""

    def token_bytes(self, n: int) -> bytes:
        """`n` random bytes."""
        return secrets.token_bytes(n)
