"""The Django app."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Names the app `sigill_store` in table names."""

    name = "sigill.store"
    label = "sigill_store"
