"""The settings of whoever runs this code: the app of this request, this worker, else the environment's."""

from __future__ import annotations

from flask import current_app, has_app_context

import settings as configuration
from settings import Settings

_used: Settings | None = None


def use(settings: Settings | None) -> None:
    """Let this process, outside of any app, work with these settings; None: with the environment's."""
    global _used
    _used = settings


def settings_here() -> Settings:
    """The settings in force here."""
    if has_app_context() and isinstance(given := current_app.config.get("SETTINGS"), Settings):
        return given
    return _used or configuration.current()
