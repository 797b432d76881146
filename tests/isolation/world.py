"""A small district to test isolation in: three towns with the same things in each, told apart by their words."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine

from portal.publishing.policy import State
from settings import Settings
from tenants import actors
from tenants import deployment as process
from tenants.actors import Actor
from tenants.embedded import Cluster
from tenants.permissions import Role
from tests import slices
from tests.conftest import Deployment
from tests.factories import participation as talks
from tests.factories import people
from tests.factories.participation import Neighbour
from tests.slices import Town
from tests.support import database as databases

TEMPLATE = "xinya_world_template"
#: Each table of the tenants' and the column by which its rows are told apart here: the key, or its first part; where
#: it has none, the tenant.
TENANT_TABLES = """
    SELECT c.relname, coalesce(k.attname, t.attname) FROM pg_class c
    JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped
    LEFT JOIN pg_constraint p ON p.conrelid = c.oid AND p.contype = 'p'
    LEFT JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = p.conkey[1]
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1"""


@dataclass
class World:
    """What was made, by tenant."""

    deployment: Deployment
    towns: list[Town]
    #: The first spoke everywhere, the second nowhere.
    residents: list[Neighbour]
    #: table -> the column that `rows` has
    keys: dict[str, str] = field(default_factory=dict)
    #: table -> tenant -> what is in the key
    rows: dict[str, dict[UUID, set[Any]]] = field(default_factory=dict)

    def at(self, deployment: Deployment) -> World:
        """The same world in a copy of the deployment in which it was made."""
        towns = [replace(town, deployment=deployment) for town in self.towns]
        return replace(self, deployment=deployment, towns=towns)

    def __getstate__(self) -> dict[str, object]:
        """Without the deployment: copies have their own."""
        towns = [replace(town, deployment=None) for town in self.towns]  # type: ignore[arg-type]
        return {**self.__dict__, "deployment": None, "towns": towns}

    @property
    def workspace(self) -> Engine:
        return self.deployment.workspace_engine

    @property
    def tenants(self) -> list[UUID]:
        return [town.place.id for town in self.towns]

    def town(self, tenant: UUID) -> Town:
        """The town of a tenant."""
        return next(town for town in self.towns if town.place.id == tenant)

    @property
    def slugs(self) -> dict[UUID, str]:
        return {town.place.id: town.word for town in self.towns}

    @property
    def people(self) -> dict[UUID, UUID]:
        """A clerk of each."""
        return {town.place.id: town.clerk.id for town in self.towns}

    def code(self, tenant: UUID, state: State) -> str:
        """The address of a tenant's publication in a state."""
        return str(self.town(tenant).of("publishing")["codes"][state])

    def staff(self, tenant: UUID, *roles: Role) -> Actor:
        """Somebody of that tenant; staff unless other roles are named."""
        actor = actors.in_tenant(self.people[tenant], "测试", roles or (Role.TENANT_STAFF,), tenant)
        assert actor
        return actor

    def titles(self, tenant: UUID) -> set[str]:
        """Titles of all versions of a tenant."""
        return {f"{self.slugs[tenant]}的{state}" for state in State}


def build(deployment: Deployment, superuser: str) -> World:
    """Make the district by the services of all slices. `superuser`: an address of its database for who sees all."""
    residents = [talks.resident(deployment, name) for name in ("王芳", "李静")]
    with deployment.session() as session, session.begin():
        office = people.staff(session, Role.DISTRICT_OFFICE, name="区办的人")
        people.staff(session, Role.DISTRICT_OFFICE, name="区办的另一位")
    towns = [slices.found(deployment, office, residents[0]) for _number in range(3)]
    for town in towns:
        town.values()
    world = World(deployment, towns, residents)
    _look(world, superuser)
    return world


def _look(world: World, superuser: str) -> None:
    """What there is, as who is under no policy sees it."""
    with psycopg.connect(superuser) as connection:
        for table, key in connection.execute(TENANT_TABLES).fetchall():
            world.keys[table] = key
            rows: dict[UUID, set[Any]] = {tenant: set() for tenant in world.tenants}
            query = f"SELECT tenant_id, {key} FROM {table} WHERE tenant_id = ANY (%s)"
            for tenant, value in connection.execute(query, [world.tenants]):
                rows[tenant].add(value)
            world.rows[table] = rows


def make_template(cluster: Cluster, template: str, shared: Path) -> Path:
    """Have a database with the world in it, to be copied; its data folder, where `world` says what was made."""
    data = shared / f"{TEMPLATE}.data"

    def fill(settings: Settings) -> None:
        process.use(settings)
        made = Deployment(settings)
        (data / "world").write_bytes(pickle.dumps(build(made, cluster.url("postgres", TEMPLATE))))
        made.close()
        process.use(None)

    databases.make_template(cluster, shared, TEMPLATE, fill, base=template)
    return data


@contextmanager
def copied(cluster: Cluster, template: Path, name: str, data: Path) -> Iterator[Deployment]:
    """A deployment of this name with a copy of the world (`of`)."""
    databases.clone(cluster, TEMPLATE, name)
    shutil.copytree(template, data, dirs_exist_ok=True)
    made = Deployment(databases.settings_for(cluster, name, data))
    process.use(made.settings)
    yield made
    process.use(None)
    made.close()
    databases.drop(cluster, name)


def of(deployment: Deployment) -> World:
    """The world of which this deployment has a copy."""
    world = pickle.loads((deployment.settings.data_folder / "world").read_bytes())
    assert isinstance(world, World)
    return world.at(deployment)
