"""The main job from end to end in a real browser: the policy document becomes an article, a resident's words an answer.

The same journey on a phone, with the keyboard alone, and without JavaScript. And a session that ends
while somebody writes.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from public_site.reader import COOKIE
from tenants.database import reveal_address
from tenants.identity import residents
from tenants.identity import service as identity
from tenants.mail.models import MailMessage
from tenants.permissions import Role
from tests.browser.hands import WAYS, Hands, Way
from tests.browser.search_town import come_to_work
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.participation import corner, resident
from tests.factories.people import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow("the whole way from the document to the answer")]

SEED = Path(__file__).resolve().parents[2] / "demo" / "seed" / "tongzhengbanfa-2021-10.txt"
PASSWORD = "运河边-垂柳-第七棵"
OPINION = "建议责任规划师每月固定一天在社区驻场，方便老人当面问。我的电话是13812345678。"
ANSWER = "谢谢您的建议。从下月起每月第一个周六上午，责任规划师在社区活动室驻场。"


def office(deployment: Deployment) -> tuple[Place, str]:
    """A tenant, and the address of its planner."""
    with deployment.session() as session, session.begin():
        place = people.tenant(session, f"测试{secrets.token_hex(2)}街道办事处")
        address = f"{secrets.token_hex(5)}@example.cn"
        reveal_address(session, address)
        staff = identity.create_staff(session, email=address, name="规划师", password=PASSWORD)
        identity.grant_role(session, staff.id, Role.PLANNER, tenant_id=place.id)
    return place, address


def letters(deployment: Deployment, address: str) -> list[str]:
    with deployment.session() as session:
        return list(
            session.scalars(
                select(MailMessage.text)
                .where(MailMessage.to_address == address)
                .order_by(MailMessage.created_at)
            )
        )


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_from_the_policy_document_to_the_answer_and_back(
    deployment: Deployment, live: str, open_page: Callable[..., Page], way: Way
) -> None:
    place, planner = office(deployment)
    hands = way.hands
    work = f"{live}/workspace/t/{place.slug}"

    # the planner imports the document, completes it and sends it for review
    page = open_page(**way.options)
    sign_in(page, hands, live, planner)
    page.goto(f"{work}/publications/import")
    page.set_input_files("input[type=file]", SEED)
    hands.click(page, page.get_by_role("button", name="下一步：看看效果"))
    page.get_by_role("heading", name="看看导入的效果").wait_for()
    expect(page.locator("main")).to_contain_text("责任双师工作职责")
    hands.write(
        page,
        page.get_by_label("摘要"),
        "区政府办公室怎样请责任规划师、责任建筑师，他们做什么、怎么考核，这份意见说得很清楚。",
    )
    hands.click(page, page.get_by_role("button", name="建成草稿"))
    page.get_by_role("button", name="保存").or_(page.get_by_role("link", name="继续写")).first.wait_for()
    if "/edit" not in page.url:
        hands.click(page, page.get_by_role("link", name="继续写"))
    hands.write(page, page.get_by_label("对您的影响"), "身边的规划有了专人讲解，有意见可以当面提。")
    hands.click(page, page.get_by_role("button", name="保存", exact=True))
    hands.click(page, page.get_by_role("button", name="送审"))
    page.get_by_text("待审核").first.wait_for()
    assert page.get_by_role("button", name="批准").count() == 0  # nobody approves their own words
    record = page.url

    # the clerk approves and publishes
    desk = open_page(**way.options)
    come_to_work(deployment, desk, live, place, Role.TENANT_STAFF)
    desk.goto(f"{work}/")  # where it waits for them
    expect(desk.locator("main")).to_contain_text("做好北京城市副中心及拓展区责任规划师")
    desk.goto(record)
    hands.click(desk, desk.get_by_role("button", name="批准"))
    hands.click(desk, desk.get_by_role("link", name="现在发布"))
    hands.click(desk, desk.get_by_role("button", name="现在发布", exact=True))
    desk.get_by_text("已发布").first.wait_for()
    deployment.run_jobs()

    # a resident finds it by search, reads, signs in by a code, comments
    home = open_page(**way.options)
    home.goto(live)
    hands.write(home, home.locator("#site-search"), "责任双师 驻场")
    hands.click(home, home.get_by_role("button", name="搜索").first)
    hands.click(home, home.locator(f'.hit:has-text("{place.short_name}") h2 a').first)
    expect(home.locator("main")).to_contain_text("聘用退出机制")
    expect(home.locator("main")).to_contain_text("身边的规划有了专人讲解")
    assert home.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    article = home.url
    resident = f"{secrets.token_hex(5)}@example.cn"
    hands.click(home, home.get_by_role("link", name="登录后发表意见"))
    hands.write(home, home.get_by_label("邮箱或手机号"), resident)
    hands.click(home, home.get_by_role("main").get_by_role("button").first)
    home.get_by_label("验证码").wait_for()
    code = re.search(r"\b\d{6}\b", letters(deployment, resident)[-1])
    assert code
    hands.write(home, home.get_by_label("验证码"), code[0])
    hands.click(home, home.get_by_role("button", name="登录", exact=True))
    hands.write(home, home.get_by_label("显示名"), "运河边的居民")
    hands.click(home, home.get_by_role("main").get_by_role("button").first)
    hands.write(home, home.get_by_label("说说您的意见"), OPINION)
    hands.click(home, home.get_by_role("button", name="预览"))
    home.get_by_text("已经用 * 遮盖").wait_for()
    hands.click(home, home.get_by_role("button", name="发表", exact=True))
    home.locator("article.comment", has_text="每月固定一天在社区驻场").wait_for()
    assert "13812345678" not in home.content()
    deployment.run_jobs()

    # the clerk answers
    desk.goto(f"{work}/comments/")
    hands.click(desk, desk.get_by_role("link", name=re.compile("运河边的居民|每月固定一天")).first)
    hands.write(desk, desk.get_by_label("正式答复"), ANSWER)
    hands.click(desk, desk.get_by_role("button", name="发出答复"))
    desk.get_by_text("第一个周六上午").first.wait_for()
    deployment.run_jobs()

    # everybody reads the answer, and the resident has been told
    home.goto(f"{article}?again=1")
    answer = home.locator(".comment-official", has_text="第一个周六上午")
    answer.wait_for()
    expect(answer).to_contain_text("官方答复")
    told = letters(deployment, resident)
    assert any("第一个周六上午" in letter for letter in told)


def test_an_ended_session_is_renewed_inside_the_article(
    deployment: Deployment, live: str, open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    place, who = corner(deployment), resident(deployment)
    client = deployment.public.test_client()
    who.sign_in(client)
    signed_in = client.get_cookie(COOKIE)
    assert signed_in
    page = open_page(width=360, height=740)
    page.context.add_cookies([{"name": COOKIE, "value": signed_in.value, "url": live}])
    page.goto(f"{live}/a/{place.code}")
    article = page.url
    page.get_by_label("说说您的意见").fill(OPINION)
    with deployment.public_session(who.actor()) as session, session.begin():
        residents.end_sessions(session)
    page.get_by_role("button", name="预览").click()
    page.get_by_label("邮箱或手机号").fill(who.email)
    assert axe(page) == []
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("验证码").wait_for()
    code = re.search(r"\b\d{6}\b", letters(deployment, who.email)[-1])
    assert code
    expect(page.get_by_label("验证码")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    page.get_by_text("有一处需要改一下").wait_for()
    assert axe(page) == []
    page.get_by_label("验证码").fill(code[0])
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_text("发表后是这样的").wait_for()
    expect(page.get_by_label("说说您的意见")).to_have_value(OPINION)
    page.get_by_role("button", name="发表", exact=True).click()
    page.locator("article.comment", has_text="每月固定一天在社区驻场").wait_for()
    assert page.url == article, "nobody left the article"
    # the forms that stood on the page before are of the new session as well
    page.locator(".tools details.menu summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("link", name="登录", exact=True)).to_be_visible()


def sign_in(page: Page, hands: Hands, live: str, address: str) -> None:
    page.goto(f"{live}/workspace/sign-in")
    hands.write(page, page.get_by_label("邮箱"), address)
    hands.write(page, page.get_by_label("密码"), PASSWORD)
    hands.click(page, page.get_by_role("button", name="登录", exact=True))
    page.wait_for_url(f"{live}/workspace/t/**")
