"""Work on what people bring, done in a process of its own with limits on time and memory.

Parsers of documents and pictures are large, and small files exist that keep them busy for minutes. So they never run
where pages are answered: `run` has the work done in a child that the kernel ends at its limits. Children are forked
from a process that has loaded the parsers already (`nursery`), which takes some milliseconds; each does one piece of
work. Few work at once on a machine, and no tenant takes all places (`places`).
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TypeVar
from uuid import UUID

from tenants.limited.limits import BACKGROUND, WAITED_FOR
from tenants.limited.nursery import Ended, Nursery
from tenants.limited.places import Busy, place

__all__ = ["Busy", "LimitReached", "rest", "run", "warm"]

R = TypeVar("R")

log = logging.getLogger(__name__)

_nursery = Nursery()


class LimitReached(Exception):
    """The work needed more time or memory than it may have, or its process died of what it was given."""


def run(work: partial[R], *, tenant: UUID | None, background: bool = False) -> R:
    """What `work()` returns or raises, done for a tenant (None: the office) in a child within limits.

    It is a function at the top of its module with its arguments; these, and what it returns or raises, travel between
    processes (pickle). In the `background`, where nobody waits, it may take longer.
    Raises `LimitReached`, and `Busy` (an `Invalid`, field `file`) when no place came free for it.
    """
    limits = BACKGROUND if background else WAITED_FOR
    with place(tenant, background=background):
        began = time.monotonic()
        try:
            answer: R = _nursery.work(work, limits)
        except Ended as ended:
            took, name = time.monotonic() - began, f"{work.func.__module__}.{work.func.__qualname__}"
            log.warning("%s for tenant %s ended after %.1f s: %s", name, tenant or "-", took, ended)
            raise LimitReached(name) from ended
        return answer


def warm(*modules: str) -> None:
    """Have the modules of work to come loaded now, beside this process: the first piece of work need not wait."""
    _nursery.load(modules)


def rest() -> None:
    """Let the process that stands by for further work go; the next piece of work starts it again."""
    _nursery.close()
