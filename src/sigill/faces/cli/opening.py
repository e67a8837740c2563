"""The custodians' side of an opening on the command line. Used by open and demo."""

import json
from collections.abc import Sequence
from pathlib import Path

from sigill.adapters.files import read
from sigill.adapters.keys import read_custodian_key
from sigill.errors import N_, BadInput
from sigill.house import Settings
from sigill.journey import House
from sigill.seal.box import Part, describe, release


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


def parts_from(decision: str, key_files: Sequence[Path], settings: Settings, house: House) -> list[Part]:
    """What the custodians whose keys are given release for one decision.

    Args:
        key_files: the custodians' private keys; empty for those lying in the house (software keys only).
    Raises:
        BadInput: no such decision, a file that is no custodian's key, or too few or too many of them.
    """
    issued = house.store.find(decision)
    if issued is None:
        raise BadInput(N_("No decision with that id has been issued here."), N_("Take the id from the receipt."))
    groups = describe(issued.box).groups
    if not key_files:
        key_files = sorted((settings.home / "keys" / "custodians").glob("*.key"))[: len(groups[0])]
    keys = {path.stem: read_custodian_key(path) for path in key_files}
    if len(keys) != len(key_files):
        raise BadInput(N_("The same custodian's key was given twice."), N_("Two different people open a record."))
    group = next((one for one in groups if set(one) == set(keys)), None)
    if group is None:
        raise BadInput(
            N_("These custodians together may not open it; {count} of them must act."),
            N_("Name the key files of as many custodians with --key."),
            count=len(groups[0]),
        )
    return [release(issued.box, one, keys[one], group) for one in group]
