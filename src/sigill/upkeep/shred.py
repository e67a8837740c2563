"""Disposal (gallring): a month's records go all at once, when the law lets them and not before (G34).

    (1) the month must be over, and the case system must say of each record's file when it ended
    (2) what is due goes; what is not is moved to the month it falls due, or kept, without being opened
    (3) one transaction empties the rows, moves the others and writes the log entry: the point of no return
    (4) the month's key is overwritten and deleted
    (5) the escrow's holders go over to new keys, so that old backups' escrow dies with the former ones

Killed in between, the next run of the same command does what is left. The case system keeps its own clock; Sigill is
told by a CSV, one line for each record, and refuses while one is missing.

What it does not do: reach what is outside the house. Letters that were sent, clear copies that were handed out, and
file copies of the home folder taken by other means than `sigill backup` are for those who have them.
"""

import csv
import dataclasses
import datetime as dt
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sigill.decision.legal import Finding, Severity
from sigill.decision.stages import KEPT
from sigill.errors import N_, BadInput, Refused
from sigill.journey import decode_facts
from sigill.law.retention import FileFacts, due, month_over, too_early
from sigill.ports import Disposal, Kept
from sigill.seal import retention
from sigill.upkeep.escrow import Holders, read_holders, renewed, write_holders
from sigill.upkeep.ground import Ground
from sigill.upkeep.key_file import Card

COLUMNS = ("decision_id", "last_note", "child_born", "kept")
"""Columns of the case system's list; days as YYYY-MM-DD, `kept` yes or empty."""
_YES = {"yes", "ja", "x", "1"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What disposal of a month comes to.

    Args:
        gone: decision ids that are due. moved: decision id → the month it goes to (`KEPT` for never).
    """

    month: str
    gone: tuple[str, ...]
    moved: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shredded:
    """A month that has been disposed of.

    Args:
        plan: None when an earlier run had done the records.
        generation: of the escrow's holders; 0 without any.
    """

    plan: Plan | None
    log_index: int
    generation: int


def read_list(data: bytes, *, place: str) -> dict[str, FileFacts]:
    """The case system's list: decision id → what it says of the file.

    Raises:
        BadInput: a column is missing, a line comes twice or a day cannot be read; names the line.
    """
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise BadInput(
                N_("The list lacks a column; it must have {columns}."),
                N_("Let `sigill shred --month MONTH --list FILE` write one to fill in."),
                place=place,
                columns=", ".join(COLUMNS),
            )
        found: dict[str, FileFacts] = {}
        for number, row in enumerate(rows, 2):
            one = (row["decision_id"] or "").strip()
            if not one or one in found:
                raise BadInput(
                    N_("A line names no decision, or one that stood before."),
                    N_("Mend it."),
                    place=f"{place}, {number}",
                )
            found[one] = FileFacts(
                _day(row["last_note"], f"{place}, {number}"),
                _day(row["child_born"], f"{place}, {number}"),
                (row["kept"] or "").strip().casefold() in _YES,
            )
    except (UnicodeDecodeError, csv.Error):
        raise BadInput(N_("The list is not CSV in UTF-8."), N_("Save it as such."), place=place) from None
    return found


def blank_list(ground: Ground, month: str) -> bytes:
    """A list to fill in, with the month's decisions."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, "dnr", "decision_type", "decision_date"])
    for one in ground.store.kept(month):
        facts = decode_facts(one.facts)
        writer.writerow([one.decision_id, "", "", "", facts.dnr, facts.decision_type, facts.decision_date])
    return out.getvalue().encode()


def plan(month: str, records: Sequence[Kept], files: Mapping[str, FileFacts], today: dt.date) -> Plan:
    """What is due of a month's records, and where the others go. Pure.

    Raises:
        Refused: the month is not over, or something must be known first; all findings at once (G34).
    """
    if not month_over(month, today):
        raise _refused([too_early(month)])
    gone, moved, findings = [], {}, []
    for one in records:
        if one.decision_id not in files:
            sv = f"Beslut {one.decision_id} står inte i listan."
            en = f"Decision {one.decision_id} is not in the list."
            findings.append(Finding("G34", Severity.REQUIRE, "SoL 16:1", sv, en, one.decision_id))
            continue
        found = due(decode_facts(one.facts).decision_type, files[one.decision_id])
        if isinstance(found, Finding):
            findings.append(_of(one.decision_id, found))
        elif found.on is None:
            moved[one.decision_id] = KEPT
        elif found.on <= today:
            gone.append(one.decision_id)
        else:
            moved[one.decision_id] = f"{found.on:%Y-%m}"
    if findings:
        raise _refused(findings)
    return Plan(month, tuple(gone), moved)


def shred(ground: Ground, month: str, files: Mapping[str, FileFacts], cards: Sequence[Card]) -> Shredded:
    """Dispose of a month, or finish what a killed run began.

    Args:
        files: from `read_list`.
        cards: the new keys of all the escrow's holders; none where no holders have been named.
    Raises:
        Refused: the month is not over, something must be known first, or a holder's key is an old one.
        Temporary: another run is at it, or the database does not answer.
    """
    with ground.store.exclusive("shred"):
        holders = _renew(ground, month, cards)  # nothing is deleted before this is known to work
        done = None
        index = ground.store.disposed().get(month)
        if index is None:
            done = plan(month, ground.store.kept(month), files, ground.clock.now().date())  # (1) (2)
            ground.mark("planned")
            index = ground.store.dispose(_disposal(ground, done))  # (3)
            # POINT OF NO RETURN: the log says that the month is gone. From here on only forward.
        ground.mark("disposed")
        ground.log.remember(ground.log.checkpoint())
        ground.keys.delete_retention_key(month)  # (4)
        ground.mark("key deleted")
        if holders is not None:
            write_holders(ground.settings.home, holders)  # (5)
            ground.mark("holders renewed")
        return Shredded(done, index, holders.generation if holders else _generation(ground))


def unfinished(ground: Ground) -> tuple[str, ...]:
    """Months whose disposal stands in the log but is not done: a key that lives, holders with former keys."""
    holders = read_holders(ground.settings.home)
    return tuple(
        month
        for month in ground.store.disposed()
        if not ground.keys.is_deleted(month) or (holders and month not in holders.renewed_for)
    )


def _renew(ground: Ground, month: str, cards: Sequence[Card]) -> Holders | None:
    """The holders as they are to be; None if none have been named, or this month has been done."""
    holders = read_holders(ground.settings.home)
    if holders is None or month in holders.renewed_for:
        return None
    if set(holders.public) != {card.name for card in cards}:
        raise Refused(
            N_("Each holder of the escrow needs a new key before a month is disposed of: {names}."),
            N_("Let each make one with `sigill escrow key`, and give all cards with --holder."),
            place="--holder",
            names=", ".join(sorted(holders.public)),
        )
    return renewed(holders, cards, None, month)


def _generation(ground: Ground) -> int:
    holders = read_holders(ground.settings.home)
    return holders.generation if holders else 0


def _disposal(ground: Ground, done: Plan) -> Disposal:
    old = ground.keys.retention_key(done.month)
    wrapped = {one.decision_id: one.wrapped for one in ground.store.kept(done.month)}
    moved = {}
    for one, month in done.moved.items():
        own = retention.unwrap(wrapped[one], old, one)
        moved[one] = (month, retention.wrap(own, ground.keys.retention_key(month), one))
    event, salt, leaf = ground.event(
        "disposed",
        {
            "month": _digest(done.month),
            "gone": _digest(sorted(done.gone)),
            "moved": _digest(sorted(done.moved.items())),
        },
    )
    return Disposal(done.month, done.gone, moved, event, salt, leaf)


def _of(decision: str, found: Finding) -> Finding:
    sv, en = f"{decision}: {found.message_sv}", f"{decision}: {found.message_en}"
    return dataclasses.replace(found, message_sv=sv, message_en=en, place=decision)


def _digest(value: object) -> bytes:
    return hashlib.sha256(json.dumps(value).encode()).digest()


def _day(text: str | None, place: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip()) if text and text.strip() else None
    except ValueError:
        raise BadInput(N_("A day must be written like 2026-11-22."), N_("Mend it."), place=place) from None


def _refused(findings: Sequence[Finding]) -> Refused:
    return Refused(
        N_("The month may not be disposed of as it stands."),
        N_("See the findings; nothing was deleted."),
        findings=findings,
    )
