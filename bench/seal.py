"""Seals, openings, signatures and checks, beside raw pyHanko on the same file in the same run.

Seal: the identity record and the box with record and openings. Opening: from the custodians' parts to the verified
identity, the house's own part included; what a real opening then adds, its log entry and the copy's timestamp, stands
apart. Raw pyHanko signs the same letter at the same level with the same keys and validates the same file; it knows
nothing of the log, the identity record or the proofs, and gives no `check`.
"""

import io
import logging
import sys
import tempfile
import warnings
from pathlib import Path

from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore

from bench.known import ROOT
from bench.timing import median_ms
from sigill import journey
from sigill.adapters.keys import UnsafeSoftwareKeys
from sigill.audit import check
from sigill.law import book
from sigill.seal import box, content, identity

sys.path.insert(0, str(ROOT / "tests"))
import house as cast

RUNS = 25
"""Of each measure; the medians are told."""


def main() -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        keys = UnsafeSoftwareKeys(Path(folder) / "keys", cast.FixedClock(), "Exempelstads kommun")
        house = cast.SimulatedHouse(keys)
        _seals(house)
        _signatures(house)


def _seals(house: cast.SimulatedHouse) -> None:
    ports = house.ports
    prepared = journey.prepare(cast.draft("01_track_a_insats"), cast.board(), ports)
    recorded = house.issue(cast.draft("02_track_b_lyft"))
    signed = journey._sign(prepared, ports)
    claims = {"decision": prepared.facts.decision_id}
    issue_identity = median_ms(
        lambda: identity.issue_identity(prepared.identities, claims, ports.record_key, ports.entropy), RUNS
    )
    seal = median_ms(lambda: journey._seal(signed, ports), RUNS)
    request = house.request(recorded, "party")
    parts = house.parts(request, "jurist")
    stored = ports.store.find(recorded.facts.key)
    assert stored is not None
    ground = book.disclosure_ground("party")
    known = {ports.record_key.key_id: ports.record_key.public_bytes()}

    def opened() -> None:
        whole = [*parts, *journey._house_part(stored, ground, parts, ports)]
        _, jwt, openings = content.unpack(box.open_box(stored.box, whole, journey.retention_key(stored, ports)))
        assert identity.open_in_court(jwt, openings, known)

    opening = median_ms(opened, RUNS)
    whole = median_ms(lambda: journey.disclose(request, parts, ports), RUNS)
    print(f"\nSeal, p50 of {RUNS} (target: identity record and box together 2 ms)")
    print(f"  {'identity record':<44}{issue_identity:8.2f} ms")
    print(f"  {'box, log event':<44}{seal:8.2f} ms")
    print(f"\nOpening, p50 of {RUNS} (target: 1 ms after the custodians' parts)")
    print(f"  {'box, content, identity verified':<44}{opening:8.2f} ms")
    print(f"  {'disclose: with request, log and timestamps':<44}{whole:8.2f} ms")


def _signatures(house: cast.SimulatedHouse) -> None:
    ports = house.ports
    prepared = journey.prepare(cast.draft("01_track_a_insats"), cast.board(), ports)
    letter = prepared.notification_pdf
    maker = ports.signers.for_person(prepared.signatory.name, prepared.signatory.staff_id)
    recorded = house.issue(cast.draft("03_lvu14_utskott"))
    final = recorded.notification_pdf

    def raw_sign() -> None:
        settings = signers.PdfSignatureMetadata(
            field_name="Underskrift",
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            embed_validation_info=True,
            use_pades_lta=True,
            validation_context=ports.signers.validation_context(),
        )
        signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(letter)),
            settings,
            signer=maker.pyhanko,
            timestamper=ports.signers.timestamper(),
        )

    roots = [x509.Certificate.load(root) for root in house.trust.roots]

    def raw_validate() -> None:
        reader = PdfFileReader(io.BytesIO(final))
        evidence = DocumentSecurityStore.read_dss(reader)
        context = evidence.as_validation_context({"trust_roots": roots, "moment": cast.NOON, "allow_fetching": False})
        assert all(validate_pdf_signature(one, context).bottom_line for one in reader.embedded_regular_signatures)
        assert all(validate_pdf_timestamp(one, context).valid for one in reader.embedded_timestamp_signatures)

    signing = median_ms(lambda: journey._sign(prepared, ports), RUNS)
    raw = median_ms(raw_sign, RUNS)
    checking = median_ms(lambda: check(final, house.trust, at=cast.NOON), RUNS)
    validating = median_ms(raw_validate, RUNS)
    print(f"\nBeside raw pyHanko, p50 of {RUNS}")
    print(f"  {'sign record (B-LTA) and notification (B-LT)':<44}{signing:8.1f} ms")
    print(f"  {'raw pyHanko signs one letter, B-LTA':<44}{raw:8.1f} ms   ratio {signing / raw:.1f} for the two")
    print(f"  {'check of a finished notification':<44}{checking:8.1f} ms   target 260 ms")
    print(f"  {'raw pyHanko validates it':<44}{validating:8.1f} ms   ratio {checking / validating:.1f}")
