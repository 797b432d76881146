"""How a request finds its door, and what the health addresses say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from werkzeug.test import Client
from werkzeug.wrappers import Response

import wsgi
from settings import Settings
from tests.support.processes import free_port

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BY_HOST = {"public_host": "www.example.cn", "workspace_host": "desk.example.cn"}


def door(name: str) -> WSGIApplication:
    """An app that tells its name and where it believes to be mounted."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return Response(f"{name} {environ['SCRIPT_NAME']}|{environ['PATH_INFO']}")(environ, start_response)

    return app


def client(settings: Settings, **changes: Any) -> Client:
    changed = settings.model_copy(update=changes)
    return Client(wsgi.compose(changed, public=door("public"), workspace=door("workspace")))


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", "public |/"),
        ("/articles/x", "public |/articles/x"),
        ("/workspace/t/x", "workspace /workspace|/t/x"),
        ("/workspace", "workspace /workspace|"),
        ("/workspaces", "public |/workspaces"),
    ],
)
def test_doors_by_path(settings: Settings, path: str, answer: str) -> None:
    assert client(settings).get(path).text == answer


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("www.example.cn", "public |/workspace"),
        ("desk.example.cn", "workspace |/workspace"),
        ("DESK.example.cn:8443", "workspace |/workspace"),
    ],
)
def test_doors_by_host(settings: Settings, host: str, answer: str) -> None:
    assert client(settings, **BY_HOST).get("/workspace", headers={"Host": host}).text == answer


def test_an_unknown_host_reaches_neither_door(settings: Settings) -> None:
    assert client(settings, **BY_HOST).get("/", headers={"Host": "evil.example"}).status_code == 421


def test_a_forwarded_host_counts_only_behind_a_trusted_proxy(settings: Settings) -> None:
    headers = {"Host": "www.example.cn", "X-Forwarded-Host": "desk.example.cn"}
    assert client(settings, **BY_HOST).get("/", headers=headers).text.startswith("public")
    assert client(settings, **BY_HOST, proxies=1).get("/", headers=headers).text.startswith("workspace")


@pytest.mark.parametrize("host", ["www.example.cn", "desk.example.cn", "10.0.0.7"])
def test_health_answers_at_every_door(settings: Settings, host: str) -> None:
    assert client(settings, **BY_HOST).get("/healthz", headers={"Host": host}).status_code == 200


def test_readiness_names_each_part_and_what_fails(settings: Settings) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    answer = client(settings, elasticsearch_url=dead).get("/readyz")
    told = json.loads(answer.text)
    assert answer.status_code == 503
    assert set(told["failing"]) == {"search", "worker"}  # no worker runs in this test
    assert told["parts"]["storage"] is told["parts"]["database (public)"] is True


def test_readiness_without_a_database(settings: Settings) -> None:
    gone = SecretStr(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    answer = client(settings, database_url=gone).get("/readyz")
    assert answer.status_code == 503
    assert {"database (workspace)", "database (public)"} <= set(json.loads(answer.text)["failing"])


def test_a_door_alone_stays_under_its_path(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("settings.current", lambda: settings)
    monkeypatch.setattr(wsgi, "workspace", None, raising=False)  # forgets it after the test
    alone = Client(wsgi.__getattr__("workspace"))
    assert alone.get("/").location == "/workspace/"
    assert alone.get("/workspace/").status_code == 302
    assert alone.get("/healthz").status_code == 200
