"""The fonts that letters are set in, and the check that they can show every character of a letter.

Noto Sans with its symbols and mathematics companions, unchanged, under the OFL (`fonts/OFL.txt`). No other
font is ever used: a letter looks the same on every machine. What the fonts cannot show is refused, never
printed as a box.
"""

import functools
from collections.abc import Iterable
from pathlib import Path

from fontTools.ttLib import TTFont

from sigill.errors import N_, Blocked

FOLDER = Path(__file__).parent / "fonts"
FAMILIES = ("Noto Sans", "Noto Sans Symbols2", "Noto Sans Math")
_REGULAR = ("NotoSans-Regular.ttf", "NotoSansSymbols2-Regular.ttf", "NotoSansMath-Regular.ttf")
# Steer line breaking only; the typesetter never asks a font for them.
_NO_GLYPH = frozenset((0x00AD, 0x200B, 0x2060))


@functools.cache
def covered() -> frozenset[int]:
    """Code points that the fonts can show. Bold and italic cuts cover what the regular one does."""
    points: set[int] = set(_NO_GLYPH)
    for name in _REGULAR:
        with TTFont(FOLDER / name, lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)


def refuse_uncovered(texts: Iterable[tuple[str, str]]) -> None:
    """Stop before a character would be printed as an empty box.

    Args:
        texts: (place, text) pairs; the place is named in the error, the text never.
    Raises:
        Blocked: names the code point and the place.
    """
    known = covered()
    for place, text in texts:
        for char in text:
            if ord(char) not in known:
                raise Blocked(
                    N_("The letters' fonts have no character {code}."),
                    N_("Write it with other characters, or ask the administrator for a font that has it."),
                    place=place,
                    code=f"U+{ord(char):04X}",
                )
