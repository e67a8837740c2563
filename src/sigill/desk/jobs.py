"""The job runner: django-tasks' database queue, with a lease on every running job and a reaper for lost ones.

A job is enqueued in the transaction that wants it, so there is never one without the other. A worker takes a lease
and renews it while it works; when a worker is killed its lease runs out and the reaper puts the job back. Both kinds
of job give the same result when run again, so running twice is safe. What goes wrong is kept as a class and our own
sentences (`Work.outcome`), never as a traceback, which could hold a name.
"""

import datetime as dt
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from sigill.errors import Awaiting, Refused, SigillError, Temporary
from sigill.store.desk.models import Lease, Work

LEASE = dt.timedelta(seconds=30)
"""How long a silent worker keeps its job."""
ATTEMPTS = 8
"""How often a job that fails for a passing reason is tried before a human must look."""

log = logging.getLogger("sigill.jobs")


@task()
def run_work(work_id: str) -> str:
    """The one task of the queue: do a piece of work. Returns its state."""
    from sigill.desk import issuing  # noqa: PLC0415 - issuing enqueues, so it knows this module

    return issuing.run(work_id)


def enqueue(work: Work) -> None:
    """Put a piece of work into the queue, in the transaction that made it."""
    run_work.enqueue(str(work.pk))


def run_next(worker: str) -> bool:
    """Do the next job, if there is one.

    Args:
        worker: this worker's name; any unique text.
    Returns:
        Whether there was one.
    """
    job = _take(worker)
    if job is None:
        return False
    with _renewed(job.pk, worker):
        _do(job)
    Lease.objects.filter(task_id=job.pk, worker=worker).delete()
    return True


def reap() -> int:
    """Put back jobs whose worker has not been heard of. Returns how many."""
    with transaction.atomic():
        running = DBTaskResult.objects.select_for_update().filter(status=TaskResultStatus.RUNNING)
        alive = set(Lease.objects.filter(until__gte=timezone.now()).values_list("task_id", flat=True))
        lost = [row for row in running if row.pk not in alive]
        for row in lost:
            row.status = TaskResultStatus.READY
            row.save(update_fields=["status"])
        Lease.objects.filter(task_id__in=[row.pk for row in lost]).delete()
    return len(lost)


def run_until(stop: Callable[[], bool], *, worker: str = "", pause: float = 0.3) -> None:
    """Work until told to stop: take jobs, reap now and then.

    Args:
        stop: asked between jobs.
        pause: seconds to wait when there is nothing to do.
    """
    worker = worker or secrets.token_hex(8)
    from sigill.desk import rounds  # noqa: PLC0415 - the rounds put work into the queue, so they know this module

    reaped = walked = 0.0
    while not stop():
        close_old_connections()
        if time.monotonic() - reaped > LEASE.total_seconds() / 3:
            reap()
            reaped = time.monotonic()
        if time.monotonic() - walked > rounds.EVERY:
            rounds.make()
            walked = time.monotonic()
        if not run_next(worker):
            time.sleep(pause)


def drain(worker: str = "drain") -> int:
    """Do all that waits, now. Returns how many jobs were done. For tests and for `loaddemo`."""
    done = 0
    while run_next(worker):
        done += 1
    return done


def _take(worker: str) -> DBTaskResult[Any, Any] | None:
    with transaction.atomic():
        rows = DBTaskResult.objects.ready().filter(backend_name="default")
        job = rows.get_locked() if connection.features.has_select_for_update else rows.first()
        if job is None:
            return None
        job.claim(worker)
        Lease.objects.update_or_create(task_id=job.pk, defaults={"worker": worker, "until": timezone.now() + LEASE})
    return job


@contextmanager
def _renewed(task_id: Any, worker: str) -> Iterator[None]:
    """Keep the lease while the job runs."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(LEASE.total_seconds() / 3):
            Lease.objects.filter(task_id=task_id, worker=worker).update(until=timezone.now() + LEASE)
        connection.close()

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _do(job: DBTaskResult[Any, Any]) -> None:
    work_id = job.args_kwargs["args"][0]
    Work.objects.filter(pk=work_id, state="waiting").update(state="running")
    try:
        job.set_successful(run_work.func(work_id))
    except Awaiting:
        # The signature is made elsewhere; look again until it is here, however long that takes.
        job.status, job.run_after = TaskResultStatus.READY, timezone.now() + dt.timedelta(seconds=30)
        job.worker_ids = []
        job.save(update_fields=["status", "run_after", "worker_ids"])
        Work.objects.filter(pk=work_id).update(state="waiting")
    except Temporary as error:
        if len(job.worker_ids) < ATTEMPTS:
            job.status = TaskResultStatus.READY
            job.run_after = timezone.now() + dt.timedelta(seconds=2 ** len(job.worker_ids))
            job.save(update_fields=["status", "run_after"])
            Work.objects.filter(pk=work_id).update(state="waiting")
            return
        _fail(job, work_id, error)
    except SigillError as error:
        _fail(job, work_id, error)
    except Exception as error:
        # The kind alone: the message could hold a name.
        log.error("job failed: %s", type(error).__name__)
        _fail(job, work_id, error)


def _fail(job: DBTaskResult[Any, Any], work_id: str, error: Exception) -> None:
    from sigill.desk import issuing  # noqa: PLC0415 - as above

    if not issuing.give_up(work_id):
        # The decision is in the log: there is only forward, so the job is tried until it is done.
        job.status, job.run_after = TaskResultStatus.READY, timezone.now() + dt.timedelta(minutes=1)
        job.save(update_fields=["status", "run_after"])
        Work.objects.filter(pk=work_id).update(state="waiting")
        return
    Work.objects.filter(pk=work_id).update(state="failed", outcome=outcome_of(error), ended_at=timezone.now())
    job.status = TaskResultStatus.FAILED
    job.finished_at = timezone.now()
    job.exception_class_path = f"{type(error).__module__}.{type(error).__qualname__}"
    job.save(update_fields=["status", "finished_at", "exception_class_path"])


def outcome_of(error: Exception) -> dict[str, Any]:
    """An error as JSON that a face can put into words."""
    if not isinstance(error, SigillError):
        return {"error": type(error).__name__, "problem": "", "next_step": "", "params": {}, "findings": []}
    found = error.findings if isinstance(error, Refused) else ()
    return {
        "error": type(error).__name__,
        "problem": error.problem,
        "next_step": error.next_step,
        "place": error.place,
        "params": {key: str(value) for key, value in error.params.items()},
        "findings": [
            {
                "rule": one.rule,
                "severity": str(one.severity),
                "source": one.source,
                "place": one.place,
                "message_sv": one.message_sv,
                "message_en": one.message_en,
            }
            for one in found
        ],
    }
