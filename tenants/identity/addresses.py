"""Where a person is reached: e-mail addresses and phone numbers in one form."""

from __future__ import annotations

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

_MOBILE = re.compile(r"1[3-9]\d{9}")


def email(text: str) -> str | None:
    """The address in lower case, or None when it cannot be one."""
    try:
        checked = validate_email(
            unicodedata.normalize("NFKC", text).strip(),
            check_deliverability=False,
            allow_smtputf8=False,
            globally_deliverable=False,  # an office's inner mail domain is as good as any
        )
    except EmailNotValidError:
        return None
    return checked.normalized.lower() if "." in checked.domain else None


def phone(text: str) -> str | None:
    """The eleven digits of a mainland mobile number, or None."""
    digits = re.sub(r"[\s\-－()（）]", "", unicodedata.normalize("NFKC", text))
    digits = digits.removeprefix("+86").removeprefix("0086")
    return digits if _MOBILE.fullmatch(digits) else None


def email_or_phone(text: str) -> str | None:
    """Either of both, as a resident types it into one field."""
    return email(text) if "@" in unicodedata.normalize("NFKC", text) else phone(text)


def masked(address: str) -> str:
    """An address as it is shown back: enough to recognise one's own."""
    if "@" not in address:
        return f"{address[:3]}****{address[-4:]}"
    name, domain = address.split("@", 1)
    return f"{name[:2] if len(name) > 3 else name[:1]}***@{domain}"
