"""A house on disk for tests of upkeep: furnished with three issued cases, and killed at a named point.

As a program: `python grounds.py ACT POINT HOME URL [MORE…]`, where ACT is a function of this file; at POINT the process
kills itself with SIGKILL.
"""

import datetime as dt
import hashlib
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from house import EXAMPLES, NOON, ROOT, FixedClock, board, draft
from sigill import journey
from sigill.adapters.keys import UnsafeKeysWarning, UnsafeSoftwareKeys, read_custodian_key
from sigill.adapters.world import SystemEntropy
from sigill.errors import Refused, SigillError
from sigill.house import Settings, house_of, open_house
from sigill.law.retention import FileFacts
from sigill.seal import box, content
from sigill.seal.keys import public_of
from sigill.upkeep import custodians as succession
from sigill.upkeep import restore as restoring
from sigill.upkeep import shred as shredding
from sigill.upkeep.backup import backup
from sigill.upkeep.escrow import renewed, write_holders
from sigill.upkeep.ground import Ground, nowhere, stand
from sigill.upkeep.key_file import Card
from sigill.upkeep.restore import Order

CASES = ("02_track_b_lyft", "04_ekonomiskt_bistand", "03_lvu14_utskott")
"""Two that follow the five years, and one that is kept (a placed child)."""
LATER = dt.datetime(2032, 3, 1, 9, 0, tzinfo=NOON.tzinfo)
"""When the first month is over."""
MONTH = "2031-11"
HOLDERS = ("kommunarkivet", "kanslichefen", "it-chefen")

warnings.simplefilter("ignore", UnsafeKeysWarning)


def settings(home: Path, url: str) -> Settings:
    return Settings(home, url, EXAMPLES / "board.toml")


def ground(home: Path, url: str, *, at: dt.datetime = NOON, mark: Callable[[str], None] = nowhere) -> Ground:
    """The ground of the house at a time."""
    stands, clock = stand(settings(home, url)), FixedClock(at)
    stands = replace(stands, clock=clock, log=replace(stands.log, clock=clock), mark=mark)
    stands.store.mark = mark
    return stands


def furnish(home: Path, url: str, mark: Callable[[str], None] = nowhere) -> None:
    """Issue the three cases, and name the holders of the escrow."""
    given = settings(home, url)
    home.mkdir(parents=True, mode=0o700)
    # Keys and certificates of the tests' own day, whatever the machine's clock says.
    keys = UnsafeSoftwareKeys(home / "keys", FixedClock(), board().e_seal_organisation, log_origin=board().log_origin)
    keys.timestamper()
    open_house(given, board())
    stands = ground(home, url, mark=mark)
    house = house_of(keys, stands.store, clock=stands.clock, entropy=SystemEntropy(), vouch=stands.log.vouch)
    for name in CASES:
        one = draft(name)
        maker = one.case.decision_maker
        journey.conclude(
            journey.prepare(one, board(), house),
            journey.Approval(maker.signed_by, maker.signed_by_name or ""),
            house,
            staff=one.staff,
            case=one.case,
        )
    write_holders(home, renewed(None, holder_cards(1), 2))


def holder_key(name: str, generation: int) -> bytes:
    """A holder's private key: the same at each call, so that a killed process and its successor agree."""

    return hashlib.sha256(f"{name} {generation}".encode()).digest()


def holder_cards(generation: int) -> list[Card]:
    return [Card("holder", name, public_of(holder_key(name, generation))) for name in HOLDERS]


def custodian(name: str, chain: str, staff_id: str = "") -> Card:
    """A newcomer's card; the private key is `holder_key(name, 0)`."""
    return Card("custodian", name, public_of(holder_key(name, 0)), staff_id or name, chain)


def decisions(stands: Ground) -> list[str]:
    """The ids of all that was issued, in the order of `CASES`."""
    from sigill.store.models import Issue

    return list(Issue.objects.order_by("entry_id").values_list("decision_id", flat=True))


def open_with_everything(home: Path, stands: Ground, decision: str) -> content.Content:
    """Every private key there is, all custodians and the house together; the log is not asked.

    Raises:
        SigillError: it does not open.
    """
    issued = stands.store.find(decision)
    assert issued is not None
    if issued.disposed:
        raise Refused("disposed")
    keys = [read_custodian_key(path) for path in (home / "keys").rglob("*.key") if _is_x25519(path)]
    own = journey.retention_key(issued, house_of(stands.keys, stands.store, clock=stands.clock, entropy=stands.entropy))
    for group in box.describe(issued.box).groups:
        parts = [part for one in group for part in _released(issued.box, one, group, keys)]
        if len(parts) == len(group):
            return content.unpack(box.open_box(issued.box, parts, own))
    raise AssertionError("no group could be put together: the test has too few keys")


def opens(home: Path, stands: Ground, decision: str) -> bool:
    try:
        return open_with_everything(home, stands, decision).record_pdf.startswith(b"%PDF")
    except SigillError:
        return False


def _is_x25519(path: Path) -> bool:
    try:
        return bool(read_custodian_key(path))
    except SigillError:
        return False


def _released(sealed: bytes, holder: str, group: tuple[str, ...], keys: list[bytes]) -> Iterator[box.Part]:
    for key in keys:
        try:
            yield box.release(sealed, holder, key, group)
        except Refused:
            continue
        return


def files(stands: Ground) -> dict[str, FileFacts]:
    """What the case system says in 2032: case 02's file ended with the decision, case 04's lived on until 2029."""
    ids = decisions(stands)
    return {ids[0]: FileFacts(NOON.date()), ids[1]: FileFacts(dt.date(2029, 6, 30)), ids[2]: FileFacts(NOON.date())}


def run(act: str, point: str, home: Path, url: str, *more: str) -> subprocess.CompletedProcess[bytes]:
    """An act of this file in a process of its own, killed at `point`."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "tests" / "grounds.py"), act, point, str(home), url, *more],
        capture_output=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
    )


def shred(home: Path, url: str, mark: Callable[[str], None]) -> None:
    stands = ground(home, url, at=LATER, mark=mark)
    shredding.shred(stands, MONTH, files(stands), holder_cards(2))


def take_in(home: Path, url: str, mark: Callable[[str], None]) -> None:
    succession.add(ground(home, url, mark=mark), custodian("arkivarie", "arkiv"))


def put_out(home: Path, url: str, mark: Callable[[str], None]) -> None:
    succession.revoke(ground(home, url, mark=mark), "jurist")


def begin(home: Path, url: str, mark: Callable[[str], None]) -> None:
    bundle = succession.begin_hand_over(
        ground(home, url, mark=mark), "jurist", custodian("stadsjurist", "kommunledning")
    )
    (home / "bundle").write_bytes(bundle)


def take(home: Path, url: str, mark: Callable[[str], None]) -> None:
    answer = succession.read_answer((home / "answer").read_bytes(), "answer")
    succession.take(ground(home, url, mark=mark), answer)


IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
"""The backups' own key in the tests; age's own test key."""
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


def back_up(home: Path, url: str, mark: Callable[[str], None], target: str) -> None:
    backup(ground(home, url, mark=mark), Path(target), [RECIPIENT])


def restore(home: Path, url: str, mark: Callable[[str], None], source: str) -> None:
    order = Order(Path(source), IDENTITY, [holder_key(name, 1) for name in HOLDERS[:2]])
    restoring.restore(settings(home, url), order, clock=FixedClock(), mark=mark)


def main() -> None:
    act, point, home, url, *more = sys.argv[1:]

    def mark(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    globals()[act](Path(home), url, mark, *more)


if __name__ == "__main__":
    main()
