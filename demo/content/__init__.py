"""What the demonstration shows, as data: one TOML file per tenant, and a few for the whole district.

Days are counted from the day of loading (`days_ago`, `event_in_days`), so that the district is alive
whenever it is loaded.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
MAIL_DOMAIN = "demo.xinya.example"

Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""


@dataclass(frozen=True)
class Person:
    """Somebody invented who works here. `account` is the front of the mail address."""

    role: str
    name: str
    title: str
    account: str
    #: Days from the loading to the last one in the role; None where none is set.
    days_left: int | None = None

    @property
    def email(self) -> str:
        return f"{self.account}@{MAIL_DOMAIN}"


@dataclass(frozen=True)
class Unit:
    """A responsible unit; its boundary is drawn from the radius and is schematic (示意)."""

    slug: str
    kind: str
    name: str
    introduction: str
    at: Point
    radius_km: float


@dataclass(frozen=True)
class Reply:
    """A further word under a comment, by a resident."""

    by: str
    after: int
    text: str


@dataclass(frozen=True)
class Comment:
    """What a resident says, days after publication, and what becomes of it.

    Without `answer` it still waits on the desk and is dated to the last days. `outcome` is the slug of the tenant's
    publication that shows what changed (with the fate `done`). `hidden` is the code of the moderation reason,
    `hidden_because` the clerk's own words.
    """

    by: str
    after: int
    text: str
    fate: str = "received"
    reason: str = ""
    answer: str = ""
    answered_after: int = 0
    outcome: str = ""
    held: bool = False
    hidden: str = ""
    hidden_because: str = ""
    appeal: str = ""
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True)
class Publication:
    """A text as its editor wrote it. `body` is in the small mark-up of `demo.content.markup`."""

    slug: str
    kind: str
    title: str
    summary: str
    body: str
    tags: tuple[str, ...]
    unit: str
    cover: str
    alt: str
    days_ago: int
    for_you: str = ""
    place: str = ""
    at: Point | None = None
    state: str = "published"
    publish_in_days: int = 0
    withdrawn_reason: str = ""
    #: A paragraph that somebody is adding just now, while the public still reads the text without it.
    revision: str = ""
    event_in_days: int | None = None
    event_hours: tuple[int, int] = (9, 11)
    event_place: str = ""
    documents: tuple[str, ...] = ()
    seed_document: str = ""
    comments_open: bool = True
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True)
class Tenant:
    """A 属地单位 with its people, units and publications."""

    slug: str
    kind: str
    name: str
    short_name: str
    introduction: str
    at: Point
    address: str
    comment_policy: str
    reply_days: int
    picture: str
    phone: str
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    publications: tuple[Publication, ...]

    @property
    def email(self) -> str:
        return f"{self.slug}@example.org"

    def of_role(self, role: str) -> Person:
        """The first person who holds this role here."""
        return next(person for person in self.people if person.role == role)


@dataclass(frozen=True)
class Resident:
    """A neighbour with an invented name."""

    key: str
    name: str

    @property
    def email(self) -> str:
        return f"resident.{self.key}@{MAIL_DOMAIN}"


@dataclass(frozen=True)
class Bureau:
    """A department of the district with invented people, of whom the first is its liaison."""

    name: str
    short_name: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Template:
    """A ready beginning of an official answer; `kinds` of tenant that keep it."""

    title: str
    body: str
    kinds: tuple[str, ...]
    #: The fate that is proposed with it; empty for none.
    fate: str


@dataclass(frozen=True)
class Paper:
    """A document to download: paragraphs, or rows of a table with its head."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str | int | float, ...], ...] = ()


@dataclass(frozen=True)
class District:
    """Everything."""

    office: tuple[Person, ...]
    working_group: tuple[Person, ...]
    finance: tuple[Person, ...]
    top_chiefs: tuple[Person, ...]
    bureaus: tuple[Bureau, ...]
    residents: tuple[Resident, ...]
    tags: tuple[str, ...]
    templates: tuple[Template, ...]
    papers: dict[str, Paper] = field(hash=False)
    tenants: tuple[Tenant, ...] = ()


@cache
def district() -> District:
    """The demonstration district. Raises `TypeError` or `KeyError` for a mistake in the files."""
    top = _read(FOLDER / "district.toml")
    papers = _read(FOLDER / "papers.toml")["papers"]
    slugs = top["order"]
    return District(
        office=_people(top["office"]),
        working_group=_people(top["working_group"]),
        finance=_people(top["finance"]),
        top_chiefs=_people(top["top_chiefs"]),
        bureaus=tuple(Bureau(b["name"], b["short_name"], _people(b["people"])) for b in top["bureaus"]),
        residents=tuple(Resident(**r) for r in top["residents"]),
        tags=tuple(top["tags"]),
        templates=tuple(
            Template(t["title"], t["body"].strip(), tuple(t["kinds"]), t.get("fate", "")) for t in top["templates"]
        ),
        papers={p["title"]: _paper(p) for p in papers},
        tenants=tuple(_tenant(slug, number) for number, slug in enumerate(slugs, 1)),
    )


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _people(rows: list[dict[str, Any]]) -> tuple[Person, ...]:
    return tuple(Person(**row) for row in rows)


def _paper(row: dict[str, Any]) -> Paper:
    return Paper(row["title"], tuple(row.get("lines", ())), tuple(tuple(r) for r in row.get("rows", ())))


def _tenant(slug: str, number: int) -> Tenant:
    data = _read(FOLDER / "tenants" / f"{slug}.toml")
    short = {"tenant_admin": "admin", "tenant_staff": "staff"}
    people = tuple(
        Person(
            p["role"],
            p["name"],
            p["title"],
            p.get("account", f"{short.get(p['role'], p['role'])}.{slug}"),
            p.get("days_left"),
        )
        for p in data.pop("people")
    )
    return Tenant(
        **{
            **data,
            "slug": slug,
            "at": tuple(data["at"]),
            "phone": f"010-0000-{100 + number:04d}",
            "units": tuple(Unit(**{**u, "at": tuple(u["at"])}) for u in data["units"]),
            "people": people,
            "publications": tuple(_publication(p) for p in data["publications"]),
        }
    )


def _publication(row: dict[str, Any]) -> Publication:
    given = dict(row)
    for name in ("tags", "documents", "event_hours", "at"):
        if name in given:
            given[name] = tuple(given[name])
    given["body"] = given.get("body", "").strip()
    given["comments"] = tuple(_comment(c) for c in given.get("comments", ()))
    return Publication(**given)


def _comment(row: dict[str, Any]) -> Comment:
    return Comment(**{**row, "replies": tuple(Reply(**r) for r in row.get("replies", ()))})
