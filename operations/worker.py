"""The background worker, and what it must know."""

from __future__ import annotations

import importlib
import pkgutil

import portal
import search.connect
import search.sources
import tenants
from settings import Settings
from tenants.database import Face, url_for


def load_slices() -> None:
    """Import the slices' `jobs` and `search`: tasks and what can be found are declared by being imported."""
    for package in (tenants, search, portal):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2] == "jobs":
                importlib.import_module(module.name)
    search.sources.load("portal")


def work(settings: Settings, *, wait: bool = True) -> None:
    """Work until told to stop (SIGTERM, SIGINT), or with `wait=False` until the queue is empty."""
    from tenants import jobs

    load_slices()
    search.connect.install(settings, url_for(settings, Face.WORKSPACE))
    jobs.run_worker(settings, wait=wait)
