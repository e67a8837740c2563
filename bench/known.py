"""Who is hidden in the benchmarks, under which spellings the other tools get her, and prose to hide her in.

All tools get the same spellings. Sigill makes its own from the staff row, so it is handed the row.
"""

import random
from collections.abc import Sequence
from pathlib import Path

from sigill.adapters.staff_csv import read_staff
from sigill.decision.people import StaffMember, StaffRegister

ROOT = Path(__file__).resolve().parents[1]
STAFF = StaffRegister.of(read_staff((ROOT / "examples" / "staff.csv").read_bytes()).values())
HIDDEN = STAFF["A10001"]
LABEL = "[uppgift utelämnad]"
_PLAIN = str.maketrans("åäöÅÄÖéÉ", "aaoAAOeE")


def spellings(person: StaffMember) -> list[str]:
    """Eighteen spellings that somebody would type into a tool that takes a list, longest first.

    Args:
        person: with e-mail, user id, phone and mobile in the register.
    """
    given, surname, full = person.preferred_name, person.surname, person.full_name
    forms = [
        full, f"{surname}, {given}", f"{surname} {given}", f"{person.given_names} {surname}",
        f"{given[0]}. {surname}", full.upper(), full.translate(_PLAIN), full.lower(), surname, surname.upper(),
        surname.translate(_PLAIN), f"{given} {person.former_surname or surname}", person.email, person.user_id,
        person.phone, person.mobile, "+46 " + person.phone[1:], "+46" + _digits(person.mobile)[1:],
    ]  # fmt: skip
    return sorted(forms, key=len, reverse=True)


def _digits(number: str) -> str:
    return "".join(one for one in number if one.isdigit())


SENTENCES = (
    "Tuva berättade att hon trivs i skolan och att hon gärna läser för sin lillebror på kvällarna.",
    "Mötet hölls på socialkontoret och alla som bjudits in kom i god tid.",
    "Föräldrarna är överens om att överlämningarna ska ske på skolan under vardagar.",
    "Vid hembesöket var det lugnt, varmt och städat, och det luktade nybakat i köket.",
    "Skolan uppger att frånvaron har minskat sedan i höstas och att läxorna lämnas in.",
    "Nämnden begärde in yttrande från BUP, som svarade att någon kontakt inte längre behövs.",
    "Mormodern hjälper till med hämtning på tisdagar och torsdagar när fadern arbetar sent.",
    "Insatsen följs upp om tre månader, eller tidigare om familjen själv önskar det.",
    "På frågan vad hon önskar sig mest svarade hon att de vuxna ska sluta bråka.",
    "Läkaren bedömde att besvären går över av sig själva och skrev inte ut några mediciner.",
    "Ansökan kom in den 14 mars och kompletterades per telefon dagen därpå.",
    "Det finns inget i utredningen som talar emot att stödet fortsätter i samma form.",
)
ABOUT = (
    "Handläggare {name} besökte hemmet i tisdags och talade med båda föräldrarna.",
    "Enligt {name} har stödet gjort nytta och bör fortsätta.",
    "Frågor besvaras av {name} på vardagar mellan nio och tolv.",
    "{name} ringde upp modern samma eftermiddag.",
)
OF_OTHERS = (
    "Också {name} var med vid mötet och förde anteckningar.",
    "Ärendet fördelades i maj till {name}, som bokade ett första samtal.",
)


def prose(seed: int, sentences: int, hits: int = 0, others: Sequence[StaffMember] = ()) -> list[str]:
    """Sentences of a journal.

    Args:
        seed: the same gives the same.
        sentences: how many.
        hits: how many of them speak of the hidden person.
        others: people of whom every sixth sentence speaks.
    """
    dice = random.Random(seed)  # noqa: S311
    said = []
    about = set(dice.sample(range(sentences), hits))
    for number in range(sentences):
        if number in about:
            said.append(dice.choice(ABOUT).format(name=HIDDEN.full_name))
        elif others and number % 6 == 0:
            said.append(dice.choice(OF_OTHERS).format(name=dice.choice(others).full_name))
        else:
            day, month, hour, minute = (dice.randrange(*one) for one in ((1, 29), (1, 13), (8, 17), (10, 60)))
            said.append(
                (f"Den {day}/{month} kl. {hour}.{minute}: " if number % 3 == 0 else "") + dice.choice(SENTENCES)
            )
    return said
