"""Queueing messages in the transaction of the change they tell of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants import jobs
from tenants.clock import now
from tenants.deployment import settings_here
from tenants.mail import letter
from tenants.mail.models import Channel, MailMessage, MessageState
from tenants.rules import N_, Invalid

SEND_JOB = "mail.send"
CHINESE = "zh_Hans_CN"
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f]{1,64}@[^\s@<>,;:\"()\[\]\\\x00-\x1f]{1,190}")
_PHONE = re.compile(r"\+?[0-9]{5,20}")


def enqueue(
    session: Session,
    *,
    to: str,
    subject: str,
    text: str,
    values: Mapping[str, Any] | None = None,
    locale: str = CHINESE,
    tenant_id: UUID | None = None,
    dedupe_key: str | None = None,
    action: str = "",
    unsubscribe_url: str | None = None,
) -> None:
    """Queue an e-mail; it exists exactly when the caller's transaction commits.

    `subject`, `text` and `action` are message ids, filled with `values` in the reader's `locale`; how
    paragraphs, quotations and links are written is told in `letter.write`. Of messages with the same
    `dedupe_key` only the first is ever queued. `unsubscribe_url` must take a POST without a session
    (RFC 8058). Raises `Invalid` (field `email`) for an address that is none.
    """
    if not _ADDRESS.fullmatch(to):
        raise Invalid({"email": N_("邮箱地址不对，请检查。")})
    written = letter.write(
        settings_here(),
        subject,
        text,
        values or {},
        locale=locale,
        action=action,
        unsubscribe_url=unsubscribe_url,
    )
    headers = {"Content-Language": "en" if locale.startswith("en") else "zh-Hans"}
    if unsubscribe_url:
        if not re.fullmatch(r"https?://[\x21-\x3b\x3d\x3f-\x7e]+", unsubscribe_url):
            raise ValueError("not an address to unsubscribe at")
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    _queue(
        session,
        channel=Channel.EMAIL,
        to_address=to,
        subject=written.subject,
        text=written.text,
        html=written.html,
        headers=headers,
        tenant_id=tenant_id,
        dedupe_key=dedupe_key,
    )


def enqueue_sms(
    session: Session,
    *,
    to: str,
    text: str,
    values: Mapping[str, Any] | None = None,
    locale: str = CHINESE,
    tenant_id: UUID | None = None,
    dedupe_key: str | None = None,
) -> None:
    """Queue a text message; like `enqueue`. Raises `Invalid` (field `phone`) for a number that is none."""
    if not _PHONE.fullmatch(to):
        raise Invalid({"phone": N_("手机号不对，请检查。")})
    _queue(
        session,
        channel=Channel.SMS,
        to_address=to,
        subject="",
        text=letter.translated(text, values or {}, locale),
        html=None,
        headers={},
        tenant_id=tenant_id,
        dedupe_key=dedupe_key,
    )


def _queue(session: Session, *, tenant_id: UUID | None, **columns: Any) -> None:
    """Add the row and its job. Nobody who queues may read the outbox, so nothing is read back."""
    message_id = uuid7()
    result = session.execute(
        insert(MailMessage)
        .values(id=message_id, created_at=now(), tenant_id=tenant_id, state=MessageState.QUEUED, attempts=0, **columns)
        .on_conflict_do_nothing()
    )
    if cast("CursorResult[Any]", result).rowcount:
        jobs.defer(session, SEND_JOB, tenant_id=tenant_id, message_id=str(message_id))
