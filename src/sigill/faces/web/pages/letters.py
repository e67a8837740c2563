"""The two letters: have them made, watch the job, read them side by side."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from sigill.desk import drafting, reading
from sigill.faces.web.guard import Asked, page
from sigill.faces.web.pages.cases import _frame
from sigill.faces.web.words import put


@page("case.prepare", "POST")
def prepare(request: Asked, case: UUID) -> HttpResponse:
    """Have the letters made; the page waits for the job."""
    drafting.prepare(request.actor, case)
    return redirect("letters", case)


@page("case.read")
def letters(request: Asked, case: UUID) -> HttpResponse:
    """Record and notification side by side."""
    row = drafting.load(request.actor, "case.read", case)
    work = row.work.filter(kind="prepare").first()
    context = {**_frame(request, row, "review"), "work": work, "failed_words": ""}
    if work is not None and work.state in ("waiting", "running"):
        return render(request, "web/letters_waiting.html", context)
    if work is not None and work.state == "failed":
        out = work.outcome
        context["failed_words"] = put(out["problem"], out["next_step"], out.get("place", ""), out["params"])
        context["failed"] = out
        return render(request, "web/letters_waiting.html", context)
    if reading.latest(row) is None:
        return render(request, "web/letters_waiting.html", {**context, "work": None})
    both = {letter: reading.open_letter(request.actor, case, letter) for letter in reading.LETTERS}
    context["preview"] = both["record"][0]
    context["letters"] = [(letter, found[1]) for letter, found in both.items()]
    context["maker"] = drafting.is_maker(request.actor, row)
    return render(request, "web/letters.html", context)


@page("case.read")
def waiting(request: Asked, case: UUID) -> HttpResponse:
    """How far the job has come, for polling."""
    row = drafting.load(request.actor, "case.read", case)
    work = row.work.filter(kind=request.GET.get("kind", "prepare")).first()
    response = render(request, "web/waiting.html", {"work": work, "case": row})
    if work is None or work.state in ("done", "failed"):
        response["HX-Refresh"] = "true"
    return response


@page("case.read")
def letter(request: Asked, case: UUID, letter: str) -> HttpResponse:
    """One letter alone, in full width."""
    preview, pages = reading.open_letter(request.actor, case, letter)
    row = drafting.load(request.actor, "case.read", case)
    return render(request, "web/letter.html", {"case": row, "preview": preview, "letter": letter, "pages": pages})


@page("case.read")
def page_picture(request: Asked, case: UUID, preview: int, letter: str, number: int) -> HttpResponse:
    """One page as a picture."""
    return HttpResponse(reading.page(request.actor, case, preview, letter, number), content_type="image/png")


@page("case.read")
def letter_pdf(request: Asked, case: UUID, preview: int, letter: str) -> HttpResponse:
    """The letter itself, a draft still."""
    response = HttpResponse(reading.pdf(request.actor, case, preview, letter), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="utkast-{letter}.pdf"'
    return response
