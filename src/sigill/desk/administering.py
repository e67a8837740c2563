"""The administrator's work: users, roles with their dates, delegation rules. No case comes here."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sigill.desk.access import Actor, Role, no_such_case, require
from sigill.errors import N_, Refused
from sigill.store.desk import models


def users(actor: Actor) -> list[models.User]:
    """All users with their roles."""
    require(actor, "office.users")
    return list(models.User.objects.select_related("employee").prefetch_related("grants").order_by("username"))


def user(actor: Actor, number: int) -> models.User:
    """One user."""
    require(actor, "office.users")
    found = models.User.objects.filter(pk=number).first()
    if found is None:
        raise no_such_case()
    return found


def grant_role(actor: Actor, number: int, role: str, valid_from: dt.date, valid_to: dt.date | None) -> models.RoleGrant:
    """Give a role.

    Raises:
        Refused: it ends before it begins, or the administrator would give a role to himself or herself.
    """
    found = user(actor, number)
    if found.pk == actor.user_id:
        raise Refused(N_("Nobody gives roles to oneself."), N_("Ask another administrator."))
    if valid_to is not None and valid_to < valid_from:
        raise Refused(N_("The role ends before it begins."), N_("Correct the dates."))
    return models.RoleGrant.objects.create(
        user=found, role=Role(role), valid_from=valid_from, valid_to=valid_to, granted_by_id=actor.user_id
    )


def end_role(actor: Actor, grant: int) -> None:
    """End a role yesterday: today it does not hold any more."""
    require(actor, "office.users")
    found = models.RoleGrant.objects.filter(pk=grant).first()
    if found is None:
        raise no_such_case()
    found.valid_to = actor.today - dt.timedelta(days=1)
    found.save()


def employees(actor: Actor) -> list[models.Employee]:
    """The staff directory."""
    require(actor, "office.directory")
    return list(models.Employee.objects.order_by("-active", "surname", "preferred_name"))


def rules(actor: Actor) -> list[models.DelegationRule]:
    """The delegation rules."""
    require(actor, "office.delegation")
    return list(models.DelegationRule.objects.all())


def add_rule(actor: Actor, said: Mapping[str, Any]) -> models.DelegationRule:
    """A new item of the delegation rules."""
    require(actor, "office.delegation")
    return models.DelegationRule.objects.create(**said)
