"""Inline content in its one form: white space collapsed, marks around nothing gone, nested in one order.

Content is read as runs, stretches of one formatting, and written from them; so whatever way somebody nested
the same formatting, the same markup comes out, and the editor gives it back unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from portal.publishing.htmltree import Node
from webkit import prose

Child = Node | str
#: A mark and, of a link, its target.
Mark = tuple[str, str]

EDGES = " \t\r\n\u3000"
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’…—"
_BREAK_IN_CHINESE = re.compile(rf"(?<=[{_WIDE}])[ \t]*[\r\n]+[ \t]*(?=[{_WIDE}])")
_SPACES = re.compile(r"[ \t\r\n]+")
_RANK = {tag: rank for rank, tag in enumerate(prose.MARKS)}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text, a line break or a picture, and its marks, the outermost first."""

    content: Child
    marks: tuple[Mark, ...]

    @property
    def is_break(self) -> bool:
        return isinstance(self.content, Node) and self.content.tag == "br"

    @property
    def is_picture(self) -> bool:
        return isinstance(self.content, Node) and self.content.tag == "img"

    @property
    def is_blank(self) -> bool:
        """White space or a line break."""
        return not self.content.strip(EDGES) if isinstance(self.content, str) else self.is_break


def is_inline(child: Child) -> bool:
    """Whether `child` is text or an element in which there is nothing but inline content."""
    return isinstance(child, str) or all(node.tag in prose.INLINE for node in child.elements())


def tidy(children: Iterable[Child]) -> list[Child]:
    """Inline content in its one form, trimmed."""
    return nodes(trimmed(runs(children)))


def runs(children: Iterable[Child]) -> list[Run]:
    """Inline content as runs."""
    return _collapsed(_marked_with_reason(_joined(_flat(children, {}))))


def _flat(children: Iterable[Child], marks: dict[str, str]) -> Iterable[Run]:
    for child in children:
        if isinstance(child, Node) and child.tag in _RANK:
            target = child.attributes.get("href", "")
            known = child.tag in marks or (child.tag == "a" and not target)
            yield from _flat(child.children, marks if known else {**marks, child.tag: target})
        elif isinstance(child, str) or child.tag == "br":
            yield Run(child, _ordered(marks))
        elif child.tag != "img":
            yield from _flat(child.children, marks)
        elif "src" in child.attributes:
            yield Run(Node("img", attributes(child, alt="")), _ordered(marks))


def _ordered(marks: dict[str, str]) -> tuple[Mark, ...]:
    return tuple(sorted(marks.items(), key=lambda mark: _RANK[mark[0]]))


def attributes(node: Node, **defaults: str) -> dict[str, str]:
    """The attributes of an element in the order they are written in."""
    given = {**defaults, **node.attributes}
    return {name: given[name] for name in prose.ATTRIBUTES[node.tag] if name in given}


def _joined(found: Iterable[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in found:
        before = joined[-1] if joined else None
        if (
            before
            and before.marks == run.marks
            and isinstance(before.content, str)
            and isinstance(run.content, str)
        ):
            joined[-1] = replace(before, content=before.content + run.content)
        else:
            joined.append(run)
    return joined


def _marked_with_reason(found: list[Run]) -> list[Run]:
    """A blank keeps a mark only within what has it: formatting around nothing is nothing."""
    after: list[set[Mark]] = []
    following: set[Mark] = set()
    for run in reversed(found):
        after.append(following)
        following = following if run.is_blank else set(run.marks)
    kept: list[Run] = []
    before: set[Mark] = set()
    for run, following in zip(found, reversed(after), strict=True):
        if run.is_blank:
            run = replace(run, marks=tuple(mark for mark in run.marks if mark in before & following))
        else:
            before = set(run.marks)
        kept.append(run)
    return _joined(kept)


def _collapsed(found: list[Run]) -> list[Run]:
    """One blank for many, none beside a line break."""
    collapsed: list[Run] = []
    for run, following in pairwise([*found, Run("", ())]):
        if isinstance(run.content, str):
            text = _SPACES.sub(" ", _BREAK_IN_CHINESE.sub("", run.content))
            before = collapsed[-1] if collapsed else None
            if before and (before.is_break or (isinstance(before.content, str) and before.content[-1] == " ")):
                text = text.removeprefix(" ")
            if following.is_break:
                text = text.removesuffix(" ")
            if not text:
                continue
            run = replace(run, content=text)
        elif run.is_break and collapsed and isinstance(former := collapsed[-1].content, str):
            # what stood between was blank
            if kept := former.removesuffix(" "):
                collapsed[-1] = replace(collapsed[-1], content=kept)
            else:
                collapsed.pop()
        collapsed.append(run)
    return collapsed


def split(found: list[Run]) -> list[list[Run]]:
    """The runs in parts: two line breaks end a paragraph."""
    parts: list[list[Run]] = [[]]
    for run in found:
        if run.is_break and parts[-1] and parts[-1][-1].is_break:
            parts.append([])
        parts[-1].append(run)
    return parts


def trimmed(found: list[Run]) -> list[Run]:
    """The runs without white space and line breaks at either end."""
    found = list(found)
    while found and found[0].is_blank:
        found.pop(0)
    while found and found[-1].is_blank:
        found.pop()
    if found and isinstance(text := found[0].content, str):
        found[0] = replace(found[0], content=text.lstrip(EDGES))
    if found and isinstance(text := found[-1].content, str):
        found[-1] = replace(found[-1], content=text.rstrip(EDGES))
    return found


def nodes(found: Iterable[Run]) -> list[Child]:
    """The markup of runs: a mark stays open as long as all that follows has it."""
    root = Node("")
    around, marks = [root], tuple[Mark, ...]()
    for run in found:
        same = 0
        for one, other in zip(marks, run.marks, strict=False):
            if one != other:
                break
            same += 1
        del around[same + 1 :]
        for tag, target in run.marks[same:]:
            node = Node(tag, _link(target) if tag == "a" else {})
            around[-1].children.append(node)
            around.append(node)
        marks, siblings = run.marks, around[-1].children
        if isinstance(run.content, str) and siblings and isinstance(siblings[-1], str):
            siblings[-1] += run.content
        else:
            siblings.append(run.content)
    return root.children


def _link(target: str) -> dict[str, str]:
    outside = target.startswith(("http://", "https://"))
    return {"href": target, "rel": prose.OUTSIDE_REL} if outside else {"href": target}
