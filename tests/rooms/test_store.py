"""The store's contract, held by memory, SQLite and PostgreSQL alike."""

import datetime as dt
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from house import MemoryStore
from postgres import fresh_url
from sigill import ports
from sigill.errors import Temporary
from sigill.log import entry, tree
from sigill.store.open import open_store

NOW = dt.datetime(2026, 11, 22, 11, 0, tzinfo=dt.UTC)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with fresh_url(request.param, tmp_path) as url:
        yield open_store(url, tmp_path)


def issue(number: int = 0) -> tuple[ports.Issue, bytes]:
    event = entry.event("issued", NOW, {"record": hashlib.sha256(bytes([number])).digest()})
    salt = bytes([number]) * 32
    new = ports.Issue(
        key=f"Exempelstads kommun|Socialnämnden|SN 2026/{number}",
        decision_id=f"decision{number}",
        content_sha256=bytes(32),
        notification=b"%PDF signed",
        box=b"box",
        event=event,
        salt=salt,
        facts=b"{}",
        issued_at=NOW,
    )
    return new, entry.commit(event, salt)


def test_an_issue_is_found_by_key_and_by_id(store: Any) -> None:
    new, leaf = issue()
    assert store.find(new.key) is None
    assert store.issue(new, leaf).log_index == 0
    for found in (store.find(new.key), store.find(new.decision_id)):
        assert found.box == b"box" and found.event == new.event and found.salt == new.salt
        assert found.issued_at == NOW and found.log_index == 0 and found.finished is None


def test_the_log_grows_as_the_tree_says(store: Any) -> None:
    leaves = []
    for number in range(7):
        new, leaf = issue(number)
        leaves.append(leaf)
        if number % 2:
            assert store.append(leaf, new.event, new.salt) == number
        else:
            assert store.issue(new, leaf).log_index == number
    assert store.nodes.size() == 7
    path = tree.inclusion_proof(store.nodes, 3, 7)
    tree.verify_inclusion(leaves[3], 3, 7, path, tree.root(store.nodes, 7))


def test_the_first_finished_letter_stays(store: Any) -> None:
    new, leaf = issue()
    store.issue(new, leaf)
    assert store.finish(new.key, b"first") == b"first"
    assert store.finish(new.key, b"second") == b"first"


def waiting(number: int = 0) -> ports.Waiting:
    key = f"Exempelstads kommun|Socialnämnden|SN 2026/{number}"
    since = NOW + dt.timedelta(hours=number)
    return ports.Waiting(key, f"decision{number}", bytes(32), since, "2031-11", b"wrapped", bytes([number]))


def test_what_waits_is_kept_until_it_is_issued_or_withdrawn(store: Any) -> None:
    store.wait(waiting(0))
    store.wait(waiting(1))
    assert store.waiting() == [waiting(0), waiting(1)]
    assert store.find(waiting(0).key) is None
    with pytest.raises((IntegrityError, AssertionError)):
        store.wait(waiting(0))
    assert store.waiting() == [waiting(0), waiting(1)]
    new, leaf = issue(0)
    store.issue(new, leaf)
    assert store.waiting() == [waiting(1)]
    store.withdraw(waiting(1).key)
    store.withdraw(waiting(1).key)
    assert store.waiting() == []


def test_a_month_is_disposed_of_once_and_whole(store: Any) -> None:
    for number in range(3):
        new, leaf = issue(number)
        store.issue(replace(new, retention_month="2031-11", wrapped=b"wrapped"), leaf)
    assert dict(store.months()) == {"2031-11": 3}
    assert [one.decision_id for one in store.kept("2031-11")] == ["decision0", "decision1", "decision2"]
    event = entry.event("disposed", NOW, {})
    moved = {"decision2": ("2034-01", b"anew")}
    disposal = ports.Disposal(
        "2031-11", ["decision0", "decision1"], moved, event, bytes(32), entry.commit(event, bytes(32))
    )
    assert store.dispose(disposal) == 3
    assert store.dispose(disposal) == 3 and store.nodes.size() == 4
    assert store.disposed() == {"2031-11": 3} and dict(store.months()) == {"2034-01": 1}
    for gone in (store.find("decision0"), store.find("decision1")):
        assert gone.disposed and not (gone.box or gone.notification or gone.finished or gone.wrapped)
    stays = store.find("decision2")
    assert stays.box == b"box" and (stays.retention_month, stays.wrapped) == ("2034-01", b"anew") and not stays.disposed


def test_a_failed_issue_leaves_no_log_entry(store: Any) -> None:
    if isinstance(store, MemoryStore):
        pytest.skip("memory has no transaction to roll back")
    new, leaf = issue()

    def fail(point: str) -> None:
        if point == "before commit":
            raise RuntimeError(point)

    store.mark = fail
    with pytest.raises(RuntimeError):
        store.issue(new, leaf)
    assert store.nodes.size() == 0 and store.find(new.key) is None


def test_the_log_cannot_be_changed_by_the_application(store: Any) -> None:
    if isinstance(store, MemoryStore):
        pytest.skip("memory has no triggers")
    from django.db import DatabaseError, connection, transaction

    new, leaf = issue()
    store.issue(new, leaf)
    for statement in (
        "UPDATE sigill_store_logentry SET leaf = leaf",
        "DELETE FROM sigill_store_lognode",
        "DELETE FROM sigill_store_logentry",
        "UPDATE sigill_store_lognode SET hash = hash",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert store.nodes.size() == 1


def test_two_runs_on_one_decision_do_not_meet(store: Any) -> None:
    if isinstance(store, MemoryStore):
        pytest.skip("memory lives in one thread")
    store.patience = 0.2
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        from django.db import connection

        with store.exclusive("one decision"):
            inside.set()
            leave.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert inside.wait(10)
    with pytest.raises(Temporary), store.exclusive("one decision"):
        pass
    with store.exclusive("another decision"):
        pass
    leave.set()
    other.join()
    with store.exclusive("one decision"):
        pass


def test_a_database_that_is_gone_is_temporary(store: Any, tmp_path: Path) -> None:
    if isinstance(store, MemoryStore):
        pytest.skip("memory is never gone")
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("shown on a file")
    connection.close()
    for path in tmp_path.glob("sigill.sqlite3*"):
        path.unlink()
    (tmp_path / "sigill.sqlite3").mkdir()
    with pytest.raises(Temporary):
        store.find("anything")


def act(kind: str = "opened", subject: str = "r1", number: int = 0) -> tuple[ports.Act, bytes, bytes]:
    data, sealed = b'{"by":"A1"}', bytes([number])
    event = entry.event(kind, NOW, {"act": entry.act_digest(data, sealed)})
    new = ports.Act(f"{subject}/{kind}", subject, kind, "d1", NOW, data, sealed, event)
    salt = bytes([number + 1]) * 32
    return new, entry.commit(event, salt), salt


def test_an_act_its_log_entry_and_its_notices_are_written_together_and_once(store: Any) -> None:
    new, leaf, salt = act()
    kept = store.act(new, leaf, salt, [b"to one", b"to another"])
    assert kept.log_index == 0 and replace(kept, log_index=-1) == new
    again, other_leaf, other_salt = act(number=5)
    assert store.act(again, other_leaf, other_salt, [b"to a third"]) == kept, "the first of its kind stays"
    assert store.nodes.size() == 1 and list(store.notices()) == [b"to one", b"to another"]
    requested = store.act(*act("requested", "r2"))
    assert list(store.acts()) == [kept, requested]
    assert list(store.acts("r1")) == list(store.acts(kind="opened")) == [kept]
    assert list(store.acts(decision="d1", kind="requested")) == [requested]
    assert list(store.acts("r3")) == list(store.acts(decision="d2")) == []


def test_an_act_that_fails_leaves_nothing(store: Any) -> None:
    if isinstance(store, MemoryStore):
        pytest.skip("memory has no transaction to roll back")

    def fail(point: str) -> None:
        if point == "act before commit":
            raise RuntimeError(point)

    store.mark = fail
    with pytest.raises(RuntimeError):
        store.act(*act(), [b"to one"])
    assert store.nodes.size() == 0 and store.acts() == [] and store.notices() == []


def test_acts_and_notices_cannot_be_changed_by_the_application(store: Any) -> None:
    if isinstance(store, MemoryStore):
        pytest.skip("memory has no triggers")
    from django.db import DatabaseError, connection, transaction

    store.act(*act(), [b"to one"])
    for table, column in (("act", "data"), ("notice", "sealed")):
        for statement in (f"UPDATE sigill_store_{table} SET {column} = {column}", f"DELETE FROM sigill_store_{table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
    assert len(store.acts()) == len(store.notices()) == 1
