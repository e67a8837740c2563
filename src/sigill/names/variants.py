"""How a name gets written: transliterations, respellings, slips of the finger, misread letters, escapes.

What it does: pure functions from one spelling to others. Those ending in `_keys` work on folded names (lower case,
no accents, see `fold.key`), because that is what the search compares; the others make text a reader could meet.

What it does not: it does not say how sure a hit on a variant is; `lexicon` and `context` do.
"""

import re
import unicodedata
from collections.abc import Iterator
from html.entities import codepoint2name

_DIGRAPHS = {
    "å": ("aa",), "ä": ("ae",), "ö": ("oe",), "ø": ("oe",), "æ": ("ae",), "ü": ("ue",), "ß": ("ss",), "þ": ("th",),
    "đ": ("dj",), "ð": ("dh",), "œ": ("oe",), "ć": ("ch",), "č": ("ch",), "š": ("sh",), "ž": ("zh",), "ł": ("l",),
}  # fmt: skip
_PLAIN = {"đ": "d", "ð": "d", "ł": "l", "ø": "o", "ı": "i", "æ": "a", "ß": "s", "þ": "t", "œ": "o", "ħ": "h"}

# Pairs of spellings of one sound in Swedish names; each is tried in both directions, one place at a time.
_SOUNDS = (
    ("kvist", "qvist"), ("kvist", "quist"), ("qvist", "quist"), ("qvist", "qwist"), ("c", "k"), ("ck", "k"),
    ("cc", "ck"), ("th", "t"), ("ph", "f"), ("w", "v"), ("z", "s"), ("sson", "son"), ("dt", "t"), ("hl", "l"),
    ("ks", "x"), ("aa", "a"), ("ee", "e"), ("gren", "green"), ("stroem", "strom"), ("michael", "mikael"),
)  # fmt: skip
_MISREAD = (
    ("m", "rn"), ("rn", "m"), ("l", "1"), ("i", "1"), ("i", "l"), ("l", "i"), ("o", "0"), ("s", "5"), ("b", "8"),
    ("d", "cl"), ("cl", "d"), ("w", "vv"), ("g", "9"), ("h", "li"), ("u", "ii"), ("n", "ri"), ("li", "h"), ("e", "c"),
    ("nn", "rm"), ("a", "4"), ("z", "2"),
)  # fmt: skip

NICKNAMES = {
    "aleksandra": ("sandra",), "alexander": ("alex", "sacke"), "alexandra": ("sandra", "alex"), "anders": ("adde",),
    "andreas": ("adde", "andy"), "anna": ("annie",), "anneli": ("nelli",), "bengt": ("benke", "bengan"),
    "bertil": ("berra",), "birgitta": ("gittan", "bibbi"), "bjorn": ("bjorne", "nalle"), "britt": ("britta",),
    "carin": ("cajsa",), "carl": ("calle", "kalle"), "karl": ("kalle", "calle"), "caroline": ("carro", "lina"),
    "carolina": ("carro", "lina"), "katarina": ("kattis", "kata"), "catharina": ("cattis",), "catarina": ("cattis",),
    "cecilia": ("cilla", "cissi"), "charlotte": ("lotta", "charlie"), "charlotta": ("lotta",),
    "christer": ("chrille",), "christian": ("chrille",), "kristian": ("krille",), "christina": ("tina", "stina"),
    "kristina": ("stina", "tina", "kicki", "kia"), "christoffer": ("stoffe",), "kristoffer": ("stoffe",),
    "daniel": ("danne",), "david": ("dave",), "elisabeth": ("lisa", "lisbet", "bettan", "elsa"),
    "elisabet": ("lisa", "lisbet", "bettan"), "emelie": ("emmy", "mille"), "emilia": ("mille", "milla"),
    "erik": ("jerka", "ecke"), "fredrik": ("fredde", "figge"), "gabriel": ("gabbe",), "gunilla": ("nilla",),
    "gunnar": ("gurra",), "gustaf": ("gurra",), "gustav": ("gurra", "gusten"), "hakan": ("hacke",),
    "hans": ("hasse",), "helena": ("lena",), "henrik": ("henke",), "ingemar": ("inge",), "ingrid": ("inga",),
    "jan": ("janne",), "joakim": ("jocke",), "johan": ("jojje", "johnny"), "johanna": ("hanna", "jojjo"),
    "johannes": ("hannes",), "jonas": ("jonte",), "jonathan": ("jonte",), "josefin": ("josse", "fina"),
    "josefine": ("josse",), "karin": ("kajsa",), "kenneth": ("kenta",), "kerstin": ("kicki", "stina"),
    "klas": ("klasse",), "klara": ("klaran",), "lars": ("lasse",), "leif": ("leffe",), "linnea": ("linna", "nea"),
    "louise": ("lollo", "lova"), "lovisa": ("lova", "lollo"), "lennart": ("lelle",), "magdalena": ("lena", "magda"),
    "magnus": ("mange",), "malin": ("malla",), "marcus": ("macke",), "markus": ("mackan",),
    "margareta": ("greta", "maggan", "meta"), "margaretha": ("greta",), "maria": ("mia", "maja", "mimmi"),
    "martin": ("matte",), "mats": ("matte",), "mattias": ("matte",), "matilda": ("tilda",),
    "mikael": ("micke", "micko"), "michael": ("micke",), "mohammed": ("mohamed", "muhammad", "mohammad", "moha"),
    "nicklas": ("nicke",), "niklas": ("nicke",), "nils": ("nisse",), "olof": ("olle",), "ola": ("olle",),
    "oskar": ("ogge", "osse"), "oscar": ("ogge",), "patrik": ("patte", "putte"), "per": ("pelle", "perra"),
    "peter": ("peppe", "petter"), "rebecka": ("becka", "beckan"), "rebecca": ("becca",), "rickard": ("ricke",),
    "rikard": ("rikke",), "robert": ("robban", "rob"), "roger": ("rogge",), "roland": ("rolle",),
    "samuel": ("samme", "sam"), "sara": ("sassa",), "sebastian": ("sebbe",), "sigrid": ("sigge", "siri"),
    "simon": ("simme",), "sofia": ("fia", "soffan"), "stefan": ("steffe",), "susanne": ("sussie", "sanna"),
    "sven": ("svenne",), "theodor": ("teo",), "therese": ("tessan", "tess"), "thomas": ("tompa",),
    "tobias": ("tobbe",), "tomas": ("tompa",), "tommy": ("tompa",), "torbjorn": ("tobbe", "tobbe"), "ulf": ("uffe",),
    "ulrika": ("ulla", "ulli", "rika"), "urban": ("ubbe",), "viktor": ("vicke", "vigge"), "victor": ("vicke",),
    "viktoria": ("vickan",), "victoria": ("vickan",), "wilhelm": ("wille",), "william": ("wille", "bill"),
    "zlatan": ("zlatte",), "abdirahman": ("abdi",), "abdullah": ("abdi",), "fatemeh": ("fatima", "fati"),
}  # fmt: skip
"""Usual Swedish short names by folded given name. Small on purpose: a guess that is not usual only makes noise."""

_VOWELS = "aeiouy"


def transliterated(name: str) -> tuple[str, ...]:
    """Spellings of `name` without its foreign letters ("Åsa" → "Asa", "Aasa"); without `name` itself."""
    low = unicodedata.normalize("NFC", name)
    plain = "".join(_case(_PLAIN.get(c.lower(), _base(c)), c) for c in low)
    found = [plain]
    specials = [at for at, c in enumerate(low) if c.lower() in _DIGRAPHS]
    if specials:
        found.append("".join(_case(_DIGRAPHS.get(c.lower(), (_base(c),))[0], c) for c in low))
        if len(specials) == 2:  # "Lindqvist-Oeberg" has one; "Aaström-Oeberg" mixes
            for at in specials:
                found.append(
                    "".join(_case(_DIGRAPHS[c.lower()][0], c) if i == at else _base(c) for i, c in enumerate(low))
                )
    return tuple(one for one in dict.fromkeys(found) if one != name)


def _base(char: str) -> str:
    if char.lower() in _PLAIN:
        return _case(_PLAIN[char.lower()], char)
    return next((c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)), char)


def _case(made: str, like: str) -> str:
    return made.capitalize() if like.isupper() else made


def respelled_keys(folded: str) -> frozenset[str]:
    """The same sound written otherwise: qvist/kvist/quist, c/k, th/t, w/v, -sson/-son; one place each."""
    found: set[str] = set()
    for one, other in _SOUNDS:
        for old, new in ((one, other), (other, one)):
            for at in _places(folded, old):
                found.add(folded[:at] + new + folded[at + len(old) :])
    if folded.endswith("f"):
        found.add(folded[:-1] + "v")
    if folded.endswith("v"):
        found.add(folded[:-1] + "f")
    found = {one for one in found if len(one) >= 3}
    found.discard(folded)
    return frozenset(found)


def misread_keys(folded: str) -> frozenset[str]:
    """What OCR makes of it: rn/m, l/1/I, 0/O, cl/d …; one confusion each, at one place or everywhere."""
    found: set[str] = set()
    for old, new in _MISREAD:
        for at in _places(folded, old):
            found.add(folded[:at] + new + folded[at + len(old) :])
        found.add(folded.replace(old, new))
    found.discard(folded)
    return frozenset(found)


def mistyped_keys(folded: str, *, every_letter: bool) -> frozenset[str]:
    """One slip of the finger: a letter lost, doubled or swapped with its neighbour; a vowel taken for another.

    Args:
        every_letter: also any other letter in any place (some sixty times the name's length).
    """
    found: set[str] = set()
    for at in range(len(folded)):
        before, after = folded[:at], folded[at + 1 :]
        found.add(before + after)
        found.add(before + folded[at] * 2 + after)
        if after:
            found.add(before + after[0] + folded[at] + after[1:])
        for letter in _ALPHABET if every_letter else _VOWELS if folded[at] in _VOWELS else "":
            found.add(before + letter + after)
            if every_letter:
                found.add(before + letter + folded[at] + after)
    if every_letter:
        found.update(folded + letter for letter in _ALPHABET if letter != "s")  # with -s it is the genitive
    found.discard(folded)
    found.discard(folded + "s")
    return frozenset(found)


_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def genitives(name: str) -> tuple[str, ...]:
    """`name` as owner: Åsas, Åsa:s, Åsa's; after s, x or z: Klas, Klas', Klas:s (Svenska skrivregler 2017 § 8)."""
    if name[-1:].lower() in "sxz":
        return (name + "'", name + "’", name + ":s", name + "'s")
    return (name + "s", name + ":s", name + "'s", name + "’s")


def misencoded(name: str) -> tuple[str, ...]:
    """UTF-8 read as Latin-1 and as Windows-1252; nothing for plain ASCII."""
    raw = name.encode("utf-8")
    found = [raw.decode("latin-1")]
    mixed = "".join(_cp1252(byte) for byte in raw)
    return tuple(one for one in dict.fromkeys([mixed, *found]) if one != name)


def _cp1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def escaped(name: str) -> tuple[str, ...]:
    """HTML, quoted-printable, percent, JSON and RTF escapes; nothing for plain ASCII."""
    if name.isascii():
        return ()
    named = "".join(c if c.isascii() else _entity(c) for c in name)
    each = [
        named,
        "".join(c if c.isascii() else f"&#{ord(c)};" for c in name),
        "".join(c if c.isascii() else f"&#x{ord(c):X};" for c in name),
        "".join(c if c.isascii() else "".join(f"={b:02X}" for b in c.encode()) for c in name),
        "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in name),
        "".join(c if c.isascii() else f"\\u{ord(c):04x}" for c in name),
    ]
    try:
        latin = name.encode("cp1252")
    except UnicodeEncodeError:
        latin = b""
    if latin:
        each.append("".join(chr(b) if b < 0x80 else f"={b:02X}" for b in latin))
        each.append("".join(chr(b) if b < 0x80 else f"\\'{b:02x}" for b in latin))
    return tuple(dict.fromkeys(each))


def _entity(char: str) -> str:
    name = codepoint2name.get(ord(char))
    return f"&{name};" if name else f"&#{ord(char)};"


def hidden(name: str) -> tuple[str, ...]:
    """The name set so that a plain search misses it: decomposed, with ligatures, spaced out, with soft hyphens."""
    words = re.split("([ -])", name)
    middle = "".join(w if len(w) < 5 else w[: len(w) // 2] + "\u00ad" + w[len(w) // 2 :] for w in words)
    broken = "".join(w if len(w) < 5 else w[: len(w) // 2] + "-\n" + w[len(w) // 2 :] for w in words)
    ligatures = name.replace("ffi", "ﬃ").replace("ff", "ﬀ").replace("fi", "ﬁ").replace("fl", "ﬂ")
    found = [
        unicodedata.normalize("NFD", name), ligatures, "\u200b".join(name), middle, broken,
        name.replace(" ", "\u00a0"), name.replace("-", "\u2011"), name.replace("-", "\u2010"), name.replace("-", "–"),
        name.replace("-", "-\n"),
    ]  # fmt: skip
    if len(name) > 2:
        found.append("  ".join(" ".join(word) for word in name.split()))
    return tuple(one for one in dict.fromkeys(found) if one != name)
