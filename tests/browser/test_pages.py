"""The other pages in Chromium: every role's menu, forms sent in empty, the main story by keyboard alone, a lifted case
with a send-back, the public's check of a genuine and a forged letter, and what goes wrong in a working day."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser import acts
from browser.pages import PHONE, WAIT, Kept, Visitor
from browser.server import Server
from house import CASES

PICTURED = {
    ("gun-britt", "/arenden/"),
    ("gun-britt", "/mitt-skydd/"),
    ("peter", "/fragor/"),
    ("nils", "/kontoret/anvandare/"),
    ("nils", "/kontoret/delegation/"),
}
EACH_ROLE = ("gun-britt", "lovisa", "peter", "elin", "nils", "birgitta")


def case_of(server: Server, dnr: str) -> str:
    """Address of the sample case of that diary number."""
    rows = server.ask("SELECT id FROM desk_case WHERE dnr = ?", dnr)
    number = str(rows[0][0])
    return f"/arenden/{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}/"


@pytest.mark.parametrize("username", EACH_ROLE)
def test_every_page_of_the_menu(visitor: Callable[..., Visitor], username: str) -> None:
    one = visitor(username)
    menu = one.page.get_by_role("navigation", name="Huvudmeny").get_by_role("link")
    addresses = [menu.nth(at).get_attribute("href") or "" for at in range(menu.count())]
    assert "/" in addresses
    for address in addresses:
        one.page.goto(address)
        expect(one.page.get_by_role("heading", level=1)).to_have_count(1)
        one.see(f"{username}{address.replace('/', '-').rstrip('-')}", picture=(username, address) in PICTURED)


def test_forms_sent_in_empty_say_what_is_missing_at_the_field(visitor: Callable[..., Visitor]) -> None:
    for username, address, words in (
        ("", "/fraga/", "Skicka"),
        ("", "/kontroll/", "Kontrollera"),
        ("gun-britt", "/handelser/ny/", "Anteckna"),
        ("lovisa", "/skydd/1/", "Avslå"),
        ("nils", "/kontoret/delegation/", "Lägg till"),
        ("gun-britt", "/orosanmalan/", "Lämna"),
    ):
        one = visitor(username)
        one.page.goto(address)
        expect(one.page.get_by_role("heading", level=1)).to_have_count(1)
        found = one.page.get_by_role("main").get_by_role("button", name=words)
        if not found.count():
            continue
        found.first.click()
        expect(one.page.locator("#errors")).to_be_visible()
        one.see(f"fel{address.replace('/', '-').rstrip('-')}")


def test_the_main_story_by_keyboard_alone(visitor: Callable[..., Visitor], server: Server) -> None:
    one = visitor()
    page = one.page
    page.goto("/konto/logga-in/")
    one.tab_to("Användarnamn")
    page.keyboard.type("gun-britt")
    one.tab_to("Lösenord")
    page.keyboard.type("demo")
    one.enter()
    expect(page.get_by_role("button", name="Logga ut")).to_be_visible(timeout=WAIT)
    one.tab_to("Hoppa till innehållet")
    one.enter()
    one.tab_to("Kontaktfamilj, delvis avslag")
    one.enter()
    one.tab_to("Fortsätt med ärendet")
    one.enter()
    one.tab_to("Granska och lämna")
    one.enter()
    expect(page.get_by_role("heading", name="Granska och lämna")).to_be_visible()
    one.tab_to("Lämna till beslutsfattaren")
    one.enter()
    one.tab_to("Till beslutet")
    one.enter()
    if page.get_by_role("button", name="Spara förklaringen").count():
        one.tab_to("Nej, inget")
        page.keyboard.press("Space")
        one.tab_to("Spara förklaringen")
        one.enter()
        expect(page.get_by_text("Förklaringen är sparad.")).to_be_visible()
    one.tab_to("Ditt eget ställningstagande")
    page.keyboard.type(acts.STANCE)
    one.tab_to("Spara ställningstagandet")
    one.enter()
    for letter in ("Öppna beslutsdokumentationen", "Öppna underrättelsen"):
        expect(page.get_by_role("link", name=letter)).to_be_visible(timeout=WAIT)
        one.tab_to(letter)
        one.enter()
        expect(page.get_by_role("img", name="Sida 1")).to_be_visible()
        one.tab_to("Båda sida vid sida")
        one.enter()
        one.tab_to("Till beslutet")
        one.enter()
    expect(page.get_by_role("link", name="Öppna underrättelsen")).to_be_visible()
    one.tab_to("Besluta och underteckna")
    one.enter()
    expect(page.get_by_text("Undertecknat och utfärdat.")).to_be_visible(timeout=WAIT)


def test_the_public_checks_a_genuine_and_a_forged_letter(
    visitor: Callable[..., Visitor], server: Server, tmp_path: Path
) -> None:
    peter, anybody = visitor("peter"), visitor()
    peter.page.goto("/utskick/")
    peter.page.get_by_role("link", name="SN 2026/0412-14").click()
    letter = acts.download(peter, "Hämta underrättelsen", tmp_path / "underrattelse.pdf")
    forged = tmp_path / "forfalskad.pdf"
    forged.write_bytes(letter.read_bytes() + b"\n1 0 obj << /Type /Catalog >> endobj\n")
    for file, verdict, name in (
        (letter, "Äkta", "kontroll-akta"),
        (forged, "Ändrad", "kontroll-andrad"),
        (CASES.parent / "board.toml", "Okänd", "kontroll-okand"),
    ):
        anybody.page.goto("/kontroll/")
        anybody.page.locator("input[type=file]").set_input_files(file)
        acts.button(anybody.page, "Kontrollera")
        expect(anybody.page.locator("#found").get_by_role("heading")).to_contain_text(verdict[:5], timeout=WAIT)
        expect(anybody.page.get_by_text("Åkesson")).to_have_count(0)
        anybody.see(name, picture=True)


def test_after_signing_the_way_back_changes_nothing(visitor: Callable[..., Visitor], server: Server) -> None:
    gun_britt, case = visitor("gun-britt"), case_of(server, "SN 2026/0412-14")
    page = gun_britt.page
    page.goto(case + "beslut/")
    expect(page.get_by_text("Undertecknat och utfärdat.")).to_be_visible()
    page.goto(case + "steg/facts/")
    expect(page.get_by_text("Beslutet är utfärdat.")).to_be_visible()
    expect(page.get_by_role("button", name="Spara och gå vidare")).to_have_count(0)
    page.goto("/arenden/00000000-0000-4000-8000-000000000000/")
    gun_britt.see("finns-inte")
    page.goto("/utskick/")
    gun_britt.see("far-inte")


def test_a_case_sent_back_then_lifted_and_really_decided_by_the_director(
    visitor: Callable[..., Visitor], server: Server
) -> None:
    fatemeh, birgitta = visitor("fatemeh"), visitor("birgitta")
    page = fatemeh.page
    case = case_of(server, "SN 2026/0588-9")
    page.goto(case + "lyft/")
    acts.button(page, "Lyft ärendet")
    expect(page.locator("#errors")).to_be_visible()
    fatemeh.see("lyft-tomt")
    page.get_by_label("Lyft till").select_option("A12184")
    page.get_by_label("Stöd").fill("delegationsordningen punkt 1.3")
    page.get_by_label("Skäl").fill("Hotbild mot handläggaren; ingen annan på enheten är insatt.")
    fatemeh.see("handlaggare-lyft", picture=True)
    acts.button(page, "Lyft ärendet")
    expect(page.get_by_text("Ärendet är lyft.").first).to_be_visible()
    acts.submit(fatemeh, case)

    birgitta.page.goto(case + "beslut/")
    birgitta.page.get_by_text("Skicka tillbaka ärendet i stället").click()
    birgitta.page.get_by_label("Vad som måste ändras").fill("Skriv om skälen och lägg till omställningstid.")
    birgitta.see("beslutsfattare-tillbaka", picture=True)
    acts.button(birgitta.page, "Skicka tillbaka")
    expect(birgitta.page.get_by_text("Återsänt").first).to_be_visible()
    page.goto(case)
    expect(page.get_by_text("lägg till omställningstid").first).to_be_visible()
    fatemeh.see("handlaggare-atersant", picture=True)
    acts.submit(fatemeh, case)

    hers = birgitta.page
    hers.goto(case + "beslut/")
    if hers.get_by_role("button", name="Spara förklaringen").count():
        hers.get_by_label("Nej, inget").check()
        acts.button(hers, "Spara förklaringen")
        expect(hers.get_by_text("Förklaringen är sparad.")).to_be_visible()
    acts.take_stand(birgitta, case)
    acts.read_both(birgitta, case)
    # A double click is one decision.
    hers.get_by_role("button", name="Besluta och underteckna").dblclick()
    expect(hers.get_by_text("Undertecknat och utfärdat.")).to_be_visible(timeout=WAIT)
    number = case.rstrip("/").rsplit("/", 1)[1].replace("-", "")
    assert server.ask("SELECT count(*) FROM desk_work WHERE case_id = ? AND kind = 'issue'", number) == [(1,)]


def test_wrong_files_a_script_for_a_name_and_a_session_that_is_gone(
    visitor: Callable[..., Visitor], server: Server, tmp_path: Path
) -> None:
    klas = visitor("klas")
    page = klas.page
    case = case_of(server, "SN 2026/1177-5")
    wrong = tmp_path / "beslut.docx"
    wrong.write_bytes(b"\x7fELF" + bytes(2000))
    page.goto(case + "steg/text/")
    page.get_by_label("Beslutets text").set_input_files(wrong)
    page.get_by_role("button", name="texten").click()
    expect(page.locator("#errors")).to_be_visible()
    klas.see("fel-fil")
    huge = tmp_path / "stor.docx"
    with huge.open("wb") as file:
        file.truncate(100 << 20)
    page.get_by_label("Beslutets text").set_input_files(huge)
    page.get_by_role("button", name="texten").click()
    expect(page.get_by_text("större än 20 MB").first).to_be_visible(timeout=WAIT)

    evil = "<script>document.title='x'</script>"
    page.goto(case + "steg/facts/")
    before = page.get_by_label("Vad ärendet gäller").input_value()
    page.get_by_label("Vad ärendet gäller").fill(evil)
    acts.button(page, "Spara och stanna kvar")
    expect(page.get_by_text("Sparat.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(evil)
    page.get_by_label("Vad ärendet gäller").fill(before)
    # The session ends in the middle; one logs in and is back where one was.
    klas.context.clear_cookies(name="sessionid")
    page.goto(case + "steg/people/")
    page.get_by_label("Användarnamn").fill("klas")
    page.get_by_label("Lösenord").fill("demo")
    acts.button(page, "Logga in")
    page.wait_for_url("**/steg/people/")


def test_on_a_phone_and_on_paper(visitor: Callable[..., Visitor]) -> None:
    phone = visitor("micke", viewport={"width": 390, "height": 800}, device_scale_factor=2, color_scheme="dark")
    phone.page.goto("/handelser/ny/")
    phone.picture("telefon-handelse", whole=False)
    phone.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    phone.see("telefon")
    phone.page.goto("/arenden/")
    phone.page.emulate_media(media="print")
    assert not phone.page.get_by_role("navigation", name="Huvudmeny").is_visible()
    expect(phone.page.get_by_role("heading", level=1)).to_be_visible()


def test_every_page_is_valid_html(kept: Kept) -> None:
    kept.require_valid(least=30)
