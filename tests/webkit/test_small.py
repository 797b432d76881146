"""Addresses to return to, pages of a list, numbers that are sent, dates and sizes."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask, flash
from hypothesis import given
from hypothesis import strategies as st

from webkit import filters
from webkit.pagination import Page, page_number, url_with, url_without
from webkit.safe_redirect import is_local, next_url
from webkit.text import clean, whole_number

HOSTILE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example",
    "https:evil.example", "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", " //evil.example", "",
    "evil.example", "/%0a\r/x", "\x00//evil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", HOSTILE)
def test_hostile_addresses_are_refused(public: Flask, target: str) -> None:
    assert not is_local(target)
    with public.test_request_context("/", query_string={"next": target}):
        assert next_url("/home") == "/home"


@given(st.text(alphabet=st.sampled_from("/\\:.@?#ab\t\r\n %"), max_size=12))
def test_a_local_address_stays_on_the_host(target: str) -> None:
    if is_local(target):
        assert urlsplit(urljoin("https://here.example/x", target)).netloc == "here.example"
        assert target.startswith("/") and not target.startswith("//") and "\\" not in target


def test_a_local_address_is_taken(public: Flask) -> None:
    with public.test_request_context("/", query_string={"next": "/article?n=1#c-2"}):
        assert next_url("/home") == "/article?n=1#c-2"


@given(st.integers(1, 300), st.integers(0, 6000), st.integers(1, 50))
def test_the_numbers_of_the_pages(number: int, total: int, size: int) -> None:
    page: Page[object] = Page([], number, total, size)
    numbers = list(page.numbers())
    shown = [n for n in numbers if n is not None]
    assert shown == sorted(set(shown))
    assert shown[0] == 1 and page.pages in shown
    if number <= page.pages:
        assert number in shown
    assert len(numbers) <= 9
    for before, gap, after in zip(numbers, numbers[1:], numbers[2:], strict=False):
        if gap is None:
            assert before is not None and after is not None and after - before > 2


@given(st.text(max_size=12))
def test_any_page_asked_for_is_a_page(public: Flask, text: str) -> None:
    with public.test_request_context("/list", query_string={"page": text}):
        assert 1 <= page_number() <= 10_000


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("007", 7), ("999999999", 999_999_999), ("1000000000", None), ("-1", None), ("1.0", None)]
    + [(text, None) for text in ("", None, " 1", "一", "１", "²", "1_0")],
)
def test_a_number_is_digits(text: str | None, number: int | None) -> None:
    assert whole_number(text) == number


def test_links_change_one_argument_and_keep_the_rest(public: Flask) -> None:
    with public.test_request_context("/list?kind=plan&kind=sprout&year=2026&page=4"):
        assert url_with(page=5) == "/list?kind=plan&kind=sprout&year=2026&page=5"
        assert url_with(year=None) == "/list?kind=plan&kind=sprout"
        assert url_with(sort="-date") == "/list?kind=plan&kind=sprout&year=2026&sort=-date"
        assert url_without("kind", "plan") == "/list?year=2026&kind=sprout"


def test_dates_are_written_in_chinese_on_beijing_time(public: Flask) -> None:
    late = dt.datetime(2026, 3, 4, 16, 30, tzinfo=dt.UTC)
    with public.test_request_context("/"):
        assert filters.date(late) == "2026年3月5日"
        assert filters.datetime(late) == "2026年3月5日 00:30"
        assert filters.date(None) == ""
        with pytest.raises(ValueError, match="zone"):
            filters.date(dt.datetime(2026, 3, 5))


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "今天"), (-1, "昨天"), (1, "明天"), (-3, "3 天前"), (5, "5 天后"), (31, "2026年4月5日")],
)
def test_days_from_today(public: Flask, days: int, words: str) -> None:
    today = dt.date(2026, 3, 5)
    with public.test_request_context("/"):
        assert filters.relative_days(today + dt.timedelta(days=days), today) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1200, "1.2 kB"), (2_400_000, "2.4 MB"), (3_000_000_000, "3.0 GB")],
)
def test_sizes(size: int, words: str) -> None:
    assert filters.filesize(size) == words


def test_messages_too_long_for_a_cookie_are_shortened_and_the_rest_is_counted(workspace: Flask) -> None:
    names = ["".join(chr(0x4E00 + (n * 9973 + k * k * 31) % 20000) for k in range(25)) for n in range(80)]

    @workspace.get("/refused")
    def refused() -> str:
        for name in names:
            flash(f"{name}：这种文件不能上传，请换成图片、PDF、Word、Excel 或 PPT，再试一次。", "danger")
        return ""

    client = workspace.test_client()
    answer = client.get("/refused")
    assert max(len(value) for name, value in answer.headers if name == "Set-Cookie") < 4096
    shown = client.get("/list").text
    assert names[0] in shown
    assert re.search(r"还有 \d+ 条消息没有显示", shown)


WALES = "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("通州区\u00a0玉桥\u2009街道\u202f南", "通州区 玉桥 街道 南"),
        ("\u3000\u3000第一段", "\u3000\u3000第一段"),
        ("一行\r\n二行\r三行\u2028四行\x0b五行", "一行\n二行\n三行\n四行\n五行"),
        ("👨‍👩‍👧‍👦和🏳️‍🌈、❤️、1️⃣、👍🏽、🇨🇳", "👨‍👩‍👧‍👦和🏳️‍🌈、❤️、1️⃣、👍🏽、🇨🇳"),
        (WALES, WALES),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("郎\u6d6a", "郎\u6d6a"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("政\u200d府\u200b公\u2060告\ufeff", "政府公告"),
        ("附件\u202efdp.exe\u2066", "附件fdp.exe"),
        ("好\ufe0f\ufe01\ufe02\U000e0041\U000e0042", "好\ufe0f"),
        ("软\u00ad连\u3164字\ud800符\x00", "软连字符"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("a\u0301\u200c🏴", "á🏴"),
    ],
)
def test_what_a_reader_sees_stays_and_what_nobody_sees_goes(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(st.text(st.sampled_from("ae好 \n\r\u200d\u200c\ufe0f\ufe00\u00a0\u0301\u202e\uf900👨❤🏴\U000e0067")))
def test_cleaning_again_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
