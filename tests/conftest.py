"""What every test may ask for. Real parts: PostgreSQL with the runtime roles, the real worker, a real browser.

A test module finds an empty deployment: a clone of the migrated database, a data folder, both apps. Within a module the
tests share it, so a test makes its own tenants and people (`tests/factories`). The apps and engines serve all modules
of a process, one after the other. `demo` is a module's own deployment with the demo district loaded.

What takes long to import is imported where it is used: this is read by the process that only hands out tests, too.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from settings import Settings
from tenants import actors
from tenants.actors import Actor
from tenants.database import Face, make_engine, open_session, url_for
from tenants.embedded import Cluster
from tests.support import browser as browsers
from tests.support import database as databases
from tests.support.html import StrictClient, share_compiled, strict
from webkit.pagecache import PageCache

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from playwright.sync_api import Browser, Page

DEMO_TEMPLATE = "xinya_demo_template"

#: A test that takes longer says why: `pytest.mark.slow("why")`.
LONG_SECONDS = 10

# Property-based tests take the same few examples in every run, so that what fails a run is what was changed, never
# chance. `make test-deep` looks for others, many of them. Nothing here is timed: a busy machine must not fail a test.
# What a test asks for stands around all of its examples; it is not made anew for each.
hypothesis.settings.register_profile(
    "same",
    derandomize=True,
    max_examples=25,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.register_profile(
    "deep", parent=hypothesis.settings.get_profile("same"), derandomize=False, max_examples=1000
)
hypothesis.settings.load_profile("same")


@dataclass
class Deployment:
    """One running Xinya for tests: settings, engines of the runtime roles, both apps."""

    settings: Settings

    def __post_init__(self) -> None:
        from search import connect

        connect.install(self.settings, url_for(self.settings, Face.OWNER))

    @cached_property
    def workspace_engine(self) -> Engine:
        return make_engine(url_for(self.settings, Face.WORKSPACE))

    @cached_property
    def public_engine(self) -> Engine:
        return make_engine(url_for(self.settings, Face.PUBLIC))

    @cached_property
    def owner_engine(self) -> Engine:
        """For looking at the catalogue; the owner, too, is under forced row security."""
        return make_engine(url_for(self.settings, Face.OWNER), pooled=False)

    @cached_property
    def public(self) -> Flask:
        from public_site.app import create_app

        return self._strict(create_app(self.settings, engine=self.public_engine))

    @cached_property
    def workspace(self) -> Flask:
        from portal.app import create_app

        return self._strict(create_app(self.settings, engine=self.workspace_engine))

    @cached_property
    def wsgi(self) -> WSGIApplication:
        """Both doors as `wsgi.py` serves them."""
        import wsgi

        return wsgi.compose(self.settings, public=self.public, workspace=self.workspace)

    def session(self, actor: Actor | None = None) -> Session:
        """A session of the workspace's role in which `actor` acts (default: the system)."""
        return open_session(self.workspace_engine, actor or actors.system())

    def public_session(self, actor: Actor | None = None) -> Session:
        """A session of the public site's role (default: a visitor)."""
        return open_session(self.public_engine, actor or actors.anonymous())

    def run_jobs(self) -> None:
        """Let the real worker do every job that is due, and return when none is left."""
        from operations.worker import work

        # a thread of its own: Playwright's event loop may be running in this one
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work, self.settings, wait=False).result()

    def renew(self) -> None:
        """Forget whatever is known of the database and the data folder: both were made anew."""
        from search import connect, curation, popular

        connect.install(self.settings, url_for(self.settings, Face.OWNER))
        curation.forget()
        popular.forget()
        if "public" in self.__dict__:
            forget_pages(self.public)

    def close(self) -> None:
        """Let go of the database."""
        if "public_engine" in self.__dict__:
            from search import popular

            popular.flush(self.public_engine)
        for name in ("workspace_engine", "public_engine", "owner_engine"):
            if name in self.__dict__:
                self.__dict__[name].dispose()

    @staticmethod
    def _strict(app: Flask) -> Flask:
        app.testing = True
        return strict(app)


@pytest.fixture(scope="session", autouse=True)
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all test processes of this run share.

    Not inside pytest's own: another run of pytest takes the right to enter that one away from everybody but
    the user who runs it, and PostgreSQL runs as a user of its own where that is root.
    """
    base = tmp_path_factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared_folder_of(run)
    folder.mkdir(mode=0o711, exist_ok=True)
    compiled = folder / "templates"
    compiled.mkdir(exist_ok=True)
    share_compiled(compiled)
    return folder


def shared_folder_of(run: Path) -> Path:
    """The shared folder that belongs to pytest's folder of a run."""
    return Path(tempfile.gettempdir()) / f"xinya-{run.parent.name}-{run.name}"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What the imports make is here to stay: neither they nor the tests need have it searched for rubbish."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 50, 100)  # records that were read make little rubbish that only a search finds
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take long begin first: one that begins last leaves the other processes idle."""
    marks = ("slow", "browser")
    long = {item.path for item in items if any(map(item.get_closest_marker, marks))}
    items.sort(key=lambda item: item.path not in long)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What takes long says why."""
    if any(not mark.args for mark in item.iter_markers("slow")):
        pytest.fail('say why: pytest.mark.slow("...")', pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what took long without saying why."""
    for report in terminalreporter.getreports("passed"):
        if report.when == "call" and report.duration > LONG_SECONDS and "slow" not in report.keywords:
            terminalreporter.write_line(f"{report.duration:.0f} s, and not marked as slow: {report.nodeid}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The first process, which outlives the others, clears up."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        factory = session.config._tmp_path_factory  # type: ignore[attr-defined]
        shutil.rmtree(shared_folder_of(factory.getbasetemp()), ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(shared_folder: Path) -> Iterator[Cluster]:
    """The run's PostgreSQL; the last process stops and removes it."""
    folder = databases.folder_of_run(shared_folder)
    databases.remove_abandoned(keep=folder)
    made = Cluster(folder, durable=False)
    made.start()
    yield made
    if made.leave():
        shutil.rmtree(made.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(cluster: Cluster, shared_folder: Path) -> str:
    """Name of a database made by the migrations, to clone."""

    def fill(settings: Settings) -> None:
        from migrations import schema

        schema.upgrade(settings)

    databases.make_template(cluster, shared_folder, databases.TEMPLATE, fill)
    return databases.TEMPLATE


@pytest.fixture(scope="session")
def demo_template(cluster: Cluster, template: str, shared_folder: Path) -> str:
    """Name of a database with the demo district, to clone; its data folder is `<name>.data`."""

    def fill(settings: Settings) -> None:
        from demo.content import district
        from demo.load import load
        from tests.support.pictures import lay_out_plain

        lay_out_plain(district(), settings.data_folder)
        load(settings)
        Deployment(settings).run_jobs()

    databases.make_template(cluster, shared_folder, DEMO_TEMPLATE, fill, base=template, demo=True)
    return DEMO_TEMPLATE


@pytest.fixture(scope="session")
def world_template(cluster: Cluster, template: str, shared_folder: Path) -> Path:
    """The data folder of a database with three towns in it that have one of everything (`tests.isolation.world`)."""
    from tests.isolation import world

    return world.make_template(cluster, template, shared_folder)


@pytest.fixture(scope="session")
def standing(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """This process's apps and engines: making them takes as long as many a test."""
    name = f"{_process()}_standing"
    return Deployment(databases.settings_for(cluster, name, tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def deployment(standing: Deployment, cluster: Cluster, template: str) -> Iterator[Deployment]:
    """A deployment that is empty for this module."""
    folder = standing.settings.data_folder
    shutil.rmtree(folder)
    folder.mkdir()
    databases.clone(cluster, template, f"{_process()}_standing")
    standing.renew()
    yield standing
    standing.close()


@pytest.fixture(scope="module")
def demo(
    request: pytest.FixtureRequest,
    cluster: Cluster,
    demo_template: str,
    shared_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    """This module's own deployment with the demo district."""
    name = f"demo_{name_of_module(request)}"[:63]
    databases.clone(cluster, demo_template, name)
    data = tmp_path_factory.mktemp("demo")
    shutil.copytree(shared_folder / f"{demo_template}.data", data, dirs_exist_ok=True)
    made = Deployment(databases.settings_for(cluster, name, data, demo=True))
    yield made
    made.close()
    databases.drop(cluster, name)


@pytest.fixture(scope="module")
def settings(deployment: Deployment) -> Settings:
    """Settings of the module's deployment."""
    return deployment.settings


@pytest.fixture(scope="module")
def workspace_engine(deployment: Deployment) -> Engine:
    """Connects as the workspace's role."""
    return deployment.workspace_engine


@pytest.fixture(scope="module")
def public_engine(deployment: Deployment) -> Engine:
    """Connects as the public site's role."""
    return deployment.public_engine


@pytest.fixture(scope="module")
def owner_engine(deployment: Deployment) -> Engine:
    """Connects as the owner of the schema."""
    return deployment.owner_engine


@pytest.fixture(scope="module")
def app_public(deployment: Deployment) -> Flask:
    """The public site."""
    return deployment.public


@pytest.fixture(scope="module")
def app_workspace(deployment: Deployment) -> Flask:
    """The workspace."""
    return deployment.workspace


@pytest.fixture
def visitor(app_public: Flask) -> StrictClient:
    """A visitor's browser at the public site, without JavaScript; no page is kept from an earlier test."""
    forget_pages(app_public)
    return _client(app_public)


@pytest.fixture
def staff_client(app_workspace: Flask) -> StrictClient:
    """A browser at the workspace's door, nobody signed in."""
    return _client(app_workspace)


@pytest.fixture
def run_jobs(deployment: Deployment) -> Callable[[], None]:
    """Let the real worker empty the queue."""
    return deployment.run_jobs


@pytest.fixture
def count_queries() -> Callable[[], AbstractContextManager[databases.Queries]]:
    """`with count_queries() as queries: ...; assert len(queries) <= 7`."""
    return databases.counted_queries


@pytest.fixture
def serve() -> Callable[[WSGIApplication], AbstractContextManager[str]]:
    """`with serve(app) as address: ...`: a threaded server on a free port of this machine."""
    return browsers.served


@pytest.fixture(scope="module")
def live(deployment: Deployment) -> Iterator[str]:
    """Address of the module's deployment, both doors."""
    with browsers.served(deployment.wsgi) as address:
        yield address


@pytest.fixture(scope="module")
def live_demo(demo: Deployment) -> Iterator[str]:
    """Address of the demo district, both doors."""
    with browsers.served(demo.wsgi) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The installed Chromium."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # as long as everything else waits: nothing here is a timed test
    path = browsers.chromium()
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", browsers.node())
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=browsers.CHROMIUM_OPTIONS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> browsers.Contexts:
    """The browser's contexts, for all tests of this process."""
    return browsers.Contexts(browser)


@pytest.fixture
def open_page(contexts: browsers.Contexts) -> Iterator[Callable[..., Page]]:
    """`open_page(width=360, java_script_enabled=False)`: a page in a context of its own, with no cookies.

    Its script errors fail the test. With `hurried=True` what its scripts put off comes twenty times as soon.
    """
    problems: list[str] = []

    with contexts.lent() as take:

        def make(*, width: int = 1280, height: int = 900, hurried: bool = False, **options: Any) -> Page:
            page = take(**options).new_page()
            page.set_viewport_size({"width": width, "height": height})
            if hurried:
                page.add_init_script(browsers.HURRY)
            page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
            return page

        yield make
    assert not problems, problems


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """`assert axe(page) == []`."""
    return browsers.axe_findings


def _client(app: Flask) -> StrictClient:
    client = app.test_client()
    assert isinstance(client, StrictClient)
    return client


def forget_pages(app: Flask) -> None:
    """Have every page of the public site made anew."""
    cache = app.wsgi_app
    assert isinstance(cache, PageCache)
    cache.forget()


def _process() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def name_of_module(request: pytest.FixtureRequest) -> str:
    """What a database of a test module is called."""
    module = request.node.nodeid.removeprefix("tests/").removesuffix(".py")
    return f"{_process()}_{re.sub(r'[^0-9A-Za-z]+', '_', module)[-40:]}"
