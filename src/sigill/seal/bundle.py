"""The court's bundle: a ZIP file with the record, the notification and the eight openings. Same content, same bytes.

What it does not do: it checks no signature; `sigill.audit.check_court` does.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from typing import NamedTuple

from sigill.errors import N_, BadInput

RECORD, NOTIFICATION, OPENINGS = "record.pdf", "notification.pdf", "openings.json"
MAX_FILE = 256 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Bundle(NamedTuple):
    """What a bundle holds."""

    record_pdf: bytes
    notification_pdf: bytes
    openings: tuple[str, ...]

    def __repr__(self) -> str:
        return "Bundle(…)"  # it holds names


def pack(record_pdf: bytes, notification_pdf: bytes, openings: Sequence[str]) -> bytes:
    """The bundle as a ZIP file, stored and not packed: PDFs hardly shrink."""
    opened = json.dumps({"schema": 1, "openings": list(openings)}, indent=1).encode("ascii")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, data in ((RECORD, record_pdf), (NOTIFICATION, notification_pdf), (OPENINGS, opened)):
            file.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return target.getvalue()


def unpack(data: bytes) -> Bundle:
    """The bundle in `data`.

    Raises:
        BadInput: it is no ZIP file, or does not hold these three files and no other.
    """
    wrong = BadInput(
        N_("This is no court bundle: record.pdf, notification.pdf and openings.json, and nothing else."),
        N_("Ask the authority for the bundle again."),
    )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            parts = file.infolist()
            if sorted(one.filename for one in parts) != sorted((RECORD, NOTIFICATION, OPENINGS)):
                raise wrong
            if any(one.file_size > MAX_FILE for one in parts):
                raise wrong
            found = {one.filename: file.read(one) for one in parts}
        opened = json.loads(found[OPENINGS])
        openings = opened["openings"]
        if opened["schema"] != 1 or not isinstance(openings, list) or not all(isinstance(one, str) for one in openings):
            raise wrong
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, KeyError, TypeError, OSError):
        raise wrong from None
    return Bundle(found[RECORD], found[NOTIFICATION], tuple(openings))
