"""Django settings of the store alone: a database and one app. No secret, no web."""

import os
from pathlib import Path
from typing import Any

import dj_database_url


def databases(url: str) -> dict[str, dict[str, Any]]:
    """Django's DATABASES for a database URL.

    Args:
        url: `sqlite:////path/sigill.sqlite3` or `postgresql://…`.
    """
    default: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=0))
    if "sqlite" in default["ENGINE"]:
        # IMMEDIATE: a writer takes its lock at the start, so two processes queue instead of failing half-way.
        # synchronous=FULL: after the commit returns, a power cut does not take the log entry back.
        default["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    return {"default": default}


INSTALLED_APPS = ["sigill.store"]
DATABASES = databases(os.environ.get("DATABASE_URL", f"sqlite:///{Path.home() / '.local/share/sigill/sigill.sqlite3'}"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"
SECRET_KEY = ""
