"""Decision-makers sign outside the house: the digest is handed out, the decision waits, the signature comes back."""

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from asn1crypto import cms, pem
from pyhanko.sign.signers import SimpleSigner

from house import CASES, EXAMPLES, NOON, ROOT, SimulatedHouse, draft, staff
from pki import pki
from production import house, token, toml
from sigill import journey
from sigill.audit import check
from sigill.errors import Awaiting, BadInput, LeakFound, Refused, TamperEvidence, Temporary
from sigill.sign.appending import run

WITHHELD, NAMED = "01_track_a_insats", "02_track_b_lyft"


def elsewhere(seal: str | None = None) -> str:
    return toml('method = "elsewhere"', seal or token('key = "seal"'))


def sign(digest: bytes, label: str = "gun-britt", **more: object) -> bytes:
    """What the signature service does: it sees 32 bytes and answers with a detached CMS."""
    folder = pki().folder
    signer = SimpleSigner.load(
        str(folder / f"{label}.key"), str(folder / f"{label}.pem"), ca_chain_files=[str(folder / "issuing.pem")]
    )
    made: cms.ContentInfo = run(signer.async_sign(digest, "sha256", use_pades=True, **more))
    return bytes(made.dump())


def parked(given: SimulatedHouse, name: str = WITHHELD) -> str:
    """A decision that waits, by id."""
    with pytest.raises(Awaiting) as caught:
        given.issue(draft(name))
    assert given.store.entries == []
    return str(caught.value.place)


def digests(given: SimulatedHouse, decision: str) -> dict[str, bytes]:
    return dict(journey.digests_to_sign(journey.parked_decision(journey.key_of(decision, given.ports), given.ports)))


def taken(given: SimulatedHouse, decision: str, signatures: dict[str, bytes], **more: bool) -> journey.Recorded:
    parked = journey.parked_decision(journey.key_of(decision, given.ports), given.ports)
    recorded = journey.take(decision, signatures, given.ports, staff=staff(), **more)
    given.published.append((recorded, parked.withheld, parked.stay))
    return recorded


def test_a_withheld_decision_maker_signs_the_record_and_the_seal_stands_on_the_notification() -> None:
    given = house(elsewhere())
    decision = parked(given)
    asked = digests(given, decision)
    assert set(asked) == {"record"}
    recorded = taken(given, decision, {"record": sign(asked["record"])}, with_record=True)

    given.check()
    assert recorded.facts.decision_id == decision
    assert check(recorded.notification_pdf, given.trust, at=NOON).signer_kind == "organisation"
    record = check(recorded.record_pdf, given.trust, at=NOON)
    assert (record.kind, record.signer_kind) == ("record", "person")
    assert given.store.waiting() == []


def test_a_named_decision_maker_signs_both_letters() -> None:
    given = house(elsewhere())
    decision = parked(given, NAMED)
    asked = digests(given, decision)
    assert set(asked) == {"record", "notification"}
    made = {letter: sign(digest, "birgitta") for letter, digest in asked.items()}
    made["record"] = pem.armor("CMS", made["record"])  # some services answer in PEM
    recorded = taken(given, decision, made)

    given.check()
    assert check(recorded.notification_pdf, given.trust, at=NOON).signer_kind == "person"


def test_asking_again_while_it_waits_changes_nothing_and_other_content_is_refused() -> None:
    given = house(elsewhere())
    decision = parked(given)
    asked = digests(given, decision)
    assert parked(given) == decision
    assert digests(given, decision) == asked

    from dataclasses import replace

    with pytest.raises(Refused, match="other content"):
        given.issue(replace(draft(WITHHELD), content_sha256=bytes(32)))
    journey.withdraw(decision, given.ports)
    assert parked(given) != decision
    with pytest.raises(BadInput, match="No decision"):
        journey.take(decision, {"record": sign(asked["record"])}, given.ports, staff=staff())


def test_handing_in_twice_gives_the_same_decision_and_then_nothing_can_be_withdrawn() -> None:
    given = house(elsewhere())
    decision = parked(given)
    made = {"record": sign(digests(given, decision)["record"])}
    first = taken(given, decision, made)
    second = journey.take(decision, made, given.ports, staff=staff())
    assert second.again
    assert second.notification_pdf == first.notification_pdf
    assert len(given.store.entries) == 1
    with pytest.raises(BadInput, match="no longer be withdrawn"):
        journey.withdraw(decision, given.ports)
    assert given.issue(draft(WITHHELD)).again


def test_nothing_that_waits_shows_a_name() -> None:
    given = house(elsewhere())
    parked(given)
    (row,) = given.store.waiting()
    clear = repr((row.key, row.decision_id, row.since, row.retention_month)).encode() + row.sealed + row.wrapped
    for word in ("Gun-Britt", "Åkesson", "A10667", "%PDF", "disclosure"):
        assert word.encode() not in clear
    assert "Gun-Britt" not in repr(journey.parked_decision(row.key, given.ports))


def test_what_waits_cannot_be_altered_or_exchanged() -> None:
    from dataclasses import replace

    given = house(elsewhere())
    decision = parked(given)
    other = parked(given, NAMED)
    made = {"record": sign(digests(given, decision)["record"])}
    rows = {one.decision_id: one for one in given.store.waiting()}
    genuine, foreign = rows[decision], rows[other]
    for altered in (
        replace(genuine, sealed=genuine.sealed[:-1] + bytes([genuine.sealed[-1] ^ 1])),
        replace(genuine, sealed=foreign.sealed),
        replace(genuine, sealed=foreign.sealed, wrapped=foreign.wrapped),
        replace(foreign, key=genuine.key),
    ):
        given.store.waits[genuine.key] = altered
        with pytest.raises((TamperEvidence, BadInput)):
            journey.take(genuine.key, made, given.ports, staff=staff())
    assert given.store.entries == []


def unsigned_list(made: bytes) -> bytes:
    whole = cms.ContentInfo.load(made)
    whole["content"]["signer_infos"] = cms.SignerInfos([*whole["content"]["signer_infos"]] * 2)
    return bytes(whole.dump(force=True))


def bent(made: bytes) -> bytes:
    whole = cms.ContentInfo.load(made)
    info = whole["content"]["signer_infos"][0]
    value = bytes(info["signature"])
    info["signature"] = value[:-1] + bytes([value[-1] ^ 1])
    return bytes(whole.dump(force=True))


def with_content(made: bytes) -> bytes:
    whole = cms.ContentInfo.load(made)
    whole["content"]["encap_content_info"]["content"] = b"hej"
    return bytes(whole.dump(force=True))


WRONG = {
    "another letter": (lambda digest: sign(hashlib.sha256(digest).digest()), "over another letter"),
    "another person": (lambda digest: sign(digest, "micke"), "carries another name"),
    "another municipality": (lambda digest: sign(digest, "foreign"), "not this organisation's"),
    "revoked": (lambda digest: sign(digest, "revoked"), "has been revoked"),
    "expired": (lambda digest: sign(digest, "expired"), "has run out"),
    "two signers": (lambda digest: unsigned_list(sign(digest)), "more than one signer"),
    "a bent signature": (lambda digest: bent(sign(digest)), "does not fit its certificate"),
    "not detached": (lambda digest: with_content(sign(digest)), "no detached CMS"),
    "no CMS": (lambda digest: b"hej", "no detached CMS"),
    "nothing": (lambda digest: b"", "no detached CMS"),
    "too long": (lambda digest: b"0" * (1 << 20 | 1), "too long"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_signature_that_is_not_the_decision_makers_own_over_this_letter_is_refused(what: str) -> None:
    make, reason = WRONG[what]
    given = house(elsewhere())
    decision = parked(given)
    good = sign(digests(given, decision)["record"])
    with pytest.raises(BadInput) as caught:
        journey.take(decision, {"record": make(digests(given, decision)["record"])}, given.ports, staff=staff())
    assert reason in str(caught.value)
    assert "Gun-Britt" not in str(caught.value)
    assert given.store.entries == []
    taken(given, decision, {"record": good})  # the right one is still welcome
    given.check()


def test_every_letter_needs_its_signature_and_none_too_many() -> None:
    given = house(elsewhere())
    decision = parked(given)
    made = sign(digests(given, decision)["record"])
    for signatures in ({}, {"notification": made}, {"record": made, "notification": made}):
        with pytest.raises(BadInput, match="needed for: record"):
            journey.take(decision, signatures, given.ports, staff=staff())


def test_timestamps_of_the_services_own_are_not_taken_over() -> None:
    """Unsigned attributes could hold anything; the house puts its own timestamp there."""
    given = house(elsewhere())
    decision = parked(given)
    made = cms.ContentInfo.load(sign(digests(given, decision)["record"]))
    made["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes(
        [cms.CMSAttribute({"type": "1.2.3.4", "values": [cms.OctetString(b"brev till tredje man")]})]
    )
    recorded = taken(given, decision, {"record": made.dump(force=True)}, with_record=True)
    given.check()
    assert b"brev till tredje man".hex().upper().encode() not in recorded.record_pdf
    assert check(recorded.record_pdf, given.trust, at=NOON).kind == "record"


@pytest.mark.parametrize(("where", "also"), [("/pki/kommun/tsa", "/none"), ("/pki/kommun/ocsp", "/pki/kommun/crls")])
def test_a_service_that_is_gone_when_the_signature_comes_leaves_it_waiting(where: str, also: str) -> None:
    given = house(elsewhere())
    decision = parked(given)
    made = {"record": sign(digests(given, decision)["record"])}
    with pki().failing(where, 503), pki().failing(also, 503), pytest.raises(Temporary):
        journey.take(decision, made, given.ports, staff=staff())
    assert given.store.entries == []
    taken(given, decision, made)
    given.check()


def test_the_signed_bytes_are_searched_again_before_anything_is_issued(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seal's certificate carries the name: the second search stops it, whoever made the certificate."""
    given = house(elsewhere())
    decision = parked(given)
    made = {"record": sign(digests(given, decision)["record"])}
    signers = given.ports.signers
    from production import person

    monkeypatch.setattr(type(signers), "e_seal", lambda self: person("gun-britt"))
    with pytest.raises(LeakFound):
        journey.take(decision, made, given.ports, staff=staff())
    assert given.store.entries == []


# the commands


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "signing.toml").write_text(elsewhere('method = "software"'))
    return tmp_path / "home"


def sigill(home: Path, *arguments: object, point: str = "") -> subprocess.CompletedProcess[str]:
    english = {"LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8", "COLUMNS": "250", "SIGILL_HOME": str(home)}
    environment = {**os.environ, **english, "PYTHONPATH": str(ROOT / "tests"), "SIGILL_KILL": point}
    environment.pop("DATABASE_URL", None)
    words = [sys.executable, "-W", "ignore", str(ROOT / "tests" / "killed_sign.py"), *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, env=environment, timeout=120)


def rows(home: Path) -> tuple[int, ...]:
    with sqlite3.connect(home / "sigill.sqlite3") as database:
        tables = ("waiting", "logentry", "issue")
        return tuple(database.execute(f"SELECT count(*) FROM sigill_store_{one}").fetchone()[0] for one in tables)


def test_killed_anywhere_it_waits_or_is_issued_and_the_commands_say_which(home: Path, tmp_path: Path) -> None:
    case = ("issue", CASES / WITHHELD / "case.toml", "--staff", EXAMPLES / "staff.csv", "-o", tmp_path / "out")
    with pki().by_the_clock():
        assert sigill(home, *case, point="parked").returncode == -signal.SIGKILL
        assert rows(home) == (1, 0, 0)
        waits = sigill(home, *case)
        assert waits.returncode == 4
        assert "waits for the decision-maker's signature" in waits.stderr
        assert not (tmp_path / "out").exists()
        listed = json.loads(sigill(home, "sign", "pending", "--json", "-o", tmp_path / "asked").stdout)["waiting"]
        (asked,) = listed
        assert json.loads((tmp_path / "asked" / f"{asked['decision_id']}.json").read_text()) == asked
        assert set(asked["letters"]) == {"record"}
        (tmp_path / "record.p7s").write_bytes(sign(bytes.fromhex(asked["letters"]["record"]["sha256"])))
        take = ("sign", "take", asked["decision_id"], "--record", tmp_path / "record.p7s")
        take = (*take, "--staff", EXAMPLES / "staff.csv", "-o", tmp_path / "out")
        for point, after in {
            "sealed": (1, 0, 0),
            "before commit": (1, 0, 0),
            "recorded": (0, 1, 1),
        }.items():
            killed = sigill(home, *take, point=point)
            assert killed.returncode == -signal.SIGKILL, (point, killed.stderr)
            assert rows(home) == after, point
        done = sigill(home, *take)
        assert done.returncode == 0, done.stderr
    assert rows(home) == (0, 1, 1)
    receipt = json.loads((tmp_path / "out" / "receipt.json").read_text())
    assert receipt["decision_id"] == asked["decision_id"]
    checked = sigill(home, "check", tmp_path / "out" / "notification.pdf")
    assert checked.returncode == 0, checked.stdout
    again = sigill(home, *case)
    assert again.returncode == 0, again.stderr
    late = sigill(home, "sign", "withdraw", asked["decision_id"])
    assert (late.returncode, "no longer be withdrawn" in late.stderr) == (2, True)
