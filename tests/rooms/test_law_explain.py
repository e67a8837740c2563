"""What `sigill law` tells: a decision type with its sources, and a search that finds it."""

import dataclasses
import json

import pytest

from sigill.errors import BadInput
from sigill.law import book
from sigill.law.explain import EVERYWHERE, explain, search


@pytest.mark.parametrize("type_id", book.type_ids())
def test_every_decision_type_can_be_explained_with_its_sources(type_id: str) -> None:
    told = explain(type_id)
    assert told.decision_type.id == type_id
    assert len(told.who_decides_sv) == len(told.who_decides_en) == len(told.decision_type.decides)
    assert told.sources
    assert all(one.cite_sv and one.summary_sv for one in told.provisions)
    json.dumps(dataclasses.asdict(told))
    for swedish in (True, False):
        lines = told.lines(swedish=swedish)
        assert all(label and words for label, words in lines)
        assert not any("{" in words for _, words in lines)
        assert lines[-1][1] == (told.confirm_sv if swedish else told.confirm_en)


def test_immediate_custody_tells_who_may_and_what_the_court_does() -> None:
    told = explain("lvu_6_omedelbart_omhandertagande")
    assert not any("anställd" in who for who in told.who_decides_sv)
    assert "LVU 6 §" in told.urgent_sv
    assert "förvaltningsrätten inom 7 dagar" in told.court_review_sv
    assert told.delegation_limits == ("SoL 30:7 p. 2: längst till ett utskott",)
    assert {"6 § LVU", "30 kap. 7 § SoL", "31 § FL", "33 § FL"} <= {one.cite_sv for one in told.provisions}


def test_an_appointed_official_is_not_called_a_delegate() -> None:
    assert any("förordnat" in who for who in explain("lvu_43_begaran_handrackning").who_decides_sv)


def test_inferences_are_told_as_inferences() -> None:
    assert "appeal" in dict(explain("sol_20_2_inleda_utredning").lines(swedish=False))["Inferred, not stated"]


def test_an_unknown_type_gets_the_closest_ones() -> None:
    with pytest.raises(BadInput, match="sol_20_2_inleda_utredning"):
        explain("sol_20_2")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("umgange vard", "lvu_14_umgange"),
        ("UMGÄNGE VÅRD", "lvu_14_umgange"),
        ("foster home", "sol_22_2_vard_familjehem"),
        ("sol_12_1", "sol_12_1_ekonomiskt_bistand"),
    ],
)
def test_search_finds_by_swedish_english_and_id(words: str, first: str) -> None:
    assert search(words)[0].id == first


def test_search_everywhere_finds_law_and_grounds_too() -> None:
    assert "fl_16" in {hit.id for hit in search("jäv", kinds=EVERYWHERE)}
    assert "osl_26_1" in {hit.id for hit in search("26 kap. 1 § OSL", kinds=EVERYWHERE)}
    assert all(hit.kind == "decision_type" for hit in search("vård"))


def test_search_finds_nothing_when_a_word_is_missing_or_none_is_given() -> None:
    assert search("umgänge raketbränsle") == ()
    assert search("  ") == ()
    assert len(search("beslut", limit=3)) == 3


def test_everyday_words_find_the_type_and_every_type_has_some() -> None:
    assert set(book.plain_words()) == set(book.type_ids())
    for words, wanted in (("kontaktfamilj", "sol_11_1_insats"), ("socialbidrag", "sol_12_1_ekonomiskt_bistand")):
        assert wanted in [hit.id for hit in search(words)]
