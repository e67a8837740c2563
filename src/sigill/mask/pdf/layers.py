"""Optional content (ISO 32000-1, 8.11): layers keep their states; their names are masked like any text."""

from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from sigill.mask.pdf.aside import masked, text_of
from sigill.mask.pdf.reading import Finder
from sigill.mask.report import Report


class Layers:
    """Copies the groups that are still used.

    Args:
        source, new: the documents.
        finder, label, report: to mask the names.
    """

    def __init__(self, source: pikepdf.Pdf, new: pikepdf.Pdf, finder: Finder, label: str, report: Report) -> None:
        self.source, self.new, self.finder, self.label, self.report = source, new, finder, label, report
        self.made: dict[Any, Any] = {}

    def copy(self, source: pikepdf.Object) -> Any:
        """A group or membership dictionary; None for other property lists."""
        if not isinstance(source, pikepdf.Dictionary):
            return None
        kind = str(source.get("/Type"))
        if kind == "/OCG":
            if source.objgen not in self.made:
                name, count = masked(text_of(source.get("/Name")), self.finder, self.label)
                if count:
                    self.report.took("layers", "name", count)
                self.made[source.objgen] = self.new.make_indirect(Dictionary(Type=Name.OCG, Name=name or "Layer"))
            return self.made[source.objgen]
        if kind == "/OCMD":
            groups = source.get("/OCGs")
            listed = groups if isinstance(groups, pikepdf.Array) else [groups]
            copied = [self.copy(one) for one in listed if isinstance(one, pikepdf.Dictionary)]
            out = Dictionary(Type=Name.OCMD, OCGs=Array([one for one in copied if one is not None]))
            if isinstance(source.get("/P"), Name):
                out["/P"] = source["/P"]
            return out
        if "/MCID" in source:
            return Dictionary(MCID=int(source["/MCID"]))
        return None

    def write(self) -> None:
        """The catalog's OCProperties."""
        if not self.made:
            return
        old = self.source.Root.get("/OCProperties", Dictionary()).get("/D", Dictionary())
        default = Dictionary()
        if isinstance(old.get("/BaseState"), Name):
            default["/BaseState"] = old["/BaseState"]
        keep: Callable[[Any], list[Any]] = lambda found: [  # noqa: E731
            self.made[one.objgen] for one in (found or []) if getattr(one, "objgen", None) in self.made
        ]
        for key in ("/ON", "/OFF"):
            if listed := keep(old.get(key)):
                default[key] = Array(listed)
        self.new.Root["/OCProperties"] = Dictionary(OCGs=Array(list(self.made.values())), D=default)
