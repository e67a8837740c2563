"""The protection officer's work: the queue, one assessment at a time."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sigill.desk import withholding
from sigill.errors import Refused
from sigill.faces.web import forms
from sigill.faces.web.guard import Asked, page
from sigill.faces.web.words import sentence
from sigill.law import book


@page("protection.queue")
def protections(request: Asked) -> HttpResponse:
    """What waits, and what was assessed."""
    context = {"waiting": withholding.queue(request.actor), "assessed": withholding.assessed(request.actor)}
    return render(request, "web/protections.html", context)


@page("protection.assess", "GET", "POST")
def protection(request: Asked, number: int) -> HttpResponse:
    """Assess one need: grant with ground, facts and time limit, or refuse with a reason."""
    need = withholding.one(request.actor, number)
    grant, refuse = forms.GrantForm(prefix="grant"), forms.RefuseForm(prefix="refuse")
    if request.method == "POST":
        try:
            if request.POST.get("act") == "refuse":
                refuse = forms.RefuseForm(request.POST, prefix="refuse")
                if refuse.is_valid():
                    withholding.refuse(request.actor, number, reason=refuse.cleaned_data["reason"])
                    messages.success(request, _("Refused. The one who asked sees your reason."))
                    return redirect("protections")
            else:
                grant = forms.GrantForm(request.POST, prefix="grant")
                if grant.is_valid():
                    said = grant.cleaned_data
                    withholding.grant(
                        request.actor,
                        number,
                        ground=said["ground"],
                        facts=said["facts"],
                        review_by=said["review_by"],
                    )
                    messages.success(request, _("Granted. The name is left out of the notification in this case."))
                    return redirect("protections")
        except Refused as refused:
            (refuse if refuse.is_bound else grant).add_error(None, sentence(refused))
    known = {one.id: one.label_sv for one in book.threat_taxonomy().form}
    errors = forms.all_errors(*(one for one in (grant, refuse) if one.is_bound))
    context = {
        "need": need,
        "grant": grant,
        "refuse": refuse,
        "happened": [known[one] for one in need.forms if one in known],
        "errors": errors,
    }
    return render(request, "web/protection.html", context, status=422 if errors else 200)
