"""Draws docs/two-letters.png, the README's picture: the record and the notification of sample case 01, first pages.

Run after `make demo`: `.venv/bin/python scripts/two_letters.py`.
"""

from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "out" / "demo" / "01_track_a_insats"

pages = [
    ImageOps.expand(pypdfium2.PdfDocument(FOLDER / name)[0].render(scale=1.05).to_pil().convert("RGB"), 1, "#888888")
    for name in ("opened-record.pdf", "notification.pdf")
]
gap = 24
picture = Image.new("RGB", (sum(page.width for page in pages) + 3 * gap, pages[0].height + 2 * gap), "#e8e8e8")
for number, page in enumerate(pages):
    picture.paste(page, (gap + number * (page.width + gap), gap))
picture.quantize(64).save(ROOT / "docs" / "two-letters.png", optimize=True)
