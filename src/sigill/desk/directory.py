"""The staff directory as SCIM 2.0 users (RFC 7643, 7644): an identity system keeps employees here up to date.

The protocol is scim2-server's; this is its storage: one `User` for each row. `externalId` (or the enterprise
extension's `employeeNumber`) is the staff id, which never changes. Nobody is deleted: a former employee's name must
stay readable in records, and hideable, so DELETE and `active: false` make a former employee. Initials and former
surname are no attributes of SCIM and are left as they are.
"""

import datetime as dt
import hashlib
from typing import Any

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    Email,
    EnterpriseUser,
    ETag,
    Filter,
    ForbiddenException,
    InvalidValueException,
    Meta,
    MutabilityException,
    Name,
    NotFoundException,
    Patch,
    PhoneNumber,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimProvider,
    SearchRequest,
    ServiceProviderConfig,
    Sort,
    UniquenessException,
    User,
)
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.routing import Operation, Target
from scim2_server.service import ScimService
from scim2_server.storage import ScimStorage, SearchPage

from sigill.store.desk.models import Employee

Person = User[EnterpriseUser]
_CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False),
    filter=Filter(supported=True, max_results=500),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Bearer token",
            description="A token with staff:read or staff:write.",
        )
    ],
)
_READS = frozenset({Operation.query, Operation.search, Operation.search_with_body})


class Directory(ScimStorage):
    """The staff directory as SCIM users."""

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """One employee."""
        del resource_type, response_parameters
        return _user(_row(resource_id))

    def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        """Those that match, by staff id unless sorted otherwise."""
        del resource_types, position
        found: list[Resource[Any]] = [_user(row) for row in Employee.objects.order_by("staff_id")]
        if search_request.filter is not None:
            found = [one for one in found if search_request.filter.match(one)]
        if search_request.sort_by is not None:
            found = search_request.sort(found)
        start = max((search_request.start_index or 1) - 1, 0)
        count = len(found) if search_request.count is None else max(search_request.count, 0)
        return SearchPage(len(found), found[start : start + count])

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """A new employee."""
        del resource_type
        assert isinstance(resource, User)
        staff_id = _staff_id(resource)
        if not staff_id:
            raise InvalidValueException(detail="externalId or employeeNumber must be the staff id.")
        if Employee.objects.filter(pk=staff_id).exists():
            raise UniquenessException(detail="There is an employee with that staff id.")
        row = Employee(staff_id=staff_id)
        _write(row, resource)
        return _user(row)

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        """An employee as the identity system knows him or her now."""
        del resource_type
        assert isinstance(resource, User)
        row = _row(resource.id or "", lock=True)
        _same(row, expected_version)
        if _staff_id(resource) not in ("", row.staff_id):
            raise MutabilityException(detail="The staff id never changes.")
        _write(row, resource)
        return _user(row)

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        """The employee leaves; the row stays."""
        del resource_type
        row = _row(resource_id, lock=True)
        _same(row, expected_version)
        row.active = False
        row.save(update_fields=["active"])


def _row(staff_id: str, *, lock: bool = False) -> Employee:
    rows = Employee.objects.select_for_update() if lock else Employee.objects.all()
    row = rows.filter(pk=staff_id).first()
    if row is None:
        raise NotFoundException(detail="There is no such employee.")
    return row


def _staff_id(user: User[Any]) -> str:
    extension = user[EnterpriseUser]
    return (user.external_id or (extension.employee_number if extension else "") or "").strip()[:64]


def _user(row: Employee) -> User[Any]:
    phones = ((PhoneNumber.Type.work, row.phone), (PhoneNumber.Type.mobile, row.mobile))
    user = Person(
        id=row.staff_id,
        external_id=row.staff_id,
        user_name=row.user_id or row.staff_id,
        name=Name(given_name=row.given_names, family_name=row.surname, formatted=row.full_name),
        nick_name=row.preferred_name or None,
        display_name=row.full_name,
        title=row.title or None,
        active=row.active,
        emails=[Email(value=row.email, type=Email.Type.work, primary=True)] if row.email else None,
        phone_numbers=[PhoneNumber(value=value, type=kind) for kind, value in phones if value] or None,
    )
    user[EnterpriseUser] = EnterpriseUser(employee_number=row.staff_id, department=row.unit or None)
    since = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # the directory keeps no times of its own
    user.meta = Meta(resource_type="User", created=since, last_modified=since, version=_version(row))
    return user


def _version(row: Employee) -> str:
    fields = sorted((name, str(value)) for name, value in vars(row).items() if not name.startswith("_"))
    return f'W/"{hashlib.sha256(repr(fields).encode()).hexdigest()[:32]}"'


def _same(row: Employee, expected: str | None) -> None:
    if expected is not None and expected != _version(row):
        raise PreconditionFailedException(detail="The employee has changed since.")


def _write(row: Employee, user: User[Any]) -> None:
    name = user.name or Name()
    given, family = (name.given_name or "").strip(), (name.family_name or "").strip()
    if not given or not family:
        raise InvalidValueException(detail="name.givenName and name.familyName are needed.")
    taken = Employee.objects.exclude(pk=row.staff_id).filter(user_id=user.user_name or "", active=True)
    if user.user_name and taken.exists():
        raise UniquenessException(detail="Another employee has that userName.")
    row.given_names, row.surname = given[:200], family[:200]
    row.preferred_name = ((user.nick_name or "").strip() or given.split()[0])[:100]
    row.user_id, row.title = (user.user_name or "")[:64], (user.title or "")[:200]
    row.active = user.active is not False
    emails = sorted(user.emails or [], key=lambda one: not one.primary)
    row.email = (emails[0].value or "")[:254] if emails else ""
    numbers = {one.type: one.value or "" for one in user.phone_numbers or []}
    row.phone, row.mobile = numbers.get(PhoneNumber.Type.work, "")[:60], numbers.get(PhoneNumber.Type.mobile, "")[:60]
    extension = user[EnterpriseUser]
    row.unit = (extension.department or "")[:200] if extension else ""
    row.save()


class Service(ScimService):
    def authorize(self, request: ScimRequest, target: Target, resource_type: ResourceType) -> None:
        """Reading takes `staff:read`, everything else `staff:write`."""
        del resource_type
        scope = "staff:read" if target.operation in _READS else "staff:write"
        if scope not in request.subject.scopes:
            raise ForbiddenException(detail=f"The token is not good for this: {scope} is missing.")


def open_service() -> ScimService:
    """The protocol for the one kind of resource there is."""
    return Service(ScimProvider([User, EnterpriseUser], [ResourceType.from_resource(Person)], _CONFIG))


def handle(service: ScimService, request: ScimRequest) -> Any:
    """Answer one call.

    Raises:
        SCIMException: the call's own error.
    """
    return ScimHandler(service, Directory()).handle(request)
