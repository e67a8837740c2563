"""What of a PDF's objects comes over: an allow-list of keys for each kind of dictionary, everything else stays behind.

So no private data, no metadata of parts, no scripts, no earlier revisions and no object that nothing shows can reach
the result. Text in what comes over is looked after elsewhere: content by `display`, annotations, outlines and the
like by `aside`, pixels by `images`.
"""

import re
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from sigill.errors import N_, Blocked
from sigill.mask.pdf import lex
from sigill.mask.pdf.fonts import composed

_ALLOWED: dict[str, tuple[str, ...]] = {
    "image": ("Subtype", "Width", "Height", "ColorSpace", "BitsPerComponent", "Intent", "ImageMask", "Mask", "Decode",
              "Interpolate", "SMask", "SMaskInData", "Matte"),
    "form": ("Subtype", "BBox", "Matrix", "Group"),
    "pattern": ("PatternType", "PaintType", "TilingType", "BBox", "XStep", "YStep", "Matrix", "Shading", "ExtGState"),
    "shading": ("ShadingType", "ColorSpace", "Background", "BBox", "AntiAlias", "Domain", "Matrix", "Function",
                "Coords", "Extend", "BitsPerCoordinate", "BitsPerComponent", "BitsPerFlag", "Decode",
                "VerticesPerRow"),
    "function": ("FunctionType", "Domain", "Range", "Size", "BitsPerSample", "Order", "Encode", "Decode", "C0", "C1",
                 "N", "Functions", "Bounds"),
    "extgstate": ("LW", "LC", "LJ", "ML", "D", "RI", "OP", "op", "OPM", "FL", "SM", "SA", "BM", "SMask", "CA", "ca",
                  "AIS", "TK"),
    "group": ("S", "CS", "I", "K"),
    "mask": ("S", "G", "BC", "TR"),
    "icc": ("N", "Alternate", "Range"),
    "lab": ("WhitePoint", "BlackPoint", "Range", "Gamma", "Matrix"),
    "parms": ("Predictor", "Colors", "BitsPerComponent", "Columns", "EarlyChange", "K", "EndOfLine",
              "EncodedByteAlign", "Rows", "EndOfBlock", "BlackIs1", "DamagedRowsBeforeError", "ColorTransform",
              "JBIG2Globals"),
}  # fmt: skip
_ALLOWED["font"] = (
    "Type", "Subtype", "BaseFont", "FirstChar", "LastChar", "Widths", "Encoding", "FontMatrix", "FontBBox", "DW", "W",
    "DW2", "W2", "CIDToGIDMap",
)  # fmt: skip
_ALLOWED["descriptor"] = (
    "Type", "FontName", "Flags", "FontBBox", "ItalicAngle", "Ascent", "Descent", "Leading", "CapHeight", "XHeight",
    "StemV", "StemH", "AvgWidth", "MaxWidth", "MissingWidth", "FontWeight", "FontStretch",
)  # fmt: skip
_MAX_DEPTH = 40
_CAMEL = re.compile(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])|\+")


class Copier:
    """Copies resources into the new document, each object once.

    Args:
        pdf: the new document.
        clean_image: an image stream's data without metadata, its coding and parameters; see `images.clean`.
    """

    def __init__(self, pdf: pikepdf.Pdf, clean_image: Callable[[pikepdf.Object], tuple[bytes, str, Any]]) -> None:
        self.pdf = pdf
        self.clean_image = clean_image
        self.replaced: dict[Any, Any] = {}
        self.rewrite: Callable[[pikepdf.Object], Any] | None = None
        self._done: dict[tuple[Any, str], Any] = {}
        self._busy: set[Any] = set()
        self.keep_fonts = False
        self.was_read: Callable[[pikepdf.Object], bool] = lambda _: True
        self.names_someone: Callable[[str], bool] = lambda _: False
        self.group: Callable[[pikepdf.Object], Any] = lambda _: None

    def copy(self, source: Any, kind: str, depth: int = 0) -> Any:
        """Copy an object of a known kind; None for what is not of that kind.

        Raises:
            Blocked: nested deeper than any real document.
        """
        if depth > _MAX_DEPTH:
            raise Blocked(N_("Objects are nested too deep."), N_("Print the document to a new PDF."))
        indirect = isinstance(source, pikepdf.Object) and source.objgen != (0, 0)
        key = (source.objgen, kind) if indirect else None
        if key is not None and key in self._done:
            return self._done[key]
        if key is not None:
            if key in self._busy:
                return None
            self._busy.add(key)
        made = self._make(source, kind, depth)
        if key is not None:
            self._busy.discard(key)
            if made is not None and isinstance(made, pikepdf.Object) and not isinstance(made, Name):
                made = made if made.is_indirect else self.pdf.make_indirect(made)
            self._done[key] = made
        return made

    def _make(self, source: Any, kind: str, depth: int) -> Any:
        if kind == "colorspace":
            return self._space(source, depth)
        if kind == "xobject":
            if not isinstance(source, pikepdf.Stream):
                return None
            if self.keep_fonts and not self.was_read(source):
                return None  # named by a page but never drawn: nobody has looked at it
            kind = {"/Image": "image", "/Form": "form"}.get(str(source.get("/Subtype")), "")
            return self.copy(source, kind, depth + 1) if kind else None
        if kind == "function" and isinstance(source, pikepdf.Array):
            return Array([self.copy(item, "function", depth + 1) for item in source])
        if kind == "function" and isinstance(source, Name):
            return source
        if kind == "mask" and isinstance(source, Name):
            return source
        if kind == "properties":
            return self.group(source)
        if kind == "font" and isinstance(source, pikepdf.Dictionary):
            return self._font(source, depth)
        if kind == "descriptor":
            return self._descriptor(source)
        if kind not in _ALLOWED or not isinstance(source, (pikepdf.Dictionary, pikepdf.Stream)):
            return None
        if kind in ("pattern", "form") and self.rewrite is not None and isinstance(source, pikepdf.Stream):
            made = self.rewrite(source)
            if made is not None:
                self._keys(made, source, kind, depth)
                return made
        if isinstance(source, pikepdf.Stream):
            out: Any = self._stream(source, kind, depth)
        else:
            out = Dictionary()
        self._keys(out, source, kind, depth)
        if kind in ("pattern", "form") and "/Resources" in source:
            out["/Resources"] = self.resources(source["/Resources"], fonts=self.keep_fonts, depth=depth + 1)
        return out

    def _keys(self, out: Any, source: Any, kind: str, depth: int) -> None:
        for key in _ALLOWED[kind]:
            value = source.get("/" + key)
            if value is None:
                continue
            copied = self._value(kind, key, value, depth + 1)
            if copied is not None:
                out["/" + key] = copied

    def _value(self, kind: str, key: str, value: Any, depth: int) -> Any:
        if key in ("ColorSpace", "CS", "Alternate"):
            return self.copy(value, "colorspace", depth)
        if key in ("Function", "Functions", "TR"):
            return self.copy(value, "function", depth)
        if key == "SMask":
            return self.copy(value, "image" if kind == "image" else "mask", depth)
        if key == "Mask" and isinstance(value, pikepdf.Stream):
            return self.copy(value, "image", depth)
        if key == "Group":
            return self.copy(value, "group", depth)
        if key == "G":
            return self.copy(value, "form", depth)
        if key == "Shading":
            return self.copy(value, "shading", depth)
        if key == "ExtGState":
            return self.copy(value, "extgstate", depth)
        return plain(value)

    def _stream(self, source: pikepdf.Stream, kind: str, depth: int) -> pikepdf.Stream:
        if kind == "image":
            data, coding, parms = self.clean_image(source)
            out = self.pdf.make_stream(data)
            if coding:
                out["/Filter"] = Name(coding)
                if (copied := self._parms(parms, depth)) is not None:
                    out["/DecodeParms"] = copied
            return out
        data = source.read_bytes()
        if kind in ("form", "pattern"):
            data = b" ".join(lex.tokens(data))  # comments stay behind
        return self.pdf.make_stream(data)

    def _parms(self, parms: Any, depth: int) -> Any:
        if isinstance(parms, pikepdf.Array):
            return Array([self._parms(item, depth) for item in parms])
        if not isinstance(parms, pikepdf.Dictionary):
            return None
        out = Dictionary()
        for key in _ALLOWED["parms"]:
            value = parms.get("/" + key)
            if isinstance(value, pikepdf.Stream):
                out["/" + key] = self.pdf.make_indirect(self.pdf.make_stream(value.read_bytes()))
            elif value is not None:
                out["/" + key] = plain(value)
        return out

    def _space(self, source: Any, depth: int) -> Any:
        """A colour space (8.6): a name, or an array whose parts depend on its family."""
        if isinstance(source, Name):
            return source
        if not isinstance(source, pikepdf.Array) or not len(source):
            return None
        family = str(source[0])
        rest = list(source)[1:]
        out: list[Any] = [source[0]]
        for i, part in enumerate(rest):
            if family == "/ICCBased":
                out.append(self.copy(part, "icc", depth + 1))
            elif family in ("/CalGray", "/CalRGB", "/Lab"):
                out.append(self.copy(part, "lab", depth + 1))
            elif family in ("/Indexed", "/Pattern") and i == 0:
                out.append(self.copy(part, "colorspace", depth + 1))
            elif family == "/Indexed" and isinstance(part, pikepdf.Stream):
                out.append(pikepdf.String(part.read_bytes()))
            elif family == "/Indexed" and isinstance(part, pikepdf.String):
                out.append(part)
            elif family in ("/Separation", "/DeviceN"):
                if i == 0:
                    out.append(_inks(part))
                elif i == 1:
                    out.append(self.copy(part, "colorspace", depth + 1))
                elif i == 2:
                    out.append(self.copy(part, "function", depth + 1))
            else:
                out.append(plain(part))
        return Array(out) if all(part is not None for part in out) else None

    def resources(self, source: Any, *, fonts: bool, depth: int = 0) -> Dictionary:
        """A resource dictionary. Fonts only where the stream is kept as it was (`fonts`)."""
        out = Dictionary()
        kinds = {
            "/XObject": "xobject", "/ExtGState": "extgstate", "/ColorSpace": "colorspace", "/Pattern": "pattern",
            "/Shading": "shading", "/Properties": "properties",
        }  # fmt: skip
        for category, kind in kinds.items():
            entries = source.get(category) if isinstance(source, pikepdf.Dictionary) else None
            if not isinstance(entries, pikepdf.Dictionary):
                continue
            copied = Dictionary()
            for name in sorted(entries.keys()):
                made = self.copy(entries[name], kind, depth + 1)
                if made is not None:
                    copied[name] = made
            if len(copied):
                out[category] = copied
        entries = source.get("/Font") if fonts and isinstance(source, pikepdf.Dictionary) else None
        if isinstance(entries, pikepdf.Dictionary):
            made = {name: self.copy(one, "font", depth + 1) for name, one in entries.items()}
            out["/Font"] = Dictionary({name: one for name, one in made.items() if one is not None})
        return out

    def _font(self, source: Any, depth: int) -> Any:
        """A font as it is, for pages on which nothing was found (9.5 to 9.9).

        None for one that readers refuse: nothing is shown in it, or it would have been refused when it was read.
        """
        if source.get("/Subtype") == Name.Type0 and not composed(source):
            return None
        out = Dictionary()
        for key in _ALLOWED["font"]:
            value = source.get("/" + key)
            if value is not None and (copied := plain(value)) is not None:
                out["/" + key] = copied
        self._neutral(out, "/BaseFont")
        encoding = source.get("/Encoding")
        if isinstance(encoding, pikepdf.Stream):
            out["/Encoding"] = self.pdf.make_stream(encoding.read_bytes())
            for key in ("/Type", "/CMapName", "/CIDSystemInfo", "/WMode", "/UseCMap"):
                if key in encoding and not isinstance(encoding[key], pikepdf.Stream):
                    value = encoding[key]
                    out["/Encoding"][key] = _system(value) if key == "/CIDSystemInfo" else plain(value)
        elif isinstance(encoding, pikepdf.Dictionary):
            out["/Encoding"] = Dictionary(Type=Name.Encoding)
            for key in ("/BaseEncoding", "/Differences"):
                if key in encoding:
                    out["/Encoding"][key] = plain(encoding[key])
        if isinstance(source.get("/ToUnicode"), pikepdf.Stream):
            out["/ToUnicode"] = self.pdf.make_stream(source["/ToUnicode"].read_bytes())
        if "/CIDSystemInfo" in source:
            out["/CIDSystemInfo"] = _system(source["/CIDSystemInfo"])
        mapping = source.get("/CIDToGIDMap")
        if isinstance(mapping, pikepdf.Stream):
            out["/CIDToGIDMap"] = self.pdf.make_stream(mapping.read_bytes())
        if isinstance(source.get("/DescendantFonts"), pikepdf.Array):
            out["/DescendantFonts"] = Array([self.copy(one, "font", depth + 1) for one in source["/DescendantFonts"]])
        if isinstance(source.get("/FontDescriptor"), pikepdf.Dictionary):
            out["/FontDescriptor"] = self.copy(source["/FontDescriptor"], "descriptor", depth + 1)
        procs = source.get("/CharProcs")
        if isinstance(procs, pikepdf.Dictionary):
            out["/CharProcs"] = Dictionary({
                key: self.pdf.make_stream(b" ".join(lex.tokens(proc.read_bytes())))
                for key, proc in procs.items() if isinstance(proc, pikepdf.Stream)
            })  # fmt: skip
            if "/Resources" in source:
                out["/Resources"] = self.resources(source["/Resources"], fonts=False, depth=depth + 1)
        return out

    def neutral(self, name: str) -> str:
        """A name that a program gave (of a font, a role), without a person in it: `AsaLindqvist-Hand` names one."""
        words = _CAMEL.sub(" ", name.lstrip("/").replace("-", " ").replace("_", " "))
        return "Unnamed" if self.names_someone(words) else name.lstrip("/")

    def _neutral(self, out: Any, key: str) -> None:
        if isinstance(out.get(key), Name):
            out[key] = Name("/" + self.neutral(str(out[key])))

    def _descriptor(self, source: Any) -> Any:
        out = Dictionary()
        for key in _ALLOWED["descriptor"]:
            value = source.get("/" + key)
            if value is not None and (copied := plain(value)) is not None:
                out["/" + key] = copied
        self._neutral(out, "/FontName")
        for key in ("/FontFile", "/FontFile2", "/FontFile3"):
            stream = source.get(key)
            if isinstance(stream, pikepdf.Stream):
                made = self.pdf.make_stream(stream.read_bytes())
                for inner in ("/Subtype", "/Length1", "/Length2", "/Length3"):
                    if inner in stream:
                        made[inner] = plain(stream[inner])
                out[key] = made
        return out


def _system(value: Any) -> Any:
    """CIDSystemInfo (9.7.3): two short strings and a number."""
    return Dictionary(
        Registry=value.get("/Registry", b"Adobe"), Ordering=value.get("/Ordering", b"Identity"),
        Supplement=int(value.get("/Supplement", 0)),
    )  # fmt: skip


def _inks(part: Any) -> Any:
    """Names of inks are free text; those that printers share stay, others are numbered."""
    known = {"/Cyan", "/Magenta", "/Yellow", "/Black", "/All", "/None", "/Red", "/Green", "/Blue", "/White"}
    if isinstance(part, Name):
        return part if str(part) in known else Name("/Ink1")
    if isinstance(part, pikepdf.Array):
        return Array([n if str(n) in known else Name(f"/Ink{i}") for i, n in enumerate(part, 1)])
    return None


def plain(value: Any) -> Any:
    """Numbers, names, booleans and arrays of them; no text strings, and nothing that has parts."""
    if isinstance(value, pikepdf.Array):
        return Array([plain(item) for item in value if plain(item) is not None])
    if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream, pikepdf.String)):
        return None
    return value
