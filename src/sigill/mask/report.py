"""What masking one file did: where, of which kind, how often; never the text."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Fate = Literal["untouched", "in_place", "reset", "image", "blocked"]
"""What became of a page: nothing to do · text taken out where it stood · set afresh · turned into an image with an
OCR text layer · not to be trusted, so the whole file is refused."""

DEFAULT_LABEL = "[uppgift utelämnad]"


@dataclass(slots=True)
class Report:
    """Filled while one file (and what it holds) is masked.

    Args:
        removed: (part, kind) → count; part is a page, part or header name (`page 3`, `header 1`, `XMP`), kind a
            label kind or the name of what was dropped (`comment`, `script`, `revision` …).
        pages: fate of each page, in order, for formats with pages.
        review: places a human should look at (part, reason).
        notes: what else the user should know (`signature broken by masking`, `structure lost` …).
    """

    removed: dict[tuple[str, str], int] = field(default_factory=dict)
    pages: list[Fate] = field(default_factory=list)
    review: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def took(self, part: str, kind: str, count: int = 1) -> None:
        """Note that `count` things of `kind` were removed from `part`."""
        self.removed[part, kind] = self.removed.get((part, kind), 0) + count


@dataclass(frozen=True, slots=True)
class Options:
    """How to mask.

    Args:
        label: the fixed text that stands where something was; the same whoever it was about.
        attachments, comments: mask them with the rest, or drop them.
        password: for encrypted input.
        max_bytes, max_pages, max_depth, max_inflated: bounds on one document.
        mask_part: masks a document inside a document by the same rules; set by `apply`. Takes bytes and a file
            name, returns bytes and the masked file name; raises `Blocked`.
    """

    label: str = DEFAULT_LABEL
    attachments: Literal["mask", "drop"] = "mask"
    comments: Literal["mask", "drop"] = "drop"
    password: str | None = None
    max_bytes: int = 512 << 20
    max_pages: int = 5_000
    max_depth: int = 5
    max_inflated: int = 2 << 30
    mask_part: Callable[[bytes, str, Report], tuple[bytes, str]] | None = None
