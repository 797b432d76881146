"""What a resident types."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.kit.rules import REASON_MOST
from portal.participation import policy
from webkit.forms import Form


class CommentForm(Form):
    """A comment or a reply; `seen` says which text its author saw in the preview."""

    body = TextAreaField(
        _l("您的意见"),
        [InputRequired(), Length(max=policy.LONGEST)],
        filters=[policy.tidy],
        description=_l("请勿填写电话、身份证号等个人信息；写了也会被遮盖。"),
    )
    seen = HiddenField(filters=[policy.tidy])


class EditForm(Form):
    """A correction of one's own comment."""

    body = TextAreaField(_l("您的意见"), [InputRequired(), Length(max=policy.LONGEST)], filters=[policy.tidy])
    version = HiddenField(filters=[policy.tidy])


class AppealForm(Form):
    """Why the tenant should look again."""

    appeal = TextAreaField(
        _l("申诉理由"),
        [InputRequired(), Length(max=REASON_MOST)],
        filters=[policy.tidy],
        description=_l("每条意见可以申诉一次，工作人员会重新查看并告诉您结果。"),
    )
