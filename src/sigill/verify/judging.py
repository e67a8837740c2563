"""Finds needles in text and judges each hit: does it name the person, may it, or is it something else?

Promise: a certain needle counts wherever it stands, also letter-spaced, broken over lines or glued together, unless
it is part of the name of another person who may stand. A lone given name, a short or word-like surname and initials
count only with evidence beside them: the person's other name, a title, a signature mark, a genitive; else they are
reported as possible. Modesty: rules, not understanding. It errs towards reporting.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick

from sigill.decision.people import StaffMember, StaffRegister
from sigill.verify.folding import Folded, fold, words_of
from sigill.verify.glyphs import JUMP
from sigill.verify.nearly import Nearly
from sigill.verify.needles import Kind, Needle, Sought, all_initials, sought, wordlike

Certainty = Literal["certain", "likely", "possible"]
Lone = Literal["evidence", "any"]

_TITLES = frozenset(
    str.split(
        "handlaggare handlaggaren socialsekreterare socialsekreteraren bistandshandlaggare "
        "bistandshandlaggaren utredare utredaren sekreterare sekreteraren enhetschef enhetschefen chef chefen "
        "verksamhetschef socialchef forvaltningschef avdelningschef gruppledare teamledare jurist juristen "
        "forvaltningsjurist kurator kuratorn familjehemssekreterare familjehemssekreteraren "
        "familjerattssekreterare familjebehandlare behandlare registrator namndsekreterare foredragande "
        "foredraganden beslutsfattare beslutsfattaren delegat delegaten tjansteman tjanstemannen "
        "tjansteperson medhandlaggare medhandlaggaren ansvarig soc socialsekr sekr handl saksekr "
        "administrator assistent samordnare socionom socialarbetare author creator case_worker officer "
        "caseworker handlagger utreder beslutar "
    )
)
_SIGN_OFF = frozenset(
    str.split(
        "halsningar halsning mvh halsar tecknar undertecknad undertecknat signerat sign signatur signed "
        "signature vh regards handlagt upprattad upprattat "
    )
)
_SIGN_MARK = frozenset(str.split("sign signatur signaturen initials initialer signerat sgn sig handl hl handlaggare "))
_KIN = frozenset(
    str.split(
        "moster faster mormor farmor morfar farfar mamma pappa syster systern bror brodern kusin kusinen "
        "dotter dottern son sonen barnet hunden katten lararen larare fröken froken mentor mentorn rektor "
        "rektorn inspektor inspektoren kommissarie polisen vannen vaninnan grannen granne make makan sambo "
        "sambon barnflickan tranaren lakaren "
    )
)
_PHONE_RUN = re.compile(r"\+?\d(?:[\s().\-–—/\u00a0\u2009\u202f·]{0,3}\d){6,24}")
_EXTENSION = re.compile(
    r"(?i)\b(?:ankn(?:ytning)?|ank|anknr|int(?:ern)?(?:\s*tel(?:efon)?)?|direkt(?:nummer|nr|val)?|tfn|tel(?:efon)?(?:nr)?|"
    r"telefonnummer|phone|ext(?:ension)?|mob(?:il)?|ring)\b[\s.:\-nr]{0,6}(\d(?:[\s\-]?\d){3,7})(?!\d)"
)
_NONDIGIT = re.compile(r"\D")


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """One finding in one text. `first`, `last` are the words (or, without words, characters) it covers."""

    kind: Kind
    certainty: Certainty
    first: int
    last: int


@dataclass(frozen=True, slots=True, repr=False)
class _Pattern:
    person: int
    needle: Needle
    genitive: bool = False


class Matcher:
    """Looks for some people in text and in bytes, and knows who else may stand there.

    Args:
        withheld: the people who must not be found.
        others: full names of people who may stand (parties, politicians, other staff).
        register: all staff; everybody in it who is not withheld may stand.
        lone: `evidence`: a lone given or word-like name needs evidence. `any`: spelled as a name it is enough.
    """

    def __init__(
        self,
        withheld: Sequence[StaffMember],
        others: Sequence[str] = (),
        register: StaffRegister | None = None,
        lone: Lone = "evidence",
    ) -> None:
        self._people: list[Sought] = [sought(person, register) for person in withheld]
        self._lone = lone
        hidden = {person.staff_id for person in withheld}
        self._own_names = {words_of(person.full_name) for person in withheld}
        self.namesakes = tuple(name for name in others if words_of(name) in self._own_names)
        self._party_words = frozenset(word for name in others for word in words_of(name))
        spaced: dict[str, list[_Pattern]] = {}
        dense: dict[str, list[_Pattern]] = {}
        for number, person in enumerate(self._people):
            for needle in person.needles:
                _add(spaced, dense, number, needle)
        self._spaced = _Searcher(spaced)
        self._dense = _Searcher(dense)
        names = {needle.dense for p in self._people for needle in p.needles if needle.kind == "full name"}
        exact = [words_of(f"{a} {b}") for p in withheld for a, b in _both_ways(p)]
        whole = sorted(names & {"".join(words) for words in exact})
        self._nearly, self._nearly_ocr = Nearly(whole, 1), Nearly(whole, 2)
        self._standing = _Standing(
            [*map(words_of, others)],
            [m for m in (register or {}).values() if m.staff_id not in hidden],
            self._own_names,
        )
        colleagues = [m for m in (register or {}).values() if m.staff_id not in hidden]
        self._shared_initials = frozenset(letters for m in colleagues for letters in all_initials(m))
        self._signatures = [
            (letters, re.compile("[.·]? ?".join(letters)))
            for letters in dict.fromkeys(letters for person in self._people for letters in person.initials)
        ]
        titles = {word for m in (*withheld, *(register or {}).values()) for word in words_of(m.title)}
        self._titles = _TITLES | {word for word in titles if len(word) > 5}
        spelled = [form for p in self._people for form in p.spelled if not self._standing.holds(words_of(form))]
        self._bytes, self._byte_patterns = _byte_searcher(spelled)

    def in_text(
        self,
        text: str | Folded,
        *,
        prose: bool = True,
        pixels: bool = False,
        explained: frozenset[str] = frozenset(),
    ) -> list[Hit]:
        """Judge every hit in one text.

        Args:
            text: what a reader read, folded or not.
            prose: False for identifiers and machine text, where initials and lone names mean nothing by their case.
            pixels: the text comes from OCR, which misreads letters.
            explained: folded words of colleagues whose full name stands elsewhere in the same file.
        """
        folded = text if isinstance(text, Folded) else Folded(text)
        hits: list[Hit] = []
        standing = None
        for pattern, start, end in self._spaced.find(folded.spaced):
            standing = self._standing.spans(folded) if standing is None else standing
            first, last = folded.range_in_spaced(start, end)
            hit = self._aligned(folded, pattern, first, last, standing, explained, prose)
            if hit:
                hits.append(hit)
        for pattern, start, end in self._dense.find(folded.dense):
            standing = self._standing.spans(folded) if standing is None else standing
            hit = self._unaligned(folded, pattern, start, end, standing)
            if hit:
                hits.append(hit)
        hits.extend(self._numbers(folded))
        if prose:
            hits.extend(self._initials(folded.cased))
            for start, end in (self._nearly_ocr if pixels else self._nearly).find(folded.dense):
                standing = self._standing.spans(folded) if standing is None else standing
                first, last, head, tail = folded.range_in_dense(start, end)
                if not standing.touch(first, last) and head < 3 and tail < 3:
                    hits.append(Hit("full name", "likely", first, last))
        return _largest(hits)

    def colleagues_in(self, folded: Folded) -> frozenset[str]:
        """Folded words of the people who may stand and whose full name stands in the text."""
        return frozenset(
            word for first, last in self._standing.spans(folded).ranges for word in folded.words[first:last]
        )

    def in_bytes(self, data: bytes) -> int:
        """How often a long spelled name or identifier stands in raw bytes, in any of the usual encodings."""
        if self._bytes is None:
            return 0
        count = 0
        for index, start, end in self._bytes.find_matches_as_indexes(data):
            _, bounded = self._byte_patterns[index]
            if bounded and (data[start - 1 : start].isalnum() or data[end : end + 1].isalnum()):
                continue
            count += 1
        return count

    # -- whole words ---------------------------------------------------------------------------------------------

    def _aligned(
        self,
        text: Folded,
        pattern: _Pattern,
        first: int,
        last: int,
        standing: "_Ranges",
        explained: frozenset[str],
        prose: bool,
    ) -> Hit | None:
        if standing.cover(first, last):
            return None
        needle, person = pattern.needle, self._people[pattern.person]
        spelled = [text.spelled(index) for index in range(first, last)]
        named = all(word[0].isupper() for word in spelled)
        if needle.kind == "full name" and self._two_entries(text, first, last):
            return Hit(needle.kind, "possible", first, last)
        if needle.kind in ("full name", "e-mail", "user id", "staff id"):
            if needle.certain and (named or len(needle.parts) == 1 or not all(map(wordlike, needle.parts))):
                return Hit(needle.kind, "certain", first, last)
            glued = all(text.before(index).strip(" \t\r\n,;") != "" for index in range(first + 1, last))
            if needle.kind != "user id" and (named or (glued and len(needle.parts) > 1)):
                return Hit(needle.kind, "certain" if named else "likely", first, last)
            return Hit(needle.kind, "possible", first, last)
        if needle.kind == "title and unit":
            return Hit(needle.kind, "possible", first, last)
        if needle.kind in ("initial and surname", "given name and initial"):
            return self._with_initial(text, needle, first, last, named, prose)
        return self._lone_name(text, needle, person, first, last, explained, pattern.genitive, prose)

    @staticmethod
    def _two_entries(text: Folded, first: int, last: int) -> bool:
        """The end of one entry and the start of the next in a list by surname: "Berglund, Åsa / Öberg, Tomas"."""
        broken = any("\n" in text.before(index) for index in range(first + 1, last))
        return broken and text.before(first).strip(" ") == "," and text.after(last - 1).strip(" ") == ","

    def _with_initial(
        self, text: Folded, needle: Needle, first: int, last: int, named: bool, prose: bool
    ) -> Hit | None:
        joined = all(
            len(text.before(index)) <= 2 and "\n" not in text.before(index) for index in range(first + 1, last)
        )
        tied = all("_" in text.before(index) for index in range(first + 1, last))
        if tied and len(needle.dense) >= 4:
            return Hit(needle.kind, "likely", first, last)
        if not (named and joined and prose):
            return None
        if needle.kind == "given name and initial" and self._foreign_after(text, last, frozenset()):
            return None
        # "Max V" or "K. Ek": two capitals that fit; an initial shared with a colleague proves less.
        if (
            needle.kind == "given name and initial"
            and wordlike(needle.parts[0])
            and "." not in text.after(last - 1)[:1]
        ):
            return Hit(needle.kind, "possible", first, last)
        return Hit(
            needle.kind, "likely" if needle.certain or needle.kind != "initial and surname" else "possible", first, last
        )

    def _lone_name(
        self,
        text: Folded,
        needle: Needle,
        person: Sought,
        first: int,
        last: int,
        explained: frozenset[str],
        genitive: bool,
        prose: bool,
    ) -> Hit | None:
        words = text.words[first:last]
        spelled = text.cased[text.spans[first][0] : text.spans[last - 1][1]]
        spaced_out = last - first > 1 and all(len(word) == 1 for word in words) and len(needle.parts) == 1
        if spaced_out and self._inside_spaced(text, first, last):
            return None
        common = all(map(wordlike, needle.parts))
        named = spelled[0].isupper()
        namesake = any(part in explained for part in needle.parts)
        party = any(part in self._party_words for part in needle.parts)
        beside_title = self._beside_title(text, first, last)
        beside_own = self._beside_own(text, needle, person, first, last)
        possible = Hit(needle.kind, "possible", first, last)
        likely = Hit(needle.kind, "likely", first, last)
        if _unsure(text.before(first)[-1:]) or _unsure(text.after(last - 1)[:1]):
            return possible
        if not named:
            apart = text.before(first)[-1:] in ("", " ", "\n", "\t", "\u00a0", '"', "(")
            if apart and (beside_title or beside_own) and not common and not namesake:
                return likely
            return possible if not common and len("".join(needle.parts)) >= 3 else None
        if beside_own:
            return likely
        foreign = self._foreign(text, needle, person, first, last)
        if beside_title and not foreign:
            return possible if namesake else likely
        if foreign or namesake or party:
            return possible
        if needle.certain:
            return Hit(needle.kind, "certain", first, last)
        if not prose:
            return possible
        if spaced_out and len(needle.parts[0]) >= 4:
            return likely
        if self._signed_off(text, first):
            return likely
        starts = self._starts_sentence(text, first)
        if (genitive or self._apostrophe_genitive(text, last)) and not (
            common and (starts or len(needle.parts[0]) > 3)
        ):
            return likely
        if self._lone == "any" and not (common and starts) and not self._kin(text, first):
            return likely
        return possible

    @staticmethod
    def _inside_spaced(text: Folded, first: int, last: int) -> bool:
        """Whether letters set apart go on before or after, by the same distance: the name is part of a longer word."""
        gap = text.before(first + 1)
        before = first > 0 and len(text.words[first - 1]) == 1 and text.before(first) == gap
        after = last < len(text.words) and len(text.words[last]) == 1 and text.before(last) == gap
        return before or after

    def _beside_title(self, text: Folded, first: int, last: int) -> bool:
        before = [
            i
            for i in range(max(0, first - 2), first)
            if not re.search(r"[.!?]\s|\n\s*\n", self._between(text, i, first))
        ]
        after = [
            i
            for i in range(last, min(len(text.words), last + 2))
            if not re.search(r"[.!?]\s|\n\s*\n", self._between(text, last - 1, i))
        ]
        return any(text.words[i] in self._titles for i in (*before, *after))

    @staticmethod
    def _between(text: Folded, left: int, right: int) -> str:
        return text.cased[text.spans[left][1] : text.spans[right][0]]

    def _beside_own(self, text: Folded, needle: Needle, person: Sought, first: int, last: int) -> bool:
        """Whether another of the person's names stands within three words, in name spelling."""
        for index in (*range(max(0, first - 3), first), *range(last, min(len(text.words), last + 3))):
            word = text.words[index]
            if (
                len(word) > 1
                and word not in needle.parts
                and word in person.own_words
                and text.spelled(index)[0].isupper()
                and not self._two_entries(text, min(index, first), max(index + 1, last))
            ):
                return True
        return False

    def _foreign(self, text: Folded, needle: Needle, person: Sought, first: int, last: int) -> bool:
        """Whether the name belongs to somebody else's name: another capitalised word is tied to it."""
        if needle.kind == "given name":
            return self._foreign_after(text, last, person.own_words)
        if first == 0 or text.before(first) not in (" ", "-", "\u00a0", ". "):
            return False
        word = text.words[first - 1]
        if text.before(first) == ". " and len(word) > 1:
            return False
        neighbour = text.spelled(first - 1)
        return (
            neighbour[0].isupper()
            and word not in person.own_words
            and word not in self._titles
            and not self._starts_sentence(text, first - 1)
        )

    def _foreign_after(self, text: Folded, last: int, own: frozenset[str]) -> bool:
        if last >= len(text.words) or text.before(last) not in (" ", "-", "\u00a0"):
            return False
        word = text.spelled(last)
        return word[0].isupper() and text.words[last] not in own and text.words[last] not in self._titles

    @staticmethod
    def _starts_sentence(text: Folded, index: int) -> bool:
        before = text.before(index)
        return index == 0 or bool(re.search(r"[.!?:;•·\n\r\f|]", before))

    @staticmethod
    def _signed_off(text: Folded, first: int) -> bool:
        return any(text.words[i] in _SIGN_OFF for i in range(max(0, first - 2), first))

    @staticmethod
    def _kin(text: Folded, first: int) -> bool:
        return first > 0 and text.words[first - 1] in _KIN

    @staticmethod
    def _apostrophe_genitive(text: Folded, last: int) -> bool:
        return last < len(text.words) and text.words[last] == "s" and text.before(last) in ("'", "’", ":", "´")

    # -- letters run together or apart ---------------------------------------------------------------------------

    def _unaligned(self, text: Folded, pattern: _Pattern, start: int, end: int, standing: "_Ranges") -> Hit | None:
        first, last, head, tail = text.range_in_dense(start, end)
        if standing.cover(first, last):
            return None
        needle = pattern.needle
        length = len(needle.dense)
        words = text.words[first:last]
        # A remainder of digits or a genitive s is still the name: `klasek2`, `Klas Eks`.
        rest = text.words[last - 1][len(text.words[last - 1]) - tail :] if tail else ""
        clean_end = not tail or rest in ("s", "as", "z") or rest.isdigit()
        clean_start = not head or text.words[first][:head].isdigit() or self._camel(text, first, head)
        if tail and not clean_end:
            clean_end = self._camel(text, last - 1, len(text.words[last - 1]) - tail)
        same_words = last - first == len(needle.parts) and not head and tuple(words[:-1]) == needle.parts[:-1]
        if same_words and rest in ("", "s", "as", "z"):
            # The needle itself is judged with the whole words; here, a genitive of it.
            return self._aligned(text, pattern, first, last, standing, frozenset(), True) if tail else None
        single = len(needle.parts) == 1
        if clean_start and clean_end:
            if last - first == 1:
                glued_certain = (
                    length >= 9 or any(c.isdigit() for c in needle.dense) or self._humped(text, needle, first, head)
                )
                return Hit(needle.kind, "certain" if glued_certain else "possible", first, last)
            if all(len(word) == 1 for word in words):
                return Hit(needle.kind, "certain" if length >= 5 else "possible", first, last)
            if single and not needle.certain:
                return Hit(needle.kind, "likely" if self._hyphenated(text, first, last) else "possible", first, last)
            return Hit(
                needle.kind,
                "certain" if length >= 8 or self._hyphenated(text, first, last) else "possible",
                first,
                last,
            )
        if length >= 12 or (length >= 9 and (clean_start or clean_end)):
            return Hit(needle.kind, "certain" if not single else "possible", first, last)
        if needle.kind in ("user id", "e-mail") and length >= 6 and (clean_start or clean_end):
            return Hit(needle.kind, "possible", first, last)
        return None

    @staticmethod
    def _camel(text: Folded, index: int, offset: int) -> bool:
        """Whether a capital begins inside the word at `offset`: `handläggareKlasEk`."""
        word = text.spelled(index)
        return 0 < offset < len(word) and word[offset].isupper() and word[offset - 1].islower()

    @staticmethod
    def _humped(text: Folded, needle: Needle, index: int, head: int) -> bool:
        word = text.spelled(index)
        edges = [head]
        for part in needle.parts:
            edges.append(edges[-1] + len(part))
        return all(word[edge].isupper() for edge in edges[:-1]) and not word.isupper()

    @staticmethod
    def _hyphenated(text: Folded, first: int, last: int) -> bool:
        return any(
            re.fullmatch(r"[-‐‑¬]?\s*[\r\n\f]\s*", text.before(index)) and text.spelled(index)[0].islower()
            for index in range(first + 1, last)
        )

    # -- numbers and initials ------------------------------------------------------------------------------------

    def _numbers(self, text: Folded) -> Iterator[Hit]:
        # Digits run together in `dense` however they are grouped, so most texts are done with here.
        if any(number in text.dense for person in self._people for number in person.numbers):
            for match in _PHONE_RUN.finditer(text.cased):
                digits = _NONDIGIT.sub("", match[0])
                for person in self._people:
                    if any(self._dialled(digits, number) for number in person.numbers):
                        yield Hit("phone", "certain", *_away(match.span()))
        if any(extension in text.dense for person in self._people for extension in person.extensions):
            for match in _EXTENSION.finditer(text.cased):
                digits = _NONDIGIT.sub("", match[1])
                if any(digits in person.extensions for person in self._people):
                    yield Hit("extension", "likely", *_away(match.span()))

    @staticmethod
    def _dialled(digits: str, number: str) -> bool:
        at = digits.find(number)
        return at == 0 or (at > 0 and (digits[at - 1] == "0" or digits[:at].endswith("46")))

    def _initials(self, cased: str) -> Iterator[Hit]:
        for letters, pattern in self._signatures:
            for match in pattern.finditer(cased):
                alone = (
                    not cased[match.start() - 1 : match.start()].isalnum()
                    and not cased[match.end() : match.end() + 1].isalnum()
                )
                certainty = self._signature(cased, match, letters) if alone else None
                if certainty and letters in self._shared_initials:
                    certainty = "possible"  # a colleague who may stand signs like this, too
                if certainty:
                    yield Hit("initials", certainty, *_away(match.span()))

    def _signature(self, text: str, match: re.Match[str], letters: str) -> Certainty | None:
        line_start = text.rfind("\n", 0, match.start()) + 1
        before = text[max(line_start, match.start() - 24) : match.start()]
        after = text[match.end() : match.end() + 2]
        word = re.search(r"([^\W\d_]+)[\s.:=\"'(/]*$", before)
        if word and word[1].lower() in _SIGN_MARK:
            return "likely"
        # A slash that begins its own word: "... bokas. /ÅLÖ", never "och/eller".
        if re.search(r"(?:^|[\s.,;!?)])/\s?$", before) and (not after or after[0] in ' \t\r\n.,;)/|<"'):
            return "likely"
        own_line = not before.strip() and (not after.strip() or after[0] in "\r\n\f")
        bracketed = before.endswith(("(", "[")) and after[:1] in (")", "]")
        return "possible" if bracketed or own_line or len(letters) >= 3 else None


def _unsure(neighbour: str) -> bool:
    """Whether the character beside a word may stand for a letter that was not read, or for no distance at all."""
    return neighbour in ("\ufffd", JUMP, "\x7f") if neighbour else False


def _away(span: tuple[int, int]) -> tuple[int, int]:
    """Character spans beside word ranges: far off, so that the two never cover one another."""
    return span[0] + (1 << 40), span[1] + (1 << 40)


def _largest(hits: list[Hit]) -> list[Hit]:
    """Leave out what lies inside a larger hit that counts at least as much."""
    if len(hits) < 2:
        return hits
    weight = {"possible": 0, "likely": 1, "certain": 2}
    ordered = sorted(
        set(hits),
        key=lambda hit: (hit.first, -hit.last, -weight[hit.certainty], hit.kind != "full name", hit.kind),
    )
    kept: list[Hit] = []
    for hit in ordered:
        inside = any(
            k.first <= hit.first and hit.last <= k.last and weight[k.certainty] >= weight[hit.certainty]
            for k in kept[-8:]
        )
        if not inside:
            kept.append(hit)
    return kept


def _add(spaced: dict[str, list[_Pattern]], dense: dict[str, list[_Pattern]], person: int, needle: Needle) -> None:
    pattern = _Pattern(person, needle)
    words = " ".join(needle.parts)
    spaced.setdefault(f" {words} ", []).append(pattern)
    lone = needle.kind in ("surname", "given name") and len(needle.parts) == 1
    if needle.kind not in ("given name and initial", "user id", "staff id", "title and unit"):
        spaced.setdefault(f" {words}s ", []).append(_Pattern(person, needle, genitive=True))
    if lone and len(needle.parts[0]) >= 3:
        spaced.setdefault(f" {' '.join(needle.parts[0])} ", []).append(pattern)
    long_enough = {"full name": 5, "surname": 6, "given name": 7, "e-mail": 6, "user id": 6, "staff id": 6}
    if len(needle.dense) >= long_enough.get(needle.kind, 1000):
        dense.setdefault(needle.dense, []).append(pattern)


def _both_ways(person: StaffMember) -> Iterator[tuple[str, str]]:
    for first in (person.preferred_name, person.given_names):
        for last in (person.surname, person.former_surname):
            if last:
                yield first, last
                yield last, first


class _Searcher:
    """All patterns at once, overlaps included."""

    def __init__(self, patterns: dict[str, list[_Pattern]]) -> None:
        self._patterns = list(patterns.values())
        self._automaton = AhoCorasick(list(patterns)) if patterns else None

    def find(self, text: str) -> Iterator[tuple[_Pattern, int, int]]:
        if self._automaton is None:
            return
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for pattern in self._patterns[index]:
                yield pattern, start, end


class _Standing:
    """The names that may stand: where in a text they do."""

    def __init__(
        self, names: Iterable[tuple[str, ...]], staff: Iterable[StaffMember], hidden: set[tuple[str, ...]]
    ) -> None:
        forms: set[tuple[str, ...]] = {name for name in names if len(name) > 1}
        forms |= {name[1:] + name[:1] for name in forms}
        for member in staff:
            surnames = [words_of(name) for name in (member.surname, member.former_surname) if name]
            firsts = [words_of(member.preferred_name), words_of(member.given_names)]
            forms |= {f + s for f in firsts for s in surnames} | {s + f for f in firsts for s in surnames}
            forms |= {words_of(member.email), words_of(member.email.split("@")[0])}
        forms -= hidden
        forms -= {name[1:] + name[:1] for name in hidden}
        self._forms = [f" {' '.join(form)} " for form in forms if len(form) > 1]
        patterns = [f"{form[:-1]}{end} " for form in self._forms for end in ("", "s")]
        self._automaton = AhoCorasick(patterns) if patterns else None

    def holds(self, words: tuple[str, ...]) -> bool:
        """Whether the words are part of such a name: found in raw bytes they would prove nothing."""
        part = f" {' '.join(words)} "
        return any(part in form for form in self._forms)

    def spans(self, text: Folded) -> "_Ranges":
        """Where such names stand in the text."""
        if self._automaton is None:
            return _Ranges([])
        found = self._automaton.find_matches_as_indexes(text.spaced, overlapping=True)
        return _Ranges([text.range_in_spaced(start, end) for _, start, end in found])


class _Ranges:
    """Word ranges (first, one past last), quick to ask."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        self.ranges = sorted(ranges)
        self._starts = [start for start, _ in self.ranges]
        self._furthest = list(accumulate((end for _, end in self.ranges), max))

    def cover(self, first: int, last: int) -> bool:
        """Whether one of them holds all these words."""
        before = bisect_right(self._starts, first)
        return before > 0 and self._furthest[before - 1] >= last

    def touch(self, first: int, last: int) -> bool:
        """Whether one of them holds any of these words."""
        before = bisect_left(self._starts, last)
        return before > 0 and self._furthest[before - 1] > first


def _byte_searcher(spelled: list[str]) -> tuple[BytesAhoCorasick | None, list[tuple[bytes, bool]]]:
    patterns: dict[bytes, bool] = {}
    for form in spelled:
        # An identifier in hexadecimal or base64 text may come about by chance: it needs edges of its own.
        bounded = any(c.isdigit() for c in form) or len(form) < 8
        for written in dict.fromkeys((form, form.upper(), form.lower(), fold(form))):
            for encoding in ("utf-8", "cp1252", "utf-16-be", "utf-16-le", "mac_roman", "cp850"):
                try:
                    patterns.setdefault(written.encode(encoding), bounded)
                except UnicodeError:
                    continue
            patterns.setdefault(_decomposed(written), bounded)
    patterns.pop(b"", None)
    listed = list(patterns.items())
    return (BytesAhoCorasick([p for p, _ in listed]) if listed else None), listed


def _decomposed(text: str) -> bytes:
    return unicodedata.normalize("NFD", text).encode()


@lru_cache(maxsize=8)
def matcher_for(
    withheld: tuple[StaffMember, ...], others: tuple[str, ...], register: StaffRegister | None, lone: Lone
) -> Matcher:
    """The matcher for these people, kept for the next file."""
    return Matcher(withheld, others, register, lone)
