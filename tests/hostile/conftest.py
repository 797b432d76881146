"""A small district that is attacked: a tenant with texts and comments, its people, a resident, the office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from portal.participation import service as participation
from portal.publishing import service as articles
from portal.publishing.policy import Kind
from tenants import deployment as process
from tenants.database import acting
from tenants.identity.models import CommentPolicy
from tenants.permissions import Role
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import participation as talk
from tests.factories import people, publishing
from tests.factories.participation import Corner, Neighbour
from tests.factories.people import Person


@dataclass(frozen=True)
class Target:
    """Whom and what the attacks are about."""

    deployment: Deployment
    corner: Corner
    admin: Person
    office: Person
    neighbour: Neighbour

    def at_work(self, person: Person) -> FlaskClient:
        """A browser in the workspace."""
        client = FlaskClient(self.deployment.workspace, use_cookies=True)
        client.environ_base["REMOTE_ADDR"] = "10.9.0.1"
        person.sign_in(client)
        return client

    def at_work_as_nobody(self) -> FlaskClient:
        """A browser at the workspace's door."""
        return FlaskClient(self.deployment.workspace, use_cookies=True)

    def outside(self, who: Neighbour | None = None) -> FlaskClient:
        """A browser at the public site."""
        client = FlaskClient(self.deployment.public, use_cookies=True)
        client.environ_base["REMOTE_ADDR"] = "10.9.0.2"
        if who:
            who.sign_in(client)
        return client


@pytest.fixture(scope="module")
def target(deployment: Deployment) -> Iterator[Target]:
    process.use(deployment.settings)
    corner = talk.corner(deployment, policy=CommentPolicy.HOLD)
    with deployment.session() as session, session.begin():
        admin = people.staff(session, Role.TENANT_ADMIN, place=corner.tenant, name="甄管理")
        office = people.staff(session, Role.DISTRICT_OFFICE, name="区办的人")
        people.staff(session, Role.DISTRICT_OFFICE, name="区办的另一位")
    wang = talk.resident(deployment)
    shown, _held, hidden = (corner.comment(wang, f"路灯坏了，第{n}盏，请修一修。") for n in "一二三")
    corner.show(shown)
    corner.answer(shown)
    with corner.at_desk() as session:
        people.unit(session, corner.tenant)
        participation.hide(session, hidden, AS_IT_IS, "duplicate", "请看另一条。")
        participation.save_template(
            session, title="感谢", body="谢谢您的意见，我们会研究。"
        )
        editor, approver = corner.clerk.actor(), corner.colleague.actor()
        publishing.draft(session, editor, Kind.OUTREACH, title="还在写的一篇")
        waiting = publishing.draft(session, editor, title="等待审核的一篇")
        articles.submit(session, waiting.code, AS_IT_IS)
        agreed = publishing.draft(session, editor, title="已经批准的一篇")
        articles.submit(session, agreed.code, AS_IT_IS)
        with acting(session, approver):
            articles.approve(session, agreed.code, AS_IT_IS)
    yield Target(deployment, corner, admin, office, wang)
    process.use(None)
