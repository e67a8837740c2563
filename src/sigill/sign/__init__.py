"""The room that signs, stamps and validates: PAdES signatures on letters, and what a reader can know from one.

field       a tagged, empty signature field; attachments
appearance  what the visible signature looks like
appending   writes one revision behind a file
pades       sign at B-LT or B-LTA
proof       the log's proof inside the last timestamp
validate    is it genuine?
hexadecimal reads a signature's digits at once
"""

import logging

from sigill.sign import hexadecimal  # noqa: F401 - pyHanko reads through it from here on

# pyHanko's messages can hold the subject of a certificate, and that is a name: none of them may reach a log file.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False
