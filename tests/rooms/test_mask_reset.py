"""The re-set mask on the sample decisions: whoever handled the case, the notification comes out the same."""

import csv
import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import docx
import pytest

from sigill.decision.document import (
    Block,
    Break,
    Cell,
    Document,
    Heading,
    ItemList,
    Label,
    Note,
    Paragraph,
    Quote,
    Table,
    Text,
    plain_text,
    walk,
)
from sigill.decision.people import StaffMember, StaffRegister
from sigill.decision.stages import Composed, DecisionFacts, Letter, Section, Signatory
from sigill.errors import Blocked
from sigill.mask.report import DEFAULT_LABEL
from sigill.mask.reset import mask_letters
from sigill.names.parts import words_of

EXAMPLES = Path(__file__).parents[2] / "examples"
ASA, GUN_BRITT, KLAS, AINO, FATEMEH, SIOBHAN = "A10001", "A10667", "A10149", "A11037", "A10223", "A10334"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@cache
def staff() -> StaffRegister:
    with (EXAMPLES / "staff.csv").open(encoding="utf-8", newline="") as file:
        return StaffRegister.of(StaffMember(**row) for row in csv.DictReader(file))


def letters(body: tuple[Block, ...], facts: tuple[tuple[str, str], ...] = (), **more: object) -> Composed:
    """A record and a notification with the same text."""
    notification = Letter(
        kind="notification",
        title=str(more.get("title", "Underrättelse om beslut")),
        facts=facts,
        addressees=tuple(more.get("addressees", ())),  # type: ignore[arg-type]
        body=Document(body),
        sections=tuple(more.get("sections", ())),  # type: ignore[arg-type]
        code="ABCD",
    )
    return Composed(
        record=replace(notification, kind="record", title="Beslutsdokumentation"),
        notification=notification,
        facts=DecisionFacts("k", "id", "SN 1", "t", dt.date(2026, 10, 14), "Socialnämnden", "E", b"", True, "2031-11"),
        signatory=Signatory("", "", None),
        identities=(),
    )


def paragraph(text: str) -> Paragraph:
    return Paragraph((Text(text),))


def masked_text(text: str, *hide: str, keep: tuple[str, ...] = ()) -> str:
    done = mask_letters(letters((paragraph(text),)), [staff()[one] for one in hide], staff(), keep)
    return "".join(
        node.text if isinstance(node, Text) else f"<{node.kind}>" if isinstance(node, Label) else "|"
        for content in walk(done.notification.body.blocks)
        for node in content
    )


# --- the sample decisions as documents -------------------------------------------------------------------------


def sample(name: str, rewrite: Callable[[str], str]) -> tuple[Block, ...]:
    """A sample's text as a document, its runs kept where they were cut, each paragraph's text rewritten."""
    blocks: list[Block] = []
    source = docx.Document(str(EXAMPLES / "decisions" / name / "decision.docx"))
    for part in (source.sections[0].footer._element, source.element.body):
        for element in part.iterchildren():
            if element.tag == W + "p":
                blocks.append(Paragraph(inlines(element, rewrite)))
            elif element.tag == W + "tbl":
                rows = tuple(
                    tuple(
                        Cell(tuple(Paragraph(inlines(p, rewrite)) for p in cell.iterchildren(W + "p")))
                        for cell in row.iterchildren(W + "tc")
                    )
                    for row in element.iterchildren(W + "tr")
                )
                blocks.append(Table(max(map(len, rows)), rows, 1))
    return tuple(blocks)


def inlines(element: object, rewrite: Callable[[str], str]) -> tuple[Text | Break, ...]:
    pieces = []
    for run in element.iter(W + "t", W + "br", W + "tab"):  # type: ignore[attr-defined]
        pieces.append("\n" if run.tag == W + "br" else "\t" if run.tag == W + "tab" else run.text or "")
    text = rewrite("".join(pieces))
    # Cut as finely as the source was: every name is split over runs somewhere.
    size = max(1, len(text) // max(1, len(pieces)))
    cut = [text[at : at + size] for at in range(0, len(text), size)]
    nodes: list[Text | Break] = []
    for one in cut:
        for at, line in enumerate(one.split("\n")):
            nodes += [Break()] if at else []
            nodes += [Text(line)] if line else []
    return tuple(nodes)


def sayings(person: StaffMember) -> dict[str, str]:
    """What a decision may say about a person, by what it is."""
    initials = "-".join(word[0] for word in words_of(person.preferred_name)[:1])

    def owned(name: str) -> str:
        return name if name[-1] in "sxz" else name + "s"

    return {
        "full": person.full_name,
        "email": person.email,
        "phone": person.phone,
        "user_id": person.user_id,
        "initials": person.initials,
        "initial_surname": f"{initials}. {person.surname}",
        "surname_owned": owned(person.surname),
        "given_owned": owned(person.preferred_name),
        "given": person.preferred_name,
        "title": person.title.lower(),
        "Title": person.title,
        "unit": person.unit,
    }


def written_about(person: StaffMember, instead_of: StaffMember, *, posts: bool = True) -> Callable[[str], str]:
    """Rewrites a text about one employee into the same text about another."""
    old, new = sayings(instead_of), sayings(person)
    name = re.escape(old["full"])

    def rewrite(text: str) -> str:
        if posts:
            text = re.sub(f"{old['title']} (?={name})", new["title"] + " ", text)
            text = re.sub(f"{old['Title']} (?={name})", new["Title"] + " ", text)
            text = re.sub(f"(?<={name}, ){old['title']}", new["title"], text)
            text = re.sub(f"(?<={name}\n){old['Title']}", new["Title"], text)
            text = re.sub(f"(?<={re.escape(new['Title'])}, ){old['unit']}", new["unit"], text)
        for key in (
            "full",
            "email",
            "phone",
            "user_id",
            "initial_surname",
            "surname_owned",
            "initials",
            "given_owned",
            "given",
        ):
            bound = r"(?<!\w){}(?!\w)" if key not in ("email", "phone") else "{}"
            text = re.sub(bound.format(re.escape(old[key])), lambda _: "\0" + key + "\0", text)
        return re.sub("\0(\\w+)\0", lambda found: new[found[1]], text)

    return rewrite


ACCEPTED: Mapping[str, tuple[str, ...]] = {
    "01_track_a_insats": (GUN_BRITT,),
    "02_track_b_lyft": (FATEMEH,),
    "03_lvu14_utskott": (SIOBHAN,),
    "04_ekonomiskt_bistand": (KLAS, AINO),
}


def parties_of(name: str) -> tuple[str, ...]:
    case = tomllib.loads((EXAMPLES / "decisions" / name / "case.toml").read_text(encoding="utf-8"))
    politicians = case["decision_maker"].get("politicians", [])
    return tuple(one["name"] for one in (*case["party"], *politicians))


@pytest.mark.parametrize("name", ACCEPTED)
def test_whoever_handles_the_case_the_notification_is_the_same(name: str) -> None:
    register, (handler, *rest) = staff(), ACCEPTED[name]
    others = {
        one["staff_id"]
        for one in tomllib.loads((EXAMPLES / "decisions" / name / "case.toml").read_text("utf-8")).get(
            "participant", []
        )
    }
    # Colleagues who are named in the text have no double in it: somebody outside the register stands in for them.
    raw = plain_text(sample(name, str))
    colleagues = [
        one
        for one in register.values()
        if one.staff_id not in ACCEPTED[name] and (one.staff_id in others or one.full_name in raw)
    ]
    strangers = {
        one.staff_id: StaffMember(f"X{at}", "Vendela", "Vendela", f"Brusewitz{at}", initials="VB")
        for at, one in enumerate(colleagues)
    }
    results: list[tuple[Letter, Mapping[str, int]]] = []
    for person in register.values():
        if person.staff_id in rest:
            continue
        steps = [written_about(person, register[handler])]
        for colleague in colleagues:
            steps.append(written_about(strangers[colleague.staff_id], colleague, posts=False))

        def rewrite(text: str, steps: list[Callable[[str], str]] = steps) -> str:
            # Colleagues first, so that a handler who bears one's name is not taken for him.
            for step in [*steps[1:], steps[0]]:
                text = step(text)
            return text

        body = sample(name, rewrite)
        done = mask_letters(
            letters(body, facts=(("Handläggare", f"{person.full_name}, {person.title.lower()}"),)),
            [person, *(register[one] for one in rest)],
            register,
            (*parties_of(name), *(one.full_name for one in strangers.values())),
        )
        results.append((done.notification, done.replaced))
        assert plain_text(done.notification.body.blocks) == plain_text(results[0][0].body.blocks), person.staff_id
        assert results[-1] == results[0], person.staff_id
    assert len(results) == len(register) - len(rest)
    notification = results[0][0]
    text = plain_text(notification.body.blocks)
    for party in parties_of(name):
        assert party in raw
        assert party in text
    for stranger in strangers.values():
        assert stranger.full_name in text or stranger.surname in text


@pytest.mark.parametrize("name", ACCEPTED)
def test_colleagues_of_the_house_stay_readable(name: str) -> None:
    hidden = [staff()[one] for one in ACCEPTED[name]]
    body = sample(name, str)
    done = mask_letters(letters(body), hidden, staff(), parties_of(name))
    before, after = plain_text(body), plain_text(done.notification.body.blocks)
    for one in staff().values():
        if one not in hidden:
            assert after.count(one.full_name) == before.count(one.full_name)
    for one in hidden:
        for form in (one.full_name, one.surname + "s ", one.email, one.phone, one.user_id):
            assert form not in after
    assert plain_text(done.record.body.blocks) == before, "the record keeps every name (G16)"
    assert sum(done.replaced.values()) >= 5


def test_ek_bistand_is_money_and_klas_ek_is_a_person() -> None:
    text = masked_text("Ek. bistånd har beviljats. Handläggare är Klas Ek. Klas anteckning finns i akten.", KLAS)
    assert text == "Ek. bistånd har beviljats. Handläggare är <name>. <name> anteckning finns i akten."


def test_the_signature_block_becomes_labels_and_nothing_of_the_post_stays() -> None:
    lines = (
        "Klas Ek",
        "Socialsekreterare, Försörjningsstöd",
        "Telefon 0199-20 60 04",
        "E-post klas.ek@exempelstad.example",
    )
    content: list[Text | Break] = []
    for at, line in enumerate(lines):
        content += [Break()] if at else []
        content.append(Text(line))
    done = mask_letters(letters((Paragraph(tuple(content)),)), [staff()[KLAS]], staff())
    assert done.notification.body.blocks == (
        Paragraph((Label("name"), Break(), Text("Telefon "), Label("phone"), Break(), Text("E-post "), Label("email"))),
    )
    apart = tuple(paragraph(line) for line in lines)
    done = mask_letters(letters(apart), [staff()[KLAS]], staff())
    assert done.notification.body.blocks == (
        Paragraph((Label("name"),)),
        Paragraph((Text("Telefon "), Label("phone"))),
        Paragraph((Text("E-post "), Label("email"))),
    )


def test_names_leave_every_place_a_letter_has() -> None:
    evil = "Åsa Lindqvist-Öberg"
    body: tuple[Block, ...] = (
        Heading(1, (Text(f"Samtal med {evil}"),)),
        Paragraph((Text("Se not"), Note((paragraph(f"Enligt {evil}."),)), Text("."))),
        Paragraph((Text("Med Å"), Text("sa Lind", ("strong",)), Text("qvist-Öberg", ("emph",)), Text(" i dag."))),
        ItemList(((paragraph(f"{evil} ringer"),), (paragraph("asali01"),)), 1),
        Quote((paragraph("Hälsa åsa."),)),
        Table(
            2,
            (
                (Cell((paragraph("Namn"),)), Cell((paragraph("Titel"),))),
                (Cell((paragraph(evil),)), Cell((paragraph("Socialsekreterare"),))),
            ),
            1,
        ),
    )
    done = mask_letters(
        letters(
            body,
            facts=(("Handläggare", evil), ("Ansvarig: " + evil, "0199-20 60 00")),
            title=f"Beslut av {evil}",
            sections=(Section(f"Kontakt {evil}", Document((paragraph(f"Fråga {evil}s chef."),))),),
        ),
        [staff()[ASA]],
        staff(),
        ("Conny Wedholm",),
    )
    made = done.notification
    assert made.body.blocks[2] == Paragraph((Text("Med "), Label("name"), Text(" i dag.")))
    assert made.body.blocks[5].rows[1][1].blocks == (Paragraph((Label("name"),)),)  # type: ignore[union-attr]
    assert made.title == f"Beslut av {DEFAULT_LABEL}"
    assert made.facts == (("Handläggare", DEFAULT_LABEL), (f"Ansvarig: {DEFAULT_LABEL}", DEFAULT_LABEL))
    assert made.sections[0].heading == f"Kontakt {DEFAULT_LABEL}"
    said = repr(made).lower()
    for form in ("åsa", "lindqvist", "öberg", "asali", "socialsekreterare"):
        assert form not in said
    assert dict(done.replaced) == {"name": 11, "phone": 1, "user_id": 1}


def test_a_run_cut_elsewhere_leaves_no_trace() -> None:
    whole = letters((Paragraph((Text("Av Klas Ek i dag."),)),))
    cut = letters((Paragraph((Text("Av Kl"), Text("as E"), Text("k i d"), Text("ag."))),))
    hide = [staff()[KLAS]]
    assert mask_letters(whole, hide, staff()).notification == mask_letters(cut, hide, staff()).notification


def test_a_party_with_the_handlers_name_is_for_a_human() -> None:
    with pytest.raises(Blocked) as stopped:
        masked_text("Anna Andersson ansökte.", "A10371", keep=("Anna Andersson",))
    assert "Anders" not in str(stopped.value)
    with pytest.raises(Blocked):
        masked_text("Något annat.", "A10371", keep=("Andersson, Anna",))


def test_a_shared_surname_blocks_only_where_it_stands_alone() -> None:
    keep = ("Eva Andersson",)
    assert masked_text("Eva Andersson ansökte. Anna Andersson utredde.", "A10371", keep=keep) == (
        "Eva Andersson ansökte. <name> utredde."
    )
    with pytest.raises(Blocked) as stopped:
        masked_text("Eva Andersson ansökte. Andersson utredde.", "A10371", keep=keep)
    assert "body" in stopped.value.place
    assert "Anders" not in str(stopped.value)
    with pytest.raises(Blocked):
        masked_text("Eva Holm ansökte. Anna utredde.", "A10371", keep=("Anna Holm",))


def test_a_colleague_called_the_same_blocks_where_both_are_meant() -> None:
    text = "Johan Johansson ringde. Johanna Johansson svarade."
    assert masked_text(text, "A10741") == "<name> ringde. Johanna Johansson svarade."
    with pytest.raises(Blocked):
        masked_text(text + " Johanssons bild är en annan.", "A10741")


def test_a_hit_in_the_partys_address_blocks() -> None:
    composed = letters((paragraph("Beslut."),), addressees=("Roger Alvestrand\nc/o Klas Ek\n199 40 Exempelstad",))
    with pytest.raises(Blocked):
        mask_letters(composed, [staff()[KLAS]], staff(), ("Roger Alvestrand",))
    street = letters((paragraph("Beslut."),), addressees=("Roger Alvestrand\nÖbergsvägen 4\n199 40 Exempelstad",))
    assert mask_letters(street, [staff()[ASA]], staff()).notification.addressees == street.notification.addressees


def test_what_may_be_a_word_blocks_and_what_is_one_stays() -> None:
    assert masked_text("Boendestöd 8 timmar per vecka. Per Persson utredde. Per månad blir det 32.", "A10519") == (
        "Boendestöd 8 timmar per vecka. <name> utredde. Per månad blir det 32."
    )
    with pytest.raises(Blocked):
        masked_text("Björn Stig utredde. Björn hellre än varg.", "A10038")


def test_with_nobody_withheld_nothing_changes() -> None:
    composed = letters((paragraph("Klas Ek beslutade."),))
    done = mask_letters(composed, [], staff())
    assert done.notification == composed.notification
    assert not done.replaced
