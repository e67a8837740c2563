"""Start page, language, health, the municipality's colours."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from sigill.desk import drafting, sending, withholding
from sigill.desk.access import reach
from sigill.desk.office import office
from sigill.faces.web.guard import Asked, page, public


@page("home")
def home(request: Asked) -> HttpResponse:
    """What waits for me."""
    actor = request.actor
    waiting: dict[str, object] = {}
    if reach(actor.roles, "case.list"):
        cases = drafting.my_cases(actor)
        waiting["cases"] = [one for one in cases if one.state in ("draft", "sent_back")][:5]
        waiting["decide"] = [one for one in cases if one.state == "submitted" and drafting.is_maker(actor, one)]
    if reach(actor.roles, "protection.queue"):
        waiting["protections"] = len(withholding.queue(actor))
    if reach(actor.roles, "sending.queue"):
        waiting["sending"] = len(sending.queue(actor))
    return render(request, "web/home.html", waiting)


@public()
def accessibility(request: HttpRequest) -> HttpResponse:
    """The statement of accessibility (lagen 2018:1937 om tillgänglighet till digital offentlig service, 13 §)."""
    return render(request, "web/accessibility.html")


@public("POST")
def language(request: HttpRequest) -> HttpResponse:
    """Swedish or English, and back to where one was."""
    wanted = request.POST.get("language", "sv")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = redirect(back)
    if translation.check_for_language(wanted) and wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=365 * 86400, samesite="Lax", httponly=True,
            secure=bool(settings.SESSION_COOKIE_SECURE),
        )  # fmt: skip
    return response


@public()
def theme(request: HttpRequest) -> HttpResponse:
    """The municipality's colours, as tokens for the style sheet."""
    request.protected = False  # type: ignore[attr-defined]
    text = f":root{{--municipality:{office().board.colours.primary}}}\n"
    response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response


@public()
def logo(request: HttpRequest) -> HttpResponse:
    """The municipality's logo, as it stands on the letters."""
    request.protected = False  # type: ignore[attr-defined]
    board = office().board
    if board.logo is None:
        return HttpResponse(status=404)
    kind = "image/svg+xml" if board.logo.file.endswith(".svg") else "image/png"
    response = HttpResponse(board.logo_bytes, content_type=kind)
    response["Cache-Control"] = "public, max-age=3600"
    return response


@public()
def alive(request: HttpRequest) -> HttpResponse:
    """Whether the process answers."""
    del request
    return JsonResponse({"status": "ok"})


@public()
def ready(request: HttpRequest) -> HttpResponse:
    """Whether it can work: the database answers."""
    del request
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return JsonResponse({"status": "database"}, status=503)
    return JsonResponse({"status": "ok"})
