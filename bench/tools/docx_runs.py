"""python-docx: replace in the text of each run, as the usual recipe does."""

from typing import Any

import common
import docx


def act(source: str, target: str, job: dict[str, Any]) -> None:
    found = common.pattern(job["forms"])
    document = docx.Document(source)
    tables = [p for t in document.tables for row in t.rows for cell in row.cells for p in cell.paragraphs]
    for paragraph in [*document.paragraphs, *tables]:
        for run in paragraph.runs:
            if found.search(run.text):
                run.text = found.sub(job["label"], run.text)
    document.save(target)


common.serve(act, "python-docx")
