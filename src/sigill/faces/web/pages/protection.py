"""The protection officer's work: the queue, one assessment at a time, its papers, and patterns."""

from collections.abc import Iterable

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sigill.decision.legal import Finding
from sigill.desk import needs, safety, withholding
from sigill.desk import people as directory
from sigill.errors import Refused, SigillError
from sigill.faces.web import forms
from sigill.faces.web.guard import Asked, page
from sigill.faces.web.words import finding_text, sentence
from sigill.law import book
from sigill.protection import need


@page("protection.queue")
def protections(request: Asked) -> HttpResponse:
    """What waits, what was assessed, and what must be answered after incidents."""
    today = request.actor.today
    assessed = [(one, need.state(needs.need_of(one), today)) for one in withholding.assessed(request.actor)]
    context = {
        "waiting": withholding.queue(request.actor),
        "assessed": assessed,
        "duties": safety.open_duties(request.actor)[:10],
    }
    return render(request, "web/protections.html", context)


@page("protection.assess", "GET", "POST")
def protection(request: Asked, number: int) -> HttpResponse:
    """Assess one need: grant with ground, facts and time limit, or refuse with a reason; or end it before its day."""
    row = withholding.one(request.actor, number)
    typology = book.typology()
    usual = max((typology.forms[one].severity for one in row.forms if one in typology.forms), default=2)
    start = {"forms_": row.forms, "severity": str(usual), "review_by": request.actor.today + need.USUAL}
    grant, refuse = forms.GrantForm(prefix="grant", initial=start), forms.RefuseForm(prefix="refuse")
    end = forms.EndForm(prefix="end")
    act = request.POST.get("act")
    if request.method == "POST":
        if act == "refuse":
            bound: Form = (refuse := forms.RefuseForm(request.POST, prefix="refuse"))
        elif act == "end":
            bound = end = forms.EndForm(request.POST, prefix="end")
        else:
            bound = grant = forms.GrantForm(request.POST, prefix="grant")
        try:
            if bound.is_valid() and _do(request, number, act, bound.cleaned_data):
                return redirect("protections")
        except SigillError as error:
            put_on(bound, error)
    errors = forms.all_errors(*(one for one in (grant, refuse, end) if one.is_bound))
    context = {
        "need": row,
        "state": need.state(needs.need_of(row), request.actor.today),
        "asker": directory.names_of({row.asked_by})[row.asked_by],
        "grant": grant,
        "refuse": refuse,
        "end": end,
        "happened": [typology.forms[one] for one in row.forms if one in typology.forms],
        "earlier": row.earlier,
        "errors": errors,
    }
    return render(request, "web/protection.html", context, status=422 if errors else 200)


def _do(request: Asked, number: int, act: str | None, said: dict[str, object]) -> bool:
    if act == "refuse":
        withholding.refuse(request.actor, number, reason=str(said["reason"]))
        messages.success(request, _("Refused. The one who asked sees your reason."))
    elif act == "end":
        withholding.end(request.actor, number, reason=str(said["reason"]))
        messages.success(request, _("The protection has ended. The person sees your reason."))
    else:
        notes = withholding.grant(
            request.actor,
            number,
            ground=str(said["ground"]),
            facts=str(said["facts"]),
            review_by=said["review_by"],  # type: ignore[arg-type]
            forms=said["forms_"],  # type: ignore[arg-type]
            severity=int(str(said["severity"])),
            factors=said["factors"],  # type: ignore[arg-type]
        )
        messages.success(request, _("Granted. The name is left out of notifications to this party until the day."))
        for one in notes:
            messages.warning(request, finding_text(one))
    return True


def put_on(form: Form, error: SigillError) -> None:
    """Show an error of ours on a form: each finding at its field, else the sentence on top."""
    found: Iterable[Finding] = getattr(error, "findings", ()) if isinstance(error, Refused) else ()
    shown = False
    for one in found:
        if not one.stops:
            continue
        name = one.place.partition("[")[0]
        # A form whose field may not bear the name has it with a line after it; `said` is a method of forms.
        name = "happened" if name == "said" else f"{name}_" if f"{name}_" in form.fields else name
        form.add_error(name if name in form.fields else None, finding_text(one))
        shown = True
    if not shown:
        form.add_error(None, sentence(error))


@page("protection.assess")
def papers(request: Asked, number: int) -> HttpResponse:
    """The assessment as a document of the personnel record, and the note for the client's file."""
    whole, note = withholding.paper(request.actor, number)
    return render(request, "web/protection_papers.html", {"whole": whole, "note": note, "number": number})


@page("protection.patterns")
def patterns(request: Asked) -> HttpResponse:
    """Parties against whom several colleagues, or one again and again, have something to tell."""
    found = safety.seen(request.actor)
    names = directory.names_of({key for one in found for key in one.pattern.shown})
    typology = book.typology()
    rows = [
        {
            "cases": one.cases,
            "pattern": one.pattern,
            "names": [names[key] for key in one.pattern.shown],
            "forms": [typology.forms[form] for form in one.pattern.forms],
            "severity": typology.severities.get(one.pattern.severity),
        }
        for one in found
    ]
    return render(request, "web/patterns.html", {"rows": rows})
