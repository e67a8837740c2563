"""The law as data, and the gate: what may be issued, and why not.

Read `gate.py` first (`admit`, `judge`), then `rules/__init__.py` (the table of all rules). `notices.py`
writes appeal notices, `explain.py` explains a decision type, `book.py` reads the data in `data/`. docs/law.md
is the paper version.

A municipal lawyer must confirm rules and data before real use.
"""
