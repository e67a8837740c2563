"""People as values. Their `repr` shows an id and never a name, so that a log line or a traceback stays clean."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sigill.errors import N_, BadInput


@dataclass(frozen=True, slots=True, repr=False)
class StaffMember:
    """One row of the staff register.

    Args:
        staff_id: the employer's stable id, for instance `A10001`.
        given_names: all given names, separated by spaces.
        preferred_name: the given name in daily use; may be a nickname.
        surname, former_surname: as registered; `former_surname` may be empty.
        title, unit: as registered.
        email, phone, mobile, user_id, initials: as registered; any may be empty.
    """

    staff_id: str
    given_names: str
    preferred_name: str
    surname: str
    former_surname: str = ""
    title: str = ""
    unit: str = ""
    email: str = ""
    phone: str = ""
    mobile: str = ""
    user_id: str = ""
    initials: str = ""

    @property
    def full_name(self) -> str:
        """The name in daily use: preferred name and surname."""
        return f"{self.preferred_name} {self.surname}".strip()

    def __repr__(self) -> str:
        return f"StaffMember({self.staff_id})"


@dataclass(frozen=True, slots=True, repr=False)
class StaffRegister(Mapping[str, StaffMember]):
    """The staff register: staff id to row. Iterates in the register's own order."""

    members: tuple[StaffMember, ...]
    _by_id: dict[str, StaffMember] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        by_id = {member.staff_id: member for member in self.members}
        if len(by_id) != len(self.members):
            raise BadInput(N_("The staff register has the same staff id twice."), N_("Give every employee one row."))
        object.__setattr__(self, "_by_id", by_id)

    @classmethod
    def of(cls, members: Iterable[StaffMember]) -> "StaffRegister":
        return cls(tuple(members))

    def __getitem__(self, staff_id: str) -> StaffMember:
        return self._by_id[staff_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def __hash__(self) -> int:
        return hash(self.members)

    def __repr__(self) -> str:
        return f"StaffRegister({len(self)} people)"
