"""Assembles the Flask app of one door: language, forms, content policy, errors, assets, templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import Flask, Response, request, session
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from settings import Settings
from webkit import assets_manifest, chrome, errors, filters, language, pagination, request_log, security
from webkit.browser_session import BrowserSession
from webkit.pagecache import PageCache
from webkit.requests import CleanRequest

#: The default names of `settings`, for the catalogue.
DEFAULT_NAMES = (lazy_gettext("新芽"), lazy_gettext("北京市通州区"))

TEMPLATES = Path(__file__).parent / "templates"
FORM_TEXT_LIMIT = 8 * 1024 * 1024
"""Bytes of text one form may carry (a long article with tables), next to its files."""


class Door(Flask):
    """An app whose answers may fail at the very end, as when the commit does: that is answered as if a view had failed,
    and the browser is told nothing of what was not done."""

    def finalize_request(
        self, rv: ResponseReturnValue | HTTPException, from_error_handler: bool = False
    ) -> Response:
        try:
            return super().finalize_request(rv, from_error_handler)
        except Exception as error:
            before = self.session_interface.open_session(self, request)
            session.clear()
            session.update(before or {})
            session.modified = False
            return super().finalize_request(self.handle_user_exception(error), from_error_handler=True)


def create_app(
    name: str,
    settings: Settings,
    *,
    template_folder: Path,
    cookie_name: str,
    layout: str,
    address: str,
    prefix: str = "",
    content_policy: Mapping[str, Sequence[str]] | None = None,
    cache_pages: bool = False,
    private_cookies: Sequence[str] = (),
    trusted_hosts: Sequence[str] = (),
) -> Flask:
    """A Flask app ready for a door's blueprints.

    `layout` is the template that error pages extend. `address` is the door's outside address;
    an https address makes cookies Secure and sends HSTS. `prefix` is the path the door is
    mounted under: its cookies are sent nowhere else. `content_policy` adds sources to the
    content security policy by directive. `cache_pages` keeps rendered pages for readers who
    carry neither the session cookie nor one of `private_cookies`.
    """
    app = Door(
        name,
        root_path=str(template_folder.parent),
        static_folder=None,
        template_folder=None,
    )
    app.request_class = CleanRequest
    app.session_interface = BrowserSession()
    https = address.startswith("https://")
    app.config.from_mapping(
        SECRET_KEY=settings.signing_key,
        APPLICATION_ROOT=prefix or "/",
        PREFERRED_URL_SCHEME="https" if https else "http",
        SESSION_COOKIE_NAME=cookie_name,
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=settings.upload_limit_bytes + FORM_TEXT_LIMIT,
        MAX_FORM_MEMORY_SIZE=FORM_TEXT_LIMIT,
        TRUSTED_HOSTS=list(trusted_hosts) or None,
        WTF_CSRF_TIME_LIMIT=None,  # a form left open over lunch must still be accepted
        WTF_I18N_ENABLED=False,  # webkit.forms brings the sentences
        UPLOAD_LIMIT_BYTES=settings.upload_limit_bytes,
    )
    app.jinja_loader = ChoiceLoader([FileSystemLoader(template_folder), FileSystemLoader(TEMPLATES)])
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(
        # the names by default have an English form; any other name is shown as it is
        district_name=lazy_gettext(settings.district_name),
        product_name=lazy_gettext(settings.product_name),
        demo=settings.demo,
        map_center=settings.city_center,
        map_tiles_url=settings.map_tiles_url,
    )
    request_log.init_app(app, trust_incoming=settings.proxies > 0)
    language.init_app(app, secure=https)
    private = frozenset({cookie_name, *private_cookies})
    security.init_app(
        app,
        settings,
        https=https,
        content_policy=content_policy or {},
        private_cookies=private if cache_pages else None,
    )
    assets_manifest.init_app(app)
    filters.init_app(app)
    pagination.init_app(app)
    chrome.init_app(app)
    errors.init_app(app, layout=layout)
    if cache_pages:
        app.wsgi_app = PageCache(app.wsgi_app, private_cookies=private)  # type: ignore[method-assign]
    if settings.proxies:
        n = settings.proxies
        # no prefix: where a door is mounted is ours to say, and a proxy that sets none passes the client's on
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=n, x_proto=n, x_host=n, x_prefix=0
        )
    return app
