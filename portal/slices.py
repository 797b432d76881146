"""The mechanisms of the workspace, in the order of the navigation."""

from __future__ import annotations

import importlib

from flask import Blueprint

#: Each has `views.blueprint`.
SLICES = (
    "account",
    "today",
    "desks",
    "publishing",
    "participation",
    "files",
    "people",
    "organisation",
    "audit",
    "search",
    "district",
    "saved_views",
)


def blueprints() -> list[Blueprint]:
    """The blueprint of every slice."""
    found: list[Blueprint] = [importlib.import_module(f"portal.{name}.views").blueprint for name in SLICES]
    return found
