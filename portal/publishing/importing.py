"""Importing a document: a Word file (.docx) or a text becomes the title, summary and rich text of a publication.

No word is lost: what is not recognised as structure stays a paragraph, and what is not brought over
(a formula, a picture of an unknown kind, the red head) is told in a warning. What nobody sees in the file,
hidden text or what was deleted, is not brought over either.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import dropwhile, groupby, takewhile, zip_longest

from portal.publishing import official, richtext
from portal.publishing.htmltree import Node, serialise
from portal.publishing.leftovers import quoted
from portal.publishing.official import Line
from portal.publishing.wordfile import Block, Found, placeholder, read_word
from tenants.files.inspect import DOCX, Purpose, decode, inspect
from tenants.limited import Busy
from tenants.rules import N_, Invalid, Refusal

#: Stores a picture found in the document and returns the address to show it from. Raises `Invalid` for one not taken.
StoreImage = Callable[[bytes], str]

#: Seconds for all pictures of a document.
_PICTURES_TIME = 60.0
_BOOKMARK = re.compile(r"\[bookmark:[^\]\n]{0,200}\]", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"[-—–－\s]*\d{1,4}[-—–－\s]*|第\s*\d+\s*页(?:\s*[，,/]?\s*共\s*\d+\s*页)?")
_LABEL = re.compile(r"[^\w\s]|[（(]?(?:\d{1,3}|[一二三四五六七八九十]{1,4}|[A-Za-z])[）).．、]+|第.{1,4}[章节条]")
_BLANKS = " \t\u3000\xa0"
#: A cell that a spreadsheet put in quotation marks: it has a line break or such marks in it.
_QUOTED = re.compile(r'(?:(?<=\t)|^(?=[^\t]*\t))"((?:[^"\t]|"")*(?:\n|"")(?:[^"\t]|"")*)"(?=[\t\r\n]|\Z)', re.MULTILINE)
#: A line break in such a cell; no text has this character.
_BREAK = "\x1f"
_CAPTION = re.compile(r"[图表]\s*(?:\d+|[一二三四五六七八九十]+)(?:[.．-]\d+)*(?:[\s:：、.．].{0,40})?")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a document became. `html` is sanitised; `warnings` are sentences for the importer to check.

    In `html` the `pictures` have addresses of no meaning until they are stored (`with_pictures`).
    """

    title: str
    summary: str
    html: str
    document_code: str | None
    warnings: tuple[Refusal, ...]
    pictures: tuple[bytes, ...] = ()
    #: How many pictures could not be read.
    lost: int = 0


def import_document(content: bytes, filename: str) -> Imported:
    """Read a `.docx` or a text file. Raises `Invalid` (field `file`) for anything else, with the reason.

    Work for `tenants.limited`.
    """
    stream = BytesIO(content)
    kind = inspect(stream, filename, Purpose.IMPORT).kind
    stream.seek(0)
    return _compose(read_word(stream) if kind == DOCX else _read_text(decode(content) or ""))


def with_pictures(imported: Imported, store: StoreImage) -> Imported:
    """The same with its pictures stored; those that are not taken are left out, and that is told.

    So are those for which no time is left. Raises `Busy` when too much waits for more of them to be taken.
    """
    html, lost = imported.html, imported.lost
    until = time.monotonic() + _PICTURES_TIME
    for number, picture in enumerate(imported.pictures):
        address = f'src="{placeholder(number)}"'
        if address not in html:
            continue
        try:
            stored = store(picture) if time.monotonic() < until else ""
        except Busy:
            raise
        except Invalid:
            stored = ""
        html = html.replace(address, f'src="{stored}"' if stored else "")
        lost += not stored
    sentence = N_("有 %(n)s 张图片没有带过来，请另存为 JPG 或 PNG 后补上。")
    warnings = (*imported.warnings, Refusal(sentence, {"n": lost})) if lost else imported.warnings
    html = richtext.sanitise(html) if lost else html  # a picture without an address is none
    return replace(imported, html=html, warnings=warnings, pictures=(), lost=0)


def _read_text(text: str) -> Found:
    """The paragraphs of a plain text, without bookmarks, indents and page numbers; lines of cells as a table."""
    cleaned, bookmarks = _BOOKMARK.subn("", _QUOTED.sub(_unquoted, text))
    found = Found([])
    for cells, rows in groupby(re.split(r"\r\n|[\n\r\f\v\u2028\u2029]", cleaned), _cells):
        raw = list(rows)
        if cells > 1 and len(raw) > 1:
            found.blocks.append(Block(_table(raw), Line("")))
        else:
            found.blocks += _paragraphs(raw, first=not found.blocks)
    if bookmarks:
        found.warnings.append(Refusal(N_("去掉了 %(n)s 处书签标记。"), {"n": bookmarks}))
    return found


def _cells(raw: str) -> int:
    """How many cells a line has that a spreadsheet wrote: between tabs, unless one sets off a number of a list."""
    begins, tab, _ = raw.strip(_BLANKS).partition("\t")
    return len(raw.strip(" \u3000").split("\t")) if tab and not _LABEL.fullmatch(begins.strip()) else 1


def _unquoted(cell: re.Match[str]) -> str:
    return re.sub(r"\r?\n", _BREAK, cell[1].replace('""', '"'))


def _table(raw: list[str]) -> Node:
    rows = [Node("tr", children=[_cell(cell) for cell in line.split("\t")]) for line in raw]
    return Node("table", children=list(rows))


def _cell(text: str) -> Node:
    first, *others = text.split(_BREAK)
    return Node("td", children=[first, *(piece for line in others for piece in (Node("br"), line))])


def _paragraphs(raw: list[str], *, first: bool) -> list[Block]:
    lines: list[Line] = []
    gap = False
    for line in raw:
        words = re.sub(rf"[ \t\xa0{_BREAK}]+", " ", line.strip(_BLANKS))
        if not words or _PAGE_NUMBER.fullmatch(words):
            gap = gap or not words
            continue
        indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip(_BLANKS))
        lines.append(Line(words, after_gap=gap and bool(lines or not first), right=indent >= 8))
        gap = False
    return [Block(Node("p", children=[line.text]), line) for line in official.unwrapped(lines)]


def _compose(found: Found) -> Imported:
    """Find title, code, headings, captions and closing lines among the blocks."""
    warnings = found.warnings
    code, blocks = _without_head(_with_captions(found.blocks), warnings)
    title, body = _without_title(blocks)
    if not title:
        warnings.append(Refusal(N_("没有认出标题，请补上。")))
    if mark := official.draft_mark(title):
        warnings.append(Refusal(N_("标题里的“%(mark)s”留下了，定稿后请去掉。"), {"mark": mark}))
    _mark_headings(body)
    words = [block for block in body if block.is_words]
    closing = words[official.closing([block.line for block in words])]
    for block in closing:
        block.node.tag, block.node.attributes["class"] = "p", "signature"
    nodes = [node for block in body for node in _in_order(block.node)]
    try:
        html = richtext.sanitise("".join(map(serialise, nodes + found.notes)))
    except Invalid as error:
        raise Invalid({"file": N_("文档太长，请分成几个文件导入。")}) from error
    if not html and not title:
        raise Invalid({"file": N_("文件里没有文字。")})
    paragraphs = [block.line.text for block in words if block.node.tag == "p" and block not in closing]
    summary = official.summary(paragraphs)
    return Imported(title, summary, html, code, tuple(warnings), tuple(found.pictures), found.lost)


def _without_head(blocks: list[Block], warnings: list[Refusal]) -> tuple[str | None, list[Block]]:
    """The code of the document, and the blocks without it and the red head around it."""
    blocks = _opened(blocks)
    leading = [(block, official.beside_code(block.line.text)) for block in blocks[:10] if block.is_words]
    coded, beside = next((pair for pair in leading if pair[1] is not None), (None, None))
    if coded is None:
        return None, blocks
    at = blocks.index(coded)
    above, below = blocks[:at], takewhile(_is_masthead, blocks[at + 1 :])
    titled = any(official.is_title([block.line.text]) for block in above)
    head = [
        block
        for block in above
        if _is_masthead(block) or (not titled and block.is_words and official.is_issuer(block.line.text))
    ]
    under = list(below)
    lost = [block.line.text for block in head] + ([beside] if beside else []) + [block.line.text for block in under]
    if lost:
        warnings.append(Refusal(N_("红头没有带过来：%(words)s"), {"words": quoted(lost)}))
    return official.document_code(coded.line.text), _taken_out(blocks, [*head, coded, *under])


def _is_masthead(block: Block) -> bool:
    return block.is_words and official.is_masthead(block.line.text)


def _opened(blocks: list[Block]) -> list[Block]:
    """The blocks with the lines of a table on top that only lays out the red head or the title."""
    table = blocks[0].node if blocks else Node("")
    if table.tag != "table" or len(table.text()) > 300:
        return blocks
    lines = [
        Node("p", children=node.children)
        for node in table.elements()
        if node.tag in ("p", "li", "td", "th") and not node.has("p", "li", "td", "th")
    ]
    texts = [" ".join(node.text().split()) for node in lines]
    words = [Block(node, Line(text)) for node, text in zip(lines, texts, strict=True) if text]
    title = official.title([block.line for block in words])
    is_head = any(official.document_code(text) or official.is_masthead(text) for text in texts)
    if not is_head and not (len(title) == len(words) and official.is_title(title)):
        return blocks
    pictures = [Block(Node("p", children=[node]), Line("")) for node in _pictures(table)]
    return [*pictures, *words, *blocks[1:]]


def _without_title(blocks: list[Block]) -> tuple[str, list[Block]]:
    """The title, and the blocks without it."""
    at = next((n for n, block in enumerate(blocks) if block.role == "title" and block.line.text), None)
    tops = [block for block in blocks if block.level == 1 and block.line.text]
    if at is None and len(tops) == 1 and tops[0] is blocks[0]:
        at = 0  # the only heading of the first level, before everything else
    if at is not None:
        named = [blocks[at], *takewhile(lambda block: block.role == "title", blocks[at + 1 :])]
        below = blocks[at + len(named) :][:1]
        named += [block for block in below if block.is_words and official.is_draft_mark(block.line.text)]
    else:
        from_title = dropwhile(lambda block: official.is_annex_mark(block.line.text), blocks[:12])
        leading = list(takewhile(lambda block: block.is_words and not block.level, from_title))
        named = leading[: len(official.title([block.line for block in leading]))]
    for block in blocks:
        if block.role == "title" and block not in named:
            block.level = 1
    return official.join([block.line.text for block in named]), _taken_out(blocks, named)


def _taken_out(blocks: list[Block], gone: list[Block]) -> list[Block]:
    """The blocks without those that are gone; their pictures stay."""
    left: list[Block] = []
    for block in blocks:
        if block not in gone:
            left.append(block)
        elif pictures := _pictures(block.node):
            left.append(Block(Node("p", children=list(pictures)), Line("")))
    return left


def _pictures(node: Node) -> list[Node]:
    return [element for element in node.elements() if element.tag == "img"]


def _in_order(node: Node) -> list[Node]:
    """A heading in one line, and the pictures in it after it."""
    if node.tag not in ("h2", "h3", "h4"):
        return [node]
    pictures = _pictures(node)
    for element in node.elements():
        element.children = [
            "\n" if isinstance(child, Node) and child.tag == "br" else child
            for child in element.children
            if child not in pictures
        ]
    return [node, *(Node("figure", children=[picture]) for picture in pictures)]


def _mark_headings(body: list[Block]) -> None:
    """Headings by their styles where the author used styles, else by their numbers."""
    styled = [block for block in body if block.level and block.line.text]
    top = min((block.level for block in styled if block.level), default=1)
    for block in styled:
        assert block.level
        too_long = len(block.line.text) > 2 * official.LONGEST_HEADING or block.line.text.endswith("。")
        block.node.tag = "p" if too_long else f"h{min(4, block.level - top + 2)}"
    if styled:
        return
    # a line break after a number's words: they head what follows in the same paragraph
    lines = [block.line if block.is_words and not block.node.has("br") else Line("") for block in body]
    for block, level in zip(body, official.headings(lines), strict=True):
        if level and block.is_words:
            block.node.tag = f"h{level}"


def _with_captions(blocks: list[Block]) -> list[Block]:
    """Captions joined to their picture above or table below (GB/T 1.1 puts them so)."""
    joined: list[Block] = []
    waiting: Block | None = None  # a table's caption
    for block, following in zip_longest(blocks, blocks[1:]):
        text = block.line.text if block.is_words else ""
        is_caption = bool(_CAPTION.fullmatch(text)) or block.role == "caption"
        of_table = text.startswith("表") and following is not None and following.node.tag == "table"
        caption = Node("figcaption", children=block.node.children)
        if is_caption and not of_table and joined and joined[-1].is_picture:
            joined[-1].node = Node("figure", children=[*joined[-1].node.children, caption])
        elif is_caption and not text.startswith("图") and waiting is None:
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
