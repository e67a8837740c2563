"""A handler's own hand: a signature over the draft's digest, so that a sealed identity proves more than a clerk typed.

An own key signs ES256 (ECDSA, P-256, SHA-256) over a domain word and the digest; the certificates go along, so that a
court needs the authority's root only. An eID assertion is kept as its digest: the assertion itself lies with whoever
took it in, and is compared there.

What it does not do: it reads no revocation list; whether a key was lost before that day, a court asks the authority.
"""

import base64
import binascii
import datetime as dt
import itertools
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from sigill.decision.stages import Hand, Identity
from sigill.errors import N_, NotGenuine

_DOMAIN = b"sigill/hand/v1\x00"
_MOST = 5  # certificates in a chain


def sign_draft(key: ec.EllipticCurvePrivateKey, chain: Sequence[x509.Certificate], draft_sha256: bytes) -> Hand:
    """The hand of whoever holds `key`.

    Args:
        chain: the key's certificate and those above it, the root left out.
        draft_sha256: 32 bytes.
    """
    signature = key.sign(_DOMAIN + draft_sha256, ec.ECDSA(SHA256()))
    certificates = [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain]
    return Hand("own_key", draft_sha256.hex(), ".".join(certificates), base64.b64encode(signature).decode())


def verify_hand(person: Identity, roots: Sequence[bytes], at: dt.datetime) -> None:
    """That the person's own hand is in the identity record, and is the person's.

    Args:
        roots: the authority's root certificates, DER.
        at: when the record was signed; the certificates must have been valid then.
    Raises:
        NotGenuine: there is no hand, it is another's, or the signature is wrong.
    """
    wrong = NotGenuine(
        N_("The handler's own signature over the draft is missing or wrong."),
        N_("The identity record proves only what the authority wrote in it. Ask the authority."),
    )
    hand = person.hand
    if hand is None:
        raise wrong
    if hand.kind == "eid_assertion":
        if len(hand.evidence) != 64 or not hand.draft_sha256:
            raise wrong
        return
    try:
        chain = [x509.load_der_x509_certificate(base64.b64decode(one, validate=True)) for one in hand.chain.split(".")]
        if len(chain) > _MOST or not _leads_to(chain, [x509.load_der_x509_certificate(one) for one in roots]):
            raise wrong
        if not all(one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in chain):
            raise wrong
        names = [str(one.value) for one in chain[0].subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
        public = chain[0].public_key()
        # RFC 5280 appendix A: a common name has at most 64 characters.
        if names != [person.name[:64]] or not isinstance(public, ec.EllipticCurvePublicKey):
            raise wrong
        public.verify(
            base64.b64decode(hand.evidence, validate=True),
            _DOMAIN + bytes.fromhex(hand.draft_sha256),
            ec.ECDSA(SHA256()),
        )
    except (ValueError, TypeError, binascii.Error, InvalidSignature):
        raise wrong from None


def _leads_to(chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]) -> bool:
    """Whether each certificate is issued by the next, and the last one by a root."""
    links = itertools.pairwise(chain)
    return all(_issued(one, above) for one, above in links) and any(_issued(chain[-1], root) for root in roots)


def _issued(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        one.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return constraints.ca
