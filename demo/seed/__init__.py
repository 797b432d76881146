"""The district government's opinion of 2021 on the 责任双师, as published, and its reading as HTML."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

_ARTICLE = re.compile(r"[一二三四五六七八九十]+、\S{2,14}")
_SECTION = re.compile(r"（[一二三四五六七八九十]+）\S{2,24}")
_PART = re.compile(r"\d\.\S{2,8}机制")
_BOOKMARK = re.compile(r"\[bookmark: \w+\]")


def seed_html(path: Path) -> str:
    """The document as headings and paragraphs; its number comes first, its title is left to the page."""
    lines = [
        _BOOKMARK.sub("", line).strip("\ufeff \u3000\t")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    lines = [line for line in lines if line]
    start = next(i for i, line in enumerate(lines) if line.startswith("各街道办事处"))
    blocks = [f"<p><strong>{escape(lines[0])}</strong></p>"]
    for line in lines[start:-1]:
        tag = (
            "h2"
            if _ARTICLE.fullmatch(line)
            else "h3"
            if _SECTION.fullmatch(line)
            else "h4"
            if _PART.fullmatch(line)
            else "p"
        )
        blocks.append(f"<{tag}>{escape(line)}</{tag}>")
    blocks.append(f'<p class="signature">{escape(lines[-1])}</p>')
    return "\n".join(blocks)
