"""A worker process with bounds, for files nobody vouches for.

Promise: whatever a file does to a parser, the caller gets an answer within its bounds: the result, the parser's own
refusal, or `Blocked` with a reason. Memory, processor time and wall time are limited by the system, and the worker's
own children die with it. Modesty: it bounds cost; it is no sandbox against code that was let in.
"""

import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from sigill.errors import N_, Blocked, SigillError

T = TypeVar("T")

_CONTEXT = multiprocessing.get_context("forkserver")
_PRELOAD = ["sigill.verify.search"]
_GRACE = 2.0


_PR_SET_DUMPABLE = 4  # prctl(2)


def no_core_dumps() -> None:
    """From here on a crash of this process, or of one it starts, leaves no copy of its memory on disk.

    Where the system hands dumps to a program (`core_pattern` with a pipe) the limit alone does not count; then the
    process is not dumpable either (prctl(2)), which no child inherits over an exec.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def run_confined(function: Callable[..., T], *args: Any, seconds: float, megabytes: int, **named: Any) -> T:
    """Call `function(*args, **named)` in a process of its own, within bounds.

    Args:
        function: at the top of a module, so that it can be found there.
        args, named: must survive pickling, as must the result.
        seconds: wall time, and processor time.
        megabytes: address space of the worker (MiB); its libraries alone take some 500.

    Returns:
        What the function returns.

    Raises:
        Blocked: it took too long or too much memory, or it crashed.
        SigillError: what the function itself raised on purpose.
    """
    _CONTEXT.set_forkserver_preload(_PRELOAD)
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    worker = _CONTEXT.Process(target=_work, args=(theirs, function, args, named, seconds, megabytes), daemon=False)
    worker.start()
    theirs.close()
    try:
        if not ours.poll(seconds + _GRACE):
            raise _too_long(seconds)
        kind, value = ours.recv()
    except EOFError:
        worker.join(_GRACE)
        if worker.exitcode in (-signal.SIGXCPU, -signal.SIGKILL):
            raise _too_long(seconds) from None
        raise Blocked(
            N_("Reading the file crashed the reader ({code})."),
            N_("Do not open the file; ask for a sound copy."),
            code=worker.exitcode,
        ) from None
    finally:
        _end(worker)
        ours.close()
    if kind == "result":
        return value  # type: ignore[no-any-return]  # what the function returned, over the pipe
    if kind == "refused":
        raise value
    if kind == "MemoryError":
        raise Blocked(
            N_("Reading the file takes more than {megabytes} MiB of memory."),
            N_("Split the file, or raise the bound."),
            megabytes=megabytes,
        )
    raise Blocked(
        N_("The file could not be read to its end ({kind})."),
        N_("Ask for a sound copy, or look at it yourself."),
        kind=kind,
    )


def _too_long(seconds: float) -> Blocked:
    return Blocked(
        N_("Reading the file takes more than {seconds} seconds."),
        N_("Split the file, or raise the bound."),
        seconds=f"{seconds:g}",
    )


def _end(worker: Any) -> None:
    """End the worker and the programs it started: they share its process group."""
    if worker.pid is not None and worker.is_alive():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            # Before the worker has made its own group there is none of that number, and only it is ended.
            os.killpg(worker.pid, signal.SIGKILL)
        worker.kill()
    worker.join(_GRACE)


def _work(
    pipe: Connection,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    named: dict[str, Any],
    seconds: float,
    megabytes: int,
) -> None:
    os.setpgid(0, 0)
    _limit(resource.RLIMIT_AS, megabytes << 20)
    _limit(resource.RLIMIT_CPU, max(1, round(seconds)))
    no_core_dumps()
    try:
        answer: tuple[str, Any] = ("result", function(*args, **named))
    except SigillError as refusal:
        answer = ("refused", refusal)
    except BaseException as stumble:
        # Only the kind gets out: the message may quote the file.
        answer = (type(stumble).__name__, None)
    try:
        pipe.send(answer)
    except Exception as unsent:
        pipe.send((type(unsent).__name__, None))
    pipe.close()


def _limit(what: int, amount: int) -> None:
    _, hard = resource.getrlimit(what)
    amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    # The hard limit a little later: the soft one may still be told apart.
    resource.setrlimit(what, (amount, amount if what != resource.RLIMIT_CPU else amount + 1 if hard < 0 else hard))
