"""The registrar's work: issued decisions, sent and served. No employee's name comes here."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sigill.desk import sending as desk
from sigill.errors import Refused
from sigill.faces.web import forms
from sigill.faces.web.guard import Asked, page
from sigill.faces.web.words import sentence
from sigill.law import book


@page("sending.queue")
def sending(request: Asked) -> HttpResponse:
    """What is to be sent, and what has been."""
    return render(request, "web/sending.html", {"queue": desk.queue(request.actor), "sent": desk.sent(request.actor)})


@page("sending.send", "GET", "POST")
def decision(request: Asked, case: UUID) -> HttpResponse:
    """One issued decision."""
    row = desk.one(request.actor, case)
    today = request.actor.today
    sent = forms.SentForm(prefix="sent", initial={"sent_on": today})
    served = forms.ServedForm(prefix="served", initial={"served_on": today})
    if request.method == "POST":
        try:
            if request.POST.get("act") == "served":
                served = forms.ServedForm(request.POST, prefix="served")
                if served.is_valid():
                    said = served.cleaned_data
                    desk.mark_served(request.actor, case, served_on=said["served_on"], proof=said["proof"])
                    messages.success(request, _("Service is noted; the time for appeal runs."))
                    return redirect("sending-decision", case)
            else:
                sent = forms.SentForm(request.POST, prefix="sent")
                if sent.is_valid():
                    said = sent.cleaned_data
                    desk.mark_sent(request.actor, case, way=said["way"], sent_on=said["sent_on"])
                    messages.success(request, _("Noted as sent."))
                    return redirect("sending-decision", case)
        except Refused as refused:
            (served if served.is_bound else sent).add_error(None, sentence(refused))
    errors = forms.all_errors(*(one for one in (sent, served) if one.is_bound))
    context = {
        "case": row,
        "type": book.decision_type(row.decision_type),
        "notice": book.notice(row.sending["appeal"]),
        "deliveries": row.deliveries.all(),
        "sent": sent,
        "served": served,
        "clock": desk.appeal_clock(row, today),
        "appealed": forms.AppealForm(prefix="appeal", initial={"received_on": today}),
        "asks": forms.RequestForm(prefix="request", initial={"requester": "parten"}),
        "requests": [
            (one, book.disclosure_ground(one.registered.request.ground)) for one in desk.requests(request.actor, row)
        ],
        "errors": errors,
    }
    return render(request, "web/sending_decision.html", context, status=422 if errors else 200)


@page("sending.letter")
def letter(request: Asked, case: UUID) -> HttpResponse:
    """The issued notification."""
    name, data = desk.letter(request.actor, case)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@page("sending.letter")
def receipt(request: Asked, case: UUID) -> HttpResponse:
    """The receipt, for the case system."""
    return JsonResponse(desk.receipt(request.actor, case), json_dumps_params={"ensure_ascii": False, "indent": 2})


@page("sending.appeal", "POST")
def appeal(request: Asked, case: UUID) -> HttpResponse:
    """An appeal has come in: the decision is marked, and the court's bundle may be opened."""
    form = forms.AppealForm(request.POST, prefix="appeal")
    desk.one(request.actor, case)
    if not form.is_valid():
        messages.error(request, _("Give the day and the court."))
        return redirect("sending-decision", case)
    said = form.cleaned_data
    try:
        desk.receive_appeal(request.actor, case, received_on=said["received_on"], court=said["court"])
        messages.success(request, _("The appeal is received. A custodian opens the record for the court, unmasked."))
    except Refused as refused:
        messages.error(request, sentence(refused))
    return redirect("sending-decision", case)


@page("sending.request", "POST")
def record_request(request: Asked, case: UUID) -> HttpResponse:
    """The party asks for the record: registered at once, opened by one custodian."""
    form = forms.RequestForm(request.POST, prefix="request")
    desk.one(request.actor, case)
    if not form.is_valid():
        messages.error(request, _("Say who asks."))
        return redirect("sending-decision", case)
    try:
        desk.request_record(request.actor, case, requester=form.cleaned_data["requester"])
        messages.success(
            request, _("The request is registered. One custodian opens the record now; it can't be refused.")
        )
    except Refused as refused:
        messages.error(request, sentence(refused))
    return redirect("sending-decision", case)


@page("sending.list")
def delegated(request: Asked) -> HttpResponse:
    """Delegated decisions for the board's next meeting."""
    today = request.actor.today
    start = {"first": today.replace(day=1), "last": today}
    form = forms.PeriodForm(request.GET if "first" in request.GET else None, initial=start)
    period = form.cleaned_data if form.is_bound and form.is_valid() else start
    rows = desk.delegated(request.actor, period["first"], period["last"])
    errors = forms.all_errors(form) if form.is_bound else []
    return render(request, "web/delegated.html", {"form": form, "rows": rows, "period": period, "errors": errors})


@page("sending.letter")
def address(request: Asked, case: UUID) -> HttpResponse:
    """A page with the addressee alone, to print in front of the letter."""
    return render(request, "web/address.html", {"case": desk.one(request.actor, case)})
