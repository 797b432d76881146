"""Ready beginnings for official answers, kept by the tenant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit.machine import lacks
from portal.participation import policy
from portal.participation.models import AnswerTemplate
from portal.participation.policy import Fate
from tenants import audit
from tenants.database import actor_of
from tenants.permissions import Permission
from tenants.rules import N_, Invalid, Missing, Refusal, require

LONGEST_TITLE = 40
MOST = 100


def save_template(
    session: Session,
    title: str,
    body: str,
    *,
    fate: Fate | None = None,
    template_id: UUID | None = None,
) -> AnswerTemplate:
    """Keep an answer template: a new one, or another text for `template_id`. Titles are told apart.

    `fate` is proposed when the template is chosen.
    """
    require(lacks(actor_of(session), Permission.COMMENT_ANSWER))
    title, body = " ".join(title.split()), policy.clean(body)
    errors: dict[str, Refusal | str] = {}
    others = session.execute(select(AnswerTemplate.id, AnswerTemplate.title)).all()
    if not title:
        errors["title"] = N_("请写一个名称，方便挑选。")
    elif len(title) > LONGEST_TITLE:
        errors["title"] = Refusal(N_("最多 %(n)s 个字。"), {"n": LONGEST_TITLE})
    elif any(other.title == title and other.id != template_id for other in others):
        errors["title"] = N_("已经有同名的模板。")
    elif template_id is None and len(others) >= MOST:
        errors["title"] = Refusal(N_("最多保存 %(n)s 个模板。"), {"n": MOST})
    if refusal := policy.check_template(body):
        errors["body"] = refusal
    if errors:
        raise Invalid(errors)
    kept: dict[str, Any] = {"title": title, "body": body, "fate": fate}
    if template_id is None:
        template = AnswerTemplate(tenant_id=actor_of(session).tenant_id)
        session.add(template)
    else:
        template = _template(session, template_id)
    changes = {name: (getattr(template, name), value) for name, value in kept.items()}
    for name, value in kept.items():
        setattr(template, name, value)
    session.flush()
    audit.record(
        session, "answer_template.saved", "answer_template", template.id, label=title, changes=changes
    )
    return template


def delete_template(session: Session, template_id: UUID) -> None:
    """Remove an answer template."""
    require(lacks(actor_of(session), Permission.COMMENT_ANSWER))
    template = _template(session, template_id)
    session.delete(template)
    session.flush()
    audit.record(
        session, "answer_template.deleted", "answer_template", template_id, label=template.title,
        changes={"body": (template.body, None)},
    )  # fmt: skip


def _template(session: Session, template_id: UUID) -> AnswerTemplate:
    template = session.get(AnswerTemplate, template_id)
    if template is None:
        raise Missing
    return template
