"""What leaves the house as a message tells nothing: the same mail whoever it is about, signed webhooks of ids only,
and what fails is tried again. Mail and webhooks go to servers on loopback that the tests start."""

import datetime as dt
import gettext
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook, WebhookVerificationError

from house import ROOT, staff
from sigill.adapters.smtp import SmtpServer, message
from sigill.adapters.webhooks import Outcome, deliver, endpoint_url
from sigill.errors import BadInput, Temporary
from sigill.notify.messages import MESSAGES, Event, Mail, Reader, mail, plain_address
from sigill.notify.retry import SCHEDULE, next_try
from sigill.notify.webhook import FIELDS, payload, secret, sign

SWEDISH = gettext.translation("sigill", ROOT / "src" / "sigill" / "locale", ["sv"]).gettext
SENDER = "socialnamnden.svar@exempelstad.example"
NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
MASTER = bytes(range(32))


def told(event: Event = Event.NEED_ANSWERED, reader: Reader = Reader.PERSON, **more: str) -> Mail:
    values = {
        "mail_id": "m-1",
        "to": "gun-britt.wiik@exempelstad.example",
        "sender": SENDER,
        "sender_name": "Socialnämnden i Exempelstads kommun",
        "address": "https://sigill.exempelstad.example/",
    }
    return mail(event, reader, translate=SWEDISH, **{**values, **more})  # type: ignore[arg-type]


# --- the table -------------------------------------------------------------------------------------------------


def test_every_message_is_a_constant_in_two_languages_with_only_the_address_filled_in() -> None:
    for (event, reader), words in MESSAGES.items():
        one = told(event, reader)
        assert one.subject == f"{SWEDISH(words.subject)} / {words.subject}"
        assert SWEDISH(words.text) != words.text
        assert SWEDISH(words.text) in one.body
        assert words.text in one.body
        assert one.body.count("https://sigill.exempelstad.example/") == 2
        assert "{" not in one.body + one.subject


def test_a_mail_is_the_same_whoever_and_whatever_it_is_about() -> None:
    for event, reader in MESSAGES:
        one, other = told(event, reader), told(event, reader, to="my.lind@exempelstad.example", mail_id="m-2")
        assert (one.subject, one.body) == (other.subject, other.body)
    names = {part for member in staff().values() for part in (member.surname, member.staff_id) if len(part) > 3}
    everything = " ".join(told(*pair).subject + told(*pair).body for pair in MESSAGES)
    assert not [name for name in names if name in everything.split()]


def test_nobody_outside_the_table_is_told_and_the_party_learns_only_of_a_letter() -> None:
    assert [event for event, reader in MESSAGES if reader is Reader.PARTY] == [Event.LETTER_WAITING]
    assert [reader for event, reader in MESSAGES if event is Event.CONCERN_FLAGGED] == [Reader.DEPUTY]
    assert {reader for event, reader in MESSAGES if event is Event.NAME_ASKED_FOR} == {Reader.PERSON}
    assert {event for event, _ in MESSAGES} == set(Event)
    assert {reader for _, reader in MESSAGES} == set(Reader)
    with pytest.raises(BadInput):
        told(Event.NAME_ASKED_FOR, Reader.PARTY)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b@c",
        "a@b.example\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "Åsa <asa@b.example>",
        "å@b.example",
        "a@" + "b" * 300,
        "a @b.example",
    ],
)
def test_what_is_not_one_address_is_refused_without_repeating_it(address: str) -> None:
    for act in (lambda: plain_address(address), lambda: told(to=address), lambda: told(sender=address)):
        with pytest.raises(BadInput) as refused:
            act()
        assert not address or address not in str(refused.value)


def test_no_header_rides_in_a_name() -> None:
    with pytest.raises(BadInput):
        told(sender_name="Nämnden\r\nBcc: x@y.example")
    with pytest.raises(BadInput):
        told(mail_id="m\n1")
    assert repr(told()) == "Mail(m-1)"


# --- the post --------------------------------------------------------------------------------------------------


class Box:
    """A mail server on loopback that answers as it is told to."""

    def __init__(self, answer: str = "250 OK") -> None:
        self.answer, self.got = answer, list[Any]()

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.got.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.answer


class Refuses(Box):
    async def handle_RCPT(self, server: object, session: object, envelope: Any, address: str, options: object) -> str:
        return self.answer


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@contextmanager
def post(box: Box, **more: Any) -> Iterator[int]:
    """A mail server on a free port of loopback; gives the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, server_hostname="localhost", **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def test_a_letter_waits_and_the_wire_says_no_more() -> None:
    box = Box()
    with post(box) as port:
        SmtpServer("localhost", port, "none").send(told(Event.LETTER_WAITING, Reader.PARTY))
    ((sender, to, content),) = box.got
    assert (sender, to) == (SENDER, ["gun-britt.wiik@exempelstad.example"])
    got = message_from_bytes(content, policy=default)
    assert got["Reply-To"] == SENDER
    assert got["From"].addresses[0].display_name == "Socialnämnden i Exempelstads kommun"
    assert got["Subject"] == "Du har ett brev / You have a letter"
    assert got["Message-ID"] == "<m-1@exempelstad.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert set(got.keys()) <= {
        *("From", "To", "Reply-To", "Subject", "Message-ID", "Auto-Submitted", "X-Peer", "X-MailFrom", "X-RcptTo"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    }
    assert "You have a letter from us." in got.get_content()
    assert bytes(message(told())) == bytes(message(told()))  # a second try is the same mail


def test_by_starttls_and_tls_and_never_in_clear_to_another_machine(certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    box = Box()
    with post(box, tls_context=serving(certificate), require_starttls=True) as port:
        SmtpServer("localhost", port, "starttls", context=trusting).send(told())
        assert len(box.got) == 1
        with pytest.raises(BadInput, match="certificate"):
            SmtpServer("localhost", port, "starttls").send(told())
        with pytest.raises(BadInput, match="530"):
            SmtpServer("localhost", port, "none").send(told())
    with pytest.raises(BadInput, match="TLS"):
        SmtpServer("mail.exempelstad.example", 25, "none").send(told())
    with post(box) as port, pytest.raises(BadInput, match="STARTTLS"):
        SmtpServer("localhost", port, "starttls", context=trusting).send(told())
    assert len(box.got) == 1


@pytest.mark.parametrize(
    ("box", "error"),
    [
        (Box("451 4.7.1 greylisted gun-britt.wiik"), Temporary),
        (Box("554 5.7.1 no gun-britt.wiik"), BadInput),
        (Refuses("450 4.2.1 gun-britt.wiik busy"), Temporary),
        (Refuses("550 5.1.1 gun-britt.wiik unknown"), BadInput),
    ],
)
def test_a_refusal_says_later_or_never_and_does_not_quote_the_server(box: Box, error: type[Exception]) -> None:
    with post(box) as port, pytest.raises(error) as refused:
        SmtpServer("localhost", port, "none").send(told())
    assert "gun-britt" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_silent_server_is_tried_again() -> None:
    with post(Box()) as port:
        pass  # it is gone again
    with pytest.raises(Temporary):
        SmtpServer("localhost", port, "none", timeout=2).send(told())
    assert "password" not in repr(SmtpServer("localhost", password="hemligt")) + str(SmtpServer("h", password="p"))


def test_the_schedule_ends_with_a_human() -> None:
    times, when = [], NOON
    for tries in range(1, len(SCHEDULE) + 1):
        following = next_try(tries, when)
        assert following is not None
        assert following > when
        times.append(following - when)
        when = following
    assert times == list(SCHEDULE) == sorted(times)
    assert next_try(len(SCHEDULE) + 1, when) is None
    assert next_try(0, when) is None
    assert dt.timedelta(days=2) < sum(times, dt.timedelta()) < dt.timedelta(days=4)


# --- webhooks ---------------------------------------------------------------------------------------------------


class Receiver:
    """A case system on loopback."""

    def __init__(self, status: int = 204, location: str = "") -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                self.send_response(status)
                if location:
                    self.send_header("location", location)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hooks?from=sigill"

    def __enter__(self) -> "Receiver":
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def test_the_receiver_verifies_with_the_library_and_an_altered_body_fails() -> None:
    key = secret(MASTER, "hook-1")
    now = dt.datetime.now(dt.timezone(dt.timedelta(hours=5)))  # any zone gives the same, true time
    body = payload("decision.issued", {"case_id": "c1", "dnr": "SN 2026/1177-5", "log_index": 4}, now)
    with Receiver() as receiver:
        assert deliver(receiver.url, sign(body, "msg-1", now, key)) is Outcome.TAKEN
        ((path, headers, got),) = receiver.got
    assert path == "/hooks?from=sigill"
    assert Webhook(key).verify(got, headers)["data"]["dnr"] == "SN 2026/1177-5"
    for other in (secret(MASTER, "hook-2"), secret(MASTER, "hook-1", 2), secret(bytes(32), "hook-1")):
        with pytest.raises(WebhookVerificationError):
            Webhook(other).verify(got, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(key).verify(got.replace(b"c1", b"c2"), headers)


def test_while_a_secret_changes_both_sign_and_a_retry_keeps_its_id() -> None:
    old, new = secret(MASTER, "hook-1", 1), secret(MASTER, "hook-1", 2)
    now = dt.datetime.now(dt.UTC)
    first, again = (sign(payload("test.ping", {}, NOON), "msg-1", at, new, old) for at in (NOON, now))
    assert first.body == again.body
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]
    for key in (old, new):
        assert Webhook(key).verify(again.body, dict(again.headers))["type"] == "test.ping"


@pytest.mark.parametrize("status", [301, 400, 404, 410, 500, 503])
def test_what_is_not_taken_is_tried_again_and_a_redirect_is_not_followed(status: int) -> None:
    with Receiver() as target, Receiver(status, target.url) as receiver:
        outcome = deliver(receiver.url, sign(payload("test.ping", {}, NOON), "m", NOON, MASTER))
        assert len(receiver.got) == 1
        assert not target.got
    assert outcome is (Outcome.GONE if status == 410 else Outcome.LATER)


def test_nobody_there_is_later() -> None:
    with Receiver() as receiver:
        url = receiver.url
    assert deliver(url, sign(b"{}", "m", NOON, MASTER), timeout=2) is Outcome.LATER


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://case-system.example/",
        "ftp://case-system.example/",
        "https://",
        "https://user:secret@case-system.example/",
        "https://case-system.example/#x",
        "https://case-system.example:port/",
        "https://case-system.example/a b",
        "https://case-system.example/\r\nX: y",
        "https://[::1/",
    ],
)
def test_a_webhook_goes_only_where_it_may(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        endpoint_url(url)
    assert "secret" not in str(refused.value)
    assert endpoint_url("https://case-system.example:8443/hooks?x=1")


def test_a_webhook_holds_what_its_list_allows_and_no_names() -> None:
    names = {"name", "staff_id", "person", "handler", "decision_maker", "party", "withheld"}
    assert not [event for event, fields in FIELDS.items() if fields & names]
    for event, data in [
        ("decision.issued", {"name": "Klas Ek"}),
        ("gossip", {}),
        ("case.prepared", {"state": "x" * 101}),
        ("case.prepared", {"state": "<b>"}),
    ]:
        with pytest.raises(BadInput) as refused:
            payload(event, data, NOON)
        assert "Klas" not in str(refused.value)
    body = json.loads(payload("case.prepared", {"state": "prepared", "case_id": "c"}, NOON))
    assert body == {
        "type": "case.prepared",
        "timestamp": "2026-11-22T11:00:00+00:00",
        "data": {"case_id": "c", "state": "prepared"},
    }
    with pytest.raises(BadInput):
        secret(b"short", "hook-1")
