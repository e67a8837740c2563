"""The seal: what keeps a withheld name, and the only ways back to it.

    identity.py  the identity record (SD-JWT, RFC 9901): eight digests that a court can open, all of them
    content.py   what goes under lock: the signed record, the identity record and its openings
    box.py       the lock: encrypted once, openable by any of several groups of custodians together
    keys.py      the custodians' key pairs as files
    wire.py      length-prefixed fields, read strictly

It decides nothing about who may open what and logs nothing: that is for `disclose` and the log. It holds no
key.
"""
