"""What residents are told of their comments, by mail, at every step; one click in any of these mails ends them."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.participation.models import Comment
from portal.publishing.models import Publication, PublicationVersion
from tenants import clock, mail
from tenants.deployment import settings_here
from tenants.identity.models import Resident, Tenant

#: What happened longer ago is no news (records entered later, demonstration data).
NEWS = timedelta(days=1)


class Notice(StrEnum):
    """What the mail tells; also the name of its template."""

    RECEIVED = "received"
    HELD = "held"
    SHOWN = "shown"
    ANSWERED = "answered"
    FATE = "fate"
    HIDDEN = "hidden"
    GRANTED = "granted"  # an appeal: the comment is shown again
    UPHELD = "upheld"  # an appeal: it stays hidden


def tell(
    session: Session,
    comment: Comment,
    notice: Notice,
    at: datetime,
    *,
    answer: str = "",
    with_fate: bool = False,
) -> None:
    """Queue the mail about what just happened to `comment`, unless its author wants none or has no address.

    In the transaction of the change. The workspace sees the residents who commented in its tenant, a resident themself.
    """
    if clock.now() - at > NEWS or comment.resident_id is None or not hasattr(mail, "enqueue"):
        return
    resident = session.execute(
        select(Resident.email, Resident.notify, Resident.locale, Resident.display_name).where(
            Resident.id == comment.resident_id, Resident.deleted_at.is_(None)
        )
    ).one_or_none()
    if resident is None or not resident.notify or not resident.email:
        return
    place = session.execute(
        select(Tenant.name, Publication.code, PublicationVersion.title)
        .select_from(Publication)
        .join(Tenant, Tenant.id == Publication.tenant_id)
        .outerjoin(PublicationVersion, PublicationVersion.id == Publication.live_id)
        .where(Publication.id == comment.publication_id)
    ).one_or_none()
    address = settings_here().public_address
    stop = f"{address}/account/unsubscribe/{unsubscribe_token(comment.resident_id)}"
    context: dict[str, Any] = {
        "name": resident.display_name,
        "tenant": place.name if place else "",
        "title": place.title if place and place.title else "",
        "said": comment.body,
        "answer": answer,
        "fate": comment.fate if with_fate or notice is Notice.FATE else "",
        "reason": comment.moderation_reason
        if notice in (Notice.HIDDEN, Notice.UPHELD)
        else comment.fate_reason,
        "due_on": comment.due_on,
        "url": f"{address}/comments/{comment.id}",
        "mine": f"{address}/account/comments",
        "unsubscribe_url": stop,
    }
    mail.enqueue(
        session,
        to=resident.email,
        template=f"participation/{notice.value}",
        context=context,
        locale=resident.locale,
        tenant_id=comment.tenant_id,
        unsubscribe_url=stop,
        dedupe_key=f"comment:{comment.id}:{notice.value}:{comment.version}",
    )


def unsubscribe_token(resident_id: UUID) -> str:
    """The signed end of the address that ends a resident's mails; good for ever, good for nothing else."""
    return _serializer().dumps(resident_id.hex)


def resident_of(token: str) -> UUID | None:
    """Whose mails this token ends; None when it was not made by `unsubscribe_token`."""
    try:
        return UUID(_serializer().loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings_here().signing_key, salt="stop notices about comments")
