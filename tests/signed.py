"""Signed letters for tests: a small letter, an authority with keys and a log, and what it issues.

The authority is a municipality reduced to what a reader can check: it signs, logs and stamps, and nothing else.
"""

import datetime as dt
import hashlib
import json
import secrets
import tempfile
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sigill.adapters.keys import UnsafeKeysWarning, UnsafeSoftwareKeys
from sigill.audit import Trust
from sigill.decision.stages import Identity
from sigill.log import proof, tree
from sigill.log.entry import commit, issued_event
from sigill.log.memory import MemoryNodes
from sigill.ports import Credential, Signers
from sigill.seal.identity import issue_identity
from sigill.sign.appearance import appearance, e_seal_lines, person_lines
from sigill.sign.field import IDENTITY_ATTACHMENT, Attachment, prepare_for_signature
from sigill.sign.pades import sign_letter
from sigill.sign.proof import stamp_proof

MUNICIPALITY = "Exempelstads kommun"
DIRECTOR, DIRECTOR_ID = "Birgitta Ström", "A12184"
HANDLER = Identity("A10001", "Åsa Lindqvist-Öberg", "Socialsekreterare", "decision_maker")
FONTS = Path(__file__).resolve().parents[1] / "src" / "sigill" / "letters" / "fonts"
MORNING = dt.datetime(2026, 8, 20, 9, 30, tzinfo=dt.UTC)
FIELD = "Underskrift"

_folders: list[tempfile.TemporaryDirectory[str]] = []


class HandClock:
    """Stands still until somebody moves its hands."""

    def __init__(self, time: dt.datetime = MORNING) -> None:
        self.time = time

    def now(self) -> dt.datetime:
        return self.time


class Dice:
    """Real randomness behind the port."""

    def token_bytes(self, n: int) -> bytes:
        return secrets.token_bytes(n)


def new_folder() -> Path:
    """A folder that lives as long as the test run."""
    folder = tempfile.TemporaryDirectory(prefix="sigill-test-")
    _folders.append(folder)
    return Path(folder.name)


def new_keys(clock: HandClock, organisation: str = MUNICIPALITY, **more: str) -> UnsafeSoftwareKeys:
    """Fresh keys in a folder of their own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnsafeKeysWarning)
        return UnsafeSoftwareKeys(new_folder() / "keys", clock, organisation, **more)


def root_of(keys: UnsafeSoftwareKeys) -> bytes:
    """The root certificate in the keys' trust file, DER."""
    (pem,) = json.loads(keys.trust())["ca"]
    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)


@cache
def letter(text: str = "Nämnden beviljar ansökan om kontaktfamilj.") -> bytes:
    """A short tagged letter, PDF/A-3a and PDF/UA-1."""
    source = f"""
#set document(title: "Underrättelse om beslut")
#set page(margin: (top: 150pt, rest: 60pt))
#set text(lang: "sv", font: "Noto Sans")
= Underrättelse om beslut
#sys.inputs.text
#table(columns: 2, table.header[Diarienummer][Datum], [SN 2026/118], [2026-08-20])
{"#lorem(300)" * 2}
"""
    return bytes(
        typst.compile(
            source.encode(),
            sys_inputs={"text": text},
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            pdf_standards=["a-3a", "ua-1"],
            timestamp=0,
        )
    )


@dataclass(frozen=True)
class Issued:
    """One issued decision: both letters as signed, and as finished with the log's proof inside."""

    signed_notification: bytes
    notification: bytes
    signed_record: bytes
    record: bytes
    proof: bytes
    identity: bytes


class Authority:
    """Signs, logs, stamps."""

    def __init__(self, organisation: str = MUNICIPALITY, **more: str) -> None:
        self.clock = HandClock()
        self.keys = new_keys(self.clock, organisation, **more)
        self.nodes = MemoryNodes()
        self.trust = Trust.parse(self.keys.trust())
        self.root = root_of(self.keys)

    def identity(self, withheld: Identity = HANDLER) -> bytes:
        """A fresh sealed identity record."""
        made = issue_identity([withheld], {"decision": secrets.token_hex(8)}, self.keys.record, Dice())
        return made.jwt.encode()

    def prepared(self, pdf: bytes, *attachments: Attachment) -> bytes:
        """A letter with its empty field."""
        return prepare_for_signature(
            pdf, field_name=FIELD, tooltip="Myndighetens stämpel", attachments=attachments, date=self.clock.now()
        )

    def seal(self, prepared: bytes, signers: Signers | None = None, credential: Credential | None = None) -> bytes:
        """A notification under the organisation's e-seal (or another credential), level B-LT."""
        look = appearance(e_seal_lines(MUNICIPALITY, self.clock.now().date()), FONTS)
        return self._sign(prepared, credential or self.keys.e_seal(), look, "B-LT", signers)

    def sign(self, prepared: bytes, name: str = DIRECTOR, staff_id: str = DIRECTOR_ID) -> bytes:
        """A record under a person's signature, level B-LTA."""
        look = appearance(person_lines(name, "Socialdirektör", self.clock.now().date()), FONTS)
        return self._sign(prepared, self.keys.for_person(name, staff_id), look, "B-LTA", None)

    def _sign(self, prepared: bytes, credential: Credential, look, level, signers) -> bytes:  # type: ignore[no-untyped-def]
        return sign_letter(
            prepared,
            credential=credential,
            signers=signers or self.keys,
            field_name=FIELD,
            appearance=look,
            level=level,
            signing_time=self.clock.now(),
        )

    def log(self, notification: bytes, record: bytes, identity: bytes, *, kind: str = "issued") -> bytes:
        """Write the event into the log; the proof of it."""
        event = issued_event(
            self.clock.now(),
            notification_sha256=_digest(notification),
            record_sha256=_digest(record),
            box_sha256=_digest(b"box"),
            identity_sha256=_digest(identity),
        ).replace(b'"kind":"issued"', f'"kind":"{kind}"'.encode())
        salt = secrets.token_bytes(32)
        self.nodes.extend(tree.append([commit(event, salt)], self.nodes))
        return proof.prove(event, salt, self.nodes.size() - 1, self.nodes, self.keys.log).encode()

    def issue(self, text: str = "Nämnden beviljar ansökan om kontaktfamilj.") -> Issued:
        """The whole way of one decision."""
        identity = self.identity()
        attached = Attachment(IDENTITY_ATTACHMENT, identity, "application/sd-jwt", "Förseglad identitetspost")
        notification = self.seal(self.prepared(letter(text), attached))
        record = self.sign(self.prepared(letter(text + " Beslutet fattades av " + DIRECTOR)))
        proven = self.log(notification, record, identity)
        return Issued(
            signed_notification=notification,
            notification=stamp_proof(notification, proven, self.keys),
            signed_record=record,
            record=stamp_proof(record, proven, self.keys),
            proof=proven,
            identity=identity,
        )


@cache
def authority() -> Authority:
    """One authority for all tests that only read."""
    return Authority()


@cache
def issued() -> Issued:
    """One decision of that authority."""
    return authority().issue()


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
