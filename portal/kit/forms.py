"""What a step asks for, as forms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from portal.kit import rules
from tenants.clock import aware, local, now
from tenants.rules import AS_IT_IS, Seen
from webkit.bounds import DateTimeLocalField, IntegerField
from webkit.forms import Form


class StepForm(Form):
    """A step that asks for nothing: only which version was seen."""

    version = IntegerField(widget=wtforms.widgets.HiddenInput())

    @property
    def seen(self) -> Seen:
        """The version that the page showed; a button that stands for any has none."""
        return AS_IT_IS if self.version.data is None else int(self.version.data)

    def now_sees(self, version: int) -> None:
        """Shown again, it is about this version."""
        self.version.data, self.version.raw_data = version, [str(version)]

    def asked(self) -> dict[str, Any]:
        """What was typed, by the names under which the service takes it; a field that was not sent is empty."""
        return {
            name: "" if field.data is None else field.data
            for name, field in self._fields.items()
            if name not in ("version", "csrf_token")
        }


class ReasonForm(StepForm):
    """A step that wants a reason."""

    reason = TextAreaField(_l("原因"), [InputRequired(), Length(min=rules.REASON_LEAST, max=rules.REASON_MOST)])


class TimeForm(StepForm):
    """A step that wants a time; pages say it in Beijing's."""

    at = DateTimeLocalField(_l("时间"), [InputRequired()], description=_l("北京时间。"))

    def begin(self, planned: datetime | None, called: str) -> None:
        """What the field is called, and what it proposes: what was planned, else this hour tomorrow."""
        if called:
            self.at.label.text = _(called)
        if not self.is_submitted():
            tomorrow = (now() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
            self.at.data = local(planned or tomorrow)

    def asked(self) -> dict[str, Any]:
        return {"at": aware(self.at.data)}
