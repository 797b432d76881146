"""What the net is made of: every slice has specimens, every table of the tenants' a row of each tenant."""

from __future__ import annotations

from pathlib import Path

import portal
from tests import slices
from tests.isolation.world import World


def test_every_slice_has_specimens_and_every_specimen_a_slice() -> None:
    (folder,) = portal.__path__
    with_pages = {path.parent.name for path in Path(folder).glob("*/views*")}
    specimens = {path.stem for path in Path(slices.__file__).parent.glob("*.py")} - {"__init__"}
    assert with_pages == set(slices.NAMES) == specimens
    for name in slices.NAMES:
        assert slices.module(name).__doc__


def test_every_table_of_the_tenants_has_a_specimen_in_every_town(world: World) -> None:
    """None is named here: what has a `tenant_id` is found in the database."""
    assert len(world.rows) > 15
    without = {table for table, rows in world.rows.items() for tenant in world.tenants if not rows[tenant]}
    assert without == set(), "made by no `make` in tests/slices"
