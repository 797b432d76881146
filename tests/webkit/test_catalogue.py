"""The catalogues: complete for the scripts, and never compiled with placeholders that do not match."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from webkit import catalogue
from webkit.script_words import SCRIPT_WORDS

SCRIPTS = Path(catalogue.__file__).parent / "assets" / "js"


def test_every_sentence_of_the_scripts_is_known() -> None:
    used: set[str] = set()
    for script in SCRIPTS.glob("*.js"):
        used.update(
            re.findall(r'(?:\bt|\.say)\(\s*"([^"]*[^\x00-\x7f][^"]*)"', script.read_text(encoding="utf-8"))
        )
    assert used == set(SCRIPT_WORDS)


def test_no_script_says_chinese_past_the_catalogue() -> None:
    for script in SCRIPTS.glob("*.js"):
        for line in script.read_text(encoding="utf-8").splitlines():
            code = re.sub(r"//.*", "", line)
            code = re.sub(r'(?:\bt|\.say)\(\s*"[^"]*"', "", code)
            code = re.sub(r"/(?:[^/\\\n]|\\.)+/[a-z]*", "", code)  # patterns may name Chinese characters
            found = re.findall(r'["`][^"`]*[\u4e00-\u9fff][^"`]*["`]', code)
            assert not found, f"{script.name}: {line.strip()}"


def test_extraction_finds_templates_and_code() -> None:
    found = {m.id if isinstance(m.id, str) else m.id[0] for m in catalogue.extract() if m.id}
    assert {"跳到正文", "请填写这一项。", "大标题", "%(num)s 天前"} <= found


PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: en\\n"

#, python-format
msgid "从来没有的 %(n)s 句话"
msgstr "{translation}"
"""


def test_compiling(tmp_path: Path) -> None:
    po = tmp_path / "en" / "LC_MESSAGES" / "messages.po"
    po.parent.mkdir(parents=True)
    po.write_text(PO.format(translation="%(n)s items"), encoding="utf-8")
    assert [mo.exists() for mo in catalogue.compile_all(tmp_path)] == [True]
    po.write_text(PO.format(translation="%(m)s items"), encoding="utf-8")
    with pytest.raises(SystemExit, match="n"):
        catalogue.compile_all(tmp_path)


def test_update_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    po = tmp_path / "en" / "LC_MESSAGES" / "messages.po"
    po.parent.mkdir(parents=True)
    po.write_text(
        PO.format(translation="%(n)s items") + '\nmsgid "跳到正文"\nmsgstr "Skip to content"\n',
        encoding="utf-8",
    )
    before = catalogue.missing(po)
    catalogue.update(po)
    text = po.read_text(encoding="utf-8")
    assert "Skip to content" in text
    assert "从来没有的 %(n)s 句话" not in text
    assert catalogue.missing(po) == before
    assert "跳到正文" not in before and "大标题" in before
