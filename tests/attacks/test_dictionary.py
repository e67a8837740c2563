"""Dictionary attack: whoever has the staff list and every public value does no better than chance.

The attacker knows all sixty employees, all that is published of a decision, and (a thief's share) what the database
keeps: he tries every name and number under every common digest, with every value he has as a salt, and he measures
lengths. Timings are held elsewhere: an answer on jäv is given by a schedule (tests/test_jav.py), and a check reads the
same bytes whoever is withheld (tests/test_non_interference.py).
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator

import pytest

from house import SimulatedHouse, staff
from retold import retold
from sigill import journey
from sigill.adapters.keys import UnsafeSoftwareKeys
from sigill.decision.stages import Recorded

CASE = "01_track_a_insats"
PLAIN = (hashlib.sha256, hashlib.sha1, hashlib.md5, hashlib.sha512, hashlib.sha3_256, hashlib.blake2b)
_TOKEN = re.compile(rb"[A-Za-z0-9_-]{20,}")


def extremes(count: int = 12) -> list[str]:
    """Staff ids of the shortest and the longest names, in bytes, and of those between."""
    ordered = sorted(staff().values(), key=lambda one: len(f"{one.given_names}{one.surname}{one.title}".encode()))
    return [ordered[round(at * (len(ordered) - 1) / (count - 1))].staff_id for at in range(count)]


def words(staff_id: str) -> set[bytes]:
    """What an attacker tries for one employee."""
    one = staff()[staff_id]
    full = {f"{first} {one.surname}" for first in (one.preferred_name, one.given_names)}
    texts = full | {
        one.staff_id,
        one.email,
        one.user_id,
        one.surname,
        one.preferred_name,
        f"{one.surname}, {one.preferred_name}",
    }
    texts |= {json.dumps({"staff_id": one.staff_id, "name": name}, separators=(",", ":")) for name in full}
    return {spelled.encode() for text in texts for spelled in (text, text.lower(), text.upper())}


def guesses(tried: Iterable[bytes], salts: Iterable[bytes]) -> Iterator[bytes]:
    """Digests of each word: plain, with each salt before, behind and as a key."""
    for word in tried:
        for digest in PLAIN:
            yield digest(word).digest()
        for salt in salts:
            yield hashlib.sha256(salt + word).digest()
            yield hashlib.sha256(word + salt).digest()
            yield hashlib.sha256(salt + b"\0" + word).digest()
            yield hmac.digest(salt, word, "sha256")


def seen(values: Iterable[bytes]) -> set[bytes]:
    """Everything of a digest's length that values hold: raw, in hexadecimal and in base64url; 16 bytes of each."""
    found = set()
    for value in values:
        found.add(value[:16])
        for token in _TOKEN.findall(value):
            if len(token) % 2 == 0 and re.fullmatch(rb"[0-9a-fA-F]+", token):
                found.add(bytes.fromhex(token.decode())[:16])
            found.add(
                base64.urlsafe_b64decode(token + b"=" * (-len(token) % 4))[:16] if len(token) % 4 != 1 else token[:16]
            )
    return found


def issue(house: SimulatedHouse, staff_id: str) -> Recorded:
    """Case 01, written about this employee; opened for the party, and an opening refused."""
    recorded = house.issue(retold(CASE, staff_id))
    house.open(recorded)
    asked = house.request(recorded, "police", requester="Polisen", recipient="Polisen")
    journey.refuse_opening(asked, "Uppgifterna behövs inte för utredningen.", "A11962", house.ports)
    return recorded


def public(house: SimulatedHouse, recorded: Recorded) -> dict[str, bytes]:
    """Each value that is published, and each that a thief of the database gets, by name."""
    stored = house.store.find(recorded.facts.key)
    assert stored is not None
    jwt = re.search(rb"eyJ[\w-]+\.([\w-]+)\.[\w-]+~", recorded.notification_pdf)
    assert jwt is not None
    values = {
        "notification": recorded.notification_pdf,
        "before the proof": stored.notification,
        "identity record": jwt[0],
        "its claims": base64.urlsafe_b64decode(jwt[1] + b"=" * (-len(jwt[1]) % 4)),
        "receipt": json.dumps(dict(journey.receipt(recorded)), sort_keys=True).encode(),
        "box": stored.box,
        "event": stored.event,
        "salt": stored.salt,
        "facts": stored.facts,
        "wrapped key": stored.wrapped,
    }
    values |= {f"leaf {at}": leaf for at, leaf in enumerate(house.store.entries)}
    values |= {f"event {at}": event for at, (event, _) in enumerate(house.store.opened)}
    values |= {f"act {at}": act.data for at, act in enumerate(house.store.acts())}
    values |= {f"act {at}, sealed": act.sealed for at, act in enumerate(house.store.acts())}
    return values | {f"notice {at}": one for at, one in enumerate(house.store.notices())}


def without_findings(value: bytes) -> bytes:
    """The same JSON without what the gate noted."""
    return json.dumps({**json.loads(value), "findings": []}).encode()


@pytest.fixture(scope="module")
def shown(keys: UnsafeSoftwareKeys) -> dict[str, dict[str, bytes]]:
    """Employee → what is to be seen of the same decision about them, under the same randomness."""
    found = {}
    for staff_id in extremes():
        house = SimulatedHouse(keys)
        found[staff_id] = public(house, issue(house, staff_id))
    return found


def test_no_value_has_a_length_of_its_own_for_anybody(shown: dict[str, dict[str, bytes]]) -> None:
    names = {len(staff()[one].surname.encode()) for one in shown}
    assert len(names) > 4, "people whose names are all of one length prove nothing"
    lengths = {staff_id: {name: len(value) for name, value in values.items()} for staff_id, values in shown.items()}
    assert len(next(iter(lengths.values()))) > 20
    # What the gate notes of a case may differ (a delegate's title, say); it may not tell of whom.
    for staff_id, values in shown.items():
        for name in ("receipt", "facts"):
            findings = json.loads(values[name])["findings"]
            said = json.dumps(findings, ensure_ascii=False).encode().lower()
            assert not [word for word in words(staff_id) if len(word) > 3 and word.lower() in said]
            lengths[staff_id][name] = len(without_findings(values[name]))
    assert any(json.loads(values["receipt"])["findings"] for values in shown.values())
    telling = [name for name in next(iter(lengths.values())) if len({one[name] for one in lengths.values()}) > 1]
    assert telling == []


def test_ids_come_from_chance_alone(shown: dict[str, dict[str, bytes]]) -> None:
    """Under the same randomness the same ids, whoever it is: nothing of the person goes into them."""
    assert len({json.loads(values["receipt"])["decision_id"] for values in shown.values()}) == 1
    assert len({json.loads(values["facts"])["decision_id"] for values in shown.values()}) == 1


def test_no_word_of_the_staff_list_is_behind_any_digest(shown: dict[str, dict[str, bytes]]) -> None:
    for staff_id in (extremes()[0], extremes()[-1]):
        values = shown[staff_id]
        receipt = json.loads(values["receipt"])
        salts = [
            receipt["decision_id"].encode(),
            receipt["dnr"].encode(),
            values["salt"],
            *(bytes.fromhex(one.removeprefix("sha256:")) for one in receipt["digests"].values()),
            *(one.encode() for one in json.loads(values["its claims"])["_sd"]),
        ]
        there = seen(values.values())
        assert len(there) > 30
        everybody = {word for one in staff() for word in words(one)}
        tried = 0
        for guess in guesses(everybody, salts):
            tried += 1
            assert guess[:16] not in there
        assert tried > 50_000


def test_the_attack_would_find_a_digest_without_a_secret_salt() -> None:
    """Control: the attack breaks a record that hashes a name with a public salt."""
    salt, staff_id = b"2m7x", "A10667"
    weak = {"weak": json.dumps({"who": hashlib.sha256(salt + b"gun-britt \xc3\xa5kesson").hexdigest()}).encode()}
    assert any(guess[:16] in seen(weak.values()) for guess in guesses(words(staff_id), [salt]))
    coded = base64.urlsafe_b64encode(hmac.digest(salt, b"A10667", "sha256")).rstrip(b"=")
    assert any(guess[:16] in seen([b"xx." + coded]) for guess in guesses(words(staff_id), [salt]))


def test_the_box_of_each_handler_opens_to_that_handler(keys: UnsafeSoftwareKeys) -> None:
    """Else the lengths above would be those of nothing."""
    for staff_id in (extremes()[0], extremes()[-1]):
        house = SimulatedHouse(keys)
        opened = house.open(house.issue(retold(CASE, staff_id)))
        assert staff_id in {one.staff_id for one in opened.identities}
