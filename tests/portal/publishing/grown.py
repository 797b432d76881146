"""Texts of every allowed element, grown at random: what somebody might write, nested any way the table allows."""

from __future__ import annotations

from random import Random

from portal.publishing.richtext import sanitise
from tests.portal.publishing.hostile import MEDIA
from webkit import prose

_WORDS = ["责任双师", "走访 3 次", "a<b", "H", "2", "“街坊”", " 空格 ", "&", "https://a.cn/x", "👩‍👧"]

_TARGETS = ["https://a.cn/x?a=1&amp;b=2", "http://规划.cn", "/t/x", "mailto:a@b.cn", "tel:010-12345678"]
_KINDS = ["p", "p", "sign", "h2", "h3", "h4", "hr", *(["ul", "ol", "blockquote", "figure", "table"] * 2)]


def grow(count: int, seed: int = 8) -> list[str]:
    """`count` different sanitised texts, the same ones for a seed."""
    random = Random(seed)
    grown: dict[str, None] = {}
    while len(grown) < count:
        outline = random.choice(["", "", "<h2>一</h2><h3>二</h3>"])
        grown[sanitise(outline + "".join(_block(random, 3) for _ in range(random.randint(6, 14))))] = None
    return list(grown)


def _inline(random: Random, depth: int) -> str:
    found = ""
    for _ in range(random.randint(1, 3)):
        kind = random.choice(["", "", *prose.MARKS, "br", "img"]) if depth else ""
        if kind == "br":
            found += random.choice(_WORDS) + "<br>" + random.choice(_WORDS)
        elif kind == "img":
            found += random.choice(_WORDS) + _picture(random)
        elif kind:
            target = f' href="{random.choice(_TARGETS)}"' if kind == "a" else ""
            found += f"<{kind}{target}>{_inline(random, depth - 1)}</{kind}>"
        else:
            found += random.choice(_WORDS).replace("&", "&amp;").replace("<", "&lt;")
    return found


def _picture(random: Random) -> str:
    size = random.choice(["", ' width="640"', ' height="400" width="640"'])
    return f'<img alt="{random.choice(["", "槐树", "&quot;近&quot; &amp; 远"])}" src="{MEDIA}"{size}>'


def _block(random: Random, depth: int) -> str:
    tag = random.choice(_KINDS)
    if not depth or tag == "p":
        return f"<p>{_inline(random, 3)}</p>"
    match tag:
        case "sign":
            return f'<p class="signature">{_inline(random, 1)}</p>'
        case "hr":
            return "<hr>"
        case "ul" | "ol":
            start = random.choice(["", ' start="4"']) if tag == "ol" else ""
            return f"<{tag}{start}>{_items(random, depth - 1)}</{tag}>"
        case "blockquote":
            return f"<blockquote>{_blocks(random, depth - 1)}</blockquote>"
        case "figure":
            caption = random.choice(["", f"<figcaption>{_inline(random, 2)}</figcaption>"])
            if random.choice([True, False]):
                return f"<figure>{_table(random, depth)}{caption}</figure>"
            return f"<figure>{''.join(_picture(random) for _ in range(random.randint(1, 2)))}{caption}</figure>"
        case "table":
            return _table(random, depth)
        case _:
            return f"<{tag}>{_inline(random, 2)}</{tag}>"


def _items(random: Random, depth: int) -> str:
    def inside() -> str:
        return _inline(random, 2) if random.choice([True, False]) else _blocks(random, depth)

    return "".join(f"<li>{inside()}</li>" for _ in range(random.randint(1, 3)))


def _blocks(random: Random, depth: int) -> str:
    return "".join(_block(random, depth) for _ in range(random.randint(1, 3)))


def _table(random: Random, depth: int) -> str:
    def row(*tags: str) -> str:
        return f"<tr>{''.join(_cell(random, random.choice(tags), depth - 1) for _ in range(random.randint(1, 4)))}</tr>"

    caption = random.choice(["", f"<caption>{_inline(random, 2)}</caption>"])
    head = "".join(row("th", "th", "td") for _ in range(random.randint(0, 2)))
    body = "".join(row("td", "td", "th") for _ in range(random.randint(1, 3)))
    return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"


def _cell(random: Random, tag: str, depth: int) -> str:
    spans = random.choice(["", "", ' colspan="2"', ' rowspan="2"', ' rowspan="3" colspan="2"'])
    scope = random.choice(["", ' scope="colgroup"']) if tag == "th" else ""
    match random.randrange(4):
        case 0:
            inside = ""
        case 1:
            inside = _blocks(random, depth)
        case marks:
            inside = _inline(random, marks - 1)
    return f"<{tag}{scope}{spans}>{inside}</{tag}>"
