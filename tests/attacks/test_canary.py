"""A canary sings through the whole way; nowhere that a server keeps anything may its song be found.

One process issues four decisions, opens them, refuses an opening, masks and scans, logs everything at DEBUG with every
database statement and its values, and stumbles on purpose at each step (tests/canary.py). Then everything it has left
is searched for the withheld handlers, in five encodings and inside every deflated stream. The search shares nothing
with Sigill's own.
"""

import base64
import ctypes
import json
import os
import re
import resource
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from house import ACCEPTED, CASES, ROOT, draft, staff
from sigill.decision.people import StaffMember
from sigill.verify.confined import no_core_dumps, run_confined

STUMBLES = 40  # at least: a run without them proves little
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "hex", "base64")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_HEX = re.compile(rb"(?:[0-9a-f]{2}){5,}", re.IGNORECASE)


def withheld(case: str) -> tuple[StaffMember, ...]:
    """Those whom a sample leaves out."""
    return tuple(staff()[one.staff_id] for one in draft(case).case.withhold)


def forms(person: StaffMember) -> set[str]:
    """What a person may be called, in lower case; nothing so short that chance writes it."""
    names = {person.preferred_name, *person.given_names.split()}
    full = {f"{one} {person.surname}" for one in names} | {f"{person.surname}, {one}" for one in names}
    ids = {person.staff_id, person.email, person.phone, person.mobile, person.user_id}
    alone = {one for one in (person.surname, person.former_surname, *names) if one and len(one) > 5}
    return {one.lower() for one in full | ids | alone if one}


def found_in(data: bytes, wanted: set[str]) -> set[tuple[str, str]]:
    """(encoding, form) of everything that can be read in some bytes, their deflated streams and encoded runs."""
    hits = set()
    for layer in layers(data):
        low = layer.lower()
        for form in wanted:
            plain = form.encode()
            texts = {plain, form.encode("cp1252"), form.encode("unicode_escape"), json.dumps(form)[1:-1].encode()}
            texts |= (
                {repr(plain)[2:-1].encode(), re.sub(rb"[^a-z0-9@._-]", b"_", plain)} if not form.isascii() else set()
            )
            for encoding, needles in (
                ("utf-8", texts),
                ("utf-16-le", {form.encode("utf-16-le")}),
                ("utf-16-be", {form.encode("utf-16-be")}),
                (
                    "hex",
                    {plain.hex().encode(), form.upper().encode().hex().encode(), form.title().encode().hex().encode()},
                ),
            ):
                if any(needle in low for needle in needles):
                    hits.add((encoding, form))
        joined = re.sub(rb"[\r\n\t ]+", b"", layer)  # PEM breaks its lines
        for run in _BASE64.findall(joined):
            for start in range(4):
                part = run[start : start + (len(run) - start) // 4 * 4].translate(bytes.maketrans(b"-_", b"+/"))
                decoded = base64.b64decode(part).lower()
                hits |= {("base64", form) for form in wanted if form.encode() in decoded}
    return hits


def layers(data: bytes) -> Iterator[bytes]:
    """The bytes, and what their deflated and hexadecimal runs hold."""
    yield data
    for match in _STREAM.finditer(data):
        try:
            yield zlib.decompressobj().decompress(match[1].lstrip(b"\r\n"))
        except zlib.error:
            continue
    for match in _HEX.finditer(data):
        if b"stream" in (held := bytes.fromhex(match[0].decode())):
            yield from layers(held)  # a blob in a database dump


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the canary's life has left."""
    folder = tmp_path_factory.mktemp("canary") / "work"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "PYTHONWARNINGS": "default"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "canary.py"), str(folder)],
        capture_output=True,
        timeout=400,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    (folder / "kept" / "logs" / "stderr.txt").write_bytes(done.stderr)
    (folder / "kept" / "logs" / "stdout.txt").write_bytes(done.stdout)
    return folder


def test_the_search_finds_what_is_there(work: Path) -> None:
    person = withheld(ACCEPTED[0])[0]
    assert forms(person) >= {"gun-britt åkesson", "a10667", "åkesson", "gunak01"}
    for form in ("Gun-Britt Åkesson", "A10667", "gun-britt.akesson@exempelstad.example"):
        for planted in (
            form.encode(),
            form.encode("utf-16-le"),
            form.encode("utf-16-be"),
            b"xx" + form.encode().hex().encode(),
            b"x" * 7 + b" " + base64.b64encode(b"two" + b"!" * len(form) + form.encode()),
            b"stream\n" + zlib.compress(form.encode()) + b"\nendstream",
            (b"stream\n" + zlib.compress(form.encode()) + b"\nendstream").hex().encode(),
            json.dumps(form).encode(),
        ):
            assert found_in(b"\x00some bytes " + planted + b" more", forms(person)), (form, planted)
    assert found_in((CASES / ACCEPTED[0] / "case.toml").read_bytes(), forms(person))
    certificates = b"".join(one.read_bytes() for one in (work / "kept" / "home" / "keys" / "people").glob("*.pem"))
    assert {encoding for encoding, _ in found_in(certificates, forms(person))} == {"base64"}


def test_nothing_a_server_keeps_names_a_withheld_handler(work: Path) -> None:
    log = (work / "kept/logs/debug.log").read_text()
    assert log.count("stumbled") >= STUMBLES and "INSERT INTO" in log and "sigill_store_act" in log
    wanted = {form for name in ACCEPTED for person in withheld(name) for form in forms(person)}
    assert len(wanted) > 30
    searched, hits = 0, []
    for path in sorted((work / "kept").rglob("*")):
        # The certificates of the staff stand for the cards that employees carry: every employee has one.
        if path.is_file() and path.parent.name != "people":
            searched += 1
            hits += [(path.relative_to(work), *hit) for hit in found_in(path.read_bytes(), wanted)]
            hits += [(path.relative_to(work), "name", form) for form in wanted if form in path.name.lower()]
    assert searched > 25
    assert hits == []


def test_what_was_sealed_does_hold_the_name(work: Path) -> None:
    """Else nothing was hidden, and nothing proven."""
    from sigill.verify.search import search

    for name in ACCEPTED:
        record = (work / "handed" / name / "record.pdf").read_bytes()
        assert search({"record.pdf": record}, withheld(name), register=staff()).leaks, name


def test_a_crash_leaves_no_core(work: Path) -> None:
    assert json.loads((work / "crash.json").read_text()) == {"left": []}


def core_protection() -> tuple[tuple[int, int], int]:
    """The limit on core dumps, and whether the process may be dumped (prctl(2), PR_GET_DUMPABLE)."""
    return resource.getrlimit(resource.RLIMIT_CORE), int(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))


def test_no_process_that_handles_names_can_be_dumped(tmp_path: Path) -> None:
    assert run_confined(core_protection, seconds=60, megabytes=4096) == ((0, 0), 0)
    shown = "import ctypes, resource, sys; sys.argv = ['sigill', '--version']\n" + (
        "from sigill.faces import cli\ntry: cli.main()\nexcept SystemExit: pass\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "(0, 0) 0"
    no_core_dumps()
    assert core_protection() == ((0, 0), 0)
