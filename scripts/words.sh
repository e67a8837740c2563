#!/bin/sh
# Collects the sentences marked with N_ and _ into the catalogue, and compiles it. Translate what is new in
# src/sigill/locale/sv/LC_MESSAGES/sigill.po, then run this again. A test fails while a sentence has no Swedish.
set -eu
cd "$(dirname "$0")/.."
po=src/sigill/locale/sv/LC_MESSAGES/sigill.po
pot=$(mktemp)
printf "[ignore: **/faces/web/**]\n[python: **.py]\n" >"$pot.cfg"
.venv/bin/pybabel -q extract -F "$pot.cfg" -k N_ -k _ --no-location --sort-output --no-wrap --omit-header -o "$pot" src/sigill scripts/click_words.py
[ -f "$po" ] || { mkdir -p "$(dirname "$po")"; .venv/bin/pybabel -q init -D sigill -l sv -i "$pot" -o "$po" --no-wrap; }
.venv/bin/pybabel -q update -D sigill -l sv -i "$pot" -o "$po" --no-wrap --no-fuzzy-matching --ignore-obsolete --omit-header
# Without a header babel takes the whole catalogue for fuzzy and would compile nothing.
.venv/bin/pybabel -q compile --use-fuzzy -D sigill -l sv -i "$po" -o "${po%.po}.mo"
rm -f "$pot" "$pot.cfg"
# The web has a catalogue of its own, with the sentences of its templates.
.venv/bin/python scripts/web_words.py
