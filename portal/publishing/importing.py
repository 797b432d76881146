"""Importing a document: a Word file (.docx) or a text becomes the title, summary and rich text of a publication.

No word is lost: what is not recognised as structure stays a paragraph, and what could not be brought
over (a formula, a picture of an unknown kind) is told in a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from itertools import takewhile
from typing import BinaryIO

from portal.publishing import official, richtext
from portal.publishing.htmltree import Node, serialise
from portal.publishing.official import Line
from portal.publishing.wordfile import Block, read_word
from tenants.files.inspect import DOCX, Purpose, decode, inspect
from tenants.rules import N_, Invalid, Refusal

#: Stores a picture found in the document and returns the address to show it from. Raises `Invalid` for one not taken.
StoreImage = Callable[[bytes, str], str]

_BOOKMARK = re.compile(r"\[bookmark:[^\]\n]{0,200}\]", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"[-—–－\s]*\d{1,4}[-—–－\s]*|第\s*\d+\s*页(?:\s*[，,/]?\s*共\s*\d+\s*页)?")
_BLANKS = " \t\u3000\xa0"
_CAPTION = re.compile(r"[图表]\s*(?:\d+|[一二三四五六七八九十]+)(?:[.．-]\d+)*(?:[\s:：、.．].{0,40})?")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a document became. `html` is sanitised; `warnings` are sentences for the importer to check."""

    title: str
    summary: str
    html: str
    document_code: str | None
    warnings: tuple[Refusal, ...]


def import_document(content: BinaryIO | bytes, filename: str, *, store_image: StoreImage) -> Imported:
    """Read a `.docx` or a text file. Raises `Invalid` (field `file`) for anything else, with the reason."""
    stream = BytesIO(content) if isinstance(content, bytes) else content
    kind = inspect(stream, filename, Purpose.IMPORT).kind
    stream.seek(0)
    if kind == DOCX:
        blocks, warnings = read_word(stream, store_image)
    else:
        blocks, warnings = _read_text(decode(stream.read()) or "")
    return _compose(blocks, warnings)


def _read_text(text: str) -> tuple[list[Block], list[Refusal]]:
    """The paragraphs of a plain text, without bookmarks, indents and page numbers."""
    cleaned, bookmarks = _BOOKMARK.subn("", text)
    lines: list[Line] = []
    gap = False
    for raw in re.split(r"\r\n|[\n\r\f\v\u2028\u2029]", cleaned):
        words = re.sub(r"[ \t\xa0]+", " ", raw.strip(_BLANKS))
        if not words or _PAGE_NUMBER.fullmatch(words):
            gap = gap or not words
            continue
        indent = len(raw.expandtabs(4)) - len(raw.expandtabs(4).lstrip(_BLANKS))
        lines.append(Line(words, after_gap=gap and bool(lines), right=indent >= 8))
        gap = False
    warnings = [Refusal(N_("去掉了 %(n)s 处书签标记。"), {"n": bookmarks})] if bookmarks else []
    return [Block(Node("p", children=[line.text]), line) for line in official.unwrapped(lines)], warnings


def _compose(blocks: list[Block], warnings: list[Refusal]) -> Imported:
    """Find title, code, headings, captions and closing lines among the blocks."""
    code, title, body = _front(_with_captions(blocks))
    if not title:
        warnings.append(Refusal(N_("没有认出标题，请补上。")))
    _mark_headings(body)
    words = [block for block in body if block.is_words]
    closing = words[len(words) - official.closing([block.line for block in words]) :]
    for block in closing:
        block.node.tag, block.node.attributes["class"] = "p", "signature"
    html = richtext.sanitise("".join(serialise(block.node) for block in body))
    if not html and not title:
        raise Invalid({"file": N_("文件里没有文字。")})
    paragraphs = [block.line.text for block in words if block.node.tag == "p" and block not in closing]
    return Imported(title, official.summary(paragraphs), html, code, tuple(warnings))


def _front(blocks: list[Block]) -> tuple[str | None, str, list[Block]]:
    """Code and title of the document, and the blocks that are left."""
    coded = next((block for block in blocks[:4] if _code_alone(block.line.text)), None)
    others = [block for block in blocks if block is not coded]
    code = official.document_code(coded.line.text) if coded else None
    named = [block for block in others if block.role == "title"]
    tops = [block for block in others if block.level == 1]
    if not named and len(tops) == 1 and tops[0] is others[0]:
        named = tops  # the only heading of the first level, before everything else
    if named:
        title = official.join([block.line.text for block in named])
        return code, title, [block for block in others if block not in named]
    leading = [block.line for block in takewhile(lambda b: b.is_words and not b.level, others[:12])]
    head = official.front(leading)
    return code or head.code, head.title, others[head.lines :]


def _code_alone(text: str) -> bool:
    code = official.document_code(text)
    return code is not None and len(text) <= len(code) + 12


def _mark_headings(body: list[Block]) -> None:
    """Headings by their styles where the author used styles, else by their numbers."""
    styled = [block for block in body if block.level]
    top = min((block.level for block in styled if block.level), default=1)
    for block in styled:
        assert block.level
        too_long = len(block.line.text) > 2 * official.LONGEST_HEADING or block.line.text.endswith("。")
        block.node.tag = "p" if too_long else f"h{min(4, block.level - top + 2)}"
    if styled:
        return
    lines = [block.line if block.is_words else Line("") for block in body]
    for block, level in zip(body, official.headings(lines), strict=True):
        if level and block.is_words:
            block.node.tag = f"h{level}"


def _with_captions(blocks: list[Block]) -> list[Block]:
    """Captions joined to their picture above or table below (GB/T 1.1 puts them so)."""
    joined: list[Block] = []
    waiting: Block | None = None  # a table's caption
    for block in blocks:
        found = _CAPTION.fullmatch(block.line.text) if block.is_words else None
        is_caption = bool(found) or block.role == "caption"
        caption = Node("figcaption", children=block.node.children)
        if is_caption and joined and joined[-1].is_picture:
            joined[-1].node = Node("figure", children=[*joined[-1].node.children, caption])
        elif is_caption and not block.line.text.startswith("图") and waiting is None:
            waiting = block
        elif waiting is not None:
            if block.node.tag == "table":
                block.node.children.insert(0, Node("caption", children=waiting.node.children))
                joined.append(block)
            else:
                joined += [waiting, block]
            waiting = None
        else:
            joined.append(block)
    return joined + ([waiting] if waiting else [])
