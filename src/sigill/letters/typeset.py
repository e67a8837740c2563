"""A letter as text in, a PDF out: PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) in one file.

The same letter, board and date give the same bytes. Data reaches the template as JSON, never as typst
source, so nothing in a decision can be read as markup. Everything a label stood for is gone before: a label
prints one fixed text per kind, so the page is the same whoever it was about.

Does not mask, sign or attach. Leaves the area `SIGNATURE_AREA` of the first page free for the visible
signature.
"""

import datetime as dt
import functools
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import typst

from sigill.decision.document import (
    Block,
    Document,
    Heading,
    Inline,
    ItemList,
    LabelKind,
    Note,
    Paragraph,
    Quote,
    Table,
    walk,
)
from sigill.decision.document import Text as TextNode
from sigill.decision.stages import Letter
from sigill.errors import N_, Blocked
from sigill.letters import fonts
from sigill.letters.board import Board

LABELS: Mapping[LabelKind, str] = {
    "name": "[namn utelämnat]",
    "email": "[e-post utelämnad]",
    "phone": "[telefonnummer utelämnat]",
    "user_id": "[användar-id utelämnat]",
}
SIGNATURE_AREA = (340.0, 736.0, 545.0, 792.0)
"""x0, y0, x1, y1 in points from the lower left corner of the first page (A4); nothing is printed there."""

DNR_LABEL = "Diarienummer"
RECORD_BANNER = (
    "Handlingen namnger dem som har beslutat och medverkat (31 § förvaltningslagen). Den lämnas ut först "
    "efter prövning, och varje utlämnande loggas. Den som är part har rätt att ta del av beslutet (10 kap. "
    "3 § offentlighets- och sekretesslagen)."
)
MAX_DEPTH = 24  # of blocks inside blocks; typst's own limit on nested calls lies above
_TEMPLATE = Path(__file__).parent / "templates" / "letter.typ"
_BREAK = "\u200b"  # where a long word may break; the template sets nothing there, not even this character
_LINE, _COLUMN = 60, 28  # characters that surely fit on a line, and in a column
_LOCK = threading.Lock()


def typeset(letter: Letter, board: Board, *, date: dt.date, labels: Mapping[LabelKind, str] = LABELS) -> bytes:
    """Set one letter.

    Args:
        letter: before or after masking.
        date: the document's date in its metadata; no clock is read.
        labels: what a label of each kind prints.
    Returns:
        the PDF's bytes; they end in a line feed, so that an incremental update can be appended.
    Raises:
        Blocked: a character that the fonts lack (names the code point), or text nested too deep or otherwise
            impossible to set.
    """
    fonts.refuse_uncovered(_texts(letter, board, labels))
    data = {
        "kind": letter.kind,
        "title": letter.title,
        "document_title": ", ".join(part for part in (letter.title, _dnr(letter)) if part),
        "language": letter.language,
        "date": [date.year, date.month, date.day],
        "banner": RECORD_BANNER if letter.kind == "record" else "",
        "facts": [[label, _breakable(value, _COLUMN)] for label, value in letter.facts],
        "addressees": [lines.split("\n") for lines in letter.addressees],
        "body": _levelled(letter.body, above=1),
        "sections": [
            {"heading": section.heading, "blocks": _levelled(section.document, above=2)} for section in letter.sections
        ],
        "labels": dict(labels),
        "foot": {
            "reference": " · ".join(
                part for part in (_dnr(letter), f"Beslutskod {letter.code}" if letter.code else "") if part
            ),
            "sender": _sender_lines(board),
        },
        "board": {
            "municipality": board.municipality,
            "board": board.board,
            "sender": board.sender,
            "primary": board.colours.primary,
        },
        "logo": _logo(board),
    }
    stamp = dt.datetime(date.year, date.month, date.day, 12, tzinfo=dt.UTC)
    try:
        with _LOCK:  # one compiler holds the fonts and the parsed template for the whole process
            pdf = _compiler().compile(
                format="pdf",
                sys_inputs={"letter": msgspec.json.encode(data).decode()},
                pdf_standards=["a-3a", "ua-1"],
                timestamp=stamp,
            )
    except RuntimeError:
        # The cause quotes source and could quote text.
        raise Blocked(
            N_("The letter cannot be set as an accessible PDF."),
            N_("Simplify tables and lists in the decision, or ask the administrator."),
            place=letter.kind,
        ) from None
    if not isinstance(pdf, bytes):
        raise Blocked(N_("The typesetter gave no document."), place=letter.kind)
    # An incremental update begins on a new line (ISO 32000-1, 7.5.6); typst ends right after %%EOF.
    return pdf if pdf.endswith(b"\n") else pdf + b"\n"


@functools.cache
def _compiler() -> typst.Compiler:
    font_set = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.FOLDER)])
    return typst.Compiler(input=str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=font_set)


def _dnr(letter: Letter) -> str:
    return dict(letter.facts).get(DNR_LABEL, "")


def _sender_lines(board: Board) -> tuple[str, str]:
    visit = f"Besök: {board.visiting_address}" if board.visiting_address else ""
    first = (f"Post: {board.postal_address}", visit, f"Telefon: {board.phone}")
    second = (board.mailbox, board.web, f"Org.nr {board.org_number}" if board.org_number else "")
    return " · ".join(part for part in first if part), " · ".join(part for part in second if part)


def _logo(board: Board) -> dict[str, Any] | None:
    if board.logo is None or not board.logo_bytes:
        return None
    common = {"alt": board.logo.alt_sv, "height_mm": board.logo.height_mm}
    if board.logo.file.endswith(".svg"):
        return common | {"format": "svg", "svg": board.logo_bytes.decode("utf-8-sig")}
    return common | {"format": "png", "png": list(board.logo_bytes)}


def _levelled(document: Document, *, above: int) -> list[Any]:
    """Blocks as JSON, headings moved below level `above` without gaps (PDF/UA-1, 7.4.2: no level is
    skipped)."""
    opened: list[int] = []

    def level(source: int) -> int:
        while opened and opened[-1] >= source:
            opened.pop()
        opened.append(source)
        return min(above + len(opened), 6)

    def one(block: Block, depth: int, width: int = _LINE) -> dict[str, Any]:
        if depth > MAX_DEPTH:
            raise Blocked(
                N_("The text is nested more than {limit} levels deep."),
                N_("Flatten lists, quotes or tables in the decision."),
                limit=MAX_DEPTH,
            )
        match block:
            case Heading(content=content) if depth > 1:
                # A heading inside a list, cell or note would break the order of levels; it stays as bold
                # text.
                strong = [
                    node | {"marks": ["strong"]} if node["node"] == "text" else node
                    for node in inlines(content, depth, width)
                ]
                return {"node": "paragraph", "content": strong}
            case Heading(level=source, content=content):
                return {"node": "heading", "level": level(source), "content": inlines(content, depth, width)}
            case Paragraph(content=content):
                return {"node": "paragraph", "content": inlines(content, depth, width)}
            case ItemList(items=items, start=start):
                inner = [[one(part, depth + 1, width) for part in item] for item in items]
                return {"node": "list", "start": start, "items": inner}
            case Quote(blocks=inside):
                return {"node": "quote", "blocks": [one(part, depth + 1, width) for part in inside]}
            case Table(columns=columns, rows=rows, header_rows=header_rows):
                cells = [
                    [
                        {
                            "blocks": [one(part, depth + 1, _COLUMN) for part in cell.blocks],
                            "colspan": cell.colspan,
                            "rowspan": cell.rowspan,
                        }
                        for cell in row
                    ]
                    for row in rows
                ]
                return {"node": "table", "columns": columns, "rows": cells, "header_rows": header_rows}

    def inlines(content: tuple[Inline, ...], depth: int, width: int) -> list[dict[str, Any]]:
        done: list[dict[str, Any]] = []
        for node in content:
            if isinstance(node, TextNode):
                done.append({"node": "text", "text": _breakable(node.text, width), "marks": list(node.marks)})
            elif isinstance(node, Note) and node.blocks:
                done.append({"node": "note", "blocks": [one(part, depth + 1) for part in node.blocks]})
            elif not isinstance(node, Note):
                done.append(msgspec.to_builtins(node))
        return done

    return [one(block, 1) for block in document.blocks]


def _breakable(text: str, width: int) -> str:
    """Let a word longer than `width` characters break: after punctuation, else every 16 characters."""

    def widen(match: re.Match[str]) -> str:
        return _BREAK.join(re.findall(r"[^/@._?&=\\-]{1,16}[/@._?&=\\-]*|[/@._?&=\\-]{1,16}", match[0]))

    return re.sub(rf"\S{{{width},}}", widen, text.replace(_BREAK, ""))


def _texts(letter: Letter, board: Board, labels: Mapping[LabelKind, str]) -> Iterator[tuple[str, str]]:
    yield "labels", "".join(labels.values())
    yield "board.toml", board.municipality + board.sender + "".join(_sender_lines(board))
    for label, value in letter.facts:
        yield letter.kind, label + value
    for lines in letter.addressees:
        yield letter.kind, lines.replace("\n", "")
    documents: list[tuple[str, Document]] = [(letter.kind, letter.body)]
    for section in letter.sections:
        yield letter.kind, section.heading
        documents.append((f"{letter.kind}, {section.heading}", section.document))
    yield letter.kind, letter.title + letter.code
    for place, document in documents:
        for content in walk(document.blocks):
            yield place, "".join(node.text for node in content if isinstance(node, TextNode))
