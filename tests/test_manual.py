"""The manual cannot lie: commands, options, keys of the case file, rules and exit codes are held against the program,
both ways. What the sentences mean, a reader has to judge."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest
from msgspec import inspect as form

from sigill import errors
from sigill.adapters.signing_config import (
    Authority,
    Csc,
    Elsewhere,
    Pkcs11,
    SigningFile,
    Software,
    TrustFiles,
    parse_signing,
)
from sigill.decision.case import Case, parse_case
from sigill.faces.cli.app import COMMANDS, sigill
from sigill.law import book
from sigill.law.gate import RULES
from sigill.law.matter import KNOWN_ACTIONS

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "docs" / "manual"
PAGES = {path.name: path.read_text("utf-8") for path in sorted(MANUAL.glob("*.md"))}
EVERYWHERE = {"--lang", "--help", "-h"}
REQUIRED_MARK = "*(krävs)*"


def sections(page: str) -> dict[str, str]:
    """Heading of level 2 → what follows it, up to the next one."""
    found: dict[str, str] = {}
    for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        assert heading not in found, heading
        found[heading.strip()] = text
    return found


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in `text`, without head and rule."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    table = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    return [
        row for at, row in enumerate(table) if not _is_rule(row) and not _is_rule(table[min(at + 1, len(table) - 1)])
    ]


def _is_rule(row: list[str]) -> bool:
    return all(re.fullmatch(r"-+", cell) for cell in row)


def code(text: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", text)


def test_the_pages_are_those_the_front_page_lists() -> None:
    assert set(PAGES) - {"index.md"} == set(re.findall(r"^- \[([\w-]+\.md)\]", PAGES["index.md"], re.MULTILINE))
    assert len(PAGES) >= 7


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGES[name]):
        assert (MANUAL / target).exists(), target


# --- commands ---------------------------------------------------------------------------------------------


def commands(
    command: click.Command = sigill, path: tuple[str, ...] = ("sigill",)
) -> Iterator[tuple[str, click.Command]]:
    """Every command of the program, with the words that call it."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            sub = command.get_command(context, name)
            assert sub is not None, name
            yield from commands(sub, (*path, name))


PROGRAM = dict(commands())


def names(parameter: click.Parameter) -> set[str]:
    """How a parameter is written on the command line."""
    if isinstance(parameter, click.Argument):
        return {parameter.human_readable_name.rstrip(".").strip("[]")}
    return {*parameter.opts, *parameter.secondary_opts}


def told(command: str) -> dict[str, str]:
    """What the manual says of a command's own options and arguments: how it is written → what it means."""
    return {one: row[-1] for row in rows(sections(PAGES["kommandon.md"])[f"`{command}`"]) for one in code(row[0])}


def test_every_command_is_in_the_manual_and_nothing_else() -> None:
    headings = [code(heading)[0] for heading in sections(PAGES["kommandon.md"]) if heading.startswith("`")]
    assert set(headings) == set(PROGRAM)
    assert {f"sigill {name}" for name in COMMANDS} <= set(headings)
    assert [one for one in headings if len(one.split()) == 2] == [f"sigill {name}" for name in COMMANDS], "their order"


@pytest.mark.parametrize("name", PROGRAM)
def test_every_option_of_a_command_is_in_the_manual_and_nothing_else(name: str) -> None:
    written = set().union(*(names(one) for one in PROGRAM[name].params))
    assert set(told(name)) == written - EVERYWHERE
    for parameter in PROGRAM[name].params:
        if names(parameter) <= EVERYWHERE:
            continue
        (meaning,) = {told(name)[one] for one in names(parameter)}
        assert len(meaning) > 8, parameter
        assert (REQUIRED_MARK in meaning) == parameter.required, parameter
        if isinstance(parameter.type, click.Choice):
            assert set(parameter.type.choices) <= set(code(meaning)), parameter


def test_every_command_has_a_line_of_its_own() -> None:
    for name in PROGRAM:
        text = sections(PAGES["kommandon.md"])[f"`{name}`"].strip()
        assert name == "sigill" or re.match(r"[A-ZÅÄÖ][^|]+\.", text), name


def test_what_holds_for_all_commands_does() -> None:
    common = {one for row in rows(sections(PAGES["kommandon.md"])["Gäller alla kommandon"]) for one in code(row[0])}
    assert common == EVERYWHERE
    help_names = set(sigill.context_settings["help_option_names"])
    for name, command in PROGRAM.items():
        assert set().union(help_names, *(names(one) for one in command.params)) >= EVERYWHERE, name


def test_every_command_line_in_the_manual_could_be_run() -> None:
    lines = [
        (page, line)
        for page, text in PAGES.items()
        for block in re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    assert len(lines) > 5
    for page, line in lines:
        program, *words = shlex.split(line)
        assert program == "sigill", (page, line)
        command: click.Command | None = sigill
        while isinstance(command, click.Group):
            _, command, words = command.resolve_command(click.Context(command), words)
        assert command is not None
        # Parses as the program would: an unknown option, a bad choice or a missing argument raises.
        command.make_context(command.name, words)


def test_inline_mentions_of_commands_exist() -> None:
    for page, text in PAGES.items():
        for mention in code(text):
            match = re.fullmatch(r"sigill((?: [a-z]+)+)\b.*", mention)
            if match:
                words = match[1].split()
                assert any(" ".join(["sigill", *words[:n]]) in PROGRAM for n in range(len(words), 0, -1)), (
                    page,
                    mention,
                )


def test_every_variable_in_the_manual_is_read_by_the_program_and_nothing_else() -> None:
    stated = {one for row in rows(sections(PAGES["kommandon.md"])["Miljövariabler"]) for one in code(row[0])}
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    languages = (ROOT / "src" / "sigill" / "faces" / "cli" / "words.py").read_text("utf-8")
    read = {
        *re.findall(r"(?:environ\.get\(|envvar=)\"([A-Z_]+)\"", sources),
        *re.findall(r"\"(LC_[A-Z]+|LANG)\"", languages),
    }
    # LANGUAGE is how the program hands its choice to gettext, and no setting of its own.
    assert stated == read - {"LANGUAGE"}


# --- the case file ----------------------------------------------------------------------------------------


def tables(struct: form.StructType, path: str = "") -> Iterator[tuple[str, form.StructType]]:
    """Every table a case file may hold: its heading in the manual, and its form."""
    yield path or "Överst i filen", struct
    for field in struct.fields:
        here = f"{path.strip('[]`')}.{field.encode_name}".lstrip(".")
        kind = _without_none(field.type)
        if isinstance(kind, form.StructType):
            yield from tables(kind, f"`[{here}]`")
        elif isinstance(kind, form.VarTupleType) and isinstance(kind.item_type, form.StructType):
            yield from tables(kind.item_type, f"`[[{here}]]`")


def _without_none(kind: form.Type) -> form.Type:
    if isinstance(kind, form.UnionType):
        (kind,) = [one for one in kind.types if not isinstance(one, form.NoneType)]
    return _without_none(kind.type) if isinstance(kind, form.Metadata) else kind


def kind_sv(kind: form.Type) -> str:
    """The manual's word for a type."""
    kind = _without_none(kind)
    match kind:
        case form.StrType():
            return "text" if kind.min_length else "text (får vara tom)"
        case form.LiteralType(values=(int(),)):
            return f"talet {kind.values[0]}"
        case form.LiteralType():
            return "ett av " + ", ".join(f"`{one}`" for one in kind.values)
        case form.DateType():
            return "dag"
        case form.DateTimeType():
            return "tidpunkt"
        case form.BoolType():
            return "ja/nej"
        case form.StructType():
            return "tabell"
        case form.VarTupleType(item_type=form.StructType()):
            return "tabeller"
        case form.VarTupleType():
            return kind_sv(kind.item_type).replace("ett av", "lista av")
    raise AssertionError(kind)


_TOP = form.type_info(Case)
assert isinstance(_TOP, form.StructType)
TABLES = dict(tables(_TOP))
CASE_PAGE = sections(PAGES["case-file.md"])


def test_every_table_of_a_case_file_is_in_the_manual_and_nothing_else() -> None:
    assert list(CASE_PAGE) != []
    assert set(CASE_PAGE) == set(TABLES)


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_of_a_table_is_in_the_manual_as_it_is(heading: str) -> None:
    stated = {code(row[0])[0]: row for row in rows(CASE_PAGE[heading])}
    assert list(stated) == [field.encode_name for field in TABLES[heading].fields]
    for field in TABLES[heading].fields:
        _, kind, required, meaning, example = stated[field.encode_name]
        assert _sorted(kind) == _sorted(kind_sv(field.type)), field.encode_name
        assert required == ("ja" if field.required else "nej"), field.encode_name
        assert len(meaning) > 5, field.encode_name
        assert bool(example) != kind.startswith("tabell"), field.encode_name


def _sorted(kind: str) -> tuple[str, list[str]]:
    """A type's words with its choices in one order: the form keeps none."""
    return kind.partition("`")[0], sorted(code(kind))


def test_the_examples_together_are_a_case_file_that_can_be_read() -> None:
    lines: list[str] = []
    for heading in TABLES:
        lines += [] if heading == "Överst i filen" else [code(heading)[0]]
        lines += [f"{code(row[0])[0]} = {code(row[-1])[0]}" for row in rows(CASE_PAGE[heading]) if row[-1]]
    case = parse_case("\n".join(lines).encode())
    empty = [field for field in msgspec.structs.fields(Case) if getattr(case, field.name) in (None, ())]
    assert not empty, "a table without an example"


def test_the_case_page_names_every_event_the_gate_reads() -> None:
    assert set(KNOWN_ACTIONS) <= set(code(CASE_PAGE["`[[event]]`"]))


# --- rules, purposes, exit codes --------------------------------------------------------------------------


def test_every_rule_of_the_gate_has_advice_and_nothing_else() -> None:
    stated = [row for row in rows(PAGES["beslut.md"]) if re.fullmatch(r"G\d\da?", row[0])]
    assert [row[0] for row in stated] == [rule.id for rule in RULES]
    assert all(len(when) > 15 and len(advice) > 15 for _, when, advice in stated)


def test_every_purpose_of_an_opening_is_explained_and_nothing_else() -> None:
    stated = [row for row in rows(sections(PAGES["utlamnande.md"])["Vem som har rätt"]) if len(row) == 5]
    assert [code(row[1])[0] for row in stated] == list(book.disclosure_grounds())
    for row, ground in zip(stated, book.disclosure_grounds().values(), strict=True):
        assert row[2] == ("en" if ground.custodians == 1 else "två"), ground.id
        assert row[3] == ("nej" if ground.refusal_rule else "ja"), ground.id


def _errors(kind: type[errors.SigillError] = errors.SigillError) -> Iterator[type[errors.SigillError]]:
    for sub in kind.__subclasses__():
        yield sub
        yield from _errors(sub)


def test_every_exit_code_is_explained_and_nothing_else() -> None:
    stated = {int(row[0]) for row in rows(PAGES["felkoder.md"]) if row[0].isdigit()}
    given = {sub.exit_code for sub in _errors() if sub.__module__ == errors.__name__}
    # 0 is success; 130 is what a shell expects of a command that was interrupted.
    assert stated == {0, *given, 130}


# --- promises ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_anonymity_is_mentioned_only_to_say_that_it_is_not_promised(name: str) -> None:
    for sentence in re.split(r"(?<=[.:])\s", PAGES[name]):
        if "anonym" in sentence.casefold():
            assert "ingen anonymitet" in sentence.casefold(), sentence


def test_the_front_page_says_what_is_not_promised() -> None:
    page = PAGES["index.md"].casefold()
    for wanted in ("ingen anonymitet", "ingen juridisk rådgivning", "kommunens jurist", "rätt att ta"):
        assert wanted in page, wanted


# --- the signing file -------------------------------------------------------------------------------------


SIGNING = {
    "Överst i filen": SigningFile,
    **{f'`method = "{one.__struct_config__.tag}"`': one for one in (Software, Elsewhere, Pkcs11, Csc)},
    "`[[timestamp]]`": Authority,
    "`[trust]`": TrustFiles,
}


@pytest.mark.parametrize("heading", SIGNING)
def test_every_key_of_the_signing_file_is_in_the_manual_and_nothing_else(heading: str) -> None:
    stated = {code(row[0])[0]: row for row in rows(sections(PAGES["underskrift.md"])[heading])}
    fields = msgspec.structs.fields(SIGNING[heading])
    assert list(stated) == [one.encode_name for one in fields]
    for one in fields:
        assert stated[one.encode_name][2] == ("ja" if one.required else "nej"), one.encode_name
        assert len(stated[one.encode_name][3]) > 10


def test_the_example_of_a_signing_file_can_be_read() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGES["underskrift.md"], re.DOTALL)
    found = parse_signing(example.encode())
    assert isinstance(found.decision_maker, Csc)
    assert isinstance(found.e_seal, Pkcs11)
    assert len(found.timestamp) == 2


def test_every_way_of_signing_is_compared() -> None:
    stated = {code(row[0])[0] for row in rows(PAGES["underskrift.md"].partition("## ")[0]) if code(row[0])}
    assert {one.__struct_config__.tag for one in (Software, Elsewhere, Pkcs11, Csc)} <= stated
