"""`setupweb`: tables, cache table and, for the demo, the sample cases. Started by `sigill serve`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from sigill.desk.office import office


class Command(BaseCommand):
    """Everything the web needs before it answers; safe to repeat."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--demo FOLDER`."""
        parser.add_argument("--demo", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        del args
        call_command("createcachetable", verbosity=0)
        office()  # opens the house: keys and tables
        if options["demo"] is not None:
            from sigill.desk import demo  # noqa: PLC0415 - only where it is wanted

            demo.load(options["demo"])
