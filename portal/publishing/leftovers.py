"""What an import says of a Word file that it did not take over as it stands."""

from __future__ import annotations

from tenants.files.word.model import Document, Left
from tenants.rules import N_, Refusal

#: Characters of quoted words in a sentence.
_MOST = 1_000
_SENTENCES = {
    Left.HIDDEN: N_("去掉了 %(n)s 处隐藏文字。"),
    Left.INSERTED: N_("修订都当作已接受：新增的 %(n)s 处留下了。"),
    Left.DELETED: N_("修订都当作已接受：删除的 %(n)s 处去掉了。"),
    Left.COMMENT: N_("去掉了 %(n)s 条批注。"),
    Left.READING: N_("去掉了 %(n)s 处注音，只留被注的字：%(words)s"),
    Left.SYMBOL: N_("有 %(n)s 个特殊符号没有带过来，请对照原文补上：%(words)s"),
    Left.FORMULA: N_("有 %(n)s 处公式没有带过来，请对照原文补上：%(words)s"),
    Left.FIELD: N_("有 %(n)s 处域没有结果，请对照原文补上：%(words)s"),
    Left.DIAGRAM: N_("有 %(n)s 处图表没有带过来，请另存为图片后补上。%(words)s"),
    Left.OBJECT: N_("有 %(n)s 处嵌入的对象没有带过来，请对照原文补上。%(words)s"),
    Left.TEXT_BOX: N_("有 %(n)s 个文本框，文字放在了所在段落后面，请核对位置。"),
    Left.CONTENTS: N_("去掉了目录。"),
    Left.EDGE: N_("页眉页脚没有带过来。%(words)s"),
}


def warnings_of(document: Document) -> list[Refusal]:
    """A sentence for each kind of thing left out, with the words that were visible."""
    return [
        Refusal(sentence, {"n": document.counts[kind], "words": quoted(document.words.get(kind, []))})
        for kind, sentence in _SENTENCES.items()
        if kind in document.counts
    ]


def quoted(words: list[str]) -> str:
    """Words of a document, each in quotation marks and once."""
    text = "".join(f"“{piece}”" for piece in dict.fromkeys(words))
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
