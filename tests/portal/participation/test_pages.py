"""The comment desk in a browser without JavaScript: every journey of a clerk, and what two of them do at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from urllib.parse import unquote

import pytest
from flask import Flask
from openpyxl import load_workbook

from portal.participation import queries, service
from portal.participation.policy import Fate
from tenants.identity.models import CommentPolicy
from tenants.permissions import Role
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.participation import Corner, Neighbour, article, corner, many_comments, resident
from tests.support.database import counted_queries
from tests.support.forms import local
from tests.support.html import StrictClient

LONG_AGO = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Corner:
    return corner(deployment, policy=CommentPolicy.HOLD)


@pytest.fixture(scope="module")
def wang(deployment: Deployment) -> Neighbour:
    return resident(deployment)


@pytest.fixture
def clerk(app_workspace: Flask, place: Corner) -> StrictClient:
    """李敏's browser."""
    return place.clerk.browser(app_workspace)


def at(place: Corner, rest: object = "") -> str:
    return f"/t/{place.tenant.slug}/comments/{rest}"


def form_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to this address."""
    found = re.search(
        rf'<form[^>]*action="(?:/workspace)?{re.escape(action)}[^"]*"[^>]*>(.*?)</form>', page, re.DOTALL
    )
    assert found, f"no form for {action}"
    return {
        name: unescape(value)
        for name, value in re.findall(
            r'type="hidden" (?:id="[^"]*" )?name="([^"]+)"[^>]*value="([^"]*)"', found.group(1)
        )
        + re.findall(r'<input id="[^"]*" name="([^"]+)" type="hidden" value="([^"]*)"', found.group(1))
    }


def send(client: StrictClient, address: str, page: str = "", **data: str) -> tuple[int, str]:
    """Fill in the form of a page (the address itself by default) and follow where it leads."""
    hidden = form_of(page or client.get(address).text, address)
    answer = client.post(address, data=hidden | data)
    if answer.status_code == 303:
        return 303, client.get(answer.location.removeprefix("/workspace"), follow_redirects=True).text
    return answer.status_code, answer.text


def test_the_list_shows_first_what_is_due_first(place: Corner, clerk: StrictClient, wang: Neighbour) -> None:
    late, fresh = place.comment(wang, "早就该答复的。", at=LONG_AGO), place.comment(wang, "刚刚写的。")
    page = clerk.get(at(place)).text
    assert page.index(f"comments/{late}") < page.index(f"comments/{fresh}")
    assert "逾期" in page and "已逾期" in page
    overdue = clerk.get(at(place, "?tab=overdue")).text
    assert f"comments/{late}" in overdue and f"comments/{fresh}" not in overdue
    found = clerk.get(at(place, "?tab=all&q=早就该")).text
    assert f"comments/{late}" in found and f"comments/{fresh}" not in found
    assert "没有符合条件的意见" in clerk.get(at(place, "?tab=all&q=没人写过")).text


@pytest.mark.parametrize(
    "query", ["tab=nonsense", "fate=x", "kind=%00", "page=999999", "q=%25_%5C", "publication=zz", "sort=1"]
)
def test_odd_filters_never_break_the_list(place: Corner, clerk: StrictClient, query: str) -> None:
    assert clerk.get(at(place, f"?{query}")).status_code in (200, 400)


def test_an_empty_desk_says_so(app_workspace: Flask, deployment: Deployment) -> None:
    empty = corner(deployment, name="文景街道办事处")
    page = empty.clerk.browser(app_workspace).get(at(empty)).text
    assert "都答复了" in page
    assert "选一条意见" not in page


def test_answering_with_a_template_and_a_fate(place: Corner, clerk: StrictClient, wang: Neighbour) -> None:
    comment = place.comment(wang, "想要一个儿童沙坑。")
    with place.at_desk() as session:
        ready = service.save_template(session, "感谢", "感谢您的意见。").id
    action = at(place, f"{comment}/answer")
    page = clerk.get(at(place, comment)).text
    # a template joins what was typed and sends nothing
    status, page = send(clerk, action, page, body="您好，王女士。", template=str(ready), use="1")
    assert status == 200 and "您好，王女士。\n\n感谢您的意见。</textarea>" in page
    status, page = send(clerk, action, page, body="感谢您的意见，沙坑已列入设计。", fate="adopted", reason="")
    assert status == 422 and "请写明理由" in page and "沙坑已列入设计。</textarea>" in page
    status, page = send(
        clerk, action, page, body="感谢您的意见，沙坑已列入设计。", fate="adopted", reason="位置在东侧。"
    )
    assert status == 303 and "答复已经发出" in page and "已采纳" in page and "位置在东侧。" in page
    with place.in_public() as session:
        thread = queries.public_thread(session, place.publication_id)
        assert comment in [c.id for c in thread.comments]  # answered, hence shown


def test_the_second_clerk_sees_the_first_answer_and_keeps_what_they_typed(
    place: Corner, clerk: StrictClient, app_workspace: Flask, wang: Neighbour
) -> None:
    comment = place.comment(wang, "路口能不能加个凸面镜？")
    colleague = place.colleague.browser(app_workspace)
    action = at(place, f"{comment}/answer")
    mine, theirs = clerk.get(at(place, comment)).text, colleague.get(at(place, comment)).text
    assert send(clerk, action, mine, body="已报交通部门。")[0] == 303
    status, page = send(colleague, action, theirs, body="我们去现场看过了。")
    assert status == 409
    assert "已报交通部门。" in page and "我们去现场看过了。</textarea>" in page and "没有发出" in page
    # having seen it, the second answer may follow
    assert send(colleague, action, page, body="我们去现场看过了。")[0] == 303
    with place.at_desk() as session:
        detail = queries.detail(session, comment)
        assert detail and [r.body for r in detail.replies] == ["已报交通部门。", "我们去现场看过了。"]


def test_a_fate_asks_for_its_reason_and_links_what_changed(
    place: Corner, clerk: StrictClient, wang: Neighbour
) -> None:
    comment = place.comment(wang, "北门修好了吗？")
    outcome, _ = article(place, "北门已经修好")
    assert send(clerk, at(place, f"{comment}/study"))[0] == 303
    status, page = send(clerk, at(place, f"{comment}/adopt"))
    assert status == 422 and "请写明理由" in page
    assert send(clerk, at(place, f"{comment}/adopt"), reason="列入本月维修。")[0] == 303
    status, page = send(clerk, at(place, f"{comment}/finish"), reason="换了新门。", outcome=str(outcome))
    assert status == 303 and "换了新门。" in page and "北门已经修好" in page
    page = clerk.get(at(place, f"{comment}/decline"), follow_redirects=True).text
    assert "这条意见现在不能改成这个结果" in page
    assert clerk.get(at(place, f"{comment}/nonsense")).status_code == 404


def test_moderation_gives_a_reason_and_answers_the_appeal(
    place: Corner, clerk: StrictClient, wang: Neighbour
) -> None:
    comment = place.comment(wang, "这条有点凶。")
    hide = at(place, f"{comment}/hide")
    assert send(clerk, hide)[0] == 422  # no reason chosen
    status, page = send(clerk, hide, reason="abuse", words="请换个说法。")
    assert status == 303 and "含有辱骂或人身攻击。请换个说法。" in page
    with place.in_public(wang) as session:
        service.appeal(session, comment, "我没有骂人。")
    page = clerk.get(at(place, "?tab=appealed")).text
    assert "有申诉" in page
    page = clerk.get(at(place, comment)).text
    assert "我没有骂人。" in page and "恢复展示" in page
    status, page = send(clerk, at(place, f"{comment}/uphold"), reason="复核后维持。")
    assert status == 303 and "申诉已经答复" in page
    assert send(clerk, at(place, f"{comment}/approve"), page)[0] == 303


def test_many_are_approved_in_one_go(deployment: Deployment, app_workspace: Flask, wang: Neighbour) -> None:
    place = corner(deployment, policy=CommentPolicy.HOLD, name="通运街道办事处")
    held = [place.comment(wang, f"等着审核的第{n}条") for n in range(4)]
    clerk = place.clerk.browser(app_workspace)
    action = at(place, "approve")
    page = clerk.get(at(place, "?tab=held")).text
    assert "请先勾选" in send(clerk, action, page)[1]
    page = clerk.get(at(place, "?tab=held")).text
    token = form_of(page, action)["csrf_token"]
    seen = {name: re.findall(rf'name="{name}" value="([^"]+)"', page) for name in ("chosen", "listed")}
    first = next(value for value in seen["chosen"] if value.startswith(str(held[0])))
    clerk.post(action, data={"csrf_token": token, "chosen": [first, "nonsense", f"{held[1]}:x", str(held[1])]})
    with place.in_public() as session:
        assert queries.public_thread(session, place.publication_id).total == 1
    with place.in_public(wang) as session:
        service.edit_own(session, held[1], AS_IT_IS, "改成了没人看过的广告")
    answer = clerk.post(action, data={"csrf_token": token, "listed": seen["listed"], "all": "1"})
    assert "有 2 条已经处理过，或者居民刚刚改过" in clerk.get(local(answer.location)).text
    with place.in_public() as session:
        shown = queries.public_thread(session, place.publication_id)
    assert shown.total == 3 and held[1] not in [comment.id for comment in shown.comments]


def test_a_form_without_all_of_its_fields_is_answered_like_an_empty_one(
    place: Corner, clerk: StrictClient, wang: Neighbour
) -> None:
    address = at(place, f"{place.comment(wang)}/hide")
    assert send(clerk, address, reason="other")[0] == 422


def test_a_published_answer_is_corrected_in_the_open(
    place: Corner, clerk: StrictClient, wang: Neighbour
) -> None:
    comment = place.comment(wang, "几月开工？")
    answer = place.answer(comment, "五月开工。")
    address = at(place, f"{answer}/revise")
    page = clerk.get(address).text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
    version = re.findall(r'name="version" type="hidden" value="(\d+)"', page)[-1]
    data = {"csrf_token": token, "version": version, "body": "六月开工。"}
    assert clerk.post(address, data=data).status_code == 303
    assert "六月开工。" in clerk.get(at(place, comment)).text
    assert clerk.post(address, data=data | {"body": "七月开工。"}).status_code == 422


def test_templates_are_managed(place: Corner, clerk: StrictClient) -> None:
    address = at(place, "templates/")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', clerk.get(address).text)[-1]
    data = {"csrf_token": token, "title": "转办", "body": "已转（部门名称）办理。", "fate": "studying"}
    assert clerk.post(address, data=data).status_code == 303
    again = clerk.post(address, data=data)
    assert again.status_code == 422 and "已经有同名的模板" in again.text
    page = clerk.get(address).text
    found = re.search(rf"{re.escape(address)}([0-9a-f-]{{36}})", page[page.index("转办") :])
    assert found
    one = address + found.group(1)
    assert clerk.post(one, data=data | {"body": "已转办，七日内回音。"}).status_code == 303
    assert "七日内回音" in clerk.get(address).text
    assert clerk.post(f"{one}/delete", data={"csrf_token": token}).status_code == 303
    assert "转办" not in clerk.get(address).text


def test_the_export_holds_the_rows_and_no_formula(
    place: Corner, clerk: StrictClient, wang: Neighbour
) -> None:
    place.comment(wang, '=HYPERLINK("http://example.com")')
    with clerk.get(at(place, "export?tab=all&q=HYPERLINK")) as download:
        sheet = load_workbook(BytesIO(download.data)).active
    assert sheet is not None and sheet.max_row == 2
    cell = next(c for c in sheet[2] if "HYPERLINK" in str(c.value))
    assert cell.data_type == "s"


def test_a_planner_reads_and_has_no_buttons(place: Corner, app_workspace: Flask, wang: Neighbour) -> None:
    comment = place.comment(wang, "规划师也看看。")
    planner = place.planner.browser(app_workspace)
    page = planner.get(at(place, comment)).text
    assert "规划师也看看。" in page and "发出答复" not in page and "公开展示</button>" not in page
    for rest in (f"{comment}/answer", f"{comment}/approve", "approve"):
        assert planner.post(at(place, rest)).status_code in (400, 403)
    for rest in (f"{comment}/hide", f"{comment}/study", "templates/"):
        assert planner.get(at(place, rest)).status_code == 403


def test_the_district_office_moderates_from_the_same_page(
    place: Corner, deployment: Deployment, app_workspace: Flask, wang: Neighbour
) -> None:
    with deployment.session() as session, session.begin():
        officer = people.staff(session, Role.DISTRICT_OFFICE)
    comment = place.comment(wang, "区里也看得到。")
    page = officer.browser(app_workspace).get(at(place, comment)).text
    assert "通过，公开展示" in page and "发出答复" not in page


def test_another_tenants_comment_is_not_there(
    deployment: Deployment, app_workspace: Flask, place: Corner, wang: Neighbour
) -> None:
    other = corner(deployment, name="杨庄街道办事处")
    theirs = place.comment(wang)
    client = other.clerk.browser(app_workspace)
    assert client.get(at(other, theirs)).status_code == 404
    assert client.get(at(place, theirs)).status_code == 404


def test_htmx_gets_the_comment_alone(place: Corner, clerk: StrictClient, wang: Neighbour) -> None:
    comment = place.comment(wang, "只要这一块。")
    part = clerk.get(at(place, comment), headers={"HX-Request": "true"}).text
    assert "<html" not in part and "只要这一块。" in part and "发出答复" in part


def test_the_desk_costs_the_same_at_ten_and_many(
    deployment: Deployment, app_workspace: Flask, wang: Neighbour
) -> None:
    place = corner(deployment, name="临河里街道办事处")
    clerk = place.clerk.browser(app_workspace)
    costs = []
    last = place.comment(wang)
    for n in (10, 70):
        many_comments(place, wang, n)
        with counted_queries() as desk:
            assert clerk.get(at(place)).status_code == 200
        with counted_queries() as detail:
            assert clerk.get(at(place, last)).status_code == 200
        costs.append((len(desk), len(detail)))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("blank", ["（请写明）", "（　）", "( )", "（请填写原因）", "（部门名称）", "____", "×月×日"])
def test_a_blank_left_by_a_template_goes_to_nobody(
    place: Corner, clerk: StrictClient, wang: Neighbour, blank: str
) -> None:
    comment = place.comment(wang, "能不能加一排座椅？")
    action, page = at(place, f"{comment}/answer"), clerk.get(at(place, comment)).text
    status, page = send(clerk, action, page, body=f"主要原因是：{blank}。")
    assert status == 422 and f"“{blank}”还没有填" in page and f"{blank}。</textarea>" in page
    status, page = send(clerk, action, page, body="好的。", fate="not_adopted", reason=f"因为{blank}")
    assert status == 422 and f"“{blank}”还没有填" in page
    with place.at_desk() as session:
        detail = queries.detail(session, comment)
        assert detail and not detail.replies and detail.comment.fate == "received"


def test_what_only_looks_like_a_blank_is_sent(place: Corner, clerk: StrictClient, wang: Neighbour) -> None:
    comment = place.comment(wang, "几点开门？")
    body = "王××您好（请见附件一）：书吧（一层）3月5日开放，地址见[通知]。"
    page = clerk.get(at(place, comment)).text
    assert send(clerk, at(place, f"{comment}/answer"), page, body=body)[0] == 303


def test_no_template_and_no_fate_is_chosen_before_the_clerk_chooses(
    place: Corner, clerk: StrictClient, wang: Neighbour
) -> None:
    with place.at_desk() as session:
        ready = service.save_template(
            session, "不采纳", "主要原因是：（请写明）。", fate=Fate.NOT_ADOPTED
        ).id
    comment = place.comment(wang, "想要一条彩虹跑道。")
    action = at(place, f"{comment}/answer")
    page = clerk.get(at(place, comment)).text
    assert _chosen(page, "template") == "" and _chosen(page, "fate") == ""
    assert "请先选一个模板" in send(clerk, action, page, use="1")[1]
    page = send(clerk, action, page, template=str(ready), use="1")[1]
    assert _chosen(page, "template") == "" and _chosen(page, "fate") == "not_adopted"
    # what the clerk chose stays
    page = send(clerk, action, page, template=str(ready), use="1", fate="studying")[1]
    assert _chosen(page, "fate") == "studying"


def _chosen(page: str, name: str) -> str:
    """The value that a select of the answer sends as it stands: the marked one, else its first."""
    answer = page[page.index('id="answer"') :]
    found = re.search(rf'<select[^>]*name="{name}".*?</select>', answer, re.DOTALL)
    assert found
    values: list[str] = (
        re.findall(r'<option selected value="([^"]*)"', found[0]) + re.findall(r'value="([^"]*)"', found[0])
    )
    return values[0]


def test_an_answer_being_written_is_kept_for_its_writer_alone_until_it_is_sent(
    place: Corner, clerk: StrictClient, app_workspace: Flask, wang: Neighbour
) -> None:
    first, second = place.comment(wang), place.comment(wang)
    page = clerk.get(at(place, first)).text
    hidden = form_of(page, at(place, f"{first}/answer"))
    typed = {**hidden, "body": "已经转给设计单位，下周给您", "fate": "", "reason": ""}
    kept = clerk.post(at(place, f"{first}/draft"), data=typed, headers={"Accept": "application/json"})
    assert kept.status_code == 200 and kept.json and kept.json["saved"]
    assert "下周给您" not in clerk.get(at(place, second)).text
    assert "下周给您" in clerk.get(at(place, first)).text
    other = place.colleague.browser(app_workspace)
    assert "下周给您" not in other.get(at(place, first)).text
    without_script = clerk.post(at(place, f"{first}/draft"), data={**typed, "body": "改好的草稿正文"})
    assert without_script.status_code == 303
    shown = clerk.get(at(place, first)).text
    assert "改好的草稿正文" in shown
    assert send(clerk, at(place, f"{first}/answer"), shown, body="改好的答复，发出。")[0] == 303
    with place.at_desk() as session:
        assert queries.draft(session, first, place.clerk.id) is None


def test_an_answer_sent_with_an_ended_session_is_back_in_its_form(
    deployment: Deployment, place: Corner, clerk: StrictClient, app_workspace: Flask, wang: Neighbour
) -> None:
    comment_id = place.comment(wang)
    hidden = form_of(clerk.get(at(place, comment_id)).text, at(place, f"{comment_id}/answer"))
    with clerk.session_transaction() as session:
        session["_user_id"] = "a session that nobody remembers"
    referer = {"Referer": f"http://localhost/workspace{at(place, comment_id)}"}
    lost = clerk.post(
        at(place, f"{comment_id}/answer"), data={**hidden, "body": "写了很久的答复"}, headers=referer
    )
    onward = unquote(lost.location.partition("next=")[2]).removeprefix("/workspace")
    place.clerk.sign_in(clerk)
    shown = clerk.get(onward, follow_redirects=True).text
    assert re.search(r"<textarea[^>]*name=\"body\"[^>]*>\s*写了很久的答复</textarea>", shown)
