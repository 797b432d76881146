"""What people call the states of a comment. Message ids: give them to gettext."""

from __future__ import annotations

from collections.abc import Mapping

from portal.participation.policy import Appeal, Fate, Visibility
from portal.participation.queries import Tab
from tenants.rules import N_

FATES: Mapping[Fate, str] = {
    Fate.RECEIVED: N_("已收到"),
    Fate.STUDYING: N_("正在研究"),
    Fate.ADOPTED: N_("已采纳"),
    Fate.NOT_ADOPTED: N_("未采纳"),
    Fate.DONE: N_("已办成"),
}
VISIBILITIES: Mapping[Visibility, str] = {
    Visibility.HELD: N_("待审核"),
    Visibility.SHOWN: N_("已公开"),
    Visibility.HIDDEN: N_("未公开"),
    Visibility.WITHDRAWN: N_("已撤回"),
}
APPEALS: Mapping[Appeal, str] = {
    Appeal.NONE: N_("没有申诉"),
    Appeal.WAITING: N_("等待处理"),
    Appeal.UPHELD: N_("维持不公开"),
    Appeal.GRANTED: N_("恢复展示"),
}
#: The tabs of the desk.
TABS: Mapping[Tab, str] = {
    Tab.OPEN: N_("待答复"),
    Tab.OVERDUE: N_("已逾期"),
    Tab.HELD: N_("待审核"),
    Tab.APPEALED: N_("申诉"),
    Tab.FOLLOWED_UP: N_("追问"),
    Tab.ANSWERED: N_("已答复"),
    Tab.HIDDEN: N_("未公开"),
    Tab.ALL: N_("全部"),
}
