"""What many needs and incidents say together: the same party and several colleagues, or one person again and again.

A pattern is a sign to look, not a judgement of the party. What a reader learns of it is bounded by `Reader`: the
colleagues of somebody else's unit are a number, never ids; and one who does not assess anybody learns only that she
is not alone, never how many or who.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sigill.protection.incidents import Incident
from sigill.protection.need import Need

WINDOW = dt.timedelta(days=365)
"""How far back a pattern looks."""
REPEATED = 2
"""How many times or people make a pattern (BrB 4:4 b speaks of repeated violations)."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks.

    Args:
        staff_id: to know what is the reader's own.
        units: the units whose people the reader assesses; empty for one who assesses nobody.
    """

    staff_id: str
    units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sign:
    """One need or incident, reduced to what patterns are made of."""

    party: str
    person: str
    on: dt.date
    form: str
    severity: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """One party, several signs.

    Args:
        party: the opaque key.
        people: how many employees; 0 where the reader may not learn it.
        shown: staff ids, only of the reader's own units. hidden: how many more there are.
        signs: how many needs and incidents. first, last: days. forms: most frequent first. severity: the worst.
    """

    party: str
    people: int
    shown: tuple[str, ...]
    hidden: int
    signs: int
    first: dt.date
    last: dt.date
    forms: tuple[str, ...]
    severity: int


def signs(needs: Iterable[Need], incidents: Iterable[Incident]) -> tuple[Sign, ...]:
    """The signs of needs and incidents whose party is known. An incident against three people is three signs.

    A need that was refused or withdrawn is no sign: somebody judged that there was nothing to fear.
    """
    found = [
        Sign(one.party, person, one.happened_at.date(), one.form, one.severity)
        for one in incidents
        if one.party
        for person in one.persons
    ]
    for need in needs:
        over = need.ending is not None and need.ending.kind != "ended"
        if not need.asked.party or over:
            continue
        given = need.assessment
        for form in given.forms if given else need.asked.forms or ("",):
            found.append(
                Sign(
                    need.asked.party,
                    need.asked.person,
                    need.asked.asked_at.date(),
                    form,
                    given.severity if given else 0,
                )
            )
    return tuple(found)


def patterns(found: Iterable[Sign], reader: Reader, units: Mapping[str, str], *, today: dt.date) -> tuple[Pattern, ...]:
    """The patterns an assessor sees: parties with signs against several people, or one person repeatedly.

    Only parties that have touched somebody in the reader's own units appear at all.

    Args:
        units: staff id to unit.
    Returns:
        the worst and widest first; nothing for a reader without units.
    """
    by_party: dict[str, list[Sign]] = {}
    for one in found:
        if today - WINDOW <= one.on <= today:
            by_party.setdefault(one.party, []).append(one)
    result = []
    for party, some in by_party.items():
        people = {one.person for one in some}
        shown = sorted(person for person in people if units.get(person) in reader.units and person != reader.staff_id)
        if not shown or len({(one.person, one.on) for one in some}) < REPEATED:
            continue
        result.append(_pattern(party, some, people, shown))
    return tuple(sorted(result, key=lambda one: (-one.people, -one.severity, -one.signs, one.party)))


def _pattern(party: str, some: list[Sign], people: set[str], shown: list[str]) -> Pattern:
    forms = [one.form for one in some if one.form]
    return Pattern(
        party=party,
        people=len(people),
        shown=tuple(shown),
        hidden=len(people) - len(shown),
        signs=len({(one.person, one.on, one.form) for one in some}),
        first=min(one.on for one in some),
        last=max(one.on for one in some),
        forms=tuple(sorted(set(forms), key=lambda form: (-forms.count(form), form))),
        severity=max(one.severity for one in some),
    )


def not_alone(found: Iterable[Sign], reader: Reader, party: str, *, today: dt.date) -> bool:
    """Whether `party` has touched colleagues too: all that one who assesses nobody learns, and only about a party
    against whom there is a sign of her own."""
    near = [one for one in found if one.party == party and today - WINDOW <= one.on <= today]
    own = any(one.person == reader.staff_id for one in near)
    return own and len({one.person for one in near if one.person != reader.staff_id}) >= REPEATED
