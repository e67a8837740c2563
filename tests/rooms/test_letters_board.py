"""The board's own file: strict, readable colours, a logo that is a picture and nothing else."""

from pathlib import Path

import pytest

from sigill.errors import BadInput
from sigill.letters.board import contrast_with_white, load_board, parse_board

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TOML = (EXAMPLES / "board.toml").read_bytes()
LOGO = (EXAMPLES / "logo.svg").read_bytes()


def test_the_example_board_is_read_with_its_logo() -> None:
    board = load_board(EXAMPLES / "board.toml")
    assert board.municipality == "Exempelstads kommun" and board.logo_bytes == LOGO
    assert board == parse_board(TOML, LOGO)


@pytest.mark.parametrize(
    "old, new",
    [
        (b'language = "sv"', b'langauge = "sv"'),
        (b"schema = 1", b"schema = 2"),
        (b'phone = "0199-20 50 00"\nmailbox', b"mailbox"),
        (b'org_number = "212000-9999"', b'org_number = "212000"'),
        (b'file = "logo.svg"', b'file = "../logo.svg"'),
        (b'file = "logo.svg"', b'file = "/etc/passwd"'),
        (b'"#1d4e6b"', b'"blue"'),
        (b'"#1d4e6b"', b'"#9fc5e8"'),
        (b"height_mm = 15.0", b"height_mm = 150.0"),
        (b"schema = 1", b'schema = 1\nlogo_bytes = "AAAA"'),
        (b"[contact]", b"[contact"),
        (b"schema = 1", b"schema = 1\n# \xff"),
    ],
)
def test_what_does_not_follow_the_form_is_refused(old: bytes, new: bytes) -> None:
    assert old in TOML
    with pytest.raises(BadInput):
        parse_board(TOML.replace(old, new, 1), LOGO)


@pytest.mark.parametrize(
    "logo",
    [
        b"",
        b"<svg><script>alert(1)</script></svg>",
        b"<svg><text>Kommun</text></svg>",
        b"<svg><image href='file:///etc/passwd'/></svg>",
        b"<svg><path style='fill:url(http://a.example)'/></svg>",
        b"<svg><path onload='x()'/></svg>",
        b"<svg><path fill='url(http://a.example/x)'/></svg>",
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
        b"<html><body/></html>",
        b"\xff\xfe<svg/>",
        b"<svg>" + b" " * 200_000 + b"</svg>",
    ],
)
def test_a_logo_that_is_more_than_shapes_is_refused(logo: bytes) -> None:
    with pytest.raises(BadInput):
        parse_board(TOML, logo)


def test_a_png_logo_must_be_a_png() -> None:
    toml = TOML.replace(b"logo.svg", b"logo.png")
    assert parse_board(toml, b"\x89PNG\r\n\x1a\n....").logo_bytes
    with pytest.raises(BadInput):
        parse_board(toml, LOGO)


def test_a_board_without_logo_needs_none() -> None:
    head, _, tail = TOML.partition(b"[logo]")
    bare = parse_board(head + tail.partition(b"[colours]")[1] + tail.partition(b"[colours]")[2])
    assert bare.logo is None and bare.logo_bytes == b""


def test_a_missing_logo_file_is_named_by_its_board(tmp_path: Path) -> None:
    (tmp_path / "board.toml").write_bytes(TOML)
    with pytest.raises(BadInput) as missing:
        load_board(tmp_path / "board.toml")
    assert missing.value.place == "board.toml"
    with pytest.raises(BadInput):
        load_board(tmp_path / "none.toml")


def test_contrast_is_wcags() -> None:
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#ffffff") == pytest.approx(1)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)
