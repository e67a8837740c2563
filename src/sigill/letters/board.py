"""Whose letters these are: `board.toml` and the logo beside it.

Promises that everything the letterhead prints is there, bounded and readable (contrast), and that the logo
is a picture and nothing else. Does not know any employee: the sender is the board, so that the letterhead
is the same whoever wrote the decision.
"""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from sigill.errors import N_, BadInput

LOGO_LIMIT = 200_000  # bytes; a letterhead's logo is a few kilobytes
WHITE_CONTRAST = 4.5  # WCAG 2.1, success criterion 1.4.3, against the white page

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Colour = Annotated[str, msgspec.Meta(pattern="^#[0-9a-fA-F]{6}$")]

_SHAPES = ("g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon")
_ELEMENTS = frozenset(
    ("svg", "title", "desc", "defs", "clipPath", "linearGradient", "radialGradient", "stop", *_SHAPES)
)


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the parts of `board.toml`: immutable, no unknown keys."""


class Logo(_Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The logo's file, beside `board.toml`, and what it says to those who cannot see it."""

    file: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(svg|png)$")]
    alt_sv: Line
    height_mm: Annotated[float, msgspec.Meta(ge=6, le=22)] = 16.0


class Colours(_Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The letter's colours. `primary` is used for text and must stand out from white (contrast at least
    4.5)."""

    primary: Colour = "#1d3f6e"


class Route(_Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How to reach the board without knowing anybody's name; a case may say otherwise (FL 6–7 §§)."""

    mailbox: Line
    phone: Line
    hours: str = ""
    post: str = ""


class Board(_Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One board as `board.toml` states it.

    Args:
        municipality, board: as they stand in the case files.
        sender: the letterhead's second line; a unit-neutral name.
        org_number: the municipality's organisation number; left out of the letter when empty.
        postal_address, visiting_address: one line each.
        log_origin: the log's name, as it stands in checkpoints (C2SP tlog-checkpoint).
        e_seal_organisation: the name in the organisation's e-seal certificate.
        logo_bytes: the logo itself; not a key of the file.
    """

    schema: Literal[1]
    municipality: Line
    board: Line
    sender: Line
    org_number: Annotated[str, msgspec.Meta(pattern=r"^(\d{6}-\d{4})?$")] = ""
    postal_address: Line
    visiting_address: str = ""
    phone: Line
    mailbox: Annotated[str, msgspec.Meta(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]
    web: str = ""
    log_origin: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9./-]{2,199}$")]
    e_seal_organisation: Line
    contact: Route
    language: Literal["sv"] = "sv"
    logo: Logo | None = None
    colours: Colours = Colours()
    logo_bytes: bytes = b""


def parse_board(toml: bytes, logo: bytes = b"", *, place: str = "board.toml") -> Board:
    """Read a board file.

    Args:
        toml: the file's bytes, UTF-8, at most 64 KiB.
        logo: the bytes of the logo that the file names; SVG or PNG, at most 200,000 bytes.
        place: the file's name, for error messages.
    Raises:
        BadInput: not TOML, a missing, unknown or wrong key, a colour too pale to read, a logo that is no
            plain picture.
    """
    if len(toml) > 64 << 10:
        raise BadInput(N_("The board file is larger than 64 KiB."), N_("It is a page of TOML."), place=place)
    try:
        data = tomllib.loads(toml.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
        raise BadInput(
            N_("The board file is not valid TOML: {reason}."),
            N_("Mend that line."),
            place=place,
            reason=str(err),
        ) from None
    if "logo_bytes" in data:
        raise BadInput(N_("`logo_bytes` is not a key of a board file."), N_("Name a file under [logo]."), place=place)
    try:
        board = msgspec.convert(data, Board)
    except msgspec.ValidationError as err:
        raise BadInput(
            N_("The board file does not follow the form: {reason}."),
            N_("See examples/board.toml for the keys."),
            place=place,
            reason=str(err),
        ) from None
    ratio = contrast_with_white(board.colours.primary)
    if ratio < WHITE_CONTRAST:
        raise BadInput(
            N_("The primary colour is too pale on white paper: contrast {ratio}, at least 4.5 is needed."),
            N_("Choose a darker colour."),
            place=f"{place} colours.primary",
            ratio=f"{ratio:.1f}",
        )
    if board.logo is None:
        return board
    _refuse_unless_picture(logo, board.logo.file, place)
    return msgspec.structs.replace(board, logo_bytes=logo)


def load_board(path: Path) -> Board:
    """Read `path` and the logo beside it.

    Raises:
        BadInput: as `parse_board`, or one of the files cannot be read.
    """
    try:
        toml = path.read_bytes()
        named = tomllib.loads(toml.decode("utf-8-sig")).get("logo", {})
        file = named.get("file", "") if isinstance(named, dict) else ""
        # Only a plain name is looked up; anything else is refused by parse_board's pattern.
        plain = isinstance(file, str) and file != "" and Path(file).name == file
        logo = (path.parent / file).read_bytes() if plain else b""
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        logo = b""  # parse_board says what is wrong
    except OSError as err:
        raise BadInput(
            N_("The board file or its logo cannot be read: {reason}."),
            N_("Put board.toml and the logo in the same folder."),
            place=path.name,
            reason=err.strerror or "?",
        ) from None
    return parse_board(toml, logo, place=path.name)


def contrast_with_white(colour: str) -> float:
    """Contrast ratio of `colour` (`#rrggbb`) against white, 1–21 (WCAG 2.1, "contrast ratio")."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _refuse_unless_picture(logo: bytes, file: str, place: str) -> None:
    def refuse(reason: str) -> None:
        raise BadInput(
            N_("The logo {file} cannot be used: {reason}."),
            N_("Use a plain SVG (shapes only) or a PNG."),
            place=place,
            file=file,
            reason=reason,
        )

    if not logo:
        refuse(N_("it is empty or missing"))
    if len(logo) > LOGO_LIMIT:
        refuse(N_("it is larger than 200,000 bytes"))
    if file.endswith(".png"):
        if not logo.startswith(b"\x89PNG\r\n\x1a\n"):
            refuse(N_("it is not a PNG"))
        return
    try:
        text = logo.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(N_("it is not UTF-8"))
    # Text would need a font, links and styles could fetch, entities could grow: a logo needs none of them.
    elements = set(re.findall(r"<\s*([A-Za-z][\w:.-]*)", text))
    if "svg" not in elements or re.search(r"<!(DOCTYPE|ENTITY|\[)", text, re.IGNORECASE):
        refuse(N_("it is not a plain SVG"))
    if not elements <= _ELEMENTS:
        refuse(N_("it holds more than shapes"))
    if re.search(r"\b(href|style|on\w+)\s*=|url\(\s*['\"]?(?!#)", text, re.IGNORECASE):
        refuse(N_("it holds links, styles or scripts"))
