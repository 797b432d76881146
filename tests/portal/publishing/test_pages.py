"""The pages of publishing in a browser without JavaScript: every journey, and that nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook

from portal.publishing import queries, service
from portal.publishing.policy import Kind
from tenants.clock import local as shanghai
from tenants.clock import now
from tenants.identity.models import Tenant
from tenants.rules import AS_IT_IS, Refused
from tests.conftest import Deployment
from tests.factories import publishing as make
from tests.factories.publishing import Newsroom, png
from tests.support.forms import fields, follow, local, send, upload
from tests.support.html import StrictClient

SEED = Path(__file__).parents[3] / "demo" / "seed" / "tongzhengbanfa-2021-10.txt"


def draft(deployment: Deployment, room: Newsroom, **changes: Any) -> str:
    actor = room.planner.actor()
    with deployment.session(actor) as session, session.begin():
        return make.draft(session, actor, **changes).code


def published(deployment: Deployment, room: Newsroom, **changes: Any) -> str:
    planner, clerk = room.planner.actor(), room.clerk.actor()
    with deployment.session(clerk) as session, session.begin():
        return make.published(session, planner, clerk, **changes).code


def record(deployment: Deployment, room: Newsroom, code: str) -> queries.Record:
    with deployment.session(room.clerk.actor()) as session:
        found = queries.record(session, code)
    assert found is not None
    return found


def test_from_an_empty_page_to_the_public(
    deployment: Deployment, room: Newsroom, planner: StrictClient, clerk: StrictClient
) -> None:
    new = room.path("publications/new")
    answer = send(planner, new, kind="outreach", title="社区议事会：车棚怎么改")
    code = local(answer.location).split("/")[-2]
    edit, page = room.path(f"publications/{code}/edit"), room.path(f"publications/{code}")
    shown = planner.get(page).text
    assert "补齐这几项就能送审" in shown and "送审</button>" not in shown
    soon = now() + timedelta(days=7)
    answer = send(
        planner,
        edit,
        summary="车棚又挤又暗，请您来一起商量怎么改：周六上午九点，在玉桥东里社区活动室。",
        body=make.BODY,
        event_starts_at=f"{shanghai(soon):%Y-%m-%dT%H:%M}",
        event_ends_at=f"{shanghai(soon + timedelta(hours=2)):%Y-%m-%dT%H:%M}",
        event_place="玉桥东里社区活动室",
        tags="议事会、车棚",
        note="补齐时间地点",
    )
    assert "已保存。" in follow(planner, answer).text
    follow(planner, send(planner, page, f"{page}/submit"))
    assert "请由另一位同事" not in clerk.get(page).text
    follow(clerk, send(clerk, page, f"{page}/approve"))
    assert "已发布，公众现在可以看到。" in follow(clerk, send(clerk, f"{page}/publish")).text
    public = deployment.public.test_client().get(f"/a/{code}")
    assert public.status_code == 200
    assert "社区议事会：车棚怎么改" in public.text and "玉桥东里社区活动室" in public.text


def test_nothing_goes_out_before_the_tenant_is_opened(deployment: Deployment, app_workspace: Flask) -> None:
    room = make.newsroom(deployment, "还没开放的街道办事处")
    with deployment.session() as session, session.begin():
        session.get_one(Tenant, room.place.id).opened_at = None
    planner, clerk = room.planner.actor(), room.clerk.actor()
    with deployment.session(planner) as session, session.begin():
        code = make.draft(session, planner).code
        service.submit(session, code, AS_IT_IS)
    with deployment.session(clerk) as session, session.begin():
        service.approve(session, code, AS_IT_IS)
    browser = room.clerk.browser(app_workspace)
    page = room.path(f"publications/{code}")
    assert "本单位还没有对公众开放" in follow(browser, browser.get(f"{page}/publish")).text, "before anything is asked"
    with deployment.session(clerk) as session, session.begin(), pytest.raises(Refused, match="还没有对公众开放"):
        service.publish(session, code, AS_IT_IS)


def test_every_page_can_be_opened(deployment: Deployment, room: Newsroom, clerk: StrictClient) -> None:
    code = published(deployment, room)
    for rest in (
        "publications/",
        "publications/?state=published&q=三角地&kind=sprout&tag=口袋公园&sort=title",
        "publications/?state=nonsense&sort=nonsense",
        "publications/new",
        "publications/import",
        f"publications/{code}",
        f"publications/{code}/preview",
        f"publications/{code}/compare",
        f"publications/{code}/withdraw",
    ):
        assert clerk.get(room.path(rest)).status_code == 200, rest


def test_the_preview_shows_the_public_page_with_pictures_from_inside(
    deployment: Deployment, room: Newsroom, clerk: StrictClient
) -> None:
    image = clerk.post(
        room.path("publications/images"),
        data={"file": upload(png(), "三角地.png"), "csrf_token": token(clerk, room)},
        headers={"Accept": "application/json"},
    ).get_json()
    assert (image["width"], image["height"]) == (800, 600)
    assert clerk.get(local(image["url"])).mimetype == "image/webp"
    body = f'{make.BODY}<figure><img src="{image["url"]}" alt="三角地现状"></figure>'
    code = draft(deployment, room)
    follow(clerk, send(clerk, room.path(f"publications/{code}/edit"), body=body))
    # stored with the public address, shown with the workspace's
    assert f'src="/media/{image["id"]}/' in record(deployment, room, code).content.body
    shown = clerk.get(room.path(f"publications/{code}/preview")).text
    assert f'src="{image["url"]}"' in shown and f"{room.path()[:-1]}/media/{image['id']}/" in shown
    assert "预览第 2 版：公众还看不到。" in shown
    # the public door does not know it yet
    assert deployment.public.test_client().get(f"/media/{image['id']}/800").status_code == 404


def token(client: StrictClient, room: Newsroom) -> str:
    return fields(client.get(room.path("publications/new")).text, "/new")["csrf_token"]


def test_a_picture_that_is_none_is_refused_with_a_sentence(room: Newsroom, clerk: StrictClient) -> None:
    answer = clerk.post(
        room.path("publications/images"),
        data={"file": upload(b"<svg onload=alert(1)>", "x.png"), "csrf_token": token(clerk, room)},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422 and answer.get_json()["error"]


def test_uploads_and_words_survive_an_error_elsewhere(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    code = draft(deployment, room)
    edit = room.path(f"publications/{code}/edit")
    answer = send(
        planner,
        edit,
        title="",
        for_you="不占停车位",
        cover=upload(png(), "封面.png"),
        new_documents=upload("方案说明".encode(), "方案.txt"),
    )
    assert answer.status_code == 422 and "处需要改一下" in answer.text
    kept = fields(answer.text, "/edit")
    assert kept["for_you"] == "不占停车位"
    assert kept["cover_upload"] and kept["documents-0-title"] == "方案"
    saved = planner.post(edit, data={**kept, "title": "补上标题再存", "cover_alt": "口袋公园"})
    assert "已保存。" in follow(planner, saved).text
    content = record(deployment, room, code).content
    assert str(content.cover_file_id) == kept["cover_upload"]
    assert [document.title for document in content.documents] == ["方案"]


def test_uploading_documents_keeps_what_is_typed_and_orders_them(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    code = draft(deployment, room)
    edit = room.path(f"publications/{code}/edit")
    first = send(planner, edit, title="还没存的标题", action="attach", new_documents=upload(b"one", "一.txt"))
    assert first.status_code == 200 and fields(first.text, "/edit")["title"] == "还没存的标题"
    # the draft was kept on the way: coming back shows it all
    again = planner.get(edit).text
    assert "已经替您找回" in again and fields(again, "/edit")["documents-0-title"] == "一"
    second = send(planner, edit, action="attach", new_documents=upload(b"two", "二.txt"))
    kept = fields(second.text, "/edit")
    kept |= {"documents-0-position": "2", "documents-1-position": "1", "documents-1-title": "第二份"}
    follow(planner, planner.post(edit, data=kept))
    titles = [document.title for document in record(deployment, room, code).content.documents]
    assert titles == ["第二份", "一"]
    kept = fields(planner.get(edit).text, "/edit")
    follow(planner, planner.post(edit, data={**kept, "documents-0-remove": "y"}))
    assert [d.title for d in record(deployment, room, code).content.documents] == ["一"]


def test_a_kept_draft_comes_back_and_can_be_dropped(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    code = draft(deployment, room)
    edit = room.path(f"publications/{code}/edit")
    typed = fields(planner.get(edit).text, "/edit")
    typed |= {"title": "写到一半", "body": "<p>写到一半的正文</p>", "tags": "甲、乙"}
    answer = planner.post(
        room.path(f"publications/{code}/draft"), data=typed, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 200 and answer.get_json()["saved"]
    back = fields(planner.get(edit).text, "/edit")
    assert (back["title"], back["tags"]) == ("写到一半", "甲、乙")
    assert "写到一半的正文" in back["body"]
    follow(planner, send(planner, edit, room.path(f"publications/{code}/draft/discard")))
    assert fields(planner.get(edit).text, "/edit")["title"] == "玉桥东里三角地变身口袋公园"


def test_two_people_at_one_text_choose_part_by_part(
    deployment: Deployment, room: Newsroom, planner: StrictClient, clerk: StrictClient
) -> None:
    code = draft(deployment, room)
    edit = room.path(f"publications/{code}/edit")
    mine = fields(planner.get(edit).text, "/edit") | {
        "title": "我的标题",
        "body": "<p>我写的一段。</p>",
        "for_you": "我写的影响",
    }
    planner.post(room.path(f"publications/{code}/draft"), data=mine)
    assert "林晓 也在改这一篇" in clerk.get(edit).text
    follow(clerk, send(clerk, edit, title="同事的标题", body="<p>同事写的一段。</p>"))
    answer = planner.post(edit, data=mine)
    assert answer.status_code == 409
    assert "王敏先保存了第 2 版" in answer.text
    assert "我的标题" in answer.text and "同事的标题" in answer.text
    carried = fields(answer.text, "/edit")
    merged = planner.post(edit, data={**carried, "take-title": "theirs", "take-body": "both"})
    assert merged.status_code == 200
    form = fields(merged.text, "/edit")
    assert form["title"] == "同事的标题" and form["for_you"] == "我写的影响"
    assert "我写的一段" in form["body"] and "同事写的一段" in form["body"]
    follow(planner, planner.post(edit, data=form))
    assert record(deployment, room, code).number == 3


def test_what_only_one_of_two_changed_is_nobodys_question(
    deployment: Deployment, room: Newsroom, planner: StrictClient, clerk: StrictClient
) -> None:
    code = draft(deployment, room)
    edit = room.path(f"publications/{code}/edit")
    typed = {"for_you": "我写的影响", "summary": "我写的摘要，写得足够长一些。"}
    mine = fields(planner.get(edit).text, "/edit") | typed
    follow(clerk, send(clerk, edit, title="同事的标题", summary="同事写的摘要，也写得足够长。"))
    asked = planner.post(edit, data=mine)
    assert asked.status_code == 409
    assert 'name="take-summary"' in asked.text
    assert 'name="take-title"' not in asked.text and 'name="take-for_you"' not in asked.text
    carried = fields(asked.text, "/edit")
    assert "take-summary" not in carried, "nothing is chosen before the person chooses"
    still = planner.post(edit, data=carried)
    assert still.status_code == 409 and "还有 1 处没有选" in still.text
    chosen = planner.post(edit, data={**carried, "take-summary": "mine"})
    form = fields(chosen.text, "/edit")
    assert (form["title"], form["for_you"]) == ("同事的标题", "我写的影响")
    planner.post(room.path(f"publications/{code}/draft/discard"), data=form)
    other = fields(planner.get(edit).text, "/edit") | {"for_you": "只有我改了这里"}
    follow(clerk, send(clerk, edit, title="同事又改的标题"))
    follow(planner, planner.post(edit, data=other))
    content = record(deployment, room, code).content
    assert (content.title, content.for_you) == ("同事又改的标题", "只有我改了这里")


def test_two_windows_of_one_person_take_nothing_back_from_each_other(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    code = draft(deployment, room)
    edit = room.path(f"publications/{code}/edit")
    first, second = ({**fields(planner.get(edit).text, "/edit"), "title": f"窗口{n}的标题"} for n in "一二")
    follow(planner, planner.post(edit, data=first))
    answer = planner.post(edit, data=second)
    assert answer.status_code == 409
    assert "您在别的窗口先保存了第 2 版" in answer.text
    assert record(deployment, room, code).content.title == "窗口一的标题"


def test_what_was_typed_is_kept_when_a_colleague_sent_it_to_review(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    code = draft(deployment, room)
    edit = room.path(f"publications/{code}/edit")
    typed = fields(planner.get(edit).text, "/edit") | {"title": "来不及存的标题"}
    actor = room.clerk.actor()
    with deployment.session(actor) as session, session.begin():
        service.submit(session, code, AS_IT_IS)
    answer = planner.post(edit, data=typed)
    assert answer.status_code == 409 and "正在审核" in answer.text
    assert fields(answer.text, "/edit")["title"] == "来不及存的标题"
    with deployment.session(room.planner.actor()) as session:
        found = record(deployment, room, code)
        kept = queries.draft_fields(session, found.id, room.planner.id)
    assert kept is not None and kept["title"] == "来不及存的标题"


def test_a_step_after_a_colleagues_step_shows_both(
    deployment: Deployment, room: Newsroom, clerk: StrictClient
) -> None:
    code = draft(deployment, room)
    actor = room.planner.actor()
    with deployment.session(actor) as session, session.begin():
        service.submit(session, code, AS_IT_IS)
    page = room.path(f"publications/{code}")
    old = fields(clerk.get(page).text, f"{page}/approve")
    returning = {**fields(clerk.get(f"{page}/return").text, f"{page}/return"), "reason": "请补充工期"}
    with deployment.session(actor) as session, session.begin():
        service.take_back(session, code, AS_IT_IS, "还要改一处")
    # what was to be done is no longer possible: it says why, and what was typed is there to be copied
    for step, sent in (("approve", old), ("return", returning)):
        answer = clerk.post(f"{page}/{step}", data=sent)
        assert answer.status_code == 409
        for words in ("刚刚有了变化", "编辑收回修改", "还要改一处", sent.get("reason", "它没有在等审核")):
            assert words in answer.text, (step, words)
    with deployment.session(actor) as session, session.begin():
        service.submit(session, code, AS_IT_IS)
    # it is possible again: it is offered as it was typed, on what is there now
    answer = clerk.post(f"{page}/return", data=returning)
    assert answer.status_code == 409 and record(deployment, room, code).state == "in_review"
    again = fields(answer.text, f"{page}/return")
    assert again["reason"] == "请补充工期"
    assert "请补充工期" in follow(clerk, clerk.post(f"{page}/return", data=again)).text
    assert record(deployment, room, code).state == "draft"


def test_a_second_click_is_no_colleague(deployment: Deployment, room: Newsroom, planner: StrictClient) -> None:
    page = room.path(f"publications/{draft(deployment, room)}")
    sent = fields(planner.get(page).text, f"{page}/submit")
    for _click in range(2):
        assert "已送审。" in follow(planner, planner.post(f"{page}/submit", data=sent)).text
    back = {**fields(planner.get(f"{page}/take-back").text, f"{page}/take-back"), "reason": "还要改一处"}
    for _click in range(2):
        assert "已回到草稿。" in follow(planner, planner.post(f"{page}/take-back", data=back)).text
    # the same step with other words is none: they would be lost
    answer = planner.post(f"{page}/take-back", data={**back, "reason": "还要改两处"})
    assert answer.status_code == 409 and "还要改两处" in answer.text


def test_what_a_button_said_besides_is_said_again_after_a_colleagues_step(
    deployment: Deployment, room: Newsroom, clerk: StrictClient
) -> None:
    code = published(deployment, room)
    page = room.path(f"publications/{code}")
    with deployment.session(room.clerk.actor()) as session, session.begin():
        service.close_comments(session, code, AS_IT_IS)
    sent = fields(clerk.get(page).text, f"{page}/comments")
    with deployment.session(room.second.actor()) as session, session.begin():
        service.revise(session, code, AS_IT_IS)
    answer = clerk.post(f"{page}/comments", data=sent)
    assert answer.status_code == 409 and "仍然开放评论" in answer.text
    again = clerk.post(f"{page}/comments", data=fields(answer.text, f"{page}/comments"))
    assert "已开放评论。" in follow(clerk, again).text


def test_returned_withdrawn_and_planned_with_reason_and_time(
    deployment: Deployment, room: Newsroom, clerk: StrictClient
) -> None:
    code = draft(deployment, room)
    actor = room.planner.actor()
    with deployment.session(actor) as session, session.begin():
        service.submit(session, code, AS_IT_IS)
    page = room.path(f"publications/{code}")
    short = send(clerk, f"{page}/return", reason="改")
    assert short.status_code == 422 and "应为 4 到 500 个字" in short.text
    shown = follow(clerk, send(clerk, f"{page}/return", reason="请补充施工时间")).text
    assert "请补充施工时间" in shown
    with deployment.session(actor) as session, session.begin():
        service.submit(session, code, AS_IT_IS)
    follow(clerk, send(clerk, page, f"{page}/approve"))
    past = send(clerk, f"{page}/schedule", at="2020-01-01T09:00")
    assert past.status_code == 422 and "已经过去" in past.text
    at = shanghai(now() + timedelta(days=2))
    assert "将在" in follow(clerk, send(clerk, f"{page}/schedule", at=f"{at:%Y-%m-%dT%H:%M}")).text
    follow(clerk, send(clerk, page, f"{page}/unschedule"))
    follow(clerk, send(clerk, f"{page}/publish"))
    gone = follow(clerk, send(clerk, f"{page}/withdraw", reason="图纸有误，更正后再发")).text
    assert "已撤下，公众看不到。原因：图纸有误" in gone
    assert deployment.public.test_client().get(f"/a/{code}").status_code == 410


def test_the_office_takes_down_and_does_not_write(
    deployment: Deployment, room: Newsroom, app_workspace: Flask
) -> None:
    office = room.office.browser(app_workspace)
    code = published(deployment, room)
    page = room.path(f"publications/{code}")
    shown = office.get(page).text
    assert "撤下" in shown and "修订</button>" not in shown
    assert office.get(f"{page}/edit").status_code == 403
    follow(office, send(office, f"{page}/withdraw", reason="含有不宜公开的内容"))
    assert record(deployment, room, code).state == "withdrawn"


def test_versions_are_compared_and_restored(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    code = draft(deployment, room)
    edit = room.path(f"publications/{code}/edit")
    changed = make.BODY.replace("四月开工", "五月开工")
    follow(planner, send(planner, edit, title="玉桥东里三角地变身小公园", body=changed, note="改开工时间"))
    page = room.path(f"publications/{code}")
    compared = planner.get(f"{page}/compare?from=1&to=2").text
    assert "<ins>" in compared and "<del>" in compared
    follow(planner, send(planner, f"{page}/compare?from=1&to=2", f"{page}/restore/1"))
    found = record(deployment, room, code)
    assert (found.number, found.content.title) == (3, "玉桥东里三角地变身口袋公园")


def test_the_policy_document_becomes_a_draft(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    answer = send(
        planner,
        room.path("publications/import"),
        kind="announcement",
        file=upload(SEED.read_bytes(), SEED.name),
    )
    assert answer.status_code == 200
    looked_at = fields(answer.text, "/import/keep")
    assert "责任规划师" in looked_at["title"] and looked_at["code"] == "通政办发〔2021〕10号"
    refused = planner.post(room.path("publications/import/keep"), data={**looked_at, "title": ""})
    assert refused.status_code == 422 and f"<li>{looked_at['warnings']}</li>" in refused.text
    kept = planner.post(room.path("publications/import/keep"), data={**looked_at, "attach": "keep"})
    assert kept.status_code == 303
    code = local(kept.location).split("/")[-2]
    found = record(deployment, room, code)
    assert found.kind is Kind.ANNOUNCEMENT and found.content.tags == ("通政办发〔2021〕10号",)
    assert len(found.documents) == 1 and "<h2>" in found.content.body


def test_a_word_file_brings_its_pictures(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    document, stream = Document(), BytesIO()
    document.add_heading("玉桥东里三角地改造方案", 0)
    document.add_heading("为什么要改", 1)
    document.add_paragraph("这块三角地原来堆满杂物，居民走路要绕行。")
    document.add_picture(BytesIO(png()))
    document.save(stream)
    answer = send(
        planner,
        room.path("publications/import"),
        kind="sprout",
        file=upload(stream.getvalue(), "方案.docx"),
    )
    assert "图片 1 张" in answer.text
    kept = planner.post(room.path("publications/import/keep"), data=fields(answer.text, "/import/keep"))
    found = record(deployment, room, local(kept.location).split("/")[-2])
    assert found.content.title == "玉桥东里三角地改造方案"
    assert [picture.width for picture in found.pictures] == [800]
    shown = planner.get(room.path(f"media/{found.pictures[0].id}/800"))
    assert shown.mimetype == "image/webp"


@pytest.mark.parametrize(
    ("name", "content"), [("x.docx", b"PK\x03\x04broken"), ("x.pdf", b"%PDF-1.4"), ("x.txt", b"")]
)
def test_a_file_that_cannot_be_imported_says_why(
    room: Newsroom, planner: StrictClient, name: str, content: bytes
) -> None:
    answer = send(planner, room.path("publications/import"), kind="sprout", file=upload(content, name))
    assert answer.status_code == 422 and "处需要改一下" in answer.text


def test_the_export_says_what_the_list_says_and_computes_nothing(
    deployment: Deployment, room: Newsroom, clerk: StrictClient
) -> None:
    draft(deployment, room, title="=HYPERLINK(1)算式开头的标题")
    answer = clerk.get(room.path("publications/export.xlsx?q=算式"))
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    assert sheet.max_row == 2
    assert sheet["A2"].value == "=HYPERLINK(1)算式开头的标题" and sheet["A2"].data_type == "s"


def test_comments_are_closed_and_opened(deployment: Deployment, room: Newsroom, clerk: StrictClient) -> None:
    code = published(deployment, room)
    page = room.path(f"publications/{code}")
    assert "现在不开放新的评论" in follow(clerk, send(clerk, page, f"{page}/comments")).text
    assert not record(deployment, room, code).comments_open


def test_tags_are_suggested_from_those_in_use(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    draft(deployment, room, tags=("慢行系统",))
    assert planner.get(room.path("publications/tags?q=慢行")).get_json() == [{"label": "慢行系统"}]


def test_unknown_codes_and_versions_are_not_there(
    deployment: Deployment, room: Newsroom, clerk: StrictClient
) -> None:
    code = draft(deployment, room)
    assert clerk.get(room.path("publications/nothing")).status_code == 404
    assert clerk.get(room.path(f"publications/{code}/preview?version=99")).status_code == 404
    assert clerk.get(room.path(f"publications/{code}/compare?from=99&to=x")).status_code == 200
