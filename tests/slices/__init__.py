"""Specimens: of every slice of the workspace one of each of its records, and how its routes are opened.

`tests/slices/<slice>.py` belongs to `portal/<slice>/` and is found by its name. What is in it is made by services, in
the capacity of somebody who may: never by writing a state into a row. A module has, where there is anything to say,

    make(town)          the records, once a town: a `Specimen`
    WORKSPACE, PUBLIC   endpoint -> `visits(town)`: how somebody who may opens it, where the specimens' values do not
                        say it all. A step that ends something is taken on a record made for it.
"""

from __future__ import annotations

import importlib
import secrets
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import slices

# no import here may have the name of a slice: their modules are attributes of this one
from portal.organisation import service as founding
from tenants.actors import Actor
from tenants.identity.models import TenantKind
from tenants.permissions import Role
from tests.factories.participation import Neighbour
from tests.factories.people import Person, Place, staff

if TYPE_CHECKING:
    from tests.conftest import Deployment

#: In the order in which they are made; each may ask for another before its turn.
NAMES = slices.SLICES

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Specimen:
    """What a slice made for a town."""

    #: By the names under which routes take them as arguments, and others for whoever asks for them.
    values: Values = field(default_factory=dict)
    #: The same names for what the public must not find.
    hidden: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """One way in which somebody who may opens a route."""

    #: Arguments of the route, in place of the specimens'.
    values: Values = field(default_factory=dict)
    #: What the address asks for.
    query: Mapping[str, str] = field(default_factory=dict)
    #: What is typed into the form, besides what its page fills in; a function is given that. None: nothing is known
    #: that would be right.
    sent: Values | Callable[[Mapping[str, str]], Values] | None = None
    #: The browser, where it is not that of who usually may.
    client: FlaskClient | None = None
    #: Where a form leads that leads out.
    leads: str = ""
    #: What must hold meanwhile.
    during: Callable[[], AbstractContextManager[object]] = nullcontext


Visits = Mapping[str, Callable[["Town"], Visit | Sequence[Visit]]]


@dataclass
class Town:
    """A tenant that was founded and opened by the district office, its people, a resident who speaks there."""

    deployment: Deployment
    place: Place
    office: Person
    admin: Person
    clerk: Person
    planner: Person
    resident: Neighbour
    _made: dict[str, Specimen] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """What stands in everything that can be read of this town's: letters only, found nowhere else."""
        return self.place.slug

    def specimen(self, name: str) -> Specimen:
        """What this slice has made here."""
        if name not in self._made:
            make: Callable[[Town], Specimen] = getattr(module(name), "make", lambda _town: Specimen())
            self._made[name] = make(self)
        return self._made[name]

    def of(self, name: str) -> Values:
        """The values of a slice's specimen."""
        return self.specimen(name).values

    def values(self) -> dict[str, Any]:
        """All slices' values; what two slices call the same is the same."""
        return _joined("values", [self.specimen(name).values for name in NAMES])

    def hidden(self) -> dict[str, Any]:
        """The same of what the public must not find."""
        return _joined("hidden", [self.specimen(name).hidden for name in NAMES])

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[Session]:
        """A transaction of the workspace in which `actor` acts."""
        with self.deployment.session(actor) as session, session.begin():
            yield session

    @contextmanager
    def at_work(self, person: Person) -> Iterator[tuple[Session, Actor]]:
        """A transaction of somebody at work."""
        actor = person.actor()
        with self.acting(actor) as session:
            yield session, actor

    @contextmanager
    def in_district(self) -> Iterator[tuple[Session, Actor]]:
        """A transaction of the district office's."""
        actor = self.office.actor()
        with self.acting(actor) as session:
            yield session, actor

    @contextmanager
    def in_public(self, who: Neighbour) -> Iterator[tuple[Session, Actor]]:
        """A transaction of a resident's on the public site."""
        with self.deployment.public_session(who.actor()) as session, session.begin():
            yield session, who.actor()

    def somebody(self, role: Role = Role.PLANNER, place: Place | None = None) -> Person:
        """One more person of this town, or of another place."""
        with self.deployment.session() as session, session.begin():
            return staff(session, role, place=place or self.place, name=f"{self.word}的同事")

    def fresh(self, what: str = "") -> str:
        """Words of this town that nothing else has."""
        return f"{self.word}{what}{letters()}"


def letters() -> str:
    """A word of letters: digits might be taken for a number that must not be shown."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))


def found(deployment: Deployment, office: Person, resident: Neighbour) -> Town:
    """A town, founded by the district office and open to the public."""
    slug = f"iso{letters()}"
    with deployment.session(office.actor()) as session, session.begin():
        actor = office.actor()
        tenant = founding.create_tenant(
            session, actor, kind=TenantKind.TOWN, slug=slug, name=f"{slug}镇", short_name=slug
        )
        founding.open_tenant(session, actor, tenant.id)
        place = Place(tenant.id, slug, tenant.name, tenant.short_name)
    with deployment.session() as session, session.begin():
        admin, clerk, planner = (
            staff(session, role, place=place, name=f"{slug}的{role}")
            for role in (Role.TENANT_ADMIN, Role.TENANT_STAFF, Role.PLANNER)
        )
    return Town(deployment, place, office, admin, clerk, planner, resident)


def module(name: str) -> Any:
    """The module of a slice's specimens. Fails for a slice that has none."""
    return importlib.import_module(f"tests.slices.{name}")


def visits(door: str, endpoint: str, town: Town) -> list[Visit]:
    """How somebody who may opens this endpoint of a door (`workspace`, `public`)."""
    for name in NAMES:
        given: Visits = getattr(module(name), door.upper(), {})
        if endpoint in given:
            made = given[endpoint](town)
            return [made] if isinstance(made, Visit) else list(made)
    return [Visit()]


def named(door: str) -> set[str]:
    """The endpoints of a door of which the modules speak."""
    return {endpoint for name in NAMES for endpoint in getattr(module(name), door.upper(), {})}


def _joined(what: str, parts: Sequence[Values]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for part in parts:
        clashes = {name for name in part.keys() & whole.keys() if part[name] != whole[name]}
        assert not clashes, f"two slices say different {what}: {sorted(clashes)}"
        whole |= part
    return whole


def one(found: Sequence[UUID] | set[UUID]) -> UUID:
    """The only one there is."""
    (only,) = found
    return only
