"""Migrations of the store, numbered."""
