"""Sample 01 through the browser, by the roles the law asks for: from an empty form to a decision that is sent."""

import datetime as dt
import re
from typing import Any

from house import EXAMPLES, NOON
from sigill.audit import Trust, check
from web.conftest import Desk

FACTS = {
    "dnr": "SN 2026/0999-1",
    "title_sv": "Kontaktfamilj, delvis avslag",
    "content_sv": "Socialnämnden beviljar Elis Tisell kontaktfamilj en helg per månad. Ansökan i övrigt avslås.",
    "appeal_court": "Förvaltningsrätten i Exempelstad",
    "party-TOTAL_FORMS": "2",
    "party-INITIAL_FORMS": "0",
    "party-0-name": "Marlene Tisell",
    "party-0-role": "sökande och vårdnadshavare",
    "party-0-address": "Kvarnbacken 14 B, 199 42 Exempelstad",
    "party-1-name": "Elis Tisell",
    "party-1-role": "barn",
}
ROWS = {
    f"{one}-{what}_FORMS": value
    for one, total in (("participant", "1"), ("politician", "0"), ("dissent", "0"))
    for what, value in (("TOTAL", total), ("INITIAL", "0"))
}
TOLD = (
    "Den 29 september 2026 lämnade en anhörig två röstmeddelanden med innebörden att handläggaren skulle få besök "
    "i hemmet om ansökan avslogs."
)
STANCE = "Jag har läst hela akten och delar bedömningen att behovet är tillgodosett."


def edits(page: Any) -> str:
    """The count that the form on a page was opened on."""
    found = re.search(r'name="edits" value="(\d+)"', page.content.decode())
    assert found, page.content.decode()[:2000]
    return found[1]


def text(page: Any) -> str:
    """A page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


def test_from_an_empty_form_to_a_sent_letter(desk: Desk) -> None:
    gun_britt, lovisa, peter = desk.client("gun-britt"), desk.client("lovisa"), desk.client("peter")

    found = gun_britt.get("/arenden/nytt/", {"q": "kontaktfamilj"})
    assert "en anställd med delegation" in text(found) and "21 dagar" in text(found)
    started = gun_britt.post("/arenden/nytt/", {"decision_type": "sol_11_1_insats"})
    case = started["Location"].split("/")[2]
    step = f"/arenden/{case}/steg/"

    page = gun_britt.get(step + "facts/")
    saved = gun_britt.post(step + "facts/", {**FACTS, "edits": edits(page)})
    assert saved.status_code == 302, text(saved)
    page = gun_britt.get(step + "text/")
    with (EXAMPLES / "decisions/01_track_a_insats/decision.docx").open("rb") as document:
        saved = gun_britt.post(step + "text/", {"edits": edits(page), "document": document})
    assert saved.status_code == 302, text(saved)
    assert "decision.docx" in text(gun_britt.get(step + "text/"))

    page = gun_britt.get(step + "people/")
    item = re.search(r'<option value="(\d+)">4.11', page.content.decode())
    people = {
        **ROWS,
        "kind": "employee",
        "staff_id": "A10667",
        "rapporteur": "none",
        "delegation_id": item[1],
        "report_to_board": "2026-12-10",
        "participant-0-staff_id": "A11259",
        "participant-0-role_sv": "metodstöd vid slutlig handläggning",
    }
    saved = gun_britt.post(step + "people/", {**people, "edits": edits(page)})
    assert saved.status_code == 302, text(saved)

    # The gate speaks beside the fields: a declaration is missing.
    assert "G14" in text(gun_britt.get(step + "declare/"))
    for person in ("A10667", "A11259"):
        gun_britt.post(f"/arenden/{case}/jav/", {"person": person, "conflict": "no"})
    assert "G14" not in text(gun_britt.get(step + "declare/"))

    # Protection: asked for by one, assessed by another.
    form = re.search(r'name="forms_" value="([a-z_]+)"', gun_britt.get(step + "protect/").content.decode())
    asked = gun_britt.post(step + "protect/", {"person": "A10667", "telling": TOLD, "forms_": [form[1]]})
    assert asked.status_code == 302, text(asked)
    from sigill.store.desk.models import Protection

    number = Protection.objects.get(case_id=case).pk
    assert f"/skydd/{number}/" in lovisa.get("/skydd/").content.decode()
    granted = lovisa.post(
        f"/skydd/{number}/",
        {
            "act": "grant",
            "grant-ground": "hot",
            "grant-facts": TOLD,
            "grant-review_by": "2027-04-01",
            "grant-forms_": ["hot_vald"],
            "grant-severity": "3",
        },
    )
    assert granted.status_code == 302, text(granted)

    # Both letters, side by side, every withheld place marked.
    review = gun_britt.get(step + "review/")
    assert "Lämna till" in text(review) or "Submit" in text(review), text(review)
    assert gun_britt.post(f"/arenden/{case}/forbered/").status_code == 302
    assert desk.work() == 1
    letters = gun_britt.get(f"/arenden/{case}/brev/")
    pictures = re.findall(r'src="(/arenden/[^"]+\.png)"', letters.content.decode())
    assert len(pictures) >= 4
    assert gun_britt.get(pictures[0]).content.startswith(b"\x89PNG")
    from sigill.store.desk.models import PreviewPage

    marks = dict.fromkeys(("record", "notification"), 0)
    for one in PreviewPage.objects.filter(preview__case_id=case):
        marks[one.letter] += one.marks
    assert marks["record"] >= 1 and marks["notification"] >= 1
    told = "".join(PreviewPage.objects.filter(letter="notification").values_list("text", flat=True))
    assert "Åkesson" not in told and "[namn utelämnat]" in told

    submitted = gun_britt.post(f"/arenden/{case}/lamna/", {"edits": edits(review)})
    assert submitted.status_code == 302

    # The one who decides: a stance, both letters open, then the signature; never in another order.
    where = f"/arenden/{case}/beslut/"
    page = gun_britt.get(where)
    early = gun_britt.post(where, {"act": "sign", "edits": edits(page), "preview": "1"}, follow=True)
    assert 'name="preview"' not in early.content.decode() and not desk.work()
    taken = gun_britt.post(where, {"act": "stance", "stance-stance": STANCE, "edits": edits(gun_britt.get(where))})
    assert taken.status_code == 302, text(taken)
    assert desk.work() == 1
    page = gun_britt.get(where)
    assert 'name="preview"' not in page.content.decode(), "nothing to sign before both are open"
    gun_britt.get(f"/arenden/{case}/brev/record/")
    gun_britt.get(f"/arenden/{case}/brev/notification/")
    page = gun_britt.get(where)
    preview = re.search(r'name="preview" value="(\d+)"', page.content.decode())
    signing = {"act": "sign", "edits": edits(page), "preview": preview[1]}
    assert gun_britt.post(where, signing).status_code == 302
    assert gun_britt.post(where, signing).status_code == 302, "a double click is one decision"
    assert desk.work() == 1, text(gun_britt.get(where))
    from sigill.store.desk import models

    row = models.Case.objects.get(pk=case)
    assert row.state == "issued", models.Work.objects.filter(case=row).values_list("outcome", flat=True)
    # What named anybody in clear is gone.
    assert not row.versions.exists() and not row.documents.exists() and not row.previews.exists()

    # The registrar sends it, and never reads the name.
    queue = peter.get("/utskick/")
    assert "SN 2026/0999-1" in text(queue)
    letter = peter.get(f"/utskick/{case}/underrattelse.pdf")
    assert letter["Content-Type"] == "application/pdf"
    from sigill.desk.office import office

    trust = Trust.parse(office().house.signers.trust())
    assert check(letter.content, trust, at=NOON + dt.timedelta(hours=1)).kind == "notification"
    from house import staff
    from sigill.verify.search import require_clean

    names = ("Marlene Tisell", "Elis Tisell")
    require_clean({"n.pdf": letter.content}, (staff()["A10667"],), others=names, register=staff())
    sent = peter.post(f"/utskick/{case}/", {"act": "sent", "sent-way": "post", "sent-sent_on": "2026-11-22"})
    assert sent.status_code == 302, text(sent)
    served = {"act": "served", "served-served_on": "2026-11-22", "served-proof": "delgivningskvitto"}
    assert peter.post(f"/utskick/{case}/", served).status_code == 302
    assert models.Case.objects.get(pk=case).state == "served"
