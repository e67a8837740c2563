"""A known person is taken out: of our own letters before they are set (`reset`), and of finished files in place.

`apply` is the one entrance for files; each kind has its module, PDF its package. Does not verify: `sigill.verify` does,
with eyes of its own.
"""

import logging

# These libraries' messages can quote the document: none of them may reach a terminal or a log file.
for _name in ("fontTools", "PIL", "pikepdf"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False
