"""The definition of masked: the same decision written about another employee gives the same bytes.

Each accepted case is issued once for each of the sixty employees in the handler's place. The letters that the
decision-maker reads are byte-identical; the issued ones differ in nothing but the signature's and the timestamps'
random bytes and the identity record's salted digests (docs/adr/0002).
"""

import re

import pytest

from house import SimulatedHouse, board, staff
from retold import HANDLERS, retold
from sigill import journey
from sigill.adapters.keys import UnsafeSoftwareKeys

SIGNATURE_VALUE = re.compile(rb"/Contents\s*<[0-9a-fA-F]+>")
FILE_ID = re.compile(rb"<[0-9a-f]{32}>(?= ?\])")
IDENTITY_RECORD = re.compile(rb"eyJ[\w-]+\.[\w-]+\.[\w-]+~?")


def without_random_bytes(pdf: bytes) -> bytes:
    """The file with signature values, the identity record and the file ids (hashes of both) blanked, lengths kept."""
    assert len(IDENTITY_RECORD.findall(pdf)) == 1
    assert len(SIGNATURE_VALUE.findall(pdf)) >= 2
    assert len(FILE_ID.findall(pdf)) == 3  # one for each revision
    for pattern in (SIGNATURE_VALUE, IDENTITY_RECORD, FILE_ID):
        pdf = pattern.sub(lambda found: b"?" * len(found.group()), pdf)
    return pdf


@pytest.mark.parametrize("name", HANDLERS)
def test_sixty_handlers_one_letter(name: str, keys: UnsafeSoftwareKeys) -> None:
    verified, issued = {}, {}
    for staff_id in staff():
        house = SimulatedHouse(keys)
        given = retold(name, staff_id)
        prepared = journey.prepare(given, board(), house.ports)
        assert staff_id in {one.staff_id for one in prepared.withheld}
        maker = given.case.decision_maker
        recorded = journey.conclude(
            prepared,
            journey.Approval(maker.signed_by, maker.signed_by_name or ""),
            house.ports,
            staff=given.staff,
            case=given.case,
        )
        verified.setdefault(prepared.notification_pdf, []).append(staff_id)
        issued.setdefault(without_random_bytes(recorded.notification_pdf), []).append(staff_id)
    assert len(verified) == 1, sorted(map(len, verified.values()))
    assert len(issued) == 1, sorted(map(len, issued.values()))


def test_the_comparison_can_fail(keys: UnsafeSoftwareKeys) -> None:
    """Control: two decisions that differ in one innocent word are told apart."""
    house = SimulatedHouse(keys)
    one = journey.prepare(retold("01_track_a_insats", "A10667"), board(), house.ports)
    other = journey.prepare(retold("02_track_b_lyft", "A10223"), board(), house.ports)
    assert one.notification_pdf != other.notification_pdf
