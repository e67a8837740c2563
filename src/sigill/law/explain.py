"""Explains the law data to a reader: one decision type at a time, or whatever holds the words searched for.

Promise: says what the data says, with its sources and with what is inferred marked as inferred. Modesty: it
is a reference, not advice; a municipal lawyer must confirm it before real use.
"""

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from sigill.decision.legal import DecisionType
from sigill.law import book, form

CONFIRM_SV = "Uppgifterna ska bekräftas av kommunens jurist innan de används i verkliga ärenden."
CONFIRM_EN = "A municipal lawyer must confirm this before real use."

_WHO = {
    "board": ("nämnden", "the board"),
    "committee": ("ett utskott", "a committee"),
    "chair_urgent": (
        "ordföranden eller en förordnad ledamot, om saken inte kan vänta",
        "the chair or an appointed member, if the matter cannot wait",
    ),
    "employee": ("en anställd med delegation", "an employee with delegation"),
}
_APPOINTED = (
    "en anställd som nämnden särskilt har förordnat",
    "an employee whom the board has specially appointed",
)
_URGENT = {
    "special_statute": (
        "lagen själv ger ordföranden rätt att besluta ({source})",
        "the statute itself empowers the chair ({source})",
    ),
    "kl_6_39": (
        "bara med nämndens uppdrag enligt 6 kap. 39 § KL",
        "only on the board's mandate under KL 6:39",
    ),
    "none": ("ingen brådskande beslutanderätt", "no urgent power"),
}
_REVIEW = {
    "understallning": ("underställs {court}", "is submitted to the {court}"),
    "ansokan": ("leder till ansökan hos {court}", "leads to an application to the {court}"),
    "talan": ("leder till talan i {court}", "leads to an action in the {court}"),
}


@dataclass(frozen=True, slots=True)
class Cited:
    """A provision as an explanation cites it: citation, title, and what it says in our own words."""

    id: str
    cite_sv: str
    title_sv: str
    summary_sv: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One decision type, told to a reader.

    Args:
        who_decides_sv, who_decides_en: in the order of the law, one line each.
        delegation_sv: where the limit on delegation stands.
        delegation_limits: the lines of SoL 30:6–11 on the section: source, level and condition, in Swedish.
        urgent_sv, urgent_en: whether and how the chair may decide alone.
        appeal: the regime's id; `appeal_sv` its title; `appeal_days` days, 0 if not appealable.
        court_review_sv, court_review_en: a court's review that is no appeal, or "".
        provisions: what the sources lead to, with citation and summary.
        inferred: fields that are concluded rather than stated.
        as_of: the state of the law that was read.
    """

    decision_type: DecisionType
    who_decides_sv: tuple[str, ...]
    who_decides_en: tuple[str, ...]
    delegation_sv: str
    delegation_limits: tuple[str, ...]
    urgent_sv: str
    urgent_en: str
    appeal: str
    appeal_sv: str
    appeal_days: int
    appeal_source: str
    court_review_sv: str
    court_review_en: str
    review_interval_months: int | None
    note_sv: str
    provisions: tuple[Cited, ...]
    sources: tuple[str, ...]
    inferred: tuple[str, ...]
    as_of: str
    confirm_sv: str = CONFIRM_SV
    confirm_en: str = CONFIRM_EN

    @property
    def title_sv(self) -> str:
        """The type's title in Swedish."""
        return self.decision_type.title_sv

    @property
    def title_en(self) -> str:
        """The type's title in English."""
        return self.decision_type.title_en

    def lines(self, *, swedish: bool) -> tuple[tuple[str, str], ...]:
        """Label and text, in reading order, for a screen.

        Args:
            swedish: labels in Swedish, else in English; notes and summaries of the law are Swedish in both.
        """
        sv = swedish
        days = f"{self.appeal_days} {'dagar' if sv else 'days'}"
        rows = [
            ("Id", self.decision_type.id),
            ("Vem får besluta" if sv else "Who may decide", "; ".join(self._who(sv))),
            ("Delegation", self.delegation_sv),
            *(("Delegationsspärr" if sv else "Limit on delegation", one) for one in self.delegation_limits),
            ("Brådskande" if sv else "Urgent", self.urgent_sv if sv else self.urgent_en),
            ("Överklagande" if sv else "Appeal", f"{self.appeal_sv}: {self.appeal_source}"),
            ("Överklagandetid" if sv else "Time to appeal", days if self.appeal_days else ""),
            (
                "Domstolsprövning" if sv else "Court review",
                self.court_review_sv if sv else self.court_review_en,
            ),
            (
                "Omprövas var (månader)" if sv else "Reviewed every (months)",
                str(self.review_interval_months or ""),
            ),
            ("Anmärkning" if sv else "Note", self.note_sv),
            *((one.cite_sv, f"{one.title_sv}. {one.summary_sv}") for one in self.provisions),
            ("Slutsatser, inte lagtext" if sv else "Inferred, not stated", ", ".join(self.inferred)),
            ("Lagläge" if sv else "State of the law", self.as_of),
            ("Obs" if sv else "Note well", self.confirm_sv if sv else self.confirm_en),
        ]
        return tuple((label, text) for label, text in rows if text)

    def _who(self, swedish: bool) -> tuple[str, ...]:
        return self.who_decides_sv if swedish else self.who_decides_en


def explain(decision_type_id: str) -> Explanation:
    """Tell what the data says about one decision type.

    Args:
        decision_type_id: for instance `sol_20_2_inleda_utredning`.
    Raises:
        BadInput: there is no such type; gives the closest ids.
    """
    row, dtype = book.type_row(decision_type_id), book.decision_type(decision_type_id)
    who = [
        _APPOINTED if one == "employee" and row.employee_by_appointment and not row.delegable_to_employee else _WHO[one]
        for one in row.decides
    ]
    limits = book.delegation_rules(row.act, row.chapter, row.section)
    power = book.urgent_power(row.act, row.chapter, row.section)
    urgent_sv, urgent_en = (text.format(source=power.source if power else "") for text in _URGENT[row.urgent_basis])
    review_sv, review_en = _review(row)
    review_source = (row.court_review.source,) if row.court_review else ()
    as_of = book.decision_types().as_of
    return Explanation(
        decision_type=dtype,
        who_decides_sv=tuple(sv for sv, _ in who),
        who_decides_en=tuple(en for _, en in who),
        delegation_sv=row.delegation_source,
        delegation_limits=tuple(
            f"{one.source}: längst till {_WHO[one.max_level][0]}"
            + (f" ({one.condition_sv})" if one.condition_sv else "")
            for one in limits
        ),
        urgent_sv=urgent_sv,
        urgent_en=urgent_en,
        appeal=row.appeal,
        appeal_sv=book.notice(row.appeal).title_sv,
        appeal_days=row.appeal_days,
        appeal_source=row.appeal_source,
        court_review_sv=review_sv,
        court_review_en=review_en,
        review_interval_months=row.review_interval_months,
        note_sv=row.note_sv,
        provisions=tuple(_cite(book.provisions()[one]) for one in row.provisions),
        sources=tuple(dict.fromkeys((row.delegation_source, row.appeal_source, *review_source))),
        inferred=row.inferred,
        as_of=as_of.sol if row.act == "2025:400" else as_of.ovriga,
    )


def _cite(provision: form.Provision) -> Cited:
    return Cited(provision.id, provision.cite_sv, provision.title_sv, provision.summary_sv)


def _review(row: form.TypeRow) -> tuple[str, str]:
    review = row.court_review
    if review is None:
        return "", ""
    sv, en = _REVIEW[review.type]
    days_sv = f" inom {review.days} {'dag' if review.days == 1 else 'dagar'}" if review.days else ""
    days_en = f" within {review.days} {'day' if review.days == 1 else 'days'}" if review.days else ""
    then = f"; {review.next_step}" if review.next_step else ""
    return (
        f"{sv.format(court='förvaltningsrätten')}{days_sv} ({review.source}){then}",
        f"{en.format(court='administrative court')}{days_en} ({review.source})",
    )


Kind = Literal["decision_type", "provision", "secrecy_ground", "appeal_notice"]
DECISION_TYPES: tuple[Kind, ...] = ("decision_type",)
EVERYWHERE: tuple[Kind, ...] = ("decision_type", "provision", "secrecy_ground", "appeal_notice")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something in the law data that holds the words searched for.

    Args:
        kind: where it stands.
        id: its id there.
        title_sv, title_en: its title; the law has no English, so only decision types have an English one.
        cite_sv: how it is cited, or "".
    """

    kind: Kind
    id: str
    title_sv: str
    title_en: str
    cite_sv: str = ""


def search(words: str, *, kinds: Collection[Kind] = DECISION_TYPES, limit: int = 20) -> tuple[Hit, ...]:
    """Find decision types, or more.

    Args:
        words: separated by spaces; all must occur, as parts of words; case and accents (å ä ö too) do not
            matter.
        kinds: what to search; `EVERYWHERE` adds provisions, secrecy grounds and appeal notices.
        limit: at most so many.
    Returns:
        Best first: those with the words in id or title come before those with them in the text.
    """
    wanted = _fold(words).split()
    if not wanted:
        return ()
    ranked: list[tuple[int, Hit]] = []
    for hit, text in _everything():
        head, body = _fold(f"{hit.id} {hit.title_sv} {hit.title_en} {hit.cite_sv}"), _fold(text)
        if hit.kind in kinds and all(word in head or word in body for word in wanted):
            ranked.append((-sum(word in head for word in wanted), hit))
    ranked.sort(key=lambda pair: pair[0])
    return tuple(hit for _, hit in ranked[:limit])


def _everything() -> Iterator[tuple[Hit, str]]:
    for row in book.decision_types().decision_type:
        yield (
            Hit("decision_type", row.id, row.title_sv, row.title_en),
            f"{row.note_sv} {row.delegation_source} {book.plain_words().get(row.id, '')}",
        )
    for law in book.provisions().values():
        text = f"{law.act_title_sv} {law.act} {law.summary_sv}"
        yield Hit("provision", law.id, law.title_sv, law.title_sv, law.cite_sv), text
    for ground in book.secrecy_grounds().values():
        text = f"{ground.protects_whom} {ground.note_sv}"
        yield Hit("secrecy_ground", ground.id, ground.protects_sv, ground.protects_sv, ground.cite_sv), text
    for notice in book.appeal_notices().notice:
        yield Hit("appeal_notice", notice.id, notice.title_sv, notice.title_sv), notice.applies_when_sv


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
