"""Checkpoints: the form other tools read, the one spelling this house accepts, and who vouches for them."""

import base64
import datetime as dt
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from sigill.errors import BadInput, NotGenuine, TamperEvidence
from sigill.log.checkpoint import (
    Checkpoint,
    VerifierKey,
    cosign,
    open_checkpoint,
    parse_vkey,
    sign_checkpoint,
    vkey,
)

ORIGIN = "log.exempelstad.example/socialnamnden"
ROOT = bytes(range(32))
AT = dt.datetime(2026, 3, 2, 8, 15, tzinfo=dt.UTC)


class Key:
    """An Ed25519 key from a seed, under a name."""

    def __init__(self, origin: str, seed: int) -> None:
        self.origin = origin
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)

    def public_bytes(self) -> bytes:
        return self._key.public_key().public_bytes_raw()


LOG = Key(ORIGIN, 1)
WITNESSES = [Key(f"witness{number}.example", 10 + number) for number in range(3)]
TRUSTED = {one.origin: one.public_bytes() for one in WITNESSES}

GOLDEN = (
    "log.exempelstad.example/socialnamnden\n"
    "42\n"
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    "\n"
    "— log.exempelstad.example/socialnamnden "
    "R0X1DV6rZQvcEvXWHhQl2Lp2aG7uFtIOiHp4sZGVJD+9jMsBhuMu37mo3z8Z"
    "QY95cgKzonKRD/SCUcVhuBkLhrUIhAQ=\n"
)


def note(size: int = 42) -> str:
    return sign_checkpoint(ORIGIN, size, ROOT, LOG)


def opened(text: str, **more: object) -> Checkpoint:
    return open_checkpoint(text, ORIGIN, LOG.public_bytes(), **more)  # type: ignore[arg-type]


def test_the_note_has_the_form_that_c2sp_describes() -> None:
    assert note() == GOLDEN
    # The same, taken apart by hand: key id, and a signature over all up to the blank line.
    text, _, line = note().partition("\n\n")
    blob = base64.b64decode(line.split(" ")[2])
    assert blob[:4] == sha256(ORIGIN.encode() + b"\n\x01" + LOG.public_bytes()).digest()[:4]
    Ed25519PublicKey.from_public_bytes(LOG.public_bytes()).verify(blob[4:], (text + "\n").encode())


def test_what_was_signed_is_what_is_read() -> None:
    assert opened(note()) == Checkpoint(ORIGIN, 42, ROOT)
    assert opened(note(0)).size == 0
    assert opened(note(2**63 - 1)).size == 2**63 - 1


def test_a_known_key_of_another_tool_is_understood() -> None:
    # The example of the Go package golang.org/x/mod/sumdb/note.
    key = parse_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert key.name == "PeterNeumann"
    assert not key.witness
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    blob = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    assert blob[:4].hex() == "c74f20a3"
    Ed25519PublicKey.from_public_bytes(key.public_key).verify(blob[4:], text.encode())
    assert vkey(key.name, key.public_key) == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


@pytest.mark.parametrize("witness", [False, True])
def test_a_public_key_survives_its_text(witness: bool) -> None:
    text = vkey(ORIGIN, LOG.public_bytes(), witness=witness)
    assert parse_vkey(text) == VerifierKey(ORIGIN, LOG.public_bytes(), witness)


def test_a_public_key_with_one_letter_changed_is_refused() -> None:
    text = vkey(ORIGIN, LOG.public_bytes())
    for place in range(len(text)):
        other = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        with pytest.raises(BadInput):
            parse_vkey(other)
    for other in (
        "",
        text + "\n",
        text + " ",
        text.upper(),
        text[:-4],
        "+" + text,
        text.replace("+", "++", 1),
        text + "=",
    ):
        with pytest.raises(BadInput):
            parse_vkey(other)


def test_every_changed_byte_of_a_checkpoint_is_noticed() -> None:
    whole = note().encode()
    for place in range(len(whole)):
        for change in (1, 0x20, 0x80):
            changed = bytearray(whole)
            changed[place] ^= change
            with pytest.raises(NotGenuine):
                opened(bytes(changed).decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(
    "before, after",
    [
        ("\n42\n", "\n042\n"),
        ("\n42\n", "\n+42\n"),
        ("\n42\n", "\n42 \n"),
        ("\n42\n", "\n\u0664\u0662\n"),
        ("\n42\n", "\n-42\n"),
        ("\n42\n", "\n99999999999999999999\n"),
        ("\n42\n", "\n9223372036854775808\n"),
        ("\n42\n", "\n43\n"),
        ("\n42\n", "\n42\r\n"),
        ("Hh8=\n", "Hh8=\nextension\n"),
        ("Hh8=\n", "Hh8\n"),
        ("Hh8=\n", "Hh9=\n"),
        ("Hh8=\n", "Hh8= \n"),
        ("AAECAwQF", "AAECAwQ\nF"),
        ("\n\n", "\n"),
        ("\n\n", "\n\n\n"),
        ("\u2014 ", "- "),
        ("\u2014 ", "\u2014  "),
        ("\u2014 ", "\u2014\u00a0"),
        ("log.", "\ufefflog."),
    ],
)
def test_another_spelling_of_a_checkpoint_is_refused(before: str, after: str) -> None:
    assert before in note()
    with pytest.raises(NotGenuine):
        opened(note().replace(before, after))


def test_another_spelling_is_refused_even_if_the_log_signed_it() -> None:
    for body in (
        f"{ORIGIN}\n007\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n7\n{base64.b64encode(ROOT[:31]).decode()}\n",
        f"{ORIGIN}\n7\n{base64.b64encode(ROOT).decode()}\nmore\n",
        f"{ORIGIN}\n7\n",
        f"{ORIGIN}\n7\n{base64.b64encode(ROOT).decode()[:-2]}9=\n",
    ):
        blob = sha256(ORIGIN.encode() + b"\n\x01" + LOG.public_bytes()).digest()[:4] + LOG.sign(body.encode())
        with pytest.raises(NotGenuine, match="cannot be read"):
            opened(f"{body}\n\u2014 {ORIGIN} {base64.b64encode(blob).decode()}\n")


def test_cut_or_lengthened_notes_are_refused() -> None:
    whole = note()
    for end in range(len(whole)):
        with pytest.raises(NotGenuine):
            opened(whole[:end])
    for tail in ("\n", "x", "\n\n", " ", "\u2014 x y\n", "\u2014 a+b AAAAAAAA\n", "\u2014 a AAAA\n"):
        with pytest.raises(NotGenuine):
            opened(whole + tail)
    with pytest.raises(NotGenuine):
        opened(whole + "\u2014 filler.example AAAAAAAAAAAA\n" * 64)
    with pytest.raises(NotGenuine):
        opened(whole + "\u2014 filler.example " + "AAAA" * 5000 + "\n")


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(NotGenuine):
        opened(text)
    with pytest.raises(BadInput):
        parse_vkey(text)


def test_another_log_is_told_from_a_wrong_key_and_from_a_missing_signature() -> None:
    other = Key("other.example/log", 2)
    foreign = sign_checkpoint(other.origin, 42, ROOT, other)
    with pytest.raises(NotGenuine, match="another log"):
        opened(foreign)
    stranger = Key(ORIGIN, 2)
    with pytest.raises(NotGenuine, match="not signed by the authority's log key"):
        opened(sign_checkpoint(ORIGIN, 42, ROOT, stranger))
    body, _, _ = note().partition("\n\n")
    key_id = sha256(ORIGIN.encode() + b"\n\x01" + LOG.public_bytes()).digest()[:4]
    forged = base64.b64encode(key_id + bytes(64)).decode()
    with pytest.raises(NotGenuine, match="signature on the log's checkpoint is wrong"):
        opened(f"{body}\n\n\u2014 {ORIGIN} {forged}\n")


def test_signatures_by_strangers_count_for_nothing_and_do_no_harm() -> None:
    stranger = cosign(note(), Key("stranger.example", 77), AT)
    assert opened(stranger, witnesses=TRUSTED).witnesses == ()
    with pytest.raises(NotGenuine, match="0 of the 1"):
        opened(stranger, witnesses=TRUSTED, quorum=1)


def test_witnesses_are_counted_once_each() -> None:
    once = cosign(note(), WITNESSES[0], AT)
    twice = cosign(once, WITNESSES[2], AT)
    assert opened(once, witnesses=TRUSTED, quorum=1).witnesses == ("witness0.example",)
    assert opened(twice, witnesses=TRUSTED, quorum=2).witnesses == ("witness0.example", "witness2.example")
    with pytest.raises(NotGenuine, match="2 of the 3"):
        opened(twice, witnesses=TRUSTED, quorum=3)
    with pytest.raises(NotGenuine, match="twice"):
        opened(cosign(once, WITNESSES[0], AT + dt.timedelta(days=1)), witnesses=TRUSTED, quorum=1)
    with pytest.raises(NotGenuine, match="twice"):
        opened(note() + note().partition("\n\n")[2])


def test_a_cosignature_is_what_c2sp_describes() -> None:
    text, _, lines = cosign(note(), WITNESSES[0], AT).partition("\n\n")
    _, name, encoded = lines.splitlines()[1].split(" ")
    blob = base64.b64decode(encoded)
    assert name == "witness0.example"
    assert blob[:4] == sha256(b"witness0.example\n\x04" + WITNESSES[0].public_bytes()).digest()[:4]
    assert int.from_bytes(blob[4:12], "big") == int(AT.timestamp())
    message = f"cosignature/v1\ntime {int(AT.timestamp())}\n{text}\n".encode()
    Ed25519PublicKey.from_public_bytes(WITNESSES[0].public_bytes()).verify(blob[12:], message)


def test_a_bent_cosignature_spoils_the_note() -> None:
    whole = cosign(note(), WITNESSES[0], AT)
    head, _, encoded = whole.rstrip("\n").rpartition(" ")
    blob = base64.b64decode(encoded)
    for place in range(4, len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1
        with pytest.raises(NotGenuine):
            opened(f"{head} {base64.b64encode(changed).decode()}\n", witnesses=TRUSTED)
    for short in (blob[:5], blob[:12], blob[:-1], blob + b"\0"):
        with pytest.raises(NotGenuine):
            opened(f"{head} {base64.b64encode(short).decode()}\n", witnesses=TRUSTED)


def test_a_witness_cannot_stand_in_for_the_log_nor_the_log_for_a_witness() -> None:
    body = note().partition("\n\n")[0] + "\n\n"
    only_witness = cosign(body, WITNESSES[0], AT)
    with pytest.raises(NotGenuine, match="not signed by the authority's log key"):
        opened(only_witness, witnesses=TRUSTED, quorum=1)
    with pytest.raises(BadInput, match="twice"):
        opened(note(), witnesses={"other.example": LOG.public_bytes()})
    with pytest.raises(BadInput, match="twice"):
        opened(
            note(),
            witnesses={"a.example": TRUSTED["witness0.example"], "b.example": TRUSTED["witness0.example"]},
        )


@pytest.mark.parametrize("quorum", [-1, 4, True, 1.0])
def test_an_impossible_quorum_is_refused(quorum: object) -> None:
    with pytest.raises(BadInput):
        opened(note(), witnesses=TRUSTED, quorum=quorum)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\u2028b", "x" * 256, "a\x00"])
def test_a_name_that_a_note_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        sign_checkpoint(name, 1, ROOT, Key(name, 1))
    with pytest.raises(BadInput):
        open_checkpoint(note(), name, LOG.public_bytes())
    with pytest.raises(BadInput):
        vkey(name, LOG.public_bytes())


@pytest.mark.parametrize("size, root", [(-1, ROOT), (2**63, ROOT), (True, ROOT), (1, ROOT[:31]), (1, b"")])
def test_a_checkpoint_of_nonsense_is_not_signed(size: int, root: bytes) -> None:
    with pytest.raises(BadInput):
        sign_checkpoint(ORIGIN, size, root, LOG)


def test_a_key_of_another_name_or_with_a_foreign_public_half_does_not_sign() -> None:
    with pytest.raises(BadInput):
        sign_checkpoint("other.example", 1, ROOT, LOG)

    class TwoFaced(Key):
        def public_bytes(self) -> bytes:
            return WITNESSES[0].public_bytes()

    with pytest.raises(TamperEvidence):
        sign_checkpoint(ORIGIN, 1, ROOT, TwoFaced(ORIGIN, 1))


def test_a_witness_needs_a_time_and_a_note() -> None:
    with pytest.raises(BadInput):
        cosign(note(), WITNESSES[0], dt.datetime(2026, 3, 2))
    with pytest.raises(BadInput):
        cosign("no note", WITNESSES[0], AT)
    with pytest.raises(BadInput):
        cosign("no note\n", WITNESSES[0], AT)
    with pytest.raises(BadInput):
        cosign(note().rstrip("\n"), WITNESSES[0], AT)


def test_a_public_key_of_the_wrong_length_is_refused() -> None:
    for key in (b"", bytes(31), bytes(33)):
        with pytest.raises(BadInput):
            open_checkpoint(note(), ORIGIN, key)
        with pytest.raises(BadInput):
            vkey(ORIGIN, key)
