"""A real SMTP server for tests, on loopback."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Inbox:
    """What the server took. `answer` decides on each message: a reply, or None for "250 OK"."""

    received: list[EmailMessage] = field(default_factory=list)
    #: The same as it came over the line.
    wire: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    sign_ins: list[tuple[str, str, bool]] = field(default_factory=list)
    answer: Callable[[EmailMessage], str | None] = lambda _message: None
    port: int = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        reply = self.answer(message)
        if reply is None or reply.startswith("250"):
            self.received.append(message)
            self.wire.append(envelope.content)
            self.recipients.append(list(envelope.rcpt_tos))
        return reply or "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def smtp_server(
    *, password: str = "", tls: ssl.SSLContext | None = None, smtps: bool = False, port: int = 0
) -> Iterator[Inbox]:
    """Run a server; with `password` it wants a sign-in, with `tls` it offers STARTTLS (or begins with TLS)."""
    inbox = Inbox()

    def judge(_server: SMTP, session: Session, _envelope: Envelope, _kind: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        inbox.sign_ins.append((given.login.decode(), given.password.decode(), smtps or session.ssl is not None))
        return AuthResult(success=given.password.decode() == password, handled=False)

    options: dict[str, Any] = {"enable_SMTPUTF8": True, "data_size_limit": 2_000_000}
    if password:
        options |= {"authenticator": judge, "auth_required": True, "auth_require_tls": not smtps}
        options |= {"auth_exclude_mechanism": ["LOGIN"]}
    if tls and not smtps:
        options |= {"tls_context": tls}
    server = Controller(
        inbox, hostname="127.0.0.1", port=port or _free_port(), ssl_context=tls if smtps else None, **options
    )
    inbox.port = server.port
    with warnings.catch_warnings():
        # it does not see that a line that began encrypted is
        warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
        server.start()
        try:
            yield inbox
        finally:
            server.stop()
