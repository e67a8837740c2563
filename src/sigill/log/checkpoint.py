"""Signed checkpoints: the log's Ed25519 signature over its size and root, and witnesses' cosignatures.

The form is that of C2SP `signed-note`, `tlog-checkpoint` and `tlog-cosignature` (v1), so that any witness or
monitor that speaks it can follow this log. Reading is stricter than those ask for: one spelling of every
number and of every base64 string, no extension lines, bounded size, and a known key whose signature is wrong
spoils the whole note.

What it does not do: a signature shows who vouches for a root, not that the root is right. That the log has
only grown is for consistency proofs, and for witnesses who check them before they sign.
"""

import base64
import binascii
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sigill.errors import N_, BadInput, NotGenuine, TamperEvidence
from sigill.log.tree import HASH_SIZE, MAX_SIZE
from sigill.ports import LogKey

MAX_NOTE = 16_384
MAX_SIGNATURES = 64
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_VKEY = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_DASH = "\u2014"
_LOG_KEY, _WITNESS_KEY = b"\x01", b"\x04"
_NO_WITNESSES: Mapping[str, bytes] = MappingProxyType({})

_ASK_AUTHORITY = N_("Ask the authority that sent it for the document again, by a route you know.")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log that its key vouches for.

    Args:
        origin: the log's name.
        size: number of entries.
        root: 32 bytes.
        witnesses: names of the known witnesses that cosigned it, sorted.
    """

    origin: str
    size: int
    root: bytes
    witnesses: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under; `witness` tells a cosigner's key from a log's."""

    name: str
    public_key: bytes
    witness: bool = False


def sign_checkpoint(origin: str, size: int, root: bytes, key: LogKey) -> str:
    """A checkpoint as a signed note (C2SP tlog-checkpoint).

    Args:
        origin: the log's name; must be the key's.
        size: number of entries.
        root: 32 bytes, of exactly that many entries.
        key: the log key.
    Raises:
        BadInput: an argument cannot stand in a checkpoint.
        TamperEvidence: what the key returned is no signature under its public half.
    """
    _check_name(origin)
    if key.origin != origin:
        raise BadInput(N_("The log key belongs to another log."))
    if type(size) is not int or not 0 <= size <= MAX_SIZE or len(root) != HASH_SIZE:
        raise BadInput(N_("A checkpoint needs a size and a root of 32 bytes."))
    body = f"{origin}\n{size}\n{_b64(root)}\n"
    return f"{body}\n{_signature_line(_LOG_KEY, key, body.encode())}"


def cosign(note: str, key: LogKey, at: dt.datetime) -> str:
    """Add a witness's line to a checkpoint (C2SP tlog-cosignature, v1).

    A witness must first have checked that the checkpoint continues the one it signed before.

    Args:
        note: a signed checkpoint.
        key: the witness's key; its `origin` is the witness's name.
        at: when, with a time zone.
    Raises:
        BadInput: the name or the time cannot be used, or `note` is not a note.
        TamperEvidence: what the key returned is no signature under its public half.
    """
    _check_name(key.origin)
    body, blank, _ = note.partition("\n\n")
    seconds = int(at.timestamp()) if at.tzinfo else 0
    if seconds <= 0:
        raise BadInput(N_("A witness needs the time, with a time zone."))
    if not blank or not note.endswith("\n"):
        raise BadInput(N_("This is not a signed checkpoint."))
    message = f"cosignature/v1\ntime {seconds}\n{body}\n".encode()
    stamp = seconds.to_bytes(8, "big")
    return note + _signature_line(_WITNESS_KEY, key, message, stamp)


def open_checkpoint(
    note: str,
    origin: str,
    public_key: bytes,
    *,
    witnesses: Mapping[str, bytes] = _NO_WITNESSES,
    quorum: int = 0,
) -> Checkpoint:
    """Read a checkpoint and check who signed it. Lines by names or keys nobody told us of count for nothing.

    Args:
        note: the signed note.
        origin: the name of the log it must be from.
        public_key: that log's Ed25519 key, 32 bytes.
        witnesses: Ed25519 keys (32 bytes) of trusted witnesses, by name.
        quorum: how many of them must have cosigned.
    Raises:
        NotGenuine: malformed, another log's, unsigned, wrongly signed, or by too few witnesses.
        BadInput: the trusted keys or the quorum cannot be used.
    """
    log_key = _load_key(origin, public_key)
    witness_keys = {name: _load_key(name, key) for name, key in witnesses.items()}
    if len({public_key, *witnesses.values()}) != len(witnesses) + 1:
        raise BadInput(N_("One key is listed twice among the log and its witnesses."))
    if type(quorum) is not int or not 0 <= quorum <= len(witnesses):
        raise BadInput(N_("The quorum must be between 0 and the number of witnesses."))

    body, checkpoint = _read_body(note)
    if checkpoint.origin != origin:
        raise NotGenuine(N_("The proof is from another log than the authority's."), _ASK_AUTHORITY)
    log_id = _key_id(origin, _LOG_KEY, public_key)
    witness_ids = {name: _key_id(name, _WITNESS_KEY, key) for name, key in witnesses.items()}
    signed, cosigned, seen = False, set(), set()
    for name, key_id, signature in _read_signatures(note[len(body) + 1 :]):
        is_log = name == origin and key_id == log_id
        if not is_log and witness_ids.get(name) != key_id:
            continue
        if (name, key_id) in seen:
            raise NotGenuine(N_("The log's checkpoint carries the same signature twice."), _ASK_AUTHORITY)
        seen.add((name, key_id))
        try:
            if is_log:
                log_key.verify(signature, body.encode())
                signed = True
            else:
                seconds = int.from_bytes(signature[:8], "big")
                witness_keys[name].verify(signature[8:], f"cosignature/v1\ntime {seconds}\n{body}".encode())
                cosigned.add(name)
        except InvalidSignature:
            raise NotGenuine(N_("The signature on the log's checkpoint is wrong."), _ASK_AUTHORITY) from None
    if not signed:
        raise NotGenuine(N_("The log's checkpoint is not signed by the authority's log key."), _ASK_AUTHORITY)
    if len(cosigned) < quorum:
        raise NotGenuine(
            N_("The log's checkpoint is confirmed by {have} of the {need} witnesses it needs."),
            N_("Try again later, or ask the authority for a newer proof."),
            have=len(cosigned),
            need=quorum,
        )
    return Checkpoint(origin, checkpoint.size, checkpoint.root, tuple(sorted(cosigned)))


def origin_of(note: str) -> str:
    """The log's name that a note states, not yet believed.

    Raises:
        NotGenuine: it is no checkpoint.
    """
    return _read_body(note)[1].origin


def cosigned_at(note: str, name: str, public_key: bytes) -> int:
    """When a witness cosigned, in seconds of Unix time, by its own clock; 0 if it did not.

    Args:
        note: already opened with this witness among the trusted ones.
    """
    body, _ = _read_body(note)
    key_id = _key_id(name, _WITNESS_KEY, public_key)
    stamps = [
        blob[:8] for other, one, blob in _read_signatures(note[len(body) + 1 :]) if (other, one) == (name, key_id)
    ]
    return int.from_bytes(stamps[0], "big") if stamps else 0


def vkey(name: str, public_key: bytes, *, witness: bool = False) -> str:
    """A public key as one line of text: name, key id and key (C2SP signed-note, verifier keys).

    Args:
        name: the log's origin or the witness's name.
        public_key: Ed25519, 32 bytes.
    Raises:
        BadInput: name or key cannot be used.
    """
    _load_key(name, public_key)
    kind = _WITNESS_KEY if witness else _LOG_KEY
    return f"{name}+{_key_id(name, kind, public_key).hex()}+{_b64(kind + public_key)}"


def parse_vkey(text: str) -> VerifierKey:
    """The key in a line made by `vkey`.

    Raises:
        BadInput: it is not such a line, or its parts do not fit one another.
    """
    wrong = BadInput(N_("This is not the public key of a log or witness."), N_("Copy the whole line again."))
    match = _VKEY.fullmatch(text)
    decoded = _unb64(match[3]) if match else None
    if match is None or decoded is None or decoded[:1] not in (_LOG_KEY, _WITNESS_KEY):
        raise wrong
    kind, public_key = decoded[:1], decoded[1:]
    _load_key(match[1], public_key)
    if _key_id(match[1], kind, public_key).hex() != match[2]:
        raise wrong
    return VerifierKey(match[1], public_key, kind == _WITNESS_KEY)


def _read_body(note: str) -> tuple[str, Checkpoint]:
    """The signed text and what it says, not yet believed."""
    wrong = NotGenuine(N_("The log's checkpoint cannot be read."), _ASK_AUTHORITY)
    try:
        if len(note.encode()) > MAX_NOTE:
            raise wrong
    except UnicodeEncodeError:
        raise wrong from None
    text, blank, _ = note.partition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) != 3 or any(ord(sign) < 0x20 and sign != "\n" for sign in note):
        raise wrong
    origin, size, root = lines[0], lines[1], _unb64(lines[2])
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE or root is None or len(root) != HASH_SIZE:
        raise wrong
    return text + "\n", Checkpoint(origin, int(size), root)


def _read_signatures(text: str) -> list[tuple[str, bytes, bytes]]:
    """Name, key id and signature of each line."""
    wrong = NotGenuine(N_("The signatures on the log's checkpoint cannot be read."), _ASK_AUTHORITY)
    *lines, last = text.split("\n")
    if last or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise wrong
    found = []
    for line in lines:
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        blob = _unb64(encoded)
        if dash != _DASH or not _is_name(name) or blob is None or len(blob) <= 4:
            raise wrong
        found.append((name, blob[:4], blob[4:]))
    return found


def _signature_line(kind: bytes, key: LogKey, message: bytes, stamp: bytes = b"") -> str:
    name, public, signature = key.origin, key.public_bytes(), key.sign(message)
    try:
        # A key store that signs with another key than it shows would make a log that nobody can check.
        _load_key(name, public).verify(signature, message)
    except InvalidSignature:
        raise TamperEvidence(N_("The key did not sign with the private half of its public key.")) from None
    return f"{_DASH} {name} {_b64(_key_id(name, kind, public) + stamp + signature)}\n"


def _key_id(name: str, kind: bytes, public_key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + kind + public_key).digest()[:4]


def _load_key(name: str, public_key: bytes) -> Ed25519PublicKey:
    _check_name(name)
    try:
        return Ed25519PublicKey.from_public_bytes(public_key)
    except (ValueError, TypeError):
        raise BadInput(N_("An Ed25519 public key has 32 bytes.")) from None


def _check_name(name: str) -> None:
    if not _is_name(name):
        raise BadInput(N_("The name of a log or witness must be visible characters without spaces or plus signs."))


def _is_name(name: str) -> bool:
    return 0 < len(name) <= 255 and name.isprintable() and "+" not in name and not any(map(str.isspace, name))


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str) -> bytes | None:
    """Strict base64: only the one spelling that `_b64` would give."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _b64(data) == text else None
