"""Who may open a sealed record: pure judgements over a request, the custodians and the time.

Promise: `sealing_groups` and `judge_opening` agree. Whoever may open is a group of the box; fewer than two keys are
no group, so nobody opens alone; the same person counts once; nobody opens for himself; what is not in the log or has
run out opens nothing. Modesty: it reads no key and no box, and cannot know whether what a request says is true.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence

from sigill.decision.disclosure import DisclosureRequest, RegisteredRequest
from sigill.decision.legal import Finding, Severity
from sigill.errors import N_, BadInput, Refused
from sigill.law import book
from sigill.law.form import DisclosureGround
from sigill.ports import Custodian

HOUSE = "house"
"""The seat of the authority's own key in a group of one custodian. No custodian may have this id."""

MAX_WORDS = 200
"""Longest requester or recipient, in characters."""

_SOURCE = "SoL 14:7; FL 31, 33 §§ [I]"


def sealing_groups(custodians: Sequence[Custodian]) -> tuple[tuple[str, ...], ...]:
    """The groups that together can open a box sealed now: each custodian with the house, and each pair from
    different chains of command.

    Raises:
        BadInput: no two of them are of different chains, an id is taken or stands twice, or a person does.
    """
    ids = [one.id for one in custodians]
    people = [one.staff_id for one in custodians]
    if HOUSE in ids or len(set(ids)) != len(ids) or len(set(people)) != len(people) or not all(people):
        raise BadInput(
            N_("The custodians must be different people with ids of their own."),
            N_("See custodians.json."),
        )
    pairs = [
        tuple(sorted((a.id, b.id))) for a, b in itertools.combinations(custodians, 2) if a.chain and a.chain != b.chain
    ]
    if not pairs or not all(one.chain for one in custodians):
        raise BadInput(
            N_("At least two custodians must be of different chains of command."),
            N_("Appoint another custodian."),
        )
    return tuple(sorted([*((*sorted((one, HOUSE)),) for one in ids), *pairs]))


def group_for(ground: DisclosureGround, acting: Iterable[str]) -> tuple[str, ...]:
    """The group of the box that opens when the custodians `acting` act on this ground."""
    return tuple(sorted([*acting, *([HOUSE] if ground.custodians == 1 else [])]))


def judge_request(request: DisclosureRequest) -> tuple[Finding, ...]:
    """What stops a request from being registered.

    Raises:
        BadInput: the ground is not on the closed list.
    """
    ground = book.disclosure_ground(request.ground)
    found = []
    for place in ("requester", "recipient", "registered_by"):
        words = getattr(request, place)
        if not words.strip() or len(words) > MAX_WORDS:
            found.append(
                _stop(
                    place,
                    "Begäran säger inte vem som begär, vem som får kopian och vem som registrerar den.",
                    "The request does not say who asks, who gets the copy and who registers it.",
                )
            )
    if not 0 <= request.hours <= ground.max_hours:
        found.append(
            _stop(
                "hours",
                f"En sådan begäran gäller i högst {ground.max_hours} timmar.",
                f"Such a request holds for at most {ground.max_hours} hours.",
            )
        )
    if ground.gets == "officer" and not request.recipient_staff_id:
        found.append(
            _stop(
                "recipient_staff_id",
                "På den här grunden lämnas dokumentationen bara till en namngiven handläggare.",
                "On this ground the record goes to a named officer only.",
            )
        )
    return tuple(found)


def expiry(request: DisclosureRequest, made_at: dt.datetime) -> dt.datetime:
    """When a request made at `made_at` runs out."""
    return made_at + dt.timedelta(hours=request.hours or book.disclosure_ground(request.ground).hours)


def judge_opening(
    registered: RegisteredRequest | None,
    acting: Sequence[str],
    custodians: Sequence[Custodian],
    now: dt.datetime,
) -> tuple[Finding, ...]:
    """What stops these custodians from opening on this request.

    Args:
        registered: the request as the log has it; None if it has none.
        acting: ids of the custodians who act, the house not among them.
        custodians: all there are.
    Returns:
        findings; the opening is admitted only if there are none.
    """
    if registered is None:
        return (_stop("request", "Begäran står inte i loggen.", "The request does not stand in the log."),)
    request, ground = registered.request, book.disclosure_ground(registered.request.ground)
    known = {one.id: one for one in custodians}
    who = [known[one] for one in acting if one in known]
    own = {request.registered_by, request.recipient_staff_id} - {""}
    # A custodian who compares objections would be judge of an opening he takes part in on another day.
    keepers = {one.staff_id for one in custodians}
    found = []
    if not registered.made_at <= now < registered.expires_at:
        found.append(_stop("expires_at", "Begäran har gått ut.", "The request has run out."))
    if len(who) != len(acting):
        found.append(_stop("custodians", "Okänd nyckelbärare.", "An unknown custodian."))
    if len(set(acting)) != len(acting) or len({one.staff_id for one in who}) != len(who):
        found.append(_stop("custodians", "Samma person står två gånger.", "The same person stands twice."))
    if len(acting) != ground.custodians:
        found.append(
            _stop(
                "custodians",
                f"Grunden kräver {ground.custodians} nyckelbärare; {len(acting)} har agerat.",
                f"The ground asks for {ground.custodians} custodians; {len(acting)} have acted.",
            )
        )
    if ground.custodians > 1 and len({one.chain for one in who}) < ground.custodians:
        found.append(
            _stop(
                "custodians",
                "Nyckelbärarna ska komma från olika ledningslinjer.",
                "The custodians must be of different chains of command.",
            )
        )
    if any(one.staff_id in own for one in who) or (ground.gets == "officer" and own & keepers):
        found.append(
            _stop(
                "custodians",
                "Ingen nyckelbärare öppnar för sig själv eller på egen begäran.",
                "No custodian opens for himself or on a request of his own.",
            )
        )
    return tuple(found)


def judge_refusal(ground_id: str, reason: str) -> tuple[Finding, ...]:
    """What stops a request on this ground from being refused for this reason."""
    ground = book.disclosure_ground(ground_id)
    if ground.refusal_rule:
        return (
            Finding(
                ground.refusal_rule,
                Severity.BLOCK,
                ground.source,
                f"En begäran på den här grunden ({ground.label_sv}) får inte nekas.",
                f"A request on this ground ({ground.label_en}) may not be refused.",
                "ground",
            ),
        )
    if len(reason.split()) < 4:
        return (_stop("reason", "Ange skälen för avslaget.", "State the reasons for the refusal."),)
    return ()


def require(findings: Sequence[Finding]) -> None:
    """Raise what stops.

    Raises:
        Refused: holds all findings.
    """
    if findings:
        raise Refused(N_("The law does not allow this opening."), N_("See the findings."), findings=findings)


def _stop(place: str, message_sv: str, message_en: str) -> Finding:
    return Finding("G35", Severity.BLOCK, _SOURCE, message_sv, message_en, place)
