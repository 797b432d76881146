"""What people call kinds and states of publications (message ids)."""

from __future__ import annotations

from portal.kit import ports
from portal.publishing.policy import Kind, State
from tenants.rules import N_

KINDS: dict[Kind, str] = {
    Kind.INTERPRETATION: N_("规划解读"),
    Kind.SPROUT: N_("新芽项目"),
    Kind.OUTREACH: N_("宣传活动"),
    Kind.ANNOUNCEMENT: N_("公告"),
}
STATES: dict[State, str] = {
    State.DRAFT: N_("草稿"),
    State.IN_REVIEW: N_("待审核"),
    State.APPROVED: N_("已批准"),
    State.PUBLISHED: N_("已发布"),
    State.WITHDRAWN: N_("已撤下"),
}


@ports.publication_kinds.answered_by
def kinds() -> dict[str, str]:
    """The kinds and what they are called."""
    return {kind.value: word for kind, word in KINDS.items()}
