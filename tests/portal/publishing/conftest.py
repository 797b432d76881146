"""A newsroom of each module's own, and the browsers of its planner and its clerk."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import Deployment
from tests.factories import publishing as make
from tests.factories.publishing import Newsroom
from tests.support.html import StrictClient


@pytest.fixture(scope="module")
def room(deployment: Deployment) -> Newsroom:
    return make.newsroom(deployment)


@pytest.fixture
def planner(app_workspace: Flask, room: Newsroom) -> StrictClient:
    return room.planner.browser(app_workspace)


@pytest.fixture
def clerk(app_workspace: Flask, room: Newsroom) -> StrictClient:
    return room.clerk.browser(app_workspace)
