"""The thread below an article, one's own comments, ending the mails: as a browser without JavaScript sees them."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import text

from portal.participation import notices, policy, service
from portal.participation.policy import Fate
from portal.publishing import service as publishing
from public_site.comments.views import WRITING
from tenants import deployment as settings_of_process
from tenants.identity.models import CommentPolicy
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories.participation import Corner, Neighbour, article, corner, many_comments, resident
from tests.support.database import counted_queries
from tests.support.html import StrictClient


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Corner:
    return corner(deployment)


@pytest.fixture(scope="module")
def strict(deployment: Deployment) -> Corner:
    return corner(deployment, policy=CommentPolicy.HOLD, name="北苑街道办事处")


@pytest.fixture
def wang(deployment: Deployment) -> Neighbour:
    return resident(deployment)


@pytest.fixture
def reader(visitor: StrictClient, wang: Neighbour) -> StrictClient:
    """A browser in which 王芳 is signed in."""
    wang.sign_in(visitor)
    return visitor


def field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found, f"no field {name}"
    value = re.search(r'value="([^"]*)"', found.group())
    return unescape(value.group(1)) if value else ""


def write(client: StrictClient, code: str, body: str, *, to: UUID | None = None, htmx: bool = False) -> str:
    """Preview and send, as the form does; the page that follows."""
    address = f"/a/{code}/comments" + (f"?parent={to}" if to else "")
    headers = {"HX-Request": "true"} if htmx else {}
    page = client.get(address).text
    data = {"csrf_token": field(page, "csrf_token"), "body": body, "step": "preview"}
    page = client.post(address, data=data, headers=headers).text
    data |= {"seen": field(page, "seen"), "step": "send"}
    answer = client.post(address, data=data, headers=headers)
    assert answer.status_code == (200 if htmx else 303), answer.text
    if htmx:
        return answer.text
    return client.get(answer.location, follow_redirects=True).text


def test_a_visitor_reads_and_is_invited_and_gets_no_cookie(
    place: Corner, visitor: StrictClient, wang: Neighbour
) -> None:
    place.comment(wang, "想要一排长椅。")
    page = visitor.get(f"/a/{place.code}")
    assert page.status_code == 200 and "想要一排长椅。" in page.text
    assert "登录后发表意见" in page.text and "csrf_token" not in page.text
    assert "Set-Cookie" not in page.headers
    assert "public" in page.headers["Cache-Control"]
    invitation = re.search(
        r'href="(/account/sign-in\?next=[^"]+)"[^>]*>\s*<svg[^>]*><use[^>]*></use></svg>登录后', page.text
    )
    assert invitation and f"/a/{place.code}%23write" in invitation.group(1)


def test_a_visitor_who_writes_is_asked_to_sign_in(place: Corner, visitor: StrictClient) -> None:
    answer = visitor.get(f"/a/{place.code}/comments")
    assert answer.status_code == 302 and "/account/sign-in?next=" in answer.location


@pytest.mark.parametrize("htmx", [False, True])
def test_writing_shows_first_how_it_will_read(
    place: Corner, reader: StrictClient, wang: Neighbour, htmx: bool
) -> None:
    address = f"/a/{place.code}/comments"
    token = field(reader.get(f"/a/{place.code}").text, "csrf_token")
    headers = {"HX-Request": "true"} if htmx else {}
    said = f"晚上太黑了{'啊' if htmx else ''}，打 138 0013 8000 找我 <b>"
    data = {"csrf_token": token, "body": said, "step": "preview"}
    preview = reader.post(address, data=data, headers=headers).text
    assert "打 138 **** **00 找我 &lt;b&gt;" in preview and "已经用 * 遮盖" in preview
    # nothing typed is lost: what was typed is still in the form
    assert "打 138 0013 8000 找我 &lt;b&gt;</textarea>" in preview
    sent = reader.post(address, data=data | {"seen": field(preview, "seen"), "step": "send"}, headers=headers)
    if htmx:
        assert sent.headers["HX-Retarget"] == "#comments"
        page = sent.text
    else:
        assert sent.status_code == 303
        page = reader.get(sent.location, follow_redirects=True).text
    assert "意见已经发表" in page and "138 **** **00" in page and "138 0013 8000" not in page


def test_what_was_changed_after_the_preview_is_shown_again(place: Corner, reader: StrictClient) -> None:
    address = f"/a/{place.code}/comments"
    token = field(reader.get(address).text, "csrf_token")
    first = reader.post(address, data={"csrf_token": token, "body": "第一稿", "step": "preview"}).text
    again = reader.post(
        address, data={"csrf_token": token, "body": "第二稿", "step": "send", "seen": field(first, "seen")}
    )
    assert again.status_code == 200 and "发表后是这样的" in again.text and "第二稿" in again.text


@pytest.mark.parametrize("body", ["", "好", "长" * 2001])
def test_a_bad_comment_comes_back_with_a_sentence(place: Corner, reader: StrictClient, body: str) -> None:
    address = f"/a/{place.code}/comments"
    token = field(reader.get(address).text, "csrf_token")
    answer = reader.post(address, data={"csrf_token": token, "body": body, "step": "preview"})
    assert answer.status_code == 422 and "有一处需要改一下" in answer.text
    assert f"{body}</textarea>" in answer.text


def test_a_forged_request_writes_nothing(place: Corner, reader: StrictClient) -> None:
    reader.get(f"/a/{place.code}")
    answer = reader.post(f"/a/{place.code}/comments", data={"body": "伪造的", "step": "send"})
    assert answer.status_code in (400, 422)


def test_a_flood_is_stopped_and_its_last_text_is_kept(place: Corner, reader: StrictClient) -> None:
    for n in range(WRITING.times):
        write(reader, place.code, f"第{n}条意见。")
    address = f"/a/{place.code}/comments"
    token = field(reader.get(address).text, "csrf_token")
    data = {"csrf_token": token, "body": "还想再说一条。", "step": "preview"}
    preview = reader.post(address, data=data).text
    answer = reader.post(address, data=data | {"seen": field(preview, "seen"), "step": "send"})
    assert (
        answer.status_code == 422 and "太快了" in answer.text and "还想再说一条。</textarea>" in answer.text
    )


def test_held_comments_are_for_their_author_alone(
    strict: Corner, app_public: object, reader: StrictClient
) -> None:
    page = write(reader, strict.code, "请审核我。")
    assert "审核后大家就能看到" in page and "请审核我。" in page and "目前只有您能看到" in page
    other = app_public.test_client()  # type: ignore[attr-defined]
    assert "请审核我。" not in other.get(f"/a/{strict.code}").text


def test_an_answer_stands_beside_its_comment_with_the_fate(
    place: Corner, visitor: StrictClient, wang: Neighbour
) -> None:
    comment = place.comment(wang, "东门能不能晚点关？")
    outcome, code = article(place, "东门开放时间延长到二十二点")
    with place.at_desk() as session:
        service.answer(
            session, comment, AS_IT_IS, "和物业商量好了。", fate=Fate.ADOPTED, reason="延长开放两小时。"
        )
        service.set_fate(session, comment, AS_IT_IS, Fate.DONE, "已经延长。", outcome_publication_id=outcome)
    page = visitor.get(f"/a/{place.code}").text
    own = page[page.index(f'id="c-{comment}"') :]
    own = own[: own.index("</article>")]
    assert "已办成" in own and "已经延长。" in own and f'href="/a/{code}"' in own
    assert own.index("东门能不能晚点关？") < own.index("官方答复") < own.index("和物业商量好了。")
    assert place.tenant.name in own and place.clerk.name not in page


def test_replies_and_their_place(place: Corner, reader: StrictClient, wang: Neighbour) -> None:
    comment = place.comment(wang, "这里原来有口井。")
    part = reader.get(f"/a/{place.code}/comments?parent={comment}", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith("<div") and f'id="reply-{comment}"' in part and "回复 王芳" in part
    page = write(reader, place.code, "我也记得。", to=comment)
    assert page.index("这里原来有口井。") < page.index("我也记得。")
    assert reader.get(f"/a/{place.code}/comments?parent=nonsense").status_code == 404


def test_the_lasting_address_finds_the_page_of_a_long_thread(
    deployment: Deployment, visitor: StrictClient
) -> None:
    place, talker = corner(deployment), resident(deployment)
    first = place.comment(talker, "最早的一条。")
    for n in range(35):
        place.comment(talker, f"第{n}条")
    answer = visitor.get(f"/comments/{first}")
    assert answer.location == f"/a/{place.code}?comments=2#c-{first}"
    page = visitor.get(answer.location).text
    assert f'id="c-{first}"' in page and "较新的意见" in page
    for odd in ("0", "99", "-1", "x", "９"):
        assert visitor.get(f"/a/{place.code}?comments={odd}").status_code == 200


def test_a_correction_that_comes_too_late_is_refused_beside_what_was_typed(
    deployment: Deployment, reader: StrictClient, wang: Neighbour
) -> None:
    place = corner(deployment, name="北苑街道办事处")
    edit = f"/comments/{place.comment(wang, '路灯坏了三盏。')}/edit"
    page = reader.get(edit).text
    data = {"csrf_token": field(page, "csrf_token"), "version": field(page, "version"), "body": "写了很久的更正。"}
    with place.at_desk() as session:
        publishing.close_comments(session, place.code, AS_IT_IS)
    late = reader.post(edit, data=data)
    assert late.status_code == 422 and "意见征集已经结束" in late.text and "写了很久的更正。</textarea>" in late.text


def test_one_corrects_withdraws_and_appeals(place: Corner, reader: StrictClient, wang: Neighbour) -> None:
    comment = place.comment(wang, "路灯坏了三盏。")
    edit = f"/comments/{comment}/edit"
    page = reader.get(edit).text
    data = {
        "csrf_token": field(page, "csrf_token"),
        "version": field(page, "version"),
        "body": "路灯坏了四盏。",
    }
    assert reader.post(edit, data=data).status_code == 303
    # the form was opened twice: the second saving does not overwrite the first unseen
    late = reader.post(edit, data=data | {"body": "路灯坏了五盏。"})
    assert (
        late.status_code == 422 and "刚刚有了变化" in late.text and "路灯坏了五盏。</textarea>" in late.text
    )
    with place.at_desk() as session:
        service.hide(session, comment, AS_IT_IS, "off_topic", "请打热线。")
    mine = reader.get("/account/comments").text
    assert "与这篇内容无关" in mine and "请打热线。" in mine and f"/comments/{comment}/appeal" in mine
    page = reader.get(f"/comments/{comment}/appeal").text
    data = {"csrf_token": field(page, "csrf_token"), "appeal": "有关的。"}
    assert reader.post(f"/comments/{comment}/appeal", data=data).status_code == 303
    assert "正在等待申诉结果" in reader.get("/account/comments?show=hidden").text
    data = {"csrf_token": data["csrf_token"]}
    assert reader.post(f"/comments/{comment}/withdraw", data=data).status_code == 303
    assert "路灯坏了四盏。" not in reader.get(f"/a/{place.code}").text
    assert "已撤回" in reader.get("/account/comments").text


def test_other_peoples_comments_have_no_pages_of_change(
    place: Corner, reader: StrictClient, deployment: Deployment
) -> None:
    theirs = place.comment(resident(deployment, "李雷"))
    for page in ("edit", "withdraw", "appeal"):
        assert reader.get(f"/comments/{theirs}/{page}").status_code == 404


def test_ones_own_list_filters_and_exports(place: Corner, reader: StrictClient, wang: Neighbour) -> None:
    assert "您还没有发表过意见" in reader.get("/account/comments").text
    plain = place.comment(wang, "=1+1 想多种几棵树。")
    answered = place.comment(wang, "想要儿童滑梯。")
    place.answer(answered, "已列入计划。")
    page = reader.get("/account/comments").text
    assert "已列入计划。" in page and f'id="c-{plain}"' in page
    page = reader.get("/account/comments?show=answered").text
    assert f'id="c-{plain}"' not in page and f'id="c-{answered}"' in page
    assert "这一类里没有意见" in reader.get("/account/comments?show=hidden").text
    with reader.get("/account/comments/export") as download:
        sheet = load_workbook(BytesIO(download.data)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {c.data_type for c in cells if c.value == "=1+1 想多种几棵树。"} == {"s"}
    assert "已列入计划。" in [c.value for c in cells]


def test_one_click_ends_the_mails(deployment: Deployment, visitor: StrictClient, wang: Neighbour) -> None:
    settings_of_process.use(deployment.settings)
    token = notices.unsubscribe_token(wang.id)
    settings_of_process.use(None)
    page = visitor.get(f"/unsubscribe/{token}")
    assert page.status_code == 200 and "Set-Cookie" not in page.headers
    with deployment.session() as session:
        wanted = text("SELECT notify FROM resident WHERE id = :id")
        assert session.scalar(wanted, {"id": wang.id}) is True  # looking changes nothing
    # a mail program posts this, with no cookie and no token of ours (RFC 8058)
    answer = visitor.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "已经退订" in answer.text
    with deployment.session() as session:
        assert session.scalar(wanted, {"id": wang.id}) is False
    for forged in (token[:-1], "x", wang.id.hex, token.replace(token[0], "A", 1) + "A"):
        assert visitor.get(f"/unsubscribe/{forged}").status_code == 404
        assert visitor.post(f"/unsubscribe/{forged}").status_code == 404


def test_a_page_costs_the_same_with_few_and_many_comments(deployment: Deployment, app_public: object) -> None:
    place, talker = corner(deployment), resident(deployment)
    costs = []
    for n in (10, 60):
        many_comments(place, talker, n)
        client = app_public.test_client()  # type: ignore[attr-defined]
        talker.sign_in(client)
        with counted_queries() as counted:
            assert client.get(f"/a/{place.code}").status_code == 200
        article_cost = len(counted)
        with counted_queries() as counted:
            assert client.get("/account/comments").status_code == 200
        costs.append((article_cost, len(counted)))
    assert costs[0] == costs[1]


@given(
    body=st.text(max_size=2200), step=st.sampled_from(["preview", "send", "", "x"]), seen=st.text(max_size=70)
)
@example(body="第一页\x0c第二页", step="preview", seen="")
def test_any_text_comes_back_whole(
    place: Corner, reader: StrictClient, body: str, step: str, seen: str
) -> None:
    """Whatever is typed: a preview or a sentence, what was typed still in the form, never an error page."""
    address = f"/a/{place.code}/comments"
    token = field(reader.get(address).text, "csrf_token")
    answer = reader.post(address, data={"csrf_token": token, "body": body, "step": step, "seen": seen})
    assert answer.status_code in (200, 422)
    typed = re.search(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", answer.text, re.DOTALL)
    assert typed and policy.clean(unescape(typed.group(1))) == policy.clean(body)
