"""What a check says, and how it looks at the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from settings import Settings
from tenants.database import Face, make_engine, url_for


@dataclass(frozen=True)
class Finding:
    """What was found about a part. `chinese` and `english` say the same: what is wrong and how to mend it."""

    part: str
    ok: bool
    chinese: str
    english: str


def looking(settings: Settings, face: Face) -> Engine:
    """An engine for a look at the database: it never starts the embedded one, whoever asks."""
    return make_engine(url_for(settings, face, start=False), pooled=False)
