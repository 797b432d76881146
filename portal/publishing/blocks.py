"""A sanitised text as a run of lines that can be compared: paragraphs, list items, whole tables and figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import groupby
from typing import NamedTuple

from portal.publishing.htmltree import VOID, Node, parse, serialise

_WORD = re.compile(r"[A-Za-z]+|[0-9]+|\s+|.", re.DOTALL)
_WHOLE = frozenset({"table", "figure", "hr"})
_BLOCKS = _WHOLE | {"p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote"}


class Token(NamedTuple):
    """A character or a word, and the formatting around it."""

    opens: str
    content: str
    closes: str


@dataclass(frozen=True)
class Line:
    """A piece of text that is compared as one.

    `path` names the elements around it (`ul`, `li`), `children` is what stands in it; a line without any is not
    compared inside: a table, a figure, a rule.
    """

    path: tuple[str, ...]
    html: str
    text: str
    children: tuple[Node | str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it is not compared inside."""
        return not self.children

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its characters and words, each with its formatting. Most lines are never asked for them."""
        return tuple(_tokens(self.children))

    @property
    def key(self) -> tuple[tuple[str, ...], str]:
        """Equal for equal lines."""
        return (self.path, self.html)


def lines_of(html: str) -> list[Line]:
    """The lines of a sanitised text, in order."""
    return list(_lines(parse(html).children, ()))


def _lines(children: Iterable[Node | str], path: tuple[str, ...]) -> Iterator[Line]:
    loose: list[Node | str] = []
    for child in children:
        if isinstance(child, str) or child.tag not in _BLOCKS:
            loose.append(child)
            continue
        yield from _line(loose, path)
        loose = []
        if child.tag in _WHOLE:
            yield Line((*path, child.tag), serialise(child), child.text())
        elif child.tag in ("ul", "ol", "li", "blockquote"):
            yield from _lines(child.children, (*path, child.tag))
        else:
            signature = ".signature" if child.attributes.get("class") == "signature" else ""
            yield from _line(child.children, (*path, child.tag + signature))
    yield from _line(loose, path)


def _line(children: list[Node | str], path: tuple[str, ...]) -> Iterator[Line]:
    if children:
        html = "".join(serialise(child) for child in children)
        text = "".join(child if isinstance(child, str) else child.text() for child in children)
        yield Line(path, html, text, tuple(children))


def _tokens(children: Iterable[Node | str], opens: str = "", closes: str = "") -> Iterator[Token]:
    """Every character or word with its formatting; so a change of formatting is a change."""
    for child in children:
        if isinstance(child, str):
            yield from (Token(opens, escape(word, quote=False), closes) for word in words(child))
        elif child.tag in VOID:
            yield Token(opens, serialise(child), closes)
        else:
            start, _, end = serialise(Node(child.tag, child.attributes, ["|"])).rpartition("|")
            yield from _tokens(child.children, opens + start, end + closes)


def words(text: str) -> list[str]:
    """What is compared one by one: single characters, but words of letters and numbers whole."""
    return _WORD.findall(text)


def dressed(tokens: Iterable[Token]) -> str:
    """HTML of tokens, neighbours of one formatting in one element."""
    return "".join(
        opens + "".join(token.content for token in run) + closes
        for (opens, closes), run in groupby(tokens, key=lambda token: (token.opens, token.closes))
    )


def wrap(line: Line, inside: str) -> str:
    """`inside` in the elements that stand around the line."""
    for element in reversed(line.path):
        if element in _WHOLE:
            continue
        tag, _, kind = element.partition(".")
        attribute = f' class="{kind}"' if kind else ""
        inside = f"<{tag}{attribute}>{inside}</{tag}>"
    return inside
