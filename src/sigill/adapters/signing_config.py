"""`signing.toml` in the house's home: who signs with what, whose timestamps, whom the house trusts.

    schema = 1
    [decision_maker]              the decision-maker's own signature
    method = "pkcs11"             software | pkcs11 | csc | elsewhere
    [e_seal]                      the organisation's seal on notifications
    method = "pkcs11"             software | pkcs11 | csc
    [[timestamp]]                 authorities, tried in this order
    [trust]                       root and intermediate certificates

Without the file, everything is signed with software keys that protect nothing. Secrets never stand in the file: a
key names the file that holds one. Relative paths are read from the folder of `signing.toml`.

What it does not do: open a device or a connection (`sigill.adapters.signing` does).
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from asn1crypto import pem, x509

from sigill.adapters.files import read
from sigill.errors import N_, BadInput

FILE = "signing.toml"

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
_Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s]+$", max_length=500)]
_Seconds = Annotated[float, msgspec.Meta(gt=0, le=600)]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base: nothing unknown."""


class Software(_Part, frozen=True, tag_field="method", tag="software"):
    """Keys in plain files. For trials only."""


class Pkcs11(_Part, frozen=True, tag_field="method", tag="pkcs11"):
    """A hardware security module, smart card or SoftHSM (PKCS#11).

    Args:
        module: the maker's library, a path.
        token: the token's label.
        pin_file: a file with the PIN; without one, the device asks on its own keypad.
        key: label of key and certificate, for the seal.
        keys: staff id (or an elected member's name) to label; without an entry, the staff id is the label.
    """

    module: _Text
    token: _Text
    pin_file: str = ""
    key: str = ""
    keys: dict[str, _Text] = {}


class Csc(_Part, frozen=True, tag_field="method", tag="csc"):
    """A remote signing service (Cloud Signature Consortium API).

    Args:
        url: the service, up to `/csc/`.
        version: of the API.
        token_file: a file with the access token (OAuth 2 bearer).
        oauth_url, client_id, client_secret_file: where to get a token instead (RFC 6749 § 4.4).
        pin_file: a file with the credential's PIN, if it has one.
        key, keys: as for `Pkcs11`, with credential ids.
        timeout_seconds: for one request.
    """

    url: _Url
    version: Literal["v1", "v2"] = "v2"
    token_file: str = ""
    oauth_url: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^\s]+)?$")] = ""
    client_id: str = ""
    client_secret_file: str = ""
    pin_file: str = ""
    key: str = ""
    keys: dict[str, _Text] = {}
    timeout_seconds: _Seconds = 30.0


class Elsewhere(_Part, frozen=True, tag_field="method", tag="elsewhere"):
    """Signed outside the house: the digest is handed out, the signature handed in later."""


class Authority(_Part, frozen=True):
    """A timestamp authority (RFC 3161).

    Args:
        url: where it answers.
        timeout_seconds: for one request.
        username, password_file: for HTTP basic authentication.
    """

    url: _Url
    timeout_seconds: _Seconds = 10.0
    username: str = ""
    password_file: str = ""


class TrustFiles(_Part, frozen=True):
    """Certificates and revocation.

    Args:
        roots: PEM or DER files; whoever checks a letter trusts these, so they stand in the published policy.
        intermediates: certificates between a root and a signer, where device or service does not give them.
        revocation: `fetch` asks where the certificates say (OCSP, CRL); `files` reads `crls`.
        crls: revocation lists, read anew for each signature; something else keeps them fresh.
    """

    roots: Annotated[tuple[_Text, ...], msgspec.Meta(min_length=1)]
    intermediates: tuple[_Text, ...] = ()
    revocation: Literal["fetch", "files"] = "fetch"
    crls: tuple[_Text, ...] = ()


class SigningFile(_Part, frozen=True):
    """The whole file.

    Args:
        timestamp: authorities in the order in which they are asked; none means the local one of the software keys.
        trust: may be left out only while everything is software.
    """

    schema: Literal[1]
    decision_maker: Software | Pkcs11 | Csc | Elsewhere
    e_seal: Software | Pkcs11 | Csc
    timestamp: tuple[Authority, ...] = ()
    trust: TrustFiles | None = None

    @property
    def needs_software(self) -> bool:
        """Whether a signature or a timestamp of this house comes from plain files."""
        return not self.timestamp or Software in (type(self.decision_maker), type(self.e_seal))


def load_signing(home: Path) -> SigningFile | None:
    """Read `home/signing.toml`; None when there is none.

    Raises:
        BadInput: it does not follow the form; says where.
    """
    path = home / FILE
    return parse_signing(read(path), place=str(path)) if path.exists() else None


def parse_signing(toml: bytes, *, place: str = FILE) -> SigningFile:
    """Read the bytes of a signing file.

    Raises:
        BadInput: not TOML, an unknown, missing or wrong key, or parts that do not go together.
    """
    try:
        found = msgspec.convert(tomllib.loads(toml.decode("utf-8-sig")), SigningFile)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as err:
        raise BadInput(
            N_("The signing file does not follow the form: {reason}."),
            N_("See the manual, underskrift.md, for the keys."),
            place=place,
            reason=str(err),
        ) from None
    wholly_software = not found.timestamp and type(found.decision_maker) is type(found.e_seal) is Software
    if found.trust is None and not wholly_software:
        raise _wrong(place, "[trust]", N_("Name the root certificates of signers and timestamp authorities."))
    if found.trust is not None and (found.trust.revocation == "files") != bool(found.trust.crls):
        raise _wrong(place, "trust.crls", N_("`files` needs lists, `fetch` takes none."))
    seal = found.e_seal
    if isinstance(seal, Pkcs11 | Csc) and (not seal.key or seal.keys):
        raise _wrong(place, "e_seal.key", N_("The seal has exactly one key: name it in `key`."))
    maker = found.decision_maker
    if isinstance(maker, Pkcs11 | Csc) and maker.key:
        raise _wrong(place, "decision_maker.key", N_("Every decision-maker has a key of her own: use `keys`."))
    for name, one in (("decision_maker", maker), ("e_seal", seal)):
        if isinstance(one, Csc) and bool(one.token_file) == bool(one.oauth_url):
            raise _wrong(place, f"{name}.token_file", N_("Name either `token_file` or `oauth_url`."))
        if isinstance(one, Csc) and one.oauth_url and not (one.client_id and one.client_secret_file):
            raise _wrong(place, f"{name}.oauth_url", N_("It needs `client_id` and `client_secret_file` too."))
    return found


def secret(folder: Path, name: str) -> str:
    """A PIN, password or token from its file: the first line, without its end.

    Raises:
        BadInput: the file cannot be read, is empty, or may be read by everybody.
    """
    path = folder / name
    text = read(path, most=1 << 16).decode("utf-8", "replace").split("\n", 1)[0].strip()
    if not text:
        raise BadInput(N_("The file should hold a secret and is empty."), N_("Write it on the first line."), place=name)
    if path.stat().st_mode & 0o007:
        raise BadInput(
            N_("A file with a secret may be read by everybody on this machine."),
            N_("Take the rights away: chmod 600."),
            place=str(path),
        )
    return text


def certificates(folder: Path, names: tuple[str, ...]) -> list[x509.Certificate]:
    """All certificates in the named files, PEM or DER.

    Raises:
        BadInput: a file cannot be read or holds no certificate; names it.
    """
    found = []
    for name in names:
        data = read(folder / name, most=1 << 20)
        try:
            ders = [der for _, _, der in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]
            parsed = [x509.Certificate.load(der, strict=True) for der in ders]
            for one in parsed:
                one.native  # noqa: B018 - parses it all
        except (ValueError, TypeError):
            parsed = []
        if not parsed:
            raise BadInput(N_("A trusted certificate cannot be read."), N_("Put a PEM or DER file there."), place=name)
        found += parsed
    return found


def _wrong(place: str, key: str, step: str) -> BadInput:
    return BadInput(N_("Something in the signing file does not go together."), step, place=f"{place} {key}")
