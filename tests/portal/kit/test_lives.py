"""The database's guard knows what the machines say, and nobody sets a state but by a step."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

import portal
from portal.kit.history import Root
from portal.kit.machine import Asks, Life, elsewhere
from tests.conftest import Deployment

FOLDER = Path(portal.__file__).parent


def lives() -> Iterator[Life]:
    """The lives of every slice that has a machine."""
    for file in sorted(FOLDER.glob("*/machine.py")):
        if file.parent.name != "kit":
            yield from importlib.import_module(f"portal.{file.parent.name}.machine").LIVES


LIVES = tuple(lives())


def test_the_database_guards_what_the_machines_say(deployment: Deployment) -> None:
    """Every life has its trigger with these arguments, and no trigger guards a life that no machine has."""
    query = text(
        "SELECT c.relname, t.tgname, t.tgargs, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'guard_life' AND NOT t.tgisinternal"
    )
    with deployment.owner_engine.connect() as connection:
        found = {
            (table, name): (tuple(bytes(arguments).decode().rstrip("\0").split("\0")), enabled)
            for table, name, arguments, enabled in connection.execute(query)
        }
    assert found == {(life.table, f"life_{life.column}"): (life.literals, "O") for life in LIVES}


@pytest.mark.parametrize("life", LIVES, ids=lambda life: f"{life.table}.{life.column}")
def test_a_life_is_whole(life: Life) -> None:
    """Every state is reached from a birth, every step can be told from every other, and says what a reader needs."""
    reached = {life.begins} - {None} | {step.reaches for step in life.steps if step.birth}
    while more := {
        step.reaches for step in life.steps if step.reaches is not None and reached & {*step.leaves}
    } - reached:
        reached |= more
    assert reached == {*life.states}
    names = [step.name for step in life.steps]
    assert len(set(names)) == len(names)
    for step in life.steps:
        assert step.scopes, f"nobody may {step.name}"
        if step.event:
            assert step.happened, step.name
        if step.do:
            assert step.done, step.name
        if step.asks in (Asks.CONFIRM, Asks.REASON, Asks.TIME):
            assert step.do and step.consequence, step.name
        for state in {*life.states} - {*step.leaves} if step.event and not step.birth else ():
            assert elsewhere(step, state), (step.name, state)


def guarded() -> set[str]:
    """Columns that hold states or are guarded with them."""
    return {name for life in LIVES for name in (life.column, *life.guarded)}


def assigned(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Attributes that a module sets on something."""
    for part in ast.walk(tree):
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
            yield part.lineno, part.attr


def test_no_state_is_set_but_by_a_step() -> None:
    """Services name columns to `Move.set`; nobody assigns them. (Forms' fields have their data set, not themselves.)"""
    roots = [FOLDER, FOLDER.parent / "public_site", FOLDER.parent / "demo"]
    forbidden = guarded()
    set_outside = [
        (str(file.relative_to(FOLDER.parent)), line, name)
        for root in roots
        for file in root.rglob("*.py")
        for line, name in assigned(ast.parse(file.read_text()))
        if name in forbidden
    ]
    assert set_outside == []


def test_every_root_lists_its_lives() -> None:
    """What the history writes for is what the guards hold."""
    roots = [root for root in Root.__subclasses__() if root.__module__.startswith("portal.")]
    of_roots = [life for root in roots for life in root.lives]
    assert {id(life) for life in of_roots} == {id(life) for life in LIVES}
