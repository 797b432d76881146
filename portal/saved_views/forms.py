"""Naming a view."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.saved_views import policy
from webkit.forms import Form


class NameForm(Form):
    """What the view is called."""

    name = StringField(
        _l("名称"),
        [InputRequired(), Length(max=policy.LONGEST_NAME)],
        filters=[lambda text: text.strip() if text else text],
        description=_l("例如“逾期未答”“今年的新芽”。"),
    )
