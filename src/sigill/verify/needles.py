"""What to look for: one person's needles, derived from the staff register alone.

Promise: names in both orders, each part, former names, initials, e-mail, user and staff id, telephone numbers and
extensions, in plain, stripped, `aa/oe`, `dj`, letters-dropped and mojibake spellings. Each needle says whether a hit
is certain or only possible. Derived here on purpose a second time: nothing is shared with the masking side.
Modesty: no nicknames beyond the register's, no grammar; a hit is judged in `judging`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sigill.decision.people import StaffMember, StaffRegister
from sigill.verify.folding import words_of

Kind = Literal[
    "full name", "surname", "given name", "initial and surname", "given name and initial", "initials",
    "e-mail", "user id", "staff id", "phone", "extension", "title and unit",
]  # fmt: skip

_PARTICLES = frozenset(
    str.split(
        "af al ap av bin bint da dal das de del della den der di do dos du e el ibn la le lo los mac mc o of "
        "te ten ter van vom von y zu zum zur "
    )
)
_WORDLIKE = frozenset(
    str.split(
        "alva angel axel back backe berg bild bill bjork bjorn blad blom borg brand bratt brun dahl dahlia "
        "disa duva eden edge eken engel ester fager faith falk fast fisk fjall flink flod flora flygare fors "
        "frank frid frida frisk frost gard gast gill glad glans grace gran green gren grip gron haga hage "
        "hall hammar hand hans hell helm hjalte hjelm hjort holm holmen hope hult iris ivar jack jakt jarl "
        "jasmin jord juni kall kant karl kast klang klar klint knut kock konrad krans kron krona kula kung "
        "kvarn kvist lage lager land lang ledig lejon lilja lilla lilly lind linde ling linn ljung ljus lund "
        "lust lycke malm mark mars mask mila mild mira modig morgon mose natt nord norr nova orre palm palmer "
        "park port prim pris quist ramel rang rapp rask rich rike ring ronn rosa rose rosen runa rund saga "
        "sall salt sand sard sell silver skar skog skold skott skytt slott smed snygg sommar sorg spang sparv "
        "spets stad stal stark stav stella sten ster stig stjarna stolt stor storm stram strand strid strom "
        "styf sund sune svan svard svensk sward tall tang tapper tegel torn torp trast trygg tuva tydig vall "
        "vallen vang varg vass vera vide vild vind vinge vinter viola visst vret wall west will "
    )
)
_RING = str.maketrans({"å": "aa", "Å": "Aa"})
_SWEDISH_DIGRAPHS = str.maketrans(
    {"å": "aa", "Å": "Aa", "ä": "ae", "Ä": "Ae", "ö": "oe", "Ö": "Oe", "ø": "oe", "Ø": "Oe", "ü": "ue", "Ü": "Ue"}
)
_SLAVIC_DIGRAPHS = str.maketrans({"đ": "dj", "Đ": "Dj", "č": "ch", "ć": "c", "š": "sh", "ž": "zh"})
_MISREAD = (
    ("utf-8", "cp1252"), ("utf-8", "latin-1"), ("utf-8", "mac_roman"), ("utf-8", "cp850"), ("utf-8", "cp437"),
    ("latin-1", "mac_roman"), ("latin-1", "cp850"), ("latin-1", "cp437"), ("mac_roman", "cp1252"),
    ("cp850", "cp1252"), ("cp437", "cp1252"),
)  # fmt: skip
_SPLIT = re.compile(r"[^\w'’ʼ]+|_")


@dataclass(frozen=True, slots=True, repr=False)
class Needle:
    """One thing to look for.

    Args:
        kind: what a hit would be.
        parts: its folded words.
        certain: whether a hit needs no further evidence than standing there as a word or words of its own.
    """

    kind: Kind
    parts: tuple[str, ...]
    certain: bool

    @property
    def dense(self) -> str:
        """The words run together."""
        return "".join(self.parts)


@dataclass(frozen=True, slots=True, repr=False)
class Sought:
    """One person, as the search needs them.

    Args:
        needles: names and identifiers.
        numbers: telephone numbers without prefix, digits only.
        extensions: the last digits of those numbers, to be found where a word marks them as a number.
        initials: as registered and as derived, upper case, folded.
        own_words: all folded words of the names, and the initials of each; they vouch for one another.
        title: folded words of the title.
        spelled: whole names and identifiers in their own spelling, for the search in raw bytes.
    """

    needles: tuple[Needle, ...]
    numbers: tuple[str, ...]
    extensions: tuple[str, ...]
    initials: tuple[str, ...]
    own_words: frozenset[str]
    title: tuple[str, ...]
    spelled: tuple[str, ...]


def wordlike(word: str) -> bool:
    """Whether a folded name is short or also an ordinary word, so that standing alone it proves nothing."""
    return len(word) <= 3 or word in _WORDLIKE or (word.endswith("s") and word[:-1] in _WORDLIKE)


def _pieces(name: str) -> list[str]:
    return [piece for piece in _SPLIT.split(name) if piece]


def _firsts(person: StaffMember) -> list[str]:
    """Given names as they may stand before the surname, best first."""
    given = person.given_names.split()
    found = [person.preferred_name, person.given_names, *given, *_pieces(person.given_names)]
    found += [f"{given[0]} {last}" for last in given[1:]]
    if person.preferred_name not in given:
        found += [f"{person.preferred_name} {name}" for name in given]
    return _unique(found)


def _lasts(person: StaffMember) -> list[str]:
    """Surnames as they may stand after the given name, best first: whole, halves, former, joined with the former."""
    found: list[str] = []
    for surname in (person.surname, person.former_surname):
        if not surname:
            continue
        halves = [half for half in re.split(r"[-‐‑–\s]+", surname) if words_of(half)]
        found.append(surname)
        found += [half for half in re.split(r"[-‐‑–]", surname) if words_of(half)]
        found += [half for half in halves if not set(words_of(half)) <= _PARTICLES]
        bare = " ".join(half for half in halves if not set(words_of(half)) <= _PARTICLES)
        found.append(bare)
        if "'" in surname or "’" in surname:
            found.append(surname.replace("'", "").replace("’", ""))
    if person.former_surname:
        found += [f"{person.surname} {person.former_surname}", f"{person.former_surname} {person.surname}"]
    return _unique(found)


def _unique(names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(name.strip() for name in names) if words_of(name)]


def _spellings(name: str) -> Iterator[tuple[str, ...]]:
    """The folded words of a name in each way it may be spelled."""
    yield words_of(name)
    for changed in (
        name.translate(_SWEDISH_DIGRAPHS),
        name.translate(_RING),
        name.translate(_SLAVIC_DIGRAPHS),
    ):
        if changed != name:
            yield words_of(changed)


def _damaged(name: str) -> Iterator[tuple[str, ...]]:
    """The folded words of a name that went through the wrong character set, or lost its foreign letters."""
    if name.isascii():
        return
    for written, read in _MISREAD:
        try:
            yield words_of(name.encode(written).decode(read, "replace"))
        except UnicodeError:
            continue
    yield words_of("".join(letter if letter.isascii() else "?" for letter in name))
    yield words_of("".join(letter for letter in name if letter.isascii()))


def _initial(name: str) -> str:
    words = words_of(name)
    return words[0][0] if words else ""


def _number(number: str) -> str:
    """A Swedish or international telephone number as national digits without the leading zero."""
    digits = re.sub(r"\D", "", re.sub(r"\(0\)", "", number))
    for prefix in ("0046", "46", "00"):
        if digits.startswith(prefix) and (prefix != "46" or number.strip().startswith("+")):
            digits = digits[len(prefix) :]
            break
    return digits.lstrip("0")


def sought(person: StaffMember, register: StaffRegister | None = None) -> Sought:
    """Derive all needles of one person.

    Args:
        person: the one who must not be found.
        register: all staff; says which surnames and titles others have too. None: nobody else is known.

    Returns:
        The person as the search needs them.
    """
    firsts, lasts = _firsts(person), _lasts(person)
    colleagues = [other for other in (register or {}).values() if other.staff_id != person.staff_id]
    taken = {word for other in colleagues for last in _lasts(other) for word in words_of(last)}
    needles: dict[tuple[Kind, tuple[str, ...]], Needle] = {}

    def add(kind: Kind, parts: tuple[str, ...], certain: bool) -> None:
        if parts and all(parts):
            needles.setdefault((kind, parts), Needle(kind, parts, certain))

    for first in firsts:
        for last in lasts:
            for name in (f"{first} {last}", f"{last} {first}"):
                for parts in _spellings(name):
                    add("full name", parts, True)
    for name in (
        person.full_name,
        f"{person.given_names} {person.surname}",
        f"{person.surname} {person.preferred_name}",
    ):
        for parts in _damaged(name):
            if len("".join(parts)) >= 9:
                add("full name", parts, True)
    for last in lasts:
        for parts in _spellings(last):
            lone = parts[0] if len(parts) == 1 else ""
            add("surname", parts, not lone or (len(lone) >= 6 and not wordlike(lone) and lone not in taken))
            for first in firsts:
                shared = any(
                    _initial(other.preferred_name) == _initial(first) and parts[-1] in words_of(other.surname)
                    for other in colleagues
                )
                for initial in {words_of(first)[0][0], *("".join(w[0] for w in words_of(first)),)}:
                    add("initial and surname", (initial, *parts), not shared)
                    add("initial and surname", (*parts, initial), not shared)
        for parts in _damaged(last):
            if len(parts) == 1 and len(parts[0]) >= 8:
                add("surname", parts, True)
    for first in firsts:
        for parts in _spellings(first):
            add("given name", parts, len(parts) > 1 and not any(map(wordlike, parts)) and len("".join(parts)) >= 10)
            for last in lasts[:1]:
                letters = tuple(word[0] for word in words_of(last))
                for tail in {letters[:1], letters, ("".join(letters),)}:
                    add("given name and initial", (*parts, *tail), False)
    if "@" in person.email:
        add("e-mail", words_of(person.email), True)
        local = words_of(person.email.split("@")[0])
        add("e-mail", local, len("".join(local)) >= 5)
    add("user id", words_of(person.user_id), len(person.user_id) >= 4)
    add("staff id", words_of(person.staff_id), len(person.staff_id) >= 5)
    if register is not None and person.title and person.unit:
        alone = not any((other.title, other.unit) == (person.title, person.unit) for other in colleagues)
        if alone:
            add("title and unit", words_of(f"{person.title} {person.unit}"), False)
    numbers = tuple(dict.fromkeys(n for n in map(_number, (person.phone, person.mobile)) if len(n) >= 7))
    names = [*firsts, *lasts]
    return Sought(
        needles=tuple(needles.values()),
        numbers=numbers,
        extensions=_extensions(person.phone, colleagues),
        initials=all_initials(person),
        own_words=frozenset(word for name in names for parts in _spellings(name) for word in parts),
        title=words_of(person.title),
        spelled=_spelled(person, firsts, lasts),
    )


def _extensions(phone: str, colleagues: Iterable[StaffMember]) -> tuple[str, ...]:
    """The subscriber number without its area code, and its last four digits where no colleague has the same four."""
    groups = re.findall(r"\d+", phone)
    digits = "".join(groups)
    if len(digits) < 8:
        return ()
    found = [digits[-4:]] if all(re.sub(r"\D", "", other.phone)[-4:] != digits[-4:] for other in colleagues) else []
    if len(groups) > 1 and len(digits) - len(groups[0]) >= 5:
        found.append(digits[len(groups[0]) :])
    return tuple(found)


def all_initials(person: StaffMember) -> tuple[str, ...]:
    """Initials that the person may sign with, upper case, folded: registered and derived."""
    derived = "".join(w[0] for w in words_of(f"{person.preferred_name} {person.surname}"))
    found = ["".join(words_of(person.initials)), derived]
    return tuple(dict.fromkeys(letters.upper() for letters in found if len(letters) >= 2))


def _spelled(person: StaffMember, firsts: list[str], lasts: list[str]) -> tuple[str, ...]:
    """What to look for in raw bytes: long enough not to turn up in a compressed stream by chance."""
    found = [f"{first} {last}" for first in firsts for last in lasts]
    found += [f"{last}{comma} {first}" for first in firsts for last in lasts for comma in (",", "")]
    found += [last for last in lasts if len(last) >= 7 and not any(map(wordlike, words_of(last)))]
    found += [person.email, person.email.split("@")[0], person.user_id, person.staff_id, person.phone, person.mobile]
    return tuple(dict.fromkeys(form for form in found if len(form) >= 6))
