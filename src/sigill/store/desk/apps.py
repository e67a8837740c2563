"""The Django app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Names the app `desk` in table names."""

    name = "sigill.store.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
