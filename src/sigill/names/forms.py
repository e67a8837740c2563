"""From a staff row to every form a document could name the person by.

What it does: lists the forms, each with what it is, how surely it points at the person and whether it could be
something else: for reports, for other searches (the verifier's candidate list, for instance) and as the promise that
`Finder` is tested against: it finds every form listed here, and more (see `lexicon`).

What it does not: a list is never complete. `Finder` matches folded text and puts names together from pieces, so it
finds combinations that nobody wrote down; misspellings are listed in samples only for double names' whole, in full
for single words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from sigill.decision.document import LabelKind
from sigill.decision.people import StaffMember, StaffRegister
from sigill.names import variants
from sigill.names.fold import key
from sigill.names.lexicon import national, user_ids
from sigill.names.parts import Parts, Piece, Role, parts_of, words_of
from sigill.names.words import WORDLIKE, given_names, surnames

Strength: TypeAlias = Literal["certain", "likely", "weak"]


@dataclass(frozen=True, slots=True, repr=False)
class Form:
    """One way to name a person in a text.

    Args:
        text: as it would stand there.
        kind: the label that would replace it.
        family: what it is: "full name", "surname", "given name", "initials", "nickname", "former name",
            "misspelling", "transliteration", "hidden", "misencoded", "escaped", "phone", "extension", "e-mail" …
        strength: `certain` points at the person by itself; `likely` does in a document about his or her work;
            `weak` needs company.
        ambiguous: it is an ordinary word too, or somebody else in the register can be called so.
        reason: why, in a few words, without the name.
    """

    text: str
    kind: LabelKind
    family: str
    strength: Strength
    ambiguous: bool
    reason: str

    def __repr__(self) -> str:
        return f"Form({self.family}, {self.strength})"


def forms_of(person: StaffMember, register: StaffRegister) -> tuple[Form, ...]:
    """Every listed form of `person`, the strongest first, each text once.

    Args:
        person: a staff row; need not be in `register`.
        register: the whole staff, to tell what else a form could mean.
    """
    shared = _bearers(register)
    ids = {person.staff_id}
    seen: dict[tuple[str, LabelKind], Form] = {}
    for form in _every(person, register):
        if not form.text.strip():
            continue
        text = _text(form.text)
        others = shared.get(text, frozenset()) - ids
        ambiguous = form.ambiguous or text in WORDLIKE or text.removesuffix("s") in WORDLIKE or bool(others)
        reason = form.reason
        if others:
            reason += "; somebody else in the register too"
        elif ambiguous and not form.ambiguous:
            reason += "; also an ordinary word"
        seen.setdefault(
            (form.text, form.kind), Form(form.text, form.kind, form.family, form.strength, ambiguous, reason)
        )
    order = {"certain": 0, "likely": 1, "weak": 2}
    return tuple(sorted(seen.values(), key=lambda form: order[form.strength]))


@lru_cache(maxsize=4)
def _bearers(register: StaffRegister) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in register.values():
        names = {
            one.preferred_name,
            one.surname,
            one.former_surname,
            one.initials,
            one.full_name,
            *words_of(one.surname),
        }
        names |= {one.given_names.partition(" ")[0], f"{one.surname}, {one.preferred_name}", one.surname + "s"}
        for name in names:
            if name:
                found.setdefault(_text(name), set()).add(one.staff_id)
    return {name: frozenset(ids) for name, ids in found.items()}


def _every(person: StaffMember, register: StaffRegister) -> Iterator[Form]:
    parts = parts_of(person)
    fulls = list(dict.fromkeys(_full_names(person, parts)))
    for text, family in fulls:
        yield Form(text, "name", family, "certain", False, "given name and surname")
        for owner in variants.genitives(text):
            yield Form(owner, "name", family + ", genitive", "certain", False, "given name and surname")
    yield from _identifiers(person)
    yield from _initials(person, parts)
    for piece in parts.given + parts.surnames:
        yield from _alone(piece)
    for text, family in fulls[:2]:
        yield from _rewritten(text, family, "certain")
    for piece in parts.given + parts.surnames:
        if piece.role in (Role.GIVEN, Role.SURNAME) and piece.family != "nickname":
            yield from _rewritten(piece.text, piece.family, "likely")
    yield from _misspelt(person)
    yield from _post(person, register)


def _full_names(person: StaffMember, parts: Parts) -> Iterator[tuple[str, str]]:
    preferred = [person.full_name, person.given_names + " " + person.surname]
    for name in preferred:
        if len(name.split()) > 1:
            yield name, "full name"
    for given in parts.given:
        for surname in parts.surnames:
            family = "full name"
            if surname.family.endswith("former name"):
                family = "former name"
            elif given.family == "nickname":
                family = "nickname and surname"
            if given.role is Role.GIVEN_PART and surname.role is Role.SURNAME_PART:
                continue
            yield f"{given.text} {surname.text}", family
            yield f"{surname.text}, {given.text}", family
            yield f"{surname.text} {given.text}", family
    for given in parts.given:
        if given.role is Role.GIVEN and given.family != "nickname":
            for name in (person.surname, person.surname.replace("-", " ")):
                yield f"{given.text} {name}", "full name"
            yield (given.text + person.surname).replace(" ", ""), "full name in one word"


def _initials(person: StaffMember, parts: Parts) -> Iterator[Form]:
    firsts: list[str] = []
    for name in dict.fromkeys([person.preferred_name, *person.given_names.split()[:1], person.given_names]):
        words = words_of(name)
        if words:
            firsts += [
                words[0][0] + ".",
                ".".join(word[0] for word in words) + ".",
                "-".join(word[0] for word in words),
            ]
    for first in dict.fromkeys(firsts):
        for surname in parts.surnames:
            if surname.role is Role.SURNAME or len(surname.text) > 3:
                reason = "initial and surname"
                yield Form(f"{first} {surname.text}", "name", "initial and surname", "certain", False, reason)
    for given in parts.given[:1]:
        core = words_of(person.surname)
        if core:
            for text in (f"{given.text} {core[0][0].upper()}.", f"{given.text} {core[0][0].upper()}"):
                yield Form(text, "name", "given name and initial", "likely", False, "given name and initial")
    for initials in parts.initials:
        registered = initials == person.initials
        strength: Strength = "likely" if registered else "weak"
        reason = "as registered" if registered else "made from the name"
        for text in ("/" + initials, f"({initials})"):
            yield Form(text, "name", "signature", "likely", False, reason)
        short = len(initials) < 3
        yield Form(initials, "name", "initials", strength, short, reason + ("; two letters" if short else ""))
        if registered:
            yield Form(initials + "s", "name", "initials, genitive", "weak", short, reason)
            yield Form(".".join(initials.upper()) + ".", "name", "initials", "weak", short, reason)


def _alone(piece: Piece) -> Iterator[Form]:
    nickname = piece.family == "nickname"
    weak = nickname or piece.role in (Role.GIVEN_PART,)
    strength: Strength = "weak" if weak else "likely"
    reason = "a usual short form" if nickname else "a part of the name alone"
    yield Form(piece.text, "name", piece.family, strength, False, reason)
    if piece.role is not Role.GIVEN_PART:
        for owner in variants.genitives(piece.text):
            yield Form(owner, "name", piece.family + ", genitive", strength, False, reason)


def _rewritten(text: str, family: str, strength: Strength) -> Iterator[Form]:
    yield Form(text.upper(), "name", family + ", capitals", strength, False, "in capitals")
    yield Form(text.lower(), "name", family + ", small letters", "likely", False, "in small letters")
    for plain in variants.transliterated(text):
        yield Form(plain, "name", "transliteration", strength, False, "without foreign letters")
    for other in variants.hidden(text):
        yield Form(other, "name", "hidden", strength, False, "set so that a plain search misses it")
    for other in variants.misencoded(text):
        yield Form(other, "name", "misencoded", strength, False, "UTF-8 read as another character set")
    for other in variants.escaped(text):
        yield Form(other, "name", "escaped", strength, False, "with letters written as escapes")


def _misspelt(person: StaffMember) -> Iterator[Form]:
    proper = given_names() | surnames()
    for given, surname in ((person.preferred_name, person.surname),):
        base = _text(surname)
        if " " in base or len(base) < 5:
            continue
        for made, reason in (
            (variants.respelled_keys(base), "sounds the same"),
            (variants.misread_keys(base), "as OCR misreads it"),
            (variants.mistyped_keys(base, every_letter=False), "one slip of the finger"),
        ):
            for one in sorted(made):
                own_name = one in proper
                if len(one) >= 4 and not (own_name and reason != "sounds the same"):
                    yield Form(f"{given} {one.capitalize()}", "name", "misspelling", "likely", own_name, reason)
                    yield Form(one.capitalize(), "name", "misspelling", "weak", own_name, reason)


def _identifiers(person: StaffMember) -> Iterator[Form]:
    if person.email:
        yield Form(person.email, "email", "e-mail", "certain", False, "as registered")
        local, _, domain = person.email.partition("@")
        if domain:
            given, surname = _address(person.preferred_name), _address(person.surname)
            for scheme in (
                f"{given}.{surname}",
                f"{surname}.{given}",
                f"{given}_{surname}",
                f"{given}{surname}".replace("-", ""),
                f"{given[:1]}.{surname}",
                f"{given}.{surname}".replace("-", ""),
            ):
                if scheme != local and len(scheme) > 4:
                    text = f"{scheme}@{domain}"
                    yield Form(text, "email", "e-mail scheme", "certain", False, "a usual scheme")
    for user_id, quality in user_ids(person):
        if quality == 3:
            yield Form(user_id, "user_id", "user id", "certain", False, "as registered")
            yield Form(user_id.upper(), "user_id", "user id", "certain", False, "as registered, in capitals")
        elif user_id not in surnames():
            yield Form(user_id, "user_id", "user id scheme", "weak", False, "a usual scheme")
    for number in (person.phone, person.mobile):
        yield from _phone(number)


def _phone(number: str) -> Iterator[Form]:
    digits = national(number)
    if len(digits) < 6:
        return
    reason = "as registered, grouped otherwise"
    # Swedish area codes have two to four figures with the 0; mobile prefixes have three (PTS, E.164).
    area = next((len(part) for part in number.replace("/", "-").split("-")[:1] if part.startswith("0")), 3)
    head, tail = digits[:area], digits[area:]
    tails = {tail, _pairs(tail), _threes(tail)}
    yield Form(number, "phone", "phone", "certain", False, "as registered")
    for rest in sorted(tails):
        for joint in ("-", " ", " - ", "/", ""):
            yield Form(f"{head}{joint}{rest}", "phone", "phone", "certain", False, reason)
        yield Form(f"({head}) {rest}", "phone", "phone", "certain", False, reason)
        for abroad in ("+46 ", "+46", "0046 ", "0046", "+46 (0)", "+46(0)", "+46-"):
            for joint in ("-", " ", ""):
                yield Form(
                    f"{abroad}{head[1:]}{joint}{rest}", "phone", "phone, international", "certain", False, reason
                )
    if not digits.startswith("07"):
        yield Form(_pairs(tail), "phone", "phone without area code", "likely", False, "without area code")
        for last in (f"{digits[-4:-2]} {digits[-2:]}", digits[-4:]):
            for word in ("ankn. ", "anknytning ", "ankn ", "tfn "):
                yield Form(word + last, "phone", "extension", "likely", False, "the last four figures")


def _pairs(digits: str) -> str:
    odd = len(digits) % 2 + (2 if len(digits) % 2 else 0)
    parts = ([digits[:odd]] if odd else []) + [digits[i : i + 2] for i in range(odd, len(digits), 2)]
    return " ".join(parts)


def _threes(digits: str) -> str:
    return " ".join(digits[i : i + 3] for i in range(0, len(digits), 3))


def _address(name: str) -> str:
    plain = next(iter(variants.transliterated(name)), name)
    return plain.lower().replace(" ", "-").replace("'", "").replace("’", "")


def _post(person: StaffMember, register: StaffRegister) -> Iterator[Form]:
    if not person.title or not person.unit:
        return
    same = [one for one in register.values() if (one.title, one.unit) == (person.title, person.unit)]
    if len(same) <= 1:
        title, unit = person.title, person.unit
        ending = "n" if title[-1:].lower() in "aeiouyåäö" else "en"
        definite = title[:1].lower() + title[1:] + ending
        for text in (
            f"{title}, {unit}",
            f"{title} {unit}",
            f"{definite} för {unit}",
            f"{definite} på {unit}",
            f"{unit}, {title.lower()}",
        ):
            yield Form(text, "name", "title and unit", "likely", False, "only one holds this post")


def _text(name: str) -> str:
    return key(name).decode("latin-1")
