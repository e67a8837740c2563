"""Safety and the public pages in Chromium: an incident on a phone, what the protection officer does with it, one's own
page, reports about employees' children, tokens, a decision checked by whoever comes by. Every page is held to all of
`browser.pages`."""

from collections.abc import Callable

from playwright.sync_api import expect

from browser import acts
from browser.pages import PHONE, Kept, Visitor


def test_from_an_incident_on_a_phone_to_an_answered_duty(visitor: Callable[..., Visitor]) -> None:
    aino = visitor("aino", viewport=PHONE)
    page = aino.page
    page.goto("/handelser/ny/")
    aino.see("handelse-ny")
    acts.button(page, "Anteckna")
    expect(page.get_by_role("alert")).to_be_visible()
    aino.see("handelse-fel")
    page.get_by_label("Vad liknar det mest?").select_option(label="Hot om våld")
    page.get_by_label("Vad sades eller gjordes?").fill("”Vi vet var du bor”, sagt i telefon.")
    page.get_by_label("Allvarlig fara för liv eller hälsa").check()
    page.get_by_text("Ärende, tid, kollegor").click()
    page.get_by_label("Ärende", exact=True).select_option(index=1)
    acts.button(page, "Anteckna")
    expect(page.get_by_text("Nedan står vad som ska göras nu.")).to_be_visible()
    aino.see("handelse-antecknad")
    page.goto("/handelser/")
    aino.see("handelser")
    page.goto("/mitt-skydd/")
    aino.see("mitt-skydd-vantar")

    mariam = visitor("mariam")
    page = mariam.page
    page.goto("/skydd/")
    mariam.see("skyddsansvarig-atgarder")
    page.goto("/handelser/")
    page.get_by_role("link", name="Hot om våld").first.click()
    page.get_by_text("Svar", exact=True).first.click()
    mariam.see("handelse-svara")
    page.get_by_label("Behövs inte").first.check()
    acts.button(page, "Spara svaret")
    expect(page.get_by_role("alert")).to_be_visible()
    mariam.see("handelse-svar-fel")
    page.get_by_label("Gjort").first.check()
    acts.button(page, "Spara svaret")
    expect(page.get_by_text("Besvarat.")).to_be_visible()
    page.goto("/skydd/monster/")
    mariam.see("monster")


def test_one_s_own_page_the_papers_and_an_early_end(visitor: Callable[..., Visitor]) -> None:
    gun_britt, mariam = visitor("gun-britt"), visitor("mariam")
    gun_britt.page.goto("/mitt-skydd/")
    gun_britt.page.get_by_text("Vad du kan göra nu").first.click()
    gun_britt.see("mitt-skydd")
    page = mariam.page
    page.goto("/skydd/")
    page.get_by_role("link", name="Gun-Britt Åkesson").click()
    mariam.see("skydd-beviljat")
    page.get_by_role("link", name="Till personaladministrationen och personakten").click()
    expect(page.get_by_text("HOTBEDÖMNING")).to_be_visible()
    mariam.see("skydd-handlingar")


def test_a_report_about_an_employee_s_child_and_a_token(visitor: Callable[..., Visitor]) -> None:
    nils, peter, fatemeh = visitor("nils"), visitor("peter"), visitor("fatemeh")
    nils.page.goto("/kontoret/ersattare/")
    nils.page.get_by_label("Första").select_option("A10223")
    acts.button(nils.page, "Spara")
    nils.see("ersattare")
    peter.page.goto("/orosanmalan/")
    peter.page.get_by_label("Anmälans nummer").fill("SN 2026/2001")
    peter.page.get_by_label("Den anställda").select_option("A10149")
    acts.button(peter.page, "Lämna över till en ersättare")
    peter.see("orosanmalan")
    fatemeh.page.goto("/orosanmalan/mina/")
    expect(fatemeh.page.get_by_text("SN 2026/2001")).to_be_visible()
    fatemeh.see("orosanmalan-mina")
    nils.page.goto("/kontoret/program/")
    nils.page.get_by_label("Vilket program är den till?").fill("Ärendesystemet")
    nils.page.get_by_label("se var de egna ärendena står").check()
    nils.page.get_by_label("Gäller till och med").fill("2027-06-01")
    acts.button(nils.page, "Gör en nyckel")
    expect(nils.page.locator("code.token")).to_be_visible()
    nils.see("program")


def test_whoever_comes_by_checks_a_decision_and_asks_about_one(visitor: Callable[..., Visitor]) -> None:
    somebody, peter = visitor(viewport=PHONE), visitor("peter")
    page = somebody.page
    page.goto("/kontroll/")
    somebody.see("kontroll")
    acts.button(page, "Kontrollera")
    expect(page.get_by_role("alert")).to_be_visible()
    somebody.see("kontroll-fel")
    page.get_by_label("Eller beslutets kod").fill("2" * 26)
    acts.button(page, "Kontrollera")
    expect(page.get_by_text("Koden är okänd")).to_be_visible()
    somebody.see("kontroll-okand")
    page.goto("/fraga/")
    somebody.see("fraga")
    page.get_by_label("Beslutets kod").fill("2" * 26)
    page.get_by_label("Din fråga").fill("Jag vill ha hela beslutet.")
    acts.button(page, "Skicka")
    somebody.see("fraga-mottagen")
    peter.page.goto("/fragor/")
    expect(peter.page.get_by_text("Jag vill ha hela beslutet.")).to_be_visible()
    peter.see("fragor")


def test_every_page_of_these_is_valid_html(kept: Kept) -> None:
    kept.require_valid(18)
