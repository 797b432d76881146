"""Things to find in tests: a source over the tenants' table, and one over a plain dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from search import connect
from search.engine import Engine, EngineRequest, EngineResult, Entry, entry
from search.lexicon import shipped_synonyms
from search.query import parse
from search.ranking import plan
from search.sources import PUBLIC, Corpus, Document, Found, Passage, readable
from tenants.identity.models import Tenant
from tenants.permissions import Permission
from tests.conftest import Deployment


class TenantSource:
    """Tenants as documents: a real table under row security. The public role sees active ones."""

    name = "test-tenant"
    corpus = Corpus.PUBLIC

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        rows = select(Tenant.id).order_by(Tenant.id).limit(limit)
        return session.scalars(rows.where(Tenant.id > after) if after else rows).all()

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        for tenant in session.scalars(select(Tenant).where(Tenant.id.in_(ids), Tenant.active)):
            yield Document(
                id=tenant.id,
                title=tenant.name,
                body=tenant.introduction,
                kind=tenant.kind,
                access=PUBLIC,
                labels=(tenant.short_name,),
                tenant=tenant.slug,
                date=tenant.created_at,
            )

    def found(self, session: Session, ids: Sequence[UUID], *, texts: bool = True) -> Iterable[Found]:
        columns = (Tenant.id, Tenant.name, Tenant.slug, Tenant.kind, Tenant.short_name, Tenant.introduction)
        # which of them the reader sees is row security's to say
        for row in session.execute(select(*columns).where(Tenant.id.in_(ids))):
            yield Found(
                id=row.id,
                title=row.name,
                address=f"/places/{row.slug}",
                kind=row.kind,
                tenant=row.short_name,
                passages=[Passage(row.introduction)],
            )


class WorkspaceTenantSource(TenantSource):
    """The same for staff: those of the tenant, and the district office."""

    name = "test-workspace-tenant"
    corpus = Corpus.WORKSPACE

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        for tenant in session.scalars(select(Tenant).where(Tenant.id.in_(ids))):
            access = readable(tenant.id, Permission.PUBLICATION_READ, Permission.DISTRICT_PUBLICATION_READ)
            yield Document(
                id=tenant.id, title=tenant.name, body=tenant.introduction, kind=tenant.kind, access=access
            )


@dataclass
class Shelf:
    """A source over a dictionary, for many documents and for ones that cannot be read."""

    name: str = "test-shelf"
    corpus: Corpus = Corpus.PUBLIC
    held: dict[UUID, Document] = field(default_factory=dict)
    broken: set[UUID] = field(default_factory=set)

    def put(self, title: str, body: str = "", **changes: object) -> Document:
        given: dict[str, object] = {"id": uuid4(), "kind": "sprout", "access": PUBLIC, **changes}
        document = Document(title=title, body=body, **given)  # type: ignore[arg-type]
        self.held[document.id] = document
        return document

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return sorted(i for i in self.held if after is None or i > after)[:limit]

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        for entity_id in ids:
            if entity_id in self.broken:
                raise ValueError("damaged")
            if entity_id in self.held:
                yield self.held[entity_id]

    def found(self, session: Session, ids: Sequence[UUID], *, texts: bool = True) -> Iterable[Found]:
        for entity_id in ids:
            if entity_id in self.held:
                held = self.held[entity_id]
                passages = [Passage(held.body), *(Passage(p, "附件") for p in held.passages)]
                names = [*(Passage(t, "标签") for t in held.tags), *(Passage(n, "街镇园区") for n in held.labels)]
                address = f"/a/{entity_id}"
                yield Found(
                    entity_id, held.title, address, held.kind, held.date, passages=passages, names=names
                )


class DuringRebuild(Shelf):
    """A shelf on which something happens while it is walked through."""

    def __init__(self, inner: Shelf, happen: Callable[[], None]) -> None:
        super().__init__(held=inner.held)
        self._happen: Callable[[], None] | None = happen

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        read = list(super().documents(session, ids))
        if self._happen and len(ids) < 500:  # the last batch of the walk has been read
            happen, self._happen = self._happen, None
            happen()
        return read


def use(engine: Engine, deployment: Deployment) -> None:
    """Both doors of the deployment search with this engine."""
    for database in (deployment.public_engine, deployment.workspace_engine):
        connect.use(engine, database.url)


def day(year: int, month: int = 3, date: int = 1) -> datetime:
    """An instant on a day."""
    return datetime(year, month, date, 4, tzinfo=UTC)


def entries(documents: Iterable[Document], version: int = 1) -> list[Entry]:
    """Documents as the engines take them."""
    return [entry("test-shelf", document, version) for document in documents]


def fill(engine: Engine, documents: Iterable[Document], corpus: Corpus = Corpus.PUBLIC) -> str:
    """A live index with these documents."""
    return load(engine, entries(documents), corpus)


def load(engine: Engine, analysed: Iterable[Entry], corpus: Corpus = Corpus.PUBLIC) -> str:
    """The same with documents that were analysed before."""
    index = engine.create(corpus)
    assert engine.load(corpus, index, analysed) == {}
    engine.publish(corpus, index)
    return index


def ask(engine: Engine, text: str, **changes: object) -> EngineResult:
    """Search the public corpus for a text."""
    given: dict[str, object] = {
        "corpus": Corpus.PUBLIC,
        "plan": plan(parse(text), shipped_synonyms()),
        "access": PUBLIC,
        **changes,
    }
    return engine.search(EngineRequest(**given))  # type: ignore[arg-type]
