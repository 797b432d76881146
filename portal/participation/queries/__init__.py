"""Every read of participation.

`public` and `own` work in a session of the public role, `desk` and `figures` in the workspace's.
"""

from portal.participation.queries import answering  # noqa: F401 - what other mechanisms ask
from portal.participation.queries.desk import Detail, Listing, Row, detail, every, listing, shown_at
from portal.participation.queries.drafts import draft
from portal.participation.queries.figures import (
    Attention,
    Waiting,
    attention,
    overdue_by_tenant,
    waiting,
)
from portal.participation.queries.filters import Filters, Sort, Tab
from portal.participation.queries.own import (
    OwnComment,
    OwnFilter,
    OwnPage,
    Step,
    export_of_resident,
    mine,
    own,
    written_by,
)
from portal.participation.queries.public import (
    Became,
    Gone,
    Outcome,
    SaidAndDone,
    Target,
    Thread,
    ThreadComment,
    counts,
    in_thread,
    public_thread,
    said_and_done,
    target,
    whereabouts,
)
from portal.participation.queries.ready import Template, outcomes, template, templates

__all__ = [
    "Attention",
    "Became",
    "Detail",
    "Filters",
    "Gone",
    "Listing",
    "Outcome",
    "OwnComment",
    "OwnFilter",
    "OwnPage",
    "Row",
    "SaidAndDone",
    "Sort",
    "Step",
    "Tab",
    "Target",
    "Template",
    "Thread",
    "ThreadComment",
    "Waiting",
    "attention",
    "counts",
    "detail",
    "draft",
    "every",
    "export_of_resident",
    "in_thread",
    "listing",
    "mine",
    "outcomes",
    "overdue_by_tenant",
    "own",
    "public_thread",
    "said_and_done",
    "shown_at",
    "target",
    "template",
    "templates",
    "waiting",
    "whereabouts",
    "written_by",
]
