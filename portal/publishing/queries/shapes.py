"""What pages are given of publications: frozen read models."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from portal.publishing import presenting
from portal.publishing.policy import Kind
from tenants.clock import now
from tenants.reading import Counted


@dataclass(frozen=True)
class Ref:
    """A tenant or unit as an article names it; `slug` is its address on the site."""

    id: UUID
    slug: str
    name: str
    short_name: str


@dataclass(frozen=True)
class Picture:
    """A stored image: its pixels and the widths that exist (ascending)."""

    id: UUID
    alt: str
    width: int
    height: int
    widths: tuple[int, ...]


@dataclass(frozen=True)
class DocumentRef:
    """A document to download: `title` is the editor's, `name` the file's own; `size` in bytes."""

    id: UUID
    title: str
    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class Event:
    """When and where an event is (half-open period)."""

    starts_at: datetime
    ends_at: datetime
    place: str

    @property
    def over(self) -> bool:
        """Whether there is nothing left to come to."""
        return self.ends_at <= now()


@dataclass(frozen=True)
class Place:
    """A point on the map (WGS 84) and its name."""

    latitude: float
    longitude: float
    label: str


@dataclass(frozen=True)
class Outline:
    """The boundary of a unit (GeoJSON); schematic ones are labelled 示意."""

    boundary: dict[str, Any]
    schematic: bool


@dataclass(frozen=True)
class PublicCard:
    """A publication in a list."""

    id: UUID
    code: str
    kind: Kind
    title: str
    summary: str
    tags: tuple[str, ...]
    tenant: Ref
    unit: Ref | None
    cover: Picture | None
    event: Event | None
    place: Place | None
    published_at: datetime
    updated_at: datetime
    #: Comments that are shown, official answers not counted.
    comments: int
    demo: bool


@dataclass(frozen=True)
class PublicArticle:
    """Everything the public reads of one publication."""

    id: UUID
    code: str
    kind: Kind
    title: str
    summary: str
    #: Sanitised HTML; `presenting.present` makes it ready for a page.
    body: str
    for_you: str
    tags: tuple[str, ...]
    tenant: Ref
    unit: Ref | None
    cover: Picture | None
    before: Picture | None
    after: Picture | None
    documents: tuple[DocumentRef, ...]
    event: Event | None
    place: Place | None
    #: Of the unit: a point says little without what lies around it.
    outline: Outline | None
    #: Number of the version, for validators.
    version: int
    #: First published, and when the version that is shown went out.
    published_at: datetime
    updated_at: datetime
    comments_open: bool
    demo: bool
    #: Widths of the pictures in the body.
    widths: dict[UUID, tuple[int, ...]] = field(default_factory=dict)

    @property
    def shown(self) -> Markup:
        """The body as a page shows it: anchors, responsive pictures, tables that scroll alone."""
        return presenting.present(self.body, self.widths)


@dataclass(frozen=True)
class Withdrawn:
    """What the public reads in the place of a text that was taken down."""

    code: str
    kind: Kind
    title: str
    reason: str
    withdrawn_at: datetime
    tenant_slug: str
    tenant_name: str


@dataclass(frozen=True)
class Count:
    """A value of a filter, what people call it, how many there are; None where there are too many to count."""

    value: str
    label: str
    count: int | None


@dataclass(frozen=True)
class Facets:
    """Values of each filter, in a list that is short enough with their counts under the other filters."""

    kinds: tuple[Count, ...] = ()
    tenants: tuple[Count, ...] = ()
    units: tuple[Count, ...] = ()
    tags: tuple[Count, ...] = ()
    years: tuple[Count, ...] = ()


@dataclass(frozen=True)
class PublicPage:
    """One page of a public list. `total` says whether there are more than it counted."""

    items: tuple[PublicCard, ...]
    total: Counted
    page: int
    per_page: int
    facets: Facets


@dataclass(frozen=True)
class MapPoint:
    """A publication on the map."""

    code: str
    kind: Kind
    title: str
    tenant: str
    place: Place
