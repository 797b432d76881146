"""Running one task as the worker would."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from procrastinate.tasks import Task


def run_task(task: Task[Any, Any, Any], **arguments: Any) -> None:
    """Run a task to its end, on the engine that `tenants.jobs.bind` was given."""
    # a thread of its own: Playwright's event loop may be running in this one
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(task.func(**arguments))).result()
