"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sigill.adapters.files import read
from sigill.faces.cli.app import lang_option
from sigill.faces.cli.words import _

F = TypeVar("F", bound=Callable[..., Any])


def file_argument(name: str, **more: Any) -> Callable[[F], F]:
    """A path as an argument; whether it exists is said by the reader, with the right exit code."""
    return click.argument(name, type=click.Path(path_type=Path), **more)


def staff_option() -> Callable[[F], F]:
    """`--staff STAFF.csv`."""
    return click.option("--staff", type=click.Path(path_type=Path), required=True, help=_("The staff register, CSV."))


def hide_option() -> Callable[[F], F]:
    """`--hide STAFF_ID`, repeated."""
    return click.option(
        "--hide", "hide", multiple=True, required=True, help=_("Staff id of a person to hide; repeat it for more.")
    )


def keep_option() -> Callable[[F], F]:
    """`--keep NAME`, repeated."""
    return click.option(
        "--keep", multiple=True, help=_("Full name of somebody outside the register who stays readable; repeat it.")
    )


def ocr_option() -> Callable[[F], F]:
    """`--no-ocr`."""
    return click.option(
        "--no-ocr", is_flag=True, help=_("Do not read pixels; a page that is only a picture is blocked.")
    )


def json_option() -> Callable[[F], F]:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help=_("Print the result as JSON, for programs."))


def board_option() -> Callable[[F], F]:
    """`--board board.toml`."""
    return click.option(
        "--board",
        type=click.Path(path_type=Path),
        help=_("The board's template (default: board.toml in SIGILL_HOME, else a plain one)."),
    )


def finished(command: click.Command) -> click.Command:
    """Add what every command has: `--lang`."""
    command.params.append(lang_option())
    return command


def passphrase_option() -> Callable[[F], F]:
    """`--passphrase-file FILE`; without it the terminal asks."""
    return click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path),
        help=_("File whose first line is the passphrase of the key file; without it the terminal asks."),
    )


def passphrase(file: Path | None, what: str, *, new: bool = False) -> str:
    """The passphrase in `file`, or asked for at the terminal, twice for a new one.

    Args:
        what: whose it is, for the question.
    """
    if file is not None:
        return read(file, most=4096).decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
    question = _("Passphrase for {what}").format(what=what)
    return str(click.prompt(question, hide_input=True, confirmation_prompt=new, err=True))
