"""The reader's choices kept in cookies: language (Chinese or English) and large type.

Any page takes `?lang=en` or `?type=large`: the choice is kept and the reader sent back to the same
page without that argument. So the switches are plain links, and no address to return to is ever taken from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, redirect, request
from flask_babel import Babel, Domain
from werkzeug.wrappers import Response

from webkit.safe_redirect import current_path
from webkit.script_words import translations

TRANSLATIONS = Path(__file__).parent / "translations"
LANGUAGE_COOKIE = "xinya_lang"
TYPE_COOKIE = "xinya_type"
TIMEZONE = "Asia/Shanghai"
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Language:
    """One language of the interface: its catalogue, its HTML `lang` and what it calls itself."""

    locale: str
    tag: str
    name: str


LANGUAGES = {
    "zh": Language("zh_Hans_CN", "zh-Hans", "中文"),
    "en": Language("en", "en", "English"),
}
DEFAULT = "zh"
_TYPES = ("normal", "large")


def chosen_language() -> str:
    """Key into LANGUAGES for the current request; Chinese unless the reader chose otherwise."""
    key = request.cookies.get(LANGUAGE_COOKIE, DEFAULT) if request else DEFAULT
    return key if key in LANGUAGES else DEFAULT


def large_type() -> bool:
    """Whether the reader asked for the large-type edition (适老化)."""
    return request.cookies.get(TYPE_COOKIE) == "large"


def _switch_url(**choice: str) -> str:
    arguments = [(k, v) for k, v in request.args.items(multi=True) if k not in ("lang", "type")]
    return f"?{urlencode([*arguments, *choice.items()])}"


class _Words(Domain):
    """The catalogues. A request looks its own up once, and again where another language is forced."""

    def get_translations(self) -> Any:
        kept = g._flask_babel  # what Flask-Babel knows of the request; forcing and refreshing clear it
        found = getattr(kept, "babel_translations", None)
        if found is None:
            found = kept.babel_translations = super().get_translations()
        return found


def init_app(app: Flask, *, secure: bool) -> None:
    """Set up translation and the two switches."""
    babel = Babel(
        app,
        default_locale=LANGUAGES[DEFAULT].locale,
        default_timezone=TIMEZONE,
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=lambda: LANGUAGES[chosen_language()].locale,
    )
    babel.domain_instance = _Words()

    @app.before_request
    def keep_choice() -> Response | None:
        choices = {}
        if (key := request.args.get("lang")) in LANGUAGES:
            choices[LANGUAGE_COOKIE] = str(key)
        if (kind := request.args.get("type")) in _TYPES:
            choices[TYPE_COOKIE] = str(kind)
        if not choices or request.method != "GET":
            return None
        rest = [(k, v) for k, v in request.args.items(multi=True) if k not in ("lang", "type")]
        path = current_path()
        response = redirect(f"{path}?{urlencode(rest)}" if rest else path, 303)
        response.headers["Cache-Control"] = "no-store"
        for cookie, value in choices.items():
            response.set_cookie(cookie, value, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
        return response

    @app.context_processor
    def offer_choices() -> dict[str, object]:
        key = chosen_language()
        other = next(k for k in LANGUAGES if k != key)
        large = large_type()
        return {
            "language": LANGUAGES[key],
            "other_language": LANGUAGES[other],
            "other_language_url": _switch_url(lang=other),
            "script_words": None if key == DEFAULT else translations,
            "large_type": large,
            "type_switch_url": _switch_url(type="normal" if large else "large"),
        }
