"""The command line as its users meet it: exit codes, sentences, files; always in a process of its own."""

import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pikepdf
import pyrage
import pytest

from house import ACCEPTED, CASES, EXAMPLES, REFUSED, ROOT, staff
from sigill.faces.cli.app import COMMANDS

SIGILL = ROOT / ".venv" / "bin" / "sigill"
STAFF = EXAMPLES / "staff.csv"
CASE = CASES / "01_track_a_insats" / "case.toml"


def sigill(*arguments: object, home: Path, lang: str = "en_GB.UTF-8", **more: str):
    environment = {
        **os.environ,
        "SIGILL_HOME": str(home),
        "LANG": lang,
        "LC_ALL": lang,
        "COLUMNS": "200",
        **more,
    }
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [str(SIGILL), *map(str, arguments)], capture_output=True, text=True, timeout=120, env=environment
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has issued case 01, with the letter beside it."""
    base = tmp_path_factory.mktemp("furnished")
    done = sigill("issue", CASE, "--staff", STAFF, "-o", base / "letter", home=base / "home")
    assert done.returncode == 0, done.stderr
    return base


@pytest.fixture
def base(furnished: Path, tmp_path: Path) -> Path:
    """A copy of it to play with."""
    shutil.copytree(furnished, tmp_path / "base")
    return tmp_path / "base"


@pytest.fixture
def letter(base: Path) -> Path:
    return base / "letter" / "notification.pdf"


def receipt(folder: Path) -> dict:
    return json.loads((folder / "receipt.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ACCEPTED + REFUSED)
def test_issue_on_each_sample_gives_what_its_truth_says(name: str, base: Path, tmp_path: Path) -> None:
    import tomllib

    wanted = tomllib.loads((CASES / name / "expected.toml").read_text("utf-8"))
    done = sigill("issue", CASES / name / "case.toml", "--staff", STAFF, "-o", tmp_path / "out", home=base / "home")
    told = receipt(tmp_path / "out")
    if wanted["outcome"] == "accepted":
        assert done.returncode == 0, done.stderr
        assert told["outcome"] == "issued"
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
            "notification.pdf",
            "receipt.json",
        ]
    else:
        assert done.returncode == 1
        assert told["outcome"] == "refused"
        assert set(wanted["refused_by"]) <= set(told["rules"])
        assert not (tmp_path / "out" / "notification.pdf").exists()
        for rule in wanted["refused_by"]:
            assert rule in done.stderr


def test_check_says_genuine_with_only_file_and_trust_file(letter: Path, base: Path, tmp_path: Path) -> None:
    shutil.copy(base / "home" / "trust.json", tmp_path / "trust.json")
    done = sigill("check", letter, "--trust", tmp_path / "trust.json", home=tmp_path / "nothing here")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "GENUINE" in done.stdout
    assert not (tmp_path / "nothing here").exists()


def altered(letter: Path, how: str) -> bytes:
    data = letter.read_bytes()
    if how == "one byte":
        return data[:3000] + bytes([data[3000] ^ 1]) + data[3001:]
    if how == "timestamp stripped":
        return data[: data.rstrip().removesuffix(b"%%EOF").rindex(b"%%EOF") + 6]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if how == "page rotated":
            pdf.pages[0].rotate(90, relative=True)
        else:
            pdf.attachments["more.txt"] = pikepdf.AttachedFileSpec(pdf, b"more", filename="more.txt")
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


@pytest.mark.parametrize("how", ["one byte", "page rotated", "attachment added", "timestamp stripped"])
def test_check_says_not_genuine_after_a_change(how: str, letter: Path, base: Path) -> None:
    letter.write_bytes(altered(letter, how))
    done = sigill("check", letter, home=base / "home")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOT GENUINE" in done.stdout


def test_check_takes_a_checkpoint_from_elsewhere_and_gives_codes(letter: Path, base: Path) -> None:
    seen = base / "home" / "checkpoint.txt"
    done = sigill("check", letter, "--checkpoint", seen, home=base / "home")
    assert done.returncode == 0, done.stdout + done.stderr
    seen.write_text(seen.read_text().replace("\n1\n", "\n2\n", 1))
    done = sigill("check", letter, "--checkpoint", seen, "--json", home=base / "home")
    assert (done.returncode, json.loads(done.stdout)["code"]) == (1, "checkpoint-signature")


def test_check_on_something_else_is_bad_input(base: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"hello")
    assert sigill("check", tmp_path / "letter.pdf", home=base / "home").returncode == 2
    assert sigill("check", tmp_path / "none.pdf", home=base / "home").returncode == 2


def test_issuing_again_gives_the_same_bytes_and_no_second_entry(base: Path, tmp_path: Path) -> None:
    done = sigill("issue", CASE, "--staff", STAFF, "-o", tmp_path / "again", home=base / "home")
    assert done.returncode == 0, done.stderr
    for name in ("notification.pdf", "receipt.json"):
        assert (tmp_path / "again" / name).read_bytes() == (base / "letter" / name).read_bytes()
    shown = json.loads(sigill("log", "show", "--json", home=base / "home").stdout)
    assert len(shown["entries"]) == 1


def test_two_runs_at_once_give_one_decision(base: Path, tmp_path: Path) -> None:
    case = CASES / "04_ekonomiskt_bistand" / "case.toml"
    environment = {**os.environ, "SIGILL_HOME": str(base / "home"), "LANG": "C.UTF-8"}
    runs = [
        subprocess.Popen(
            [str(SIGILL), "issue", str(case), "--staff", str(STAFF), "-o", str(tmp_path / str(number))],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for number in range(2)
    ]
    codes = [run.wait(120) for run in runs]
    assert set(codes) <= {0, 4} and 0 in codes, [run.stderr.read() for run in runs]
    ids = {receipt(tmp_path / str(n))["decision_id"] for n in range(2) if (tmp_path / str(n)).exists()}
    assert len(ids) == 1
    assert len(json.loads(sigill("log", "show", "--json", home=base / "home").stdout)["entries"]) == 2


def test_the_record_in_clear_only_when_asked_for(base: Path, tmp_path: Path) -> None:
    case = CASES / "02_track_b_lyft" / "case.toml"
    done = sigill("issue", case, "--staff", STAFF, "-o", tmp_path / "out", "--with-record", home=base / "home")
    assert done.returncode == 0, done.stderr
    assert sigill("check", tmp_path / "out" / "record.pdf", home=base / "home").returncode == 0
    again = sigill("issue", case, "--staff", STAFF, "-o", tmp_path / "new", "--with-record", home=base / "home")
    assert again.returncode == 2 and "sigill open" in again.stderr


def kinds(base: Path) -> list[str]:
    return [one["kind"] for one in json.loads(sigill("log", "show", "--json", home=base / "home").stdout)["entries"]]


def test_open_gives_the_record_once_and_logs_each_step(base: Path, tmp_path: Path) -> None:
    done = sigill(
        "open", base / "letter" / "receipt.json", "--for", "party", "--recipient", "parten", "--by", "A12110",
        "-o", tmp_path, "--json", home=base / "home",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sigill("check", tmp_path / "record.pdf", home=base / "home").returncode == 0
    assert kinds(base) == ["issued", "requested", "opened", "handing", "delivered"]
    again = sigill("open", json.loads(done.stdout)["request"], "-o", tmp_path / "two", home=base / "home")
    assert again.returncode == 1 and not (tmp_path / "two").exists()
    told = json.loads(sigill("notices", "show", "--json", home=base / "home").stdout)["notices"]
    assert [one["staff_id"] for one in told] == ["A10667"] and told[0]["advice"] and not told[0]["held"]
    assert sigill("log", "check", home=base / "home").returncode == 0


def test_custodians_release_their_parts_on_machines_of_their_own(base: Path, tmp_path: Path) -> None:
    home, elsewhere = base / "home", tmp_path / "elsewhere"
    asked = sigill(
        "request", "new", base / "letter" / "receipt.json", "--for", "audit", "--requester", "revisorerna", "--by",
        "A12110", "--json", home=home,
    )  # fmt: skip
    request = json.loads(asked.stdout)["request"]
    assert sigill("request", "export", request, "-o", tmp_path / "request.json", home=home).returncode == 0
    shutil.move(home / "keys" / "custodians", tmp_path / "custodians")
    for one, other in (("jurist", "registrator"), ("registrator", "jurist")):
        done = sigill(
            "release", tmp_path / "request.json", "--as", one, "--with", other,
            "--key", tmp_path / "custodians" / f"{one}.key", "-o", tmp_path / f"{one}.part", home=elsewhere,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "revisorerna" in done.stdout
    assert not elsewhere.exists()
    one, two = tmp_path / "jurist.part", tmp_path / "registrator.part"
    for parts in (("--part", one), ("--part", one, "--part", one)):
        assert sigill("open", request, *parts, "-o", tmp_path / "out", home=home).returncode == 1
    done = sigill("open", request, "--part", one, "--part", two, "-o", tmp_path / "out", home=home)
    assert done.returncode == 0, done.stderr
    assert kinds(base) == ["issued", "requested", "denied", "denied", "opened", "handing", "delivered"]
    (listed,) = json.loads(sigill("request", "list", "--json", home=home).stdout)["requests"]
    assert listed["state"] == "delivered"


def test_open_with_too_few_custodians_or_no_ground_is_refused(base: Path, tmp_path: Path) -> None:
    (key, *_rest) = sorted((base / "home" / "keys" / "custodians").glob("*.key"))
    for keys in ([key], [key, key]):
        named = [word for one in keys for word in ("--key", one)]
        done = sigill(
            "open", base / "letter" / "receipt.json", "--for", "police", "--by", "A12110",
            "-o", tmp_path / "out", *named, home=base / "home",
        )  # fmt: skip
        assert done.returncode == 1 and "G35" in done.stderr
    done = sigill("open", base / "letter" / "receipt.json", "--for", "curiosity", "--by", "x", home=base / "home")
    assert done.returncode == 2
    assert not (tmp_path / "out").exists()


def test_a_partys_request_cannot_be_refused_and_the_police_can(base: Path) -> None:
    for ground, code in (("party", 1), ("police", 0)):
        asked = sigill(
            "request", "new", base / "letter" / "receipt.json", "--for", ground, "--by", "A12110", "--json",
            home=base / "home",
        )  # fmt: skip
        done = sigill(
            "request", "refuse", json.loads(asked.stdout)["request"], "--by", "A12147", "--reason",
            "Uppgiften behövs inte för förundersökningen.", home=base / "home",
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert ("G25" in done.stderr) == (ground == "party")


def test_a_court_gets_everything_and_can_verify_it(base: Path, tmp_path: Path) -> None:
    done = sigill(
        "bundle", base / "letter" / "receipt.json", "--for", "court", "--requester", "Förvaltningsrätten, mål 1-26",
        "--by", "A12110", "-o", tmp_path, home=base / "home",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    trust = shutil.copy(base / "home" / "trust.json", tmp_path / "trust.json")
    checked = sigill("check", "--court", tmp_path / "bundle.zip", "--trust", trust, "--json", home=tmp_path / "none")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    (person,) = json.loads(checked.stdout)["identities"]
    assert person["name"] == staff()["A10667"].full_name
    with zipfile.ZipFile(tmp_path / "bundle.zip") as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts["openings.json"] = json.dumps({"schema": 1, "openings": json.loads(parts["openings.json"])["openings"][:7]})
    with zipfile.ZipFile(tmp_path / "seven.zip", "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    assert sigill("check", "--court", tmp_path / "seven.zip", "--trust", trust, home=tmp_path / "none").returncode == 1


def test_an_objection_by_somebody_who_does_not_know_the_names(base: Path) -> None:
    home = base / "home"
    asked = sigill(
        "jav", "ask", base / "letter" / "receipt.json", "--party", "parten", "--objection", "Min svägerska.",
        "--person", "Gun-Britt Åkesson", "--by", "A12110", "--json", home=home,
    )  # fmt: skip
    query = json.loads(asked.stdout)["query"]
    seen = sigill(
        "jav", "compare", query, "--officer", "A12147", "--by", "A12110", "--staff", STAFF, "--json", home=home
    )
    assert seen.returncode == 0, seen.stderr
    assert json.loads(seen.stdout)["alike"] == ["Gun-Britt Åkesson"]
    ruled = sigill(
        "jav",
        "rule",
        query,
        "--officer",
        "A12147",
        "--disqualified",
        "--reasons",
        "Hon är släkt med parten.",
        home=home,
    )
    assert ruled.returncode == 0, ruled.stderr
    early = sigill("jav", "answer", query, "-o", base / "answer", home=home)
    assert early.returncode == 4 and not (base / "answer").exists()
    (listed,) = json.loads(sigill("jav", "list", "--json", home=home).stdout)["queries"]
    assert listed["state"] == "ruled"
    assert "Åkesson" not in asked.stdout + ruled.stdout + early.stderr


def test_a_copy_for_a_one_time_key_and_a_letterbox_of_ones_own(base: Path, tmp_path: Path) -> None:
    pair = pyrage.x25519.Identity.generate()
    made = sigill(
        "notices", "key", "A10667", "-o", tmp_path / "own.key", "--passphrase", "a long passphrase", home=base / "home"
    )
    assert made.returncode == 0, made.stderr
    done = sigill(
        "open", base / "letter" / "receipt.json", "--for", "party", "--by", "A12110", "--recipient-key",
        str(pair.to_public()), "-o", tmp_path / "out", home=base / "home",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["record.pdf.age"]
    assert pyrage.decrypt((tmp_path / "out" / "record.pdf.age").read_bytes(), [pair]).startswith(b"%PDF")
    own = sigill(
        "notices", "show", "--key", tmp_path / "own.key", "--json", home=base / "home",
        SIGILL_PASSPHRASE="a long passphrase",
    )  # fmt: skip
    assert [one["staff_id"] for one in json.loads(own.stdout)["notices"]] == ["A10667"]
    assert json.loads(sigill("notices", "show", "--json", home=base / "home").stdout)["notices"] == []


def test_log_check_and_export(base: Path, tmp_path: Path) -> None:
    assert sigill("log", "check", home=base / "home").returncode == 0
    assert sigill("log", "publish", home=base / "home").returncode == 0
    for _ in range(2):
        done = sigill("log", "export", "-o", tmp_path / "public", "--json", home=base / "home")
        assert json.loads(done.stdout)["entries"] >= 1, done.stderr
    point = tmp_path / "public" / "checkpoint"
    assert sigill("log", "check", "--checkpoint", point, home=base / "home").returncode == 0
    proof = tmp_path / "newer.tlog-proof"
    assert sigill("log", "prove", base / "letter" / "receipt.json", "-o", proof, home=base / "home").returncode == 0
    checked = sigill("check", base / "letter" / "notification.pdf", "--proof", proof, home=base / "home")
    assert checked.returncode == 0, checked.stdout
    proof.write_text(proof.read_text("utf-8").replace("index", "Index"), "utf-8")
    assert sigill("check", base / "letter" / "notification.pdf", "--proof", proof, home=base / "home").returncode == 1


def test_a_truncated_log_stops_the_house(base: Path) -> None:
    import sqlite3

    with sqlite3.connect(base / "home" / "sigill.sqlite3") as database:
        for table in ("logentry", "lognode", "logevent"):
            database.execute(f"DROP TRIGGER sigill_store_{table}_no_delete")
        for table in ("issue", "logevent", "lognode", "logentry"):
            database.execute(f"DELETE FROM sigill_store_{table}")
    done = sigill("log", "check", home=base / "home")
    assert done.returncode == 3
    assert "administrator" in done.stderr


def test_law_show_explains(base: Path) -> None:
    done = sigill("law", "show", "sol_20_2_inleda_utredning", home=base / "home")
    assert done.returncode == 0
    assert "KL 13:2" in done.stdout
    assert sigill("law", "show", "sol_20_2_inleda_utredningar", home=base / "home").returncode == 2
    assert sigill("law", "search", "umgänge", home=base / "home").returncode == 0
    assert "G17" in sigill("law", "rules", home=base / "home").stdout


def bad_inputs(folder: Path) -> dict[str, tuple[Path, Path, int]]:
    """Ways to go wrong: (case, document, exit code)."""
    folder.mkdir()
    good = (CASES / "01_track_a_insats" / "decision.docx").read_bytes()
    text = CASE.read_text("utf-8").replace("SN 2026/0412-14", "SN 2026/0999-1")

    def case(name: str, content: str) -> Path:
        path = folder / f"{name}.toml"
        path.write_text(content, "utf-8")
        return path

    def document(name: str, content: bytes, suffix: str = ".docx") -> Path:
        path = folder / f"{name}{suffix}"
        path.write_bytes(content)
        return path

    def with_part(part: str, content: bytes) -> bytes:
        target = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(good)) as source,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for item in source.infolist():
                new.writestr(item.filename, content if item.filename == part else source.read(item))
            if part not in source.namelist():
                new.writestr(part, content)
        return target.getvalue()

    entity = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
    fine, here = CASE, CASES / "01_track_a_insats" / "decision.docx"
    return {
        "broken": (fine, document("broken", good[: len(good) // 2]), 2),
        "password": (fine, document("password", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)), 2),
        "entity": (fine, document("entity", with_part("word/document.xml", entity)), 2),
        "bomb": (fine, document("bomb", with_part("word/media/x.xml", bytes(300 << 20))), 2),
        "empty": (fine, document("empty", b"", ".md"), 2),
        "blank": (fine, document("blank", b"   \n\n", ".md"), 2),
        "not what it says": (fine, document("plain", b"hello"), 2),
        "unknown key": (case("key", text.replace("[contact]", '[contact]\ncolour = "red"')), here, 2),
        "unknown staff": (case("staff", text.replace("A11259", "A99999")), here, 2),
        "unknown type": (case("type", text.replace("sol_11_1_insats", "sol_99_1")), here, 2),
        "not TOML": (case("toml", "= ="), here, 2),
        "impossible date": (case("date", text.replace("2026-10-14\n", "2026-13-45\n", 1)), here, 2),
        "outside the record": (
            case(
                "outside",
                text.replace('[[withhold]]\nstaff_id = "A10667"', '[[withhold]]\nstaff_id = "A11962"'),
            ),
            here,
            1,
        ),
        "party's name": (case("party", text.replace("Marlene Tisell", "Gun-Britt Åkesson")), here, 3),
    }


def test_bad_input_gets_a_sentence_and_leaves_nothing(base: Path, tmp_path: Path) -> None:
    def there() -> list[str]:  # SQLite keeps or drops its own journals as it pleases
        return sorted(path.name for path in (base / "home").iterdir() if not path.name.endswith(("-wal", "-shm")))

    before = there()
    for name, (case, document, code) in bad_inputs(tmp_path / "bad").items():
        out = tmp_path / "out" / name
        done = sigill("issue", case, "--staff", STAFF, "-o", out, "--document", document, home=base / "home")
        assert done.returncode == code, (name, done.returncode, done.stderr)
        assert done.stderr.strip(), name
        assert not (out / "notification.pdf").exists(), name
        assert "Åkesson" not in done.stderr and "/etc" not in done.stderr
        if code != 1:
            assert not out.exists(), name
    assert len(json.loads(sigill("log", "show", "--json", home=base / "home").stdout)["entries"]) == 1
    assert there() == before


def test_bad_input_to_a_house_that_does_not_exist_makes_none(tmp_path: Path) -> None:
    done = sigill("issue", tmp_path / "no.toml", "--staff", STAFF, "-o", tmp_path / "out", home=tmp_path / "home")
    assert done.returncode == 2
    assert not (tmp_path / "home").exists() and not (tmp_path / "out").exists()


def test_a_missing_key_is_said_and_not_made_anew(base: Path, tmp_path: Path) -> None:
    (base / "home" / "keys" / "record.key").unlink()
    case = CASES / "04_ekonomiskt_bistand" / "case.toml"
    done = sigill("issue", case, "--staff", STAFF, "-o", tmp_path / "out", home=base / "home")
    assert done.returncode == 2 and "record.key" in done.stderr
    assert not (base / "home" / "keys" / "record.key").exists()
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_temporary(base: Path) -> None:
    case = CASES / "04_ekonomiskt_bistand" / "case.toml"
    done = sigill("issue", case, "--staff", STAFF, "-o", "/dev/full/out", home=base / "home")
    assert done.returncode in (2, 4)
    limited = subprocess.run(
        ["bash", "-c", f'ulimit -f 1; "{SIGILL}" issue "{case}" --staff "{STAFF}" -o "{base / "out"}"'],
        capture_output=True,
        text=True,
        env={**os.environ, "SIGILL_HOME": str(base / "home"), "LANG": "C.UTF-8"},
    )
    assert limited.returncode != 0
    assert not (base / "out" / "receipt.json").exists()
    # Room again: the same command finishes, and the decision was issued once.
    done = sigill("issue", case, "--staff", STAFF, "-o", base / "out", home=base / "home")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(sigill("log", "show", "--json", home=base / "home").stdout)["entries"]) == 2


def test_a_letter_never_lies_beside_another_decisions_receipt(base: Path) -> None:
    case = CASES / "04_ekonomiskt_bistand" / "case.toml"
    done = sigill("issue", case, "--staff", STAFF, "-o", base / "letter", home=base / "home")
    assert done.returncode == 2
    assert receipt(base / "letter")["dnr"] == "SN 2026/0412-14"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_both_languages(command: str, tmp_path: Path) -> None:
    english = sigill(command, "--help", home=tmp_path)
    swedish = sigill(command, "--help", home=tmp_path, lang="sv_SE.UTF-8")
    assert english.returncode == swedish.returncode == 0
    assert english.stdout != swedish.stdout
    assert "Användning:" in swedish.stdout
    assert sigill("--lang", "sv", command, "--help", home=tmp_path).stdout == swedish.stdout


def test_errors_come_in_swedish_too(base: Path, tmp_path: Path) -> None:
    done = sigill("check", tmp_path / "none.pdf", home=base / "home", lang="sv_SE.UTF-8")
    assert "Det finns ingen sådan fil." in done.stderr


def test_no_output_of_a_run_names_the_withheld(base: Path, tmp_path: Path) -> None:
    person = staff()["A10667"]
    done = sigill(
        "issue",
        CASE,
        "--staff",
        STAFF,
        "-o",
        tmp_path / "out",
        "--json",
        home=base / "home",
        SIGILL_DEBUG="1",
    )
    for text in (done.stdout, done.stderr, (tmp_path / "out" / "receipt.json").read_text("utf-8")):
        for form in (person.surname, person.preferred_name, person.user_id, person.staff_id, person.initials):
            assert form not in text


def test_check_starts_without_django() -> None:
    code = "import sys, sigill.faces.cli.check_command; sys.exit('django' in sys.modules)"
    assert subprocess.run([str(ROOT / ".venv/bin/python"), "-c", code]).returncode == 0
