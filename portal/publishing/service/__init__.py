"""Every write of publishing. Functions flush and never commit; `now` may be given for records of the past.

Publications are named by their code; `seen` is the version that the actor saw, or `AS_IT_IS`. Raises `Missing`,
`Refused` (a rule), `Invalid` (field -> sentence) and `Conflict` (somebody was first).
"""

from portal.publishing.service.common import (
    ALPHABET,
    new_code,
)
from portal.publishing.service.steps import (
    PUBLISH_JOB,
    abandon,
    approve,
    close_comments,
    open_comments,
    publish,
    revise,
    schedule,
    send_back,
    submit,
    take_back,
    unschedule,
    withdraw,
)
from portal.publishing.service.writing import (
    autosave_draft,
    create,
    discard_draft,
    restore,
    save,
)
from portal.publishing.versions import EXTRACT_JOB, let_go, settle_public

__all__ = [
    "ALPHABET",
    "EXTRACT_JOB",
    "PUBLISH_JOB",
    "abandon",
    "approve",
    "autosave_draft",
    "close_comments",
    "create",
    "discard_draft",
    "let_go",
    "new_code",
    "open_comments",
    "publish",
    "restore",
    "revise",
    "save",
    "schedule",
    "send_back",
    "settle_public",
    "submit",
    "take_back",
    "unschedule",
    "withdraw",
]
