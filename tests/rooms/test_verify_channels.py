"""What a masked file tells by its bytes, gaps and fonts, and what an untrusted file may cost."""

import csv
import io
import os
import time
from pathlib import Path

import pikepdf
import pytest
import typst
from verify_files import BODY, letter

from sigill.decision.people import StaffMember
from sigill.errors import Blocked, LeakFound
from sigill.verify.channels import anonymity, font_leftovers, width_candidates
from sigill.verify.confined import run_confined
from sigill.verify.search import FAST, require_clean, search

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LABEL = "[uppgift utelämnad]"
HEAD = '#set document(date: none)\n#set text(lang: "sv", hyphenate: false)\n'

with (EXAMPLES / "staff.csv").open(encoding="utf-8", newline="") as rows:
    STAFF = [StaffMember(**row) for row in csv.DictReader(rows)]
SOME = STAFF[:8]


def _typeset(line: str, width: str = "16cm") -> bytes:
    return typst.compile(f"{HEAD}#set page(width: {width})\n{BODY}\n\n{line}\n".encode())


# -- anonymity -------------------------------------------------------------------------------------------------------


def test_the_same_bytes_for_all_are_perfect_anonymity() -> None:
    found = anonymity({person.staff_id: _typeset(f"Beslut av {LABEL} i dag.") for person in SOME})
    assert found.perfect
    assert set(found.smallest.values()) == {8}
    assert found.classes == (frozenset(person.staff_id for person in SOME),)


def test_a_gap_as_wide_as_the_name_tells_by_place_alone() -> None:
    files = {p.staff_id: _typeset(f"Beslut av #box[#hide[{p.full_name}]#place(left, dx: 0pt)[]] i dag.") for p in SOME}
    found = anonymity(files)
    assert not found.perfect
    assert found.smallest["places"] == 1


def test_a_line_break_tells_even_where_the_text_is_the_same() -> None:
    files = {
        "short": _typeset(f"{BODY} Beslut av {LABEL} i dag.", "16cm"),
        "long": _typeset(f"{BODY} Beslut av {LABEL} i dag.", "12cm"),
    }
    found = anonymity(files)
    assert found.smallest["text"] == 2
    assert found.smallest["lines"] == 1


def test_fonts_tell_by_what_they_were_cut_to() -> None:
    files = {}
    for person in SOME:
        with pikepdf.open(io.BytesIO(letter(text=person.full_name))) as pdf:
            page = pdf.pages[0]
            # The name goes, the font stays as it was.
            page.Contents = pdf.make_stream(b"q Q")
            buffer = io.BytesIO()
            pdf.save(buffer, deterministic_id=True)
            files[person.staff_id] = buffer.getvalue()
    found = anonymity(files)
    assert found.smallest["text"] == len(SOME)
    assert found.smallest["fonts"] < len(SOME)


def test_one_file_alone_says_nothing_about_anonymity() -> None:
    with pytest.raises(ValueError, match="two"):
        anonymity({"A": b"x"})


# -- fonts -----------------------------------------------------------------------------------------------------------


def test_a_font_cut_to_what_is_shown_has_no_leftovers() -> None:
    assert font_leftovers(letter(text="Handläggaren beslutade.")) == []


def test_letters_of_a_removed_line_are_told_from_the_font_that_kept_them() -> None:
    with pikepdf.open(io.BytesIO(letter(text="Zlatan Wójcik"))) as pdf:
        operations = pikepdf.parse_content_stream(pdf.pages[0])
        shows = [i for i, op in enumerate(operations) if str(op.operator) in ("Tj", "TJ")]
        del operations[shows[-1]]
        pdf.pages[0].Contents = pdf.make_stream(pikepdf.unparse_content_stream(operations))
        buffer = io.BytesIO()
        pdf.save(buffer)
    found = {leftover.source: leftover.letters for leftover in font_leftovers(buffer.getvalue())}
    for source in ("ToUnicode", "widths", "program"):
        assert {"Z", "W", "ó"} <= set(found[source])
    # What the kept lines show is no leftover.
    assert not set(found["ToUnicode"]) & set(BODY)


# -- gaps ------------------------------------------------------------------------------------------------------------


def _kept_in_place(person: StaffMember) -> bytes:
    """A label drawn where the name stood, with the words after it left where they were."""
    rest = " och har i dag anmälts till nämnden."
    return _typeset(
        f"#let name = [{person.full_name}]\n"
        f"#context {{ let room = measure(name).width\n"
        f"[Handläggare: ] + box(width: room, clip: false, text(size: 4pt)[X:]) + [{rest}] }}\n\n"
        # All letters once, so that the file shows their widths.
        "abcdefghijklmnopqrstuvwxyzåäö ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖ -'éółćšžıÌğčđĐ"
    )


def test_room_left_for_a_name_singles_out_those_it_fits() -> None:
    person = next(p for p in STAFF if p.staff_id == "A11148")
    (gap,) = width_candidates(_kept_in_place(person), "X:", STAFF)
    assert not gap.natural
    assert person.staff_id in gap.fits
    assert len(gap.fits) < len(STAFF) / 3


def test_a_line_laid_out_again_fits_everybody() -> None:
    gaps = width_candidates(_typeset(f"Beslut av {LABEL} i dag, och av {LABEL}."), LABEL, STAFF)
    assert len(gaps) == 2
    assert all(gap.natural and len(gap.fits) == len(STAFF) for gap in gaps)


# -- bounds ----------------------------------------------------------------------------------------------------------


def test_a_search_runs_confined_and_gives_the_same() -> None:
    files = {"a.pdf": letter(text=STAFF[0].full_name)}
    inside = run_confined(search, files, [STAFF[0]], readers=FAST, seconds=30, megabytes=3000)
    assert inside.leaks == search(files, [STAFF[0]], readers=FAST).leaks


def test_a_refusal_comes_out_as_it_is() -> None:
    with pytest.raises(LeakFound) as caught:
        files = {"a.pdf": letter(text=STAFF[0].full_name)}
        run_confined(require_clean, files, [STAFF[0]], readers=FAST, seconds=30, megabytes=3000)
    assert caught.value.leaks
    assert caught.value.params["count"] == len(caught.value.leaks)


def test_a_hang_ends_in_time() -> None:
    start = time.monotonic()
    with pytest.raises(Blocked, match="seconds"):
        run_confined(time.sleep, 60, seconds=0.3, megabytes=1000)
    assert time.monotonic() - start < 15


def test_a_busy_loop_ends_in_time() -> None:
    with pytest.raises(Blocked, match="seconds"):
        run_confined(pow, 7, 10**9, seconds=1, megabytes=1000)


def test_hunger_for_memory_is_blocked() -> None:
    with pytest.raises(Blocked, match="memory"):
        run_confined(bytearray, 4 << 30, seconds=20, megabytes=1000)


def test_a_crash_is_blocked_and_a_stumble_says_only_its_kind() -> None:
    with pytest.raises(Blocked, match="crashed"):
        run_confined(os.abort, seconds=20, megabytes=1000)
    with pytest.raises(Blocked) as caught:
        run_confined(int, "Åsa Lindqvist-Öberg", seconds=20, megabytes=1000)
    assert "ValueError" in str(caught.value)
    assert "Lindqvist" not in str(caught.value)
