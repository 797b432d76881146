"""What the pages of the people of a place and of the district share."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import show_refusal
from portal.people import queries, service, words
from portal.people.forms import ResetFactorForm, TermForm
from portal.people.queries import Held, Person, PersonFilter, PersonState
from tenants.clock import today
from tenants.identity import factor_resets, offers, policy
from tenants.identity import queries as identity
from tenants.identity.invitations import Invited
from tenants.requests import actor, db, say
from tenants.rules import Invalid, Refused
from webkit import filters, sheets
from webkit.fragments import render
from webkit.pagination import PAGE_SIZE, Page, page_number
from webkit.sheets import Column

blueprint = Blueprint("people", __name__, template_folder="templates")
blueprint.add_app_template_filter(words.role_term)


def filter_of_request() -> PersonFilter:
    """The filter in the address."""
    asked = request.args
    return PersonFilter(
        text=asked.get("q", "")[:100],
        role=asked.get("role", ""),
        state=asked.get("state", ""),
        tenant=asked.get("tenant", ""),
        bureau=asked.get("bureau", ""),
    )


def list_page(by: PersonFilter) -> Page[Person]:
    """The page of the list that the address asks for; beyond the last one, the last."""
    number = page_number()
    people, total = queries.page(db(), by, number=number, size=PAGE_SIZE)
    if not people and number > 1:
        _first, total = queries.page(db(), by, number=1, size=PAGE_SIZE)
        number = max(1, -(-total // PAGE_SIZE))
        people, total = queries.page(db(), by, number=number, size=PAGE_SIZE)
    return Page(people, number, total)


def export(filename: str, by: PersonFilter, *, places: bool) -> ResponseReturnValue:
    """The list as a spreadsheet."""
    states = words.states()
    columns = [
        Column(_("姓名"), 12),
        Column(_("职务")),
        Column(_("邮箱"), 28),
        Column(_("角色"), 40),
        Column(_("状态"), 10),
        Column(_("加入时间")),
    ]
    rows = (
        (
            one.name,
            one.job_title,
            one.email,
            [
                f"{held.place} {words.role_with_term(held)}".strip() if places else words.role_with_term(held)
                for held in one.roles
            ],
            states[one.state],
            one.joined_on,
        )
        for one in queries.everyone(db(), by)
    )
    return sheets.send(filename, _("人员"), columns, rows)


def invited_words(invited: Invited, first: date | None) -> str:
    """What came of an invitation, for roles from the `first` day on (today)."""
    if invited.waits:
        return _("邀请已发给%(name)s。", name=invited.staff.name)
    return added_words(invited, first)


def added_words(invited: Invited, first: date | None) -> str:
    """What came of one more role, from the `first` day on (today)."""
    if invited.offered:
        return _("邀请已发出，对方在自己的账号里接受后加入。")
    if first is not None and first > today():
        return _("角色已增加，自%(day)s起生效。", day=filters.date(first))
    return _("角色已增加，立即生效。")


def roles_changed(first: date | None) -> str:
    """What came of a change of roles, where new ones hold from the `first` day on (today)."""
    if first is not None and first > today():
        return _("角色已更改，新增加的自%(day)s起生效。", day=filters.date(first))
    return _("角色已更改，立即生效。")


def withdraw_offer(offer: UUID, back: str) -> ResponseReturnValue:
    """Take back what somebody was offered and has not answered."""
    try:
        offers.withdraw(db(), offer)
    except Refused as refused:
        if refused.refusal.forbidden:
            raise
        flash(say(refused.refusal), "warning")
    else:
        flash(_("邀请已撤回。"), "success")
    return redirect(back, 303)


def the_person(staff_id: UUID) -> Person:
    """Somebody the reader may see, or 404."""
    found = queries.person(db(), staff_id)
    if found is None:
        abort(404)
    return found


def the_role(person: Person, role: UUID) -> Held:
    """A role that this person holds, or will hold, or 404."""
    found = next((held for held in person.roles if held.id == role), None)
    if found is None:
        abort(404)
    return found


def change_term(person: UUID, role: UUID, people: tuple[str, str], back: str) -> ResponseReturnValue:
    """Ask for another last day of a role, and why. `people`: the list that the person stands in, and its address."""
    found = the_person(person)
    held = the_role(found, role)
    form = TermForm(last=held.last)
    if form.validate_on_submit():
        try:
            service.change_last_day(db(), held.id, form.last.data, reason=form.reason.data or "")
        except (Invalid, Refused) as error:
            show_refusal(form, error)
            db().rollback()
        else:
            last = filters.period(None, form.last.data)
            flash(_("任期已更改，%(term)s。", term=last) if last else _("任期已更改，不设最后一天。"), "success")
            return redirect(back, 303)
    here = url_for(request.endpoint or "", **(request.view_args or {}))
    return render(
        "portal/people/term.html",
        form=form,
        person=found,
        held=held,
        here=here,
        people=people,
        back=back,
        status=form.status,
    )


def factor_refusal(person: Person) -> str | None:
    """Why the reader may not reset this person's second factor; "" when they may, None where it is out of place."""
    if person.state is not PersonState.ACTIVE:
        return None
    standing = identity.second_factor_of(db(), person.id)
    refusal = policy.may_reset_second_factor(actor(), person.id, standing)
    if refusal and not (refusal.forbidden and standing.is_set):
        return None
    return say(refusal) if refusal else ""


def reset_factor(person: UUID, people: tuple[str, str], back: str) -> ResponseReturnValue:
    """Ask why, then have somebody's second factor forgotten. `people` is the list above: its name and address."""
    found = the_person(person)
    form = ResetFactorForm()
    if form.validate_on_submit():
        try:
            factor_resets.reset_second_factor(db(), person, reason=form.reason.data or "")
        except Refused as error:
            show_refusal(form, error)
            db().rollback()
        else:
            flash(_("%(name)s的两步验证已重置，所有设备已退出登录。", name=found.name), "success")
            return redirect(back, 303)
    here = url_for(request.endpoint or "", **(request.view_args or {}))
    return render(
        "portal/people/reset_factor.html",
        form=form,
        person=found,
        people=people,
        here=here,
        back=back,
        status=form.status,
    )
