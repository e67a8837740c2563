"""A killed worker's job runs again, and the result is the same; a job that cannot be done says so without a name."""

import datetime as dt
import multiprocessing
import signal
from pathlib import Path
from typing import Any

import pytest

from web.acting import done, read_both, sign, submit, take_stance, text
from web.conftest import Desk
from web.killing import run_and_die


def ready_to_issue(desk: Desk) -> Any:
    """Sample 01, signed by its decision-maker; the job waits."""
    case, gun_britt = desk.case("01_track_a_insats"), desk.client("gun-britt")
    submit(gun_britt, case)
    done(take_stance(gun_britt, case))
    assert desk.work() == 1
    read_both(gun_britt, case)
    assert "Undertecknar" in text(sign(gun_britt, case))
    return case


@pytest.mark.parametrize("point", ["sealed", "recorded"])
def test_a_worker_killed_on_either_side_of_the_point_of_no_return(desk: Desk, key_folder: Path, point: str) -> None:
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from sigill.desk import jobs
    from sigill.store.desk.models import Case, Lease
    from sigill.store.models import Issue, LogEntry

    case = ready_to_issue(desk)
    database = f"sqlite:///{settings.DATABASES['default']['NAME']}"
    connection.close()
    worker = multiprocessing.get_context("spawn").Process(
        target=run_and_die, args=(database, key_folder, desk.home, desk.clock.time, point)
    )
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL, worker.exitcode
    assert Case.objects.get(pk=case.pk).state == "approved"
    assert Issue.objects.count() == (point == "recorded")
    assert jobs.reap() == 0, "its lease has not run out yet"
    assert jobs.drain() == 0
    Lease.objects.update(until=timezone.now() - dt.timedelta(seconds=1))
    assert jobs.reap() == 1
    assert jobs.drain() == 1
    row = Case.objects.get(pk=case.pk)
    assert row.state == "issued" and row.decision_id
    assert Issue.objects.count() == 1 and LogEntry.objects.count() == 1, "issued once, logged once"
    assert jobs.reap() == jobs.drain() == 0


def test_a_job_that_stumbles_keeps_no_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from django_tasks_db.models import DBTaskResult

    from sigill import journey

    case = ready_to_issue(desk)

    def stumble(*_: Any, **__: Any) -> Any:
        raise RuntimeError("Gun-Britt Åkesson")

    monkeypatch.setattr(journey, "conclude", stumble)
    assert desk.work() == 1
    work = case.work.first()
    assert work.state == "failed" and work.outcome["error"] == "RuntimeError"
    assert "Åkesson" not in str(work.outcome)
    case.refresh_from_db()
    assert case.state == "submitted", "nothing was issued: it is back with the decision-maker"
    assert not any("Åkesson" in f"{row.traceback}{row.return_value}" for row in DBTaskResult.objects.all())
