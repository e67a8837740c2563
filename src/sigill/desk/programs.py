"""Programs at the desk: tokens with scopes, calls that may be made twice, and webhooks.

A program acts for the case worker it names when it starts a case, and reaches the cases it has started and no others.
It never decides, never reads a record and never learns a withheld name: what it is told are ids and states.
"""

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from sigill.adapters.webhooks import Outcome, deliver, endpoint_url
from sigill.desk import drafting, notices, parties
from sigill.desk.access import Actor, Role, no_such_case, require
from sigill.desk.office import office
from sigill.errors import N_, BadInput, Refused
from sigill.notify import retry, webhook
from sigill.notify.messages import Event, Reader
from sigill.store.desk import models

SCOPES: Mapping[str, str] = {
    "cases:read": N_("see where one's cases stand"),
    "cases:write": N_("start cases, hand in text, have the letters made"),
    "letters:read": N_("fetch issued notifications"),
    "deliveries:write": N_("note that a decision is sent or served"),
    "webhooks:write": N_("be told by webhook"),
    "staff:read": N_("read the staff directory (SCIM)"),
    "staff:write": N_("keep the staff directory (SCIM)"),
}
"""What a token may be given, least first."""
LONGEST = dt.timedelta(days=400)
KEEP = dt.timedelta(days=2)
"""How long an answer is kept for the same call made again."""
_PREFIX = "sgl_"


class NoToken(BadInput):
    """No token, or one that is unknown, revoked or has run out: the answer is the same."""


class NoScope(Refused):
    """The token is good, but not for this."""


class Reused(Refused):
    """The same idempotency key came with another call."""


def make(actor: Actor, name: str, scopes: Iterable[str], valid_to: dt.date) -> tuple[models.ApiToken, str]:
    """A new token. Shown once, here.

    Returns:
        the row and the token itself.
    Raises:
        Refused: no name, an unknown scope, or a day that is past or too far off.
    """
    require(actor, "office.programs")
    chosen = sorted(set(scopes))
    if not name.strip() or not chosen or not set(chosen) <= SCOPES.keys():
        raise Refused(N_("A token needs a name and at least one known scope."), N_("Choose what it is for."))
    if not actor.today <= valid_to <= actor.today + LONGEST:
        raise Refused(N_("A token holds for thirteen months at most."), N_("Choose another day."))
    token = _PREFIX + secrets.token_urlsafe(32)
    row = models.ApiToken.objects.create(
        name=name.strip()[:100],
        digest=_digest(token),
        scopes=chosen,
        made_at=office().house.clock.now(),
        made_by_id=actor.user_id,
        valid_to=valid_to,
    )
    return row, token


def tokens(actor: Actor) -> list[models.ApiToken]:
    """All tokens, the newest first."""
    require(actor, "office.programs")
    return list(models.ApiToken.objects.all())


def revoke(actor: Actor, number: int) -> None:
    """A token is good no more."""
    require(actor, "office.programs")
    row = models.ApiToken.objects.filter(pk=number).first()
    if row is None:
        raise no_such_case()
    if row.revoked_at is None:
        row.revoked_at = office().house.clock.now()
        row.save(update_fields=["revoked_at"])


def known(token: str) -> models.ApiToken:
    """Whose token it is.

    Raises:
        NoToken: nobody's.
    """
    row = models.ApiToken.objects.filter(digest=_digest(token), revoked_at=None).first()
    today = office().house.clock.now().date()
    if row is None or row.valid_to < today:
        raise NoToken(N_("There is no such token."), N_("Ask the administrator for one."))
    if row.used_on != today:
        models.ApiToken.objects.filter(pk=row.pk).update(used_on=today)
    return row


def need_scope(token: models.ApiToken, scope: str) -> None:
    """Let the token through, or raise NoScope."""
    if scope not in token.scopes:
        raise NoScope(
            N_("The token is not good for this: `{scope}` is missing."), N_("Ask the administrator."), scope=scope
        )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


# --- cases ----------------------------------------------------------------------------------------------------------


def start(
    token: models.ApiToken, *, decision_type: str, handler: str, reference: str, said: Mapping[str, Any]
) -> models.Case:
    """Start a case for the case worker `handler`.

    Args:
        reference: the program's own number, given back in webhooks.
        said: keys of a case file to fill in.
    Raises:
        BadInput: nobody of that staff id is a case worker here, or there is no such decision type.
    """
    need_scope(token, "cases:write")
    actor = _handler(handler)
    with transaction.atomic():
        row = drafting.start(actor, decision_type)
        if said:
            row = drafting.save(actor, row.pk, row.edits, "facts", said)
        models.ApiCase.objects.create(token=token, case=row, reference=reference)
    return row


def case(token: models.ApiToken, scope: str, number: uuid.UUID | str) -> models.Case:
    """A case that this program started.

    Raises:
        NoScope, NotYours.
    """
    need_scope(token, scope)
    row = models.Case.objects.select_related("started_by").filter(pk=number, started_by__token=token).first()
    if row is None:
        raise no_such_case()
    return row


def hand_in(token: models.ApiToken, number: uuid.UUID | str, name: str, data: bytes) -> models.Case:
    """Hand in the decision's text."""
    row = case(token, "cases:write", number)
    return drafting.attach(_drafter(row), row.pk, row.edits, name, data)


def prepare(token: models.ApiToken, number: uuid.UUID | str) -> models.Work:
    """Have the two letters made. The program is told when it is done; it does not get to see them."""
    row = case(token, "cases:write", number)
    return drafting.prepare(_drafter(row), row.pk)


def registrar(token: models.ApiToken, scope: str, number: uuid.UUID | str) -> tuple[Actor, models.Case]:
    """A case of the program's that is issued, and the registrar's right to it."""
    row = case(token, scope, number)
    today = office().house.clock.now().date()
    return Actor(0, f"program:{token.pk}", "", frozenset({Role.REGISTRAR}), today), row


def _handler(staff_id: str) -> Actor:
    today = office().house.clock.now().date()
    user = models.User.objects.filter(employee_id=staff_id, is_active=True).first()
    grants = models.RoleGrant.objects.filter(user=user, role=Role.HANDLER, valid_from__lte=today)
    if user is None or not grants.exclude(valid_to__lt=today).exists():
        raise BadInput(N_("No case worker here has that staff id."), N_("Give the case worker's own."), place="handler")
    return Actor(user.pk, staff_id, "", frozenset({Role.HANDLER}), today)


def _drafter(row: models.Case) -> Actor:
    found = row.people.filter(relation="handler").order_by("pk").first()
    if found is None:
        raise no_such_case()
    return _handler(found.user_key)


# --- the same call made twice -----------------------------------------------------------------------------------------


def once(
    token: models.ApiToken, key: str, request: bytes, act: Callable[[], tuple[int, Mapping[str, Any]]]
) -> tuple[int, Mapping[str, Any]]:
    """Do `act`, or give the answer it gave before.

    Args:
        key: the caller's idempotency key.
        request: what is asked for: method, path and body.
    Raises:
        Reused: the key came with another call, or its first call is still under way.
    """
    now, digest = office().house.clock.now(), hashlib.sha256(request).hexdigest()
    models.IdempotencyKey.objects.filter(made_at__lt=now - KEEP).delete()
    try:
        with transaction.atomic():
            # The key and what the call does are written together: a call that failed may be made again.
            row = models.IdempotencyKey.objects.create(token=token, key=key, request=digest, made_at=now)
            status, answer = act()
            row.status, row.answer = status, dict(answer)
            row.save()
    except IntegrityError:
        kept = models.IdempotencyKey.objects.filter(token=token, key=key).first()
        if kept is None or kept.request != digest or kept.status is None:
            raise Reused(
                N_("That idempotency key has been used for another call."), N_("Choose a new key for a new call.")
            ) from None
        return kept.status, kept.answer or {}
    return status, answer


# --- webhooks ---------------------------------------------------------------------------------------------------------


def subscribe(token: models.ApiToken, url: str) -> tuple[models.WebhookEndpoint, str]:
    """A new endpoint, and its signing secret (`whsec_…`), shown here.

    Raises:
        BadInput: the address is not one that webhooks go to.
    """
    need_scope(token, "webhooks:write")
    row = models.WebhookEndpoint.objects.create(token=token, url=endpoint_url(url), made_at=office().house.clock.now())
    return row, webhook.shown(_secret(row))


def endpoints(token: models.ApiToken) -> list[models.WebhookEndpoint]:
    """The program's endpoints that are in use."""
    need_scope(token, "webhooks:write")
    return list(token.endpoints.filter(gone_at=None))


def unsubscribe(token: models.ApiToken, number: uuid.UUID) -> None:
    """Tell that endpoint no more."""
    need_scope(token, "webhooks:write")
    if not token.endpoints.filter(pk=number, gone_at=None).update(gone_at=office().house.clock.now()):
        raise no_such_case()


def tell(row: models.Case, event: str, **data: str | int) -> None:
    """Put a webhook into the outbox, in the transaction of what it tells of; nothing for a case no program started."""
    started = models.ApiCase.objects.filter(case=row).first()
    if started is None:
        return
    now = office().house.clock.now()
    allowed = webhook.FIELDS[event]
    known_data: dict[str, str | int] = {
        "case_id": str(row.pk),
        "dnr": row.dnr,
        "state": row.state,
        "decision_id": row.decision_id,
        **data,
    }
    body = webhook.payload(event, {key: one for key, one in known_data.items() if key in allowed and one != ""}, now)
    models.WebhookMessage.objects.bulk_create(
        models.WebhookMessage(endpoint=one, body=body, made_at=now, next_try=now)
        for one in started.token.endpoints.filter(gone_at=None)
    )


def deliver_due(send: Callable[[str, webhook.Signed], Outcome] = deliver, most: int = 50) -> int:
    """Deliver the webhooks that are due. Returns how many were taken."""
    now, taken = office().house.clock.now(), 0
    due: Sequence[uuid.UUID] = list(
        models.WebhookMessage.objects.filter(next_try__lte=now, endpoint__gone_at=None)
        .order_by("next_try")
        .values_list("pk", flat=True)[:most]
    )
    for number in due:
        with transaction.atomic():
            rows = models.WebhookMessage.objects.select_for_update(of=("self",)).select_related("endpoint")
            row = rows.filter(pk=number, next_try__lte=now).first()
            if row is not None:
                taken += _deliver(row, send, now)
    return taken


def _deliver(row: models.WebhookMessage, send: Callable[[str, webhook.Signed], Outcome], now: dt.datetime) -> int:
    outcome = send(row.endpoint.url, webhook.sign(bytes(row.body), str(row.pk), now, _secret(row.endpoint)))
    row.tries += 1
    row.next_try = None
    if outcome is Outcome.TAKEN:
        row.taken_at = now
    elif outcome is Outcome.GONE:
        models.WebhookEndpoint.objects.filter(pk=row.endpoint_id).update(gone_at=now)
    else:
        row.next_try = retry.next_try(row.tries, now)
        row.stuck = row.next_try is None
    row.save()
    if row.stuck:
        notices.tell_role(Event.OUTBOX_STUCK, Reader.ADMINISTRATOR, Role.ADMIN, about=str(now.date()))
    return int(row.taken_at is not None)


def _secret(row: models.WebhookEndpoint) -> bytes:
    return webhook.secret(parties.house_secret("webhooks"), str(row.pk), row.generation)
