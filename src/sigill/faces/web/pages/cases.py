"""The handler's work: start a case, fill in its steps, see what the gate says, submit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from sigill.decision.workflow import EDITABLE, State
from sigill.desk import drafting, people, reading
from sigill.desk.access import no_such_case
from sigill.errors import Refused, SigillError
from sigill.faces.web import forms
from sigill.faces.web.guard import Asked, page
from sigill.faces.web.words import put, sentence
from sigill.law import book, explain
from sigill.store.desk import models

STEPS: tuple[tuple[str, str], ...] = (
    ("facts", N_("The case")),
    ("text", N_("The text")),
    ("people", N_("People")),
    ("declare", N_("Disqualification")),
    ("protect", N_("Protection")),
    ("review", N_("Review and submit")),
)
_PLACES: Mapping[str, Sequence[str]] = {
    "facts": ("dnr", "title_sv", "content_sv", "party", "appeal", "contact", "reasons_omitted_sv", "case", "board"),
    "text": ("document", "content", "reasons", "notice"),
    "people": (
        "decision_maker", "rapporteur", "participant", "delegation", "lift", "urgent", "minutes", "committee",
        "event", "attested", "dissent", "decision_type", "track",
    ),
    "declare": ("jav", "jav_objection"),
    "protect": ("withhold", "special_name_rule"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepLink:
    """One step in the list beside the form."""

    name: str
    words: str
    url: str
    current: bool
    findings: int


@page("case.list")
def cases(request: Asked) -> HttpResponse:
    """My cases."""
    mine = drafting.my_cases(request.actor)
    rows = [(one, drafting.is_maker(request.actor, one)) for one in mine]
    return render(request, "web/cases.html", {"rows": rows})


@page("case.start", "GET", "POST")
def new(request: Asked) -> HttpResponse:
    """Choose a decision type by searching in plain Swedish; the law's answer stands beside it."""
    if request.method == "POST":
        row = drafting.start(request.actor, request.POST.get("decision_type", ""))
        return redirect("case-step", row.pk, "facts")
    words = request.GET.get("q", "").strip()[:200]
    found = [explain.explain(hit.id) for hit in explain.search(words, limit=12)] if words else []
    context = {"q": words, "found": found, "all": not words}
    name = "web/types_found.html" if request.headers.get("HX-Target") == "found" else "web/new.html"
    return render(request, name, context)


@page("case.view")
def case(request: Asked, case: UUID) -> HttpResponse:
    """Where a case stands, and its history."""
    row = drafting.load(request.actor, "case.view", case)
    context = _frame(request, row, "")
    history = list(row.events.all())
    names = people.names_of({one.by for one in history})
    context["history"] = [(one, names[one.by]) for one in reversed(history)]
    context["versions"] = row.versions.all()
    context["maker"] = drafting.is_maker(request.actor, row)
    context["sent_back"] = row.events.filter(action="sent_back").last() if row.state == "sent_back" else None
    return render(request, "web/case.html", context)


@page("case.edit", "GET", "POST")
def step(request: Asked, case: UUID, step: str) -> HttpResponse:
    """One step of the form. Saving goes on to the next; nothing is lost when a save is refused."""
    row = drafting.load(request.actor, "case.edit", case)
    handler = _HANDLERS.get(step)
    if handler is None:
        raise no_such_case()
    if request.method == "GET" and State(row.state) not in EDITABLE:
        # A form that nothing can come of is not shown: a bookmark, or the way back after signing.
        return redirect("case", row.pk)
    if request.method == "POST" and step != "protect" and not drafting.may_change(request.actor, row):
        raise drafting.not_open()
    return handler(request, row)


@page("case.edit", "POST")
def undo(request: Asked, case: UUID) -> HttpResponse:
    """One version back."""
    row = drafting.undo(request.actor, case, _edits(request))
    messages.success(request, _("Undone. The version you left is still in the history."))
    return redirect("case", row.pk)


@page("case.edit", "POST")
def version(request: Asked, case: UUID, number: int) -> HttpResponse:
    """Back to an earlier version."""
    row = drafting.go_to(request.actor, case, _edits(request), number)
    messages.success(request, _("Version {number} counts again.").format(number=number))
    return redirect("case", row.pk)


@page("case.declare", "POST")
def declare(request: Asked, case: UUID) -> HttpResponse:
    """A declaration on disqualification."""
    drafting.load(request.actor, "case.declare", case)
    form = forms.DeclareForm(request.POST)
    back = request.POST.get("back", "declare")
    if not form.is_valid():
        messages.error(request, _("Choose one of the two answers."))
    else:
        try:
            conflict = form.cleaned_data["conflict"] == "yes"
            drafting.declare(request.actor, case, form.cleaned_data["person"], conflict=conflict)
            if conflict and form.cleaned_data["person"] == request.actor.key:
                messages.warning(request, _("You have declared yourself disqualified. The case is no longer yours."))
                return redirect("home")
            messages.success(request, _("The declaration is kept."))
        except Refused as refused:
            messages.error(request, sentence(refused))
    return redirect("decide", case) if back == "decide" else redirect("case-step", case, "declare")


@page("case.lift", "GET", "POST")
def lift(request: Asked, case: UUID) -> HttpResponse:
    """Lift the case to a higher delegate: an act of its own, before the decision."""
    row = drafting.load(request.actor, "case.lift", case)
    form = forms.LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            drafting.lift(
                request.actor, case, _edits(request), to=said["to"], mandate=said["mandate"], reason=said["reason"]
            )
            messages.success(request, _("The case is lifted. The officer who had it is now the rapporteur."))
            return redirect("case-step", case, "people")
        except Refused as refused:
            form.add_error(None, sentence(refused))
    errors = _errors(form) if form.is_bound else []
    context = {**_frame(request, row, ""), "form": form, "errors": errors}
    return render(request, "web/lift.html", context, status=422 if errors else 200)


@page("case.submit", "POST")
def submit(request: Asked, case: UUID) -> HttpResponse:
    """Hand it to the decision-maker."""
    try:
        drafting.submit(request.actor, case, _edits(request))
    except Refused as refused:
        messages.error(request, sentence(refused))
        return redirect("case-step", case, "review")
    messages.success(request, _("Submitted. You can take it back until the decision-maker has signed."))
    return redirect("case", case)


@page("case.submit", "POST")
def take_back(request: Asked, case: UUID) -> HttpResponse:
    """Take it back."""
    drafting.take_back(request.actor, case)
    messages.success(request, _("The case is with you again."))
    return redirect("case", case)


# --- steps ------------------------------------------------------------------------------------------------------


def _facts(request: Asked, row: models.Case) -> HttpResponse:
    data = drafting.content(row)
    posted = request.POST if request.method == "POST" else None
    form = forms.FactsForm(posted, initial={**data, "dnr": row.dnr})
    parties = forms.PartyRows(posted, initial=data.get("party", []), prefix="party")
    if posted is not None and form.is_valid() and parties.is_valid():
        said = form.said()
        changes = {key: value or None for key, value in said.items()}
        changes["party"] = [_kept(one) for one in parties.cleaned_data if one.get("name")]
        if done := _save(request, row, "facts", changes, form):
            return done
    return _form(request, row, "facts", {"form": form, "rows": parties}, form, parties)


def _text(request: Asked, row: models.Case) -> HttpResponse:
    form = forms.TextForm(request.POST or None, request.FILES or None) if request.method == "POST" else forms.TextForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["document"]
        try:
            drafting.attach(request.actor, row.pk, _edits(request), file.name or "", file.read())
        except (drafting.Stale, drafting.NotNow):
            raise
        except SigillError as error:
            form.add_error("document", sentence(error))
        else:
            messages.success(request, _("The text is read and saved."))
            return redirect("case-step", row.pk, _next(request, "text"))
    found = row.documents.filter(sha256=drafting.content(row).get("document", "")).first()
    return _form(request, row, "text", {"form": form, "document": found}, form)


def _people(request: Asked, row: models.Case) -> HttpResponse:
    data = drafting.content(row)
    maker, rapporteur = data.get("decision_maker") or {}, data.get("rapporteur") or {}
    urgent = data.get("urgent") or {}
    posted = request.POST if request.method == "POST" else None
    form = forms.PeopleForm(
        posted,
        initial={
            **{key: data.get(key) for key in ("delegation_id", "report_to_board", "committee", "minutes")},
            **{key: maker.get(key) for key in ("kind", "staff_id", "appointed", "signed_by_name")},
            "rapporteur": "none" if rapporteur.get("none") else rapporteur.get("staff_id", ""),
            "urgent_basis": urgent.get("basis", ""),
            "urgent_mandate": urgent.get("mandate", ""),
        },
    )
    participants = forms.ParticipantRows(posted, initial=data.get("participant", []), prefix="participant")
    politicians = forms.PoliticianRows(posted, initial=maker.get("politicians", []), prefix="politician")
    dissents = forms.DissentRows(posted, initial=data.get("dissent", []), prefix="dissent")
    sets = (participants, politicians, dissents)
    if posted is not None and form.is_valid() and all(one.is_valid() for one in sets):
        changes = _people_said(form.said(), *(one.cleaned_data for one in sets))
        if done := _save(request, row, "people", changes, form):
            return done
    context = {
        "form": form,
        "participants": participants,
        "politicians": politicians,
        "dissents": dissents,
        "law": explain.explain(row.decision_type),
        "lifted": data.get("lift"),
    }
    return _form(request, row, "people", context, form, *sets)


def _people_said(
    said: Mapping[str, Any],
    participants: Sequence[Mapping[str, Any]],
    politicians: Sequence[Mapping[str, Any]],
    dissents: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    maker: dict[str, Any] = {"kind": said["kind"]}
    if said["kind"] == "employee":
        maker |= {"staff_id": said["staff_id"], **({"appointed": True} if said["appointed"] else {})}
    else:
        maker["signed_by_name"] = said["signed_by_name"]
        members = [
            {"name": one["name"], "role": one.get("role") or "ledamot"} for one in politicians if one.get("name")
        ]
        if members:
            maker["politicians"] = members
        if said["kind"] == "chair":
            maker["name"] = said["signed_by_name"]
    urgent = None
    if said["urgent_basis"]:
        urgent = {"basis": said["urgent_basis"]}
        if said["urgent_mandate"]:
            urgent["mandate"] = said["urgent_mandate"]
        if said["report_to_board"]:
            urgent["report_to_board"] = said["report_to_board"]
    presenting = said["rapporteur"]
    taking_part = [_kept(one) for one in participants if one.get("staff_id")]
    return {
        "decision_maker": maker,
        "rapporteur": {"none": True} if presenting == "none" else {"staff_id": presenting} if presenting else None,
        "participant": taking_part or None,
        # An empty list says in so many words that nobody else took part (G01).
        "no_participants": True if not taking_part else None,
        "delegation_id": said["delegation_id"] or None,
        "report_to_board": said["report_to_board"] or None,
        "committee": said["committee"] or None,
        "minutes": said["minutes"] or None,
        "urgent": urgent,
        "dissent": [_kept(one) for one in dissents if one.get("name") and one.get("text_sv")] or None,
    }


def _declare(request: Asked, row: models.Case) -> HttpResponse:
    persons = drafting.persons(row)
    content = drafting.content(row)
    recorded = {one.person: one for one in row.declarations.all()}
    # Whoever only drafts is no person of FL 31 §; only those who are declare.
    names = people.names_of(set(persons))
    listed = [
        (key, names[key], recorded.get(key), key == request.actor.key)
        for key, relation in persons.items()
        if relation != "handler" or content.get("decision_maker") is None
    ]
    return _form(request, row, "declare", {"listed": listed}, link_only=True)


def _protect(request: Asked, row: models.Case) -> HttpResponse:
    persons = {key: name for key, name in drafting.persons(row).items() if not key.startswith("elected:")}
    names = people.names_of(set(persons))
    form = forms.ProtectForm(request.POST or None, people=names)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            drafting.ask_protection(
                request.actor, row.pk, said["person"], forms=said["forms_"], telling=said["telling"]
            )
        except Refused as refused:
            form.add_error(None, sentence(refused))
        else:
            messages.success(request, _("The need is passed on. Somebody else assesses it; you see the answer here."))
            return redirect("case-step", row.pk, "protect")
    needs = [(one, names.get(one.person_id) or one.person.full_name) for one in row.protections.all()]
    return _form(request, row, "protect", {"form": form, "needs": needs}, form)


def _review(request: Asked, row: models.Case) -> HttpResponse:
    assembled, found = drafting.review(row)
    preview = reading.latest(row)
    work = row.work.filter(kind="prepare").first()
    failed = work.outcome if work and work.state == "failed" and work.args.get("edits") == row.edits else None
    context = {
        "all_findings": [(finding, _step_of(finding.place)) for finding in found],
        "complete": assembled.case is not None,
        "stopping": any(one.stops for one in found),
        "preview": preview,
        "work": work if work and work.state in ("waiting", "running") else None,
        "failed": failed,
        "failed_words": put(failed["problem"], failed["next_step"], "", failed["params"]) if failed else "",
    }
    return _form(request, row, "review", context, link_only=True)


_HANDLERS = {
    "facts": _facts,
    "text": _text,
    "people": _people,
    "declare": _declare,
    "protect": _protect,
    "review": _review,
}


# --- shared -----------------------------------------------------------------------------------------------------


def _edits(request: HttpRequest) -> int:
    text = request.POST.get("edits", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value and key != "DELETE"}


def _next(request: HttpRequest, step: str) -> str:
    """Where a save goes: on, or stays when another row was wanted."""
    if "stay" in request.POST:
        return step
    names = [name for name, _words in STEPS]
    return names[min(names.index(step) + 1, len(names) - 1)]


def _save(
    request: Asked, row: models.Case, step: str, changes: dict[str, Any], form: django_forms.Form
) -> HttpResponse | None:
    try:
        drafting.save(request.actor, row.pk, _edits(request), step, changes)
    except SigillError as error:
        # The form is shown again as it was typed: nothing is lost.
        place = getattr(error, "place", "")
        form.add_error(place if place in form.fields else None, put(error.problem, error.next_step, "", error.params))
        return None
    messages.success(request, _("Saved."))
    return redirect("case-step", row.pk, _next(request, step))


def _errors(*those: Any) -> list[tuple[str, str]]:
    return forms.all_errors(*those)


def _form(
    request: Asked, row: models.Case, step: str, context: dict[str, Any], *those: Any, link_only: bool = False
) -> HttpResponse:
    errors = [] if link_only or request.method != "POST" else _errors(*those)
    row.refresh_from_db()
    framed = {**_frame(request, row, step), **context, "errors": errors}
    return render(request, f"web/step_{step}.html", framed, status=422 if errors else 200)


def _frame(request: Asked, row: models.Case, step: str) -> dict[str, Any]:
    """What every page of a case shows: head, steps with what is found at each, whether it is open to change."""
    open_ = drafting.may_change(request.actor, row)
    found: Sequence[Any] = ()
    if State(row.state) in (State.DRAFT, State.SENT_BACK, State.SUBMITTED):
        _assembled, found = drafting.review(row)
    steps = [
        StepLink(
            name,
            _(words),
            reverse("case-step", args=[row.pk, name]),
            name == step,
            sum(one.stops and _step_of(one.place) == name for one in found),
        )
        for name, words in STEPS
    ]
    return {
        "case": row,
        "type": book.decision_type(row.decision_type),
        "steps": steps,
        "step": step,
        "open": open_,
        "here": [one for one in found if _step_of(one.place) == step],
        "can_undo": open_ and row.versions.filter(number=row.head, parent__gt=0).exists(),
    }


def _step_of(place: str) -> str:
    head = place.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]
    return next((step for step, heads in _PLACES.items() if head in heads), "review")
