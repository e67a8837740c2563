"""Reads the staff register from CSV: one row per employee, columns named after `StaffMember`'s fields."""

import csv
import io
from dataclasses import fields

from sigill.decision.people import StaffMember, StaffRegister
from sigill.errors import N_, BadInput

_COLUMNS = tuple(one.name for one in fields(StaffMember))
_REQUIRED = ("staff_id", "given_names", "surname")


def read_staff(data: bytes, *, place: str = "staff.csv") -> StaffRegister:
    """The register in a CSV file.

    Args:
        data: UTF-8 with or without byte order mark, comma or semicolon, a header line.
        place: the file's name, for error messages.
    Raises:
        BadInput: not text, no header, a required column or value missing, an unknown column, a staff id twice.
            Names line and column, never a value.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(N_("The staff register is not UTF-8 text."), N_("Save it as UTF-8."), place=place) from None
    header, _, _ = text.partition("\n")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns = [name.strip() for name in rows.fieldnames or ()]
    for missing in (name for name in _REQUIRED if name not in columns):
        raise BadInput(
            N_("The staff register has no column `{column}`."),
            N_("The first line names the columns: {known}."),
            place=place,
            column=missing,
            known=", ".join(_COLUMNS),
        )
    for unknown in (name for name in columns if name not in _COLUMNS):
        raise BadInput(
            N_("The staff register has an unknown column `{column}`."),
            N_("The columns are: {known}."),
            place=place,
            column=unknown,
            known=", ".join(_COLUMNS),
        )
    members = []
    try:
        for row in rows:
            values = {name: (row.get(name) or "").strip() for name in columns}
            for name in _REQUIRED:
                if not values[name] or None in row:
                    raise BadInput(
                        N_("Line {line} of the staff register lacks a value or has too many."),
                        N_("Give it the column `{column}`."),
                        place=place,
                        line=rows.line_num,
                        column=name,
                    )
            values.setdefault("preferred_name", "")
            values["preferred_name"] = values["preferred_name"] or values["given_names"].split()[0]
            members.append(StaffMember(**values))
    except csv.Error:
        raise BadInput(
            N_("Line {line} of the staff register is not proper CSV."),
            N_("Mend its quotes."),
            place=place,
            line=rows.line_num,
        ) from None
    if not members:
        raise BadInput(N_("The staff register is empty."), N_("It needs one row per employee."), place=place)
    try:
        return StaffRegister.of(members)
    except BadInput as err:
        raise BadInput(err.problem, err.next_step, place=place) from None
