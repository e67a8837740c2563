"""`runjobs`: a job runner. Started by `sigill serve` and `sigill jobs`; any number may run."""

import os
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from sigill.desk import jobs
from sigill.desk.office import office


class Command(BaseCommand):
    """Works until it is told to stop, or until the process that started it is gone."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        del args, options
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        parent = os.getppid()
        office()
        jobs.run_until(lambda: stop.is_set() or os.getppid() != parent)
