"""Replace in the XML of every part of a zip package, plain and joined across tags; the rest is copied."""

import re
import zipfile
from typing import Any
from xml.sax.saxutils import escape

import common


def act(source: str, target: str, job: dict[str, Any]) -> None:
    # Tags may stand between any two characters of a name that is cut into runs.
    found = re.compile(
        "|".join("(?:<[^<>]*>)*".join(re.escape(escape(one)) for one in form) for form in job["forms"]), re.IGNORECASE
    )
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                new.writestr(info.filename, data)
                continue
            new.writestr(info.filename, found.sub(lambda match: replaced(match.group(), job["label"]), text))


def replaced(match: str, label: str) -> str:
    """The label before the tags that stood inside, so that the XML stays in balance."""
    return label + "".join(re.findall("<[^<>]*>", match))


common.serve(act)
