"""The database is gone, full or only to be read: everybody is told so, and nothing is said to be saved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from werkzeug.test import Client, TestResponse

from migrations import schema
from settings import Settings
from tenants import embedded
from tests.conftest import Deployment
from tests.factories import participation as talk
from tests.factories.participation import Corner, Neighbour
from tests.support.forms import fields, parsed
from tests.support.html import StrictClient

PART = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}
DOORS = ["public", "workspace"]


@pytest.fixture(scope="module")
def place(module_folder: Path) -> Iterator[Corner]:
    """A tenant in a deployment whose embedded database is its own."""
    settings = Settings(
        data_folder=module_folder / "data",
        database_url=SecretStr(""),
        secret_key=SecretStr("a key for tests only, long enough"),
        public_url="http://localhost",
        demo=False,
    )
    with embedded.running(settings):
        schema.upgrade(settings)
        deployment = Deployment(settings)
        yield talk.corner(deployment)
        deployment.close()


@pytest.fixture(scope="module")
def wang(place: Corner) -> Neighbour:
    return talk.resident(place.deployment)


@pytest.fixture
def stopped(place: Corner) -> Iterator[Corner]:
    """The database was stopped while the site runs."""
    settings = place.deployment.settings
    assert place.deployment.public and place.deployment.workspace  # made, as they are when a process starts
    assert embedded.stop(settings)
    yield place
    embedded.ensure_running(settings)


def browser(door: str, place: Corner, wang: Neighbour) -> StrictClient:
    """Somebody's who is signed in."""
    if door == "workspace":
        return place.clerk.browser(place.deployment.workspace)
    client = place.deployment.public.test_client()
    wang.sign_in(client)
    assert isinstance(client, StrictClient)
    return client


def page(door: str, place: Corner) -> str:
    return f"/t/{place.tenant.slug}/publications/new" if door == "workspace" else f"/a/{place.code}"


def unavailable(answer: TestResponse, words: str) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert words in (json.loads(answer.text)["error"] if answer.is_json else answer.text)


def test_looking_whether_it_is_ready_never_starts_the_database(stopped: Corner) -> None:
    settings = stopped.deployment.settings
    answer = Client(stopped.deployment.wsgi).get("/readyz")
    assert answer.status_code == 503
    assert {"database (workspace)", "database (public)"} <= set(json.loads(answer.text)["failing"])
    assert embedded.cluster_of(settings).pid() is None


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("headers", [{}, PART, JSON], ids=["page", "part", "json"])
def test_without_a_database_every_page_says_so(
    stopped: Corner, wang: Neighbour, door: str, headers: dict[str, str]
) -> None:
    client = browser(door, stopped, wang)
    unavailable(client.get(page(door, stopped), headers=headers), "数据库暂时没有回应")
    if door == "public":  # also who is not signed in, by way of the page cache
        visitor = stopped.deployment.public.test_client()
        unavailable(visitor.get(page(door, stopped), headers=headers), "数据库暂时没有回应")


@pytest.mark.parametrize("door", DOORS)
def test_when_it_is_back_the_same_connections_work(place: Corner, wang: Neighbour, door: str) -> None:
    client = browser(door, place, wang)
    assert client.get(page(door, place)).status_code == 200
    embedded.stop(place.deployment.settings)
    unavailable(client.get(page(door, place)), "数据库暂时没有回应")
    embedded.ensure_running(place.deployment.settings)
    assert client.get(page(door, place)).status_code == 200


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("condition", "words"), [("disk_full", "磁盘满了"), ("read_only_sql_transaction", "暂时只能看")]
)
def test_what_cannot_be_committed_is_not_said_to_be_saved(
    place: Corner, wang: Neighbour, door: str, condition: str, words: str
) -> None:
    """The database takes every statement and fails at the commit."""
    client = browser(door, place, wang)
    if door == "workspace":
        table, address = "publication", page(door, place)
        typed = {**fields(client.get(address).text, address), "kind": "interpretation", "title": "没有存上"}
    else:
        table, address = "comment", f"/comments/{place.comment(wang, '路灯坏了。')}/edit"
        (form,) = parsed(client.get(address).text).xpath("//form[.//textarea[@name='body']]")
        typed = {**dict(form.form_values()), "body": "没有存上的路灯。"}
    with place.deployment.owner_engine.begin() as owner:
        body = f"'BEGIN RAISE {condition}; END'"
        owner.execute(text(f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS {body}"))
        owner.execute(
            text(
                f"CREATE CONSTRAINT TRIGGER fail AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION fail()"
            )
        )
    try:
        for headers in ({}, PART, JSON):
            unavailable(client.post(address, data=typed, headers=headers), words)
    finally:
        with place.deployment.owner_engine.begin() as owner:
            owner.execute(text("DROP FUNCTION fail CASCADE"))
    after = client.get(page(door, place))
    assert "没有存上" not in after.text
    assert "note-success" not in after.text
    again = {name: value.replace("没有存上", "存上了") for name, value in typed.items()}
    assert client.post(address, data=again).status_code == 303
