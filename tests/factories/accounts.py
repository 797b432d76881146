"""Accounts that can be signed in to: passwords, second factors, a browser at the door."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7
from werkzeug.test import TestResponse

from tenants.clock import now
from tenants.identity import service, totp
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories.people import Place, where
from tests.support.html import StrictClient

#: argon2 takes its time, so one good password serves all.
PASSWORD = "四棵白杨 7 blue kites"


@dataclass(frozen=True)
class Account:
    """Somebody who knows a password and, with `secret`, has a second factor."""

    id: UUID
    email: str
    name: str
    secret: str | None = None

    def code(self, *, steps: int = 0) -> str:
        """The code an authenticator app shows, so many steps of 30 seconds from now."""
        assert self.secret
        return pyotp.TOTP(self.secret).at(now() + timedelta(seconds=totp.STEP_SECONDS * steps))


def account(
    session: Session, *roles: Role, place: Place | None = None, name: str = "", factor: bool = False
) -> Account:
    """An account with these roles. Needs a system session."""
    email = f"{uuid7().hex}@example.cn"
    # a name that no password contains
    staff = service.create_staff(session, email=email, name=name or "阿木", password=PASSWORD, demo=True)
    for role in roles:
        service.grant_role(session, staff.id, role, **where(role, place))
    secret = None
    if factor:
        secret = totp.new_secret()
        service.set_totp_for_demo(session, staff.id, secret)
    return Account(staff.id, email, staff.name, secret)


_addresses = itertools.count(1)


def browser(app: Flask) -> StrictClient:
    """A browser of its own, from an address of its own: tests do not use up each other's limits."""
    client = app.test_client()
    assert isinstance(client, StrictClient)
    number = next(_addresses)
    client.environ_base["REMOTE_ADDR"] = f"10.0.{number // 250}.{number % 250 + 1}"
    return client


def token_of(response: TestResponse) -> str:
    """The CSRF token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', response.text)
    assert found, f"no form in {response.request.path}"
    return found[1]


def submit(client: FlaskClient, path: str, /, *, page: str = "", **fields: Any) -> TestResponse:
    """Open the page with the form (`page`, else `path`) and submit it with these fields."""
    shown = client.get(page or path)
    return client.post(path, data={"csrf_token": token_of(shown), **fields})


def led_to(answer: TestResponse) -> str:
    """Where an answer redirects, as a path inside the workspace."""
    assert answer.status_code in (302, 303), answer.status_code
    return answer.headers["Location"].removeprefix("/workspace")


def sign_in(client: FlaskClient, who: Account, password: str = PASSWORD, **fields: Any) -> TestResponse:
    """Sign in at the workspace's door with the password; the second factor is another page."""
    return submit(client, "/sign-in", email=who.email, password=password, **fields)


def enter(client: FlaskClient, who: Account) -> None:
    """Sign in wholly."""
    answer = sign_in(client, who)
    assert answer.status_code == 303, answer.text
    if who.secret:
        answer = submit(client, "/second-factor", code=who.code())
        assert answer.status_code == 303, answer.text


def last_letter(deployment: Deployment, to: str) -> str:
    """The text of the newest message to an address."""
    from sqlalchemy import select

    from tenants.mail.models import MailMessage

    with deployment.session() as session:
        text = session.scalar(
            select(MailMessage.text)
            .where(MailMessage.to_address == to)
            .order_by(MailMessage.created_at.desc())
            .limit(1)
        )
    assert text, f"nothing was sent to {to}"
    return text


def letters_to(deployment: Deployment, to: str) -> int:
    """How many messages were written to an address."""
    from sqlalchemy import func, select

    from tenants.mail.models import MailMessage

    with deployment.session() as session:
        query = select(func.count()).select_from(MailMessage).where(MailMessage.to_address == to)
        return session.scalar(query) or 0
