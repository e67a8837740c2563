"""pdf-redactor: text, annotations, links, document information and XMP.

It reads only uncompressed streams, as its own manual says, so qpdf (through pikepdf) comes first and is not counted.
"""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import common
import pdf_redactor
import pikepdf


def flat(source: str) -> str:
    path = source + ".flat"
    with pikepdf.open(source) as pdf:
        pdf.save(
            path,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return path


def act(source: str, target: str, job: dict[str, Any]) -> None:
    # Spaces may be drawn as gaps.
    found = common.pattern(job["forms"], r"\s*")
    options = pdf_redactor.RedactorOptions()
    options.content_filters = [(found, lambda _match: job["label"])]
    options.metadata_filters = {"ALL": [lambda value: found.sub("", value) if isinstance(value, str) else value]}
    options.xmp_filters = [lambda tree: cleaned(tree, found)]
    options.link_filters = [lambda link, _annotation: None if link and found.search(link) else link]
    with Path(source).open("rb") as options.input_stream, Path(target).open("wb") as options.output_stream:
        pdf_redactor.redactor(options)


def cleaned(tree: Any, found: "re.Pattern[str]") -> Any:
    if tree is None:
        return None
    return ElementTree.fromstring(found.sub("", ElementTree.tostring(tree, encoding="unicode")))  # noqa: S314


common.serve(act, "pdf-redactor", "pdfrw", ready=flat)
