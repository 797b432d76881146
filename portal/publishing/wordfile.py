"""Reading a Word file into blocks, whatever language its styles are named in (Word, WPS, LibreOffice)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import mammoth

from portal.publishing.htmltree import Node, parse
from portal.publishing.official import Line
from tenants.rules import N_, Invalid, Refusal

_HEADING = re.compile(r"(?:heading|标题|級標題|标题样式)\s*([1-6])|([一二三四五六])级标题")
_TITLE = re.compile(r"title|标题|文档标题|公文标题|大标题|subtitle|副标题")
_CAPTION = re.compile(r"caption|题注|图题|表题|图注")
_CONTENTS = re.compile(r"(?:toc|目录)\s*(?:\d|heading|标题)?")
#: A paragraph's role, as the style map sees it and as a class of what comes out.
_MAP = "\n".join(
    [
        *(f"p[style-name='xinya level {n}'] => p.level-{n}:fresh" for n in range(1, 7)),
        *(
            f"p[style-name='xinya {role}'] => p.{role}:fresh"
            for role in ("title", "caption", "contents", "right")
        ),
        "u => u",
        "strike => s",
    ]
)
_INVISIBLE_OBJECT = re.compile(r"oMath|chart|diagram|oleObject|OLEObject|smartArt", re.IGNORECASE)
_MOST_PICTURES = 200
#: Elements and ends of elements; five hundred pages have some two hundred thousand. Each costs a kilobyte of memory.
_MOST_TAGS = 600_000


@dataclass(slots=True, eq=False)
class Block:
    """A top-level piece of a document: its markup, its words, and what its style says it is."""

    node: Node
    line: Line
    #: "title", "caption", or nothing.
    role: str = ""
    #: 1 to 6 for a heading by its style.
    level: int | None = None

    @property
    def is_words(self) -> bool:
        """A paragraph of words, not a table, list or picture."""
        return bool(self.line.text) and self.node.tag in ("p", "h2", "h3", "h4")

    @property
    def is_picture(self) -> bool:
        """A picture, maybe more, without words."""
        return not self.line.text and self.node.has("img")


def read_word(
    stream: BinaryIO, store_image: Callable[[bytes, str], str]
) -> tuple[list[Block], list[Refusal]]:
    """The blocks of a Word file and what could not be brought over. Raises `Invalid` for a broken one."""
    _refuse_monsters(stream)
    pictures = _Pictures(store_image)
    numbered: list[str] = []
    try:
        result = mammoth.convert_to_html(
            stream,
            style_map=_MAP,
            convert_image=mammoth.images.img_element(pictures.take),
            transform_document=mammoth.transforms.paragraph(lambda p: _with_role(p, numbered)),
            ignore_empty_paragraphs=False,
        )
        root = parse(result.value)
    except Invalid:
        raise
    except Exception as error:  # a damaged part may raise anything below
        raise Invalid({"file": N_("文件已损坏，打不开。请用原来的软件重新保存后再上传。")}) from error
    blocks = _blocks(root)
    objects = sum(bool(_INVISIBLE_OBJECT.search(message.message)) for message in result.messages)
    told = [
        (len(numbered), N_("有 %(n)s 个标题用了自动编号，编号没有带过来，请对照原文补上。")),
        (objects, N_("有 %(n)s 种公式或图表没有带过来，请对照原文补上。")),
        (pictures.refused, N_("有 %(n)s 张图片没有带过来，请另存为 JPG 或 PNG 后补上。")),
    ]
    return blocks, [Refusal(sentence, {"n": n}) for n, sentence in told if n]


def _refuse_monsters(stream: BinaryIO) -> None:
    """Refuse what would fill the memory; `stream` is a package already inspected."""
    with zipfile.ZipFile(stream) as package:
        parts = [name for name in package.namelist() if name.endswith((".xml", ".rels"))]
        if sum(package.read(name).count(b"<") for name in parts) > _MOST_TAGS:
            raise Invalid({"file": N_("文档太长，请分成几个文件导入。")})
    stream.seek(0)


class _Pictures:
    """Hands the pictures of a file over to the store; counts those that are not taken."""

    def __init__(self, store: Callable[[bytes, str], str]) -> None:
        self._store = store
        self._taken = 0
        self.refused = 0

    def take(self, image: Any) -> dict[str, str]:
        try:
            if self._taken >= _MOST_PICTURES:
                raise Invalid({"file": N_("图片太多。")})
            with image.open() as content:
                address = self._store(content.read(), image.content_type or "")
        except (
            Invalid,
            KeyError,
            OSError,
            ValueError,
        ):  # linked from elsewhere, or of a kind nobody can show
            self.refused += 1
            return {}
        self._taken += 1
        return {"src": address}


def _with_role(paragraph: Any, numbered: list[str]) -> Any:
    """The paragraph under one of our style names, by its own style and place."""
    name = re.sub(r"\s+", " ", paragraph.style_name or "").strip().lower()
    heading = _HEADING.match(name)
    role = ""
    if heading:
        number = heading[1] or str("一二三四五六".index(heading[2]) + 1)
        role = f"level {number}"
        if paragraph.numbering is not None:
            numbered.append(name)
            paragraph = paragraph.copy(numbering=None)
    elif _TITLE.fullmatch(name):
        role = "title"
    elif _CAPTION.match(name):
        role = "caption"
    elif _CONTENTS.match(name):
        role = "contents"
    elif paragraph.alignment in ("right", "end") and paragraph.numbering is None:
        role = "right"
    if not role:
        return paragraph
    return paragraph.copy(style_id=None, style_name=f"xinya {role}")


def _blocks(root: Node) -> list[Block]:
    blocks: list[Block] = []
    gap = False
    for node in root.children:
        if isinstance(node, str):
            node = Node("p", children=[node])
        kind = node.attributes.pop("class", "")
        text = re.sub(r"[ \t\n\xa0]+", " ", node.text()).strip(" \u3000") if node.tag == "p" else ""
        if kind == "contents" or (node.tag == "p" and not text and not node.has("img")):
            gap = True
            continue
        _without_backlinks(node)
        level = int(kind[-1]) if kind.startswith("level-") else None
        line = Line(text, after_gap=gap and bool(blocks), right=kind == "right")
        blocks.append(Block(node, line, kind if kind in ("title", "caption") else "", level))
        gap = False
    return blocks


def _without_backlinks(node: Node) -> None:
    """Take the arrows out that lead back from a note to its place: there is nothing to lead to."""
    for element in node.elements():
        element.children = [
            child
            for child in element.children
            if not (
                isinstance(child, Node) and re.match(r"#(foot|end)note-ref", child.attributes.get("href", ""))
            )
        ]
