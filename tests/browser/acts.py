"""What the people of the stories do in the browser, act by act, as each role does it by hand."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from browser.pages import WAIT, Visitor
from house import CASES

TOLD = (
    "Den 29 september 2026 lämnade en anhörig två röstmeddelanden med innebörden att handläggaren skulle få besök "
    "i hemmet om ansökan avslogs."
)
STANCE = "Jag har läst hela akten och delar bedömningen att behovet är tillgodosett."


def button(page: Page, words: str) -> None:
    """Press the button of that name."""
    page.get_by_role("button", name=words, exact=True).click()


def start(visitor: Visitor, search: str, title: str) -> str:
    """A new case: search in plain Swedish, choose. Returns the case's address."""
    page = visitor.page
    page.get_by_role("link", name="Nytt ärende").first.click()
    page.get_by_label("Vilken sorts beslut?").press_sequentially(search)
    # htmx brings the answers while one types.
    page.get_by_role("button", name=re.compile(f"Välj: .*{title}")).first.click()
    page.wait_for_url("**/steg/facts/")
    return page.url.removesuffix("steg/facts/")


def facts(visitor: Visitor, dnr: str) -> None:
    """The first step: what the case is about."""
    page = visitor.page
    page.get_by_label("Diarienummer").fill(dnr)
    page.get_by_label("Vad ärendet gäller").fill("Kontaktfamilj, delvis avslag")
    page.get_by_label("Beslutsmening").fill(
        "Socialnämnden beviljar Elis Tisell kontaktfamilj en helg per månad. Ansökan i övrigt avslås."
    )
    one = page.get_by_role("group", name="Person 1")
    one.get_by_label("Namn").fill("Marlene Tisell")
    one.get_by_label("Roll i ärendet").fill("sökande och vårdnadshavare")
    one.get_by_label("Adress").fill("Kvarnbacken 14 B, 199 42 Exempelstad")
    button(page, "Spara och stanna kvar")
    two = page.get_by_role("group", name="Person 2")
    two.get_by_label("Namn").fill("Elis Tisell")
    two.get_by_label("Roll i ärendet").fill("barn")
    page.get_by_label("Domstol vid överklagande").fill("Förvaltningsrätten i Exempelstad")
    button(page, "Spara och gå vidare")
    page.wait_for_url("**/steg/text/")


def text(visitor: Visitor, document: Path = CASES / "01_track_a_insats" / "decision.docx") -> None:
    """The second: the decision's text, dropped in."""
    page = visitor.page
    page.get_by_label("Beslutets text").set_input_files(document)
    button(page, "Lämna in texten")
    page.wait_for_url("**/steg/people/")


def people(visitor: Visitor) -> None:
    """The third: who decides, on what power, who takes part."""
    page = visitor.page
    page.get_by_label("En anställd, på delegation").check()
    page.get_by_label("Den anställda som beslutar").select_option("A10667")
    page.get_by_label("Punkt i delegationsordningen").select_option(label=option(page, "4.11 "))
    page.get_by_label("Anmäls till nämnden den").fill("2026-12-10")
    page.get_by_label("Föredragande").select_option(label="Det finns ingen föredragande")
    one = page.get_by_role("group", name="Medverkande 1")
    one.get_by_label("Vem").select_option("A11259")
    one.get_by_label("Hur").fill("metodstöd vid slutlig handläggning")
    button(page, "Spara och gå vidare")
    page.wait_for_url("**/steg/declare/")


def option(page: Page, beginning: str) -> str:
    """The option of the delegation item that begins so."""
    texts = page.get_by_label("Punkt i delegationsordningen").locator("option").all_inner_texts()
    return next(one for one in texts if one.startswith(beginning))


def declare(visitor: Visitor) -> None:
    """The fourth: everybody's declaration on disqualification."""
    page = visitor.page
    while page.get_by_role("button", name="Spara förklaringen").count():
        page.get_by_label("Nej, inget").first.check()
        page.get_by_role("button", name="Spara förklaringen").first.click()
        expect(page.get_by_text("Förklaringen är sparad.")).to_be_visible()
    page.get_by_role("link", name="Gå vidare").click()
    page.wait_for_url("**/steg/protect/")


def ask_protection(visitor: Visitor, who: str, telling: str = TOLD) -> None:
    """The fifth: a need for protection, told with facts."""
    page = visitor.page
    page.get_by_label("Vem", exact=True).select_option(who)
    page.get_by_label("Berätta vad som har hänt").fill(telling)
    button(page, "Begär skydd")
    expect(page.get_by_text("Väntar på bedömning").first).to_be_visible()


def grant(visitor: Visitor, who: str, review_by: str = "2027-04-01") -> None:
    """The protection officer's own assessment: ground, facts, time limit."""
    page = visitor.page
    page.goto("/skydd/")
    page.get_by_role("link", name=who).first.click()
    page.get_by_role("group", name="Grund (33 §").get_by_label("Hot").check()
    page.get_by_role("group", name="Former av hot").get_by_role("checkbox").first.check()
    page.get_by_label("Vad bedömningen grundas på").fill(TOLD)
    page.get_by_label("Bedöms på nytt senast").fill(review_by)
    button(page, "Utelämna namnet")
    page.wait_for_url("**/skydd/")


def make_letters(visitor: Visitor, case: str) -> None:
    """Have the two letters made, and wait until they are there to be read."""
    page = visitor.page
    page.goto(case + "steg/review/")
    page.get_by_role("button", name=re.compile("^Ta fram breven")).click()
    expect(page.get_by_role("heading", name="Underrättelse (går till parten)")).to_be_visible(timeout=WAIT)


def submit(visitor: Visitor, case: str) -> None:
    """Hand it to the one who decides."""
    visitor.page.goto(case + "steg/review/")
    button(visitor.page, "Lämna till beslutsfattaren")
    expect(visitor.page.get_by_text("Hos beslutsfattaren").first).to_be_visible()


def take_stand(visitor: Visitor, case: str, words: str = STANCE) -> None:
    """The decision-maker's own stance; the letters are made anew for her to read."""
    page = visitor.page
    page.goto(case + "beslut/")
    page.get_by_label("Ditt eget ställningstagande").fill(words)
    button(page, "Spara ställningstagandet")
    expect(page.get_by_role("link", name="Öppna underrättelsen")).to_be_visible(timeout=WAIT)


def read_both(visitor: Visitor, case: str) -> None:
    """Open record and notification, each by itself."""
    page = visitor.page
    for letter in ("Öppna beslutsdokumentationen", "Öppna underrättelsen"):
        page.goto(case + "beslut/")
        page.get_by_role("link", name=letter).click()
        expect(page.get_by_role("img", name="Sida 1")).to_be_visible()
    page.goto(case + "beslut/")


def sign(visitor: Visitor) -> None:
    """Decide and sign; the job signs, seals and logs."""
    button(visitor.page, "Besluta och underteckna")
    expect(visitor.page.get_by_text("Undertecknat och utfärdat.")).to_be_visible(timeout=WAIT)


def download(visitor: Visitor, name: str, to: Path) -> Path:
    """What a link lets one download."""
    with visitor.page.expect_download() as waiting:
        visitor.page.get_by_role("link", name=name).click()
    waiting.value.save_as(to)
    return to
