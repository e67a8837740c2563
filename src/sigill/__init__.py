"""Sigill: a decision of a Swedish social board that does not name the threatened handler, and stays lawful.

The front door for programs. Names are imported when they are used, so that checking a letter does not load what
issuing one needs. `docs/the-way.md` gives the reading order.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_DOORS = {
    "draft": "sigill.journey",
    "prepare": "sigill.journey",
    "conclude": "sigill.journey",
    "disclose": "sigill.journey",
    "House": "sigill.journey",
    "Approval": "sigill.journey",
    "DisclosureRequest": "sigill.journey",
    "open_house": "sigill.house",
    "Settings": "sigill.house",
    "check": "sigill.audit",
    "Trust": "sigill.audit",
    "mask_document": "sigill.masking",
    "scan_document": "sigill.masking",
    "SigillError": "sigill.errors",
}

__all__ = [*_DOORS, "__version__"]  # noqa: PLE0604 - the names above, spelt once


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(f"module 'sigill' has no attribute {name!r}")
    return getattr(importlib.import_module(_DOORS[name]), name)
