"""Who may come in: nobody signs up here. Users are made by the administrator; an identity provider's assertion is
matched to one of them by staff id or user name, and otherwise turned away."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.views import LoginView, LogoutView
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from sigill.desk.office import office
from sigill.desk.people import actor_of
from sigill.store.desk.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Closed for sign-up; passwords only in the demo."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        del request
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """A password is looked at only in the demo; elsewhere it fails like a wrong one."""
        if not settings.DEMO:
            return None
        found = super().authenticate(request, **credentials)
        return found if isinstance(found, User) else None


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """OIDC and SAML: the assertion must be of a user who is there already."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        del request, sociallogin
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tie the assertion to the user it names."""
        if sociallogin.is_existing:
            return
        extra = sociallogin.account.extra_data or {}
        claims = {**extra, **(extra.get("userinfo") or {}), **(extra.get("id_token") or {})}
        wanted = claims.get("preferred_username") or claims.get("staff_id") or sociallogin.user.username
        user = User.objects.filter(username=str(wanted), is_active=True).first() if wanted else None
        if user is None:
            raise ImmediateHttpResponse(render(request, "account/turned_away.html", status=403))
        sociallogin.connect(request, user)


class Login(LoginView):  # type: ignore[misc]  # allauth is untyped
    """Logging in. In the demo the page lists who may."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """What the page shows."""
        context: dict[str, Any] = super().get_context_data(**more)
        if settings.DEMO:
            today = office().house.clock.now().date()
            users = User.objects.filter(is_active=True).order_by("pk")
            context["demo_users"] = [(one.username, sorted(actor_of(one, today).roles)) for one in users]
        return context


login = Login.as_view()
logout = LogoutView.as_view()
for _view in (login, logout):
    _view.sigill_public = True
    _view.sigill_action = None
    _view.sigill_methods = ("GET", "HEAD", "POST")
