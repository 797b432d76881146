"""A tenant of its own for each module, and a clerk of it for each test."""

from __future__ import annotations

import pytest

from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.accounts import Account, account
from tests.factories.people import Place


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Place:
    with deployment.session() as session, session.begin():
        return people.tenant(session)


@pytest.fixture
def clerk(deployment: Deployment, place: Place) -> Account:
    with deployment.workspace.app_context(), deployment.session() as session, session.begin():
        return account(session, Role.TENANT_STAFF, place=place)
