"""Read a decision's text out of DOCX, ODT, RTF, HTML or Markdown into the plain document model.

Promises: bounded time and memory; nothing of the container but text and structure; the text a reader sees
    as final (tracked changes accepted, hidden text gone); and that no text is lost on the way – the letters
    found in the file are counted against the letters in the model, and a difference is refused. What was
    dropped is in `Document.left_out`.

Does not: keep pictures, equations (refused), fonts, colours, indents, tab stops, heading numbers that
LibreOffice makes by itself, or the place of text boxes (set after their paragraph). Lists a), b), c) and
1.1, 1.2 keep their numbers as text. RTF is taken only without tracked changes, foot- and endnotes, text
boxes and embedded objects, because pandoc shows or loses those wrongly; Markdown is pandoc's, without raw
HTML, TeX or metadata.
"""

import re
import unicodedata
from collections import Counter

from sigill.decision.document import Block, Document, Text, plain_text, walk
from sigill.errors import N_, BadInput
from sigill.letters import docx, html, odt
from sigill.letters.container import Limits, refuse_oversized
from sigill.letters.pandoc import Reading, clean, run

SUFFIXES = (".docx", ".docm", ".odt", ".rtf", ".html", ".htm", ".md", ".markdown")
"""Names that `read_document` takes."""
_MARKDOWN = (
    "markdown-raw_html-raw_tex-raw_attribute-yaml_metadata_block-pandoc_title_block-mmd_title_block"
    "-tex_math_dollars-tex_math_single_backslash-smart-citations-latex_macros-native_divs-native_spans"
    "-bracketed_spans-header_attributes-auto_identifiers-implicit_figures-example_lists"
)
_RTF_REFUSED = re.compile(
    rb"\\(deleted|revised|footnote|ftnalt|shptxt|shprslt|object|objdata|nonesttables|nesttableprops)(?![a-z])"
)


def read_document(data: bytes, name: str, limits: Limits = Limits()) -> Document:  # noqa: B008 – a frozen value
    """Read a decision's text.

    Args:
        data: the file's bytes.
        name: its name; the suffix says which format it claims to be, and stands in errors.
        limits: bounds, see `Limits`.
    Raises:
        BadInput: unknown format, not the format it claims, damaged, password-protected, out of bounds, with
            an entity, with what cannot be carried over, or without text.
        Temporary: the reader could not be started.
    """
    refuse_oversized(data, name, limits)
    suffix = name.lower().rpartition(".")[2]
    left_out: Counter[str] = Counter()
    expected: str | None = None
    match suffix:
        case "docx" | "docm":
            data, left_out, expected = docx.flatten(data, name, limits)
            reader = "docx"
        case "odt":
            data, left_out, expected = odt.flatten(data, name, limits)
            reader = "odt"
        case "html" | "htm":
            data, left_out, expected = html.flatten(data, name)
            reader = "html-native_divs-native_spans-tex_math_dollars-raw_html"
        case "rtf":
            _refuse_odd_rtf(data, name)
            reader = "rtf"
        case "md" | "markdown":
            data, reader = _utf8(data, name), _MARKDOWN
        case _:
            raise BadInput(
                N_("Decisions are read from DOCX, ODT, RTF, HTML and Markdown only."),
                N_("Save the document as DOCX."),
                place=name,
            )
    # Before pandoc sees it, where the length is known: Markdown shows no more than its source.
    known = expected if expected is not None else data.decode() if reader == _MARKDOWN else ""
    if len(known) > limits.characters:
        raise _too_long(name, limits)
    reading = Reading(name, limits)
    blocks = reading.document(run(data, reader, name, limits))
    size = sum(len(node.text) for content in walk(blocks) for node in content if isinstance(node, Text))
    if size > limits.characters:
        raise _too_long(name, limits)
    if not plain_text(blocks).strip():
        raise BadInput(
            N_("No text could be read in the file."),
            N_("A scanned or empty document cannot be a decision's text."),
            place=name,
        )
    if expected is not None:
        _refuse_unless_whole(blocks, expected, name, exact=reader == "docx")
    return Document(blocks, dict(sorted((left_out + reading.left_out).items())))


def _too_long(name: str, limits: Limits) -> BadInput:
    return BadInput(
        N_("The text is longer than {limit} characters, about {pages} pages."),
        N_("Divide the document, or put parts of it in an annex."),
        place=name,
        limit=limits.characters,
        pages=limits.characters // 3_000,
    )


def _refuse_unless_whole(blocks: tuple[Block, ...], expected: str, name: str, *, exact: bool) -> None:
    """Every letter of the rebuilt file must be in the model: the check has its own way to the text.

    Blanks are not compared; they stand for tabs, line ends and cell borders. For DOCX (`exact`) the model may
    hold no letter more either; for ODT and HTML it may, since pandoc counts lists a), b), c) itself.
    """
    text = "".join(node.text for content in walk(blocks) for node in content if isinstance(node, Text))
    found, wanted = _letters(text), _letters(expected)
    if wanted - found or (exact and found - wanted):
        raise BadInput(
            N_("Part of the text could not be carried over from the file."),
            N_("Simplify text boxes, fields and tables, or save the document again as DOCX."),
            place=name,
        )


def _letters(text: str) -> Counter[str]:
    # Decomposed, because composing depends on which letters are neighbours.
    return Counter(char for char in unicodedata.normalize("NFD", clean(text)) if not char.isspace())


def _refuse_odd_rtf(data: bytes, name: str) -> None:
    if not data.lstrip().startswith(b"{\\rtf"):
        raise BadInput(N_("The file is not what its name says."), N_("Save it as RTF or DOCX."), place=name)
    if found := _RTF_REFUSED.search(data):
        raise BadInput(
            N_("The RTF file holds what cannot be carried over safely ({word})."),
            N_("Accept all changes, or save the document as DOCX."),
            place=name,
            word=found[1].decode("ascii"),
        )


def _utf8(data: bytes, name: str) -> bytes:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or data.startswith((b"%PDF", b"PK\x03\x04", b"{\\rtf")):
        raise BadInput(N_("The file is not plain UTF-8 text."), N_("Save it as UTF-8 Markdown."), place=name)
    return text.encode()
