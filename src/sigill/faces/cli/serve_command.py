"""`sigill serve` and what it starts: the web under gunicorn, and a job runner beside it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from sigill.errors import N_, BadInput
from sigill.faces.cli.demo_command import examples
from sigill.faces.cli.options import finished
from sigill.faces.cli.show import out
from sigill.faces.cli.words import _
from sigill.house import Settings

_SETTINGS = "sigill.faces.web.settings"
_DEMO_HOME = Path("out/web")


@click.command(
    "serve",
    help=_(
        "The web on this machine, with a job runner inside.\n\n"
        "Needs board.toml in SIGILL_HOME. With --demo it starts on invented people and the sample cases in a folder of "
        "its own, and prints who may log in. Stop it with Ctrl-C."
    ),
)
@click.option("--demo", is_flag=True, help=_("Invented people and cases, passwords shown; never for real data."))
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help=_("Address and port."))
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64), help=_("Requests at once."))
@click.option("--no-jobs", is_flag=True, help=_("Start no job runner here; `sigill jobs` runs them elsewhere."))
def _serve(demo: bool, bind: str, threads: int, no_jobs: bool) -> None:
    settings = Settings.from_environment()
    samples = examples() if demo else None
    if demo and "SIGILL_HOME" not in os.environ:
        settings = replace(settings, home=_DEMO_HOME.absolute())
    environment = {**os.environ, "SIGILL_HOME": str(settings.home), "DJANGO_SETTINGS_MODULE": _SETTINGS}
    if samples is not None:
        environment |= {"SIGILL_DEMO": "1", "PYTHONWARNINGS": "ignore"}
        environment.pop("DATABASE_URL", None)
        _template(samples, settings.home)
    if not (settings.home / "board.toml").exists():
        raise BadInput(
            N_("The web needs the board's own template."),
            N_("Put board.toml (and its logo) into SIGILL_HOME; examples/board.toml shows the keys."),
            place=str(settings.home / "board.toml"),
        )
    demo_arguments = ["--demo", str(samples)] if samples else []
    if subprocess.run(_django("setupweb", *demo_arguments), env=environment, check=False).returncode:
        raise BadInput(N_("The web could not be set up."), N_("See what is said above."), place=str(settings.home))
    _say(bind, demo)
    runner = None if no_jobs else subprocess.Popen(_django("runjobs"), env=environment)
    web = subprocess.Popen(_gunicorn(bind, threads), env=environment)
    _until_it_ends(web, runner)


def _template(samples: Path, home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("board.toml", "logo.svg"):
        if not (home / name).exists():
            shutil.copy(samples / name, home / name)


def _django(*words: str) -> Sequence[str]:
    return (sys.executable, "-m", "django", *words)


def _gunicorn(bind: str, threads: int) -> Sequence[str]:
    return (
        sys.executable, "-m", "gunicorn", "--bind", bind, "--worker-class", "gthread", "--workers", "1",
        "--threads", str(threads), "--timeout", "120", "--log-level", "warning", "sigill.faces.web.wsgi:application",
    )  # fmt: skip


def _say(bind: str, demo: bool) -> None:
    out.print(_("The web answers at http://{bind}/").format(bind=bind), markup=False, soft_wrap=True)
    if demo:
        words = _(
            "Log in as gun-britt, birgitta, lovisa, peter, nils … with the password demo; the log-in page lists all."
        )
        out.print(words, markup=False, soft_wrap=True)


def _until_it_ends(web: "subprocess.Popen[bytes]", runner: "subprocess.Popen[bytes] | None") -> None:
    """Wait for the web; pass on a request to stop, and take the job runner along."""

    def stop(*_: object) -> None:
        web.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    web.wait()
    if runner is not None:
        runner.terminate()
        runner.wait()


command = finished(_serve)
