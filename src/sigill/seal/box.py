"""The lock: encrypted once, opened by any of several groups of custodians together, and by nobody else.

The content is encrypted with AES-256-GCM under a key derived (HKDF) from a fresh data key *and* the retention
key of the month it is to be deleted: without the retention key no custodians can open it, which is what
shredding means. For each group the data key is split by XOR, one part a member, each part sealed to that
member's key with HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20Poly1305). Fewer than all members of a group
hold random numbers. A commitment to the key stands in the box, so that two groups can never be made to see
two different contents.

The form, one spelling only (`n:x` is x behind its length in n bytes, big-endian):

    "SIGILL BOX 1\\n"  4:aad  commitment[32]  8:ciphertext  groups[2]
        each group: members[1], each member: 1:seat  1:holder  key id[8]  sealed part[80]

Seat is the id that a place in a group was made for, holder the one who has it now. A sealed part is bound to
all up to and including the ciphertext, to the group's seats, to its seat and its holder. The plaintext is
padded to a multiple of 64 KiB with its length inside.

A box's lock is its groups without its content, bound to it by digest: what has to travel when custodians come and
go (`hand_over`, `give`, `receive`). All that is said of a lock's groups is said of the box's.

    "SIGILL LOCK 1\\n"  digest[32]  groups as above

What it does not do: it does not know who may open what, and it does not log. It cannot recall a part that
was released: release goes to whoever logged the opening first. `aad` and the custodians' ids are readable by
all and must name nobody who is protected. Python cannot wipe keys from memory. HPKE draws its own
randomness, so a box is not reproducible with seeded entropy; its length is.
"""

import itertools
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from hashlib import sha256
from hmac import compare_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sigill.errors import N_, BadInput, Refused, TamperEvidence
from sigill.ports import Entropy
from sigill.seal import keys
from sigill.seal.wire import Reader, field

KEY_SIZE = 32
PAD = 65_536
MAX_PLAINTEXT = 1 << 29
MAX_AAD = 65_536
MAX_GROUPS = 1_000
MAX_MEMBERS = 16

_MAGIC = b"SIGILL BOX 1\n"
_PART_MAGIC = b"SIGILL PART 1\n"
_LOCK_MAGIC = b"SIGILL LOCK 1\n"
_PLACE = "sealed record"
_SEALED_PART_SIZE = 80  # 32 encapsulated key, 32 part, 16 tag
_NONCE_SIZE = 12
_LENGTH_SIZE = 8
_GCM_TAG = 16
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

_KEEP = N_("Keep it as it is, restore a copy, and call the administrator.")


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """One custodian's part of the data key, in clear: to be handed to the one who opens, and to nobody else.

    Args:
        box: which box, 32 bytes.
        group: the ids of those who must act together, sorted.
        holder: whose part it is.
        share: 32 bytes.
    """

    box: bytes
    group: tuple[str, ...]
    holder: str
    share: bytes

    def encode(self) -> bytes:
        """The part as bytes, to be carried to the one who opens."""
        group = b"".join(field(one.encode(), 1) for one in self.group)
        members = bytes([len(self.group)])
        return b"".join([_PART_MAGIC, self.box, members, group, field(self.holder.encode(), 1), self.share])

    @classmethod
    def decode(cls, data: bytes) -> "Part":
        """The part in `data`.

        Raises:
            TamperEvidence: it is not in the one form that `encode` writes.
        """
        reader = Reader(data, "released part")
        reader.expect(_PART_MAGIC)
        box = reader.take(32)
        group = tuple(_read_id(reader) for _ in range(reader.number(1)))
        holder, share = _read_id(reader), reader.take(KEY_SIZE)
        reader.end()
        if list(group) != sorted(set(group)) or holder not in group:
            raise reader.broken()
        return cls(box, group, holder, share)


@dataclass(frozen=True, slots=True)
class BoxInfo:
    """What anybody can read on a box.

    Args:
        aad: what it was bound to.
        groups: ids of those who together can open it, each group sorted, groups sorted.
    """

    aad: bytes
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Member:
    seat: str
    holder: str
    key_id: bytes
    sealed: bytes


@dataclass(frozen=True)
class _Box:
    body: bytes
    aad: bytes
    commitment: bytes
    ciphertext: bytes
    groups: tuple[tuple[_Member, ...], ...]

    @cached_property
    def digest(self) -> bytes:
        return sha256(self.body).digest()


@dataclass(frozen=True, slots=True)
class _Lock:
    digest: bytes
    groups: tuple[tuple[_Member, ...], ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What a custodian gives so that a newcomer comes to share an old record; see `give`.

    Args:
        nonce: 32 bytes, fresh.
        kept: the giver's part in the group with the newcomer, sealed to the giver; empty if there is to be none.
        given: the newcomer's part in the group with the partner, sealed to the newcomer; empty likewise.
    """

    nonce: bytes
    kept: bytes
    given: bytes


def m_of_n(ids: Sequence[str], m: int) -> tuple[tuple[str, ...], ...]:
    """All groups of `m` of the custodians `ids`: any `m` of them can open.

    Raises:
        BadInput: `m` is below 1 or above the number of ids, an id stands twice, or there would be too many
            groups.
    """
    if isinstance(ids, str) or type(m) is not int or not 1 <= m <= len(ids):
        raise BadInput(N_("The number of custodians who act together must be between 1 and the number there are."))
    if math.comb(len(ids), m) > MAX_GROUPS:
        raise BadInput(N_("So many custodians make too many groups."), N_("Choose fewer of them."))
    groups = tuple(itertools.combinations(sorted(ids), m))
    _check_groups(groups)
    return groups


def seal(
    plaintext: bytes,
    *,
    aad: bytes,
    groups: Sequence[Sequence[str]],
    public_keys: Mapping[str, bytes],
    retention_key: bytes,
    entropy: Entropy,
) -> bytes:
    """Lock `plaintext` so that all members of any one group can open it together.

    Args:
        plaintext: at most 512 MiB.
        aad: readable by all and bound to the content, at most 64 KiB: the decision's id, say. No names.
        groups: ids of those who together can open; see `m_of_n`. No group may hold another whole group.
        public_keys: X25519 public keys (32 bytes) by id; those of other custodians are ignored.
        retention_key: 32 bytes; deleting it shreds all that was sealed under it.
        entropy: for data key and parts.
    Returns:
        the box.
    Raises:
        BadInput: a group, an id or a key cannot be used, or one person would count as two.
    """
    if len(plaintext) > MAX_PLAINTEXT or len(aad) > MAX_AAD:
        raise BadInput(N_("This is too large to seal."))
    if any(isinstance(group, str) for group in groups):
        raise BadInput(N_("A group of custodians is a list of ids."))
    ordered = sorted(tuple(sorted(group)) for group in groups)
    _check_groups(ordered)
    ids = sorted({one for group in ordered for one in group})
    missing = sum(one not in public_keys for one in ids)
    if missing:
        raise BadInput(N_("{missing} of the custodians have no public key."), missing=missing)
    recipients = {one: keys.load_public(public_keys[one]) for one in ids}
    if len({public_keys[one] for one in ids}) != len(ids):
        raise BadInput(N_("Two custodians have the same key: one person would count as two."))

    data_key = entropy.token_bytes(KEY_SIZE)
    content_key, nonce, commitment = _derive(data_key, retention_key)
    head = _MAGIC + field(aad, 4)
    ciphertext = AESGCM(content_key).encrypt(nonce, _pad(plaintext), head)
    body = head + commitment + field(ciphertext, 8)
    digest = sha256(body).digest()
    made = []
    for group in ordered:
        shares = [entropy.token_bytes(KEY_SIZE) for _ in group[1:]]
        shares.append(_xor([data_key, *shares]))
        members = []
        for seat, share in zip(group, shares, strict=True):
            sealed = _seal_part(share, recipients[seat], _info(digest, group, seat, seat))
            members.append(_Member(seat, seat, keys.key_id(public_keys[seat]), sealed))
        made.append(tuple(members))
    return _write(body, made)


def describe(box: bytes) -> BoxInfo:
    """What anybody can read on `box`; nothing of it is authenticated until it is opened.

    Raises:
        TamperEvidence: the box is damaged.
    """
    read = _read(box)
    return BoxInfo(read.aad, tuple(sorted(_holders(group) for group in read.groups)))


def release(box: bytes, holder_id: str, private_key: bytes, group: Sequence[str]) -> Part:
    """A custodian's part, taken out with the custodian's own key. Log the opening first: it cannot be
    recalled.

    Args:
        holder_id: the custodian.
        private_key: the custodian's, 32 bytes.
        group: ids of those who will open together, as `describe` gives them.
    Raises:
        Refused: there is no such group, the custodian is not in it, or the key is not the custodian's.
        BadInput: the private key has not 32 bytes.
        TamperEvidence: the box is damaged.
    """
    read = _read(box)
    members = _find_group(read, group)
    for member in members:
        if member.holder == holder_id:
            share = _open_part(read.digest, members, member, private_key)
            return Part(read.digest, _holders(members), holder_id, share)
    raise Refused(N_("The custodian does not belong to the group that is to open the record."), place=_PLACE)


def open_box(box: bytes, parts: Sequence[Part], retention_key: bytes) -> bytes:
    """The plaintext, all of it or none.

    Args:
        parts: of all members of one group, each once.
        retention_key: the one it was sealed under, 32 bytes.
    Raises:
        Refused: parts are missing, come twice, or are of different groups or another box.
        TamperEvidence: the box is damaged, or parts and retention key do not fit it.
        BadInput: the retention key has not 32 bytes.
    """
    read = _read(box)
    if any(part.box != read.digest for part in parts):
        raise Refused(N_("A part belongs to another sealed record."), place=_PLACE)
    if len({part.group for part in parts}) > 1:
        raise Refused(N_("The parts are of different groups."), N_("Let one group open together."), place=_PLACE)
    group = _holders(_find_group(read, parts[0].group if parts else ()))
    given = sorted(part.holder for part in parts)
    if given != list(group):
        raise Refused(
            N_("{have} of the {need} parts are here, or one came twice."),
            N_("Each member of the group must release a part."),
            place=_PLACE,
            have=len(set(given) & set(group)),
            need=len(group),
        )
    content_key, nonce, commitment = _derive(_xor([part.share for part in parts]), retention_key)
    wrong = TamperEvidence(N_("The parts and the retention key do not open the sealed record."), _KEEP, place=_PLACE)
    if not compare_digest(commitment, read.commitment):
        raise wrong
    try:
        padded = AESGCM(content_key).decrypt(nonce, read.ciphertext, _MAGIC + field(read.aad, 4))
    except InvalidTag:
        raise wrong from None
    return _unpad(padded)


def lock_of(box: bytes) -> bytes:
    """The lock of a box, without its content.

    Raises:
        TamperEvidence: the box is damaged.
    """
    read = _read(box)
    return _write_lock(read.digest, read.groups)


def with_lock(box: bytes, lock: bytes) -> bytes:
    """The box under another lock. Whether the parts in it fit, only an opening can tell.

    Raises:
        Refused: the lock is of another box. TamperEvidence: one of them is damaged.
    """
    read, new = _read(box), _read_lock(lock)
    if read.digest != new.digest:
        raise Refused(N_("The lock belongs to another sealed record."), place=_PLACE)
    return _write(read.body, new.groups)


def groups_of(lock: bytes) -> tuple[tuple[str, ...], ...]:
    """Ids of those who together can open, each group sorted, groups sorted.

    Raises:
        TamperEvidence: the lock is damaged.
    """
    return tuple(sorted(_holders(group) for group in _read_lock(lock).groups))


def hand_over(lock: bytes, holder_id: str, private_key: bytes, new_id: str, new_public_key: bytes) -> bytes:
    """Give a custodian's parts to a successor, or to the same custodian's new key. No data key comes
    together.

    Args:
        holder_id, private_key: who hands over; 32 bytes, X25519.
        new_id, new_public_key: the successor; 32 bytes, X25519.
    Returns:
        the lock with the parts sealed anew. The old one still opens with the old key: delete its copies.
    Raises:
        Refused: the custodian has no part, the key is not the custodian's, or the successor would count as
            two.
        BadInput: the successor's id or a key cannot be used.
        TamperEvidence: the lock is damaged.
    """
    read = _read_lock(lock)
    if not any(member.holder == holder_id for group in read.groups for member in group):
        raise Refused(N_("The custodian holds no part of the sealed record."), place=_PLACE)
    _check_id(new_id)
    recipient = keys.load_public(new_public_key)
    groups = []
    for group in read.groups:
        seats = tuple(member.seat for member in group)
        members = []
        for old in group:
            new = old
            if old.holder == holder_id:
                share = _open_part(read.digest, group, old, private_key)
                sealed = _seal_part(share, recipient, _info(read.digest, seats, old.seat, new_id))
                new = replace(old, holder=new_id, key_id=keys.key_id(new_public_key), sealed=sealed)
            members.append(new)
        groups.append(tuple(members))
    _require_sound(groups)
    return _write_lock(read.digest, groups)


def require_handed_over(old: bytes, new: bytes, holder_id: str, new_id: str, new_public_key: bytes) -> None:
    """Hold what came back from `hand_over` against what went out: the holder's parts are the successor's, and nothing
    else has changed.

    Raises:
        Refused: something else has. TamperEvidence: a lock is damaged.
    """
    before, after = _read_lock(old), _read_lock(new)
    mark = keys.key_id(new_public_key)

    def bare(group: Sequence[_Member]) -> list[_Member]:
        return [
            replace(one, holder=new_id, key_id=mark, sealed=b"") if one.holder == holder_id else one for one in group
        ]

    def emptied(group: Sequence[_Member]) -> list[_Member]:
        return [replace(one, sealed=b"") if one.holder == new_id else one for one in group]

    if before.digest != after.digest or list(map(bare, before.groups)) != list(map(emptied, after.groups)):
        raise Refused(
            N_("The answer changes more than the parts that were to be handed over."),
            N_("Take nothing from it; find out where it was changed."),
            place=_PLACE,
        )


def give(
    lock: bytes,
    giver: tuple[str, bytes],
    partner: tuple[str, bytes],
    newcomer: tuple[str, bytes],
    *,
    pair: bool,
    second: bool,
    entropy: Entropy,
) -> Share:
    """A giver's half of letting a newcomer share an old record; the partner's half is `receive`.

    Giver and partner can open together. The key stays split: both mask their parts with the same random number (HKDF
    over their static Diffie-Hellman, with a label of its own for each group and each time), the giver keeps or gives
    one, the partner the other. Unmasked parts of one group, given twice, would be the whole key.

    Args:
        giver: id and private key. partner, newcomer: ids and public keys.
        pair: make the group of giver and newcomer. second: make the group of newcomer and partner.
    Raises:
        Refused: giver and partner are no group, or the key is not the giver's.
        BadInput: a key cannot be used. TamperEvidence: the lock is damaged.
    """
    read = _read_lock(lock)
    group = _find_group(read, (giver[0], partner[0]))
    own = next(one for one in group if one.holder == giver[0])
    share = _open_part(read.digest, group, own, giver[1])
    nonce = entropy.token_bytes(KEY_SIZE)
    secret = _agree(giver[1], partner[1])

    def masked(other: str, holder: str, recipient: bytes) -> bytes:
        seats = tuple(sorted((other, holder)))
        hidden = _xor([share, _mask(secret, read.digest, seats, nonce)])
        return _seal_part(hidden, keys.load_public(recipient), _info(read.digest, seats, holder, holder))

    return Share(
        nonce,
        masked(newcomer[0], giver[0], keys.public_of(giver[1])) if pair else b"",
        masked(partner[0], newcomer[0], newcomer[1]) if second else b"",
    )


def receive(
    lock: bytes, share: Share, giver: tuple[str, bytes], partner: tuple[str, bytes], newcomer: tuple[str, bytes]
) -> bytes:
    """The lock with the newcomer's groups, from the giver's `share` and the partner's own part.

    A group that is there already stays as it is.

    Args:
        partner: id and private key. giver, newcomer: ids and public keys.
    Raises:
        Refused: giver and partner are no group, or one person would count as two.
        BadInput: a key cannot be used. TamperEvidence: the lock or the share is damaged.
    """
    read = _read_lock(lock)
    group = _find_group(read, (giver[0], partner[0]))
    own = next(one for one in group if one.holder == partner[0])
    part = _open_part(read.digest, group, own, partner[1])
    secret = _agree(partner[1], giver[1])
    there = {_holders(one) for one in read.groups}
    groups = list(read.groups)
    # Who sealed a part himself, with it; and to whom the partner seals the other one.
    for sealed, sender, other in (
        (share.kept, giver, newcomer),
        (share.given, newcomer, (partner[0], keys.public_of(partner[1]))),
    ):
        seats = tuple(sorted((sender[0], other[0])))
        if not sealed or seats in there:
            continue
        if len(sealed) != _SEALED_PART_SIZE or len(share.nonce) != KEY_SIZE:
            raise TamperEvidence(N_("A custodian's part of the sealed record is damaged."), _KEEP, place=_PLACE)
        hidden = _xor([part, _mask(secret, read.digest, seats, share.nonce)])
        mine = _seal_part(hidden, keys.load_public(other[1]), _info(read.digest, seats, other[0], other[0]))
        made = [
            _Member(sender[0], sender[0], keys.key_id(sender[1]), sealed),
            _Member(other[0], other[0], keys.key_id(other[1]), mine),
        ]
        groups.append(tuple(sorted(made, key=lambda one: one.seat)))
    groups.sort(key=lambda one: [member.seat for member in one])
    _require_sound(groups)
    return _write_lock(read.digest, groups)


def _agree(private_key: bytes, public_key: bytes) -> bytes:
    try:
        return keys.load_private(private_key).exchange(keys.load_public(public_key))
    except ValueError:  # a public key of small order
        raise BadInput(N_("A custodian's public key cannot be used.")) from None


def _mask(secret: bytes, digest: bytes, seats: Sequence[str], nonce: bytes) -> bytes:
    label = _info(digest, seats, "", "").replace(b"/part\x00", b"/mask\x00", 1)
    return HKDF(SHA256(), KEY_SIZE, salt=nonce, info=label).derive(secret)


def _seal_part(share: bytes, recipient: X25519PublicKey, info: bytes) -> bytes:
    try:
        return _HPKE.encrypt(share, recipient, info)
    except ValueError:  # a public key of small order, to which nothing can be sealed
        raise BadInput(N_("A custodian's public key cannot be used.")) from None


def _derive(data_key: bytes, retention_key: bytes) -> tuple[bytes, bytes, bytes]:
    """Content key, nonce and commitment. The nonce may be derived since every data key encrypts once."""
    if len(retention_key) != KEY_SIZE:
        raise BadInput(N_("A retention key has 32 bytes."))
    length = KEY_SIZE + _NONCE_SIZE + 32
    made = HKDF(SHA256(), length, salt=retention_key, info=b"sigill/box/v1/content\x00").derive(data_key)
    return made[:KEY_SIZE], made[KEY_SIZE : KEY_SIZE + _NONCE_SIZE], made[KEY_SIZE + _NONCE_SIZE :]


def _info(digest: bytes, seats: Sequence[str], seat: str, holder: str) -> bytes:
    """What a sealed part is bound to (RFC 9180 § 5.1, `info`). `digest` covers the aad."""
    group = b"".join(field(one.encode(), 1) for one in seats)
    ends = field(seat.encode(), 1) + field(holder.encode(), 1)
    return b"".join([b"sigill/box/v1/part\x00", digest, bytes([len(seats)]), group, ends])


def _open_part(digest: bytes, group: Sequence[_Member], member: _Member, private_key: bytes) -> bytes:
    if member.key_id != keys.key_id(keys.public_of(private_key)):
        raise Refused(
            N_("This is not the key that the custodian's part was sealed to."),
            N_("Use the custodian's own, present key."),
            place=_PLACE,
        )
    seats = tuple(one.seat for one in group)
    try:
        info = _info(digest, seats, member.seat, member.holder)
        share = _HPKE.decrypt(member.sealed, keys.load_private(private_key), info)
    except (InvalidTag, ValueError):
        share = b""
    if len(share) != KEY_SIZE:
        raise TamperEvidence(N_("A custodian's part of the sealed record is damaged."), _KEEP, place=_PLACE)
    return share


def _find_group(box: _Box | _Lock, group: Sequence[str]) -> tuple[_Member, ...]:
    for members in box.groups:
        if list(_holders(members)) == sorted(group):
            return members
    raise Refused(
        N_("These custodians are no group that can open the sealed record together."),
        N_("See who can: the record's description lists the groups."),
        place=_PLACE,
    )


def _holders(group: Sequence[_Member]) -> tuple[str, ...]:
    return tuple(sorted(member.holder for member in group))


def _xor(values: Sequence[bytes]) -> bytes:
    return reduce(lambda x, y: bytes(a ^ b for a, b in zip(x, y, strict=True)), values)


def _pad(plaintext: bytes) -> bytes:
    return field(plaintext, _LENGTH_SIZE) + bytes(-(len(plaintext) + _LENGTH_SIZE) % PAD)


def _unpad(padded: bytes) -> bytes:
    reader = Reader(padded, _PLACE)
    plaintext = reader.field(_LENGTH_SIZE)
    if _pad(plaintext) != padded:
        raise reader.broken()
    return plaintext


def _write(body: bytes, groups: Sequence[Sequence[_Member]]) -> bytes:
    return body + _encoded(groups)


def _write_lock(digest: bytes, groups: Sequence[Sequence[_Member]]) -> bytes:
    return _LOCK_MAGIC + digest + _encoded(groups)


def _encoded(groups: Sequence[Sequence[_Member]]) -> bytes:
    parts = [len(groups).to_bytes(2, "big")]
    for group in groups:
        parts.append(bytes([len(group)]))
        for one in group:
            ids = field(one.seat.encode(), 1) + field(one.holder.encode(), 1)
            parts.append(ids + one.key_id + one.sealed)
    return b"".join(parts)


def _read(box: bytes) -> _Box:
    reader = Reader(box, _PLACE)
    reader.expect(_MAGIC)
    aad, commitment, ciphertext = reader.field(4), reader.take(32), reader.field(8)
    body = box[: reader.position]
    groups = _read_groups(reader)
    padded = (len(ciphertext) - _GCM_TAG) % PAD == 0 and len(ciphertext) > _GCM_TAG
    if len(aad) > MAX_AAD or not padded:
        raise reader.broken()
    return _Box(body, aad, commitment, ciphertext, groups)


def _read_lock(lock: bytes) -> _Lock:
    reader = Reader(lock, _PLACE)
    reader.expect(_LOCK_MAGIC)
    digest = reader.take(32)
    return _Lock(digest, _read_groups(reader))


def _read_groups(reader: Reader) -> tuple[tuple[_Member, ...], ...]:
    groups = []
    for _ in range(reader.number(2)):
        members = []
        for _ in range(reader.number(1)):
            seat, holder = _read_id(reader), _read_id(reader)
            members.append(_Member(seat, holder, reader.take(keys.KEY_ID_SIZE), reader.take(_SEALED_PART_SIZE)))
        groups.append(tuple(members))
    reader.end()
    seats = [tuple(member.seat for member in group) for group in groups]
    ordered = seats == sorted(seats) and all(list(one) == sorted(one) for one in seats)
    if not ordered or not _is_sound(groups):
        raise reader.broken()
    return tuple(groups)


def _read_id(reader: Reader) -> str:
    try:
        text = reader.field(1).decode()
        _check_id(text)
    except (UnicodeDecodeError, BadInput):
        raise reader.broken() from None
    return text


def _require_sound(groups: Sequence[Sequence[_Member]]) -> None:
    if not _is_sound(groups):
        raise Refused(
            N_("The successor already has a part in the sealed record: one person would count as two."),
            N_("Choose a successor who has none."),
            place=_PLACE,
        )


def _is_sound(groups: Sequence[Sequence[_Member]]) -> bool:
    """Whether seats and holders make real groups, and each id goes with one key and each key with one id."""
    pairs = {(member.holder, member.key_id) for group in groups for member in group}
    if not len({one for one, _ in pairs}) == len({key for _, key in pairs}) == len(pairs):
        return False
    try:
        _check_groups([tuple(member.seat for member in group) for group in groups])
        _check_groups([_holders(group) for group in groups])
    except BadInput:
        return False
    return True


def _check_groups(groups: Sequence[Sequence[str]]) -> None:
    if not 1 <= len(groups) <= MAX_GROUPS or not all(1 <= len(group) <= MAX_MEMBERS for group in groups):
        raise BadInput(
            N_("There must be 1 to {groups} groups of 1 to {members} custodians each."),
            groups=MAX_GROUPS,
            members=MAX_MEMBERS,
        )
    for one in {one for group in groups for one in group}:
        _check_id(one)
    sets = {frozenset(group) for group in groups}
    if sum(map(len, groups)) != sum(len(set(group)) for group in groups):
        raise BadInput(N_("A custodian stands twice in one group."))
    if len(sets) != len(groups):
        raise BadInput(N_("A group of custodians is listed twice."))
    # If A alone can open, then a group of A and B gives no protection, though it looks as if.
    sizes = {len(one) for one in sets}
    if len(sizes) > 1 and any(small < large for small in sets for large in sets):
        raise BadInput(N_("A group holds another whole group, so its other members would count for nothing."))


def _check_id(one: str) -> None:
    usable = isinstance(one, str) and 1 <= len(one) <= 64 and one.isprintable() and one == one.strip()
    if not usable or len(one.encode()) > 255 or not unicodedata.is_normalized("NFC", one):
        raise BadInput(N_("A custodian's id must be 1 to 64 visible characters (Unicode NFC)."))
