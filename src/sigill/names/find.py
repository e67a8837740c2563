"""Find known people in text: text in, spans out.

What it does: finds every mention of the withheld people, however it is spelt, and says for each how sure it is and
why. Pieces of a name (see `lexicon`) are put together where they stand beside each other; a longer match of somebody
else (another employee, a party in `keep`, an unknown Åsa Berglund) wins; names that are words too (Björn, Stig, My,
Ek …) are told apart by what stands around them. What cannot be told is marked `review`, for a human.

What it does not: it finds no person it was not told of, reads no file and changes nothing. A document that names
nobody but says enough to guess ("the colleague with the blue Volvo") is beyond it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cache
from typing import Literal, TypeAlias

from sigill.decision.document import LabelKind
from sigill.decision.people import StaffMember, StaffRegister
from sigill.names import context, lexicon
from sigill.names.context import Around, around, text_of
from sigill.names.fold import prepare
from sigill.names.lexicon import Entry, Lexicon
from sigill.names.parts import Role, parts_of, words_of
from sigill.names.words import WORDLIKE, surnames

LonePolicy: TypeAlias = Literal["with_full_name", "mask", "review"]
"""What becomes of a given name or surname alone: found where the full name (or another sure sign of the person)
stands in the same document · always found · always left for a human."""

Certainty: TypeAlias = Literal["certain", "likely", "review"]

_GIVEN = (Role.GIVEN, Role.GIVEN_PART)
_SURNAME = (Role.SURNAME, Role.SURNAME_PART)
_KINDS: dict[Role, LabelKind] = {Role.EMAIL: "email", Role.USER_ID: "user_id", Role.PHONE_END: "phone"}
_LONGEST_NAME = 120  # characters
_REACH = 12  # characters between two pieces of one name, at most
_INITIALS_BEFORE = re.compile(r"(?<![\w.])((?:[^\W\d_](?:\.[ \u00a0-]?\n?|[ \u00a0-])){1,4}|[^\W\d_]{2}\.?[ \u00a0])\Z")
_INITIAL_BEHIND = re.compile(r"([ \u00a0_.-])([^\W\d_](?:[.-]?[^\W\d_]){0,3})(?![^\W\d_])\.?")
_MIDDLE_INITIAL = re.compile(r"[ \u00a0][^\W\d_]\.?[ \u00a0]")
_OWNER = re.compile(r"[:’'´`]s(?!\w)")


@dataclass(frozen=True, slots=True)
class Span:
    """One mention in a text.

    Args:
        start, end: offsets into the text that was handed in; `start < end`. A genitive ending and, where the finder
            absorbs titles, a title and unit beside the name are inside.
        certainty: `review` means: probably not to be replaced without a human having looked.
        family: what was found ("full name", "given name, misspelt", "phone" …). Never the text.
        reason: why, in a few words, for a report.
    """

    start: int
    end: int
    kind: LabelKind
    staff_id: str
    certainty: Certainty
    family: str
    reason: str


def same_name(person: StaffMember, name: str) -> bool:
    """Whether somebody with the full name `name` is called like `person`: given name and surname, in any order."""
    words = set(text_of(name).split())
    parts = parts_of(person)
    return any(
        piece.role is Role.GIVEN and piece.family != "nickname" and words.issuperset(text_of(piece.text).split())
        for piece in parts.given
    ) and any(piece.role is Role.SURNAME and words.issuperset(text_of(piece.text).split()) for piece in parts.surnames)


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    entry: Entry
    also: tuple[int, ...] = ()


@dataclass(slots=True)
class _Mention:
    """Neighbouring pieces of one person, not yet judged."""

    start: int
    end: int
    person: int
    pieces: tuple[Entry, ...]
    also: list[int] = field(default_factory=list)  # others of the withheld who are called the same
    given: bool = field(init=False, default=False)
    surname: bool = field(init=False, default=False)
    quality: int = field(init=False, default=3)

    def __post_init__(self) -> None:
        for piece in self.pieces:
            if piece.role in _GIVEN:
                self.given = True
            elif piece.role in _SURNAME:
                self.surname = True
            self.quality = min(self.quality, piece.quality)

    @property
    def full(self) -> bool:
        return (self.given and self.surname) or self.pieces[0].role is Role.FULL


@dataclass(frozen=True, slots=True)
class _Known:
    """What a document says about who is in it."""

    present: frozenset[int] = frozenset()
    others: frozenset[int] = frozenset()
    learned: frozenset[tuple[str, str]] = frozenset()


@dataclass(slots=True)
class _Scan:
    text: str
    hits: list[_Hit] = field(default_factory=list)
    others: list[_Hit] = field(default_factory=list)


class Finder:
    """Finds the withheld people in texts. Immutable; build it once and use it for many texts and threads.

    Args:
        withheld: whom to find.
        register: the whole staff; everybody in it who is not withheld is a known other.
        keep: full names of further known others (parties, politicians).
        lone: what a given name or surname alone does.
        absorb_titles: take a staff title (and unit) directly beside a name into the span.
    """

    def __init__(
        self,
        withheld: Sequence[StaffMember],
        register: StaffRegister,
        *,
        keep: Sequence[str] = (),
        lone: LonePolicy = "with_full_name",
        absorb_titles: bool = False,
    ) -> None:
        self._lexicon: Lexicon = lexicon.build(withheld, register, keep)
        self._lone: LonePolicy = lone
        self._absorb = absorb_titles
        self._known = _Known(others=frozenset(i for i, one in enumerate(self._lexicon.others) if one.kept))
        people = self._lexicon.people
        self._own = [_own_names(person) for person in people]
        self._own_titles = [frozenset(text_of(word) for word in person.title.split()) for person in people]
        self._titles = frozenset(
            text_of(words_of(one)[0]) for one in (*self._lexicon.titles, *self._lexicon.units) if words_of(one)
        )
        self._bearers: dict[str, set[int]] = {}
        for at, one in enumerate(self._lexicon.others):
            for piece in one.pieces:
                self._bearers.setdefault(piece, set()).add(at)
        self._initials = [_only_initials(entries) for entries in self._lexicon.entries]

    def for_document(self, text: str, *, present: Sequence[str] = ()) -> "Finder":
        """A finder for the parts of one document: whether a full name stands in it is decided by all of `text`.

        Args:
            text: the whole document's text.
            present: staff ids of those who are known to be in it, whatever the text says.
        """
        canonical, folded = prepare(text)
        scan = self._scan(canonical.text, folded)
        known = self._survey(scan, self._mentions(scan), self._known)
        ids = {at for at, person in enumerate(self._lexicon.people) if person.staff_id in present}
        other = object.__new__(Finder)
        other.__dict__.update(self.__dict__)
        other._known = _Known(known.present | ids, known.others, known.learned)
        return other

    def find(self, text: str) -> list[Span]:
        """All mentions in `text`, sorted, not overlapping, each cutting `text` at its offsets."""
        canonical, folded = prepare(text)
        scan = self._scan(canonical.text, folded)
        if not scan.hits:
            return []
        mentions = self._mentions(scan)
        known = self._survey(scan, mentions, self._known)
        spans = [span for mention in mentions if (span := self._judge(scan, mention, known))]
        spans = _without_overlaps(spans)
        if self._absorb:
            spans = _without_overlaps(self._with_titles(canonical.text, spans))
        if not canonical.maps:
            return spans
        placed = []
        for span in spans:
            start, end = canonical.source(span.start, span.end)
            placed.append(Span(start, end, span.kind, span.staff_id, span.certainty, span.family, span.reason))
        return _without_overlaps(placed)

    @property
    def titles(self) -> tuple[str, ...]:
        """Staff titles, lower case, the longest first."""
        return self._lexicon.titles

    @property
    def units(self) -> tuple[str, ...]:
        """The register's units, the longest first."""
        return self._lexicon.units

    # -- finding pieces ------------------------------------------------------------------------------------------

    def _scan(self, text: str, folded: bytes) -> _Scan:
        scan = _Scan(text)
        entries, initials = self._lexicon.entries, self._initials
        hits, others = scan.hits, scan.others
        for pattern, start, beyond in self._lexicon.automaton.find_matches_as_indexes(
            b" " + folded + b" ", overlapping=True
        ):
            end = beyond - 2  # without the space at either end
            wanted = initials[pattern]
            if wanted is not None:
                if text[start:end] in wanted:
                    same = [entry for entry in entries[pattern] if _is_initials(text[start:end], entry)]
                    if same:
                        best = max(same, key=_quality_of)
                        hits.append(_Hit(start, end, best, tuple(one.person for one in same if one is not best)))
                continue
            figures: tuple[str, tuple[int, ...]] | None = None
            for entry in entries[pattern]:
                role = entry.role
                if role is Role.OTHER:
                    if context.one_name(text[start:end]):
                        others.append(_Hit(start, end, entry))
                elif role is Role.INITIALS:
                    if _is_initials(text[start:end], entry):
                        hits.append(_Hit(start, end, entry))
                elif role is Role.PHONE_END:
                    if figures is None:
                        figures = context.figures_back(text, end)
                        if context.lone_figures(text, figures):
                            break  # a year, a sum, a clock: most hits by far
                    number = context.phone_back(text, end, figures, entry.digits)
                    if number:
                        hits.append(_Hit(number[0], end, entry))
                elif "," not in text[start:end] or role in (Role.EMAIL, Role.FULL):
                    hits.append(_Hit(start, end, entry))
        hits.sort(key=lambda hit: (hit.start, -hit.end))
        others.sort(key=_start_of)
        return scan

    def _mentions(self, scan: _Scan) -> list[_Mention]:
        found: list[_Mention] = []
        cluster: list[_Hit] = []
        reach = -1
        for hit in scan.hits:
            if hit.start > reach and cluster:
                found += self._of_cluster(scan.text, cluster)
                cluster = []
            cluster.append(hit)
            reach = max(reach, hit.end + _REACH)
        if cluster:
            found += self._of_cluster(scan.text, cluster)
        return found

    def _of_cluster(self, text: str, cluster: list[_Hit]) -> Iterable[_Mention]:
        first = cluster[0]
        if len(cluster) == 1:
            return [_Mention(first.start, first.end, first.entry.person, (first.entry,), list(first.also))]
        if all(hit.start == first.start and hit.end == first.end for hit in cluster):
            best = max(cluster, key=lambda hit: _value(hit.entry)).entry
            twins = [
                hit.entry.person
                for hit in cluster
                if hit.entry is not best and (hit.entry.quality, hit.entry.common) == (best.quality, best.common)
            ]
            return [_Mention(first.start, first.end, best.person, (best,), twins)]
        people: dict[int, list[_Hit]] = {}
        for hit in cluster:
            people.setdefault(hit.entry.person, []).append(hit)
        chains: list[_Mention] = []
        for person, hits in people.items():
            if len(hits) == 1:
                chains.append(_Mention(hits[0].start, hits[0].end, person, (hits[0].entry,), list(hits[0].also)))
            else:
                chains += _chains(text, person, hits)
        # The longest first; of two equally long the better spelt, then the one whose pieces are fewer.
        chains.sort(key=lambda one: (one.start - one.end, -one.quality, len(one.pieces)))
        taken: list[_Mention] = []
        same: dict[tuple[int, int], _Mention] = {}
        for chain in chains:
            twin = same.get((chain.start, chain.end))
            if twin is not None:
                if _rank(chain) == _rank(twin):
                    twin.also.append(chain.person)  # two people called the same; the document says which
                continue
            if any(chain.start < one.end and one.start < chain.end for one in taken):
                continue
            same[chain.start, chain.end] = chain
            taken.append(chain)
        taken.sort(key=lambda one: one.start)
        return taken

    # -- what the document says ------------------------------------------------------------------------------------

    def _survey(self, scan: _Scan, mentions: list[_Mention], known: _Known) -> _Known:
        present, learned = set(known.present), set(known.learned)
        for one in mentions:
            role = one.pieces[0].role
            sure = role in (Role.EMAIL, Role.PHONE_END) or (role is Role.USER_ID and one.quality == 3)
            if sure or (one.full and one.quality >= 2 and not self._suppressed(scan, one)):
                present.update((one.person, *one.also))
            elif one.surname and not one.given:
                if self._initials_before(scan.text, one) is not None or self._distinctive(one):
                    present.add(one.person)
            elif one.given and not one.surname and scan.text[one.end + 1 : one.end + 2].isupper():
                near = around(scan.text, one.start, one.end)
                if near.follows_closely and context.is_capital(near.after):
                    learned.add((text_of(near.found), text_of(near.after)))
        exact = {(one.start, one.end) for one in mentions if one.full and self._exactly(scan.text, one)}
        others = known.others | {hit.entry.person for hit in scan.others if (hit.start, hit.end) not in exact}
        return _Known(frozenset(present), others, frozenset(learned))

    def _distinctive(self, mention: _Mention) -> bool:
        """A whole double surname, or one that is rare: nobody else in the house bears it, and no list knows it."""
        piece = mention.pieces[0]
        person = self._lexicon.people[mention.person]
        if len(mention.pieces) > 1:
            return mention.quality >= 2
        name = text_of(person.surname if piece.family.startswith("surname") else person.former_surname)
        return (
            piece.role is Role.SURNAME
            and piece.quality >= 2
            and not piece.common
            and len(name) > 4
            and name not in WORDLIKE
            and name not in surnames()
            and self._lexicon.shared.get(name, 0) <= 1
        )

    def _suppressed(self, scan: _Scan, mention: _Mention) -> bool:
        """Whether somebody else's full name covers the mention."""
        at = bisect_right(scan.others, mention.start, key=_start_of)
        while at and scan.others[at - 1].start >= mention.start - _LONGEST_NAME:
            at -= 1
            if scan.others[at].end >= mention.end:
                longer = scan.others[at].end - scan.others[at].start > mention.end - mention.start + 1
                if longer or not (mention.full and self._exactly(scan.text, mention)):
                    return True
        return False

    def _exactly(self, text: str, mention: _Mention) -> bool:
        """The person's own name in daily use, not one put together from its parts."""
        person = self._lexicon.people[mention.person]
        found = text_of(text[mention.start : mention.end])
        own = {
            text_of(f"{given} {surname}")
            for given in (person.preferred_name, person.given_names, person.given_names.partition(" ")[0])
            for surname in (person.surname, person.former_surname)
            if given and surname
        }
        backwards = {" ".join(_turned(name)) for name in own}
        return found in own | backwards or found.removesuffix("s") in own | backwards

    # -- judging ---------------------------------------------------------------------------------------------------

    def _judge(self, scan: _Scan, mention: _Mention, known: _Known) -> Span | None:
        text, role = scan.text, mention.pieces[0].role
        if mention.also and mention.person not in known.present:
            mention.person = next((one for one in mention.also if one in known.present), mention.person)
        if role in (Role.EMAIL, Role.PHONE_END):
            return self._span(mention, "certain", "as registered")
        if role is Role.USER_ID:
            return self._judge_user_id(text, mention, known)
        if role is Role.UNIT:
            return self._judge_unit(text, mention)
        if role is Role.INITIALS:
            return self._judge_initials(text, mention, known)
        if self._suppressed(scan, mention):
            return None
        address = context.address_around(text, mention.start, mention.end)
        if address:
            return self._judge_address(text, mention, address, known)
        if mention.full:
            return self._judge_full(text, mention, known)
        if mention.surname:
            return self._judge_surname(text, mention, known)
        return self._judge_given(text, mention, known)

    def _judge_user_id(self, text: str, mention: _Mention, known: _Known) -> Span | None:
        if address := context.address_around(text, mention.start, mention.end):
            mention.start, mention.end = address
        if mention.quality == 3:
            return self._span(mention, "certain", "as registered")
        if text_of(text[mention.start : mention.end]) in surnames():
            return None
        return self._span(mention, "likely" if mention.person in known.present else "review", "a usual scheme")

    def _judge_unit(self, text: str, mention: _Mention) -> Span | None:
        title = self._lexicon.people[mention.person].title.lower()
        head = text[max(0, mention.start - 80) : mention.start].lower()
        joint = re.search(r"(?:,? |,?[ \t]*\n|,? (?:för|på|vid|i|inom) (?:enheten )?|[/(])\Z", head)
        for ending in ("", "n", "en"):
            stop = joint.start() if joint else 0
            at = stop - len(title) - len(ending)
            if at >= 0 and head[at:stop] == title + ending and not head[at - 1 : at].isalnum():
                mention.start -= len(head) - at
                return self._span(mention, "likely", "only one holds this post")
        behind = re.compile(r"(?:, |/|\n| \()" + re.escape(title) + r"(?:n|en)?(?!\w)", re.IGNORECASE)
        if found := behind.match(text, mention.end):
            mention.end = found.end()
            return self._span(mention, "likely", "only one holds this post")
        return None

    def _judge_initials(self, text: str, mention: _Mention, known: _Known) -> Span | None:
        piece = mention.pieces[0]
        end = mention.end - (1 if piece.owner else 0)
        near = around(text, mention.start, end)
        verdict = context.signature(near, piece.quality == 3)
        if verdict is False:
            return None
        mention.end = _with_owner(text, mention.end)
        if mention.person not in known.present and self._lone == "with_full_name":
            # Two letters are nobody in particular until the document says who.
            return self._span(mention, "review", "initials, but nothing else of the person") if verdict else None
        if verdict and self._lone != "review":
            return self._span(mention, "likely" if len(piece.texts[0]) < 3 else "certain", "as a signature")
        if piece.quality < 3 and not verdict:
            return None
        return self._span(mention, "review", "may be initials")

    def _judge_address(self, text: str, mention: _Mention, address: tuple[int, int], known: _Known) -> Span | None:
        local = text[address[0] : address[1]].partition("@")[0]
        inside = text[mention.start : mention.end]
        rest = [word for word in text_of(local.replace(inside, " ", 1)).split() if len(word) > 1 and word.isalpha()]
        mention_full = mention.full or bool(
            rest and any(text_of(local) == text_of(one) for one in self._own[mention.person])
        )
        domain = self._lexicon.people[mention.person].email.rpartition("@")[2].lower()
        ours = bool(domain) and text[address[0] : address[1]].lower().endswith("@" + domain)
        mention.start, mention.end = address
        if mention_full or (ours and not rest):
            quality: Certainty = "certain" if mention_full and mention.quality >= 2 else "likely"
            return self._span(mention, quality, "the name in an address", "email")
        if rest or mention.person not in known.present:
            return None
        return self._span(mention, "review", "a part of the name in an address", "email")

    def _judge_full(self, text: str, mention: _Mention, known: _Known) -> Span | None:
        if mention.pieces[0].role is Role.FULL:
            # "Stenberg" is a surname of its own, not Sten Berg; "StenBerg" is he.
            found = text[mention.start : mention.end]
            if text_of(found).removesuffix("s") in surnames() and found[1:].islower():
                return None
            mention.end = _with_owner(text, mention.end)
            return self._span(mention, "certain", "the name in one word")
        mention.start = (
            context.particle_before(text, mention.start) if self._starts_with_surname(mention) else mention.start
        )
        mention.end = _with_owner(text, _whole_double(text, mention.end))
        worst = min(mention.pieces, key=lambda piece: piece.quality)
        if worst.common and worst.quality < 2:
            return self._span(mention, "review", "one letter from the name, but a name of its own")
        found = text[mention.start : mention.end]
        pieces = [text_of(word) for word in words_of(found)]
        if found.islower() and any(piece in WORDLIKE for piece in pieces) and " " in found:
            sure = mention.person in known.present or not all(piece in WORDLIKE for piece in pieces)
            return self._span(mention, "likely" if sure else "review", "in small letters")
        return self._span(mention, "certain" if mention.quality >= 2 else "likely", "given name and surname")

    def _starts_with_surname(self, mention: _Mention) -> bool:
        return mention.pieces[0].role in _SURNAME

    def _judge_surname(self, text: str, mention: _Mention, known: _Known) -> Span | None:
        head = self._initials_before(text, mention)
        if head is not None:
            mention.start = head
            mention.end = _with_owner(text, _whole_double(text, mention.end))
            sure: Certainty = "certain" if mention.quality >= 2 else "likely"
            return self._span(mention, sure, "initial and surname", family="initial and surname")
        mention.start = context.particle_before(text, mention.start)
        near = around(text, mention.start, self._bare_end(mention))
        if (
            re.fullmatch(r"[^\W\d_]\.[ \u00a0]?|[^\W\d_][ \u00a0]", near.before + near.gap_before)
            and near.before not in "IÅÖ"
        ):
            return None if context.is_capital(near.before) else self._lone_span(text, mention, known, near)
        if _joined_to_another(text, mention.start, mention.end):
            return (
                self._span(mention, "review", "half of another double name")
                if mention.person in known.present and not self._common(mention)
                else None
            )
        own = self._own[mention.person]
        if not self._distinctive(mention) and context.listed_as_another(
            near, surname=True, own=own, learned=known.learned
        ):
            return None
        if context.somebody_else_before(near, own):
            if self._distinctive(mention):
                return self._span(mention, "review", "the surname with another given name")
            return None
        return self._lone_span(text, mention, known, near)

    def _judge_given(self, text: str, mention: _Mention, known: _Known) -> Span | None:
        if not any(piece.role is Role.GIVEN for piece in mention.pieces):
            return None
        end = self._bare_end(mention)
        near = around(text, mention.start, end)
        own = self._own[mention.person]
        if _joined_to_another(text, mention.start, mention.end):
            return None
        surname = near.after if near.follows_closely and context.is_capital(near.after) else ""
        if surname and not any(piece.owner for piece in mention.pieces) and self._nearly_own(mention, surname):
            mention.end = _with_owner(text, near.end + len(near.gap_after) + len(surname))
            return self._span(mention, "likely", "given name and a misspelt surname", family="full name, misspelt")
        behind = _INITIAL_BEHIND.match(text, end)
        if behind and not any(piece.owner for piece in mention.pieces):
            letters = text_of(behind[2]).replace(" ", "")
            capital = behind[2].replace(".", "").replace("-", "").replace(" ", "").isupper()
            if self._surname_begins(mention.person, letters) and (capital or behind[1] == "_"):
                mention.end = _with_owner(text, behind.end())
                return self._lone_span(text, mention, known, near, family="given name and initial")
            if capital and behind[1] in " \u00a0" and len(letters) == 1 and behind[2] not in ("I", "Å", "Ö"):
                return None
        if context.somebody_else_behind(near, own, self._titles, learned=known.learned):
            return None
        if context.listed_as_another(near, surname=False, own=own, learned=known.learned):
            return None
        if context.relative_or_role(near, self._own_titles[mention.person]):
            return None
        return self._lone_span(text, mention, known, near)

    def _lone_span(self, text: str, mention: _Mention, known: _Known, near: Around, family: str = "") -> Span | None:
        piece = mention.pieces[0]
        name = text_of(near.found)
        present = mention.person in known.present
        if name in WORDLIKE or name + "s" in WORDLIKE:
            word = context.is_word(near, name, owner=any(one.owner for one in mention.pieces))
            if word:
                return None
            if word is None:
                if not present and self._lone != "mask":
                    return None
                return self._span(mention, "review", "a name or a word", family=family)
        if name in WORDLIKE and piece.quality < 2:
            return None
        small = not context.is_capital(near.found)
        if small and (piece.quality < 2 or piece.common or piece.family.startswith("nickname") or len(name) < 3):
            return None
        mention.end = _with_owner(text, mention.end)
        if self._lone == "review":
            return self._span(mention, "review", "a name alone", family=family)
        other = not known.others.isdisjoint(self._bearers.get(name, ()))
        if other:
            if not present or piece.quality < 3:
                return None
            return self._span(mention, "review", "somebody else in the document is called the same", family=family)
        if piece.quality < 2:
            if piece.common or len(name) < 6 or not present:
                return None
            sure = len(name) >= 7 and piece.role in _SURNAME
            return self._span(mention, "likely" if sure else "review", "misspelt, alone", family=family)
        if piece.common:
            return self._span(mention, "review", "another spelling, a name of its own") if present else None
        if piece.family.startswith("nickname"):
            return self._span(mention, "review", "a usual short form") if present else None
        if present or self._lone == "mask":
            return self._span(
                mention, "likely", "alone; the person is in the document" if present else "alone", family=family
            )
        if self._distinctive(mention):
            return self._span(mention, "likely", "a surname that nobody else bears", family=family)
        if self._lexicon.shared.get(name, 0) > 1 and not present:
            return None
        return self._span(mention, "review", "alone; nothing else of the person in the document", family=family)

    # -- small questions -------------------------------------------------------------------------------------------

    def _common(self, mention: _Mention) -> bool:
        return any(piece.common or piece.quality < 2 for piece in mention.pieces)

    def _bare_end(self, mention: _Mention) -> int:
        return mention.end - (1 if mention.pieces[-1].owner else 0)

    def _initials_before(self, text: str, mention: _Mention) -> int | None:
        """Where "Å. " or "G-B " in front of the surname begins, if the letters are the person's."""
        found = _INITIALS_BEFORE.search(text[max(0, mention.start - 14) : mention.start])
        start = context.particle_before(text, mention.start)
        if not found and start < mention.start:
            found = _INITIALS_BEFORE.search(text[max(0, start - 14) : start])
        else:
            start = mention.start
        if not found or mention.pieces[0].common:
            return None
        letters = re.sub(r"[\W_]", "", found[1])
        if not letters.isupper() or (found[1].strip() == "I" and text_of(letters) == "i" and "." not in found[1]):
            return None
        person = self._lexicon.people[mention.person]
        names = [words_of(person.preferred_name), words_of(person.given_names)]
        firsts = {
            "".join(text_of(word)[:1] for word in name[:count]) for name in names for count in range(1, len(name) + 1)
        }
        return start - len(found[0]) if text_of(letters) in firsts else None

    def _surname_begins(self, person: int, letters: str) -> bool:
        row = self._lexicon.people[person]
        words = [text_of(word) for word in words_of(row.surname)]
        core = [word for word in words if len(words) == 1 or word not in ("von", "af", "de", "la", "al")]
        every = "".join(word[:1] for word in words)
        return bool(letters) and any(
            letters == one[: len(letters)] for one in (every, "".join(word[:1] for word in core)) if one
        )

    def _nearly_own(self, mention: _Mention, word: str) -> bool:
        found = text_of(word).removesuffix("s")
        row = self._lexicon.people[mention.person]
        for name in (row.surname, row.former_surname, *words_of(row.surname)):
            own = text_of(name)
            if len(own) >= 5 and SequenceMatcher(None, own, found).ratio() >= 0.8 and found not in surnames():
                return True
        return False

    def _span(
        self, mention: _Mention, certainty: Certainty, reason: str, kind: LabelKind | None = None, family: str = ""
    ) -> Span:
        pieces = mention.pieces
        if not family:
            family = pieces[0].family
            if mention.full and len(pieces) > 1:
                worst = min(pieces, key=lambda piece: piece.quality)
                family = "full name" + worst.family.partition(",")[1] + worst.family.partition(",")[2]
        return Span(
            mention.start, mention.end, kind or _KINDS.get(pieces[0].role, "name"),
            self._lexicon.people[mention.person].staff_id, certainty, family, reason,
        )  # fmt: skip

    def _with_titles(self, text: str, spans: list[Span]) -> list[Span]:
        return [
            replace(
                span,
                start=context.title_before(text, span.start, self._lexicon.titles),
                end=context.title_behind(text, span.end, self._lexicon.titles, self._lexicon.units),
            )
            if span.kind == "name" and span.certainty != "review"
            else span
            for span in spans
        ]


def _quality_of(entry: Entry) -> int:
    return entry.quality


def _start_of(hit: _Hit) -> int:
    return hit.start


def _own_names(person: StaffMember) -> tuple[str, ...]:
    names = [person.preferred_name, person.surname, person.former_surname, *person.given_names.split()]
    names += [
        part for name in (person.surname, person.former_surname, person.preferred_name) for part in words_of(name)
    ]
    return tuple(dict.fromkeys(text_of(name) for name in names if len(name) > 1))


def _turned(name: str) -> list[str]:
    words = name.split()
    return [*words[-1:], *words[:-1]]


def _only_initials(entries: tuple[Entry, ...]) -> frozenset[str] | None:
    """The spellings that count, if the pattern is nothing but initials: most such hits are small words ("är")."""
    for entry in entries:
        if entry.role is not Role.INITIALS or entry.family != "initials":
            return None
    return frozenset(
        spelling + ("s" if entry.owner else "")
        for entry in entries
        for text in entry.texts
        for spelling in ((text,) if entry.owner else (text, text.upper()))
    )


def _is_initials(found: str, entry: Entry) -> bool:
    if entry.family == "initials":
        bare = found.removesuffix("s") if entry.owner else found
        return bare in entry.texts or bare in {text.upper() for text in entry.texts}
    letters = re.fullmatch(r"(?:[^\W\d_][.][ \u00a0]?)+[^\W\d_]", found)
    return bool(letters) and re.sub(r"\W", "", found) in {text.upper() for text in entry.texts}


def _chains(text: str, person: int, hits: list[_Hit]) -> list[_Mention]:
    """The mentions that the pieces of one person make, each piece used once."""
    best: dict[tuple[int, int], _Hit] = {}
    for hit in hits:
        have = best.get((hit.start, hit.end))
        if have is None or _value(hit.entry) > _value(have.entry):
            best[hit.start, hit.end] = hit
    ordered = sorted(best.values(), key=lambda hit: (hit.start, -hit.end))
    found: list[_Mention] = []
    at = 0
    for index, hit in enumerate(ordered):
        if hit.start < at:
            continue
        pieces, end = [hit], hit.end
        if hit.entry.role in (*_GIVEN, *_SURNAME):
            for following in ordered[index + 1 :]:
                if following.start < end or following.entry.role not in (*_GIVEN, *_SURNAME):
                    continue
                if following.start - end > _REACH:
                    break
                if _follows(text, pieces, following):
                    pieces.append(following)
                    end = following.end
        entries = tuple(one.entry for one in pieces)
        if len(entries) > 1 and all(one.quality < 2 for one in entries):
            continue
        found.append(_Mention(hit.start, end, person, entries))
        at = end
    return found


def _value(entry: Entry) -> tuple[int, int]:
    return entry.quality, -int(entry.role)


def _follows(text: str, pieces: list[_Hit], new: _Hit) -> bool:
    """Whether the piece `new` goes on with the name begun in `pieces`."""
    last = pieces[-1]
    gap = text[last.end : new.start]
    if last.entry.owner or any(
        text_of(text[one.start : one.end]) == text_of(text[new.start : new.end]) for one in pieces
    ):
        return False
    one, other = text[last.start : last.end], text[new.start : new.end]
    if other[:1].islower() != one[:1].islower() and text_of(other if other[:1].islower() else one) in _small_words():
        return False
    for piece, alone, beside in ((last.entry, one, other), (new.entry, other, one)):
        # "kan svara Holm" is no slip for Sara Holm: a misspelling stands in the same case as the rest.
        if piece.quality < 2 and alone[:1].islower() and (beside[:1].isupper() or len(alone) < 6):
            return False
    given = any(piece.entry.role in _GIVEN for piece in pieces)
    surname = any(piece.entry.role in _SURNAME for piece in pieces)
    if new.entry.role in _GIVEN:
        if surname:
            reverse = not given and context.gap_in_name(gap, reverse=True) and ("\n" not in gap or "," in gap)
            return reverse and not (one in _small_words() and gap not in (".", "_", ", "))
        return ("\n" not in gap or gap[:1] in "-‐‑") and context.gap_in_name(gap, reverse=False)
    if surname and last.entry.role in _SURNAME:
        return context.gap_in_name(gap, reverse=False) and ("\n" not in gap or "-" in gap or "‐" in gap)
    if surname:
        return False
    return context.gap_in_name(gap, reverse=False) or bool(_MIDDLE_INITIAL.fullmatch(gap))


@cache
def _small_words() -> frozenset[str]:
    return frozenset(WORDLIKE | {word + "s" for word in WORDLIKE})


def _rank(mention: _Mention) -> tuple[bool, int, bool]:
    return mention.full, mention.quality, any(piece.common for piece in mention.pieces)


def _with_owner(text: str, end: int) -> int:
    """Take ":s", "'s" or, behind s, x and z, a bare apostrophe into the mention."""
    if found := _OWNER.match(text, end):
        return found.end()
    if text[end : end + 1] in ("'", "’", "´") and text[end - 1].lower() in "sxz" and text[end + 1 : end + 2] == " ":
        opened = text.rfind(text[end], max(0, end - 60), end)
        return end + 1 if opened < 0 or text[opened - 1 : opened].isalnum() else end
    return end


def _whole_double(text: str, end: int) -> int:
    """ "Åsa Lindqvist-Åberg": the unknown half of a double name goes with the known one."""
    half = re.compile(r"[-‐‑][A-ZÅÄÖÉÜĐ][^\W\d_]+").match(text, end)
    return half.end() if half else end


def _joined_to_another(text: str, start: int, end: int) -> bool:
    if re.compile(r"[-‐‑–][A-ZÅÄÖÉÜĐ][^\W\d_]").match(text, end):
        return True
    return bool(re.search(r"(?<!\w)[A-ZÅÄÖÉÜĐ][^\W\d_]+[-‐‑]\Z", text[max(0, start - 30) : start]))


def _without_overlaps(spans: list[Span]) -> list[Span]:
    order = {"certain": 0, "likely": 1, "review": 2}
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, order[one.certainty], -one.end)):
        if kept and span.start < kept[-1].end:
            last = kept[-1]
            better = (order[span.certainty], last.end - last.start) < (order[last.certainty], span.end - span.start)
            winner = span if better else last
            # Whichever wins covers both: what was found once is not left standing by half.
            start, end = (min(last.start, span.start), max(last.end, span.end))
            if span.certainty == "review" or last.certainty == "review":
                start, end = winner.start, winner.end
            kept[-1] = Span(start, end, winner.kind, winner.staff_id, winner.certainty, winner.family, winner.reason)
            continue
        kept.append(span)
    return kept
