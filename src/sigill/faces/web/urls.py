"""Every address of the web. Each view is marked with its act of the access table (`guard.page`) or as public."""

from django.urls import path

from sigill.faces.web import entrance
from sigill.faces.web.pages import cases, decide, home, letters, office, protection, public, safety, sending

urlpatterns = [
    path("", home.home, name="home"),
    path("sprak/", home.language, name="language"),
    path("tema.css", home.theme, name="theme"),
    path("logotyp/", home.logo, name="logo"),
    path("halsa/lever/", home.alive, name="alive"),
    path("halsa/redo/", home.ready, name="ready"),
    path("arenden/", cases.cases, name="cases"),
    path("arenden/nytt/", cases.new, name="new"),
    path("arenden/<uuid:case>/", cases.case, name="case"),
    path("arenden/<uuid:case>/steg/<slug:step>/", cases.step, name="case-step"),
    path("arenden/<uuid:case>/angra/", cases.undo, name="undo"),
    path("arenden/<uuid:case>/version/<int:number>/", cases.version, name="version"),
    path("arenden/<uuid:case>/jav/", cases.declare, name="declare"),
    path("arenden/<uuid:case>/lyft/", cases.lift, name="lift"),
    path("arenden/<uuid:case>/lamna/", cases.submit, name="submit"),
    path("arenden/<uuid:case>/ta-tillbaka/", cases.take_back, name="take-back"),
    path("arenden/<uuid:case>/forbered/", letters.prepare, name="prepare"),
    path("arenden/<uuid:case>/brev/", letters.letters, name="letters"),
    path("arenden/<uuid:case>/brev/laget/", letters.waiting, name="waiting"),
    path("arenden/<uuid:case>/brev/<slug:letter>/", letters.letter, name="letter"),
    path(
        "arenden/<uuid:case>/brev/<int:preview>/<slug:letter>/<int:number>.png",
        letters.page_picture,
        name="page-picture",
    ),
    path("arenden/<uuid:case>/brev/<int:preview>/<slug:letter>.pdf", letters.letter_pdf, name="letter-pdf"),
    path("arenden/<uuid:case>/beslut/", decide.decide, name="decide"),
    path("skydd/", protection.protections, name="protections"),
    path("skydd/<int:number>/", protection.protection, name="protection"),
    path("skydd/<int:number>/handlingar/", protection.papers, name="protection-papers"),
    path("skydd/monster/", protection.patterns, name="patterns"),
    path("mitt-skydd/", safety.own, name="own"),
    path("mitt-skydd/<int:number>/ta-tillbaka/", safety.withdraw, name="withdraw"),
    path("handelser/", safety.incidents, name="incidents"),
    path("handelser/ny/", safety.record, name="record"),
    path("handelser/<uuid:incident>/", safety.incident, name="incident"),
    path("handelser/<uuid:incident>/svara/", safety.answer, name="incident-answer"),
    path("orosanmalan/", safety.concern, name="concern"),
    path("orosanmalan/mina/", safety.assigned, name="assigned"),
    path("kontoret/ersattare/", safety.deputies, name="deputies"),
    path("utskick/", sending.sending, name="sending"),
    path("utskick/<uuid:case>/", sending.decision, name="sending-decision"),
    path("utskick/<uuid:case>/underrattelse.pdf", sending.letter, name="sending-letter"),
    path("utskick/<uuid:case>/kvitto.json", sending.receipt, name="sending-receipt"),
    path("kontroll/", public.check, name="check"),
    path("fraga/", public.ask, name="ask"),
    path("fragor/", public.questions, name="questions"),
    path("kontoret/program/", public.programs, name="programs"),
    path("kontoret/anvandare/", office.users, name="users"),
    path("kontoret/anvandare/<int:number>/", office.user, name="user"),
    path("kontoret/personal/", office.directory, name="directory"),
    path("kontoret/delegation/", office.delegation, name="delegation"),
    # Of allauth only what a workplace needs: nobody signs up or resets a password here.
    path("konto/logga-in/", entrance.login, name="account_login"),
    path("konto/logga-ut/", entrance.logout, name="account_logout"),
]
handler404 = "sigill.faces.web.pages.errors.not_found"
handler500 = "sigill.faces.web.pages.errors.broken"
