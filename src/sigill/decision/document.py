"""The plain document model: what is left of a source file once its container is thrown away.

Letters typeset it, the mask replaces names in it, and nothing else of a source ever reaches a letter. The
model lives here, below the rooms, because both of those need it and rooms do not import one another.
"""

from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

LabelKind: TypeAlias = Literal["name", "email", "phone", "user_id"]


class _Node(msgspec.Struct, frozen=True, tag_field="node", forbid_unknown_fields=True):
    """Base of all nodes; encodes to JSON as an object with a `node` key, for the typesetter."""


class Text(_Node, frozen=True, tag="text"):
    """A run of characters with one set of marks."""

    text: str
    marks: tuple[Literal["strong", "emph", "underline", "strike", "super", "sub"], ...] = ()


class Break(_Node, frozen=True, tag="break"):
    """A line break inside a paragraph."""


class Label(_Node, frozen=True, tag="label"):
    """What stands where something about a withheld person stood. It has no length and no grammar of its own:
    the typesetter shows one fixed text per kind, whoever it is."""

    kind: LabelKind


class Note(_Node, frozen=True, tag="note"):
    """A footnote, anchored where it stands."""

    blocks: "tuple[Block, ...]"


Inline: TypeAlias = Text | Break | Label | Note


class Heading(_Node, frozen=True, tag="heading"):
    """A heading of level 1–6."""

    level: int
    content: tuple[Inline, ...]


class Paragraph(_Node, frozen=True, tag="paragraph"):
    """A paragraph."""

    content: tuple[Inline, ...]


class ItemList(_Node, frozen=True, tag="list"):
    """A list; `start` is the first number of an ordered list, None for bullets."""

    items: "tuple[tuple[Block, ...], ...]"
    start: int | None = None


class Quote(_Node, frozen=True, tag="quote"):
    """An indented quotation."""

    blocks: "tuple[Block, ...]"


class Cell(_Node, frozen=True, tag="cell"):
    """A table cell."""

    blocks: "tuple[Block, ...]"
    colspan: int = 1
    rowspan: int = 1


class Table(_Node, frozen=True, tag="table"):
    """A table; the first `header_rows` rows are headings (PDF/UA: TH)."""

    columns: int
    rows: tuple[tuple[Cell, ...], ...]
    header_rows: int = 0


Block: TypeAlias = Heading | Paragraph | ItemList | Quote | Table


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document's text and structure.

    Args:
        blocks: in reading order.
        left_out: what the source held and the model does not, as kind → count (images, comments …), so that
            the decision-maker can be told.
    """

    blocks: tuple[Block, ...]
    left_out: dict[str, int] = {}


def walk(blocks: tuple[Block, ...]) -> Iterator[tuple[Inline, ...]]:
    """Every sequence of inlines below `blocks`, in reading order, footnotes after the text that holds them."""
    for block in blocks:
        match block:
            case Heading(content=content) | Paragraph(content=content):
                yield content
                for inline in content:
                    if isinstance(inline, Note):
                        yield from walk(inline.blocks)
            case ItemList(items=items):
                for item in items:
                    yield from walk(item)
            case Quote(blocks=inner):
                yield from walk(inner)
            case Table(rows=rows):
                for row in rows:
                    for cell in row:
                        yield from walk(cell.blocks)


def plain_text(blocks: tuple[Block, ...]) -> str:
    """The text alone, one line per paragraph; a line break counts as a line, a label as nothing."""

    def one(content: tuple[Inline, ...]) -> str:
        return "".join(
            node.text if isinstance(node, Text) else "\n" if isinstance(node, Break) else "" for node in content
        )

    return "\n".join(one(content) for content in walk(blocks))
