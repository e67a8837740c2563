"""The log: a Merkle tree over salted digests, signed checkpoints, proofs for a reader.

    entry.py       an event as canonical bytes, and the commitment that the log keeps of it
    tree.py        RFC 9162: append, root, inclusion and consistency proofs, and their verification
    checkpoint.py  C2SP signed notes: the log's signature over size and root, and witnesses' cosignatures
    proof.py       what a notification carries: event, salt, path, checkpoint; and the reader's check of it
    witness.py     cosigning other logs' checkpoints, and having one's own cosigned
    ledger.py      reading the whole log again against a signed checkpoint
    memory.py      a tree kept in memory

It knows hashes and nothing else: no person, no case, no file, no database. Storage comes through
`sigill.ports.Nodes`.
"""
