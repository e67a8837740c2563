"""The re-set mask: names leave the plain document model of a letter, and a label stands where each of them stood.

What it does: joins the text of a paragraph across its runs, asks `names.find` for every mention of a withheld person
and puts one `Label` in the place of each, with its genitive ending and the staff title and unit beside it. What
cannot be told with certainty (the party bears the same name, a word that may be a name) stops the letter: `Blocked`,
a human must look. Afterwards the result is searched once more.

What it does not: it never touches the record (G16: FL 31 § wants the names there); it does not change what the
sentences say about the person ("the colleague who was on leave"); typesetting, which decides how a label looks, is
the letters' room's; the search with fresh eyes is `verify`'s.

Non-interference: nothing of a mention is left, neither its length nor the way its runs were cut, so the same letter
written about another employee comes out the same.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from sigill.decision.document import (
    Block,
    Break,
    Cell,
    Document,
    Heading,
    Inline,
    ItemList,
    Label,
    LabelKind,
    Note,
    Paragraph,
    Quote,
    Table,
    Text,
    plain_text,
)
from sigill.decision.people import StaffMember, StaffRegister
from sigill.decision.stages import Composed, Letter, Masked, Section
from sigill.errors import N_, Blocked
from sigill.mask.report import DEFAULT_LABEL
from sigill.names.context import is_staff_post
from sigill.names.find import Finder, Span, same_name

_OBJECT = "\ufffc"  # stands for a label that is there already; no letter, so no part of a name


def mask_letters(
    composed: Composed, withheld: Sequence[StaffMember], register: StaffRegister, keep: Sequence[str] = ()
) -> Masked:
    """Take the withheld people out of the notification. The record stays as it is (G16).

    Args:
        composed: record and notification as text.
        withheld: those whose names the notification leaves out (FL 33 § 4 st); empty is allowed.
        register: the whole staff: everybody else in it stays readable.
        keep: full names of others that stay: parties, politicians.
    Returns:
        the same letters; in the notification's text every mention is a `Label`, in its title, facts and headings
        (which are plain text) the fixed words `mask.report.DEFAULT_LABEL`. `replaced` counts by label kind.
    Raises:
        Blocked: a withheld person is called like somebody whose name stays, in full or where a name stands alone; a
            word cannot be told from a name; a mention stands in a party's address; something is still found
            afterwards. `place` says where; no name is in the message.
    """
    if not withheld:
        return _masked(composed, composed.notification, Counter())
    _refuse_namesakes(withheld, keep)
    letter = composed.notification
    finder = Finder(withheld, register, keep=keep, absorb_titles=True)
    # Whoever is withheld took part in the decision: a name alone may always be his or hers.
    finder = finder.for_document(_text_of(letter), present=[person.staff_id for person in withheld])
    pen = _Pen(finder)
    masked = Letter(
        kind=letter.kind,
        title=pen.line(letter.title, "title"),
        facts=tuple((pen.line(label, "facts"), pen.line(value, "facts")) for label, value in letter.facts),
        addressees=tuple(pen.untouched(text, "addressee") for text in letter.addressees),
        body=Document(pen.blocks(letter.body.blocks, "body"), letter.body.left_out),
        sections=tuple(
            Section(
                pen.line(section.heading, f"section {at}"),
                Document(pen.blocks(section.document.blocks, f"section {at}"), section.document.left_out),
            )
            for at, section in enumerate(letter.sections, 1)
        ),
        code=letter.code,
        language=letter.language,
    )
    _search_again(masked, finder)
    return _masked(composed, masked, pen.replaced)


def _masked(composed: Composed, notification: Letter, replaced: Counter[str]) -> Masked:
    return Masked(
        record=composed.record,
        notification=notification,
        facts=composed.facts,
        signatory=composed.signatory,
        identities=composed.identities,
        replaced=dict(sorted(replaced.items())),
    )


def _refuse_namesakes(withheld: Sequence[StaffMember], keep: Sequence[str]) -> None:
    # A party who is called like the handler would lose the own name, or the handler's would stay.
    for person in withheld:
        if any(same_name(person, name) for name in keep):
            raise Blocked(
                N_("A withheld employee has the same name as somebody whose name must stay."),
                N_("Look through the decision by hand: write the employee's mentions without the name."),
                place="notification",
            )


def _search_again(letter: Letter, finder: Finder) -> None:
    if any(span.certainty != "review" for span in finder.find(_text_of(letter, label=DEFAULT_LABEL))):
        raise Blocked(
            N_("After masking, a withheld person can still be found in the notification."),
            N_("Write the passage otherwise; if it looks harmless, report it as a fault."),
            place="notification",
        )


def _text_of(letter: Letter, label: str = "") -> str:
    parts = [letter.title, *(f"{name}: {value}" for name, value in letter.facts), *letter.addressees]
    for heading, document in (("", letter.body), *((one.heading, one.document) for one in letter.sections)):
        parts += [heading, plain_text(_with_labels(document.blocks, label))]
    return "\n\n".join(parts)


def _with_labels(blocks: tuple[Block, ...], label: str) -> tuple[Block, ...]:
    """The blocks with labels as words, so that what stands on both sides of one does not run together."""

    def said(content: tuple[Inline, ...]) -> tuple[Inline, ...]:
        return tuple(Text(label or _OBJECT) if isinstance(one, Label) else one for one in content)

    made: list[Block] = []
    for block in blocks:
        match block:
            case Paragraph(content=content):
                made.append(Paragraph(said(content)))
            case Heading(level=level, content=content):
                made.append(Heading(level, said(content)))
            case ItemList(items=items, start=start):
                made.append(ItemList(tuple(_with_labels(item, label) for item in items), start))
            case Quote(blocks=inner):
                made.append(Quote(_with_labels(inner, label)))
            case Table(columns=columns, rows=rows):
                made.append(
                    Table(columns, tuple(tuple(Cell(_with_labels(c.blocks, label)) for c in row) for row in rows))
                )
    return tuple(made)


class _Pen:
    """Goes through a letter once and writes it anew without the withheld."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.replaced: Counter[str] = Counter()

    def line(self, text: str, place: str) -> str:
        """A line that is plain text: the fixed words stand for the mention."""
        made, at = [], 0
        for span in self._find(text, place):
            made += [text[at : span.start], DEFAULT_LABEL]
            at = span.end
            self.replaced[span.kind] += 1
        return "".join([*made, text[at:]])

    def untouched(self, text: str, place: str) -> str:
        """A line that must not hold a withheld person at all: a party's name and address."""
        if self._find(text, place):
            raise Blocked(
                N_("A party's name or address looks like a withheld employee's."),
                N_("Look through the decision by hand."),
                place=f"notification, {place}",
            )
        return text

    def blocks(self, blocks: tuple[Block, ...], place: str) -> tuple[Block, ...]:
        """A sequence of blocks; a line that is nothing but the title of the one named above goes with the name."""
        made: list[Block] = []
        for at, block in enumerate(blocks, 1):
            new = self._block(block, f"{place}, block {at}")
            if made and isinstance(new, Paragraph) and _ends_in_name(made[-1]) and self._is_post(new):
                continue
            made.append(new)
        return tuple(made)

    def _block(self, block: Block, place: str) -> Block:
        match block:
            case Paragraph(content=content):
                return Paragraph(self._inlines(content, place))
            case Heading(level=level, content=content):
                return Heading(level, self._inlines(content, place))
            case ItemList(items=items, start=start):
                return ItemList(tuple(self.blocks(item, place) for item in items), start)
            case Quote(blocks=inner):
                return Quote(self.blocks(inner, place))
            case Table(rows=rows):
                return Table(
                    block.columns,
                    tuple(self._row(row, f"{place}, row {at}") for at, row in enumerate(rows, 1)),
                    block.header_rows,
                )

    def _row(self, row: tuple[Cell, ...], place: str) -> tuple[Cell, ...]:
        cells = [Cell(self.blocks(cell.blocks, place), cell.colspan, cell.rowspan) for cell in row]
        if any(_only_label(cell.blocks) for cell in cells):
            # "Name | Title": the title beside the name points at the same person.
            cells = [
                Cell((Paragraph((Label("name"),)),), cell.colspan, cell.rowspan)
                if len(cell.blocks) == 1 and isinstance(cell.blocks[0], Paragraph) and self._is_post(cell.blocks[0])
                else cell
                for cell in cells
            ]
        return tuple(cells)

    def _is_post(self, paragraph: Paragraph) -> bool:
        return is_staff_post(plain_text((paragraph,)), self._finder.titles, self._finder.units)

    def _inlines(self, content: tuple[Inline, ...], place: str) -> tuple[Inline, ...]:
        text = "".join(_character(node) for node in content)
        spans = self._find(text, place)
        self.replaced.update(span.kind for span in spans)
        made: list[Inline] = []
        begin, waiting = 0, list(spans)
        for node in content:
            if isinstance(node, Note):
                made.append(Note(self.blocks(node.blocks, f"{place}, note")))
                continue
            end = begin + len(_character(node))
            for start, stop, kind in _pieces(begin, end, waiting):
                if kind is not None:
                    made.append(Label(kind))
                elif isinstance(node, Text):
                    made.append(Text(text[start:stop], node.marks))
                else:
                    made.append(node)
            begin = end
        return _joined(made)

    def _find(self, text: str, place: str) -> list[Span]:
        spans = self._finder.find(text)
        for span in spans:
            if span.certainty == "review":
                raise Blocked(
                    N_("It cannot be told whether a word stands for a withheld person ({reason})."),
                    N_("Write the passage so that it is clear who is meant, or leave the name out there."),
                    place=f"notification, {place}",
                    reason=span.reason,
                )
        return spans


def _character(node: Inline) -> str:
    match node:
        case Text(text=text):
            return text
        case Break():
            return "\n"
        case Label():
            return _OBJECT
    return ""


def _pieces(begin: int, end: int, spans: Sequence[Span]) -> Iterable[tuple[int, int, LabelKind | None]]:
    """What is left of the stretch `begin:end`, and the labels that begin in it, in order."""
    at = begin
    for span in spans:
        if span.end <= begin or span.start >= end:
            continue
        if span.start > at:
            yield at, span.start, None
        if span.start >= begin:
            yield span.start, span.start, span.kind
        at = max(at, min(end, span.end))
    if at < end:
        yield at, end, None


def _joined(nodes: Sequence[Inline]) -> tuple[Inline, ...]:
    """Runs with the same marks become one: where a run was cut may tell how long the name was."""
    made: list[Inline] = []
    for node in nodes:
        if isinstance(node, Text) and not node.text:
            continue
        last = made[-1] if made else None
        if isinstance(node, Text) and isinstance(last, Text) and last.marks == node.marks:
            made[-1] = Text(last.text + node.text, node.marks)
        else:
            made.append(node)
    return tuple(made)


def _ends_in_name(block: Block) -> bool:
    if not isinstance(block, Paragraph):
        return False
    content = [node for node in block.content if not (isinstance(node, Text) and not node.text.strip())]
    return bool(content) and content[-1] == Label("name")


def _only_label(blocks: tuple[Block, ...]) -> bool:
    return (
        len(blocks) == 1
        and isinstance(blocks[0], Paragraph)
        and any(isinstance(node, Label) for node in blocks[0].content)
        and not plain_text(blocks).strip()
    )
