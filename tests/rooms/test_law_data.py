"""The law data follows its form, every row has its source, and the rows fit one another."""

import tomllib
from collections import Counter
from importlib import resources

import msgspec
import pytest

from sigill.errors import BadInput
from sigill.law import book, form
from sigill.law.gate import RULES

DATA = resources.files("sigill.law").joinpath("data")
FILES: dict[str, type[form.Row]] = {
    "decision_types.toml": form.DecisionTypes,
    "appeal_notices.toml": form.AppealNotices,
    "provisions.toml": form.Provisions,
    "secrecy_grounds.toml": form.SecrecyGrounds,
    "threat_taxonomy.toml": form.ThreatTaxonomy,
    "disclosure_grounds.toml": form.DisclosureGrounds,
    "retention.toml": form.RetentionClocks,
    "plain_words.toml": form.PlainWords,
}
TYPES = book.decision_types().decision_type


def test_every_data_file_has_a_form() -> None:
    assert {entry.name for entry in DATA.iterdir() if entry.name.endswith(".toml")} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_file_follows_its_form_and_a_foreign_key_in_any_row_is_refused(name: str) -> None:
    data = tomllib.loads(DATA.joinpath(name).read_text("utf-8"))
    msgspec.convert(data, FILES[name])
    for rows in (value for value in data.values() if isinstance(value, list)):
        rows[-1]["foreign"] = "key"
        with pytest.raises(msgspec.ValidationError, match="foreign"):
            msgspec.convert(data, FILES[name])
        del rows[-1]["foreign"]
        for key in list(rows[0]):
            value = rows[0].pop(key)
            rows[0][key] = object()
            with pytest.raises((msgspec.ValidationError, TypeError)):
                msgspec.convert(data, FILES[name])
            rows[0][key] = value


@pytest.mark.parametrize("name", FILES)
def test_ids_are_unique(name: str) -> None:
    data = tomllib.loads(DATA.joinpath(name).read_text("utf-8"))
    for key, rows in data.items():
        if isinstance(rows, list) and "id" in rows[0]:
            assert [one for one, count in Counter(row["id"] for row in rows).items() if count > 1] == [], key


def test_every_row_has_a_source() -> None:
    for row in TYPES:
        assert row.delegation_source and row.appeal_source and row.provisions
    for notice in book.appeal_notices().notice:
        assert notice.sources
    for cited in (*book.provisions().values(), *book.secrecy_grounds().values()):
        assert cited.cite_sv
        assert cited.act
    taxonomy = book.threat_taxonomy()
    for rows in (taxonomy.severity, taxonomy.aggravating_factor, taxonomy.form, taxonomy.prompt):
        assert all(row.source for row in rows)


def test_every_cited_provision_exists() -> None:
    known = set(book.provisions())
    assert {one for row in TYPES for one in row.provisions} <= known
    assert {one for rule in RULES for one in rule.provisions} <= known


def test_every_appeal_regime_has_its_notice() -> None:
    regimes = {notice.id: notice for notice in book.appeal_notices().notice}
    for row in TYPES:
        assert row.appeal in regimes
        assert row.appeal_days == regimes[row.appeal].time_days, row.id
        assert bool(row.not_appealable_sv) == (row.appeal == "not_appealable"), row.id


def test_levels_and_deciders_agree() -> None:
    for row in TYPES:
        reach = form.LEVELS.index(row.max_delegation)
        assert row.decides[0] == "board"
        assert ("committee" in row.decides) == (reach >= 1), row.id
        assert ("employee" in row.decides) == (row.delegable_to_employee or row.employee_by_appointment), row.id
        assert row.delegable_to_employee == (reach == 2), row.id
        assert ("chair_urgent" in row.decides) == row.urgent_chair == (row.urgent_basis != "none"), row.id


def test_no_type_goes_further_than_the_line_of_the_law() -> None:
    """SoL 30:6–30:11: a line without a condition binds the whole section, save for special appointments."""
    compared = 0
    for row in TYPES:
        for line in book.delegation_rules(row.act, row.chapter, row.section):
            if not line.condition_sv:
                compared += 1
                assert form.LEVELS.index(row.max_delegation) <= form.LEVELS.index(line.max_level), row.id
    assert compared > 15


def test_a_family_law_task_that_may_be_delegated_is_on_the_exhaustive_list() -> None:
    """SoL 30:10: what is not listed may not be delegated at all."""
    family = [row for row in TYPES if row.act == "1949:381" and row.max_delegation != "board"]
    assert family
    for row in family:
        assert book.delegation_rules(row.act, row.chapter, row.section), row.id


def test_an_urgent_power_of_a_statute_is_in_the_table_of_powers() -> None:
    for row in TYPES:
        power = book.urgent_power(row.act, row.chapter, row.section)
        assert (row.urgent_basis == "special_statute") == (power is not None), row.id


def test_threat_forms_point_at_what_exists() -> None:
    taxonomy = book.threat_taxonomy()
    crimes = {row.id for row in taxonomy.crime}
    prompts = {row.id for row in taxonomy.prompt}
    levels = {row.level for row in taxonomy.severity}
    assert book.fl33_grounds() == ("hot", "trakasserier", "annan_allvarlig_olagenhet")
    for row in taxonomy.form:
        assert set(row.crimes) <= crimes, row.id
        assert set(row.prompts) <= prompts, row.id
        assert row.fl33_ground in book.fl33_grounds(), row.id
        assert row.default_severity in levels, row.id


def test_grounds_of_disclosure_hold_together() -> None:
    prompts = {row.id for row in book.threat_taxonomy().prompt}
    for ground in book.disclosure_grounds().values():
        assert ground.source and set(ground.advice) <= prompts, ground.id
        assert ground.hours <= ground.max_hours, ground.id
        # Whoever may not be refused is answered by one custodian; whoever sees what nobody gets is watched by two.
        assert (ground.refusal_rule != "") == (ground.custodians == 1), ground.id
        assert ground.gets == "recipient" or ground.custodians == 2, ground.id
    assert book.disclosure_ground("party").refusal_rule == "G25"
    with pytest.raises(BadInput, match="party, court"):
        book.disclosure_ground("curiosity")


def test_no_secrecy_ground_is_offered_for_what_it_excepts() -> None:
    for ground in book.secrecy_grounds().values():
        if ground.harm_test == "undantag":
            assert not ground.selectable


def test_the_book_is_read_once_and_cannot_be_written_in() -> None:
    assert book.decision_types() is book.decision_types()
    with pytest.raises(AttributeError):
        TYPES[0].id = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        book.provisions()["fl_31"] = book.provisions()["fl_33"]  # type: ignore[index]


def test_unknown_ids_are_refused_with_the_closest_ones() -> None:
    with pytest.raises(BadInput, match="lvu_14_umgange"):
        book.decision_type("lvu_14", place="case.toml")
    with pytest.raises(BadInput, match="forvaltningsratten_besvar"):
        book.notice("besvar")
    assert book.closest_types("") != ()


def test_the_clocks_of_disposal_name_known_types_once() -> None:
    clocks = book.retention_clocks()
    named = [one for clock in clocks.values() for one in clock.types]
    assert sorted(named) == sorted(set(named) & set(book.type_ids()))
    assert all(set(clock.inferred) <= set(clock.types) for clock in clocks.values())
    assert clocks["kept"].kept and not clocks["file"].kept
