"""Text brought to one shape, so that one needle finds all its spellings.

Promise: two spellings that a reader takes for the same word fold to the same letters: composed and decomposed
accents, upper and lower case, ligatures, full-width and look-alike letters, zero-width and soft-hyphen characters.
Modesty: it knows letters, not language. `å` folds to `a`; the spellings `aa`, `oe`, `dj` are needles of their own.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate

_PLAIN = {
    "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ł": "l", "Ł": "L", "ß": "ss", "ẞ": "SS",
    "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "n",
    # Look-alikes from Greek and Cyrillic: the eye reads a Latin letter, a byte search does not.
    "а": "a", "А": "A", "В": "B", "е": "e", "Е": "E", "К": "K", "М": "M", "Н": "H", "о": "o", "О": "O", "р": "p",
    "Р": "P", "с": "c", "С": "C", "Т": "T", "у": "y", "х": "x", "Х": "X", "і": "i", "І": "I", "ј": "j", "ѕ": "s",
    "Ѕ": "S", "ԁ": "d", "ӧ": "o", "Ӧ": "O", "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K",
    "Μ": "M", "Ν": "N", "ο": "o", "Ο": "O", "Ρ": "P", "Τ": "T", "Υ": "Y", "Χ": "X",
}  # fmt: skip
_SILENT = ("Mn", "Me", "Cf")

_WORD = re.compile(r"[^\W_]+")


class _Table(dict[int, str]):
    """Folds one character at a time and remembers the answer; `str.translate` asks it."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _PLAIN:
            folded = _PLAIN[character]
        else:
            parts = unicodedata.normalize("NFKD", character)
            folded = "".join(_PLAIN.get(part, part) for part in parts if unicodedata.category(part) not in _SILENT)
        self[code] = folded
        return folded


_TABLE = _Table()
_FEW = 60  # distinct letters, up to which replacing them one by one is quicker than a table


def fold(text: str) -> str:
    """Strip accents, compatibility forms, look-alikes and silent characters; keep case, spaces and punctuation."""
    if text.isascii():
        return text
    foreign = [character for character in set(text) if character > "\x7f"]
    if len(foreign) > _FEW:
        return text.translate(_TABLE)
    for character in foreign:
        text = text.replace(character, _TABLE[ord(character)])
    return text


def words_of(text: str) -> tuple[str, ...]:
    """The folded lower-case words of a text: runs of letters and digits."""
    return tuple(_WORD.findall(fold(text).lower()))


class Folded:
    """One text, folded, cut into words, with the way back to the spelling.

    Args:
        text: any text.

    Attributes:
        cased: folded, with case, spaces and punctuation.
        words: the lower-case words.
        spaced: the words between single spaces, with a space at both ends.
        dense: the words run together.
    """

    def __init__(self, text: str) -> None:
        self.cased = fold(text)
        # Every folded letter has a lower case of its own length: the one that has not (U+0130) is decomposed.
        self.words: list[str] = _WORD.findall(self.cased.lower())
        self.spaced = f" {' '.join(self.words)} "
        self.dense = "".join(self.words)

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where each word stands in `cased`."""
        return [match.span() for match in _WORD.finditer(self.cased)]

    @cached_property
    def _spaced_starts(self) -> list[int]:
        return [0, *accumulate(len(word) + 1 for word in self.words)]

    @cached_property
    def _dense_starts(self) -> list[int]:
        return [0, *accumulate(len(word) for word in self.words)]

    def range_in_spaced(self, start: int, end: int) -> tuple[int, int]:
        """The words (first, one past last) that `spaced[start:end]`, a run with its outer spaces, holds."""
        return bisect_left(self._spaced_starts, start), bisect_left(self._spaced_starts, end - 1)

    def range_in_dense(self, start: int, end: int) -> tuple[int, int, int, int]:
        """The words (first, one past last) that `dense[start:end]` touches, and how many letters of the first word
        stand before it and of the last one after it."""
        starts = self._dense_starts
        first = bisect_right(starts, start) - 1
        last = bisect_left(starts, end)
        return first, last, start - starts[first], starts[last] - end

    def spelled(self, index: int) -> str:
        """The word at `index` with its own case."""
        start, end = self.spans[index]
        return self.cased[start:end]

    def before(self, index: int) -> str:
        """What stands between the word before `index` and that word."""
        start = self.spans[index - 1][1] if index > 0 else 0
        return self.cased[start : self.spans[index][0]]

    def after(self, index: int) -> str:
        """What stands between the word at `index` and the next one."""
        end = self.spans[index + 1][0] if index + 1 < len(self.spans) else len(self.cased)
        return self.cased[self.spans[index][1] : end]
