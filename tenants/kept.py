"""What was posted when the session had ended, kept for whoever typed it until they are signed in again.

A row is shown to the browser that sent it, which holds a secret of its own, and to one person: the one whose session
had ended, or, where nobody can tell, the first who opens it. It lasts a day.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, delete, or_, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from tenants import actors
from tenants.clock import now
from tenants.database import Base, Identified, open_session
from tenants.identity import throttle
from tenants.identity.throttle import Limit, Throttled

LASTS = timedelta(days=1)
#: Many people of one office share an address.
KEEPING = Limit("posts kept from an address", 60, timedelta(hours=1))


class KeptPost(Identified, Base):
    """One form as it was sent. The browser holds a secret, the row its SHA-256 (hex)."""

    __tablename__ = "kept_post"

    browser_hash: Mapped[str] = mapped_column(index=True)
    #: "staff <id>" or "resident <id>"; empty until somebody opens it.
    owner: Mapped[str]
    #: Where it was sent to.
    path: Mapped[str]
    posted: Mapped[dict[str, Any]]


def _name_browser(session: Session, browser: str) -> str:
    """Let this transaction see what was kept for the browser that holds this secret; its hash."""
    hashed = hashlib.sha256(browser.encode()).hexdigest()
    session.execute(text("SELECT set_config('app.browser', :b, true)"), {"b": hashed})
    return hashed


class KeptPosts:
    """The rows as `webkit.kept` uses them, each call in a transaction of its own: the request's is rolled back."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(
        self, browser: str, owner: str, path: str, posted: dict[str, Any], *, ip: str | None
    ) -> UUID | None:
        """The id of the new row; None when too much was kept from this address already."""
        try:
            throttle.count(self._engine, KEEPING, ip)
        except Throttled:
            return None
        with open_session(self._engine, actors.anonymous()) as session, session.begin():
            hashed = _name_browser(session, browser)
            row = KeptPost(browser_hash=hashed, owner=owner, path=path, posted=posted)
            session.add(row)
            session.flush()
            return row.id

    def find(self, browser: str, owner: str, kept_id: UUID) -> dict[str, Any] | None:
        """What was posted, when it is this person's or nobody's yet; from now on it is theirs."""
        mine = KeptPost.owner.in_(("", owner))
        with open_session(self._engine, actors.anonymous()) as session, session.begin():
            _name_browser(session, browser)
            return session.scalar(
                update(KeptPost)
                .where(KeptPost.id == kept_id, mine, KeptPost.created_at > now() - LASTS)
                .values(owner=owner)
                .returning(KeptPost.posted)
            )

    def drop(self, browser: str, owner: str, path: str) -> None:
        """Forget what was to be sent to `path`: it has been sent, and is so even if the database just went away."""
        with suppress(OperationalError), open_session(self._engine, actors.anonymous()) as session, session.begin():
            _name_browser(session, browser)
            session.execute(
                delete(KeptPost).where(
                    KeptPost.path == path, or_(KeptPost.owner == owner, KeptPost.owner == "")
                )
            )


def clear(session: Session) -> None:
    """Forget what nobody came back for."""
    session.execute(delete(KeptPost).where(KeptPost.created_at < now() - LASTS))
