"""Folding: a name has one spelling, and every offset leads back to where it stood."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigill.names.fold import canonical, fold, key, prepare

SWEDISH = st.text("abcåäöéÅÄÖÉøłđßæ -.,'’\n0159", max_size=40)
LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=40)
ZERO = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


@pytest.mark.parametrize(
    "hidden",
    [
        "Åsa",
        "ÅSA",
        "åsa",
        "A\u030asa",
        "Å\u200bs\u200ba",
        "Å\u00adsa",
        "&Aring;sa",
        "&#197;sa",
        "&#xC5;sa",
        "=C3=85sa",
        "=C5sa",
        "%C3%85sa",
        "\\u00c5sa",
        "\\'c5sa",
        "Ã…sa",
        "Ã\x85sa",
        "Å=\nsa",
        "\u212bsa",
        "Å-\nsa",
        "Å\u00ad\n sa",
        "A\u02dasa",
        "Åsа",
    ],
)
def test_every_hiding_of_a_name_folds_to_the_name(hidden: str) -> None:
    plain, folded = prepare(f"med {hidden}.")
    assert folded == b"med asa "
    start, end = plain.source(4, 7)
    assert f"med {hidden}."[start:end] == hidden


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Đorđević", b"dordevic"),
        ("Yıldız", b"yildiz"),
        ("Nguyễn", b"nguyen"),
        ("Hämäläinen", b"hamalainen"),
        ("O'Brien", b"o brien"),
        ("De la Gardie-Holm", b"de la gardie holm"),
        ("Søren Ærø", b"soren aro"),
        ("ﬁlip", b"filip"),
        ("Ｆｉｌｉｐ", b"filip"),
        ("Иван", b"\x80bah"),
        ("\ufffdsa", b"\x81sa"),
    ],
)
def test_letters_of_other_alphabets_fold_to_their_nearest(name: str, folded: bytes) -> None:
    assert key(name) == folded


def test_what_only_looks_like_an_escape_stays() -> None:
    assert canonical("NAME=DANIEL").text == "NAME=DANIEL"
    assert canonical("10 % av 5% =AB").text == "10 % av 5% =AB"
    assert canonical("Signerat ”GBÅ”, ”Å” och Ä…").text == "Signerat ”GBÅ”, ”Å” och Ä…"
    assert canonical("R&D; AT&T").text == "R&D; AT&T"
    assert canonical("Lindqvist-\nÖberg").text == "Lindqvist-\nÖberg"


@given(SWEDISH | LATIN)
@settings(max_examples=300, deadline=None)
def test_one_byte_for_each_character_and_the_map_is_in_order(text: str) -> None:
    plain, folded = prepare(text)
    assert len(folded) == len(plain.text)
    assert folded == fold(plain.text)
    last = 0
    for at in range(len(plain.text)):
        start, end = plain.source(at, at + 1)
        assert 0 <= last <= start < end <= len(text)
        last = start


@given(SWEDISH)
@settings(max_examples=200, deadline=None)
def test_decomposed_text_folds_the_same(text: str) -> None:
    assert prepare(unicodedata.normalize("NFD", text))[1] == prepare(unicodedata.normalize("NFC", text))[1]


@given(st.text("abcåäöÅÄÖ .", max_size=20), st.lists(st.tuples(st.integers(0, 20), st.sampled_from(ZERO))))
@settings(max_examples=200, deadline=None)
def test_invisible_characters_change_nothing(text: str, inserted: list[tuple[int, str]]) -> None:
    hidden = text
    for at, char in inserted:
        hidden = hidden[: min(at, len(hidden))] + char + hidden[min(at, len(hidden)) :]
    assert prepare(hidden)[1] == prepare(text)[1]
