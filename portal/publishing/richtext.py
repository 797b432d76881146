"""The rich text of publications: what may be in it, and how anything else is brought into that form.

Whatever comes in (an editor, a paste from Word, an import, an attacker) leaves `sanitise` as a flat
run of headings, paragraphs, lists, quotations, figures and tables. Sanitising is idempotent, and its
last step is always the sanitiser's own serialisation: nothing is rewritten after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from uuid import UUID

import nh3

from portal.publishing import htmltree
from portal.publishing.monsters import refuse_monsters, refuse_overlong
from portal.publishing.structure import UNSEEN, WRAPPERS, repair
from webkit import prose
from webkit.prose import BLOCKS, INLINE, RENAMED
from webkit.text import clean

#: What other editors write; `repair` turns it into ours.
_SYNONYMS = WRAPPERS | frozenset({
    *RENAMED, "div", "section", "article", "header", "footer", "main", "aside", "nav", "center", "address", "dl",
    "dt", "dd", "pre", "form", "fieldset", "details", "summary",
})  # fmt: skip

_MEDIA = re.compile(r"/media/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/[A-Za-z0-9][A-Za-z0-9._-]*")
_HREF = re.compile(
    r"https?://[^/?#@\\\s]+(?:[/?#][^\\\s]*)?"  # no user part: it dresses up a false host
    r"|mailto:[^\s@?]+@[^\s@]+"
    r"|tel:\+?[0-9 ().-]{3,30}"
    r"|/(?![/\\])[^\\\s]*",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[a-z]+:", re.IGNORECASE)
_WORD = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]|[^\W_㐀-鿿豈-﫿]+(?:['’.,:/-][^\W_㐀-鿿豈-﫿]+)*")
_PICTURE = re.compile(r'<img src="/media/([0-9a-f-]{36})/[^"]*"')


def sanitise(html: str) -> str:
    """Bring any `html` into the form of a publication's text.

    Raises `Invalid` (field `body`) for a text too long or nested beyond reason.
    """
    refuse_overlong(html)
    html = clean(html)
    refuse_monsters(html)
    loose = clean(_LOOSE.clean(html)).replace("&nbsp;", " ")
    return _STRICT.clean(htmltree.serialise(repair(htmltree.parse(loose))))


def safe_with_changes(html: str) -> str:
    """The sanitiser's last step for a comparison: marks of what came and went may be in it too."""
    return _WITH_CHANGES.clean(html)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The attribute's value as it may stay, or None to drop it. No value keeps `<` or `>`."""
    match name:
        case "href":
            return safe_href(value)
        case "src":
            return value if _MEDIA.fullmatch(value) else None
        case "alt":
            return " ".join(clean(value).replace("<", "＜").replace(">", "＞").split())[:500]
        case "width" | "height":
            return value if re.fullmatch(r"[1-9][0-9]{0,4}", value) else None
        case "colspan" | "rowspan":
            return value if re.fullmatch(r"[2-9]|[1-9][0-9]", value) else None
        case "start":
            return value if re.fullmatch(r"[2-9]|[1-9][0-9]{1,3}", value) else None
        case "scope":
            return value if value in ("col", "row", "colgroup", "rowgroup") else None
        case _:
            return value  # rel, from its own list


def safe_href(value: str) -> str | None:
    """A link target that may be published, cleaned; None for any other.

    Allowed are http, https, mailto, tel and addresses on this site beginning with `/`.
    """
    value = re.sub(r"[\x00-\x20\x7f-\xa0]", "", clean(value.strip()).replace(" ", "%20"))
    value = value.replace("<", "%3C").replace(">", "%3E").replace('"', "%22").removesuffix("%20")
    if not _HREF.fullmatch(value):
        return None
    return (
        _SCHEME.sub(lambda scheme: scheme[0].lower(), value, count=1) if not value.startswith("/") else value
    )


def _cleaner(tags: frozenset[str], classes: dict[str, set[str]]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(tags),
        clean_content_tags=set(prose.DROPPED - tags),
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        tag_attribute_values={"a": {"rel": {prose.OUTSIDE_REL}}},
        allowed_classes={"p": {prose.SIGNATURE}, **classes},
        link_rel=None,
    )


def _loose_attribute(tag: str, name: str, value: str) -> str | None:
    """As `_attribute`; and says of an element that its author did not show it."""
    if name == "hidden" or (name in _UNSEEN and _UNSEEN[name].search(value)):
        return UNSEEN
    if name == "class":
        return prose.SIGNATURE if tag == "p" and prose.SIGNATURE in value.split() else None
    return _attribute(tag, name, value) if name in _ATTRIBUTES.get(tag, ()) else None


#: `rel` and `class` are let in by their values.
_ATTRIBUTES = {tag: set(names) - {"rel", "class"} for tag, names in prose.ATTRIBUTES.items()}
_UNSEEN = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in prose.UNSEEN.items()}
_LOOSE = nh3.Cleaner(
    tags=set(BLOCKS | INLINE | _SYNONYMS),
    clean_content_tags=set(prose.DROPPED),
    attributes={**_ATTRIBUTES, "*": {"hidden", *_UNSEEN}},
    attribute_filter=_loose_attribute,
    link_rel=None,
)
_STRICT = _cleaner(BLOCKS | INLINE, {})
_WITH_CHANGES = _cleaner(
    BLOCKS | INLINE | {"ins", "del", "div", "details", "summary", "span"},
    {
        "div": {"comparison", "comparison-moved"},
        "details": {"comparison-same"},
        "span": {"visually-hidden", "comparison-label"},
    },
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the outline: level 2 to 4, its words, the id it has on the page (see `present`)."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the text: the stored file and the words that stand for it."""

    file_id: UUID
    alternative: str


#: A tag or a stretch of text, as the sanitiser writes them.
_TAG_OR_TEXT = re.compile(r'<(?P<closing>/?)(?P<tag>[a-z][a-z0-9]*)(?:[^">]|"[^"]*")*>|[^<]+')


def plain_text(html: str) -> str:
    """The words of a sanitised text, a line per paragraph, cells of a row set apart by tabs.

    Read without a tree: every search result and every document of an index comes through here.
    """
    pieces: list[str] = []
    cell: list[str] | None = None
    for match in _TAG_OR_TEXT.finditer(html):
        tag = match["tag"]
        into = pieces if cell is None else cell
        if tag is None:
            into.append(unescape(match[0]))
        elif tag in ("td", "th"):
            if cell is not None:
                pieces += ["".join(cell).replace("\n", " ").strip(), "\t"]
            cell = None if match["closing"] else []
        elif tag not in INLINE or tag == "br":
            into.append("\n")
    lines = (line.strip(" \t") for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def word_count(html: str) -> int:
    """Words as Word counts them in Chinese: every Chinese character, every run of letters or digits."""
    return len(_WORD.findall(plain_text(html)))


def pictures(html: str) -> list[Picture]:
    """Every picture in a sanitised text, in order."""
    found = []
    for node in htmltree.parse(html).elements():
        match = re.match(r"/media/([0-9a-f-]{36})/", node.attributes.get("src", ""))
        if node.tag == "img" and match:
            found.append(Picture(UUID(match[1]), node.attributes.get("alt", "")))
    return found


def images_in(html: str) -> list[UUID]:
    """Ids of the stored files shown in a sanitised text, each once, in order."""
    return list(dict.fromkeys(UUID(found) for found in _PICTURE.findall(html)))


def outline(html: str) -> list[Heading]:
    """The headings of a sanitised text, with the anchors that `present` gives them."""
    headings = [node for node in htmltree.parse(html).elements() if node.tag in ("h2", "h3", "h4")]
    return [Heading(int(node.tag[1]), node.text().strip(), f"s{n}") for n, node in enumerate(headings, 1)]
