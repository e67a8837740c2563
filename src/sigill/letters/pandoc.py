"""Pandoc's JSON, turned into the document model through an allow-list.

Runs the pandoc binary of `pypandoc-binary` as a process of its own: `--sandbox` (no files, no network), the
input on its standard input, an empty environment and folder, a time limit and a heap limit. Of what comes
back only the nodes named here are kept; any other node gives its text and is counted. Attributes, styles
and link targets are dropped with their nodes.
"""

import functools
import json
import re
import subprocess
import tempfile
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pypandoc

from sigill.decision.document import (
    Block,
    Break,
    Cell,
    Heading,
    Inline,
    ItemList,
    Note,
    Paragraph,
    Quote,
    Table,
    Text,
    plain_text,
)
from sigill.errors import N_, BadInput, Temporary
from sigill.letters.container import Limits

_MARKS = {
    "Strong": "strong",
    "Emph": "emph",
    "Underline": "underline",
    "Strikeout": "strike",
    "Superscript": "super",
    "Subscript": "sub",
}
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
# Cf characters steer joining, direction and breaking; they are never seen, and can make a name look other
# than it is.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SPACES = re.compile("[\t\n\r\u0085\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def run(data: bytes, reader: str, name: str, limits: Limits) -> dict[str, Any]:
    """Let pandoc read `data` with `reader` (`docx`, `odt`, `rtf`, `html`, `markdown-…`) and give its JSON.

    Raises:
        BadInput: pandoc cannot read it, or not within the limits.
        Temporary: pandoc cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="sigill-") as empty:
        command = [
            _binary(),
            "+RTS",
            f"-M{limits.heap_mb}m",
            "-RTS",
            "--sandbox",
            f"--data-dir={empty}",
            "--track-changes=accept",
            "--from",
            reader,
            "--to",
            "json",
        ]
        try:
            done = subprocess.run(
                command,
                input=data,
                capture_output=True,
                timeout=limits.seconds,
                check=False,
                cwd=empty,
                env={"HOME": empty, "LANG": "C.UTF-8"},
            )
        except subprocess.TimeoutExpired:
            raise BadInput(
                N_("The file could not be read within {limit} seconds."),
                N_("Simplify or divide the document."),
                place=name,
                limit=int(limits.seconds),
            ) from None
        except OSError:
            raise Temporary(N_("The document reader could not be started."), N_("Try again."), place=name) from None
    try:
        tree = json.loads(done.stdout) if done.returncode == 0 else None
    except (ValueError, RecursionError):
        tree = None
    if not isinstance(tree, dict):
        # pandoc's own message may quote the text, so it is not passed on.
        raise BadInput(
            N_("The file could not be read as a document."),
            N_("Open it in the word processor and save it again."),
            place=name,
        )
    return tree


@functools.cache
def _binary() -> str:
    """The pandoc that the wheel carries, so that every machine reads alike; else the one pypandoc finds."""
    carried = Path(pypandoc.__file__).parent / "files" / "pandoc"
    return str(carried) if carried.is_file() else str(pypandoc.get_pandoc_path())


class Reading:
    """One pass over pandoc's tree. Afterwards `left_out` says what was dropped."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.left_out: Counter[str] = Counter()
        self._name = name
        self._limits = limits

    def document(self, tree: dict[str, Any]) -> tuple[Block, ...]:
        """The blocks of pandoc's tree. Metadata (title, author …) is left behind: a letter's head is the
        case's.

        Raises:
            BadInput: nested deeper than the limit, or an equation.
        """
        try:
            return self.blocks(tree["blocks"], 1)
        except RecursionError:
            raise self._too_deep() from None

    def _too_deep(self) -> BadInput:
        return BadInput(
            N_("Lists, quotes or tables are nested more than {limit} levels deep."),
            N_("Flatten them."),
            place=self._name,
            limit=self._limits.depth,
        )

    def blocks(self, nodes: list[Any], depth: int) -> tuple[Block, ...]:
        if depth > self._limits.depth:
            raise self._too_deep()
        done: list[Block] = []
        for node in nodes:
            done += self._block(node["t"], node.get("c"), depth)
        return tuple(done)

    def _block(self, kind: str, content: Any, depth: int) -> list[Block]:
        match kind:
            case "Para" | "Plain":
                return self._paragraph(self.inlines(content, (), depth))
            case "Header":
                inlines = _trim(self.inlines(content[2], (), depth))
                return [Heading(max(1, min(content[0], 6)), inlines)] if inlines else []
            case "LineBlock":
                return self._paragraph(_joined([self.inlines(line, (), depth) for line in content]))
            case "CodeBlock":
                return self._paragraph(_joined([_text(line, ()) for line in content[1].split("\n")]))
            case "BlockQuote":
                inside = self.blocks(content, depth + 1)
                return [Quote(inside)] if inside else []
            case "BulletList":
                return [ItemList(tuple(self.blocks(item, depth + 1) for item in content))]
            case "OrderedList":
                return self._ordered(content, depth)
            case "DefinitionList":
                return self._definitions(content, depth)
            case "Table":
                return self._table(content, depth)
            case "Div":
                return list(self.blocks(content[1], depth))
            case "Figure":
                return list(self.blocks(content[2], depth + 1) + self.blocks(content[1][1], depth + 1))
            case "HorizontalRule":
                return []
            case _:
                self.left_out["unknown" if kind != "RawBlock" else "raw"] += 1
                text = "" if kind == "RawBlock" else _any_text(content)
                return self._paragraph(_text(text, ()))

    def _paragraph(self, inlines: tuple[Inline, ...]) -> list[Block]:
        trimmed = _trim(inlines)
        return [Paragraph(trimmed)] if trimmed else []

    def _ordered(self, content: Any, depth: int) -> list[Block]:
        (start, style, delimiter), items = content
        bodies = [self.blocks(item, depth + 1) for item in items]
        if style["t"] in ("Decimal", "DefaultStyle", "Example"):
            return [ItemList(tuple(bodies), start)]
        # The model's lists count 1, 2, 3. A list a), b), c) keeps its letters as text: other paragraphs and
        # decisions point at them ("punkt b").
        done: list[Block] = []
        for number, body in enumerate(bodies, start):
            label = count_as(number, style["t"])
            sign = {"Period": f"{label}.", "TwoParens": f"({label})"}.get(delimiter["t"], f"{label})")
            done += prefixed(f"{sign} ", body)
        return done

    def _definitions(self, content: Any, depth: int) -> list[Block]:
        done: list[Block] = []
        for term, definitions in content:
            done += self._paragraph(self.inlines(term, ("strong",), depth))
            for definition in definitions:
                done += self.blocks(definition, depth + 1)
        return done

    def _table(self, content: Any, depth: int) -> list[Block]:
        _, caption, columns, head, bodies, foot = content
        head_rows = list(head[1])
        body_rows: list[Any] = []
        for body in bodies:
            body_rows += body[2] + body[3]
        body_rows += foot[1]
        width = len(columns)
        grid, header_rows = self._grid(head_rows + body_rows, width, len(head_rows), depth)
        above = list(self.blocks(caption[1], depth + 1))
        if not any(cell.blocks for row in grid for cell in row):
            return above
        if header_rows == 0 and len(grid) > 1 and _all_strong(grid[0]):
            header_rows = 1
        if header_rows >= len(grid):
            header_rows = 0  # nothing but headings would be no table at all (PDF/UA-1, 7.5)
        return [*above, Table(width, grid, _unspanned(grid, header_rows))]

    def _grid(
        self, rows: list[Any], width: int, header_rows: int, depth: int
    ) -> tuple[tuple[tuple[Cell, ...], ...], int]:
        """Cells whose spans fit the grid, gaps filled, so that the typesetter finds one cell for every
        place."""
        taken: set[tuple[int, int]] = set()
        done: list[tuple[Cell, ...]] = []
        for y, row in enumerate(rows):
            cells: list[Cell] = []
            waiting = list(row[1])
            x = 0
            while x < width:
                if (x, y) in taken:
                    x += 1
                    continue
                room = next((at for at in range(x, width) if (at, y) in taken), width) - x
                blocks: tuple[Block, ...] = ()
                across, down = 1, 1
                if waiting:
                    _, _, down, across, inside = waiting.pop(0)
                    blocks = self.blocks(inside, depth + 1)
                across = max(1, min(across, room))
                down = max(1, min(down, len(rows) - y))
                taken.update((x + dx, y + dy) for dx in range(across) for dy in range(down))
                cells.append(Cell(blocks, across, down))
                x += across
            if waiting:
                raise BadInput(
                    N_("A table has a row with more cells than columns."),
                    N_("Mend the table."),
                    place=self._name,
                )
            done.append(tuple(cells))
        return tuple(done), header_rows

    def inlines(self, nodes: list[Any], marks: tuple[Any, ...], depth: int) -> tuple[Inline, ...]:
        done: list[Inline] = []
        for node in nodes:
            done += self._inline(node["t"], node.get("c"), marks, depth)
        return _merged(done)

    def _inline(self, kind: str, content: Any, marks: tuple[Any, ...], depth: int) -> tuple[Inline, ...]:
        match kind:
            case "Str":
                return _text(content, marks)
            case "Space" | "SoftBreak":
                return (Text(" ", marks),)
            case "LineBreak":
                return (Break(),)
            case "Strong" | "Emph" | "Underline" | "Strikeout" | "Superscript" | "Subscript":
                mark = _MARKS[kind]
                return self.inlines(content, marks if mark in marks else (*marks, mark), depth)
            case "SmallCaps":
                return self.inlines(content, marks, depth)
            case "Quoted":
                sign = "’" if content[0]["t"] == "SingleQuote" else "”"
                return (Text(sign, marks), *self.inlines(content[1], marks, depth), Text(sign, marks))
            case "Cite" | "Span" | "Link":
                return self.inlines(content[1], marks, depth)
            case "Code":
                return _text(content[1], marks)
            case "Image":
                self.left_out["images"] += 1
                return ()
            case "Note":
                inside = self.blocks(content, depth + 1)
                return (Note(inside),) if inside else ()
            case "Math":
                # Set on one line, 1 over 2 would read 12; a decision must not change its numbers.
                raise BadInput(
                    N_("The text holds an equation, which a letter cannot show."),
                    N_("Write it as ordinary text."),
                    place=self._name,
                )
            case "RawInline":
                self.left_out["raw"] += 1
                return ()
            case _:
                self.left_out["unknown"] += 1
                return _text(_any_text(content), marks)


def clean(text: str) -> str:
    """Composed characters (NFC), one kind of blank for tabs and line ends, nothing invisible, no controls."""
    text = _SPACES.sub(" ", text)
    return unicodedata.normalize("NFC", _CONTROLS.sub("", _INVISIBLE.sub("", text)))


def prefixed(label: str, body: tuple[Block, ...]) -> tuple[Block, ...]:
    """`body` with `label` written before its first paragraph."""
    if body and isinstance(body[0], Paragraph):
        return (Paragraph(_merged([Text(label), *body[0].content])), *body[1:])
    return (Paragraph((Text(label.rstrip()),)), *body)


def _text(text: str, marks: tuple[Any, ...]) -> tuple[Inline, ...]:
    cleaned = clean(text)
    return (Text(cleaned, marks),) if cleaned else ()


def _merged(nodes: list[Inline]) -> tuple[Inline, ...]:
    """Join neighbours with the same marks: a name split over runs is one text again."""
    done: list[Inline] = []
    for node in nodes:
        last = done[-1] if done else None
        if isinstance(node, Text) and isinstance(last, Text) and last.marks == node.marks:
            # Joining can make a base letter and a combining mark neighbours.
            done[-1] = Text(unicodedata.normalize("NFC", last.text + node.text), node.marks)
        else:
            done.append(node)
    return tuple(done)


def _trim(nodes: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """Without blanks and line breaks at the ends; empty if nothing else is there."""

    def empty(node: Inline) -> bool:
        return isinstance(node, Break) or (isinstance(node, Text) and not node.text.strip())

    first, last = 0, len(nodes)
    while first < last and empty(nodes[first]):
        first += 1
    while last > first and empty(nodes[last - 1]):
        last -= 1
    kept = list(nodes[first:last])
    if kept and isinstance(kept[0], Text):
        kept[0] = Text(kept[0].text.lstrip(), kept[0].marks)
    if kept and isinstance(kept[-1], Text):
        kept[-1] = Text(kept[-1].text.rstrip(), kept[-1].marks)
    return tuple(kept)


def _joined(lines: list[tuple[Inline, ...]]) -> tuple[Inline, ...]:
    done: list[Inline] = []
    for number, line in enumerate(lines):
        if number:
            done.append(Break())
        done += line
    return tuple(done)


def _all_strong(row: tuple[Cell, ...]) -> bool:
    def strong(content: tuple[Inline, ...]) -> bool:
        return all("strong" in node.marks for node in content if isinstance(node, Text) and node.text.strip())

    filled = [cell for cell in row if plain_text(cell.blocks).strip()]
    return bool(filled) and all(
        isinstance(block, Paragraph) and strong(block.content) for cell in filled for block in cell.blocks
    )


def _unspanned(grid: tuple[tuple[Cell, ...], ...], header_rows: int) -> int:
    """No header at all if one of its cells reaches into the body: half a heading is none."""
    for y, row in enumerate(grid[:header_rows]):
        if any(y + cell.rowspan > header_rows for cell in row):
            return 0
    return header_rows


def count_as(number: int, style: str) -> str:
    if style.endswith("Roman"):
        text, rest = "", number
        for value, letters in _ROMAN:
            text += letters * (rest // value)
            rest %= value
    else:
        text, rest = "", number
        while rest > 0:
            rest, letter = divmod(rest - 1, 26)
            text = chr(97 + letter) + text
    return text.upper() if style.startswith("Upper") else text


def _any_text(content: Any) -> str:
    """All text under a node that is not on the list, so that it is shown and not lost."""
    if isinstance(content, dict):
        if content.get("t") == "Str":
            return str(content.get("c", ""))
        return " " if content.get("t") in ("Space", "SoftBreak", "LineBreak") else _any_text(content.get("c"))
    if isinstance(content, list):
        return "".join(_any_text(part) for part in content if isinstance(part, dict | list))
    return ""
