"""Numbered pages of a list, and links that change one argument of the current address."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import Flask, request

from webkit.safe_redirect import current_path
from webkit.text import whole_number

T = TypeVar("T")
PAGE_SIZE = 20
MAX_PAGE = 10_000
"""Deeper pages answer like the last one: nobody reads there, and counting so far costs."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: its items, its number from 1, and how many there are in all.

    A `total` that has an attribute `more` was not counted to the end; the list goes on while its pages are full.
    """

    items: Sequence[T]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        known = max(1, math.ceil(self.total / self.size))
        if not self.open_ended:
            return known
        return max(known, self.number + (len(self.items) >= self.size))

    @property
    def past_end(self) -> bool:
        """Whether it lies behind the last page of a list that has any."""
        return bool(self.total) and not self.items and self.number > self.pages

    @property
    def open_ended(self) -> bool:
        """Whether there are more than `total`."""
        return bool(getattr(self.total, "more", False))

    @property
    def first(self) -> int:
        """Position of the first item shown, from 1; 0 when there is none."""
        return (self.number - 1) * self.size + 1 if self.items else 0

    @property
    def last(self) -> int:
        """Position of the last item shown."""
        return self.first + len(self.items) - 1 if self.items else 0

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None

    def numbers(self) -> Iterator[int | None]:
        """Page numbers to show: both ends, the neighbours, None for a gap."""
        shown = sorted({1, self.pages, *range(max(1, self.number - 1), min(self.pages, self.number + 1) + 1)})
        before = 0
        for n in shown:
            if n - before == 2:
                yield n - 1  # a gap of one page is that page
            elif n - before > 2:
                yield None
            yield n
            before = n

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def page_number(argument: str = "page") -> int:
    """The page asked for in the address, at least 1; whatever is no number counts as 1."""
    return min(MAX_PAGE, max(1, whole_number(request.args.get(argument)) or 1))


def url_with(**changes: object) -> str:
    """The current address with arguments changed; None removes one. Starts at page 1 unless told."""
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in changes and k != "page"]
    for key, value in changes.items():
        values = value if isinstance(value, list | tuple) else [value]
        kept += [(key, str(v)) for v in values if v is not None]
    return f"{current_path()}?{urlencode(kept)}" if kept else current_path()


def url_without(key: str, value: object) -> str:
    """The current address without one value of an argument: what a filter chip links to."""
    left = [v for v in request.args.getlist(key) if v != str(value)]
    return url_with(**{key: left or None})


def chips(filters: Iterable[tuple[str, object]]) -> list[dict[str, object]]:
    """A chip for each filter in force, leading to the list without it. Of pairs: argument, what its value is called."""
    return [
        {"label": label, "url": url_without(name, request.args.get(name, ""))} for name, label in filters if label
    ]


def init_app(app: Flask) -> None:
    """Give templates `url_with` and `url_without`."""
    app.add_template_global(url_with)
    app.add_template_global(url_without)
