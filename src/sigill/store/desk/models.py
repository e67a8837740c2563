"""Tables of the people's work.

Names of employees stand in the staff directory (`Employee`) and, while a case is in work, in its versions and
letters; when the decision is issued the desk deletes those (`sigill.desk.issuing`), because from then on the record
lies under lock. What is left of an issued case here tells no name.
"""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone


class Employee(models.Model):
    """One row of the staff directory (from CSV or SCIM). Columns as `sigill.decision.people.StaffMember`."""

    staff_id = models.CharField(max_length=64, primary_key=True)
    given_names = models.CharField(max_length=200)
    preferred_name = models.CharField(max_length=100, blank=True)
    surname = models.CharField(max_length=200)
    former_surname = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    mobile = models.CharField(max_length=60, blank=True)
    user_id = models.CharField(max_length=64, blank=True)
    initials = models.CharField(max_length=20, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["surname", "preferred_name", "staff_id"]

    def __str__(self) -> str:
        return self.staff_id

    @property
    def full_name(self) -> str:
        """The name in daily use."""
        return f"{self.preferred_name} {self.surname}".strip()


class UserManager(BaseUserManager["User"]):
    """Makes users; there are no superusers."""

    def create_user(self, username: str, password: str | None = None, **more: Any) -> "User":
        """A user. Without a password only a passkey or an identity provider lets the user in."""
        user = self.model(username=username, **more)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who logs in: an employee, or an elected member who decides.

    Args:
        employee: whose row in the staff directory it is; None for an elected member.
        elected_name: an elected member's name, as it stands in minutes; empty for an employee.
    """

    username = models.CharField(max_length=150, unique=True)
    email = models.EmailField(blank=True)
    employee = models.OneToOneField(Employee, on_delete=models.PROTECT, null=True, blank=True)
    elected_name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=2, default="sv")
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        """The name shown to the user."""
        return self.employee.full_name if self.employee is not None else self.elected_name

    # Rights come from roles (`sigill.desk.access`), never from Django's own permissions.
    @property
    def is_staff(self) -> bool:
        """Nobody has Django's admin."""
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Always no: rights come from roles."""
        del perm, obj
        return False


class RoleGrant(models.Model):
    """A role that a user has from one day to another."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=30)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["user", "role", "valid_from"]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.role}"


class DelegationRule(models.Model):
    """One item of the board's delegation rules (KL 6:37, 7:5), with its dates."""

    rule = models.CharField(max_length=300)
    item = models.CharField(max_length=40)
    delegate = models.CharField(max_length=200)
    about_sv = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["item", "valid_from"]

    def __str__(self) -> str:
        return f"{self.item} {self.delegate}"


class Case(models.Model):
    """A decision case in work, and after it is issued what is needed to send it.

    Args:
        state: see `sigill.decision.workflow.State`.
        head: number of the version that counts; undo moves it back, the versions stay.
        edits: counts every change of content; a save that was begun on an older count is refused, not merged.
        id_seed: 16 random bytes that the decision's public id is made from, so that the letters which were read and
            those which are signed carry the same one.
        sending: JSON of what the registrar needs once it is issued (addressees, appeal); no employee in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dnr = models.CharField(max_length=100, blank=True)
    decision_type = models.CharField(max_length=100)
    title = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=20, default="draft")
    head = models.PositiveIntegerField(default=0)
    edits = models.PositiveIntegerField(default=0)
    id_seed = models.BinaryField()
    decision_id = models.CharField(max_length=32, blank=True)
    decided_on = models.DateField(null=True)
    issued_at = models.DateTimeField(null=True)
    sending = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-changed_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dnr"], condition=~models.Q(dnr=""), name="one_case_per_dnr"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CasePerson(models.Model):
    """Whose case it is: the one who drafts it, decides it, presents it or takes part. Rebuilt at every save."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="people")
    user_key = models.CharField(max_length=220)  # staff id, or `elected:NAME`
    relation = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "user_key", "relation"], name="one_relation_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["user_key", "case"])]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.relation}"


class CaseVersion(models.Model):
    """One saved state of a case's content. Never changed; deleted when the decision is issued.

    Args:
        parent: number of the version it was made from; where undo goes.
        step: which step of the form was saved.
        data: the case as far as it goes, with the keys of a case file (`sigill.decision.case`).
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    parent = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=20)
    data = models.JSONField()
    saved_by = models.CharField(max_length=220)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number}"


class SourceDocument(models.Model):
    """The decision's text as it was handed in. Deleted when the decision is issued."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    data = models.BinaryField()
    left_out = models.JSONField(default=dict)
    words = models.PositiveIntegerField(default=0)
    uploaded_by = models.CharField(max_length=220)
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "sha256"], name="one_document_once")]

    def __str__(self) -> str:
        return self.sha256


class CaseEvent(models.Model):
    """What somebody did with a case: the history, and what the gate reads as events. Only added to.

    Args:
        action: as in a case file's `[[event]]`, or an act of the workflow.
        note: the doer's own words (why it was sent back, say); deleted when the decision is issued.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=220)
    action = models.CharField(max_length=40)
    note = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.action}"


class Declaration(models.Model):
    """Somebody's declaration on disqualification (FL 16–18 §§, KL 6:28–32)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="declarations")
    person = models.CharField(max_length=220)  # staff id, or `elected:NAME`
    declared_on = models.DateField()
    conflict = models.BooleanField()
    recorded_by = models.CharField(max_length=220)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "person"], name="one_declaration_each")]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.conflict}"


class Protection(models.Model):
    """A need for protection of one person, asked for in a case, and the assessment of it (FL 33 § 4 st).

    The rules are `sigill.protection.need`'s; `sigill.desk.withholding.need_of` makes its value of a row.

    Args:
        state: `asked`, `granted`, `refused`, `withdrawn`, `ended`, or `expired` once it has been asked for again.
        telling: what happened, in the asker's words; `facts`: what the assessor found.
        party_key: the party it concerns, opaque (`sigill.desk.parties`); it holds in other cases of that party too.
        assessed_forms, severity, factors: as the assessor sees them, ids of the typology.
        earlier: the need that this one renews.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="protections")
    person = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    asked_by = models.CharField(max_length=220)
    asked_at = models.DateTimeField(default=timezone.now)
    forms = models.JSONField(default=list)
    telling = models.TextField()
    state = models.CharField(max_length=10, default="asked")
    ground = models.CharField(max_length=40, blank=True)
    facts = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    assessed_by = models.CharField(max_length=220, blank=True)
    assessed_on = models.DateField(null=True)
    review_by = models.DateField(null=True)
    party_key = models.CharField(max_length=64, blank=True, db_index=True)
    assessed_forms = models.JSONField(default=list)
    severity = models.PositiveSmallIntegerField(default=0)
    factors = models.JSONField(default=list)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=220, blank=True)
    earlier = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="renewals")

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "person", "state"],
                condition=models.Q(state__in=("asked", "granted")),
                name="one_open_assessment_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.state}"


class Preview(models.Model):
    """The two letters as they would be issued, for reading. Deleted when the decision is issued.

    Args:
        fingerprint: SHA-256 over everything the letters are made from, the moment of signing aside.
        letters_sha256: SHA-256 of the notification; what is signed must be these bytes again.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="previews")
    fingerprint = models.CharField(max_length=64)
    decision_date = models.DateField()
    made_at = models.DateTimeField(default=timezone.now)
    record_pdf = models.BinaryField()
    notification_pdf = models.BinaryField()
    letters_sha256 = models.CharField(max_length=64)
    withheld = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.fingerprint


class PreviewPage(models.Model):
    """One page of a previewed letter as a picture, withheld places marked.

    Args:
        letter: `record` or `notification`.
        marks: how many places are marked on it.
        text: the page's text, for those who do not see the picture.
    """

    preview = models.ForeignKey(Preview, on_delete=models.CASCADE, related_name="pages")
    letter = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    png = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    marks = models.PositiveIntegerField(default=0)
    text = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["letter", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["preview", "letter", "number"], name="one_page_once")]

    def __str__(self) -> str:
        return f"{self.letter}/{self.number}"


class Reading(models.Model):
    """Somebody has had one of the two letters open."""

    preview = models.ForeignKey(Preview, on_delete=models.CASCADE, related_name="readings")
    reader = models.CharField(max_length=220)
    letter = models.CharField(max_length=12)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["preview", "reader", "letter"], name="one_reading")]

    def __str__(self) -> str:
        return self.letter


class Work(models.Model):
    """A job on a case, as its user sees it. The queue itself is django-tasks'.

    Args:
        kind: `prepare` or `issue`.
        state: `waiting`, `running`, `done` or `failed`.
        code: what went wrong: the error's class, its findings and sentences as JSON; never a name.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="work")
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default="waiting")
    args = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    asked_by = models.CharField(max_length=220)
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.kind}:{self.state}"


class Lease(models.Model):
    """Which worker has which job, and until when it must have said so again."""

    task_id = models.UUIDField(primary_key=True)
    worker = models.CharField(max_length=64)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.task_id)


class Delivery(models.Model):
    """One act of sending an issued decision: how, when, by whom; proof of service when there is one."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="deliveries")
    way = models.CharField(max_length=20)
    sent_on = models.DateField()
    sent_by = models.CharField(max_length=220)
    served_on = models.DateField(null=True)
    proof = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["sent_on", "id"]

    def __str__(self) -> str:
        return self.way


class Incident(models.Model):
    """Something that happened to employees: `sigill.protection.incidents.Incident` as JSON, and what it is found by.

    Args:
        case: the case it happened in, when it is known and still there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recorded_by = models.CharField(max_length=220)
    recorded_at = models.DateTimeField()
    party_key = models.CharField(max_length=64, blank=True, db_index=True)
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, related_name="incidents")
    value = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-recorded_at"]

    def __str__(self) -> str:
        return str(self.id)


class IncidentPerson(models.Model):
    """Whom an incident touches: `hit` or `witness`."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="people")
    staff_id = models.CharField(max_length=64, db_index=True)
    relation = models.CharField(max_length=10)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "staff_id", "relation"], name="one_touch_once"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}:{self.relation}"


class IncidentAnswer(models.Model):
    """A duty of an incident answered: the history, only added to. The last answer to a prompt counts."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="answers")
    prompt = models.CharField(max_length=60)
    by = models.CharField(max_length=220)
    at = models.DateTimeField()
    done = models.BooleanField()
    note = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.incident_id}:{self.prompt}"


class Deputy(models.Model):
    """Somebody named beforehand to take reports of concern about employees' own children."""

    employee = models.OneToOneField(Employee, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["order", "employee_id"]

    def __str__(self) -> str:
        return str(self.employee_id)


class ConcernFlag(models.Model):
    """A report of concern that a deputy takes. Whom it is about stands nowhere here."""

    report = models.CharField(max_length=100, unique=True)
    deputy = models.CharField(max_length=64, db_index=True)
    received_on = models.DateField()
    due = models.DateField()
    taken_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["due", "id"]

    def __str__(self) -> str:
        return self.report


class Notice(models.Model):
    """One mail that is to go out: who is told of which kind of event, never of what.

    Args:
        key: what it is told for, so that it is told once; opaque.
        to: staff id, or `mailbox` for the board's function address.
        next_try: None when it has gone out or a human must look (`stuck`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    event = models.CharField(max_length=30)
    reader = models.CharField(max_length=30)
    to = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True, db_index=True)
    sent_at = models.DateTimeField(null=True)
    stuck = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["made_at"]

    def __str__(self) -> str:
        return f"{self.event}:{self.reader}"


class PublicQuestion(models.Model):
    """A question about a decision, asked by somebody with its code and without log-in; answered from the mailbox.

    Args:
        case: whose decision the code is; None for a code that no decision bears. The asker is not told which.
        reply_to: where the asker wants the answer, in the asker's words.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="questions")
    code = models.CharField(max_length=32)
    text = models.TextField()
    reply_to = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=220, blank=True)

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]

    def __str__(self) -> str:
        return str(self.pk)


class ApiToken(models.Model):
    """What a program shows to be let in. Only its hash is kept.

    Args:
        digest: SHA-256 of the token; the token itself is random, 256 bits, so that no slow hash is needed.
        scopes: of `sigill.desk.programs.SCOPES`.
    """

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    valid_to = models.DateField()
    revoked_at = models.DateTimeField(null=True)
    used_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at"]

    def __str__(self) -> str:
        return self.name


class ApiCase(models.Model):
    """Which program started which case: it reaches those and no others."""

    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, related_name="cases")
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="started_by")
    reference = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return str(self.case_id)


class IdempotencyKey(models.Model):
    """An answer kept so that the same call made again gets it again."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request = models.CharField(max_length=64)  # SHA-256 of method, path and body
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return str(self.pk)


class WebhookEndpoint(models.Model):
    """Where a program wants to be told. Its secret is derived (`sigill.notify.webhook.secret`), not kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="endpoints")
    url = models.CharField(max_length=500)
    generation = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["made_at"]

    def __str__(self) -> str:
        return str(self.id)


class WebhookMessage(models.Model):
    """One thing told to one endpoint; the body is the same at every try."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="messages")
    body = models.BinaryField()
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True, db_index=True)
    taken_at = models.DateTimeField(null=True)
    stuck = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["made_at"]

    def __str__(self) -> str:
        return str(self.id)
