"""What people and their roles are called on pages, and how the days of a role are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from flask_babel import gettext as _

from portal.people.queries import Held, PersonState, TermChange
from tenants.clock import SHANGHAI, day_of, today
from tenants.deployment import settings_here
from tenants.identity.words import role_name
from tenants.permissions import Role
from webkit import filters


class Termed(Protocol):
    """A role with its days."""

    @property
    def role(self) -> Role: ...
    @property
    def first(self) -> date | None: ...
    @property
    def last(self) -> date | None: ...


def states() -> dict[PersonState, str]:
    """What the states of people are called."""
    return {
        PersonState.ACTIVE: _("在用"),
        PersonState.INVITED: _("已邀请"),
        PersonState.UPCOMING: _("未到任"),
        PersonState.DEACTIVATED: _("已停用"),
        PersonState.EXPIRED: _("已到期"),
        PersonState.ENDED: _("不再任职"),
    }


def role_term(held: Termed) -> str:
    """The days of a role as far as they are worth saying: a first one to come, and a last one."""
    first = held.first if held.first is not None and held.first > today() else None
    return filters.period(first, held.last)


def role_with_term(held: Termed) -> str:
    """A role and its days."""
    name, term = role_name(held.role), role_term(held)
    return _("%(role)s（%(term)s）", role=name, term=term) if term else name


@dataclass(frozen=True)
class Happened:
    """A line of somebody's history, as the timeline shows it. `when` is a day where no hour is known."""

    when: date | datetime
    title: str
    icon: str
    tone: str = ""
    who: str = ""
    note: str = ""

    @property
    def moment(self) -> datetime:
        """For the order of the lines: a role that runs out does so at the end of its last day."""
        if isinstance(self.when, datetime):
            return self.when
        return datetime.combine(self.when, time.max if self.icon == "clock" else time(), SHANGHAI)


def history(roles: Sequence[Held], changes: Sequence[TermChange], *, places: bool) -> list[Happened]:
    """What became of somebody's roles, the newest first; with `places` it names them."""
    lines = [line for held in roles for line in _of_role(held, _name(held, places=places))]
    lines += [_of_change(change, _name(change, places=places)) for change in changes]
    return sorted(lines, key=lambda line: line.moment, reverse=True)


def _name(held: Held | TermChange, *, places: bool) -> str:
    role = role_name(held.role)
    return _("%(place)s%(role)s", place=held.place or settings_here().district_name, role=role) if places else role


def _of_role(held: Held, role: str) -> Iterator[Happened]:
    who = _("由%(name)s办理", name=held.granted_by) if held.granted_by else ""
    same_day = day_of(held.granted_at) == held.first
    yield Happened(
        held.granted_at if same_day else held.first,
        _("担任%(role)s", role=role) if held.begun else _("将担任%(role)s", role=role),
        "user",
        "good" if held.begun else "wait",
        who,
        "" if held.last is None else _("到%(day)s为止", day=filters.date(held.last)),
    )
    if held.ended_at:
        came = day_of(held.ended_at) >= held.first
        title = _("不再担任%(role)s", role=role) if came else _("取消%(role)s的任职", role=role)
        yield Happened(held.ended_at, title, "stop")
    elif held.over and held.last:
        yield Happened(held.last, _("到期，不再担任%(role)s", role=role), "clock")


def _of_change(change: TermChange, role: str) -> Happened:
    if change.new is None:
        title = _("%(role)s不再设最后一天", role=role)
    elif change.old is not None and change.new > change.old:
        title = _("%(role)s延长到%(day)s", role=role, day=filters.date(change.new))
    else:
        title = _("%(role)s改为到%(day)s为止", role=role, day=filters.date(change.new))
    who = _("由%(name)s办理", name=change.changed_by) if change.changed_by else ""
    return Happened(change.at, title, "edit", "", who, change.reason)
