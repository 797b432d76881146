"""Searching: what pages call. The engine says which and how good; the database says what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import Engine as Database
from sqlalchemy.orm import Session

from search import connect, curation, popular, ranking, sources
from search.engine import DEEPEST, FACETS, EngineDown, EngineRequest, EngineResult, Sort, answer
from search.excerpts import excerpt, marked, reasons
from search.folding import fold
from search.lexicon import Synonyms
from search.query import LONGEST, Query, parse
from search.sources import PUBLIC, Corpus, Found, Passage, access_of
from search.suggestions import Help, Suggestion, correct, help_for, suggest
from tenants.database import actor_of
from tenants.identity import places

PAGE_SIZE = 20
_MOST_READ = 600_000  # characters of documents that are looked through for the excerpts of a page
_FEW = 3  # fewer results than this, and a correction is looked for
_MOST_VALUES, _LONGEST_VALUE = 20, 100
_MOVING = ("tenant", "unit")  # facets whose values are addresses of places


class State(StrEnum):
    """How a search ended."""

    BLANK = "blank"  # nothing was asked for: everything, newest first
    FOUND = "found"
    NOTHING = "nothing"
    RESTING = "resting"  # the engine is slow or down; this is not "no results"


class Arguments(Protocol):
    """Arguments of an address, as Flask gives them."""

    def get(self, key: str, default: str) -> str: ...

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What a page asks. Unknown facets and values simply match nothing or are ignored; no text is an error."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    page_size: int = PAGE_SIZE

    @classmethod
    def from_args(cls, args: Arguments, page_size: int = PAGE_SIZE) -> SearchRequest:
        """Read an address: `q`, one argument per facet (repeatable), `sort`, `page`."""
        filters: dict[str, tuple[str, ...]] = {}
        for name in FACETS:
            values = [value[:_LONGEST_VALUE] for value in args.getlist(name)[:_MOST_VALUES] if value]
            if values:
                filters[name] = tuple(dict.fromkeys(values))
        page = args.get("page", "1")
        number = int(page) if page.isascii() and page.isdigit() and len(page) <= 6 else 1
        return cls(
            text=args.get("q", "")[:LONGEST].strip(),
            filters=filters,
            sort=Sort.DATE if args.get("sort", "") == Sort.DATE else Sort.RELEVANCE,
            page=max(1, min(number, DEEPEST // page_size)),
            page_size=page_size,
        )

    def args(self, **changes: object) -> list[tuple[str, str]]:
        """The pairs of an address that asks this, with fields replaced; the page starts anew unless given."""
        new = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        pairs = [("q", new.text)] if new.text else []
        pairs += [(name, value) for name in FACETS for value in new.filters.get(name, ())]
        if new.sort is not Sort.RELEVANCE:
            pairs.append(("sort", str(new.sort)))
        if new.page > 1:
            pairs.append(("page", str(new.page)))
        return pairs

    def toggled(self, facet: str, value: str) -> list[tuple[str, str]]:
        """The pairs of an address with a facet's value chosen, or no longer chosen."""
        chosen = self.filters.get(facet, ())
        new = tuple(v for v in chosen if v != value) if value in chosen else (*chosen, value)
        return self.args(filters={**self.filters, facet: new})


@dataclass(frozen=True, slots=True)
class Hit:
    """A result as the reader sees it. `passage` says where the excerpt stands (see `Passage`).

    `reasons`: what else it was found by, where title and excerpt do not show it: label (a message id), marked name.
    `state` as in `Found`.
    """

    source: str
    id: UUID
    title: Markup
    address: str
    kind: str
    date: datetime | None
    tenant: str
    unit: str
    excerpt: Markup
    passage: Passage
    state: tuple[str, str] | None = None
    pinned: bool = False
    reasons: tuple[tuple[str, Markup], ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet: how many results it would leave, and whether it is chosen."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to a page's request."""

    request: SearchRequest
    state: State
    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    suggestion: str | None = None
    help: Help | None = None
    #: No document has all that was asked; these have some of it. Say so.
    relaxed: bool = False

    @property
    def page(self) -> int:
        return self.request.page

    @property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """The values of each facet."""
        return {name: tuple(value.value for value in values) for name, values in self.facets.items()}

    @property
    def pages(self) -> int:
        return max(1, -(-min(self.total, DEEPEST) // self.request.page_size))


def followed(session: Session, requests: Sequence[SearchRequest]) -> list[SearchRequest]:
    """The same requests, with tenants and units under their present addresses. One query, or none."""
    chosen = {name: [v for request in requests for v in request.filters.get(name, ())] for name in _MOVING}
    moved = places.moved(session, chosen["tenant"], chosen["unit"])
    return [
        replace(
            request,
            filters={
                name: tuple(moved.get(v, v) for v in values) if name in _MOVING else values
                for name, values in request.filters.items()
            },
        )
        for request in requests
    ]


def public_search(session: Session, request: SearchRequest) -> SearchResult:
    """Search what anyone may read. Never raises; counts the query without anything about who asked."""
    query = parse(request.text)
    pinned = curation.curated(session).pins.get(query.key, ()) if request.page == 1 and not request.filters else ()
    result = _search(session, request, query, Corpus.PUBLIC, PUBLIC, pinned)
    database = session.get_bind()
    counts = result.state in (State.FOUND, State.NOTHING) and request.page == 1 and not request.filters
    if counts and isinstance(database, Database):
        # others are shown only what something has as a whole, and nothing of what somebody wants without
        in_vain = result.relaxed or result.state is State.NOTHING
        popular.count(database, Query(query.wanted).key, in_vain=in_vain)
    return result


def workspace_search(session: Session, request: SearchRequest) -> SearchResult:
    """Search what the session's actor may read in the workspace: one tenant's, or the district's."""
    access = access_of(actor_of(session))
    return _search(session, request, parse(request.text), Corpus.WORKSPACE, access, ())


def _search(
    session: Session,
    request: SearchRequest,
    query: Query,
    corpus: Corpus,
    access: frozenset[str],
    pinned: tuple[tuple[str, UUID], ...],
) -> SearchResult:
    request = followed(session, [request])[0]
    synonyms = curation.curated(session).synonyms
    asked = EngineRequest(
        corpus=corpus,
        plan=ranking.plan(query, synonyms),
        access=access,
        filters=request.filters,
        sort=Sort.DATE if query.blank else request.sort,
        offset=(request.page - 1) * request.page_size,
        limit=request.page_size,
    )
    asking = connect.asking(session)
    try:
        found, relaxed = answer(asking.search, asked, query, synonyms)
    except EngineDown:
        return SearchResult(request, State.RESTING)
    hits, hidden, whole = _hits(session, found, query, synonyms, pinned)
    total = max(found.total - hidden, len(hits))
    facets = {
        name: tuple(FacetValue(value, n, value in request.filters.get(name, ())) for value, n in counts)
        for name, counts in found.facets.items()
    }
    if query.blank:
        return SearchResult(request, State.BLANK, hits, total, facets)

    def count(other: Query, by: Synonyms) -> int:
        wider = replace(asked, plan=ranking.plan(other, by), filters={}, offset=0, limit=0, facets=())
        return asking.search(wider).total

    suggestion, offered = None, None
    # a single character may be what is left of a mistyped word
    odd = any(unit.optional for unit in ranking.units(query, synonyms))
    try:
        relaxed = relaxed or (bool(total) and not whole and _lacks(asking, asked, query, synonyms))
        if total == 0:
            offered = help_for(session, asking, query, corpus, access, count)
            suggestion = offered.corrected
        elif relaxed or odd or total < _FEW:
            suggestion = correct(asking, query, corpus, access, count)
    except EngineDown:
        offered = offered or (Help() if total == 0 else None)
    state = State.FOUND if total else State.NOTHING
    return SearchResult(request, state, hits, total, facets, suggestion, offered, relaxed)


def _lacks(asking: connect.Asking, asked: EngineRequest, query: Query, synonyms: Synonyms) -> bool:
    """Whether no document has all that was asked."""
    if not ranking.may_lack(query, synonyms):
        return False
    everything = ranking.plan(query, synonyms, ranking.Need.ALL)
    return not asking.search(replace(asked, plan=everything, offset=0, limit=0, facets=())).total


def _hits(
    session: Session,
    result: EngineResult,
    query: Query,
    synonyms: Synonyms,
    pinned: tuple[tuple[str, UUID], ...],
) -> tuple[tuple[Hit, ...], int, bool]:
    """The hits that the reader may see, pinned ones first; how many the database did not show; whether the best of
    them has all that was asked, as it was asked."""
    first = [sources.key(name, entity_id) for name, entity_id in pinned]
    keys = [*first, *(key for key, _ in result.hits if key not in first)]
    found = dict(sources.found_by_key(session, keys))
    literals = ranking.literals(query, synonyms)
    left = _MOST_READ

    def read(passages: Iterable[Passage]) -> Iterator[Passage]:
        nonlocal left
        for number, passage in enumerate(passages):
            if number and left <= 0:
                return
            left -= len(passage.text)
            yield passage

    hits = tuple(
        _hit(key, found[key], read(found[key].passages), literals, pinned=key in first) for key in keys if key in found
    )
    best = next((found[key] for key, _ in result.hits if key in found), None)
    return hits, sum(key not in found for key, _ in result.hits), best is not None and _has_all(best, literals)


def _has_all(found: Found, literals: ranking.Literals) -> bool:
    """Whether title, names and body have every unit as it was asked. What they do not show may be elsewhere."""
    body = found.passages[0].text if found.passages else ""
    text = fold("\n".join((found.title, body, *(name.text for name in found.names))))
    return all(group[0] in text for group in literals)


def _hit(key: str, found: Found, passages: Iterable[Passage], literals: ranking.Literals, *, pinned: bool) -> Hit:
    text, passage = excerpt(passages, literals)
    return Hit(
        source=sources.from_key(key)[0],
        id=found.id,
        title=marked(found.title, literals),
        address=found.address,
        kind=found.kind,
        date=found.date,
        tenant=found.tenant,
        unit=found.unit,
        excerpt=text,
        passage=passage,
        state=found.state,
        pinned=pinned,
        reasons=reasons(found.names, literals, f"{found.title}\n{text.striptags().strip('…')}"),
    )


__all__ = [
    "FacetValue",
    "Help",
    "Hit",
    "SearchRequest",
    "SearchResult",
    "Sort",
    "State",
    "Suggestion",
    "public_search",
    "suggest",
    "workspace_search",
]
