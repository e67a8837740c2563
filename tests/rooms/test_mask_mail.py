"""Åsa leaves a mail: its headers, every part, nested mails and attachments."""

# ruff: noqa: E501  (documents written out in one line each)

import email
import email.policy
import unicodedata
from email.message import EmailMessage

import pytest

from officefiles import ASA, DOCX, INNOCENT, MANY, finder_of, leaks, picture, texts, with_comment
from sigill.decision.people import StaffMember
from sigill.errors import BadInput, Blocked
from sigill.mask.apply import mask_file
from sigill.mask.email import ADDRESS
from sigill.mask.report import DEFAULT_LABEL, Options, Report


def mask(data: bytes, person: StaffMember = ASA, **options: object) -> bytes:
    return mask_file(data, "brev.eml", finder_of(person.staff_id), Options(**options), Report())[0]  # type: ignore[arg-type]


def letter(person: StaffMember, body: str = "", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = headers.pop("sender", "Rebecka Lindkvist <rebecka.lindkvist@exempelstad.example>")
    message["To"] = headers.pop("to", "Mottagningen <mottagningen@exempelstad.example>")
    message["Subject"] = headers.pop("subject", "Om mötet")
    message["Date"] = "Thu, 28 May 2026 10:42:11 +0200"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(f"{body or 'Hej!'}\n\n{INNOCENT}\n")
    return message


def attached(person: StaffMember, data: bytes, kind: str, name: str) -> EmailMessage:
    message = letter(person)
    maintype, _, subtype = kind.partition("/")
    message.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    return message


def html_letter(person: StaffMember) -> EmailMessage:
    message = letter(person, f"Av {person.full_name}")
    message.add_alternative(
        f'<p>Av <b>{person.preferred_name}</b> <i>{person.surname}</i><img src="cid:{person.user_id}@x"></p>',
        subtype="html",
    )
    part = message.get_payload()[1]
    part.add_related(
        with_comment(picture([], size=(20, 20)), person.full_name), "image", "png", cid=f"<{person.user_id}@x>"
    )
    return message


def nested(person: StaffMember) -> EmailMessage:
    message = letter(person)
    inner = letter(
        person, f"Av {person.full_name}", sender=f"{person.full_name} <{person.email}>", X_User=person.user_id
    )
    message.add_attachment(inner)
    return message


MAIL = {
    "sender": lambda p: letter(p, sender=f'"{p.full_name}" <{p.email}>').as_bytes(),
    "copies": lambda p: letter(p, Cc=f"{p.full_name} <{p.email}>, Lisbet <l@skolan.example>").as_bytes(),
    "subject": lambda p: letter(p, subject=f"Fråga till {p.full_name} om mötet").as_bytes(),
    "trace headers": lambda p: letter(
        p,
        Received=f"from {p.user_id}.exempelstad.example",
        X_Originating_User=p.user_id,
        Thread_Topic=p.full_name,
        Message_ID=f"<20260101.{p.user_id}@exempelstad.example>",
        References=f"<1.{p.user_id}@x.example> <2@y.example>",
        Reply_To=f"{p.full_name} <{p.email}>",
        Return_Path=f"<{p.email}>",
        Organization=p.full_name,
    ).as_bytes(),
    "text": lambda p: letter(p, f"Hej {p.full_name}, ring {p.phone} eller {p.mobile}.").as_bytes(),
    "base64 and quoted-printable": lambda p: _encoded(p),
    "Latin-1 text": lambda p: _latin(p),
    "web page and its picture": lambda p: html_letter(p).as_bytes(),
    "nested mail": lambda p: nested(p).as_bytes(),
    "attached document": lambda p: attached(
        p,
        DOCX["split runs"](p),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        f"{p.full_name}.docx",
    ).as_bytes(),
    "attached text": lambda p: attached(
        p, f"Av {p.full_name}".encode(), "text/plain", f"brev_{p.user_id}.txt"
    ).as_bytes(),
    "signed": lambda p: _signed(p),
    "calendar": lambda p: _calendar(p),
    "flowed text": lambda p: _flowed(p),
    "boundary": lambda p: html_letter(p).as_bytes().replace(b"=====", p.user_id.encode() + b"====="),
    "preamble and epilogue": lambda p: _around(p),
}


def _encoded(person: StaffMember) -> bytes:
    message = letter(person)
    message.set_content(f"Av {person.full_name}, {INNOCENT}", cte="base64")
    message.add_alternative(f"<p>Av {person.full_name}</p>", subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _latin(person: StaffMember) -> bytes:
    body = f"Av {person.full_name}.\n{INNOCENT}\n"
    charset = "iso-8859-1" if body.encode("latin-1", "ignore").decode("latin-1") == body else "utf-8"
    return (
        f"From: x@y.example\nSubject: Hej\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n".encode()
        + body.encode(charset)
    )


def _signed(person: StaffMember) -> bytes:
    return (
        "From: x@y.example\nSubject: Hej\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b\n\n--b\n"
        f"Content-Type: text/plain; charset=utf-8\n\nAv {person.full_name}. {INNOCENT}\n--b\n"
        f"Content-Type: application/pkcs7-signature; name=smime.p7s\n\nCN={person.full_name}\n--b--\n"
    ).encode()


def _calendar(person: StaffMember) -> bytes:
    name = person.full_name
    return (
        "From: x@y.example\nSubject: Kallelse\nMIME-Version: 1.0\nContent-Type: text/calendar; charset=utf-8\n\n"
        f"BEGIN:VCALENDAR\r\nORGANIZER;CN={name[:3]}\r\n {name[3:]}:mailto:{person.email}\r\nSUMMARY:{INNOCENT}\r\nEND:VCALENDAR\r\n"
    ).encode()


def _flowed(person: StaffMember) -> bytes:
    words, lines, line = (
        f"Hej! I går ringde {person.full_name} och berättade att mötet blir av på fredag. {INNOCENT}".split(),
        [],
        "",
    )
    for word in words:
        if len(line) + len(word) > 60:
            lines.append(line + " ")
            line = word
        else:
            line = f"{line} {word}".strip()
    body = "\n".join([*lines, line])
    return f"From: x@y.example\nSubject: Hej\nContent-Type: text/plain; charset=utf-8; format=flowed\nContent-Transfer-Encoding: 8bit\n\n{body}\n".encode()


def _around(person: StaffMember) -> bytes:
    return (
        "From: x@y.example\nSubject: Hej\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        f"{person.full_name}\n--b\nContent-Type: text/plain; charset=utf-8\n\n{INNOCENT}\n--b--\n{person.full_name}\n"
    ).encode()


def utf8(text: str) -> bytes:
    """Text back as bytes; the parser keeps stray eight-bit bytes as surrogates."""
    return text.encode("utf-8", "surrogateescape")


def decoded(data: bytes) -> str:
    """Every header and part as text, read with the standard library's newest rules."""
    out = []

    def walk(message: EmailMessage) -> None:
        out.extend(f"{name}: {value}" for name, value in message.items())
        out.extend([message.preamble or "", message.epilogue or ""])
        if message.is_multipart():
            for child in message.get_payload():
                walk(child)
        else:
            out.extend(texts(message.get_payload(decode=True) or b""))

    walk(email.message_from_bytes(data, policy=email.policy.default))  # type: ignore[arg-type]
    return "\n".join(out)


@pytest.mark.parametrize("place", MAIL)
def test_a_mail_about_anyone_gives_the_same_bytes_and_names_nobody(place: str) -> None:
    original = MAIL[place](ASA)
    shown = decoded(original).replace("\r\n ", "").replace("\n ", "") if place == "calendar" else decoded(original)
    assert leaks(utf8(shown), ASA)
    results = {mask(MAIL[place](person), person) for person in MANY}
    assert len(results) == 1
    masked = results.pop()
    assert not leaks(masked, ASA)
    assert not leaks(utf8(decoded(masked)), ASA)
    assert INNOCENT in " ".join(decoded(masked).split())


def test_other_correspondents_and_the_thread_stay() -> None:
    source = letter(
        ASA,
        Cc=f"{ASA.full_name} <{ASA.email}>, Lisbet Falk <l@skolan.example>",
        References="<a@x> <b@x>",
        In_Reply_To="<b@x>",
    ).as_bytes()
    masked = email.message_from_bytes(mask(source), policy=email.policy.default)
    assert [str(one.display_name) for one in masked["Cc"].addresses] == [DEFAULT_LABEL, "Lisbet Falk"]
    assert [one.addr_spec for one in masked["Cc"].addresses] == [ADDRESS, "l@skolan.example"]
    assert str(masked["Date"]) == "Thu, 28 May 2026 10:42:11 +0200"
    assert masked["In-Reply-To"] in str(masked["References"])


def test_whom_the_mail_names_in_full_its_attachment_may_call_by_given_name() -> None:
    source = letter(ASA, f"Bifogar ett brev. /{ASA.full_name}")
    source.add_attachment("Åsa ringer på fredag.\n".encode(), maintype="text", subtype="plain", filename="brev.txt")
    masked = email.message_from_bytes(mask(source.as_bytes()), policy=email.policy.default)
    (attachment,) = masked.iter_attachments()
    assert attachment.get_payload(decode=True).decode() == f"{DEFAULT_LABEL} ringer på fredag.\n"


def test_attachments_can_be_dropped_instead() -> None:
    masked = email.message_from_bytes(
        mask(MAIL["attached document"](ASA), attachments="drop"), policy=email.policy.default
    )
    assert not list(masked.iter_attachments())


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("application/pkcs7-mime", b"x"),
        ("application/ms-tnef", b"x"),
        ("application/zip", b"PK\x05\x06" + b"\0" * 18),
        ("application/octet-stream", b"\x00\x01\x02\x03\x04"),
    ],
)
def test_what_cannot_be_read_stops_the_mail(kind: str, data: bytes) -> None:
    with pytest.raises((Blocked, BadInput)):
        mask(attached(ASA, data, kind, "fil.dat").as_bytes())


def test_mails_inside_mails_without_end_are_refused() -> None:
    source = b"From: x@y.example\nSubject: s\n\nhej\n"
    for _ in range(60):
        source = b"From: x@y.example\nSubject: s\nContent-Type: message/rfc822\n\n" + source
    with pytest.raises(Blocked):
        mask(source)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Thu, 28 May 2026 10:42:11 +0200 (sommartid åäö)", "Thu, 28 May 2026 10:42:11 +0200"),
        ("Thu, 28 May 2026 10:42:11 +0200 (Åsa Lindqvist-Öberg)", "Thu, 28 May 2026 10:42:11 +0200"),
        ("lördag av Åsa Lindqvist-Öberg", None),
        ("Thu, 99 May 2026 10:42:11 +0200 å", None),
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
def test_a_date_in_undeclared_letters_is_a_date_or_left_out(written: str, read: str | None, charset: str) -> None:
    source = f"From: x@y.example\nDate: {written}\nSubject: Hej\n\nHej {ASA.full_name}\n".encode(charset)
    masked = mask(source)
    assert email.message_from_bytes(masked)["Date"] == read
    assert not leaks(utf8(decoded(masked)), ASA)


def test_a_byte_astray_in_a_header_or_text_does_not_hide_her_name_in_the_rest() -> None:
    name = unicodedata.normalize("NFD", ASA.full_name)
    source = f"From: x@y.example\nSubject: @ {name} på\n\nHej @ {name} på\n".encode().replace(b"@ ", b"\xff ")
    masked = decoded(mask(source))
    assert not leaks(utf8(masked), ASA)
    assert masked.count(f"ÿ {DEFAULT_LABEL} på") == 2


def test_text_that_is_no_mail_is_no_mail() -> None:
    with pytest.raises(BadInput):
        mask(b"bara lite text\n")
