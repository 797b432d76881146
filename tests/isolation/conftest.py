"""The world that the isolation tests look at: made once a run, and each module has a copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tenants.embedded import Cluster
from tests.conftest import Deployment, name_of_module
from tests.isolation import world as worlds
from tests.isolation.world import World


@pytest.fixture(scope="module")
def deployment(
    request: pytest.FixtureRequest, cluster: Cluster, world_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """This module's own deployment, with the world in it."""
    data = tmp_path_factory.mktemp("data")
    with worlds.copied(cluster, world_template, name_of_module(request), data) as made:
        yield made


@pytest.fixture(scope="module")
def world(deployment: Deployment) -> World:
    """Three towns with the same things in each."""
    return worlds.of(deployment)
