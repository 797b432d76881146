"""What a service refused, shown at the form that asked for it."""

from __future__ import annotations

from tenants.requests import say, say_each
from tenants.rules import Invalid, Refused
from webkit.forms import Form


def show_refusal(form: Form, error: Invalid | Refused) -> None:
    """Put the sentences of `error` at the fields they concern, others at the top of the form."""
    if isinstance(error, Refused):
        form.form_errors.append(say(error.refusal))
    else:
        form.take_errors(say_each(error))
