"""Pages for what went wrong before a view was reached."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old, or came from elsewhere. What was typed is still in the browser."""
    del reason
    message = _("The form was too old to be trusted. Go back, load the page again, and send it once more.")
    return render(request, "web/error.html", {"status": 403, "message": message}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page."""
    del exception
    return render(request, "web/error.html", {"status": 404, "message": _("There is no such page.")}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours. The words hold nothing of the request."""
    message = _(
        "Something went wrong here, and nothing was saved by it. Try again; if it stays, tell the administrator."
    )
    return render(request, "web/error.html", {"status": 500, "message": message}, status=500)
