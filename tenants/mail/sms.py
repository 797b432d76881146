"""Text messages. The gateway is a district's own; without one they stay in the outbox."""

from __future__ import annotations

from typing import Protocol


class Gateway(Protocol):
    """Sends a text message. Raises `tenants.mail.smtp.NotNow` or `Undeliverable`."""

    def send(self, number: str, text: str, *, reference: str) -> None:
        """`reference` is the same for every attempt: a gateway that knows it sends once."""


class Outbox:
    """No gateway: the message is in the table, and that is all."""

    def send(self, number: str, text: str, *, reference: str) -> None:
        """Nothing more to do."""


_gateway: Gateway = Outbox()


def gateway() -> Gateway:
    """The gateway of this process."""
    return _gateway


def use(gateway: Gateway) -> None:
    """Send by this gateway from now on."""
    global _gateway
    _gateway = gateway
