"""What a form names of another place is not taken: the address is one's own, what stands in the form is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from portal.publishing.policy import State
from tests.isolation.test_routes import bureau_admin
from tests.isolation.world import World
from tests.slices import Town
from tests.slices.files import INNER
from tests.slices.participation import said
from tests.slices.publishing import begun
from tests.support.doors import armed
from tests.support.forms import form_for

#: A form, by its page and where it is sent to, with something of the other town's in it; and as SQL how often that
#: was taken.
Naming = tuple[str, str, dict[str, Any], str]


def _article(town: Town, other: Town, **typed: str) -> Naming:
    code = begun(town)
    page = f"/t/{town.place.slug}/publications/{code}/edit"
    picture = other.of("files")[f"picture {INNER}"]
    taken = (
        "SELECT count(*) FROM publication_version v LEFT JOIN version_file f ON f.version_id = v.id"
        f" WHERE v.tenant_id = '{town.place.id}' AND ('{picture}' IN (v.cover_file_id, f.file_id)"
        f" OR v.unit_id = '{other.of('organisation')['unit_id']}' OR v.body LIKE '%{picture}%')"
    )
    return page, page, typed, taken


def _unit(town: Town, other: Town) -> Naming:
    return _article(town, other, unit_id=str(other.of("organisation")["unit_id"]))


def _cover(town: Town, other: Town) -> Naming:
    return _article(town, other, cover=str(other.of("files")[f"picture {INNER}"]), cover_alt="图")


def _picture(town: Town, other: Town) -> Naming:
    picture = other.of("files")[f"picture {INNER}"]
    source = f"/workspace/t/{town.place.slug}/media/{picture}/40"
    return _article(town, other, body=f'<p>一段</p><figure><img src="{source}" alt="图"></figure>')


def _document(town: Town, other: Town) -> Naming:
    document = str(other.of("files")[f"document {INNER}"])
    page, to, _typed, _taken = _article(town, other)
    taken = f"SELECT count(*) FROM version_file WHERE tenant_id = '{town.place.id}' AND file_id = '{document}'"
    return page, to, {"documents-0-file_id": document, "documents-0-title": "附件"}, taken


def _comments(town: Town, other: Town) -> Naming:
    theirs = said(other)
    desk = f"/t/{town.place.slug}/comments/"
    taken = f"SELECT count(*) FROM comment WHERE id = '{theirs}' AND visibility <> 'held'"
    return desk, f"{desk}approve", {"chosen": f"{theirs}:1"}, taken


def _outcome(town: Town, other: Town) -> Naming:
    own, code = said(town, "show", "adopt"), other.of("publishing")["codes"][State.PUBLISHED]
    page = f"/t/{town.place.slug}/comments/{own}/finish"
    with other.deployment.session() as session:
        theirs = session.scalar(text("SELECT id FROM publication WHERE code = :code"), {"code": code})
    taken = f"SELECT count(*) FROM comment WHERE outcome_publication_id = '{theirs}'"
    return page, page, {"reason": "座椅装好了。", "outcome": str(theirs)}, taken


def _invited(role: str) -> Callable[[Town, Town], Naming]:
    def naming(town: Town, _other: Town) -> Naming:
        page, address = f"/t/{town.place.slug}/people/invite", f"{town.fresh()}@example.cn"
        taken = f"SELECT count(*) FROM staff WHERE email = '{address}'"
        return page, page, {"email": address, "name": "某人", "roles": role}, taken

    return naming


def _at_bureau(role: str) -> Callable[[Town, Town], Naming]:
    def naming(town: Town, other: Town) -> Naming:
        _page, _to, typed, taken = _invited(role)(town, other)
        page = f"/b/{town.of('desks')['bureau']}/people/invite"
        return page, page, typed, taken

    return naming


NAMINGS = {
    "unit": _unit,
    "cover": _cover,
    "picture": _picture,
    "document": _document,
    "comments": _comments,
    "outcome": _outcome,
    "role of the office": _invited("district_office"),
    "role of a bureau": _invited("bureau_admin"),
    "role of the office, at a bureau": _at_bureau("district_office"),
    "role of a tenant, at a bureau": _at_bureau("tenant_admin"),
}


def send_it(world: World, town: Town, form: Naming) -> tuple[TestResponse, int]:
    """Send the form as who administers the place; the answer, and how often what it names was taken."""
    page, to, typed, taken = form
    who = bureau_admin(town) if page.startswith("/b/") else town.admin
    client = who.browser(world.deployment.workspace)
    shown = form_for(client.get(page).text, to) or {}
    answer = client.post(
        to, data={**shown, **typed}, headers=armed(client), content_type="multipart/form-data"
    )
    with world.deployment.session() as session:
        return answer, session.scalar(text(taken)) or 0


@pytest.mark.parametrize("naming", NAMINGS.values(), ids=NAMINGS)
def test_what_a_form_names_of_another_place_is_not_taken(world: World, naming: Callable[[Town, Town], Naming]) -> None:
    town, other = world.towns[:2]
    answer, taken = send_it(world, town, naming(town, other))
    assert answer.status_code < 500 and other.word not in answer.text
    assert taken == 0, answer.status_code


@pytest.mark.parametrize("name", ["unit", "cover", "picture", "document", "comments", "outcome"])
def test_the_same_of_the_own_place_is_taken(world: World, name: str) -> None:
    """The test above would pass on forms that take nothing; this one would not."""
    town = world.towns[2]
    assert send_it(world, town, NAMINGS[name](town, town))[1] > 0
