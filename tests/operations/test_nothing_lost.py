"""A thousand writes while web and worker are killed again and again: what was acknowledged is there, once."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

import psutil
import pytest
from sqlalchemy import text

from search import health
from search.sources import Corpus
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.people import Person
from tests.support.processes import until
from tests.support.serving import SECONDS, Serving

WRITES = 1_000
WRITERS = 4
KILLS = 10
PAGE = "/workspace/t/{slug}/publications/new"


class Clerk:
    """Somebody who begins one text after the other over HTTP, with one session."""

    def __init__(self, deployment: Deployment, person: Person, port: int) -> None:
        assert person.tenant is not None
        client = deployment.workspace.test_client()
        person.sign_in(client)
        self.port = port
        self.path = PAGE.format(slug=person.tenant.slug)
        page = client.get(self.path.removeprefix("/workspace")).text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found
        self.token = found[1]
        cookie = client.get_cookie("xinya_workspace", path="/workspace") or client.get_cookie(
            "xinya_workspace"
        )
        assert cookie
        self.headers = {
            "Cookie": f"{cookie.key}={cookie.value}",
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def begins(self, title: str) -> bool:
        """Send the form; whether the server said that it is done."""
        body = urlencode({"csrf_token": self.token, "kind": "sprout", "title": title})
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request("POST", self.path, body, self.headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status in (303, 502, 503), answer.status
            return answer.status == 303
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


@pytest.fixture
def serving(deployment: Deployment) -> Iterator[Serving]:
    """The whole deployment on the module's database."""
    settings = deployment.settings
    made = Serving(
        settings.data_folder,
        DATABASE_URL=settings.database_url.get_secret_value(),
        SECRET_KEY=settings.secret_key.get_secret_value(),
        WEB_PROCESSES="2",
    )
    try:
        until(made.ready, SECONDS)
        yield made
    finally:
        assert made.stop() == 0, made.log.read_text()


def _kill(serving: Serving, turn: int) -> None:
    """By turns: a web process, the worker, and once the web server with all its processes."""
    family = serving.family()
    name = "worker" if turn % 2 else "web"
    if name not in family:  # still down from the last time
        return
    with suppress(psutil.NoSuchProcess):
        victims = family["web"].children() if name == "web" else [family["worker"]]
        if turn == KILLS // 2:
            victims = [family["web"], *victims]
        for victim in victims if turn == KILLS // 2 else victims[:1]:
            victim.send_signal(signal.SIGKILL)


@pytest.mark.slow("kills every process, again and again, under load")
def test_every_acknowledged_write_is_there_once_and_found(deployment: Deployment, serving: Serving) -> None:
    with deployment.session() as session, session.begin():
        place = people.tenant(session)
        person = people.staff(session, Role.TENANT_STAFF, place=place)
    clerk = Clerk(deployment, person, serving.port)
    done: list[str] = []
    counting = threading.Lock()
    kills = iter(range(1, KILLS + 1))

    def write(n: int) -> None:
        title = f"第{n}篇新芽"
        if clerk.begins(title):
            with counting:
                done.append(title)
                if len(done) % (WRITES // (KILLS + 1)) == 0 and (turn := next(kills, 0)):
                    _kill(serving, turn)
        else:
            until(serving.ready, SECONDS)  # a person waits until the page answers again

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITES)))
    assert next(kills, None) is None, "not everything was killed that should have been"
    assert len(done) > WRITES // 2

    with deployment.session(person.actor()) as session:
        rows = session.execute(text("SELECT title, count(*) FROM publication_version GROUP BY title")).all()
    written = {title: count for title, count in rows}
    assert {title: written.get(title) for title in done} == dict.fromkeys(done, 1)
    assert set(written.values()) == {1}  # what was not acknowledged is there once or not at all

    def caught_up() -> bool:
        with deployment.session() as session:
            return health.health(session).waiting == 0

    until(caught_up, 3 * SECONDS)
    with deployment.session() as session:
        indexed = {corpus.corpus: corpus.indexed for corpus in health.health(session).corpora}
    assert indexed[Corpus.WORKSPACE] == len(written)
