"""What the public home page and search machines read of publications, next to `public`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.publishing.content import AFTER, BEFORE
from portal.publishing.models import Publication, VersionFile
from portal.publishing.policy import Kind
from portal.publishing.queries.public import latest
from portal.publishing.queries.rows import FILE
from portal.publishing.queries.shapes import Picture, PublicCard
from tenants.files.models import StoredFile


@dataclass(frozen=True)
class Sprout:
    """A new sprout with its pictures before and after, where there are."""

    card: PublicCard
    before: Picture | None
    after: Picture | None


def sprouts(session: Session, limit: int = 3) -> tuple[Sprout, ...]:
    """The newest new sprouts, those that show a change first. Two queries."""
    found = latest(session, kinds=[Kind.SPROUT], limit=limit * 3)
    pictures = _before_and_after(session, [card.code for card in found])
    shown = [Sprout(card, *pictures.get(card.code, (None, None))) for card in found]
    shown.sort(key=lambda s: s.before is None or s.after is None)
    return tuple(shown[:limit])


def _before_and_after(
    session: Session, codes: Sequence[str]
) -> dict[str, tuple[Picture | None, Picture | None]]:
    rows = session.execute(
        select(
            Publication.code,
            VersionFile.role,
            VersionFile.title,
            StoredFile.id,
            StoredFile.width,
            StoredFile.height,
            StoredFile.widths,
        )
        .join(VersionFile, VersionFile.version_id == Publication.live_id)
        .join(*FILE)
        .where(Publication.code.in_(codes), VersionFile.role.in_([BEFORE, AFTER]))
    )
    found: dict[str, dict[str, Picture]] = {}
    for code, role, title, file_id, width, height, widths in rows:
        found.setdefault(code, {})[role] = Picture(file_id, title, width or 0, height or 0, tuple(widths))
    return {code: (roles.get(BEFORE), roles.get(AFTER)) for code, roles in found.items()}


def years(session: Session) -> list[int]:
    """The years (UTC) in which something that is still published first went out, newest first. One query."""
    first, last = session.execute(
        select(func.min(Publication.first_published_at), func.max(Publication.first_published_at)).where(
            Publication.live_id.is_not(None)
        )
    ).one()
    return list(range(last.year, first.year - 1, -1)) if first and last else []


def published_in(session: Session, year: int, limit: int = 50_000) -> Sequence[tuple[str, datetime]]:
    """Code and last change of what first went out in a year (UTC), newest first; at most what one sitemap may hold."""
    if not MINYEAR <= year < MAXYEAR:
        return []
    begins, ends = (datetime(of, 1, 1, tzinfo=UTC) for of in (year, year + 1))
    rows = session.execute(
        select(Publication.code, Publication.published_at)
        .where(
            Publication.live_id.is_not(None),
            Publication.first_published_at >= begins,
            Publication.first_published_at < ends,
        )
        .order_by(Publication.first_published_at.desc())
        .limit(limit)
    )
    return [(code, changed) for code, changed in rows if changed]
