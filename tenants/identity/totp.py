"""The second factor: time-based codes (RFC 6238, six digits, 30 seconds) and recovery codes."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from uuid import UUID

import pyotp

from tenants.deployment import settings_here
from tenants.identity import keys

STEP_SECONDS = 30
RECOVERY_CODES = 10
#: No letters or digits that look alike on paper.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_secret() -> str:
    """A secret for an authenticator app, base32."""
    return pyotp.random_base32()


def address(secret: str, account: str) -> str:
    """The otpauth:// address that an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=settings_here().product_name)


def accepted_step(secret: str, code: str, *, at: datetime, after: int | None) -> int | None:
    """The time step whose code this is: the current one or a neighbour, later than the step `after`.

    A step is used up when accepted, so a code that somebody looked at over the shoulder is worth nothing.
    """
    generator = pyotp.TOTP(secret)
    current = int(at.timestamp()) // STEP_SECONDS
    for step in (current, current - 1, current + 1):
        right = hmac.compare_digest(generator.generate_otp(step).encode(), code.encode())
        if right and (after is None or step > after):
            return step
    return None


def next_code(secret: str, *, at: datetime, after: int | None) -> str:
    """A code that `accepted_step` takes at `at`: the current one, or the following when that is used up."""
    current = int(at.timestamp()) // STEP_SECONDS
    return pyotp.TOTP(secret).generate_otp(current if after is None or after < current else current + 1)


def tidy(code: str) -> str:
    """What somebody typed as a code, without spaces and dashes, in capitals."""
    return "".join(c for c in code.upper() if c.isascii() and c.isalnum())


def new_recovery_codes() -> list[str]:
    """Ten codes to keep on paper, each good for one sign-in (49 bits)."""

    def part() -> str:
        return "".join(secrets.choice(_ALPHABET) for _ in range(5))

    return [f"{part()}-{part()}" for _ in range(RECOVERY_CODES)]


def recovery_hash(staff_id: UUID, code: str) -> str:
    """What the database keeps of a recovery code: the codes are random, so a keyed hash is enough."""
    return keys.keyed_hash("recovery code", str(staff_id), tidy(code))
