"""Rules that every mechanism shares. Pure."""

from __future__ import annotations

from tenants.rules import N_, Invalid, Refusal

#: Whoever reads a reason must be able to act on it.
REASON_LEAST, REASON_MOST = 4, 500


def bad_reason(reason: str) -> Refusal | None:
    """What is wrong with a reason."""
    length = len(reason.strip())
    if length < REASON_LEAST:
        return Refusal(N_("请写明原因，至少 %(n)s 个字。"), {"n": REASON_LEAST})
    if length > REASON_MOST:
        return Refusal(N_("原因最多 %(n)s 个字。"), {"n": REASON_MOST})
    return None


def reason_given(reason: str) -> str:
    """The reason, trimmed. Raises `Invalid` (field `reason`)."""
    if refusal := bad_reason(reason):
        raise Invalid({"reason": refusal})
    return reason.strip()
