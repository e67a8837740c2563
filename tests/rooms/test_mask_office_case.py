"""The sample case file: Åsa is gone from every document that is no PDF, and everybody else is still there."""

import email
import email.policy
import functools
import html
import io
import json
import re
import unicodedata
import zipfile

import pytest

from officefiles import ASA, EXAMPLES, REGISTER, finder_of, leaks
from sigill.mask.apply import mask_file
from sigill.mask.image import tesseract
from sigill.mask.report import DEFAULT_LABEL, Options, Report
from sigill.mask.text import decode

CASE = EXAMPLES / "casefile"
DOCUMENTS = sorted(
    path.name for path in CASE.iterdir() if path.suffix not in (".pdf", ".jsonl", ".jpg") and path.is_file()
)
HIDDEN = ("comment", "tracked change author", "tracked deletion", "hidden text", "cell note", "attachment Tidplan.pdf")
"""Places that masking takes out with all they hold, whoever it is about."""


def truth(name: str) -> dict[str, list[dict[str, object]]]:
    with (CASE / "truth.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return {row["staff_id"]: row["occurrences"] for row in rows if row["doc"] == name}


def decoys(name: str) -> dict[str, int]:
    with (CASE / "decoys.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return next((row["forms"] for row in rows if row["doc"] == name), {})


def shown(data: bytes, name: str) -> str:
    """What a reader sees, in NFC."""
    suffix = name.rpartition(".")[2]
    if suffix in ("docx", "odt", "xlsx"):
        text = _package(data)
    elif suffix == "eml":
        text = _mail(data)
    elif suffix == "html":
        text = html.unescape(re.sub(r"<[^>]*>", "\n", data.decode("utf-8")))
    elif suffix == "rtf":
        raw = re.sub(r"\\u(-?\d+)\\'3f", lambda one: chr(int(one.group(1)) & 0xFFFF), data.decode("ascii"))
        text = re.sub(r"\\[a-z]+-?\d* ?|[{}]", "", raw)
    else:
        text = decode(data)[0]
    return unicodedata.normalize("NFC", text)


def _package(data: bytes) -> str:
    out = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                text = re.sub(r"</(w:p|text:p|text:h|c|si)>", "\n", archive.read(name).decode("utf-8"))
                out.append(html.unescape(re.sub(r"<[^>]*>", "", text)))
    return "\n".join(out)


def _mail(data: bytes) -> str:
    out = []
    for part in email.message_from_bytes(data, policy=email.policy.default).walk():
        out += [f"{name}: {value}" for name, value in part.items()]
        body = part.get_payload(decode=True) or b""
        if (part.get_filename() or "").endswith(".docx"):
            out.append(_package(body))
        elif part.get_content_maintype() == "text":
            text = body.decode(part.get_content_charset() or "utf-8")
            out.append(html.unescape(re.sub(r"<[^>]*>", "\n", text)) if "html" in part.get_content_type() else text)
    return "\n".join(out)


@functools.cache
def masked(name: str) -> tuple[str, str, bytes]:
    """The masked document: its name, what a reader sees, its bytes."""
    data, fresh = mask_file((CASE / name).read_bytes(), name, finder_of("A10001"), Options(), Report())
    return fresh, shown(data, fresh), data


pytestmark = pytest.mark.skipif(tesseract() is None, reason="some documents hold pictures: needs tesseract with swe")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_asa_is_gone(name: str) -> None:
    _, text, data = masked(name)
    assert leaks((CASE / name).read_bytes(), ASA) or name.endswith((".eml", ".rtf", ".txt"))
    assert leaks(data, ASA) == set()
    for form in ("Lindqvist-Öberg", "Wiffling", "ÅLÖ", "asali01", "0199-20 60 00", "070-174 06 00", "asa.lindqvist"):
        assert form.casefold() not in text.casefold()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_those_who_only_share_a_name_with_her_stay(name: str) -> None:
    """Exactly the decoys are left: mentor Åsa Berglund, inspector Öberg; not one Åsa more, not one less."""
    text = masked(name)[1]
    expected = decoys(name)
    for form in ("Åsa", "Öberg"):
        assert len(re.findall(rf"\b{form}s?\b", text)) == expected.get(form, 0)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_other_employee_is_still_named_as_often(name: str) -> None:
    text = masked(name)[1]
    for staff_id, occurrences in truth(name).items():
        if staff_id == ASA.staff_id:
            continue
        full = REGISTER[staff_id].full_name
        wanted = sum(
            int(str(one["count"]))
            for one in occurrences
            if one["form"] == full
            and one["via"] == "text"
            and one["seen_by"] == "reader"
            and not str(one["where"]).startswith(HIDDEN)
        )
        assert text.count(full) >= wanted, staff_id


def test_file_names_inside_a_mail_are_masked() -> None:
    assert DEFAULT_LABEL in masked("04_svar_till_skolan.eml")[1]
    assert masked("21_beslut_inleda_utredning.docx")[0] == "21_beslut_inleda_utredning.docx"


def test_the_same_case_documents_written_twice_are_the_same_bytes() -> None:
    for name in ("06_protokoll_natverksmote.odt", "11_jourschema.xlsx", "23_pedagogisk_kartlaggning.docx"):
        data = (CASE / name).read_bytes()
        first = mask_file(data, name, finder_of("A10001"), Options(), Report())
        assert mask_file(data, name, finder_of("A10001"), Options(), Report()) == first
        # Masking what is masked changes nothing more.
        assert mask_file(first[0], name, finder_of("A10001"), Options(), Report())[0] == first[0]
