"""Handing a message to the SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

_TIMEOUT = 20.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


_LONGEST_LINE = 998
"""Of a header on the line (RFC 5322)."""


class _Wire(EmailPolicy):
    """Headers as readers and mail programs take them.

    The standard library folds an address of more than a line into encoded words, in which no program finds it, and
    loses the blanks at which it breaks a long Chinese subject.
    """

    def fold(self, name: str, value: Any) -> str:
        words = str(value)
        line = f"{name}: {words}{self.linesep}"
        if name.lower() == "subject":
            plain = words.isascii() and "=?" not in words and len(line) <= 78
            words = Header(words, "utf-8", header_name=name).encode(linesep=self.linesep)
            return line if plain else f"{name}: {words}{self.linesep}"
        return line if words.isascii() and len(line) <= _LONGEST_LINE else str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        return super().fold_binary(name, value) if self.utf8 else self.fold(name, value).encode("ascii")


_WIRE = _Wire()


class Undeliverable(Exception):
    """The server refused this message for good: sending it again is useless."""


class NotNow(Exception):
    """The server could not be reached or asked to come back later."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where to send, from `SMTP_URL`.

    `smtp://` takes encryption when the server offers it, `starttls://` insists, `smtps://` begins with it.
    """

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @classmethod
    def by(cls, url: str) -> Server:
        """Read the setting. Raises `ValueError` for one that cannot be used."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps", "starttls") or not parts.hostname:
            raise ValueError("SMTP_URL must be smtp://, starttls:// or smtps:// with a host")
        port = parts.port or (465 if parts.scheme == "smtps" else 587)
        return cls(
            parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or "")
        )

    def connect(self) -> smtplib.SMTP:
        """An open, signed-in connection. A password is never sent in the clear but to this machine."""
        context = ssl.create_default_context()
        if self.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT)
        try:
            server.ehlo_or_helo_if_needed()
            if self.scheme == "starttls" or (self.scheme == "smtp" and server.has_extn("starttls")):
                server.starttls(context=context)
                server.ehlo()
            elif self.scheme == "smtp" and self.user and self.host not in _LOOPBACK:
                raise smtplib.SMTPNotSupportedError("the server offers no encryption for the password")
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def compose(
    *,
    message_id: UUID,
    sender: str,
    to: str,
    subject: str,
    text: str,
    html: str | None,
    headers: Mapping[str, str],
    created_at: datetime,
) -> EmailMessage:
    """The message as it goes over the line; the same for every attempt, Message-ID and Date included."""
    name, address = parseaddr(sender)
    local, _, domain = to.rpartition("@")
    message = EmailMessage(policy=_WIRE)
    message["Message-ID"] = f"<{message_id}@{address.rpartition('@')[2] or 'localhost'}>"
    message["Date"] = format_datetime(created_at)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(username=local, domain=_ascii_domain(domain))
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for header, value in headers.items():
        message[header] = value
    return message


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Undeliverable(f"no such domain: {domain}") from error


def connected(server: Server) -> smtplib.SMTP:
    """An open, signed-in connection to close after use. Raises `NotNow`."""
    try:
        return server.connect()
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise NotNow(str(error)) from error


def send(server: Server, message: EmailMessage) -> None:
    """Hand over the message. Raises `Undeliverable` or `NotNow`."""
    connection = connected(server)
    try:
        # an address outside ASCII needs a server that knows SMTPUTF8; send_message asks for it itself
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        [(code, reason)] = error.recipients.values()
        raise _refusal(code, reason) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Undeliverable(str(error)) from error
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise NotNow(str(error)) from error
    finally:
        connection.close()


def _refusal(code: int, reason: bytes | str) -> Undeliverable | NotNow:
    words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    # 4xx asks to come back; 421 and the like close the connection; 5xx is final
    return Undeliverable(f"{code} {words}") if 500 <= code < 600 else NotNow(f"{code} {words}")
