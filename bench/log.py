"""The log at a million entries: appending in batches, proofs, starting, on SQLite and on PostgreSQL.

Everything is real: full synchronisation to disk on SQLite; on PostgreSQL, the server that is there (or one started for
it), over the application's role. Targets: append ≥ 10,000/s in batches, inclusion proof ≤ 0.2 ms.
"""

import contextlib
import hashlib
import os
import random
import sys
import tempfile
import time
import warnings
from pathlib import Path

from bench.timing import median_ms
from sigill.adapters.witness_server import WitnessFolder
from sigill.adapters.world import SystemClock
from sigill.log import entry, tree
from sigill.log.checkpoint import open_checkpoint
from sigill.log.ledger import audit_entries
from sigill.logbook import HouseLog
from sigill.store.open import open_store

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

ENTRIES = int(os.environ.get("SIGILL_BENCH_ENTRIES", "1000000"))
BATCH = 10_000
PROOFS = 2_000


def main() -> None:
    """Print both tables."""
    from postgres import fresh_url  # noqa: PLC0415 - the tests' own way to a server

    warnings.simplefilter("ignore")
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, fresh_url(kind, Path(folder)) as url:
            print(f"log, {kind}, {ENTRIES:,} entries in batches of {BATCH:,}:")
            _measure(url, Path(folder))


def _measure(url: str, folder: Path) -> None:
    store = open_store(url, folder)
    event = entry.event("issued", SystemClock().now(), {"record": hashlib.sha256(b"a record").digest()})
    seconds = 0.0
    for start in range(0, ENTRIES, BATCH):
        salts = [hashlib.sha256(number.to_bytes(8)).digest() for number in range(start, start + BATCH)]
        rows = [(entry.commit(event, salt), event, salt) for salt in salts]
        began = time.perf_counter()
        store.append_many(rows)
        seconds += time.perf_counter() - began
    print(f"  append                            {ENTRIES / seconds:10,.0f} entries a second")

    from django.db import connection  # noqa: PLC0415 - only once the store has set Django up

    nodes, key = store.nodes, WitnessFolder.make(folder / "key", "bench.example/log").key
    log = HouseLog(store, key, folder / "checkpoint.txt", SystemClock())
    log.publish()
    chosen = random.Random(1)  # noqa: S311 - which entries are proven is no secret
    one = next(store.leaves())
    path = tree.inclusion_proof(nodes, 0, ENTRIES)
    top = tree.root(nodes, ENTRIES)

    def inclusion() -> None:
        tree.inclusion_proof(nodes, chosen.randrange(ENTRIES), ENTRIES)

    def consistency() -> None:
        tree.consistency_proof(nodes, chosen.randrange(1, ENTRIES), ENTRIES)

    def question() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchall()

    for name, act in (
        ("for comparison: SELECT 1", question),
        ("inclusion proof", inclusion),
        ("consistency proof", consistency),
        ("verifying an inclusion proof", lambda: tree.verify_inclusion(one, 0, ENTRIES, path, top)),
        ("start of the house", log.start),
        ("append of one entry", lambda: store.append(one, event, bytes(32))),
    ):
        runs = 200 if name.startswith(("append", "start")) else PROOFS
        print(f"  {name:<34}{median_ms(act, runs):10.3f} ms")
    note = open_checkpoint(log.checkpoint(), log.origin, key.public_bytes())
    began = time.perf_counter()
    audit_entries(store.leaves(), nodes, note)
    print(f"  recomputing the whole log         {time.perf_counter() - began:10.1f} s")
    began = time.perf_counter()
    log.export(folder / "public")
    print(f"  exporting it as tiles             {time.perf_counter() - began:10.1f} s")
    with contextlib.suppress(OSError):
        print(f"  on disk                           {(folder / 'sigill.sqlite3').stat().st_size >> 20:10} MiB")
