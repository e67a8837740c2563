"""The outbox of mails: written in the transaction of what they tell of, sent by the job runner, tried again.

A row says who is told of which kind of event, never of what (`sigill.notify.messages`). Without a mail server set up
(`SIGILL_SMTP`) rows wait, and everybody still sees on the start page what waits.
"""

import datetime as dt
import logging
import os
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from django.db import transaction

from sigill.adapters.smtp import SmtpServer
from sigill.desk.access import Role
from sigill.desk.office import office
from sigill.errors import N_, BadInput, SigillError, Temporary
from sigill.notify import retry
from sigill.notify.messages import Event, Mail, Reader, mail
from sigill.store.desk import models

MAILBOX = "mailbox"
"""Stands for the board's own function address."""
_AT_A_TIME = 50

log = logging.getLogger("sigill.notices")


def tell(event: Event, reader: Reader, to: str, *, about: str) -> None:
    """Put a mail into the outbox, once for each thing.

    Args:
        to: staff id, or `MAILBOX`. An elected member has no address here and is told on the start page alone.
        about: what it is about; makes it happen once, is opaque and is never sent.
    """
    if to.startswith("elected:") or not to:
        return
    now = office().house.clock.now()
    models.Notice.objects.get_or_create(
        key=f"{event}:{reader}:{about}:{to}"[:200],
        defaults={"event": event, "reader": reader, "to": to, "made_at": now, "next_try": now},
    )


def tell_role(event: Event, reader: Reader, role: Role, *, about: str, but: str = "") -> None:
    """Tell everybody who has a role today.

    Args:
        but: staff id of one who is not told.
    """
    today = office().house.clock.now().date()
    grants = models.RoleGrant.objects.filter(role=role, valid_from__lte=today, user__is_active=True)
    holders = grants.exclude(valid_to__lt=today).values_list("user__employee_id", flat=True)
    for staff_id in sorted({one for one in holders if one} - {but}):
        tell(event, reader, staff_id, about=about)


def server() -> SmtpServer | None:
    """The mail server that `SIGILL_SMTP` names, None if there is none.

    The form is `smtp://[USER:PASSWORD@]HOST[:PORT]`; `smtps://` is TLS from the start, `smtp://` STARTTLS, and
    `smtp+none://` clear text, to this machine only.

    Raises:
        BadInput: it is not of that form.
    """
    url = os.environ.get("SIGILL_SMTP", "")
    if not url:
        return None
    parts = urlsplit(url)
    kinds = {"smtp": ("starttls", 587), "smtps": ("tls", 465), "smtp+none": ("none", 25)}
    if parts.scheme not in kinds or not parts.hostname:
        raise BadInput(
            N_("SIGILL_SMTP is not the address of a mail server."),
            N_("Write smtp://user:password@host:587, or smtps:// for TLS from the start."),
        )
    security, port = kinds[parts.scheme]
    return SmtpServer(
        parts.hostname,
        parts.port or port,
        security,  # type: ignore[arg-type]
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def send_due(send: Callable[[Mail], None], translate: Callable[[str], str], address: str) -> int:
    """Send what is due.

    Args:
        send: hands in one mail; raises Temporary or BadInput.
        translate: from English to Swedish. address: of the log-in page.
    Returns:
        how many went out.
    """
    now, sent = office().house.clock.now(), 0
    due = models.Notice.objects.filter(next_try__lte=now).order_by("next_try").values_list("pk", flat=True)
    for number in list(due[:_AT_A_TIME]):
        # One row at a time: what has gone out is written down before the next one is tried.
        with transaction.atomic():
            row = models.Notice.objects.select_for_update().filter(pk=number, next_try__lte=now).first()
            if row is not None:
                sent += _try(row, send, translate, address, now)
    return sent


def _try(
    row: models.Notice, send: Callable[[Mail], None], translate: Callable[[str], str], address: str, now: dt.datetime
) -> int:
    row.tries += 1
    try:
        send(_mail(row, translate, address))
    except Temporary:
        row.next_try = retry.next_try(row.tries, now)
        row.stuck = row.next_try is None
    except SigillError:
        row.next_try, row.stuck = None, True
    else:
        row.next_try, row.sent_at = None, now
    row.save()
    if row.stuck:
        log.warning("a mail could not be sent: %s", row.event)
        if row.event != Event.OUTBOX_STUCK:
            tell_role(Event.OUTBOX_STUCK, Reader.ADMINISTRATOR, Role.ADMIN, about=str(now.date()))
    return int(row.sent_at is not None)


def _mail(row: models.Notice, translate: Callable[[str], str], address: str) -> Mail:
    board = office().board
    if row.to == MAILBOX:
        to = board.contact.mailbox
    else:
        found = models.Employee.objects.filter(pk=row.to, active=True).values_list("email", flat=True).first()
        to = found or ""
    return mail(
        Event(row.event),
        Reader(row.reader),
        mail_id=str(row.pk),
        to=to,
        sender=board.mailbox,
        sender_name=board.sender,
        address=address,
        translate=translate,
    )
