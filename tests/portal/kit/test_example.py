"""The worked example of docs/grammar.md does what it says there.

It runs in a process of its own: mapped classes cannot be forgotten, and other tests look at all there are.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

import portal
from portal.kit.history import events_of
from portal.kit.machine import offered, refusal
from tenants import actors
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import Base, acting
from tenants.permissions import Role
from tenants.rules import Conflict, Refused
from tests.conftest import Deployment
from tests.factories import publishing as make

GRAMMAR = Path(portal.__file__).parent.parent / "docs" / "grammar.md"
#: What a module of a slice would import for it.
IMPORTS = """
from __future__ import annotations
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column
from portal.kit.history import Event, Root, locked, take, taking
from portal.kit.machine import Asks, Life, Step
from tenants.actors import Actor
from tenants.database import Base, Identified, actor_of
from tenants.permissions import Permission
from tenants.rules import N_, Refusal, Seen
"""


def example() -> Any:
    """The example's modules as one."""
    module = ModuleType("tests.portal.kit.example")
    sys.modules[module.__name__] = module
    code = "\n\n".join(re.findall(r"```python\n(.*?)```", GRAMMAR.read_text(), re.DOTALL))
    exec(compile(IMPORTS + code, str(GRAMMAR), "exec"), module.__dict__)
    return module


def apart(story: Callable[..., None], *about: object) -> None:
    """Run it in a forked process."""
    child = os.fork()
    if child == 0:
        failed = True
        try:
            story(*about)
            failed = False
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(failed)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "its output says why"


def test_a_loan_goes_its_way_and_no_other(deployment: Deployment) -> None:
    room = make.newsroom(deployment)
    planner, clerk = room.planner.actor(), room.clerk.actor()
    engine = deployment.owner_engine
    engine.dispose()  # a connection is one process's
    apart(lend_and_bring_back, engine, planner, clerk)


def lend_and_bring_back(engine: Engine, planner: Actor, clerk: Actor) -> None:
    loans = example()
    tables = [Base.metadata.tables[name] for name in ("panel_loan", "panel_loan_event")]
    (life,) = loans.LIVES
    arguments = ", ".join(f"'{argument}'" for argument in life.literals)
    with engine.connect() as connection, connection.begin() as transaction:
        Base.metadata.create_all(connection, tables)
        # here the owner acts, for whom the example writes no policies: in this transaction it may leave its traces
        connection.execute(text("ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY"))
        connection.execute(
            text(
                "CREATE TRIGGER life_state BEFORE INSERT OR UPDATE ON panel_loan FOR EACH ROW"
                f" EXECUTE FUNCTION guard_life({arguments})"
            )
        )
        with Session(connection, info={"actor": planner}, join_transaction_mode="create_savepoint") as session:
            loan = loans.ask(session)
            assert offered(life, planner, loan) == ()
            with acting(session, clerk):
                assert [step.name for step in offered(life, clerk, loan)] == ["lend"]
                seen = loan.version
                loans.lend(session, loan.id, seen, now() + timedelta(days=7))
                with pytest.raises(Conflict):
                    loans.lend(session, loan.id, seen, now())
                with pytest.raises(Refused, match="已经借出去了"):
                    loans.lend(session, loan.id, loan.version, now())
            assert refusal(loans.BRING_BACK, planner, loan) is None
            history = events_of(session, loans.Loan, loan.id)
            assert [(e.action, e.came_from, e.went_to, e.capacity) for e in history] == [
                ("lent", "asked", "lent", "admin,tenant"), ("asked", None, "asked", "team"),
            ]  # fmt: skip
            for forged in ("state = 'asked'", "due_at = NULL", "state = 'back', due_at = now()", "asked_by = NULL"):
                with pytest.raises(DBAPIError) as error, session.begin_nested():
                    session.execute(text(f"UPDATE panel_loan SET {forged}"))
                assert isinstance(error.value.orig, InsufficientPrivilege), forged
            session.execute(text("UPDATE panel_loan SET state = 'back'"))
        transaction.rollback()


def test_nobody_lends_to_themself() -> None:
    apart(lend_to_oneself)


def lend_to_oneself() -> None:
    loans, person = example(), uuid7()
    one = actors.in_tenant(person, "一人", [Role.TENANT_STAFF], uuid7())
    assert one is not None
    loan = loans.Loan(state="asked", asked_by=person)
    said = refusal(loans.LEND, one, loan)
    assert said is not None and "另一位同事" in str(said)
