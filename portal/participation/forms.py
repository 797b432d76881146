"""What a clerk fills in at the comment desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.kit.forms import StepForm
from portal.kit.rules import REASON_LEAST, REASON_MOST
from portal.participation import policy
from portal.participation.service.ready import LONGEST_TITLE
from webkit.forms import Form, choices

TIDY = [policy.tidy]


class AnswerForm(StepForm):
    """An official answer and, in the same step, what becomes of the comment."""

    #: A ready beginning to join to what is typed; none is chosen before the clerk chooses one.
    template = SelectField(_l("模板"), [Optional()], default="")

    body = TextAreaField(_l("正式答复"), [InputRequired(), Length(max=policy.LONGEST_ANSWER)], filters=TIDY)
    fate = SelectField(_l("同时更新办理结果"), default="")
    reason = TextAreaField(
        _l("结果的说明"),
        [Optional(), Length(min=REASON_LEAST, max=REASON_MOST)],
        filters=TIDY,
        description=_l("采纳、不采纳和办成都要写明，居民会看到。"),
    )


class ReviseForm(StepForm):
    """A correction of an official answer."""

    body = TextAreaField(_l("正式答复"), [InputRequired(), Length(max=policy.LONGEST_ANSWER)], filters=TIDY)


class FateForm(StepForm):
    """What becomes of a comment, and why."""

    reason = TextAreaField(_l("说明"), [Optional(), Length(min=REASON_LEAST, max=REASON_MOST)], filters=TIDY)


class DoneForm(StepForm):
    """What changed, and where it can be seen."""

    reason = TextAreaField(_l("办成了什么"), [InputRequired(), Length(min=REASON_LEAST, max=REASON_MOST)], filters=TIDY)
    outcome = SelectField(
        _l("相关内容"), [Optional()], default="", description=_l("选一篇已发布的内容，居民可以点开看到变化。")
    )

    def asked(self) -> dict[str, Any]:
        outcome = UUID(self.outcome.data) if self.outcome.data else None
        return {"reason": self.reason.data, "outcome_publication_id": outcome}


class HideForm(StepForm):
    """Why a comment is not shown."""

    reason = RadioField(
        _l("理由"),
        [InputRequired()],
        choices=lambda: choices((code, _(sentence)) for code, sentence in policy.MODERATION_REASONS.items()),
    )
    words = TextAreaField(
        _l("补充说明"),
        [Optional(), Length(max=REASON_MOST)],
        filters=TIDY,
        description=_l("居民会看到理由和这里的说明，并可以申诉一次。"),
    )


class UpholdForm(StepForm):
    """Why an appeal does not change the decision."""

    reason = TextAreaField(_l("答复申诉"), [InputRequired(), Length(min=REASON_LEAST, max=REASON_MOST)], filters=TIDY)


class TemplateForm(Form):
    """A ready beginning for answers."""

    title = StringField(_l("名称"), [InputRequired(), Length(max=LONGEST_TITLE)], filters=TIDY)
    body = TextAreaField(_l("内容"), [InputRequired(), Length(max=policy.LONGEST_ANSWER)], filters=TIDY)
    fate = SelectField(
        _l("办理结果"),
        default="",
        description=_l("套用这个模板时先替您选上，发出前可以改。"),
    )
