"""The catalogues: complete for the scripts, and never compiled with placeholders that do not match."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from webkit import catalogue
from webkit.language import TRANSLATIONS
from webkit.script_words import SCRIPT_WORDS

SCRIPTS = Path(catalogue.__file__).parent / "assets" / "js"
ENGLISH = TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po"
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def extracted() -> Catalog:
    """Every sentence of the interface."""
    return catalogue.extract()


def sentences(found: Catalog) -> list[str]:
    return [m.id if isinstance(m.id, str) else m.id[0] for m in found if m.id]


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


def test_extraction_finds_templates_and_code(extracted: Catalog) -> None:
    assert {"跳到正文", "请填写这一项。", "大标题", "%(num)s 天前"} <= set(sentences(extracted))


#: One word for each thing: 工作台, 新设 (a tenant) and 开放 (to the public), 办理结果, 正在研究, 已办成;
#: a text is 撤下, what a resident wrote is 撤回.
REJECTED = re.compile(
    r"工作空间|开通|去向|研究中|已落实|(?:文章|内容|这一篇|原文)[^，。]{0,4}撤回|(?:意见|评论|留言)[^，。]{0,4}撤下"
)


def test_each_thing_has_one_word(extracted: Catalog) -> None:
    assert [sentence for sentence in sentences(extracted) if REJECTED.search(sentence)] == []


def test_english_is_complete(extracted: Catalog) -> None:
    assert catalogue.missing(ENGLISH, extracted) == []


def test_english_keeps_placeholders_and_leaves_no_chinese_behind() -> None:
    with ENGLISH.open("rb") as file:
        english = read_po(file)
    for message in english:
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        words = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert len(ids) == len(words), ids[0]
        for chinese, translated in zip(ids, words, strict=True):
            assert set(PLACEHOLDER.findall(chinese)) == set(PLACEHOLDER.findall(translated)), chinese
            # what closed accounts are called is shown as it stands under their comments
            assert not CHINESE.search(translated.replace("已注销的居民", "")), chinese


def test_no_chinese_in_templates_past_the_catalogue() -> None:
    for package in catalogue.PACKAGES:
        for template in (catalogue.ROOT / package).rglob("templates/**/*"):
            if template.suffix not in (".html", ".txt"):
                continue
            text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
            text = re.sub(r"(?<![\w.])(?:_|n?gettext)\((?:\s*\"[^\"]*\",?)+", "", text)
            assert not re.search(r"[\u4e00-\u9fff]", text), template


def test_what_stands_between_words_is_translated_with_them() -> None:
    """A list is joined by the reader's comma, a name is followed by the reader's colon."""
    joint = re.compile(r'"[、，；]"\.join|join\("[、，；]"\)|\}[：，；、]\{')
    for package in ("webkit", "portal", "public_site"):
        for file in (catalogue.ROOT / package).rglob("*"):
            if file.suffix not in (".py", ".html"):
                continue
            found = [line for line in file.read_text(encoding="utf-8").splitlines() if joint.search(line)]
            assert not found, f"{file}: {found[0].strip()}"


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


def test_update_keeps_translations_and_drops_what_is_gone(tmp_path: Path, extracted: Catalog) -> None:
    po = tmp_path / "en" / "LC_MESSAGES" / "messages.po"
    po.parent.mkdir(parents=True)
    po.write_text(
        PO.format(translation="%(n)s items") + '\nmsgid "跳到正文"\nmsgstr "Skip to content"\n',
        encoding="utf-8",
    )
    before = catalogue.missing(po, extracted)
    catalogue.update(po, extracted)
    text = po.read_text(encoding="utf-8")
    assert "Skip to content" in text
    assert "从来没有的 %(n)s 句话" not in text
    assert catalogue.missing(po, extracted) == before
    assert "跳到正文" not in before and "大标题" in before
