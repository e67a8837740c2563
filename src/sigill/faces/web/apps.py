"""The Django app that holds templates, static files and management commands."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Names the app `web`; it has no tables."""

    name = "sigill.faces.web"
    label = "web"
