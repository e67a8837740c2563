"""Everybody's own safety: where I am protected, incidents, reports of concern about employees' children."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sigill.desk import drafting, withholding
from sigill.desk import people as directory
from sigill.desk import safety as desk
from sigill.desk.access import reach
from sigill.desk.office import office
from sigill.errors import Refused, SigillError
from sigill.faces.web import forms
from sigill.faces.web.guard import Asked, page
from sigill.faces.web.pages import labels
from sigill.faces.web.pages.protection import put_on
from sigill.faces.web.words import translate
from sigill.law import book
from sigill.protection.incidents import CHANNELS, crimes


@page("protection.own")
def own(request: Asked) -> HttpResponse:
    """Where I am protected, until when, what it means and what I can do now; what became of what I asked for others."""
    found = desk.own(request.actor)
    typology = book.typology()
    rows = [
        (one, typology.grounds.get(str(one.fields.get("ground", ""))), [translate(words) for words in one.standing])
        for one in found
    ]
    context = {
        "own": [row for row in rows if row[0].own],
        "asked": [row for row in rows if not row[0].own],
        "names_asked": [
            (
                asked.notice,
                labels.swedish_or_english(asked.ground_sv, asked.ground_en),
                [labels.swedish_or_english(sv, en) for sv, en in asked.notice.advice],
            )
            for asked in desk.names_asked_for(request.actor)
        ],
        "reports": [one for one in desk.assigned(request.actor) if one.taken_on is None],
        "may_ask": reach(request.actor.roles, "case.protect") is not None,
    }
    return render(request, "web/own.html", context)


@page("protection.own", "POST")
def withdraw(request: Asked, number: int) -> HttpResponse:
    """Take back what is not assessed yet."""
    withholding.withdraw(request.actor, number)
    messages.success(request, _("The request was taken back."))
    return redirect("own")


@page("incident.view")
def incidents(request: Asked) -> HttpResponse:
    """The incidents I may read."""
    typology = book.typology()
    rows = [
        {
            "incident": one,
            "form": typology.forms[one.form],
            "open": sum(1 for duty in desk.duties(one) if duty.answer is None),
        }
        for _row, one in desk.listed(request.actor)
    ]
    answers = reach(request.actor.roles, "incident.answer") is not None
    return render(request, "web/incidents.html", {"rows": rows, "answers": answers})


@page("incident.record", "GET", "POST")
def record(request: Asked) -> HttpResponse:
    """Record an incident in a minute, on a phone too."""
    cases, people = _own_cases(request)
    form = forms.IncidentForm(
        request.POST if request.method == "POST" else None, cases=cases, people=people, initial={"channel": "phone"}
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = desk.record(
                request.actor,
                form=said["form"],
                said=said["happened"],
                channel=said["channel"],
                happened_at=said["happened_at"],
                persons=said["persons"],
                injured=said["injured"],
                danger=said["danger"],
                case_id=said["case"] or None,
            )
        except SigillError as error:
            put_on(form, error)
        else:
            messages.success(request, _("Recorded. Below is what must be done now."))
            return redirect("incident", made.pk)
    errors = forms.all_errors(form) if form.is_bound else []
    return render(request, "web/record.html", {"form": form, "errors": errors}, status=422 if errors else 200)


def _own_cases(request: Asked) -> tuple[dict[str, str], dict[str, str]]:
    """One's own cases, and the colleagues in them."""
    if reach(request.actor.roles, "case.list") is None:
        return {}, {}
    rows = drafting.my_cases(request.actor)[:50]
    cases = {str(one.pk): f"{one.dnr or '–'} {one.title}" for one in rows}
    keys = {key for one in rows for key in drafting.persons(one) if not key.startswith("elected:")}
    names = directory.names_of(keys - {request.actor.key})
    if request.actor.staff_id and names:
        names = {request.actor.staff_id: _("Myself"), **dict(sorted(names.items(), key=lambda one: one[1]))}
    return cases, names


@page("incident.view")
def incident(request: Asked, incident: UUID) -> HttpResponse:
    """One incident: what happened, what must be done by when, what it may be in law."""
    return _incident(request, incident, None)


@page("incident.answer", "POST")
def answer(request: Asked, incident: UUID) -> HttpResponse:
    """Answer one duty of an incident: done, or not needed and why."""
    bound = forms.AnswerForm(request.POST, prefix=request.POST.get("which", ""))
    if bound.is_valid():
        said = bound.cleaned_data
        try:
            desk.answer(request.actor, incident, said["prompt"], done=said["done"] == "yes", note=said["note"])
        except Refused as error:
            put_on(bound, error)
        else:
            messages.success(request, _("Answered."))
            return redirect("incident", incident)
    return _incident(request, incident, bound)


def _incident(request: Asked, number: UUID, bound: forms.AnswerForm | None) -> HttpResponse:
    _row, found = desk.incident(request.actor, number)
    typology = book.typology()
    may_answer = reach(request.actor.roles, "incident.answer") is not None
    duties = []
    for duty in desk.duties(found):
        name = f"a-{duty.prompt.id}"
        form = bound if bound is not None and bound.prefix == name else None
        if form is None and may_answer and duty.answer is None:
            form = forms.AnswerForm(prefix=name, initial={"prompt": duty.prompt.id})
        duties.append(
            {
                "duty": duty,
                "form": form,
                "name": name,
                "when": translate(duty.when),
                "late": duty.late(office().house.clock.now()),
            }
        )
    names = directory.names_of({*found.persons, *found.witnesses, found.recorded_by})
    context = {
        "incident": found,
        "form": typology.forms[found.form],
        "severity": typology.severities[found.severity],
        "channel": translate(CHANNELS[found.channel]),
        "duties": duties,
        "crimes": crimes(found, typology),
        "names": [names[one] for one in found.persons],
        "recorder": names[found.recorded_by],
        "not_alone": desk.not_alone(request.actor, found),
        "errors": forms.all_errors(bound) if bound is not None else [],
    }
    return render(request, "web/incident.html", context, status=422 if context["errors"] else 200)


@page("concern.flag", "GET", "POST")
def concern(request: Asked) -> HttpResponse:
    """Send a report about an employee's own child to a deputy outside the unit. Whose it is, is not kept."""
    form = forms.ConcernForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            desk.flag(request.actor, form.cleaned_data["report"], concerns=form.cleaned_data["concerns"])
        except SigillError as error:
            put_on(form, error)
        else:
            messages.success(request, _("A deputy outside the unit has been told, and takes the report from here."))
            return redirect("concern")
    errors = forms.all_errors(form) if form.is_bound else []
    return render(request, "web/concern.html", {"form": form, "errors": errors}, status=422 if errors else 200)


@page("concern.own", "GET", "POST")
def assigned(request: Asked) -> HttpResponse:
    """The reports I take as deputy."""
    if request.method == "POST" and request.POST.get("take", "").isdigit():
        desk.take(request.actor, int(request.POST["take"]))
        messages.success(request, _("Noted that you have taken it over."))
        return redirect("assigned")
    return render(request, "web/assigned.html", {"reports": desk.assigned(request.actor)})


@page("concern.deputies", "GET", "POST")
def deputies(request: Asked) -> HttpResponse:
    """Name those who take reports about employees' own children."""
    named = desk.deputies(request.actor)
    places = ("first", "second", "third")
    start = {place: one.employee_id for place, one in zip(places, named, strict=False)}
    form = forms.DeputiesForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        desk.name_deputies(request.actor, [form.cleaned_data[place] for place in places if form.cleaned_data[place]])
        messages.success(request, _("Saved."))
        return redirect("deputies")
    return render(request, "web/deputies.html", {"form": form, "named": named})
