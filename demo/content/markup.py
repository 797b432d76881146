"""The small mark-up in which the demonstration's texts are written, and the HTML it stands for.

Blocks are parted by a blank line: `## ` and `### ` headings, `- ` and `1. ` lists, `> ` quotations,
`| a | b |` tables with a rule below the head, `![words|caption](scene:seed)` pictures; inside, `**strong**`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape

_PICTURE = re.compile(r"!\[([^|\]]+)\|([^\]]+)\]\((\w+):([\w-]+)\)")
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_NUMBER = re.compile(r"\d+\. ")


def pictures(text: str) -> list[tuple[str, str]]:
    """(scene, seed) of every picture in the text."""
    return [(m[3], m[4]) for m in _PICTURE.finditer(text)]


def to_html(text: str, address: Callable[[str, str], str]) -> str:
    """The text as HTML; `address(scene, seed)` says where a picture is. Raises `ValueError` for a broken block."""
    return "\n".join(_block(block, address) for block in re.split(r"\n\s*\n", text.strip()) if block.strip())


def plain(text: str) -> Iterator[str]:
    """The text's lines without marks: for documents and for counting characters."""
    for line in text.splitlines():
        bare = _STRONG.sub(r"\1", line).strip()
        if bare and not bare.startswith(("| ---", "![")):
            yield re.sub(r"^(#+|-|>|\d+\.) ", "", bare).strip("| ").replace(" | ", "　")


def _block(block: str, address: Callable[[str, str], str]) -> str:
    lines = block.strip().splitlines()
    first = lines[0]
    if picture := _PICTURE.fullmatch(block.strip()):
        words, caption, scene, seed = picture.groups()
        return (
            f'<figure><img src="{escape(address(scene, seed))}" alt="{escape(words)}">'
            f"<figcaption>{_inline(caption)}</figcaption></figure>"
        )
    if first.startswith("### "):
        return f"<h3>{_inline(first[4:])}</h3>"
    if first.startswith("## "):
        return f"<h2>{_inline(first[3:])}</h2>"
    if first.startswith("- "):
        return _list("ul", [line.removeprefix("- ") for line in lines])
    if _NUMBER.match(first):
        return _list("ol", [_NUMBER.sub("", line, count=1) for line in lines])
    if first.startswith("> "):
        return (
            "<blockquote><p>"
            + _inline("".join(line.removeprefix("> ") for line in lines))
            + "</p></blockquote>"
        )
    if first.startswith("|"):
        return _table(lines)
    if first.startswith(("!", "#", "<")):
        raise ValueError(f"not a block: {first}")
    return f"<p>{_inline(''.join(lines))}</p>"


def _list(tag: str, items: list[str]) -> str:
    return f"<{tag}>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + f"</{tag}>"


def _table(lines: list[str]) -> str:
    head, *body = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in lines if "---" not in line
    ]
    titles = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in head)
    rows = "".join("<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in row) + "</tr>" for row in body)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>"


def _inline(text: str) -> str:
    return _STRONG.sub(r"<strong>\1</strong>", escape(text, quote=False))
