"""The lock: who can open, who cannot, and what becomes of a box that somebody bent."""

import itertools
import math
import random
from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigill.errors import BadInput, Refused, TamperEvidence
from sigill.seal import box as lockwork
from sigill.seal import keys
from sigill.seal.box import PAD, Part, describe, lock_of, m_of_n, open_box, release, seal, with_lock

NAMES = ("juristen", "kanslichefen", "nämndens ordförande", "registratorn", "säkerhetschefen")
AAD = b"beslut 7Q4M"
RECORD = b"%PDF-1.7 the record with " + "Åsa Lindqvist-Öberg".encode() * 20
RETENTION = bytes(range(32))


class SeededEntropy:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def token_bytes(self, n: int) -> bytes:
        return self._random.randbytes(n)


PRIVATE = {name: keys.new_private_key(SeededEntropy(number)) for number, name in enumerate(NAMES)}
PUBLIC = {name: keys.public_of(private) for name, private in PRIVATE.items()}
SUCCESSOR = keys.new_private_key(SeededEntropy(99))
STRANGER = keys.new_private_key(SeededEntropy(100))


def sealed(groups: Sequence[Sequence[str]], plaintext: bytes = RECORD, aad: bytes = AAD, seed: int = 7) -> bytes:
    return seal(
        plaintext,
        aad=aad,
        groups=groups,
        public_keys=PUBLIC,
        retention_key=RETENTION,
        entropy=SeededEntropy(seed),
    )


def hand_over(box: bytes, *words: object) -> bytes:
    return with_lock(box, lockwork.hand_over(lock_of(box), *words))  # type: ignore[arg-type]


def parts_of(box: bytes, group: Sequence[str]) -> list[Part]:
    return [release(box, one, PRIVATE[one], group) for one in group]


TWO_OF_THREE = m_of_n(NAMES[:3], 2)
BOX = sealed(TWO_OF_THREE)


@pytest.mark.parametrize("n, m", [(n, m) for n in range(1, 6) for m in range(1, n + 1)])
def test_any_m_custodians_open_and_fewer_do_not(n: int, m: int) -> None:
    box = sealed(m_of_n(NAMES[:n], m))
    groups = describe(box).groups
    assert groups == tuple(itertools.combinations(sorted(NAMES[:n]), m))
    assert len(groups) == math.comb(n, m)
    for group in groups:
        parts = parts_of(box, group)
        assert open_box(box, parts, RETENTION) == RECORD
        assert open_box(box, parts[::-1], RETENTION) == RECORD
        for fewer in range(m):
            for some in itertools.combinations(parts, fewer):
                with pytest.raises(Refused):
                    open_box(box, some, RETENTION)


def test_fewer_custodians_cannot_pretend_to_be_the_group() -> None:
    # What a thief of the server with one custodian's part could try: call one part the whole, guess the
    # other, or bring the same part twice under two names.
    group = TWO_OF_THREE[0]
    mine, theirs = parts_of(BOX, group)
    guesses = [
        [Part(mine.box, group, mine.holder, mine.share), Part(mine.box, group, theirs.holder, bytes(32))],
        [Part(mine.box, group, mine.holder, mine.share), Part(mine.box, group, theirs.holder, mine.share)],
        [Part(mine.box, group, mine.holder, bytes(32)), Part(mine.box, group, theirs.holder, theirs.share)],
    ]
    for guess in guesses:
        with pytest.raises(TamperEvidence):
            open_box(BOX, guess, RETENTION)
    alone = Part(mine.box, (mine.holder,), mine.holder, mine.share)
    for guess in ([alone], [mine, mine], [mine, mine, theirs], []):
        with pytest.raises(Refused):
            open_box(BOX, guess, RETENTION)


def test_parts_of_two_groups_do_not_mix() -> None:
    first, second = TWO_OF_THREE[0], TWO_OF_THREE[1]
    shared = next(iter(set(first) & set(second)))
    mixed = [release(BOX, shared, PRIVATE[shared], first)]
    mixed += [release(BOX, one, PRIVATE[one], second) for one in second if one != shared]
    with pytest.raises(Refused, match="different groups"):
        open_box(BOX, mixed, RETENTION)
    # Even relabelled, the numbers do not fit.
    relabelled = [Part(one.box, second, one.holder, one.share) for one in mixed]
    with pytest.raises(TamperEvidence):
        open_box(BOX, relabelled, RETENTION)


def test_parts_of_another_box_do_not_open_this_one() -> None:
    group = TWO_OF_THREE[0]
    other = sealed(TWO_OF_THREE, b"another record")
    with pytest.raises(Refused, match="another sealed record"):
        open_box(BOX, parts_of(other, group), RETENTION)
    relabelled = [Part(describe_digest(BOX, group), one.group, one.holder, one.share) for one in parts_of(other, group)]
    foreign = sealed(TWO_OF_THREE, b"another record", seed=8)
    relabelled_foreign = [
        Part(describe_digest(BOX, group), one.group, one.holder, one.share) for one in parts_of(foreign, group)
    ]
    # `other` was sealed with the same seed, so its data key is the same: parts of one key open both.
    assert open_box(BOX, relabelled, RETENTION) == RECORD
    with pytest.raises(TamperEvidence):
        open_box(BOX, relabelled_foreign, RETENTION)


def describe_digest(box: bytes, group: Sequence[str]) -> bytes:
    return release(box, group[0], PRIVATE[group[0]], group).box


def test_without_the_retention_key_no_custodians_open() -> None:
    for group in TWO_OF_THREE:
        for wrong in (bytes(32), RETENTION[::-1]):
            with pytest.raises(TamperEvidence):
                open_box(BOX, parts_of(BOX, group), wrong)
        for unusable in (b"", RETENTION[:31], RETENTION + b"\0"):
            with pytest.raises(BadInput):
                open_box(BOX, parts_of(BOX, group), unusable)


def test_a_wrong_key_is_told_from_a_damaged_box() -> None:
    group = TWO_OF_THREE[0]
    with pytest.raises(Refused, match="not the key"):
        release(BOX, group[0], PRIVATE[group[1]], group)
    with pytest.raises(Refused, match="not the key"):
        release(BOX, group[0], STRANGER, group)
    with pytest.raises(Refused, match="does not belong to the group"):
        release(BOX, NAMES[4], PRIVATE[NAMES[4]], group)
    with pytest.raises(Refused, match="no group"):
        release(BOX, group[0], PRIVATE[group[0]], [group[0]])
    with pytest.raises(Refused, match="no group"):
        release(BOX, group[0], PRIVATE[group[0]], NAMES[:3])
    with pytest.raises(BadInput):
        release(BOX, group[0], b"short", group)


def test_every_changed_byte_of_the_box_fails_closed() -> None:
    """Whatever is bent, a group opens to the right content or not at all; what is bent of its own stops."""
    body_end = len(BOX) - sum(map(len, group_slices(BOX))) - 2
    samples = random.Random(1).sample(range(200, body_end), 150)
    for place in (*range(200), *samples, *range(body_end - 20, len(BOX))):
        changed = bytearray(BOX)
        changed[place] ^= 1 << (place % 8)
        box = bytes(changed)
        opened = 0
        for group in TWO_OF_THREE:
            try:
                found = open_box(box, parts_of(box, group), RETENTION)
            except (TamperEvidence, Refused):
                continue
            assert found == RECORD
            opened += 1
        # A bent body stops all groups; a bent part stops at least the group it stands in.
        assert opened == 0 if place < body_end else opened < len(TWO_OF_THREE), place


def test_a_cut_or_lengthened_box_is_refused() -> None:
    ends = {*range(0, 150), *range(len(BOX) - 700, len(BOX)), len(BOX) // 2}
    for box in (*(BOX[:end] for end in sorted(ends)), BOX + b"\0", b"", BOX + BOX):
        with pytest.raises(TamperEvidence):
            describe(box)
        with pytest.raises(TamperEvidence):
            open_box(box, [], RETENTION)


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    for given_bytes in (data, BOX[:13] + data, BOX[: len(BOX) - 300] + data):
        with pytest.raises(TamperEvidence):
            describe(given_bytes)
    with pytest.raises(TamperEvidence):
        Part.decode(data)


def test_groups_in_another_order_are_not_the_same_box() -> None:
    groups = group_slices(BOX)
    body = BOX[: -sum(map(len, groups))]
    assert body + b"".join(groups) == BOX
    for order in itertools.permutations(groups):
        if list(order) != groups:
            with pytest.raises(TamperEvidence):
                describe(body + b"".join(order))
    with pytest.raises(TamperEvidence):
        describe(body[:-2] + (4).to_bytes(2, "big") + b"".join([*groups, groups[-1]]))
    with pytest.raises(TamperEvidence):
        describe(body[:-2] + bytes(2))


def test_a_box_that_seal_would_not_write_is_refused() -> None:
    groups = group_slices(BOX)
    size = sum(map(len, groups)) + 2
    tail, body = BOX[-size:], BOX[:-size]
    ciphertext = body[-PAD - 16 :]
    head = body[: -PAD - 24]
    assert head + (PAD + 16).to_bytes(8, "big") + ciphertext + tail == BOX
    for wrong in (ciphertext[:-1], ciphertext + b"\0", ciphertext[:16], b"", ciphertext + bytes(PAD - 1)):
        with pytest.raises(TamperEvidence):
            describe(head + len(wrong).to_bytes(8, "big") + wrong + tail)
    label = (65_537).to_bytes(4, "big") + bytes(65_537)
    with pytest.raises(TamperEvidence):
        describe(BOX[:13] + label + BOX[13 + 4 + len(AAD) :])
    # The two members of the last group in the other order; the groups themselves stay sorted.
    first = 2 * (1 + len(TWO_OF_THREE[-1][0].encode())) + 88
    last = groups[-1][:1] + groups[-1][1 + first :] + groups[-1][1 : 1 + first]
    with pytest.raises(TamperEvidence):
        describe(body + tail[:2] + b"".join([*groups[:-1], last]))


def test_a_bent_ciphertext_never_gives_a_plaintext_even_to_those_who_have_all_parts() -> None:
    group = TWO_OF_THREE[0]
    parts = parts_of(BOX, group)
    changed = bytearray(BOX)
    changed[300] ^= 1
    size = sum(map(len, group_slices(BOX))) + 2
    # The digest by hand; the control is that the box as it is has the one that its parts name.
    assert parts[0].box == sha256(BOX[:-size]).digest()
    bent = sha256(bytes(changed[:-size])).digest()
    relabelled = [Part(bent, one.group, one.holder, one.share) for one in parts]
    with pytest.raises(TamperEvidence):
        open_box(bytes(changed), relabelled, RETENTION)


def group_slices(box: bytes) -> list[bytes]:
    """The groups' bytes, cut out by hand along the form that the module describes."""
    at = len(b"SIGILL BOX 1\n")
    at += 4 + int.from_bytes(box[at : at + 4], "big")
    at += 32
    at += 8 + int.from_bytes(box[at : at + 8], "big")
    count = int.from_bytes(box[at : at + 2], "big")
    at += 2
    found = []
    for _ in range(count):
        start = at
        members = box[at]
        at += 1
        for _ in range(members):
            at += 1 + box[at]
            at += 1 + box[at]
            at += 8 + 80
        found.append(box[start:at])
    assert at == len(box)
    return found


def test_a_part_moved_to_another_seat_or_group_or_box_does_not_open() -> None:
    groups = group_slices(BOX)
    body = BOX[: -sum(map(len, groups))]
    part = groups[0][-80:]
    for number, other in enumerate(groups[1:], start=1):
        moved = [*groups]
        moved[number] = other[:-80] + part
        box = body + b"".join(moved)
        group = describe(box).groups[number]
        with pytest.raises(TamperEvidence):
            parts_of(box, group)
    twin = sealed(TWO_OF_THREE, seed=8)
    transplanted = twin[: -sum(map(len, groups))] + b"".join(groups)
    with pytest.raises(TamperEvidence):
        parts_of(transplanted, TWO_OF_THREE[0])


def test_two_groups_cannot_be_shown_two_contents() -> None:
    # A dishonest sealer gives the second group the parts of another data key: the box commits to one.
    one, two = sealed([NAMES[:2], NAMES[2:4]], seed=1), sealed([NAMES[:2], NAMES[2:4]], seed=2)
    assert open_box(one, parts_of(one, NAMES[:2]), RETENTION) == RECORD
    digest = describe_digest(one, NAMES[:2])
    foreign = [Part(digest, part.group, part.holder, part.share) for part in parts_of(two, NAMES[2:4])]
    with pytest.raises(TamperEvidence):
        open_box(one, foreign, RETENTION)


@given(st.binary(max_size=300), st.binary(max_size=40))
@settings(max_examples=30, deadline=None)
def test_what_was_sealed_comes_back_whole(plaintext: bytes, aad: bytes) -> None:
    box = sealed([NAMES[:2]], plaintext, aad)
    assert describe(box).aad == aad
    assert open_box(box, parts_of(box, NAMES[:2]), RETENTION) == plaintext


@pytest.mark.parametrize("length", [0, 1, PAD - 9, PAD - 8, PAD - 7, PAD, 3 * PAD - 8, 3 * PAD - 7])
def test_lengths_around_the_padding_come_back(length: int) -> None:
    plaintext = bytes(one % 251 for one in range(length))
    box = sealed([NAMES[:1]], plaintext)
    assert open_box(box, parts_of(box, NAMES[:1]), RETENTION) == plaintext


def test_the_length_of_a_name_does_not_show_in_the_length_of_a_box() -> None:
    assert {len(sealed(TWO_OF_THREE, b"x" * length)) for length in range(0, 400, 7)} == {len(BOX)}
    assert len(sealed(TWO_OF_THREE, bytes(PAD - 8))) == len(BOX)
    assert len(sealed(TWO_OF_THREE, bytes(PAD - 7))) == len(BOX) + PAD


def test_a_box_shows_nothing_of_its_content_and_differs_each_time() -> None:
    assert b"Lindqvist" not in BOX
    assert sealed(TWO_OF_THREE, seed=8)[:200] != BOX[:200]


def test_the_aad_is_bound() -> None:
    box = BOX.replace(AAD, b"beslut 7Q4N")
    assert describe(box).aad == b"beslut 7Q4N"
    with pytest.raises(TamperEvidence):
        parts_of(box, TWO_OF_THREE[0])
    # Nor can somebody who already has the parts open the content under another label.
    digest = describe_digest(sealed(TWO_OF_THREE, aad=b"beslut 7Q4N"), TWO_OF_THREE[0])
    assert digest != describe_digest(BOX, TWO_OF_THREE[0])


@pytest.mark.parametrize(
    "groups",
    [
        [],
        [[]],
        [NAMES[:2], []],
        [[NAMES[0], NAMES[0]]],
        [NAMES[:2], NAMES[:2]],
        [NAMES[:2], NAMES[1::-1]],
        [[NAMES[0]], NAMES[:2]],
        [NAMES[:2], NAMES[:3]],
        [[""]],
        [[" juristen"]],
        [["juris\nten"]],
        [["a\u030arsa"]],
        ["juristen"],
        [["x" * 65]],
        [["\U0001f511" * 64]],
        [[str(number) for number in range(17)]],
    ],
)
def test_groups_that_protect_nothing_are_refused(groups: list[list[str]]) -> None:
    ids = sorted({one for group in groups for one in group})
    everybody = {
        one: keys.public_of(keys.new_private_key(SeededEntropy(500 + number))) for number, one in enumerate(ids)
    }
    with pytest.raises(BadInput):
        seal(
            RECORD,
            aad=AAD,
            groups=groups,
            public_keys=everybody,
            retention_key=RETENTION,
            entropy=SeededEntropy(1),
        )


def test_a_custodian_without_a_key_is_refused() -> None:
    with pytest.raises(BadInput, match="1 of the custodians have no public key"):
        sealed([[NAMES[0], "nobody"]])


@pytest.mark.parametrize(
    "ids, m", [(NAMES, 0), (NAMES, -1), (NAMES, 6), ((), 0), ((), 1), (NAMES, True), ("juristen", 2)]
)
def test_thresholds_that_make_no_sense_are_refused(ids: Sequence[str], m: int) -> None:
    with pytest.raises(BadInput):
        m_of_n(ids, m)


def test_one_person_never_counts_as_two() -> None:
    with pytest.raises(BadInput):
        m_of_n(["juristen", "juristen", "registratorn"], 2)
    twice = {"a": PUBLIC[NAMES[0]], "b": PUBLIC[NAMES[0]]}
    with pytest.raises(BadInput, match="same key"):
        seal(
            RECORD,
            aad=AAD,
            groups=[["a", "b"]],
            public_keys=twice,
            retention_key=RETENTION,
            entropy=SeededEntropy(1),
        )


def test_a_text_is_not_taken_for_a_list_of_ids() -> None:
    two = {"a": PUBLIC[NAMES[0]], "b": PUBLIC[NAMES[1]]}
    with pytest.raises(BadInput, match="list of ids"):
        seal(
            RECORD,
            aad=AAD,
            groups=["ab"],
            public_keys=two,
            retention_key=RETENTION,
            entropy=SeededEntropy(1),
        )


def test_too_many_groups_are_refused_before_they_are_made() -> None:
    with pytest.raises(BadInput):
        m_of_n([f"k{number}" for number in range(60)], 30)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(32), bytes(33), (1).to_bytes(32, "little")])
def test_a_public_key_that_cannot_keep_a_secret_is_refused(key: bytes) -> None:
    with pytest.raises(BadInput):
        seal(
            RECORD,
            aad=AAD,
            groups=[["a"]],
            public_keys={"a": key},
            retention_key=RETENTION,
            entropy=SeededEntropy(1),
        )
    with pytest.raises(BadInput):
        hand_over(BOX, NAMES[0], PRIVATE[NAMES[0]], "efterträdaren", key)


def test_too_large_a_label_or_a_wrong_retention_key_is_refused_when_sealing() -> None:
    with pytest.raises(BadInput):
        sealed(TWO_OF_THREE, aad=bytes(65_537))
    with pytest.raises(BadInput):
        seal(
            RECORD,
            aad=AAD,
            groups=TWO_OF_THREE,
            public_keys=PUBLIC,
            retention_key=b"",
            entropy=SeededEntropy(1),
        )


def test_a_part_survives_its_journey_and_nothing_else_does() -> None:
    part = parts_of(BOX, TWO_OF_THREE[0])[0]
    data = part.encode()
    assert Part.decode(data) == part
    assert part.share.hex() not in repr(part)
    assert "share" not in repr(part)
    for end in range(len(data)):
        with pytest.raises(TamperEvidence):
            Part.decode(data[:end])
    for wrong in (data + b"\0", data.replace(b"PART 1", b"PART 2"), BOX[: len(data)]):
        with pytest.raises(TamperEvidence):
            Part.decode(wrong)
    for group in (part.group[::-1], (part.holder, part.holder), part.group[1:], ()):
        with pytest.raises(TamperEvidence):
            Part.decode(Part(part.box, group, part.holder, part.share).encode())
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        try:
            other = Part.decode(bytes(changed))
        except TamperEvidence:
            continue
        second = release(BOX, part.group[1], PRIVATE[part.group[1]], part.group)
        with pytest.raises((TamperEvidence, Refused)):
            open_box(BOX, [other, second], RETENTION)


# --- succession ---


def test_a_successor_takes_the_seat_and_the_box_opens_as_before() -> None:
    leaving = NAMES[0]
    box = hand_over(BOX, leaving, PRIVATE[leaving], "efterträdaren", keys.public_of(SUCCESSOR))
    private = PRIVATE | {"efterträdaren": SUCCESSOR}
    assert {one for group in describe(box).groups for one in group} == {"efterträdaren", *NAMES[1:3]}
    assert len(box) == len(BOX) + 2 * (len("efterträdaren".encode()) - len(leaving.encode()))
    for group in describe(box).groups:
        parts = [release(box, one, private[one], group) for one in group]
        assert open_box(box, parts, RETENTION) == RECORD
    with pytest.raises(Refused):
        release(box, leaving, PRIVATE[leaving], TWO_OF_THREE[0])
    for group in describe(box).groups:
        if "efterträdaren" in group:
            with pytest.raises(Refused, match="not the key"):
                release(box, "efterträdaren", PRIVATE[leaving], group)


def test_custodians_hand_over_one_after_another_and_a_key_is_renewed() -> None:
    box, private = BOX, dict(PRIVATE)
    for number, leaving in enumerate(NAMES[:3]):
        new_id, new_key = f"ny {number}", keys.new_private_key(SeededEntropy(200 + number))
        box = hand_over(box, leaving, private[leaving], new_id, keys.public_of(new_key))
        private[new_id] = new_key
    renewed = keys.new_private_key(SeededEntropy(300))
    box = hand_over(box, "ny 1", private["ny 1"], "ny 1", keys.public_of(renewed))
    private["ny 1"] = renewed
    assert describe(box).groups == (("ny 0", "ny 1"), ("ny 0", "ny 2"), ("ny 1", "ny 2"))
    for group in describe(box).groups:
        parts = [release(box, one, private[one], group) for one in group]
        assert open_box(box, parts, RETENTION) == RECORD


def test_nobody_gathers_two_seats() -> None:
    leaving = NAMES[0]
    for new_id, key in (
        (NAMES[1], PUBLIC[NAMES[1]]),
        (NAMES[2], PUBLIC[NAMES[2]]),
        (NAMES[1], keys.public_of(SUCCESSOR)),
        ("under annat namn", PUBLIC[NAMES[1]]),
    ):
        with pytest.raises(Refused, match="count as two"):
            hand_over(BOX, leaving, PRIVATE[leaving], new_id, key)


def test_only_the_holder_hands_over() -> None:
    key = keys.public_of(SUCCESSOR)
    with pytest.raises(Refused, match="holds no part"):
        hand_over(BOX, NAMES[4], PRIVATE[NAMES[4]], "efterträdaren", key)
    with pytest.raises(Refused, match="not the key"):
        hand_over(BOX, NAMES[0], STRANGER, "efterträdaren", key)
    for wrong in ("", " x", "a\nb"):
        with pytest.raises(BadInput):
            hand_over(BOX, NAMES[0], PRIVATE[NAMES[0]], wrong, key)


# --- key files ---


def test_a_key_pair_survives_its_files() -> None:
    private = PRIVATE[NAMES[0]]
    assert keys.read_private_pem(keys.private_pem(private, b"en lang losenfras"), b"en lang losenfras") == private
    assert keys.read_private_pem(keys.unsafe_private_pem(private)) == private
    assert keys.read_public_pem(keys.public_pem(PUBLIC[NAMES[0]])) == PUBLIC[NAMES[0]]


def test_a_key_file_that_does_not_fit_is_refused() -> None:
    pem = keys.private_pem(PRIVATE[NAMES[0]], b"en lang losenfras")
    for data, phrase in (
        (pem, None),
        (pem, b"fel losenfras"),
        (b"", None),
        (b"rubbish", b"x"),
        (pem[:-40], b"en lang losenfras"),
    ):
        with pytest.raises(BadInput) as caught:
            keys.read_private_pem(data, phrase, place="custodian.pem")
        assert caught.value.place == "custodian.pem"
    with pytest.raises(BadInput):
        keys.private_pem(PRIVATE[NAMES[0]], b"kort")
    for data in (b"", pem, b"rubbish"):
        with pytest.raises(BadInput):
            keys.read_public_pem(data)
    with pytest.raises(BadInput):
        keys.public_pem(bytes(31))


def test_a_key_of_another_kind_is_refused() -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with pytest.raises(BadInput):
        keys.read_private_pem(other.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()))
    with pytest.raises(BadInput):
        keys.read_public_pem(other.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))
