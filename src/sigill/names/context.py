"""What stands around a name, and what it says: somebody else, a word, a title, a signature.

What it does: looks at a stretch of text from its neighbours. All of it works on canonical text (`fold.canonical`),
so that the answer does not depend on how a letter was encoded.

What it does not: it knows no person; `find` asks it and decides. The rules are for Swedish running text, forms and
notes; they were measured on the sample case file and are deliberately few.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sigill.names.fold import key
from sigill.names.parts import PARTICLES
from sigill.names.words import (
    FUNCTION_WORDS,
    KIN_AND_ROLES,
    NOT_A_NAME_BEFORE,
    OWNED,
    PERSON_VERBS,
    PLACELIKE,
    given_names,
    surnames,
)

_AFTER = re.compile(r"([^\w]*)([^\W_](?:[\w’'´-]*\w)?)")
_ENDS = frozenset('.!?:;”»"•·|*>')
_OPENERS = frozenset("(”»\"'’“„<")
_SIGNED = re.compile(
    r"(?:/\s?|\bsign(?:\.|erat|atur|eras)?(?:\s+av)?:?\s*|\(|\bvid pennan:?\s*"
    r"|\b(?:antecknat|registrerad|registrerat|utförd|utfört|upprättad|upprättat|handl\w*|ansvarig|skrivet)(?: av)?:?\s"
    r"|\d\d[.:]\d\d\s+|\d{4}-\d\d-\d\d\s+)\Z",
    re.IGNORECASE,
)
_GAP_IN_NAME = re.compile(
    r"(?:[ \t\u00a0\u2000-\u200a\u202f]{1,4}|[ \t]*\n[ \t]*|\s?[-‐-―_]\s{0,2}|[.+]|\.?[ \u00a0](?=\Z))"
    r"|\s?[(\"”“’']\s?|[)\"”“’']\s"
)
_GAP_REVERSED = re.compile(r"\s?,[ \t\u00a0]*\n?[ \t]*|[ \t\u00a0]{1,3}|[_.]|[ \t]*\n[ \t]*")
_OTHERS_GAP = re.compile(r"[.!?;:]\s")
_ADDRESS = re.compile(r"[\w.+%'-]*@[\w-]+(?:\.[\w-]+)+")


def _letters(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ADDRESS_HEAD = re.compile(r"[\w.+%'-]*\Z")
_ACRONYMS = _letters(
    """AA AB AC AD AF AH AR BB BUP CV EB EC ER ES EU EV FK FN FR GL HL HR ID IP IQ IS IT KD KF KL LG LO LVU MP NA OC OK
    OS OW PC PL PM PN PR RF RS SA SD SF SKR SL SO SoL ST SV TE TF TR TS TV UF UK US VC VD VM"""
)
_PARTIES = frozenset(("SD", "KD", "MP", "FI"))


def text_of(word: str) -> str:
    """A word folded, as text."""
    return key(word).decode("latin-1")


@dataclass(frozen=True, slots=True)
class Around:
    """The neighbourhood of `text[start:end]`, in canonical text.

    Args:
        before, after: the word before and behind, "" at the text's edges.
        gap_before, gap_after: what lies between.
        opens: whether the stretch stands where a sentence, line or quotation begins.
    """

    text: str
    start: int
    end: int
    before: str
    gap_before: str
    after: str
    gap_after: str
    opens: bool

    @property
    def found(self) -> str:
        """The stretch itself."""
        return self.text[self.start : self.end]

    @property
    def follows_closely(self) -> bool:
        """The next word stands directly behind, on the same line."""
        return self.gap_after in (" ", "\u00a0", "-", "‑", "‐", "  ")

    @property
    def precedes_closely(self) -> bool:
        """The word before stands directly in front; a line may be broken between them."""
        return bool(re.fullmatch(r"[ \u00a0]{1,2}|-|[ \t]*\n[ \t]*", self.gap_before)) and "\n\n" not in self.gap_before


def around(text: str, start: int, end: int) -> Around:
    """Look around `text[start:end]`."""
    head, tail = text[max(0, start - 160) : start], text[end : end + 80]
    at = len(head)
    while at and not (head[at - 1].isalnum() or head[at - 1] == "_"):
        at -= 1
    word = at
    while word and (head[word - 1].isalnum() or head[word - 1] in "_’'´-‑‐"):
        word -= 1
    after = _AFTER.match(tail)
    return Around(
        text, start, end,
        head[word:at].lstrip("_’'´-‑‐"), head[at:],
        after[2] if after else "", after[1] if after else tail,
        _opens(head),
    )  # fmt: skip


def _opens(head: str) -> bool:
    """Whether what follows `head` stands at the beginning of a sentence, a line of its own or a quotation."""
    stripped = head.rstrip()
    if not stripped:
        return True
    gap, last = head[len(stripped) :], stripped[-1]
    if gap.count("\n") > 1 or last in _ENDS:
        return True
    if last in _OPENERS and (not gap or stripped[-2:-1] in _ENDS or not stripped[-2:-1].isalnum()):
        return True
    if last in "–—-" and gap:
        return True
    # A wrapped line goes on; a short line is a heading, a cell or a greeting.
    return "\n" in gap and len(stripped.rpartition("\n")[2]) < 50


def is_capital(word: str) -> bool:
    """Begins with a capital letter."""
    return word[:1].isupper()


def somebody_else_behind(
    near: Around, own: Sequence[str], titles: frozenset[str], *, learned: frozenset[tuple[str, str]]
) -> bool:
    """Whether a lone given name is the beginning of another person's full name ("Åsa Berglund").

    Args:
        own: the person's own names, folded; after one of them nobody else begins.
        titles: folded words that titles and units begin with.
        learned: (given name, next word) pairs seen on one line elsewhere in the document.
    """
    word = near.after
    if not is_capital(word) or (len(word) > 1 and word.isupper() and not near.found.isupper()):
        return False
    text = text_of(word)
    if text in own or text in titles or text in FUNCTION_WORDS or text in KIN_AND_ROLES:
        return False
    if near.follows_closely:
        return text not in given_names() or near.gap_after in "-‑‐"
    wraps = bool(re.fullmatch(r"[ \t]*\n[ \t]*", near.gap_after))
    return wraps and (text_of(near.found), text) in learned


def somebody_else_before(near: Around, own: Sequence[str]) -> bool:
    """Whether a lone surname is the end of another person's full name ("Tomas Öberg"), or has another's title."""
    word, text = near.before, text_of(near.before)
    if not word or not near.precedes_closely or text in own:
        return False
    if text in KIN_AND_ROLES:
        return True
    if (
        not is_capital(word)
        or text in FUNCTION_WORDS
        or (word.isupper() and len(word) > 1 and not near.found.isupper())
    ):
        return False
    if text in given_names():
        return True
    # A capital in the middle of a sentence is a name; at its beginning any word has one.
    return not around(near.text, near.start - len(near.gap_before) - len(word), near.start - len(near.gap_before)).opens


def listed_as_another(near: Around, *, surname: bool, own: Sequence[str], learned: frozenset[tuple[str, str]]) -> bool:
    """Whether a lone name stands in a list as somebody else: "Öberg, Tomas", "Berglund, Åsa".

    Args:
        surname: the lone name is a surname; otherwise a given name.
    """
    if surname:
        after = text_of(near.after)
        listed = bool(re.fullmatch(r",[ \u00a0]", near.gap_after)) and is_capital(near.after)
        return listed and _starts_line(near.text, near.start) and after in given_names() and after not in own
    before = text_of(near.before)
    if not re.fullmatch(r",[ \u00a0]", near.gap_before) or not is_capital(near.before) or before in own:
        return False
    start = near.start - len(near.gap_before) - len(near.before)
    return _starts_line(near.text, start) and (before in surnames() or (text_of(near.found), before) in learned)


def _starts_line(text: str, start: int) -> bool:
    head = text[max(0, start - 80) : start].rstrip(" \t\u00a0")
    return head[-1:] == "\n" or (not head and start < 80)


def relative_or_role(near: Around, own_titles: frozenset[str]) -> bool:
    """Whether "moster", "mentor", "hunden" … stands before a lone given name, and is not the person's own title."""
    text = text_of(near.before)
    return near.precedes_closely and text in KIN_AND_ROLES and text not in own_titles


def is_word(near: Around, name: str, *, owner: bool) -> bool | None:
    """Whether a name that is also a word is the word here.

    Args:
        name: folded, without its genitive s.
        owner: a genitive s was taken off.
    Returns:
        True for the word, False for a person, None where a human should look.
    """
    found, after = near.found, text_of(near.after)
    if not is_capital(found):
        return True
    following = near.after
    if after in ("och", "eller") and _capital_after(near):
        return False
    usual = following[:1].islower() and after in NOT_A_NAME_BEFORE.get(name, ())
    # "Ek. bistånd" is a shortened word; a full stop after another name ends its sentence.
    apart = re.search(r"[.!?]\s|\n", near.gap_after) and not (name == "ek" and near.gap_after.startswith("."))
    if usual and not apart and (near.opens or name in ("per", "max")):
        return True
    if (
        following[:1].isdigit()
        and near.follows_closely
        and name in ("per", "max", "maj", "juni", "april", "august", "o", "a")
    ):
        return True
    if name in PLACELIKE and text_of(near.before) in ("i", "utanfor", "nara") and near.precedes_closely:
        return True
    if len(found) > 1 and found.isupper():
        # A heading in capitals says nothing; capitals among small letters are as good as one.
        return None if (following.isupper() or (near.before.isupper() and len(near.before) > 1)) else False
    if not near.opens:
        return False
    if owner and following[:1].islower():
        return False
    if name[-1:] in ("s", "x", "z") and after in OWNED:
        return False
    if after in PERSON_VERBS or (name not in ("per", "max") and re.search(r".{3}(?:ar|er|ade|dde|tte)\Z", after)):
        return False
    if re.match(r"\s*(?:\n|\Z|[,(/·|\t<>;])", near.text[near.end : near.end + 20]) or near.gap_after.startswith(
        (":", ",")
    ):
        return False
    return None


def _capital_after(near: Around) -> bool:
    rest = near.text[near.end + len(near.gap_after) + len(near.after) :][:40]
    return bool(re.match(r"\s+[A-ZÅÄÖÉÜĐ]", rest))


def signature(near: Around, exact: bool) -> bool | None:
    """Whether capital letters are somebody's initials here.

    Args:
        exact: as registered; otherwise derived, and only a signature's place speaks for them.
    Returns:
        True for a signature, False for other letters, None where a human should look.
    """
    found = near.found
    head, tail = near.text[max(0, near.start - 40) : near.start], near.text[near.end : near.end + 20]
    joined = re.match(r"[-‐‑]\w|[.]\w", tail) or re.search(r"\w[-‐‑]\Z", head)
    if (joined and not (exact and len(found) >= 3)) or re.search(r"§\s?\Z|\d\Z", head):
        return False
    if re.match(r"\s*\)", tail) and re.search(r"[A-ZÅÄÖ][\w-]+\s\(\Z", head) and found in _PARTIES:
        return False  # "Ulf Mårdklint (SD)": a party
    if _SIGNED.search(head):
        return True
    line_before, line_after = head.rpartition("\n")[2], tail.partition("\n")[0]
    if not line_before.strip(" \t|–-") and not line_after.strip(" \t|.–-:"):
        return True
    if re.search(r"[A-ZÅÄÖ]{2,5}\s?[/,+&]\s?\Z", head) or re.match(r"\s?[/,+&]\s?[A-ZÅÄÖ]{2,5}\b", tail):
        return exact or None
    if len(found) >= 3:
        return True if exact else None
    if found in _ACRONYMS:
        return None
    return True if exact else None


def gap_in_name(gap: str, *, reverse: bool) -> bool:
    """Whether `gap` can stand between two pieces of one name (reverse: surname first)."""
    if gap.count("\n") > 1:
        return False
    return bool((_GAP_REVERSED if reverse else _GAP_IN_NAME).fullmatch(gap)) or gap == ""


def one_name(stretch: str) -> bool:
    """Whether a stretch of words can be one name: no sentence ends inside, at most one line does."""
    inside = stretch[:-1]
    ends = [m for m in _OTHERS_GAP.finditer(inside) if not re.search(r"(?:\A|[\s-])\w\Z", inside[: m.start()])]
    return not ends and inside.count("\n") <= 1


def address_around(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The e-mail address whose local part holds `text[start:end]`, or None."""
    tail = _ADDRESS.match(text, end)
    if tail is None or "@" in text[start:end].rstrip("@"):
        return None
    head = _ADDRESS_HEAD.search(text[max(0, start - 80) : start])
    return (start - len(head[0]) if head else start), tail.end()


def particle_before(text: str, start: int) -> int:
    """Where a surname begins, with "von", "af", "Al-" in front of it."""
    while found := re.search(r"(?<![\w'’])([^\W\d_]{1,3})(?:[ \u00a0]|-\n?|[’'])\Z", text[max(0, start - 12) : start]):
        if found[1].lower() not in PARTICLES or found[1].lower() in (
            "den",
            "del",
            "der",
            "d",
            "o",
            "l",
            "le",
            "ben",
            "ul",
        ):
            break
        start -= len(found[0])
    return start


def title_before(text: str, start: int, titles: Sequence[str]) -> int:
    """Where a staff title directly before `start` begins, or `start`."""
    head = text[max(0, start - 60) : start]
    stripped = head.rstrip(" \t\u00a0\n")
    gap = head[len(stripped) :]
    if not gap or gap.count("\n") > 1:
        return start
    low = stripped.lower()
    for title in titles:
        for ending in ("", "n", "en"):
            if low.endswith(title + ending):
                at = len(low) - len(title) - len(ending)
                if at == 0 or not (low[at - 1].isalnum() or low[at - 1] in "-:"):
                    if "\n" in gap and low[:at].endswith(("\n", "")) and _line_alone(low, at):
                        return start  # a line of its own belongs to whoever stands above it
                    return start - len(head) + at
    return start


def _line_alone(low: str, at: int) -> bool:
    return at == 0 or low[:at].rstrip(" \t").endswith("\n")


def title_behind(text: str, end: int, titles: Sequence[str], units: Sequence[str]) -> int:
    """Where a staff title (and unit) directly behind `end` ends, or `end`."""
    joint = re.compile(r"\s?,[ \u00a0]?\n?|[ \u00a0]?\((?=[^)]{3,80}\))|[ \t]*\n[ \t]*|[ \u00a0][–-][ \u00a0]").match(
        text, end
    )
    if not joint:
        return end
    at = joint.end()
    low = text[at : at + 160].lower()
    for title in titles:
        if low.startswith(title) and not low[len(title) : len(title) + 1].isalnum():
            stop = at + len(title)
            unit = re.compile(r"(?:,?[ \u00a0]|,?[ \t]*\n[ \t]*|,?\s(?:på|vid|i|för)\s(?:enheten\s)?)").match(
                text, stop
            )
            named = False
            if unit:
                for one in units:
                    if text[unit.end() : unit.end() + len(one)].lower() == one.lower():
                        beyond = text[unit.end() + len(one) : unit.end() + len(one) + 1]
                        if not beyond.isalnum():
                            stop, named = unit.end() + len(one), True
                            break
            if joint[0].endswith("("):
                return stop + 1 if text[stop : stop + 1] == ")" else end
            # ", socialsekreterare Björn Stig": the title is the next person's.
            if (
                not named
                and re.match(r"[ \u00a0]+[A-ZÅÄÖÉĐ]", text[stop : stop + 3])
                and not re.match(r"[ \u00a0]+(?:Telefon|Tel|E-post|Mobil|Direkt)\b", text[stop : stop + 12])
            ):
                return end
            if (
                "\n" in joint[0]
                and not named
                and not re.match(r"[ \t]*(?:\n|\Z|[,.;)·|])|\s+\d", text[stop : stop + 8])
            ):
                return end
            return stop
    return end


def is_staff_post(line: str, titles: Sequence[str], units: Sequence[str]) -> bool:
    """Whether a line is nothing but a staff title, with or without a unit."""
    line = line.strip().rstrip(".,;").lower()
    for title in titles:
        if line.startswith(title):
            rest = line[len(title) :].strip(" ,\u00a0\n")
            if not rest or any(rest == unit.lower() for unit in units):
                return True
    return False


def figures_back(text: str, end: int) -> tuple[str, tuple[int, ...]]:
    """The figures that end at `end`, through the marks that group a phone number, and where each stands."""
    at = end
    figures: list[str] = []
    places: list[int] = []
    while at > 0 and end - at < 40 and len(figures) < 16:
        char = text[at - 1]
        if char.isdigit():
            figures.append(char)
            places.append(at - 1)
        elif char not in _GROUPING:
            break
        at -= 1
    return "".join(reversed(figures)), tuple(reversed(places))


def lone_figures(text: str, figures: tuple[str, tuple[int, ...]]) -> bool:
    """Whether so few figures stand together that only "ankn." could make them a phone number, and does not."""
    found, places = figures
    return len(found) < 5 and (len(found) < 4 or _extension(text, places[-4]) is None)


def phone_back(text: str, end: int, figures: tuple[str, tuple[int, ...]], digits: str) -> tuple[int, bool] | None:
    """Compare what may be a phone number with a known one, from its end.

    Args:
        end: just behind its last figure.
        figures: `figures_back(text, end)`.
        digits: the number in national form.
    Returns:
        Where it begins and whether all of it is there (False: an extension, or without area code); None if it is
        another number.
    """
    found, places = figures
    if found[-5:] != digits[-5:] and len(found) > 4:
        return None
    same = 0
    for one, other in zip(reversed(found), reversed(digits), strict=False):
        if one != other:
            break
        same += 1
    if same == len(digits):
        begin = places[-same]
        lead = _ABROAD.search(text[max(0, begin - 9) : begin])
        if lead:
            return begin - len(lead[0]), True
        return None if re.search(r"[\d+]\Z", text[max(0, begin - 1) : begin]) else (begin, True)
    if same == len(digits) - 1 and digits[0] == "0":
        begin = places[-same]
        lead = _ABROAD.search(text[max(0, begin - 13) : begin])
        if lead:
            return begin - len(lead[0]), True
    for local in (6, 7, 5, 8):
        area = len(digits) - local in (3, 4) and not digits.startswith("07")
        if area and local <= same < len(digits) - 1 and _free(text, places[-local], end):
            return places[-local], False
    return _extension(text, places[-4]) if same >= 4 and same < 6 else None


_GROUPING = frozenset(" \u00a0\t-‐‑–()/.\u2009\u202f\n+")
_ABROAD = re.compile(r"(?:\+|00)\s?46[\s-]?\(?(?:0\))?[\s-]?\Z")
_CALLED = re.compile(
    r"\b(?:ankn(?:ytning(?:en)?)?|ank|anknytn|ext|int(?:ern(?:t|telefon)?)?|tfn|tel(?:efon)?|snabbval|direkt)\b[.:]?"
    r"\s*(?:nr\s?)?\Z",
    re.IGNORECASE,
)


def _extension(text: str, start: int) -> tuple[int, bool] | None:
    return (start, False) if _CALLED.search(text[max(0, start - 20) : start]) else None


def _free(text: str, start: int, end: int) -> bool:
    """No further figure is joined on."""
    before = text[max(0, start - 2) : start]
    return not re.search(r"\d[ -]?\Z", before) and not text[end : end + 1].isdigit()
