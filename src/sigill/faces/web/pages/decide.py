"""The decision-maker's page: both letters open, a stand of one's own, then sign or send back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sigill.desk import deciding, drafting, people, reading
from sigill.errors import Refused
from sigill.faces.web import forms
from sigill.faces.web.guard import Asked, page
from sigill.faces.web.pages.cases import _edits, _frame
from sigill.faces.web.words import put, sentence


@page("case.decide", "GET", "POST")
def decide(request: Asked, case: UUID) -> HttpResponse:
    """Everything the decision-maker does with a case, on one page, in the order it must be done."""
    row = deciding.open_case(request.actor, case)
    stance = forms.StanceForm(prefix="stance", initial={"stance": deciding.stance_of(row, request.actor)})
    back = forms.SendBackForm(prefix="back")
    if request.method == "POST":
        act = request.POST.get("act", "")
        try:
            if act == "stance":
                stance = forms.StanceForm(request.POST, prefix="stance")
                if stance.is_valid():
                    deciding.take_stance(request.actor, case, _edits(request), stance.cleaned_data["stance"])
                    drafting.prepare(request.actor, case)
                    messages.success(request, _("Your stance is kept. The letters are being made for you to read."))
                    return redirect("decide", case)
            elif act == "back":
                back = forms.SendBackForm(request.POST, prefix="back")
                if back.is_valid():
                    deciding.send_back(request.actor, case, back.cleaned_data["reason"])
                    messages.success(request, _("Sent back to the case worker, with your reason."))
                    return redirect("case", case)
            elif act == "sign":
                number = request.POST.get("preview", "")
                deciding.approve(request.actor, case, _edits(request), int(number) if number.isdigit() else 0)
                return redirect("decide", case)
        except Refused as refused:
            form = stance if act == "stance" else back if act == "back" else None
            if form is None or not form.is_bound:
                messages.error(request, sentence(refused))
                return redirect("decide", case)
            form.add_error(None, sentence(refused))
    return _page(request, row.pk, stance, back)


def _page(request: Asked, case: UUID, stance: forms.StanceForm, back: forms.SendBackForm) -> HttpResponse:
    row = deciding.load(request.actor, case)
    preview = reading.latest(row)
    taken = deciding.stance_of(row, request.actor)
    fresh = preview if preview is not None and taken and not _older(preview, row) else None
    work = row.work.first()
    failed = work.outcome if work and work.state == "failed" else None
    persons = people.names_of(set(drafting.persons(row)))
    bound = [one for one in (stance, back) if one.is_bound]
    context: dict[str, Any] = {
        **_frame(request, row, ""),
        "stance": stance,
        "back": back,
        "taken": taken,
        "preview": fresh,
        "read": reading.has_read(request.actor, fresh) if fresh else frozenset(),
        "both": fresh is not None and reading.has_read(request.actor, fresh) >= frozenset(reading.LETTERS),
        "work": work if work and work.state in ("waiting", "running") else None,
        "failed": failed,
        "failed_words": put(failed["problem"], failed["next_step"], "", failed["params"]) if failed else "",
        "declared": row.declarations.filter(person=request.actor.key).exists(),
        "declare": forms.DeclareForm(initial={"person": request.actor.key}),
        "persons": persons,
        "content": drafting.content(row),
        "errors": forms.all_errors(*bound),
    }
    return render(request, "web/decide.html", context, status=422 if context["errors"] else 200)


def _older(preview: Any, row: Any) -> bool:
    """Whether the case has been changed since the letters were made."""
    last = row.events.filter(action__in=("draft_edited", "stance", "protection_granted", "declared")).last()
    return last is not None and last.at > preview.made_at
