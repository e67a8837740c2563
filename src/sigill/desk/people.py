"""Who is acting, and the staff directory as the register that gate, mask and verifier use."""

import datetime as dt

from django.db import transaction
from django.db.models import Q

from sigill.adapters.staff_csv import read_staff
from sigill.decision.people import StaffMember, StaffRegister
from sigill.desk.access import Actor, Role, require
from sigill.store.desk.models import Employee, User

_COLUMNS = (
    "staff_id",
    "given_names",
    "preferred_name",
    "surname",
    "former_surname",
    "title",
    "unit",
    "email",
    "phone",
    "mobile",
    "user_id",
    "initials",
)


def actor_of(user: User, today: dt.date) -> Actor:
    """The user as somebody who acts, with the roles that are valid on `today`."""
    grants = user.grants.filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today)
    known = {str(role) for role in Role}
    roles = frozenset(Role(one) for one in grants.values_list("role", flat=True) if one in known)
    key = user.employee_id if user.employee_id else f"elected:{user.elected_name}"
    return Actor(user.pk, key, user.get_full_name(), roles if user.is_active else frozenset(), today)


def register() -> StaffRegister:
    """The whole directory, former employees too: their names must stay readable, and hideable."""
    rows = Employee.objects.order_by("staff_id").values(*_COLUMNS)
    return StaffRegister.of(StaffMember(**row) for row in rows)


def names_of(keys: set[str]) -> dict[str, str]:
    """Names by key (staff id, or `elected:NAME`); a key nobody knows stands for itself."""
    found = {row.staff_id: row.full_name for row in Employee.objects.filter(staff_id__in=keys)}
    return {key: found.get(key, key.removeprefix("elected:")) for key in keys}


def renew_directory(actor: Actor, csv: bytes) -> int:
    """Bring the directory up to date from a CSV file; who is no longer in it becomes a former employee.

    Returns:
        number of rows read.
    Raises:
        BadInput: the file cannot be used; says where. NotYourRole.
    """
    require(actor, "office.directory")
    return put_directory(read_staff(csv, place="staff.csv"))


def put_directory(staff: StaffRegister) -> int:
    """Write a register into the directory."""
    with transaction.atomic():
        Employee.objects.exclude(staff_id__in=list(staff)).update(active=False)
        rows = [Employee(active=True, **{one: getattr(member, one) for one in _COLUMNS}) for member in staff.members]
        Employee.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["staff_id"],
            update_fields=[*_COLUMNS[1:], "active"],
        )
    return len(rows)
