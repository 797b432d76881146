"""The sample site of `gallery.py` for these tests; no database is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from settings import Settings
from tests.support.browser import served
from tests.support.html import strict
from tests.webkit import gallery


def sample_settings(folder: Path) -> Settings:
    return Settings(
        data_folder=folder,
        demo=True,
        map_tiles_url="https://{s}.tiles.example.cn/{z}/{x}/{y}.png",
        s3_endpoint_url="https://s3.example.cn:9000",
    )


@pytest.fixture(scope="session")
def site_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return sample_settings(tmp_path_factory.mktemp("webkit"))


@pytest.fixture
def public(site_settings: Settings) -> Flask:
    """The public face, new for each test: nothing is kept in its page cache."""
    return strict(gallery.public_app(site_settings))


@pytest.fixture
def workspace(site_settings: Settings) -> Flask:
    """The workspace, new for each test."""
    return strict(gallery.workspace_app(site_settings))


@pytest.fixture(scope="session")
def site(site_settings: Settings) -> Iterator[str]:
    """Address of both faces on a real server."""
    settings = site_settings.model_copy(update={"map_tiles_url": ""})
    with served(gallery.site(settings)) as address:
        yield address
