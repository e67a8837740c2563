"""Issuing and checking a two-page decision inside a running process, with each step's share.

Everything is real: DOCX through pandoc, SQLite with full sync, B-LTA with the local timestamp authority.
Targets: issue p50 ≤ 250 ms, check p50 ≤ 260 ms.
"""

import logging
import tempfile
import warnings
from pathlib import Path

from bench.timing import Steps, median_ms
from sigill import journey
from sigill.adapters.staff_csv import read_staff
from sigill.audit import Trust, check
from sigill.house import Settings, board_for, keys_for, open_house

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
RUNS = 25
STEPS = {
    "read_document": "read the DOCX",
    "admit": "gate of law",
    "compose": "compose both letters",
    "mask_letters": "mask",
    "typeset": "typeset both letters",
    "require_clean": "leak search, twice",
    "prepare_for_signature": "field and attachment, twice",
    "sign_letter": "sign record and notification",
    "_seal": "seal",
    "stamp_proof": "log proof and last timestamp",
}


def main() -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    logging.disable()
    steps = Steps()
    for function, label in STEPS.items():
        setattr(journey, function, steps.wrap(label, getattr(journey, function)))
    folder = EXAMPLES / "decisions" / "01_track_a_insats"
    case, document = (folder / "case.toml").read_text("utf-8"), (folder / "decision.docx").read_bytes()
    staff = read_staff((EXAMPLES / "staff.csv").read_bytes())
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(Path(home), f"sqlite:///{home}/sigill.sqlite3", EXAMPLES / "board.toml")
        house = None
        letter = b""
        for number in range(RUNS + 3):
            told = case.replace("SN 2026/0412-14", f"SN 2026/{number}").encode()
            if number == 3:
                steps.times.clear()  # the first ones warm fonts, keys and readers
            with steps.run():
                draft = journey.draft(told, document, staff, case_name="case.toml", document_name="decision.docx")
                board = board_for(settings, draft.case)
                house = house or open_house(settings, board)
                prepared = journey.prepare(draft, board, house)
                store = house.store
                if number == 0:
                    store.issue = steps.wrap("one transaction: row and log entry", store.issue)  # type: ignore[method-assign]
                approval = journey.Approval(draft.case.decision_maker.signed_by)
                letter = journey.conclude(prepared, approval, house, staff=staff, case=draft.case).notification_pdf
        print(f"\nIssue, p50 of {RUNS} (target 250 ms)\n{steps.table()}")
        trust = Trust.parse(keys_for(settings, None).trust())
        print(f"\nCheck, p50 of {RUNS} (target 260 ms): {median_ms(lambda: check(letter, trust), RUNS):.1f} ms")
