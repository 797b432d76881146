"""What people call the states of a comment. Message ids: give them to gettext."""

from __future__ import annotations

from collections.abc import Mapping

from portal.participation.models import Fate, Visibility
from portal.participation.queries import Tab
from tenants.rules import N_

FATES: Mapping[Fate, str] = {
    Fate.RECEIVED: N_("已收到"),
    Fate.STUDYING: N_("正在研究"),
    Fate.ADOPTED: N_("已采纳"),
    Fate.NOT_ADOPTED: N_("未采纳"),
    Fate.DONE: N_("已办成"),
}
#: The same as things to do.
STEPS: Mapping[Fate, str] = {
    Fate.RECEIVED: N_("退回已收到"),
    Fate.STUDYING: N_("开始研究"),
    Fate.ADOPTED: N_("采纳"),
    Fate.NOT_ADOPTED: N_("不采纳"),
    Fate.DONE: N_("办成了"),
}
VISIBILITIES: Mapping[Visibility, str] = {
    Visibility.HELD: N_("待审核"),
    Visibility.SHOWN: N_("已公开"),
    Visibility.HIDDEN: N_("未公开"),
    Visibility.WITHDRAWN: N_("已撤回"),
}
#: The heaps of the desk.
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
#: Steps in the history of a comment.
ACTIONS: Mapping[str, str] = {
    "written": N_("写下意见"),
    "edited": N_("修改了文字"),
    "shown": N_("公开展示"),
    "hidden": N_("不公开展示"),
    "appealed": N_("提出申诉"),
    "upheld": N_("维持不公开"),
    "withdrawn": N_("撤回意见"),
    "answered": N_("正式答复"),
    **{fate.value: word for fate, word in FATES.items()},
}
