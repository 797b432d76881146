"""What the district office does for everybody's search: synonyms, pinned answers, what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.answers import show_refusal
from portal.publishing import queries as publications
from portal.search.web import blueprint
from search import curation, popular
from search.engine import EngineDown
from search.folding import fold
from search.jobs import COMPARE_JOB
from search.lexicon import Synonyms
from tenants import jobs
from tenants.clock import today
from tenants.permissions import Permission
from tenants.requests import actor, db, requires, say_each
from tenants.rules import Conflict, Invalid, Missing
from webkit.forms import Form
from webkit.fragments import render

#: Days over which questions are counted, and how often one must have been asked to be listed.
DAYS, LEAST = 90, 2
#: So many changed words are tried, and so many lines pointed out.
TRIED, POINTED_OUT = 20, 10


class SynonymsForm(Form):
    """All groups, one to a line, and queries to try them on."""

    version = HiddenField()
    groups = TextAreaField(_l("意思相同的词"), validators=[InputRequired(), Length(max=100_000)])
    queries = StringField(_l("试查的词"), validators=[Length(max=300)])


class PinForm(Form):
    """An article to put first for a query."""

    query = StringField(_l("查询词"), validators=[InputRequired(), Length(max=60)])
    article = StringField(_l("文章地址"), validators=[InputRequired(), Length(max=300)])


def _shown(
    session: Session,
    synonyms: SynonymsForm,
    pin: PinForm,
    effects: list[curation.Effect] | None = None,
    notes: Sequence[str] = (),
) -> Response:
    since = today() - timedelta(days=DAYS)
    pins = curation.pins(session)
    titles = {card.id: card for card in publications.cards(session, [p.entity_id for p in pins])}
    failed = bool(synonyms.errors or pin.errors)
    return render(
        "portal/search/curate.html",
        status=422 if failed else 200,
        synonyms=synonyms,
        pin=pin,
        pins=[(p, titles.get(p.entity_id)) for p in pins],
        top=popular.top(session, since, limit=30, at_least=LEAST),
        vain=popular.top(session, since, in_vain=True, limit=30, at_least=LEAST),
        days=DAYS,
        least=LEAST,
        effects=effects,
        notes=notes,
    )


def _usual(session: Session) -> list[str]:
    """What residents search for most, to try synonyms on."""
    since = today() - timedelta(days=DAYS)
    return [asked.query for asked in popular.top(session, since, limit=5, at_least=LEAST)]


def _changed(session: Session, wanted: Sequence[Sequence[str]]) -> list[str]:
    """Words that would mean something else than now, to try the change on; those first that meant only themselves."""
    held = [words for _id, words in curation.groups(session)]
    before, after = Synonyms(held), Synonyms(wanted)
    words = dict.fromkeys(fold(word) for group in (*wanted, *held) for word in group)
    changed = [word for word in words if set(before.of(word)) != set(after.of(word))]
    return sorted(changed, key=before.__contains__)[:TRIED]


def _lines(typed: str) -> Iterator[tuple[int, list[tuple[str, ...]]]]:
    """What stands in each line, as they are counted in the field."""
    for number, line in enumerate(typed.splitlines(), 1):
        if groups := curation.parse_groups(line):
            yield number, groups


def _wrong_lines(typed: str) -> list[str]:
    """What is wrong with which line, for the first few."""
    wrong = []
    for number, groups in _lines(typed):
        try:
            curation.checked(groups)
        except Invalid as error:
            for sentence in say_each(error).values():
                wrong.append(_("第 %(n)s 行%(problem)s", n=number, problem=sentence))
    return wrong[:POINTED_OUT]


def _repeated(typed: str) -> list[str]:
    """The words that stand in several lines, which is allowed, and seldom meant."""
    lines: dict[str, dict[int, str]] = {}
    for number, groups in _lines(typed):
        for word in (word for group in groups for word in group):
            lines.setdefault(fold(word), {}).setdefault(number, word)
    return [
        _(
            "“%(word)s”在第 %(lines)s 行都有：搜它时，这几行的词都会找。",
            word=next(iter(where.values())),
            lines=_("、").join(map(str, where)),
        )
        for where in lines.values()
        if len(where) > 1
    ][:POINTED_OUT]


def _current(session: Session) -> SynonymsForm:
    held = curation.groups(session)
    lines = "\n".join(" ".join(words) for _id, words in held)
    return SynonymsForm(formdata=None, groups=lines, version=curation.version(held))


@blueprint.get("/district/search/curate")
@requires(Permission.SEARCH_CURATE)
def curate() -> Response:
    return _shown(db(), _current(db()), PinForm(formdata=None, query=request.args.get("query", "")))


@blueprint.post("/district/search/synonyms")
@requires(Permission.SEARCH_CURATE)
def synonyms() -> AnyResponse:
    """Try the groups on some queries first, or put them in force."""
    form, session = SynonymsForm(), db()
    if not form.validate():
        return _shown(session, form, PinForm(formdata=None))
    typed = form.groups.data or ""
    try:
        wanted = curation.checked(curation.parse_groups(typed))
    except Invalid as error:
        for sentence in _wrong_lines(typed) or say_each(error).values():
            form.take_errors({"groups": sentence})
        return _shown(session, form, PinForm(formdata=None))
    if "preview" in request.form:
        words = (form.queries.data or "").replace("，", " ").split()
        tried = words or _changed(session, wanted) or _usual(session)
        effects = None
        try:
            effects = curation.effects(session, wanted, tried)
        except EngineDown:
            form.take_errors({"queries": _("搜索正在休息，暂时不能试查。")})
        return _shown(session, form, PinForm(formdata=None), effects, _repeated(typed))
    try:
        curation.save_groups(session, actor(), wanted, form.version.data or None)
    except Conflict:
        # what was typed stays; sending it once more is meant
        form.version.data = curation.version(curation.groups(session))
        form.take_errors({"groups": _("刚才有人改过同义词。请另开一页对照，确认后再保存一次。")})
        return _shown(session, form, PinForm(formdata=None))
    flash(_("同义词已经生效，不用重建索引。"), "success")
    return redirect(url_for(".curate"), 303)


@blueprint.post("/district/search/pins")
@requires(Permission.SEARCH_CURATE)
def pin() -> AnyResponse:
    form, session = PinForm(), db()
    if form.validate():
        code = (form.article.data or "").strip().rstrip("/").rpartition("/")[2]
        try:
            article = publications.public_article(session, code)
            if article is None:
                raise Missing
            curation.pin(session, actor(), form.query.data or "", "article", article.id)
            flash(_("搜索“%(words)s”时会先显示这篇文章。", words=form.query.data), "success")
            return redirect(url_for(".curate"), 303)
        except Missing:
            form.take_errors({"article": _("没有找到这篇文章，或它没有公开。请粘贴文章页面的地址。")})
        except Invalid as error:
            show_refusal(form, error)
    return _shown(session, _current(session), form)


@blueprint.post("/district/search/pins/<uuid:pin_id>/remove")
@requires(Permission.SEARCH_CURATE)
def unpin(pin_id: UUID) -> AnyResponse:
    curation.unpin(db(), actor(), pin_id)
    flash(_("已取消推荐。"), "success")
    return redirect(url_for(".curate"), 303)


@blueprint.post("/district/search/compare")
@requires(Permission.OPERATIONS_READ)
def compare() -> AnyResponse:
    """Have both sides counted anew; the worker does it."""
    jobs.defer(db(), COMPARE_JOB)
    flash(_("正在核对，过一会儿刷新这一页看结果。"))
    return redirect(url_for("district.operations"), 303)
