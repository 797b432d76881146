"""The signed-in resident of a request, as Flask-Login knows them."""

from __future__ import annotations

from flask import g
from flask import session as browser
from flask_login import UserMixin, current_user

from tenants import actors
from tenants.actors import Actor, anonymous
from tenants.database import open_session
from tenants.identity import queries
from tenants.identity.queries import SignedInResident, token_hash

COOKIE = "xinya_resident"


class Reader(UserMixin):
    """Flask-Login's user: its id is the token of the session row."""

    def __init__(self, token: str, resident: SignedInResident) -> None:
        self.token = token
        self.resident = resident

    def get_id(self) -> str:
        return self.token

    def actor(self) -> Actor:
        """The resident as an actor; the database trusts the token's hash, not the id."""
        return actors.resident(self.resident.id, self.resident.display_name, token_hash(self.token))


def author(*, ended: bool) -> str:
    """Who sends this request, for what is kept of it; with `ended` also whose session is over. "": nobody can tell."""
    if current_user.is_authenticated:
        return f"resident {current_user.resident.id}"
    token = browser.get("_user_id")
    if not (token and ended):
        return ""
    with open_session(g.engine, anonymous(token_hash(token))) as session:
        resident_id = queries.resident_id_by_token(session, token)
    return f"resident {resident_id}" if resident_id else ""


def load_reader(token: str) -> Reader | None:
    """The resident behind a session token; None when it ended."""
    with open_session(g.engine, anonymous(token_hash(token))) as session:
        resident = queries.resident_by_token(session, token)
    return Reader(token, resident) if resident else None
