"""Independent eyes on e-mail.

Promise: raw lines, every header with its encoded words undone (RFC 2047, RFC 2231), every part with its transfer
encoding undone, preamble and epilogue, forwarded messages and attachments (RFC 2045–2046).
Modesty: encrypted parts are opaque and refused as unknown kinds.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message

from sigill.verify.plain import read_markup
from sigill.verify.reading import Finding, Inner, Place, Reading, Wanted, guessed


def read_mail(data: bytes, place: Place, wanted: Wanted) -> Iterator[Finding]:
    """One message with all its parts.

    Args:
        data: the message.
        place: where it stands.
        wanted: the bounds to work within.
    """
    for text in guessed(data):
        yield Reading("mail", (*place, "source"), text, prose=False)
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    yield from _message(message, place, wanted, "")


def _message(message: Message, place: Place, wanted: Wanted, number: str) -> Iterator[Finding]:
    wanted.bounds.spend(0)
    part = f"part {number}" if number else ""
    where = (*place, part) if part else place
    yield Reading("mail", (*where, "headers"), "\n".join(_header(name, str(value)) for name, value in message.items()))
    for param in (message.get_filename(), message.get_param("name")):
        if param:
            yield Reading("mail", (*where, "file name"), param if isinstance(param, str) else param[2], prose=False)
    for margin, text in (("preamble", message.preamble), ("epilogue", message.epilogue)):
        if text:
            yield Reading("mail", (*where, margin), text)
    if message.is_multipart():
        for index, child in enumerate(message.get_payload(), 1):
            if isinstance(child, Message):
                yield from _message(child, place, wanted, f"{number}.{index}" if number else str(index))
        return
    payload = message.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else str(message.get_payload()).encode("utf-8", "replace")
    wanted.bounds.spend(len(data))
    kind = message.get_content_type()
    if kind == "text/html":
        yield from read_markup(data, where, "mail")
    if kind.startswith("text/"):
        charset = message.get_content_charset() or "utf-8"
        for text in dict.fromkeys((_decoded(data, charset), *guessed(data))):
            yield Reading("mail", where, text)
    elif data.strip():
        yield Inner(where, _plain_name(message.get_filename() or ""), data)


def _plain_name(name: str) -> str:
    return re.sub(r"[\r\n\t]", "", _unworded(name))


def _header(name: str, value: str) -> str:
    return f"{name}: {_unworded(value)}\n{name}: {value}"


def _unworded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (UnicodeError, LookupError, ValueError):
        return value


def _decoded(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
