"""The structure tree (ISO 32000-1, 14.7) of a document whose pages stay as they are: copied by an allow-list.

Texts in it (ActualText, Alt, E, T) are masked like any other. A document whose pages are written anew loses its tree,
because its parts follow the source's line breaks; the report says so.
"""

from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from sigill.mask.pdf.aside import masked, text_of
from sigill.mask.pdf.objects import Copier, plain
from sigill.mask.pdf.reading import Finder
from sigill.mask.report import Report

_MAX_DEPTH = 250
_MAX_ELEMENTS = 500_000
_TEXTS = ("/ActualText", "/Alt", "/E", "/T", "/Lang")


class Structure:
    """Copies one document's tree.

    Args:
        source, new: the documents; the new one has its pages.
        pages: object number of a source page → its number.
    """

    def __init__(
        self,
        source: pikepdf.Pdf,
        new: pikepdf.Pdf,
        pages: dict[Any, int],
        finder: Finder,
        label: str,
        report: Report,
        copier: Copier,
    ) -> None:
        self.neutral = copier.neutral
        self.source, self.new, self.pages, self.finder, self.label = source, new, pages, finder, label
        self.report = report
        self.made: dict[Any, Any] = {}

    def copy(self) -> bool:
        """Copy it; returns False, with nothing copied, where it is too deep or no tree."""
        tree = self.source.Root.get("/StructTreeRoot")
        if not isinstance(tree, pikepdf.Dictionary):
            return False
        root = self.new.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        kids = self._kids(tree.get("/K"), root, 0)
        if kids is None:
            return False
        root["/K"] = kids
        roles = tree.get("/RoleMap")
        if isinstance(roles, pikepdf.Dictionary):
            root["/RoleMap"] = Dictionary({
                "/" + self.neutral(key): Name("/" + self.neutral(str(one)))
                for key, one in roles.items() if isinstance(one, Name)
            })  # fmt: skip
        parents = self._parents(tree.get("/ParentTree"))
        if parents is not None:
            root["/ParentTree"] = parents
        self.new.Root["/StructTreeRoot"] = root
        self.new.Root["/MarkInfo"] = Dictionary(Marked=True)
        for number, page in enumerate(self.source.pages):
            if "/StructParents" in page.obj:
                self.new.pages[number].obj["/StructParents"] = int(page.obj["/StructParents"])
        return True

    def _kids(self, kids: Any, parent: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH or len(self.made) > _MAX_ELEMENTS:
            return None
        out = Array()
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                out.append(kid)
            elif isinstance(kid, pikepdf.Dictionary):
                kind = str(kid.get("/Type", "/StructElem"))
                if kind == "/MCR" and "/MCID" in kid:
                    mark = Dictionary(Type=Name.MCR, MCID=int(kid["/MCID"]))
                    if (page := self._page(kid)) is not None:
                        mark["/Pg"] = page
                    out.append(mark)
                elif kind == "/StructElem" and kid.objgen not in self.made:
                    made = self._element(kid, parent, depth)
                    if made is None:
                        return None
                    out.append(made)
        return out

    def _element(self, source: pikepdf.Object, parent: Any, depth: int) -> Any:
        out = self.new.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name("/" + self.neutral(str(source.get("/S", "/Span")))), P=parent)
        )
        if source.objgen != (0, 0):
            self.made[source.objgen] = out
        if (page := self._page(source)) is not None:
            out["/Pg"] = page
        for key in _TEXTS:
            text, count = masked(text_of(source.get(key)), self.finder, self.label)
            if count:
                self.report.took("structure", "text", count)
            if text:
                out[key] = text
        attributes = source.get("/A")
        copied = [
            Dictionary({key: plain(value) for key, value in one.items() if plain(value) is not None})
            for one in (attributes if isinstance(attributes, pikepdf.Array) else [attributes])
            if isinstance(one, pikepdf.Dictionary)
        ]
        if copied:
            out["/A"] = Array(copied)
        kids = self._kids(source.get("/K"), out, depth + 1)
        if kids is None:
            return None
        if len(kids):
            out["/K"] = kids
        return out

    def _page(self, source: pikepdf.Object) -> Any:
        page = source.get("/Pg")
        number = self.pages.get(page.objgen) if isinstance(page, pikepdf.Dictionary) else None
        return self.new.pages[number].obj if number is not None else None

    def _parents(self, tree: Any) -> Any:
        """The parent tree (14.7.4.4) as one flat array of numbers and what they stand for."""
        pairs: dict[int, Any] = {}
        stack, visited = [tree], 0
        while stack and visited < _MAX_ELEMENTS:
            node = stack.pop()
            visited += 1
            if not isinstance(node, pikepdf.Dictionary):
                continue
            numbers = node.get("/Nums")
            if isinstance(numbers, pikepdf.Array):
                for i in range(0, len(numbers) - 1, 2):
                    pairs[int(numbers[i])] = numbers[i + 1]
            kids = node.get("/Kids")
            stack += list(kids) if isinstance(kids, pikepdf.Array) else []
        out: list[Any] = []
        for number in sorted(pairs):
            value = pairs[number]
            if isinstance(value, pikepdf.Array):
                found = [self.made.get(getattr(one, "objgen", None)) for one in value]
                out += [number, Array(found)]
        return Dictionary(Nums=Array(out)) if out else None
