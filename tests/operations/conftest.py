"""Folders for deployments that are started by hand.

pytest closes its own temporary folder to everybody else whenever a run begins, which would lock out the database's
system user of another run that root has under way.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="xinya-operations-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder of this test."""
    yield from _folder()


@pytest.fixture(scope="module")
def module_folder() -> Iterator[Path]:
    """A folder of this module."""
    yield from _folder()
