"""The addresses of the programs' face. The guard of the web lets them through: each asks for its token itself."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from sigill.faces.rest import metrics, scim
from sigill.faces.rest.api import api


def openapi() -> dict[str, Any]:
    """The description of the calls, as it stands in docs/openapi.json."""
    described: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=""), default=str))
    for calls in described["paths"].values():
        for call in calls.values():
            for status, answer in call["responses"].items():
                if int(status) >= 400:  # ninja knows one kind of content only
                    answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
    return described


def _described(request: HttpRequest) -> HttpResponse:
    del request
    return JsonResponse(openapi())


def _marked(pattern: URLPattern) -> URLPattern:
    # "Public" to the guard, which knows sessions; a call without a token is told 401 here.
    view: Any = pattern.callback
    view.sigill_public, view.sigill_action = True, None
    view.sigill_methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    return pattern


urlpatterns = [
    _marked(one)
    for one in (
        path("v1/openapi.json", _described, name="openapi"),
        path("matt/", metrics.metrics, name="metrics"),
        re_path(r"^(?P<municipality_id>[^/]+)/scim/v2(?P<rest>/.*)?$", csrf_exempt(scim.scim), name="scim"),
        *(one for one in api.urls[0] if isinstance(one, URLPattern) and one.name not in ("api-root", "openapi-json")),
    )
]
