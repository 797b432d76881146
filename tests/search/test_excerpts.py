"""Excerpts: the right passage, marked as it was written, and nothing that executes."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from search.excerpts import LENGTH, excerpt, marked, reasons
from search.lexicon import shipped_synonyms
from search.query import parse
from search.ranking import Literals, literals
from search.sources import Passage


def of(query: str) -> Literals:
    return literals(parse(query), shipped_synonyms())


def test_shows_the_passage_that_answers_and_names_its_document() -> None:
    passages = [
        Passage("本文介绍规划的背景。" * 30),
        Passage("前言。" * 40 + "地块东侧设共享停车泊位二百个，夜间开放。" + "余文。" * 40, "附件《停车规划》第 3 页"),
    ]
    text, passage = excerpt(passages, of("共享停车"))
    assert passage is passages[1]
    assert "<mark>共享停车</mark>泊位二百个" in text
    assert text.striptags().startswith("…")
    assert len(text.striptags()) <= LENGTH + 2


def test_prefers_the_window_with_most_of_what_was_asked() -> None:
    text = "公园。" + "无关的话，" * 40 + "公园旁边的停车位和电梯一起改造。"
    shown, _ = excerpt([Passage(text)], of("公园 停车位 电梯"))
    assert shown.count("<mark>") == 3


def test_marks_what_was_written_not_how_it_was_asked() -> None:
    assert marked("關於口袋公園的通知", of("口袋公园")) == "關於<mark>口袋公園</mark>的通知"
    assert "<mark>２０２１〕１０号</mark>" in marked("通政办发〔２０２１〕１０号", of("通政办发2021 10号"))
    assert marked("小微绿地", of("口袋公园")) == "<mark>小微绿地</mark>"
    assert marked("面积㎡的公园", of("公园")) == "面积㎡的<mark>公园</mark>"


def test_marks_between_words_are_not_tried_in_every_way() -> None:
    dots = "路灯太暗" + "." * 2_000 + "请修理"
    shown, _ = excerpt([Passage(dots)], of(f"路灯 修理 “路灯太暗 {'. ' * 80}甲”"))
    assert "<mark>路灯</mark>" in shown
    assert "<mark>2021〕10号</mark>" in marked("通政办发〔2021〕10号", of("通政办发2021 10号"))


def test_begins_at_the_beginning_when_nothing_matches() -> None:
    assert excerpt([Passage("正文开头"), Passage("附件")], of("koudai")) == ("正文开头", Passage("正文开头"))
    assert excerpt([], of("公园")) == ("", Passage(""))


@given(st.text(max_size=300) | st.text(alphabet="公园关于ab1_（<"), st.text(alphabet="公园gyu<>&\"' -", max_size=12))
def test_is_escaped_whatever_the_text(text: str, query: str) -> None:
    for shown in (marked(text, of(query)), excerpt([Passage(text)], of(query))[0]):
        bare = re.sub(r"</?mark>", "", shown)
        assert "<" not in bare
        assert ">" not in bare
        assert shown.count("<mark>") == shown.count("</mark>")
    assert html.unescape(re.sub(r"</?mark>", "", marked(text, of(query)))) == re.sub(r"\s+", " ", text) or "&" in text


def test_matches_that_touch_are_one_mark() -> None:
    assert marked("玉桥北里停车难", of("玉桥北里停车")) == "<mark>玉桥北里停车</mark>难"
    assert marked("通政办发〔2021〕10号", of("通 政办发")) == "<mark>通政办发</mark>〔2021〕10号"
    shown, _ = excerpt([Passage("老旧小区加装电梯了")], of("老旧小区 加装电梯"))
    assert shown == "<mark>老旧小区加装电梯</mark>了"
    assert marked("玉桥 停车", of("玉桥 停车")) == "<mark>玉桥</mark> <mark>停车</mark>"
    # the same characters by what is written and by what they sound like
    assert marked("玉桥公园", of("玉桥 yuqiaogongyuan")) == "<mark>玉桥公园</mark>"


def test_a_single_character_is_marked_beside_a_word_and_not_in_the_middle_of_others() -> None:
    title = "关于交通的通政办发文件"
    assert marked(title, of("通 政办发")) == "关于交通的<mark>通政办发</mark>文件"
    assert excerpt([Passage(title)], of("通 政办发"))[0] == "关于交通的<mark>通政办发</mark>文件"
    assert marked("大路", of("路")) == "大<mark>路</mark>"
    assert marked("停在车旁", of("停 车")) == "<mark>停</mark>在<mark>车</mark>旁"
    # nor does it say why something was found
    assert reasons([Passage("道路", "标签")], of("路 口袋公园"), "口袋公园竣工") == ()
    assert reasons([Passage("公园路", "标签")], of("路 公园"), "公园竣工") == (
        ("标签", "<mark>公园路</mark>"),
    )


def test_letters_mark_the_characters_they_spell() -> None:
    assert marked("玉桥东里口袋公园", of("koudaigongyuan")) == "玉桥东里<mark>口袋公园</mark>"
    assert marked("关于玉桥街道", of("yuq")) == "关于<mark>玉桥</mark>街道"
    assert marked("玉桥（街道）办事处", of("yqjd")) == "<mark>玉桥（街道</mark>）办事处"
    assert marked("学校旁边的公园", of("xiao gy")) == "学<mark>校</mark>旁边的<mark>公园</mark>"
    assert marked("王府井 A1 地块", of("a1")) == "王府井 <mark>A1</mark> 地块"


def test_a_name_is_shown_when_nothing_else_shows_why() -> None:
    names = [Passage("绿地", "标签"), Passage("口袋公园", "标签"), Passage("玉桥街道办事处", "街镇园区")]
    assert reasons(names, of("口袋公园"), "新的花园") == (("标签", "<mark>口袋公园</mark>"),)
    assert reasons(names, of("口袋公园"), "口袋公园竣工") == ()
    # the part that the title shows is not the word that the tag is found by
    assert reasons(names, of("口袋公园"), "公园开放") == (("标签", "<mark>口袋公园</mark>"),)
    # a longer word for the same is no better reason than the word itself
    assert reasons([Passage("小微绿地公园", "标签")], of("口袋公园"), "口袋公园竣工") == ()
    assert reasons([Passage("无障碍", "标签")], of("坡道"), "一条坡道") == ()
    assert reasons(names, of("yuqiao 绿地"), "绿地不多") == (("街镇园区", "<mark>玉桥</mark>街道办事处"),)
    assert reasons(names, of("玉桥口袋公园"), "") == (
        ("标签", "<mark>口袋公园</mark>"),
        ("街镇园区", "<mark>玉桥</mark>街道办事处"),
    )
    assert reasons(names, of(""), "新的花园") == ()
