"""`sigill shred`: dispose of a month's records when the law lets them go."""

from pathlib import Path

import click

from sigill.adapters.files import read, write_atomically
from sigill.faces.cli.options import finished, json_option
from sigill.faces.cli.show import json_line, out, table
from sigill.faces.cli.words import _
from sigill.house import Settings
from sigill.law.retention import month_over
from sigill.upkeep.escrow import read_holders
from sigill.upkeep.ground import Ground, stand
from sigill.upkeep.key_file import read_card
from sigill.upkeep.shred import Plan, blank_list, plan, read_list, shred


@click.command(
    "shred",
    help=_(
        "Dispose of a month's records (chapter 16 of the Social Services Act): what is due goes for ever, what is not "
        "is moved to a later month.\n\n"
        "Without --month the months are listed. --list writes the month's decisions as a list to fill in from the "
        "case system; --files hands it back. The holders of the escrow give cards of new keys with --holder; when the "
        "next backup is taken they destroy their former keys. Exit code 1: too early, or something must be known first."
    ),
)
@click.option("--month", help=_("The month to dispose of, like 2031-11."))
@click.option("--list", "blank", type=click.Path(path_type=Path), help=_("Write a list to fill in, and do no more."))
@click.option("--files", type=click.Path(path_type=Path), help=_("The list, filled in: CSV."))
@click.option(
    "--holder",
    "cards",
    type=click.Path(path_type=Path),
    multiple=True,
    help=_("Card of a holder's new key; repeat it for all holders."),
)
@click.option("--dry-run", is_flag=True, help=_("Say what would be done, and do nothing."))
@json_option()
def _shred(
    month: str | None, blank: Path | None, files: Path | None, cards: tuple[Path, ...], dry_run: bool, as_json: bool
) -> None:
    ground = stand(Settings.from_environment())
    if month is None:
        _months(ground, as_json)
        return
    if blank is not None:
        write_atomically(blank, blank_list(ground, month))
        _say(as_json, {"written": str(blank)}, _("The list is in {path}.").format(path=blank))
        return
    told = read_list(read(files), place=files.name) if files else {}
    if dry_run:
        planned = plan(month, ground.store.kept(month), told, ground.clock.now().date())
        _say(as_json, _plan_json(planned), _plan_line(planned))
        return
    done = shred(ground, month, told, [read_card(path, "holder") for path in cards])
    value = {"month": month, "log_index": done.log_index, "generation": done.generation}
    if done.plan is not None:
        value |= _plan_json(done.plan)
    _say(
        as_json, value, _("The month {month} is disposed of, entry {index}.").format(month=month, index=done.log_index)
    )
    if done.plan is not None and not as_json:
        out.print(_plan_line(done.plan), markup=False, soft_wrap=True)
    if read_holders(ground.settings.home) is not None and not as_json:
        out.print(
            _("Take a backup now. When it is safe, each holder destroys the former key file, with all its copies."),
            markup=False,
            soft_wrap=True,
        )


def _months(ground: Ground, as_json: bool) -> None:
    today = ground.clock.now().date()
    rows = [(month, count, month_over(month, today)) for month, count in ground.store.months().items()]
    if as_json:
        json_line({"months": [{"month": month, "records": n, "over": over} for month, n, over in rows]})
        return
    words = {True: _("yes"), False: _("no")}
    table("", [_("Month"), _("Records"), _("Over")], [(month, str(n), words[over]) for month, n, over in rows])


def _plan_json(planned: Plan) -> dict[str, object]:
    return {"gone": list(planned.gone), "moved": dict(planned.moved)}


def _plan_line(planned: Plan) -> str:
    return _("{gone} records go, {moved} are moved to a later month or kept.").format(
        gone=len(planned.gone), moved=len(planned.moved)
    )


def _say(as_json: bool, value: dict[str, object], line: str) -> None:
    if as_json:
        json_line(value)
    else:
        out.print(line, markup=False, soft_wrap=True)


command = finished(_shred)
