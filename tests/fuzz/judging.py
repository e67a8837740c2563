"""What must hold of any file whatever, put through the mask and the search.

Only errors that `SigillError` covers; an end within bounds; an output that the search can read, in which neither it
nor the crude third reader of the tests finds the person's name as it is written in the register. A broken file may
spell her anew (`Åsaa Lindqust`): where the search holds such a file back the house has done its work, and the
outcome is `held`, for people to look at.
"""

import io
import signal
import traceback
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

import pikepdf
import pypdfium2
from mutations import ASA

from officefiles import REGISTER, finder_of, texts
from sigill.errors import LeakFound, NothingRead, SigillError
from sigill.mask import apply
from sigill.mask.report import Options, Report
from sigill.verify.reading import Bounds
from sigill.verify.search import require_clean, search

OPTIONS = Options(max_bytes=16 << 20, max_pages=60, max_depth=3, max_inflated=64 << 20)
"""Small bounds: a fuzzed file that is worked off within them is worked off within greater ones."""

Mask = Callable[[bytes, str, Report], tuple[bytes, str]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one broken file.

    Args:
        outcome: `masked`, `refused` (on purpose), `stumbled` (refused, because something unforeseen was caught),
            `held` (masked, and held back by the search), `slow` (out of time while OCR ran, which the confined worker
            ends) are fine; `crash`, `hang`, `unreadable` (the search cannot
            read the result), `leak` (masked, held back, and the name stands there in full) and `missed` (masked and
            let through, and it stands there in full) are failures.
        where: file and line of a stumble or crash, or kind and place of what the search said. No text from the file.
        trace: the last lines of the traceback.
    """

    outcome: str
    where: str = ""
    trace: str = ""

    @property
    def fine(self) -> bool:
        return self.outcome in ("masked", "refused", "stumbled", "held", "slow")


class Hanging(BaseException):
    """The time is up. No `Exception`, so that nothing on the way takes it for a parser's."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises `Hanging` when the body takes longer."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Hanging

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def masked(data: bytes, name: str, report: Report) -> tuple[bytes, str]:
    """The mask without the net below it, so that what was not foreseen is seen."""
    return apply._mask(data, name, finder_of(ASA.staff_id), OPTIONS, report, 0)


def judge(data: bytes, name: str, *, mask: Mask = masked, seconds: float = 20.0, ocr: bool = False) -> Verdict:
    """Put one file through the mask and the search.

    Args:
        mask: what is tried; tests put a faulty one here.
        seconds: how long the mask may take, and the search again.
        ocr: let the search look into pictures.
    """
    try:
        with within(seconds):
            result, new_name = mask(data, name, Report())
    except SigillError:
        return Verdict("refused")
    except Hanging as late:
        return _late("mask", late)
    except Exception as stumble:
        return _below_the_net(data, name, mask, stumble)
    except BaseException as crash:
        return Verdict("crash", _where(crash), _last(crash))
    return _searched({new_name: result}, seconds, ocr)


def scanned(data: bytes, name: str, seconds: float = 20.0) -> Verdict:
    """Put one file through the search alone, which must find or refuse but not fall."""
    try:
        with within(seconds):
            search({name: data}, [ASA], register=REGISTER, bounds=Bounds())
    except SigillError:
        return Verdict("refused")
    except Hanging as late:
        return _late("search", late)
    except BaseException as crash:
        return Verdict("crash", _where(crash), _last(crash))
    return Verdict("refused")


def _below_the_net(data: bytes, name: str, mask: Mask, stumble: Exception) -> Verdict:
    """What stumbled inside must come out as a refusal."""
    if mask is not masked:
        return Verdict("crash", _where(stumble), _last(stumble))
    try:
        apply.mask_file(data, name, finder_of(ASA.staff_id), OPTIONS, Report())
    except SigillError:
        return Verdict("stumbled", _where(stumble), _last(stumble))
    except BaseException as crash:
        return Verdict("crash", _where(crash), _last(crash))
    return Verdict("crash", "the second try succeeded: " + _where(stumble), _last(stumble))


def _searched(files: dict[str, bytes], seconds: float, ocr: bool) -> Verdict:
    try:
        with within(seconds):
            require_clean(files, [ASA], register=REGISTER, ocr=ocr)
    except NothingRead:
        # Without OCR a page that is a picture can't be read here; `sigill mask` reads it.
        return Verdict("masked") if not ocr else Verdict("unreadable", "nothing could be read")
    except LeakFound as leak:
        found = sorted({f"{one.kind} by {one.reader}" for one in leak.leaks})
        certain = any(one.certainty == "certain" for one in leak.leaks)
        plain = any(stands_in(data) for data in files.values())
        return Verdict("leak" if certain and plain else "held", ", ".join(found)[:200])
    except SigillError as refusal:
        return Verdict("unreadable", f"{type(refusal).__name__}: {refusal.problem} {refusal.params or ''}")
    except Hanging as late:
        return _late("search", late)
    except BaseException as crash:
        return Verdict("crash", _where(crash), _last(crash))
    if any(stands_in(data) for data in files.values()):
        return Verdict("missed", "the third reader finds what the search does not")
    return Verdict("masked")


def stands_in(data: bytes) -> bool:
    """Whether the crude reader finds the person's name, address or number as the register has it."""
    wanted = [_plain(one) for one in (ASA.full_name, ASA.surname, ASA.email, ASA.phone, ASA.mobile)]
    return any(one in text for text in map(_plain, _texts(data)) for one in wanted)


def _plain(text: str) -> str:
    """Without case, accents and doubled white space; everything else as it stands."""
    letters = (one for one in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(one))
    return " ".join("".join(letters).split())


def _texts(data: bytes) -> Iterator[str]:
    yield from texts(data)
    if b"%PDF-" not in data[:1024]:
        return
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream):
                with suppress(pikepdf.PdfError, zlib.error, RuntimeError):
                    yield item.read_bytes().decode("latin-1")
    with pypdfium2.PdfDocument(data) as shown:
        for page in shown:
            yield page.get_textpage().get_text_bounded()


def _late(doing: str, late: BaseException) -> Verdict:
    waiting = any("subprocess" in frame.filename for frame in traceback.extract_tb(late.__traceback__))
    return Verdict("slow" if waiting else "hang", f"{doing}: {_where(late)}", _last(late))


def _where(error: BaseException) -> str:
    """The last line of our own code on the way, and the kind of error."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/sigill/" in frame.filename] or list(frames)
    last = ours[-1]
    return f"{last.filename.rpartition('/src/')[2]}:{last.lineno} {type(error).__name__}"


def _last(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)[-4:])[-1500:]
