"""A person's private key (X25519) in a file under a passphrase, and the card that carries its public half.

The file is age (scrypt) around PEM. It is made and used on the person's own machine; only the card goes to the house.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from sigill.adapters import age
from sigill.adapters.files import read
from sigill.adapters.key_files import write
from sigill.errors import N_, BadInput
from sigill.seal import keys

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
SUFFIX = ".card.json"


@dataclass(frozen=True, slots=True)
class Card:
    """The public side of a key.

    Args:
        kind: `custodian` or `holder`.
        name: the id of whose key it is.
        public: X25519, 32 bytes.
        staff_id, chain: a custodian's, empty for a holder.
    """

    kind: str
    name: str
    public: bytes
    staff_id: str = ""
    chain: str = ""

    def encode(self) -> bytes:
        """The card's file."""
        card = {"schema": 1, "kind": self.kind, "name": self.name, "x25519": base64.b64encode(self.public).decode()}
        if self.kind == "custodian":
            card |= {"staff_id": self.staff_id, "chain": self.chain}
        return json.dumps(card, indent=1, ensure_ascii=False).encode() + b"\n"


def read_card(path: Path, kind: str) -> Card:
    """A card of the wanted kind.

    Raises:
        BadInput: the file is none.
    """
    try:
        found = json.loads(read(path))
        public = base64.b64decode(found["x25519"], validate=True)
        card = Card(found["kind"], found["name"], public, found.get("staff_id", ""), found.get("chain", ""))
        if found["schema"] != 1 or card.kind != kind or not all(map(_is_text, (card.name, card.staff_id, card.chain))):
            raise ValueError
        keys.load_public(public)
    except (ValueError, KeyError, TypeError, AttributeError, BadInput):
        raise BadInput(
            N_("This is not the public card of a {kind}'s key."),
            N_("Take the file ending in .card.json that was made with the key."),
            place=path.name,
            kind=kind,
        ) from None
    return card


def make_key(path: Path, passphrase: str, *, private: bytes | None = None) -> bytes:
    """Write a key file. Returns the private key, 32 bytes.

    Args:
        private: the key to write; None makes a fresh one.
    Raises:
        BadInput: the file exists, or the passphrase is too short.
    """
    if path.exists():
        raise BadInput(
            N_("There is a file of that name, and a key is never written over."), N_("Choose another."), place=str(path)
        )
    private = private or secrets.token_bytes(keys.KEY_SIZE)
    locked = age.lock(keys.unsafe_private_pem(private), passphrase)
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, locked)
    return private


def read_key(path: Path, passphrase: str | None) -> bytes:
    """The private key in a key file, 32 bytes.

    Raises:
        BadInput: no such key, or the passphrase is missing or wrong.
    """
    data = read(path)
    if age.is_locked(data):
        if passphrase is None:
            raise BadInput(N_("The key file needs its passphrase."), N_("Give it."), place=path.name)
        data = age.unlock(data, passphrase, place=path.name)
    return keys.read_private_pem(data, place=path.name)


def code() -> str:
    """A code to print: 30 characters in groups of five, some 148 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(6))


def _is_text(value: object) -> bool:
    return isinstance(value, str)
