"""The law book: the data of `law/data`, read once when first asked for, as frozen values.

Promise: what does not follow its form (`law/form.py`) is not read at all, and an unknown id is `BadInput`
with the closest known ones. Modesty: the book holds no law text of its own and does not judge; `law/gate.py`
does. A municipal lawyer must confirm it before real use.
"""

import difflib
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TypeVar

import msgspec

from sigill.decision.legal import Crime, DecisionType, Prompt, SeverityLevel, ThreatForm, Typology
from sigill.errors import N_, BadInput
from sigill.law import form

_File = TypeVar("_File", bound=form.Row)


def _read(name: str) -> bytes:
    return resources.files("sigill.law").joinpath("data", name).read_bytes()


def _open(name: str, kind: type[_File]) -> _File:
    return msgspec.convert(tomllib.loads(_read(name).decode("utf-8")), kind)


@cache
def decision_types() -> form.DecisionTypes:
    """`decision_types.toml`: types, limits on delegation, urgent powers."""
    return _open("decision_types.toml", form.DecisionTypes)


@cache
def appeal_notices() -> form.AppealNotices:
    """`appeal_notices.toml`: what each regime's notice must say."""
    return _open("appeal_notices.toml", form.AppealNotices)


@cache
def provisions() -> Mapping[str, form.Provision]:
    """`provisions.toml`: provision id → provision."""
    rows = _open("provisions.toml", form.Provisions).provision
    return MappingProxyType({row.id: row for row in rows})


@cache
def secrecy_grounds() -> Mapping[str, form.SecrecyGround]:
    """`secrecy_grounds.toml`: ground id → ground."""
    rows = _open("secrecy_grounds.toml", form.SecrecyGrounds).ground
    return MappingProxyType({row.id: row for row in rows})


@cache
def threat_taxonomy() -> form.ThreatTaxonomy:
    """`threat_taxonomy.toml`: the three grounds of FL 33 § 4 st, and the forms of threat."""
    return _open("threat_taxonomy.toml", form.ThreatTaxonomy)


@cache
def retention_clocks() -> Mapping[str, form.RetentionClock]:
    """`retention.toml`: clock id → clock."""
    rows = _open("retention.toml", form.RetentionClocks).clock
    return MappingProxyType({row.id: row for row in rows})


def retention_clock(type_id: str) -> form.RetentionClock:
    """The clock that a decision type follows."""
    clocks = retention_clocks()
    return next((clock for clock in clocks.values() if type_id in clock.types), clocks["file"])


def retention_years(type_id: str) -> int:
    """After how many years a record of this type can be disposed of at the earliest; 0 = not by the clock.

    A child's inquiry is about somebody under 21, so that the age in the rule is at least this far away.
    """
    clock = retention_clock(type_id)
    return 0 if clock.kept else max(clock.years, clock.child_age - 21)


@cache
def plain_words() -> Mapping[str, str]:
    """`plain_words.toml`: decision type id → everyday words, for searching."""
    return MappingProxyType(_open("plain_words.toml", form.PlainWords).words)


@cache
def staff_titles() -> frozenset[str]:
    """Swedish titles of social services staff and their abbreviations, casefolded."""
    titles: set[str] = set()
    for line in _read("staff_titles_sv.txt").decode("utf-8").splitlines():
        title, _, short = line.partition("\t")
        titles.update(part.strip().casefold() for part in (title, *short.split(";")) if part.strip())
    return frozenset(titles)


@cache
def _rows() -> Mapping[str, form.TypeRow]:
    return MappingProxyType({row.id: row for row in decision_types().decision_type})


def type_row(type_id: str, *, place: str = "decision_type") -> form.TypeRow:
    """The row of one decision type.

    Args:
        type_id: for instance `sol_11_1_insats`.
        place: the file or key that named it, for the error.
    Raises:
        BadInput: there is no such type; gives the closest ids.
    """
    row = _rows().get(type_id)
    if row is None:
        raise BadInput(
            N_("There is no such decision type."),
            N_("Closest: {closest}. `sigill law search WORD` finds others."),
            place=place,
            closest=", ".join(closest_types(type_id)),
        )
    return row


def closest_types(type_id: str, *, count: int = 3) -> tuple[str, ...]:
    """The ids most like `type_id`, best first; never none."""
    wanted, known = type_id.casefold(), list(_rows())
    begun = [one for one in known if wanted and one.startswith(wanted)]
    alike = difflib.get_close_matches(wanted, known, n=count, cutoff=0.0)
    return tuple(dict.fromkeys(begun + alike))[:count]


def decision_type(type_id: str, *, place: str = "decision_type") -> DecisionType:
    """One decision type as the value that other rooms hold. Arguments and errors as `type_row`."""
    row = type_row(type_id, place=place)
    return DecisionType(
        id=row.id,
        title_sv=row.title_sv,
        title_en=row.title_en,
        act=row.act,
        chapter=row.chapter,
        section=row.section,
        decides=row.decides,
        delegable_to_employee=row.delegable_to_employee,
        max_delegation=row.max_delegation,
        urgent_chair=row.urgent_chair,
        urgent_basis=row.urgent_basis,
        appeal=row.appeal,
        appeal_days=row.appeal_days,
        appeal_source=row.appeal_source,
        delegation_source=row.delegation_source,
        note_sv=row.note_sv,
        court_review=row.court_review.type if row.court_review else "",
        employee_by_appointment=row.employee_by_appointment,
        secrecy_26_1_exempt=row.secrecy_26_1_exempt,
        inferred=row.inferred,
        retention_years=retention_years(row.id),
    )


def type_ids() -> tuple[str, ...]:
    """All decision type ids, in the data's order (by act and section)."""
    return tuple(_rows())


def delegation_rules(act: str, chapter: int, section: str) -> tuple[form.DelegationRule, ...]:
    """The lines of SoL 30:6–30:11 that name a section."""
    where = (act, chapter, section)
    return tuple(r for r in decision_types().delegation_rule if (r.act, r.chapter, r.section) == where)


def urgent_power(act: str, chapter: int, section: str) -> form.UrgentPower | None:
    """The statute's own urgent power for a section, if it has one."""
    where = (act, chapter, section)
    return next(
        (power for power in decision_types().urgent_power if (power.act, power.chapter, power.section) == where),
        None,
    )


@cache
def _notices() -> Mapping[str, form.NoticeRow]:
    return MappingProxyType({row.id: row for row in appeal_notices().notice})


def notice(regime: str) -> form.NoticeRow:
    """What the notice of one regime must say.

    Raises:
        BadInput: there is no such regime; gives the known ones.
    """
    row = _notices().get(regime)
    if row is None:
        raise BadInput(
            N_("There is no such appeal regime."),
            N_("Known: {known}."),
            place="appeal",
            known=", ".join(_notices()),
        )
    return row


def fl33_grounds() -> tuple[str, ...]:
    """The three grounds of FL 33 § 4 st, as ids."""
    return tuple(ground.id for ground in threat_taxonomy().fl33_ground)


@cache
def typology() -> Typology:
    """The same taxonomy as a value that other rooms may hold."""
    data = threat_taxonomy()
    return Typology(
        grounds=MappingProxyType({row.id: (row.label_sv, row.label_en) for row in data.fl33_ground}),
        severities=MappingProxyType(
            {
                row.level: SeverityLevel(row.level, row.label_sv, row.label_en, row.criteria_sv, row.guidance_sv)
                for row in data.severity
            }
        ),
        factors=MappingProxyType({row.id: row.label_sv for row in data.aggravating_factor}),
        crimes=MappingProxyType({row.id: _crime(row) for row in data.crime}),
        forms=MappingProxyType({row.id: _threat(row) for row in data.form}),
        prompts=MappingProxyType(
            {row.id: Prompt(row.id, row.text_sv, row.text_en, row.source, row.legal) for row in data.prompt}
        ),
    )


def _crime(row: form.Crime) -> Crime:
    source = f"{'BrB ' if row.act == '1962:700' else f'{row.act} '}{row.chapter}:{row.section}"
    return Crime(row.id, source, row.label_sv, row.label_en, row.penalty_sv, row.prosecution_sv)


def _threat(row: form.ThreatForm) -> ThreatForm:
    return ThreatForm(
        id=row.id,
        label_sv=row.label_sv,
        label_en=row.label_en,
        description_sv=row.description_sv,
        severity=row.default_severity,
        ground=row.fl33_ground,
        crimes=row.crimes,
        prompts=row.prompts,
        examples_sv=row.examples_sv,
    )


@cache
def disclosure_grounds() -> Mapping[str, form.DisclosureGround]:
    """`disclosure_grounds.toml`: ground id → ground, in the data's order. The list is closed."""
    rows = _open("disclosure_grounds.toml", form.DisclosureGrounds).ground
    return MappingProxyType({row.id: row for row in rows})


def disclosure_ground(ground_id: str) -> form.DisclosureGround:
    """One ground for opening a sealed record.

    Raises:
        BadInput: there is no such ground; gives all there are.
    """
    row = disclosure_grounds().get(ground_id)
    if row is None:
        raise BadInput(
            N_("`{ground}` is no ground on which a record may be opened."),
            N_("Choose one of: {known}."),
            ground=ground_id,
            known=", ".join(disclosure_grounds()),
        )
    return row


def advice(ground: form.DisclosureGround) -> tuple[form.Prompt, ...]:
    """What to tell the person whose name is disclosed on this ground, from `threat_taxonomy.toml`."""
    prompts = {row.id: row for row in threat_taxonomy().prompt}
    return tuple(prompts[one] for one in ground.advice)
