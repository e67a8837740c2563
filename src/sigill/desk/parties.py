"""A party as an opaque key, so that needs and incidents about the same person meet without her name or number.

HMAC-SHA256 under a key of the house's own: without that key nobody can try out numbers against the table.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from sigill.adapters.files import write_atomically
from sigill.house import Settings


def house_secret(name: str) -> bytes:
    """A 32-byte secret of the house, made on first use and kept beside the database: `SIGILL_HOME/secrets/NAME`."""
    return _secret(Settings.from_environment().home, name)


@cache
def _secret(home: Path, name: str) -> bytes:
    path = home / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = path.with_name(f"{name}.{secrets.token_hex(4)}")
        write_atomically(made, secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(made, path)  # the first of two processes wins, and both read the same
        made.unlink()
    return path.read_bytes()


def party_key(party: Mapping[str, Any]) -> str:
    """The key of a party as a case holds it: by personal number when there is one, else by name.

    Returns:
        64 hex digits; "" for a party without either.
    """
    number = "".join(one for one in str(party.get("personal_number", "")) if one.isdigit())
    name = " ".join(str(party.get("name", "")).casefold().split())
    # Twelve digits and ten mean the same person; the century and the separator are left out.
    known = f"number {number[-10:]}" if len(number) >= 10 else f"name {name}" if name else ""
    return hmac.new(house_secret("parties"), known.encode(), hashlib.sha256).hexdigest() if known else ""


def party_keys(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of a case's parties, in the case's order."""
    found = (party_key(one) for one in content.get("party") or ())
    return tuple(dict.fromkeys(one for one in found if one))
