"""Pages without log-in: check a decision, ask about one. And what answers them: the registrar's list of questions, the
administrator's tokens for programs.

The two public pages answer in the same time and the same length whatever is found, so that neither tells more than its
words; see docs/adr/0022.
"""

import time
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sigill.audit import Verdict
from sigill.desk import limits
from sigill.desk import programs as desk_programs
from sigill.desk import public as desk
from sigill.errors import Refused
from sigill.faces.web import forms
from sigill.faces.web.guard import Asked, page
from sigill.faces.web.guard import public as for_all
from sigill.faces.web.words import sentence

TICK = 1.0
"""Seconds: an answer leaves at a multiple of this after the question came."""
BLOCK = 16 << 10
"""Bytes: an answer is a multiple of this long."""
MOST, SECONDS = 30, 600
"""Questions from one address in a window."""


def even(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """An answer whose time and length say nothing."""
    began = time.monotonic()
    response = answer()
    response.content = response.content + b" " * (-len(response.content) % BLOCK)
    if request.method == "POST":
        time.sleep(TICK - (time.monotonic() - began) % TICK)
    return response


def _too_often(request: HttpRequest, kind: str) -> bool:
    return not limits.allowed(kind, limits.address(request.META), most=MOST, seconds=SECONDS)


@for_all("GET", "POST")
def check(request: HttpRequest) -> HttpResponse:
    """Is this document genuine, altered or unknown? Nothing else is said."""
    return even(request, lambda: _check(request))


def _check(request: HttpRequest) -> HttpResponse:
    form = forms.CheckForm(request.POST or None, request.FILES or None)
    found: Verdict | None = None
    by_code = False
    if request.method == "POST" and _too_often(request, "check"):
        return _wait(request)
    if request.method == "POST" and form.is_valid():
        upload, code = form.cleaned_data["file"], form.cleaned_data["code"]
        by_code = not upload
        if by_code:
            found = desk.check_code(code)
        else:
            found = Verdict.UNKNOWN if getattr(upload, "too_large", False) else desk.check_file(upload.read())
    errors = forms.all_errors(form) if request.method == "POST" else []
    context = {"form": form, "found": found, "by_code": by_code, "errors": errors}
    return render(request, "web/check.html", context, status=422 if errors else 200)


@for_all("GET", "POST")
def ask(request: HttpRequest) -> HttpResponse:
    """Leave a question for the function mailbox. The answer is the same whether the code is known or not."""
    return even(request, lambda: _ask(request))


def _ask(request: HttpRequest) -> HttpResponse:
    form = forms.QuestionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _too_often(request, "ask"):
        return _wait(request)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            desk.ask(said["code"], said["text"], said["reply_to"])
        except Refused as refused:
            form.add_error("code" if not desk.plain_code(said["code"]) else "text", sentence(refused))
        else:
            return render(request, "web/asked.html")
    errors = forms.all_errors(form) if request.method == "POST" else []
    return render(request, "web/ask.html", {"form": form, "errors": errors}, status=422 if errors else 200)


def _wait(request: HttpRequest) -> HttpResponse:
    message = _("Too many questions from your network in a short time. Wait ten minutes, or call the board.")
    return render(request, "web/error.html", {"status": 429, "message": message, "findings": ()}, status=429)


@page("questions", "GET", "POST")
def questions(request: Asked) -> HttpResponse:
    """What the public has asked; answered from the function mailbox, by nobody's name."""
    if request.method == "POST" and request.POST.get("answered", "").isdigit():
        desk.answered(request.actor, int(request.POST["answered"]))
        messages.success(request, _("Noted as answered."))
        return redirect("questions")
    return render(request, "web/questions.html", {"questions": desk.questions(request.actor)})


@page("office.programs", "GET", "POST")
def programs(request: Asked) -> HttpResponse:
    """Tokens for programs: make one, shown once; revoke."""
    form, token = forms.TokenForm(), ""
    if request.method == "POST" and request.POST.get("revoke", "").isdigit():
        desk_programs.revoke(request.actor, int(request.POST["revoke"]))
        messages.success(request, _("Revoked."))
        return redirect("programs")
    if request.method == "POST":
        form = forms.TokenForm(request.POST)
        if form.is_valid():
            said = form.cleaned_data
            try:
                _row, token = desk_programs.make(request.actor, said["name"], said["scopes"], said["valid_to"])
                form = forms.TokenForm()
            except Refused as refused:
                form.add_error(None, sentence(refused))
    errors = forms.all_errors(form) if form.is_bound else []
    context = {"form": form, "token": token, "tokens": desk_programs.tokens(request.actor), "errors": errors}
    return render(request, "web/programs.html", context, status=422 if errors else 200)
