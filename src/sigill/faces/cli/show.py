"""Turns results and errors into lines, tables, JSON and exit codes."""

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TextIO

import click
from rich.console import Console
from rich.table import Table

from sigill.decision.legal import Finding
from sigill.errors import LeakFound, Refused, SigillError
from sigill.faces.cli.words import _, language, sentence

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def guarded(act: Callable[[], Any]) -> int:
    """Run `act`; turn what it raises into a sentence on stderr and an exit code.

    An error nobody foresaw says only its type: its text could hold a name. `SIGILL_DEBUG=1` shows the traceback.
    """
    try:
        result = act()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        err.print(_("Interrupted."), markup=False)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SigillError as error:
        error_lines(error)
        return error.exit_code
    except OSError as error:
        err.print(_("The system says: {reason}.").format(reason=os.strerror(error.errno or 0)), markup=False)
        return 4
    except Exception as error:
        if os.environ.get("SIGILL_DEBUG"):
            raise
        err.print(
            _("Something failed that should not have ({kind}). Nothing was issued by this call.").format(
                kind=type(error).__name__
            ),
            markup=False,
        )
        return 3
    return result if isinstance(result, int) else 0


def error_lines(error: SigillError) -> None:
    """The error's sentence, and for a refusal or a leak what was found, on stderr."""
    err.print(sentence(error), style="bold red" if sys.stderr.isatty() else "", markup=False, soft_wrap=True)
    if isinstance(error, Refused):
        for finding in error.findings:
            if finding.stops:
                err.print("  " + finding_line(finding), markup=False, soft_wrap=True)
    if isinstance(error, LeakFound):
        for leak in error.leaks:
            err.print(f"  {leak.file}: {leak.place} ({leak.kind}, {leak.reader})", markup=False, soft_wrap=True)


def finding_line(finding: Finding) -> str:
    """A finding of the gate in one line: rule, sentence, source."""
    message = finding.message_sv if language() == "sv" else finding.message_en
    return f"{finding.rule} {message} [{finding.source}]"


def json_line(value: Mapping[str, Any]) -> None:
    """`value` as JSON on stdout, for programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=False))


def table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A small table on stdout."""
    grid = Table(title=title, title_justify="left", title_style="bold", show_lines=False, pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*row)
    out.print(grid)


def warning_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a warning as one sentence, without a source line."""
    del filename, lineno, file, line
    if not issubclass(category, (DeprecationWarning, ResourceWarning)):
        err.print(_("Note:") + f" {_(str(message))}", style="yellow", markup=False, soft_wrap=True)


def quiet_warnings() -> None:
    """No warnings on this run (the demo says once what it has to say)."""
    warnings.simplefilter("ignore")
