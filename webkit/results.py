"""Results of a search as pages show them: facets with words for their values and the address of each choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from urllib.parse import urlencode

#: Where a search is asked, from the pairs of its address.
Address = Callable[[list[tuple[str, str]]], str]


def addresses(page: str) -> Address:
    """Addresses of the searches of a page, which is looked up once for the many choices of the facets."""
    return lambda pairs: f"{page}?{'&'.join(map(_encoded, pairs))}" if pairs else page


@lru_cache(maxsize=4096)
def _encoded(pair: tuple[str, str]) -> str:
    """A pair of an address: the question stands in that of every choice, and the choices in those of most questions."""
    return urlencode([pair])


def chips(
    filters: Mapping[str, Iterable[str]], label: Callable[[str, str], str], address: Callable[[str, str], str]
) -> list[dict[str, str]]:
    """A chip for each chosen value, leading to the search without it; `label` and `address` as in `facets`."""
    return [
        {"label": label(name, value), "url": address(name, value)}
        for name, values in filters.items()
        for value in values
    ]


class Counted(Protocol):
    """A value of a facet: how many results it leaves, and whether it is chosen."""

    @property
    def value(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def chosen(self) -> bool: ...


@dataclass(frozen=True)
class Choice:
    """A value as the reader sees it; `url` chooses it, or lets go of it."""

    label: str
    count: int
    chosen: bool
    url: str


@dataclass(frozen=True)
class Facet:
    """A way to narrow the results."""

    title: str
    choices: tuple[Choice, ...]


def facets(
    found: Mapping[str, Iterable[Counted]],
    titles: Mapping[str, str],
    label: Callable[[str, str], str],
    address: Callable[[str, str], str],
) -> list[Facet]:
    """The facets named in `titles`, in its order, without empty ones.

    `label(facet, value)` says what people call a value; `address(facet, value)` is where choosing it leads.
    """
    shown = []
    for name, title in titles.items():
        choices = tuple(
            Choice(label(name, v.value), v.count, v.chosen, address(name, v.value))
            for v in found.get(name, ())
            if v.count or v.chosen
        )
        if choices:
            shown.append(Facet(title, choices))
    return shown
