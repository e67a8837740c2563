"""Software keys: made once, whole or not at all, kept to oneself, and never made anew behind anybody's back."""

import datetime as dt
import json
import multiprocessing
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from sigill.adapters import keys as keys_module
from sigill.adapters.keys import Seat, UnsafeKeysWarning, UnsafeSoftwareKeys, read_custodian_key
from sigill.audit import Trust
from sigill.errors import BadInput, Refused, Temporary
from sigill.log.checkpoint import parse_vkey
from sigill.seal.keys import public_of
from sigill.sign.validate import validate
from signed import DIRECTOR, DIRECTOR_ID, MORNING, MUNICIPALITY, Authority, HandClock, letter, new_folder, new_keys


def reopened(keys: UnsafeSoftwareKeys, clock: HandClock | None = None) -> UnsafeSoftwareKeys:
    """The same folder, as another process would open it."""
    return UnsafeSoftwareKeys(keys._folder, clock or HandClock(), MUNICIPALITY)


def test_the_danger_is_said_aloud_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "_warned", False)
    folder = new_folder() / "keys"

    with pytest.warns(UnsafeKeysWarning, match="never for real decisions"):
        UnsafeSoftwareKeys(folder, HandClock(), MUNICIPALITY)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        UnsafeSoftwareKeys(folder, HandClock(), MUNICIPALITY)
    assert "protect nothing" in (folder / "README.txt").read_text()


def test_everything_is_for_the_owners_eyes_only() -> None:
    keys = new_keys(HandClock())
    keys.for_person(DIRECTOR, DIRECTOR_ID)
    keys.retention_key("2031-11")

    for path in (keys._folder, *keys._folder.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_no_file_name_shows_whose_key_it_is() -> None:
    keys = new_keys(HandClock())
    keys.for_person(DIRECTOR, DIRECTOR_ID)

    names = " ".join(path.name for path in keys._folder.rglob("*"))
    assert DIRECTOR_ID not in names
    assert "Birgitta" not in names


def test_a_second_start_finds_the_same_keys() -> None:
    first = new_keys(HandClock())
    person = first.for_person(DIRECTOR, DIRECTOR_ID).pyhanko.signing_cert.dump()
    month = first.retention_key("2031-11")
    second = reopened(first)

    assert second.trust() == first.trust()
    assert second.for_person(DIRECTOR, DIRECTOR_ID).pyhanko.signing_cert.dump() == person
    assert second.e_seal().pyhanko.signing_cert.dump() == first.e_seal().pyhanko.signing_cert.dump()
    assert second.members() == first.members()
    assert second.retention_key("2031-11") == month
    assert second.log.public_bytes() == first.log.public_bytes()
    assert UnsafeSoftwareKeys(first._folder, HandClock()).trust() == first.trust()


def test_another_organisation_or_log_does_not_get_them() -> None:
    keys = new_keys(HandClock())

    with pytest.raises(BadInput, match="another organisation"):
        UnsafeSoftwareKeys(keys._folder, HandClock(), "Grannkommunen")
    with pytest.raises(BadInput, match="another log"):
        UnsafeSoftwareKeys(keys._folder, HandClock(), MUNICIPALITY, log_origin="annan.example/logg")


def test_without_an_organisation_nothing_is_made() -> None:
    folder = new_folder() / "keys"

    with pytest.raises(BadInput) as caught:
        UnsafeSoftwareKeys(folder, HandClock())
    assert caught.value.place.endswith("house.json")
    assert not folder.exists()


VITAL = [
    "house.json",
    "record.key",
    "log.key",
    "custodians.json",
    "custody.key",
    "ca/root.key",
    "ca/root.pem",
    "ca/issuing.key",
    "ca/issuing.pem",
    "ca/e-seal.key",
    "ca/tsa.key",
]


@pytest.mark.parametrize("name", VITAL)
def test_a_missing_file_is_named_and_never_made_anew(name: str) -> None:
    keys = new_keys(HandClock())
    (keys._folder / name).unlink()

    with pytest.raises(BadInput) as caught:
        reopened(keys)
    assert caught.value.place == str(keys._folder / name)
    assert not (keys._folder / name).exists()


@pytest.mark.parametrize("name", [*VITAL, "custodians/jurist.key"])
def test_a_damaged_file_is_named(name: str) -> None:
    keys = new_keys(HandClock())
    (keys._folder / name).write_bytes(b"hej")

    with pytest.raises(BadInput) as caught:
        reopened(keys).custodian_key("jurist")
    assert caught.value.place == str(keys._folder / name)


@pytest.mark.parametrize("name", ["ca/e-seal.pem", "ca/tsa.pem", "ca/issuing.crl", "ca/root.crl"])
def test_what_is_needed_only_later_is_missed_when_it_is_needed(name: str) -> None:
    keys = new_keys(HandClock())
    (keys._folder / name).unlink()

    with pytest.raises(BadInput) as caught:
        again = reopened(keys)
        again.e_seal(), again.timestamper(), again.validation_context()
    assert caught.value.place == str(keys._folder / name)


def test_a_key_that_does_not_fit_its_certificate_is_refused() -> None:
    keys = new_keys(HandClock())
    for label in ("e-seal", "issuing"):
        swapped = shutil.copytree(keys._folder, new_folder() / "keys")
        shutil.copy(swapped / "ca" / "tsa.key", swapped / "ca" / f"{label}.key")
        with pytest.raises(BadInput, match="does not fit"):
            UnsafeSoftwareKeys(swapped, HandClock(), MUNICIPALITY).e_seal()


def test_a_persons_lost_key_is_not_made_anew() -> None:
    keys = new_keys(HandClock())
    keys.for_person(DIRECTOR, DIRECTOR_ID)
    (key,) = (keys._folder / "people").glob("*.key")
    key.unlink()

    with pytest.raises(BadInput):
        reopened(keys).for_person(DIRECTOR, DIRECTOR_ID)


def test_a_person_killed_between_key_and_certificate_gets_one_later() -> None:
    keys = new_keys(HandClock())
    keys.for_person(DIRECTOR, DIRECTOR_ID)
    (pem,) = (keys._folder / "people").glob("*.pem")
    pem.unlink()

    assert reopened(keys).for_person(DIRECTOR, DIRECTOR_ID).common_name == DIRECTOR


def test_two_people_of_one_name_have_two_keys() -> None:
    keys = new_keys(HandClock())
    one, other = keys.for_person("Anna Andersson", "A10371"), keys.for_person("Anna Andersson", "A19999")

    assert one.pyhanko.signing_cert.dump() != other.pyhanko.signing_cert.dump()
    assert keys.for_person("Anna Andersson", None).common_name == "Anna Andersson"


def _start(folder: Path, out: "multiprocessing.Queue[bytes]") -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys = UnsafeSoftwareKeys(folder, HandClock(), MUNICIPALITY)
        keys.for_person(DIRECTOR, DIRECTOR_ID)
        out.put(
            keys.trust()
            + keys.for_person(DIRECTOR, DIRECTOR_ID).pyhanko.signing_cert.dump()
            + keys.retention_key("2031-11")
        )


def test_many_starting_at_once_get_one_set_of_keys() -> None:
    folder = new_folder() / "deep" / "keys"
    context = multiprocessing.get_context("fork")
    out: multiprocessing.Queue[bytes] = context.Queue()
    starters = [context.Process(target=_start, args=(folder, out)) for _ in range(4)]
    for one in starters:
        one.start()
    got = {out.get(timeout=30) for _ in starters}
    for one in starters:
        one.join(timeout=30)

    assert len(got) == 1
    assert not list(folder.parent.glob(".keys.*.new"))


@pytest.mark.parametrize("writes", [0, 1, 5, 12, 17])
def test_killed_while_making_keys_leaves_nothing_half(writes: int) -> None:
    """The process dies at its n-th file; the next start makes a whole set and clears the remains."""
    folder = new_folder() / "keys"
    program = """
import os, signal, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from signed import HandClock, MUNICIPALITY
from sigill.adapters import key_files, keys
left = [int(sys.argv[2])]
plain = key_files.write_atomically
def write(path, data, *, mode):
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    plain(path, data, mode=mode)
key_files.write_atomically = write
keys.UnsafeSoftwareKeys(Path(sys.argv[1]), HandClock(), MUNICIPALITY)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    ran = subprocess.run([sys.executable, "-c", program, str(folder), str(writes)], env=environment, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert not folder.exists()
    assert list(folder.parent.glob(".keys.*.new"))

    keys = UnsafeSoftwareKeys(folder, HandClock(), MUNICIPALITY)
    assert keys.e_seal().common_name == MUNICIPALITY
    assert not list(folder.parent.glob(".keys.*.new"))


def test_a_folder_with_other_things_in_it_is_left_alone() -> None:
    folder = new_folder() / "keys"
    folder.mkdir()
    (folder / "brev.txt").write_text("mitt")

    with pytest.raises(BadInput):
        UnsafeSoftwareKeys(folder, HandClock(), MUNICIPALITY)
    assert [path.name for path in folder.iterdir()] == ["brev.txt"]


def test_a_disk_that_cannot_be_written_to_leaves_nothing_half() -> None:
    blocked = new_folder() / "file"
    blocked.write_text("")

    with pytest.raises(Temporary):
        UnsafeSoftwareKeys(blocked / "keys", HandClock(), MUNICIPALITY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"organisation": " "},
        {"organisation": "x" * 65},
        {"custodians": ()},
        {"custodians": (Seat("a", "A1", "x"), Seat("a", "A2", "y"))},
        {"custodians": (Seat("../a", "A1", "x"),)},
        {"custodians": (Seat("house", "A1", "x"), Seat("b", "A2", "y"))},
        {"custodians": (Seat("a", "A1", ""), Seat("b", "A2", "y"))},
    ],
)
def test_names_that_cannot_be_used(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        UnsafeSoftwareKeys(new_folder() / "keys", HandClock(), **({"organisation": MUNICIPALITY} | wrong))  # type: ignore[arg-type]


# certificates


def test_revocation_lists_are_renewed_at_half_their_life() -> None:
    clock = HandClock()
    keys = new_keys(clock)
    path = keys._folder / "ca" / "issuing.crl"
    keys.validation_context()
    first = path.read_bytes()
    clock.time += dt.timedelta(days=14)
    keys.validation_context()
    assert path.read_bytes() == first
    clock.time += dt.timedelta(days=2)
    keys.validation_context()

    renewed = x509.load_der_x509_crl(path.read_bytes())
    assert renewed.last_update_utc == clock.time
    assert (
        renewed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        > x509.load_der_x509_crl(first).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    )


def test_a_revocation_is_seen_by_others_at_once_and_stays() -> None:
    clock = HandClock()
    keys = new_keys(clock)
    other = reopened(keys, clock)
    other.validation_context()
    time.sleep(0.01)
    keys.revoke_person(DIRECTOR, DIRECTOR_ID)
    serial = keys.for_person(DIRECTOR, DIRECTOR_ID).pyhanko.signing_cert.serial_number

    for days in (0, 40):
        clock.time += dt.timedelta(days=days)
        lists = other.validation_context().crls
        found = {
            revoked["user_certificate"].native: revoked["revocation_date"].native
            for one in lists
            for revoked in one["tbs_cert_list"]["revoked_certificates"] or ()
        }
        assert found == {serial: MORNING}


def test_certificates_are_renewed_before_they_run_out_with_the_same_key() -> None:
    clock = HandClock()
    keys = new_keys(clock)
    old = {name: keys.for_person(name, None).pyhanko.signing_cert for name in (DIRECTOR,)} | {
        "seal": keys.e_seal().pyhanko.signing_cert
    }
    clock.time += dt.timedelta(days=2 * 365 - 30)
    person, seal = keys.for_person(DIRECTOR, None).pyhanko.signing_cert, keys.e_seal().pyhanko.signing_cert

    assert person.serial_number != old[DIRECTOR].serial_number
    assert person.public_key.dump() == old[DIRECTOR].public_key.dump()
    assert seal.dump() == old["seal"].dump()
    assert reopened(keys, clock).for_person(DIRECTOR, None).pyhanko.signing_cert.dump() == person.dump()


def test_a_timestamp_always_has_ten_years_before_it() -> None:
    clock = HandClock()
    board = Authority()
    board.clock = clock
    board.keys = new_keys(clock)
    root = board.keys._root.certificate
    for years in (0, 3, 9):
        clock.time = MORNING + dt.timedelta(days=365 * years)
        record = board.sign(board.prepared(letter()))
        later = clock.time + dt.timedelta(days=3649)
        assert validate(record, [_der(root)], at=later).signed_at == clock.time


def _der(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def test_near_its_end_the_authority_still_signs_what_it_can() -> None:
    clock = HandClock()
    keys = new_keys(clock)
    clock.time += dt.timedelta(days=44 * 365 + 180)
    pems = {(keys.e_seal(), (keys._folder / "ca" / "e-seal.pem").read_bytes())[1] for _ in range(3)}

    assert len(pems) == 1  # not issued anew at every call


# the other keys


def test_the_record_key_signs_es256() -> None:
    keys = new_keys(HandClock())
    signature = keys.record.sign(b"data")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.record.public_bytes())

    assert len(signature) == 64
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    public.verify(encode_dss_signature(r, s), b"data", ec.ECDSA(hashes.SHA256()))
    assert keys.record.jwk()["kid"] == keys.record.key_id


def test_the_log_key_signs_ed25519() -> None:
    keys = new_keys(HandClock())

    ed25519.Ed25519PublicKey.from_public_bytes(keys.log.public_bytes()).verify(keys.log.sign(b"data"), b"data")
    assert keys.log.origin == "exempelstads-kommun.example/sigill"


def test_custodians_keys_are_files_of_their_own() -> None:
    keys = new_keys(HandClock())

    assert {one.id for one in keys.members()} == {"registrator", "jurist", "sakerhetsansvarig"}
    assert len({one.chain for one in keys.members()}) == 3
    assert public_of(keys.house_private_key()) == keys.house_public_key()
    for one in keys.members():
        private = read_custodian_key(keys._folder / "custodians" / f"{one.id}.key")
        assert public_of(private) == one.public_key
        assert keys.custodian_key(one.id) == private
    with pytest.raises(BadInput):
        keys.custodian_key("../record")


def test_custodians_of_the_first_version_are_told_what_to_do() -> None:
    keys = new_keys(HandClock())
    (keys._folder / "custodians.json").write_bytes(b'{"schema": 1, "x25519": {}}')

    with pytest.raises(BadInput, match="earlier version"):
        reopened(keys)


def test_custodians_swapped_among_themselves_are_noticed() -> None:
    keys = new_keys(HandClock())
    folder = keys._folder / "custodians"
    (folder / "jurist.key").write_bytes((folder / "registrator.key").read_bytes())

    with pytest.raises(BadInput):
        keys.custodian_key("jurist")


def test_custodians_may_take_their_keys_away() -> None:
    keys = new_keys(HandClock())
    shutil.rmtree(keys._folder / "custodians")

    assert len(reopened(keys).members()) == 3
    with pytest.raises(BadInput):
        reopened(keys).custodian_key("jurist")


def test_a_months_key_is_made_once_and_gone_for_ever() -> None:
    keys = new_keys(HandClock())
    november, december = keys.retention_key("2031-11"), keys.retention_key("2031-12")
    assert november != december
    assert len(november) == 32

    keys.delete_retention_key("2031-11")

    for again in (keys, reopened(keys)):
        with pytest.raises(Refused, match="deleted"):
            again.retention_key("2031-11")
        assert again.retention_key("2031-12") == december
    assert not any(november in path.read_bytes() for path in keys._folder.rglob("*") if path.is_file())


def test_a_months_lost_key_is_not_made_anew() -> None:
    keys = new_keys(HandClock())
    keys.retention_key("2031-11")
    path = keys._folder / "retention" / "2031-11.key"
    kept = path.read_bytes()

    path.unlink()
    with pytest.raises(BadInput, match="missing"):
        keys.retention_key("2031-11")
    path.write_bytes(bytes(32))
    with pytest.raises(BadInput, match="does not fit"):
        keys.retention_key("2031-11")
    path.write_bytes(kept)
    assert keys.retention_key("2031-11") == kept


@pytest.mark.parametrize("month", ["", "2031-13", "2031-1", "2031-11-01", "../2031-11", "２０３１-11", "2031-11\n"])
def test_a_month_is_a_month(month: str) -> None:
    with pytest.raises(BadInput):
        new_keys(HandClock()).retention_key(month)


def test_the_trust_file_holds_public_things_only() -> None:
    keys = new_keys(HandClock())
    trust = Trust.parse(keys.trust())

    assert trust.municipality == MUNICIPALITY
    assert trust.issued_for == "test only"
    assert parse_vkey(json.loads(keys.trust())["log"]["vkey"]).public_key == keys.log.public_bytes() == trust.log_key
    assert trust.record_keys == {keys.record.key_id: keys.record.public_bytes()}
    assert b"PRIVATE" not in keys.trust()
