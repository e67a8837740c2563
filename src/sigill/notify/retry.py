"""When to try again. One schedule for e-mail and webhooks; after the last try a human is asked to look."""

import datetime as dt

SCHEDULE = tuple(
    dt.timedelta(seconds=one)
    for one in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Waits after the first, second … failed try: the schedule that Standard Webhooks recommends, about three days."""


def next_try(tries: int, failed_at: dt.datetime) -> dt.datetime | None:
    """When to try again after `tries` failures, the last at `failed_at`; None when a human must look.

    Args:
        tries: how many have failed, at least 1.
    """
    if not 1 <= tries <= len(SCHEDULE):
        return None
    return failed_at + SCHEDULE[tries - 1]
