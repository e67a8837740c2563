"""A known person out of a mail (RFC 5322, MIME).

Does: build the mail afresh: the few headers a reader needs (Date, From, To, Cc, Subject), masked; every part
decoded, masked and encoded again in UTF-8; nested mails and attachments likewise, through `apply`; boundaries,
message and content ids counted instead of copied. Trace headers (Received, X-*, Thread-*, DKIM …) go.

Does not: keep signatures (they would be broken) or open encrypted parts (`Blocked`).
"""

import base64
import email
import email.errors
import email.header
import email.policy
import email.utils
import re
from datetime import datetime
from email.message import EmailMessage, Message
from typing import Any

from sigill.errors import N_, BadInput, Blocked
from sigill.mask.html import mask_html
from sigill.mask.joined import NameFinder, mask_string
from sigill.mask.report import Options, Report
from sigill.mask.text import decode, decode_stray, mask_plain, mostly_utf8

ADDRESS = "utelamnad@utelamnad.invalid"
"""Stands for an address that was taken out (RFC 6761: `.invalid` leads nowhere)."""

_TEXT_HEADERS = ("Subject",)
_ADDRESS_HEADERS = ("From", "Sender", "To", "Cc", "Reply-To")
_ID_HEADERS = ("Message-ID", "In-Reply-To", "References")
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_OPAQUE = frozenset(
    {
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "multipart/encrypted",
        "application/pgp-encrypted",
        "application/ms-tnef",
        "application/vnd.ms-tnef",
        "message/external-body",
        "message/partial",
    }
)
_POLICY = email.policy.SMTP.clone(cte_type="7bit", max_line_length=76, refold_source="none")
MAX_PARTS = 1_000
MAX_NESTING = 50
_SUFFIX = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tiff",
    "image/gif": ".gif",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "text/csv": ".csv",
}


def mask_email(data: bytes, finder: NameFinder, options: Options, report: Report) -> bytes:
    """Mask a mail.

    Args:
        data: the mail as stored (`.eml`).
    Returns:
        the mail built afresh, with the line ends of the source.
    Raises:
        BadInput: no mail.
        Blocked: encrypted, or with an attachment that cannot be masked.
    """
    if len(data) > options.max_bytes:
        raise Blocked(N_("The file is larger than the limit."))
    try:
        source = email.message_from_bytes(data, policy=email.policy.compat32)
    except RecursionError:
        raise Blocked(N_("Mails are nested deeper than the limit.")) from None
    if not source.keys() or not ({"from", "date", "received", "subject"} & {key.lower() for key in source}):
        raise BadInput(N_("The file is no mail."))
    builder = _Builder(finder.for_document(_hint(source)), options, report)
    fresh = builder.message(source, "mail")
    body = fresh.as_bytes(policy=_POLICY)
    return body if b"\r\n" in data[:2000] else body.replace(b"\r\n", b"\n")


def _hint(source: "Message[Any, Any]") -> str:
    """What stands in the headers and text parts, for the finder to know the whole."""
    parts = [_header(source, name) for name in (*_ADDRESS_HEADERS, *_TEXT_HEADERS)]
    for part in source.walk():
        if part.get_content_maintype() == "text":
            text = _text(part)
            parts.append(re.sub(r"<[^>]*>", " ", text) if part.get_content_subtype() == "html" else text)
    return "\n".join(parts)


def _header(source: "Message[Any, Any]", name: str) -> str:
    """A header decoded (RFC 2047), unfolded; raw eight-bit letters read as UTF-8, else Windows-1252."""
    value = source.get(name)
    if value is None:
        return ""
    # compat32 wraps raw eight-bit bytes in a Header.
    text = _raw_header(value)
    text = re.sub(r"\r?\n[ \t]+", " ", text)
    try:
        chunks = email.header.decode_header(text)
    except (email.errors.HeaderParseError, ValueError):
        return text
    result = ""
    for chunk, charset in chunks:
        if isinstance(chunk, str):
            result += chunk
            continue
        try:
            result += chunk.decode(charset or "latin-1")
        except (LookupError, UnicodeDecodeError):
            result += _guess(chunk)
    return re.sub(r"[\r\n]+", " ", result)


def _guess(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return decode_stray(raw) if mostly_utf8(raw) else raw.decode("cp1252", "replace")


def _text(part: "Message[Any, Any]") -> str:
    """A text part decoded; an unknown or wrong character set is guessed."""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decode(raw)[0] if raw else ""


class _Builder:
    """Builds one mail file afresh; counts what it names."""

    def __init__(self, finder: NameFinder, options: Options, report: Report) -> None:
        self._finder = finder
        self._options = options
        self._report = report
        self._message_ids: dict[str, str] = {}
        self._content_ids: dict[str, str] = {}
        self._boundaries = 0
        self._parts = 0

    def message(self, source: "Message[Any, Any]", place: str) -> EmailMessage:
        fresh = EmailMessage(policy=_POLICY)
        for name in source:
            if name.lower().startswith(("received", "x-", "thread-", "dkim", "authentication", "return-path")):
                self._report.took(place, "header")
        date = _date(source)
        if date is not None:
            fresh.set_raw("Date", email.utils.format_datetime(date))
        for name in _ADDRESS_HEADERS:
            self._addresses(source, fresh, name, place)
        for name in _TEXT_HEADERS:
            if source.get(name) is not None:
                text = mask_string(_header(source, name), self._finder, self._options.label, self._report, place)
                fresh.set_raw(name, _words(text.strip()))
        for name in _ID_HEADERS:
            ids = re.findall(r"<[^<>\s]+>", _header(source, name))
            if ids:
                fresh.set_raw(
                    name,
                    "\r\n ".join(
                        self._message_ids.setdefault(one, f"<{len(self._message_ids) + 1}@utelamnad.invalid>")
                        for one in ids
                    ),
                )
        fresh["MIME-Version"] = "1.0"
        self._fill(source, fresh, place)
        return fresh

    def _addresses(self, source: "Message[Any, Any]", fresh: EmailMessage, name: str, place: str) -> None:
        if source.get(name) is None:
            return
        raw = source.get(name)
        # Addresses are parted before encoded words are read: a comma in a name is no separator (RFC 2047, 6.2).
        pairs = email.utils.getaddresses([re.sub(r"\r?\n[ \t]+", " ", _raw_header(raw))])
        shown = []
        for encoded, address in pairs:
            if not encoded and not address:
                continue
            person = _decoded(encoded)
            if self._found(person) or self._found(address) or self._found(f"{person} <{address}>"):
                self._report.took(place, "address")
                pair = (self._options.label, ADDRESS)
            elif "@" in address:
                pair = (person.strip(' ,;"'), re.sub(r"[^\x21-\x7e]|[<>]", "", address))
            else:
                text = mask_string(person or address, self._finder, self._options.label, self._report, place)
                pair = (text, "okand@utelamnad.invalid")
            if pair not in shown or pair[1] != ADDRESS:
                shown.append(pair)
        fresh.set_raw(name, ",\r\n ".join(f"{_phrase(person)}<{address}>" for person, address in shown))

    def _found(self, text: str) -> bool:
        return any(span.certainty != "review" for span in self._finder.find(text))

    def _fill(self, source: "Message[Any, Any]", fresh: Any, place: str) -> None:
        """Give `fresh` the masked content of `source`."""
        self._parts += 1
        if self._parts > MAX_PARTS or place.count(".") > MAX_NESTING:
            raise Blocked(N_("The mail has more parts than the limit."))
        kind = source.get_content_type()
        if kind in _OPAQUE:
            raise Blocked(
                N_("A part of the mail is encrypted or packed so that it cannot be read."),
                N_("Open it in the mail program and hand in the content."),
                place=place,
            )
        content_id = source.get("Content-ID")
        if content_id:
            fresh["Content-ID"] = f"<{self._content_id(content_id)}>"
        if kind.startswith("multipart/"):
            self._multipart(source, fresh, kind, place)
        elif kind == "message/rfc822":
            self._nested(source, fresh, place)
        elif (
            kind in ("text/plain", "text/html", "text/calendar", "text/enriched")
            and source.get_content_disposition() != "attachment"
            and not source.get_filename()
        ):
            self._body(source, fresh, kind, place)
        else:
            self._attachment(source, fresh, place)

    def _multipart(self, source: "Message[Any, Any]", fresh: Any, kind: str, place: str) -> None:
        self._boundaries += 1
        subtype = kind.partition("/")[2]
        if subtype == "signed":
            self._report.notes.append(N_("the mail's signature is broken by masking and was taken out"))
            subtype = "mixed"
        if subtype not in ("mixed", "alternative", "related", "digest", "report"):
            subtype = "mixed"
        fresh["Content-Type"] = f'multipart/{subtype}; boundary="sigill-{self._boundaries}"'
        children: Any = source.get_payload()
        if not isinstance(children, list):
            raise Blocked(N_("A part of the mail is damaged."), place=place)
        number = 0
        for child in children:
            if child.get_content_type() in _SIGNATURES:
                continue
            if self._dropped(child):
                self._report.took(place, "attachment")
                continue
            number += 1
            part = EmailMessage(policy=_POLICY)
            self._fill(child, part, f"{place}.{number}")
            fresh.attach(part)

    def _dropped(self, child: "Message[Any, Any]") -> bool:
        return self._options.attachments == "drop" and (
            child.get_content_disposition() == "attachment" or bool(child.get_filename())
        )

    def _nested(self, source: "Message[Any, Any]", fresh: Any, place: str) -> None:
        payload: Any = source.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        if inner is None:
            raise Blocked(N_("A part of the mail is damaged."), place=place)
        if place.count(" mail") >= self._options.max_depth:
            raise Blocked(N_("Mails are nested deeper than the limit."), place=place)
        fresh["Content-Type"] = "message/rfc822"
        fresh["Content-Disposition"] = "attachment"
        fresh.set_payload([self.message(inner, f"{place} mail")])

    def _body(self, source: "Message[Any, Any]", fresh: Any, kind: str, place: str) -> None:
        text = _text(source)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if kind == "text/html" and text.strip():
            page = mask_html(text.encode("utf-8"), self._finder, self._options, self._report, charset="utf-8")
            text = self._content_links(page.decode("utf-8"))
        elif kind == "text/calendar":
            # Folding (RFC 5545, 3.1) cuts names at any letter.
            text = mask_string(re.sub(r"\n[ \t]", "", text), self._finder, self._options.label, self._report, place)
        else:
            if source.get_param("format") == "flowed":
                text = _unflowed(text)
            text = mask_plain(text, self._finder, self._options.label, self._report, place)
        subtype = "plain" if kind == "text/enriched" else kind.partition("/")[2]
        fresh.set_content(text, subtype=subtype, charset="utf-8", cte="quoted-printable")

    def _content_links(self, page: str) -> str:
        return re.sub(
            r'(?i)(src|href)="cid:([^"]+)"',
            lambda match: f'{match.group(1)}="cid:{self._content_id(match.group(2))}"',
            page,
        )

    def _content_id(self, value: str) -> str:
        key = value.strip().strip("<>")
        return self._content_ids.setdefault(key, f"del{len(self._content_ids) + 1}@utelamnad.invalid")

    def _attachment(self, source: "Message[Any, Any]", fresh: Any, place: str) -> None:
        payload = source.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        kind = source.get_content_type()
        name = _decoded(source.get_filename() or "") or "bilaga" + _SUFFIX.get(kind, ".txt")
        if self._options.mask_part is None:
            raise Blocked(N_("An attachment cannot be masked here."), place=place)
        inner = Report()
        data, name = self._options.mask_part(data, name, inner)
        for (where, what), count in inner.removed.items():
            self._report.took(f"{place} attachment: {where}", what, count)
        self._report.review += [(f"{place} attachment: {where}", reason) for where, reason in inner.review]
        self._report.notes += inner.notes
        maintype, _, subtype = kind.partition("/")
        if maintype in ("multipart", "message", "text"):
            maintype, subtype = "application", "octet-stream"
        content_id = fresh["Content-ID"]
        del fresh["Content-ID"]
        fresh.set_content(
            data,
            maintype=maintype,
            subtype=subtype,
            disposition="inline" if source.get_content_disposition() == "inline" else "attachment",
            filename=name,
            cid=str(content_id) if content_id else None,
        )


def _unflowed(text: str) -> str:
    """Undo the soft breaks of flowed text (RFC 3676, 4.1): where they stand depends on the words' lengths."""
    lines: list[str] = []
    soft = False
    for line in text.split("\n"):
        quote = line[: len(line) - len(line.lstrip(">"))]
        if soft and lines[-1].startswith(quote) and not lines[-1][len(quote) :].startswith(">"):
            lines[-1] += line[len(quote) :].removeprefix(" ")
        else:
            lines.append(line)
        soft = line.endswith(" ") and line[len(quote) :].removeprefix(" ") != "-- "
    return "\n".join(line.rstrip(" ") for line in lines)


def _date(source: "Message[Any, Any]") -> datetime | None:
    """The Date header, if it is one (RFC 5322, 3.3); its comments and stray letters are not kept."""
    try:
        return email.utils.parsedate_to_datetime(_header(source, "Date"))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _raw_header(value: Any) -> str:
    if isinstance(value, email.header.Header):
        # The only way to the bytes as they stood; str() has replaced them already.
        return "".join(_guess(text.encode("utf-8", "surrogateescape")) for text, _ in value._chunks)  # type: ignore[attr-defined]
    return str(value)


def _decoded(text: str) -> str:
    holder: Message[str, str] = Message()
    holder["X"] = text
    return _header(holder, "X").strip()


def _words(text: str) -> str:
    """A header's text as encoded words where it is not plain ASCII (RFC 2047), folded."""
    text = re.sub(r"[\x00-\x1f\x7f]+", " ", text)
    if text.isascii() and "=?" not in text:
        return "\r\n ".join(_folded(text))
    pieces: list[str] = []
    for letter in text:
        if pieces and len((pieces[-1] + letter).encode("utf-8", "replace")) <= 42:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return "\r\n ".join(
        f"=?utf-8?b?{base64.b64encode(piece.encode('utf-8', 'replace')).decode('ascii')}?=" for piece in pieces
    )


def _folded(text: str) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= 64:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _phrase(person: str) -> str:
    """A display name before an address (RFC 5322, 3.2.5)."""
    if not person:
        return ""
    if not person.isascii() or "=?" in person:
        return _words(person) + " "
    if re.fullmatch(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+", person):
        return person + " "
    return '"' + re.sub(r'([\\"])', r"\\\1", person) + '" '
