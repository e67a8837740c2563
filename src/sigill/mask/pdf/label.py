"""The label that stands where a person stood, and the font it is set in.

The font is a cut of Noto Sans (Latin letters, no layout features; SIL Open Font License 1.1, `label-OFL.txt`). It is
embedded like any other font of the document: only the label's own letters end up in the result.
"""

import io
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

from fontTools.ttLib import TTFont

from sigill.errors import N_, BadInput
from sigill.mask.pdf.programs import TrueType


@lru_cache(1)
def _program() -> TrueType:
    data = resources.files("sigill.mask.pdf").joinpath("label.ttf").read_bytes()
    return TrueType(TTFont(io.BytesIO(data), recalcTimestamp=False))


class LabelFont:
    """Looks to the rest of the code like a font of the document whose codes are Unicode.

    Args:
        text: the label.

    Raises:
        BadInput: the label is empty or holds a letter that the font has not.
    """

    type0, type3, vertical, embedded = True, False, False, True
    name, subtype = "SigillLabel", "/Type0"
    space_code = 32
    program_key = "/FontFile2"

    def __init__(self, text: str) -> None:
        self.text_shown = " ".join(text.split())
        self.other: dict[int, str] = {}
        if not self.text_shown or any(self.gid(ord(char)) == 0 for char in self.text_shown):
            raise BadInput(
                N_("The label is empty or holds a letter that its font does not have."),
                N_("Use letters of European languages, for instance: uppgift utelämnad."),
            )

    @property
    def program(self) -> TrueType:
        return _program()

    @cached_property
    def _gids(self) -> dict[int, int]:
        best = _program().font.getBestCmap()
        ids = _program().font.getReverseGlyphMap()
        return {code: ids[name] for code, name in best.items()}

    def gid(self, code: int) -> int:
        return self._gids.get(code, 0)

    @cached_property
    def advance(self) -> dict[int, float]:
        program = _program()
        return {code: program.hmtx[program.order[gid]][0] * 1000 / program.units for code, gid in self._gids.items()}

    @cached_property
    def reading(self) -> dict[int, str]:
        return {code: chr(code) for code in self._gids}

    @property
    def space_width(self) -> float:
        return self.advance[32]

    def width_of(self, code: int) -> float:
        return self.advance[code]

    @property
    def descriptor(self) -> Any:
        return {"/Flags": 4, "/ItalicAngle": 0, "/Ascent": 1069, "/Descent": -293, "/CapHeight": 714, "/StemV": 80}
