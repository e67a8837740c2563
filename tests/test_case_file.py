"""The sample case file, masked whole, held against its truth: A10001 is gone, everybody else is still there.

What is read here is read by this test's own small readers, not by the masker's and not by the verifier's.
"""

import email
import email.policy
import io
import json
import re
import subprocess
import unicodedata
import zipfile
from pathlib import Path

import pytest

from house import EXAMPLES, staff
from sigill.masking import Task, mask_document, scan_document

CASE_FILE = EXAMPLES / "casefile"
PROTECTED = "A10001"
DOCUMENTS = sorted(path.name for path in CASE_FILE.iterdir() if path.suffix not in (".jsonl", ".md"))
PIXELS = ("12_brev_inskannat.pdf", "13_lapp_foto.jpg")
"""Only OCR reads these; the truth counts what a human sees."""


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (CASE_FILE / name).read_text("utf-8").splitlines()]


def text_of(data: bytes, name: str) -> str:
    """All text a reader of the file meets, joined; soft hyphens and line ends taken out of words."""
    suffix = Path(name).suffix
    if suffix == ".pdf":
        done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=data, capture_output=True, check=True)
        text = done.stdout.decode()
    elif suffix in (".docx", ".odt", ".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [archive.read(one).decode() for one in archive.namelist() if one.endswith(".xml")]
        paragraphs = re.sub(
            r"</(?:w:p|text:p|text:h|si|is|c)>|<(?:w:br|w:tab|text:tab|text:line-break)/>", "\n", "\n".join(parts)
        )
        text = re.sub(r"<[^>]*>", "", paragraphs)
    elif suffix == ".eml":
        message = email.message_from_bytes(data, policy=email.policy.default)
        parts = [f"{key}: {value}" for key, value in message.items()]
        for part in message.walk():
            if part.get_content_maintype() == "text":
                parts.append(part.get_content())
            elif part.get_filename() and not part.is_multipart():
                parts.append(text_of(part.get_payload(decode=True), part.get_filename()))
        text = "\n".join(parts)
    elif suffix == ".rtf":
        text = re.sub(
            r"\\u(-?\d+)\??|\\'([0-9a-f]{2})|\\[a-z]+-?\d* ?|[{}]",
            lambda found: (
                chr(int(found[1]) % 65536) if found[1] else bytes.fromhex(found[2]).decode("cp1252") if found[2] else ""
            ),
            data.decode("latin-1"),
        )
    elif name == "09_telefonlogg_cp1252.txt":
        text = data.decode("cp1252")
    else:
        text = data.decode("utf-8", "replace")
    return " ".join(unicodedata.normalize("NFC", text).replace("\xad", "").replace("-\n", "-").split())


@pytest.fixture(scope="module")
def masked() -> dict[str, object]:
    """Each document of the case file, masked for the protected person."""
    task = Task((staff()[PROTECTED],), staff())
    return {name: mask_document((CASE_FILE / name).read_bytes(), name, task) for name in DOCUMENTS}


def test_every_document_of_the_case_file_is_masked(masked: dict) -> None:
    assert len(DOCUMENTS) == 25
    assert {name: one.outcome for name, one in masked.items()} == dict.fromkeys(DOCUMENTS, "masked")


def test_the_protected_person_is_gone(masked: dict) -> None:
    truth = {line["doc"]: line["forms"] for line in lines("truth.jsonl") if line["staff_id"] == PROTECTED}
    assert set(truth) == set(DOCUMENTS)
    allowed = {(line["doc"], form): count for line in lines("decoys.jsonl") for form, count in line["forms"].items()}
    for name, forms in truth.items():
        text = text_of(masked[name].data, masked[name].name) if name not in PIXELS else ""
        for form in forms:
            found = len(re.findall(rf"(?<!\w){re.escape(form)}(?!\w)", text))
            assert found <= allowed.get((name, form), 0), (name, len(form), found)


def test_everybody_else_is_still_there(masked: dict) -> None:
    """Full names, addresses and user ids of the others, counted before and after."""
    checked = 0
    for line in lines("truth.jsonl"):
        name = line["doc"]
        if line["staff_id"] == PROTECTED or name in PIXELS:
            continue
        person = staff()[line["staff_id"]]
        before, after = text_of((CASE_FILE / name).read_bytes(), name), text_of(masked[name].data, masked[name].name)
        for form in (person.full_name, person.email, person.user_id):
            visible = sum(
                one["count"]
                for one in line["occurrences"]
                if one["form"] == form
                and one["seen_by"] == "reader"
                and one["via"] == "text"
                # Comments and what tracked changes deleted are dropped, whoever they name; a running head or foot
                # stands as often as there are pages, and their number may change.
                and not re.search("comment|tracked|deleted|header|footer", one["where"])
            )
            wanted = min(visible, before.count(form))
            # Word by word: a page break may part a name that stood on one page before.
            for word in form.split() if wanted else ():
                assert after.count(word) >= wanted, (name, line["staff_id"], form)
            checked += bool(wanted)
    assert checked > 60


def test_decoys_are_not_silently_masked(masked: dict) -> None:
    """A teacher called Åsa, inspector Öberg, the dog Björn: other people's and animals' names stay."""
    for line in lines("decoys.jsonl"):
        name = line["doc"]
        if name in PIXELS:
            continue
        before, after = text_of((CASE_FILE / name).read_bytes(), name), text_of(masked[name].data, masked[name].name)
        for form, count in line["forms"].items():
            pattern = rf"(?<!\w){re.escape(form)}(?!\w)"
            wanted = min(count, len(re.findall(pattern, before)))
            assert len(re.findall(pattern, after)) >= wanted, (name, form)


def test_scan_finds_the_person_before_and_not_after(masked: dict) -> None:
    task = Task((staff()[PROTECTED],), staff())
    for name in ("09_telefonlogg_cp1252.txt", "11_jourschema.xlsx", "17_kontaktlista_reportlab.pdf"):
        assert scan_document((CASE_FILE / name).read_bytes(), name, task).leaks
        assert not scan_document(masked[name].data, masked[name].name, task).leaks
