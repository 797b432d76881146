"""Every working morning the staff of a tenant are told what waits at their comment desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.participation import queries, replyclock
from portal.participation.queries import Attention
from tenants import clock, jobs
from tenants.deployment import settings_here
from tenants.identity.models import RoleAssignment, Staff
from tenants.mail import letter, service
from tenants.permissions import Role
from tenants.rules import N_

#: Who answers and moderates for a tenant.
CLERKS = (Role.TENANT_STAFF, Role.TENANT_ADMIN)


@jobs.task("participation.morning", cron="30 0 * * *")  # 08:30 in Shanghai
def morning(session: Session) -> None:
    """Write to the clerks what waits today."""
    morning_for(session, clock.today())


def morning_for(session: Session, today: date) -> None:
    """Write to the clerks of every tenant where something is new, nearly due, late, held or appealed.

    On working days, and to nobody twice on one day.
    """
    if not replyclock.is_workday(today):
        return
    waits = {a.tenant_id: a for a in queries.attention(session, today, _since(today)) if a.anything}
    clerks = session.execute(
        select(Staff.id, Staff.email, Staff.name, Staff.locale, RoleAssignment.tenant_id)
        .join(RoleAssignment, RoleAssignment.staff_id == Staff.id)
        .where(
            RoleAssignment.role.in_(CLERKS),
            RoleAssignment.held_on(today),
            RoleAssignment.tenant_id.in_(waits),
            Staff.active,
        )
        .distinct()
    )
    for clerk in clerks:
        found = waits[clerk.tenant_id]
        service.enqueue(
            session,
            to=clerk.email,
            subject=letter.translated(N_("%(tenant)s：今天的居民意见"), {"tenant": found.name}, clerk.locale),
            text="\n\n".join(
                [
                    letter.translated(N_("%(name)s，早上好："), {"name": clerk.name}, clerk.locale),
                    *_lines(found, clerk.locale),
                    f"{settings_here().workspace_address}/t/{found.slug}/comments/",
                ]
            ),
            action=N_("打开居民意见"),
            locale=clerk.locale,
            tenant_id=found.tenant_id,
            dedupe_key=f"desk:{found.tenant_id}:{clerk.id}:{today.isoformat()}",
        )


def _since(today: date) -> datetime:
    """Half past eight of the working day before."""
    day = today - timedelta(days=1)
    while not replyclock.is_workday(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(8, 30), clock.SHANGHAI)


def _lines(found: Attention, locale: str) -> Iterator[str]:
    for n, sentence in (
        (found.overdue, N_("已逾期未答复：%(n)s 条")),
        (found.due_soon, N_("今明两天到期：%(n)s 条")),
        (found.held, N_("等待审核：%(n)s 条")),
        (found.appealed, N_("申诉待处理：%(n)s 条")),
        (found.new, N_("上个工作日以来的新意见：%(n)s 条")),
    ):
        if n:
            yield letter.translated(sentence, {"n": n}, locale)
