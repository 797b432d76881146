"""The pages of steps: routes, the page that asks, and what is shown when a colleague was first. One call a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import show_refusal
from portal.kit import history
from portal.kit.forms import ReasonForm, StepForm, TimeForm
from portal.kit.history import EventRow, Root
from portal.kit.machine import Asks, Life, Step, offered, refusal, vocabulary
from tenants.requests import actor, close, db, say
from tenants.rules import Conflict, Invalid, Refusal, Refused
from webkit.fragments import render
from webkit.safe_redirect import current_path, with_query

#: The templates of this folder.
blueprint = Blueprint("kit", __name__, template_folder="templates")

#: What takes a step: `(session, *key, seen, **asked)`.
Act = Callable[..., Any]


@dataclass(frozen=True)
class Pages:
    """Where the records of one kind have their pages, and what the pages of their steps need to know.

    A record here is a read model with `id`, `version` and the columns of its lives; `key` are the names of the route's
    arguments that find it.
    """

    blueprint: Blueprint
    rule: str
    key: tuple[str, ...]
    root: type[Root]
    #: The record behind the arguments, or 404.
    load: Callable[..., Any]
    #: What the guards look at.
    facts: Callable[[Any], Any]
    #: What people call it, and the pages above the one that asks: (words, address).
    name: Callable[[Any], str]
    trail: Callable[[Any], list[tuple[str, str]]]
    #: Its state for a badge: (code, words).
    state: Callable[[Any], tuple[str, str]]
    template: str = "portal/kit/ask.html"
    #: Forms of steps that ask for more than a reason or a time; the address to go on to after one, else the record's.
    forms: Mapping[Step, Callable[[Any], StepForm]] = field(default_factory=dict)
    after: Callable[[Any, Step], str | None] = lambda _record, _step: None
    #: What the addresses carry along: the filters of the list the reader came from.
    carried: Callable[[], Mapping[str, Any]] = dict

    def add(self, steps: Mapping[Step, Act]) -> None:
        """A route for each of these steps, taken by its service."""
        for step, act in steps.items():
            methods = ["POST"] if step.asks is Asks.NOTHING else ["GET", "POST"]
            view = self._view(step, act)
            self.blueprint.add_url_rule(f"{self.rule}/{step.address}", step.name, view, methods=methods)

    def answer(self, step: Step, key: Mapping[str, Any], act: Act) -> ResponseReturnValue:
        """Ask for what a step wants to know, or have `act` take it: the answer to its route."""
        record = self.load(**key)
        form = _form(self, step, record)
        if step.asks in (Asks.NOTHING, Asks.PAGE):
            if not form.validate_on_submit():
                abort(400)
        elif not form.validate_on_submit():
            refused = None if form.is_submitted() else refusal(step, actor(), record, self.facts(record))
            return _refused(self, record, refused) if refused else _ask(self, step, record, form)
        try:
            act(db(), *key.values(), form.seen, **form.asked())
        except Conflict:
            close()
            record = self.load(**key)
            last = history.events_of(db(), self.root, record.id, most=1)
            if not _taken_already(step, form, last):
                return _first(self, step, record, form, last)
        except Refused as error:
            close()
            return _refused(self, record, error.refusal)
        except Invalid as error:
            show_refusal(form, error)
            return _ask(self, step, record, form)
        flash(_(step.done), "success")
        return redirect(self.after(record, step) or self.of(record), 303)

    def of(self, record: Any) -> str:
        """The record's own page."""
        return self._url("show", record)

    def url(self, step: Step, record: Any) -> str:
        """Where a step is taken."""
        return self._url(step.name, record)

    def buttons(self, record: Any, life: Life, facts: Any) -> list[dict[str, Any]]:
        """The steps that the reader may take now, for the macro `steps`."""
        return [
            {"step": step, "label": words(step.do), "url": self.url(step, record), "asks": step.asks != Asks.NOTHING}
            for step in offered(life, actor(), record, facts)
        ]

    def _url(self, endpoint: str, record: Any) -> str:
        key = {name: getattr(record, name) for name in self.key}
        return url_for(f"{self.blueprint.name}.{endpoint}", tenant=g.tenant.slug, **key, **self.carried())

    def _view(self, step: Step, act: Act) -> Callable[..., ResponseReturnValue]:
        def view(tenant: str, **key: Any) -> ResponseReturnValue:
            return self.answer(step, key, act)

        view.permission = step.permission  # type: ignore[attr-defined]  # as `tenants.requests.requires` marks one
        view.__doc__ = f"{step.do}: {step.name}."
        view.__module__ = self.blueprint.import_name  # a page of the slice
        return view


def _form(pages: Pages, step: Step, record: Any) -> StepForm:
    if step in pages.forms:
        form = pages.forms[step](record)
    elif step.asks is Asks.REASON:
        form = ReasonForm()
    elif step.asks is Asks.TIME:
        form = TimeForm()
        form.begin(getattr(record, step.sets[0]), step.asked)
    else:
        form = StepForm()
    if not form.is_submitted():
        form.now_sees(record.version)
    return form


def _refused(pages: Pages, record: Any, refused: Refusal) -> ResponseReturnValue:
    if refused.forbidden:
        abort(403, description=say(refused))
    flash(say(refused), "warning")
    return redirect(pages.of(record), 303)


def _ask(pages: Pages, step: Step, record: Any, form: StepForm) -> Response:
    return render(
        pages.template,
        status=form.status,
        record=record,
        form=form,
        danger=step.emphasis == "danger",
        title=words(step.title or step.do),
        name=pages.name(record),
        trail=pages.trail(record),
        consequence=words(step.consequence),
        button=words(step.do),
        back=pages.of(record),
        action=_here(),
    )


def _taken_already(step: Step, form: StepForm, last: tuple[EventRow, ...]) -> bool:
    """Whether the reader's own click came twice: the step is the last that happened, by them, and said the same."""
    if not last or (last[0].action, last[0].actor_id) != (step.event, actor().id):
        return False
    asked = form.asked()
    return set(asked) <= {"reason"} and asked.get("reason", "").strip() == (last[0].reason or "")


def _first(pages: Pages, step: Step, record: Any, form: StepForm, last: tuple[EventRow, ...]) -> Response:
    """A colleague was first: what the record is now, and what the reader was about to do, who may still do it."""
    refused = refusal(step, actor(), record, pages.facts(record))
    form.now_sees(record.version)
    return render(
        "portal/kit/conflict.html",
        status=409,
        record=record,
        form=form,
        step=step,
        button=words(step.do),
        title=words(step.title or step.do),
        name=pages.name(record),
        trail=pages.trail(record),
        state=pages.state(record),
        last=timeline(last, pages.root.lives),
        typed=[f for f in form if f.name not in ("version", "csrf_token") and f.data],
        also=[sent for sent in request.form.items(multi=True) if sent[0] not in form],
        refused=say(refused) if refused else "",
        back=pages.of(record),
        action=_here(),
    )


def words(message: str) -> str:
    """A message in the reader's language; nothing for none (the catalogue has its own header there)."""
    return _(message) if message else ""


def _here() -> str:
    """The address of this request."""
    return with_query(current_path())


def timeline(
    events: Iterable[EventRow],
    lives: Iterable[Life],
    note: Callable[[EventRow], str | None] = lambda event: event.reason,
    clock: str = "",
    also: Mapping[str, tuple[str, str, str]] | None = None,
) -> list[dict[str, Any]]:
    """A history for the macro `timeline`.

    `note` says what stands below an event, `clock` who acts when the clock does; `also` has words, icon and tone of
    events that are no steps.
    """
    known = vocabulary(lives) | dict(also or {})
    shown = []
    for event in events:
        happened, icon, tone = known.get(event.action, (event.action, "info", "neutral"))
        title = _(happened, **event.details) if "%(" in happened else _(happened)
        shown.append(
            {
                "when": event.at,
                "title": title,
                "who": _who(event, clock),
                "note": note(event) or "",
                "icon": icon,
                "tone": tone,
            }
        )
    return shown


def _who(event: EventRow, clock: str) -> str:
    """Who acted, and what a reader of the tenant's would not guess: for whom, or that it was the district office."""
    who = event.actor or words(clock)
    if event.on_behalf_of:
        return _("%(who)s（%(name)s安排）", who=who, name=event.on_behalf_of)
    if "office" in event.capacity.split(","):
        return _("%(who)s（工作组办公室）", who=who)
    return who
