"""A part of the machinery rests: everybody reads what waits for it, and that nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import text

from portal.today.delays import PATIENCE
from tenants import mail
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people
from tests.factories import publishing as make
from tests.factories.publishing import Newsroom
from tests.support.processes import free_port


@pytest.fixture
def room(deployment: Deployment) -> Newsroom:
    return make.newsroom(deployment)


def _age(deployment: Deployment, table: str, by: timedelta) -> None:
    with deployment.session() as session, session.begin():
        session.execute(text(f"UPDATE {table} SET created_at = created_at - :by"), {"by": by})


def test_letters_that_wait_for_the_mail_server_are_told_of(
    deployment: Deployment, app_workspace: Flask, room: Newsroom
) -> None:
    with deployment.session() as session, session.begin():
        officer = people.staff(session, Role.DISTRICT_OFFICE)
        mail.enqueue(session, to="wang@example.cn", subject="有了答复", text="有了答复")
    dead = SecretStr(f"smtp://127.0.0.1:{free_port()}")
    Deployment(deployment.settings.model_copy(update={"smtp_url": dead})).run_jobs()
    clerk, office = room.clerk.browser(app_workspace), officer.browser(app_workspace)
    words = "邮件和短信暂时发不出去：1 封在等"
    assert words not in clerk.get(room.path()).text  # it may still go out by itself
    _age(deployment, "mail_message", PATIENCE)
    for page in (clerk.get(room.path()).text, office.get("/district/").text):
        assert words in page and "什么都没有丢" in page and "wang@example.cn" not in page
    with deployment.session() as session, session.begin():
        session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'"))
    deployment.run_jobs()  # without a server the outbox is where it arrives
    assert words not in clerk.get(room.path()).text


def test_changes_that_wait_for_the_search_are_told_of(
    deployment: Deployment, app_workspace: Flask, room: Newsroom
) -> None:
    clerk = room.clerk.browser(app_workspace)
    with deployment.session(room.clerk.actor()) as session, session.begin():
        make.draft(session, room.clerk.actor())
    _age(deployment, "search_change", PATIENCE)
    assert "搜索还没有跟上：" in clerk.get(room.path()).text
    deployment.run_jobs()
    assert "搜索还没有跟上" not in clerk.get(room.path()).text
