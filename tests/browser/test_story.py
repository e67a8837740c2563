"""Sample 01 in Chromium, by the roles that the law asks for: from an empty form to a letter that `sigill check` calls
genuine. Each page on the way is held to accessibility, and valid HTML at the end."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from browser import acts
from browser.pages import Kept, Visitor
from browser.server import Server


def test_from_an_empty_form_to_a_genuine_letter(
    visitor: Callable[..., Visitor], server: Server, tmp_path: Path
) -> None:
    visitor().page.goto("/konto/logga-in/")
    gun_britt, lovisa, peter = visitor("gun-britt"), visitor("lovisa"), visitor("peter")
    page = gun_britt.page

    gun_britt.see("handlaggare-start", picture=True)
    page.goto("/arenden/nytt/")
    page.get_by_label("Vilken sorts beslut?").press_sequentially("kontaktfamilj")
    expect(page.get_by_text("en anställd med delegation").first).to_be_visible()
    gun_britt.see("handlaggare-beslutstyp", picture=True)
    page.goto("/")
    case = acts.start(gun_britt, "kontaktfamilj", "insats")
    gun_britt.see("steg-arendet-tomt")
    acts.facts(gun_britt, "SN 2026/0999-1")
    gun_britt.see("steg-texten")
    acts.text(gun_britt)
    gun_britt.see("handlaggare-personer")
    acts.people(gun_britt)
    expect(page.get_by_text("G14")).to_be_visible()
    gun_britt.see("handlaggare-jav", picture=True)
    acts.declare(gun_britt)
    acts.ask_protection(gun_britt, "A10667")
    gun_britt.see("handlaggare-skydd")

    lovisa.page.goto("/skydd/")
    lovisa.see("skyddsansvarig-ko", picture=True)
    lovisa.page.get_by_role("link", name="Gun-Britt Åkesson").first.click()
    lovisa.see("skyddsansvarig-bedomning", picture=True)
    acts.grant(lovisa, "Gun-Britt Åkesson")
    lovisa.see("skyddsansvarig-ko-bedomd")

    page.goto(case + "steg/protect/")
    expect(page.get_by_text("Utelämnas i underrättelsen").first).to_be_visible()
    page.goto(case + "steg/review/")
    gun_britt.see("handlaggare-granska", picture=True)
    acts.make_letters(gun_britt, case)
    assert page.get_by_text("markerad plats").count() + page.get_by_text("markerade platser").count() >= 2
    gun_britt.see("handlaggare-brev")
    acts.submit(gun_britt, case)
    gun_britt.see("arende-lamnat")

    # The one who decides. Nothing can be signed before both letters are open.
    page.goto(case + "beslut/")
    assert not page.get_by_role("button", name="Besluta och underteckna").count()
    gun_britt.see("beslutsfattare-forst")
    acts.take_stand(gun_britt, case)
    assert not page.get_by_role("button", name="Besluta och underteckna").count()
    acts.read_both(gun_britt, case)
    gun_britt.see("beslutsfattare-underteckna")
    acts.sign(gun_britt)
    gun_britt.see("beslutsfattare-utfardat")
    page.goto(case)
    gun_britt.see("arende-utfardat")

    # The registrar sends it, and never reads the name.
    peter.page.goto("/utskick/")
    peter.see("registrator-utskick")
    peter.page.get_by_role("link", name="SN 2026/0999-1").click()
    expect(peter.page.get_by_text("Åkesson")).to_have_count(0)
    peter.see("registrator-beslut", picture=True)
    letter = acts.download(peter, "Hämta underrättelsen", tmp_path / "notification.pdf")
    verdict = server.sigill("check", str(letter))
    assert verdict.returncode == 0 and "äkta" in verdict.stdout.lower(), verdict.stdout + verdict.stderr
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(letter.read_bytes() + b"\n% more\n")
    assert server.sigill("check", str(forged)).returncode == 1
    peter.page.get_by_label("Brev på posten").check()
    peter.page.get_by_label("Dag", exact=True).fill("2026-11-22")
    acts.button(peter.page, "Skickat")
    expect(peter.page.get_by_text("Antecknat som skickat.")).to_be_visible()
    peter.see("registrator-skickat")


def test_every_page_of_the_story_is_valid_html(kept: Kept) -> None:
    kept.require_valid(least=25)
