"""`sigill jobs`: a job runner of its own, beside a web that was started with --no-jobs."""

import os
import subprocess
import sys

import click

from sigill.faces.cli.options import finished
from sigill.faces.cli.words import _


@click.command(
    "jobs",
    help=_(
        "A job runner: makes letters, signs, seals and logs what the web has asked for.\n\n"
        "Any number may run at once; a job whose runner is killed is done again by another. Stop it with Ctrl-C."
    ),
)
def _jobs() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "sigill.faces.web.settings"}
    raise SystemExit(
        subprocess.run((sys.executable, "-m", "django", "runjobs"), env=environment, check=False).returncode
    )


command = finished(_jobs)
