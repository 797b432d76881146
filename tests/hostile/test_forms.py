"""Every form of both doors, filled in by somebody who means harm.

A refusal is fine, an answer is fine; an error of the server is not. Each field of each form is asked with every value
without a request; through the pages, found by walking them, a few more that reach what stands behind the forms. A new
form is in here without a line written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse, encode_multipart
from wtforms import FieldList, FormField
from wtforms.fields.choices import SelectFieldBase

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
#: Posts in which every field holds something else of the above.
MIXED = 3
#: Tried in a field alone, with the others as they should be: where words are typed, and where something is chosen.
ALONE = {True: ("a whole book",), False: ("huge number", "nobody")}


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

    def filled(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """What harm may be sent, by name."""
        free = [i for i, (name, _) in enumerate(self.fields) if name != "csrf_token"]
        for turn in range(MIXED):
            values = islice(cycle(HOSTILE.values()), turn * len(HOSTILE) // MIXED, None)
            yield f"mixed {turn}", [(n, next(values) if i in free else v) for i, (n, v) in enumerate(self.fields)]
        for i in free if len(free) > 1 else ():
            name = self.fields[i][0]
            for how in ALONE[name in self.typed]:
                one = [(n, HOSTILE[how] if i == j else v) for j, (n, v) in enumerate(self.fields)]
                yield f"{how} in {name}", one
        yield "fields that are none of ours", [
            *self.fields, ("id", "1"), ("tenant_id", "x"), ("official", "y"), ("active", "y"), ("roles", "admin"),
        ]  # fmt: skip


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


def attack(client: FlaskClient, *start: str, tried: set[Kind]) -> list[str]:
    """Fill in every form that can be reached, but those `tried` before by others; where the server failed."""
    found: dict[Kind, Form] = {}
    for address, text in walk(client, *start):
        for form in forms(address, text):
            if form.kind not in tried and not any(word in form.address for word in LEAVING):
                found.setdefault(form.kind, form)
    tried.update(found)
    failed = []
    for form in found.values():
        for how, fields in form.filled():
            answer = send(client, form, fields)
            if answer.status_code >= 500:
                failed.append(f"{form.method} {form.address}: {how}: {answer.status_code}")
    return failed


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
                made(kind, MultiDict((name, HOSTILE[how][: 4 * LONG]) for name in sent)).validate()


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


@pytest.fixture(scope="module")
def tried() -> set[Kind]:
    """What somebody has tried; others go on with the rest."""
    return set()


@pytest.fixture(autouse=True)
def _errors_are_answers(target: Target) -> Iterator[None]:
    """As for a reader: an error of the program is a page, not an exception of the test."""
    doors = (target.deployment.public, target.deployment.workspace)
    for door in doors:
        door.config["PROPAGATE_EXCEPTIONS"] = False
    yield
    for door in doors:
        door.config["PROPAGATE_EXCEPTIONS"] = None


def test_strangers_and_residents(target: Target, tried: set[Kind]) -> None:
    assert attack(target.outside(), "/", "/account/sign-in", "/search?q=口袋", tried=tried) == []
    resident = target.outside(target.neighbour)
    assert attack(resident, "/", "/account", "/account/comments", "/search?q=口袋", tried=tried) == []
    assert {"/account?", "/account/sign-in?", "/search?"} <= {kind[1] for kind in tried}


@pytest.mark.slow("sends hostile input to every form")
def test_people_of_the_tenant(target: Target, tried: set[Kind]) -> None:
    door = target.at_work_as_nobody()
    assert attack(door, "/workspace/sign-in", "/workspace/forgot", tried=tried) == []
    start = (f"/workspace/t/{target.corner.tenant.slug}/", "/workspace/account")
    for person in (target.corner.clerk, target.admin, target.corner.planner):
        assert attack(target.at_work(person), *start, tried=tried) == []


@pytest.mark.slow("sends hostile input to every form")
def test_the_district_office(target: Target, tried: set[Kind]) -> None:
    start = ("/workspace/district/", f"/workspace/t/{target.corner.tenant.slug}/")
    assert attack(target.at_work(target.office), *start, tried=tried) == []
    assert len(tried) > 60
