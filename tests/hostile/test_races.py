"""Two people, or two clicks, at the same moment: one of them wins, the other is told, nobody sees an error."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask.testing import FlaskClient
from sqlalchemy import text
from uuid_utils.compat import uuid7
from werkzeug.test import TestResponse

from portal.publishing import service
from portal.saved_views import policy as views
from portal.saved_views import queries as kept_queries
from portal.saved_views import service as kept_views
from tenants.identity import totp
from tenants.permissions import Role
from tenants.rules import AS_IT_IS
from tests.factories import publishing
from tests.factories.accounts import PASSWORD, account, last_letter, token_of
from tests.hostile.conftest import Target

AT_ONCE = 6


def at_once(attempts: list[Callable[[], TestResponse]]) -> list[TestResponse]:
    """Do all of these in the same moment."""
    start = threading.Barrier(len(attempts))

    def run(attempt: Callable[[], TestResponse]) -> TestResponse:
        start.wait(30)
        return attempt()

    with ThreadPoolExecutor(len(attempts)) as pool:
        answers = list(pool.map(run, attempts))
    for answer in answers:
        assert answer.status_code < 500, answer.text[-3000:]
    return answers


def clicks(
    make: Callable[[], FlaskClient], page: str, path: str = "", n: int = AT_ONCE, **fields: object
) -> list[TestResponse]:
    """One form, shown once and sent `n` times at once; a value that is a list has one for each click."""
    clients = [make() for _ in range(n)]
    shown = [client.get(page) for client in clients]
    found = re.search(r'name="version"[^>]* value="(\d+)"', shown[0].text)
    version = {"version": found[1]} if found else {}

    def click(i: int) -> Callable[[], TestResponse]:
        chosen = {k: v[i % len(v)] if isinstance(v, list) else v for k, v in fields.items()}
        data = {"csrf_token": token_of(shown[i]), **version, **chosen}
        return lambda: clients[i].post(path or page, data=data)

    return at_once([click(i) for i in range(n)])


def count(target: Target, query: str, **values: object) -> int:
    with target.deployment.session() as session:
        return session.scalar(text(query), values) or 0


def test_a_text_is_approved_and_published_once(target: Target) -> None:
    corner = target.corner
    with corner.at_desk() as session:
        made = publishing.draft(session, corner.clerk.actor(), title="争着批准的一篇")
        service.submit(session, made.code, AS_IT_IS)
    page = f"/t/{corner.tenant.slug}/publications/{made.code}"
    for step, action in (("approve", "approved"), ("publish", "published")):
        clicks(lambda: target.at_work(corner.colleague), page, f"{page}/{step}")
        query = "SELECT count(*) FROM publication_event WHERE record_id = :p AND action = :a"
        assert count(target, query, p=made.id, a=action) == 1


def test_a_comment_is_answered_once_and_gets_one_fate(target: Target) -> None:
    corner = target.corner
    comment = corner.comment(target.neighbour, "一起来答复的一条。")
    page = f"/t/{corner.tenant.slug}/comments/{comment}"
    answers = clicks(
        lambda: target.at_work(corner.clerk),
        page,
        f"{page}/answer",
        body=[f"第{n}位的答复。" for n in range(AT_ONCE)],
    )
    assert Counter(a.status_code for a in answers) == {303: 1, 409: AT_ONCE - 1}
    assert all(f"第{n}位的答复。" in a.text for n, a in enumerate(answers) if a.status_code == 409)
    query = "SELECT count(*) FROM comment WHERE parent_id = :c AND official"
    assert count(target, query, c=comment) == 1
    steps = ("adopt", "decline")
    found = [target.at_work(corner.clerk) for _ in steps]
    shown = [client.get(f"{page}/{step}") for client, step in zip(found, steps, strict=True)]

    def decide(i: int) -> Callable[[], TestResponse]:
        version = re.search(r'name="version"[^>]* value="(\d+)"', shown[i].text)
        assert version
        data = {"csrf_token": token_of(shown[i]), "version": version[1], "reason": "因为如此。"}
        return lambda: found[i].post(f"{page}/{steps[i]}", data=data)

    answers = at_once([decide(0), decide(1)])
    won, lost = sorted(answers, key=lambda a: a.status_code)
    assert won.status_code == 303 and lost.status_code == 409 and "因为如此。" in lost.text


def test_a_comment_that_is_sent_twice_is_said_once(target: Target) -> None:
    page = f"/a/{target.corner.code}/comments"
    client = target.outside(target.neighbour)
    body = "连点了好几下的一条意见。"
    shown = client.get(page)
    preview = client.post(page, data={"csrf_token": token_of(shown), "body": body})
    seen = re.search(r'name="seen"[^>]* value="([0-9a-f]+)"', preview.text)
    assert seen
    clicks(lambda: target.outside(target.neighbour), page, body=body, seen=seen[1], step="send")
    assert count(target, "SELECT count(*) FROM comment WHERE body = :b", b=body) == 1


def test_a_person_is_invited_once(target: Target) -> None:
    email = f"{uuid7().hex}@example.cn"
    page = f"/t/{target.corner.tenant.slug}/people/invite"
    clicks(lambda: target.at_work(target.admin), page, email=email, name="新同事", roles="planner")
    assert count(target, "SELECT count(*) FROM staff WHERE email = :e", e=email) == 1
    query = "SELECT count(*) FROM role_assignment r JOIN staff s ON s.id = r.staff_id WHERE s.email = :e"
    assert count(target, query, e=email) == 1
    link = re.search(r"/workspace(/invitation/\S+)", last_letter(target.deployment, email))
    assert link
    fields = {"name": "新同事", "password": PASSWORD, "again": PASSWORD}
    answers = clicks(target.at_work_as_nobody, link[1], n=3, **fields)
    assert Counter(a.status_code for a in answers)[303] == 1


def test_a_tenant_is_opened_once(target: Target) -> None:
    slug = f"t{uuid7().hex[-8:]}"
    clicks(
        lambda: target.at_work(target.office),
        "/district/tenants/new",
        kind="town", name="新开的镇", short_name="新开", slug=slug, admin_name="某人",
        admin_email=[f"{uuid7().hex}@example.cn" for _ in range(AT_ONCE)],
    )  # fmt: skip
    assert count(target, "SELECT count(*) FROM tenant WHERE slug = :s", s=slug) == 1


def test_a_newcomer_gets_one_account_and_a_code_works_once(target: Target) -> None:
    address = f"{uuid7().hex}@example.cn"
    client = target.outside()
    client.post(
        "/account/sign-in", data={"csrf_token": token_of(client.get("/account/sign-in")), "address": address}
    )
    code = re.search(r"\b(\d{6})\b", last_letter(target.deployment, address))
    assert code
    page = client.get("/account/code")
    cookie = client.get_cookie("xinya_resident")
    assert cookie

    def same(value: str) -> FlaskClient:
        browser = target.outside()
        browser.set_cookie("xinya_resident", value)
        return browser

    answers = clicks(lambda: same(cookie.value), "/account/code", code=code[1])
    welcomed = [a for a in answers if a.status_code == 303]
    assert len(welcomed) == 1, page.text
    proved = re.search(r"xinya_resident=([^;]+)", welcomed[0].headers["Set-Cookie"])
    assert proved
    clicks(lambda: same(proved[1]), "/account/welcome", display_name="新来的街坊")
    assert count(target, "SELECT count(*) FROM resident WHERE email = :e", e=address) == 1


def test_a_code_of_the_app_works_once(target: Target) -> None:
    with target.deployment.workspace.app_context(), target.deployment.session() as session, session.begin():
        who = account(session, Role.TENANT_ADMIN, place=target.corner.tenant, factor=True)
    assert who.secret

    def half() -> FlaskClient:
        client = target.at_work_as_nobody()
        page = client.get("/sign-in")
        client.post("/sign-in", data={"csrf_token": token_of(page), "email": who.email, "password": PASSWORD})
        return client

    answers = clicks(half, "/second-factor", n=4, code=who.code())
    assert Counter(a.status_code for a in answers)[303] == 1
    assert totp.STEP_SECONDS == 30


def test_a_search_is_kept_once_and_an_appeal_made_once(target: Target) -> None:
    clicks(lambda: target.outside(target.neighbour), "/search?q=路灯", "/search/saved?q=路灯")
    query = "SELECT count(*) FROM saved_search WHERE resident_id = :r AND text = '路灯'"
    assert count(target, query, r=target.neighbour.id) == 1
    hidden = count_id(target)
    clicks(
        lambda: target.outside(target.neighbour),
        f"/comments/{hidden}/appeal",
        appeal="请再看一看，不是重复的。",
    )
    query = "SELECT count(*) FROM comment_event WHERE record_id = :c AND action = 'appealed'"
    assert count(target, query, c=hidden) == 1


def count_id(target: Target) -> str:
    """The comment of the neighbour that was hidden."""
    with target.deployment.session() as session:
        query = text("SELECT id FROM comment WHERE resident_id = :r AND visibility = 'hidden' LIMIT 1")
        return str(session.scalar(query, {"r": target.neighbour.id}))


def test_settings_saved_by_several_at_once_are_saved_by_one(target: Target) -> None:
    page = f"/t/{target.corner.tenant.slug}/settings"
    answers = clicks(
        lambda: target.at_work(target.admin), page, name="玉桥街道办事处", short_name="玉桥", comment_policy="hold",
        reply_days="9", introduction=[f"第{n}种介绍" for n in range(AT_ONCE)],
    )  # fmt: skip
    assert Counter(a.status_code for a in answers) == {303: 1, 409: AT_ONCE - 1}


def test_a_list_has_no_more_views_than_it_may(target: Target) -> None:
    slug, clerk = target.corner.tenant.slug, target.corner.clerk
    with target.corner.at_desk(clerk) as session:
        for n in range(views.MOST - 1):
            kept_views.save(session, clerk.actor(), "publishing.index", f"q=词{n}", f"视图{n}")
    page = f"/t/{slug}/views/save?place=publishing.index&query=kind%3Dsprout"
    answers = clicks(lambda: target.at_work(clerk), page, name=[f"第{n}个" for n in range(AT_ONCE)])
    assert Counter(answer.status_code == 303 for answer in answers)[True] == 1
    with target.corner.at_desk(clerk) as session:
        assert len(kept_queries.of_list(session, clerk.actor(), "publishing.index")) == views.MOST
