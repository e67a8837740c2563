"""Requests, parts and copies on the command line. Used by request, release, open, bundle, jav and demo."""

import base64
import binascii
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
import pyrage

from sigill import journey
from sigill.adapters.files import FolderHatch, read
from sigill.adapters.keys import read_custodian_key
from sigill.adapters.staff_csv import read_staff
from sigill.decision.disclosure import DisclosureRequest, RegisteredRequest
from sigill.decision.people import StaffMember
from sigill.errors import N_, BadInput
from sigill.faces.cli.options import F
from sigill.faces.cli.words import _, language
from sigill.house import Settings
from sigill.journey import House
from sigill.law import book
from sigill.law import disclosure as law
from sigill.seal.box import Part, release


def decision_id(given: str) -> str:
    """A decision id, from itself or from a receipt."""
    path = Path(given)
    if path.suffix != ".json":
        return given
    try:
        found = json.loads(read(path)).get("decision_id")
    except (ValueError, AttributeError):
        found = None
    if not isinstance(found, str):
        raise BadInput(
            N_("This is no receipt of an issued decision."),
            N_("Name its receipt.json or id."),
            place=path.name,
        )
    return found


def request_options(*, required: bool) -> Callable[[F], F]:
    """What a request states: for whom, who asks, who gets the copy, who registers it, for how long."""
    options = [
        click.option(
            "--for",
            "ground",
            type=click.Choice(list(book.disclosure_grounds())),
            required=required,
            help=_("The ground on which the record is opened."),
        ),
        click.option("--requester", help=_("Who asks, in words (default: as the ground says).")),
        click.option("--recipient", help=_("Who gets the copy, in words (default: whoever asks).")),
        click.option("--by", required=required, help=_("Staff id of whoever registers the request.")),
        click.option("--recipient-id", default="", help=_("The recipient's staff id, when it is an employee.")),
        click.option(
            "--recipient-key",
            default="",
            help=_("The recipient's one-time age key (age1...); the copy is then sealed to it."),
        ),
        click.option("--hours", type=click.IntRange(1), help=_("How long the request holds (default: by ground).")),
    ]

    def add(command: F) -> F:
        for one in reversed(options):
            command = one(command)
        return command

    return add


def request_of(decision: str, given: Mapping[str, Any]) -> DisclosureRequest:
    """A request from the options of `request_options`."""
    ground = book.disclosure_ground(given["ground"])
    key = given["recipient_key"]
    if key:
        _age_recipient(key)
    requester = given["requester"] or (ground.asks_sv if language() == "sv" else ground.asks_en)
    return DisclosureRequest(
        decision=decision_id(decision),
        ground=given["ground"],
        requester=requester,
        recipient=given["recipient"] or requester,
        registered_by=given["by"] or "",
        recipient_staff_id=given["recipient_id"],
        recipient_key=key,
        hours=given["hours"] or 0,
    )


def officer(registered: RegisteredRequest, staff_file: Path | None) -> StaffMember | None:
    """The officer who gets to see the record, out of the register; None on grounds without one."""
    wanted = registered.request.recipient_staff_id
    if not wanted or staff_file is None:
        return None
    register = read_staff(read(staff_file), place=staff_file.name)
    if wanted not in register:
        raise BadInput(
            N_("The request's recipient is not in the staff register."), N_("Check --staff."), place=staff_file.name
        )
    return register[wanted]


def parts_from(request_id: str, key_files: Sequence[Path], settings: Settings, house: House) -> list[Part]:
    """What the custodians whose keys are given release on a request.

    Args:
        key_files: the custodians' private keys, named after them; empty for those lying in the house (software keys
            only), as many as the ground asks for.
    Raises:
        Refused: these custodians may not open on it. BadInput: a file is no custodian's key.
    """
    if not key_files:
        key_files = _own_keys(request_id, settings, house)
    acting = [path.stem for path in key_files]
    issued, group = journey.group_to_open(request_id, acting, house)
    return [release(issued.box, path.stem, read_custodian_key(path), group) for path in key_files]


def _own_keys(request_id: str, settings: Settings, house: House) -> list[Path]:
    files = sorted((settings.home / "keys" / "custodians").glob("*.key"))
    state = journey.opening_request(request_id, house)
    if state is None:
        raise BadInput(N_("There is no request with that id."), N_("Take the id from `sigill request`."))
    ground = book.disclosure_ground(state.registered.request.ground)
    now, members = house.clock.now(), journey.custodians(house).opening
    for some in itertools.combinations(files, ground.custodians):
        if not law.judge_opening(state.registered, [path.stem for path in some], members, now):
            return list(some)
    raise BadInput(
        N_("The keys of the custodians who may open it do not lie here."),
        N_("Let them release their parts, and name the files with --part."),
    )


def read_parts(files: Sequence[Path]) -> list[Part]:
    """Parts that custodians released on their own machines."""
    return [Part.decode(read(path)) for path in files]


def hand_out(disclosed: journey.Disclosed, name: str, data: bytes, folder: Path, house: House) -> str:
    """Write the copy once, sealed to the recipient's key if the request names one. Says where it is."""
    key = disclosed.request.request.recipient_key
    if key:
        name, data = f"{name}.age", pyrage.encrypt(data, [_age_recipient(key)])
    return journey.hand_out(disclosed, name, data, FolderHatch(folder), house)


def _age_recipient(key: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise BadInput(
            N_("The recipient's key is no age key."),
            N_("Ask for one that starts with age1; the recipient makes it with `age-keygen`."),
        ) from None


# A request as a file, for custodians whose machines do not reach the house.


class RequestFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a custodian needs to judge a request and release a part: the request and the sealed record."""

    schema: int
    registered: RegisteredRequest
    box: str

    @classmethod
    def of(cls, registered: RegisteredRequest, box: bytes) -> bytes:
        """The file's bytes."""
        return msgspec.json.encode(cls(1, registered, base64.b64encode(box).decode())) + b"\n"

    @classmethod
    def parse(cls, data: bytes, place: str) -> tuple[RegisteredRequest, bytes]:
        """Request and sealed record.

        Raises:
            BadInput: it is no such file.
        """
        try:
            found = msgspec.json.decode(data, type=cls)
            if found.schema != 1:
                raise ValueError
            return found.registered, base64.b64decode(found.box, validate=True)
        except (msgspec.MsgspecError, binascii.Error, ValueError):
            raise BadInput(
                N_("This is no exported request."), N_("Write it with `sigill request export`."), place=place
            ) from None
