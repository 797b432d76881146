"""What the benchmarks measure: rows as the services leave them, on every page that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from sqlalchemy import Engine, text

from benchmarks.data import Size, generate
from benchmarks.scale import PAGES, District, district
from benchmarks.web import served
from tests.conftest import Deployment

SIZE = Size(tenants=4, publications=200, comments=2, files=3, audit=3, people=3)
_ARTICLE = r'href="/a/\w{10}"'
_PUBLICATION, _COMMENT = (rf'href="[^"]*/t/t\d/{list_}/[\w-]{{10,}}' for list_ in ("publications", "comments"))
#: What a row looks like on each page.
ROWS = {
    "home": _ARTICLE,
    "list": _ARTICLE,
    "list, tenant and year": _ARTICLE,
    "list, unit": _ARTICLE,
    "list, tag": _ARTICLE,
    "article": "希望这里多一些座椅",
    "tenant page": _ARTICLE,
    "unit page": _ARTICLE,
    "feed": "<entry>",
    "today": _PUBLICATION,
    "publishing": _PUBLICATION,
    "publishing, by title": _PUBLICATION,
    "publishing, words": _PUBLICATION,
    "publishing, draft": _PUBLICATION,
    "desk": _COMMENT,
    "desk, answered": _COMMENT,
    "desk, words": _COMMENT,
    "overview": 'href="/t/t3/"',
    "district publishing": _PUBLICATION,
    "district desk": _COMMENT,
}
#: Everything that guards the tables.
_GUARDS = text(
    """SELECT relname, CASE WHEN relforcerowsecurity THEN 'forced' ELSE 'free' END FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
       UNION ALL SELECT conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
       UNION ALL
       SELECT tgrelid::regclass::text, format('%s %s', tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal"""
)


def guards(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        return sorted((table, guard) for table, guard in connection.execute(_GUARDS))


@pytest.fixture(scope="module")
def before(deployment: Deployment) -> list[tuple[str, str]]:
    """What guarded the tables before they were filled."""
    found = guards(deployment.owner_engine)
    generate(deployment.settings, SIZE)
    return found


@pytest.fixture(scope="module")
def filled(deployment: Deployment, before: object) -> Iterator[District]:
    with district(deployment.settings) as found:
        yield found


@pytest.mark.parametrize("page", PAGES)
def test_every_page_that_is_measured_has_rows(filled: District, page: str) -> None:
    _milliseconds, answer = filled.ask(page, 10)
    assert re.search(ROWS[page], answer, re.DOTALL)


def test_what_was_taken_down_for_the_rows_stands_again(
    deployment: Deployment, before: list[tuple[str, str]]
) -> None:
    assert guards(deployment.owner_engine) == before


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            "SELECT state, count(*) FROM publication GROUP BY 1 ORDER BY 1",
            [("draft", 12), ("in_review", 12), ("published", 776)],
            id="publications",
        ),
        pytest.param(
            """SELECT count(*) FROM publication p WHERE state <> (
                   SELECT e.went_to FROM publication_event e WHERE e.record_id = p.id
                   ORDER BY e.created_at DESC, e.id DESC LIMIT 1) OR approved_by = edited_by
                   OR head_id <> coalesce(live_id, head_id)""",
            [(0,)],
            id="steps lead to every state, by two people",
        ),
        pytest.param(
            """SELECT count(*) FROM comment c WHERE NOT official AND (
                   (answered_at IS NOT NULL) <> EXISTS (SELECT FROM comment a WHERE a.parent_id = c.id AND a.official)
                   OR (fate <> 'received') <> EXISTS (
                       SELECT FROM comment_event e WHERE e.record_id = c.id AND e.action = c.fate)
                   OR (visibility = 'hidden') <> (moderation_reason IS NOT NULL))""",
            [(0,)],
            id="what became of a comment was said",
        ),
        pytest.param(
            """SELECT count(*) FROM (SELECT max(created_at) AS at FROM comment_event
                                     UNION ALL SELECT max(updated_at) FROM publication) t WHERE at > now()""",
            [(0,)],
            id="nothing in the future",
        ),
        pytest.param(
            """SELECT sum(published), sum(answered), sum(waiting) FROM tenant_tally
               EXCEPT
               SELECT (SELECT count(live_id) FROM publication), count(answered_at), count(*) FILTER (
                          WHERE answered_at IS NULL AND visibility <> 'hidden')
               FROM comment WHERE NOT official""",
            [],
            id="figures",
        ),
        pytest.param(
            "SELECT (SELECT count(*) FROM search_change) + (SELECT count(*) FROM procrastinate_jobs)",
            [(0,)],
            id="nothing waits for the worker",
        ),
    ],
)
@pytest.mark.usefixtures("before")
def test_rows_are_as_services_would_have_left_them(
    deployment: Deployment, query: str, expected: list[tuple[object, ...]]
) -> None:
    with deployment.session() as session:
        assert [tuple(row) for row in session.execute(text(query))] == expected


def test_a_server_that_does_not_come_up_is_not_measured() -> None:
    no_python = {"PYTHONHOME": "/nowhere"}  # ends at once, where an app that fails takes seconds to
    with pytest.raises(click.ClickException, match="wsgi:public"), served("wsgi:public", no_python):
        pytest.fail("there is nothing to measure")
