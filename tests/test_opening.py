"""Openings, told with the sample cases: requested, judged, logged, told, handed out once."""

import datetime as dt
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from house import NOON, FixedClock, SimulatedHouse, draft, staff
from sigill import journey
from sigill.adapters.files import FolderHatch
from sigill.adapters.keys import Seat, UnsafeSoftwareKeys
from sigill.audit import check_court
from sigill.decision.stages import Hand, Identity, Recorded
from sigill.errors import BadInput, NotGenuine, Refused
from sigill.law import book
from sigill.seal import bundle
from sigill.seal.box import describe
from sigill.seal.hand import verify_hand
from sigill.seal.keys import public_of


@pytest.fixture
def issued(house: SimulatedHouse) -> Recorded:
    """Case 01: Gun-Britt decides and is withheld."""
    return house.issue(draft("01_track_a_insats"))


def kinds(house: SimulatedHouse) -> list[str]:
    return [json.loads(event)["kind"] for event, _salt in house.store.opened]


def test_each_ground_opens_with_its_custodians_and_no_others(house: SimulatedHouse, issued: Recorded) -> None:
    for ground in book.disclosure_grounds().values():
        officer = {"recipient_staff_id": "A12147"} if ground.gets == "officer" else {}
        request = house.request(issued, ground.id, **officer)
        right, wrong = (("jurist",), ("jurist", "registrator"))[:: 1 if ground.custodians == 1 else -1]
        with pytest.raises(Refused):
            house.parts(request, *wrong)
        looks = staff()["A12147"] if officer else None
        opened = journey.disclose(request, house.parts(request, *right), house.ports, recipient=looks)
        assert [one.staff_id for one in opened.identities] == ["A10667"]
    assert describe(house.store.find(issued.facts.decision_id).box).groups == (
        ("house", "jurist"),
        ("house", "registrator"),
        ("house", "sakerhetsansvarig"),
        ("jurist", "registrator"),
        ("jurist", "sakerhetsansvarig"),
        ("registrator", "sakerhetsansvarig"),
    )
    house.check()


def test_a_part_released_for_another_group_opens_nothing(house: SimulatedHouse, issued: Recorded) -> None:
    police = house.request(issued, "police")
    two = house.parts(police, "jurist", "registrator")
    party = house.request(issued, "party")
    before = len(kinds(house))
    for parts in (two, two[:1], []):
        with pytest.raises(Refused):
            journey.disclose(party, parts, house.ports)
    with pytest.raises(Refused):
        journey.disclose("nosuchrequest", two, house.ports)
    # Attempts are logged as well, and nobody is told of what did not happen.
    assert kinds(house)[before:] == ["denied"] * 4
    assert house.store.letters == []


def test_a_custodian_does_not_open_for_himself(house: SimulatedHouse, issued: Recorded) -> None:
    for own in ({"registered_by": "jurist"}, {"recipient_staff_id": "jurist"}):
        request = house.request(issued, "party", **own)
        with pytest.raises(Refused):
            house.parts(request, "jurist")
        assert house.parts(request, "registrator")


def test_a_request_runs_out(house: SimulatedHouse, issued: Recorded) -> None:
    request = house.request(issued, "party", hours=1)
    parts = house.parts(request, "jurist")
    house.ports.clock.time = NOON + dt.timedelta(hours=1)
    with pytest.raises(Refused) as refused:
        journey.disclose(request, parts, house.ports)
    assert [one.place for one in refused.value.findings] == ["expires_at"]
    assert journey.opening_request(request, house.ports).state == "expired"


def test_a_partys_request_is_never_refused_and_a_refusal_is_for_ever(house: SimulatedHouse, issued: Recorded) -> None:
    party, police = house.request(issued, "party"), house.request(issued, "police")
    reason = "Uppgiften behövs inte för förundersökningen."
    with pytest.raises(Refused) as refused:
        journey.refuse_opening(party, reason, "A12147", house.ports)
    assert [one.rule for one in refused.value.findings] == ["G25"]
    journey.refuse_opening(police, reason, "A12147", house.ports)
    parts = house.parts(police, "jurist", "registrator")
    for again in (
        lambda: journey.refuse_opening(police, reason, "A12147", house.ports),
        lambda: journey.disclose(police, parts, house.ports),
    ):
        with pytest.raises(Refused):
            again()
    assert [one.state for one in journey.opening_requests(house.ports)] == ["waiting", "refused"]
    assert not any(reason.encode() in act.data + act.sealed for act in house.store.acts())


def test_whoever_is_named_is_told_before_anything_leaves(house: SimulatedHouse, issued: Recorded) -> None:
    letters = []
    house.ports = replace(house.ports, mark=lambda point: letters.append((point, len(house.store.letters))))
    house.open(issued, "party")
    assert ("before opening is logged", 0) in letters and ("opening logged", 1) in letters
    (notice,) = journey.read_notices(house.keys.house_private_key(), house.ports)
    assert (notice.staff_id, notice.ground, notice.held) == ("A10667", "party", False)
    assert notice.advice == tuple((one.text_sv, one.text_en) for one in book.advice(book.disclosure_ground("party")))
    house.open(issued, "police", "jurist", "registrator")
    assert [one.held for one in journey.read_notices(house.keys.house_private_key(), house.ports)] == [False, True]


def test_with_a_letterbox_of_her_own_only_she_reads_it(tmp_path: Path) -> None:
    keys = UnsafeSoftwareKeys(tmp_path / "keys", FixedClock(), "Exempelstads kommun")
    own = hashlib.sha256(b"own").digest()
    keys.add_letterbox("A10667", public_of(own))
    house = SimulatedHouse(keys)
    recorded = house.issue(draft("01_track_a_insats"))
    house.open(recorded, "party")
    assert journey.read_notices(keys.house_private_key(), house.ports) == ()
    assert [one.staff_id for one in journey.read_notices(own, house.ports)] == ["A10667"]
    # What the law keeps from her for now does not come to her box.
    house.open(recorded, "police", "jurist", "registrator")
    assert len(journey.read_notices(own, house.ports)) == 1
    assert len({len(one) for one in house.store.letters}) == 1, "all of one length"


def test_a_copy_leaves_once(house: SimulatedHouse, issued: Recorded, tmp_path: Path) -> None:
    opened = house.open(issued, "party")
    again = journey.disclose(opened.request.id, house.parts(opened.request.id, "jurist"), house.ports)
    assert again.again and again.log_index == opened.log_index and len(house.store.letters) == 1
    hatch = FolderHatch(tmp_path)
    (tmp_path / "taken.pdf").write_bytes(b"something else")
    with pytest.raises(BadInput):
        journey.hand_out(opened, "taken.pdf", opened.record_pdf, hatch, house.ports)
    place = journey.hand_out(opened, "record.pdf", opened.record_pdf, hatch, house.ports)
    assert Path(place).read_bytes() == opened.record_pdf
    for name in ("record.pdf", "second.pdf"):
        with pytest.raises(Refused):
            journey.hand_out(opened, name, opened.record_pdf, hatch, house.ports)
    with pytest.raises(Refused):
        journey.disclose(opened.request.id, house.parts(opened.request.id, "jurist"), house.ports)
    assert (tmp_path / "taken.pdf").read_bytes() == b"something else"
    assert kinds(house) == ["issued", "requested", "opened", "handing", "delivered", "denied"]


def test_the_kept_acts_hold_no_protected_name(house: SimulatedHouse, issued: Recorded) -> None:
    house.open(issued, "court")
    person = staff()["A10667"]
    kept = b"".join(act.data + act.sealed + act.event + act.slot.encode() for act in house.store.acts())
    for form in (person.surname, person.preferred_name, person.staff_id):
        assert form.encode() not in kept + b"".join(house.store.letters)


@pytest.fixture
def court(house: SimulatedHouse, issued: Recorded) -> bytes:
    """The bundle of case 01, as the court gets it."""
    return journey.court_bundle(house.open(issued, "court"))


def test_the_court_finds_exactly_one_identity_with_her_own_hand(house: SimulatedHouse, court: bytes) -> None:
    checked = check_court(court, house.trust, at=NOON)
    (person,) = checked.identities
    assert person.name == staff()["A10667"].full_name and person.role == "decision_maker"
    assert checked.drafts == (draft("01_track_a_insats").content_sha256.hex(),)
    assert checked.record.log_index == checked.notification.log_index == 0


def test_a_bundle_put_together_otherwise_is_not_genuine(house: SimulatedHouse, issued: Recorded, court: bytes) -> None:
    held = bundle.unpack(court)
    other = bundle.unpack(journey.court_bundle(house.open(house.issue(draft("04_ekonomiskt_bistand")), "court")))
    for wrong in (
        bundle.pack(held.record_pdf, held.notification_pdf, held.openings[:7]),
        bundle.pack(held.record_pdf, held.notification_pdf, (*held.openings[:7], held.openings[0])),
        bundle.pack(held.record_pdf, held.notification_pdf, other.openings),
        bundle.pack(other.record_pdf, held.notification_pdf, held.openings),
        bundle.pack(held.record_pdf, other.notification_pdf, held.openings),
        bundle.pack(held.notification_pdf, held.record_pdf, held.openings),
    ):
        with pytest.raises(NotGenuine):
            check_court(wrong, house.trust, at=NOON)
    with pytest.raises(BadInput):
        check_court(held.record_pdf, house.trust, at=NOON)
    with pytest.raises(Refused):
        journey.court_bundle(house.open(issued, "party"))


def test_anothers_hand_is_not_hers(house: SimulatedHouse) -> None:
    roots, digest = house.trust.hands, bytes(32)

    def hand(**other: object) -> Identity:
        sound = house.keys.sign("A10667", "Gun-Britt Åkesson", digest)
        plain = {"kind": sound.kind, "draft_sha256": sound.draft_sha256, "chain": sound.chain} | {
            "evidence": sound.evidence
        }
        return Identity("A10667", "Gun-Britt Åkesson", "t", "decision_maker", Hand(**plain | other))

    verify_hand(hand(), roots, NOON)
    somebody = house.keys.sign("A11259", "Mikael Lund", digest)
    for wrong in (
        Identity("A10667", "Gun-Britt Åkesson", "t", "decision_maker"),
        hand(draft_sha256="11" * 32),
        hand(evidence=somebody.evidence),
        hand(chain=somebody.chain, evidence=somebody.evidence),
        hand(chain=hand().hand.chain.split(".")[0]),
        hand(chain="", evidence=""),
        hand(kind="eid_assertion", evidence="short"),
    ):
        with pytest.raises(NotGenuine):
            verify_hand(wrong, roots, NOON)
    with pytest.raises(NotGenuine):
        verify_hand(hand(), (), NOON)
    with pytest.raises(NotGenuine):
        verify_hand(hand(), roots, NOON + dt.timedelta(days=4000))


def test_no_hand_no_decision(house: SimulatedHouse) -> None:
    class Absent:
        def sign(self, staff_id: str, name: str, draft_sha256: bytes) -> Hand:
            raise Refused("She has not signed this draft.")

    house.ports = replace(house.ports, hands=Absent())
    with pytest.raises(Refused):
        house.issue(draft("01_track_a_insats"))
    assert house.store.entries == []


def test_custodians_of_one_chain_can_seal_nothing(tmp_path: Path) -> None:
    seats = (Seat("a", "A1", "kansli"), Seat("b", "A2", "kansli"))
    house = SimulatedHouse(UnsafeSoftwareKeys(tmp_path / "keys", FixedClock(), "Exempelstads kommun", custodians=seats))
    with pytest.raises(BadInput):
        house.issue(draft("01_track_a_insats"))
    assert house.store.entries == []
