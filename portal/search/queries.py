"""What pages show of searches: words for kinds, facets and their values, and what is new in the saved ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from portal.publishing.queries.words import KINDS
from search import saved
from search.engine import EngineDown
from search.queries import SearchResult, Sort, State
from search.query import parse
from search.saved import News
from search.suggestions import Suggestion
from tenants.identity import places
from tenants.rules import N_
from webkit import results
from webkit.pagination import Page

#: Kinds of what can be found, in both corpora (message ids).
KIND_WORDS = {
    **{kind.value: words for kind, words in KINDS.items()},
    "comment": N_("意见"),
    "answer": N_("官方答复"),
    "tenant": N_("街镇园区"),
    "unit": N_("责任单元"),
    "person": N_("人员"),
    "file": N_("文件"),
}
#: Kinds whose titles are suggested while typing; a comment's first words are none.
TITLED = tuple(kind for kind in KIND_WORDS if kind not in ("comment", "answer"))
_SORTS = {Sort.RELEVANCE: N_("最相关"), Sort.DATE: N_("最新")}
_DOCUMENTS = {"yes": N_("有附件"), "no": N_("没有附件")}

Say = Callable[[str], str]
Label = Callable[[str, str], str]
Values = Mapping[str, Sequence[str]]


def labels(session: Session, say: Say, *named: Values) -> Label:
    """What people call the facets' values in `named`. `say` translates a message id."""
    def all_of(facet: str) -> set[str]:
        return {value for values in named for value in values.get(facet, ())}

    names = places.names(session, all_of("tenant"), all_of("unit"))

    def label(facet: str, value: str) -> str:
        if facet == "kind" and value in KIND_WORDS:
            return say(KIND_WORDS[value])
        if facet == "documents" and value in _DOCUMENTS:
            return say(_DOCUMENTS[value])
        return {"tenant": names.tenants, "unit": names.units}.get(facet, {}).get(value, value)

    return label


def shown(
    session: Session, say: Say, result: SearchResult, titles: Mapping[str, str], at: results.Address
) -> dict[str, Any]:
    """What a page of results needs on both doors. `titles`: what it can be narrowed by (message ids)."""
    asked = result.request
    label = labels(session, say, result.values, asked.filters)

    def toggled(facet: str, value: str) -> str:
        return at(asked.toggled(facet, value))

    return {
        "asked": asked,
        "result": result,
        "page": Page(result.hits, result.page, result.total, asked.page_size),
        "blank": result.state is State.BLANK,
        "facets": results.facets(result.facets, {name: say(title) for name, title in titles.items()}, label, toggled),
        "chips": results.chips(asked.filters, label, toggled),
        "kinds": {kind: say(words) for kind, words in KIND_WORDS.items()},
        "sorts": [(say(words), at(asked.args(sort=sort)), asked.sort is sort) for sort, words in _SORTS.items()],
        "wordless": _wordless(result),
        "instead": _instead(result, at),
        "whole": at(asked.args(filters={})),
    }


def _wordless(result: SearchResult) -> bool:
    """Whether something was asked in which there is nothing to look for, nor to leave out: marks, pictures."""
    asked = result.request.text
    return result.state is State.BLANK and bool(asked) and not parse(asked).unwanted


def _instead(result: SearchResult, at: results.Address) -> Callable[[str], str]:
    """Where other words are asked. Those for a search that found nothing were tried without its conditions."""
    filters = {} if result.state is State.NOTHING else result.request.filters
    return lambda words: at(result.request.args(text=words, filters=filters))


def suggested(found: Iterable[Suggestion], say: Say, root: str = "") -> list[dict[str, str]]:
    """Suggestions for a search box. `root`: where the door is mounted.

    Without an address the words are searched for as if they had been typed, with the conditions in force.
    """
    return [
        {
            "label": item.text,
            **({"url": f"{root}{item.address}"} if item.address else {}),
            "note": say(KIND_WORDS[item.of]) if item.address else say(N_("搜索")),
        }
        for item in found
    ]


def conditions(filters: Values, label: Label) -> list[str]:
    """The chosen values of a search, in words."""
    return [label(facet, value) for facet, values in filters.items() for value in values]


def news(session: Session) -> list[News]:
    """What is new in the searches that the session's actor saved here; nothing while search rests."""
    held = saved.mine(session)
    if not held:
        return []
    try:
        return saved.fresh(session, held)
    except EngineDown:
        return []
