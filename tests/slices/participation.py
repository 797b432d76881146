"""Participation: comments that wait, are shown and answered, and are hidden; an answer half written; a template."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.participation import notices, service
from portal.participation.policy import Fate
from portal.publishing.models import Publication
from tenants.rules import AS_IT_IS
from tests.slices import Specimen, Town, Visit, Visits

_numbers = itertools.count(1)
ANSWER = "谢谢您的意见，我们已转给设计单位。"
DUPLICATE = {"reason": "duplicate", "words": "请看另一条。"}


def make(town: Town) -> Specimen:
    held, shown, hidden = (said(town, words=f"{town.word} {state}") for state in ("held", "shown", "hidden"))
    with town.at_work(town.clerk) as (session, _):
        service.show(session, shown, AS_IT_IS)
        official = service.answer(session, shown, AS_IT_IS, f"{ANSWER}{town.word}")
        service.hide(session, hidden, AS_IT_IS, *DUPLICATE.values())
        service.keep_draft(session, held, {"body": f"{town.word}还没有写完的答复"})
        template = service.save_template(session, f"{town.word}的模板", "谢谢您。")
    return Specimen(
        {"comment_id": shown, "template_id": template.id, "official": official.id},
        hidden={"comment_id": held},
    )


def said(town: Town, *steps: str, words: str = "") -> UUID:
    """A new comment of the town's resident on which these steps were taken."""
    code = town.of("publishing")["code"]
    with town.in_public(town.resident) as (session, _):
        publication = session.scalars(select(Publication.id).where(Publication.code == code)).one()
        # other words each time: the same ones are taken for a second click
        body = words or f"{town.word} 希望多装 {next(_numbers)} 盏路灯。"
        comment_id = service.write_comment(session, publication, body).id
    for step in steps:
        if step == "appeal":
            with town.in_public(town.resident) as (session, _):
                service.appeal(session, comment_id, "请再看一次。")
        else:
            with town.at_work(town.clerk) as (session, _):
                _STEPS[step](session, comment_id)
    return comment_id


_STEPS: dict[str, Callable[..., Any]] = {
    "show": lambda session, comment_id: service.show(session, comment_id, AS_IT_IS),
    "hide": lambda session, comment_id: service.hide(session, comment_id, AS_IT_IS, *DUPLICATE.values()),
    **{
        step: partial(service.set_fate, seen=AS_IT_IS, to=to, reason="看过现场，这样决定。")
        for step, to in {"study": Fate.STUDYING, "adopt": Fate.ADOPTED, "decline": Fate.NOT_ADOPTED}.items()
    },
}


def _answered(town: Town) -> UUID:
    """An official answer."""
    with town.at_work(town.clerk) as (session, _):
        return service.answer(session, said(town, "show"), AS_IT_IS, ANSWER).id


def _ready(town: Town) -> UUID:
    with town.at_work(town.clerk) as (session, _):
        return service.save_template(session, town.fresh("的模板"), "谢谢您。").id


def on(*steps: str, sent: dict[str, Any] | None = None, **values: Any) -> Callable[[Town], Visit]:
    """A visit to a new comment after these steps."""
    return lambda town: Visit({"comment_id": said(town, *steps), **values}, sent={} if sent is None else sent)


def _written(town: Town) -> Visit:
    body = town.fresh("门口的灯不亮")
    return Visit(sent={"body": body, "seen": sha256(body.encode()).hexdigest(), "step": "send"})


def _unsubscribing(town: Town) -> Visit:
    return Visit({"token": notices.unsubscribe_token(town.resident.id)}, sent={})


WORKSPACE: Visits = {
    "participation.show": lambda town: Visit({"comment_id": town.specimen("participation").hidden["comment_id"]}),
    "participation.approve": on(),
    "participation.approve_many": lambda town: Visit(sent={"chosen": f"{said(town)}:1"}),
    "participation.hide": on("show", sent=DUPLICATE),
    "participation.uphold": on("hide", "appeal", sent={"reason": "看过了，维持原来的处理。"}),
    "participation.answer": on("show", sent={"body": ANSWER}),
    "participation.keep_draft": on("show", sent={"body": "谢谢您"}),
    "participation.study": on("show", sent={"reason": "正在核实。"}),
    "participation.adopt": on("show", sent={"reason": "列入今年计划。"}),
    "participation.decline": on("show", sent={"reason": "地下有管线，不能装。"}),
    "participation.finish": on("show", "adopt", sent={"reason": "路灯已经装好。"}),
    "participation.back_to_received": on("show", "study", sent={"reason": "点错了。"}),
    "participation.back_to_studying": on("show", "adopt", sent={"reason": "还要再核实。"}),
    "participation.back_to_adopted": on("show", "decline", sent={"reason": "管线已经改道。"}),
    "participation.back_to_declined": on("show", "adopt", sent={"reason": "地下有管线，不能装。"}),
    "participation.revise": lambda town: Visit({"comment_id": _answered(town)}, sent={"body": f"{ANSWER}已更正。"}),
    "participation.templates": lambda town: Visit(sent={"title": town.fresh(), "body": "谢谢您。", "fate": ""}),
    "participation.template": lambda town: Visit({"template_id": _ready(town)}, sent={"body": "谢谢。"}),
    "participation.delete_template": lambda town: Visit({"template_id": _ready(town)}, sent={}),
}
PUBLIC: Visits = {
    "comments.write": _written,
    "comments.edit": on("show", sent={"body": "灯已经亮了，谢谢。"}),
    "comments.withdraw": on("show"),
    "comments.appeal": on("hide", sent={"appeal": "请再看一次。"}),
    "comments.unsubscribe": _unsubscribing,
    "comments.unsubscribe_page": _unsubscribing,
}
