"""The same decision written about another employee: the case and its DOCX with everything about one person replaced."""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from lxml import etree

from house import CASES, staff
from sigill import journey
from sigill.decision.people import StaffMember, StaffRegister
from sigill.decision.stages import Draft

HANDLERS = {
    "01_track_a_insats": "A10667",
    "02_track_b_lyft": "A10223",
    "03_lvu14_utskott": "A10334",
    "04_ekonomiskt_bistand": "A10149",
}
"""Whose place each of the sixty takes, by case."""

_STAND_INS = (("Tyra", "Vallmo"), ("Kaj", "Hägersjö"), ("Britta", "Solbacke"), ("Olle", "Tallsund"))
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def retold(name: str, staff_id: str) -> Draft:
    """Case `name` as if `staff_id` had been its handler.

    All other employees in the case are played by stand-ins outside the sixty, so that each of the sixty can take
    the handler's place without meeting herself in another role.
    """
    case, document, register = _with_stand_ins(name)
    handler, person = register[HANDLERS[name]], register[staff_id]
    case = case.replace(f'"{handler.staff_id}"', f'"{person.staff_id}"')
    return journey.draft(
        case.encode(),
        _rewrite(document, _forms(handler, person)),
        register,
        case_name="case.toml",
        document_name="decision.docx",
    )


@cache
def _with_stand_ins(name: str) -> tuple[str, bytes, StaffRegister]:
    case = (CASES / name / "case.toml").read_text("utf-8")
    document = (CASES / name / "decision.docx").read_bytes()
    others = sorted(set(re.findall(r'"(A1\d{4})"', case)) - {HANDLERS[name]})
    members, forms = list(staff().members), {}
    for number, (other, (given, surname)) in enumerate(zip(others, _STAND_INS, strict=False)):
        actor = replace(
            staff()[other],
            staff_id=f"B9000{number}",
            given_names=given,
            preferred_name=given,
            surname=surname,
            email=f"{given}.{surname}@exempelstad.example".lower(),
            phone=f"0199-20 69 0{number}",
            mobile=f"070-174 09 0{number}",
            user_id=f"standin{number}",
            initials=given[0] + surname[0],
        )
        members.append(actor)
        forms.update(_forms(staff()[other], actor))
        case = case.replace(f'"{other}"', f'"{actor.staff_id}"')
    assert len(others) <= len(_STAND_INS)
    return case, _rewrite(document, forms), StaffRegister.of(members)


def _genitive(name: str) -> str:
    return name if name[-1] in "sxz" else name + "s"


def _forms(old: StaffMember, new: StaffMember) -> dict[str, str]:
    def forms(one: StaffMember) -> list[str]:
        given, surname = one.preferred_name, one.surname
        return [
            one.full_name,
            _genitive(one.full_name),
            f"{given[0]}. {surname}",
            given,
            surname,
            _genitive(given),
            _genitive(surname),
            one.email,
            one.phone,
            one.mobile,
            one.user_id,
            one.initials,
        ]

    return dict(zip(forms(old), forms(new), strict=True))


def _rewrite(document: bytes, forms: Mapping[str, str]) -> bytes:
    """Replace forms in every paragraph of every part, joined across runs."""
    pattern = re.compile(
        r"(?<![\w@.])(?:" + "|".join(map(re.escape, sorted(forms, key=len, reverse=True))) + r")(?!\w|\. bistånd)"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as source, zipfile.ZipFile(target, "w") as result:
        for item in source.infolist():
            data = source.read(item)
            if item.filename.startswith("word/") and item.filename.endswith(".xml"):
                tree = etree.fromstring(data)
                for paragraph in tree.iter(f"{_W}p"):
                    _rewrite_paragraph(paragraph, pattern, forms)
                data = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
            result.writestr(item.filename, data)
    return target.getvalue()


def _rewrite_paragraph(paragraph: etree._Element, pattern: re.Pattern[str], forms: Mapping[str, str]) -> None:
    """Each form is replaced in the run where it begins; what of it stands in later runs goes."""
    pieces = list(paragraph.iter(f"{_W}t", f"{_W}br", f"{_W}tab"))
    texts = ["\n" if one.tag != f"{_W}t" else one.text or "" for one in pieces]
    told = list(texts)
    starts = [sum(map(len, texts[:number])) for number in range(len(texts))]
    for found in reversed(list(pattern.finditer("".join(texts)))):
        for number in reversed(range(len(texts))):
            start = max(found.start() - starts[number], 0)
            end = min(found.end() - starts[number], len(texts[number]))
            if start < end:
                at = start if found.start() >= starts[number] else 0
                new = forms[found.group()] if found.start() >= starts[number] else ""
                told[number] = told[number][:at] + new + told[number][end:]
    for one, text in zip(pieces, told, strict=True):
        if one.tag == f"{_W}t":
            one.text = text
            one.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
