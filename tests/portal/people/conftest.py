"""The people of a tenant, of another and of the district office, each module's own."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tenants.audit import AuditEntry
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people
from tests.support.html import StrictClient


class Office:
    """A tenant with an administrator and a planner, another tenant, and the district office."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        with deployment.session() as session, session.begin():
            self.place = people.tenant(session, "玉桥街道办事处")
            self.other = people.tenant(session, "台湖镇政府")
            self.admin = people.staff(session, Role.TENANT_ADMIN, place=self.place, name="甄管理")
            self.planner = people.staff(session, Role.PLANNER, place=self.place, name="林规划")
            self.stranger = people.staff(session, Role.TENANT_ADMIN, place=self.other, name="外单位的人")
            self.office = people.staff(session, Role.DISTRICT_OFFICE, name="区办的人")

    def at(self, path: str = "") -> str:
        return f"/t/{self.place.slug}/people/{path}"

    def entries(self, staff_id: UUID) -> list[AuditEntry]:
        """What is on record about somebody, in order."""
        query = select(AuditEntry).where(AuditEntry.entity_id == str(staff_id)).order_by(AuditEntry.created_at)
        with self.deployment.session() as session:
            return list(session.scalars(query))


@pytest.fixture(scope="module")
def office(deployment: Deployment) -> Office:
    return Office(deployment)


@pytest.fixture
def admin(app_workspace: Flask, office: Office) -> StrictClient:
    return office.admin.browser(app_workspace)


@pytest.fixture
def district(app_workspace: Flask, office: Office) -> StrictClient:
    return office.office.browser(app_workspace)
