"""Every form of both doors, filled in by somebody who means harm.

A refusal is fine, an answer is fine; an error of the server is not. Each field of each form is asked with every value
without a request; through the pages, found by walking them, three posts reach what stands behind each form. A new form
is in here without a line written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse, encode_multipart
from wtforms import FieldList, FormField
from wtforms.fields.choices import SelectFieldBase

import portal.slices
import public_site.app
import webkit.forms
from tenants.requests import act_as
from tests.hostile.conftest import Target
from tests.hostile.walking import LEAVING, forms_of_ours, local, shape, walk
from tests.support.forms import parsed

#: What makes two forms the same: method, kind of page, fields.
Kind = tuple[str, str, tuple[str, ...]]
HOSTILE = {
    "nothing": "",
    "nul": "a\x00b",
    "half characters and controls": "\ud800\udfff\x01\x7f\x85\ufffe",
    "turned around": "\u202egnp.exe\u2066\u2028\u2029",
    "a whole book": "长" * 100_000,
    "blanks": " \u3000\t" * 20_000,
    "lines": "\r\n" * 20_000,
    "markup": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}%(name)s%s",
    "headers": "a\r\nBcc: x@example.cn\r\n\r\nhello",
    "huge number": "9" * 40,
    "no number": "-1e999",
    "odd day": "9999-99-99T99:99",
    "first day": "0001-01-01T00:00",
    "nobody": "00000000-0000-0000-0000-000000000000",
    "formula": "=cmd|' /C calc'!A0",
    "family": "👨‍👩‍👧‍👦" * 300,
    "path": "../../../../etc/passwd\x00.png",
    "nested": "[" * 20_000,
}
#: What is longer is not sent percent-encoded: taking that apart would be most of the work.
LONG = 5_000
#: What takes the place of a choice.
CHOSEN = (HOSTILE["nobody"], HOSTILE["huge number"])
SLICES = [
    f"{door}.{name}"
    for door, names in (("public_site", public_site.app.SLICES), ("portal", portal.slices.SLICES))
    for name in names
]


@dataclass(frozen=True)
class Form:
    """A form as a page offers it."""

    address: str
    method: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    #: Those in which words are typed.
    typed: frozenset[str]

    @property
    def kind(self) -> Kind:
        return self.method, shape(self.address), tuple(sorted({name for name, _ in self.fields}))

    def hostile(self, words: Iterable[str], chosen: Iterable[str], right: Container[str]) -> list[tuple[str, str]]:
        """Filled in with harm, but for the fields that shall be right."""
        words, chosen = cycle(words), cycle(chosen)
        return [
            (name, (value or "好的") if name in right else next(words if name in self.typed else chosen))
            for name, value in self.fields
        ]

    def forged(self) -> list[tuple[str, str]]:
        """As it should be, and further fields that are none of ours."""
        return [*self.fields, ("id", "1"), ("tenant_id", "x"), ("official", "y"), ("active", "y"), ("roles", "admin")]


def forms(address: str, text: str) -> Iterator[Form]:
    """The forms of a page, as a browser would fill them in."""
    for form in parsed(text).forms:
        action = urljoin(address, form.get("action") or address)
        files = tuple(form.xpath(".//input[@type='file']/@name"))
        names = dict.fromkeys(form.xpath("(.//input|.//textarea|.//select)[not(@type='file')]/@name"))
        given = [(name, value or "") for name, value in form.form_values() if name not in files]
        given += [(name, "") for name in names if name not in dict(given)]
        typed = frozenset(form.xpath(".//textarea/@name | .//input[not(@type) or @type='text']/@name"))
        yield Form(action, (form.get("method") or "get").upper(), tuple(given), files, typed)


def send(client: FlaskClient, form: Form, fields: list[tuple[str, str]]) -> TestResponse:
    if form.method == "GET":
        asked = urlencode([(n, v[:1500]) for n, v in fields], errors="surrogatepass")
        return client.get(f"{local(form.address).partition('?')[0]}?{asked}")
    if form.files or any(len(v) > LONG for _, v in fields):
        data: dict[str, Any] = {n: v.encode("utf-8", "replace").decode() for n, v in fields}
        data |= {n: (BytesIO(b"%PDF-1.4 not really"), "../../\u202efdp.exe\x00.png") for n in form.files}
        boundary, parts = encode_multipart(data)
        kind = f"multipart/form-data; boundary={boundary}"
        return client.post(local(form.address), data=parts, content_type=kind)
    body = urlencode(fields, errors="surrogatepass")
    return client.post(local(form.address), data=body, content_type="application/x-www-form-urlencoded")


def stumbles(client: FlaskClient, form: Form) -> Iterator[str]:
    """How the server failed over one of three posts.

    Everything is wrong in the first. The second keeps of it what was not refused and goes on with other values, so
    that they come as far as anything can. Of the third the form knows nothing.
    """
    values, token = list(HOSTILE.values()), {"csrf_token"}
    first = send(client, form, form.hostile(values, CHOSEN, token))
    refused = set(re.findall(r'id="([^"]+)-error"', first.text))
    second = send(client, form, form.hostile(values[4:] + values[:4], values, token | refused))
    third = send(client, form, form.forged())
    for how, got in (("all wrong", first), ("what was not refused", second), ("not ours", third)):
        if got.status_code >= 500:
            yield f"{form.method} {form.address}: {how}: {got.status_code}"


@pytest.mark.usefixtures("target")  # with the doors, all their forms are there
@pytest.mark.parametrize("how", HOSTILE)
def test_no_form_stumbles_over_a_value(target: Target, how: str) -> None:
    kinds = list(forms_of_ours())
    assert len(kinds) > 50
    with target.deployment.workspace.test_request_context("/", method="POST"):
        act_as(target.admin.actor())
        for kind in kinds:
            names = names_of(kind)
            alone = names if len(HOSTILE[how]) < LONG else ()
            for sent in (names, *([name] for name in alone)):
                form = made(kind, MultiDict((name, HOSTILE[how][: 4 * LONG]) for name in sent))
                form.validate()
                assert all(storable(field.data) for field in form if not field.errors), (kind, how, sent)


def storable(value: object) -> bool:
    """Whether a database can hold it; of a form's data, whatever is no text can be."""
    if isinstance(value, dict | list):
        return all(map(storable, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, str) or not re.search("[\0\ud800-\udfff]", value)


def made(kind: type[webkit.forms.Form], sent: MultiDict[str, str]) -> webkit.forms.Form:
    """A form that got this; where a page gives the choices, there is one."""
    form = kind(formdata=sent)
    for field in form:
        if isinstance(field, SelectFieldBase) and field.choices is None:  # type: ignore[attr-defined]
            field.choices = [("one", "one")]  # type: ignore[attr-defined]
    return form


def names_of(kind: type[webkit.forms.Form]) -> list[str]:
    """What a browser sends for it; of rows, the first."""
    names: list[str] = []
    for field in made(kind, MultiDict()):
        row = field.append_entry() if isinstance(field, FieldList) else field
        names += [inner.name for inner in row] if isinstance(row, FormField) else [row.name]
    return names


@pytest.fixture(autouse=True)
def _errors_are_answers(target: Target) -> Iterator[None]:
    """As for a reader: an error of the program is a page, not an exception of the test."""
    doors = (target.deployment.public, target.deployment.workspace)
    for door in doors:
        door.config["PROPAGATE_EXCEPTIONS"] = False
    yield
    for door in doors:
        door.config["PROPAGATE_EXCEPTIONS"] = None


@pytest.fixture(scope="module")
def offered(target: Target) -> dict[str, list[tuple[FlaskClient, Form]]]:
    """Each form once, with the browser of who found it first, by the slice that it is sent to."""
    corner = target.corner
    desk = (f"/workspace/t/{corner.tenant.slug}/", "/workspace/account")
    public, resident = ("/", "/search?q=口袋"), ("/account", "/account/comments")
    walks = (
        (target.outside(), (*public, "/account/sign-in")),
        (target.outside(target.neighbour), (*public, *resident)),
        (target.at_work_as_nobody(), ("/workspace/sign-in", "/workspace/forgot")),
        *((target.at_work(person), desk) for person in (corner.clerk, target.admin, corner.planner)),
        (target.at_work(target.office), ("/workspace/district/", desk[0])),
    )
    found: dict[str, list[tuple[FlaskClient, Form]]] = defaultdict(list)
    kinds: set[Kind] = set()
    for client, start in walks:
        for address, text in walk(client, *start):
            for form in forms(address, text):
                if form.kind not in kinds and not any(word in form.address for word in LEAVING):
                    kinds.add(form.kind)
                    found[slice_of(client.application, form)].append((client, form))
    return found


def slice_of(door: Flask, form: Form) -> str:
    """The package in which a form is answered."""
    path = urlsplit(local(form.address)).path
    endpoint, _values = door.url_map.bind("localhost").match(path, form.method)
    return ".".join(door.view_functions[endpoint].__module__.split(".")[:2])


@pytest.mark.slow("finds the forms by walking through both doors")
@pytest.mark.parametrize("where", SLICES)
def test_what_stands_behind_the_forms(offered: dict[str, list[tuple[FlaskClient, Form]]], where: str) -> None:
    assert [found for client, form in offered[where] for found in stumbles(client, form)] == []


def test_forms_are_found(offered: dict[str, list[tuple[FlaskClient, Form]]]) -> None:
    assert set(offered) <= set(SLICES)
    assert sum(map(len, offered.values())) > 60
