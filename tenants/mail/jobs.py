"""Sending what is queued.

The guarantee is *at least once*: a message is marked as sent after the server has taken it, so a worker
killed in between sends it again, with the same Message-ID, by which servers and programs tell the
repetition. It is never lost, and never sent by two workers at the same time: the row is locked.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from settings import Settings
from tenants import jobs
from tenants.clock import now
from tenants.deployment import settings_here
from tenants.mail import sms, smtp
from tenants.mail.models import Channel, MailMessage, MessageState
from tenants.mail.service import SEND_JOB

log = logging.getLogger(__name__)

#: Waits between attempts; after the last the message counts as failed.
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720))
#: Sent messages hold people's words and one-time codes; they are not kept for long.
KEPT_FOR = timedelta(days=30)


@jobs.task(SEND_JOB)
def send(session: Session, *, message_id: str) -> None:
    """Send one message, or say when to try again."""
    message = session.scalar(
        select(MailMessage)
        .where(MailMessage.id == UUID(message_id), MailMessage.state == MessageState.QUEUED)
        .with_for_update(skip_locked=True)
    )
    if message is None:
        return  # sent already, or being sent by another worker
    message.attempts += 1
    try:
        _hand_over(settings_here(), message)
    except smtp.Undeliverable as error:
        message.state, message.last_error = MessageState.FAILED, str(error)[:500]
        log.warning("message %s cannot be delivered: %s", message.id, error)
    except smtp.NotNow as error:
        message.last_error = str(error)[:500]
        if message.attempts > len(BACKOFF):
            message.state = MessageState.FAILED
            log.warning("message %s is given up: %s", message.id, error)
        else:
            again = now() + BACKOFF[message.attempts - 1]
            jobs.defer(session, SEND_JOB, tenant_id=message.tenant_id, at=again, message_id=message_id)
    else:
        message.state, message.sent_at, message.last_error = MessageState.SENT, now(), None


def _hand_over(settings: Settings, message: MailMessage) -> None:
    if message.channel == Channel.SMS:
        sms.gateway().send(message.to_address, message.text, reference=str(message.id))
        return
    url = settings.smtp_url.get_secret_value()
    if not url:
        return  # the outbox is all there is
    composed = smtp.compose(
        message_id=message.id,
        sender=settings.mail_from,
        to=message.to_address,
        subject=message.subject,
        text=message.text,
        html=message.html,
        headers=message.headers,
        created_at=message.created_at,
    )
    smtp.send(smtp.Server.by(url), composed)


@jobs.task("mail.forget", cron="23 3 * * *")
def forget(session: Session) -> None:
    """Remove messages that were settled long ago."""
    session.execute(
        delete(MailMessage).where(MailMessage.state != MessageState.QUEUED, MailMessage.created_at < now() - KEPT_FOR)
    )
