"""Forms of the web. Labels, help and errors are tied to their fields by Django's own ids; classes are Designsystemet's.

A form checks what its own fields can say; whether a case is lawful is the gate's to say, beside the fields.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from sigill.desk import sending
from sigill.desk.access import ROLE_WORDS, Role
from sigill.desk.programs import SCOPES
from sigill.faces.web.pages import labels
from sigill.faces.web.words import translate
from sigill.law import book
from sigill.protection.incidents import CHANNELS
from sigill.store.desk import models

_CLASSES = {
    forms.CheckboxInput: "ds-input",
    forms.RadioSelect: "ds-input",
    forms.CheckboxSelectMultiple: "ds-input",
}


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Form(forms.Form):
    """Base: Designsystemet's classes, and no colon after labels."""

    required_css_class = "required"
    error_css_class = "error"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "ds-input")
            if isinstance(field, forms.CharField) and field.max_length is None:
                field.max_length = 20_000

    def said(self) -> dict[str, Any]:
        """What was said, for saving: dates as text."""
        return {
            key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in self.cleaned_data.items()
        }


def _text(
    label: Any, *, help_text: Any = "", required: bool = False, rows: int = 0, most: int = 2000
) -> forms.CharField:
    widget: forms.Widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=most, widget=widget)


def employees(*, blank: Any = "") -> list[tuple[str, Any]]:
    """The staff directory as choices."""
    rows = models.Employee.objects.filter(active=True)
    return [("", blank), *((row.staff_id, f"{row.full_name}, {row.title.lower()} ({row.unit})") for row in rows)]


class FactsForm(Form):
    """What the case is about."""

    dnr = _text(_("Diary number"), help_text=_("As in the case system, for instance SN 2026/0412-14."), most=100)
    title_sv = _text(_("What the case is about"), help_text=_("In a few words; stands on the letter."), most=300)
    content_sv = _text(
        _("Operative part"), help_text=_("What the board decides, in whole sentences."), rows=4, most=5000
    )
    appeal_court = _text(_("Court of appeal"), most=200)
    reasons_omitted_sv = _text(
        _("Why reasons are left out"),
        help_text=_("Only if they are; with the support in 32 § of the Administrative Procedure Act."),
        most=1000,
    )


class PartyForm(Form):
    """A party, or somebody the case concerns."""

    name = _text(_("Name"), most=200)
    role = _text(_("Role in the case"), most=200)
    personal_number = _text(_("Personal identity number"), most=20)
    address = _text(_("Address"), most=300)

    def clean(self) -> dict[str, Any]:
        """A party has a name."""
        said = super().clean() or {}
        if any(said.get(key) for key in ("role", "personal_number", "address")) and not said.get("name"):
            self.add_error("name", _("Give the party's name."))
        return said


class TextForm(Form):
    """The decision's text."""

    document = forms.FileField(
        label=_("The decision's text"),
        help_text=_(
            "Word, OpenDocument, RTF, HTML or Markdown; at most 20 MB. Only the text and its structure are used."
        ),
        widget=forms.FileInput(attrs={"accept": ".docx,.odt,.rtf,.html,.htm,.md"}),
        max_length=255,
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("The file is empty."),
        },
    )

    def clean_document(self) -> UploadedFile[bytes]:
        """Not larger than what was kept of it."""
        file = self.cleaned_data["document"]
        assert isinstance(file, UploadedFile)
        if getattr(file, "too_large", False):
            raise forms.ValidationError(_("The file is larger than 20 MB. A decision's text is a few pages."))
        return file


class PeopleForm(Form):
    """Who decides, who presents, who takes part, on what power."""

    kind = forms.ChoiceField(
        label=_("Who decides"),
        choices=[
            ("employee", _("An officer, on delegation")),
            ("committee", _("A committee")),
            ("board", _("The board")),
            ("chair", _("The chair alone; it cannot wait")),
        ],
        widget=forms.RadioSelect,
    )
    staff_id = forms.ChoiceField(label=_("The officer who decides"), required=False)
    appointed = forms.BooleanField(label=_("The board has specially appointed the officer (LVU 43 §)"), required=False)
    delegation_id = forms.ChoiceField(label=_("Item of the delegation rules"), required=False)
    report_to_board = forms.DateField(label=_("Reported to the board on"), required=False, widget=DateInput())
    rapporteur = forms.ChoiceField(
        label=_("Rapporteur"), help_text=_("Whoever presents the case to the one who decides."), required=False
    )
    committee = _text(_("The committee's name"), most=200)
    minutes = _text(_("Minutes"), help_text=_("Day and section, for instance 2026-10-28 § 94."), most=200)
    signed_by_name = _text(
        _("Elected member who signs"), help_text=_("The chair, or an adjuster of the minutes."), most=200
    )
    urgent_basis = forms.ChoiceField(
        label=_("Ground for deciding urgently"),
        required=False,
        choices=[
            ("", _("Not urgent")),
            ("special_statute", _("The statute itself")),
            ("kl_6_39", _("The board's mandate, KL 6:39")),
        ],
    )
    urgent_mandate = _text(_("The mandate"), most=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff_id"].choices = employees(blank=_("Choose"))  # type: ignore[attr-defined]
        self.fields["rapporteur"].choices = [  # type: ignore[attr-defined]
            ("", _("Not yet said")),
            ("none", _("There is no rapporteur")),
            *employees()[1:],
        ]
        rules = models.DelegationRule.objects.all()
        self.fields["delegation_id"].choices = [  # type: ignore[attr-defined]
            ("", _("None")),
            *((str(rule.pk), f"{rule.item} {rule.about_sv or rule.delegate} – {rule.delegate}") for rule in rules),
        ]

    def clean(self) -> dict[str, Any]:
        """An officer decides by name, and elected members sign by name."""
        said = super().clean() or {}
        if said.get("kind") == "employee" and not said.get("staff_id"):
            self.add_error("staff_id", _("Choose the officer who decides."))
        if said.get("kind") in ("committee", "board", "chair") and not said.get("signed_by_name"):
            self.add_error("signed_by_name", _("Say which elected member signs."))
        return said


class ParticipantForm(Form):
    """Somebody who takes part in the final handling without deciding."""

    staff_id = forms.ChoiceField(label=_("Who"), required=False)
    role_sv = _text(_("How"), help_text=_("For instance: method support in the final handling."), most=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff_id"].choices = employees(blank=_("Nobody more"))  # type: ignore[attr-defined]


class PoliticianForm(Form):
    """An elected member who takes part in the decision."""

    name = _text(_("Name"), most=200)
    role = _text(_("Role"), help_text=_("For instance: chair, member, serving substitute."), most=100)


class DissentForm(Form):
    """A dissenting opinion."""

    name = _text(_("Name"), most=200)
    text_sv = _text(_("Dissenting opinion"), rows=2, most=5000)


PartyRows = forms.formset_factory(PartyForm, extra=1, max_num=20)
ParticipantRows = forms.formset_factory(ParticipantForm, extra=1, max_num=20)
PoliticianRows = forms.formset_factory(PoliticianForm, extra=1, max_num=40)
DissentRows = forms.formset_factory(DissentForm, extra=1, max_num=20)


class DeclareForm(Form):
    """A declaration on disqualification."""

    person = forms.CharField(widget=forms.HiddenInput)
    conflict = forms.ChoiceField(
        label=_("Is anything known that can be a ground for disqualification?"),
        choices=[("no", _("No, nothing")), ("yes", _("Yes: may not handle the case"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two answers.")},
    )


class ProtectForm(Form):
    """A need for protection of oneself or a colleague."""

    person = forms.ChoiceField(label=_("Who"), error_messages={"required": _("Choose whose name it concerns.")})
    forms_ = forms.MultipleChoiceField(
        label=_("What has happened"), required=False, widget=forms.CheckboxSelectMultiple
    )
    telling = forms.CharField(
        label=_("Tell what happened"),
        help_text=_("Who did what, when and how it was noticed. Facts about just this person."),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Tell what has happened, when and how.")},
    )

    def __init__(self, *args: Any, people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", _("Choose")), *people.items()]  # type: ignore[attr-defined]
        self.fields["forms_"].choices = [  # type: ignore[attr-defined]
            (one.id, one.label_sv) for one in book.threat_taxonomy().form
        ]


class LiftForm(Form):
    """Lifting a case to a higher delegate."""

    to = forms.ChoiceField(label=_("Lift to"))
    mandate = _text(_("Mandate"), help_text=_("For instance: delegation rules item 1.3."), required=True, most=300)
    reason = _text(_("Reason"), required=True, rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = employees(blank=_("Choose"))  # type: ignore[attr-defined]


class StanceForm(Form):
    """The decision-maker's own stance."""

    stance = _text(
        _("Your own stance"),
        help_text=_("What you have read and considered, in your own words."),
        required=True,
        rows=3,
    )


class SendBackForm(Form):
    """Sending a case back."""

    reason = _text(_("What must be changed"), required=True, rows=3)


class GrantForm(Form):
    """An assessment that lets a name be left out."""

    forms_ = forms.MultipleChoiceField(
        label=_("Forms of threat"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one form.")},
    )
    severity = forms.ChoiceField(label=_("How severe"), widget=forms.RadioSelect)
    factors = forms.MultipleChoiceField(
        label=_("What makes it worse"), required=False, widget=forms.CheckboxSelectMultiple
    )
    ground = forms.ChoiceField(label=_("Ground (33 §, fourth paragraph)"), widget=forms.RadioSelect)
    facts = _text(
        _("What the assessment rests on"),
        help_text=_("Facts about just this person. Kept with the personnel records, not in the client's file."),
        required=True,
        rows=5,
    )
    review_by = forms.DateField(label=_("To be assessed anew by"), help_text=_("Within a year."), widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["forms_"].choices = threat_forms()  # type: ignore[attr-defined]
        self.fields["factors"].choices = list(book.typology().factors.items())  # type: ignore[attr-defined]
        self.fields["severity"].choices = [  # type: ignore[attr-defined]
            (
                str(one.level),
                f"{one.level} – {labels.swedish_or_english(one.label_sv, one.label_en)}: {one.criteria_sv}",
            )
            for one in book.typology().severities.values()
        ]
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            (one.id, labels.swedish_or_english(one.label_sv, one.label_en))
            for one in book.threat_taxonomy().fl33_ground
        ]


class RefuseForm(Form):
    """A refusal, with its reason."""

    reason = _text(_("Why not"), help_text=_("The one who asked reads this, as you write it."), required=True, rows=4)


class SentForm(Form):
    """How and when a decision was sent."""

    way = forms.ChoiceField(label=_("How"), widget=forms.RadioSelect)
    sent_on = forms.DateField(label=_("Day"), widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = [(one, labels.way(one)) for one in sending.WAYS]  # type: ignore[attr-defined]


class ServedForm(Form):
    """When the party had the decision, and how that is known."""

    served_on = forms.DateField(label=_("The party had it on"), widget=DateInput())
    proof = _text(_("How it is known"), help_text=_("For instance: signed receipt of service."), most=300)


class AppealForm(Form):
    """An appeal that has come in."""

    received_on = forms.DateField(label=_("Came in on"), widget=DateInput())
    court = _text(
        _("Court that tries it"), help_text=_("With the case number, when it is known."), required=True, most=200
    )


class RequestForm(Form):
    """The party's request for the record."""

    requester = _text(
        _("Who asks"), help_text=_("In words, for instance: the party. No employee's name."), required=True, most=200
    )


class PeriodForm(Form):
    """From one day to another."""

    first = forms.DateField(label=_("From"), widget=DateInput())
    last = forms.DateField(label=_("To and including"), widget=DateInput())


class DirectoryForm(Form):
    """A staff file."""

    file = forms.FileField(
        label=_("Staff file (CSV)"),
        help_text=_("One row per employee; who is not in it any more becomes a former employee."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


class GrantRoleForm(Form):
    """A role for a user, from a day."""

    role = forms.ChoiceField(label=_("Role"))
    valid_from = forms.DateField(label=_("From"), widget=DateInput())
    valid_to = forms.DateField(label=_("To and including"), required=False, widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (str(role), translate(ROLE_WORDS[role])) for role in Role
        ]


class DelegationForm(Form):
    """An item of the delegation rules."""

    rule = _text(_("Rules"), help_text=_("The rules' name, day and section."), required=True, most=300)
    item = _text(_("Item"), required=True, most=40)
    about_sv = _text(_("What it covers"), most=300)
    delegate = _text(_("Delegate"), help_text=_("The title, or the committee."), required=True, most=200)
    valid_from = forms.DateField(label=_("From"), widget=DateInput())
    valid_to = forms.DateField(label=_("To and including"), required=False, widget=DateInput())


def threat_forms() -> list[tuple[str, str]]:
    """The typology's forms of threat as choices."""
    return [(one.id, labels.swedish_or_english(one.label_sv, one.label_en)) for one in book.typology().forms.values()]


class EndForm(Form):
    """Ending a protection before its day."""

    reason = _text(_("Why it ends"), help_text=_("The person reads this."), required=True, rows=2)


class IncidentForm(Form):
    """An incident, in a minute: what kind, what was said or done, where. The rest can wait."""

    form = forms.ChoiceField(
        label=_("What is it most like?"),
        error_messages={"required": _("Choose what it is most like."), "invalid_choice": _("Choose from the list.")},
    )
    happened = _text(_("What was said or done?"), required=True, rows=4, most=10_000)
    channel = forms.ChoiceField(label=_("Where or how?"))
    injured = forms.BooleanField(label=_("Somebody was hurt, also in mind"), required=False)
    danger = forms.BooleanField(label=_("Serious danger to life or health"), required=False)
    case = forms.ChoiceField(label=_("Case"), required=False)
    persons = forms.MultipleChoiceField(
        label=_("Whom was it directed at?"),
        help_text=_("Nobody chosen: yourself."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    happened_at = forms.DateTimeField(
        label=_("When?"),
        help_text=_("Empty: now."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, cases: Mapping[str, str], people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form"].choices = [("", _("Choose")), *threat_forms()]  # type: ignore[attr-defined]
        self.fields["channel"].choices = [(key, translate(one)) for key, one in CHANNELS.items()]  # type: ignore[attr-defined]
        self.fields["case"].choices = [("", _("None or unknown")), *cases.items()]  # type: ignore[attr-defined]
        self.fields["persons"].choices = list(people.items())  # type: ignore[attr-defined]


class AnswerForm(Form):
    """A duty of an incident: done, or not needed and why."""

    prompt = forms.CharField(widget=forms.HiddenInput)
    done = forms.ChoiceField(
        label=_("Answer"),
        choices=[("yes", _("Done")), ("no", _("Not needed"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two answers.")},
    )
    note = _text(_("Note"), help_text=_("Why, when it is not needed; else what was done."), most=1000)


class ConcernForm(Form):
    """A report of concern about an employee's own child."""

    report = _text(_("The report's number in the case system"), required=True, most=100)
    concerns = forms.ChoiceField(
        label=_("The employee"), help_text=_("Used to choose a deputy outside the unit, and not kept.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["concerns"].choices = employees(blank=_("Choose"))  # type: ignore[attr-defined]


class CheckForm(Form):
    """A document to check: the file, or the code that stands on the letter."""

    file = forms.FileField(
        label=_("The document (PDF)"), required=False, widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"})
    )
    code = _text(_("Or the decision's code"), help_text=_("At the foot of the letter: 26 letters and digits."), most=60)

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        said: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(said.get("file")) == bool(said.get("code")):
            raise forms.ValidationError(_("Give the document or its code, one of them."))
        return said


class QuestionForm(Form):
    """A question about a decision, by its code."""

    code = _text(
        _("The decision's code"),
        help_text=_("At the foot of the letter: 26 letters and digits."),
        required=True,
        most=60,
    )
    text = _text(_("Your question"), required=True, rows=6, most=5000)
    reply_to = _text(
        _("Where do you want the answer?"), help_text=_("E-mail, telephone or address. May be left empty."), most=300
    )


class TokenForm(Form):
    """A token for a program."""

    name = _text(_("What program is it for?"), required=True, most=100)
    scopes = forms.MultipleChoiceField(label=_("What may it do?"), widget=forms.CheckboxSelectMultiple)
    valid_to = forms.DateField(
        label=_("Good to and including"), help_text=_("Thirteen months at most."), widget=DateInput()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (key, f"{translate(one)} ({key})") for key, one in SCOPES.items()
        ]


class DeputiesForm(Form):
    """Who takes such reports: three places, in order."""

    first = forms.ChoiceField(label=_("First"), required=False)
    second = forms.ChoiceField(label=_("Second, of another unit"), required=False)
    third = forms.ChoiceField(label=_("Third"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.choices = employees(blank=_("Nobody"))  # type: ignore[attr-defined]


def all_errors(*those: forms.BaseForm | forms.BaseFormSet[Any]) -> list[tuple[str, str]]:
    """(id of the field, sentence) of every error, for the summary on top of a page."""
    found: list[tuple[str, str]] = []
    for one in those:
        if isinstance(one, forms.BaseFormSet):
            found += [("", str(error)) for error in one.non_form_errors()]
        each: Iterable[Any] = one.forms if isinstance(one, forms.BaseFormSet) else [one]
        for form in each:
            for name, errors in form.errors.items():
                target = form[name].auto_id if name in form.fields else ""
                if name in form.fields and isinstance(form.fields[name].widget, forms.RadioSelect):
                    target += "_0"
                found += [(target, str(error)) for error in errors]
    return found
