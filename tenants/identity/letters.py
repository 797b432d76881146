"""What is written to people about their accounts, in their own language."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from tenants import mail
from tenants.deployment import settings_here
from tenants.identity.models import Staff


def send_invitation(session: Session, staff: Staff, place: str, token: str, tenant_id: UUID | None) -> None:
    """Ask somebody to set a password and come in."""
    link = f"{settings_here().workspace_address}/invitation/{token}"
    _send(session, staff, "invitation", tenant_id, place=place, link=link)


def send_added(session: Session, staff: Staff, place: str, tenant_id: UUID | None) -> None:
    """Tell somebody who has an account that they now work for another place, too."""
    _send(session, staff, "added", tenant_id, place=place, link=f"{settings_here().workspace_address}/")


def send_reset(session: Session, staff: Staff, token: str) -> None:
    """A link with which to set a new password, for an hour."""
    _send(session, staff, "reset", link=f"{settings_here().workspace_address}/reset/{token}")


def send_password_changed(session: Session, staff: Staff) -> None:
    """Tell the owner of an account that its password is another now."""
    _send(session, staff, "password_changed", link=f"{settings_here().workspace_address}/forgot")


def send_code(session: Session, address: str, code: str, locale: str) -> None:
    """A resident's one-time code, by mail or by text message."""
    mail.enqueue(
        session,
        to=address,
        template="identity/code",
        context={"code": code},
        locale=locale,
        channel="email" if "@" in address else "sms",
    )


def _send(session: Session, staff: Staff, letter: str, tenant_id: UUID | None = None, **context: str) -> None:
    mail.enqueue(
        session,
        to=staff.email,
        template=f"identity/{letter}",
        context={"name": staff.name, **context},
        locale=staff.locale,
        tenant_id=tenant_id,
    )
