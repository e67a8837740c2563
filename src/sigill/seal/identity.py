"""The identity record: a signed token with eight digests, of which one may open to the withheld persons.

An SD-JWT (RFC 9901), signed with ES256. All eight digests stand in `_sd` at the top. One opens to the claim
`withheld`, the list of those whose names the notification leaves out; the others open to fillers. The
fillers are real disclosures and not decoys (RFC 9901 § 4.2.5): a court opens all eight, and so can know that
there is no second identity which could be shown instead on another day. The token has the same length
whoever is withheld, and however many.

Reading is stricter than the RFC asks for: exactly the header we write, canonical JSON, eight sorted digests,
no claim of another name, no nested digests, no disclosure that no digest refers to.

What it does not do: it does not check the public claims against the document they came with, and it does not
look for parts of a name in them; it refuses whole names and staff ids there. Key binding (RFC 9901 § 4.3)
has no use here.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from sigill.decision.stages import Hand, Identity
from sigill.errors import N_, BadInput, LeakFound, NotGenuine, TamperEvidence
from sigill.ports import Entropy, RecordKey

JSON: TypeAlias = "str | int | bool | Sequence[JSON] | Mapping[str, JSON] | None"
PublicKey: TypeAlias = "bytes | Mapping[str, Any]"
"""A P-256 key: the uncompressed point (65 bytes, SEC 1 § 2.3.3) or a JWK (RFC 7518 § 6.2)."""

TYPE = "sigill-identity+sd-jwt"
SLOTS: Final = 8
WITHHELD = "withheld"
MAX_TOKEN = 65_536

_FILLER = re.compile(r"filler_[1-8]", re.ASCII)
_RESERVED = re.compile(r"_sd|_sd_alg|\.\.\.|withheld|filler_.*", re.ASCII | re.DOTALL)
_NESTED_RESERVED = {"_sd", "_sd_alg", "..."}
_IDENTITY_KEYS = {"name", "role", "staff_id", "title"}
_HAND_KEYS = {"chain", "draft_sha256", "evidence", "kind"}
_HANDS: tuple[str, ...] = get_args(Literal["own_key", "eid_assertion"])
_ROLES: tuple[str, ...] = get_args(Literal["decision_maker", "rapporteur", "participant"])
_SALT_SIZE = 16
_HALF = 32  # bytes of each number in an ES256 signature and of a P-256 coordinate

_ASK_AUTHORITY = N_("Ask the authority that sent it for the document again, by a route you know.")


@dataclass(frozen=True, slots=True, repr=False)
class IdentityRecord:
    """A signed identity record and what opens it.

    Args:
        jwt: the compact SD-JWT without disclosures, `<header>.<payload>.<signature>~`. Holds no name.
        openings: the eight disclosures, in the order of their digests. Secret: one of them has the names.
    """

    jwt: str
    openings: tuple[str, ...]


def issue_identity(
    identities: Sequence[Identity], public: Mapping[str, JSON], key: RecordKey, entropy: Entropy
) -> IdentityRecord:
    """Make and sign the identity record of one decision.

    Args:
        identities: those who are withheld; may be none.
        public: claims that everyone may read; the same whoever is withheld. No floats.
        key: the record-seal key.
        entropy: for the salts, 16 bytes a slot.
    Raises:
        BadInput: a claim's name is reserved, a value is no JSON, or a person stands twice in one role.
        LeakFound: a public claim holds a withheld person's name or staff id.
        TamperEvidence: what the key returned is no signature under its public half.
    """
    _check_public(public)
    if len({(one.staff_id, one.role) for one in identities}) != len(identities):
        raise BadInput(N_("A person stands twice in the same role in the identity record."))
    claims: list[tuple[str, JSON]] = []
    if identities:
        claims.append((WITHHELD, [_to_json(one) for one in identities]))
    claims += [(f"filler_{number}", None) for number in range(1, SLOTS + 1 - len(claims))]
    disclosures = [_disclosure(_b64(entropy.token_bytes(_SALT_SIZE)), name, value) for name, value in claims]
    by_digest = dict(sorted((_digest(one), one) for one in disclosures))
    header = {"alg": "ES256", "kid": key.key_id, "typ": TYPE}
    payload = dict(public) | {"_sd": list(by_digest), "_sd_alg": "sha-256"}
    try:
        signed = f"{_b64(_canonical(header))}.{_b64(_canonical(payload))}"
    except (TypeError, ValueError, RecursionError):
        raise BadInput(N_("A public claim of the identity record is no plain JSON.")) from None
    _refuse_names(public, identities)
    signature = key.sign(signed.encode("ascii"))
    jwt = f"{signed}.{_b64(signature)}~"
    if len(jwt) > MAX_TOKEN:
        raise BadInput(N_("The identity record's public claims are too large."))
    if not _is_signed(signed, signature, _load_key(key.public_bytes())):
        # A key store that signs with another key than it shows would make records that no court can open.
        raise TamperEvidence(N_("The key did not sign with the private half of its public key."))
    return IdentityRecord(jwt, tuple(by_digest.values()))


def read_identity(jwt: str, keys: Mapping[str, PublicKey]) -> dict[str, Any]:
    """The public claims of an identity record, its signature checked. Opens nothing.

    Args:
        jwt: `<header>.<payload>.<signature>~`.
        keys: trusted record-seal keys by key id.
    Raises:
        NotGenuine: malformed, signed by another key, or not of the one form that `issue_identity` writes.
        BadInput: a trusted key cannot be used.
    """
    return _read(jwt, keys)[0]


def open_identity(jwt: str, openings: Sequence[str], keys: Mapping[str, PublicKey]) -> dict[str, Any]:
    """The claims with those that `openings` disclose (RFC 9901 § 7.1): some, all or none.

    Args:
        openings: disclosures, in any order.
    Raises:
        NotGenuine: as `read_identity`; or a disclosure is malformed, comes twice, or belongs to no digest.
        BadInput: a trusted key cannot be used.
    """
    claims, digests = _read(jwt, keys)
    found = [_digest(one) for one in openings]
    if len(set(found)) != len(found):
        raise NotGenuine(N_("An opening of the identity record comes twice."))
    if not set(found) <= set(digests):
        raise NotGenuine(N_("An opening does not belong to this identity record."))
    for one in openings:
        name, value = _parse_disclosure(one)
        if name in claims:
            raise NotGenuine(N_("Two openings of the identity record claim the same."))
        claims[name] = value
    return claims


def open_in_court(jwt: str, openings: Sequence[str], keys: Mapping[str, PublicKey]) -> tuple[Identity, ...]:
    """The withheld persons, with the certainty that there is nobody else in the record.

    Args:
        openings: all eight disclosures, in any order.
    Returns:
        the persons in the record's order; none if nobody was withheld.
    Raises:
        NotGenuine: as `open_identity`; or not all eight are opened, or they are not one identity claim and
            seven fillers (eight, if nobody was withheld).
        BadInput: a trusted key cannot be used.
    """
    if len(openings) != SLOTS:
        raise NotGenuine(
            N_("{have} of the {need} openings of the identity record are here."),
            N_("Ask for all of them: only then is it certain that there is no second identity."),
            have=len(openings),
            need=SLOTS,
        )
    claims = open_identity(jwt, openings, keys)
    # Eight different openings of allowed names: one identity claim and fillers 1–7, or fillers 1–8.
    fillers = SLOTS - 1 if WITHHELD in claims else SLOTS
    if not all(f"filler_{number}" in claims for number in range(1, fillers + 1)):
        raise NotGenuine(N_("The openings of the identity record are not those that such a record has."))
    return tuple(_from_json(one) for one in claims.get(WITHHELD, []))


def _read(jwt: str, keys: Mapping[str, PublicKey]) -> tuple[dict[str, Any], list[str]]:
    """Public claims and digests of a token whose signature and form have been checked."""
    parts = jwt.removesuffix("~").split(".")
    if not jwt.isascii() or len(jwt) > MAX_TOKEN or not jwt.endswith("~") or len(parts) != 3:
        raise _unreadable()
    header, payload, signature = _parse_object(parts[0]), _parse_object(parts[1]), _unb64(parts[2])
    # Exactly our header: no `none`, no other type, and none of the fields that would choose the key for us
    # (RFC 8725).
    kid = header.get("kid")
    if header != {"alg": "ES256", "kid": kid, "typ": TYPE} or not isinstance(kid, str):
        raise NotGenuine(N_("The identity record is of another kind than the authority's."), _ASK_AUTHORITY)
    if kid not in keys:
        raise NotGenuine(N_("The identity record is signed with a key that is not trusted."), _ASK_AUTHORITY)
    if not _is_signed(f"{parts[0]}.{parts[1]}", signature, _load_key(keys[kid])):
        raise NotGenuine(N_("The signature of the identity record is wrong."), _ASK_AUTHORITY)
    digests = payload.pop("_sd", None)
    if payload.pop("_sd_alg", None) != "sha-256" or not isinstance(digests, list) or len(digests) != SLOTS:
        raise NotGenuine(N_("The identity record does not have its eight digests."), _ASK_AUTHORITY)
    if not all(isinstance(one, str) and len(_unb64(one)) == 32 for one in digests):
        raise NotGenuine(N_("The identity record does not have its eight digests."), _ASK_AUTHORITY)
    # Sorted and different: an order of its own could tell something, a repeated digest would open one slot
    # twice.
    if digests != sorted(set(digests)):
        raise NotGenuine(N_("The digests of the identity record are out of order."), _ASK_AUTHORITY)
    try:
        _check_public(payload)
    except BadInput:
        raise _unreadable() from None
    return payload, digests


def _is_signed(text: str, signature: bytes, key: ec.EllipticCurvePublicKey) -> bool:
    if len(signature) != 2 * _HALF:
        return False
    r, s = (int.from_bytes(half, "big") for half in (signature[:_HALF], signature[_HALF:]))
    try:
        key.verify(encode_dss_signature(r, s), text.encode("ascii"), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _load_key(key: PublicKey) -> ec.EllipticCurvePublicKey:
    try:
        if isinstance(key, bytes):
            point = key
        else:
            if key["kty"] != "EC" or key["crv"] != "P-256":
                raise ValueError
            x, y = (_decode(key[name]) for name in ("x", "y"))
            if len(x) != _HALF or len(y) != _HALF:
                raise ValueError
            point = b"\x04" + x + y
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadInput(N_("A trusted record-seal key is no P-256 public key.")) from None


def _parse_disclosure(text: str) -> tuple[str, Any]:
    """Claim name and value of a disclosure (RFC 9901 § 4.2.1), which must be one of ours."""
    wrong = NotGenuine(N_("An opening of the identity record cannot be read."))
    try:
        found = _parse_canonical(_decode(text))
        salt, name, value = found
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise wrong from None
    if not isinstance(found, list) or not isinstance(salt, str) or not isinstance(name, str):
        raise wrong
    if _FILLER.fullmatch(name):
        usable = value is None
    else:
        usable = name == WITHHELD and isinstance(value, list) and bool(value) and all(map(_is_identity, value))
    if not usable:
        raise wrong
    return name, value


def _is_identity(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() - {"hand"} != _IDENTITY_KEYS or value["role"] not in _ROLES:
        return False
    hand = value.get("hand", {})
    if "hand" in value and (not isinstance(hand, dict) or hand.keys() != _HAND_KEYS or hand["kind"] not in _HANDS):
        return False
    words = [one for key, one in value.items() if key != "hand"] + list(hand.values())
    return all(isinstance(one, str) for one in words)


def _to_json(one: Identity) -> JSON:
    plain: dict[str, JSON] = {"staff_id": one.staff_id, "name": one.name, "title": one.title, "role": one.role}
    if one.hand is not None:
        hand = one.hand
        plain["hand"] = {
            "kind": hand.kind,
            "draft_sha256": hand.draft_sha256,
            "chain": hand.chain,
            "evidence": hand.evidence,
        }
    return plain


def _from_json(one: dict[str, Any]) -> Identity:
    hand = Hand(**one["hand"]) if "hand" in one else None
    return Identity(one["staff_id"], one["name"], one["title"], one["role"], hand)


def _check_public(public: Mapping[str, JSON]) -> None:
    if any(not isinstance(name, str) or _RESERVED.fullmatch(name) for name in public):
        raise BadInput(N_("A public claim of the identity record has a reserved name."))
    for kind, value in _walk(public):
        if kind == "key" and (not isinstance(value, str) or value in _NESTED_RESERVED):
            raise BadInput(N_("A public claim of the identity record has a reserved name."))
        if isinstance(value, float):
            raise BadInput(N_("A public claim of the identity record is no plain JSON."))


def _refuse_names(public: Mapping[str, JSON], identities: Sequence[Identity]) -> None:
    text = "\n".join(str(value) for _, value in _walk(public))
    secret = [re.escape(one) for person in identities for one in (person.name, person.staff_id) if one]
    if secret and re.search(rf"(?<!\w)(?:{'|'.join(secret)})(?!\w)", text, re.IGNORECASE):
        raise LeakFound(
            N_("The public part of the identity record holds a withheld name or staff id."),
            N_("Report this as a fault of the program."),
        )


def _walk(value: object) -> Iterable[tuple[str, object]]:
    """All keys and scalar values in a JSON value, without recursion: its depth is not bounded here."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            yield from (("key", key) for key in one)
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
        else:
            yield "value", one


def _disclosure(salt: str, name: str, value: JSON) -> str:
    return _b64(_canonical([salt, name, value]))


def _digest(disclosure: str) -> str:
    return _b64(sha256(disclosure.encode("utf-8", "surrogatepass")).digest())


def _canonical(value: JSON) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def _parse_canonical(data: bytes) -> Any:
    """JSON in the one spelling we write: no duplicate keys, no white space, no second way to write a number.

    Raises:
        ValueError, RecursionError: it is not.
    """
    found = json.loads(data)
    if _canonical(found) != data:
        raise ValueError
    return found


def _parse_object(text: str) -> dict[str, Any]:
    try:
        found = _parse_canonical(_decode(text))
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(found, dict):
        raise _unreadable()
    return cast(dict[str, Any], found)


def _unreadable() -> NotGenuine:
    return NotGenuine(N_("The identity record cannot be read."), _ASK_AUTHORITY)


def _b64(data: bytes) -> str:
    """base64url without padding (RFC 7515 § 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    """Strict base64url: the one spelling that `_b64` would give.

    Raises:
        ValueError: it is not.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError from None
    if _b64(data) != text:
        raise ValueError
    return data


def _unb64(text: str) -> bytes:
    try:
        return _decode(text)
    except ValueError:
        raise _unreadable() from None
