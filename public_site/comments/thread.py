"""The comments below an article, as a part of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from portal.participation import queries
from portal.participation.queries import Target, Thread
from public_site.comments.forms import CommentForm
from tenants.permissions import Permission
from tenants.requests import actor
from webkit.pagination import page_number


class Article(Protocol):
    """What the thread needs to know of the article above it: a page's read model, or a `Target`."""

    @property
    def id(self) -> UUID: ...
    @property
    def code(self) -> str: ...
    @property
    def comments_open(self) -> bool: ...


@dataclass(frozen=True)
class Talk:
    """The thread of an article and what its reader may do: everything that `_thread.html` shows."""

    code: str
    thread: Thread
    open: bool
    #: Signed in: only then is there a form, so that what visitors get stays the same for all of them.
    may_write: bool
    form: CommentForm | None
    #: Said at the top after the reader did something.
    news: str = ""


def context(session: Session, article: Article, *, page: int | None = None, news: str = "") -> dict[str, Any]:
    """What the article's template passes on to `public_site/comments/_thread.html`. Two queries."""
    may_write = article.comments_open and actor().may(Permission.RESIDENT_COMMENT)
    return {
        "talk": Talk(
            code=article.code,
            thread=queries.public_thread(session, article.id, page=page or page_number("comments")),
            open=article.comments_open,
            may_write=may_write,
            form=CommentForm(formdata=None) if may_write else None,
            news=news,
        )
    }


def of_target(session: Session, target: Target, comment_id: UUID, news: str) -> dict[str, Any]:
    """The thread at the page where the comment is."""
    found = queries.whereabouts(session, comment_id)
    return context(session, target, page=found[1] if found else 1, news=news)
