"""Every write of participation. Functions flush and never commit; `now` may be given for records of the past.

What residents do (`residents`) runs in a session of the public role, the rest in the workspace's. Raises `Missing`,
`Refused` (a rule), `Invalid` (field -> sentence) and `Conflict` (somebody was first; nothing was written).
"""

from portal.participation.service.answers import answer, revise_answer, set_fate
from portal.participation.service.drafts import discard_draft, keep_draft
from portal.participation.service.moderation import Shown, hide, show, show_many, uphold
from portal.participation.service.ready import delete_template, save_template
from portal.participation.service.residents import (
    Preview,
    appeal,
    edit_own,
    forget_resident,
    preview,
    stop_notices,
    withdraw_own,
    write_comment,
)

__all__ = [
    "Preview",
    "Shown",
    "answer",
    "appeal",
    "delete_template",
    "discard_draft",
    "edit_own",
    "forget_resident",
    "hide",
    "keep_draft",
    "preview",
    "revise_answer",
    "save_template",
    "set_fate",
    "show",
    "show_many",
    "stop_notices",
    "uphold",
    "withdraw_own",
    "write_comment",
]
