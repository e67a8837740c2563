"""Sends a mail through the municipality's own server (SMTP, RFC 5321), always by TLS unless the server is this
machine's own. Says *try again* or *never*, and repeats nothing of the server's answer: it may quote the address."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

from sigill.errors import N_, BadInput, Temporary
from sigill.notify.messages import Mail

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, repr=False)
class SmtpServer:
    """Where mail is handed in.

    Args:
        security: `starttls` (port 587), `tls` (port 465), or `none`, which only a server on this machine may have.
        user, password: both or none.
        timeout: seconds.
    """

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    timeout: float = 20.0
    context: ssl.SSLContext | None = None

    def send(self, mail: Mail) -> None:
        """Hand in one mail.

        Raises:
            Temporary: the server cannot be reached or asks to wait (4yz). BadInput: it will never take it (5yz).
        """
        if self.security == "none" and self.host not in LOOPBACK:
            raise BadInput(N_("Mail is only sent with TLS."), N_("Choose starttls or tls."), place=self.host)
        try:
            with self._connect() as server:
                server.send_message(message(mail))
        except smtplib.SMTPRecipientsRefused as refused:
            # smtplib sends nothing when every recipient is refused, and there is one.
            code = next(iter(refused.recipients.values()))[0]
            raise self._answer(code) from None
        except smtplib.SMTPResponseException as answer:
            raise self._answer(answer.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise BadInput(
                N_("The mail server does not offer what is needed (STARTTLS, log-in)."),
                N_("Ask whoever runs it, or choose another security."),
                place=self.host,
            ) from None
        except ssl.SSLCertVerificationError:
            raise BadInput(
                N_("The mail server's certificate does not hold."), N_("Ask whoever runs it."), place=self.host
            ) from None
        except (smtplib.SMTPException, OSError):
            raise Temporary(N_("The mail server does not answer."), N_("It is tried again."), place=self.host) from None

    def _connect(self) -> smtplib.SMTP:
        context = self.context or ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _answer(self, code: int) -> BadInput | Temporary:
        if 500 <= code < 600:
            return BadInput(
                N_("The mail server refused the mail for good ({code})."),
                N_("Check the address."),
                place=self.host,
                code=code,
            )
        return Temporary(
            N_("The mail server asks to wait ({code})."), N_("It is tried again."), place=self.host, code=code
        )


def message(mail: Mail) -> EmailMessage:
    """The mail as bytes on the wire will have it: plain text, one recipient, replies to the function address."""
    made = EmailMessage(policy=SMTP)
    user, _, domain = mail.sender.partition("@")
    made["From"] = Address(mail.sender_name, user, domain)
    made["To"] = Address("", *mail.to.split("@", 1))
    made["Reply-To"] = mail.sender
    made["Subject"] = mail.subject
    made["Message-ID"] = f"<{mail.id}@{domain}>"  # the same at every try
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notice comes back with a person's name
    made.set_content(mail.body)
    return made
