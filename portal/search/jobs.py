"""Residents are told by mail what is new in the searches they keep: once a day, one mail each."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.participation.notices import unsubscribe_token
from search import saved
from search.engine import EngineDown
from search.saved import News
from tenants import jobs
from tenants.clock import now
from tenants.deployment import settings_here
from tenants.identity.models import Resident
from tenants.mail import letter, service
from tenants.rules import N_


@jobs.task("search.news", cron="0 1 * * *")  # 09:00 in Shanghai
def news(session: Session) -> None:
    """Tell residents what is new."""
    tell_residents(session)


def tell_residents(session: Session) -> None:
    """Write to residents whose saved searches find something new. While search rests, tomorrow is early enough."""
    by_resident: dict[UUID, list[News]] = {}
    try:
        for found, until in saved.news_for_residents(session):
            assert found.saved.resident_id is not None
            by_resident.setdefault(found.saved.resident_id, []).append(found)
            saved.told(session, found.saved, until)
    except EngineDown:
        pass  # those who come after are told tomorrow
    for resident_id, found_by_them in by_resident.items():
        _tell(session, resident_id, found_by_them)


def _tell(session: Session, resident_id: UUID, news: Sequence[News]) -> None:
    resident = session.execute(
        select(Resident.email, Resident.notify, Resident.locale, Resident.display_name).where(
            Resident.id == resident_id, Resident.deleted_at.is_(None)
        )
    ).one_or_none()
    if resident is None or not resident.notify or not resident.email:
        return
    address = settings_here().public_address

    def say(sentence: str, **values: object) -> str:
        return letter.translated(sentence, values, resident.locale)

    parts = [say(N_("%(name)s，您好："), name=resident.display_name)]
    for found in news:
        asked = saved.request_of(found.saved)
        parts.append(say(N_("您关注的“%(words)s”有 %(n)s 条新内容："), words=_words(found), n=found.total))
        parts += [letter.quoted(item.title) for item in found.newest]
        parts.append(f"{address}/search?{urlencode(asked.args())}")
    parts.append(say(N_("不想再收到，可以在“关注的搜索”里删除。")))
    parts.append(f"{address}/search/saved")
    service.enqueue(
        session,
        to=resident.email,
        subject=say(N_("您关注的搜索有新内容")),
        text="\n\n".join(parts),
        action=N_("查看"),
        locale=resident.locale,
        unsubscribe_url=f"{address}/unsubscribe/{unsubscribe_token(resident_id)}",
        dedupe_key=f"search.news:{resident_id}:{now():%Y%m%d}",
    )


def _words(news: News) -> str:
    return news.saved.text or "、".join(value for values in news.saved.filters.values() for value in values)
