"""Few pieces of limited work at once; no tenant has all places, no waiting fills a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from settings import Settings
from tenants import deployment
from tenants.limited import places
from tenants.limited.places import Busy, place

OURS, THEIRS, OTHERS = uuid4(), uuid4(), uuid4()


@pytest.fixture(autouse=True)
def _two_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(places, "AT_ONCE", 2)
    monkeypatch.setattr(places, "PATIENCE", 0.0)
    deployment.use(Settings(data_folder=tmp_path, web_threads=8))
    yield
    deployment.use(None)


def has_place(tenant: UUID | None, *, background: bool = False) -> bool:
    try:
        with place(tenant, background=background):
            return True
    except Busy as busy:
        assert "请过一会儿再试" in str(busy)
        return False


def test_one_tenant_never_has_all_places_and_gives_its_own_back() -> None:
    with place(OURS, background=False):
        assert not has_place(OURS)
        assert has_place(THEIRS) and has_place(None)
        with place(THEIRS, background=False):
            assert not has_place(OTHERS)
        assert has_place(OTHERS)
    assert has_place(OURS)


def test_what_nobody_waits_for_takes_no_place_from_people() -> None:
    with place(OURS, background=True), place(THEIRS, background=True):
        assert not has_place(OTHERS, background=True)
        assert has_place(OURS) and has_place(THEIRS)


def test_some_threads_of_a_process_never_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "AT_ONCE", 4)
    monkeypatch.setattr(places, "PATIENCE", 3600.0)
    deployment.use(Settings(data_folder=tmp_path, web_threads=4))
    with ExitStack() as working:
        for _ in range(2):
            working.enter_context(place(OURS, background=False))
        assert not has_place(OURS), "of the three threads that may be here, one is for other tenants"
        with place(THEIRS, background=False):
            assert not has_place(OTHERS), "refused at once: the last thread answers everything else"
