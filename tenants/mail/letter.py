"""How a message reads: the sentence in the reader's language, as plain text and as simple HTML in our look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader

from settings import REPOSITORY, Settings
from tenants.rules import N_

_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=lambda name: name is not None and name.endswith(".html"),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=False,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it will be sent."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A paragraph: plain words, a quotation (its lines begin with `> `), or one of our own links."""

    kind: str
    lines: list[str]


@lru_cache(maxsize=8)
def catalogue(locale: str) -> NullTranslations:
    """The catalogue of a language; Chinese needs none."""
    return Translations.load(REPOSITORY / "webkit" / "translations", [locale])


def translated(message: str, values: Mapping[str, Any], locale: str) -> str:
    """The sentence in the reader's language with its values in place, without what cannot be seen."""
    sentence = catalogue(locale).ugettext(message)
    return _INVISIBLE.sub("", sentence % values if values else sentence)


def quoted(text: str) -> str:
    """Somebody's words as a quotation in a letter, every line of them, so that none can pass for ours."""
    return "\n".join(f"> {line.strip()}".rstrip() for line in text.strip().splitlines() if line.strip())


def one_line(text: str) -> str:
    """Fit for a header: no line ends, no more than 200 characters."""
    return " ".join(text.split())[:200]


def write(
    settings: Settings,
    subject: str,
    text: str,
    values: Mapping[str, Any],
    *,
    locale: str,
    action: str = "",
    unsubscribe_url: str | None = None,
) -> Letter:
    """Write a letter. `subject`, `text` and `action` are message ids.

    Paragraphs of `text` are set apart by empty lines. One whose lines begin with `> ` is shown as a
    quotation (see `quoted`); one that is nothing but an address of this deployment becomes a button that says `action`.
    """
    body = translated(text, values, locale)
    ours = (f"{settings.public_address}/", f"{settings.workspace_address}/")
    context = {
        "_": lambda message, **named: translated(message, named, locale),
        "language": "en" if locale.startswith("en") else "zh-Hans",
        "subject": one_line(translated(subject, values, locale)),
        "text": body,
        "parts": [_part(paragraph, ours) for paragraph in re.split(r"\n\s*\n", body.strip())],
        "action": translated(action or N_("打开"), {}, locale),
        "product": settings.product_name,
        "district": settings.district_name,
        "unsubscribe_url": unsubscribe_url,
    }
    return Letter(
        subject=str(context["subject"]),
        text=_templates.get_template("letter.txt").render(context).strip() + "\n",
        html=_templates.get_template("letter.html").render(context),
    )


def _part(paragraph: str, ours: tuple[str, ...]) -> _Part:
    lines = paragraph.strip().split("\n")
    if len(lines) == 1 and lines[0].startswith(ours) and not re.search(r"\s", lines[0]):
        return _Part("link", lines)
    if all(line.startswith(">") for line in lines):
        return _Part("quotation", [line[1:].strip() for line in lines])
    return _Part("words", lines)
