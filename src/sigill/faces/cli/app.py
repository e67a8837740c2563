"""The command `sigill` and its sub-commands, imported only when called: `check` and `mask` start without Django."""

import importlib
from collections.abc import Sequence

import click

import sigill as package
from sigill.faces.cli.words import _

COMMANDS = (
    "demo",
    "issue",
    "check",
    "trust",
    "sign",
    "mask",
    "scan",
    "request",
    "release",
    "open",
    "bundle",
    "jav",
    "notices",
    "custodian",
    "shred",
    "escrow",
    "backup",
    "backup-key",
    "restore",
    "log",
    "migrate",
    "witness",
    "law",
    "serve",
    "jobs",
)
"""Sub-commands in the order of the manual; each is a module of this package with the same name plus `_command`."""


class _Manual(click.Group):
    """Imports a sub-command when it is needed, and lists all in the manual's order."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"sigill.faces.cli.{cmd_name.replace('-', '_')}_command")
        command = module.command
        assert isinstance(command, click.Command)
        return command


def _settled(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """`--lang` was read before click started; here it is only accepted."""
    del ctx, parameter, value


def lang_option() -> click.Option:
    """`--lang`, accepted before and after the sub-command."""
    return click.Option(
        ["--lang"],
        type=click.Choice(["sv", "en"]),
        expose_value=False,
        is_eager=True,
        callback=_settled,
        help=_("Language of messages (default: by LANG)."),
    )


def parameters(command: click.Command) -> Sequence[click.Parameter]:
    """The parameters of a command, `--lang` among them."""
    return command.params


@click.group(
    cls=_Manual,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_(
        "Sigill: decisions that do not name the threatened handler, and stay lawful.\n\n"
        "A name is left out of the written notification (33 § 4 st FL), never replaced by another's and never "
        "promised secret: the record (31 § FL) has all names and the party may ask for it.\n\n"
        "Exit codes: 0 done or clean · 1 found (refused by the gate, a leak, not genuine) · 2 wrong usage or "
        "unreadable input · 3 blocked, a human must look, nothing written · 4 temporary, try again."
    ),
)
@click.version_option(package.__version__, prog_name="sigill")
def sigill() -> None:
    """The group; its sub-commands do the work."""


sigill.params.append(lang_option())
