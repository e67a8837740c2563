"""What mask and scan share: which files are meant, and whom to hide."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sigill.adapters.files import read
from sigill.adapters.staff_csv import read_staff
from sigill.decision.people import StaffMember, StaffRegister
from sigill.errors import N_, BadInput


def files_in(inputs: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """(file, its place below the input that named it), folders recursively, in a fixed order.

    Raises:
        BadInput: an input does not exist or is no ordinary file, or nothing is named at all.
    """
    for given in inputs:
        if given.is_dir():
            for path in sorted(given.rglob("*")):
                if path.is_symlink():
                    raise BadInput(
                        N_("The folder holds a link to somewhere else."), N_("Replace it by the file."), place=str(path)
                    )
                if path.is_file():
                    yield path, path.relative_to(given)
        elif given.is_file():
            yield given, Path(given.name)
        else:
            raise BadInput(N_("There is no such file."), N_("Check the path."), place=str(given))


def people(staff_file: Path, hide: Sequence[str]) -> tuple[tuple[StaffMember, ...], StaffRegister]:
    """Those to hide, and the register.

    Raises:
        BadInput: the register cannot be read, or a staff id is not in it.
    """
    register = read_staff(read(staff_file), place=staff_file.name)
    for staff_id in hide:
        if staff_id not in register:
            raise BadInput(
                N_("`{staff_id}` is not in the staff register."),
                N_("Check --hide."),
                place=staff_file.name,
                staff_id=staff_id,
            )
    return tuple(register[staff_id] for staff_id in dict.fromkeys(hide)), register
