"""Opens the store: configures Django once per process, brings the tables up to date, hands out the port."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.conf import settings as django_settings

from sigill.errors import N_, BadInput

if TYPE_CHECKING:
    from sigill.store.django_store import DjangoStore

_lock = threading.Lock()


def open_store(url: str, home: Path, role: str = "") -> "DjangoStore":
    """Open the database at `url`, creating or migrating its tables.

    Args:
        url: see `sigill.store.settings.databases`.
        home: folder for the locks that keep two runs on one decision apart (SQLite).
        role: the application's role on PostgreSQL, when the owner of the tables opens them; see `append_only.grant`.
    Raises:
        BadInput: the tables are out of date and this role may not change them; or this process has another
            database open.
        Temporary: the database does not answer.
    """
    from sigill.store import settings  # noqa: PLC0415

    with _lock:
        wanted = settings.databases(url)
        if not django_settings.configured:
            django_settings.configure(
                DATABASES=wanted,
                INSTALLED_APPS=settings.INSTALLED_APPS,
                DEFAULT_AUTO_FIELD=settings.DEFAULT_AUTO_FIELD,
                USE_TZ=settings.USE_TZ,
                TIME_ZONE=settings.TIME_ZONE,
            )
            django.setup()
        elif django_settings.DATABASES["default"].get("NAME") != wanted["default"]["NAME"]:
            raise BadInput(N_("Another database is open in this process."), N_("Open one store per process."))
        # Models can be imported once Django is set up, and not before.
        from sigill.store import django_store  # noqa: PLC0415

        if wanted["default"]["ENGINE"].endswith("sqlite3"):
            Path(wanted["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        added_to = django_store.migrate(role)
    return django_store.DjangoStore(home, append_only=added_to)
