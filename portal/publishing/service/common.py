"""What every write of publishing shares: the record under lock, codes, titles."""

from __future__ import annotations

import secrets
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit.history import locked
from portal.publishing import policy
from portal.publishing.content import Content
from portal.publishing.models import Publication
from tenants.rules import Invalid, Missing, Seen

#: Base 32 without i, l, o and u: read out on the telephone and typed without mistakes.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
CODE_LENGTH = 10


def new_code() -> str:
    """A random code for a public address: 50 bits, not to be guessed or counted."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def load(session: Session, code: str, seen: Seen) -> Publication:
    """The publication as the actor saw it, locked until the transaction ends. Raises `Missing` and `Conflict`."""
    return locked(session, Publication, Publication.code == code, seen)


def identity(session: Session, code: str) -> UUID:
    """The id of a publication, not locked. Raises `Missing`."""
    found = session.scalar(select(Publication.id).where(Publication.code == code))
    if found is None:
        raise Missing
    return found


def need_title(content: Content) -> None:
    """Without a title nothing can be found again."""
    if not content.title:
        raise Invalid({"title": policy.NEED_TITLE})
    if len(content.title) > policy.TITLE_MOST:
        raise Invalid({"title": policy.LONG_TITLE})
