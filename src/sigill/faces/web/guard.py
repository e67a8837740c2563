"""The guard at every page: which act it is (`@page`), who is acting, and what an error of ours becomes.

A view without an act in the access table answers nobody. What is shown while logged in is never stored by a cache.
Use cases check again by themselves: the guard only makes sure that nothing is reached without asking.
"""

import functools
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_http_methods

from sigill.desk import drafting
from sigill.desk.access import ACCESS, Actor, NotYourRole, NotYours, require
from sigill.desk.office import office
from sigill.desk.people import actor_of
from sigill.errors import SigillError, Temporary
from sigill.faces.web import menu
from sigill.faces.web.words import sentence
from sigill.store.desk.models import User

View = Callable[..., HttpResponse]


class Asked(HttpRequest):
    """A request behind the guard: it has an actor."""

    actor: Actor


def page(action: str, *methods: str) -> Callable[[View], View]:
    """Say which act of the access table a view is, and which methods it takes (default GET).

    Raises:
        KeyError: there is no such act; found when the module is imported.
    """
    ACCESS[action]
    allowed = [*(methods or ("GET",)), *(["HEAD"] if "GET" in (methods or ("GET",)) else [])]

    def mark(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request.actor, action)  # type: ignore[attr-defined]  # set by the middleware
            return view(request, *args, **kwargs)

        made: Any = require_http_methods(allowed)(guarded)
        made.sigill_action = action
        made.sigill_methods = tuple(allowed)
        return cast("View", made)

    return mark


def public(*methods: str) -> Callable[[View], View]:
    """A view for whoever comes by, logged in or not."""
    allowed = [*(methods or ("GET",)), *(["HEAD"] if "GET" in (methods or ("GET",)) else [])]

    def mark(view: View) -> View:
        made: Any = require_http_methods(allowed)(view)
        made.sigill_action = None
        made.sigill_public = True
        made.sigill_methods = tuple(allowed)
        return cast("View", made)

    return mark


class GuardMiddleware:
    """Nothing unmarked is reached, and nobody who is not logged in reaches more than what is public."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "protected", True) and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        if getattr(request, "protected", True):
            response["Cache-Control"] = "no-store, private"
            response.headers.pop("ETag", None)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Before the view is called."""
        del args, kwargs
        if getattr(view, "sigill_public", False):
            return None
        if getattr(view, "sigill_action", None) is None:
            raise Http404  # fail closed: a view that nobody put into the table
        user = request.user
        if not isinstance(user, User) or not user.is_active:
            return not_logged_in(request)
        request.actor = actor_of(user, office().house.clock.now().date())  # type: ignore[attr-defined]
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Our own errors become pages; others stay what they are."""
        if not isinstance(error, SigillError):
            return None
        status = _status(error)
        return render(
            request,
            "web/error.html",
            {"status": status, "message": sentence(error), "findings": getattr(error, "findings", ())},
            status=status,
        )


def not_logged_in(request: HttpRequest) -> HttpResponse:
    """A person is sent to log in and comes back; a program is told 401; htmx loads the whole log-in page."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = f"{redirect_to_login(request.headers.get('HX-Current-URL', '/'))['Location']}"
        return response
    if "application/json" in request.headers.get("Accept", ""):
        return HttpResponse(status=401)
    return redirect_to_login(request.get_full_path())


def _status(error: SigillError) -> int:
    if isinstance(error, NotYours):
        return 404
    if isinstance(error, NotYourRole):
        return 403
    if isinstance(error, drafting.Stale | drafting.NotNow):
        return 409
    return 503 if isinstance(error, Temporary) else 422


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """What every page shows around its own: the board's name, the menu, whether this is the demo."""
    actor = getattr(request, "actor", None)
    if actor is None and isinstance(getattr(request, "user", None), User) and request.user.is_active:
        user = request.user

        def find() -> Actor:
            assert isinstance(user, User)
            return actor_of(user, office().house.clock.now().date())

        actor = SimpleLazyObject(find)
    return {
        "board": SimpleLazyObject(lambda: office().board),
        "demo": settings.DEMO,
        "actor": actor,
        "menu": menu.entries(actor, request.path) if actor is not None else (),
    }
