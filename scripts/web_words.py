"""Collects the web's sentences (Python and templates) into its catalogue, and compiles it. Run by scripts/words.sh.

Django's own extractor needs GNU gettext; babel does the same here, on what Django makes of a template (`templatize`).
"""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "src" / "sigill" / "faces" / "web"
PO = WEB / "locale" / "sv" / "LC_MESSAGES" / "django.po"
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
}


def sentences() -> set[str | tuple[str, ...]]:
    """Every sentence of the web's code and templates, as it is looked up."""
    return {message for source in _sources() for _line, message, _comments, _context in _extracted(source)}


def _sources() -> Iterator[bytes]:
    if not settings.configured:
        settings.configure(USE_I18N=True)
    from django.utils.translation.template import templatize  # noqa: PLC0415 - after the settings

    for path in sorted(WEB.rglob("*.py")):
        yield path.read_bytes()
    for path in sorted(WEB.rglob("*.html")):
        yield templatize(path.read_text("utf-8"), origin=path.name).encode()


def _extracted(source: bytes) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    for found in extract("python", io.BytesIO(source), keywords=KEYWORDS):
        if found[1]:
            yield found


def main() -> None:
    """Bring the catalogue up to date; what is gone goes, what is new waits for its Swedish."""
    old = {}
    if PO.exists():
        with PO.open("rb") as file:
            old = {message.id: message.string for message in read_po(file, locale="sv") if message.id}
    catalogue = Catalog(locale="sv", fuzzy=False)
    for one in sorted(sentences(), key=str):
        catalogue.add(one, old.get(one, ""), flags=("python-format",) if "%(" in str(one) else ())
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalogue, width=0, omit_header=False, sort_output=True)
    # The date would differ in every run.
    lines = [line for line in PO.read_text("utf-8").splitlines() if "-Date:" not in line]
    PO.write_text("\n".join(lines).rstrip() + "\n", "utf-8")
    with PO.open("rb") as file, PO.with_suffix(".mo").open("wb") as out:
        write_mo(out, read_po(file, locale="sv"))


if __name__ == "__main__":
    main()
