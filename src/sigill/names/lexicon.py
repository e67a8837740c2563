"""What the search looks for: every piece of every withheld person, in every spelling, in one automaton.

What it does: turns `parts` and `variants` into patterns with a word boundary (a space, see `fold`) at both ends, and
remembers for each what it would be a sign of. Pieces are single words where they can be, and `find` puts mentions
together from neighbouring pieces; that keeps the number of patterns linear in the number of people. Other people's
full names are patterns too, where they share a piece with a withheld person, so that the longer match of somebody
else can win.

What it does not: it judges nothing. Beyond `MANY` people misspellings are limited to the sound-alikes, or memory
would grow by some hundred patterns for each.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product

from ahocorasick_rs import BytesAhoCorasick, Implementation

from sigill.decision.people import StaffMember, StaffRegister
from sigill.names import variants, words
from sigill.names.fold import LOST_LETTER, key
from sigill.names.parts import PARTICLES, Parts, Piece, Role, parts_of, words_of

FEW = 12
"""Up to so many withheld people, every one-letter misspelling is looked for."""
MANY = 300
"""Beyond so many, none is but those that sound the same."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a pattern is a sign of.

    Args:
        person: index into the withheld people; for `Role.OTHER` an index into `Lexicon.others`.
        family: the piece and how it is written, for instance "surname", "surname, misspelt".
        quality: 3 as registered · 2 transliterated or written otherwise · 1 misread · 0 misspelt.
        common: a variant that is somebody's proper name all the same (Emilia for Emelie).
        owner: the pattern carries a genitive s.
        texts: for initials: the spellings that count.
        digits: for phones: all figures of the number in national form.
    """

    person: int
    role: Role
    family: str
    quality: int = 3
    common: bool = False
    owner: bool = False
    texts: tuple[str, ...] = ()
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody whose name stays. `kept` people (a party, say) always count as present in the document."""

    name: str
    kept: bool
    pieces: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The patterns and what they mean.

    Args:
        people: the withheld, as handed in.
        parts: theirs, in the same order.
        entries: for each pattern what it is a sign of.
        others: people whose names stay and share a piece with a withheld one.
        shared: folded piece → how many people of the register bear it.
    """

    people: tuple[StaffMember, ...]
    parts: tuple[Parts, ...]
    automaton: BytesAhoCorasick
    entries: tuple[tuple[Entry, ...], ...]
    others: tuple[Other, ...]
    shared: dict[str, int]
    units: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(slots=True)
class _Patterns:
    found: dict[bytes, tuple[Entry, ...]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def add(self, words: str, entry: Entry) -> None:
        if words and words.strip():
            self.put(b" " + words.encode("latin-1") + b" ", entry)
            if entry.role in _NAMES:
                self.names.add(words)

    def put(self, pattern: bytes, entry: Entry) -> None:
        have = self.found.get(pattern)
        if have is None:
            self.found[pattern] = (entry,)
            return
        made = list(have)
        for at, old in enumerate(made):
            if (old.person, old.role, old.digits) == (entry.person, entry.role, entry.digits):
                if entry.texts:  # "DĐ" and "DD" fold alike
                    made[at] = replace(max(old, entry, key=_quality), texts=(*old.texts, *entry.texts))
                elif old.quality < entry.quality:
                    made[at] = entry
                break
        else:
            made.append(entry)
        self.found[pattern] = tuple(made)


_NAMES = (Role.GIVEN, Role.GIVEN_PART, Role.SURNAME, Role.SURNAME_PART)


def _quality(entry: Entry) -> int:
    return entry.quality


def build(withheld: Sequence[StaffMember], register: StaffRegister, keep: Sequence[str]) -> Lexicon:
    """Build the lexicon for `withheld` people of `register`; `keep` are full names that stay besides the register's."""
    people = tuple(withheld)
    parts = tuple(parts_of(person) for person in people)
    patterns = _Patterns()
    for at, (person, pieces) in enumerate(zip(people, parts, strict=True)):
        _add_person(patterns, at, person, pieces, len(people))
    alone = set(patterns.names)
    ids = {person.staff_id for person in people}
    ours = {
        name[:1] + _text(one.surname) for one in people for name in (_text(one.preferred_name), _text(one.given_names))
    }
    others = tuple(_others(alone, ours, (one for one in register.values() if one.staff_id not in ids), keep))
    for at, other in enumerate(others):
        for order in _orders(other.name):
            patterns.add(order, Entry(at, Role.OTHER, "somebody else"))
            patterns.add(order + "s", Entry(at, Role.OTHER, "somebody else", owner=True))
    for person, unit in _sole_holders(people, register):
        patterns.add(unit, Entry(people.index(person), Role.UNIT, "title and unit"))
    shared: dict[str, int] = {}
    for one in register.values():
        for piece in {_text(one.preferred_name), _text(one.surname), *map(_text, words_of(one.surname))}:
            shared[piece] = shared.get(piece, 0) + 1
    implementation = Implementation.DFA if len(patterns.found) < 4_000 else Implementation.ContiguousNFA
    automaton = BytesAhoCorasick(list(patterns.found), implementation=implementation)
    units = {one.unit.strip() for one in (*register.values(), *people) if one.unit.strip()}
    titles = {one.title.strip().lower() for one in (*register.values(), *people) if one.title.strip()}
    return Lexicon(
        people, parts, automaton, tuple(patterns.found.values()), others, shared,
        tuple(sorted(units, key=lambda one: (-len(one), one))),
        tuple(sorted(titles | set(words.titles()), key=lambda one: (-len(one), one))),
    )  # fmt: skip


def _add_person(patterns: _Patterns, at: int, person: StaffMember, parts: Parts, people: int) -> None:
    for piece in (*parts.given, *parts.surnames):
        if _text(piece.text) not in PARTICLES:
            _add_piece(patterns, at, piece, people)
    for full in _written_together(parts):
        patterns.add(full, Entry(at, Role.FULL, "full name"))
        patterns.add(full + "s", Entry(at, Role.FULL, "full name", owner=True))
    for piece in (*parts.given, *parts.surnames):
        if len(_text(piece.text)) >= 3 and piece.family != "nickname":
            entry = Entry(at, piece.role, piece.family + ", spaced out", 2)
            # One space, a hyphen with spaces and a wider gap between the words all occur.
            for gap in (" ", "  ", "   "):
                patterns.add(gap.join(" ".join(word) for word in _text(piece.text).split()), entry)
    for spaced in _spaced(person):
        patterns.add(spaced, Entry(at, Role.FULL, "full name, spaced out", 2))
    for initials in parts.initials:
        entry = Entry(at, Role.INITIALS, "initials", 3 if initials == person.initials else 2, texts=(initials,))
        patterns.add(_text(initials), entry)
        patterns.add(
            _text(initials) + "s", Entry(at, Role.INITIALS, "initials", entry.quality, owner=True, texts=(initials,))
        )
        dotted = replace(entry, family="initials with points")
        patterns.add(" ".join(_text(initials)), dotted)
    if person.email:
        patterns.add(_text(person.email), Entry(at, Role.EMAIL, "e-mail"))
    for user_id, quality in user_ids(person):
        patterns.add(_text(user_id), Entry(at, Role.USER_ID, "user id" if quality == 3 else "user id scheme", quality))
    for number in (person.phone, person.mobile):
        digits = national(number)
        if len(digits) >= 6:
            last = digits[-4:]
            entry = Entry(at, Role.PHONE_END, "phone", digits=digits)
            # Whatever comes before the last four figures is compared backwards once they are found.
            for gaps in product(("", " ", "  "), repeat=3):
                grouped = "".join(figure + gap for figure, gap in zip(last, (*gaps, " "), strict=True))
                patterns.put(grouped.encode(), entry)


def _add_piece(patterns: _Patterns, at: int, piece: Piece, people: int) -> None:
    effort = 2 if people <= FEW else 1 if people <= MANY else 0
    entries: dict[tuple[int, bool], tuple[Entry, Entry]] = {}
    for spelling, quality, common, owner in _spellings(piece.text, piece.family == "nickname", effort):
        pair = entries.get((quality, common))
        if pair is None:
            family = piece.family + ("", ", written otherwise", ", misread", ", misspelt")[3 - quality]
            entry = Entry(at, piece.role, family, quality, common)
            pair = entries[quality, common] = entry, replace(entry, owner=True)
        patterns.add(spelling, pair[0])
        if owner:
            patterns.add(spelling + "s", pair[1])


@lru_cache(maxsize=4096)
def _spellings(text: str, nickname: bool, effort: int) -> tuple[tuple[str, int, bool, bool], ...]:
    """Spellings of a piece: folded, quality, whether a proper name of its own, whether a genitive s can follow."""
    base = _text(text)
    found = {base: 3}
    for plain in variants.transliterated(text):
        found.setdefault(_text(plain), 2)
    plain_ones = set(found)
    lost = "".join(c if c.isascii() else "\ufffd" for c in text)
    found.setdefault(_text(lost), 2)
    if "'" in text or "’" in text:
        found.setdefault(base.replace(" ", ""), 3)
    if not nickname and " " not in base and len(base) >= 4:
        for one in variants.respelled_keys(base):
            found.setdefault(one, 2)
        if effort:
            for one in variants.misread_keys(base):
                found.setdefault(one, 1)
            for one in variants.mistyped_keys(base, every_letter=effort == 2):
                if len(one) > 3 or len(one) == 3 == len(base) - 1:
                    found.setdefault(one, 0)
    proper = words.given_names() | words.surnames()
    made = []
    for spelling, quality in found.items():
        if spelling in words.COMMON and spelling not in plain_ones:
            continue
        common = quality < 3 and spelling in proper
        owner = spelling[-1:] not in "sxz" and (quality > 0 or effort == 2) and spelling + "s" not in words.COMMON
        made.append((spelling, quality, common, owner))
        if " " in spelling:  # a hyphen at a line's end, two spaces
            made.append((spelling.replace(" ", "  "), quality, common, owner))
    return tuple(made)


def _written_together(parts: Parts) -> Iterator[str]:
    """ "åsalindqvistöberg", "lindqvistöbergåsa": in user names, addresses and where a space got lost."""
    for given in parts.given:
        if given.role is Role.GIVEN_PART or given.family == "nickname":
            continue
        for surname in parts.surnames:
            for g in {_text(t) for t in (given.text, *variants.transliterated(given.text))}:
                for s in {_text(t) for t in (surname.text, *variants.transliterated(surname.text))}:
                    if len(g) + len(s) > 4:
                        yield from _seams(g, s, surname.text)


def _seams(given: str, surname: str, written: str) -> Iterator[str]:
    hyphened = " ".join(_text(part).replace(" ", "") for part in written.split("-"))
    for g in {given, given.replace(" ", "")}:
        for s in {surname, surname.replace(" ", ""), hyphened}:
            yield g + s
            yield s + g


def _spaced(person: StaffMember) -> Iterator[str]:
    """Whole names, for those with a part too short to be looked for by itself ("M y  L i n d")."""
    for one, other in ((person.preferred_name, person.surname), (person.surname, person.preferred_name)):
        words = [*_text(one).split(), *_text(other).split()]
        if one and other:
            for gap in (" ", "  ", "   ", "    "):
                yield gap.join(" ".join(word) for word in words)


def user_ids(person: StaffMember) -> Iterator[tuple[str, int]]:
    """The registered user id (quality 3) and those that usual schemes would give (quality 1)."""
    if person.user_id:
        yield person.user_id, 3
    given = "".join(words_of(_text(person.preferred_name)))
    surname = "".join(words_of(_text(person.surname)))
    if given and len(surname) >= 4:
        yield given[0] + surname, 1
        for part in words_of(person.surname):
            if len(part) >= 5 and _text(part) != surname:
                yield given[0] + _text(part), 1
    for figures in ("", "1", "01", "02"):
        if len(given) >= 3 and len(surname) >= 3:
            yield given[:3] + surname[:3] + figures, 1
    if len(given) >= 4 and len(surname) >= 4:
        yield given[:4] + surname[:4], 1
        yield surname[:4] + given[:4], 1


def national(number: str) -> str:
    """A phone number's figures in national form: "+46 (0)70-174 06 00" → "0701740600"."""
    digits = "".join(c for c in number if c.isdigit())
    plus = number.strip().startswith("+") or digits.startswith("00")
    if plus:
        digits = digits.removeprefix("00").removeprefix("46")
        digits = digits if digits.startswith("0") else "0" + digits
    return digits


def _others(alone: set[str], ours: set[str], staff: Iterable[StaffMember], keep: Sequence[str]) -> Iterator[Other]:
    seen: set[str] = set()
    for one in staff:
        given = {one.preferred_name, one.given_names}
        given |= {name for name in one.given_names.split()[:1] if name not in words_of(one.preferred_name)}
        for first in given:
            for last in (one.surname, one.former_surname):
                if not first or not last:
                    continue
                name = f"{first} {last}"
                pieces = frozenset([_text(first), _text(last), *map(_text, words_of(name))])
                if name not in seen and pieces & alone:
                    seen.add(name)
                    yield Other(name, False, pieces)
        if one.preferred_name and one.surname:
            name = f"{one.preferred_name[0]} {one.surname}"  # "R. Lindkvist"
            initial = _text(one.preferred_name)[:1] + _text(one.surname)
            if name not in seen and _text(one.surname) in alone and initial not in ours:
                seen.add(name)
                yield Other(name, False, frozenset([_text(one.surname)]))
    for name in keep:
        pieces = frozenset([_text(name), *map(_text, words_of(name))])
        # Even one that shares nothing exactly may share by a slip of the finger; keep them all.
        if name not in seen and len(words_of(name)) > 1:
            seen.add(name)
            yield Other(name, True, pieces)


def _orders(name: str) -> Iterator[str]:
    parts = _text(name).split()
    last = len(parts) - 1
    if len(parts[0]) == 1:  # "R. Lindkvist" has but one order
        yield from (gap.join(parts) for gap in (" ", "  ", "   "))
        return
    for order in (parts, [parts[last], *parts[:last]]):
        yield from (gap.join(order) for gap in (" ", "  ", "   "))
    yield parts[last] + "  " + " ".join(parts[:last])
    if last > 1:
        yield " ".join(parts[:last]) + "  " + parts[last]
        yield parts[0] + "  " + " ".join(parts[1:])
        yield " ".join([*parts[1:], parts[0]])
        yield " ".join(parts[1:]) + "  " + parts[0]


def _sole_holders(people: Sequence[StaffMember], register: StaffRegister) -> Iterator[tuple[StaffMember, str]]:
    holders: dict[tuple[str, str], int] = {}
    for one in register.values():
        post = (_text(one.title), _text(one.unit))
        holders[post] = holders.get(post, 0) + 1
    for person in people:
        if person.title and person.unit and holders.get((_text(person.title), _text(person.unit)), 0) <= 1:
            yield person, _text(person.unit)


def _text(name: str) -> str:
    return key(name).decode("latin-1")


assert LOST_LETTER == 0x81  # U+FFFD survives `_text` as "\x81"
