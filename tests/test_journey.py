"""The whole way of a decision, told with the sample cases."""

import io
import json
import tomllib
from dataclasses import replace

import msgspec
import pypdfium2
import pytest

from house import ACCEPTED, CASES, NOON, REFUSED, SimulatedHouse, board, draft, staff
from sigill import journey
from sigill.audit import check
from sigill.errors import Blocked, NotGenuine, Refused


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).replace("\ufffe", "").split())


def expected(name: str) -> dict:
    return tomllib.loads((CASES / name / "expected.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_accepted_case_is_issued_as_its_truth_says(house: SimulatedHouse, name: str) -> None:
    given = draft(name)
    recorded = house.issue(given)
    text = text_of(recorded.notification_pdf)
    for staff_id in expected(name)["withheld_in_notification"]:
        person = staff()[staff_id]
        assert person.full_name not in text
        assert person.email not in text
    for staff_id in expected(name)["named_in_notification"]:
        assert staff()[staff_id].full_name in text
    for politician in given.case.decision_maker.politicians:
        assert politician.name in text
    assert given.case.content_sv[:45] in text
    assert "33 § fjärde stycket förvaltningslagen" in text
    house.check()


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_case_gives_all_reasons_and_no_letter(house: SimulatedHouse, name: str) -> None:
    with pytest.raises(Refused) as refused:
        house.issue(draft(name))
    fired = {one.rule for one in refused.value.findings if one.stops}
    wanted = expected(name)
    assert set(wanted["refused_by"]) <= fired
    assert fired <= set(wanted["refused_by"]) | set(wanted["also_acceptable"])
    assert house.store.entries == []


def test_the_record_names_everybody(house: SimulatedHouse) -> None:
    recorded = house.issue(draft("02_track_b_lyft"), with_record=True)
    text = text_of(recorded.record_pdf)
    for staff_id in ("A12184", "A10223", "A11999"):
        assert staff()[staff_id].full_name in text
    assert check(recorded.record_pdf, house.trust, at=NOON).kind == "record"


def test_issuing_twice_gives_the_same_letter_and_one_entry(house: SimulatedHouse) -> None:
    given = draft("01_track_a_insats")
    first, second = house.issue(given), house.issue(given)
    assert second.again and not first.again
    assert second.notification_pdf == first.notification_pdf
    assert len(house.store.entries) == 1


def test_an_issued_decision_is_not_replaced_by_other_content(house: SimulatedHouse) -> None:
    given = draft("01_track_a_insats")
    house.issue(given)
    with pytest.raises(Refused) as refused:
        house.issue(replace(given, content_sha256=b"\1" * 32))
    assert [one.rule for one in refused.value.findings] == ["G03"]
    assert len(house.store.entries) == 1


def test_nobody_signs_for_somebody_else(house: SimulatedHouse) -> None:
    given = draft("01_track_a_insats")
    prepared = journey.prepare(given, board(), house.ports)
    with pytest.raises(Refused) as refused:
        journey.conclude(prepared, journey.Approval("A12184"), house.ports, staff=given.staff, case=given.case)
    assert [one.rule for one in refused.value.findings] == ["G09"]
    assert house.store.entries == []


def test_a_party_with_the_threatened_persons_name_needs_a_human(house: SimulatedHouse) -> None:
    given = draft("01_track_a_insats")
    namesake = msgspec.structs.replace(given.case.party[0], name="Gun-Britt Åkesson")
    case = msgspec.structs.replace(given.case, party=(namesake, *given.case.party[1:]))
    with pytest.raises(Blocked) as blocked:
        journey.prepare(replace(given, case=case), board(), house.ports)
    assert "Åkesson" not in str(blocked.value)


def test_a_withheld_person_outside_the_record_is_refused(house: SimulatedHouse) -> None:
    given = draft("01_track_a_insats")
    entry = msgspec.structs.replace(given.case.withhold[0], staff_id="A11962")
    case = msgspec.structs.replace(given.case, withhold=(entry,))
    with pytest.raises(Refused) as refused:
        journey.prepare(replace(given, case=case), board(), house.ports)
    assert "G18" in {one.rule for one in refused.value.findings}


def test_the_partys_own_request_needs_one_custodian_and_stands_in_the_log_first(house: SimulatedHouse) -> None:
    recorded = house.issue(draft("04_ekonomiskt_bistand"))
    opened = house.open(recorded, "party", "jurist")
    assert [one.name for one in opened.identities] == ["Klas Ek", "Aino Hämäläinen"]
    assert "Klas Ek" in text_of(opened.record_pdf)
    assert check(opened.record_pdf, house.trust, at=NOON).kind == "record"
    kinds = [json.loads(event)["kind"] for event, _salt in house.store.opened]
    assert kinds == ["issued", "requested", "opened"] and opened.log_index == 2
    house.check()


def test_a_letter_of_another_house_is_not_ours(house: SimulatedHouse, tmp_path) -> None:
    from house import FixedClock
    from sigill.adapters.keys import UnsafeSoftwareKeys

    other = SimulatedHouse(UnsafeSoftwareKeys(tmp_path / "keys", FixedClock(), "Grannkommunen"))
    letter = other.issue(draft("01_track_a_insats")).notification_pdf
    assert check(letter, other.trust, at=NOON).kind == "notification"
    with pytest.raises(NotGenuine):
        check(letter, house.trust, at=NOON)


def test_the_stored_side_holds_no_name(house: SimulatedHouse) -> None:
    recorded = house.issue(draft("01_track_a_insats"))
    issue = house.store.find(recorded.facts.decision_id)
    person = staff()["A10667"]
    for stored in (issue.box, issue.event, issue.facts, issue.notification, issue.finished):
        for form in (person.surname, person.preferred_name, person.user_id, person.staff_id):
            assert form.encode() not in stored
            assert form.encode("utf-16-be") not in stored
    assert person.staff_id not in json.dumps(journey.receipt(recorded))
