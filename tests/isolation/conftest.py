"""The world that the isolation tests look at."""

from __future__ import annotations

import pytest

from tests.conftest import Deployment
from tests.isolation.world import World, build


@pytest.fixture(scope="module")
def world(deployment: Deployment) -> World:
    """Three tenants with the same things in each."""
    return build(deployment.settings, deployment.workspace_engine, deployment.public_engine)
