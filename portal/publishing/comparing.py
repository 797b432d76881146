"""What changed between two versions of a text, so that a person sees it at a glance.

Paragraphs are matched first; within a changed one single characters are compared, for Chinese has no
spaces to go by. What did not change is folded away but there. Additions and deletions are marked by
`ins` and `del` and, for those who listen, by hidden words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from typing import TypeVar

from flask_babel import gettext as _
from markupsafe import Markup

from portal.publishing.blocks import Line, dressed, lines_of, words, wrap
from portal.publishing.richtext import safe_with_changes

#: Paragraphs more alike than this are the same one, changed.
_ALIKE = 0.4
_SURELY = 0.6
#: An unchanged run shorter than this between two changes only makes them harder to read.
_SHORTEST_SAME = 2
#: Longer paragraphs are shown as replaced: comparing characters costs the square of their number.
_MOST_TOKENS = 3_000
#: Characters of one side times characters of the other, for finding which paragraphs belong together.
_MOST_WORK = 20_000_000
#: Unchanged paragraphs shown around a change.
_CONTEXT = 1

Item = TypeVar("Item")
Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `same`, `changed`, `added`, `removed`; `moved` and `left` are the new and the old place of one line."""

    kind: str
    old: Line | None
    new: Line | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison to show, sanitised; how many paragraphs were added, removed, changed and moved."""

    html: Markup
    added: int
    removed: int
    changed: int
    moved: int

    @property
    def same(self) -> bool:
        """Nothing changed."""
        return not (self.added or self.removed or self.changed or self.moved)


def compare(old: str, new: str) -> Comparison:
    """Compare two sanitised texts."""
    steps = align(lines_of(old), lines_of(new))
    count = {
        kind: sum(step.kind == kind for step in steps) for kind in ("added", "removed", "changed", "moved")
    }
    body = "".join(_shown(run) for run in _folded(steps))
    for tag in ("ul", "ol"):
        body = body.replace(f"</{tag}><{tag}>", "")  # neighbours are items of one list
    return Comparison(Markup(safe_with_changes(f'<div class="comparison">{body}</div>')), **count)


def compare_words(old: str, new: str) -> Markup:
    """Compare two plain texts of one line, such as titles and summaries."""
    pieces = _marked(words(old), words(new), lambda some: escape("".join(some), quote=False))
    return Markup(safe_with_changes("".join(pieces)))


def align(old: Sequence[Line], new: Sequence[Line]) -> list[Step]:
    """Match paragraphs: the equal ones first, then, between them, those that are alike."""
    steps: list[Step] = []
    matcher = SequenceMatcher(None, [line.key for line in old], [line.key for line in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            steps += [Step("same", one, other) for one, other in zip(old[a:b], new[c:d], strict=True)]
        else:
            steps += _pair(old[a:b], new[c:d])
    return _with_moves(steps)


def _with_moves(steps: list[Step]) -> list[Step]:
    """Lines that went at one place and came at another were moved."""
    went = Counter(step.old.key for step in steps if step.kind == "removed" and step.old)
    came = Counter(step.new.key for step in steps if step.kind == "added" and step.new)
    moves = {"removed": went & came, "added": went & came}
    names = {"removed": "left", "added": "moved"}
    found: list[Step] = []
    for step in steps:
        line = step.old or step.new
        if step.kind in moves and line and moves[step.kind][line.key]:
            moves[step.kind][line.key] -= 1
            step = Step(names[step.kind], step.old, step.new)
        found.append(step)
    return found


def _pair(old: Sequence[Line], new: Sequence[Line]) -> Iterator[Step]:
    """Pair the paragraphs of a changed stretch so that the pairs are as alike as can be, in order."""
    if len(old) == len(new) and all(_likeness(*pair) > _SURELY for pair in zip(old, new, strict=True)):
        yield from (Step("changed", one, other) for one, other in zip(old, new, strict=True))
        return
    if sum(len(line.text) + 1 for line in old) * sum(len(line.text) + 1 for line in new) > _MOST_WORK:
        yield from (Step("removed", line, None) for line in old)
        yield from (Step("added", None, line) for line in new)
        return
    likeness = [[_likeness(one, other) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _row in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            both = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] else 0.0
            best[i][j] = max(both, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            yield Step("changed", old[i], new[j])
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield Step("removed", old[i], None)
            i += 1
        else:
            yield Step("added", None, new[j])
            j += 1
    yield from (Step("removed", line, None) for line in old[i:])
    yield from (Step("added", None, line) for line in new[j:])


def _likeness(one: Line, other: Line) -> float:
    """How alike two paragraphs are, up to 1; 0 for less than `_ALIKE`. Tables and pictures go by their place."""
    if one.whole or other.whole:
        return _ALIKE if one.whole and one.path == other.path else 0.0
    if max(len(one.tokens), len(other.tokens)) > _MOST_TOKENS:
        return 0.0
    matcher = SequenceMatcher(None, one.text, other.text, autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= _ALIKE else 0.0


def _folded(steps: list[Step]) -> Iterator[list[Step]]:
    """The steps in runs: changes one by one with what is next to them, the unchanged rest together."""
    near: set[int] = set()
    for at, step in enumerate(steps):
        if step.kind != "same":
            near.update(range(at - _CONTEXT, at + _CONTEXT + 1))
    rest: list[Step] = []
    for at, step in enumerate(steps):
        if at in near:
            if rest:
                yield rest
                rest = []
            yield [step]
        else:
            rest.append(step)
    if rest:
        yield rest


def _shown(run: list[Step]) -> str:
    if len(run) == 1 and run[0].kind != "same":
        return _change(run[0])
    lines = [step.new for step in run if step.new]
    inside = "".join(wrap(line, line.html) for line in lines)
    if len(run) == 1:
        return inside
    summary = escape(_("未变动的 %(n)s 段", n=len(run)))
    return f'<details class="comparison-same"><summary>{summary}</summary>{inside}</details>'


def _change(step: Step) -> str:
    old, new = step.old, step.new
    match step.kind:
        case "changed" if old and new and old.path == new.path and not new.whole:
            return wrap(new, "".join(_marked(old.tokens, new.tokens, dressed)))
        case "left" if old:
            return f'<div class="comparison-moved">{_label(_("移走了："))}{_gone(old)}</div>'
        case "moved" if new:
            return f'<div class="comparison-moved">{_label(_("移到这里："))}{_come(new)}</div>'
    return (_gone(old) if old else "") + (_come(new) if new else "")


def _gone(line: Line) -> str:
    return wrap(line, _del(line.html, block=line.whole))


def _come(line: Line) -> str:
    return wrap(line, _ins(line.html, block=line.whole))


def _marked(old: Sequence[Item], new: Sequence[Item], show: Callable[[Sequence[Item]], str]) -> Iterator[str]:
    """Tokens side by side: what stayed, what went, what came."""
    for kind, a, b, c, d in _readable(SequenceMatcher(None, old, new, autojunk=False).get_opcodes()):
        if kind == "equal":
            yield show(old[a:b])
            continue
        if a < b:
            yield _del(show(old[a:b]))
        if c < d:
            yield _ins(show(new[c:d]))


def _readable(opcodes: Sequence[Opcode]) -> list[Opcode]:
    """Without scraps of agreement inside a change: a single equal character between two changes joins them."""
    joined: list[Opcode] = []
    for at, (kind, a, b, c, d) in enumerate(opcodes):
        inside = 0 < at < len(opcodes) - 1
        if kind == "equal" and not (inside and b - a < _SHORTEST_SAME):
            joined.append((kind, a, b, c, d))
        elif joined and joined[-1][0] != "equal":
            joined[-1] = ("replace", joined[-1][1], b, joined[-1][3], d)
        else:
            joined.append(("replace", a, b, c, d))
    return joined


def _hidden(sentence: str) -> str:
    return f'<span class="visually-hidden">{escape(sentence)}</span>'


def _label(sentence: str) -> str:
    return f'<span class="comparison-label">{escape(sentence)}</span>'


def _ins(html: str, *, block: bool = False) -> str:
    return _with_words("ins", _("新增："), _("（新增到此）"), html, block)


def _del(html: str, *, block: bool = False) -> str:
    return _with_words("del", _("删去："), _("（删去到此）"), html, block)


def _with_words(tag: str, begins: str, ends: str, html: str, block: bool) -> str:
    if block:
        return f"<{tag}><div>{_hidden(begins)}{html}</div></{tag}>"
    return f"<{tag}>{_hidden(begins)}{html}{_hidden(ends)}</{tag}>"
