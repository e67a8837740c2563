"""Signatures in production: keys on a token or at a service, timestamps and revocation over the network."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest

from house import CASES, EXAMPLES, NOON, ROOT, SimulatedHouse, draft
from pki import pki
from production import at_service, house, on_token, token, toml
from sigill.adapters.csc import RemoteService
from sigill.adapters.signing_config import parse_signing
from sigill.audit import Trust, check, fingerprint
from sigill.errors import BadInput, NotGenuine, Temporary
from sigill.house import trust_of
from signed import HandClock, new_keys
from softhsm import MODULE, token_folder

CASE, LIFTED = "01_track_a_insats", "02_track_b_lyft"


WAYS = {"token": on_token, "csc v1": lambda: at_service("v1"), "csc v2": at_service}


@pytest.mark.parametrize("way", WAYS)
def test_a_decision_is_signed_in_production_and_checks(way: str) -> None:
    given = house(WAYS[way]())
    recorded = given.issue(draft(CASE), with_record=True)

    given.check()
    checked = check(recorded.record_pdf, given.trust, at=NOON)
    assert (checked.kind, checked.signer_kind) == ("record", "person")
    assert check(recorded.notification_pdf, given.trust, at=NOON).signer_kind == "organisation"
    assert given.trust.issued_for == ""
    with pytest.raises(NotGenuine, match="not trusted"):  # the local test root vouches for nothing here
        check(recorded.notification_pdf, Trust.parse(given.keys.trust()), at=NOON)


def refused(given: SimulatedHouse, kind: type[Exception], name: str = CASE) -> str:
    """Issuing fails in this way, and nothing has been issued."""
    with pytest.raises(kind) as caught:
        given.issue(draft(name))
    assert given.store.entries == []
    assert given.store.issues == {}
    return str(caught.value)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the library's own clean-up complains
def test_a_session_that_was_lost_is_opened_anew() -> None:
    given = house(on_token())
    given.issue(draft(CASE))
    for source in given.ports.signers._sources.values():
        source._session.close()
    given.issue(draft(LIFTED))
    given.check()


def test_a_token_that_is_gone_is_temporary_and_works_again_when_it_is_back() -> None:
    given = house(on_token())
    tokens = token_folder() / "tokens"
    shutil.move(tokens, token_folder() / "away")
    tokens.mkdir()
    try:
        assert "device does not answer" in refused(given, Temporary)
    finally:
        tokens.rmdir()
        shutil.move(token_folder() / "away", tokens)
    given.issue(draft(CASE))
    given.check()


def test_a_token_that_goes_between_two_signatures_leaves_nothing_half() -> None:
    """The record is signed, then the device is gone when the seal is wanted."""
    given = house(on_token())
    signers = given.ports.signers
    seal = signers.e_seal().pyhanko
    sign = type(seal)._sign

    def gone(self: object, session: object, *more: object) -> bytes:
        if self is seal:
            raise pkcs11.exceptions.DeviceRemoved
        return sign(self, session, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(seal), "_sign", gone)
        assert "device does not answer" in refused(given, Temporary)
    given.issue(draft(CASE))
    given.check()


def test_a_wrong_pin_is_tried_once_and_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin = tmp_path / "pin"
    pin.write_text("0000-fel")
    pin.chmod(0o600)
    given = house(on_token().replace(str(token_folder() / "pin"), str(pin)))
    tries = []
    library = pkcs11.lib(MODULE)

    class Counting:
        def __getattr__(self, name: str) -> object:
            return getattr(library, name)

        def get_token(self, **by: str) -> object:
            tries.append(by)
            return library.get_token(**by)

    monkeypatch.setattr(pkcs11, "lib", lambda _module: Counting())
    told = refused(given, BadInput)
    assert "does not take the PIN" in told
    assert "0000" not in told
    assert len(tries) == 1


def test_a_pin_that_everybody_may_read_is_refused(tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text("4711-hemlig")
    pin.chmod(0o644)
    told = refused(house(on_token().replace(str(token_folder() / "pin"), str(pin))), BadInput)
    assert "read by everybody" in told
    assert "4711" not in told


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("A11259", "carries another name"),
        ("foreign", "not this organisation's"),
        ("revoked", "has been revoked"),
        ("expired", "has run out"),
        ("nobody", "holds no key"),
    ],
)
def test_a_certificate_that_is_not_the_signers_own_good_one_is_refused(label: str, reason: str) -> None:
    maker = token(f'keys = {{ A10667 = "{label}" }}')
    told = refused(house(toml(maker, token('key = "seal"'))), BadInput)
    assert reason in told
    assert "Gun-Britt" not in told


def test_a_seal_of_another_municipality_is_refused() -> None:
    assert "not this organisation's" in refused(house(toml(token(), token('key = "foreign"'))), BadInput)


TSA = "/pki/kommun/tsa"


@pytest.mark.parametrize("how", [500, 404, 200, -2], ids=["error", "missing", "rubbish", "slow"])
def test_a_timestamp_authority_in_trouble_is_temporary(how: int) -> None:
    given = house(on_token().replace("timeout_seconds = 5", "timeout_seconds = 0.3"))
    with pki().failing(TSA, how):
        assert "timestamp service" in refused(given, Temporary)
    given.issue(draft(CASE))
    given.check()


def test_an_authority_that_goes_after_the_log_entry_is_written_leaves_it_to_the_next_run() -> None:
    given = house(on_token())
    tsa = pki().broken

    def gone(point: str) -> None:
        if point == "recorded":
            tsa[TSA] = 503

    plain, given.ports = given.ports, replace(given.ports, mark=gone)
    try:
        with pytest.raises(Temporary):
            given.issue(draft(CASE))
    finally:
        tsa.pop(TSA, None)
        given.ports = plain
    assert len(given.store.entries) == 1
    assert given.issue(draft(CASE)).again
    assert len(given.store.entries) == 1
    given.check()


def test_the_second_authority_answers_when_the_first_does_not() -> None:
    first = f'[[timestamp]]\nurl = "{pki().url}/gone"\ntimeout_seconds = 1\n'
    second = f'[[timestamp]]\nurl = "{pki().url}{TSA}/tsa"\n'
    given = house(on_token(tsa=first + second))
    given.issue(draft(CASE))
    given.check()


def test_a_timestamp_over_something_else_is_not_taken() -> None:
    """An authority that answers with a token for another hash: well formed, signed, and of no use."""
    given = house(on_token())
    stamper = given.ports.signers.timestamper()._authorities[0]
    plain = stamper.async_timestamp

    async def other(message_digest: bytes, md_algorithm: str) -> object:
        return await plain(hashlib.sha256(message_digest).digest(), md_algorithm)

    stamper.async_timestamp = other
    assert "timestamp service" in refused(given, Temporary)


def test_without_word_on_revocation_nothing_is_signed() -> None:
    given = house(on_token())
    with pki().failing("/pki/kommun/ocsp", 503), pki().failing("/pki/kommun/crls", 503):
        assert "has been revoked" in refused(given, Temporary)


@pytest.mark.parametrize("how", [500, 429, 200, -2], ids=["error", "busy", "rubbish", "slow"])
@pytest.mark.parametrize("where", ["/csc-service", "/csc-service/csc/v2/signatures", "/oauth"])
def test_a_signing_service_in_trouble_is_temporary(where: str, how: int) -> None:
    given = house(at_service().replace("timeout_seconds = 5\n", "timeout_seconds = 0.3\n"))
    with pki().failing(where, how):
        assert "signing service" in refused(given, Temporary)


def test_a_signing_service_that_refuses_is_the_administrators_matter() -> None:
    (pki().folder / "other-secret").write_text("fel")
    (pki().folder / "other-secret").chmod(0o600)
    given = house(at_service().replace("/client-secret", "/other-secret"))
    assert "refused (HTTP 401)" in refused(given, BadInput)
    assert "refused (HTTP 404)" in refused(house(at_service().replace("kommun/gun-britt", "kommun/borta")), BadInput)


def test_only_hashes_leave_the_house() -> None:
    given = house(at_service())
    pki().asked.clear()
    given.issue(draft(CASE))
    sent = [body for path, body in pki().asked if path.endswith("signHash")]
    assert len(sent) == 2
    for body in sent:
        assert set(body) == {"credentialID", "SAD", "hashes", "hashAlgorithmOID", "signAlgo", "operationMode"}
        assert len(body["hashes"]) == 1
    everything = repr(pki().asked)
    for word in ("Gun-Britt", "Åkesson", "kontaktfamilj", "%PDF"):
        assert word not in everything


def test_a_signature_that_does_not_fit_the_certificate_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    given = house(at_service())
    plain = RemoteService.sign

    async def other(self: RemoteService, label: str, digest: bytes, way: str) -> bytes:
        return await plain(self, label, hashlib.sha256(digest).digest(), way)

    monkeypatch.setattr(RemoteService, "sign", other)
    assert "answer that cannot be used" in refused(given, Temporary)


# the file


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (("schema = 1", "schema = 2"), "schema"),
        (("schema = 1", "schema = 1\ncolour = 1"), "colour"),
        (('method = "pkcs11"', 'method = "brev"'), "method"),
        (('key = "seal"', ""), "e_seal.key"),
        (("timeout_seconds = 5", "timeout_seconds = 0"), "timeout_seconds"),
        (("[trust]", "[trust]\nrevocation = 'files'"), "trust.crls"),
        (("roots = ", "# roots = "), "roots"),
    ],
)
def test_a_signing_file_that_cannot_be_used_is_refused_with_the_place(change: tuple[str, str], where: str) -> None:
    text = on_token()
    assert change[0] in text
    with pytest.raises(BadInput) as caught:
        parse_signing(text.replace(*change).encode())
    assert where in str(caught.value)


def test_trust_may_be_left_out_only_with_software_keys() -> None:
    software = 'schema = 1\ndecision_maker = { method = "software" }\ne_seal = { method = "software" }\n'
    given = house(software)
    given.issue(draft(CASE))
    given.check()
    assert given.trust.issued_for == "test only"
    without = on_token()
    with pytest.raises(BadInput, match="root certificates"):
        parse_signing(without[: without.index("[trust]")].encode())


def test_a_house_half_in_production_says_that_it_is_a_test() -> None:
    given = house(toml(token(), 'method = "software"', tsa=""))
    given.issue(draft(CASE))
    given.check()
    assert given.trust.issued_for == "test only"
    assert len(given.trust.roots) == 2


def test_revocation_lists_may_come_from_files(tmp_path: Path) -> None:
    import urllib.request

    names = []
    for label in ("root", "issuing"):
        path = tmp_path / f"{label}.crl"
        path.write_bytes(urllib.request.urlopen(f"{pki().url}/pki/kommun/crls/{label}/latest.crl").read())
        names.append(str(path))
    given = house(on_token(more=f'revocation = "files"\ncrls = {names!r}'))
    pki().asked.clear()
    given.issue(draft(CASE))
    given.check()
    assert not [path for path, _ in pki().asked if "crl" in path or "ocsp" in path]


# the published policy


def test_the_policy_names_what_a_check_needs_and_its_fingerprint_can_be_read_aloud(tmp_path: Path) -> None:
    given = house(on_token())
    policy = trust_of(given.keys, parse_signing(on_token().encode()), pki().folder)
    assert policy == trust_of(given.keys, parse_signing(on_token().encode()), pki().folder)  # stable
    spoken = fingerprint(policy)
    assert re.fullmatch(r"([a-z2-7]{4} ){7}[a-z2-7]{4}", spoken)
    laid_out_otherwise = json.dumps(json.loads(policy), indent=7).encode()
    assert fingerprint(laid_out_otherwise) == spoken
    other = json.loads(policy)
    other["log"] = json.loads(new_keys(HandClock(NOON)).trust())["log"]
    assert fingerprint(json.dumps(other).encode()) != spoken


def test_the_command_shows_and_writes_the_policy(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "policy.json"
    (tmp_path / "home").mkdir()
    (home / "signing.toml").write_text(on_token())
    english = {"LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8", "COLUMNS": "250"}
    environment = {**os.environ, "SIGILL_HOME": str(home), **english}
    environment.pop("DATABASE_URL", None)

    def sigill(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / ".venv" / "bin" / "sigill", *map(str, arguments)], capture_output=True, text=True, env=environment
        )

    folder = CASES / CASE
    with pki().by_the_clock():
        issued = sigill("issue", folder / "case.toml", "--staff", EXAMPLES / "staff.csv", "-o", tmp_path / "letter")
    assert issued.returncode == 0, issued.stderr
    assert "plain files" not in issued.stderr
    shown = sigill("trust", "-o", out)
    assert shown.returncode == 0, shown.stderr
    assert "Provrot" in shown.stdout
    assert "trials" not in shown.stdout
    assert fingerprint(out.read_bytes()) in shown.stdout
    assert out.read_bytes() == (home / "trust.json").read_bytes()
    checked = sigill("check", tmp_path / "letter" / "notification.pdf", "--trust", out)
    assert checked.returncode == 0, checked.stdout
