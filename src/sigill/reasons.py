"""Why a document was refused, as a word that a program can read and that stays when a sentence is put better.

Every sentence that a check can refuse a document with has a code of its own; a test reads the sentences out of the
code of the check and holds this table and the manual against them.
"""

from collections.abc import Mapping

from sigill.errors import NotGenuine

REASONS: Mapping[str, str] = {
    # the file and its signature (sigill.sign)
    "The document is damaged or was altered: it can no longer be read.": "unreadable",
    "The document is not signed.": "not-signed",
    "The document has more than one signature.": "second-signature",
    "The document has too many timestamps.": "too-many-timestamps",
    "The document has a timestamp before its signature.": "timestamp-first",
    "The document's archival timestamp is missing.": "no-archival-timestamp",
    "A signature does not cover what it should.": "coverage",
    "There are bytes that no signature covers.": "uncovered-bytes",
    "Something was added after the last timestamp.": "added-after",
    "The document holds revisions that do not belong to a signed letter.": "foreign-revision",
    "The document was changed after it was signed.": "changed",
    "The document has form fields that are not a signature's.": "form-fields",
    "The document's structure is not one that a signed letter has.": "structure",
    "The signature has no trusted time.": "no-trusted-time",
    "The signature is not valid.": "signature",
    "The document's timestamp is not valid.": "timestamp",
    "The document's timestamps are out of order, or lie in the future.": "timestamp-order",
    "The document's last timestamp has run out.": "timestamp-run-out",
    "The document was signed with a certificate that is not trusted.": "signer-untrusted",
    "The document's timestamp comes from an authority that is not trusted.": "timestamp-untrusted",
    "The certificate that the document was signed with had been revoked.": "revoked",
    "A certificate had run out, or was not valid yet, when it was used.": "expired",
    "The document does not show that its certificates were valid and not revoked.": "no-revocation-data",
    "The document was signed for another organisation.": "other-organisation",
    # the log (sigill.log)
    "The document carries no proof that its issue was logged.": "no-proof",
    "The log's proof in the document is garbled.": "proof-garbled",
    "The proof from the log cannot be read.": "proof-unreadable",
    "The proof speaks of an event that cannot be read.": "event-unreadable",
    "The proof is from another log than the authority's.": "other-log",
    "The log's checkpoint cannot be read.": "checkpoint-unreadable",
    "The signatures on the log's checkpoint cannot be read.": "checkpoint-signatures-unreadable",
    "The log's checkpoint carries the same signature twice.": "checkpoint-signed-twice",
    "The signature on the log's checkpoint is wrong.": "checkpoint-signature",
    "The log's checkpoint is not signed by the authority's log key.": "foreign-log-key",
    "The log's checkpoint is confirmed by {have} of the {need} witnesses it needs.": "witnesses",
    "The newer proof from the log cannot be read.": "newer-proof-unreadable",
    "The newer proof is for another entry of the log.": "newer-proof-other",
    "The entry that the proof speaks of is not in the log.": "not-in-log",
    "The authority has signed two different logs of the same size.": "equivocation",
    "The logged event is not the issue of a decision.": "other-event",
    "The log's proof is about another document.": "other-document",
    # the identity record (sigill.seal)
    "The decision record carries an attachment that it should not have.": "record-attachment",
    "The notification does not carry its identity record, or carries more than it.": "attachments",
    "The identity record is another than the one that was logged.": "identity-swapped",
    "The identity record cannot be read.": "identity-unreadable",
    "The identity record is of another kind than the authority's.": "identity-kind",
    "The identity record is signed with a key that is not trusted.": "identity-key",
    "The signature of the identity record is wrong.": "identity-signature",
    "The identity record does not have its eight digests.": "identity-slots",
    "The digests of the identity record are out of order.": "identity-order",
    # a court's bundle
    "The bundle does not hold one notification and one record.": "court-letters",
    "Notification and record are of two different decisions.": "court-two-decisions",
    "The persons have signed two different drafts.": "court-two-drafts",
    "The handler's own signature over the draft is missing or wrong.": "court-hand",
    "An opening of the identity record cannot be read.": "opening-unreadable",
    "An opening of the identity record comes twice.": "opening-twice",
    "An opening does not belong to this identity record.": "opening-foreign",
    "Two openings of the identity record claim the same.": "opening-claims",
    "{have} of the {need} openings of the identity record are here.": "openings-missing",
    "The openings of the identity record are not those that such a record has.": "openings-shape",
}
"""English sentence → code."""


def reason_code(reason: NotGenuine) -> str:
    """The code of a refusal; `other` for one that has none."""
    return REASONS.get(reason.problem, "other")
