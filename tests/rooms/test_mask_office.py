"""Åsa is hidden in one place of a document at a time; afterwards nobody can read her there.

Every case has its positive control (a crude reader finds her in the original), and every kind of hiding place is
written about twenty employees: masked, they are one and the same file.
"""

import io
import zipfile

import docx as python_docx
import pytest
from lxml import etree

from officefiles import ASA, DOCX, INNOCENT, MANY, ODS, ODT, XLSX, finder_of, leaks, words
from sigill.decision.people import StaffMember
from sigill.mask.apply import mask_file
from sigill.mask.report import Options, Report

SUFFIX = {"docx": ".docx", "xlsx": ".xlsx", "odt": ".odt", "ods": ".ods"}
PLACES = [
    *(("docx", place) for place in DOCX),
    *(("xlsx", place) for place in XLSX),
    *(("odt", place) for place in ODT),
    *(("ods", place) for place in ODS),
]
BUILDERS = {"docx": DOCX, "xlsx": XLSX, "odt": ODT, "ods": ODS}


def mask(data: bytes, name: str, person: StaffMember = ASA, **options: object) -> tuple[bytes, Report]:
    report = Report()
    masked, _ = mask_file(data, name, finder_of(person.staff_id), Options(**options), report)  # type: ignore[arg-type]
    return masked, report


@pytest.mark.parametrize(("kind", "place"), PLACES, ids=lambda value: value)
def test_asa_can_be_read_before_and_not_after(kind: str, place: str) -> None:
    original = BUILDERS[kind][place](ASA)
    assert leaks(original, ASA), "the original must leak, or the test proves nothing"
    masked, _ = mask(original, "fil" + SUFFIX[kind])
    assert leaks(masked, ASA) == set()
    assert INNOCENT in words(masked)


@pytest.mark.parametrize(("kind", "place"), PLACES, ids=lambda value: value)
def test_the_same_document_about_anyone_gives_the_same_bytes(kind: str, place: str) -> None:
    results = {mask(BUILDERS[kind][place](person), "fil" + SUFFIX[kind], person)[0] for person in MANY}
    assert len(results) == 1


@pytest.mark.parametrize(("kind", "place"), PLACES, ids=lambda value: value)
def test_what_comes_out_is_well_formed_and_complete(kind: str, place: str) -> None:
    """Every part is XML where it says so, every relationship leads somewhere, every id is there."""
    masked, _ = mask(BUILDERS[kind][place](ASA), "fil" + SUFFIX[kind])
    with zipfile.ZipFile(io.BytesIO(masked)) as archive:
        names = set(archive.namelist())
        assert len(names) == len(archive.namelist())
        for name in names:
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))
        if kind in ("docx", "xlsx"):
            _check_package(archive, names)
    if kind == "docx":
        document = python_docx.Document(io.BytesIO(masked))
        assert any(INNOCENT in paragraph.text for paragraph in document.paragraphs)


def _check_package(archive: zipfile.ZipFile, names: set[str]) -> None:
    typed = {
        one.get("PartName") for one in etree.fromstring(archive.read("[Content_Types].xml")) if one.get("PartName")
    }
    assert typed == {f"/{name}" for name in names if not name.endswith(".rels") and name != "[Content_Types].xml"}
    for name in names:
        if not name.endswith(".xml") or name == "[Content_Types].xml":
            continue
        folder, _, base = name.rpartition("/")
        rels_name = f"{folder}/_rels/{base}.rels"
        ids = {}
        if rels_name in names:
            for one in etree.fromstring(archive.read(rels_name)):
                ids[one.get("Id")] = one
                if one.get("TargetMode") != "External":
                    target = zipfile.Path(archive, at=f"{folder}/").joinpath(one.get("Target"))
                    path = _normal(f"{folder}/{one.get('Target')}")
                    assert path in names, f"{target} is missing"
        for element in etree.fromstring(archive.read(name)).iter():
            for attribute, value in element.attrib.items():
                if attribute.startswith("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"):
                    assert value in ids


def _normal(path: str) -> str:
    parts: list[str] = []
    for one in path.split("/"):
        if one == "..":
            parts.pop()
        elif one not in ("", "."):
            parts.append(one)
    return "/".join(parts)
