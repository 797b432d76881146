"""Loading that is stopped again and again ends with the same district."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from sqlalchemy import Engine, event, func, select

from demo.content import District, district
from demo.load import is_loaded, load
from portal.participation.models import Comment, CommentEvent
from portal.publishing.models import Publication, PublicationEvent
from tests.conftest import Deployment
from tests.support.pictures import lay_out_plain


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


def small() -> District:
    """A district of two tenants, with everything that a publication can go through."""
    d = district()
    kept = [tenant for tenant in d.tenants if tenant.slug in ("beiyuan", "taihu")]
    return replace(d, tenants=tuple(kept))


@contextmanager
def stopping(after: int) -> Iterator[None]:
    """The process ends when the database is to commit for the `after`-th time."""
    left = after

    def stop(_connection: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Stopped

    event.listen(Engine, "commit", stop)
    try:
        yield
    finally:
        event.remove(Engine, "commit", stop)


@pytest.mark.slow("loads a small district, in six attempts")
def test_stopped_anywhere_it_goes_on(deployment: Deployment) -> None:
    content = small()
    lay_out_plain(content, deployment.settings.data_folder, but=1)
    for commits in (1, 4, 7, 12, 20):
        with suppress(Stopped), stopping(commits):
            load(deployment.settings, content=content)
    load(deployment.settings, content=content)
    assert is_loaded(deployment.settings)

    wanted = [p for tenant in content.tenants for p in tenant.publications]
    with deployment.session() as session:
        states = Counter(session.scalars(select(Publication.state)))
        published = session.scalar(select(func.count()).where(PublicationEvent.action == "published"))
        texts = Counter(session.scalars(select(Comment.body)))
        answered = session.scalar(select(func.count()).where(CommentEvent.action == "answered"))
    expected = Counter("draft" if p.revision else p.state for p in wanted)
    assert states == expected
    assert published == sum(p.state in ("published", "withdrawn") for p in wanted)
    assert max(texts.values()) == 1, "a comment was written twice"
    assert answered == sum(bool(c.answer) for p in wanted for c in p.comments)
