"""Whatever is vouched for at a glance, the parser of HTML5 finds nothing wrong with."""

from __future__ import annotations

import random

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.support.html import errors_of
from tests.support.wellformed import plainly_well_formed

PAGE = (
    '<!doctype html>\n<html lang="zh"><head><meta charset="utf-8"><title>好 &amp; 新</title></head>\n'
    "<body>{}</body></html>\n"
)
FLOW = [
    "p", "div", "a", "span", "form", "ul", "h2", "table", "select", "b", "button", "svg", "dl", "textarea", "script",
    "datalist",
]  # fmt: skip
#: What usually stands where; anything is tried anywhere as well.
INSIDE = {
    "ul": ["li"], "ol": ["li"], "dl": ["dt", "dd", "div"], "table": ["tbody", "thead", "caption"], "tbody": ["tr"],
    "thead": ["tr"], "tr": ["td", "th"], "select": ["option", "optgroup"], "optgroup": ["option"], "option": [""],
    "datalist": ["option"], "svg": ["use", "rect", "title"], "use": [""], "textarea": [""], "script": [""],
    "p": ["b", "em", "a", "img"],
}  # fmt: skip
RARE = [
    "br", "hr", "img", "input", "h3", "li", "dd", "dt", "td", "tr", "tbody", "caption", "option", "optgroup", "title",
    "code", "small", "section", "pre", "nobr", "iframe", "template", "object", "ruby", "rt", "address", "details",
    "summary", "noscript", "head", "body", "html", "meta", "col", "x",
]  # fmt: skip
VOID = ("img", "input", "br", "hr", "meta")
#: The last ones are mistakes.
WORDS = (
    "好", " ", "\n", "", "a > b", "&amp;", "&#39;",
    "1 & 2", "&copy;", "\x0b", "\ufffe", "\U0001fffe", "</p>", "&lt", "<!-- -->",
)  # fmt: skip
ATTRIBUTES = (
    "", ' id="a"', " hidden", ' title="1 > 0 &amp;"', " x='\"'",
    ' id="a" ID="b"', " x=1", ' x="&y=1"', ' a="b"c="d"',
)  # fmt: skip


def tokens_of(chance: random.Random, name: str, depth: int) -> list[str]:
    """An element and what is in it, with mistakes now and then."""
    attributes = chance.choice(ATTRIBUTES[: 5 if chance.random() < 0.95 else None])
    if name in VOID:
        return [f"<{name}{attributes}>"]
    inner: list[str] = []
    for _ in range(chance.randrange(4) if depth else 0):
        child = chance.choice(INSIDE.get(name, FLOW) if chance.random() < 0.97 else FLOW + RARE)
        inner += tokens_of(chance, child, depth - 1) if child else ["好"]
    if name not in INSIDE or name == "p" or chance.random() < 0.03:
        words = chance.choice(WORDS[: 7 if chance.random() < 0.95 else None])
        inner.insert(chance.randrange(len(inner) + 1), words)
    return [f"<{name}{attributes}>", *inner, f"</{name}>"]


@given(
    chance=st.randoms(use_true_random=True),
    part=st.booleans(),
    spoilt=st.sampled_from(["", "", "lost", "twice", "moved"]),
)
def test_what_is_vouched_for_is_well_formed(chance: random.Random, part: bool, spoilt: str) -> None:
    tokens = [token for _ in range(chance.randrange(1, 4)) for token in tokens_of(chance, "div", 5)]
    if spoilt:
        at = chance.randrange(len(tokens))
        token = tokens[at] if spoilt == "twice" else tokens.pop(at)
        if spoilt != "lost":
            tokens.insert(chance.randrange(len(tokens) + 1), token)
    text = "".join(tokens) if part else PAGE.format("".join(tokens))
    vouched = plainly_well_formed(text, part=part)
    event(f"vouched for: {vouched}")
    assert not vouched or errors_of(text, part=part) == []


@pytest.mark.parametrize(
    "body",
    [
        '<main id="content"><h1>新芽</h1><p>一段<a href="/?a=1&amp;b=2">话</a><br></p></main>',
        '<ul><li><svg class="icon" aria-hidden="true"><use href="/i.svg#a"></use></svg></li></ul>',
        "<table><caption>表</caption><thead><tr><th>一</th></tr></thead><tbody><tr><td><p>1</p></td></tr></tbody></table>",
        '<form><select name="a"><option selected>一</option></select><textarea name="t">\n字</textarea></form>',
        '<dl><div><dt>甲</dt><dd>乙</dd></div></dl><script type="application/json">{"a": 1}</script>',
    ],
)  # fmt: skip
def test_an_ordinary_page_needs_no_second_reading(body: str) -> None:
    assert plainly_well_formed(PAGE.format(body)) and errors_of(PAGE.format(body)) == []
    assert plainly_well_formed(body, part=True) and errors_of(body, part=True) == []
