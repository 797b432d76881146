"""What is derived from the signing key: keyed hashes and encryption, each purpose with a key of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken

from tenants.deployment import settings_here


def new_token() -> str:
    """A bearer token that cannot be guessed (256 bits), fit for an address and a cookie."""
    return secrets.token_urlsafe(32)


def _key(purpose: str) -> bytes:
    return hmac.new(settings_here().signing_key.encode(), purpose.encode(), hashlib.sha256).digest()


def keyed_hash(purpose: str, *parts: str) -> str:
    """HMAC-SHA-256 (hex) of `parts`: whoever reads the database cannot try values out."""
    message = "\x1f".join(parts).encode()
    return hmac.new(_key(purpose), message, hashlib.sha256).hexdigest()


def encrypt(purpose: str, text: str) -> str:
    """`text` encrypted and authenticated, readable for the same `purpose` only."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def decrypt(purpose: str, sealed: str, *, within: timedelta | None = None) -> str | None:
    """What `encrypt` was given; None when forged, made for something else, or older than `within`."""
    seconds = int(within.total_seconds()) if within else None
    try:
        return _fernet(purpose).decrypt(sealed.encode(), ttl=seconds).decode()
    except InvalidToken:
        return None


def _fernet(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(f"encrypt {purpose}")))
