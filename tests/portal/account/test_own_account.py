"""One's own account: passwords set and forgotten, links from letters, devices, the demonstration's outbox."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from tenants import actors
from tenants.identity import invitations, new_passwords, service, throttle, totp
from tenants.identity.models import StaffCredential, StaffSession, StaffToken
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.accounts import (
    PASSWORD,
    Account,
    account,
    browser,
    enter,
    last_letter,
    led_to,
    letters_to,
    sign_in,
    submit,
)
from tests.factories.people import Place

NEW = "three green boats 5 岸边"


def test_a_new_password_ends_every_other_session(
    app_workspace: Flask, deployment: Deployment, clerk: Account
) -> None:
    here, elsewhere = browser(app_workspace), browser(app_workspace)
    enter(here, clerk)
    enter(elsewhere, clerk)
    path = "/account/password"
    wrong = submit(here, path, current="not this kite 1", password=NEW, again=NEW)
    assert wrong.status_code == 422
    assert "现在的密码不对" in wrong.text
    assert NEW not in wrong.text
    assert submit(here, path, current=PASSWORD, password=NEW, again=NEW + "x").status_code == 422
    assert "太常见" in submit(here, path, current=PASSWORD, password="qwertyuiop", again="qwertyuiop").text
    assert led_to(submit(here, path, current=PASSWORD, password=NEW, again=NEW)) == "/account"
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert sign_in(browser(app_workspace), clerk).status_code == 422
    assert sign_in(browser(app_workspace), clerk, NEW).status_code == 303
    assert "刚刚更改" in last_letter(deployment, clerk.email)


def reset_link(deployment: Deployment, email: str) -> str:
    found = re.search(r"/workspace(/reset/\S+)", last_letter(deployment, email))
    assert found
    return found[1]


def test_a_forgotten_password_is_set_anew_by_mail(
    app_workspace: Flask, deployment: Deployment, clerk: Account
) -> None:
    before = browser(app_workspace)
    enter(before, clerk)
    client = browser(app_workspace)
    assert "请查收邮件" in submit(client, "/forgot", email=clerk.email).text
    deployment.run_jobs()
    link = reset_link(deployment, clerk.email)
    assert submit(client, link, password="short", again="short").status_code == 422
    assert led_to(submit(client, link, password=NEW, again=NEW)) == "/sign-in"
    assert before.get("/account").status_code == 302, "whoever was signed in is out"
    assert sign_in(client, clerk, NEW).status_code == 303
    assert browser(app_workspace).get(link).status_code == 410, "a link works once"


@pytest.mark.parametrize("change", ["password", "link", "factor", "reopened"])
def test_a_change_of_credentials_voids_every_link(
    app_workspace: Flask, deployment: Deployment, clerk: Account, change: str
) -> None:
    links = []
    for _ in range(2):
        submit(browser(app_workspace), "/forgot", email=clerk.email)
        deployment.run_jobs()
        links.append(reset_link(deployment, clerk.email))
    client = browser(app_workspace)
    if change == "link":
        assert led_to(submit(client, links[1], password=NEW, again=NEW)) == "/sign-in"
    elif change == "password":
        enter(client, clerk)
        submit(client, "/account/password", current=PASSWORD, password=NEW, again=NEW)
    else:
        with app_workspace.app_context(), deployment.session() as session, session.begin():
            if change == "factor":
                service.set_totp_for_demo(session, clerk.id, totp.new_secret())
            else:
                service.deactivate(session, clerk.id, reason="休假")
                session.flush()
                service.reactivate(session, clerk.id)
    assert [browser(app_workspace).get(link).status_code for link in links] == [410, 410]


def test_asking_for_a_reset_tells_nothing(
    app_workspace: Flask, deployment: Deployment, clerk: Account
) -> None:
    nobody = f"{uuid7().hex}@example.cn"
    with app_workspace.app_context(), deployment.session() as session, session.begin():
        closed = account(session)
        service.deactivate(session, closed.id, reason="离职")
    answers = {
        submit(browser(app_workspace), "/forgot", email=email).text.replace(email, "")
        for email in (clerk.email, nobody, closed.email)
    }
    assert len(answers) == 1
    deployment.run_jobs()
    assert letters_to(deployment, nobody) == 0
    assert letters_to(deployment, closed.email) == 0
    assert letters_to(deployment, clerk.email) == 1
    client = browser(app_workspace)
    for email in (clerk.email, f"{uuid7().hex}@example.cn"):
        statuses = [
            submit(client, "/forgot", email=email).status_code
            for _ in range(throttle.RESET_HERE.times + 1)
        ]
        assert statuses[-1] == 429


def test_a_reset_still_asks_for_the_second_factor(
    app_workspace: Flask, deployment: Deployment, place: Place
) -> None:
    with app_workspace.app_context(), deployment.session() as session, session.begin():
        admin = account(session, Role.TENANT_ADMIN, place=place, factor=True)
    client = browser(app_workspace)
    submit(client, "/forgot", email=admin.email)
    deployment.run_jobs()
    submit(client, reset_link(deployment, admin.email), password=NEW, again=NEW)
    assert led_to(sign_in(client, admin, NEW)).startswith("/second-factor")


def test_links_of_the_wrong_kind_open_nothing(
    app_workspace: Flask, deployment: Deployment, clerk: Account
) -> None:
    client = browser(app_workspace)
    submit(client, "/forgot", email=clerk.email)
    deployment.run_jobs()
    link = reset_link(deployment, clerk.email)
    assert client.get(link.replace("/reset/", "/invitation/")).status_code == 410
    for odd in ("/reset/x", "/reset/" + "A" * 3000, "/invitation/%00", "/reset/..%2f"):
        assert client.get(odd).status_code in (400, 404, 410), odd


def test_links_age_and_are_stored_as_hashes(deployment: Deployment, clerk: Account) -> None:
    with deployment.workspace.app_context(), deployment.session() as session, session.begin():
        new_passwords.send_reset(session, clerk.email)
    link = reset_link(deployment, clerk.email).removeprefix("/reset/")
    with deployment.session() as session, session.begin():
        stored = session.scalars(select(StaffToken.token_hash).where(StaffToken.staff_id == clerk.id)).one()
        assert link not in stored
        expire = text("UPDATE staff_token SET expires_at = now() - interval '1 second' WHERE staff_id = :id")
        session.execute(expire, {"id": clerk.id})
    assert deployment.workspace.test_client().get(f"/reset/{link}").status_code == 410


def test_devices_are_listed_and_ended(app_workspace: Flask, clerk: Account) -> None:
    here, other = browser(app_workspace), browser(app_workspace)
    other.environ_base["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile"
    )
    enter(here, clerk)
    enter(other, clerk)
    page = here.get("/account").text
    assert "Chrome · Android" in page
    assert ">当前</span>" in page
    end = re.search(r"(/account/sessions/[0-9a-f-]{36}/end)", page)
    assert end
    assert submit(here, end[1], page="/account").status_code == 303
    assert other.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_nobody_ends_anothers_session(
    app_workspace: Flask, deployment: Deployment, clerk: Account, place: Place
) -> None:
    with app_workspace.app_context(), deployment.session() as session, session.begin():
        stranger = account(session, Role.PLANNER, place=place)
    ours, theirs = browser(app_workspace), browser(app_workspace)
    enter(ours, clerk)
    enter(theirs, stranger)
    with deployment.session() as session:
        session_id = session.scalar(select(StaffSession.id).where(StaffSession.staff_id == clerk.id))
    assert submit(theirs, f"/account/sessions/{session_id}/end", page="/account").status_code == 404
    assert ours.get("/account").status_code == 200


def test_signing_out_here_and_everywhere(app_workspace: Flask, clerk: Account) -> None:
    one, two, three = (browser(app_workspace) for _ in range(3))
    for client in (one, two, three):
        enter(client, clerk)
    cookie = one.get_cookie("xinya_workspace", path="/workspace")
    assert cookie
    assert led_to(submit(one, "/sign-out", page="/account")) == "/sign-in"
    one.set_cookie("xinya_workspace", cookie.value, path="/workspace")
    assert one.get("/account").status_code == 302, "the cookie of before opens nothing"
    assert two.get("/account").status_code == 200
    submit(two, "/account/sessions/end", page="/account")
    assert three.get("/account").status_code == 302


def test_ones_own_data_can_be_corrected(app_workspace: Flask, clerk: Account) -> None:
    client = browser(app_workspace)
    enter(client, clerk)
    path = "/account/profile"
    assert submit(client, path, name="", job_title="", locale="zh_Hans_CN").status_code == 422
    assert submit(client, path, name="名", job_title="x", locale="klingon").status_code == 422
    assert submit(client, path, name="  新 名字 ", job_title="科长", locale="en").status_code == 303
    page = client.get("/account").text
    assert "新 名字" in page
    assert "科长" in page


def test_the_last_tenant_is_the_first_page(
    app_workspace: Flask, deployment: Deployment, place: Place, clerk: Account
) -> None:
    with app_workspace.app_context(), deployment.session() as session, session.begin():
        other = people.tenant(session, "另一个街道办事处")
        service.grant_role(session, clerk.id, Role.PLANNER, tenant_id=other.id)
    client = browser(app_workspace)
    enter(client, clerk)
    for last, another in ((place, other), (other, place)):
        page = client.get(f"/t/{last.slug}/people/").text
        assert f"/workspace/t/{another.slug}/" in page, "a visible switch"
        assert led_to(client.get("/")) == f"/t/{last.slug}/"


@pytest.mark.parametrize(
    ("role", "where"),
    [(Role.WORKING_GROUP, "/district/"), (Role.FINANCE_READER, "/finance/"), (Role.TOP_CHIEF, "/p/"), (None, None)],
)
def test_everybody_has_a_first_page(
    app_workspace: Flask, deployment: Deployment, role: Role | None, where: str | None
) -> None:
    with app_workspace.app_context(), deployment.session() as session, session.begin():
        who = account(session, *([role] if role else []), factor=role is not None)
    client = browser(app_workspace)
    enter(client, who)
    answer = client.get("/")
    if where:
        assert led_to(answer) == where
    else:
        assert answer.status_code == 200
        assert "您好" in answer.text


def test_the_outbox_exists_in_a_demonstration_only(app_workspace: Flask, deployment: Deployment) -> None:
    from portal.app import create_app

    assert browser(app_workspace).get("/outbox").status_code == 404
    demo = create_app(
        deployment.settings.model_copy(update={"demo": True}), engine=deployment.workspace_engine
    )
    with deployment.workspace.app_context(), deployment.session() as session, session.begin():
        invitations.invite(
            session, email=f"{uuid7().hex}@example.cn", name="收信人<b>", roles=[Role.WORKING_GROUP]
        )
    page = demo.test_client().get("/outbox").text
    assert "邀请您加入" in page
    assert "收信人&lt;b&gt;" in page
    assert re.search(r'<a href="[^"]+/invitation/[^"]+"', page)


def test_nobody_else_reads_credentials(deployment: Deployment, clerk: Account) -> None:
    """Raw SQL as the workspace's role: tenants, oversight and visitors see no secrets of others."""
    with deployment.session() as session:
        everything = session.scalar(select(func.count()).select_from(StaffCredential))
    assert everything
    someone = uuid7()
    for actor in (
        actors.in_tenant(someone, "", [Role.TENANT_ADMIN], someone),
        actors.in_district(someone, "", [Role.DISTRICT_OFFICE]),
        actors.in_district(someone, "", [Role.WORKING_GROUP]),
        actors.oneself(someone, ""),
        actors.job(someone),
        actors.anonymous(),
    ):
        with deployment.session(actor) as session:
            assert session.scalar(select(func.count()).select_from(StaffCredential)) == 0
            assert session.scalar(select(func.count()).select_from(StaffToken)) == 0
    with deployment.session(actors.oneself(clerk.id, "")) as session:
        assert session.scalars(select(StaffCredential.staff_id)).all() == [clerk.id]
