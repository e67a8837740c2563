"""Small tables about Swedish: names that are also words, what stands around people, common names.

Own tables, written for this house; they steer judgement on lone names and are never a reason to leave a full name
in place. Text is compared folded (`fold.key`): lower case, no accents.
"""

import re
from functools import cache
from importlib import resources

from sigill.names.fold import key


def _set(words: str) -> frozenset[str]:
    return frozenset(key(word).decode("latin-1") for word in words.split())


WORDLIKE = _set(
    """ada ask alf alm alv alva april august bark berg björk björn blad blom blomma bo borg boy bror bäck dag dahl dal
    dam dolk duva ek ester falk flod fred frid frisk gard glad gran gren gård hammar hav hed heder hell hjort hård
    hök iris jarl juni kai krona kung kvick kvist land lejon lilja lind linn liv ljung lo lund lång maj mark max mo
    modig munter my nord nova per rapp rask ring ros rot runa rune räv saga siv sjö skog sköld sol sparv spjut stark
    sten stig stina stolt strand ström stål sund svan tall tapper tid tor torn trygg törn ull ung unga vall varg vi
    vide vik viola vår åke älv ängel örn"""
)
"""Swedish words that are names too: in lower case never a name on their own."""

PLACELIKE = _set("lund vik berg holm ström dahl bäck skog ek lo nord sund vall mark borg strand mo hed")
"""Names that are also places: "i Lund"."""

NOT_A_NAME_BEFORE: dict[str, frozenset[str]] = {
    "per": _set(
        """månad vecka år dag dygn timme timma person telefon brev post mejl mail capita styck st omgående kvartal
        halvår tillfälle gång barn hushåll besök definition automatik kvadratmeter km kilometer mil kilo kg liter helg
        natt enhet del insats ärende den e tim mån kalendermånad kalenderår ansökan beslut fax epost sms bud autogiro"""
    ),
    "max": _set("antal tid belopp hastighet tre två fyra fem en ett tio temperatur längd"),
    "stig": _set("in på upp av ner ned fram ut åt ur till inte"),
    "ek": _set("bistånd bist förening för stöd"),
    "liv": _set("och i på efter utan med"),
    "sten": _set("och i på för"),
    "berg": _set("och i"),
    "frisk": _set("luft och i från"),
    "rask": _set("promenad takt och"),
    "modig": _set("av och"),
    "my": _set("och m g l"),
}
"""A name that is also a word is the word when one of these follows it."""

KIN_AND_ROLES = _set(
    """mamma pappa mor far moster mostern faster fastern morbror farbror farmor mormor morfar farfar syster systern
    storasyster lillasyster bror brodern storebror lillebror kusin kusinen tant tanten farbrodern gudmor fröken
    magister magistern lärare läraren klasslärare klassläraren mentor mentorn rektor rektorn pedagog pedagogen
    förskollärare förskolläraren granne grannen grannfrun kompis kompisen kamrat kamraten klasskamrat klasskamraten
    vän vännen väninna väninnan bästis bästisen hund hunden katt katten häst hästen ponny ponnyn kanin kaninen
    nallen valp valpen dotter dottern son sonen flickan pojken barnet tvillingen flickvän flickvännen pojkvän
    pojkvännen sambo sambon make maken maka makan hustru hustrun exfru exmake inspektör inspektören
    polis polisen polisinspektör polisinspektören polisassistent kommissarie kriminalinspektör advokat advokaten
    doktor doktorn dr läkare läkaren överläkare barnläkare sjuksköterska sjuksköterskan skolsköterska skolsköterskan
    tandläkare tränare tränaren ridlärare prästen präst barnmorska barnmorskan psykologen fritidsledare
    fritidspedagog vaktmästare vaktmästaren hyresvärd hyresvärden domare rådman åklagare ledsagare"""
)
"""Who stands before a lone name that is somebody else's: relatives, teachers, police, animals."""

PERSON_VERBS = _set(
    """är var har hade kan kunde vill ville ska skulle bör får fick går gick gör gjorde ser såg står stod säger sade sa
    ber bad tar tog ger gav kommer kom låter lät vet visste håller höll skriver skrev hör hörde läser läste ringer
    ringde svarar svarade frågar frågade träffar träffade möter mötte bokar bokade deltar deltog leder ledde hämtar
    hämtade skickar skickade informerar informerade förklarar förklarade berättar berättade bedömer bedömde anser
    ansåg föreslår föreslog noterar noterade registrerar registrerade återkommer återkom presenterar presenterade
    erbjuder erbjöd bevakar bevakade antecknar antecknade sammanfattar sammanfattade bekräftar bekräftade avslutar
    avslutade fortsätter fortsatte redogör redogjorde besvarar besvarade stämmer stämde mejlar mejlade sköter skötte
    utreder utredde handlägger handlade beslutar beslutade fattar fattade granskar granskade föredrar föredrog
    besöker besökte undrar undrade känner kände mår mådde bor bodde arbetar arbetade jobbar jobbade behöver tycker
    tyckte tror trodde menar menade vikarierar slutade slutar börjar började meddelar meddelade tackar tackade bröt
    bryter visar visade hälsar hälsade intygar vidtar tillstyrker avstyrker redovisar redovisade kontaktar kontaktade
    kontaktas ansvarar ansvarade medverkar medverkade närvarar närvarade uppger uppgav påpekar påpekade betonar
    betonade lyfter lyfte söker sökte sitter satt lovar lovade nämner nämnde signerar signerade följer följde
    inte också själv"""
)
"""Verbs (and what stands for one) that follow a person's name at the start of a sentence."""

COMMON = _set(
    """alla alias allt anda andra andan annan annans annars annat anta antas ars asks back bara barn berget blev blind
    blir bort borde brev brist brott bror bryta care dalar dalen del delar dem den denna denne deras dess dessa det
    detta dig din dina dit ditt dock dom drar där därför efter egen egna elva eller emot enda endast ens enskild er era
    ert ett fall falla falsk fara fem finna finns fler flera folk fort framför fritt från full fyra fält före förde
    första ganska gata genom gett gick god gott gång gånger göra gör hade hals hamnas han hand hanga hans har hela helst
    hem hennes hjälp holds holls hon honom horde hos hur hus hör hörde icke illa inför inga ingen inget innan inom inte
    istället jag kan kanna kanske kind klar klass klassen knappt komma kommer kunde kunna känna lacks landet larm las
    led lilla line lines links lite liten litet liv livet lång långt läsa lön man mars mask mamma mellan men mer
    mera mest meta min mina minst mitt mot mycket mål måste nej ner noga norr nr nu ny nya nåd någon något några när
    nära nöjd ofta olika ordet orka om onskar oss pappa person personen personer persons plats plus på rad rask ren
    rest rika risk rum runt röst rösten sade saga sak saken samma samt sana sann se sen senare ser set sig sin sina sist
    sitt själv skall slut snart som sommar son spara stor stora stund står ställe svar svara svarar särskilt så sådan
    tag tal tar task tasks tid till timme tog tre trots tror två tyst under upp ur utan utom vad val van vara varas vars
    varit varje vart vem verk vid vikt vilja vilken vill visst viss våra väg väl än ändå ännu är ömsom över önskar förde
    hela hål hörs heta hette hotell kall kalla mild milda milt minne munnen mynt nio nivå otta per
    rot roller sal sand sant sjö stad strax ström sätt tala tanke tom trä tyg vinst vit vågen"""
)
"""Ordinary words that are one slip from a usual name; never taken for a misspelling of it."""

OWNED = _set(
    """anteckning anteckningar bedömning bedömningar utredning utredningar beräkning beräkningar förslag bild bilder
    mejl samtal samtalet uppfattning rapport rapporter journal namn nummer direktnummer mobil mobilnummer telefon chef
    chefer kollega kollegor rum beslut yttrande handläggning agerande bemötande frånvaro ord fråga frågor svar besök
    hembesök möte möten brev uppgift uppgifter redogörelse sammanfattning sammanställning slutsats slutsatser ärende
    ärenden vikarie ersättare kalender arbetstelefon röstbrevlåda signatur underskrift inställning kontakt kontakter"""
)
"""What a case worker's name in the genitive is followed by, where the name ends in s, x or z and shows none."""

FUNCTION_WORDS = _set(
    """enligt av med och att för från till hos om på vid som när då där det den de detta dessa i ej en ett är var har
    hade hej hejsan tack ring kontakta fråga hälsa ansvarig handläggare kollegan kollega beslut enhetschef vi han hon
    jag du ni man efter innan även men samt eller utan mellan både bara inte så sedan nu mvh hälsningar vänligen
    närvarande deltagare sign signatur signerat utskrivet registrerad antecknat utförd upprättad namn avser från till
    ämne obs svar sv vb kopia cc bästa käre kära enligt inför under trots genom mot"""
)
"""Capitalised at the start of a sentence these are no given names."""


@cache
def given_names() -> frozenset[str]:
    """Common given names in Sweden, folded (own list, `given_names_sv.txt`)."""
    return _lines("given_names_sv.txt")


@cache
def surnames() -> frozenset[str]:
    """Common surnames in Sweden, folded (own list, `surnames_sv.txt`)."""
    return _lines("surnames_sv.txt")


@cache
def titles() -> tuple[str, ...]:
    """Staff titles and their usual short forms, lower case, the longest first."""
    text = (resources.files("sigill.names") / "titles_sv.txt").read_text(encoding="utf-8")
    found: set[str] = set()
    for line in text.splitlines():
        for one in re.split("[\t;]", line):
            title = one.strip().lower()
            if len(title) > 3 and title not in _ROLES:
                found.add(title)
    return tuple(sorted(found, key=lambda title: (-len(title), title)))


# Words for what somebody does in this case, not for what he or she is employed as: they stay readable.
_ROLES = frozenset(
    """föredragande|föredr.|delegat|beslutsfattare|ombud|personligt ombud|kontaktfamilj|kontaktperson|medlare|ledamot
    |nämndledamot|led.|ersättare|ers.|tjänstgörande ersättare|tjg. ers.|nämndordförande|ordf.|utskottsordförande
    |nämndens 1:e vice ordförande|nämndens 2:e vice ordförande|1:e v. ordf.|1:e vice ordf.|2:e v. ordf.
    |2:e vice ordf.|särskilt kvalificerad kontaktperson|skkp""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)


def _lines(name: str) -> frozenset[str]:
    text = (resources.files("sigill.names") / name).read_text(encoding="utf-8")
    return frozenset(key(word).decode("latin-1") for word in text.split())
