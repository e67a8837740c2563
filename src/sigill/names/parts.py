"""A staff row taken apart: the pieces a mention of the person can be put together from.

What it does: names each piece (given name, surname, part of a double surname, former surname, nickname, initials)
once, so that `forms` (what a person can be called) and `lexicon` (what the search looks for) agree.

What it does not: it adds no spelling variants; those are in `variants`.
"""

from dataclasses import dataclass
from enum import IntEnum

from sigill.decision.people import StaffMember
from sigill.names.fold import key
from sigill.names.variants import NICKNAMES

PARTICLES = frozenset(
    [
        *("von", "af", "de", "la", "del", "der", "den", "van", "di", "da", "dos", "du", "al", "el", "ul"),
        *("bin", "ibn", "abu", "ben", "mac", "o", "d", "le"),
    ]
)


class Role(IntEnum):
    """What a piece of text is to a person."""

    GIVEN = 1  # can stand alone for the person
    GIVEN_PART = 2  # only beside other pieces: a later given name, half of a double one
    SURNAME = 3
    SURNAME_PART = 4  # half of a double surname
    FULL = 5  # a whole name written together
    INITIALS = 6
    EMAIL = 7
    USER_ID = 8
    PHONE_END = 9  # the last four figures of a phone number
    UNIT = 10  # the unit of somebody whose title singles him or her out there
    OTHER = 11  # the full name of somebody else


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a person's name.

    Args:
        text: as written, with its own accents and case.
        family: what it is, in words: "given name", "surname", "part of surname" …
    """

    text: str
    role: Role
    family: str


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a mention of one person is built from. Tuples keep the most usual first."""

    given: tuple[Piece, ...]
    surnames: tuple[Piece, ...]
    initials: tuple[str, ...]


def words_of(name: str) -> list[str]:
    """A name's words: split at spaces and hyphens, apostrophes kept ("O'Brien" is one)."""
    return [word for word in name.replace("-", " ").replace("‑", " ").split() if word]


def parts_of(person: StaffMember) -> Parts:
    """Take a staff row apart."""
    given = [Piece(person.preferred_name, Role.GIVEN, "given name")] if person.preferred_name else []
    registered = person.given_names.split()
    if len(registered) > 1:
        given.append(Piece(person.given_names, Role.GIVEN, "given name"))
    for at, name in enumerate(registered):
        # Anna-Maria is not called Anna, but Greta may be called Margareta.
        alone = at == 0 and name not in words_of(person.preferred_name)[:1]
        role = Role.GIVEN if alone or name == person.preferred_name else Role.GIVEN_PART
        given.append(Piece(name, role, "given name" if at == 0 else "second given name"))
    for double in (person.preferred_name, *registered):
        if len(words_of(double)) > 1:
            given.append(Piece("".join(words_of(double)), Role.GIVEN, "given name"))
            given += [Piece(half, Role.GIVEN_PART, "part of given name") for half in words_of(double)]
    for name in dict.fromkeys([person.preferred_name, *registered[:1]]):
        for short in NICKNAMES.get(_text(name), ()):
            given.append(Piece(short.capitalize(), Role.GIVEN, "nickname"))
    surnames = _surnames(person.surname, "surname") + _surnames(person.former_surname, "former name")
    return Parts(_unique(given), _unique(surnames), _initials(person))


def _surnames(name: str, family: str) -> list[Piece]:
    if not name:
        return []
    found = [Piece(name, Role.SURNAME, family)]
    core = name.split(" ")
    while len(core) > 1 and core[0].lower() in PARTICLES:
        core = core[1:]
    if " ".join(core) != name:
        found.append(Piece(" ".join(core), Role.SURNAME, family))
    parts = words_of(" ".join(core))
    if "'" in name or "’" in name:
        found.append(Piece(name.replace("'", "").replace("’", ""), Role.SURNAME, family))
    if len(parts) > 1:
        found.append(Piece("".join(parts), Role.SURNAME, family))
        if len(words_of(name)) > len(parts):
            found.append(Piece("".join(words_of(name)), Role.SURNAME, family))
        found += [
            Piece(part, Role.SURNAME_PART, f"part of {family}") for part in parts if part.lower() not in PARTICLES
        ]
        # "De la Gardie-Holm" is also called "De la Gardie".
        if " " in name and "-" in name:
            found.append(Piece(name.split("-", maxsplit=1)[0], Role.SURNAME_PART, f"part of {family}"))
    elif len(words_of(name)) > 1:
        found.append(Piece("".join(words_of(name)), Role.SURNAME, family))
    return found


def _initials(person: StaffMember) -> tuple[str, ...]:
    given, surname = words_of(person.preferred_name), words_of(person.surname)
    if not given or not surname:
        return (person.initials,) if person.initials else ()
    core = [word for word in surname if word.lower() not in PARTICLES] or surname
    found = [
        person.initials,
        "".join(word[0] for word in given + surname),
        "".join(word[0].upper() for word in given + core),
        given[0][0].upper() + core[0][0].upper(),
        "".join(word[0].upper() for word in words_of(person.given_names) + core),
    ]
    return tuple(dict.fromkeys(one for one in found if len(one) > 1))


def _text(name: str) -> str:
    return key(name).decode("latin-1")


def _unique(pieces: list[Piece]) -> tuple[Piece, ...]:
    best: dict[str, Piece] = {}
    for piece in pieces:
        if piece.text and piece.text not in best:
            best[piece.text] = piece
    return tuple(best.values())
