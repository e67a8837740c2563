"""The menu: drawn from the access table, so that it offers what the role may do and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_

from sigill.desk.access import Actor, reach

ENTRIES: tuple[tuple[str, str, str], ...] = (
    ("home", "home", N_("Start")),
    ("case.list", "cases", N_("My cases")),
    ("protection.queue", "protections", N_("Needs for protection")),
    ("protection.own", "own", N_("My protection")),
    ("incident.view", "incidents", N_("Incidents")),
    ("concern.flag", "concern", N_("Report about an employee's child")),
    ("sending.queue", "sending", N_("Sending")),
    ("questions", "questions", N_("Questions about decisions")),
    ("office.users", "users", N_("Users")),
    ("office.directory", "directory", N_("Staff directory")),
    ("concern.deputies", "deputies", N_("Deputies")),
    ("office.programs", "programs", N_("Programs")),
    ("office.delegation", "delegation", N_("Delegation rules")),
)
"""Act, URL name, words; in the menu's order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    url: str
    words: str
    current: bool


def entries(actor: Actor, path: str) -> Sequence[Entry]:
    """The menu of somebody who is at `path`."""
    found = []
    for action, name, words in ENTRIES:
        if reach(actor.roles, action) is not None:
            url = reverse(name)
            found.append(Entry(url, gettext(words), path == url or (url != "/" and path.startswith(url))))
    return found
