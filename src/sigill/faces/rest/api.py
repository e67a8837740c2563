"""The calls of a case system: start a case, hand in its text, have the letters made, see where it stands, fetch the
issued notification, note that it is sent, be told by webhook.

A call that changes something takes an `Idempotency-Key`: made again with the same key it gives the same answer.
Errors are `application/problem+json` (RFC 9457), with the gate's findings where there are any.
"""

import datetime as dt
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import File, Header, NinjaAPI, Path, Query, Router, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.files import UploadedFile
from ninja.security import HttpBearer
from pydantic import ConfigDict, Field, StringConstraints

from sigill.desk import drafting, limits, programs, sending
from sigill.desk.access import NotYourRole, NotYours, no_such_case
from sigill.desk.office import office
from sigill.errors import N_, BadInput, Refused, SigillError, Temporary
from sigill.house import slug
from sigill.law import book
from sigill.store.desk.models import ApiToken, Case, WebhookEndpoint

FAILURES, WINDOW = 20, 300
"""Wrong tokens from one address in so many seconds; a right one is never held up by them."""
CALLS, MINUTE = 600, 60
"""Calls with one token in a minute."""

Line: TypeAlias = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00-\x1f]*$")]
Text: TypeAlias = Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00]*$")]
StaffId: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")]
Here: TypeAlias = Annotated[str, Path(description="The municipality, as in its name: exempelstads-kommun")]
Key: TypeAlias = Annotated[
    str, Header(alias="Idempotency-Key", min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")
]


class _In(Schema):
    """What comes in: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class PartyIn(_In):
    """A party or a person the case concerns."""

    name: Annotated[Line, StringConstraints(min_length=1)]
    role: Line = ""
    personal_number: Line = ""
    address: Line = ""


class CaseIn(_In):
    """A case to start, for the case worker `handler`. What is not said is filled in by hand."""

    decision_type: Annotated[Line, StringConstraints(min_length=1)]
    handler: StaffId
    reference: Annotated[str, StringConstraints(max_length=100, pattern=r"^[\w .:/+-]*$")] = ""
    dnr: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f]*$")] = ""
    title_sv: Line = ""
    content_sv: Text = ""
    appeal_court: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")] = ""
    party: Annotated[list[PartyIn], Field(default_factory=list, max_length=20)]


class FindingOut(Schema):
    """Something that stands in the way, or a note."""

    rule: str
    severity: Literal["block", "require", "note"]
    source: str
    place: str
    message_sv: str
    message_en: str


class WorkOut(Schema):
    """The last job on the case."""

    kind: str
    state: str


class StatusOut(Schema):
    """Where a case stands."""

    id: UUID
    dnr: str
    reference: str
    decision_type: str
    state: str
    decision_id: str
    decided_on: dt.date | None
    work: WorkOut | None


class CaseOut(StatusOut):
    """The same, with what is missing. What concerns protection is not told here."""

    findings: list[FindingOut]


class TypeOut(Schema):
    """A decision type."""

    id: str
    title_sv: str
    title_en: str
    source: str


class DeliveryIn(_In):
    """How and when a decision was sent."""

    way: Literal["post", "digital_mail", "handed_over", "e_mail_notice"]
    sent_on: dt.date


class ServiceIn(_In):
    """When the party had it, and how that is known."""

    served_on: dt.date
    proof: Line = ""


class WebhookIn(_In):
    """Where to tell."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[\x21-\x7e]+$")]


class WebhookOut(Schema):
    """An endpoint."""

    id: UUID
    url: str


class NewWebhookOut(WebhookOut):
    """A new endpoint with its signing secret (Standard Webhooks), shown now and never again."""

    secret: str


class ProblemOut(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    findings: list[FindingOut]


class _Token(HttpBearer):
    """The token of a program."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Whose token it is; None for nobody's."""
        address = limits.address(request.META)
        try:
            row = programs.known(token)
        except programs.NoToken:
            if not limits.allowed("wrong token", address, most=FAILURES, seconds=WINDOW):
                raise HttpError(429, "Too many calls; wait.") from None
            return None
        if not limits.allowed("calls", str(row.pk), most=CALLS, seconds=MINUTE):
            raise HttpError(429, "Too many calls; wait.")
        match = request.resolver_match
        if match is None or match.kwargs.get("municipality_id") != slug(office().board.municipality):
            raise no_such_case()
        return row


class _Api(NinjaAPI):
    """Answers 4xx as problem+json, also where the framework speaks."""


api = _Api(
    title="Sigill",
    version="1",
    description="Decisions of a social board that do not name the threatened handler. See docs/manual/program.md.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="rest",
    auth=_Token(),
)
router = Router()
_ERRORS: dict[Any, Any] = {(401, 403, 404, 409, 422, 429, 503): ProblemOut}


def problem(status: int, title: str, detail: str, findings: Any = ()) -> HttpResponse:
    """An error as RFC 9457 has it."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "findings": [_finding(one) for one in findings],
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def _status_of(error: SigillError) -> int:
    table: tuple[tuple[type[SigillError] | tuple[type[SigillError], ...], int], ...] = (
        (programs.NoToken, 401),
        ((programs.NoScope, NotYourRole), 403),
        (NotYours, 404),
        ((programs.Reused, drafting.Stale, drafting.NotNow), 409),
        (Temporary, 503),
    )
    return next((status for kind, status in table if isinstance(error, kind)), 422)


@api.exception_handler(SigillError)
def _ours(_request: HttpRequest, error: SigillError) -> HttpResponse:
    found = error.findings if isinstance(error, Refused) else ()
    return problem(_status_of(error), type(error).__name__, str(error), [one for one in found if _tellable(one)])


@api.exception_handler(AuthenticationError)
def _nobody(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    answer = problem(401, "NoToken", "Show a token: Authorization: Bearer sgl_…")
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(HttpError)
def _http(_request: HttpRequest, error: HttpError) -> HttpResponse:
    answer = problem(error.status_code, "HttpError", str(error))
    if error.status_code == 429:
        answer["Retry-After"] = str(MINUTE)
    return answer


@api.exception_handler(ValidationError)
def _form(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    # Where and what kind; never the value, which could be a name.
    places = sorted({".".join(str(part) for part in one["loc"]) + f" ({one['type']})" for one in error.errors})
    return problem(422, "ValidationError", "; ".join(places))


def _finding(one: Any) -> dict[str, str]:
    return {
        "rule": one.rule,
        "severity": str(one.severity),
        "source": one.source,
        "place": one.place,
        "message_sv": one.message_sv,
        "message_en": one.message_en,
    }


def _tellable(one: Any) -> bool:
    """Whether a program may read a finding: those on protection say who is withheld."""
    return not one.place.startswith("withhold") and "withhold" not in one.place


def _out(row: Case) -> dict[str, Any]:
    work = row.work.first()
    return {
        "id": row.pk,
        "dnr": row.dnr,
        "reference": row.started_by.reference,
        "decision_type": row.decision_type,
        "state": row.state,
        "decision_id": row.decision_id,
        "decided_on": row.decided_on,
        "work": {"kind": work.kind, "state": work.state} if work is not None else None,
    }


def _whole(row: Case) -> dict[str, Any]:
    found = drafting.review(row)[1] if not row.decision_id and row.head else ()
    return {**_out(row), "findings": [_finding(one) for one in found if _tellable(one)]}


def _plain(answer: dict[str, Any]) -> dict[str, Any]:
    """As JSON keeps it, for an answer that may be given again."""
    return {key: str(one) if isinstance(one, UUID | dt.date) else one for key, one in answer.items()}


def _once(request: HttpRequest, key: str, act: Any) -> Any:
    asked = f"{request.method} {request.path}\n".encode() + request.body
    return programs.once(_token(request), key, asked, act)


def _token(request: HttpRequest) -> ApiToken:
    token: ApiToken = request.auth  # type: ignore[attr-defined]  # set by ninja
    return token


@router.get("/decision-types", response={200: list[TypeOut], **_ERRORS}, operation_id="decisionTypes")
def decision_types(request: HttpRequest, municipality_id: Here, q: Annotated[str, Query(max_length=100)] = "") -> Any:
    """Decision types whose titles hold `q`; all of them without it."""
    del municipality_id
    programs.need_scope(_token(request), "cases:read")
    wanted = q.casefold()
    return [
        {
            "id": one.id,
            "title_sv": one.title_sv,
            "title_en": one.title_en,
            "source": f"{one.act} {one.chapter}:{one.section}",
        }
        for one in book.decision_types().decision_type
        if wanted in f"{one.id} {one.title_sv} {one.title_en}".casefold()
    ]


@router.post("/cases", response={201: CaseOut, **_ERRORS}, operation_id="startCase")
def start_case(request: HttpRequest, municipality_id: Here, said: CaseIn, key: Key) -> Any:
    """Start a case for a case worker, who goes on with it in the web."""
    del municipality_id
    content = {
        name: value
        for name, value in said.dict(include={"dnr", "title_sv", "content_sv", "appeal_court", "party"}).items()
        if value
    }

    def act() -> tuple[int, dict[str, Any]]:
        row = programs.start(
            _token(request),
            decision_type=said.decision_type,
            handler=said.handler,
            reference=said.reference,
            said=content,
        )
        return 201, _plain(_whole(row))

    return _once(request, key, act)


@router.get("/cases/{case_id}", response={200: CaseOut, **_ERRORS}, operation_id="case")
def case(request: HttpRequest, municipality_id: Here, case_id: UUID) -> Any:
    """A case that this program started: where it stands and what is missing."""
    del municipality_id
    return _whole(programs.case(_token(request), "cases:read", case_id))


@router.get("/cases/{case_id}/status", response={200: StatusOut, **_ERRORS}, operation_id="caseStatus")
def status(request: HttpRequest, municipality_id: Here, case_id: UUID) -> Any:
    """Where a case stands; quick, for polling."""
    del municipality_id
    return _out(programs.case(_token(request), "cases:read", case_id))


@router.post("/cases/{case_id}/document", response={200: CaseOut, **_ERRORS}, operation_id="handInDocument")
def document(request: HttpRequest, municipality_id: Here, case_id: UUID, file: File[UploadedFile]) -> Any:
    """Hand in the decision's text: DOCX, ODT, RTF, HTML or Markdown, at most 20 MiB. The same again is one text."""
    del municipality_id
    if getattr(file, "too_large", False):
        raise BadInput(N_("The file is larger than {most} MiB."), N_("Split it."), most=drafting.MAX_DOCUMENT >> 20)
    return _whole(programs.hand_in(_token(request), case_id, file.name or "", file.read()))


@router.post("/cases/{case_id}/prepare", response={202: StatusOut, **_ERRORS}, operation_id="prepareLetters")
def prepare(request: HttpRequest, municipality_id: Here, case_id: UUID, key: Key) -> Any:
    """Have the two letters made, for the people to read. Told by the webhook `case.prepared`."""
    del municipality_id

    def act() -> tuple[int, dict[str, Any]]:
        programs.prepare(_token(request), case_id)
        return 202, _plain(_out(programs.case(_token(request), "cases:write", case_id)))

    return _once(request, key, act)


@router.get(
    "/cases/{case_id}/notification",
    response={200: None, **_ERRORS},
    operation_id="notification",
    openapi_extra={
        "responses": {
            200: {
                "description": "The signed notification",
                "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def notification(request: HttpRequest, municipality_id: Here, case_id: UUID) -> Any:
    """The issued notification, as it is to be sent."""
    del municipality_id
    actor, row = programs.registrar(_token(request), "letters:read", case_id)
    name, data = sending.letter(actor, row.pk)
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@router.post("/cases/{case_id}/deliveries", response={201: StatusOut, **_ERRORS}, operation_id="noteSent")
def deliver(request: HttpRequest, municipality_id: Here, case_id: UUID, said: DeliveryIn, key: Key) -> Any:
    """Note that the decision has been sent."""
    del municipality_id

    def act() -> tuple[int, dict[str, Any]]:
        actor, row = programs.registrar(_token(request), "deliveries:write", case_id)
        sending.mark_sent(actor, row.pk, way=said.way, sent_on=said.sent_on)
        return 201, _plain(_out(programs.case(_token(request), "deliveries:write", case_id)))

    return _once(request, key, act)


@router.post("/cases/{case_id}/service", response={201: StatusOut, **_ERRORS}, operation_id="noteServed")
def serve(request: HttpRequest, municipality_id: Here, case_id: UUID, said: ServiceIn, key: Key) -> Any:
    """Note that the party has had the decision: the time to appeal runs (FL 44 §)."""
    del municipality_id

    def act() -> tuple[int, dict[str, Any]]:
        actor, row = programs.registrar(_token(request), "deliveries:write", case_id)
        sending.mark_served(actor, row.pk, served_on=said.served_on, proof=said.proof)
        return 201, _plain(_out(programs.case(_token(request), "deliveries:write", case_id)))

    return _once(request, key, act)


@router.get("/webhooks", response={200: list[WebhookOut], **_ERRORS}, operation_id="webhooks")
def webhooks(request: HttpRequest, municipality_id: Here) -> Any:
    """The endpoints in use."""
    del municipality_id
    return [_endpoint(one) for one in programs.endpoints(_token(request))]


@router.post("/webhooks", response={201: NewWebhookOut, **_ERRORS}, operation_id="addWebhook")
def add_webhook(request: HttpRequest, municipality_id: Here, said: WebhookIn) -> Any:
    """Be told at an address (https). The secret is shown in this answer alone."""
    del municipality_id
    row, secret = programs.subscribe(_token(request), said.url)
    return 201, {**_endpoint(row), "secret": secret}


@router.delete("/webhooks/{webhook_id}", response={204: None, **_ERRORS}, operation_id="removeWebhook")
def remove_webhook(request: HttpRequest, municipality_id: Here, webhook_id: UUID) -> Any:
    """Tell that address no more."""
    del municipality_id
    programs.unsubscribe(_token(request), webhook_id)
    return 204, None


def _endpoint(row: WebhookEndpoint) -> dict[str, Any]:
    return {"id": row.pk, "url": row.url}


api.add_router("/{municipality_id}/v1", router)
