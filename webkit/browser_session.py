"""The signed cookie of a door. Browsers drop one over 4 KB whole, and with it everything that a flash was to say."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_babel import gettext as _

#: Characters of the cookie's value; its name and attributes count, too.
MOST = 3600
_FLASHES = "_flashes"


class BrowserSession(SecureCookieSessionInterface):
    """Flask's own, in which messages are shortened until they fit: what does not is counted and said.

    A page with much to tell (a list of refused files) shows it in its answer instead of flashing it.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.modified and _FLASHES in session:
            self._fit(app, session)
        super().save_session(app, session, response)

    def _fit(self, app: Flask, session: SessionMixin) -> None:
        messages: list[tuple[str, Any]] = session[_FLASHES]
        for longest in (400, 120, 60):
            if self._size(app, session) <= MOST:
                return
            session[_FLASHES] = [(category, _shortened(str(text), longest)) for category, text in messages]
        kept = list(session[_FLASHES])
        while self._size(app, session) > MOST and kept:
            kept.pop()
            more = _("还有 %(n)s 条消息没有显示。", n=len(messages) - len(kept))
            session[_FLASHES] = [*kept, ("warning", more)]

    def _size(self, app: Flask, session: SessionMixin) -> int:
        serializer = self.get_signing_serializer(app)
        return len(serializer.dumps(dict(session))) if serializer else 0


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 2]}……"
