"""Forms: our sentences at the top and at the field, nothing lost by an error."""

from __future__ import annotations

import inspect
import io
import re

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from wtforms import fields, validators

from tests.webkit.gallery import SampleForm
from webkit.forms import STANDARD


def _token(client: FlaskClient, path: str = "/form") -> str:
    found = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def test_a_mistake_is_told_at_the_top_and_at_its_field(workspace: Flask) -> None:
    client = workspace.test_client()
    answer = client.post("/form", data={"csrf_token": _token(client), "email": "nobody", "summary": "长椅"})
    assert answer.status_code == 422
    assert "有几处需要改一下" in answer.text
    for field, sentence in (
        ("title", "请填写这一项。"),
        ("email", "邮箱地址写得不对，例如 name@example.cn。"),
    ):
        assert re.search(rf'<a href="#{field}">[^<]*：{sentence}</a>', answer.text)
        control = re.search(rf'<input[^>]*\bid="{field}"[^>]*>', answer.text)
        assert control and 'aria-invalid="true"' in control[0]
        described = re.search(r'aria-describedby="([^"]+)"', control[0])
        assert described
        for part in described[1].split():
            assert f'id="{part}"' in answer.text
    assert re.search(r">\s*长椅</textarea>", answer.text)


def test_every_link_of_the_summary_leads_somewhere(workspace: Flask) -> None:
    client = workspace.test_client()
    data = {
        "csrf_token": _token(client),
        "kind": "x",
        "audience": "nobody",
        "when": "tomorrow",
        "tags": "字" * 30,
    }
    text = client.post("/form", data=data).text
    targets = re.findall(r'<li><a href="#([^"]+)"', text)
    assert len(targets) >= 5
    for target in targets:
        assert f'id="{target}"' in text


def test_an_upload_survives_the_failure_of_another_field(workspace: Flask) -> None:
    client = workspace.test_client()
    token = _token(client)
    data = {"csrf_token": token, "cover": (io.BytesIO(b"picture"), "车棚.png")}
    text = client.post("/form", data=data, content_type="multipart/form-data").text
    assert "已上传：车棚.png" in text
    assert '<input type="hidden" name="cover_upload" value="u-1">' in text
    # the next try carries the id alone, and it is still there
    text = client.post("/form", data={"csrf_token": token, "cover_upload": "u-1"}).text
    assert 'name="cover_upload" value="u-1"' in text
    text = client.post("/form", data={"csrf_token": token, "cover_upload": "u-1", "cover_remove": "1"}).text
    assert 'name="cover_upload" value=""' in text


def test_every_standard_message_of_wtforms_has_our_sentence() -> None:
    source = inspect.getsource(validators)
    for module in {inspect.getmodule(getattr(fields, name)) for name in fields.__all__}:
        assert module is not None
        source += inspect.getsource(module)
    messages = {m.strip() for m in re.findall(r'gettext\(\s*"([^"]+)"', source)}
    ours = set(STANDARD)
    never_shown = {
        "Invalid Mac address.",
        "Invalid UUID.",
        "Invalid IP address.",
        "Choices cannot be None.",
        "Invalid field name '%s'.",
    }
    assert messages - ours == never_shown


@given(st.text(max_size=80))
def test_any_text_makes_tags_without_repeats_or_blanks(workspace: Flask, text: str) -> None:
    with workspace.test_request_context("/form", method="POST", data={"tags": text}):
        form = SampleForm(meta={"csrf": False})
        form.validate()
        shown, tags = "", form.tags.data or []
        assert len(tags) == len(set(tags))
        assert all(tag and tag == tag.strip() and "、" not in tag and "，" not in tag for tag in tags)
        if not form.tags.errors:
            assert len(tags) <= 10 and all(len(tag) <= 20 for tag in tags)
            # what is shown again is read as the same tags
            shown = form.tags._value()
    if not form.tags.errors:
        with workspace.test_request_context("/form", method="POST", data={"tags": shown}):
            assert (SampleForm(meta={"csrf": False}).tags.data or []) == tags


def test_a_refusal_of_a_service_lands_at_its_field(workspace: Flask) -> None:
    with workspace.test_request_context("/form", method="POST"):
        form = SampleForm(meta={"csrf": False})
        form.take_errors({"title": "这个标题已经有了。", "unit": "单元已经停用。"})
        text = render_template_string(
            '{% from "webkit/ui/forms.html" import error_summary %}{{ error_summary(form) }}', form=form
        )
    assert form.status == 422
    assert '<a href="#title">标题：这个标题已经有了。</a>' in text
    assert "<li>单元已经停用。</li>" in text
