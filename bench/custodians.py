"""A custodian hands over, and a newcomer comes to share, with many records: house, custodian's machine, house again.

The records are sealed as the house seals them, with a content of the size of a small record (64 KiB padded), on SQLite.
"""

import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from bench.known import ROOT
from sigill.adapters.world import SystemEntropy
from sigill.law.disclosure import HOUSE, sealing_groups
from sigill.seal import box
from sigill.upkeep import custodians
from sigill.upkeep.ground import Ground

sys.path.insert(0, str(ROOT / "tests"))
import grounds

RECORDS = int(os.environ.get("RECORDS", "10000"))
"""How many."""


def main() -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        url = f"sqlite:///{home}/sigill.sqlite3"
        grounds.furnish(home, url)
        stands = grounds.ground(home, url)
        _fill(stands)
        successor = grounds.custodian("stadsjurist", "kommunledning")
        _told("hand-over", stands, "jurist", lambda: custodians.begin_hand_over(stands, "jurist", successor))
        custodians.add(stands, grounds.custodian("arkivarie", "arkiv"))
        _told("share", stands, "registrator", lambda: custodians.begin_share(stands, "arkivarie", "registrator"))


def _told(what: str, stands: Ground, giver: str, begin: Callable[[], bytes]) -> None:
    start = time.perf_counter()
    bundle = begin()
    begun = time.perf_counter()
    answer = custodians.work(
        custodians.read_bundle(bundle, "bundle"), stands.keys.custodian_key(giver), SystemEntropy()
    )
    worked = time.perf_counter()
    count, _ = custodians.take(stands, custodians.read_answer(answer, "answer"))
    taken = time.perf_counter()
    print(
        f"{what:10} {count:6} records   bundle {begun - start:5.1f} s   custodian {worked - begun:5.1f} s   "
        f"take {taken - worked:5.1f} s   bundle {len(bundle) / 1e6:.1f} MB"
    )


def _fill(stands: Ground) -> None:
    from sigill.store.models import Issue  # noqa: PLC0415 - once Django is set up

    members = stands.keys.members()
    public = {HOUSE: stands.keys.house_public_key(), **{one.id: one.public_key for one in members}}
    entropy, now = SystemEntropy(), stands.clock.now()
    entries = [stands.event("issued", {}) for _ in range(RECORDS)]
    first = stands.store.append_many([(leaf, event, salt) for event, salt, leaf in entries])
    for start in range(0, RECORDS, 500):
        rows = []
        for number in range(start, min(start + 500, RECORDS)):
            sealed = box.seal(
                bytes(50_000),
                aad=b"%d" % number,
                groups=sealing_groups(members),
                public_keys=public,
                retention_key=bytes(32),
                entropy=entropy,
            )
            rows.append(
                Issue(
                    key=f"bench/{number}",
                    decision_id=f"bench-{number}",
                    content_sha256=b"",
                    notification=b"",
                    box=sealed,
                    facts=b"{}",
                    issued_at=now,
                    entry_id=first + number,
                    retention_month="2031-11",
                    wrapped=b"",
                )
            )
        Issue.objects.bulk_create(rows)
