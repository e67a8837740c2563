"""The identity record: what a reader, a court and a forger can make of it."""

import base64
import csv
import json
import random
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given, settings
from hypothesis import strategies as st

from sigill.decision.stages import Identity
from sigill.errors import BadInput, LeakFound, NotGenuine, TamperEvidence
from sigill.seal import content
from sigill.seal.identity import (
    SLOTS,
    IdentityRecord,
    issue_identity,
    open_identity,
    open_in_court,
    read_identity,
)

STAFF = Path(__file__).parents[2] / "examples" / "staff.csv"
PUBLIC = {
    "decision": "7Q4M-2026",
    "issuer": "Socialnämnden i Exempelstad",
    "parts": [1, {"a": None, "b": True}],
}


class SeededEntropy:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def token_bytes(self, n: int) -> bytes:
        return self._random.randbytes(n)


class Key:
    """A record-seal key from a number."""

    def __init__(self, key_id: str, number: int) -> None:
        self._key = ec.derive_private_key(number, ec.SECP256R1())
        self.key_id = key_id

    def sign(self, data: bytes) -> bytes:
        r, s = utils.decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def public_bytes(self) -> bytes:
        numbers = self._key.public_key().public_numbers()
        return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")

    def jwk(self) -> dict[str, str]:
        point = self.public_bytes()
        return {"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])}


def staff() -> list[Identity]:
    with STAFF.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Identity(row["staff_id"], f"{row['given_names']} {row['surname']}", row["title"], "decision_maker")
        for row in rows
    ]


KEY = Key("record-2026", 12345)
KEYS = {KEY.key_id: KEY.public_bytes()}
ASA = staff()[0]
BJORN = Identity("A10038", "Björn Stig", "Socialsekreterare", "participant")


def issued(*identities: Identity, seed: int = 1) -> IdentityRecord:
    return issue_identity(identities, PUBLIC, KEY, SeededEntropy(seed))


# --- tools of a forger, written from RFC 9901 and RFC 7515, not with the code under test ---


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def dumps(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def disclosure(name: str, value: object, salt: str = "AAAAAAAAAAAAAAAAAAAAAA") -> str:
    return b64(dumps([salt, name, value]))


def digest(text: str) -> str:
    return b64(sha256(text.encode()).digest())


def forge(
    disclosures: list[str],
    *,
    header: Any = None,
    payload: Any = None,
    digests: list[Any] | None = None,
    key: Key = KEY,
) -> str:
    """A token the authority's own key signs, with anything in it."""
    header = {"alg": "ES256", "kid": KEY.key_id, "typ": "sigill-identity+sd-jwt"} if header is None else header
    if payload is None:
        found = sorted(map(digest, disclosures)) if digests is None else digests
        payload = {**PUBLIC, "_sd": found, "_sd_alg": "sha-256"}
    head = header if isinstance(header, bytes) else dumps(header)
    body = payload if isinstance(payload, bytes) else dumps(payload)
    signed = f"{b64(head)}.{b64(body)}"
    return f"{signed}.{b64(key.sign(signed.encode()))}~"


def person(name: str = "Åsa Lindqvist-Öberg") -> dict[str, str]:
    return {"staff_id": "A10001", "name": name, "title": "Socialsekreterare", "role": "decision_maker"}


def eight(*first: str) -> list[str]:
    rest = [disclosure(f"filler_{number}", None) for number in range(1, 9 - len(first))]
    return [*first, *rest]


HONEST = eight(disclosure("withheld", [person()]))


# --- the honest way ---


def test_a_court_that_opens_all_eight_learns_exactly_who_was_withheld() -> None:
    for identities in ((), (ASA,), (ASA, BJORN)):
        record = issued(*identities)
        assert len(record.openings) == SLOTS
        assert open_in_court(record.jwt, record.openings, KEYS) == identities
        assert open_in_court(record.jwt, record.openings[::-1], KEYS) == identities


def test_the_reader_sees_the_public_claims_and_no_name() -> None:
    record = issued(ASA, BJORN)
    assert read_identity(record.jwt, KEYS) == PUBLIC
    assert read_identity(record.jwt, {KEY.key_id: KEY.jwk()}) == PUBLIC
    clear = b"".join(unb64(part) for part in record.jwt.rstrip("~").split("."))
    for form in ("Lindqvist", "Öberg", "Björn", "A10001", "Socialsekreterare", "withheld", "filler"):
        assert form.encode() not in clear
        assert json.dumps(form).strip('"').encode() not in clear


def test_the_record_has_the_form_that_the_rfc_describes() -> None:
    record = issued(ASA)
    head, body, tail = record.jwt.removesuffix("~").split(".")
    assert json.loads(unb64(head)) == {"alg": "ES256", "kid": "record-2026", "typ": "sigill-identity+sd-jwt"}
    payload = json.loads(unb64(body))
    assert payload["_sd_alg"] == "sha-256"
    assert payload["_sd"] == [digest(one) for one in record.openings] == sorted(payload["_sd"])
    assert len(unb64(tail)) == 64
    claims = {name: value for _, name, value in (json.loads(unb64(one)) for one in record.openings)}
    assert claims == {
        "withheld": [
            {"name": ASA.name, "role": ASA.role, "staff_id": ASA.staff_id, "title": ASA.title},
        ],
        **{f"filler_{number}": None for number in range(1, 8)},
    }
    salts = [json.loads(unb64(one))[0] for one in record.openings]
    assert len(set(salts)) == SLOTS
    assert all(len(unb64(one)) == 16 for one in salts)


def test_every_employee_gives_a_record_of_the_same_length() -> None:
    everybody = staff()
    assert len(everybody) >= 60
    lengths = {len(issued(one).jwt) for one in everybody}
    lengths |= {len(issued(*some).jwt) for some in ((), everybody[:2], everybody)}
    assert len(lengths) == 1


def test_the_identity_stands_in_any_of_the_eight_places() -> None:
    places = set()
    for seed in range(200):
        record = issued(ASA, seed=seed)
        names = [json.loads(unb64(one))[1] for one in record.openings]
        places.add(names.index("withheld"))
    assert places == set(range(SLOTS))


def test_any_selection_of_openings_opens_that_and_no_more() -> None:
    record = issued(ASA)
    for count in range(SLOTS + 1):
        for some in combinations(record.openings, count):
            claims = open_identity(record.jwt, some, KEYS)
            opened = {json.loads(unb64(one))[1] for one in some}
            assert claims.keys() - PUBLIC.keys() == opened


@given(
    st.lists(
        st.builds(
            Identity,
            st.text(max_size=20),
            st.text(max_size=40),
            st.text(max_size=20),
            st.sampled_from(["decision_maker", "rapporteur", "participant"]),
        ),
        max_size=4,
        unique_by=lambda one: (one.staff_id, one.role),
    ),
    st.integers(0, 1 << 30),
)
@settings(max_examples=60, deadline=None)
def test_any_identities_come_back_and_never_show_in_the_length(identities: list[Identity], seed: int) -> None:
    record = issue_identity(identities, {}, KEY, SeededEntropy(seed))
    assert open_in_court(record.jwt, record.openings, KEYS) == tuple(identities)
    assert len(record.jwt) == len(issue_identity([], {}, KEY, SeededEntropy(0)).jwt)


# --- what is refused when issuing ---


@pytest.mark.parametrize(
    "public",
    [
        {"_sd": []},
        {"_sd_alg": "sha-256"},
        {"...": "x"},
        {"withheld": []},
        {"filler_1": None},
        {"filler_x": None},
        {"a": {"_sd": []}},
        {"a": [{"...": "x"}]},
        {"a": [{"b": {"_sd_alg": 1}}]},
        {"a": 1.5},
        {"a": float("nan")},
        {"a": b"bytes"},
        {"a": {1: 2}},
        {1: 2},
        {"a": object()},
        {"a": "x" * 70_000},
    ],
)
def test_public_claims_that_could_confuse_are_refused(public: Any) -> None:
    with pytest.raises(BadInput):
        issue_identity([ASA], public, KEY, SeededEntropy(1))


@pytest.mark.parametrize(
    "public",
    [
        {"decision": f"beslut av {ASA.name}"},
        {"handler": ASA.name.upper()},
        {"list": [{"id": "A10001"}]},
        {"A10001": 1},
    ],
)
def test_a_withheld_name_in_the_public_part_is_a_leak(public: dict[str, Any]) -> None:
    with pytest.raises(LeakFound) as caught:
        issue_identity([ASA], public, KEY, SeededEntropy(1))
    assert "Lindqvist" not in str(caught.value)
    issue_identity([BJORN], public, KEY, SeededEntropy(1))


def test_a_staff_id_inside_a_longer_number_is_no_leak() -> None:
    issue_identity([ASA], {"dnr": "XA100011", "other": "A100019"}, KEY, SeededEntropy(1))


def test_nobody_stands_twice_in_one_role() -> None:
    with pytest.raises(BadInput):
        issued(ASA, ASA)


def test_a_key_that_signs_as_somebody_else_is_noticed() -> None:
    class TwoFaced(Key):
        def public_bytes(self) -> bytes:
            return Key("x", 777).public_bytes()

    class Short(Key):
        def sign(self, data: bytes) -> bytes:
            return super().sign(data)[:-1]

    for key in (TwoFaced("record-2026", 12345), Short("record-2026", 12345)):
        with pytest.raises(TamperEvidence):
            issue_identity([ASA], PUBLIC, key, SeededEntropy(1))


def test_no_repr_shows_a_name() -> None:
    record = issued(ASA)
    packed = content.unpack(content.pack(b"%PDF-1.7", record.jwt, record.openings))
    for shown in (repr(record), repr(packed), str(packed), repr(ASA)):
        assert record.openings[0] not in shown
        assert "Lindqvist" not in shown


# --- the forger ---


def test_the_forgers_tools_make_a_record_like_ours() -> None:
    # The control: without a fault, everything below would be accepted.
    assert [one.name for one in open_in_court(forge(HONEST), HONEST, KEYS)] == ["Åsa Lindqvist-Öberg"]


def test_every_changed_letter_of_the_token_is_noticed() -> None:
    token = forge(HONEST)
    for place in range(len(token)):
        for letter in "AB-~.":
            if token[place] != letter:
                with pytest.raises(NotGenuine):
                    read_identity(token[:place] + letter + token[place + 1 :], KEYS)
    for end in range(len(token)):
        with pytest.raises(NotGenuine):
            read_identity(token[:end], KEYS)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "record-2026", "typ": "sigill-identity+sd-jwt"},
        {"alg": "HS256", "kid": "record-2026", "typ": "sigill-identity+sd-jwt"},
        {"alg": "es256", "kid": "record-2026", "typ": "sigill-identity+sd-jwt"},
        {"alg": "ES256", "kid": "record-2026", "typ": "sd-jwt"},
        {"alg": "ES256", "kid": "record-2026"},
        {"alg": "ES256", "typ": "sigill-identity+sd-jwt"},
        {"alg": "ES256", "kid": ["record-2026"], "typ": "sigill-identity+sd-jwt"},
        {"alg": "ES256", "kid": None, "typ": "sigill-identity+sd-jwt"},
        {"alg": "ES256", "kid": "other", "typ": "sigill-identity+sd-jwt"},
        {
            "alg": "ES256",
            "crit": ["b64"],
            "b64": False,
            "kid": "record-2026",
            "typ": "sigill-identity+sd-jwt",
        },
        {"alg": "ES256", "crit": [], "kid": "record-2026", "typ": "sigill-identity+sd-jwt"},
        {"alg": "ES256", "jwk": KEY.jwk(), "kid": "record-2026", "typ": "sigill-identity+sd-jwt"},
        {"alg": "ES256", "jku": "https://a.example", "kid": "record-2026", "typ": "sigill-identity+sd-jwt"},
        ["ES256"],
        "ES256",
        None,
        b'{"alg":"none","alg":"ES256","kid":"record-2026","typ":"sigill-identity+sd-jwt"}',
        b'{"alg": "ES256","kid":"record-2026","typ":"sigill-identity+sd-jwt"}',
        b'{"typ":"sigill-identity+sd-jwt","alg":"ES256","kid":"record-2026"}',
        b"",
        b"\xff",
        b"[" * 20_000,
    ],
)
def test_another_header_is_refused_even_if_signed(header: Any) -> None:
    token = forge(HONEST, header=header if header is not None else b"null")
    with pytest.raises(NotGenuine):
        read_identity(token, KEYS)


def test_the_attack_with_no_algorithm_and_no_signature() -> None:
    header = b64(dumps({"alg": "none", "kid": KEY.key_id, "typ": "sigill-identity+sd-jwt"}))
    honest_head, body, _ = forge(HONEST).split(".")
    for head in (header, honest_head):
        for signature in ("", b64(bytes(64)), b64(b"\1" * 64), b64(b"\xff" * 64)):
            with pytest.raises(NotGenuine):
                read_identity(f"{head}.{body}.{signature}~", KEYS)


def test_another_key_is_refused() -> None:
    with pytest.raises(NotGenuine, match="signature"):
        read_identity(forge(HONEST, key=Key("record-2026", 999)), KEYS)
    with pytest.raises(NotGenuine, match="not trusted"):
        read_identity(forge(HONEST), {"record-2025": KEY.public_bytes()})
    with pytest.raises(NotGenuine, match="not trusted"):
        read_identity(forge(HONEST), {})


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"\x04" + bytes(64),
        KEY.public_bytes()[:-1],
        {**KEY.jwk(), "crv": "P-384"},
        {**KEY.jwk(), "kty": "RSA"},
        {**KEY.jwk(), "x": KEY.jwk()["x"] + "="},
        {**KEY.jwk(), "x": b64(bytes(31))},
        {**KEY.jwk(), "x": b64(bytes(31)), "y": b64(bytes(33))},
        {"kty": "EC", "crv": "P-256"},
        {**KEY.jwk(), "x": 7},
    ],
)
def test_a_trusted_key_that_is_no_key_is_refused(key: Any) -> None:
    with pytest.raises(BadInput):
        read_identity(forge(HONEST), {KEY.key_id: key})


SORTED = sorted(map(digest, HONEST))


@pytest.mark.parametrize(
    "digests",
    [
        [],
        SORTED[:7],
        sorted([*SORTED, digest("a ninth")]),
        [*SORTED[:7], SORTED[6]],
        SORTED[::-1],
        [SORTED[1], SORTED[0], *SORTED[2:]],
        [*SORTED[:7], SORTED[7] + "="],
        [*SORTED[:7], b64(bytes(31))],
        [*SORTED[:7], 7],
        [*SORTED[:7], None],
        [*SORTED[:7], [SORTED[7]]],
        "".join(SORTED),
        None,
    ],
)
def test_other_than_eight_sorted_different_digests_are_refused_even_if_signed(digests: Any) -> None:
    payload = {**PUBLIC, "_sd": digests, "_sd_alg": "sha-256"}
    with pytest.raises(NotGenuine):
        read_identity(forge(HONEST, payload=payload), KEYS)


@pytest.mark.parametrize(
    "change",
    [
        {"_sd_alg": "sha-512"},
        {"_sd_alg": None},
        {"nested": {"_sd": [digest(disclosure("withheld", [person("Another One")]))]}},
        {"nested": [{"...": digest(disclosure("withheld", [person("Another One")]))}]},
        {"withheld": [person("Another One")]},
        {"filler_1": None},
        {"...": "x"},
        {"number": 1.5},
    ],
)
def test_a_payload_that_hides_something_is_refused_even_if_signed(change: dict[str, Any]) -> None:
    payload = {**PUBLIC, "_sd": SORTED, "_sd_alg": "sha-256", **change}
    with pytest.raises(NotGenuine):
        read_identity(forge(HONEST, payload=payload), KEYS)


def test_another_spelling_of_the_payload_is_refused_even_if_signed() -> None:
    payload = {**PUBLIC, "_sd": SORTED, "_sd_alg": "sha-256"}
    missing_alg = {**PUBLIC, "_sd": SORTED}
    canonical = dumps(payload)
    for data in (
        json.dumps(payload, sort_keys=True).encode(),
        json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(),
        canonical[:-1] + b',"decision":"other"}',
        canonical.replace(b'{"_sd":', b'{"_sd":[],"_sd":', 1),
        canonical.replace(b'"parts":[1,', b'"parts":[1e0,'),
        canonical.replace(b'"parts":[1,', b'"parts":[NaN,'),
        canonical.replace(b'"parts":[1,', b'"parts":[' + b"1" * 5000 + b","),
        dumps(missing_alg),
        b"[]",
        b"null",
        b'{"a":' + b"[" * 20_000,
    ):
        assert data != canonical
        with pytest.raises(NotGenuine):
            read_identity(forge(HONEST, payload=data), KEYS)


def test_another_frame_around_the_token_is_refused() -> None:
    token = forge(HONEST)
    for other in (
        token.removesuffix("~"),
        token + "~",
        token + HONEST[0] + "~",
        "~" + token,
        " " + token,
        token + "\n",
        token.replace(".", "..", 1),
        token.replace(".", "=.", 1),
        token.replace("~", ".x~"),
        "",
        "~",
        "..~",
        "å" + token,
        token + "A" * 70_000,
    ):
        with pytest.raises(NotGenuine):
            read_identity(other, KEYS)


@given(st.text(max_size=200))
@settings(max_examples=80, deadline=None)
def test_any_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(NotGenuine):
        read_identity(text, KEYS)
    with pytest.raises(NotGenuine):
        open_identity(forge(HONEST), [text], KEYS)


def test_openings_that_belong_to_nothing_or_come_twice_are_refused() -> None:
    token = forge(HONEST)
    with pytest.raises(NotGenuine, match="does not belong"):
        open_identity(token, [disclosure("withheld", [person("Another One")])], KEYS)
    with pytest.raises(NotGenuine, match="does not belong"):
        open_identity(token, [*HONEST, disclosure("extra", None)], KEYS)
    with pytest.raises(NotGenuine, match="twice"):
        open_identity(token, [HONEST[0], HONEST[0]], KEYS)
    # The openings of another decision's record are no openings of this one.
    other = issued(ASA, seed=2)
    with pytest.raises(NotGenuine, match="does not belong"):
        open_in_court(issued(ASA, seed=1).jwt, other.openings, KEYS)


@pytest.mark.parametrize(
    "raw",
    [
        dumps(["salt", "withheld"]),
        dumps(["salt", [person()]]),
        dumps(["salt", "withheld", [person()], 1]),
        dumps({"salt": 1, "withheld": 2, "x": 3}),
        dumps("abc"),
        dumps([1, "withheld", [person()]]),
        dumps(["salt", 1, [person()]]),
        dumps(["salt", "withheld", []]),
        dumps(["salt", "withheld", None]),
        dumps(["salt", "withheld", person()]),
        dumps(["salt", "withheld", [person(), 1]]),
        dumps(["salt", "withheld", [{**person(), "more": 1}]]),
        dumps(["salt", "withheld", [{"name": "x"}]]),
        dumps(["salt", "withheld", [{**person(), "role": "director"}]]),
        dumps(["salt", "withheld", [{**person(), "role": ["decision_maker"]}]]),
        dumps(["salt", "withheld", [{**person(), "name": None}]]),
        dumps(["salt", "withheld", [{**person(), "name": {"_sd": []}}]]),
        dumps(["salt", "filler_1", "Åsa"]),
        dumps(["salt", "filler_1", False]),
        dumps(["salt", "filler_9", None]),
        dumps(["salt", "filler_01", None]),
        dumps(["salt", "_sd", None]),
        dumps(["salt", "...", None]),
        dumps(["salt", "decision", "other"]),
        dumps(["salt", "Withheld", [person()]]),
        json.dumps(["salt", "withheld", [person()]]).encode(),
        b'["salt","withheld",[{"name":"a","name":"b","role":"participant","staff_id":"c","title":"d"}]]',
        b"[" * 20_000,
        b"",
    ],
)
def test_a_disclosure_that_is_not_ours_is_refused_even_if_its_digest_was_signed(raw: bytes) -> None:
    odd = b64(raw)
    disclosures = eight(odd)
    with pytest.raises(NotGenuine):
        open_identity(forge(disclosures), [odd], KEYS)
    with pytest.raises(NotGenuine):
        open_in_court(forge(disclosures), disclosures, KEYS)


def test_a_disclosure_in_another_base64_is_refused() -> None:
    for odd in (HONEST[0] + "=", HONEST[0] + "\n", "+" + HONEST[0], "å" + HONEST[0]):
        with pytest.raises(NotGenuine):
            open_identity(forge(eight(odd)), [odd], KEYS)


def test_a_second_identity_cannot_be_hidden_from_a_court() -> None:
    second = disclosure("withheld", [person("Another One")], salt="BBBBBBBBBBBBBBBBBBBBBB")
    both = eight(HONEST[0], second)
    token = forge(both)
    # One at a time each looks right: that is the attack.
    assert open_identity(token, [HONEST[0]], KEYS)["withheld"] != open_identity(token, [second], KEYS)["withheld"]
    # A court opens all, and sees it; and leaving one of them out does not help.
    with pytest.raises(NotGenuine, match="claim the same"):
        open_in_court(token, both, KEYS)
    for left_out in both:
        with pytest.raises(NotGenuine, match="7 of the 8"):
            open_in_court(token, [one for one in both if one != left_out], KEYS)


def test_a_court_wants_the_fillers_that_belong_there() -> None:
    same_filler = [*eight(HONEST[0])[:7], disclosure("filler_1", None, salt="CCCCCCCCCCCCCCCCCCCCCC")]
    with pytest.raises(NotGenuine, match="claim the same"):
        open_in_court(forge(same_filler), same_filler, KEYS)
    gap = [*eight(HONEST[0])[:7], disclosure("filler_8", None)]
    with pytest.raises(NotGenuine, match="not those"):
        open_in_court(forge(gap), gap, KEYS)


def test_a_blind_digest_in_place_of_a_filler_is_noticed_in_court() -> None:
    # A decoy that nobody can open could be a second identity kept for another day.
    known = HONEST[:7]
    token = forge(known, digests=sorted([*map(digest, known), b64(bytes(32))]))
    assert read_identity(token, KEYS) == PUBLIC
    with pytest.raises(NotGenuine, match="7 of the 8"):
        open_in_court(token, known, KEYS)
    with pytest.raises(NotGenuine, match="does not belong"):
        open_in_court(token, HONEST, KEYS)


def test_no_refusal_says_a_name() -> None:
    second = disclosure("withheld", [person("Another One")], salt="BBBBBBBBBBBBBBBBBBBBBB")
    both = eight(HONEST[0], second)
    with pytest.raises(NotGenuine) as caught:
        open_in_court(forge(both), both, KEYS)
    assert "One" not in str(caught.value)
    assert caught.value.__cause__ is None
