"""Going through the routes of a door, found in the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule, UUIDConverter

from tenants.permissions import Permission
from tenants.requests import permission_of

#: What belongs to no blueprint stands with the accounts: it is about who was signed out meanwhile.
ELSEWHERE = "account"


def routes(app: Flask, blueprint: str = "") -> Iterator[tuple[Rule, list[str], Permission]]:
    """Every route with its methods and its permission; those of one blueprint, or all."""
    for rule in app.url_map.iter_rules():
        permission = permission_of(app, rule.endpoint)
        if permission is not None and blueprint in ("", blueprint_of(rule)):
            yield rule, sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}), permission


def blueprint_of(rule: Rule) -> str:
    """The blueprint that a route belongs to."""
    name, dot, _rest = rule.endpoint.partition(".")
    return name if dot else ELSEWHERE


def records_in(rule: Rule) -> set[str]:
    """The arguments by which a route is about something of a place's, beside the place: not what it does there."""
    chosen = {name for name, converter in rule._converters.items() if isinstance(converter, AnyConverter)}
    return set(rule.arguments) - chosen - {"tenant", "bureau"}


def address(rule: Rule, values: Mapping[str, Any], query: Mapping[str, str] | None = None) -> str:
    """The route's address with these values. Fails for an argument without one, unless the route names the choices."""
    chosen = {}
    for name, converter in rule._converters.items():
        if name not in values and isinstance(converter, AnyConverter):
            chosen[name] = min(converter.items)
            continue
        assert name in values, f"no specimen says what `{name}` is in {rule}"
        chosen[name] = converter.to_python(str(values[name]))
    built = rule.build(chosen)
    assert built, f"{rule} is not built of {chosen}"
    return f"{built[1]}?{urlencode(query)}" if query else built[1]


def anything(rule: Rule) -> dict[str, object]:
    """Values that fit the route's arguments and name nothing that exists."""

    def fitting(converter: BaseConverter) -> object:
        if isinstance(converter, AnyConverter):
            return min(converter.items)
        if isinstance(converter, UUIDConverter):
            return uuid4()
        return 1 if isinstance(converter, IntegerConverter) else "x"

    return {name: fitting(converter) for name, converter in rule._converters.items()}


def armed(client: FlaskClient) -> dict[str, str]:
    """The header with which this browser's posts prove that they come from a page of ours."""
    with client.session_transaction() as cookie:
        seed = cookie.setdefault("csrf_token", "seed")
    app = client.application
    assert app.secret_key
    signed = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(seed)
    return {"X-CSRFToken": str(signed)}
