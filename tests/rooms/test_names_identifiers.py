"""Identifiers of anybody, by their form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigill.names.identifiers import identifiers, luhn


def found(text: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.kind) for one in identifiers(text)]


# 19121212-1212 is the tax agency's own example of a personal number that nobody has.
@pytest.mark.parametrize(
    "number",
    [
        "121212-1212",
        "121212+1212",
        "1212121212",
        "121212 1212",
        "19121212-1212",
        "191212121212",
        "19121212 1212",
        "19 12 12 12-1212",
        "121212–1212",
        "19121212 - 1212",
    ],
)
def test_a_personal_number_in_every_layout(number: str) -> None:
    assert found(f"Född {number}, bor i Exempelstad.") == [(number, "personal_number")]


def test_a_coordination_number_has_sixty_more_on_its_day() -> None:
    assert found("nr 701063-2391") == [("701063-2391", "coordination_number")]


@pytest.mark.parametrize(
    "text", ["121212-1213", "dnr SN 2026/0412-14", "19881331-2385", "191212121212345", "8 412 000 kr", "2026-10-14"]
)
def test_other_figures_are_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "phone",
    [
        "0199-20 60 00",
        "070-174 06 00",
        "+46 70 174 06 00",
        "0046701740600",
        "(0199) 20 60 00",
        "0701740600",
        "08-123 45",
    ],
)
def test_phone_numbers(phone: str) -> None:
    assert found(f"Ring {phone}.") == [(phone, "phone")]


def test_addresses() -> None:
    assert found("Skriv till <asa.lindqvist-oberg@exempelstad.example>.") == [
        ("asa.lindqvist-oberg@exempelstad.example", "email")
    ]
    assert found("a@b") == []


@given(st.integers(0, 10**9 - 1))
def test_luhn_accepts_exactly_one_check_digit(number: int) -> None:
    assert sum(luhn(f"{number:09d}{digit}") for digit in range(10)) == 1
