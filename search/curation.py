"""What the district office curates: synonyms and pinned answers. Every search reads them, a few seconds old at most."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from search import connect, lexicon, ranking, sources
from search.analysis import pieces
from search.connect import Asking
from search.engine import EngineRequest, EngineResult
from search.folding import fold
from search.lexicon import Synonyms
from search.models import SearchPin, SearchSynonym
from search.query import parse
from search.remembered import Remembered
from search.sources import PUBLIC, Corpus
from tenants import audit
from tenants.actors import Actor
from tenants.database import take_turns
from tenants.permissions import Permission
from tenants.rules import N_, Conflict, Invalid, Missing, Refusal, require

_SECONDS = 10.0
MOST_GROUPS, MOST_WORDS, LONGEST_WORD = 2000, 30, 40

_COMPARED, _SHOWN = 50, 3  # hits of a query that are compared, titles that are shown of the new ones


@dataclass(frozen=True, slots=True)
class _Curated:
    synonyms: Synonyms
    pins: dict[str, tuple[tuple[str, UUID], ...]]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of synonyms does to a query of the public site: how many it finds now, and would find.

    `new`: titles of some that it would find and does not find now.
    """

    query: str
    now: int
    then: int
    new: tuple[str, ...] = ()


def curated(session: Session) -> _Curated:
    """The synonyms and pins that hold."""
    return _held.of(session)


def _read_curated(session: Session) -> _Curated:
    pins: dict[str, tuple[tuple[str, UUID], ...]] = {}
    rows = session.execute(
        select(SearchPin.query, SearchPin.source, SearchPin.entity_id).order_by(SearchPin.position, SearchPin.id)
    )
    for row in rows:
        pins[row.query] = (*pins.get(row.query, ()), (row.source, row.entity_id))
    return _Curated(Synonyms(group for _, group in groups(session)), pins)


_held = Remembered(_SECONDS, _read_curated)
forget = _held.forget


def may_curate(actor: Actor) -> Refusal | None:
    """Only the district office curates search."""
    if actor.may(Permission.SEARCH_CURATE):
        return None
    return Refusal(N_("只有工作组办公室可以维护搜索词。"), forbidden=True)


def groups(session: Session) -> list[tuple[UUID | None, tuple[str, ...]]]:
    """The groups that hold, with their ids; the shipped ones (without ids) while nobody has edited them."""
    rows = session.execute(select(SearchSynonym.id, SearchSynonym.words).order_by(SearchSynonym.id)).all()
    if rows:
        return [(row.id, tuple(row.words)) for row in rows]
    return [(None, group) for group in lexicon.shipped_groups()]


def version(held: Iterable[tuple[UUID | None, Sequence[str]]]) -> str:
    """A mark of the groups that hold: another one when somebody saved others."""
    lines = "\n".join(" ".join(words) for _, words in held)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def save_groups(
    session: Session, actor: Actor, wanted: Iterable[Sequence[str]], expected_version: str | None = None
) -> None:
    """Put these groups in place of all. Raises as `checked` does, and `Conflict` when they changed since `version`."""
    require(may_curate(actor))
    kept = checked(wanted)
    take_turns(session, "synonyms", "all")
    held = groups(session)
    if expected_version is not None and expected_version != version(held):
        raise Conflict
    before = {words for _, words in held}
    session.execute(delete(SearchSynonym))
    session.add_all(SearchSynonym(words=list(group)) for group in kept)
    session.flush()
    removed, added = sorted(before - set(kept)), sorted(set(kept) - before)
    audit.record(
        session,
        "search.synonyms",
        "search_synonym",
        "all",
        label="；".join(" ".join(g) for g in added or removed),
        changes={"groups": ([" ".join(g) for g in removed], [" ".join(g) for g in added])},
    )
    forget()


def checked(wanted: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """The groups as they would be kept. Raises `Invalid` for fewer than two words in one, for too many, for a mark."""
    read = [tuple(dict.fromkeys(w for w in (word.strip() for word in group) if w)) for group in wanted]
    kept = [group for group in read if group]
    if not kept:
        raise Invalid({"groups": N_("请至少保留一组同义词。")})
    if len(kept) > MOST_GROUPS:
        raise Invalid({"groups": N_("同义词组太多。")})
    for group in kept:
        if len({fold(word) for word in group}) < 2:
            few = N_("“%(words)s”：一组至少要有两个不同的词。")
            raise Invalid({"groups": Refusal(few, {"words": " ".join(group)})})
        if len(group) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in group):
            raise Invalid({"groups": Refusal(N_("“%(words)s”：词太多或太长。"), {"words": " ".join(group)[:60]})})
        for word in group:
            if not any(pieces(fold(word))):
                nothing = N_("“%(word)s”不是词。词与词之间用空格隔开就可以。")
                raise Invalid({"groups": Refusal(nothing, {"word": word})})
    return kept


def parse_groups(text: str) -> list[tuple[str, ...]]:
    """Groups as people write them: one to a line, words apart by spaces, commas or 、."""
    for mark in "，,、;；|/\t":
        text = text.replace(mark, " ")
    return [tuple(line.split()) for line in text.splitlines() if line.strip()]


def effects(session: Session, wanted: Iterable[Sequence[str]], queries: Iterable[str]) -> list[Effect]:
    """What these groups would change for some queries of the public site. Raises `EngineDown`."""
    new, held = Synonyms(wanted), curated(session).synonyms
    asking, found = connect.asking(session), []
    for text in list(queries)[:20]:
        before, after = (_asked(asking, text, synonyms) for synonyms in (held, new))
        known = {key for key, _ in before.hits}
        added = [key for key, _ in after.hits if key not in known][:_SHOWN]
        titles = tuple(one.title for one in sources.found(session, added))
        found.append(Effect(text, before.total, after.total, titles))
    return found


def _asked(asking: Asking, text: str, synonyms: Synonyms) -> EngineResult:
    plan = ranking.plan(parse(text), synonyms)
    return asking.search(EngineRequest(Corpus.PUBLIC, plan, PUBLIC, limit=_COMPARED, facets=()))


def pins(session: Session) -> list[SearchPin]:
    """All pins, by query."""
    return list(session.scalars(select(SearchPin).order_by(SearchPin.query, SearchPin.position)))


def pin(session: Session, actor: Actor, query: str, source_name: str, entity_id: UUID) -> SearchPin:
    """Put an answer first for a query. Raises `Missing` when it cannot be found on the public site."""
    require(may_curate(actor))
    key = parse(query).key
    if not key:
        raise Invalid({"query": N_("请填写查询词。")})
    source = sources.source(source_name)
    if source is None or source.corpus is not Corpus.PUBLIC:
        raise Missing
    if not list(source.found(session, [entity_id], texts=False)):
        raise Missing
    take_turns(session, "pins", key)
    known = session.scalars(
        select(SearchPin).where(
            SearchPin.query == key, SearchPin.source == source_name, SearchPin.entity_id == entity_id
        )
    ).first()
    if known is not None:
        return known
    last = session.scalar(select(func.max(SearchPin.position)).where(SearchPin.query == key))
    new = SearchPin(query=key, source=source_name, entity_id=entity_id, position=(last or 0) + 1)
    session.add(new)
    session.flush()
    audit.record(session, "search.pin", "search_pin", new.id, label=key)
    forget()
    return new


def unpin(session: Session, actor: Actor, pin_id: UUID) -> None:
    """Take a pinned answer away."""
    require(may_curate(actor))
    known = session.get(SearchPin, pin_id)
    if known is None:
        raise Missing
    session.delete(known)
    session.flush()
    audit.record(session, "search.unpin", "search_pin", pin_id, label=known.query)
    forget()
