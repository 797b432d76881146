"""These tests call services outside of any app: they work with the settings of their deployment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tenants import deployment as process
from tests.conftest import Deployment


@pytest.fixture(autouse=True)
def _settings_of_the_deployment(deployment: Deployment) -> Iterator[None]:
    process.use(deployment.settings)
    yield
    process.use(None)
