"""G20, G22, G23: what the notification must hold, and must not hold when it leaves (FL 6–7, 32–33 §§)."""

import re
from collections.abc import Iterator

from sigill.decision.document import Document, Heading, Inline, Paragraph, Text, walk
from sigill.decision.legal import Severity
from sigill.law.acts import Export, NotificationText
from sigill.law.matter import Matter, same_name
from sigill.law.rule import Remark, blank, word_count

_REASONS = re.compile(r"\b(skäl(en)?|beslutsskäl|motivering(en)?|bedömning(en)?)\b", re.IGNORECASE)
_REASON_WORDS = 6
_HEADING_CHARS = 80
"""A paragraph this short can be a heading that was only made bold."""


def complete(matter: Matter) -> Iterator[Remark]:
    """G20. Full content, reasons, how to appeal, dissent, and a contact route that works without a name."""
    case, dtype = matter.case, matter.decision_type
    if blank(case.content_sv):
        yield Remark("content_sv", "Beslutets innehåll saknas.", "The content of the decision is missing.")
    if not any(word_count(_line(content)) for content in walk(matter.document.blocks)):
        yield Remark("document", "Beslutsdokumentet har ingen text.", "The decision document holds no text.")
    elif blank(case.reasons_omitted_sv) and not has_reasons(matter.document):
        yield Remark(
            "document",
            "Beslutet saknar skäl under en rubrik som går att känna igen (till exempel ”Skäl för "
            "beslutet”); om skälen får utelämnas, ange varför i reasons_omitted_sv.",
            "The decision has no reasons under a heading that can be recognised (“Skäl för beslutet”, "
            "say); if reasons may be left out, say why in reasons_omitted_sv.",
            source="FL 32 §",
        )
    if case.appeal != dtype.appeal:
        yield Remark(
            "appeal",
            f"Beslutstypen överklagas enligt {dtype.appeal}, inte som ärendet anger.",
            f"This decision type is appealed under {dtype.appeal}, not as the case says.",
            source=f"FL 33 § 2 st; {dtype.appeal_source}",
        )
    elif dtype.appeal == "laglighetsprovning" and blank(case.appeal_court):
        yield Remark(
            "appeal_court",
            "Ange vilken förvaltningsrätt överklagandet ska lämnas till.",
            "State which administrative court the appeal is to be filed with.",
            source="FL 33 § 2 st; KL 13:4",
        )
    elif "appeal" in dtype.inferred:
        yield Remark(
            "appeal",
            "Hur beslutet överklagas är en slutsats av lagtexten; kommunens jurist ska ha bekräftat den.",
            "How this decision is appealed is inferred from the text of the law; the municipal lawyer must confirm it.",
            severity=Severity.NOTE,
            source=f"FL 33 § 2 st; {dtype.appeal_source}",
        )
    yield from _dissent(matter)
    yield from _contact(matter)


def _line(content: tuple[Inline, ...]) -> str:
    return "".join(node.text if isinstance(node, Text) else " " for node in content)


def has_reasons(document: Document) -> bool:
    """Whether a heading (or a paragraph used as one) announces reasons and enough text follows it.

    Args:
        document: the decision's text.
    """
    counting, words = False, 0
    for block in document.blocks:
        lines = [_line(content).strip() for content in walk((block,))]
        first = lines[0] if lines else ""
        announces = bool(_REASONS.search(first))
        if isinstance(block, Heading):
            counting = announces or (counting and block.level > 2)
            continue
        if isinstance(block, Paragraph) and not counting and announces:
            opening = bool(_REASONS.match(first))
            counting = opening or len(first) <= _HEADING_CHARS
            words += word_count(first) - 1 if opening else 0
        elif counting:
            words += sum(word_count(line) for line in lines)
        if words >= _REASON_WORDS:
            return True
    return False


def _dissent(matter: Matter) -> Iterator[Remark]:
    case = matter.case
    recorded = [matter.staff[staff_id].full_name for staff_id in case.record_staff_ids]
    for i, entry in enumerate(case.dissent):
        if not matter.is_politician(entry.name) and not same_name(entry.name, *recorded):
            yield Remark(
                f"dissent[{i}].name",
                "Den avvikande meningen är av någon som inte deltagit i beslutet eller den slutliga handläggningen.",
                "The dissenting opinion is by somebody who took no part in the decision or the final handling.",
                source="FL 30, 33 §§",
            )
    for key, event in matter.events("dissent"):
        name = event.name or (matter.staff[event.staff_id].full_name if event.staff_id else "")
        if not same_name(name, *(entry.name for entry in case.dissent)):
            yield Remark(
                key,
                "En avvikande mening är anmäld men finns inte med i ärendet.",
                "A dissenting opinion was announced but is not in the case.",
                source="FL 30, 33 §§",
            )


def _contact(matter: Matter) -> Iterator[Remark]:
    contact = matter.case.contact
    if blank(contact.post) or (blank(contact.mailbox) and blank(contact.phone)):
        yield Remark(
            "contact",
            "Kontaktvägen ska ha postadress och dessutom brevlåda eller telefon.",
            "The contact route must have a postal address and a mailbox or telephone.",
            source="FL 6–7 §§",
        )
    text = f"{contact.mailbox} {contact.phone} {contact.hours} {contact.post} {contact.reference}".casefold()
    digits = "".join(char for char in contact.phone if char.isdigit())
    for staff_id in matter.case.withheld_ids:
        member = matter.staff[staff_id]
        numbers = ("".join(c for c in number if c.isdigit()) for number in (member.phone, member.mobile))
        own_words = (member.email, member.full_name, f"{member.given_names} {member.surname}")
        if any(not blank(word) and word.casefold() in text for word in own_words) or any(
            len(number) >= 5 and digits.endswith(number) for number in numbers
        ):
            yield Remark(
                "contact",
                "Kontaktvägen leder till en person vars namn utelämnas; ange nämndens gemensamma.",
                "The contact route leads to a person whose name is left out; give the board's common one.",
                source="FL 6–7, 33 §§",
            )


_WITHHELD_LINE = (
    ("utelämna", "anges inte", "står inte"),
    ("33 §",),
    ("beslutsdokumentation", "31 §", "dokumenterad", "dokumenterat"),
    ("begär", "ta del av", "lämnas ut"),
)


def says_what_is_left_out(notification: NotificationText) -> Iterator[Remark]:
    """G22. The reader is told that names are left out, on what ground, that they are kept, and can be asked
    for."""
    text = " ".join(notification.text.casefold().split())
    if notification.withheld and not all(any(word in text for word in words) for words in _WITHHELD_LINE):
        yield Remark(
            "text",
            "Underrättelsen ska säga att namn utelämnats enligt 33 § fjärde stycket förvaltningslagen, "
            "att de finns i beslutsdokumentationen och kan begäras.",
            "The notification must say that names are left out under FL 33 § 4 st, stand in the record "
            "and can be asked for.",
        )


def nothing_leaks(export: Export) -> Iterator[Remark]:
    """G23. Independent readers searched text, metadata, file name and attachments, and found nothing."""
    if export.readers < 1:
        yield Remark(
            "readers",
            "Underrättelsen har inte genomsökts av någon oberoende läsare.",
            "The notification has not been searched by any independent reader.",
        )
    for kind in dict.fromkeys(export.leaks):
        yield Remark(
            "leaks",
            f"En utelämnad person kan fortfarande läsas ut ({kind}).",
            f"A person left out can still be read out ({kind}).",
        )
