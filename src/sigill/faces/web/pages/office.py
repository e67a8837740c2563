"""The administrator's work: users and roles, staff directory, delegation rules."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sigill.desk import administering, people
from sigill.errors import SigillError
from sigill.faces.web import forms
from sigill.faces.web.guard import Asked, page
from sigill.faces.web.words import sentence


@page("office.users", "GET", "POST")
def users(request: Asked) -> HttpResponse:
    """Users and the roles they have now."""
    if request.method == "POST":
        number = request.POST.get("grant", "")
        administering.end_role(request.actor, int(number) if number.isdigit() else 0)
        messages.success(request, _("The role ends today."))
        return redirect("users")
    return render(request, "web/users.html", {"users": administering.users(request.actor)})


@page("office.users", "GET", "POST")
def user(request: Asked, number: int) -> HttpResponse:
    """One user: give a role."""
    found = administering.user(request.actor, number)
    form = forms.GrantRoleForm(request.POST or None, initial={"valid_from": request.actor.today})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            administering.grant_role(request.actor, number, said["role"], said["valid_from"], said["valid_to"])
            messages.success(request, _("The role is given."))
            return redirect("users")
        except SigillError as error:
            form.add_error(None, sentence(error))
    errors = forms.all_errors(form) if form.is_bound else []
    return render(
        request, "web/user.html", {"found": found, "form": form, "errors": errors}, status=422 if errors else 200
    )


@page("office.directory", "GET", "POST")
def directory(request: Asked) -> HttpResponse:
    """The staff directory, and a new file for it."""
    form = forms.DirectoryForm(request.POST or None, request.FILES or None) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            count = people.renew_directory(request.actor, form.cleaned_data["file"].read())
            messages.success(request, _("{count} employees read.").format(count=count))
            return redirect("directory")
        except SigillError as error:
            form.add_error("file", sentence(error))
    form = form or forms.DirectoryForm()
    errors = forms.all_errors(form) if form.is_bound else []
    context = {"rows": administering.employees(request.actor), "form": form, "errors": errors}
    return render(request, "web/directory.html", context, status=422 if errors else 200)


@page("office.delegation", "GET", "POST")
def delegation(request: Asked) -> HttpResponse:
    """The delegation rules with their dates."""
    form = forms.DelegationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        administering.add_rule(request.actor, form.cleaned_data)
        messages.success(request, _("The item is added."))
        return redirect("delegation")
    errors = forms.all_errors(form) if form.is_bound else []
    context = {"rules": administering.rules(request.actor), "form": form, "errors": errors}
    return render(request, "web/delegation.html", context, status=422 if errors else 200)
