"""`sigill custodian`: custodians come, go and lose their keys, and no data key is ever put together for it."""

from collections.abc import Mapping
from pathlib import Path

import click
from rich.progress import Progress

from sigill.adapters import age
from sigill.adapters.files import read, write_atomically
from sigill.adapters.key_files import write
from sigill.adapters.world import SystemEntropy
from sigill.errors import N_, BadInput, Refused
from sigill.faces.cli.options import file_argument, finished, json_option, passphrase, passphrase_option
from sigill.faces.cli.show import err, json_line, out, table
from sigill.faces.cli.words import _
from sigill.house import Settings
from sigill.seal.keys import public_of, unsafe_private_pem
from sigill.upkeep import custodians
from sigill.upkeep.ground import Ground, stand
from sigill.upkeep.key_file import SUFFIX, Card, code, make_key, read_card, read_key

_MOST = 1 << 30


@click.group("custodian", help=_("The custodians: who holds the keys that open sealed records."))
def _custodian() -> None:
    pass


@_custodian.command(
    "new",
    help=_(
        "Make a custodian's key, on the custodian's own machine: a key file under a passphrase, its public card, and a "
        "copy for the archive.\n\n"
        "The card goes to the house. The copy goes to the municipal archive; the code that is shown once is written "
        "down and kept elsewhere, in a sealed envelope: neither opens anything without the other."
    ),
)
@click.argument("name", metavar="ID")
@click.option("--staff-id", required=True, help=_("The custodian's staff id."))
@click.option("--chain", required=True, help=_("The chain of command the custodian belongs to."))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("The key file to write."))
@passphrase_option()
@json_option()
def _new(name: str, staff_id: str, chain: str, output: Path, passphrase_file: Path | None, as_json: bool) -> None:
    archive = custodians.archive_copy(output)
    if archive.exists():
        raise BadInput(
            N_("There is a file of that name, and a key is never written over."),
            N_("Choose another."),
            place=str(archive),
        )
    private = make_key(output, passphrase(passphrase_file, output.name, new=True))
    public, words = public_of(private), code()
    write(archive, age.lock(unsafe_private_pem(private), words))
    card = output.with_name(output.name + SUFFIX)
    write_atomically(card, Card("custodian", name, public, staff_id, chain).encode(), mode=0o644)
    told = {
        "key": str(output),
        "card": str(card),
        "archive": str(archive),
        "code": words,
        "fingerprint": custodians.fingerprint(public),
    }
    if as_json:
        json_line(told)
        return
    for label, value in (
        (_("Key file, for you alone"), output),
        (_("Card, for the house"), card),
        (_("Copy, for the archive"), archive),
        (_("Code of the copy, for a sealed envelope elsewhere; it is not shown again"), words),
        (_("Fingerprint, to be read aloud"), told["fingerprint"]),
    ):
        out.print(f"{label}: {value}", markup=False, soft_wrap=True)


@_custodian.command(
    "recover",
    help=_(
        "Make a key file out of the archive's copy and the code of the envelope, under a new passphrase.\n\n"
        "The code is asked for, or read with --code-file. Do it on the custodian's machine, with two present."
    ),
)
@file_argument("copy")
@click.option(
    "--code-file", type=click.Path(path_type=Path), help=_("File whose first line is the code; else it is asked for.")
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("The key file to write."))
@passphrase_option()
@json_option()
def _recover(copy: Path, code_file: Path | None, output: Path, passphrase_file: Path | None, as_json: bool) -> None:
    private = read_key(copy, passphrase(code_file, copy.name))
    make_key(output, passphrase(passphrase_file, output.name, new=True), private=private)
    value = {"key": str(output), "fingerprint": custodians.fingerprint(public_of(private))}
    _say(as_json, value, _("Written: {path}").format(path=output))


@_custodian.command("list", help=_("The custodians, how it stands with each, and with --records what they open."))
@click.option("--records", is_flag=True, help=_("Look at every sealed record: who opens how many."))
@json_option()
def _list(records: bool, as_json: bool) -> None:
    ground = stand(Settings.from_environment())
    rows = [
        (one.custodian, _STATES[one.state] if not as_json else one.state, one.successor)
        for one in custodians.roster(ground).standings
    ]
    reach = custodians.reach(ground) if records else None
    if as_json:
        members = [
            {
                "id": one.id,
                "staff_id": one.staff_id,
                "chain": one.chain,
                "fingerprint": custodians.fingerprint(one.public_key),
                "state": state,
                "successor": to,
            }
            for one, state, to in rows
        ]
        json_line({"custodians": members, **(_reach_json(reach) if reach else {})})
        return
    table(
        "",
        [_("Custodian"), _("Chain of command"), _("State"), _("Successor"), _("Fingerprint")],
        [(one.id, one.chain, _(state), to, custodians.fingerprint(one.public_key)) for one, state, to in rows],
    )
    if reach:
        _show_reach(reach)


@_custodian.command(
    "add",
    help=_(
        "Take in a new custodian by the card: all that is sealed from now on gets a part for that key.\n\n"
        "--fingerprint is what the custodian reads aloud from `sigill custodian new`. Old records: `custodian share`."
    ),
)
@file_argument("card")
@click.option("--fingerprint", required=True, help=_("The key's fingerprint, as its holder reads it aloud."))
@json_option()
def _add(card: Path, fingerprint: str, as_json: bool) -> None:
    found = _card(card, fingerprint)
    index = custodians.add(stand(Settings.from_environment()), found)
    _say(
        as_json,
        {"custodian": found.name, "log_index": index},
        _("{name} is a custodian from now on, entry {index}.").format(name=found.name, index=index),
    )


@_custodian.command(
    "revoke",
    help=_(
        "Put a custodian out of force at once: no opening with that key from this moment, no part of what is sealed "
        "later. For a key that may have come into others' hands, or a custodian who must go."
    ),
)
@click.argument("name", metavar="ID")
@json_option()
def _revoke(name: str, as_json: bool) -> None:
    _end(stand(Settings.from_environment()), name, as_json, lost=False)


@_custodian.command(
    "lost",
    help=_(
        "A key that is lost: as `revoke`, and says which records still open, and by whom.\n\n"
        "Try the archive's copy first (`custodian recover`). Then take in a new key with `custodian add` and `share`."
    ),
)
@click.argument("name", metavar="ID")
@json_option()
def _lost(name: str, as_json: bool) -> None:
    _end(stand(Settings.from_environment()), name, as_json, lost=True)


@_custodian.command(
    "hand-over",
    help=_(
        "Let a successor take over from a custodian: the house writes a bundle for the one who leaves, who answers "
        "with `custodian pass`; `custodian take` ends it.\n\n"
        "From now on the successor gets the parts of what is sealed. No record is opened, and no key put together."
    ),
)
@click.argument("name", metavar="ID")
@file_argument("card")
@click.option("--fingerprint", required=True, help=_("The key's fingerprint, as its holder reads it aloud."))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("The bundle to write."))
@json_option()
def _hand_over(name: str, card: Path, fingerprint: str, output: Path, as_json: bool) -> None:
    found = _card(card, fingerprint)
    write_atomically(output, custodians.begin_hand_over(stand(Settings.from_environment()), name, found))
    _say(as_json, {"bundle": str(output)}, _("Written: {path}").format(path=output))


@_custodian.command(
    "share",
    help=_(
        "Let a new custodian share the records that were sealed earlier: the house writes a bundle for a custodian "
        "who has a part of them and keeps it.\n\n"
        "With one giver the newcomer opens where one custodian is enough; for the pair of giver and newcomer, each "
        "custodian of another chain of command gives once."
    ),
)
@click.argument("name", metavar="ID")
@click.option("--from", "giver", required=True, help=_("Id of the custodian who gives."))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("The bundle to write."))
@json_option()
def _share(name: str, giver: str, output: Path, as_json: bool) -> None:
    write_atomically(output, custodians.begin_share(stand(Settings.from_environment()), name, giver))
    _say(as_json, {"bundle": str(output)}, _("Written: {path}").format(path=output))


@_custodian.command(
    "pass",
    help=_(
        "Do what a bundle asks, on the giver's own machine; needs no house.\n\n"
        "--fingerprint is what the one who receives has read aloud to you in person: never take it from the house or "
        "from a letter. The answer goes back to the house."
    ),
)
@file_argument("bundle")
@click.option("--key", type=click.Path(path_type=Path), required=True, help=_("Your key file."))
@click.option("--fingerprint", required=True, help=_("The receiver's fingerprint, read aloud to you in person."))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=_("File for the answer."))
@passphrase_option()
@json_option()
def _pass(bundle: Path, key: Path, fingerprint: str, output: Path, passphrase_file: Path | None, as_json: bool) -> None:
    asked = custodians.read_bundle(read(bundle, most=_MOST), bundle.name)
    _same(fingerprint, asked.public, bundle)
    locked = age.is_locked(read(key))
    private = read_key(key, passphrase(passphrase_file, key.name) if locked else None)
    with Progress(console=err, transient=True, disable=as_json) as progress:
        bar = progress.add_task(_("Records"), total=len(asked.items))
        answer = custodians.work(asked, private, SystemEntropy(), step=lambda: progress.advance(bar))
    write_atomically(output, answer)
    _say(
        as_json,
        {"answer": str(output), "records": len(asked.items)},
        _("{count} records; the answer is in {path}.").format(count=len(asked.items), path=output),
    )


@_custodian.command(
    "take",
    help=_(
        "Take the answer of `custodian pass`: all records and the log entry at once, or nothing.\n\n"
        "After a hand-over the former custodian is out of force, and destroys the key file with all its copies."
    ),
)
@file_argument("answer")
@json_option()
def _take(answer: Path, as_json: bool) -> None:
    given = custodians.read_answer(read(answer, most=_MOST), answer.name)
    count, index = custodians.take(stand(Settings.from_environment()), given)
    _say(
        as_json,
        {"records": count, "log_index": index},
        _("{count} records are sealed anew, entry {index}.").format(count=count, index=index),
    )


def _end(ground: Ground, name: str, as_json: bool, *, lost: bool) -> None:
    index = custodians.revoke(ground, name, lost=lost)
    reach = custodians.reach(ground) if lost else None
    value = {"custodian": name, "log_index": index, **(_reach_json(reach) if reach else {})}
    _say(as_json, value, _("{name} is out of force, entry {index}.").format(name=name, index=index))
    if reach and not as_json:
        _show_reach(reach)
    chains = {one.chain for one in custodians.roster(ground).sealing}
    if len(chains) < 2 and not as_json:
        out.print(
            _("No decision can be sealed until there are two custodians of different chains of command: take one in."),
            markup=False,
            soft_wrap=True,
        )


def _reach_json(reach: custodians.Reach) -> dict[str, object]:
    groups = [{"group": list(group), "records": count} for group, count in reach.groups.items()]
    return {"groups": groups, "shut": list(reach.shut)}


def _show_reach(reach: custodians.Reach) -> None:
    rows = [(" + ".join(group), str(count)) for group, count in reach.groups.items()]
    table("", [_("Open together"), _("Records")], rows)
    for one in reach.shut:
        out.print(_("Nobody can open {decision}.").format(decision=one), markup=False, soft_wrap=True)


def _card(path: Path, fingerprint: str) -> Card:
    found = read_card(path, "custodian")
    _same(fingerprint, found.public, path)
    return found


def _same(fingerprint: str, public: bytes, path: Path) -> None:
    digits = "".join(one for one in fingerprint.casefold() if one.isalnum())
    if digits != custodians.fingerprint(public).replace("-", ""):
        raise Refused(
            N_("The key is not the one whose fingerprint was read aloud."),
            N_("Do nothing with it, and ask its holder where the file was changed."),
            place=path.name,
        )


def _say(as_json: bool, value: Mapping[str, object], line: str) -> None:
    if as_json:
        json_line(dict(value))
    else:
        out.print(line, markup=False, soft_wrap=True)


_STATES = {
    "active": N_("in force"),
    "leaving": N_("leaving"),
    "left": N_("has handed over"),
    "revoked": N_("revoked"),
    "lost": N_("key lost"),
}

for _sub in (_new, _recover, _list, _add, _revoke, _lost, _hand_over, _share, _pass, _take):
    finished(_sub)
command = finished(_custodian)
