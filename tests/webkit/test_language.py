"""The two switches: language and large type, by plain links and cookies, never out of the site."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask_babel import force_locale, gettext, refresh

from webkit.language import LANGUAGE_COOKIE, TYPE_COOKIE
from webkit.script_words import SCRIPT_WORDS


def test_a_reader_chooses_english_and_goes_on_where_they_were(public: Flask) -> None:
    client = public.test_client()
    assert '<html lang="zh-Hans"' in client.get("/list").text
    answer = client.get("/list?kind=plan&lang=en&q=%E6%A1%A5")
    assert answer.status_code == 303
    assert answer.location == "/list?kind=plan&q=%E6%A1%A5"
    assert '<html lang="en"' in client.get(answer.location).text
    client.get("/list?lang=zh")
    assert '<html lang="zh-Hans"' in client.get("/list").text


def test_scripts_get_their_sentences_where_the_page_is_not_chinese(public: Flask) -> None:
    client = public.test_client()
    assert 'id="script-words"' not in client.get("/list").text
    client.set_cookie(LANGUAGE_COOKIE, "en")
    found = re.search(r'<script type="application/json" id="script-words">(.*?)</script>', client.get("/list").text)
    assert found
    assert set(json.loads(found[1])) == set(SCRIPT_WORDS)


def test_large_type_is_kept_and_taken_back(public: Flask) -> None:
    client = public.test_client()
    assert client.get("/?type=large").location == "/"
    assert "large-type" in client.get("/").text.split("<head>")[0]
    client.get("/?type=normal")
    assert "large-type" not in client.get("/").text.split("<head>")[0]


def test_the_switch_links_keep_the_other_arguments(public: Flask) -> None:
    text = public.test_client().get("/list?kind=plan&kind=sprout&page=2").text
    assert 'href="?kind=plan&amp;kind=sprout&amp;page=2&amp;lang=en"' in text
    assert 'href="?kind=plan&amp;kind=sprout&amp;page=2&amp;type=large"' in text


def test_a_prefix_is_kept(workspace: Flask) -> None:
    answer = workspace.test_client().get("/list?lang=en", base_url="http://localhost/workspace")
    assert answer.location == "/workspace/list"


@pytest.mark.parametrize(
    "path", ["//evil.example/?lang=en", "/%5Cevil.example?lang=en", "/%2F/evil.example?lang=en"]
)
def test_no_address_leads_out_of_the_site(public: Flask, path: str) -> None:
    answer = public.test_client().get(path, base_url="http://localhost")
    if answer.location:
        assert urlsplit(answer.location).netloc in ("", "localhost")
        assert not answer.location.startswith(("//", "/\\"))


@pytest.mark.parametrize("value", ["fr", "", "../../etc", "zh_Hans_CN", "e" * 5000])
def test_whatever_else_is_asked_for_is_ignored(public: Flask, value: str) -> None:
    client = public.test_client()
    assert client.get("/list", query_string={"lang": value}).status_code == 200
    client.set_cookie(LANGUAGE_COOKIE, value[:100])
    client.set_cookie(TYPE_COOKIE, value[:100])
    assert '<html lang="zh-Hans" class="public"' in client.get("/list").text


def test_a_letter_in_another_language_leaves_the_page_in_its_own(public: Flask) -> None:
    with public.test_request_context("/", headers={"Cookie": f"{LANGUAGE_COOKIE}=en"}):
        assert gettext("保存") == "Save"
        with force_locale("zh_Hans_CN"):
            assert gettext("保存") == "保存"
            with force_locale("en"):
                assert gettext("保存") == "Save"
            assert gettext("保存") == "保存"
        assert gettext("保存") == "Save"
        refresh()
        assert gettext("保存") == "Save"
