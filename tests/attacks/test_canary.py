"""A canary sings through the whole way; nowhere that a server keeps anything may its song be found.

One process issues four decisions, opens them, refuses an opening, hears and rules on an objection, masks and scans,
backs itself up, logs everything at DEBUG with every database statement and its values, and stumbles on purpose at each
step (tests/canary.py); on SQLite and on PostgreSQL. Then everything it has left is searched for the withheld handlers,
in five encodings and inside every deflated stream, the backup as its recipient reads it. So is what a key device logs,
and what a signing service is sent. The search shares nothing with Sigill's own.
"""

import base64
import contextlib
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

from grounds import IDENTITY
from house import ACCEPTED, CASES, ROOT, draft, staff
from pki import pki
from postgres import fresh_database
from production import at_service, house, on_token
from sigill.adapters import age
from sigill.decision.people import StaffMember
from sigill.upkeep.backup import members
from sigill.verify.confined import no_core_dumps, run_confined
from softhsm import token_folder

STUMBLES = 40  # at least: a run without them proves little
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "hex", "base64")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_BLOB = re.compile(rb"[0-9a-f]{128,}")
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
        # Read as letters, the digits of a long blob spell staff ids by chance; what they stand for is a layer.
        read = _BLOB.sub(b" ", low)
        for form in wanted:
            plain = form.encode()
            texts = {
                plain,
                form.encode("cp1252", "replace"),
                form.encode("unicode_escape"),
                json.dumps(form)[1:-1].encode(),
            }
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
                if any(needle in (low if encoding == "hex" else read) for needle in needles):
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
        if len(match[0]) >= 128 or b"stream" in bytes.fromhex(match[0].decode()):
            yield from layers(bytes.fromhex(match[0].decode()))  # a blob in a database dump


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def work(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the canary's life has left."""
    folder = tmp_path_factory.mktemp("canary") / "work"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "PYTHONWARNINGS": "default"}
    with contextlib.ExitStack() as stack:
        database = [stack.enter_context(fresh_database())] if request.param == "postgresql" else []
        done = subprocess.run(
            [sys.executable, str(ROOT / "tests" / "canary.py"), str(folder), *database],
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


def kept(work: Path) -> Iterator[tuple[str, bytes]]:
    """All that the server keeps, by name, and what whoever may read the backup finds in it.

    The certificates of the staff are left out. They stand for the cards that employees carry: every employee has one.
    """
    for path in sorted((work / "kept").rglob("*")):
        if path.is_file() and path.parent.name != "people":
            yield path.relative_to(work).as_posix(), path.read_bytes()
    with age.reading(work / "kept" / "backup" / "night.age", age.identities(IDENTITY)) as stream:
        for name, data in members(stream):
            if not name.startswith("home/keys/people/"):
                yield f"night.age/{name}", data


def test_nothing_a_server_keeps_names_a_withheld_handler(work: Path) -> None:
    log = (work / "kept/logs/debug.log").read_text()
    assert log.count("stumbled") >= STUMBLES and "INSERT INTO" in log and "sigill_store_act" in log
    wanted = {form for name in ACCEPTED for person in withheld(name) for form in forms(person)}
    assert len(wanted) > 30
    held = dict(kept(work))
    hits = [(name, *hit) for name, data in held.items() for hit in found_in(data, wanted)]
    hits += [(name, "name", form) for name in held for form in wanted if form in name.lower()]
    assert hits == []
    rows = b"".join(data for name, data in held.items() if name.startswith("night.age/db/"))
    for written in (rows, held["kept/dump.sql"]):
        assert all(act in written for act in (b"jav_asked", b"jav_ruled", b"jav_answered", b"refused"))
    assert len(held) > 35 and held["night.age/escrow"] and "jäv".encode() in held["kept/answer.txt"]


def test_what_was_sealed_does_hold_the_name(work: Path) -> None:
    """Else nothing was hidden, and nothing proven."""
    from sigill.verify.search import search

    for name in ACCEPTED:
        record = (work / "handed" / name / "record.pdf").read_bytes()
        assert search({"record.pdf": record}, withheld(name), register=staff()).leaks, name


def test_a_key_device_logs_no_name(capfd: pytest.CaptureFixture[str]) -> None:
    """SoftHSM tells all it does to syslog, which here is standard error. Its token stands for the employees' cards."""
    conf = token_folder() / "softhsm2.conf"
    quiet, libc = conf.read_text(), ctypes.CDLL(None)
    sender = b"key device"  # syslog(3) keeps the pointer
    libc.openlog(sender, 0x20, 1 << 3)  # LOG_PERROR, LOG_USER
    conf.write_text(quiet.replace("ERROR", "DEBUG"))
    try:
        given = house(on_token())
        for name in ACCEPTED[:2]:
            given.issue(draft(name))
    finally:
        conf.write_text(quiet)
        libc.closelog()
    log = capfd.readouterr().err.encode()
    assert log.count(b"key device: ") > 50
    assert (
        found_in(log, {form for name in ACCEPTED[:2] for person in withheld(name) for form in forms(person)}) == set()
    )


def test_a_signing_service_is_sent_digests_and_no_name() -> None:
    """All that leaves the house: to the service, which knows whose key it uses, and to the timestamp authority."""
    given, before = house(at_service()), len(pki().asked)
    for name in ACCEPTED[:2]:
        given.issue(draft(name))
    sent = pki().asked[before:]
    assert any("signHash" in path for path, _ in sent) and any("tsa" in path for path, _ in sent)
    bodies = []
    for _, body in sent:
        fields = dict(body) if isinstance(body, dict) else {}
        fields.pop("credentialID", None)  # the service's own name for the key; here it is a person's
        bodies.append(json.dumps(fields).encode() if fields else bytes(body) if isinstance(body, bytes) else b"")
        assert len(bodies[-1]) < 4096, "no letter fits into it"
    wanted = {form for name in ACCEPTED[:2] for person in withheld(name) for form in forms(person)}
    assert found_in(b"\n".join(bodies), wanted) == set()


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
