"""People are told what is new in the searches they keep: once a day, one letter or short message each.

A resident's are over the public site; a staff member's over a tenant or the district, with a letter for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.participation import queries as comments
from portal.participation.notices import text_message, unsubscribe_token
from portal.search import queries
from search import saved
from search.engine import EngineDown
from search.models import SavedSearch
from search.saved import News
from tenants import jobs
from tenants.actors import Actor
from tenants.clock import now
from tenants.deployment import settings_here
from tenants.identity.models import Resident, Staff, Tenant
from tenants.mail import letter, service
from tenants.rules import N_


@jobs.task("search.news", cron="10 1 * * *")  # 09:10 in Shanghai: what appears at nine is in
def news(session: Session) -> None:
    """Tell residents and staff what is new."""
    tell_residents(session)
    tell_staff(session)


def tell_residents(session: Session) -> None:
    """Write to residents whose saved searches find something new. While search rests, tomorrow is early enough."""
    by_resident: dict[UUID, list[News]] = {}
    try:
        for found, until in saved.news_for_residents(session):
            assert found.saved.resident_id is not None
            if others := _of_others(session, found, found.saved.resident_id):
                by_resident.setdefault(found.saved.resident_id, []).append(others)
            saved.told(session, found.saved, until)
    except EngineDown:
        pass  # those who come after are told tomorrow
    for resident_id, found_by_them in by_resident.items():
        _tell_resident(session, resident_id, found_by_them)


def _of_others(session: Session, news: News, resident_id: UUID) -> News | None:
    """The news without what the resident wrote themself; None when nothing remains."""
    own = comments.written_by(session, resident_id, [item.id for item in news.newest])
    newest = tuple(item for item in news.newest if item.id not in own)
    return replace(news, newest=newest, total=news.total - len(own)) if newest else None


def tell_staff(session: Session) -> None:
    """Write to staff whose saved searches find something new that they may open."""
    try:
        for actor, found, until in saved.news_for_staff(session):
            _tell_staff(session, actor, found)
            for each in found:
                saved.told(session, each.saved, until)
    except EngineDown:
        pass  # those who come after are told tomorrow


def _tell_resident(session: Session, resident_id: UUID, news: Sequence[News]) -> None:
    resident = session.execute(
        select(Resident.email, Resident.phone, Resident.notify, Resident.locale, Resident.display_name).where(
            Resident.id == resident_id, Resident.deleted_at.is_(None)
        )
    ).one_or_none()
    if resident is None or not resident.notify:
        return
    address = settings_here().public_address
    subject = letter.translated(N_("您关注的搜索有新内容"), {}, resident.locale)
    dedupe_key = f"search.news:{resident_id}:{now():%Y%m%d}"
    if not resident.email:
        if resident.phone:
            text_message(
                session,
                resident.phone,
                subject,
                f"{address}/search/saved",
                resident.locale,
                dedupe_key=dedupe_key,
            )
        return
    text = _letter(
        session,
        resident.display_name,
        news,
        N_("您关注的“%(words)s”有 %(n)s 条新内容："),
        N_("不想再收到，可以在“关注的搜索”里删除。"),
        f"{address}/search",
        resident.locale,
    )
    service.enqueue(
        session,
        to=resident.email,
        subject=subject,
        text=text,
        action=N_("查看"),
        locale=resident.locale,
        unsubscribe_url=f"{address}/unsubscribe/{unsubscribe_token(resident_id)}",
        dedupe_key=dedupe_key,
    )


def _tell_staff(session: Session, actor: Actor, news: Sequence[News]) -> None:
    staff = session.execute(
        select(Staff.email, Staff.name, Staff.locale).where(
            Staff.id == actor.id, Staff.joined_at.is_not(None)
        )
    ).one_or_none()
    if staff is None:
        return
    place = session.execute(
        select(Tenant.slug, Tenant.short_name).where(Tenant.id == actor.tenant_id)
    ).one_or_none()
    where = f"/t/{place.slug}" if place else "/district"
    name = place.short_name if place else letter.translated(N_("全区"), {}, staff.locale)
    text = _letter(
        session,
        staff.name,
        news,
        N_("您保存的搜索“%(words)s”有 %(n)s 条新内容："),
        N_("不想再收到，可以在“保存的搜索”里暂停提醒或删除。"),
        f"{settings_here().workspace_address}{where}/search",
        staff.locale,
    )
    service.enqueue(
        session,
        to=staff.email,
        subject=letter.translated(N_("%(place)s：您保存的搜索有新内容"), {"place": name}, staff.locale),
        text=text,
        action=N_("查看"),
        locale=staff.locale,
        tenant_id=actor.tenant_id,
        dedupe_key=f"search.news:{actor.id}:{actor.tenant_id}:{now():%Y%m%d}",
    )


def _letter(
    session: Session, name: str, news: Sequence[News], line: str, end: str, search: str, locale: str
) -> str:
    """The paragraphs: each search with its newest titles and its address, and where to stop the letters."""
    parts = [letter.translated(N_("%(name)s，您好："), {"name": name}, locale)]
    for found in news:
        parts.append(
            letter.translated(line, {"words": _words(session, found.saved, locale), "n": found.total}, locale)
        )
        parts += [letter.quoted(item.title) for item in found.newest]
        parts.append(f"{search}?{urlencode(saved.request_of(found.saved).args())}")
    return "\n\n".join([*parts, letter.translated(end, {}, locale), f"{search}/saved"])


def _words(session: Session, kept: SavedSearch, locale: str) -> str:
    """What its owner knows a search by: its name, its words, or its conditions."""
    if kept.name or kept.text:
        return kept.name or kept.text
    label = queries.labels(session, lambda words: letter.translated(words, {}, locale), kept.filters)
    return letter.translated("、", {}, locale).join(queries.conditions(kept.filters, label))
