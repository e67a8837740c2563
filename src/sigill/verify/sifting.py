"""Findings sifted: what the readers of one file handed over, searched, and told as places without text.

Promise: what is clean costs one search a reader; what is not is searched again, part by part, so that the place is
told. No place is shown whose own name would tell. Modesty: nothing is read here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sigill.errors import N_, Blocked
from sigill.verify.folding import Folded
from sigill.verify.judging import Certainty, Hit, Matcher
from sigill.verify.reading import Finding, Page, Pixels, Place, Raw, Reading, views

_APART = "\n\n.\n\n"  # between readings that are searched together: no sentence reaches across
_EXTRACTORS = frozenset({"pdfium", "pdftotext", "pdftotext-layout", "pdfminer"})
_ENOUGH = 200  # letters that one extractor reads before another that reads none is blind


@dataclass(frozen=True, slots=True)
class Leak:
    """One place where a protected person can, or may, be read. Never the text.

    Args:
        file: the key of the file; a number where the name itself would tell.
        place: where in it, from the outside in.
        kind: what stands there (`full name`, `phone` …), or `spelled` for a hit in raw bytes.
        reader: who read it.
        certainty: `certain` and `likely` are leaks; `possible` needs a human eye.
        count: how often.
    """

    file: str
    place: str
    kind: str
    reader: str
    certainty: Certainty
    count: int = 1


class Sifter:
    """One file's findings, grouped so that what is clean costs one search and what is not is told apart."""

    def __init__(self, name: str, matcher: Matcher) -> None:
        self.name, self._matcher = name, matcher
        self._texts: dict[tuple[str, bool], dict[str, Place]] = {}
        self.leaks: dict[tuple[str, str, str, str, Certainty], int] = {}
        self.read: dict[str, int] = {}
        self.extractors: set[str] = set()
        self.pages: set[Place] = set()
        self._seen: set[Place] = set()
        self._blank: set[Place] = set()
        self.pictures: dict[str, None] = {}

    def look(self, finding: Finding) -> None:
        """Take in one finding."""
        if isinstance(finding, Reading):
            if finding.reader in _EXTRACTORS:
                self.extractors.add(finding.reader)
            self.read[finding.reader] = self.read.get(finding.reader, 0) + len(finding.text)
            if finding.page is not None and not finding.text.isspace() and finding.text:
                self._seen.add(finding.place)
            if finding.text:
                self._texts.setdefault((finding.reader, finding.prose), {}).setdefault(finding.text, finding.place)
        elif isinstance(finding, Raw):
            self.read[finding.reader] = self.read.get(finding.reader, 0) + len(finding.data)
            count = self._matcher.in_bytes(finding.data)
            if count:
                self._note(finding.place, "spelled", finding.reader, "certain", count)
        elif isinstance(finding, Page):
            self.pages.add(finding.place)
            if finding.blank:
                self._blank.add(finding.place)
        elif isinstance(finding, Pixels):
            self.pictures[self._shown(finding.place)] = None

    def finish(self) -> None:
        """Search all texts taken in.

        Raises:
            Blocked: one extractor read nothing where another read much.
        """
        letters = {reader: self.read.get(reader, 0) for reader in self.extractors}
        if letters and max(letters.values()) >= _ENOUGH and not min(letters.values()):
            raise Blocked(
                N_("The readers do not agree: one reads nothing where another reads text."),
                N_("A human must look at the file."),
                place=self.name,
            )
        joined = {key: Folded(_APART.join(texts)) for key, texts in self._texts.items()}
        explained = frozenset(
            word for (_, prose), folded in joined.items() if prose for word in self._matcher.colleagues_in(folded)
        )
        for (reader, prose), texts in self._texts.items():
            together = self._hits(_APART.join(texts), joined[reader, prose], reader, prose, explained)
            if together:
                self._tell(reader, prose, texts, together, explained)

    def _tell(
        self, reader: str, prose: bool, texts: dict[str, Place], together: list[Hit], explained: frozenset[str]
    ) -> None:
        """Say where the hits that were found in all texts together stand."""
        apart = False
        for text, place in texts.items():
            for hit in self._hits(text, Folded(text), reader, prose, explained):
                apart = apart or hit.certainty != "possible"
                self._note(place, hit.kind, reader, hit.certainty)
        if not apart:
            # Only where parts meet: half a name at the end of one, half at the start of the next.
            for hit in together:
                if hit.certainty != "possible":
                    self._note(("across parts",), hit.kind, reader, hit.certainty)

    def _hits(self, text: str, folded: Folded, reader: str, prose: bool, explained: frozenset[str]) -> list[Hit]:
        pixels = reader == "ocr"
        found = self._matcher.in_text(folded, prose=prose, pixels=pixels, explained=explained)
        for other in views(text):
            found += self._matcher.in_text(other, prose=prose, pixels=pixels, explained=explained)
        return found

    def _note(self, place: Place, kind: str, reader: str, certainty: Certainty, count: int = 1) -> None:
        key = (self.name, self._shown(place), kind, reader, certainty)
        self.leaks[key] = self.leaks.get(key, 0) + count

    def _shown(self, place: Place) -> str:
        """A place without any part whose own name would tell."""
        parts = [part if not self._matcher.in_text(part, prose=False) else "(name left out)" for part in place]
        return " › ".join(parts)

    def unread(self) -> Iterable[str]:
        """Pages without a character. A page that shows nothing is passed over, unless there is nothing but such."""
        silent = [page for page in sorted(self.pages) if page not in self._seen]
        if len(silent) == len(self.pages) and silent:
            return [self._shown(page) for page in silent]
        return [self._shown(page) for page in silent if page not in self._blank]
