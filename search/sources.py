"""What can be found: slices register one `Source` per corpus; search knows nothing else of them."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Executable, Select, Uuid, any_, bindparam
from sqlalchemy.orm import InstrumentedAttribute, Session

from tenants.actors import Actor
from tenants.permissions import Permission


class Corpus(StrEnum):
    """The two bodies of documents; each is an index of its own."""

    PUBLIC = "public"
    WORKSPACE = "workspace"


#: Access of what anyone may read.
PUBLIC = frozenset({"public"})


def readable(tenant_id: UUID, permission: Permission, across: Permission | None = None) -> frozenset[str]:
    """Access of what those may read who hold `permission` in the tenant, or `across` in the district."""
    tokens = {f"{tenant_id}/{permission}"}
    return frozenset(tokens | {f"*/{across}"} if across else tokens)


def access_of(actor: Actor) -> frozenset[str]:
    """The access tokens of an actor in the workspace: a document that shares one may be found."""
    place = str(actor.tenant_id) if actor.tenant_id else "*"
    return frozenset(f"{place}/{permission}" for permission in actor.permissions)


@dataclass(frozen=True, slots=True)
class Document:
    """What is indexed of one thing.

    `labels` are the names that find it and are suggested, `people` those that are not suggested, `codes` find
    it only as a whole; `passages` are the texts of its documents. `kind`, `tenant`
    and `unit` are facet values: a code, the address of a tenant and of a unit (`tenant/unit`: two tenants
    may have units of one address). `date` must be aware.
    """

    id: UUID
    title: str
    body: str
    kind: str
    access: frozenset[str]
    labels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    tenant: str = ""
    unit: str = ""
    tags: tuple[str, ...] = ()
    date: datetime | None = None
    has_documents: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A text in which a match may be shown.

    The label (a message id) and its values say what it is: a document and page, what a name names; empty for the body.
    """

    text: str
    label: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader sees of a hit, read from the database in their own session.

    `names` are those it may have been found by, best first. `state`: its code and what people call it (a message id).
    """

    id: UUID
    title: str
    address: str
    kind: str
    date: datetime | None = None
    tenant: str = ""
    unit: str = ""
    passages: Sequence[Passage] = ()
    names: Sequence[Passage] = ()
    state: tuple[str, str] | None = None


class Source(Protocol):
    """One kind of thing that can be found in one corpus."""

    @property
    def name(self) -> str: ...

    @property
    def corpus(self) -> Corpus: ...

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        """Ids greater than `after`, ascending, at most `limit`: a rebuild walks through them."""
        ...

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        """What to index for these ids now; an id left out is removed from the index."""
        ...

    def found(self, session: Session, ids: Sequence[UUID], *, texts: bool = True) -> Iterable[Found]:
        """What the reader of this session may see of these ids; an id left out is not shown.

        Without `texts` the passages may be left out: only title and address are wanted.
        """
        ...


_IDS = bindparam("ids", type_=ARRAY(Uuid()))


def among_ids(column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """One of the ids given to `rows`. A statement with it is built once: building takes longer than asking."""
    return column == any_(_IDS)


def rows(session: Session, query: Executable, ids: Sequence[UUID]) -> Sequence[Any]:
    """The rows of a statement with `among_ids`. One query."""
    return session.execute(query, {"ids": list(ids)}).all()


def next_ids(session: Session, query: Select[UUID], after: UUID | None, limit: int) -> Sequence[UUID]:
    """What `Source.ids` asks for, of a query for ids. One query."""
    (column,) = query.selected_columns
    query = query.order_by(column).limit(limit)
    return session.scalars(query.where(column > after) if after else query).all()


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make a source known to indexing, rebuilding and results. Its name must be its alone."""
    known = _sources.setdefault(source.name, source)
    if type(known) is not type(source):
        raise ValueError(f"two sources are named {source.name!r}")


def load(package: str) -> None:
    """Import the `search` module of every slice in a package, which registers its sources."""
    parent = importlib.import_module(package)
    for module in pkgutil.iter_modules(parent.__path__, f"{package}."):
        if module.ispkg and importlib.util.find_spec(f"{module.name}.search"):
            importlib.import_module(f"{module.name}.search")


def unregister(name: str) -> None:
    """Forget a source."""
    _sources.pop(name, None)


def source(name: str) -> Source | None:
    """The source of that name."""
    return _sources.get(name)


def sources(corpus: Corpus) -> list[Source]:
    """The sources of a corpus, in order of name."""
    return sorted((s for s in _sources.values() if s.corpus == corpus), key=lambda s: s.name)


def names() -> frozenset[str]:
    """The names of all sources."""
    return frozenset(_sources)


def found_by_key(
    session: Session, keys: Sequence[str], *, texts: bool = True
) -> Iterator[tuple[str, Found]]:
    """What the session's reader may see of these keys: one query per source."""
    wanted: dict[str, list[UUID]] = {}
    for document_key in keys:
        name, entity_id = from_key(document_key)
        wanted.setdefault(name, []).append(entity_id)
    for name, ids in wanted.items():
        known = _sources.get(name)
        if known is not None:
            yield from ((key(name, found.id), found) for found in known.found(session, ids, texts=texts))


def found(session: Session, keys: Sequence[str]) -> list[Found]:
    """The same in the order of the keys, without texts."""
    by_key = dict(found_by_key(session, keys, texts=False))
    return [by_key[k] for k in keys if k in by_key]


def key(source_name: str, entity_id: UUID) -> str:
    """The key of a document in an index."""
    return f"{source_name}:{entity_id}"


def from_key(document_key: str) -> tuple[str, UUID]:
    """Source name and id of a key."""
    name, _, entity_id = document_key.rpartition(":")
    return name, UUID(entity_id)
