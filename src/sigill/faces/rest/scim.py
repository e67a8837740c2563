"""SCIM 2.0 under `/{municipality_id}/scim/v2`: the token, and the way to `sigill.desk.directory`."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from scim2_models import NotFoundException, SCIMException, UnauthorizedException
from scim2_server.requests import ScimRequest
from scim2_server.service import ScimService

from sigill.desk import directory, limits, programs
from sigill.desk.office import office
from sigill.house import slug


def scim(request: HttpRequest, municipality_id: str, rest: str | None = None) -> HttpResponse:
    """Every SCIM call."""
    service = directory.open_service()
    try:
        answer = _handle(service, request, municipality_id, rest or "")
    except SCIMException as error:
        answer = service.error_response(error)
    response = HttpResponse(status=answer.status)
    if answer.body is not None:
        response = JsonResponse(answer.body, status=answer.status)
    for name, value in answer.headers.items():
        response[name] = value
    return response


def _handle(service: ScimService, request: HttpRequest, municipality_id: str, rest: str) -> Any:
    shown = request.headers.get("Authorization", "")
    try:
        token = programs.known(shown.removeprefix("Bearer ") if shown.startswith("Bearer ") else "")
    except programs.NoToken:
        address = limits.address(request.META)
        if not limits.allowed("wrong token", address, most=20, seconds=300):
            raise SCIMException(status=429, detail="Too many calls; wait.") from None
        raise UnauthorizedException(detail="Show a token.") from None
    if municipality_id != slug(office().board.municipality):
        raise NotFoundException(detail="There is no such municipality here.")
    asked = ScimRequest(
        method=request.method or "GET",
        base_url=request.build_absolute_uri(f"/{municipality_id}/scim/v2"),
        path=rest,
        query=request.GET.dict(),
        headers=dict(request.headers),
        body=request.body,
        subject=token,
    )
    with transaction.atomic():
        return directory.handle(service, asked)
