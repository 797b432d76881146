"""What pages show of searches: words for kinds, facets and their values, and what is new in the saved ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

from portal.publishing.queries.words import KINDS
from search import saved
from search.engine import EngineDown
from search.queries import SearchResult, State
from search.query import parse
from search.saved import News
from tenants.identity import places
from tenants.rules import N_
from webkit import results

#: Kinds of what can be found, in both corpora (message ids).
KIND_WORDS = {
    **{kind.value: words for kind, words in KINDS.items()},
    "comment": N_("意见"),
    "answer": N_("官方答复"),
    "tenant": N_("街镇"),
    "unit": N_("责任单元"),
    "person": N_("人员"),
    "file": N_("文件"),
}
#: Kinds whose titles are suggested while typing; a comment's first words are none.
TITLED = tuple(kind for kind in KIND_WORDS if kind not in ("comment", "answer"))
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


def narrowing(
    session: Session,
    say: Say,
    result: SearchResult,
    titles: Mapping[str, str],
    at: results.Address,
) -> tuple[list[results.Facet], list[dict[str, str]]]:
    """What the results can be narrowed to, and a chip for each condition in force. `titles`: facets (message ids)."""
    label = labels(session, say, result.values, result.request.filters)

    def toggled(facet: str, value: str) -> str:
        return at(result.request.toggled(facet, value))

    return (
        results.facets(result.facets, {name: say(title) for name, title in titles.items()}, label, toggled),
        results.chips(result.request.filters, label, toggled),
    )


def wordless(result: SearchResult) -> bool:
    """Whether something was asked in which there is nothing to look for, nor to leave out: marks, pictures."""
    asked = result.request.text
    return result.state is State.BLANK and bool(asked) and not parse(asked).unwanted


def instead(result: SearchResult, at: results.Address) -> Callable[[str], str]:
    """Where other words are asked. Those for a search that found nothing were tried without its conditions."""
    filters = {} if result.state is State.NOTHING else result.request.filters
    return lambda words: at(result.request.args(text=words, filters=filters))


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
