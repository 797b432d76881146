"""What a request costs as the district grows, relative to the smallest size of the same run.

    python -m benchmarks.scale [tenants] [publications] [--rounds 40] [--folder FOLDER]

`tenants`: 10 to 1,000 tenants with the same history each. `publications`: 1,000 to 1,000,000 publications with
comments over 20 tenants. All sizes stand side by side in one cluster, and every round asks each of them for every
page in turn, so that what else the machine does falls on all alike. Nothing is answered from the cache of pages: each
public request has an address of its own, the workspace keeps none. The figure is the median of one request through the
whole app (session, policies, queries, template) in this process; `×` is its ratio to the smallest size.
"""

from __future__ import annotations

import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
from flask.testing import FlaskClient
from sqlalchemy import Engine

from benchmarks.data import Size, filled
from portal.app import create_app as create_workspace
from portal.publishing.queries import latest
from public_site.app import create_app as create_public
from settings import Settings
from tenants import actors
from tenants.clock import now
from tenants.database import Face, make_engine, open_session, url_for
from tenants.embedded import Cluster
from tenants.identity.models import RoleAssignment, Staff, StaffSession, Tenant
from tenants.identity.queries import token_hash
from tenants.permissions import DISTRICT_ROLES, Role

SERIES = {
    "tenants": [Size(10, 50, 1), Size(100, 50, 1), Size(1_000, 50, 1)],
    "publications": [Size(20, 50, 1), Size(20, 1_000, 1), Size(20, 50_000, 1)],
}
#: What is asked for: whose page (visitor, clerk of the first tenant, district office) and its address.
PAGES = {
    "home": ("visitor", "/"),
    "list": ("visitor", "/sprout/"),
    "list, tenant and year": ("visitor", "/sprout/?tenant=t3&year={year}"),
    "list, unit": ("visitor", "/sprout/?tenant=t3&unit=u1"),
    "list, tag": ("visitor", "/sprout/?tag=雨水花园"),
    "article": ("visitor", "/a/{code}"),
    "tenant page": ("visitor", "/places/t3/"),
    "unit page": ("visitor", "/places/t3/u1/"),
    "feed": ("visitor", "/feeds/all.xml"),
    "today": ("clerk", "/t/t3/"),
    "publishing": ("clerk", "/t/t3/publications/"),
    "publishing, by title": ("clerk", "/t/t3/publications/?sort=title"),
    "publishing, words": ("clerk", "/t/t3/publications/?q=雨水花园"),
    "publishing, draft": ("clerk", "/t/t3/publications/?state=draft"),
    "desk": ("clerk", "/t/t3/comments/"),
    "desk, answered": ("clerk", "/t/t3/comments/?tab=answered"),
    "desk, words": ("clerk", "/t/t3/comments/?tab=all&q=座椅"),
    "overview": ("office", "/district/"),
    "district publishing": ("office", "/district/publications/"),
    "district desk": ("office", "/district/comments/"),
}


@dataclass(frozen=True)
class District:
    """A filled database with both apps on it: a browser for each who asks, and codes of articles."""

    clients: dict[str, FlaskClient]
    codes: list[str]

    def ask(self, page: str, number: int) -> tuple[float, str]:
        """Milliseconds that one uncached request takes, and what it answers."""
        who, path = PAGES[page]
        path = path.format(code=self.codes[number % len(self.codes)], year=now().year - 1)
        if who == "visitor":
            path += f"{'&' if '?' in path else '?'}fresh={secrets.token_hex(4)}"
        begun = time.perf_counter()
        answer = self.clients[who].get(path)
        taken = time.perf_counter() - begun
        if answer.status_code != 200:
            raise click.ClickException(f"{path} answers {answer.status_code}")
        return 1000 * taken, answer.text


def fill(cluster: Cluster, folder: Path, size: Size) -> Settings:
    """Settings of the database of a size; it is made and filled unless the folder has it from an earlier run."""
    name = f"scale_{size.tenants}_{size.publications}_{size.comments}"
    settings, seconds = filled(cluster, folder, name, size)
    if seconds is not None:
        click.echo(f"{_title(size)}: filled in {seconds:.0f} s")
    return settings


@contextmanager
def district(settings: Settings) -> Iterator[District]:
    """Both apps on a filled database, with a clerk of one tenant and the district office signed in."""
    public, workspace = (make_engine(url_for(settings, face)) for face in (Face.PUBLIC, Face.WORKSPACE))
    site = create_public(settings, engine=public)
    office = create_workspace(settings, engine=workspace, prefix="")
    clients = {"visitor": site.test_client()}
    for who, token in _sign_in(workspace).items():
        clients[who] = office.test_client()
        with clients[who].session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
    with open_session(public, actors.anonymous()) as session:
        codes = [card.code for card in latest(session, limit=20)]
    yield District(clients, codes)
    public.dispose()
    workspace.dispose()


def _sign_in(engine: Engine) -> dict[str, str]:
    """A session token for the clerk and for the district office."""
    tokens = {}
    with open_session(engine, actors.system()) as session, session.begin():
        tenant = session.query(Tenant).filter_by(slug="t3").one()
        for who, role in (("clerk", Role.TENANT_ADMIN), ("office", Role.DISTRICT_OFFICE)):
            token = tokens[who] = secrets.token_urlsafe(24)
            person = Staff(email=f"{who}.{token}@example.org", name="测量", joined_at=now())
            session.add(person)
            session.flush()
            place = None if role in DISTRICT_ROLES else tenant.id
            session.add(RoleAssignment(staff_id=person.id, role=role, tenant_id=place))
            session.add(
                StaffSession(
                    staff_id=person.id, token_hash=token_hash(token), last_seen_at=now(),
                    expires_at=now() + timedelta(days=1), second_factor=True,
                )
            )  # fmt: skip
    return tokens


def _title(size: Size) -> str:
    return f"{size.tenants:,} tenants, {size.total:,} publications"


def compare(districts: list[District], rounds: int) -> dict[str, list[float]]:
    """Median milliseconds of every page, in the order of the districts."""
    taken: dict[str, list[list[float]]] = {page: [[] for _d in districts] for page in PAGES}
    for number in range(-3, rounds):  # the first few warm up
        for page, lists in taken.items():
            for found, values in zip(districts, lists, strict=True):
                value, _text = found.ask(page, number)
                if number >= 0:
                    values.append(value)
    return {page: [statistics.median(values) for values in lists] for page, lists in taken.items()}


@click.command()
@click.argument("series", nargs=-1, type=click.Choice(list(SERIES)))
@click.option("--rounds", default=40, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the databases here for the next run.")
def main(series: tuple[str, ...], rounds: int, folder: Path | None) -> None:
    """Compare the cost of every page over the sizes."""
    with ExitStack() as stack:
        home = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xinya-scale-")))
        home.mkdir(parents=True, exist_ok=True)
        cluster = Cluster(home / "cluster", durable=False)
        cluster.start()
        stack.callback(cluster.leave)
        for name in series or SERIES:
            sizes = SERIES[name]
            settings = [fill(cluster, home, size) for size in sizes]
            with ExitStack() as open_now:
                found = compare([open_now.enter_context(district(each)) for each in settings], rounds)
            click.echo(f"\n{name}: " + "  |  ".join(_title(size) for size in sizes))
            click.echo(f"{'':24}" + "".join(f"{'ms':>10}{'×':>7}" for _size in sizes))
            for page, values in found.items():
                click.echo(f"{page:24}" + "".join(f"{v:10.1f}{v / values[0]:7.2f}" for v in values))


if __name__ == "__main__":
    main()
