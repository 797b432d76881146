"""Which browser a session is: in a few words for its owner, and by a long-lived cookie for the limits of signing in."""

from __future__ import annotations

import secrets
from datetime import timedelta

from tenants.identity import keys

#: For how long a browser is known in which somebody signed in.
KNOWN_FOR = timedelta(days=365)

#: The first that occurs in the header wins: others claim to be Chrome or Safari, too.
_BROWSERS = (
    ("MicroMessenger", "微信"), ("Edg", "Edge"), ("OPR/", "Opera"), ("QQBrowser", "QQ 浏览器"),
    ("UCBrowser", "UC 浏览器"), ("HuaweiBrowser", "华为浏览器"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device(user_agent: str) -> str:
    """Such as "Chrome · Windows"; empty when nothing is recognised."""
    found = [
        next((name for mark, name in known if mark in user_agent), "") for known in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, found))


def cookie_name(address: str) -> str:
    """The cookie by which a browser is known for an account; several people may share a computer."""
    return f"xinya_device_{keys.keyed_hash('device', address)[:16]}"


def sealed(address: str) -> str:
    """What that cookie holds once the owner of the account has signed in. It opens nothing, it only counts apart."""
    return keys.encrypt(f"device {address}", secrets.token_hex(16))


def known(cookie: str | None, address: str) -> str | None:
    """The name of a browser in which this account was signed in to; None for any other, or a forged cookie."""
    return keys.decrypt(f"device {address}", cookie, within=KNOWN_FOR) if cookie else None
