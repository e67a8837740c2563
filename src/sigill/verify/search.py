"""The leak search: can a protected person still be read out of finished files?

Promise: every reader in use is proven to see, in each process, by finding a planted person in a control document;
every file is read by all of them; a page where nothing could be read is a failure. Findings say file, place, kind and
reader, never the text.
Modesty: it searches for known people. Pixels are read only with `ocr=True`; `Searched.unseen` names what was not.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sigill.decision.people import StaffMember, StaffRegister
from sigill.errors import N_, Blocked, LeakFound, NothingRead, SigillError
from sigill.verify import control
from sigill.verify.judging import Certainty, Lone, matcher_for
from sigill.verify.readers import DEEP, FAST, kind_of, read
from sigill.verify.reading import Bounds, Reading, Wanted
from sigill.verify.sifting import Leak, Sifter

__all__ = ["DEEP", "FAST", "Leak", "Searched", "require_clean", "search"]


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found, and what it looked at.

    Args:
        leaks: what names a protected person.
        possible: what may; it does not fail.
        read: characters (for raw bytes: bytes) by reader.
        pages: how many pages the files have.
        unread: pages on which no reader could read a character.
        unseen: pictures that no OCR looked into.
    """

    leaks: tuple[Leak, ...]
    possible: tuple[Leak, ...]
    read: Mapping[str, int]
    pages: int
    unread: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def search(
    files: Mapping[str, bytes],
    withheld: Sequence[StaffMember],
    *,
    others: Sequence[str] = (),
    register: StaffRegister | None = None,
    ocr: bool = False,
    deep: bool = True,
    readers: Collection[str] | None = None,
    lone: Lone = "evidence",
    bounds: Bounds | None = None,
) -> Searched:
    """Search finished files for people who must not be found there.

    Args:
        files: file name → bytes. The names are searched too.
        withheld: whom to look for.
        others: full names of people who may stand (parties, politicians); their parts excuse lone names.
        register: all staff; those not withheld may stand.
        ocr: read pictures, too.
        deep: use all readers; False leaves out the slow ones.
        readers: exactly these readers instead (`FAST`, `DEEP` or a part of them).
        lone: `any` counts a lone given name spelled as a name as a leak without further evidence.
        bounds: limits for each file.

    Returns:
        Leaks and possible leaks, with what was read.

    Raises:
        Blocked: a file of unknown kind, encrypted, broken or too large; a reader is missing or blind; a protected
            person has the very name of somebody who may stand.
    """
    if not withheld:
        return Searched((), (), {}, 0)
    matcher = matcher_for(tuple(withheld), tuple(others), register, lone)
    if matcher.namesakes:
        raise Blocked(
            N_("A protected person has the same name as somebody who must stand in the document."),
            N_("A human must read it."),
        )
    chosen = frozenset(readers if readers is not None else (DEEP if deep else FAST)) | ({"ocr"} if ocr else set())
    control.require_sight({kind_of(name, data) for name, data in files.items()}, chosen)
    leaks: dict[tuple[str, str, str, str, Certainty], int] = {}
    totals: dict[str, int] = {}
    pages = 0
    unread: list[str] = []
    unseen: list[str] = []
    for number, (name, data) in enumerate(files.items(), 1):
        wanted = Wanted(chosen, ocr, bounds or Bounds())
        one = Sifter(f"file {number}" if matcher.in_text(name, prose=False) else name, matcher)
        one.look(Reading("file name", ("file name",), name, prose=False))
        try:
            for finding in read(name, data, wanted):
                one.look(finding)
        except SigillError:
            raise
        except Exception as stumble:
            # A malformed file makes some parser stumble; its message may quote the file.
            raise Blocked(
                N_("The file could not be read to its end ({kind})."),
                N_("Ask for a sound copy, or look at it yourself."),
                place=one.name,
                kind=type(stumble).__name__,
            ) from None
        one.finish()
        for key, count in one.leaks.items():
            leaks[key] = leaks.get(key, 0) + count
        for reader, size in one.read.items():
            totals[reader] = totals.get(reader, 0) + size
        pages += len(one.pages)
        unread += [f"{one.name}: {place}" for place in one.unread()]
        unseen += [] if ocr else [f"{one.name}: {place}" for place in one.pictures]
    listed = [Leak(*key, count) for key, count in leaks.items()]
    return Searched(
        leaks=tuple(leak for leak in listed if leak.certainty != "possible"),
        possible=tuple(leak for leak in listed if leak.certainty == "possible"),
        read=totals,
        pages=pages,
        unread=tuple(unread),
        unseen=tuple(unseen),
    )


def require_clean(
    files: Mapping[str, bytes],
    withheld: Sequence[StaffMember],
    *,
    others: Sequence[str] = (),
    register: StaffRegister | None = None,
    ocr: bool = False,
    deep: bool = True,
    readers: Collection[str] | None = None,
    lone: Lone = "evidence",
    bounds: Bounds | None = None,
) -> Searched:
    """As `search`, but anything found stops the journey.

    Raises:
        LeakFound: with `leaks`.
        NothingRead: a page on which no reader could read a character (a scan without `ocr=True`).
        Blocked: see `search`.
    """
    found = search(
        files, withheld, others=others, register=register, ocr=ocr, deep=deep, readers=readers, lone=lone, bounds=bounds
    )
    if found.leaks:
        first = found.leaks[0]
        raise LeakFound(
            N_("A protected person can still be read in {count} place(s)."),
            N_("Nothing was sent. Remove what stands there, or report it as a fault."),
            place=f"{first.file}: {first.place}",
            leaks=found.leaks,
            count=len(found.leaks),
        )
    if found.unread:
        raise NothingRead(
            N_("No character could be read on {count} page(s)."),
            N_("Search again with OCR, or look at the page yourself."),
            place=found.unread[0],
            count=len(found.unread),
        )
    return found
