"""Sigill: a decision of a Swedish social board that does not name the threatened handler, and stays lawful.

The way in is `sigill.journey`; `docs/the-way.md` gives the reading order.
"""

__version__ = "0.1.0"
