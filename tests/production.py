"""Signing files on the test PKI, and a simulated house that signs with them."""

import pkcs11

from house import NOON, FixedClock, SimulatedHouse, board
from pki import pki
from sigill.adapters.signing import ConfiguredSigners
from sigill.adapters.signing_config import parse_signing
from sigill.house import trust_of
from sigill.ports import Credential
from signed import HandClock, new_keys
from softhsm import MODULE, TOKEN, token_folder


def toml(maker: str, seal: str = "", *, more: str = "", tsa: str = "") -> str:
    """A signing file on the test PKI."""
    url = pki().url
    return f"""
schema = 1
[decision_maker]
{maker}
[e_seal]
{seal or maker}
{
        tsa
        or f'''[[timestamp]]
url = "{url}/pki/kommun/tsa/tsa"
timeout_seconds = 5'''
    }
[trust]
roots = ["{pki().folder / "root.pem"}"]
intermediates = ["{pki().folder / "issuing.pem"}"]
{more}
"""


def token(extra: str = "") -> str:
    return f'method = "pkcs11"\nmodule = "{MODULE}"\ntoken = "{TOKEN}"\npin_file = "{token_folder() / "pin"}"\n{extra}'


def on_token(**more: str) -> str:
    return toml(token(), token('key = "seal"'), **more)


def service(extra: str = "", version: str = "v2") -> str:
    folder = pki().folder
    (folder / "client-secret").write_text("hemligt")
    (folder / "pin").write_text("1234")
    for name in ("client-secret", "pin"):
        (folder / name).chmod(0o600)
    return (
        f'method = "csc"\nurl = "{pki().url}/csc-service"\nversion = "{version}"\n'
        f'oauth_url = "{pki().url}/oauth/token"\nclient_id = "sigill"\nclient_secret_file = "{folder}/client-secret"\n'
        f'pin_file = "{folder}/pin"\ntimeout_seconds = 5\n{extra}'
    )


def at_service(version: str = "v2", **more: str) -> str:
    persons = 'keys = { A10667 = "kommun/gun-britt", A12184 = "kommun/birgitta" }'
    return toml(service(persons, version), service('key = "kommun/seal"', version), **more)


def house(text: str) -> SimulatedHouse:
    """A house in memory with these signers, as a process of its own would open it: not logged in anywhere."""
    token_folder()
    pkcs11.lib(MODULE).reinitialize()
    keys = new_keys(HandClock(NOON), board().e_seal_organisation)
    file = parse_signing(text.encode())
    signers = ConfiguredSigners(file, pki().folder, keys.organisation, keys, FixedClock())
    return SimulatedHouse(keys, signers=signers, trust=trust_of(keys, file, pki().folder))


def person(label: str) -> Credential:
    """A person's credential on the token, without the questions that `ConfiguredSigners` asks."""
    from sigill.adapters.signing_config import certificates
    from sigill.adapters.tokens import Token

    own = {"gun-britt": "A10667", "birgitta": "A12184"}[label]
    pin = (token_folder() / "pin").read_text().strip()
    return Token(MODULE, TOKEN, lambda: pin).credential(own, certificates(pki().folder, ("issuing.pem",)))
