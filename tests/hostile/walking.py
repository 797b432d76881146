"""Walking the pages of a door as a robot does: every link of every page, some of those that are alike."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask.testing import FlaskClient

from tests.support.forms import parsed
from webkit.forms import Form

SITE = "http://localhost"
#: Leaving would end the walk.
LEAVING = ("/sign-out", "/sessions/", "lang=", "type=")
#: Of pages that differ only in what they are about, so many are looked at; of what narrows or orders a list, one.
ALIKE, NARROWED = 2, 1


def shape(address: str) -> str:
    """What kind of page an address is: without what it is about."""
    parts = urlsplit(address)
    path = re.sub(
        r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/a/)\w+|(?<=/publications/)[0-9a-z]{8,}|\d+", "*", parts.path
    )
    return f"{path}?{','.join(sorted({name for name, _ in parse_qsl(parts.query)}))}"


def local(address: str) -> str:
    """As the door's own client asks for it."""
    parts = urlsplit(address)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.path.removeprefix('/workspace') or '/'}{query}"


def walk(client: FlaskClient, *start: str) -> Iterator[tuple[str, str]]:
    """Address and text of the pages that can be reached."""
    seen: Counter[str] = Counter()
    first = [urljoin(SITE, address) for address in start]
    todo = deque(first)
    done: set[str] = set()
    while todo:
        address = todo.popleft().partition("#")[0]
        if address in done or urlsplit(address).netloc != "localhost":
            continue
        done.add(address)
        answer = client.get(local(address))
        assert answer.status_code < 500, address
        if answer.location:
            todo.append(urljoin(address, answer.location))
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        yield address, answer.text
        for link in links(address, answer.text):
            # a list that was narrowed on the way is not narrowed further
            further = address not in first and narrows(address, link)
            alike = 0 if further else NARROWED if urlsplit(link).query else ALIKE
            if not any(word in link for word in LEAVING) and seen[shape(link)] < alike:
                seen[shape(link)] += 1
                todo.append(link)


def narrows(page: str, link: str) -> bool:
    """Whether a link of a narrowed list leads to the same list, narrowed otherwise."""
    here, there = urlsplit(page), urlsplit(link)
    return bool(here.query and there.query) and here.path == there.path


def links(address: str, text: str) -> Iterator[str]:
    for link in parsed(text).xpath("//a/@href"):
        yield urljoin(address, link)


def forms_of_ours() -> Iterator[type[Form]]:
    """The forms of those doors that were made."""
    todo = [Form]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        if kind.__module__.startswith(("portal.", "public_site.")):
            yield kind
