"""PyMuPDF: search for each form, redact what is found, save; with `"scrub": true` its clean-up as well."""

from typing import Any

import common
import pymupdf


def act(source: str, target: str, job: dict[str, Any]) -> None:
    with pymupdf.open(source) as document:
        for page in document:
            for form in job["forms"]:
                for quad in page.search_for(form, quads=True):
                    page.add_redact_annot(quad, text=job["label"])
            page.apply_redactions()
        if job.get("scrub"):
            document.scrub()
        document.save(target, garbage=4, deflate=True)


common.serve(act, "pymupdf")
