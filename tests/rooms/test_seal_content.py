"""What lies under the lock, packed and unpacked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigill.errors import BadInput, TamperEvidence
from sigill.seal.content import pack, unpack

ASCII = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=50)


@given(st.binary(min_size=1, max_size=200), ASCII, st.lists(ASCII, max_size=9))
@settings(max_examples=80, deadline=None)
def test_what_was_packed_comes_out_and_nothing_else(record: bytes, jwt: str, openings: list[str]) -> None:
    packed = pack(record, jwt, openings)
    assert unpack(packed) == (record, jwt, tuple(openings))
    for wrong in (packed + b"\0", packed[:-1], b"\0" + packed, packed[1:]):
        with pytest.raises(TamperEvidence):
            unpack(wrong)


def test_every_cut_is_noticed() -> None:
    packed = pack(b"%PDF-1.7", "a.b.c~", ["one", "two"])
    for end in range(len(packed)):
        with pytest.raises(TamperEvidence):
            unpack(packed[:end])


def test_every_changed_byte_is_noticed_or_gives_another_content() -> None:
    packed = pack(b"%PDF-1.7", "a.b.c~", ["one", "two"])
    honest = unpack(packed)
    for place in range(len(packed)):
        changed = bytearray(packed)
        changed[place] ^= 0x80
        try:
            found = unpack(bytes(changed))
        except TamperEvidence:
            continue
        assert found != honest


@pytest.mark.parametrize(
    "record, jwt, openings",
    [
        (b"", "a~", []),
        (b"x", "", []),
        (b"x", "å", []),
        (b"x", "a~", [""]),
        (b"x", "a~", ["å"]),
        (b"x", "a~", ["x"] * 256),
        (b"x", "a" * ((1 << 20) + 1), []),
    ],
)
def test_what_cannot_be_right_is_not_packed(record: bytes, jwt: str, openings: list[str]) -> None:
    with pytest.raises(BadInput):
        pack(record, jwt, openings)


def test_a_content_that_pack_would_not_write_is_refused() -> None:
    def by_hand(record: bytes, jwt: bytes, *openings: bytes) -> bytes:
        texts = b"".join(len(one).to_bytes(4, "big") + one for one in openings)
        head = b"SIGILL CONTENT 1\n" + len(record).to_bytes(8, "big") + record
        return head + len(jwt).to_bytes(4, "big") + jwt + bytes([len(openings)]) + texts

    assert by_hand(b"x", b"a~", b"one") == pack(b"x", "a~", ["one"])
    for parts in ((b"", b"a~"), (b"x", b""), (b"x", b"\xe5~"), (b"x", b"a~", b""), (b"x", b"a" * ((1 << 20) + 1))):
        with pytest.raises(TamperEvidence):
            unpack(by_hand(*parts))


@given(st.binary(max_size=100))
@settings(max_examples=80, deadline=None)
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    for whole in (data, b"SIGILL CONTENT 1\n" + data):
        try:
            found = unpack(whole)
        except TamperEvidence:
            continue
        assert pack(*found) == whole
