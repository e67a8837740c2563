"""The fixed cast and a simulated house that keeps everything in memory.

Gun-Britt   A10667  decides case 01 herself and is threatened: withheld
Micke       A11259  takes part in case 01: named
Fatemeh     A10223  presents case 02 and is harassed: withheld
Birgitta    A12184  the director: really decides case 02, is misused in case 05
Siobhán     A10334  presents case 03 to the committee: withheld
Klas, Aino  A10149, A11037  case 04: both withheld, each on an assessment of their own
Filip       A11962  an outsider who lifts nobody's name
"""

import datetime as dt
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sigill import journey, ports
from sigill.adapters.keys import UnsafeSoftwareKeys
from sigill.adapters.staff_csv import read_staff
from sigill.audit import Trust, check
from sigill.decision.disclosure import DisclosureRequest
from sigill.decision.people import StaffMember, StaffRegister
from sigill.decision.stages import Draft, Recorded
from sigill.house import house_of
from sigill.letters.board import Board, load_board
from sigill.log import tree
from sigill.log.checkpoint import open_checkpoint, sign_checkpoint
from sigill.log.entry import commit
from sigill.log.ledger import audit_entries
from sigill.log.memory import MemoryNodes
from sigill.seal.box import Part, release
from sigill.verify.search import require_clean

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
CASES = EXAMPLES / "decisions"
ACCEPTED = ("01_track_a_insats", "02_track_b_lyft", "03_lvu14_utskott", "04_ekonomiskt_bistand")
REFUSED = ("05_refuse_bulvan", "06_refuse_lvu11_delegat")
NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=ZoneInfo("Europe/Stockholm"))


@cache
def staff() -> StaffRegister:
    """The sixty employees."""
    return read_staff((EXAMPLES / "staff.csv").read_bytes())


@cache
def board() -> Board:
    """Socialnämnden in Exempelstads kommun."""
    return load_board(EXAMPLES / "board.toml")


@cache
def draft(name: str) -> Draft:
    """The draft of a sample case, by folder name."""
    folder = CASES / name
    return journey.draft(
        (folder / "case.toml").read_bytes(),
        (folder / "decision.docx").read_bytes(),
        staff(),
        case_name="case.toml",
        document_name="decision.docx",
    )


class FixedClock:
    """Stands at noon until told otherwise."""

    def __init__(self, now: dt.datetime = NOON) -> None:
        self.time = now

    def now(self) -> dt.datetime:
        return self.time


class SeededEntropy:
    """The same bytes for the same seed, in the same order."""

    def __init__(self, seed: str = "seed") -> None:
        self._seed = seed.encode()
        self._calls = itertools.count()

    def token_bytes(self, n: int) -> bytes:
        return hashlib.shake_256(self._seed + next(self._calls).to_bytes(8)).digest(n)


class MemoryStore:
    """The store port in memory; same contract as the database's."""

    def __init__(self) -> None:
        self.issues: dict[str, ports.Issue] = {}
        self.entries: list[bytes] = []
        self.opened: list[tuple[bytes, bytes]] = []
        self.waits: dict[str, ports.Waiting] = {}
        self.disposals: dict[str, int] = {}
        self.checkpoints: list[ports.Published] = []
        self.deeds: dict[str, ports.Act] = {}
        self.letters: list[bytes] = []
        self._nodes = MemoryNodes()

    @property
    def nodes(self) -> MemoryNodes:
        return self._nodes

    @contextmanager
    def exclusive(self, key: str) -> Iterator[None]:
        yield

    def find(self, key: str) -> ports.Issue | None:
        return self.issues.get(key) or next((one for one in self.issues.values() if one.decision_id == key), None)

    def issue(self, new: ports.Issue, leaf: bytes) -> ports.Issue:
        assert new.key not in self.issues
        index = self.append(leaf, new.event, new.salt)
        self.issues[new.key] = replace(new, log_index=index)
        self.waits.pop(new.key, None)
        return self.issues[new.key]

    def wait(self, new: ports.Waiting) -> None:
        assert new.key not in self.waits
        self.waits[new.key] = new

    def waiting(self) -> list[ports.Waiting]:
        return list(self.waits.values())

    def withdraw(self, key: str) -> None:
        self.waits.pop(key, None)

    def finish(self, key: str, notification: bytes) -> bytes:
        if self.issues[key].finished is None:
            self.issues[key] = replace(self.issues[key], finished=notification)
        return self.issues[key].finished

    def months(self) -> dict[str, int]:
        living = sorted(one.retention_month for one in self.issues.values() if not one.disposed)
        return {month: living.count(month) for month in living}

    def kept(self, month: str) -> list[ports.Kept]:
        found = [one for one in self.issues.values() if one.retention_month == month and not one.disposed]
        found.sort(key=lambda one: one.decision_id)
        return [ports.Kept(one.decision_id, one.facts, one.wrapped) for one in found]

    def dispose(self, disposal: ports.Disposal) -> int:
        if disposal.month not in self.disposals:
            ids = {*disposal.gone, *disposal.moved}
            assert ids == {one.decision_id for one in self.kept(disposal.month)}
            self.disposals[disposal.month] = self.append(disposal.leaf, disposal.event, disposal.salt)
            for key, one in self.issues.items():
                if one.decision_id in disposal.gone:
                    self.issues[key] = replace(
                        one, disposed=True, notification=b"", finished=None, box=b"", wrapped=b""
                    )
                elif one.decision_id in disposal.moved:
                    month, wrapped = disposal.moved[one.decision_id]
                    self.issues[key] = replace(one, retention_month=month, wrapped=wrapped)
        return self.disposals[disposal.month]

    def disposed(self) -> dict[str, int]:
        return dict(sorted(self.disposals.items()))

    def act(self, new: ports.Act, leaf: bytes, salt: bytes, notices: Sequence[bytes] = ()) -> ports.Act:
        if new.slot not in self.deeds:
            self.deeds[new.slot] = replace(new, log_index=self.append(leaf, new.event, salt))
            self.letters += notices
        return self.deeds[new.slot]

    def acts(self, subject: str = "", *, decision: str = "", kind: str = "") -> Sequence[ports.Act]:
        return [
            one
            for one in self.deeds.values()
            if subject in ("", one.subject) and decision in ("", one.decision) and kind in ("", one.kind)
        ]

    def notices(self) -> Sequence[bytes]:
        return list(self.letters)

    def newest_event(self) -> bytes | None:
        return self.opened[-1][0] if self.opened else None

    def append(self, leaf: bytes, event: bytes, salt: bytes) -> int:
        return self.append_many([(leaf, event, salt)])

    def append_many(self, entries: Sequence[tuple[bytes, bytes, bytes]]) -> int:
        first = len(self.entries)
        self._nodes.extend(tree.append([leaf for leaf, _, _ in entries], self._nodes))
        self.entries += [leaf for leaf, _, _ in entries]
        self.opened += [(event, salt) for _, event, salt in entries]
        return first

    def publish(self, size: int, note: str, at: dt.datetime) -> None:
        self.checkpoints.append(ports.Published(len(self.checkpoints) + 1, size, note, at))

    def published(self, after: int = 0) -> list[ports.Published]:
        return self.checkpoints[after:]

    def newest(self) -> ports.Published | None:
        return self.checkpoints[-1] if self.checkpoints else None


class SimulatedHouse:
    """A whole house in memory. `check()` re-reads every published byte and the whole log."""

    def __init__(
        self,
        keys: UnsafeSoftwareKeys,
        seed: str = "seed",
        *,
        signers: ports.Signers | None = None,
        trust: bytes | None = None,
    ) -> None:
        self.keys = keys
        self.store = MemoryStore()
        self.published: list[tuple[Recorded, tuple[StaffMember, ...], tuple[str, ...]]] = []
        self.ports = house_of(keys, self.store, clock=FixedClock(), entropy=SeededEntropy(seed), signers=signers)
        self.trust = Trust.parse(trust or keys.trust())

    def issue(self, given: Draft, **more: bool) -> Recorded:
        """The whole way for one draft, the sample's own signer approving."""
        prepared = journey.prepare(given, board(), self.ports)
        maker = given.case.decision_maker
        recorded = journey.conclude(
            prepared,
            journey.Approval(maker.signed_by, maker.signed_by_name or ""),
            self.ports,
            staff=given.staff,
            case=given.case,
            **more,
        )
        self.published.append((recorded, prepared.withheld, journey.names_that_stay(given.case)))
        return recorded

    def request(self, recorded: Recorded, ground: str, **more: object) -> str:
        """A request that stands in the log; its id. The registrar's clerk files it."""
        asked = DisclosureRequest(
            decision=recorded.facts.decision_id,
            ground=ground,
            **{"requester": "parten", "recipient": "parten", "registered_by": "A11962", **more},
        )
        return journey.request_opening(asked, self.ports).id

    def parts(self, request_id: str, *custodians: str) -> list[Part]:
        """What these custodians release for a request."""
        issued, group = journey.group_to_open(request_id, custodians, self.ports)
        return [release(issued.box, one, self.keys.custodian_key(one), group) for one in custodians]

    def open(self, recorded: Recorded, ground: str = "party", *custodians: str, **more: object) -> journey.Disclosed:
        """The whole way of an opening: requested, released, opened."""
        request_id = self.request(recorded, ground, **more)
        return journey.disclose(request_id, self.parts(request_id, *(custodians or ("jurist",))), self.ports)

    def check(self) -> None:
        """Nothing published tells who is withheld, all of it is genuine, and the log adds up."""
        assert self.published, "a house that has published nothing proves nothing"
        for recorded, withheld, stay in self.published:
            require_clean({"notification.pdf": recorded.notification_pdf}, withheld, others=stay, register=staff())
            assert check(recorded.notification_pdf, self.trust, at=NOON).kind == "notification"
        for leaf, (event, salt) in zip(self.store.entries, self.store.opened, strict=True):
            assert leaf == commit(event, salt)
        key, nodes = self.keys.log, self.store.nodes
        note = sign_checkpoint(key.origin, nodes.size(), tree.root(nodes, nodes.size()), key)
        audit_entries(self.store.entries, nodes, open_checkpoint(note, key.origin, key.public_bytes()))
