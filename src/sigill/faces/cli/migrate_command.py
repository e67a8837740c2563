"""`sigill migrate`: bring the database's tables up to date, and give the application's role what it needs."""

from dataclasses import replace

import click

from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import json_line, out
from sigill.faces.cli.words import _
from sigill.house import Settings, migrate


@click.command(
    "migrate",
    help=_(
        "Bring the database's tables up to date; on PostgreSQL, as their owner.\n\n"
        "With --role, that role of the application gets what it needs and no more: the log it may only add to and "
        "read. SQLite needs none of this; its tables are brought up to date when they are opened."
    ),
)
@click.option("--role", help=_("The application's role on PostgreSQL (default: SIGILL_DB_ROLE)."))
@json_option()
def _migrate(role: str | None, as_json: bool) -> None:
    settings = Settings.from_environment()
    settings = replace(settings, database_role=role or settings.database_role)
    kept = migrate(settings)
    if as_json:
        json_line({"migrated": True, "role": settings.database_role or None, "append_only": kept})
        return
    out.print(_("The tables are up to date."), markup=False)
    if settings.database_role:
        out.print(
            _("The role {role} may only add to and read: {tables}.").format(
                role=settings.database_role, tables=", ".join(kept)
            ),
            markup=False,
            soft_wrap=True,
        )


command = finished(_migrate)
