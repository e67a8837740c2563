"""Fresh eyes: search finished bytes for a person who must not be found there.

Shares no code with what removed the names, only the facts about the person. `search` reads and judges, `channels`
measures what a masked file tells without saying it, `confined` bounds what an untrusted file may cost.
"""

import logging

# These libraries' messages can quote the document: none of them may reach a terminal or a log file.
for _name in ("pdfminer", "PIL", "pikepdf"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False
