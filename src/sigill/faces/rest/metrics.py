"""What Prometheus reads. Whoever fetches it shows the token in `SIGILL_METRICS_TOKEN`; without that setting the address
does not exist."""

import hmac
import os

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from prometheus_client import CONTENT_TYPE_LATEST

from sigill.desk import counting


def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers, for whoever shows the token."""
    wanted = os.environ.get("SIGILL_METRICS_TOKEN", "")
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or request.method not in ("GET", "HEAD"):
        return HttpResponseNotFound()
    if not hmac.compare_digest(shown.encode(), wanted.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(counting.exposition(), content_type=CONTENT_TYPE_LATEST)
