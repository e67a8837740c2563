"""Lives through the whole way of four decisions at DEBUG level, stumbling on purpose at every step.

Run by tests/attacks/test_canary.py: `python canary.py WORK [URL]`, where URL is that of an empty PostgreSQL database.
All that a server keeps comes to lie in WORK/kept: the house with its database and keys, logs, temporary files, backups,
a dump of the database, the environment, the answer to an objection. What is handed to somebody who may have it lies in
WORK/handed.
"""

import contextlib
import json
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from grounds import RECIPIENT
from house import ACCEPTED, CASES, EXAMPLES, FixedClock, staff
from sigill import jav, journey
from sigill.adapters.files import FolderHatch
from sigill.decision.disclosure import DisclosureRequest
from sigill.faces import cli
from sigill.faces.cli import issuing
from sigill.faces.cli.opening import parts_from
from sigill.house import Settings, open_house

POINTS = ("signed", "searched", "sealed", "in transaction", "before commit", "recorded", "stamped", "finished")
CLERK = "A12110"
LAWYER = "A12147"
WORK = Path(sys.argv[1])
KEPT = WORK / "kept"
LOG = logging.getLogger("canary")


@contextlib.contextmanager
def stumbling() -> Iterator[None]:
    """Whatever is raised inside goes to the log with its traceback, as a careless server would write it."""
    try:
        yield
    except (Exception, SystemExit):
        LOG.exception("stumbled")


def issue(name: str, settings: Settings, point: str = "") -> dict[str, Any]:
    """Issue one sample; raise at `point`."""

    def mark(here: str) -> None:
        if here == point:
            raise RuntimeError(here)

    def marked(*given: Any) -> journey.House:
        house = replace(open_house(*given), mark=mark)
        house.store.mark = mark  # type: ignore[attr-defined]
        return house

    issuing.open_house = marked  # type: ignore[assignment]
    case = CASES / name / "case.toml"
    done = issuing.issue_case(case, EXAMPLES / "staff.csv", WORK / "handed" / name, settings=settings)
    return dict(done.receipt)


def command(*words: str) -> None:
    """A `sigill` command with its debugging on, its errors to the log."""
    sys.argv = ["sigill", *words]
    with stumbling():
        cli.main()


def openings(name: str, decision: str, house: journey.House, settings: Settings) -> None:
    """A party's request, a wrong part, a copy; and a request that is refused for reasons that name somebody."""
    asked = DisclosureRequest(decision, "party", "parten", "parten", registered_by=CLERK)
    request = journey.request_opening(asked, house)
    parts = parts_from(request.id, (), settings, house)
    with stumbling():
        journey.disclose(request.id, [replace(parts[0], share=bytes(32))], house)
    with stumbling():
        journey.disclose(request.id, [], house)
    opened = journey.disclose(request.id, parts, house)
    hatch = FolderHatch(WORK / "handed" / name)
    journey.hand_out(opened, "record.pdf", opened.record_pdf, hatch, house)
    with stumbling():
        journey.hand_out(opened, "record.pdf", opened.record_pdf, hatch, house)
    police = journey.request_opening(replace(asked, ground="police", requester="Polisen", recipient="Polisen"), house)
    person = opened.identities[0]
    reasons = f"Uppgifterna om {person.name}, {person.staff_id}, behövs inte för utredningen."
    journey.refuse_opening(police.id, reasons, CLERK, house)
    with stumbling():
        journey.disclose(police.id, parts, house)


def objection(decision: str, house: journey.House, settings: Settings) -> None:
    """A party objects by name; whoever is objected to may not compare; the lawyer rules by name; the party hears."""
    # No name on a line that may raise: a traceback shows the line.
    name, objected_to = "Gun-Britt Åkesson", staff()["A10667"]
    said = jav.Objection("parten", f"{name} (A10667) är min före detta svägerska.", (name,))
    short, ruling = jav.Ruling(True, name), jav.Ruling(True, f"{name} är syster till partens förra make.")
    query = jav.ask(decision, said, CLERK, house)
    asked = DisclosureRequest(decision, "jav", "handläggare", "jurist", CLERK, LAWYER)
    request = journey.request_opening(asked, house)
    parts = parts_from(request.id, (), settings, house)
    with stumbling():
        jav.compare(query.id, request.id, parts, objected_to, house)
    assert jav.compare(query.id, request.id, parts, staff()[LAWYER], house).alike == said.persons
    with stumbling():
        jav.rule(query.id, LAWYER, short, house)
    jav.rule(query.id, LAWYER, ruling, house)
    with stumbling():
        jav.answer(query.id, house)
    (KEPT / "answer.txt").write_bytes(jav.answer(query.id, replace(house, clock=FixedClock(query.answer_at))).text)


def backups() -> None:
    """Two holders of the month keys, and a backup in one file."""
    secret, holders = WORK / "passphrase", [WORK / "handed" / name for name in ("arkivet.key", "kansliet.key")]
    secret.write_text("nio hästar på rad\n", "utf-8")
    for holder in holders:
        command("escrow", "key", holder.stem, "-o", str(holder), "--passphrase-file", str(secret))
    command("escrow", "set", *(f"{holder}.card.json" for holder in holders))
    command("backup", "--recipient", RECIPIENT, "-o", str(KEPT / "backup" / "night.age"))


def dump(settings: Settings) -> None:
    """What the database's own tools write of it."""
    if settings.database_url.startswith("postgresql"):
        done = subprocess.run(["pg_dump", "--dbname", settings.database_url], capture_output=True, check=True)
        (KEPT / "dump.sql").write_bytes(done.stdout)
        return
    with sqlite3.connect(settings.home / "sigill.sqlite3") as database:
        (KEPT / "dump.sql").write_text("\n".join(database.iterdump()))
        database.execute("VACUUM INTO ?", [str(KEPT / "backup" / "sigill.sqlite3")])


def foreign_files(staff: str) -> None:
    """Files with names in them, whole and damaged, through mask and scan."""
    source = CASES / ACCEPTED[0] / "decision.docx"
    whole = WORK / "handed" / "decision.docx"
    shutil.copy(source, whole)
    for name, data in (
        ("cut.docx", source.read_bytes()[:9000]),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj (Gun-Britt \xc5kesson) endobj"),
        ("bad.eml", "From: Gun-Britt Åkesson <gun-britt.akesson@exempelstad.example>\n\n=?x".encode()),
    ):
        (WORK / "handed" / name).write_bytes(data)
    for file in ("decision.docx", "cut.docx", "cut.pdf", "bad.eml"):
        path = str(WORK / "handed" / file)
        command("scan", path, "--staff", staff, "--hide", "A10667")
        command("mask", path, "-o", str(WORK / "handed" / "masked"), "--staff", staff, "--hide", "A10667")
        command(
            "issue", str(CASES / ACCEPTED[0] / "case.toml"), "--staff", staff, "--document", path, "-o", str(WORK / "x")
        )


def crash() -> list[str]:
    """What a crash leaves behind in the folder where it happened."""
    child = os.fork()
    if not child:
        signal.signal(signal.SIGABRT, signal.SIG_DFL)
        os.abort()
    os.waitpid(child, 0)
    return sorted(path.name for path in Path.cwd().iterdir())


def main(settings: Settings, run: Callable[[], None]) -> None:
    """Set up a place, run, and put beside it what an administrator would have of it."""
    for folder in ("logs", "tmp", "backup"):
        (KEPT / folder).mkdir(parents=True)
    tempfile.tempdir = str(KEPT / "tmp")
    os.environ.update(SIGILL_DEBUG="1", TMPDIR=str(KEPT / "tmp"), SIGILL_HOME=str(settings.home))
    os.environ["DATABASE_URL"] = settings.database_url
    logging.basicConfig(filename=KEPT / "logs" / "debug.log", level=logging.DEBUG)
    logging.captureWarnings(True)
    os.chdir(KEPT / "tmp")
    run()
    dump(settings)
    (KEPT / "environ").write_bytes(b"\0".join(b"=".join(one) for one in os.environb.items()))
    before = sorted(path.name for path in Path.cwd().iterdir())
    left = [one for one in crash() if one not in before]
    (WORK / "crash.json").write_text(json.dumps({"left": left}))


def live(settings: Settings) -> None:
    """The run itself."""
    from django.db import connection

    decisions = []
    for number, name in enumerate(ACCEPTED):
        for point in POINTS[number % 2 :: 2]:
            with stumbling():
                issue(name, settings, point)
            # Every statement with its values goes to the log.
            connection.force_debug_cursor = True
            logging.getLogger("django").setLevel(logging.DEBUG)
        receipt = issue(name, settings)
        decisions.append(str(receipt["decision_id"]))
        openings(name, decisions[-1], open_house(settings), settings)
    journey.read_notices(open_house(settings).custodians.house_private_key(), open_house(settings))
    foreign_files(str(EXAMPLES / "staff.csv"))
    objection(decisions[0], open_house(settings), settings)
    backups()


if __name__ == "__main__":
    home = KEPT / "home"
    database = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{home / 'sigill.sqlite3'}"
    chosen = Settings(home, database, EXAMPLES / "board.toml")
    main(chosen, lambda: live(chosen))
