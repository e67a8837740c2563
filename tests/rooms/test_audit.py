"""A finished decision is checked from outside: what it tells everybody, and on whose word."""

import copy
import datetime as dt
import json

import pytest

from sigill import journey
from sigill.audit import Trust, check
from sigill.errors import BadInput, NotGenuine
from sigill.sign.field import IDENTITY_ATTACHMENT, Attachment
from sigill.sign.proof import stamp_proof
from signed import DIRECTOR, HANDLER, MORNING, MUNICIPALITY, Authority, authority, issued, letter


def test_a_notification_is_genuine_and_says_so_without_a_name() -> None:
    checked = check(issued().notification, authority().trust, at=MORNING)

    assert checked.kind == "notification"
    assert checked.signer_kind == "organisation"
    assert checked.municipality == MUNICIPALITY
    assert checked.signed_at == checked.logged_at == MORNING
    assert (checked.log_index, checked.log_size) == (0, 1)
    assert checked.log_origin == authority().keys.log.origin
    for name in (HANDLER.name, HANDLER.staff_id, DIRECTOR):
        assert name not in repr(checked)


def test_a_disclosed_record_is_genuine_and_signed_by_a_person() -> None:
    checked = check(issued().record, authority().trust, at=MORNING)

    assert checked.kind == "record"
    assert checked.signer_kind == "person"
    assert DIRECTOR not in repr(checked)


def test_it_is_still_genuine_when_the_clock_has_gone_on_for_ten_years() -> None:
    later = MORNING + dt.timedelta(days=3650)

    assert check(issued().notification, authority().trust, at=later).kind == "notification"


def test_it_is_no_longer_vouched_for_when_its_last_timestamp_has_run_out() -> None:
    with pytest.raises(NotGenuine, match="last timestamp has run out"):
        check(issued().notification, authority().trust, at=MORNING + dt.timedelta(days=13 * 365))


def test_a_renewed_timestamp_carries_it_further() -> None:
    board = Authority()
    old = board.issue()
    # Twelve years on, the signer's and the first timestamp's certificates have run out; the record is disclosed now.
    board.clock.time += dt.timedelta(days=11 * 365 + 300)
    renewed = stamp_proof(old.signed_record, old.proof, board.keys)
    board.clock.time += dt.timedelta(days=5 * 365)

    checked = check(renewed, board.trust, at=board.clock.now())

    assert checked.kind == "record"
    assert checked.signed_at == MORNING


def test_a_signed_letter_without_a_proof_is_not_enough() -> None:
    with pytest.raises(NotGenuine, match="no proof that its issue was logged"):
        check(issued().signed_record, authority().trust, at=MORNING)


def test_a_proof_of_another_event_than_an_issue_is_refused() -> None:
    board = Authority()
    record = board.sign(board.prepared(letter()))
    opened = board.log(record, record, b"", kind="opened")

    with pytest.raises(NotGenuine, match="not the issue of a decision"):
        check(stamp_proof(record, opened, board.keys), board.trust, at=MORNING)


def test_a_notification_needs_its_own_identity_record_and_nothing_else() -> None:
    board = Authority()
    ours, others = board.identity(), board.identity()

    def finished(logged: bytes, *attached: tuple[str, bytes]) -> bytes:
        files = [Attachment(name, data, "application/sd-jwt", "Identitetspost") for name, data in attached]
        notification = board.seal(board.prepared(letter(), *files))
        return stamp_proof(notification, board.log(notification, b"record", logged), board.keys)

    assert check(finished(ours, (IDENTITY_ATTACHMENT, ours)), board.trust, at=MORNING).kind == "notification"
    with pytest.raises(NotGenuine, match="does not carry its identity record"):
        check(finished(ours), board.trust, at=MORNING)
    with pytest.raises(NotGenuine, match="does not carry its identity record"):
        check(finished(ours, (IDENTITY_ATTACHMENT, ours), ("mer.jwt", others)), board.trust, at=MORNING)
    with pytest.raises(NotGenuine, match="another than the one that was logged"):
        check(finished(ours, (IDENTITY_ATTACHMENT, others)), board.trust, at=MORNING)
    forged = Authority().identity()
    with pytest.raises(NotGenuine, match="key that is not trusted"):
        check(finished(forged, (IDENTITY_ATTACHMENT, forged)), board.trust, at=MORNING)


def test_a_record_with_an_attachment_is_refused() -> None:
    board = Authority()
    extra = Attachment("mer.txt", b"mer", "text/plain", "mer")
    record = board.sign(board.prepared(letter(), extra))

    with pytest.raises(NotGenuine, match="attachment that it should not have"):
        check(stamp_proof(record, board.log(b"notification", record, b""), board.keys), board.trust, at=MORNING)


def test_a_trust_file_of_another_municipality_does_not_vouch() -> None:
    plain = json.loads(authority().keys.trust())
    plain["municipality"] = "Grannkommunen"

    with pytest.raises(NotGenuine, match="another organisation"):
        check(issued().notification, Trust.parse(json.dumps(plain).encode()), at=MORNING)


def test_witnesses_can_be_asked_for() -> None:
    plain = json.loads(authority().keys.trust())
    witness = Authority().keys.log
    from sigill.log.checkpoint import vkey

    plain |= {"witnesses": [vkey("vittne.example", witness.public_bytes(), witness=True)], "quorum": 1}
    trust = Trust.parse(json.dumps(plain).encode())

    assert trust.quorum == 1
    assert list(trust.witnesses) == ["vittne.example"]
    with pytest.raises(NotGenuine):
        check(issued().notification, trust, at=MORNING)


def _trust_files_that_are_none() -> list[tuple[str, bytes]]:
    good = json.loads(authority().keys.trust())
    other = json.loads(Authority().keys.trust())

    def but(**changes: object) -> bytes:
        changed = copy.deepcopy(good) | changes
        return json.dumps({key: value for key, value in changed.items() if value is not None}).encode()

    twice = json.dumps(good).encode().replace(b'{"schema": 1,', b'{"schema": 1, "schema": 1,', 1)
    log, (seal,), (root,) = good["log"], good["record_seal"], good["ca"]
    return [
        ("nothing", b""),
        ("no JSON", b"{"),
        ("a list", b"[]"),
        ("deep", b"[" * 100_000),
        ("another schema", but(schema=2)),
        ("an unknown key", but(extra=1)),
        ("a key twice", twice),
        ("no root", but(ca=[])),
        ("a broken root", but(ca=[root[:200]])),
        ("no log", but(log=None)),
        ("another origin than the key's", but(log=log | {"origin": "annan.example/logg"})),
        ("a garbled log key", but(log=log | {"vkey": log["vkey"][:-3]})),
        ("no record key", but(record_seal=[])),
        ("a record key twice", but(record_seal=[seal, seal])),
        ("a record key off the curve", but(record_seal=[seal | {"y": other["record_seal"][0]["y"]}])),
        ("a witness that is a log", but(witnesses=[log["vkey"]], quorum=1)),
        ("a quorum nobody can reach", but(quorum=1)),
        ("too long", b" " * (2 << 20)),
    ]


@pytest.mark.parametrize(("what", "data"), _trust_files_that_are_none())
def test_a_trust_file_is_read_strictly(what: str, data: bytes) -> None:
    with pytest.raises(BadInput):
        Trust.parse(data)


def test_a_signer_is_no_root() -> None:
    plain = json.loads(authority().keys.trust())
    plain["ca"] = [(authority().keys._folder / "ca" / "e-seal.pem").read_text()]

    with pytest.raises(BadInput):
        Trust.parse(json.dumps(plain).encode())


def test_journey_and_audit_mean_the_same_attachment() -> None:
    assert journey.IDENTITY_ATTACHMENT == IDENTITY_ATTACHMENT
